"""Clauses on reports to families: who got none within the interval, by which means, and who looked by themselves."""

from datetime import date, timedelta
from typing import Any

import pytest

from parta.diary.actions.reports import hand_over, make_reports, read_report
from parta.diary.models import FamilyReport, Look
from parta.people.models import Consent
from tests.journeys.steps import COLLEGE, DUBROVO, GYMNASIUM, IPATOVO, done, page, presets, under
from tests.journeys.test_clauses_checks import found

MADE = date(2026, 10, 1)


def reported(cast: Any, day: date = MADE) -> Any:
    """The class teacher makes the reports of the class on a day."""
    viewer = cast.viewer("class_teacher", cast.local(day, 15))
    return make_reports(
        viewer, cast.homeroom.pk, starts=day - timedelta(days=13), until=day + timedelta(days=1), at=viewer.at
    )


def unreported(cast: Any, clause: str, day: date, who: str = "deputy") -> list[Any]:
    """Lines about 6«Б» by this clause on a day."""
    return [
        line
        for line in found(cast, "parents_report_every", who, cast.local(day, 16))
        if clause in line.ids and line.url_id == cast.homeroom.pk
    ]


def names(lines: list[Any]) -> set[str]:
    return {student.partition(" (")[0] for line in lines for student in line.students}


@presets(
    (COLLEGE, "ET-7.2s"),
    (COLLEGE, "ET-A-CURATOR-2a"),
    (DUBROVO, "DB-3.3.12"),
    (GYMNASIUM, "GT-I-5.2.ct.в"),
)
def test_students_whose_family_got_no_report_within_two_weeks(
    cast: Any, client_of: Any, request: Any
) -> None:
    """A report of 1 October is in time on the 15th, and too old on the 16th."""
    clause = next(request.node.iter_markers("clause")).args[0]
    assert "Ефимова Софья" in names(unreported(cast, clause, date(2026, 9, 16)))
    assert not unreported(cast, clause, date(2026, 9, 15)), "the first interval begins with the year"
    reported(cast)
    assert not unreported(cast, clause, date(2026, 10, 15))
    (line,) = unreported(cast, clause, date(2026, 10, 16))
    assert "Ефимова Софья (последний 01.10.2026)" in line.students and line.who_id == cast.class_teacher.pk
    assert "Цой Максим" not in names([line]), "who came on the 7th is owed by the 21st"
    assert "Цой Максим" in names(unreported(cast, clause, date(2026, 10, 22)))
    # a look of the family is no report; the sent report has its date and its receipt
    Look.objects.create(
        school=cast.school,
        student=cast.student,
        person=cast.guardian,
        day=date(2026, 10, 14),
        last_at=cast.at,
    )
    assert "Сафина Диляра" in names(unreported(cast, clause, date(2026, 10, 16)))
    row = FamilyReport.objects.get(student=cast.student)
    words = page(client_of(cast.guardian), f"/diary/{cast.student.pk}/reports/{row.pk}/")
    assert "Русский язык" in words and "пропу" in words.lower(), "marks and absences of the interval"
    assert row.given_on == MADE and read_report(cast.viewer("guardian"), row.pk, at=cast.at)
    assert row.receipts.get().guardian == cast.guardian
    # the class teacher finds the class among the own duties, another class's master does not
    words = page(client_of(cast.class_teacher), "/control/findings/")
    assert "Отчёты семьям" not in words, "today the reports are not yet two weeks old"
    FamilyReport.objects.filter(student=cast.named("Ефимова")).update(given_on=MADE - timedelta(days=2))
    words = page(client_of(cast.class_teacher), "/control/findings/")
    assert "Отчёты семьям" in words and "Ефимова Софья (последний 29.09.2026)" in words
    assert "Ефимова" not in page(client_of(cast.master), "/control/findings/")


