"""Access data: activation codes given out and used, loss reported, slips handed over, accounts without ground."""

import hashlib
import re
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.contrib.auth.hashers import make_password
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.utils.crypto import salted_hmac

from parta.foundation import jobs, scope, sql
from parta.foundation.log import SYSTEM, Actor, Line
from parta.organisation.actions import checks
from parta.organisation.acts import Refusal, act
from parta.people.actions.accounts import Issued, _register, checked_login, make_logins
from parta.people.actions.identities import forget_identities
from parta.people.models import AccessIssue, KnownDevice, LoginFailure, Person, User

_SIGNS = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"
"""Without 0 and O, 1, I and L: a code is read from paper."""
_CODE_LENGTH = 12


def _hash(code: str) -> str:
    return hashlib.sha256(f"parta:activation:{code}".encode()).hexdigest()


def code_by_mail(issue: AccessIssue) -> str:
    """The code of an issue that goes by mail: made from its number and the installation's key, so that a letter can be
    written again and the database still holds nothing but the hash."""
    digest = salted_hmac(
        "parta.people.code_by_mail", f"{issue.pk}:{issue.issued_at.timestamp()}", algorithm="sha256"
    )
    return "".join(_SIGNS[byte % len(_SIGNS)] for byte in digest.digest()[:_CODE_LENGTH])


def plain_code(text: str) -> str:
    """What was typed, without spaces and dashes, in capitals; lookalike Cyrillic capitals are taken as Latin."""
    folded = text.upper().translate(str.maketrans("АВЕКМНРСТУХ", "ABEKMHPCTYX"))
    return re.sub(r"[^A-Z0-9]", "", folded)


def issue_codes(
    *,
    school_id: int,
    person_ids: Sequence[int],
    lives: timedelta,
    login: str = "",
    by_mail: bool = False,
    by: Actor,
    at: datetime,
) -> list[Issued]:
    """An activation code for each, in the order asked: it works once, and until `at` + `lives`.

    `by_mail`: it is sent to the person's address, and nobody else sees it: the code in the answer is empty.

    Who has no account gets one that opens nothing before the code is used. For an account that works it is a repeat:
    the old password stops at once, its sessions end. Raises Refusal for somebody who is not the school's, and for a
    `login` (of a single new account) that is taken.
    """
    people = {
        one.pk: one
        for one in Person.objects.filter(school_id=school_id, pk__in=person_ids).select_related("user")
    }
    wanted = [people.get(person_id) for person_id in dict.fromkeys(person_ids)]
    chosen = [one for one in wanted if one is not None]
    if len(chosen) != len(wanted):
        raise Refusal("Среди людей есть те, кого в школе нет.", "person")
    if by_mail and any(not one.email for one in chosen):
        raise Refusal(
            "У кого-то из выбранных нет адреса почты: впишите его в карточку или напечатайте листок.",
            "person",
        )
    new = [one for one in chosen if one.user is None]
    logins = iter(
        [checked_login(login)]
        if login and len(new) == 1
        else make_logins([(one.surname, one.given_name, one.patronymic) for one in new])
    )
    issued = []
    with act(school_id, by=by, at=at) as lines:
        for person in chosen:
            user, repeat = person.user, person.user is not None
            if user is None:
                user = User(login=next(logins), must_change_password=False, password=make_password(None))
                user.save()
                person.user = user
                person.save(update_fields=["user"])
            else:
                _stop(user, lines, at)
                if not user.is_active:
                    user.is_active = True
                    user.save(update_fields=["is_active"])
            code = "".join(secrets.choice(_SIGNS) for _ in range(_CODE_LENGTH))
            line = _register(person, "code", by=by, at=at, repeat=repeat)
            line.by_mail, line.expires_at = by_mail, at + lives
            if by_mail:
                line.save()
                code = code_by_mail(line)
            line.code_hash = _hash(code)
            line.save()
            lines.append(
                Line(
                    "code_issued",
                    "user",
                    user.pk,
                    data={"person": person.pk, "repeat": repeat, "until": line.expires_at.date().isoformat()},
                )
            )
            shown = "-".join(code[start : start + 4] for start in range(0, _CODE_LENGTH, 4))
            issued.append(Issued(person.pk, user.login, "", "" if by_mail else shown, line.expires_at))
    return issued


@dataclass(frozen=True, slots=True)
class IssueRow:
    """A code that was given out and used."""

    person_id: int
    giver_id: int
    issued_at: datetime
    used_at: datetime
    handed_to: str


