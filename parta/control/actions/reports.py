"""A report is formed with the figures of its moment, handed in with a note, and received."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from parta.control.models import Report
from parta.foundation import log
from parta.foundation.log import Actor, Line
from parta.organisation.acts import Refusal, act


@dataclass(frozen=True, slots=True)
class ReportRow:
    """Which report, over which days, of which class or department, with which figures."""

    code: str
    since: date
    until: date
    """The day after the last."""
    contents: Mapping[str, Any]
    homeroom_id: int | None = None
    department_id: int | None = None
    note: str = ""


def form_report(
    *, school_id: int, row: ReportRow, made_by: int | None, by: Actor, at: datetime, needs_note: bool = False
) -> int:
    """Keep a report; its id. The program's own (`made_by` None) is made once for a span.

    Raises Refusal when its conclusion is asked and missing, or when the same person's report stands already.
    """
    note = row.note.strip()
    if needs_note and len(note) < 3:
        raise Refusal("Напишите вывод: без него отчёт не сдают.", "note")
    if len(note) > 2000:
        raise Refusal(f"Вывод длиннее 2000 знаков: здесь {len(note)}.", "note")
    with act(school_id, by=by, at=at) as lines:
        log.lock_chain("school", school_id)
        same = _same(school_id, row, made_by)
        if same is not None:
            if made_by is None:
                return int(same.pk)
            raise Refusal("Этот отчёт за эти дни вы уже сдали.")
        made = Report.objects.create(
            school_id=school_id,
            code=row.code,
            since=row.since,
            until=row.until,
            homeroom_id=row.homeroom_id,
            department_id=row.department_id,
            made_by_id=made_by,
            made_at=at,
            note=note,
            contents=dict(row.contents),
        )
        lines.append(
            Line(
                "report_formed",
                "report",
                made.pk,
                data={
                    "code": row.code,
                    "since": row.since.isoformat(),
                    "until": row.until.isoformat(),
                    "homeroom": row.homeroom_id,
                    "department": row.department_id,
                },
            )
        )
    return int(made.pk)


def _same(school_id: int, row: ReportRow, made_by: int | None) -> Report | None:
    for known in Report.objects.filter(
        school_id=school_id, code=row.code, since=row.since, until=row.until
    ).order_by("id"):
        if (known.homeroom_id, known.department_id, known.made_by_id) == (
            row.homeroom_id,
            row.department_id,
            made_by,
        ):
            return known
    return None


def receive_report(*, school_id: int, report_id: int, person_id: int, by: Actor, at: datetime) -> None:
    """The deputy takes a report; a second time changes nothing. Raises LookupError when there is none."""
    with act(school_id, by=by, at=at) as lines:
        log.lock_chain("school", school_id)
        found = Report.objects.filter(school_id=school_id, pk=report_id).first()
        if found is None:
            raise LookupError(f"report {report_id}")
        if found.received_at is None:
            found.received_by_id, found.received_at = person_id, at
            found.save(update_fields=["received_by", "received_at"])
            lines.append(Line("report_received", "report", report_id, data={"code": found.code}))
