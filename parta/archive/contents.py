"""What a paper set of a class holds: plain data in a fixed order; their digest says whether two are the same."""

import hashlib
import json
from collections import Counter, defaultdict
from typing import Any

from parta.foundation import sql
from parta.foundation.pagekit import ru_date_num
from parta.journal.queries.words import class_name, journal_name, register_key

__all__ = ["contents_of", "counts_of", "differences", "digest_of"]

NOT_MISSED = frozenset({"late", "event", "exempt"})
"""Meanings of a symbol by which a lesson is not missed."""

_HEAD = """
SELECT h.title, t.title, t.starts, t.until, y.title, s.name, t.kind, h.term_kind, h.year_id
FROM organisation_homeroom h JOIN organisation_academicyear y ON y.id = h.year_id
JOIN organisation_term t ON t.year_id = y.id
JOIN organisation_school s ON s.id = h.school_id WHERE h.id = %s AND t.id = %s"""
_ROSTER = """
SELECT n.id, n.surname, n.given_name, n.patronymic FROM people_enrolment e
JOIN people_person n ON n.id = e.student_id
WHERE e.homeroom_id = %s AND e.starts < %s AND (e.until IS NULL OR e.until > %s)"""
_PEOPLE = """
SELECT j.id, p.surname, p.given_name, p.patronymic, w.starts, w.id FROM plans_teachingload w
JOIN plans_journal j ON j.id = w.journal_id JOIN people_person p ON p.id = w.teacher_id
WHERE j.homeroom_id = %s AND w.starts < %s AND (w.until IS NULL OR w.until > %s)
UNION ALL
SELECT 0, p.surname, p.given_name, p.patronymic, r.starts, r.id FROM people_role r
JOIN people_person p ON p.id = r.person_id
WHERE r.homeroom_id = %s AND r.kind IN ('class_teacher', 'master') AND r.starts < %s
    AND (r.until IS NULL OR r.until > %s)
ORDER BY 5, 6"""
_JOURNALS = """
SELECT j.id, s.title, COALESCE(g.short, ''), (SELECT COUNT(*) FROM plans_plannedtopic p WHERE p.plan_id = j.plan_id),
    j.scale_id
FROM plans_journal j JOIN organisation_subject s ON s.id = j.subject_id
LEFT JOIN organisation_subgroup g ON g.id = j.subgroup_id
WHERE j.homeroom_id = %s ORDER BY s.position, s.title, g.short, j.id"""
_TERMS = """
SELECT title FROM organisation_term WHERE year_id = %s AND until > %s AND until <= %s
    AND kind IN (%s, 'half_year', 'year')
ORDER BY until, starts DESC, id"""
_LESSONS = """
SELECT l.id, l.journal_id, l.date, l.number, r.topic, (
    SELECT MAX(w.text) FROM journal_homework w WHERE w.lesson_id = l.id AND w.student_id IS NULL), r.conducted_at
FROM timetable_lesson l JOIN plans_journal j ON j.id = l.journal_id
LEFT JOIN journal_lessonrecord r ON r.lesson_id = l.id
WHERE j.homeroom_id = %s AND l.date >= %s AND l.date < %s AND (r.conducted_at IS NOT NULL
    OR EXISTS (SELECT 1 FROM journal_assessment a JOIN journal_mark k ON k.assessment_id = a.id
        WHERE a.lesson_id = l.id AND k.value <> '')
    OR EXISTS (SELECT 1 FROM journal_absence b WHERE b.lesson_id = l.id AND b.meaning <> ''))
ORDER BY l.date, l.number, l.id"""
_MARKS = """
SELECT a.lesson_id, k.student_id, a.position, k.part, k.value, a.journal_id
FROM journal_mark k JOIN journal_assessment a ON a.id = k.assessment_id
JOIN timetable_lesson l ON l.id = a.lesson_id JOIN plans_journal j ON j.id = a.journal_id
WHERE j.homeroom_id = %s AND l.date >= %s AND l.date < %s AND k.value <> ''
ORDER BY a.lesson_id, k.student_id, a.position, a.id, k.part"""
_ABSENCES = """
SELECT b.lesson_id, b.student_id, b.symbol, b.journal_id, b.meaning FROM journal_absence b
JOIN timetable_lesson l ON l.id = b.lesson_id JOIN plans_journal j ON j.id = b.journal_id
WHERE j.homeroom_id = %s AND l.date >= %s AND l.date < %s AND b.meaning <> '' ORDER BY b.lesson_id, b.student_id"""
_FINALS = """
SELECT f.journal_id, f.student_id, t.title, f.value FROM journal_termmark f JOIN plans_journal j ON j.id = f.journal_id
JOIN organisation_term t ON t.id = f.term_id
WHERE j.homeroom_id = %s AND t.until > %s AND t.until <= %s AND f.value <> '' ORDER BY t.starts, t.until, f.id"""
_LEFT = """
SELECT j.id, p.text FROM plans_journal j JOIN plans_plannedtopic p ON p.plan_id = j.plan_id
WHERE j.homeroom_id = %s AND NOT EXISTS (SELECT 1 FROM journal_lessonrecord r WHERE r.journal_id = j.id
    AND r.planned_topic_id = p.id AND r.conducted_at IS NOT NULL) ORDER BY j.id, p.position"""

