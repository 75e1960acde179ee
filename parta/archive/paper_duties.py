"""What is not on paper in time, and what has changed since it was: duties of control that the archive knows."""

from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from math import ceil
from typing import Any

from parta.archive.models import PaperSet
from parta.archive.paper_steps import CONFIRM, closeout_steps, differences_told, matter
from parta.archive.route import binds
from parta.control.queries.informing import classes_of
from parta.control.queries.sheets import law_for
from parta.control.queries.sources import duty_source
from parta.foundation import sql
from parta.journal.rules.matters import Matter, rules_on
from parta.journal.rules.papers import PAPER_STEPS, PAPERS
from parta.people.viewer import Viewer
from parta.regulation.durations import plural
from parta.regulation.judge import Rule

DAY = timedelta(days=1)

_CLASSES = """
SELECT h.id, h.title, h.term_kind, t.id, t.kind, t.title, t.starts, t.until, y.starts, y.until, y.state, (
    SELECT MIN(r.person_id) FROM people_role r WHERE r.homeroom_id = h.id AND r.kind IN ('class_teacher', 'master')
    AND r.starts < y.until AND (r.until IS NULL OR r.until > y.starts)), h.grade
FROM organisation_homeroom h JOIN organisation_academicyear y ON y.id = h.year_id
JOIN organisation_term t ON t.year_id = y.id
WHERE h.school_id = %s AND y.id = (SELECT z.id FROM organisation_academicyear z WHERE z.school_id = %s
    AND z.starts <= %s ORDER BY z.starts DESC LIMIT 1)
    AND EXISTS (SELECT 1 FROM timetable_lesson l JOIN plans_journal j ON j.id = l.journal_id
        WHERE j.homeroom_id = h.id AND l.date >= t.starts AND l.date < t.until AND l.state <> 'cancelled')
ORDER BY COALESCE(h.grade, 99), h.title, t.until"""

_SETS = """
SELECT p.id, p.homeroom_id, p.term_id, p.kind, s.step FROM archive_paperset p
LEFT JOIN archive_paperstep s ON s.paper_id = p.id AND s.on <= %s WHERE p.school_id = %s ORDER BY p.id"""

HEADS = {
    "paper_copy_each": "Журналы на бумаге",
    "register_entry_required": "Книги учёта и архив",
    "print_matches_data": "Печать и журнал",
    "signature_required": "Подписи на бумаге",
}


@duty_source(HEADS)
def paper_matters(viewer: Viewer, since: date, until: date) -> list[Matter]:
    """Classes without their paper set, without its steps, with a set that is no longer true. Up to ten."""
    law = law_for(viewer)
    copies = rules_on(law, until, "paper_copy_each")
    books = [
        rule
        for rule in rules_on(law, until, "register_entry_required")
        if rule.params.book in ("paper_copies", "archive")
    ]
    same = rules_on(law, until, "print_matches_data")
    steps = [rule for rule in rules_on(law, until, "closeout_step") if rule.params.action != CONFIRM]
    own = classes_of(viewer)
    if not (copies or books or same or steps) or own == ():
        return []
    rows = [
        row
        for row in sql.read(_CLASSES, [viewer.school.id, viewer.school.id, until])
        if own is None or row[0] in own
    ]
    sets: dict[tuple[int, int, str], dict[int, set[str]]] = {}
    for paper_id, homeroom_id, term_id, kind, step in sql.read(
        _SETS.replace("s.on", 's."on"'), [until, viewer.school.id]
    ):
        done = sets.setdefault((homeroom_id, term_id, kind), {}).setdefault(paper_id, {"export"})
        if step:
            done.add(step)
    found: list[Matter] = []
    for row in rows:
        for rule in copies:
            found += _copy(rule, row, sets, until)
        for rule in books:
            found += _entry(rule, row, sets, until)
    bound = [rule for rule in copies if "stitched" in rule.params.steps]
    if bound:
        found += _miscounted(bound, viewer, rows, until)
    if same:
        found += _changed(same, viewer, rows)
    if steps:
        found += closeout_steps(viewer, steps, rows, sets, until)
    return found + differences_told(viewer, rows)


def _best(sets: dict[tuple[int, int, str], dict[int, set[str]]], row: sql.Row, kind: str) -> set[str]:
    """Steps of the set of a class and term that has got furthest."""
    return max(sets.get((row[0], row[3], kind), {}).values(), key=len, default=set())


def _copy(rule: Rule[Any], row: sql.Row, sets: Any, until: date) -> Iterable[Matter]:
    params = rule.params
    wanted = {"school_year": "year", "reporting_period": row[2]}.get(params.period, params.period)
    if row[4] != wanted:
        return
    limit = row[7] - DAY
    if params.until is not None:
        limit = params.until.on({"year_start": row[8], "period_end": row[7] - DAY, "year_end": row[9] - DAY})
    if params.grace is not None and limit is not None:
        limit += timedelta(days=int(params.grace.count))
    if limit is None or until <= limit:
        return
    if not binds(rule, row[12]):
        return
    done = _best(sets, row, params.document)
    missing = [step for step in params.steps if step not in done]
    if missing:
        words = ", ".join(PAPER_STEPS[step] for step in missing)
        what = {"journal": "журнал не на бумаге"}.get(
            params.document, f"{PAPERS[params.document]} не на бумаге"
        )
        yield matter(rule, row, limit, f"{row[5]}: {what}, не сделано: {words}")


