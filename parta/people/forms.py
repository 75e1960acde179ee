"""Plain server-rendered forms: what was posted, read into values, each error beside its field, nothing lost.

A page may hold many forms. Each posts `act` (what to do) and, for forms in a list, `row` (with which). The page's view
names a function per act; :func:`carry_out` runs it and answers with a redirect (so that reloading repeats nothing) or
with the state that puts the typed values and the error back into the very form they came from.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, time, timedelta
from decimal import Decimal, InvalidOperation
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict

from parta.foundation.language import noted, say
from parta.foundation.pagekit import capital
from parta.organisation.acts import Refusal

Day = date
Hour = time
MAX_ID = 2**53
DONE = noted(
    {
        "saved": "Сохранено.",
        "added": "Добавлено.",
        "removed": "Убрано.",
        "ended": "Закончено с указанного дня.",
        "moved": "Ученик переведён.",
        "left": "Ученик выбыл. Его отметки остались в журнале.",
        "closed": "Учётная запись закрыта.",
        "reopened": "Учётная запись снова открыта.",
        "generated": "Уроки обновлены по расписанию.",
        "substituted": "Замена записана.",
        "cancelled": "Урок отменён.",
        "restored": "Урок возвращён.",
        "reviewed": "Отмечено: данные класса проверены.",
        "stopped": "Прежний пароль больше не действует. Выдайте новый доступ.",
        "closed_all": "Учётные записи без роли закрыты.",
        "backup_asked": "Копия будет готова через минуту: обновите страницу.",
        "second_reset": "Второй шаг сброшен: при входе хватит пароля, пока человек не включит его снова.",
        "window_opened": "Окно открыто: проверяющий может войти.",
        "window_ended": "Окно закрыто: у проверяющего больше ничего не открывается.",
        "name_told": "Имя открыто проверяющему до конца окна.",
        "approved": "Утверждено: с этого момента действует.",
        "approved_timetable": "Расписание утверждено, уроки по нему созданы.",
        "drafted": "Сетка сохранена проектом: уроки по ней появятся, когда её утвердит директор.",
        "linked": "Привязано: теперь можно входить и так. Пароль действует по-прежнему.",
        "unlinked": "Отвязано: эта учётная запись больше ничего не откроет.",
        "session_ended": "Сеанс завершён: там придётся войти заново.",
        "device_confirmed": "Записано: это были вы. Устройство теперь известно.",
        "agreed": "Согласие записано: тот, кто просил, получил извещение.",
        "declined": "Отказ записан: тот, кто просил, увидит причину.",
    }
)
"""What a page says after an act; the address carries only the key."""


class Posted:
    """The fields of one posted form. Each reader raises Refusal, in Russian, with the field's name."""

    def __init__(self, data: QueryDict) -> None:
        self.data = data

    def text(self, name: str) -> str:
        """The text, without characters no database takes."""
        value: str = self.data.get(name) or ""
        return value.replace("\x00", "").encode("utf-8", "ignore").decode()[:20_000].strip()

    def date(self, name: str, what: str = "дата") -> Day:
        """A day, «2026-09-01» or «01.09.2026»."""
        found = self.date_or_none(name, what)
        if found is None:
            raise Refusal(say("Не указана {what}.", what=say(what)), name)
        return found

    def date_or_none(self, name: str, what: str = "дата") -> Day | None:
        value = self.text(name)
        if not value:
            return None
        turned = re.fullmatch(r"(\d{1,2})\.(\d{1,2})\.(\d{4})", value)
        try:
            if turned:
                return date(int(turned[3]), int(turned[2]), int(turned[1]))
            return date.fromisoformat(value) if re.fullmatch(r"\d{4}-\d\d-\d\d", value) else _no_date()
        except ValueError:
            raise Refusal(
                say("Непонятная {what} «{value}»: нужна вида 01.09.2026.", what=say(what), value=value[:20]),
                name,
            ) from None

    def until(self, name: str, what: str = "последняя дата") -> Day:
        """The end of a span from the last day people name."""
        found = self.until_or_none(name, what)
        if found is None:
            raise Refusal(say("Не указана {what}.", what=say(what)), name)
        return found

    def until_or_none(self, name: str, what: str = "последняя дата") -> Day | None:
        last = self.date_or_none(name, what)
        if last is not None and last >= date(9999, 1, 1):
            raise Refusal("Такой даты быть не может: проверьте год.", name)
        return None if last is None else last + timedelta(days=1)

    def time(self, name: str) -> Hour:
        """A time of day, «8:30»."""
        found = re.fullmatch(r"(\d{1,2})[:.](\d\d)", self.text(name))
        if not found or int(found[1]) > 23 or int(found[2]) > 59:
            raise Refusal("Время: часы и минуты, например 8:30.", name)
        return time(int(found[1]), int(found[2]))

    def whole(self, name: str, low: int, high: int, what: str) -> int:
        """A whole number within limits."""
        found = self.whole_or_none(name, low, high, what)
        if found is None:
            raise Refusal(say("Не указано: {what}.", what=say(what)), name)
        return found

    def whole_or_none(self, name: str, low: int, high: int, what: str) -> int | None:
        value = self.text(name)
        if not value:
            return None
        if not re.fullmatch(r"[0-9]{1,9}", value) or not low <= int(value) <= high:
            raise Refusal(
                say(
                    "{what}: целое число от {low} до {high}.",
                    what=capital(say(what)),
                    low=low,
                    high=high,
                ),
                name,
            )
        return int(value)

    def number(self, name: str, what: str) -> Decimal:
        """A number with a comma or a point; empty is 0."""
        value = self.text(name).replace(",", ".") or "0"
        try:
            found = Decimal(value) if re.fullmatch(r"[0-9]{1,6}(\.[0-9]{1,4})?", value) else _no_number()
        except InvalidOperation:
            raise Refusal(say("{what}: число, например 2 или 1,5.", what=capital(say(what))), name) from None
        return found

    def id(self, name: str, what: str) -> int:
        """The id behind a chosen option."""
        found = self.id_or_none(name)
        if found is None:
            raise Refusal(say("Не выбрано: {what}.", what=say(what)), name)
        return found

    def id_or_none(self, name: str) -> int | None:
        value = self.text(name)
        if not value:
            return None
        if not re.fullmatch(r"[0-9]{1,16}", value) or not 0 < int(value) <= MAX_ID:
            raise Refusal("Выберите значение из списка.", name)
        return int(value)

    def ids(self, name: str) -> list[int]:
        """The ids of all ticked boxes."""
        return [
            int(value)
            for value in self.data.getlist(name)[:2000]
            if re.fullmatch(r"[0-9]{1,16}", value) and 0 < int(value) <= MAX_ID
        ]

    def is_ticked(self, name: str) -> bool:
        return bool(self.data.get(name))


