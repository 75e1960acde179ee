"""The second step of an account: set up and given up by its owner, taken back by the school, required of roles.

A step given right leaves its row touched (a code works once); what is set up or taken away leaves a line on the
school's chain.
"""

from datetime import date, datetime, timedelta

from django.contrib.auth.hashers import check_password as matches
from django.contrib.auth.hashers import make_password
from django.db.models import Q

from parta.foundation.language import noted, say
from parta.foundation.log import Actor, Line
from parta.organisation.acts import Refusal, act
from parta.people import second
from parta.people.actions.accounts import _account_of, _register, check_password
from parta.people.actions.sign_ins import close_sessions
from parta.people.actions.telling import tell
from parta.people.actions.watches import only_known
from parta.people.models import (
    Factor,
    KnownDevice,
    Person,
    RecoveryCode,
    Role,
    SecondStepRule,
    SignIn,
    User,
)
from parta.people.viewer import ROLE_TITLES, Viewer

MOST = 8
"""Second steps of one account."""
LONGEST_TERM = timedelta(days=366)
ROLES = tuple(kind for kind, _ in Role.KINDS)
"""Roles a second step may be required of; families are only offered one."""


def begin_codes(*, viewer: Viewer, password: str, title: str, at: datetime) -> Factor:
    """Start setting up one-time codes: a secret that counts once its first code is given (`finish_codes`).

    Raises Refusal when the password is wrong: whoever found the screen open cannot make the account his own.
    """
    only_known(viewer, "password")
    _owns(viewer, password)
    _room(viewer)
    with act(viewer.school.id, by=viewer.acting_as(), at=at):
        Factor.objects.filter(user_id=viewer.user_id, kind="totp", confirmed_at=None).delete()
        return Factor.objects.create(
            user_id=viewer.user_id,
            kind="totp",
            title=_title(title, "телефон"),
            secret=second.sealed(second.new_secret()),
            made_at=at,
        )


def finish_codes(*, viewer: Viewer, code: str, at: datetime) -> list[str]:
    """The first code was given: the second step is on. Returns recovery codes when there are none yet."""
    only_known(viewer, "code")
    row = Factor.objects.filter(user_id=viewer.user_id, kind="totp", confirmed_at=None).first()
    secret = second.opened(row.secret) if row else None
    if row is None or secret is None:
        raise Refusal("Настройка начата слишком давно: начните её снова.", "code")
    step = second.step_of(secret, code, at)
    if step is None:
        raise Refusal("Код не подошёл. Проверьте, верно ли идут часы телефона, и введите новый код.", "code")
    return _added(viewer, row, at, last_step=step)


def add_key(
    *,
    viewer: Viewer,
    password: str,
    title: str,
    credential_id: str,
    public_key: bytes,
    sign_count: int,
    at: datetime,
) -> list[str]:
    """A passkey that the browser has just made. Returns recovery codes when there are none yet."""
    only_known(viewer, "password")
    _owns(viewer, password)
    _room(viewer)
    if Factor.objects.filter(credential_id=credential_id).exists():
        raise Refusal("Этот ключ уже записан.", "key")
    row = Factor(
        user_id=viewer.user_id,
        kind="passkey",
        title=_title(title, "это устройство"),
        credential_id=credential_id,
        public_key=public_key,
        sign_count=sign_count,
        made_at=at,
    )
    return _added(viewer, row, at)


def _added(viewer: Viewer, row: Factor, at: datetime, last_step: int = 0) -> list[str]:
    with act(viewer.school.id, by=viewer.acting_as(), at=at) as lines:
        row.confirmed_at, row.used_at, row.last_step = at, at, last_step
        row.save()
        tell(
            [viewer.user_id],
            "factor",
            f"{noted('включён второй шаг входа')}: {row.get_kind_display()}",
            at=at,
            by_mail=True,
        )
        lines.append(Line("factor_added", "factor", row.pk, data={"user": viewer.user_id, "kind": row.kind}))
        if RecoveryCode.objects.filter(user_id=viewer.user_id, used_at=None).exists():
            return []
        return _recovery(viewer, at, lines)


