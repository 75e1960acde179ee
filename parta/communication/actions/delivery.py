"""The queue of letters: notices made from the change log, put together into letters, and what became of each.

Each step is a transaction of its own and may be repeated: a notice is made once from a line of the log (unique key),
a letter is taken in hand for a while and comes back when its worker dies, and its Message-ID stays. So a letter is
never lost, and one that the server had taken before it fell silent is known as the same one.
"""

import secrets
from datetime import datetime
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import connection, transaction
from django.db.models import F, Q

from parta.communication.actions import phones
from parta.communication.bounces import Returned
from parta.communication.kinds import (
    DIGEST_AT,
    DIGEST_DAY,
    KEPT,
    KEPT_TRYING,
    KINDS,
    LEASE,
    due,
    pause_after,
)
from parta.communication.models import Bounce, Mail, MailHabits, Notice, NoticeChoice
from parta.communication.queries.events import Telling, chains_with_news, entries_of, tellings
from parta.communication.queries.schedules import schedules_of
from parta.foundation import sql
from parta.people.models import AccessIssue, AccountNotice, Person
from parta.people.refusals import on_paper

AT_ONCE = 500
"""Lines of a chain that are told in one transaction."""


def spread(at: datetime) -> int:
    """Make notices of what stands in the change log and has been told to nobody; how many."""
    made = 0
    for news in chains_with_news():
        on = at.astimezone(ZoneInfo(news.timezone)).date()
        with transaction.atomic():
            entries, told = entries_of(news, AT_ONCE)
            found = tellings(entries, news.school_id, on)
            if news.by_mail is not None:
                since = news.by_mail
                made += _notices([one for one in found if one.at >= since], news.school_id, news.timezone, at)
            if news.on_phones is not None:
                since = news.on_phones
                _phones([one for one in found if one.at >= since], news.school_id, news.timezone, at)
            sql.insert(
                "communication_toldupto",
                ("chain_id", "seq"),
                [(news.chain_id, told)],
                conflict=("chain_id",),
                update=("seq",),
            )
    return made


def _notices(found: list[Telling], school_id: int, timezone: str, at: datetime) -> int:
    if not found:
        return 0
    addressed = set(
        Person.objects.filter(pk__in={one.person_id for one in found})
        .exclude(email="")
        .values_list("pk", flat=True)
    )
    found = [one for one in found if one.person_id in addressed]
    people = sorted(addressed)
    ways = {
        (person, kind): way
        for person, kind, way in NoticeChoice.objects.filter(person_id__in=people).values_list(
            "person_id", "kind", "way"
        )
    }
    habits = {row.person_id: row for row in MailHabits.objects.filter(person_id__in=people)}
    refusing = on_paper(
        [one.student_id for one in found if one.student_id is not None],
        at.astimezone(ZoneInfo(timezone)).date(),
    )
    # An address that a server said never to write to is not written to until it is changed.
    deaf = set(
        Bounce.objects.filter(person_id__in=people, is_lasting=True, address=F("person__email")).values_list(
            "person_id", flat=True
        )
    )
    schedules = schedules_of(
        {one.student_id for one in found if one.student_id is not None},
        at.astimezone(ZoneInfo(timezone)).date(),
    )
    rows = []
    for one in found:
        own = ways.get((one.person_id, one.kind))
        schedule = schedules.get(one.student_id or 0) if own is None else None
        weekly = (DIGEST_DAY, DIGEST_AT)
        way = own or KINDS[one.kind].way
        if schedule is not None and one.kind in schedule.kinds:
            way, weekly = "weekly", (schedule.weekday, schedule.at)
        habit = habits.get(one.person_id)
        if (
            way == "off"
            or (habit and habit.stopped_at)
            or one.student_id in refusing
            or one.person_id in deaf
        ):
            continue
        quiet = (habit.quiet_from, habit.quiet_until) if habit else (None, None)
        rows.append(
            (
                school_id,
                one.person_id,
                one.student_id,
                one.kind,
                one.key,
                one.at,
                one.says,
                one.path,
                way,
                due(way, at, ZoneInfo(timezone), *quiet, weekly),
            )
        )
    sql.insert(
        "communication_notice",
        (
            "school_id",
            "person_id",
            "student_id",
            "kind",
            "key",
            "happened_at",
            "says",
            "path",
            "way",
            "due_at",
        ),
        rows,
        conflict=("person_id", "key"),
    )
    return len(rows)


