"""What has been touched since the findings were last worked out, read from the change log and the clock.

News travels by being written down: nobody tells the findings of a write; they read the lines each chain has gained.
A line about a lesson touches that lesson, its day and its journal; one about a student's class touches the class; a
change of the timetable, every lesson of the class on that day, for a deadline may count from its end. A line this
module does not know touches everything: too much is slow, too little would be wrong. The clock touches lessons that
have begun or ended meanwhile; a new day, another law or calendar touch everything, since what is due hangs on them.
"""

import json
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from parta.foundation import sql

__all__ = ["SORTED", "Touched", "touched_since"]

_NOTHING = frozenset(
    {
        "data_change",
        "edition_draft",
        "factor",
        "handout",
        "feed",
        "homework",
        "identity",
        "incident",
        "inspection",
        "job",
        "message",
        "month",
        "question",
        "training",
        "room",
        "sign_in",
        "thread",
        "trial",
        "week",
        "work",
        "writing_rule",
    }
)
"""Kinds of objects on the school's chain that no watch looks at; `homework` there is a family's tick."""
_SCHOOL_ONLY = frozenset(
    {
        "access",
        "archive",
        "acknowledgement",
        "announcement",
        "backup",
        "carrier",
        "check",
        "closeout",
        "consent",
        "control_plan",
        "error_report",
        "family_report",
        "guardianship",
        "health",
        "health_sheet",
        "norm_change",
        "outage",
        "paper_set",
        "remark",
        "report",
        "student_order",
        "user",
    }
)
"""Kinds that only the questions about the school as a whole look at."""
_EVERYTHING = frozenset(
    {
        "approval",
        "bells",
        "curriculum",
        "department",
        "edition",
        "homeroom",
        "individual_plan",
        "journal",
        "load",
        "plan",
        "role",
        "scale",
        "school",
        "setting",
        "slot",
        "subgroup",
        "subject",
        "term",
        "vacation",
        "work_kind",
        "year",
    }
)
"""Kinds of the set-up: what is due may hang on them anywhere."""
_OF_DAYS = frozenset({"absence_notice"})
"""Kinds that touch the days they speak of."""
_OF_STUDENTS = frozenset({"enrolment", "membership", "person"})
"""Kinds that touch the classes of a student: who is in them, and the names that are read out."""
_SILENT = frozenset({"assessment", "attachment", "make_up", "note", "online_link", "permit", "term_mark"})
"""Kinds on a journal's chain that touch no lesson by themselves."""
_TIMETABLE = frozenset({"lesson", "substitution"})
_OF_JOURNALS = frozenset({"absence", "mark"}) | _SILENT
"""Kinds of a journal's own chain, which touch by their lesson."""
SORTED = (
    _NOTHING | _SCHOOL_ONLY | _OF_DAYS | _OF_STUDENTS | _EVERYTHING | _TIMETABLE | _OF_JOURNALS | {"finding"}
)
"""Every kind whose reach is thought of; another one touches everything."""
_MANY_LINES = 2000
"""Lines of a chain beyond which all of its journal is asked anew."""
DAY = timedelta(days=1)
"""How far a day of the school may lie from that of the clock."""


@dataclass(slots=True)
class Touched:
    """The parts to ask anew. `everything` leaves the rest without meaning."""

    everything: bool = False
    school: bool = False
    """Questions about the school as a whole."""
    overdue: bool = False
    """Something kept has become overdue, or was answered or excused."""
    lessons: set[int] = field(default_factory=set)
    days: set[date] = field(default_factory=set)
    journals: set[int] = field(default_factory=set)
    cursors: list[tuple[int, int]] = field(default_factory=list)
    """Chain and the line up to which it was read."""
    _parallels: set[int] | None = None

    @property
    def is_empty(self) -> bool:
        """Nothing to ask anew."""
        return not (
            self.everything or self.school or self.overdue or self.lessons or self.days or self.journals
        )

    def parallels(self, school_id: int) -> set[int]:
        """The touched journals with every journal of their grades, and those of no grade. One statement, once."""
        if self._parallels is None:
            ids = sorted(self.journals)
            self._parallels = self.journals | {
                row[0]
                for row in sql.read(
                    "SELECT j.id FROM plans_journal j WHERE j.school_id = %s AND (j.grade IS NULL OR j.grade IN ("
                    f"SELECT grade FROM plans_journal WHERE id IN ({sql.marks(len(ids))})))",
                    [school_id, *ids],
                )
            }
        return self._parallels


