"""Clauses on what a head of department and a deputy for practice see of the journals in their own charge."""

from datetime import date, timedelta
from typing import Any

import pytest

from parta.foundation import clock
from parta.foundation.models import LogEntry
from parta.journal.models import LessonRecord
from parta.organisation.models import Subject, WorkKind
from parta.regulation.models import Edition
from parta.timetable.models import Lesson
from tests.journeys.steps import (
    CENTRE,
    COLLEGE,
    MONDAY,
    TUESDAY,
    done,
    mark,
    page,
    page_anew,
    saved,
    send,
    under,
)

THURSDAY = date(2026, 10, 15)
OUTSIDE = date(2026, 10, 8)
"""A Thursday: neither Russian nor maths of 6«Б» has a fifth lesson then."""


def recorded_outside(cast: Any, journal: Any, teacher: Any, number: int = 5) -> Lesson:
    """A lesson recorded on a day on which the timetable has none."""
    like = cast.lesson_on("maths", MONDAY)
    starts = like.starts_at + (OUTSIDE - like.date) + timedelta(hours=4 + number)
    made = Lesson.objects.create(
        school=cast.school, journal=journal, date=OUTSIDE, number=number, teacher=teacher, starts_at=starts,
        ends_at=starts + timedelta(minutes=45),
    )  # fmt: skip
    LessonRecord.objects.create(
        lesson=made, school=cast.school, journal=journal, topic="Дроби", conducted_at=made.ends_at
    )
    return made


@under(CENTRE)
@pytest.mark.clause("CT-1.6")
def test_lesson_outside_the_timetable_is_on_the_pages_of_the_head_and_the_director(
    cast: Any, client_of: Any
) -> None:
    """Of the own department for its head, of every one for the director; a moved lesson is no breach."""
    address = "/control/duties/?since=2026-10-01"
    head, director = client_of(cast.head_of_department), client_of(cast.director)
    said = "Урока нет в расписании этого дня"
    assert said not in page(head, address) and said not in page(director, address)
    own = recorded_outside(cast, cast.russian, cast.teacher)
    other = recorded_outside(cast, cast.maths, cast.class_teacher)
    assert page_anew(head, address).count(said) == 1, "maths is of another department"
    assert f'href="/lessons/{own.pk}/"' in head.get(address).content.decode()
    assert f'href="/lessons/{other.pk}/"' not in head.get(address).content.decode()
    assert page(director, address).count(said) == 2
    assert head.get(f"/lessons/{own.pk}/").status_code == 200
    Lesson.objects.filter(pk=own.pk).update(state="moved", moved_from=OUTSIDE - timedelta(days=7))
    assert said not in page_anew(head, address), "it was moved to this day"
    assert client_of(cast.teacher).get(address).status_code == 403
    with clock.rehearse(cast.local(date(2026, 10, 15), 9)):
        assert said in page(director, address), "the next morning too"


def late_on(client: Any, address: str) -> str:
    """The list of marks that came late, of a page of control."""
    words = page(client, address)
    return words.partition("Отметки поставлены позже срока")[2]


@under(COLLEGE)
@pytest.mark.clause("ET-A-DEP-10b")
def test_late_marks_by_teacher_of_the_department_and_of_practice_alone(cast: Any, client_of: Any) -> None:
    """An answer's mark is due on the day of the lesson: at 23:59 in time, at midnight late."""
    Subject.objects.filter(pk=cast.maths.subject_id).update(tags=["practice"], kind="practice")
    type(cast.maths).objects.filter(pk=cast.maths.pk).update(plan=cast.plan)
    WorkKind.objects.create(school=cast.school, code="practice", title="Занятие практики", short="УП")
    theory, practice = cast.lesson_on("russian", MONDAY), cast.lesson_on("maths", MONDAY)
    pupils = cast.named("Асанов"), cast.named("Григорян")
    midnight = cast.local(TUESDAY, 0)
    address = "/control/?since=2026-10-01"
    head, deputy = client_of(cast.head_of_department), client_of(cast.deputy)
    for at, pupil in ((midnight - timedelta(seconds=1), pupils[0]), (midnight, pupils[1])):
        with clock.rehearse(at):
            saved(send(client_of(cast.teacher), cast.russian, mark(theory, pupil, "5", "oral")))
            saved(send(client_of(cast.class_teacher), cast.maths, mark(practice, pupil, "5", "practice")))
    own, whole = late_on(head, address), late_on(deputy, address)
    assert "Григорян Давид" in own and "Соколова" in own and "Асанов" not in own, "the first was in time"
    assert "Исаков" not in own and whole.count("Григорян Давид") == 2 and "Исаков" in whole
    of_practice = late_on(deputy, f"{address}&kind=practice")
    assert "Исаков" in of_practice and "Соколова" not in of_practice
    table = page(deputy, f"{address}&kind=practice")
    assert "практика" in table and "Исаков" in table
    assert "Соколова" not in table.partition("По учителям")[2], "a teacher of theory is not in the table"
    assert "Соколова" in page(deputy, f"{address}&kind=no-such-kind"), "an unknown kind cuts nothing"
    assert not late_on(head, f"{address}&kind=practice"), "practice is not of this department"


