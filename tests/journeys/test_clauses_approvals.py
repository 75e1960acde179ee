"""What the director approves takes effect then and not before: curriculum, load with its order, timetable."""

from datetime import date
from typing import Any

import pytest

from parta.foundation import clock
from parta.foundation.log import SYSTEM
from parta.plans import actions as plans
from parta.plans.models import Approval, CurriculumHours, Journal, TeachingLoad
from parta.regulation.actions import adopt
from parta.regulation.models import Edition
from parta.timetable.models import Lesson, TimetableSlot
from tests.cast import World
from tests.journeys.steps import done, page, refused_by, roll, saved, send, text, topic

CLAUSE = "п. 5.2 «а» Инструкции (директор)"


def approve(client: Any, kind: str, **order: Any) -> Any:
    return client.post("/approvals/", {"act": "approve", "row": kind, "kind": kind, **order})


@pytest.mark.clause("GT-I-5.2.dir.а-a")
def test_journal_opens_for_a_subject_of_the_approved_curriculum(cast: World, client_of: Any) -> None:
    deputy, director = client_of(cast.deputy), client_of(cast.director)
    wanted = {"act": "add", "subject": cast.maths.subject_id, "homeroom": cast.younger.pk}
    wanted |= {"term_kind": "quarter", "weekly_hours": "4"}
    absent = deputy.post("/setup/journals/", wanted)
    assert absent.status_code == 422 and CLAUSE in text(absent) and "учебном плане" in text(absent)
    plans.set_curriculum(
        year=cast.year,
        rows=[plans.CurriculumRow(cast.maths.subject_id, 4, 136, grade=3)],
        by=SYSTEM,
        at=cast.at,
    )
    assert deputy.post("/setup/journals/", wanted).status_code == 422, (
        "a line that is a draft is no curriculum yet"
    )
    assert "Ждёт утверждения: учебный план" in page(deputy, "/setup/")
    not_his = approve(deputy, "curriculum")
    assert not_his.status_code == 422 and "утверждает директор" in text(not_his) and CLAUSE in text(not_his)
    assert "3-е классы" in page(director, "/approvals/")
    done(approve(director, "curriculum"))
    assert approve(director, "curriculum").status_code == 422, "nothing is left to approve"
    done(deputy.post("/setup/journals/", wanted))
    opened = Journal.objects.get(homeroom=cast.younger, subject=cast.maths.subject_id)

    # An import opens what it is given; the journal stays shut until the curriculum is approved.
    lesson = cast.lesson_on("russian", cast.on)
    writes = client_of(cast.teacher)
    plans.set_curriculum(
        year=cast.year,
        rows=[plans.CurriculumRow(cast.russian.subject_id, 7, 238, homeroom_id=cast.homeroom.pk)],
        by=SYSTEM,
        at=cast.at,
    )
    shut = send(writes, cast.russian, roll(lesson))
    assert (
        refused_by(shut) == {"GT-I-5.2.dir.а-a"}
        and "нет в утверждённом учебном плане" in shut.json()["refused"][0]["text"]
    )
    done(approve(director, "curriculum"))
    saved(send(writes, cast.russian, roll(lesson)))
    assert opened.pk and Approval.objects.filter(school=cast.school, kind="curriculum").count() == 3


