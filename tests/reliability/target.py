"""What is under attack: every route with its parameters, the personas, the ids, forms and links of their pages."""

import random
import re
import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from html.parser import HTMLParser
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from urllib.parse import urlsplit

from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection, transaction
from django.test import Client
from django.urls import Resolver404, URLPattern, URLResolver, get_resolver, resolve

from parta.foundation import sql
from parta.foundation.access import TABLE
from tests.cast import World, client_of
from tests.reliability.hostile import FILES

SCRIPTED = frozenset({"journal_write", "permit_ask"})
"""Routes that take JSON."""
LEARNERS = (
    "operator deputy teacher class_teacher guardian nobody foreign_deputy foreign_class_teacher".split()
)
"""Whose pages are read for forms and links. What another school's forms offer is sent by hands of this one too."""


@dataclass(frozen=True, slots=True)
class Route:
    """One URL of the application, as the resolver knows it."""

    pattern: str
    name: str
    accepts: tuple[str, ...] = ()
    """Names of parameters its module reads."""
    permission: str = ""


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


class Target:
    """What requests are made of: ids, forms and names found in the world under attack."""

    def __init__(self, cast: World) -> None:
        self.personas: dict[str, Client] = {
            name: client_of(person)
            for name, person in cast.people.items()
            if person.user_id is not None and not re.fullmatch(r"student\d+", name)
        }
        self.personas["installer"] = client_of(cast.installer)
        for name in ("teacher", "deputy", "class_teacher", "guardian"):
            self.personas[f"foreign_{name}"] = client_of(cast.outside.people[name])
        self.personas["nobody"] = client_of(None)
        for client in self.personas.values():
            client.raise_request_exception = False
        self.cookies = {
            name: {key: morsel.value for key, morsel in client.cookies.items()}
            for name, client in self.personas.items()
        }
        self.routes = routes()
        self.weighted = [*self.routes, *[r for r in self.routes if r.name in SCRIPTED for _ in range(5)]]
        self.welcome = {
            name: [
                persona
                for persona, person in cast.people.items()
                if persona in self.personas and rule.allows(cast.viewer(person))
            ]
            for name, rule in TABLE.items()
        }
        self._furnish(cast)
        self.ids = self._ids()
        self.codes = self._codes(cast)
        self.opened: dict[str, list[tuple[str, str]]] = {}
        """Who has opened which address of a route with an id."""
        self.went: dict[tuple[str, str], list[str]] = {}
        """Where redirects have led, by route and persona: addresses with a token nobody could guess."""
        self.closed: Counter[tuple[str, str]] = Counter()
        """How often a page has said that it does not take a method."""
        self.forms: dict[str, list[dict[str, list[str]]]] = {}
        self.queries: dict[str, set[str]] = {}
        self.russian = cast.journals["russian"].id
        self.operations = list(_operations(cast))
        self.files = (*FILES, *_workbooks())

    def _furnish(self, cast: World) -> None:
        """What the cast lacks: a wish for a permit, homework with a file."""
        body = next(body for body in _operations(cast) if "clauses" in body)
        answer = self.personas["teacher"].post("/permits/ask", body, content_type="application/json")
        assert answer.status_code == 200, answer.content.decode()
        file = SimpleUploadedFile("задание.pdf", b"%PDF-1.4", "application/pdf")
        path = f"/lessons/{cast.lesson_on('russian', cast.on).id}/files"
        answer = self.personas["teacher"].post(path, {"file": file, "text": "§ 5"})
        assert answer.status_code in (302, 303), answer.content.decode()

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
            rows = [
                row[0]
                for row in sql.read(
                    f"SELECT DISTINCT {column} FROM {table} WHERE {column} IS NOT NULL ORDER BY 1"
                )
            ]
            found[word] = rows[:30] + rows[30:][-10:]  # the last ones are the other school's
        return found

    def _codes(self, cast: World) -> list[str]:
        return [cast.school.code, cast.homeroom.title, cast.people["teacher"].surname, "oral", "russian"]

    def learn(self) -> None:
        """Open each page as those who may, and keep its forms and links."""
        by_path = sorted(self.routes, key=lambda route: route.pattern)
        for route in by_path:
            for persona in LEARNERS:
                for path in self._some_paths(route, -1 if persona.startswith("foreign") else 0):
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

    def _some_paths(self, route: Route, place: int) -> list[str]:
        path = route.pattern
        for kind, name in re.findall(r"<(\w+):(\w+)>", path):
            ids = self.ids.get(name.removesuffix("_id"), [1])
            value = str(ids[place]) if kind == "int" and ids else "x"
            path = path.replace(f"<{kind}:{name}>", value)
        return [f"/{path}"]

    def route_of(self, path: str) -> str:
        """The name of the route a path leads to."""
        try:
            return resolve(path).url_name or ""
        except Resolver404:
            return ""

    def _refresh(self, persona: str) -> None:
        client = self.personas[persona]
        client.cookies.clear()
        for key, value in self.cookies[persona].items():
            client.cookies[key] = value


def _workbooks() -> Iterator[tuple[str, str, bytes]]:
    """The program's own template with its examples: as it is (thrice as likely as the rest), cut short, damaged."""
    from parta.exchange import template

    with TemporaryDirectory() as folder:
        path = Path(folder) / "t.xlsx"
        template.write(path)
        whole = path.read_bytes()
    for _ in range(8):
        yield "школа.xlsx", "", whole
    yield "school.xlsx", "", whole[: len(whole) // 2]
    dice = random.Random(1)
    for number in range(3):
        damaged = bytearray(whole)
        for _ in range(20):
            damaged[dice.randrange(len(whole))] = dice.randrange(256)
        yield f"{number}.xlsx", "", bytes(damaged)


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
