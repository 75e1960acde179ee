"""Pages of one student beside the week: homework, absences, a subject, results, the class, notices, data."""

from datetime import date, timedelta
from typing import Any

from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import path, reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST, require_safe

from parta.diary import access  # noqa: F401  (declares the permissions named below)
from parta.diary.actions import looks, notices, works
from parta.diary.models import AbsenceNotice
from parta.diary.pages.eyes import eyes, with_family_eyes
from parta.diary.pages.week import address
from parta.diary.queries import NotFound, about, homework, news, results
from parta.diary.queries.health import of_child
from parta.diary.queries.subject import subject_page
from parta.diary.queries.works import work_file, works_of
from parta.foundation import clock
from parta.foundation.access import requires
from parta.foundation.language import noted, say, titles
from parta.journal.pages.files import kept_file
from parta.organisation.acts import Refusal
from parta.people.actions.traces import trace
from parta.people.chrome import page
from parta.people.forms import DONE, Forms, Posted, carry_out, status

FORM = ["GET", "HEAD", "POST"]
DONE |= noted(
    {
        "work_handed": "Работа сдана: учитель её увидит.",
        "work_taken_back": "Работа убрана.",
        "told": "Сообщение отправлено классному руководителю.",
        "withdrawn": "Сообщение отозвано.",
        "acknowledged": "Записано: вы ознакомлены с этой неделей.",
    }
)


def _show(
    request: HttpRequest,
    name: str,
    here: str,
    shown: Any,
    url_name: str,
    forms: Forms | None = None,
    **more: Any,
) -> HttpResponse:
    """A page of the diary in its frame; opening it is a look of the family."""
    viewer = eyes(request)
    looks.note_look(viewer, shown.student.id)
    forms = forms or Forms()
    context = {
        "shown": shown,
        "here": here,
        "address": address,
        "own": lambda student_id: reverse(url_name, args=[student_id]),
        "forms": forms,
        "day": timedelta(days=1),
        "on": viewer.on,
        "onlooker": viewer.is_onlooker,
        **more,
    }
    return page(request, f"diary/{name}.html", context, status(forms))


def _number(request: HttpRequest, name: str) -> int | None:
    asked = request.GET.get(name, "")
    return int(asked) if asked.isascii() and asked.isdigit() and len(asked) < 16 else None


@require_http_methods(FORM)
@requires("diary.of")
@with_family_eyes
def diary_homework(request: HttpRequest, student_id: int) -> HttpResponse:
    """The planner; the student ticks off what is done."""
    viewer, at = eyes(request), clock.now()
    if student_id not in viewer.student_ids:
        raise Http404

    def tick(is_done: bool) -> Any:
        def carry(posted: Posted) -> str:
            looks.mark_homework_done(viewer, student_id, posted.id("row", "задание"), is_done=is_done, at=at)
            return f"{request.get_full_path()}"

        return carry

    def hand(posted: Posted) -> str:
        upload = request.FILES.get("file")
        works.hand_in(
            viewer,
            student_id,
            posted.id("row", "задание"),
            file=(upload.name, upload.chunks()) if upload is not None and upload.name else None,
            words=posted.text("words"),
            at=at,
        )
        return "work_handed"

    def take_back(posted: Posted) -> str:
        works.take_back(viewer, posted.id("row", "работа"), at=at)
        return "work_taken_back"

    forms = carry_out(
        request, {"done": tick(True), "undone": tick(False), "hand": hand, "take_back": take_back}
    )
    if isinstance(forms, HttpResponse):
        return forms
    subject = request.GET.get("subject", "")
    try:
        shown = homework.planner(viewer, student_id, subject)
    except NotFound:
        raise Http404 from None
    is_self = looks.is_oneself(viewer, student_id)
    if request.method == "GET":
        unseen = [
            task.id for task in shown.unseen if not (task.seen_by_student if is_self else task.seen_by_family)
        ]
        looks.note_homework_seen(viewer, student_id, unseen)
    return _show(
        request,
        "homework",
        "homework",
        shown,
        "diary_homework",
        forms,
        is_self=is_self,
        subject=subject,
        works=works_of(viewer, shown.ids, student_id),
    )


