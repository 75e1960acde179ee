"""Classes and subgroups of a year with those who are in them."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date

from parta.foundation import sql
from parta.organisation.models import AcademicYear, Subgroup
from parta.organisation.words import class_title
from parta.people.models import Enrolment, Guardianship
from parta.people.queries.options import standing
from parta.people.queries.persons import _closed, _holds, short
from parta.people.viewer import Viewer


@dataclass(frozen=True, slots=True)
class HomeroomLine:
    """A homeroom in the list."""

    id: int
    title: str
    grade: int | None
    teacher: str
    students: int
    room: str
    profile: str = ""
    department: str = ""
    has_curriculum: bool = True

    @property
    def lacks(self) -> tuple[str, ...]:
        """What a group of a college is not whole without."""
        facts = (
            ("курса", self.grade),
            ("специальности", self.profile),
            ("учебного плана", self.has_curriculum),
        )
        return tuple(name for name, there in facts if not there)


@dataclass(frozen=True, slots=True)
class Counted:
    """How many groups there are of one course or department."""

    title: str
    groups: int
    students: int


def counted(lines: Sequence[HomeroomLine], title_of: Callable[[HomeroomLine], str]) -> list[Counted]:
    """Groups and students by a title, in the order in which the titles come."""
    found: dict[str, list[int]] = {}
    for line in lines:
        one = found.setdefault(title_of(line), [0, 0])
        one[0] += 1
        one[1] += line.students
    return [Counted(title, *numbers) for title, numbers in found.items()]


def homerooms(viewer: Viewer, year: AcademicYear | None) -> list[HomeroomLine]:
    """Homerooms of the year with class teacher and number of students today. One statement."""
    on = viewer.on
    rows = sql.read(
        "SELECT h.id, h.title, h.grade, COALESCE(k.title, ''),"
        " (SELECT COUNT(*) FROM people_enrolment e WHERE e.homeroom_id = h.id AND e.starts <= %s"
        "  AND (e.until IS NULL OR e.until > %s)),"
        " p.surname, p.given_name, p.patronymic, h.profile, COALESCE(d.title, ''),"
        " (SELECT COUNT(*) FROM plans_curriculumhours c WHERE c.year_id = h.year_id"
        "  AND (c.homeroom_id = h.id OR (c.homeroom_id IS NULL AND c.grade = h.grade)))"
        " FROM organisation_homeroom h LEFT JOIN organisation_room k ON k.id = h.room_id"
        " LEFT JOIN organisation_department d ON d.id = h.department_id"
        " LEFT JOIN people_role r ON r.homeroom_id = h.id AND r.kind IN ('class_teacher', 'master')"
        "  AND r.starts <= %s AND (r.until IS NULL OR r.until > %s)"
        " LEFT JOIN people_person p ON p.id = r.person_id"
        " WHERE h.school_id = %s AND h.year_id = %s ORDER BY COALESCE(h.grade, 99), h.title, r.id",
        (on, on, on, on, viewer.school.id, year.pk if year else 0),
    )
    found: dict[int, HomeroomLine] = {}
    for id, title, grade, room, students, surname, given, patronymic, *more in rows:
        name = short(surname, given, patronymic) if surname else ""
        if id in found:
            name = f"{found[id].teacher}, {name}"
        found[id] = HomeroomLine(
            id, class_title(title), grade, name, students, room, more[0], more[1], bool(more[2])
        )
    return list(found.values())


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
        Guardianship.objects.filter(standing(viewer.on), student_id__in=ids, has_rights=True)
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
