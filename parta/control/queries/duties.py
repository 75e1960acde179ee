"""What is not as the act asks, beside single records: plans, programmes, contradictions, the year, and control itself.

Each line leads to its place and names whose duty it is. Everything is worked out from the facts at the moment of
asking; nothing is kept, so a line closes by the fact alone.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from parta.control.queries import findings
from parta.control.queries.cites import Acts
from parta.control.queries.closeout import closeout_matters
from parta.control.queries.family_watches import family_matters
from parta.control.queries.intervals import check_matters, report_matters, school_intervals
from parta.control.queries.keeping import (
    card_matters,
    class_keeping_matters,
    homework_panel_matters,
    late_matters,
)
from parta.control.queries.owners import Owners
from parta.control.queries.sheets import Cut, calendar_for, law_for, per_cent, reach_of, works_of
from parta.control.queries.sources import HEADS, more_matters, page_for
from parta.control.queries.told_absences import against_notices
from parta.control.queries.year import setup_matters
from parta.foundation import sql
from parta.journal.queries.words import class_name, journal_name, short_name
from parta.journal.rules.agreement_watches import (
    as_matters,
    contradictions,
    off_timetable,
    unexplained,
)
from parta.journal.rules.auto_remarks import auto_remark_matters
from parta.journal.rules.density_watch import density_lines, density_matters
from parta.journal.rules.final_watches import final_matters
from parta.journal.rules.gap_watches import gap_matters
from parta.journal.rules.load_watches import homework_matters, work_matters
from parta.journal.rules.marking_watches import final_gaps, missing_finals
from parta.journal.rules.matters import Matter, clauses_of, rules_on, told_of, whole
from parta.journal.rules.outcome_watches import outcome_matters
from parta.journal.rules.owed import Scope
from parta.journal.rules.politeness import held_notes
from parta.journal.rules.programme_watches import (
    control_works,
    plan_gaps,
    plan_hours,
    programme,
    programme_lags,
    work_dates,
)
from parta.journal.rules.thresholds import threshold_matters
from parta.people.viewer import ROLE_TITLES, Viewer
from parta.regulation.durations import plural
from parta.regulation.words import ROLES

GROUPS = {
    "plan_present": "Тематические планы",
    "plan_matches_curriculum": "Планы и учебный план",
    "programme_progress": "Прохождение программы",
    "work_per_plan": "Контрольные работы по плану",
    "attendance_consistency": "Достоверность явки",
    "record_matches_timetable": "Записи и расписание",
    "closeout_step": "Закрытие периода",
    "mark_density": "Накопляемость отметок",
    "period_marks_complete": "Отметки за период",
    "term_mark": "Отметки за период: вычисленные и поставленные",
    "composite_mark": "Отметки за период: вычисленные и поставленные",
    "final_mark": "Годовые отметки: вычисленные и поставленные",
    "control_work_schedule": "График контрольных работ",
    "homework_budget": "Сколько времени на задания",
    "auto_remark": "Замечания, которые сделала система",
    "absence_threshold": "Пропуски, за которыми следуют действия",
    "polite_wording": "Записи ученикам и семьям",
    "final_mark_vs_marks": "Объективность итоговых отметок",
    "final_marks_window": "Срок итоговых отметок",
    "journal_mandatory": "Кто не ведёт журнал",
    "participation_rate": "Участие учителей и семей",
    "journal_up_to_date": "Актуальность",
    "profile_complete": "Карточки учеников",
    "setup_by": "Готовность года",
    "accounts_active": "Учётные записи семей",
    "appointment_required": "Назначения",
    "check_every": "Проверки журнала",
    "report_due": "Отчёты",
    "remark_fixed_by": "Замечания",
    "certificate_read": "Ознакомление со справками",
    "acknowledged": "Ознакомление семей",
}
"""Kinds of duties and their Russian heads, in the order of the page."""


@dataclass(frozen=True, slots=True)
class DutyLine:
    """A matter in words, with the place it leads to."""

    kind: str
    clauses: tuple[str, ...]
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
    since: date
    students: tuple[str, ...]
    told: tuple[str, ...]
    id: int | None = None
    """Of the kept finding, when it is asked of today."""
    state: str = ""
    owner: str = ""
    """Who answers for it now, where the act names owners."""
    owner_role: str = ""


@dataclass(frozen=True, slots=True)
class Duties:
    """The page of duties."""

    since: date
    until: date
    groups: tuple[tuple[str, str, tuple[DutyLine, ...]], ...]
    """Kind, head, lines."""

    @property
    def count(self) -> int:
        return sum(len(lines) for _, _, lines in self.groups)

    @property
    def lines(self) -> Iterable[DutyLine]:
        """All lines, group by group."""
        return (line for _, _, lines in self.groups for line in lines)


def year_of(viewer: Viewer, on: date) -> tuple[date, int]:
    """First day of the year a day lies in and its teaching days a week. One statement."""
    rows = sql.read(
        "SELECT starts, week_days FROM organisation_academicyear WHERE school_id = %s AND starts <= %s AND until > %s",
        [viewer.school.id, on, on],
    )
    return (rows[0][0], rows[0][1]) if rows else (date(on.year, 1, 1), 7)


def duties(viewer: Viewer, since: date, until: date) -> Duties:
    """Everything that is not as the act asks on the last day of the span, in a fixed number of statements."""
    return _grouped(viewer, matters(viewer, since, until), since, until)


def kept_duties(viewer: Viewer, since: date, until: date) -> Duties:
    """The same as it is kept, of the year to date: one statement. Whoever asks has called `keep` before."""
    return _by_kind(viewer, [_kept(one) for one in findings.matters(viewer)], since, until)


@dataclass(frozen=True, slots=True)
class Own:
    """The page of what one person is to do."""

    overdue: tuple[findings.Line, ...]
    coming: tuple[findings.Line, ...]
    """Single records with a limit, the earliest first."""
    duties: Duties
    """The rest, by what the act asks."""

    @property
    def count(self) -> int:
        """All lines."""
        return len(self.overdue) + len(self.coming) + self.duties.count


def own_page(viewer: Viewer, since: date) -> Own:
    """What the viewer is to do, until when and under which clause. Whoever asks has called `keep` before.

    Records are shown as they are kept. The duties of who teaches or keeps a class are worked out on the spot, for a
    teacher is told one step ahead of control; each that is kept already leads to its card, where it is answered.
    """
    kept = findings.own(viewer)
    records = [one for one in kept if one.source in findings.FACTS]
    cards = {_sameness(line): line for line in map(_kept, kept) if line.kind in GROUPS | HEADS}
    for one in records:
        cards.pop(_sameness(_kept(one)), None)
    if viewer.roles.isdisjoint(WHO_TEACHES):
        found = _by_kind(viewer, list(cards.values()), since, viewer.on)
    else:
        lines = list(own_duties(viewer, since, viewer.on).lines)
        known = {_sameness(line) for line in lines}
        lines = [
            replace(line, id=card.id, state=card.state) if (card := cards.get(_sameness(line))) else line
            for line in lines
        ]
        lines += [line for same, line in cards.items() if line.kind in OF_SCHOOL and same not in known]
        found = _by_kind(viewer, lines, since, viewer.on)
    return Own(
        tuple(one for one in records if one.is_overdue),
        tuple(one for one in records if not one.is_overdue),
        found,
    )


WHO_TEACHES = frozenset({"teacher", "class_teacher", "master"})
OF_SCHOOL = frozenset(
    {
        "certificate_read",
        "check_every",
        "report_due",
        "appointment_required",
        "setup_by",
        "accounts_active",
        "acknowledged",
        "participation_rate",
    }
)
"""Kinds that are asked of the school as a whole: a person's share of them is known only as it is kept."""


