"""The write path: one operation, wholly in or wholly out, once."""

import json
import uuid
from typing import Any

import pytest
from django.db import connection

from parta.foundation import log, sql
from parta.journal import checks
from parta.journal.models import Absence, Assessment, Homework, LessonRecord, Mark, TermMark

pytestmark = pytest.mark.django_db


def send(client: Any, journal: Any, *changes: dict[str, Any], operation: str | None = None) -> Any:
    """Post one operation the way the pages do."""
    return client.post(
        f"/journals/{journal.id}/write",
        data=json.dumps({"operation": operation or str(uuid.uuid4()), "changes": list(changes)}),
        content_type="application/json",
    )


def mark(lesson: Any, student: Any, value: str, seen: int = 0, **more: Any) -> dict[str, Any]:
    return {
        "fact": "mark",
        "lesson": lesson.id,
        "assessment": None,
        "work": "oral",
        "student": student.id,
        "value": value,
        "seen": seen,
        **more,
    }


@pytest.fixture
def teacher(cast: Any, client_of: Any) -> Any:
    client = client_of(cast.teacher)
    send(
        client,
        cast.russian,
        {"fact": "topic", "lesson": cast.lesson.id, "topic": "Источники фразеологизмов", "seen": 0},
    )
    return client


def test_mark_is_saved_logged_and_answered(cast: Any, teacher: Any) -> None:
    student = cast.named("Авдеев")
    answer = send(teacher, cast.russian, mark(cast.lesson, student, "5"))
    assert answer.status_code == 200, answer.content.decode()
    saved = answer.json()["saved"][0]
    assert (saved["value"], saved["version"], saved["fact"]) == ("5", 1, "mark")
    row = Mark.objects.get(assessment_id=saved["assessment"], student=student)
    assert (row.value, row.set_by_id, row.version) == ("5", cast.teacher.id, 1)
    head = log.lock_chain("journal", cast.russian.id)
    last = sql.read(
        "SELECT verb, student_id, hash FROM foundation_logentry WHERE chain_id = %s AND seq = %s",
        (head.chain_id, head.seq),
    )
    assert last == [("mark_recorded", student.id, head.hash)]


def test_same_operation_counts_once_and_answers_the_same(cast: Any, teacher: Any) -> None:
    student, operation = cast.named("Авдеев"), str(uuid.uuid4())
    first = send(teacher, cast.russian, mark(cast.lesson, student, "5"), operation=operation)
    before = sql.read("SELECT COUNT(*) FROM foundation_logentry")
    again = send(teacher, cast.russian, mark(cast.lesson, student, "5"), operation=operation)
    assert first.content == again.content and again.status_code == 200
    assert sql.read("SELECT COUNT(*) FROM foundation_logentry") == before
    assert Mark.objects.filter(assessment__lesson=cast.lesson, student=student).count() == 1


def test_a_repeat_of_fewer_changes_is_answered(cast: Any, teacher: Any) -> None:
    """A client that repeats an operation with a part of it is told what the operation did there; never a 500."""
    students, operation = [cast.named("Авдеев"), cast.named("Асанов")], str(uuid.uuid4())
    changes = [mark(cast.lesson, student, "5") for student in students]
    first = send(teacher, cast.russian, *changes, operation=operation)
    again = send(teacher, cast.russian, changes[0], operation=operation)
    assert again.status_code == 200
    assert again.json()["saved"] == first.json()["saved"][:1]


def test_alike_marks_are_each_written_in_the_name_of_their_student(cast: Any, teacher: Any) -> None:
    """What was judged once is written for each: own rows, own line of the log, own place in the answer."""
    students = [cast.named("Авдеев"), cast.named("Асанов")]
    changes = [mark(cast.lesson, student, "5/4", work="written") for student in students]
    saved = send(teacher, cast.russian, *changes).json()["saved"]
    assert [one["index"] for one in saved] == [0, 1] and len({one["id"] for one in saved}) == 2
    for one, student in zip(saved, students, strict=True):
        rows = Mark.objects.filter(assessment__lesson=cast.lesson, student=student).order_by("part")
        assert [(row.part, row.value, row.set_by_id) for row in rows] == [
            (1, "5", cast.teacher.pk),
            (2, "4", cast.teacher.pk),
        ]
        lines = sql.read(
            "SELECT object_id FROM foundation_logentry WHERE object_kind = 'mark' AND student_id = %s"
            " ORDER BY id DESC LIMIT 1",
            (student.pk,),
        )
        assert lines == [(one["id"],)]


