"""What the act asks before a journal is opened: a class named with its letter, a subject of the curriculum."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Protocol

from parta.foundation import sql
from parta.organisation.acts import Refusal
from parta.organisation.models import AcademicYear, School
from parta.people.rules import cited
from parta.plans.approvals import asked_of_school, in_approved_curriculum
from parta.regulation.judge import Rule
from parta.regulation.queries import law as law_of_school

__all__ = ["Asked", "asked_at_opening", "check_approved", "check_opening", "curriculum_lines", "has_letter"]


class Opened(Protocol):
    """A journal to be opened, as far as it is asked here."""

    @property
    def subject_id(self) -> int: ...
    @property
    def homeroom_id(self) -> int | None: ...
    @property
    def subgroup_id(self) -> int | None: ...
    @property
    def grade(self) -> int | None: ...


@dataclass(frozen=True, slots=True)
class Asked:
    """What the act in force asks of a journal before it is opened."""

    letters: Sequence[Rule[Any]]
    curriculum: Sequence[Rule[Any]]

    def no_letter(self, title: str) -> str:
        """Why a class without a letter has no journal."""
        return f"В названии «{title}» нет литеры{cited(self.letters).brackets}."

    def not_in_curriculum(self, title: str) -> str:
        """Why a subject has no journal."""
        return (
            f"«{title}» нет в учебном плане этого класса или курса: сначала внесите строку плана"
            f"{cited(self.curriculum).brackets}."
        )

    def wants_line(self, kind: str) -> bool:
        """Whether subjects of this kind must stand in the curriculum."""
        kinds: frozenset[str] = frozenset().union(*(rule.params.kinds for rule in self.curriculum))
        return bool(self.curriculum) and (not kind or kind in kinds)


def asked_at_opening(school_id: int, day: date) -> Asked:
    """What the act in force on a day asks."""
    version = School.objects.values_list("law_version", flat=True).get(pk=school_id)
    found: dict[str, list[Rule[Any]]] = {"journal_scope": [], "names_from_curriculum": []}
    for _, entry, rule in law_of_school(school_id, version).on(day).entries:
        if rule is not None and entry.kind in found:
            found[entry.kind].append(rule)
    letters = [rule for rule in found["journal_scope"] if rule.params.name_has == "letter"]
    return Asked(letters, found["names_from_curriculum"])


def check_opening(year: AcademicYear, rows: Sequence[Opened], on: date) -> None:
    """Raise Refusal for the first journal that the act in force does not let open. One statement, or up to four."""
    asked = asked_at_opening(year.school_id, max(on, year.starts))
    if asked.letters:
        _check_letters(year, {row.homeroom_id for row in rows if row.homeroom_id is not None}, asked)
    if asked.curriculum:
        _check_curriculum(year, rows, asked)


def has_letter(title: str, letter: str) -> bool:
    """Whether a class is named with its letter."""
    sign = "".join(letter.split()).casefold()
    return bool(sign) and sign in "".join(title.split()).casefold()


def _check_letters(year: AcademicYear, wanted: set[int], asked: Asked) -> None:
    """Every class has its letter, and two classes of one code have different ones."""
    known: dict[tuple[str, str], str] = {}
    for id, title, letter in sql.read(
        "SELECT id, title, letter FROM organisation_homeroom WHERE year_id = %s ORDER BY id", [year.pk]
    ):
        if not has_letter(title, letter):
            if id in wanted:
                raise Refusal(
                    f"{asked.no_letter(title)} Впишите её в карточке группы, тогда журнал откроется.",
                    "homeroom",
                )
            continue
        signs = "".join(sign for sign in title.casefold() if sign.isalnum())
        twin = known.setdefault((signs, "".join(letter.split()).casefold()), title)
        if twin != title and id in wanted:
            raise Refusal(
                f"«{title}» и «{twin}» отличаются только написанием: дайте им разные литеры"
                f"{cited(asked.letters).brackets}.",
                "homeroom",
            )


def curriculum_lines(year_id: int) -> set[tuple[int, int | None, int | None]]:
    """Subject with a grade or a class of its own: what stands in the curriculum of a year."""
    return {
        (row[0], row[1], row[2])
        for row in sql.read(
            "SELECT subject_id, grade, homeroom_id FROM plans_curriculumhours WHERE year_id = %s", [year_id]
        )
    }


def _check_curriculum(year: AcademicYear, rows: Sequence[Opened], asked: Asked) -> None:
    """Every subject stands in the curriculum of its class, or of its grade or course."""
    lines = curriculum_lines(year.pk)
    grades = {
        row[0]: row[1]
        for row in sql.read("SELECT id, grade FROM organisation_homeroom WHERE year_id = %s", [year.pk])
    }
    own = {
        (row[0], row[1])
        for row in sql.read(
            "SELECT il.subject_id, ip.subgroup_id FROM plans_individualline il"
            " JOIN plans_individualplan ip ON ip.id = il.plan_id WHERE ip.year_id = %s",
            [year.pk],
        )
    }
    for row in rows:
        if (row.subject_id, row.subgroup_id) in own:
            continue
        grade = row.grade if row.grade is not None else grades.get(row.homeroom_id or 0)
        if (row.subject_id, None, row.homeroom_id) in lines or (row.subject_id, grade, None) in lines:
            continue
        title, kind = sql.read(
            "SELECT title, kind FROM organisation_subject WHERE id = %s", [row.subject_id]
        )[0]
        if asked.wants_line(kind):
            raise Refusal(asked.not_in_curriculum(title), "subject")


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
