"""A regulation file: read, checked, and kept as plain frozen values.

The file format is described in ``docs/decisions/0003-regulation-file.md``. Every problem is reported at once, each
with its line, its entry and the values that are allowed, in Russian, for a deputy head to mend.
"""

import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from types import MappingProxyType
from typing import Any

from pydantic import ValidationError

from parta.regulation.clause import Clause, printed_number
from parta.regulation.registry import BREACHES, EDITION_CHECKS, KINDS, Params, RuleKind
from parta.regulation.words import role_code

__all__ = [
    "PRESETS",
    "Edition",
    "Entry",
    "Ground",
    "PermitTerms",
    "Problem",
    "RegulationError",
    "Setting",
    "load_preset",
    "parse_edition",
    "read_edition",
]

PRESETS = Path(__file__).parent / "presets"

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
    rests_on: frozenset[str] = frozenset()
    """Codes of acts whose words (kinds of work) this one may use without defining them."""

    def setting(self, name: str) -> Setting | None:
        """The setting of that name, if the file declares it."""
        return next((setting for setting in self.settings if setting.name == name), None)


# --- where things stand in the text -----------------------------------------------------------------------------

_HEADER = re.compile(r"\s*\[\[?\s*([A-Za-z_]+)\s*\]?\]")
_KEY = re.compile(r"""\s*(?:"([^"]+)"|'([^']+)'|([\w-]+))\s*=""")


class _Lines:
    """Line numbers of tables and keys, which the TOML reader does not give."""

    def __init__(self, source: str) -> None:
        self.rules: list[int] = []
        self.keys: dict[tuple[str, int, str], int] = {}
        self.tables: dict[str, int] = {}
        table, index = "", 0
        for number, line in enumerate(source.splitlines(), start=1):
            if header := _HEADER.match(line):
                table = header[1]
                if table == "rule":
                    index = len(self.rules)
                    self.rules.append(number)
                else:
                    index = 0
                    self.tables.setdefault(table, number)
            elif key := _KEY.match(line):
                name = key[1] or key[2] or key[3]
                self.keys.setdefault((table, index, name), number)

    def of(self, table: str, index: int, key: str = "") -> int:
        start = (
            self.rules[index] if table == "rule" and index < len(self.rules) else self.tables.get(table, 0)
        )
        return self.keys.get((table, index, key), start)


# --- reading ------------------------------------------------------------------------------------------------------

_ACT_KEYS = frozenset(
    "code title short rank in_force_from in_force_until approved_by number parts adopted_by agreed_by "
    "rests_on note approved_on grounds".split()
)
_GROUND_KEYS = frozenset("title date note".split())
_ENTRY_KEYS = frozenset(
    "clause printed kind in_force_from in_force_until by told grades subjects classes roles students except "
    "on_breach permit overrides may_relax when note".split()
)
_EXCEPT_KEYS = frozenset("grades subjects classes roles students".split())
_SETTING_KEYS = frozenset("value default title changed_by choices".split())


def read_edition(path: Path) -> Edition:
    """Read and check a regulation file. Raises :class:`RegulationError` with everything that is wrong in it."""
    try:
        source = path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError:
        raise RegulationError([Problem(0, "", "файл сохранён не в кодировке UTF-8")]) from None
    return parse_edition(source)


def load_preset(name: str) -> Edition:
    """One of the ready-made regulations: goethe23, kemerovo-ct, egorievsk-college, ipatovo1, dubrovo."""
    return read_edition(PRESETS / f"{name}.toml")


def parse_edition(source: str) -> Edition:
    """Read and check the text of a regulation file.

    Raises :class:`RegulationError` with everything that is wrong in it; each problem names line, entry and allowed
    values.
    """
    try:
        data = tomllib.loads(source)
    except tomllib.TOMLDecodeError as error:
        found = re.search(r"at line (\d+)", str(error))
        text = "запись нарушает правила TOML: проверьте кавычки, скобки и знак «=» в этой строке"
        line = int(found[1]) if found else len(source.splitlines())
        raise RegulationError([Problem(line, "", text)]) from None
    except (RecursionError, ValueError):
        text = "файл не читается: слишком глубокая вложенность или недопустимые числа"
        raise RegulationError([Problem(0, "", text)]) from None
    return _Reader(data, _Lines(source)).edition()


