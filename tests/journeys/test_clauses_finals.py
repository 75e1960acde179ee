"""Clauses on marks of a period: who lacks one when it has ended, and whose mark waits by a permit."""

from datetime import date, timedelta
from typing import Any

import pytest

from parta.foundation import clock
from parta.journal.models import Permit, TermMark
from parta.organisation.models import Subject, Term
from parta.people.models import Role
from parta.plans.models import CurriculumHours, TeachingLoad
from parta.regulation.models import Edition
from parta.timetable.models import Lesson
from tests.journeys.steps import (
    COLLEGE,
    GYMNASIUM,
    TUESDAY,
    absent,
    done,
    final,
    mark,
    page,
    page_anew,
    refused_by,
    saved,
    send,
    under,
)

END = date(2026, 10, 23)
"""The last day of the period."""


@under(COLLEGE)
@pytest.mark.clause("ET-A-MASTER-20a", "ET-A-TEACHER-5a")
def test_students_without_a_practice_mark_are_listed_and_the_deferred_apart(
    cast: Any, client_of: Any
) -> None:
    """From the day after the period; who has left owes none, an ill student's mark waits to the day of the permit."""
    cast.subjects["russian"].tags = ["practice"]
    cast.subjects["russian"].save(update_fields=["tags"])
    Term.objects.filter(pk=cast.term.pk).update(until=END + timedelta(days=1))
    teacher, deputy = client_of(cast.teacher), client_of(cast.deputy)
    ill, address = cast.named("Ефимова"), "/control/duties/"

    def listed(day: date, client: Any = deputy) -> str:
        """The line of the journal on the page of duties of a day."""
        with clock.rehearse(cast.local(day, 23, 59)):
            words = page_anew(client, address)
        words = words.partition("Отметки за период")[2].partition("2 «Б», русский язык")[2]
        return words.partition("Замечание")[0]

    assert not listed(END), "the last day itself"
    after = END + timedelta(days=1)
    assert "Ефимова Софья" in listed(after) and "Устинов" not in listed(after), "he has left"
    with clock.rehearse(cast.local(after, 9)):
        shown = page(teacher, "/closeout/")
        assert "Ефимова Софья" in shown and "Отложить" in shown
        wish = {
            "journal": cast.russian.pk, "term": cast.term.pk, "fact": "final", "student": ill.pk,
            "reason": "больна, справка № 12",
        }  # fmt: skip
        done(teacher.post("/permits/ask", wish))
        permit = Permit.objects.get(fact="final", student=ill)
        assert "Ефимова Софья" in listed(after), "asked for is not granted"
        grant = {"permit": permit.pk, "decision": "grant", "reason": "согласна", "until": "2026-11-06"}
        assert teacher.post("/permits/", grant).status_code == 403
        done(deputy.post("/permits/", grant))
        assert "Отложено: Ефимова Софья до 06.11 (больна, справка № 12)" in page(teacher, "/closeout/")
    for day in (after, date(2026, 11, 6)):
        owed, _, put_off = listed(day).partition("тложено:")
        assert "Ефимова Софья до 06.11.2026" in put_off and "Ефимова" not in owed, day
        assert "Асанов Тимур" in owed, "the others owe as before"
    owed, _, put_off = listed(date(2026, 11, 7)).partition("тложено:")
    assert "Ефимова Софья" in owed and not put_off, "the day after the permit's last"
    TermMark.objects.create(
        school=cast.school, journal=cast.russian, term=cast.term, student=ill, value="4", set_at=cast.at,
        changed_at=cast.at,
    )  # fmt: skip
    assert "Ефимова" not in listed(date(2026, 11, 7))


@under(GYMNASIUM)
def test_a_mark_does_not_wait_where_the_act_has_no_deferral(cast: Any, client_of: Any) -> None:
    Permit.objects.create(
        school=cast.school, journal=cast.russian, term=cast.term, student=cast.named("Ефимова"), fact="final",
        asked_by=cast.teacher, asked_at=cast.at, ask_reason="больна", state="granted", decided_by=cast.deputy,
        decided_at=cast.at, ends_at=cast.local(date(2026, 12, 1), 0),
    )  # fmt: skip
    with clock.rehearse(cast.local(cast.term.until, 12)):
        shown = page(client_of(cast.teacher), "/closeout/")
        assert "Ефимова Софья" in shown and "тложи" not in shown and "тложено" not in shown


def held_by_the_master(cast: Any) -> None:
    """Maths as a practice of a master of production training, who is no teacher."""
    Subject.objects.filter(pk=cast.maths.subject_id).update(tags=["practice"], kind="practice")
    type(cast.maths).objects.filter(pk=cast.maths.pk).update(plan=cast.plan)
    TeachingLoad.objects.filter(journal=cast.maths).update(teacher=cast.master)
    Lesson.objects.filter(journal=cast.maths).update(teacher=cast.master)
    Role.objects.filter(person=cast.master).update(homeroom=None)


