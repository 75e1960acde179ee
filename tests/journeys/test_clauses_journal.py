"""Clauses on writing in the journal, through the page: what passes, what is refused, what is kept."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from parta.exchange.tests.files import workbook
from parta.foundation import clock
from parta.journal.models import Absence, Homework, LessonRecord, Mark, Permit
from parta.journal.rules.owed import Scope
from parta.organisation.models import Subject, WorkKind
from tests.journeys.steps import (
    COLLEGE,
    DUBROVO,
    GYMNASIUM,
    IPATOVO,
    MONDAY,
    TUESDAY,
    absent,
    final,
    held,
    homework,
    ids,
    mark,
    owed,
    page,
    presets,
    refused_by,
    roll,
    saved,
    send,
    topic,
    under,
)

AHEAD = date(2026, 10, 20)


@presets((GYMNASIUM, "GT-P-2.3a"))
def test_topic_two_weeks_ahead_is_planned_and_not_held(cast: Any, client_of: Any) -> None:
    lesson, client = cast.lesson_on("russian", AHEAD), client_of(cast.teacher)
    with clock.rehearse(cast.local(date(2026, 10, 6), 12)):
        saved(send(client, cast.russian, topic(lesson, "Практикум по словообразованию")))
        refused = send(client, cast.russian, held(lesson))
        assert "GT-P-2.1c" in refused_by(refused)
    record = LessonRecord.objects.get(lesson=lesson)
    assert record.topic and record.conducted_at is None
    at = cast.local(date(2026, 10, 6), 12)
    assert not [one for one in owed(cast, at) if one.lesson_id == lesson.pk]
    with clock.rehearse(at):
        assert "Практикум по словообразованию" in page(client, f"/journals/{cast.russian.pk}/")
        assert "0 из 18" not in page(client, "/today/")


@presets((GYMNASIUM, "GT-I-3.4b"))
def test_held_lesson_is_tied_to_a_topic_of_the_plan(cast: Any, client_of: Any) -> None:
    client, planned = client_of(cast.teacher), cast.topics[8]
    assert "GT-I-3.4b" in refused_by(send(client, cast.russian, held(cast.lesson)))
    saved(send(client, cast.russian, topic(cast.lesson, planned.text, planned), held(cast.lesson)))
    record = LessonRecord.objects.get(lesson=cast.lesson)
    assert record.planned_topic_id == planned.pk and record.conducted_at == cast.at


@presets((GYMNASIUM, "GT-I-3.4c"))
def test_teachers_own_page_lists_marks_due_today_and_overdue(cast: Any, client_of: Any) -> None:
    client = client_of(cast.teacher)
    words = page(client, "/today/")
    assert "срок был 13 октября поставить отметки за письменную работу" in words, "of the 8th, five days"
    assert "до 17 октября поставить отметки за контрольную работу: 6 учеников, п. 2.4 Положения" in words
    with clock.rehearse(cast.local(date(2026, 10, 17), 23, 59)):
        assert "сегодня поставить отметки за контрольную" in page(client, "/today/")
    with clock.rehearse(cast.local(date(2026, 10, 18), 0)):
        assert "срок был 17 октября поставить отметки за контрольную" in page(client, "/today/")


@presets((COLLEGE, "ET-A-TEACHER-2a"))
def test_teachers_page_lists_lessons_of_the_day_without_roll(cast: Any, client_of: Any) -> None:
    client = client_of(cast.teacher)
    with clock.rehearse(cast.local(cast.on, 20)):
        words = page(client, "/today/")
        assert words.count("сегодня записать урок, отметить явку") + words.count("отметить явку") >= 2
        saved(send(client, cast.russian, roll(cast.lesson)))
        saved(send(client, cast.russian, roll(cast.lesson_on("russian", cast.on, 4))))
        assert "отметить явку" not in page(client, "/today/")


@presets((GYMNASIUM, "GT-I-5.2.tch.б"), (COLLEGE, "ET-6.7b"))
def test_substitution_opens_that_lesson_and_its_deadlines_run(cast: Any, client_of: Any) -> None:
    form = {"act": "substitute", "row": cast.lesson.pk, "substitute": cast.substitute.pk, "reason": "болезнь"}
    client = client_of(cast.substitute)
    assert send(client, cast.russian, roll(cast.lesson)).status_code in (404, 422), "before it is assigned"
    assert client_of(cast.deputy).post("/substitutions/?date=2026-10-14", form).status_code == 302
    planned = cast.topics[8]
    saved(send(client, cast.russian, topic(cast.lesson, planned.text, planned), held(cast.lesson)))
    refused = send(client, cast.russian, roll(cast.lesson_on("russian", cast.on, 4)))
    assert refused.status_code == 422, "the next lesson of the same day stays the teacher's"
    midnight = cast.local(date(2026, 10, 15), 0)

    def mine(person: Any) -> set[str]:
        found = owed(cast, midnight, Scope(teacher_id=person.pk))
        return {one.fact for one in found if one.lesson_id == cast.lesson.pk and one.overdue}

    assert mine(cast.substitute) >= {"roll", "homework"} and not mine(cast.teacher)


@presets((COLLEGE, "ET-6.6"))
def test_journal_without_a_plan_takes_no_mark_and_names_what_is_missing(cast: Any, client_of: Any) -> None:
    lesson = cast.lesson_on("maths", TUESDAY)
    refused = send(client_of(cast.class_teacher), cast.maths, mark(lesson, cast.student, "5"))
    assert "ET-6.6" in refused_by(refused) and "тематический план" in refused.content.decode()
    type(cast.maths).objects.filter(pk=cast.maths.pk).update(plan=cast.plan)
    saved(send(client_of(cast.class_teacher), cast.maths, mark(lesson, cast.student, "5")))


@presets((COLLEGE, "ET-4.5b"))
def test_double_lessons_have_a_topic_each(cast: Any, client_of: Any) -> None:
    third, fourth = cast.lesson, cast.lesson_on("russian", cast.on, 4)
    client, planned = client_of(cast.teacher), cast.topics[8]
    saved(send(client, cast.russian, topic(third, planned.text, planned), held(third)))
    assert not LessonRecord.objects.filter(lesson=fourth).exists(), "the neighbour is not filled by it"
    same = send(client, cast.russian, topic(fourth, planned.text, planned))
    assert "ET-4.5a" in refused_by(same), "one topic does not serve both"
    following = cast.topics[9]
    saved(send(client, cast.russian, topic(fourth, following.text, following), held(fourth)))
    assert LessonRecord.objects.filter(lesson__in=(third, fourth)).values("topic").distinct().count() == 2


@presets((COLLEGE, "ET-4.6c"))
def test_nothing_set_leaves_the_column_empty_and_stops_the_finding(cast: Any, client_of: Any) -> None:
    client = client_of(cast.teacher)
    for words in ("-", "—", "нет", "не задано"):
        assert "ET-4.6c" in refused_by(send(client, cast.russian, homework(cast.lesson, words))), words
    midnight = cast.local(date(2026, 10, 15), 0)
    due = [one for one in owed(cast, midnight) if (one.lesson_id, one.fact) == (cast.lesson.pk, "homework")]
    assert due and due[0].overdue
    saved(send(client, cast.russian, homework(cast.lesson, none=True)))
    row = Homework.objects.get(lesson=cast.lesson)
    assert row.text == "" and row.is_none
    assert not [
        one for one in owed(cast, midnight) if (one.lesson_id, one.fact) == (cast.lesson.pk, "homework")
    ]


@presets((COLLEGE, "ET-4.9c"))
def test_average_counts_both_marks_of_a_fraction(cast: Any, client_of: Any) -> None:
    client, pupil = client_of(cast.teacher), cast.named("Асанов")
    for wrong in ("54", "5 4", "5/н"):
        answer = send(client, cast.russian, mark(cast.lesson, cast.named("Авдеев"), wrong, "written"))
        assert answer.status_code in (400, 422), wrong
    saved(send(client, cast.russian, mark(cast.lesson, pupil, "5/2", "written")))
    words = page(client, f"/journals/{cast.russian.pk}/")
    row = words[words.index("Асанов Тимур") : words.index("Григорян")].replace("/ ", "/")
    assert "5/2" in row and "3,60" in row, "4, 3, 4, 5 and 2"


@presets((COLLEGE, "ET-2.1a"))
def test_lesson_marks_and_period_marks_stand_apart(cast: Any, client_of: Any) -> None:
    with clock.rehearse(cast.local(date(2026, 12, 23), 12)):
        client = client_of(cast.teacher)
        saved(send(client, cast.russian, final(cast.term, cast.named("Асанов"), "4")))
        words = page(client, f"/journals/{cast.russian.pk}/?term={cast.term.pk}")
    row = words[words.index("Асанов Тимур") : words.index("4 Григорян")].split()
    assert row[-2:] == ["3,67", "4"] and row.count("4") == 2, "the period's mark has a column of its own"
    (lesson_mark,) = Mark.objects.filter(student=cast.named("Асанов"), value="4", part=0)
    assert lesson_mark.set_at < cast.at


@presets((COLLEGE, "ET-A-TEACHER-2g"), (COLLEGE, "ET-A-MASTER-17g"))
def test_make_up_mark_keeps_the_absence(cast: Any, client_of: Any) -> None:
    """Орлова was ill on Monday: a mark needs the protocol; the absence and its total stay."""
    lesson, pupil, client = cast.lesson_on("russian", MONDAY), cast.named("Орлова"), client_of(cast.teacher)

    def row() -> list[str]:
        words = page(client, f"/journals/{cast.russian.pk}/")
        return words[words.index("Орлова Виктория") : words.index("11 Сафина Диляра")].split()

    before = row()
    assert before.count("б") == 2 and before[-1] == "2"
    refused = send(client, cast.russian, mark(lesson, pupil, "4", "control"))
    assert refused_by(refused) >= {"ET-A-TEACHER-2f", "ET-A-MASTER-17f"}
    saved(
        send(
            client,
            cast.russian,
            mark(lesson, pupil, "4", "control", reason="протокол № 3", ground="protocol"),
        )
    )
    assert Absence.objects.get(lesson=lesson, student=pupil).meaning == "ill"
    assert row() == [*before[:3], "4", "б", "б", "2", "4,00"], (
        "the mark, the letter beside it, the same total"
    )


@presets((COLLEGE, "ET-A-TEACHER-7"), (COLLEGE, "ET-A-MASTER-22"))
def test_absence_entered_next_day_is_saved_late_and_listed(cast: Any, client_of: Any) -> None:
    from parta.control.queries import board

    type(cast.maths).objects.filter(pk=cast.maths.pk).update(plan=cast.plan)
    Subject.objects.filter(pk=cast.maths.subject_id).update(tags=["practice"])
    lesson, client = cast.lesson_on("maths", TUESDAY), client_of(cast.class_teacher)
    tomorrow = send(client, cast.maths, absent(cast.lesson_on("maths", AHEAD), cast.student, "н"))
    assert refused_by(tomorrow) & {"ET-A-TEACHER-7", "ET-A-MASTER-22"}, "not before the day"
    answer = send(client, cast.maths, absent(lesson, cast.student, "н"), roll(lesson))
    assert answer.status_code == 200 and "позже срока" in answer.content.decode()
    found = board(cast.viewer("deputy"), TUESDAY, TUESDAY, cast.class_teacher.pk)
    assert [one.states["roll"] for one in found.lessons] == ["late"]


@presets((COLLEGE, "ET-A-MASTER-17a"))
def test_practice_day_without_roll_is_listed(cast: Any, client_of: Any) -> None:
    Subject.objects.filter(pk=cast.maths.subject_id).update(tags=["practice"])
    lesson = cast.lesson_on("maths", TUESDAY)
    midnight = cast.local(date(2026, 10, 14), 0)

    def listed(at: Any) -> list[Any]:
        return [
            one for one in owed(cast, at) if (one.lesson_id, one.fact) == (lesson.pk, "roll") and one.overdue
        ]

    assert not listed(midnight - timedelta(seconds=1))
    assert "ET-A-MASTER-17a" in ids(listed(midnight)[0])
    type(cast.maths).objects.filter(pk=cast.maths.pk).update(plan=cast.plan)
    saved(send(client_of(cast.class_teacher), cast.maths, roll(lesson)))
    assert not listed(midnight)


@presets((COLLEGE, "ET-A-MASTER-19b"))
def test_homework_clock_of_a_practice_day_starts_at_the_groups_last_bell(cast: Any, client_of: Any) -> None:
    """Tuesday ends with the third lesson at 11:15: in time until 12:45."""
    Subject.objects.filter(pk=cast.maths.subject_id).update(tags=["practice"])
    type(cast.maths).objects.filter(pk=cast.maths.pk).update(plan=cast.plan)
    lesson, client = cast.lesson_on("maths", TUESDAY), client_of(cast.class_teacher)
    with clock.rehearse(cast.local(TUESDAY, 12, 46)):
        late = send(client, cast.maths, homework(lesson, "выучить § 5, с. 10"))
        assert late.status_code == 200 and "ET-A-MASTER-19b" in late.content.decode()
    Homework.objects.filter(lesson=lesson).delete()
    again = cast.lesson_on("maths", MONDAY)
    with clock.rehearse(cast.local(MONDAY, 12, 44)):
        in_time = send(client, cast.maths, homework(again, "выучить § 5, с. 10"))
        assert in_time.status_code == 200 and "ET-A-MASTER-19b" not in in_time.content.decode()


@presets((GYMNASIUM, "GT-I-5.2.tch.ж-b"))
def test_no_page_and_no_file_changes_a_saved_mark(cast: Any, client_of: Any, tmp_path: Any) -> None:
    """Change, deletion, overwriting: refused in journal, lesson and import; a permit keeps both values."""
    lesson, pupil = cast.lesson_on("russian", TUESDAY), cast.named("Григорян")
    client = client_of(cast.teacher)
    for value in ("4", ""):
        answer = send(client, cast.russian, mark(lesson, pupil, value, seen=1))
        assert "GT-I-5.2.tch.ж-b" in refused_by(answer)
    form = {"student": pupil.pk, "work": "oral", "value": "4", "seen": "1"}
    assert client.post(f"/lessons/{lesson.pk}/?tab=marks&work=oral", form).status_code != 200
    rows = (
        ("Класс", "Предмет", "Ученик", "Дата", "Отметка"),
        ("6Б", "Русский язык", "Григорян Давид", "13.10.2026", "4"),
    )
    path = workbook(tmp_path / "отметки.xlsx", {"Отметки": rows})
    file = SimpleUploadedFile(path.name, path.read_bytes())
    answer = client_of(cast.operator).post("/setup/import/", {"file": file}, follow=True)
    assert 'name="digest"' not in answer.content.decode(), "there is nothing to consent to"
    assert Mark.objects.get(assessment__lesson=lesson, student=pupil).value == "5"
    Permit.objects.create(
        school=cast.school,
        journal=cast.russian,
        lesson=lesson,
        student=pupil,
        fact="mark",
        asked_by=cast.teacher,
        asked_at=cast.at,
        ask_reason="ошибка",
        state="granted",
        decided_by=cast.deputy,
        decided_at=cast.at,
        decision_reason="да",
        ends_at=cast.at + timedelta(days=1),
    )
    saved(send(client, cast.russian, mark(lesson, pupil, "4", seen=1, reason="ошибка в строке")))
    row = Mark.objects.get(assessment__lesson=lesson, student=pupil)
    assert (row.value, row.first_value) == ("4", "5")
    assert "54" in page(client, f"/journals/{cast.russian.pk}/").replace(" ", "")


@under(COLLEGE)
@pytest.mark.clause("ET-7.2p")
@pytest.mark.clause("ET-A-DEP-6s", partly="сводка дня по н, б, п")
def test_given_and_planned_lessons_on_the_teachers_page(cast: Any, client_of: Any) -> None:
    assert "8 из 18" in page(client_of(cast.teacher), "/today/")


@under(DUBROVO)
@pytest.mark.clause("DB-2.2.7a")
def test_lag_is_seen_on_the_teachers_page(cast: Any, client_of: Any) -> None:
    assert "8 из 18" in page(client_of(cast.teacher), "/today/")


@under(IPATOVO)
@pytest.mark.clause("IP-2.11a")
def test_plan_is_entered_from_a_table(cast: Any, client_of: Any) -> None:
    form = {
        "act": "add",
        "title": "Математика, 6",
        "subject": cast.maths.subject_id,
        "grade": "6",
        "topics": "Дроби\tЧисла\t\t§ 1\nПроценты\tЧисла\t\t§ 2",
    }
    assert client_of(cast.deputy).post("/setup/plans/", form).status_code == 302
    assert WorkKind.objects.exists()
