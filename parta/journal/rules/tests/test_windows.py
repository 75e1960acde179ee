"""Deadlines: the last second in time, the first one late, in five regulations; hindsight; precedence of windows."""

from dataclasses import dataclass
from datetime import date, timedelta

import pytest

from parta.journal.rules import Outcome, Place, judge, mark_limit
from parta.journal.rules import windows as windows_module
from parta.journal.rules.questions import fact_limit
from parta.journal.rules.tests.acting import (
    ALGEBRA,
    CLASS_TEACHER,
    MASTER,
    MONDAY,
    PRACTICE,
    ZONES,
    act,
    at,
    calendar,
    case,
    law,
    lesson,
    misjudged,
    october,
    replace,
)
from parta.regulation.durations import PlainCalendar

PASS, REMARK, PERMIT, REFUSE = Outcome.PASS, Outcome.REMARK, Outcome.PERMIT, Outcome.REFUSE
COLLEGE = "egorievsk-college"
TENTH = replace(ALGEBRA, grade=10, homeroom="10Б")
NINTH = replace(ALGEBRA, grade=9, homeroom="9А")


@dataclass(frozen=True)
class Window:
    """A mark window: the place, the works, the last moment in time and the clause that says so."""

    preset: str
    clause: str
    work: tuple[str, ...]
    day: date
    clock: str
    place: Place = ALGEBRA
    after: Outcome = REMARK


WINDOWS = [
    Window("goethe23", "GT-P-2.4a", ("oral",), october(6), "10:45", after=PERMIT),
    Window("goethe23", "GT-I-3.4c", ("oral",), october(6), "10:45", after=PERMIT),
    Window("goethe23", "GT-P-2.4b", ("written",), october(10), "23:59:59", NINTH, PERMIT),
    Window("goethe23", "GT-P-2.4b", ("control",), october(10), "23:59:59", NINTH, PERMIT),
    Window("goethe23", "GT-P-2.4b", ("exam",), october(10), "23:59:59", NINTH, PERMIT),
    Window("goethe23", "GT-P-2.4c", ("credit",), october(12), "23:59:59", TENTH, PERMIT),
    Window("goethe23", "GT-P-2.4c", ("test",), october(12), "23:59:59", TENTH, PERMIT),
    Window("goethe23", "GT-I-5.2.tch.г-a", ("control",), october(10), "23:59:59", NINTH, PERMIT),
    Window("goethe23", "GT-I-5.2.tch.г-b", ("control",), october(12), "23:59:59", TENTH, PERMIT),
    Window("goethe23", "GT-I-5.2.tch.ж-d", ("written",), october(10), "23:59:59", NINTH, PERMIT),
    Window("ipatovo1", "IP-2.11k", ("oral",), october(12), "23:59:59"),
    Window("ipatovo1", "IP-2.13g", ("control",), october(12), "23:59:59"),
    Window("dubrovo", "DB-3.4.6b", ("oral",), MONDAY, "23:59:59"),
    Window("dubrovo", "DB-3.4.6a", ("written",), october(12), "23:59:59"),
    Window("dubrovo", "DB-3.4.6a", ("control",), october(12), "23:59:59"),
    Window("dubrovo", "DB-3.4.5a", ("current",), MONDAY, "23:59:59"),
    Window(COLLEGE, "ET-A-TEACHER-2c", ("oral",), MONDAY, "23:59:59"),
    Window(COLLEGE, "ET-A-TEACHER-2d", ("control",), october(12), "23:59:59"),
    Window(COLLEGE, "ET-A-TEACHER-9", ("control_internal",), october(8), "23:59:59"),
    Window(COLLEGE, "ET-A-TEACHER-9", ("control_internal", "written"), october(8), "23:59:59"),
    Window(COLLEGE, "ET-A-TEACHER-10", ("written",), october(12), "23:59:59"),
    Window(COLLEGE, "ET-A-TEACHER-10", ("composition",), october(12), "23:59:59"),
    Window(COLLEGE, "ET-A-DIR-7d", ("composition",), october(12), "23:59:59"),
    Window(COLLEGE, "ET-A-MASTER-17c", ("practice",), MONDAY, "23:59:59", PRACTICE),
    Window(COLLEGE, "ET-A-MASTER-17d", ("production_training",), MONDAY, "23:59:59", PRACTICE),
    Window(COLLEGE, "ET-A-MASTER-24", ("control_internal",), october(8), "23:59:59", PRACTICE),
]


def _table(window: Window) -> list[object]:
    last = at(window.clock, window.day, window.preset)
    step = timedelta(seconds=1)
    mark = act(window.preset, "mark", place=window.place, work=window.work)
    if window.place is PRACTICE:
        mark = replace(mark, by=MASTER)
    return [
        case(f"{window.clause} {window.work}: last second", replace(mark, at=last), PASS),
        case(
            f"{window.clause} {window.work}: a second later",
            replace(mark, at=last + step),
            window.after,
            window.clause,
        ),
    ]


