"""What stands in a cell of a published timetable: subject, room, teacher, halves of a class, in whatever order.

«Английский язык/ИКТ» with rooms «318/346» are two halves; «Алгебра Иванова А. П. 204» has all in one line.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Final

from ..located import Problems, Where
from ..values import BARE_INITIALS, fold, is_formula, tidy

_ROOM_WORD: Final = (
    r"(?:[а-яё]{1,3}/[а-яё]{1,3}|(?:спорт|акт|мал|бол|трен|хор|лыж|басс|библ|маст|стад|двор|улиц|столов|студ)[а-яё.]*"
    r"(?:\s?[а-яё]*\.?)?(?:\s?№?\s?\d)?|зал(?:\s?№?\s?\d)?|сз|физ\.?\s?зал)"
)
_ROOM_NUMBER: Final = r"(?:(?:каб|ауд|к)\.?\s*№?\s*)?(?:[а-яёa-z]-?)?\d{1,4}[а-яёa-z]?(?:\s?к\d)?"
_ROOM_ATOM: Final = rf"(?:{_ROOM_WORD}|{_ROOM_NUMBER}|\*|-)"
ROOM: Final = re.compile(rf"{_ROOM_ATOM}(?:\s*[/,;+-]\s*{_ROOM_ATOM})*", re.IGNORECASE)
_TEACHER: Final = re.compile(
    r"[А-ЯЁ][а-яё]+(?:-[А-ЯЁ][а-яё]+)?\s+[А-ЯЁ]\.\s?(?:[А-ЯЁ]\.)?|" + BARE_INITIALS.pattern
)
FULL_NAME: Final = re.compile(
    r"[А-ЯЁ][а-яё]+(?:-[А-ЯЁ][а-яё]+)?\s+[А-ЯЁ][а-яё]+\s+[А-ЯЁ][а-яё]+(?:вич|ьич|мич|вна|чна|оглы|кызы)\b"
)
NOTHING: Final = {
    "", "-", "нет", "окно", "обед", "перемена", "х", "x", "*", "выходной", "нетурока", "нетзанятий", "нетуроков", "/",
    "завтрак", "полдник", "прогулка", "каникулы", "праздник",
}  # fmt: skip
_COMMON: Final = (
    "русский язык", "литература", "литературное чтение", "родной язык", "родная литература", "английский язык",
    "немецкий язык", "французский язык", "испанский язык", "китайский язык", "итальянский язык", "иностранный язык",
    "математика", "алгебра", "геометрия", "вероятность и статистика", "информатика", "окружающий мир", "история",
    "обществознание", "география", "биология", "химия", "физика", "астрономия", "экономика", "право", "музыка",
    "изобразительное искусство", "технология", "физическая культура", "черчение", "классный час",
    "проектная деятельность", "индивидуальный проект", "основы безопасности и защиты родины",
    "внеурочная деятельность", "функциональная грамотность", "разговоры о важном", "второй иностранный язык",
)  # fmt: skip


@dataclass(frozen=True)
class Part:
    """What a half (or the whole) of a class has in a lesson. Empty subject: this half is free."""

    subject: str
    room: str = ""
    teacher: str = ""


@dataclass
class Entry:
    """One cell of the grid with its neighbours."""

    where: Where
    texts: list[str] = field(default_factory=list)
    rooms: list[str] = field(default_factory=list)
    teachers: list[str] = field(default_factory=list)


def copied(entry: Entry) -> Entry:
    """The same lesson at another place, with lists of its own."""
    return Entry(entry.where, [*entry.texts], [*entry.rooms], [*entry.teachers])


def split_rooms(text: str) -> list[str]:
    """«412/326» → two rooms, «с/з» → one, «414/*» → a room and an unknown one."""
    text = tidy(text)
    text = re.sub(r"(?<![\w])([а-яё]{1,3})/([а-яё]{1,3})(?![\w])", "\\1\x00\\2", text, flags=re.IGNORECASE)
    parts = [part.replace("\x00", "/").strip() for part in re.split(r"[/;]|,\s*", text)]
    return [
        ""
        if part in {"*", "-", "?"}
        else re.sub(r"^(каб|ауд|к)\.?\s*№?\s*(?=\d)", "", part, flags=re.IGNORECASE)[:40]
        for part in parts
    ]


class Names:
    """Reads cells into parts and settles the many ways one subject is written in a file."""

    def __init__(self, problems: Problems) -> None:
        self.problems = problems
        self.seen: Counter[str] = Counter()
        self.titles: dict[str, str] = {}
        self.refused: set[Where] = set()

    def parts(self, entry: Entry) -> list[Part]:
        """What the cell says, halves in order."""
        found: list[Part] = []
        rooms = [room for text in entry.rooms for room in split_rooms(text)]
        teachers = [
            tidy(name) for text in entry.teachers for name in re.split(r"[/\n;,]", text) if tidy(name)
        ]
        lines = [
            line for text in entry.texts for part in text.splitlines() for line in _halves(part) if tidy(line)
        ]
        for line in lines:
            if is_formula(line):
                if entry.where not in self.refused:
                    self.refused.add(entry.where)
                    self.problems.error(
                        entry.where, f"В ячейке записана формула «{tidy(line)[:40]}». Замените её значением."
                    )
                return []
            if ROOM.fullmatch(tidy(line)) and found and fold(line) not in NOTHING:
                rooms += split_rooms(line)
                continue
            whole = [tidy(name) for name in FULL_NAME.findall(line)]
            own_teachers = whole + [tidy(name) for name in _TEACHER.findall(FULL_NAME.sub(" ", line))]
            rest = _TEACHER.sub(" ", FULL_NAME.sub(" ", line))
            own_rooms: list[str] = []
            for pattern in _OWN_ROOM:
                match = pattern.search(rest.rstrip())
                if match:
                    own_rooms = split_rooms(match[1])
                    rest = (rest[: match.start()].removesuffix("/") + " " + rest[match.end() :]).rstrip()
                    break
            rest = re.sub(r"[(\[]\s*[)\]]", " ", _HALF.sub(" ", rest))
            subjects = _subjects(rest)
            if not subjects:
                teachers += own_teachers
                rooms += own_rooms
                continue
            if own_rooms or own_teachers:
                found += _join(subjects, own_rooms, own_teachers)
            else:
                found += [Part(subject) for subject in subjects]
        bare = [part for part in found if not part.room and not part.teacher]
        if len(bare) == len(found) and (rooms or teachers):
            found = _join([part.subject for part in found], rooms, teachers)
        elif rooms and len(rooms) == len(found):
            found = [
                Part(part.subject, part.room or room, part.teacher)
                for part, room in zip(found, rooms, strict=True)
            ]
        elif rooms and not any(part.room for part in found):
            found = [Part(part.subject, rooms[0], part.teacher) for part in found]
        for part in found:
            if part.subject:
                self.seen[part.subject] += 1
        return found if any(part.subject for part in found) else []

    def settle(self) -> None:
        """One title per subject: full names stand, abbreviations find the full name they begin."""
        forms: dict[str, Counter[str]] = defaultdict(Counter)
        for name, count in self.seen.items():
            forms[fold(name)][name] += count
        whole = {key: names.most_common(1)[0][0] for key, names in forms.items()}
        full = [name for name in whole.values() if "." not in name]
        said: dict[str, str] = {}
        for key, names in forms.items():
            title = whole[key]
            meant = _expand(title, full) or _expand(title, list(_COMMON)) or title.rstrip(".")
            meant = whole.get(fold(meant), meant)
            if "." in meant and fold(meant) == key:
                meant = title
            if fold(meant) != key:
                said[title] = meant
            meant = (meant[:1].upper() + meant[1:]).rstrip(".")
            for name in names:
                self.titles[name] = meant[:160]
        if said:
            listed = "; ".join(f"«{short}» – «{meant}»" for short, meant in said.items())
            self.problems.warn(Where(), f"Сокращения поняты так: {listed}. Проверьте их.")

    def final(self, parts: list[Part]) -> list[Part]:
        """The parts under their settled titles."""
        return [Part(self.titles.get(part.subject, ""), part.room, part.teacher) for part in parts]


_ROOMS: Final = r"(\d{1,4}[а-яё]?(?:\s*/\s*[\d*]{1,4}[а-яё]?)*)"
_OWN_ROOM: Final = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        rf"[(\[]\s*(?:каб\.?|ауд\.?|к\.)?\s*№?\s*{_ROOMS}\s*[)\]]",
        rf"(?:каб(?:инет)?\.?|ауд\.?)\s*№?\s*{_ROOMS}",
        rf"(?<=[\s.,/]){_ROOMS}\s*(?:каб\.?|ауд\.?|к\.)\s*$",
        r"(?<=[\s.,/])(\d{2,4}[а-яё]?(?:\s*/\s*[\d*]{1,4}[а-яё]?)*)\s*$",
    )
)
"""A room among the words of a cell: «(204)», «каб. 204», «204 каб.», «… 204»."""
_HALF: Final = re.compile(
    r"\(?\s*\b(?:[12]|i{1,2})\s*-?\s*(?:я|ая)?\s*(?:п/?гр?|подгр|гр)(?:\.|уппа|\b)\s*\)?"
    r"|\(\s*(?:мал|дев|юн|девуш)[а-яё]*\.?\s*\)",
    re.IGNORECASE,
)
"""Which half a lesson is for: «1 гр.», «(2 подгруппа)», «(мальчики)»; its order in the cell says the same."""


