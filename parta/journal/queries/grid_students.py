"""The rows of the journal page: who is on the list of the period, what stands in the cells, sums and averages."""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta, tzinfo
from typing import Any

from parta.foundation import sql
from parta.journal.queries.grid_values import (
    MISSED,
    NO_FINAL,
    NO_MARK,
    AbsenceCell,
    Column,
    FinalCell,
    JournalSide,
    LessonLine,
    MarkCell,
    StudentRow,
)
from parta.journal.queries.words import date_of, register_key
from parta.journal.rules.evidence import MarkFact
from parta.journal.rules.formula import Formula, number_of


def students_of(
    side: JournalSide,
    members: Sequence[sql.Row],
    marks: Sequence[sql.Row],
    absences: Sequence[sql.Row],
    *,
    zone: tzinfo,
) -> tuple[StudentRow, ...]:
    """The list of the period in the order of the register, with what stands in the cells."""
    people: dict[int, tuple[str, str, str]] = {}
    spans: dict[int, dict[tuple[date, date | None], None]] = {}
    finals: dict[int, dict[int, FinalCell]] = {}
    put_off: dict[int, date] = {}
    apart: dict[int, str] = {}
    for id, surname, given, patronymic, starts, until, term, value, first, version, waits, own in members:
        if own:
            apart[id] = own
        if waits is not None and side.may_defer:
            put_off[id] = (sql.moment(waits) - timedelta(seconds=1)).astimezone(zone).date()
        people[id] = (surname, given, patronymic)
        spans.setdefault(id, {})[date_of(starts), date_of(until) if until else None] = None
        if term is not None:
            finals.setdefault(id, {})[term] = (value, first, version)
    cells: dict[int, _Line] = {id: ({}, [0.0, 0.0, 0], {}) for id in people}
    _fill(side, marks, cells)
    noted: dict[int, set[int]] = {}
    missing: dict[int, dict[int, AbsenceCell]] = {}
    for what, lesson, student, symbol, meaning, minutes, version in absences:
        if what == 1:
            missing.setdefault(student, {})[lesson] = (symbol, meaning, minutes, version)
        else:
            noted.setdefault(student, set()).add(lesson)
    namesakes: dict[tuple[str, str], int] = {}
    for surname, given, _ in people.values():
        namesakes[surname, given[:1]] = namesakes.get((surname, given[:1]), 0) + 1
    hours = {line.id: line.hours for line in side.lessons if line.hours > 1}
    # Who came before the first lesson did not come «in mid-term»: a circle opens after the first of September.
    first_day = max(side.term.starts, side.columns[0].date) if side.columns else side.term.starts
    found = []
    for id, name in sorted(people.items(), key=lambda item: register_key(*item[1])):
        surname, given, patronymic = name
        mine = tuple(spans[id])
        joined, left, is_whole = _presence(mine, first_day, side.term.until)
        away = missing.get(id, _NOTHING)
        stands, (total, weight, counted), instead = cells[id]
        initial = f"{given[:1]}."
        if patronymic and namesakes[surname, given[:1]] > 1:
            initial += f"\u00a0{patronymic[0]}."
        own = finals.get(id, _NOTHING)
        average: float | None = total / weight if weight else None
        proposed: tuple[str, bool] | None = None
        if side.formula is not None:
            average, counted, symbol, is_edge = _proposed(side, side.formula, stands, instead)
            proposed = symbol, is_edge
        found.append(
            StudentRow(
                id,
                surname,
                given,
                patronymic,
                initial,
                mine,
                joined,
                left,
                is_whole,
                stands,
                away,
                frozenset(noted[id]) if id in noted else _NOBODY,
                sum(hours.get(lesson, 1) for lesson, cell in away.items() if cell[1] in MISSED)
                if away
                else 0,
                sum(1 for cell in away.values() if cell[1] == "late") if away else 0,
                average,
                int(counted),
                own.get(side.term.id, NO_FINAL),
                own,
                put_off.get(id),
                apart.get(id, ""),
                proposed,
            )
        )
    return tuple(found)


def _proposed(
    side: JournalSide, formula: Formula, stands: Mapping[int, MarkCell], instead: Mapping[int, str]
) -> tuple[float | None, int, str, bool]:
    """What the act computes out of a student's cells: mean, number of marks, mark of the period, near thing."""
    marks = [
        MarkFact(part, column.work, column.weight, column.date)
        for n, column in enumerate(side.columns)
        if n in stands
        for part in (instead.get(n) or stands[n][0]).split("/")
        if part
    ]
    found = formula.propose(marks)
    return found.mean, found.counted, found.symbol if found.mean is not None else "", found.is_edge


_NOTHING: dict[int, Any] = {}


_NOBODY: frozenset[int] = frozenset()


