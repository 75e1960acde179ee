"""Rule kinds over copies of the data and the days the system runs: what the act wants kept, how often, where.

None judges a write of a journal. :mod:`parta.archive.queries` holds the register of copies and the journal of
outages against them; :func:`wanted` gathers what the acts in force ask for.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Literal

from pydantic import Field

from parta.organisation.words import listed
from parta.regulation.clause import Clause
from parta.regulation.durations import Duration, Interval, plural
from parta.regulation.judge import Law
from parta.regulation.registry import Codes, Dur, Every, Params, RuleKind, known_kind
from parta.regulation.words import ROLES

MEDIA = {
    "server": "диск сервера",
    "network": "другой сервер",
    "external_disk": "внешний диск",
    "flash": "флэш-накопитель",
    "optical": "оптический диск",
}
"""Kinds of carriers."""
EXTERNAL = frozenset({"external_disk", "flash", "optical"})
"""Carriers one can take in hand."""
USES = {
    "make": "сделана",
    "write": "записана на носитель",
    "verify": "сверена",
    "prove": "восстановлена для проверки",
    "restore": "восстановлена",
    "take": "носитель взят",
    "return": "носитель возвращён",
    "hand_over": "носитель передан",
    "seal": "носитель опечатан",
    "unseal": "печать вскрыта",
    "safe": "сейф открыт",
    "key": "ключ передан",
    "order": "приказ о хранении",
}
"""What is done with copies and carriers: lines of the journal of their use."""
HELD = {
    "safe": "сейф открыт",
    "key": "ключ от отсека передан",
    "seal": "носитель опечатан",
    "unseal": "печать вскрыта",
    "order": "издан приказ о хранении",
}
"""Lines about the keeping itself, which a person writes."""


class BackupRecent(Params):
    """The newest proven copy is not older than this."""

    max_age: Dur = Field(description="новейшая проверенная копия не старше")


class RestoreTestEvery(Params):
    """A copy is restored for a trial in each interval."""

    every: Every = Field(description="как часто копию восстанавливают для проверки")


class BackupCopies(Params):
    """On how many carriers the newest copy lies, of which kind, with whom, in different rooms or not."""

    min: int = Field(1, ge=1, le=20, description="на скольких носителях лежит копия")
    media: Codes = Field(
        frozenset(), description="на каких: server, network, external_disk, flash, optical, external"
    )
    holders: Mapping[str, int] = Field({}, description="у кого сколько: { director = 1, operator = 1 }")
    different_rooms: bool = Field(False, description="носители лежат в разных помещениях")
    different_media: bool = Field(False, description="носители разного вида")
    on: Literal["", "year_end"] = Field("", description="к какому событию: year_end — конец учебного года")


class BackupAt(Params):
    """A copy is made on such a carrier at an event."""

    on: Literal["period_end", "year_end"] = Field(description="к какому событию")
    media: Codes = Field(frozenset(), description="на каких носителях")
    grace: Dur = Field(Duration("d", 0), description="за сколько после события")


class Availability(Params):
    """When the system is open, and to whom; every break is written down."""

    hours: Literal["24x7"] = Field("24x7", description="когда открыт доступ")
    devices: Codes = Field(frozenset(), description="с каких устройств")


_KINDS_OF_MEDIA = {**MEDIA, "external": "внешний носитель"}
_HOLDERS = {"director": "директора", "operator": "оператора", "deputy": "завуча", "secretary": "секретаря"}


def _copies(rule: BackupCopies) -> str:
    words = [f"копия лежит не меньше чем на {rule.min} {'носителе' if rule.min == 1 else 'носителях'}"]
    if rule.media:
        words.append(listed((_KINDS_OF_MEDIA.get(code, code) for code in sorted(rule.media)), "или"))
    if rule.different_media:
        words.append("разного вида")
    if rule.different_rooms:
        words.append("в разных помещениях")
    if rule.holders:
        words.append("у " + listed(_HOLDERS.get(role, ROLES.get(role, (role,))[0]) for role in rule.holders))
    if rule.on == "year_end":
        words.append("к концу учебного года")
    return ", ".join(words)


def _declare(name: str, shape: int, params: type[Params], title: str, says: Any) -> None:
    where = "«Работа системы»" if name == "availability" else "«Резервные копии»"
    known_kind(RuleKind(name, shape, params, title, says, acts=f"на странице {where}: чего не хватает"))


_declare(
    "backup_recent", 1, BackupRecent, "Свежая копия", lambda r: f"проверенная копия не старше: {r.max_age}"
)
_declare(
    "restore_test_every",
    1,
    RestoreTestEvery,
    "Пробное восстановление",
    lambda r: f"копию восстанавливают для проверки {r.every}",
)
_declare("backup_copies", 2, BackupCopies, "Носители копий", _copies)
_declare(
    "backup_at",
    1,
    BackupAt,
    "Копия к событию",
    lambda r: (
        ("к концу учебного периода" if r.on == "period_end" else "к событию")
        + " копию записывают: "
        + listed((_KINDS_OF_MEDIA.get(code, code) for code in sorted(r.media)), "или")
    ),
)
_declare(
    "availability",
    10,
    Availability,
    "Работа без перерывов",
    lambda r: "доступ открыт круглосуточно; каждый перерыв записан с началом, концом и причиной",
)


@dataclass(frozen=True, slots=True)
class Wanted:
    """One demand of an act on copies."""

    kind: str
    params: Any
    clauses: tuple[Clause, ...]
    act: str


DEFAULT_AGE = timedelta(days=1)
"""What the product itself asks of a school whose act names no age: a day."""


def wanted(code: Law, on: date) -> tuple[Wanted, ...]:
    """Every demand on copies of the acts in force on a date."""
    return tuple(
        Wanted(rule.kind.name, rule.params, rule.clauses, rule.act)
        for rule in code.on(on).at(None)
        if rule.kind.name.startswith(("backup_", "restore_", "availability"))
    )


def length(span: Duration | Interval) -> timedelta:
    """A length as a span of time: days of any kind as calendar days, units of the year at their usual length."""
    if isinstance(span, Interval):
        days = {
            "school_day": 1,
            "day": 1,
            "week": 7,
            "month": 31,
            "quarter": 92,
            "half_year": 183,
            "school_year": 366,
            "sliding": 1,
        }
        return timedelta(days=days[span.unit] * span.count)
    if span.unit in ("min", "h"):
        return timedelta(minutes=span.count * (60 if span.unit == "h" else 1))
    return timedelta(days=span.count * (366 if span.unit == "y" else 1))


def days(span: timedelta) -> str:
    """«3 дня», «7 часов»: for people."""
    hours = int(span.total_seconds() // 3600)
    if hours < 48:
        return f"{hours}\u00a0{plural(hours, 'час', 'часа', 'часов')}"
    return f"{span.days}\u00a0{plural(span.days, 'день', 'дня', 'дней')}"
