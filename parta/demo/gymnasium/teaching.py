"""What is taught, by whom and when: curriculum and thematic plans, journals and loads, the timetable; each approved."""

from dataclasses import replace
from datetime import datetime

from parta.demo.content.values import SubjectInfo
from parta.demo.gymnasium.books import DAY, School, YearBook, subgroup_title, term_kind
from parta.demo.school_plan import title
from parta.foundation.log import SYSTEM
from parta.plans.actions import (
    CurriculumRow,
    JournalRow,
    LoadRow,
    PlanRow,
    TopicRow,
    approve,
    bulk_journals,
    bulk_load,
    bulk_plans,
    set_curriculum,
)
from parta.timetable.actions import SlotRow, generate_lessons, set_slots

WORKS = {
    "control": "control",
    "test": "test",
    "written": "written",
    "laboratory": "written",
    "practical": "written",
    "independent": "written",
    "check_work": "written",
    "composition": "control",
}
"""Kinds of work of the plans, as the gymnasium's act has them."""
TESTED = ("rus", "math", "alg", "geom")
"""Subjects whose year ends with a test, not only with a mark."""
TWO_PARTS = ("диктант", "сочинени", "изложени")
"""Works with these words get a mark for content and one for literacy."""
HOMEWORK_MINUTES = {2: 15, 3: 15, 4: 20, 5: 20, 6: 25, 7: 25, 8: 30, 9: 30, 10: 35, 11: 40}


def lay_plans(school: School, book: YearBook, at: datetime) -> None:
    """Curriculum and thematic plans of the grades there are."""
    content, weeks = school.content, school.content.weeks
    grades = sorted({grade for grade, _ in book.plan.classes})
    taught = [
        (code, subject, grade)
        for code, subject in content.subjects.items()
        for grade in grades
        if subject.hours.get(grade)
    ]
    set_curriculum(
        year=book.year,
        rows=[
            CurriculumRow(
                school.subjects[code],
                subject.hours[grade],
                subject.hours[grade] * weeks,
                grade,
                control="test" if code in TESTED else "mark",
            )
            for code, subject, grade in taught
        ],
        by=SYSTEM,
        at=at,
    )
    _approve(school, book, "curriculum", at)
    author = {journal.subject: journal.post for journal in book.plan.journals.values()}
    order, day = school.order("plans"), book.calendar.starts - 4 * DAY
    rows = [
        PlanRow(
            school.subjects[code],
            _plan_title(subject, grade),
            _topics(school, code, subject, grade),
            grade,
            school.staff[author[code]].id,
            day,
            order,
        )
        for code, subject, grade in taught
    ]
    book.plans = bulk_plans(year=book.year, rows=rows, by=SYSTEM, at=at)
    by_plan = school.clerk.topics(book.year.pk)
    book.topics = {
        (code, grade): [
            replace(topic, double=bool(topic.work) and subject.double_marks and _is_two_part(topic.text))
            for topic in by_plan[book.plans[_plan_title(subject, grade)]]
        ]
        for code, subject, grade in taught
    }


def _plan_title(subject: SubjectInfo, grade: int) -> str:
    return f"{subject.name_in(grade)}, {grade} класс"


def _topics(school: School, code: str, subject: SubjectInfo, grade: int) -> list[TopicRow]:
    topics = []
    for topic in school.content.plan(code, grade):
        kind = WORKS[topic.work_kind] if topic.work_kind and subject.has_marks(grade) else ""
        homework = topic.homework or ""
        minutes = HOMEWORK_MINUTES.get(grade) if homework else None
        topics.append(TopicRow(topic.text, topic.unit, kind, homework if grade > 1 else "", minutes))
    return topics


def _is_two_part(text: str) -> bool:
    return any(word in text.lower() for word in TWO_PARTS)


def open_journals(school: School, book: YearBook, at: datetime) -> None:
    """A journal for each subject of a class or a part of it, and the teaching load."""
    rows = []
    for journal in book.plan.journals.values():
        grade = journal.group[0]
        subject = school.content.subjects[journal.subject]
        part = subgroup_title(subject.split_by or "", journal.group, journal.part) if journal.part else ""
        rows.append(
            JournalRow(
                school.subjects[journal.subject],
                book.homerooms[title(journal.group)],
                book.subgroups[part] if part else None,
                grade,
                school.scale_id if subject.has_marks(grade) else None,
                book.plans[_plan_title(subject, grade)],
                journal.hours,
                term_kind(grade),
            )
        )
    ids = bulk_journals(year=book.year, rows=rows, by=SYSTEM, at=at)
    book.journals = dict(zip(book.plan.journals, ids, strict=True))
    starts = book.calendar.starts
    bulk_load(
        school_id=school.clerk.school_id,
        rows=[
            LoadRow(book.journals[key], school.staff[journal.post].id, starts, journal.hours, book.until)
            for key, journal in book.plan.journals.items()
        ],
        by=SYSTEM,
        at=at,
    )
    _approve(school, book, "teaching_load", at)


def draw_timetable(school: School, book: YearBook, at: datetime) -> None:
    """The weekly template, and every lesson of the year from it."""
    plan, calendar = book.plan, book.calendar
    rows = [
        SlotRow(
            book.journals[part.journal],
            cell[0],
            cell[1],
            room_id=school.rooms[plan.rooms[part.journal, cell]],
            teacher_id=school.staff[part.teacher].id,
        )
        for week in plan.weeks
        for event, cell in zip(week.events, week.cells, strict=True)
        for part in event.parts
    ]
    set_slots(
        year=book.year,
        rows=rows,
        starts=calendar.starts,
        journal_ids=list(book.journals.values()),
        by=SYSTEM,
        at=at,
    )
    _approve(school, book, "timetable", at)
    generate_lessons(year=book.year, since=calendar.starts, until=calendar.until, by=SYSTEM, at=at)


def _approve(school: School, book: YearBook, kind: str, at: datetime) -> None:
    """What the director signed before the year began, by an order of that day."""
    day = at.astimezone(school.clerk.zone).date()
    approve(year=book.year, kind=kind, order_number=school.order(kind), order_date=day, by=SYSTEM, at=at)
