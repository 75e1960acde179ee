"""Error pages: what happened, what to do; never a bare technical text."""

import sys

from django.db import OperationalError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from parta.foundation.access import wants_json
from parta.foundation.language import say


def _answer(request: HttpRequest, template: str, status: int, text: str) -> HttpResponse:
    if wants_json(request):
        from django.http import JsonResponse

        return JsonResponse({"error": text}, status=status)
    return render(request, template, status=status)


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """400: the request could not be read."""
    return _answer(
        request, "foundation/400.html", 400, say("Запрос не разобран. Обновите страницу и повторите.")
    )


def forbidden(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """403: the page is for other roles."""
    return _answer(request, "foundation/403.html", 403, say("Эта страница открыта другим ролям."))


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """404: no such page, or not for this viewer: the two look alike."""
    return _answer(request, "foundation/404.html", 404, say("Такой страницы нет, или она не для вашей роли."))


def is_disk_trouble(fault: BaseException) -> bool:
    """Whether the database could not write: no room on the disk, or the disk refuses (SQLSTATE 53100, class 58)."""
    cause = fault.__cause__
    code = getattr(cause, "sqlite_errorname", None) or getattr(cause, "sqlstate", None) or ""
    return code.startswith(("SQLITE_FULL", "SQLITE_IOERR", "SQLITE_READONLY", "53100", "58"))


def not_stored(request: HttpRequest, fault: OperationalError) -> HttpResponse:
    """The database did not take the write or cannot be reached: 507 with a sick disk, else 503."""
    if is_disk_trouble(fault):
        code = 507
        text = say("На сервере кончилось место или отказал диск. Сообщите администратору.")
    else:
        code, text = 503, say("База данных занята или не отвечает. Повторите через минуту.")
    if wants_json(request):
        answer = _answer(request, "", code, text)
    else:
        answer = render(request, "foundation/storage.html", {"code": code, "text": text}, status=code)
    answer["Retry-After"] = "5"
    return answer


def server_error(request: HttpRequest) -> HttpResponse:
    """500: our fault; what was acknowledged before is safe. A database that does not answer is told apart."""
    fault = sys.exc_info()[1]
    if isinstance(fault, OperationalError):
        return not_stored(request, fault)
    return _answer(
        request,
        "foundation/500.html",
        500,
        say("Ошибка на сервере. Записанное раньше цело; повторите через минуту."),
    )


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """403: the page is older than the session."""
    return _answer(request, "foundation/csrf.html", 403, say("Страница устарела. Обновите её и повторите."))