def make_recovery(*, viewer: Viewer, at: datetime) -> list[str]:
    """Ten new recovery codes, returned to be printed once; the old ones open nothing any more."""
    only_known(viewer, "recovery")
    if not viewer.factors:
        raise Refusal("Сначала включите второй шаг.", "recovery")
    with act(viewer.school.id, by=viewer.acting_as(), at=at) as lines:
        return _recovery(viewer, at, lines)


def _recovery(viewer: Viewer, at: datetime, lines: list[Line]) -> list[str]:
    RecoveryCode.objects.filter(user_id=viewer.user_id).delete()
    codes = second.new_recovery_codes()
    RecoveryCode.objects.bulk_create(
        RecoveryCode(user_id=viewer.user_id, code_hash=make_password(second.plain_recovery(code)), made_at=at)
        for code in codes
    )
    lines.append(Line("recovery_made", "factor", None, data={"user": viewer.user_id, "count": len(codes)}))
    return codes


def drop_factor(*, viewer: Viewer, factor_id: int, at: datetime) -> None:
    """The owner gives a second step up. Raises Refusal for the last one while the school requires it."""
    only_known(viewer, "factor")
    rows = list(Factor.objects.filter(user_id=viewer.user_id).exclude(confirmed_at=None))
    row = next((one for one in rows if one.pk == factor_id), None)
    if row is None:
        raise Refusal("Такого второго шага у вас нет.", "factor")
    if len(rows) == 1 and viewer.enrol_by is not None:
        raise Refusal("Школа требует второй шаг от вашей роли: сначала добавьте другой.", "factor")
    with act(viewer.school.id, by=viewer.acting_as(), at=at) as lines:
        row.delete()
        if len(rows) == 1:
            RecoveryCode.objects.filter(user_id=viewer.user_id).delete()
            KnownDevice.objects.filter(user_id=viewer.user_id).update(trusted_until=None)
        tell(
            [viewer.user_id],
            "factor",
            f"{noted('убран второй шаг входа')}: {row.get_kind_display()}",
            at=at,
            by_mail=True,
        )
        lines.append(
            Line("factor_removed", "factor", factor_id, data={"user": viewer.user_id, "kind": row.kind})
        )


def forget_trust(*, viewer: Viewer, at: datetime) -> int:
    """Every browser is asked the second step again; how many were trusted."""
    with act(viewer.school.id, by=viewer.acting_as(), at=at) as lines:
        count = KnownDevice.objects.filter(user_id=viewer.user_id, trusted_until__gt=at).update(
            trusted_until=None
        )
        lines.append(Line("trust_forgotten", "user", viewer.user_id, data={"count": count}))
    return count


def take_code(*, user_id: int, code: str, at: datetime) -> bool:
    """Whether this is a present one-time code of the account, not used before; it is used up."""
    for row in Factor.objects.filter(user_id=user_id, kind="totp").exclude(confirmed_at=None):
        secret = second.opened(row.secret)
        step = second.step_of(secret, code, at) if secret else None
        if step is not None:
            used = Factor.objects.filter(pk=row.pk, last_step__lt=step).update(last_step=step, used_at=at)
            return bool(used)
    return False


def take_recovery(*, user_id: int, code: str, at: datetime) -> bool:
    """Whether this is a recovery code of the account, not used before; it is used up and the owner told."""
    plain = second.plain_recovery(code)
    if plain is None:
        return False
    rows = RecoveryCode.objects.filter(user_id=user_id, used_at=None)
    row = next((one for one in rows if matches(plain, one.code_hash)), None)
    if row is None or not rows.filter(pk=row.pk).update(used_at=at):
        return False
    left = RecoveryCode.objects.filter(user_id=user_id, used_at=None).count()
    tell([user_id], "recovery", f"{noted('осталось кодов')}: {left}", at=at, by_mail=True)
    return True


