"""Letters speak their reader's language: what happened to a child, and what happened to the account."""

from typing import Any

import pytest

from parta.communication.tests.test_delivery import absent, rounds, told  # noqa: F401  (a fixture)
from parta.people.actions.telling import tell
from tests.post.server import PostOffice

pytestmark = pytest.mark.django_db


def html_of(letter: Any) -> str:
    part = letter.message.get_body(("html",))
    return str(part.get_content())


@pytest.mark.parametrize(("code", "word"), [("ru", "нет на уроке"), ("ky", "сабакта жок"), ("en", "absent")])
def test_an_absence_is_told_in_the_readers_language(
    told: Any,  # noqa: F811
    client_of: Any,
    post: PostOffice,
    code: str,
    word: str,
) -> None:
    told.guardian.user.language = code
    told.guardian.user.save()
    absent(told, client_of)
    rounds(told.at)
    (letter,) = post.box()
    assert word in letter.text and "Русский язык" in letter.text, (
        "the subject's name stays what the school calls it"
    )
    assert f'<html lang="{code}">' in html_of(letter)


@pytest.mark.parametrize(
    ("code", "title"),
    [("ru", "Парта: Пароль изменён"), ("ky", "Парта: Сырсөз өзгөртүлдү"), ("en", "Парта: Password changed")],
)
def test_what_happened_to_the_account_is_told_in_the_owners_language(
    told: Any,  # noqa: F811
    post: PostOffice,
    code: str,
    title: str,
) -> None:
    told.guardian.user.language = code
    told.guardian.user.save()
    tell([told.guardian.user_id], "password", "", at=told.at, by_mail=True)
    rounds(told.at)
    (letter,) = post.box()
    assert str(letter.message["Subject"]).strip() == title
    assert f'<html lang="{code}">' in html_of(letter)
    assert ("отписаться" in letter.text) == (code == "ru")
