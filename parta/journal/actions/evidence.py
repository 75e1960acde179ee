"""Reading what a rule looks at beyond the act: only where a rule in force needs it, once an operation."""

from datetime import date, timedelta
from typing import Any

from parta.foundation import sql
from parta.journal.actions.batch import Batch
from parta.journal.actions.context import Context, LessonFacts, StudentFacts
from parta.journal.rules.acts import TermState
from parta.journal.rules.evidence import Away, Evidence, MarkFact, PartFact, WorkFact, of_one_student

AROUND = timedelta(days=45)
"""How far works of the class are looked at: longer than any spacing an act asks for in weeks."""
NOTHING: frozenset[str] = frozenset()


def needs_of(
    batch: Batch,
    fact: str,
    verb: str,
    facts: LessonFacts | None,
    student: StudentFacts | None,
    more: dict[str, Any],
) -> frozenset[str]:
    """What the rules in force need to know of such a write; nothing for most acts."""
    term, works = more.get("term"), more.get("work") or ()
    if facts is not None:
        on = facts.date
    elif isinstance(term, TermState) and term.until is not None:
        on = term.until - timedelta(days=1)
    else:
        return NOTHING
    student_id = student.id if student is not None and batch.law.names_students else None
    key = ("needs", fact, verb, on, works, student_id)
    found: frozenset[str] | None = batch.known.get(key)
    if found is None:
        bench = batch.law.on(on).bench(batch.place, student_id, batch.context.viewer.roles)
        found = batch.known[key] = bench.needs(fact, verb, works)
    return found


def gathered(
    batch: Batch,
    needs: frozenset[str],
    fact: str,
    facts: LessonFacts | None,
    student: StudentFacts | None,
    more: dict[str, Any],
) -> Evidence:
    """The parts a rule needs, for one act."""
    found: dict[str, Any] = {}
    state = more.get("term")
    span = None
    if facts is None or not needs.isdisjoint(("marks", "term")):
        span = _span(batch, facts, state)
        found["term"] = span
    if "form" in needs:
        found["form"] = _known(batch, ("form",), lambda: _form(batch))
    if "marks" in needs and student is not None and span is not None:
        found["marks"] = _marks(batch, span, student.id)
    if "missed" in needs and student is not None and span is not None:
        found["missed"], found["term_hours"] = _missed(batch, span, student.id)
    if "finals" in needs and student is not None:
        found["parts"] = _parts(student, facts, state)
    if "works" in needs and facts is not None:
        found |= _works(batch, fact, facts, more)
        if "year_share" in needs and found.get("new_work"):
            found["year_lessons"], found["year_works"] = _year_share(batch, facts, found["new_work"])
        if "parallel" in needs and found.get("new_work"):
            found["parallel"] = _parallel(batch, facts)
    if "homework" in needs and facts is not None:
        found |= _homework(batch, facts, more)
    if "absences" in needs and facts is not None and student is not None:
        found["away"] = _absences(batch, facts, student)
    if "held" in needs and facts is not None:
        found["days"] = days = _lesson_days(batch, facts, "l.journal_id = %s", batch.context.journal.id)
        found["held"] = sum(day <= facts.date for day in days)
    if "class_held" in needs and facts is not None:
        found["class_days"] = _lesson_days(batch, facts, *_class(batch.context))
    return Evidence(**found)


def _known(batch: Batch, key: tuple[Any, ...], read: Any) -> Any:
    if key not in batch.known:
        batch.known[key] = read()
    return batch.known[key]


def _form(batch: Batch) -> str:
    """The form of attestation by the line of the curriculum: of the class itself before that of its grade."""
    rows = sql.read(
        "SELECT c.control FROM plans_journal j JOIN plans_curriculumhours c ON c.year_id = j.year_id"
        " AND c.subject_id = j.subject_id AND (c.homeroom_id = j.homeroom_id"
        " OR (c.homeroom_id IS NULL AND c.grade = j.grade)) WHERE j.id = %s AND c.control <> ''"
        " ORDER BY CASE WHEN c.homeroom_id IS NULL THEN 1 ELSE 0 END LIMIT 1",
        (batch.context.journal.id,),
    )
    return str(rows[0][0]) if rows else ""


def _span(batch: Batch, facts: LessonFacts | None, state: Any) -> tuple[date, date] | None:
    """The reporting period an act belongs to."""
    if facts is None:
        if isinstance(state, TermState) and state.starts and state.until:
            return state.starts, state.until
        return None

    def read() -> tuple[date, date] | None:
        rows = sql.read(
            "SELECT t.starts, t.until FROM organisation_term t JOIN plans_journal j ON j.year_id = t.year_id"
            " AND j.term_kind = t.kind WHERE j.id = %s AND t.starts <= %s AND t.until > %s ORDER BY t.starts LIMIT 1",
            (batch.context.journal.id, facts.date, facts.date),
        )
        return (rows[0][0], rows[0][1]) if rows else None

    found: tuple[date, date] | None = _known(batch, ("span", facts.date), read)
    return found


