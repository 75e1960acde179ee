"""Clauses on what stays: the history of a cell, the log that nobody alters, all of a write or none of it."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction

from parta.foundation import clock, log
from parta.foundation.models import LogEntry
from parta.journal.models import Absence, Mark
from parta.people.models import ReadTrace
from tests.contracts.test_views import views
from tests.journeys.steps import (
    CENTRE,
    COLLEGE,
    DUBROVO,
    GYMNASIUM,
    IPATOVO,
    absent,
    held,
    mark,
    page,
    presets,
    saved,
    send,
    topic,
    under,
)


def history(client: Any, cast: Any, lesson: Any, student: Any) -> list[dict[str, Any]]:
    address = f"/journals/{cast.russian.pk}/history?lesson={lesson.pk}&student={student.pk}"
    answer = client.get(address)
    assert answer.status_code == 200
    found: list[dict[str, Any]] = answer.json()["entries"]
    return found


def nobody_alters_the_log() -> None:
    """The database itself refuses to change or remove a line, and no address of the application does it."""
    line = LogEntry.objects.latest("id")
    for statement in (
        "UPDATE foundation_logentry SET data = '{}' WHERE id = %s",
        "DELETE FROM foundation_logentry WHERE id = %s",
    ):
        with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement, [line.pk])
    assert not [
        route
        for route, _ in views()
        if "log" in route.split("/") or ("history" in route and "delete" in route)
    ]


@presets(
    (GYMNASIUM, "GT-P-1.1c"),
    (CENTRE, "CT-1.2c"),
    (COLLEGE, "ET-A-IT-5d"),
    (COLLEGE, "ET-1.6"),
    (DUBROVO, "DB-1.3a"),
)
def test_every_change_stands_in_the_history_and_cannot_be_removed(cast: Any, client_of: Any) -> None:
    """Set, corrected and cleared; each line has author, role, the server's time, old and new."""
    client, pupil, lesson = client_of(cast.teacher), cast.named("Авдеев"), cast.lesson
    if cast.preset == CENTRE:
        changes = [
            absent(lesson, pupil, "н"),
            absent(lesson, pupil, "б", seen=1),
            absent(lesson, pupil, "", seen=2),
        ]
        expected = [("", "н"), ("н", "б"), ("б", "")]
    else:
        work = "current" if cast.preset == DUBROVO else "oral"
        changes = [
            mark(lesson, pupil, "3", work),
            mark(lesson, pupil, "4", work, seen=1),
            mark(lesson, pupil, "", work, seen=2),
        ]
        expected = [("", "3"), ("3", "4"), ("4", "")]
    for minutes, change in enumerate(changes):
        with clock.rehearse(cast.at + timedelta(minutes=minutes)):
            saved(send(client, cast.russian, change))
    entries = history(client_of(cast.deputy), cast, lesson, pupil)
    assert [(entry["was"], entry["now"]) for entry in entries] == expected
    assert {entry["who"].replace("\u00a0", " ") for entry in entries} == {"Соколова М. В."}
    assert [entry["at"][-5:] for entry in entries] == ["10:40", "10:41", "10:42"], "by the server's clock"
    model = Absence if cast.preset == CENTRE else Mark
    assert (
        model.objects.filter(
            student=pupil, **({"lesson": lesson} if model is Absence else {"assessment__lesson": lesson})
        ).count()
        == 1
    ), "nothing is deleted"
    nobody_alters_the_log()
    assert all(isinstance(sound, int) for sound in log.verify(cast.school.id))


@under(IPATOVO)
@pytest.mark.clause("IP-2.11l")
def test_changed_mark_shows_both_values(cast: Any, client_of: Any) -> None:
    pupil, lesson = cast.named("Авдеев"), cast.lesson_on("russian", cast.on.replace(day=12))
    entries = history(client_of(cast.director), cast, lesson, pupil)
    assert [(entry["was"], entry["now"]) for entry in entries] == [("", "2"), ("2", "3")]
    assert "23" in page(client_of(cast.deputy), f"/journals/{cast.russian.pk}/").replace(" ", "")


