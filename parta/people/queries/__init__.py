"""Questions about people, answered from the viewer's scope with finished values, in a fixed number of statements."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from django.db.models import Q, QuerySet

from parta.foundation import sql
from parta.organisation.models import AcademicYear, Department, Homeroom, Subgroup
from parta.organisation.words import class_title
from parta.people import rules
from parta.people.models import Enrolment, Guardianship, Person, Role, SubgroupMembership
from parta.people.viewer import Viewer

SCHOOL_CARDS = frozenset({"director", "deputy", "secretary", "social_pedagogue", "inspector"})
"""Roles that read the card of every student of the school."""

STAFF_TITLES = dict(Role.KINDS)
Option = tuple[int, str]


def current_year(viewer: Viewer) -> AcademicYear | None:
    """The year the viewer's day lies in, else the next to come, else the last one."""
    years = list(AcademicYear.objects.filter(school_id=viewer.school.id).order_by("starts"))
    for year in years:
        if viewer.on < year.until:
            return year
    return years[-1] if years else None


def _now(on: date) -> Q:
    return Q(starts__lte=on) & (Q(until=None) | Q(until__gt=on))


def homeroom_options(viewer: Viewer, year: AcademicYear | None) -> list[Option]:
    """Homerooms of the year in the order of grades."""
    rows = Homeroom.objects.filter(school_id=viewer.school.id, year=year).order_by("grade", "title")
    return [(id, class_title(title)) for id, title in rows.values_list("id", "title")]


def department_options(viewer: Viewer) -> list[Option]:
    """Departments of the viewer's school, for a list to choose from."""
    return list(
        Department.objects.filter(school_id=viewer.school.id).order_by("title").values_list("id", "title")
    )


def staff_options(viewer: Viewer, on: date, *, full: bool = False) -> list[Option]:
    """Members of staff with a role on the day, by name: «Соколова М. В.», or in full."""
    found = (
        Person.objects.filter(
            school_id=viewer.school.id, pk__in=Role.objects.filter(_now(on)).values("person_id")
        )
        .exclude(roles__kind="inspector")
        .order_by("surname", "given_name", "patronymic")
        .distinct()
    )
    return [(person.pk, person.full_name if full else person.short_name) for person in found]


# ── people of the set-up pages ──


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
    enrolled = Enrolment.objects.filter(_now(viewer.on), school_id=viewer.school.id)
    if homeroom_id is not None:
        enrolled = enrolled.filter(homeroom_id=homeroom_id)
    wards = Guardianship.objects.filter(_now(viewer.on), school_id=viewer.school.id)
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
    about = _about(viewer, [person.pk for person in found])
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


