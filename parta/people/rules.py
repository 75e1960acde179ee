"""Rule kinds over people: who issues access data to whom, what needs a consent, how often class data are reviewed.

They judge no journal write, so the engine never asks them; the actions and pages of this app do, through the
functions below: each takes the law and a day, and gives finished values with the clauses to cite.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator

from parta.foundation import sql
from parta.people.viewer import ROLE_TITLES, Viewer
from parta.regulation.clause import Clause
from parta.regulation.judge import Law, Rule
from parta.regulation.queries import law as law_of_school
from parta.regulation.registry import (
    KINDS,
    Codes,
    Days,
    Every,
    OnStart,
    Params,
    Roles,
    RuleKind,
    known_kind,
    watch,
)
from parta.regulation.words import expand_roles, role_code, role_words

STAFF_ROLES = frozenset(ROLE_TITLES) - {"guardian", "student"}
FAMILY_ROLES = frozenset({"guardian", "student"})
CODE_LIVES = timedelta(days=30)
"""How long an activation code works when the act names no term."""

_SETS = {
    "user": STAFF_ROLES | FAMILY_ROLES,
    "staff": STAFF_ROLES,
    "other_staff": STAFF_ROLES,
    "administrator": frozenset({"operator", "deputy"}),
    "pedagogue": frozenset({"teacher", "class_teacher", "master"}),
}


def _codes(words: str) -> frozenset[str]:
    found: set[str] = set()
    for word in words.replace("{", "").replace("}", "").split(","):
        name = word.strip()
        found |= _SETS.get(name) or expand_roles({role_code(name)})
    return frozenset(found)


@dataclass(frozen=True, slots=True)
class Step:
    """One link of the chain: these issue access data to those. Empty `givers`: everybody gets them by themselves."""

    givers: frozenset[str]
    takers: frozenset[str]
    words: str = ""


_SET_WORDS = {
    "user": ("каждый", "всем"),
    "staff": ("сотрудник", "сотрудникам"),
    "other_staff": ("другой сотрудник", "другим сотрудникам"),
}


def _said(words: str, which: int) -> str:
    names = [word.strip() for word in words.replace("{", "").replace("}", "").split(",")]
    return ", ".join(
        _SET_WORDS[name][which] if name in _SET_WORDS else role_words([role_code(name)], dative=bool(which))
        for name in names
    )


def _steps(value: object) -> object:
    if not isinstance(value, list | tuple):
        raise ValueError(
            "звенья записывают списком: «operator->pedagogue», «class_teacher->parent,student», «self»"
        )
    steps = []
    for text in value:
        if isinstance(text, Step):
            steps.append(text)
        elif text == "self":
            steps.append(Step(frozenset(), frozenset()))
        else:
            givers, arrow, takers = str(text).partition("->")
            if not arrow:
                raise ValueError(f"«{text}»: звено записывают со стрелкой, например «operator->pedagogue»")
            steps.append(Step(_codes(givers), _codes(takers), f"{_said(givers, 0)} — {_said(takers, 1)}"))
    return tuple(steps)


class CredentialsChain(Params):
    """Who issues access data to whom; `term`: how long an activation code works."""

    steps: Annotated[tuple[Step, ...], BeforeValidator(_steps)]
    term: Days | None = None


class ConsentRequired(Params):
    """What is not done before the family's paper is recorded."""

    what: Literal["personal_data", "placement"] = "personal_data"
    """The kind of paper."""
    of: Roles = frozenset({"guardian"})
    before: Codes = frozenset({"card"})
    """``card``: filling and showing the card beyond name and class; ``electronic_access``: issuing access."""


class RosterReview(Params):
    """How often the class teacher looks through the class's list and cards."""

    every: Every
    by: Roles = frozenset({"class_teacher"})
    what: Codes = frozenset({"roster", "cards"})
    until: OnStart | None = None
    """For a yearly review: the day of the year by which it is done."""


PROFILE_FIELDS = {
    "full_name": "имя",
    "birth_date": "дата рождения",
    "address": "адрес",
    "phone": "телефон семьи",
    "parent": "представитель",
    "parent_full_name": "имя представителя",
    "parent_relation": "кем приходится представитель",
    "parent_contact": "телефон или почта представителя",
}


