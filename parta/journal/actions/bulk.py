"""The bulk path into journals: what has been written elsewhere already, poured in with its whole change log.

For imports of a past year and the demo school. A `Pour` gathers the history of one journal as dated acts, in any
order; `pour` then writes rows and chained log lines of many journals, set-based. The rules are not asked: what
was written under another hand is taken as it stands, and the watches will find what is wrong with it. The
result is the same as if each act had come through `write`: `parta check` holds both against each other.
"""

import json
import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from random import Random
from typing import Any

from django.db import connection, transaction

from parta.foundation import log, scope, sql
from parta.foundation.log import Actor, Head, Line
from parta.journal.actions.rows import (
    ABSENCE_COLUMNS,
    FINAL_COLUMNS,
    HOMEWORK_COLUMNS,
    MARK_COLUMNS,
    RECORD_COLUMNS,
)

ASSESSMENT_COLUMNS = (
    "id",
    "school_id",
    "journal_id",
    "lesson_id",
    "work_kind",
    "position",
    "weight",
    "title",
    "parts",
)
NOTE_COLUMNS = (
    "id",
    "school_id",
    "journal_id",
    "lesson_id",
    "student_id",
    "kind",
    "text",
    "author_id",
    "made_at",
    "withdrawn_at",
    "version",
)
PERMIT_COLUMNS = (
    "id",
    "school_id",
    "journal_id",
    "lesson_id",
    "term_id",
    "student_id",
    "fact",
    "wanted",
    "clauses",
    "asked_by_id",
    "asked_at",
    "ask_reason",
    "state",
    "decided_by_id",
    "decided_at",
    "decision_reason",
    "ends_at",
    "used_at",
)
TABLES = (
    "journal_assessment",
    "journal_mark",
    "journal_absence",
    "journal_homework",
    "journal_diarynote",
    "journal_termmark",
    "journal_permit",
)


_ALL_BITS = (1 << 128) - 1


def _moment_and_order(act: tuple[datetime, int, "Hand", list[Line]]) -> tuple[datetime, int]:
    return act[:2]


class Ids:
    """Next free id of each table poured into; the transaction must hold off other writers (`reserve`)."""

    def __init__(self) -> None:
        with scope.opened():  # ids are the table's, whosever the rows are
            self.next = {
                table: sql.read(f"SELECT COALESCE(MAX(id), 0) + 1 FROM {table}")[0][0] for table in TABLES
            }

    def take(self, table: str) -> int:
        value: int = self.next[table]
        self.next[table] = value + 1
        return value


@dataclass(frozen=True, slots=True)
class Hand:
    """Who wrote: account, person and the role they acted in."""

    user_id: int | None
    person_id: int
    role: str


@dataclass(slots=True)
class _Mark:
    id: int
    second_id: int | None
    assessment_id: int
    lesson_id: int
    student_id: int
    work: str
    value: str
    first: str
    set_at: datetime
    changed_at: datetime
    by: Hand
    is_late: bool
    version: int


@dataclass(frozen=True, slots=True)
class Decision:
    """What was decided on a permit, and until when it may be used."""

    granted: bool
    at: datetime
    by: Hand
    reason: str
    ends_at: datetime | None = None