def _sameness(line: DutyLine) -> tuple[object, ...]:
    return line.kind, line.ids, line.text, line.url_name, line.url_id


def _grouped(viewer: Viewer, found: list[Matter], since: date, until: date) -> Duties:
    names, acts = _names(viewer), Acts(law_for(viewer))
    return _by_kind(viewer, [_line(one, names, acts) for one in found], since, until)


def _by_kind(viewer: Viewer, lines: list[DutyLine], since: date, until: date) -> Duties:
    lines = _owned(viewer, lines, until)
    groups = []
    for kind, head in (GROUPS | HEADS).items():
        mine = [line for line in lines if line.kind == kind]
        if mine:
            mine.sort(key=lambda line: (line.who, line.since))
            groups.append((kind, head, tuple(mine)))
    return Duties(since, until, tuple(groups))


def _owned(viewer: Viewer, lines: list[DutyLine], until: date) -> list[DutyLine]:
    """The lines with who answers for each on the day. Three statements, or none where the act names no owners."""
    owners = Owners(viewer, until)
    if not owners.rules:
        return lines
    journals = owners.journals_of(
        [line.url_id for line in lines if line.url_name == "lesson" and line.url_id]
    )
    found = []
    for line in lines:
        journal_id = line.url_id if line.url_name == "journal" else journals.get(line.url_id or 0)
        owner = owners.of(line.kind, journal_id, line.since)
        found.append(line if owner is None else replace(line, owner=owner.words, owner_role=owner.role))
    return found


