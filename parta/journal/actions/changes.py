"""The intended changes of one operation, and how they are read from what a page sends.

Input is hostile until proven otherwise: every number is bounded, every text limited, unknown keys are refused, so
that nothing a client can send ends in an error of the program.

Changes are values that nobody alters; they are not frozen only because freezing makes each cost three times as much,
and a class sends dozens.
"""

import re
import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from parta.journal.rules.offline import MOST

MAX_ID = 2**53
MAX_CHANGES = 400
"""A class of forty with roll, marks and notes is far below; a whole column pasted is too."""

_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]")


class BadInput(Exception):
    """What was sent cannot be understood; the message says so in Russian."""


@dataclass(slots=True)
class MarkChange:
    """Set, correct or annul (empty value) the mark of a student; `value` «5» or «4/3».

    `ground` is the code of the paper that allows it (protocol, order…); its number and date stand in `reason`.
    """

    index: int
    lesson_id: int
    student_id: int
    value: str
    seen: int
    assessment_id: int | None = None
    work: str = ""
    position: int = 1
    reason: str = ""
    comment: str | None = None
    ground: str = ""
    undo: bool = False


@dataclass(slots=True)
class AbsenceChange:
    """Write or clear (empty symbol) an absence; `minutes` of lateness."""

    index: int
    lesson_id: int
    student_id: int
    symbol: str
    seen: int
    minutes: int | None = None
    reason: str = ""
    undo: bool = False


@dataclass(slots=True)
class RollChange:
    """The roll has been taken: who is not noted is present."""

    index: int
    lesson_id: int


@dataclass(slots=True)
class TopicChange:
    """The topic of a lesson, in own words or a topic of the plan."""

    index: int
    lesson_id: int
    topic: str
    seen: int
    planned_id: int | None = None
    reason: str = ""


@dataclass(slots=True)
class ConductedChange:
    """The lesson was held; `substitution`: the writer states that they taught it instead of the assigned teacher."""

    index: int
    lesson_id: int
    substitution: bool = False
    reason: str = ""


@dataclass(slots=True)
class HomeworkChange:
    """Homework given in a lesson: common or for one student; or declared as not set."""

    index: int
    lesson_id: int
    seen: int
    student_id: int | None = None
    text: str = ""
    is_none: bool = False
    minutes: int | None = None
    due_lesson_id: int | None = None
    reason: str = ""


@dataclass(slots=True)
class NoteChange:
    """A teacher's words to a student or family; or their withdrawal (`note_id`)."""

    index: int
    lesson_id: int | None = None
    student_id: int | None = None
    kind: str = ""
    text: str = ""
    note_id: int | None = None


@dataclass(slots=True)
class ColumnChange:
    """A work is finished: all who were there have their marks."""

    index: int
    lesson_id: int
    assessment_id: int


@dataclass(slots=True)
class FinalChange:
    """The mark of a term; empty value annuls."""

    index: int
    term_id: int
    student_id: int
    value: str
    seen: int
    reason: str = ""


Change = (
    MarkChange
    | AbsenceChange
    | RollChange
    | TopicChange
    | ConductedChange
    | HomeworkChange
    | NoteChange
    | FinalChange
    | ColumnChange
)

_Fields = dict[str, tuple[str, Callable[[str, Any], Any]]]


class _Shape:
    """One kind of change as JSON: which field is read how into which attribute; unknown and missing ones are refused.

    Only what was sent is looked at: a class is thirty objects of a dozen fields, most of them left to their defaults.
    """

    __slots__ = ("fields", "needed")

    def __init__(self, needed: _Fields, optional: _Fields) -> None:
        self.fields: dict[str, tuple[str, Callable[[str, Any], Any]] | None] = {
            "fact": None,
            **needed,
            **optional,
        }
        self.needed = tuple(needed)

    def read(self, index: int, raw: Mapping[str, Any]) -> dict[str, Any]:
        """The values of a change by the names of its attributes."""
        found: dict[str, Any] = {"index": index}
        fields = self.fields
        for name, value in raw.items():
            try:
                field = fields[name]
            except KeyError:
                shown = str(name)[:40].encode("utf-8", "replace").decode()
                raise BadInput(f"Лишнее поле «{shown}».") from None
            if field is not None:
                found[field[0]] = field[1](name, value)
        for name in self.needed:
            if name not in raw:
                raise BadInput(f"Не хватает поля «{name}».")
        return found


