"""A school's data in the browser: a file uploaded, previewed, agreed to; the school taken out as a workbook.

An upload waits a day in the home folder.
"""

from __future__ import annotations

import json
import shutil
import tempfile
from collections.abc import Callable
from functools import partial, wraps
from pathlib import Path
from typing import Any, Final

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.urls import URLPattern, path, reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from parta.foundation.access import requires
from parta.organisation.models import School
from parta.people.actions.traces import trace
from parta.people.chrome import page
from parta.people.viewer import Viewer

from . import access as access  # declares the permission
from . import template, uploads
from .apply import NotApplied, Report, apply, preview_of
from .data import Options
from .export import school_sheets
from .formats import read
from .limits import accepted_bytes
from .located import BadFile
from .plan import KINDS, ImportPlan, State
from .uploads import Replaced, Upload

_MAX_FILES: Final = 24
_SHOWN: Final = 200
"""Rows of one list on the page; the command line shows all."""


def _viewer(request: HttpRequest) -> Viewer:
    viewer: Viewer = request.viewer  # type: ignore[attr-defined]
    return viewer


def _of_upload(view: Callable[[HttpRequest, Upload], HttpResponse]) -> Callable[..., HttpResponse]:
    """A page of one upload: 404 for what is not this person's; one that another file replaced is told, not lost."""

    @wraps(view)
    def found(request: HttpRequest, token: str) -> HttpResponse:
        try:
            upload = uploads.find(_viewer(request), token)
        except Replaced as gone:
            return page(request, "exchange/replaced.html", {"gone": gone}, status=410)
        return view(request, upload)

    return found


def _plan(upload: Upload, viewer: Viewer, choice: str) -> ImportPlan:
    options = Options(sheets=tuple(part for part in choice.split(", ") if part), org=choice)
    return preview_of(read(upload.main, options), School.objects.get(pk=viewer.school.id), at=viewer.at)


@requires("import_data")
@require_http_methods(["GET", "HEAD", "POST"])
def imports(request: HttpRequest) -> HttpResponse:
    """The form; a POST takes the file and leads to its preview."""
    if request.method != "POST":
        return _form(request)
    viewer = _viewer(request)
    files = request.FILES.getlist("file")[: _MAX_FILES + 1]
    if not files:
        return _form(request, "Файл не выбран. Выберите файл и нажмите «Посмотреть, что изменится».")
    if len(files) > _MAX_FILES:
        return _form(request, f"За раз можно загрузить до {_MAX_FILES} файлов.")
    most = accepted_bytes()
    if sum(file.size or 0 for file in files) > most:
        return _form(
            request,
            f"Файл больше {most // 1048576} МБ. Уберите из него картинки и лишние листы или разделите на части.",
        )
    twice = uploads.named_alike(files)
    if twice:
        return _form(
            request,
            f"Выбраны два файла с именем «{twice}». Оставьте один или переименуйте второй и выберите файлы снова.",
        )
    try:
        upload = uploads.store(viewer, files)
    except OSError:
        return _form(
            request,
            "Файл не удалось сохранить на сервере: похоже, на диске кончилось место. Ничего не загружено. "
            "Сообщите тому, кто ведёт сервер (ему поможет parta doctor), и загрузите файл ещё раз.",
        )
    try:
        read(upload.main)
    except BadFile as bad:
        shutil.rmtree(upload.folder, ignore_errors=True)
        return _form(request, bad.message)
    uploads.replace_earlier(viewer, upload)
    return HttpResponseRedirect(reverse("import_preview", args=[upload.token]))


