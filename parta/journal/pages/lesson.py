"""The page of a lesson: a thumb conducts it; without a script every tap is a form sent to the same address.

Both ways end in `actions.write`: the script sends JSON to `journal_write`, the form is turned into the same changes
here.
"""

import uuid
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.urls import path, reverse
from django.views.decorators.http import require_http_methods

from parta.foundation import clock
from parta.foundation.access import may, requires
from parta.foundation.pagekit import ru_date_num
from parta.journal import access  # noqa: F401  (declares the permissions named below)
from parta.journal.actions.changes import BadInput, read_changes
from parta.journal.actions.context import NotFound as WriteNotFound
from parta.journal.actions.write import Conflicted, RefusedWrite, write
from parta.journal.models import DiaryNote
from parta.journal.pages.write import refusal
from parta.journal.queries.lesson import LessonPage, NotFound, Pupil, lesson_page, limit_words
from parta.journal.queries.words import journal_name
from parta.people.actions import trace
from parta.people.chrome import page
from parta.people.viewer import Viewer

TABS = ("roll", "marks", "topic")
LATE_CHOICES = (3, 5, 10, 15, 20)
TIME_CHOICES = (10, 15, 25, 40, 60)
TONES = {"unknown": "amber", "late": "ink"}

Change = dict[str, Any]


@require_http_methods(["GET", "HEAD", "POST"])
@requires("journal.read")
def lesson(request: HttpRequest, lesson_id: int) -> HttpResponse:
    """Show the lesson; carry out what a form without a script sends."""
    viewer: Viewer = request.viewer  # type: ignore[attr-defined]
    try:
        shown = lesson_page(viewer, lesson_id)
    except NotFound:
        raise Http404 from None
    if request.method == "POST":
        return _written(request, viewer, shown)
    trace(viewer, "lesson", object_id=lesson_id)
    return _page(request, viewer, shown)


def _page(
    request: HttpRequest,
    viewer: Viewer,
    shown: LessonPage,
    fault: dict[str, Any] | None = None,
    status: int = 200,
) -> HttpResponse:
    tabs = [tab for tab in TABS if tab != "marks" or shown.symbols]
    asked = request.GET.get("tab", "")
    tab = asked if asked in tabs else tabs[0]
    works = {work.code: work for work in shown.works}
    work = works.get(request.GET.get("work", "")) or works.get(shown.work)
    chosen = _chosen(shown, request.GET.get("student", ""))
    zone = ZoneInfo(viewer.school.timezone)
    limits = {
        fact: (limit_words(limit, viewer.on, zone), limit.clauses[0].printed if limit.clauses else "")
        for fact, limit in shown.limits.items()
    }
    context = {
        "lesson": shown,
        "title": journal_name("", shown.subject, shown.group),
        "tab": tab,
        "tabs": tabs,
        "work": work,
        "chips": [
            item for n, item in enumerate(shown.works) if n < 3 or item.assessment is not None or item == work
        ],
        "chosen": chosen,
        "words": request.GET.get("words") == "1",
        "may_write": may(viewer, "journal.write") and (shown.teaches or shown.is_class_teacher),
        "settable": [code for code in shown.codes if code.may_set],
        "code_titles": {code.symbol: code.title for code in shown.codes},
        "tones": TONES,
        "late_choices": LATE_CHOICES,
        "time_choices": TIME_CHOICES,
        "kinds": DiaryNote.KINDS,
        "kind_titles": dict(DiaryNote.KINDS),
        "limits": limits,
        "minutes_left": _left(shown, viewer.at),
        "late_by": _late_by(shown, viewer.at),
        "fault": fault,
        "works_data": {
            item.code: [
                item.title,
                item.assessment,
                item.weight,
                item.must_be_whole,
                "" if item.finished_at is None else ru_date_num(item.finished_at.astimezone(zone).date()),
            ]
            for item in shown.works
        },
        "scale_data": {symbol: [passes, worth] for symbol, passes, worth in shown.symbols},
        "cells": {
            pupil.id: {code: [cell.value, cell.version, cell.first] for code, cell in pupil.here.items()}
            for pupil in shown.pupils
        },
    }
    return page(request, "journal/lesson.html", context, status)


def _chosen(shown: LessonPage, asked: str) -> Pupil | None:
    """The student whose mark the keypad writes: the one asked for, else the first who is here without a mark."""
    for pupil in shown.pupils:
        if str(pupil.id) == asked:
            return pupil
    here = [pupil for pupil in shown.pupils if not pupil.is_away]
    return next((pupil for pupil in here if not pupil.here), here[0] if here else None)


