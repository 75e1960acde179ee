"""Generated requests to every URL: as every persona, with every method, in every shape of body, friendly and hostile.

The routes come from the resolver, the names of parameters from the sources, the forms from the pages themselves, so a
new page is attacked without a word here. Each request is made in the same world and undone afterwards: a finding
stands by itself and can be repeated from its request alone, which is cut down to what is needed.

What is expected of every answer: no exception, no 5xx, a well-formed body, policy headers, no markup taken over from a
parameter, no redirect to a foreign host; a refused request has written nothing; what has been written has its line in
the log; a student, a guardian and an inspector write nothing at all.
"""

import json
import logging
import random
import re
import sys
import traceback
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode, urlsplit

from django.core.cache import cache
from django.core.signals import got_request_exception
from django.db import connection, transaction
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

from parta.foundation import sql
from parta.foundation.access import TABLE
from tests.cast import World, client_of

BRAND = "<x-fuzz>"
"""Markup that must never come back unescaped."""
ELSEWHERE = "evil.example"
QUIET = frozenset(
    {"django_session", "people_readtrace", "people_loginfailure", "people_knowndevice", "foundation_job"}
)
"""Tables that reading pages and signing in may write: sessions, traces of reading, guesses, queued jobs."""
OWN_AFFAIRS = frozenset({"login", "logout", "password", "school"})
"""Pages on which anyone changes their own account."""
READERS = frozenset({"student", "brother", "guardian", "other_guardian", "outsider", "contact", "inspector"})
"""Personas who never change anything of the school."""
ODD_METHODS = ("HEAD", "PUT", "DELETE", "OPTIONS", "PATCH", "TRACE", "НЕТ")


@dataclass(frozen=True, slots=True)
class Route:
    """One URL of the application, as the resolver knows it."""

    pattern: str
    name: str
    accepts: tuple[str, ...] = ()
    """Names of parameters its module reads."""
    permission: str = ""


@dataclass(frozen=True, slots=True)
class Request:
    """One request, whole: enough to repeat it."""

    persona: str
    route: str
    method: str
    path: str
    query: tuple[tuple[str, str], ...] = ()
    fields: tuple[tuple[str, str], ...] = ()
    files: tuple[tuple[str, str, str, bytes], ...] = ()
    """Field, file name, content type, content."""
    body: bytes | None = None
    content_type: str = ""
    headers: tuple[tuple[str, str], ...] = ()

    def __str__(self) -> str:
        told = [f"{self.persona}: {self.method} {self.path}"]
        told += [f"  ?{name}={value[:120]!r}" for name, value in self.query]
        told += [f"  {name}={value[:120]!r}" for name, value in self.fields]
        told += [
            f"  file {name} {file!r} {kind} {len(content)} B" for name, file, kind, content in self.files
        ]
        if self.body is not None:
            told.append(f"  {self.content_type}: {self.body[:600]!r}")
        told += [f"  {name}: {value[:120]!r}" for name, value in self.headers]
        return "\n".join(told)


@dataclass(slots=True)
class Finding:
    """Something that must not happen, with the smallest request that shows it."""

    what: str
    request: Request
    where: str = ""

    def __str__(self) -> str:
        return f"{self.what}\n{self.request}\n{self.where}"


def routes() -> list[Route]:
    """Every URL pattern with the parameter names that the sources of its view mention."""
    found: list[Route] = []

    def walk(resolver: Any, before: str) -> None:
        for entry in resolver.url_patterns:
            if isinstance(entry, URLResolver):
                walk(entry, before + str(entry.pattern))
            elif isinstance(entry, URLPattern):
                names = _names_in(sys.modules[entry.callback.__module__])
                permission = getattr(entry.callback, "permission", "")
                found.append(Route(before + str(entry.pattern), entry.name or "", names, permission))

    walk(get_resolver(), "")
    return found


_READ = re.compile(
    r"""(?:GET|POST|FILES|fields?|form|posted|data|payload|body|sent)(?:\.get(?:list)?\(|\[)\s*f?["'](\w+)["']"""
    r"""|(?:text|number|chosen|take|day|moment)\w*\([^()"']*["'](\w{2,24})["']"""
    r"""|name=\\?["'](\w+)["']"""
)


def _names_in(module: Any) -> tuple[str, ...]:
    """Names of request parameters that a module reads, as far as plain text shows them."""
    source = Path(module.__file__ or "").read_text(encoding="utf-8")
    return tuple(sorted({name for found in _READ.finditer(source) for name in found.groups() if name}))


