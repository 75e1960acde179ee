"""Steps that clause tests share: a write as the journal page sends it, a form as a browser posts it, a page as text."""

import html
import json
import re
import subprocess
import uuid
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest

from parta.control.models import FindingsKept
from parta.journal.rules.late_marks import late_marks
from parta.journal.rules.owed import Finding, Scope
from parta.journal.rules.watches import findings
from parta.regulation.queries import law as law_of_school
from parta.timetable.calendar import calendar_of

COLLEGE, CENTRE, IPATOVO, DUBROVO = "egorievsk-college", "kemerovo-ct", "ipatovo1", "dubrovo"
GYMNASIUM = "goethe23"
MONDAY = date(2026, 10, 12)
TUESDAY = date(2026, 10, 13)
FUTURE = date(2026, 10, 20)
SINCE = date(2026, 9, 1)


def presets(*rows: tuple[str, ...]) -> Any:
    """The cast of each preset, with the clause that the test proves under it; a third word says what is lacking."""
    lines = [
        pytest.param(
            preset,
            id=clause,
            marks=pytest.mark.clause(clause, partly=lacks[0]) if lacks else pytest.mark.clause(clause),
        )
        for preset, clause, *lacks in rows
    ]
    return pytest.mark.parametrize("cast", lines, indirect=True)


def under(preset: str) -> Any:
    """The cast of one preset; the clauses stand in marks of their own."""
    return pytest.mark.parametrize("cast", [preset], indirect=True)


def send(client: Any, journal: Any, *changes: dict[str, Any]) -> Any:
    """One operation of the journal page."""
    body = json.dumps({"operation": str(uuid.uuid4()), "changes": list(changes)})
    return client.post(f"/journals/{journal.id}/write", data=body, content_type="application/json")


def saved(answer: Any) -> dict[str, Any]:
    """The first result of an operation that must have passed."""
    assert answer.status_code == 200, answer.content.decode()
    found: dict[str, Any] = answer.json()["saved"][0]
    return found


def refused_by(answer: Any) -> set[str]:
    """Ids of the clauses that refused an operation."""
    assert answer.status_code == 422, answer.content.decode()
    return {clause["id"] for item in answer.json()["refused"] for clause in item["clauses"]}


def remarks_of(answer: Any) -> set[str]:
    """Ids of the clauses by which a passed operation was remarked."""
    assert answer.status_code == 200, answer.content.decode()
    return {
        clause
        for item in answer.json()["saved"]
        for one in item.get("remarks", [])
        for clause in one["clauses"]
    }


def mark(
    lesson: Any, student: Any, value: str, work: str = "oral", seen: int = 0, **more: Any
) -> dict[str, Any]:
    facts = {"fact": "mark", "lesson": lesson.id, "assessment": None, "work": work, "student": student.id}
    return facts | {"value": value, "seen": seen} | more


def absent(lesson: Any, student: Any, symbol: str, seen: int = 0, **more: Any) -> dict[str, Any]:
    return {
        "fact": "absence",
        "lesson": lesson.id,
        "student": student.id,
        "symbol": symbol,
        "seen": seen,
    } | more


def roll(lesson: Any) -> dict[str, Any]:
    return {"fact": "roll", "lesson": lesson.id}


def topic(lesson: Any, text: str, planned: Any = None, seen: int = 0) -> dict[str, Any]:
    return {
        "fact": "topic",
        "lesson": lesson.id,
        "topic": text,
        "planned": planned and planned.id,
        "seen": seen,
    }


def held(lesson: Any, **more: Any) -> dict[str, Any]:
    return {"fact": "conducted", "lesson": lesson.id} | more


def homework(
    lesson: Any, text: str = "", none: bool = False, student: Any = None, **more: Any
) -> dict[str, Any]:
    return {
        "fact": "homework",
        "lesson": lesson.id,
        "student": student and student.id,
        "text": text,
        "none": none,
        "seen": 0,
    } | more


def note(lesson: Any, student: Any, kind: str, text: str) -> dict[str, Any]:
    return {"fact": "note", "lesson": lesson.id, "student": student.id, "kind": kind, "text": text}


def final(term: Any, student: Any, value: str, seen: int = 0) -> dict[str, Any]:
    return {"fact": "final", "term": term.id, "student": student.id, "value": value, "seen": seen}


def done(answer: Any) -> Any:
    """A form that was carried out leads on."""
    assert answer.status_code in (302, 303), text(answer)
    return answer


def text(answer: Any) -> str:
    """A page as words in a row, without its markup; no-break spaces are plain ones."""
    body = answer.content.decode()
    body = body[body.index("<main") :] if "<main" in body else body
    body = re.sub(r"<(script|style|svg)[^>]*>.*?</\1>", "", body, flags=re.S)
    body = html.unescape(re.sub(r"<[^>]*>", " ", body)).replace("\u00a0", " ")
    return " ".join(body.split())


def page(client: Any, address: str, status: int = 200) -> str:
    """A page as text; its status must be the expected one."""
    answer = client.get(address)
    assert answer.status_code == status, f"{address}: {answer.status_code}"
    return text(answer)


def page_anew(client: Any, address: str) -> str:
    """A page of control after rows were put in the database behind the actions: what is kept is worked out anew."""
    FindingsKept.objects.update(at=None)
    return page(client, address)


def leaves(answer: Any, tmp_path: Path) -> list[str]:
    """The text of each page of a PDF, by poppler."""
    assert answer.status_code == 200 and answer.headers["Content-Type"] == "application/pdf", text(answer)
    place = tmp_path / "paper.pdf"
    place.write_bytes(answer.content)
    ran = subprocess.run(["pdftotext", "-layout", place, "-"], capture_output=True, text=True, check=True)
    return ran.stdout.replace("\xa0", " ").split("\f")[:-1]


def owed(cast: Any, at: datetime, scope: Scope | None = None) -> list[Finding]:
    """What the watches find at a moment."""
    return _watched(findings, cast, at, scope or Scope())


def late(cast: Any, at: datetime) -> list[Finding]:
    """Marks set after their limit."""
    return _watched(late_marks, cast, at, Scope())


def _watched(watch: Any, cast: Any, at: datetime, scope: Scope) -> list[Finding]:
    calendar = calendar_of.__wrapped__(cast.school.id, cast.school.timezone, 0)
    rules = law_of_school.__wrapped__(cast.school.id, 0)
    found: list[Finding] = watch(rules, cast.school.id, scope, since=SINCE, at=at, calendar=calendar)
    return found


def ids(finding: Finding) -> set[str]:
    return {clause.id for clause in finding.clauses}
