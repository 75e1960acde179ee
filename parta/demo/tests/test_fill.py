"""The demo school: the same by the same seed, sound in every chain, believable, whatever day it is."""

from collections import Counter
from datetime import UTC, date, datetime
from random import Random
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.db import transaction

from parta.control.queries.anomalies import anomalies
from parta.demo.content import load
from parta.demo.fill import DemoSummary, fill, moment_of, years_of
from parta.demo.gymnasium.journals import last_working_time
from parta.demo.marks import working_time
from parta.demo.school_plan import chosen_classes, draw_up
from parta.foundation import clock, log, sql
from parta.journal.checks import verify_journals
from parta.people.actions.accounts import check_password
from parta.people.queries.orders import order_lines
from parta.people.viewer import account

NOVEMBER = date(2026, 11, 24)


class Told:
    """Remembers what the progress was told."""

    def __init__(self) -> None:
        self.calls: list[tuple[str, int, int]] = []

    def __call__(self, label: str, done: int, total: int) -> None:
        self.calls.append((label, done, total))


def filled(today: date, *, seed: int = 23, hour: int = 14) -> DemoSummary:
    """Four classes, one group and one association, up to `today`, 14:00 in Moscow."""
    now = datetime(today.year, today.month, today.day, hour - 3, tzinfo=UTC)
    return fill(seed=seed, today=today, progress=Told(), now=now, homerooms=4)


def one(statement: str, *values: object) -> Any:
    return sql.read(statement, values)[0][0]


def latest(table: str, column: str) -> datetime:
    """The last moment written there; a plain column, for SQLite gives an aggregate back as text."""
    moment: datetime = sql.aware(one(f"SELECT {column} FROM {table} ORDER BY {column} DESC LIMIT 1"))
    return moment


def of_kind(kind: str, statement: str) -> set[str]:
    """First column of a question about one kind of school; it ends after its WHERE."""
    return {row[0] for row in sql.read(f"{statement} s.kind = %s", (kind,))}


LETTERS = (
    "SELECT DISTINCT symbol FROM journal_absence a JOIN organisation_school s ON s.id = a.school_id WHERE"
)


def heads() -> list[str]:
    return [row[0] for row in sql.read("SELECT head_hash FROM foundation_chain ORDER BY id")]


def assert_sound() -> None:
    """Every chain holds, and every journal follows from its chain."""
    assert [found for found in log.verify() if not isinstance(found, int)] == []
    assert [str(found) for found in verify_journals() if not isinstance(found, int)] == []


@pytest.mark.django_db
@pytest.mark.only("sqlite")
def test_same_seed_same_hashes() -> None:
    """On PostgreSQL ids go on after a rollback, and ids are hashed."""
    found = []
    for seed in (23, 23, 24):
        point = transaction.savepoint()
        filled(date(2026, 9, 30), seed=seed)
        found.append(heads())
        transaction.savepoint_rollback(point)
    assert found[0] == found[1]
    assert found[0] != found[2]


@pytest.mark.django_db
def test_november() -> None:
    """One year up to now; the accounts work; today's lessons of the shown teacher wait; so do permits."""
    summary = filled(NOVEMBER)
    assert_sound()
    assert [school.code for school in summary.schools] == ["gymnasium", "college", "centre"]
    assert one("SELECT COUNT(*) FROM organisation_academicyear") == 3
    assert {row[0] for row in sql.read("SELECT code FROM regulation_edition")} == {"GT", "ET", "CT"}
    logins = {login.login: login for login in summary.logins}
    wanted = "direktor zavuch uchitel klruk roditel uchenik operator inspektor socped sekretar medsestra"
    assert set(f"{wanted} kollezh-zavuch master student pedagog".split()) <= set(logins)
    user = check_password("uchitel", logins["uchitel"].password)
    assert user is not None and not user.must_change_password
    assert summary.counts["отметки"] == one("SELECT COUNT(*) FROM journal_mark")
    waiting = sql.read(
        "SELECT COUNT(*) FROM timetable_lesson l JOIN people_person p ON p.id = l.teacher_id"
        " JOIN people_user u ON u.id = p.user_id LEFT JOIN journal_lessonrecord r ON r.lesson_id = l.id"
        " WHERE u.login = 'uchitel' AND l.date = %s AND r.lesson_id IS NULL",
        (NOVEMBER,),
    )[0][0]
    assert 2 <= waiting <= 3
    assert one("SELECT COUNT(*) FROM journal_permit WHERE state = 'asked'") >= 1
    two = sql.read(
        "SELECT h.grade FROM people_guardianship g JOIN people_person p ON p.id = g.guardian_id"
        " JOIN people_user u ON u.id = p.user_id JOIN people_enrolment e ON e.student_id = g.student_id"
        " JOIN organisation_homeroom h ON h.id = e.homeroom_id WHERE u.login = 'roditel' ORDER BY 1"
    )
    assert [row[0] for row in two] == [3, 6]
    now = datetime(2026, 11, 24, 11, tzinfo=UTC)
    for table, column in (
        ("journal_lessonrecord", "conducted_at"),
        ("journal_mark", "changed_at"),
        ("foundation_logentry", "at"),
    ):
        assert latest(table, column) <= now
    _believable()


