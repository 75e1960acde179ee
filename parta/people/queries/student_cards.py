"""Students as their teachers and the social pedagogue see them: whose cards one may open, and who opened them."""

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from django.db.models import Q, QuerySet

from parta.foundation import sql
from parta.people.models import Enrolment, Person
from parta.people.queries.options import standing
from parta.people.queries.persons import PAGE, Listed, PersonPage, _closed, about_of, matching, page_of, short
from parta.people.viewer import Viewer

SCHOOL_CARDS = frozenset({"director", "deputy", "secretary", "social_pedagogue", "inspector"})
"""Roles that read the card of every student of the school."""


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
    enrolled = Enrolment.objects.filter(standing(viewer.on), school_id=viewer.school.id)
    if homeroom_id is not None:
        enrolled = enrolled.filter(homeroom_id=homeroom_id)
    rows = cards(viewer).filter(pk__in=enrolled.values("student_id"))
    if words:
        rows = rows.filter(matching(words))
    total = rows.count()
    pages = max(1, -(-total // PAGE))
    page = min(max(1, page), pages)
    found = list(rows.order_by("surname", "given_name", "patronymic", "id")[(page - 1) * PAGE : page * PAGE])
    about = about_of(viewer, [person.pk for person in found])
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
    return None if person is None else page_of(viewer, person)


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
