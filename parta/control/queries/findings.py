"""Kept findings as pages show them: from the viewer's scope, with their places and people, in one statement."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from parta.control.models import FindingStep
from parta.control.queries.sources import page_for
from parta.foundation import sql
from parta.journal.queries.words import class_name, from_json, journal_name, short_name
from parta.people.viewer import ROLE_TITLES, Viewer
from parta.plans.access import readable_journals
from parta.regulation.registry import KINDS
from parta.regulation.words import role_words

FACTS = ("lessons", "works", "reasons")
"""Sources of single facts; the others speak of plans, figures and duties."""
STATES = {
    "open": "ждёт",
    "answered": "есть ответ",
    "excused": "уважительно",
    "done": "сделано",
    "closed": "исправлено",
}


@dataclass(frozen=True, slots=True)
class Line:
    """A finding in words, with the place it leads to."""

    id: int
    source: str
    kind: str
    fact: str
    clauses: tuple[str, ...]
    """Printed numbers, each once."""
    ids: tuple[str, ...]
    act: str
    text: str
    detail: str
    place: str
    url_name: str
    url_id: int | None
    who_id: int | None
    who: str
    """The person, or the role when nobody is named."""
    done_on: date | None
    date: date
    number: int
    due: datetime | None
    """By the school's clock."""
    is_overdue: bool
    days: int
    """Whole days since the limit."""
    students: tuple[str, ...]
    told: tuple[str, ...]
    state: str
    answer: str
    excuse: str
    found_at: datetime
    closed_at: datetime | None
    role: str

    @property
    def is_late(self) -> bool:
        """Done after its term."""
        return self.done_on is not None and self.due is not None and self.due.date() < self.done_on

    @property
    def is_to_do(self) -> bool:
        """A thing to be done outside the journal: who does it records the day."""
        return self.kind in KINDS and KINDS[self.kind].is_done

    @property
    def waits(self) -> bool:
        """Something is still to be done about it."""
        return self.state in ("open", "answered")

    @property
    def said(self) -> str:
        """The state in a word."""
        return STATES[self.state]


_LINES = """
SELECT f.id, f.source, f.kind, f.fact, f.clauses, f.act, f.text, f.detail, f.journal_id, f.lesson_id, f.homeroom_id,
    f.who_id, f.role, f.date, f.number, f.due, f.students, f.told, f.state, f.answer, f.excuse, f.found_at, f.closed_at,
    COALESCE(h.title, ''), COALESCE(s.title, ''), COALESCE(g.short, ''), p.surname, p.given_name, p.patronymic,
    f.done_on
FROM control_finding f
LEFT JOIN plans_journal j ON j.id = f.journal_id
LEFT JOIN organisation_subject s ON s.id = j.subject_id
LEFT JOIN organisation_homeroom h ON h.id = COALESCE(f.homeroom_id, j.homeroom_id)
LEFT JOIN organisation_subgroup g ON g.id = j.subgroup_id
LEFT JOIN people_person p ON p.id = f.who_id
WHERE f.school_id = %s{scope}{where}
ORDER BY f.date, f.number, f.id"""


_TEACHERS = """
SELECT tl.teacher_id FROM plans_teachingload tl JOIN plans_journal tj ON tj.id = tl.journal_id
JOIN organisation_subject ts ON ts.id = tj.subject_id WHERE ts.department_id IN ({})"""


def _of_post(viewer: Viewer) -> tuple[str, list[object]]:
    """Things to be done by whoever holds a post of the viewer's: nobody is named."""
    roles, kinds = sorted(viewer.roles), sorted(name for name, kind in KINDS.items() if kind.is_done)
    return (
        f"(f.who_id IS NULL AND f.role IN ({sql.marks(len(roles))}) AND f.kind IN ({sql.marks(len(kinds))}))",
        [*roles, *kinds],
    )


def _scope(viewer: Viewer) -> tuple[str, list[object]]:
    """The viewer's own, those of the own posts, of the own department and of its teachers, those of journals the viewer
    reads; or all.
    """
    if viewer.is_school_wide:
        return "", []
    reach, values = readable_journals(viewer)
    departments = sorted(viewer.department_ids)
    marks = sql.marks(len(departments))
    post, held = _of_post(viewer)
    return (
        f" AND (f.who_id = %s OR {post} OR f.department_id IN ({marks})"
        f" OR (f.journal_id IS NULL AND f.homeroom_id IS NULL AND f.who_id IN ({_TEACHERS.format(marks)}))"
        f" OR (f.journal_id IS NOT NULL AND ({reach})))",
        [viewer.person_id, *held, *departments, *departments, *values],
    )


