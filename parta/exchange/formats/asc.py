"""aSc Timetables XML, as its «Export to XML» writes it (versions 2008 and later, any interface language).

Days and weeks are bit masks («00100»: the third day); a double lesson stands either as one card per period or as one
card with `periodspercard`. Older files give a day as a number from 0.
"""

from __future__ import annotations

import re
from collections import defaultdict
from pathlib import Path

from parta.exchange.data import (
    BellRow,
    HomeroomRow,
    JournalKey,
    LoadRow,
    Options,
    RoomRow,
    SchoolData,
    SlotRow,
    StaffRow,
    StudentRow,
    SubgroupRow,
    SubjectRow,
)
from parta.exchange.limits import Element, read_bytes, read_xml
from parta.exchange.located import BadFile, Problems, Told, Where
from parta.exchange.values import (
    parse_class,
    parse_email,
    parse_int,
    parse_phone,
    parse_sex,
    parse_time,
    split_name,
    tidy,
)

TITLE = "расписание aSc"


def detect(path: Path) -> bool:
    """By the root tag, also in UTF-16."""
    if not path.is_file():
        return False
    with path.open("rb") as file:
        head = file.read(4096).replace(b"\x00", b"")
    return re.search(rb"<timetable[\s/>]", head) is not None


def read(path: Path, options: Options | None = None) -> SchoolData:
    """All the file says. Raises BadFile when it is no timetable of aSc."""
    root, encoding = read_xml(read_bytes(path), path.name)
    if root.tag != "timetable":
        raise BadFile(f"В файле «{path.name}» нет расписания aSc. Нужна выгрузка «Файл → Экспорт → XML».")
    problems = Problems()
    file = Where(path.name)
    if encoding == "cp1251":
        problems.warn(
            file, "Файл в кодировке Windows-1251; он прочитан так. Проверьте буквы в предпросмотре."
        )
    subjects = _by_id(root, "subjects", "subject")
    teachers = _by_id(root, "teachers", "teacher")
    classrooms = _by_id(root, "classrooms", "classroom")
    classes = _by_id(root, "classes", "class")
    groups = _by_id(root, "groups", "group")
    if not classes or not _items(root, "lessons", "lesson"):
        raise BadFile(
            f"В файле «{path.name}» нет классов или уроков. Выгрузите расписание целиком: "
            "с разделами classes и lessons."
        )
    titles = _titles(classes, "class")
    room_titles = _titles(classrooms, "classroom")
    subject_titles = _titles(subjects, "subject")
    teacher_names = {key: _teacher_name(item) for key, item in teachers.items()}
    cards = defaultdict(list)
    of_later_terms = 0
    for card in _items(root, "cards", "card"):
        if "1" in card.get("terms") and not card.get("terms").startswith("1"):
            of_later_terms += 1
        else:
            cards[card.get("lessonid")].append(card)
    if of_later_terms:
        problems.warn(
            file,
            f"Карточек, которых нет в первом периоде года: {of_later_terms}; они пропущены. Загрузите файл снова, "
            "когда начнётся их период, выгрузив из aSc только его.",
        )

    subgroups: dict[str, SubgroupRow] = {}
    loads: dict[tuple[JournalKey, str], LoadRow] = {}
    slots: dict[tuple[JournalKey, int, int, int], SlotRow] = {}
    known_lessons = set()
    unplaced = 0
    told = Told(problems)
    for lesson in _items(root, "lessons", "lesson"):
        where = Where(path.name, "", lesson.line)
        known_lessons.add(lesson.get("id"))
        subject = subject_titles.get(lesson.get("subjectid"))
        if subject is None:
            problems.error(
                where, f"У урока предмет «{lesson.get('subjectid')}», которого нет в разделе subjects."
            )
            continue
        class_ids = _ids(lesson, "classids", "classid")
        missing = [key for key in class_ids if key not in titles]
        if missing:
            problems.error(where, f"Урок «{subject}»: класса «{missing[0]}» нет в разделе classes.")
            continue
        if not class_ids:
            problems.warn(where, f"Урок «{subject}» без класса пропущен: журнала для него нет.")
            continue
        key = _journal(
            subject, class_ids, _ids(lesson, "groupids", "groupid"), titles, groups, subgroups, where
        )
        teacher_ids = _ids(lesson, "teacherids", "teacherid")
        unknown = [teacher for teacher in teacher_ids if teacher not in teachers]
        if unknown:
            problems.error(where, f"Урок «{subject}»: учителя «{unknown[0]}» нет в разделе teachers.")
            continue
        per_card = parse_int(lesson.get("periodspercard")) or parse_int(lesson.get("durationperiods")) or 1
        per_week = _number(lesson.get("periodsperweek"))
        for teacher in teacher_ids or [""]:
            name = teacher_names.get(teacher, "")
            before = loads.get((key, name))
            loads[key, name] = LoadRow(
                journal=key,
                teacher=name,
                weekly_hours=(before.weekly_hours if before else 0) + per_week,
                external_id=lesson.get("id"),
                where=where,
            )
        placed = cards[lesson.get("id")]
        unplaced += not placed
        step = per_card if per_card > 1 and len(placed) * per_card <= per_week + 0.01 else 1
        for card in placed:
            for slot in _slots(card, step, key, told, path.name):
                room_ids = _ids(card, "classroomids", "classroomid") or _own_room(lesson)
                room = ", ".join(room_titles[room] for room in room_ids if room in room_titles)
                slots.setdefault(
                    (key, *slot),
                    SlotRow(
                        journal=key,
                        weekday=slot[0],
                        number=slot[1],
                        week=slot[2],
                        room=room if len(room) <= 40 else room_titles.get(room_ids[0], "")[:40],
                        teacher=teacher_names[teacher_ids[0]] if len(teacher_ids) == 1 else "",
                        where=Where(path.name, "", card.line),
                    ),
                )
    told.close()
    strangers = [key for key in cards if key not in known_lessons]
    if strangers:
        problems.warn(file, f"Карточек без урока в разделе lessons: {len(strangers)}; они пропущены.")
    if not cards:
        problems.warn(file, "Карточек в файле нет: расписание не составлено, загружается только нагрузка.")
    elif unplaced:
        problems.warn(file, f"Уроков, не поставленных в расписание: {unplaced}.")
    return SchoolData(
        kind=TITLE,
        file=path.name,
        owns_lists=True,
        finished=True,
        bells=tuple(_bells(root, path.name, problems)),
        rooms=tuple(RoomRow(title=title, external_id=key, where=file) for key, title in room_titles.items()),
        subjects=tuple(
            SubjectRow(
                title=title,
                short=tidy(subjects[key].get("short"))[:40],
                external_id=key,
                where=_line(subjects[key], path),
            )
            for key, title in subject_titles.items()
        ),
        staff=tuple(_staff(item, key, path) for key, item in teachers.items()),
        homerooms=tuple(
            _homeroom(item, key, titles[key], teacher_names, room_titles, path)
            for key, item in classes.items()
        ),
        subgroups=tuple(subgroups.values()),
        students=tuple(_students(root, titles, path, problems)),
        loads=tuple(loads.values()),
        slots=tuple(slots.values()),
        problems=tuple(problems.found),
    )


