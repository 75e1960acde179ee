"""The one door through which pages write in a journal: JSON in, JSON out, one operation a request."""

import json
import logging
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import orjson
from django.db import OperationalError
from django.http import HttpRequest, HttpResponse
from django.http.request import RawPostDataException
from django.urls import path
from django.views.decorators.http import require_POST

from parta.foundation import clock, sql
from parta.foundation.access import requires
from parta.foundation.errors import is_disk_trouble
from parta.foundation.pagekit import hm, ru_date
from parta.journal import access  # noqa: F401  (declares the permissions named below)
from parta.journal.actions.batch import Conflict, Refused
from parta.journal.actions.changes import BadInput, read_operation, read_waiting
from parta.journal.actions.context import NotFound
from parta.journal.actions.write import Conflicted, RefusedWrite, write
from parta.journal.rules.questions import WAY_LABELS
from parta.people.viewer import Viewer

logger = logging.getLogger("parta.journal")


@require_POST
@requires("journal.write")
def journal_write(request: HttpRequest, journal_id: int) -> HttpResponse:
    """Carry out one operation of changes; see `parta.journal.actions.write` for what the answers mean."""
    viewer: Viewer = request.viewer  # type: ignore[attr-defined]
    at = clock.now()
    try:
        payload = json.loads(request.body)
        operation_id, changes = read_operation(payload)
        made_at = read_waiting(payload, at)
    except (ValueError, RecursionError, RawPostDataException):
        return _fault(400, "Запрос не разобран: обновите страницу и повторите.")
    except BadInput as fault:
        return _fault(400, str(fault))
    try:
        saved = write(viewer, journal_id, changes, operation_id=operation_id, at=at, made_at=made_at)
    except BadInput as fault:
        return _fault(400, str(fault))
    except NotFound:
        return _fault(404, "Такого журнала, урока или ученика нет, или он не в вашем ведении.")
    except Conflicted as fault:
        return _json({"conflicts": _conflicts(fault.conflicts, viewer)}, 409)
    except RefusedWrite as fault:
        return _json({"refused": [refusal(item) for item in fault.refused]}, 422)
    except OperationalError as fault:
        logger.error("operation %s is not stored: %s", operation_id, fault)
        return _not_stored(fault)
    return _json({"at": hm(_local(saved.at, viewer)), "saved": list(saved.results)})


def _not_stored(fault: OperationalError) -> HttpResponse:
    """The database did not take the write; the page keeps the operation and sends it again."""
    if is_disk_trouble(fault):
        answer = _fault(
            507,
            "На сервере кончилось место или отказал диск. Запись ждёт на этой странице: не закрывайте её и сообщите"
            " администратору.",
        )
    else:
        answer = _fault(503, "Журнал занят. Запись не потеряна на странице и повторится сама.")
    answer["Retry-After"] = "2"
    return answer


def refusal(item: Refused) -> dict[str, Any]:
    """A refused change as a page shows it: what happened, why, by which clause, what can be done instead."""
    reasons = item.verdict.reasons
    ways = list(dict.fromkeys(way for reason in reasons for way in reason.ways_out))
    return {
        "index": item.index,
        "title": item.title,
        "text": " ".join(reason.found for reason in reasons),
        "allowed": " ".join(dict.fromkeys(reason.allowed for reason in reasons if reason.allowed)),
        "help": next((reason.help for reason in reasons if reason.help), ""),
        "clauses": [
            {"id": clause.id, "number": clause.printed, "act": reason.act}
            for reason in reasons
            for clause in reason.clauses
        ],
        "ways": [{"kind": way, "label": WAY_LABELS.get(way, way)} for way in ways],
        "grounds": list(dict.fromkeys(ground for reason in reasons for ground in reason.grounds)),
    }


def _conflicts(conflicts: tuple[Conflict, ...], viewer: Viewer) -> list[dict[str, Any]]:
    ids = sorted({conflict.by_id for conflict in conflicts if conflict.by_id is not None})
    names = {
        row[0]: "\u00a0".join([row[1], *(f"{part[0]}." for part in row[2:] if part)])
        for row in sql.read(
            f"SELECT id, surname, given_name, patronymic FROM people_person WHERE id IN ({sql.marks(len(ids))})",
            ids,
        )
    }
    return [
        {
            "index": conflict.index,
            "theirs": conflict.theirs,
            "version": conflict.version,
            "yours": conflict.yours,
            "by": names.get(conflict.by_id or 0, ""),
            "at": _moment(conflict.at, viewer),
        }
        for conflict in conflicts
    ]


def _local(at: datetime, viewer: Viewer) -> datetime:
    return at.astimezone(ZoneInfo(viewer.school.timezone))


def _moment(at: datetime | None, viewer: Viewer) -> str:
    if at is None:
        return ""
    local = _local(at, viewer)
    return f"{ru_date(local)}, {hm(local)}"


def _json(body: dict[str, Any], status: int = 200) -> HttpResponse:
    return HttpResponse(orjson.dumps(body), content_type="application/json", status=status)


def _fault(status: int, text: str) -> HttpResponse:
    return _json({"error": text}, status)


urlpatterns = [path("journals/<int:journal_id>/write", journal_write, name="journal_write")]
