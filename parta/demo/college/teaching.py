"""What is taught in the college: a plan per unit and course, the curriculum, journals and loads."""

from dataclasses import replace
from datetime import datetime

from parta.demo.college.books import DAY, College, YearBook, halves, plan_title, weekly
from parta.demo.content.values import CollegeGroup, CollegeUnit
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
from parta.plans.approvals import KINDS

THEORY = {
    "control": "control",
    "control_internal": "control_internal",
    "test": "written",
    "written": "written",
    "check_work": "written",
    "laboratory": "laboratory",
    "practical": "practical",
    "independent": "independent",
    "composition": "composition",
}
PRACTICE = {"production_task": "production_task", "practical": "practical", "check_work": "check_work"}
"""Kinds of work of the plans as the act allows them, in the hands of a teacher and of a master."""
ORDERS = {"curriculum": "12-од", "teaching_load": "13-т", "timetable": "14-од"}
"""Numbers of the director's orders by what they approve."""


def lay_plans(college: College, book: YearBook, at: datetime) -> None:
    """A plan per unit and course: its half-years one after the other."""
    rows, curriculum = [], {}
    for group in college.groups:
        for unit in college.units(group):
            topics = _topics(group, unit)
            subject = college.subjects[college.code(group.trade, unit)]
            rows.append(
                PlanRow(
                    subject,
                    plan_title(group, unit),
                    topics,
                    group.course,
                    college.teacher(group, unit).id,
                    book.calendar.starts - 5 * DAY,
                    "15-од",
                )
            )
            hours = len(topics) * unit.lesson_hours
            curriculum[subject, group.course] = CurriculumRow(
                subject, round(hours / 39, 2), hours, group.course
            )
    set_curriculum(year=book.year, rows=list(curriculum.values()), by=SYSTEM, at=at)
    approved(book, "curriculum", at)
    book.plans = bulk_plans(year=book.year, rows=rows, by=SYSTEM, at=at)
    book.topics = {
        plan_id: [replace(topic, double=topic.work == "composition") for topic in topics]
        for plan_id, topics in college.clerk.topics(book.year.pk).items()
    }


def approved(book: YearBook, kind: str, at: datetime) -> None:
    """What the director signed, by an order of that day; what stands for good already waits for nobody."""
    if not KINDS[kind].rows(book.year.pk):
        return
    approve(year=book.year, kind=kind, order_number=ORDERS[kind], order_date=at.date(), by=SYSTEM, at=at)


def _topics(group: CollegeGroup, unit: CollegeUnit) -> list[TopicRow]:
    works = PRACTICE if unit.taught_by == "master" else THEORY
    return [
        TopicRow(
            topic.text,
            topic.unit,
            works.get(topic.work_kind or "", ""),
            (topic.homework or "") if unit.taught_by == "teacher" else "",
            hours=unit.lesson_hours,
        )
        for half in halves(group)
        for topic in unit.plans.get(half, ())
    ]


def open_journals(college: College, book: YearBook, at: datetime) -> None:
    """A journal for each unit of each group, and who teaches it."""
    pairs = [(group, unit) for group in college.groups for unit in college.units(group)]
    ids = bulk_journals(
        year=book.year,
        rows=[
            JournalRow(
                college.subjects[college.code(group.trade, unit)],
                book.homerooms[group.name],
                None,
                group.course,
                college.scale_id,
                book.plans[plan_title(group, unit)],
                weekly(group, unit),
                "half_year",
            )
            for group, unit in pairs
        ],
        by=SYSTEM,
        at=at,
    )
    book.journals = {(group.code, unit.code): id for (group, unit), id in zip(pairs, ids, strict=True)}
    bulk_load(
        school_id=college.clerk.school_id,
        rows=[
            LoadRow(
                book.journals[group.code, unit.code],
                college.teacher(group, unit).id,
                book.calendar.starts,
                weekly(group, unit),
                book.until,
            )
            for group, unit in pairs
        ],
        by=SYSTEM,
        at=at,
    )
    approved(book, "teaching_load", at)
