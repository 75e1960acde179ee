"""Accounts: issued with a one-time password, changed by their owner, reset, closed."""

import re
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache

from django.contrib.auth.hashers import check_password as matches
from django.contrib.auth.hashers import make_password
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError

from parta.foundation.log import Actor, Line
from parta.organisation.acts import Refusal, act
from parta.people.models import Person, User

_CONSONANTS = "bdfgklmnprstvz"
_VOWELS = "aeiou"
_LATIN = dict(
    zip(
        "абвгдеёжзийклмнопрстуфхцчшщъыьэюяөүңәқғһ",
        "a b v g d e e zh z i y k l m n o p r s t u f kh ts ch sh sch _ y _ e yu ya o u n a k g h".split(),
        strict=True,
    )
)
_CLOSED = "!"


@dataclass(frozen=True, slots=True)
class Issued:
    """Login and one-time password, to be printed once: the password is kept nowhere."""

    person_id: int
    login: str
    password: str


@cache
def _nobody() -> str:
    """A hash that belongs to nobody, checked for absent accounts so that they take the same time."""
    return make_password(secrets.token_urlsafe(16))


def check_password(login: str, password: str) -> User | None:
    """The active account with this login and password. Absent, closed and wrong take the same time: one hashing."""
    user = User.objects.filter(login=login).first()
    hashed = user.password if user is not None and user.has_usable_password() else _nobody()
    right = matches(password, hashed)
    return user if right and user is not None and user.is_active and user.has_usable_password() else None


def change_password(
    *, user: User, current: str, new: str, repeat: str, school_id: int, by: Actor, at: datetime
) -> None:
    """The owner sets their own password. Raises Refusal with the field: current, new or repeat."""
    if not user.check_password(current):
        raise Refusal("Нынешний пароль не подошёл.", "current")
    if new != repeat:
        raise Refusal("Пароли не совпали: наберите новый ещё раз.", "repeat")
    if new == current:
        raise Refusal("Новый пароль совпадает с нынешним: придумайте другой.", "new")
    if new.strip().lower() == user.login:
        raise Refusal("Пароль не должен совпадать с логином.", "new")
    try:
        validate_password(new, user)
    except ValidationError as error:
        raise Refusal(" ".join(error.messages), "new") from None
    with act(school_id, by=by, at=at) as lines:
        user.set_password(new)
        user.must_change_password = False
        user.save(update_fields=["password", "must_change_password"])
        lines.append(Line("password_changed", "user", user.pk))


def one_time_password() -> str:
    """Four groups of two syllables that can be read aloud and typed without error: «miku-rapo-losa-duve».

    14 consonants and 5 vowels, eight syllables: 49 bits, and it works once. Latin letters, like the login.
    """
    syllable = [secrets.choice(_CONSONANTS) + secrets.choice(_VOWELS) for _ in range(8)]
    return "-".join(first + second for first, second in zip(syllable[::2], syllable[1::2], strict=True))
