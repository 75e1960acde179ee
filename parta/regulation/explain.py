"""An act in plain Russian: clause by clause what will be asked, of whom, and what happens when it is not done."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from parta.regulation.durations import Duration, Interval, parse_duration, parse_interval
from parta.regulation.entries import MISSING, Edition, Entry, Setting
from parta.regulation.law import words_of
from parta.regulation.registry import BREACHES, KINDS
from parta.regulation.values import filled, is_place_table, params_of, settings_in, table_rows, thawed
from parta.regulation.verdict import Outcome
from parta.regulation.words import own_words, role_words

__all__ = [
    "Explained",
    "breach_words",
    "explained",
    "plain_words",
    "population",
    "sentences",
    "value_words",
    "words_of",
]


@dataclass(frozen=True, slots=True)
class Explained:
    """One entry of an act in words."""

    line: int
    clauses: tuple[str, ...]
    """Numbers as the document prints them, each once."""
    ids: tuple[str, ...]
    kind: str
    title: str
    says: tuple[str, ...]
    """What is asked, one sentence; several where a table makes it differ by grade or weekly hours."""
    whom: str
    """The population, empty for everybody."""
    duty: str
    """Whose duty it is and who is told, empty where the entry does not say."""
    breach: str
    choices: tuple[str, ...]
    """Which numbers are the school's own, one line each."""
    span: str
    sleeps: bool
    """The entry waits for a setting without a value and asks nothing."""
    is_off: bool = False
    """The school has switched it off."""
    holds: bool = False
    """A record against it is not saved, needs a permit or is marked."""


def explained(edition: Edition, chosen: Mapping[str, Any] | None = None) -> tuple[Explained, ...]:
    """The act entry by entry in the order of the file; ``chosen`` are settings of the school in place of the file's."""
    values = {setting.name: setting.value for setting in edition.settings} | dict(chosen or {})
    with own_words(words_of(edition)):
        return tuple(_entry(edition, entry, values) for entry in edition.entries)


def _entry(edition: Edition, entry: Entry, values: Mapping[str, Any]) -> Explained:
    kind = KINDS[entry.kind]
    says = sentences(entry, values)
    off = filled(entry.when, values)
    waits = [name for name in _names(entry) if values.get(name, MISSING) is MISSING]
    choices = [_choice(edition.setting(name), values) for name in _names(entry)]
    if off is False:
        choices.append("сейчас правило выключено настройкой")
    return Explained(
        line=entry.line,
        clauses=tuple(dict.fromkeys(clause.printed for clause in entry.clauses)),
        ids=tuple(clause.id for clause in entry.clauses),
        kind=entry.kind,
        title=kind.title,
        says=says or (f"правило ждёт настройку: {', '.join(waits)}",),
        whom=population(entry),
        duty=_duty(entry),
        breach=breach_words(entry, values),
        choices=tuple(choices),
        span=_span(entry),
        sleeps=not says or off is MISSING,
        is_off=off is False,
        holds=_holds(entry, values),
    )


def sentences(entry: Entry, values: Mapping[str, Any]) -> tuple[str, ...]:
    """What the entry asks, from its parameters with these settings; empty while a setting it needs has no value."""
    kind = KINDS[entry.kind]
    resolved = {key: filled(value, values) for key, value in entry.raw}
    if any(value is MISSING for value in resolved.values()):
        return ()
    plain = {key: thawed(value) for key, value in resolved.items() if not is_place_table(value)}
    tables = {key: list(table_rows(value)) for key, value in resolved.items() if is_place_table(value)}
    if not tables:
        return (kind.says(params_of(kind, plain)),)
    found = []
    for number in range(max(map(len, tables.values()))):
        rows = {key: lines[min(number, len(lines) - 1)] for key, lines in tables.items()}
        words = ", ".join(dict.fromkeys(" ".join(path) for path, _ in rows.values()))
        picked = {key: thawed(item) for key, (_, item) in rows.items()}
        found.append(f"{words}: {kind.says(params_of(kind, plain | picked))}")
    return tuple(found)


def _names(entry: Entry) -> list[str]:
    values = [value for _, value in entry.raw]
    return list(
        dict.fromkeys(
            name
            for value in [*values, entry.permit.term, entry.on_breach, entry.when]
            for name in settings_in(value)
        )
    )


def _choice(setting: Setting | None, values: Mapping[str, Any]) -> str:
    if setting is None:
        return ""
    value = values.get(setting.name, MISSING)
    whose = "выбрано школой"
    if value == setting.value:
        whose = "предложено" if setting.is_default else "записано в файле"
    shown = "не задано" if value is MISSING else f"{plain_words(value)} ({whose})"
    return f"«{setting.title}»: {shown}, меняет {role_words([setting.changed_by])}"


def value_words(value: Any) -> str:
    """A value of a file for people: «5 дней (5d)», «да», «2, 3, 4»."""
    if isinstance(value, tuple) and all(isinstance(item, tuple) and len(item) == 2 for item in value):
        value = thawed(value)  # a table of a file
    if isinstance(value, bool):
        return "да" if value else "нет"
    if isinstance(value, Duration | Interval):
        return str(value)
    if isinstance(value, str):
        try:
            return f"{parse_duration(value)} ({value})"
        except ValueError:
            return {
                "refuse": "не сохранять (refuse)",
                "permit": "только с разрешения (permit)",
                "remark": "сохранять с пометкой (remark)",
                "finding": "только сообщать (finding)",
            }.get(value, value)
    if isinstance(value, float):
        return f"{value:g}".replace(".", ",")
    if isinstance(value, Mapping):
        return "; ".join(f"{key}: {value_words(item)}" for key, item in value.items() if key != "by")
    if isinstance(value, list | tuple):
        return ", ".join(value_words(item) for item in value)
    if isinstance(value, frozenset | set):
        return ", ".join(sorted(map(str, value)))
    if hasattr(value, "model_dump"):
        return value_words({key: item for key, item in value if item not in (None, "", (), frozenset())})
    return "—" if value is None or value is MISSING else str(value)


