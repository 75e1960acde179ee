"""The intended changes of one operation, and how they are read from what a page sends.

Input is hostile until proven otherwise: every number is bounded, every text limited, unknown keys are refused, so
that nothing a client can send ends in an error of the program.
"""

import re
import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, TypeVar

from parta.journal.rules.offline import MOST

MAX_ID = 2**53
MAX_CHANGES = 400
"""A class of forty with roll, marks and notes is far below; a whole column pasted is too."""

_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]")


class BadInput(Exception):
    """What was sent cannot be understood; the message says so in Russian."""


@dataclass(frozen=True, slots=True)
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


@dataclass(frozen=True, slots=True)
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


@dataclass(frozen=True, slots=True)
class RollChange:
    """The roll has been taken: who is not noted is present."""

    index: int
    lesson_id: int


@dataclass(frozen=True, slots=True)
class TopicChange:
    """The topic of a lesson, in own words or a topic of the plan."""

    index: int
    lesson_id: int
    topic: str
    planned_id: int | None
    seen: int
    reason: str = ""


@dataclass(frozen=True, slots=True)
class ConductedChange:
    """The lesson was held; `substitution`: the writer states that they taught it instead of the assigned teacher."""

    index: int
    lesson_id: int
    substitution: bool = False
    reason: str = ""


@dataclass(frozen=True, slots=True)
class HomeworkChange:
    """Homework given in a lesson: common or for one student; or declared as not set."""

    index: int
    lesson_id: int
    student_id: int | None
    text: str
    is_none: bool
    seen: int
    minutes: int | None = None
    due_lesson_id: int | None = None
    reason: str = ""


@dataclass(frozen=True, slots=True)
class NoteChange:
    """A teacher's words to a student or family; or their withdrawal (`note_id`)."""

    index: int
    lesson_id: int | None
    student_id: int | None
    kind: str
    text: str
    note_id: int | None = None


@dataclass(frozen=True, slots=True)
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
)

_T = TypeVar("_T")


class _Fields:
    """One JSON object under inspection: each field is taken once, what is left over is refused."""

    __slots__ = ("raw",)

    def __init__(self, raw: Mapping[str, Any]) -> None:
        self.raw = dict(raw)

    def take(self, name: str, kind: Callable[[str, Any], _T], default: Any = ...) -> _T:
        if name not in self.raw:
            if default is ...:
                raise BadInput(f"Не хватает поля «{name}».")
            return default  # type: ignore[no-any-return]
        return kind(name, self.raw.pop(name))

    def finish(self) -> None:
        if self.raw:
            name = str(next(iter(self.raw)))[:40].encode("utf-8", "replace").decode()
            raise BadInput(f"Лишнее поле «{name}».")


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


def _mark(index: int, f: _Fields) -> MarkChange:
    change = MarkChange(
        index=index,
        lesson_id=f.take("lesson", _id),
        student_id=f.take("student", _id),
        value=f.take("value", _text_17).replace(" ", ""),
        seen=f.take("seen", _version),
        assessment_id=f.take("assessment", _id_or_none, None),
        work=f.take("work", _text_24, ""),
        position=f.take("position", _place_number, 1),
        reason=f.take("reason", _text_300, ""),
        comment=f.take("comment", _comment, None),
        ground=f.take("ground", _text_20, ""),
        undo=f.take("undo", _bool, False),
    )
    if change.ground and not change.reason:
        raise BadInput("Назовите основание: номер и дату протокола или приказа.")
    return change


def _absence(index: int, f: _Fields) -> AbsenceChange:
    return AbsenceChange(
        index=index,
        lesson_id=f.take("lesson", _id),
        student_id=f.take("student", _id),
        symbol=f.take("symbol", _text_4),
        seen=f.take("seen", _version),
        minutes=f.take("minutes", _minutes_late, None),
        reason=f.take("reason", _text_300, ""),
        undo=f.take("undo", _bool, False),
    )


def _roll(index: int, f: _Fields) -> RollChange:
    return RollChange(index, f.take("lesson", _id))


def _topic(index: int, f: _Fields) -> TopicChange:
    return TopicChange(
        index=index,
        lesson_id=f.take("lesson", _id),
        topic=f.take("topic", _text_500),
        planned_id=f.take("planned", _id_or_none, None),
        seen=f.take("seen", _version),
        reason=f.take("reason", _text_300, ""),
    )


def _conducted(index: int, f: _Fields) -> ConductedChange:
    return ConductedChange(
        index, f.take("lesson", _id), f.take("substitution", _bool, False), f.take("reason", _text_200, "")
    )


def _homework(index: int, f: _Fields) -> HomeworkChange:
    change = HomeworkChange(
        index=index,
        lesson_id=f.take("lesson", _id),
        student_id=f.take("student", _id_or_none, None),
        text=f.take("text", _text_2000, ""),
        is_none=f.take("none", _bool, False),
        seen=f.take("seen", _version),
        minutes=f.take("minutes", _minutes_home, None),
        due_lesson_id=f.take("due_lesson", _id_or_none, None),
        reason=f.take("reason", _text_300, ""),
    )
    if change.is_none and change.text:
        raise BadInput("«Не задано» и текст задания вместе не бывают: уберите одно из двух.")
    return change


def _note(index: int, f: _Fields) -> NoteChange:
    note_id = f.take("id", _id_or_none, None)
    if note_id is not None:
        f.take("withdraw", _bool, True)
        return NoteChange(index, None, None, "", "", note_id)
    change = NoteChange(
        index,
        f.take("lesson", _id),
        f.take("student", _id),
        f.take("kind", _text_14),
        f.take("text", _text_1000),
    )
    if not change.text:
        raise BadInput("Запись в дневник пуста: напишите текст.")
    return change


def _final(index: int, f: _Fields) -> FinalChange:
    return FinalChange(
        index=index,
        term_id=f.take("term", _id),
        student_id=f.take("student", _id),
        value=f.take("value", _text_8),
        seen=f.take("seen", _version),
        reason=f.take("reason", _text_300, ""),
    )


_READERS: dict[str, Callable[[int, _Fields], Change]] = {
    "mark": _mark,
    "absence": _absence,
    "roll": _roll,
    "topic": _topic,
    "conducted": _conducted,
    "homework": _homework,
    "note": _note,
    "final": _final,
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
        fields = _Fields(item)
        reader = _READERS.get(fields.take("fact", _text_20))
        if reader is None:
            raise BadInput("Неизвестный вид записи в поле «fact».")
        change = reader(index, fields)
        fields.finish()
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
