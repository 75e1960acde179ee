"""Schedules by which families of a class are told: which class has one, what would go out now."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from parta.communication.models import ClassSchedule
from parta.communication.queries.events import entries_of_class, tellings
from parta.foundation import sql
from parta.journal.queries.words import class_name, short_name
from parta.people.refusals import on_paper
from parta.people.viewer import Viewer

WEEK = timedelta(days=7)
SHOWN = 40
"""Lines of one letter that a dry run shows."""
OF_SCHOOL = frozenset({"deputy", "director", "operator"})


def schedules_of(student_ids: Iterable[int], on: date) -> dict[int, ClassSchedule]:
    """The schedule of each student's class on a day, where it has one. Two statements; none without students."""
    ids = sorted(set(student_ids))
    if not ids:
        return {}
    places: dict[int, int] = dict(
        sql.read(
            "SELECT e.student_id, e.homeroom_id FROM people_enrolment e JOIN communication_classschedule s"
            f" ON s.homeroom_id = e.homeroom_id WHERE e.student_id IN ({sql.marks(len(ids))})"
            " AND e.starts <= %s AND (e.until IS NULL OR e.until > %s)",
            (*ids, on, on),
        )
    )
    found = {
        row.homeroom_id: row for row in ClassSchedule.objects.filter(homeroom_id__in=set(places.values()))
    }
    return {student: found[homeroom] for student, homeroom in places.items() if homeroom in found}


@dataclass(frozen=True, slots=True)
class ClassLine:
    """A class and its schedule, or none."""

    id: int
    title: str
    schedule: ClassSchedule | None


def class_lines(viewer: Viewer) -> list[ClassLine]:
    """Classes of the running year the viewer may set a schedule for, those without one first. Two statements."""
    where, values = "", [viewer.school.id, viewer.on, viewer.on]
    if not viewer.roles & OF_SCHOOL:
        where = f" AND h.id IN ({sql.marks(len(viewer.homeroom_ids))})"
        values += viewer.homeroom_ids
    rows = sql.read(
        "SELECT h.id, h.title FROM organisation_homeroom h JOIN organisation_academicyear y ON y.id = h.year_id"
        f" WHERE h.school_id = %s AND y.starts <= %s AND y.until > %s{where} ORDER BY h.grade, h.title",
        values,
    )
    known = {
        row.homeroom_id: row for row in ClassSchedule.objects.filter(homeroom_id__in=[row[0] for row in rows])
    }
    lines = [ClassLine(id, class_name(title), known.get(id)) for id, title in rows]
    return sorted(lines, key=lambda line: line.schedule is not None)


@dataclass(frozen=True, slots=True)
class Tried:
    """What would go to one person: how many things, the first of them. `says` is empty for who sees no marks."""

    name: str
    count: int
    says: tuple[str, ...]


def tried(viewer: Viewer, homeroom_id: int, kinds: Iterable[str]) -> list[Tried]:
    """A dry run: the letters that the last seven days would make under a schedule. Nothing is written or sent.

    The same steps as the real way: the same sentences, the same families, without those who refused.
    """
    entries = entries_of_class(homeroom_id, viewer.at - WEEK, list(kinds))
    found = tellings(entries, viewer.school.id, viewer.on)
    refusing = on_paper([one.student_id for one in found if one.student_id is not None], viewer.on)
    people: dict[int, list[str]] = {}
    for one in found:
        if one.student_id not in refusing:
            people.setdefault(one.person_id, []).append(one.says)
    if not people:
        return []
    names = {
        row[0]: short_name(*row[1:4])
        for row in sql.read(
            f"SELECT id, surname, given_name, patronymic FROM people_person WHERE id IN ({sql.marks(len(people))})",
            list(people),
        )
    }
    blind = not viewer.roles & {"deputy", "director"} and homeroom_id not in viewer.homeroom_ids
    return [
        Tried(names[person], len(said), () if blind else tuple(said[:SHOWN]))
        for person, said in sorted(people.items(), key=lambda item: names[item[0]])
    ]
