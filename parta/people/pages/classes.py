"""Set-up: homerooms and their rosters, subgroups and their members."""

from dataclasses import replace

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import path, reverse
from django.views.decorators.http import require_http_methods

from parta.foundation.access import requires
from parta.organisation.actions import (
    HomeroomRow,
    SubgroupRow,
    change_homeroom,
    ensure_homerooms,
    ensure_subgroups,
)
from parta.organisation.actions.checks import text
from parta.organisation.acts import Refusal, act
from parta.organisation.models import AcademicYear, BellSchedule, Homeroom, Room, Subgroup, Term
from parta.organisation.words import class_title
from parta.people import actions, queries, rules
from parta.people.forms import Posted, carry_out
from parta.people.models import Enrolment, Person
from parta.people.pages.setup import FORM, looking
from parta.people.setup import setup_page
from parta.people.viewer import Viewer


def the_year(viewer: Viewer) -> AcademicYear:
    """The year being set up. Raises Refusal when none is open."""
    year = queries.current_year(viewer)
    if year is None:
        raise Refusal("Сначала откройте учебный год.", "")
    return year


def _homeroom_row(posted: Posted) -> HomeroomRow:
    return HomeroomRow(
        title=posted.text("title"),
        grade=posted.whole_or_none("grade", 1, 13, "параллель или курс"),
        letter=posted.text("letter"),
        term_kind=posted.text("term_kind"),
        bells_id=posted.id_or_none("bells"),
        room_id=posted.id_or_none("room"),
        external_id=posted.text("external_id"),
        profile=posted.text("profile") if "profile" in posted.data else None,
        department_id=(posted.id_or_none("department") or 0) if "department" in posted.data else None,
    )


@require_http_methods(FORM)
@requires("setup")
def homerooms(request: HttpRequest) -> HttpResponse:
    """The homerooms of the year; add one."""
    viewer = looking(request)
    year = queries.current_year(viewer)

    def add(posted: Posted) -> str:
        row = replace(_homeroom_row(posted), title=text(posted.text("title"), 60, "title", "название класса"))
        if Homeroom.objects.filter(year=the_year(viewer), title=row.title).exists():
            raise Refusal(f"Класс «{row.title[:60]}» в этом году уже есть.", "title")
        ids = ensure_homerooms(year=the_year(viewer), rows=[row], by=viewer.acting_as(), at=viewer.at)
        return reverse("setup_homeroom", args=(ids[row.title],)) + "?done=added"

    forms = carry_out(request, {"add": add})
    if isinstance(forms, HttpResponse):
        return forms
    lines = queries.homerooms(viewer, year)
    return setup_page(
        request,
        "people/setup_homerooms.html",
        {
            "year": year,
            "homerooms": lines,
            "by_course": queries.counted(
                lines, lambda line: f"{line.grade} курс" if line.grade else "без курса"
            ),
            "by_department": queries.counted(lines, lambda line: line.department or "без отделения"),
            "term_kinds": Term.KINDS[1:],
            "bells": list(BellSchedule.objects.filter(school_id=viewer.school.id).values_list("id", "title")),
            "is_college": viewer.school.kind == "college",
            "departments": queries.department_options(viewer),
        },
        forms,
    )