LIST_WORDS = {
    "classes": "Классы",
    "students": "Ученики",
    "parents": "Представители",
    "staff": "Сотрудники",
    "subjects": "Предметы",
    "rooms": "Кабинеты",
    "bells": "Расписания звонков",
}


class ProfileComplete(Params):
    """Which fields of a student's card must be filled; with `lists`, which reference lists must be whole and true."""

    lists: Codes = frozenset()
    """``classes``, ``students``, ``parents``, ``staff``, ``subjects``, ``rooms``, ``bells``, or ``all``."""
    checks: Codes = frozenset()
    """``orders_vs_roster``: the class list says what the orders say; ``duplicates``: one person entered twice;
    ``orphans``: cards that belong to nothing; none: empty fields."""

    fields: Codes = frozenset({"full_name", "birth_date", "address", "phone", "parent", "parent_contact"})
    by: Roles = frozenset({"class_teacher"})
    until: OnStart | None = None


class FullNames(Params):
    """Whose names stand in full."""

    roles: Roles = frozenset({"teacher", "master"})
    no_initials: Literal[True] = True


def _profile_says(p: ProfileComplete) -> str:
    if "orders_vs_roster" in p.checks:
        return "список класса совпадает с приказами о зачислении и отчислении"
    if not p.lists:
        return "в карточке заполняют: " + ", ".join(
            w for code, w in PROFILE_FIELDS.items() if code in p.fields
        )
    words = {"duplicates": "нет записанных дважды", "orphans": "нет карточек, которые ни к чему не относятся"}
    said = [words.get(code, code) for code in sorted(p.checks)] or ["обязательные поля заполнены"]
    return "в справочниках " + ", ".join(said)


def _chain_says(p: CredentialsChain) -> str:
    parts = [step.words for step in p.steps if step.givers]
    own = ["свой доступ каждый получает сам, по коду"] if any(not step.givers for step in p.steps) else []
    return "; ".join(([f"доступ выдают: {'; '.join(parts)}"] if parts else []) + own)


def _kind(
    name: str, shape: int, params: type[Params], title: str, says: Any, *, acts: str, own: Iterable[str] = ()
) -> None:
    known_kind(RuleKind(name, shape, params, title, says, own=frozenset(own), acts=acts))


_BEFORE = {
    "card": "заполняют карточку дальше имени и класса",
    "electronic_access": "выдают электронный доступ",
}

_kind(
    "credentials_chain",
    8,
    CredentialsChain,
    "Кто кому выдаёт доступ",
    _chain_says,
    acts="на страницах доступа: чужую выдачу не принимает",
)
_kind(
    "consent_required",
    7,
    ConsentRequired,
    "Согласие семьи",
    lambda p: f"только с согласия семьи {' и '.join(_BEFORE.get(code, code) for code in sorted(p.before))}",
    acts="в карточке ученика и при выдаче доступа: без записанного заявления не открывает",
)
_kind(
    "roster_review_every",
    1,
    RosterReview,
    "Проверка данных класса",
    lambda p: f"данные класса проверяют {p.every}",
    acts="на странице класса: срок и отметка «данные проверены»",
    own={"by"},
)
_kind(
    "full_names",
    4,
    FullNames,
    "Имена полностью",
    lambda p: f"фамилию, имя и отчество пишут полностью: {role_words(sorted(p.roles))}",
    acts="в карточке сотрудника и при назначении роли: имя с инициалами не принимает",
    own={"roles"},
)
_kind(
    "profile_complete",
    1,
    ProfileComplete,
    "Полнота карточек",
    _profile_says,
    acts="на страницах класса и «Обязанности»: список незаполненного",
    own={"by"},
)


def law_of(viewer: Viewer) -> Law:
    """The law of the viewer's school; no statement when its version is known."""
    return law_of_school(viewer.school.id, viewer.school.law_version)


def rules(law: Law, on: date, kind: str) -> list[Rule[Any]]:
    """The rules of a kind in force on a day, in the order of the acts."""
    return [rule for _, _, rule in law.on(on).entries if rule is not None and rule.kind is KINDS[kind]]


