"""Accounts: issued with a one-time password, changed by their owner, reset, closed."""

import re
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache

from django.contrib.auth.hashers import check_password as matches
from django.contrib.auth.hashers import make_password
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError

from parta.foundation.language import noted, say
from parta.foundation.log import Actor, Line
from parta.organisation.acts import Refusal, act
from parta.people.actions.identities import forget_identities
from parta.people.actions.telling import schools_of_staff, tell
from parta.people.models import AccessIssue, KnownDevice, LoginFailure, Person, SignIn, User

_CONSONANTS = "bdfgklmnprstvz"
_VOWELS = "aeiou"
_LATIN = dict(
    zip(
        "абвгдеёжзийклмнопрстуфхцчшщыэюяөүңәқғһіұ",
        ("a b v g d e e zh z i y k l m n o p r s t u f kh ts ch sh sch y e yu ya o u n a k g h i u").split(),
        strict=True,
    )
)


PASSWORD_LIVES = timedelta(days=30)
"""How long a one-time password waits for its owner: as a code does where the act names no term."""


@dataclass(frozen=True, slots=True)
class Issued:
    """Login and one-time password, or an activation code with its last day, to be printed once: kept nowhere."""

    person_id: int
    login: str
    password: str
    code: str = ""
    until: datetime | None = None


@cache
def _nobody() -> str:
    """A hash that belongs to nobody, checked for absent accounts so that they take the same time."""
    return make_password(secrets.token_urlsafe(16))


def check_password(login: str, password: str) -> User | None:
    """The active account with this login and password. Absent, closed and wrong take the same time: one hashing."""
    user = User.objects.filter(login=login).first()
    hashed = user.password if user is not None and user.has_usable_password() else _nobody()
    right = matches(password, hashed)
    return user if right and user is not None and user.is_active and user.has_usable_password() else None


def change_password(
    *,
    user: User,
    current: str,
    new: str,
    repeat: str,
    school_id: int,
    by: Actor,
    at: datetime,
    keep_session: str = "",
) -> None:
    """The owner sets their own password; every other session ends. Raises Refusal: current, new or repeat."""
    if not user.check_password(current):
        raise Refusal("Нынешний пароль не подошёл.", "current")
    if new != repeat:
        raise Refusal("Пароли не совпали: наберите новый ещё раз.", "repeat")
    if new == current:
        raise Refusal("Новый пароль совпадает с нынешним: придумайте другой.", "new")
    if new.strip().lower() == user.login:
        raise Refusal("Пароль не должен совпадать с логином.", "new")
    try:
        validate_password(new, user)
    except ValidationError as error:
        raise Refusal(" ".join(error.messages), "new") from None
    with act(school_id, by=by, at=at) as lines:
        user.set_password(new)
        user.must_change_password = user.known_only = False
        user.save(update_fields=["password", "must_change_password", "known_only"])
        AccessIssue.objects.filter(person__user=user, way="password", used_at=None, void_at=None).update(
            used_at=at
        )
        _sessions_over(user, "password", at, keep_session)
        if schools_of_staff(user.pk, at.date()):
            words = "новый пароль задан на странице «Сменить пароль»"
            tell([user.pk], "password", words, at=at, by_mail=True, is_news=False)
        lines.append(Line("password_changed", "user", user.pk))


def _sessions_over(user: User, how: str, at: datetime, keep: str = "") -> None:
    """Sessions under the old password are over by its digest; here their sign-ins say so."""
    live = SignIn.objects.filter(user=user, ended_at=None).exclude(session_key=keep)
    live.update(ended_at=at, ended_how=how)


def one_time_password() -> str:
    """Four groups of two syllables that can be read aloud and typed without error: «miku-rapo-losa-duve».

    14 consonants and 5 vowels, eight syllables: 49 bits, and it works once. Latin letters, like the login.
    """
    syllable = [secrets.choice(_CONSONANTS) + secrets.choice(_VOWELS) for _ in range(8)]
    return "-".join(first + second for first, second in zip(syllable[::2], syllable[1::2], strict=True))