@require_http_methods(FORM)
@requires("diary.of")
@with_family_eyes
def diary_absences(request: HttpRequest, student_id: int) -> HttpResponse:
    """Absences by reason and by day; a guardian tells of those to come."""
    viewer, at = eyes(request), clock.now()
    if student_id not in viewer.student_ids:
        raise Http404

    def tell(posted: Posted) -> str:
        upload = request.FILES.get("file")
        notices.tell_absence(
            viewer,
            student_id,
            starts=posted.date("starts", "первый день"),
            until=posted.until("until", "последний день"),
            first_lesson=posted.whole_or_none("first_lesson", 0, 20, "номер урока"),
            last_lesson=posted.whole_or_none("last_lesson", 0, 20, "номер урока"),
            meaning=posted.text("meaning"),
            text=posted.text("text"),
            file=(upload.name, upload.chunks()) if upload is not None and upload.name else None,
            at=at,
        )
        return "told"

    def withdraw(posted: Posted) -> str:
        notices.withdraw_absence(viewer, posted.id("row", "сообщение"), at=at)
        return "withdrawn"

    forms = carry_out(request, {"tell": tell, "withdraw": withdraw})
    if isinstance(forms, HttpResponse):
        return forms
    try:
        shown = about.absence_page(viewer, student_id, _number(request, "term"))
    except NotFound:
        raise Http404 from None
    return _show(
        request,
        "absences",
        "absences",
        shown,
        "diary_absences",
        forms,
        may_tell=looks.is_guardian(viewer, student_id),
        meanings=titles(AbsenceNotice.MEANINGS),
        tomorrow=shown.next_day,
        asked=next((run for run in shown.unexplained if run[0].isoformat() == request.GET.get("why")), None),
    )


@require_safe
@requires("diary.of")
@with_family_eyes
def diary_subject(request: HttpRequest, student_id: int, subject_id: int) -> HttpResponse:
    """One subject: marks with their history, the average and how it comes about."""
    try:
        shown = subject_page(
            eyes(request),
            student_id,
            subject_id,
            _number(request, "term"),
            (
                request.GET.get("value", "")[:8],
                request.GET.get("work", "")[:24],
                request.GET.get("count", "")[:4],
            ),
        )
    except NotFound:
        raise Http404 from None
    return _show(request, "subject", "marks", shown, "diary_of")


@require_safe
@requires("diary.of")
@with_family_eyes
def diary_results(request: HttpRequest, student_id: int) -> HttpResponse:
    """Marks of all periods, this year and before."""
    try:
        shown = results.results(eyes(request), student_id)
    except NotFound:
        raise Http404 from None
    place = results.own_place(eyes(request), student_id, shown.period)
    return _show(request, "results", "marks", shown, "diary_results", place=place)


@require_safe
@requires("diary.of")
@with_family_eyes
def diary_class(request: HttpRequest, student_id: int) -> HttpResponse:
    """Teachers, control works to come, vacations."""
    viewer = eyes(request)
    try:
        shown = about.class_page(viewer, student_id)
    except NotFound:
        raise Http404 from None
    return _show(
        request, "class", "class", shown, "diary_class", is_guardian=looks.is_guardian(viewer, student_id)
    )


@require_safe
@requires("diary.of")
@with_family_eyes
def diary_news(request: HttpRequest, student_id: int) -> HttpResponse:
    """Every notice of thirty days."""
    viewer = eyes(request)
    if student_id not in viewer.student_ids:
        raise Http404
    looks.note_look(viewer, student_id)
    try:
        shown = news.news_page(viewer, student_id)
    except NotFound:
        raise Http404 from None
    return _show(request, "news", "week", shown, "diary_news")


