"""Clauses on control: what the controllers' page shows of each teacher, and when a thing begins to be overdue."""

from datetime import date, timedelta
from typing import Any

import pytest

from parta.control.queries import Board, board
from parta.foundation import clock
from parta.journal.models import Absence
from parta.organisation.words import class_title
from tests.journeys.steps import (
    CENTRE,
    COLLEGE,
    DUBROVO,
    GYMNASIUM,
    IPATOVO,
    MONDAY,
    TUESDAY,
    absent,
    held,
    homework,
    mark,
    page,
    presets,
    roll,
    saved,
    send,
    text,
    topic,
    under,
)

OCTOBER = (date(2026, 10, 1), date(2026, 10, 31))


def shown(
    cast: Any, who: str = "deputy", at: Any = None, span: tuple[date, date] = OCTOBER, of: Any = None
) -> Board:
    """The control page as that person has it at a moment."""
    viewer = cast.viewer(who, at)
    return board(viewer, span[0], min(span[1], viewer.on), of and of.pk)


def line(found: Board, person: Any) -> Any:
    """The row of a teacher."""
    return next(one for one in found.teachers if one.id == person.pk)


def counts(found: Board, person: Any, fact: str) -> tuple[int, int, int]:
    """In time, late, missing."""
    c = line(found, person).counts[fact]
    return c["in_time"], c["late"], c["missing"]


def plain(text: str) -> str:
    """Without no-break spaces."""
    return text.replace("\u00a0", " ")


def maths_of(cast: Any) -> str:
    """How lists name the maths of the class."""
    return f"{plain(class_title(cast.homeroom.title))}, математика"


def record(cast: Any, lesson: Any, *more: dict[str, Any]) -> list[dict[str, Any]]:
    """The operation that records a lesson of maths."""
    return [topic(lesson, "Обыкновенные дроби и проценты"), held(lesson), *more]


@presets((GYMNASIUM, "GT-P-1.1b"), (GYMNASIUM, "GT-P-1.3"), (COLLEGE, "ET-1.13"), (CENTRE, "CT-1.5"))
def test_open_findings_by_clause_teacher_and_class_lead_to_the_record(cast: Any, client_of: Any) -> None:
    for name in ("deputy", "director"):
        client = client_of(cast.people[name])
        body = client.get("/control/").content.decode()
        words = text(client.get("/control/"))
        lesson = cast.lesson_on("maths", TUESDAY)
        assert (
            f'href="/lessons/{lesson.pk}/"' in body
            and client.get(f"/lessons/{lesson.pk}/").status_code == 200
        )
        assert "Записать урок" in words and "Исаков Б. М." in plain(words) and maths_of(cast) in words
        found = shown(cast, name)
        assert {one.lesson_id for one in found.overdue} >= {lesson.pk}
        (own,) = [one for one in found.overdue if one.lesson_id == lesson.pk and one.what == "Записать урок"]
        assert own.clauses and own.days == 0 and sum(one.count for one in found.clauses) >= len(found.overdue)
        assert {one.days for one in found.overdue} >= {0, 5}, "with its age in days"
        assert "5 дней" in words.replace("\xa0", " "), "which the page says"
        week = shown(cast, name, span=(cast.on - timedelta(days=6), cast.on))
        assert week.clauses and all(f"{plain(one.cite)}: {one.count}" in words for one in week.clauses)
    before = len(shown(cast).overdue)
    entry = record(cast, lesson, roll(lesson), homework(lesson, none=True))
    if cast.preset == COLLEGE:
        _planned(cast)
        entry[0] = topic(lesson, cast.topics[0].text, cast.topics[0])
    saved(send(client_of(cast.class_teacher), cast.maths, *entry))
    assert len(shown(cast).overdue) < before, "what is mended is closed"
    for name in ("teacher", "class_teacher", "secretary", "guardian"):
        assert client_of(cast.people[name]).get("/control/").status_code == 403


