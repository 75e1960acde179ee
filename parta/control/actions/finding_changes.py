"""What a reckoning changes in the kept findings: the answers of a source beside the rows as they stand.

Told apart from carrying it out, because the first takes seconds for a whole school and the second may not: whoever
writes in the school waits for it.
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from parta.control.queries.found import Asked, Found, Part, Source
from parta.foundation import sql
from parta.journal.queries.words import from_json

__all__ = ["Changes", "kept_rows"]

_COLUMNS = (
    "key",
    "source",
    "kind",
    "fact",
    "clauses",
    "act",
    "journal_id",
    "lesson_id",
    "homeroom_id",
    "department_id",
    "who_id",
    "role",
    "date",
    "number",
    "due",
    "text",
    "detail",
    "students",
    "told",
)
_JSON = frozenset({"clauses", "students", "told"})


@dataclass(slots=True)
class Kept:
    """A row as it stands."""

    id: int
    state: str
    found: Found
    excused: frozenset[Any]
    """Students an excuse covers."""


def kept_rows(source: Source, part: Part, asked: Asked) -> dict[str, Kept]:
    """The kept findings that this part of a source answers for. One statement."""
    where, values = "school_id = %s AND source = %s", [asked.school_id, source.name]
    more: list[object] = []
    if source.unit in ("journal", "parallel") and not part.is_whole:
        where += f" AND journal_id IN ({sql.marks(len(part.journal_ids))})"
        more += part.journal_ids
    elif source.unit == "lesson" and part.lesson_ids is not None:
        where += f" AND lesson_id IN ({sql.marks(len(part.lesson_ids))})"
        more += part.lesson_ids
    elif source.unit in ("lesson", "day"):
        # of the future there may be rows of lessons that were moved there since
        where += " AND date >= %s" + ("" if part.is_whole else " AND date <= %s")
        more += [part.since] if part.is_whole else [part.since, part.until]
    rows = sql.read(
        f"SELECT id, state, {', '.join(_COLUMNS)} FROM control_finding WHERE {where}", [*values, *more]
    )
    return {row[2]: _row(row) for row in rows}


def _row(row: sql.Row) -> Kept:
    found: dict[str, Any] = dict(zip(_COLUMNS, row[2:], strict=True))
    found["clauses"] = tuple((id, printed) for id, printed in from_json(found["clauses"]))
    found["students"] = tuple((id, name) for id, name in from_json(found["students"]))
    found["told"] = tuple(from_json(found["told"]))
    found["due"] = None if found["due"] is None else sql.aware(found["due"])
    made = Found(**found)
    return Kept(row[0], row[1], made, frozenset(made.students))


class Changes:
    """Differences between what was found and what is kept, written in a fixed number of statements."""

    def __init__(self, school_id: int, at: datetime) -> None:
        self.school_id, self.at = school_id, at
        self.fresh: list[Found] = []
        self.altered: list[tuple[Kept, Found, str]] = []
        self.ended: list[Kept] = []
        self.gone: list[int] = []
        self.steps: list[tuple[int, str]] = []
        self.count = 0
        """Findings changed so far."""

    def compare(self, source: Source, found: Mapping[str, Found], kept: Mapping[str, Kept]) -> None:
        """Sort the answers of a source: new, altered, gone."""
        for key, one in found.items():
            known = kept.get(key)
            if known is None:
                self.fresh.append(one)
                continue
            state = known.state
            if one.due is None and known.found.lesson_id is None and one.date > known.found.date:
                one = _dated(one, known.found.date)
            if state == "closed":
                state = "open"
                self.steps.append((known.id, "found"))
            elif state == "excused" and not set(one.students) <= known.excused:
                state = "open"
                self.steps.append((known.id, "lapsed"))
            elif state == "excused" and len(one.students) < len(known.found.students):
                one = _for_students(one, known.found.students)
            if one != known.found or state != known.state:
                self.altered.append((known, one, state))
        for key, known in kept.items():
            if key in found or known.state == "closed":
                continue
            if known.state == "open" and known.found.due is not None and self.at <= known.found.due:
                self.gone.append(known.id)
            else:
                self.ended.append(known)
                self.steps.append((known.id, "closed"))

    def write(self) -> None:
        """Carry the differences out, and begin anew."""
        if self.gone:
            # what has steps stays, though it was put right in time: steps are for ever
            stepped = {
                row[0]
                for row in self._by_ids(
                    "SELECT DISTINCT finding_id FROM control_findingstep WHERE finding_id IN ({})", self.gone
                )
            }
            self.ended += [Kept(id, "open", _NOBODY, frozenset()) for id in self.gone if id in stepped]
            self.steps += [(id, "closed") for id in self.gone if id in stepped]
            self.gone = [id for id in self.gone if id not in stepped]
            for ids in _chunks(self.gone):
                sql.write(f"DELETE FROM control_finding WHERE id IN ({sql.marks(len(ids))})", ids)
        for ids in _chunks([known.id for known in self.ended]):
            sql.write(
                f"UPDATE control_finding SET state = 'closed', closed_at = %s WHERE id IN ({sql.marks(len(ids))})",
                [self.at, *ids],
            )
        for known, one, state in self.altered:
            pairs = [(name, getattr(one, name)) for name in _COLUMNS]
            names = [name for name, value in pairs if value != getattr(known.found, name)]
            sets = [f"{name} = %s" for name in names] + ["state = %s"]
            values = [_bound(name, getattr(one, name)) for name in names] + [state]
            if state != known.state:
                sets += ["closed_at = %s", "done_on = %s", "excuse = %s", "answer = %s"]
                values += [None, None, "", ""]
            sql.write(f"UPDATE control_finding SET {', '.join(sets)} WHERE id = %s", [*values, known.id])
        self.write_fresh()
        sql.insert(
            "control_findingstep",
            ("school_id", "finding_id", "at", "step", "words"),
            [(self.school_id, id, self.at, step, "") for id, step in self.steps],
        )
        self.count += len(self.altered) + len(self.ended) + len(self.gone)
        self.altered, self.ended, self.gone, self.steps = [], [], [], []

    def write_fresh(self) -> None:
        """The new ones alone: nobody can have said anything of them yet."""
        sql.bulk_insert(
            "control_finding",
            ("school_id", "found_at", "state", "answer", "excuse", *_COLUMNS),
            [
                (
                    self.school_id,
                    self.at,
                    "open",
                    "",
                    "",
                    *(_bound(name, getattr(one, name)) for name in _COLUMNS),
                )
                for one in self.fresh
            ],
        )
        self.count += len(self.fresh)
        self.fresh = []

    @staticmethod
    def _by_ids(statement: str, ids: list[int]) -> Iterable[sql.Row]:
        for chunk in _chunks(ids):
            yield from sql.read(statement.format(sql.marks(len(chunk))), chunk)


_NOBODY = Found("", "", "", "", (), "", None, None, None, None, None, "", date.min, 0, None, "", "", (), ())


def _chunks(ids: list[int]) -> Iterable[list[int]]:
    for start in range(0, len(ids), 10_000):
        yield ids[start : start + 10_000]


def _bound(name: str, value: Any) -> Any:
    return json.dumps(value, ensure_ascii=False) if name in _JSON else value


def _dated(one: Found, day: date) -> Found:
    return replace(one, date=day)


def _for_students(one: Found, students: tuple[tuple[int, str], ...]) -> Found:
    return replace(one, students=students)
