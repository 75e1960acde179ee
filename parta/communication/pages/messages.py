"""Messages: the list, a new one, a thread; the matrix of who may write whom."""

import uuid
from collections.abc import Iterable

from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.urls import path, reverse
from django.views.decorators.http import require_GET, require_http_methods

from parta.communication import access  # noqa: F401  (declares the permissions named below)
from parta.communication.actions import messages as actions
from parta.communication.queries import reach, threads
from parta.communication.queries.reach import Addressee
from parta.foundation import clock, sql
from parta.foundation.access import requires
from parta.foundation.language import noted
from parta.journal.pages.files import kept_file
from parta.organisation.acts import Refusal
from parta.people.chrome import page
from parta.people.forms import DONE, Posted, carry_out, status
from parta.people.viewer import Viewer

FORM = ["GET", "HEAD", "POST"]
DONE |= noted(
    {
        "sent": "Сообщение отправлено.",
        "sent_each": "Сообщение отправлено каждой семье отдельно.",
        "complained": "Жалоба отправлена заместителю директора.",
        "decided": "Решение записано.",
    }
)


def _viewer(request: HttpRequest) -> Viewer:
    viewer: Viewer = request.viewer  # type: ignore[attr-defined]
    return viewer


def _number(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and 0 < len(text) < 16 else None


def _operation(posted: Posted) -> str:
    try:
        return str(uuid.UUID(posted.text("operation")))
    except ValueError:
        return str(uuid.uuid4())


def _file(request: HttpRequest) -> tuple[str, Iterable[bytes]] | None:
    upload = request.FILES.get("file")
    return (upload.name, upload.chunks()) if upload is not None and upload.name else None


@require_http_methods(FORM)
@requires("messages")
def messages(request: HttpRequest) -> HttpResponse:
    """The viewer's threads; for a deputy head also what waits for an answer and what is complained of."""
    viewer, at = _viewer(request), clock.now()

    def decide(posted: Posted) -> str:
        withdraw = posted.text("decision") == "withdraw"
        actions.decide_complaint(viewer, posted.id("row", "жалоба"), withdraw=withdraw, at=at)
        return "decided"

    forms = carry_out(request, {"decide": decide})
    if isinstance(forms, HttpResponse):
        return forms
    words = request.GET.get("q", "").replace("\x00", "")[:100].strip()
    context = {
        "found": threads.thread_list(viewer, words),
        "words": words,
        "forms": forms,
        "sees_all": bool(viewer.roles & {"deputy", "director"}),
    }
    return page(request, "communication/messages.html", context, status(forms))


@require_http_methods(FORM)
@requires("messages")
def message_new(request: HttpRequest) -> HttpResponse:
    """Choose whom to write to and write: about a student, to a colleague, or to every family of a class."""
    viewer, at = _viewer(request), clock.now()
    asked = _number(request.GET.get("student", ""))
    homeroom = _number(request.GET.get("homeroom", "")) if asked is None else None
    if (
        asked is None
        and homeroom is None
        and viewer.student_ids
        and not viewer.roles - {"guardian", "student"}
    ):
        asked = viewer.student_ids[0]
    about = reach.about_student(viewer, asked) if asked is not None else None
    if asked is not None and about is None:
        raise Http404
    everybody = reach.class_guardians(viewer, homeroom) if homeroom is not None else []
    if homeroom is not None and not everybody:
        raise Http404
    lesson_id = _lesson(viewer, request.GET.get("lesson", ""), about)
    people = (
        reach.addressees(viewer, about)
        if about is not None
        else []
        if homeroom is not None
        else reach.colleagues(viewer)
    )
    is_notice = about is not None and bool(request.GET.get("notice"))

    def send(posted: Posted) -> str:
        subject, text, operation = posted.text("subject"), posted.text("text"), _operation(posted)
        if homeroom is not None:
            return _to_each(viewer, request, everybody, subject, text, operation, at)
        ids = posted.ids("to")
        if reach.unknown(ids, people):
            raise Refusal("Этому человеку написать нельзя: обновите страницу.", "to")
        chosen = [one for one in people if one.id in ids]
        strangers = [one for one in chosen if one.side != "staff" and not one.is_own]
        if strangers and len(chosen) > 1:
            raise Refusal("Чужой семье пишут отдельно: выберите одного человека.", "to")
        return reverse(
            "thread",
            args=[
                actions.send(
                    viewer,
                    chosen,
                    subject=subject,
                    text=text,
                    student_id=about.id if about is not None and not strangers else None,
                    lesson_id=lesson_id,
                    is_urgent=posted.is_ticked("urgent"),
                    file=_file(request),
                    operation_id=operation,
                    at=at,
                )
            ],
        )

    forms = carry_out(request, {"send": send})
    if isinstance(forms, HttpResponse):
        return forms
    ticked = {_number(value) for value in request.GET.getlist("to")}
    if is_notice:
        ticked |= {
            one.id
            for one in people
            if one.has_account and (one.group == "class_teacher" or (one.group == "guardian" and one.is_own))
        }
    if forms.refused.lists:
        ticked = {_number(value) for value in forms.refused.lists.get("to", [])}
    context = {
        "about": about,
        "homeroom": homeroom,
        "everybody": everybody,
        "people": people,
        "groups": reach.groups_said(),
        "ticked": ticked,
        "students": reach.students(viewer) if about is None and homeroom is None else [],
        "classes": [
            (id, title)
            for id, title, _ in (reach.students(viewer) if about is None and homeroom is None else [])
            if id in viewer.homeroom_ids or viewer.roles & {"deputy", "director"}
        ],
        "children": reach_children(viewer),
        "is_family": about is not None and about.id in viewer.student_ids,
        "subject": "Домашнее задание" if is_notice else "",
        "operation": str(uuid.uuid4()),
        "forms": forms,
    }
    return page(request, "communication/new.html", context, status(forms))


def reach_children(viewer: Viewer) -> list[tuple[int, str]]:
    """The viewer's own children, to choose whom a message is about."""
    return [
        (id, name)
        for _, _, pupils in (reach.students(viewer) if viewer.student_ids else [])
        for id, name in pupils
        if id in viewer.student_ids
    ]


def _to_each(
    viewer: Viewer,
    request: HttpRequest,
    everybody: list[tuple[Addressee, int, str]],
    subject: str,
    text: str,
    operation: str,
    at: object,
) -> str:
    """One letter to every family that can read it, each in a thread of its own."""
    readable = [item for item in everybody if item[0].has_account]
    if not readable:
        raise Refusal("Ни у одной семьи нет доступа.", "to")
    for one, student_id, _ in readable:
        actions.send(
            viewer,
            [one],
            subject=subject,
            text=text,
            student_id=student_id,
            operation_id=str(uuid.uuid5(uuid.UUID(operation), f"{one.id}:{student_id}")),
            at=at,  # type: ignore[arg-type]
        )
    return f"{reverse('messages')}?done=sent_each"


def _lesson(viewer: Viewer, text: str, about: reach.About | None) -> int | None:
    """The lesson a message is about, when it is one of the student's school."""
    asked = _number(text)
    if asked is None or about is None:
        return None
    rows = sql.read(
        "SELECT l.id FROM timetable_lesson l JOIN plans_journal j ON j.id = l.journal_id"
        " WHERE l.id = %s AND l.school_id = %s AND (j.homeroom_id = %s OR j.subgroup_id IN ("
        " SELECT m.subgroup_id FROM people_subgroupmembership m WHERE m.student_id = %s))",
        (asked, viewer.school.id, about.homeroom_id, about.id),
    )
    return rows[0][0] if rows else None


@require_http_methods(FORM)
@requires("messages")
def thread(request: HttpRequest, thread_id: int) -> HttpResponse:
    """A thread: read, answered, complained of."""
    viewer, at = _viewer(request), clock.now()

    def answer(posted: Posted) -> str:
        actions.reply(
            viewer,
            thread_id,
            text=posted.text("text"),
            file=_file(request),
            operation_id=_operation(posted),
            at=at,
        )
        return f"{request.path}#last"

    def complain(posted: Posted) -> str:
        actions.complain(viewer, posted.id("row", "сообщение"), reason=posted.text("reason"), at=at)
        return "complained"

    if threads.thread(viewer, thread_id) is None:
        raise Http404
    forms = carry_out(request, {"answer": answer, "complain": complain})
    if isinstance(forms, HttpResponse):
        return forms
    if request.method == "GET":
        actions.mark_read(viewer, thread_id, at=at)
    shown = threads.thread(viewer, thread_id)
    context = {"shown": shown, "forms": forms, "operation": str(uuid.uuid4())}
    return page(request, "communication/thread.html", context, status(forms))


@require_GET
@requires("messages")
def message_file(request: HttpRequest, message_id: int) -> FileResponse:
    """A file of a message, for those in its thread."""
    found = threads.message_file(_viewer(request), message_id)
    if found is None:
        raise Http404
    return kept_file(*found)


@require_http_methods(FORM)
@requires("writing_rules")
def writing_rules(request: HttpRequest) -> HttpResponse:
    """The matrix of who may write whom: everybody sees it, the deputy head sets it."""
    viewer, at = _viewer(request), clock.now()

    def save(posted: Posted) -> str:
        writer, _, reader = posted.text("row").partition(":")
        actions.set_writing_rule(viewer, writer, reader, is_allowed=posted.text("to") == "open", at=at)
        return "saved"

    forms = carry_out(request, {"set": save})
    if isinstance(forms, HttpResponse):
        return forms
    context = {
        "matrix": reach.matrix(viewer.school.id),
        "groups": reach.groups_said(),
        "forms": forms,
        "sets": bool(viewer.roles & {"deputy", "director"}),
    }
    return page(request, "communication/rules.html", context, status(forms))


urlpatterns = [
    path("messages/", messages, name="messages"),
    path("messages/new/", message_new, name="message_new"),
    path("messages/rules/", writing_rules, name="writing_rules"),
    path("messages/<int:thread_id>/", thread, name="thread"),
    path("messages/files/<int:message_id>", message_file, name="message_file"),
]
