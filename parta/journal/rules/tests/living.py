"""A school that lives under acts written for a test: adopted as its director would, written in as its teachers do."""

import json
import uuid
from datetime import date, datetime
from typing import Any

from parta.foundation.log import SYSTEM
from parta.journal.rules.owed import Finding, Scope
from parta.journal.rules.watches import findings
from parta.regulation.actions import adopt
from parta.regulation.edition import RegulationError, parse_edition
from parta.regulation.models import Edition
from parta.regulation.queries import law as law_of_school
from parta.timetable.calendar import calendar_of

HEAD = '[act]\ncode = "{code}"\ntitle = "Акт {code}"\nrank = "{rank}"\nin_force_from = 2026-09-01\n'


def text_of(*rules: str, code: str = "Н", rank: str = "school", more: str = "") -> str:
    """The file of an act: each rule is the lines of one entry; its clause is the code and its number."""
    lines = [HEAD.format(code=code, rank=rank) + more]
    for number, rule in enumerate(rules, 1):
        lines.append(f'\n[[rule]]\nclause = ["{code}-{number}"]\n{rule.strip()}\n')
    return "".join(lines)


def faults(source: str) -> list[str]:
    """What is wrong with a file, line by line; empty when nothing is."""
    try:
        parse_edition(source)
    except RegulationError as error:
        return [str(problem) for problem in error.problems]
    return []


def live_under(cast: Any, *sources: str) -> None:
    """These acts instead of the cast's preset, since 1 September."""
    Edition.objects.filter(school=cast.school).delete()
    for source in sources:
        adopt(school_id=cast.school.id, source=source, by=SYSTEM, at=cast.local(date(2026, 9, 1), 9))
    cast.school.refresh_from_db()


def law_now(cast: Any) -> Any:
    """The school's law, read afresh."""
    return law_of_school.__wrapped__(cast.school.id, 0)


def days_of(cast: Any) -> Any:
    """The school's calendar."""
    return calendar_of.__wrapped__(cast.school.id, cast.school.timezone, 0)


def owed(cast: Any, at: datetime, since: date = date(2026, 9, 1)) -> list[Finding]:
    """What the watches over lessons find at a moment."""
    return findings(law_now(cast), cast.school.id, Scope(), since=since, at=at, calendar=days_of(cast))


def send(client: Any, journal: Any, *changes: dict[str, Any]) -> Any:
    """Changes as a page sends them."""
    body = json.dumps({"operation": str(uuid.uuid4()), "changes": list(changes)})
    return client.post(f"/journals/{journal.id}/write", data=body, content_type="application/json")


def mark(lesson: Any, student: Any, value: str, work: str = "oral", **more: Any) -> dict[str, Any]:
    """A mark as the page sends it."""
    facts = {"fact": "mark", "lesson": lesson.id, "assessment": None, "work": work, "student": student.id}
    return facts | {"value": value, "seen": 0} | more


def cited(answer: Any) -> set[str]:
    """Ids of the clauses a write was refused by, or remarked with."""
    body = answer.json()
    if answer.status_code == 200:
        return {id for saved in body["saved"] for one in saved.get("remarks", ()) for id in one["clauses"]}
    return {clause["id"] for refused in body["refused"] for clause in refused["clauses"]}