class _Forms(HTMLParser):
    """The fields of a page's forms: name and the values they offer, by action."""

    def __init__(self) -> None:
        super().__init__()
        self.forms: list[tuple[str, dict[str, list[str]]]] = []
        self.links: list[str] = []
        self.select = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        told = {name: value or "" for name, value in attrs}
        if tag == "form":
            self.forms.append((told.get("action", ""), {}))
        if tag == "a" and told.get("href", "").startswith("/"):
            self.links.append(told["href"])
        if not self.forms:
            return
        box = self.forms[-1][1]
        if tag in ("input", "button", "textarea", "select") and told.get("name"):
            box.setdefault(told["name"], []).append(told.get("value", ""))
            self.select = told["name"] if tag == "select" else ""
        elif tag == "option" and self.select:
            box[self.select].append(told.get("value", ""))


HOSTILE = (
    "",
    " ",
    "0",
    "-1",
    "1",
    "2",
    "3",
    "7",
    "on",
    "true",
    "null",
    "None",
    "2147483648",
    "9223372036854775807",
    "9223372036854775808",
    "18446744073709551616",
    "9" * 40,
    "9" * 5000,
    "1e309",
    "NaN",
    "Infinity",
    "-0.0",
    "1,5",
    "٣",
    "²",
    "½",
    "５",
    "0x10",
    "1_000",
    "2026-10-14",
    "2026-10-12",
    "2026-13-45",
    "2026-02-30",
    "0001-01-01",
    "9999-12-31",
    "10000-01-01",
    "2026-W42",
    "2026-W42-3",
    "20261014",
    "14.10.2026",
    "14.10.2026 10:40",
    "2026-10-14T10:40",
    "10:40",
    "25:61",
    "00:00",
    "\x00",
    "а\x00б",
    "\ud800",
    "\udfff\ud800",
    "\u202e5",
    "\ufeff",
    "е\u0301",
    "👩‍👩‍👧",
    "Ё" * 300,
    "a" * 3000,
    "\r\nSet-Cookie: a=b",
    "a\nb",
    BRAND,
    f'"{BRAND}',
    f"'>{BRAND}</script>",
    "javascript:alert(1)",
    "' OR 1=1 --",
    "%s %d %(x)s {0} {x}",
    "{{7*7}}",
    "{% raise %}",
    "../../../../etc/passwd",
    "..\\..\\x",
    f"//{ELSEWHERE}/",
    f"https://{ELSEWHERE}/",
    f"/\\{ELSEWHERE}",
    "/journals/",
    "=1+1",
    "@SUM(A1)",
    "5",
    "5/4",
    "5/",
    "/",
    "2",
    "н",
    "Б",
    "y",
    "oral",
    "control",
    "mark",
    "goethe23",
    "save",
    "add",
    "delete",
    "end",
    "teacher",
    "class_teacher",
    "quarter",
    "year",
    "week",
    "lessons",
    "Иванов",
    "Русский язык",
    "I четверть",
    "[]",
    "{}",
    '{"a": [1]}',
    "1;2;3",
    "1,2,3",
    "Русский; Математика\n1; 2\t3",
)
HEADERS = (
    ("Accept", "application/json"),
    ("Accept", "*/*;q=nonsense"),
    ("Accept-Language", "zz-ZZ,\x7f"),
    ("Accept-Encoding", "br;q=1, gzip"),
    ("Cookie", "parta_session=; parta_csrf=x"),
    ("Cookie", "parta_session=" + "я" * 50),
    ("Cookie", 'sessionid="\\"; =; ;;; $Version=1'),
    ("Cookie", "messages=x; parta_device=" + "A" * 300),
    ("Host", "evil.example"),
    ("Host", "a b"),
    ("Host", "[::1"),
    ("Referer", "https://evil.example/\xff"),
    ("Origin", "null"),
    ("X-Forwarded-For", "1.2.3.4, nonsense, ::1"),
    ("X-Forwarded-For", "\x00'"),
    ("X-Forwarded-Proto", "https"),
    ("X-Forwarded-Host", "evil.example"),
    ("X-Requested-With", "XMLHttpRequest"),
    ("If-Modified-Since", "Thu, 99 Foo 0000 99:99:99 GMT"),
    ("If-None-Match", '"\x00"'),
    ("Range", "bytes=5-2,-1"),
    ("Content-Encoding", "gzip"),
    ("Transfer-Encoding", "chunked"),
    ("User-Agent", "\u0416" * 20),
)
CONTENT_TYPES = (
    "application/json",
    "application/json; charset=utf-16",
    "application/json; charset=nonsense",
    "application/x-www-form-urlencoded",
    "application/x-www-form-urlencoded; charset=nonsense",
    "application/x-www-form-urlencoded; charset=utf-7",
    "multipart/form-data",
    "multipart/form-data; boundary=",
    "multipart/form-data; boundary=x",
    'multipart/form-data; boundary="x"; charset=nonsense',
    "text/plain",
    "text/xml",
    "nonsense",
    "",
)
FILES = (
    (
        "школа.xlsx",
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        b"PK\x03\x04" + b"\x00" * 60,
    ),
    ("a.xlsx", "application/zip", b"PK\x05\x06" + b"\x00" * 18),
    ("люди.csv", "text/csv", "Фамилия;Имя\nИванов;Иван\n".encode("cp1251")),
    ("users.csv", "text/csv", b"\xff\xfes\x00o\x00u\x00r\x00"),
    (
        "t.xml",
        "text/xml",
        b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b "cc"><!ENTITY d SYSTEM "file:///etc/passwd">]><a>&b;&d;</a>',
    ),
    ("t.fet", "text/xml", b"<?xml version='1.0' encoding='nonsense'?><fet version='6.0'></fet>"),
    ("f.fet", "application/octet-stream", b"<fet><Institution_Name>x</Institution_Name><Days_List/></fet>"),
    (
        "timetable.xml",
        "text/xml",
        b"<timetable ascttversion='2008'><periods/><days/><cards><card/></cards></timetable>",
    ),
    ("empty.xlsx", "", b""),
    ("../../x.pdf", "application/pdf", b"%PDF-1.4 \xff"),
    ("\x00.png", "image/png\r\nX: y", b"\x89PNG\r\n\x1a\n"),
    ("я" * 400 + ".docx", "application/msword", b"x" * 2000),
    (BRAND + ".svg", "image/svg+xml", b"<svg onload=alert(1)>"),
    ("noext", "nonsense", bytes(range(256))),
)


