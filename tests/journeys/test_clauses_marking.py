"""Clauses on marks as a whole: who goes unasked, finals far from their marks, finals outside their days."""

from datetime import date, datetime, timedelta
from typing import Any

import pytest

from parta.control.actions.findings import keep
from parta.foundation import clock
from parta.journal.models import Absence, Assessment, Mark, TermMark
from parta.organisation.models import Term
from tests.journeys.steps import (
    COLLEGE,
    DUBROVO,
    done,
    final,
    page_anew,
    presets,
    remarks_of,
    send,
    under,
)
from tests.journeys.test_clauses_checks import found


def past(cast: Any) -> list[Any]:
    """Lessons of Russian that are over, in order."""
    return [lesson for lesson in cast.lessons["russian"] if lesson.ends_at <= cast.at]


def marked(cast: Any, student: Any, lesson: Any, value: str = "4") -> None:
    """One mark of the student in the lesson, and no other in the journal."""
    Mark.objects.filter(student=student, assessment__journal=cast.russian).update(value="")
    add_mark(cast, student, lesson, value)


def add_mark(cast: Any, student: Any, lesson: Any, value: str) -> None:
    column = Assessment.objects.create(
        school=cast.school, journal=cast.russian, lesson=lesson, work_kind="oral", position=7 + Mark.objects.count()
    )  # fmt: skip
    Mark.objects.create(
        school=cast.school, journal=cast.russian, assessment=column, student=student, value=value,
        set_at=lesson.ends_at, changed_at=lesson.ends_at,
    )  # fmt: skip


def absent(cast: Any, student: Any, lesson: Any, meaning: str) -> None:
    Absence.objects.create(
        school=cast.school, journal=cast.russian, lesson=lesson, student=student, meaning=meaning, symbol="н",
        set_at=cast.at, changed_at=cast.at,
    )  # fmt: skip


def unasked(cast: Any, who: str = "deputy") -> set[str]:
    """Names of those who have gone unasked too long in Russian."""
    return {
        name.rpartition(" ")[0]
        for line in found(cast, "mark_density", who)
        if "русский" in line.place and "Нет отметки" in line.text
        for name in line.students
    }


@presets((COLLEGE, "ET-4.7a"), (COLLEGE, "ET-7.2m"), (COLLEGE, "ET-A-TEACHER-2b"))
def test_student_without_a_mark_for_more_than_five_lessons_is_listed(
    cast: Any, client_of: Any, request: Any
) -> None:
    """Eight lessons are over. Five without a mark are within the limit, six are not; a missed lesson does not count."""
    clause = next(request.node.iter_markers("clause")).args[0]
    lessons, student = past(cast), cast.named("Ефимова")
    name, teacher = "Ефимова Софья", client_of(cast.teacher)
    Absence.objects.filter(student=student).delete()
    assert len(lessons) == 8
    marked(cast, student, lessons[2])
    assert name not in unasked(cast)
    # the teacher is told at the limit itself, before the deputy head
    assert f"Нет отметки 5 уроков подряд: 1 ученик {name} (5)" in page_anew(teacher, "/control/findings/")
    assert f"{name} (5)" not in page_anew(client_of(cast.deputy), "/control/duties/")
    marked(cast, student, lessons[1])
    assert name in unasked(cast)
    (line,) = [
        one for one in found(cast, "mark_density") if "русский" in one.place and "больше 5" in one.text
    ]
    assert clause in line.ids and line.who_id == cast.teacher.pk and f"{name} (6)" in line.students
    keep(cast.school.pk, at=cast.at, anew=True)  # the marks above are in no log
    assert f"{name} (6)" in page_anew(teacher, "/control/findings/")
    assert f"{name} (6)" in page_anew(client_of(cast.deputy), "/control/duties/")
    absent(cast, student, lessons[4], "late")
    assert name in unasked(cast), "who came late could be asked"
    absent(cast, student, lessons[5], "ill")
    assert name not in unasked(cast)
    Absence.objects.filter(student=student).delete()
    marked(cast, student, lessons[7], "2")
    assert f"{name} (" not in page_anew(teacher, "/control/findings/")
    assert client_of(cast.guardian).get("/control/findings/").status_code == 403
    words = page_anew(client_of(cast.class_teacher), "/control/findings/")
    assert "русский" not in words, words[max(words.find("русский") - 200, 0) :][:400]


