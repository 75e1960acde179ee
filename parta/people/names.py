"""Names of staff in full, where the act asks for it: no initials, no missing patronymic."""

import re
from collections.abc import Iterable
from datetime import date

from parta.organisation.acts import Refusal
from parta.organisation.models import School
from parta.people.models import Person
from parta.people.rules import FullNames, cited, rules
from parta.regulation.queries import law as law_of_school

__all__ = ["check_full_name", "name_fault"]

_INITIAL = re.compile(r"^[A-Za-zА-Яа-яЁё]\.?$|\.")
"""A single letter, or anything with a full stop in it."""


def name_fault(surname: str, given_name: str, patronymic: str, has_patronymic: bool) -> tuple[str, str]:
    """The first field that is no full name, and what is wrong with it; two empty texts when nothing is."""
    for field, value, what in (
        ("surname", surname, "Фамилия"),
        ("given_name", given_name, "Имя"),
        ("patronymic", patronymic, "Отчество"),
    ):
        words = value.split()
        if any(_INITIAL.search(word) for word in words):
            return field, f"{what} пишут полностью, без инициалов: «{value}»."
        if not words and field == "given_name":
            return field, "Имя не вписано: нужно полное."
        if not words and field == "patronymic" and has_patronymic:
            return field, "Отчество не вписано. Если его нет по документам, отметьте это."
    return "", ""


def check_full_name(person: Person, roles: Iterable[str], on: date) -> None:
    """Raise Refusal when an act in force wants the names of one of these roles in full, and the person's are not.

    Three statements at most.
    """
    version = School.objects.values_list("law_version", flat=True).get(pk=person.school_id)
    held = frozenset(roles)
    asking = []
    for rule in rules(law_of_school(person.school_id, version), on, "full_names"):
        params: FullNames = rule.params
        if params.roles & held:
            asking.append(rule)
    if not asking:
        return
    field, fault = name_fault(person.surname, person.given_name, person.patronymic, person.has_patronymic)
    if fault:
        raise Refusal(f"{fault.removesuffix('.')}{cited(asking).brackets}.", field)
