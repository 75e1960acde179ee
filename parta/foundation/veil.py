"""Pseudonyms for a reader who must not learn who is who: one place, beneath every page.

While a veil is drawn, each SELECT of the request reads *veiled* tables: the statement is put behind `WITH` clauses of
the same names, and a name in a common table expression hides the table of that name, in SQLite as in PostgreSQL. So the
list, the search, the order of lines, totals, files and errors of any page, today's and tomorrow's, know nothing but
pseudonyms, and rows outside the reader's scope are not there. Changing statements are left alone; what the program
does for itself meanwhile (an act, findings brought up to date) steps out with :func:`lifted`.

What people have typed is no column of names, and row ids stand in addresses. So the finished answer goes through
:meth:`Veil.cover`: names known to the school turn into pseudonyms or blots, ids of persons into those of the veil.
"""

import json
import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from functools import lru_cache
from typing import Any
from urllib.parse import quote, unquote

from django.db import connection
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render

from parta.foundation.nameforms import Names

__all__ = ["Veil", "draw", "lifted", "masked", "real_ids", "schema"]

PERSON_ARGS = ("student_id", "person_id")
PERSON_FIELDS = ("student", "person")
"""Arguments of addresses and fields of queries and forms that are ids of persons."""

_OUT = re.compile(
    r"""((?:/students/|/diary/|/setup/people/|[?&;](?:student|person)=|%3Fstudent%3D|data-student="|data-s=")"""
    r"""|name="(?:student|person)"\s+value="|"(?:student|person|student_id|person_id)":\s*)(\d+)(?![\d-])"""
)
_ESCAPED = re.compile(r"(?:\\u[0-9a-fA-F]{4})+")
_TEXT = ("text/", "application/json", "application/toml")
_SHEETS = ("application/pdf", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet")


def schema() -> str:
    """The prefix of a real table inside a veiled one."""
    return "public" if connection.vendor == "postgresql" else "main"


@dataclass(frozen=True, slots=True)
class Veil:
    """What one reader's requests are read through.

    `tables`: by name of a table, the SELECT that takes its place (real tables named with their schema). `ids`: of
    persons, real to veiled. `names`: what is blotted out in finished text, asked for when there is text to cover.
    """

    tables: Mapping[str, str]
    ids: Mapping[int, int]
    names: Callable[[], Names]

    def over(self, statement: str) -> str:
        """The statement, reading veiled tables; one that changes rows as it is."""
        return _over(statement, tuple(self.tables.items()))

    def real_id(self, shown: int) -> int:
        """The person behind an id in an address. Raises Http404 for one that this veil never showed."""
        for real, veiled in self.ids.items():
            if veiled == shown:
                return real
        raise Http404

    def text(self, text: str, names: Names | None = None) -> str:
        """Finished text without names and real ids of persons."""
        known = names or self.names()
        text = known.blotted(text)
        text = _ESCAPED.sub(lambda run: _recoded(run[0], known), text)
        return _OUT.sub(lambda one: one[1] + str(self.ids.get(int(one[2]), one[2])), text)

    def cover(self, request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
        """The answer as the reader gets it: text covered; a file that was not made of covered data is not given."""
        kind = response.headers.get("Content-Type", "")
        names = self.names()
        for header in ("Location", "Content-Disposition"):
            if header in response.headers:
                response.headers[header] = self._header(response.headers[header], names)
        if isinstance(response, HttpResponse) and (not response.content or kind.startswith(_TEXT)):
            if response.content:
                whole = response.content.decode(response.charset or "utf-8", "replace")
                if kind.startswith("application/json"):
                    whole = json.dumps(json.loads(whole), ensure_ascii=False)
                response.content = self.text(whole, names).encode()
                if "Content-Length" in response.headers:
                    response.headers["Content-Length"] = str(len(response.content))
            return response
        if kind.startswith(_SHEETS) and _made_here.get():
            return response
        for shut in getattr(response, "_resource_closers", ()):  # the file; the request itself is not over
            shut()
        return render(request, "foundation/veiled_file.html", status=403)

    def _header(self, value: str, names: Names) -> str:
        plain = unquote(value)
        covered = self.text(plain, names)
        return value if covered == plain else quote(covered, safe="/?&=;:'\"*. -_%")


_drawn: ContextVar[Veil | None] = ContextVar("drawn_veil", default=None)
_made_here: ContextVar[bool] = ContextVar("file_of_covered_data", default=False)
"""Whether this request has made a file of covered data."""


@contextmanager
def draw(veil: Veil) -> Iterator[None]:
    """Read through the veil inside the block."""
    token = _drawn.set(veil)
    _made_here.set(False)
    try:
        with connection.execute_wrapper(_veiled):
            yield
    finally:
        _drawn.reset(token)


@contextmanager
def lifted() -> Iterator[None]:
    """Read what really is: what the program does for itself, and acts, which write what they have read."""
    token = _drawn.set(None)
    try:
        yield
    finally:
        _drawn.reset(token)


def masked(value: Any) -> Any:
    """Plain data on the way into a file (a sheet, a PDF), covered where a veil is drawn."""
    veil = _drawn.get()
    if veil is None:
        return value
    _made_here.set(True)
    return _masked(value, veil, veil.names())


def real_ids(request: HttpRequest, kwargs: dict[str, Any]) -> None:
    """Turn ids of persons in the address into real ones, where a veil is drawn. Raises Http404 for a stranger's."""
    veil = _drawn.get()
    if veil is None:
        return
    for name in PERSON_ARGS:
        if isinstance(kwargs.get(name), int):
            kwargs[name] = veil.real_id(kwargs[name])
    if any(name in request.GET for name in PERSON_FIELDS):
        query = request.GET.copy()
        for name in PERSON_FIELDS:
            shown = query.get(name, "")
            if shown.isdecimal() and len(shown) < 19:
                staff = int(shown) not in veil.ids and int(shown) not in veil.ids.values()
                query[name] = shown if staff else str(veil.real_id(int(shown)))
        request.GET = query  # type: ignore[assignment]


def _veiled(execute: Callable[..., Any], statement: str, params: Any, many: bool, context: Any) -> Any:
    veil = _drawn.get()
    return execute(statement if veil is None or many else veil.over(statement), params, many, context)


@lru_cache(maxsize=512)
def _over(statement: str, tables: tuple[tuple[str, str], ...]) -> str:
    start = re.match(r"[\s(]*(SELECT|WITH(\s+RECURSIVE)?)\b", statement, re.IGNORECASE)
    if start is None:
        return statement
    used = [(name, body) for name, body in tables if re.search(rf"(?<![\w.]){name}(?!\w)", statement)]
    if not used:
        return statement
    heads = ", ".join(f"{name} AS NOT MATERIALIZED ({body})" for name, body in used)
    if start[1].upper() == "SELECT":
        return f"WITH {heads} {statement}"
    return f"WITH{start[2] or ''} {heads}, {statement[start.end(1) :].lstrip()}"


def _recoded(run: str, names: Names) -> str:
    """A run of JavaScript escapes inside a page, covered like the text it is."""
    plain = json.loads(f'"{run}"')
    covered = names.blotted(plain)
    return run if covered == plain else json.dumps(covered)[1:-1]


def _masked(value: Any, veil: Veil, names: Names) -> Any:
    if isinstance(value, str):
        return veil.text(value, names)
    if isinstance(value, dict):
        return {key: _masked(one, veil, names) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return type(value)(_masked(one, veil, names) for one in value)
    return value
