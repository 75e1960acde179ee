"""People as the office keeps them: the list with its search, and the card of one person."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from django.db.models import Q, QuerySet

from parta.foundation import sql
from parta.organisation.words import class_title
from parta.people import rules
from parta.people.models import Enrolment, Guardianship, Person, Role, SubgroupMembership
from parta.people.queries.options import standing
from parta.people.viewer import Viewer

STAFF_TITLES = dict(Role.KINDS)


@dataclass(frozen=True, slots=True)
class Listed:
    """A line of the list of people."""

    id: int
    name: str
    birth_date: date | None
    about: str
    login: str
    is_open: bool


@dataclass(frozen=True, slots=True)
class People:
    """One page of the list."""

    rows: list[Listed]
    total: int
    page: int
    pages: int


PAGE = 50


def matching(words: str) -> Q:
    """Persons whose names begin with each of the words (or whose login or external id is it), in any order.

    Capitals are tried as names are written: SQLite compares only Latin letters without regard to case.
    """
    found = Q()
    for word in words.split()[:5]:
        variants = {word, word.capitalize(), word.title(), word.lower()}
        one = Q(user__login=word.lower()) | Q(external_id=word)
        for variant in variants:
            one |= (
                Q(surname__startswith=variant)
                | Q(given_name__startswith=variant)
                | Q(patronymic__startswith=variant)
            )
        found &= one
    return found


def people(
    viewer: Viewer, *, kind: str, words: str, homeroom_id: int | None, account: str, page: int
) -> People:
    """People of the viewer's school: `kind` staff, students, guardians or all; at most `PAGE` of them."""
    rows: QuerySet[Person] = Person.objects.filter(school_id=viewer.school.id)
    enrolled = Enrolment.objects.filter(standing(viewer.on), school_id=viewer.school.id)
    if homeroom_id is not None:
        enrolled = enrolled.filter(homeroom_id=homeroom_id)
    wards = Guardianship.objects.filter(standing(viewer.on), school_id=viewer.school.id)
    if kind == "staff":
        rows = rows.filter(pk__in=Role.objects.filter(school_id=viewer.school.id).values("person_id"))
    elif kind == "students":
        rows = rows.filter(pk__in=enrolled.values("student_id"))
    elif kind == "guardians":
        if homeroom_id is not None:
            wards = wards.filter(student_id__in=enrolled.values("student_id"))
        rows = rows.filter(pk__in=wards.values("guardian_id"))
    if account == "no":
        rows = rows.filter(user=None)
    elif account == "issued":
        rows = rows.filter(user__must_change_password=True, user__is_active=True)
    elif account == "closed":
        rows = rows.filter(user__is_active=False)
    if words:
        rows = rows.filter(matching(words))
    total = rows.count()
    pages = max(1, -(-total // PAGE))
    page = min(max(1, page), pages)
    found = list(
        rows.select_related("user").order_by("surname", "given_name", "patronymic", "id")[
            (page - 1) * PAGE : page * PAGE
        ]
    )
    about = about_of(viewer, [person.pk for person in found])
    closed = _closed(viewer, [id for id, words in about.items() if words.startswith("ученик")])
    return People(
        [
            Listed(
                person.pk,
                person.full_name,
                None if person.pk in closed else person.birth_date,
                about.get(person.pk, ""),
                person.user.login if person.user else "",
                bool(person.user and person.user.is_active),
            )
            for person in found
        ],
        total,
        page,
        pages,
    )


def _closed(viewer: Viewer, student_ids: Sequence[int]) -> dict[int, rules.Cited]:
    """Students of whom only name and class may be shown: the act asks for a consent that is not given."""
    return rules.without_consent(rules.law_of(viewer), viewer.on, student_ids, "card")


def about_of(viewer: Viewer, ids: Sequence[int]) -> dict[int, str]:
    """What each person is in the school on the day: roles, class, whose parent. One statement."""
    on, here = viewer.on, sql.marks(len(ids))
    live = "starts <= %s AND ({0}until IS NULL OR {0}until > %s)"
    rows = sql.read(
        f"SELECT r.person_id, 1, COALESCE(NULLIF(r.post, ''), r.kind), h.title FROM people_role r"
        f" LEFT JOIN organisation_homeroom h ON h.id = r.homeroom_id"
        f" WHERE r.person_id IN ({here}) AND r.{live.format('r.')}"
        f" UNION ALL SELECT e.student_id, 2, 'student', h.title FROM people_enrolment e"
        f" JOIN organisation_homeroom h ON h.id = e.homeroom_id"
        f" WHERE e.student_id IN ({here}) AND e.{live.format('e.')}"
        f" UNION ALL SELECT g.guardian_id, 3, 'guardian', p.surname FROM people_guardianship g"
        f" JOIN people_person p ON p.id = g.student_id"
        f" WHERE g.guardian_id IN ({here}) AND g.{live.format('g.')} ORDER BY 1, 2, 3, 4",
        [*ids, on, on, *ids, on, on, *ids, on, on],
    )
    said: dict[int, dict[str, list[str]]] = {}
    for person_id, _, kind, title in rows:
        if kind == "student":
            word, more = f"ученик {class_title(title)}", ""
        elif kind == "guardian":
            word, more = "представитель", title
        else:
            word, more = str(STAFF_TITLES.get(kind, kind)), class_title(title) if title else ""
        said.setdefault(person_id, {}).setdefault(word, []).extend([more] if more else [])
    return {
        person_id: "; ".join(f"{word}: {', '.join(more)}" if more else word for word, more in words.items())
        for person_id, words in said.items()
    }


@dataclass(frozen=True, slots=True)
class RoleLine:
    """A role on the person's page."""

    id: int
    title: str
    place: str
    starts: date
    until: date | None
    order_number: str
    order_date: date | None
    holds: bool


@dataclass(frozen=True, slots=True)
class KinLine:
    """A guardian of a student, or a ward of a guardian."""

    id: int
    person_id: int
    name: str
    relation: str
    has_rights: bool
    starts: date
    until: date | None
    holds: bool
    phone: str = ""
    email: str = ""


@dataclass(frozen=True, slots=True)
class PlaceLine:
    """A place in a homeroom or a subgroup."""

    id: int
    place_id: int
    title: str
    starts: date
    until: date | None
    order_number: str
    left_order: str
    holds: bool


@dataclass(frozen=True, slots=True)
class PersonPage:
    """All that a person is in the school."""

    person: Person
    login: str
    is_open: bool
    must_change: bool
    last_login: datetime | None
    roles: list[RoleLine]
    guardians: list[KinLine]
    wards: list[KinLine]
    homerooms: list[PlaceLine]
    subgroups: list[PlaceLine]


def _holds(starts: date, until: date | None, on: date) -> bool:
    return starts <= on and (until is None or on < until)


def person_page(viewer: Viewer, person_id: int) -> PersonPage | None:
    """A person of the viewer's school with roles, family, places; None when there is no such person here."""
    person = Person.objects.select_related("user").filter(school_id=viewer.school.id, pk=person_id).first()
    return None if person is None else page_of(viewer, person)


def page_of(viewer: Viewer, person: Person) -> PersonPage:
    """The card of a person who is already found."""
    on = viewer.on
    relations = dict(Guardianship.RELATIONS)
    roles = [
        RoleLine(
            role.pk,
            role.post or STAFF_TITLES.get(role.kind, role.kind),
            class_title(role.homeroom.title)
            if role.homeroom
            else role.department.title
            if role.department
            else "",
            role.starts,
            role.until,
            role.order_number,
            role.order_date,
            _holds(role.starts, role.until, on),
        )
        for role in Role.objects.filter(person=person)
        .select_related("homeroom", "department")
        .order_by("-starts", "kind")
    ]
    kin = Guardianship.objects.order_by("-has_rights", "-starts")
    guardians = [
        KinLine(
            row.pk,
            row.guardian_id,
            row.guardian.full_name,
            relations.get(row.relation, ""),
            row.has_rights,
            row.starts,
            row.until,
            _holds(row.starts, row.until, on),
            row.guardian.phone,
            row.guardian.email,
        )
        for row in kin.filter(student=person).select_related("guardian")
    ]
    wards = [
        KinLine(
            row.pk,
            row.student_id,
            row.student.full_name,
            relations.get(row.relation, ""),
            row.has_rights,
            row.starts,
            row.until,
            _holds(row.starts, row.until, on),
        )
        for row in kin.filter(guardian=person).select_related("student")
    ]
    homerooms = [
        PlaceLine(
            row.pk,
            row.homeroom_id,
            class_title(row.homeroom.title),
            row.starts,
            row.until,
            row.order_number,
            row.left_order,
            _holds(row.starts, row.until, on),
        )
        for row in Enrolment.objects.filter(student=person).select_related("homeroom").order_by("-starts")
    ]
    subgroups = [
        PlaceLine(
            row.pk,
            row.subgroup_id,
            row.subgroup.title,
            row.starts,
            row.until,
            "",
            "",
            _holds(row.starts, row.until, on),
        )
        for row in SubgroupMembership.objects.filter(student=person)
        .select_related("subgroup")
        .order_by("subgroup__title", "-starts")
    ]
    user = person.user
    return PersonPage(
        person,
        user.login if user else "",
        bool(user and user.is_active),
        bool(user and user.must_change_password),
        user.last_login.astimezone(ZoneInfo(viewer.school.timezone)) if user and user.last_login else None,
        roles,
        guardians,
        wards,
        homerooms,
        subgroups,
    )


def short(surname: str, given: str, patronymic: str) -> str:
    """«Соколова М. В.» with no-break spaces."""
    return "\u00a0".join([surname, *(f"{part[0]}." for part in (given, patronymic) if part)])
