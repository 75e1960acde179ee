"""FET timetables: `.fet` data with the solution inside (`*_data_and_timetable.fet`) or beside (`*_activities.xml`).

Source of the format: the files FET 5 and 6 write. Days and hours are ordered lists of free names, so a weekday is a
position. In the mode «Mornings-Afternoons» each real day stands as two. A year of students is a class when lessons
are given to it as a whole, and a parallel when they are given to its groups.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from datetime import time
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
    SubgroupRow,
    SubjectRow,
)
from parta.exchange.limits import Element, read_bytes, read_xml
from parta.exchange.located import BadFile, Problems, Where
from parta.exchange.values import (
    MAX_NUMBER,
    add_minutes,
    parse_class,
    parse_int,
    parse_span,
    parse_time,
    split_name,
    tidy,
)

TITLE = "расписание FET"


def detect(path: Path) -> bool:
    """By the suffix or the root tag."""
    if not path.is_file():
        return False
    with path.open("rb") as file:
        head = file.read(2048)
    return re.search(rb"<fet[\s>]", head, re.IGNORECASE) is not None or path.suffix.lower() == ".fet"


@dataclass(frozen=True)
class _Activity:
    number: str
    subject: str
    teachers: tuple[str, ...]
    students: tuple[str, ...]
    duration: int
    line: int


@dataclass(frozen=True)
class _Group:
    """Who a set of students of the file is in our words."""

    homerooms: tuple[str, ...]
    subgroup: str = ""


def read(path: Path, options: Options | None = None) -> SchoolData:
    """All the file says. Raises BadFile when it is not a FET file."""
    root, _ = read_xml(read_bytes(path), path.name)
    if root.tag.lower() != "fet":
        raise BadFile(f"В файле «{path.name}» нет данных FET. Нужен файл .fet или *_data_and_timetable.fet.")
    problems = Problems()
    activities = _activities(root, path.name, problems)
    groups = _groups(root, activities)
    days, hours = _names(root, "Days_List", "Day"), _names(root, "Hours_List", "Hour")
    placed, rooms = _solution(root, path, problems)
    sheet = Where(path.name)
    week = _week(root, len(days), problems, sheet) if placed else {}

    subgroups: dict[str, SubgroupRow] = {}
    loads: dict[tuple[JournalKey, str], LoadRow] = {}
    hours_of: Counter[tuple[JournalKey, str]] = Counter()
    slots: dict[tuple[JournalKey, int, int, int], SlotRow] = {}
    unplaced = beyond = 0
    used_rooms: dict[str, None] = {}
    two_weeks = any(place[1] for place in week.values())
    for activity in activities:
        where = Where(path.name, "", activity.line)
        group = _merge([groups.get(name) for name in activity.students], activity, problems, where)
        if group is None:
            continue
        if group.subgroup:
            subgroups.setdefault(
                group.subgroup,
                SubgroupRow(
                    title=group.subgroup,
                    short=group.subgroup[:20],
                    split=_split_name(group),
                    homerooms=group.homerooms,
                    where=where,
                ),
            )
            key = JournalKey(
                activity.subject, group.homerooms[0] if len(group.homerooms) == 1 else "", group.subgroup
            )
        else:
            key = JournalKey(activity.subject, group.homerooms[0])
        for teacher in activity.teachers or ("",):
            hours_of[key, teacher] += activity.duration
            loads.setdefault((key, teacher), LoadRow(journal=key, teacher=teacher, where=where))
        if activity.number not in placed:
            unplaced += 1
            continue
        day_name, hour_name = placed[activity.number]
        if day_name not in days or hour_name not in hours:
            problems.warn(
                where, f"Занятие {activity.number}: дня «{day_name}» или часа «{hour_name}» нет в списке."
            )
            continue
        if days.index(day_name) not in week:
            continue
        weekday, number_of_week, shift = week[days.index(day_name)]
        room = rooms.get(activity.number, "")
        if room:
            used_rooms[room] = None
        for step in range(activity.duration):
            number = hours.index(hour_name) + 1 + step + (len(hours) if shift else 0)
            if number > MAX_NUMBER:
                beyond += 1
                continue
            slots.setdefault(
                (key, weekday, number, number_of_week),
                SlotRow(
                    journal=key,
                    weekday=weekday,
                    number=number,
                    week=number_of_week if two_weeks else 0,
                    room=room,
                    teacher=activity.teachers[0] if len(activity.teachers) == 1 else "",
                    where=where,
                ),
            )
    if not placed:
        problems.warn(
            sheet,
            "Решения в файле нет, поэтому загружается только нагрузка. Чтобы загрузить и расписание, составьте его "
            "в FET и возьмите файл *_data_and_timetable.fet.",
        )
    elif unplaced:
        problems.warn(sheet, f"Без места в расписании осталось занятий: {unplaced} из {len(activities)}.")
    if beyond:
        problems.warn(sheet, f"Уроков с номером больше {MAX_NUMBER} в дне: {beyond}; они пропущены.")
    divide = 2 if two_weeks else 1
    homerooms = {title for group in groups.values() for title in group.homerooms}
    used = {title for key, _ in loads for title in [key.homeroom] if title}
    used |= {title for row in subgroups.values() for title in row.homerooms}
    return SchoolData(
        kind=TITLE,
        file=path.name,
        school_name=root.value("Institution_Name"),
        owns_lists=True,
        finished=True,
        bells=tuple(_bells(hours, path.name)) if placed else (),
        rooms=tuple(
            RoomRow(title=title, where=sheet)
            for title in dict.fromkeys([*_names(root, "Rooms_List", "Room"), *used_rooms])
        ),
        subjects=tuple(
            SubjectRow(title=title, where=sheet)
            for title in dict.fromkeys(
                [*_names(root, "Subjects_List", "Subject"), *(key.subject for key, _ in loads)]
            )
        ),
        staff=tuple(_staff(root, activities, path.name)),
        homerooms=tuple(_homeroom(title, sheet) for title in sorted(homerooms & used)),
        subgroups=tuple(subgroups.values()),
        loads=tuple(
            LoadRow(
                journal=row.journal, teacher=row.teacher, weekly_hours=hours_of[key] / divide, where=row.where
            )
            for key, row in loads.items()
        ),
        slots=tuple(slots.values()),
        problems=tuple(problems.found),
    )


def _names(root: Element, list_tag: str, tag: str) -> list[str]:
    found = root.first(list_tag)
    if found is None:
        return []
    names = [tidy(item.value("Name") or item.text) for item in found.all(tag)]
    return [name for name in dict.fromkeys(names) if name]


def _staff(root: Element, activities: list[_Activity], file: str) -> list[StaffRow]:
    names = dict.fromkeys(
        [*_names(root, "Teachers_List", "Teacher"), *(t for a in activities for t in a.teachers)]
    )
    rows = []
    for name in names:
        surname, given, patronymic = split_name(name)
        rows.append(
            StaffRow(
                surname=surname,
                given_name=given,
                patronymic=patronymic,
                external_id=f"fet:{name}"[:120],
                where=Where(file),
            )
        )
    return rows


def _homeroom(title: str, where: Where) -> HomeroomRow:
    parsed = parse_class(title)
    return HomeroomRow(
        title=title, grade=parsed[0] if parsed else None, letter=parsed[1] if parsed else "", where=where
    )


def _activities(root: Element, file: str, problems: Problems) -> list[_Activity]:
    found = []
    nameless = 0
    without_students: list[tuple[str, Where]] = []
    listed = root.first("Activities_List")
    for item in listed.children if listed else []:
        if item.tag != "Activity" or item.value("Active").lower() in {"false", "no"}:
            continue
        where = Where(file, "", item.line)
        duration = parse_int(item.value("Duration")) or 0
        subject = tidy(item.value("Subject"))
        students = tuple(dict.fromkeys(tidy(node.text) for node in item.all("Students") if node.text.strip()))
        if duration == 0:
            continue
        if not subject:
            nameless += 1
            continue
        if not 1 <= duration <= 20:
            problems.error(
                where, f"Длительность занятия «{subject}» – не от 1 до 20 часов. Исправьте её в FET."
            )
            continue
        if not students:
            without_students.append((subject, where))
            continue
        found.append(
            _Activity(
                number=item.value("Id"),
                subject=subject,
                teachers=tuple(
                    dict.fromkeys(tidy(node.text) for node in item.all("Teacher") if node.text.strip())
                ),
                students=students,
                duration=duration,
                line=item.line,
            )
        )
    if without_students:
        told = "; ".join(f"«{subject}», строка {where.row}" for subject, where in without_students[:8])
        more = f" и ещё {len(without_students) - 8}" if len(without_students) > 8 else ""
        problems.warn(
            Where(file),
            f"Занятий без учеников: {len(without_students)}; они пропущены, журнала для них нет: {told}{more}.",
        )
    if nameless:
        problems.warn(Where(file), f"Занятий без предмета: {nameless}; они пропущены, журнала для них нет.")
    return found


def _groups(root: Element, activities: list[_Activity]) -> dict[str, _Group]:
    """Each set of students (year, group, subgroup) as homeroom or as a subgroup of it."""
    hours: Counter[str] = Counter()
    for activity in activities:
        for name in activity.students:
            hours[name] += activity.duration
    found: dict[str, _Group] = {}
    listed = root.first("Students_List")
    for year in listed.all("Year") if listed else []:
        year_name = tidy(year.value("Name"))
        parts = {
            tidy(group.value("Name")): {tidy(sub.value("Name")) for sub in group.all("Subgroup")}
            for group in year.all("Group")
        }
        everybody = set().union(*parts.values()) if parts else set()
        counted = [
            hours[name] + sum(hours[sub] for sub in subs if sub != name) for name, subs in parts.items()
        ]
        disjoint = sum(len(subs) for subs in parts.values()) == len(everybody)
        mean = sum(counted) / len(counted) if counted else 0.0
        is_parallel = bool(parts) and disjoint and hours[year_name] * 3 < mean
        if is_parallel:
            for name, subs in parts.items():
                found[name] = _Group((name,))
                for sub in subs:
                    whole = len(subs) == 1 or sub == name
                    found.setdefault(sub, _Group((name,), "" if whole else sub))
            found[year_name] = _Group(tuple(parts), f"{year_name}: весь поток")
        else:
            found[year_name] = _Group((year_name,))
            for name, subs in parts.items():
                whole = name == year_name or (len(parts) == 1 and bool(subs))
                found.setdefault(name, _Group((year_name,), "" if whole else name))
                for sub in subs:
                    found.setdefault(
                        sub,
                        _Group((year_name,), "" if everybody == {sub} or (whole and len(subs) == 1) else sub),
                    )
    if not found:  # a file without a list of students: each set that is named is a class
        found = {name: _Group((name,)) for activity in activities for name in activity.students}
    return found


def _split_name(group: _Group) -> str:
    return (group.homerooms[0] if len(group.homerooms) == 1 else "поток")[:60]


def _merge(
    groups: list[_Group | None], activity: _Activity, problems: Problems, where: Where
) -> _Group | None:
    known = [group for group in groups if group is not None]
    if len(known) < len(groups):
        strange = [name for name, group in zip(activity.students, groups, strict=True) if group is None]
        problems.error(
            where,
            f"Занятие «{activity.subject}»: учеников «{', '.join(strange)}» нет в списке файла (Students_List). "
            "Исправьте занятие в FET.",
        )
        return None
    if len(known) == 1:
        return known[0]
    homerooms = tuple(dict.fromkeys(title for group in known for title in group.homerooms))
    if len(homerooms) == 1 and any(not group.subgroup for group in known):
        return _Group(homerooms)
    title = " + ".join(activity.students)
    return _Group(homerooms, title if len(title) <= 80 else f"{title[:60]}… ({len(activity.students)})")


def _solution(
    root: Element, path: Path, problems: Problems
) -> tuple[dict[str, tuple[str, str]], dict[str, str]]:
    """(activity → day and hour, activity → room), from locked constraints or the file of activities beside."""
    placed: dict[str, tuple[str, str]] = {}
    rooms: dict[str, str] = {}
    times = root.first("Time_Constraints_List")
    for item in times.all("ConstraintActivityPreferredStartingTime") if times else []:
        if _holds(item):
            day = tidy(item.value("Preferred_Day") or item.value("Day"))
            hour = tidy(item.value("Preferred_Hour") or item.value("Hour"))
            if day and hour:
                placed[item.value("Activity_Id")] = (day, hour)
    space = root.first("Space_Constraints_List")
    for item in space.all("ConstraintActivityPreferredRoom") if space else []:
        if _holds(item):
            real = [tidy(node.text) for node in item.all("Real_Room")]
            rooms[item.value("Activity_Id")] = (", ".join(real) or tidy(item.value("Room")))[:40]
    beside = sorted(
        path.parent.glob(f"{_escape(path.stem.removesuffix('_data_and_timetable'))}*_activities.xml")
    )
    if beside and not path.stem.endswith("_data_and_timetable"):
        other, _ = read_xml(read_bytes(beside[0]), beside[0].name)
        for item in other.all("Activity"):
            if item.value("Day") and item.value("Hour"):
                placed[item.value("Id")] = (tidy(item.value("Day")), tidy(item.value("Hour")))
                if item.value("Room"):
                    rooms[item.value("Id")] = tidy(item.value("Room"))[:40]
        problems.warn(Where(path.name), f"Места занятий взяты из файла решения «{beside[0].name}» рядом.")
    return placed, rooms


def _escape(stem: str) -> str:
    return re.sub(r"([*?\[\]])", r"[\1]", stem)


def _holds(item: Element) -> bool:
    if item.value("Active").lower() == "false":
        return False
    try:
        return float(item.value("Weight_Percentage") or "100") >= 95
    except ValueError:
        return False


def _week(root: Element, count: int, problems: Problems, where: Where) -> dict[int, tuple[int, int, bool]]:
    """Position of a day in the file → (weekday, week 0/1/2, second half of the day)."""
    mode = root.value("Mode") or (
        "Mornings_Afternoons" if re.search("algeria|morocco|-ma", root.get("version")) else ""
    )
    halves = (
        2 if mode.replace("-", "_").lower() == "mornings_afternoons" and count % 2 == 0 and count > 7 else 1
    )
    real = count // halves
    if mode.lower() == "terms":
        problems.warn(
            where,
            "Файл в режиме «Terms» (модули вместо недели). Загружается только нагрузка, без расписания.",
        )
        return {}
    if real > 14 or (real > 7 and real % 2):
        problems.warn(
            where,
            f"Цикл расписания – {real} дн.; Парта ведёт недельное и двухнедельное расписание. "
            "Загружается только нагрузка.",
        )
        return {}
    length = real // 2 if real > 7 else real
    found = {}
    for index in range(count):
        day, half = divmod(index, halves)
        found[index] = (day % length + 1, day // length + 1 if real > 7 else 0, bool(half))
    return found


def _bells(hours: list[str], file: str) -> list[BellRow]:
    """Bells when every hour is named by its time, else none."""
    spans: list[tuple[time, time | None]] = []
    for name in hours:
        span = parse_span(name)
        start = span[0] if span else parse_time(name)
        if start is None:
            return []
        spans.append((start, span[1] if span else None))
    rows = []
    for number, (start, end) in enumerate(spans, 1):
        following = spans[number][0] if number < len(spans) else None
        finish = end or add_minutes(start, 45)
        if finish is None or (following and following <= start):
            return []
        rows.append(
            BellRow(
                number=number,
                starts=start,
                ends=min(finish, following) if following else finish,
                where=Where(file),
            )
        )
    return rows