_CHAINS = """
SELECT c.id, c.kind, c.subject_id, c.head_seq, COALESCE(k.seq, -1)
FROM foundation_chain c LEFT JOIN control_findingcursor k ON k.chain_id = c.id
WHERE c.school_id = %s AND (k.seq IS NULL OR k.seq <> c.head_seq)"""


def touched_since(school_id: int, known_at: datetime | None, at: datetime, *, anew: bool) -> Touched:
    """What is to be asked anew since `known_at`; `anew`: everything. Three to seven statements."""
    found = Touched(everything=anew or known_at is None)
    chains = sql.read(_CHAINS, [school_id])
    found.cursors = [(row[0], row[3]) for row in chains]
    if found.everything:
        return found
    assert known_at is not None
    whole_journals: set[int] = set()
    asked = []
    for id, kind, subject_id, head, seq in chains:
        if kind == "journal" and (seq < 0 or head - seq > _MANY_LINES):
            whole_journals.add(subject_id)
        elif kind == "school" and (seq < 0 or head - seq > _MANY_LINES):
            found.everything = True
            return found
        else:
            asked.append((id, kind, subject_id, seq))
    _read_lines(found, school_id, asked, whole_journals)
    if not found.everything:
        _clock(found, school_id, known_at, at)
        _places(found, school_id, whole_journals)
    return found


def _read_lines(
    found: Touched, school_id: int, chains: list[tuple[int, str, int, int]], whole_journals: set[int]
) -> None:
    students: set[int] = set()
    placed: set[int] = set()
    told: set[int] = set()
    for start in range(0, len(chains), 300):
        chunk = chains[start : start + 300]
        about = {id: (kind, subject_id, seq) for id, kind, subject_id, seq in chunk}
        for chain_id, verb, kind, object_id, lesson_id, student_id, data in sql.read(
            "SELECT chain_id, verb, object_kind, object_id, lesson_id, student_id,"
            " CASE WHEN verb = 'lesson_moved' THEN data ELSE '' END FROM foundation_logentry WHERE "
            + " OR ".join(["(chain_id = %s AND seq > %s)"] * len(chunk)),
            [value for id, _, _, known in chunk for value in (id, known)],
        ):
            chain, subject_id, _ = about[chain_id]
            if chain == "journal":
                found.journals.add(subject_id)
                if lesson_id is not None:
                    found.lessons.add(lesson_id)
                elif kind not in _SILENT:
                    whole_journals.add(subject_id)
            elif kind in _TIMETABLE and lesson_id is not None:
                placed.add(lesson_id)
                if verb == "lesson_moved":
                    found.days.add(date.fromisoformat(json.loads(data)["before"][0]))
            elif kind in _OF_STUDENTS and (student_id or object_id) is not None:
                students.add(student_id or object_id)
                found.school = True
            elif kind in _OF_DAYS:
                told.add(object_id)
            elif kind == "finding":
                found.overdue = True
            elif kind in _SCHOOL_ONLY:
                found.school = True
            elif kind not in _NOTHING:
                found.everything = True
                return
    if students:
        _of_classes(school_id, students, whole_journals)
    if placed:
        _of_days(found, school_id, placed)
    if told:
        _of_notices(found, told)


def _of_notices(found: Touched, told: set[int]) -> None:
    """The days of these notices of an absence. One statement."""
    for starts, until in sql.read(
        f"SELECT starts, until FROM diary_absencenotice WHERE id IN ({sql.marks(len(told))})", sorted(told)
    ):
        found.days.update(starts + DAY * shift for shift in range((until - starts).days))