class _Reader:
    def __init__(self, data: dict[str, Any], lines: _Lines) -> None:
        self.data, self.lines = data, lines
        self.problems: list[Problem] = []
        self.settings: dict[str, Setting] = {}
        self.parts: dict[str, str] = {}

    def edition(self) -> Edition:
        for table in self.data:
            if table not in ("act", "settings", "rule"):
                self.wrong(
                    self.lines.of(table, 0), "", f"раздел «{table}» не нужен; допустимы: act, settings, rule"
                )
        act = self.data.get("act")
        if not isinstance(act, dict):
            self.wrong(0, "", "нет раздела [act] с кодом, названием и датой вступления в силу")
            act = {}
        head = self.head(act)
        self.read_settings()
        rules = self.data.get("rule", [])
        if not isinstance(rules, list) or not all(isinstance(rule, dict) for rule in rules):
            self.wrong(
                self.lines.of("rule", 0), "", "правила записывают разделами [[rule]] — в двойных скобках"
            )
            rules = []
        entries = tuple(
            entry for index, rule in enumerate(rules) if (entry := self.entry(index, rule)) is not None
        )
        if self.problems:
            raise RegulationError(self.problems)
        edition = Edition(entries=entries, settings=tuple(self.settings.values()), **head)
        for check in EDITION_CHECKS:
            for entry, text in check(edition):
                self.wrong(entry.line if entry else 0, entry.label if entry else "", text)
        if self.problems:
            raise RegulationError(self.problems)
        return edition

    def wrong(self, line: int, entry: str, text: str) -> None:
        self.problems.append(Problem(line, entry, text))

    # head

    def head(self, act: dict[str, Any]) -> dict[str, Any]:
        where = "раздел [act]"
        for key in act:
            if key not in _ACT_KEYS:
                self.wrong(
                    self.lines.of("act", 0, key),
                    where,
                    f"лишнее поле «{key}»; допустимы: {_listed(_ACT_KEYS)}",
                )

        def text(key: str, *, required: bool = False) -> str:
            value = act.get(key, "")
            if not isinstance(value, str) or (required and not value.strip()):
                self.wrong(
                    self.lines.of("act", 0, key), where, f"поле «{key}» — текст в кавычках, он обязателен"
                )
                return ""
            return value.strip()

        rank = act.get("rank", "school")
        if not isinstance(rank, str) or rank not in RANKS:
            self.wrong(
                self.lines.of("act", 0, "rank"), where, f"поле «rank»: «{rank}»; допустимы: {_listed(RANKS)}"
            )
            rank = "school"
        starts = self.day(act.get("in_force_from"), "act", 0, "in_force_from", where)
        until = self.day(act.get("in_force_until"), "act", 0, "in_force_until", where)
        if starts is None:
            self.wrong(
                self.lines.of("act", 0, "in_force_from"), where, "нет даты вступления в силу «in_force_from»"
            )
        if starts and until and until <= starts:
            self.wrong(
                self.lines.of("act", 0, "in_force_until"),
                where,
                "срок действия кончается раньше, чем начался",
            )
        parts = act.get("parts", {})
        if not isinstance(parts, dict) or not all(isinstance(v, str) and "{}" in v for v in parts.values()):
            self.wrong(
                self.lines.of("act", 0, "parts"),
                where,
                "«parts» — таблица: начало кода пункта = надпись с {} на месте номера",
            )
        else:
            self.parts = parts
        title = text("title", required=True)
        return {
            "code": text("code", required=True),
            "title": title,
            "short": text("short") or title,
            "rank": rank,
            "in_force_from": starts,
            "in_force_until": until,
            "approved_by": text("approved_by"),
            "number": text("number"),
            "adopted_by": text("adopted_by"),
            "approved_on": self.day(act.get("approved_on"), "act", 0, "approved_on", where),
            "grounds": self.grounds(act.get("grounds", []), where),
            "rests_on": self.name_set(
                act.get("rests_on"),
                "rests_on",
                lambda key, said: self.wrong(self.lines.of("act", 0, key), where, said),
            )
            or frozenset(),
        }

    def grounds(self, value: Any, where: str) -> tuple[Ground, ...]:
        """The list «grounds»: tables with a title, and where known a date and a note."""
        line = self.lines.of("act", 0, "grounds")
        if not isinstance(value, list) or not all(isinstance(item, dict) for item in value):
            self.wrong(line, where, "«grounds» — список таблиц: title, date, note")
            return ()
        found = []
        for item in value:
            title, note = item.get("title"), item.get("note", "")
            if set(item) - _GROUND_KEYS or not isinstance(title, str) or not isinstance(note, str):
                self.wrong(
                    line, where, f"у основания допустимы поля: {_listed(_GROUND_KEYS)}; title обязательно"
                )
                continue
            found.append(Ground(title, self.day(item.get("date"), "act", 0, "grounds", where), note))
        return tuple(found)

    def day(self, value: Any, table: str, index: int, key: str, where: str) -> date | None:
        if value is None:
            return None
        if isinstance(value, date) and not isinstance(value, datetime):
            return value
        self.wrong(
            self.lines.of(table, index, key), where, f"поле «{key}» — дата без кавычек, например 2026-09-01"
        )
        return None

    # settings

    def read_settings(self) -> None:
        table = self.data.get("settings", {})
        if not isinstance(table, dict):
            self.wrong(self.lines.of("settings", 0), "", "настройки записывают разделом [settings]")
            return
        for name, given in table.items():
            line, where = self.lines.of("settings", 0, name), f"настройка «{name}»"
            if not isinstance(given, dict):
                self.wrong(
                    line, where, 'настройку записывают так: { value = …, title = "…", changed_by = "deputy" }'
                )
                continue
            for key in given:
                if key not in _SETTING_KEYS:
                    self.wrong(line, where, f"лишнее поле «{key}»; допустимы: {_listed(_SETTING_KEYS)}")
            try:
                changed_by = role_code(str(given.get("changed_by", "deputy")))
            except ValueError as error:
                self.wrong(line, where, f"поле «changed_by»: {error}")
                changed_by = "deputy"
            title = given.get("title", name)
            choices = given.get("choices", [])
            if not isinstance(title, str) or not isinstance(choices, list):
                self.wrong(line, where, "«title» — текст, «choices» — список")
                continue
            value = given.get("value", given.get("default", MISSING))
            if choices and value is not MISSING and value not in choices:
                self.wrong(
                    line, where, f"значение «{value}» не из списка; допустимы: {_listed(map(str, choices))}"
                )
            self.settings[name] = Setting(
                name, title, value, "value" not in given, changed_by, tuple(choices), line
            )

    # entries

    def entry(self, index: int, rule: dict[str, Any]) -> Entry | None:
        line = self.lines.of("rule", index)
        name = rule.get("kind")
        ids = rule.get("clause", [])
        ids = [ids] if isinstance(ids, str) else ids
        if not isinstance(ids, list) or not ids or not all(isinstance(i, str) and i.strip() for i in ids):
            ids = []
        where = f"запись {index + 1} ({', '.join(ids) or 'без пункта'}, {name or 'без вида'})"

        def wrong(key: str, text: str) -> None:
            self.wrong(self.lines.of("rule", index, key), where, text)

        if not ids:
            wrong("clause", 'нет пункта: clause = ["GT-P-2.4a"]')
        if not isinstance(name, str) or name not in KINDS:
            close = f"«{name}» — неизвестный вид правила" if name else "не указан вид правила «kind»"
            wrong("kind", f"{close}; допустимы: {_listed(KINDS)}")
            return None
        kind = KINDS[name]
        before = len(self.problems)
        taken = _ENTRY_KEYS - kind.own
        raw = {key: value for key, value in rule.items() if key not in taken}
        common = {key: value for key, value in rule.items() if key in taken}

        printed = common.get("printed", "")
        if isinstance(printed, str):
            printed = [printed] if printed else []
        if not isinstance(printed, list) or (printed and len(printed) != len(ids)):
            wrong("printed", "«printed» — номера пунктов, как в документе, столько же, сколько в «clause»")
            printed = []
        clauses = tuple(
            Clause(
                i,
                str(printed[n]).replace("п. ", "п.\N{NO-BREAK SPACE}")
                if printed
                else _numbered(i, self.parts),
            )
            for n, i in enumerate(ids)
        )
        entry = Entry(
            index=index,
            line=line,
            clauses=clauses,
            kind=name,
            raw=tuple(sorted((key, frozen(value)) for key, value in raw.items())),
            in_force_from=self.day(common.get("in_force_from"), "rule", index, "in_force_from", where),
            in_force_until=self.day(common.get("in_force_until"), "rule", index, "in_force_until", where),
            by=frozenset(self.role_list(common.get("by"), "by", wrong)),
            told=tuple(self.role_list(common.get("told"), "told", wrong)),
            grades=self.grade_set(common.get("grades"), "grades", wrong),
            subjects=self.name_set(common.get("subjects"), "subjects", wrong),
            classes=self.name_set(common.get("classes"), "classes", wrong),
            roles=frozenset(self.role_list(common["roles"], "roles", wrong)) if "roles" in common else None,
            students=self.id_set(common.get("students"), "students", wrong),
            on_breach=self.breach(common.get("on_breach"), kind, wrong),
            permit=self.permit(common.get("permit"), wrong),
            overrides=self.name_set(common.get("overrides"), "overrides", wrong) or frozenset(),
            may_relax=common.get("may_relax") is True,
            when=self.switch(common.get("when", True), wrong),
            note=str(common.get("note", "")),
            **self.exceptions(common.get("except"), wrong),
        )
        if len(self.problems) == before:
            self.check_params(entry, kind, wrong)
        return entry

    def role_list(self, value: Any, key: str, wrong: Any) -> list[str]:
        if value is None:
            return []
        items = [value] if isinstance(value, str) else value
        if not isinstance(items, list):
            wrong(key, f"поле «{key}» — роль или список ролей")
            return []
        found = []
        for item in items:
            try:
                found.append(role_code(str(item)))
            except ValueError as error:
                wrong(key, f"поле «{key}»: {error}")
        return found

    def grade_set(self, value: Any, key: str, wrong: Any) -> frozenset[int] | None:
        if value is None or value == "all":
            return None
        try:
            return parse_grades(value)
        except ValueError as error:
            wrong(key, f"поле «{key}»: {error}")
            return None

    def name_set(self, value: Any, key: str, wrong: Any) -> frozenset[str] | None:
        if value is None or value == "all":
            return None
        items = [value] if isinstance(value, str) else value
        if not isinstance(items, list) or not all(isinstance(item, str) for item in items):
            wrong(key, f"поле «{key}» — слово или список слов в кавычках")
            return None
        return frozenset(items)

    def id_set(self, value: Any, key: str, wrong: Any) -> frozenset[int] | None:
        if value is None:
            return None
        if not isinstance(value, list) or not all(isinstance(item, int) for item in value):
            wrong(key, f"поле «{key}» — список номеров учеников")
            return None
        return frozenset(value)

    def breach(self, value: Any, kind: RuleKind, wrong: Any) -> Any:
        if value is None:
            return kind.on_breach
        if isinstance(value, dict):
            return self.setting_of(value, "on_breach", wrong, tuple(BREACHES))
        if value not in BREACHES:
            wrong("on_breach", f"поле «on_breach»: «{value}»; допустимы: {_listed(BREACHES)}")
        return value

    def switch(self, value: Any, wrong: Any) -> Any:
        if isinstance(value, dict):
            return self.setting_of(value, "when", wrong, (True, False))
        if not isinstance(value, bool):
            wrong("when", 'поле «when» — true, false или { setting = "имя" }')
        return value

    def setting_of(self, value: dict[str, Any], key: str, wrong: Any, allowed: tuple[Any, ...]) -> Any:
        name = value.get("setting")
        setting = self.settings.get(name) if isinstance(name, str) else None
        if setting is None or len(value) != 1:
            wrong(
                key,
                f"поле «{key}»: нет настройки «{name}»; объявлены: {_listed(self.settings) or 'ни одной'}",
            )
        elif setting.value is not MISSING and setting.value not in allowed:
            wrong(key, f"настройка «{name}»: «{setting.value}»; допустимы: {_listed(map(_said, allowed))}")
        return frozen(value)

    def permit(self, value: Any, wrong: Any) -> PermitTerms:
        if value is None:
            return PermitTerms()
        if not isinstance(value, dict) or set(value) - {"by", "ground", "term"}:
            wrong("permit", "«permit» — таблица { by = роль, ground = [основания], term = срок }")
            return PermitTerms()
        ground = self.name_set(value.get("ground"), "permit", wrong) or frozenset()
        return PermitTerms(
            frozenset(self.role_list(value.get("by"), "permit", wrong)), ground, frozen(value.get("term"))
        )

    def exceptions(self, value: Any, wrong: Any) -> dict[str, Any]:
        if value is None:
            return {}
        if not isinstance(value, dict) or set(value) - _EXCEPT_KEYS:
            wrong("except", f"«except» — таблица; допустимы: {_listed(_EXCEPT_KEYS)}")
            return {}
        return {
            "except_grades": self.grade_set(value.get("grades"), "except", wrong) or frozenset(),
            "except_subjects": self.name_set(value.get("subjects"), "except", wrong) or frozenset(),
            "except_classes": self.name_set(value.get("classes"), "except", wrong) or frozenset(),
            "except_roles": frozenset(self.role_list(value.get("roles"), "except", wrong)),
            "except_students": self.id_set(value.get("students"), "except", wrong) or frozenset(),
        }

    def check_params(self, entry: Entry, kind: RuleKind, wrong: Any) -> None:
        values = {name: setting.value for name, setting in self.settings.items()}
        for name in sorted(_named_settings(entry)):
            if name not in self.settings:
                key = next((k for k, v in entry.raw if name in _settings_in(v)), "")
                wrong(key, f"нет настройки «{name}»; объявлены: {_listed(self.settings) or 'ни одной'}")
                return
        seen: set[str] = set()
        for variant in variants(entry, values):
            if variant is None:
                continue
            for key, text in params_problems(kind, variant):
                if text not in seen:
                    seen.add(text)
                    wrong(key, text)


