"""Values of a regulation file: frozen, with settings put in and tables resolved, and what is wrong with them."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from pydantic import ValidationError

from parta.regulation.entries import MISSING, Entry
from parta.regulation.registry import Params, RuleKind
from parta.regulation.words import allowed

__all__ = [
    "ENTRY_FIELDS",
    "filled",
    "frozen",
    "is_place_table",
    "listed_names",
    "named_settings",
    "names_lessons",
    "parameter_names",
    "params_of",
    "params_problems",
    "parse_grades",
    "parse_hours",
    "row_of",
    "said",
    "settings_in",
    "short",
    "table_problems",
    "table_rows",
    "thawed",
    "unknown_parameter",
    "variants",
]


def parse_grades(value: Any) -> frozenset[int]:
    """Read ``"2-9"``, ``"1"``, ``"5, 7-8"``, ``7`` or a list of these. Raises ``ValueError`` in Russian."""
    items = value if isinstance(value, list) else [value]
    found: set[int] = set()
    for item in items:
        for part in str(item).split(","):
            match = re.fullmatch(r"\s*(\d{1,2})\s*(?:[-–]\s*(\d{1,2}))?\s*", part)
            if match is None or isinstance(item, bool):
                raise ValueError(f"«{short(item)}» не похоже на классы; допустимы: 5, «2-9», [5, 7], all")
            first, last = int(match[1]), int(match[2] or match[1])
            if last < first:
                raise ValueError(f"«{item}»: первый класс больше последнего")
            found.update(range(first, last + 1))
    return frozenset(found)


def frozen(value: Any) -> Any:
    """The value with every list and table in it made a tuple: hashable, unchangeable."""
    if isinstance(value, dict):
        return (
            tuple(sorted(((key, frozen(v)) for key, v in value.items()), key=lambda pair: str(pair[0]))) or ()
        )
    if isinstance(value, list):
        return _List(frozen(item) for item in value)
    return value


class _List(tuple):  # type: ignore[type-arg]
    """A list of a file, frozen; a table is frozen as a plain tuple of pairs."""

    __slots__ = ()


def _is_table(value: Any) -> bool:
    return isinstance(value, tuple) and not isinstance(value, _List)


def thawed(value: Any) -> Any:
    """A frozen file value as the lists and dictionaries that pydantic reads."""
    if isinstance(value, _List):
        return [thawed(item) for item in value]
    if _is_table(value):
        return {key: thawed(item) for key, item in value}
    return value


def settings_in(value: Any) -> Iterator[str]:
    """Names of the settings a frozen value refers to."""
    if isinstance(value, _List):
        for item in value:
            yield from settings_in(item)
    elif _is_table(value):
        table = dict(value)
        if set(table) == {"setting"}:
            yield str(table["setting"])
        else:
            for item in table.values():
                yield from settings_in(item)


_LESSONS = re.compile(r"\s*(next_lesson|[\d.]+\s*lessons?)(\s|$)")


def names_lessons(value: Any) -> bool:
    """Whether a frozen value is, or holds, a term that ends with a lesson to come (``next_lesson``, ``2 lessons``)."""
    if isinstance(value, _List):
        return any(map(names_lessons, value))
    if _is_table(value):
        return any(names_lessons(item) for _, item in value)
    return isinstance(value, str) and _LESSONS.match(value) is not None


def named_settings(entry: Entry) -> set[str]:
    """Names of the settings an entry needs: in its parameters and the term of its permits."""
    names = {name for _, value in entry.raw for name in settings_in(value)}
    names |= set(settings_in(entry.permit.term))
    return names


def filled(value: Any, settings: Mapping[str, Any]) -> Any:
    """A file value with settings put in; ``MISSING`` when a setting it needs has no value."""
    if isinstance(value, _List):
        items = [filled(item, settings) for item in value]
        return MISSING if any(item is MISSING for item in items) else _List(items)
    if _is_table(value):
        table = dict(value)
        if set(table) == {"setting"}:
            return frozen(settings.get(str(table["setting"]), MISSING))
        pairs = [(key, filled(item, settings)) for key, item in value]
        return MISSING if any(item is MISSING for _, item in pairs) else tuple(pairs)
    return value


ENTRY_FIELDS = frozenset(
    "clause printed kind in_force_from in_force_until by told grades subjects classes roles students except "
    "on_breach permit overrides may_relax when note".split()
)
"""Fields that every entry may have beside the parameters of its kind."""
TABLES_BY: Mapping[str, str] = {"grade": "класс", "weekly_hours": "часов в неделю"}
"""What a table of a parameter may go by; tables may stand in the rows of tables."""


def is_place_table(value: Any) -> bool:
    """Whether a value is a table by grade or weekly hours: ``{ by = "grade", "2-9" = "5d", "10-11" = "7d" }``."""
    return _is_table(value) and dict(value).get("by") in TABLES_BY


def row_of(value: Any, place: Any) -> Any:
    """The row of a table by grade or weekly hours that a place falls into; ``MISSING`` when there is none.

    Rows by weekly hours are ``"2"`` or ``"3+"``; a fraction of an hour takes the lower row. A row may be a table again.
    """
    table = dict(value)
    found = MISSING
    if table.pop("by") == "grade":
        for grades, item in table.items():
            if place.grade is not None and place.grade in parse_grades(grades):
                found = item
                break
    elif place.weekly_hours is not None:
        reached = -1.0
        for row, item in table.items():
            least, open_ended = parse_hours(row)
            if reached < least <= place.weekly_hours and (open_ended or place.weekly_hours < least + 1):
                found, reached = item, least
    return row_of(found, place) if is_place_table(found) else found


def parse_hours(row: object) -> tuple[float, bool]:
    """Read ``"2"``, ``"3h"`` or ``"3+"``: weekly hours, and whether more counts too. Raises ``ValueError``."""
    match = re.fullmatch(r"(\d{1,2}(?:[.,]\d)?)\s*h?\s*(\+?)", str(row).strip())
    if match is None:
        raise ValueError(f"«{row}» не похоже на часы в неделю; допустимы: «1», «2», «3+»")
    return float(match[1].replace(",", ".")), bool(match[2])


def table_rows(value: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Any]]:
    """Every row of a table with what leads to it in words: ``("классы 2-9", "часов в неделю 3+")``, value."""
    if not is_place_table(value):
        yield path, value
        return
    by = dict(value)["by"]
    for name, item in value:
        if name != "by":
            words = f"{name} классы".replace("-", "–") if by == "grade" else f"при {name} ч в неделю"
            yield from table_rows(item, (*path, words))


def table_problems(value: Any) -> Iterator[str]:
    """What is wrong with the tables in a value: a wrong ``by``, rows that are no grades or hours, no rows at all."""
    if not _is_table(value):
        return
    table = dict(value)
    by = table.pop("by", None)
    if isinstance(by, str) and by.startswith(("grade", "week", "hour", "class")) and by not in TABLES_BY:
        yield f"таблица по «{by}»; {allowed(by, TABLES_BY)}"
    if by not in TABLES_BY:
        return
    if not table:
        yield 'в таблице нет ни одной строки, например: { by = "grade", "5-9" = 1 }'
    for row, item in table.items():
        try:
            (parse_grades if by == "grade" else parse_hours)(row)
        except ValueError as error:
            yield str(error)
        yield from table_problems(item)


def variants(entry: Entry, settings: Mapping[str, Any]) -> Iterator[dict[str, Any] | None]:
    """Every set of parameters an entry can have: one, or one for each row of its tables; ``None`` if it sleeps."""
    resolved = {key: filled(value, settings) for key, value in entry.raw}
    if any(value is MISSING for value in resolved.values()):
        yield None
        return
    tables = {key: value for key, value in resolved.items() if is_place_table(value)}
    plain = {key: thawed(value) for key, value in resolved.items() if key not in tables}
    if not tables:
        yield plain
        return
    rows = {key: [item for _, item in table_rows(value)] for key, value in tables.items()}
    for number in range(max(map(len, rows.values()))):
        picked = {
            key: thawed(items[min(number, len(items) - 1)]) if items else None for key, items in rows.items()
        }
        yield plain | picked


def parameter_names(kind: RuleKind) -> list[str]:
    """Names of a kind's parameters as a file writes them."""
    return [info.alias or name for name, info in kind.params.model_fields.items()]


