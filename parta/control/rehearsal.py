"""A draft of the act tried on what was really written: which writes it would have stopped, what it would have found.

Nothing acts before it is approved, and nobody approves what cannot be tried. The journals' log is replayed, in its
order, under the law in force and under the same law with the draft in place of its act; what the two answer
differently is what the draft changes. Duties that lie open are found under both in the same way. Nothing is written.

The replay knows what the log and the set-up know. A ground shown on paper, or the roles a person held besides the one
written in the line, are taken as they stand in the set-up on that day; both laws are given the same.
"""

from collections import Counter, defaultdict
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from parta.control.replay import Replay
from parta.journal.queries.words import journal_name
from parta.journal.rules.acts import Act
from parta.journal.rules.lesson_days import counts_lessons, days_of_lessons
from parta.journal.rules.owed import Scope
from parta.journal.rules.watches import findings
from parta.regulation.clause import Clause
from parta.regulation.durations import Calendar
from parta.regulation.edition import Edition
from parta.regulation.judge import Law, judge, law_of
from parta.regulation.registry import KINDS
from parta.regulation.verdict import Outcome, Reason, Verdict

__all__ = ["Change", "Example", "Rehearsal", "rehearse", "with_draft"]
_ANSWERS = {
    Outcome.REFUSE: "не сохранила бы",
    Outcome.PERMIT: "только по разрешению",
    Outcome.REMARK: "с пометкой",
    Outcome.PASS: "прошло бы",
}
_EXAMPLES = 10


@dataclass(frozen=True, slots=True)
class Example:
    """One write or duty on which the two laws differ."""

    journal_id: int
    lesson_id: int | None
    date: date
    title: str
    """Class and subject."""
    text: str


@dataclass(frozen=True, slots=True)
class Change:
    """What one rule of the draft does to the past: how often, and where to look."""

    clauses: tuple[Clause, ...]
    kind: str
    """Title of the rule kind."""
    outcome: Outcome
    """The draft's answer; PASS: what the law in force stops or finds, and the draft does not."""
    count: int
    examples: tuple[Example, ...]

    @property
    def cite(self) -> str:
        """Printed numbers of the clauses."""
        return ", ".join(dict.fromkeys(clause.printed for clause in self.clauses))

    @property
    def answer(self) -> str:
        """The draft's answer in Russian, with the rule's kind."""
        return f"{self.kind[:1].lower()}{self.kind[1:]}, {self.verdict}"

    @property
    def verdict(self) -> str:
        """The draft's answer in Russian."""
        return _ANSWERS[self.outcome]


@dataclass(frozen=True, slots=True)
class Rehearsal:
    """The draft beside the law in force, over the lessons of [since, until]."""

    since: date
    until: date
    journals: int
    """Journals whose log was read."""
    writes: int
    """Changes of the log that were judged."""
    stricter: tuple[Change, ...]
    """Writes the draft would have refused, sent for a permit or remarked, and the law in force does not."""
    milder: tuple[Change, ...]
    """Writes on which the law in force is stricter than the draft."""
    found: tuple[Change, ...]
    """Overdue duties that only the draft finds."""
    lifted: tuple[Change, ...]
    """Overdue duties that only the law in force finds."""
    asleep: tuple[str, ...]
    """Entries of the draft that wait for a setting without a value."""
    untried: tuple[str, ...]
    """New entries of the draft that look at more than the write (a class's load, a term's marks): not replayed."""


def with_draft(law: Law, draft: Edition, since: date) -> Law:
    """The law in force, with the draft in place of its act's editions from a day on."""
    others = [edition for edition in law.editions if edition.code != draft.code]
    return law_of([*others, replace(draft, in_force_from=since, in_force_until=None)], law.changes)


