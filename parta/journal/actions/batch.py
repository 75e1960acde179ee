"""One operation on its way: what it will write, what stands against it."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any, Literal

from parta.journal.actions.changes import Change
from parta.journal.actions.context import AssessmentFacts, Context, LessonFacts, StudentFacts
from parta.journal.rules import headline
from parta.journal.rules.acts import Act, Place
from parta.journal.rules.lesson_days import LessonDays
from parta.regulation.durations import Calendar
from parta.regulation.judge import Law, judge
from parta.regulation.verdict import Outcome, Verdict

Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Conflict:
    """The cell has changed since the page was drawn: both values, and whose the other one is."""

    index: int
    theirs: str
    version: int
    yours: str
    by_id: int | None
    at: datetime | None


@dataclass(frozen=True, slots=True)
class Refused:
    """The regulation (or a right) stands against one change."""

    index: int
    title: str
    verdict: Verdict


@dataclass(slots=True)
class Draft:
    """One entry of the log in the making; the object's id is filled in once its row is written."""

    index: int
    verb: str
    object_kind: str
    data: Row
    lesson_id: int | None = None
    student_id: int | None = None
    object_id: int | None = None
    key: Any = None


@dataclass(frozen=True, slots=True)
class FirstMark:
    """A mark in an empty cell as it is written, whoever's it is: a class gets a few different ones, many times each."""

    rows: tuple[tuple[int, str, str, str | None, datetime, bool, str, int], ...]
    """What follows the student in `rows.MARK_ROW`: two rows for a double mark."""
    verb: str
    data: Row
    """Of its line of the log, but the place among the changes."""


