"""Questions about sign-ins: the owner's sessions, history and notices; signs of shared accounts in a school."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from parta.foundation import sql
from parta.foundation.language import noted, say
from parta.people import agents
from parta.people.queries import short
from parta.people.session_rules import SIGNALS, watched_signals
from parta.people.viewer import ROLE_TITLES, Viewer
from parta.regulation.clause import Clause
from parta.regulation.queries import law

HISTORY = 50
"""Sign-ins shown to their owner."""
PERIOD = timedelta(days=30)
"""How far back signs of shared accounts are looked for."""
ALIVE = timedelta(minutes=15)
"""A session that gave a sign of life so long ago may still be at work."""
AFTER_STUDENT = timedelta(hours=1)
CROWD = 4
"""So many accounts on one device within a day are many."""

NOTICES = noted(
    {
        "new_device": "Вход с устройства, которого Парта не знала",
        "guessing": "Кто-то подбирает ваш пароль: вход для него замедлен",
        "reset": "Выдан новый пароль",
        "ended": "Ваши сеансы завершены",
        "second": "Пароль подошёл, второй шаг нет: ваш пароль знает кто-то ещё, смените его",
        "factor": "Второй шаг входа изменён",
        "identity": "Вход через внешнюю учётную запись изменён",
        "handout": "Заявлена выгрузка или печать данных многих людей",
        "recovery": "Использован код восстановления",
        "digest": "Записано от вашего имени за неделю",
        "frozen": "Учётная запись остановлена",
        "incident": "Открыто происшествие: посмотрите",
        "reading": "Необычно много открытых карточек",
        "handout_asked": "Просят вашего согласия на выгрузку или печать",
        "handout_answer": "Ответ на вашу просьбу о выгрузке или печати",
        "first_device": "Первый вход в вашу учётную запись",
        "code_again": "Кодом с вашего листка пробуют войти ещё раз",
        "code_told": "Уже использованным кодом с листка пробуют войти ещё раз: узнайте, кто вошёл первым",
        "watch": "Вход сотрудника с нового устройства",
        "mail": "Адрес почты в вашей карточке изменён",
        "password": "Пароль изменён",
    }
)
HOW = noted(
    {
        "logout": "вышли",
        "owner": "завершён вами",
        "school": "завершён школой",
        "password": "завершён сменой пароля",
        "disowned": "завершён: «это не я»",
        "": "",
    }
)


_ANSWERS = {
    "own": "вы ответили: это был я",
    "step": "подтверждён вторым шагом",
    "not_own": "вы ответили: это не я",
}


@dataclass(frozen=True, slots=True)
class SessionLine:
    """One sign-in of the owner."""

    id: int
    at: datetime
    seen_at: datetime
    address: str
    agent: str
    is_new: bool
    trial_until: datetime | None
    """The device is on trial until then."""
    is_live: bool
    is_current: bool
    how: str
    through: str


@dataclass(frozen=True, slots=True)
class NoticeLine:
    """One thing the owner is told."""

    at: datetime
    title: str
    words: str
    sign_in_id: int | None
    is_unseen: bool
    kind: str
    answer: str
    """What was answered about a new device, in words; empty: nothing, or there is nothing to answer."""
    is_asked: bool
    """A new device waits for «это был я»."""
    is_present: bool
    """It is about the very device that looks: none answers for itself."""


@dataclass(frozen=True, slots=True)
class OwnAccount:
    """The page of one's own account."""

    login: str
    live: tuple[SessionLine, ...]
    past: tuple[SessionLine, ...]
    notices: tuple[NoticeLine, ...]


def spoken(words: str) -> str:
    """The words of a notice in the language spoken now: they were kept in Russian, a value after a colon."""
    head, colon, value = words.partition(": ")
    if colon:
        return f"{say(head)}: {say(value)}"
    agent, comma, address = words.partition(", адрес ")
    return say("{agent}, адрес {address}", agent=agents.said(agent), address=address) if comma else say(words)


