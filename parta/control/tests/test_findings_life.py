"""The life of a finding: due, overdue, answered, excused, lapsed, closed by the fact alone, found again."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, InternalError, connection, transaction

from parta.control.actions.findings import answer_finding, excuse_finding, keep, return_finding
from parta.control.models import Finding, FindingStep
from parta.foundation import clock
from parta.foundation.models import LogEntry
from parta.organisation.acts import Refusal
from parta.timetable import actions as timetable
from tests.cast import actor_of
from tests.journeys.steps import GYMNASIUM, absent, held, homework, mark, roll, saved, send, topic, under

pytestmark = [pytest.mark.django_db, under(GYMNASIUM)]
SECOND = timedelta(seconds=1)


def kept(cast: Any, lesson: Any, fact: str = "conducted") -> Finding | None:
    return Finding.objects.filter(school=cast.school, lesson_id=lesson.pk, fact=fact).first()


def write_all(cast: Any, client_of: Any, lesson: Any) -> None:
    changes = (topic(lesson, "Дроби"), held(lesson), roll(lesson), homework(lesson, "с. 3"))
    saved(send(client_of(cast.class_teacher), lesson.journal, *changes))


def overdue(cast: Any, fact: str = "conducted") -> Finding:
    """A lesson of maths that was not written, past its limit."""
    lesson = cast.lesson_on("maths", cast.on - timedelta(days=1))
    keep(cast.school.pk, at=cast.at + timedelta(days=3))
    found = kept(cast, lesson, fact)
    assert found is not None and found.due is not None and found.due < cast.at + timedelta(days=3)
    return found


def hand(cast: Any, who: Any, at: Any, role: str = "deputy") -> dict[str, Any]:
    return {"school_id": cast.school.pk, "person_id": who.pk, "by": actor_of(who, role), "at": at}


def test_due_from_the_lesson_on_and_put_right_in_time_leaves_no_trace(cast: Any, client_of: Any) -> None:
    lesson = cast.lesson_on("maths", cast.on)
    keep(cast.school.pk, at=lesson.starts_at - SECOND)
    assert kept(cast, lesson) is None
    keep(cast.school.pk, at=lesson.starts_at)
    found = kept(cast, lesson)
    assert found is not None and found.state == "open" and found.due is not None
    with clock.rehearse(lesson.ends_at):
        changes = (topic(lesson, "Дроби"), held(lesson), roll(lesson), homework(lesson, "с. 3"))
        saved(send(client_of(cast.substitute), lesson.journal, *changes))
    keep(cast.school.pk, at=lesson.ends_at)
    assert kept(cast, lesson) is None and not FindingStep.objects.exists()


def test_overdue_answered_and_closed_only_by_the_fact(cast: Any, client_of: Any) -> None:
    found = overdue(cast)
    at = cast.at + timedelta(days=3)
    teacher = cast.class_teacher
    with pytest.raises(LookupError):
        answer_finding(finding_id=found.pk, text="Не мой", **hand(cast, cast.english_teacher, at, "teacher"))
    with pytest.raises(Refusal):
        answer_finding(finding_id=found.pk, text=" ", **hand(cast, teacher, at, "teacher"))
    answer_finding(finding_id=found.pk, text="Болел, внесу завтра", **hand(cast, teacher, at, "teacher"))
    found.refresh_from_db()
    assert (found.state, found.answer) == ("answered", "Болел, внесу завтра")
    keep(cast.school.pk, at=at, anew=True)
    found.refresh_from_db()
    assert found.state == "answered", "an answer does not close it, nor does a reckoning lose it"
    return_finding(finding_id=found.pk, reason="Внести сегодня", **hand(cast, cast.deputy, at))
    found.refresh_from_db()
    assert (found.state, found.answer) == ("open", "")
    lesson = cast.lesson_on("maths", cast.on - timedelta(days=1))
    at += timedelta(hours=1)
    with clock.rehearse(at):
        write_all(cast, client_of, lesson)
    keep(cast.school.pk, at=at)
    found.refresh_from_db()
    assert found.state == "closed" and found.closed_at == at
    assert list(found.steps.order_by("id").values_list("step", flat=True)) == [
        "answered",
        "returned",
        "closed",
    ]
    for act in (excuse_finding, return_finding):
        with pytest.raises(Refusal):
            act(finding_id=found.pk, reason="Поздно", **hand(cast, cast.deputy, at))
    verbs = LogEntry.objects.filter(object_kind="finding").order_by("id").values_list("verb", flat=True)
    assert list(verbs) == ["finding_answered", "finding_returned"]


def test_the_one_it_is_about_cannot_excuse_it(cast: Any) -> None:
    found = overdue(cast)
    at = cast.at + timedelta(days=3)
    with pytest.raises(Refusal):
        excuse_finding(finding_id=found.pk, reason="Сам решил", **hand(cast, cast.class_teacher, at))
    excuse_finding(finding_id=found.pk, reason="Приказ 12: карантин", **hand(cast, cast.deputy, at))
    found.refresh_from_db()
    assert (found.state, found.excuse) == ("excused", "Приказ 12: карантин")
    keep(cast.school.pk, at=at + timedelta(days=1))
    found.refresh_from_db()
    assert found.state == "excused"


def test_an_excuse_does_not_cover_students_it_was_not_given_for(cast: Any, client_of: Any) -> None:
    lesson = cast.lesson_on("maths", cast.on - timedelta(days=1))
    first, second = cast.students[0], cast.students[1]
    with clock.rehearse(lesson.ends_at):
        client = client_of(cast.class_teacher)
        saved(send(client, lesson.journal, mark(lesson, cast.students[2], "4", "control")))
        noted = saved(send(client, lesson.journal, absent(lesson, first, "н")))
    at = lesson.ends_at + timedelta(hours=1)
    keep(cast.school.pk, at=at)
    found = Finding.objects.get(school=cast.school, lesson_id=lesson.pk, fact="mark")
    assert first.pk not in [id for id, _ in found.students] and len(found.students) > 2
    excuse_finding(finding_id=found.pk, reason="Писали не все", **hand(cast, cast.deputy, at))
    with clock.rehearse(at):
        saved(send(client, lesson.journal, mark(lesson, second, "5", "control")))
    keep(cast.school.pk, at=at)
    found.refresh_from_db()
    assert found.state == "excused", "fewer students lack a mark: the excuse holds"
    with clock.rehearse(at):
        saved(send(client, lesson.journal, absent(lesson, first, "", noted["version"])))
    keep(cast.school.pk, at=at)
    found.refresh_from_db()
    assert found.state == "open" and found.steps.filter(step="lapsed").exists()


def test_a_fact_that_is_taken_away_is_found_again(cast: Any) -> None:
    found = overdue(cast)
    lesson = cast.lesson_on("maths", cast.on - timedelta(days=1))
    at = cast.at + timedelta(days=3)
    deputy = {"by": actor_of(cast.deputy, "deputy"), "at": at}
    timetable.cancel_lesson(lesson=lesson, reason="мороз", **deputy)
    keep(cast.school.pk, at=at)
    found.refresh_from_db()
    assert found.state == "closed", "nothing is owed for a lesson that was not held"
    lesson.refresh_from_db()
    timetable.restore_lesson(lesson=lesson, **deputy)
    keep(cast.school.pk, at=at)
    found.refresh_from_db()
    assert found.state == "open" and found.closed_at is None
    assert list(found.steps.order_by("id").values_list("step", flat=True)) == ["closed", "found"]


def test_a_moved_lesson_takes_its_duties_with_it(cast: Any) -> None:
    lesson = cast.lesson_on("maths", cast.on - timedelta(days=1))
    keep(cast.school.pk, at=cast.at)
    before = kept(cast, lesson)
    assert before is not None
    deputy = {"by": actor_of(cast.deputy, "deputy"), "at": cast.at}
    timetable.move_lesson(lesson=lesson, date=cast.on + timedelta(days=1), number=6, **deputy)
    keep(cast.school.pk, at=cast.at)
    after = kept(cast, lesson)
    assert after is None or after.state == "closed"


def test_a_step_is_neither_changed_nor_removed(cast: Any) -> None:
    found = overdue(cast)
    at = cast.at + timedelta(days=3)
    answer_finding(finding_id=found.pk, text="Внесу", **hand(cast, cast.class_teacher, at, "teacher"))
    step = FindingStep.objects.get(finding=found)
    for statement in ("UPDATE control_findingstep SET words = ''", "DELETE FROM control_findingstep"):
        with pytest.raises((IntegrityError, InternalError)), transaction.atomic():
            connection.cursor().execute(f"{statement} WHERE id = %s", [step.pk])


def test_statements_of_one_write_are_few_and_fixed(cast: Any, client_of: Any, count_statements: Any) -> None:
    keep(cast.school.pk, at=cast.at)
    with count_statements() as idle:
        keep(cast.school.pk, at=cast.at)
    assert len(idle) == 4
    counts = []
    lessons = [lesson for lesson in cast.lessons["maths"] if lesson.ends_at < cast.at]
    for lesson in lessons[:3]:
        with clock.rehearse(cast.at):
            saved(send(client_of(cast.class_teacher), lesson.journal, absent(lesson, cast.students[2], "н")))
        with count_statements() as seen:
            keep(cast.school.pk, at=cast.at)
        counts.append(len(seen))
    # by one: what a lesson touches differs, not how much is kept
    assert max(counts) - min(counts) <= 1 and max(counts) <= 83, counts