def _items(root: Element, section: str, tag: str) -> list[Element]:
    return [item for part in root.all(section) for item in part.all(tag)]


def _by_id(root: Element, section: str, tag: str) -> dict[str, Element]:
    return {item.get("id"): item for item in _items(root, section, tag) if item.get("id")}


def _titles(items: dict[str, Element], what: str) -> dict[str, str]:
    """Title per id; when two bear one name, the short name or a number tells them apart."""
    words = {"class": "Класс", "classroom": "Кабинет", "subject": "Предмет"}
    limit = 40 if what == "classroom" else 60 if what == "class" else 160
    taken: set[str] = set()
    found = {}
    for number, (key, item) in enumerate(items.items(), 1):
        name = tidy(item.get("name") or item.get("short")) or f"{words[what]} {number}"
        short = tidy(item.get("short"))
        options = [
            name[:limit],
            f"{name} ({short})"[:limit],
            *(f"{name[: limit - 6]} ({n})" for n in range(2, 1000)),
        ]
        title = next(
            (option for option in options if option.casefold() not in taken), f"{words[what]} {key}"[:limit]
        )
        taken.add(title.casefold())
        found[key] = title
    return found


def _ids(item: Element, *names: str) -> list[str]:
    for name in names:
        if item.get(name):
            return [part for part in re.split(r"[,; ]+", item.get(name)) if part]
    return []


def _own_room(lesson: Element) -> list[str]:
    rooms = _ids(lesson, "classroomids", "classroomid")
    return rooms if len(rooms) == 1 else []


def _number(text: str) -> float:
    try:
        return min(max(float(text.replace(",", ".")), 0.0), 99.0)
    except ValueError:
        return 0.0


def _line(item: Element, path: Path) -> Where:
    return Where(path.name, "", item.line)


def _teacher_name(item: Element) -> str:
    name = tidy(item.get("name"))
    if item.get("lastname"):
        first = tidy(item.get("firstname"))
        return f"{tidy(item.get('lastname'))} {first}".strip()
    return name or tidy(item.get("short"))


def _staff(item: Element, key: str, path: Path) -> StaffRow:
    if item.get("lastname"):
        surname, given, patronymic = tidy(item.get("lastname")), tidy(item.get("firstname")), ""
        if " " in given:
            given, _, patronymic = given.partition(" ")
    else:
        surname, given, patronymic = split_name(_teacher_name(item))
    return StaffRow(
        surname=surname,
        given_name=given,
        patronymic=patronymic,
        sex=parse_sex(item.get("gender")) or "",
        email=parse_email(item.get("email")) or "",
        phone=parse_phone(item.get("mobile")) or "",
        external_id=key,
        where=_line(item, path),
    )


