"""Permits in their small form: asked in the refused cell, granted with a reason and an end, or declined.

A permit lets one person make one refused write; the write path finds it and uses it up (`actions.permit_use`). Every
step stands in the journal's own chain.
"""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db import IntegrityError, transaction

from parta.foundation import log, sql
from parta.people.viewer import Viewer
from parta.plans.access import readable_journals
from parta.regulation.judge import Law
from parta.regulation.queries import law as law_of_school
from parta.regulation.words import expand_roles

FACTS = {
    "mark": "отметка",
    "absence": "пропуск",
    "topic": "тема урока",
    "conducted": "проведение урока",
    "homework": "домашнее задание",
    "final": "итоговая отметка",
}
"""Facts a permit may be asked for, in words."""

MAX_CLAUSES = 12
LONGEST = timedelta(days=31)
GRANTORS = frozenset({"deputy"})
"""Who grants where the act names nobody."""


class Refusal(ValueError):
    """Why a permit cannot be asked or decided, in a sentence for people."""


class NotFound(LookupError):
    """There is no such journal, lesson, student or permit for this viewer."""


@dataclass(frozen=True, slots=True)
class Wish:
    """What a permit is asked for: the place, the value that was refused, the clauses that refused it, and why."""

    journal_id: int
    fact: str
    reason: str
    lesson_id: int | None = None
    term_id: int | None = None
    student_id: int | None = None
    wanted: str = ""
    clauses: tuple[str, ...] = ()


def ask_permit(viewer: Viewer, wish: Wish, *, at: datetime, operation_id: str) -> int:
    """Ask for a permit; the same wish that still waits is not asked twice. Returns the permit's id.

    Raises NotFound when the place is out of the viewer's reach and Refusal when the wish is not understood.
    """
    if wish.fact not in FACTS:
        raise Refusal("На такую запись разрешение не просят.")
    if (wish.lesson_id is None) == (wish.term_id is None):
        raise Refusal("Укажите урок или период, о котором просьба.")
    reason = " ".join(wish.reason.split())
    if not 3 <= len(reason) <= 300:
        raise Refusal("Напишите причину: от 3 до 300 знаков.")
    if len(wish.wanted) > 40 or len(wish.clauses) > MAX_CLAUSES:
        raise Refusal("Просьба слишком длинная: сократите её.")
    law = law_of_school(viewer.school.id, viewer.school.law_version)
    known = {clause.id for edition in law.editions for entry in edition.entries for clause in entry.clauses}
    if not known.issuperset(wish.clauses):
        raise Refusal("Такого пункта нет в действующих положениях: обновите страницу.")
    try:
        return _ask(viewer, wish, reason, at, operation_id)
    except IntegrityError:
        told = log.lines_of_operation(operation_id)
        if told and told[0].user_id == viewer.user_id and told[0].object_kind == "permit":
            return told[0].object_id or 0
        raise Refusal("Просьба не сохранена: обновите страницу и повторите.") from None


CLOSED = "Учебный год закрыт: его журналы только читаются."


@transaction.atomic
def _ask(viewer: Viewer, wish: Wish, reason: str, at: datetime, operation_id: str) -> int:
    scope, values = readable_journals(viewer)
    rows = sql.read(
        "SELECT j.id, j.homeroom_id, j.subgroup_id, j.year_id, y.state FROM plans_journal j"
        " JOIN organisation_academicyear y ON y.id = j.year_id"
        f" JOIN organisation_subject s ON s.id = j.subject_id WHERE j.id = %s AND {scope}",
        (wish.journal_id, *values),
    )
    if not rows:
        raise NotFound("journal")
    _, homeroom_id, subgroup_id, year_id, state = rows[0]
    if state == "closed":
        raise Refusal(CLOSED)
    if wish.lesson_id is not None:
        found = sql.read(
            "SELECT 1 FROM timetable_lesson WHERE id = %s AND journal_id = %s",
            (wish.lesson_id, wish.journal_id),
        )
    else:
        found = sql.read(
            "SELECT 1 FROM organisation_term WHERE id = %s AND year_id = %s", (wish.term_id, year_id)
        )
    if not found:
        raise NotFound("place")
    if wish.student_id is not None:
        table, place, group = (
            ("people_subgroupmembership", "subgroup_id", subgroup_id)
            if subgroup_id
            else ("people_enrolment", "homeroom_id", homeroom_id)
        )
        if not sql.read(
            f"SELECT 1 FROM {table} WHERE student_id = %s AND {place} = %s", (wish.student_id, group)
        ):
            raise NotFound("student")
    head = log.lock_chain("journal", wish.journal_id)
    for permit_id, lesson_id, term_id, student_id in sql.read(
        "SELECT id, lesson_id, term_id, student_id FROM journal_permit"
        " WHERE journal_id = %s AND asked_by_id = %s AND state = 'asked' AND fact = %s AND wanted = %s",
        (wish.journal_id, viewer.person_id, wish.fact, wish.wanted),
    ):
        if (lesson_id, term_id, student_id) == (wish.lesson_id, wish.term_id, wish.student_id):
            return int(permit_id)
    permit_id = sql.insert(
        "journal_permit",
        (
            "school_id", "journal_id", "lesson_id", "term_id", "student_id", "fact", "wanted", "clauses",
            "asked_by_id", "asked_at", "ask_reason", "state", "decision_reason",
        ),
        [
            (
                viewer.school.id, wish.journal_id, wish.lesson_id, wish.term_id, wish.student_id, wish.fact,
                wish.wanted, json.dumps(list(wish.clauses)), viewer.person_id, at, reason, "asked", "",
            )
        ],
        returning=("id",),
    )[0][0]  # fmt: skip
    line = log.Line(
        "permit_asked",
        "permit",
        permit_id,
        wish.lesson_id,
        wish.student_id,
        {
            "fact": wish.fact,
            "wanted": wish.wanted,
            "clauses": list(wish.clauses),
            "reason": reason,
            "term": wish.term_id,
        },
    )
    log.append(head, [line], by=viewer.acting_as(), at=at, operation_id=operation_id)
    return int(permit_id)