def own_duties(viewer: Viewer, since: date, until: date) -> Duties:
    """The duties that fall to the viewer: as the teacher of a journal, or as who keeps a class."""
    found = [one for one in journal_matters(viewer, since, until, ahead=1) if one.who_id == viewer.person_id]
    found += [
        one
        for one in class_matters(viewer, until)
        if one.who_id == viewer.person_id or (one.who_id is None and one.homeroom_id in viewer.homeroom_ids)
    ]
    found += [one for one in more_matters(viewer, since, until) if one.who_id == viewer.person_id]
    found += remark_matters(viewer, viewer.person_id)
    return _grouped(viewer, found, since, until)


def matters(viewer: Viewer, since: date, until: date) -> list[Matter]:
    """All matters of the viewer's journals; those of the school as a whole for school-wide viewers."""
    found = journal_matters(viewer, since, until)
    if viewer.is_school_wide or "head_of_department" in viewer.roles:
        intervals = school_intervals(viewer)
        own = check_matters(viewer, intervals) + report_matters(viewer, intervals)
        found += own + remark_matters(viewer) + reading_matters(viewer)
    if viewer.is_school_wide:
        found += setup_matters(viewer) + appointment_matters(viewer) + class_matters(viewer, until)
        found += family_matters(viewer)
    return found + more_matters(viewer, since, until)


def class_matters(viewer: Viewer, until: date) -> list[Matter]:
    """What is owed by class teachers in their classes: of the whole school, or of the viewer's own classes."""
    found = class_keeping_matters(viewer, until) + card_matters(viewer)
    if viewer.is_school_wide:
        return found
    return [one for one in found if one.homeroom_id in viewer.homeroom_ids]


def journal_matters(viewer: Viewer, since: date, until: date, *, ahead: int = 0) -> list[Matter]:
    """Plans, programmes, works, contradictions, period marks, who keeps no journal: of the viewer's journals.

    `ahead`: who goes without a mark is named so many lessons before the limit of the act.
    """
    law, school_id = law_for(viewer), viewer.school.id
    cut = Cut(since, until)
    reach = whole(school_id) if viewer.is_school_wide else reach_of(viewer, cut)
    begins, week_days = year_of(viewer, until)
    lines = programme(school_id, reach, until=until, at=viewer.at)
    found = plan_gaps(law, lines, until=until)
    found += plan_hours(law, lines, until=until)
    found += programme_lags(law, lines, until=until, ends=period_ends(viewer, until))
    if rules_on(law, until, "work_per_plan"):
        works = control_works(school_id, reach, works_of(law, until), begins=begins, since=since, until=until)
        found += work_dates(law, works, until=until)
    if rules_on(law, until, "attendance_consistency"):
        found += as_matters(
            law,
            contradictions(school_id, reach, since=since, until=until)
            + against_notices(school_id, reach, since=since, until=until)
            + unexplained(law, school_id, reach, since=since, until=until, on=viewer.on),
            "attendance_consistency",
        )
    if rules_on(law, until, "record_matches_timetable"):
        off = off_timetable(school_id, reach, since=since, until=until, week_days=week_days)
        found += as_matters(law, off, "record_matches_timetable")
    if rules_on(law, until, "period_marks_complete"):
        zone = ZoneInfo(viewer.school.timezone)
        missing = missing_finals(law, school_id, reach, on=viewer.on, since=begins, zone=zone)
        found += final_gaps(law, missing, on=viewer.on)
    found += density_matters(density_lines(law, school_id, reach, on=until), on=until)
    for watched in (work_matters, homework_matters, threshold_matters, outcome_matters):
        found += watched(law, school_id, reach, since=since, until=until, calendar=calendar_for(viewer))
    found += gap_matters(law, school_id, reach, until=until, at=viewer.at, ahead=ahead)
    found += final_matters(
        law, school_id, reach, since=since, until=until, zone=ZoneInfo(viewer.school.timezone)
    )
    found += held_notes(law, reach, since=begins, until=until)
    mine = Scope() if viewer.is_school_wide else Scope(teacher_id=viewer.person_id)
    found += auto_remark_matters(
        law, school_id, mine, since=begins, at=viewer.at, calendar=calendar_for(viewer)
    )
    found += idle_matters(viewer, until) + homework_panel_matters(viewer) + closeout_matters(viewer, reach)
    return found + late_matters(viewer, since, until)


