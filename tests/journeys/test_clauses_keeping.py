"""Clauses on who keeps the journal at all, how much is overdue, whether marks accumulate: both sides of each limit."""

from datetime import date, timedelta
from typing import Any

import pytest

from parta.communication.models import Message
from parta.control.actions.nightly import form_due_reports
from parta.control.models import Report
from parta.control.queries.duties import duties
from parta.control.queries.sheets import Cut, norms
from parta.foundation import clock
from parta.foundation.log import Actor
from parta.journal.models import Absence, Assessment, Homework, LessonRecord, Mark
from parta.people import actions as people
from parta.people.models import Role, SignIn
from parta.plans.models import Journal
from parta.timetable.models import Lesson
from tests.journeys.steps import (
    CENTRE,
    GYMNASIUM,
    IPATOVO,
    MONDAY,
    TUESDAY,
    done,
    page_anew,
    presets,
    text,
    under,
)
from tests.journeys.test_clauses_checks import found
from tests.journeys.test_regulation_change import choose

FIRST = date(2026, 10, 1)


def _led(cast: Any, clause: str, at: Any = None) -> list[str]:
    """What is said of the class teachers of 6«Б» under a clause."""
    name = "6\u00a0«Б»"
    return [
        one.text for one in found(cast, "journal_mandatory", at=at) if clause in one.ids and one.place == name
    ]


def signed_in(person: Any, at: Any) -> None:
    SignIn.objects.create(
        user=person.user,
        session_key=f"k{at:%d%H%M}",
        at=at,
        seen_at=at,
        address="::1",
        agent="Firefox",
        device="d",
    )


@under(GYMNASIUM)
@pytest.mark.clause("GT-I-1.1c")
def test_class_teacher_who_does_not_come_while_absences_wait_for_a_reason(cast: Any, client_of: Any) -> None:
    """Fourteen days without signing in; a class where every absence has its reason asks nothing."""
    signed_in(cast.class_teacher, cast.local(date(2026, 9, 30), 20))
    assert not _led(cast, "GT-I-1.1c"), "no absence waits"
    absence = Absence.objects.create(
        school=cast.school, journal=cast.russian, lesson=cast.lesson_on("russian", TUESDAY), symbol="н",
        student=cast.named("Авдеев"), meaning="unknown", set_at=cast.at, changed_at=cast.at,
    )  # fmt: skip
    assert _led(cast, "GT-I-1.1c") == ["Классный руководитель не заходил в журнал 14 дней"]
    words = page_anew(client_of(cast.deputy), "/control/duties/")
    assert "не заходил в журнал 14 дней" in words and "Последний раз 30.09.2026" in words
    assert "пропусков без причины: 1" in words and "п. 1.1 Инструкции" in words
    signed_in(cast.class_teacher, cast.local(date(2026, 10, 1), 0))
    assert not _led(cast, "GT-I-1.1c"), "the first of the last fourteen days"
    SignIn.objects.filter(at__gte=cast.local(date(2026, 10, 1), 0)).delete()
    Absence.objects.filter(pk=absence.pk).update(meaning="ill", symbol="Б")
    assert not _led(cast, "GT-I-1.1c"), "the reason is there"
    Absence.objects.filter(pk=absence.pk).update(meaning="unknown", symbol="н")
    Role.objects.filter(person=cast.class_teacher, kind="class_teacher").update(starts=date(2026, 10, 1))
    assert not _led(cast, "GT-I-1.1c"), "appointed thirteen days ago: the first two weeks are not over"
    Role.objects.filter(person=cast.class_teacher, kind="class_teacher").update(starts=date(2026, 9, 30))
    assert _led(cast, "GT-I-1.1c")


@under(IPATOVO)
@pytest.mark.clause("IP-2.8b")
def test_class_without_a_class_teacher_or_without_an_act_of_his_in_a_month(cast: Any, client_of: Any) -> None:
    signed_in(cast.class_teacher, cast.at)
    assert _led(cast, "IP-2.8b") == ["Классный руководитель не работал в журнале 30 дней"], (
        "signing in is no keeping of the journal"
    )
    with clock.rehearse(cast.local(date(2026, 9, 14), 12)):
        people.review_roster(
            homeroom=cast.homeroom, by=Actor(cast.class_teacher.user_id, "class_teacher"), at=clock.now()
        )
    assert _led(cast, "IP-2.8b", cast.local(date(2026, 10, 13), 23, 59)) == []
    assert _led(cast, "IP-2.8b", cast.local(date(2026, 10, 14), 0)), "the thirty days are over"
    assert "не работал в журнале" in page_anew(client_of(cast.deputy), "/control/duties/")
    Role.objects.filter(person=cast.class_teacher, kind="class_teacher").update(until=TUESDAY)
    assert _led(cast, "IP-2.8b") == ["Нет классного руководителя: журнал класса никто не ведёт"]
    # the substitute takes the class over on Tuesday: a month of his own begins
    Role.objects.create(
        school=cast.school,
        person=cast.substitute,
        kind="class_teacher",
        homeroom=cast.homeroom,
        starts=TUESDAY,
    )
    assert _led(cast, "IP-2.8b") == []


