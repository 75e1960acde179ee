"""The journal page: scope, number of statements, what stands in the cells, who came and left, subgroups, the year."""

import json
import re
from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from django.utils.html import strip_tags

from parta.journal.models import Absence, Assessment, Homework, Mark, TermMark
from parta.journal.pages import cells
from parta.journal.queries.grid import NotFound, StudentRow, journal_page
from parta.journal.queries.history import cell_history
from parta.journal.queries.lists import Filters, journal_list
from parta.people.models import Enrolment, Person
from tests.cast import World

TOTALS = 3


def row(page: Any, surname: str) -> StudentRow:
    return next(student for student in page.students if student.surname == surname)


def column_of(page: Any, lesson: Any) -> int:
    return next(n for n, column in enumerate(page.side.columns) if column.lesson == lesson.id)


def drawn(page: Any, surname: str) -> list[str]:
    """The cells of a student as HTML, without name and totals."""
    html = str(cells.grid(page, "/lessons/0/"))
    line = next(part for part in html.split("<tr ")[1:] if f">{surname} <" in part)
    return re.findall(r"<td.*?</td>", line)[1:-TOTALS]  # the first is the number of the line


def grow_class(cast: World, count: int) -> None:
    """Bring 6«Б» to `count` students, each with a mark in every column and an absence."""
    present = Enrolment.objects.filter(homeroom=cast.homeroom, until=None).count()
    people = Person.objects.bulk_create(
        Person(school=cast.school, surname=f"Ученик{n:02}", given_name="Имя") for n in range(count - present)
    )
    Enrolment.objects.bulk_create(
        Enrolment(school=cast.school, student=person, homeroom=cast.homeroom, starts=date(2026, 9, 1))
        for person in people
    )
    for person in people:
        for assessment in Assessment.objects.filter(journal=cast.russian):
            Mark.objects.create(
                school=cast.school, journal=cast.russian, assessment=assessment, student=person, value="4",
                set_at=cast.at, changed_at=cast.at,
            )  # fmt: skip
        Absence.objects.create(
            school=cast.school, journal=cast.russian, lesson=cast.lesson, student=person, meaning="ill", symbol="б",
            set_at=cast.at, changed_at=cast.at,
        )  # fmt: skip


# --- scope -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("who", "expected"),
    [
        ("teacher", 200),
        ("class_teacher", 200),
        ("head_of_department", 200),
        ("deputy", 200),
        ("director", 200),
        ("inspector", 200),
        ("other_teacher", 404),
        ("former_teacher", 403),
        ("student", 403),
        ("guardian", 403),
        ("operator", 403),
    ],
)
def test_who_reads_the_journal(cast: World, client_of: Callable[..., Any], who: str, expected: int) -> None:
    client = client_of(getattr(cast, who))
    assert client.get(f"/journals/{cast.russian.id}/").status_code == expected
    history = client.get(
        f"/journals/{cast.russian.id}/history?student={cast.student.id}&lesson={cast.lesson.id}"
    )
    # In the inspector's window a pupil has another number: the real one is nobody's.
    assert history.status_code == (404 if who == "inspector" else expected)


def test_a_foreign_journal_is_an_absent_one(cast: World, client_of: Callable[..., Any]) -> None:
    client = client_of(cast.deputy)
    assert client.get(f"/journals/{cast.outside.russian.id}/").status_code == 404
    assert client.get("/journals/999999/").status_code == 404
    with pytest.raises(NotFound):
        journal_page(cast.viewer("teacher"), cast.outside.russian.id)


def test_a_period_of_another_year_is_absent(cast: World, client_of: Callable[..., Any]) -> None:
    assert (
        client_of(cast.teacher).get(f"/journals/{cast.russian.id}/?term={cast.outside.term.id}").status_code
        == 404
    )


def test_a_substitute_reads_and_writes_on_the_day_alone(cast: World) -> None:
    page = journal_page(cast.viewer("substitute"), cast.maths.id)
    assert [line.date for line in page.side.lessons if line.may_write] == [cast.on]
    with pytest.raises(NotFound):
        journal_page(cast.viewer("substitute", cast.at + timedelta(days=1)), cast.maths.id)


