"""Faults planted in the server to see the tests turn red. Never imported outside them."""

import time
from collections.abc import Callable
from threading import Thread
from typing import Any

from django.http import HttpRequest, HttpResponse


def answers_before_commit() -> None:
    """«Saved» is said first, the write follows a moment later."""
    from django.db import connection, transaction

    from parta.journal.pages import write as page

    carry_out = page.write

    def later(*args: Any, **named: Any) -> None:
        time.sleep(0.15)
        try:
            carry_out(*args, **named)
        finally:
            connection.close()

    def hasty(*args: Any, **named: Any) -> Any:
        with transaction.atomic():
            saved = carry_out(*args, **named)
            transaction.set_rollback(True)
        Thread(target=later, args=args, kwargs=named, daemon=True).start()
        return saved

    page.write = hasty


def drops_a_line() -> None:
    """The last line of an operation is left out of the log."""
    from parta.foundation import log

    append = log.append

    def short(head: Any, lines: Any, **named: Any) -> Any:
        return append(head, lines[:-1] if len(lines) > 1 else lines, **named)

    log.append = short


def skips_a_hash() -> None:
    """The hash of every seventh line does not cover what the line says."""
    from parta.foundation import log

    digest = log._digest

    def blind(previous: str, values: Any) -> str:
        seen = (*values[:11], "{}", *values[12:]) if values[2] % 7 == 0 else values
        return digest(previous, seen)

    log._digest = blind


def stores_half() -> None:
    """No transaction: a kill between two statements leaves the first one behind."""
    from parta.foundation import sql
    from parta.journal.actions import write as action

    insert = sql.insert

    def slow(*args: Any, **named: Any) -> Any:
        found = insert(*args, **named)
        time.sleep(0.03)
        return found

    sql.insert = slow
    action._carry_out = action._carry_out.__wrapped__  # type: ignore[attr-defined]


def forgets_operations() -> None:
    """A repeated operation is not known again: it is written under a number of its own."""
    import uuid

    from parta.foundation import log

    append = log.append

    def anonymous(head: Any, lines: Any, *, operation_id: str, **named: Any) -> Any:
        return append(head, lines, operation_id=str(uuid.uuid4()), **named)

    log.append = anonymous


def does_not_sync() -> None:
    """The database leaves it to the system when to write to the disk."""
    from django.db.backends.signals import connection_created

    def lazy(connection: Any, **named: Any) -> None:
        connection.cursor().execute("PRAGMA synchronous=OFF")

    connection_created.connect(lazy, weak=False)


Handler = Callable[[HttpRequest], HttpResponse]


def takes_any_digit(get_response: Handler) -> Handler:
    """Middleware that reads a page number the way it is often read: «²» is a digit, and no number."""

    def careless(request: HttpRequest) -> HttpResponse:
        for value in map(str, request.GET.values()):
            if value.isdigit() and len(value) < 10:
                int(value)
        return get_response(request)

    return careless


def repeats_the_query(get_response: Handler) -> Handler:
    """Middleware that prints what was asked for on the page, as it came."""

    def careless(request: HttpRequest) -> HttpResponse:
        answer = get_response(request)
        if answer.get("Content-Type", "").startswith("text/html") and not answer.streaming:
            told = " ".join(str(value) for value in request.GET.values())
            answer.content = answer.content.replace(
                b"</body>", f"<p>{told}</p></body>".encode("utf-8", "replace")
            )
        return answer

    return careless


def goes_anywhere(get_response: Handler) -> Handler:
    """Middleware that sends people wherever the address says."""

    def careless(request: HttpRequest) -> HttpResponse:
        answer = get_response(request)
        wanted = request.GET.get("next", "").split("\n")[0].split("\r")[0]
        if answer.status_code == 302 and wanted:
            answer["Location"] = wanted
        return answer

    return careless


def writes_though_refused(get_response: Handler) -> Handler:
    """Middleware that leaves a row behind before the request is refused."""

    def careless(request: HttpRequest) -> HttpResponse:
        answer = get_response(request)
        if answer.status_code == 422:
            _leave_a_row()
        return answer

    return careless


def writes_without_a_line(get_response: Handler) -> Handler:
    """Middleware that changes something whenever a page is read, and tells the log nothing."""

    def careless(request: HttpRequest) -> HttpResponse:
        answer = get_response(request)
        if answer.status_code == 200 and request.method == "GET":
            _leave_a_row()
        return answer

    return careless


def _leave_a_row() -> None:
    from parta.organisation.models import Room, School

    school = School.objects.order_by("id").first()
    Room.objects.create(school=school, title=f"planted {Room.objects.count()}")


PAGES: dict[str, tuple[Callable[[Handler], Handler], str]] = {
    "takes_any_digit": (takes_any_digit, "ValueError"),
    "repeats_the_query": (repeats_the_query, "разметка из запроса"),
    "goes_anywhere": (goes_anywhere, "чужой адрес"),
    "writes_though_refused": (writes_though_refused, "отказ 422, но изменено"),
    "writes_without_a_line": (writes_without_a_line, "без записи в истории"),
}
"""Faults of pages, as middleware, and the words in which they are found."""

SERVER: dict[str, Callable[[], None]] = {
    fault.__name__: fault
    for fault in (
        answers_before_commit,
        drops_a_line,
        skips_a_hash,
        stores_half,
        forgets_operations,
        does_not_sync,
    )
}
"""Faults a launched server can have, by name."""
