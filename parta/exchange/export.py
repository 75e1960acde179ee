"""A school as rows of its workbook: what `parta import` reads back into an empty school as the same school.

Written on a day: the year of that day, roles and enrolments that hold then, the timetable in force. What a year has
besides (dates of its periods, bells) and what is written in journals is not part of the workbook.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Final

from django.db.models import Q

from parta.organisation.models import AcademicYear, Homeroom, School, Subgroup, Subject, WorkKind
from parta.people.models import Enrolment, Guardianship, Person, Role, SubgroupMembership
from parta.plans.models import Journal, PlannedTopic, TeachingLoad, ThematicPlan
from parta.timetable.models import TimetableSlot

from .formats.workbook.words import RELATIONS, ROLES, TAGS, TERM_KINDS, WORK_KINDS
from .plan.year import current_year
from .values import DAY_NAMES

Line = Mapping[str, str]
"""Column key → what stands in the cell."""

Sheets = Mapping[str, list[Line]]
"""Sheet key → rows, in the order of the workbook."""


def _words(codes: Mapping[str, str]) -> dict[str, str]:
    """Code → the first word that stands for it."""
    found: dict[str, str] = {}
    for word, code in codes.items():
        found.setdefault(code, word)
    return found


_ROLE: Final = _words(ROLES)
_TAG: Final = _words(TAGS)
_TERM: Final = _words(TERM_KINDS)
_WORK: Final = _words(WORK_KINDS)
_RELATION: Final = _words(RELATIONS)
_WEEK: Final = ("", "нечётная", "чётная")
_NOBODY: Final = "вакансия"


@dataclass(slots=True)
class _School:
    """What several sheets look up."""

    school: School
    year: AcademicYear | None
    on: date
    homerooms: dict[int, Homeroom] = field(default_factory=dict)
    subgroups: dict[int, Subgroup] = field(default_factory=dict)
    classes_of: dict[int, list[str]] = field(default_factory=dict)
    journals: dict[int, Journal] = field(default_factory=dict)
    roles: list[Role] = field(default_factory=list)

    @property
    def active(self) -> Q:
        """Spans that hold on the day."""
        return Q(starts__lte=self.on) & (Q(until=None) | Q(until__gt=self.on))

    def place(self, journal: Journal) -> Line:
        """The columns that name a journal."""
        if journal.subgroup_id:
            classes = self.classes_of[journal.subgroup_id]
            title = self.subgroups[journal.subgroup_id].title
            return {"homeroom": classes[0], "subject": journal.subject.title, "subgroup": title}
        homeroom = self.homerooms[journal.homeroom_id or 0]
        return {"homeroom": homeroom.title, "subject": journal.subject.title}


def school_sheets(school: School, *, on: date) -> Sheets:
    """All sheets of a school's workbook as they hold on a day. A constant number of statements."""
    found = _School(school, current_year(school, on), on)
    found.roles = list(
        Role.objects.filter(found.active, school=school).select_related("person").order_by("id")
    )
    if found.year is not None:
        _read_year(found, found.year)
    return {
        "staff": _staff(found),
        "homerooms": _homerooms(found),
        "subgroups": _subgroups(found),
        "students": _students(found),
        "subjects": _subjects(found),
        "loads": _loads(found),
        "slots": _slots(found),
        "plans": _plans(found),
    }


def _read_year(found: _School, year: AcademicYear) -> None:
    rooms = Homeroom.objects.filter(school=found.school, year=year).select_related("room")
    found.homerooms = {row.pk: row for row in sorted(rooms, key=lambda row: (row.grade or 0, row.title))}
    groups = Subgroup.objects.filter(school=found.school, year=year).prefetch_related("homerooms")
    for group in groups.order_by("title"):
        classes = [row.title for row in found.homerooms.values() if row in group.homerooms.all()]
        if classes:
            found.subgroups[group.pk] = group
            found.classes_of[group.pk] = classes
    journals = Journal.objects.filter(school=found.school, year=year).select_related("subject", "plan")
    order = {row.title: index for index, row in enumerate(found.homerooms.values())}
    places = [
        (found.place(row), row)
        for row in journals
        if row.homeroom_id in found.homerooms or row.subgroup_id in found.subgroups
    ]
    places.sort(
        key=lambda pair: (order[pair[0]["homeroom"]], pair[0]["subject"], pair[0].get("subgroup", ""))
    )
    found.journals = {row.pk: row for _, row in places}


