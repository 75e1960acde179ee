"""Lines of the change log as things to tell: whom, about whom, in what words."""

import json
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from parta.communication.kinds import OF_VERB, Kind
from parta.foundation import sql
from parta.foundation.language import noted, say, say_in, speaking
from parta.foundation.pagekit import minutes_words, ru_date, ru_span, small
from parta.journal.queries.words import short_name

AWAY = noted(
    {
        "unknown": "нет на уроке",
        "ill": "нет на уроке, болезнь",
        "excused": "нет на уроке, уважительная причина",
        "unexcused": "нет на уроке без уважительной причины",
        "late": "опоздание",
        "event": "мероприятие школы вместо урока",
        "exempt": "освобождение от урока",
    }
)
NOTES = noted(
    {
        "remark": "замечание",
        "praise": "похвала",
        "thanks": "благодарность",
        "recommendation": "рекомендация",
        "address": "обращение к родителям",
    }
)


@dataclass(frozen=True, slots=True)
class Entry:
    """A line of the change log that somebody may be told of."""

    chain_id: int
    seq: int
    at: datetime
    user_id: int | None
    verb: str
    object_id: int | None
    lesson_id: int | None
    student_id: int | None
    data: Mapping[str, Any]

    @property
    def kind(self) -> Kind:
        """What it is to those who are told."""
        return OF_VERB[self.verb]

    @property
    def key(self) -> str:
        """The name of the line, the same however often it is read."""
        return f"{self.chain_id}:{self.seq}"


@dataclass(frozen=True, slots=True)
class Telling:
    """One thing for one person."""

    person_id: int
    student_id: int | None
    kind: str
    key: str
    at: datetime
    says: str
    path: str


@dataclass(frozen=True, slots=True)
class News:
    """A chain of the log with lines that nobody has been told of yet; since when by letter and on phones, if at all."""

    chain_id: int
    school_id: int
    head: int
    told: int
    by_mail: datetime | None
    on_phones: datetime | None
    timezone: str

    @property
    def since(self) -> datetime:
        """The first moment that any of them is told of."""
        return min(one for one in (self.by_mail, self.on_phones) if one is not None)


def chains_with_news(limit: int = 200) -> list[News]:
    """Chains of schools that tell anything whose head is beyond what was told. One statement."""
    return [
        News(
            row[0],
            row[1],
            row[2],
            row[3],
            sql.aware(row[5]) if row[4] else None,
            sql.aware(row[6]) if row[6] else None,
            row[7],
        )
        for row in sql.read(
            "SELECT c.id, c.school_id, c.head_seq, COALESCE(t.seq, 0),"
            " d.is_on, d.since, d.push_since, s.timezone"
            " FROM communication_schooldelivery d JOIN organisation_school s ON s.id = d.school_id"
            " JOIN foundation_chain c ON c.school_id = d.school_id"
            " LEFT JOIN communication_toldupto t ON t.chain_id = c.id"
            " WHERE (d.is_on OR d.push_since IS NOT NULL) AND c.head_seq > COALESCE(t.seq, 0) ORDER BY c.id LIMIT %s",
            (limit,),
        )
    ]


def entries_of(news: News, limit: int) -> tuple[list[Entry], int]:
    """The next lines to tell of a chain, and up to which number the chain is then told. One statement."""
    verbs = sorted(OF_VERB)
    rows = sql.read(
        "SELECT seq, at, user_id, verb, object_id, lesson_id, student_id, data FROM foundation_logentry"
        f" WHERE chain_id = %s AND seq > %s AND seq <= %s AND at >= %s AND verb IN ({sql.marks(len(verbs))})"
        " ORDER BY seq LIMIT %s",
        (news.chain_id, news.told, news.head, news.since, *verbs, limit),
    )
    found = [
        Entry(
            news.chain_id,
            row[0],
            sql.aware(row[1]),
            row[2],
            row[3],
            row[4],
            row[5],
            row[6],
            json.loads(row[7]),
        )
        for row in rows
    ]
    return found, found[-1].seq if len(found) == limit else news.head


def entries_of_class(
    homeroom_id: int, since: datetime, kinds: Sequence[str], limit: int = 2000
) -> list[Entry]:
    """Lines of a class's journals since a moment that are of these kinds, in order. One statement."""
    verbs = sorted(verb for verb, kind in OF_VERB.items() if kind.code in kinds)
    rows = sql.read(
        "SELECT e.chain_id, e.seq, e.at, e.user_id, e.verb, e.object_id, e.lesson_id, e.student_id, e.data"
        " FROM plans_journal j JOIN foundation_chain c ON c.kind = 'journal' AND c.subject_id = j.id"
        " JOIN foundation_logentry e ON e.chain_id = c.id"
        f" WHERE j.homeroom_id = %s AND e.at >= %s AND e.verb IN ({sql.marks(len(verbs))})"
        " ORDER BY e.at, e.chain_id, e.seq LIMIT %s",
        (homeroom_id, since, *verbs, limit),
    )
    return [
        Entry(row[0], row[1], sql.aware(row[2]), row[3], row[4], row[5], row[6], row[7], json.loads(row[8]))
        for row in rows
    ]


