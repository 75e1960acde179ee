"""The timetable of a week: of a class, a teacher, a room for the staff; one's own for students and families."""

from datetime import date, timedelta

from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import path
from django.views.decorators.http import require_http_methods

from parta.foundation.access import requires
from parta.people import queries as people
from parta.people.access import STAFF
from parta.people.chrome import page
from parta.people.models import Enrolment, Person
from parta.people.pages.persons import number_or_none
from parta.people.pages.setup import looking
from parta.people.queries import Option
from parta.people.viewer import Viewer
from parta.plans.queries.approvals import timetable_approved
from parta.timetable import queries
from parta.timetable.access import REGISTER

KINDS = [("homeroom", "Класс"), ("teacher", "Учитель"), ("room", "Кабинет")]


def monday_of(text: str, on: date) -> date:
    """The Monday of the week an address names; this week when it names none."""
    try:
        day = date.fromisoformat(text) if text else on
    except ValueError:
        day = on
    if not date(2000, 1, 1) <= day <= date(2100, 1, 1):
        day = on
    return day - timedelta(days=day.weekday())


def _students(viewer: Viewer) -> QuerySet[Person]:
    """Students of the school, for who makes the timetable."""
    return Person.objects.filter(
        pk__in=Enrolment.objects.filter(school_id=viewer.school.id).values("student_id")
    )


def _choice(viewer: Viewer, request: HttpRequest) -> tuple[str, int | None, list[Option]]:
    """Whose timetable is wanted, and what else may be chosen. Raises Http404 for what is not the viewer's."""
    if not viewer.roles & set(STAFF):
        # As the diary orders them.
        children = Person.objects.filter(pk__in=viewer.student_ids).order_by("id")
        options = [(child.pk, child.given_name) for child in children]
        wanted = number_or_none(request.GET.get("student", ""))
        if wanted is not None and wanted not in viewer.student_ids:
            raise Http404
        return "student", wanted or (options[0][0] if options else None), options
    wanted = number_or_none(request.GET.get("student", ""))
    if wanted is not None:
        # Whose card one may open, their week too: a plan of one's own is seen nowhere else as a whole.
        within = people.cards(viewer) if "operator" not in viewer.roles else _students(viewer)
        child = within.filter(pk=wanted).first()
        if child is None:
            raise Http404
        return "student", child.pk, [(child.pk, child.full_name)]
    year = people.current_year(viewer)
    for kind, _ in KINDS:
        if kind in request.GET:
            break
    else:
        kind = "teacher" if viewer.roles & {"teacher", "master", "class_teacher"} else "homeroom"
    if kind == "homeroom":
        options = people.homeroom_options(viewer, year)
    elif kind == "teacher":
        options = people.staff_options(viewer, viewer.on)
    else:
        options = queries.room_options(viewer)
    known = {id for id, _ in options}
    text = request.GET.get(kind, "")
    wanted = number_or_none(text)
    if text and wanted not in known:
        raise Http404
    if wanted is None:
        own = viewer.person_id if kind == "teacher" else next(iter(viewer.homeroom_ids), None)
        wanted = own if kind != "room" and own in known else (options[0][0] if options else None)
    return kind, wanted, options


@require_http_methods(["GET", "HEAD"])
@requires("timetable.read")
def timetable(request: HttpRequest) -> HttpResponse:
    """A week of lessons."""
    viewer = looking(request)
    kind, whose, options = _choice(viewer, request)
    monday = monday_of(request.GET.get("week", ""), viewer.on)
    week = queries.week(viewer, monday, kind, whose) if whose is not None else None
    title = dict(options).get(whose or 0, "")
    return page(
        request,
        "timetable/week.html",
        {
            "kind": kind,
            "kinds": KINDS if viewer.roles & set(STAFF) else [],
            "whose": whose,
            "options": options,
            "title": title,
            "week": week,
            "approved": timetable_approved(viewer, monday + timedelta(days=6)),
            "monday": monday,
            "earlier": monday - timedelta(days=7),
            "later": monday + timedelta(days=7),
            "this_monday": monday_of("", viewer.on),
            "today": viewer.on,
            "reads_register": bool(viewer.roles & set(REGISTER)),
            "now": viewer.at,
        },
    )


urlpatterns = [path("timetable/", timetable, name="timetable")]