@presets((CENTRE, "CT-1.2b"), (COLLEGE, "ET-A-DEP-10a"), (COLLEGE, "ET-A-DEP-10d"), (COLLEGE, "ET-A-DEP-10f"))
def test_head_sees_the_own_department_and_the_deputy_all(cast: Any, client_of: Any) -> None:
    """Cut to the department, the head's table equals the director's."""
    head, whole = shown(cast, "head_of_department"), shown(cast, "director")
    for fact in ("conducted", "roll", "homework"):
        for person in (cast.teacher, cast.other_teacher):
            assert counts(head, person, fact) == counts(whole, person, fact)
    assert {one.id for one in head.teachers} == {cast.teacher.pk, cast.other_teacher.pk, cast.substitute.pk}
    assert {one.id for one in whole.teachers} >= {cast.class_teacher.pk, cast.english_teacher.pk}
    mine = (cast.teacher.pk, cast.substitute.pk)
    assert {plain(one.title) for one in head.overdue if one.who_id not in mine} == {"3 «А», русский язык"}
    assert not [one for one in head.overdue if "русский" not in one.title]
    everything = {(one.lesson_id, one.what) for one in whole.overdue}
    assert {(one.lesson_id, one.what) for one in head.overdue} < everything
    client = client_of(cast.head_of_department)
    (unfilled,) = [one for one in cast.lessons["younger_russian"] if one.date == date(2026, 10, 9)]
    assert f'href="/lessons/{unfilled.pk}/"' in client.get("/control/").content.decode()
    assert client.get(f"/lessons/{unfilled.pk}/").status_code == 200
    assert "математика" not in page(client, "/control/")


@presets(
    (GYMNASIUM, "GT-I-5.2.tch.а"),
    (GYMNASIUM, "GT-I-5.2.tch.в-a"),
    (COLLEGE, "ET-A-DIR-7c"),
    (COLLEGE, "ET-3.1.4b"),
)
def test_lessons_filled_on_the_day_late_and_never_by_teacher(cast: Any, client_of: Any) -> None:
    monday, tuesday = cast.lesson_on("maths", MONDAY), cast.lesson_on("maths", TUESDAY)
    client = client_of(cast.class_teacher)
    plan = cast.preset == COLLEGE
    if plan:
        _planned(cast)
    words = [one.text for one in cast.topics]

    def fill(lesson: Any, number: int) -> list[dict[str, Any]]:
        planned = cast.topics[number] if plan else None
        return [
            topic(lesson, words[number], planned),
            held(lesson),
            roll(lesson),
            homework(lesson, none=True),
        ]

    with clock.rehearse(cast.local(MONDAY, 23, 59)):
        saved(send(client, cast.maths, *fill(monday, 0)))
    before = shown(cast, at=cast.local(date(2026, 10, 14), 0) - timedelta(seconds=1))
    assert counts(before, cast.class_teacher, "conducted") == (1, 0, 5), (
        "Tuesday's is not overdue before midnight"
    )
    overdue = shown(cast, at=cast.local(date(2026, 10, 14), 0))
    assert counts(overdue, cast.class_teacher, "conducted") == (1, 0, 6)
    with clock.rehearse(cast.local(date(2026, 10, 14), 0)):
        saved(send(client, cast.maths, *fill(tuesday, 1)))
    found = shown(cast)
    assert line(found, cast.class_teacher).lessons == 7
    assert counts(found, cast.class_teacher, "conducted") == (1, 1, 5)
    assert counts(found, cast.class_teacher, "roll") == (1, 1, 5)
    assert line(found, cast.class_teacher).share("conducted") == 14
    day = shown(cast, span=(TUESDAY, TUESDAY))
    assert line(day, cast.class_teacher).lessons == 1 and counts(day, cast.class_teacher, "conducted") == (
        0,
        1,
        0,
    )
    own = page(client_of(cast.deputy), f"/control/?since=2026-10-01&teacher={cast.class_teacher.pk}")
    assert ("Уроки: Исаков Б. М." in own and "13.10, 2-й" in own) or "13.10, 3-й" in own
    assert "позже срока" in own and "в срок" in own
    opened = shown(cast, of=cast.class_teacher).lessons
    assert {one.id: one.states["conducted"] for one in opened}[tuesday.pk] == "late"


