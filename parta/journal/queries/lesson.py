"""Conducting one lesson: who is on the list, what stands, what the act lets this person write.

Eight statements whatever the size of the class: the lesson, the list with today's absences, what surrounds it
(kinds of work, the plan, lessons near), marks of the period, absences of the last two weeks and those that families
told ahead, homework and words.
"""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from parta.foundation import sql
from parta.foundation.pagekit import hm, ru_date, weekday_short
from parta.journal.queries import slots
from parta.journal.queries.closures import CLASS_TEACHER, SUBSTITUTE, TEACHES, Closure, closed, writer
from parta.journal.queries.drafts import DRAFT, drafted
from parta.journal.queries.lesson_values import (
    AWAY,
    Due,
    File,
    Given,
    LessonPage,
    MarkHere,
    Note,
    NotFound,
    Pupil,
    Topic,
    Work,
)
from parta.journal.queries.words import (
    class_name,
    day,
    from_json,
    moment_of,
    namesakes,
    register_key,
    short_name,
)
from parta.journal.rules.acts import Lesson, Place, Writer
from parta.journal.rules.lesson_days import counts_lessons
from parta.journal.rules.questions import (
    MarkLimit,
    absence_codes,
    double_marks_allowed,
    fact_limit,
    individual_homework,
    mark_symbols,
    topic_before_flag,
    work_kinds,
)
from parta.journal.rules.whole_columns import asks_whole
from parta.people.viewer import Viewer
from parta.plans.access import readable_journals
from parta.plans.approvals import APPROVED_LINE
from parta.regulation.durations import MOST_LESSONS, Calendar
from parta.regulation.judge import Law
from parta.regulation.queries import law as law_of_school
from parta.timetable.calendar import calendar_of

MANY_AHEAD = 12 * MOST_LESSONS
"""Lessons read where the act counts by lessons to come: of a day the first counts, and a day of practice has many."""
PLAN_AHEAD = 30
"""Topics of the plan offered beside the next one."""

_HEAD = f"""
SELECT l.id, l.date, l.number, l.starts_at, l.ends_at, l.state, l.teacher_id, m.title,
       x.substitute_id, xs.surname, xs.given_name, xs.patronymic, xr.surname, xr.given_name, xr.patronymic,
       j.id, j.subgroup_id, g.short, j.homeroom_id, h.title, j.grade, j.weekly_hours, j.plan_id, j.school_id,
       s.code, s.title, s.area, s.tags, k.symbols,
       r.topic, r.planned_topic_id, r.conducted_at, r.roll_at, r.version, d.id, t.title, t.starts, t.until,
       (SELECT COUNT(*) FROM timetable_lesson q WHERE q.journal_id = j.id AND q.state <> 'cancelled'
        AND (q.date < l.date OR (q.date = l.date AND q.number <= l.number))),
       (SELECT COUNT(*) FROM plans_plannedtopic q WHERE q.plan_id = j.plan_id), p.position, l.hours, d.approval_id,
       CASE WHEN {APPROVED_LINE} THEN 1 ELSE 0 END,
       (SELECT o.url FROM journal_onlinelink o WHERE o.lesson_id = l.id AND o.removed_at IS NULL),
       (SELECT o.url FROM journal_onlinelink o WHERE o.journal_id = j.id AND o.lesson_id IS NULL
        AND o.removed_at IS NULL)
FROM timetable_lesson l
JOIN plans_journal j ON j.id = l.journal_id
JOIN organisation_subject s ON s.id = j.subject_id
LEFT JOIN organisation_room m ON m.id = l.room_id
LEFT JOIN organisation_homeroom h ON h.id = j.homeroom_id
LEFT JOIN organisation_subgroup g ON g.id = j.subgroup_id
LEFT JOIN organisation_markscale k ON k.id = j.scale_id
LEFT JOIN timetable_substitution x ON x.lesson_id = l.id
LEFT JOIN people_person xs ON xs.id = x.substitute_id
LEFT JOIN people_person xr ON xr.id = x.replaced_id
LEFT JOIN journal_lessonrecord r ON r.lesson_id = l.id
LEFT JOIN plans_plannedtopic p ON p.id = r.planned_topic_id
LEFT JOIN plans_teachingload d ON d.journal_id = j.id AND d.teacher_id = %s
      AND d.starts <= l.date AND (d.until IS NULL OR d.until > l.date)
LEFT JOIN organisation_term t ON t.year_id = j.year_id AND t.kind = j.term_kind AND t.starts <= l.date
      AND t.until > l.date
WHERE l.id = %s AND {{scope}}
"""

