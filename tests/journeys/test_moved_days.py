"""Working Saturdays and moved days as an act names them: in terms, in lessons by the template, in findings."""

from datetime import date, datetime, time
from typing import Any

import pytest

from parta.control.actions.findings import keep
from parta.control.models import Finding
from parta.foundation.log import SYSTEM
from parta.journal.models import LessonRecord
from parta.journal.rules.tests.living import faults, law_now, live_under, text_of
from parta.regulation.durations import parse_duration
from parta.regulation.edition import parse_edition
from parta.regulation.explain import explained
from parta.timetable.actions import generate_lessons
from parta.timetable.calendar import calendar_of
from parta.timetable.models import Lesson, TimetableSlot
from parta.timetable.moved import moved_days

SATURDAY, MONDAY = date(2026, 11, 21), date(2026, 11, 23)
MOVED = """kind = "moved_days"
working = [{ day = 2026-11-21, by = "monday" }]
days_off = [2026-11-23]"""


@pytest.mark.parametrize(
    ("rule", "line", "said"),
    [
        (
            'kind = "moved_days"\nworking = [{ day = "2026-11-21" , by = "понедельник" }]',
            10,
            "не день недели",
        ),
        ('kind = "moved_days"\nworking = [{ on = 2026-11-21 }]', 10, "on"),
        (
            'kind = "moved_days"\nworking = [{ day = 2026-11-21 }]\ndays_off = [2026-11-21]',
            7,
            "назван дважды",
        ),
        ('kind = "moved_days"\ndays_off = [2026-11-23, 2026-11-23]', 10, "назван дважды"),
        ('kind = "moved_days"\ndays_off = [2026-11-23]\ngrades = "5-9"', 7, "названным классам"),
    ],
)
def test_what_is_wrong_is_told_with_its_line(rule: str, line: int, said: str) -> None:
    found = faults(text_of(rule))
    assert found and found[0].startswith(f"строка {line},") and any(said in one for one in found), found


def test_it_is_said_in_words() -> None:
    (one,) = explained(parse_edition(text_of(MOVED)))
    assert one.says == ("рабочие дни: 21.11.2026 (по расписанию: понедельник); выходные: 23.11.2026",)


@pytest.mark.django_db
@pytest.mark.parametrize("cast", ["goethe23"], indirect=True)
def test_terms_count_the_days_as_they_were_moved(cast: Any) -> None:
    """From Friday the 20th: of five days a week two working days end on Tuesday; moved, on Tuesday the 24th too, but by
    the Saturday and without the Monday."""
    friday = date(2026, 11, 20)

    def last(term: str, title: str = "") -> date:
        school = cast.school
        calendar = calendar_of(school.pk, school.timezone, school.law_version).of_class(title)
        moment = datetime.combine(friday, time(12), calendar.zone)
        limit = parse_duration(term).limit(friday, moment, calendar)
        return limit.astimezone(calendar.zone).date()

    live_under(cast, text_of('kind = "uniform_rules"'))
    assert [last("1 work_days"), last("2 work_days")] == [MONDAY, date(2026, 11, 24)]
    live_under(cast, text_of(MOVED))
    assert [last("1 work_days"), last("2 work_days")] == [SATURDAY, date(2026, 11, 24)]
    assert last("1 school_days") == SATURDAY
    # of one class alone
    live_under(cast, text_of(f'{MOVED}\nclasses = ["6Б"]'))
    assert last("1 work_days") == MONDAY and last("1 work_days", "6Б") == SATURDAY
    # an act that has ended by that day moves nothing
    live_under(cast, text_of(f"{MOVED}\nin_force_until = 2026-11-01"))
    assert last("1 work_days") == MONDAY and moved_days(law_now(cast)) == ()


@pytest.mark.django_db
@pytest.mark.parametrize("cast", ["goethe23"], indirect=True)
def test_lessons_follow_the_day_whose_timetable_is_taught_and_control_finds_nothing_amiss(cast: Any) -> None:
    slots = TimetableSlot.objects.filter(journal=cast.maths, weekday=1)
    assert slots.exists() and not TimetableSlot.objects.filter(journal=cast.maths, weekday=6).exists()

    def taught(day: date) -> int:
        Lesson.objects.filter(school=cast.school, date__gte=SATURDAY, date__lte=MONDAY, record=None).delete()
        generate_lessons(
            year=cast.maths.year,
            since=SATURDAY,
            until=date(2026, 11, 24),
            by=SYSTEM,
            at=cast.local(SATURDAY, 6),
        )
        return Lesson.objects.filter(journal=cast.maths, date=day).count()

    matching = (
        'kind = "record_matches_timetable"\nchecks = ["record_on_nonschool_day", "record_without_lesson"]'
    )
    live_under(cast, text_of(matching))
    assert taught(SATURDAY) == 0 and taught(MONDAY) == slots.count()
    live_under(cast, text_of(matching, MOVED))
    assert taught(SATURDAY) == slots.count() and taught(MONDAY) == 0
    lesson = Lesson.objects.filter(journal=cast.maths, date=SATURDAY).earliest("number")
    LessonRecord.objects.create(
        lesson=lesson, school=cast.school, journal=cast.maths, topic="Дроби", conducted_at=lesson.ends_at
    )

    def amiss() -> list[str]:
        keep(cast.school.pk, at=cast.local(SATURDAY, 20), anew=True)
        lines = Finding.objects.filter(
            school=cast.school, kind="record_matches_timetable", lesson_id=lesson.pk
        )
        return [one.text for one in lines if one.state == "open"]

    assert amiss() == []
    live_under(cast, text_of(matching))
    assert any("неучебный день" in text for text in amiss())