def _believable() -> None:
    marks = Counter(row[0] for row in sql.read("SELECT value FROM journal_mark WHERE value <> ''"))
    total = sum(marks.values())
    assert set(marks) == {"2", "3", "4", "5"}
    assert 0.01 < marks["2"] / total < 0.07
    assert 0.14 < marks["3"] / total < 0.32
    assert 0.22 < marks["5"] / total < 0.45
    unmarked = sql.read(
        "SELECT COUNT(*) FROM journal_mark m JOIN plans_journal j ON j.id = m.journal_id"
        " JOIN organisation_school s ON s.id = m.school_id"
        " WHERE j.grade = 1 AND s.kind = 'general' OR s.kind = 'centre'"
    )
    assert unmarked == [(0,)]
    letters = of_kind("general", LETTERS)
    assert letters <= {"н", "О", "Б", "У", "Н", ""} and {"н", "Б"} <= letters
    assert of_kind("college", LETTERS) <= {"н", "б", "п", ""}
    held = one("SELECT COUNT(*) FROM journal_lessonrecord")
    past = one("SELECT COUNT(*) FROM timetable_lesson WHERE date < %s", NOVEMBER)
    assert 0.97 * past < held <= past + 60
    absent = one("SELECT COUNT(*) FROM journal_absence WHERE meaning <> 'late'")
    assert 0.01 < absent / (held * 20) < 0.12
    assert one("SELECT COUNT(*) FROM journal_termmark") > 0
    assert one("SELECT COUNT(*) FROM journal_mark WHERE part = 2") > 0
    assert one("SELECT COUNT(*) FROM timetable_substitution") > 0


@pytest.mark.django_db
def test_no_clash_in_the_timetable() -> None:
    """Nobody and no room twice at one time, in any of the three schools; classes only by their subgroups."""
    filled(date(2026, 9, 28))
    for column in ("teacher_id", "room_id"):
        assert (
            sql.read(
                f"SELECT l.{column}, l.starts_at, COUNT(*) FROM timetable_lesson l WHERE l.{column} IS NOT NULL"
                f" AND l.school_id = (SELECT id FROM organisation_school WHERE code = 'gymnasium')"
                f" GROUP BY l.{column}, l.starts_at HAVING COUNT(*) > 1"
            )
            == []
        )
    assert (
        sql.read(
            "SELECT j.homeroom_id, l.date, l.number FROM timetable_lesson l JOIN plans_journal j ON j.id = l.journal_id"
            " GROUP BY j.homeroom_id, l.date, l.number"
            " HAVING COUNT(*) > 2 OR (COUNT(*) > 1 AND MIN(COALESCE(j.subgroup_id, 0)) = 0)"
        )
        == []
    )


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("today", "years"),
    [
        (date(2027, 7, 15), 1),
        (date(2026, 9, 1), 2),
        (date(2026, 9, 2), 2),
        (date(2026, 9, 5), 2),
        (date(2027, 1, 1), 1),
        (date(2027, 5, 31), 1),
    ],
    ids=["summer", "first of September", "second day", "early September", "New Year", "last day of May"],
)
def test_any_day(today: date, years: int) -> None:
    """In summer the year just ended, in early September the past one beside the new one; nothing lies ahead of now."""
    filled(today)
    assert_sound()
    assert one("SELECT COUNT(*) FROM organisation_academicyear") == 3 * years
    now = moment_of(today)
    assert latest("foundation_logentry", "at") <= now
    ahead = sql.read(
        "SELECT COUNT(*) FROM journal_lessonrecord r JOIN timetable_lesson l ON l.id = r.lesson_id WHERE l.date > %s",
        (today,),
    )
    assert ahead == [(0,)]
    if today.month in (5, 7):
        finals = "SELECT COUNT(*) FROM journal_termmark f JOIN organisation_term t ON t.id = f.term_id"
        assert one(f"{finals} WHERE t.kind = 'year'") > 0
    shown = one("SELECT COUNT(*) FROM people_user WHERE login IN ('uchitel', 'roditel', 'uchenik', 'klruk')")
    assert shown == 4


@pytest.mark.parametrize(
    ("moment", "following", "before"),
    [
        ("2026-11-24 10:15", "2026-11-24 10:15", "2026-11-24 10:15"),
        ("2026-11-24 18:31", "2026-11-25 08:31", "2026-11-24 17:31"),
        ("2026-11-24 02:05", "2026-11-24 08:05", "2026-11-23 17:05"),
        ("2026-11-27 22:00", "2026-11-30 08:00", "2026-11-27 17:00"),
        ("2026-11-29 12:40", "2026-11-30 08:40", "2026-11-27 17:40"),
    ],
)
def test_permits_are_asked_and_decided_by_day(moment: str, following: str, before: str) -> None:
    """Nobody asks at night or on Sunday: the next working time, or the last one."""
    zone = ZoneInfo("Europe/Moscow")
    at = datetime.fromisoformat(moment).replace(tzinfo=zone)
    assert working_time(at, zone) == datetime.fromisoformat(following).replace(tzinfo=zone)
    assert last_working_time(at, zone) == datetime.fromisoformat(before).replace(tzinfo=zone)