Names = dict[int, list[str]]
Cells = dict[tuple[int, int], dict[int, list[str]]]


def contents_of(homeroom_id: int, term_id: int, *, summary: bool = False) -> dict[str, Any]:
    """What a set of the class for the term holds now. Ten statements at most; fewer for finals alone."""
    title, term, starts, until, year, school, kind, own, year_id = sql.read(_HEAD, [homeroom_id, term_id])[0]
    roster = sorted(
        sql.read(_ROSTER, [homeroom_id, until, starts]), key=lambda row: (register_key(*row[1:4]), row[0])
    )
    names = {row[0]: _full(row[1:4]) for row in roster}
    finals: dict[tuple[int, int], dict[str, str]] = defaultdict(dict)
    for journal_id, student_id, of_term, value in sql.read(_FINALS, [homeroom_id, starts, until]):
        finals[journal_id, student_id][of_term] = value
    given = {of_term for values in finals.values() for of_term in values}
    periods = [row[0] for row in sql.read(_TERMS, [year_id, starts, until, own]) if row[0] in given | {term}]
    lessons, cells, missed, counts = _written([homeroom_id, starts, until], summary)
    people: Names = defaultdict(list)
    span = [homeroom_id, until, starts]
    for journal_id, surname, given, patronymic, _, _ in sql.read(_PEOPLE, span + span):
        people[journal_id].append(_full((surname, given, patronymic)))
    left: Names = defaultdict(list)
    if kind == "year" and not summary:
        for journal_id, topic in sql.read(_LEFT, [homeroom_id]):
            left[journal_id].append(topic)
    subjects = [
        {
            "journal": journal_id,
            "title": journal_name("", subject, group).strip(),
            "teachers": list(dict.fromkeys(people.get(journal_id, []))),
            "plan": planned,
            "left": left.get(journal_id, []),
            "marked": scale is not None,
            "lessons": lessons.get(journal_id, []),
            "students": [
                {
                    "name": names[student_id],
                    "cells": [
                        [place, " ".join(words)]
                        for place, words in sorted(cells.get((journal_id, student_id), {}).items())
                    ],
                    "finals": finals.get((journal_id, student_id), {}),
                }
                for student_id in names
                if (journal_id, student_id) in cells or (journal_id, student_id) in finals or not group
            ],
        }
        for journal_id, subject, group, planned, scale in sql.read(_JOURNALS, [homeroom_id])
    ]
    return {
        "form": 2,
        "school": school,
        "class": class_name(title),
        "year": year,
        "term": term,
        "is_year": kind == "year",
        "periods": periods,
        "head": people[0][-1] if people.get(0) else "",
        "roster": list(names.values()),
        "missed": [dict(sorted(missed.get(student_id, {}).items())) for student_id in names],
        "subjects": subjects,
        "counts": counts | {"finals": sum(len(values) for values in finals.values())},
    }


