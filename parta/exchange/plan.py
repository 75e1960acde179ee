"""What a file would do to a school: every object new, changed, left alone, ended or refused. Nothing is written here.

The preview a person sees and the work that `apply` does are this one plan; apply makes it anew inside its transaction.
"""

from __future__ import annotations

import hashlib
import re
from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, time, timedelta
from difflib import get_close_matches
from enum import StrEnum
from functools import partial
from typing import Any, Final

from django.db.models import Q

from parta.organisation.actions import TermRow as SchoolTerm
from parta.organisation.actions import VacationRow, standard_terms
from parta.organisation.models import (
    AcademicYear,
    BellSchedule,
    Homeroom,
    MarkScale,
    Room,
    School,
    Subgroup,
    Subject,
    Term,
    WorkKind,
)
from parta.people.actions.roles import BY_ORDER
from parta.people.models import Enrolment, Guardianship, Person, Role, SubgroupMembership
from parta.plans.models import Journal, PlannedTopic, TeachingLoad, ThematicPlan
from parta.timetable.models import TimetableSlot

from .completed import Lists, completed
from .data import GuardianRow, JournalKey, PersonRow, SchoolData, SlotRow, StaffRow, StudentRow
from .fitness import Bells, bells_that_fit, close_names, extended, person_fault, too_long
from .located import NOWHERE, Problem, Problems, Where
from .values import DAY_NAMES, MAX_NUMBER, fold, name_keys, split_name


class State(StrEnum):
    """What happens to an object."""

    NEW = "new"
    CHANGED = "changed"
    KEPT = "kept"
    ENDED = "ended"


KINDS: Final = {
    "year": "Учебный год",
    "bells": "Звонки",
    "room": "Кабинеты",
    "subject": "Предметы",
    "staff": "Сотрудники",
    "homeroom": "Классы",
    "role": "Должности",
    "subgroup": "Подгруппы",
    "student": "Ученики",
    "guardian": "Представители",
    "plan": "Тематические планы",
    "journal": "Журналы",
    "load": "Нагрузка",
    "slot": "Уроки расписания",
}
"""Kinds of object in the order in which they are written, with their words for people."""

MAX_TOPICS: Final = 1500
"""Hours a thematic plan may have."""

MAX_HOURS: Final = 60.0
"""Weekly hours a journal may have."""

_FIELDS: Final = {
    "surname": "фамилия", "given_name": "имя", "patronymic": "отчество", "sex": "пол", "birth_date": "дата рождения",
    "email": "эл. почта", "phone": "телефон", "external_id": "внешний номер", "title": "название",
    "short": "сокращение",
    "area": "предметная область", "tags": "особенности", "grade": "параллель", "letter": "буква", "room": "кабинет",
    "term_kind": "учебные периоды", "homeroom": "класс", "teacher": "учитель", "weekly_hours": "часов в неделю",
    "topics": "темы", "relation": "кем приходится", "homerooms": "классы", "plan": "план",
}  # fmt: skip


_SEVERAL: Final = re.compile(r"[;,/+]\s*[А-ЯЁA-Z]")
"""Two names in one cell."""

_TAG_WORDS: Final = {
    "language": "язык",
    "literature": "литература",
    "practice": "практика",
    "double_marks": "двойная отметка",
    "unmarked": "без отметок",
}


@dataclass(eq=False, slots=True)
class Entity:
    """An object of the school that stands already (`pk`) or will stand once applied."""

    kind: str
    title: str
    pk: int | None = None
    row: Any = None
    links: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Change:
    """A field as it was and as it will be, in words."""

    field: str
    was: str
    will: str


@dataclass(frozen=True, slots=True)
class Item:
    """One object of the plan."""

    state: State
    entity: Entity
    where: Where = NOWHERE
    changes: tuple[Change, ...] = ()

    @property
    def kind(self) -> str:
        """Key of KINDS."""
        return self.entity.kind

    @property
    def title(self) -> str:
        """What the object is called."""
        return self.entity.title


@dataclass(slots=True)
class ImportPlan:
    """The whole preview."""

    data: SchoolData
    school: School
    starts: date
    items: list[Item]
    problems: list[Problem]
    year: Entity

    @property
    def refused(self) -> list[Problem]:
        """Rows that will not be taken, with sheet, row, column and why."""
        return [problem for problem in self.problems if problem.refuses]

    @property
    def remarks(self) -> list[Problem]:
        """What should be looked at, though it is taken."""
        return [problem for problem in self.problems if not problem.refuses]

    @property
    def changes_something(self) -> bool:
        """False when the school already is as the file says."""
        return any(item.state is not State.KEPT for item in self.items)

    def counts(self) -> dict[str, Counter[State]]:
        """Kind → how many in each state, in the order of KINDS."""
        found: dict[str, Counter[State]] = {kind: Counter() for kind in KINDS}
        for item in self.items:
            found[item.kind][item.state] += 1
        return {kind: counter for kind, counter in found.items() if counter}

    def digest(self) -> str:
        """The same for the same file over the same school: what a person agreed to."""
        hashed = hashlib.sha256()
        for item in self.items:
            hashed.update(f"{item.kind}|{item.state}|{item.title}|{item.changes}\n".encode())
        for problem in self.problems:
            hashed.update(f"{problem}\n".encode())
        return hashed.hexdigest()


def make_plan(data: SchoolData, school: School, *, on: date, starts: date | None = None) -> ImportPlan:
    """Compare what a file says with a school. `starts`: the day a timetable begins; else `on`, or the year's first."""
    return _Planner(data, school, on, starts).plan()


