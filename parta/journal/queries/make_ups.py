"""Topics missed for a valid reason, the protocols of those that were passed, and who may write one."""

from dataclasses import dataclass
from datetime import date

from parta.foundation import sql
from parta.journal.models import MakeUp
from parta.journal.queries.words import journal_name
from parta.people.models import Person
from parta.people.viewer import Viewer
from parta.plans.access import readable_journals

__all__ = ["MakeUpPage", "MissedTopic", "Protocol", "keeps", "make_ups", "missed", "protocol"]

VALID = ("ill", "excused")
"""Meanings of an absence whose topics are passed later."""
CONTROLLERS = frozenset({"deputy", "head_of_department"})


@dataclass(frozen=True, slots=True)
class MissedTopic:
    """A lesson a student was not at, for a valid reason, whose topic is not passed yet."""

    student_id: int
    student: str
    lesson_id: int
    on: date
    topic: str
    symbol: str


@dataclass(frozen=True, slots=True)
class Protocol:
    """A protocol as it is listed and printed."""

    id: int
    number: str
    held_on: date
    student: str
    is_passed: bool
    form: str
    result: str
    members: tuple[str, ...]
    """Full names, of a commission the chair first."""
    topics: tuple[tuple[date, str, str], ...]
    """Day, topic, the letter of the absence."""
    title: str
    journal_id: int


@dataclass(frozen=True, slots=True)
class MakeUpPage:
    """What a journal has missed, and what of it is passed."""

    journal_id: int
    title: str
    missed: tuple[MissedTopic, ...]
    protocols: tuple[Protocol, ...]
    may_write: bool
    next_number: str


def keeps(viewer: Viewer, journal_id: int) -> bool:
    """Whether the viewer writes protocols of a journal: its teacher of today, or a controller who reads it."""
    scope, values = readable_journals(viewer)
    if not viewer.roles & CONTROLLERS:
        scope += (
            " AND EXISTS (SELECT 1 FROM plans_teachingload k WHERE k.journal_id = j.id AND k.teacher_id = %s"
            " AND k.starts <= %s AND (k.until IS NULL OR k.until > %s))"
        )
        values = [*values, viewer.person_id, viewer.on, viewer.on]
    return bool(
        sql.read(
            "SELECT 1 FROM plans_journal j JOIN organisation_subject s ON s.id = j.subject_id"
            f" WHERE j.id = %s AND {scope}",
            (journal_id, *values),
        )
    )


def missed(viewer: Viewer, journal_id: int) -> list[MissedTopic]:
    """Topics still to be passed, by student and day. Two statements."""
    passed = {
        (row.student_id, topic["lesson"])
        for row in MakeUp.objects.filter(journal_id=journal_id, result="passed")
        for topic in row.topics
    }
    return [
        MissedTopic(row[0], " ".join(part for part in row[1:4] if part), row[4], row[5], row[6] or "", row[7])
        for row in sql.read(
            "SELECT a.student_id, p.surname, p.given_name, p.patronymic, l.id, l.date, r.topic, a.symbol"
            " FROM journal_absence a JOIN timetable_lesson l ON l.id = a.lesson_id"
            " JOIN people_person p ON p.id = a.student_id LEFT JOIN journal_lessonrecord r ON r.lesson_id = l.id"
            f" WHERE a.journal_id = %s AND a.school_id = %s AND a.meaning IN ({sql.marks(len(VALID))})"
            " AND l.date <= %s AND l.state <> 'cancelled'"
            " ORDER BY p.surname, p.given_name, p.id, l.date, l.number",
            (journal_id, viewer.school.id, *VALID, viewer.on),
        )
        if (row[0], row[4]) not in passed
    ]


def make_ups(viewer: Viewer, journal_id: int) -> MakeUpPage | None:
    """The page; None when the journal is out of the viewer's reach. Six statements."""
    title = _title(viewer, journal_id)
    if title is None:
        return None
    rows = list(
        MakeUp.objects.filter(journal_id=journal_id).select_related("student").order_by("-held_on", "-id")
    )
    names = _names({id for row in rows for id in row.members})
    numbers = [int(row.number) for row in rows if row.number.isdecimal()]
    return MakeUpPage(
        journal_id,
        title,
        tuple(missed(viewer, journal_id)),
        tuple(_protocol(row, names, title) for row in rows),
        keeps(viewer, journal_id),
        str(max(numbers, default=0) + 1),
    )


def protocol(viewer: Viewer, make_up_id: int) -> Protocol | None:
    """One protocol; None when its journal is out of the viewer's reach. Three statements."""
    row = MakeUp.objects.filter(pk=make_up_id, school_id=viewer.school.id).select_related("student").first()
    title = None if row is None else _title(viewer, row.journal_id)
    if row is None or title is None:
        return None
    return _protocol(row, _names(set(row.members)), title)


def _title(viewer: Viewer, journal_id: int) -> str | None:
    scope, values = readable_journals(viewer)
    rows = sql.read(
        "SELECT COALESCE(h.title, ''), s.title, COALESCE(g.short, '') FROM plans_journal j"
        " JOIN organisation_subject s ON s.id = j.subject_id LEFT JOIN organisation_homeroom h ON h.id = j.homeroom_id"
        f" LEFT JOIN organisation_subgroup g ON g.id = j.subgroup_id WHERE j.id = %s AND {scope}",
        (journal_id, *values),
    )
    return journal_name(*rows[0]) if rows else None


def _names(ids: set[int]) -> dict[int, str]:
    return {one.pk: one.full_name for one in Person.objects.filter(pk__in=ids)}


def _protocol(row: MakeUp, names: dict[int, str], title: str) -> Protocol:
    return Protocol(
        row.pk,
        row.number,
        row.held_on,
        row.student.full_name,
        row.result == "passed",
        row.form,
        dict(MakeUp.RESULTS)[row.result],
        tuple(names.get(id, "") for id in row.members),
        tuple((date.fromisoformat(one["on"]), one["topic"], one["symbol"]) for one in row.topics),
        title,
        row.journal_id,
    )
