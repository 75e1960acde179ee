"""Clauses on year, bells, timetable, changes of single lessons."""

from datetime import date, timedelta
from typing import Any

import pytest

from parta.foundation import clock
from parta.foundation.models import LogEntry
from parta.journal.models import LessonRecord
from parta.organisation.models import Homeroom
from parta.plans.models import Journal
from parta.timetable.models import Lesson, Substitution
from tests.journeys.steps import (
    CENTRE,
    COLLEGE,
    DUBROVO,
    done,
    page,
    presets,
    text,
    under,
)
from tests.journeys.test_clauses_setup import planned_hours

NOVEMBER = date(2026, 11, 3)


@presets((COLLEGE, "ET-6.3c"), (DUBROVO, "DB-3.2.2f"))
def test_bells_give_start_and_end_of_each_lesson(cast: Any, client_of: Any) -> None:
    client = client_of(cast.operator)
    form = {"act": "save", "title": "Сокращённое", "lines": "4", "is_default": "1"}
    for line, (number, starts, ends) in enumerate(
        ((1, "9:00", "9:30"), (2, "9:40", "10:10"), (3, "10:20", "10:50"), (4, "11:00", "11:30"))
    ):
        form |= {f"number{line}": number, f"starts{line}": starts, f"ends{line}": ends}  # type: ignore[dict-item]
    done(client.post("/setup/bells/", form))
    Homeroom.objects.filter(pk=cast.homeroom.pk).update(bells=None)
    form = {"act": "generate", "since": NOVEMBER.isoformat()}
    Lesson.objects.filter(date__gte=NOVEMBER).delete()
    done(client.post("/setup/timetable/", form))
    tuesday = Lesson.objects.filter(journal__homeroom=cast.homeroom, date=NOVEMBER).order_by("number")
    assert [one.number for one in tuesday] == [2, 3]
    assert tuesday[0].starts_at == cast.local(NOVEMBER, 9, 40) and tuesday[1].ends_at == cast.local(
        NOVEMBER, 10, 50
    )
    last = max(one.ends_at for one in tuesday)
    assert last == cast.local(NOVEMBER, 10, 50), "the end of the group's last lesson"
    words = page(client_of(cast.guardian), "/timetable/?week=2026-11-02")
    assert "9:40–10:10" in words and "10:20–10:50" in words


@presets((COLLEGE, "ET-6.3b"), (DUBROVO, "DB-2.1.1d"))
def test_no_lesson_on_a_day_off(cast: Any, client_of: Any) -> None:
    client = client_of(cast.deputy)
    done(
        client.post(
            "/setup/calendar/",
            {
                "act": "add_vacation",
                "kind": "holiday",
                "title": "День города",
                "starts": "2026-11-04",
                "until": "2026-11-04",
            },
        )
    )
    done(client.post("/setup/timetable/", {"act": "generate", "since": "2026-10-26"}))
    dates = set(
        Lesson.objects.filter(school=cast.school, date__gte=date(2026, 10, 24)).values_list("date", flat=True)
    )
    assert date(2026, 11, 3) in dates and date(2026, 11, 5) in dates
    assert not dates & {date(2026, 10, 25) + timedelta(days=n) for n in range(8)}, "the autumn vacation"
    assert date(2026, 11, 4) not in dates
    move = {
        "act": "move",
        "row": cast.lesson_on("russian", date(2026, 10, 20)).pk,
        "number": "5",
        "reason": "болезнь",
    }
    for day, allowed in (("2026-10-28", False), ("2026-11-04", False), ("2026-11-05", True)):
        answer = client.post("/substitutions/?date=2026-10-20", move | {"date": day})
        assert (answer.status_code == 302) is allowed, day
        assert allowed or "не учатся" in text(answer)