@pytest.mark.parametrize("window", WINDOWS, ids=lambda w: f"{w.clause}-{'+'.join(w.work)}")
def test_mark_window_ends_to_the_second(window: Window) -> None:
    assert misjudged(_table(window), window.preset) == []  # type: ignore[arg-type]
    shown = mark_limit(
        law(window.preset),
        lesson=lesson(window.preset),
        place=window.place,
        work=window.work,
        calendar=calendar(window.preset),
    )
    assert shown is not None
    assert timedelta() <= shown.deadline - at(window.clock, window.day, window.preset) < timedelta(seconds=1)
    assert window.clause in {clause.id for clause in shown.clauses}
    assert shown.closes == (window.after is PERMIT)


@pytest.mark.clause("GT-I-5.2.tch.ж-c")
def test_hindsight_needs_a_permit() -> None:
    late = act("goethe23", "mark", at=at("10:46", october(6)))
    table = [
        case("late", late, PERMIT, "GT-I-5.2.tch.ж-c", "GT-P-2.4a"),
        case("permitted: stored as late", replace(late, permit_granted=True), REMARK, "GT-I-5.2.tch.ж-c"),
        case("in time", replace(late, at=at("10:44", october(6))), PASS),
    ]
    assert misjudged(table, "goethe23") == []
    verdict = judge(law("goethe23"), late, calendar())
    assert verdict.is_late and verdict.reasons[0].ways_out[0] == "ask_permit"
    assert "5 октября" in verdict.reasons[0].found.replace("\N{NO-BREAK SPACE}", " ")
    assert "п.\N{NO-BREAK SPACE}2.4 Положения" in verdict.reasons[0].cite


@pytest.mark.clause("GT-I-5.2.tch.ж-d")
def test_day_four_in_the_past_column_is_not_hindsight() -> None:
    mark = act("goethe23", "mark", place=NINTH, work=("written",), at=at("12:00", october(9)))
    assert misjudged([case("day 4", mark, PASS)], "goethe23") == []
    sixth = replace(mark, at=at("00:00", october(11)))
    assert misjudged([case("day 6", sixth, PERMIT, "GT-I-5.2.tch.ж-d")], "goethe23") == []


DUTIES = [
    # preset, clause, fact, last day in time, clock
    ("goethe23", "GT-P-2.1a", "conducted", MONDAY, "23:59:59"),
    ("goethe23", "GT-P-2.1b", "roll", MONDAY, "23:59:59"),
    ("goethe23", "GT-P-2.2", "homework", MONDAY, "23:59:59"),
    ("kemerovo-ct", "CT-1.12a", "conducted", MONDAY, "23:59:59"),
    ("kemerovo-ct", "CT-1.12b", "roll", MONDAY, "23:59:59"),
    ("ipatovo1", "IP-2.11c", "conducted", october(12), "23:59:59"),
    ("ipatovo1", "IP-2.11d", "roll", october(12), "23:59:59"),
    ("dubrovo", "DB-3.4.5b", "homework", MONDAY, "23:59:59"),
    ("dubrovo", "DB-4.2.1b", "roll", MONDAY, "23:59:59"),
    (COLLEGE, "ET-6.7a", "conducted", MONDAY, "23:59:59"),
    (COLLEGE, "ET-A-TEACHER-7", "absence", MONDAY, "23:59:59"),
    (COLLEGE, "ET-4.7b", "roll", MONDAY, "23:59:59"),
]


@pytest.mark.parametrize(("preset", "clause", "fact", "day", "clock"), DUTIES)
def test_lesson_duties_end_to_the_second(preset: str, clause: str, fact: str, day: date, clock: str) -> None:
    last = at(clock, day, preset)
    tried = act(preset, fact, **({"new": "выучить § 5, с. 10"} if fact == "homework" else {}))
    table = [
        case("last second", replace(tried, at=last), PASS),
        case("a second later", replace(tried, at=last + timedelta(seconds=1)), REMARK, clause),
        case(
            "mending restarts no clock",
            replace(
                tried,
                verb="correct",
                old="unknown" if fact == "absence" else "x",
                new="late" if fact == "absence" else "выучить § 6, с. 12",
                symbol="",
                at=last + timedelta(seconds=1),
            ),
            PASS,
        ),
    ]
    if fact in ("conducted", "roll", "absence"):
        table = table[:2]
    if preset == COLLEGE and fact == "homework":
        table = table[:2]
    assert misjudged(table, preset) == []


