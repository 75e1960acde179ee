"""Generated requests to every URL: as every persona, with every method, in every shape of body, friendly and hostile.

The routes come from the resolver, the names of parameters from the sources, the forms from the pages themselves, so a
new page is attacked without a word here. Each request is made in the same world and undone afterwards: a finding
stands by itself and can be repeated from its request alone, which is cut down to what is needed.

What is expected of every answer: no exception, no 5xx, a well-formed body, policy headers, no markup taken over from a
parameter, no redirect to a foreign host; a refused request has written nothing; what has been written has its line in
the log and reaches no foreign school and no foreign journal (`reach`); a student, a guardian and an inspector write
nothing at all.
"""

import json
import logging
import re
import sys
import traceback
from collections import Counter
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any
from urllib.parse import urlencode, urlsplit

from django.core.cache import cache
from django.core.signals import got_request_exception
from django.db import connection

from parta.foundation import sql
from tests.cast import World
from tests.reliability.hostile import BRAND
from tests.reliability.invention import Inventor, Request, multipart
from tests.reliability.reach import Reach
from tests.reliability.target import Target, undoing

QUIET = frozenset(
    {
        *(
            "django_session",
            "people_readtrace",
            "people_loginfailure",
            "people_knowndevice",
            "foundation_job",
        ),
        *("people_signin", "people_accountnotice", "diary_look", "diary_homeworkstate"),
        *("communication_receipt", "diary_homeworkcheck"),
        *("control_finding", "control_findingstep", "control_findingskept", "control_findingcursor"),
        "people_inspectionalias",  # drawn as an inspector first reads a person who came after the window was opened
    }
)
"""Tables that reading pages and signing in may write: sessions, traces of reading and looking, guesses, queued jobs,
and what pages of control keep of what they have worked out."""
OWN_AFFAIRS = frozenset(
    {
        *("login", "logout", "password", "school", "activate", "unlock", "lock", "seen"),
        *("login_second", "confirm", "second_step", "key_options", "recovery", "unsubscribe", "written"),
        *("language", "not_me"),
    }
)
"""Pages on which anyone changes their own account."""
OWN_WORDS = frozenset(
    {
        *("access_lost", "account", "message_new", "thread", "announcement", "questions"),
        *("diary_acknowledge", "diary_absences", "diary_data", "diary_homework", "diary_report"),
        *("notify", "feeds", "trainings"),
    }
)
"""Pages on which families and readers speak for themselves; their words leave a line, and touch no journal."""
READERS = frozenset({"student", "brother", "guardian", "other_guardian", "outsider", "contact", "inspector"})
"""Personas who never change anything of the school, their own words apart."""


@dataclass(slots=True)
class Finding:
    """Something that must not happen, with the smallest request that shows it."""

    what: str
    request: Request
    where: str = ""

    def __str__(self) -> str:
        return f"{self.what}\n{self.request}\n{self.where}"


@dataclass(slots=True)
class Report:
    """What a run did and found."""

    requests: int = 0
    statuses: Counter[int] = field(default_factory=Counter)
    per_route: Counter[str] = field(default_factory=Counter)
    wrote: Counter[str] = field(default_factory=Counter)
    """Accepted writes by route."""
    findings: list[Finding] = field(default_factory=list)
    kinds: set[str] = field(default_factory=set)

    def __str__(self) -> str:
        lines = [
            f"запросов {self.requests}; ответы {dict(sorted(self.statuses.items()))}",
            f"записали: {dict(self.wrote.most_common())}",
            *map(str, self.findings),
        ]
        return "\n".join(lines)


