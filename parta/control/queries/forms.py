"""Which report is which: its title, who makes it, the question behind it; the tables of one class."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from parta.control.queries import (
    analysis,
    conduct,
    hours,
    internal_works,
    mastering,
    registers,
    reports,
    results,
    summaries,
)
from parta.control.queries.classes import MEANINGS, class_page
from parta.control.queries.corrections import corrections
from parta.control.queries.reports import Cell, Table
from parta.control.queries.sheets import Cut, law_for
from parta.foundation import sql
from parta.foundation.pagekit import time_unit
from parta.journal.queries.words import class_name, from_json, short_name
from parta.journal.rules.matters import rules_on
from parta.people.viewer import Viewer

CONTROL = frozenset({"director", "deputy", "head_of_department", "inspector"})
HEADS = frozenset({"director", "deputy"})
CLASS = frozenset({"class_teacher", "master"})
TEACH = frozenset({"teacher"})
COLLEGE = frozenset({"college"})


@dataclass(frozen=True, slots=True)
class Form:
    """A kind of report."""

    code: str
    title: str
    about: str
    roles: frozenset[str]
    make: Callable[[Viewer, Cut], Table]
    of_class: bool = False
    """Always about one class."""
    kinds: frozenset[str] = frozenset()
    """Only in schools of these kinds; empty: in all."""
    ahead: bool = False
    """Its days may be still to come."""
    has_level: bool = False
    """It may be cut to what lies below a level."""
    of_person: bool = False
    """Always about one of the staff."""
    of_findings: bool = False
    """Read from the kept findings, which are to be up to date."""


def class_report(viewer: Viewer, cut: Cut) -> Table:
    """One class by student: average and its change, absences by reason; sums with quality and success."""
    if cut.homeroom_id is None:
        return Table(("Ученик",), ())
    found = class_page(viewer, cut.homeroom_id, cut, cut.since)
    if found is None:
        return Table(("Ученик",), ())
    rows: list[tuple[Cell, ...]] = [
        (
            line.name,
            line.marks,
            None if line.average is None else round(line.average, 2),
            None if line.change is None else round(line.change, 2),
            line.absences,
            *(line.missed.get(meaning, 0) for meaning in MEANINGS),
            line.late,
            ", ".join(line.low),
        )
        for line in found.students
    ]
    rows.append(
        (
            "Класс",
            sum(line.marks for line in found.students),
            None if found.average is None else round(found.average, 2),
            None,
            sum(found.missed.values()),
            *(found.missed[meaning] for meaning in MEANINGS),
            found.late,
            f"качество {_share(found.quality)}, успеваемость {_share(found.success)}",
        )
    )
    groups = "; ".join(f"{name}: {len(names)}" for name, names in found.groups.items())
    return Table(
        (
            "Ученик",
            "Отметок",
            "Средняя",
            "Изменение",
            f"Пропущено {time_unit(viewer.school.kind)[2]}",
            *(word[:1].upper() + word[1:] for word in MEANINGS.values()),
            "Опозданий",
            "Не успевает",
        ),
        tuple(rows),
        sums=1,
        note=f"{groups}. С одной «3»: {len(found.one_three)}"
        + (f" ({', '.join(found.one_three)})" if found.one_three else "")
        + ". Пропущено от проведённых уроков: "
        + ("нет данных" if found.missed_share is None else f"{found.missed_share:.1f} %".replace(".", ","))
        + ".",
    )


def _share(value: int | None) -> str:
    return "нет данных" if value is None else f"{value} %"


FORMS = {
    form.code: form
    for form in (
        Form(
            "journal_filling",
            "Заполнение журнала",
            "Уроки, явка и задания по учителям: в срок, позже, нет",
            CONTROL,
            reports.journal_filling,
        ),
        Form(
            "timely_filling",
            "Своевременность заполнения",
            "По учителям и классам: сколько занятий записано в срок",
            CONTROL,
            reports.timely_filling,
        ),
        Form(
            "teachers_work",
            "Работа учителей с журналом",
            "Заполнено и в срок, задания, отметки, замечания, исправления",
            CONTROL,
            reports.teachers_work,
        ),
        Form(
            "mark_density",
            "Накопляемость отметок",
            "Отметок на ученика, ученики без отметок и с одной",
            CONTROL | TEACH | CLASS,
            reports.mark_density,
        ),
        Form(
            "performance",
            "Успеваемость",
            "По классам, параллелям и школе: средняя, качество, успеваемость",
            CONTROL,
            results.performance,
        ),
        Form(
            "group_summary",
            "Итоги по группам",
            "Промежуточный и итоговый отчёт: программа, часы, явка, результаты; группы ниже уровня",
            CONTROL | TEACH | CLASS,
            summaries.group_summary,
            has_level=True,
        ),
        Form(
            "unit_summary",
            "Итоги учреждения",
            "Коротко, по отделениям: группы, ученики, часы, явка, результаты, своевременность",
            CONTROL,
            summaries.unit_summary,
        ),
        Form(
            "comparison",
            "Сравнение периодов",
            "Два последних периода по классам и предметам: средняя, качество, успеваемость",
            CONTROL,
            summaries.comparison,
        ),
        Form(
            "analysis",
            "Анализ успеваемости",
            "По классам, предметам, учителям и ученикам: средняя, доля «4» и «5», доля «2», пропуски",
            CONTROL,
            analysis.analysis,
        ),
        Form(
            "attendance",
            "Посещаемость",
            "Пропуски по причинам, опоздания отдельно",
            CONTROL,
            results.attendance,
        ),
        Form(
            "day_attendance",
            "Явка по дням",
            "По группам и дням: сколько «н», «б», «п», где явка не отмечена",
            CONTROL | CLASS,
            registers.day_attendance,
        ),
        Form(
            "homework_register",
            "Журнал домашних заданий",
            "По группам и дням: задание, когда и кем внесено",
            CONTROL | CLASS | TEACH,
            registers.homework_register,
        ),
        Form(
            "curriculum",
            "Выполнение учебного плана",
            "Часы по плану и данные, пропущенные и восполненные",
            CONTROL | TEACH,
            reports.curriculum,
        ),
        Form(
            "given_hours",
            "Выданные часы",
            "По учителям и месяцам: свои и часы замещения, основание для оплаты",
            CONTROL,
            hours.given_hours,
        ),
        Form(
            "replaced_hours",
            "Замены и пропущенные часы",
            "По учителям и месяцам: заменено и кем, пропущено, восполнено",
            CONTROL,
            hours.replaced_hours,
        ),
        Form(
            "subject_period",
            "Отчёт учителя за период",
            "По журналам: уроки и темы, средняя, качество, успеваемость",
            CONTROL | TEACH | CLASS,
            results.subject_period,
        ),
        Form(
            "control_results",
            "Контрольные работы",
            "По работам: сколько каких отметок, кто не писал",
            CONTROL | TEACH | CLASS,
            results.control_results,
        ),
        Form(
            "internal_control",
            "Контрольные работы ВТК",
            "Результаты внутритехникумовского контроля по работам, группам, дисциплинам и курсам",
            CONTROL | TEACH | CLASS,
            internal_works.internal_works,
            kinds=COLLEGE,
        ),
        Form(
            "work_schedule",
            "График контрольных работ",
            "По неделям и группам: дисциплина, день, форма контроля, тема",
            CONTROL | TEACH | CLASS,
            internal_works.work_schedule,
            ahead=True,
        ),
        Form(
            "mastering_students",
            "Освоение программ: студенты",
            "По студентам: доля отметок за периоды не ниже «3»",
            CONTROL | CLASS,
            mastering.mastering_students,
            kinds=COLLEGE,
        ),
        Form(
            "mastering_groups",
            "Освоение программ: группы",
            "По группам и дисциплинам: доля студентов с отметкой не ниже «3»",
            CONTROL | CLASS,
            mastering.mastering_groups,
            kinds=COLLEGE,
        ),
        Form(
            "low_marks",
            "Неудовлетворительные отметки",
            "По ученикам: предмет, день, работа, тема",
            CONTROL | TEACH | CLASS,
            results.low_marks,
        ),
        Form(
            "missed_topics",
            "Пропущенные темы",
            "По ученикам: день, предмет, причина, тема, отработано ли",
            CONTROL | TEACH | CLASS,
            results.missed_topics,
        ),
        Form(
            "class_monitoring",
            "Мониторинг класса",
            "По ученикам: средняя, изменение, пропуски по причинам",
            CONTROL | CLASS,
            class_report,
            of_class=True,
        ),
        Form(
            "class_analysis",
            "Анализ класса за период",
            "Успеваемость и посещаемость класса с выводом",
            CONTROL | CLASS,
            class_report,
            of_class=True,
        ),
        Form(
            "summary_sheet",
            "Сводная ведомость",
            "По ученикам: отметки за периоды и год по всем предметам, как стоят в журналах",
            CONTROL | CLASS,
            mastering.summary_sheet,
            of_class=True,
        ),
        Form(
            "corrections",
            "Реестр исправлений",
            "Что было в журнале и что стало: кто, когда, почему",
            CONTROL,
            corrections,
        ),
        Form(
            "conduct",
            "Исполнение положения",
            "Кто за период ничего не нарушил, у остальных – нарушения по пунктам",
            HEADS,
            conduct.conduct,
            of_findings=True,
        ),
        Form(
            "evidence",
            "Нарушения одного человека",
            "Пункт, запись, время и объяснение по каждому нарушению за период",
            HEADS,
            conduct.evidence,
            of_person=True,
            of_findings=True,
        ),
        Form(
            "user_activity",
            "Активность пользователей",
            "Кто сколько писал в журнал и когда входил",
            frozenset({"director", "deputy", "inspector"}),
            reports.user_activity,
        ),
    )
}
"""All reports, in the order of the menu."""


def forms_of(viewer: Viewer) -> list[Form]:
    """The reports this viewer makes."""
    return [
        form
        for form in FORMS.values()
        if form.roles & viewer.roles and (not form.kinds or viewer.school.kind in form.kinds)
    ]


@dataclass(frozen=True, slots=True)
class Span:
    """A span worth choosing: a term, a month."""

    title: str
    since: date
    until: date
    """The last day."""


def spans_of(viewer: Viewer) -> list[Span]:
    """Terms of the year that have begun, the last months, the year. One statement."""
    on = viewer.on
    found = []
    begins = None
    for title, kind, since, until, starts in sql.read(
        "SELECT t.title, t.kind, t.starts, t.until, y.starts FROM organisation_term t"
        " JOIN organisation_academicyear y ON y.id = t.year_id"
        " WHERE t.school_id = %s AND y.starts <= %s AND y.until > %s AND t.starts <= %s ORDER BY t.starts, t.until",
        [viewer.school.id, on, on, on],
    ):
        begins = starts
        if kind != "year":
            found.append(Span(title, since, min(until - timedelta(days=1), on)))
    first = on.replace(day=1)
    last_month = first - timedelta(days=1)
    found.append(Span("этот месяц", first, on))
    if begins is not None:
        if last_month >= begins:
            found.append(Span("прошлый месяц", max(last_month.replace(day=1), begins), last_month))
        found.append(Span("с начала года", begins, on))
    return found


@dataclass(frozen=True, slots=True)
class HandedLine:
    """A report that stands."""

    id: int
    code: str
    title: str
    since: date
    until: date
    """The last day."""
    of: str
    made_by: str
    made_at: datetime
    note: str
    received_by: str
    received_at: datetime | None


_HANDED = """
SELECT r.id, r.code, r.since, r.until, h.title, d.title, p.surname, p.given_name, p.patronymic, r.made_at, r.note,
    q.surname, q.given_name, q.patronymic, r.received_at
