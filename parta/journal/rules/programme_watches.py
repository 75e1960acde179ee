"""Is the programme carried out: the plan is there, lessons and topics go with it, works are held on their days.

Watches only: nothing here refuses a write. A lesson that was cancelled owes no record but counts as lag of the
programme; a moved one counts on its new day, and is made up once it is held.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Annotated, Any, Literal

from parta.foundation import sql
from parta.journal.rules.matters import JOINS, ON_CONTROL, PLACE, Matter, Reach, clauses_of, places, told_of
from parta.journal.rules.wording import listed
from parta.regulation.durations import plural
from parta.regulation.judge import Law, Rule
from parta.regulation.registry import Codes, Params, RuleKind, known_kind, one_of

__all__ = ["Progress", "WorkLine", "control_works", "plan_gaps", "programme", "programme_lags", "work_dates"]


class PlanPresent(Params):
    """By when each journal has its thematic plan."""

    until: Literal["first_lesson"] = "first_lesson"


class ProgrammeProgress(Params):
    """How far the journal may lag behind its plan, in lessons, or behind its curriculum, in hours."""

    plan: Literal["approved", "curriculum"] = "approved"
    compare: Annotated[frozenset[str], one_of("hours", "topics")] = frozenset({"hours", "topics"})
    max_lag: int = 2
    on: Literal["any_day", "period_end", "year_end"] = "any_day"


class WorkPerPlan(Params):
    """Works of these kinds are held on the lessons for which the plan has them."""

    work: Codes = frozenset({"control"})
    tolerance: int = 0


_COMPARED = {"hours": "уроки", "topics": "темы"}

known_kind(
    RuleKind(
        "plan_present",
        1,
        PlanPresent,
        "Тематический план внесён",
        lambda p: "тематический план внесён к первому уроку",
        acts=ON_CONTROL,
    )
)
known_kind(
    RuleKind(
        "programme_progress",
        5,
        ProgrammeProgress,
        "Программа проходится",
        lambda p: (
            f"{listed(_COMPARED.get(name, name) for name in sorted(p.compare))} идут по "
            f"{'учебному плану' if p.plan == 'curriculum' else 'тематическому плану'}: отставание не больше "
            f"{p.max_lag} {plural(p.max_lag, 'урока', 'уроков', 'уроков')}"
        ),
        acts=ON_CONTROL,
    )
)
known_kind(
    RuleKind(
        "work_per_plan",
        5,
        WorkPerPlan,
        "Работы проводятся по плану",
        lambda p: "контрольные работы проводят на тех уроках, где они стоят в тематическом плане",
        acts=ON_CONTROL,
    )
)


@dataclass(frozen=True, slots=True)
class Hours:
    """The hours of a journal's lessons; where each is of one hour, as many as there are lessons."""

    planned: int
    held: int
    cancelled: int
    moved: int
    made_up: int
    year: int


@dataclass(frozen=True, slots=True)
class Progress:
    """A journal against its plan on a day: in lessons, each with its topic, and in hours, as the curriculum counts."""

    row: Sequence[Any]
    """The columns of the place."""
    plan_id: int | None
    plan: str
    topics: int
    """Topics of the thematic plan, a lesson each."""
    plan_hours: int
    planned: int
    """Lessons by the timetable up to the day, with those that were cancelled or moved."""
    held: int
    cancelled: int
    moved: int
    made_up: int
    """Of the moved ones, those held."""
    first: date | None
    year: int
    """Lessons of the whole year that stand in the timetable."""
    topics_done: int
    curriculum: int | None
    """Hours of the year by the curriculum."""
    who_id: int | None
    who: tuple[str, str, str]
    hours: Hours

    @property
    def hours_lag(self) -> int:
        """Lessons that should have been held and were not (or are not recorded)."""
        return self.planned - self.held

    @property
    def topics_lag(self) -> int:
        """Topics that should have been reached and were not; 0 without a plan."""
        return max(min(self.planned, self.topics) - self.topics_done, 0) if self.plan_id else 0

    @property
    def not_recorded(self) -> int:
        """Lessons that passed, were not cancelled, and have no record."""
        return max(self.planned - self.cancelled - self.held - (self.moved - self.made_up), 0)

    def causes(self) -> str:
        """Where the lag comes from, in words."""
        parts = [
            f"{word}: {count}"
            for word, count in (
                ("не записано", self.not_recorded),
                ("отменено", self.cancelled),
                ("перенесено и ещё не проведено", self.moved - self.made_up),
            )
            if count
        ]
        return ", ".join(parts)