def test_a_page_left_open_writes_in_nobody_elses_name(cast: Any, client_of: Any, teacher: Any) -> None:
    """Another account signed in in another tab: the page says whose it is, and what it sends waits for that one."""
    student = cast.named("Авдеев")
    body = {"operation": str(uuid.uuid4()), "changes": [mark(cast.lesson, student, "5")]}
    own = f"{cast.teacher.user_id}-{cast.school.id}"

    def post(person: Any, stated: str) -> Any:
        url = f"/journals/{cast.russian.id}/write"
        return client_of(person).post(
            url, body, content_type="application/json", headers={"x-account": stated}
        )

    for person in (cast.deputy, cast.guardian, cast.other_teacher):
        answer = post(person, own)
        assert answer.status_code == 401 and "под другой записью" in answer.json()["error"], person
    assert post(cast.teacher, f"{cast.teacher.user_id}-{cast.outside.school.id}").status_code == 401
    assert not Mark.objects.filter(student=student, assessment__lesson=cast.lesson).exists()
    assert post(cast.teacher, own).status_code == 200
    assert Mark.objects.get(student=student, assessment__lesson=cast.lesson).set_by_id == cast.teacher.id


def test_stale_version_is_a_conflict_that_shows_both(cast: Any, teacher: Any) -> None:
    student = cast.named("Авдеев")
    send(teacher, cast.russian, mark(cast.lesson, student, "5"))
    answer = send(teacher, cast.russian, mark(cast.lesson, student, "4"))
    assert answer.status_code == 409
    conflict = answer.json()["conflicts"][0]
    assert (conflict["theirs"], conflict["yours"], conflict["version"]) == ("5", "4", 1)
    assert "Соколова" in conflict["by"]
    assert Mark.objects.get(assessment__lesson=cast.lesson, student=student).value == "5"
    # words too: whose topic and whose homework stand there, and since when
    words = {"fact": "homework", "lesson": cast.lesson.id, "student": None, "none": False, "minutes": None}
    send(teacher, cast.russian, {**words, "text": "§ 29", "due_lesson": None, "seen": 0})
    for change in (
        {"fact": "topic", "lesson": cast.lesson.id, "topic": "Другая тема", "seen": 0},
        {**words, "text": "§ 30", "due_lesson": None, "seen": 0},
    ):
        answer = send(teacher, cast.russian, change)
        assert answer.status_code == 409, answer.content.decode()
        conflict = answer.json()["conflicts"][0]
        assert conflict["theirs"] in ("Источники фразеологизмов", "§ 29")
        assert "Соколова" in conflict["by"] and "14\u00a0октября" in conflict["at"]


def test_one_bad_change_leaves_nothing_of_the_operation(cast: Any, teacher: Any) -> None:
    good, bad = cast.named("Авдеев"), cast.named("Магомедов")
    before = sql.read("SELECT COUNT(*) FROM foundation_logentry")
    answer = send(teacher, cast.russian, mark(cast.lesson, good, "5"), mark(cast.lesson, bad, "5", seen=7))
    assert answer.status_code == 409
    assert not Mark.objects.filter(assessment__lesson=cast.lesson).exists()
    assert sql.read("SELECT COUNT(*) FROM foundation_logentry") == before


def test_double_mark_is_two_rows_with_one_version(cast: Any, teacher: Any) -> None:
    student = cast.named("Авдеев")
    answer = send(teacher, cast.russian, mark(cast.lesson, student, "5/4", work="written"))
    assert answer.status_code == 200, answer.content.decode()
    rows = list(Mark.objects.filter(assessment__lesson=cast.lesson, student=student).order_by("part"))
    assert [(row.part, row.value, row.version) for row in rows] == [(1, "5", 1), (2, "4", 1)]
    again = send(teacher, cast.russian, mark(cast.lesson, student, "4", seen=1, work="written"))
    assert again.status_code == 200, again.content.decode()
    rows = list(Mark.objects.filter(assessment__lesson=cast.lesson, student=student).order_by("part"))
    assert [(row.part, row.value, row.version) for row in rows] == [(0, "4", 2), (1, "", 2), (2, "", 2)]


