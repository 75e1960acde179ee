"""Paper sets of the journals: which class has one, what was done with it, and whether it is still true."""

from collections import Counter, defaultdict
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from parta.archive.contents import contents_of, digest_of
from parta.archive.models import PaperSet, PaperSign, PaperStep
from parta.archive.route import Route, Stage, route
from parta.foundation import sql
from parta.journal.queries.words import class_name
from parta.journal.rules.papers import PAPER_STEPS
from parta.people.rules import law_of, rules
from parta.people.viewer import Viewer
from parta.regulation.judge import Law
from parta.regulation.words import role_words

__all__ = ["Line", "Papers", "is_mine", "papers", "shown"]

OWN = frozenset({"print", "title_sheet", "stitched", "archived", "handed_in", "class_signed", "to_secretary"})
"""Steps of a class teacher where no act names who takes them."""
OFFICES = frozenset({"director", "deputy", "operator", "secretary"})
"""Who keeps the papers of the whole school."""


def is_mine(viewer: Viewer, homeroom_id: int) -> bool:
    """Whether the viewer keeps the papers of a class: its class teacher or master, heads, the secretary."""
    return bool(viewer.roles & OFFICES) or homeroom_id in viewer.homeroom_ids


@dataclass(frozen=True, slots=True)
class Line:
    """A class and a term, with its newest set."""

    homeroom_id: int
    homeroom: str
    term_id: int
    term: str
    until: date
    is_over: bool
    paper_id: int | None
    made_at: datetime | None
    steps: tuple[tuple[str, str, date, str], ...]
    """Code, title, day, where it lies, who took it or how many sheets."""
    kind: str = "journal"
    is_year: bool = False
    options: tuple[tuple[str, str], ...] = ()
    """Steps that the viewer may note now, the next one first."""
    waits: str = ""
    """What is to be done next and by whom, in words."""
    differs: str = ""
    """What a teacher found different: the set is void."""
    stages: tuple[Stage, ...] = ()

    @property
    def done(self) -> frozenset[str]:
        """Codes of the steps that were done."""
        return frozenset(step[0] for step in self.steps)


@dataclass(frozen=True, slots=True)
class Papers:
    """The register of a year."""

    year: str
    lines: tuple[Line, ...]

    @property
    def classes(self) -> list[tuple[str, list[Line], list[str]]]:
        """Class by class: what can be on paper now, and the titles of the terms that are still to come."""
        found: dict[int, tuple[str, list[Line], list[str]]] = {}
        for line in self.lines:
            _, now, later = found.setdefault(line.homeroom_id, (line.homeroom, [], []))
            if line.is_over or line.paper_id or line.is_year:
                now.append(line)
            elif line.kind == "journal":
                later.append(line.term)
        return list(found.values())

    @property
    def plan(self) -> list[tuple[date, str, str, int, int]]:
        """The steps of the last term that ended, by the act's days: day, step, who, how many done, of how many."""
        ended = [line for line in self.lines if line.kind == "journal" and line.is_over and not line.is_year]
        last = max((line.until for line in ended), default=None)
        found: dict[tuple[int, str], list[Any]] = {}
        for line in ended:
            for stage in line.stages if line.until == last else ():
                if stage.day is not None:
                    row = found.setdefault(
                        (stage.day, stage.step),
                        [
                            line.until + timedelta(days=stage.day - 1),
                            stage.step,
                            role_words(sorted(stage.roles)),
                            0,
                            0,
                        ],
                    )
                    row[3] += stage.step in line.done
                    row[4] += 1
        return [(day, PAPER_STEPS[step], who, done, count) for day, step, who, done, count in found.values()]

    @property
    def unmade(self) -> list[tuple[int, str, int]]:
        """Terms that are over and have classes without a set: id, title, how many."""
        found: Counter[tuple[int, str]] = Counter(
            (line.term_id, line.term)
            for line in self.lines
            if line.kind == "journal" and line.is_over and line.paper_id is None and not line.is_year
        )
        return [(term_id, title, count) for (term_id, title), count in found.items() if count > 1]


_PLACES = """
SELECT h.id, h.title, t.id, t.title, t.until, y.title, t.kind, h.term_kind, h.grade FROM organisation_homeroom h
JOIN organisation_academicyear y ON y.id = h.year_id
JOIN organisation_term t ON t.year_id = y.id AND (t.kind = h.term_kind OR t.kind = 'year')
WHERE h.school_id = %s AND y.id = (SELECT z.id FROM organisation_academicyear z WHERE z.school_id = %s
    AND z.starts <= %s ORDER BY z.starts DESC LIMIT 1){classes}
ORDER BY COALESCE(h.grade, 99), h.title, t.until, t.starts DESC"""
TITLES = {"journal": "", "summary_sheet": ": сводная ведомость", "class_report": ": отчёт о классе"}