_LESSONS = """
SELECT l.id, l.date, l.number, s.title, j.homeroom_id, j.subgroup_id, q.surname, q.given_name, q.patronymic
FROM timetable_lesson l JOIN plans_journal j ON j.id = l.journal_id JOIN organisation_subject s ON s.id = j.subject_id
LEFT JOIN timetable_substitution x ON x.lesson_id = l.id LEFT JOIN people_person q ON q.id = x.substitute_id
WHERE l.id IN ({ids})
"""
_FINALS = """
SELECT f.student_id, f.term_id, s.title, t.title FROM journal_termmark f JOIN plans_journal j ON j.id = f.journal_id
JOIN organisation_subject s ON s.id = j.subject_id JOIN organisation_term t ON t.id = f.term_id
JOIN foundation_chain c ON c.kind = 'journal' AND c.subject_id = j.id WHERE c.id = %s AND f.student_id IN ({ids})
"""
_STUDENTS_OF_LESSON = """
SELECT e.student_id FROM people_enrolment e WHERE e.homeroom_id = %s AND e.starts <= %s
AND (e.until IS NULL OR e.until > %s)
"""
_STUDENTS_OF_SUBGROUP = """
SELECT e.student_id FROM people_subgroupmembership e WHERE e.subgroup_id = %s AND e.starts <= %s
AND (e.until IS NULL OR e.until > %s)
"""
REACHED = """(p.email <> '' OR EXISTS (
  SELECT 1 FROM communication_pushdevice d WHERE d.user_id = p.user_id AND d.ended_at IS NULL))"""
"""Somebody who can be told at all: by letter, or on a phone."""
_FAMILY = """
SELECT g.student_id, p.id, 'guardian', x.given_name, u.language FROM people_guardianship g
JOIN people_person p ON p.id = g.guardian_id JOIN people_user u ON u.id = p.user_id AND u.is_active
JOIN people_person x ON x.id = g.student_id
WHERE g.student_id IN ({ids}) AND g.has_rights AND g.starts <= %s AND (g.until IS NULL OR g.until > %s)
  AND {reached}
UNION ALL
SELECT p.id, p.id, 'student', p.given_name, u.language FROM people_person p
JOIN people_user u ON u.id = p.user_id AND u.is_active WHERE p.id IN ({ids}) AND {reached}
"""


def tellings(entries: Sequence[Entry], school_id: int, on: date) -> list[Telling]:
    """Whom each line is told to, in words. A constant number of statements, and two for each line of a whole class.

    Families: guardians with rights and an account that works, and the student, on the day it is told. Who did it is
    not told of it.
    """
    lessons = _lessons(entries)
    terms = _terms(entries)
    whom: dict[str, list[int]] = {}
    for entry in entries:
        if entry.student_id is not None and entry.kind.code != "message":
            whom[entry.key] = [entry.student_id]
        elif entry.lesson_id in lessons and entry.kind.code in ("homework", "timetable", "topic"):
            whom[entry.key] = _class_of(lessons[entry.lesson_id])
    family = _family_of({student for students in whom.values() for student in students}, on)
    found = []
    for entry in entries:
        if entry.key in whom:
            by_language: dict[str, tuple[str, str] | None] = {}
            for student in whom[entry.key]:
                for person, _, name, language in family.get(student, ()):
                    if language not in by_language:
                        with speaking(language):
                            by_language[language] = _said(entry, lessons, terms, on)
                    said = by_language[language]
                    if said is None:
                        continue
                    says, week = said
                    path = f"/diary/{student}/" + (f"?week={week}" if week else "")
                    if entry.kind.code == "report":
                        path = f"/diary/{student}/reports/{entry.object_id}/"
                    found.append(
                        Telling(
                            person,
                            student,
                            entry.kind.code,
                            entry.key,
                            entry.at,
                            f"{name}. {says}"[:600],
                            path,
                        )
                    )
        else:
            found += _between_people(entry, school_id, on)
    return found


def _lessons(entries: Sequence[Entry]) -> dict[int, sql.Row]:
    ids = sorted({entry.lesson_id for entry in entries if entry.lesson_id is not None})
    if not ids:
        return {}
    return {row[0]: row for row in sql.read(_LESSONS.format(ids=sql.marks(len(ids))), ids)}


