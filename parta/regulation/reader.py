"""Reading a regulation file into an edition; every problem is found, with its line, its entry and what is allowed."""

import re
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from parta.regulation.apart import entries_stand_apart
from parta.regulation.clause import Clause, printed_number
from parta.regulation.durations import parse_duration
from parta.regulation.entries import (
    MISSING,
    RANKS,
    Edition,
    Entry,
    Ground,
    PermitTerms,
    Problem,
    RegulationError,
    Setting,
)
from parta.regulation.frames import silenced_ids
from parta.regulation.posts import read_posts, with_posts
from parta.regulation.registry import BREACHES, EDITION_CHECKS, KINDS, RuleKind
from parta.regulation.values import (
    ENTRY_FIELDS,
    filled,
    frozen,
    listed_names,
    named_settings,
    parameter_names,
    params_problems,
    parse_grades,
    said,
    settings_in,
    short,
    table_problems,
    unknown_parameter,
    variants,
)
from parta.regulation.words import allowed, closest, role_code

__all__ = ["Lines", "Reader"]

# --- where things stand in the text -----------------------------------------------------------------------------

_HEADER = re.compile(r"\s*\[\[?\s*([A-Za-z_]+)\s*\]?\]")
_KEY = re.compile(r"""\s*(?:"([^"]+)"|'([^']+)'|([\w-]+))\s*=""")


class Lines:
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

_TABLES = ("act", "posts", "settings", "rule", "clauses")
_OTHERS = ("served", "outside")
_ACT_KEYS = frozenset(
    "code title short rank in_force_from in_force_until approved_by number parts adopted_by agreed_by "
    "rests_on note approved_on grounds".split()
)
_GROUND_KEYS = frozenset("title date note".split())
_EXCEPT_KEYS = frozenset("grades subjects classes roles students".split())
_SETTING_KEYS = frozenset("value default title changed_by choices".split())