def bulk_issues(*, school_id: int, rows: Sequence[IssueRow], by: Actor, at: datetime) -> None:
    """Many lines of the register, of codes given by class teachers and used: the bulk path of the demo school."""
    with act(school_id, by=by, at=at) as lines:
        AccessIssue.objects.bulk_create(
            [
                AccessIssue(
                    school_id=school_id,
                    person_id=row.person_id,
                    way="code",
                    issued_at=row.issued_at,
                    issued_by=row.giver_id,
                    role="class_teacher",
                    expires_at=row.issued_at + timedelta(days=30),
                    used_at=row.used_at,
                    handed_on=row.issued_at.date(),
                    handed_to=row.handed_to,
                )
                for row in rows
            ],
            batch_size=500,
        )
        lines += [
            Line("code_issued", "person", row.person_id, data={"person": row.person_id, "by": row.giver_id})
            for row in rows
        ]


def _stop(user: User, lines: list[Line], at: datetime) -> None:
    """The password opens nothing any more: sessions end with the next request, known browsers are forgotten.

    Neither does an outside provider: whoever held the account may have linked an identity of their own.
    """
    forget_identities([user.pk], lines, at=at)
    user.set_unusable_password()
    user.must_change_password = user.known_only = False
    user.save(update_fields=["password", "must_change_password", "known_only"])
    KnownDevice.objects.filter(user=user).delete()
    LoginFailure.objects.filter(login=user.login).delete()


@dataclass(frozen=True, slots=True)
class Invitation:
    """Whom a code that works belongs to."""

    issue_id: int
    person_id: int
    school_id: int
    login: str
    name: str


def invitation(code: str, at: datetime) -> Invitation:
    """The person behind a code. Raises Refusal, the same for no such code and for one that works no more: what a
    slip that has been used says, `slips.tell_of_used_code` tells."""
    line = (
        AccessIssue.objects.filter(code_hash=_hash(plain_code(code)), void_at=None, used_at=None)
        .select_related("person__user")
        .first()
    )
    if line is None or line.person.user is None or (line.expires_at is not None and line.expires_at <= at):
        raise Refusal(
            "Этот код не подходит: он набран с ошибкой, уже использован или устарел."
            " Новый выдаст тот, кто выдал этот.",
            "code",
        )
    person = line.person
    return Invitation(line.pk, person.pk, line.school_id, line.person.user.login, person.full_name)


def used_code(code: str) -> AccessIssue | None:
    """The line of a slip whose code has been used; None: no such code, or it was never used."""
    return (
        AccessIssue.objects.filter(code_hash=_hash(plain_code(code)), way="code")
        .exclude(used_at=None)
        .select_related("person__user", "school")
        .first()
    )


def activate(*, code: str, new: str, repeat: str, by: Actor | None = None, at: datetime) -> User:
    """The owner uses the code and sets a password that nobody else has seen. Raises Refusal: code, new or repeat.

    `by` None: the owner, whom nothing but the code names.
    """
    found = invitation(code, at)
    user = User.objects.get(login=found.login)
    if new != repeat:
        raise Refusal("Пароли не совпали: наберите ещё раз.", "repeat")
    if new.strip().lower() == user.login:
        raise Refusal("Пароль не должен совпадать с логином.", "new")
    try:
        validate_password(new, user)
    except ValidationError as error:
        raise Refusal(" ".join(error.messages), "new") from None
    with act(found.school_id, by=by or Actor(user.pk, "owner"), at=at) as lines:
        used = AccessIssue.objects.filter(pk=found.issue_id, used_at=None, void_at=None).update(used_at=at)
        if not used:
            raise Refusal("Этим кодом уже воспользовались.", "code")
        user.set_password(new)
        user.must_change_password = user.known_only = False
        user.save(update_fields=["password", "must_change_password", "known_only"])
        lines.append(Line("code_used", "user", user.pk, data={"person": found.person_id}))
    return user


def report_loss(*, person: Person, by: Actor, at: datetime) -> AccessIssue:
    """The password may be known to others: it stops at once, all sessions end; the register waits for a new issue.

    Reported by the owner or by whoever issues access to them.
    """
    if person.user is None:
        raise Refusal("У этого человека нет учётной записи.", "account")
    with act(person.school_id, by=by, at=at) as lines:
        _stop(person.user, lines, at)
        line = _register(person, "loss", by=by, at=at)
        line.save()
        lines.append(
            Line(
                "access_lost",
                "user",
                person.user.pk,
                data={"person": person.pk, "by_owner": by.user_id == person.user.pk},
            )
        )
    return line


def hand_over(*, issue: AccessIssue, on: date, to: str, by: Actor, at: datetime) -> AccessIssue:
    """The slip was given into somebody's hands: a line of the register is complete."""
    to = checks.text(to, 120, "handed_to", "кто получил")
    if issue.way == "loss":
        raise Refusal("Это запись об утрате, выдавать по ней нечего.", "handed_to")
    if not issue.issued_at.date() - timedelta(days=1) <= on <= at.date() + timedelta(days=1):
        raise Refusal("Дата вручения: не раньше выдачи и не в будущем.", "handed_on")
    with act(issue.school_id, by=by, at=at) as lines:
        issue.handed_on, issue.handed_to = on, to
        issue.save(update_fields=["handed_on", "handed_to"])
        lines.append(
            Line("access_handed", "access", issue.pk, data={"person": issue.person_id, "on": on.isoformat()})
        )
    return issue


