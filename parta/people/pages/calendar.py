"""Set-up: the academic year with its terms and days off; the bells."""

import re
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
from parta.people.queries import calendars
from parta.people.setup import setup_page

BLANK_TERMS = 2
"""Empty lines offered below the terms."""


def overlaps(terms: list[Term], vacations: list[Vacation]) -> dict[int, str]:
    """Vacations that take teaching days of a term, by id: the names of those terms."""
    return {
        one.pk: ", ".join(term.title for term in terms if one.starts < term.until and term.starts < one.until)
        for one in vacations
        if one.kind == "vacation"
        and any(one.starts < term.until and term.starts < one.until for term in terms)
    }


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
        if posted.text("state") == "closed" and this_year().state != "closed":
            raise Refusal(
                "Год закрывают на странице «Смена года»: там видно, чего в нём не хватает.", "state"
            )
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
            named = posted.text(f"parent{line}") if f"parent{line}" in posted.data else None
            if named:
                found = re.fullmatch(r"([a-z_]{1,10}):([0-9]{1,2})", named)
                if not found:
                    raise Refusal("Выберите период из списка.", f"parent{line}")
                outer: tuple[str, int] | None = (found[1], int(found[2]))
            elif named == "" or parent is None or parent.kind == "year":
                outer = None
            else:
                outer = (parent.kind, parent.number)
            rows.append(
                organisation.TermRow(
                    kind,
                    number,
                    posted.text(f"title{line}"),
                    posted.date(f"starts{line}", "дата начала"),
                    posted.until(f"until{line}"),
                    outer,
                )
            )
        organisation.set_terms(
            year=this_year(), terms=rows, without_gaps=viewer.school.kind == "college", by=by, at=at
        )
        return "saved"

    def closing_order(posted: Posted) -> str:
        term = (
            Term.objects.filter(
                school_id=viewer.school.id, year=this_year(), pk=posted.id_or_none("row") or 0
            )
            .exclude(kind="year")
            .first()
        )
        if term is None:
            raise Http404
        organisation.set_closing_order(
            term=term,
            finals_from=posted.date_or_none("finals_from", "первый день"),
            finals_until=posted.until_or_none("finals_until"),
            order_number=posted.text("order_number"),
            order_date=posted.date_or_none("order_date", "дата приказа"),
            by=by,
            at=at,
        )
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
            "closing_order": closing_order,
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
    terms = list(
        Term.objects.filter(year=year)
        .exclude(kind="year")
        .select_related("parent")
        .order_by("kind", "number")
        if year
        else []
    )
    vacations = list(
        Vacation.objects.filter(year=year).select_related("homeroom").order_by("starts", "id") if year else []
    )
    return setup_page(
        request,
        "people/setup_calendar.html",
        {
            "years": years,
            "year": year,
            "terms": terms,
            "gaps": organisation.term_gaps(
                [
                    organisation.TermRow(one.kind, one.number, one.title, one.starts, one.until)
                    for one in terms
                ],
                [(one.starts, one.until) for one in vacations if one.homeroom_id is None],
                year.week_days if year else 5,
            ),
            "overlaps": overlaps(terms, vacations),
            "saved_terms": calendars.last_saved(viewer, calendars.TERMS),
            "saved_vacations": calendars.last_saved(viewer, calendars.VACATIONS),
            "blank_terms": BLANK_TERMS,
            "vacations": vacations,
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
        by, at = viewer.acting_as(), viewer.at
        with act(viewer.school.id, by=by, at=at):
            if posted.text("row"):
                schedule = BellSchedule.objects.filter(
                    school_id=viewer.school.id, pk=posted.id_or_none("row") or 0
                ).first()
                if schedule is None:
                    raise Http404
                organisation.rename_bells(schedule=schedule, title=posted.text("title"), by=by, at=at)
            organisation.set_bells(
                school_id=viewer.school.id,
                title=posted.text("title"),
                bells=rows,
                is_default=posted.is_ticked("is_default"),
                by=by,
                at=at,
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
