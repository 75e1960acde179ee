"""Sign-ins and what follows: sessions noted, ended by their owner or the school, notices to the owner.

The row of a sign-in is its own record; who ends a session leaves a line on the school's chain as well.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.contrib.sessions.models import Session
from django.db import transaction

from parta.foundation import sql
from parta.foundation.language import noted
from parta.foundation.log import Line
from parta.organisation.acts import Refusal, act
from parta.people.actions import watches
from parta.people.actions.telling import tell
from parta.people.models import AccountNotice, SignalReview, SignIn, User
from parta.people.viewer import Viewer

SAME_GUESSING = timedelta(hours=1)
"""One notice an hour, however long somebody guesses."""


def note_sign_in(
    *,
    user: User,
    session_key: str,
    address: str,
    agent: str,
    device: str,
    is_known: bool,
    through: str = "",
    at: datetime,
    device_id: int | None = None,
    is_issued: bool = False,
    by_step: bool = False,
) -> SignIn:
    """The account has been opened: its row, and a notice to the owner when this browser is new to the account.

    The very first browser of an account is no news on its pages. `device_id` is the browser's row: with it a new one
    of staff goes on trial (`watches`); `is_issued`: it came with access just issued, `by_step`: with the second step.
    """
    with transaction.atomic():
        is_first = not SignIn.objects.filter(user=user).exists()
        row = SignIn.objects.create(
            user=user,
            session_key=session_key,
            at=at,
            seen_at=at,
            address=address[:45],
            agent=agent[:60],
            device=device,
            through=through,
            is_new_device=not is_known and not is_first,
        )
        if device_id is not None:
            watches.begin(
                user=user,
                sign_in=row,
                device_id=device_id,
                is_known=is_known,
                is_first=is_first,
                is_issued=is_issued,
                by_step=by_step,
                at=at,
            )
        if row.is_new_device:
            words, is_staff = f"{agent}, адрес {address}", row.watch_id is not None
            tell([user.pk], "new_device", words, at=at, sign_in=row, by_mail=is_staff)
    return row


def tell_of_guessing(login: str, words: str, *, at: datetime) -> None:
    """Tell the owner of an account that somebody guesses its password. One statement, whether the account exists."""
    sql.write(
        "INSERT INTO people_accountnotice (user_id, at, kind, words)"
        " SELECT u.id, %s, 'guessing', %s FROM people_user u WHERE u.login = %s AND NOT EXISTS ("
        "SELECT 1 FROM people_accountnotice n WHERE n.user_id = u.id AND n.kind = 'guessing' AND n.at > %s)",
        (at, words[:200], login, at - SAME_GUESSING),
    )


def tell_of_second(user_id: int, words: str, *, at: datetime) -> None:
    """Tell the owner that somebody knows the password and not the second step; once an hour."""
    told = AccountNotice.objects.filter(user_id=user_id, kind="second", at__gt=at - SAME_GUESSING)
    if not told.exists():
        tell([user_id], "second", words[:200], at=at, by_mail=True)


def note_seen(sign_in_id: int, *, at: datetime) -> None:
    """A sign of life of a session, every few minutes at most."""
    SignIn.objects.filter(pk=sign_in_id, seen_at__lt=at).update(seen_at=at)


def note_logout(session_key: str, *, at: datetime) -> None:
    """The owner signed out."""
    SignIn.objects.filter(session_key=session_key, ended_at=None).update(ended_at=at, ended_how="logout")


def rename_session(old_key: str, new_key: str) -> None:
    """The session goes on under another key (after a new password)."""
    SignIn.objects.filter(session_key=old_key).update(session_key=new_key)


def close_sessions(rows: Sequence[SignIn], how: str, *, at: datetime) -> None:
    """End sessions in the caller's transaction: the next request of each finds nobody signed in."""
    Session.objects.filter(session_key__in=[row.session_key for row in rows]).delete()
    SignIn.objects.filter(pk__in=[row.pk for row in rows]).update(ended_at=at, ended_how=how)


def end_own_sessions(*, viewer: Viewer, sign_in_ids: Sequence[int], at: datetime) -> int:
    """The owner ends sessions of their own account; how many ended. A device on trial ends none: raises Refusal."""
    watches.only_known(viewer)
    rows = list(SignIn.objects.filter(user_id=viewer.user_id, pk__in=sign_in_ids, ended_at=None))
    with act(viewer.school.id, by=viewer.acting_as(), at=at) as lines:
        close_sessions(rows, "owner", at=at)
        lines += [Line("session_ended", "sign_in", row.pk, data={"how": "owner"}) for row in rows]
    return len(rows)


def read_notices(*, viewer: Viewer, at: datetime) -> None:
    """The owner has read the notices. Nothing that the school should see: no line in its log.

    A device on trial is not the owner's yet: raises Refusal.
    """
    watches.only_known(viewer)
    AccountNotice.objects.filter(user_id=viewer.user_id, seen_at=None).update(seen_at=at)


def end_sessions_of(*, viewer: Viewer, user_id: int, at: datetime) -> int:
    """The school ends every session of an account of its own; how many ended. The right is the page's."""
    own = User.objects.filter(pk=user_id, persons__school_id=viewer.school.id).exists()
    if not own or user_id == viewer.user_id:
        raise Refusal("Сеансы этой учётной записи отсюда не завершают.", "user")
    rows = list(SignIn.objects.filter(user_id=user_id, ended_at=None))
    with act(viewer.school.id, by=viewer.acting_as(), at=at) as lines:
        close_sessions(rows, "school", at=at)
        tell([user_id], "ended", noted("администрация школы завершила ваши сеансы"), at=at)
        lines.append(Line("sessions_ended", "user", user_id, data={"count": len(rows)}))
    return len(rows)


def review_signal(*, viewer: Viewer, kind: str, sign_in_id: int, note: str, at: datetime) -> None:
    """Say what came of a sign of a shared account. Raises Refusal without words, or when it is not the school's."""
    note = " ".join(note.split())
    if not 3 <= len(note) <= 300:
        raise Refusal("Напишите, что выяснили: от 3 до 300 знаков.", "note")
    if not SignIn.objects.filter(pk=sign_in_id, user__persons__school_id=viewer.school.id).exists():
        raise Refusal("Такого входа в этой школе не было.", "note")
    with act(viewer.school.id, by=viewer.acting_as(), at=at) as lines:
        row, is_made = SignalReview.objects.get_or_create(
            school_id=viewer.school.id,
            kind=kind[:28],
            sign_in_id=sign_in_id,
            defaults={"at": at, "by_user_id": viewer.user_id, "note": note},
        )
        if is_made:
            lines.append(
                Line("signal_reviewed", "sign_in", sign_in_id, data={"kind": row.kind, "review": row.pk})
            )