@under(COLLEGE)
@pytest.mark.clause("ET-A-MASTER-17b")
def test_student_without_a_mark_over_the_days_of_practice(cast: Any, client_of: Any) -> None:
    """Practice on two days after the mark is one too many, whatever the number of lessons in a day."""
    subject = cast.subjects["russian"]
    subject.tags = ["practice"]
    subject.save(update_fields=["tags"])
    cast.school.law_version += 1
    cast.school.save(update_fields=["law_version"])
    lessons, student = past(cast), cast.named("Ефимова")
    Absence.objects.filter(student=student).delete()

    def listed(who: str = "deputy") -> list[Any]:
        return [
            line
            for line in found(cast, "mark_density", who)
            if "ET-A-MASTER-17b" in line.ids and any("Ефимова" in name for name in line.students)
        ]

    marked(cast, student, lessons[6])  # Monday; Tuesday alone is left
    assert not listed()
    marked(cast, student, lessons[5])  # Friday; Monday and Tuesday are left
    (line,) = listed()
    assert "1 дня" in line.text and line.who_id == cast.teacher.pk
    assert line.told == ("master", "controllers")
    assert "Ефимова" in page_anew(client_of(cast.teacher), "/control/findings/")


def _final(cast: Any, student: Any, value: str, at: datetime, term: Any = None) -> None:
    TermMark.objects.update_or_create(
        school=cast.school, journal=cast.russian, term=term or cast.term, student=student,
        defaults={"value": value, "set_at": at, "changed_at": at, "set_by": cast.teacher},
    )  # fmt: skip


@presets((COLLEGE, "ET-2.2.4"), (DUBROVO, "DB-2.1.3"))
def test_final_far_from_its_marks_is_reported_with_the_numbers(
    cast: Any, client_of: Any, request: Any
) -> None:
    clause = next(request.node.iter_markers("clause")).args[0]
    student, lessons = cast.named("Ефимова"), past(cast)

    def lines() -> list[Any]:
        return [line for line in found(cast, "final_mark_vs_marks") if clause in line.ids]

    def marks(*values: str) -> None:
        Mark.objects.filter(student=student, assessment__journal=cast.russian).update(value="")
        for lesson, value in zip(lessons, values, strict=False):
            add_mark(cast, student, lesson, value)

    assert not lines()
    marks("3", "3", "3", "3", "4")  # 3.2
    _final(cast, student, "5", cast.at)
    (line,) = lines()
    assert "Ефимова Софья: Итоговая «5», а среднее — 3,2" in line.detail
    assert (line.students, line.who_id) == (("Ефимова Софья",), cast.teacher.pk) and {
        "deputy",
        "controllers",
    } & set(line.told)
    assert "среднее — 3,2" in page_anew(client_of(cast.deputy), "/control/duties/")
    marks("4", "4", "4", "5", "5")  # 4.4: six tenths below
    assert not lines()
    marks("4", "4", "4", "4", "5")  # 4.2
    assert lines()
    marks("5", "5", "5")
    assert not lines(), "three marks are enough"
    marks("5", "5")
    few = lines()
    assert bool(few) == (cast.preset == COLLEGE)
    if few:
        assert "Итоговая «5», а отметок 2" in few[0].detail
    Mark.objects.filter(student=student).update(value="")
    _final(cast, student, "", cast.at)
    assert not lines(), "an annulled final is none"


