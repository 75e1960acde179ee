"""What pages show of delivery: a person's own choices, the school's queue, and what is new on an open page."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from hashlib import sha256
from zoneinfo import ZoneInfo

from parta.communication.kinds import FAMILY, KINDS
from parta.communication.models import Bounce, Mail, MailHabits, NoticeChoice, SchoolDelivery
from parta.communication.queries.announcements import FOR_STUDENT, audience_values
from parta.foundation import sql
from parta.foundation.language import say
from parta.people.models import Person
from parta.people.refusals import on_paper
from parta.people.viewer import Viewer

LATELY = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class KindLine:
    """A kind of notice and how the person gets it."""

    code: str
    title: str
    hint: str
    way: str


@dataclass(frozen=True, slots=True)
class OwnHabits:
    """How a person is told, and whether letters reach them at all. `why_not`: why none come now, in words."""

    kinds: tuple[KindLine, ...]
    quiet_from: time | None
    quiet_until: time | None
    stopped_at: datetime | None
    address: str
    why_not: str
    last_sent: datetime | None


def own_habits(viewer: Viewer, *, is_possible: bool) -> OwnHabits:
    """The viewer's choices. Seven statements at most."""
    zone = ZoneInfo(viewer.school.timezone)
    ways = dict(NoticeChoice.objects.filter(person_id=viewer.person_id).values_list("kind", "way"))
    habits = MailHabits.objects.filter(person_id=viewer.person_id).first()
    address = Person.objects.filter(pk=viewer.person_id).values_list("email", flat=True)[0]
    is_on = SchoolDelivery.objects.filter(school_id=viewer.school.id, is_on=True).exists()
    bad = Bounce.objects.filter(person_id=viewer.person_id, address=address, is_lasting=True).exists()
    refusing = on_paper(list(viewer.student_ids), viewer.on)
    why_not = ""
    if not is_possible or not is_on:
        why_not = say("Школа пока не рассылает писем. Выбор запомнится, а новое видно в дневнике.")
    elif not address:
        why_not = say(
            "У школы нет вашего адреса почты. Сообщите его на странице «Данные» или классному руководителю."
        )
    elif bad:
        why_not = say(
            "Почтовый сервер не принимает писем на {address}. Сообщите школе другой адрес.", address=address
        )
    elif refusing and refusing >= set(viewer.student_ids):
        why_not = say(
            "Семья выбрала бумажную форму: писем об ученике не будет, пока школа не запишет другое заявление."
        )
    last = (
        Mail.objects.filter(person_id=viewer.person_id, state="sent")
        .order_by("-done_at")
        .values_list("done_at", flat=True)
        .first()
    )
    is_family = bool(viewer.roles & FAMILY)
    return OwnHabits(
        kinds=tuple(
            KindLine(kind.code, say(kind.title), say(kind.hint), ways.get(kind.code, kind.way))
            for kind in KINDS.values()
            if is_family or kind.for_staff
        ),
        quiet_from=habits.quiet_from if habits else None,
        quiet_until=habits.quiet_until if habits else None,
        stopped_at=habits.stopped_at.astimezone(zone) if habits and habits.stopped_at else None,
        address=address,
        why_not=why_not,
        last_sent=last.astimezone(zone) if last else None,
    )


@dataclass(frozen=True, slots=True)
class Trouble:
    """A letter that did not go, or an address that takes none."""

    name: str
    what: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Desk:
    """The school's queue of letters."""

    is_on: bool
    since: datetime | None
    waiting: int
    oldest: datetime | None
    last_fault: str
    sent: int
    with_address: int
    families: int
    troubles: tuple[Trouble, ...]