@pytest.mark.parametrize(
    "query", ["lesson=x", "lesson=-1", "term=&work=%00", "lesson=99999999999999999999", "view=<"]
)
def test_a_strange_query_is_no_error(cast: World, client_of: Callable[..., Any], query: str) -> None:
    assert client_of(cast.teacher).get(f"/journals/{cast.russian.id}/?{query}").status_code == 200


# --- statements ------------------------------------------------------------------------------------------


def test_as_many_statements_for_five_students_as_for_thirty_five(
    cast: World, client_of: Callable[..., Any], count_statements: Callable[[], Any]
) -> None:
    client, url = client_of(cast.teacher), f"/journals/{cast.russian.id}/"
    for student in cast.students[5:]:
        Enrolment.objects.filter(student=student).update(until=date(2026, 9, 1), starts=date(2026, 8, 1))
    assert client.get(url).status_code == 200  # the law of the school is read once
    with count_statements() as few:
        assert client.get(url).status_code == 200
    grow_class(cast, 35)
    with count_statements() as many:
        answer = client.get(url)
    assert answer.content.decode().count("<tr data-s=") >= 35
    assert len(few) == len(many) <= 10
    with count_statements() as seen:
        journal_page(cast.viewer("teacher"), cast.russian.id)
    assert len(seen) <= 6 + 1  # the viewer is one of them


def test_the_list_asks_the_same_however_many_journals(
    cast: World, client_of: Callable[..., Any], count_statements: Callable[[], Any]
) -> None:
    with count_statements() as own:
        assert client_of(cast.english_teacher).get("/journals/").status_code == 200
    with count_statements() as whole:
        assert client_of(cast.deputy).get("/journals/").status_code == 200
    assert len(own) == len(whole) <= 12


def test_a_full_class_stays_light(cast: World, client_of: Callable[..., Any]) -> None:
    grow_class(cast, 35)
    assert len(client_of(cast.teacher).get(f"/journals/{cast.russian.id}/").content) < 100_000


# --- what stands in the cells ----------------------------------------------------------------------------


def test_marks_double_marks_and_corrections(cast: World) -> None:
    page = journal_page(cast.viewer("teacher"), cast.russian.id)
    written = column_of(page, cast.lesson_on("russian", date(2026, 10, 8)))
    control = column_of(page, cast.lesson_on("russian", date(2026, 10, 12)))
    oral = column_of(page, cast.lesson_on("russian", date(2026, 10, 13)))
    assert row(page, "Сафина").marks[written][0] == "5/4"
    assert row(page, "Авдеев").marks[control][:3] == ("3", "2", 2)
    assert row(page, "Магомедов").marks[oral][:2] == ("", "3")
    assert "dbl" in drawn(page, "Сафина")[written] and ">5/4<" in drawn(page, "Сафина")[written]
    assert "<s>2</s>3" in drawn(page, "Авдеев")[control] and 'data-v="2"' in drawn(page, "Авдеев")[control]
    assert re.search(r'class="m[^"]* low"', drawn(page, "Зайцев")[control])


def test_absences_stand_alone_or_beside_a_mark(cast: World) -> None:
    lesson = cast.lesson_on("russian", date(2026, 10, 13))
    mark = Mark.objects.get(assessment__lesson=lesson, student=cast.named("Григорян"))
    Absence.objects.create(
        school=cast.school, journal=cast.russian, lesson=lesson, student=mark.student, meaning="late", symbol="о",
        set_at=cast.at, changed_at=cast.at,
    )  # fmt: skip
    page = journal_page(cast.viewer("teacher"), cast.russian.id)
    n = column_of(page, lesson)
    assert ">5<sup>о</sup><" in drawn(page, "Григорян")[n]
    assert ' abs"' in drawn(page, "Орлова")[n] and ">б<" in drawn(page, "Орлова")[n]
    assert (row(page, "Орлова").missed, row(page, "Зайцев").missed, row(page, "Зайцев").late) == (2, 0, 1)


def test_the_average_weighs_works_and_counts_both_marks_of_a_double_one(cast: World) -> None:
    Assessment.objects.filter(journal=cast.russian, work_kind="control").update(weight=3)
    page = journal_page(cast.viewer("teacher"), cast.russian.id)
    assert row(page, "Сафина").average == pytest.approx((5 + 5 + 4 + 3 * 4) / 6)
    assert row(page, "Абдурахманова").average is None
    assert "4,33" in strip_tags(str(cells.grid(page, "/lessons/0/")))


