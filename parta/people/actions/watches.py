"""Новое устройство: a browser new to an account of staff is on trial until the owner answers from a known one.

The owner gets a letter and a notice, the school is told when something is done from it or nobody answers in time.
Whoever holds the new session can do none of this undone: it does not read the notices, answer for itself, end other
sessions, change the password or the second step (`only_known`). How strong each answer is: docs/decisions/0023.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.core import signing
from django.db.models import Q

from parta.foundation import jobs, sql
from parta.foundation.log import Line
from parta.organisation.acts import Refusal, act
from parta.people.actions.telling import holders, schools_of_staff, tell
from parta.people.models import DeviceRule, DeviceWatch, KnownDevice, Person, SignIn, User
from parta.people.queries import short
from parta.people.viewer import Viewer

ACTS = {
    "journal": "записано в журнал",
    "export": "выгружены или напечатаны данные",
    "account": "изменены пароль, почта или второй шаг",
    "other": "сделаны записи",
}
"""What was done from a new device, as the school is told it."""
_JOURNAL = ("mark_", "final_", "absence_", "topic_", "homework_", "note_", "lesson_", "roll_")
_ACCOUNT = ("factor_", "recovery_", "password_changed")
_EXPORT = ("handout_",)
QUIET = frozenset({"session_ended", "sign_in_disowned", "device_confirmed", "language_chosen"})
"""Verbs by which an account is looked after: no act."""
HELD = frozenset({"device_rule_set", "signal_reviewed", "incident_closed", "account_closed", "role_ended"})
"""Verbs that a device on trial does not write: they decide who is told of it, or end what was told. Of acts the school
hears when they are done, and these would be over before it is asked whom to tell."""
TOLD_ROLES = ("director", "deputy", "operator")
"""Who may be told of new devices; the others stand in where the chosen one is the account itself, or nobody."""
SHORTEST_WAIT, LONGEST_WAIT = 5, 24 * 60
"""Minutes an answer is waited for."""
SHORTEST_TRIAL, LONGEST_TRIAL = 1, 14 * 24
"""Hours a new device is on trial."""
UNANSWERED = "device_unanswered"
SALT = "parta.people.not_me"
LETTER_LASTS = timedelta(days=14)
"""So long the link in the letter works."""
_HELD = (
    "Этого нельзя сделать с нового устройства: сделайте с того, где вы входили раньше,"
    " или по ссылке из письма; иначе обратитесь к завучу."
)


def rule_of(school_id: int) -> DeviceRule:
    """Whom the school tells, and when; the defaults where it has said nothing."""
    return DeviceRule.objects.filter(school_id=school_id).first() or DeviceRule(school_id=school_id)


def set_rule(
    *, viewer: Viewer, told_role: str, wait_minutes: int, at_acts: bool, trial_hours: int, at: datetime
) -> None:
    """The school says whom it tells of new devices, and how long it waits. Raises Refusal."""
    if told_role not in TOLD_ROLES:
        raise Refusal("Выберите, кого извещать.", "told_role")
    if not SHORTEST_WAIT <= wait_minutes <= LONGEST_WAIT:
        raise Refusal(f"Минуты ожидания: от {SHORTEST_WAIT} до {LONGEST_WAIT}.", "wait_minutes")
    if not SHORTEST_TRIAL <= trial_hours <= LONGEST_TRIAL:
        raise Refusal(f"Часы испытания: от {SHORTEST_TRIAL} до {LONGEST_TRIAL}.", "trial_hours")
    told = {
        "told_role": told_role,
        "wait_minutes": wait_minutes,
        "at_acts": at_acts,
        "trial_hours": trial_hours,
    }
    with act(viewer.school.id, by=viewer.acting_as(), at=at) as lines:
        DeviceRule.objects.update_or_create(school_id=viewer.school.id, defaults=told)
        lines.append(Line("device_rule_set", "school", viewer.school.id, data=told))


def only_known(viewer: Viewer, field: str = "row") -> None:
    """Raise Refusal when the viewer's own device is on trial: it does nothing that would silence the owner."""
    if viewer.trial_until is not None:
        raise Refusal(_HELD, field)