def _no_date() -> Day:
    raise ValueError


def _no_number() -> Decimal:
    raise InvalidOperation


@dataclass(frozen=True, slots=True)
class FormState:
    """A form as it is shown: what was typed, if this one was refused, and why."""

    typed: Mapping[str, str] | None = None
    lists: Mapping[str, list[str]] = field(default_factory=dict)
    field: str = ""
    error: str = ""

    @property
    def is_refused(self) -> bool:
        return bool(self.error)

    def value(self, name: str, initial: Any = "") -> str:
        """What stands in a field: the typed text, else the initial value."""
        if self.typed is not None:
            return self.typed.get(name, "")
        if initial is None:
            return ""
        return initial.isoformat() if isinstance(initial, date) else str(initial)

    def last_day(self, name: str, until: date | None) -> str:
        """The inclusive end of a span in a field."""
        return self.value(name, None if until is None else until - timedelta(days=1))

    def is_ticked(self, name: str, initial: bool = False) -> bool:
        return initial if self.typed is None else bool(self.typed.get(name))

    def error_of(self, name: str) -> str:
        return self.error if self.field == name else ""

    def error_outside(self, *shown: str) -> str:
        """The error when it belongs to none of the fields shown."""
        return "" if self.field in shown else self.error


UNTOUCHED = FormState()


@dataclass(frozen=True, slots=True)
class Forms:
    """All forms of a page: call with an act (and row) to get that form's state. `done` is what was just done."""

    act: str = ""
    row: str = ""
    refused: FormState = UNTOUCHED
    done: str = ""

    def __call__(self, act: str, row: object = "") -> FormState:
        return self.refused if self.act and (act, str(row)) == (self.act, self.row) else UNTOUCHED


Act = Callable[[Posted], "str | HttpResponse"]


def carry_out(request: HttpRequest, acts: Mapping[str, Act]) -> Forms | HttpResponse:
    """Run the posted act, if any. The act returns a key of `DONE`, an own address, or a finished answer.

    The answer is a redirect or that answer; else the forms to render, with status 422 when one was refused.
    """
    if request.method != "POST":
        return Forms(done=say(DONE.get(request.GET.get("done", ""), "")))
    name, row = request.POST.get("act", ""), request.POST.get("row", "")
    chosen = acts.get(name)
    if chosen is None:
        return Forms(
            name, row, FormState(request.POST.dict(), error=say("Неизвестное действие: обновите страницу."))
        )
    try:
        result = chosen(Posted(request.POST))
    except Refusal as refusal:
        lists = {key: list(values) for key, values in request.POST.lists()}
        return Forms(name, row, FormState(request.POST.dict(), lists, refusal.field, str(refusal)))
    if isinstance(result, HttpResponse):
        return result
    if result.startswith("/"):
        return HttpResponseRedirect(result)
    query = request.GET.copy()
    query["done"] = result
    return HttpResponseRedirect(f"{request.path}?{query.urlencode()}")


def status(forms: Forms) -> int:
    """The status of a page with these forms: 422 when one was refused."""
    return 422 if forms.refused.is_refused else 200
