"""Families that are told nothing electronically: they asked for paper, or refused or withdrew a consent."""

from collections.abc import Sequence
from datetime import date

from parta.foundation import sql

_LATEST = """
SELECT c.student_id, c.kind, c.state, c.signed_on FROM people_consent c
WHERE c.student_id IN ({ids}) AND c.signed_on <= %s ORDER BY c.signed_on, c.id
"""


def on_paper(student_ids: Sequence[int], on: date) -> frozenset[int]:
    """Those of the students whose family is told on paper, by the papers that count on a day. One statement."""
    return frozenset(on_paper_since(student_ids, on))


def on_paper_since(student_ids: Sequence[int], on: date) -> dict[int, date]:
    """The students whose family is told on paper on a day, each with the date of the paper that asks for it.

    The latest paper of each kind counts: «paper» given, or «personal_data» or «placement» refused or withdrawn; of
    several that ask, the first. One statement.
    """
    if not student_ids:
        return {}
    ids = sorted(set(student_ids))
    latest: dict[tuple[int, str], tuple[str, date]] = {}
    for student, kind, state, signed_on in sql.read(_LATEST.format(ids=sql.marks(len(ids))), (*ids, on)):
        latest[student, kind] = (state, signed_on)
    found: dict[int, date] = {}
    for (student, kind), (state, signed_on) in latest.items():
        if (state == "given") == (kind == "paper") and kind in ("paper", "personal_data", "placement"):
            found[student] = min(signed_on, found.get(student, signed_on))
    return found
