"""What is taught, where and how it is marked: departments, rooms, subjects, scales, kinds of work."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from parta.foundation import sql
from parta.foundation.log import Actor, Line
from parta.organisation.actions import checks
from parta.organisation.acts import Refusal, act
from parta.organisation.models import Department, MarkScale, Room, Subject, WorkKind


@dataclass(frozen=True, slots=True)
class RoomRow:
    """Кабинет."""

    title: str
    purpose: str = ""


@dataclass(frozen=True, slots=True)
class SubjectRow:
    """A subject as it should be; `code` is its natural key in the school."""

    code: str
    title: str
    short: str = ""
    area: str = ""
    department_id: int | None = None
    tags: Sequence[str] = ()
    position: int = 100
    external_id: str = ""
    kind: str | None = None
    """Kind of unit (`Subject.KINDS`); None: as it was."""
    hours: int | None = None
    """Whole volume in hours; None: as it was."""


@dataclass(frozen=True, slots=True)
class WorkKindRow:
    """A kind of work: the code rules know, the school's words for it, its weight in the average."""

    code: str
    title: str
    short: str
    weight: float | Decimal = 1
    position: int = 100


DEFAULT_WORK_KINDS = (
    WorkKindRow("oral", "Устный ответ", "УО", 1, 10),
    WorkKindRow("written", "Письменная работа", "ПР", 1, 30),
    WorkKindRow("independent", "Самостоятельная работа", "СР", 1, 40),
    WorkKindRow("test", "Тест", "Т", 1, 50),
    WorkKindRow("composition", "Сочинение", "С", 2, 70),
    WorkKindRow("laboratory", "Лабораторная работа", "ЛР", 1, 80),
    WorkKindRow("practical", "Практическая работа", "ПрР", 1, 90),
    WorkKindRow("control", "Контрольная работа", "КР", 2, 110),
    WorkKindRow("credit", "Зачёт", "З", 2, 120),
    WorkKindRow("exam", "Экзамен", "Э", 3, 130),
)


def _numbers(low: int, high: int, passing: int) -> list[dict[str, Any]]:
    return [
        {"symbol": str(value), "value": value, "passes": value >= passing, "counts": True}
        for value in range(high, low - 1, -1)
    ]


SCALES: dict[str, tuple[str, list[dict[str, Any]]]] = {
    "five": ("Пятибалльная, 2–5", _numbers(2, 5, 3)),
    "five_full": ("Пятибалльная, 1–5", _numbers(1, 5, 3)),
    "ten": ("Десятибалльная", _numbers(1, 10, 4)),
    "twelve": ("Двенадцатибалльная", _numbers(1, 12, 4)),
    "hundred": ("Стобалльная", _numbers(0, 100, 50)),
    "pass": (
        "Зачёт / незачёт",
        [
            {"symbol": "зач", "value": 1, "passes": True, "counts": False},
            {"symbol": "нз", "value": 0, "passes": False, "counts": False},
        ],
    ),
}
"""The scales a school may take by name: title and symbols, best first."""


def ensure_departments(*, school_id: int, titles: Sequence[str], by: Actor, at: datetime) -> dict[str, int]:
    """Departments by title, made when missing."""
    with act(school_id, by=by, at=at) as lines:
        known = dict(Department.objects.filter(school_id=school_id).values_list("title", "id"))
        for title in dict.fromkeys(checks.text(title, 120, "title", "название кафедры") for title in titles):
            if title not in known:
                known[title] = Department.objects.create(school_id=school_id, title=title).pk
                lines.append(Line("department_added", "department", known[title], data={"title": title}))
    return known


def ensure_rooms(*, school_id: int, rows: Sequence[RoomRow], by: Actor, at: datetime) -> dict[str, int]:
    """Rooms by title: missing ones are made, a given purpose replaces the old."""
    with act(school_id, by=by, at=at) as lines:
        known = {room.title: room for room in Room.objects.filter(school_id=school_id)}
        for row in rows:
            title = checks.text(row.title, 40, "title", "номер кабинета")
            purpose = checks.text(row.purpose, 80, "purpose", "назначение кабинета", needed=False)
            room = known.get(title)
            if room is None:
                known[title] = Room.objects.create(school_id=school_id, title=title, purpose=purpose)
                lines.append(Line("room_added", "room", known[title].pk, data={"title": title}))
            elif purpose and room.purpose != purpose:
                room.purpose = purpose
                room.save(update_fields=["purpose"])
                lines.append(Line("room_changed", "room", room.pk, data={"purpose": purpose}))
    return {title: room.pk for title, room in known.items()}


