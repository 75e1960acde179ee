"""Does the database hold what was answered, once and wholly? Told apart from the program's own checks.

The audit reads rows and log by plain statements of its own; the program's checks (`log.verify`, `verify_journals`) run
beside it. Every finding is a sentence; none means sound.
"""

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from parta.foundation import log, sql
from parta.journal.checks import verify_journals


@dataclass(slots=True)
class Operation:
    """One press of a key: what was sent and what was answered. `status` is None while nobody knows."""

    id: str
    journal_id: int
    body: dict[str, Any]
    status: int | None = None
    answer: dict[str, Any] | None = None
    sent: int = 0

    @property
    def is_acknowledged(self) -> bool:
        return self.status == 200


def findings(operations: Sequence[Operation]) -> list[str]:
    """Everything that is wrong with the database, the operations answered so far taken as its oath."""
    lines = _lines()
    return [
        *_by_program(),
        *_operations(operations, lines),
        *_cells(lines),
        *_acknowledged(operations),
    ]


def _by_program() -> Iterator[str]:
    for chain in log.verify():
        if isinstance(chain, log.Broken):
            yield f"цепочка {chain.kind} {chain.subject_id}, запись {chain.seq}: {chain.why}"
    for journal in verify_journals():
        if not isinstance(journal, int):
            yield str(journal)


Line = tuple[int, str, str, int | None, int | None, int | None, dict[str, Any], str]
"""Chain, verb, kind, object, lesson, student, data, operation."""


def _lines() -> list[Line]:
    return [
        (*row[:6], json.loads(row[6]), row[7])
        for row in sql.read(
            "SELECT chain_id, verb, object_kind, object_id, lesson_id, student_id, data, operation_id"
            " FROM foundation_logentry WHERE object_kind IN"
            " ('mark', 'absence', 'lesson', 'homework', 'note', 'term_mark', 'substitution') ORDER BY chain_id, seq"
        )
    ]


def _operations(operations: Iterable[Operation], lines: Sequence[Line]) -> Iterator[str]:
    """Acknowledged: every change has its line and says what was answered. Refused: no line at all."""
    told: dict[str, list[Line]] = defaultdict(list)
    for line in lines:
        told[line[7]].append(line)
    for operation in operations:
        found = told.get(operation.id, [])
        if operation.status is None:
            continue
        if not operation.is_acknowledged:
            if found:
                yield f"операция {operation.id} отвергнута ({operation.status}), но оставила {len(found)} записей"
            continue
        assert operation.answer is not None
        by_index: dict[int, list[Line]] = defaultdict(list)
        for line in found:
            by_index[line[6]["i"]].append(line)
        for saved in operation.answer["saved"]:
            mine = by_index.pop(saved["index"], [])
            if saved.get("unchanged"):
                if mine:
                    yield f"операция {operation.id}: изменение {saved['index']} записано, хотя ответ «без изменений»"
                continue
            if not mine:
                yield f"операция {operation.id}: подтверждённое изменение {saved['index']} потеряно"
                continue
            if len(mine) > (2 if saved["fact"] == "conducted" else 1):
                yield f"операция {operation.id}: изменение {saved['index']} записано {len(mine)} раза"
            data = mine[-1][6]
            after = data["after"].get("symbol", "") if isinstance(data["after"], dict) else data["after"]
            if (after, data.get("v", 1)) != (saved["value"], saved["version"]):
                yield (
                    f"операция {operation.id}: отвечено «{saved['value']}» (версия {saved['version']}),"
                    f" записано «{after}» (версия {data.get('v', 1)})"
                )
        if by_index:
            yield f"операция {operation.id}: записано больше, чем отвечено: {sorted(by_index)}"


Place = tuple[str, int | None, int | None]


