"""How a school comes under an act, and chooses the numbers the act leaves to it."""

import hashlib
import re
import uuid
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.db.models import F

from parta.foundation.log import Actor, Line, write_to_school
from parta.organisation.actions import checks
from parta.organisation.acts import Refusal
from parta.organisation.models import School
from parta.regulation.choices import misfits
from parta.regulation.edition import Edition as Parsed
from parta.regulation.edition import Problem, parse_edition, thawed
from parta.regulation.judge import contradictions
from parta.regulation.models import Edition, EditionDraft, SettingValue

__all__ = ["Refusal", "acts_beside", "adopt", "approve", "clashes", "propose", "set_setting", "withdraw"]


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
    ground: str = "",
    operation_id: str | None = None,
) -> None:
    """Choose the value of a setting from a date on; what was before stays and judges its own days.

    `ground` names the local act (приказ, положение) it rests on, where there is one.
    Raises Refusal when no edition of the act declares such a setting, or a rule could not run with the value.
    """
    ground = checks.text(ground, 200, "ground", "чем установлено", needed=False)
    known = False
    values = {
        row.name: row.value
        for row in SettingValue.objects.filter(
            school_id=school_id, act_code=act_code, in_force_from__lte=in_force_from
        ).order_by("in_force_from", "id")
    }
    for row in Edition.objects.filter(school_id=school_id, code=act_code):
        edition = parse_edition(row.source)
        if edition.setting(name) is None:
            continue
        known = True
        if row.in_force_until is None or row.in_force_until > in_force_from:
            standing = {setting.name: thawed(setting.value) for setting in edition.settings} | values
            if faults := misfits(edition, standing, name, value):
                raise Refusal(f"Такое значение не подойдёт. {'; '.join(faults)}.", "value")
    if not known:
        raise Refusal(f"В акте «{act_code}» нет настройки «{name}».")
    made = SettingValue.objects.create(
        school_id=school_id,
        act_code=act_code,
        name=name,
        value=value,
        ground=ground,
        in_force_from=in_force_from,
        set_at=at,
        set_by_id=by.user_id,
    )
    School.objects.filter(id=school_id).update(law_version=F("law_version") + 1)
    write_to_school(
        school_id,
        [
            Line(
                "setting_chosen",
                "setting",
                made.id,
                data={
                    "act": act_code,
                    "name": name,
                    "before": values.get(name),
                    "after": value,
                    "from": in_force_from.isoformat(),
                }
                | ({"ground": ground} if ground else {}),
            )
        ],
        by=by,
        at=at,
        operation_id=operation_id or str(uuid.uuid4()),
    )


# --- a new edition: put forward, approved ------------------------------------------------------------------------


def _draft_line(verb: str, draft: EditionDraft) -> Line:
    return Line(verb, "edition_draft", draft.id, data={"code": draft.code, "sha256": draft.sha256})


@transaction.atomic
def propose(
    *, school_id: int, source: str, file_name: str, by: Actor, at: datetime, operation_id: str | None = None
) -> EditionDraft:
    """Put an edition forward. It judges nothing until the director approves it.

    Raises RegulationError with everything that is wrong in the file.
    """
    parsed = parse_edition(source)
    sha256 = hashlib.sha256(source.encode()).hexdigest()
    waiting = EditionDraft.objects.filter(school_id=school_id, sha256=sha256, state="waiting").first()
    if waiting is not None:
        return waiting  # the same file sent twice is one draft
    draft = EditionDraft.objects.create(
        school_id=school_id,
        code=parsed.code[:40],
        title=parsed.title[:300],
        file_name=file_name[:200],
        source=source,
        sha256=sha256,
        proposed_at=at,
        proposed_by_id=by.user_id,
    )
    write_to_school(
        school_id,
        [_draft_line("edition_proposed", draft)],
        by=by,
        at=at,
        operation_id=operation_id or str(uuid.uuid4()),
    )
    return draft


