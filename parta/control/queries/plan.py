"""The plan of internal control as a page shows it, and its lines whose day has passed without a result."""

from datetime import date

from parta.control.models import Check, PlannedCheck
from parta.control.queries.sheets import calendar_for, law_for
from parta.control.queries.sources import duty_source
from parta.foundation import sql
from parta.journal.queries.words import short_name
from parta.journal.rules.matters import Matter, clauses_of, rules_on, told_of
from parta.people.viewer import Viewer

__all__ = ["checkers", "plan_lines", "plan_matters", "recent_checks"]


def plan_lines(viewer: Viewer) -> list[PlannedCheck]:
    """Lines of the plan, open ones first, by day. One statement."""
    rows = list(
        PlannedCheck.objects.filter(school_id=viewer.school.id)
        .select_related("person", "closed_by", "check_made")
        .order_by("-due", "-id")[:300]
    )
    zone = calendar_for(viewer).zone
    for row in rows:
        row.closed_at = row.closed_at and row.closed_at.astimezone(zone)
    rows.sort(key=lambda row: (row.closed_at is not None, row.due if row.closed_at is None else date.max))
    return rows


def checkers(viewer: Viewer) -> list[tuple[int, str]]:
    """Who may be put down as checking: by name. One statement."""
    return [
        (row[0], short_name(*row[1:4]))
        for row in sql.read(
            "SELECT DISTINCT p.id, p.surname, p.given_name, p.patronymic FROM people_role r"
            " JOIN people_person p ON p.id = r.person_id WHERE r.school_id = %s AND r.starts <= %s"
            " AND (r.until IS NULL OR r.until > %s) AND r.kind IN ('director', 'deputy', 'head_of_department')"
            " ORDER BY p.surname, p.given_name, p.id",
            [viewer.school.id, viewer.on, viewer.on],
        )
    ]


def recent_checks(viewer: Viewer) -> list[tuple[int, str]]:
    """Certificates a line may be closed with, the newest first. One statement."""
    return [
        (row.pk, f"№ {row.number} от {row.made_at.astimezone(calendar_for(viewer).zone):%d.%m.%Y}")
        for row in Check.objects.filter(school_id=viewer.school.id)
        .only("number", "made_at")
        .order_by("-id")[:60]
    ]


@duty_source({}, daily=True)
def plan_matters(viewer: Viewer, since: date, until: date) -> list[Matter]:
    """Lines of the plan past their day without a result. One statement, or none where no act asks."""
    rules = [one for one in rules_on(law_for(viewer), until, "check_every") if one.params.scope == "plan"]
    if not rules or not viewer.is_school_wide:
        return []
    return [
        Matter(
            kind="check_every",
            clauses=clauses_of(rules),
            text=f"План контроля: нет результата — {what}",
            since=due,
            who_id=person_id,
            role="deputy",
            told=told_of(rules),
            detail=f"срок {due:%d.%m.%Y}",
            key=f"plan-{id}",
        )
        for id, what, due, person_id in sql.read(
            "SELECT id, what, due, person_id FROM control_plannedcheck WHERE school_id = %s AND due < %s"
            " AND (closed_at IS NULL OR closed_at > %s) ORDER BY due, id",
            [viewer.school.id, until, viewer.at],
        )
    ]