def own_account(viewer: Viewer, session_key: str) -> OwnAccount:
    """The viewer's sessions, sign-ins and notices, the newest first. Two statements."""
    zone = ZoneInfo(viewer.school.timezone)
    lines = []
    for row in sql.read(
        "SELECT s.id, s.at, s.seen_at, s.address, s.agent, s.is_new_device, s.ended_at, s.ended_how, s.session_key,"
        " d.session_key, s.through, w.until FROM people_signin s LEFT JOIN django_session d"
        " ON d.session_key = s.session_key AND d.expire_date > %s"
        " LEFT JOIN people_devicewatch w ON w.id = s.watch_id AND w.answer = '' AND w.until > %s"
        " WHERE s.user_id = %s ORDER BY s.at DESC, s.id DESC LIMIT %s",
        (viewer.at, viewer.at, viewer.user_id, HISTORY),
    ):
        is_live = row[6] is None and row[9] is not None
        lines.append(
            SessionLine(
                row[0],
                sql.aware(row[1]).astimezone(zone),
                sql.aware(row[2]).astimezone(zone),
                row[3],
                agents.said(row[4]),
                bool(row[5]),
                sql.aware(row[11]).astimezone(zone) if row[11] else None,
                is_live,
                row[8] == session_key,
                "" if is_live else say(HOW.get(str(row[7]), "") or noted("истёк")),
                row[10],
            )
        )
    notices = [
        NoticeLine(
            sql.aware(at).astimezone(zone),
            say(str(NOTICES.get(kind, kind))),
            spoken(words),
            sign_in,
            seen is None,
            kind,
            _ANSWERS.get(answer or "", ""),
            answer == "" and watch != present,
            watch is not None and watch == present,
        )
        for at, kind, words, sign_in, seen, answer, watch, present in sql.read(
            "SELECT n.at, n.kind, n.words, n.sign_in_id, n.seen_at, w.answer, w.id,"
            " (SELECT c.watch_id FROM people_signin c WHERE c.session_key = %s) FROM people_accountnotice n"
            " LEFT JOIN people_signin s ON s.id = n.sign_in_id LEFT JOIN people_devicewatch w ON w.id = s.watch_id"
            " WHERE n.user_id = %s AND n.kind <> 'first_device' ORDER BY n.at DESC, n.id DESC LIMIT 20",
            (session_key, viewer.user_id),
        )
    ]
    return OwnAccount(
        viewer.login,
        tuple(sorted((line for line in lines if line.is_live), key=lambda line: not line.is_current)),
        tuple(line for line in lines if not line.is_live),
        tuple(notices),
    )


@dataclass(frozen=True, slots=True)
class Place:
    """One side of a sign: where and when an account was used."""

    at: datetime
    until: datetime
    agent: str
    address: str
    who: str = ""


@dataclass(frozen=True, slots=True)
class Signal:
    """A sign of a shared account, with its evidence."""

    kind: str
    title: str
    clauses: tuple[Clause, ...]
    sign_in_id: int
    user_id: int
    person_id: int
    name: str
    roles: str
    at: datetime
    places: tuple[Place, ...]
    is_far: bool
    """The two addresses are of different networks."""
    writes: int
    """Entries the account made in the change log since that sign-in."""
    is_live: bool
    answer: str
    """Of a new device: what its owner said, or since when nobody has; empty for other signs."""
    review: str
    reviewed_by: str


_WATCHED = {
    "": "владелец пока не ответил",
    "own": "владелец: это был я",
    "step": "подтверждено вторым шагом",
    "not_own": "владелец: это был не я",
}


@dataclass(frozen=True, slots=True)
class Signals:
    """The page of signs: what is open, what the school has looked into, what the act asks to be watched."""

    open: tuple[Signal, ...]
    reviewed: tuple[Signal, ...]
    watched: dict[str, tuple[Clause, ...]]


@dataclass(frozen=True, slots=True)
class _Used:
    """A stretch of use of one account on one device."""

    id: int
    user_id: int
    at: datetime
    until: datetime
    address: str
    agent: str
    device: str
    is_new: bool
    is_open: bool
    answer: str


