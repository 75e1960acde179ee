"""The groups of a year: terms and vacations, students by course, curators."""

from datetime import datetime

from parta.demo.clerk import holidays_of, vacations_of
from parta.demo.college.books import DAY, College, YearBook
from parta.demo.content.calendar import YearCalendar
from parta.foundation.log import SYSTEM
from parta.organisation.actions import HomeroomRow, TermRow, ensure_homerooms
from parta.organisation.actions.calendar import ROMAN
from parta.organisation.models import AcademicYear
from parta.people.actions import RoleRow, bulk_roles


def seat_students(college: College, calendar: YearCalendar) -> None:
    """First courses are new; second ones were the first courses of the year before."""
    before, college.children = college.children, {}
    for group in college.groups:
        old = next(
            (one for one in college.groups if one.trade == group.trade and one.course == group.course - 1),
            None,
        )
        if old is not None and old.code in before:
            college.children[group.code] = before[old.code]
            continue
        sex = "m" if group.trade == "fitter" else ""
        random = college.clerk.random(f"students {calendar.year} {group.code}")
        college.children[group.code] = sorted(
            (
                college.registry.child(
                    9 + group.course, calendar.year, sex=sex if random.random() < 0.9 else ""
                )
                for _ in range(group.students)
            ),
            key=lambda child: (child.human.surname, child.human.given),
        )
    if college.shown is None:
        college.shown = college.children[college.groups[0].code][0].human
        college.shown.login = "student"


def open_year(college: College, calendar: YearCalendar, at: datetime) -> AcademicYear:
    """Two half-years, the college's vacations, holidays."""
    terms = [
        TermRow("half_year", n, f"{ROMAN[n - 1]} полугодие", span.starts, span.until)
        for n, span in enumerate(calendar.college_half_years, 1)
    ]
    days_off = vacations_of(calendar.college_vacations) + holidays_of(calendar)
    return college.clerk.open_year(calendar, terms, days_off, at)


def open_groups(college: College, book: YearBook, at: datetime) -> None:
    """The groups with their students, and a teacher as the curator of each."""
    clerk, calendar = college.clerk, book.calendar
    book.homerooms = ensure_homerooms(
        year=book.year,
        rows=[
            HomeroomRow(
                group.name,
                group.course,
                group.name.partition("-")[0],
                "half_year",
                college.bells_id,
                profile=college.content.college.trades[group.trade],
                department_id=college.departments[group.trade],
            )
            for group in college.groups
        ],
        by=SYSTEM,
        at=at,
    )
    clerk.enrol(
        {book.homerooms[group.name]: college.children[group.code] for group in college.groups},
        calendar.first_day,
        book.until,
        "31-с",
        at,
    )
    curators = [key for key in sorted(college.staff) if key.startswith("teacher")]
    book.curators = {group.code: college.staff[curators[n]] for n, group in enumerate(college.groups)}
    bulk_roles(
        school_id=clerk.school_id,
        rows=[
            RoleRow(
                book.curators[group.code].id,
                "class_teacher",
                calendar.starts,
                book.until,
                book.homerooms[group.name],
                order_number="14-од",
                order_date=calendar.starts - 5 * DAY,
            )
            for group in college.groups
        ],
        by=SYSTEM,
        at=at,
    )