def rehearse(
    law: Law,
    school_id: int,
    draft: Edition,
    *,
    since: date,
    until: date,
    at: datetime,
    calendar: Calendar,
    tell: Callable[[int, int], None] = lambda done, of: None,
) -> Rehearsal:
    """Try a draft on the lessons of [since, until]. Statements grow with the number of journals, by fifty.

    `tell` hears how many journals of how many are done; the duties that follow count as one more.
    """
    other = with_draft(law, draft, since)
    counting = next((one for one in (law, other) if counts_lessons(one, since, until)), law)
    follows = days_of_lessons(counting, school_id=school_id, since=since, until=until)
    replay = Replay(school_id, since, until, tell, follows)
    stricter, milder = _Tally(), _Tally()
    writes = 0
    for act, journal in replay.acts():
        writes += 1
        now, then = judge(law, act, calendar), judge(other, act, calendar)
        if now is then:
            continue
        if then.outcome > now.outcome:
            stricter.add(then, act, journal)
        elif now.outcome > then.outcome:
            milder.add(now, act, journal, Outcome.PASS)
    found, lifted = _duties(law, other, school_id, since, until, at, calendar)
    return Rehearsal(
        since,
        until,
        replay.journals,
        writes,
        stricter.changes(),
        milder.changes(),
        found,
        lifted,
        tuple(entry.label for entry in other.on(until).asleep),
        _untried(law, draft, until),
    )


def _untried(law: Law, draft: Edition, on: date) -> tuple[str, ...]:
    """Entries that the replay cannot judge, but for those that stand in the law in force word for word."""
    standing = {(entry.kind, entry.raw) for _, entry, _ in law.on(on).entries}
    return tuple(
        entry.label
        for entry in draft.entries
        if KINDS[entry.kind].needs and (entry.kind, entry.raw) not in standing
    )


class _Tally:
    """Answers gathered by clause and kind."""

    def __init__(self) -> None:
        self._counts: Counter[tuple[Any, ...]] = Counter()
        self._examples: defaultdict[tuple[Any, ...], list[Example]] = defaultdict(list)

    def add(self, verdict: Verdict, act: Act, title: str, outcome: Outcome | None = None) -> None:
        reason: Reason = verdict.reasons[0]
        lesson = act.lesson
        self.note(
            (reason.clauses, KINDS[reason.kind].title, verdict.outcome if outcome is None else outcome),
            Example(act.place.journal_id, None if lesson is None else lesson.id, act.on, title, reason.found),
        )

    def note(self, key: tuple[Any, ...], example: Example) -> None:
        self._counts[key] += 1
        known = self._examples[key]
        if len(known) < _EXAMPLES and example not in known:
            known.append(example)

    def changes(self) -> tuple[Change, ...]:
        """The strictest first, then the most frequent."""
        order = sorted(self._counts.items(), key=lambda item: (-item[0][2], -item[1]))
        return tuple(
            Change(clauses, kind, outcome, count, tuple(self._examples[clauses, kind, outcome]))
            for (clauses, kind, outcome), count in order
        )


def _duties(
    law: Law, other: Law, school_id: int, since: date, until: date, at: datetime, calendar: Calendar
) -> tuple[tuple[Change, ...], tuple[Change, ...]]:
    """Overdue duties found by one of the two laws only."""
    both = [
        {
            (one.lesson_id, one.fact, one.assessment_id, one.students): one
            for one in findings(judged, school_id, Scope(), since=since, at=at, calendar=calendar)
            if one.overdue and one.date <= until
        }
        for judged in (law, other)
    ]
    now, then = both
    result = []
    for mine, theirs, outcome in ((then, now, Outcome.REMARK), (now, then, Outcome.PASS)):
        tally = _Tally()
        for key, one in mine.items():
            if key in theirs:
                continue
            title = journal_name(one.homeroom, one.subject)
            example = Example(one.journal_id, one.lesson_id, one.date, title, one.text)
            tally.note((one.clauses, KINDS[one.kind].title, outcome), example)
        result.append(tally.changes())
    return result[0], result[1]