@dataclass(frozen=True, slots=True)
class Cited:
    """Clauses as they are quoted: «п. 2.3 Порядка ведения журнала»; empty when the law is silent."""

    text: str = ""
    clauses: tuple[Clause, ...] = ()

    @property
    def brackets(self) -> str:
        """« (п. 2.3)» to end a sentence with, or nothing."""
        return f" ({self.text})" if self.text else ""


def cited(found: Iterable[Rule[Any]]) -> Cited:
    """The clauses of rules, each printed number once, with the act's short name."""
    clauses: dict[Clause, None] = {}
    words: dict[str, None] = {}
    for rule in found:
        for clause in rule.clauses:
            clauses[clause] = None
            words[f"{rule.act}, {clause.printed}"] = None
    return Cited("; ".join(words), tuple(clauses))


# ── who issues access data ──


@dataclass(frozen=True, slots=True)
class Issuing:
    """Whether access data may be issued, and how."""

    allowed: bool
    by_self: bool
    """Everybody gets access by themselves: a code is issued, never a password."""
    code_lives: timedelta
    givers: frozenset[str]
    law: Cited

    @property
    def refusal(self) -> str:
        """Who does it instead, with the clause."""
        return f"Доступ здесь выдаёт {role_words(sorted(self.givers))}{self.law.brackets}."


DEFAULT_GIVERS = frozenset({"operator", "deputy"})


def issuing(law: Law, on: date, *, giver: frozenset[str], taker: frozenset[str], own_class: bool) -> Issuing:
    """May somebody with the roles `giver` issue access data to somebody who has the roles `taker`?

    A member of staff who is also a parent counts as staff: a class teacher resets nobody's account but a family's.
    `own_class`: the taker is of the giver's own class (or group); a class teacher or pedagogue needs that. The first
    act that names the taker decides; where none does, the operator and the deputy head issue to everybody, class
    teachers to their own families.
    """
    targets = taker & STAFF_ROLES or taker
    found = rules(law, on, "credentials_chain")
    naming: list[Rule[Any]] = []
    givers: set[str] = set()
    lives, by_self = CODE_LIVES, False
    for rule in found:
        params: CredentialsChain = rule.params
        mine = [step for step in params.steps if step.takers & targets]
        by_self = by_self or any(not step.givers for step in params.steps)
        if mine:
            naming.append(rule)
            for step in mine:
                givers |= step.givers
            if params.term is not None:
                lives = _days(params.term)
    if not naming:
        givers = set(DEFAULT_GIVERS)
        if targets <= FAMILY_ROLES:
            givers |= {"class_teacher", "master"}
        naming = [rule for rule in found if any(not step.givers for step in rule.params.steps)]
    hands = giver & givers
    bound = {"class_teacher", "master", "teacher"}
    allowed = bool(hands - bound) or (bool(hands) and (own_class or not targets <= FAMILY_ROLES))
    return Issuing(
        allowed,
        by_self,
        lives,
        frozenset(givers),
        cited(naming),
    )


def _days(term: Any) -> timedelta:
    """A term of the act as calendar days; at least one."""
    return timedelta(days=max(1, int(getattr(term, "count", 30))))


# ── what needs a consent ──


def consents_needed(law: Law, on: date, before: str) -> list[tuple[str, Cited]]:
    """Kinds of consent needed before something is done, each with the clauses that ask for it."""
    by_kind: dict[str, list[Rule[Any]]] = {}
    for rule in rules(law, on, "consent_required"):
        if before in rule.params.before:
            by_kind.setdefault(rule.params.what, []).append(rule)
    return [(kind, cited(found)) for kind, found in by_kind.items()]


def consent_states(student_ids: Sequence[int], kinds: Iterable[str], on: date) -> dict[tuple[int, str], str]:
    """The state that counts on a day, by student and kind: `given`, `refused` or `withdrawn`. One statement."""
    wanted = sorted(set(kinds))
    if not student_ids or not wanted:
        return {}
    found: dict[tuple[int, str], str] = {}
    for student_id, kind, state in sql.read(
        f"SELECT student_id, kind, state FROM people_consent WHERE student_id IN ({sql.marks(len(student_ids))})"
        f" AND kind IN ({sql.marks(len(wanted))}) AND signed_on <= %s ORDER BY signed_on, id",
        [*student_ids, *wanted, on],
    ):
        found[student_id, kind] = state
    return found


