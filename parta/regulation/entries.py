"""What a regulation file holds once it is read: an edition, its entries and settings, as plain frozen values."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from parta.regulation.clause import Clause

__all__ = [
    "MISSING",
    "RANKS",
    "Edition",
    "Entry",
    "Ground",
    "PermitTerms",
    "Problem",
    "RegulationError",
    "Setting",
]

RANKS: Mapping[str, int] = {"law": 0, "founder": 1, "school": 2, "order": 3, "council": 4}
"""Ranks of acts, the highest first: law, founder's act, school act, order, decision of the council."""

MISSING: Any = object()


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing wrong in a regulation file."""

    line: int
    entry: str
    text: str

    def __str__(self) -> str:
        where = f"строка {self.line}" if self.line else "файл"
        return f"{where}, {self.entry}: {self.text}" if self.entry else f"{where}: {self.text}"


class RegulationError(ValueError):
    """A regulation file that cannot be put in force; ``problems`` lists all that is wrong with it."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        super().__init__("\n".join(str(problem) for problem in problems))
        self.problems = tuple(problems)

    def __reduce__(self) -> tuple[Any, ...]:
        return (RegulationError, (self.problems,))


@dataclass(frozen=True, slots=True)
class Setting:
    """A number or word that the document does not give: the school decides it."""

    name: str
    title: str
    value: Any
    """The value in the file, or ``MISSING``: then the entry that needs it sleeps."""
    is_default: bool
    """Whether the value is a proposed default and not the school's own choice."""
    changed_by: str
    choices: tuple[Any, ...] = ()
    line: int = 0

    def __reduce__(self) -> tuple[Any, ...]:
        has_value = self.value is not MISSING
        return (
            _setting_of,
            (
                self.name,
                self.title,
                has_value,
                self.value if has_value else None,
                self.is_default,
                self.changed_by,
                self.choices,
                self.line,
            ),
        )


def _setting_of(
    name: str, title: str, has_value: bool, value: Any, is_default: bool, by: str, choices: Any, line: int
) -> Setting:
    return Setting(name, title, value if has_value else MISSING, is_default, by, choices, line)


@dataclass(frozen=True, slots=True)
class PermitTerms:
    """Who may permit what an entry forbids, on what ground, for how long."""

    by: frozenset[str] = frozenset()
    ground: frozenset[str] = frozenset()
    term: Any = None


@dataclass(frozen=True, slots=True)
class Entry:
    """One rule of an edition: the clause, the kind, its parameters, and whom it binds."""

    index: int
    line: int
    clauses: tuple[Clause, ...]
    kind: str
    raw: tuple[tuple[str, Any], ...]
    """Parameters as the file gives them, settings and tables not yet resolved."""
    in_force_from: date | None = None
    in_force_until: date | None = None
    by: frozenset[str] = frozenset()
    told: tuple[str, ...] = ()
    grades: frozenset[int] | None = None
    subjects: frozenset[str] | None = None
    classes: frozenset[str] | None = None
    roles: frozenset[str] | None = None
    students: frozenset[int] | None = None
    except_grades: frozenset[int] = frozenset()
    except_subjects: frozenset[str] = frozenset()
    except_classes: frozenset[str] = frozenset()
    except_roles: frozenset[str] = frozenset()
    except_students: frozenset[int] = frozenset()
    on_breach: Any = None
    permit: PermitTerms = PermitTerms()
    overrides: frozenset[str] = frozenset()
    may_relax: bool = False
    when: Any = True
    note: str = ""

    @property
    def label(self) -> str:
        """How messages name the entry: «запись 3 (GT-P-2.4a, mark_deadline)»."""
        ids = ", ".join(clause.id for clause in self.clauses)
        return f"запись {self.index + 1} ({ids or 'без пункта'}, {self.kind})"

    @property
    def breadth(self) -> tuple[int, int, int, int]:
        """How narrow the population is: subjects, grades, classes, roles (1 = narrowed). Larger is narrower."""
        return (
            int(self.subjects is not None),
            int(self.grades is not None),
            int(self.classes is not None or self.students is not None),
            int(self.roles is not None),
        )

    def takes(self, place: Any) -> bool:
        """Whether the place belongs to the population of this entry."""
        grade = place.grade
        if self.grades is not None and grade not in self.grades:
            return False
        if self.subjects is not None and not place.has_subject(self.subjects):
            return False
        if self.classes is not None and not place.has_homeroom(self.classes):
            return False
        if self.except_grades and grade in self.except_grades:
            return False
        if self.except_subjects and place.has_subject(self.except_subjects):
            return False
        return not (self.except_classes and place.has_homeroom(self.except_classes))

    def takes_student(self, student_id: int | None) -> bool:
        """Whether a student is among those the entry is about; ``None`` is anybody whom no entry names."""
        if self.students is not None and student_id not in self.students:
            return False
        return student_id not in self.except_students

    def takes_roles(self, roles: frozenset[str]) -> bool:
        """Whether one who writes in these roles is bound by the entry."""
        if self.roles is not None and not roles & self.roles:
            return False
        return not roles & self.except_roles

    @property
    def is_for_roles(self) -> bool:
        """Whether it binds some writers and not others."""
        return self.roles is not None or bool(self.except_roles)


@dataclass(frozen=True, slots=True)
class Ground:
    """A law, order or letter on which an act rests: named with its number, and its date where it has one."""

    title: str
    dated: date | None = None
    note: str = ""


@dataclass(frozen=True, slots=True)
class Edition:
    """One act as it stands from a date: its head, its settings and its entries in clause order."""

    code: str
    title: str
    short: str
    rank: str
    in_force_from: date
    in_force_until: date | None
    entries: tuple[Entry, ...]
    settings: tuple[Setting, ...]
    approved_by: str = ""
    number: str = ""
    adopted_by: str = ""
    """The council's minutes, with number and date, where a council took part."""
    approved_on: date | None = None
    grounds: tuple[Ground, ...] = ()
    """What the act rests on, in the order of its text."""
    others: tuple[tuple[str, tuple[Clause, ...]], ...] = ()
    """Clauses no rule holds: «served» by the program and «outside» of it, each with its list."""
    posts: tuple[str, ...] = ()
    """Codes of the posts the act names for itself."""
    rests_on: frozenset[str] = frozenset()
    """Codes of acts whose words (kinds of work) this one may use without defining them."""

    def setting(self, name: str) -> Setting | None:
        """The setting of that name, if the file declares it."""
        return next((setting for setting in self.settings if setting.name == name), None)