@presets((CENTRE, "CT-2.2g"))
def test_lessons_of_the_year_come_from_the_template(cast: Any, client_of: Any) -> None:
    client = client_of(cast.operator)
    done(client.post("/setup/timetable/", {"act": "generate", "since": "2026-11-02"}))
    lessons = Lesson.objects.filter(school=cast.school, date__gte=date(2026, 11, 2))
    for journal in cast.journals.values():
        own = lessons.filter(journal=journal)
        assert own.count() > 25 and max(own.values_list("date", flat=True)) >= date(2027, 5, 20)
    assert not lessons.filter(date__week_day__in=(1, 7)).exists(), "no Sunday, no Saturday"
    done(
        client.post(
            "/setup/homerooms/", {"act": "add", "title": "Шахматы", "term_kind": "year", "letter": ""}
        )
    )
    assert "Шахматы" in page(client, "/setup/timetable/")
    assert "2 классов из 3" in page(client, "/setup/"), "the group without a template is counted"
    form = {"act": "save", "starts": "2026-10-14", "j3_1_0": "Математика", "r3_1_0": "14"}
    refused = client.post(f"/setup/timetable/{cast.homeroom.pk}/", form)
    assert refused.status_code == 422 and "Накладка: кабинет 14, среда, 1-й урок" in text(refused)
    done(client.post(f"/setup/timetable/{cast.homeroom.pk}/", form | {"clash": "1"}))
    words = page(client, f"/setup/timetable/{cast.homeroom.pk}/")
    assert "кабинет" in words.lower() and "3 «А»" in words, "room 14 is taken on Wednesday's first lesson"


@presets((COLLEGE, "ET-4.1a"))
def test_a_journal_covers_one_school_year(cast: Any, client_of: Any) -> None:
    client = client_of(cast.deputy)
    move = {"act": "move", "row": cast.lesson_on("russian", date(2026, 10, 20)).pk, "number": "5"}
    for day, allowed in (("2026-08-31", False), ("2027-06-01", False), ("2027-05-31", True)):
        answer = client.post("/substitutions/?date=2026-10-20", move | {"date": day})
        assert (answer.status_code == 302) is allowed, day
    done(
        client.post(
            "/setup/calendar/",
            {
                "act": "open_year",
                "title": "2027/2028",
                "starts": "2027-09-01",
                "until": "2028-05-31",
                "week_days": "6",
                "kind": "half_year",
            },
        )
    )
    with clock.rehearse(cast.local(date(2027, 9, 3), 9)):
        done(
            client.post(
                "/setup/homerooms/",
                {"act": "add", "title": "3Б", "grade": "3", "letter": "Б", "term_kind": "half_year"},
            )
        )
        new = Homeroom.objects.get(title="3Б", school=cast.school)
        planned_hours(cast.russian.subject, new, 6)
        done(
            client.post(
                "/setup/journals/",
                {
                    "act": "add",
                    "subject": cast.russian.subject_id,
                    "homeroom": new.pk,
                    "weekly_hours": "6",
                    "term_kind": "half_year",
                },
            )
        )
    book = Journal.objects.get(homeroom=new)
    assert book.year_id != cast.russian.year_id and book.pk != cast.russian.pk


@presets((COLLEGE, "ET-A-DEP-4"))
def test_replacement_stands_in_the_register_of_the_day(cast: Any, client_of: Any) -> None:
    client = client_of(cast.deputy)
    form = {
        "act": "substitute",
        "row": cast.lesson.pk,
        "substitute": cast.substitute.pk,
        "reason": "курсы",
        "order_number": "172",
    }
    done(client.post("/substitutions/?date=2026-10-14", form))
    words = page(client, f"/substitutions/?date=2026-10-14&lesson={cast.lesson.pk}")
    assert "замена Соколова М. В. Мельник О. П." in words and "2 изменения" in words
    body = client.get(f"/substitutions/?date=2026-10-14&lesson={cast.lesson.pk}").content.decode()
    assert 'value="курсы"' in body and 'value="172"' in body
    assert client_of(cast.teacher).get("/substitutions/").status_code == 403


