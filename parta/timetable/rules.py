"""The rule kind over the shape of lessons: hours taught in a row that still are lessons apart.

It judges no journal write. The journal keeps one topic for one lesson, so where the act wants a topic for each hour
the timetable may not make one lesson of two; the actions of this app ask it, by the law of the school on a day.
"""

from collections.abc import Collection
from datetime import date
from typing import Literal

from parta.organisation.acts import Refusal
from parta.organisation.words import class_title
from parta.people.rules import cited, rules
from parta.plans.models import Journal
from parta.plans.rules import law_of_school
from parta.regulation.registry import Params, RuleKind, known_kind


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
