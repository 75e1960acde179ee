"""The change of the school year: created, students moved by an order, the old year closed and only read (IP-2.13)."""

import json
from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from django.urls import reverse

from parta.control.actions.years import close_past_year, open_next_year, promote
from parta.control.queries.year_change import change_of, last_grade, next_title
from parta.foundation import sql
from parta.foundation.models import LogEntry
from parta.journal.actions import permits
from parta.journal.actions.changes import BadInput, MarkChange
from parta.journal.actions.write import write
from parta.journal.models import TermMark
from parta.organisation import actions as organisation
from parta.organisation.acts import Refusal
from parta.organisation.models import AcademicYear, Homeroom, Subgroup, Term
from parta.people.actions import enrolments
from parta.people.models import Enrolment
from parta.plans import actions as plans
from parta.plans.models import CurriculumHours, Journal
from parta.timetable.actions import changes
from parta.timetable.actions.generation import generate_lessons
from parta.timetable.actions.template import set_slots
from parta.timetable.models import Lesson
from tests.cast import actor_of, client_of, statements

pytestmark = pytest.mark.django_db
AFTER = date(2027, 8, 1)
ORDER: dict[str, Any] = {"order_number": "41-у", "order_date": date(2027, 5, 31)}


def by(cast: Any) -> dict[str, Any]:
    return {"school_id": cast.school.pk, "by": actor_of(cast.deputy, "deputy"), "at": cast.at}


def opened(cast: Any, on: date | None = None) -> AcademicYear:
    return open_next_year(
        title="2027/2028", starts=date(2027, 9, 1), until=date(2028, 6, 1), on=on or cast.on, **by(cast)
    )


def place(student: Any, year: AcademicYear) -> str:
    row = Enrolment.objects.filter(student=student, homeroom__year=year).select_related("homeroom").first()
    return row.homeroom.title if row else ""


@pytest.mark.parametrize(
    ("title", "grade", "last", "becomes"),
    [("7А", 7, 11, "8А"), ("11Б", 11, 11, ""), ("10 (тех)", 10, 11, "11 (тех)"), ("9В", 9, 11, "10В"),
     ("ТО-21", 1, 2, "ТО-21"), ("Лепка", None, 0, "Лепка"), ("1А", 1, 4, "2А"), ("4А", 4, 4, "")],
)  # fmt: skip
def test_what_a_class_becomes(title: str, grade: int | None, last: int, becomes: str) -> None:
    assert next_title(title, grade, last) == becomes


def test_the_last_grade_is_that_of_the_school() -> None:
    assert [last_grade(grades, "general") for grades in ({1, 4}, {1, 9}, {5, 10}, {1, 11})] == [4, 9, 11, 11]


@pytest.mark.clause("IP-2.13s")
def test_the_next_year_has_calendar_classes_and_curriculum_and_no_lesson(cast: Any) -> None:
    CurriculumHours.objects.get_or_create(
        school=cast.school, year=cast.year, subject_id=cast.russian.subject_id, grade=6, homeroom=None,
        defaults={"weekly_hours": 5, "yearly_hours": 170},
    )  # fmt: skip
    year = opened(cast)
    titles = set(Homeroom.objects.filter(year=year).values_list("title", flat=True))
    assert {"7Б", "4А"} <= titles and "6Б" not in titles
    assert Term.objects.filter(year=year).exclude(kind="year").exists()
    assert CurriculumHours.objects.filter(year=year, grade=6, subject_id=cast.russian.subject_id).exists()
    assert not Lesson.objects.filter(journal__year=year).exists()
    organisation.ensure_homerooms(  # what was taken over can be changed
        year=year, rows=[organisation.HomeroomRow("1А", 1, "А")], by=by(cast)["by"], at=cast.at
    )
    with pytest.raises(Refusal, match="уже открыт"):
        opened(cast)


@pytest.mark.clause("IP-2.13s")
def test_a_next_year_that_begins_inside_the_old_one_is_refused(cast: Any) -> None:
    with pytest.raises(Refusal, match="новый начинается позже"):
        open_next_year(
            title="2027/2028", starts=date(2027, 5, 1), until=date(2028, 6, 1), on=cast.on, **by(cast)
        )
    assert AcademicYear.objects.filter(school=cast.school).count() == 1


