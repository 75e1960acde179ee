"""Set-up: subjects, rooms, departments, scales, kinds of work."""

import re
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import path
from django.views.decorators.http import require_http_methods

from parta.foundation.access import requires
from parta.organisation import actions as organisation
from parta.organisation.acts import Refusal
from parta.organisation.models import Department, MarkScale, Room, Subject, WorkKind
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
    ("federal", "по ФГОС"),
    ("own_component", "компонент организации"),
]
NOT_PASSING, NOT_COUNTED = "не проходная", "не в среднее"


def _unit_hours(posted: Posted, *, needed: bool) -> int | None:
    """The volume of a unit; a college's list of units gives it for every one."""
    hours = posted.whole_or_none("hours", 1, 5000, "часов всего")
    if needed and hours is None:
        raise Refusal("Не указано: часов всего.", "hours")
    return hours


def read_symbols(text: str) -> list[dict[str, Any]]:
    """The symbols of a scale, a line each: «5 = 5», «зач = 1, не в среднее», «2 = 2, не проходная»; best first.

    Raises Refusal with the number of the line that cannot be read.
    """
    found: list[dict[str, Any]] = []
    for number, line in enumerate(text.splitlines(), 1):
        if not line.strip():
            continue
        head, *words = (part.strip() for part in line.split(","))
        symbol, sign, worth = (part.strip() for part in head.partition("="))
        if not symbol or not sign or not re.fullmatch(r"-?[0-9]{1,4}(\.[0-9]{1,2})?", worth):
            raise Refusal(f"Строка {number}: нужно «знак = число», например «5 = 5».", "symbols")
        unknown = [word for word in words if word not in (NOT_PASSING, NOT_COUNTED)]
        if unknown:
            raise Refusal(
                f"Строка {number}: «{unknown[0][:30]}» непонятно; можно «{NOT_PASSING}», «{NOT_COUNTED}».",
                "symbols",
            )
        value: float | int = float(worth) if "." in worth else int(worth)
        found.append(
            {
                "symbol": symbol,
                "value": value,
                "passes": NOT_PASSING not in words,
                "counts": NOT_COUNTED not in words,
            }
        )
    return found


def written_symbols(symbols: list[dict[str, Any]]) -> str:
    """The lines that :func:`read_symbols` reads."""
    lines = []
    for one in symbols:
        words = [f"{one['symbol']} = {one['value']}"]
        words += [] if one["passes"] else [NOT_PASSING]
        words += [] if one["counts"] else [NOT_COUNTED]
        lines.append(", ".join(words))
    return "\n".join(lines)


@require_http_methods(FORM)
@requires("setup")
def lists(request: HttpRequest) -> HttpResponse:
    """The school's word lists; each may be added to and corrected, nothing is removed: journals hang on it."""
    viewer = looking(request)
    school_id, by, at = viewer.school.id, viewer.acting_as(), viewer.at

    is_college = viewer.school.kind == "college"

    def subject(posted: Posted) -> str:
        if is_college and not (posted.text("code") or posted.text("row")):
            raise Refusal("Не заполнено: код по перечню ФГОС.", "code")
        if is_college and not posted.text("kind"):
            raise Refusal("Не выбран вид: предмет, курс, дисциплина, модуль или практика.", "kind")
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
                    kind=posted.text("kind"),
                    hours=_unit_hours(posted, needed=is_college),
                )
            ],
            school_id=school_id,
            by=by,
            at=at,
        )
        return "saved"

    def rooms(posted: Posted) -> str:
        room = Room.objects.filter(school_id=school_id, pk=posted.id_or_none("row") or 0).first()
        if room is not None:
            organisation.change_room(
                room=room, title=posted.text("title"), purpose=posted.text("purpose"), by=by, at=at
            )
            return "saved"
        organisation.ensure_rooms(
            rows=[organisation.RoomRow(posted.text("title"), posted.text("purpose"))],
            school_id=school_id,
            by=by,
            at=at,
        )
        return "saved"

    def department(posted: Posted) -> str:
        found = Department.objects.filter(school_id=school_id, pk=posted.id_or_none("row") or 0).first()
        if found is not None:
            organisation.change_department(department=found, title=posted.text("title"), by=by, at=at)
            return "saved"
        organisation.ensure_departments(titles=[posted.text("title")], school_id=school_id, by=by, at=at)
        return "saved"

    def scale(posted: Posted) -> str:
        organisation.ensure_scale(code=posted.text("code"), school_id=school_id, by=by, at=at)
        return "added"

    def own_scale(posted: Posted) -> str:
        symbols = read_symbols(posted.text("symbols"))
        found = MarkScale.objects.filter(school_id=school_id, pk=posted.id_or_none("row") or 0).first()
        if found is not None:
            organisation.change_scale(scale=found, title=posted.text("title"), symbols=symbols, by=by, at=at)
            return "saved"
        title = posted.text("title")
        code = re.sub(r"[^a-z0-9]+", "_", latin(title))[:18] or "scale"
        taken = set(MarkScale.objects.filter(school_id=school_id).values_list("code", flat=True))
        while code in taken or code in organisation.SCALES:
            code = f"{code[:17]}_{len(taken)}"[:20]
        organisation.add_scale(school_id=school_id, code=code, title=title, symbols=symbols, by=by, at=at)
        return "added"

    def work_kind(posted: Posted) -> str:
        if not posted.text("row"):
            code = posted.text("code") or latin(posted.text("title"))[:24]
            if not re.fullmatch(r"[a-z0-9_-]{2,24}", code):
                raise Refusal("Код: латинские буквы, цифры и подчёркивание, от 2 до 24 знаков.", "code")
            if WorkKind.objects.filter(school_id=school_id, code=code).exists():
                raise Refusal(f"Вид работы с кодом «{code}» уже есть.", "code")
        organisation.set_work_kinds(
            rows=[
                organisation.WorkKindRow(
                    code=posted.text("row") or code,
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
        {
            "subject": subject,
            "room": rooms,
            "department": department,
            "scale": scale,
            "own_scale": own_scale,
            "work_kind": work_kind,
        },
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
            "scale_lines": {one.pk: written_symbols(one.symbols) for one in scales},
            "subject_kinds": Subject.KINDS,
            "kind_words": dict(Subject.KINDS),
            "is_college": is_college,
            "only": request.GET.get("only", ""),
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
