"""Does what stands in a journal follow from its change log? The log is folded and held against the rows.

A row changed behind the program's back, without a line in the log, shows here; a line changed shows in the chain
(`parta.foundation.log.verify`).
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass

from parta.foundation import sql


@dataclass(frozen=True, slots=True)
class Mismatch:
    """The first place of a journal at which rows and log differ."""

    journal_id: int
    what: str
    lesson_id: int | None
    student_id: int | None
    in_rows: str
    in_log: str

    def __str__(self) -> str:
        place = f"журнал {self.journal_id}, урок {self.lesson_id}, ученик {self.student_id}"
        return f"{self.what}: {place}: в журнале «{self.in_rows}», в истории «{self.in_log}»"


Place = tuple[str, int | None, int | None, int | None]
"""Kind, assessment or term, lesson, student."""


def verify_journals(school_id: int | None = None) -> Iterator[Mismatch | int]:
    """Walk the journals (of one school): the number of facts compared for each sound one, else its first mismatch."""
    journals = sql.read(
        "SELECT j.id, c.id FROM plans_journal j"
        " LEFT JOIN foundation_chain c ON c.kind = 'journal' AND c.subject_id = j.id"
        + ("" if school_id is None else " WHERE j.school_id = %s")
        + " ORDER BY j.id",
        () if school_id is None else (school_id,),
    )
    for journal_id, chain_id in journals:
        if chain_id is None:
            yield Mismatch(journal_id, "у журнала нет цепочки истории", None, None, "", "")
            continue
        yield _verify(journal_id, chain_id)


def _verify(journal_id: int, chain_id: int) -> Mismatch | int:
    astray = sql.read(
        "SELECT m.id, a.lesson_id, m.student_id FROM journal_mark m JOIN journal_assessment a ON a.id = m.assessment_id"
        " WHERE a.journal_id = %s AND (m.journal_id <> a.journal_id OR m.school_id <> a.school_id) LIMIT 1",
        (journal_id,),
    )
    if astray:
        return Mismatch(journal_id, "отметка записана за другим журналом", astray[0][1], astray[0][2], "", "")
    told = _told(chain_id)
    stands = _stands(journal_id)
    for place in sorted(told.keys() | stands.keys(), key=lambda p: tuple(x or 0 for x in p[1:])):
        in_rows, in_log = stands.get(place, ""), told.get(place, "")
        if in_rows != in_log:
            return Mismatch(journal_id, _NAMES[place[0]], place[2], place[3], in_rows, in_log)
    return len(stands)


_NAMES = {
    "mark": "отметка",
    "absence": "пропуск",
    "topic": "тема",
    "final": "итоговая отметка",
    "homework": "задание",
}


def _told(chain_id: int) -> dict[Place, str]:
    """What the log says stands, by place; empty values are left out."""
    found: dict[Place, str] = {}
    for verb, lesson_id, student_id, text in sql.read(
        "SELECT verb, lesson_id, student_id, data FROM foundation_logentry WHERE chain_id = %s AND verb IN"
        " ('mark_recorded', 'mark_corrected', 'mark_annulled', 'absence_recorded', 'absence_changed',"
        " 'absence_annulled', 'topic_set', 'topic_changed', 'topic_annulled', 'final_set', 'final_corrected',"
        " 'final_annulled', 'homework_given', 'homework_changed', 'homework_annulled', 'homework_declared_none')"
        " ORDER BY seq",
        (chain_id,),
    ):
        data = json.loads(text)
        after = data["after"]
        kind = verb.split("_")[0]
        if kind == "absence":
            after = after["symbol"] if after else ""
        place: Place
        if kind == "mark":
            place = (kind, data["assessment"], lesson_id, student_id)
        elif kind == "final":
            place = (kind, data["term"], None, student_id)
        else:
            place = (kind, None, lesson_id, student_id)
        found[place] = after
    return {place: value for place, value in found.items() if value}


def _stands(journal_id: int) -> dict[Place, str]:
    """What the rows say stands, by place."""
    found: dict[Place, str] = {}
    parts: dict[Place, dict[int, str]] = {}
    for assessment_id, lesson_id, student_id, part, value in sql.read(
        "SELECT a.id, a.lesson_id, m.student_id, m.part, m.value FROM journal_assessment a"
        " JOIN journal_mark m ON m.assessment_id = a.id WHERE a.journal_id = %s AND m.value <> ''",
        (journal_id,),
    ):
        parts.setdefault(("mark", assessment_id, lesson_id, student_id), {})[part] = value
    for place, values in parts.items():
        found[place] = values[0] if 0 in values else f"{values.get(1, '')}/{values.get(2, '')}"
    for lesson_id, student_id, symbol in sql.read(
        "SELECT lesson_id, student_id, symbol FROM journal_absence WHERE journal_id = %s AND symbol <> ''",
        (journal_id,),
    ):
        found["absence", None, lesson_id, student_id] = symbol
    for lesson_id, topic in sql.read(
        "SELECT lesson_id, topic FROM journal_lessonrecord WHERE journal_id = %s AND topic <> ''",
        (journal_id,),
    ):
        found["topic", None, lesson_id, None] = topic
    for term_id, student_id, value in sql.read(
        "SELECT term_id, student_id, value FROM journal_termmark WHERE journal_id = %s AND value <> ''",
        (journal_id,),
    ):
        found["final", term_id, None, student_id] = value
    for lesson_id, student_id, text, is_none in sql.read(
        "SELECT lesson_id, student_id, text, is_none FROM journal_homework WHERE journal_id = %s",
        (journal_id,),
    ):
        if text or is_none:
            found["homework", None, lesson_id, student_id] = text or "не задано"
    return found
