"""Questions about a person's data: who read, printed or changed it in a span; what of it is kept at all."""

import json
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from parta.archive.verb_words import spoken
from parta.foundation import sql
from parta.foundation.access import title_of
from parta.foundation.language import noted
from parta.people.models import Person
from parta.people.queries import PersonPage, matching, short, student_card
from parta.people.viewer import ROLE_TITLES, Viewer

SHOWN = 500
LONGEST = timedelta(days=370)
PAGES = noted(
    {
        "student_card": "открыта карточка",
        "setup_person": "открыта карточка в настройке",
        "journal": "открыт журнал",
        "lesson": "открыт урок",
        "lesson_board": "показан классу урок",
        "permits": "открыты разрешения",
        "class": "открыты данные класса",
        "class_extracts": "открыты выписки класса",
        "family_timeline": "открыта переписка с семьёй",
        "absence_file": "открыта справка об отсутствии",
        "handed_file": "открыта сданная работа",
        "certificate": "открыта справка",
        "report_kept": "открыт отчёт",
        "roster_access": "открыт доступ класса",
        "roster_consents": "открыты согласия класса",
        "setup_homeroom": "открыт состав класса",
        "diary": "открыт дневник",
        "diary_of": "открыт дневник",
        "export:subject": "напечатаны сведения о человеке",
        "export:paper": "открыт бумажный экземпляр",
        "export:archive": "выгружен архив года",
    }
)


_OF_CLASSES = {
    "control_work": "открыта контрольная работа",
    "health_print": "открыт листок здоровья класса",
    "roster": "открыт список класса",
    "notice_schedule": "открыт график уведомлений класса",
    "families": "открыты сведения о семьях класса",
    "family_readings": "открыто, что читали семьи класса",
    "family_absences": "открыты сообщения семей об отсутствии",
    "homework_states": "открыто выполнение заданий",
    "class_reports": "открыты отчёты класса для семей",
    "health_sheet": "открыт листок здоровья класса",
    "forecast": "открыт прогноз класса",
}
"""Pages of many people at once: seen by staff alone, so in Russian."""


def page_words(name: str) -> str:
    """What opening a page is called; its name where nothing better is known."""
    if name.startswith("export:"):
        return str(PAGES.get(name, "выгрузка или печать"))
    if name.startswith("report_"):
        name = "report_kept"
    return str(PAGES.get(name) or _OF_CLASSES.get(name) or name)


def asked_words(name: str) -> str:
    """What a page that was refused would have been: the right that it takes, by the list of rights."""
    return title_of(name) or name


@dataclass(frozen=True, slots=True)
class Deed:
    """One reading, print or change of somebody's data."""

    at: datetime
    who_id: int | None
    who: str
    role: str
    what: str
    about_id: int | None
    about: str
    is_change: bool
    is_refused: bool


@dataclass(frozen=True, slots=True)
class Deeds:
    """The list of a span. `is_cut` when there is more than is shown."""

    since: date
    until: date
    lines: tuple[Deed, ...]
    is_cut: bool
    student: str
    reader: str


def deeds(
    viewer: Viewer, since: date, until: date, *, student_id: int | None, reader_id: int | None
) -> Deeds:
    """Who read, printed or changed the data of one student (or did so as one reader) from day to day. Four statements.

    `reader_id` is a person. Ids that are not of the viewer's school find nothing.
    """
    zone = ZoneInfo(viewer.school.timezone)
    first = datetime.combine(since, time(), zone)
    last = datetime.combine(until + timedelta(days=1), time(), zone)
    people = {
        person.pk: person
        for person in Person.objects.filter(
            school_id=viewer.school.id, pk__in=[one for one in (student_id, reader_id) if one]
        )
    }
    student, reader = people.get(student_id or 0), people.get(reader_id or 0)
    user_id = reader.user_id if reader else None
    lines: list[Deed] = []
    if student or user_id:
        lines = [
            *_read(viewer, first, last, student_id, user_id),
            *_changed(viewer, first, last, student_id, user_id),
        ]
    lines.sort(key=lambda line: line.at, reverse=True)
    names = _names(viewer, lines)
    shown = tuple(
        Deed(
            line.at.astimezone(zone),
            line.who_id,
            names.get(("user", line.who_id or 0), "Парта" if line.who_id is None else "учётная запись"),
            ROLE_TITLES.get(line.role, line.role),
            line.what,
            line.about_id,
            names.get(("person", line.about_id or 0), ""),
            line.is_change,
            line.is_refused,
        )
        for line in lines[:SHOWN]
    )
    return Deeds(
        since,
        until,
        shown,
        len(lines) > SHOWN,
        student.full_name if student else "",
        reader.full_name if reader else "",
    )


def _narrowed(column: str, student_id: int | None, user_id: int | None) -> tuple[str, list[object]]:
    words, values = "", list[object]()
    if student_id:
        words, values = f" AND {column} = %s", [student_id]
    if user_id:
        words, values = words + " AND user_id = %s", [*values, user_id]
    return words, values


def _read(
    viewer: Viewer, first: datetime, last: datetime, student_id: int | None, user_id: int | None
) -> list[Deed]:
    """What was opened; of one reader also what he took out of many people at once, which names no student."""
    narrowed, values = _narrowed("student_id", student_id, user_id)
    found = []
    for at, who, role, page, about in sql.read(
        "SELECT at, user_id, role, page, student_id FROM people_readtrace WHERE school_id = %s AND at >= %s AND at < %s"
        f" AND (student_id IS NOT NULL OR page LIKE %s){narrowed} ORDER BY at DESC LIMIT %s",
        (viewer.school.id, first, last, "export:%", *values, SHOWN + 1),
    ):
        refused, name = page.startswith("refused:"), page.removeprefix("refused:")
        name = "student_card" if name == "student" else name
        what = page_words(name)
        found.append(
            Deed(
                sql.aware(at),
                who,
                "",
                role,
                f"отказано: {what}" if refused else what,
                about,
                "",
                False,
                refused,
            )
        )
    return found


