"""The journals of the college, written up to now: teachers by their manners, masters by theirs."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal

from parta.demo.clerk import hand_of
from parta.demo.college.books import DAY, College, YearBook, plan_title, school_days, weekly
from parta.demo.college.founding import WORK_KINDS
from parta.demo.content.values import CollegeGroup, CollegeUnit
from parta.demo.course import Course, Hour, Manners, TermSpan, Topic
from parta.demo.health import year_of_misses
from parta.demo.life import Life
from parta.journal.actions.bulk import Ids, pour

WEIGHTS = {row.code: Decimal(str(row.weight)) for row in WORK_KINDS}
LETTERS = {"ill": "б", "excused": "п"}
SAME_DAY = frozenset({"oral", "independent", "laboratory", "practical"})


def write_journals(college: College, book: YearBook, ids: Ids, today: date) -> None:
    """Write the year's journals up to now."""
    clerk, calendar = college.clerk, book.calendar
    lessons, heads = clerk.lessons(book.year.pk), clerk.heads()
    midnights = clerk.midnights(calendar.starts, calendar.until)
    terms = clerk.terms(book.year.pk, "half_year")
    days = [
        day
        for half in calendar.college_half_years
        for day in school_days(calendar, half)
        if day <= today + 9 * DAY
    ]
    pours = []
    for group in college.groups:
        places = [(child, calendar.first_day, None) for child in college.children[group.code]]
        misses = year_of_misses(places, days, clerk.random(f"health {calendar.year} {group.code}"))
        for unit in college.units(group):
            journal_id = book.journals[group.code, unit.code]
            role = "master" if unit.taught_by == "master" else "teacher"
            teacher = hand_of(college.teacher(group, unit), role)
            course = Course(
                pour=clerk.pour_for(journal_id, f"{calendar.year} {group.code} {unit.code}", heads, ids),
                subject=unit.code,
                grade=10,
                marked=True,
                hours=max(1.0, weekly(group, unit) / unit.lesson_hours),
                lessons=lessons.get(journal_id, []),
                topics=_topics_of(book, group, unit, lessons.get(journal_id, []), terms),
                places=places,
                terms=terms,
                year_term=None,
                misses=misses,
                substitutes={},
                hands={teacher.person_id: teacher},
                settles=hand_of(book.curators[group.code], "class_teacher"),
                decides=hand_of(college.staff["deputy"], "deputy"),
                midnights=midnights,
            )
            life = Life(_manners(unit), college.content.remarks, clerk.now, clerk.zone)
            if course.lessons:
                life.live(course, clerk.random(f"life {calendar.year} {group.code} {unit.code}"))
            pours.append(course.pour)
    pour(pours)
    college.progress(f"Колледж {calendar.name}", 1, 1)


def _topics_of(
    book: YearBook, group: CollegeGroup, unit: CollegeUnit, lessons: Sequence[Hour], terms: Sequence[TermSpan]
) -> list[Topic]:
    """Topics for the lessons: each half-year begins with its own part of the plan, whatever was left before."""
    topics = book.topics[book.plans[plan_title(group, unit)]]
    first = unit.hours.get(2 * group.course - 1, 0)
    in_first = sum(1 for lesson in lessons if lesson.date < terms[0].until)
    return topics[: min(first, in_first)] + topics[first:]


def _manners(unit: CollegeUnit) -> Manners:
    """How a unit is written: a master marks practice on its day; that nothing is set for home is said (ET-7.2o)."""
    by_master = unit.taught_by == "master"
    return Manners(
        unknown="н",
        reasons=LETTERS,
        window_days=0 if by_master else 6,
        same_day=SAME_DAY,
        weights=WEIGHTS,
        answers="practice" if by_master else "oral",
        finals_pass=unit.finals == "Зачёт",
        individual_text="индивидуальные задания",
    )
