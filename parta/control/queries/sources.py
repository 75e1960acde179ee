"""Where duties come from, beside those that :mod:`parta.control.queries.duties` works out itself.

An app that keeps something an act asks for (reports to families, papers, orders) says here what is lacking; it need not
be known to control. A source is handed the viewer and the span, and gives only what this viewer may see.
"""

from collections.abc import Callable
from datetime import date

from parta.journal.rules.matters import Matter
from parta.people.viewer import Viewer

__all__ = ["HEADS", "Source", "duty_source", "more_matters"]

Source = Callable[[Viewer, date, date], list[Matter]]

_SOURCES: list[Source] = []
HEADS: dict[str, str] = {}
"""Kinds of rules that sources watch, with their heads on the page of duties."""


def duty_source(heads: dict[str, str]) -> Callable[[Source], Source]:
    """Declare a source of matters of these rule kinds, each with its Russian head."""

    def declare(source: Source) -> Source:
        HEADS.update(heads)
        _SOURCES.append(source)
        return source

    return declare


def more_matters(viewer: Viewer, since: date, until: date) -> list[Matter]:
    """What all sources find for a viewer on the last day of a span."""
    return [one for source in _SOURCES for one in source(viewer, since, until)]