@dataclass(frozen=True, slots=True)
class AccountRow:
    """An account to be made; an empty `password_hash` opens nothing until a password is issued."""

    person_id: int
    login: str
    password_hash: str = ""
    must_change: bool = True


def latin(text: str) -> str:
    """Latin letters and digits of a Russian text, for logins and codes."""
    letters = "".join(_LATIN.get(sign, sign) for sign in text.lower())
    return re.sub(r"[^a-z0-9]", "", letters)


def make_logins(names: Sequence[tuple[str, str, str]]) -> list[str]:
    """Logins for surname, given name and patronymic: «sokolova.mv», a number added until it is free and distinct.

    One statement, whatever the number of names.
    """
    bases = [
        (f"{latin(surname)[:40]}.{latin(given)[:1]}{latin(patronymic)[:1]}".strip(".") or "user")
        for surname, given, patronymic in names
    ]
    taken = set(User.objects.values_list("login", flat=True))
    logins: list[str] = []
    for base in bases:
        login, number = base, 1
        while login in taken:
            number += 1
            login = f"{base}{number}"
        taken.add(login)
        logins.append(login)
    return logins


def checked_login(login: str) -> str:
    """The login in lower case. Raises Refusal for other signs than Latin ones, and when it is taken."""
    login = login.strip().lower()
    if not re.fullmatch(r"[a-z0-9][a-z0-9._@-]{2,59}", login):
        raise Refusal("Логин: латинские буквы, цифры, точка и дефис, от 3 до 60 знаков.", "login")
    if User.objects.filter(login=login).exists():
        raise Refusal(
            say("Логин «{login}» уже занят: добавьте к нему букву или цифру.", login=login), "login"
        )
    return login


def _register(person: Person, way: str, *, by: Actor, at: datetime, repeat: bool = False) -> AccessIssue:
    """A line of the register of access data; what was issued before and not used is void."""
    AccessIssue.objects.filter(person=person, used_at=None, void_at=None).update(void_at=at)
    return AccessIssue(
        school_id=person.school_id,
        person=person,
        way=way,
        is_repeat=repeat,
        issued_at=at,
        issued_by=by.user_id,
        role=by.role,
        expires_at=at + PASSWORD_LIVES if way == "password" else None,
    )


def is_stale(user: User, at: datetime) -> bool:
    """Whether the account waits for its owner with a one-time password whose time is over: a slip that lay about."""
    if not user.must_change_password:
        return False
    issues = AccessIssue.objects.filter(person__user=user, way="password", used_at=None, void_at=None)
    issue = issues.order_by("-issued_at", "-id").first()
    return issue is not None and issue.expires_at is not None and issue.expires_at <= at


def issue_account(*, person: Person, login: str = "", by: Actor, at: datetime) -> Issued:
    """An account with a one-time password, returned to be printed. Raises Refusal when the person has one."""
    if person.user_id is not None:
        raise Refusal("У этого человека уже есть учётная запись: выдайте новый пароль.", "login")
    if login:
        login = checked_login(login)
    else:
        (login,) = make_logins([(person.surname, person.given_name, person.patronymic)])
    password = one_time_password()
    with act(person.school_id, by=by, at=at) as lines:
        user = User(login=login, must_change_password=True)
        user.set_password(password)
        user.save()
        person.user = user
        person.save(update_fields=["user"])
        _register(person, "password", by=by, at=at).save()
        lines.append(Line("account_issued", "user", user.pk, data={"person": person.pk}))
    return Issued(person.pk, login, password, until=at + PASSWORD_LIVES)


