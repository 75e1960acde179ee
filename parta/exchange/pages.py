"""A school's data in the browser: a file uploaded, previewed, agreed to; the school taken out as a workbook.

An upload waits a day in the home folder.
"""

from __future__ import annotations

import fcntl
import json
import re
import secrets
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path, PurePath
from time import time
from typing import Any, Final

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.urls import URLPattern, path, reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from parta.foundation.access import requires
from parta.organisation.models import School
from parta.people.actions.traces import trace
from parta.people.chrome import page
from parta.people.viewer import Viewer

from . import access as access  # declares the permission
from . import template
from .apply import NotApplied, Report, apply, preview_of
from .data import Options
from .export import school_sheets
from .formats import read
from .limits import MAX_BYTES
from .located import BadFile
from .plan import KINDS, ImportPlan, State

_KEEP_SECONDS: Final = 24 * 3600
_MAX_FILES: Final = 24
_SHOWN: Final = 200
"""Rows of one list on the page; the command line shows all."""


@dataclass(frozen=True, slots=True)
class Upload:
    """A file (or the files of one folder) that waits for consent."""

    token: str
    folder: Path

    @property
    def main(self) -> Path:
        """The file to read: the only one, the `.fet` beside its solution, else the folder of a OneRoster set."""
        files = sorted((self.folder / "files").iterdir())
        fet = [file for file in files if file.suffix.lower() == ".fet"]
        if len(files) == 1:
            return files[0]
        return fet[0] if fet else self.folder / "files"


def _root() -> Path:
    return Path(settings.HOME) / "imports"


def _mine(viewer: Viewer) -> str:
    return f"{viewer.school.id}-{viewer.user_id}-"


def _store(viewer: Viewer, files: list[UploadedFile]) -> Upload:
    """Put the files aside; what this person uploaded before, and what is older than a day, goes.

    What is being written into the school at this moment stays: another tab of the same person reads it. Raises OSError.
    """
    root = _root()
    root.mkdir(parents=True, exist_ok=True, mode=0o700)
    for folder in root.iterdir():
        is_over = folder.name.startswith(_mine(viewer)) or time() - folder.stat().st_mtime > _KEEP_SECONDS
        if is_over and not _is_loading(folder):
            shutil.rmtree(folder, ignore_errors=True)
    token = secrets.token_urlsafe(16)
    upload = Upload(token, root / (_mine(viewer) + token))
    place = upload.folder / "files"
    place.mkdir(parents=True, mode=0o700)
    for number, file in enumerate(files):
        name = (
            re.sub(r"[^\w .()\-]", "_", PurePath(str(file.name or "")).name)[-120:].strip(". ")
            or f"file{number}"
        )
        with (place / name).open("wb") as out:
            for piece in file.chunks():
                out.write(piece)
    return upload


def _is_loading(folder: Path) -> bool:
    """Whether some process is writing this upload into the school; a killed one holds nothing."""
    try:
        with (folder / "lock").open() as file:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    except OSError:  # nobody has ever begun
        return False
    return False


def _was_broken_off(upload: Upload) -> bool:
    """Whether a load of it began, came to no end, and runs no more: its process was stopped or killed."""
    return (upload.folder / "progress.json").exists() and not _is_loading(upload.folder)


def _find(viewer: Viewer, token: str) -> Upload:
    folder = _root() / (_mine(viewer) + token)
    if not re.fullmatch(r"[\w-]{8,40}", token) or not (folder / "files").is_dir():
        raise Http404
    return Upload(token, folder)


def _viewer(request: HttpRequest) -> Viewer:
    viewer: Viewer = request.viewer  # type: ignore[attr-defined]
    return viewer


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
    if sum(file.size or 0 for file in files) > MAX_BYTES:
        return _form(
            request,
            f"Файл больше {MAX_BYTES // 1048576} МБ. Уберите из него картинки и лишние листы или разделите на части.",
        )
    try:
        upload = _store(viewer, files)
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
    return HttpResponseRedirect(reverse("import_preview", args=[upload.token]))


def _form(request: HttpRequest, error: str = "") -> HttpResponse:
    context = {"error": error, "limit": MAX_BYTES // 1048576}
    return page(request, "exchange/imports.html", context, status=422 if error else 200)


@requires("import_data")
@require_GET
def import_preview(request: HttpRequest, token: str) -> HttpResponse:
    """What the file would do."""
    viewer = _viewer(request)
    upload = _find(viewer, token)
    if (upload.folder / "report.json").exists():
        return HttpResponseRedirect(reverse("import_done", args=[token]))
    return _show(request, upload, request.GET.get("choice", "")[:2000], is_broken_off=_was_broken_off(upload))


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
        "is_loading": not error and _is_loading(upload.folder),
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
def import_apply(request: HttpRequest, token: str) -> HttpResponse:
    """Carry out what was previewed, exactly that."""
    viewer = _viewer(request)
    upload = _find(viewer, token)
    if (upload.folder / "report.json").exists():
        return HttpResponseRedirect(reverse("import_done", args=[token]))
    choice = request.POST.get("choice", "")[:2000]
    with _alone(upload) as waited:
        if waited and (upload.folder / "report.json").exists():  # the button was pressed twice
            return HttpResponseRedirect(reverse("import_done", args=[token]))
        try:
            _tell(upload, "Чтение файла", 0, 0)
            plan = _plan(upload, viewer, choice)
            report = apply(
                plan,
                by=viewer.acting_as(),
                at=viewer.at,
                skip_refused=request.POST.get("skip_refused") == "1",
                agreed=request.POST.get("digest", "") or "-",
                progress=partial(_tell, upload),
            )
        except BadFile as bad:
            _came_to_an_end(upload)
            return _form(request, bad.message)
        except NotApplied as refused:
            _came_to_an_end(upload)
            return _show(request, upload, choice, str(refused))
        _keep(upload, report)
    return HttpResponseRedirect(reverse("import_done", args=[token]))


@contextmanager
def _alone(upload: Upload) -> Iterator[bool]:
    """One at a time over an upload, whichever process serves it. Yields whether another one was waited for."""
    with (upload.folder / "lock").open("w") as file:
        waited = False
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            waited = True
            fcntl.flock(file, fcntl.LOCK_EX)
        yield waited


def _came_to_an_end(upload: Upload) -> None:
    (upload.folder / "progress.json").unlink(missing_ok=True)


def _tell(upload: Upload, title: str, done: int, total: int) -> None:
    """Leave word of how far an import is, beside the file: the database shows nothing before the end."""
    told = upload.folder / "progress.json"
    written = told.with_suffix(".new")
    with suppress(OSError):  # a full disk stops no import by its bar: whether the data fit, the database says
        written.write_text(json.dumps({"title": title, "done": done, "total": total}), encoding="utf-8")
        written.replace(told)


@requires("import_data")
@require_GET
def import_progress(request: HttpRequest, token: str) -> HttpResponse:
    """How far the import is: `title`, `done` and `total` (0: not known)."""
    told = _find(_viewer(request), token).folder / "progress.json"
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
    written.replace(upload.folder / "report.json")
    for file in (upload.folder / "files").iterdir():
        file.unlink()


@requires("import_data")
@require_GET
def import_done(request: HttpRequest, token: str) -> HttpResponse:
    """What was done."""
    upload = _find(_viewer(request), token)
    report = upload.folder / "report.json"
    if not report.exists():
        return HttpResponseRedirect(reverse("import_preview", args=[token]))
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