def _about(viewer: Viewer, ids: Sequence[int]) -> dict[int, str]:
    """What each person is in the school on the day: roles, class, whose parent. One statement."""
    on, here = viewer.on, sql.marks(len(ids))
    live = "starts <= %s AND ({0}until IS NULL OR {0}until > %s)"
    rows = sql.read(
        f"SELECT r.person_id, 1, r.kind, h.title FROM people_role r"
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
    return None if person is None else _page_of(viewer, person)


def _page_of(viewer: Viewer, person: Person) -> PersonPage:
    on = viewer.on
    relations = dict(Guardianship.RELATIONS)
    roles = [
        RoleLine(
            role.pk,
            STAFF_TITLES.get(role.kind, role.kind),
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


# ── homerooms ──


@dataclass(frozen=True, slots=True)
class HomeroomLine:
    """A homeroom in the list."""

    id: int
    title: str
    grade: int | None
    teacher: str
    students: int
    room: str


def homerooms(viewer: Viewer, year: AcademicYear | None) -> list[HomeroomLine]:
    """Homerooms of the year with class teacher and number of students today. One statement."""
    on = viewer.on
    rows = sql.read(
        "SELECT h.id, h.title, h.grade, COALESCE(k.title, ''),"
        " (SELECT COUNT(*) FROM people_enrolment e WHERE e.homeroom_id = h.id AND e.starts <= %s"
        "  AND (e.until IS NULL OR e.until > %s)),"
        " p.surname, p.given_name, p.patronymic"
        " FROM organisation_homeroom h LEFT JOIN organisation_room k ON k.id = h.room_id"
        " LEFT JOIN people_role r ON r.homeroom_id = h.id AND r.kind IN ('class_teacher', 'master')"
        "  AND r.starts <= %s AND (r.until IS NULL OR r.until > %s)"
        " LEFT JOIN people_person p ON p.id = r.person_id"
        " WHERE h.school_id = %s AND h.year_id = %s ORDER BY COALESCE(h.grade, 99), h.title, r.id",
        (on, on, on, on, viewer.school.id, year.pk if year else 0),
    )
    found: dict[int, HomeroomLine] = {}
    for id, title, grade, room, students, surname, given, patronymic in rows:
        name = short(surname, given, patronymic) if surname else ""
        if id in found:
            found[id] = HomeroomLine(
                id, found[id].title, grade, f"{found[id].teacher}, {name}", students, room
            )
        else:
            found[id] = HomeroomLine(id, class_title(title), grade, name, students, room)
    return list(found.values())


def short(surname: str, given: str, patronymic: str) -> str:
    """«Соколова М. В.» with no-break spaces."""
    return "\u00a0".join([surname, *(f"{part[0]}." for part in (given, patronymic) if part)])


@dataclass(frozen=True, slots=True)
class RosterLine:
    """A student of a homeroom: now, to come, or gone."""

    id: int
    enrolment_id: int
    name: str
    birth_date: date | None
    starts: date
    until: date | None
    order_number: str
    left_order: str
    guardians: str
    holds: bool


def roster(viewer: Viewer, homeroom_id: int) -> list[RosterLine]:
    """Everybody who has or had a place in the homeroom, by name. Two statements."""
    places = list(
        Enrolment.objects.filter(school_id=viewer.school.id, homeroom_id=homeroom_id)
        .select_related("student")
        .order_by("student__surname", "student__given_name", "student__patronymic", "starts")
    )
    ids = [place.student_id for place in places]
    kin: dict[int, list[str]] = {}
    for row in (
        Guardianship.objects.filter(_now(viewer.on), student_id__in=ids, has_rights=True)
        .select_related("guardian")
        .order_by("relation", "id")
    ):
        kin.setdefault(row.student_id, []).append(row.guardian.short_name)
    closed = _closed(viewer, ids)
    return [
        RosterLine(
            place.student_id,
            place.pk,
            place.student.full_name,
            None if place.student_id in closed else place.student.birth_date,
            place.starts,
            place.until,
            place.order_number,
            place.left_order,
            ", ".join(kin.get(place.student_id, [])),
            _holds(place.starts, place.until, viewer.on),
        )
        for place in places
    ]


@dataclass(frozen=True, slots=True)
class SubgroupLine:
    """A subgroup in the list."""

    id: int
    title: str
    short: str
    split: str
    homerooms: str
    students: int


def subgroups(viewer: Viewer, year: AcademicYear | None) -> list[SubgroupLine]:
    """Subgroups of the year by class and split. Two statements."""
    on = viewer.on
    counts: dict[int, int] = dict(
        sql.read(
            "SELECT m.subgroup_id, COUNT(*) FROM people_subgroupmembership m WHERE m.school_id = %s"
            " AND m.starts <= %s AND (m.until IS NULL OR m.until > %s) GROUP BY m.subgroup_id",
            (viewer.school.id, on, on),
        )
    )
    found: dict[int, SubgroupLine] = {}
    for id, title, name, split, homeroom in (
        Subgroup.objects.filter(school_id=viewer.school.id, year=year)
        .order_by("homerooms__grade", "homerooms__title", "split", "title")
        .values_list("id", "title", "short", "split", "homerooms__title")
    ):
        before = f"{found[id].homerooms}, " if id in found else ""
        found[id] = SubgroupLine(
            id, title, name, split, before + (class_title(homeroom) if homeroom else ""), counts.get(id, 0)
        )
    return list(found.values())


@dataclass(frozen=True, slots=True)
class MemberLine:
    """A student of the classes of a subgroup, and where in the split they are on the day."""

    id: int
    name: str
    homeroom: str
    subgroup_id: int | None
    since: date | None


def members(viewer: Viewer, subgroup: Subgroup) -> list[MemberLine]:
    """All students of the subgroup's classes on the day, with their subgroup of its split. One statement."""
    on = viewer.on
    rows = sql.read(
        "SELECT p.id, p.surname, p.given_name, p.patronymic, h.title, m.subgroup_id, m.starts"
        " FROM organisation_subgroup_homerooms x"
        " JOIN organisation_homeroom h ON h.id = x.homeroom_id"
        " JOIN people_enrolment e ON e.homeroom_id = h.id AND e.starts <= %s AND (e.until IS NULL OR e.until > %s)"
        " JOIN people_person p ON p.id = e.student_id"
        " LEFT JOIN (SELECT mm.student_id, mm.subgroup_id, mm.starts FROM people_subgroupmembership mm"
        "  JOIN organisation_subgroup g ON g.id = mm.subgroup_id AND g.split = %s AND g.year_id = %s"
        "  WHERE mm.starts <= %s AND (mm.until IS NULL OR mm.until > %s)) m ON m.student_id = p.id"
        " WHERE x.subgroup_id = %s AND h.school_id = %s"
        " ORDER BY h.grade, h.title, p.surname, p.given_name, p.patronymic",
        (on, on, subgroup.split, subgroup.year_id, on, on, subgroup.pk, viewer.school.id),
    )
    return [
        MemberLine(
            id,
            " ".join(part for part in (surname, given, patronymic) if part),
            class_title(title),
            group,
            since,
        )
        for id, surname, given, patronymic, title, group, since in rows
    ]


# ── cards of students ──


def cards(viewer: Viewer) -> QuerySet[Person]:
    """The students whose card the viewer may open; everybody else is absent to them.

    The school for those who answer for it; own homerooms (whoever had a place there) for a class teacher or master;
    own children for a guardian.
    """
    rows = Person.objects.filter(school_id=viewer.school.id)
    if viewer.roles & SCHOOL_CARDS:
        return rows.filter(pk__in=Enrolment.objects.filter(school_id=viewer.school.id).values("student_id"))
    ways = Q(pk__in=())
    if viewer.homeroom_ids:
        ways |= Q(pk__in=Enrolment.objects.filter(homeroom_id__in=viewer.homeroom_ids).values("student_id"))
    if "guardian" in viewer.roles:
        ways |= Q(pk__in=[grant.student_id for grant in viewer.grants if grant.role == "guardian"])
    return rows.filter(ways)


@dataclass(frozen=True, slots=True)
class Students:
    """One page of the list of students."""

    rows: list[Listed]
    total: int
    page: int
    pages: int


def students(viewer: Viewer, *, words: str, homeroom_id: int | None, page: int) -> Students:
    """Students with a place today whose card the viewer may open. Five statements."""
    enrolled = Enrolment.objects.filter(_now(viewer.on), school_id=viewer.school.id)
    if homeroom_id is not None:
        enrolled = enrolled.filter(homeroom_id=homeroom_id)
    rows = cards(viewer).filter(pk__in=enrolled.values("student_id"))
    if words:
        rows = rows.filter(matching(words))
    total = rows.count()
    pages = max(1, -(-total // PAGE))
    page = min(max(1, page), pages)
    found = list(rows.order_by("surname", "given_name", "patronymic", "id")[(page - 1) * PAGE : page * PAGE])
    about = _about(viewer, [person.pk for person in found])
    closed = _closed(viewer, [person.pk for person in found])
    return Students(
        [
            Listed(
                person.pk,
                person.full_name,
                None if person.pk in closed else person.birth_date,
                about.get(person.pk, ""),
                "",
                False,
            )
            for person in found
        ],
        total,
        page,
        pages,
    )


def student_card(viewer: Viewer, student_id: int) -> PersonPage | None:
    """A student's card; None when the viewer may not open it, or there is none. Six statements."""
    person = cards(viewer).select_related("user").filter(pk=student_id).first()
    return None if person is None else _page_of(viewer, person)


@dataclass(frozen=True, slots=True)
class TraceLine:
    """Who opened a card, when, from which page."""

    at: datetime
    name: str
    role: str
    page: str


def readers_of(viewer: Viewer, student_id: int, limit: int = 50) -> list[TraceLine]:
    """The latest who opened this student's personal data, newest first, in the school's time. One statement."""
    zone = ZoneInfo(viewer.school.timezone)
    rows = sql.read(
        "SELECT t.at, t.role, t.page, p.surname, p.given_name, p.patronymic FROM people_readtrace t"
        " LEFT JOIN people_person p ON p.user_id = t.user_id AND p.school_id = t.school_id"
        " WHERE t.school_id = %s AND t.student_id = %s ORDER BY t.at DESC, t.id DESC LIMIT %s",
        (viewer.school.id, student_id, limit),
    )
    return [
        TraceLine(
            sql.aware(at).astimezone(zone),
            short(surname, given, patronymic) if surname else "учётная запись",
            role,
            page,
        )
        for at, role, page, surname, given, patronymic in rows
    ]


def a_day_before(until: date) -> date:
    """The last day of a half-open span, for the interface."""
    return until - timedelta(days=1)
