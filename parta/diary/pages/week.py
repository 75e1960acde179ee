"""The diary of a student, for the student and the family: a week, or the marks of a period."""

from collections.abc import Sequence
from datetime import date, timedelta
from functools import lru_cache

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import path, reverse
from django.views.decorators.http import require_safe
from markupsafe import Markup, escape

from parta.diary import access  # noqa: F401  (declares the permission named below)
from parta.diary.actions import looks
from parta.diary.pages.eyes import eyes, with_family_eyes
from parta.diary.queries import MarkShown, NotFound, WeekPage, marks_page, week_page
from parta.diary.queries.news import around_week
from parta.foundation.access import requires
from parta.foundation.language import forms, now, say
from parta.foundation.pagekit import (
    NBSP,
    capital,
    hm,
    minutes_words,
    plural,
    ru_date,
    small,
    weekday,
    weekday_on,
)
from parta.people.chrome import page

LOW = ' class="low"'


@require_safe
@requires("diary")
def diary(request: HttpRequest) -> HttpResponse:
    """The diary of oneself, or of the family's first child."""
    return _diary(request, None)


@require_safe
@requires("diary.of")
@with_family_eyes
def diary_of(request: HttpRequest, student_id: int) -> HttpResponse:
    """The diary of a student."""
    return _diary(request, student_id)


def _diary(request: HttpRequest, student_id: int | None) -> HttpResponse:
    """A week (`?week=2026-10-12`), or with `?view=marks` all marks of a period (`&term=`)."""
    viewer = eyes(request)
    try:
        if request.GET.get("view") == "marks":
            marks = marks_page(viewer, student_id, _term(request))
            looks.note_look(viewer, marks.student.id)
            return page(
                request,
                "diary/marks.html",
                {
                    "shown": marks,
                    "rows": [(subject, _row(subject.marks)) for subject in marks.subjects],
                    "address": address,
                    "onlooker": viewer.is_onlooker,
                    "subject_at": subject_at,
                },
            )
        shown = week_page(viewer, student_id, _week(request))
    except NotFound:
        raise Http404 from None
    looks.note_look(viewer, shown.student.id)
    around = around_week(viewer, shown.student.id, shown.monday)
    context = {
        "shown": shown,
        "before": shown.monday - timedelta(days=7),
        "after": shown.monday + timedelta(days=7),
        "last": shown.days[-1].date if shown.days else shown.monday,
        "answers": _answers(shown, viewer.on),
        "address": address,
        "onlooker": viewer.is_onlooker,
        "around": around,
        "events": {day.date: [one for one in around.events if one.on == day.date] for day in shown.days},
        "later": [one for one in around.events if not shown.days or one.on > shown.days[-1].date],
        "may_sign": looks.is_guardian(viewer, shown.student.id) and shown.monday <= viewer.on,
        "signed": next((one for one in around.seen if one.guardian_id == viewer.person_id), None),
        "nav_badges": {"announcements": around.unread},
    }
    return page(request, "diary/week.html", context)


@lru_cache(maxsize=4096)
def address(student_id: int) -> str:
    """The diary of a student."""
    return reverse("diary_of", args=[student_id])


@lru_cache(maxsize=4096)
def subject_at(student_id: int, subject_id: int) -> str:
    """The page of a subject of a student."""
    return reverse("diary_subject", args=[student_id, subject_id])


@lru_cache(maxsize=4096)
def _when(day: str, work: str, language: str) -> tuple[str, str]:
    """The tip of a mark up to its comment, and the short date under it, in the language spoken now."""
    return f"{ru_date(date.fromisoformat(day))}, {escape(work.lower())}", f"{day[8:]}.{day[5:7]}"


def _row(marks: Sequence[MarkShown]) -> Markup:
    """A subject's marks as cells. Joined here: a period has hundreds, and a template is five times slower."""
    cells = []
    language = now()
    for day, value, first, work, comment, is_low, _ in marks:
        tip, under = _when(day, work, language)
        if comment:
            tip += f": {escape(comment)}"
        shown = (
            f"<s>{escape(first)}</s>{escape(value)}" if first else value if value.isalnum() else escape(value)
        )
        cells.append(
            f'<span title="{tip}"><b{LOW if is_low else ""}>{shown}</b><small>{under}</small></span>'
        )
    return Markup("".join(cells))  # every text of a person went through escape