def take_signature(*, user_id: int, credential_id: str, sign_count: int, at: datetime) -> None:
    """A passkey of the account has signed: its new count."""
    Factor.objects.filter(user_id=user_id, credential_id=credential_id).update(
        sign_count=sign_count, used_at=at
    )


def trust_device(*, device_id: int, at: datetime) -> None:
    """This browser is not asked the second step at sign-in for a while; acts that are asked again still ask."""
    KnownDevice.objects.filter(pk=device_id).update(trusted_until=at + second.TRUSTED)


def reset_factors(*, person: Person, ground: str, by: Actor, at: datetime) -> int:
    """The owner has lost every second step: the school takes them off, with the ground in the register.

    All sessions end and no browser is trusted; the password stays. Raises Refusal for oneself and without a ground.
    """
    user = _account_of(person)
    if by.user_id == user.pk:
        raise Refusal("Свой второй шаг сбросить нельзя: это сделает другой администратор.", "ground")
    ground = " ".join(ground.split())
    if not 5 <= len(ground) <= 120:
        raise Refusal("Напишите, как вы убедились, что это он: от 5 до 120 знаков.", "ground")
    count = Factor.objects.filter(user=user).exclude(confirmed_at=None).count()
    if not count:
        raise Refusal("Второй шаг у этого человека не включён.", "ground")
    with act(person.school_id, by=by, at=at) as lines:
        Factor.objects.filter(user=user).delete()
        RecoveryCode.objects.filter(user=user).delete()
        KnownDevice.objects.filter(user=user).delete()
        close_sessions(list(SignIn.objects.filter(user=user, ended_at=None)), "school", at=at)
        line = _register(person, "factor", by=by, at=at, repeat=True)
        line.handed_to, line.handed_on, line.used_at = ground, at.date(), at
        line.save()
        tell([user.pk], "factor", noted("школа сбросила второй шаг входа"), at=at, by_mail=True)
        lines.append(Line("factors_reset", "user", user.pk, data={"person": person.pk, "count": count}))
    return count


def require_second_step(*, viewer: Viewer, role: str, required_from: date | None, at: datetime) -> None:
    """The school requires a second step of a role from a day, or no longer (None). Raises Refusal."""
    if role not in ROLES:
        raise Refusal("Второй шаг требуют только от ролей сотрудников.", "role")
    if required_from is not None and not viewer.on <= required_from <= viewer.on + LONGEST_TERM:
        raise Refusal("День, с которого требуется второй шаг: не раньше сегодня и не дальше года.", "from")
    if (
        required_from is not None
        and role in viewer.roles
        and not viewer.factors
        and required_from <= viewer.on
    ):
        raise Refusal(
            say(
                "Вы сами {role}: сначала включите второй шаг себе или назначьте срок позже.",
                role=ROLE_TITLES[role],
            ),
            "from",
        )
    with act(viewer.school.id, by=viewer.acting_as(), at=at) as lines:
        if required_from is None:
            SecondStepRule.objects.filter(school_id=viewer.school.id, role=role).delete()
        else:
            SecondStepRule.objects.update_or_create(
                school_id=viewer.school.id, role=role, defaults={"required_from": required_from}
            )
        lines.append(
            Line(
                "second_step_required",
                "school",
                viewer.school.id,
                data={"role": role, "from": required_from.isoformat() if required_from else ""},
            )
        )


def _owns(viewer: Viewer, password: str) -> None:
    """The first second step asks the password; who has one already confirms by it instead."""
    if viewer.factors:
        return
    user = check_password(viewer.login, password[:200])
    if user is None or user.pk != viewer.user_id:
        raise Refusal("Пароль не подошёл.", "password")


def _room(viewer: Viewer) -> None:
    if Factor.objects.filter(Q(user_id=viewer.user_id) & ~Q(confirmed_at=None)).count() >= MOST:
        raise Refusal("Вторых шагов уже много: уберите лишний.", "title")


def _title(text: str, otherwise: str) -> str:
    return " ".join(text.split())[:60] or otherwise


def account_by_id(user_id: int) -> User | None:
    """The open account with this id."""
    return User.objects.filter(pk=user_id, is_active=True).first()
