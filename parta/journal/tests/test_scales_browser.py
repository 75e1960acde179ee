"""Marks of other scales by the keyboard: two and three digits, words; in a real browser."""

import pytest

from parta.foundation.log import SYSTEM
from parta.journal.rules.tests.living import live_under, text_of
from parta.journal.tests.test_grid_browser import Open, cell, open_as, press, saved, value_of  # noqa: F401
from parta.organisation.actions import ensure_scale
from tests.cast import World

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.mark.parametrize(
    ("scale", "typed", "kept"),
    [
        ("ten", [("1", "0"), ("7",)], ["10", "7"]),
        ("twelve", [("1", "2"), ("1", "1")], ["12", "11"]),
        ("hundred", [("8", "5"), ("1", "0", "0")], ["85", "100"]),
    ],
)
def test_digits_of_the_scale_make_a_mark(
    cast: World,
    open_as: Open,  # noqa: F811
    scale: str,
    typed: list[tuple[str, ...]],
    kept: list[str],
) -> None:
    live_under(cast, text_of())
    cast.russian.scale = ensure_scale(school_id=cast.school.id, code=scale, by=SYSTEM, at=cast.at)
    cast.russian.save()
    page = open_as(cast.teacher, cast.russian)
    pupils = [cast.named("Зайцев"), cast.named("Ефимова")]
    for pupil, keys in zip(pupils, typed, strict=True):
        cell(page, pupil).click()
        press(page, *keys, "Enter")
        saved(page)
    assert [value_of(pupil, cast.lesson) for pupil in pupils] == kept