def _id(name: str, value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not 0 < value <= MAX_ID:
        raise BadInput(f"Поле «{name}» должно быть номером.")
    return value


def _id_or_none(name: str, value: Any) -> int | None:
    return None if value is None else _id(name, value)


def _small(low: int, high: int) -> Callable[[str, Any], int]:
    def check(name: str, value: Any) -> int:
        if isinstance(value, bool) or not isinstance(value, int) or not low <= value <= high:
            raise BadInput(f"Поле «{name}» должно быть числом от {low} до {high}.")
        return value

    return check


def _small_or_none(low: int, high: int) -> Callable[[str, Any], int | None]:
    check = _small(low, high)
    return lambda name, value: None if value is None else check(name, value)


def _text(limit: int) -> Callable[[str, Any], str]:
    def check(name: str, value: Any) -> str:
        if not isinstance(value, str):
            raise BadInput(f"Поле «{name}» должно быть текстом.")
        text = value.strip() if value.isprintable() else _cleaned(name, value)
        if len(text) > limit:
            raise BadInput(f"Слишком длинно: в поле «{name}» {len(text)} знаков, можно {limit}.")
        return text

    return check


def _cleaned(name: str, value: str) -> str:
    """A text without control and invisible signs. Half a letter (a lone surrogate) cannot be mended: refused."""
    if any("\ud800" <= letter <= "\udfff" for letter in value):
        raise BadInput(f"В поле «{name}» есть испорченные знаки: наберите текст заново.")
    return _CONTROL.sub("", value).strip()


def _text_or_none(limit: int) -> Callable[[str, Any], str | None]:
    check = _text(limit)
    return lambda name, value: None if value is None else check(name, value)


def _bool(name: str, value: Any) -> bool:
    if not isinstance(value, bool):
        raise BadInput(f"Поле «{name}» должно быть «да» или «нет».")
    return value


_version = _small(0, 2**31 - 1)
_place_number = _small(1, 20)
_minutes_late = _small_or_none(1, 240)
_minutes_home = _small_or_none(1, 600)
_text_4, _text_8, _text_14, _text_17, _text_20, _text_24 = map(_text, (4, 8, 14, 17, 20, 24))
_text_200, _text_300, _text_500, _text_1000, _text_2000 = map(_text, (200, 300, 500, 1000, 2000))
_comment = _text_or_none(300)


_MARK = _Shape(
    needed={
        "lesson": ("lesson_id", _id),
        "student": ("student_id", _id),
        "value": ("value", _text_17),
        "seen": ("seen", _version),
    },
    optional={
        "assessment": ("assessment_id", _id_or_none),
        "work": ("work", _text_24),
        "position": ("position", _place_number),
        "reason": ("reason", _text_300),
        "comment": ("comment", _comment),
        "ground": ("ground", _text_20),
        "undo": ("undo", _bool),
    },
)
_ABSENCE = _Shape(
    needed={
        "lesson": ("lesson_id", _id),
        "student": ("student_id", _id),
        "symbol": ("symbol", _text_4),
        "seen": ("seen", _version),
    },
    optional={
        "minutes": ("minutes", _minutes_late),
        "reason": ("reason", _text_300),
        "undo": ("undo", _bool),
    },
)
_ROLL = _Shape(
    needed={
        "lesson": ("lesson_id", _id),
    },
    optional={},
)
_TOPIC = _Shape(
    needed={
        "lesson": ("lesson_id", _id),
        "topic": ("topic", _text_500),
        "seen": ("seen", _version),
    },
    optional={
        "planned": ("planned_id", _id_or_none),
        "reason": ("reason", _text_300),
    },
)
_CONDUCTED = _Shape(
    needed={
        "lesson": ("lesson_id", _id),
    },
    optional={
        "substitution": ("substitution", _bool),
        "reason": ("reason", _text_200),
    },
)
_HOMEWORK = _Shape(
    needed={
        "lesson": ("lesson_id", _id),
        "seen": ("seen", _version),
    },
    optional={
        "student": ("student_id", _id_or_none),
        "text": ("text", _text_2000),
        "none": ("is_none", _bool),
        "minutes": ("minutes", _minutes_home),
        "due_lesson": ("due_lesson_id", _id_or_none),
        "reason": ("reason", _text_300),
    },
)
_WITHDRAWAL = _Shape(
    needed={
        "id": ("note_id", _id),
    },
    optional={
        "withdraw": ("withdraw", _bool),
    },
)
_NOTE = _Shape(
    needed={
        "lesson": ("lesson_id", _id),
        "student": ("student_id", _id),
        "kind": ("kind", _text_14),
        "text": ("text", _text_1000),
    },
    optional={
        "id": ("note_id", _id_or_none),
    },
)
_COLUMN = _Shape(
    needed={
        "lesson": ("lesson_id", _id),
        "assessment": ("assessment_id", _id),
    },
    optional={},
)
_FINAL = _Shape(
    needed={
        "term": ("term_id", _id),
        "student": ("student_id", _id),
        "value": ("value", _text_8),
        "seen": ("seen", _version),
    },
    optional={
        "reason": ("reason", _text_300),
    },
)


def _mark(index: int, raw: Mapping[str, Any]) -> MarkChange:
    change = MarkChange(**_MARK.read(index, raw))
    if " " in change.value:
        change = replace(change, value=change.value.replace(" ", ""))
    if change.ground and not change.reason:
        raise BadInput("Назовите основание: номер и дату протокола или приказа.")
    return change


def _homework(index: int, raw: Mapping[str, Any]) -> HomeworkChange:
    change = HomeworkChange(**_HOMEWORK.read(index, raw))
    if change.is_none and change.text:
        raise BadInput("«Не задано» и текст задания вместе не бывают: уберите одно из двух.")
    return change


def _note(index: int, raw: Mapping[str, Any]) -> NoteChange:
    if raw.get("id") is not None:
        return NoteChange(index, note_id=_WITHDRAWAL.read(index, raw)["note_id"])
    change = NoteChange(**_NOTE.read(index, raw))
    if not change.text:
        raise BadInput("Запись в дневник пуста: напишите текст.")
    return change


_READERS: dict[str, Callable[[int, Mapping[str, Any]], Change]] = {
    "mark": _mark,
    "absence": lambda index, raw: AbsenceChange(**_ABSENCE.read(index, raw)),
    "roll": lambda index, raw: RollChange(**_ROLL.read(index, raw)),
    "topic": lambda index, raw: TopicChange(**_TOPIC.read(index, raw)),
    "conducted": lambda index, raw: ConductedChange(**_CONDUCTED.read(index, raw)),
    "homework": _homework,
    "note": _note,
    "final": lambda index, raw: FinalChange(**_FINAL.read(index, raw)),
    "column": lambda index, raw: ColumnChange(**_COLUMN.read(index, raw)),
}


def read_operation(payload: object) -> tuple[str, list[Change]]:
    """The operation id and changes of a request body. Raises BadInput with what is wrong."""
    if not isinstance(payload, dict):
        raise BadInput("Ожидается объект с полями operation и changes.")
    operation = payload.get("operation")
    try:
        operation_id = str(uuid.UUID(operation if isinstance(operation, str) else ""))
    except ValueError:
        raise BadInput("Поле «operation» должно быть UUID.") from None
    raw = payload.get("changes")
    if not isinstance(raw, list) or not raw:
        raise BadInput("Поле «changes» должно быть непустым списком.")
    if len(raw) > MAX_CHANGES:
        raise BadInput(f"В одной операции не больше {MAX_CHANGES} изменений, прислано {len(raw)}.")
    return operation_id, read_changes(raw)


def read_waiting(payload: object, at: datetime) -> datetime | None:
    """When an operation was made that waited on the device ``waited`` seconds; None: it came at once.

    Raises BadInput for what cannot be: a negative time, or more than two weeks.
    """
    waited = payload.get("waited") if isinstance(payload, dict) else None
    if waited is None or waited == 0:
        return None
    if isinstance(waited, bool) or not isinstance(waited, int) or not 0 < waited <= MOST.total_seconds():
        raise BadInput("Поле «waited» — сколько секунд запись ждала отправки: от 0 до двух недель.")
    return at - timedelta(seconds=waited)


def read_changes(raw: Sequence[object]) -> list[Change]:
    """Changes in the order sent; two for one place are refused, for they would overwrite each other."""
    changes: list[Change] = []
    places: set[object] = set()
    for index, item in enumerate(raw):
        if not isinstance(item, dict):
            raise BadInput("Изменение должно быть объектом.")
        if "fact" not in item:
            raise BadInput("Не хватает поля «fact».")
        reader = _READERS.get(_text_20("fact", item["fact"]))
        if reader is None:
            raise BadInput("Неизвестный вид записи в поле «fact».")
        change = reader(index, item)
        place = _place(change)
        if place is not None and place in places:
            raise BadInput("Одна клетка названа в операции дважды.")
        places.add(place)
        changes.append(change)
    return changes


def _place(change: Change) -> object:
    match change:
        case MarkChange():
            column = change.assessment_id or (change.work, change.position)
            return ("mark", change.lesson_id, column, change.student_id)
        case AbsenceChange():
            return ("absence", change.lesson_id, change.student_id)
        case RollChange():
            return ("roll", change.lesson_id)
        case TopicChange():
            return ("topic", change.lesson_id)
        case ConductedChange():
            return ("conducted", change.lesson_id)
        case HomeworkChange():
            return ("homework", change.lesson_id, change.student_id)
        case NoteChange():
            return None if change.note_id is None else ("note", change.note_id)
        case FinalChange():
            return ("final", change.term_id, change.student_id)
        case ColumnChange():
            return ("column", change.lesson_id, change.assessment_id)
