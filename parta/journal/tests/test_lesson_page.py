"""The page of a lesson: what it shows to whom, and the way without a script."""

import re
from datetime import date
from typing import Any

import pytest

from parta.foundation import clock, log
from parta.journal.models import Absence, Assessment, DiaryNote, Homework, LessonRecord, Mark
from parta.journal.rules.tests.living import live_under
from parta.journal.rules.tests.living import text_of as text_of_act
from parta.people.models import Enrolment, Person, ReadTrace

pytestmark = pytest.mark.django_db


def address(lesson: Any, tab: str = "") -> str:
    return f"/lessons/{lesson.id}/" + (f"?tab={tab}" if tab else "")


def text_of(answer: Any) -> str:
    return answer.content.decode().replace("\xa0", " ").replace("&nbsp;", " ")


@pytest.fixture
def teacher(cast: Any, client_of: Any) -> Any:
    return client_of(cast.teacher)


def test_page_asks_a_constant_number_of_statements(cast: Any, teacher: Any, count_statements: Any) -> None:
    teacher.get(address(cast.lesson))
    with count_statements() as small:
        assert teacher.get(address(cast.lesson)).status_code == 200
    people = Person.objects.bulk_create(
        Person(school=cast.school, surname=f"Новиков{n}", given_name="Пётр") for n in range(30)
    )
    Enrolment.objects.bulk_create(
        Enrolment(school=cast.school, student=person, homeroom=cast.homeroom, starts=date(2026, 9, 1))
        for person in people
    )
    with count_statements() as large:
        assert "Новиков29" in text_of(teacher.get(address(cast.lesson)))
    assert len(small) == len(large) <= 10


def test_reading_a_class_leaves_a_trace(cast: Any, teacher: Any) -> None:
    teacher.get(address(cast.lesson))
    trace = ReadTrace.objects.get()
    assert (trace.page, trace.object_id, trace.user_id) == ("lesson", cast.lesson.id, cast.teacher.user_id)


@pytest.mark.parametrize(
    ("who", "status"),
    [
        ("teacher", 200), ("class_teacher", 200), ("deputy", 200), ("director", 200), ("inspector", 200),
        ("head_of_department", 200), ("english_teacher", 404), ("other_teacher", 404), ("former_teacher", 403),
        ("substitute", 404), ("operator", 403), ("secretary", 403), ("student", 403), ("guardian", 403),
    ],
)  # fmt: skip
def test_lesson_is_open_to_those_who_read_the_journal(
    cast: Any, client_of: Any, who: str, status: int
) -> None:
    client = client_of(cast.people[who])
    assert client.get(address(cast.lesson)).status_code == status
    assert client.get(address(cast.outside.lesson)).status_code in (403, 404)


def test_substitute_conducts_the_lesson_on_its_day_only(cast: Any, client_of: Any) -> None:
    client = client_of(cast.substitute)
    lesson = cast.lesson_on("maths", cast.on)
    page = text_of(client.get(address(lesson)))
    assert "Замена: вы ведёте урок за Исаков Б. М." in page and 'name="roll"' in page
    with clock.rehearse(cast.local(date(2026, 10, 15), 9)):
        assert client.get(address(lesson)).status_code == 404


@pytest.mark.clause("GT-I-3.5f")
def test_letters_are_those_of_the_act_and_the_role(cast: Any, client_of: Any, teacher: Any) -> None:
    student = cast.named("Авдеев")
    page = text_of(teacher.get(address(cast.lesson)))
    assert f'value="{student.id}:н:0"' in page and f'value="{student.id}:О:0"' in page
    assert f'value="{student.id}:Б:0"' not in page
    page = text_of(client_of(cast.class_teacher).get(address(cast.lesson)))
    assert f'value="{student.id}:Б:0"' in page and f'value="{student.id}:н:0"' not in page
    assert 'name="roll"' not in page and 'name="save_topic"' not in page


@pytest.mark.parametrize("cast", ["ipatovo1", "dubrovo", "egorievsk-college", "kemerovo-ct"], indirect=True)
def test_page_stands_under_every_act(cast: Any, client_of: Any) -> None:
    client = client_of(cast.teacher)
    for tab in ("roll", "marks", "topic"):
        assert client.get(address(cast.lesson, tab)).status_code == 200
    page = text_of(client.get(address(cast.lesson)))
    assert ("p-marks" in page) == (cast.russian.scale_id is not None)


def test_reader_has_no_buttons(cast: Any, client_of: Any) -> None:
    page = text_of(client_of(cast.inspector).get(address(cast.lesson)))
    assert "Только чтение" in page and "<button name=" not in page[page.index("<main") :]


# --- without a script -----------------------------------------------------------------------------------------------


def post(client: Any, lesson: Any, tab: str, **fields: Any) -> Any:
    return client.post(address(lesson, tab), fields)