def _marks(batch: Batch, span: tuple[date, date], student_id: int) -> tuple[MarkFact, ...]:
    context = batch.context

    def read() -> dict[int, tuple[MarkFact, ...]]:
        ids = sorted(context.students)
        rows = sql.read(
            "SELECT m.student_id, COALESCE(m.counted, m.value), a.work_kind, a.weight, l.date FROM journal_mark m"
            " JOIN journal_assessment a ON a.id = m.assessment_id JOIN timetable_lesson l ON l.id = a.lesson_id"
            f" WHERE m.journal_id = %s AND m.student_id IN ({sql.marks(len(ids))}) AND m.value <> ''"
            " AND l.date >= %s AND l.date < %s ORDER BY l.date, l.number, m.id",
            (context.journal.id, *ids, *span),
        )
        found: dict[int, list[MarkFact]] = {}
        for student, value, work, weight, day in rows:
            found.setdefault(student, []).append(MarkFact(value, work, float(weight), day))
        return {student: tuple(marks) for student, marks in found.items()}

    found: dict[int, tuple[MarkFact, ...]] = _known(batch, ("marks", span), read)
    return found.get(student_id, ())


def _missed(batch: Batch, span: tuple[date, date], student_id: int) -> tuple[int, int]:
    """Hours of lessons a student missed in a period of this journal, and all its hours. Two statements an operation."""
    context = batch.context

    def read() -> tuple[dict[int, int], int]:
        ids = sorted(context.students)
        rows = sql.read(
            "SELECT b.student_id, SUM(l.hours) FROM journal_absence b JOIN timetable_lesson l ON l.id = b.lesson_id"
            f" WHERE b.journal_id = %s AND b.student_id IN ({sql.marks(len(ids))}) AND b.meaning NOT IN ('', 'late')"
            " AND l.date >= %s AND l.date < %s AND l.state <> 'cancelled' GROUP BY b.student_id",
            (context.journal.id, *ids, *span),
        )
        ((hours,),) = sql.read(
            "SELECT COALESCE(SUM(hours), 0) FROM timetable_lesson WHERE journal_id = %s AND date >= %s AND date < %s"
            " AND state <> 'cancelled'",
            (context.journal.id, *span),
        )
        return {student: int(missed) for student, missed in rows}, int(hours)

    missed, hours = _known(batch, ("missed", span), read)
    return missed.get(student_id, 0), hours


def _year_share(batch: Batch, facts: LessonFacts, work: str) -> tuple[int, tuple[tuple[str, int], ...]]:
    """Lessons of the journal in the school year, and how many have a work of each kind, the new one left out."""
    first = _year_start(facts)
    span = (first, first.replace(year=first.year + 1))
    lessons, held = _known(batch, ("share", span), lambda: _shares(batch.context, span))
    planned: dict[str, set[int]] = {kind: set(ids) for kind, ids in held.items()}
    return lessons, tuple(
        (kind, len(ids - {facts.id} if kind == work else ids)) for kind, ids in sorted(planned.items())
    )


def _parts(student: StudentFacts, facts: LessonFacts | None, state: Any) -> tuple[PartFact, ...]:
    """Term marks inside the period that is judged, or before the lesson."""
    finals = sorted(
        (final for final in student.finals.values() if final.value), key=lambda final: final.until
    )
    if isinstance(state, TermState) and facts is None and state.starts and state.until:
        inside = [
            final
            for final in finals
            if state.starts <= final.starts
            and final.until <= state.until
            and (final.starts, final.until) != (state.starts, state.until)
        ]
    else:
        inside = [final for final in finals if facts is not None and final.until <= facts.date]
    return tuple(PartFact(final.title, final.value, final.kind, final.number) for final in inside)


def _new_work(context: Context, fact: str, facts: LessonFacts, more: dict[str, Any]) -> str:
    """The work that an act brings into being; empty when it is there already, or the act makes none."""
    if fact == "mark":
        works = more.get("work") or ()
        made = {column.work for column in context.assessments if column.lesson_id == facts.id}
        return next((work for work in works if work not in made), "")
    return str(more.get("planned_work") or "")


def _class(context: Context) -> tuple[str, int]:
    """The journals of the class, in SQL: those of the homeroom, or this one alone."""
    if context.journal.homeroom_id is not None:
        return "j.homeroom_id = %s", context.journal.homeroom_id
    return "j.id = %s", context.journal.id