@pytest.mark.clause("IP-2.13t", partly="печать списка приложением к приказу, отмена перевода")
def test_students_go_up_by_an_order_and_a_repeater_stays(cast: Any) -> None:
    year = opened(cast)
    brother = Enrolment.objects.filter(homeroom__title="3А", homeroom__year=cast.year, until=None)[0].student
    classmates = Enrolment.objects.filter(homeroom=cast.homeroom, until=None).exclude(student=cast.student)
    leaver = classmates.order_by("pk")[0].student
    outcomes = {brother.pk: "repeats", leaver.pk: "left"}
    for lacking, field in (({"order_number": ""}, "order_number"), ({"order_date": None}, "order_date")):
        with pytest.raises(Refusal) as refused:
            promote(outcomes=outcomes, on=cast.on, **{**ORDER, **lacking}, **by(cast))
        assert refused.value.field == field
    assert not Enrolment.objects.filter(homeroom__year=year).exists()
    found = promote(outcomes=outcomes, on=cast.on, **ORDER, **by(cast))
    assert place(cast.student, year) == "7Б" and place(brother, year) == "3А" and place(leaver, year) == ""
    row = Enrolment.objects.get(student=cast.student, homeroom__year=year)
    assert (row.starts, row.order_number) == (year.starts, "41-у от 31.05.2027")
    old = Enrolment.objects.get(student=leaver, homeroom__year=cast.year)
    assert (old.until, old.left_order) == (cast.year.until, "41-у от 31.05.2027")
    line = LogEntry.objects.filter(verb="students_promoted").get()
    told = json.loads(line.data)
    assert told["repeats"] == 1 and told["left"] == 1
    assert told["promoted"] + told["graduated"] == len(found) - 2
    with pytest.raises(Refusal, match="уже переведены"):
        promote(outcomes={}, on=cast.on, **ORDER, **by(cast))


def test_strangers_in_the_list_and_a_missing_year_are_refused(cast: Any) -> None:
    with pytest.raises(Refusal, match="сначала создайте"):
        promote(outcomes={}, on=cast.on, **ORDER, **by(cast))
    opened(cast)
    with pytest.raises(Refusal, match="обновите страницу"):
        promote(outcomes={cast.outside.student.pk: "left"}, on=cast.on, **ORDER, **by(cast))


@pytest.mark.clause("IP-2.13r", partly="архив не условие закрытия")
def test_a_year_without_its_final_marks_is_not_closed(cast: Any) -> None:
    with pytest.raises(Refusal, match=r"Годовых отметок не хватает: \d+\. .*Русский язык"):
        close_past_year(on=AFTER, **by(cast))
    cast.year.refresh_from_db()
    assert cast.year.state == "open"


@pytest.mark.clause("IP-2.13r", partly="архив не условие закрытия")
def test_a_closed_year_is_only_read(cast: Any) -> None:
    """With all final marks set (one put off with a reason) it closes; then every write into it is refused."""
    term = Term.objects.get(year=cast.year, kind="year")
    change = change_of(cast.school.pk, "general", AFTER)
    assert change.missing
    rows = sql.read(
        "SELECT j.id, e.student_id FROM plans_journal j JOIN people_enrolment e ON e.homeroom_id = j.homeroom_id"
        " WHERE j.year_id = %s AND j.subgroup_id IS NULL"
        " UNION SELECT j.id, m.student_id FROM plans_journal j JOIN people_subgroupmembership m"
        " ON m.subgroup_id = j.subgroup_id WHERE j.year_id = %s",
        [cast.year.pk, cast.year.pk],
    )
    TermMark.objects.bulk_create(
        TermMark(
            school=cast.school, journal_id=journal, term=term, student_id=student, value="" if index == 0 else "4",
            reason="болел" if index == 0 else "", set_at=cast.at, changed_at=cast.at,
        )
        for index, (journal, student) in enumerate(rows)
    )  # fmt: skip
    assert not change_of(cast.school.pk, "general", AFTER).missing
    with pytest.raises(Refusal, match="закрыть его можно после"):
        close_past_year(on=cast.on, **by(cast))
    year = close_past_year(on=AFTER, **by(cast))
    assert year.state == "closed"
    assert LogEntry.objects.filter(verb="year_closed").exists()
    viewer = cast.viewer("teacher")
    mark = MarkChange(0, cast.lesson.pk, cast.student.pk, "5", 0, work="oral")
    with pytest.raises(BadInput, match="Учебный год закрыт"):
        write(viewer, cast.russian.pk, [mark], operation_id="closed-year-0001", at=cast.at)
    with pytest.raises(Refusal, match="закрыт"):
        organisation.ensure_homerooms(
            year=year, rows=[organisation.HomeroomRow("9Я", 9)], by=by(cast)["by"], at=cast.at
        )
    assert client_of(cast.teacher).get(reverse("journal", args=[cast.russian.pk])).status_code == 200


