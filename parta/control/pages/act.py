"""The act: read by everybody, its settings changed by whom it names, a new edition put forward and approved."""

from datetime import date, timedelta
from pathlib import PurePath
from typing import Any
from urllib.parse import quote

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import path, reverse
from django.views.decorators.http import require_http_methods

from parta.control import access as access  # declares the permissions
from parta.control.actions import trials as trial_acts
from parta.control.queries import act as queries
from parta.control.queries import drafts as drafts_of
from parta.control.queries import trials as trials_of
from parta.foundation import clock
from parta.foundation.access import may, requires
from parta.organisation.acts import Refusal
from parta.people.chrome import page
from parta.people.forms import Posted, carry_out, status
from parta.people.pages.setup import looking
from parta.regulation import actions
from parta.regulation.choices import misfits, read_value
from parta.regulation.coverage import STATES
from parta.regulation.edition import Problem, RegulationError
from parta.regulation.queries import law as law_of_school

READ = ["GET", "HEAD"]
FORM = ["GET", "HEAD", "POST"]
LARGEST = 1_000_000
"""Bytes of a regulation file; a hundred pages of rules take a tenth."""
DAY = timedelta(days=1)
DONE = {
    "setting": "Настройка изменена.",
    "adopted": "Редакция утверждена. До указанного дня записи судит прежняя.",
}


@require_http_methods(READ)
@requires("regulation")
def regulation(request: HttpRequest) -> HttpResponse:
    """The acts of the school: title, approval, grounds, rules by clause, settings with their history."""
    viewer = looking(request)
    context = {
        "acts": queries.acts(viewer),
        "disputed": queries.disputed(viewer),
        "day": DAY,
        "done": DONE.get(request.GET.get("done", ""), ""),
        "drafts": may(viewer, "regulation.draft"),
    }
    return page(request, "control/regulation.html", context)


@require_http_methods(READ)
@requires("regulation")
def regulation_clauses(request: HttpRequest) -> HttpResponse:
    """Every clause of an act: held by a rule, watched, served by the program or left to people."""
    viewer = looking(request)
    code, state = request.GET.get("act", "")[:200], request.GET.get("state", "")
    found = queries.coverage_page(viewer, code, state if state in STATES else "")
    if found is None:
        raise Http404
    return page(request, "control/clauses.html", {"found": found})


@require_http_methods(FORM)
@requires("regulation.choose")
def regulation_setting(request: HttpRequest) -> HttpResponse:
    """One setting: what hangs on it, what it was, and the form that changes it from a day on."""
    viewer = looking(request)
    code, name = request.GET.get("act", "")[:200], request.GET.get("name", "")[:200]
    found = queries.setting_page(viewer, code, name)
    if found is None:
        raise Http404

    def choose(posted: Posted) -> str:
        assert found is not None
        if not found.may_change:
            raise Refusal(f"Эту настройку меняет {found.changed_by}.")
        since = posted.date("since")
        if since < viewer.on:
            raise Refusal(
                "День уже прошёл: прежние дни судит прежнее значение. Укажите сегодня или позже.", "since"
            )
        if since.year > 2100:
            raise Refusal("Такой даты быть не может: проверьте год.", "since")
        actions.set_setting(
            school_id=viewer.school.id,
            act_code=code,
            name=name,
            value=_value(viewer, found, posted),
            in_force_from=since,
            ground=posted.text("ground"),
            by=viewer.acting_as(),
            at=clock.now(),
        )
        return reverse("regulation") + "?done=setting"

    forms = carry_out(request, {"choose": choose})
    if isinstance(forms, HttpResponse):
        return forms
    context = {"found": found, "forms": forms, "today": viewer.on, "typed": queries.as_typed(found.current)}
    return page(request, "control/setting.html", context, status=status(forms))


def _value(viewer: Any, found: queries.SettingPage, posted: Posted) -> Any:
    """The value that was typed. Raises Refusal when no reading of it fits the rules."""
    typed: Any = posted.text("value")
    if found.rows:
        typed = {row: posted.text(f"row-{number}") for number, (row, _) in enumerate(found.rows)}
    try:
        readings = read_value(found.setting, found.current, typed)
    except ValueError as error:
        raise Refusal(f"{str(error)[:1].upper()}{str(error)[1:]}.", "value") from None
    law = law_of_school(viewer.school.id, viewer.school.law_version).on(viewer.on)
    edition = next(one for one in law.editions if one.code == found.code)
    values = {one.name: law.settings.get(one.name, one.value) for one in edition.settings}
    faults = [misfits(edition, values, found.setting.name, reading) for reading in readings]
    for reading, against in zip(readings, faults, strict=True):
        if not against:
            return reading
    raise Refusal(f"Такое значение не подойдёт. {'; '.join(faults[0])}.", "value")