def ensure_subjects(*, school_id: int, rows: Sequence[SubjectRow], by: Actor, at: datetime) -> dict[str, int]:
    """Subjects by code: missing ones are made, differing ones changed, the rest left alone."""
    with act(school_id, by=by, at=at) as lines:
        known = {subject.code: subject for subject in Subject.objects.filter(school_id=school_id)}
        departments = set(Department.objects.filter(school_id=school_id).values_list("id", flat=True))
        for row in rows:
            code = checks.text(row.code, 60, "code", "код предмета")
            if row.department_id is not None and row.department_id not in departments:
                raise Refusal("Такой кафедры в школе нет.", "department")
            fields: dict[str, Any] = {
                "title": checks.text(row.title, 160, "title", "название предмета"),
                "short": checks.text(row.short, 40, "short", "короткое название", needed=False),
                "area": checks.text(row.area, 120, "area", "предметная область", needed=False),
                "department_id": row.department_id,
                "tags": list(row.tags),
                "position": row.position,
                "external_id": checks.text(row.external_id, 120, "external_id", "внешний код", needed=False),
            }
            if row.kind is not None:
                if row.kind:
                    checks.one_of(row.kind, Subject.KINDS, "kind", "вид предмета")
                fields["kind"] = row.kind
            if row.hours is not None:
                if not 1 <= row.hours <= 5000:
                    raise Refusal("Часы: целое число от 1 до 5000.", "hours")
                fields["hours"] = row.hours
            subject = known.get(code)
            if subject is None:
                known[code] = Subject.objects.create(school_id=school_id, code=code, **fields)
                lines.append(Line("subject_added", "subject", known[code].pk, data={"code": code, **fields}))
                continue
            names = checks.changed(subject, **fields)
            if names:
                subject.save(update_fields=names)
                lines.append(
                    Line(
                        "subject_changed", "subject", subject.pk, data={name: fields[name] for name in names}
                    )
                )
    return {code: subject.pk for code, subject in known.items()}


def set_work_kinds(*, school_id: int, rows: Sequence[WorkKindRow], by: Actor, at: datetime) -> dict[str, int]:
    """Kinds of work by code: missing ones are made, differing ones changed. None is ever removed: marks hang on it.

    A changed weight counts from now on for new columns; written columns keep theirs.
    """
    with act(school_id, by=by, at=at) as lines:
        known = {kind.code: kind for kind in WorkKind.objects.filter(school_id=school_id)}
        for row in rows:
            code = checks.text(row.code, 24, "code", "код вида работы")
            weight = Decimal(str(row.weight))
            if not 0 <= weight <= 100:
                raise Refusal("Вес работы: от 0 до 100.", "weight")
            fields: dict[str, Any] = {
                "title": checks.text(row.title, 80, "title", "название вида работы"),
                "short": checks.text(row.short, 6, "short", "сокращение"),
                "weight": weight,
                "position": row.position,
            }
            kind = known.get(code)
            if kind is None:
                known[code] = WorkKind.objects.create(school_id=school_id, code=code, **fields)
                lines.append(
                    Line(
                        "work_kind_added",
                        "work_kind",
                        known[code].pk,
                        data={"code": code, "weight": str(weight)},
                    )
                )
                continue
            names = checks.changed(kind, **fields)
            if names:
                kind.save(update_fields=names)
                lines.append(
                    Line(
                        "work_kind_changed",
                        "work_kind",
                        kind.pk,
                        data={name: str(fields[name]) for name in names},
                    )
                )
    return {code: kind.pk for code, kind in known.items()}


def ensure_scale(*, school_id: int, code: str, by: Actor, at: datetime) -> MarkScale:
    """One of `SCALES`, made when the school has not taken it yet."""
    if code not in SCALES:
        raise Refusal(f"Неизвестная система оценивания «{code[:20]}».", "scale")
    scale = MarkScale.objects.filter(school_id=school_id, code=code).first()
    title, symbols = SCALES[code]
    return scale or add_scale(school_id=school_id, code=code, title=title, symbols=symbols, by=by, at=at)


