"""How passwords are kept, and which are refused: what others try first."""

import re
from functools import cache
from pathlib import Path
from typing import Any

from django.contrib.auth.hashers import Argon2PasswordHasher
from django.contrib.auth.password_validation import CommonPasswordValidator
from django.core.exceptions import ValidationError

from parta.foundation import scope
from parta.foundation.language import say


class Argon2(Argon2PasswordHasher):
    """Argon2id with OWASP's smaller setting: 19 MB and two passes, so that ten sign-ins at once on
    1 September take 190 MB, not one gigabyte (docs/decisions/0004)."""

    algorithm = "argon2"
    time_cost = 2
    memory_cost = 19_456
    parallelism = 1


_RUSSIAN = "йцукенгшщзхъфывапролджэячсмитьбю.ё"
_LATIN = "qwertyuiop[]asdfghjkl;'zxcvbnm,./`"
_TO_RUSSIAN, _TO_LATIN = str.maketrans(_LATIN, _RUSSIAN), str.maketrans(_RUSSIAN, _LATIN)
_EDGES = re.compile(r"^[\W\d_]+|[\W\d_]+$")


@cache
def weak_words() -> frozenset[str]:
    """The kept list: our own words (`weak_passwords.txt`, with its source) and Django's twenty thousand."""
    own = (Path(__file__).parent / "weak_passwords.txt").read_text(encoding="utf-8").splitlines()
    return frozenset(line.strip() for line in own if line.strip() and not line.startswith("#")) | frozenset(
        CommonPasswordValidator().passwords
    )


def _forms(text: str) -> set[str]:
    """What a guesser makes of a word: the other keyboard layout, no digits at the edges, one half of a doubled one."""
    lower = text.lower()
    forms = {lower, lower.translate(_TO_RUSSIAN), lower.translate(_TO_LATIN)}
    forms |= {_EDGES.sub("", one) for one in forms}
    forms |= {one[: len(one) // 2] for one in forms if len(one) % 2 == 0 and one[: len(one) // 2] * 2 == one}
    return forms - {""}


class WeakPasswords:
    """Refuses what stands in the kept list, in any of its forms, and what is made of the owner's own login and name.

    No rules of letters and signs, and no forced change: a long phrase of plain words is a good password.
    """

    def validate(self, password: str, user: Any = None) -> None:
        """Raise ValidationError with a sentence that says what to do."""
        forms = _forms(password)
        if forms & weak_words() or len(set(password.lower())) < 4:
            raise ValidationError(
                say(
                    "Такой пароль пробуют одним из первых. Возьмите несколько слов, которые рядом стоят только у вас."
                ),
                code="weak",
            )
        own = self._own(user)
        if any(
            len(word) >= 4 and (word in form and len(form) - len(word) < 6) for word in own for form in forms
        ):
            raise ValidationError(
                say("Пароль сделан из логина или имени: его подберут первым. Возьмите другие слова."),
                code="own",
            )

    def get_help_text(self) -> str:
        """For forms of Django; ours say it themselves."""
        return say("Не из списка частых паролей, не из логина и имени.")

    @staticmethod
    def _own(user: Any) -> set[str]:
        if user is None or not getattr(user, "pk", None):
            return set()
        words = set(re.split(r"[^a-z0-9а-яё]+", user.login.lower()))
        with scope.opened():  # the names the account has in other schools as well
            names = list(user.persons.values_list("surname", "given_name"))
        for surname, given in names:
            words |= {surname.lower(), given.lower()}
        return words
