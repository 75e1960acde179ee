"""Set-up: the academic year with its terms and days off; the bells."""

from datetime import date, timedelta

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import path, reverse
from django.views.decorators.http import require_http_methods

from parta.foundation.access import requires
from parta.organisation import actions as organisation
from parta.organisation.acts import Refusal, act
from parta.organisation.models import AcademicYear, Bell, BellSchedule, Term, Vacation
from parta.people import queries
from parta.people.forms import Posted, carry_out
from parta.people.pages.setup import FORM, looking
from parta.people.setup import setup_page

BLANK_TERMS = 2
"""Empty lines offered below the terms."""


@require_http_methods(FORM)
@requires("setup")
def calendar(request: HttpRequest) -> HttpResponse:
    """Years, the terms and days off of one of them."""
    viewer = looking(request)
    years = list(AcademicYear.objects.filter(school_id=viewer.school.id).order_by("-starts"))
    chosen = request.GET.get("year", "")
    year = next((one for one in years if str(one.pk) == chosen), None) or queries.current_year(viewer)
    by, at = viewer.acting_as(), viewer.at

    def this_year() -> AcademicYear:
        if year is None:
            raise Refusal("Сначала откройте учебный год.", "")
        return year

    def open_year(posted: Posted) -> str:
        starts = posted.date("starts", "дата начала")
        kind = posted.text("kind")
        with act(viewer.school.id, by=by, at=at):
            made = organisation.open_year(
                school_id=viewer.school.id,
                title=posted.text("title"),
                starts=starts,
                until=posted.until("until"),
                week_days=posted.whole("week_days", 5, 7, "дней в неделе"),
                by=by,
                at=at,
            )
            if kind in ("quarter", "trimester", "half_year"):
                terms, vacations = organisation.standard_terms(starts, kind)
                organisation.set_terms(year=made, terms=terms, by=by, at=at)
                organisation.bulk_vacations(year=made, rows=vacations, by=by, at=at)
        return f"{reverse('setup_calendar')}?year={made.pk}&done=added"

    def save_year(posted: Posted) -> str:
        organisation.change_year(
            year=this_year(),
            starts=posted.date("starts", "дата начала"),
            until=posted.until("until"),
            week_days=posted.whole("week_days", 5, 7, "дней в неделе"),
            state=posted.text("state"),
            by=by,
            at=at,
        )
        return "saved"

    def save_terms(posted: Posted) -> str:
        known = {(term.kind, term.number): term.parent for term in Term.objects.filter(year=this_year())}
        rows = []
        for line in range(posted.whole("lines", 0, 60, "число строк")):
            if not posted.text(f"title{line}"):
                continue
            kind, number = posted.text(f"kind{line}"), posted.whole(f"number{line}", 1, 40, "номер")
            parent = known.get((kind, number))
            rows.append(
                organisation.TermRow(
                    kind,
                    number,
                    posted.text(f"title{line}"),
                    posted.date(f"starts{line}", "дата начала"),
                    posted.until(f"until{line}"),
                    (parent.kind, parent.number) if parent is not None and parent.kind != "year" else None,
                )
            )
        organisation.set_terms(year=this_year(), terms=rows, by=by, at=at)
        return "saved"

    def add_vacation(posted: Posted) -> str:
        starts = posted.date("starts", "первый день")
        organisation.add_vacation(
            year=this_year(),
            kind=posted.text("kind"),
            title=posted.text("title"),
            starts=starts,
            until=posted.until_or_none("until") or starts + timedelta(days=1),
            homeroom_id=posted.id_or_none("homeroom"),
            by=by,
            at=at,
        )
        return "added"

    def the_vacation(posted: Posted) -> Vacation:
        found = Vacation.objects.filter(
            school_id=viewer.school.id, year=this_year(), pk=posted.id_or_none("row") or 0
        ).first()
        if found is None:
            raise Http404
        return found

    def save_vacation(posted: Posted) -> str:
        starts = posted.date("starts", "первый день")
        organisation.change_vacation(
            vacation=the_vacation(posted),
            kind=posted.text("kind"),
            title=posted.text("title"),
            starts=starts,
            until=posted.until_or_none("until") or starts + timedelta(days=1),
            by=by,
            at=at,
        )
        return "saved"

    def remove_vacation(posted: Posted) -> str:
        organisation.remove_vacation(vacation=the_vacation(posted), by=by, at=at)
        return "removed"

    forms = carry_out(
        request,
        {
            "open_year": open_year,
            "save_year": save_year,
            "save_terms": save_terms,
            "add_vacation": add_vacation,
            "save_vacation": save_vacation,
            "remove_vacation": remove_vacation,
        },
    )
    if isinstance(forms, HttpResponse):
        return forms
    next_year = (
        (years[0].starts.year + 1)
        if years
        else (viewer.on.year if viewer.on.month > 5 else viewer.on.year - 1)
    )
    return setup_page(
        request,
        "people/setup_calendar.html",
        {
            "years": years,
            "year": year,
            "terms": list(
                Term.objects.filter(year=year).exclude(kind="year").order_by("kind", "number") if year else []
            ),
            "blank_terms": BLANK_TERMS,
            "vacations": list(
                Vacation.objects.filter(year=year).select_related("homeroom").order_by("starts", "id")
                if year
                else []
            ),
            "term_kinds": Term.KINDS[1:],
            "vacation_kinds": Vacation.KINDS,
            "states": AcademicYear.STATES,
            "homerooms": queries.homeroom_options(viewer, year),
            "new_title": f"{next_year}/{next_year + 1}",
            "new_starts": date(next_year, 9, 1),
            "new_last": date(next_year + 1, 8, 31),
        },
        forms,
    )


@require_http_methods(FORM)
@requires("setup")
def bells(request: HttpRequest) -> HttpResponse:
    """Bell schedules: view, edit, add."""
    viewer = looking(request)

    def save(posted: Posted) -> str:
        rows = []
        for line in range(posted.whole("lines", 1, 25, "число строк")):
            if posted.text(f"starts{line}") or posted.text(f"ends{line}"):
                rows.append(
                    (
                        posted.whole(f"number{line}", 0, 20, "номер урока"),
                        posted.time(f"starts{line}"),
                        posted.time(f"ends{line}"),
                    )
                )
        organisation.set_bells(
            school_id=viewer.school.id,
            title=posted.text("title"),
            bells=rows,
            is_default=posted.is_ticked("is_default"),
            by=viewer.acting_as(),
            at=viewer.at,
        )
        return "saved"

    forms = carry_out(request, {"save": save})
    if isinstance(forms, HttpResponse):
        return forms
    schedules = list(BellSchedule.objects.filter(school_id=viewer.school.id).order_by("-is_default", "title"))
    by_schedule: dict[int, list[Bell]] = {schedule.pk: [] for schedule in schedules}
    for bell in Bell.objects.filter(schedule__school_id=viewer.school.id).order_by("number"):
        by_schedule[bell.schedule_id].append(bell)
    return setup_page(
        request,
        "people/setup_bells.html",
        {"schedules": [(schedule, by_schedule[schedule.pk]) for schedule in schedules]},
        forms,
    )


urlpatterns = [
    path("setup/calendar/", calendar, name="setup_calendar"),
    path("setup/bells/", bells, name="setup_bells"),
]
