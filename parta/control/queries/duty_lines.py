"""Matters as lines of a page: in words, with the place each leads to, whose duty it is and who answers for it."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime

from parta.control.queries import findings
from parta.control.queries.cites import Acts
from parta.control.queries.owners import Owners
from parta.control.queries.sheets import law_for
from parta.control.queries.sources import HEADS, page_for
from parta.foundation import sql
from parta.journal.queries.words import class_name, journal_name, short_name
from parta.journal.rules.matters import Matter
from parta.people.viewer import ROLE_TITLES, Viewer
from parta.regulation.words import role_words

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
    due: datetime | None = None
    """Until when a thing is to be done."""
    is_late: bool = False
    """It has not been recorded as done in its term."""


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


def sameness(line: DutyLine) -> tuple[object, ...]:
    """By what a line worked out anew is known as one that is kept."""
    return line.kind, line.ids, line.text, line.url_name, line.url_id


def grouped(viewer: Viewer, found: list[Matter], since: date, until: date) -> Duties:
    """The page of these matters."""
    names, acts = _names(viewer), Acts(law_for(viewer))
    return by_kind(viewer, [_line(one, names, acts) for one in found], since, until)


def by_kind(viewer: Viewer, lines: list[DutyLine], since: date, until: date) -> Duties:
    """The page of these lines, kind by kind."""
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


def kept_line(one: findings.Line) -> DutyLine:
    """A kept finding as a line."""
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
        due=one.due if one.is_to_do else None,
        is_late=one.is_to_do and one.is_overdue,
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
    role = ROLE_TITLES.get(one.role) or role_words([one.role])
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
