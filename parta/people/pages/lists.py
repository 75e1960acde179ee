"""Set-up: subjects, rooms, departments, scales, kinds of work."""

import re

from django.http import HttpRequest, HttpResponse
from django.urls import path
from django.views.decorators.http import require_http_methods

from parta.foundation.access import requires
from parta.organisation import actions as organisation
from parta.organisation.acts import Refusal
from parta.organisation.models import MarkScale, Room, Subject, WorkKind
from parta.people import queries
from parta.people.actions.accounts import latin
from parta.people.forms import Posted, carry_out
from parta.people.pages.setup import FORM, looking
from parta.people.setup import setup_page

TAGS = [
    ("language", "язык"),
    ("literature", "литература"),
    ("double_marks", "двойные отметки"),
    ("practice", "практика"),
    ("unmarked", "без отметок"),
]


@require_http_methods(FORM)
@requires("setup")
def lists(request: HttpRequest) -> HttpResponse:
    """The school's word lists; each may be added to and corrected, nothing is removed: journals hang on it."""
    viewer = looking(request)
    school_id, by, at = viewer.school.id, viewer.acting_as(), viewer.at

    def subject(posted: Posted) -> str:
        code = posted.text("code") or posted.text("row")
        known = {one.code: one for one in Subject.objects.filter(school_id=viewer.school.id)}
        if posted.text("row"):
            code = posted.text("row")
            if code not in known:
                raise Refusal("Такого предмета нет.", "title")
        else:
            code = code or re.sub(r"_+", "_", latin(posted.text("title"))[:40]) or "subject"
            if code in known:
                raise Refusal(f"Предмет с кодом «{code[:60]}» уже есть: это «{known[code].title}».", "title")
        organisation.ensure_subjects(
            rows=[
                organisation.SubjectRow(
                    code=code,
                    title=posted.text("title"),
                    short=posted.text("short"),
                    area=posted.text("area"),
                    department_id=posted.id_or_none("department"),
                    tags=[tag for tag, _ in TAGS if tag in posted.data.getlist("tags")],
                    position=posted.whole("position", 0, 9999, "порядок"),
                    external_id=known[code].external_id if code in known else "",
                )
            ],
            school_id=school_id,
            by=by,
            at=at,
        )
        return "saved"

    def rooms(posted: Posted) -> str:
        organisation.ensure_rooms(
            rows=[organisation.RoomRow(posted.text("title"), posted.text("purpose"))],
            school_id=school_id,
            by=by,
            at=at,
        )
        return "saved"

    def department(posted: Posted) -> str:
        organisation.ensure_departments(titles=[posted.text("title")], school_id=school_id, by=by, at=at)
        return "saved"

    def scale(posted: Posted) -> str:
        organisation.ensure_scale(code=posted.text("code"), school_id=school_id, by=by, at=at)
        return "added"

    def work_kind(posted: Posted) -> str:
        organisation.set_work_kinds(
            rows=[
                organisation.WorkKindRow(
                    code=posted.text("row") or posted.text("code"),
                    title=posted.text("title"),
                    short=posted.text("short"),
                    weight=posted.number("weight", "вес"),
                    position=posted.whole("position", 0, 9999, "порядок"),
                )
            ],
            school_id=school_id,
            by=by,
            at=at,
        )
        return "saved"

    forms = carry_out(
        request,
        {"subject": subject, "room": rooms, "department": department, "scale": scale, "work_kind": work_kind},
    )
    if isinstance(forms, HttpResponse):
        return forms
    scales = list(MarkScale.objects.filter(school_id=viewer.school.id).order_by("id"))
    taken = {one.code for one in scales}
    return setup_page(
        request,
        "people/setup_lists.html",
        {
            "subjects": list(
                Subject.objects.filter(school_id=viewer.school.id)
                .select_related("department")
                .order_by("position", "title")
            ),
            "rooms": list(Room.objects.filter(school_id=viewer.school.id).order_by("title")),
            "departments": queries.department_options(viewer),
            "scales": scales,
            "other_scales": [
                (code, title) for code, (title, _) in organisation.SCALES.items() if code not in taken
            ],
            "work_kinds": list(
                WorkKind.objects.filter(school_id=viewer.school.id).order_by("position", "title")
            ),
            "tags": TAGS,
            "tag_titles": dict(TAGS),
            "edited": request.GET.get("subject", ""),
        },
        forms,
    )


urlpatterns = [path("setup/lists/", lists, name="setup_lists")]
