"""The overview of the set-up and the school's own words."""

from typing import cast

from django.http import HttpRequest, HttpResponse
from django.urls import path, reverse
from django.views.decorators.http import require_http_methods

from parta.foundation import sql
from parta.foundation.access import requires
from parta.foundation.pagekit import number, plural, ru_date
from parta.organisation.actions import change_school
from parta.organisation.models import School
from parta.people import queries
from parta.people.forms import Posted, carry_out
from parta.people.queries import calendars
from parta.people.setup import SECTIONS, Progress, section, setup_page
from parta.people.viewer import Viewer

FORM = ["GET", "HEAD", "POST"]


def looking(request: HttpRequest) -> Viewer:
    """The viewer of a page that `requires` has let in."""
    return cast(Viewer, request.viewer)  # type: ignore[attr-defined]


@require_http_methods(FORM)
@requires("setup")
def overview(request: HttpRequest) -> HttpResponse:
    """How far the school's set-up is, section by section, and what the school is called."""
    viewer = looking(request)

    def save(posted: Posted) -> str:
        change_school(
            school_id=viewer.school.id,
            name=posted.text("name"),
            short_name=posted.text("short_name"),
            timezone=posted.text("timezone"),
            by=viewer.acting_as(),
            at=viewer.at,
        )
        return "saved"

    forms = carry_out(request, {"school": save})
    if isinstance(forms, HttpResponse):
        return forms
    steps = [
        (one, reverse(one.url_name), one.progress(viewer) if one.progress else Progress(one.about))
        for one in SECTIONS
    ]
    return setup_page(
        request,
        "people/setup.html",
        {
            "steps": steps,
            "school": School.objects.get(pk=viewer.school.id),
            "year": queries.current_year(viewer),
            "missing": sum(step[2].is_missing for step in steps),
        },
        forms,
    )


def _people(viewer: Viewer) -> Progress:
    ((everybody, accounts, staff),) = sql.read(
        "SELECT (SELECT COUNT(*) FROM people_person WHERE school_id = %s),"
        " (SELECT COUNT(*) FROM people_person WHERE school_id = %s AND user_id IS NOT NULL),"
        " (SELECT COUNT(DISTINCT person_id) FROM people_role WHERE school_id = %s AND starts <= %s"
        "  AND (until IS NULL OR until > %s))",
        (viewer.school.id, viewer.school.id, viewer.school.id, viewer.on, viewer.on),
    )
    return Progress(
        f"{plural(staff, 'сотрудник', 'сотрудника', 'сотрудников')} с действующей ролью;"
        f" учётные записи есть у {number(accounts)} из {number(everybody)}.",
        plural(everybody, "человек", "человека", "человек"),
        staff == 0,
        accounts,
        everybody,
    )


def _homerooms(viewer: Viewer) -> Progress:
    year = queries.current_year(viewer)
    if year is None:
        return Progress("Сначала откройте учебный год.", is_missing=True)
    lines = queries.homerooms(viewer, year)
    bare = [line.title for line in lines if not line.teacher]
    empty = [line.title for line in lines if not line.students]
    says = f"{plural(sum(line.students for line in lines), 'ученик', 'ученика', 'учеников')} в {year.title} году."
    if bare:
        says += f" Без классного руководителя: {', '.join(bare[:5])}{' и ещё' if len(bare) > 5 else ''}."
    if empty:
        says += f" Пустые: {', '.join(empty[:5])}."
    return Progress(
        says,
        plural(len(lines), "класс", "класса", "классов"),
        not lines or bool(bare) or bool(empty),
        len(lines) - len(bare),
        len(lines),
    )


