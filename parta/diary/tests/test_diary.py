"""The diary: whose, what, how fast."""

import json
import re
import uuid
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pytest

from parta.diary.queries import marks_page, week_page
from parta.foundation import clock
from parta.journal.models import Absence, Assessment, DiaryNote, Homework, Mark
from parta.organisation.models import Room
from parta.people.models import ReadTrace
from parta.plans.models import Journal
from parta.timetable.actions.changes import cancel_lesson, move_lesson, substitute
from parta.timetable.models import Lesson, Substitution
from tests.cast import actor_of

pytestmark = pytest.mark.django_db


def text_of(client: Any, url: str = "/diary/") -> str:
    answer = client.get(url)
    assert answer.status_code == 200, answer.status_code
    return str(answer.content.decode().replace("\xa0", " "))


def write(client: Any, journal: Any, *changes: dict[str, Any]) -> None:
    body = json.dumps({"operation": str(uuid.uuid4()), "changes": list(changes)})
    answer = client.post(f"/journals/{journal.id}/write", body, content_type="application/json")
    assert answer.status_code == 200, answer.content.decode()


# --- whose ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("who", "status"),
    [
        ("guardian", 200), ("student", 200), ("other_guardian", 404), ("outsider", 404), ("contact", 403),
        ("teacher", 403), ("class_teacher", 200), ("deputy", 200), ("director", 200),
        ("master", 404), ("inspector", 403),
    ],
)  # fmt: skip
def test_diary_is_for_the_student_and_the_family(cast: Any, client_of: Any, who: str, status: int) -> None:
    client = client_of(cast.people[who])
    for view in ("", "?view=marks", "?week=2026-10-05"):
        assert client.get(f"/diary/{cast.student.id}/{view}").status_code == status
    assert client.get(f"/diary/{cast.outside.student.id}/").status_code in (403, 404)


def test_guardian_of_two_sees_both_and_nobody_elses(cast: Any, client_of: Any) -> None:
    client = client_of(cast.guardian)
    page = text_of(client)
    assert "Диляра" in page and "Тимур" in page
    assert "6 «Б»" in page and "3 «А»" in page
    assert "Дневник: Сафин Тимур" in text_of(client, f"/diary/{cast.brother.id}/")
    assert client.get(f"/diary/{cast.named('Авдеев').id}/").status_code == 404


def test_family_reading_its_own_leaves_no_trace(cast: Any, client_of: Any) -> None:
    text_of(client_of(cast.guardian))
    assert not ReadTrace.objects.exists()


# --- what -----------------------------------------------------------------------------------------------------------


def test_week_shows_topics_homework_marks_and_changes(cast: Any, client_of: Any) -> None:
    page = text_of(client_of(cast.guardian))
    assert "12–16 октября" in page and "14 октября · сегодня" in page
    assert "Контрольная работа по теме «Лексика»" in page
    assert "§ 28, упр. 152" in page
    assert "<b>4</b><small>контрольная</small>" in page
    assert "Замена: Мельник О. П." in page


@pytest.mark.clause("GT-I-3.4a")
def test_corrected_mark_keeps_the_first_one_and_an_annulled_is_gone(cast: Any, client_of: Any) -> None:
    viewer = cast.viewer("guardian")
    Mark.objects.filter(student=cast.student, part=0).update(value="3", first_value="2")
    shown = week_page(viewer).days[0].lessons[0].marks
    assert [(mark.value, mark.first) for mark in shown] == [("3", "2")]
    assert "<s>2</s>3" in text_of(client_of(cast.guardian))
    Mark.objects.filter(student=cast.student).update(value="")
    assert not any(subject.marks for subject in marks_page(viewer).subjects)


