"""Questions about the journal: one's own, and the queue of the desk one sits at."""

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from parta.communication.models import Question
from parta.communication.rules import answer_limit
from parta.foundation import sql
from parta.foundation.language import say
from parta.people.viewer import Viewer
from parta.regulation.queries import law as law_of_school
from parta.timetable.calendar import calendar_of

OFFICERS = frozenset({"deputy", "operator"})
"""Who answers for working with the journal."""
LISTED = 100


@dataclass(frozen=True, slots=True)
class Desks:
    """The desks a person sits at."""

    is_officer: bool
    homeroom_ids: tuple[int, ...]
    sees_all: bool

    def takes(self, question: Question) -> bool:
        """Whether a question lies on one of these desks."""
        if question.desk == "officer":
            return self.is_officer
        return question.homeroom_id in self.homeroom_ids

    @property
    def any(self) -> bool:
        """Whether there is a queue to show."""
        return self.is_officer or bool(self.homeroom_ids) or self.sees_all


def desks_of(viewer: Viewer) -> Desks:
    """Where the viewer answers; a director sees all questions and answers none."""
    return Desks(
        bool(viewer.roles & OFFICERS), viewer.homeroom_ids, bool(viewer.roles & {"deputy", "director"})
    )


def owner_of(viewer: Viewer, desk: str) -> tuple[int | None, int | None]:
    """The homeroom whose class teacher is asked, and the person the question goes to first. One statement."""
    if desk == "officer":
        rows = sql.read(
            "SELECT r.person_id FROM people_role r WHERE r.school_id = %s AND r.kind IN ('deputy', 'operator')"
            " AND r.starts <= %s AND (r.until IS NULL OR r.until > %s)"
            " ORDER BY CASE r.kind WHEN 'deputy' THEN 0 ELSE 1 END, r.id LIMIT 1",
            (viewer.school.id, viewer.on, viewer.on),
        )
        return None, rows[0][0] if rows else None
    ids = viewer.student_ids
    rows = sql.read(
        "SELECT e.homeroom_id, r.person_id FROM people_enrolment e"
        " LEFT JOIN people_role r ON r.homeroom_id = e.homeroom_id"
        " AND r.kind IN ('class_teacher', 'master') AND r.starts <= %s AND (r.until IS NULL OR r.until > %s)"
        f" WHERE e.student_id IN ({sql.marks(len(ids))}) AND e.starts <= %s AND (e.until IS NULL OR e.until > %s)"
        " ORDER BY e.student_id LIMIT 1",
        (viewer.on, viewer.on, *ids, viewer.on, viewer.on),
    )
    return (rows[0][0], rows[0][1]) if rows else (None, None)


@dataclass(frozen=True, slots=True)
class Line:
    """A question in a list."""

    id: int
    number: int
    text: str
    asked_by: str
    asked_at: datetime
    desk: str
    owner: str
    due_at: datetime
    is_overdue: bool
    answer: str
    answered_by: str
    answered_at: datetime | None
    may_answer: bool


@dataclass(frozen=True, slots=True)
class Page:
    """One's own questions, and those of the desk: unanswered ones, the oldest first."""

    mine: tuple[Line, ...]
    queue: tuple[Line, ...]
    answered: tuple[Line, ...]
    desks: Desks
    cite: str


def questions(viewer: Viewer) -> Page:
    """The page of questions. Three statements."""
    zone = ZoneInfo(viewer.school.timezone)
    desks = desks_of(viewer)
    people = ("asked_by", "owner", "answered_by")
    of_school = Question.objects.filter(school_id=viewer.school.id).select_related(*people)

    def line(row: Question) -> Line:
        late = viewer.at > row.due_at if row.answered_at is None else row.answered_at > row.due_at
        return Line(
            id=row.pk,
            number=row.number,
            text=row.text,
            asked_by=row.asked_by.short_name,
            asked_at=row.asked_at.astimezone(zone),
            desk=say(dict(Question.DESKS)[row.desk]),
            owner=row.owner.short_name if row.owner else "",
            due_at=row.due_at.astimezone(zone),
            is_overdue=late,
            answer=row.answer,
            answered_by=row.answered_by.short_name if row.answered_by else "",
            answered_at=row.answered_at.astimezone(zone) if row.answered_at else None,
            may_answer=row.answered_at is None and desks.takes(row),
        )

    mine = [line(row) for row in of_school.filter(asked_by_id=viewer.person_id).order_by("-number")[:LISTED]]
    theirs = of_school
    if not desks.sees_all:
        wanted = theirs.filter(desk="class_teacher", homeroom_id__in=desks.homeroom_ids)
        theirs = (wanted | theirs.filter(desk="officer")) if desks.is_officer else wanted
    queue = (
        [line(row) for row in theirs.filter(answered_at=None).order_by("due_at", "number")[:LISTED]]
        if desks.any
        else []
    )
    answered = (
        [line(row) for row in theirs.exclude(answered_at=None).order_by("-answered_at")[:20]]
        if desks.any
        else []
    )
    law = law_of_school(viewer.school.id, viewer.school.law_version)
    calendar = calendar_of(viewer.school.id, viewer.school.timezone, viewer.school.law_version)
    clauses = answer_limit(law, viewer.at, calendar)[1]
    cite = ", ".join(dict.fromkeys(clause.printed for clause in clauses))
    return Page(tuple(mine), tuple(queue), tuple(answered), desks, cite)
