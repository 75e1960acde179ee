"""Clauses on what stands of years long past: a mark and an absence of two years ago, found under the student."""

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from parta.journal.models import Absence, Assessment, LessonRecord, Mark
from parta.organisation.models import AcademicYear, Homeroom, MarkScale, Term
from parta.people.models import Enrolment
from parta.plans.models import Journal, TeachingLoad
from parta.timetable.models import Lesson
from tests.journeys.steps import CENTRE, GYMNASIUM, IPATOVO, page, presets

DAY, MISSED = date(2024, 10, 15), date(2024, 10, 17)


def long_ago(cast: Any, title: str) -> Journal:
    """The school year before the last, closed: one class, its journal, a mark and an absence of Зайцев."""
    school, student = cast.school, cast.named("Зайцев")
    year = AcademicYear.objects.create(
        school=school, title="2024/2025", starts=date(2024, 9, 1), until=date(2025, 6, 1), state="closed"
    )
    Term.objects.create(
        school=school, year=year, kind="year", title="Год", starts=year.starts, until=year.until
    )
    kind = cast.term.kind
    if kind != "year":
        Term.objects.create(
            school=school, year=year, kind=kind, number=1, title="I четверть", starts=year.starts,
            until=date(2024, 10, 28),
        )  # fmt: skip
    room = Homeroom.objects.create(
        school=school,
        year=year,
        title=title,
        grade=4 if cast.homeroom.grade else None,
        letter="",
        term_kind=kind,
    )
    Enrolment.objects.create(
        school=school, student=student, homeroom=room, starts=year.starts, until=year.until, order_number="12"
    )
    subject = cast.subjects["english"]
    journal = Journal.objects.create(
        school=school, year=year, homeroom=room, subject=subject, grade=room.grade, weekly_hours=2,
        scale=MarkScale.objects.get(school=school), term_kind=kind,
    )  # fmt: skip
    TeachingLoad.objects.create(
        school=school, journal=journal, teacher=cast.english_teacher, starts=year.starts, until=year.until
    )
    at = datetime(2024, 10, 15, 7, tzinfo=UTC)
    for day in (DAY, MISSED):
        lesson = Lesson.objects.create(
            school=school, journal=journal, date=day, number=2, teacher=cast.english_teacher,
            starts_at=at.replace(day=day.day, hour=3), ends_at=at.replace(day=day.day, hour=4),
        )  # fmt: skip
        LessonRecord.objects.create(
            school=school,
            journal=journal,
            lesson=lesson,
            topic=f"Тема {day.day}",
            conducted_at=at,
            roll_at=at,
        )
        if day == DAY:
            work = Assessment.objects.create(
                school=school, journal=journal, lesson=lesson, work_kind="written", weight=Decimal(1)
            )
            Mark.objects.create(
                school=school,
                journal=journal,
                assessment=work,
                student=student,
                value="3",
                set_at=at,
                changed_at=at,
            )
        else:
            Absence.objects.create(
                school=school, journal=journal, lesson=lesson, student=student, symbol="б", meaning="ill",
                set_at=at, changed_at=at,
            )  # fmt: skip
    return journal


@presets((GYMNASIUM, "GT-I-2.3a"), (IPATOVO, "IP-1.4.1a"), (CENTRE, "CT-4.2c"))
def test_a_mark_of_two_years_ago_is_found_under_the_student(cast: Any, client_of: Any, request: Any) -> None:
    title = "Лепка" if request.node.callspec.id == "CT-4.2c" else "4Б"
    journal, student = long_ago(cast, title), cast.named("Зайцев")
    deputy = client_of(cast.deputy)
    card = deputy.get(f"/students/{student.pk}/").content.decode()
    assert title in card.replace("\u00a0«", "").replace("»", "")
    address = f"/diary/{student.pk}/"
    assert f'href="{address}"' in card
    years = deputy.get(f"{address}results/").content.decode()
    assert "2024/2025" in years
    term = Term.objects.filter(year=journal.year).order_by("starts", "-until").last()
    assert term is not None
    link = f"{address}?view=marks&amp;term={term.pk}"
    assert link in years
    words = page(deputy, link.replace("&amp;", "&"))
    assert "Английский язык 3 15.10" in words, words
    one = f"{address}subjects/{journal.subject_id}/?term={term.pk}"
    assert one in deputy.get(link.replace("&amp;", "&")).content.decode()
    words = page(deputy, one)
    assert "письменная работа" in words and "15 октября" in words, words
    # the journal itself stands, with lesson, kind of work and mark; nothing is written there any more
    book = page(deputy, f"/journals/{journal.pk}/")
    assert "Тема 15" in book
    assert client_of(cast.outside.deputy).get(f"/journals/{journal.pk}/").status_code == 404
    assert client_of(cast.other_teacher).get(f"/journals/{journal.pk}/").status_code == 404


@presets((GYMNASIUM, "GT-I-2.3b"), (IPATOVO, "IP-1.4.1b"), (CENTRE, "CT-4.2d"))
def test_attendance_of_two_years_ago_lists_with_its_codes(cast: Any, client_of: Any, request: Any) -> None:
    title = "Лепка" if request.node.callspec.id == "CT-4.2d" else "4Б"
    long_ago(cast, title)
    deputy, span = client_of(cast.deputy), "since=2024-10-01&until=2024-10-31"
    lines = deputy.get(f"/reports/missed_topics/?{span}&as=csv").content.decode("utf-8-sig").splitlines()
    shown = title if title == "Лепка" else "4 «Б»"
    assert lines[1].replace("\u00a0", " ").replace('""', '"') == (
        f"Зайцев Михаил;{shown};Английский язык;17.10.2024;б;Тема 17;нет"
    )
    assert len(lines) == 2
    days = page(deputy, f"/reports/day_attendance/?{span}")
    assert "17.10.2024" in days and shown in days
    years = page(deputy, f"/diary/{cast.named('Зайцев').pk}/results/")
    assert "2024/2025" in years and "за год: 1" in years
    strangers = client_of(cast.outside.deputy).get(f"/reports/missed_topics/?{span}&as=csv").content.decode()
    assert "Зайцев" not in strangers