def _left(shown: LessonPage, at: datetime) -> int | None:
    if shown.starts <= at < shown.ends:
        return int((shown.ends - at) / timedelta(minutes=1)) + 1
    return None


def _late_by(shown: LessonPage, at: datetime) -> int | None:
    """Minutes since the bell while the lesson goes on: what «опоздал» writes with one tap."""
    if shown.starts < at < shown.ends:
        return max(1, round((at - shown.starts) / timedelta(minutes=1)))
    return None


# --- without a script -----------------------------------------------------------------------------------------------


def _written(request: HttpRequest, viewer: Viewer, shown: LessonPage) -> HttpResponse:
    if not may(viewer, "journal.write"):
        return _page(request, viewer, shown, {"title": "Не сохранено", "text": "Вы читаете журнал."}, 403)
    at = clock.now()
    try:
        changes = _changes(request.POST, shown, at)
        write(viewer, shown.journal, read_changes(changes), operation_id=_operation(request), at=at)
    except BadInput as fault:
        return _page(request, viewer, shown, {"title": "Не сохранено", "text": str(fault)}, 400)
    except WriteNotFound:
        raise Http404 from None
    except Conflicted:
        return _page(
            request,
            viewer,
            shown,
            {
                "title": "Здесь уже записано другое",
                "text": "Пока страница была открыта, запись изменили. Сейчас показано то, что стоит в журнале.",
            },
            409,
        )
    except RefusedWrite as fault:
        return _page(request, viewer, shown, refusal(fault.refused[0]), 422)
    return HttpResponseRedirect(
        f"{request.path}?{urlencode(_after(request.POST, request.GET, shown))}", status=303
    )


def _operation(request: HttpRequest) -> str:
    try:
        return str(uuid.UUID(request.POST.get("operation", "")))
    except ValueError:
        return str(uuid.uuid4())


def _after(sent: QueryDict, asked: QueryDict, shown: LessonPage) -> dict[str, str]:
    """Where the next page begins: the keypad goes to the next student."""
    found = {"tab": asked.get("tab", TABS[0])}
    if "roll" in sent:
        found["tab"] = "marks" if shown.symbols else "topic"
    if found["tab"] == "marks" and sent.get("work"):
        found["work"] = str(sent["work"])
        ids = [str(pupil.id) for pupil in shown.pupils if not pupil.is_away]
        if sent.get("student") in ids:
            place = ids.index(str(sent["student"]))
            found["student"] = ids[min(place + 1, len(ids) - 1)]
    return found


def _changes(sent: QueryDict, shown: LessonPage, at: datetime) -> list[Change]:
    """The changes a form means. Raises BadInput when it means none."""
    readers: tuple[tuple[str, Callable[[QueryDict, LessonPage, datetime], list[Change]]], ...] = (
        ("absence", _absence),
        ("late", _late),
        ("copy", _copied),
        ("mark", _mark),
        ("finish", _finish),
        ("save_topic", _topic),
        ("save_homework", _homework),
        ("note", _note),
    )
    for name, reader in readers:
        if name in sent:
            return reader(sent, shown, at)
    if "withdraw" in sent:
        return [{"fact": "note", "id": _number(str(sent["withdraw"])), "withdraw": True}]
    if "roll" in sent:
        return [{"fact": "roll", "lesson": shown.id}]
    if "substitution" in sent:
        stated: list[Change] = [{"fact": "conducted", "lesson": shown.id, "substitution": True}]
        return [*_topic(sent, shown, at), *stated] if sent.get("planned") else stated
    if "done" in sent:
        return [{"fact": "roll", "lesson": shown.id}, {"fact": "conducted", "lesson": shown.id}]
    raise BadInput("Запрос не разобран: обновите страницу и повторите.")


def _number(text: str) -> int:
    if not text.isascii() or not text.isdigit() or len(text) > 15:
        raise BadInput("Запрос не разобран: обновите страницу и повторите.")
    return int(text)


def _parts(text: str, count: int) -> list[str]:
    parts = text.split(":")
    if len(parts) != count:
        raise BadInput("Запрос не разобран: обновите страницу и повторите.")
    return parts


