"""The close of a term on paper, day by day: what nobody has done by the end of its day, and sheets that differ."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

from parta.archive.models import PaperSign
from parta.archive.route import binds
from parta.foundation import sql
from parta.journal.queries.words import class_name, journal_name
from parta.journal.rules.matters import Matter, clauses_of, rules_on, told_of
from parta.journal.rules.papers import PAPER_STEPS
from parta.people.rules import law_of
from parta.people.viewer import Viewer
from parta.regulation.judge import Rule
from parta.regulation.words import expand_roles

__all__ = ["CONFIRM", "closeout_steps", "differences_told", "matter"]

DAY = timedelta(days=1)
CONFIRM = "confirm_finals"
Sets = dict[tuple[int, int, str], dict[int, set[str]]]

_UNSIGNED = """
SELECT p.id, j.id, s.title, COALESCE(g.short, ''), (SELECT MIN(w.teacher_id) FROM plans_teachingload w
    WHERE w.journal_id = j.id AND w.starts < t.until AND (w.until IS NULL OR w.until >= t.until))
FROM archive_paperset p JOIN organisation_term t ON t.id = p.term_id
JOIN plans_journal j ON j.homeroom_id = p.homeroom_id JOIN organisation_subject s ON s.id = j.subject_id
LEFT JOIN organisation_subgroup g ON g.id = j.subgroup_id
WHERE p.school_id = %s AND p.kind = 'journal' AND t.kind <> 'year'
    AND NOT EXISTS (SELECT 1 FROM archive_papersign x WHERE x.paper_id = p.id AND x.journal_id = j.id AND x."on" <= %s)
    AND EXISTS (SELECT 1 FROM plans_teachingload w WHERE w.journal_id = j.id
        AND w.starts < t.until AND (w.until IS NULL OR w.until > t.starts))
ORDER BY s.position, s.title, j.id"""

_BACKED = """
SELECT b.made_at, COUNT(c.id) FROM archive_backup b LEFT JOIN archive_copy c ON c.backup_id = b.id
    AND c.verified_at IS NOT NULL AND c.fault = '' GROUP BY b.id, b.made_at"""

_CONFIRMED = """
SELECT c.term_id, MAX(c.at) FROM control_closeoutstep c JOIN plans_journal j ON j.id = c.journal_id
WHERE j.school_id = %s GROUP BY c.term_id"""


def closeout_steps(
    viewer: Viewer, rules: Sequence[Rule[Any]], rows: list[sql.Row], sets: Sets, until: date
) -> list[Matter]:
    """Of each class and term the first step of the close that is past its day. Up to three statements."""
    late = [
        (row, rule, row[7] + (rule.params.day - 1) * DAY)
        for row in rows
        if row[4] == row[2]
        for rule in sorted(rules, key=lambda one: one.params.day)
        if binds(rule, row[12]) and until > row[7] + (rule.params.day - 1) * DAY
    ]
    if not late:
        return []
    found: list[Matter] = []
    told: set[tuple[int, int]] = set()
    papers = {place: max(steps) for place, steps in sets.items() if place[2] == "journal" and steps}
    unsigned: dict[int, list[sql.Row]] = {}
    if any(rule.params.action == "sheets_signed" for _, rule, _ in late):
        for row in sql.read(_UNSIGNED, [viewer.school.id, until]):
            unsigned.setdefault(row[0], []).append(row)
    for row, rule, limit in late:
        place, step = (row[0], row[3]), rule.params.action
        paper_id = papers.get((*place, "journal"), 0)
        done = sets.get((*place, "journal"), {}).get(paper_id, set())
        if step == "backup" or place in told or step in done:
            continue
        told.add(place)
        if step != "sheets_signed" or not unsigned.get(paper_id):
            found.append(matter(rule, row, limit, f"{row[5]}: в срок не сделано: {PAPER_STEPS[step]}"))
            continue
        for _, _, subject, group, teacher_id in unsigned[paper_id]:
            text = f"{row[5]}: лист не сверен и не подписан: {journal_name('', subject, group).strip()}"
            found.append(matter(rule, row, limit, text, who_id=teacher_id))
    return found + _backups(viewer, [one for one in late if one[1].params.action == "backup"])


def _backups(viewer: Viewer, late: list[tuple[sql.Row, Rule[Any], date]]) -> list[Matter]:
    """Terms after whose confirmations no copy was made that lies on two carriers. Two statements, or none."""
    if not late:
        return []
    copies = [(sql.moment(made), count) for made, count in sql.read(_BACKED, []) if made is not None]
    confirmed = {term_id: sql.moment(at) for term_id, at in sql.read(_CONFIRMED, [viewer.school.id])}
    found: dict[int, Matter] = {}
    for row, rule, limit in late:
        since = confirmed.get(row[3])
        is_made = any(
            count >= 2 and (since is None or made >= since) and made.date() >= row[7]
            for made, count in copies
        )
        if not is_made and row[3] not in found:
            text = (
                f"{row[5]}: после подтверждения отметок нет копии, записанной и сверенной на двух носителях"
            )
            found[row[3]] = Matter(
                kind=rule.kind.name, clauses=clauses_of([rule]), text=text, since=limit, role="deputy",
                told=told_of([rule]),
            )  # fmt: skip
    return list(found.values())


def differences_told(viewer: Viewer, rows: list[sql.Row]) -> list[Matter]:
    """Newest sets in which a teacher found a difference. One statement, or none where no act asks for signatures."""
    rules = [
        rule
        for rule in rules_on(law_of(viewer), viewer.on, "signature_required")
        if "teacher" in rule.params.chain
    ]
    if not rules:
        return []
    known = {(row[0], row[3]): row for row in rows}
    found = []
    for sign in _different(viewer):
        row = known.get((sign.paper.homeroom_id, sign.paper.term_id))
        if row is not None:
            text = f"{row[5]}: лист расходится с журналом ({sign.person.surname}: {sign.words}), напечатайте заново"
            found.append(matter(rules[0], row, sign.on, text, role="deputy", told=("deputy",)))
    return found


def _different(viewer: Viewer) -> list[PaperSign]:
    return list(
        PaperSign.objects.raw(
            "SELECT x.* FROM archive_papersign x JOIN archive_paperset p ON p.id = x.paper_id"
            " WHERE x.school_id = %s AND NOT x.is_same AND NOT EXISTS (SELECT 1 FROM archive_paperset n"
            " WHERE n.homeroom_id = p.homeroom_id AND n.term_id = p.term_id AND n.kind = p.kind AND n.id > p.id)",
            [viewer.school.id],
        ).prefetch_related("paper", "person")
    )


def matter(
    rule: Rule[Any],
    row: sql.Row,
    since: date,
    text: str,
    rules: Sequence[Rule[Any]] = (),
    *,
    who_id: int | None = None,
    role: str = "",
    told: tuple[str, ...] = (),
) -> Matter:
    """A matter about a class, whose duty the entry says: its class teacher's by name, a role's otherwise."""
    roles = expand_roles(rule.entry.by)
    if who_id is None and roles & {"class_teacher", "master"}:
        who_id = row[11]
    return Matter(
        kind=rule.kind.name,
        clauses=clauses_of(rules or [rule]),
        text=text,
        since=since,
        homeroom_id=row[0],
        homeroom=row[1],
        who_id=who_id,
        role=role or next(iter(sorted(rule.entry.by)), "deputy"),
        told=told or told_of(rules or [rule]),
        detail=f"{class_name(row[1])}",
    )