@presets((COLLEGE, "ET-A-DIR-7f"), (COLLEGE, "ET-7.2n"))
def test_lessons_without_roll_by_class_and_day_with_the_full_name(cast: Any, client_of: Any) -> None:
    number = counts(shown(cast), cast.class_teacher, "roll")[2]
    assert number == 7, "every maths lesson until yesterday"
    words = page(client_of(cast.deputy), f"/control/?since=2026-10-05&teacher={cast.class_teacher.pk}")
    for day in ("05.10", "06.10", "07.10", "08.10", "09.10", "12.10", "13.10"):
        assert f"{day}, " in words
    rolls = [one for one in shown(cast, of=cast.class_teacher).overdue if one.what == "Отметить явку"]
    assert len(rolls) == number and {one.who for one in rolls} == {"Исаков Бакыт Маратович"}
    assert {plain(one.title) for one in rolls} == {maths_of(cast)}
    lesson = cast.lesson_on("maths", TUESDAY)
    assert any(one.lesson_id == lesson.pk for one in rolls)
    assert client_of(cast.deputy).get(f"/lessons/{lesson.pk}/").status_code == 200
    _planned(cast)
    saved(send(client_of(cast.class_teacher), cast.maths, roll(lesson)))
    assert counts(shown(cast), cast.class_teacher, "roll") == (0, 1, 6), "late, and no longer missing"


def _planned(cast: Any) -> None:
    """The college keeps a journal only by a plan."""
    type(cast.maths).objects.filter(pk=cast.maths.pk).update(plan=cast.plan)


@presets(
    (COLLEGE, "ET-A-DIR-7h"), (GYMNASIUM, "GT-I-3.5e"), (GYMNASIUM, "GT-I-5.2.tch.з"), (COLLEGE, "ET-7.2o")
)
def test_homework_given_not_set_late_and_neither_by_teacher(cast: Any, client_of: Any) -> None:
    _planned(cast)
    client = client_of(cast.class_teacher)
    first, second = cast.lesson_on("maths", MONDAY), cast.lesson_on("maths", TUESDAY)
    with clock.rehearse(cast.local(MONDAY, 12)):
        saved(send(client, cast.maths, homework(first, "выучить § 3, с. 12")))
    with clock.rehearse(cast.local(TUESDAY, 12)):
        saved(send(client, cast.maths, homework(second, none=True)))
    found = shown(cast)
    assert counts(found, cast.class_teacher, "homework") == (2, 0, 5)
    assert (line(found, cast.class_teacher).none_set, line(found, cast.class_teacher).given) == (1, 29)
    neither = [
        one for one in shown(cast, of=cast.class_teacher).overdue if one.what == "Записать домашнее задание"
    ]
    assert len(neither) == 5
    friday = cast.lesson_on("maths", date(2026, 10, 9))
    saved(send(client, cast.maths, homework(friday, "выучить § 2, с. 8")))
    found = shown(cast)
    assert counts(found, cast.class_teacher, "homework") == (2, 1, 4), "the next day's is reported as late"
    body = client_of(cast.deputy).get("/control/?since=2026-10-01").content.decode()
    assert f'href="/lessons/{cast.lesson_on("maths", date(2026, 10, 8)).pk}/"' in body


@presets((COLLEGE, "ET-A-DIR-7d"))
def test_late_marks_by_teacher_with_days_work_and_clause(cast: Any, client_of: Any) -> None:
    lesson, client = cast.lesson_on("russian", MONDAY), client_of(cast.teacher)
    in_time = cast.local(MONDAY, 23, 59)
    with clock.rehearse(in_time):
        saved(send(client, cast.russian, mark(lesson, cast.named("Асанов"), "5", "oral")))
    assert not shown(cast).late
    with clock.rehearse(cast.local(date(2026, 10, 14), 9)):
        saved(send(client, cast.russian, mark(lesson, cast.named("Григорян"), "4", "oral")))
    (one,) = shown(cast).late
    assert one.students == ("Григорян Давид",) and one.who == "Соколова Марина Викторовна"
    assert "устный ответ" in one.what and "на 1 день" in one.what and one.clauses
    words = page(client_of(cast.director), "/control/")
    assert (
        "Отметки поставлены позже срока" in words
        and plain(one.what) in words
        and plain(one.clauses[0]) in words
    )
    assert line(shown(cast, "director"), cast.teacher).late_works == 1