FROM control_report r
LEFT JOIN organisation_homeroom h ON h.id = r.homeroom_id
LEFT JOIN organisation_department d ON d.id = r.department_id
LEFT JOIN people_person p ON p.id = r.made_by_id
LEFT JOIN people_person q ON q.id = r.received_by_id
WHERE r.school_id = %s AND ({scope}){more} ORDER BY r.made_at DESC, r.id DESC LIMIT 200"""


def _scope(viewer: Viewer) -> tuple[str, list[object]]:
    if viewer.is_school_wide:
        return "1 = 1", []
    ways, values = ["r.made_by_id = %s"], [viewer.person_id]
    if viewer.homeroom_ids:
        ways.append(f"r.homeroom_id IN ({sql.marks(len(viewer.homeroom_ids))})")
        values += viewer.homeroom_ids
    if viewer.department_ids:
        ways.append(f"r.department_id IN ({sql.marks(len(viewer.department_ids))})")
        values += viewer.department_ids
    return " OR ".join(ways), list(values)


def handed(viewer: Viewer, report_id: int | None = None) -> list[HandedLine]:
    """Reports made by the program and handed in, that the viewer may see. One statement."""
    zone = ZoneInfo(viewer.school.timezone)
    scope, values = _scope(viewer)
    more = "" if report_id is None else " AND r.id = %s"
    return [
        HandedLine(
            row[0],
            row[1],
            FORMS[row[1]].title if row[1] in FORMS else row[1],
            row[2],
            row[3] - timedelta(days=1),
            class_name(row[4]) if row[4] else row[5] or "школа",
            short_name(*row[6:9]) if row[6] else "программа",
            sql.aware(row[9]).astimezone(zone),
            row[10],
            short_name(*row[11:14]) if row[11] else "",
            None if row[14] is None else sql.aware(row[14]).astimezone(zone),
        )
        for row in sql.read(
            _HANDED.format(scope=scope, more=more),
            [viewer.school.id, *values, *([] if report_id is None else [report_id])],
        )
    ]


def kept(viewer: Viewer, report_id: int) -> tuple[HandedLine, Table] | None:
    """A report as it stood when it was made; ``None``: there is none for this viewer. Two statements."""
    lines = handed(viewer, report_id)
    if not lines:
        return None
    written = from_json(sql.read("SELECT contents FROM control_report WHERE id = %s", [report_id])[0][0])
    return lines[0], Table(
        tuple(written.get("heads", ())),
        tuple(tuple(row) for row in written.get("rows", ())),
        int(written.get("sums", 0)),
        str(written.get("note", "")),
    )


def asked_of(viewer: Viewer) -> dict[str, tuple[str, ...]]:
    """Reports the act asks of the viewer's roles, with the clauses."""
    found: dict[str, list[str]] = {}
    for rule in rules_on(law_for(viewer), viewer.on, "report_due"):
        if rule.params.each == "homeroom" and not viewer.homeroom_ids:
            continue
        if rule.params.each == "department" and not viewer.department_ids:
            continue
        if rule.params.each == "school" and not viewer.is_school_wide:
            continue
        found.setdefault(rule.params.report, []).extend(clause.printed for clause in rule.clauses)
    return {code: tuple(dict.fromkeys(clauses)) for code, clauses in found.items()}