def test_absences_in_words_and_words_of_teachers(cast: Any, client_of: Any) -> None:
    russian = cast.lesson_on("russian", date(2026, 10, 12))
    common = {"school": cast.school, "journal": cast.russian, "lesson": russian, "student": cast.student}
    Absence.objects.create(
        **common,
        meaning="late",
        symbol="О",
        minutes=7,
        set_at=cast.at,
        changed_at=cast.at,
        set_by=cast.teacher,
    )
    for kind, text in (("remark", "Не принесла тетрадь"), ("praise", "Помогла товарищу")):
        DiaryNote.objects.create(**common, kind=kind, text=text, author=cast.teacher, made_at=cast.at)
    DiaryNote.objects.create(
        **common, kind="remark", text="Отозвано", author=cast.teacher, made_at=cast.at, withdrawn_at=cast.at
    )
    page = text_of(client_of(cast.student))
    assert "опоздание 7 мин" in page
    assert "Замечание: Не принесла тетрадь" in page and "Похвала: Помогла товарищу" in page
    assert "Соколова М. В." in page and "Отозвано" not in page
    assert "Не принесла тетрадь" not in text_of(client_of(cast.other_guardian))


def test_homework_stands_where_it_is_due(cast: Any, client_of: Any) -> None:
    viewer = cast.viewer("guardian")
    due = cast.lesson_on("russian", date(2026, 10, 15))
    for student, text in (
        (None, "§ 29, упр. 184"),
        (cast.student, "Карточка 3"),
        (cast.named("Зайцев"), "Чужое"),
    ):
        Homework.objects.create(
            school=cast.school, journal=cast.russian, lesson=cast.lesson, student=student, text=text, minutes=25,
            due_lesson=due, due_date=due.date, set_at=cast.at, changed_at=cast.at, set_by=cast.teacher,
        )  # fmt: skip
    day = next(day for day in week_page(viewer).days if day.date == due.date)
    assert [(task.text, task.is_own) for _, task in day.tasks] == [
        ("§ 29, упр. 184", False),
        ("Карточка 3", True),
    ]
    page = text_of(client_of(cast.guardian))
    assert "Чужое" not in page and "Лично:</b> Карточка 3" in page
    assert "1 предмет, около 50 мин." in page


def test_homework_due_after_the_week_stands_where_it_was_given(cast: Any, client_of: Any) -> None:
    due = cast.lesson_on("russian", date(2026, 10, 23))
    Homework.objects.create(
        school=cast.school, journal=cast.russian, lesson=cast.lesson, text="Проект", due_lesson=due, due_date=due.date,
        set_at=cast.at, changed_at=cast.at, set_by=cast.teacher,
    )  # fmt: skip
    assert "К 23 октября: Проект" in text_of(client_of(cast.guardian))


def test_answers_come_first(cast: Any, client_of: Any) -> None:
    tomorrow = cast.lesson_on("maths", date(2026, 10, 15))
    Assessment.objects.create(school=cast.school, journal=cast.maths, lesson=tomorrow, work_kind="control")
    Lesson.objects.filter(id=cast.lesson_on("russian", date(2026, 10, 15)).id).update(state="cancelled")
    page = text_of(client_of(cast.guardian))
    assert "Завтра, четверг" in page and "Контрольная работа: математика." in page
    assert "Русский язык: урок отменён." in page and '<section class="hot">' in page


def test_a_lesson_stands_with_its_bells_and_room(cast: Any, client_of: Any) -> None:
    """By the bell of the lesson; a room that is only numbered is called one; a cancelled lesson has neither."""
    lesson = cast.lesson_on("russian", date(2026, 10, 16))
    Lesson.objects.filter(id=lesson.id).update(room=Room.objects.get(school=cast.school, title="14"))
    friday = re.search(r'id="d2026-10-16".*?</section>', text_of(client_of(cast.guardian)), re.S)
    assert friday is not None
    assert re.search(r"Русский язык <small[^>]*>\d{1,2}:\d\d–\d{1,2}:\d\d · каб.\s14</small>", friday[0]), (
        friday[0]
    )
    cancel_lesson(lesson=lesson, by=actor_of(cast.deputy, "deputy"), at=cast.at)
    friday = re.search(r'id="d2026-10-16".*?</section>', text_of(client_of(cast.guardian)), re.S)
    assert friday is not None and not re.search(r"каб.\s14", friday[0])


