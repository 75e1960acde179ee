"""The rule kind over the shape of lessons: hours taught in a row that still are lessons apart.

It judges no journal write. The journal keeps one topic for one lesson, so where the act wants a topic for each hour
the timetable may not make one lesson of two; the actions of this app ask it, by the law of the school on a day.
"""

from collections.abc import Collection
from datetime import date, datetime
from typing import Literal

from django.db.models import Q

from parta.foundation import sql
from parta.foundation.pagekit import WEEKDAYS, lesson_words
from parta.organisation.acts import Refusal
from parta.organisation.models import AcademicYear
from parta.organisation.words import class_title
from parta.people.rules import Cited, cited, rules
from parta.plans.approvals import Approvable, Cells, approvable, asked_of_school
from parta.plans.models import Journal
from parta.plans.rules import law_of_school
from parta.regulation.registry import Params, RuleKind, known_kind
from parta.timetable import moved as moved  # declares its kind
from parta.timetable.models import Lesson, TimetableSlot


class TopicPerLesson(Params):
    """Double lessons have a topic each. A day of practice is one lesson by its nature, whatever its hours."""

    double_lessons: Literal["separate"] = "separate"


known_kind(
    RuleKind(
        "topic_per_lesson",
        4,
        TopicPerLesson,
        "Тема у каждого урока",
        lambda p: "у каждого из сдвоенных уроков своя тема",
        acts="в расписании: занятие в несколько часов ставят только практике, другим предметам — уроки по одному часу",
    )
)


def check_lesson_hours(*, school_id: int, journal_ids: Collection[int], on: date) -> None:
    """Raise Refusal when the act of the day wants the hours of one of these journals apart. No statement for none."""
    if not journal_ids:
        return
    found = rules(law_of_school(school_id), on, "topic_per_lesson")
    if not found:
        return
    for journal in (
        Journal.objects.filter(pk__in=journal_ids).select_related("subject", "homeroom").order_by("pk")
    ):
        subject = journal.subject
        if subject.kind != "practice" and "practice" not in subject.tags:
            where = f" ({class_title(journal.homeroom.title)})" if journal.homeroom else ""
            raise Refusal(
                f"{subject.title}{where}: у каждого из сдвоенных уроков своя тема{cited(found).brackets}. Поставьте "
                "два урока по одному часу; одним занятием в несколько часов бывает только практика.",
                "slots",
            )


def flag_waits(lesson: Lesson, at: datetime) -> Cited | None:
    """By which clauses a replacement of a lesson that is over is noted after its topic; None: it may be noted now.

    Who will replace is named at any time before: that is a plan, and the topic is not there yet.
    """
    if at < lesson.ends_at:
        return None
    found = [
        rule
        for rule in rules(law_of_school(lesson.school_id), lesson.date, "substitution_recorded")
        if "topic" in rule.params.steps
    ]
    if not found or Lesson.objects.filter(pk=lesson.pk, record__topic__gt="").exists():
        return None
    return cited(found)


_WEEKS = ("", ", нечётная неделя", ", чётная неделя")


def _drafts(year_id: int) -> list[tuple[int, Cells]]:
    return [
        (
            id,
            (
                " ".join(filter(None, (class_title(room), group))),
                f"{WEEKDAYS[weekday - 1]}, {lesson_words(number, hours)}{_WEEKS[week]}",
                subject,
                " ".join(filter(None, name)),
            ),
        )
        for id, room, group, weekday, number, hours, week, subject, *name in sql.read(
            "SELECT t.id, COALESCE(h.title, ''), COALESCE(g.short, ''), t.weekday, t.number, t.hours, t.week, s.title,"
            " COALESCE(p.surname, ''), COALESCE(p.given_name, ''), COALESCE(p.patronymic, '')"
            " FROM timetable_timetableslot t JOIN plans_journal j ON j.id = t.journal_id"
            " JOIN organisation_subject s ON s.id = j.subject_id"
            " LEFT JOIN organisation_homeroom h ON h.id = j.homeroom_id"
            " LEFT JOIN organisation_subgroup g ON g.id = j.subgroup_id"
            " LEFT JOIN people_person p ON p.id = t.teacher_id"
            " WHERE t.year_id = %s AND t.approval_id IS NULL"
            " ORDER BY j.grade, h.title, g.short, t.weekday, t.number, t.week, t.id",
            (year_id,),
        )
    ]


approvable(
    Approvable(
        "timetable",
        "Расписание",
        "timetable_timetableslot",
        ("Класс", "День, урок", "Предмет", "Учитель"),
        _drafts,
        "уроков по этой сетке нет: остаются прежние",
        writes=False,
    )
)


def journals_with_draft(year: AcademicYear, since: date, until: date, on: date) -> frozenset[int]:
    """Journals whose template in a span waits for the approval the act wants: no lessons are made of it."""
    if not asked_of_school(year, on, "timetable").needed:
        return frozenset()
    return frozenset(
        TimetableSlot.objects.filter(year=year, approval=None, starts__lt=until)
        .filter(Q(until=None) | Q(until__gt=since))
        .values_list("journal_id", flat=True)
    )