_PROGRAMME = f"""
SELECT {PLACE}, j.plan_id, COALESCE(p.title, ''),
    COALESCE(n.topics, 0), COALESCE(n.hours, 0),
    x.planned, x.held, x.cancelled, x.moved, x.made_up, x.first_date, x.of_year, x.topics,
    (SELECT MAX(c.yearly_hours) FROM plans_curriculumhours c WHERE c.year_id = j.year_id
        AND c.subject_id = j.subject_id AND (c.homeroom_id = j.homeroom_id
        OR (c.homeroom_id IS NULL AND c.grade = j.grade))),
    t.id, COALESCE(t.surname, ''), COALESCE(t.given_name, ''), COALESCE(t.patronymic, ''),
    x.planned_hours, x.held_hours, x.cancelled_hours, x.moved_hours, x.made_up_hours, x.year_hours
FROM plans_journal j
{JOINS}
LEFT JOIN (SELECT plan_id, COUNT(*) AS topics, SUM(hours) AS hours FROM plans_plannedtopic GROUP BY plan_id) n
    ON n.plan_id = j.plan_id
JOIN organisation_academicyear y ON y.id = j.year_id AND y.starts <= %s AND y.until > %s
LEFT JOIN plans_thematicplan p ON p.id = j.plan_id
LEFT JOIN people_person t ON t.id = (SELECT MIN(tl.teacher_id) FROM plans_teachingload tl
    WHERE tl.journal_id = j.id AND tl.starts <= %s AND (tl.until IS NULL OR tl.until > %s))
LEFT JOIN (
    SELECT f.journal_id, MIN(f.first_date) AS first_date, COUNT(DISTINCT f.topic) AS topics,
        SUM(f.due) AS planned, SUM(f.held) AS held, SUM(f.cancelled) AS cancelled, SUM(f.moved) AS moved,
        SUM(f.made_up) AS made_up, SUM(f.stands) AS of_year,
        SUM(f.due * f.hours) AS planned_hours, SUM(f.held * f.hours) AS held_hours,
        SUM(f.cancelled * f.hours) AS cancelled_hours, SUM(f.moved * f.hours) AS moved_hours,
        SUM(f.made_up * f.hours) AS made_up_hours, SUM(f.stands * f.hours) AS year_hours
    FROM (
        SELECT l.journal_id, l.hours,
            CASE WHEN COALESCE(l.moved_from, l.date) <= %s AND (l.ends_at <= %s OR l.moved_from IS NOT NULL)
                THEN 1 ELSE 0 END AS due,
            CASE WHEN l.date <= %s AND l.state <> 'cancelled' AND r.conducted_at IS NOT NULL
                THEN 1 ELSE 0 END AS held,
            CASE WHEN l.date <= %s AND l.ends_at <= %s AND l.state = 'cancelled' THEN 1 ELSE 0 END AS cancelled,
            CASE WHEN l.state = 'moved' AND COALESCE(l.moved_from, l.date) <= %s THEN 1 ELSE 0 END AS moved,
            CASE WHEN l.state = 'moved' AND COALESCE(l.moved_from, l.date) <= %s AND l.date <= %s
                AND r.conducted_at IS NOT NULL THEN 1 ELSE 0 END AS made_up,
            CASE WHEN l.state <> 'cancelled' THEN l.date END AS first_date,
            CASE WHEN l.state <> 'cancelled' THEN 1 ELSE 0 END AS stands,
            CASE WHEN l.date <= %s AND r.conducted_at IS NOT NULL THEN r.planned_topic_id END AS topic
        FROM plans_journal j JOIN organisation_subject s ON s.id = j.subject_id
        JOIN timetable_lesson l ON l.journal_id = j.id LEFT JOIN journal_lessonrecord r ON r.lesson_id = l.id
        WHERE {{scope}}
    ) f GROUP BY f.journal_id
) x ON x.journal_id = j.id
WHERE {{scope}}
ORDER BY COALESCE(j.grade, 99), COALESCE(h.title, ''), s.position, s.title, COALESCE(g.short, ''), j.id"""


def programme(school_id: int, reach: Reach, *, until: date, at: datetime) -> list[Progress]:
    """Every journal of the year of `until` against its plan, lessons that are over by `at`. One statement."""
    scope, values = reach
    days: list[object] = [until, until, until, until, until, at, until, until, at, until, until, until, until]
    return [
        Progress(
            row[:12],
            row[12],
            row[13],
            row[14],
            int(row[15]),
            planned=int(row[16] or 0),
            held=int(row[17] or 0),
            cancelled=int(row[18] or 0),
            moved=int(row[19] or 0),
            made_up=int(row[20] or 0),
            first=_day(row[21]),
            year=int(row[22] or 0),
            topics_done=int(row[23] or 0),
            curriculum=row[24],
            who_id=row[25],
            who=(row[26], row[27], row[28]),
            hours=Hours(*(int(value or 0) for value in row[29:35])),
        )
        for row in sql.read(_PROGRAMME.replace("{scope}", scope), [*days, *values, *values])
    ]


