"""Steps that follow absences: due by a term, done and recorded by their person, taken back, kept when asked anew."""

from datetime import date, datetime
from typing import Any

import pytest

from parta.control.actions.findings import keep
from parta.control.models import Finding, FindingStep
from parta.foundation import clock
from parta.journal.models import Absence
from parta.journal.rules.tests.living import live_under, text_of
from parta.people.models import Role
from tests.journeys.steps import GYMNASIUM, done, page, text, under

pytestmark = [pytest.mark.django_db, under(GYMNASIUM)]
STEPS = """kind = "absence_threshold"
measure = "count"
meaning = ["unexcused"]
window = "month"
steps = [
  { at = 1, action = "звонок родителям", by = "class_teacher", within = "2 work_days" },
  { at = 2, action = "посещение семьи", by = "social_pedagogue", within = "2 work_days" },
  { at = 3, action = "письмо в комиссию", by = "deputy", within = "3 work_days" },
]"""
WORDS = {"call": "звонок", "visit": "посещение", "letter": "письмо"}


def away(cast: Any, *days: date, **more: Any) -> None:
    Absence.objects.filter(school=cast.school).delete()
    for day in days:
        Absence.objects.create(
            school=cast.school, journal=cast.maths, lesson=cast.lesson_on("maths", day), student=cast.named("Асанов"),
            meaning="unexcused", symbol="Н", set_at=cast.at, changed_at=cast.at, set_by=cast.class_teacher,
        )  # fmt: skip


def found(cast: Any) -> dict[str, Finding]:
    lines = Finding.objects.filter(school=cast.school, kind="absence_threshold")
    return {name: line for line in lines for name, word in WORDS.items() if word in line.text}


def last_day(line: Finding, cast: Any) -> date:
    assert line.due is not None
    return line.due.astimezone(cast.zone).date()


def did(client: Any, line: Finding, words: str, on: date) -> Any:
    return client.post(
        f"/control/findings/{line.pk}/", {"act": "do", "words": words, "done_on": on.isoformat()}
    )


def october(day: int) -> date:
    return date(2026, 10, day)


def test_a_step_is_due_by_its_term_and_ends_when_its_person_records_it(cast: Any, client_of: Any) -> None:
    """Five work days a week. Away on Thursday the 8th: the call by Monday; on Friday the 9th: the visit by Tuesday."""
    live_under(cast, text_of(STEPS))
    away(cast, october(8), october(9))
    keep(cast.school.pk, at=cast.local(october(9), 20), anew=True)
    call, visit = found(cast)["call"], found(cast)["visit"]
    assert last_day(call, cast) == october(12) and last_day(visit, cast) == october(13)
    assert call.who_id == cast.class_teacher.pk and visit.who_id is None
    teacher, social, other = (
        client_of(one) for one in (cast.class_teacher, cast.people["social_pedagogue"], cast.teacher)
    )

    def tags(at: datetime) -> str:
        with clock.rehearse(at):
            return page(client_of(cast.class_teacher), "/control/findings/")

    # the last second of the term and the first after it
    assert "Асанов Тимур: звонок родителям до 12.10, 23:59" in tags(cast.local(october(12), 23, 59))
    assert "срок был 12.10, 23:59" in tags(cast.local(october(13), 0))
    with clock.rehearse(cast.local(october(13), 12)):
        path = f"/control/findings/{call.pk}/"
        assert "Отметить сделанным" in page(teacher, path)
        for words, on, said in (
            (" ", october(10), "что сделано"),
            ("Позвонила маме", october(7), "не раньше 08.10.2026"),
            ("Позвонила маме", october(14), "не позже сегодняшнего"),
        ):
            refused = did(teacher, call, words, on)
            assert refused.status_code == 422 and said in text(refused)
        assert teacher.post(path, {"act": "do", "words": "Позвонила", "done_on": "вчера"}).status_code == 422
        assert did(other, call, "Позвонила", october(10)).status_code == 404, "another's duty"
        assert did(social, call, "Позвонил", october(10)).status_code == 404
        done(did(teacher, call, "Позвонила маме, обещала справку", october(12)))
        words = page(teacher, path)
        assert "сделано 12 октября" in words and "позже срока" not in words
        assert "12.10.2026: Позвонила маме" in words, "its history"
        assert "звонок родителям" not in page(teacher, "/control/findings/"), "it waits for nothing"
        # a post: who holds it sees the duty and records it; nobody else of its rank does
        assert "посещение семьи" in page(social, "/control/findings/")
        assert did(client_of(cast.people["secretary"]), visit, "Были дома", october(11)).status_code == 404
    with clock.rehearse(cast.local(october(14), 12)):
        duties = page(client_of(cast.deputy), "/control/duties/")
        assert "посещение семьи срок прошёл 13 октября" in duties
        done(did(social, visit, "Были дома, акт № 3", october(14)))
        assert "позже срока: 13 октября" in page(social, f"/control/findings/{visit.pk}/")
        assert "посещение семьи" not in page(client_of(cast.deputy), "/control/duties/")
    keep(cast.school.pk, at=cast.local(october(14), 19), anew=True)
    call.refresh_from_db()
    assert (call.state, call.answer[:9], call.done_on) == ("done", "Позвонила", october(12)), (
        "asked anew: done"
    )
    assert FindingStep.objects.get(finding=call, step="done").person == cast.class_teacher