def test_slip_of_the_author_leaves_no_mark_of_correction(cast: Any, teacher: Any) -> None:
    student = cast.named("Авдеев")
    send(teacher, cast.russian, mark(cast.lesson, student, "4"))
    answer = send(teacher, cast.russian, mark(cast.lesson, student, "5", seen=1))
    assert answer.status_code == 200, answer.content.decode()
    assert Mark.objects.get(assessment__lesson=cast.lesson, student=student).first_value == ""
    told = log.lines_of_operation(
        sql.read("SELECT operation_id FROM foundation_logentry ORDER BY id DESC LIMIT 1")[0][0]
    )
    assert (told[0].data["before"], told[0].data["after"], told[0].data["slip"]) == ("4", "5", True)


def test_whole_lesson_in_one_operation(cast: Any, teacher: Any) -> None:
    absent, present = cast.students[0], cast.students[1]
    answer = send(
        teacher,
        cast.russian,
        {"fact": "conducted", "lesson": cast.lesson.id},
        {"fact": "roll", "lesson": cast.lesson.id},
        {"fact": "homework", "lesson": cast.lesson.id, "text": "§ 29, упражнение 184", "seen": 0},
        mark(cast.lesson, present, "4"),
        {
            "fact": "note",
            "lesson": cast.lesson.id,
            "student": present.id,
            "kind": "praise",
            "text": "Отлично отвечал",
        },
    )
    assert answer.status_code == 200, answer.content.decode()
    record = LessonRecord.objects.get(lesson=cast.lesson)
    assert record.conducted_at and record.roll_at and record.topic == "Источники фразеологизмов"
    assert Homework.objects.get(lesson=cast.lesson).text == "§ 29, упражнение 184"
    assert not Absence.objects.filter(lesson=cast.lesson, student=absent).exists()
    assert Assessment.objects.filter(lesson=cast.lesson).count() == 1


def test_foreign_journal_lesson_and_student_look_absent(cast: Any, client_of: Any, teacher: Any) -> None:
    student = cast.named("Авдеев")
    assert (
        send(
            teacher, cast.outside.russian, mark(cast.outside.lesson, cast.outside.students[0], "5")
        ).status_code
        == 404
    )
    assert send(teacher, cast.russian, mark(cast.outside.lesson, student, "5")).status_code == 404
    assert send(teacher, cast.russian, mark(cast.lesson, cast.outside.students[0], "5")).status_code == 404
    assert send(client_of(cast.student), cast.russian, mark(cast.lesson, student, "5")).status_code == 403
    assert not Mark.objects.filter(assessment__lesson=cast.lesson).exists()


def test_statements_do_not_grow_with_the_class(cast: Any, teacher: Any, count_statements: Any) -> None:
    def changes(lesson: Any, students: Any) -> list[dict[str, Any]]:
        return [{"fact": "conducted", "lesson": lesson.id}, {"fact": "roll", "lesson": lesson.id}] + [
            mark(lesson, student, "4") for student in students
        ]

    later = cast.lesson_on("russian", cast.on, 4)
    send(
        teacher,
        cast.russian,
        {"fact": "topic", "lesson": later.id, "topic": "Повторение по теме «Фразеология»", "seen": 0},
    )
    few, many = cast.students[:2], [s for s in cast.students if s.surname != "Орлова"]
    with count_statements() as small:
        assert send(teacher, cast.russian, *changes(cast.lesson, few)).status_code == 200
    with count_statements() as large:
        answer = send(teacher, cast.russian, *changes(later, many))
    assert len(small) <= 12, small
    if answer.status_code == 200:
        assert len(large) == len(small)


def test_log_refuses_update_and_delete(cast: Any, teacher: Any) -> None:
    from django.db import DatabaseError, transaction

    for statement in ("UPDATE foundation_logentry SET role = 'x'", "DELETE FROM foundation_logentry"):
        with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
            sql.write(statement)


def test_change_behind_the_program_is_found_at_its_place(cast: Any, teacher: Any) -> None:
    student = cast.named("Авдеев")
    send(teacher, cast.russian, mark(cast.lesson, student, "2"))
    assert all(isinstance(found, int) for found in log.verify(cast.school.id))
    sound = list(checks.verify_journals(cast.school.id))
    assert all(isinstance(found, int) for found in sound), sound
    sql.write("UPDATE journal_mark SET value = '5' WHERE student_id = %s AND value = '2'", (student.id,))
    broken = [found for found in checks.verify_journals(cast.school.id) if not isinstance(found, int)]
    assert (
        broken and broken[0].student_id == student.id and (broken[0].in_rows, broken[0].in_log) == ("5", "2")
    )


