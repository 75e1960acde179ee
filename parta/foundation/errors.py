"""Error pages: what happened, what to do; never a bare technical text."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from parta.foundation.access import wants_json


def _answer(request: HttpRequest, template: str, status: int, text: str) -> HttpResponse:
    if wants_json(request):
        from django.http import JsonResponse

        return JsonResponse({"error": text}, status=status)
    return render(request, template, status=status)


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """400: the request could not be read."""
    return _answer(request, "foundation/400.html", 400, "Запрос не разобран. Обновите страницу и повторите.")


def forbidden(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """403: the page is for other roles."""
    return _answer(request, "foundation/403.html", 403, "Эта страница открыта другим ролям.")


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """404: no such page, or not for this viewer: the two look alike."""
    return _answer(request, "foundation/404.html", 404, "Такой страницы нет, или она не для вашей роли.")


def server_error(request: HttpRequest) -> HttpResponse:
    """500: our fault; what was acknowledged before is safe."""
    return _answer(
        request,
        "foundation/500.html",
        500,
        "Ошибка на сервере. Записанное раньше цело; повторите через минуту.",
    )


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """403: the page is older than the session."""
    return _answer(request, "foundation/csrf.html", 403, "Страница устарела. Обновите её и повторите.")