def test_years_that_are_shown() -> None:
    """The past year stays for three weeks of September."""
    names = {
        date(2026, 6, 1): ["2025/2026"],
        date(2026, 8, 31): ["2025/2026"],
        date(2026, 9, 1): ["2025/2026", "2026/2027"],
        date(2026, 9, 21): ["2025/2026", "2026/2027"],
        date(2026, 9, 22): ["2026/2027"],
        date(2027, 1, 1): ["2026/2027"],
    }
    assert {day: [one.name for one in years_of(day)] for day in names} == names


def test_now_is_the_clock_today_and_afternoon_on_other_days() -> None:
    """Any other day stands still at two in the afternoon."""
    moment = datetime(2026, 11, 24, 6, 30, 12, tzinfo=UTC)
    with clock.rehearse(moment):
        assert moment_of(date(2026, 11, 24)) == moment.replace(second=0)
        assert moment_of(date(2026, 11, 25)) == datetime(2026, 11, 25, 11, tzinfo=UTC)


def test_whole_gymnasium_on_paper() -> None:
    """Forty classes, over sixty on the staff, no clash, no gap, no overload; teachers keep their classes next year."""
    content = load()
    classes = chosen_classes(content, None)
    plan = draw_up(content, classes, Random("one"))
    assert len(classes) == 40 and len(plan.posts) >= 60
    assert len(set(plan.class_teachers.values())) == 40
    assert max(post.hours for post in plan.posts.values()) <= 26
    teachers: Counter[tuple[str, object]] = Counter()
    rooms: Counter[tuple[str, object]] = Counter()
    for week in plan.weeks:
        assert len(set(week.cells)) == len(week.cells)
        taught = Counter(
            (event.subject, cell[0]) for event, cell in zip(week.events, week.cells, strict=True)
        )
        assert max(taught.values()) == 1
        for day in range(1, 6):
            numbers = sorted(number for weekday, number in week.cells if weekday == day)
            assert numbers == list(range(1, len(numbers) + 1))
        for event, cell in zip(week.events, week.cells, strict=True):
            for part in event.parts:
                teachers[part.teacher, cell] += 1
                rooms[plan.rooms[part.journal, cell], cell] += 1
    assert max(teachers.values()) == 1 and max(rooms.values()) == 1
    following = draw_up(content, classes, Random("two"), plan)
    had = {
        (unit.group, unit.grade, unit.letter, unit.part): key
        for key, post in plan.posts.items()
        for unit in post.units
    }
    kept = [
        had.get((unit.group, unit.grade - 1, unit.letter, unit.part)) == key
        for key, post in following.posts.items()
        for unit in post.units
        if unit.grade > 5
    ]
    assert sum(kept) > 0.6 * len(kept)


@pytest.mark.django_db
def test_the_offices_have_written_too() -> None:
    """Pages beside the journals are not empty: sets of paper, orders, errors told, a term confirmed and one not."""
    filled(NOVEMBER)
    steps = sql.read(
        "SELECT p.id, COUNT(s.id) FROM archive_paperset p LEFT JOIN archive_paperstep s ON s.paper_id = p.id"
        " GROUP BY p.id ORDER BY 2"
    )
    assert [row[1] for row in steps] == [1, 5, 11], "prepared, being signed, laid up"
    orders = order_lines(one("SELECT id FROM organisation_school WHERE code = 'gymnasium'"), NOVEMBER)
    assert {line.agrees for line in orders} == {True, False}
    fixed = "SELECT COUNT(*) FROM control_errorreport WHERE fixed_at IS"
    assert one(f"{fixed} NULL") == one(f"{fixed} NOT NULL") == 6
    confirmed = one("SELECT COUNT(*) FROM control_closeoutstep")
    finals = one(
        "SELECT COUNT(DISTINCT f.journal_id) FROM journal_termmark f JOIN organisation_school s ON s.id = f.school_id"
        " WHERE s.code = 'gymnasium'"
    )
    assert 0 < confirmed < finals
    assert (
        one("SELECT COUNT(*) FROM people_signin WHERE ended_at IS NULL AND watch_id IS NULL")
        == 0
        < one("SELECT COUNT(*) FROM people_signin")
    )
    assert one("SELECT COUNT(*) FROM archive_carrier") == 2
    assert sql.read("SELECT comment <> '' FROM diary_handedwork ORDER BY id") == [(True,), (False,)]
    director = one(
        "SELECT MIN(p.user_id) FROM people_role r JOIN people_person p ON p.id = r.person_id"
        " JOIN organisation_school s ON s.id = r.school_id WHERE r.kind = 'director' AND s.code = 'gymnasium'"
    )
    found = account(director, None, datetime(2026, 11, 24, 11, tzinfo=UTC))
    assert found is not None and found.viewer is not None
    signs = anomalies(found.viewer)
    assert signs and all(sign.proofs for sign in signs)
