"""Guardianship: who stands for a student, from when until when, with or without rights."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Q

from parta.foundation.log import Actor, Line
from parta.organisation.actions import checks
from parta.organisation.acts import Refusal, act
from parta.people.models import Guardianship, Person


@dataclass(frozen=True, slots=True)
class GuardianshipRow:
    """A guardian of a student."""

    guardian_id: int
    student_id: int
    relation: str
    starts: date
    has_rights: bool = True
    until: date | None = None


def _line(row: Guardianship) -> Line:
    return Line(
        "guardianship_set",
        "guardianship",
        row.pk,
        student_id=row.student_id,
        data={
            "guardian": row.guardian_id,
            "relation": row.relation,
            "has_rights": row.has_rights,
            "starts": row.starts.isoformat(),
            "until": row.until.isoformat() if row.until else None,
        },
    )


def set_guardianship(
    *,
    guardian: Person,
    student: Person,
    relation: str = "guardian",
    has_rights: bool = True,
    starts: date,
    until: date | None = None,
    by: Actor,
    at: datetime,
) -> Guardianship:
    """Make a person a student's guardian. One that holds already is corrected (relation, rights, end)."""
    checks.one_of(relation, Guardianship.RELATIONS, "relation", "кем приходится")
    checks.span(starts, until)
    if guardian.school_id != student.school_id:
        raise Refusal("Представитель и ученик записаны в разных школах.", "guardian")
    if guardian.pk == student.pk:
        raise Refusal("Человек не может быть представителем самого себя.", "guardian")
    with act(student.school_id, by=by, at=at) as lines:
        row = (
            Guardianship.objects.filter(guardian=guardian, student=student)
            .filter(Q(until=None) | Q(until__gt=starts))
            .order_by("starts")
            .first()
        )
        if row is None:
            row = Guardianship.objects.create(
                school_id=student.school_id,
                guardian=guardian,
                student=student,
                relation=relation,
                has_rights=has_rights,
                starts=starts,
                until=until,
            )
            lines.append(_line(row))
            return row
        names = checks.changed(row, relation=relation, has_rights=has_rights, until=until)
        if names:
            row.save(update_fields=names)
            lines.append(_line(row))
    return row


def end_guardianship(*, guardianship: Guardianship, until: date, by: Actor, at: datetime) -> Guardianship:
    """The guardian sees nothing of the student from `until` on."""
    if not checks.EARLIEST <= until < checks.LATEST:
        raise Refusal("Такой даты быть не может: проверьте год.", "until")
    if guardianship.until is not None and guardianship.until <= until:
        raise Refusal("Эта связь к этому дню уже закончена.", "until")
    with act(guardianship.school_id, by=by, at=at) as lines:
        guardianship.until = max(until, guardianship.starts)
        guardianship.save(update_fields=["until"])
        lines.append(
            Line(
                "guardianship_ended",
                "guardianship",
                guardianship.pk,
                student_id=guardianship.student_id,
                data={"guardian": guardianship.guardian_id, "until": guardianship.until.isoformat()},
            )
        )
    return guardianship


def bulk_guardianships(
    *, school_id: int, rows: Sequence[GuardianshipRow], by: Actor, at: datetime
) -> list[int]:
    """Many guardianships; ids in the order of the rows."""
    for row in rows:
        checks.one_of(row.relation, Guardianship.RELATIONS, "relation", "кем приходится")
        checks.span(row.starts, row.until)
    with act(school_id, by=by, at=at) as lines:
        made = Guardianship.objects.bulk_create(
            [
                Guardianship(
                    school_id=school_id,
                    guardian_id=row.guardian_id,
                    student_id=row.student_id,
                    relation=row.relation,
                    has_rights=row.has_rights,
                    starts=row.starts,
                    until=row.until,
                )
                for row in rows
            ],
            batch_size=500,
        )
        lines += [_line(row) for row in made]
    return [row.pk for row in made]
