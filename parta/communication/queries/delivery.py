"""What pages show of delivery: a person's own choices, the school's queue, and what is new on an open page."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from hashlib import sha256
from zoneinfo import ZoneInfo

from parta.communication.kinds import FAMILY, KINDS, Kind
from parta.communication.models import Bounce, Mail, MailHabits, NoticeChoice, SchoolDelivery
from parta.communication.queries.announcements import FOR_STUDENT, audience_values
from parta.foundation import sql
from parta.foundation.language import say
from parta.journal.queries.words import short_name
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
    is_push: bool


@dataclass(frozen=True, slots=True)
class Phone:
    """A browser of the viewer's account that shows notices."""

    id: int
    agent: str
    since: datetime
    is_this: bool


@dataclass(frozen=True, slots=True)
class OwnHabits:
    """How a person is told, and whether letters reach them at all. `why_not`: why none come now, in words.

    `server_key`: what a browser is switched on with; empty where the school does not tell phones.
    """

    kinds: tuple[KindLine, ...]
    quiet_from: time | None
    quiet_until: time | None
    stopped_at: datetime | None
    address: str
    why_not: str
    last_sent: datetime | None
    server_key: str
    phones: tuple[Phone, ...]

    @property
    def this_phone(self) -> Phone | None:
        """The browser that looks, where it is switched on."""
        return next((one for one in self.phones if one.is_this), None)


def own_habits(viewer: Viewer, *, is_possible: bool, server_key: str, sign_in_id: int | None) -> OwnHabits:
    """The viewer's choices. Eight statements at most."""
    zone = ZoneInfo(viewer.school.timezone)
    chosen = {row.kind: row for row in NoticeChoice.objects.filter(person_id=viewer.person_id)}
    habits = MailHabits.objects.filter(person_id=viewer.person_id).first()
    address = Person.objects.filter(pk=viewer.person_id).values_list("email", flat=True)[0]
    row = SchoolDelivery.objects.filter(school_id=viewer.school.id).first()
    is_on = row is not None and row.is_on
    is_pushing = bool(server_key) and row is not None and row.push_since is not None
    phones = _phones(viewer, zone, sign_in_id) if is_pushing else ()
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
            _line(kind, chosen.get(kind.code)) for kind in KINDS.values() if is_family or kind.for_staff
        ),
        quiet_from=habits.quiet_from if habits else None,
        quiet_until=habits.quiet_until if habits else None,
        stopped_at=habits.stopped_at.astimezone(zone) if habits and habits.stopped_at else None,
        address=address,
        why_not=why_not,
        last_sent=last.astimezone(zone) if last else None,
        server_key=server_key if is_pushing else "",
        phones=phones,
    )


def _line(kind: Kind, own: NoticeChoice | None) -> KindLine:
    way = kind.way if own is None else own.way
    is_push = kind.is_push if own is None or own.is_push is None else own.is_push
    return KindLine(kind.code, say(kind.title), say(kind.hint), way, is_push)


def _phones(viewer: Viewer, zone: ZoneInfo, sign_in_id: int | None) -> tuple[Phone, ...]:
    """The phones of the viewer's account whose sessions are open. One statement."""
    return tuple(
        Phone(row[0], row[1], sql.moment(row[2]).astimezone(zone), row[3] == sign_in_id)
        for row in sql.read(
            "SELECT d.id, s.agent, d.made_at, s.id FROM communication_pushdevice d"
            " JOIN people_signin s ON s.id = d.sign_in_id"
            " JOIN django_session t ON t.session_key = s.session_key AND t.expire_date > %s"
            " WHERE d.user_id = %s AND d.ended_at IS NULL AND s.ended_at IS NULL ORDER BY d.made_at DESC",
            (viewer.at, viewer.user_id),
        )
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
    push_since: datetime | None
    phones: int
    """People of the school with a phone that is on."""
    push_waiting: int
    push_fault: str


def desk(viewer: Viewer) -> Desk:
    """The state of delivery of a school. Seven statements."""
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
    pushes = sql.read(
        "SELECT (SELECT COUNT(DISTINCT p.id) FROM communication_pushdevice d"
        " JOIN people_person p ON p.user_id = d.user_id"
        " JOIN people_signin s ON s.id = d.sign_in_id AND s.ended_at IS NULL"
        " WHERE p.school_id = %s AND d.ended_at IS NULL), COUNT(*), MAX(w.fault)"
        " FROM communication_push w WHERE w.school_id = %s AND w.state = 'waiting'",
        (school, school),
    )[0]
    return Desk(
        push_since=row.push_since.astimezone(zone) if row and row.push_since else None,
        phones=pushes[0],
        push_waiting=pushes[1],
        push_fault=pushes[2] or "",
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


@dataclass(frozen=True, slots=True)
class Deaf:
    """An address of a family that takes no letters: whose, which, since when, what its server said."""

    name: str
    student_id: int
    student: str
    address: str
    at: datetime
    says: str


_DEAF = """
SELECT p.surname, p.given_name, p.patronymic, s.id, s.surname, s.given_name, p.email,
  MIN(b.at), MIN(b.code), MIN(b.says)
FROM people_enrolment e JOIN people_person s ON s.id = e.student_id
JOIN people_guardianship g ON g.student_id = e.student_id AND g.has_rights AND g.starts <= %s
  AND (g.until IS NULL OR g.until > %s)
JOIN people_person p ON p.id = g.guardian_id
JOIN communication_bounce b ON b.person_id = p.id AND b.address = p.email AND b.is_lasting
WHERE e.homeroom_id = %s AND e.starts <= %s AND (e.until IS NULL OR e.until > %s)
GROUP BY p.id, p.surname, p.given_name, p.patronymic, s.id, s.surname, s.given_name, p.email
ORDER BY s.surname, s.given_name, p.surname
"""


def deaf_of(viewer: Viewer, homeroom_id: int) -> tuple[Deaf, ...]:
    """Addresses of the families of a class that letters do not reach, until they are changed. One statement."""
    zone, on = ZoneInfo(viewer.school.timezone), viewer.on
    return tuple(
        Deaf(
            short_name(*row[:3]),
            row[3],
            f"{row[4]} {row[5]}",
            row[6],
            sql.moment(row[7]).astimezone(zone),
            f"{row[8]} {row[9]}".strip(),
        )
        for row in sql.read(_DEAF, (on, on, homeroom_id, on, on))
    )


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
