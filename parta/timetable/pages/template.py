"""Set-up: the weekly template of each class as one editable table, and the lessons made from it."""

import re
from collections import defaultdict
from datetime import timedelta

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import path
from django.views.decorators.http import require_http_methods

from parta.foundation import sql
from parta.foundation.access import requires
from parta.foundation.pagekit import WEEKDAYS, plural
from parta.organisation.acts import Refusal, act
from parta.organisation.models import Homeroom
from parta.organisation.words import class_title
from parta.people import queries as people
from parta.people.forms import Posted, carry_out
from parta.people.pages.setup import FORM, looking
from parta.people.setup import Progress, section, setup_page
from parta.people.viewer import Viewer
from parta.plans.approvals import asked_of_school
from parta.timetable import actions, queries
from parta.timetable.actions import SlotRow

WEEK_MARKS = {0: "", 1: " /1", 2: " /2"}
_HOURS = re.compile(r"(.*?)(?:\s*[×xх*]\s*(\d{1,2})|[,\s]\s*(\d{1,2})\s*ч\.?)")


@require_http_methods(FORM)
@requires("setup")
def templates(request: HttpRequest) -> HttpResponse:
    """All classes and how full their templates are; make the lessons of the school."""
    viewer = looking(request)
    year = people.current_year(viewer)

    def generate(posted: Posted) -> str:
        if year is None:
            raise Refusal("Сначала откройте учебный год.", "")
        made = actions.generate_lessons(
            year=year,
            since=posted.date("since", "первый день"),
            until=year.until,
            by=viewer.acting_as(),
            at=viewer.at,
        )
        if made.waiting and not (made.added or made.changed or made.removed):
            wanted = asked_of_school(year, viewer.on, "timetable")
            raise Refusal(
                f"Сетка — проект: уроки появятся, когда её утвердят{wanted.law.brackets}.",
                "since",
            )
        return "generated"

    forms = carry_out(request, {"generate": generate})
    if isinstance(forms, HttpResponse):
        return forms
    on = max(viewer.on, year.starts) if year else viewer.on
    return setup_page(
        request,
        "timetable/setup_templates.html",
        {
            "year": year,
            "lines": queries.templates(viewer, year),
            "clashes": queries.clashes(viewer, year, on),
            "weekdays": WEEKDAYS,
            "since": on,
        },
        forms,
    )


def _journals(viewer: Viewer, homeroom_id: int) -> dict[int, str]:
    """The journals taught in a class under the words the table uses: «Английский язык, 1-я гр.»."""
    rows = sql.read(
        "SELECT j.id, s.title, COALESCE(g.short, '') FROM plans_journal j"
        " JOIN organisation_subject s ON s.id = j.subject_id LEFT JOIN organisation_subgroup g ON g.id = j.subgroup_id"
        f" WHERE j.school_id = %s AND {queries.OF_HOMEROOM} ORDER BY s.position, s.title, g.short, j.id",
        (viewer.school.id, homeroom_id, homeroom_id),
    )
    words: dict[int, str] = {}
    taken: set[str] = set()
    for id, subject, group in rows:
        word = f"{subject}, {group}" if group else subject
        while word.lower() in taken:
            word += " *"
        taken.add(word.lower())
        words[id] = word
    return words


def read_cell(text: str, journals: dict[str, int]) -> tuple[int, int, int] | None:
    """Journal, week and hours of a cell. None for an empty cell.

    «Математика»; «Математика /1» in odd weeks; «Учебная практика × 6» takes six hours in a row (6 ч is understood too).
    """
    found = re.fullmatch(r"(.*?)\s*(?:/\s*([12]))?", " ".join(text.split()))
    word, hours = (found[1].lower(), 1) if found else ("", 1)
    if not word:
        return None
    if word not in journals and (said := _HOURS.fullmatch(word)):
        word, hours = said[1], int(said[2] or said[3])
    if word not in journals:
        raise Refusal(f"Журнал «{text[:60]}» у этого класса нет: выберите из подсказки.", "cells")
    return journals[word], int(found[2] or 0) if found else 0, hours


