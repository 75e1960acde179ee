"""Journals the act in force does not let open: told in the preview by place, not at the end of the whole load."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from parta.plans.actions.opening import Asked, asked_at_opening, curriculum_lines, has_letter

from ..located import NOWHERE, Where
from ..values import group_letter
from .draft import Draft
from .outcome import Entity, State


@dataclass(slots=True)
class Opening:
    """What is asked before a journal opens, and what was not opened in this file."""

    asked: Asked
    lines: set[tuple[int, int | None, int | None]]
    closed: set[tuple[int, int, int]] = field(default_factory=set)
    """Keys of the journals that do not open."""
    lessons: int = 0
    """Lessons of the timetable that wait for them."""


def ask_of_openings(draft: Draft) -> None:
    """Read what the act asks; give new groups the letter their name carries."""
    asked = asked_at_opening(draft.school.pk, max(draft.on, draft.year.links["starts"]))
    lines = curriculum_lines(draft.year.pk) if draft.year.pk and asked.curriculum else set()
    draft.opening = Opening(asked, lines)
    guessed = []
    for item in draft.items:
        if item.kind != "homeroom" or item.state is not State.NEW or item.entity.links["letter"]:
            continue
        letter = group_letter(item.title)
        item.entity.links["letter"] = letter
        if letter and asked.letters:
            guessed.append(f"{item.title} – {letter}")
    if guessed:
        draft.problems.warn(
            Where(draft.data.file),
            f"Литеры групп взяты из их названий: {', '.join(guessed[:12])}{'…' if len(guessed) > 12 else ''}. "
            "Если литера другая, поправьте её в карточке группы.",
        )


def may_open(
    draft: Draft,
    subject: Entity,
    homeroom: Entity | None,
    rooms: Sequence[Entity],
    key: tuple[int, int, int],
    where: Where,
) -> bool:
    """Whether a new journal of a subject and a class (or a part of `rooms`) opens; told once per class or subject."""
    asked = draft.opening.asked
    if key in draft.opening.closed:
        return False
    if (
        asked.letters
        and homeroom is not None
        and not has_letter(homeroom.title, homeroom.links.get("letter") or homeroom.row.letter)
    ):
        remedy = (
            "Впишите её в карточке группы."
            if homeroom.pk
            else "Назовите группу в файле с литерой («ТМ-2А», «МС-11») и загрузите его снова."
        )
        place = homeroom.links.get("where") or where
        draft.problems.error(
            place, f"{asked.no_letter(homeroom.title)} {remedy} До этого её журналы и уроки не загружаются."
        )
        draft.opening.closed.add(key)
        return False
    kind = subject.row.kind if subject.pk else ""
    if asked.wants_line(kind):
        grades = {room.links["grade"] for room in rooms}
        grade = next(iter(grades)) if len(grades) == 1 else None
        own = homeroom.pk if homeroom else None
        pk = subject.pk or 0
        if (pk, grade, None) not in draft.opening.lines and (
            own is None or (pk, None, own) not in draft.opening.lines
        ):
            draft.opening.closed.add(key)
            title = homeroom.title if homeroom else ", ".join(room.title for room in rooms)
            draft.problems.error(
                where,
                f"{asked.not_in_curriculum(subject.title)} До этого журнал «{subject.title}, {title}» и его уроки "
                "не загружаются.",
            )
            return False
    return True


def tell_of_waiting(draft: Draft) -> None:
    """How many lessons of the timetable wait for journals that do not open."""
    if draft.opening.lessons:
        draft.problems.warn(
            NOWHERE if not draft.data.file else Where(draft.data.file),
            f"Уроков расписания без журнала: {draft.opening.lessons}. Они загрузятся вместе со своими журналами.",
        )
