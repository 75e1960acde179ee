"""Families that are told nothing electronically: they asked for paper, or refused or withdrew a consent."""

from collections.abc import Sequence
from datetime import date

from parta.foundation import sql

_LATEST = """
SELECT c.student_id, c.kind, c.state FROM people_consent c
WHERE c.student_id IN ({ids}) AND c.signed_on <= %s ORDER BY c.signed_on, c.id
"""


def on_paper(student_ids: Sequence[int], on: date) -> frozenset[int]:
    """Those of the students whose family is told on paper, by the papers that count on a day. One statement.

    The latest paper of each kind counts: «paper» given, or «personal_data» or «placement» refused or withdrawn.
    """
    if not student_ids:
        return frozenset()
    ids = sorted(set(student_ids))
    latest: dict[tuple[int, str], str] = {}
    for student, kind, state in sql.read(_LATEST.format(ids=sql.marks(len(ids))), (*ids, on)):
        latest[student, kind] = state
    return frozenset(
        student
        for (student, kind), state in latest.items()
        if (state == "given") == (kind == "paper") and kind in ("paper", "personal_data", "placement")
    )