def _of_classes(school_id: int, students: set[int], whole_journals: set[int]) -> None:
    """Journals of every class and subgroup these students are or were in. One statement."""
    ids = sorted(students)
    whole_journals.update(
        row[0]
        for row in sql.read(
            "SELECT j.id FROM plans_journal j WHERE j.school_id = %s AND (j.homeroom_id IN ("
            f"SELECT homeroom_id FROM people_enrolment WHERE student_id IN ({sql.marks(len(ids))}))"
            " OR j.subgroup_id IN (SELECT subgroup_id FROM people_subgroupmembership"
            f" WHERE student_id IN ({sql.marks(len(ids))})))",
            [school_id, *ids, *ids],
        )
    )


def _of_days(found: Touched, school_id: int, placed: set[int]) -> None:
    """Every lesson of the classes of these lessons on their days, old and new. One statement."""
    ids = sorted(placed)
    found.lessons.update(ids)
    rooms = {
        (row[0], row[1]): row[2]
        for row in sql.read(
            "SELECT l.date, j.homeroom_id, j.id FROM timetable_lesson l JOIN plans_journal j ON j.id = l.journal_id"
            f" WHERE l.id IN ({sql.marks(len(ids))})",
            ids,
        )
    }
    found.journals.update(rooms.values())
    found.days.update(day for day, _ in rooms)
    homerooms = sorted({room for _, room in rooms if room is not None})
    days = sorted(found.days)
    if homerooms and days:
        found.lessons.update(
            row[0]
            for row in sql.read(
                "SELECT l.id FROM timetable_lesson l JOIN plans_journal j ON j.id = l.journal_id"
                f" WHERE l.school_id = %s AND l.date IN ({sql.marks(len(days))})"
                f" AND j.homeroom_id IN ({sql.marks(len(homerooms))})",
                [school_id, *days, *homerooms],
            )
        )


def _clock(found: Touched, school_id: int, known_at: datetime, at: datetime) -> None:
    """Lessons that began or ended since, and whether a limit of something kept has passed. Two statements."""
    found.overdue = found.overdue or bool(
        sql.read(
            "SELECT 1 FROM control_finding WHERE school_id = %s AND state IN ('open', 'answered')"
            " AND due >= %s AND due < %s LIMIT 1",
            [school_id, known_at, at],
        )
    )
    for lesson_id, journal_id in sql.read(
        "SELECT id, journal_id FROM timetable_lesson WHERE school_id = %s AND date >= %s AND date <= %s"
        " AND ((starts_at > %s AND starts_at <= %s) OR (ends_at > %s AND ends_at <= %s))",
        [school_id, known_at.date() - DAY, at.date() + DAY, known_at, at, known_at, at],
    ):
        found.lessons.add(lesson_id)
        found.journals.add(journal_id)


def _places(found: Touched, school_id: int, whole_journals: set[int]) -> None:
    """The lessons of journals touched as a whole, and the days of all touched lessons. Two statements."""
    found.journals |= whole_journals
    if whole_journals:
        ids = sorted(whole_journals)
        for lesson_id, day in sql.read(
            f"SELECT id, date FROM timetable_lesson WHERE journal_id IN ({sql.marks(len(ids))})", ids
        ):
            found.lessons.add(lesson_id)
            found.days.add(day)
    if found.lessons:
        ids = sorted(found.lessons)
        for start in range(0, len(ids), 10_000):
            chunk = ids[start : start + 10_000]
            marks = sql.marks(len(chunk))
            for day, journal_id in sql.read(
                f"SELECT date, journal_id FROM timetable_lesson WHERE id IN ({marks})"
                f" UNION SELECT date, journal_id FROM control_finding WHERE school_id = %s AND lesson_id IN ({marks})",
                [*chunk, school_id, *chunk],
            ):
                found.days.add(day)
                if journal_id is not None:
                    found.journals.add(journal_id)
