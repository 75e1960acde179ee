"""The set-up of a school is made of sections; each app adds its own, with a line that says how far it is.

The overview asks every section for its line: one statement each, so their number is fixed by the number of sections.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import reverse

from parta.foundation.access import may
from parta.organisation.words import class_title
from parta.people.chrome import page
from parta.people.forms import Forms, status
from parta.people.viewer import Viewer


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a section is: a sentence, a count to show, and whether something is missing."""

    says: str
    count: str = ""
    is_missing: bool = False
    done: int = 0
    of: int = 0


@dataclass(frozen=True, slots=True)
class Section:
    """A part of the set-up: its page, what it is for, and the question how far it is (None: nothing to count)."""

    name: str
    title: str
    url_name: str
    position: int
    about: str
    progress: Callable[[Viewer], Progress] | None


SECTIONS: list[Section] = []


def section(
    name: str,
    title: str,
    url_name: str,
    *,
    position: int,
    about: str,
    progress: Callable[[Viewer], Progress] | None = None,
) -> Section:
    """Add a section. Raises ValueError when the name is taken."""
    if any(known.name == name for known in SECTIONS):
        raise ValueError(f"set-up section {name} is declared twice")
    made = Section(name, title, url_name, position, about, progress)
    SECTIONS.append(made)
    SECTIONS.sort(key=lambda known: known.position)
    return made


@dataclass(frozen=True, slots=True)
class Tab:
    """A section in the row of tabs."""

    url: str
    title: str
    current: bool


def tabs(path: str) -> list[Tab]:
    """The sections as tabs; current is the one whose address begins the path."""
    addresses = [("Обзор", reverse("setup"))] + [(one.title, reverse(one.url_name)) for one in SECTIONS]
    here = max((url for _, url in addresses if path.startswith(url)), key=len, default="")
    return [Tab(url, title, url == here) for title, url in addresses]


def setup_page(
    request: HttpRequest, template: str, context: Mapping[str, Any], forms: Forms | None = None
) -> HttpResponse:
    """Render a page of the set-up: with its tabs, its forms and the words templates need."""
    forms = forms or Forms()
    full = {
        "tabs": tabs(request.path) if may(request.viewer, "setup") else [],  # type: ignore[attr-defined]
        "forms": forms,
        "class_title": class_title,
        "day": timedelta(days=1),
        **context,
    }
    return page(request, template, full, status=status(forms))