class _Planner:
    def __init__(self, data: SchoolData, school: School, on: date, starts: date | None) -> None:
        self.school = school
        self.on = on
        self.problems = Problems(list(data.problems))
        self.source = data
        self.data = completed(data, partial(standing_lists, school, current_year(school, on)), self.problems)
        self.items: list[Item] = []
        self.year, self.year_row = self._year()
        first, last = self.year.links["starts"], self.year.links["until"]
        self.starts = starts or min(max(first, on), last - timedelta(days=1))
        self.rooms: dict[str, Entity] = {}
        self.subjects: dict[str, Entity] = {}
        self.homerooms: dict[str, Entity] = {}
        self.subgroups: dict[str, Entity] = {}
        self.staff: list[Entity] = []
        self.students: dict[int, Entity] = {}
        self.journals: dict[tuple[int, int, int], Entity] = {}
        self.teacher_names: dict[str, dict[Entity, None]] = defaultdict(dict)
        self.exact_names: dict[str, Entity] = {}
        self.resolved: dict[str, Entity | None] = {}
        self.left_standing: list[TimetableSlot] = []
        self.bells: Bells = {}

    def plan(self) -> ImportPlan:
        """Go through the kinds in the order they depend on each other."""
        self._load_school()
        self._bells()
        self._rooms()
        self._subjects()
        self._staff()
        self._homerooms()
        self._subgroups()
        self._students()
        self._plans()
        self._journals()
        self._slots()
        self._roles_of_teachers()
        self._keep_what_stands()
        order = {kind: index for index, kind in enumerate(KINDS)}
        self.items.sort(key=lambda item: order[item.kind])
        return ImportPlan(self.source, self.school, self.starts, self.items, self.problems.found, self.year)

    def _keep_what_stands(self) -> None:
        """With refused rows the file is not the whole truth: nothing leaves load or timetable for lack of a row."""
        if not self.problems.errors:
            return
        ended = [item for item in self.items if item.state is State.ENDED and item.kind in {"load", "slot"}]
        if ended:
            self.items = [item for item in self.items if item not in ended]
            self.year.links["standing"] = self.left_standing
            self.problems.warn(
                Where(self.data.file),
                "Пока есть отвергнутые строки, из нагрузки и расписания ничего не снимается "
                f"(в файле нет: {len(ended)}).",
            )

    def _add(
        self,
        state: State,
        entity: Entity,
        where: Where = NOWHERE,
        changes: Iterable[tuple[str, object, object]] = (),
    ) -> Entity:
        told = tuple(Change(_FIELDS.get(name, name), _word(was), _word(will)) for name, was, will in changes)
        if state is State.KEPT and told:
            state = State.CHANGED
        self.items.append(Item(state, entity, where, told))
        return entity

    # --- the year ---

    def _year(self) -> tuple[Entity, AcademicYear | None]:
        current = current_year(self.school, self.on)
        if current is not None:
            entity = Entity(
                "year", current.title, current.pk, links={"starts": current.starts, "until": current.until}
            )
            kinds = set(Term.objects.filter(year=current).exclude(kind="year").values_list("kind", flat=True))
            entity.links |= {"kinds": kinds or {"quarter"}, "week_days": current.week_days}
            needed = self._week_days()
            if needed > current.week_days:
                entity.links["week_days"] = needed
                self._add(
                    State.CHANGED, entity, NOWHERE, [("учебных дней в неделе", current.week_days, needed)]
                )
            else:
                self._add(State.KEPT, entity)
            return entity, current
        return self._new_year(), None

    def _new_year(self) -> Entity:
        years = [row for row in self.data.terms if row.kind == "year"]
        told = next(
            (row for row in years if (row.until - row.starts).days <= 400 and row.until > self.on), None
        )
        if years and told is None:
            self.problems.warn(
                years[0].where,
                f"Учебный год «{years[0].title}» в файле уже закончился или длиннее тринадцати месяцев; он не взят.",
            )
        if told:
            starts, until = told.starts, told.until
        else:
            first = self.on.year if self.on.month >= 6 else self.on.year - 1
            starts, until = date(first, 9, 1), date(first + 1, 6, 1)
        title = f"{starts.year}/{starts.year + 1}"
        entity = Entity("year", title, links={"starts": starts, "until": until})
        parts = [
            row
            for row in self.data.terms
            if row.kind != "year" and starts <= row.starts and row.until <= until
        ]
        ordered: dict[str, list[Any]] = defaultdict(list)
        for row in sorted(parts, key=lambda row: (row.kind, row.starts)):
            if not ordered[row.kind] or ordered[row.kind][-1].until <= row.starts:
                ordered[row.kind].append(row)
        terms = [
            SchoolTerm(kind, number, row.title, row.starts, row.until)
            for kind, rows in ordered.items()
            for number, row in enumerate(rows, 1)
        ]
        vacations: list[VacationRow] = []
        if not terms:
            wanted = [row.term_kind for row in self.data.homerooms if row.term_kind]
            usual = "semester" if self.school.kind == "college" else "quarter"
            chosen = list(dict.fromkeys([*wanted, *([] if wanted else [usual])]))
            if (
                any(row.grade and row.grade >= 10 for row in self.data.homerooms)
                and self.school.kind == "general"
            ):
                chosen.append("half_year")
            for kind in dict.fromkeys(chosen):
                rows, days = standard_terms(starts, kind if kind in {"quarter", "trimester"} else "half_year")
                words = {"semester": "семестр"}
                terms += [
                    SchoolTerm(
                        kind,
                        row.number,
                        row.title.replace("полугодие", words.get(kind, "полугодие")),
                        row.starts,
                        row.until,
                    )
                    for row in rows
                    if kind not in {"year", "module"}
                ]
                vacations = vacations or days
            self.problems.warn(
                Where(self.data.file),
                f"Учебного года в школе нет: будет открыт {title} с обычными учебными периодами и каникулами. "
                "Проверьте их даты в настройках после загрузки.",
            )
        entity.links |= {
            "terms": [row for row in terms if starts <= row.starts and row.until <= until],
            "vacations": vacations,
            "kinds": {row.kind for row in terms} or {"quarter"},
            "week_days": self._week_days(),
        }
        self._add(State.NEW, entity)
        return entity

    def _week_days(self) -> int:
        """How many days of the week the file needs: five, or up to Saturday or Sunday."""
        return max([5, *(slot.weekday for slot in self.data.slots if 1 <= slot.weekday <= 7)])

    # --- the school as it stands ---

    def _load_school(self) -> None:
        school, year = self.school, self.year_row
        for room in Room.objects.filter(school=school):
            self.rooms.setdefault(fold(room.title), Entity("room", room.title, room.pk, room))
        known = list(Subject.objects.filter(school=school))
        for subject in known:
            self.subjects.setdefault(
                fold(subject.title), Entity("subject", subject.title, subject.pk, subject)
            )
        for subject in known:
            if subject.short:
                self.subjects.setdefault(fold(subject.short), self.subjects[fold(subject.title)])
        self.subject_codes = {subject.code for subject in known}
        self.people = {person.pk: person for person in Person.objects.filter(school=school)}
        active = Q(until=None) | Q(until__gt=self.on)
        self.roles = list(Role.objects.filter(active, school=school))
        self.guardianships = list(Guardianship.objects.filter(active, school=school))
        self.enrolments = {
            row.student_id: row
            for row in Enrolment.objects.filter(active, school=school, homeroom__year=year).order_by("starts")
        }
        self.memberships = {
            (row.student_id, row.subgroup_id)
            for row in SubgroupMembership.objects.filter(active, school=school)
        }
        self.scale = None
        if school.kind != "centre":
            self.scale = MarkScale.objects.filter(school=school).order_by("id").first()
        self.journal_rows: list[Journal] = []
        self.load_rows: dict[int, list[TeachingLoad]] = defaultdict(list)
        if year is None:
            return
        self.homeroom_by_pk: dict[int, Entity] = {}
        for homeroom in Homeroom.objects.filter(school=school, year=year).select_related("room"):
            entity = Entity("homeroom", homeroom.title, homeroom.pk, homeroom, {"grade": homeroom.grade})
            entity.links["term_kind"] = homeroom.term_kind
            self.homerooms.setdefault(fold(homeroom.title), entity)
            self.homeroom_by_pk[homeroom.pk] = entity
        for subgroup in Subgroup.objects.filter(school=school, year=year).prefetch_related("homerooms"):
            entity = Entity("subgroup", subgroup.title, subgroup.pk, subgroup, {"split": subgroup.split})
            entity.links["homerooms"] = [self.homeroom_by_pk[row.pk] for row in subgroup.homerooms.all()]
            self.subgroups.setdefault(fold(subgroup.title), entity)
        self.journal_rows = list(Journal.objects.filter(school=school, year=year))
        for load in TeachingLoad.objects.filter(active, school=school, journal__year=year):
            self.load_rows[load.journal_id].append(load)

    # --- bells, rooms, subjects ---

    def _bells(self) -> None:
        schedule = BellSchedule.objects.filter(school=self.school).order_by("-is_default", "id").first()
        file = bells_that_fit(self.data.bells, self.problems)
        needed = {slot.number for slot in self.data.slots if 0 <= slot.number <= MAX_NUMBER}
        if schedule is None:
            bells = dict(file) or standard_bells(max(needed | {8}), 0 in needed)
            if not file and (needed or self.data.homerooms):
                self.problems.warn(
                    Where(self.data.file),
                    "Времени уроков ни в файле, ни в школе нет: взяты обычные звонки, с 8:30 по 45 минут. "
                    "Поправьте их в настройках.",
                )
            self.bells = extended(bells, needed)
            if needed or file or self.data.homerooms:
                entity = Entity("bells", "Основное", links={"bells": self.bells})
                self._add(State.NEW, entity, self.data.bells[0].where if self.data.bells else NOWHERE)
            return
        bells = {bell.number: (bell.starts, bell.ends) for bell in schedule.bells.all()}
        before = dict(bells)
        for number in sorted(needed - set(bells)):
            if number in file and all(
                file[number][0] >= ends or file[number][1] <= starts for starts, ends in bells.values()
            ):
                bells[number] = file[number]
        self.bells = extended(bells, needed)
        if file and any(before.get(number) != span for number, span in file.items()):
            self.problems.warn(
                self.data.bells[0].where,
                f"Время уроков в файле другое, чем в звонках школы «{schedule.title}»; звонки школы оставлены.",
            )
        entity = Entity("bells", schedule.title, schedule.pk, schedule, {"bells": self.bells})
        added = sorted(set(self.bells) - set(before))
        if added:
            told = ", ".join(
                f"{number} ({self.bells[number][0]:%H:%M}–{self.bells[number][1]:%H:%M})" for number in added
            )
            self._add(State.CHANGED, entity, NOWHERE, [("уроки", "", told)])
        elif file:
            self._add(State.KEPT, entity)

    def _rooms(self) -> None:
        for row in self.data.rooms:
            key = fold(row.title)
            if not key or self._too_long(row.where, "название кабинета", row.title, 40):
                continue
            if key in self.rooms:
                if self.rooms[key].pk is not None:
                    self._add(State.KEPT, self.rooms[key], row.where)
            else:
                self.rooms[key] = self._add(State.NEW, Entity("room", row.title, row=row), row.where)

    def _room(self, title: str, where: Where) -> Entity | None:
        key = fold(title)
        if not key:
            return None
        if key not in self.rooms:
            self.rooms[key] = self._add(State.NEW, Entity("room", title[:40]), where)
        return self.rooms[key]

    def _at(self, where: Where, column: str) -> Where:
        """The place with a column of our workbook; other files have columns of their own."""
        return where.at(column) if where.sheet and not where.column and not self.data.owns_lists else where

    def _too_long(self, where: Where, what: str, text: str, limit: int) -> bool:
        message = too_long(what, text, limit)
        if message:
            self.problems.error(where, message)
        return bool(message)

    def _subjects(self) -> None:
        by_external = {
            entity.row.external_id: entity
            for entity in self.subjects.values()
            if entity.row and entity.row.external_id
        }
        seen: set[Entity] = set()
        for row in self.data.subjects:
            key = fold(row.title)
            if self._too_long(row.where, "название предмета", row.title, 160):
                continue
            entity = self.subjects.get(key) or (by_external.get(row.external_id) if row.external_id else None)
            if entity in seen:
                self.subjects.setdefault(key, entity)
                continue
            if entity is None:
                entity = Entity("subject", row.title, row=row)
                entity.links = {
                    "code": self._code(row.title),
                    "fields": {"title": row.title, "short": row.short, "area": row.area,
                               "tags": row.tags or _usual_tags(row.title), "external_id": row.external_id},
                }  # fmt: skip
                self.subjects[key] = self._add(State.NEW, entity, row.where)
                seen.add(entity)
                continue
            seen.add(entity)
            self.subjects.setdefault(key, entity)
            subject = entity.row
            fields = {"title": subject.title, "short": subject.short, "area": subject.area,
                      "tags": tuple(subject.tags), "external_id": subject.external_id}  # fmt: skip
            more = tuple(tag for tag in row.tags if tag not in subject.tags)
            told = {"short": row.short, "area": row.area, "tags": (*subject.tags, *more) if more else ()}
            if fold(subject.title) != key and fold(subject.short) != key:
                told["title"] = row.title
            if self.data.owns_lists and subject.short:
                told.pop("short")
            changes = [
                (name, fields[name], value) for name, value in told.items() if value and value != fields[name]
            ]
            entity.links = {
                "code": subject.code,
                "fields": fields | {name: will for name, _, will in changes},
            }
            self._add(State.KEPT, entity, row.where, changes)

    def _code(self, title: str) -> str:
        base = re.sub(r"[^\w]+", "-", title.casefold()).strip("-")[:50] or "subject"
        code, number = base, 1
        while code in self.subject_codes:
            number += 1
            code = f"{base}-{number}"
        self.subject_codes.add(code)
        return code

    def _subject(self, title: str, where: Where) -> Entity | None:
        found = self.subjects.get(fold(title))
        if found is None:
            self.problems.error(
                where,
                f"Предмета «{title}» нет ни в файле, ни в школе." + self._hint(title, self.subjects)
                + self._remedy("Предметы", "название"),
            )  # fmt: skip
        return found

    @staticmethod
    def _hint(text: str, known: dict[str, Entity]) -> str:
        close = get_close_matches(fold(text), known, 1, 0.75)
        return f" Может быть, «{known[close[0]].title}»?" if close else ""

    def _remedy(self, sheet: str, what: str) -> str:
        """What to do about a name that is not known: a timetable program or an archive has no sheets of ours."""
        if self.data.owns_lists:
            return f" Исправьте {what} там, откуда выгружен файл, и выгрузите его снова."
        return f" Добавьте его в лист «{sheet}» или исправьте {what}."

    # --- staff ---

    def _staff(self) -> None:
        self.with_role = with_role = {role.person_id for role in self.roles} | {
            pk for (pk,) in Role.objects.filter(school=self.school).values_list("person_id")
        }
        by_external = {person.external_id: person for person in self.people.values() if person.external_id}
        by_name: dict[str, list[Person]] = defaultdict(list)
        for pk in with_role:
            known = self.people[pk]
            for key in name_keys(known.surname, known.given_name, known.patronymic):
                by_name[key].append(known)
        claimed: dict[int, Entity] = {}
        matches: list[Person | None] = [
            by_external.get(row.external_id) if row.external_id else None for row in self.data.staff
        ]
        taken = {person.pk for person in matches if person}
        for index, row in enumerate(self.data.staff):
            if matches[index] is None:
                matches[index] = self._same_name(row, by_name, taken)
                taken |= {person.pk for person in [matches[index]] if person}
        for row, person in zip(self.data.staff, matches, strict=True):
            fault = person_fault(row, self.on)
            if fault:
                self.problems.error(self._at(row.where, fault.column), fault.message)
                continue
            if (person and person.pk in claimed) or self._lacks_order(row, person):
                continue
            entity = self._person("staff", row, person, row.where)
            if person:
                claimed[person.pk] = entity
            self.staff.append(entity)
            self._name_teacher(entity, row)
            self._roles_of(entity, row)
        self.staff_by_pk = dict(claimed)
        for pk in with_role - set(claimed):
            known = self.people[pk]
            self.staff_by_pk[pk] = Entity("staff", known.full_name, pk, known)
            self._name_teacher(self.staff_by_pk[pk], known)

    @staticmethod
    def _same_name(row: PersonRow, by_name: dict[str, list[Person]], taken: set[int]) -> Person | None:
        keys = name_keys(row.surname, row.given_name, row.patronymic)
        short = len(row.given_name.rstrip(".")) <= 1
        for level, key in enumerate(keys):
            found = [
                person
                for person in by_name[key]
                if person.pk not in taken
                and not (row.birth_date and person.birth_date and row.birth_date != person.birth_date)
                and (
                    level == 0
                    or short
                    or len(person.given_name.rstrip(".")) <= 1
                    or fold(person.given_name) == fold(row.given_name)
                )
                and (level < 2 or not row.patronymic or not person.patronymic)
            ]
            unique = list({person.pk: person for person in found}.values())
            if len(unique) == 1:
                return unique[0]
            if unique:
                return None
        return None

    def _name_teacher(self, entity: Entity, row: Any) -> None:
        full = " ".join(part for part in (row.surname, row.given_name, row.patronymic) if part)
        self.exact_names.setdefault(fold(full), entity)
        for key in dict.fromkeys(name_keys(row.surname, row.given_name, row.patronymic)):
            self.teacher_names[key][entity] = None

    def _teacher(self, text: str, where: Where) -> Entity | None:
        """The one member of staff a name means. What is not found or not one is refused once per place."""
        key = fold(text)
        if key in self.resolved and self.resolved[key] is not None:
            return self.resolved[key]
        surname, given, patronymic = split_name(text)
        keys = name_keys(surname, given, patronymic)
        found: list[Entity] = []
        if key not in self.exact_names and _SEVERAL.search(text):
            keys, given, patronymic = ("", "", ""), "-", ""
        if len(given.rstrip(".")) > 1 or patronymic:
            found = list(self.teacher_names.get(keys[0], ()))
        if not found and len(given.rstrip(".")) > 1:
            same = self.teacher_names.get(keys[2], ())
            found = [e for e in same if fold(e.row.given_name) in {fold(given), fold(given[:1])}]
            found = [
                e
                for e in found
                if not patronymic or not e.row.patronymic or e.row.patronymic[:1] == patronymic[:1]
            ]
        elif not found:
            found = list(self.teacher_names.get(keys[1] if patronymic else keys[2], ()))
            if not found and patronymic:
                found = [e for e in self.teacher_names.get(keys[2], ()) if not e.row.patronymic]
            if not found and not given:
                found = [
                    e
                    for entities in self.teacher_names.values()
                    for e in entities
                    if fold(e.row.surname) == fold(surname)
                ]
        if not found and given and patronymic:
            turned = self.exact_names.get(fold(f"{patronymic} {surname} {given}"))
            found = [turned] if turned else []
        found = (
            list(dict.fromkeys(found)) or [self.exact_names[key]]
            if key in self.exact_names
            else list(dict.fromkeys(found))
        )
        if len(found) > 1 and self.data.owns_lists:
            found = found[:1]
        if len(found) == 1:
            self.resolved[key] = found[0]
            return found[0]
        if found:
            names = "; ".join(entity.title for entity in found[:4])
            self.problems.error(
                where,
                f"«{text}» подходит нескольким сотрудникам: {names.rstrip('.')}. Напишите имя полностью.",
            )
        else:
            self.problems.error(
                where,
                f"Учителя «{text}» нет в списке сотрудников." + self._who(text),
            )
        return None

    def _who(self, text: str) -> str:
        """What to do about a name that is not known, and whom it may mean."""
        if _SEVERAL.search(text):
            return " Если учителей двое, напишите каждого в своей строке, со своей подгруппой."
        close = close_names(text, [entity.title for entity in self.exact_names.values()])
        return (f" Может быть, «{close}»?" if close else "") + self._remedy("Сотрудники", "имя")

    def _roles_of(self, entity: Entity, row: StaffRow) -> None:
        for kind in row.roles:
            if (
                kind in BY_ORDER
                and not (row.order_number and row.order_date)
                and not self._has_role(entity, kind)
            ):
                self._refuse_role(row, dict(Role.KINDS)[kind])
                continue
            stands = self._has_role(entity, kind)
            word = dict(Role.KINDS)[kind]
            role = Entity(
                "role", f"{entity.title}: {word}", links={"person": entity, "kind": kind, "homeroom": None}
            )
            role.links |= {"order_number": row.order_number, "order_date": row.order_date}
            self._add(State.KEPT if stands else State.NEW, role, row.where)

    def _has_role(self, entity: Entity, kind: str) -> bool:
        return entity.pk is not None and any(
            role.person_id == entity.pk and role.kind == kind for role in self.roles
        )

    def _lacks_order(self, row: StaffRow, person: Person | None) -> bool:
        """Refuse the row whose role over the whole school is given without an order; a list of another program is
        taken without that role, for it knows of no orders."""
        if self.data.owns_lists or (row.order_number and row.order_date):
            return False
        held = {role.kind for role in self.roles if person and role.person_id == person.pk}
        missing = [kind for kind in row.roles if kind in BY_ORDER and kind not in held]
        if missing:
            self._refuse_role(row, dict(Role.KINDS)[missing[0]])
        return bool(missing)

    def _roles_of_teachers(self) -> None:
        """Who teaches by the file and never had a role here gets that of a teacher, whatever else the file says."""
        enough = {"teacher", "master"} if self.data.owns_lists else set(dict(Role.KINDS))
        named = {
            item.entity.links["person"]
            for item in self.items
            if item.kind == "role" and item.state is State.NEW and item.entity.links["kind"] in enough
        }
        for teachers in self.told.values():
            for teacher in teachers:
                if teacher is None or teacher in named or teacher.pk in self.with_role:
                    continue
                named.add(teacher)
                role = Entity("role", f"{teacher.title}: {dict(Role.KINDS)['teacher']}")
                role.links = {"person": teacher, "kind": "teacher", "homeroom": None}
                role.links |= {"order_number": "", "order_date": None}
                self._add(State.NEW, role)

    def _refuse_role(self, row: StaffRow, word: str) -> None:
        """A role over the whole school is given by an order, also through a file."""
        text = f"Должность «{word}» даётся по приказу: укажите его номер и дату."
        if self.data.owns_lists:
            self.problems.warn(row.where, f"{row.full_name}: {text} Сейчас эта должность не выдана.")
        else:
            self.problems.error(row.where.at("Должность"), text)

    def _person(self, kind: str, row: PersonRow, person: Person | None, where: Where) -> Entity:
        if person is None:
            return self._add(
                State.NEW, Entity(kind, row.full_name, row=row, links={"fields": _person_fields(row)}), where
            )
        changes: list[tuple[str, object, object]] = []
        for name in (
            "surname",
            "given_name",
            "patronymic",
            "sex",
            "birth_date",
            "email",
            "phone",
            "external_id",
        ):
            was, will = getattr(person, name), getattr(row, name)
            if not will or will == was:
                continue
            if name in {"surname", "given_name", "patronymic"}:
                shorter = (
                    will.rstrip(".") and str(was).startswith(will.rstrip(".")) and len(will.rstrip(".")) <= 2
                )
                if fold(str(was)) == fold(will) or (was and shorter):
                    continue
            if name == "external_id" and was:
                continue
            changes.append((name, was, will))
        if not person.given_name and all(name != "given_name" for name, _, _ in changes):
            changes = []
        entity = Entity(kind, person.full_name, person.pk, person)
        entity.links["fields"] = {
            name: getattr(person, name)
            for name in (
                "surname",
                "given_name",
                "patronymic",
                "sex",
                "birth_date",
                "email",
                "phone",
                "external_id",
            )
        } | {name: will for name, _, will in changes}
        return self._add(State.KEPT, entity, where, changes)

    # --- homerooms, subgroups ---

    def _homerooms(self) -> None:
        for row in self.data.homerooms:
            key = fold(row.title)
            if self._too_long(row.where, "название класса", row.title, 60):
                continue
            entity = self.homerooms.get(key)
            room = self._room(row.room, row.where)
            term_kind = row.term_kind
            if entity is None:
                term_kind = term_kind if term_kind in self.year.links["kinds"] else self._term_kind(row.grade)
                entity = Entity(
                    "homeroom",
                    row.title,
                    row=row,
                    links={"grade": row.grade, "term_kind": term_kind, "room": room},
                )
                entity.links |= {"letter": row.letter, "external_id": row.external_id, "bells_id": None}
                self.homerooms[key] = self._add(State.NEW, entity, row.where)
            elif entity.pk is not None:
                homeroom = entity.row
                changes: list[tuple[str, object, object]] = []
                if row.grade is not None and row.grade != homeroom.grade:
                    changes.append(("grade", homeroom.grade, row.grade))
                if room is not None and room.pk != homeroom.room_id:
                    changes.append(("room", homeroom.room.title if homeroom.room else "", room.title))
                if term_kind and term_kind != homeroom.term_kind and term_kind in self.year.links["kinds"]:
                    changes.append(
                        ("term_kind", dict(Term.KINDS)[homeroom.term_kind], dict(Term.KINDS)[term_kind])
                    )
                    entity.links["term_kind"] = term_kind
                entity.links |= {
                    "grade": row.grade if row.grade is not None else homeroom.grade,
                    "room": room or (self.rooms.get(fold(homeroom.room.title)) if homeroom.room else None),
                    "letter": homeroom.letter,
                    "external_id": homeroom.external_id,
                    "bells_id": homeroom.bells_id,
                }
                self._add(State.KEPT, entity, row.where, changes)
            if row.class_teacher:
                self._class_teacher(entity, row.class_teacher, row.where)

    def _term_kind(self, grade: int | None) -> str:
        kinds = self.year.links["kinds"]
        if len(kinds) == 1:
            return str(next(iter(kinds)))
        if grade and grade >= 10 and "half_year" in kinds:
            return "half_year"
        return next(
            (kind for kind in ("quarter", "trimester", "semester", "half_year") if kind in kinds), "quarter"
        )

    def _class_teacher(self, homeroom: Entity, name: str, where: Where) -> None:
        teacher = self._teacher(name, self._at(where, "Классный руководитель"))
        if teacher is None:
            return
        stands = [
            role for role in self.roles
            if homeroom.pk and role.homeroom_id == homeroom.pk and role.kind in {"class_teacher", "master"}
        ]  # fmt: skip
        entity = Entity("role", f"{teacher.title}: классный руководитель {homeroom.title}")
        entity.links = {
            "person": teacher,
            "kind": "class_teacher",
            "homeroom": homeroom,
            "order_number": "",
            "order_date": None,
        }
        if any(role.person_id == teacher.pk for role in stands):
            self._add(State.KEPT, entity, where)
            return
        for role in stands:
            old = self.people[role.person_id].full_name
            self._add(
                State.ENDED,
                Entity("role", f"{old}: классный руководитель {homeroom.title}", role.pk, role),
                where,
            )
        self._add(State.NEW, entity, where)

    def _homeroom(self, title: str, where: Where) -> Entity | None:
        found = self.homerooms.get(fold(title))
        if found is None:
            self.problems.error(
                where,
                f"Класса «{title}» нет ни в файле, ни в школе." + self._hint(title, self.homerooms)
                + self._remedy("Классы", "название"),
            )  # fmt: skip
        return found

    def _subgroups(self) -> None:
        for row in self.data.subgroups:
            key = fold(row.title)
            if self._too_long(row.where, "название подгруппы", row.title, 80):
                continue
            homerooms = [self.homerooms.get(fold(title)) for title in row.homerooms]
            if any(homeroom is None for homeroom in homerooms):
                continue  # the rows that name such a class are refused themselves
            entity = self.subgroups.get(key)
            if entity is None:
                entity = Entity(
                    "subgroup", row.title, row=row, links={"homerooms": homerooms, "split": row.split}
                )
                self.subgroups[key] = self._add(State.NEW, entity, row.where)
            elif entity.pk is not None:
                have = {homeroom.pk for homeroom in entity.links["homerooms"]}
                more = [homeroom for homeroom in homerooms if homeroom and homeroom.pk not in have]
                changes = []
                if more:
                    titles = ", ".join(homeroom.title for homeroom in entity.links["homerooms"])
                    entity.links["homerooms"] += more
                    changes = [("homerooms", titles, ", ".join(h.title for h in entity.links["homerooms"]))]
                self._add(State.KEPT, entity, row.where, changes)

    # --- students and families ---

    def _students(self) -> None:
        wards: dict[int, list[Guardianship]] = defaultdict(list)
        for link in self.guardianships:
            wards[link.student_id].append(link)
        every = set(Enrolment.objects.filter(school=self.school).values_list("student_id", flat=True))
        by_external = {p.external_id: p for p in self.people.values() if p.external_id}
        by_name: dict[str, list[Person]] = defaultdict(list)
        for pk in every:
            known = self.people[pk]
            by_name[fold(f"{known.surname}|{known.given_name}|{known.patronymic}")].append(known)
            by_name[fold(f"{known.surname}|{known.given_name}")].append(known)
        matches: list[Person | None] = [
            by_external.get(row.external_id) if row.external_id else None for row in self.data.students
        ]
        taken = {person.pk for person in matches if person}
        for index, row in enumerate(self.data.students):
            if matches[index] is None:
                matches[index] = self._same_student(row, by_name, taken)
                taken |= {person.pk for person in [matches[index]] if person}
        adults: dict[object, Entity] = {}
        for row, person in zip(self.data.students, matches, strict=True):
            homeroom = self._homeroom(row.homeroom, self._at(row.where, "Класс"))
            if homeroom is None:
                continue
            fault = person_fault(row, self.on)
            if fault:
                self.problems.error(self._at(row.where, fault.column), fault.message)
                continue
            if row.enrolled_on and row.enrolled_on >= self.year.links["until"]:
                self.problems.error(
                    self._at(row.where, "Зачислен с"),
                    f"Дата зачисления {row.enrolled_on:%d.%m.%Y} позже конца учебного года.",
                )
                continue
            if row.left_on and row.left_on <= self.on:
                if person is None or person.pk not in self.enrolments:
                    self.problems.warn(
                        row.where,
                        f"Ученик «{row.full_name}» выбыл {row.left_on:%d.%m.%Y} и не записан.",
                    )
                else:
                    self.problems.warn(
                        row.where,
                        f"По файлу ученик «{row.full_name}» выбыл {row.left_on:%d.%m.%Y}. "
                        "Файл никого не отчисляет: оформите выбытие в карточке ученика.",
                    )
                continue
            entity = self._student(row, person, homeroom)
            for guardian in row.guardians:
                self._guardian(guardian, entity, wards[person.pk] if person else [], adults, by_external)

    def _same_student(
        self, row: StudentRow, by_name: dict[str, list[Person]], taken: set[int]
    ) -> Person | None:
        key = f"{row.surname}|{row.given_name}" + (f"|{row.patronymic}" if row.patronymic else "")
        found = [
            person
            for person in {person.pk: person for person in by_name[fold(key)]}.values()
            if person.pk not in taken
            and not (row.birth_date and person.birth_date and row.birth_date != person.birth_date)
        ]
        here = self.homerooms.get(fold(row.homeroom))
        in_class = [
            person
            for person in found
            if here and person.pk in self.enrolments and self.enrolments[person.pk].homeroom_id == here.pk
        ]
        by_birth = [person for person in found if row.birth_date and person.birth_date == row.birth_date]
        for group in (by_birth, in_class):
            if len(group) == 1:
                return group[0]
        numbers_differ = [
            p for p in found if row.external_id and p.external_id and p.external_id != row.external_id
        ]
        return found[0] if len(found) == 1 and not numbers_differ else None

    def _student(self, row: StudentRow, person: Person | None, homeroom: Entity) -> Entity:
        entity = self._person("student", row, person, row.where)
        entity.links["homeroom"] = None
        enrolment = self.enrolments.get(person.pk) if person else None
        if enrolment is None or enrolment.homeroom_id != homeroom.pk:
            entity.links["homeroom"] = homeroom
            entity.links["enrolment"] = enrolment
            late = self.on if enrolment is not None or person is not None else self.year.links["starts"]
            starts = row.enrolled_on or late
            entity.links["starts"] = starts
            entity.links["order_number"] = row.order_number
            if person is not None:
                was = self.homeroom_by_pk[enrolment.homeroom_id].title if enrolment else ""
                self._change(entity, Change("класс", was, homeroom.title))
            if starts < self.year.links["starts"]:
                entity.links["starts"] = self.year.links["starts"]
        groups = []
        for title in row.subgroups:
            group = self.subgroups.get(fold(title))
            if group is not None and (
                entity.pk is None or group.pk is None or (entity.pk, group.pk) not in self.memberships
            ):
                groups.append(group)
        if groups and person is not None:
            self._change(entity, Change("подгруппы", "", ", ".join(group.title for group in groups)))
        entity.links["subgroups"] = groups
        return entity

    def _change(self, entity: Entity, change: Change) -> None:
        """Add a change to the item of an entity: the last one added."""
        item = self.items.pop()
        state = State.CHANGED if item.state is State.KEPT else item.state
        self.items.append(Item(state, entity, item.where, (*item.changes, change)))

    def _guardian(
        self,
        row: GuardianRow,
        student: Entity,
        links: list[Guardianship],
        adults: dict[object, Entity],
        by_external: dict[str, Person],
    ) -> None:
        fault = person_fault(row, self.on)
        if fault:
            self.problems.error(
                row.where if row.where.column else self._at(row.where, fault.column), fault.message
            )
            return
        name = fold(row.full_name)
        keys: list[object] = [(name, fold(contact)) for contact in (row.phone, row.email) if contact]
        if row.external_id:
            keys = [row.external_id]
        entity = next((adults[key] for key in keys if key in adults), None)
        if entity is None:
            person = by_external.get(row.external_id) if row.external_id else None
            person = person or next(
                (
                    self.people[link.guardian_id]
                    for link in links
                    if fold(self.people[link.guardian_id].full_name) == name
                ),
                None,
            )
            person = person or self._known_adult(row, name)
            entity = self._person("guardian", row, person, row.where)
            entity.links["wards"] = []
            if person is None:
                entity.links["same_as"] = self._among_staff(row, name)
            for key in keys:
                adults[key] = entity
        link = next((link for link in links if link.guardian_id == entity.pk), None) if entity.pk else None
        if link is None:
            entity.links["wards"].append((student, row.relation))
            if entity.pk is not None:
                state = next(item for item in reversed(self.items) if item.entity is entity)
                self.items.remove(state)
                self.items.append(
                    Item(
                        State.CHANGED,
                        entity,
                        state.where,
                        (*state.changes, Change("ребёнок", "", student.title)),
                    )
                )

    def _among_staff(self, row: GuardianRow, name: str) -> Entity | None:
        """A teacher of the same file who is a parent too: one person, known by the number, or by name and contact."""
        for entity in self.staff:
            told = entity.row
            same = bool(row.external_id) and told.external_id == row.external_id
            contact = (row.phone and told.phone == row.phone) or (row.email and told.email == row.email)
            if same or (contact and fold(told.full_name) == name):
                return entity
        return None

    def _known_adult(self, row: GuardianRow, name: str) -> Person | None:
        """A guardian or member of staff of the school with the same full name and the same phone or address."""
        if not (row.phone or row.email):
            return None
        if not hasattr(self, "_adults"):
            self._adults: dict[str, list[Person]] = defaultdict(list)
            children = set(self.enrolments)
            for person in self.people.values():
                if person.pk not in children:
                    self._adults[fold(person.full_name)].append(person)
        found = [
            person
            for person in self._adults[name]
            if (row.phone and person.phone == row.phone) or (row.email and person.email == row.email)
        ]
        return found[0] if len(found) == 1 else None

    # --- thematic plans ---

    def _plans(self) -> None:
        self.plan_of: dict[tuple[Entity, int | None], Entity] = {}
        self.plan_for: dict[tuple[Entity, Entity], Entity] = {}
        known: dict[str, ThematicPlan] = {}
        work_kinds: set[str] = set()
        if self.data.plans:
            work_kinds = set(WorkKind.objects.filter(school=self.school).values_list("code", flat=True))
        topics: dict[int, list[tuple[str, str, str, str]]] = defaultdict(list)
        if self.year_row is not None and self.data.plans:
            known = {
                fold(plan.title): plan
                for plan in ThematicPlan.objects.filter(school=self.school, year=self.year_row)
            }
            for topic in PlannedTopic.objects.filter(plan__in=known.values()).order_by("plan", "position"):
                topics[topic.plan_id].append((topic.unit, topic.text, topic.work_kind, topic.homework))
        for row in self.data.plans:
            subject = self._subject(row.subject, row.where.at("Предмет"))
            if subject is None:
                continue
            if len(row.topics) > MAX_TOPICS:
                self.problems.error(
                    row.where,
                    f"В плане «{row.title}» часов: {len(row.topics)}, помещается {MAX_TOPICS}. Разделите его.",
                )
                continue
            strange = [topic for topic in row.topics if topic.work_kind and topic.work_kind not in work_kinds]
            if strange:
                self.problems.error(
                    strange[0].where.at("Вид работы"),
                    "Такого вида работы в школе нет: добавьте его в настройках («Справочники») или уберите из плана.",
                )
                continue
            lines = [(topic.unit, topic.text, topic.work_kind, topic.homework) for topic in row.topics]
            plan = known.get(fold(row.title))
            entity = Entity("plan", plan.title if plan else row.title, plan.pk if plan else None, row)
            entity.links = {"subject": subject, "grade": row.grade, "lines": lines}
            if plan is None:
                self._add(State.NEW, entity, row.where)
            else:
                before = topics[plan.pk]
                changed = sum(a != b for a, b in zip(before, lines, strict=False)) + abs(
                    len(before) - len(lines)
                )
                changes = [("topics", f"{len(before)}", f"{len(lines)}, иных: {changed}")] if changed else []
                self._add(State.KEPT, entity, row.where, changes)
            if row.homerooms:
                for title in row.homerooms:
                    homeroom = self._homeroom(title, row.where.at("Класс или параллель"))
                    if homeroom is not None:
                        self.plan_for[subject, homeroom] = entity
            else:
                self.plan_of[subject, row.grade] = entity

    def _plan_of(self, journal: Entity) -> Entity | None:
        subject, homeroom = journal.links["subject"], journal.links["homeroom"]
        if homeroom is not None and (subject, homeroom) in self.plan_for:
            return self.plan_for[subject, homeroom]
        return self.plan_of.get((subject, journal.links["grade"])) if journal.links["grade"] else None

    # --- journals and load ---

    def _journals(self) -> None:
        by_subject = {entity.pk: entity for entity in self.subjects.values() if entity.pk}
        by_subgroup = {entity.pk: entity for entity in self.subgroups.values() if entity.pk}
        for journal in self.journal_rows:
            subject = by_subject.get(journal.subject_id)
            if subject is None:
                continue
            homeroom = self.homeroom_by_pk.get(journal.homeroom_id) if journal.homeroom_id else None
            subgroup = by_subgroup.get(journal.subgroup_id) if journal.subgroup_id else None
            entity = Entity("journal", _journal_title(subject, homeroom, subgroup), journal.pk, journal)
            entity.links = {
                "subject": subject,
                "homeroom": homeroom,
                "subgroup": subgroup,
                "grade": journal.grade,
            }
            standing = [load.teacher_id for load in self.load_rows.get(journal.pk, [])]
            entity.links["teachers"] = [self.staff_by_pk[pk] for pk in standing if pk in self.staff_by_pk]
            self.journals[self._key(subject, homeroom, subgroup)] = entity
        told: dict[Entity, dict[Entity | None, tuple[float, Where]]] = defaultdict(dict)
        first: dict[Entity, Where] = {}
        for row in self.data.loads:
            made = self._journal(row.journal, row.where, may_make=True)
            if made is None:
                continue
            entity = made
            first.setdefault(entity, row.where)
            teacher = None
            if row.teacher:
                teacher = self._teacher(row.teacher, self._at(row.where, "Учитель"))
                if teacher is None:
                    continue
            before = told[entity].get(teacher)
            told[entity][teacher] = (row.weekly_hours + (before[0] if before else 0.0), row.where)
        self.told = told
        for slot in self.data.slots:
            self._derived(slot, first)
        hours = self._slot_hours()
        for entity, where in first.items():
            weekly = max((value for value, _ in told[entity].values()), default=0.0) or hours.get(entity, 0.0)
            if weekly > MAX_HOURS:
                self.problems.warn(
                    where, f"«{entity.title}»: {weekly:g} часов в неделю не бывает; записано {MAX_HOURS}."
                )
                told[entity] = {
                    who: (min(value, MAX_HOURS), place) for who, (value, place) in told[entity].items()
                }
                weekly = MAX_HOURS
            self._journal_item(entity, round(weekly, 2), where)
        if self.data.plans:
            self._plans_of_others(first)
        for entity, teachers in told.items():
            self._loads(
                entity, {teacher: value for teacher, value in teachers.items() if teacher is not None}
            )

    @staticmethod
    def _key(subject: Entity, homeroom: Entity | None, subgroup: Entity | None) -> tuple[int, int, int]:
        return id(subject), 0 if subgroup else id(homeroom), id(subgroup) if subgroup else 0

    def _journal(self, key: JournalKey, where: Where, *, may_make: bool) -> Entity | None:
        subject = self._subject(key.subject, self._at(where, "Предмет"))
        homeroom = self._homeroom(key.homeroom, self._at(where, "Класс")) if key.homeroom else None
        subgroup = self.subgroups.get(fold(key.subgroup)) if key.subgroup else None
        if subject is None or (key.homeroom and homeroom is None) or (key.subgroup and subgroup is None):
            return None
        if homeroom is None and subgroup is None:
            return None
        found = self.journals.get(self._key(subject, homeroom, subgroup))
        if found is None and may_make:
            found = Entity("journal", _journal_title(subject, homeroom, subgroup))
            rooms: list[Entity] = (
                subgroup.links["homerooms"] if subgroup else [room for room in [homeroom] if room]
            )
            grades = {room.links["grade"] for room in rooms}
            found.links = {
                "subject": subject, "homeroom": homeroom, "subgroup": subgroup, "teachers": [],
                "grade": next(iter(grades)) if len(grades) == 1 else None,
                "term_kind": rooms[0].links["term_kind"],
            }  # fmt: skip
            self.journals[self._key(subject, homeroom, subgroup)] = found
        return found

    def _derived(self, slot: SlotRow, first: dict[Entity, Where]) -> None:
        """A journal that only the timetable names."""
        if (
            not self.data.loads
            and not self.data.owns_lists
            and self._journal(slot.journal, slot.where, may_make=False) is None
        ):
            entity = self._journal(slot.journal, slot.where, may_make=True)
            if entity is None:
                return
            first.setdefault(entity, slot.where)
            if slot.teacher:
                teacher = self._teacher(slot.teacher, slot.where.at("Учитель"))
                if teacher is not None:
                    self.told[entity].setdefault(teacher, (0.0, slot.where))

    def _slot_hours(self) -> dict[Entity, float]:
        hours: dict[Entity, float] = defaultdict(float)
        for slot in self.data.slots:
            subject, homeroom = (
                self.subjects.get(fold(slot.journal.subject)),
                self.homerooms.get(fold(slot.journal.homeroom)),
            )
            subgroup = self.subgroups.get(fold(slot.journal.subgroup)) if slot.journal.subgroup else None
            if subject is not None:
                entity = self.journals.get(self._key(subject, homeroom, subgroup))
                if entity is not None:
                    hours[entity] += 0.5 if slot.week else 1.0
        return hours

    def _journal_item(self, entity: Entity, weekly: float, where: Where) -> None:
        plan = self._plan_of(entity)
        entity.links["plan"] = plan
        entity.links["weekly_hours"] = weekly
        if entity.pk is None:
            subject = entity.links["subject"]
            tags = subject.links["fields"]["tags"] if subject.links else subject.row.tags
            entity.links["scale_id"] = None if "unmarked" in tags or self.scale is None else self.scale.pk
            self._add(State.NEW, entity, where)
            return
        journal = entity.row
        changes: list[tuple[str, object, object]] = []
        if weekly and abs(float(journal.weekly_hours) - weekly) > 0.004:
            changes.append(("weekly_hours", float(journal.weekly_hours), weekly))
        else:
            entity.links["weekly_hours"] = journal.weekly_hours
        if plan is not None and journal.plan_id is None:
            changes.append(("plan", "", plan.title))
        else:
            entity.links["plan"] = None
        self._add(State.KEPT, entity, where, changes)

    def _plans_of_others(self, first: dict[Entity, Where]) -> None:
        """Journals the file does not name, for which it brings a plan."""
        for entity in list(self.journals.values()):
            if entity not in first and entity.pk and entity.row.plan_id is None:
                plan = self._plan_of(entity)
                if plan is not None:
                    entity.links |= {"plan": plan, "weekly_hours": entity.row.weekly_hours}
                    self._add(State.KEPT, entity, NOWHERE, [("plan", "", plan.title)])

    def _loads(self, journal: Entity, teachers: dict[Entity, tuple[float, Where]]) -> None:
        standing = {load.teacher_id: load for load in self.load_rows.get(journal.pk or 0, [])}
        if teachers:
            journal.links["teachers"] = list(teachers)
        for teacher, (hours, where) in teachers.items():
            entity = Entity("load", f"{journal.title}: {teacher.title}")
            entity.links = {"journal": journal, "teacher": teacher, "hours": hours, "old": None}
            load = standing.pop(teacher.pk, None) if teacher.pk else None
            if load is None:
                self._add(State.NEW, entity, where)
                continue
            entity.pk = load.pk
            changes = []
            if hours and abs(float(load.weekly_hours) - hours) > 0.004:
                entity.links["old"] = load
                changes = [("weekly_hours", float(load.weekly_hours), hours)]
            self._add(State.KEPT, entity, where, changes)
        if teachers:
            for load in standing.values():
                name = self.people[load.teacher_id].full_name
                self._add(State.ENDED, Entity("load", f"{journal.title}: {name}", load.pk, load))

    # --- the timetable ---

    def _slots(self) -> None:
        placed: list[tuple[SlotRow, Entity, Entity | None, Entity | None]] = []
        for row in self.data.slots:
            journal = self._journal(row.journal, row.where, may_make=False)
            if journal is None:
                subject = self.subjects.get(fold(row.journal.subject))
                homeroom = self.homerooms.get(fold(row.journal.homeroom)) if row.journal.homeroom else None
                if subject is not None and (homeroom is not None or not row.journal.homeroom):
                    self.problems.error(
                        self._at(row.where, "Предмет"),
                        f"Урока «{row.journal}» нет в нагрузке. Добавьте строку в лист «Нагрузка» "
                        "или исправьте расписание.",
                    )
                continue
            teacher = None
            if row.teacher:
                teacher = self._teacher(row.teacher, self._at(row.where, "Учитель"))
                if teacher is None:
                    continue
                known = journal.links["teachers"]
                if not self.data.owns_lists and known and teacher not in known:
                    names = ", ".join(other.title for other in known)
                    self.problems.error(
                        self._at(row.where, "Учитель"),
                        f"По нагрузке «{journal.title}» ведёт {names}, а не {teacher.title}.",
                    )
                    continue
            elif len(journal.links["teachers"]) == 1:
                teacher = journal.links["teachers"][0]
            if row.number not in self.bells:
                self.problems.error(
                    self._at(row.where, "Урок"),
                    f"«{journal.title}»: {row.number}-го урока нет в звонках. Задайте его время в настройках "
                    f"(«Звонки») или исправьте номер; номера – от 0 до {MAX_NUMBER}.",
                )
                continue
            placed.append((row, journal, teacher, self._room(row.room, row.where)))
        refused = self._clashes(placed)
        self._compare_slots([item for index, item in enumerate(placed) if index not in refused])

    def _clashes(self, placed: list[tuple[SlotRow, Entity, Entity | None, Entity | None]]) -> set[int]:
        """Two lessons at one time: of a class, of a teacher, in a room, or the same line twice."""
        refused: set[int] = set()
        at: dict[tuple[int, int], list[int]] = defaultdict(list)
        for index, (row, *_rest) in enumerate(placed):
            at[row.weekday, row.number].append(index)
        rooms_told: Counter[str] = Counter()
        for indices in at.values():
            of_class: dict[Entity, list[int]] = defaultdict(list)
            of_teacher: dict[object, list[int]] = defaultdict(list)
            of_room: dict[Entity, list[int]] = defaultdict(list)
            for index in indices:
                row, journal, teacher, room = placed[index]
                subgroup = journal.links["subgroup"]
                classes = subgroup.links["homerooms"] if subgroup else [journal.links["homeroom"]]
                clash = next(
                    (
                        other
                        for homeroom in classes
                        for other in of_class[homeroom]
                        if self._clash(placed, index, other)
                    ),
                    None,
                )
                if clash is not None:
                    self._refuse_clash(
                        placed, index, clash, "у класса", ", ".join(h.title for h in classes), "Класс"
                    )
                    refused.add(index)
                    continue
                for homeroom in classes:
                    of_class[homeroom].append(index)
                if teacher is not None:
                    who: object = teacher.pk or teacher
                    clash = next((i for i in of_teacher[who] if _weeks_meet(row, placed[i][0])), None)
                    of_teacher[who].append(index)
                    if clash is not None and not self._is_joint(placed[index], placed[clash]):
                        if self._refuse_clash(placed, index, clash, "у учителя", teacher.title, "Учитель"):
                            refused.add(index)
                            continue
                if room is not None:
                    clash = next((i for i in of_room[room] if _weeks_meet(row, placed[i][0])), None)
                    of_room[room].append(index)
                    if (
                        clash is not None
                        and not self._is_joint(placed[index], placed[clash])
                        and not _is_hall(room.title)
                    ):
                        if self.data.finished:
                            rooms_told[room.title] += 1
                        elif self._refuse_clash(placed, index, clash, "в кабинете", room.title, "Кабинет"):
                            refused.add(index)
        if rooms_told:
            listed = ", ".join(f"{title} ({count})" for title, count in rooms_told.most_common(10))
            self.problems.warn(
                Where(self.data.file),
                f"Разные уроки в одном кабинете одновременно (сколько раз): {listed}. Проверьте их.",
            )
        return refused

    @staticmethod
    def _clash(
        placed: list[tuple[SlotRow, Entity, Entity | None, Entity | None]], one: int, other: int
    ) -> bool:
        if not _weeks_meet(placed[one][0], placed[other][0]):
            return False
        first, second = placed[one][1], placed[other][1]
        if first is second:
            return True
        a, b = first.links["subgroup"], second.links["subgroup"]
        if a is None or b is None:
            return len((a or b).links["homerooms"]) == 1 if (a or b) else True
        return a is b

    @staticmethod
    def _is_joint(one: tuple[Any, ...], other: tuple[Any, ...]) -> bool:
        """Several classes taught the same together: same subject, and the same room or teacher."""
        same_room = one[3] is other[3] or one[3] is None or other[3] is None
        return one[1].links["subject"] is other[1].links["subject"] and same_room

    def _refuse_clash(
        self,
        placed: list[tuple[SlotRow, Entity, Entity | None, Entity | None]],
        index: int,
        clash: int,
        whose: str,
        name: str,
        column: str,
    ) -> bool:
        row, journal = placed[index][:2]
        other = placed[clash][0]
        text = (
            f"Два урока в одно время {whose} {name}: {DAY_NAMES[row.weekday - 1]}, {row.number}-й урок, "
            f"«{journal.title}» и "
            f"«{placed[clash][1].title}»" + (f" (строка {other.where.row})" if other.where.row else "") + "."
        )
        place = self._at(row.where, column)
        if self.data.finished and column != "Класс":
            self.problems.warn(place, text + " Загружается как есть.")
            return False
        self.problems.error(place, text + " Исправьте одну из строк.")
        return True

    def _compare_slots(self, placed: list[tuple[SlotRow, Entity, Entity | None, Entity | None]]) -> None:
        covered: set[int] = set()
        classes: set[Entity] = set()
        for _, journal, _, _ in placed:
            subgroup = journal.links["subgroup"]
            classes.update(subgroup.links["homerooms"] if subgroup else [journal.links["homeroom"]])
        for journal in self.journals.values():
            subgroup = journal.links["subgroup"]
            mine = set(subgroup.links["homerooms"]) if subgroup else {journal.links["homeroom"]}
            if journal.pk and mine <= classes:
                covered.add(journal.pk)
        standing: dict[tuple[int, int, int, int], TimetableSlot] = {}
        if covered:
            open_ended = Q(until=None) | Q(until__gt=self.starts)
            for slot in TimetableSlot.objects.filter(
                open_ended, school=self.school, year=self.year_row
            ).select_related("room", "teacher"):
                if slot.journal_id in covered:
                    standing[slot.journal_id, slot.weekday, slot.number, slot.week] = slot
        by_pk = {journal.pk: journal for journal in self.journals.values() if journal.pk}
        self.year.links["slots"] = placed
        self.year.links["covered"] = covered
        for row, journal, teacher, room in placed:
            title = f"{DAY_NAMES[row.weekday - 1]}, {row.number}-й урок: {journal.title}"
            entity = Entity("slot", title)
            place = (journal.pk or 0, row.weekday, row.number, row.week)
            if place not in standing:
                self._add(State.NEW, entity, row.where)
                continue
            slot = standing.pop(place)
            entity.pk = slot.pk
            changes: list[tuple[str, object, object]] = []
            if (room.pk if room else None) != slot.room_id or (room and room.pk is None):
                changes.append(("room", slot.room.title if slot.room else "", room.title if room else ""))
            if (teacher.pk if teacher else None) != slot.teacher_id or (teacher and teacher.pk is None):
                changes.append(
                    (
                        "teacher",
                        slot.teacher.full_name if slot.teacher else "",
                        teacher.title if teacher else "",
                    )
                )
            self._add(State.KEPT, entity, row.where, changes)
        self.left_standing = list(standing.values())
        for slot in self.left_standing:
            title = f"{DAY_NAMES[slot.weekday - 1]}, {slot.number}-й урок: {by_pk[slot.journal_id].title}"
            self._add(State.ENDED, Entity("slot", title, slot.pk))