def _full(name: Any) -> str:
    return " ".join(part for part in name if part)


def _written(
    span: list[Any], summary: bool
) -> tuple[dict[int, list[dict[str, Any]]], Cells, dict[int, Counter[str]], dict[str, int]]:
    """Lessons of each journal, what stands in the cells of a student, lessons missed by symbol, and the counts."""
    lessons: dict[int, list[dict[str, Any]]] = defaultdict(list)
    cells: Cells = defaultdict(lambda: defaultdict(list))
    missed: dict[int, Counter[str]] = defaultdict(Counter)
    counts = {"marks": 0, "absences": 0, "lessons": 0}
    places: dict[int, int] = {}
    if not summary:
        for lesson_id, journal_id, day, number, topic, homework, conducted in sql.read(_LESSONS, span):
            counts["lessons"] += conducted is not None
            places[lesson_id] = len(lessons[journal_id])
            lessons[journal_id].append(
                {"on": ru_date_num(day), "number": number, "topic": topic, "homework": homework or "",
                 "held": conducted is not None}
            )  # fmt: skip
        parts: dict[tuple[int, int, int, int], list[str]] = defaultdict(list)
        for lesson_id, student_id, position, part, value, journal_id in sql.read(_MARKS, span):
            counts["marks"] += part < 2
            parts[journal_id, student_id, lesson_id, position].append(value)
        for (journal_id, student_id, lesson_id, _), values in parts.items():
            cells[journal_id, student_id][places[lesson_id]].append("/".join(values))
    for lesson_id, student_id, symbol, journal_id, meaning in sql.read(_ABSENCES, span):
        if not summary:
            counts["absences"] += 1
            cells[journal_id, student_id][places[lesson_id]].append(symbol)
        if meaning not in NOT_MISSED:
            missed[student_id][symbol] += 1
    return lessons, cells, missed, counts


def digest_of(contents: dict[str, Any]) -> str:
    """SHA-256 of the contents, keys in order and without spaces."""
    text = json.dumps(contents, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def counts_of(contents: dict[str, Any]) -> dict[str, int]:
    """Marks, absences, lessons and finals of a set."""
    return {name: int(contents["counts"][name]) for name in ("marks", "absences", "lessons", "finals")}


def differences(was: dict[str, Any], now: dict[str, Any]) -> list[str]:
    """What of the journal is not as it stands in a set, in words: subject, student, date, before and after."""
    found: list[str] = []
    if was["roster"] != now["roster"]:
        found.append("список класса: " + ", ".join(sorted(set(was["roster"]) ^ set(now["roster"]))))
    old = {one["journal"]: one for one in was["subjects"]}
    for subject in now["subjects"]:
        before = old.pop(subject["journal"], None)
        if before is None:
            found.append(f"{subject['title']}: предмета в экземпляре нет")
        elif before != subject:
            found += _subject(before, subject)
    found += [f"{one['title']}: предмета в журнале больше нет" for one in old.values()]
    return found


def _subject(was: dict[str, Any], now: dict[str, Any]) -> list[str]:
    title, found = now["title"], []
    cells = [
        {(one["name"], key): value for one in side["students"] for key, value in _said(side, one)}
        for side in (was, now)
    ]
    for key in sorted(set(cells[0]) | set(cells[1])):
        before, after = cells[0].get(key, ""), cells[1].get(key, "")
        if before != after:
            found.append(
                f"{title}, {key[0]}, {key[1]}: было «{before or 'пусто'}», стало «{after or 'пусто'}»"
            )
    days = [{(one["on"], one["number"]): one for one in side["lessons"]} for side in (was, now)]
    for key in sorted(set(days[0]) | set(days[1]), key=str):
        if days[0].get(key) != days[1].get(key):
            found.append(f"{title}, урок {key[0]}: изменены тема, задание или запись о проведении")
    return found or [f"{title}: изменены учителя или план"]


def _said(side: dict[str, Any], one: dict[str, Any]) -> list[tuple[str, str]]:
    return [(side["lessons"][place]["on"], words) for place, words in one["cells"]] + [
        (period, value) for period, value in one["finals"].items()
    ]
