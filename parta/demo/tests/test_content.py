"""The demo content is complete, counts up, and is worded as the regulations ask."""

import re
import tomllib
from datetime import date, timedelta
from importlib.resources import files
from itertools import pairwise

import pytest

from parta.demo.content import Topic, calendar_of, load

CONTENT = load()
GRADES = range(1, 12)
TAUGHT = [(code, grade) for code, subject in CONTENT.subjects.items() for grade in subject.hours]
KINDS = {
    "control",
    "control_internal",
    "test",
    "laboratory",
    "practical",
    "composition",
    "independent",
    "check_work",
}
COLLEGE_KINDS = KINDS | {"production_task"}

SHORTENED = re.compile(
    r"(?<![\w-])(?:[а-яё]{1,5}/[а-яё]{1,5}|[А-ЯЁа-яё]{1,2}\.(?!\w)|"
    r"(?:повт|упр|уч|стр|контр|сам|самост|раб|лаб|практ|гл|им|др|гг|вв|рис|табл|англ|рус|кл|зад|пр|см|напр)\.)",
    re.IGNORECASE,
)
BARE = re.compile(
    r"^(?:контрольная|самостоятельная|проверочная|практическая|лабораторная) работа(?: № \d+)?\.?$|"
    r"^(?:повторение|решение задач|резерв|диктант|изложение|сочинение|тест|зачёт)\.?$",
    re.IGNORECASE,
)


def faults_of(topic: Topic, kinds: set[str]) -> list[str]:
    """Name what is wrong with a topic's wording."""
    found = []
    if len(re.findall(r"\w+", topic.text)) < 2:
        found.append("fewer than two words")
    for text in (topic.text, topic.homework or ""):
        if SHORTENED.search(text):
            found.append("a shortened word")
        if "{" in text or " | " in text or text != text.strip():
            found.append("a trace of the pattern")
    if BARE.match(topic.text):
        found.append("a bare general entry")
    if re.search(r"\bтема \d", topic.text, re.IGNORECASE):
        found.append("a numbered placeholder")
    if topic.work_kind is not None and topic.work_kind not in kinds:
        found.append(f"unknown kind {topic.work_kind}")
    if len(topic.text) > 200:
        found.append("longer than 200 characters")
    if topic.text.count("«") != topic.text.count("»"):
        found.append("unbalanced quotes")
    return found


def all_plans() -> list[tuple[str, tuple[Topic, ...], set[str]]]:
    """Every thematic plan of the three demo organisations, by a readable name."""
    plans = [(f"{code} {grade}", CONTENT.plan(code, grade), KINDS) for code, grade in TAUGHT]
    for trade, units in CONTENT.college.units.items():
        plans += [
            (f"{trade} {unit.code} {half}", plan, COLLEGE_KINDS)
            for unit in units
            for half, plan in unit.plans.items()
        ]
    plans += [(unit.code, unit.plan, set()) for unit in CONTENT.centre.units]
    return plans


def test_every_file_is_toml_and_every_plan_file_has_a_subject() -> None:
    root = files("parta.demo.content")
    for node in root.iterdir():
        if node.name.endswith(".toml"):
            assert tomllib.loads(node.read_text(encoding="utf-8"))
    stored = {node.name.removesuffix(".toml") for node in root.joinpath("ktp").iterdir()}
    assert stored == set(CONTENT.subjects)


@pytest.mark.parametrize("grade", GRADES)
def test_week_keeps_the_sanitary_limit(grade: int) -> None:
    total = sum(CONTENT.hours(code, grade) for code in CONTENT.subjects)
    assert total <= CONTENT.limits[grade]
    assert total >= CONTENT.limits[grade] - 1


@pytest.mark.parametrize(("code", "grade"), TAUGHT)
def test_plan_is_as_long_as_the_year(code: str, grade: int) -> None:
    assert len(CONTENT.plan(code, grade)) == CONTENT.hours(code, grade) * CONTENT.weeks


def test_a_subject_not_taught_in_a_grade_has_no_plan() -> None:
    assert CONTENT.hours("phys", 5) == 0
    assert CONTENT.plan("phys", 5) == ()
    with pytest.raises(KeyError):
        CONTENT.hours("latin", 5)


def test_plans_are_well_worded_and_never_say_the_same_twice() -> None:
    faults = [
        f"{name}: {fault}: {topic.text}"
        for name, plan, kinds in all_plans()
        for topic in plan
        for fault in faults_of(topic, kinds)
    ]
    assert faults == []
    for name, plan, _ in all_plans():
        assert all(a.text != b.text for a, b in pairwise(plan)), name
        assert len({topic.text for topic in plan}) == len(plan), name


@pytest.mark.parametrize(
    "text",
    [
        "К/р по теме «Дроби»",
        "Повт. изученного",
        "Контрольная работа",
        "Контрольная работа № 3",
        "Дроби",
        "Упр. 5",
    ],
)
def test_the_wording_check_finds_bad_wording(text: str) -> None:
    assert faults_of(Topic(text, None, None, None, ""), KINDS)


