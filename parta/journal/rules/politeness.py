"""How families and students are written to: words that are not used (shape 4)."""

import re
from collections.abc import Callable
from datetime import date

from pydantic import Field

from parta.foundation import sql
from parta.journal.rules.acts import Act
from parta.journal.rules.matters import JOINS, PLACE, Matter, Reach, clauses_of, places, rules_on, told_of
from parta.journal.rules.wording import quoted
from parta.regulation.durations import Calendar
from parta.regulation.judge import Bench, Law, Rule
from parta.regulation.registry import KINDS, Ask, Breach, Params, Texts, rule_kind
from parta.regulation.verdict import Verdict, WayOut

__all__ = ["PoliteWording", "held", "held_notes"]

_WORD = re.compile(r"[^\W\d_]+(?:-[^\W\d_]+)*")


class PoliteWording(Params):
    """Words and beginnings of words (with «*») that do not stand in notes to students and parents."""

    stop_list: Texts = Field(description="каких слов не пишут; «лентя*» — все слова с таким началом")
    capitals: bool = Field(
        False, description="задерживать и запись, набранную одними заглавными буквами: да (true) или нет"
    )


@rule_kind(
    "polite_wording",
    4,
    PoliteWording,
    title="Вежливая запись",
    says=lambda p: (
        f"в заметках ученику и семье не пишут слов {quoted(p.stop_list)}"
        + (" и не набирают их одними заглавными буквами" if p.capitals else "")
        + "; замеченную запись семья не видит, пока автор её не исправит"
    ),
    facts={"note"},
    verbs={"record", "correct"},
    on_breach="remark",
)
def polite_wording(rule: Rule[PoliteWording], bench: Bench) -> Ask:
    """A note with a word of the list; «ё» is «е», capital letters are small.

    Under ``remark`` the note is kept, and kept back from the family; what holds it is asked by :func:`held`.
    """
    tests = [_test(entry) for entry in rule.params.stop_list]

    def ask(act: Act, calendar: Calendar) -> Breach | None:
        found = [word for word in _WORD.findall(act.new) if any(test(_plain(word)) for test in tests)]
        if found:
            return Breach(
                f"Запись задержана, в ней есть слова, которых семье не пишут: {quoted(dict.fromkeys(found))}."
                if rule.entry.on_breach == "remark"
                else f"В записи есть слова, которых семье не пишут: {quoted(dict.fromkeys(found))}.",
                "Напишите о том, что произошло и что сделать.",
                (WayOut.OTHER_VALUE,),
            )
        if rule.params.capitals and _shouts(act.new):
            return Breach(
                "Запись задержана: она набрана одними заглавными буквами."
                if rule.entry.on_breach == "remark"
                else "Запись набрана одними заглавными буквами.",
                "Наберите её обычными буквами.",
                (WayOut.OTHER_VALUE,),
            )
        return None

    return ask


def held(verdict: Verdict) -> bool:
    """Whether a note that passes is kept back from the family."""
    return any(reason.kind == "polite_wording" for reason in verdict.reasons)


LETTERS = 5
"""Fewer letters are an abbreviation, not a shout: «ГОСТ», «ОБЖ»."""


def _shouts(text: str) -> bool:
    letters = [sign for sign in text if sign.isalpha()]
    return len(letters) > LETTERS and all(sign == sign.upper() != sign.lower() for sign in letters)


_HELD = f"""
SELECT {PLACE}, n.id, n.lesson_id, l.date, n.author_id, n.kind, n.text, x.surname, x.given_name
FROM journal_diarynote n
JOIN timetable_lesson l ON l.id = n.lesson_id
JOIN plans_journal j ON j.id = n.journal_id
{JOINS}
JOIN people_person x ON x.id = n.student_id
WHERE {{scope}} AND n.held_at IS NOT NULL AND l.date >= %s AND l.date <= %s ORDER BY n.held_at, n.id"""


def held_notes(law: Law, reach: Reach, *, since: date, until: date) -> list[Matter]:
    """Notes that are kept back and neither mended nor dropped, for who reviews them. One statement, or none."""
    days = {since, until} | {day for day in law.bounds if since < day <= until}
    if not any(rules_on(law, day, "polite_wording") for day in days):
        return []
    scope, values = reach
    reader = places(law)
    found = []
    for row in sql.read(_HELD.replace("{scope}", scope), [*values, since, until]):
        rules = reader.rules(row, row[14], "polite_wording")
        if rules:
            found.append(
                Matter(
                    kind="polite_wording",
                    clauses=clauses_of(rules),
                    text="Запись в дневник задержана: исправьте или отзовите",
                    since=row[14],
                    journal_id=row[0],
                    lesson_id=row[13],
                    homeroom_id=row[11],
                    subject=row[2],
                    homeroom=row[6],
                    group=row[10],
                    students=(f"{row[18]} {row[19]}",),
                    who_id=row[15],
                    role="teacher",
                    told=told_of(rules),
                    detail=f"«{row[17]}»",
                    key=f"note:{row[12]}",
                )
            )
    return found


KINDS["polite_wording"].acts = "у записи в дневник и на странице «Обязанности»"


def _plain(word: str) -> str:
    return word.lower().replace("ё", "е")


def _test(entry: str) -> Callable[[str], bool]:
    plain = _plain(entry.strip())
    if plain.endswith("*"):
        start = plain[:-1]
        return lambda word: bool(start) and word.startswith(start)
    return lambda word: word == plain
