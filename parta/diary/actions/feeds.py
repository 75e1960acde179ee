"""Calendar feeds: made for oneself, taken back, read."""

import hashlib
import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta

from parta.diary.models import CalendarFeed
from parta.foundation import scope
from parta.foundation.language import say
from parta.foundation.log import Line
from parta.organisation.acts import Refusal, act
from parta.people.refusals import on_paper
from parta.people.viewer import Viewer

MOST = 10
"""Feeds a person may have at once."""
TEACHING = frozenset({"teacher", "class_teacher", "master", "head_of_department", "deputy", "director"})


def digest(token: str) -> str:
    """What is kept of a token."""
    return hashlib.sha256(f"parta:feed:{token}".encode()).hexdigest()


def make_feed(viewer: Viewer, student_id: int | None, *, at: datetime) -> str:
    """A feed of one's student (or oneself), or with None of one's own lessons; the token, shown this once.

    Raises Refusal for others' students, for one whose family is told on paper, and beyond ten feeds.
    """
    if student_id is None and not viewer.roles & TEACHING:
        raise Refusal("Календарь своих уроков есть у учителя; семья выбирает ученика.", "student")
    if student_id is not None and student_id not in viewer.student_ids:
        raise Refusal("Этого ученика у вас нет.", "student")
    if student_id is not None and on_paper([student_id], viewer.on):
        raise Refusal(
            say("Сведения об этом ученике школа даёт семье на бумаге: в календарь они не уходят."), "student"
        )
    token = secrets.token_urlsafe(32)
    with act(viewer.school.id, by=viewer.acting_as(), at=at) as lines:
        if CalendarFeed.objects.filter(person_id=viewer.person_id, revoked_at=None).count() >= MOST:
            raise Refusal(say("Адресов уже {most}: отзовите лишний.", most=MOST))
        row = CalendarFeed.objects.create(
            school_id=viewer.school.id,
            person_id=viewer.person_id,
            student_id=student_id,
            token_hash=digest(token),
            made_at=at,
        )
        lines.append(
            Line("feed_made", "feed", row.pk, student_id=student_id, data={"person": viewer.person_id})
        )
    return token


def revoke_feed(viewer: Viewer, feed_id: int, *, at: datetime) -> None:
    """Take an address back: it opens nothing from now on. Raises Refusal for others' feeds."""
    with act(viewer.school.id, by=viewer.acting_as(), at=at) as lines:
        row = (
            CalendarFeed.objects.select_for_update()
            .filter(pk=feed_id, person_id=viewer.person_id, revoked_at=None)
            .first()
        )
        if row is None:
            raise Refusal("Этого адреса уже нет: обновите страницу.")
        row.revoked_at = at
        row.save(update_fields=["revoked_at"])
        lines.append(Line("feed_revoked", "feed", row.pk, student_id=row.student_id))


def forget_feeds(user_ids: Sequence[int], lines: list[Line], at: datetime) -> None:
    """In the act that stops access to accounts: their addresses open nothing, for who held them may have made one."""
    with scope.opened():  # an account may have made them in several schools
        rows = list(CalendarFeed.objects.filter(person__user_id__in=user_ids, revoked_at=None))
        if rows:
            CalendarFeed.objects.filter(pk__in=[row.pk for row in rows]).update(revoked_at=at)
    lines += [Line("feed_revoked", "feed", row.pk, data={"person": row.person_id}) for row in rows]


def note_read(feed: CalendarFeed, at: datetime) -> None:
    """Note that a program read the feed, once an hour."""
    if feed.read_at is None or at - feed.read_at > timedelta(hours=1):
        CalendarFeed.objects.filter(pk=feed.pk).update(read_at=at)
