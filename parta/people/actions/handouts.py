"""Many people's data are taken out for a purpose: what the school asks, and what a person answered.

The purpose is kept in its own row and never on the chain, which holds ids (invariant 7).
"""

from datetime import datetime, timedelta

from parta.foundation import confirm
from parta.foundation.log import Line
from parta.organisation.acts import Refusal, act
from parta.people.actions.sign_ins import tell
from parta.people.models import Handout, HandoutRule
from parta.people.viewer import Viewer

LONGEST_WAIT = 168
"""Hours: a week."""
LASTS = timedelta(hours=1)
"""So long a handout that did not wait serves its address."""
LASTS_WAITED = timedelta(hours=24)
"""So long one that waited: its owner need not sit and watch the clock."""
SHORTEST, LONGEST = 10, 200
"""Characters of a purpose: «для» is none."""
ADDRESS = 500


def rule_of(school_id: int) -> HandoutRule | None:
    """What the school asks before a handout; None: nothing."""
    return HandoutRule.objects.filter(school_id=school_id).first()


def set_rule(*, viewer: Viewer, wait_hours: int | None, at: datetime) -> None:
    """The school asks a purpose, and makes handouts wait so many hours; None: it asks nothing. Raises Refusal."""
    if wait_hours is not None and not 0 <= wait_hours <= LONGEST_WAIT:
        raise Refusal(f"Часы ожидания: от 0 до {LONGEST_WAIT}.", "hours")
    school = viewer.school.id
    with act(school, by=viewer.acting_as(), at=at) as lines:
        if wait_hours is None:
            HandoutRule.objects.filter(school_id=school).delete()
        else:
            HandoutRule.objects.update_or_create(school_id=school, defaults={"wait_hours": wait_hours})
        told = {"asks": wait_hours is not None, "wait_hours": wait_hours or 0}
        lines.append(Line("handout_rule_set", "school", school, data=told))


def stated(viewer: Viewer, address: str) -> Handout | None:
    """The viewer's latest handout of this very address that is open or waits."""
    return (
        Handout.objects.filter(
            school_id=viewer.school.id, user_id=viewer.user_id, address=address, until__gt=viewer.at
        )
        .order_by("-stated_at")
        .first()
    )


def lacks_purpose(viewer: Viewer, address: str) -> bool:
    """Whether the school asks a purpose and this address has none that is open now. At most two statements."""
    if rule_of(viewer.school.id) is None:
        return False
    found = stated(viewer, address)
    return found is None or found.opens_at > viewer.at


def state_purpose(*, viewer: Viewer, kind: str, address: str, purpose: str, at: datetime) -> Handout:
    """Say what an address is handed out for; its owner is told on every page. Raises Refusal."""
    purpose = " ".join(purpose.split())
    if kind not in confirm.HANDED_OUT or not address or len(address) > ADDRESS:
        raise Refusal("Откройте выгрузку заново, с её страницы.", "purpose")
    if not SHORTEST <= len(purpose) <= LONGEST:
        raise Refusal(
            f"Напишите, зачем: от {SHORTEST} до {LONGEST} знаков, например «отчёт в управление, запрос № 14».",
            "purpose",
        )
    waiting = stated(viewer, address)
    if waiting is not None:
        return waiting
    rule = rule_of(viewer.school.id)
    hours = rule.wait_hours if rule else 0
    opens = at + timedelta(hours=hours)
    with act(viewer.school.id, by=viewer.acting_as(), at=at) as lines:
        row = Handout.objects.create(
            school_id=viewer.school.id,
            user_id=viewer.user_id,
            kind=kind,
            address=address,
            purpose=purpose,
            stated_at=at,
            opens_at=opens,
            until=opens + (LASTS_WAITED if hours else LASTS),
        )
        tell([viewer.user_id], "handout", f"{confirm.KINDS[kind]}: {purpose}"[:200], at=at)
        lines.append(Line("handout_stated", "handout", row.pk, data={"kind": kind, "wait_hours": hours}))
    return row