def kinds_of(law: Law, on: date, term_kind: str) -> tuple[str, ...]:
    """What goes to paper at the end of a term: the journal; at the year's end the summary sheet; a report, if asked."""
    reports = any(rule.params.document == "class_report" for rule in rules(law, on, "paper_copy_each"))
    kinds = ("journal", "summary_sheet") if term_kind == "year" else ("journal",)
    return (*kinds, "class_report") if reports else kinds


def papers(viewer: Viewer) -> Papers:
    """Every class the viewer answers for, with the terms of the year and what is on paper. Four statements."""
    classes, values = "", [viewer.school.id, viewer.school.id, viewer.on]
    if not viewer.roles & OFFICES:
        ids = viewer.homeroom_ids or (0,)
        classes = f" AND h.id IN ({sql.marks(len(ids))})"
        values += ids
    sets: dict[tuple[int, int, str], PaperSet] = {}
    for row in PaperSet.objects.filter(school_id=viewer.school.id).defer("contents").order_by("id"):
        sets[row.homeroom_id, row.term_id, row.kind] = row
    steps: dict[int, list[PaperStep]] = defaultdict(list)
    for step in PaperStep.objects.filter(school_id=viewer.school.id).order_by("id"):
        steps[step.paper_id].append(step)
    differs = dict(
        PaperSign.objects.filter(school_id=viewer.school.id, is_same=False).values_list("paper_id", "words")
    )
    lines, year, zone = [], "", ZoneInfo(viewer.school.timezone)
    law = law_of(viewer)
    ways: dict[tuple[Any, ...], Route] = {}
    for homeroom_id, title, term_id, term, until, year_title, term_kind, own, grade in sql.read(
        _PLACES.replace("{classes}", classes), values
    ):
        year = year_title
        for kind in kinds_of(law, viewer.on, term_kind):
            found = sets.get((homeroom_id, term_id, kind))
            key = (kind, term_kind, own, grade)
            if key not in ways:
                ways[key] = route(law, viewer.on, kind, term_kind=term_kind, own_kind=own, grade=grade)
            noted = tuple(steps.get(found.pk, []) if found else [])
            options, waits = _next(viewer, ways[key], {one.step for one in noted}) if found else ((), "")
            lines.append(
                Line(
                    homeroom_id,
                    class_name(title),
                    term_id,
                    term + TITLES[kind],
                    until,
                    until <= viewer.on,
                    found.pk if found else None,
                    found.made_at.astimezone(zone) if found else None,
                    tuple((one.step, one.get_step_display(), one.on, _more(one)) for one in noted),
                    kind,
                    term_kind == "year",
                    options,
                    waits,
                    differs.get(found.pk, "") if found else "",
                    ways[key].stages,
                )
            )
    return Papers(year, tuple(lines))


def _more(one: PaperStep) -> str:
    parts = [
        f"№ {one.number}" if one.number else "",
        f"листов: {one.sheets}" if one.sheets else "",
        one.place,
        f"принято: {one.taker}" if one.taker else "",
    ]
    return ", ".join(part for part in parts if part)


def _next(viewer: Viewer, way: Route, done: set[str]) -> tuple[tuple[tuple[str, str], ...], str]:
    """Steps the viewer may note now, and the first of the act's steps that nobody has."""
    titles = dict(PaperStep.STEPS)
    open_ = [
        stage for stage in way.stages if stage.step not in done and way.missing(stage.step, done) is None
    ]
    options = tuple(
        (stage.step, titles[stage.step])
        for stage in open_
        if stage.step != "sheets_signed"
        and (
            viewer.roles & (stage.roles | {"director"})
            if stage.roles
            else viewer.roles & OFFICES or stage.step in OWN
        )
    )
    first = next((stage for stage in open_ if stage.rules), None)
    if first is None:
        return options, ""
    who = f", {role_words(sorted(first.roles))}" if first.roles else ""
    return options, PAPER_STEPS.get(first.step, titles[first.step]) + who


def shown(viewer: Viewer, paper_id: int) -> tuple[PaperSet, bool] | None:
    """A set to be printed, and whether the journal of today still says the same. Nothing for others' classes."""
    row = (
        PaperSet.objects.select_related("homeroom", "term", "made_by")
        .filter(pk=paper_id, school_id=viewer.school.id)
        .first()
    )
    if row is None or not is_mine(viewer, row.homeroom_id):
        return None
    row.made_at = row.made_at.astimezone(ZoneInfo(viewer.school.timezone))
    now = contents_of(row.homeroom_id, row.term_id, summary=row.kind != "journal")
    return row, digest_of(now) == row.sha256
