"""Small checks that the acts of a set-up share: texts that fit, spans that are spans."""

from collections.abc import Iterable
from datetime import date, timedelta
from typing import Any

from django.db.models import Model

from parta.foundation.language import say
from parta.organisation.acts import Refusal

EARLIEST, LATEST = date(1900, 1, 1), date(2200, 1, 1)


def text(value: str, limit: int, field: str, what: str, *, needed: bool = True) -> str:
    """The text without surrounding and doubled spaces and control characters. Raises Refusal when empty or too long."""
    cleaned = " ".join("".join(sign if sign.isprintable() else " " for sign in value).split())
    if needed and not cleaned:
        raise Refusal(say("Не заполнено: {what}.", what=say(what)), field)
    if len(cleaned) > limit:
        raise Refusal(
            say(
                "Слишком длинно: {what}, {count} знаков при разрешённых {limit}.",
                what=say(what),
                count=len(cleaned),
                limit=limit,
            ),
            field,
        )
    return cleaned


def span(starts: date, until: date | None, field: str = "until") -> None:
    """Raise Refusal unless the half-open span holds at least one day within sane years."""
    if not EARLIEST <= starts < LATEST or (until is not None and until > LATEST):
        raise Refusal("Такой даты быть не может: проверьте год.", "starts")
    if until is not None and until <= starts:
        raise Refusal("Конец раньше начала: проверьте даты.", field)


def last_day(until: date) -> date:
    """The last day inside a half-open span, for messages."""
    return until - timedelta(days=1)


CLOSED = "Учебный год {} закрыт: записи в нём только читаются."


def not_closed(year: Any) -> None:
    """Raise Refusal for a closed year: it is only read."""
    if year is not None and year.state == "closed":
        raise Refusal(CLOSED.format(year.title))


def none_closed(model: type[Model], ids: Iterable[int], year: str = "year") -> None:
    """Raise Refusal when one of these rows is of a closed year; `year` is the way to it. One statement for 500 rows."""
    wanted = sorted(set(ids))
    for start in range(0, len(wanted), 500):
        rows = model._default_manager.filter(
            pk__in=wanted[start : start + 500], **{f"{year}__state": "closed"}
        )
        title = rows.values_list(f"{year}__title", flat=True).first()
        if title is not None:
            raise Refusal(CLOSED.format(title))


def one_of(value: str, choices: Iterable[tuple[str, str]], field: str, what: str) -> str:
    """Raise Refusal unless the value is a known code."""
    if value not in {code for code, _ in choices}:
        raise Refusal(say("Неизвестное значение «{value}»: {what}.", value=value[:40], what=say(what)), field)
    return value


def changed(row: Model, **fields: Any) -> list[str]:
    """Set fields on a row; the names of those that differ from what stood there."""
    names = [name for name, value in fields.items() if getattr(row, name) != value]
    for name in names:
        setattr(row, name, fields[name])
    return names
