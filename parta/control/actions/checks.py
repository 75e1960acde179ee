"""A check is finished: its certificate is frozen and brought to whom it concerns; each of them reads it."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import Max

from parta.control.models import Acknowledgement, Check
from parta.foundation import log
from parta.foundation.log import Actor, Line
from parta.organisation.acts import Refusal, act


@dataclass(frozen=True, slots=True)
class CheckRow:
    """What a check is: whose journals, which days, what was looked at, what follows."""

    since: date
    until: date
    """The day after the last."""
    directions: tuple[str, ...]
    conclusion: str
    fix_by: date | None
    contents: Mapping[str, Any]
    department_id: int | None = None
    homeroom_id: int | None = None


def digest(contents: Mapping[str, Any]) -> str:
    """SHA-256 of what a certificate says, over its canonical JSON."""
    text = json.dumps(contents, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def finish_check(
    *,
    school_id: int,
    row: CheckRow,
    readers: Sequence[tuple[int, str]],
    made_by: int,
    role: str,
    on: date,
    by: Actor,
    at: datetime,
) -> int:
    """Record a check with its certificate, to be read by `readers` (person, as whom); the check's id.

    Raises Refusal when nothing was looked at, the conclusion is missing, or the day to mend by is past.
    """
    if not row.directions:
        raise Refusal("Отметьте, что проверено: хотя бы одно направление.", "directions")
    conclusion = row.conclusion.strip()
    if len(conclusion) < 3:
        raise Refusal("Напишите вывод проверки: хотя бы несколько слов.", "conclusion")
    if len(conclusion) > 2000:
        raise Refusal(f"Вывод длиннее 2000 знаков: здесь {len(conclusion)}.", "conclusion")
    if row.fix_by is not None and row.fix_by < on:
        raise Refusal("Срок исправления уже прошёл: назовите день не раньше сегодняшнего.", "fix_by")
    with act(school_id, by=by, at=at) as lines:
        log.lock_chain("school", school_id)  # numbers follow one another
        last = Check.objects.filter(school_id=school_id).aggregate(last=Max("number"))["last"] or 0
        made = Check.objects.create(
            school_id=school_id,
            number=last + 1,
            made_by_id=made_by,
            role=role,
            made_at=at,
            since=row.since,
            until=row.until,
            department_id=row.department_id,
            homeroom_id=row.homeroom_id,
            directions=list(row.directions),
            conclusion=conclusion,
            fix_by=row.fix_by,
            contents=dict(row.contents),
            sha256=digest(row.contents),
        )
        Acknowledgement.objects.bulk_create(
            Acknowledgement(school_id=school_id, check_made=made, person_id=person_id, role=as_whom)
            for person_id, as_whom in dict(readers).items()
        )
        lines.append(
            Line(
                "check_finished",
                "check",
                made.pk,
                data={
                    "number": made.number,
                    "since": row.since.isoformat(),
                    "until": row.until.isoformat(),
                    "directions": list(row.directions),
                    "department": row.department_id,
                    "homeroom": row.homeroom_id,
                    "readers": len(readers),
                    "sha256": made.sha256,
                },
            )
        )
    return int(made.pk)


def acknowledge(*, school_id: int, check_id: int, person_id: int, by: Actor, at: datetime) -> None:
    """The person has read the certificate; again changes nothing. Raises LookupError when it is not theirs."""
    with act(school_id, by=by, at=at) as lines:
        log.lock_chain("school", school_id)
        found = Acknowledgement.objects.filter(
            school_id=school_id, check_made_id=check_id, person_id=person_id
        ).first()
        if found is None:
            raise LookupError(f"certificate {check_id} is not brought to person {person_id}")
        if found.at is None:
            found.at = at
            found.save(update_fields=["at"])
            lines.append(Line("certificate_read", "check", check_id, data={"person": person_id}))
