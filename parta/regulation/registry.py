"""The registry of rule kinds: names a regulation file may use, their parameters, and the functions behind them.

A rule kind is declared in the app whose rows it judges::

    class NoMarkEdit(Params):
        permit: str = "deputy_remark"

    @rule_kind("no_mark_edit", 6, NoMarkEdit, facts={"mark"}, verbs={"correct", "annul"}, on_breach="permit",
               title="Отметку не исправляют", says=lambda p: "сохранённую отметку меняют только по разрешению")
    def no_mark_edit(rule, bench):
        def ask(act, calendar):
            return Breach("Отметка уже стоит в журнале.") if ... else None
        return ask

The decorated function is a *builder*: it is called once for a rule and a place, and gives a small function that is
asked about each intended act. A kind may also have a watch (:func:`watch`), a set-based query over a school.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import TYPE_CHECKING, Annotated, Any, Literal, Protocol

from pydantic import BaseModel, BeforeValidator, ConfigDict

from parta.regulation.durations import (
    Calendar,
    Duration,
    Interval,
    parse_duration,
    parse_interval,
    parse_length,
)
from parta.regulation.moments import BY_ORDER, OF_TERM, YEARLY, Moment, moment_of
from parta.regulation.verdict import Outcome
from parta.regulation.words import ROLES, allowed, role_code

if TYPE_CHECKING:
    from parta.regulation.judge import Rule

__all__ = [
    "KINDS",
    "Ask",
    "Breach",
    "Codes",
    "Days",
    "Due",
    "Dur",
    "EditionCheck",
    "Every",
    "Hours",
    "Intended",
    "OnDate",
    "OnDay",
    "OnOrder",
    "OnPeriod",
    "OnStart",
    "Params",
    "Place",
    "Roles",
    "RuleKind",
    "Texts",
    "Years",
    "disputes",
    "dur_or",
    "edition_check",
    "known_kind",
    "one_of",
    "roles_or",
    "rule_kind",
    "watch",
    "word_of",
]

Breaching = Literal["refuse", "permit", "remark", "finding"]
BREACHES: Mapping[str, Outcome] = {
    "refuse": Outcome.REFUSE,
    "permit": Outcome.PERMIT,
    "remark": Outcome.REMARK,
    "finding": Outcome.PASS,
}
SHAPES: Mapping[int, str] = {
    1: "срок",
    2: "норма",
    3: "закрытый набор",
    4: "текст",
    5: "согласие двух записей",
    6: "окно и замок",
    7: "предварительное условие",
    8: "права",
    9: "вычисленный итог",
    10: "рамка положения",
}


class Place(Protocol):
    """Where an act happens, as far as a rule's population asks. Hashable; equal places share their rules."""

    @property
    def grade(self) -> int | None:
        """Grade or course; ``None`` where there is none."""

    @property
    def weekly_hours(self) -> float | None:
        """Lessons a week by the curriculum."""

    @property
    def homeroom(self) -> str:
        """Title of the homeroom, whose days are counted; empty where there is none."""

    def has_subject(self, names: frozenset[str]) -> bool:
        """Whether the subject goes by one of these names: title, code, area or tag."""

    def has_homeroom(self, names: frozenset[str]) -> bool:
        """Whether the homeroom goes by one of these names."""


class Writer(Protocol):
    """Who writes."""

    @property
    def roles(self) -> frozenset[str]:
        """Role codes on that date."""


class Intended(Protocol):
    """One intended write, as far as the engine asks; the rest is between the act and its rule kinds."""

    @property
    def fact(self) -> str:
        """What is written: ``mark``, ``absence``, ``topic``…"""

    @property
    def verb(self) -> str:
        """``record``, ``correct`` or ``annul``."""

    @property
    def on(self) -> date:
        """The date whose edition judges: the lesson's date."""

    @property
    def at(self) -> datetime:
        """When it is written, aware."""

    @property
    def place(self) -> Any:
        """A :class:`Place`."""

    @property
    def by(self) -> Any:
        """A :class:`Writer`."""

    @property
    def student_id(self) -> int | None:
        """Whose fact it is; ``None`` for facts of the whole lesson."""

    @property
    def reason(self) -> str:
        """The writer's own words why, or empty."""

    @property
    def ground(self) -> frozenset[str]:
        """Codes of grounds named: ``protocol``, ``order``…"""

    @property
    def permit_granted(self) -> bool:
        """Whether a granted permit covers this write."""


@dataclass(frozen=True, slots=True)
class Breach:
    """What a rule has against an act. Outcome and clauses come from the rule's entry unless given here."""

    found: str
    allowed: str = ""
    ways_out: tuple[str, ...] = ()
    help: str = ""
    limit: datetime | None = None
    rules: "tuple[Rule, ...]" = ()
    """The rules to cite instead of (or beside) the one asked, the narrowest first."""
    outcome: Outcome | None = None
    grounds: frozenset[str] = frozenset()
    """Codes of grounds, any of which would let the act pass."""