def test_the_suggestion_is_in_pencil_until_the_mark_is_set(cast: World) -> None:
    viewer = cast.viewer("teacher")
    page = journal_page(viewer, cast.russian.id)
    html = str(cells.grid(page, "/lessons/0/"))
    assert re.search(r'class="e e3 pen edge">5<', html)  # 4,50 is borderline
    TermMark.objects.create(
        school=cast.school, journal=cast.russian, term=cast.term, student=cast.student, value="4", set_at=cast.at,
        changed_at=cast.at,
    )  # fmt: skip
    page = journal_page(viewer, cast.russian.id)
    assert row(page, "Сафина").final[0] == "4"
    assert re.search(r'class="e e3">4<', str(cells.grid(page, "/lessons/0/")))


@pytest.mark.parametrize("cast", ["egorievsk-college"], indirect=True)
def test_the_mark_of_the_period_closes_the_students_line_where_the_act_says_so(cast: World) -> None:
    TermMark.objects.create(
        school=cast.school, journal=cast.russian, term=cast.term, student=cast.student, value="4", set_at=cast.at,
        changed_at=cast.at,
    )  # fmt: skip
    page = journal_page(cast.viewer("teacher"), cast.russian.id)
    assert page.side.is_locked_by_final
    states = (" lk", " fu", " td")
    assert all(any(state in cell for state in states) for cell in drawn(page, "Сафина"))
    assert not all(any(state in cell for state in states) for cell in drawn(page, "Авдеев"))


def test_who_came_or_left_in_the_period_is_marked_on_the_days_away(cast: World) -> None:
    page = journal_page(cast.viewer("teacher"), cast.russian.id)
    came, left = row(page, "Цой"), row(page, "Устинов")
    assert came.joined == date(2026, 10, 7) and left.left == date(2026, 10, 9)
    for surname, away in (
        ("Цой", lambda on: on < date(2026, 10, 7)),
        ("Устинов", lambda on: on >= date(2026, 10, 9)),
    ):
        for column, cell in zip(page.side.columns, drawn(page, surname), strict=True):
            assert (" out" in cell) == away(column.date)
    html = str(cells.grid(page, "/lessons/0/"))
    assert "до\u00a08.10" in html and "с\u00a07.10" in html


def test_a_subgroup_has_its_own_members_and_leads_to_the_other(cast: World) -> None:
    one = journal_page(cast.viewer("deputy"), cast.english.id)
    two = journal_page(cast.viewer("deputy"), cast.english_2.id)
    assert not {s.id for s in one.students} & {s.id for s in two.students}
    assert len(one.students) + len(two.students) == 12
    beside = [sibling for sibling in one.side.siblings if sibling.is_same_subject and sibling.is_same_class]
    assert [sibling.group for sibling in beside] == ["1-я гр.", "2-я гр."]


def test_todays_lesson_is_the_one_that_goes_on(cast: World) -> None:
    side = journal_page(cast.viewer("teacher"), cast.russian.id).side
    assert side.current == cast.lesson.id
    states = {column.lesson: (column.is_today, column.is_ahead) for column in side.columns}
    assert states[cast.lesson.id] == (True, False)
    assert states[cast.lesson_on("russian", cast.on, 4).id] == (False, True)
    line = next(line for line in side.lessons if line.id == cast.lesson.id)
    assert line.planned is not None and line.planned.text == "Источники фразеологизмов"
    assert next(line for line in side.lessons if line.date == date(2026, 10, 9)).substitute.startswith(
        "Мельник"
    )


def test_who_may_write_where(cast: World) -> None:
    teacher = journal_page(cast.viewer("teacher"), cast.russian.id).side
    assert teacher.may_write and teacher.may_set_finals
    deputy = journal_page(cast.viewer("deputy"), cast.russian.id).side
    assert not deputy.may_write and not deputy.may_set_finals
    klass = journal_page(cast.viewer("class_teacher"), cast.russian.id).side
    assert klass.may_write and not any(column.may_mark for column in klass.columns)
    assert all(column.may_note_absence for column in klass.columns)