def _day(value: Any) -> date | None:
    return date.fromisoformat(value) if isinstance(value, str) else value


def _matter(
    line: Progress, rules: Sequence[Rule[Any]], text: str, since: date, detail: str = "", key: str = ""
) -> Matter:
    return Matter(
        kind=rules[0].kind.name,
        clauses=clauses_of(rules),
        text=text,
        since=since,
        journal_id=line.row[0],
        homeroom_id=line.row[11],
        subject=line.row[2],
        homeroom=line.row[6],
        group=line.row[10],
        who_id=line.who_id,
        role="teacher",
        told=told_of(rules),
        detail=detail,
        key=key,
    )


def plan_gaps(law: Law, lines: Sequence[Progress], *, until: date) -> list[Matter]:
    """Journals without a thematic plan on their first lesson day or later."""
    reader = places(law)
    found = []
    for line in lines:
        if line.plan_id is None and line.first is not None and line.first <= until:
            rules = reader.rules(line.row, until, "plan_present")
            if rules:
                found.append(_matter(line, rules, "Нет тематического плана", line.first))
    return found


def plan_hours(law: Law, lines: Sequence[Progress], *, until: date) -> list[Matter]:
    """Journals whose plan has other hours than the curriculum, beyond the tolerance of the act. No statement."""
    reader = places(law)
    found = []
    for line in lines:
        if line.plan_id is None or line.curriculum is None:
            continue
        rules = [
            rule
            for rule in reader.rules(line.row, until, "plan_matches_curriculum")
            if abs(line.plan_hours - line.curriculum) > rule.params.tolerance_hours
        ]
        if rules:
            text = f"План не по учебному плану: в плане {line.plan_hours} ч., по учебному плану {line.curriculum} ч."
            found.append(_matter(line, rules, text, until))
    return found


_LOST = """
SELECT l.journal_id, c.reason, COUNT(DISTINCT l.id)
FROM timetable_lesson l
JOIN timetable_lessonchange c ON c.id = (SELECT MAX(x.id) FROM timetable_lessonchange x WHERE x.lesson_id = l.id)
WHERE l.journal_id IN ({ids}) AND l.state = 'cancelled' AND l.date <= %s AND c.kind = 'cancelled'
GROUP BY l.journal_id, c.reason ORDER BY 3 DESC, 2"""


def lost_reasons(lines: Sequence[Progress], *, until: date) -> dict[int, str]:
    """Why lessons were cancelled, in the words of who cancelled them: «праздник: 2, болезнь: 1». One statement."""
    ids = [line.row[0] for line in lines if line.cancelled]
    found: dict[int, list[str]] = {}
    if ids:
        for journal_id, reason, count in sql.read(_LOST.format(ids=sql.marks(len(ids))), [*ids, until]):
            found.setdefault(journal_id, []).append(f"{reason.strip() or 'причина не названа'}: {int(count)}")
    return {journal_id: ", ".join(parts) for journal_id, parts in found.items()}


_MISSING = """
SELECT j.id, t.position, t.text FROM plans_journal j JOIN plans_plannedtopic t ON t.plan_id = j.plan_id
WHERE j.id IN ({ids}) AND NOT EXISTS (SELECT 1 FROM journal_lessonrecord r JOIN timetable_lesson l
    ON l.id = r.lesson_id WHERE r.journal_id = j.id AND r.planned_topic_id = t.id
    AND r.conducted_at IS NOT NULL AND l.date <= %s)
ORDER BY j.id, t.position"""


def missing_topics(lines: Sequence[Progress], *, until: date, most: int = 5) -> dict[int, list[str]]:
    """The first topics not reached though planned by `until`, by journal. One statement."""
    due = {line.row[0]: min(line.planned, line.topics) for line in lines if line.topics_lag}
    found: dict[int, list[str]] = {}
    if due:
        for journal_id, position, text in sql.read(_MISSING.format(ids=sql.marks(len(due))), [*due, until]):
            texts = found.setdefault(journal_id, [])
            if position <= due[journal_id] and len(texts) < most:
                texts.append(text)
    return found


