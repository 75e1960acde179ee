"""Wrong files are told line, entry and what is allowed; acts that contradict each other are named, not settled."""

import time
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest

from parta.journal.rules.tests.living import faults, live_under, text_of
from parta.regulation.edition import RegulationError, parse_edition, read_edition
from parta.regulation.explain import explained
from parta.regulation.judge import contradictions
from parta.regulation.reader import Lines, Reader
from parta.regulation.registry import KINDS

DEADLINE = 'kind = "mark_deadline"\nwork = ["control"]\nwithin = "{}"'


def one(rule: str, **more: Any) -> list[str]:
    return faults(text_of(rule, **more))


@pytest.mark.parametrize(
    ("rule", "line", "said"),
    [
        ('kind = "mark_dedline"\nwithin = "1d"', 9, "возможно, вы имели в виду «mark_deadline»"),
        ('kind = "mark_deadline"\nwithin = 5', 10, "срок записывается в кавычках"),
        ('kind = "mark_deadline"\nwithin = "1d"\non_breach = ["refuse"]', 11, "поле «on_breach»"),
        ('kind = "mark_deadline"\nwithin = { setting = 5 }\nwork = { setting = "a" }', 10, "нет настройки «5»"),
        ('kind = "mark_deadline"\nwithin = "5 дней"', 10, "допустимы: 10min, 1.5h, 24h, 5d"),
        ('kind = "mark_deadline"\nwithin = "1d"\nby = "завуч"', 11, "«завуч» — неизвестная роль; допустимы: director"),
        ('kind = "mark_deadline"\nwithin = "1d"\nin_force_from = 2026-10-05\nin_force_until = 2026-10-05', 12,
         "кончается раньше, чем начался"),
        ('kind = "mark_deadline"\nwithin = "1d"\nin_force_from = "2026-10-05"', 11, "дата без кавычек"),
        ('kind = "mark_deadline"\nwithin = "1d"\ngrades = "9-5"', 11, "первый класс больше последнего"),
        ('kind = "control_work_schedule"\nmax_share = 110', 10, "нужно число не больше 100"),
        ('kind = "participation_rate"\nroles = ["teacher"]\nthreshold = 120', 11, "«120» вне допустимых границ"),
        ('kind = "composite_mark"\nshares = [{ work = ["oral"], share = 50 }, { work = ["control"], share = 40 }]', 10,
         "100 процентов, а составляют 90"),
        ('kind = "final_mark"\nparts = [{ terms = "all", share = 60 }, { work = "exam", share = 50 }]', 7,
         "а составляют 110"),
        ('kind = "final_mark"\nparts = [{ terms = "all", work = "exam", share = 100 }]', 10, "либо terms"),
        ('kind = "mark_scale"\nname = "сто"\nrange = [0, 100]\nbands = { "5" = 85, "4" = 85, "2" = 0 }', 7,
         "перекрываются"),
        ('kind = "mark_scale"\nname = "сто"\nrange = [0, 100]\nbands = { "5" = 85, "4" = 70, "3" = 50 }', 7,
         "от 0 до 50 полосы нет"),
        ('kind = "mark_scale"\nname = "сто"\nrange = [0, 100]\nbands = { "5" = 50, "4" = 70, "3" = 0 }', 7,
         "чем выше отметка, тем выше число"),
        ('kind = "term_mark"\nthresholds = { 5 = 3.6, 4 = 4.6, 3 = 0 }', 10, "чем выше отметка, тем выше число"),
        ('kind = "term_mark"\nweights = { oral = -1 }', 10, "нужно число от нуля"),
        ('kind = "term_mark"\nweights = { oral = nan }', 10, "нужно число от нуля"),
        ('kind = "absence_codes"\ncodes = "Н"', 10, "нужно: список"),
        ('kind = "exception"\nof = ["Н-1"]', 7, "отменяет свой же пункт"),
        ('kind = "auto_remark"\nevery = "1 quarter"', 10, "допустимы: 1 day, 1 school_day, 1 week, 1 month"),
        ('kind = "absence_threshold"\nsteps = [{ at = 3, action = "а" }, { at = 3, action = "б" }]', 10,
         "у двух ступеней"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_told_with_its_line_and_entry(rule: str, line: int, said: str) -> None:
    found = one(rule)
    assert any(said in text and "запись 1 (Н-1" in text for text in found), found
    told = next(text for text in found if said in text)
    assert told.startswith(f"строка {line},"), told


@pytest.mark.parametrize(
    ("broken", "line", "said"),
    [
        ('kind = "mark_deadline"\nwithin = "1d"\nwithin = "2d"', 10, "в записи уже есть"),
        ('kind = "mark_deadline"\nwithin = "1d', 9, "кавычк"),
        ('kind = "mark_deadline"\nwork = ["oral"', 9, "список не закрыт"),
        ("kind : mark_deadline", 8, "нужен знак «=»"),
        ('вид = "mark_deadline"', 8, "латинские буквы"),
        ('kind = "mark_deadline"\nwithin = сутки', 9, "слова пишут в кавычках"),
    ],
)
def test_slips_of_the_pen_are_located(broken: str, line: int, said: str) -> None:
    (found,) = faults(text_of(broken))
    assert said in found, found
    assert abs(int(found.split()[1].rstrip(":,")) - line) <= 2, found


def test_repeated_and_opposed_entries_of_one_clause() -> None:
    rule = '[[rule]]\nclause = ["Н-9"]\n'
    twice = text_of(DEADLINE.format("1d")) + (rule + DEADLINE.format("2d") + "\n") * 2
    assert any("повторяет запись 2" in text for text in faults(twice))
    opposed = text_of(DEADLINE.format("1d")) + "\n".join(
        rule + DEADLINE.format(term) + "\n" for term in ("2d", "3d")
    )
    assert any("within = 2d и 3d" in text for text in faults(opposed))
    apart = (
        text_of(DEADLINE.format("1d") + '\ngrades = "5"') + rule + DEADLINE.format("2d") + '\ngrades = "6"\n'
    )
    assert faults(apart) == []


def test_encodings_tabs_and_size(tmp_path: Path) -> None:
    path = tmp_path / "act.toml"
    text = text_of(DEADLINE.format("1d"))
    path.write_bytes(text.encode("cp1251"))
    with pytest.raises(RegulationError, match="UTF-8"):
        read_edition(path)
    path.write_bytes(text.replace(" = ", "\t=\t").encode("utf-8-sig"))
    assert len(read_edition(path).entries) == 1
    many = text_of(*(DEADLINE.format(f"{n % 30 + 1}d") + f'\ngrades = "{n % 11 + 1}"' for n in range(10_000)))
    start = time.process_time()
    assert len(parse_edition(many).entries) == 10_000
    assert time.process_time() - start < 60


def acts(*rules: tuple[str, str, str]) -> list[Any]:
    return [parse_edition(text_of(rule, code=code, rank=rank)) for code, rank, rule in rules]


@pytest.mark.parametrize(
    ("rules", "said"),
    [
        ([("А", "school", DEADLINE.format("3d")), ("Б", "order", DEADLINE.format("5d"))], "срок 5 дней, а там 3 дня"),
        ([("А", "school", DEADLINE.format("3d")), ("Б", "order", DEADLINE.format("1d"))], ""),
        ([("А", "school", DEADLINE.format("3d")), ("Б", "school", DEADLINE.format("1d"))], "Акты равны"),
        ([("А", "school", DEADLINE.format("3d") + "\nmay_relax = true"), ("Б", "order", DEADLINE.format("5d"))], ""),
        ([("А", "school", DEADLINE.format("3d")),
          ("Б", "order", DEADLINE.format("5d").replace("control", "oral"))], ""),
        ([("А", "school", DEADLINE.format("3d") + '\ngrades = "5-6"'),
          ("Б", "order", DEADLINE.format("5d") + '\ngrades = "7-9"')], ""),
        ([("А", "school", DEADLINE.format("3d")),
          ("Б", "school", DEADLINE.format("5d") + '\noverrides = ["А-1"]')], ""),
        ([("А", "school", 'kind = "mark_symbols"\nallow = ["5", "4"]'),
          ("Б", "school", 'kind = "mark_symbols"\nallow = ["A", "B"]')], "ни одного общего знака"),
        ([("А", "school", 'kind = "absence_codes"\ncodes = { "Н" = "unexcused" }'),
          ("Б", "order", 'kind = "absence_codes"\ncodes = { "Н" = "unknown" }')], "знак «Н»"),
        ([("А", "school", 'kind = "term_mark"\nmean = "plain"'),
          ("Б", "order", 'kind = "term_mark"\nmean = "weighted"')], "двумя способами"),
    ],
)  # fmt: skip
def test_acts_in_force_at_once_are_told_where_they_contradict(rules: Any, said: str) -> None:
    found = [str(problem) for problem in contradictions(acts(*rules))]
    assert bool(found) is bool(said), found
    assert not said or (said in found[0] and "строка" in found[0])


def test_a_circle_of_precedence_is_told() -> None:
    first = parse_edition(text_of(DEADLINE.format("1d") + '\noverrides = ["Б-1"]', code="А"))
    second = parse_edition(text_of(DEADLINE.format("2d") + '\noverrides = ["А-1"]', code="Б"))
    (found,) = [str(problem) for problem in contradictions([first, second])]
    assert "по кругу: А-1 → Б-1 → А-1" in found


def test_the_page_of_the_acts_shows_what_they_leave_open(cast: Any, client_of: Any) -> None:
    school, order = (
        text_of(DEADLINE.format("3d"), code="А"),
        text_of(DEADLINE.format("5d"), code="Б", rank="order"),
    )
    live_under(cast, school)
    assert "спорят между собой" not in client_of(cast.deputy).get("/regulation/").content.decode()
    live_under(cast, school, order)
    page = client_of(cast.deputy).get("/regulation/").content.decode()
    assert "Акты спорят между собой" in page and "срок 5" in page.replace("\N{NO-BREAK SPACE}", " ")
    assert date(2026, 9, 1) < cast.on


# --- whatever stands in whatever place ----------------------------------------------------------------------------

_DEEP: Any = 1
for _ in range(60):
    _DEEP = [_DEEP]
WRONG: tuple[Any, ...] = (
    5, -1, 10**30, 1e308, float("nan"), float("inf"), True, "", "x" * 300, "слово", [], [[]], [1], ["слово"], [{}], {},
    {"by": "grade"}, {"by": "grade", "5": "1d"}, {"by": "weekly_hours", "-1": 2}, {"by": "moon", "5": 1},
    {"setting": "нет"}, {"setting": 5}, {"setting": ["a"]}, date(2026, 9, 1), datetime(2026, 9, 1), _DEEP, "-5d",
)  # fmt: skip
COMMON = (
    "clause printed by told grades subjects classes roles students except on_breach permit overrides may_relax when"
    " note in_force_from in_force_until"
).split()


@pytest.mark.parametrize("name", sorted(KINDS))
def test_a_wrong_value_anywhere_is_told_in_russian_or_means_something(name: str) -> None:
    """Each parameter of each kind with each wrong value: read and said in words, or refused in words."""
    act = {"code": "Ф", "title": "Акт", "in_force_from": date(2026, 9, 1)}
    keys = [info.alias or field for field, info in KINDS[name].params.model_fields.items()]
    for key in [*keys, *COMMON]:
        for value in WRONG:
            rule = {"clause": ["Ф-1"], "kind": name, key: value}
            try:
                read = Reader({"act": dict(act), "rule": [rule]}, Lines("")).edition()
            except RegulationError as error:
                for problem in error.problems:
                    assert len(problem.text) < 900, (key, problem.text)
                    assert any("а" <= letter <= "я" for letter in problem.text), problem.text
            else:
                explained(read)
                contradictions([read])


@pytest.mark.parametrize(
    ("rule", "said"),
    [
        ('kind = "edit_window"\nwithin = "1d"\nobjects = ["marks"]', "возможно, вы имели в виду «mark»"),
        ('kind = "lesson_deadline"\nwithin = "1d"\nfields = ["тема"]', "допустимы: conducted, topic"),
        ('kind = "write_scope"\nwho = ["teachers"]\nwhat = ["mark"]', "возможно, вы имели в виду «teacher»"),
        ('kind = "final_marks_window"\nuntil = "perid_end+2d"', "возможно, вы имели в виду «period_end»"),
        ('kind = "report_due"\nreport = "свой"\nevery = "1 month"', "допустимы: user_activity"),
        ('kind = "check_every"\nevery = "1 month"\ndirections = ["всё"]', "допустимы: plans, lessons"),
        ('kind = "absence_threshold"\nsteps = [{ at = 1, action = "акт", by = "кто" }]', "[posts]"),
        ('kind = "setup_by"\nuntil = "period_end"', "здесь этого события нет"),
        ('kind = "setup_by"\nuntil = "year_start+5 school_days"', "здесь счёт в календарных днях"),
        ('kind = "report_due"\nreport = "analysis"\nevery = "1 month"\ngrace = "24h"', "5d, 3 weeks, same_day"),
        ('kind = "session_lock"\nidle = "2d"', "здесь допустимы: 10min, 24h"),
        ('kind = "exception"\nof = ["Н-9"]\nmay_relax = "да"', "true или false без кавычек"),
        ('kind = "mark_deadline"\nwithin = "0 lessons"', "уроков — от 1 до 8"),
        ('kind = "edit_window"\nwithin = "next_lesson"', "без часа, дня недели и уроков"),
        ('kind = "absence_reason_by"\nwithin = "1d"', "добавьте запись absence_codes"),
        ('kind = "final_mark"\nparts = [{ terms = "all", number = 1, share = 100 }]', "назовите, каких периодов"),
        ('kind = "final_mark"\nparts = [{ terms = "quarter", nomer = 1, share = 100 }]',
         "лишнее поле «nomer» внутри «parts.0»; нужно: список: таблица { terms?, number?"),
        ('kind = "not_attested"', "назовите хотя бы одно условие"),
        ('kind = "mark_deadline"\nwithin = "1d"\non_breach = ["refuse"]', "поле «on_breach»"),
    ],
)  # fmt: skip
def test_what_would_silently_mean_nothing_is_told(rule: str, said: str) -> None:
    found = one(rule)
    assert any(said in text for text in found), found
