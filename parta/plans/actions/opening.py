"""What the act asks before a journal is opened: a class named with its letter, a subject of the curriculum."""

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any, Protocol

from parta.foundation import sql
from parta.organisation.acts import Refusal
from parta.organisation.models import AcademicYear, School
from parta.people.rules import cited
from parta.plans.approvals import asked_of_school, in_approved_curriculum
from parta.regulation.judge import Rule
from parta.regulation.queries import law as law_of_school

__all__ = ["check_approved", "check_opening"]


class Opened(Protocol):
    """A journal to be opened, as far as it is asked here."""

    @property
    def subject_id(self) -> int: ...
    @property
    def homeroom_id(self) -> int | None: ...
    @property
    def grade(self) -> int | None: ...


def check_opening(year: AcademicYear, rows: Sequence[Opened], on: date) -> None:
    """Raise Refusal for the first journal that the act in force does not let open. One statement, or up to four."""
    version = School.objects.values_list("law_version", flat=True).get(pk=year.school_id)
    law = law_of_school(year.school_id, version)
    found: dict[str, list[Rule[Any]]] = {"journal_scope": [], "names_from_curriculum": []}
    for _, entry, rule in law.on(max(on, year.starts)).entries:
        if rule is not None and entry.kind in found:
            found[entry.kind].append(rule)
    letters = [rule for rule in found["journal_scope"] if rule.params.name_has == "letter"]
    if letters:
        _check_letters(year, {row.homeroom_id for row in rows if row.homeroom_id is not None}, letters)
    if found["names_from_curriculum"]:
        _check_curriculum(year, rows, found["names_from_curriculum"])


def _check_letters(year: AcademicYear, wanted: Iterable[int], rules: Sequence[Rule[Any]]) -> None:
    """Every class has its letter, and two classes of one code have different ones."""
    known: dict[tuple[str, str], str] = {}
    asked = set(wanted)
    for id, title, letter in sql.read(
        "SELECT id, title, letter FROM organisation_homeroom WHERE year_id = %s ORDER BY id", [year.pk]
    ):
        sign = "".join(letter.split()).casefold()
        whole = "".join(title.split()).casefold()
        if not sign or sign not in whole:
            if id in asked:
                raise Refusal(
                    f"В названии «{title}» нет литеры: впишите её в карточке группы, тогда журнал откроется"
                    f"{cited(rules).brackets}.",
                    "homeroom",
                )
            continue
        key = ("".join(sign_ for sign_ in whole if sign_.isalnum()), sign)
        twin = known.setdefault(key, title)
        if twin != title and id in asked:
            raise Refusal(
                f"«{title}» и «{twin}» отличаются только написанием: дайте им разные литеры{cited(rules).brackets}.",
                "homeroom",
            )


def _check_curriculum(year: AcademicYear, rows: Sequence[Opened], rules: Sequence[Rule[Any]]) -> None:
    """Every subject stands in the curriculum of its class, or of its grade or course."""
    lines = {
        tuple(row)
        for row in sql.read(
            "SELECT subject_id, grade, homeroom_id FROM plans_curriculumhours WHERE year_id = %s", [year.pk]
        )
    }
    grades = {
        row[0]: row[1]
        for row in sql.read("SELECT id, grade FROM organisation_homeroom WHERE year_id = %s", [year.pk])
    }
    kinds = frozenset().union(*(rule.params.kinds for rule in rules))
    for row in rows:
        grade = row.grade if row.grade is not None else grades.get(row.homeroom_id or 0)
        if (row.subject_id, None, row.homeroom_id) in lines or (row.subject_id, grade, None) in lines:
            continue
        title, kind = sql.read(
            "SELECT title, kind FROM organisation_subject WHERE id = %s", [row.subject_id]
        )[0]
        if kind and kind not in kinds:
            continue
        raise Refusal(
            f"«{title}» нет в учебном плане этого класса или курса: сначала внесите строку плана"
            f"{cited(rules).brackets}.",
            "subject",
        )


def check_approved(
    year: AcademicYear,
    subject_id: int,
    homeroom_id: int | None,
    subgroup_id: int | None,
    grade: int | None,
    on: date,
) -> None:
    """Raise Refusal when the act wants the curriculum approved and the subject is not in it.

    An import opens its journals all the same: they stay closed for writing until the curriculum is approved, so that
    a school can be loaded before its director has signed anything.
    """
    wanted = asked_of_school(year, on, "curriculum")
    if not wanted.needed or in_approved_curriculum(year, subject_id, homeroom_id, subgroup_id, grade):
        return
    found = sql.read("SELECT title FROM organisation_subject WHERE id = %s", [subject_id])
    raise Refusal(
        f"«{found[0][0] if found else subject_id}» нет в утверждённом учебном плане этого класса{wanted.law.brackets}:"
        " внесите строку плана и дайте её на утверждение.",
        "subject",
    )
