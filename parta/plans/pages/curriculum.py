"""Set-up: the curriculum by grades and classes, beside journals, load and timetable."""

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import path
from django.views.decorators.http import require_http_methods

from parta.foundation.access import requires
from parta.foundation.pagekit import plural
from parta.organisation.acts import Refusal, act
from parta.organisation.models import AcademicYear, Homeroom, Subject
from parta.people import queries as people
from parta.people.forms import Posted, carry_out
from parta.people.pages.persons import number_or_none
from parta.people.pages.setup import FORM, looking
from parta.people.setup import Progress, section, setup_page
from parta.people.viewer import Viewer
from parta.plans import actions
from parta.plans.actions import CurriculumRow
from parta.plans.models import CurriculumHours
from parta.plans.queries import curricula

BLANK = 3
"""Empty lines offered below the lines of a curriculum."""
WEEKS = 34
"""Weeks of a year, when only hours a week are given."""


def _lines(year: AcademicYear, grade: int | None, homeroom_id: int | None) -> list[CurriculumHours]:
    rows = CurriculumHours.objects.filter(year=year)
    rows = (
        rows.filter(homeroom=None, grade=grade)
        if homeroom_id is None
        else rows.filter(homeroom_id=homeroom_id)
    )
    return list(rows.select_related("subject").order_by("subject__position", "subject__title", "id"))


def save_lines(
    viewer: Viewer, year: AcademicYear, posted: Posted, *, grade: int | None, homeroom_id: int | None
) -> str:
    """Make the lines of a grade, or the own lines of a class, what the form says. An emptied line goes."""
    known = {line.subject_id: line for line in _lines(year, grade, homeroom_id)}
    rows: list[CurriculumRow] = []
    seen: set[int] = set()
    dropped: list[CurriculumHours] = []
    for number in range(posted.whole("lines", 0, 120, "число строк")):
        subject_id = posted.id_or_none(f"subject{number}")
        if subject_id is None:
            continue
        if subject_id in seen:
            raise Refusal("Предмет указан дважды.", f"subject{number}")
        seen.add(subject_id)
        if not posted.text(f"weekly{number}"):
            if subject_id in known:
                dropped.append(known[subject_id])
                continue
            raise Refusal("Не указано: часов в неделю.", f"weekly{number}")
        weekly = posted.number(f"weekly{number}", "часов в неделю")
        yearly = posted.whole_or_none(f"yearly{number}", 0, 2500, "часов в год")
        rows.append(
            CurriculumRow(
                subject_id,
                weekly,
                int(weekly * WEEKS) if yearly is None else yearly,
                known[subject_id].grade if subject_id in known else grade,
                homeroom_id,
                posted.text(f"control{number}"),
                posted.text(f"level{number}"),
            )
        )
    by, at = viewer.acting_as(), viewer.at
    with act(viewer.school.id, by=by, at=at):
        for line in dropped:
            actions.drop_curriculum_line(line=line, by=by, at=at)
        actions.set_curriculum(year=year, rows=rows, by=by, at=at)
    return "saved"


@require_http_methods(FORM)
@requires("setup")
def curriculum(request: HttpRequest) -> HttpResponse:
    """Hours by grades; a grade's lines to edit; classes whose curriculum is not carried out."""
    viewer = looking(request)
    year = people.current_year(viewer)
    grade = number_or_none(request.GET.get("grade", "") or request.POST.get("grade", ""))
    grade = grade if grade is not None and 1 <= grade <= 13 else None

    def save(posted: Posted) -> str:
        if year is None:
            raise Refusal("Сначала откройте учебный год.", "")
        where = posted.whole("grade", 1, 13, "параллель или курс")
        return save_lines(viewer, year, posted, grade=where, homeroom_id=None)

    forms = carry_out(request, {"save": save})
    if isinstance(forms, HttpResponse):
        return forms
    plans = curricula.class_plans(viewer, year)
    grades = sorted({plan.grade for plan in plans if plan.grade is not None})
    return setup_page(
        request,
        "plans/setup_curriculum.html",
        {
            "year": year,
            "table": curricula.by_grades(year),
            "plans": plans,
            "unbound": [plan for plan in plans if not plan.lines],
            "grade": grade,
            "grades": grades,
            "lines": _lines(year, grade, None) if year and grade is not None else [],
            "blank": BLANK,
            **_choices(viewer),
        },
        forms,
    )


def _choices(viewer: Viewer) -> dict[str, object]:
    return {
        "subjects": list(
            Subject.objects.filter(school_id=viewer.school.id)
            .order_by("position", "title")
            .values_list("id", "title")
        ),
        "controls": CurriculumHours.CONTROLS,
        "levels": CurriculumHours.LEVELS,
        "control_words": curricula.CONTROLS,
        "level_words": curricula.LEVELS,
    }


@require_http_methods(FORM)
@requires("setup")
def curriculum_class(request: HttpRequest, homeroom_id: int) -> HttpResponse:
    """The curriculum a class is bound to, line by line, with who teaches it; its own lines to edit."""
    viewer = looking(request)
    room = Homeroom.objects.filter(school_id=viewer.school.id, pk=homeroom_id).select_related("year").first()
    if room is None:
        raise Http404

    def save(posted: Posted) -> str:
        return save_lines(viewer, room.year, posted, grade=room.grade, homeroom_id=homeroom_id)

    forms = carry_out(request, {"save": save})
    if isinstance(forms, HttpResponse):
        return forms
    (plan,) = curricula.class_plans(viewer, room.year, homeroom_id=homeroom_id)
    return setup_page(
        request,
        "plans/setup_curriculum_class.html",
        {
            "year": room.year,
            "plan": plan,
            "lines": _lines(room.year, room.grade, homeroom_id),
            "blank": BLANK,
            **_choices(viewer),
        },
        forms,
    )


def _progress(viewer: Viewer) -> Progress:
    year = people.current_year(viewer)
    plans = curricula.class_plans(viewer, year)
    lines = [line for plan in plans for line in plan.lines]
    bare = [f"{line.subject.lower()} {plan.title}" for plan in plans for line in plan.bare]
    unbound = [plan.title for plan in plans if not plan.lines]
    controlled = sum(bool(line.control) for line in lines)
    says = f"{plural(len(lines), 'строка', 'строки', 'строк')} по классам; форма контроля указана у {controlled}."
    if unbound:
        says += f" Без учебного плана: {', '.join(unbound[:4])}{' и ещё' if len(unbound) > 4 else ''}."
    if bare:
        says += f" Без учителя: {', '.join(bare[:3])}{' и ещё' if len(bare) > 3 else ''}."
    return Progress(
        says,
        plural(len(plans) - len(unbound), "класс", "класса", "классов"),
        bool(bare),
        len(lines) - len(bare),
        len(lines),
    )


section(
    "curriculum",
    "Учебный план",
    "setup_curriculum",
    position=65,
    about="Часы предметов по классам и формы контроля.",
    progress=_progress,
)

urlpatterns = [
    path("setup/curriculum/", curriculum, name="setup_curriculum"),
    path("setup/curriculum/<int:homeroom_id>/", curriculum_class, name="setup_curriculum_class"),
]