class World_:
    """What requests are made of: ids, forms and names found in the world under attack."""

    def __init__(self, cast: World) -> None:
        self.personas: dict[str, Client] = {
            name: client_of(person)
            for name, person in cast.people.items()
            if person.user_id is not None and not re.fullmatch(r"student\d+", name)
        }
        self.personas["installer"] = client_of(cast.installer)
        self.personas["foreign_teacher"] = client_of(cast.outside.teacher)
        self.personas["nobody"] = client_of(None)
        for client in self.personas.values():
            client.raise_request_exception = False
        self.cookies = {
            name: {key: morsel.value for key, morsel in client.cookies.items()}
            for name, client in self.personas.items()
        }
        self.routes = routes()
        self.welcome = {
            name: [
                persona
                for persona, person in cast.people.items()
                if persona in self.personas and rule.allows(cast.viewer(person))
            ]
            for name, rule in TABLE.items()
        }
        self.ids = self._ids()
        self.codes = self._codes(cast)
        self.closed: Counter[str] = Counter()
        """How often a page has said that it takes no POST."""
        self.forms: dict[str, list[dict[str, list[str]]]] = {}
        self.queries: dict[str, set[str]] = {}
        self.russian = cast.journals["russian"].id
        self.operations = list(_operations(cast))

    def _ids(self) -> dict[str, list[int]]:
        """Some ids of every table that a URL may mean, by the word before `_id`."""
        tables = {
            "journal": "plans_journal",
            "lesson": "timetable_lesson",
            "student": "people_enrolment",
            "person": "people_person",
            "homeroom": "organisation_homeroom",
            "subgroup": "organisation_subgroup",
            "plan": "plans_thematicplan",
            "attachment": "journal_attachment",
            "permit": "journal_permit",
            "term": "organisation_term",
            "assessment": "journal_assessment",
        }
        found = {}
        for word, table in tables.items():
            column = "student_id" if word == "student" else "id"
            rows = sql.read(f"SELECT DISTINCT {column} FROM {table} ORDER BY 1 LIMIT 40")
            found[word] = [row[0] for row in rows]
        return found

    def _codes(self, cast: World) -> list[str]:
        return [cast.school.code, cast.homeroom.title, cast.people["teacher"].surname, "oral", "russian"]

    def learn(self) -> None:
        """Open each page as those who may, and keep its forms and links."""
        by_path = sorted(self.routes, key=lambda route: route.pattern)
        for route in by_path:
            for persona in ("operator", "deputy", "teacher", "class_teacher", "guardian", "nobody"):
                for path in self._some_paths(route):
                    with undoing():
                        answer = self.personas[persona].get(path)
                    self._refresh(persona)
                    if answer.status_code == 200 and "html" in answer.get("Content-Type", ""):
                        parser = _Forms()
                        parser.feed(answer.content.decode())
                        for action, box in parser.forms:
                            target = urlsplit(action).path or path
                            self.forms.setdefault(self.route_of(target), []).append(box)
                        for link in parser.links:
                            parts = urlsplit(link)
                            if parts.query:
                                self.queries.setdefault(self.route_of(parts.path), set()).add(parts.query)

    def _some_paths(self, route: Route) -> list[str]:
        path = route.pattern
        for kind, name in re.findall(r"<(\w+):(\w+)>", path):
            ids = self.ids.get(name.removesuffix("_id"), [1])
            value = str(ids[0]) if kind == "int" and ids else "x"
            path = path.replace(f"<{kind}:{name}>", value)
        return [f"/{path}"]

    def route_of(self, path: str) -> str:
        """The name of the route a path leads to."""
        from django.urls import Resolver404, resolve

        try:
            return resolve(path).url_name or ""
        except Resolver404:
            return ""

    def _refresh(self, persona: str) -> None:
        client = self.personas[persona]
        client.cookies.clear()
        for key, value in self.cookies[persona].items():
            client.cookies[key] = value