def _filled(cast: Any, journal: str, until: date) -> list[Lesson]:
    """Every lesson of a journal up to a day with record, roll and homework, all in time."""
    lessons = [one for one in cast.lessons[journal] if one.date <= until and one.ends_at <= cast.at]
    for lesson in lessons:
        LessonRecord.objects.update_or_create(
            lesson=lesson,
            defaults={
                "school": cast.school, "journal": lesson.journal, "topic": "Слова",
                "conducted_at": lesson.ends_at, "roll_at": lesson.ends_at,
            },
        )  # fmt: skip
        Homework.objects.get_or_create(
            lesson=lesson, student=None,
            defaults={"school": cast.school, "journal": lesson.journal, "is_none": True,
                      "set_at": lesson.ends_at, "changed_at": lesson.ends_at},
        )  # fmt: skip
    return lessons


@presets((CENTRE, "CT-1.11"), (GYMNASIUM, "GT-I-5.2.tch.в-a"))
def test_teacher_with_one_overdue_item_is_a_finding(cast: Any, client_of: Any, request: Any) -> None:
    """All filled: no finding. One roll taken away: a finding that counts it; the page says what it is filled up to."""
    clause = next(request.node.iter_markers("clause")).args[0]
    controller = "head_of_department" if cast.preset == CENTRE else "deputy"

    def late(who: str = controller) -> list[Any]:
        return [
            one
            for one in found(cast, "journal_up_to_date", who)
            if one.who_id == cast.teacher.pk and clause in one.ids
        ]

    lessons = _filled(cast, "russian", cast.on)
    Mark.objects.filter(journal=cast.russian).delete()
    Assessment.objects.filter(journal=cast.russian).delete()
    assert not late()
    LessonRecord.objects.filter(lesson=lessons[0]).update(roll_at=None)
    (line,) = late()
    assert "1 просроченная запись" in line.text and line.detail == "явки: 1"
    words = page_anew(client_of(cast.people[controller]), "/control/duties/")
    assert "1 просроченная запись" in words and "Соколова" in words
    # today's lesson is not overdue before the day ends
    LessonRecord.objects.filter(lesson=lessons[0]).update(roll_at=lessons[0].ends_at)
    LessonRecord.objects.filter(lesson=cast.lesson).update(roll_at=None)
    assert not late()
    words = page_anew(client_of(cast.people[controller]), "/control/classes/")
    assert ("Актуально на" in words and "14.10" in words) or "13.10" in words
    assert client_of(cast.teacher).get("/control/duties/").status_code == 403


@under(GYMNASIUM)
@pytest.mark.clause("GT-I-1.5")
def test_class_with_overdue_items_is_a_finding_for_the_deputy(cast: Any) -> None:
    def late() -> list[Any]:
        name = "6\u00a0«Б»"
        return [
            one for one in found(cast, "journal_up_to_date") if one.place == name and "GT-I-1.5" in one.ids
        ]

    (line,) = late()
    count = int(line.text.split(": ")[1].split(" ")[0])
    assert count > 1 and "явки" in line.detail and line.told == ("deputy",)
    for journal in ("russian", "maths", "english", "english_2"):
        _filled(cast, journal, cast.on)
    Mark.objects.all().delete()
    Assessment.objects.filter(journal__homeroom=cast.homeroom).delete()
    assert not late(), "nothing is overdue"
    LessonRecord.objects.filter(lesson=cast.lessons["maths"][0]).update(conducted_at=None)
    (line,) = late()
    assert "1 просроченная запись" in line.text


# --- do marks accumulate ----------------------------------------------------------------------------------------------


def _below(cast: Any, at: Any = None) -> dict[str, int]:
    """Students of the Russian journal under the norm, with their marks."""
    lines = [one for one in found(cast, "mark_density", at=at) if one.who_id == cast.teacher.pk]
    names = [name for one in lines for name in one.students]
    return {name.rsplit(" (", 1)[0]: int(name.rsplit("(", 1)[1].rstrip(")")) for name in names}


