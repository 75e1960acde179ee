"""Thematic plans and the journals they are meant for."""

from __future__ import annotations

from collections import defaultdict
from typing import Final

from parta.organisation.models import (
    WorkKind,
)
from parta.plans.models import PlannedTopic, ThematicPlan

from ..values import fold
from .draft import Draft
from .homerooms import homeroom_named
from .outcome import Entity, State
from .subjects import subject_named

MAX_TOPICS: Final = 1500
"""Hours a thematic plan may have."""


def plan_topics(draft: Draft) -> None:
    """Compare the plans of the file topic by topic with those of the year."""
    known: dict[str, ThematicPlan] = {}
    work_kinds: set[str] = set()
    if draft.data.plans:
        work_kinds = set(WorkKind.objects.filter(school=draft.school).values_list("code", flat=True))
    topics: dict[int, list[tuple[str, str, str, str]]] = defaultdict(list)
    if draft.year_row is not None and draft.data.plans:
        known = {
            fold(plan.title): plan
            for plan in ThematicPlan.objects.filter(school=draft.school, year=draft.year_row)
        }
        for topic in PlannedTopic.objects.filter(plan__in=known.values()).order_by("plan", "position"):
            topics[topic.plan_id].append((topic.unit, topic.text, topic.work_kind, topic.homework))
    for row in draft.data.plans:
        subject = subject_named(draft, row.subject, row.where.at("Предмет"))
        if subject is None:
            continue
        if len(row.topics) > MAX_TOPICS:
            draft.problems.error(
                row.where,
                f"В плане «{row.title}» часов: {len(row.topics)}, помещается {MAX_TOPICS}. Разделите его.",
            )
            continue
        strange = [topic for topic in row.topics if topic.work_kind and topic.work_kind not in work_kinds]
        if strange:
            draft.problems.error(
                strange[0].where.at("Вид работы"),
                "Такого вида работы в школе нет: добавьте его в настройках («Справочники») или уберите из плана.",
            )
            continue
        lines = [(topic.unit, topic.text, topic.work_kind, topic.homework) for topic in row.topics]
        plan = known.get(fold(row.title))
        entity = Entity("plan", plan.title if plan else row.title, plan.pk if plan else None, row)
        entity.links = {"subject": subject, "grade": row.grade, "lines": lines}
        if plan is None:
            draft.add(State.NEW, entity, row.where)
        else:
            before = topics[plan.pk]
            changed = sum(a != b for a, b in zip(before, lines, strict=False)) + abs(len(before) - len(lines))
            changes = [("topics", f"{len(before)}", f"{len(lines)}, иных: {changed}")] if changed else []
            draft.add(State.KEPT, entity, row.where, changes)
        if row.homerooms:
            for title in row.homerooms:
                homeroom = homeroom_named(draft, title, row.where.at("Класс или параллель"))
                if homeroom is not None:
                    draft.plan_for[subject, homeroom] = entity
        else:
            draft.plan_of[subject, row.grade] = entity


def plan_of_journal(draft: Draft, journal: Entity) -> Entity | None:
    """The plan of the file for a journal: that of its class before that of its grade."""
    subject, homeroom = journal.links["subject"], journal.links["homeroom"]
    if homeroom is not None and (subject, homeroom) in draft.plan_for:
        return draft.plan_for[subject, homeroom]
    return draft.plan_of.get((subject, journal.links["grade"])) if journal.links["grade"] else None
