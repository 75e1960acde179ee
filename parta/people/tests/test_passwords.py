"""The kept list of passwords: what is refused in any dress, and that long plain phrases are taken."""

from typing import Any

import pytest
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError

from parta.people.passwords import weak_words


def refused(password: str, user: Any = None) -> bool:
    try:
        validate_password(password, user)
    except ValidationError:
        return True
    return False


@pytest.mark.parametrize(
    "password",
    [
        "йцукенгшщз",
        "qwertyuiop",
        "gfhjkmgfhjkm",  # «парольпароль» in the other layout
        "Пароль2026!",
        "учительница1",
        "1234567890",
        "aaaaaaaaaaaa",
        "электронныйдневник",
    ],
)
def test_what_is_tried_first_is_refused(password: str) -> None:
    assert refused(password)


@pytest.mark.parametrize(
    "password", ["мел-доска-парта-26", "новая-парта-у-окна-7", "кит съел дирижабль", "rzo7-lamp-treble-quay"]
)
def test_phrases_are_taken_whatever_signs_they_have(password: str) -> None:
    assert not refused(password)


@pytest.mark.django_db
def test_own_login_and_name_are_no_password(cast: Any) -> None:
    assert refused("teacher2026", cast.teacher.user)
    assert refused("Соколова1985", cast.teacher.user)
    assert not refused("Соколова ловит ветер сачком", cast.teacher.user)


def test_list_is_kept_with_its_source_and_long() -> None:
    assert len(weak_words()) > 19_000 and "парта" in weak_words()


def test_nine_signs_are_short_and_ten_are_not() -> None:
    assert refused("кит ест дж") is False and refused("кит ест д")