def programme_lags(
    law: Law, lines: Sequence[Progress], *, until: date, ends: frozenset[date] = frozenset()
) -> list[Matter]:
    """Journals that lag beyond the limit of the act, with plan, fact, causes and topics behind. One statement.

    `ends`: the last days of periods (and of the year); entries that ask only on those days are silent on others.
    """
    reader = places(law)
    behind: list[tuple[Progress, list[Rule[Any]], int]] = []
    for line in lines:
        broken: dict[str, tuple[list[Rule[Any]], int]] = {}
        for rule in reader.rules(line.row, until, "programme_progress"):
            if rule.params.on != "any_day" and until not in ends:
                continue
            lag = _lag(line, rule.params)
            if lag > rule.params.max_lag:
                known, worst = broken.get(rule.params.plan, ([], 0))
                broken[rule.params.plan] = ([*known, rule], max(worst, lag))
        behind += [(line, rules, worst) for rules, worst in broken.values()]
    topics = missing_topics([line for line, _, _ in behind], until=until)
    reasons = lost_reasons([line for line, _, _ in behind], until=until)
    found = []
    for line, rules, worst in behind:
        hours = plural(worst, "урок", "урока", "уроков")
        if rules[0].params.plan == "curriculum":
            if line.hours.year != line.year:
                hours = plural(worst, "час", "часа", "часов")
            text = f"До часов учебного плана не хватит: {worst} {hours}"
            detail = (
                f"по учебному плану {line.curriculum}, проведено {line.hours.held},"
                f" в расписании года {line.hours.year}"
            )
            found.append(_matter(line, rules, text, until, detail, "curriculum"))
            continue
        numbers = f"по плану {line.planned}, проведено {line.held}"
        if line.hours.year != line.year:
            numbers += f" (в часах {line.hours.planned} и {line.hours.held})"
        if line.plan_id:
            numbers += f", тем пройдено {line.topics_done} из {min(line.planned, line.topics)}"
        lost = reasons.get(line.row[0])
        parts = [numbers, line.causes() + (f"; отменено по причинам: {lost}" if lost else "")]
        if line.row[0] in topics:
            parts.append("не пройдены: " + "; ".join(topics[line.row[0]]))
        text = f"Отставание от программы: {worst} {hours}"
        found.append(_matter(line, rules, text, until, ". ".join(filter(None, parts)), "thematic"))
    return found


def _lag(line: Progress, params: ProgrammeProgress) -> int:
    if params.plan == "curriculum":
        if line.curriculum is None or not line.year:
            return 0
        had = line.hours
        return max(line.curriculum - had.held - max(had.year - (had.planned - had.cancelled), 0), 0)
    found = 0
    if "hours" in params.compare:
        found = max(found, line.hours_lag)
    if "topics" in params.compare:
        found = max(found, line.topics_lag)
    return found


# --- works of the plan ----------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class WorkLine:
    """A work of the plan, or a column the plan does not have."""

    row: Sequence[Any]
    work: str
    topic: str
    planned: date | None
    """The day of the lesson at the work's place in the plan; ``None``: not in the plan."""
    held: date | None
    lesson_id: int | None
    gap: int
    """Lessons between the place in the plan and the place held; 0 when either is missing."""
    who_id: int | None

    def state(self, until: date) -> str:
        """``on_plan``, ``moved``, ``not_held``, ``not_planned`` or ``ahead``."""
        if self.planned is None:
            return "not_planned"
        if self.held is None:
            return "not_held" if self.planned < until else "ahead"
        return "moved" if self.gap else "on_plan"


_TOPICS = f"""
SELECT {PLACE}, t.id, t.position, t.work_kind, t.text
FROM plans_journal j
{JOINS}
JOIN plans_plannedtopic t ON t.plan_id = j.plan_id AND t.work_kind IN ({{works}})
JOIN organisation_academicyear y ON y.id = j.year_id AND y.starts = %s
WHERE {{scope}}"""

_LESSONS = """
SELECT l.journal_id, l.id, l.date, COALESCE(ts.substitute_id, l.teacher_id), CASE WHEN r.conducted_at IS NULL THEN NULL
    ELSE r.planned_topic_id END
FROM timetable_lesson l JOIN plans_journal j ON j.id = l.journal_id JOIN organisation_subject s ON s.id = j.subject_id
LEFT JOIN timetable_substitution ts ON ts.lesson_id = l.id
LEFT JOIN journal_lessonrecord r ON r.lesson_id = l.id
WHERE {scope} AND l.school_id = %s AND l.date >= %s AND l.state <> 'cancelled' AND j.plan_id IS NOT NULL
ORDER BY l.journal_id, l.date, l.number"""