def test_a_step_is_taken_back_and_outlives_who_was_to_do_it(cast: Any, client_of: Any) -> None:
    live_under(cast, text_of(STEPS))
    away(cast, october(7), october(8), october(9))
    keep(cast.school.pk, at=cast.local(october(9), 20), anew=True)
    call, letter = found(cast)["call"], found(cast)["letter"]
    deputy = client_of(cast.deputy)
    with clock.rehearse(cast.local(october(13), 12)):
        done(did(client_of(cast.class_teacher), call, "Позвонила маме", october(8)))
        done(did(deputy, letter, "Письмо № 12", october(13)))
        back = {"act": "return", "reason": "Нужна ещё беседа с отцом"}
        assert client_of(cast.class_teacher).post(f"/control/findings/{call.pk}/", back).status_code == 422
        done(deputy.post(f"/control/findings/{call.pk}/", back))
        call.refresh_from_db()
        assert (call.state, call.done_on) == ("open", None)
        done(did(client_of(cast.class_teacher), call, "Беседа с отцом", october(12)))
    # another class teacher, and an absence found to be earlier: the same step, done
    Role.objects.filter(school=cast.school, kind="class_teacher", person=cast.class_teacher).update(
        person=cast.teacher
    )
    away(cast, october(6), october(8), october(9))
    keep(cast.school.pk, at=cast.local(october(14), 9), anew=True)
    assert {name: line.state for name, line in found(cast).items()} == {
        "call": "done", "visit": "open", "letter": "done",
    }  # fmt: skip
    assert found(cast)["call"].pk == call.pk and found(cast)["call"].who_id == cast.teacher.pk
    away(cast, october(8), october(9))
    keep(cast.school.pk, at=cast.local(october(14), 10), anew=True)
    assert found(cast)["letter"].state == "closed", "an absence that turned out to be none asks for nothing"


def test_a_day_of_several_hours_reaches_each_step_it_leaps_over(cast: Any) -> None:
    live_under(cast, text_of(STEPS))
    lesson = cast.lesson_on("maths", october(8))
    type(lesson).objects.filter(pk=lesson.pk).update(hours=6)
    away(cast, october(8))
    keep(cast.school.pk, at=cast.local(october(9), 20), anew=True)
    assert set(found(cast)) == {"call", "visit", "letter"}
    type(lesson).objects.filter(pk=lesson.pk).update(hours=2)
    keep(cast.school.pk, at=cast.local(october(9), 21), anew=True)
    states = {name: line.state for name, line in found(cast).items()}
    assert states.get("letter", "closed") == "closed" and states["visit"] == states["call"] == "open"


def test_what_a_record_closes_is_not_done_by_word(cast: Any, client_of: Any) -> None:
    keep(cast.school.pk, at=cast.at)
    line = Finding.objects.filter(school=cast.school, fact="conducted", who_id=cast.class_teacher.pk).first()
    assert line is not None
    teacher = client_of(cast.class_teacher)
    assert "Отметить сделанным" not in page(teacher, f"/control/findings/{line.pk}/")
    assert did(teacher, line, "Всё записала", cast.on).status_code == 422