def _far(one: str, other: str) -> bool:
    """Whether two addresses lie in different networks, as far as the first half of an address tells."""
    sign = ":" if ":" in one else "."
    half = 4 if sign == ":" else 2
    return one.split(sign)[:half] != other.split(sign)[:half]


def signals(viewer: Viewer) -> Signals:
    """Signs of shared accounts of the school's staff in the last month, as the act in force names them.

    Five statements, whatever the size of the school. Where no act names signs, all of them are shown.
    """
    school_id, since = viewer.school.id, viewer.at - PERIOD
    watched = watched_signals(law(school_id, viewer.school.law_version), viewer.on)
    watched = watched or dict.fromkeys(SIGNALS, ())
    people: dict[int, tuple[int, str, set[str]]] = {}
    for user_id, person_id, surname, given, patronymic, role in sql.read(
        "SELECT p.user_id, p.id, p.surname, p.given_name, p.patronymic, r.kind FROM people_person p"
        " LEFT JOIN people_role r ON r.person_id = p.id AND r.starts <= %s AND (r.until IS NULL OR r.until > %s)"
        " WHERE p.school_id = %s AND p.user_id IN (SELECT s.user_id FROM people_signin s WHERE s.seen_at >= %s)",
        (viewer.on, viewer.on, school_id, since),
    ):
        known = people.setdefault(user_id, (person_id, short(surname, given, patronymic), set()))
        if role:
            known[2].add(role)
    used = [
        _Used(
            id=row[0],
            user_id=row[1],
            at=sql.aware(row[2]),
            until=sql.aware(row[7] or row[3]),
            address=row[4],
            agent=row[5],
            device=row[6],
            is_new=bool(row[8]),
            is_open=row[7] is None,
            answer="" if row[9] is None else _WATCHED[row[9]],
        )
        for row in sql.read(
            "SELECT s.id, s.user_id, s.at, s.seen_at, s.address, s.agent, s.device, s.ended_at, s.is_new_device,"
            " w.answer FROM people_signin s JOIN people_person p ON p.user_id = s.user_id AND p.school_id = %s"
            " LEFT JOIN people_devicewatch w ON w.id = s.watch_id"
            " WHERE s.seen_at >= %s ORDER BY s.at, s.id",
            (school_id, since),
        )
    ]
    guessed = sql.read(
        "SELECT s.id, n.user_id, n.at, n.words FROM people_accountnotice n JOIN people_signin s ON s.id = ("
        "SELECT MAX(x.id) FROM people_signin x WHERE x.user_id = n.user_id AND x.at <= n.at)"
        " JOIN people_person p ON p.user_id = n.user_id AND p.school_id = %s"
        " WHERE n.kind = 'guessing' AND n.at >= %s",
        (school_id, since),
    )
    found = list(_found(used, people, watched, guessed, viewer.at))
    ids = sorted({one[1] for one in found})
    writes: dict[int, int] = dict(
        sql.read(
            "SELECT s.id, COUNT(e.id) FROM people_signin s JOIN foundation_logentry e ON e.user_id = s.user_id"
            " AND e.school_id = %s AND e.at >= s.at AND (e.sign_in_id = s.id OR e.sign_in_id IS NULL)"
            " AND (s.ended_at IS NULL OR e.at <= s.ended_at) AND e.verb <> 'session_ended'"
            f" WHERE s.id IN ({sql.marks(len(ids))}) GROUP BY s.id",
            (school_id, *ids),
        )
    )
    reviews = {
        (kind, sign_in): (note, short(surname, given, patronymic) if surname else "")
        for kind, sign_in, note, surname, given, patronymic in sql.read(
            "SELECT v.kind, v.sign_in_id, v.note, p.surname, p.given_name, p.patronymic FROM people_signalreview v"
            " LEFT JOIN people_person p ON p.user_id = v.by_user_id AND p.school_id = v.school_id"
            " WHERE v.school_id = %s",
            (school_id,),
        )
    }
    zone = ZoneInfo(viewer.school.timezone)
    answers = {one.id: one.answer for one in used if one.is_new}
    lines = [
        _signal(one, people, watched, writes, reviews, zone, answers)
        for one in sorted(found, key=lambda one: one[2], reverse=True)
    ]
    return Signals(
        tuple(line for line in lines if not line.review),
        tuple(line for line in lines if line.review),
        watched,
    )