@dataclass(slots=True)
class Pour:
    """The gathered history of one journal."""

    head: Head
    journal_id: int
    ids: Ids
    random: Random
    acts: list[tuple[datetime, int, Hand, list[Line]]] = field(default_factory=list)
    records: dict[int, list[Any]] = field(default_factory=dict)
    assessments: list[tuple[object, ...]] = field(default_factory=list)
    marks: dict[tuple[int, int], _Mark] = field(default_factory=dict)
    absences: dict[tuple[int, int], list[Any]] = field(default_factory=dict)
    homework: list[tuple[object, ...]] = field(default_factory=list)
    notes: dict[int, list[Any]] = field(default_factory=dict)
    finals: list[tuple[object, ...]] = field(default_factory=list)
    permits: dict[int, list[Any]] = field(default_factory=dict)

    def _act(self, at: datetime, by: Hand, *lines: Line) -> None:
        self.acts.append((at, len(self.acts), by, list(lines)))

    def hold(
        self,
        lesson_id: int,
        at: datetime,
        by: Hand,
        topic: str,
        planned_id: int | None,
        *,
        roll: bool = True,
        late: bool = False,
    ) -> None:
        """The lesson was held, with its topic; `roll`: the roll was taken with it; `late`: after the limit."""
        held: dict[str, Any] = {"i": 0, "before": False, "after": True, "v": 1}
        if late:
            held["late"] = True
        lines = [Line("lesson_conducted", "lesson", lesson_id, lesson_id, None, held)]
        if topic:
            data: dict[str, Any] = {"i": 1, "before": "", "after": topic, "v": 1}
            if planned_id is not None:
                data["planned"] = planned_id
            lines.append(Line("topic_set", "lesson", lesson_id, lesson_id, None, data))
        if roll:
            lines.append(Line("roll_taken", "lesson", lesson_id, lesson_id, None, {**held, "i": 2}))
        self._act(at, by, *lines)
        self.records[lesson_id] = [
            lesson_id,
            self.head.school_id,
            self.journal_id,
            topic,
            planned_id,
            at if topic else None,
            at,
            by.person_id,
            at if roll else None,
            1,
        ]

    def give_homework(
        self,
        lesson_id: int,
        at: datetime,
        by: Hand,
        text: str,
        *,
        minutes: int | None = None,
        due_lesson_id: int | None = None,
        due_date: date | None = None,
        student_id: int | None = None,
        late: bool = False,
    ) -> None:
        """Homework with a text, or (empty text) declared as not set."""
        homework_id = self.ids.take("journal_homework")
        data: dict[str, Any] = {"i": 0, "before": "", "after": text or "не задано", "v": 1}
        if due_lesson_id:
            data["due"] = due_lesson_id
        if minutes:
            data["minutes"] = minutes
        if late:
            data["late"] = True
        verb = "homework_given" if text else "homework_declared_none"
        self._act(at, by, Line(verb, "homework", homework_id, lesson_id, student_id, data))
        self.homework.append(
            (
                homework_id,
                self.head.school_id,
                self.journal_id,
                lesson_id,
                student_id,
                text,
                not text,
                minutes,
                due_lesson_id,
                due_date,
                at,
                at,
                by.person_id,
                1,
            )
        )

    def assess(
        self,
        lesson_id: int,
        work: str,
        weight: Decimal,
        *,
        title: str = "",
        parts: int = 1,
        position: int = 1,
    ) -> int:
        """A column of marks; its id."""
        column_id = self.ids.take("journal_assessment")
        self.assessments.append(
            (column_id, self.head.school_id, self.journal_id, lesson_id, work, position, weight, title, parts)
        )
        return column_id

    def mark(
        self,
        values: Sequence[tuple[int, str]],
        *,
        assessment_id: int,
        lesson_id: int,
        work: str,
        at: datetime,
        by: Hand,
        is_late: bool = False,
        permit_id: int | None = None,
    ) -> None:
        """First marks of one column by student, saved together; under a permit, when one is named."""
        lines = []
        for index, (student_id, value) in enumerate(values):
            mark_id = self.ids.take("journal_mark")
            second = self.ids.take("journal_mark") if "/" in value else None
            self.marks[assessment_id, student_id] = _Mark(
                mark_id, second, assessment_id, lesson_id, student_id, work, value, "", at, at, by, is_late, 1
            )
            data: dict[str, Any] = {
                "i": index,
                "before": "",
                "after": value,
                "v": 1,
                "work": work,
                "assessment": assessment_id,
            }
            if is_late:
                data["late"] = True
            if permit_id is not None:
                data["permit"] = permit_id
                self._use(permit_id, at)
            lines.append(Line("mark_recorded", "mark", mark_id, lesson_id, student_id, data))
        if lines:
            self._act(at, by, *lines)

    def correct(
        self,
        assessment_id: int,
        student_id: int,
        value: str,
        at: datetime,
        by: Hand,
        reason: str,
        *,
        slip: bool = False,
        permit_id: int | None = None,
    ) -> None:
        """Correct (empty value: annul) a mark poured before.

        The first value stays visible, unless the correction is a `slip` of the finger, taken back at once.
        """
        mark = self.marks[assessment_id, student_id]
        before = mark.value
        if not slip:
            mark.first = mark.first or before
        if mark.first == value:
            mark.first = ""
        mark.value = value
        mark.version += 1
        mark.changed_at, mark.by = at, by
        mark.is_late = mark.is_late or permit_id is not None
        data: dict[str, Any] = {
            "i": 0,
            "before": before,
            "after": value,
            "v": mark.version,
            "work": mark.work,
            "assessment": assessment_id,
        }
        if mark.first:
            data["first"] = mark.first
        if reason:
            data["reason"] = reason
        if slip:
            data["slip"] = True
        if permit_id is not None:
            data["permit"] = permit_id
            data["late"] = True
            self._use(permit_id, at)
        verb = "mark_corrected" if value else "mark_annulled"
        self._act(at, by, Line(verb, "mark", mark.id, mark.lesson_id, student_id, data))

    def permit(
        self,
        *,
        lesson_id: int | None,
        student_id: int | None,
        fact: str,
        wanted: str,
        clauses: Sequence[str],
        at: datetime,
        by: Hand,
        reason: str,
        decision: Decision | None = None,
        term_id: int | None = None,
    ) -> int:
        """A permit asked, and what was decided on it; its id. Naming it in a write uses it up."""
        permit_id = self.ids.take("journal_permit")
        asked = {"i": 0, "fact": fact, "wanted": wanted, "clauses": list(clauses), "reason": reason}
        self._act(at, by, Line("permit_asked", "permit", permit_id, lesson_id, student_id, asked))
        state = "asked"
        decided: tuple[object, ...] = (None, None, "", None)
        if decision is not None:
            state = "granted" if decision.granted else "declined"
            decided = (decision.by.person_id, decision.at, decision.reason, decision.ends_at)
            said: dict[str, Any] = {"i": 0, "reason": decision.reason}
            if decision.ends_at is not None:
                said["ends"] = decision.ends_at.isoformat()
            self._act(
                decision.at,
                decision.by,
                Line(f"permit_{state}", "permit", permit_id, lesson_id, student_id, said),
            )
        self.permits[permit_id] = [
            permit_id,
            self.head.school_id,
            self.journal_id,
            lesson_id,
            term_id,
            student_id,
            fact,
            wanted,
            json.dumps(list(clauses)),
            by.person_id,
            at,
            reason,
            state,
            *decided,
            None,
        ]
        return permit_id

    def _use(self, permit_id: int, at: datetime) -> None:
        row = self.permits[permit_id]
        row[12], row[17] = "used", at

    def absent(
        self,
        entries: Sequence[tuple[int, str, str, int | None]],
        lesson_id: int,
        at: datetime,
        by: Hand,
    ) -> None:
        """Absences of one lesson: (student, symbol, meaning, minutes of lateness)."""
        lines = []
        for index, (student_id, symbol, meaning, minutes) in enumerate(entries):
            standing = self.absences.get((lesson_id, student_id))
            before: object = ""
            if standing is None:
                absence_id, version, set_at = self.ids.take("journal_absence"), 1, at
            else:
                absence_id, version, set_at = standing[0], standing[11] + 1, standing[8]
                before = {"symbol": standing[6], "meaning": standing[5]}
            self.absences[lesson_id, student_id] = [
                absence_id,
                self.head.school_id,
                self.journal_id,
                lesson_id,
                student_id,
                meaning,
                symbol,
                minutes,
                set_at,
                at,
                by.person_id,
                version,
            ]
            data: dict[str, Any] = {
                "i": index,
                "before": before,
                "after": {"symbol": symbol, "meaning": meaning},
                "v": version,
            }
            if minutes:
                data["minutes"] = minutes
            verb = "absence_changed" if before else "absence_recorded"
            lines.append(Line(verb, "absence", absence_id, lesson_id, student_id, data))
        if lines:
            self._act(at, by, *lines)

    def note(self, lesson_id: int, student_id: int, kind: str, text: str, at: datetime, by: Hand) -> int:
        """A teacher's words to a student or family; the id of the note."""
        note_id = self.ids.take("journal_diarynote")
        self.notes[note_id] = [
            note_id,
            self.head.school_id,
            self.journal_id,
            lesson_id,
            student_id,
            kind,
            text,
            by.person_id,
            at,
            None,
            1,
        ]
        data = {"i": 0, "before": "", "after": text, "kind": kind}
        self._act(at, by, Line("note_added", "note", note_id, lesson_id, student_id, data))
        return note_id

    def withdraw(self, note_id: int, at: datetime, by: Hand) -> None:
        """The author takes a note poured before back."""
        note = self.notes[note_id]
        note[9] = at
        data = {"i": 0, "before": note[6], "after": ""}
        self._act(at, by, Line("note_withdrawn", "note", note_id, note[3], note[4], data))

    def final(self, term_id: int, values: Sequence[tuple[int, str]], at: datetime, by: Hand) -> None:
        """Term marks by student, set together."""
        lines = []
        for index, (student_id, value) in enumerate(values):
            final_id = self.ids.take("journal_termmark")
            self.finals.append(
                (
                    final_id,
                    self.head.school_id,
                    self.journal_id,
                    term_id,
                    student_id,
                    value,
                    "",
                    "",
                    at,
                    at,
                    by.person_id,
                    1,
                )
            )
            data = {"i": index, "before": "", "after": value, "v": 1, "term": term_id}
            lines.append(Line("final_set", "term_mark", final_id, None, student_id, data))
        if lines:
            self._act(at, by, *lines)

    def other(self, at: datetime, by: Hand, line: Line) -> None:
        """A line about something written elsewhere: a substitution, a permit."""
        self._act(at, by, line)

    def log_rows(self) -> tuple[list[tuple[object, ...]], Head]:
        """Log lines in the order of time, chained.

        Operation ids rise within a journal, as far as a version 4 id lets them: an index takes rising keys faster.
        """
        head = self.head
        rows: list[tuple[object, ...]] = []
        first = self.random.getrandbits(64) << 64
        for place, (at, _, hand, lines) in enumerate(sorted(self.acts, key=_moment_and_order)):
            number = first + (place << 80) + self.random.getrandbits(60)
            operation = str(uuid.UUID(int=number & _ALL_BITS, version=4))
            chained, head = log.chained(
                head, lines, by=Actor(hand.user_id, hand.role), at=at, operation_id=operation
            )
            rows += chained
        return rows, head

    def mark_rows(self) -> Iterable[tuple[object, ...]]:
        for mark in self.marks.values():
            values = mark.value.split("/") if mark.second_id else [mark.value]
            firsts = mark.first.split("/") if mark.second_id and mark.first else [mark.first]
            for place, mark_id in enumerate((mark.id, mark.second_id) if mark.second_id else (mark.id,)):
                yield (
                    mark_id,
                    self.head.school_id,
                    self.journal_id,
                    mark.assessment_id,
                    mark.student_id,
                    place + 1 if mark.second_id else 0,
                    values[place] if place < len(values) else "",
                    firsts[place] if place < len(firsts) else "",
                    mark.set_at,
                    mark.changed_at,
                    mark.by.person_id,
                    mark.is_late,
                    "",
                    mark.version,
                )


