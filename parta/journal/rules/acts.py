"""An intended write in a journal, as the rules see it.

The write path builds an :class:`Act` for each change it is asked to make and shows it to ``judge`` before it touches a
row; the page builds the same acts to know beforehand which cells are closed. Acts are plain values: whatever a rule
needs is a field here, and nothing here reads a database.

Facts and what ``old`` and ``new`` hold:

============== =============================================== =========================================
fact           one act is                                      ``old`` / ``new``
============== =============================================== =========================================
mark           a mark of a student in a work of a lesson       «5», «5/4»; empty: none (annul: new empty)
absence        absence or lateness of a student in a lesson    a meaning (``MEANINGS``); symbol beside it
roll           the roll of a lesson is taken                   –
topic          the topic of a lesson                           the text
conducted      the lesson is recorded as held                  –  (its topic is ``lesson.topic``)
homework       homework given in a lesson, or «не задано»      the text; «не задано» is ``declared_none``
final          a term mark of a student                        «5», «зачет»
column         a work is finished: its column of marks         –  (who lacks a mark is ``unmarked``)
note           words to a student or family                    the text
substitution   who teaches instead of whom                     –
============== =============================================== =========================================

Verbs: ``record`` (nothing stands there, or what stood was annulled), ``correct``, ``annul``.
"""

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Annotated, Literal

from parta.journal.rules.evidence import Evidence
from parta.regulation.registry import one_of

__all__ = ["FACTS", "LESSON_FACTS", "MEANINGS", "Act", "Lesson", "Place", "TermState", "Writer"]

Fact = Literal[
    "mark", "absence", "roll", "topic", "conducted", "homework", "final", "note", "substitution", "column"
]
Verb = Literal["record", "correct", "annul"]

FACTS = frozenset(
    {"mark", "absence", "roll", "topic", "conducted", "homework", "final", "note", "substitution", "column"}
)
LESSON_FACTS = FACTS - {"final", "substitution"}
MEANINGS = ("unknown", "ill", "excused", "unexcused", "late", "event", "exempt")
"""Meanings of an absence; the symbol of each belongs to the act."""

FACT_CODES = {
    "conducted": frozenset({"conducted"}),
    "topic": frozenset({"topic"}),
    "attendance": frozenset({"absence", "roll"}),
    "mark": frozenset({"mark", "column"}),
    "homework": frozenset({"homework"}),
    "comment": frozenset({"note"}),
    "final": frozenset({"final"}),
    "substitution": frozenset({"substitution"}),
    "absence_reason": frozenset({"absence"}),
    "lesson": LESSON_FACTS,
}
"""Facts as regulation files name them, and the facts of acts behind each."""
FACT_WORDS = Annotated[frozenset[str], one_of(*FACT_CODES)]
"""A set of these names."""


@dataclass(frozen=True, slots=True)
class Place:
    """The journal written in, as far as rules ask. Equal places share their compiled rules."""

    subject: str = ""
    """Code of the subject."""
    subject_title: str = ""
    subject_area: str = ""
    grade: int | None = None
    homeroom: str = ""
    weekly_hours: float | None = None
    tags: frozenset[str] = frozenset()
    """Properties of the subject, and ``subgroup`` for the journal of a subgroup."""
    unmarked: bool = False
    """The journal takes no marks (no scale)."""
    school_id: int = field(default=0, compare=False)
    journal_id: int = field(default=0, compare=False)
    missing_setup: frozenset[str] = field(default=frozenset(), compare=False)
    """Items of the yearly set-up that are not complete for this journal: ``thematic_plans``, ``rosters``…"""

    def has_subject(self, names: frozenset[str]) -> bool:
        """Whether the subject goes by one of these names: title, code, area or tag."""
        return (
            self.subject in names
            or self.subject_title in names
            or self.subject_area in names
            or not names.isdisjoint(self.tags)
        )

    def has_homeroom(self, names: frozenset[str]) -> bool:
        """Whether the homeroom is among these titles."""
        return self.homeroom in names