@under(COLLEGE)
@pytest.mark.clause("ET-2.2.1", partly="прежнее название в истории")
@pytest.mark.clause("ET-6.3a", "ET-6.3l", "ET-A-DEP-5a", "ET-A-DEP-5b", "ET-A-DEP-6b")
def test_renamed_unit_and_periods_that_overlap(cast: Any, client_of: Any) -> None:
    client = client_of(cast.deputy)
    form = {
        "act": "subject",
        "row": "maths",
        "title": "Математика и логика",
        "short": "Мат.",
        "position": "2",
        "kind": "discipline",
        "hours": "170",
    }
    for empty in ({"kind": ""}, {"hours": ""}, {"title": ""}):
        assert client.post("/setup/lists/", form | empty).status_code == 422, empty
    unit = form | {"row": "", "code": "op01", "title": "Черчение"}
    assert client.post("/setup/lists/", unit | {"code": ""}).status_code == 422, "a unit has a code"
    done(client.post("/setup/lists/", unit))
    assert "Черчение дисциплина, 170 ч" in page(client, "/setup/lists/")
    done(client.post("/setup/lists/", form))
    for person, address in (
        (cast.guardian, f"/diary/{cast.student.pk}/"),
        (cast.guardian, "/timetable/"),
        (cast.class_teacher, f"/journals/{cast.maths.pk}/"),
    ):
        assert "Математика и логика" in page(client_of(person), address), address
    terms = {
        "act": "save_terms",
        "lines": "2",
        "kind0": "half_year",
        "number0": "1",
        "title0": "I полугодие",
        "starts0": "2026-09-01",
        "until0": "2026-12-30",
        "kind1": "half_year",
        "number1": "2",
        "title1": "II полугодие",
        "starts1": "2026-12-28",
        "until1": "2027-05-31",
    }
    assert client.post("/setup/calendar/", terms).status_code == 422, "they overlap"
    assert client.post("/setup/calendar/", terms | {"until1": ""}).status_code == 422, "both bounds"
    second = terms | {"until0": "2026-12-28", "starts1": "2027-01-11"}
    gap = client.post("/setup/calendar/", second)
    assert gap.status_code == 422 and "с 29 декабря по 8 января" in text(gap), "teaching days in no period"
    assert client.post("/setup/calendar/", second | {"kind1": ""}).status_code == 422, "a period has a type"
    winter = {
        "act": "add_vacation",
        "kind": "vacation",
        "title": "Зимние каникулы",
        "starts": "2026-12-29",
        "until": "2027-01-10",
    }
    for empty in ({"kind": ""}, {"starts": ""}, {"title": ""}):
        assert client.post("/setup/calendar/", winter | empty).status_code == 422, empty
    assert "1 запись о каникулах" in page(client, "/setup/")
    done(client.post("/setup/calendar/", winter))
    assert "2 записи о каникулах" in page(client, "/setup/")
    done(client.post("/setup/calendar/", second))
    other = {
        "lines": "4",
        "kind2": "semester",
        "number2": "1",
        "title2": "I семестр",
        "starts2": "2026-09-01",
        "until2": "2027-01-24",
        "kind3": "semester",
        "number3": "2",
        "title3": "II семестр",
        "starts3": "2027-01-25",
        "until3": "2027-05-31",
    }
    done(client.post("/setup/calendar/", second | other))
    words = page(client, "/setup/calendar/")
    assert words.count("Лаптева О. И., 14 октября 2026 г. в 10:40") == 2, "who saved periods and days off"
    assert "Последнее изменение: Лаптева О. И., 14 октября" in page(client, "/setup/")
    assert "Осенние каникулы накладываются на: I полугодие, I семестр" in words
    assert "Зимние каникулы накладываются на: I семестр" in words
    assert client.post("/setup/lists/", form | {"row": "", "title": ""}).status_code == 422