def _works_in(scope: str, values: tuple[object, ...], facts: LessonFacts) -> list[sql.Row]:
    """Works written or planned in some journals in the weeks around a lesson."""
    same = (*values, facts.date - AROUND, facts.date + AROUND)
    return sql.read(
        "SELECT l.date, l.id, l.number, a.work_kind, l.journal_id, s.title, j.subgroup_id FROM journal_assessment a"
        " JOIN timetable_lesson l ON l.id = a.lesson_id JOIN plans_journal j ON j.id = l.journal_id"
        f" JOIN organisation_subject s ON s.id = j.subject_id WHERE {scope} AND l.date >= %s AND l.date <= %s"
        " AND l.state <> 'cancelled' AND EXISTS (SELECT 1 FROM journal_mark m WHERE m.assessment_id = a.id"
        " AND m.value <> '')"
        " UNION SELECT l.date, l.id, l.number, t.work_kind, l.journal_id, s.title, j.subgroup_id"
        " FROM journal_lessonrecord r"
        " JOIN plans_plannedtopic t ON t.id = r.planned_topic_id JOIN timetable_lesson l ON l.id = r.lesson_id"
        " JOIN plans_journal j ON j.id = l.journal_id JOIN organisation_subject s ON s.id = j.subject_id"
        f" WHERE {scope} AND l.date >= %s AND l.date <= %s AND l.state <> 'cancelled' AND t.work_kind <> ''"
        " ORDER BY 1, 3, 2",
        (*same, *same),
    )


def _parallel(batch: Batch, facts: LessonFacts) -> tuple[WorkFact, ...]:
    """Works of the same subject in the other classes of the grade."""
    journal = batch.context.journal
    if journal.grade is None:
        return ()
    scope = (
        "j.school_id = %s AND j.grade = %s AND s.code = %s AND j.id <> %s"
        " AND j.year_id = (SELECT o.year_id FROM plans_journal o WHERE o.id = %s)"
    )
    values = (journal.school_id, journal.grade, journal.subject_code, journal.id, journal.id)
    rows: list[sql.Row] = _known(batch, ("parallel", facts.id), lambda: _works_in(scope, values, facts))
    return tuple(WorkFact(_day(row[0]), *row[1:]) for row in rows)


def _works(batch: Batch, fact: str, facts: LessonFacts, more: dict[str, Any]) -> dict[str, Any]:
    context = batch.context
    if fact == "topic":
        more = {**more, "planned_work": _planned_work(batch, facts)}
    work = _new_work(context, fact, facts, more)
    if not work:
        return {}
    scope, place = _class(context)

    def read() -> list[sql.Row]:
        return _works_in(scope, (place,), facts)

    def read_day() -> tuple[int, int] | None:
        rows = sql.read(
            "SELECT MIN(l.number), MAX(l.number) FROM timetable_lesson l JOIN plans_journal j ON j.id = l.journal_id"
            f" WHERE {scope} AND l.date = %s AND l.state <> 'cancelled'",
            (place, facts.date),
        )
        return (rows[0][0], rows[0][1]) if rows and rows[0][0] is not None else None

    rows = _known(batch, ("works", facts.id), read)
    works = tuple(WorkFact(_day(row[0]), *row[1:]) for row in rows if (row[1], row[3]) != (facts.id, work))
    found: dict[str, Any] = {
        "works": works,
        "new_work": work,
        "day": _known(batch, ("day", facts.date), read_day),
    }
    span = found["term"] = _span(batch, facts, None)
    if span is not None:
        lessons, held = _known(batch, ("share", span), lambda: _shares(context, span))
        planned: dict[str, set[int]] = {kind: set(ids) for kind, ids in held.items()}
        found["lessons"] = lessons
        found["work_lessons"] = tuple(
            (kind, len(ids - {facts.id} if kind == work else ids)) for kind, ids in sorted(planned.items())
        )
    return found


def _planned_work(batch: Batch, facts: LessonFacts) -> str:
    """The kind of work of the plan's topic that is being written in a lesson."""
    topic_id = batch.planned.get(facts.id)
    if topic_id is None or topic_id not in batch.context.topics or topic_id == facts.planned_id:
        return ""
    rows = sql.read("SELECT work_kind FROM plans_plannedtopic WHERE id = %s", (topic_id,))
    return str(rows[0][0] or "") if rows else ""