def _subgroups(viewer: Viewer) -> Progress:
    ((groups, members),) = sql.read(
        "SELECT (SELECT COUNT(*) FROM organisation_subgroup WHERE school_id = %s),"
        " (SELECT COUNT(DISTINCT student_id) FROM people_subgroupmembership WHERE school_id = %s AND starts <= %s"
        "  AND (until IS NULL OR until > %s))",
        (viewer.school.id, viewer.school.id, viewer.on, viewer.on),
    )
    return Progress(
        f"{plural(members, 'ученик распределён', 'ученика распределены', 'учеников распределены')} по подгруппам.",
        plural(groups, "подгруппа", "подгруппы", "подгрупп"),
    )


def _calendar(viewer: Viewer) -> Progress:
    year = queries.current_year(viewer)
    if year is None:
        return Progress("Ни один учебный год не открыт.", is_missing=True)
    ((terms, vacations),) = sql.read(
        "SELECT (SELECT COUNT(*) FROM organisation_term WHERE year_id = %s AND kind <> 'year'),"
        " (SELECT COUNT(*) FROM organisation_vacation WHERE year_id = %s)",
        (year.pk, year.pk),
    )
    saved = calendars.last_saved(viewer, calendars.TERMS + calendars.VACATIONS)
    return Progress(
        f"{year.title}: {plural(terms, 'учебный период', 'учебных периода', 'учебных периодов')},"
        f" {plural(vacations, 'запись', 'записи', 'записей')} о каникулах и праздниках."
        + (f" Последнее изменение: {saved.name}, {ru_date(saved.at.date())}." if saved else ""),
        year.title,
        terms == 0,
    )


def _bells(viewer: Viewer) -> Progress:
    ((schedules, bells),) = sql.read(
        "SELECT COUNT(DISTINCT s.id), COUNT(b.id) FROM organisation_bellschedule s"
        " LEFT JOIN organisation_bell b ON b.schedule_id = s.id WHERE s.school_id = %s",
        (viewer.school.id,),
    )
    return Progress(
        f"{plural(schedules, 'расписание', 'расписания', 'расписаний')} звонков.",
        plural(bells, "звонок", "звонка", "звонков"),
        bells == 0,
    )


def _lists(viewer: Viewer) -> Progress:
    ((subjects, rooms, scales, kinds),) = sql.read(
        "SELECT (SELECT COUNT(*) FROM organisation_subject WHERE school_id = %s),"
        " (SELECT COUNT(*) FROM organisation_room WHERE school_id = %s),"
        " (SELECT COUNT(*) FROM organisation_markscale WHERE school_id = %s),"
        " (SELECT COUNT(*) FROM organisation_workkind WHERE school_id = %s)",
        [viewer.school.id] * 4,
    )
    return Progress(
        f"{plural(rooms, 'кабинет', 'кабинета', 'кабинетов')}, {plural(scales, 'шкала', 'шкалы', 'шкал')},"
        f" {plural(kinds, 'вид работы', 'вида работ', 'видов работ')}.",
        plural(subjects, "предмет", "предмета", "предметов"),
        subjects == 0,
    )


section(
    "calendar",
    "Учебный год",
    "setup_calendar",
    position=10,
    about="Учебный год, четверти, каникулы и праздники.",
    progress=_calendar,
)
section("bells", "Звонки", "setup_bells", position=20, about="Начало и конец уроков.", progress=_bells)
section(
    "lists",
    "Справочники",
    "setup_lists",
    position=30,
    about="Предметы, кабинеты, кафедры, шкалы и виды работ.",
    progress=_lists,
)
section(
    "people",
    "Люди",
    "setup_people",
    position=40,
    about="Сотрудники, ученики, представители, их роли и учётные записи.",
    progress=_people,
)
section(
    "homerooms",
    "Классы",
    "setup_homerooms",
    position=50,
    about="Классы и их состав.",
    progress=_homerooms,
)
section(
    "subgroups",
    "Подгруппы",
    "setup_subgroups",
    position=60,
    about="Деление классов на подгруппы.",
    progress=_subgroups,
)

urlpatterns = [path("setup/", overview, name="setup")]