@under(COLLEGE)
@pytest.mark.clause("ET-A-MASTER-20b")
def test_late_edit_of_a_master_hangs_on_a_switch_and_stands_in_the_register(
    cast: Any, client_of: Any
) -> None:
    """After the mark of the period: with a reason while the switch lets it, refused once it does not."""
    held_by_the_master(cast)
    lesson, pupil, master = cast.lesson_on("maths", TUESDAY), cast.named("Асанов"), client_of(cast.master)
    with clock.rehearse(cast.local(TUESDAY, 18)):
        saved(send(master, cast.maths, mark(lesson, pupil, "4", "practical")))
    TermMark.objects.create(
        school=cast.school, journal=cast.maths, term=cast.term, student=pupil, value="4", set_at=cast.at,
        changed_at=cast.at,
    )  # fmt: skip
    register = "/reports/corrections/?since=2026-10-01&until=2026-10-31"
    edit = mark(lesson, pupil, "5", "practical", seen=1)
    assert "ET-A-MASTER-20b" in refused_by(send(master, cast.maths, edit)), "without a reason"
    for name in ("deputy", "director"):
        assert "Асанов Тимур отметка исправлена" not in page(client_of(cast.people[name]), register)
    saved(send(master, cast.maths, edit | {"reason": "исправлена ошибка ввода"}))
    words = page(client_of(cast.deputy), register)
    line = words[words.index("14.10.2026 10:40") :]
    assert "13.10" in line and "Асанов Тимур отметка исправлена 4 5 Воронов И. П., мастер п/о" in line
    assert "исправлена ошибка ввода" in line
    assert client_of(cast.teacher).get(register).status_code in (403, 404)

    code = Edition.objects.get(school=cast.school).code
    address = f"/regulation/setting/?act={code}&name=master_after_finals"
    off = {"act": "choose", "value": "refuse", "since": "2026-10-14", "ground": "приказ № 5"}
    assert client_of(cast.deputy).post(address, off).status_code == 422, "the director's switch"
    done(client_of(cast.director).post(address, off))
    later = cast.lesson_on("maths", date(2026, 10, 15))
    with clock.rehearse(cast.local(date(2026, 10, 15), 18)):
        late = mark(later, pupil, "3", "practical") | {"reason": "исправлена ошибка ввода"}
        assert "ET-A-MASTER-20b" in refused_by(send(master, cast.maths, late))
        saved(send(master, cast.maths, mark(later, cast.named("Григорян"), "5", "practical")))
    assert page(client_of(cast.deputy), register).count("Асанов Тимур отметка исправлена") == 1


@under(COLLEGE)
@pytest.mark.clause("ET-4.10")
def test_form_of_the_unit_decides_between_a_number_and_a_pass(cast: Any, client_of: Any) -> None:
    """The line of the curriculum names the form; without one every listed symbol passes, and no other ever does."""
    client, term = client_of(cast.teacher), cast.term
    type(cast.russian).objects.filter(pk=cast.russian.pk).update(plan=cast.plan)
    lines = CurriculumHours.objects.filter(year=cast.year, subject=cast.russian.subject_id)
    lines.delete()
    line = CurriculumHours.objects.create(
        school=cast.school, year=cast.year, subject_id=cast.russian.subject_id, grade=cast.russian.grade,
        weekly_hours=6, yearly_hours=204,
    )  # fmt: skip
    pupils = iter(cast.students)

    def put(value: str) -> Any:
        return send(client, cast.russian, final(term, next(pupils), value))

    with clock.rehearse(cast.local(term.until - timedelta(days=1), 18)):
        for wrong in ("н/а", "осв", "1"):
            assert "ET-4.10" in refused_by(put(wrong)), wrong
        for value in ("зачёт", "4"):
            saved(put(value))
        assert set(TermMark.objects.filter(term=term).values_list("value", flat=True)) == {"зачет", "4"}
        for form, good, bad in (("credit", "зачёт", "5"), ("exam", "5", "зачет"), ("mark", "3", "незачет")):
            CurriculumHours.objects.filter(pk=line.pk).update(control=form)
            answer = put(bad)
            assert "ET-4.10" in refused_by(answer), form
            assert "форма контроля" in answer.json()["refused"][0]["text"]
            saved(put(good))


@under(COLLEGE)
def test_the_register_shows_what_stood_as_it_was_written(cast: Any, client_of: Any) -> None:
    """An absence by its letter, whatever the log keeps beside it."""
    lesson, pupil, teacher = cast.lesson_on("russian", cast.on), cast.named("Асанов"), client_of(cast.teacher)
    type(cast.russian).objects.filter(pk=cast.russian.pk).update(plan=cast.plan)
    saved(send(teacher, cast.russian, absent(lesson, pupil, "н")))
    saved(send(teacher, cast.russian, absent(lesson, pupil, "", seen=1)))
    words = page(client_of(cast.deputy), "/reports/corrections/?since=2026-10-01&until=2026-10-31")
    line = words[words.index("Асанов Тимур пропуск снят") :]
    assert line.startswith("Асанов Тимур пропуск снят н Соколова"), line[:200]


@under(COLLEGE)
def test_the_register_asks_one_number_of_statements(cast: Any, client_of: Any, count_statements: Any) -> None:
    client, seen = client_of(cast.deputy), []
    for since in ("2026-10-14", "2026-09-01"):
        client.get(f"/reports/corrections/?since={since}")
        with count_statements() as statements:
            assert client.get(f"/reports/corrections/?since={since}").status_code == 200
        seen.append(len(statements))
    assert seen[0] == seen[1]