@transaction.atomic
def approve(
    *,
    school_id: int,
    draft_id: int,
    in_force_from: date,
    protocol: str,
    order: str = "",
    needs: Mapping[str, str] | None = None,
    on: date,
    by: Actor,
    at: datetime,
    operation_id: str | None = None,
) -> Edition:
    """Put a waiting edition in force from a day that has not passed; the old text keeps judging the days before.

    `needs`: of `protocol` and `order`, what the act in force asks for, with the clause as it is printed.
    Raises Refusal when a paper asked for has no number and date, when it does not wait, the day has passed or lies
    before the edition in force, or when it contradicts an act in force; RegulationError when the file can no longer
    be read.
    """
    draft = _waiting(school_id, draft_id)
    papers = {"protocol": " ".join(protocol.split()), "order": " ".join(order.split())}
    for name, clause in (needs or {}).items():
        checked_paper(papers[name], name, clause, on)
    if in_force_from < on:
        raise Refusal(
            "День уже прошёл: прежние дни судит прежняя редакция. Укажите сегодня или позже.", "since"
        )
    if in_force_from.year > 2100:
        raise Refusal("Такой даты быть не может: проверьте год.", "since")
    later = Edition.objects.filter(school_id=school_id, code=draft.code, in_force_from__gte=in_force_from)
    if later.exists():
        raise Refusal(
            "На этот день или позже уже принята редакция этого акта: укажите день после её начала.", "since"
        )
    parsed = parse_edition(draft.source)
    others = acts_beside(school_id, draft.code, in_force_from)
    if faults := clashes(parsed, others):
        raise Refusal(f"Акт спорит с действующими: {'; '.join(map(str, faults))}.")
    until = Edition.objects.filter(
        school_id=school_id,
        code=draft.code,
        in_force_from__lt=in_force_from,
        in_force_until__gt=in_force_from,
    )
    until.update(in_force_until=in_force_from)
    edition = adopt(
        school_id=school_id,
        source=draft.source,
        by=by,
        at=at,
        in_force_from=in_force_from,
        operation_id=operation_id,
    )
    draft.state, draft.edition = "adopted", edition
    draft.protocol, draft.order = papers["protocol"][:200], papers["order"][:200]
    draft.decided_at, draft.decided_by_id = at, by.user_id
    draft.save()
    return edition


PAPERS = {"protocol": "протокол педагогического совета", "order": "приказ директора"}


def checked_paper(text: str, name: str, clause: str, on: date) -> None:
    """A paper by its number and date: «№ 3 от 12.10.2026». Raises Refusal."""
    found = re.fullmatch(r"№? ?(\S.{0,40}?) от (\d{2}\.\d{2}\.\d{4})", text)
    try:
        day = date(*map(int, reversed(found[2].split(".")))) if found else None
    except ValueError:
        day = None
    if day is None or not date(2000, 1, 1) <= day <= on:
        raise Refusal(
            f"Нужен {PAPERS[name]} с номером и датой не позже сегодняшней, например «№ 3 от {on:%d.%m.%Y}» ({clause}).",
            name,
        )


@transaction.atomic
def withdraw(
    *, school_id: int, draft_id: int, by: Actor, at: datetime, operation_id: str | None = None
) -> None:
    """Take a waiting edition back. Raises Refusal when it does not wait."""
    draft = _waiting(school_id, draft_id)
    draft.state, draft.decided_at, draft.decided_by_id = "withdrawn", at, by.user_id
    draft.save()
    write_to_school(
        school_id,
        [_draft_line("edition_withdrawn", draft)],
        by=by,
        at=at,
        operation_id=operation_id or str(uuid.uuid4()),
    )


def _waiting(school_id: int, draft_id: int) -> EditionDraft:
    draft = EditionDraft.objects.select_for_update().filter(school_id=school_id, id=draft_id).first()
    if draft is None or draft.state != "waiting":
        raise Refusal("Эта редакция уже не ждёт решения: обновите страницу.")
    return draft


def acts_beside(school_id: int, code: str, on: date) -> list[Parsed]:
    """The school's other acts in force on a day, for the check against contradictions."""
    rows = Edition.objects.filter(school_id=school_id, in_force_from__lte=on).exclude(code=code)
    return [
        parse_edition(row.source) for row in rows if row.in_force_until is None or row.in_force_until > on
    ]


def clashes(edition: Parsed, others: list[Parsed]) -> list[Problem]:
    """What an act and those beside it leave open between them, as far as the act itself takes part in it."""
    known = {str(problem) for problem in contradictions(others)}
    return [problem for problem in contradictions([*others, edition]) if str(problem) not in known]