@presets((COLLEGE, "ET-A-CURATOR-2a"))
def test_a_sheet_counts_from_the_day_it_was_handed_over(cast: Any) -> None:
    student = cast.named("Ефимова")
    Consent.objects.create(
        school=cast.school, student=student, kind="paper", state="given", signed_on=date(2026, 9, 1),
        recorded_at=cast.at,
    )  # fmt: skip
    made = reported(cast)
    assert made.paper == 1
    day = date(2026, 10, 15)
    assert names(unreported(cast, "ET-A-CURATOR-2a", day)) == {"Ефимова Софья"}, (
        "printed, but not handed over"
    )
    row = FamilyReport.objects.get(student=student, medium="paper")
    viewer = cast.viewer("class_teacher", cast.local(date(2026, 10, 2), 15))
    hand_over(viewer, row.pk, on=date(2026, 10, 2), to="мать", at=viewer.at)
    assert not unreported(cast, "ET-A-CURATOR-2a", day)
    assert "Ефимова Софья" not in names(unreported(cast, "ET-A-CURATOR-2a", date(2026, 10, 16)))
    assert "Ефимова Софья" in names(unreported(cast, "ET-A-CURATOR-2a", date(2026, 10, 17)))


@presets((COLLEGE, "ET-2.2.11"), (COLLEGE, "ET-A-DEP-14"), (DUBROVO, "DB-2.1.2b"))
def test_a_look_of_the_family_informs_as_well_as_a_report(cast: Any, client_of: Any, request: Any) -> None:
    clause = next(request.node.iter_markers("clause")).args[0]
    reported(cast, date(2026, 9, 29))
    on = cast.on
    assert {"Сафина Диляра", "Зайцев Михаил"} <= names(unreported(cast, clause, on))
    look = Look.objects.create(
        school=cast.school, student=cast.student, person=cast.student, day=date(2026, 10, 13), last_at=cast.at
    )
    assert "Сафина Диляра" in names(unreported(cast, clause, on)), "the student is not the family"
    Look.objects.filter(pk=look.pk).update(person=cast.guardian)
    assert "Сафина Диляра" not in names(unreported(cast, clause, on))
    assert "Зайцев Михаил" in names(unreported(cast, clause, on))
    Look.objects.filter(pk=look.pk).update(day=date(2026, 9, 30))
    assert "Сафина Диляра" not in names(unreported(cast, clause, on)), "the fourteenth day is in time"
    Look.objects.filter(pk=look.pk).update(day=date(2026, 9, 29))
    assert "Сафина Диляра" in names(unreported(cast, clause, on))
    (line,) = unreported(cast, clause, on)
    assert "class_teacher" in line.told and "Зайцев Михаил" in page(
        client_of(cast.deputy), "/control/duties/"
    )
    assert "Зайцев Михаил" in page(client_of(cast.class_teacher), "/control/findings/")


@under(DUBROVO)
@pytest.mark.clause("DB-2.2.4a")
def test_parent_finds_today_in_the_account_and_a_class_without_a_report_is_listed(
    cast: Any, client_of: Any
) -> None:
    from tests.journeys.steps import absent, mark, saved, send

    english, student = cast.lesson_on("english", cast.on), cast.student
    journal, teacher, lesson = cast.english, cast.english_teacher, english
    if send(client_of(teacher), journal, mark(lesson, student, "5")).status_code != 200:
        journal, teacher, lesson = (
            cast.english_2,
            cast.english_teacher_2,
            cast.lesson_on("english_2", cast.on),
        )
        saved(send(client_of(teacher), journal, mark(lesson, student, "5")))
    saved(
        send(client_of(cast.substitute), cast.maths, absent(cast.lesson_on("maths", cast.on), student, "н"))
    )
    words = page(client_of(cast.guardian), f"/diary/{student.pk}/")
    today = words[words.index("14 октября") :]
    assert "5 устный ответ" in today and "нет на уроке" in today
    assert unreported(cast, "DB-2.2.4a", cast.on)
    reported(cast, date(2026, 9, 30))
    assert not unreported(cast, "DB-2.2.4a", cast.on)
    assert unreported(cast, "DB-2.2.4a", date(2026, 10, 15))


