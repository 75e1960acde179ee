"""Thematic plans and the journals they are meant for."""

from __future__ import annotations

from collections import defaultdict
from typing import Final

from parta.journal.rules import Outcome, Place
from parta.journal.rules.topic_texts import topic_faults
from parta.organisation.models import (
    WorkKind,
)
from parta.plans.models import PlannedTopic, ThematicPlan
from parta.regulation.judge import Rule
from parta.regulation.queries import law as law_of_school

from ..data import PlanRow
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
    kinds = _work_kinds(draft) if draft.data.plans else {}
    topics: dict[int, list[tuple[str, str, str, str, int]]] = defaultdict(list)
    if draft.year_row is not None and draft.data.plans:
        known = {
            fold(plan.title): plan
            for plan in ThematicPlan.objects.filter(school=draft.school, year=draft.year_row)
        }
        for topic in PlannedTopic.objects.filter(plan__in=known.values()).order_by("plan", "position"):
            topics[topic.plan_id].append(
                (topic.unit, topic.text, topic.work_kind, topic.homework, topic.hours)
            )
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
        strange = [topic for topic in row.topics if topic.work_kind and fold(topic.work_kind) not in kinds]
        if strange:
            listed = ", ".join(title for title, _ in dict.fromkeys(kinds.values()))
            draft.problems.error(
                strange[0].where.at("Вид работы"),
                f"Вид работы «{strange[0].work_kind[:40]}» не известен: в школе такого нет. Можно: {listed}. Новый вид "
                "добавляется в настройках («Справочники»).",
            )
            continue
        if not _fits(draft, row, subject, kinds):
            continue
        lines = [
            (
                topic.unit,
                topic.text,
                kinds[fold(topic.work_kind)][1] if topic.work_kind else "",
                topic.homework,
                topic.hours,
            )
            for topic in row.topics
        ]
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


def _fits(draft: Draft, row: PlanRow, subject: Entity, kinds: dict[str, tuple[str, str]]) -> bool:
    """Whether lessons could take the topics as they are worded: the act asks the same of a plan."""
    told, stands = subject.links.get("fields", {}), subject.row
    place = Place(
        subject=subject.links.get("code") or stands.code,
        subject_title=told.get("title") or stands.title,
        subject_area=told.get("area") or stands.area,
        grade=row.grade,
        tags=frozenset(told.get("tags") or stands.tags),
    )
    law = law_of_school(draft.school.pk, draft.school.law_version)
    fits = True
    for topic in row.topics:
        work = kinds[fold(topic.work_kind)][1] if topic.work_kind else ""
        faults: dict[str, list[Rule]] = defaultdict(list)
        for rule, breach in topic_faults(law, place, topic.text, on=draft.on, work=work):
            faults[f"{breach.found} {breach.allowed}".rstrip(" .")].append(rule)
        for words, rules in faults.items():
            refuses = any(rule.outcome > Outcome.REMARK for rule in rules)
            fits = fits and not refuses
            cites = ", ".join(dict.fromkeys(clause.printed for rule in rules for clause in rule.clauses))
            say = draft.problems.error if refuses else draft.problems.warn
            say(topic.where.at("Тема урока"), f"{words} ({cites}).")
    return fits


def _work_kinds(draft: Draft) -> dict[str, tuple[str, str]]:
    """Kinds of work of the school by their folded codes and titles: (title, code)."""
    rows = WorkKind.objects.filter(school=draft.school).order_by("position", "title")
    found = {fold(code): (title, code) for title, code in rows.values_list("title", "code")}
    return {fold(title): (title, code) for title, code in found.values()} | found


def plan_of_journal(draft: Draft, journal: Entity) -> Entity | None:
    """The plan of the file for a journal: that of its class before that of its grade."""
    subject, homeroom = journal.links["subject"], journal.links["homeroom"]
    if homeroom is not None and (subject, homeroom) in draft.plan_for:
        return draft.plan_for[subject, homeroom]
    return draft.plan_of.get((subject, journal.links["grade"])) if journal.links["grade"] else None