@presets((IPATOVO, "IP-2.13f"), (IPATOVO, "IP-2.13g"))
def test_check_sheet_of_records_and_marks_within_seven_days(cast: Any, client_of: Any) -> None:
    """Lesson of Monday, 5 October: in time until Monday, 12, 23:59; control work of 12: marks until 19."""
    lesson = cast.lesson_on("maths", date(2026, 10, 5))
    seven = cast.local(date(2026, 10, 13), 0)
    assert counts(shown(cast, at=seven - timedelta(seconds=1)), cast.class_teacher, "conducted") == (0, 0, 0)
    assert counts(shown(cast, at=seven), cast.class_teacher, "conducted") == (0, 0, 1)
    saved(send(client_of(cast.class_teacher), cast.maths, *record(cast, lesson)))
    assert counts(shown(cast, at=seven), cast.class_teacher, "conducted") == (0, 1, 0)
    eight = cast.local(date(2026, 10, 20), 0)
    assert not line(shown(cast, at=cast.local(date(2026, 10, 15), 0)), cast.teacher).works
    works = [one for one in shown(cast, at=eight, of=cast.teacher).overdue if "отметки" in one.what.lower()]
    before = [
        one
        for one in shown(cast, at=eight - timedelta(seconds=1), of=cast.teacher).overdue
        if "отметки" in one.what.lower()
    ]
    assert len(works) == len(before) + 1
    assert any(one.date == MONDAY and "Ефимова Софья" in one.students for one in works)


@presets((DUBROVO, "DB-4.2.1a"))
def test_days_with_lessons_and_no_entry_by_teacher(cast: Any, client_of: Any) -> None:
    midnight = cast.local(date(2026, 10, 14), 0)
    at = {
        name: shown(cast, at=moment, of=cast.class_teacher)
        for name, moment in (("before", midnight - timedelta(seconds=1)), ("after", midnight))
    }
    days = {
        name: {one.date for one in found.overdue if one.what == "Записать урок"} for name, found in at.items()
    }
    assert TUESDAY not in days["before"] and TUESDAY in days["after"]
    assert days["after"] == {one.date for one in cast.lessons["maths"] if one.date <= TUESDAY}
    assert not [one for one in shown(cast, of=cast.teacher).overdue if one.what == "Записать урок"]


@presets((GYMNASIUM, "GT-P-2.1d"))
def test_hour_of_a_stated_substitution_is_counted_to_the_substitute(cast: Any, client_of: Any) -> None:
    lesson = cast.lesson_on("maths", TUESDAY)
    client = client_of(cast.substitute)
    before = {
        person.pk: line(shown(cast), person).lessons for person in (cast.substitute, cast.class_teacher)
    }
    entry = [topic(lesson, "Дроби"), held(lesson)]
    answer = send(client, cast.maths, *entry)
    assert answer.status_code in (404, 422), "not without the substitution"
    if answer.status_code == 422:
        assert "GT-P-2.1d" in answer.content.decode()
    saved(send(client, cast.maths, topic(lesson, "Дроби"), held(lesson, substitution=True)))
    found = shown(cast)
    assert line(found, cast.substitute).lessons == before[cast.substitute.pk] + 1
    assert line(found, cast.class_teacher).lessons == before[cast.class_teacher.pk] - 1
    assert line(found, cast.substitute).replaced == 3
    assert "Замена: Мельник О. П." in page(client_of(cast.class_teacher), f"/journals/{cast.maths.pk}/")