_MEMBERS = """
SELECT DISTINCT p.id, p.surname, p.given_name, p.patronymic, a.symbol, a.meaning, a.minutes, a.version
FROM {table} e JOIN people_person p ON p.id = e.student_id
LEFT JOIN journal_absence a ON a.student_id = p.id AND a.lesson_id = %s
WHERE e.{place} = %s AND e.starts <= %s AND (e.until IS NULL OR e.until > %s)
"""

_AROUND = """
SELECT 'work' AS what, k.id AS a, k.position AS b, k.code AS t1, k.title AS t2, k.short AS t3, CAST(NULL AS date) AS d,
       k.weight AS w
FROM organisation_workkind k WHERE k.school_id = %s
UNION ALL
SELECT 'topic', q.id, q.position, q.text, q.homework, q.work_kind, NULL, q.minutes FROM (
    SELECT t.id, t.position, t.text, t.homework, t.work_kind, t.minutes FROM plans_plannedtopic t
    WHERE t.plan_id = %s AND NOT EXISTS (SELECT 1 FROM journal_lessonrecord r
        WHERE r.journal_id = %s AND r.planned_topic_id = t.id AND r.lesson_id <> %s)
    ORDER BY t.position LIMIT %s) q
UNION ALL
SELECT 'next', q.id, q.number, CAST(q.starts_at AS TEXT), '', '', q.date, NULL FROM (
    SELECT n.id, n.number, n.date, n.starts_at FROM timetable_lesson n
    WHERE n.journal_id = %s AND n.state <> 'cancelled' AND (n.date > %s OR (n.date = %s AND n.number > %s))
    ORDER BY n.date, n.number LIMIT %s) q
UNION ALL
SELECT 'previous', q.id, q.number, '', '', '', q.date, NULL FROM (
    SELECT n.id, n.number, n.date FROM timetable_lesson n
    WHERE n.journal_id = %s AND n.state <> 'cancelled' AND (n.date < %s OR (n.date = %s AND n.number < %s))
    ORDER BY n.date DESC, n.number DESC LIMIT 1) q
UNION ALL
SELECT 'before', q.id, q.number, '', '', '', q.date, NULL FROM (
    SELECT n.id, n.number, n.date FROM timetable_lesson n JOIN plans_journal o ON o.id = n.journal_id
    JOIN journal_lessonrecord r ON r.lesson_id = n.id
    WHERE n.school_id = %s AND n.date = %s AND n.number < %s AND o.homeroom_id = %s AND r.roll_at IS NOT NULL
    ORDER BY n.number DESC LIMIT 1) q
UNION ALL
SELECT 'load', 0, 0, '', '', '', w.due_date, SUM(w.minutes) FROM journal_homework w
JOIN plans_journal o ON o.id = w.journal_id
WHERE o.homeroom_id = %s AND w.student_id IS NULL AND w.due_date > %s AND w.due_date < %s AND w.lesson_id <> %s
GROUP BY w.due_date
"""

_MARKS = """
SELECT a.id, a.lesson_id, a.work_kind, a.position, a.weight, m.student_id, m.part, m.value, m.first_value, m.version,
       m.comment, m.is_late, a.finished_at
FROM journal_assessment a JOIN timetable_lesson l ON l.id = a.lesson_id
LEFT JOIN journal_mark m ON m.assessment_id = a.id
WHERE a.journal_id = %s AND l.date >= %s AND l.date < %s
ORDER BY l.date, l.number, a.position, a.id, m.part
"""

_WORDS = """
SELECT 'homework' AS what, h.id AS a, h.student_id AS b, h.text AS t1, '' AS t2, '' AS t3, '' AS t4, h.is_none AS n1,
       h.minutes AS n2, h.due_lesson_id AS n3, h.version AS n4, f.id AS f1, f.name AS f2, f.size AS f3
FROM journal_homework h LEFT JOIN journal_attachment f ON f.homework_id = h.id AND f.removed_at IS NULL
WHERE h.lesson_id = %s
UNION ALL
SELECT 'note', n.id, n.student_id, n.text, p.surname, p.given_name, p.patronymic, n.author_id = %s, NULL, NULL, 0,
       NULL, n.kind, CASE WHEN n.held_at IS NULL THEN 0 ELSE 1 END
FROM journal_diarynote n JOIN people_person p ON p.id = n.author_id
WHERE n.lesson_id = %s AND (n.withdrawn_at IS NULL OR n.held_at IS NOT NULL)
ORDER BY 2, 12
"""