@presets((COLLEGE, "ET-A-TEACHER-11"), (COLLEGE, "ET-A-MASTER-25"))
def test_final_is_set_in_the_last_week_of_the_period(cast: Any, client_of: Any) -> None:
    """The half-year ends on 27 December: from the 20th to the 27th is in time, the 19th and the 28th are not."""
    student, end = cast.named("Ефимова"), cast.term.until - timedelta(days=1)
    assert end == date(2026, 12, 27)
    after = cast.local(date(2026, 12, 29), 12)

    def listed() -> list[str]:
        lines = found(cast, "final_marks_window", at=after, since=date(2026, 12, 1))
        assert all({"ET-A-TEACHER-11", "ET-A-MASTER-25"} <= set(line.ids) for line in lines)
        return [line.detail for line in lines]

    for day, in_time in (
        (date(2026, 12, 17), False),
        (date(2026, 12, 19), False),
        (date(2026, 12, 20), True),
        (end, True),
        (date(2026, 12, 28), False),
    ):
        _final(cast, student, "4", cast.local(day, 23 if in_time else 9, 59))
        assert bool(listed()) != in_time, day
    assert "28 декабря, позже 27 декабря" in listed()[0].replace("\u00a0", " ")
    with clock.rehearse(cast.local(date(2026, 12, 19), 9)):
        answer = send(client_of(cast.teacher), cast.russian, final(cast.term, cast.named("Цой"), "4"))
    assert "ET-A-TEACHER-11" in remarks_of(answer)
    with clock.rehearse(cast.local(date(2026, 12, 20), 9)):
        answer = send(client_of(cast.teacher), cast.russian, final(cast.term, cast.named("Асанов"), "4"))
    assert "ET-A-TEACHER-11" not in remarks_of(answer)


@under(DUBROVO)
@pytest.mark.clause("DB-3.4.7a")
def test_finals_are_set_on_the_days_of_the_order_on_closing_the_quarter(cast: Any, client_of: Any) -> None:
    student, after = cast.named("Ефимова"), cast.local(date(2026, 10, 26), 12)
    order = {
        "act": "closing_order",
        "row": cast.term.pk,
        "order_number": "212",
        "order_date": "2026-10-12",
        "finals_from": "2026-10-20",
        "finals_until": "2026-10-23",
    }

    def listed() -> list[Any]:
        return found(cast, "final_marks_window", at=after)

    _final(cast, student, "4", cast.local(date(2026, 10, 19), 12))
    assert not listed(), "without an order no day is wrong"
    assert client_of(cast.teacher).post("/setup/calendar/", order).status_code == 403
    client = client_of(cast.deputy)
    for wrong in (
        {"order_number": ""},
        {"order_date": ""},
        {"finals_until": ""},
        {"finals_until": "2026-10-19"},
        {"finals_from": "2026-08-01"},
    ):
        assert client.post("/setup/calendar/", order | wrong).status_code == 422, wrong
    assert Term.objects.get(pk=cast.term.pk).finals_from is None
    done(client.post("/setup/calendar/", order))
    stored = Term.objects.get(pk=cast.term.pk)
    assert (stored.closing_order, stored.closing_order_date) == ("212", date(2026, 10, 12))
    assert "приказ № 212 от 12 октября" in page_anew(client, "/setup/calendar/")
    cast.school.refresh_from_db()
    (line,) = listed()
    assert "DB-3.4.7a" in line.ids and "раньше 20 октября" in line.detail.replace("\u00a0", " ")
    for day, in_time in (
        (date(2026, 10, 20), True),
        (date(2026, 10, 23), True),
        (date(2026, 10, 24), False),
    ):
        _final(cast, student, "4", cast.local(day, 12))
        assert bool(listed()) != in_time, day
    with clock.rehearse(cast.local(date(2026, 10, 19), 12)):
        answer = send(client_of(cast.teacher), cast.russian, final(cast.term, cast.named("Цой"), "4"))
    assert "DB-3.4.7a" in remarks_of(answer)
    with clock.rehearse(cast.local(date(2026, 10, 20), 12)):
        answer = send(client_of(cast.teacher), cast.russian, final(cast.term, cast.named("Асанов"), "4"))
    assert "DB-3.4.7a" not in remarks_of(answer)
    # the order may be taken back
    done(
        client.post(
            "/setup/calendar/",
            order | dict.fromkeys(("order_number", "order_date", "finals_from", "finals_until"), ""),
        )
    )
    assert Term.objects.get(pk=cast.term.pk).finals_until is None