def _entry(rule: Rule[Any], row: sql.Row, sets: Any, until: date) -> Iterable[Matter]:
    params = rule.params
    if row[4] != "year":
        return
    if params.object == "summary_sheet":
        if row[10] != "closed" or "archived" in _best(sets, row, "summary_sheet"):
            return
        limit = row[9] - DAY + timedelta(days=int(params.within.count) if params.within else 0)
        if until > limit:
            yield matter(rule, row, limit, "Год закрыт, а сводной ведомости в архиве нет")
        return
    limit = params.until.on({"year_start": row[8], "year_end": row[9] - DAY}) if params.until else None
    if "certified" not in params.fields or limit is None or until <= limit:
        return
    if "certified" not in _best(sets, row, "journal"):
        yield matter(rule, row, limit, "Нет заверенной бумажной копии журнала: ни даты, ни места")


def _miscounted(
    rules: Sequence[Rule[Any]], viewer: Viewer, rows: list[sql.Row], until: date
) -> Iterable[Matter]:
    """Newest sets that were bound with another number of sheets than was printed. One statement."""
    duplex = any(
        rule.params.layout == "duplex" for rule in rules_on(law_for(viewer), until, "print_contents")
    )
    known = {(row[0], row[3]): row for row in rows}
    for homeroom_id, term_id, kind, pages, sheets, on in sql.read(_BOUND, [until, viewer.school.id]):
        row, printed = known.get((homeroom_id, term_id)), ceil(pages / 2) if duplex else pages
        fits = [one for one in rules if row and one.params.document == kind and binds(one, row[12])]
        if row is None or not fits or printed == sheets:
            continue
        day = date.fromisoformat(on) if isinstance(on, str) else on
        text = (
            f"{row[5]}: прошито листов: {sheets}, а напечатано {printed}, пересчитайте и подготовьте заново"
        )
        yield matter(fits[0], row, day, text, fits)


_BOUND = """
SELECT p.homeroom_id, p.term_id, p.kind, p.pages, s.sheets, s."on" FROM archive_paperset p
JOIN archive_paperstep s ON s.paper_id = p.id AND s.step = 'stitched' AND s."on" <= %s
WHERE p.school_id = %s AND p.pages IS NOT NULL AND s.sheets IS NOT NULL
    AND NOT EXISTS (SELECT 1 FROM archive_paperset n WHERE n.homeroom_id = p.homeroom_id
        AND n.term_id = p.term_id AND n.kind = p.kind AND n.id > p.id)
ORDER BY p.id"""

_SINCE = """
SELECT x.id, SUM(x.changed) FROM (
    SELECT p.id, COUNT(*) AS changed FROM archive_paperset p JOIN organisation_term t ON t.id = p.term_id
    JOIN plans_journal j ON j.homeroom_id = p.homeroom_id
    JOIN foundation_chain c ON c.kind = 'journal' AND c.subject_id = j.id
    JOIN foundation_logentry e ON e.chain_id = c.id AND e.at > p.made_at
    JOIN timetable_lesson l ON l.id = e.lesson_id AND l.date >= t.starts AND l.date < t.until
    WHERE p.school_id = %s AND p.kind = 'journal' AND (e.verb LIKE 'mark%%' OR e.verb LIKE 'absence%%'
        OR e.verb LIKE 'topic%%' OR e.verb LIKE 'homework%%' OR e.verb LIKE 'lesson%%') GROUP BY p.id
    UNION ALL
    SELECT p.id, COUNT(*) FROM archive_paperset p JOIN organisation_term t ON t.id = p.term_id
    JOIN plans_journal j ON j.homeroom_id = p.homeroom_id
    JOIN journal_termmark f ON f.journal_id = j.id AND f.changed_at > p.made_at
    JOIN organisation_term u ON u.id = f.term_id AND u.starts >= t.starts AND u.until <= t.until
    WHERE p.school_id = %s GROUP BY p.id
) x GROUP BY x.id"""


def _changed(rules: tuple[Rule[Any], ...], viewer: Viewer, rows: list[sql.Row]) -> list[Matter]:
    """Sets that were printed, and whose journals were written in since. Two statements."""
    changed = {
        row[0]: int(row[1]) for row in sql.read(_SINCE, [viewer.school.id, viewer.school.id]) if row[1]
    }
    if not changed:
        return []
    known = {(row[0], row[3]): row for row in rows}
    newest: dict[tuple[int, int, str], PaperSet] = {}
    for paper in (
        PaperSet.objects.filter(school_id=viewer.school.id, steps__step="print")
        .defer("contents")
        .order_by("id")
    ):
        newest[paper.homeroom_id, paper.term_id, paper.kind] = paper
    found = []
    for (homeroom_id, term_id, _), paper in newest.items():
        row = known.get((homeroom_id, term_id))
        count = changed.get(paper.pk, 0)
        if row is not None and count:
            found.append(
                matter(
                    rules[0],
                    row,
                    paper.made_at.date(),
                    f"{row[5]}: после печати изменено {count} "
                    + plural(count, "запись", "записи", "записей")
                    + ", напечатайте заново",
                    rules,
                )
            )
    return found