def _numbered(clause_id: str, parts: Mapping[str, str]) -> str:
    return printed_number(clause_id, parts)


# --- values in a file --------------------------------------------------------------------------------------------


def parse_grades(value: Any) -> frozenset[int]:
    """Read ``"2-9"``, ``"1"``, ``"5, 7-8"``, ``7`` or a list of these. Raises ``ValueError`` in Russian."""
    items = value if isinstance(value, list) else [value]
    found: set[int] = set()
    for item in items:
        for part in str(item).split(","):
            match = re.fullmatch(r"\s*(\d{1,2})\s*(?:[-–]\s*(\d{1,2}))?\s*", part)
            if match is None or isinstance(item, bool):
                raise ValueError(f"«{item}» не похоже на классы; допустимы: 5, «2-9», [5, 7], all")
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


def _settings_in(value: Any) -> Iterator[str]:
    if isinstance(value, _List):
        for item in value:
            yield from _settings_in(item)
    elif _is_table(value):
        table = dict(value)
        if set(table) == {"setting"}:
            yield table["setting"]
        else:
            for item in table.values():
                yield from _settings_in(item)


def _named_settings(entry: Entry) -> set[str]:
    names = {name for _, value in entry.raw for name in _settings_in(value)}
    names |= set(_settings_in(entry.permit.term))
    return names