def lesson_page(viewer: Viewer, lesson_id: int) -> LessonPage:
    """The page of a lesson. Raises NotFound when the lesson is out of the viewer's reach."""
    scope, values = readable_journals(viewer)
    rows = sql.read(_HEAD.replace("{scope}", scope), (viewer.person_id, lesson_id, *values))
    if not rows:
        raise NotFound("lesson")
    return _Reading(viewer, rows[0]).page()


class _Reading:
    """What the parts of the page share while it is put together."""

    def __init__(self, viewer: Viewer, row: sql.Row) -> None:
        self.viewer, self.row = viewer, row
        zone = ZoneInfo(viewer.school.timezone)
        self.date: date = row[1]
        self.number: int = row[2]
        self.starts: datetime = sql.aware(row[3]).astimezone(zone)
        self.ends: datetime = sql.aware(row[4]).astimezone(zone)
        self.journal: int = row[15]
        tags = frozenset(from_json(row[27]))
        self.scale: list[dict[str, Any]] = from_json(row[28])
        self.place = Place(
            subject=row[24],
            subject_title=row[25],
            subject_area=row[26],
            grade=row[20],
            homeroom=row[19] or "",
            weekly_hours=float(row[21]),
            tags=tags | {"subgroup"} if row[16] else tags,
            unmarked=not self.scale,
            school_id=row[23],
            journal_id=self.journal,
        )
        self.is_substitute = row[8] == viewer.person_id
        self.teaches = row[34] is not None or row[6] == viewer.person_id
        self.is_class_teacher = row[18] is not None and row[18] in viewer.homeroom_ids
        relations: frozenset[str] = frozenset()
        if self.teaches:
            relations |= TEACHES if row[42] is not None else TEACHES | DRAFT
            if row[16]:
                relations |= {"subgroup_teacher"}
        if self.is_substitute:
            relations |= SUBSTITUTE
        if self.is_class_teacher:
            relations |= CLASS_TEACHER
        self.by: Writer = writer(viewer, relations)
        self.law: Law = law_of_school(viewer.school.id, viewer.school.law_version)
        self.place = drafted(self.law, self.place, [self.date], is_approved=bool(row[43]))
        self.calendar: Calendar = calendar_of(
            viewer.school.id, viewer.school.timezone, viewer.school.law_version
        )
        self.codes = absence_codes(self.law, on=self.date, by=self.by, place=self.place)

    def page(self) -> LessonPage:
        """Read the rest and put it together."""
        row, viewer = self.row, self.viewer
        ahead = MANY_AHEAD if counts_lessons(self.law, self.date, self.date) else 4
        around = sql.read(
            _AROUND,
            (
                row[23],
                row[22], self.journal, row[0], PLAN_AHEAD,
                self.journal, self.date, self.date, self.number, ahead,
                self.journal, self.date, self.date, self.number,
                row[23], self.date, self.number, row[18],
                row[18], self.date, self.date + timedelta(days=15), row[0],
            ),
        )  # fmt: skip
        members = sql.read(
            _MEMBERS.format(
                table="people_subgroupmembership" if row[16] else "people_enrolment",
                place="subgroup_id" if row[16] else "homeroom_id",
            ),
            (row[0], row[16] or row[18], self.date, self.date),
        )
        kinds = self._kinds(around)
        marks = (
            sql.read(_MARKS, (self.journal, row[36] or self.date, row[37] or self.date + timedelta(days=1)))
            if self.scale
            else []
        )
        columns = self._columns(marks, kinds)
        taken = {work.code: work for work in columns}
        works = tuple(
            taken.get(code) or Work(code, title, short, weight, None, 1, self._whole(code))
            for code, title, short, weight in kinds
        )
        before = next((line for line in around if line[0] == "before"), None)
        pupils = self._pupils(members, marks, before)
        homework, individual, notes = self._words(row[0])
        topics = tuple(
            Topic(line[1], line[2], line[3], line[4], None if line[7] is None else int(line[7]), line[5])
            for line in around
            if line[0] == "topic"
        )
        nexts = [line for line in around if line[0] == "next"]
        loads = {day(line[6]): int(line[7] or 0) for line in around if line[0] == "load"}
        lesson = self._lesson(nexts)
        shut, open_works = self._closed(lesson, works) if self.teaches or self.is_substitute else (None, ())
        return LessonPage(
            id=row[0],
            journal=self.journal,
            date=self.date,
            number=self.number,
            hours=row[41],
            starts=self.starts,
            ends=self.ends,
            state=row[5],
            room=row[7] or "",
            subject=row[25],
            homeroom=class_name(row[19] or ""),
            group=row[17] or "",
            grade=row[20],
            substitute=short_name(*row[9:12]) if row[8] else "",
            replaced=short_name(*row[12:15]) if row[12] else "",
            is_substitute=self.is_substitute,
            teaches=self.teaches or self.is_substitute,
            is_class_teacher=self.is_class_teacher,
            may_state_substitution=not self.teaches
            and row[8] is None
            and bool(viewer.roles & {"teacher", "deputy", "head_of_department", "master"}),
            topic_first=", ".join(
                dict.fromkeys(
                    clause.printed for clause in topic_before_flag(self.law, on=self.date, place=self.place)
                )
            ),
            topic=row[29] or "",
            planned=row[30],
            planned_position=row[40],
            is_conducted=row[31] is not None,
            has_roll=row[32] is not None,
            version=row[33] or 0,
            ordinal=row[38],
            plan_size=row[39],
            topics=topics,
            works=works,
            columns=columns,
            symbols=self._symbols(),
            allows_double=bool(self.scale) and double_marks_allowed(self.law, on=self.date, place=self.place),
            codes=self.codes,
            pupils=pupils,
            copied_from=None if before is None else before[2],
            homework=homework,
            individual=individual,
            online=self.row[-2] or "",
            online_always=self.row[-1] or "",
            individual_words=individual_homework(self.law, on=self.date, place=self.place),
            notes=notes,
            dues=tuple(self._due(line, loads) for line in nexts[:3]),
            previous=next((line[1] for line in around if line[0] == "previous"), None),
            next=nexts[0][1] if nexts else None,
            closed=shut,
            open_works=open_works,
            limits=self._limits(lesson),
            term=row[35] or "",
        )

    def _lesson(self, nexts: Sequence[sql.Row]) -> Lesson:
        row = self.row
        begins: dict[date, datetime] = {}
        for line in nexts:
            on = day(line[6])
            if on is not None and on > self.date:
                begins.setdefault(on, moment_of(line[3], self.calendar.zone))
        return Lesson(
            id=row[0],
            date=self.date,
            starts_at=self.starts,
            ends_at=self.ends,
            number=self.number,
            assigned_ids=frozenset() if row[6] is None else frozenset((row[6],)),
            substitute_id=row[8],
            state=row[5],
            conducted=row[31] is not None,
            topic=row[29] or "",
            following=tuple(begins.values())[:MOST_LESSONS],
        )

    def _kinds(self, around: Sequence[sql.Row]) -> list[tuple[str, str, str, float]]:
        school = sorted((line for line in around if line[0] == "work"), key=lambda line: line[2])
        allowed = {kind.code for kind in work_kinds(self.law, on=self.date, place=self.place)}
        found = [(line[3], line[4], line[5], float(line[7])) for line in school]
        return [kind for kind in found if kind[0] in allowed] or found if allowed else found

    def _columns(
        self, marks: Sequence[sql.Row], kinds: Sequence[tuple[str, str, str, float]]
    ) -> tuple[Work, ...]:
        titles = {code: (title, short) for code, title, short, _ in kinds}
        found: dict[str, Work] = {}
        for line in marks:
            if line[1] == self.row[0] and line[2] not in found:
                title, short = titles.get(line[2], (line[2], line[2][:3].upper()))
                found[line[2]] = Work(
                    line[2],
                    title,
                    short,
                    float(line[4]),
                    line[0],
                    line[3],
                    self._whole(line[2]),
                    sql.aware(line[12]),
                )
        return tuple(found.values())

    def _whole(self, work: str) -> bool:
        return asks_whole(self.law.on(self.date).bench(self.place), work)

    def _symbols(self) -> tuple[tuple[str, bool, float | None], ...]:
        allowed = mark_symbols(self.law, on=self.date, place=self.place)
        return tuple(
            (
                item["symbol"],
                bool(item.get("passes", True)),
                float(item["value"]) if item.get("counts", True) else None,
            )
            for item in self.scale
            if allowed is None or item["symbol"] in allowed
        )

    def _pupils(
        self, members: Sequence[sql.Row], marks: Sequence[sql.Row], before: sql.Row | None
    ) -> tuple[Pupil, ...]:
        worth = {item["symbol"]: float(item["value"]) for item in self.scale if item.get("counts", True)}
        here: dict[int, dict[str, list[sql.Row]]] = {}
        past: dict[int, dict[int, list[str]]] = {}
        sums: dict[int, tuple[float, float]] = {}
        first_of_work = {line[2]: line[0] for line in reversed(marks) if line[1] == self.row[0]}
        for line in marks:
            if line[5] is None:
                continue
            points = worth.get(line[7])
            if points is not None:
                total, weights = sums.get(line[5], (0.0, 0.0))
                sums[line[5]] = (total + points * float(line[4]), weights + float(line[4]))
            if line[1] == self.row[0]:
                if first_of_work[line[2]] == line[0]:
                    here.setdefault(line[5], {}).setdefault(line[2], []).append(line)
            elif line[7]:
                past.setdefault(line[5], {}).setdefault(line[0], []).append(line[7])
        hints, copied = self._absent_lately([member[0] for member in members], before)
        twins = namesakes([(member[1], member[2]) for member in members])
        found = []
        for id, surname, given, patronymic, symbol, meaning, minutes, version in sorted(
            members, key=lambda member: register_key(*member[1:4])
        ):
            total, weights = sums.get(id, (0.0, 0.0))
            given_shown = f"{given} {patronymic[0]}." if (surname, given) in twins and patronymic else given
            found.append(
                Pupil(
                    id=id,
                    surname=surname,
                    given_name=given_shown,
                    full_name=f"{surname} {given}",
                    short=f"{surname} {given[:1]}.",
                    symbol=symbol or "",
                    meaning=meaning or "",
                    minutes=minutes,
                    version=version or 0,
                    hint=hints.get(id, ""),
                    copied=copied.get(id, ""),
                    past=tuple("/".join(parts) for parts in list(past.get(id, {}).values())[-4:]),
                    here={work: _standing(lines) for work, lines in here.get(id, {}).items()},
                    points=total,
                    weights=weights,
                )
            )
        return tuple(found)

    def _absent_lately(
        self, ids: Sequence[int], before: sql.Row | None
    ) -> tuple[dict[int, str], dict[int, str]]:
        """Words about absences of the last two weeks, and the symbols an earlier lesson of the day would give."""
        if not ids:
            return {}, {}
        lines = sql.read(
            "SELECT a.student_id, a.meaning, l.date, l.number FROM journal_absence a"
            " JOIN timetable_lesson l ON l.id = a.lesson_id"
            f" WHERE a.student_id IN ({sql.marks(len(ids))}) AND a.meaning <> '' AND l.date >= %s AND l.date <= %s"
            " ORDER BY l.date, l.number",
            (*ids, self.date - timedelta(days=14), self.date),
        )
        hints: dict[int, str] = {}
        copied: dict[int, str] = {}
        ill: dict[int, tuple[date, date]] = {}
        mine = {code.meaning: code.symbol for code in self.codes if code.may_set}
        for student, meaning, on, number in lines:
            if on == self.date and number >= self.number:
                continue
            if meaning == "ill":
                since = ill[student][0] if student in ill and (on - ill[student][1]).days <= 4 else on
                ill[student] = (since, on)
            if meaning not in AWAY:
                continue
            if on == self.date:
                hints[student] = f"не было на {number}-м уроке"
            elif (self.date - on).days <= 4:
                hints[student] = f"не было {weekday_short(on)}, {ru_date(on)}"
            if before is not None and on == self.date and number == before[2]:
                copied[student] = mine.get(meaning) or mine.get("unknown", "")
        for student, (since, last) in ill.items():
            if (self.date - last).days <= 4:
                hints[student] = f"болеет с {ru_date(since)}"
        hints.update(slots.expected(self.viewer.school.id, self.date, self.number, ids))
        return hints, copied

    def _words(self, lesson_id: int) -> tuple[Given | None, tuple[Given, ...], tuple[Note, ...]]:
        files: dict[int, list[File]] = {}
        given: dict[int, sql.Row] = {}
        notes = []
        for line in sql.read(_WORDS, (lesson_id, self.viewer.person_id, lesson_id)):
            if line[0] == "note":
                notes.append(
                    Note(
                        line[1],
                        line[2],
                        line[12],
                        line[3],
                        short_name(*line[4:7]),
                        bool(line[7]),
                        bool(line[13]),
                    )
                )
                continue
            given[line[1]] = line
            if line[11] is not None:
                files.setdefault(line[1], []).append(File(line[11], line[12], line[13]))
        made = [
            Given(id, r[2], r[3], bool(r[7]), r[8], r[9], r[10], tuple(files.get(id, ())))
            for id, r in given.items()
            if r[3] or r[7] or r[2] is None
        ]
        common = next((item for item in made if item.student is None), None)
        return common, tuple(item for item in made if item.student is not None), tuple(notes)

    def _due(self, line: sql.Row, loads: Mapping[date | None, int]) -> Due:
        on = day(line[6]) or self.date
        title = f"сегодня, {line[2]}-й урок" if on == self.date else f"{weekday_short(on)}, {ru_date(on)}"
        return Due(line[1], on, line[2], title, loads.get(on, 0))

    def _closed(self, lesson: Lesson, works: Sequence[Work]) -> tuple[Closure | None, tuple[str, ...]]:
        """What stands against marks of answers in this lesson, and the kinds of work that take theirs all the same;
        where no answers are marked, what stands against every kind; where nothing is, what stands against the roll."""
        symbols = self._symbols()

        def of(fact: str, work: str) -> Closure | None:
            return closed(
                self.law,
                self.calendar,
                self.place,
                self.by,
                lesson,
                self.viewer.at,
                fact=fact,
                work=work,
                value=symbols[0][0] if symbols else "",
            )

        if not symbols:
            return of("absence", ""), ()
        first = next((work.code for work in works if work.code == "oral"), works[0].code if works else "")
        found = of("mark", first)
        if found is None:
            return None, ()
        others = sorted(
            (work for work in works if work.code != first), key=lambda work: work.assessment is None
        )
        still = tuple(work.title.lower() for work in others if of("mark", work.code) is None)
        return (None, ()) if still and first != "oral" else (found, still)

    def _limits(self, lesson: Lesson) -> dict[str, MarkLimit]:
        found = {}
        for fact in ("topic", "roll", "homework"):
            limit = fact_limit(self.law, fact, lesson=lesson, place=self.place, calendar=self.calendar)
            if limit is not None:
                found[fact] = limit
        return found