@pytest.mark.clause("ET-A-TEACHER-4b", "ET-A-MASTER-19b", "ET-3.1.4c", partly=True)
@pytest.mark.parametrize("place", [ALGEBRA, PRACTICE])
def test_homework_clock_starts_at_the_groups_last_bell(place: Place) -> None:
    held = lesson(COLLEGE, day_ends_at=at("15:00", name=COLLEGE))
    by = MASTER if place is PRACTICE else act(COLLEGE, "homework").by
    given = act(COLLEGE, "homework", new="выучить § 5, с. 10", lesson=held, place=place, by=by)
    table = [
        case("1 h 29 min", replace(given, at=at("16:29", name=COLLEGE)), PASS),
        case("1 h 30 min", replace(given, at=at("16:30", name=COLLEGE)), PASS),
        case("1 h 31 min", replace(given, at=at("16:31", name=COLLEGE)), REMARK, "ET-A-TEACHER-4b"),
        case(
            "next day: outer limit too",
            replace(given, at=at("00:00", october(6), COLLEGE)),
            REMARK,
            "ET-A-MASTER-19b",
            "ET-7.2o",
        ),
    ]
    assert misjudged(table, COLLEGE) == []
    verdict = judge(law(COLLEGE), replace(given, at=at("16:31", name=COLLEGE)), calendar(COLLEGE))
    assert "ET-7.2o" not in verdict.clause_ids


@pytest.mark.clause("GT-I-3.2a", "GT-I-5.2.ct.а-b", "DB-3.3.10", partly=True)
def test_absence_reason_has_its_term() -> None:
    explained = act("goethe23", "absence", "correct", by=CLASS_TEACHER, old="unknown", new="ill", symbol="Б")
    table = [
        # three school days after Monday: Tuesday, Wednesday, Thursday
        case("Thursday", replace(explained, at=at("23:59:59", october(8))), PASS),
        case("Friday", replace(explained, at=at("00:00", october(9))), REMARK, "GT-I-5.2.ct.а-b"),
    ]
    assert misjudged(table, "goethe23") == []
    dubrovo = replace(explained, lesson=lesson("dubrovo"), symbol="б")
    table = [
        case("day 3", replace(dubrovo, at=at("23:59:59", october(8), "dubrovo")), PASS),
        case("day 4", replace(dubrovo, at=at("00:00", october(9), "dubrovo")), REMARK, "DB-3.3.10"),
    ]
    assert misjudged(table, "dubrovo") == []


def test_narrower_window_wins_also_when_it_is_longer() -> None:
    """DB: written works have 7 days inside «all works within 1 day»; a finding cites the narrowest clause first."""
    on_wednesday = act("dubrovo", "mark", work=("written",), at=at("12:00", october(7), "dubrovo"))
    assert misjudged([case("written on day 2", on_wednesday, PASS)], "dubrovo") == []
    oral = replace(on_wednesday, work=("oral",))
    verdict = judge(law("dubrovo"), oral, calendar("dubrovo"))
    assert verdict.clause_ids[0] == "DB-3.4.6b" and "DB-3.4.4a" in verdict.clause_ids
    monday_night = replace(oral, at=at("00:30", october(6), "dubrovo"))
    assert "DB-3.4.4a" not in judge(law("dubrovo"), monday_night, calendar("dubrovo")).clause_ids


def test_old_edition_judges_old_lessons() -> None:
    before = date(2019, 10, 7)
    late = act("goethe23", "mark", lesson=lesson(day=before), at=at("12:00", before + timedelta(days=60)))
    assert misjudged([case("before the edition", late, PASS)], "goethe23") == []


def test_lesson_that_ends_near_midnight_has_an_hour_more() -> None:
    evening = lesson("kemerovo-ct", begins="22:30", ends="23:30")
    end = at("00:30", october(6), "kemerovo-ct")
    held = act("kemerovo-ct", "conducted", lesson=evening)
    table = [
        case("an hour after its end", replace(held, at=end), PASS),
        case("later", replace(held, at=end + timedelta(seconds=1)), REMARK, "CT-1.12a"),
    ]
    assert misjudged(table, "kemerovo-ct") == []


def test_winter_time_moves_no_date() -> None:
    """A day limit over the change of clocks in Europe/Berlin still ends at midnight there."""
    from zoneinfo import ZoneInfo

    berlin = PlainCalendar(ZoneInfo("Europe/Berlin"))
    friday = date(2026, 10, 23)
    limit = fact_limit(
        law("ipatovo1"), "conducted", lesson=lesson(day=friday), place=ALGEBRA, calendar=berlin
    )
    assert limit is not None
    assert limit.deadline.isoformat() == "2026-10-30T23:59:59.999999+01:00"


def test_planted_fault_one_second_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    ends = windows_module.Deadlines._ends

    def a_second_more(self: object, *args: object) -> object:
        return ends(self, *args) + timedelta(seconds=1)  # type: ignore[arg-type]

    monkeypatch.setattr(windows_module.Deadlines, "_ends", a_second_more)
    assert all(misjudged(_table(window), window.preset) for window in WINDOWS)  # type: ignore[arg-type]


def test_planted_fault_in_precedence_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(windows_module.MarkDeadlines, "depth", lambda self, rule, works, fact: 0)
    wrong = [window.clause for window in WINDOWS if misjudged(_table(window), window.preset)]  # type: ignore[arg-type]
    assert {"DB-3.4.6a", "ET-A-TEACHER-10", "GT-P-2.4b"} <= set(wrong)
    assert ZONES