def _halves(line: str) -> list[str]:
    """Parts of «Англ. Иванова А. П. 101 / Англ. Петров О. И. 102»: each half has a room or a teacher of its own."""
    pieces = re.split(r"\s*(?<!\w[/])/\s*(?=[А-ЯЁа-яё(]{3})", line)
    told = [
        piece
        for piece in pieces
        if _TEACHER.search(piece) or FULL_NAME.search(piece) or any(room.search(piece) for room in _OWN_ROOM)
    ]
    subjects = [piece for piece in pieces if re.search(r"[^\W\d_]{3}", _TEACHER.sub("", piece))]
    return pieces if len(pieces) > 1 and len(told) == len(subjects) == len(pieces) else [line]


def _subjects(text: str) -> list[str]:
    text = tidy(text).strip(" ,;:–-—").lstrip(".") if fold(text) else ""
    if fold(text) in NOTHING or not re.search(r"[^\W\d_]", text):
        return []
    pieces = [tidy(piece).strip(" ,;:") for piece in re.split(r"\s*[/\\]\s*", text)]
    if len(pieces) > 1 and any(0 < len(fold(piece)) < 2 for piece in pieces if fold(piece) not in NOTHING):
        return [text]
    return ["" if fold(piece) in NOTHING else piece for piece in pieces]


