"""Identities of outside providers: linked and given up by their owner, forgotten when the account was in other hands.

An identity never makes an account and is never matched by a name or an address: the owner, signed in, links it.
"""

from collections.abc import Callable, Sequence
from datetime import datetime

from django.db import IntegrityError

from parta.foundation.language import noted, say
from parta.foundation.log import Line
from parta.organisation.acts import Refusal, act
from parta.people.actions.telling import tell
from parta.people.actions.watches import only_known
from parta.people.models import OutsideIdentity, User
from parta.people.viewer import Viewer

FORGOTTEN_TOO: list[Callable[[Sequence[int], list[Line], datetime], None]] = []
"""What else whoever held an account may have left open: slots that later apps fill, called in the act that stops it."""


def link_identity(*, viewer: Viewer, issuer: str, title: str, subject: str, at: datetime) -> OutsideIdentity:
    """The owner has shown this identity at the provider: it opens the account from now on. Raises Refusal."""
    only_known(viewer, "identity")
    held = OutsideIdentity.objects.filter(issuer=issuer, subject=subject).first()
    if held is not None and held.user_id == viewer.user_id:
        return held
    if held is not None:
        raise Refusal(
            say(
                "Эта учётная запись «{title}» уже привязана к другой учётной записи Парты."
                " Отвязать её может только тот, кто там входит.",
                title=title,
            ),
            "identity",
        )
    if OutsideIdentity.objects.filter(user_id=viewer.user_id, issuer=issuer).exists():
        raise Refusal(
            say("К вам уже привязана другая учётная запись «{title}»: сначала отвяжите её.", title=title),
            "identity",
        )
    try:
        with act(viewer.school.id, by=viewer.acting_as(), at=at) as lines:
            row = OutsideIdentity.objects.create(
                user_id=viewer.user_id, issuer=issuer, subject=subject, made_at=at
            )
            _tell([viewer.user_id], f"{noted('привязан')}: {title}", at)
            lines.append(
                Line("identity_linked", "identity", row.pk, data={"user": viewer.user_id, "issuer": issuer})
            )
    except IntegrityError:
        raise Refusal("Её только что привязали в другом окне: обновите страницу.", "identity") from None
    return row


def unlink_identity(*, viewer: Viewer, identity_id: int, at: datetime) -> None:
    """The owner gives an identity up: it opens nothing any more. The password is there, so the way in stays."""
    only_known(viewer, "identity")
    row = OutsideIdentity.objects.filter(user_id=viewer.user_id, pk=identity_id).first()
    if row is None:
        raise Refusal("Такого входа у вас нет: обновите страницу.", "identity")
    with act(viewer.school.id, by=viewer.acting_as(), at=at) as lines:
        row.delete()
        _tell([viewer.user_id], f"{noted('отвязан')}: {row.issuer}"[:200], at)
        lines.append(
            Line(
                "identity_unlinked",
                "identity",
                identity_id,
                data={"user": viewer.user_id, "issuer": row.issuer},
            )
        )


def forget_identities(user_ids: Sequence[int], lines: list[Line], *, at: datetime) -> None:
    """In the caller's act: nothing outside opens these accounts; who held them may have linked his own identity, or
    left open what `FORGOTTEN_TOO` knows."""
    for forget in FORGOTTEN_TOO:
        forget(user_ids, lines, at)
    rows = list(OutsideIdentity.objects.filter(user_id__in=user_ids))
    if not rows:
        return
    OutsideIdentity.objects.filter(pk__in=[row.pk for row in rows]).delete()
    for row in rows:
        _tell([row.user_id], f"{noted('отвязан вместе с паролем')}: {row.issuer}"[:200], at)
        lines.append(
            Line(
                "identity_forgotten",
                "identity",
                row.pk,
                data={"user": row.user_id, "issuer": row.issuer},
            )
        )


def account_of(*, issuer: str, subject: str, at: datetime) -> User | None:
    """The open account that this identity opens; it is noted as used."""
    row = OutsideIdentity.objects.select_related("user").filter(issuer=issuer, subject=subject).first()
    if row is None or not row.user.is_active or not row.user.has_usable_password():
        return None
    OutsideIdentity.objects.filter(pk=row.pk).update(used_at=at)
    return row.user


def _tell(user_ids: Sequence[int], words: str, at: datetime) -> None:
    tell(user_ids, "identity", words, at=at, by_mail=True)