def begin(
    *,
    user: User,
    sign_in: SignIn,
    device_id: int,
    is_known: bool,
    is_first: bool,
    is_issued: bool,
    by_step: bool,
    at: datetime,
) -> None:
    """Look at the browser of a sign-in, in its transaction: in trial still, or new, or nothing to say.

    The first browser of an account is no news, nor is one that comes with access just issued while no other is known.
    Where no other is known at all, nobody could lift a trial: there is none, but the owner and the school are told as
    ever. With the second step given the owner is told, and nobody waits for an answer.
    """
    schools = schools_of_staff(user.pk, at.date())
    if not schools:
        return
    device = KnownDevice.objects.select_related("watch").get(pk=device_id)
    if is_known:
        if device.watch is not None and is_open(device.watch, at):
            _join(sign_in, device.watch)
        return
    words = f"{sign_in.agent}, адрес {sign_in.address}"
    has_others = _others(user, device_id, at)
    if is_first or (is_issued and not has_others):
        tell([user.pk], "first_device", words, at=at, sign_in=sign_in, by_mail=True, is_news=False)
        return
    rule = rule_of(schools[0])
    watch = DeviceWatch.objects.create(
        user=user,
        agent=sign_in.agent,
        address=sign_in.address,
        opened_at=at,
        until=at + timedelta(hours=rule.trial_hours) if has_others else at,
        answer="step" if by_step else "",
        answered_at=at if by_step else None,
    )
    device.watch = watch
    device.save(update_fields=["watch"])
    _join(sign_in, watch)
    if not by_step:
        due = at + timedelta(minutes=rule.wait_minutes)
        jobs.enqueue(UNANSWERED, {"watch": watch.pk}, at=at, due_at=due, school_id=schools[0])


def _join(sign_in: SignIn, watch: DeviceWatch) -> None:
    sign_in.watch = watch
    sign_in.save(update_fields=["watch"])


def _others(user: User, device_id: int, at: datetime) -> bool:
    """Whether the account has a browser that is in no doubt, beside this one."""
    sure = Q(watch=None) | ~Q(watch__answer="") | Q(watch__until__lte=at)
    return KnownDevice.objects.filter(sure, user=user).exclude(pk=device_id).exists()


def is_open(watch: DeviceWatch, at: datetime) -> bool:
    """Whether the device is on trial."""
    return watch.answer == "" and at < watch.until


def trial_until(watch_id: int, at: datetime) -> datetime | None:
    """Until when a watched session is on trial; None: no more. One statement."""
    rows = sql.read(
        "SELECT until FROM people_devicewatch WHERE id = %s AND answer = '' AND until > %s", (watch_id, at)
    )
    return sql.aware(rows[0][0]) if rows else None


def note_act(watch_id: int, verbs: Sequence[str], *, at: datetime) -> None:
    """Something was done from a device on trial, in the transaction of the act: the first time the school is told.

    Raises Refusal for verbs of `HELD`; the act is undone.
    """
    if not HELD.isdisjoint(verbs):
        raise Refusal(_HELD, "row")
    told = [verb for verb in verbs if verb not in QUIET]
    if not told:
        return
    what = next((_kind(verb) for verb in told), "other")
    if not DeviceWatch.objects.filter(pk=watch_id, acted_at=None).update(acted=what, acted_at=at):
        return
    watch = DeviceWatch.objects.select_related("user").get(pk=watch_id)
    tell_school(watch, at=at, at_acts=True)


def _kind(verb: str) -> str:
    for kind, starts in (("journal", _JOURNAL), ("account", _ACCOUNT), ("export", _EXPORT)):
        if verb.startswith(starts):
            return kind
    return "export" if verb == "export" else "other"