def _operations(cast: World) -> Iterator[dict[str, Any]]:
    """Well-formed bodies of the JSON endpoints, to be spoiled."""
    lesson, student = cast.lesson.id, cast.students[1].id
    changes: tuple[dict[str, Any], ...] = (
        {"fact": "topic", "lesson": lesson, "topic": "Лексика", "planned": cast.topics[3].id, "seen": 0},
        {
            "fact": "mark",
            "lesson": lesson,
            "assessment": None,
            "work": "oral",
            "student": student,
            "value": "5",
            "seen": 0,
            "reason": "",
            "comment": "",
            "undo": False,
            "position": 1,
        },
        {"fact": "absence", "lesson": lesson, "student": student, "symbol": "н", "minutes": None, "seen": 0},
        {"fact": "roll", "lesson": lesson},
        {"fact": "conducted", "lesson": lesson, "substitution": True},
        {
            "fact": "homework",
            "lesson": lesson,
            "student": None,
            "text": "§ 5",
            "none": False,
            "minutes": 25,
            "due_lesson": cast.lesson_on("russian", cast.on, 4).id,
            "seen": 0,
        },
        {"fact": "note", "lesson": lesson, "student": student, "kind": "praise", "text": "Молодец"},
        {"fact": "note", "id": 1, "withdraw": True},
        {"fact": "final", "term": cast.term.id, "student": student, "value": "4", "seen": 0, "reason": ""},
    )
    for change in changes:
        yield {"operation": "5f0c3f8e-6a55-4c6e-9b38-0f3c6a7a1b10", "changes": [change]}
    yield {"operation": "5f0c3f8e-6a55-4c6e-9b38-0f3c6a7a1b11", "changes": list(changes)}
    yield {
        "operation": "5f0c3f8e-6a55-4c6e-9b38-0f3c6a7a1b12",
        "journal": cast.journals["russian"].id,
        "lesson": lesson,
        "student": student,
        "fact": "mark",
        "wanted": "5",
        "clauses": ["GT-P-2.4a"],
        "reason": "учитель болел",
    }


class undoing:  # noqa: N801  (reads as a word at its use)
    """Whatever the block does to the database is undone at its end."""

    def __enter__(self) -> None:
        self.point = transaction.savepoint()

    def __exit__(self, *fault: object) -> None:
        connection.needs_rollback = False
        transaction.savepoint_rollback(self.point)
        transaction.savepoint_commit(self.point)
        connection.run_on_commit = []


