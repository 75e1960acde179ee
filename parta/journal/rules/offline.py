"""Entries made without a connection: by which moment they are judged (shape 6).

Where no act says, only the moment of receipt counts. An act that trusts its devices says for which entries and how
far: a claim within the term is believed, and the entry is judged and shown by the moment it was made; the log keeps
the moment of receipt as well, and the answer cites the clause. A claim beyond the term is told, and not believed.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta

from pydantic import Field

from parta.journal.rules.acts import FACT_CODES, FACT_WORDS, Act, Place
from parta.journal.rules.wording import listed, moment_words
from parta.regulation.durations import Calendar, parse_duration
from parta.regulation.judge import Bench, Law, Rule
from parta.regulation.registry import Ask, Breach, Dur, Params, rule_kind
from parta.regulation.verdict import Outcome, WayOut

__all__ = ["MOST", "OfflineEntry", "believed"]

MOST = timedelta(days=14)
"""Longer nobody's page waits for the network: such a claim is a mistake."""


class OfflineEntry(Params):
    """Which entries made without a connection are judged by the moment the device names, and how far back."""

    kinds: FACT_WORDS = Field(
        frozenset({"lesson"}),
        description="какие записи: lesson — все записи урока, mark, attendance, homework…",
    )
    trust: Dur = Field(
        description="насколько раньше приёма запись могла быть сделана: «24h», «1 school_days»"
    )
    since: Dur = Field(
        parse_duration("5min"), description="с какой задержки запись считается сделанной без связи"
    )

    def facts(self) -> frozenset[str]:
        """Facts of acts behind the kinds."""
        return frozenset().union(*(FACT_CODES.get(kind, frozenset()) for kind in self.kinds))

    def believes(self, made_at: datetime, received_at: datetime, calendar: Calendar) -> bool:
        """Whether the claim lies within the term; its last moment still does."""
        if made_at > received_at:
            return False
        day = made_at.astimezone(calendar.zone).date()
        return received_at <= self.trust.limit(day, made_at, calendar)

    def is_offline(self, made_at: datetime, received_at: datetime, calendar: Calendar) -> bool:
        """Whether the delay is more than the way of a request."""
        day = made_at.astimezone(calendar.zone).date()
        return received_at > self.since.limit(day, made_at, calendar)


_WHAT = {
    "lesson": "записи урока", "mark": "отметки", "attendance": "явка", "homework": "задания", "topic": "темы",
    "conducted": "проведение", "final": "итоговые отметки", "comment": "заметки",
}  # fmt: skip


@rule_kind(
    "offline_entry",
    6,
    OfflineEntry,
    title="Записи без связи",
    says=lambda p: (
        f"сделанные без связи ({listed(_WHAT.get(kind, kind) for kind in sorted(p.kinds))}) судят по времени записи, "
        f"если они приняты в срок: {p.trust}; позже — по времени приёма"
    ),
    facts=frozenset().union(*FACT_CODES.values()),
    on_breach="remark",
)
def offline_entry(rule: Rule[OfflineEntry], bench: Bench) -> Ask:
    """Tells both moments of an entry made without a connection, and which of them counts."""
    params = rule.params

    def ask(act: Act, calendar: Calendar) -> Breach | None:
        made, received = act.made_at, act.received_at or act.at
        if made is None or not params.is_offline(made, received, calendar):
            return None
        moments = f"запись сделана {moment_words(made, calendar.zone)}, принята {moment_words(received, calendar.zone)}"
        if act.at == made:
            return Breach(f"Без связи: {moments}.", "Её судят по времени записи.", outcome=Outcome.REMARK)
        return Breach(
            f"По часам устройства {moments}.",
            f"Времени устройства верят в срок: {params.trust}; судят по времени приёма.",
            (WayOut.ASK_PERSON,),
        )

    return ask


def believed(
    law: Law,
    place: Place,
    facts: Iterable[tuple[str, datetime]],
    *,
    made_at: datetime,
    received_at: datetime,
    roles: frozenset[str],
    calendar: Calendar,
) -> bool:
    """Whether the claimed moment of an operation counts: for every fact in it, an act in force must believe it.

    ``facts`` are the facts written, each with a moment of the day whose edition judges it.
    """
    named = list(facts)
    for fact, moment in named:
        bench = law.on(moment.astimezone(calendar.zone).date()).bench(place, None, roles)
        rules = [rule for rule in bench.of("offline_entry") if fact in rule.params.facts()]
        if not rules or not all(rule.params.believes(made_at, received_at, calendar) for rule in rules):
            return False
    return bool(named)