@presets((GYMNASIUM, "GT-I-5.2.ct.а-b"))
def test_absence_without_reason_goes_to_the_class_teacher_and_then_the_deputy(
    cast: Any, client_of: Any
) -> None:
    lesson, pupil = cast.lesson, cast.named("Авдеев")
    saved(send(client_of(cast.teacher), cast.russian, absent(lesson, pupil, "н")))
    for letter in ("Б", "У"):
        refused = send(client_of(cast.teacher), cast.russian, absent(lesson, pupil, letter, seen=1))
        assert refused.status_code == 422 and "GT-I-5.2.ct" in refused.content.decode(), letter
    again = send(client_of(cast.teacher), cast.russian, absent(lesson, pupil, "Н", seen=1))
    saved(again)  # the capital is the teacher's own key: absent, reason open
    assert Absence.objects.get(lesson=lesson, student=pupil).meaning == "unknown"
    version = Absence.objects.get(lesson=lesson, student=pupil).version
    assert "Авдеев" in page(client_of(cast.class_teacher), "/today/")
    moments = [cast.local(date(2026, 10, 14) + timedelta(days=n), 0) for n in range(1, 9)]
    listed = [
        at for at in moments if any(one.students == ("Авдеев Кирилл",) for one in shown(cast, at=at).overdue)
    ]
    assert listed and listed[0] == cast.local(date(2026, 10, 20), 0), (
        "three school days: the 15th, 16th and 19th"
    )
    assert not any(
        one.students == ("Авдеев Кирилл",) for one in shown(cast, at=listed[0] - timedelta(seconds=1)).overdue
    )
    saved(send(client_of(cast.class_teacher), cast.russian, absent(lesson, pupil, "Б", seen=version)))
    assert not any(one.students == ("Авдеев Кирилл",) for one in shown(cast, at=listed[0]).overdue)


@presets((COLLEGE, "ET-1.4"), (DUBROVO, "DB-1.1"))
def test_the_same_breach_gives_the_same_finding_everywhere(cast: Any, client_of: Any) -> None:
    """Maths of 6«Б» and Russian of 3«А»: other departments, other classes, one clause."""
    maths, russian = cast.subjects["maths"], cast.subjects["russian"]
    assert maths.department_id != russian.department_id
    found = shown(cast).overdue
    for what in ("Записать урок", "Отметить явку", "Записать домашнее задание"):
        by_class = {}
        for title in (maths_of(cast), "3 «А», русский язык"):
            by_class[title] = {
                (one.clauses, one.act) for one in found if plain(one.title) == title and one.what == what
            }
        first, second = by_class.values()
        assert first == second and len(first) == 1, what


@under(GYMNASIUM)
@pytest.mark.clause("GT-P-1.4", "GT-I-1.5")
def test_lesson_without_record_is_found(cast: Any) -> None:
    assert cast.lesson_on("maths", TUESDAY).pk in {one.lesson_id for one in shown(cast).overdue}
    assert cast.lesson_on("russian", TUESDAY).pk not in {one.lesson_id for one in shown(cast).overdue}


@under(COLLEGE)
@pytest.mark.clause("ET-A-DEP-10b", partly="завучу по УПР отдельно практика")
@pytest.mark.clause("ET-A-DIR-7i", "ET-A-DEP-10g", partly="пропущенные и восполненные часы")
@pytest.mark.clause("ET-3.1.5c", partly="отметок на студента и качество тем")
def test_replaced_lessons_and_late_marks_of_the_own_department(cast: Any, client_of: Any) -> None:
    client = client_of(cast.teacher)
    saved(
        send(client, cast.russian, mark(cast.lesson_on("russian", MONDAY), cast.named("Асанов"), "5", "oral"))
    )
    assert len(shown(cast, "head_of_department").late) == 1
    assert line(shown(cast, "head_of_department"), cast.substitute).replaced == 1
    assert line(shown(cast), cast.substitute).replaced == 2


def test_the_page_asks_the_same_number_of_statements_for_a_day_and_a_month(
    cast: Any, client_of: Any, count_statements: Any
) -> None:
    client = client_of(cast.deputy)
    client.get("/control/")
    seen = []
    for address in ("/control/?since=2026-10-14", "/control/?since=2026-10-01"):
        with count_statements() as statements:
            assert client.get(address).status_code == 200
        seen.append(len(statements))
    assert seen[0] == seen[1] <= 10