@presets((GYMNASIUM, "GT-I-1.2a"))
def test_all_of_an_operation_or_none_of_it(
    cast: Any, client_of: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Stopped between rows and commit, nothing of eleven marks stands; let through, everything does."""
    changes = [mark(cast.lesson, pupil, "4") for pupil in cast.students if pupil.surname != "Иванов"]
    before = (Mark.objects.count(), LogEntry.objects.count())

    class Stopped(BaseException):
        """The server is gone."""

    def stop(*args: Any, **more: Any) -> Any:
        raise Stopped

    with monkeypatch.context() as broken:
        broken.setattr("parta.foundation.log.append", stop)
        broken.setattr("parta.journal.actions.write.log.append", stop, raising=False)
        with pytest.raises(Stopped):
            send(client_of(cast.teacher), cast.russian, *changes)
    assert (Mark.objects.count(), LogEntry.objects.count()) == before
    saved(send(client_of(cast.teacher), cast.russian, *changes))
    assert Mark.objects.count() == before[0] + len(changes)


@under(CENTRE)
@pytest.mark.clause("CT-1.1f")
def test_who_viewed_a_students_data(cast: Any, client_of: Any) -> None:
    page(client_of(cast.class_teacher), f"/students/{cast.student.pk}/")
    words = page(client_of(cast.deputy), f"/students/{cast.student.pk}/")
    assert "Исаков Б. М. классный руководитель 14 октября 2026 г. в 10:40, карточка" in words


@under(GYMNASIUM)
def test_deputy_lists_who_opened_the_card_and_who_was_refused(cast: Any, client_of: Any) -> None:
    page(client_of(cast.class_teacher), f"/students/{cast.student.pk}/")
    assert client_of(cast.master).get(f"/students/{cast.student.pk}/").status_code == 404
    words = page(client_of(cast.deputy), f"/students/{cast.student.pk}/")
    assert "Исаков Б. М." in words and "Воронов И. П. мастер" in words and "отказано: карточка" in words


@under(COLLEGE)
@pytest.mark.clause("ET-7.2l")
def test_views_of_cards_are_noted_with_person_and_time(cast: Any, client_of: Any) -> None:
    for name, opened in (("class_teacher", True), ("secretary", True), ("teacher", False)):
        client_of(cast.people[name]).get(f"/students/{cast.student.pk}/")
        seen = ReadTrace.objects.filter(user_id=cast.people[name].user_id, page="student_card", at=cast.at)
        assert seen.exists() is opened, name


@presets((COLLEGE, "ET-4.9a"))
def test_mark_of_an_earlier_work_keeps_its_column_and_its_time_of_entry(cast: Any, client_of: Any) -> None:
    lesson, pupil = cast.lesson_on("russian", cast.on.replace(day=8)), cast.named("Авдеев")
    with clock.rehearse(cast.local(cast.on, 12, 5)):
        saved(send(client_of(cast.teacher), cast.russian, mark(lesson, pupil, "4", "written")))
    row = Mark.objects.get(student=pupil, assessment__lesson=lesson)
    assert row.assessment.lesson.date == cast.on.replace(day=8) and row.set_at == cast.local(cast.on, 12, 5)
    (entry,) = history(client_of(cast.deputy), cast, lesson, pupil)
    assert entry["at"].replace("\u00a0", " ") == "14 октября, 12:05"
    other = send(
        client_of(cast.teacher),
        cast.russian,
        mark(cast.lesson, pupil, "4", "written", assessment=row.assessment_id),
    )
    assert other.status_code in (400, 404, 422), "a work has one column"


@presets((COLLEGE, "ET-1.2"), (COLLEGE, "ET-2.2.3"))
def test_topic_mark_and_absence_show_in_programme_progress_and_attendance(cast: Any, client_of: Any) -> None:
    """Totals change with the saving: held lessons, average, missed lessons."""
    pupil, planned, client = cast.named("Асанов"), cast.topics[8], client_of(cast.teacher)

    def totals() -> tuple[str, str]:
        words = page(client, f"/journals/{cast.russian.pk}/")
        row = words[words.index("Асанов Тимур") :]
        return row[: row.index("Григорян")], page(client, "/today/")

    (before, _), gone = totals(), cast.named("Григорян")
    assert "3,67" in before
    saved(
        send(
            client,
            cast.russian,
            topic(cast.lesson, planned.text, planned),
            held(cast.lesson),
            mark(cast.lesson, pupil, "5"),
            absent(cast.lesson, gone, "н"),
        )
    )
    after, today = totals()
    assert "4,00" in after and "3,67" not in after
    assert "9 из 18" in today, "the programme"
    words = page(client, f"/journals/{cast.russian.pk}/")
    row = words[words.index("Григорян Давид") : words.index("Ефимова")].split()
    assert ("н" in row and row[-2:] == ["1", "5,00"]) or "1" in row[-3:], "missed lessons are counted"


@presets((CENTRE, "CT-4.2a"), (CENTRE, "CT-1.3"))
def test_a_group_page_takes_the_form_of_its_programme(cast: Any, client_of: Any) -> None:
    """Attendance only: no average; levels: their letters and nothing else; marks: an average that follows."""
    from parta.foundation.log import SYSTEM
    from parta.organisation.actions import add_scale, ensure_scale

    client, pupil, address = client_of(cast.teacher), cast.named("Асанов"), f"/journals/{cast.russian.pk}/"
    assert send(client, cast.russian, mark(cast.lesson, pupil, "5")).status_code == 400, "no marks here"
    assert "Сред." not in page(client, address) or "5,00" not in page(client, address)
    levels = [
        {"symbol": sign, "value": value, "passes": True, "counts": False}
        for sign, value in (("В", 3), ("С", 2), ("Н", 1))
    ]
    scale = add_scale(
        school_id=cast.school.id, code="levels", title="Уровни", symbols=levels, by=SYSTEM, at=cast.at
    )
    type(cast.russian).objects.filter(pk=cast.russian.pk).update(scale=scale)
    saved(send(client, cast.russian, mark(cast.lesson, pupil, "В")))
    assert send(client, cast.russian, mark(cast.lesson, cast.named("Авдеев"), "5")).status_code == 400
    five = ensure_scale(school_id=cast.school.id, code="five", by=SYSTEM, at=cast.at)
    type(cast.maths).objects.filter(pk=cast.maths.pk).update(scale=five)
    maths, teacher = cast.lesson_on("maths", cast.on.replace(day=13)), client_of(cast.class_teacher)
    for value, average in (("5", "5,00"), ("4", "4,50")):
        saved(send(teacher, cast.maths, mark(maths, pupil, value, "oral" if value == "5" else "test")))
        assert average in page(teacher, f"/journals/{cast.maths.pk}/")