@transaction.atomic
def pour(pours: Sequence[Pour]) -> int:
    """Write gathered histories: rows, log lines, heads of chains. Returns the number of log lines."""
    rows: list[tuple[object, ...]] = []
    heads: list[Head] = []
    for one in pours:
        lines, head = one.log_rows()
        rows += lines
        heads.append(head)
    sql.bulk_insert(
        "journal_assessment", ASSESSMENT_COLUMNS, (row for one in pours for row in one.assessments)
    )
    sql.bulk_insert("journal_mark", ("id", *MARK_COLUMNS), (row for one in pours for row in one.mark_rows()))
    sql.bulk_insert(
        "journal_absence", ("id", *ABSENCE_COLUMNS), (row for one in pours for row in one.absences.values())
    )
    sql.bulk_insert(
        "journal_lessonrecord", RECORD_COLUMNS, (row for one in pours for row in one.records.values())
    )
    sql.bulk_insert(
        "journal_homework", ("id", *HOMEWORK_COLUMNS), (row for one in pours for row in one.homework)
    )
    sql.bulk_insert("journal_diarynote", NOTE_COLUMNS, (row for one in pours for row in one.notes.values()))
    sql.bulk_insert("journal_termmark", ("id", *FINAL_COLUMNS), (row for one in pours for row in one.finals))
    sql.bulk_insert("journal_permit", PERMIT_COLUMNS, (row for one in pours for row in one.permits.values()))
    log.pour(rows, heads)
    move_sequences(TABLES)
    return len(rows)


def move_sequences(tables: Iterable[str]) -> None:
    """After rows with ids of our own: let PostgreSQL's counters go on behind them."""
    if connection.vendor != "postgresql":
        return
    with scope.opened(), connection.cursor() as cursor:
        for table in tables:
            cursor.execute(
                f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), (SELECT COALESCE(MAX(id), 1) FROM {table}))"
            )
