"""A day of practice with a master: one lesson of six hours, from the template to what the family reads."""

from datetime import date, datetime, time
from typing import Any

import pytest

from parta.control.queries import reports, results, sheets
from parta.foundation import clock
from parta.foundation.log import SYSTEM
from parta.journal.models import LessonRecord
from parta.organisation.acts import Refusal
from parta.organisation.models import Subject
from parta.plans.models import CurriculumHours, PlannedTopic
from parta.timetable import actions
from parta.timetable.models import Lesson, TimetableSlot
from tests.journeys.steps import COLLEGE, absent, done, held, roll, saved, send, text, topic, under

MONDAY = date(2026, 10, 19)
"""The first day of practice: the next Monday of the cast."""


@under(COLLEGE)
@pytest.mark.clause("ET-4.5b")
def test_a_day_of_practice_is_one_lesson_of_six_hours_wherever_hours_count(cast: Any, client_of: Any) -> None:
    journal, group = cast.maths, cast.homeroom
    template = f"/setup/timetable/{group.pk}/"
    day = {"act": "save", "starts": MONDAY.isoformat(), "generate": "1", "r1_1_0": "31"}
    operator = client_of(cast.operator)

    # theory: the act wants the hours of a double lesson apart, and they can be put so
    refused = operator.post(template, day | {"j1_1_0": "математика × 2"})
    assert refused.status_code == 422 and "у каждого из сдвоенных уроков своя тема" in text(refused)
    assert "4.5" in text(refused) and not TimetableSlot.objects.filter(hours=2).exists()
    done(operator.post(template, day | {"j1_1_0": "математика", "j1_2_0": "математика"}))
    assert Lesson.objects.filter(journal=journal, date=MONDAY).count() == 2

    # practice: one lesson, as long as the bells say, and nothing else fits into it
    Subject.objects.filter(pk=journal.subject_id).update(tags=["practice"], kind="practice")
    into = operator.post(template, day | {"j1_1_0": "математика × 6", "j1_4_0": "математика"})
    assert into.status_code == 422 and "4-й урок того же журнала" in text(into)
    clash = operator.post(template, day | {"j1_1_0": "математика × 6", "j1_5_0": "русский язык"})
    assert clash.status_code == 422 and "Накладка" in text(clash) and "5-й урок" in text(clash)
    long = operator.post(template, day | {"j1_3_0": "математика × 6"})
    assert long.status_code == 422 and "нет 8-го урока" in text(long)
    done(operator.post(template, day | {"j1_1_0": "математика × 6"}))
    assert 'value="Математика × 6"' in operator.get(template).content.decode()
    lesson = Lesson.objects.get(journal=journal, date=MONDAY)
    local = (lesson.starts_at.astimezone(cast.zone).time(), lesson.ends_at.astimezone(cast.zone).time())
    assert (lesson.number, lesson.hours, *local) == (1, 6, time(8, 30), time(14, 5))
    before = Lesson.objects.filter(journal=journal).count()
    actions.generate_lessons(year=cast.year, since=MONDAY, until=date(2026, 10, 24), by=SYSTEM, at=cast.at)
    assert Lesson.objects.filter(journal=journal).count() == before, "made once"

    # a move takes all six with it, and meets whatever stands at one of them
    other = Lesson.objects.create(
        school=cast.school, journal=cast.russian, date=date(2026, 10, 20), number=6, starts_at=cast.at,
        ends_at=cast.at, teacher=lesson.teacher,
    )  # fmt: skip
    with pytest.raises(Refusal, match="учитель ведёт другой урок"):
        actions.move_lesson(lesson=lesson, date=other.date, number=1, by=SYSTEM, at=cast.at)
    lesson.refresh_from_db()
    with pytest.raises(Refusal, match="нет 8-го урока"):
        actions.move_lesson(lesson=lesson, date=date(2026, 10, 21), number=3, by=SYSTEM, at=cast.at)
    lesson.refresh_from_db()

    # one topic of six hours for it; hours answer to the curriculum
    PlannedTopic.objects.filter(plan=cast.plan).update(hours=6)
    type(journal).objects.filter(pk=journal.pk).update(plan=cast.plan)
    CurriculumHours.objects.filter(subject=journal.subject_id).delete()
    planned = PlannedTopic.objects.filter(plan=cast.plan).order_by("position")[0]
    yearly = 6 * PlannedTopic.objects.filter(plan=cast.plan).count()
    CurriculumHours.objects.create(
        school=cast.school, year=cast.year, subject_id=journal.subject_id, grade=journal.grade, weekly_hours=6,
        yearly_hours=yearly,
    )  # fmt: skip

    # the master conducts it: one roll, one topic
    at = datetime.combine(MONDAY, time(14, 10), cast.zone)
    Lesson.objects.filter(pk=lesson.pk).update(teacher=cast.class_teacher)
    with clock.rehearse(at):
        master = client_of(cast.class_teacher)
        shown = master.get(f"/lessons/{lesson.pk}/").content.decode()
        assert "1–6-й уроки" in shown and "8:30–14:05" in shown
        saved(send(master, journal, topic(lesson, planned.text, planned), roll(lesson), held(lesson)))
        saved(send(master, journal, absent(lesson, cast.student, "н")))
        assert LessonRecord.objects.get(lesson=lesson).conducted_at is not None
        grid = text(master.get(f"/journals/{journal.pk}/"))
        assert "пн 6ч" in grid and "1–6-й уроки" in grid and "пн 6 ч" in grid

        # the family: one line of the day, six hours missed
        family = client_of(cast.guardian)
        week = text(family.get(f"/diary/{cast.student.pk}/?week={MONDAY.isoformat()}"))
        assert "1–6 Математика 8:30–14:05" in week and "· 6 часов" in week
        away = text(family.get(f"/diary/{cast.student.pk}/absences/"))
        assert "Пропущено часов: 6" in away and "1–6 Математика" in away

        # control: hours by plan and given, hours missed
        viewer = cast.viewer("deputy", at)
        cut = sheets.Cut(MONDAY, MONDAY)
        row = next(row for row in reports.curriculum(viewer, cut).rows if "математика" in str(row[0]).lower())
        line = next(
            line for line in sheets.programme_sheet(viewer, cut) if line.progress.row[0] == journal.pk
        )
        assert line.progress.hours.held == 6 * line.progress.held == row[3] == 6
        assert line.progress.hours.planned == line.progress.planned + 5 == row[2]
        assert line.progress.plan_hours == yearly and not line.hours_differ
        table = results.attendance(viewer, cut)
        assert "Пропущено часов" in table.heads and 6 in [row[2] for row in table.rows]