def _marked(cast: Any, surname: str, count: int) -> None:
    """So many marks of a student in Russian, all told."""
    student = cast.named(surname)
    Mark.objects.filter(student=student).delete()
    for lesson in cast.lessons["russian"][:count]:
        column, _ = Assessment.objects.get_or_create(
            school=cast.school, journal=cast.russian, lesson=lesson, work_kind="oral", position=9
        )
        Mark.objects.create(
            school=cast.school, journal=cast.russian, assessment=column, student=student, value="4",
            set_at=cast.at, changed_at=cast.at,
        )  # fmt: skip


@presets((GYMNASIUM, "GT-I-5.2.tch.д"), (IPATOVO, "IP-2.13h", "график по предметам и месяцам"))
def test_student_under_the_norm_near_the_end_of_the_term(cast: Any, client_of: Any) -> None:
    """Two hours a week: five marks. Four are too few, five are enough; another norm gives another list."""
    Journal.objects.filter(pk=cast.russian.pk).update(weekly_hours=2)
    _marked(cast, "Сафина", 3)
    _marked(cast, "Авдеев", 4)
    _marked(cast, "Асанов", 5)
    below = _below(cast)
    assert (below["Сафина Диляра"], below["Авдеев Кирилл"]) == (3, 4) and "Асанов Тимур" not in below
    before = cast.local(date(2026, 10, 10), 12)
    assert not _below(cast, before), "the term ends on the 24th: fourteen days before it begins on the 11th"
    assert _below(cast, cast.local(date(2026, 10, 11), 12))
    words = page_anew(client_of(cast.deputy), "/control/duties/?since=2026-10-01")
    assert "мало отметок у 11 учеников" in words and "за период нужно: 5 отметок" in words
    sheet = page_anew(client_of(cast.deputy), "/control/check/?sheet=marks&since=2026-10-01")
    assert "Ниже нормы" in sheet and "Сафина Диляра (3)" in sheet
    assert "Сафина Диляра (3)" in page_anew(
        client_of(cast.teacher), "/reports/mark_density/?since=2026-10-01"
    )
    done(
        choose(
            client_of(cast.deputy),
            cast,
            "marks_norm",
            "",
            cast.on,
            **{"row-0": "3", "row-1": "3", "row-2": "7"},
        )
    )
    below = _below(cast)
    assert "Сафина Диляра" not in below and "Цой Максим" in below, "with three asked, three are enough"


@under(IPATOVO)
@pytest.mark.clause("IP-2.13h")
def test_schedule_of_marks_by_subject_and_month(cast: Any, client_of: Any) -> None:
    """September asks for three in Russian: who has three by 14 October is in the schedule, who has two is not."""
    _marked(cast, "Сафина", 2)
    _marked(cast, "Асанов", 3)
    rows = "все 09 1, Русский язык 09 3, Русский язык 10 9"
    done(choose(client_of(cast.deputy), cast, "marks_schedule", rows, cast.on))
    below = _below(cast)
    assert below["Сафина Диляра"] == 2 and "Асанов Тимур" not in below, "October is not over"
    sheet = page_anew(client_of(cast.deputy), "/control/check/?sheet=marks&since=2026-10-01")
    assert "Нужно на 14.10" in sheet and "Сафина Диляра (2)" in sheet
    last = cast.local(date(2026, 10, 24), 12)
    assert _below(cast, last)["Асанов Тимур"] == 3, "on the last day of the term its last month is due"
    assert "Асанов Тимур" not in _below(cast, cast.local(date(2026, 10, 23), 12))
    answer = choose(client_of(cast.deputy), cast, "marks_schedule", "Русский язык сентябрь 3", cast.on)
    assert answer.status_code == 422, "a line that is none is not stored"


@under(GYMNASIUM)
@pytest.mark.clause("GT-I-6.2b")
def test_monthly_report_shows_marks_against_the_norm(cast: Any) -> None:
    Journal.objects.filter(pk=cast.russian.pk).update(weekly_hours=2)
    _marked(cast, "Сафина", 4)
    _marked(cast, "Асанов", 5)
    first, before = cast.local(date(2026, 11, 1), 0), cast.local(date(2026, 10, 31), 23, 59)
    form_due_reports(cast.school, at=before)
    assert not Report.objects.filter(code="mark_density", since=date(2026, 10, 1)).exists()
    form_due_reports(cast.school, at=first)
    report = Report.objects.get(code="mark_density", since=date(2026, 10, 1))
    heads = report.contents["heads"]
    (line,) = [
        dict(zip(heads, row, strict=True))
        for row in report.contents["rows"]
        if "русский" in row[0] and "6" in row[0]
    ]
    assert line["Нужно на день"] == 5 and "Сафина Диляра (4)" in line["Кто ниже нормы (отметок)"]
    assert "Асанов" not in line["Кто ниже нормы (отметок)"] and line["Ниже нормы"] == 11


