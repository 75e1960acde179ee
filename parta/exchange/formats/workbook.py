"""Parta's own workbook, as `parta template` writes it: a sheet for each kind of thing, heads in the first rows.

Sheets and columns are known by their names, in any order; what is missing is simply not told. A CSV file with the heads
of one sheet is taken as that sheet.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Final, TypeVar

from parta.exchange.data import (
    GuardianRow,
    HomeroomRow,
    JournalKey,
    LoadRow,
    Options,
    PlanRow,
    RoomRow,
    SchoolData,
    SlotRow,
    StaffRow,
    StudentRow,
    SubgroupRow,
    SubjectRow,
    TopicRow,
)
from parta.exchange.limits import check_size, read_bytes
from parta.exchange.located import BadFile, Problems, Where
from parta.exchange.sheets import Book, Table, is_spreadsheet, read_book, read_csv
from parta.exchange.values import (
    class_title,
    fold,
    is_formula,
    parse_class,
    parse_date,
    parse_email,
    parse_hours,
    parse_int,
    parse_lesson_number,
    parse_phone,
    parse_sex,
    parse_week,
    parse_weekday,
    split_name,
    tidy,
)

TITLE = "книга Парты"
TEXTS: Final = {".csv", ".txt", ".tsv"}
"""Suffixes of tables that are plain text."""
WHOLE_NAMES: Final = (
    "ФИО", "Фамилия, имя, отчество", "ФИО ученика", "ФИО учащегося", "ФИО обучающегося", "ФИО сотрудника",
    "ФИО учителя", "ФИО педагога", "Фамилия, имя", "Ученик", "Сотрудник",
)  # fmt: skip
"""Heads of one column that holds the whole name, which schools use as often as three."""

T = TypeVar("T")
P = TypeVar("P", StaffRow, StudentRow)

ROLES: Final = {
    "директор": "director",
    "заместитель директора": "deputy",
    "завуч": "deputy",
    "зам. директора": "deputy",
    "оператор": "operator",
    "администратор": "operator",
    "учитель": "teacher",
    "преподаватель": "teacher",
    "педагог": "teacher",
    "мастер производственного обучения": "master",
    "мастер": "master",
    "социальный педагог": "social_pedagogue",
    "медицинский работник": "nurse",
    "медсестра": "nurse",
    "секретарь": "secretary",
    "проверяющий": "inspector",
    "учитель начальных классов": "teacher",
    "педагог дополнительного образования": "teacher",
    "педагог-психолог": "social_pedagogue",
    "заместитель директора по увр": "deputy",
    "заместитель директора по вр": "deputy",
    "классный руководитель": "teacher",
}
ROLE_STARTS: Final = {
    "учитель": "teacher",
    "преподаватель": "teacher",
    "заместитель директора": "deputy",
    "зам. директора": "deputy",
    "зам. дир.": "deputy",
    "мастер п": "master",
    "медицинская сестра": "nurse",
    "педагог дополнительного": "teacher",
}
"""Beginnings of jobs → role: schools write the subject or the field of work after them."""
RELATIONS: Final = {
    "мать": "mother",
    "мама": "mother",
    "отец": "father",
    "папа": "father",
    "опекун": "guardian",
    "попечитель": "guardian",
    "законный представитель": "guardian",
    "иное": "other",
    "бабушка": "other",
    "дедушка": "other",
    "другой": "other",
}
TERM_KINDS: Final = {"четверть": "quarter", "четверти": "quarter", "полугодие": "half_year", "полугодия": "half_year",
                     "триместр": "trimester", "триместры": "trimester", "семестр": "semester", "семестры": "semester",
                     "модуль": "module", "модули": "module", "год": "year"}  # fmt: skip
TAGS: Final = {
    "язык": "language", "литература": "literature", "практика": "practice", "двойная отметка": "double_marks",
    "без отметок": "unmarked",
}  # fmt: skip
NOBODY: Final = {"", "нет", "вакансия", "вакант", "вакантно", "неназначен", "ненайден"}
"""What stands in the column of teachers when there is none; in the form of `fold`."""
WORK_KINDS: Final = {
    "": "", "устный ответ": "oral", "письменная работа": "written", "самостоятельная работа": "independent",
    "тест": "test", "сочинение": "composition", "лабораторная работа": "laboratory",
    "практическая работа": "practical", "контрольная работа": "control", "зачёт": "credit", "экзамен": "exam",
    "устный": "oral", "письменная": "written", "ср": "independent", "самостоятельная": "independent",
    "проверочная работа": "independent", "изложение": "composition", "эссе": "composition", "лр": "laboratory",
    "лабораторная": "laboratory", "практическая": "practical", "проект": "practical", "кр": "control",
    "контрольная": "control", "диктант": "control", "контрольный диктант": "control",
}  # fmt: skip
"""Words for kinds of work → codes of `organisation.actions.DEFAULT_WORK_KINDS`; the full words come first."""


@dataclass(frozen=True)
class Column:
    """A column of a sheet: its key in code, its head, other heads it is known by, whether a row needs it."""

    key: str
    head: str
    also: tuple[str, ...] = ()
    needed: bool = False
    hint: str = ""
    choices: tuple[str, ...] = ()
    example: tuple[str, ...] = ()
    width: int = 16


@dataclass(frozen=True)
class Sheet:
    """A sheet of the workbook."""

    key: str
    title: str
    also: tuple[str, ...]
    columns: tuple[Column, ...]


def _guardian(number: int, *example: tuple[str, ...]) -> tuple[Column, ...]:
    n = str(number)
    fio, relation, phone, email = example
    return (
        Column(
            f"guardian{n}",
            f"Представитель {n}: ФИО",
            (f"Родитель {n}", f"ФИО родителя {n}", f"Представитель {n}"),
            hint="Фамилия, имя и отчество законного представителя.",
            example=fio,
            width=30,
        ),
        Column(
            f"relation{n}",
            f"Представитель {n}: кем приходится",
            (f"Кем приходится {n}",),
            choices=("мать", "отец", "опекун", "иное"),
            example=relation,
            width=14,
        ),
        Column(
            f"phone{n}",
            f"Представитель {n}: телефон",
            (f"Телефон родителя {n}", f"Телефон {n}"),
            hint="Например: +7 900 123-45-67.",
            example=phone,
            width=18,
        ),
        Column(
            f"email{n}",
            f"Представитель {n}: эл. почта",
            (f"Почта родителя {n}", f"E-mail {n}"),
            example=email,
            width=24,
        ),
    )


SHEETS: Final = (
    Sheet(
        "staff",
        "Сотрудники",
        ("Учителя", "Педагоги", "Кадры", "Сотрудник", "Персонал"),
        (
            Column("surname", "Фамилия", (), True, example=("Соколова", "Петров", "Ильина"), width=20),
            Column("given_name", "Имя", (), True, example=("Мария", "Олег", "Вера"), width=16),
            Column("patronymic", "Отчество", (), example=("Викторовна", "Иванович", "Андреевна"), width=18),
            Column(
                "roles",
                "Должность",
                ("Роль", "Роли"),
                True,
                "Можно несколько, через точку с запятой.",
                (
                    "учитель",
                    "директор",
                    "заместитель директора",
                    "оператор",
                    "социальный педагог",
                    "секретарь",
                    "медицинский работник",
                    "мастер производственного обучения",
                ),
                ("учитель", "заместитель директора; учитель", "учитель"),
                28,
            ),
            Column("sex", "Пол", (), choices=("ж", "м"), example=("ж", "м", "ж"), width=6),
            Column(
                "birth_date", "Дата рождения", (), hint="ДД.ММ.ГГГГ", example=("14.03.1985", "", ""), width=15
            ),
            Column("phone", "Телефон", (), example=("+7 900 111-22-33", "", ""), width=18),
            Column(
                "email",
                "Эл. почта",
                ("E-mail", "Email", "Почта"),
                example=("sokolova@school.example", "", ""),
                width=26,
            ),
            Column(
                "external_id",
                "Табельный номер",
                ("Таб. №", "Табельный №"),
                hint="По нему сотрудника узнают при повторной загрузке.",
                example=("0017", "0018", "0019"),
            ),
            Column(
                "order_number",
                "Приказ №",
                ("Номер приказа", "Приказ"),
                example=("12-к", "3-к", "15-к"),
                width=12,
            ),
            Column(
                "order_date", "Дата приказа", (), example=("25.08.2026", "20.08.2026", "25.08.2026"), width=14
            ),
        ),
    ),
    Sheet(
        "homerooms",
        "Классы",
        ("Класс", "Группы", "Объединения"),
        (
            Column(
                "title",
                "Класс",
                ("Группа", "Объединение", "Название"),
                True,
                "Например: 6Б.",
                example=("6Б", "10А"),
                width=12,
            ),
            Column(
                "class_teacher",
                "Классный руководитель",
                ("Кл. руководитель", "Мастер", "Куратор"),
                hint="Как в листе «Сотрудники».",
                example=("Соколова Мария Викторовна", "Ильина В. А."),
                width=30,
            ),
            Column("room", "Кабинет", (), example=("214", "301"), width=10),
            Column(
                "term_kind",
                "Учебные периоды",
                ("Периоды",),
                choices=("четверть", "триместр", "полугодие", "семестр", "модуль"),
                example=("четверть", "полугодие"),
                width=18,
            ),
        ),
    ),
    Sheet(
        "students",
        "Ученики",
        ("Учащиеся", "Обучающиеся", "Студенты", "Дети", "Список учеников"),
        (
            Column(
                "homeroom",
                "Класс",
                ("Группа", "Объединение"),
                True,
                "Как в листе «Классы».",
                example=("6Б", "6Б", "10А"),
                width=8,
            ),
            Column("surname", "Фамилия", (), True, example=("Антонова", "Белов", "Громова"), width=18),
            Column("given_name", "Имя", (), True, example=("Алиса", "Тимур", "Елена"), width=14),
            Column("patronymic", "Отчество", (), example=("Сергеевна", "Ринатович", "Павловна"), width=18),
            Column("sex", "Пол", (), choices=("ж", "м"), example=("ж", "м", "ж"), width=6),
            Column(
                "birth_date",
                "Дата рождения",
                ("Д.р.", "Дата рожд."),
                hint="ДД.ММ.ГГГГ",
                example=("05.02.2014", "17.11.2014", "30.06.2010"),
                width=15,
            ),
            Column(
                "external_id",
                "№ личного дела",
                ("Номер личного дела", "Личное дело"),
                hint="По нему ученика узнают при повторной загрузке.",
                example=("А-214", "Б-117", "Г-030"),
                width=16,
            ),
            Column(
                "enrolled_on",
                "Зачислен с",
                ("Дата зачисления", "Зачислен"),
                hint="Пусто: с начала учебного года.",
                example=("", "", "14.10.2026"),
                width=13,
            ),
            Column(
                "order_number",
                "Приказ о зачислении №",
                ("Приказ №", "Приказ"),
                example=("", "", "41-у"),
                width=14,
            ),
            Column(
                "subgroups",
                "Подгруппы",
                ("Подгруппа",),
                hint="Через точку с запятой: «английский язык, 1; информатика, 2».",
                example=("английский язык, 1", "английский язык, 2", ""),
                width=28,
            ),
            Column("phone", "Телефон", ("Телефон ученика",), width=18),
            Column("email", "Эл. почта", ("E-mail", "Почта"), width=22),
            *_guardian(
                1,
                ("Антонова Ирина Олеговна", "Белова Дина Маратовна", "Громов Павел Игоревич"),
                ("мать", "мать", "отец"),
                ("+7 900 222-33-44", "+7 900 333-44-55", ""),
                ("antonova@mail.example", "", ""),
            ),
            *_guardian(2, ("Антонов Сергей Петрович", "", ""), ("отец", "", ""), ("", "", ""), ("", "", "")),
        ),
    ),
    Sheet(
        "subjects",
        "Предметы",
        ("Предмет", "Дисциплины"),
        (
            Column(
                "title",
                "Предмет",
                ("Название", "Дисциплина"),
                True,
                example=("Русский язык", "Английский язык", "Алгебра"),
                width=28,
            ),
            Column("short", "Сокращение", ("Кратко",), example=("Рус. яз.", "Англ. яз.", "Алг."), width=14),
            Column(
                "area",
                "Предметная область",
                ("Область",),
                example=("Русский язык и литература", "Иностранные языки", "Математика и информатика"),
                width=32,
            ),
            Column(
                "tags",
                "Особенности",
                (),
                hint="язык; литература; практика; двойная отметка; без отметок",
                example=("язык; двойная отметка", "язык", ""),
                width=26,
            ),
        ),
    ),
    Sheet(
        "loads",
        "Нагрузка",
        ("Тарификация", "Педагогическая нагрузка"),
        (
            Column(
                "homeroom",
                "Класс",
                ("Группа", "Объединение"),
                True,
                example=("6Б", "6Б", "6Б", "10А"),
                width=10,
            ),
            Column(
                "subject",
                "Предмет",
                ("Дисциплина",),
                True,
                example=("Русский язык", "Английский язык", "Английский язык", "Алгебра"),
                width=26,
            ),
            Column(
                "subgroup",
                "Подгруппа",
                (),
                hint="Пусто: весь класс. Иначе номер или название.",
                example=("", "1", "2", ""),
                width=14,
            ),
            Column(
                "teacher",
                "Учитель",
                ("Преподаватель", "ФИО учителя", "Педагог"),
                True,
                "Как в листе «Сотрудники».",
                example=("Соколова Мария Викторовна", "Ильина В. А.", "Соколова М. В.", "Петров О. И."),
                width=30,
            ),
            Column(
                "hours",
                "Часов в неделю",
                ("Часы", "Кол-во часов", "Часов"),
                True,
                example=("4", "3", "3", "4"),
                width=14,
            ),
        ),
    ),
    Sheet(
        "slots",
        "Расписание",
        ("Расписание уроков",),
        (
            Column(
                "homeroom",
                "Класс",
                ("Группа", "Объединение"),
                True,
                example=("6Б", "6Б", "6Б", "10А"),
                width=10,
            ),
            Column(
                "weekday",
                "День",
                ("День недели",),
                True,
                choices=("понедельник", "вторник", "среда", "четверг", "пятница", "суббота"),
                example=("понедельник", "понедельник", "понедельник", "вторник"),
                width=14,
            ),
            Column(
                "number",
                "Урок",
                ("№ урока", "Номер урока", "Пара"),
                True,
                example=("1", "2", "2", "1"),
                width=8,
            ),
            Column(
                "subject",
                "Предмет",
                ("Дисциплина",),
                True,
                example=("Русский язык", "Английский язык", "Английский язык", "Алгебра"),
                width=26,
            ),
            Column("subgroup", "Подгруппа", (), example=("", "1", "2", ""), width=14),
            Column(
                "teacher",
                "Учитель",
                ("Преподаватель", "Педагог"),
                hint="Пусто: по листу «Нагрузка».",
                example=("", "", "", ""),
                width=28,
            ),
            Column("room", "Кабинет", ("Каб.", "Аудитория"), example=("214", "305", "306", "301"), width=10),
            Column(
                "week",
                "Неделя",
                ("Чередование",),
                choices=("каждая", "нечётная", "чётная"),
                example=("", "", "", ""),
                width=12,
            ),
        ),
    ),
    Sheet(
        "plans",
        "КТП",
        ("Тематическое планирование", "Темы", "Планирование"),
        (
            Column("subject", "Предмет", ("Дисциплина",), True, example=("Русский язык",) * 3, width=24),
            Column(
                "homeroom",
                "Класс или параллель",
                ("Класс", "Параллель", "Классы"),
                True,
                "«6» – вся параллель, «6А, 6Б» – эти классы.",
                example=("6", "6", "6"),
                width=16,
            ),
            Column("title", "Название плана", ("План",), hint="Пусто: предмет и класс.", width=22),
            Column(
                "position",
                "№",
                ("№ урока", "Номер", "№ п/п"),
                hint="Пусто: по порядку строк.",
                example=("1", "2", "3"),
                width=6,
            ),
            Column(
                "unit", "Раздел", ("Тема раздела",), example=("Повторение", "Повторение", "Лексика"), width=24
            ),
            Column(
                "text",
                "Тема урока",
                ("Тема",),
                True,
                example=(
                    "Русский язык – национальный язык",
                    "Части речи. Повторение",
                    "Слово и его значение",
                ),
                width=44,
            ),
            Column(
                "hours",
                "Часов",
                ("Часы", "Кол-во часов"),
                hint="Пусто: один урок.",
                example=("", "2", ""),
                width=8,
            ),
            Column(
                "work_kind",
                "Вид работы",
                (),
                choices=tuple(WORK_KINDS)[1:11],
                example=("", "", "контрольная работа"),
                width=20,
            ),
            Column(
                "homework",
                "Домашнее задание",
                ("ДЗ", "Д/з"),
                example=("§ 1, упр. 5", "", "упр. 12"),
                width=30,
            ),
        ),
    ),
)


def detect(path: Path) -> bool:
    """True when at least one sheet has our heads."""
    if not path.is_file():
        return False
    if path.suffix.lower() in TEXTS:
        try:
            table, _ = read_csv(read_bytes(path), path.name)
        except BadFile:
            return True
        return _is_whole(table)
    if not is_spreadsheet(path):
        return False
    return any(map(_is_whole, read_book(path).tables))


def _is_whole(table: Table) -> bool:
    found = _sheet_of(table)
    return found is not None and not found.missing


def read(path: Path, options: Options | None = None) -> SchoolData:
    """All sheets of the workbook, row by row. Raises BadFile when none of them is ours."""
    problems = Problems()
    book = _open(path, problems)
    reader = _Reader(path.name, problems)
    known = 0
    for table in book.tables:
        found = _sheet_of(table)
        if found is not None and found.missing:
            problems.error(
                Where(path.name, table.name, found.head + 1),
                _lacking("Лист не прочитан: название его знакомо", table, found),
            )
            continue
        if found is None:
            if any(tidy(cell) for row in table.rows for cell in row) and fold(table.name) not in {
                "памятка",
                "инструкция",
                "списки",
            }:
                problems.warn(
                    Where(path.name, table.name), "Лист не узнан по названию и заголовкам и пропущен."
                )
            continue
        known += 1
        reader.sheet(found, table)
    if not known and problems.errors:
        raise BadFile(f"Книга «{path.name}»: " + " ".join(map(str, problems.errors[:5])))
    if not known:
        raise BadFile(
            f"В книге «{path.name}» нет ни одного листа с нужными заголовками. Возьмите пустую книгу командой "
            "«parta template» или проверьте заголовки столбцов."
        )
    return reader.data()


def _open(path: Path, problems: Problems) -> Book:
    check_size(path)
    if path.suffix.lower() in TEXTS and not is_spreadsheet(path):
        table, encoding = read_csv(read_bytes(path), path.name)
        if encoding == "cp1251":
            problems.warn(
                Where(path.name),
                "Файл в кодировке Windows-1251; он прочитан так. Проверьте буквы в предпросмотре.",
            )
        return Book(path.name, [table])
    book = read_book(path)
    for remark in book.remarks:
        problems.warn(Where(path.name), remark)
    return book


@dataclass(frozen=True)
class _Found:
    """A sheet of ours in a table: the row of heads, column key → position, needed columns that are not there."""

    sheet: Sheet
    head: int
    places: dict[str, int]
    missing: tuple[str, ...] = ()
    homeroom: str = ""
    """The class a sheet of students is named after, when it has no column of classes."""


def _heads(table: Table, sheet: Sheet) -> _Found | None:
    """The heads of a sheet in one of the first rows: the row that has most of the needed columns."""
    best: _Found | None = None
    for index, row in enumerate(table.rows[:15]):
        names: dict[str, int] = {}
        for position, cell in enumerate(row):
            if tidy(cell):
                names.setdefault(fold(cell.replace("*", "")), position)
        places: dict[str, int] = {}
        for column in sheet.columns:
            for name in (column.head, *column.also):
                if fold(name) in names and names[fold(name)] not in places.values():
                    places[column.key] = names[fold(name)]
                    break
        keys = {column.key for column in sheet.columns}
        if "given_name" in keys and not {"surname", "given_name"} <= set(places):
            whole = next((names[fold(name)] for name in WHOLE_NAMES if fold(name) in names), None)
            if whole is not None:
                places = {key: place for key, place in places.items() if place != whole} | {
                    "full_name": whole
                }
        missing = [
            column
            for column in sheet.columns
            if column.needed
            and column.key not in places
            and not ("full_name" in places and column.key in {"surname", "given_name"})
        ]
        parsed = parse_class(table.name) if [column.key for column in missing] == ["homeroom"] else None
        if parsed and sheet.key == "students":
            missing = []
        found = _Found(
            sheet,
            index,
            places,
            tuple(column.head for column in missing),
            class_title(*parsed) if parsed else "",
        )
        if not missing:
            return found
        if places and (best is None or len(missing) < len(best.missing)):
            best = found
    return best


def _sheet_of(table: Table) -> _Found | None:
    """Which sheet of ours a table is. With `missing` columns only when its name says so."""
    name = fold(table.name)
    by_name = [sheet for sheet in SHEETS if name in {fold(title) for title in (sheet.title, *sheet.also)}]
    whole: _Found | None = None
    partial: _Found | None = None
    for sheet in by_name or SHEETS:
        found = _heads(table, sheet)
        if found is None:
            continue
        if not found.missing:
            if whole is None or len(found.places) > len(whole.places):
                whole = found
        elif partial is None or len(found.places) > len(partial.places):
            partial = found
    if whole and not by_name and whole.sheet.key == "homerooms" and len(whole.places) < 2:
        return None
    return whole or (partial if by_name else None)


def explain(path: Path) -> str:
    """Why no table of a file was taken for a sheet of ours: the nearest one and what it lacks. Empty: none is near."""
    if path.suffix.lower() in TEXTS and not is_spreadsheet(path):
        tables = [read_csv(read_bytes(path), path.name)[0]]
    else:
        tables = read_book(path).tables
    for table in tables:
        named = _sheet_of(table)
        if named and named.missing and len(named.missing) <= len(named.places):
            return _lacking(f"Лист «{table.name}» назван знакомо", table, named)
    near = [(table, found) for table in tables for sheet in SHEETS if (found := _heads(table, sheet))]
    near = [(table, found) for table, found in near if len(found.places) >= 2 and found.missing]
    if not near:
        return ""
    table, found = max(near, key=lambda item: (len(item[1].places), -len(item[1].missing)))
    return _lacking(f"Лист «{table.name}» похож на «{found.sheet.title}»", table, found)


def _lacking(beginning: str, table: Table, found: _Found) -> str:
    wanted = ", ".join(f"«{head}»" for head in found.missing)
    there = ", ".join(f"«{tidy(cell)[:30]}»" for cell in table.rows[found.head] if tidy(cell))
    return (
        f"{beginning}, но нет {'столбца' if len(found.missing) == 1 else 'столбцов'} {wanted}. Есть: {there[:300]}. "
        "Назовите столбцы так или перенесите данные в пустую книгу («parta template»)."
    )


class _Line:
    """One row of a sheet; reading a value reports what is wrong with it."""

    def __init__(
        self, where: Where, values: dict[str, str], heads: dict[str, str], problems: Problems
    ) -> None:
        self.where = where
        self.values = values
        self.heads = heads
        self.problems = problems
        self.is_good = True

    def at(self, key: str) -> Where:
        return self.where.at(self.heads.get(key, key))

    def refuse(self, key: str, message: str) -> None:
        self.is_good = False
        self.problems.error(self.at(key), message)

    def text(self, key: str, limit: int = 0) -> str:
        value = tidy(self.values.get(key, ""))
        if limit and len(value) > limit:
            self.refuse(key, f"Слишком длинно: {len(value)} знаков, помещается {limit}. Сократите.")
            return value[:limit]
        return value

    def parsed(self, key: str, parser: Callable[[str], T | None], expected: str) -> T | None:
        value = self.text(key)
        if not value:
            return None
        found = parser(value)
        if found is None:
            self.refuse(key, f"«{value[:60]}» не подходит: {expected}.")
        return found


class _Reader:
    def __init__(self, file: str, problems: Problems) -> None:
        self.file = file
        self.problems = problems
        self.staff: list[StaffRow] = []
        self.homerooms: list[HomeroomRow] = []
        self.students: list[StudentRow] = []
        self.subjects: list[SubjectRow] = []
        self.loads: list[LoadRow] = []
        self.slots: list[SlotRow] = []
        self.topics: dict[tuple[str, str, str], tuple[PlanRow, list[tuple[TopicRow, int]]]] = {}
        self.subgroups: dict[str, SubgroupRow] = {}
        self.rooms: dict[str, RoomRow] = {}

    def sheet(self, found: _Found, table: Table) -> None:
        """Read all rows under the heads."""
        sheet, head, places = found.sheet, found.head, found.places
        heads = {key: tidy(table.cell(head, position)) for key, position in places.items()}
        self._unknown_heads(table, head, set(places.values()))
        merged = {
            (row, column): merge
            for merge in table.merges
            for row in range(max(merge[0], head + 1), min(merge[2], len(table.rows) - 1) + 1)
            for column in range(merge[1], min(merge[3], table.width) + 1)
        }
        told: set[tuple[int, int, int, int]] = set()
        empty_formulas = set(table.formulas_without_value)
        row_reader: Callable[[_Line], None] = getattr(self, f"_{sheet.key}")
        for index in range(head + 1, len(table.rows)):
            values = {key: table.cell(index, position) for key, position in places.items()}
            line = _Line(Where(self.file, table.name, index + 1), values, heads, self.problems)
            for key, position in places.items():
                merge = merged.get((index, position))
                if merge and merge not in told:
                    told.add(merge)
                    line.refuse(
                        key,
                        f"Ячейки объединены (строки {merge[0] + 1}–{merge[2] + 1}). Отмените объединение и заполните "
                        "каждую строку.",
                    )
                elif merge:
                    line.is_good = False
                if (index, position) in empty_formulas:
                    line.refuse(
                        key, "В ячейке формула без вычисленного значения. Вставьте значение вместо формулы."
                    )
                elif is_formula(values[key]):
                    line.refuse(
                        key, f"«{tidy(values[key])[:40]}» похоже на формулу. Запишите в ячейку значение."
                    )
            filled = [key for key, value in values.items() if tidy(value)]
            if not filled or not line.is_good:
                continue
            if found.homeroom:
                values["homeroom"] = found.homeroom
            if "full_name" in places and tidy(values["full_name"]) and not self._parted(line):
                continue
            missing = [c for c in sheet.columns if c.needed and not tidy(values.get(c.key, ""))]
            if missing:
                names = ", ".join(f"«{heads.get(column.key, column.head)}»" for column in missing)
                line.refuse(
                    missing[0].key, f"Строка заполнена не до конца: нет {names}. Допишите или удалите строку."
                )
                continue
            row_reader(line)

    def _unknown_heads(self, table: Table, head: int, known: set[int]) -> None:
        """Say which columns are not taken: a renamed column must not vanish without a word."""
        row = table.rows[head]
        unknown = [
            tidy(cell)[:40]
            for position, cell in enumerate(row)
            if position not in known and fold(cell) not in {"", "п/п", "пп", "nпп"} and len(tidy(cell)) > 1
        ]
        if unknown:
            listed = ", ".join(f"«{name}»" for name in unknown[:12])
            self.problems.warn(
                Where(self.file, table.name, head + 1),
                f"Столбцы не узнаны или повторены и пропущены: {listed}. Нужные назовите, как в пустой книге.",
            )

    @staticmethod
    def _parted(line: _Line) -> bool:
        """Put a whole name into its parts. False when it has no given name."""
        surname, given, patronymic = split_name(line.values["full_name"])
        if not given:
            line.refuse("full_name", f"«{surname[:60]}»: нужны фамилия, имя и отчество.")
            return False
        parts = {"surname": surname, "given_name": given, "patronymic": patronymic}
        line.values.update({key: value for key, value in parts.items() if not tidy(line.values.get(key, ""))})
        line.heads = {**dict.fromkeys(parts, line.heads["full_name"]), **line.heads}
        return True

    def data(self) -> SchoolData:
        """What was read, with duplicates refused."""
        self._unique_people()
        plans = []
        for plan, topics in self.topics.values():
            counted = Counter(topic.position for topic, _ in topics)
            for topic, _ in topics:
                if counted[topic.position] > 1:
                    self.problems.error(
                        topic.where, f"Номер {topic.position} в плане «{plan.title}» стоит дважды."
                    )
            ordered = [
                topic
                for topic, hours in sorted(topics, key=lambda item: item[0].position)
                for _ in range(hours)
            ]
            plans.append(
                replace(plan, topics=tuple(replace(topic, position=n) for n, topic in enumerate(ordered, 1)))
            )
        return SchoolData(
            kind=TITLE,
            file=self.file,
            rooms=tuple(self.rooms.values()),
            subjects=tuple(self.subjects),
            staff=tuple(self.staff),
            homerooms=tuple(self.homerooms),
            subgroups=tuple(self.subgroups.values()),
            students=tuple(self.students),
            loads=tuple(self.loads),
            slots=tuple(self.slots),
            plans=tuple(plans),
            problems=tuple(self.problems.found),
        )

    # --- one method a sheet ---

    def _staff(self, line: _Line) -> None:
        roles = []
        for word in re.split(r"[;,\n]", line.text("roles")):
            kind = _role(word)
            if kind:
                roles.append(kind)
            elif tidy(word):
                known = ", ".join(list(SHEETS[0].columns[3].choices))
                line.refuse("roles", f"Должность «{tidy(word)[:60]}» не известна. Можно: {known}.")
        row = StaffRow(
            surname=line.text("surname", 80),
            given_name=line.text("given_name", 80),
            patronymic=line.text("patronymic", 80),
            sex=line.parsed("sex", parse_sex, "нужно «м» или «ж»") or "",
            birth_date=self._date(line, "birth_date"),
            email=line.parsed("email", parse_email, "нужен адрес вида имя@школа.рф") or "",
            phone=line.parsed("phone", parse_phone, "нужен номер телефона, один, например +7 900 123-45-67")
            or "",
            roles=tuple(dict.fromkeys(roles)),
            external_id=line.text("external_id", 120),
            order_number=line.text("order_number", 40),
            order_date=self._date(line, "order_date"),
            where=line.where,
        )
        if line.is_good:
            self.staff.append(row)

    def _homerooms(self, line: _Line) -> None:
        title, grade, letter = self._class(line.text("title", 60))
        if any(fold(row.title) == fold(title) for row in self.homerooms):
            line.refuse("title", f"Класс «{title}» стоит в листе дважды. Удалите одну строку.")
        term = line.text("term_kind")
        if term and fold(term) not in {fold(name) for name in TERM_KINDS}:
            line.refuse(
                "term_kind",
                f"«{term[:40]}» не подходит: нужно «четверть», «триместр», «полугодие», «семестр» или «модуль».",
            )
        if line.is_good:
            self.homerooms.append(
                HomeroomRow(
                    title=title,
                    grade=grade,
                    letter=letter,
                    class_teacher=line.text("class_teacher"),
                    room=self._room(line),
                    term_kind=next(
                        (kind for name, kind in TERM_KINDS.items() if fold(name) == fold(term)), ""
                    ),
                    where=line.where,
                )
            )

    def _students(self, line: _Line) -> None:
        homeroom = self._class(line.text("homeroom", 60))[0]
        guardians = tuple(one for number in "12" if (one := self._guardian(line, number)) is not None)
        subgroups = []
        for text in re.split(r"[;\n]", line.text("subgroups")):
            if not tidy(text):
                continue
            subject, comma, name = tidy(text).rpartition(",")
            if not comma:
                line.refuse(
                    "subgroups",
                    f"«{tidy(text)[:40]}»: запишите предмет и подгруппу через запятую, например «английский язык, 1».",
                )
                continue
            subgroups.append(self._subgroup(homeroom, tidy(subject), tidy(name), line.at("subgroups")))
        row = StudentRow(
            surname=line.text("surname", 80),
            given_name=line.text("given_name", 80),
            patronymic=line.text("patronymic", 80),
            sex=line.parsed("sex", parse_sex, "нужно «м» или «ж»") or "",
            birth_date=self._date(line, "birth_date"),
            email=line.parsed("email", parse_email, "нужен адрес вида имя@почта.рф") or "",
            phone=line.parsed("phone", parse_phone, "нужен номер телефона, один, например +7 900 123-45-67")
            or "",
            homeroom=homeroom,
            enrolled_on=self._date(line, "enrolled_on"),
            order_number=line.text("order_number", 40),
            subgroups=tuple(dict.fromkeys(subgroups)),
            guardians=guardians,
            external_id=line.text("external_id", 120),
            where=line.where,
        )
        if line.is_good:
            self.students.append(row)

    def _guardian(self, line: _Line, number: str) -> GuardianRow | None:
        name = line.text(f"guardian{number}")
        phone = (
            line.parsed(
                f"phone{number}", parse_phone, "нужен номер телефона, один, например +7 900 123-45-67"
            )
            or ""
        )
        email = line.parsed(f"email{number}", parse_email, "нужен адрес вида имя@почта.рф") or ""
        relation = line.text(f"relation{number}")
        if not name:
            if phone or email or relation:
                line.refuse(
                    f"guardian{number}", "Есть данные представителя, но нет его фамилии, имени и отчества."
                )
            return None
        surname, given, patronymic = split_name(name)
        if not given:
            line.refuse(f"guardian{number}", f"«{name[:60]}»: нужны фамилия, имя и отчество полностью.")
        kind = next(
            (code for word, code in RELATIONS.items() if fold(word) == fold(relation)),
            "" if relation else "guardian",
        )
        if not kind:
            line.refuse(
                f"relation{number}",
                f"«{relation[:40]}» не подходит: нужно «мать», «отец», «опекун» или «иное».",
            )
        return GuardianRow(
            surname=surname[:80], given_name=given[:80], patronymic=patronymic[:80], relation=kind or "guardian",
            phone=phone, email=email, where=line.at(f"guardian{number}"),
        )  # fmt: skip

    def _subjects(self, line: _Line) -> None:
        title = line.text("title", 160)
        if any(fold(row.title) == fold(title) for row in self.subjects):
            line.refuse("title", f"Предмет «{title}» стоит в листе дважды. Удалите одну строку.")
        tags = []
        for word in re.split(r"[;,\n]", line.text("tags")):
            tag = next((code for name, code in TAGS.items() if fold(name) == fold(word)), None)
            if tag:
                tags.append(tag)
            elif tidy(word):
                line.refuse("tags", f"«{tidy(word)[:40]}» не известно. Можно: {', '.join(TAGS)}.")
        short, area = line.text("short", 40), line.text("area", 120)
        if line.is_good:
            self.subjects.append(
                SubjectRow(title=title, short=short, area=area, tags=tuple(tags), where=line.where)
            )

    def _loads(self, line: _Line) -> None:
        key = self._journal(line)
        hours = line.parsed("hours", parse_hours, "нужно число часов в неделю, например 4 или 0,5")
        teacher = "" if fold(line.text("teacher")) in NOBODY else line.text("teacher")
        if any(row.journal == key and fold(row.teacher) == fold(teacher) for row in self.loads):
            line.refuse("teacher", f"Эта нагрузка уже записана выше: {key}, {teacher}. Удалите повтор.")
        if line.is_good:
            self.loads.append(
                LoadRow(journal=key, teacher=teacher, weekly_hours=hours or 0.0, where=line.where)
            )

    def _slots(self, line: _Line) -> None:
        key = self._journal(line)
        weekday = line.parsed("weekday", parse_weekday, "нужен день недели, например «понедельник»")
        number = line.parsed("number", parse_lesson_number, "нужен номер урока от 0 до 20")
        week = line.parsed("week", parse_week, "нужно «каждая», «нечётная» или «чётная»")
        room = self._room(line)
        if line.is_good and weekday is not None and number is not None:
            self.slots.append(
                SlotRow(
                    journal=key, weekday=weekday, number=number, week=week or 0, room=room,
                    teacher="" if fold(line.text("teacher")) in NOBODY else line.text("teacher"), where=line.where,
                )
            )  # fmt: skip

    def _plans(self, line: _Line) -> None:
        subject = line.text("subject", 160)
        classes = line.text("homeroom", 120)
        grade = parse_int(re.sub(r"[-\s]*(й|е|ые|х)?\s*(классы?|кл\.?)?$", "", classes))
        titles = () if grade is not None else tuple(
            self._class(part)[0] for part in re.split(r"[,;]", classes) if tidy(part)
        )  # fmt: skip
        if grade is not None and not 0 < grade <= 12:
            line.refuse(
                "homeroom", f"Параллель {grade} не бывает. Нужно число от 1 до 12 или названия классов."
            )
        title = line.text("title", 200) or f"{subject}, {classes}"
        position = line.parsed("position", parse_int, "нужен номер урока по порядку")
        hours = line.parsed("hours", parse_int, "нужно целое число часов")
        word = line.text("work_kind")
        kind = next((code for name, code in WORK_KINDS.items() if fold(name) == fold(word)), None)
        if kind is None:
            line.refuse(
                "work_kind",
                f"Вид работы «{word[:40]}» не известен. Можно: {', '.join(list(WORK_KINDS)[1:11])}.",
            )
        if hours is not None and not 1 <= hours <= 60:
            line.refuse("hours", "Часов на тему может быть от 1 до 60.")
        text, unit, homework = line.text("text", 500), line.text("unit", 200), line.text("homework", 500)
        if not line.is_good:
            return
        plan = PlanRow(
            title=title, subject=subject, homerooms=titles, where=line.where,
            grade=grade if grade is not None else self._class(titles[0])[1] if titles else None,
        )  # fmt: skip
        _, topics = self.topics.setdefault((fold(title), fold(subject), fold(classes)), (plan, []))
        last = max((topic.position for topic, _ in topics), default=0)
        topic = TopicRow(
            position=position if position is not None else last + 1,
            text=text,
            unit=unit,
            work_kind=kind or "",
            homework=homework,
            where=line.where,
        )
        topics.append((topic, hours or 1))

    # --- shared ---

    def _date(self, line: _Line, key: str) -> date | None:
        return line.parsed(key, parse_date, "нужна дата, например 01.09.2026")

    def _class(self, text: str) -> tuple[str, int | None, str]:
        parsed = parse_class(text)
        if parsed:
            return class_title(*parsed), parsed[0], parsed[1]
        grade = parse_int(text)
        return text, grade if grade and 1 <= grade <= 12 else None, ""

    def _room(self, line: _Line) -> str:
        title = line.text("room", 40)
        if title:
            self.rooms.setdefault(fold(title), RoomRow(title=title, where=line.at("room")))
        return title

    def _journal(self, line: _Line) -> JournalKey:
        homeroom = self._class(line.text("homeroom", 60))[0]
        subject = line.text("subject", 160)
        name = line.text("subgroup", 40)
        if not name:
            return JournalKey(subject, homeroom)
        return JournalKey(subject, homeroom, self._subgroup(homeroom, subject, name, line.at("subgroup")))

    def _subgroup(self, homeroom: str, subject: str, name: str, where: Where) -> str:
        number = re.fullmatch(
            r"(\d{1,2})(?:[.,]0)?(?:\s*-?\s*(?:я|ая))?(?:\s*(?:подгруппа|группа|гр\.?|п/г))?", name
        )
        short = f"{number[1]}-я гр." if number else name
        label = f"{number[1]}-я группа" if number else name
        lower = subject if subject[1:2].isupper() else subject[:1].lower() + subject[1:]
        title = f"{homeroom}, {lower}"[: 78 - len(label)] + f", {label}"
        row = SubgroupRow(
            title=title,
            short=short[:20],
            split=f"{homeroom}: {lower}"[:60],
            homerooms=(homeroom,),
            where=where,
        )
        return self.subgroups.setdefault(fold(title), row).title

    def _unique_people(self) -> None:
        """Refuse a person who stands twice: by the number of the file, or by name and birth date."""
        self.staff = _without_repeats(
            self.staff, self.problems, "Сотрудник", lambda row: (fold(row.full_name), row.birth_date)
        )
        self.students = _without_repeats(
            self.students, self.problems, "Ученик",
            lambda row: (fold(row.full_name), row.birth_date or fold(row.homeroom)),
        )  # fmt: skip
        dates = {(fold(row.full_name), fold(row.homeroom)): row for row in self.students if row.birth_date}
        for row in list(self.students):
            twin = dates.get((fold(row.full_name), fold(row.homeroom)))
            if row.birth_date is None and twin and twin is not row:
                self.problems.error(
                    row.where,
                    f"Ученик «{row.full_name}» уже есть в строке {twin.where.row}, там с датой рождения.",
                )
                self.students = [other for other in self.students if other is not row]


def _role(word: str) -> str | None:
    """The role a job gives: its own word, or the word a longer job begins with («учитель математики»)."""
    asked = fold(word)
    for name, code in ROLES.items():
        if fold(name) == asked:
            return code
    for name, code in ROLE_STARTS.items():
        if asked.startswith(fold(name)):
            return code
    return None


def _without_repeats(rows: list[P], problems: Problems, word: str, key: Callable[[P], object]) -> list[P]:
    by_key: dict[object, P] = {}
    by_number: dict[str, P] = {}
    kept = []
    for row in rows:
        twin = by_key.get(key(row)) or (by_number.get(row.external_id) if row.external_id else None)
        if twin is not None:
            same = "номером" if fold(twin.full_name) != fold(row.full_name) else "именем"
            problems.error(
                row.where,
                f"{word} «{row.full_name}» с тем же {same} уже есть в строке {twin.where.row}. Удалите повтор, "
                "а если это разные люди, укажите даты рождения и разные номера.",
            )
            continue
        by_key[key(row)] = row
        if row.external_id:
            by_number[row.external_id] = row
        kept.append(row)
    return kept
