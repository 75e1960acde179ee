"""What happened in one cell, out of the change log: who, when, in which role, what it was, what it is, why."""

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from parta.foundation import sql
from parta.journal.queries.words import short_name
from parta.people.viewer import ROLE_TITLES, Viewer
from parta.plans.access import readable_journals


@dataclass(frozen=True, slots=True)
class Happening:
    """One entry of the log about a cell; `at` is the school's time. Values are as they are shown."""

    at: datetime
    who: str
    role: str
    verb: str
    what: str
    was: str
    now: str
    reason: str
    comment: str
    remarks: tuple[str, ...]
    is_late: bool
    by_permit: bool
    taken_back: bool


class NotFound(LookupError):
    """There is no such journal for this viewer."""


VERBS = {
    "mark_recorded": "отметка поставлена",
    "mark_corrected": "отметка исправлена",
    "mark_annulled": "отметка снята",
    "mark_commented": "заметка к отметке",
    "absence_recorded": "явка отмечена",
    "absence_changed": "явка изменена",
    "absence_annulled": "отметка о явке снята",
    "final_set": "итоговая отметка выставлена",
    "final_corrected": "итоговая отметка исправлена",
    "final_annulled": "итоговая отметка снята",
    "note_made": "запись в дневник",
    "note_held": "запись в дневник задержана",
    "note_withdrawn": "запись в дневник отозвана",
}
"""Verbs of the log that concern a cell, in words."""


def cell_history(
    viewer: Viewer,
    journal_id: int,
    student_id: int,
    *,
    lesson_id: int | None = None,
    assessment_id: int | None = None,
    term_id: int | None = None,
) -> tuple[Happening, ...]:
    """The history of a lesson's cell (of one column: its marks, the absence, words to the student) or a term mark.

    Oldest first; two statements. Raises NotFound when the journal is out of the viewer's reach.
    """
    scope, values = readable_journals(viewer)
    chain = sql.read(
        "SELECT c.id FROM plans_journal j JOIN organisation_subject s ON s.id = j.subject_id"
        " JOIN foundation_chain c ON c.kind = 'journal' AND c.subject_id = j.id"
        f" WHERE j.id = %s AND {scope}",
        (journal_id, *values),
    )
    if not chain:
        raise NotFound("journal")
    place = "e.lesson_id IS NULL AND e.object_kind = 'term_mark'" if lesson_id is None else "e.lesson_id = %s"
    rows = sql.read(
        "SELECT e.at, e.role, e.verb, e.object_kind, e.data, p.surname, p.given_name, p.patronymic"
        " FROM foundation_logentry e"
        " LEFT JOIN people_person p ON p.user_id = e.user_id AND p.school_id = e.school_id"
        f" WHERE e.chain_id = %s AND e.student_id = %s AND {place} ORDER BY e.seq",
        (chain[0][0], student_id, *(() if lesson_id is None else (lesson_id,))),
    )
    zone = ZoneInfo(viewer.school.timezone)
    found = []
    for at, role, verb, kind, text, surname, given, patronymic in rows:
        if verb not in VERBS:
            continue
        data: dict[str, Any] = json.loads(text)
        if kind == "mark" and assessment_id is not None and data.get("assessment") != assessment_id:
            continue
        if kind == "term_mark" and term_id is not None and data.get("term") != term_id:
            continue
        found.append(
            Happening(
                at=sql.aware(at).astimezone(zone),
                who=short_name(surname, given, patronymic) if surname else "Программа",
                role=ROLE_TITLES.get(role, ""),
                verb=verb,
                what=VERBS[verb],
                was=shown(data.get("before")),
                now=shown(data.get("after")),
                reason=str(data.get("reason", "")),
                comment=str(data.get("comment", "")),
                remarks=tuple(str(remark.get("text", "")) for remark in data.get("remarks", ())),
                is_late=bool(data.get("late")),
                by_permit=data.get("permit") is not None,
                taken_back=bool(data.get("undo")),
            )
        )
    return tuple(found)


def shown(value: Any) -> str:
    """A value of the log as a cell shows it: an absence by its symbol, words by their text."""
    if isinstance(value, dict):
        return str(value.get("symbol") or value.get("text") or "")
    return "" if value is None else str(value)