def filled(value: Any, settings: Mapping[str, Any]) -> Any:
    """A file value with settings put in; ``MISSING`` when a setting it needs has no value."""
    if isinstance(value, _List):
        items = [filled(item, settings) for item in value]
        return MISSING if any(item is MISSING for item in items) else _List(items)
    if _is_table(value):
        table = dict(value)
        if set(table) == {"setting"}:
            return frozen(settings.get(table["setting"], MISSING))
        pairs = [(key, filled(item, settings)) for key, item in value]
        return MISSING if any(item is MISSING for _, item in pairs) else tuple(pairs)
    return value


def is_place_table(value: Any) -> bool:
    """Whether a value is a table by grade or weekly hours: ``{ by = "grade", "2-9" = "5d", "10-11" = "7d" }``."""
    return _is_table(value) and dict(value).get("by") in ("grade", "weekly_hours")


def row_of(value: Any, place: Any) -> Any:
    """The row of a table by grade or weekly hours that a place falls into; ``MISSING`` when there is none.

    Rows by weekly hours are ``"2"`` or ``"3+"``; a fraction of an hour takes the lower row.
    """
    table = dict(value)
    if table.pop("by") == "grade":
        for grades, item in table.items():
            if place.grade is not None and place.grade in parse_grades(grades):
                return item
        return MISSING
    hours = place.weekly_hours
    best = MISSING
    reached = -1.0
    if hours is None:
        return MISSING
    for row, item in table.items():
        least = float(str(row).rstrip("h+"))
        if reached < least <= hours and (str(row).endswith("+") or hours < least + 1):
            best, reached = item, least
    return best


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
    longest = max(len(value) - 1 for value in tables.values())
    for row in range(longest):
        picked = {}
        for key, value in tables.items():
            items = [item for name, item in value if name != "by"]
            picked[key] = thawed(items[min(row, len(items) - 1)]) if items else None
        yield plain | picked