_SPELLING = re.compile(r" \([a-z0-9_. +-]+\)")
_TAGS = {
    "language": "язык",
    "literature": "литература",
    "practice": "практика",
    "double_marks": "двойная отметка",
    "unmarked": "без отметок",
    "new": "новая",
    "first": "прежняя",
    "best": "лучшая",
    "mean": "среднее",
}


def plain_words(value: Any) -> str:
    """A value for a page: `value_words` without the spelling of the file, «5 дней» and not «5 дней (5d)»."""
    if isinstance(value, str):
        if value in _TAGS:
            return _TAGS[value]
        try:
            parse_duration(value)
        except ValueError:
            try:
                return str(parse_interval(value))
            except ValueError:
                pass
    words = _SPELLING.sub("", value_words(value))
    return ", ".join(_TAGS.get(word, word) for word in words.split(", "))


def population(entry: Entry) -> str:
    """Whom the entry binds, in words; empty for everybody."""
    parts = []
    for words, chosen in (
        ("", _grades(entry.grades)),
        ("предметы: ", _names_of(entry.subjects)),
        ("классы: ", _names_of(entry.classes)),
        ("роли: ", role_words(sorted(entry.roles or ()))),
    ):
        if chosen:
            parts.append(words + chosen)
    if entry.students is not None:
        parts.append(f"только ученики с номерами {', '.join(map(str, sorted(entry.students)))}")
    out = [
        _grades(entry.except_grades),
        _names_of(entry.except_subjects),
        _names_of(entry.except_classes),
        role_words(sorted(entry.except_roles)),
        ", ".join(f"ученик {number}" for number in sorted(entry.except_students)),
    ]
    if any(out):
        parts.append(f"кроме: {'; '.join(filter(None, out))}")
    return "; ".join(parts)


def _names_of(names: Iterable[str] | None) -> str:
    return ", ".join(sorted(names or ()))


def _grades(grades: Iterable[int] | None) -> str:
    """«2–9 классы», «5, 7–8 классы»."""
    numbers = sorted(grades or ())
    runs: list[list[int]] = []
    for number in numbers:
        if runs and number == runs[-1][-1] + 1:
            runs[-1].append(number)
        else:
            runs.append([number])
    words = ", ".join(str(run[0]) if len(run) == 1 else f"{run[0]}–{run[-1]}" for run in runs)
    return f"{words} {'класс' if len(numbers) == 1 else 'классы'}" if words else ""


def _duty(entry: Entry) -> str:
    parts = []
    if entry.by:
        parts.append(f"отвечает {role_words(sorted(entry.by))}")
    if entry.told:
        parts.append(f"сообщается: {role_words(entry.told, dative=True)}")
    return "; ".join(parts)


def breach_words(entry: Entry, values: Mapping[str, Any]) -> str:
    """What happens when the entry is broken; empty for a permission or what the journal keeps by its structure."""
    kind = KINDS[entry.kind]
    if kind.permits is not None or (kind.build is None and kind.watch is None):
        return ""
    given = filled(entry.on_breach, values)
    outcome = BREACHES[kind.on_breach if given is MISSING else given]
    if kind.build is None or outcome is Outcome.PASS:
        return "записи не мешает, нарушение видно проверяющим"
    if outcome is Outcome.REFUSE:
        return "не сохраняется"
    if outcome is Outcome.REMARK:
        return "сохраняется с пометкой"
    ways = []
    if "reason" in entry.permit.ground:
        ways.append("с указанием причины")
    if grounds := sorted(entry.permit.ground - {"reason"}):
        names = {"protocol": "протокол", "order": "приказ", "statement": "заявление"}
        ways.append(f"с основанием: {', '.join(names.get(ground, ground) for ground in grounds)}")
    if entry.permit.by or not ways:
        term = filled(entry.permit.term, values)
        by = f" ({role_words(sorted(entry.permit.by))})" if entry.permit.by else ""
        ways.append(
            f"по разрешению{by}" + (f" на срок {parse_duration(term)}" if isinstance(term, str) else "")
        )
    return f"сохраняется только {' или '.join(ways)}"


def _holds(entry: Entry, values: Mapping[str, Any]) -> bool:
    """Whether the entry stops or marks a record."""
    kind = KINDS[entry.kind]
    given = filled(entry.on_breach, values)
    outcome = BREACHES[kind.on_breach if given is MISSING else given]
    return kind.permits is not None or (kind.build is not None and outcome is not Outcome.PASS)


def _span(entry: Entry) -> str:
    parts = []
    if entry.in_force_from:
        parts.append(f"с {entry.in_force_from:%d.%m.%Y}")
    if entry.in_force_until:
        parts.append(f"до {entry.in_force_until:%d.%m.%Y}")
    return " ".join(parts)
