"""Substitutions of a day: who teaches instead, what is cancelled or moved."""

from datetime import date, timedelta

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import path
from django.views.decorators.http import require_http_methods

from parta.foundation.access import requires
from parta.people import queries as people
from parta.people.chrome import page
from parta.people.forms import Posted, carry_out, status
from parta.people.pages.persons import number_or_none
from parta.people.pages.setup import FORM, looking
from parta.timetable import actions, queries
from parta.timetable.models import Lesson
from parta.timetable.rules import flag_waits


def day_of(text: str, on: date) -> date:
    """The day an address names; today when it names none."""
    try:
        found = date.fromisoformat(text) if text else on
    except ValueError:
        return on
    return found if date(2000, 1, 1) <= found <= date(2100, 1, 1) else on


@require_http_methods(FORM)
@requires("timetable.substitute")
def substitutions(request: HttpRequest) -> HttpResponse:
    """The lessons of a day, of the school or of one absent teacher; one of them opened for a change."""
    viewer = looking(request)
    on = day_of(request.GET.get("date", ""), viewer.on)
    teacher_id = number_or_none(request.GET.get("teacher", ""))
    chosen_id = number_or_none(request.GET.get("lesson", ""))
    by, at = viewer.acting_as(), viewer.at

    def lesson(posted: Posted) -> Lesson:
        found = (
            Lesson.objects.filter(school_id=viewer.school.id, pk=posted.id_or_none("row") or 0)
            .select_related("journal__year", "journal__homeroom__bells")
            .first()
        )
        if found is None:
            raise Http404
        return found

    def substitute(posted: Posted) -> str:
        actions.substitute(
            lesson=lesson(posted),
            substitute_id=posted.id("substitute", "кто заменяет"),
            reason=posted.text("reason"),
            order_number=posted.text("order_number"),
            by=by,
            at=at,
        )
        return "substituted"

    def end(posted: Posted) -> str:
        actions.end_substitution(lesson=lesson(posted), by=by, at=at)
        return "removed"

    def cancel(posted: Posted) -> str:
        actions.cancel_lesson(lesson=lesson(posted), reason=posted.text("reason"), by=by, at=at)
        return "cancelled"

    def restore(posted: Posted) -> str:
        actions.restore_lesson(lesson=lesson(posted), by=by, at=at)
        return "restored"

    def move(posted: Posted) -> str:
        actions.move_lesson(
            lesson=lesson(posted),
            date=posted.date("date", "новая дата"),
            number=posted.whole("number", 0, 20, "номер урока"),
            reason=posted.text("reason"),
            by=by,
            at=at,
        )
        return "saved"

    forms = carry_out(
        request, {"substitute": substitute, "end": end, "cancel": cancel, "restore": restore, "move": move}
    )
    if isinstance(forms, HttpResponse):
        return forms
    lessons = queries.day(viewer, on, teacher_id)
    if forms.row and chosen_id is None:
        chosen_id = number_or_none(forms.row)
    chosen = next((line for line in lessons if line.id == chosen_id), None)
    held = Lesson.objects.filter(pk=chosen.id).first() if chosen else None
    return page(
        request,
        "timetable/substitutions.html",
        {
            "waits": flag_waits(held, at) if held else None,
            "forms": forms,
            "on": on,
            "earlier": on - timedelta(days=1),
            "later": on + timedelta(days=1),
            "today": viewer.on,
            "lessons": lessons,
            "teacher_id": teacher_id,
            "staff": people.staff_options(viewer, on),
            "chosen": chosen,
            "candidates": queries.staff_at(viewer, chosen) if chosen else [],
            "day": timedelta(days=1),
        },
        status=status(forms),
    )


urlpatterns = [path("substitutions/", substitutions, name="substitutions")]