def _join(subjects: list[str], rooms: list[str], teachers: list[str]) -> list[Part]:
    """Put rooms and teachers to subjects: equal in number one to one, a single subject is split by several rooms."""
    count = max(len(subjects), len(rooms) if len(subjects) == 1 else 1)
    if len(subjects) == 1 and len(rooms) < 2 and len(teachers) > 1:
        count = len(teachers)
    names = subjects * count if len(subjects) == 1 else subjects
    places = rooms * count if len(rooms) == 1 else rooms
    people = teachers * count if len(teachers) == 1 and count == 1 else teachers
    return [
        Part(
            name,
            places[index] if index < len(places) else "",
            people[index] if index < len(people) and len(people) <= count else "",
        )
        for index, name in enumerate(names)
    ]


def _expand(name: str, known: Iterable[str]) -> str | None:
    """The one known full name whose words begin with the words of an abbreviation."""
    words = [word for word in re.split(r"[ .]+", name.casefold()) if word]
    if not words or ("." not in name and not (len(words) == 1 and re.search("(ий|ый|ая|ое)$", words[0]))):
        return None
    found = set()
    for full in known:
        other = full.casefold().split(" ")
        if full == name or len(other) < len(words) or ("." in full):
            continue
        if all(long.startswith(short) for short, long in zip(words, other, strict=False)):
            found.add(full)
    return found.pop() if len(found) == 1 else None


_WEEK_MARK: Final = re.compile(
    r"[(\[]?\s*\b(?:(?P<odd>неч(?:[её]т(?:н\w*)?)?|числ\w*|верхн\w*)|(?P<even>ч[её]т(?:н\w*)?|знам\w*|нижн\w*)"
    r"|(?P<number>[12]|i{1,2})\s*-?\s*я?(?=\s*нед))\b\.?\s*(?:нед(?:ел\w*)?\b\.?)?\s*[)\]]?\s*:?",
    re.IGNORECASE,
)
"""The week a part of a cell is for: «(чёт.)», «числ.», «1 нед.»."""


def _pieces(entry: Entry) -> list[str]:
    """Parts of a cell: by lines and slashes, and by the commas that stand before a week: «1 нед. …, 2 нед. …»."""
    found = []
    for part in (part for text in entry.texts for part in re.split(r"\n|\s*/\s*", text)):
        start = 0
        for comma in re.finditer(r"[,;]\s*", part):
            if _WEEK_MARK.match(part, comma.end()):
                found.append(part[start : comma.start()])
                start = comma.end()
        found.append(part[start:])
    return [piece for piece in found if tidy(piece)]


def without_week(entry: Entry) -> str:
    """The part without a week in a cell where another has one; empty when all parts have it or none."""
    pieces = _pieces(entry)
    unmarked = [piece for piece in pieces if not _WEEK_MARK.search(piece)]
    return tidy(unmarked[0]) if unmarked and len(unmarked) < len(pieces) else ""


def by_week(entry: Entry) -> dict[int, Entry]:
    """A cell whose parts each name their week, as an entry per week (1 odd, 2 even); empty for any other cell."""
    pieces = _pieces(entry)
    marks = [_WEEK_MARK.search(piece) for piece in pieces]
    if not pieces or not all(marks):
        return {}
    rooms = [room for text in entry.rooms for room in split_rooms(text)]
    teachers = [tidy(name) for text in entry.teachers for name in re.split(r"[/\n;,]", text) if tidy(name)]
    found: dict[int, Entry] = {}
    for index, (piece, mark) in enumerate(zip(pieces, marks, strict=True)):
        if mark is None:
            continue
        is_odd = bool(mark["odd"]) or (mark["number"] or "").lower() in {"1", "i"}
        week = found.setdefault(1 if is_odd else 2, Entry(entry.where))
        week.texts.append(piece[: mark.start()] + " " + piece[mark.end() :])
        for kept, told in ((week.rooms, rooms), (week.teachers, teachers)):
            if told:
                kept.append(told[index] if len(told) == len(pieces) else told[0])
    return found
