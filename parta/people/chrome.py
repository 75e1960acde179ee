"""The frame of every page: who is looking, the navigation, the CSRF token; and `page`, which renders with it.

Apps add their entries with :func:`nav` in their `access` drawer. An entry names a URL; its `position` gives both its
order and the group it stands in (`GROUPS`).
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from itertools import groupby
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.middleware.csrf import get_token
from django.template.loader import get_template
from django.urls import reverse
from markupsafe import Markup

from parta.foundation.language import noted, say
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


@dataclass(frozen=True, slots=True)
class NavGroup:
    """Entries that stand together as one viewer sees them; with an empty title they stand in the bar by themselves."""

    title: str
    items: tuple[NavItem, ...]

    @property
    def current(self) -> bool:
        """Whether the page that is shown belongs here."""
        return any(item.current for item in self.items)

    @property
    def badge(self) -> int:
        """What waits in the whole group."""
        return sum(item.badge for item in self.items)


GROUPS = noted(
    (
        (0, ""),
        (30, "Контроль"),
        (40, "Уроки"),
        (60, "Люди"),
        (70, "Общение"),
        (80, "Школа"),
    )
)
"""Groups of the navigation by the position they begin at; those before the first title stand by themselves."""
FLAT = 5
"""So many entries fit a bar without groups."""

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


def nav_for(viewer: Viewer, path: str, badges: Mapping[str, int]) -> list[NavGroup]:
    """The viewer's navigation in groups; current is the entry with the longest address that begins this path.

    Few entries need no groups, and a group of one is that one.
    """
    mine = [(entry, _address(entry.url_name)) for entry in ENTRIES if entry.roles & viewer.roles]
    here = max((url for _, url in mine if path.startswith(url)), key=len, default="")
    waits = {"messages": viewer.unread, **badges}
    found: list[NavGroup] = []
    for title, entries in groupby(mine, lambda one: _group(one[0].position)):
        items = tuple(
            NavItem(url, say(one.title), url == here, waits.get(one.name, 0)) for one, url in entries
        )
        is_bare = len(mine) <= FLAT or len(items) == 1
        found.append(NavGroup("" if is_bare else say(title), items))
    return found


@cache
def _group(position: int) -> str:
    """Title of the group a position lies in."""
    return max(group for group in GROUPS if group[0] <= position)[1]


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
