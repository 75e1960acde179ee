"""The change of the school year: the next one is opened, students go up by an order, the old one is closed.

Source: IP-2.13r–t. Each is one transaction; what is written of names stays out of the school's chain.
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from parta.control.queries.year_change import ClassLine, YearChange, change_of, last_grade, next_title
from parta.foundation.log import Actor, Line
from parta.foundation.pagekit import ru_date
from parta.organisation import actions as organisation
from parta.organisation.actions import checks
from parta.organisation.acts import Refusal, act
from parta.organisation.models import AcademicYear, Homeroom, School, Term
from parta.people import actions as people
from parta.people.models import Person
from parta.plans import actions as plans
from parta.plans.models import CurriculumHours

OUTCOMES = {
    "promoted": "переведён",
    "conditional": "переведён условно",
    "repeats": "оставлен на повторное обучение",
    "left": "выбывает",
    "graduated": "окончил школу",
}
"""What becomes of a student at the end of a year."""


@dataclass(frozen=True, slots=True)
class Move:
    """One student at the turn of the year. `homeroom`: the class of the next year, empty for who leaves."""

    student_id: int
    name: str
    was: str
    outcome: str
    homeroom: str


def moves(change: YearChange, outcomes: Mapping[int, str]) -> list[Move]:
    """Who goes where: `outcomes` names the exceptions, all others go up (or finish). Raises Refusal. Pure."""
    found = []
    known = {student for line in change.classes for student, _, _ in line.students}
    strangers = set(outcomes) - known
    if strangers:
        raise Refusal("Список учеников изменился: обновите страницу.")
    for line in change.classes:
        for student, name, placed in line.students:
            if placed:
                continue
            outcome = outcomes.get(student, "promoted" if line.becomes else "graduated")
            if outcome not in OUTCOMES:
                raise Refusal("Неизвестный исход: обновите страницу.")
            goes_up = outcome in {"promoted", "conditional"}
            if goes_up and not line.becomes:
                outcome, goes_up = "graduated", False
            title = line.becomes if goes_up else line.title if outcome == "repeats" else ""
            found.append(Move(student, name, line.title, outcome, title))
    return found


def open_next_year(
    *, school_id: int, title: str, starts: date, until: date, on: date, by: Actor, at: datetime
) -> AcademicYear:
    """Open the year after the present one, with its usual calendar, its classes a grade up and the same curriculum.

    Raises Refusal when there is no year to follow, when a next one is there, or when the two overlap.
    """
    school = School.objects.get(pk=school_id)
    change = change_of(school_id, school.kind, on)
    if change.old is None:
        raise Refusal("Нет учебного года, за которым следует новый: откройте первый в календаре.")
    if change.new is not None:
        raise Refusal(f"Следующий год, {change.new.title}, уже открыт.", "title")
    if starts < change.old.until:
        raise Refusal(
            f"Прежний год идёт по {ru_date(checks.last_day(change.old.until))}: новый начинается позже.",
            "starts",
        )
    old = AcademicYear.objects.get(pk=change.old.id)
    with act(school_id, by=by, at=at) as lines:
        year = organisation.open_year(
            school_id=school_id,
            title=title,
            starts=starts,
            until=until,
            week_days=old.week_days,
            by=by,
            at=at,
        )
        _calendar(old, year, by, at)
        _homerooms(old, year, school.kind, by, at)
        plans.set_curriculum(year=year, rows=_curriculum(old), by=by, at=at)
        lines.append(Line("year_follows", "year", year.pk, data={"after": old.pk}))
    return year


def _calendar(old: AcademicYear, year: AcademicYear, by: Actor, at: datetime) -> None:
    """The usual terms of the kinds the old year had, and the usual days off, as far as they lie in the year."""
    kinds = set(Term.objects.filter(year=old).values_list("kind", flat=True)) - {"year", "module"}
    terms: list[organisation.TermRow] = []
    vacations: list[organisation.VacationRow] = []
    for kind in sorted(kinds, key=("quarter", "trimester", "half_year", "semester").index):
        usual = kind if kind in {"quarter", "trimester"} else "half_year"
        rows, days = organisation.standard_terms(year.starts, usual)
        terms += [
            organisation.TermRow(
                kind, row.number, row.title.replace("полугодие", "семестр") if kind == "semester" else row.title,
                row.starts, row.until,
            )
            for row in rows
            if year.starts <= row.starts and row.until <= year.until and row.kind != "year"
        ]  # fmt: skip
        vacations = vacations or [
            day for day in days if year.starts <= day.starts and day.until <= year.until
        ]
    if terms:
        organisation.set_terms(year=year, terms=terms, by=by, at=at)
    if vacations:
        organisation.bulk_vacations(year=year, rows=vacations, by=by, at=at)


def _homerooms(old: AcademicYear, year: AcademicYear, kind: str, by: Actor, at: datetime) -> None:
    rooms = list(Homeroom.objects.filter(year=old))
    last = last_grade({room.grade for room in rooms if room.grade is not None}, kind)
    kinds = {room.grade: room.term_kind for room in rooms}
    rows = [
        organisation.HomeroomRow(
            title=title,
            grade=grade,
            letter=room.letter,
            term_kind=kinds.get(grade, room.term_kind),
            bells_id=room.bells_id,
            room_id=room.room_id,
            profile=room.profile,
            department_id=room.department_id or 0,
        )
        for room in rooms
        if (title := next_title(room.title, room.grade, last))
        for grade in [room.grade + 1 if room.grade is not None else None]
    ]
    organisation.ensure_homerooms(year=year, rows=rows, by=by, at=at)


def _curriculum(old: AcademicYear) -> list[plans.CurriculumRow]:
    """The lines by grade; those of single classes belong to the class that had them."""
    return [
        plans.CurriculumRow(
            subject_id=line.subject_id,
            grade=line.grade,
            weekly_hours=line.weekly_hours,
            yearly_hours=line.yearly_hours,
            control=line.control,
            level=line.level,
        )
        for line in CurriculumHours.objects.filter(year=old, homeroom=None)
    ]


def promote(
    *,
    school_id: int,
    order_number: str,
    order_date: date | None,
    outcomes: Mapping[int, str],
    on: date,
    by: Actor,
    at: datetime,
) -> list[Move]:
    """Move all who have no place in the next year yet, by the director's order.

    Raises Refusal without the order's number and date, without a next year, or when there is nobody to move.
    """
    number = checks.text(order_number, 24, "order_number", "номер приказа")
    if order_date is None:
        raise Refusal("Не заполнено: дата приказа.", "order_date")
    checks.span(order_date, None)
    school = School.objects.get(pk=school_id)
    change = change_of(school_id, school.kind, on)
    if change.old is None or change.new is None:
        raise Refusal("Следующего учебного года ещё нет: сначала создайте его.")
    if change.old.is_closed:
        raise Refusal(f"Учебный год {change.old.title} закрыт: переводить из него некого.")
    found = moves(change, outcomes)
    if not found:
        raise Refusal("Все ученики уже переведены.")
    order = f"{number} от {order_date:%d.%m.%Y}"
    year = AcademicYear.objects.get(pk=change.new.id)
    with act(school_id, by=by, at=at) as lines:
        homerooms = _places(year, change.classes, found, by, at)
        staying = [move for move in found if move.homeroom]
        people.bulk_enrolments(
            school_id=school_id,
            rows=[
                people.EnrolmentRow(
                    student_id=move.student_id,
                    homeroom_id=homerooms[move.homeroom],
                    starts=year.starts,
                    order_number=order,
                )
                for move in staying
            ],
            by=by,
            at=at,
        )
        leaving = {move.student_id for move in found if not move.homeroom}
        for student in Person.objects.filter(pk__in=leaving).order_by("pk"):
            people.leave(student=student, on=change.old.until, order_number=order, by=by, at=at)
        counts = Counter(move.outcome for move in found)
        data = {"order": order, "to": year.pk, **{outcome: counts[outcome] for outcome in OUTCOMES}}
        data["exceptions"] = {str(student): outcome for student, outcome in sorted(outcomes.items())}
        lines.append(Line("students_promoted", "year", change.old.id, data=data))
    return found


def _places(
    year: AcademicYear, classes: tuple[ClassLine, ...], found: list[Move], by: Actor, at: datetime
) -> dict[str, int]:
    """Classes of the next year by title; what is wanted and not there is made like the class it is named after."""
    known = dict(Homeroom.objects.filter(year=year).values_list("title", "pk"))
    wanted = {move.homeroom for move in found if move.homeroom} - set(known)
    rows = {}
    for line in classes:
        for title, grade in ((line.title, line.grade), (line.becomes, (line.grade or 0) + 1)):
            if title in wanted:
                like = Homeroom.objects.get(pk=line.id)
                rows[title] = organisation.HomeroomRow(
                    title=title, grade=grade if line.grade is not None else None, letter=line.letter,
                    term_kind=like.term_kind, profile=like.profile, department_id=like.department_id or 0,
                )  # fmt: skip
    return organisation.ensure_homerooms(year=year, rows=list(rows.values()), by=by, at=at) if rows else known


def close_past_year(*, school_id: int, on: date, by: Actor, at: datetime) -> AcademicYear:
    """Close the year: from now on it is only read.

    Raises Refusal, naming journals, while final marks of the year are missing; and while the year still goes on.
    """
    school = School.objects.get(pk=school_id)
    change = change_of(school_id, school.kind, on)
    if change.old is None or change.old.is_closed:
        raise Refusal("Незакрытого учебного года нет.")
    if change.missing:
        listed = "; ".join(f"{line.homeroom}, {line.journal} – {line.count}" for line in change.missing[:8])
        more = f" и ещё журналов: {len(change.missing) - 8}" if len(change.missing) > 8 else ""
        raise Refusal(
            f"Годовых отметок не хватает: {change.missing_marks}. {listed}{more}. Выставьте их или отложите с причиной."
        )
    if on < checks.last_day(change.old.until):
        raise Refusal(
            f"Учебный год идёт по {ru_date(checks.last_day(change.old.until))}: закрыть его можно после."
        )
    year = AcademicYear.objects.get(pk=change.old.id)
    with act(school_id, by=by, at=at) as lines:
        organisation.change_year(
            year=year,
            starts=year.starts,
            until=year.until,
            week_days=year.week_days,
            state="closed",
            by=by,
            at=at,
        )
        lines.append(Line("year_closed", "year", year.pk))
    return year
