"""Many people's data are taken out for a purpose: what the school asks, and what a person answered.

The purpose is kept in its own row and never on the chain, which holds ids (invariant 7).
"""

from datetime import datetime, timedelta

from parta.foundation import confirm
from parta.foundation.log import Line
from parta.organisation.acts import Refusal, act
from parta.people.actions.telling import holders, tell
from parta.people.actions.watches import only_known
from parta.people.models import Handout, HandoutRule
from parta.people.viewer import ROLE_TITLES, Viewer

LONGEST_WAIT = 168
"""Hours: a week."""
SECONDS = ("director", "deputy", "operator")
"""Roles a second person may be asked of; where the asker alone holds the chosen one, the next of them stands in."""
SECOND_KINDS = {
    "export print": "на выгрузки и печать",
    "print": "только на печать и архив",
    "export": "только на выгрузки",
}
LASTS = timedelta(hours=1)
"""So long a handout that did not wait serves its address."""
LASTS_WAITED = timedelta(hours=24)
"""So long one that waited: its owner need not sit and watch the clock."""
SHORTEST, LONGEST = 10, 200
"""Characters of a purpose: «для» is none."""
ADDRESS = 500
REASON = (5, 200)
"""Characters of a refusal's reason."""


def rule_of(school_id: int) -> HandoutRule | None:
    """What the school asks before a handout; None: nothing."""
    return HandoutRule.objects.filter(school_id=school_id).first()


def set_rule(
    *,
    viewer: Viewer,
    wait_hours: int | None,
    second_role: str = "",
    second_kinds: str = "export print",
    second_hours: int = 72,
    at: datetime,
) -> None:
    """The school asks a purpose, makes handouts wait so many hours, wants a second person to agree; None: asks nothing.

    Raises Refusal, also when nobody holds the role that would have to agree.
    """
    if wait_hours is not None and not 0 <= wait_hours <= LONGEST_WAIT:
        raise Refusal(f"Часы ожидания: от 0 до {LONGEST_WAIT}.", "hours")
    if second_role and second_role not in SECONDS:
        raise Refusal("Выберите, чьё согласие нужно.", "second_role")
    if second_kinds not in SECOND_KINDS:
        raise Refusal("Выберите, на что нужно согласие.", "second_kinds")
    if not 1 <= second_hours <= LONGEST_WAIT:
        raise Refusal(f"Часы, пока просьба ждёт согласия: от 1 до {LONGEST_WAIT}.", "second_hours")
    school = viewer.school.id
    if second_role and not holders(school, [second_role], viewer.on):
        raise Refusal(
            f"Роли «{ROLE_TITLES[second_role]}» ни у кого нет: согласие будет некому дать.", "second_role"
        )
    with act(school, by=viewer.acting_as(), at=at) as lines:
        if wait_hours is None:
            HandoutRule.objects.filter(school_id=school).delete()
        else:
            HandoutRule.objects.update_or_create(
                school_id=school,
                defaults={
                    "wait_hours": wait_hours,
                    "second_role": second_role,
                    "second_kinds": second_kinds,
                    "second_hours": second_hours,
                },
            )
        told = {
            "asks": wait_hours is not None,
            "wait_hours": wait_hours or 0,
            "second": second_role if wait_hours is not None else "",
        }
        lines.append(Line("handout_rule_set", "school", school, data=told))


def stated(viewer: Viewer, address: str) -> Handout | None:
    """The viewer's latest handout of this very address that is open, waits, or was refused and has not lapsed."""
    return (
        Handout.objects.filter(
            school_id=viewer.school.id, user_id=viewer.user_id, address=address, until__gt=viewer.at
        )
        .order_by("-stated_at", "-id")
        .first()
    )


def is_open(row: Handout, at: datetime) -> bool:
    """Whether the address opens now: nobody's agreement is missing, and the wait is over."""
    return row.opens_at <= at < row.until and (not row.asks_role or row.answer == "granted")


def lacks_purpose(viewer: Viewer, address: str) -> bool:
    """Whether the school asks a purpose and this address has none that is open now. At most two statements."""
    if rule_of(viewer.school.id) is None:
        return False
    found = stated(viewer, address)
    return found is None or not is_open(found, viewer.at)