def _person(person: Person) -> Line:
    return {
        "surname": person.surname,
        "given_name": person.given_name,
        "patronymic": person.patronymic,
        "sex": {"f": "ж", "m": "м"}.get(person.sex, ""),
        "birth_date": _date(person.birth_date),
        "phone": person.phone,
        "email": person.email,
        "external_id": person.external_id,
    }


def _date(day: date | None) -> str:
    return f"{day:%d.%m.%Y}" if day else ""


def _hours(hours: Decimal) -> str:
    return f"{float(hours):g}".replace(".", ",")


def _staff(found: _School) -> list[Line]:
    """Everybody with a role, and the order of one that needs it. The role of a class teacher stands with the class."""
    by_person: dict[Person, list[Role]] = defaultdict(list)
    for role in found.roles:
        by_person[role.person].append(role)
    lines: list[Line] = []
    for person in sorted(by_person, key=lambda one: (one.full_name, one.pk)):
        roles = by_person[person]
        words = dict.fromkeys(_ROLE[role.kind] for role in roles if role.kind in _ROLE)
        ordered = next((role for role in roles if role.order_number and role.order_date), None)
        if words or any(role.kind == "class_teacher" for role in roles):
            lines.append(
                {
                    **_person(person),
                    "roles": "; ".join(words) or "классный руководитель",
                    "order_number": ordered.order_number if ordered else "",
                    "order_date": _date(ordered.order_date) if ordered else "",
                }
            )
    return lines


def _homerooms(found: _School) -> list[Line]:
    led = {
        role.homeroom_id: role.person.full_name
        for role in reversed(found.roles)
        if role.kind in {"class_teacher", "master"} and role.homeroom_id
    }
    return [
        {
            "title": row.title,
            "grade": str(row.grade or ""),
            "class_teacher": led.get(pk, ""),
            "room": row.room.title if row.room else "",
            "term_kind": _TERM.get(row.term_kind, ""),
        }
        for pk, row in found.homerooms.items()
    ]


def _subgroups(found: _School) -> list[Line]:
    return [
        {
            "title": row.title,
            "short": row.short,
            "split": row.split,
            "homerooms": "; ".join(found.classes_of[pk]),
        }
        for pk, row in found.subgroups.items()
    ]


def _students(found: _School) -> list[Line]:
    enrolments = Enrolment.objects.filter(found.active, homeroom__in=found.homerooms).select_related(
        "student"
    )
    groups: dict[int, list[str]] = defaultdict(list)
    for student, group in SubgroupMembership.objects.filter(
        found.active, subgroup__in=found.subgroups
    ).values_list("student_id", "subgroup_id"):
        groups[student].append(found.subgroups[group].title)
    families: dict[int, list[Guardianship]] = defaultdict(list)
    for link in (
        Guardianship.objects.filter(found.active, school=found.school)
        .select_related("guardian")
        .order_by("guardian__surname", "guardian__given_name", "guardian_id")
    ):
        families[link.student_id].append(link)
    order = {pk: index for index, pk in enumerate(found.homerooms)}
    starts = found.year.starts if found.year else None
    return [
        {
            **_person(row.student),
            "homeroom": found.homerooms[row.homeroom_id].title,
            "enrolled_on": _date(row.starts) if row.starts != starts else "",
            "order_number": row.order_number,
            "subgroups": "; ".join(sorted(groups[row.student_id])),
            **_family(families[row.student_id]),
        }
        for row in sorted(enrolments, key=lambda row: (order[row.homeroom_id], row.student.full_name, row.pk))
    ]


def _family(links: list[Guardianship]) -> Line:
    """The first guardian in columns of their own; the second too, with all others in the same cell after."""
    line: dict[str, str] = {}
    links = sorted(links, key=lambda link: list(_RELATION).index(link.relation))
    for number, link in enumerate(links[:2], 1):
        adult = link.guardian
        line |= {
            f"guardian{number}": adult.full_name,
            f"relation{number}": _RELATION.get(link.relation, "иное"),
            f"phone{number}": adult.phone,
            f"email{number}": adult.email,
        }
    for link in links[2:]:
        told = f"{link.guardian.full_name} ({_RELATION.get(link.relation, 'иное')})"
        line["guardian2"] += f"; {told} {link.guardian.phone}".rstrip()
    return line