def _read(viewer: Viewer, where: str, values: Sequence[object], *, own: bool = False) -> list[Line]:
    scope, more = _scope(viewer)
    if own:
        post, held = _of_post(viewer)
        scope, more = f" AND (f.who_id = %s OR {post})", [viewer.person_id, *held]
    statement = _LINES.replace("{scope}", scope).replace("{where}", where)
    zone = ZoneInfo(viewer.school.timezone)
    return [_line(row, viewer, zone) for row in sql.read(statement, [viewer.school.id, *more, *values])]


def facts(viewer: Viewer, since: date, until: date) -> list[Line]:
    """Overdue single facts of the lessons of these days, both included, that nobody excused. One statement."""
    return _read(
        viewer,
        " AND f.state IN ('open', 'answered') AND f.date >= %s AND f.date <= %s AND f.due < %s"
        f" AND f.source IN ({sql.marks(len(FACTS))})",
        [since, until, viewer.at, *FACTS],
    )


def matters(viewer: Viewer) -> list[Line]:
    """What is not as the act asks beside single facts, that nobody excused. One statement."""
    return _read(
        viewer,
        f" AND f.state IN ('open', 'answered') AND f.source NOT IN ({sql.marks(len(FACTS))})",
        list(FACTS),
    )


def own(viewer: Viewer) -> list[Line]:
    """What the viewer is to do or owes, and what of it is done or excused, the earliest limit first. One statement."""
    found = _read(viewer, " AND f.state <> 'closed'", [], own=True)
    far = viewer.at
    return sorted(found, key=lambda line: (not line.is_overdue, line.due or far, line.date, line.number))


def finding(viewer: Viewer, finding_id: int) -> Line | None:
    """One finding of the viewer's scope, whatever its state. One statement."""
    found = _read(viewer, " AND f.id = %s", [finding_id])
    return found[0] if found else None


@dataclass(frozen=True, slots=True)
class Step:
    """A step in the life of a finding."""

    at: datetime
    said: str
    who: str
    words: str


def history(viewer: Viewer, line: Line) -> tuple[Step, ...]:
    """The life of a finding so far, the first step first. One statement."""
    zone = ZoneInfo(viewer.school.timezone)
    steps = [Step(line.found_at.astimezone(zone), "найдено", "", "")]
    if line.due is not None and line.due < viewer.at and not (line.closed_at and line.closed_at <= line.due):
        steps.append(Step(line.due, "срок прошёл", "", ""))
    said = dict(FindingStep.STEPS)
    steps += [
        Step(
            row.at.astimezone(zone),
            said[row.step],
            short_name(row.person.surname, row.person.given_name, row.person.patronymic)
            if row.person
            else "",
            row.words,
        )
        for row in FindingStep.objects.filter(finding_id=line.id).select_related("person").order_by("id")
    ]
    return tuple(sorted(steps, key=lambda step: step.at))


def _line(row: sql.Row, viewer: Viewer, zone: ZoneInfo) -> Line:
    journal_id, lesson_id, homeroom_id, who_id, role = row[8:13]
    due = None if row[15] is None else sql.aware(row[15]).astimezone(zone)
    url_name, url_id = "", None
    if lesson_id is not None and row[1] != "reasons":
        url_name, url_id = "lesson", lesson_id
    elif journal_id is not None and row[1] != "reasons":
        url_name, url_id = "journal", journal_id
    elif homeroom_id is not None:
        url_name, url_id = ("lesson", lesson_id) if lesson_id is not None else ("control_class", homeroom_id)
    url_name, url_id = page_for(row[2], url_name, url_id)
    clauses: Any = from_json(row[4])
    title = ROLE_TITLES.get(role) or role_words([role])
    homeroom, subject, group = row[23:26]
    with_subject = subject and row[1] != "reasons"
    return Line(
        id=row[0],
        source=row[1],
        kind=row[2],
        fact=row[3],
        clauses=tuple(dict.fromkeys(printed for _, printed in clauses)),
        ids=tuple(id for id, _ in clauses),
        act=row[5],
        text=row[6],
        detail=row[7],
        place=journal_name(homeroom, subject, group) if with_subject else class_name(homeroom),
        url_name=url_name,
        url_id=url_id,
        who_id=who_id,
        who=short_name(*row[26:29]) if row[26] else title,
        date=row[13],
        number=row[14],
        due=due,
        is_overdue=due is None or due < viewer.at,
        days=max((viewer.at - due).days, 0) if due is not None else max((viewer.on - row[13]).days, 0),
        students=tuple(name for _, name in from_json(row[16])),
        told=tuple(from_json(row[17])),
        state=row[18],
        answer=row[19],
        excuse=row[20],
        found_at=sql.aware(row[21]),
        closed_at=None if row[22] is None else sql.aware(row[22]),
        done_on=row[29],
        role=role,
    )


def kind_title(line: Line) -> str:
    """What rule kind it comes from, in Russian."""
    known = KINDS.get(line.kind)
    return known.title if known is not None else line.kind
