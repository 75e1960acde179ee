"""Reports to families as pages show them: a class's reports of a span, a family's own, one family's time line."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from parta.diary.models import FamilyReport
from parta.diary.queries.children import family_of, monday_of
from parta.diary.queries.extracts import pupils_of
from parta.diary.queries.families import homerooms_of
from parta.diary.queries.week_values import Child, NotFound
from parta.foundation import sql
from parta.foundation.pagekit import ru_span
from parta.journal.queries.words import day, short_name
from parta.people.viewer import Viewer


@dataclass(frozen=True, slots=True)
class Receipt:
    """Who has read a report: in the diary, or signed on paper."""

    name: str
    means: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Sheet:
    """A report of a student: when it was made and given, to whom, who read it."""

    id: int
    medium: str
    starts: date
    until: date
    made_at: datetime
    given_on: date | None
    handed_to: str
    receipts: tuple[Receipt, ...]

    @property
    def span(self) -> str:
        """The days it tells of."""
        return ru_span(self.starts, self.until - timedelta(days=1))


@dataclass(frozen=True, slots=True)
class StudentLine:
    """A student of the class with the reports of the span; the last ever given before it."""

    id: int
    name: str
    on_paper: bool
    sheets: tuple[Sheet, ...]
    last_given: date | None
    guardians: tuple[tuple[int, str], ...]


@dataclass(frozen=True, slots=True)
class ClassReports:
    """The reports of a class over a span of days."""

    homeroom: int
    title: str
    starts: date
    until: date
    lines: tuple[StudentLine, ...]
    is_own: bool

    @property
    def on_paper(self) -> int:
        """Families told on paper."""
        return sum(1 for line in self.lines if line.on_paper)

    @property
    def given(self) -> int:
        """Students whose family has a report of the span."""
        return sum(1 for line in self.lines if any(sheet.given_on for sheet in line.sheets))

    @property
    def printable(self) -> int:
        """Paper sheets that lie within the span: what one file prints."""
        return sum(
            1
            for line in self.lines
            for sheet in line.sheets
            if sheet.medium == "paper" and sheet.starts >= self.starts and sheet.until <= self.until
        )

    @property
    def read(self) -> int:
        """Students whose family has read it."""
        return sum(1 for line in self.lines if any(sheet.receipts for sheet in line.sheets))


_SHEETS = """
SELECT r.id, r.student_id, r.medium, r.starts, r.until, r.made_at, r.given_on, r.handed_to,
       c.means, c.at, p.surname, p.given_name, p.patronymic