def unknown_parameter(key: str, kind: RuleKind) -> str:
    """What is said of a parameter the kind does not have."""
    return f"лишний параметр «{key}»; {allowed(key, parameter_names(kind), also=ENTRY_FIELDS)}"


def params_problems(kind: RuleKind, given: Mapping[str, Any]) -> Iterable[tuple[str, str]]:
    """What is wrong with parameters, as pairs of a key and a Russian sentence."""
    try:
        kind.params.model_validate(given)
    except ValidationError as error:
        names = parameter_names(kind)
        faults = error.errors(include_url=False)
        for fault in faults:
            path = [str(part) for part in fault["loc"]]
            if fault["type"] == "too_short" and any(len(one["loc"]) > len(path) for one in faults):
                continue  # a list is not too short by itself where its items were wrong
            key = path[0] if path else ""
            yield key, _fault_text(fault, path, names, kind)


def _fault_text(fault: Any, path: Sequence[str], names: Sequence[str], kind: RuleKind) -> str:
    where = ".".join(path)
    context = fault.get("ctx", {})
    match fault["type"]:
        case "missing":
            return f"не задан параметр «{where}»"
        case "extra_forbidden" if len(path) > 1:
            return f"лишнее поле «{path[-1]}» внутри «{'.'.join(path[:-1])}»; {_expected(path, kind)}"
        case "extra_forbidden":
            return f"лишний параметр «{where}»; {allowed(path[-1], names, also=ENTRY_FIELDS)}"
        case "literal_error" | "enum":
            expected = str(context.get("expected", "")).replace("'", "").replace(" or ", ", ")
            fits = allowed(fault["input"], expected.split(", "), in_order=True)
            return f"параметр «{where}»: «{fault['input']}»; {fits}"
        case "value_error":
            return (
                f"параметр «{where}»: {context.get('error')}"
                if where
                else str(context.get("error", fault["msg"]))
            )
        case "bool_type" | "bool_parsing":
            return f"параметр «{where}»: нужно true или false без кавычек"
        case "int_type" | "int_parsing" | "int_from_float" | "float_type" | "float_parsing":
            return f"параметр «{where}»: нужно число без кавычек"
        case "string_type":
            return f"параметр «{where}»: нужен текст в кавычках"
        case "greater_than_equal" | "less_than_equal" | "greater_than" | "less_than":
            return f"параметр «{where}»: «{said(fault['input'])}» вне допустимых границ; {_bounds(context)}"
        case _:
            return f"параметр «{where}»: «{short(fault['input'])}» не подходит; {_expected(path, kind)}"