def state_purpose(*, viewer: Viewer, kind: str, address: str, purpose: str, at: datetime) -> Handout:
    """Say what an address is handed out for; its owner is told on every page, and a second person where one must agree.

    A refused request may be made anew, with another purpose. Raises Refusal.
    """
    purpose = " ".join(purpose.split())
    if kind not in confirm.HANDED_OUT or not address or len(address) > ADDRESS:
        raise Refusal("Откройте выгрузку заново, с её страницы.", "purpose")
    if not SHORTEST <= len(purpose) <= LONGEST:
        raise Refusal(
            f"Напишите, зачем: от {SHORTEST} до {LONGEST} знаков, например «отчёт в управление, запрос № 14».",
            "purpose",
        )
    waiting = stated(viewer, address)
    if waiting is not None and waiting.answer != "refused":
        return waiting
    rule = rule_of(viewer.school.id)
    role, asked = "", list[int]()
    if rule and rule.second_role and kind in rule.second_kinds.split():
        for role in (rule.second_role, *(one for one in SECONDS if one != rule.second_role)):
            asked = holders(viewer.school.id, [role], viewer.on, but=viewer.user_id)
            if asked:
                break
        else:
            raise Refusal(
                "Нужно согласие второго лица, а кроме вас ни у кого нет роли директора, завуча или оператора."
                " Дайте такую роль ещё одному человеку или отмените согласие в настройке.",
                "purpose",
            )
    hours = rule.wait_hours if rule else 0
    opens = at + timedelta(hours=hours)
    until = opens + (LASTS_WAITED if hours else LASTS)
    if rule and role:
        until = at + timedelta(hours=rule.second_hours)
    with act(viewer.school.id, by=viewer.acting_as(), at=at) as lines:
        row = Handout.objects.create(
            school_id=viewer.school.id,
            user_id=viewer.user_id,
            kind=kind,
            address=address,
            purpose=purpose,
            stated_at=at,
            opens_at=opens,
            until=until,
            asks_role=role,
        )
        tell([viewer.user_id], "handout", f"{confirm.KINDS[kind]}: {purpose}"[:200], at=at)
        if asked:
            words = f"{viewer.short_name}: {confirm.KINDS[kind]}; {purpose}"
            tell(asked, "handout_asked", words, at=at, by_mail=True)
        lines.append(
            Line(
                "handout_stated",
                "handout",
                row.pk,
                data={"kind": kind, "wait_hours": hours, "second": role},
            )
        )
    return row


def answer(*, viewer: Viewer, handout_id: int, agrees: bool, reason: str, at: datetime) -> Handout:
    """The second person agrees, or refuses with a reason. Not one's own request, not from a device on trial.

    Raises Refusal. A granted request opens when its wait is over, for a day.
    """
    only_known(viewer)
    reason = " ".join(reason.split())
    if not agrees and not REASON[0] <= len(reason) <= REASON[1]:
        raise Refusal(f"Напишите, почему отказано: от {REASON[0]} до {REASON[1]} знаков.", "reason")
    with act(viewer.school.id, by=viewer.acting_as(), at=at) as lines:
        row = (
            Handout.objects.select_for_update(of=("self",))
            .filter(pk=handout_id, school_id=viewer.school.id, asks_role__in=viewer.roles - {""})
            .first()
        )
        if row is None:
            raise Refusal("Такой просьбы к вашей роли нет.", "row")
        if row.user_id == viewer.user_id:
            raise Refusal("На свою выгрузку согласие даёт другой человек.", "row")
        if row.answer:
            raise Refusal("На эту просьбу уже ответили: обновите страницу.", "row")
        if row.until <= at:
            raise Refusal("Срок этой просьбы вышел: её подадут снова.", "row")
        row.answer, row.answered_by, row.answered_at = "granted" if agrees else "refused", viewer.user_id, at
        if agrees:
            row.opens_at = max(row.opens_at, at)
            row.until = row.opens_at + LASTS_WAITED
        row.reason = "" if agrees else reason
        row.save(update_fields=["answer", "answered_by", "answered_at", "opens_at", "until", "reason"])
        said = "согласие дано" if agrees else f"отказано: {reason}"
        tell([row.user_id], "handout_answer", f"{confirm.KINDS[row.kind]}: {said}", at=at, by_mail=True)
        verb = "handout_granted" if agrees else "handout_refused"
        lines.append(Line(verb, "handout", row.pk, data={"kind": row.kind, "user": row.user_id}))
    return row