def issue_missing_accounts(
    *, school_id: int, person_ids: Sequence[int], by: Actor, at: datetime
) -> list[Issued]:
    """Accounts with one-time passwords for those who have none, in the order asked; about 30 ms each (argon2)."""
    people = {
        person.pk: person
        for person in Person.objects.filter(school_id=school_id, pk__in=person_ids, user=None)
    }
    waiting = [people[person_id] for person_id in dict.fromkeys(person_ids) if person_id in people]
    logins = make_logins([(one.surname, one.given_name, one.patronymic) for one in waiting])
    passwords = [one_time_password() for _ in waiting]
    with act(school_id, by=by, at=at):
        bulk_accounts(
            school_id=school_id,
            rows=[
                AccountRow(person.pk, login, make_password(password))
                for person, login, password in zip(waiting, logins, passwords, strict=True)
            ],
            by=by,
            at=at,
        )
        AccessIssue.objects.bulk_create(
            [
                AccessIssue(
                    school_id=school_id,
                    person=person,
                    way="password",
                    issued_at=at,
                    issued_by=by.user_id,
                    role=by.role,
                    expires_at=at + PASSWORD_LIVES,
                )
                for person in waiting
            ],
            batch_size=500,
        )
    return [
        Issued(person.pk, login, password, until=at + PASSWORD_LIVES)
        for person, login, password in zip(waiting, logins, passwords, strict=True)
    ]


def bulk_accounts(*, school_id: int, rows: Sequence[AccountRow], by: Actor, at: datetime) -> list[int]:
    """Many accounts with hashes computed elsewhere; ids in the order of the rows."""
    with act(school_id, by=by, at=at) as lines:
        users = User.objects.bulk_create(
            [
                User(
                    login=row.login,
                    password=row.password_hash or make_password(None),
                    must_change_password=row.must_change,
                )
                for row in rows
            ],
            batch_size=500,
        )
        by_person = {row.person_id: user for row, user in zip(rows, users, strict=True)}
        people: list[Person] = []
        ids = list(by_person)
        for start in range(0, len(ids), 500):
            people += Person.objects.filter(school_id=school_id, pk__in=ids[start : start + 500], user=None)
        if len(people) != len(rows):
            raise Refusal("Среди людей есть чужие, повторённые или уже с учётной записью.", "person")
        for person in people:
            person.user = by_person[person.pk]
        Person.objects.bulk_update(people, ["user"], batch_size=200)
        lines += [
            Line("account_issued", "user", user.pk, data={"person": row.person_id})
            for row, user in zip(rows, users, strict=True)
        ]
    return [user.pk for user in users]


def _account_of(person: Person) -> User:
    if person.user is None:
        raise Refusal("У этого человека нет учётной записи.", "account")
    return person.user


def reset_password(*, person: Person, by: Actor, at: datetime) -> Issued:
    """A new one-time password; all sessions of the account end, its known browsers are forgotten."""
    user = _account_of(person)
    if by.user_id == user.pk:
        raise Refusal("Свой пароль меняют на странице «Сменить пароль».", "account")
    password = one_time_password()
    with act(person.school_id, by=by, at=at) as lines:
        user.set_password(password)
        user.must_change_password, user.known_only = True, False
        user.save(update_fields=["password", "must_change_password", "known_only"])
        KnownDevice.objects.filter(user=user).delete()
        forget_identities([user.pk], lines, at=at)
        LoginFailure.objects.filter(login=user.login).delete()
        _register(person, "password", by=by, at=at, repeat=True).save()
        _sessions_over(user, "school", at)
        tell([user.pk], "reset", noted("школа выдала вашей учётной записи новый пароль"), at=at)
        lines.append(Line("password_reset", "user", user.pk, data={"person": person.pk}))
    return Issued(person.pk, user.login, password, until=at + PASSWORD_LIVES)


def close_account(*, person: Person, by: Actor, at: datetime) -> None:
    """The account signs in no more; its sessions end with the next request."""
    user = _account_of(person)
    if by.user_id == user.pk:
        raise Refusal("Свою учётную запись закрыть нельзя: это сделает другой администратор.", "account")
    with act(person.school_id, by=by, at=at) as lines:
        if user.is_active:
            user.is_active = False
            user.save(update_fields=["is_active"])
            _sessions_over(user, "school", at)
            lines.append(Line("account_closed", "user", user.pk, data={"person": person.pk}))


def reopen_account(*, person: Person, by: Actor, at: datetime) -> None:
    """A closed account signs in again, with its old password."""
    user = _account_of(person)
    with act(person.school_id, by=by, at=at) as lines:
        if not user.is_active:
            user.is_active = True
            user.save(update_fields=["is_active"])
            lines.append(Line("account_reopened", "user", user.pk, data={"person": person.pk}))