def _standing(lines: Sequence[sql.Row]) -> MarkHere:
    """One cell out of the rows of its parts."""
    plain = [line for line in lines if not line[6]]
    if plain and plain[0][7]:
        pick, value, first = plain[0], plain[0][7], plain[0][8]
    else:
        parts = sorted((line for line in lines if line[6]), key=lambda line: line[6])
        values = [line[7] for line in parts]
        pick = parts[0] if parts else lines[0]
        value = "/".join(values) if any(values) else ""
        first = "/".join(line[8] for line in parts) if any(line[8] for line in parts) else lines[0][8]
    return MarkHere(value, first, pick[9], pick[10], bool(pick[11]))


def limit_words(limit: MarkLimit, on: date, zone: ZoneInfo) -> str:
    """«сегодня до 18:00», «до 16 октября»."""
    last = limit.deadline.astimezone(zone)
    whole = last.hour == 23 and last.minute == 59
    if last.date() == on:
        return "сегодня до конца дня" if whole else f"сегодня до {hm(last)}"
    return f"до {ru_date(last.date())}" + ("" if whole else f", {hm(last)}")


__all__ = [
    "AWAY",
    "Due",
    "File",
    "Given",
    "LessonPage",
    "MarkHere",
    "NotFound",
    "Note",
    "Pupil",
    "Topic",
    "Work",
    "lesson_page",
    "limit_words",
]
