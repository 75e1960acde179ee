"""Reasons of absences that an act asks for by the next lesson: the desk and the watch name the moment of the write."""

from datetime import date
from typing import Any

from parta.diary.queries.families import reason_queue
from parta.journal.models import Absence
from parta.journal.rules.tests.living import live_under, owed, text_of
from parta.timetable.models import Lesson

LETTERS = 'kind = "absence_codes"\ncodes = [{ symbol = "Н", meaning = "unknown", title = "нет" }]'
REASON = 'kind = "absence_reason_by"\nwithin = "next_lesson"\nby = "class_teacher"'


def test_a_reason_owed_to_the_next_lesson_is_due_then_wherever_it_is_asked(cast: Any) -> None:
    Absence.objects.filter(school=cast.school).delete()
    live_under(cast, text_of(LETTERS, REASON))
    row = cast.lesson_on("maths", date(2026, 10, 5))
    Absence.objects.create(
        school=cast.school, journal=cast.maths, lesson=row, student=cast.named("Асанов"), meaning="unknown", symbol="Н",
        set_at=cast.at, changed_at=cast.at, set_by=cast.class_teacher,
    )  # fmt: skip
    later = Lesson.objects.filter(journal=cast.maths, date__gt=row.date).exclude(state="cancelled")
    begins = min(one.starts_at for one in later)
    (one,) = (found for found in owed(cast, cast.local(row.date, 20)) if found.fact == "absence")
    assert one.due == begins
    (span,) = reason_queue(cast.viewer("class_teacher")).spans
    assert span.due == begins