@under(COLLEGE)
@pytest.mark.clause("ET-3.1.5c")
def test_sheet_of_quality_by_teacher_and_group_for_any_span(cast: Any, client_of: Any) -> None:
    """Lessons filled and in time, homework, marks for each student, topics worded as the act asks."""
    deputy, teacher = client_of(cast.deputy), client_of(cast.teacher)
    LessonRecord.objects.filter(journal=cast.russian).update(topic="Сложное предложение")
    good = LessonRecord.objects.filter(journal=cast.russian, lesson__substitution=None).order_by("lesson")
    number, first = good.count(), good[0]

    def topics(more: str = "") -> str:
        """The last share of the teacher's line."""
        words = page(deputy, f"/control/check/?since=2026-10-01{more}")
        line = words.partition("Темы по форме")[2].partition("Соколова")[2].split("Замечание")[0]
        return line.rpartition(" %")[0].split()[-1]

    assert topics() == "100"
    LessonRecord.objects.filter(pk=first.pk).update(topic="Сложн. предл. и к/р")
    assert topics() == str(round(100 * (number - 1) / number)), "one of the topics is shortened"
    assert topics(f"&until={first.lesson.date}&since={first.lesson.date}") == "0", "of that day alone"
    before = marks_each(deputy)
    saved(
        send(teacher, cast.russian, *(mark(cast.lesson, one, "5", "practical") for one in cast.students[:8]))
    )
    assert marks_each(deputy) > before
    group = page(deputy, f"/control/check/?since=2026-10-01&homeroom={cast.younger.pk}")
    assert "Громова" in group and "Соколова" not in group.partition("По учителям")[2], "of the other group"
    words = page(deputy, "/control/check/?since=2026-10-01")
    for head in ("В срок", "Нет", "Задание", "Отметок на ученика", "Темы по форме"):
        assert head in words
    assert client_of(cast.teacher).get("/control/check/").status_code == 403


def marks_each(client: Any) -> float:
    words = page(client, "/control/check/?since=2026-10-01").partition("отметок на ученика в журнале")[2]
    return float(words.split()[0].replace(",", "."))


@under(COLLEGE)
@pytest.mark.clause("ET-A-MASTER-17d")
def test_term_of_marks_for_production_training_is_a_setting_shown_with_its_local_act(
    cast: Any, client_of: Any
) -> None:
    """The school's own act gives two days from a day on; a mark at the last second is in time, the next one is late."""
    WorkKind.objects.create(
        school=cast.school, code="production_training", title="Производственное обучение", short="ПО"
    )
    Subject.objects.filter(pk=cast.maths.subject_id).update(tags=["practice"], kind="practice")
    type(cast.maths).objects.filter(pk=cast.maths.pk).update(plan=cast.plan)
    deputy, master = client_of(cast.deputy), client_of(cast.class_teacher)
    code = Edition.objects.get(school=cast.school).code
    address = f"/regulation/setting/?act={code}&name=production_within"
    local_act = "Положение о практике № 17 от 01.09.2026"
    form = {"act": "choose", "value": "1 день", "since": "2026-10-14", "ground": local_act}
    assert client_of(cast.teacher).post(address, form).status_code == 403
    assert deputy.post(address, form | {"ground": "П" * 201}).status_code == 422
    assert local_act not in page(deputy, "/regulation/")
    done(deputy.post(address, form))
    assert f"Сейчас: 1 день ({local_act})" in page(deputy, address)
    for name in ("master", "teacher", "director"):
        assert f"1 день с 14 октября 2026 г., {local_act}" in page(
            client_of(cast.people[name]), "/regulation/"
        )
    assert local_act in LogEntry.objects.get(school_id=cast.school.pk, verb="setting_chosen").data

    lesson, work = cast.lesson_on("maths", THURSDAY), "production_training"
    limit = cast.local(THURSDAY + timedelta(days=2), 0)
    with clock.rehearse(limit - timedelta(seconds=1)):
        sent = send(master, cast.maths, mark(lesson, cast.named("Асанов"), "5", work))
        assert saved(sent)["late"] is False
    with clock.rehearse(limit):
        sent = send(master, cast.maths, mark(lesson, cast.named("Григорян"), "4", work))
        assert saved(sent)["late"] is True
        listed = late_on(deputy, "/control/?since=2026-10-01&kind=practice")
    assert "Григорян Давид" in listed and "Асанов" not in listed and "17" in listed


@under(COLLEGE)
@pytest.mark.clause("ET-A-DIR-7b")
def test_a_part_of_the_work_is_delegated_for_its_days_and_its_department_alone(
    cast: Any, client_of: Any
) -> None:
    """By an order a teacher heads the department of mathematics for a week: that, no more, and not a day longer."""
    person, maths = cast.substitute, cast.subjects["maths"].department_id
    helper, address = client_of(person), f"/setup/people/{person.pk}/"
    order = {
        "act": "grant", "kind": "head_of_department", "department": maths, "starts": "2026-10-15",
        "until": "2026-10-21", "order_number": "210", "order_date": "2026-10-13",
    }  # fmt: skip
    for who in (cast.teacher, person):
        assert client_of(who).post(address, order).status_code == 403, who
    done(client_of(cast.deputy).post(address, order))

    def opens(day: date, hour: int = 12, minute: int = 0) -> tuple[int, int, int]:
        """The journal of the department, one of another, and the set-up, on a day."""
        with clock.rehearse(cast.local(day, hour, minute)):
            places = (f"/journals/{cast.maths.pk}/", f"/journals/{cast.russian.pk}/", "/setup/")
            return tuple(helper.get(one).status_code for one in places)  # type: ignore[return-value]

    assert opens(date(2026, 10, 15), 0, 1) == (200, 404, 403)
    assert opens(date(2026, 10, 21), 23, 59) == (200, 404, 403)
    assert opens(date(2026, 10, 22), 0, 1) == (404, 404, 403), "its last day is over"
    with clock.rehearse(cast.local(date(2026, 10, 13), 12)):
        assert helper.get(f"/journals/{cast.maths.pk}/").status_code == 404, "not before its first day"
    words = page(client_of(cast.deputy), address)
    assert "приказ № 210 от 13 октября 2026 г." in words and "по 21 октября 2026 г." in words