@require_http_methods(FORM)
@requires("setup")
def template(request: HttpRequest, homeroom_id: int) -> HttpResponse:
    """The week of a class: a journal and a room in each place; from which day on."""
    viewer = looking(request)
    room = Homeroom.objects.filter(school_id=viewer.school.id, pk=homeroom_id).select_related("year").first()
    if room is None:
        raise Http404
    year = room.year
    on = min(max(viewer.on, year.starts), year.until - timedelta(days=1))
    journals = _journals(viewer, homeroom_id)
    rooms = dict(queries.room_options(viewer))
    now = queries.slots(viewer, homeroom_id, on)
    cells: dict[tuple[int, int], list[queries.SlotLine]] = defaultdict(list)
    for slot in now:
        cells[slot.weekday, slot.number].append(slot)
    depth = max([2, *(len(places) for places in cells.values())])

    def save(posted: Posted) -> str:
        words = {word.lower(): id for id, word in journals.items()}
        by_title = {title.lower(): id for id, title in rooms.items()}
        teachers = {(s.journal_id, s.weekday, s.number, s.week): s.teacher_id for s in now}
        rows = []
        for name in posted.data:
            place = re.fullmatch(r"j([1-7])_([0-9]{1,2})_([0-9])", name)
            if not place:
                continue
            weekday, number = int(place[1]), int(place[2])
            try:
                cell = read_cell(posted.text(name), words)
            except Refusal as refusal:
                raise Refusal(
                    f"{WEEKDAYS[weekday - 1].capitalize()}, {number}-й урок. {refusal}", name
                ) from None
            if cell is None:
                continue
            title = posted.text("r" + name[1:])
            if title and title.lower() not in by_title:
                raise Refusal(
                    f"{WEEKDAYS[weekday - 1].capitalize()}, {number}-й урок. Кабинета «{title[:40]}» в школе нет.",
                    "r" + name[1:],
                )
            rows.append(
                SlotRow(
                    cell[0],
                    weekday,
                    number,
                    cell[1],
                    by_title[title.lower()] if title else None,
                    teachers.get((cell[0], weekday, number, cell[1])),
                    cell[2],
                )
            )
        starts = posted.date("starts", "дата")
        by, at = viewer.acting_as(), viewer.at
        with act(viewer.school.id, by=by, at=at):
            before = set(queries.clashes(viewer, year, starts))
            actions.set_slots(year=year, rows=rows, starts=starts, journal_ids=set(journals), by=by, at=at)
            made = [one for one in queries.clashes(viewer, year, starts) if one not in before]
            if made and not posted.is_ticked("clash"):
                one = made[0]
                raise Refusal(
                    f"Накладка: {one.what}, {WEEKDAYS[one.weekday - 1]}, {one.number}-й урок:"
                    f" {one.first} и {one.second}."
                    + (f" Всего накладок: {len(made)}." if len(made) > 1 else "")
                    + " Переставьте урок или подтвердите, что так и нужно.",
                    "clash",
                )
            if posted.is_ticked("generate"):
                made_of = actions.generate_lessons(
                    year=year, since=starts, until=year.until, journal_ids=set(journals), by=by, at=at
                )
                if made_of.waiting:
                    return "drafted"
        return "saved"

    forms = carry_out(request, {"save": save})
    if isinstance(forms, HttpResponse):
        return forms
    bells = queries.bell_times(viewer, homeroom_id)
    last_day = max([5, *(slot.weekday for slot in now), year.week_days])
    return setup_page(
        request,
        "timetable/setup_template.html",
        {
            "room": room,
            "title": class_title(room.title),
            "journals": journals,
            "rooms": sorted(rooms.values()),
            "bells": bells,
            "weekdays": list(enumerate(WEEKDAYS[:last_day], 1)),
            "depth": depth,
            "cells": {
                f"j{weekday}_{number}_{n}": (
                    journals.get(s.journal_id, "")
                    + (f" × {s.hours}" if s.hours > 1 else "")
                    + WEEK_MARKS[s.week],
                    s.room,
                )
                for (weekday, number), places in cells.items()
                for n, s in enumerate(places)
            },
            "starts": on,
            "clashes": [
                clash
                for clash in queries.clashes(viewer, year, on)
                if clash.first.startswith(f"{class_title(room.title)} ")
                or clash.second.startswith(f"{class_title(room.title)} ")
            ],
            "weekday_names": WEEKDAYS,
        },
        forms,
    )


def _progress(viewer: Viewer) -> Progress:
    year = people.current_year(viewer)
    lines = queries.templates(viewer, year)
    empty = [line.title for line in lines if not line.slots]
    without = sum(
        1 for line in lines if line.slots and (line.last_lesson is None or line.last_lesson < viewer.on)
    )
    says = f"Сетка составлена у {plural(len(lines) - len(empty), 'класса', 'классов', 'классов')} из {len(lines)}."
    if without:
        says += f" Уроки не созданы: {plural(without, 'класс', 'класса', 'классов')}."
    total = sum(line.slots for line in lines)
    return Progress(
        says,
        f"{plural(total, 'урок', 'урока', 'уроков')} в неделю",
        bool(empty) or bool(without) or not lines,
        len(lines) - len(empty),
        len(lines),
    )


section(
    "timetable",
    "Расписание",
    "setup_templates",
    position=78,
    about="Недельная сетка каждого класса и уроки по ней.",
    progress=_progress,
)

urlpatterns = [
    path("setup/timetable/", templates, name="setup_templates"),
    path("setup/timetable/<int:homeroom_id>/", template, name="setup_template"),
]
