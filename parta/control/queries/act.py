"""The act a school keeps its journals by: its editions, its rules in words, what it leaves to the school."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from parta.control.queries.duty_lines import GROUPS
from parta.control.queries.sources import HEADS
from parta.foundation import sql
from parta.people.viewer import Viewer
from parta.regulation.choices import as_typed, entries_of, is_duration, may_change
from parta.regulation.coverage import STATES, Covered, coverage
from parta.regulation.edition import MISSING, Edition, Setting, thawed
from parta.regulation.explain import Explained, explained, plain_words
from parta.regulation.judge import Law, contradictions
from parta.regulation.models import SettingValue
from parta.regulation.queries import law as law_of_school
from parta.regulation.words import role_words


@dataclass(frozen=True, slots=True)
class GroundLine:
    """What an act rests on; `is_later`: dated after the act was approved, which asks for a look."""

    title: str
    dated: date | None
    note: str
    is_later: bool


@dataclass(frozen=True, slots=True)
class Choice:
    """One value of a setting, from a day on."""

    value: str
    since: date
    at: datetime
    by: str
    ground: str = ""
    """The local act it rests on."""


@dataclass(frozen=True, slots=True)
class SettingLine:
    """What the act leaves to the school; `name` is given to those who may change it."""

    title: str
    value: str
    changed_by: str
    is_default: bool
    may_change: bool
    name: str
    history: tuple[Choice, ...]


@dataclass(frozen=True, slots=True)
class ActLine:
    """An edition of an act with everything it says."""

    code: str
    title: str
    approved_by: str
    number: str
    approved_on: date | None
    adopted_by: str
    starts: date
    until: date | None
    is_current: bool
    is_coming: bool
    grounds: tuple[GroundLine, ...]
    rules: tuple[Explained, ...]
    settings: tuple[SettingLine, ...]


def acts(viewer: Viewer) -> tuple[ActLine, ...]:
    """Every edition the school has adopted, the ones in force first. Four statements at most."""
    law = _law(viewer)
    chosen = _choices(viewer)
    found = []
    for edition in law.editions:
        standing = edition.in_force_from <= viewer.on and (
            edition.in_force_until is None or viewer.on < edition.in_force_until
        )
        day = viewer.on if standing else edition.in_force_from
        values = _values(law, edition, day)
        found.append(
            ActLine(
                code=edition.code,
                title=edition.title,
                approved_by=edition.approved_by,
                number=edition.number,
                approved_on=edition.approved_on,
                adopted_by=edition.adopted_by,
                starts=edition.in_force_from,
                until=edition.in_force_until,
                is_current=standing,
                is_coming=edition.in_force_from > viewer.on,
                grounds=tuple(
                    GroundLine(
                        one.title,
                        one.dated,
                        one.note,
                        bool(one.dated and edition.approved_on and one.dated > edition.approved_on),
                    )
                    for one in edition.grounds
                ),
                rules=explained(edition, values),
                settings=tuple(
                    _setting(viewer, edition, one, values, chosen, standing) for one in edition.settings
                ),
            )
        )
    return tuple(sorted(found, key=lambda act: (not act.is_current, not act.is_coming, act.starts)))


def disputed(viewer: Viewer) -> tuple[str, ...]:
    """What the acts in force today leave open between them, in words."""
    law = _law(viewer)
    known: tuple[str, ...] | None = _DISPUTED.get((law, viewer.on))
    if known is None:
        if len(_DISPUTED) > 64:
            _DISPUTED.clear()
        known = tuple(
            f"{problem.entry}: {problem.text}." for problem in contradictions(law.on(viewer.on).editions)
        )
        _DISPUTED[law, viewer.on] = known
    return known


_DISPUTED: dict[tuple[Law, date], tuple[str, ...]] = {}


def _law(viewer: Viewer) -> Law:
    return law_of_school(viewer.school.id, viewer.school.law_version)


def _values(law: Law, edition: Edition, day: date) -> dict[str, Any]:
    code = law.on(day)
    return {setting.name: code.settings.get(setting.name, setting.value) for setting in edition.settings}


def _setting(
    viewer: Viewer,
    edition: Edition,
    one: Setting,
    values: Mapping[str, Any],
    chosen: Mapping[tuple[str, str], list[Choice]],
    standing: bool,
) -> SettingLine:
    history = tuple(chosen.get((edition.code, one.name), ()))
    value = values[one.name]
    return SettingLine(
        title=one.title,
        value="не задано" if value is MISSING else plain_words(value),
        changed_by=role_words([one.changed_by]),
        is_default=one.is_default and not history,
        may_change=standing and may_change(one, viewer.roles),
        name=one.name,
        history=history,
    )


def _choices(viewer: Viewer) -> dict[tuple[str, str], list[Choice]]:
    """What the school has chosen so far, by act and setting, in the order of the days."""
    zone = ZoneInfo(viewer.school.timezone)
    rows = list(SettingValue.objects.filter(school_id=viewer.school.id).order_by("in_force_from", "id"))
    if not rows:
        return {}
    names = _surnames({row.set_by_id for row in rows if row.set_by_id})
    found: dict[tuple[str, str], list[Choice]] = {}
    for row in rows:
        made = Choice(
            plain_words(row.value),
            row.in_force_from,
            row.set_at.astimezone(zone),
            names.get(row.set_by_id or 0, ""),
            row.ground,
        )
        found.setdefault((row.act_code, row.name), []).append(made)
    return found


def _surnames(users: set[int]) -> dict[int, str]:
    if not users:
        return {}
    rows = sql.read(
        f"SELECT user_id, surname FROM people_person WHERE user_id IN ({sql.marks(len(users))})",
        sorted(users),
    )
    return {row[0]: row[1] for row in rows}


# --- every clause of an act -------------------------------------------------------------------------------------------

WATCHED = frozenset(GROUPS | HEADS) | {
    "all_present_marked",
    "fill_quality",
    "finding_owner",
    "parent_notified",
    "parents_view_every",
    "students_with_few_marks",
    "ticket_answered",
}
"""Kinds whose breaches control finds by questions of its own."""


@dataclass(frozen=True, slots=True)
class CoveragePage:
    """Every clause of one act with how it is kept."""

    title: str
    code: str
    starts: date
    clauses: tuple[Covered, ...]
    counts: tuple[tuple[str, str, str, int], ...]
    """State, its words, what it means, how many clauses."""
    state: str
    """The one that is shown alone; empty: all."""
    has_others: bool
    """The file lists the clauses that no rule holds."""


def coverage_page(viewer: Viewer, code: str, state: str) -> CoveragePage | None:
    """The clauses of the edition of an act in force today, of the coming one before that. Two statements at most."""
    law = _law(viewer)
    editions = [one for one in law.editions if one.code == code]
    standing = [one for one in editions if one.in_force_from <= viewer.on] or editions
    if not standing:
        return None
    edition = max(standing, key=lambda one: one.in_force_from)
    values = _values(law, edition, max(viewer.on, edition.in_force_from))
    found = coverage(edition, values, watched=WATCHED)
    counts = Counter(one.state for one in found)
    return CoveragePage(
        title=edition.title,
        code=code,
        starts=edition.in_force_from,
        clauses=tuple(one for one in found if not state or one.state == state),
        counts=tuple(
            (name, said, means, counts[name]) for name, (said, means) in STATES.items() if counts[name]
        ),
        state=state,
        has_others=bool(edition.others),
    )


# --- one setting ------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class SettingPage:
    """One setting as it is changed: the kind of field it takes, its rules, its history."""

    act: str
    code: str
    setting: Setting
    current: Any
    """The value of today, or ``MISSING``."""
    shown: str
    field: str
    """``choice``, ``rows``, ``list``, ``duration``, ``number`` or ``text``."""
    options: tuple[tuple[str, str], ...]
    rows: tuple[tuple[str, str], ...]
    rules: tuple[Explained, ...]
    history: tuple[Choice, ...]
    changed_by: str
    may_change: bool
    ground: str
    """What the value of today rests on, beside the act itself."""


def setting_page(viewer: Viewer, code: str, name: str) -> SettingPage | None:
    """A setting of an act in force; None when there is none. Four statements at most."""
    law = _law(viewer)
    edition = next((one for one in law.on(viewer.on).editions if one.code == code), None)
    setting = edition.setting(name) if edition is not None else None
    if edition is None or setting is None:
        return None
    values = _values(law, edition, viewer.on)
    current = values[name]
    current = thawed(current) if isinstance(current, tuple) else current
    bound = {entry.index for entry in entries_of(edition, name)}
    rules = [
        line
        for entry, line in zip(edition.entries, explained(edition, values), strict=True)
        if entry.index in bound
    ]
    options: tuple[tuple[str, str], ...] = ()
    rows: tuple[tuple[str, str], ...] = ()
    if setting.choices or isinstance(current, bool):
        kind = "choice"
        options = tuple((as_typed(one), plain_words(one)) for one in (setting.choices or (True, False)))
    elif isinstance(current, Mapping):
        kind = "rows"
        rows = tuple((str(row), as_typed(value)) for row, value in current.items() if row != "by")
    elif isinstance(current, list):
        kind = "list"
    elif is_duration(current):
        kind = "duration"
    else:
        kind = "number" if isinstance(current, int | float) else "text"
    history = tuple(_choices(viewer).get((code, name), ()))
    return SettingPage(
        act=edition.title,
        code=code,
        setting=setting,
        current=current,
        shown="не задано" if current is MISSING else plain_words(current),
        field=kind,
        options=options,
        rows=rows,
        rules=tuple(rules),
        history=history,
        changed_by=role_words([setting.changed_by]),
        may_change=may_change(setting, viewer.roles),
        ground=next((one.ground for one in reversed(history) if one.since <= viewer.on), ""),
    )
