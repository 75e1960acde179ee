"""What control itself owes: remarks past their day, certificates unread, appointments without an order."""

from datetime import date, timedelta

from parta.control.queries.idle import days_in
from parta.control.queries.sheets import Cut, calendar_for, law_for, reach_of
from parta.foundation import sql
from parta.journal.rules.matters import Matter, clauses_of, rules_on, told_of
from parta.people.viewer import Viewer
from parta.regulation.words import role_words


def year_of(viewer: Viewer, on: date) -> tuple[date, int]:
    """First day of the year a day lies in and its teaching days a week. One statement."""
    rows = sql.read(
        "SELECT starts, week_days FROM organisation_academicyear WHERE school_id = %s AND starts <= %s AND until > %s",
        [viewer.school.id, on, on],
    )
    return (rows[0][0], rows[0][1]) if rows else (date(on.year, 1, 1), 7)


_REMARKS = """
SELECT r.id, r.due, r.person_id, r.journal_id, r.lesson_id, r.homeroom_id, s.title, h.title, r.text
FROM control_remark r
LEFT JOIN plans_journal j ON j.id = r.journal_id
LEFT JOIN organisation_subject s ON s.id = j.subject_id
LEFT JOIN organisation_homeroom h ON h.id = COALESCE(r.homeroom_id, j.homeroom_id)
WHERE r.school_id = %s AND r.state = 'open' AND r.due < %s{more}
ORDER BY r.due, r.id"""


def remark_matters(viewer: Viewer, person_id: int | None = None) -> list[Matter]:
    """Remarks past their day without an answer; of one person, or all the viewer may see. One statement."""
    values: list[object] = [viewer.school.id, viewer.on]
    more = ""
    if person_id is not None:
        more = " AND r.person_id = %s"
        values.append(person_id)
    elif not viewer.is_school_wide:
        scope, of_journals = reach_of(viewer, Cut(viewer.on, viewer.on))
        more = " AND (r.made_by_id = %s OR " + scope + ")"
        values += [viewer.person_id, *of_journals]
    law = law_for(viewer)
    rules = rules_on(law, viewer.on, "remark_fixed_by")
    return [
        Matter(
            kind="remark_fixed_by",
            clauses=clauses_of(rules),
            text=f"Замечание не устранено в срок: {row[8][:120]}",
            since=row[1],
            journal_id=row[3],
            lesson_id=row[4],
            homeroom_id=row[5],
            subject=row[6] or "",
            homeroom=row[7] or "",
            who_id=row[2],
            role="teacher",
            told=told_of(rules),
        )
        for row in sql.read(_REMARKS.replace("{more}", more), values)
    ]


def reading_matters(viewer: Viewer) -> list[Matter]:
    """Certificates that somebody they are brought to has not read within the limit of the act. One statement."""
    law = law_for(viewer)
    rules = rules_on(law, viewer.on, "certificate_read")
    if not rules:
        return []
    days = min(days_in(rule.params.within) for rule in rules)
    zone = calendar_for(viewer).zone
    found = []
    for number, made_at, person_id, role in sql.read(
        "SELECT c.number, c.made_at, a.person_id, a.role FROM control_acknowledgement a"
        " JOIN control_check c ON c.id = a.check_made_id WHERE a.school_id = %s AND a.at IS NULL"
        + ("" if viewer.is_school_wide else " AND c.made_by_id = %s")
        + " ORDER BY c.made_at, a.id",
        [viewer.school.id, *([] if viewer.is_school_wide else [viewer.person_id])],
    ):
        limit = sql.aware(made_at).astimezone(zone).date() + timedelta(days=days)
        if viewer.on > limit:
            found.append(
                Matter(
                    kind="certificate_read",
                    clauses=clauses_of(rules),
                    text=f"Не ознакомлен со справкой № {number}",
                    since=limit,
                    who_id=person_id,
                    role=role,
                    told=told_of(rules),
                )
            )
    return found


def appointment_matters(viewer: Viewer) -> list[Matter]:
    """Roles that nobody holds by an order, of this school year where the act asks each year. Two statements."""
    law = law_for(viewer)
    rules = rules_on(law, viewer.on, "appointment_required")
    if not rules:
        return []
    held: dict[str, date | None] = {
        row[0]: date.fromisoformat(row[1]) if isinstance(row[1], str) else row[1]
        for row in sql.read(
            "SELECT kind, MAX(order_date) FROM people_role WHERE school_id = %s AND starts <= %s"
            " AND (until IS NULL OR until > %s) AND order_number <> '' GROUP BY kind UNION ALL"
            " SELECT 'post:' || kind || ':' || post, MAX(order_date) FROM people_role WHERE school_id = %s"
            " AND starts <= %s AND (until IS NULL OR until > %s) AND order_number <> '' AND post <> ''"
            " GROUP BY kind, post",
            [viewer.school.id, viewer.on, viewer.on] * 2,
        )
    }
    summer = year_of(viewer, viewer.on)[0] - SUMMER
    return [
        Matter(
            kind="appointment_required",
            clauses=clauses_of([rule]),
            text=f"Не назначен приказом{' на этот учебный год' if rule.params.every else ''}: "
            + role_words([role]),
            since=viewer.on,
            role="director",
            told=told_of([rule]),
        )
        for rule in rules
        for role in sorted(rule.params.roles)
        if role not in held or (rule.params.every is not None and (held[role] or date.min) < summer)
    ]


SUMMER = timedelta(days=92)
"""How long before the year's first day its orders are given."""