@require_http_methods(FORM)
@requires("regulation.draft")
def regulation_drafts(request: HttpRequest) -> HttpResponse:
    """Put a new edition forward: a file is checked first, and stored only when nothing is wrong in it."""
    viewer = looking(request)
    problems: list[Problem] = []
    name = ""

    def put_forward(posted: Posted) -> str:
        nonlocal name
        file = request.FILES.get("file")
        if file is None:
            raise Refusal("Файл не выбран.", "file")
        name = PurePath(str(file.name or "")).name[-200:]
        if (file.size or 0) > LARGEST:
            raise Refusal("Файл больше мегабайта: это не файл положения.", "file")
        try:
            source = file.read().decode("utf-8-sig")
        except UnicodeDecodeError:
            raise Refusal(
                "Файл сохранён не в кодировке UTF-8: сохраните его как простой текст UTF-8.", "file"
            ) from None
        if "\x00" in source:
            raise Refusal("Это не текстовый файл.", "file")
        try:
            draft = actions.propose(
                school_id=viewer.school.id,
                source=source,
                file_name=name,
                by=viewer.acting_as(),
                at=clock.now(),
            )
        except RegulationError as error:
            problems.extend(error.problems)
            raise Refusal("В файле есть ошибки: исправьте их и загрузите файл снова.", "file") from None
        return reverse("regulation_draft", args=[draft.pk])

    forms = carry_out(request, {"propose": put_forward})
    if isinstance(forms, HttpResponse):
        return forms
    context = {
        "forms": forms,
        "problems": problems,
        "name": name,
        "lines": drafts_of.drafts(viewer),
        "presets": drafts_of.presets(),
        "standing": law_of_school(viewer.school.id, viewer.school.law_version).editions,
    }
    return page(request, "control/drafts.html", context, status=status(forms))


@require_http_methods(FORM)
@requires("regulation.draft")
def regulation_draft(request: HttpRequest, draft_id: int) -> HttpResponse:
    """An edition put forward: what it changes; the director approves it from a day on, or it is taken back."""
    viewer = looking(request)
    found = drafts_of.draft_page(viewer, draft_id)
    if found is None:
        raise Http404

    needs = drafts_of.needs(viewer, found.edition.code if found.edition is not None else "")

    def approve(posted: Posted) -> str:
        if not may(viewer, "regulation.approve"):
            raise Refusal("Положение утверждает директор.")
        try:
            actions.approve(
                school_id=viewer.school.id,
                draft_id=draft_id,
                in_force_from=posted.date("since"),
                protocol=posted.text("protocol"),
                order=posted.text("order"),
                needs=needs,
                on=viewer.on,
                by=viewer.acting_as("director"),
                at=clock.now(),
            )
        except RegulationError as error:
            raise Refusal(f"Файл больше не читается: {error}") from None
        return reverse("regulation") + "?done=adopted"

    def withdraw(posted: Posted) -> str:
        actions.withdraw(school_id=viewer.school.id, draft_id=draft_id, by=viewer.acting_as(), at=clock.now())
        return reverse("regulation_drafts") + "?done=removed"

    spans = trials_of.spans(viewer)

    def attempt(posted: Posted) -> str:
        days = spans.days.get(posted.text("span"))
        if days is None:
            raise Refusal("Выберите, на каких уроках пробовать.", "span")
        trial = trial_acts.ask_trial(
            school_id=viewer.school.id,
            draft_id=draft_id,
            since=days[0],
            until=days[1],
            on=viewer.on,
            asked_by=viewer.person_id,
            by=viewer.acting_as(),
            at=clock.now(),
        )
        return reverse("regulation_trial", args=[draft_id, trial.pk])

    forms = carry_out(request, {"approve": approve, "withdraw": withdraw, "try": attempt})
    if isinstance(forms, HttpResponse):
        return forms
    context = {
        "found": found,
        "forms": forms,
        "approves": may(viewer, "regulation.approve"),
        "needs": needs,
        "spans": spans,
        "trials": trials_of.trials(viewer, draft_id),
    }
    return page(request, "control/draft.html", context, status=status(forms))


@require_http_methods(READ)
@requires("regulation.draft")
def regulation_file(request: HttpRequest) -> HttpResponse:
    """The file of an edition or of a ready-made act, to change and put forward."""
    viewer = looking(request)
    preset = request.GET.get("preset", "")
    if preset:
        source, name = drafts_of.preset_source(preset), preset
    else:
        code = request.GET.get("act", "")[:200]
        try:
            since = date.fromisoformat(request.GET.get("since", ""))
        except ValueError:
            raise Http404 from None
        source, name = drafts_of.source_of(viewer, code, since), f"{code}-{since.isoformat()}"
    if source is None:
        raise Http404
    answer = HttpResponse(source, content_type="application/toml; charset=utf-8")
    answer["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(name, safe='')}.toml"
    return answer


urlpatterns = [
    path("regulation/", regulation, name="regulation"),
    path("regulation/clauses/", regulation_clauses, name="regulation_clauses"),
    path("regulation/setting/", regulation_setting, name="regulation_setting"),
    path("regulation/drafts/", regulation_drafts, name="regulation_drafts"),
    path("regulation/drafts/<int:draft_id>/", regulation_draft, name="regulation_draft"),
    path("regulation/file/", regulation_file, name="regulation_file"),
]