def test_moved_and_substituted_lessons_say_so(cast: Any) -> None:
    lesson = cast.lesson_on("russian", date(2026, 10, 16))
    Lesson.objects.filter(id=lesson.id).update(state="moved", moved_from=date(2026, 10, 15))
    Substitution.objects.create(
        school=cast.school, lesson=lesson, substitute=cast.substitute, made_at=cast.at
    )
    friday = week_page(cast.viewer("guardian")).days[4]
    assert friday.lessons[0].change == "Перенесён с 15.10. Замена: Мельник\xa0О.\xa0П."


@pytest.mark.clause("ET-3.2.2f")
@pytest.mark.parametrize("cast", ["egorievsk-college"], indirect=True)
def test_a_moved_lesson_stands_at_both_places(cast: Any, client_of: Any) -> None:
    """The new place says where it comes from, the old one is struck and says where it went; so for a replacement."""
    lesson = cast.lesson_on("russian", date(2026, 10, 15))
    left, number = lesson.date, lesson.number
    before = week_page(cast.viewer("guardian"))
    assert not any(shown.change for one in before.days for shown in one.lessons if "еренесён" in shown.change)
    by = actor_of(cast.deputy, "deputy")
    move_lesson(lesson=lesson, date=date(2026, 10, 16), number=7, by=by, at=cast.at)
    cancelled = cast.lesson_on("maths", date(2026, 10, 16))
    cancel_lesson(lesson=cancelled, by=by, at=cast.at)
    replaced = cast.lesson_on("maths", date(2026, 10, 15))
    substitute(lesson=replaced, substitute_id=cast.substitute.pk, by=by, at=cast.at)
    days = {one.date: one for one in week_page(cast.viewer("guardian")).days}
    new = next(one for one in days[lesson.date].lessons if one.id == lesson.id)
    old = next(one for one in days[left].lessons if one.id == lesson.id)
    assert (new.number, new.is_off, new.change) == (7, False, "Перенесён с 15.10")
    assert (old.number, old.is_off, old.change) == (number, True, "Перенесён на 16.10, 7-й урок")
    changes = {shown.id: shown.change for one in days.values() for shown in one.lessons}
    assert changes[cancelled.id] == "Урок отменён"
    assert changes[replaced.id].startswith("Замена: Мельник")
    assert [one.number for one in days[left].lessons] == sorted(one.number for one in days[left].lessons)
    html = text_of(client_of(cast.student))
    assert re.search(
        rf'<tr class="off"><td class="o">{number}</td>.*?Перенесён на 16.10, 7-й урок', html, re.DOTALL
    )
    # moved once more: the first place says where it stands now, the middle one was never told to families
    lesson.refresh_from_db()
    move_lesson(lesson=lesson, date=date(2026, 10, 17), number=2, by=by, at=cast.at)
    days = {one.date: one for one in week_page(cast.viewer("guardian")).days}
    assert [one.change for one in days[left].lessons if one.id == lesson.id] == [
        "Перенесён на 17.10, 2-й урок"
    ]
    assert not any(one.id == lesson.id for one in days[date(2026, 10, 16)].lessons)


def test_seconds_after_the_teacher_wrote(cast: Any, client_of: Any) -> None:
    teacher, guardian = client_of(cast.teacher), client_of(cast.guardian)
    assert "Отметок пока нет." in text_of(guardian)
    write(
        teacher,
        cast.russian,
        {"fact": "topic", "lesson": cast.lesson.id, "topic": cast.topics[8].text, "seen": 0},
        {
            "fact": "mark", "lesson": cast.lesson.id, "assessment": None, "work": "oral", "student": cast.student.id,
            "value": "5", "seen": 0,
        },
    )  # fmt: skip
    page = text_of(guardian)
    assert "Отметка: 5 (русский язык)." in page and "Источники фразеологизмов" in page


def test_marks_of_the_period_with_averages(cast: Any, client_of: Any) -> None:
    client = client_of(cast.guardian)
    page = text_of(client, f"/diary/{cast.student.id}/?view=marks")
    assert "I четверть" in page and "5/4" in page and "4,50" in page
    other = text_of(client, f"/diary/{cast.student.id}/?view=marks&term={cast.terms[2].id}")
    assert "5/4" not in other
    assert client.get(f"/diary/{cast.student.id}/?view=marks&term=999999").status_code == 404