Ask = Callable[[Any, Calendar], Breach | None]


class Params(BaseModel):
    """Typed parameters of a rule kind."""

    model_config = ConfigDict(extra="forbid", frozen=True, arbitrary_types_allowed=True)

    def facts(self) -> frozenset[str] | None:
        """The facts these parameters judge, when narrower than the kind's own."""
        return None

    def concerns(self, works: tuple[str, ...]) -> bool:
        """Whether writes for these kinds of work can break the rule: else its evidence is not read."""
        return True

    def needs(self) -> frozenset[str]:
        """Parts of the evidence these parameters look at, beyond those of the kind."""
        return frozenset()


def _many(value: object) -> object:
    return [value] if isinstance(value, str) else value


KNOWN_WORDS: dict[object, tuple[str, ...]] = {}
"""The words that readers made by :func:`one_of` know."""


def one_of(*known: str) -> BeforeValidator:
    """A validator of a set of words that all must be known: a misspelt one would mean nothing."""

    def read(value: object) -> object:
        items = _many(value)
        if not isinstance(items, list | tuple | set | frozenset):
            raise ValueError(f"нужны слова в кавычках; {allowed('', known, in_order=True)}")
        for item in items:
            if not isinstance(item, str) or item not in known:
                shown = str(item) if len(str(item)) < 40 else f"{str(item)[:40]}…"
                raise ValueError(f"«{shown}» здесь не годится; {allowed(shown, known, in_order=True)}")
        return frozenset(items)

    KNOWN_WORDS[read] = tuple(dict.fromkeys(known))
    return BeforeValidator(read)


def _roles(value: object) -> object:
    items = _many(value)
    if not isinstance(items, (list, tuple, set, frozenset)):
        raise ValueError("роли записывают списком слов в кавычках")
    return frozenset(role_code(str(item)) for item in items)


Dur = Annotated[Duration, BeforeValidator(parse_length)]
"""A plain length of time."""
Due = Annotated[Duration, BeforeValidator(parse_duration)]
"""A deadline: a length that may name the hour of its last day, or the day of the week it ends with."""


_SPELLED = {"min": "10min", "h": "24h", "d": "5d, 3 weeks, same_day", "y": "5y"}
LENGTHS: dict[object, str] = {}
"""How lengths are spelled that readers made by :func:`_only` take."""


def _only(*units: str) -> BeforeValidator:
    """A validator of a length in some units alone, where its reader can count no others."""
    spelled = ", ".join(_SPELLED[unit] for unit in units)

    def read(value: object) -> Duration:
        found = parse_length(value)
        if found.unit not in units:
            raise ValueError(f"«{value}»: здесь допустимы: {spelled}")
        return found

    LENGTHS[read] = spelled
    return BeforeValidator(read)


Days = Annotated[Duration, _only("d")]
"""A length in calendar days."""
Hours = Annotated[Duration, _only("min", "h")]
"""A length of the clock."""
Years = Annotated[Duration, _only("d", "y")]
"""A length in calendar days or years."""


def dur_or(*words: str) -> BeforeValidator:
    """A validator of a duration, or of one of these words in its place."""

    def read(value: object) -> object:
        if value in words:
            return value
        try:
            return parse_duration(value)
        except ValueError as error:
            raise ValueError(f"{error}, {', '.join(words)}") from None

    return BeforeValidator(read)


def word_of(known: Mapping[str, str]) -> BeforeValidator:
    """A validator of one word that must be known; each has its words in Russian."""

    def read(value: object) -> str:
        if not isinstance(value, str) or value not in known:
            raise ValueError(f"«{str(value)[:40]}» здесь не годится; {allowed(value, known, in_order=True)}")
        return value

    KNOWN_WORDS[read] = tuple(known)
    return BeforeValidator(read)


def roles_or(*words: str) -> BeforeValidator:
    """A validator of a set of roles, posts of the act, or words beside them."""
    known = (*words, *ROLES)

    def read(value: object) -> object:
        items = _many(value)
        if not isinstance(items, list | tuple | set | frozenset):
            raise ValueError(f"нужны слова в кавычках; {allowed('', known, in_order=True)}")
        return frozenset(str(item) if item in words else role_code(str(item)) for item in items)

    KNOWN_WORDS[read] = tuple(dict.fromkeys(known))
    return BeforeValidator(read)


