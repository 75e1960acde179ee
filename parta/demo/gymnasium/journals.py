"""The journals of a year, written up to now; some work of the shown teacher is left to do and to decide."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

from parta.demo.clerk import hand_of
from parta.demo.course import Course, Hour, Manners
from parta.demo.gymnasium.books import DAY, Place, School, YearBook, term_kind
from parta.demo.gymnasium.founding import WORK_KINDS
from parta.demo.gymnasium.substitutions import substitute
from parta.demo.health import Misses, year_of_misses
from parta.demo.life import Life
from parta.demo.school_plan import CLASS_TEACHER_POST, DEMO_CLASS, DEMO_POST, Class, title
from parta.journal.actions.bulk import Ids, Pour, pour

MANNERS = Manners(
    unknown="н",
    late="О",
    reasons={"ill": "Б", "excused": "У", "unexcused": "Н"},
    window_days=4,
    weights={row.code: Decimal(str(row.weight)) for row in WORK_KINDS},
    under_permit=(("GT-I-5.2.tch.ж-b",), ("GT-I-5.2.tch.ж-c",)),
)
WAITING = {
    f"{title(DEMO_CLASS)}:rus": (DEMO_POST, "GT-I-5.2.tch.ж-c", 35),
    f"{title(DEMO_CLASS)}:math": (CLASS_TEACHER_POST, "GT-I-5.2.tch.ж-b", 190),
}
"""Journals in which a permit waits: who asked for it, under which clause, how many minutes ago."""
AT_ONCE = 24
"""Journals poured together."""


def write_journals(school: School, book: YearBook, ids: Ids, today: date) -> None:
    """Write the year's journals up to now."""
    clerk, calendar = school.clerk, book.calendar
    lessons = clerk.lessons(book.year.pk)
    substitutes = substitute(school, book, lessons, today)
    misses = _misses(school, book, today)
    heads = clerk.heads()
    midnights = clerk.midnights(calendar.starts, calendar.until)
    terms = {kind: clerk.terms(book.year.pk, kind) for kind in ("quarter", "half_year", "year")}
    life = Life(MANNERS, school.content.remarks, clerk.now, clerk.zone)
    untouched = _untouched(school, lessons, today)
    hands = {human.id: hand_of(human, "teacher") for human in school.staff.values()}
    decides = hand_of(school.office["deputy"], "deputy")
    by_class: dict[Class, list[Place]] = defaultdict(list)
    for place in book.places:
        by_class[place.group].append(place)
    waiting: list[Pour] = []
    for number, (key, journal) in enumerate(book.plan.journals.items(), 1):
        subject = school.content.subjects[journal.subject]
        grade = journal.group[0]
        journal_id = book.journals[key]
        course = Course(
            pour=clerk.pour_for(journal_id, f"{calendar.year} {key}", heads, ids),
            subject=journal.subject,
            grade=grade,
            marked=subject.has_marks(grade),
            hours=float(journal.hours),
            lessons=lessons.get(journal_id, []),
            topics=book.topics[journal.subject, grade],
            places=[
                (place.child, place.starts, place.until)
                for place in by_class[journal.group]
                if not journal.part or place.parts.get(subject.split_by or "") == journal.part
            ],
            terms=terms[term_kind(grade)],
            year_term=terms["year"][0],
            misses=misses[journal.group],
            substitutes=substitutes,
            hands=hands,
            settles=hand_of(school.staff[book.plan.class_teachers[journal.group]], "class_teacher"),
            decides=decides,
            midnights=midnights,
            untouched=untouched,
        )
        if course.lessons:
            life.live(course, clerk.random(f"life {calendar.year} {key}"))
            if key in WAITING:
                _leave_a_permit_waiting(school, course, *WAITING[key])
        waiting.append(course.pour)
        if len(waiting) == AT_ONCE or number == len(book.plan.journals):
            pour(waiting)
            waiting = []
            school.progress(f"Журналы {calendar.name}", number, len(book.plan.journals))


def _misses(school: School, book: YearBook, today: date) -> dict[Class, Misses]:
    found = {}
    for group in book.plan.classes:
        days = [day for day in book.calendar.school_days(group[0]) if day <= today + 12 * DAY]
        places = [(place.child, place.starts, place.until) for place in book.places if place.group == group]
        random = school.clerk.random(f"health {book.calendar.year} {title(group)}")
        found[group] = year_of_misses(places, days, random)
    return found


def _untouched(school: School, lessons: Mapping[int, Sequence[Hour]], today: date) -> frozenset[int]:
    """The lessons of the shown teacher that are left to be filled: the last three of today or of the last day."""
    teacher = school.staff[DEMO_POST].id
    own = sorted(
        (
            one
            for hours in lessons.values()
            for one in hours
            if one.teacher_id == teacher and one.date <= today
        ),
        key=lambda one: one.starts_at,
    )
    if not own or own[-1].date < today - 10 * DAY:
        return frozenset()
    last = [one for one in own if one.date == own[-1].date]
    return frozenset(one.id for one in last[-3 if own[-1].date == today else -1 :])


def _leave_a_permit_waiting(school: School, course: Course, post: str, clause: str, minutes: int) -> None:
    """What waits for the deputy's decision: a forgotten mark of the shown teacher, a correction of another."""
    now, made = school.clerk.now, course.pour
    held = [
        one
        for one in course.lessons
        if one.id in made.records and now - 130 * DAY < one.ends_at < now - 6 * DAY
    ]
    if not held:
        return
    lesson = held[-1]
    standing = {mark.student_id: mark.value for mark in made.marks.values() if mark.lesson_id == lesson.id}
    here = [
        child.human.id
        for child, starts, until in course.places
        if starts <= lesson.date and until is None and (lesson.id, child.human.id) not in made.absences
    ]
    corrects = clause.endswith("b")
    students = [one for one in here if (one in standing) is corrects]
    if not students:
        return
    student = students[len(students) // 2]
    value = {"5": "4", "4": "5", "3": "4", "2": "3"}.get(standing.get(student, ""), "4")
    reason = "тетрадью" if corrects else "вторым экспертом"
    reasons = school.content.remarks.permit_reasons
    made.permit(
        lesson_id=lesson.id,
        student_id=student,
        fact="mark",
        wanted=value,
        clauses=[clause],
        at=last_working_time(now - minutes * timedelta(minutes=1), school.clerk.zone),
        by=course.hands[school.staff[post].id],
        reason=next((text for text in reasons if reason in text), reasons[0]),
    )


def last_working_time(moment: datetime, zone: ZoneInfo) -> datetime:
    """The moment itself, or the last one before it at which somebody was at school."""
    local = moment.astimezone(zone)
    while local.weekday() > 4 or not 8 <= local.hour < 18:
        local = local.replace(hour=17) if local.hour >= 18 and local.weekday() < 5 else _evening_before(local)
    return local.astimezone(UTC)


def _evening_before(local: datetime) -> datetime:
    return (local - DAY).replace(hour=17)
