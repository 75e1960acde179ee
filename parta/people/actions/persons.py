"""A person comes to the school's knowledge, and is corrected."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from parta.foundation.log import Actor, Line
from parta.organisation.actions import checks
from parta.organisation.acts import Refusal, act
from parta.people.actions.telling import tell
from parta.people.models import Person, PersonChange, Role
from parta.people.names import check_full_name

_CHUNK = 500


@dataclass(frozen=True, slots=True)
class PersonRow:
    """A person as one school knows them; `external_id` is the natural key of imports."""

    surname: str
    given_name: str
    patronymic: str = ""
    sex: str = ""
    birth_date: date | None = None
    email: str = ""
    phone: str = ""
    external_id: str = ""
    address: str = ""


HISTORY = ("surname", "given_name", "patronymic", "sex", "birth_date", "email", "phone", "address")
"""Fields whose former values are kept, in the order of the card."""
NAMES = ("surname", "given_name", "patronymic")
"""What a card holds also without the family's consent."""


def _fields(row: PersonRow, at: datetime, *, needs_given_name: bool = True) -> dict[str, Any]:
    checks.one_of(row.sex, Person.SEXES, "sex", "пол")
    if row.birth_date is not None and not date(1900, 1, 1) <= row.birth_date <= at.date():
        raise Refusal("Дата рождения: после 1900 года и не в будущем.", "birth_date")
    email = checks.text(row.email, 200, "email", "электронная почта", needed=False)
    if email and not re.fullmatch(r"[^\s@]+@[^\s@]+\.[^\s@]+", email):
        raise Refusal("Адрес почты не похож на адрес: нужен вида имя@сайт.рф.", "email")
    phone = checks.text(row.phone, 40, "phone", "телефон", needed=False)
    if phone and (not re.fullmatch(r"[+\d\s()–.,доб-]+", phone) or len(re.sub(r"\D", "", phone)) < 5):
        raise Refusal("Телефон: цифры, пробелы, скобки, плюс и дефисы.", "phone")
    return {
        "surname": checks.text(row.surname, 80, "surname", "фамилия"),
        "given_name": checks.text(row.given_name, 80, "given_name", "имя", needed=needs_given_name),
        "patronymic": checks.text(row.patronymic, 80, "patronymic", "отчество", needed=False),
        "sex": row.sex,
        "birth_date": row.birth_date,
        "email": email,
        "phone": phone,
        "address": checks.text(row.address, 300, "address", "адрес", needed=False),
        "external_id": checks.text(row.external_id, 120, "external_id", "внешний код", needed=False),
    }


def create_person(
    *,
    school_id: int,
    surname: str,
    given_name: str,
    patronymic: str = "",
    sex: str = "",
    birth_date: date | None = None,
    email: str = "",
    phone: str = "",
    external_id: str = "",
    address: str = "",
    by: Actor,
    at: datetime,
) -> Person:
    """A new person of the school. Raises Refusal with the field that is wrong."""
    row = PersonRow(surname, given_name, patronymic, sex, birth_date, email, phone, external_id, address)
    with act(school_id, by=by, at=at) as lines:
        person = Person.objects.create(school_id=school_id, **_fields(row, at))
        lines.append(Line("person_added", "person", person.pk))
    return person


def change_person(
    *,
    person: Person,
    surname: str,
    given_name: str,
    patronymic: str = "",
    sex: str = "",
    birth_date: date | None = None,
    email: str = "",
    phone: str = "",
    external_id: str = "",
    address: str | None = None,
    has_patronymic: bool | None = None,
    ground: str = "",
    closed: str = "",
    by: Actor,
    at: datetime,
) -> list[str]:
    """Correct what is known of a person. Returns the fields that changed; the log holds their names, no values.

    What stood there before goes to the person's own history, with the ground. `address` None leaves it as it is.
    `has_patronymic` False: the documents give none. Where the act wants the names of the person's role in full,
    initials raise Refusal. `closed`: why nothing beyond the name may be filled (no consent of the family): filling
    raises Refusal with it.
    """
    row = PersonRow(
        surname,
        given_name,
        patronymic,
        sex,
        birth_date,
        email,
        phone,
        external_id,
        person.address if address is None else address,
    )
    ground = checks.text(ground, 200, "ground", "основание", needed=False)
    before = {name: _shown(getattr(person, name)) for name in HISTORY}
    with act(person.school_id, by=by, at=at) as lines:
        names = checks.changed(
            person,
            has_patronymic=person.has_patronymic if has_patronymic is None else has_patronymic,
            **_fields(row, at),
        )
        if names and set(names) & {*NAMES, "has_patronymic"}:
            check_full_name(person, _roles_on(person, at.date()), at.date())
        filled = [name for name in names if name in HISTORY and name not in NAMES and getattr(person, name)]
        if closed and filled:
            raise Refusal(closed, filled[0])
        if names:
            person.save(update_fields=names)
            PersonChange.objects.bulk_create(
                PersonChange(
                    school_id=person.school_id,
                    person=person,
                    field=name,
                    before=before[name],
                    after=_shown(getattr(person, name)),
                    ground=ground,
                    at=at,
                    user_id=by.user_id,
                    role=by.role,
                )
                for name in HISTORY
                if name in names
            )
            if "email" in names and before["email"] and person.user_id is not None:
                # Letters about the account went to the old address: it is told where they stop.
                tell(
                    [person.user_id],
                    "mail",
                    f"было {before['email']}"[:200],
                    at=at,
                    by_mail=True,
                    former_address=before["email"],
                )
            lines.append(Line("person_changed", "person", person.pk, data={"fields": sorted(names)}))
    return names


def _roles_on(person: Person, on: date) -> list[str]:
    found = Role.objects.filter(person=person, starts__lte=on).exclude(until__lte=on)
    return list(found.values_list("kind", flat=True))


def _shown(value: object) -> str:
    return "" if value is None else str(value)[:300]


def bulk_people(*, school_id: int, rows: Sequence[PersonRow], by: Actor, at: datetime) -> list[int]:
    """Many new persons; their ids in the order of the rows. A timetable may know a teacher by the surname alone."""
    with act(school_id, by=by, at=at) as lines:
        made = Person.objects.bulk_create(
            [Person(school_id=school_id, **_fields(row, at, needs_given_name=False)) for row in rows],
            batch_size=_CHUNK,
        )
        lines += [Line("person_added", "person", person.pk) for person in made]
    return [person.pk for person in made]