FROM diary_familyreport r LEFT JOIN diary_reportreceipt c ON c.report_id = r.id
LEFT JOIN people_person p ON p.id = c.guardian_id
WHERE {where} ORDER BY r.starts, r.id, c.at
"""


def _sheets(where: str, values: Sequence[object], zone: ZoneInfo) -> dict[int, list[Sheet]]:
    """Sheets by student, in order. One statement."""
    rows: dict[int, list[sql.Row]] = defaultdict(list)
    for row in sql.read(_SHEETS.format(where=where), values):
        rows[row[0]].append(row)
    found: dict[int, list[Sheet]] = defaultdict(list)
    for id, lines in rows.items():
        row = lines[0]
        found[row[1]].append(
            Sheet(
                id=id,
                medium=row[2],
                starts=row[3],
                until=row[4],
                made_at=sql.aware(row[5]).astimezone(zone),
                given_on=row[6],
                handed_to=row[7],
                receipts=tuple(
                    Receipt(
                        short_name(*line[10:13]) if line[10] else "подпись на листе",
                        line[8],
                        sql.aware(line[9]).astimezone(zone),
                    )
                    for line in lines
                    if line[8]
                ),
            )
        )
    return found


def class_reports(
    viewer: Viewer, homeroom_id: int, starts: date | None = None, until: date | None = None
) -> ClassReports | None:
    """The reports of a class that touch [starts, until), by default two weeks up to today. None: not the viewer's.

    Six statements.
    """
    titles = dict(homerooms_of(viewer))
    if homeroom_id not in titles:
        return None
    until = until or viewer.on + timedelta(days=1)
    starts = starts or monday_of(viewer.on) - timedelta(days=7)
    pupils = pupils_of(viewer, homeroom_id, viewer.on)
    ids = [pupil.id for pupil in pupils]
    zone = ZoneInfo(viewer.school.timezone)
    places = sql.marks(len(ids))
    sheets = _sheets(
        f"r.student_id IN ({places}) AND r.until > %s AND r.starts < %s", (*ids, starts, until), zone
    )
    last: dict[int, date | None] = {
        student: day(given)  # SQLite hands the greatest date back as text
        for student, given in sql.read(
            "SELECT student_id, MAX(given_on) FROM diary_familyreport"
            f" WHERE student_id IN ({places}) GROUP BY student_id",
            ids,
        )
    }
    kin: dict[int, list[tuple[int, str]]] = defaultdict(list)
    for student, id, *name in sql.read(
        "SELECT g.student_id, p.id, p.surname, p.given_name, p.patronymic FROM people_guardianship g"
        f" JOIN people_person p ON p.id = g.guardian_id WHERE g.student_id IN ({places}) AND g.has_rights"
        " AND g.starts <= %s AND (g.until IS NULL OR g.until > %s) ORDER BY g.id",
        (*ids, viewer.on, viewer.on),
    ):
        kin[student].append((id, short_name(*name)))
    return ClassReports(
        homeroom=homeroom_id,
        title=titles[homeroom_id],
        starts=starts,
        until=until,
        lines=tuple(
            StudentLine(
                pupil.id,
                pupil.name,
                pupil.on_paper,
                tuple(sheets.get(pupil.id, ())),
                last.get(pupil.id),
                tuple(kin[pupil.id]),
            )
            for pupil in pupils
        ),
        is_own=homeroom_id in viewer.homeroom_ids,
    )


def printable(
    viewer: Viewer, homeroom_id: int, starts: date, until: date
) -> list[tuple[str, dict[str, Any]]]:
    """Name and contents of each paper sheet of a class over the span, in the order of the register."""
    rows = FamilyReport.objects.filter(
        school_id=viewer.school.id,
        homeroom_id=homeroom_id,
        medium="paper",
        starts__gte=starts,
        until__lte=until,
    ).select_related("student")
    return [
        (row.student.full_name, row.contents)
        for row in sorted(rows, key=lambda row: (row.student.full_name.replace("ё", "е"), row.starts))
    ]


@dataclass(frozen=True, slots=True)
class OwnReports:
    """A family's reports, the latest first."""

    student: Child
    children: tuple[Child, ...]
    sheets: tuple[Sheet, ...]


def own_reports(viewer: Viewer, student_id: int) -> OwnReports:
    """Reports given to the family of a student of the viewer's. Raises NotFound. Two statements."""
    family = family_of(viewer, student_id, viewer.on)
    sheets = _sheets(
        "r.student_id = %s AND r.given_on IS NOT NULL", (student_id,), ZoneInfo(viewer.school.timezone)
    )
    return OwnReports(family.shown, family.children, tuple(reversed(sheets.get(student_id, ()))))


@dataclass(frozen=True, slots=True)
class OwnReport:
    """One report as the family opens it: the frozen contents."""

    student: Child
    children: tuple[Child, ...]
    sheet: Sheet
    contents: dict[str, Any]
    author: str
    is_read: bool


def own_report(viewer: Viewer, student_id: int, report_id: int) -> OwnReport:
    """One report of a student of the viewer's. Raises NotFound. Four statements."""
    family = family_of(viewer, student_id, viewer.on)
    row = (
        FamilyReport.objects.filter(pk=report_id, student_id=student_id, given_on__isnull=False)
        .select_related("made_by")
        .first()
    )
    if row is None:
        raise NotFound("report")
    (sheet,) = _sheets("r.id = %s", (report_id,), ZoneInfo(viewer.school.timezone))[student_id]
    is_read = row.receipts.filter(guardian_id=viewer.person_id).exists()
    return OwnReport(family.shown, family.children, sheet, row.contents, row.made_by.short_name, is_read)