def test_a_closed_column_names_the_clause_beforehand(cast: World) -> None:
    side = journal_page(cast.viewer("teacher"), cast.russian.id).side
    first = side.columns[0]
    assert first.closed is not None
    clause, text = side.clauses[first.closed]
    assert "п." in clause and text
    today = next(column for column in side.columns if column.is_today)
    assert today.closed is None


def test_a_reader_has_a_grid_that_says_so(cast: World, client_of: Callable[..., Any]) -> None:
    text = client_of(cast.deputy).get(f"/journals/{cast.russian.id}/").content.decode()
    assert re.search(r'<table class="jg" role="grid"[^>]* aria-readonly="true">', text)
    assert "Только чтение" in text


def test_names_and_topics_are_escaped(cast: World, client_of: Callable[..., Any]) -> None:
    Person.objects.filter(id=cast.student.id).update(surname='<b>"Сафина"&')
    record = cast.lesson_on("russian", date(2026, 10, 12)).record
    record.topic = "<script>alert(1)</script>"
    record.save()
    text = client_of(cast.teacher).get(f"/journals/{cast.russian.id}/").content.decode()
    assert "<b>" not in text.split("<tbody>")[1].split("</tbody>")[0]
    assert "<script>alert" not in text
    data = re.search(r'<script type="application/json" id="grid-data">(.*?)</script>', text, re.S)
    assert data is not None and json.loads(data[1])["journal"] == cast.russian.id


def test_an_empty_column_for_another_work_is_made_on_request(cast: World) -> None:
    lesson = cast.lesson_on("russian", date(2026, 10, 13))
    page = journal_page(cast.viewer("teacher"), cast.russian.id, column=(lesson.id, "control"))
    columns = cells.columns_of(page.side, lesson.id)
    assert [(column.work, column.assessment is None, column.leads) for column in columns] == [
        ("oral", False, True),
        ("control", True, False),
    ]
    again = journal_page(cast.viewer("teacher"), cast.russian.id, column=(lesson.id, "oral"))
    assert len(cells.columns_of(again.side, lesson.id)) == 1


def test_the_year_shows_the_marks_of_its_periods(cast: World, client_of: Callable[..., Any]) -> None:
    TermMark.objects.create(
        school=cast.school, journal=cast.russian, term=cast.term, student=cast.student, value="4", first_value="3",
        set_at=cast.at, changed_at=cast.at, version=2,
    )  # fmt: skip
    url = f"/journals/{cast.russian.id}/?term={cast.year_term.id if cast.year_term else 0}"
    text = client_of(cast.teacher).get(url).content.decode()
    assert 'class="jg jg--year"' in text and "<s>3</s>4" in text


@pytest.mark.parametrize("cast", ["kemerovo-ct"], indirect=True)
def test_a_journal_without_marks_takes_the_roll_alone(cast: World, client_of: Callable[..., Any]) -> None:
    page = journal_page(cast.viewer("teacher"), cast.russian.id)
    assert not page.side.scale and not page.side.is_year
    assert all(not column.may_mark and column.may_note_absence for column in page.side.columns)
    assert client_of(cast.teacher).get(f"/journals/{cast.russian.id}/").status_code == 200


def test_another_minute_or_topic_is_another_side(cast: World) -> None:
    viewer = cast.viewer("teacher")
    side = journal_page(viewer, cast.russian.id).side
    assert journal_page(viewer, cast.russian.id).side is side
    later = journal_page(cast.viewer("teacher", cast.at + timedelta(hours=1)), cast.russian.id).side
    assert later.current == cast.lesson_on("russian", cast.on, 4).id
    record = cast.lesson_on("russian", date(2026, 10, 12)).record
    record.topic = "Другая тема"
    record.save()
    changed = journal_page(viewer, cast.russian.id).side
    assert changed is not side and any(line.topic == "Другая тема" for line in changed.lessons)


# --- the list --------------------------------------------------------------------------------------------


def test_the_list_holds_ones_own_first_and_how_far_each_is_filled(cast: World) -> None:
    found = journal_list(cast.viewer("class_teacher"), Filters())
    assert found.journals[0].id == cast.maths.id and found.journals[0].is_mine
    assert {journal.id for journal in found.journals} == {
        cast.maths.id, cast.russian.id, cast.english.id, cast.english_2.id,
    }  # fmt: skip
    russian = next(journal for journal in found.journals if journal.id == cast.russian.id)
    assert (russian.held, russian.empty, russian.students) == (8, 0, 12)
    assert russian.marks_per_student == pytest.approx(russian.marks / 12)