def desk(viewer: Viewer) -> Desk:
    """The state of delivery of a school. Six statements."""
    school, zone = viewer.school.id, ZoneInfo(viewer.school.timezone)
    row = SchoolDelivery.objects.filter(school_id=school).first()
    waiting = sql.read(
        "SELECT COUNT(*), MIN(made_at) FROM communication_mail WHERE school_id = %s AND state = 'waiting'",
        (school,),
    )[0]
    fault = (
        Mail.objects.filter(school_id=school, state="waiting")
        .exclude(fault="")
        .order_by("-attempts")
        .values_list("fault", flat=True)
        .first()
    )
    sent = Mail.objects.filter(
        school_id=school, state="sent", done_at__gt=viewer.at - timedelta(days=7)
    ).count()
    people = sql.read(
        "SELECT COUNT(*), COUNT(NULLIF(p.email, '')) FROM (SELECT DISTINCT g.guardian_id FROM people_guardianship g"
        " WHERE g.school_id = %s AND g.has_rights AND g.starts <= %s AND (g.until IS NULL OR g.until > %s)) k"
        " JOIN people_person p ON p.id = k.guardian_id",
        (school, viewer.on, viewer.on),
    )[0]
    troubles = [
        Trouble(
            bounce.person.short_name,
            f"адрес {bounce.address} не принимает: {bounce.code} {bounce.says}",
            bounce.at,
        )
        for bounce in Bounce.objects.filter(school_id=school, at__gt=viewer.at - LATELY)
        .select_related("person")
        .order_by("-at")[:50]
    ] + [
        Trouble(
            mail.person.short_name, f"{mail.get_state_display()}: {mail.fault}", mail.done_at or mail.made_at
        )
        for mail in Mail.objects.filter(
            school_id=school, state__in=("refused", "given_up"), made_at__gt=viewer.at - LATELY
        )
        .exclude(pk__in=Bounce.objects.filter(school_id=school, mail__isnull=False).values("mail"))
        .select_related("person")
        .order_by("-made_at")[:50]
    ]
    return Desk(
        is_on=row.is_on if row else False,
        since=row.since.astimezone(zone) if row else None,
        waiting=waiting[0],
        oldest=sql.moment(waiting[1]).astimezone(zone) if waiting[1] else None,
        last_fault=fault or "",
        sent=sent,
        with_address=people[1],
        families=people[0],
        troubles=tuple(
            Trouble(one.name, one.what, one.at.astimezone(zone))
            for one in sorted(troubles, key=lambda one: one.at, reverse=True)
        ),
    )


@dataclass(frozen=True, slots=True)
class Fresh:
    """What an open page is told: the numbers beside the navigation, and a digest that changes with the diary."""

    unread: int
    announcements: int
    diary: str
    notices: int
    """What happened to the viewer's own account and has not been read."""

    @property
    def tag(self) -> str:
        """The same as long as nothing is new."""
        return sha256(f"{self.unread}:{self.announcements}:{self.diary}:{self.notices}".encode()).hexdigest()[
            :24
        ]


_OF_STUDENTS = """
SELECT 'm', MAX(m.changed_at), COUNT(*) FROM journal_mark m WHERE m.student_id IN ({ids})
UNION ALL SELECT 'a', MAX(a.changed_at), COUNT(*) FROM journal_absence a WHERE a.student_id IN ({ids})
UNION ALL SELECT 'f', MAX(f.changed_at), COUNT(*) FROM journal_termmark f WHERE f.student_id IN ({ids})
UNION ALL SELECT 'n', MAX(n.made_at), COUNT(*) FROM journal_diarynote n WHERE n.student_id IN ({ids})
"""


def fresh(viewer: Viewer) -> Fresh:
    """What is new for the viewer: two statements for a family, one for staff."""
    ids: Sequence[int] = viewer.student_ids
    told = ""
    if ids:
        rows = sql.read(_OF_STUDENTS.format(ids=sql.marks(len(ids))), [*ids, *ids, *ids, *ids])
        told = ";".join(f"{row[0]}{row[1]}{row[2]}" for row in rows)
    ways = ["(w.audience IN ('all', 'staff'))"] if viewer.roles - FAMILY else []
    values: list[object] = []
    for student_id in ids:
        ways.append(f"({FOR_STUDENT})")
        values += audience_values(viewer, student_id)
    count = 0
    if ways:
        count = sql.read(
            "SELECT COUNT(*) FROM communication_announcement w WHERE w.school_id = %s AND w.at >= %s"
            f" AND w.withdrawn_at IS NULL AND w.author_id <> %s AND ({' OR '.join(ways)})"
            " AND NOT EXISTS (SELECT 1 FROM communication_receipt r WHERE r.announcement_id = w.id"
            " AND r.person_id = %s)",
            (viewer.school.id, viewer.at - LATELY, viewer.person_id, *values, viewer.person_id),
        )[0][0]
    return Fresh(viewer.unread, count, told, viewer.notices)
