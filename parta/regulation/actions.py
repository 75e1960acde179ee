"""How a school comes under an act, and chooses the numbers the act leaves to it."""

import hashlib
import uuid
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.db.models import F

from parta.foundation.log import Actor, Line, write_to_school
from parta.organisation.models import School
from parta.regulation.edition import parse_edition
from parta.regulation.models import Edition, SettingValue


class Refusal(ValueError):
    """What cannot be done with an act, in Russian."""


@transaction.atomic
def adopt(
    *,
    school_id: int,
    source: str,
    by: Actor,
    at: datetime,
    in_force_from: date | None = None,
    operation_id: str | None = None,
) -> Edition:
    """Put an edition in force, from its own date or a later one of the school's.

    An earlier edition of the same act ends the day the new one begins. Raises RegulationError when the file is
    wrong, Refusal when the same edition already stands from that date.
    """
    parsed = parse_edition(source)
    starts = in_force_from or parsed.in_force_from
    if Edition.objects.filter(school_id=school_id, code=parsed.code, in_force_from=starts).exists():
        raise Refusal(f"Редакция «{parsed.title}» с этой датой уже принята.")
    Edition.objects.filter(school_id=school_id, code=parsed.code, in_force_until=None).update(
        in_force_until=starts
    )
    row = Edition.objects.create(
        school_id=school_id,
        code=parsed.code,
        title=parsed.title[:300],
        rank=parsed.rank,
        in_force_from=starts,
        in_force_until=parsed.in_force_until,
        source=source,
        sha256=hashlib.sha256(source.encode()).hexdigest(),
        approved_by=str(parsed.approved_by)[:200],
    )
    School.objects.filter(id=school_id).update(law_version=F("law_version") + 1)
    write_to_school(
        school_id,
        [Line("edition_adopted", "edition", row.id, data={"code": row.code, "sha256": row.sha256})],
        by=by,
        at=at,
        operation_id=operation_id or str(uuid.uuid4()),
    )
    return row


@transaction.atomic
def set_setting(
    *,
    school_id: int,
    act_code: str,
    name: str,
    value: Any,
    in_force_from: date,
    by: Actor,
    at: datetime,
    operation_id: str | None = None,
) -> None:
    """Choose the value of a setting from a date on; what was before stays and judges its own days.

    Raises Refusal when no edition of the act declares such a setting.
    """
    sources = list(
        Edition.objects.filter(school_id=school_id, code=act_code).values_list("source", flat=True)
    )
    if not any(parse_edition(source).setting(name) for source in sources):
        raise Refusal(f"В акте «{act_code}» нет настройки «{name}».")
    row = SettingValue.objects.create(
        school_id=school_id,
        act_code=act_code,
        name=name,
        value=value,
        in_force_from=in_force_from,
        set_at=at,
        set_by_id=by.user_id,
    )
    School.objects.filter(id=school_id).update(law_version=F("law_version") + 1)
    write_to_school(
        school_id,
        [Line("setting_chosen", "setting", row.id, data={"act": act_code, "name": name, "after": value})],
        by=by,
        at=at,
        operation_id=operation_id or str(uuid.uuid4()),
    )