def _cells(lines: Sequence[Line]) -> Iterator[str]:
    """Each row is what its last line says, as often written as there are lines, and no row lacks a line."""
    last: dict[Place, dict[str, Any]] = {}
    count: dict[Place, int] = defaultdict(int)
    records: dict[int, set[str]] = defaultdict(set)
    notes = 0
    for _, verb, kind, _, lesson_id, student_id, data, operation_id in lines:
        place: Place
        match kind:
            case "mark":
                place = (kind, data["assessment"], student_id)
            case "term_mark":
                place = (kind, data["term"], student_id)
            case "absence" | "homework":
                place = (kind, lesson_id, student_id)
            case "lesson" if lesson_id is not None:
                records[lesson_id].add(operation_id)
                continue
            case _:
                notes += verb == "note_added"
                continue
        count[place] += 1
        if data.get("v", 1) != count[place]:
            yield f"{place}: в истории версия {data.get('v', 1)} стоит {count[place]}-й по счёту"
        last[place] = data
    for place, value, first, version in _rows():
        if place not in last:
            yield f"{place}: строка «{value}» без записи в истории"
            continue
        data = last.pop(place)
        after = data["after"].get("symbol", "") if isinstance(data["after"], dict) else data["after"]
        if (value, version) != (after, data.get("v", 1)):
            yield f"{place}: стоит «{value}» версии {version}, в истории «{after}» версии {data.get('v', 1)}"
        if place[0] == "mark" and first != data.get("first", ""):
            yield f"{place}: первая отметка «{first}», в истории «{data.get('first', '')}»"
    for place in last:
        yield f"{place}: есть в истории, но строки нет"
    for lesson_id, version in sql.read("SELECT lesson_id, version FROM journal_lessonrecord"):
        if version != len(records.pop(lesson_id, ())):
            yield f"запись урока {lesson_id}: версия {version} не равна числу операций"
    for lesson_id in records:
        yield f"запись урока {lesson_id}: есть в истории, но строки нет"
    [(stand,)] = sql.read("SELECT COUNT(*) FROM journal_diarynote")
    if stand != notes:
        yield f"записей в дневник {stand}, в истории {notes}"
    for (column,) in sql.read(
        "SELECT a.id FROM journal_assessment a WHERE NOT EXISTS"
        " (SELECT 1 FROM journal_mark m WHERE m.assessment_id = a.id)"
    ):
        yield f"столбец {column} без единой отметки: половина записи"


def _rows() -> Iterator[tuple[Place, str, str, int]]:
    cells: dict[Place, list[tuple[int, str, str, int]]] = defaultdict(list)
    for assessment_id, student_id, *rest in sql.read(
        "SELECT assessment_id, student_id, part, value, first_value, version FROM journal_mark"
    ):
        cells["mark", assessment_id, student_id].append(tuple(rest))  # type: ignore[arg-type]
    for place, parts in cells.items():
        versions = {part[3] for part in parts}
        if len(versions) > 1:
            yield place, f"части разных версий {sorted(versions)}", "", -1
            continue
        yield place, _joined(parts, 1), _joined(parts, 2), versions.pop()
    for kind, statement in (
        ("absence", "SELECT lesson_id, student_id, symbol, version FROM journal_absence"),
        ("term_mark", "SELECT term_id, student_id, value, version FROM journal_termmark"),
        (
            "homework",
            "SELECT lesson_id, student_id, CASE WHEN is_none THEN 'не задано' ELSE text END, version"
            " FROM journal_homework",
        ),
    ):
        for first, student_id, value, version in sql.read(statement):
            yield (kind, first, student_id), value, "", version


def _joined(parts: Sequence[tuple[int, str, str, int]], place: int) -> str:
    by_part = {part[0]: str(part[place]) for part in parts}
    if by_part.get(0):
        return by_part[0]
    pair = (by_part.get(1, ""), by_part.get(2, ""))
    return "/".join(pair) if any(pair) else ""


def _acknowledged(operations: Iterable[Operation]) -> Iterator[str]:
    """The answers alone against the rows, the log left aside: nothing younger than an answer is overwritten by less."""
    newest: dict[Place, tuple[int, str, str]] = {}
    for operation in operations:
        if not operation.is_acknowledged:
            continue
        assert operation.answer is not None
        for change, saved in zip(operation.body["changes"], operation.answer["saved"], strict=True):
            if saved.get("unchanged") or saved["fact"] not in ("mark", "absence", "homework"):
                continue
            column = saved["assessment"] if saved["fact"] == "mark" else change["lesson"]
            place = (saved["fact"], column, change.get("student"))
            said = (saved["version"], saved["value"], operation.id)
            standing = newest.get(place)
            if standing is not None and standing[0] == said[0]:
                yield f"{place}: версию {said[0]} получили две операции, {standing[2]} и {said[2]}"
            if standing is None or said[0] > standing[0]:
                newest[place] = said
    stand = {place: (version, value) for place, value, _, version in _rows()}
    for place, (version, value, operation_id) in newest.items():
        found = stand.get(place, (0, ""))
        if found[0] < version or (found[0] == version and found[1] != value):
            yield (
                f"{place}: операции {operation_id} подтверждено «{value}» версии {version},"
                f" стоит «{found[1]}» версии {found[0]}"
            )
