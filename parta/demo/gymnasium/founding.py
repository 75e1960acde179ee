"""What stands before any year: the gymnasium, its departments, rooms, subjects and bells; the people of its office."""

from datetime import date, time
from typing import Any

from parta.demo.content.calendar import YearCalendar
from parta.demo.gymnasium.books import DAY, School
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
from parta.people.actions import RoleRow, bulk_roles

WORK_KINDS = (
    WorkKindRow("oral", "Устный ответ", "УО", 1, 10),
    WorkKindRow("written", "Письменная работа", "ПР", 1, 20),
    WorkKindRow("control", "Контрольная работа", "КР", 3, 30),
    WorkKindRow("credit", "Зачётная работа", "ЗР", 2, 40),
    WorkKindRow("test", "Тест", "Т", 1, 50),
    WorkKindRow("exam", "Экзаменационная работа", "ЭР", 3, 60),
)
TAGS = {"rus": ["language", "double_marks"], "lit": ["literature", "double_marks"], "litread": ["literature"]}
BELLS = {"main": "Основное", "first_grade": "Первые классы", "short": "Сокращённый день"}
LOGINS = {
    "director": "direktor",
    "deputy": "zavuch",
    "operator": "operator",
    "social_pedagogue": "socped",
    "nurse": "medsestra",
    "secretary": "sekretar",
    "inspector": "inspektor",
}
"""Accounts of the office that are shown."""


def found(school: School, calendar: YearCalendar) -> None:
    """The school under its regulation, and what it owns."""
    clerk, info = school.clerk, school.content.school
    clerk.found(
        name=info.name,
        short=info.short,
        kind="general",
        timezone=info.time_zone,
        preset="goethe23",
        starts=calendar.starts,
        works=WORK_KINDS,
    )
    school_id = clerk.school_id
    with clerk.act(clerk.moment(calendar.starts - 11 * DAY, 10 * 60)) as at:
        titles = list(info.departments.values())
        made = ensure_departments(school_id=school_id, titles=titles, by=SYSTEM, at=at)
        school.departments = {code: made[name] for code, name in info.departments.items()}
        rooms = [RoomRow(room.number, room.name) for room in info.rooms]
        school.rooms = ensure_rooms(school_id=school_id, rows=rooms, by=SYSTEM, at=at)
        school.subjects = ensure_subjects(
            school_id=school_id,
            rows=[
                SubjectRow(
                    subject.code,
                    subject.name,
                    subject.short,
                    subject.area,
                    school.departments[subject.department],
                    (*TAGS.get(code, ()), *(("unmarked",) if _never_marked(subject) else ())),
                    10 * place,
                )
                for place, (code, subject) in enumerate(school.content.subjects.items(), 1)
            ],
            by=SYSTEM,
            at=at,
        )
        school.scale_id = int(ensure_scale(school_id=school_id, code="five", by=SYSTEM, at=at).pk)
        for code, words in BELLS.items():
            schedule = set_bells(
                school_id=school_id,
                title=words,
                bells=[
                    (number, time.fromisoformat(starts), time.fromisoformat(ends))
                    for number, starts, ends in info.bells[code]
                ],
                is_default=code == "main",
                by=SYSTEM,
                at=at,
            )
            school.bells[code] = int(schedule.pk)


def _never_marked(subject: Any) -> bool:
    return set(subject.hours) <= set(subject.no_marks)


def appoint_office(school: School, calendar: YearCalendar) -> None:
    """Those who do not teach, each by an order."""
    named, adult, year = school.registry.named, school.registry.adult, calendar.year
    school.office = {
        "director": named("Касымова", "Айнура", "Жолдошевна", "f", date(year - 52, 4, 11)),
        "deputy": named("Лаптева", "Ольга", "Игоревна", "f", date(year - 46, 9, 3)),
        "deputy-2": adult("f", year, age=(38, 58)),
        "operator": named("Рыбаков", "Степан", "Юрьевич", "m", date(year - 31, 2, 20)),
        "social_pedagogue": named("Дудник", "Роман", "Олегович", "m", date(year - 36, 6, 14)),
        "nurse": named("Ким", "Светлана", "Андреевна", "f", date(year - 44, 11, 27)),
        "secretary": named("Носова", "Алла", "Егоровна", "f", date(year - 55, 1, 30)),
        "inspector": named("Ясинский", "Глеб", "Аркадьевич", "m", date(year - 49, 8, 8)),
    }
    for key, login in LOGINS.items():
        school.office[key].login = login
    clerk, starts = school.clerk, calendar.starts - 10 * DAY
    with clerk.act(clerk.moment(starts, 11 * 60)) as at:
        clerk.admit(list(school.office.values()), at)
        bulk_roles(
            school_id=clerk.school_id,
            rows=[
                RoleRow(
                    human.id,
                    kind.split("-")[0],
                    starts,
                    order_number=school.order("hire" if kind != "operator" else "roles"),
                    order_date=starts - DAY,
                )
                for kind, human in school.office.items()
            ],
            by=SYSTEM,
            at=at,
        )