def tell_school(watch: DeviceWatch, *, at: datetime, at_acts: bool = False) -> None:
    """Tell whom each school of the account names, once: a notice and a letter.

    `at_acts`: only where it is told at once; without, those are left out that have been told so already.
    """
    what = ACTS[watch.acted] if watch.acted else "владелец не ответил"
    is_told = False
    for school_id in schools_of_staff(watch.user_id, at.date()):
        rule = rule_of(school_id)
        was_told = rule.at_acts and watch.told_at is not None
        if was_told or (at_acts and not rule.at_acts):
            continue
        is_told = True
        tell(
            told_of(school_id, rule.told_role, watch.user_id, at),
            "watch",
            f"{name_of(school_id, watch.user_id)}: {watch.agent}, адрес {watch.address}; {what}",
            at=at,
            by_mail=True,
        )
    if is_told:
        DeviceWatch.objects.filter(pk=watch.pk).update(told_at=at)


def told_of(school_id: int, role: str, but: int, at: datetime) -> list[int]:
    """Accounts that a school tells of the account `but`: of the role it chose, or of the next that has anybody."""
    on = at.date()
    return holders(school_id, [role], on, but=but) or holders(school_id, TOLD_ROLES, on, but=but)


def name_of(school_id: int, user_id: int) -> str:
    """Whose account it is, as the school is told."""
    found = Person.objects.filter(school_id=school_id, user_id=user_id).first()
    return short(found.surname, found.given_name, found.patronymic) if found else "сотрудник"


def unanswered(watch_id: int, *, at: datetime) -> None:
    """The term of the answer is over: who has not answered is told to the schools that were not told before."""
    watch = DeviceWatch.objects.filter(pk=watch_id, answer="").select_related("user").first()
    if watch is not None:
        tell_school(watch, at=at)


def confirm_device(*, viewer: Viewer, sign_in_id: int, present: str, at: datetime) -> None:
    """«Это был я», said from a known device: the new one is known from now on. Raises Refusal, also for the device of
    the session `present`: none answers for itself.

    The change log asks the second step again, where the account has one.
    """
    only_known(viewer)
    row = SignIn.objects.filter(user_id=viewer.user_id, pk=sign_in_id).select_related("watch").first()
    if row is None or row.watch is None:
        raise Refusal("Такого входа с нового устройства не было.", "row")
    if row.watch.answer:
        raise Refusal("Об этом входе вы уже ответили.", "row")
    watch = row.watch
    if SignIn.objects.filter(session_key=present, watch=watch).exists():
        raise Refusal("О своём входе само устройство не отвечает: ответьте с другого.", "row")
    with act(viewer.school.id, by=viewer.acting_as(), at=at) as lines:
        DeviceWatch.objects.filter(pk=watch.pk).update(answer="own", answered_at=at)
        if watch.told_at is not None:
            for school_id in schools_of_staff(viewer.user_id, at.date()):
                told = told_of(school_id, rule_of(school_id).told_role, viewer.user_id, at)
                words = (
                    f"{name_of(school_id, viewer.user_id)}: {watch.agent}; владелец подтвердил, что это он"
                )
                tell(told, "watch", words, at=at)
        lines.append(Line("device_confirmed", "sign_in", row.pk, data={"user": viewer.user_id}))


def token_of(sign_in_id: int) -> str:
    """What the link «это был не я» of a letter ends with: signed, of one sign-in, for a term."""
    return signing.dumps(sign_in_id, salt=SALT, compress=False)


def sign_in_of(token: str) -> SignIn | None:
    """The sign-in a link is about; None for one that is not ours or too old."""
    try:
        found = signing.loads(token, salt=SALT, max_age=LETTER_LASTS)
    except signing.BadSignature:
        return None
    return SignIn.objects.filter(pk=found).select_related("user", "watch").first()