Every = Annotated[Interval, BeforeValidator(parse_interval)]
OnDate = Annotated[Moment, BeforeValidator(moment_of(*YEARLY))]
"""A day of the school year, moved by calendar days."""
OnStart = Annotated[Moment, BeforeValidator(moment_of("year_start"))]
"""A yearly date, or so many days after the year has begun."""
OnDay = Annotated[Moment, BeforeValidator(moment_of(*YEARLY, *OF_TERM, counts=True))]
"""A day of the year or of a reporting period, which may be moved by school or working days."""
OnOrder = Annotated[Moment, BeforeValidator(moment_of(*YEARLY, *OF_TERM, *BY_ORDER, counts=True))]
"""The same, or a day of the order on closing the period."""
OnPeriod = Annotated[Moment, BeforeValidator(moment_of(*YEARLY, "period_end"))]
"""A day of the year or the last day of a period, moved by calendar days."""
Codes = Annotated[frozenset[str], BeforeValidator(_many)]
"""A set of words; one word may stand without brackets."""
Texts = Annotated[tuple[str, ...], BeforeValidator(_many)]
"""A list of words in order; one may stand without brackets."""
Roles = Annotated[frozenset[str], BeforeValidator(_roles)]


@dataclass(slots=True)
class RuleKind:
    """One kind of rule: a line of the catalogue and the functions behind it."""

    name: str
    shape: int
    params: type[Params]
    title: str
    """A few Russian words for lists."""
    says: Callable[[Any], str]
    """The rule in one plain Russian clause, from its parameters."""
    facts: frozenset[str] = frozenset()
    verbs: frozenset[str] = frozenset()
    on_breach: Breaching = "finding"
    build: Callable[..., Ask] | None = None
    """``build(rule, bench)`` or, for a joint kind, ``build(rules, bench)`` with all rules of the kind at the place."""
    joint: bool = False
    permits: Callable[[Any, Any], bool] | None = None
    """``permits(params, act)``: this kind is a permission, and beats the kinds it ``lifts`` for acts it names."""
    lifts: frozenset[str] = frozenset()
    watch: Callable[..., Any] | None = None
    own: frozenset[str] = field(default_factory=frozenset)
    """Names of entry fields that this kind takes as parameters of its own."""
    needs: frozenset[str] = frozenset()
    """Parts of the evidence beyond the act that its guard looks at; read only where it is in force."""
    disputes: Callable[[Any, Any, bool], str] | None = None
    """``disputes(higher, lower, equal)``: what two rules of the kind for the same people, in two acts, cannot both ask,
    in Russian; empty: they go together. ``equal``: the acts are of one rank, else the lower may ask for more."""
    names: Callable[[Any], Mapping[str, str]] | None = None
    """``names(raw)``: words that an entry of the kind, as the file gives it, has for codes of the act's own."""
    is_done: bool = False
    """What its watch finds is a thing to be done by a person: it ends when that person records that it was done."""
    acts: str = ""
    """Where it acts, in Russian, when that is neither a guard nor a watch: «в столбце итоговой отметки»."""


KINDS: dict[str, RuleKind] = {}

EditionCheck = Callable[[Any], Iterable[tuple[Any, str]]]
EDITION_CHECKS: list[EditionCheck] = []


def known_kind(kind: RuleKind) -> RuleKind:
    """Put a kind into the catalogue. Raises ``ValueError`` when its name is taken."""
    if kind.name in KINDS:
        raise ValueError(f"rule kind {kind.name!r} is declared twice")
    KINDS[kind.name] = kind
    return kind


def rule_kind(
    name: str,
    shape: int,
    params: type[Params],
    *,
    title: str,
    says: Callable[[Any], str],
    facts: Iterable[str] = (),
    verbs: Iterable[str] = ("record", "correct", "annul"),
    on_breach: Breaching = "refuse",
    joint: bool = False,
    own: Iterable[str] = (),
    needs: Iterable[str] = (),
    is_done: bool = False,
) -> Callable[[Callable[..., Ask]], Callable[..., Ask]]:
    """Declare a rule kind by decorating the builder of its guard."""

    def declare(build: Callable[..., Ask]) -> Callable[..., Ask]:
        known_kind(
            RuleKind(
                name,
                shape,
                params,
                title,
                says,
                frozenset(facts),
                frozenset(verbs),
                on_breach,
                build,
                joint,
                own=frozenset(own),
                needs=frozenset(needs),
                is_done=is_done,
            )
        )
        return build

    return declare


def watch(name: str) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Attach a watch, a set-based query over a school, to a declared kind."""

    def attach(query: Callable[..., Any]) -> Callable[..., Any]:
        KINDS[name].watch = query
        return query

    return attach


def disputes(*names: str) -> Callable[[Callable[[Any, Any, bool], str]], Callable[[Any, Any, bool], str]]:
    """Attach to declared kinds what two acts cannot both ask."""

    def attach(find: Callable[[Any, Any, bool], str]) -> Callable[[Any, Any, bool], str]:
        for name in names:
            KINDS[name].disputes = find
        return find

    return attach


def edition_check(check: EditionCheck) -> EditionCheck:
    """Register a check over a whole edition: yields an entry (or ``None``) and a Russian sentence for each problem."""
    EDITION_CHECKS.append(check)
    return check
