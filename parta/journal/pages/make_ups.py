"""Topics missed for a valid reason: what is to be passed, the protocol of it, the protocol on paper."""

import uuid
from pathlib import Path

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import path, reverse
from django.views.decorators.http import require_GET, require_http_methods

from parta.foundation.access import requires
from parta.foundation.pagekit import ru_date, ru_date_full
from parta.foundation.papers import Unset, typeset
from parta.journal import access  # noqa: F401  (declares the permissions named below)
from parta.journal.actions.context import NotFound
from parta.journal.actions.make_ups import record_make_up
from parta.journal.models import MakeUp
from parta.journal.queries.make_ups import make_ups, protocol
from parta.people.actions import trace
from parta.people.chrome import page
from parta.people.forms import DONE, Posted, carry_out, status
from parta.people.pages.setup import FORM, looking
from parta.people.queries import staff_options

TEMPLATE = Path(__file__).parent.parent / "content" / "make_up.typ"
DONE |= {"make_up": "Записано. Протокол можно напечатать."}


@require_http_methods(FORM)
@requires("journal.read")
def journal_make_ups(request: HttpRequest, journal_id: int) -> HttpResponse:
    """What of a journal is still to be passed, by student; the protocols; a new one."""
    viewer = looking(request)

    def record(posted: Posted) -> str:
        student_id = posted.id("row", "ученик")
        try:
            record_make_up(
                viewer,
                journal_id,
                student_id=student_id,
                lesson_ids=posted.ids("lesson"),
                held_on=posted.date("held_on", "дата зачёта"),
                form=posted.text("form"),
                members=[id for n in range(5) if (id := posted.id_or_none(f"member{n}")) is not None],
                result=posted.text("result"),
                number=posted.text("number"),
                at=viewer.at,
                operation_id=str(uuid.uuid4()),
            )
        except NotFound:
            raise Http404 from None
        return "make_up"

    forms = carry_out(request, {"record": record})
    if isinstance(forms, HttpResponse):
        return forms
    found = make_ups(viewer, journal_id)
    if found is None:
        raise Http404
    trace(viewer, "journal", object_id=journal_id)
    students: dict[int, list[object]] = {}
    for one in found.missed:
        students.setdefault(one.student_id, []).append(one)
    context = {
        "found": found,
        "students": students,
        "forms": forms,
        "staff": staff_options(viewer, viewer.on, full=True) if found.may_write else [],
        "kinds": MakeUp.FORMS,
        "results": MakeUp.RESULTS,
        "me": viewer.person_id,
        "on": viewer.on,
    }
    return page(request, "journal/make_ups.html", context, status=status(forms))


@require_GET
@requires("journal.read")
def make_up_protocol(request: HttpRequest, make_up_id: int) -> HttpResponse:
    """The protocol as it is signed."""
    viewer = looking(request)
    found = protocol(viewer, make_up_id)
    if found is None:
        raise Http404
    trace(viewer, "journal", object_id=found.journal_id)
    is_commission = found.form == "commission"
    posts = ["Председатель комиссии", *["Член комиссии"] * 9] if is_commission else ["Подпись принявшего"]
    data = {
        "heading": f"Протокол № {found.number} зачёта по пропущенным темам",
        "school": viewer.school.short_name,
        "on": ru_date_full(found.held_on),
        "title": found.title,
        "student": found.student,
        "form": dict(MakeUp.FORMS)[found.form],
        "result": found.result,
        "topics": [
            [f"{ru_date(on)} {on.year}", topic or "тема не записана", symbol]
            for on, topic, symbol in found.topics
        ],
        "members": [[post, name] for post, name in zip(posts, found.members, strict=False)],
        "day": [viewer.on.year, viewer.on.month, viewer.on.day],
    }
    try:
        pdf = typeset(TEMPLATE, data)
    except Unset:
        text = (
            "Протокол не сложился в файл. Повторите через минуту; не поможет – сообщите администратору Парты."
        )
        back = reverse("journal_make_ups", args=[found.journal_id])
        return page(
            request, "journal/lesson_file.html", {"title": "Протокол", "text": text, "back": back}, 503
        )
    answer = HttpResponse(pdf, content_type="application/pdf")
    answer.headers["Content-Disposition"] = f'attachment; filename="protokol-{found.id}.pdf"'
    answer.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return answer


urlpatterns = [
    path("journals/<int:journal_id>/make-ups/", journal_make_ups, name="journal_make_ups"),
    path("journals/make-ups/<int:make_up_id>/protocol.pdf", make_up_protocol, name="make_up_protocol"),
]