def _changed(
    viewer: Viewer, first: datetime, last: datetime, student_id: int | None, user_id: int | None
) -> list[Deed]:
    """Lines of the log about the student: facts of the journal, the card, the family, the places."""
    narrowed, values = "", list[object]()
    if student_id:
        inside = [f'%"{key}":{student_id}{end}%' for key in ("student", "person") for end in (",", "}")]
        narrowed = (
            " AND (student_id = %s OR (object_kind = 'person' AND object_id = %s)"
            + " OR data LIKE %s" * 4
            + ")"
        )
        values = [student_id, student_id, *inside]
    else:
        narrowed = " AND (student_id IS NOT NULL OR object_kind = 'person')"
    if user_id:
        narrowed, values = narrowed + " AND user_id = %s", [*values, user_id]
    found = []
    for at, who, role, verb, kind, object_id, about, data in sql.read(
        "SELECT at, user_id, role, verb, object_kind, object_id, student_id, data FROM foundation_logentry"
        f" WHERE school_id = %s AND at >= %s AND at < %s{narrowed} ORDER BY at DESC LIMIT %s",
        (viewer.school.id, first, last, *values, SHOWN + 1),
    ):
        if about is None:
            told = json.loads(data)
            about = object_id if kind == "person" else told.get("student") or told.get("person")
        what = spoken(verb)
        found.append(Deed(sql.aware(at), who, "", role, what, about, "", True, False))
    return found


def _names(viewer: Viewer, lines: list[Deed]) -> dict[tuple[str, int], str]:
    users = sorted({line.who_id for line in lines[:SHOWN] if line.who_id})
    people = sorted({line.about_id for line in lines[:SHOWN] if line.about_id})
    found: dict[tuple[str, int], str] = {}
    for person_id, user_id, surname, given, patronymic in sql.read(
        "SELECT id, user_id, surname, given_name, patronymic FROM people_person WHERE school_id = %s"
        f" AND (user_id IN ({sql.marks(len(users))}) OR id IN ({sql.marks(len(people))}))",
        (viewer.school.id, *users, *people),
    ):
        found["person", person_id] = found["user", user_id or 0] = short(surname, given, patronymic)
    return found


def people_like(viewer: Viewer, words: str) -> list[tuple[int, str, bool]]:
    """People of the school by a part of their name: id, full name, whether they sign in. One statement."""
    found = Person.objects.filter(matching(words), school_id=viewer.school.id)
    return [
        (person.pk, person.full_name, person.user_id is not None)
        for person in found.order_by("surname", "given_name", "id")[:20]
    ]


@dataclass(frozen=True, slots=True)
class Kept:
    """A kind of record kept of a person: how many, from when to when."""

    title: str
    count: int
    since: datetime | None
    until: datetime | None


@dataclass(frozen=True, slots=True)
class Reader:
    """A role that opened the data: how often, when last. Names stay with the school."""

    role: str
    count: int
    last: datetime


@dataclass(frozen=True, slots=True)
class Subject:
    """Everything the installation keeps of one student, on one page."""

    card: PersonPage
    records: tuple[Kept, ...]
    readers: tuple[Reader, ...]


_RECORDS = (
    (
        noted("Отметки"),
        "SELECT COUNT(*), MIN(set_at), MAX(set_at) FROM journal_mark WHERE student_id = %s",
    ),
    (noted("Пропуски и опоздания"), "SELECT COUNT(*), NULL, NULL FROM journal_absence WHERE student_id = %s"),
    (noted("Итоговые отметки"), "SELECT COUNT(*), NULL, NULL FROM journal_termmark WHERE student_id = %s"),
    (
        noted("Замечания, похвалы, записи учителей"),
        "SELECT COUNT(*), NULL, NULL FROM journal_diarynote WHERE student_id = %s",
    ),
    (
        noted("Задания лично ученику"),
        "SELECT COUNT(*), NULL, NULL FROM journal_homework WHERE student_id = %s",
    ),
    (
        noted("Записи истории изменений"),
        "SELECT COUNT(*), MIN(at), MAX(at) FROM foundation_logentry WHERE student_id = %s",
    ),
)


def subject(viewer: Viewer, student_id: int) -> Subject | None:
    """What is kept of a student whose card the viewer may open; None otherwise. Nine statements."""
    card = student_card(viewer, student_id)
    if card is None:
        return None
    zone = ZoneInfo(viewer.school.timezone)

    def local(value: object) -> datetime | None:
        moment: datetime | None = sql.moment(value).astimezone(zone) if value else None
        return moment

    records = []
    for title, statement in _RECORDS:
        count, first, last = sql.read(statement, (student_id,))[0]
        records.append(Kept(title, count, local(first), local(last)))
    readers = [
        Reader(str(ROLE_TITLES.get(role, role)), count, sql.moment(last).astimezone(zone))
        for role, count, last in sql.read(
            "SELECT role, COUNT(*), MAX(at) FROM people_readtrace WHERE school_id = %s AND student_id = %s"
            " AND page NOT LIKE 'refused:%%' GROUP BY role ORDER BY 2 DESC",
            (viewer.school.id, student_id),
        )
    ]
    return Subject(card, tuple(records), tuple(readers))