REFUSED: dict[str, Callable[[Any, dict[str, Any]], object]] = {
    "journal": lambda c, k: plans.change_journal(
        journal=c.russian, scale_id=c.russian.scale_id, plan_id=c.russian.plan_id, weekly_hours=2,
        term_kind="quarter", **k,
    ),
    "load": lambda c, k: plans.set_load(journal=c.russian, teacher_id=c.deputy.pk, starts=c.on, **k),
    "load ended": lambda c, k: plans.end_load(load=c.russian.loads.all()[0], until=c.on, **k),
    "loads": lambda c, k: plans.bulk_load(
        school_id=c.school.pk, rows=[plans.LoadRow(c.russian.pk, c.deputy.pk, c.on)], **k
    ),
    "plan": lambda c, k: plans.save_plan(
        year=c.year, subject_id=c.russian.subject_id, title="Новый", topics=[plans.TopicRow("Тема")], grade=6, **k
    ),
    "plans": lambda c, k: plans.bulk_plans(year=c.year, rows=[], **k),
    "curriculum": lambda c, k: plans.set_curriculum(year=c.year, rows=[], **k),
    "slots": lambda c, k: set_slots(
        year=c.year, rows=[], starts=c.on, journal_ids=[c.russian.pk], **k
    ),
    "lessons": lambda c, k: generate_lessons(year=c.year, since=c.on, until=c.year.until, **k),
    "substitution": lambda c, k: changes.substitute(lesson=c.lesson, substitute_id=c.deputy.pk, **k),
    "substitution ended": lambda c, k: changes.end_substitution(lesson=c.lesson, **k),
    "substitutions": lambda c, k: changes.bulk_substitutions(
        school_id=c.school.pk, rows=[changes.SubstitutionRow(c.lesson.pk, c.deputy.pk, None, c.at)], **k
    ),
    "cancelled": lambda c, k: changes.cancel_lesson(lesson=c.lesson, **k),
    "restored": lambda c, k: changes.restore_lesson(lesson=c.lesson, **k),
    "moved": lambda c, k: changes.move_lesson(lesson=c.lesson, date=c.on, number=7, **k),
    "subgroup": lambda c, k: enrolments.join_subgroup(
        student=c.student, subgroup=Subgroup.objects.filter(year=c.year)[0], starts=c.on, **k
    ),
    "subgroup left": lambda c, k: enrolments.leave_subgroup(
        student=c.student, subgroup=Subgroup.objects.filter(year=c.year)[0], on=c.on, **k
    ),
    "enrolments": lambda c, k: enrolments.bulk_enrolments(
        school_id=c.school.pk, rows=[enrolments.EnrolmentRow(c.student.pk, c.homeroom.pk, c.on)], **k
    ),
    "memberships": lambda c, k: enrolments.bulk_memberships(
        school_id=c.school.pk,
        rows=[enrolments.MembershipRow(c.student.pk, Subgroup.objects.filter(year=c.year)[0].pk, c.on)], **k
    ),
    "permit": lambda c, k: permits.ask_permit(
        c.viewer("teacher"), permits.Wish(c.russian.pk, "mark", "Опоздал", lesson_id=c.lesson.pk),
        at=c.at, operation_id="closed-year-0002",
    ),
}  # fmt: skip


@pytest.mark.parametrize("what", REFUSED)
def test_what_is_set_up_in_a_closed_year_stays(cast: Any, what: str) -> None:
    AcademicYear.objects.filter(pk=cast.year.pk).update(state="closed")
    cast.year.refresh_from_db()
    for row in (cast.russian, cast.lesson):
        row.refresh_from_db()
    with pytest.raises((Refusal, permits.Refusal), match="закрыт"):
        REFUSED[what](cast, {"by": actor_of(cast.deputy, "deputy"), "at": cast.at})


def test_the_calendar_does_not_close_a_year_past_the_page(cast: Any) -> None:
    answer = client_of(cast.deputy).post(
        reverse("setup_calendar"),
        {"act": "year", "starts": "2026-09-01", "until": "2027-05-31", "week_days": "5", "state": "closed"},
    )
    cast.year.refresh_from_db()
    assert answer.status_code == 422 and cast.year.state == "open"


def test_the_page_shows_who_goes_where_before_it_is_done(cast: Any) -> None:
    signed, url = client_of(cast.deputy), reverse("year_change")
    text = signed.get(url).content.decode()
    assert "Не хватает годовых отметок" in text and "Сначала создайте новый год" in text
    made = signed.post(
        url, {"act": "open", "title": "2027/2028", "starts": "2027-09-01", "until": "2028-05-31"}
    )
    assert made.status_code == 302
    sent = {
        "act": "promote",
        "repeats": str(cast.student.pk),
        "order_number": "41-у",
        "order_date": "2027-05-31",
    }
    shown = signed.post(url, sent)
    text = shown.content.decode()
    assert shown.status_code == 200 and "Пока ничего не записано" in text
    assert cast.student.surname in text and "оставлен на повторное обучение" in text
    assert not Enrolment.objects.filter(homeroom__year__title="2027/2028").exists()
    assert signed.post(url, {**sent, "agreed": "1"}).status_code == 302
    assert place(cast.student, AcademicYear.objects.get(title="2027/2028", school=cast.school)) == "6Б"
    twice = signed.post(url, {"act": "promote", "repeats": "5", "left": "5"})
    assert twice.status_code == 422 and "два исхода" in twice.content.decode()


def test_statements_do_not_grow_with_the_school(cast: Any) -> None:
    with statements() as seen:
        change_of(cast.school.pk, "general", cast.on)
    assert len(seen) <= 4
    assert Journal.objects.filter(year=cast.year).count() > 1
