"""One year of the gymnasium on paper: classes, staff, loads and the weekly timetable. No database here."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from random import Random

from parta.demo.content import Content
from parta.demo.staffing import Post, Unit, posts_needed, share_out
from parta.demo.weekly import Cell, ClassWeek, Event, Part, cells_of, give_rooms, solve

Class = tuple[int, str]
"""Grade and letter."""

FULL_LOAD = 24
HOME_SUBJECTS = frozenset({"rus", "litread", "math", "world", "orkse", "tech", "art", "talk"})
"""What the teacher of a primary class teaches there; the rest is taught by specialists."""
GROUPS = {
    "rus": "philology",
    "lit": "philology",
    "math": "mathematics",
    "alg": "mathematics",
    "geom": "mathematics",
    "prob": "mathematics",
    "hist": "society",
    "soc": "society",
    "proj": "society",
    "music": "music",
    "mhk": "music",
}
"""Subjects that go together in one teacher's hands; any other subject is a group of its own."""
TALK = "talk"
TALK_CELL: Cell = (1, 1)
"""«Разговоры о важном»: Monday, first lesson, with the class teacher."""

DEMO_CLASS: Class = (6, "Б")
"""The class of the accounts that are shown: its Russian teacher, class teacher, a student and a guardian."""
SECOND_CLASS: Class = (3, "А")
"""The class of the guardian's other child."""
DEMO_POST = "philology-1"
CLASS_TEACHER_POST = "mathematics-1"


@dataclass(frozen=True, slots=True)
class JournalPlan:
    """A journal to be opened: subject in a class or in its subgroup `part`."""

    key: str
    subject: str
    group: Class
    part: int
    hours: int
    post: str


@dataclass(slots=True)
class SchoolPlan:
    """The year on paper."""

    classes: list[Class]
    posts: dict[str, Post]
    class_teachers: dict[Class, str]
    journals: dict[str, JournalPlan]
    weeks: list[ClassWeek]
    rooms: dict[tuple[str, Cell], str]


def title(group: Class) -> str:
    """A class as the journal names it: «6Б»."""
    return f"{group[0]}{group[1]}"


def chosen_classes(content: Content, count: int | None) -> list[Class]:
    """The gymnasium's classes; a small number of them for trials, those of the shown accounts first."""
    whole = list(content.school.homerooms)
    if count is None or count >= len(whole):
        return whole
    first: list[Class] = [
        DEMO_CLASS,
        SECOND_CLASS,
        (5, "Б"),
        (2, "А"),
        (9, "А"),
        (1, "А"),
        (10, "А"),
        (11, "А"),
    ]
    ordered = first + [group for group in whole if group not in first]
    return sorted(ordered[:count])


def draw_up(
    content: Content, classes: Sequence[Class], random: Random, before: "SchoolPlan | None" = None
) -> SchoolPlan:
    """Loads and timetable of a year; `before` is the year before, whose teachers keep their classes."""
    units = _units(content, classes)
    posts: dict[str, Post] = {}
    for group in sorted({unit.group for unit in units}):
        of_group = [unit for unit in units if unit.group == group]
        for number in range(1, posts_needed(of_group, FULL_LOAD) + 1):
            posts[f"{group}-{number}"] = Post(f"{group}-{number}", group, number)
    had: dict[tuple[str, int, str, int], str] = {}
    if before is not None:
        had = {
            (unit.group, unit.grade, unit.letter, unit.part): post.key
            for post in before.posts.values()
            for unit in post.units
        }
        for key, post in before.posts.items():
            posts.setdefault(key, Post(key, post.group, post.number))
    wanted: dict[tuple[str, int, str, int], str] = {
        ("philology", *DEMO_CLASS, 0): DEMO_POST,
        ("mathematics", *DEMO_CLASS, 0): CLASS_TEACHER_POST,
    }
    share_out(list(posts.values()), units, before=had, wanted=wanted, full_load=FULL_LOAD + 2)
    journals, class_teachers = _journals(content, classes, posts, before)
    weeks = [_week(content, group, journals) for group in classes]
    limits = {kind: len(rooms) for kind, rooms in _rooms(content).items() if kind not in ("any", "primary")}
    solve(weeks, limits, random)
    own = _own_rooms(content, classes, posts, journals)
    return SchoolPlan(
        list(classes), posts, class_teachers, journals, weeks, give_rooms(weeks, _rooms(content), own)
    )


def _units(content: Content, classes: Sequence[Class]) -> list[Unit]:
    """Loads that are taken as a whole; «Разговоры о важном» of grades 5–11 go with the class, not with a load."""
    hours: dict[tuple[str, int, str, int], int] = {}
    for grade, letter in classes:
        for code, subject in content.subjects.items():
            weekly = subject.hours.get(grade, 0)
            if not weekly or (code == TALK and grade > 4):
                continue
            group = f"primary {grade}{letter}" if _is_at_home(code, grade) else GROUPS.get(code, code)
            for part in (1, 2) if grade in subject.split else (0,):
                key = (group, grade, letter, part)
                hours[key] = hours.get(key, 0) + weekly
    return [Unit(*key, weekly) for key, weekly in hours.items()]