def current_year(school: School, on: date) -> AcademicYear | None:
    """The year a file is put into: the open one of the day, else the next, else the last."""
    years = list(AcademicYear.objects.filter(school=school).exclude(state="closed").order_by("starts"))
    current = next((year for year in years if year.starts <= on < year.until), None)
    return current or next((year for year in years if year.starts > on), years[-1] if years else None)


def standing_lists(school: School, year: AcademicYear | None) -> Lists:
    """Which lists the school has of its own, so that a name out of them is a mistake and not a newcomer."""
    return Lists(
        homerooms=Homeroom.objects.filter(school=school, year=year).exists() if year else False,
        subjects=Subject.objects.filter(school=school).exists(),
        staff=Role.objects.filter(school=school, kind__in=("teacher", "master", "class_teacher")).exists(),
        journals=Journal.objects.filter(school=school, year=year).exists() if year else False,
    )


def standard_bells(last: int, has_zero: bool = False) -> dict[int, tuple[time, time]]:
    """Lessons of 45 minutes from 8:30 with 10 of rest, 20 after the second and third; 30 and 5 when over 15 lessons."""
    found: dict[int, tuple[time, time]] = {}
    length, rest, long_rest = (45, 10, 20) if last <= 15 else (30, 5, 5)
    minute = 8 * 60 + 30
    if has_zero:
        found[0] = (time(7, 40), time(8, 25))
    for number in range(1, min(last, 20) + 1):
        end = minute + length
        found[number] = (time(minute // 60, minute % 60), time(end // 60, end % 60))
        minute = end + (long_rest if number in {2, 3} else rest)
    return found


def _journal_title(subject: Entity, homeroom: Entity | None, subgroup: Entity | None) -> str:
    return f"{subject.title}, {(subgroup or homeroom).title}"  # type: ignore[union-attr]


def _weeks_meet(one: SlotRow, other: SlotRow) -> bool:
    return one.week == 0 or other.week == 0 or one.week == other.week


def _is_hall(title: str) -> bool:
    """Rooms where several classes may be at once: gyms, halls, grounds."""
    return bool(
        re.search(
            r"зал|стадион|бассейн|площадк|с/з|а/з|м/з|б/з|сз\b|двор|улиц|лыж|онлайн|дистанц", title.casefold()
        )
    )


def _usual_tags(title: str) -> tuple[str, ...]:
    word = title.casefold()
    if re.match(r"классный час|разговоры о важном|внеурочн", word):
        return ("unmarked",)
    if "литератур" in word or "чтение" in word:
        return ("literature",)
    return ("language",) if re.search(r"\bязык\b", word) and "програм" not in word else ()


def _person_fields(row: PersonRow) -> dict[str, Any]:
    return {
        "surname": row.surname,
        "given_name": row.given_name,
        "patronymic": row.patronymic,
        "sex": row.sex,
        "birth_date": row.birth_date,
        "email": row.email,
        "phone": row.phone,
        "external_id": row.external_id,
    }


def _word(value: object) -> str:
    if value is None or value == "":
        return "пусто"
    if isinstance(value, date):
        return value.strftime("%d.%m.%Y")
    if isinstance(value, float):
        return f"{value:g}".replace(".", ",")
    if isinstance(value, tuple | list):
        return ", ".join(map(_word, value)) or "пусто"
    return _TAG_WORDS.get(str(value), str(value))