_WITH_ADDRESS = """
SELECT DISTINCT u.id, p.id, p.school_id FROM people_user u JOIN people_person p ON p.user_id = u.id
WHERE u.is_active AND NOT u.is_installer AND p.email <> '' AND {which}
  AND NOT EXISTS (SELECT 1 FROM people_person q JOIN people_role r ON r.person_id = q.id WHERE q.user_id = u.id)
ORDER BY u.id, p.id
"""
_RECOVERABLE = _WITH_ADDRESS.format(which="(u.login = %s OR LOWER(p.email) = %s)")
_RECOVERABLE_USER = _WITH_ADDRESS.format(which="u.id = %s")
RECOVERY_LIVES = timedelta(hours=1)
RECOVERIES = 3
"""So many letters an hour an account gets at most."""


RECOVERY = "recovery"
"""The job that writes the letters asked for."""


def ask_recovery(words: str, *, at: datetime) -> None:
    """The owner forgot the password and names a login or an address: the worker sees to the letters (`recover`).

    The same is read and written whether somebody has the name or nobody: neither answer nor time tells them apart.
    """
    wanted = words.strip().lower()[:200]
    if not wanted:
        raise Refusal("Укажите логин или адрес почты.", "who")
    found = sql.read(_RECOVERABLE, (wanted, wanted))
    jobs.enqueue(RECOVERY, {"users": list(dict.fromkeys(row[0] for row in found))}, at=at)


def recover(user_ids: Sequence[int], *, at: datetime) -> int:
    """A letter with a link goes to the address in the card, for an hour. The old password works on until the link is
    used. How many letters (nobody is told).

    Accounts of students and guardians only: who has or had a role in the school asks the school.
    """
    count = 0
    for user_id in user_ids:
        found = sql.read(_RECOVERABLE_USER, (user_id,))
        lately = AccessIssue.objects.filter(
            person__user_id=user_id, way="recovery", issued_at__gt=at - RECOVERY_LIVES
        )
        if not found or lately.count() >= RECOVERIES:
            continue
        person_id, school_id = found[0][1:]
        by = Actor(user_id, "owner")
        with act(school_id, by=by, at=at) as lines:
            AccessIssue.objects.filter(
                person__user_id=user_id, way="recovery", used_at=None, void_at=None
            ).update(void_at=at)
            line = AccessIssue(
                school_id=school_id,
                person_id=person_id,
                way="recovery",
                is_repeat=True,
                issued_at=at,
                issued_by=user_id,
                role="owner",
                by_mail=True,
                expires_at=at + RECOVERY_LIVES,
            )
            line.save()
            line.code_hash = _hash(code_by_mail(line))
            line.save(update_fields=["code_hash"])
            lines.append(Line("recovery_asked", "user", user_id, data={"person": person_id}))
        count += 1
    return count


_GROUNDLESS = """
SELECT p.id, u.id FROM people_person p JOIN people_user u ON u.id = p.user_id
WHERE p.school_id = %s AND u.is_active AND NOT u.is_installer AND NOT EXISTS (
    SELECT 1 FROM people_person q WHERE q.user_id = u.id AND (
        EXISTS (SELECT 1 FROM people_role r WHERE r.person_id = q.id AND (r.until IS NULL OR r.until > %s))
        OR EXISTS (SELECT 1 FROM people_enrolment e WHERE e.student_id = q.id
            AND (e.until IS NULL OR e.until > %s))
        OR EXISTS (SELECT 1 FROM people_guardianship g WHERE g.guardian_id = q.id AND g.has_rights
            AND (g.until IS NULL OR g.until > %s))))"""
"""Open accounts whose owner has, in no school, a role, a class or a child, now or to come."""


def without_ground(school_id: int, on: date, user_id: int | None = None) -> list[tuple[int, int]]:
    """Person and account ids of open accounts that no role gives a right to, on a day or later. One statement.

    With `user_id`: of that account alone.
    """
    values: list[object] = [school_id, on, on, on]
    if user_id is not None:
        values.append(user_id)
    with scope.opened():  # a role in another school is a ground as well
        rows = sql.read(
            _GROUNDLESS + (" AND u.id = %s" if user_id is not None else "") + " ORDER BY p.id", values
        )
    return [(row[0], row[1]) for row in rows]


def close_groundless(*, school_id: int, on: date, by: Actor = SYSTEM, at: datetime) -> int:
    """Close the accounts of those who have left: how many. The clock does this on the first day without a role."""
    found = without_ground(school_id, on)
    with act(school_id, by=by, at=at) as lines:
        for person_id, user_id in found:
            User.objects.filter(pk=user_id).update(is_active=False)
            lines.append(
                Line("account_closed", "user", user_id, data={"person": person_id, "why": "no_role"})
            )
    return len(found)