def params_problems(kind: RuleKind, given: Mapping[str, Any]) -> Iterable[tuple[str, str]]:
    """What is wrong with parameters, as pairs of a key and a Russian sentence."""
    try:
        kind.params.model_validate(given)
    except ValidationError as error:
        names = [info.alias or name for name, info in kind.params.model_fields.items()]
        for fault in error.errors(include_url=False):
            path = [str(part) for part in fault["loc"]]
            key = path[0] if path else ""
            yield key, _fault_text(fault, ".".join(path), names)


def _fault_text(fault: Any, where: str, names: Sequence[str]) -> str:
    context = fault.get("ctx", {})
    match fault["type"]:
        case "missing":
            return f"не задан параметр «{where}»"
        case "extra_forbidden":
            return f"лишний параметр «{where}»; допустимы: {_listed(names) or 'ни одного'}"
        case "literal_error" | "enum":
            expected = str(context.get("expected", "")).replace("'", "").replace(" or ", ", ")
            return f"параметр «{where}»: «{fault['input']}»; допустимы: {expected}"
        case "value_error":
            return f"параметр «{where}»: {context.get('error', fault['msg'])}"
        case "bool_type" | "bool_parsing":
            return f"параметр «{where}»: нужно true или false без кавычек"
        case "int_type" | "int_parsing" | "int_from_float" | "float_type" | "float_parsing":
            return f"параметр «{where}»: нужно число без кавычек"
        case "string_type":
            return f"параметр «{where}»: нужен текст в кавычках"
        case "greater_than_equal" | "less_than_equal" | "greater_than" | "less_than":
            return f"параметр «{where}»: число вне допустимых границ"
        case _:
            return f"параметр «{where}»: значение «{fault['input']}» не подходит"


def _said(value: Any) -> str:
    return {True: "true", False: "false"}.get(value, str(value)) if isinstance(value, bool) else str(value)


def _listed(names: Iterable[str]) -> str:
    return ", ".join(sorted(map(str, names)))


EMPTY: Mapping[str, Any] = MappingProxyType({})


def params_of(kind: RuleKind, given: Mapping[str, Any]) -> Params:
    """Validated parameters. Raises pydantic's ``ValidationError``; a checked edition does not."""
    return kind.params.model_validate(given)