def test_one_tap_an_absent_student_and_back(cast: Any, teacher: Any) -> None:
    student = cast.named("Орлова")
    answer = post(teacher, cast.lesson, "roll", absence=f"{student.id}:н:0")
    assert answer.status_code == 303 and answer["Location"].endswith("?tab=roll")
    row = Absence.objects.get(lesson=cast.lesson, student=student)
    assert (row.meaning, row.symbol) == ("unknown", "н")
    assert "Нет <b>1</b>" in text_of(teacher.get(address(cast.lesson)))
    post(teacher, cast.lesson, "roll", absence=f"{student.id}::1")
    row.refresh_from_db()
    assert (row.meaning, row.version) == ("", 2)


def test_late_takes_the_minutes_since_the_bell_and_they_can_be_changed(cast: Any, teacher: Any) -> None:
    student = cast.named("Григорян")
    post(teacher, cast.lesson, "roll", absence=f"{student.id}:О:0")
    row = Absence.objects.get(lesson=cast.lesson, student=student)
    assert (row.meaning, row.minutes) == ("late", 10)
    post(teacher, cast.lesson, "roll", late=f"{student.id}:5:1")
    row.refresh_from_db()
    assert row.minutes == 5
    assert "на 5 мин" in text_of(teacher.get(address(cast.lesson)))


def test_roll_of_the_lesson_before_is_copied_with_ones_own_letters(cast: Any, teacher: Any) -> None:
    away = cast.named("Орлова")
    before = cast.lesson_on("maths", cast.on)
    LessonRecord.objects.create(
        lesson=before,
        school=cast.school,
        journal=cast.maths,
        roll_at=cast.at,
        conducted_at=cast.at,
        topic="Дроби",
    )
    Absence.objects.create(
        school=cast.school, journal=cast.maths, lesson=before, student=away, meaning="ill", symbol="Б",
        set_at=cast.at, changed_at=cast.at,
    )  # fmt: skip
    page = text_of(teacher.get(address(cast.lesson)))
    assert "Как на 1-м уроке" in page and "болеет с 12 октября" in page
    assert post(teacher, cast.lesson, "roll", copy="1").status_code == 303
    row = Absence.objects.get(lesson=cast.lesson)
    assert (row.student_id, row.symbol) == (away.id, "н")
    assert post(teacher, cast.lesson, "roll", copy="1").status_code == 400


def test_lesson_is_conducted_by_plain_forms(cast: Any, teacher: Any) -> None:
    lesson, student = cast.lesson, cast.named("Авдеев")
    answer = post(teacher, lesson, "roll", roll="1")
    assert answer["Location"].endswith("?tab=marks")
    topic = cast.topics[8]
    post(teacher, lesson, "topic", save_topic="1", topic="", planned=topic.id, seen="1")
    answer = post(teacher, lesson, "marks", mark="5", work="oral", student=student.id, seen="0")
    assert answer.status_code == 303, text_of(answer)
    assert f"student={cast.named('Асанов').id}" in answer["Location"]
    post(teacher, lesson, "marks", mark="", typed="5/4", work="written", student=student.id, seen="0")
    due = cast.lesson_on("russian", date(2026, 10, 15))
    post(teacher, lesson, "topic", save_homework="text", text="§ 29", minutes="25", due=due.id)
    post(teacher, lesson, "topic", save_homework="text", text="Карточка 3", student=student.id)
    post(teacher, lesson, "topic", note="Отвечал у доски", kind="praise", student=student.id)
    answer = post(teacher, lesson, "topic", done="1")
    assert answer.status_code == 303, text_of(answer)
    record = LessonRecord.objects.get(lesson=lesson)
    assert (record.topic, record.planned_topic_id) == (topic.text, topic.id)
    assert record.roll_at and record.conducted_at
    marks = Mark.objects.filter(assessment__lesson=lesson, student=student).order_by("id")
    assert [mark.value for mark in marks] == ["5", "5", "4"]
    given = Homework.objects.get(lesson=lesson, student=None)
    assert (given.text, given.minutes, given.due_lesson_id) == ("§ 29", 25, due.id)
    assert Homework.objects.get(lesson=lesson, student=student).text == "Карточка 3"
    note = DiaryNote.objects.get(lesson=lesson)
    assert (note.kind, note.text) == ("praise", "Отвечал у доски")
    post(teacher, lesson, "topic", withdraw=note.id)
    note.refresh_from_db()
    assert note.withdrawn_at is not None
    assert all(isinstance(found, int) for found in log.verify(cast.school.id))


def test_homework_declared_not_set(cast: Any, teacher: Any) -> None:
    post(teacher, cast.lesson, "topic", save_homework="none", text="лишнее")
    given = Homework.objects.get(lesson=cast.lesson)
    assert (given.text, given.is_none) == ("", True)
    assert "Не задано" in text_of(teacher.get(address(cast.lesson, "topic")))


def test_refusal_names_the_clause_and_writes_nothing(cast: Any, teacher: Any) -> None:
    old = cast.lesson_on("russian", date(2026, 10, 6))
    student = cast.named("Авдеев")
    answer = post(teacher, old, "marks", mark="5", work="oral", student=student.id, seen="0")
    assert answer.status_code == 422
    assert "Пятёрка не сохранена" in text_of(answer) and "п. 2.4 Положения" in text_of(answer)
    assert not Assessment.objects.filter(lesson=old).exists()