@under(IPATOVO)
@pytest.mark.clause("IP-2.12h", "IP-2.12i")
def test_family_that_stated_it_will_not_use_the_diary_gets_a_sheet_each_week(
    cast: Any, client_of: Any
) -> None:
    """The statement starts the weekly duty, a sheet handed over in the week fulfils it, the withdrawal ends it."""
    student, keeper = cast.named("Ефимова"), client_of(cast.class_teacher)
    statement = {
        "act": "record", "student": student.pk, "kind": "paper", "state": "given", "signed_on": "2026-10-02",
        "paper_number": "17", "scope": "не может пользоваться", "access": "keep",
    }  # fmt: skip

    def late(day: date) -> set[str]:
        return names(unreported(cast, "IP-2.12h", day))

    monday = date(2026, 10, 12)
    assert late(monday) == set(), "nobody stated anything"
    done(keeper.post(f"/rosters/{cast.homeroom.pk}/consents/", statement))
    assert "не может пользоваться" in page(keeper, f"/rosters/{cast.homeroom.pk}/consents/")
    assert late(date(2026, 10, 11)) == set(), "Sunday: the week is not over"
    assert late(monday) == {"Ефимова Софья"}, "the others have the diary"
    words = page(client_of(cast.deputy), "/control/duties/")
    assert "Семья не получила отчёт в срок: 1 ученик из 1" in words

    form = {"act": "extracts", "from": "2026-10-05", "last": "2026-10-11"}
    done(keeper.post(f"/families/{cast.homeroom.pk}/reports/", form))
    row = FamilyReport.objects.get()
    assert (row.student, row.medium) == (student, "paper"), "these pupils only"
    assert late(monday) == {"Ефимова Софья"}, "printed is not handed over"
    hand = {"act": "hand", "row": row.pk, "on": "2026-10-11", "to": "мать"}
    done(keeper.post(f"/families/{cast.homeroom.pk}/reports/", hand))
    assert late(monday) == set() and late(date(2026, 10, 18)) == set()
    assert late(date(2026, 10, 19)) == {"Ефимова Софья"}, "the next week asks anew"
    # the vacation has no lessons: its week owes nothing
    assert late(date(2026, 11, 2)) == set()

    ended = statement | {"state": "withdrawn", "signed_on": "2026-10-14", "paper_number": "18"}
    done(keeper.post(f"/rosters/{cast.homeroom.pk}/consents/", ended))
    assert late(date(2026, 10, 19)) == set(), "withdrawn: the duty is over"
    # a statement of this Wednesday asks for no sheet of last week
    again = statement | {"student": cast.named("Авдеев").pk, "signed_on": "2026-10-14", "paper_number": "19"}
    done(keeper.post(f"/rosters/{cast.homeroom.pk}/consents/", again))
    assert late(date(2026, 10, 14)) == set()
    assert late(date(2026, 10, 26)) == {"Авдеев Кирилл"}
    # the parents' account: untouched or closed by choice; one that serves another child too stays
    address, family = f"/rosters/{cast.homeroom.pk}/consents/", client_of(cast.other_guardian)
    theirs = statement | {"student": cast.named("Зайцев").pk, "paper_number": "20"}
    done(keeper.post(address, theirs))
    page(family, "/diary/")
    ended = theirs | {"state": "withdrawn", "access": "close"}
    assert "не о том" in keeper.post(address, ended).content.decode(), (
        "a paper that moves nobody closes nothing"
    )
    page(family, "/diary/")
    done(keeper.post(address, theirs | {"paper_number": "21", "access": "close"}))
    assert family.get("/diary/").status_code == 302, "their session is over"
    both = statement | {"student": cast.student.pk, "paper_number": "22", "access": "close"}
    done(keeper.post(address, both))
    page(client_of(cast.guardian), "/diary/")
    Consent.objects.filter(student=cast.student).update(student=cast.brother)
    done(keeper.post(address, both))
    cast.guardian.user.refresh_from_db()
    assert not cast.guardian.user.is_active, "both children are on paper now"
