"""A class under a new name: the file cannot say so, the people can."""

from __future__ import annotations

from collections import Counter, defaultdict

from ..values import fold
from .draft import Draft
from .outcome import Entity, State


def ask_of_renames(draft: Draft) -> None:
    """Ask whether a new class is an old one renamed: most of both is the same people, and the file has no old one."""
    arrivals: dict[Entity, Counter[Entity]] = defaultdict(Counter)
    sizes = Counter(row.homeroom_id for row in draft.enrolments.values())
    for item in draft.items:
        if item.entity.kind != "student" or item.entity.links.get("homeroom") is None:
            continue
        enrolment = item.entity.links.get("enrolment")
        came_from = draft.homeroom_by_pk.get(enrolment.homeroom_id) if enrolment else None
        if came_from:
            arrivals[item.entity.links["homeroom"]][came_from] += 1
    named = {fold(row.title) for row in draft.data.homerooms} | {
        fold(row.homeroom) for row in draft.data.students
    }
    listed = Counter(fold(row.homeroom) for row in draft.data.students)
    for item in draft.items:
        if item.entity.kind != "homeroom" or item.state is not State.NEW or item.entity not in arrivals:
            continue
        new, (old, moved) = item.entity, arrivals[item.entity].most_common(1)[0]
        if (
            fold(old.title) in named
            or 2 * moved <= listed[fold(new.title)]
            or 2 * moved <= sizes[old.pk or 0]
        ):
            continue
        draft.problems.warn(
            item.where,
            f"Не переименован ли класс? «{new.title}» новый, из «{old.title}» в него переходит учеников: {moved} из "
            f"{sizes[old.pk or 0]}, а самого «{old.title}» в файле нет. Если это тот же класс, не загружайте: смените "
            "ему название в «Настройка» → «Классы» и загрузите файл снова. Если класс другой, загружайте: ученики "
            f"перейдут, а «{old.title}» останется в школе, в нём останутся его журналы и отметки.",
        )
