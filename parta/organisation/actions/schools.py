"""A school comes into being."""

import re
from datetime import datetime
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from parta.foundation.log import Actor, Line, open_chain
from parta.organisation.actions import checks
from parta.organisation.actions.subjects import DEFAULT_WORK_KINDS, ensure_scale, set_work_kinds
from parta.organisation.acts import Refusal, act
from parta.organisation.models import School


def _zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise Refusal(
            f"Неизвестный часовой пояс «{name[:40]}»: нужен вида Europe/Moscow.", "timezone"
        ) from None
    return name


def create_school(
    *,
    code: str,
    name: str,
    short_name: str,
    kind: str = "general",
    timezone: str = "Europe/Moscow",
    by: Actor,
    at: datetime,
    operation_id: str | None = None,
) -> School:
    """A new tenant with its chain, the usual kinds of work and the 2–5 scale (none in a centre)."""
    code = code.strip().lower()
    if not re.fullmatch(r"[a-z0-9][a-z0-9-]{0,39}", code):
        raise Refusal("Код школы: латинские буквы, цифры и дефис, не длиннее 40 знаков.", "code")
    if School.objects.filter(code=code).exists():
        raise Refusal(f"Школа с кодом «{code}» уже есть.", "code")
    checks.one_of(kind, School.KINDS, "kind", "вид организации")
    from django.db import transaction

    with transaction.atomic():
        school = School.objects.create(
            code=code,
            name=checks.text(name, 300, "name", "полное название"),
            short_name=checks.text(short_name, 80, "short_name", "короткое название"),
            kind=kind,
            timezone=_zone(timezone),
        )
        open_chain(school.pk, "school", school.pk)
        with act(school.pk, by=by, at=at, operation_id=operation_id) as lines:
            lines.append(Line("school_created", "school", school.pk, data={"code": code, "kind": kind}))
            set_work_kinds(school_id=school.pk, rows=DEFAULT_WORK_KINDS, by=by, at=at)
            if kind != "centre":
                ensure_scale(school_id=school.pk, code="five", by=by, at=at)
    return school


def change_school(
    *, school_id: int, name: str, short_name: str, timezone: str, by: Actor, at: datetime
) -> School:
    """Change what the school is called and where its clock stands."""
    with act(school_id, by=by, at=at) as lines:
        school = School.objects.get(pk=school_id)
        names = checks.changed(
            school,
            name=checks.text(name, 300, "name", "полное название"),
            short_name=checks.text(short_name, 80, "short_name", "короткое название"),
            timezone=_zone(timezone),
        )
        if names:
            school.save(update_fields=names)
            lines.append(
                Line(
                    "school_changed",
                    "school",
                    school_id,
                    data={name: getattr(school, name) for name in names},
                )
            )
    return school