@require_http_methods(FORM)
@requires("diary.tell")
def diary_data(request: HttpRequest, student_id: int) -> HttpResponse:
    """What the school knows of the child; a guardian tells of a change."""
    viewer, at = eyes(request), clock.now()
    if not looks.is_guardian(viewer, student_id):
        raise Http404

    def change(posted: Posted) -> str:
        person, _, field = posted.text("which").partition(":")
        if not person.isascii() or not person.isdigit() or len(person) > 16:
            raise Refusal("Выберите, что изменилось.", "which")
        notices.tell_change(
            viewer,
            student_id,
            person_id=int(person),
            field=field,
            after=posted.text("after"),
            ground=posted.text("ground"),
            at=at,
        )
        return "told"

    forms = carry_out(request, {"change": change})
    if isinstance(forms, HttpResponse):
        return forms
    try:
        shown = about.data_page(viewer, student_id)
    except NotFound:
        raise Http404 from None
    choices = [(key, title) for key, title, _ in shown.fields]
    health = of_child(viewer, student_id)
    return _show(request, "data", "class", shown, "diary_data", forms, choices=choices, health=health)


@require_POST
@requires("diary.tell")
def diary_acknowledge(request: HttpRequest, student_id: int) -> HttpResponse:
    """The guardian has seen the week."""
    viewer = eyes(request)
    if not looks.is_guardian(viewer, student_id):
        raise Http404
    try:
        week = date.fromisoformat(request.POST.get("week", ""))
        looks.acknowledge_week(viewer, student_id, week, at=clock.now())
    except (ValueError, Refusal) as fault:
        text = str(fault) if isinstance(fault, Refusal) else say("Неделя не указана: обновите страницу.")
        context = {"text": text, "back": address(student_id)}
        return page(request, "diary/fault.html", context, 422)
    return HttpResponseRedirect(f"{address(student_id)}?week={week.isoformat()}#sign", status=303)


@require_GET
@requires("absence.file")
def absence_file(request: HttpRequest, notice_id: int) -> FileResponse:
    """The paper a family added to a planned absence: for the family, the class teacher and the deputy head."""
    viewer = eyes(request)
    row = AbsenceNotice.objects.filter(pk=notice_id, school_id=viewer.school.id).exclude(sha256="").first()
    if row is None:
        raise Http404
    is_theirs = row.student_id in viewer.student_ids
    is_of_class = AbsenceNotice.objects.filter(about.told_to(viewer.homeroom_ids), pk=row.pk).exists()
    if not (is_theirs or is_of_class or viewer.roles & {"deputy", "director"}):
        raise Http404
    if not is_theirs:
        trace(viewer, "absence_file", row.student_id)
    return kept_file(row.sha256, row.file_name, row.file_type)


@require_GET
@requires("works.file")
def handed_file(request: HttpRequest, work_id: int) -> FileResponse:
    """A handed work: for the family, and for those who read the journal."""
    viewer = eyes(request)
    row = work_file(viewer, work_id)
    if row is None:
        raise Http404
    if row.student_id not in viewer.student_ids:
        trace(viewer, "handed_file", row.student_id)
    return kept_file(row.sha256, row.name, row.content_type)


urlpatterns = [
    path("works/<int:work_id>/file", handed_file, name="handed_file"),
    path("diary/<int:student_id>/homework/", diary_homework, name="diary_homework"),
    path("diary/<int:student_id>/absences/", diary_absences, name="diary_absences"),
    path("diary/<int:student_id>/subjects/<int:subject_id>/", diary_subject, name="diary_subject"),
    path("diary/<int:student_id>/results/", diary_results, name="diary_results"),
    path("diary/<int:student_id>/class/", diary_class, name="diary_class"),
    path("diary/<int:student_id>/news/", diary_news, name="diary_news"),
    path("diary/<int:student_id>/data/", diary_data, name="diary_data"),
    path("diary/<int:student_id>/acknowledge", diary_acknowledge, name="diary_acknowledge"),
    path("absence-notices/<int:notice_id>/file", absence_file, name="absence_file"),
]