def _absence(sent: QueryDict, shown: LessonPage, at: datetime) -> list[Change]:
    student, symbol, seen = _parts(str(sent["absence"]), 3)
    change: Change = {
        "fact": "absence",
        "lesson": shown.id,
        "student": _number(student),
        "symbol": symbol,
        "seen": _number(seen),
    }
    if any(code.symbol == symbol and code.meaning == "late" for code in shown.codes):
        change["minutes"] = _late_by(shown, at)
    return [change]


def _late(sent: QueryDict, shown: LessonPage, at: datetime) -> list[Change]:
    student, minutes, seen = _parts(str(sent["late"]), 3)
    symbol = next((code.symbol for code in shown.codes if code.meaning == "late"), "")
    return [
        {
            "fact": "absence",
            "lesson": shown.id,
            "student": _number(student),
            "symbol": symbol,
            "minutes": _number(minutes),
            "seen": _number(seen),
        }
    ]


def _copied(sent: QueryDict, shown: LessonPage, at: datetime) -> list[Change]:
    changes: list[Change] = [
        {
            "fact": "absence",
            "lesson": shown.id,
            "student": pupil.id,
            "symbol": pupil.copied,
            "seen": pupil.version,
        }
        for pupil in shown.pupils
        if pupil.copied and not pupil.symbol
    ]
    if not changes:
        raise BadInput(f"На {shown.copied_from}-м уроке были все: переносить нечего.")
    return changes


def _mark(sent: QueryDict, shown: LessonPage, at: datetime) -> list[Change]:
    student = _number(sent.get("student", ""))
    code = sent.get("work", "")
    work = next((work for work in shown.works if work.code == code), None)
    pupil = next((pupil for pupil in shown.pupils if pupil.id == student), None)
    if work is None or pupil is None:
        raise BadInput("Выберите вид работы и ученика.")
    typed = sent.get("typed", "").strip()
    value = sent["mark"] or typed
    if sent["mark"] == "-":
        value = ""
    elif not value:
        raise BadInput("Напишите отметку, например 5 или 5/4.")
    return [
        {
            "fact": "mark",
            "lesson": shown.id,
            "assessment": work.assessment,
            "work": code,
            "student": student,
            "value": value,
            "seen": _number(sent.get("seen", "0")),
        }
    ]


def _finish(sent: QueryDict, shown: LessonPage, at: datetime) -> list[Change]:
    work = next((work for work in shown.works if work.code == sent["finish"]), None)
    if work is None or work.assessment is None:
        raise BadInput("За эту работу ещё нет ни одной отметки.")
    return [{"fact": "column", "lesson": shown.id, "assessment": work.assessment}]


def _topic(sent: QueryDict, shown: LessonPage, at: datetime) -> list[Change]:
    planned = _number(str(sent["planned"])) if sent.get("planned") else None
    text = sent.get("topic", "").strip()
    known = {topic.id: topic.text for topic in shown.topics}
    if planned is not None and planned != shown.planned:
        text = known.get(planned, text)
    return [
        {
            "fact": "topic",
            "lesson": shown.id,
            "topic": text,
            "planned": planned,
            "seen": _number(sent.get("seen", "0")),
        }
    ]


def _homework(sent: QueryDict, shown: LessonPage, at: datetime) -> list[Change]:
    student = _number(str(sent["student"])) if sent.get("student") else None
    standing = next(
        (given for given in (shown.homework, *shown.individual) if given and given.student == student), None
    )
    is_none = sent["save_homework"] == "none"
    text = shown.individual_words if sent["save_homework"] == "individual" else sent.get("text", "")
    minutes, due = sent.get("minutes", ""), sent.get("due", "")
    return [
        {
            "fact": "homework",
            "lesson": shown.id,
            "student": student,
            "text": "" if is_none else text,
            "none": is_none,
            "minutes": None if is_none or not minutes else _number(minutes),
            "due_lesson": None if is_none or not due else _number(due),
            "seen": _number(sent.get("seen", ""))
            if sent.get("seen")
            else (standing.version if standing else 0),
        }
    ]


def _note(sent: QueryDict, shown: LessonPage, at: datetime) -> list[Change]:
    return [
        {
            "fact": "note",
            "lesson": shown.id,
            "student": _number(sent.get("student", "")),
            "kind": sent.get("kind", ""),
            "text": sent["note"],
        }
    ]


def address(lesson_id: int, tab: str = "") -> str:
    """Where a lesson is conducted; `tab` opens a step of it."""
    return reverse("lesson", args=[lesson_id]) + (f"?tab={tab}" if tab else "")


urlpatterns = [path("lessons/<int:lesson_id>/", lesson, name="lesson")]