@pytest.mark.clause("GT-I-5.2.dir.а-b", "GT-I-5.2.dir.а-d")
def test_teacher_writes_by_an_approved_load_with_its_order(cast: World, client_of: Any) -> None:
    director = client_of(cast.director)
    lesson = cast.lesson_on("maths", cast.on)
    newcomer = client_of(cast.other_teacher)
    done(
        client_of(cast.deputy).post(
            f"/setup/journals/{cast.maths.pk}/",
            {"act": "add_load", "teacher": cast.other_teacher.pk, "starts": "2026-10-14", "hours": "2"},
        )
    )
    assert page(newcomer, f"/journals/{cast.maths.pk}/"), "what is drafted may be read"
    refused = send(newcomer, cast.maths, roll(lesson))
    assert refused_by(refused) == {"GT-I-5.2.dir.а-b", "GT-I-5.2.dir.а-d"}
    assert "ещё не утверждена" in refused.json()["refused"][0]["text"]
    for order in ({}, {"order_number": "42-т"}, {"order_date": "2026-10-13"}):
        bare = approve(director, "teaching_load", **order)
        assert bare.status_code == 422 and "остаётся проектом" in text(bare) and CLAUSE in text(bare)
        assert send(newcomer, cast.maths, roll(lesson)).status_code == 422
    done(approve(director, "teaching_load", order_number="42-т", order_date="2026-10-13"))
    saved(send(newcomer, cast.maths, roll(lesson)))

    order_row = Approval.objects.filter(school=cast.school, kind="teaching_load").latest("pk")
    printed = page(director, f"/approvals/{order_row.pk}/")
    for words in (
        "42-т",
        "13 октября 2026",
        cast.other_teacher.full_name,
        "Математика",
        "Математика 6 «Б» 2 ",
    ):
        assert words in printed, words
    assert client_of(cast.outside.director).get(f"/approvals/{order_row.pk}/").status_code == 404

    load = TeachingLoad.objects.get(journal=cast.maths, teacher=cast.other_teacher)
    plans.set_load(
        journal=cast.maths,
        teacher_id=load.teacher_id,
        starts=load.starts,
        weekly_hours=3,
        by=SYSTEM,
        at=cast.at,
    )
    again = send(newcomer, cast.maths, topic(lesson, "Дроби"))
    assert refused_by(again) >= {"GT-I-5.2.dir.а-b"}, "hours that were changed are a draft again"
    assert "Математика 6 «Б» 2 " in page(director, f"/approvals/{order_row.pk}/"), (
        "the order says what was approved"
    )


@pytest.mark.clause("GT-I-5.2.dir.а-c")
def test_draft_timetable_makes_no_lessons(cast: World, client_of: Any) -> None:
    deputy, director = client_of(cast.deputy), client_of(cast.director)
    before = set(Lesson.objects.filter(school=cast.school).values_list("pk", flat=True))
    answer = deputy.post(
        f"/setup/timetable/{cast.homeroom.pk}/",
        {"act": "save", "starts": "2026-11-09", "generate": "1", "j1_1_0": "математика", "r1_1_0": "31"},
    )
    assert answer.status_code == 302 and "done=drafted" in answer["Location"]
    assert set(Lesson.objects.filter(school=cast.school).values_list("pk", flat=True)) == before
    shut = deputy.post("/setup/timetable/", {"act": "generate", "since": "2026-11-09"})
    younger = Lesson.objects.filter(journal=cast.younger_russian, date__gte=date(2026, 11, 9))
    assert younger.exists() or shut.status_code == 422, "a template that stands approved goes on"
    assert not Lesson.objects.filter(journal=cast.maths, date__gte=date(2026, 11, 9)).exists()
    assert "утверждено 28 августа 2026" in page(deputy, "/timetable/")
    done(approve(director, "timetable", order_number="17"))
    made = Lesson.objects.filter(journal=cast.maths, date=date(2026, 11, 9))
    assert [lesson.number for lesson in made] == [1]
    assert not TimetableSlot.objects.filter(school=cast.school, approval=None).exists()
    week = page(client_of(cast.teacher), "/timetable/?week=2026-11-09")
    assert "утверждено 14 октября 2026 г., приказ № 17" in week


@pytest.mark.parametrize("cast", ["dubrovo"], indirect=True)
def test_where_the_act_is_silent_a_draft_works(cast: World, client_of: Any) -> None:
    TeachingLoad.objects.filter(journal=cast.russian).update(approval=None)
    saved(send(client_of(cast.teacher), cast.russian, roll(cast.lesson_on("russian", cast.on))))
    assert "утверждения не требует" in page(client_of(cast.director), "/approvals/")
    assert approve(client_of(cast.deputy), "teaching_load").status_code == 422, (
        "it is the director's all the same"
    )
    done(approve(client_of(cast.director), "teaching_load"))