def _shares(context: Context, span: tuple[date, date]) -> tuple[int, dict[str, list[int]]]:
    """Lessons of the journal in a period, and which of them have a work, by its kind."""
    rows = sql.read(
        "SELECT l.id, a.work_kind, t.work_kind FROM timetable_lesson l"
        " LEFT JOIN journal_assessment a ON a.lesson_id = l.id AND EXISTS (SELECT 1 FROM journal_mark m"
        " WHERE m.assessment_id = a.id AND m.value <> '')"
        " LEFT JOIN journal_lessonrecord r ON r.lesson_id = l.id"
        " LEFT JOIN plans_plannedtopic t ON t.id = r.planned_topic_id"
        " WHERE l.journal_id = %s AND l.date >= %s AND l.date < %s AND l.state <> 'cancelled'",
        (context.journal.id, *span),
    )
    held: dict[str, list[int]] = {}
    for lesson, *works in rows:
        for work in filter(None, works):
            held.setdefault(work, []).append(lesson)
    return len({row[0] for row in rows}), held


def _homework(batch: Batch, facts: LessonFacts, more: dict[str, Any]) -> dict[str, Any]:
    context = batch.context
    scope, place = _class(context)
    due: date | None = more.get("due")
    if due is None:

        def read_next() -> date | None:
            rows = sql.read(
                "SELECT MIN(l.date) FROM timetable_lesson l WHERE l.journal_id = %s AND l.date > %s"
                " AND l.state <> 'cancelled'",
                (context.journal.id, facts.date),
            )
            return _day(rows[0][0]) if rows and rows[0][0] is not None else None

        due = _known(batch, ("next", facts.date), read_next)
    if due is None:
        return {"minutes": more.get("minutes")}
    day = due

    def read() -> tuple[int | None, ...]:
        rows = sql.read(
            "SELECT h.minutes, j.subject_id, j.subgroup_id FROM journal_homework h"
            " JOIN timetable_lesson l ON l.id = h.lesson_id"
            f" JOIN plans_journal j ON j.id = h.journal_id WHERE {scope} AND h.student_id IS NULL AND NOT h.is_none"
            " AND h.text <> '' AND h.lesson_id <> %s AND l.date >= %s AND l.date < %s AND COALESCE(h.due_date,"
            " (SELECT MIN(n.date) FROM timetable_lesson n WHERE n.journal_id = h.journal_id AND n.date > l.date"
            " AND n.state <> 'cancelled')) = %s",
            (place, facts.id, day - AROUND, day, day),
        )
        ((subject, part),) = sql.read(
            "SELECT subject_id, subgroup_id FROM plans_journal WHERE id = %s", (context.journal.id,)
        )
        return of_one_student(((row[0], row[1], row[2]) for row in rows), subject, part)

    return {
        "due": due,
        "minutes": more.get("minutes"),
        "others": _known(batch, ("homework", facts.id, due), read),
    }


def _year_start(facts: LessonFacts) -> date:
    return date(facts.date.year if facts.date.month >= 8 else facts.date.year - 1, 8, 1)


def _absences(batch: Batch, facts: LessonFacts, student: StudentFacts) -> tuple[Away, ...]:
    context = batch.context

    def read() -> dict[int, tuple[Away, ...]]:
        ids = sorted(context.students)
        rows = sql.read(
            "SELECT a.student_id, l.date, a.meaning, a.journal_id, l.hours FROM journal_absence a"
            " JOIN timetable_lesson l ON l.id = a.lesson_id"
            f" WHERE a.student_id IN ({sql.marks(len(ids))}) AND a.meaning <> '' AND a.lesson_id <> %s"
            " AND l.date >= %s AND (l.date < %s OR (l.date = %s AND l.number < %s)) ORDER BY l.date, l.number",
            (*ids, facts.id, _year_start(facts), facts.date, facts.date, facts.number),
        )
        found: dict[int, list[Away]] = {}
        for who, day, meaning, journal, hours in rows:
            found.setdefault(who, []).append(Away(day, meaning, journal, hours))
        return {who: tuple(away) for who, away in found.items()}

    away: dict[int, tuple[Away, ...]] = _known(batch, ("away", facts.id), read)
    return away.get(student.id, ())


def _lesson_days(batch: Batch, facts: LessonFacts, scope: str, place: int) -> tuple[date, ...]:
    """Dates of the hours of a journal or class in the school year; what its parts have at one time is one lesson."""

    def read() -> tuple[date, ...]:
        first = _year_start(facts)
        rows = sql.read(
            "SELECT DISTINCT l.date, l.number, l.hours FROM timetable_lesson l"
            " JOIN plans_journal j ON j.id = l.journal_id"
            f" WHERE {scope} AND l.date >= %s AND l.date < %s AND l.state <> 'cancelled' ORDER BY 1, 2",
            (place, first, first.replace(year=first.year + 1)),
        )
        taken = {(_day(day), number + n) for day, number, hours in rows for n in range(hours)}
        return tuple(day for day, _ in sorted(taken))

    days: tuple[date, ...] = _known(batch, ("lesson days", scope, place), read)
    return days


def _day(value: Any) -> date:
    return date.fromisoformat(value) if isinstance(value, str) else value