def period_ends(viewer: Viewer, until: date) -> frozenset[date]:
    """The day itself, where it is the last of a period. One statement."""
    rows = sql.read(
        "SELECT until FROM organisation_term WHERE school_id = %s AND until > %s AND until <= %s",
        [viewer.school.id, until, until + timedelta(days=1)],
    )
    return frozenset(row[0] - timedelta(days=1) for row in rows)


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
    windows = {_days(rule.params.window) for rule in rules} | {7, 30}
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
        for who_id, (day, lesson_id, count, touched) in counted(_days(rule.params.window)).items():
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


def _days(duration: Any) -> int:
    return int(duration.count) if duration.unit == "d" else max(int(duration.count / 24), 1)


# --- control itself -------------------------------------------------------------------------------------------------

_REMARKS = """
SELECT r.id, r.due, r.person_id, r.journal_id, r.lesson_id, r.homeroom_id, s.title, h.title, r.text
FROM control_remark r
LEFT JOIN plans_journal j ON j.id = r.journal_id
LEFT JOIN organisation_subject s ON s.id = j.subject_id
LEFT JOIN organisation_homeroom h ON h.id = COALESCE(r.homeroom_id, j.homeroom_id)
WHERE r.school_id = %s AND r.state = 'open' AND r.due < %s{more}
ORDER BY r.due, r.id"""


def remark_matters(viewer: Viewer, person_id: int | None = None) -> list[Matter]:
    """Remarks past their day without an answer; of one person, or all the viewer may see. One statement."""
    values: list[object] = [viewer.school.id, viewer.on]
    more = ""
    if person_id is not None:
        more = " AND r.person_id = %s"
        values.append(person_id)
    elif not viewer.is_school_wide:
        scope, of_journals = reach_of(viewer, Cut(viewer.on, viewer.on))
        more = " AND (r.made_by_id = %s OR " + scope + ")"
        values += [viewer.person_id, *of_journals]
    law = law_for(viewer)
    rules = rules_on(law, viewer.on, "remark_fixed_by")
    return [
        Matter(
            kind="remark_fixed_by",
            clauses=clauses_of(rules),
            text=f"Замечание не устранено в срок: {row[8][:120]}",
            since=row[1],
            journal_id=row[3],
            lesson_id=row[4],
            homeroom_id=row[5],
            subject=row[6] or "",
            homeroom=row[7] or "",
            who_id=row[2],
            role="teacher",
            told=told_of(rules),
        )
        for row in sql.read(_REMARKS.replace("{more}", more), values)
    ]


def reading_matters(viewer: Viewer) -> list[Matter]:
    """Certificates that somebody they are brought to has not read within the limit of the act. One statement."""
    law = law_for(viewer)
    rules = rules_on(law, viewer.on, "certificate_read")
    if not rules:
        return []
    days = min(_days(rule.params.within) for rule in rules)
    zone = calendar_for(viewer).zone
    found = []
    for number, made_at, person_id, role in sql.read(
        "SELECT c.number, c.made_at, a.person_id, a.role FROM control_acknowledgement a"
        " JOIN control_check c ON c.id = a.check_made_id WHERE a.school_id = %s AND a.at IS NULL"
        + ("" if viewer.is_school_wide else " AND c.made_by_id = %s")
        + " ORDER BY c.made_at, a.id",
        [viewer.school.id, *([] if viewer.is_school_wide else [viewer.person_id])],
    ):
        limit = sql.aware(made_at).astimezone(zone).date() + timedelta(days=days)
        if viewer.on > limit:
            found.append(
                Matter(
                    kind="certificate_read",
                    clauses=clauses_of(rules),
                    text=f"Не ознакомлен со справкой № {number}",
                    since=limit,
                    who_id=person_id,
                    role=role,
                    told=told_of(rules),
                )
            )
    return found