def _terms(entries: Sequence[Entry]) -> dict[tuple[int, int, int], tuple[str, str]]:
    """Subject and period of term marks, by chain, student and period."""
    by_chain: dict[int, set[int]] = defaultdict(set)
    for entry in entries:
        if entry.kind.code == "term_mark" and entry.student_id is not None:
            by_chain[entry.chain_id].add(entry.student_id)
    found = {}
    for chain, students in by_chain.items():
        ids = sorted(students)
        for student, term, subject, title in sql.read(_FINALS.format(ids=sql.marks(len(ids))), (chain, *ids)):
            found[chain, student, term] = (subject, title)
    return found


def _class_of(lesson: sql.Row) -> list[int]:
    on = lesson[1]
    rows = (
        sql.read(_STUDENTS_OF_SUBGROUP, (lesson[5], on, on))
        if lesson[5] is not None
        else sql.read(_STUDENTS_OF_LESSON, (lesson[4], on, on))
    )
    return sorted({row[0] for row in rows})


def _family_of(students: set[int], on: date) -> dict[int, list[tuple[int, str, str, str]]]:
    """The family of each student: person, side, the student's name, the person's language."""
    found: dict[int, list[tuple[int, str, str, str]]] = defaultdict(list)
    ids = sorted(students)
    for start in range(0, len(ids), 400):
        part = ids[start : start + 400]
        for student, person, side, name, language in sql.read(
            _FAMILY.format(ids=sql.marks(len(part)), reached=REACHED), (*part, on, on, *part)
        ):
            found[student].append((person, side, name, language))
    return found


def _said(
    entry: Entry,
    lessons: Mapping[int, sql.Row],
    terms: Mapping[tuple[int, int, int], tuple[str, str]],
    on: date,
) -> tuple[str, str] | None:
    """The sentence of a line about a student, and the week it belongs to; None for what is not worth telling."""
    data, before, after = entry.data, entry.data.get("before") or "", entry.data.get("after") or ""
    lesson = lessons.get(entry.lesson_id or 0)
    where = f"{lesson[3]}, {ru_date(lesson[1])}" if lesson else ""
    week = lesson[1].isoformat() if lesson else ""
    match entry.kind.code:
        case "mark" | "mark_change" if lesson:
            says = {
                "mark_recorded": say("отметка {after}", after=after),
                "mark_corrected": say("отметка {before} исправлена на {after}", before=before, after=after),
                "mark_annulled": say("отметка {before} снята", before=before),
            }[entry.verb]
            comment = f". {data['comment']}" if data.get("comment") else ""
            return f"{where}: {says}{comment}", week
        case "absence" if lesson:
            if not after:
                return say("{where}: отсутствие снято, ученик был на уроке", where=where), week
            meaning = after.get("meaning", "") if isinstance(after, dict) else ""
            is_timed = meaning == "late" and data.get("minutes")
            minutes = f" {minutes_words(data['minutes'])}" if is_timed else ""
            return f"{where}: {say(AWAY.get(meaning, AWAY['unknown']))}{minutes}", week
        case "note" if lesson:
            return f"{where}: {say(NOTES.get(data.get('kind', ''), noted('запись учителя')))}: {after}", week
        case "homework" if lesson:
            if entry.verb == "homework_annulled" or not after:
                return say("{where}: домашнее задание снято", where=where), week
            verb = say("задано") if entry.verb == "homework_given" else say("задание изменено")
            return f"{where}: {verb}: {_text(after)}", week
        case "topic" if lesson:
            return say("{where}: тема: {text}", where=where, text=_text(after)), week
        case "timetable" if lesson:
            if lesson[1] < on:
                return None
            says = {
                "substitution_set": say("замена: {name}", name=short_name(*lesson[6:9]))
                if lesson[6]
                else say("замена учителя"),
                "substitution_ended": say("замена отменена"),
                "lesson_cancelled": say("урок отменён"),
                "lesson_restored": say("урок состоится"),
                "lesson_moved": say(
                    "урок перенесён, теперь {day}, {number}-й",
                    day=ru_date(lesson[1]),
                    number=lesson[2],
                ),
            }[entry.verb]
            return f"{where}: {says}", week
        case "term_mark":
            subject, title = terms.get(
                (entry.chain_id, entry.student_id or 0, int(data.get("term") or 0)),
                (say("Итоговая отметка"), ""),
            )
            says = (
                say("{before} исправлена на {after}", before=before, after=after)
                if before and after
                else after or say("{before} снята", before=before)
            )
            return f"{subject}, {small(title)}: {says}", ""
        case "report":
            span = ru_span(date.fromisoformat(data["starts"]), _last(data["until"]))
            return say("Отчёт классного руководителя за {span}", span=span), ""
    return None