def test_marks_of_a_class_left_are_not_lost(cast: Any) -> None:
    place = cast.student.enrolments.get()
    place.until = date(2026, 10, 13)
    place.save()
    cast.student.subgroup_memberships.update(until=place.until)
    cast.student.enrolments.create(school=cast.school, homeroom=cast.younger, starts=date(2026, 10, 13))
    viewer = cast.viewer("guardian")
    assert week_page(viewer).student.homeroom == "3\xa0«А»"
    assert [
        len(subject.marks) for subject in marks_page(viewer).subjects if subject.title == "Русский язык"
    ] == [3]
    assert {lesson.subject for day in week_page(viewer).days[1:] for lesson in day.lessons} == {
        "Русский язык"
    }


def test_sunday_opens_the_week_to_come(cast: Any, client_of: Any) -> None:
    with clock.rehearse(cast.local(date(2026, 10, 18), 12)):
        page = text_of(client_of(cast.guardian))
    assert "19–23 октября" in page and "Понедельник" in page


@pytest.mark.parametrize(
    "week", ["", "x", "2026-13-01", "0001-01-01", "9999-12-31", "2026-10-12T00:00", "20261012"]
)
def test_any_week_is_answered(cast: Any, client_of: Any, week: str) -> None:
    text_of(client_of(cast.guardian), f"/diary/?week={week}")


@pytest.mark.parametrize("cast", ["kemerovo-ct", "egorievsk-college", "ipatovo1", "dubrovo"], indirect=True)
def test_page_stands_under_every_act(cast: Any, client_of: Any) -> None:
    client = client_of(cast.guardian)
    text_of(client)
    page = text_of(client, "/diary/?view=marks")
    assert ("Здесь учатся без отметок" in page) == (cast.russian.scale_id is None)


# --- how fast -------------------------------------------------------------------------------------------------------


@pytest.fixture
def quarter(cast: Any) -> Any:
    """Twelve subjects with twenty marks each, lessons of nine weeks: the measured workload."""
    subjects = [
        cast.subjects["maths"].__class__(school=cast.school, code=f"s{n}", title=f"Предмет {n}", position=n)
        for n in range(9)
    ]
    type(subjects[0]).objects.bulk_create(subjects)
    journals = Journal.objects.bulk_create(
        Journal(
            school=cast.school, year=cast.year, subject=subject, homeroom=cast.homeroom, grade=6,
            scale=cast.russian.scale, weekly_hours=3,
        )
        for subject in subjects
    )  # fmt: skip
    lessons = []
    for number, journal in enumerate(journals, 5):
        for n in range(40):
            on = date(2026, 9, 1) + timedelta(days=n)
            at = datetime.combine(on, time(6), UTC)
            lessons.append(
                Lesson(school=cast.school, journal=journal, date=on, number=number, starts_at=at, ends_at=at)
            )
    Lesson.objects.bulk_create(lessons)
    columns = Assessment.objects.bulk_create(
        Assessment(school=cast.school, journal_id=lesson.journal_id, lesson=lesson, work_kind="oral")
        for lesson in lessons[::2]
    )
    Mark.objects.bulk_create(
        Mark(
            school=cast.school, journal_id=column.journal_id, assessment=column, student=cast.student, value="4",
            set_at=cast.at, changed_at=cast.at,
        )
        for column in columns
    )  # fmt: skip
    return cast


@pytest.mark.parametrize("url", ["/diary/", "/diary/?view=marks"])
def test_statements_and_bytes_are_bounded(
    cast: Any, client_of: Any, count_statements: Any, request: pytest.FixtureRequest, url: str
) -> None:
    client = client_of(cast.guardian)
    client.get(url)
    with count_statements() as small:
        client.get(url)
    request.getfixturevalue("quarter")
    with count_statements() as large:
        answer = client.get(url)
    assert len(small) == len(large) <= 8
    assert len(answer.content) <= 40_000