def test_change_by_somebody_else_is_shown(cast: Any, teacher: Any) -> None:
    student = cast.named("Орлова")
    post(teacher, cast.lesson, "roll", absence=f"{student.id}:н:0")
    answer = post(teacher, cast.lesson, "roll", absence=f"{student.id}:О:0")
    assert answer.status_code == 409 and "Здесь уже записано другое" in text_of(answer)


@pytest.mark.parametrize(
    "fields",
    [
        {}, {"absence": "x"}, {"absence": "1:2"}, {"absence": "a:н:0"}, {"absence": "9" * 40 + ":н:0"}, {"late": "1:2"},
        {"mark": "5"}, {"mark": "5", "student": "1", "work": "nothing"}, {"save_topic": "1", "planned": "x"},
        {"save_homework": "text", "due": "-1"}, {"withdraw": "x"}, {"note": "", "student": "5", "kind": "praise"},
        {"copy": "1"}, {"mark": "\ud800".encode("utf-8", "surrogatepass"), "student": "1", "work": "oral"},
    ],
)  # fmt: skip
def test_nonsense_is_told_so(cast: Any, teacher: Any, fields: dict[str, Any]) -> None:
    assert post(teacher, cast.lesson, "roll", **fields).status_code in (400, 404)


def test_who_only_reads_cannot_post(cast: Any, client_of: Any) -> None:
    answer = post(client_of(cast.inspector), cast.lesson, "roll", roll="1")
    assert answer.status_code == 403 and not LessonRecord.objects.filter(lesson=cast.lesson).exists()


WORDS = "индивидуальные задания"


@pytest.mark.clause("ET-4.6b")
@pytest.mark.parametrize("cast", ["egorievsk-college"], indirect=True)
def test_individual_homework_puts_the_set_words_and_each_task_in_its_diary(cast: Any, client_of: Any) -> None:
    teacher, lesson = client_of(cast.teacher), cast.lesson
    Homework.objects.filter(lesson=lesson).delete()
    assert 'value="individual"' in text_of(teacher.get(address(lesson, "topic")))
    # What stands in the field is not what goes into the column: the choice puts exactly the words of the act.
    sent = teacher.post(
        address(lesson, "topic"), {"save_homework": "individual", "text": "почитать что-нибудь"}
    )
    assert sent.status_code == 303, text_of(sent)
    assert Homework.objects.get(lesson=lesson, student=None).text == WORDS
    own, other = cast.student, cast.named("Орлова")
    sent = teacher.post(
        address(lesson, "topic"),
        {"save_homework": "text", "student": own.id, "text": "карточка 7, письменно"},
    )
    assert sent.status_code == 303, text_of(sent)
    week = f"/diary/{own.id}/?on={lesson.date.isoformat()}"
    assert "карточка 7" in text_of(client_of(cast.student).get(week))
    assert Homework.objects.get(lesson=lesson, student=own).text == "карточка 7, письменно"
    assert not Homework.objects.filter(lesson=lesson, student=other).exists()
    assert WORDS in text_of(teacher.get(f"/journals/{cast.russian.id}/"))


def test_no_set_words_no_choice(cast: Any, teacher: Any) -> None:
    assert 'value="individual"' not in text_of(teacher.get(address(cast.lesson, "topic")))


def test_a_closed_column_of_answers_names_the_works_that_still_take_marks(cast: Any, client_of: Any) -> None:
    """Fault seen red: «new entries are closed» over a lesson whose written work waits for its marks."""
    page = text_of(client_of(cast.teacher).get(address(cast.lesson, "marks")))
    assert "закрыты" not in page[page.index("<main") :]
    before = cast.lesson_on("russian", date(2026, 10, 12))
    page = text_of(client_of(cast.teacher).get(address(before, "marks"))).replace("\xa0", " ")
    assert "Отметки за ответы в этом уроке закрыты" in page and "Новые записи" not in page
    assert re.search(r"Ещё ставятся: [^.]*письменная работа[^.]*\.", page)


@pytest.mark.parametrize(("test", "closed"), [("30d", False), ("same_day", True)])
def test_where_no_answers_are_marked_one_closed_work_closes_nothing(
    cast: Any, client_of: Any, test: str, closed: bool
) -> None:
    """Fault seen red: «marks for answers are closed» over a lesson in which answers are not marked at all."""
    live_under(
        cast,
        text_of_act(
            'kind = "work_kinds"\nrequired = true\nkinds = ["test", "control"]',
            'kind = "mark_deadline"\nwork = ["control"]\nwithin = "same_day"',
            f'kind = "mark_deadline"\nwork = ["test"]\nwithin = "{test}"',
            'kind = "no_backdating"',
        ),
    )
    page = text_of(
        client_of(cast.teacher).get(address(cast.lesson_on("russian", date(2026, 10, 12)), "marks"))
    )
    assert "Отметки за ответы" not in page
    assert ("Новые отметки в этом уроке закрыты" in page) is closed
