"""The frame of every page: who is looking, the navigation, the CSRF token; and `page`, which renders with it.

Apps add their entries with :func:`nav` in their `access` drawer. An entry names a URL; the order is `position`.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.middleware.csrf import get_token
from django.template.loader import get_template
from django.urls import reverse
from markupsafe import Markup

from parta.people.viewer import Viewer


@dataclass(frozen=True, slots=True)
class NavEntry:
    """A registered entry of the navigation: who sees it and where it leads."""

    name: str
    title: str
    url_name: str
    roles: frozenset[str]
    position: int


@dataclass(frozen=True, slots=True)
class NavItem:
    """An entry as one viewer sees it on one page; `badge` is the number of things that wait there."""

    url: str
    title: str
    current: bool
    badge: int = 0


ENTRIES: list[NavEntry] = []


def nav(name: str, title: str, url_name: str, *roles: str, position: int) -> NavEntry:
    """Add an entry to the navigation of these roles. Raises ValueError when the name is taken."""
    if any(entry.name == name for entry in ENTRIES):
        raise ValueError(f"navigation entry {name} is declared twice")
    entry = NavEntry(name, title, url_name, frozenset(roles), position)
    ENTRIES.append(entry)
    ENTRIES.sort(key=lambda known: known.position)
    return entry


Filler = Callable[[Viewer], str]
SLOTS: dict[str, list[tuple[int, Filler]]] = {}
"""Places on earlier pages that later apps fill, by name: each filler gives finished HTML, or nothing."""


def slot(name: str, *, position: int) -> Callable[[Filler], Filler]:
    """Fill a place on an earlier app's page: the decorated function is asked for each viewer."""

    def declare(fill: Filler) -> Filler:
        SLOTS.setdefault(name, []).append((position, fill))
        SLOTS[name].sort(key=lambda known: known[0])
        return fill

    return declare


def filled(name: str, viewer: Viewer) -> list[Markup]:
    """What the later apps put into a place for this viewer, in order. The pieces are rendered templates of ours."""
    pieces = (fill(viewer) for _, fill in SLOTS.get(name, ()))
    return [Markup(piece) for piece in pieces if piece]


@cache
def _address(url_name: str) -> str:
    return reverse(url_name)


def nav_for(viewer: Viewer, path: str, badges: Mapping[str, int]) -> list[NavItem]:
    """The viewer's navigation; current is the entry with the longest address that begins this path."""
    mine = [(entry, _address(entry.url_name)) for entry in ENTRIES if entry.roles & viewer.roles]
    here = max((url for _, url in mine if path.startswith(url)), key=len, default="")
    waits = {"messages": viewer.unread, **badges}
    return [NavItem(url, entry.title, url == here, waits.get(entry.name, 0)) for entry, url in mine]


def page(
    request: HttpRequest, template: str, context: Mapping[str, Any] | None = None, status: int = 200
) -> HttpResponse:
    """Render a page with its frame. `nav_badges` in the context puts numbers on navigation entries, by their name."""
    viewer: Viewer | None = request.viewer  # type: ignore[attr-defined]
    full: dict[str, Any] = {**(context or {}), "viewer": viewer, "nav": []}
    if viewer is not None:
        full["nav"] = nav_for(viewer, request.path, full.get("nav_badges", {}))
    # The token is masked once for the whole page: Django's own lazy pair masks it twice.
    token = get_token(request)
    full["csrf_token"] = token
    full["csrf_input"] = Markup(f'<input type="hidden" name="csrfmiddlewaretoken" value="{token}">')
    return HttpResponse(get_template(template).render(full), status=status)