def _subjects(found: _School) -> list[Line]:
    return [
        {
            "title": row.title,
            "short": row.short,
            "area": row.area,
            "tags": "; ".join(_TAG[tag] for tag in row.tags if tag in _TAG),
        }
        for row in Subject.objects.filter(school=found.school).order_by("title")
    ]


def _loads(found: _School) -> list[Line]:
    """A line for each teacher of a journal; a journal nobody leads stands too."""
    taught: dict[int, list[tuple[str, Decimal]]] = defaultdict(list)
    for load in (
        TeachingLoad.objects.filter(found.active, journal__in=found.journals)
        .select_related("teacher")
        .order_by("teacher__surname", "teacher__given_name", "teacher_id")
    ):
        taught[load.journal_id].append((load.teacher.full_name, load.weekly_hours or Decimal(0)))
    return [
        {**found.place(journal), "teacher": teacher, "hours": _hours(hours)}
        for pk, journal in found.journals.items()
        for teacher, hours in taught[pk] or [(_NOBODY, journal.weekly_hours)]
    ]


def _slots(found: _School) -> list[Line]:
    slots = TimetableSlot.objects.filter(found.active, journal__in=found.journals).select_related(
        "room", "teacher"
    )
    order = {pk: index for index, pk in enumerate(found.journals)}
    return [
        {
            **found.place(found.journals[row.journal_id]),
            "weekday": DAY_NAMES[row.weekday - 1],
            "number": str(row.number),
            "week": _WEEK[row.week],
            "room": row.room.title if row.room else "",
            "teacher": row.teacher.full_name if row.teacher else "",
            "span": str(row.hours) if row.hours > 1 else "",
        }
        for row in sorted(slots, key=lambda row: (row.weekday, row.number, order[row.journal_id], row.week))
    ]


def _plans(found: _School) -> list[Line]:
    """Topics of the plans of the year. A plan is told by its grade where no other claims it, else by its classes."""
    if found.year is None:
        return []
    plans = list(
        ThematicPlan.objects.filter(school=found.school, year=found.year)
        .select_related("subject")
        .order_by("subject__title", "grade", "title", "id")
    )
    used: dict[int, dict[str, None]] = defaultdict(dict)
    for journal in found.journals.values():
        if journal.plan_id and journal.homeroom_id:
            used[journal.plan_id][found.homerooms[journal.homeroom_id].title] = None
    topics: dict[int, list[PlannedTopic]] = defaultdict(list)
    for topic in PlannedTopic.objects.filter(plan__in=plans).order_by("plan", "position"):
        topics[topic.plan_id].append(topic)
    rivals: dict[tuple[int, int | None], int] = defaultdict(int)
    for plan in plans:
        rivals[plan.subject_id, plan.grade] += 1
    own = WorkKind.objects.filter(school=found.school).values_list("code", "title")
    kinds = {code: code if title.casefold() in WORK_KINDS else title for code, title in own} | _WORK
    lines: list[Line] = []
    for plan in plans:
        alone = plan.grade and rivals[plan.subject_id, plan.grade] == 1
        meant = str(plan.grade) if alone else "; ".join(used[plan.pk]) or str(plan.grade or "")
        lines += _topics(plan, meant, topics[plan.pk], kinds)
    return lines


def _topics(
    plan: ThematicPlan, meant: str, topics: Iterable[PlannedTopic], kinds: Mapping[str, str]
) -> list[Line]:
    return [
        {
            "subject": plan.subject.title,
            "homeroom": meant,
            "title": plan.title,
            "position": str(number),
            "unit": topic.unit,
            "text": topic.text,
            "work_kind": kinds.get(topic.work_kind, ""),
            "homework": topic.homework,
            "span": str(topic.hours) if topic.hours > 1 else "",
        }
        for number, topic in enumerate(topics, 1)
    ]
