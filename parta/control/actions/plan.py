"""The plan of internal control: a line is entered, and closed by its result."""

from datetime import date, datetime

from parta.control.models import Check, PlannedCheck
from parta.foundation.log import Actor, Line
from parta.organisation.actions import checks
from parta.organisation.acts import Refusal, act
from parta.people.models import Role

__all__ = ["close_planned", "plan_check"]

CHECKERS = frozenset({"director", "deputy", "head_of_department"})


def plan_check(
    *,
    school_id: int,
    what: str,
    due: date,
    person_id: int,
    entered_by: int,
    on: date,
    by: Actor,
    at: datetime,
) -> PlannedCheck:
    """Enter a line. Raises Refusal for empty words, a day that has passed, or one who does not control."""
    what = checks.text(what, 300, "what", "что проверить")
    if not on <= due <= date(2100, 1, 1):
        raise Refusal("Укажите сегодняшний или будущий день.", "due")
    held = Role.objects.filter(school_id=school_id, person_id=person_id, kind__in=CHECKERS, starts__lte=due)
    if not held.exclude(until__lte=on).exists():
        raise Refusal("Проверяет директор, завуч или заведующий: выберите одного из них.", "person")
    with act(school_id, by=by, at=at) as lines:
        row = PlannedCheck.objects.create(
            school_id=school_id,
            what=what,
            due=due,
            person_id=person_id,
            entered_by_id=entered_by,
            entered_at=at,
        )
        lines.append(
            Line("check_planned", "control_plan", row.pk, data={"due": due.isoformat(), "person": person_id})
        )
    return row


def close_planned(
    *,
    school_id: int,
    row_id: int,
    outcome: str,
    check_id: int | None,
    closed_by: int,
    by: Actor,
    at: datetime,
) -> PlannedCheck:
    """Close a line by its result, with the certificate where there is one. Raises Refusal."""
    outcome = checks.text(outcome, 1000, "outcome", "результат")
    if check_id is not None and not Check.objects.filter(pk=check_id, school_id=school_id).exists():
        raise Refusal("Такой справки нет: обновите страницу.", "check")
    with act(school_id, by=by, at=at) as lines:
        row = (
            PlannedCheck.objects.select_for_update()
            .filter(pk=row_id, school_id=school_id, closed_at=None)
            .first()
        )
        if row is None:
            raise Refusal("Эта строка уже закрыта: обновите страницу.")
        row.outcome, row.check_made_id, row.closed_by_id, row.closed_at = outcome, check_id, closed_by, at
        row.save(update_fields=["outcome", "check_made", "closed_by", "closed_at"])
        lines.append(Line("planned_check_closed", "control_plan", row.pk, data={"check": check_id}))
    return row
