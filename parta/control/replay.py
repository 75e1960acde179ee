"""The log of a school's journals played again: each write as the act it was, with the facts as they stood then."""

import json
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from itertools import groupby
from typing import Any

from parta.foundation import sql
from parta.journal.queries.words import journal_name
from parta.journal.rules.acts import Act, Lesson, Place, TermState, Writer
from parta.journal.rules.lesson_days import NOTHING_FOLLOWS, LessonDays

_CHAINS_AT_ONCE = 50
"""Journals whose log is held in memory at once."""
_JOURNALS = """
SELECT c.id, j.id, s.code, s.title, s.area, s.tags, j.grade, COALESCE(h.title, ''), j.weekly_hours, j.subgroup_id,
    j.scale_id, j.homeroom_id, j.plan_id
FROM foundation_chain c JOIN plans_journal j ON j.id = c.subject_id
JOIN organisation_subject s ON s.id = j.subject_id
LEFT JOIN organisation_homeroom h ON h.id = j.homeroom_id
WHERE c.school_id = %s AND c.kind = 'journal'
  AND EXISTS (SELECT 1 FROM timetable_lesson l WHERE l.journal_id = j.id AND l.date >= %s AND l.date <= %s)
ORDER BY c.id"""
_LINES = """
SELECT e.chain_id, e.operation_id, e.at, e.role, e.verb, e.object_kind, e.object_id, e.lesson_id, e.student_id,
    e.data, p.id
FROM foundation_logentry e
LEFT JOIN people_person p ON p.user_id = e.user_id AND p.school_id = e.school_id
LEFT JOIN timetable_lesson l ON l.id = e.lesson_id
WHERE e.chain_id IN ({chains}) AND (e.lesson_id IS NULL OR (l.date >= %s AND l.date <= %s))
ORDER BY e.chain_id, e.seq"""
_LESSONS = """
SELECT l.id, l.journal_id, l.date, l.number, l.starts_at, l.ends_at, l.state, l.teacher_id, ts.substitute_id,
    j.homeroom_id
FROM timetable_lesson l JOIN plans_journal j ON j.id = l.journal_id
LEFT JOIN timetable_substitution ts ON ts.lesson_id = l.id
WHERE l.school_id = %s AND l.date >= %s AND l.date <= %s"""
_FACTS = {
    "mark": "mark",
    "absence": "absence",
    "homework": "homework",
    "note": "note",
    "substitution": "substitution",
    "term_mark": "final",
}
_OF_LESSON = {"lesson_conducted": "conducted", "roll_taken": "roll"}


def _verb(old: object, new: object) -> str:
    return "annul" if not new else "correct" if old else "record"


@dataclass(slots=True)
class _Cell:
    """How one fact stood when a line was written."""

    set_at: datetime | None = None
    set_by: int | None = None


@dataclass(slots=True)
class _Journal:
    """One journal on the way through its log."""

    place: Place
    title: str
    homeroom_id: int | None
    topics: dict[int, str]
    """The plan, in order."""
    plan_topics: frozenset[str]
    given: set[int]
    """Topics taken by earlier lessons."""
    cells: defaultdict[tuple[Any, ...], _Cell] = field(default_factory=lambda: defaultdict(_Cell))
    absent: dict[tuple[int, int], str] = field(default_factory=dict)
    texts: dict[int, str] = field(default_factory=dict)
    """Topic by lesson."""
    planned: dict[int, int] = field(default_factory=dict)
    """Topic of the plan by lesson."""
    held: set[int] = field(default_factory=set)
    works: defaultdict[int, set[str]] = field(default_factory=lambda: defaultdict(set))
    finals: dict[tuple[int, int], str] = field(default_factory=dict)
    """Value by (student, term)."""
    lessons: dict[int, Lesson] = field(default_factory=dict)
    """Lessons as they stand, each made once until something in it changes."""


