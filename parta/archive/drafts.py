"""Drafts of what the law asks to be told of an incident: texts and terms are data (`incident_notices.toml`)."""

import tomllib
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

from parta.archive.deeds import IncidentPage
from parta.foundation.pagekit import hm, plural, ru_date_full
from parta.people.viewer import Viewer


@dataclass(frozen=True, slots=True)
class Notice:
    """One draft: whom it is for, by when, by which act, and its text with the blanks Parta knows filled in."""

    title: str
    to: str
    act: str
    due: datetime
    is_late: bool
    text: str


@cache
def _texts() -> list[dict[str, Any]]:
    with (Path(__file__).parent / "incident_notices.toml").open("rb") as file:
        found: list[dict[str, Any]] = tomllib.load(file)["notice"]
    return found


def notices(viewer: Viewer, found: IncidentPage) -> tuple[Notice, ...]:
    """The drafts of an incident."""
    done = found.doings
    words = {
        "school": viewer.school.short_name,
        "starts": _said(found.starts),
        "ends": _said(found.ends),
        "opened": _said(found.opened),
        "login": found.row.user.login,
        "roles": found.roles or "без роли",
        "ground": found.row.get_ground_display(),
        "note": found.row.note,
        "students": plural(done.students, "человек", "человека", "человек"),
        "categories": "; ".join(found.categories) or "не установлено",
        "measures": ("" if found.row.user.has_usable_password() else "доступ остановлен, сеансы завершены, ")
        + "записи сверяются по истории изменений.",
        "written": str(done.written_count),
        "exports": str(done.exports),
        "entries": "; ".join(
            f"{_said(one.at)}, {one.agent}, адрес {one.address}" for one in done.entries[:10]
        )
        or "не найдены",
        "outcome": found.row.outcome,
    }
    return tuple(
        Notice(
            text["title"],
            text["to"],
            text["act"],
            found.opened + timedelta(hours=text["hours"]),
            found.closed is None and viewer.at > found.opened + timedelta(hours=text["hours"]),
            text["text"].strip().format(**words),
        )
        for text in _texts()
    )


def _said(at: datetime) -> str:
    return f"{ru_date_full(at)}, {hm(at)}".replace("\u00a0", " ")