def _bounds(context: Mapping[str, Any]) -> str:
    words = {"ge": "не меньше", "gt": "больше", "le": "не больше", "lt": "меньше"}
    bounds = [f"{words[key]} {value:g}" for key, value in context.items() if key in words]
    return f"нужно число {' и '.join(bounds)}"


def short(value: object, most: int = 60) -> str:
    """A value for a message: long ones are cut."""
    text = said(value)
    return text if len(text) <= most else text[: most - 1] + "…"


def _expected(path: Sequence[str], kind: RuleKind) -> str:
    from parta.regulation.reference import type_words  # the words of types are made from this module's values

    for name, info in kind.params.model_fields.items():
        if path and path[0] in (name, info.alias):
            return f"нужно: {type_words(info.annotation, info.metadata)}"
    return "посмотрите вид правила в справке: parta regulation kinds"


def said(value: Any) -> str:
    """A value as the file writes it."""
    return {True: "true", False: "false"}.get(value, str(value)) if isinstance(value, bool) else str(value)


def listed_names(names: Iterable[str]) -> str:
    """Words in alphabetical order, for a message."""
    return ", ".join(sorted(map(str, names)))


def params_of(kind: RuleKind, given: Mapping[str, Any]) -> Params:
    """Validated parameters. Raises pydantic's ``ValidationError``; a checked edition does not."""
    return kind.params.model_validate(given)
