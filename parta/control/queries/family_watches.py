"""Do families take part: what they have not read in time, and where too few of them come. By class, from figures."""

from collections import defaultdict
from datetime import date, timedelta
from typing import Any

from parta.control.queries.class_sheet import family_lines
from parta.control.queries.sheets import Cut, law_for
from parta.control.queries.sources import page_of_kind
from parta.diary.queries.readings import DOCUMENTS, Reading, readings
from parta.foundation import sql
from parta.journal.queries.words import class_name
from parta.journal.rules.matters import Matter, clauses_of, rules_on, told_of
from parta.people.viewer import Viewer
from parta.regulation.durations import plural
from parta.regulation.judge import Rule

page_of_kind("acknowledged", "family_readings", of_class=True)
page_of_kind("participation_rate", "families", of_class=False)

MEANS = {"web_tick": "web", "paper_signature": "paper"}
"""How an act names the ways to confirm, and how they are kept."""
ROLES = frozenset({"guardian", "student"})

_CLASSES = """
SELECT h.id, h.title, (SELECT MIN(r.person_id) FROM people_role r WHERE r.homeroom_id = h.id
    AND r.kind IN ('class_teacher', 'master') AND r.starts <= %s AND (r.until IS NULL OR r.until > %s))
FROM organisation_homeroom h JOIN organisation_academicyear y ON y.id = h.year_id AND y.starts <= %s AND y.until > %s
WHERE h.school_id = %s ORDER BY COALESCE(h.grade, 99), h.title"""


def family_matters(viewer: Viewer) -> list[Matter]:
    """What is owed to and by the families of all classes. Up to thirteen statements, or none."""
    law, on = law_for(viewer), viewer.on
    read = [rule for rule in rules_on(law, on, "acknowledged") if rule.params.within is not None]
    shares = [rule for rule in rules_on(law, on, "participation_rate") if rule.params.roles & ROLES]
    shares = [rule for rule in shares if rule.params.threshold > 0]
    if not read and not shares:
        return []
    classes = {row[0]: (row[1], row[2]) for row in sql.read(_CLASSES, [on, on, on, on, viewer.school.id])}
    found: list[Matter] = []
    if read:
        documents = frozenset().union(*(rule.params.document for rule in read))
        items = readings(viewer, documents)
        for rule in read:
            found += _unread(rule, items, classes, on)
    for rule in shares:
        found += _too_few(rule, viewer, classes)
    return found


def _unread(
    rule: Rule[Any], items: list[Reading], classes: dict[int, tuple[str, int | None]], on: date
) -> list[Matter]:
    """By class: families that have not confirmed an item by the means the act takes, within its limit."""
    params = rule.params
    taken = {MEANS.get(code, code) for code in params.means}
    term = timedelta(days=max(int(params.within.count), 0))
    rooms: dict[int, list[Reading]] = defaultdict(list)
    for one in items:
        is_read = one.read_at is not None and one.means in taken
        if one.document in params.document and not is_read and on > one.shown_on + term:
            rooms[one.homeroom_id].append(one)
    found = []
    for homeroom_id, late in rooms.items():
        title, who_id = classes.get(homeroom_id, ("", None))
        families = dict.fromkeys(one.student for one in late)
        counts = {code: sum(one.document == code for one in late) for code in DOCUMENTS}
        found.append(
            Matter(
                kind="acknowledged",
                clauses=clauses_of([rule]),
                text=f"Не ознакомлены в срок: {len(families)} "
                + plural(len(families), "семья", "семьи", "семей"),
                since=min(one.shown_on for one in late) + term,
                homeroom_id=homeroom_id,
                homeroom=title,
                students=tuple(families),
                who_id=who_id,
                role="class_teacher",
                told=told_of([rule]),
                detail=", ".join(f"{DOCUMENTS[code].lower()}: {n}" for code, n in counts.items() if n),
                key="unread",
            )
        )
    return found


def window_of(words: str) -> int:
    """Days of a window such as «7d», «1 week», «1 month»."""
    if "month" in words:
        return 30
    digits = words.removesuffix("d")
    return int(digits) if digits.isdigit() and int(digits) > 0 else 7


def _too_few(rule: Rule[Any], viewer: Viewer, classes: dict[int, tuple[str, int | None]]) -> list[Matter]:
    """Classes in which the share of those who came within the window is below the threshold. Three statements."""
    on = viewer.on
    since = on - timedelta(days=window_of(rule.params.window) - 1)
    names = {id: title for id, (title, _) in classes.items()}
    found = []
    for line in family_lines(viewer, Cut(since, on), names):
        for role, field, words in (
            ("guardian", "parent_visits", "родителей"),
            ("student", "student_visits", "учеников"),
        ):
            share = line.share(field) if role in rule.params.roles else None
            if share is None or share >= rule.params.threshold:
                continue
            found.append(
                Matter(
                    kind="participation_rate",
                    clauses=clauses_of([rule]),
                    text=f"Заходили {share} % {words} с доступом, нужно {rule.params.threshold} %",
                    since=on,
                    homeroom_id=line.id,
                    homeroom=classes[line.id][0],
                    students=tuple(line.silent_families) if role == "guardian" else (),
                    who_id=classes[line.id][1],
                    role="class_teacher",
                    told=told_of([rule]),
                    detail=f"за {rule.params.window.replace('d', ' дней')}, {class_name(classes[line.id][0])}",
                    key=f"{role}:{rule.params.window}",
                )
            )
    return found
