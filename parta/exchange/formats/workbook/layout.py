"""The sheets and columns of the workbook: what they are called, what a row needs, what the template shows."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from .words import WORK_KINDS

EXPORTED: Final = "Что в этой книге"
"""The first line of the leaflet of a workbook that Parta has written: its timetable stood in a school as it is."""


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
    in_template: bool = True


_CLASS_HEADS: Final = (
    "Группа", "Объединение", "Класс/группа", "Класс (группа)", "Группа (класс)", "Группа/класс", "Класс или группа",
    "Учебный класс", "Учебная группа", "Название класса", "Наименование класса", "Номер класса", "Класс обучения",
)  # fmt: skip
"""How else the column of classes is headed."""
_OWNERS: Final = {
    "students": ("ученика", "учащегося", "обучающегося", "студента", "ребёнка", "воспитанника"),
    "staff": ("сотрудника", "учителя", "педагога", "преподавателя", "работника"),
}
"""Sheet → whose its values are, which heads often add: «Фамилия ученика», «Дата рождения ребёнка»."""
_OWNED: Final = {
    "homeroom",
    "surname",
    "given_name",
    "patronymic",
    "sex",
    "birth_date",
    "phone",
    "email",
    "roles",
}
"""Columns whose head may name their owner."""


@dataclass(frozen=True)
class Sheet:
    """A sheet of the workbook. `also`: beginnings of words by which other names of it are known.

    A sheet not `in_template` is written by an export only: few would fill it in by hand.
    """

    key: str
    title: str
    also: tuple[str, ...]
    columns: tuple[Column, ...]
    in_template: bool = True

    def is_named(self, name: str) -> bool:
        """True when a sheet of this name is meant to be this one: «Список учащихся», «Тарификация 2026-27»."""
        words = re.findall(r"\w+", name.casefold().replace("ё", "е"))
        if any(word.startswith("звонк") for word in words):
            return False
        if words in ([self.title.casefold()], ["класс"] if self.key == "homerooms" else []):
            return True
        return any(word.startswith(stem) for word in words for stem in self.also)

    def heads_of(self, column: Column) -> tuple[str, ...]:
        """All heads by which a column of this sheet is known, its own first."""
        names = (column.head, *column.also)
        owners = _OWNERS.get(self.key, ()) if column.key in _OWNED else ()
        return (*names, *(f"{name} {owner}" for name in names for owner in owners))


_GUARDIAN_HEADS: Final = {
    1: (
        ("ФИО матери", "Мать", "Мама", "Мать ФИО", "ФИО мамы", "Мать (ФИО)", "Родители", "Родитель", "ФИО родителей",
         "ФИО родителя", "Родители ФИО", "Законный представитель", "Законные представители", "Представитель",
         "ФИО законного представителя", "Родители (законные представители)", "ФИО родителей (законных представителей)",
         "Родитель (законный представитель)", "Законный представитель ФИО"),
        ("Телефон матери", "Тел. матери", "Мать телефон", "Телефон мамы", "Телефон родителей", "Телефоны родителей",
         "Телефон родителя", "Родители телефон", "Телефон законного представителя", "Контактный телефон родителей",
         "Телефоны", "Законный представитель телефон"),
        ("Почта матери", "Эл. почта матери", "Почта родителей", "Эл. почта родителей", "E-mail родителей"),
    ),
    2: (
        ("ФИО отца", "Отец", "Папа", "Отец ФИО", "ФИО папы", "Отец (ФИО)"),
        ("Телефон отца", "Тел. отца", "Отец телефон", "Телефон папы"),
        ("Почта отца", "Эл. почта отца"),
    ),
}  # fmt: skip
"""How schools head the columns of parents: names, phones, addresses of the first and of the second."""


def _guardian(number: int, *example: tuple[str, ...]) -> tuple[Column, ...]:
    n = str(number)
    fio, relation, phone, email = example
    names, phones, emails = _GUARDIAN_HEADS[number]
    return (
        Column(
            f"guardian{n}",
            f"Представитель {n}: ФИО",
            (f"Родитель {n}", f"ФИО родителя {n}", f"Представитель {n}", *names),
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
            (f"Телефон родителя {n}", f"Телефон {n}", *phones),
            hint="Например: +7 900 123-45-67.",
            example=phone,
            width=18,
        ),
        Column(
            f"email{n}",
            f"Представитель {n}: эл. почта",
            (f"Почта родителя {n}", f"E-mail {n}", *emails),
            example=email,
            width=24,
        ),
    )


SHEETS: Final = (
    Sheet(
        "staff",
        "Сотрудники",
        ("учител", "педагог", "педсостав", "кадр", "сотрудник", "персонал", "преподават", "работник"),
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
            Column(
                "leads",
                "Классное руководство",
                ("Кл. руководство", "Классный руководитель", "Кл. рук."),
                in_template=False,
            ),
        ),
    ),
    Sheet(
        "homerooms",
        "Классы",
        ("классы", "классов", "группы", "объединени"),
        (
            Column(
                "title",
                "Класс",
                (*_CLASS_HEADS, "Название"),
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
            Column(
                "grade",
                "Параллель",
                ("Параллель (курс)", "Курс"),
                hint="Год обучения; у класса «6Б» виден из названия.",
                width=10,
                in_template=False,
            ),
        ),
    ),
    Sheet(
        "subgroups",
        "Подгруппы",
        ("подгрупп",),
        (
            Column("title", "Подгруппа", ("Название подгруппы",), True, width=40),
            Column("homerooms", "Классы", ("Из классов",), True, "Через точку с запятой.", width=16),
            Column("short", "Сокращение", ("Кратко",), width=14),
            Column("split", "Деление", (), hint="Чьи это части: «6Б: английский язык».", width=32),
        ),
        in_template=False,
    ),
    Sheet(
        "students",
        "Ученики",
        ("ученик", "учащ", "обучающ", "студент", "дети", "детей", "воспитанник", "контингент"),
        (
            Column(
                "homeroom",
                "Класс",
                _CLASS_HEADS,
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
        ("предмет", "дисциплин"),
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
        ("нагрузк", "тарификац"),
        (
            Column(
                "homeroom",
                "Класс",
                _CLASS_HEADS,
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
        ("расписани",),
        (
            Column(
                "homeroom",
                "Класс",
                _CLASS_HEADS,
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
            Column(
                "span",
                "Часов подряд",
                ("Длительность",),
                hint="Пусто: один час. Пара 2, день практики 6: одно занятие с этого урока.",
                example=("", "", "", ""),
                width=14,
            ),
        ),
    ),
    Sheet(
        "plans",
        "КТП",
        ("ктп", "тематическ", "темы", "планирован"),
        (
            Column("subject", "Предмет", ("Дисциплина",), True, example=("Русский язык",) * 3, width=24),
            Column(
                "homeroom",
                "Класс или параллель",
                ("Класс", "Параллель", "Классы", *_CLASS_HEADS),
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
            Column(
                "span",
                "Часов в занятии",
                (),
                hint="Пусто: один. Тема на 6 часов с занятием в 6 часов — один день практики.",
                example=("", "", ""),
                width=16,
            ),
        ),
    ),
)
