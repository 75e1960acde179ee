"""The close of a term: who confirms the term's marks of which journal, what is still missing, what is overdue."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from parta.control.queries.sheets import law_for
from parta.foundation import sql
from parta.journal.queries.words import journal_name
from parta.journal.rules.marking_watches import missing_finals
from parta.journal.rules.matters import JOINS, PLACE, Matter, Reach, clauses_of, places, rules_on, told_of
from parta.people.viewer import Viewer
from parta.regulation.judge import Rule

DAY = timedelta(days=1)
CONFIRM = "confirm_finals"


@dataclass(frozen=True, slots=True)
class Pair:
    """A journal of a term that has ended, and the check of its term marks."""

    row: Sequence[Any]
    title: str
    term_id: int
    term: str
    until: date
    """The day after the term's last: the first day of the vacation."""
    who_id: int | None
    owing: tuple[tuple[int, str], ...]
    """Students without the mark of the term, by number and name."""
    deferred: tuple[tuple[int, str, date, str], ...]
    """Those whose mark waits by a permit: number, name, last day, why."""
    may_defer: bool
    """The act lets a mark wait."""
    confirmed_at: datetime | None

    @property
    def missing(self) -> tuple[str, ...]:
        """Who owes the mark, by name."""
        return tuple(name for _, name in self.owing)


_PAIRS = f"""
SELECT {PLACE}, t.id, t.title, t.until, (SELECT MIN(tl.teacher_id) FROM plans_teachingload tl
    WHERE tl.journal_id = j.id AND tl.starts < t.until AND (tl.until IS NULL OR tl.until >= t.until)), c.at
FROM plans_journal j
{JOINS}
JOIN organisation_term t ON t.id = (SELECT MAX(x.id) FROM organisation_term x WHERE x.year_id = j.year_id
    AND x.kind = j.term_kind AND x.until = (SELECT MAX(z.until) FROM organisation_term z WHERE z.year_id = j.year_id
    AND z.kind = j.term_kind AND z.until <= %s))
JOIN organisation_academicyear y ON y.id = j.year_id AND y.starts <= %s
LEFT JOIN control_closeoutstep c ON c.journal_id = j.id AND c.term_id = t.id AND c.step = '{CONFIRM}'
WHERE {{scope}} AND j.scale_id IS NOT NULL AND EXISTS (SELECT 1 FROM timetable_lesson l WHERE l.journal_id = j.id
    AND l.date >= t.starts AND l.date < t.until)
ORDER BY COALESCE(j.grade, 99), h.title, s.position, s.title, g.short, j.id"""


def pairs(viewer: Viewer, reach: Reach) -> list[Pair]:
    """Journals of the last term that ended, each with its check. Two statements."""
    law, zone = law_for(viewer), ZoneInfo(viewer.school.timezone)
    scope, values = reach
    rows = sql.read(_PAIRS.replace("{scope}", scope), [viewer.on, viewer.on, *values])
    ended = [row[14] for row in rows]
    lacking = (
        {
            (line.row[0], line.until): (line.owing, line.deferred)
            for line in missing_finals(
                law, viewer.school.id, reach, on=viewer.on, since=min(ended) - DAY, zone=zone
            )
        }
        if rows
        else {}
    )
    reader = places(law)
    return [
        Pair(
            row[:12],
            journal_name(row[6], row[2], row[10]),
            row[12],
            row[13],
            row[14],
            row[15],
            *lacking.get((row[0], row[14]), ((), ())),
            any(rule.params.deferrable for rule in reader.rules(row, row[14] - DAY, "period_marks_complete")),
            sql.moment(row[16]).astimezone(zone) if row[16] is not None else None,
        )
        for row in rows
        if not reader.rules(row, row[14] - DAY, "unmarked")
    ]


def own_pairs(viewer: Viewer) -> list[Pair]:
    """Journals that the viewer had at the end of the term."""
    reach: Reach = (
        "j.school_id = %s AND EXISTS (SELECT 1 FROM plans_teachingload o WHERE o.journal_id = j.id"
        " AND o.teacher_id = %s)",
        [viewer.school.id, viewer.person_id],
    )
    return [pair for pair in pairs(viewer, reach) if pair.who_id == viewer.person_id]


def closeout_rules(viewer: Viewer, step: str = CONFIRM) -> list[Rule[Any]]:
    """The entries that ask for a step of the close-out."""
    return [
        rule for rule in rules_on(law_for(viewer), viewer.on, "closeout_step") if rule.params.action == step
    ]


def closeout_matters(viewer: Viewer, reach: Reach) -> list[Matter]:
    """Journals whose term marks nobody confirmed by the end of the day of the act. Two statements, or none."""
    rules = closeout_rules(viewer)
    if not rules:
        return []
    found = []
    for pair in pairs(viewer, reach):
        broken = [rule for rule in rules if viewer.on > pair.until + (rule.params.day - 1) * DAY]
        if pair.confirmed_at is None and broken:
            found.append(
                Matter(
                    kind="closeout_step",
                    clauses=clauses_of(broken),
                    text=f"{pair.term}: отметки не проверены и не подтверждены",
                    since=pair.until,
                    journal_id=pair.row[0],
                    homeroom_id=pair.row[11],
                    subject=pair.row[2],
                    homeroom=pair.row[6],
                    group=pair.row[10],
                    who_id=pair.who_id,
                    role="teacher",
                    told=told_of(broken),
                )
            )
    return found