def _homeroom(
    item: Element, key: str, title: str, teachers: dict[str, str], rooms: dict[str, str], path: Path
) -> HomeroomRow:
    parsed = parse_class(title) or parse_class(item.get("short"))
    grade = parse_int(item.get("grade"))
    own = _ids(item, "classroomids", "classroomid")
    return HomeroomRow(
        title=title,
        grade=parsed[0] if parsed else grade if grade and 1 <= grade <= 12 else None,
        letter=parsed[1] if parsed else "",
        class_teacher=teachers.get(item.get("teacherid"), ""),
        room=rooms.get(own[0], "") if len(own) == 1 else "",
        external_id=key,
        where=_line(item, path),
    )


def _journal(
    subject: str,
    class_ids: list[str],
    group_ids: list[str],
    titles: dict[str, str],
    groups: dict[str, Element],
    subgroups: dict[str, SubgroupRow],
    where: Where,
) -> JournalKey:
    """Whole class, a group of it, or a stream of several classes."""
    parts = [groups[key] for key in group_ids if key in groups]
    partial = [
        part
        for part in parts
        if part.get("entireclass") not in {"1", "true"} and part.get("classid") in titles
    ]
    homerooms = tuple(titles[key] for key in class_ids)
    if len(class_ids) == 1 and (not partial or len(partial) != len(parts)):
        return JournalKey(subject, homerooms[0])
    if len(class_ids) == 1:
        named = ", ".join(tidy(part.get("name")) for part in partial)
        title, short = f"{homerooms[0]}, {named}", named
        split = f"{homerooms[0]}, деление {partial[0].get('divisiontag') or '1'}"
    else:
        names = [titles[key] + _of_class(partial, key) for key in class_ids]
        title, short, split = " + ".join(names), "поток", "поток"
    if len(title) > 80:
        title = f"{title[:66]}… ({sum(map(ord, title)) % 9973})"
    subgroups.setdefault(
        title, SubgroupRow(title=title, short=short[:20], split=split[:60], homerooms=homerooms, where=where)
    )
    return JournalKey(subject, homerooms[0] if len(homerooms) == 1 else "", title)


def _of_class(partial: list[Element], class_id: str) -> str:
    names = [tidy(part.get("name")) for part in partial if part.get("classid") == class_id]
    return f" ({', '.join(names)})" if names else ""


def _slots(card: Element, step: int, key: JournalKey, told: Told, file: str) -> list[tuple[int, int, int]]:
    """(weekday, lesson number, week) of a card."""
    period = parse_int(card.get("period"))
    place = Where(file, "", card.line)
    if period is None or not 0 <= period <= 40:
        told.warn("period", place, f"Карточка «{key}» без номера урока пропущена.")
        return []
    if card.get("days"):
        days = [
            index + 1
            for mask in card.get("days").split(",")
            for index, bit in enumerate(mask.strip())
            if bit == "1"
        ]
    else:
        day = parse_int(card.get("day"))
        days = [day + 1] if day is not None else []
    days = [day for day in dict.fromkeys(days) if 1 <= day <= 7]
    if not days:
        told.warn("day", place, f"Карточка «{key}» без дня недели (или дальше седьмого дня) пропущена.")
        return []
    weeks = card.get("weeks") or "1"
    if len(weeks) > 2:
        told.warn(
            "weeks",
            place,
            f"Карточка «{key}»: цикл {len(weeks)} недели; Парта ведёт не больше двух. Пропущена.",
        )
        return []
    number_of_week = {"10": 1, "01": 2}.get(weeks, 0)
    return [(day, period + shift, number_of_week) for day in days for shift in range(step)]


def _bells(root: Element, file: str, problems: Problems) -> list[BellRow]:
    rows: list[BellRow] = []
    for item in _items(root, "periods", "period"):
        number = parse_int(item.get("period"))
        starts, ends = parse_time(item.get("starttime")), parse_time(item.get("endtime"))
        if number is None or starts is None or ends is None:
            continue
        where = Where(file, "", item.line)
        if ends <= starts:
            problems.warn(where, f"Урок {number}: конец не позже начала. Звонок пропущен.")
        elif all(row.number != number for row in rows):
            rows.append(BellRow(number=number, starts=starts, ends=ends, where=where))
    return rows


def _students(root: Element, titles: dict[str, str], path: Path, problems: Problems) -> list[StudentRow]:
    rows = []
    for item in _items(root, "students", "student"):
        where = _line(item, path)
        if item.get("classid") not in titles:
            problems.warn(where, f"Ученик «{item.get('name')}» без класса пропущен.")
            continue
        if item.get("lastname"):
            surname, given, patronymic = tidy(item.get("lastname")), tidy(item.get("firstname")), ""
            if " " in given:
                given, _, patronymic = given.partition(" ")
        else:
            surname, given, patronymic = split_name(item.get("name"))
        if not surname:
            problems.error(where, "У ученика нет имени.")
            continue
        rows.append(
            StudentRow(
                surname=surname,
                given_name=given,
                patronymic=patronymic,
                email=parse_email(item.get("email")) or "",
                phone=parse_phone(item.get("mobile")) or "",
                homeroom=titles[item.get("classid")],
                external_id=item.get("id"),
                where=where,
            )
        )
    return rows