def test_the_list_is_narrowed_inside_ones_reach_only(cast: World) -> None:
    viewer = cast.viewer("deputy")
    assert {j.subject for j in journal_list(viewer, Filters(subject=cast.russian.subject_id)).journals} == {
        "Русский язык"
    }
    assert [j.id for j in journal_list(viewer, Filters(teacher=cast.class_teacher.id)).journals] == [
        cast.maths.id
    ]
    assert journal_list(viewer, Filters(homeroom=cast.outside.homeroom.id)).journals == ()
    assert journal_list(cast.viewer("teacher"), Filters(homeroom=cast.younger.id)).journals == ()


# --- history ---------------------------------------------------------------------------------------------


def test_history_tells_who_when_what_and_why(cast: World, client_of: Callable[..., Any]) -> None:
    lesson, student = cast.lesson, cast.named("Зайцев")
    client = client_of(cast.teacher)
    cell = {"fact": "mark", "lesson": lesson.id, "assessment": None, "work": "oral", "student": student.id}
    for number, change in enumerate(({"value": "4", "seen": 0}, {"value": "", "seen": 1, "undo": True})):
        answer = client.post(
            f"/journals/{cast.russian.id}/write",
            {"operation": f"00000000-0000-4000-8000-00000000000{number}", "changes": [{**cell, **change}]},
            content_type="application/json",
        )
        assert answer.status_code == 200, answer.content.decode()
    asked = client.get(f"/journals/{cast.russian.id}/history?student={student.id}&lesson={lesson.id}").json()
    assert [(e["verb"], e["was"], e["now"], e["undo"]) for e in asked["entries"]] == [
        ("mark_recorded", "", "4", False),
        ("mark_annulled", "4", "", True),
    ]
    assert asked["entries"][0]["who"].startswith("Соколова") and asked["entries"][0]["role"] == "учитель"
    assert asked["entries"][0]["at"].startswith("14\u00a0октября")
    assert cell_history(cast.viewer("deputy"), cast.russian.id, cast.student.id, lesson_id=lesson.id) == ()


def test_history_wants_a_place(cast: World, client_of: Callable[..., Any]) -> None:
    client = client_of(cast.teacher)
    assert client.get(f"/journals/{cast.russian.id}/history").status_code == 400
    assert client.get(f"/journals/{cast.russian.id}/history?student={cast.student.id}").status_code == 400


# --- a journal without marks; who came before the first lesson ------------------------------------------------------


def test_a_journal_without_marks_has_no_columns_for_them(cast: World) -> None:
    cast.russian.scale = None
    cast.russian.save()
    html = str(cells.grid(journal_page(cast.viewer("teacher"), cast.russian.id), "/lessons/0/"))
    assert "Проп." in html
    assert "Сред." not in html and 'class="e e2' not in html and 'class="e e3' not in html


def test_who_came_before_the_first_lesson_did_not_come_in_mid_term(cast: World) -> None:
    page = journal_page(cast.viewer("teacher"), cast.russian.id)
    first = page.side.columns[0].date
    assert first > page.side.term.starts
    for starts, joined in ((first, None), (first + timedelta(days=1), first + timedelta(days=1))):
        Enrolment.objects.filter(student=cast.student, homeroom=cast.homeroom).update(starts=starts)
        found = row(journal_page(cast.viewer("teacher"), cast.russian.id), cast.student.surname)
        assert (found.joined, found.is_whole) == (joined, joined is None)


def test_homework_is_missing_only_where_an_act_asks_for_it(cast: World) -> None:
    Homework.objects.filter(journal=cast.russian).delete()
    side = journal_page(cast.viewer("teacher"), cast.russian.id).side
    assert side.asks_homework
    assert "не записано" in cells.lesson_lines(side, side.lessons, "/lessons/0/")
    free = replace(side, asks_homework=False)
    assert "не записано" not in cells.lesson_lines(free, free.lessons, "/lessons/0/")
