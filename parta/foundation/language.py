"""The language that pages, refusals and letters speak: Russian, in which everything is written, Kyrgyz or English.

Russian text stands in the code and is its own key (`say("Не указана дата.")`); catalogs of the other languages lie in
`locale`. What a person typed and the words of an act are never translated. Decision 21 says why it is done this way.
"""

import gettext
import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import TypeVar

from django.utils import translation

RUSSIAN = "ru"
LANGUAGES = {RUSSIAN: "Русский", "ky": "Кыргызча", "en": "English"}
"""Each names itself."""
CATALOGS = Path(__file__).parent / "locale"
DOMAIN = "parta"
COOKIE = "parta_language"
"""The choice of somebody who has not signed in; of an account it stands with the account."""


class _Now(threading.local):
    """A plain attribute of the thread: read for each word, so it must cost nothing."""

    code = RUSSIAN


_now = _Now()
Words = TypeVar("Words")


def now() -> str:
    """The code of the language spoken in this thread."""
    return _now.code


def speak(code: str) -> None:
    """From here on in this language; one that we do not know is Russian. Django's own words follow."""
    if code not in LANGUAGES:
        code = RUSSIAN
    if code != _now.code:
        _now.code = code
        translation.activate(code)


@contextmanager
def speaking(code: str) -> Iterator[None]:
    """A block in this language, then again in the one before: a letter goes in its reader's own."""
    before = _now.code
    speak(code)
    try:
        yield
    finally:
        speak(before)


def files() -> list[str]:
    """Templates, scripts and modules whose words guardians and students meet, as paths under `parta`."""
    lines = (line.strip() for line in (CATALOGS / "pages.txt").read_text().splitlines())
    return [line for line in lines if line and not line.startswith("#")]


@cache
def catalog(code: str) -> gettext.NullTranslations:
    """The catalog of a language; Russian needs none. It is read once in a process."""
    if code == RUSSIAN:
        return gettext.NullTranslations()
    return gettext.translation(DOMAIN, CATALOGS, [code])


def say(text: str, /, **values: object) -> str:
    """A text of ours in the language spoken now, `{name}` filled from the values."""
    code = _now.code
    if code != RUSSIAN and text:
        text = catalog(code).gettext(text)
    return text.format(**values) if values else text


def say_in(code: str, text: str, /, **values: object) -> str:
    """The same in the language of somebody else."""
    with speaking(code):
        return say(text, **values)


def titles(choices: Iterable[tuple[str, str]]) -> list[tuple[str, str]]:
    """Choices of a field as a form offers them: the code, and its title in the language spoken now."""
    return [(code, say(title)) for code, title in choices]


def noted(words: Words) -> Words:
    """Marks texts that are said later, by `say(…)` of a variable: the catalogs hold them, here they stay Russian."""
    return words


def forms(one: str, few: str, many: str) -> tuple[str, str, str]:
    """A counted word, «урок, урока, уроков», in the language spoken now."""
    code = _now.code
    if code == RUSSIAN:
        return one, few, many
    words = catalog(code)
    several = words.ngettext(one, many, 5)
    return words.ngettext(one, many, 1), several, several


def counted(code: str, count: int, one: str, few: str, many: str) -> str:
    """The form of a counted word that goes with `count`. Russian has its three at hand, others ask their catalog."""
    if code != RUSSIAN:
        return catalog(code).ngettext(one, many, abs(count))
    tens, units = abs(count) % 100, abs(count) % 10
    if units == 1 and tens != 11:
        return one
    if 2 <= units <= 4 and not 12 <= tens <= 14:
        return few
    return many
