"""Absences: the act's letters, what they mean and who may set which (shape 3)."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, field_validator

from parta.journal.rules.acts import MEANINGS, Act, Writer
from parta.journal.rules.marks import read_symbol
from parta.journal.rules.wording import MEANING_WORDS, listed, quoted
from parta.regulation.durations import Calendar
from parta.regulation.edition import Edition, Entry, thawed
from parta.regulation.judge import Bench, Rule
from parta.regulation.registry import Ask, Breach, Params, Roles, disputes, edition_check, rule_kind
from parta.regulation.verdict import WayOut
from parta.regulation.words import role_words

__all__ = ["Code", "capacities", "codes_at", "may_set"]

LATIN_KEYS = dict(zip("йцукенгшщзхъфывапролджэячсмитьбюё", "qwertyuiop[]asdfghjkl;'zxcvbnm,.`", strict=True))
"""A Russian letter and the key it lies on in the Latin layout."""


class Code(BaseModel):
    """One letter of the act."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    symbol: str
    meaning: str
    title: str = ""
    setters: Roles | None = None
    """Who may set it: ``teacher`` (whoever holds the lesson), ``class_teacher``, other roles; none: everyone."""
    keys: tuple[str, ...] = ()
    """Keys in order of preference; without them the letter itself."""

    @field_validator("symbol")
    @classmethod
    def _short(cls, value: str) -> str:
        if not 1 <= len(value) <= 4:
            raise ValueError("знак — от одной до четырёх букв")
        return value

    @field_validator("meaning")
    @classmethod
    def _known(cls, value: str) -> str:
        if value not in MEANINGS:
            raise ValueError(f"«{value}» — неизвестное значение; допустимы: {', '.join(MEANINGS)}")
        return value


def _listed(value: object) -> object:
    """Also the short form: a table of a letter and its meaning."""
    if not isinstance(value, Mapping):
        return value
    return [{"symbol": symbol, "meaning": meaning} for symbol, meaning in value.items()]


class AbsenceCodes(Params):
    """The closed set of letters, in the order of keys and phone buttons."""

    codes: Annotated[tuple[Code, ...], BeforeValidator(_listed)]
    reason_needs_absence: bool = True
    """Who does not hold the lesson may only give the reason of an absence that stands."""


def capacities(by: Writer) -> frozenset[str]:
    """What a writer acts as when setting an absence: ``teacher`` for whoever holds the lesson, and the rest."""
    found = set(by.relations) & {"class_teacher"}
    if by.teaches:
        found |= {"teacher", *(by.roles & {"master", "pedagogue"})}
    return frozenset(found) | (
        by.roles - {"teacher", "class_teacher", "master", "pedagogue", "student", "guardian"}
    )


def may_set(code: Code, acting_as: frozenset[str]) -> bool:
    """Whether one acting so may set the letter."""
    setters = code.setters
    if setters is None:
        return not acting_as.isdisjoint(("teacher", "class_teacher"))
    return not acting_as.isdisjoint(setters)


def codes_at(bench: Bench) -> tuple[Code, ...]:
    """The letters at a place: those of the narrowest and latest act that has any."""
    rules = bench.of("absence_codes")
    if not rules:
        return ()
    narrowest = max(rules, key=lambda rule: (rule.entry.breadth, rules.index(rule)))
    codes: tuple[Code, ...] = narrowest.params.codes
    return codes


@rule_kind(
    "absence_codes",
    3,
    AbsenceCodes,
    title="Знаки пропусков",
    says=lambda p: "пропуски отмечают знаками: " + listed(f"«{c.symbol}» — {code_title(c)}" for c in p.codes),
    facts={"absence"},
)
def absence_codes(rule: Rule[AbsenceCodes], bench: Bench) -> Ask:
    """Any other letter is refused, and so is one that belongs to somebody else to set."""
    params = rule.params
    if codes_at(bench) is not params.codes:
        return lambda act, calendar: None
    by_symbol = {code.symbol: code for code in params.codes}
    by_meaning = {code.meaning: code for code in params.codes}
    hint = f"Допустимы знаки {quoted(by_symbol)}."

    def ask(act: Act, calendar: Calendar) -> Breach | None:
        acting_as = capacities(act.by)
        if act.verb != "annul":
            code = by_symbol.get(act.symbol) if act.symbol else by_meaning.get(act.new)
            if code is None or code.meaning != act.new:
                return Breach(
                    f"Знака «{act.symbol or act.new}» нет среди знаков пропуска.", hint, (WayOut.OTHER_VALUE,)
                )
            if not may_set(code, acting_as):
                return _not_yours(code, params.codes, acting_as)
        if act.old and act.old != "unknown" and act.old != act.new:
            standing = by_meaning.get(act.old)
            if standing is not None and not may_set(standing, acting_as):
                return _not_yours(standing, params.codes, acting_as)
        if (
            params.reason_needs_absence
            and "teacher" not in acting_as
            and (act.verb == "annul" or not act.old)
        ):
            return Breach(
                "Кто был на уроке, отмечает учитель урока.",
                "Классный руководитель указывает причину уже отмеченного пропуска.",
                (WayOut.ASK_PERSON,),
                help="учитель урока",
            )
        return None

    return ask


