"""What stands before any year of the college: rooms, units of both trades, bells, teachers and masters."""

from collections.abc import Mapping
from datetime import date, time

from parta.demo.college.books import DAY, ROOMS, College
from parta.demo.content.calendar import YearCalendar
from parta.demo.content.values import CollegeUnit
from parta.foundation.log import SYSTEM
from parta.organisation.actions import (
    RoomRow,
    SubjectRow,
    WorkKindRow,
    ensure_departments,
    ensure_rooms,
    ensure_scale,
    ensure_subjects,
    set_bells,
)

WORK_KINDS = (
    WorkKindRow("oral", "Устный ответ", "УО", 1, 10),
    WorkKindRow("written", "Письменная работа", "ПР", 1, 20),
    WorkKindRow("independent", "Самостоятельная работа", "СР", 1, 30),
    WorkKindRow("composition", "Сочинение", "С", 2, 40),
    WorkKindRow("laboratory", "Лабораторная работа", "ЛР", 1, 50),
    WorkKindRow("practical", "Практическая работа", "ПрР", 1, 60),
    WorkKindRow("control", "Контрольная работа", "КР", 2, 70),
    WorkKindRow("control_internal", "Контрольная внутритехникумовского контроля", "ВТК", 3, 80),
    WorkKindRow("practice", "Практика", "ПК", 1, 90),
    WorkKindRow("production_task", "Производственное задание", "ПЗ", 2, 100),
    WorkKindRow("check_work", "Проверочная работа", "ПрвР", 2, 110),
    WorkKindRow("production_training", "Производственное обучение", "ПО", 1, 120),
)
DEPARTMENTS = {"fitter": "Отделение металлообработки", "cook": "Отделение питания и сервиса"}
"""The department of each trade."""


def found(college: College, calendar: YearCalendar) -> None:
    """The college, its rooms, subjects and staff."""
    clerk, info = college.clerk, college.content.college
    clerk.found(
        name=info.name,
        short=info.short,
        kind="college",
        timezone="Europe/Moscow",
        preset="egorievsk-college",
        starts=calendar.starts,
        works=WORK_KINDS,
    )
    school_id = clerk.school_id
    with clerk.act(clerk.moment(calendar.starts - 10 * DAY, 10 * 60)) as at:
        rooms = [RoomRow(room) for kind in ROOMS.values() for room in kind]
        college.rooms = ensure_rooms(school_id=school_id, rows=rooms, by=SYSTEM, at=at)
        units = {college.code(trade, unit): unit for trade, units in info.units.items() for unit in units}
        college.subjects = ensure_subjects(
            school_id=school_id,
            rows=[
                SubjectRow(code, unit.name, unit.short, tags=_tags(unit), position=10 * place)
                for place, (code, unit) in enumerate(units.items(), 1)
            ],
            by=SYSTEM,
            at=at,
        )
        made = ensure_departments(school_id=school_id, titles=list(DEPARTMENTS.values()), by=SYSTEM, at=at)
        college.departments = {trade: made[title] for trade, title in DEPARTMENTS.items()}
        college.scale_id = int(ensure_scale(school_id=school_id, code="five", by=SYSTEM, at=at).pk)
        bells = [
            (number, time.fromisoformat(starts), time.fromisoformat(ends))
            for number, starts, ends in info.bells
        ]
        schedule = set_bells(
            school_id=school_id, title="Основное", bells=bells, is_default=True, by=SYSTEM, at=at
        )
        college.bells_id = int(schedule.pk)
        _choose_staff(college, calendar, units)
        clerk.admit(list(college.staff.values()), at)
        kinds = {key: _role(key) for key in college.staff}
        clerk.grant(college.staff, kinds, calendar.starts - 10 * DAY, "12-к", at)


def _tags(unit: CollegeUnit) -> tuple[str, ...]:
    if unit.taught_by == "master":
        return ("practice",)
    return ("language", "double_marks") if unit.name == "Русский язык" else ()


def _role(key: str) -> str:
    if key in ("director", "deputy"):
        return key
    return "master" if key.startswith("master") else "teacher"


def _choose_staff(college: College, calendar: YearCalendar, units: Mapping[str, CollegeUnit]) -> None:
    """A teacher for each unit of theory, a master for each group; who is shown has a name of their own."""
    random, registry, staff = college.clerk.random("staff"), college.registry, college.staff
    year = calendar.year
    staff["director"] = registry.named("Громов", "Виктор", "Андреевич", "m", date(year - 54, 7, 4))
    staff["deputy"] = registry.named("Савина", "Лариса", "Олеговна", "f", date(year - 47, 2, 12))
    staff["director"].login, staff["deputy"].login = "kollezh-direktor", "kollezh-zavuch"
    for code, unit in units.items():
        if unit.taught_by == "teacher":
            staff[f"teacher {code}"] = registry.adult(random.choice("ffm"), year)
    for place, group in enumerate(college.groups):
        if place == 0:
            human = registry.named("Воронов", "Игорь", "Петрович", "m", date(year - 45, 1, 22))
            human.login = "master"
        else:
            human = registry.adult("m" if group.trade == "fitter" else "f", year)
        staff[f"master {group.trade} {group.course}"] = human
    first = next(key for key in staff if key.startswith("teacher"))
    staff[first].login = "prepodavatel"