class Replay:
    """The log of a school's journals as acts, each as it stood when it was written."""

    def __init__(
        self,
        school_id: int,
        since: date,
        until: date,
        tell: Callable[[int, int], None] = lambda done, of: None,
        follows: LessonDays = NOTHING_FOLLOWS,
    ) -> None:
        self.follows = follows
        self.school_id, self.since, self.until, self.tell = school_id, since, until, tell
        self.journals = 0
        self.lessons: dict[int, tuple[Lesson, int | None, int | None]] = {}
        """The lesson, its timetabled teacher, its substitute."""
        self._read_lessons()
        self.roles = self._spans(
            "SELECT person_id, kind, starts, until FROM people_role WHERE school_id = %s"
        )
        self.class_teachers = self._spans(
            "SELECT person_id, homeroom_id, starts, until FROM people_role"
            " WHERE school_id = %s AND homeroom_id IS NOT NULL"
        )
        self.loads = self._spans(
            "SELECT t.teacher_id, t.journal_id, t.starts, t.until FROM plans_teachingload t"
            " JOIN plans_journal j ON j.id = t.journal_id WHERE j.school_id = %s"
        )
        self.terms = {
            row[0]: row[1:]
            for row in sql.read(
                "SELECT t.id, t.title, t.kind, t.starts, t.until FROM organisation_term t"
                " JOIN organisation_academicyear y ON y.id = t.year_id WHERE y.school_id = %s",
                (school_id,),
            )
        }

    def _read_lessons(self) -> None:
        rows = sql.read(_LESSONS, (self.school_id, self.since, self.until))
        ends: dict[tuple[Any, ...], datetime] = {}
        for row in rows:
            key = (row[9], row[2])
            ends[key] = max(ends.get(key, sql.aware(row[5])), sql.aware(row[5]))
        for row in rows:
            lesson = Lesson(
                id=row[0],
                date=row[2],
                number=row[3],
                starts_at=sql.aware(row[4]),
                ends_at=sql.aware(row[5]),
                day_ends_at=ends[row[9], row[2]],
                assigned_ids=frozenset() if row[7] is None else frozenset({row[7]}),
                substitute_id=row[8],
                state=row[6],
                following=self.follows.after(row[1], row[2]),
            )
            self.lessons[row[0]] = (lesson, row[7], row[8])

    def _spans(self, statement: str) -> Mapping[int, list[tuple[Any, date, date | None]]]:
        found: defaultdict[int, list[tuple[Any, date, date | None]]] = defaultdict(list)
        for person_id, what, starts, until in sql.read(statement, (self.school_id,)):
            found[person_id].append((what, starts, until))
        return found

    def acts(self) -> Iterator[tuple[Act, str]]:
        """Every judged change of the log, journal by journal, with the journal's title."""
        rows = sql.read(_JOURNALS, (self.school_id, self.since, self.until))
        self.journals = len(rows)
        for start in range(0, len(rows), _CHAINS_AT_ONCE):
            self.tell(start, len(rows) + 1)
            chunk = rows[start : start + _CHAINS_AT_ONCE]
            journals = {row[0]: journal for row, journal in zip(chunk, self._journals(chunk), strict=True)}
            lines = sql.read(
                _LINES.format(chains=sql.marks(len(chunk))),
                (*(row[0] for row in chunk), self.since, self.until),
            )
            for (chain_id, _), operation in groupby(lines, key=lambda line: line[:2]):
                journal = journals[chain_id]
                for act in self._operation(journal, list(operation)):
                    yield act, journal.title
        self.tell(len(rows), len(rows) + 1)

    def _journals(self, rows: Sequence[sql.Row]) -> Iterator[_Journal]:
        plans = {row[12] for row in rows if row[12] is not None}
        topics: defaultdict[int, dict[int, str]] = defaultdict(dict)
        for plan_id, topic_id, text in sql.read(
            f"SELECT plan_id, id, text FROM plans_plannedtopic WHERE plan_id IN ({sql.marks(len(plans))})"
            " ORDER BY plan_id, position",
            sorted(plans),
        ):
            topics[plan_id][topic_id] = text
        given: defaultdict[int, set[int]] = defaultdict(set)
        for journal_id, topic_id in sql.read(
            "SELECT r.journal_id, r.planned_topic_id FROM journal_lessonrecord r"
            " JOIN timetable_lesson l ON l.id = r.lesson_id"
            f" WHERE r.journal_id IN ({sql.marks(len(rows))}) AND l.date < %s AND r.planned_topic_id IS NOT NULL",
            (*(row[1] for row in rows), self.since),
        ):
            given[journal_id].add(topic_id)
        for row in rows:
            tags = frozenset(json.loads(row[5]) if isinstance(row[5], str) else row[5])
            place = Place(
                subject=row[2],
                subject_title=row[3],
                subject_area=row[4],
                grade=row[6],
                homeroom=row[7],
                weekly_hours=float(row[8]),
                tags=tags | {"subgroup"} if row[9] else tags,
                unmarked=row[10] is None,
                school_id=self.school_id,
                journal_id=row[1],
            )
            title = journal_name(row[7], row[3])
            plan = topics.get(row[12], {})
            yield _Journal(place, title, row[11], plan, frozenset(plan.values()), given[row[1]])

    def _operation(self, journal: _Journal, lines: Iterable[sql.Row]) -> Iterator[Act]:
        """The acts of one operation; absences, topics and substitutions of it are known to all of them."""
        read = [
            (*line[2:9], json.loads(line[9]) if isinstance(line[9], str) else line[9], line[10])
            for line in lines
        ]
        stated = set()
        for _, _, verb, kind, _, lesson_id, student_id, data, _ in read:
            after = data.get("after")
            if kind == "absence":
                journal.absent[lesson_id, student_id] = after["meaning"] if after else ""
            elif verb.startswith("topic_"):
                journal.texts[lesson_id] = after or ""
                journal.lessons.pop(lesson_id, None)
            elif kind == "substitution":
                stated.add(lesson_id)
        for line in read:
            act = self._act(journal, line, stated)
            if act is not None:
                yield act

    def _act(self, journal: _Journal, line: tuple[Any, ...], stated: set[int]) -> Act | None:
        at, role, verb, kind, object_id, lesson_id, student_id, data, person_id = line
        at = sql.aware(at)
        fact = _FACTS.get(kind) or _OF_LESSON.get(verb) or ("topic" if verb.startswith("topic_") else None)
        if fact is None or verb == "mark_commented" or "after" not in data:
            return None
        placed = self.lessons.get(lesson_id)
        if (fact == "final") == (placed is not None):
            return None  # a lesson out of the span
        old: Any = data.get("before") or ""
        new: Any = data.get("after") or ""
        cell = journal.cells[fact, object_id if fact not in ("topic", "absence") else lesson_id, student_id]
        side = "record" if fact in ("conducted", "roll", "substitution") else _verb(old, new)
        more: dict[str, Any] = {}
        if fact == "absence":
            more["symbol"] = new["symbol"] if new else ""
            old, new = (value["meaning"] if value else "" for value in (old, new))
        elif fact == "mark":
            more["work"] = (data["work"],) if data.get("work") else ()
        elif fact == "homework":
            more["declared_none"] = verb == "homework_declared_none"
            more["individual"] = student_id is not None
            old, new = ("" if value == "не задано" else value for value in (old, new))
        elif fact == "final":
            term = self.terms.get(data.get("term"))
            if term is None or not self.since < term[3] or term[2] > self.until:
                return None
            more["term"] = TermState(
                title=term[0], kind=term[1], final_set=bool(old), starts=term[2], until=term[3]
            )
        elif fact in ("conducted", "roll", "substitution"):
            old = new = ""
        elif fact == "note" and not new:
            return None  # taking one's words back is never judged
        lesson = placed and self._lesson(journal, placed[0])
        if placed is not None and student_id is not None:
            more.setdefault("term", self._term(journal, student_id, placed[0].date))
        act = Act(
            fact=fact,  # type: ignore[arg-type]
            verb=side,  # type: ignore[arg-type]
            place=journal.place,
            lesson=lesson,
            by=self._writer(journal, person_id, role, at.date(), placed),
            at=at,
            student_id=student_id,
            old=old,
            new=new,
            absent=journal.absent.get((lesson_id, student_id), ""),
            first_set_at=cell.set_at,
            set_by_id=cell.set_by,
            reason=data.get("reason", ""),
            ground=frozenset({data["ground"]} if data.get("ground") else ()),
            permit_granted=bool(data.get("permit")),
            states_substitution=lesson_id in stated,
            **more,
        )
        self._remember(journal, act, cell, data, person_id)
        return act

    def _remember(
        self, journal: _Journal, act: Act, cell: _Cell, data: Mapping[str, Any], person_id: int | None
    ) -> None:
        cell.set_at, cell.set_by = cell.set_at or act.at, person_id
        if act.fact == "final" and act.student_id is not None:
            journal.finals[act.student_id, data["term"]] = act.new
        if act.lesson is None:
            return
        lesson_id = act.lesson.id
        if act.fact == "conducted":
            journal.held.add(lesson_id)
            journal.lessons.pop(lesson_id, None)
        elif act.fact == "topic":
            if data.get("planned"):
                journal.given.add(data["planned"])
                journal.planned[lesson_id] = data["planned"]
            journal.lessons.clear()  # what comes next in the plan has moved for all
        elif act.fact == "mark" and not journal.works[lesson_id].issuperset(act.work):
            journal.works[lesson_id].update(act.work)
            journal.lessons.pop(lesson_id, None)

    def _lesson(self, journal: _Journal, lesson: Lesson) -> Lesson:
        known = journal.lessons.get(lesson.id)
        if known is None:
            own = journal.topics.get(journal.planned.get(lesson.id, 0))
            following = (text for key, text in journal.topics.items() if key not in journal.given)
            known = journal.lessons[lesson.id] = replace(
                lesson,
                conducted=lesson.id in journal.held,
                topic=journal.texts.get(lesson.id, ""),
                planned_topic=own or next(following, None),
                plan_topics=journal.plan_topics,
                works=frozenset(journal.works[lesson.id]),
            )
        return known

    def _term(self, journal: _Journal, student_id: int, day: date) -> TermState | None:
        for (student, term_id), value in journal.finals.items():
            title, kind, starts, until = self.terms[term_id]
            if student == student_id and value and starts <= day < until:
                return TermState(title=title, kind=kind, final_set=True, starts=starts, until=until)
        return None

    def _writer(
        self,
        journal: _Journal,
        person_id: int | None,
        role: str,
        on: date,
        placed: tuple[Lesson, int | None, int | None] | None,
    ) -> Writer:
        if person_id is None:
            return Writer(0, frozenset({role}))
        relations = set()
        day = placed[0].date if placed else on
        loaded = journal.place.journal_id in self._held(self.loads, person_id, day)
        if loaded or (placed and placed[1] == person_id):
            relations.add("assigned")
            if "subgroup" in journal.place.tags:
                relations.add("subgroup_teacher")
        if placed and placed[2] == person_id:
            relations.add("substitute")
        if journal.homeroom_id in self._held(self.class_teachers, person_id, on):
            relations.add("class_teacher")
        roles = frozenset({role, *self._held(self.roles, person_id, on)})
        return Writer(person_id, roles, frozenset(relations))

    @staticmethod
    def _held(spans: Mapping[int, list[tuple[Any, date, date | None]]], person_id: int, on: date) -> set[Any]:
        return {
            what
            for what, starts, until in spans.get(person_id, ())
            if starts <= on and (until is None or on < until)
        }