def _phones(found: list[Telling], school_id: int, timezone: str, at: datetime) -> None:
    """Queue what phones are to show: at once or after the quiet hours, of the kinds their owners want there."""
    on_now = phones.phones_of(sorted({one.person_id for one in found}), at)
    found = [one for one in found if one.person_id in on_now]
    if not found:
        return
    wishes = {
        (person, kind): is_push
        for person, kind, is_push in NoticeChoice.objects.filter(
            person_id__in=on_now, is_push__isnull=False
        ).values_list("person_id", "kind", "is_push")
    }
    habits = {row.person_id: row for row in MailHabits.objects.filter(person_id__in=on_now)}
    zone = ZoneInfo(timezone)
    refusing = on_paper(
        [one.student_id for one in found if one.student_id is not None], at.astimezone(zone).date()
    )
    rows: list[tuple[object, ...]] = []
    for one in found:
        is_wanted = wishes.get((one.person_id, one.kind), KINDS[one.kind].is_push)
        if not is_wanted or one.student_id in refusing:
            continue
        habit = habits.get(one.person_id)
        quiet = (habit.quiet_from, habit.quiet_until) if habit else (None, None)
        when = due("now", at, zone, *quiet)
        rows += [
            (school_id, one.person_id, one.student_id, phone, one.key, one.kind, one.says, one.path, at, when)
            for phone in on_now[one.person_id]
        ]
    phones.queue(rows)


def new_message_id() -> str:
    """A Message-ID nobody else has, under the name of this installation."""
    host = settings.SITE_URL.partition("://")[2].split("/")[0].split(":")[0] or "parta.invalid"
    return f"<{secrets.token_hex(16)}@{host}>"


def compose(at: datetime, most: int = 500) -> int:
    """Put notices that are due together: one letter for a person and a way; codes and links each get theirs, and so
    does what happened to an account: that waits for nothing and nobody has refused it."""
    pairs = list(
        Notice.objects.filter(mail=None, withheld_at=None, due_at__lte=at)
        .values_list("school_id", "person_id", "way")
        .distinct()[:most]
    )
    made = 0
    for school_id, person_id, way in pairs:
        with transaction.atomic():
            rows = Notice.objects.filter(
                school_id=school_id, person_id=person_id, way=way, mail=None, withheld_at=None, due_at__lte=at
            )
            if connection.features.has_select_for_update_skip_locked:
                rows = rows.select_for_update(skip_locked=True)
            ids = [row.pk for row in rows]
            if not ids:
                continue
            mail = Mail.objects.create(
                school_id=school_id,
                person_id=person_id,
                way=way,
                message_id=new_message_id(),
                made_at=at,
                next_at=at,
            )
            Notice.objects.filter(pk__in=ids).update(mail=mail)
            made += 1
    waiting = AccessIssue.objects.filter(by_mail=True, used_at=None, void_at=None, expires_at__gt=at).exclude(
        pk__in=Mail.objects.filter(issue__isnull=False).values("issue")
    )
    for issue in waiting[:most]:
        sql.insert(
            "communication_mail",
            (
                "school_id",
                "person_id",
                "way",
                "issue_id",
                "message_id",
                "made_at",
                "next_at",
                "state",
                "attempts",
                "fault",
            ),
            [
                (
                    issue.school_id,
                    issue.person_id,
                    "access",
                    issue.pk,
                    new_message_id(),
                    at,
                    at,
                    "waiting",
                    0,
                    "",
                )
            ],
            conflict_target="(issue_id) WHERE issue_id IS NOT NULL",
        )
        made += 1
    return made + _of_accounts(at, most)