def test_the_pages_say_beforehand_that_a_draft_stops_the_writer(cast: World, client_of: Any) -> None:
    """The journal's columns and the lesson are closed with the clause; approved, both open, in as many statements."""
    teacher, director = client_of(cast.teacher), client_of(cast.director)
    lesson = cast.lesson_on("russian", cast.on)
    grid, page_of_lesson = f"/journals/{cast.russian.pk}/", f"/lessons/{lesson.pk}/"
    assert "ещё не утверждена" not in page(teacher, grid) + page(teacher, page_of_lesson)
    TeachingLoad.objects.filter(journal=cast.russian, teacher=cast.teacher).update(approval=None)
    for path in (grid, page_of_lesson):
        words = page(teacher, path)
        assert "Ваша нагрузка по этому журналу ещё не утверждена" in words and CLAUSE in words, path
    done(approve(director, "teaching_load", order_number="7", order_date="2026-10-13"))
    assert "ещё не утверждена" not in page(teacher, grid) + page(teacher, page_of_lesson)
    CurriculumHours.objects.filter(school=cast.school, subject=cast.russian.subject_id).update(approval=None)
    for path in (grid, page_of_lesson):
        assert "нет в утверждённом учебном плане" in page(teacher, path), path


def test_an_act_of_the_middle_of_the_year_leaves_time_to_sign(cast: World, client_of: Any) -> None:
    """In force since 5 October: drafts write for two weeks, the page says until when, then they do not."""
    source = cast.school.editions.get().source
    Edition.objects.filter(school=cast.school).delete()
    adopt(
        school_id=cast.school.id, source=source.replace("in_force_from = 2020-10-01", "in_force_from = 2026-10-05", 1),
        by=SYSTEM, at=cast.local(date(2026, 10, 5), 9),
    )  # fmt: skip
    TeachingLoad.objects.filter(journal=cast.russian).update(approval=None)
    lesson = cast.lesson_on("russian", cast.on)
    writes = client_of(cast.teacher)
    saved(send(writes, cast.russian, roll(lesson)))
    words = page(client_of(cast.director), "/approvals/")
    assert "до 19 октября 2026" in words and "потом эти учителя не могут писать" in words, words
    with clock.rehearse(cast.local(date(2026, 10, 18), 23, 59)):
        saved(send(writes, cast.russian, topic(lesson, "Имя числительное")))
    with clock.rehearse(cast.local(date(2026, 10, 19), 0, 1)):
        refused = send(writes, cast.russian, topic(lesson, "Имя прилагательное", seen=2))
        assert "GT-I-5.2.dir.а-b" in refused_by(refused)


def test_the_director_signs_a_part_of_the_drafts(cast: World, client_of: Any) -> None:
    director = client_of(cast.director)
    TeachingLoad.objects.filter(journal__in=[cast.russian, cast.maths]).update(approval=None)
    ours = TeachingLoad.objects.get(journal=cast.russian, teacher=cast.teacher)
    others = TeachingLoad.objects.filter(journal=cast.maths)
    order = {"order_number": "9", "order_date": "2026-10-13", "which": "chosen"}
    for rows, said in (([], "Ни одна строка не отмечена"), ([ours.pk, 10**9], "уже изменилось")):
        refused = approve(director, "teaching_load", **order, rows=rows)
        assert refused.status_code == 422 and said in text(refused)
        assert not TeachingLoad.objects.exclude(approval=None).filter(pk=ours.pk).exists()
    done(approve(director, "teaching_load", **order, rows=[ours.pk]))
    ours.refresh_from_db()
    assert ours.approval is not None and ours.approval.rows == 1
    assert others.filter(approval=None).count() == others.count(), "the others are drafts still"
    saved(send(client_of(cast.teacher), cast.russian, roll(cast.lesson_on("russian", cast.on))))
    assert (
        send(client_of(cast.class_teacher), cast.maths, roll(cast.lesson_on("maths", cast.on))).status_code
        == 422
    )