def _week(request: HttpRequest) -> date | None:
    try:
        asked = date.fromisoformat(request.GET.get("week", ""))
    except ValueError:
        return None
    return asked if 2000 <= asked.year <= 2100 else None


def _term(request: HttpRequest) -> int | None:
    asked = request.GET.get("term", "")
    return int(asked) if asked.isascii() and asked.isdigit() and len(asked) < 16 else None


def _answers(shown: WeekPage, on: date) -> list[tuple[str, str, str, bool]]:
    """Three answers before anything else: today, the next day of school, what is to be done for it.

    Each is a title, a sentence, a smaller one and whether it is marked.
    """
    if not shown.is_current:
        return []
    answers = [_today(shown)]
    day = shown.ahead
    if day is None:
        return answers
    name = weekday(day.date)
    tomorrow = (day.date - on).days == 1
    held = [lesson for lesson in day.lessons if not lesson.is_off]
    checks = [f"{lesson.check}: {small(lesson.subject)}" for lesson in held if lesson.check]
    changes = [f"{lesson.subject}: {small(lesson.change)}" for lesson in day.lessons if lesson.change]
    hours = sum(one.hours for one in held)
    counted = forms("урок", "урока", "уроков") if hours == len(held) else forms("час", "часа", "часов")
    span = f"{plural(hours, *counted)}, {hm(held[0].starts)}–{hm(held[-1].ends)}"
    title = say("Завтра, {name}", name=name) if tomorrow else capital(name)
    answers.append(
        (
            title,
            f"{'. '.join(checks)}." if checks else f"{span}.",
            _sentences(changes),
            bool(checks or changes),
        )
    )
    tasks = day.tasks
    when = say("завтра") if tomorrow else weekday_on(day.date)
    if tasks:
        subjects = list(dict.fromkeys(subject for subject, _ in tasks))
        minutes = sum(task.minutes or 0 for _, task in tasks)
        length = f", {_length(minutes)}" if minutes else ""
        sentence = f"{plural(len(subjects), 'предмет', 'предмета', 'предметов')}{length}."
        answers.append(
            (say("Домашние задания на {when}", when=when), sentence, f"{', '.join(subjects)}.", False)
        )
    else:
        answers.append((say("Домашние задания на {when}", when=when), say("Пока не записаны."), "", False))
    return answers


def _today(shown: WeekPage) -> tuple[str, str, str, bool]:
    day = shown.today
    if day is None or not day.lessons:
        return (say("Сегодня"), say("Уроков нет."), "", False)
    name = weekday(day.date)
    marks = [f"{mark.value}{NBSP}({small(subject)})" for subject, mark in day.marks]
    away = [f"{lesson.subject}: {lesson.absence}" for lesson in day.lessons if lesson.absence]
    notes = [f"{note.kind}: {small(note.subject)}" for note in day.notes]
    if marks:
        sentence = f"{say('Отметка') if len(marks) == 1 else say('Отметки')}: {', '.join(marks)}."
    else:
        sentence = say("Отметок пока нет.")
    return (say("Сегодня, {name}", name=name), sentence, _sentences([*away, *notes]), False)


def _sentences(parts: list[str]) -> str:
    return f"{'. '.join(parts)}." if parts else ""


def _length(minutes: int) -> str:
    hours, rest = divmod(minutes, 60)
    if not hours:
        return say("около {time}", time=minutes_words(minutes))
    if not rest:
        return say("около {hours}\u00a0ч", hours=hours)
    return say("около {hours}\u00a0ч {time}", hours=hours, time=minutes_words(rest))


urlpatterns = [
    path("diary/", diary, name="diary"),
    path("diary/<int:student_id>/", diary_of, name="diary_of"),
]