_Raw = tuple[str, int, datetime, int, tuple[Place, ...], bool, bool]


def _place(use: _Used, who: str = "") -> Place:
    return Place(use.at, use.until, use.agent, use.address, who)


def _found(
    used: list[_Used],
    people: dict[int, tuple[int, str, set[str]]],
    watched: Iterable[str],
    guessed: list[sql.Row],
    at: datetime,
) -> Iterable[_Raw]:
    """Every sign: (kind, sign-in, when, account, places, far apart, still open)."""
    wanted = set(watched)
    by_user: dict[int, list[_Used]] = {}
    by_device: dict[str, list[_Used]] = {}
    for use in used:
        by_user.setdefault(use.user_id, []).append(use)
        by_device.setdefault(use.device, []).append(use)
    for user_id, uses in by_user.items():
        if not people[user_id][2]:
            continue
        for later in uses:
            if "new_device" in wanted and later.is_new:
                yield "new_device", later.id, later.at, user_id, (_place(later),), False, later.is_open
            if "concurrent_sessions" in wanted:
                both = [
                    one
                    for one in uses
                    if one.device != later.device
                    and (one.at, one.id) < (later.at, later.id)
                    and (one.until + ALIVE if one.is_open else one.until) >= later.at
                ]
                if both:
                    one = max(both, key=lambda use: use.until)
                    places = (_place(one), _place(later))
                    far = _far(one.address, later.address)
                    yield "concurrent_sessions", later.id, later.at, user_id, places, far, later.is_open
            if "student_device" in wanted:
                pupils = [
                    one
                    for one in by_device[later.device]
                    if not people[one.user_id][2]
                    and one.at <= later.at
                    and one.until + AFTER_STUDENT >= later.at
                ]
                if pupils:
                    places = (_place(pupils[-1], people[pupils[-1].user_id][1]), _place(later))
                    yield "student_device", later.id, later.at, user_id, places, False, later.is_open
    if "many_users_on_one_device" in wanted:
        for uses in by_device.values():
            for last in uses:
                day = [use for use in uses if last.at - timedelta(days=1) < use.at <= last.at]
                users = {use.user_id for use in day}
                newest = last.user_id not in {use.user_id for use in day if use.id != last.id}
                if len(users) >= CROWD and newest:
                    crowd = tuple(_place(use, people[use.user_id][1]) for use in day[-6:])
                    yield (
                        "many_users_on_one_device",
                        last.id,
                        last.at,
                        last.user_id,
                        crowd,
                        False,
                        last.is_open,
                    )
    if "many_failed_logins" in wanted:
        for sign_in, user_id, moment, words in guessed:
            place = Place(sql.aware(moment), sql.aware(moment), words, "")
            yield "many_failed_logins", sign_in, sql.aware(moment), user_id, (place,), False, False


def _signal(
    raw: _Raw,
    people: dict[int, tuple[int, str, set[str]]],
    watched: dict[str, tuple[Clause, ...]],
    writes: dict[int, int],
    reviews: dict[tuple[str, int], tuple[str, str]],
    zone: ZoneInfo,
    answers: dict[int, str],
) -> Signal:
    kind, sign_in, at, user_id, places, far, is_open = raw
    person_id, name, roles = people[user_id]
    note, by = reviews.get((kind, sign_in), ("", ""))
    return Signal(
        kind,
        SIGNALS[kind],
        watched.get(kind, ()),
        sign_in,
        user_id,
        person_id,
        name,
        ", ".join(ROLE_TITLES.get(role, role) for role in sorted(roles)),
        at.astimezone(zone),
        tuple(
            Place(one.at.astimezone(zone), one.until.astimezone(zone), one.agent, one.address, one.who)
            for one in places
        ),
        far,
        writes.get(sign_in, 0),
        is_open,
        answers.get(sign_in, "") if kind == "new_device" else "",
        note,
        by,
    )
