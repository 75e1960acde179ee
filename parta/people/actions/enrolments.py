"""A student's places: in a homeroom, in subgroups; always from a day until a day, by an order."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Q

from parta.foundation.log import Actor, Line
from parta.foundation.pagekit import ru_date_full
from parta.organisation.actions import checks
from parta.organisation.acts import Refusal, act
from parta.organisation.models import Homeroom, Subgroup
from parta.people.models import Enrolment, Person, SubgroupMembership


@dataclass(frozen=True, slots=True)
class EnrolmentRow:
    """A place in a homeroom."""

    student_id: int
    homeroom_id: int
    starts: date
    until: date | None = None
    order_number: str = ""
    left_order: str = ""


@dataclass(frozen=True, slots=True)
class MembershipRow:
    """A place in a subgroup."""

    student_id: int
    subgroup_id: int
    starts: date
    until: date | None = None


def _enrolled(row: Enrolment) -> Line:
    return Line(
        "student_enrolled",
        "enrolment",
        row.pk,
        student_id=row.student_id,
        data={
            "homeroom": row.homeroom_id,
            "starts": row.starts.isoformat(),
            "until": row.until.isoformat() if row.until else None,
            "order": row.order_number,
        },
    )


def _order(number: str) -> str:
    return checks.text(number, 40, "order_number", "номер приказа", needed=False)


def _inside_year(homeroom: Homeroom, on: date, field: str) -> None:
    year = homeroom.year
    checks.not_closed(year)
    if not year.starts <= on < year.until:
        last = checks.last_day(year.until)
        raise Refusal(
            f"Дата вне учебного года {year.title}: он идёт с {ru_date_full(year.starts)} по {ru_date_full(last)}",
            field,
        )


def enrol(
    *, student: Person, homeroom: Homeroom, starts: date, order_number: str = "", by: Actor, at: datetime
) -> Enrolment:
    """Enrol a student from a day to the end of the year. Raises Refusal when a place in that year overlaps."""
    if student.school_id != homeroom.school_id:
        raise Refusal("Ученик и класс записаны в разных школах.", "homeroom")
    _inside_year(homeroom, starts, "starts")
    with act(student.school_id, by=by, at=at) as lines:
        clash = (
            Enrolment.objects.filter(student=student, homeroom__year_id=homeroom.year_id)
            .filter(Q(until=None) | Q(until__gt=starts))
            .exclude(until__lte=starts)
            .select_related("homeroom")
            .first()
        )
        if clash is not None:
            raise Refusal(
                f"Ученик уже числится в классе {clash.homeroom.title} с {ru_date_full(clash.starts)}"
                " Сначала переведите или отчислите его оттуда.",
                "student",
            )
        row = Enrolment.objects.create(
            school_id=student.school_id,
            student=student,
            homeroom=homeroom,
            starts=starts,
            order_number=_order(order_number),
        )
        lines.append(_enrolled(row))
    return row


def _place_on(student: Person, on: date, field: str) -> Enrolment:
    row = (
        Enrolment.objects.filter(student=student, starts__lte=on)
        .filter(Q(until=None) | Q(until__gt=on))
        .select_related("homeroom__year")
        .order_by("-starts")
        .first()
    )
    if row is None:
        raise Refusal("На эту дату ученик ни в одном классе не числится.", field)
    return row


def leave(*, student: Person, on: date, order_number: str = "", by: Actor, at: datetime) -> Enrolment:
    """The student is in the homeroom, and its subgroups, no more from `on` on; past marks stay where they are.

    A place that began on that very day is emptied: it holds no day.
    """
    row = _place_on(student, on, "on")
    with act(student.school_id, by=by, at=at) as lines:
        row.until = on
        row.left_order = _order(order_number)
        row.save(update_fields=["until", "left_order"])
        lines.append(
            Line(
                "student_left",
                "enrolment",
                row.pk,
                student_id=student.pk,
                data={"homeroom": row.homeroom_id, "until": on.isoformat(), "order": row.left_order},
            )
        )
        _leave_subgroups(student, row.homeroom, on, lines, keep=None)
    return row


def transfer(
    *, student: Person, homeroom: Homeroom, on: date, order_number: str = "", by: Actor, at: datetime
) -> Enrolment:
    """From `on` on the student is in another homeroom of the same year."""
    if student.school_id != homeroom.school_id:
        raise Refusal("Ученик и класс записаны в разных школах.", "homeroom")
    old = _place_on(student, on, "on")
    if old.homeroom_id == homeroom.pk:
        raise Refusal("Ученик и так в этом классе.", "homeroom")
    if old.homeroom.year_id != homeroom.year_id:
        raise Refusal("Классы разных учебных лет: перевод бывает внутри года.", "homeroom")
    _inside_year(homeroom, on, "on")
    order = _order(order_number)
    with act(student.school_id, by=by, at=at) as lines:
        old.until, old.left_order = on, order
        old.save(update_fields=["until", "left_order"])
        row = Enrolment.objects.create(
            school_id=student.school_id, student=student, homeroom=homeroom, starts=on, order_number=order
        )
        lines.append(
            Line(
                "student_transferred",
                "enrolment",
                row.pk,
                student_id=student.pk,
                data={"from": old.homeroom_id, "to": homeroom.pk, "on": on.isoformat(), "order": order},
            )
        )
        _leave_subgroups(student, old.homeroom, on, lines, keep=homeroom)
    return row


def correct_enrolment(
    *, enrolment: Enrolment, starts: date, order_number: str, by: Actor, at: datetime
) -> Enrolment:
    """Correct the first day or the order of a place (a slip of an import)."""
    _inside_year(enrolment.homeroom, starts, "starts")
    if enrolment.until is not None and starts >= enrolment.until:
        raise Refusal("Начало позже выбытия: проверьте даты.", "starts")
    before = enrolment.starts
    with act(enrolment.school_id, by=by, at=at) as lines:
        names = checks.changed(enrolment, starts=starts, order_number=_order(order_number))
        if names:
            enrolment.save(update_fields=names)
            lines.append(
                Line(
                    "enrolment_corrected",
                    "enrolment",
                    enrolment.pk,
                    student_id=enrolment.student_id,
                    data={
                        "before": before.isoformat(),
                        "starts": starts.isoformat(),
                        "order": enrolment.order_number,
                    },
                )
            )
    return enrolment


def _leave_subgroups(
    student: Person, homeroom: Homeroom, on: date, lines: list[Line], keep: Homeroom | None
) -> None:
    rows = SubgroupMembership.objects.filter(student=student, subgroup__homerooms=homeroom).filter(
        Q(until=None) | Q(until__gt=on)
    )
    if keep is not None:
        rows = rows.exclude(subgroup__in=Subgroup.objects.filter(homerooms=keep))
    for row in rows:
        _end_membership(row, on, lines)


def _end_membership(row: SubgroupMembership, on: date, lines: list[Line]) -> None:
    row.until = max(on, row.starts)
    row.save(update_fields=["until"])
    lines.append(
        Line(
            "subgroup_left",
            "membership",
            row.pk,
            student_id=row.student_id,
            data={"subgroup": row.subgroup_id, "until": row.until.isoformat()},
        )
    )


def join_subgroup(
    *, student: Person, subgroup: Subgroup, starts: date, by: Actor, at: datetime
) -> SubgroupMembership:
    """Put a student into a subgroup from a day on, out of any other of the same split."""
    year = subgroup.year
    checks.not_closed(year)
    if not year.starts <= starts < year.until:
        raise Refusal(f"Дата вне учебного года {year.title}.", "starts")
    if not (
        Enrolment.objects.filter(student=student, homeroom__subgroups=subgroup, starts__lte=starts)
        .filter(Q(until=None) | Q(until__gt=starts))
        .exists()
    ):
        raise Refusal("На эту дату ученик не числится в классе этой подгруппы.", "student")
    with act(student.school_id, by=by, at=at) as lines:
        current = list(
            SubgroupMembership.objects.filter(
                student=student, subgroup__split=subgroup.split, subgroup__year=year
            ).filter(Q(until=None) | Q(until__gt=starts))
        )
        for row in current:
            if row.subgroup_id == subgroup.pk and row.starts <= starts and row.until is None:
                return row
        for row in current:
            if row.starts >= starts:
                lines.append(
                    Line("subgroup_left", "membership", row.pk, student_id=student.pk, data={"until": None})
                )
                row.delete()
            else:
                _end_membership(row, starts, lines)
        row = SubgroupMembership.objects.create(
            school_id=student.school_id, student=student, subgroup=subgroup, starts=starts
        )
        lines.append(
            Line(
                "subgroup_joined",
                "membership",
                row.pk,
                student_id=student.pk,
                data={"subgroup": subgroup.pk, "starts": starts.isoformat()},
            )
        )
    return row


def leave_subgroup(*, student: Person, subgroup: Subgroup, on: date, by: Actor, at: datetime) -> None:
    """The student is in the subgroup no more from `on` on."""
    checks.not_closed(subgroup.year)
    rows = SubgroupMembership.objects.filter(student=student, subgroup=subgroup).filter(
        Q(until=None) | Q(until__gt=on)
    )
    with act(student.school_id, by=by, at=at) as lines:
        if not rows:
            raise Refusal("В этой подгруппе ученик не числится.", "student")
        for row in rows:
            _end_membership(row, on, lines)


def bulk_enrolments(*, school_id: int, rows: Sequence[EnrolmentRow], by: Actor, at: datetime) -> list[int]:
    """Many places in homerooms; ids in the order of the rows. The caller vouches that none overlap."""
    for row in rows:
        checks.span(row.starts, row.until)
    checks.none_closed(Homeroom, (row.homeroom_id for row in rows))
    with act(school_id, by=by, at=at) as lines:
        made = Enrolment.objects.bulk_create(
            [
                Enrolment(
                    school_id=school_id,
                    student_id=row.student_id,
                    homeroom_id=row.homeroom_id,
                    starts=row.starts,
                    until=row.until,
                    order_number=row.order_number,
                    left_order=row.left_order,
                )
                for row in rows
            ],
            batch_size=500,
        )
        lines += [_enrolled(row) for row in made]
    return [row.pk for row in made]


def bulk_memberships(*, school_id: int, rows: Sequence[MembershipRow], by: Actor, at: datetime) -> list[int]:
    """Many places in subgroups; ids in the order of the rows."""
    for row in rows:
        checks.span(row.starts, row.until)
    checks.none_closed(Subgroup, (row.subgroup_id for row in rows))
    with act(school_id, by=by, at=at) as lines:
        made = SubgroupMembership.objects.bulk_create(
            [
                SubgroupMembership(
                    school_id=school_id,
                    student_id=row.student_id,
                    subgroup_id=row.subgroup_id,
                    starts=row.starts,
                    until=row.until,
                )
                for row in rows
            ],
            batch_size=500,
        )
        lines += [
            Line(
                "subgroup_joined",
                "membership",
                row.pk,
                student_id=row.student_id,
                data={"subgroup": row.subgroup_id, "starts": row.starts.isoformat()},
            )
            for row in made
        ]
    return [row.pk for row in made]
