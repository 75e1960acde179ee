"""What the cases of several apps begin with."""

from collections.abc import Callable
from datetime import date
from typing import Any

from parta.foundation.log import Actor
from parta.people import actions as people
from parta.people.models import (
    Person,
)
from parta.regulation import actions as regulation
from tests.cast import World, preset_file

DAY = date(2026, 10, 15)


NEXT_YEAR = date(2027, 9, 1)


def by(cast: World) -> dict[str, Any]:
    return {"by": Actor(cast.operator.user_id, "operator"), "at": cast.at}


def person(cast: World, **more: Any) -> Person:
    names = {"surname": "Новиков", "given_name": "Пётр", "patronymic": ""}
    return people.create_person(school_id=cast.school.pk, **(names | more), **by(cast))


def proposed(cast: World) -> int:
    source = preset_file(cast.preset).read_text(encoding="utf-8")
    draft = regulation.propose(school_id=cast.school.pk, source=source, file_name="act.toml", **by(cast))
    return int(draft.pk)


Prepared = Callable[[World], Any]


Act = Callable[[World, Any], Any]


def nothing(cast: World) -> None:
    return None