class Inventor:
    """Makes requests up."""

    def __init__(self, world: World_, seed: int) -> None:
        self.world = world
        self.dice = random.Random(seed)

    def value(self, offered: Sequence[str] = (), spoil: float = 0.25) -> str:
        """A value: mostly one that was offered, an id, or something hostile."""
        dice = self.dice
        if offered and dice.random() > spoil:
            return dice.choice(list(offered))
        kind = dice.random()
        if kind < 0.2:
            ids = self.world.ids[dice.choice(list(self.world.ids))]
            return str(dice.choice(ids)) if ids else "1"
        if kind < 0.3:
            return dice.choice(self.world.codes)
        if kind < 0.4:
            return "".join(
                chr(
                    dice.choice(
                        (dice.randrange(32, 127), dice.randrange(0x400, 0x460), dice.randrange(0x110000))
                    )
                )
                for _ in range(dice.randrange(12))
            )
        return dice.choice(HOSTILE)

    def request(self) -> Request:
        """The next request."""
        dice, world = self.dice, self.world
        route = dice.choice(world.routes)
        if route.name == "login" and dice.random() < 0.8:
            route = dice.choice(world.routes)  # checking a password is dear by design
        method = dice.choice(ODD_METHODS) if dice.random() < 0.08 else dice.choice(("GET", "POST", "POST"))
        if method == "POST" and world.closed[route.name] > 10 and dice.random() < 0.95:
            method = "GET"
        welcome = world.welcome.get(route.permission)
        made = Request(
            persona=dice.choice(welcome if welcome and dice.random() < 0.75 else list(world.personas)),
            route=route.name,
            method=method,
            path=self._path(route),
            query=self._query(route) if dice.random() < (0.7 if method in ("GET", "HEAD") else 0.15) else (),
        )
        if method in ("POST", "PUT", "PATCH", "DELETE"):
            made = self._with_body(made, route)
        if dice.random() < 0.15:
            made = replace(made, headers=tuple(dice.sample(HEADERS, dice.randint(1, 2))))
        return made

    def _path(self, route: Route) -> str:
        dice = self.dice
        path = route.pattern
        for kind, name in re.findall(r"<(\w+):(\w+)>", path):
            ids = self.world.ids.get(name.removesuffix("_id")) or [1, 2, 3]
            if kind == "int":
                value = str(dice.choice(ids))
                if dice.random() < 0.12:
                    value = dice.choice(("0", "999999", "9223372036854775808", "9" * 30, "007", "1" * 4400))
            else:
                value = quote(self.value().replace("/", "-").encode("utf-8", "surrogatepass")) or "x"
            path = path.replace(f"<{kind}:{name}>", value)
        path = f"/{path}"
        if dice.random() < 0.03:
            path += dice.choice(("/", "%00", "%ED%A0%80", "..%2f", ";a=b", "я"))
        return path

    def _names(self, route: Route) -> list[str]:
        return list(route.accepts) or ["id", "next", "q"]

    def _query(self, route: Route) -> tuple[tuple[str, str], ...]:
        dice = self.dice
        known = self.world.queries.get(route.name)
        if known and dice.random() < 0.4:
            pairs = [part.partition("=") for part in dice.choice(sorted(known)).split("&")]
            return tuple((name, self.value([value])) for name, _, value in pairs)
        names = self._names(route)
        return tuple((dice.choice(names), self.value()) for _ in range(dice.randint(1, 3)))

    def _with_body(self, made: Request, route: Route) -> Request:
        dice = self.dice
        kind = dice.random()
        is_script = route.name in ("journal_write", "permit_ask")
        if (is_script and kind < 0.85) or kind < 0.06:
            return self._scripted(made, route)
        if kind < 0.12:
            body = bytes(dice.randrange(256) for _ in range(dice.randrange(60)))
            return replace(made, body=body, content_type=dice.choice(CONTENT_TYPES))
        fields = self._fields(route)
        if kind < 0.3 or ("file" in route.accepts and kind < 0.8):
            names = [name for name in self._names(route) if "file" in name] or self._names(route)
            files = tuple((dice.choice(names), *dice.choice(FILES)) for _ in range(dice.randint(1, 2)))
            return replace(made, fields=fields, files=files, content_type="multipart/form-data")
        return replace(made, fields=fields, content_type="application/x-www-form-urlencoded")

    def _fields(self, route: Route) -> tuple[tuple[str, str], ...]:
        dice = self.dice
        forms = self.world.forms.get(route.name)
        if forms and dice.random() < 0.85:
            spoil = dice.choice((0.02, 0.1, 0.4))
            box = dice.choice(forms)
            fields = [
                (name, self.value([*offered, *HOSTILE[2:8]] if offered == [""] else offered, spoil))
                for name, offered in box.items()
                if dice.random() > 0.05
            ]
            if dice.random() < 0.2 and fields:
                fields.append((dice.choice(fields)[0], self.value()))
            return tuple(fields)
        names = self._names(route)
        return tuple((dice.choice(names), self.value()) for _ in range(dice.randint(0, 6)))

    def _scripted(self, made: Request, route: Route) -> Request:
        dice = self.dice
        asks = [body for body in self.world.operations if ("clauses" in body) == (route.name == "permit_ask")]
        body: Any = json.loads(json.dumps(dice.choice(asks)))
        if dice.random() < 0.6:  # in the journal and the hands it is meant for
            path = f"/journals/{self.world.russian}/write" if route.name == "journal_write" else made.path
            made = replace(made, persona="teacher", method="POST", path=path)
        body["operation"] = f"{dice.getrandbits(32):08x}-6a55-4c6e-9b38-0f3c6a7a1b10"
        for _ in range(dice.choice((0, 1, 1, 2, 4))):
            body = self._spoiled(body)
        text = json.dumps(body, ensure_ascii=dice.random() < 0.5)
        match dice.randrange(40):
            case 0:
                text = "[" * 100_000
            case 1:
                text = text.replace('"seen": 0', '"seen": NaN')
            case 2:
                text = text[: dice.randrange(len(text))]
            case 3:
                text = text.replace("5", "9" * 5000, 1)
            case 4:
                text = "\ufeff" + text
        raw = text.encode("utf-8", "surrogatepass")
        kind = "application/json" if dice.random() < 0.9 else dice.choice(CONTENT_TYPES)
        return replace(made, body=raw, content_type=kind)

    def _spoiled(self, body: Any) -> Any:
        """The body with one place changed."""
        dice = self.dice
        places: list[tuple[Any, Any]] = []

        def walk(node: Any) -> None:
            for key in list(node) if isinstance(node, dict) else range(len(node)):
                places.append((node, key))
                if isinstance(node[key], dict | list):
                    walk(node[key])

        if not isinstance(body, dict | list):
            return body
        walk(body)
        if not places:
            return body
        node, key = dice.choice(places)
        match dice.randrange(9):
            case 0:
                del node[key]
            case 1 | 2 | 3:
                node[key] = self.value()
            case 4:
                node[key] = dice.choice(
                    (None, True, False, 0, -1, 1.5, 10**18, 10**30, -(2**63), [], {}, [[]], "5")
                )
            case 5:
                node[key] = dice.choice((*self.world.ids["lesson"][:20], *self.world.ids["student"][:20]))
            case 6 if isinstance(node, dict):
                node[self.value()] = node[key]
            case 7:
                deep: Any = node[key]
                for _ in range(dice.choice((1, 3, 60))):
                    deep = [deep]
                node[key] = deep
            case _ if isinstance(node, list):
                node.append(json.loads(json.dumps(node[key])))
        return body


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
        self.world = World_(cast)
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
            data, kind = _multipart(made)
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
        if not changed:
            return None
        if made.route in OWN_AFFAIRS:
            return None
        if made.persona in READERS:
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
                self.world.closed[made.route] += made.method == "POST" and self.last.status_code == 405
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
                still(replace(found.request, **{name: kept}))
        for name in ("query", "fields"):
            for number, (key, value) in enumerate(getattr(found.request, name)):
                for simple in ("", "1", value[: len(value) // 2]):
                    parts = list(getattr(found.request, name))
                    parts[number] = (key, simple)
                    if still(replace(found.request, **{name: tuple(parts)})):
                        break
        return found


_WRITES = re.compile(r'\s*(?:INSERT(?: OR \w+)? INTO|UPDATE|DELETE FROM)\s+"?(\w+)"?', re.IGNORECASE)


def _refuse(name: str) -> None:
    raise ValueError(name)


def _around(text: str, word: str) -> str:
    place = text.index(word)
    return text[max(0, place - 80) : place + 80]


def _multipart(made: Request) -> tuple[bytes, str]:
    """The body as a browser would send it, hostile names included."""
    boundary = "fuzzfuzzfuzz"
    out = []
    for name, value in made.fields:
        out.append(
            f'--{boundary}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'.encode(
                "utf-8", "surrogatepass"
            )
        )
    for name, file, kind, content in made.files:
        told = f'form-data; name="{name}"; filename="{file}"'
        head = f"--{boundary}\r\nContent-Disposition: {told}\r\nContent-Type: {kind}\r\n\r\n"
        out.append(head.encode("utf-8", "surrogatepass") + content + b"\r\n")
    out.append(f"--{boundary}--\r\n".encode())
    return b"".join(out), f"multipart/form-data; boundary={boundary}"
