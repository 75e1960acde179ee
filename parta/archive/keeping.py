"""Who keeps the carriers: the safe opened, its key, seals and the order on storage, out of the journal of use.

One journal serves all: a line says what was done, with which carrier, by whom, why. What holds now is its last line.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from parta.archive.models import BackupUse
from parta.archive.rules import HELD
from parta.people.rules import law_of, rules
from parta.people.viewer import Viewer
from parta.regulation.clause import Clause
from parta.regulation.judge import Rule

__all__ = ["Keeping", "Lack", "keeping", "seals"]

SHOWN = timedelta(days=30)
BY_HAND = frozenset({"take", "return"})
"""Uses of a carrier for which the safe is opened."""


@dataclass(frozen=True, slots=True)
class Lack:
    """What an act asks of the keeping and is not so: since when, by which rules."""

    text: str
    clauses: tuple[Clause, ...]
    since: date
    rules: tuple[Rule[Any], ...]
    is_owed: bool = True
    """It stands among the duties too; otherwise on the page alone."""


@dataclass(frozen=True, slots=True)
class Keeping:
    """What holds now, and what is not as the act asks."""

    key: str
    """Who has the key and since when; empty: nobody wrote it down."""
    order: str
    seals: dict[str, str]
    """Of a carrier sealed now: number of the seal, day, who."""
    lacks: tuple[Lack, ...]


def seals(uses: list[BackupUse]) -> dict[str, BackupUse]:
    """Carriers sealed now, by title, with the line that says so; the lines come in the order of time."""
    found: dict[str, BackupUse] = {}
    for one in uses:
        if one.kind == "seal":
            found[one.carrier_title] = one
        elif one.kind == "unseal":
            found.pop(one.carrier_title, None)
    return found


def keeping(viewer: Viewer, until: date | None = None) -> Keeping:
    """The state of the keeping on a day (default: today). One statement."""
    zone, on = ZoneInfo(viewer.school.timezone), until or viewer.on
    uses = [
        one
        for one in BackupUse.objects.filter(kind__in=(*HELD, *BY_HAND)).order_by("at", "id")
        if one.at.astimezone(zone).date() <= on
    ]
    last = {one.kind: one for one in uses}
    books = {rule.params.book: rule for rule in rules(law_of(viewer), on, "register_entry_required")}
    lacks: list[Lack] = []
    if (rule := books.get("safe_access")) is not None:
        opened = {one.at.astimezone(zone).date() for one in uses if one.kind == "safe"}
        taken = {one.at.astimezone(zone).date() for one in uses if one.kind in BY_HAND} - opened
        lacks += [
            Lack(
                f"{day:%d.%m.%Y}: носитель брали, а записи об открытии сейфа нет", rule.clauses, day, (rule,)
            )
            for day in sorted(taken)
            if on - SHOWN <= day
        ]
    key, order = last.get("key"), last.get("order")
    if (
        (rule := books.get("safe_key")) is not None
        and key is not None
        and not key.outcome.startswith("директор")
    ):
        day = key.at.astimezone(zone).date()
        text = f"Ключ от отсека с {day:%d.%m.%Y} не у директора: {key.outcome}"
        lacks.append(Lack(text, rule.clauses, day, (rule,)))
    if (rule := books.get("storage_order")) is not None and order is None:
        lacks.append(Lack("Приказа директора о хранении копий нет", rule.clauses, on, (rule,), is_owed=False))
    return Keeping(
        f"{key.outcome}, с {key.at.astimezone(zone):%d.%m.%Y %H:%M}" if key else "",
        f"{order.outcome}. {order.purpose}" if order else "",
        {
            title: f"печать {one.outcome}, {one.at.astimezone(zone):%d.%m.%Y}, {one.who}"
            for title, one in seals(uses).items()
        },
        tuple(lacks),
    )