_EXTRA = f"""
SELECT {PLACE}, a.work_kind, COALESCE(r.topic, ''), l.date, l.id, COALESCE(ts.substitute_id, l.teacher_id)
FROM timetable_lesson l
JOIN plans_journal j ON j.id = l.journal_id
{JOINS}
JOIN journal_assessment a ON a.lesson_id = l.id AND a.work_kind IN ({{works}})
LEFT JOIN timetable_substitution ts ON ts.lesson_id = l.id
LEFT JOIN journal_lessonrecord r ON r.lesson_id = l.id
LEFT JOIN plans_plannedtopic t ON t.id = r.planned_topic_id
WHERE {{scope}} AND l.school_id = %s AND l.date >= %s AND l.date <= %s AND j.plan_id IS NOT NULL
    AND COALESCE(t.work_kind, '') <> a.work_kind"""


def control_works(
    school_id: int, reach: Reach, works: Sequence[str], *, begins: date, since: date, until: date
) -> list[WorkLine]:
    """Works of these kinds due or held in the span, each with its place in the plan. Three statements.

    `begins` is the first day of the year: places are counted from its first lesson.
    """
    scope, values = reach
    kinds = list(works)
    marks = sql.marks(len(kinds))
    topics = sql.read(_TOPICS.replace("{scope}", scope).replace("{works}", marks), [*kinds, begins, *values])
    planned = {row[0] for row in topics}
    lessons: dict[int, list[tuple[int, date, int | None]]] = {}
    held: dict[tuple[int, int], int] = {}
    if topics:
        for journal_id, lesson_id, day, who_id, topic_id in sql.read(
            _LESSONS.replace("{scope}", scope), [*values, school_id, begins]
        ):
            if journal_id in planned:
                own = lessons.setdefault(journal_id, [])
                own.append((lesson_id, day, who_id))
                if topic_id is not None:
                    held.setdefault((journal_id, topic_id), len(own))
    found = []
    for row in topics:
        own, position = lessons.get(row[0], []), row[13]
        due = own[position - 1] if position <= len(own) else None
        place = held.get((row[0], row[12]))
        at = own[place - 1] if place is not None else None
        days = [one[1] for one in (due, at) if one is not None]
        if any(since <= day <= until for day in days):
            found.append(
                WorkLine(
                    row=row[:12],
                    work=row[14],
                    topic=row[15],
                    planned=due[1] if due else None,
                    held=at[1] if at else None,
                    lesson_id=at[0] if at else None,
                    gap=abs(place - position) if place is not None else 0,
                    who_id=(at or due or (0, since, None))[2],
                )
            )
    found += [
        WorkLine(row[:12], row[12], row[13], None, row[14], row[15], 0, row[16])
        for row in sql.read(
            _EXTRA.replace("{scope}", scope).replace("{works}", marks),
            [*kinds, *values, school_id, since, until],
        )
    ]
    return sorted(found, key=lambda line: (line.planned or line.held or until, line.row[0]))


def work_dates(law: Law, lines: Sequence[WorkLine], *, until: date) -> list[Matter]:
    """Works held on another lesson than planned, not held, or not in the plan; with both days."""
    reader = places(law)
    found = []
    for line in lines:
        rules = [
            rule for rule in reader.rules(line.row, until, "work_per_plan") if line.work in rule.params.work
        ]
        state = line.state(until)
        if state == "moved":
            rules = [rule for rule in rules if line.gap > rule.params.tolerance]
        if not rules or state in ("on_plan", "ahead"):
            continue
        if state == "moved":
            text = "Контрольная работа проведена не в день по плану"
        elif state == "not_held":
            text = "Контрольная работа по плану не проведена"
        else:
            text = "Контрольной работы нет в плане"
        days = [
            f"{word} {day:%d.%m.%Y}"
            for word, day in (("по плану", line.planned), ("проведена", line.held))
            if day is not None
        ]
        found.append(
            Matter(
                kind="work_per_plan",
                clauses=clauses_of(rules),
                text=text,
                since=line.held or line.planned or until,
                journal_id=line.row[0],
                lesson_id=line.lesson_id,
                homeroom_id=line.row[11],
                subject=line.row[2],
                homeroom=line.row[6],
                group=line.row[10],
                who_id=line.who_id,
                role="teacher",
                told=told_of(rules),
                detail=", ".join(days) + (f". {line.topic}" if line.topic else ""),
                key=f"{line.planned} {line.topic}" if line.planned else "",
            )
        )
    return found