def without_consent(law: Law, on: date, student_ids: Sequence[int], before: str) -> dict[int, Cited]:
    """Students for whom a needed consent is not given, with the clauses that need it. One statement, or none."""
    needed = consents_needed(law, on, before)
    if not needed or not student_ids:
        return {}
    states = consent_states(student_ids, [kind for kind, _ in needed], on)
    lacking: dict[int, Cited] = {}
    for student_id in student_ids:
        for kind, law_words in needed:
            if states.get((student_id, kind)) != "given":
                lacking.setdefault(student_id, law_words)
    return lacking


# ── how often class data are looked through ──


@dataclass(frozen=True, slots=True)
class Turn:
    """A span in which a class is to be looked through once: from, until (half-open), who asks for it."""

    starts: date
    until: date
    words: str
    law: Cited


def _month(on: date) -> tuple[date, date]:
    first = on.replace(day=1)
    return first, (first + timedelta(days=32)).replace(day=1)


def review_turns(law: Law, on: date, year_starts: date, year_until: date) -> list[Turn]:
    """The spans that lie open on a day, or closed last before it: a month or a week each; the year until its day."""
    turns = []
    for rule in rules(law, on, "roster_review_every"):
        params: RosterReview = rule.params
        unit = params.every.unit
        if unit == "month":
            starts, until = _month(on)
            spans = [(starts, until), _month(starts - timedelta(days=1))]
        elif unit == "school_year":
            named = params.until.on({"year_start": year_starts}) if params.until is not None else None
            spans = [(year_starts, year_until if named is None else named + timedelta(days=1))]
        else:
            days = params.every.count if unit == "sliding" else {"week": 7}.get(unit, 92)
            spans = [(on - timedelta(days=days - 1), on + timedelta(days=1))]
        for starts, until in spans:
            if until > year_starts and starts < year_until:
                turns.append(Turn(max(starts, year_starts), until, str(params.every), cited([rule])))
    return turns


@dataclass(frozen=True, slots=True)
class RosterFinding:
    """A class that was not looked through in its time, and whose duty that is."""

    homeroom_id: int
    homeroom: str
    teacher_id: int | None
    starts: date
    until: date
    """The first day on which it was overdue."""
    law: Cited


@watch("roster_review_every")
def overdue_reviews(law: Law, school_id: int, on: date) -> list[RosterFinding]:
    """Classes with students that nobody looked through in a span which is over on `on`. Three statements."""
    years = sql.read(
        "SELECT id, starts, until FROM organisation_academicyear WHERE school_id = %s AND starts <= %s AND until > %s"
        " ORDER BY starts DESC LIMIT 1",
        (school_id, on, on),
    )
    if not years:
        return []
    year_id, year_starts, year_until = years[0]
    turns = [turn for turn in review_turns(law, on, year_starts, year_until) if turn.until <= on]
    if not turns:
        return []
    seen: dict[int, list[date]] = {}
    for homeroom_id, day in sql.read(
        "SELECT homeroom_id, day FROM people_rosterreview WHERE school_id = %s AND day >= %s AND day <= %s",
        (school_id, min(turn.starts for turn in turns), on),
    ):
        seen.setdefault(homeroom_id, []).append(day)
    rooms = sql.read(
        "SELECT h.id, h.title, (SELECT MIN(r.person_id) FROM people_role r WHERE r.homeroom_id = h.id"
        " AND r.kind IN ('class_teacher', 'master') AND r.starts <= %s AND (r.until IS NULL OR r.until > %s))"
        " FROM organisation_homeroom h WHERE h.school_id = %s AND h.year_id = %s AND EXISTS (SELECT 1"
        " FROM people_enrolment e WHERE e.homeroom_id = h.id AND e.starts <= %s AND (e.until IS NULL OR e.until > %s))"
        " ORDER BY COALESCE(h.grade, 99), h.title",
        (on, on, school_id, year_id, on, on),
    )
    return [
        RosterFinding(homeroom_id, title, teacher_id, turn.starts, turn.until, turn.law)
        for homeroom_id, title, teacher_id in rooms
        for turn in turns
        if not any(turn.starts <= day < turn.until for day in seen.get(homeroom_id, ()))
    ]
