"""Where duties come from, beside those that :mod:`parta.control.queries.duties` works out itself.

An app that keeps something an act asks for (reports to families, papers, orders) says here what is lacking; it need not
be known to control. A source is handed the viewer and the span, and gives only what this viewer may see.
"""

from collections.abc import Callable
from datetime import date

from parta.journal.rules.matters import Matter
from parta.people.viewer import Viewer

__all__ = ["HEADS", "Source", "duty_source", "more_matters", "page_for", "page_of_kind"]

Source = Callable[[Viewer, date, date], list[Matter]]

_SOURCES: list[tuple[Source, bool]] = []
HEADS: dict[str, str] = {}
"""Kinds of rules that sources watch, with their heads on the page of duties."""


_PAGES: dict[str, tuple[str, bool]] = {
    "setup_by": ("control_year", False),
    "accounts_active": ("control_year", False),
    "check_every": ("control_check", False),
    "report_due": ("reports", False),
    "appointment_required": ("setup_people", False),
}
"""Rule kinds with the page on which what they ask is put right, and whether that page is one of a class."""


def page_of_kind(kind: str, url_name: str, *, of_class: bool) -> None:
    """Say on which page a kind is put right, when that is no lesson, journal or control page of a class."""
    _PAGES[kind] = (url_name, of_class)


def duty_source(heads: dict[str, str], *, daily: bool = False) -> Callable[[Source], Source]:
    """Declare a source of matters of these rule kinds, each with its Russian head.

    `daily`: no write in a journal changes the answer, so it is asked on a new day and when the school is touched.
    """

    def declare(source: Source) -> Source:
        HEADS.update(heads)
        _SOURCES.append((source, daily))
        return source

    return declare


def more_matters(viewer: Viewer, since: date, until: date, *, daily: bool | None = None) -> list[Matter]:
    """What the sources find for a viewer on the last day of a span: all, or those asked daily (or oftener) alone."""
    return [
        one
        for source, is_daily in _SOURCES
        if daily in (None, is_daily)
        for one in source(viewer, since, until)
    ]


def page_for(kind: str, url_name: str, url_id: int | None) -> tuple[str, int | None]:
    """Where a line leads: its own place, or the page on which its kind is put right."""
    if url_name and url_name != "control_class":
        return url_name, url_id
    name, of_class = _PAGES.get(kind, ("", False))
    if not name or of_class != bool(url_name):
        return url_name, url_id
    return name, url_id if of_class else None
