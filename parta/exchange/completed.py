"""Lists that neither a file nor the school has, taken from where their names are used in the file.

A school that begins with one list of students has no sheet of classes; a timetable kept as a list has no sheet of
subjects. With no list to be mistaken against, a name is taken as it stands, and the preview says so. As soon as the
school or the file has a list, a name that is not in it is refused.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace

from .data import HomeroomRow, JournalKey, LoadRow, SchoolData, SlotRow, StaffRow, SubjectRow
from .located import Problems, Where
from .values import fold, parse_class, parse_int, split_name


@dataclass(frozen=True, slots=True)
class Lists:
    """Which lists the school has already."""

    homerooms: bool = False
    subjects: bool = False
    staff: bool = False
    journals: bool = False


def completed(data: SchoolData, ask: Callable[[], Lists], problems: Problems) -> SchoolData:
    """The data with the lists it lacks; as it is when the file has lists of its own or nothing is lacking.

    `ask`: which lists the school has, asked only when it matters.
    """
    if data.owns_lists or all((data.homerooms, data.subjects, data.staff, data.loads)):
        return data
    known = ask()
    sheet = Where(data.file)
    if not known.homerooms and not data.homerooms:
        rows = _classes(data)
        data = replace(data, homerooms=tuple(rows))
        _tell(problems, sheet, "Списка классов", "классы взяты", [row.title for row in rows])
    if not known.subjects and not data.subjects:
        keys = [row.journal for row in _lessons(data)]
        titles = _once([*(key.subject for key in keys), *(plan.subject for plan in data.plans)])
        data = replace(data, subjects=tuple(SubjectRow(title=title, where=sheet) for title in titles))
        _tell(problems, sheet, "Списка предметов", "предметы взяты", titles)
    if not known.staff and not data.staff:
        staff = _teachers(data)
        data = replace(data, staff=tuple(staff))
        _tell(problems, sheet, "Списка сотрудников", "учителя взяты", [row.full_name for row in staff])
    if not known.journals and not data.loads and data.slots:
        data = replace(data, loads=tuple(_loads(data)))
        problems.warn(
            sheet, "Нагрузки нет ни в файле, ни в школе: журналы и часы взяты из расписания. Проверьте их."
        )
    return data


def _lessons(data: SchoolData) -> list[LoadRow | SlotRow]:
    return [*data.loads, *data.slots]


def _tell(problems: Problems, where: Where, what: str, done: str, names: list[str]) -> None:
    if names:
        listed = ", ".join(names[:12]) + (f" и ещё {len(names) - 12}" if len(names) > 12 else "")
        problems.warn(
            where,
            f"{what} нет ни в файле, ни в школе: {done} оттуда, где они названы: {listed.rstrip('.')}. Проверьте их.",
        )


def _once(names: Iterable[str]) -> list[str]:
    """Each name in its first spelling."""
    found: dict[str, str] = {}
    for name in names:
        if fold(name):
            found.setdefault(fold(name), name)
    return list(found.values())


def _classes(data: SchoolData) -> list[HomeroomRow]:
    named: dict[str, HomeroomRow] = {}
    used = [
        *((row.homeroom, row.where) for row in data.students),
        *((row.journal.homeroom, row.where) for row in _lessons(data)),
    ]
    for title, where in used:
        parsed = parse_class(title)
        grade = parsed[0] if parsed else parse_int(title)
        if fold(title):
            named.setdefault(
                fold(title),
                HomeroomRow(
                    title=title,
                    grade=grade if grade and 1 <= grade <= 12 else None,
                    letter=parsed[1] if parsed else "",
                    where=where,
                ),
            )
    return list(named.values())


def _teachers(data: SchoolData) -> list[StaffRow]:
    names = [
        *((row.teacher, row.where) for row in _lessons(data)),
        *((row.class_teacher, row.where) for row in data.homerooms),
    ]
    found: dict[str, StaffRow] = {}
    for name, where in names:
        surname, given, patronymic = split_name(name)
        if fold(name) and given:
            found.setdefault(
                fold(name), StaffRow(surname=surname, given_name=given, patronymic=patronymic, where=where)
            )
    return list(found.values())


def _loads(data: SchoolData) -> list[LoadRow]:
    hours: dict[JournalKey, float] = {}
    teachers: dict[tuple[JournalKey, str], LoadRow] = {}
    for slot in data.slots:
        hours[slot.journal] = hours.get(slot.journal, 0.0) + (slot.hours or 1) * (0.5 if slot.week else 1.0)
        teachers.setdefault(
            (slot.journal, fold(slot.teacher)),
            LoadRow(journal=slot.journal, teacher=slot.teacher, where=slot.where),
        )
    named = {key for key, teacher in teachers if teacher}
    return [
        replace(row, weekly_hours=hours[key])
        for (key, teacher), row in teachers.items()
        if teacher or key not in named
    ]