def test_norms_are_asked_in_a_fixed_number_of_statements(cast: Any, count_statements: Any) -> None:
    viewer = cast.viewer("deputy")
    norms(viewer, Cut(MONDAY, cast.on))
    seen = []
    for since in (cast.on, cast.on - timedelta(days=30)):
        with count_statements() as statements:
            norms(viewer, Cut(since, cast.on))
        seen.append(len(statements))
    assert seen[0] == seen[1] <= 5


# --- who answers ------------------------------------------------------------------------------------------------------


def _owners(cast: Any, day: date, journal: str) -> set[str]:
    """Roles that answer for what is found of a journal's missing plan on a day."""
    who = {"maths": cast.class_teacher.pk, "english": cast.english_teacher.pk}[journal]
    lines = found(cast, "plan_present", at=cast.local(day, 12))
    return {one.owner_role for one in lines if one.who_id == who}


@under(CENTRE)
@pytest.mark.clause("CT-2.1")
def test_each_finding_has_one_owner_by_its_place_and_goes_up_after_the_limit(
    cast: Any, client_of: Any
) -> None:
    """Maths has no plan since 6 October: its head for seven days, the deputy for seven more, then the director."""
    mathematics = cast.subjects["maths"].department
    head = Role.objects.create(
        school=cast.school, person=cast.other_teacher, kind="head_of_department", department=mathematics,
        starts=date(2026, 9, 1),
    )  # fmt: skip
    first = cast.lessons["maths"][0].date
    assert _owners(cast, first + timedelta(days=7), "maths") == {"head_of_department"}
    assert _owners(cast, first + timedelta(days=8), "maths") == {"deputy"}
    assert _owners(cast, first + timedelta(days=14), "maths") == {"deputy"}
    assert _owners(cast, first + timedelta(days=15), "maths") == {"director"}
    # English belongs to no department: the deputy from the first day
    assert _owners(cast, cast.lessons["english"][0].date, "english") == {"deputy"}
    viewer = cast.viewer("deputy")
    lines = list(duties(viewer, FIRST, viewer.on).lines)
    assert lines and all(one.owner for one in lines), "every finding has its owner"
    assert {one.owner_role for one in lines if one.kind == "setup_by"} == {"director"}, (
        "overdue since 8 September"
    )
    words = page_anew(client_of(cast.deputy), "/control/duties/")
    assert "Отвечает: директор Касымова А. Ж." in words
    Role.objects.filter(pk=head.pk).update(until=date(2026, 9, 2))
    assert _owners(cast, first + timedelta(days=7), "maths") == {"deputy"}, "no head: the next step answers"


@under(IPATOVO)
@pytest.mark.clause("IP-1.1.9b")
def test_deputy_answers_for_seven_days_then_the_director(cast: Any) -> None:
    first = cast.lessons["maths"][0].date
    assert _owners(cast, first + timedelta(days=7), "maths") == {"deputy"}
    assert _owners(cast, first + timedelta(days=8), "maths") == {"director"}


@under(IPATOVO)
@pytest.mark.clause("IP-2.12e")
def test_class_teacher_sees_late_marks_and_reminds_the_teacher_in_one_act(cast: Any, client_of: Any) -> None:
    """Overdue works, pupils without marks and changed marks by subject; one press writes to the teacher."""
    address = f"/control/classes/{cast.homeroom.pk}/?since=2026-10-01"
    keeper = client_of(cast.class_teacher)
    words = page_anew(keeper, address)
    assert "Просрочены отметки" in words and "Исправлено" in words and "Напомнить" in words
    assert "Цой Максим" in words, "a pupil without marks"
    form = {"act": "remind", "journal": cast.russian.pk}
    done(keeper.post(address, form))
    message = Message.objects.get()
    assert message.author_id == cast.class_teacher.pk and "нет отметок" in message.text
    assert "русский" in message.text.lower() and "Цой Максим" in message.text
    assert set(message.thread.members.values_list("person_id", flat=True)) == {
        cast.class_teacher.pk, cast.teacher.pk,
    }  # fmt: skip
    answer = client_of(cast.deputy).post(address, form)
    assert answer.status_code == 422, "the class teacher reminds"
    for lesson in cast.lessons["russian"][:1]:
        column, _ = Assessment.objects.get_or_create(
            school=cast.school, journal=cast.russian, lesson=lesson, work_kind="oral", position=1
        )
        for student in cast.students:
            Mark.objects.get_or_create(
                assessment=column, student=student,
                defaults={"school": cast.school, "journal": cast.russian, "value": "4", "set_at": cast.at,
                          "changed_at": cast.at},
            )  # fmt: skip
    answer = keeper.post(address, form)
    assert answer.status_code == 422 and "Напоминать не о чем" in text(answer), "nobody is without a mark"