def _presence(
    spans: Sequence[tuple[date, date | None]], starts: date, until: date
) -> tuple[date | None, date | None, bool]:
    """First day on the list and first day off it, where they lie in the period; whether on it throughout."""
    for begin, end in spans:
        if begin <= starts and (end is None or end >= until):
            return None, None, True
    first = min(begin for begin, _ in spans)
    last = None if any(end is None for _, end in spans) else max(end for _, end in spans if end is not None)
    return first if first > starts else None, last if last is not None and last < until else None, False


_Line = tuple[dict[int, MarkCell], list[float], dict[int, str]]
"""Cells of a student by column; sum of weighted points, sum of weights and number of marks that count; what counts in
place of a corrected mark, by column."""


def _fill(side: JournalSide, rows: Sequence[sql.Row], lines: Mapping[int, _Line]) -> None:
    """Put marks into their cells and sums: both marks of a double one count."""
    places = side.memo.get("places")
    if places is None:
        places = side.memo["places"] = _places(side)
    pairs: dict[tuple[int, int], dict[str, tuple[str, ...]]] = {}
    for assessment, student, value, more in rows:
        line = lines.get(student)
        if line is None:
            continue
        n, meanings = places[assessment]
        mine, sums, instead = line
        meaning = meanings.get(value)
        if more is not None:
            part, version, late, first, counts, comment = more.split("|", 5)
            if counts:
                meaning = _counted(meanings, value, counts)
                instead[n] = counts
        if meaning is not None:
            plain, points, weight = meaning
            if points is not None:
                sums[0] += points
                sums[1] += weight
                sums[2] += 1
            if more is None:
                mine[n] = plain
                continue
        if more is None:
            mine[n] = (value, "", 1, False, "")
            continue
        if part == "0":
            mine[n] = (value, first, int(version), late == "1", comment)
        else:
            pairs.setdefault((student, n), {})[part] = (value, first, version, late, comment, counts)
    for (student, n), pair in pairs.items():
        stood = lines[student][0].get(n, NO_MARK)
        _, _, version, late, comment, _ = next(iter(pair.values()))
        if any(one[5] for one in pair.values()):
            lines[student][2][n] = "/".join(pair[part][5] or pair[part][0] for part in sorted(pair))
        value, first = _joined(pair, 0), _joined(pair, 1)
        lines[student][0][n] = (stood[0] or value, stood[1] or first, int(version), late == "1", comment)


def _places(
    side: JournalSide,
) -> dict[int | None, tuple[int, dict[str, tuple[MarkCell, float | None, float]]]]:
    """By column made: its number, and what each symbol is in it: the usual cell, points and weight."""
    return {
        column.assessment: (
            n,
            {
                symbol.symbol: (
                    (symbol.symbol, "", 1, False, ""),
                    None if symbol.worth is None or not column.weight else symbol.worth * column.weight,
                    column.weight,
                )
                for symbol in side.scale
            },
        )
        for n, column in enumerate(side.columns)
    }


def _counted(
    meanings: Mapping[str, tuple[MarkCell, float | None, float]], value: str, counts: str
) -> tuple[MarkCell, float | None, float] | None:
    """A corrected mark in its column, for the sums: points and weight of what counts in its place."""
    if (met := meanings.get(counts)) is not None:
        return met
    number, weight = number_of(counts), next((one[2] for one in meanings.values()), 0.0)
    return (
        None if number is None else ((value, "", 1, False, ""), number * weight if weight else None, weight)
    )


def _joined(pair: Mapping[str, tuple[str, ...]], place: int) -> str:
    both = [pair[part][place] if part in pair else "" for part in ("1", "2")]
    return "/".join(both) if any(both) else ""


def marks_of(columns: Sequence[Column]) -> list[sql.Row]:
    """Column, student and value; the rest of a mark only where it is not the usual (one part, never changed)."""
    ids = [column.assessment for column in columns if column.assessment is not None]
    if not ids:
        return []
    return sql.read(
        "SELECT assessment_id, student_id, value, CASE WHEN part = 0 AND version = 1 AND NOT is_late"
        " AND first_value = '' AND comment = '' AND value <> '' THEN NULL ELSE part || '|' || version || '|' ||"
        " CASE WHEN is_late THEN '1' ELSE '' END || '|' || first_value || '|' || COALESCE(counted, '') || '|'"
        " || comment END"
        f" FROM journal_mark WHERE assessment_id IN ({sql.marks(len(ids))})",
        ids,
    )


def absences_of(lessons: Sequence[LessonLine]) -> list[sql.Row]:
    """Absences (1) and words to students (2) of these lessons."""
    ids = [line.id for line in lessons]
    if not ids:
        return []
    places = sql.marks(len(ids))
    return sql.read(
        "SELECT 1, lesson_id, student_id, symbol, meaning, minutes, version FROM journal_absence"
        f" WHERE lesson_id IN ({places})"
        " UNION ALL SELECT 2, lesson_id, student_id, '', kind, NULL, 0 FROM journal_diarynote"
        f" WHERE lesson_id IN ({places}) AND withdrawn_at IS NULL",
        [*ids, *ids],
    )