def _last(until: str) -> date:
    return date.fromordinal(date.fromisoformat(until).toordinal() - 1)


def _text(value: Any) -> str:
    return str(value.get("text", "")) if isinstance(value, dict) else str(value)


_MEMBERS = """
SELECT o.person_id, o.side, t.id, t.subject, a.surname, a.given_name, a.patronymic, t.student_id, u.language
FROM communication_message m JOIN communication_thread t ON t.id = m.thread_id
JOIN communication_member o ON o.thread_id = t.id AND o.person_id <> m.author_id
JOIN people_person p ON p.id = o.person_id JOIN people_user u ON u.id = p.user_id AND u.is_active
JOIN people_person a ON a.id = m.author_id
WHERE m.id = %s AND {reached}
"""
_ANSWERED = """
SELECT p.id, k.number, u.language FROM communication_question k JOIN people_person p ON p.id = k.asked_by_id
JOIN people_user u ON u.id = p.user_id AND u.is_active WHERE k.id = %s AND {reached}
"""
_ANNOUNCED = """
SELECT w.title, w.held_on, w.audience, w.homeroom_id, w.grade, w.author_id FROM communication_announcement w
WHERE w.id = %s AND w.withdrawn_at IS NULL
"""
_PLACES = """
SELECT e.student_id FROM people_enrolment e JOIN organisation_homeroom h ON h.id = e.homeroom_id
WHERE e.school_id = %s AND e.starts <= %s AND (e.until IS NULL OR e.until > %s)
"""
_STAFF = """
SELECT DISTINCT p.id, u.language FROM people_role r JOIN people_person p ON p.id = r.person_id
JOIN people_user u ON u.id = p.user_id AND u.is_active
WHERE r.school_id = %s AND r.starts <= %s AND (r.until IS NULL OR r.until > %s) AND {reached}
"""


def _between_people(entry: Entry, school_id: int, on: date) -> list[Telling]:
    """Messages, announcements, answers: to people as such. The words of a message stay in the product."""

    def telling(person: int, student: int | None, says: str, path: str) -> Telling:
        return Telling(person, student, entry.kind.code, entry.key, entry.at, says[:600], path)

    match entry.kind.code:
        case "message":
            return [
                telling(
                    row[0],
                    row[7] if row[1] != "staff" else None,
                    say_in(
                        row[8],
                        "Сообщение «{subject}», пишет {author}",
                        subject=row[3],
                        author=short_name(*row[4:7]),
                    ),
                    f"/messages/{row[2]}/",
                )
                for row in sql.read(_MEMBERS.format(reached=REACHED), (entry.object_id,))
            ]
        case "answer":
            return [
                telling(
                    row[0], None, say_in(row[2], "Ответ на вопрос № {number}", number=row[1]), "/questions/"
                )
                for row in sql.read(_ANSWERED.format(reached=REACHED), (entry.object_id,))
            ]
        case "announcement":
            return _announced(entry, school_id, on)
    return []


def _announced(entry: Entry, school_id: int, on: date) -> list[Telling]:
    rows = sql.read(_ANNOUNCED, (entry.object_id,))
    if not rows:
        return []
    title, held_on, audience, homeroom, grade, author = rows[0]
    told: dict[int, tuple[int | None, str]] = {}
    if audience in ("all", "staff") and homeroom is None and grade is None:
        told.update(
            (row[0], (None, row[1])) for row in sql.read(_STAFF.format(reached=REACHED), (school_id, on, on))
        )
    if audience != "staff":
        where, values = "", [school_id, on, on]
        if homeroom is not None:
            where, values = " AND h.id = %s", [*values, homeroom]
        elif grade is not None:
            where, values = " AND h.grade = %s", [*values, grade]
        students = {row[0] for row in sql.read(_PLACES + where, values)}
        for student, family in _family_of(students, on).items():
            for person, side, _, language in family:
                if audience in ("all", "families", f"{side}s"):
                    told.setdefault(person, (student, language))
    told.pop(author, None)
    return [
        Telling(
            person,
            student,
            "announcement",
            entry.key,
            entry.at,
            _heralded(title, held_on, language)[:600],
            f"/announcements/{entry.object_id}/",
        )
        for person, (student, language) in told.items()
    ]


def _heralded(title: str, held_on: date | None, language: str) -> str:
    with speaking(language):
        return (
            f"{say('Мероприятие')}: {title}, {ru_date(held_on)}"
            if held_on
            else f"{say('Объявление')}: {title}"
        )