@require_http_methods(FORM)
@requires("setup")
def homeroom(request: HttpRequest, homeroom_id: int) -> HttpResponse:
    """A homeroom: its facts and its roster."""
    viewer = looking(request)
    room = Homeroom.objects.filter(school_id=viewer.school.id, pk=homeroom_id).select_related("year").first()
    if room is None:
        raise Http404
    by, at = viewer.acting_as(), viewer.at

    def student(posted: Posted, name: str = "row") -> Person:
        found = Person.objects.filter(school_id=viewer.school.id, pk=posted.id(name, "ученик")).first()
        if found is None:
            raise Http404
        return found

    def save(posted: Posted) -> str:
        change_homeroom(
            homeroom=Homeroom.objects.get(pk=homeroom_id), row=_homeroom_row(posted), by=by, at=at
        )
        return "saved"

    def enrol(posted: Posted) -> str:
        starts = posted.date("starts", "дата зачисления")
        with act(viewer.school.id, by=by, at=at):
            birth_date = posted.date_or_none("birth_date", "дата рождения")
            needed = rules.consents_needed(rules.law_of(viewer), viewer.on, "card")
            if birth_date is not None and needed and not posted.text("student"):
                raise Refusal(
                    f"Дату рождения записывают после заявления семьи{needed[0][1].brackets}:"
                    " сначала зачислите ученика, затем внесите заявление.",
                    "birth_date",
                )
            if posted.text("student"):
                who = student(posted, "student")
            else:
                who = actions.create_person(
                    school_id=viewer.school.id,
                    surname=posted.text("surname"),
                    given_name=posted.text("given_name"),
                    patronymic=posted.text("patronymic"),
                    birth_date=birth_date,
                    by=by,
                    at=at,
                )
            actions.enrol(
                student=who,
                homeroom=room,
                starts=starts,
                order_number=posted.text("order_number"),
                by=by,
                at=at,
            )
        return "added"

    def move(posted: Posted) -> str:
        target = Homeroom.objects.filter(
            school_id=viewer.school.id, pk=posted.id("homeroom", "новый класс")
        ).first()
        if target is None:
            raise Http404
        actions.transfer(
            student=student(posted),
            homeroom=target,
            on=posted.date("on", "дата перевода"),
            order_number=posted.text("order_number"),
            by=by,
            at=at,
        )
        return "moved"

    def leave(posted: Posted) -> str:
        actions.leave(
            student=student(posted),
            on=posted.until("on", "последний день в классе"),
            order_number=posted.text("order_number"),
            by=by,
            at=at,
        )
        return "left"

    def correct(posted: Posted) -> str:
        place = Enrolment.objects.filter(
            school_id=viewer.school.id, homeroom=room, pk=posted.id("place", "место")
        ).first()
        if place is None:
            raise Http404
        actions.correct_enrolment(
            enrolment=place,
            starts=posted.date("starts", "дата зачисления"),
            order_number=posted.text("order_number"),
            by=by,
            at=at,
        )
        return "saved"

    forms = carry_out(
        request, {"save": save, "enrol": enrol, "move": move, "leave": leave, "correct": correct}
    )
    if isinstance(forms, HttpResponse):
        return forms
    actions.trace(viewer, "setup_homeroom", object_id=homeroom_id)
    lines = queries.roster(viewer, homeroom_id)
    chosen = request.GET.get("student", "")
    return setup_page(
        request,
        "people/setup_homeroom.html",
        {
            "room": room,
            "title": class_title(room.title),
            "now": [line for line in lines if line.holds],
            "others": [line for line in lines if not line.holds],
            "chosen": next((line for line in lines if str(line.id) == chosen and line.holds), None),
            "term_kinds": Term.KINDS[1:],
            "bells": list(BellSchedule.objects.filter(school_id=viewer.school.id).values_list("id", "title")),
            "rooms": list(
                Room.objects.filter(school_id=viewer.school.id).order_by("title").values_list("id", "title")
            ),
            "homerooms": [
                option for option in queries.homeroom_options(viewer, room.year) if option[0] != homeroom_id
            ],
            "is_college": viewer.school.kind == "college",
            "departments": queries.department_options(viewer),
            "today": viewer.on,
            "starts": max(viewer.on, room.year.starts) if viewer.on < room.year.until else room.year.starts,
        },
        forms,
    )


@require_http_methods(FORM)
@requires("setup")
def subgroups(request: HttpRequest) -> HttpResponse:
    """The subgroups of the year; add one."""
    viewer = looking(request)
    year = queries.current_year(viewer)

    def add(posted: Posted) -> str:
        title = text(posted.text("title"), 80, "title", "название подгруппы")
        if Subgroup.objects.filter(year=the_year(viewer), title=title).exists():
            raise Refusal(f"Подгруппа «{title[:80]}» в этом году уже есть.", "title")
        row = SubgroupRow(title, posted.text("short"), posted.text("split"), tuple(posted.ids("homerooms")))
        ids = ensure_subgroups(year=the_year(viewer), rows=[row], by=viewer.acting_as(), at=viewer.at)
        return reverse("setup_subgroup", args=(ids[title],)) + "?done=added"

    forms = carry_out(request, {"add": add})
    if isinstance(forms, HttpResponse):
        return forms
    return setup_page(
        request,
        "people/setup_subgroups.html",
        {
            "year": year,
            "subgroups": queries.subgroups(viewer, year),
            "homerooms": queries.homeroom_options(viewer, year),
        },
        forms,
    )


@require_http_methods(FORM)
@requires("setup")
def subgroup(request: HttpRequest, subgroup_id: int) -> HttpResponse:
    """Who of the classes is in this subgroup: tick, from a day on."""
    viewer = looking(request)
    group = Subgroup.objects.filter(school_id=viewer.school.id, pk=subgroup_id).select_related("year").first()
    if group is None:
        raise Http404
    by, at = viewer.acting_as(), viewer.at

    def save(posted: Posted) -> str:
        starts = posted.date("starts", "дата")
        ticked = set(posted.ids("student"))
        lines = queries.members(viewer, group)
        with act(viewer.school.id, by=by, at=at):
            for line in lines:
                if line.id in ticked and line.subgroup_id != subgroup_id:
                    person = Person.objects.get(pk=line.id)
                    actions.join_subgroup(student=person, subgroup=group, starts=starts, by=by, at=at)
                elif line.id not in ticked and line.subgroup_id == subgroup_id:
                    person = Person.objects.get(pk=line.id)
                    actions.leave_subgroup(student=person, subgroup=group, on=starts, by=by, at=at)
        return "saved"

    forms = carry_out(request, {"save": save})
    if isinstance(forms, HttpResponse):
        return forms
    titles = dict(Subgroup.objects.filter(year=group.year, split=group.split).values_list("id", "short"))
    return setup_page(
        request,
        "people/setup_subgroup.html",
        {
            "group": group,
            "members": queries.members(viewer, group),
            "titles": titles,
            "starts": max(viewer.on, group.year.starts),
        },
        forms,
    )


urlpatterns = [
    path("setup/homerooms/", homerooms, name="setup_homerooms"),
    path("setup/homerooms/<int:homeroom_id>/", homeroom, name="setup_homeroom"),
    path("setup/subgroups/", subgroups, name="setup_subgroups"),
    path("setup/subgroups/<int:subgroup_id>/", subgroup, name="setup_subgroup"),
]