def _is_at_home(code: str, grade: int) -> bool:
    return grade <= 4 and code in HOME_SUBJECTS


def _journals(
    content: Content, classes: Sequence[Class], posts: Mapping[str, Post], before: SchoolPlan | None
) -> tuple[dict[str, JournalPlan], dict[Class, str]]:
    holder = {
        (unit.group, unit.grade, unit.letter, unit.part): post.key
        for post in posts.values()
        for unit in post.units
    }
    journals: dict[str, JournalPlan] = {}
    for grade, letter in classes:
        for code, subject in content.subjects.items():
            weekly = subject.hours.get(grade, 0)
            if not weekly or (code == TALK and grade > 4):
                continue
            group = f"primary {grade}{letter}" if _is_at_home(code, grade) else GROUPS.get(code, code)
            for part in (1, 2) if grade in subject.split else (0,):
                key = f"{grade}{letter}:{code}" + (f":{part}" if part else "")
                post = holder[group, grade, letter, part]
                journals[key] = JournalPlan(key, code, (grade, letter), part, weekly, post)
    class_teachers = _class_teachers(classes, journals, before)
    for one in classes:
        if one[0] > 4 and content.hours(TALK, one[0]):
            key = f"{title(one)}:{TALK}"
            journals[key] = JournalPlan(key, TALK, one, 0, 1, class_teachers[one])
    return journals, class_teachers


def _class_teachers(
    classes: Sequence[Class], journals: Mapping[str, JournalPlan], before: SchoolPlan | None
) -> dict[Class, str]:
    """A class teacher per class, none with two: last year's where they still teach it, else who has most hours."""
    hours: dict[Class, dict[str, int]] = {group: {} for group in classes}
    for journal in journals.values():
        of_class = hours[journal.group]
        of_class[journal.post] = of_class.get(journal.post, 0) + journal.hours
    found: dict[Class, str] = {}
    taken: set[str] = {DEMO_POST}

    def give(group: Class, post: str) -> None:
        found[group] = post
        taken.add(post)

    if DEMO_CLASS in hours:
        give(DEMO_CLASS, CLASS_TEACHER_POST)
    for group in classes:
        last = before.class_teachers.get((group[0] - 1, group[1])) if before else None
        if group not in found and last in hours[group] and last not in taken:
            give(group, last)
    for group in sorted(classes, key=lambda one: len(hours[one])):
        if group not in found:
            ranked = sorted(hours[group], key=lambda post: (post in taken, -hours[group][post], post))
            give(group, ranked[0])
    return found


def _week(content: Content, group: Class, journals: Mapping[str, JournalPlan]) -> ClassWeek:
    events: list[Event] = []
    of_class: dict[str, list[JournalPlan]] = {}
    for journal in journals.values():
        if journal.group == group:
            of_class.setdefault(journal.subject, []).append(journal)
    for code, split in of_class.items():
        room = content.subjects[code].room
        if code == TALK:
            room = "any"
        if group[0] <= 4 and room not in ("gym", "language"):
            room = f"home {title(group)}"
        parts = tuple(Part(journal.key, journal.post, room) for journal in split)
        fixed = TALK_CELL if code == TALK else None
        events += [Event(code, parts, fixed, split[0].hours > 5)] * split[0].hours
    return ClassWeek(title(group), events, cells_of(len(events)))


def _rooms(content: Content) -> dict[str, list[str]]:
    """Numbers of rooms by kind; rooms of the primary classes are apart, and «any» is every other room."""
    found: dict[str, list[str]] = {"primary": [], "any": []}
    for room in content.school.rooms:
        if room.kind == "ordinary" and "начальн" in room.name:
            found["primary"].append(room.number)
            continue
        found.setdefault(room.kind, []).append(room.number)
        if room.kind != "gym":
            found["any"].append(room.number)
    found["any"] += found["primary"]
    return found


_ROOM_WORDS = {
    "philology": "русского",
    "mathematics": "математики",
    "society": "истории",
    "geog": "географии",
    "obzr": "безопасности",
    "phys": "физики",
    "chem": "химии",
    "bio": "биологии",
    "eng": "иностранного",
    "ger": "иностранного",
    "inf": "информатики",
    "music": "музыки",
    "art": "изобразительного",
    "tech": "мастерская",
}


def _own_rooms(
    content: Content, classes: Sequence[Class], posts: Mapping[str, Post], journals: Mapping[str, JournalPlan]
) -> dict[str, str]:
    """Rooms that belong to somebody: each primary class its own, each teacher one that its name fits."""
    primary = iter(_rooms(content)["primary"])
    found = {f"home {title(group)}": next(primary) for group in classes if group[0] <= 4}
    taken: set[str] = set()
    for key, post in posts.items():
        word = _ROOM_WORDS.get(post.group)
        room = next(
            (
                one.number
                for one in content.school.rooms
                if word is not None and word in one.name.lower() and one.number not in taken
            ),
            None,
        )
        if room is not None:
            taken.add(room)
            found[key] = room
    return found