@dataclass(frozen=True, slots=True)
class Lesson:
    """The lesson an act belongs to. Times are the timetabled ones, aware."""

    id: int
    date: date
    """The date really held, in the school's zone: a moved lesson carries its new date."""
    starts_at: datetime
    ends_at: datetime
    number: int = 1
    hours: int = 1
    day_ends_at: datetime | None = None
    """End of the class's last lesson of the day; ``None``: this one is the last."""
    assigned_ids: frozenset[int] = frozenset()
    """Persons who hold the journal on the date by load (or are timetabled for the lesson)."""
    substitute_id: int | None = None
    state: Literal["planned", "cancelled", "moved"] = "planned"
    conducted: bool = False
    topic: str = ""
    """The topic as it will stand after the whole operation: a topic saved together with «held» counts."""
    planned_topic: str | None = None
    """Text of the topic that is next in the thematic plan for this lesson; ``None``: no plan, or plan used up."""
    plan_topics: frozenset[str] = frozenset()
    """Texts of all topics of the plan in force on the date."""
    works: frozenset[str] = frozenset()
    """Codes of the kinds of work held or planned in the lesson."""
    following: tuple[datetime, ...] = ()
    """When the journal's next days of lessons begin; read only where a deadline counts by them."""


@dataclass(frozen=True, slots=True)
class Writer:
    """Who writes: roles on the date of writing, and what ties the person to this lesson."""

    person_id: int
    roles: frozenset[str] = frozenset()
    relations: frozenset[str] = frozenset()
    """Of ``assigned``, ``substitute``, ``subgroup_teacher``, ``class_teacher``. The substitute of a lesson has
    ``substitute`` for that lesson only, and the assigned teacher then has ``assigned`` still."""

    @property
    def teaches(self) -> bool:
        """Whether the person holds this lesson."""
        return not self.relations.isdisjoint(("assigned", "substitute", "subgroup_teacher"))


@dataclass(frozen=True, slots=True)
class TermState:
    """The term the lesson lies in, for the student and journal of the act."""

    title: str = ""
    kind: str = ""
    """``quarter``, ``half_year``, ``year``…"""
    final_set: bool = False
    """The term mark of this student in this journal stands."""
    locked: bool = False
    """The term is closed for the whole journal (all its term marks stand)."""
    starts: date | None = None
    until: date | None = None
    """The day after the last day of the term."""
    opens: date | None = None
    """First day of its marks by the order on closing the term, where there is one."""
    closes: date | None = None
    """The day after the last day of its marks by that order."""


@dataclass(frozen=True, slots=True)
class Act:
    """One intended write. See the head of this module for ``fact``, ``verb``, ``old`` and ``new``."""

    fact: Fact
    verb: Verb
    place: Place
    lesson: Lesson | None
    by: Writer
    at: datetime
    """Time of the server, aware."""
    student_id: int | None = None
    work: tuple[str, ...] = ()
    """Codes of the kind of work of a mark; several when a work is of two kinds."""
    old: str = ""
    new: str = ""
    symbol: str = ""
    """Of an absence: what is written."""
    absent: str = ""
    """Meaning of the student's absence in this lesson as it will stand after the operation; empty: present."""
    first_set_at: datetime | None = None
    """When a value first stood here; ``None`` for a first recording."""
    set_by_id: int | None = None
    """Who wrote the value that stands."""
    reason: str = ""
    ground: frozenset[str] = frozenset()
    permit_granted: bool = False
    term: TermState | None = None
    states_substitution: bool = False
    """The same operation states the substitution."""
    declared_none: bool = False
    """Homework: «не задано»."""
    individual: bool = False
    """Homework for one student."""
    minutes: int | None = None
    """Homework: how long it takes, as its teacher says."""
    unmarked: tuple[str, ...] = ()
    """A work that is finished: names of those who were present and have no mark for it."""
    due: date | None = None
    """Homework: for which day it is set, where its teacher says."""
    student_here: bool = True
    """The student is on the list of this journal on the lesson's date."""
    evidence: Evidence | None = None
    """What else the rules in force here look at; ``None``: nobody has read it, and they stay silent."""
    made_at: datetime | None = None
    """When the writer's device says it was made, if it waited there for a connection; ``at`` is this moment where an
    act in force believes it."""
    received_at: datetime | None = None
    """When the server got it, if it waited."""
    work_date: date | None = None
    """When the work was held, where the source names it (an import); ``None``: the lesson's date."""

    @property
    def on(self) -> date:
        """The date whose edition judges: the lesson's; for a term mark the last day of the term."""
        if self.lesson is not None:
            return self.lesson.date
        if self.term is not None and self.term.until is not None:
            return self.term.until - timedelta(days=1)
        return self.at.date()