def appointment_matters(viewer: Viewer) -> list[Matter]:
    """Roles that nobody holds by an order, of this school year where the act asks each year. Two statements."""
    law = law_for(viewer)
    rules = rules_on(law, viewer.on, "appointment_required")
    if not rules:
        return []
    held: dict[str, date | None] = {
        row[0]: date.fromisoformat(row[1]) if isinstance(row[1], str) else row[1]
        for row in sql.read(
            "SELECT kind, MAX(order_date) FROM people_role WHERE school_id = %s AND starts <= %s"
            " AND (until IS NULL OR until > %s) AND order_number <> '' GROUP BY kind",
            [viewer.school.id, viewer.on, viewer.on],
        )
    }
    summer = year_of(viewer, viewer.on)[0] - SUMMER
    return [
        Matter(
            kind="appointment_required",
            clauses=clauses_of([rule]),
            text=f"Не назначен приказом{' на этот учебный год' if rule.params.every else ''}: "
            + ROLES.get(role, (role,))[0],
            since=viewer.on,
            role="director",
            told=told_of([rule]),
        )
        for rule in rules
        for role in sorted(rule.params.roles)
        if role not in held or (rule.params.every is not None and (held[role] or date.min) < summer)
    ]


SUMMER = timedelta(days=92)
"""How long before the year's first day its orders are given."""


# --- words ----------------------------------------------------------------------------------------------------------


def _names(viewer: Viewer) -> dict[int, str]:
    return {
        row[0]: short_name(*row[1:])
        for row in sql.read(
            "SELECT id, surname, given_name, patronymic FROM people_person WHERE school_id = %s AND id IN ("
            "SELECT person_id FROM people_role WHERE school_id = %s UNION"
            " SELECT teacher_id FROM plans_teachingload WHERE school_id = %s UNION"
            " SELECT substitute_id FROM timetable_substitution WHERE school_id = %s)",
            [viewer.school.id] * 4,
        )
    }


def _kept(one: findings.Line) -> DutyLine:
    return DutyLine(
        kind=one.kind,
        clauses=one.clauses,
        ids=one.ids,
        act=one.act,
        text=one.text,
        detail=one.detail,
        place=one.place,
        url_name=one.url_name,
        url_id=one.url_id,
        who_id=one.who_id,
        who=one.who,
        since=one.date,
        students=one.students,
        told=one.told,
        id=one.id,
        state=one.state,
    )


def _line(one: Matter, names: dict[int, str], acts: Acts) -> DutyLine:
    place = journal_name(one.homeroom, one.subject, one.group) if one.subject else class_name(one.homeroom)
    url_name, url_id = "", None
    if one.lesson_id is not None:
        url_name, url_id = "lesson", one.lesson_id
    elif one.journal_id is not None:
        url_name, url_id = "journal", one.journal_id
    elif one.homeroom_id is not None:
        url_name, url_id = "control_class", one.homeroom_id
    url_name, url_id = page_for(one.kind, url_name, url_id)
    role = ROLE_TITLES.get(one.role) or ROLES.get(one.role, (one.role,))[0]
    return DutyLine(
        kind=one.kind,
        clauses=tuple(dict.fromkeys(clause.printed for clause in one.clauses)),
        ids=tuple(clause.id for clause in one.clauses),
        act=acts.of(one.clauses[0].id, one.since) if one.clauses else "",
        text=one.text,
        detail=one.detail,
        place=place,
        url_name=url_name,
        url_id=url_id,
        who_id=one.who_id,
        who=names.get(one.who_id or 0, "") or role,
        since=one.since,
        students=one.students,
        told=one.told,
    )


def of_person(lines: Iterable[DutyLine], person_id: int) -> Sequence[DutyLine]:
    """The lines whose duty falls on one person."""
    return [line for line in lines if line.who_id == person_id]