def _form(request: HttpRequest, error: str = "") -> HttpResponse:
    context = {"error": error, "limit": accepted_bytes() // 1048576}
    return page(request, "exchange/imports.html", context, status=422 if error else 200)


@requires("import_data")
@require_GET
@_of_upload
def import_preview(request: HttpRequest, upload: Upload) -> HttpResponse:
    """What the file would do."""
    if upload.report.exists():
        return HttpResponseRedirect(reverse("import_done", args=[upload.token]))
    return _show(
        request, upload, request.GET.get("choice", "")[:2000], is_broken_off=uploads.was_broken_off(upload)
    )


def _show(
    request: HttpRequest, upload: Upload, choice: str, error: str = "", *, is_broken_off: bool = False
) -> HttpResponse:
    try:
        plan = _plan(upload, _viewer(request), choice)
    except BadFile as bad:
        return _form(request, bad.message)
    context: dict[str, Any] = {
        "token": upload.token,
        "plan": plan,
        "rows": _rows(plan),
        "refused": plan.refused[:_SHOWN],
        "remarks": plan.remarks[:_SHOWN],
        "changed": _items(plan, State.CHANGED),
        "ended": _items(plan, State.ENDED),
        "added": _items(plan, State.NEW),
        "shown": _SHOWN,
        "digest": plan.digest(),
        "choice": choice,
        "error": error,
        "is_broken_off": is_broken_off,
        "is_loading": not error and uploads.is_loading(upload.folder),
    }
    return page(request, "exchange/preview.html", context, status=409 if error else 200)


def _rows(plan: ImportPlan) -> list[tuple[str, list[int]]]:
    states = (State.NEW, State.CHANGED, State.KEPT, State.ENDED)
    return [(KINDS[kind], [counter[state] for state in states]) for kind, counter in plan.counts().items()]


def _items(plan: ImportPlan, state: State) -> dict[str, Any]:
    items = [item for item in plan.items if item.state is state]
    listed = [
        {
            "kind": KINDS[item.kind],
            "title": item.title,
            "where": str(item.where) if item.where.file else "",
            "changes": item.changes,
        }
        for item in items[:_SHOWN]
    ]
    return {"count": len(items), "items": listed}


@requires("import_data")
@require_POST
@_of_upload
def import_apply(request: HttpRequest, upload: Upload) -> HttpResponse:
    """Carry out what was previewed, exactly that."""
    viewer = _viewer(request)
    if upload.report.exists():
        return HttpResponseRedirect(reverse("import_done", args=[upload.token]))
    choice = request.POST.get("choice", "")[:2000]
    with uploads.alone(upload) as waited:
        if waited and upload.report.exists():  # the button was pressed twice
            return HttpResponseRedirect(reverse("import_done", args=[upload.token]))
        try:
            uploads.tell(upload, "Чтение файла", 0, 0)
            plan = _plan(upload, viewer, choice)
            report = apply(
                plan,
                by=viewer.acting_as(),
                at=viewer.at,
                skip_refused=request.POST.get("skip_refused") == "1",
                agreed=request.POST.get("digest", "") or "-",
                progress=partial(uploads.tell, upload),
            )
        except BadFile as bad:
            uploads.came_to_an_end(upload)
            return _form(request, bad.message)
        except NotApplied as refused:
            uploads.came_to_an_end(upload)
            return _show(request, upload, choice, str(refused))
        _keep(upload, report)
    return HttpResponseRedirect(reverse("import_done", args=[upload.token]))


@requires("import_data")
@require_GET
@_of_upload
def import_progress(request: HttpRequest, upload: Upload) -> HttpResponse:
    """How far the import is: `title`, `done` and `total` (0: not known)."""
    told = upload.folder / "progress.json"
    try:
        state = json.loads(told.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        state = {"title": "", "done": 0, "total": 0}
    return JsonResponse(state)


def _keep(upload: Upload, report: Report) -> None:
    """Remember what was done for the page that says so; the file itself, full of personal data, goes."""
    told = {
        "file": report.plan.data.file,
        "kind": report.plan.data.kind,
        "rows": _rows(report.plan),
        "refused": len(report.plan.refused),
        "lessons": report.lessons,
        "starts": report.plan.starts.isoformat(),
    }
    written = upload.folder / "report.new"  # a half-written report would be an error on every look at it
    written.write_text(json.dumps(told, ensure_ascii=False), encoding="utf-8")
    written.replace(upload.report)
    for file in (upload.folder / "files").iterdir():
        file.unlink()


@requires("import_data")
@require_GET
@_of_upload
def import_done(request: HttpRequest, upload: Upload) -> HttpResponse:
    """What was done."""
    report = upload.report
    if not report.exists():
        return HttpResponseRedirect(reverse("import_preview", args=[upload.token]))
    return page(request, "exchange/done.html", {"report": json.loads(report.read_text(encoding="utf-8"))})


@requires("import_data", confirm="export")
@require_GET
def export_school(request: HttpRequest) -> HttpResponse:
    """The whole school as its workbook; who took it out is noted."""
    viewer = _viewer(request)
    school = School.objects.get(pk=viewer.school.id)
    trace(viewer, "export:school", object_id=school.pk)
    rows = school_sheets(school, on=viewer.on)
    return _book(
        f"parta-{school.code}-{viewer.on:%Y%m%d}.xlsx", lambda file: template.write_school(file, rows)
    )


@requires("import_data")
@require_GET
def import_template(request: HttpRequest) -> HttpResponse:
    """The empty workbook."""
    return _book("parta-school.xlsx", template.write)


def _book(name: str, write: Callable[[Path], None]) -> HttpResponse:
    """A workbook to be downloaded under a plain name."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "school.xlsx"
        write(file)
        content = file.read_bytes()
    response = HttpResponse(
        content, content_type="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    )
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


urlpatterns: list[URLPattern] = [
    path("setup/import/", imports, name="imports"),
    path("setup/import/template.xlsx", import_template, name="import_template"),
    path("setup/import/export.xlsx", export_school, name="export_school"),
    path("setup/import/<str:token>/", import_preview, name="import_preview"),
    path("setup/import/<str:token>/apply", import_apply, name="import_apply"),
    path("setup/import/<str:token>/progress", import_progress, name="import_progress"),
    path("setup/import/<str:token>/done", import_done, name="import_done"),
]