def _check_symbols(symbols: Sequence[dict[str, Any]]) -> None:
    if not symbols or len(symbols) > 101:
        raise Refusal("В шкале от 1 до 101 знака.", "symbols")
    seen: set[str] = set()
    for symbol in symbols:
        if set(symbol) != {"symbol", "value", "passes", "counts"} or not str(symbol["symbol"]).strip():
            raise Refusal("Каждому знаку шкалы нужны значение, «проходной» и «входит в среднее».", "symbols")
        if len(str(symbol["symbol"])) > 8 or str(symbol["symbol"]) in seen:
            raise Refusal(f"Знак «{str(symbol['symbol'])[:8]}» указан дважды или слишком длинный.", "symbols")
        seen.add(str(symbol["symbol"]))


def add_scale(
    *, school_id: int, code: str, title: str, symbols: Sequence[dict[str, Any]], by: Actor, at: datetime
) -> MarkScale:
    """A scale of the school's own: symbols with `symbol`, `value`, `passes`, `counts`, in order of the keys."""
    code = checks.text(code, 20, "code", "код шкалы")
    title = checks.text(title, 80, "title", "название шкалы")
    _check_symbols(symbols)
    if MarkScale.objects.filter(school_id=school_id, code=code).exists():
        raise Refusal(f"Шкала с кодом «{code}» уже есть.", "code")
    with act(school_id, by=by, at=at) as lines:
        scale = MarkScale.objects.create(school_id=school_id, code=code, title=title, symbols=list(symbols))
        lines.append(Line("scale_added", "scale", scale.pk, data={"code": code, "symbols": list(symbols)}))
    return scale


def change_scale(
    *, scale: MarkScale, title: str, symbols: Sequence[dict[str, Any]], by: Actor, at: datetime
) -> MarkScale:
    """Correct a scale's title and symbols.

    Raises Refusal when a symbol that stands in a journal would go or change its worth.
    """
    title = checks.text(title, 80, "title", "название шкалы")
    _check_symbols(symbols)
    wanted = {str(symbol["symbol"]): symbol for symbol in symbols}
    gone = [str(old["symbol"]) for old in scale.symbols if wanted.get(str(old["symbol"])) != old]
    if gone:
        used = {
            str(value)
            for (value,) in sql.read(
                "SELECT DISTINCT m.value FROM journal_mark m JOIN plans_journal j ON j.id = m.journal_id"
                f" WHERE j.scale_id = %s AND m.value IN ({sql.marks(len(gone))})",
                [scale.pk, *gone],
            )
        }
        if used:
            raise Refusal(
                f"В журналах уже стоят отметки «{'», «'.join(sorted(used)[:5])}»:"
                " убрать их или поменять значение нельзя.",
                "symbols",
            )
    with act(scale.school_id, by=by, at=at) as lines:
        names = checks.changed(scale, title=title, symbols=list(symbols))
        if names:
            scale.save(update_fields=names)
            lines.append(
                Line("scale_changed", "scale", scale.pk, data={name: getattr(scale, name) for name in names})
            )
    return scale


def change_room(*, room: Room, title: str, purpose: str, by: Actor, at: datetime) -> Room:
    """Correct a room's number or purpose; lessons and timetable follow at once."""
    title = checks.text(title, 40, "title", "номер кабинета")
    purpose = checks.text(purpose, 80, "purpose", "назначение кабинета", needed=False)
    if Room.objects.filter(school_id=room.school_id, title=title).exclude(pk=room.pk).exists():
        raise Refusal(f"Кабинет «{title}» уже есть.", "title")
    before = room.title
    with act(room.school_id, by=by, at=at) as lines:
        names = checks.changed(room, title=title, purpose=purpose)
        if names:
            room.save(update_fields=names)
            lines.append(
                Line(
                    "room_changed",
                    "room",
                    room.pk,
                    data={"before": before, "title": title, "purpose": purpose},
                )
            )
    return room


def change_department(*, department: Department, title: str, by: Actor, at: datetime) -> Department:
    """Correct a department's name."""
    title = checks.text(title, 120, "title", "название кафедры")
    clash = Department.objects.filter(school_id=department.school_id, title=title).exclude(pk=department.pk)
    if clash.exists():
        raise Refusal(f"Кафедра «{title}» уже есть.", "title")
    before = department.title
    with act(department.school_id, by=by, at=at) as lines:
        if checks.changed(department, title=title):
            department.save(update_fields=["title"])
            lines.append(
                Line(
                    "department_changed",
                    "department",
                    department.pk,
                    data={"before": before, "title": title},
                )
            )
    return department