def test_works_stand_where_they_belong() -> None:
    kinds = {code: set[str | None]() for code in CONTENT.subjects}
    for code, grade in TAUGHT:
        plan = CONTENT.plan(code, grade)
        kinds[code] |= {topic.work_kind for topic in plan}
        assert all((topic.work_kind is None) == (topic.minutes is None) for topic in plan)
        if not CONTENT.subjects[code].has_marks(grade):
            assert {topic.work_kind for topic in plan} == {None}, (code, grade)
        if grade == 1:
            assert {topic.homework for topic in plan} == {None}, code
    for code in ("phys", "bio"):
        assert "laboratory" in kinds[code]
    for code in ("geog", "inf", "chem"):
        assert "practical" in kinds[code]
    for code in ("rus", "lit"):
        assert "composition" in kinds[code]


def test_names_and_surnames_fit_together() -> None:
    names = CONTENT.names
    assert all(given.text in names.patronymics for given in names.boys + names.men)
    for lists in names.season.values():
        assert set(lists) == {"boys", "girls", "fathers", "mothers"}
        assert set(lists["fathers"]) <= set(names.patronymics)
    assert names.patronymics["Илья"] == ("Ильич", "Ильинична")
    peoples = {surname.people for surname in CONTENT.surnames}
    assert peoples == set(names.season) | {"ru"}
    males = [surname.male for surname in CONTENT.surnames]
    assert len(males) == len(set(males))
    assert sum(surname.people == "ru" for surname in CONTENT.surnames) >= 500
    assert sum(surname.male == surname.female for surname in CONTENT.surnames) >= 40
    for surname in CONTENT.surnames:
        assert surname.female in {surname.male, surname.male + "а", surname.male[:-2] + "ая"}


def test_remarks_are_many_and_agree_with_the_pupil() -> None:
    remarks = CONTENT.remarks
    assert set(remarks.notes) == {"remark", "praise", "thanks", "recommendation", "address"}
    for kind, texts in remarks.notes.items():
        assert len(texts) >= 15
        for place in range(len(texts)):
            assert "{" not in remarks.note(kind, place, "Маша", is_girl=True)
    assert "Маша сегодня работала" in remarks.note("remark", 0, "Маша", is_girl=True)
    assert "Петя сегодня работал на" in remarks.note("remark", 0, "Петя", is_girl=False)
    assert set(remarks.absence_reasons) == {"ill", "excused", "unexcused", "late", "school_event", "exempt"}
    assert set(remarks.homework) <= set(CONTENT.subjects)
    assert all("{n}" in number for number, _ in remarks.orders.values())


def test_school_has_room_for_its_homerooms() -> None:
    school = CONTENT.school
    assert len(school.homerooms) == 40
    assert len(school.rooms) >= 40
    assert len({room.number for room in school.rooms}) == len(school.rooms)
    assert {subject.room for subject in CONTENT.subjects.values()} <= {room.kind for room in school.rooms}
    assert {subject.department for subject in CONTENT.subjects.values()} <= set(school.departments)
    for bells in (*school.bells.values(), CONTENT.college.bells):
        assert [number for number, _, _ in bells] == list(range(1, len(bells) + 1))
        times = [time for _, starts, ends in bells for time in (starts, ends)]
        assert times == sorted(times)


def test_college_and_centre() -> None:
    college = CONTENT.college
    assert {group.trade for group in college.groups} == set(college.trades) == set(college.units)
    for units in college.units.values():
        assert {unit.kind for unit in units} == {
            "discipline",
            "mdk",
            "training_practice",
            "production_practice",
        }
        assert all((unit.taught_by == "master") == unit.kind.endswith("practice") for unit in units)
        assert {half for unit in units for half in unit.hours} == {1, 2, 3, 4}
        assert len({unit.code for unit in units}) == len(units)
    assert len(CONTENT.centre.units) >= 6
    for unit in CONTENT.centre.units:
        assert len(unit.plan) == 72
        assert 12 <= unit.size <= 15
        assert set(unit.days) <= {1, 2, 3, 4, 5}


@pytest.mark.parametrize("year", range(2024, 2033))
def test_calendar_is_a_real_school_year(year: int) -> None:
    calendar = calendar_of(year)
    assert calendar.first_day.month == 9 and calendar.first_day.day <= 3
    assert date(year + 1, 5, 24) <= calendar.last_day <= date(year + 1, 5, 26)
    assert calendar.first_day.weekday() < 5 and calendar.last_day.weekday() < 5
    for first, second in pairwise(calendar.quarters):
        assert first.starts < first.until < second.starts
        assert any(span.starts == first.until and span.until == second.starts for span in calendar.vacations)
    for code in ("autumn", "february", "spring"):
        span = next(span for span in calendar.vacations if span.code == code)
        assert (span.starts.weekday(), span.until.weekday()) == (5, 0)
        assert span.until - span.starts == timedelta(days=9)
    winter = next(span for span in calendar.vacations if span.code == "winter")
    assert date(year + 1, 1, 1) in winter and date(year + 1, 1, 8) in winter
    assert winter.starts >= date(year, 12, 26) and winter.until <= date(year + 1, 1, 12)
    for month, day in ((11, 4), (2, 23), (3, 8), (5, 1), (5, 9)):
        assert not calendar.is_school_day(date(year if month > 8 else year + 1, month, day))
    assert len({holiday.day for holiday in calendar.holidays}) == len(calendar.holidays)
    weeks = len(calendar.school_days()) / 5
    assert 33 <= weeks <= 35
    assert len(calendar.school_days(grade=1)) < len(calendar.school_days(grade=2))
    assert calendar.half_years[0].until == calendar.quarters[1].until
    assert calendar.half_years[1].starts == calendar.quarters[2].starts
    assert calendar.college_half_years[1].until > calendar.half_years[1].until