@under(COLLEGE)
@pytest.mark.clause("ET-A-DEP-6m", "ET-4.11a", "ET-4.11d")
@pytest.mark.clause("ET-A-DEP-16h", partly="отметки в новой группе")
@pytest.mark.clause("ET-A-IT-4", partly="ВТК и ИУП")
def test_moved_lesson_and_left_student(cast: Any, client_of: Any) -> None:
    client, lesson = client_of(cast.deputy), cast.lesson_on("russian", date(2026, 10, 20))
    move = {"act": "move", "row": lesson.pk, "date": "2026-10-23", "number": "5", "reason": "экскурсия"}
    done(client.post("/substitutions/?date=2026-10-20", move))
    line = LogEntry.objects.filter(verb="lesson_moved").latest("id")
    assert "экскурсия" in line.data and line.user_id == cast.deputy.user_id
    substituted = {"act": "substitute", "row": cast.lesson.pk, "substitute": cast.substitute.pk}
    assert client_of(cast.other_teacher).post("/substitutions/", substituted).status_code == 403
    window = page(client, f"/substitutions/?date=2026-10-14&lesson={cast.lesson.pk}")
    assert "Мельник Оксана Петровна" in window, "the full name, from the list of staff"
    done(
        client.post("/substitutions/?date=2026-10-14", substituted | {"reason": "курсы", "order_number": "7"})
    )
    register = page(client, "/substitutions/register/?since=2026-10-01&until=2026-10-31")
    assert (
        "23 октября, 5-й 2 «Б» Русский язык перенос с 20 октября, 2-го урока Соколова Марина Викторовна"
        " экскурсия Лаптева Ольга Игоревна 14 октября, 10:40" in register
    ), register
    assert (
        "замена Соколова Марина Викторовна Мельник Оксана Петровна курсы приказ № 7 Лаптева Ольга Игоревна"
        in register
    )
    assert "экскурсия" not in page(client, "/substitutions/register/?since=2026-10-01&until=2026-10-22")
    found = page(client, f"/substitutions/register/?until=2026-10-31&teacher={cast.substitute.pk}")
    assert "курсы" in found and "экскурсия" not in found
    assert page(client_of(cast.director), "/substitutions/register/")
    assert client_of(cast.teacher).get("/substitutions/register/").status_code == 403
    friday = page(client_of(cast.guardian), f"/diary/{cast.student.pk}/?week=2026-10-19")
    assert "Перенос" in friday[friday.index("Пятница") :] or "перенес" in friday.lower()
    assert (
        client.post(
            "/substitutions/?date=2026-10-14", {"act": "substitute", "row": cast.lesson.pk}
        ).status_code
        == 422
    )
    assert "до 8.10" in page(client_of(cast.teacher), f"/journals/{cast.russian.pk}/")


@under(COLLEGE)
@pytest.mark.clause("ET-4.11c")
def test_replacement_of_a_lesson_that_is_over_is_noted_after_its_topic(cast: Any, client_of: Any) -> None:
    """The officer's flag is disabled until the topic is saved; who taught writes both, the topic first."""
    officer, lesson = client_of(cast.deputy), cast.lesson_on("maths", date(2026, 10, 13))
    address = f"/substitutions/?date=2026-10-13&lesson={lesson.pk}"
    form = {"act": "substitute", "row": lesson.pk, "substitute": cast.substitute.pk, "reason": "болезнь"}
    said = "Сначала тема урока"

    def disabled(client: Any) -> bool:
        body = client.get(address).content.decode()
        return "disabled>Назначить замену" in body

    assert disabled(officer) and said in page(officer, address) and "4.11" in page(officer, address)
    refused = officer.post("/substitutions/?date=2026-10-13", form)
    assert refused.status_code == 422 and said in text(refused)
    assert not Substitution.objects.filter(lesson=lesson).exists()
    LessonRecord.objects.create(
        lesson=lesson, school=cast.school, journal=cast.maths, topic="Дроби", topic_at=lesson.ends_at
    )
    assert not disabled(officer) and said not in page(officer, address)
    done(officer.post("/substitutions/?date=2026-10-13", form))
    assert Substitution.objects.get(lesson=lesson).substitute_id == cast.substitute.pk

    # the moment the lesson ends: who will replace is named without a topic, who did is not
    other = cast.lesson_on("maths", date(2026, 10, 15))
    named = form | {"row": other.pk}
    with clock.rehearse(other.ends_at):
        assert officer.post("/substitutions/?date=2026-10-15", named).status_code == 422
    with clock.rehearse(other.ends_at - timedelta(seconds=1)):
        done(officer.post("/substitutions/?date=2026-10-15", named))

    # who taught without having been named: at the page of the lesson the topic of the plan goes first
    type(cast.maths).objects.filter(pk=cast.maths.pk).update(plan=cast.plan)
    third = cast.lesson_on("maths", date(2026, 10, 12))
    client = client_of(cast.substitute)
    bare = client.post(f"/lessons/{third.pk}/", {"substitution": "1"})
    assert bare.status_code == 422 and not Substitution.objects.filter(lesson=third).exists()
    shown = client.get(f"/lessons/{third.pk}/").content.decode()
    assert "Записать тему и замену: урок провожу я" in shown and cast.topics[0].text in shown
    sent = {"substitution": "1", "planned": cast.topics[0].pk, "seen": "0", "topic": ""}
    done(client.post(f"/lessons/{third.pk}/", sent))
    assert LessonRecord.objects.get(lesson=third).topic == cast.topics[0].text
    assert Substitution.objects.get(lesson=third).substitute_id == cast.substitute.pk
