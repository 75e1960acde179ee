"""The frame of a year: terms and vacations, classes and their subgroups, who is enrolled where, class teachers."""

from collections import defaultdict
from datetime import datetime

from parta.demo.clerk import holidays_of, vacations_of
from parta.demo.content.calendar import YearCalendar
from parta.demo.families import Child
from parta.demo.gymnasium.books import DAY, SPLITS, School, YearBook, subgroup_title, term_kind
from parta.demo.school_plan import title
from parta.foundation.log import SYSTEM
from parta.organisation.actions import (
    HomeroomRow,
    SubgroupRow,
    TermRow,
    VacationRow,
    bulk_vacations,
    ensure_homerooms,
    ensure_subgroups,
)
from parta.organisation.actions.calendar import ROMAN
from parta.organisation.models import AcademicYear
from parta.people.actions import MembershipRow, RoleRow, bulk_memberships, bulk_roles


def open_year(school: School, calendar: YearCalendar, at: datetime) -> AcademicYear:
    """Half-years and their quarters, vacations of all, holidays."""
    terms = [
        TermRow("half_year", n, f"{ROMAN[n - 1]} полугодие", span.starts, span.until)
        for n, span in enumerate(calendar.half_years, 1)
    ]
    terms += [
        TermRow(
            "quarter", n, f"{ROMAN[n - 1]} четверть", span.starts, span.until, ("half_year", (n + 1) // 2)
        )
        for n, span in enumerate(calendar.quarters, 1)
    ]
    shared = [span for span in calendar.vacations if not span.grades]
    return school.clerk.open_year(calendar, terms, vacations_of(shared) + holidays_of(calendar), at)


def open_classes(school: School, book: YearBook, at: datetime) -> None:
    """The classes, and the vacations that only some of them have."""
    classes = book.plan.classes
    rows = [
        HomeroomRow(
            title((grade, letter)),
            grade,
            letter,
            term_kind(grade),
            school.bells["first_grade" if grade == 1 else "main"],
        )
        for grade, letter in classes
    ]
    book.homerooms = ensure_homerooms(year=book.year, rows=rows, by=SYSTEM, at=at)
    for span in book.calendar.vacations:
        own = [
            VacationRow(
                "vacation",
                f"{span.name[:60]}, {title(group)}",
                span.starts,
                span.until,
                book.homerooms[title(group)],
            )
            for group in classes
            if group[0] in span.grades
        ]
        bulk_vacations(year=book.year, rows=own, by=SYSTEM, at=at)


def open_subgroups(school: School, book: YearBook, at: datetime) -> None:
    """Two parts for each split of each class."""
    rows = [
        SubgroupRow(
            subgroup_title(split, group, part),
            f"{part}-я гр.",
            f"{SPLITS[split]} {title(group)}",
            (book.homerooms[title(group)],),
        )
        for group in book.plan.classes
        for split in school.splits(group[0])
        for part in (1, 2)
    ]
    book.subgroups = ensure_subgroups(year=book.year, rows=rows, by=SYSTEM, at=at)


def enrol(school: School, book: YearBook, at: datetime) -> None:
    """Everybody who has a place, by one order, into the class and its parts."""
    clerk, places = school.clerk, book.places
    groups: dict[int, list[Child]] = defaultdict(list)
    for place in places:
        groups[book.homerooms[title(place.group)]].append(place.child)
    clerk.enrol(groups, places[0].starts, places[0].until, school.order("enrol"), at)
    bulk_memberships(
        school_id=clerk.school_id,
        rows=[
            MembershipRow(
                place.child.human.id,
                book.subgroups[subgroup_title(split, place.group, part)],
                place.starts,
                place.until,
            )
            for place in places
            for split, part in sorted(place.parts.items())
        ],
        by=SYSTEM,
        at=at,
    )


def give_class_teachers(school: School, book: YearBook, at: datetime) -> None:
    """One order names them all."""
    order, starts = school.order("homeroom"), book.calendar.starts
    bulk_roles(
        school_id=school.clerk.school_id,
        rows=[
            RoleRow(
                school.staff[post].id,
                "class_teacher",
                starts,
                book.until,
                book.homerooms[title(group)],
                order_number=order,
                order_date=starts - 4 * DAY,
            )
            for group, post in sorted(book.plan.class_teachers.items())
        ],
        by=SYSTEM,
        at=at,
    )
