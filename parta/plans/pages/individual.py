"""Set-up: students on individual plans, the lines of each, what is taught apart and by whom."""

from decimal import Decimal

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import path, reverse
from django.views.decorators.http import require_http_methods

from parta.foundation import sql
from parta.foundation.access import requires
from parta.foundation.pagekit import plural
from parta.organisation.acts import Refusal
from parta.organisation.models import Subject
from parta.organisation.words import class_title
from parta.people import queries as people
from parta.people.forms import Posted, carry_out
from parta.people.models import Person
from parta.people.pages.setup import FORM, looking
from parta.people.setup import Progress, section, setup_page
from parta.people.viewer import Viewer
from parta.plans import actions
from parta.plans.actions import IndividualRow
from parta.plans.models import CurriculumHours, IndividualPlan
from parta.plans.pages.curriculum import BLANK, WEEKS
from parta.plans.queries.individual import individual_plans


def _students(viewer: Viewer) -> list[tuple[int, str]]:
    """Students with a place today, by class and name. One statement."""
    return [
        (id, f"{' '.join(part for part in name if part)}, {class_title(title)}")
        for id, title, *name in sql.read(
            "SELECT p.id, h.title, p.surname, p.given_name, p.patronymic FROM people_enrolment e"
            " JOIN people_person p ON p.id = e.student_id JOIN organisation_homeroom h ON h.id = e.homeroom_id"
            " WHERE e.school_id = %s AND e.starts <= %s AND (e.until IS NULL OR e.until > %s)"
            " ORDER BY COALESCE(h.grade, 99), h.title, p.surname, p.given_name, p.id",
            (viewer.school.id, viewer.on, viewer.on),
        )
    ]


@require_http_methods(FORM)
@requires("setup")
def individual(request: HttpRequest) -> HttpResponse:
    """Who is on a plan of their own; put a student on one."""
    viewer = looking(request)
    year = people.current_year(viewer)

    def start(posted: Posted) -> str:
        if year is None:
            raise Refusal("Сначала откройте учебный год.", "")
        student = Person.objects.filter(school_id=viewer.school.id, pk=posted.id("student", "ученик")).first()
        if student is None:
            raise Refusal("Выберите значение из списка.", "student")
        plan = actions.start_individual_plan(
            student=student,
            year=year,
            starts=posted.date("starts", "дата начала плана"),
            until=posted.until_or_none("until", "дата окончания плана"),
            order_number=posted.text("order_number"),
            order_date=posted.date("order_date", "дата приказа"),
            ground=posted.text("ground"),
            by=viewer.acting_as(),
            at=viewer.at,
        )
        return reverse("setup_individual_plan", args=(plan.pk,)) + "?done=added"

    forms = carry_out(request, {"start": start})
    if isinstance(forms, HttpResponse):
        return forms
    return setup_page(
        request,
        "plans/setup_individual.html",
        {
            "year": year,
            "plans": individual_plans(viewer, year),
            "students": _students(viewer),
            "on": viewer.on,
            "starts": max(viewer.on, year.starts) if year else viewer.on,
        },
        forms,
    )


def _rows(posted: Posted) -> list[IndividualRow]:
    """The lines of the form; an emptied one goes. Raises Refusal with the field."""
    rows: list[IndividualRow] = []
    for number in range(posted.whole("lines", 0, 120, "число строк")):
        subject_id = posted.id_or_none(f"subject{number}")
        if subject_id is None or not posted.text(f"weekly{number}"):
            continue
        if any(row.subject_id == subject_id for row in rows):
            raise Refusal("Предмет указан дважды.", f"subject{number}")
        weekly = posted.number(f"weekly{number}", "часов в неделю")
        yearly = posted.whole_or_none(f"yearly{number}", 0, 2500, "часов в год")
        rows.append(
            IndividualRow(
                subject_id,
                weekly,
                int(weekly * Decimal(WEEKS)) if yearly is None else yearly,
                posted.text(f"control{number}"),
                posted.is_ticked(f"apart{number}"),
            )
        )
    return rows


@require_http_methods(FORM)
@requires("setup")
def individual_plan(request: HttpRequest, plan_id: int) -> HttpResponse:
    """A plan: its lines to edit, the journals of what is taught apart; its end."""
    viewer = looking(request)
    plan = (
        IndividualPlan.objects.filter(school_id=viewer.school.id, pk=plan_id)
        .select_related("year", "homeroom", "subgroup", "student")
        .first()
    )
    if plan is None:
        raise Http404
    by, at = viewer.acting_as(), viewer.at

    def save(posted: Posted) -> str:
        actions.set_individual_lines(plan=plan, rows=_rows(posted), by=by, at=at)
        return "saved"

    def end(posted: Posted) -> str:
        actions.end_individual_plan(
            plan=plan, until=posted.until("until", "дата окончания плана"), by=by, at=at
        )
        return "ended"

    forms = carry_out(request, {"save": save, "end": end})
    if isinstance(forms, HttpResponse):
        return forms
    (shown,) = individual_plans(viewer, plan.year, plan_id=plan_id)
    return setup_page(
        request,
        "plans/setup_individual_plan.html",
        {
            "plan": shown,
            "year": plan.year,
            "blank": BLANK,
            "subjects": list(
                Subject.objects.filter(school_id=viewer.school.id)
                .order_by("position", "title")
                .values_list("id", "title")
            ),
            "controls": CurriculumHours.CONTROLS,
            "is_over": plan.until is not None and plan.until <= viewer.on,
        },
        forms,
    )


def _progress(viewer: Viewer) -> Progress:
    plans = individual_plans(viewer, people.current_year(viewer))
    lacking = [plan for plan in plans if plan.lacks]
    if not plans:
        return Progress("Никто не учится по индивидуальному плану.")
    says = f"{plural(len(plans), 'план', 'плана', 'планов')}."
    if lacking:
        says += f" Не хватает: {'; '.join(f'{plan.homeroom}, {plan.title}' for plan in lacking[:3])}."
    return Progress(
        says,
        plural(len(plans), "план", "плана", "планов"),
        bool(lacking),
        len(plans) - len(lacking),
        len(plans),
    )


section(
    "individual",
    "Индивидуальные планы",
    "setup_individual",
    position=67,
    about="Кто учится по своему плану (ИУП): приказ, срок, часы, отдельные занятия.",
    progress=_progress,
)

urlpatterns = [
    path("setup/individual/", individual, name="setup_individual"),
    path("setup/individual/<int:plan_id>/", individual_plan, name="setup_individual_plan"),
]