@dataclass(frozen=True, slots=True)
class Contact:
    """One line of a family's time line."""

    at: datetime
    what: str
    says: str
    who: str


_TIMELINE = """
SELECT 'message' AS what, m.at AS at, t.subject AS t1, o.side AS t2, p.surname, p.given_name, p.patronymic, '' AS t3
FROM communication_thread t JOIN communication_message m ON m.thread_id = t.id
JOIN communication_member o ON o.thread_id = t.id AND o.person_id = m.author_id
JOIN people_person p ON p.id = m.author_id
WHERE t.student_id = %s AND EXISTS (SELECT 1 FROM communication_member w WHERE w.thread_id = t.id AND w.person_id = %s)
UNION ALL
SELECT 'report', r.made_at, CAST(r.starts AS text), CAST(r.until AS text), p.surname, p.given_name, p.patronymic,
       r.medium FROM diary_familyreport r JOIN people_person p ON p.id = r.made_by_id WHERE r.student_id = %s
UNION ALL
SELECT 'read', c.at, CAST(r.starts AS text), CAST(r.until AS text), COALESCE(p.surname, ''), COALESCE(p.given_name, ''),
       COALESCE(p.patronymic, ''), c.means FROM diary_reportreceipt c JOIN diary_familyreport r ON r.id = c.report_id
LEFT JOIN people_person p ON p.id = c.guardian_id WHERE r.student_id = %s
UNION ALL
SELECT 'week', a.at, CAST(a.week AS text), '', COALESCE(p.surname, ''), COALESCE(p.given_name, ''),
       COALESCE(p.patronymic, ''), a.means
FROM diary_acknowledgement a LEFT JOIN people_person p ON p.id = a.guardian_id
WHERE a.student_id = %s
UNION ALL
SELECT 'absence', n.told_at, n.text, CAST(n.starts AS text), p.surname, p.given_name, p.patronymic, n.state
FROM diary_absencenotice n JOIN people_person p ON p.id = n.told_by_id WHERE n.student_id = %s
"""


def timeline(viewer: Viewer, student_id: int) -> list[Contact]:
    """What passed between school and family: messages of the viewer's own threads, reports, extracts, readings, weeks
    acknowledged, absences told; the latest first. One statement. The caller has checked whose student it is."""
    zone = ZoneInfo(viewer.school.timezone)
    means = {"web": "в дневнике", "paper": "на бумаге", "electronic": "в дневнике и почтой"}
    found = []
    rows = sql.read(
        _TIMELINE,
        (student_id, viewer.person_id, student_id, student_id, student_id, student_id),
    )
    for what, at, first, second, *name, more in rows:
        moment = sql.moment(at).astimezone(zone)
        who = short_name(*name) if name[0] else "подпись на листе"
        match what:
            case "message":
                says = f"Сообщение «{first}», {'от семьи' if second != 'staff' else 'от школы'}"
            case "report":
                says = f"{'Выписка на бумаге' if more == 'paper' else 'Отчёт'} за {_span(first, second)}"
            case "read":
                says = f"С отчётом за {_span(first, second)} ознакомлены, {means[more]}"
            case "week":
                monday = date.fromisoformat(first[:10])
                says = f"Неделя {ru_span(monday, monday + timedelta(days=6))} подтверждена, {means[more]}"
            case _:
                says = f"Семья сообщила об отсутствии: {first}"
        found.append(Contact(moment, what, says, who))
    return sorted(found, key=lambda one: one.at, reverse=True)


def _span(starts: str, until: str) -> str:
    return ru_span(date.fromisoformat(starts[:10]), date.fromisoformat(until[:10]) - timedelta(days=1))
