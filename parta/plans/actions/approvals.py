"""The director approves what has been drafted: from then on it takes effect."""

from collections.abc import Collection
from datetime import date, datetime

from parta.foundation import sql
from parta.foundation.log import Actor, Line
from parta.organisation.actions import checks
from parta.organisation.acts import Refusal, act
from parta.organisation.models import AcademicYear
from parta.people.viewer import ROLE_TITLES
from parta.plans.approvals import KINDS, asked_of_school
from parta.plans.models import Approval

_CHUNK = 5000


def approve(
    *,
    year: AcademicYear,
    kind: str,
    order_number: str = "",
    order_date: date | None = None,
    ids: Collection[int] | None = None,
    by: Actor,
    at: datetime,
) -> Approval:
    """Approve drafts of a kind in the year; what was approved stays readable line by line. ``ids``: these alone.

    Raises Refusal when there is no draft, one of those named is a draft no more, when the role is not the one the act
    names (the director where it names none), and when the act wants an order and its number or date is missing.
    """
    checks.not_closed(year)
    if kind not in KINDS:
        raise Refusal("Такое не утверждают: выберите из списка.", "kind")
    what = KINDS[kind]
    wanted = asked_of_school(year, at.date(), kind)
    if by.user_id is not None and by.role not in wanted.by:
        who = " или ".join(ROLE_TITLES.get(role, role) for role in sorted(wanted.by))
        raise Refusal(f"«{what.title}»: утверждает {who}{wanted.law.brackets}.", "kind")
    number = checks.text(order_number, 40, "order_number", "номер приказа", needed=False)
    if wanted.with_order and not (number and order_date):
        raise Refusal(
            f"Без номера и даты приказа «{what.title}» остаётся проектом{wanted.law.brackets}: укажите и то и другое.",
            "order_date" if number else "order_number",
        )
    if order_date is not None and not checks.EARLIEST <= order_date < checks.LATEST:
        raise Refusal("Такой даты быть не может: проверьте год.", "order_date")
    with act(year.school_id, by=by, at=at) as lines:
        rows = what.rows(year.pk)
        if not rows:
            raise Refusal(f"«{what.title}»: всё уже утверждено.", "kind")
        if ids is not None:
            if not ids:
                raise Refusal("Ни одна строка не отмечена: отметьте, что утвердить.", "rows")
            if not set(ids) <= {id for id, _ in rows}:
                raise Refusal("Отмеченное уже изменилось: посмотрите проект ещё раз.", "rows")
            rows = [row for row in rows if row[0] in ids]
        approval = Approval.objects.create(
            school_id=year.school_id,
            year=year,
            kind=kind,
            order_number=number,
            order_date=order_date,
            approved_at=at,
            approved_by=by.user_id,
            rows=len(rows),
            lines=[list(cells) for _, cells in rows],
        )
        chosen = [id for id, _ in rows]
        for start in range(0, len(chosen), _CHUNK):
            chunk = chosen[start : start + _CHUNK]
            sql.write(
                f"UPDATE {what.table} SET approval_id = %s WHERE id IN ({sql.marks(len(chunk))})",
                [approval.pk, *chunk],
            )
        lines.append(
            Line(
                "approval_given",
                "approval",
                approval.pk,
                data={
                    "kind": kind,
                    "rows": len(chosen),
                    "order": number,
                    "dated": order_date.isoformat() if order_date else None,
                },
            )
        )
    return approval