def grant_permit(
    viewer: Viewer, permit_id: int, *, reason: str, ends_at: datetime, at: datetime, operation_id: str
) -> None:
    """Let the asker make the one refused write until `ends_at`.

    Raises NotFound for a permit of another school, Refusal when it is decided already, the end does not lie ahead,
    the reason is missing, or the act names others who grant.
    """
    if not at < ends_at <= at + LONGEST:
        raise Refusal("Срок разрешения — от завтрашнего дня до месяца вперёд.")
    _decide(viewer, permit_id, "granted", reason, ends_at, at, operation_id)


def decline_permit(viewer: Viewer, permit_id: int, *, reason: str, at: datetime, operation_id: str) -> None:
    """Decline with a reason. Raises as :func:`grant_permit` does."""
    _decide(viewer, permit_id, "declined", reason, None, at, operation_id)


@transaction.atomic
def _decide(
    viewer: Viewer,
    permit_id: int,
    state: str,
    reason: str,
    ends_at: datetime | None,
    at: datetime,
    operation_id: str,
) -> None:
    reason = " ".join(reason.split())
    if not 3 <= len(reason) <= 300:
        raise Refusal("Напишите причину решения: от 3 до 300 знаков.")
    place = sql.read(
        "SELECT p.journal_id, p.lesson_id, p.student_id, p.clauses, p.asked_by_id, l.date, y.state"
        " FROM journal_permit p"
        " JOIN plans_journal j ON j.id = p.journal_id JOIN organisation_academicyear y ON y.id = j.year_id"
        " LEFT JOIN timetable_lesson l ON l.id = p.lesson_id WHERE p.id = %s AND p.school_id = %s",
        (permit_id, viewer.school.id),
    )
    if not place:
        raise NotFound("permit")
    journal_id, lesson_id, student_id, clauses, asked_by, on, year_state = place[0]
    if year_state == "closed" and state == "granted":
        raise Refusal(CLOSED)
    law = law_of_school(viewer.school.id, viewer.school.law_version)
    if (
        not grantors(law, json.loads(clauses) if isinstance(clauses, str) else clauses, on or viewer.on)
        & viewer.roles
    ):
        raise Refusal("По положению это разрешение даёт другая должность.")
    if asked_by == viewer.person_id:
        raise Refusal("Своё разрешение даёт другой сотрудник.")
    head = log.lock_chain("journal", journal_id)
    changed = sql.write(
        "UPDATE journal_permit SET state = %s, decided_by_id = %s, decided_at = %s, decision_reason = %s, ends_at = %s"
        " WHERE id = %s AND state = 'asked'",
        (state, viewer.person_id, at, reason, ends_at, permit_id),
    )
    if not changed:
        raise Refusal("По этой просьбе решение уже принято.")
    data: dict[str, object] = {"reason": reason}
    if ends_at is not None:
        data["ends_at"] = ends_at.isoformat()
    line = log.Line(f"permit_{state}", "permit", permit_id, lesson_id, student_id, data)
    log.append(head, [line], by=viewer.acting_as(), at=at, operation_id=operation_id)


def grantors(law: Law, clauses: Sequence[str], on: date) -> frozenset[str]:
    """Roles that may grant what these clauses refuse on a date; the deputy head where the acts name nobody."""
    found: set[str] = set()
    for rule_by, ids in _permitters(law, on):
        if not ids.isdisjoint(clauses):
            found |= rule_by
    return frozenset(found) or GRANTORS


def _permitters(law: Law, on: date) -> Iterable[tuple[frozenset[str], frozenset[str]]]:
    for edition in law.on(on).editions:
        for entry in edition.entries:
            if entry.permit.by:
                yield expand_roles(entry.permit.by), frozenset(clause.id for clause in entry.clauses)
