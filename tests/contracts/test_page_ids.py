"""An id is of one element of a page. What the layouts use is theirs alone, whether they show it today or not.

`test_matrix` looks for ids used twice on every page it is answered with. This looks where no single answer shows the
fault: the words of scripts stood in the layout in one language only, under the id of a dialog of the lesson, and
that page's scripts stopped.
"""

import re
from pathlib import Path

from django.http import HttpResponse

from tests.contracts.test_layout import files
from tests.contracts.test_matrix import ids_twice

LAYOUTS = frozenset({"foundation/bare.html", "foundation/base.html"})
REPLACED = {"main"}
"""Stands in a block of `base` or in a page that extends `bare` and has no `base` around it."""
ID = re.compile(r'\sid="([^"{]+)"')
ASKED = re.compile(r'getElementById\("([\w-]+)"\)')


def name_of(path: Path) -> str:
    return path.as_posix().partition("/templates/")[2]


def templates() -> dict[str, str]:
    """Sources by name."""
    found = files("parta/**/templates/**/*.html")
    return {name_of(path): path.read_text(encoding="utf-8") for path in found}


def taken_from_layouts(sources: dict[str, str]) -> list[str]:
    """Ids of the layouts that another template uses too."""
    theirs = {one for name in LAYOUTS for one in ID.findall(sources[name])} - REPLACED
    return [
        f"{name}: {one}"
        for name, source in sources.items()
        if name not in LAYOUTS
        for one in ID.findall(source)
        if one in theirs
    ]


def asked_by_common_scripts(scripts: dict[str, str]) -> set[str]:
    """Ids that the scripts of every page look for."""
    return {one for source in scripts.values() for one in ASKED.findall(source)}


def test_ids_of_the_layouts_are_theirs_alone() -> None:
    sources = templates()
    assert sources.keys() >= LAYOUTS
    assert not taken_from_layouts(sources)


def test_scripts_of_every_page_look_for_ids_of_the_layouts() -> None:
    sources = templates()
    theirs = {one for name in LAYOUTS for one in ID.findall(sources[name])}
    scripts = {
        path.name: path.read_text(encoding="utf-8") for path in files("parta/foundation/static/**/*.js")
    }
    asked = asked_by_common_scripts(scripts)
    assert asked, "none found: the pattern is out of date"
    assert not asked - theirs


def test_planted_id_of_the_layout_is_seen() -> None:
    sources = templates() | {"journal/lesson.html": '<dialog class="dialog" id="script-words">'}
    assert taken_from_layouts(sources) == ["journal/lesson.html: script-words"]


def test_planted_second_element_is_seen() -> None:
    page = '<p id="words">а</p><dialog id="words" aria-labelledby="words-h"><b id="words-h">б</b></dialog>'
    assert ids_twice(HttpResponse(page)) == ["words"]
    assert not ids_twice(HttpResponse(page, content_type="application/json"))