def _of_accounts(at: datetime, most: int) -> int:
    """A letter for each thing that happened to an account and is told by mail."""
    with transaction.atomic():
        rows = AccountNotice.objects.filter(letter_to__isnull=False, lettered_at=None).order_by("at", "id")
        if connection.features.has_select_for_update_skip_locked:
            rows = rows.select_for_update(skip_locked=True, of=("self",))
        found = list(rows.select_related("letter_to")[:most])
        Mail.objects.bulk_create(
            Mail(
                school_id=one.letter_to.school_id,
                person=one.letter_to,
                way="account",
                account_notice=one,
                message_id=new_message_id(),
                made_at=at,
                next_at=at,
            )
            for one in found
            if one.letter_to is not None
        )
        AccountNotice.objects.filter(pk__in=[one.pk for one in found]).update(lettered_at=at)
    return len(found)


def take(at: datetime, *, alone: bool = False) -> Mail | None:
    """Take the next letter in hand; None when none is due.

    `alone` says that no other worker can be alive: then what is in a hand is a dead one's and is taken up at once.
    """
    free = Q() if alone else Q(held_until=None) | Q(held_until__lt=at)
    with transaction.atomic():
        waiting = Mail.objects.filter(free, state="waiting", next_at__lte=at)
        if connection.features.has_select_for_update_skip_locked:
            waiting = waiting.select_for_update(skip_locked=True)
        mail = waiting.order_by("next_at", "id").first()
        if mail is not None:
            mail.held_until, mail.attempts = at + LEASE, mail.attempts + 1
            mail.save(update_fields=["held_until", "attempts"])
        return mail


def withhold(mail: Mail, refusing: frozenset[int], at: datetime) -> None:
    """Take out of a letter what is about students whose family refused since it was put together."""
    Notice.objects.filter(mail=mail, student_id__in=refusing).update(withheld_at=at)


def settle(mail: Mail, state: str, at: datetime, fault: str = "") -> None:
    """A letter is done with: sent, refused, withheld."""
    Mail.objects.filter(pk=mail.pk).update(state=state, done_at=at, held_until=None, fault=fault[:300])


def put_off(mail: Mail, at: datetime, fault: str) -> None:
    """The server did not take it now: again after a pause that grows from a minute to half an hour, for three days."""
    if at - mail.made_at > KEPT_TRYING:
        settle(mail, "given_up", at, fault)
        return
    Mail.objects.filter(pk=mail.pk).update(
        next_at=at + pause_after(mail.attempts), held_until=None, fault=fault[:300]
    )


def note_bounce(mail: Mail, address: str, *, code: str, says: str, is_lasting: bool, at: datetime) -> None:
    """A server said that the address takes no letters."""
    Bounce.objects.create(
        school_id=mail.school_id,
        person_id=mail.person_id,
        mail=mail,
        address=address,
        at=at,
        code=code[:10],
        says=says[:300],
        is_lasting=is_lasting,
    )


def note_returned(returned: Returned, at: datetime) -> bool:
    """A letter came back: its address is paused until it is changed, where the server says never. Whether it is news.

    Not ours, already known, or of an address that has been changed since: nothing.
    """
    with transaction.atomic():
        mail = (
            Mail.objects.select_for_update(of=("self",))
            .select_related("person", "account_notice")
            .filter(message_id=returned.message_id)
            .first()
        )
        if mail is None:
            return False
        told = mail.account_notice.letter_address if mail.account_notice else ""
        if returned.address.lower() not in {mail.person.email.lower(), told.lower()} - {""}:
            return False
        if Bounce.objects.filter(mail=mail).exists():
            return False
        # As it stands in the card: that is what letters to come are compared with.
        address = mail.person.email if returned.address.lower() == mail.person.email.lower() else told
        note_bounce(
            mail,
            address,
            code=returned.code,
            says=returned.says,
            is_lasting=returned.is_lasting,
            at=at,
        )
        settle(mail, "refused", at, f"{returned.code} {returned.says}")
    return True


def forget(at: datetime) -> None:
    """Letters and notices done with long ago, and bounces of them."""
    old = Mail.objects.exclude(state="waiting").filter(made_at__lt=at - KEPT)
    Bounce.objects.filter(at__lt=at - KEPT).delete()
    Notice.objects.filter(mail__in=old).delete()
    Notice.objects.filter(withheld_at__lt=at - KEPT).delete()
    old.delete()