@dataclass(slots=True)
class Batch:
    """Everything an operation has gathered so far."""

    context: Context
    law: Law
    calendar: Calendar
    place: Place
    made_at: datetime | None = None
    """When the device says the operation was made, if it waited there for a connection."""
    received_at: datetime | None = None
    """When it was received, if it waited."""
    lesson_days: LessonDays | None = None
    """The days of lessons to come; `None`: not asked for yet."""
    drafts: list[Draft] = field(default_factory=list)
    conflicts: list[Conflict] = field(default_factory=list)
    refused: list[Refused] = field(default_factory=list)
    remarks: dict[int, list[Row]] = field(default_factory=dict)
    """Remarks of the regulation on changes that pass, by index."""
    new_assessments: list[AssessmentFacts] = field(default_factory=list)
    marks: list[tuple[AssessmentFacts, *tuple[object, ...]]] = field(default_factory=list)
    """The column and what follows it in `rows.MARK_ROW`."""
    marked: set[tuple[int, int]] = field(default_factory=set)
    """Cells named so far, by identity of the column and student: a column may be named by its id or by its place."""
    absences: list[tuple[object, ...]] = field(default_factory=list)
    """As in `rows.ABSENCE_ROW`."""
    records: dict[int, LessonFacts] = field(default_factory=dict)
    homework: list[Row] = field(default_factory=list)
    notes: list[Row] = field(default_factory=list)
    withdrawn: list[int] = field(default_factory=list)
    finals: list[Row] = field(default_factory=list)
    finished: list[int] = field(default_factory=list)
    """Columns whose work the operation finishes."""
    substitutions: list[Row] = field(default_factory=list)
    used_permits: dict[int, int] = field(default_factory=dict)
    """Permit by index of the change it let through."""
    topics: dict[int, str] = field(default_factory=dict)
    """Topic of a lesson as it will stand after the operation."""
    planned: dict[int, int] = field(default_factory=dict)
    """Topic of the plan that the operation writes in a lesson."""
    meanings: dict[tuple[int, int], str] = field(default_factory=dict)
    """Absence by (lesson, student) as it will stand after the operation."""
    stated: set[int] = field(default_factory=set)
    """Lessons for which the operation states the substitution."""
    known: dict[object, Any] = field(default_factory=dict)
    """Places, lessons and writers as rules see them, made once for the operation."""
    spelled: dict[tuple[str, date], str] = field(default_factory=dict)
    """Marks as typed on a lesson's date → as stored."""
    letters: dict[tuple[str, int], tuple[str, str]] = field(default_factory=dict)
    """Letters of absence as typed in a lesson → as stored, and their meaning."""
    passed: dict[object, tuple[Act, Verdict]] = field(default_factory=dict)
    """What has been let through with no permit: by all that rules see of it but the student."""
    first_marks: dict[object, FirstMark] = field(default_factory=dict)
    """What is written for a mark in an empty cell: by all that decides it but the student."""
    permits: list[Row] | None = None
    """Granted permits of the writer in this journal; read when the first one is needed."""

    def lets_through(
        self, change: Change, alike: object, make: Callable[[], Act]
    ) -> tuple[Act, Verdict] | None:
        """The act of a change and the verdict that admits it; None: refused, and noted.

        `alike` is all that rules see of the act but the student (None: it is like no other). A class is judged once a
        value: what was said of one act is said of those alike, unless the law names single students or looks at
        what else the student has, or a permit or a ground let the first one through.
        """
        known = self.passed.get(alike)
        if known is not None:
            self._remark(change.index, known[1])
            return known
        act = make()
        verdict = self.admits(change, act, headline(act))
        if verdict is None:
            return None
        if (
            alike is not None
            and act.evidence is None
            and not verdict.used_permit
            and not self.law.names_students
        ):
            self.passed[alike] = act, verdict
        return act, verdict

    def admits(self, change: Change, act: Act, title: str) -> Verdict | None:
        """Ask the law. None: refused, and noted; else the verdict, with its remarks noted.

        A refusal that a permit would lift looks for one granted to this person for this place.
        """
        from parta.journal.actions.permit_use import find_permit

        verdict = judge(self.law, act, self.calendar)
        if verdict.outcome is Outcome.PERMIT:
            permit_id = find_permit(self, change, verdict)
            if permit_id is not None:
                verdict = judge(self.law, replace(act, permit_granted=True), self.calendar)
                if verdict.passes:
                    self.used_permits[change.index] = permit_id
        if not verdict.passes:
            self.refused.append(Refused(change.index, title, verdict))
            return None
        self._remark(change.index, verdict)
        return verdict

    def _remark(self, index: int, verdict: Verdict) -> None:
        """Note what a verdict that lets a change through says of it."""
        for reason in verdict.reasons:
            self.remarks.setdefault(index, []).append(
                {"clauses": [clause.id for clause in reason.clauses], "text": reason.text}
            )

    def absent(self, lesson: LessonFacts, student: StudentFacts) -> str:
        """Meaning of the student's absence in the lesson as it will stand after the operation."""
        standing = student.absences.get(lesson.id)
        return self.meanings.get((lesson.id, student.id), standing.meaning if standing else "")

    def record_of(self, lesson: LessonFacts) -> LessonFacts:
        """The lesson whose record this operation changes; its version grows once."""
        self.known.pop(lesson.id, None)  # rules must see the lesson as it will stand
        if lesson.id not in self.records:
            lesson.version += 1
            self.records[lesson.id] = lesson
        return lesson

    def note_draft(
        self, draft: Draft, before: object, after: object, reason: str = "", **more: object
    ) -> None:
        """Add a line: before, after and whatever explains it; empty things are left out."""
        data: Row = {"i": draft.index, "before": before, "after": after}
        if reason:
            data["reason"] = reason
        if self.made_at is not None:
            data["made_at"] = self.made_at.isoformat(timespec="seconds")
        if draft.index in self.remarks:
            data["remarks"] = self.remarks[draft.index]
        if draft.index in self.used_permits:
            data["permit"] = self.used_permits[draft.index]
        for name, value in more.items():
            if value or type(value) is int:
                data[name] = value
        draft.data = data
        self.drafts.append(draft)


Side = Literal["record", "correct", "annul"]


def verb_of(old: str, new: str) -> Side:
    """What a change of a value is: recorded, corrected or annulled."""
    if not new:
        return "annul"
    return "correct" if old else "record"