def test_broken_chain_names_its_first_place(cast: Any, teacher: Any) -> None:
    send(teacher, cast.russian, mark(cast.lesson, cast.named("Авдеев"), "2"))
    head = log.lock_chain("journal", cast.russian.id)
    if connection.vendor == "postgresql":
        sql.write("SET CONSTRAINTS ALL IMMEDIATE")
        sql.write("ALTER TABLE foundation_logentry DISABLE TRIGGER foundation_logentry_no_change")
    else:
        sql.write("DROP TRIGGER foundation_logentry_no_update")
    sql.write(
        'UPDATE foundation_logentry SET data = REPLACE(data, \'"after":"2"\', \'"after":"5"\')'
        " WHERE chain_id = %s AND seq = %s",
        (head.chain_id, head.seq),
    )
    broken = [found for found in log.verify(cast.school.id) if not isinstance(found, int)]
    assert [(found.subject_id, found.seq) for found in broken] == [(cast.russian.id, head.seq)]


def test_annulled_mark_stays_and_can_be_set_again(cast: Any, teacher: Any) -> None:
    student = cast.named("Авдеев")
    send(teacher, cast.russian, mark(cast.lesson, student, "3"))
    answer = send(teacher, cast.russian, mark(cast.lesson, student, "", seen=1))
    assert answer.status_code == 200 and answer.json()["saved"][0]["annulled"] is True
    assert Mark.objects.get(assessment__lesson=cast.lesson, student=student).value == ""
    answer = send(teacher, cast.russian, mark(cast.lesson, student, "4", seen=2))
    assert answer.status_code == 200 and answer.json()["saved"][0]["version"] == 3


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"[]",
        b"{}",
        b'{"operation": 5}',
        b"\xff\xfe",
        b'{"operation":"x","changes":[]}',
        b"[" * 5000,
        b'{"a":1e999}',
    ],
)
def test_nonsense_is_told_so(cast: Any, client_of: Any, body: bytes) -> None:
    answer = client_of(cast.teacher).post(
        f"/journals/{cast.russian.id}/write", data=body, content_type="application/json"
    )
    assert answer.status_code == 400 and answer.json()["error"]


def test_term_mark_is_set_and_kept(cast: Any, teacher: Any) -> None:
    student = cast.named("Авдеев")
    answer = send(
        teacher,
        cast.russian,
        {"fact": "final", "term": cast.term.id, "student": student.id, "value": "4", "seen": 0},
    )
    assert answer.status_code == 200, answer.content.decode()
    assert TermMark.objects.get(student=student, term=cast.term).value == "4"


def test_used_permit_is_a_line_of_the_log(cast: Any, client_of: Any) -> None:
    from datetime import date, timedelta

    from parta.journal.models import Permit

    old, student = cast.lesson_on("russian", date(2026, 10, 6)), cast.named("Авдеев")
    client = client_of(cast.teacher)
    assert send(client, cast.russian, mark(old, student, "5")).status_code == 422
    permit = Permit.objects.create(
        school=cast.school,
        journal=cast.russian,
        lesson=old,
        student=student,
        fact="mark",
        wanted="5",
        asked_by=cast.teacher,
        asked_at=cast.at,
        ask_reason="ответ был на уроке",
        state="granted",
        ends_at=cast.at + timedelta(days=1),
    )
    operation = str(uuid.uuid4())
    answer = send(client, cast.russian, mark(old, student, "5"), operation=operation)
    assert answer.status_code == 200, answer.content.decode()
    assert [line.verb for line in log.lines_of_operation(operation)] == ["mark_recorded", "permit_used"]
    assert send(client, cast.russian, mark(old, student, "5"), operation=operation).content == answer.content
    permit.refresh_from_db()
    assert permit.state == "used"
    again = send(client, cast.russian, mark(old, cast.named("Асанов"), "5"))
    assert again.status_code == 422, "a permit is used once"


def test_opening_a_journal_leaves_one_trace_a_quarter_of_an_hour(cast: Any, client_of: Any) -> None:
    from datetime import timedelta

    from parta.foundation import clock
    from parta.people.models import ReadTrace

    client = client_of(cast.teacher)
    for _ in range(3):
        assert client.get(f"/journals/{cast.russian.id}/").status_code == 200
    seen = ReadTrace.objects.filter(page="journal", object_id=cast.russian.id, user_id=cast.teacher.user_id)
    assert seen.count() == 1
    with clock.rehearse(cast.at + timedelta(minutes=15)):
        client.get(f"/journals/{cast.russian.id}/")
    assert seen.count() == 2
    assert client_of(cast.other_teacher).get(f"/journals/{cast.russian.id}/").status_code == 404
    assert ReadTrace.objects.filter(page="journal").count() == 2