class Reader:
    """Turns the tables of one file into an edition, collecting what is wrong on the way."""

    def __init__(self, data: dict[str, Any], lines: Lines) -> None:
        self.data, self.lines = data, lines
        self.problems: list[Problem] = []
        self.settings: dict[str, Setting] = {}
        self.parts: dict[str, str] = {}
        self.posts: dict[str, str] = {}

    def edition(self) -> Edition:
        for table in self.data:
            if table not in _TABLES:
                self.wrong(
                    self.lines.of(table, 0),
                    "",
                    f"раздел «{table}» не нужен; {allowed(table, _TABLES, in_order=True)}",
                )
        act = self.data.get("act")
        if not isinstance(act, dict):
            self.wrong(0, "", "нет раздела [act] с кодом, названием и датой вступления в силу")
            act = {}
        head = self.head(act)
        self.posts = read_posts(
            self.data.get("posts", {}),
            lambda name, entry, said: self.wrong(self.lines.of("posts", 0, name), entry, said),
        )
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
        others = self.others({clause.id: entry for entry in entries for clause in entry.clauses})
        if self.problems:
            raise RegulationError(self.problems)
        edition = Edition(
            entries=entries,
            settings=tuple(self.settings.values()),
            others=others,
            posts=tuple(self.posts.values()),
            **head,
        )
        for check in (entries_stand_apart, *EDITION_CHECKS):
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
                    f"лишнее поле «{key}»; {allowed(key, _ACT_KEYS)}",
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
                self.lines.of("act", 0, "rank"), where, f"поле «rank»: «{rank}»; {allowed(rank, RANKS)}"
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
                    line,
                    where,
                    f"у основания допустимы поля: {listed_names(_GROUND_KEYS)}; title обязательно",
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

    # clauses without rules

    def others(self, held: Mapping[str, Entry]) -> tuple[tuple[str, tuple[Clause, ...]], ...]:
        """The section [clauses]: what of the document is served by the program or left to people."""
        table = self.data.get("clauses", {})
        if not isinstance(table, dict):
            self.wrong(
                self.lines.of("clauses", 0),
                "",
                "пункты без правил записывают разделом [clauses]: served, outside",
            )
            return ()
        seen: dict[str, str] = {}
        found = []
        for state, ids in table.items():
            line, where = self.lines.of("clauses", 0, state), f"раздел [clauses], «{state}»"
            if state not in _OTHERS:
                self.wrong(
                    line,
                    where,
                    f"списка «{short(state)}» здесь нет; {allowed(state, _OTHERS, in_order=True)}",
                )
                continue
            if not isinstance(ids, list) or not all(isinstance(id, str) and id.strip() for id in ids):
                self.wrong(line, where, 'нужен список пунктов в кавычках: ["Ш5-1.1", "Ш5-1.2"]')
                continue
            for id in ids:
                if id in held:
                    self.wrong(line, where, f"пункт «{id}» держит {held[id].label}: уберите его из списка")
                elif id in seen:
                    self.wrong(line, where, f"пункт «{id}» назван дважды: он уже в «{seen[id]}»")
                seen[id] = state
            found.append((state, tuple(Clause(id, _numbered(id, self.parts)) for id in ids)))
        return tuple(found)

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
                    self.wrong(line, where, f"лишнее поле «{key}»; {allowed(key, _SETTING_KEYS)}")
            try:
                changed_by = role_code(with_posts(str(given.get("changed_by", "deputy")), self.posts))
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
                    line,
                    where,
                    f"значение «{value}» не из списка; допустимы: {listed_names(map(str, choices))}",
                )
            self.settings[name] = Setting(
                name, title, value, "value" not in given, changed_by, tuple(choices), line
            )

    # entries

    def entry(self, index: int, rule: dict[str, Any]) -> Entry | None:
        line = self.lines.of("rule", index)
        rule = with_posts(rule, self.posts) if self.posts else rule
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
            close = f"«{short(name)}» — неизвестный вид правила" if name else "не указан вид правила «kind»"
            wrong("kind", f"{close}; {closest(name, KINDS)}")
            return None
        kind = KINDS[name]
        before = len(self.problems)
        taken = ENTRY_FIELDS - kind.own
        raw = {key: value for key, value in rule.items() if key not in taken}
        common = {key: value for key, value in rule.items() if key in taken}

        printed = common.get("printed", "")
        if isinstance(printed, str):
            printed = [printed] if printed else []
        if (
            not isinstance(printed, list)
            or (printed and len(printed) != len(ids))
            or not all(isinstance(one, str) for one in printed)
        ):
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
            overrides=(self.name_set(common.get("overrides"), "overrides", wrong) or frozenset())
            | silenced_ids(name, raw),
            may_relax=self.flag(common.get("may_relax", False), "may_relax", wrong),
            when=self.switch(common.get("when", True), wrong),
            note=self.note(common.get("note", ""), wrong),
            **self.exceptions(common.get("except"), wrong),
        )
        if entry.in_force_from and entry.in_force_until and entry.in_force_until <= entry.in_force_from:
            wrong("in_force_until", "срок действия записи кончается раньше, чем начался")
        if entry.overrides.intersection(ids):
            wrong("overrides", "запись отменяет свой же пункт: назовите другой")
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
        if not isinstance(value, str) or value not in BREACHES:
            wrong("on_breach", f"поле «on_breach»: «{short(value)}»; {allowed(value, BREACHES)}")
            return kind.on_breach
        return value

    def note(self, value: Any, wrong: Any) -> str:
        if not isinstance(value, str):
            wrong("note", "поле «note» — текст в кавычках")
            return ""
        return value

    def flag(self, value: Any, key: str, wrong: Any) -> bool:
        if not isinstance(value, bool):
            wrong(key, f"поле «{key}» — true или false без кавычек")
        return value is True

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
                f"поле «{key}»: нет настройки «{name}»; объявлены: {listed_names(self.settings) or 'ни одной'}",
            )
        elif setting.value is not MISSING and setting.value not in allowed:
            wrong(
                key, f"настройка «{name}»: «{setting.value}»; допустимы: {listed_names(map(said, allowed))}"
            )
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
            wrong("except", f"«except» — таблица; допустимы: {listed_names(_EXCEPT_KEYS)}")
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
        for name in sorted(named_settings(entry)):
            if name not in self.settings:
                key = next((k for k, v in entry.raw if name in settings_in(v)), "")
                wrong(key, f"нет настройки «{name}»; объявлены: {listed_names(self.settings) or 'ни одной'}")
                return
        seen: set[str] = set()
        faulty = False
        for key, raw in entry.raw:
            for text in table_problems(filled(raw, values)):
                faulty = True
                wrong(key, f"параметр «{key}»: {text}")
        term = filled(entry.permit.term, values)
        if term is not None and term is not MISSING:
            try:
                parse_duration(term)
            except ValueError as error:
                wrong("permit", f"срок разрешения «term»: {error}")
        if faulty:
            return
        for variant in variants(entry, values):
            if variant is None:  # it sleeps for want of a setting: names can be checked all the same
                for key in dict(entry.raw):
                    if key not in parameter_names(kind):
                        wrong(key, unknown_parameter(key, kind))
                continue
            for key, text in params_problems(kind, variant):
                if text not in seen:
                    seen.add(text)
                    wrong(key, text)


def _numbered(clause_id: str, parts: Mapping[str, str]) -> str:
    return printed_number(clause_id, parts)
