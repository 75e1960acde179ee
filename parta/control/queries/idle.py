"""Who had lessons within the window of the act and entered nothing, and how many take part at all."""

from datetime import date, timedelta
from typing import Any

from parta.control.queries.sheets import Cut, law_for, per_cent, reach_of
from parta.foundation import sql
from parta.journal.rules.matters import Matter, clauses_of, rules_on, told_of
from parta.people.viewer import Viewer
from parta.regulation.durations import plural

_TAUGHT = """
SELECT x.who, x.date, MIN(x.id), COUNT(*), SUM(x.touched) FROM (
    SELECT l.id, l.date, COALESCE(t.substitute_id, l.teacher_id, (
        SELECT MIN(tl.teacher_id) FROM plans_teachingload tl WHERE tl.journal_id = j.id AND tl.starts <= l.date
        AND (tl.until IS NULL OR tl.until > l.date))) AS who,
        CASE WHEN r.conducted_at IS NOT NULL OR r.roll_at IS NOT NULL OR EXISTS (
            SELECT 1 FROM journal_homework w WHERE w.lesson_id = l.id AND w.student_id IS NULL
            AND (w.is_none OR w.text <> '')) THEN 1 ELSE 0 END AS touched
    FROM timetable_lesson l JOIN plans_journal j ON j.id = l.journal_id
    JOIN organisation_subject s ON s.id = j.subject_id
    LEFT JOIN timetable_substitution t ON t.lesson_id = l.id
    LEFT JOIN journal_lessonrecord r ON r.lesson_id = l.id
    WHERE {scope} AND l.school_id = %s AND l.date >= %s AND l.date <= %s AND l.ends_at <= %s
        AND l.state <> 'cancelled'
) x WHERE x.who IS NOT NULL GROUP BY x.who, x.date ORDER BY x.date"""


def idle_matters(viewer: Viewer, until: date) -> list[Matter]:
    """Who had lessons within the window of the act and entered nothing; whose share of participation is too low.

    One statement, or none where the act does not ask.
    """
    law = law_for(viewer)
    rules = rules_on(law, until, "journal_mandatory")
    shares = [rule for rule in rules_on(law, until, "participation_rate") if "teacher" in rule.params.roles]
    if not rules and not shares:
        return []
    windows = {days_in(rule.params.window) for rule in rules} | {7, 30}
    since = until - timedelta(days=max(windows) - 1)
    scope, values = reach_of(viewer, Cut(since, until))
    days = sql.read(_TAUGHT.replace("{scope}", scope), [*values, viewer.school.id, since, until, viewer.at])
    found = []

    def counted(length: int) -> dict[int, tuple[date, int, int, int]]:
        """By person: the first day within the window, its first lesson, lessons, touched ones."""
        first = until - timedelta(days=length - 1)
        people: dict[int, tuple[date, int, int, int]] = {}
        for who_id, day, lesson_id, count, touched in days:
            if day >= first:
                known = people.get(who_id, (day, lesson_id, 0, 0))
                people[who_id] = (known[0], known[1], known[2] + int(count), known[3] + int(touched))
        return people

    for rule in rules:
        if rule.params.does != "entry":
            continue
        for who_id, (day, lesson_id, count, touched) in counted(days_in(rule.params.window)).items():
            if touched < rule.params.min:
                found.append(
                    Matter(
                        kind="journal_mandatory",
                        clauses=clauses_of([rule]),
                        text=f"Нет ни одной записи за {rule.params.window}: было {count} "
                        + plural(count, "урок", "урока", "уроков"),
                        since=day,
                        lesson_id=lesson_id,
                        who_id=who_id,
                        role="teacher",
                        told=told_of([rule]),
                        key=f"{rule.params.window}",
                    )
                )
    for rule in shares:
        people = counted(30 if "month" in rule.params.window else 7)
        idle = [who for who, (_, _, _, touched) in people.items() if not touched]
        share = per_cent(len(people) - len(idle), len(people))
        if share is not None and share < rule.params.threshold:
            found.append(
                Matter(
                    kind="participation_rate",
                    clauses=clauses_of([rule]),
                    text=f"Журнал ведут {share} % учителей, у которых были уроки",
                    since=until,
                    role="deputy",
                    told=told_of([rule]),
                    detail=f"не ведут: {len(idle)} из {len(people)}",
                    key=rule.params.window,
                )
            )
    return found


def days_in(duration: Any) -> int:
    """A duration in whole days, at least one."""
    return int(duration.count) if duration.unit == "d" else max(int(duration.count / 24), 1)