class Attack:
    """Sends requests and judges the answers."""

    def __init__(self, cast: World) -> None:
        self.world = Target(cast)
        self.reach = Reach(cast)
        self.fault: tuple[str, str] | None = None
        self.log_size = self._log_size()
        self.baseline: dict[str, Any] = {}
        self.tables = [
            table
            for table in connection.introspection.table_names()
            if table not in QUIET and table != "sqlite_sequence"
        ]

    def _log_size(self) -> int:
        return int(sql.read("SELECT COUNT(*) FROM foundation_logentry")[0][0])

    def note_exception(self, **named: Any) -> None:
        """Receiver of Django's signal: the exception and its last frames inside the project."""
        kind, fault, trace = sys.exc_info()
        frames = traceback.extract_tb(trace)
        ours = [frame for frame in frames if "/parta/" in frame.filename or "/config/" in frame.filename][-3:]
        where = "\n".join(
            f"    {Path(f.filename).name}:{f.lineno} {f.name}: {f.line}" for f in ours or frames[-3:]
        )
        self.fault = (f"{kind.__name__ if kind else '?'}: {str(fault)[:200]}", where)

    def send(self, made: Request) -> Any:
        """The answer to a request, in the persona's browser."""
        client = self.world.personas[made.persona]
        self.world._refresh(made.persona)
        path = made.path
        if made.query:
            path += "?" + urlencode(made.query, encoding="utf-8", errors="surrogatepass")
        named: dict[str, Any] = {"headers": {}}
        for name, value in made.headers:
            key = "HTTP_" + name.upper().replace("-", "_")
            if name in ("Content-Length", "Content-Type"):
                key = key.removeprefix("HTTP_")
            # As a server hands it over: bytes of the wire read as Latin-1.
            named[key] = value.encode("utf-8", "surrogatepass").decode("latin-1")
        if made.files:
            data, kind = multipart(made)
        elif made.body is not None:
            data, kind = made.body, made.content_type
        else:
            data = urlencode(made.fields, encoding="utf-8", errors="surrogatepass").encode()
            kind = made.content_type
        if "HTTP_COOKIE" in named:
            client.cookies.clear()
        return client.generic(
            made.method, path, data, content_type=kind or "application/octet-stream", **named
        )

    def judge(self, made: Request) -> Finding | None:
        """Send, look at everything, undo. None: nothing wrong."""
        self.fault = None
        wrote: set[str] = set()

        def watch(execute: Any, statement: str, params: Any, many: bool, context: Any) -> Any:
            found = _WRITES.match(statement)
            if found:
                wrote.add(found[1])
            return execute(statement, params, many, context)

        with undoing():
            with connection.execute_wrapper(watch):
                answer = self.send(made)
                body = b"".join(answer.streaming_content) if answer.streaming else answer.content
            self.last = answer
            found = self._of_answer(made, answer, body)
            self.changed = bool(wrote - QUIET)
            if found is None and self.changed and not connection.needs_rollback:
                found = self._of_writes(made, answer, wrote - QUIET)
        return found

    def _of_answer(self, made: Request, answer: Any, body: bytes) -> Finding | None:
        if self.fault is not None:
            return Finding(self.fault[0], made, self.fault[1])
        status = answer.status_code
        if status >= 500:
            return Finding(f"ответ {status}", made)
        if "Content-Security-Policy" not in answer:
            return Finding("ответ без Content-Security-Policy", made)
        target = answer.get("Location", "")
        if urlsplit(target).netloc or target.startswith(("//", "/\\", "javascript:")):
            return Finding(f"переход на чужой адрес {target[:80]}", made)
        kind = answer.get("Content-Type", "")
        if made.method == "HEAD" or not body:
            return None
        if kind.startswith("application/json"):
            try:
                json.loads(body, parse_constant=_refuse)
            except ValueError as fault:
                return Finding(f"испорченный JSON: {fault}", made)
        elif kind.startswith("text/html"):
            text = body.decode()
            if BRAND in text:
                return Finding("разметка из запроса попала на страницу", made, _around(text, BRAND))
            if "<!doctype html" in text.lower() and not text.rstrip().endswith("</html>"):
                return Finding("страница оборвана", made)
            if "Traceback (most recent" in text:
                return Finding("внутренности на странице", made)
        return None

    def _of_writes(self, made: Request, answer: Any, tables: set[str]) -> Finding | None:
        """A refused request leaves nothing; a taken one leaves its line in the log; readers leave nothing."""
        grown = self._log_size() - self.log_size
        changed = self._changed()
        if answer.status_code >= 400:
            if changed:
                return Finding(f"отказ {answer.status_code}, но изменено: {sorted(changed)}", made)
            return None
        if far := self.reach.too_far(made.persona, tables):
            return Finding(far, made)
        if not changed:
            return None
        if made.route in OWN_AFFAIRS:
            return None
        if made.persona in READERS and (made.route not in OWN_WORDS or _is_journal(changed)):
            return Finding(f"читатель изменил {sorted(changed)}", made)
        if grown <= 0:
            return Finding(f"изменено без записи в истории: {sorted(changed)}", made)
        return None

    def _changed(self) -> set[str]:
        now = self.state()
        return {table for table in now if now[table] != self.baseline[table]}

    def state(self) -> dict[str, Any]:
        """How many rows each table has, and the highest id."""
        found: dict[str, Any] = {}
        for table in self.tables:
            found[table] = sql.read(f"SELECT COUNT(*) FROM {connection.ops.quote_name(table)}")[0][0]
        return found

    def run(self, count: int, seed: int, most: int = 20) -> Report:
        """So many requests; stops at so many different findings, each cut down to its smallest request."""
        report = Report()
        got_request_exception.connect(self.note_exception)
        logging.disable(logging.CRITICAL)
        try:
            self.world.learn()
            self.baseline = self.state()
            inventor = Inventor(self.world, seed)
            for number in range(count):
                if number % 500 == 0:
                    cache.clear()
                made = inventor.request()
                found = self.judge(made)
                report.requests += 1
                report.statuses[self.last.status_code] += 1
                report.per_route[made.route] += 1
                if made.method == "GET" and self.last.status_code == 200 and re.search(r"/\d+/", made.path):
                    opened = self.world.opened.setdefault(made.route, [])
                    if len(opened) < 40:
                        opened.append((made.persona, made.path))
                self._follow(made)
                self.world.closed[made.route, made.method] += self.last.status_code == 405
                if found is None:
                    if self.changed and self.last.status_code < 400:
                        report.wrote[made.route] += 1
                    continue
                kind = f"{found.what.split(':')[0]}{found.where or made.route}"
                if kind not in report.kinds:
                    report.kinds.add(kind)
                    report.findings.append(self.smallest(found))
                if len(report.findings) >= most:
                    break
            after = self.state()
            if after != self.baseline:
                raise AssertionError("requests were not undone")
        finally:
            logging.disable(logging.NOTSET)
            got_request_exception.disconnect(self.note_exception)
        return report

    def _follow(self, made: Request) -> None:
        """Remember where the answer sent the persona, and what that address's neighbours are."""
        path = urlsplit(self.last.get("Location", "")).path
        if not path or not re.search(r"<str:", self._pattern(path)):
            return
        for route in self.world.routes:
            if "<str:" in route.pattern and route.pattern.split("<")[0] == self._pattern(path).split("<")[0]:
                token = path.removeprefix("/" + route.pattern.split("<")[0]).split("/")[0]
                neighbour = "/" + re.sub(r"<str:\w+>", token, route.pattern)
                self.world.went[route.name, made.persona] = [neighbour]

    def _pattern(self, path: str) -> str:
        name = self.world.route_of(path)
        return next((route.pattern for route in self.world.routes if route.name == name), "")

    def smallest(self, found: Finding) -> Finding:
        """The finding with everything left out that it does not need."""
        kind = found.what.split(":")[0]

        def still(made: Request) -> bool:
            nonlocal found
            try:
                again = self.judge(made)
            except Exception:
                return False
            if again is None or again.what.split(":")[0] != kind:
                return False
            found = again
            return True

        for name in ("headers", "query", "fields", "files"):
            for part in getattr(found.request, name):
                kept = tuple(x for x in getattr(found.request, name) if x is not part)
                still(replace(found.request, **{name: kept}))  # type: ignore[arg-type]
        for name in ("query", "fields"):
            for number, (key, value) in enumerate(getattr(found.request, name)):
                for simple in ("", "1", value[: len(value) // 2]):
                    parts = list(getattr(found.request, name))
                    parts[number] = (key, simple)
                    if still(replace(found.request, **{name: tuple(parts)})):  # type: ignore[arg-type]
                        break
        return found


def _is_journal(tables: set[str]) -> bool:
    """Whether rows of journals, people, plans or set-up are among the tables."""
    own = ("foundation_", "communication_", "diary_", "people_accessissue")
    return any(not table.startswith(own) for table in tables)


_WRITES = re.compile(r'\s*(?:INSERT(?: OR \w+)? INTO|UPDATE|DELETE FROM)\s+"?(\w+)"?', re.IGNORECASE)


def _refuse(name: str) -> None:
    raise ValueError(name)


def _around(text: str, word: str) -> str:
    place = text.index(word)
    return text[max(0, place - 80) : place + 80]