def _not_yours(code: Code, codes: Iterable[Code], acting_as: frozenset[str]) -> Breach:
    setters = sorted(code.setters or ())
    yours = [other.symbol for other in codes if may_set(other, acting_as)]
    return Breach(
        f"Знак «{code.symbol}» ({code_title(code)}) ставит {role_words(setters) or 'другой сотрудник'}.",
        f"Вам доступны знаки {quoted(yours)}." if yours else "",
        (WayOut.OTHER_VALUE, WayOut.ASK_PERSON) if yours else (WayOut.ASK_PERSON,),
        help=role_words(setters),
    )


def code_title(code: Code) -> str:
    """The act's own words for a letter, or the common ones."""
    return code.title or MEANING_WORDS[code.meaning]


def read_code(text: str, codes: Iterable[Code], acting_as: frozenset[str]) -> Code | None:
    """The letter a typed text stands for, those the person may set first; look-alikes are mapped, never stored.

    Capital and small letters are told apart only where the act has both.
    """
    ordered = sorted(codes, key=lambda code: not may_set(code, acting_as))
    exact = {code.symbol: code for code in reversed(ordered)}
    folded = {code.symbol.lower(): code for code in reversed(ordered)}
    typed = text.strip()
    if typed in exact and may_set(exact[typed], acting_as):
        return exact[typed]
    symbol = read_symbol(typed, exact)
    if symbol is not None and may_set(exact[symbol], acting_as):
        return exact[symbol]
    lower = read_symbol(typed.lower(), folded)
    if lower is not None:
        return folded[lower]
    return exact.get(symbol) if symbol is not None else exact.get(typed)


@edition_check
def codes_are_distinct(edition: Edition) -> Iterable[tuple[Entry, str]]:
    """No letter and no meaning stands twice in one set."""
    for entry in edition.entries:
        if entry.kind != "absence_codes":
            continue
        codes: Any = thawed(dict(entry.raw).get("codes", ()))
        for key, words in (("symbol", "знак"), ("meaning", "значение")):
            seen: set[str] = set()
            for code in codes if isinstance(codes, list) else ():
                value = str(code.get(key)) if isinstance(code, dict) else ""
                if value in seen:
                    yield entry, f"параметр «codes»: {words} «{value}» стоит дважды"
                seen.add(value)


@dataclass(frozen=True, slots=True)
class KeyedCode:
    """A letter with the keys that set it for one person."""

    code: Code
    may_set: bool
    keys: tuple[str, ...]
    order: int


def keyed(codes: Iterable[Code], acting_as: frozenset[str]) -> tuple[KeyedCode, ...]:
    """Keys of each letter for a person: each key leads to one letter, the earlier in the act first.

    Every Russian letter brings the key it lies on in the Latin layout.
    """
    taken: set[str] = set()
    found = []
    for order, code in enumerate(codes):
        allowed = may_set(code, acting_as)
        keys: list[str] = []
        for key in code.keys or (code.symbol.lower(),):
            letter = key.lower()
            for variant in (letter, LATIN_KEYS.get(letter, "")):
                if allowed and variant and variant not in taken:
                    taken.add(variant)
                    keys.append(variant)
        found.append(KeyedCode(code, allowed, tuple(keys), order))
    return tuple(found)


@disputes("absence_codes")
def _two_meanings(higher: AbsenceCodes, lower: AbsenceCodes, equal: bool) -> str:
    known = {code.symbol: code.meaning for code in higher.codes}
    for code in lower.codes:
        meaning = known.get(code.symbol, code.meaning)
        if meaning != code.meaning:
            return f"знак «{code.symbol}» — {MEANING_WORDS[code.meaning]}, а там — {MEANING_WORDS[meaning]}"
    return ""


@edition_check
def reasons_have_letters(edition: Edition) -> Iterable[tuple[Entry, str]]:
    """A term for reasons asks for nothing where no letters are named: there is nothing to write a reason with."""
    kinds = {entry.kind for entry in edition.entries}
    if edition.rests_on or "absence_codes" in kinds:
        return
    for entry in edition.entries:
        if entry.kind == "absence_reason_by":
            yield entry, "знаков пропусков в акте нет, причину нечем записать: добавьте запись absence_codes"
