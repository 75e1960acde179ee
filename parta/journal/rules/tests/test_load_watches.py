"""What guards refuse while planning is found when it stands already: the same limit, both sides of it."""

from datetime import date, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from parta.journal.models import Absence, Assessment, Homework, Mark, TermMark
from parta.journal.rules.density_watch import density_lines, density_matters
from parta.journal.rules.final_watches import final_matters
from parta.journal.rules.gap_watches import gap_matters
from parta.journal.rules.load_watches import homework_matters, work_matters
from parta.journal.rules.matters import Matter, whole
from parta.journal.rules.outcome_watches import outcome_matters
from parta.journal.rules.tests.living import days_of, law_now, live_under, text_of
from parta.journal.rules.thresholds import threshold_matters
from parta.people.models import Enrolment
from parta.regulation.durations import PlainCalendar

UTC_ZONE = ZoneInfo("UTC")
SEPTEMBER = date(2026, 9, 1)
TODAY = date(2026, 10, 24)


def look(cast: Any, watched: Any, since: date = SEPTEMBER, until: date = TODAY) -> list[Matter]:
    found: list[Matter] = watched(
        law_now(cast), cast.school.id, whole(cast.school.id), since=since, until=until, calendar=days_of(cast)
    )
    return found


def clear(cast: Any) -> None:
    """A journal nobody has written in: the watches are asked of what a test puts there."""
    Mark.objects.filter(school=cast.school).delete()
    Assessment.objects.filter(school=cast.school).delete()
    Homework.objects.filter(school=cast.school).delete()
    Absence.objects.filter(school=cast.school).delete()
    TermMark.objects.filter(school=cast.school).delete()


def work(
    cast: Any, journal: str, day: date, kind: str = "control", value: str = "4", student: Any = None
) -> Any:
    lesson = cast.lesson_on(journal, day)
    column = Assessment.objects.create(
        school=cast.school,
        journal=cast.journals[journal],
        lesson=lesson,
        work_kind=kind,
        position=1,
        weight=1,
    )
    put(cast, column, student or cast.named("Асанов"), value)
    return column


def put(cast: Any, column: Any, student: Any, value: str) -> None:
    Mark.objects.create(
        school=cast.school, journal=column.journal, assessment=column, student=student, part=0, value=value,
        first_value=value, set_at=cast.at, changed_at=cast.at, set_by=cast.teacher,
    )  # fmt: skip


def october(day: int) -> date:
    return date(2026, 10, day)


def test_a_second_control_work_of_a_day_is_found_on_the_later_lesson(cast: Any) -> None:
    clear(cast)
    live_under(cast, text_of('kind = "control_work_schedule"\nmax_per_day = 1\nmax_per_week = 2'))
    work(cast, "russian", october(13))
    assert look(cast, work_matters) == []
    second = work(cast, "maths", october(13))
    (one,) = look(cast, work_matters)
    assert one.lesson_id == second.lesson_id and one.who_id is not None and "не больше 1" in one.detail
    assert {clause.id for clause in one.clauses} == {"Н-1"} and one.since == october(13)
    assert look(cast, work_matters, since=october(14)) == []
    Mark.objects.filter(assessment=second).delete()
    assert look(cast, work_matters) == [], "closed by the fact"


def test_a_third_of_the_week_and_a_quarantine_that_allows_it(cast: Any) -> None:
    clear(cast)
    rule = 'kind = "control_work_schedule"\nmax_per_week = 2'
    week = ("russian", 12), ("maths", 13), ("russian", 14)
    for journal, day in week:
        work(cast, journal, october(day))
    live_under(cast, text_of(rule))
    (one,) = look(cast, work_matters)
    assert one.since == october(14)
    variant = (
        'kind = "variant"\nname = "карантин"\nclasses = ["6Б"]\nreplaces = { "Н-1" = { max_per_week = 3 } }'
    )
    live_under(cast, text_of(rule, variant))
    assert look(cast, work_matters) == []
    live_under(cast, text_of(rule, variant.replace("6Б", "7Б")))
    assert len(look(cast, work_matters)) == 1


def test_spacing_of_a_subject_is_counted_over_weeks(cast: Any) -> None:
    clear(cast)
    work(cast, "maths", october(6))
    work(cast, "maths", october(23), "control")
    live_under(cast, text_of('kind = "control_work_schedule"\nmin_gap = "2.5 weeks"'))
    (one,) = look(cast, work_matters)
    assert one.since == october(23), "17 days are less than two weeks and a half"
    live_under(cast, text_of('kind = "control_work_schedule"\nmin_gap = "17d"'))
    assert look(cast, work_matters) == []


def test_parts_of_a_class_write_their_works_at_one_time(cast: Any) -> None:
    clear(cast)
    parts = [name for name, journal in cast.journals.items() if journal.subgroup_id is not None]
    live_under(cast, text_of('kind = "control_work_schedule"\nmax_per_day = 1'))
    days = [{lesson.date for lesson in cast.lessons[name]} for name in parts[:2]]
    day = min(days[0] & days[1])
    for name in parts[:2]:
        work(cast, name, day)
    assert look(cast, work_matters) == []


def homework(cast: Any, journal: str, day: date, minutes: int | None, due: date) -> Any:
    return Homework.objects.create(
        school=cast.school, journal=cast.journals[journal], lesson=cast.lesson_on(journal, day), text="§ 12",
        minutes=minutes, due_date=due, set_at=cast.at + timedelta(minutes=Homework.objects.count()),
        changed_at=cast.at, set_by=cast.teacher,
    )  # fmt: skip


def test_homework_of_a_class_for_a_day_is_summed_over_subjects(cast: Any) -> None:
    clear(cast)
    live_under(cast, text_of('kind = "homework_budget"\nmax = { by = "grade", "5-6" = 90, "7-11" = 120 }'))
    homework(cast, "russian", october(13), 50, october(15))
    homework(cast, "maths", october(13), 40, october(15))
    assert look(cast, homework_matters) == [], "ninety is the limit"
    homework(cast, "maths", october(14), 1, october(15))
    (one,) = look(cast, homework_matters)
    assert one.since == october(15) and "91" in one.detail and {c.id for c in one.clauses} == {"Н-1"}
    live_under(cast, text_of('kind = "homework_budget"\nmax = 200\nunknown = "ask"'))
    homework(cast, "russian", october(14), None, october(16))
    (asked,) = look(cast, homework_matters)
    assert asked.text.startswith("Не сказано")


STEPS = """kind = "absence_threshold"
meaning = ["unexcused"]
window = "month"
steps = [
  { at = 2, action = "беседа с учеником", by = "class_teacher", within = "2 work_days" },
  { at = 4, action = "письмо родителям", by = "deputy", within = "3 work_days" },
]"""


def miss(cast: Any, student: Any, *days: int, meaning: str = "unexcused", journal: str = "maths") -> None:
    for day in days:
        Absence.objects.create(
            school=cast.school, journal=cast.journals[journal], lesson=cast.lesson_on(journal, october(day)),
            student=student, meaning=meaning, symbol="Н", set_at=cast.at, changed_at=cast.at, set_by=cast.teacher,
        )  # fmt: skip


def test_each_step_of_a_threshold_is_a_duty_of_its_person_in_working_days(cast: Any) -> None:
    clear(cast)
    live_under(cast, text_of(STEPS))
    student = cast.named("Асанов")
    miss(cast, student, 6)
    miss(cast, student, 7, meaning="ill")
    assert look(cast, threshold_matters) == []
    miss(cast, student, 9)
    (talk,) = look(cast, threshold_matters)
    assert talk.who_id == cast.class_teacher.id and talk.role == "class_teacher"
    assert "беседа" in talk.text and talk.due is not None
    assert talk.due.astimezone(cast.zone).date() == october(13), "Friday, then two working days"
    miss(cast, student, 13, 14)
    talk, letter = look(cast, threshold_matters)
    assert letter.role == "deputy" and "письмо" in letter.text and letter.since == october(14)
    assert look(cast, threshold_matters, since=october(14)) == [letter]
    excepted = f'kind = "exception"\nof = ["Н-1"]\nstudents = [{student.id}]'
    live_under(cast, text_of(STEPS, excepted))
    assert look(cast, threshold_matters) == []


def test_days_in_a_row_and_shares(cast: Any) -> None:
    clear(cast)
    row = 'kind = "absence_threshold"\nmeasure = "days"\nin_a_row = true\nmeaning = ["unexcused"]\n'
    live_under(cast, text_of(row + 'steps = [{ at = 3, action = "звонок", by = "class_teacher" }]'))
    first, second = cast.named("Асанов"), cast.named("Зайцев")
    miss(cast, first, 6, 7, 8)
    miss(cast, second, 6, 8, 9)
    (one,) = look(cast, threshold_matters)
    assert one.students == ("Асанов Тимур",)
    share = (
        'kind = "absence_threshold"\nmeasure = "share"\nof = "subject"\nbase = "planned"\nwindow = "year"\n'
    )
    share += 'meaning = ["unexcused"]\nsteps = [{ at = PC, action = "звонок", by = "deputy" }]'
    lessons = len(cast.lessons["maths"])
    exact = 300 / lessons
    live_under(cast, text_of(share.replace("PC", f"{exact:.6f}")))
    assert {one.students[0] for one in look(cast, threshold_matters)} == {"Асанов Тимур", "Зайцев Михаил"}
    live_under(cast, text_of(share.replace("PC", f"{exact + 0.01:.6f}")))
    assert look(cast, threshold_matters) == []


@pytest.mark.parametrize(("value", "found"), [("5", False), ("4", True)])
def test_a_final_that_is_not_the_computed_one_is_found(cast: Any, value: str, found: bool) -> None:
    clear(cast)
    live_under(
        cast, text_of('kind = "term_mark"\nthresholds = { 5 = 4.6, 4 = 3.6, 3 = 2.6, 2 = 0 }\nmin_parts = 3')
    )
    student = cast.named("Асанов")
    for day, mark in ((6, "5"), (7, "5"), (8, "4"), (9, "5"), (13, "4")):
        work(cast, "maths", october(day), "oral", mark)
    assert look(cast, outcome_matters) == []
    TermMark.objects.create(
        school=cast.school, journal=cast.maths, term=cast.term, student=student, value=value, first_value=value,
        set_at=cast.at, changed_at=cast.at, set_by=cast.teacher,
    )  # fmt: skip
    matters = look(cast, outcome_matters)
    assert bool(matters) is found
    if found:
        assert "4,6" in matters[0].detail and "выходит «5»" in matters[0].detail


def test_who_is_excepted_came_late_or_was_not_there_owes_no_marks(cast: Any) -> None:
    """An individual plan, a late arrival, a long illness: norm, gap and finals name the others and not these."""
    clear(cast)
    law, school = lambda: law_now(cast), cast.school.id
    lessons = [one for one in cast.lessons["maths"] if one.ends_at <= cast.at]
    planned, late, ill, usual = map(cast.named, ("Асанов", "Зайцев", "Григорян", "Ефимова"))
    norm = 'kind = "mark_density"\nnorm = 4\nwarn = "60d"\nwindow = "term"\n'
    gap = 'kind = "mark_density"\nmax_gap = 3\nwindow = "term"\n'
    far = 'kind = "final_mark_vs_marks"\nmax_gap = 0.5\n'
    Enrolment.objects.filter(student=late).update(starts=cast.on - timedelta(days=1))
    for lesson in lessons[1:]:
        Absence.objects.create(
            school=cast.school, journal=cast.maths, lesson=lesson, student=ill, meaning="ill", symbol="Б",
            set_at=cast.at, changed_at=cast.at, set_by=cast.teacher,
        )  # fmt: skip
    work(cast, "maths", lessons[0].date, "oral", "3", ill)
    for student in (planned, usual):
        TermMark.objects.create(
            school=cast.school, journal=cast.maths, term=cast.term, student=student, value="5", first_value="5",
            set_at=cast.at, changed_at=cast.at, set_by=cast.teacher,
        )  # fmt: skip
        column = Assessment.objects.filter(journal=cast.maths).get()
        put(cast, column, student, "2")

    def named() -> tuple[set[str], set[str], set[str]]:
        lines = density_lines(law(), school, whole(school), on=cast.on)
        matters = [
            density_matters(lines, on=cast.on),
            gap_matters(law(), school, whole(school), until=cast.on, at=cast.at),
            final_matters(
                law(), school, whole(school), since=SEPTEMBER, until=cast.on, calendar=PlainCalendar()
            ),
        ]
        return tuple(  # type: ignore[return-value]
            {name.split()[0] for one in found if one.journal_id == cast.maths.pk for name in one.students}
            for found in matters
        )

    live_under(cast, text_of(norm, gap, far))
    few, unasked, differing = named()
    assert {"Асанов", "Ефимова"} <= few and {"Асанов", "Ефимова"} <= unasked
    assert differing == {"Асанов", "Ефимова"}
    assert "Зайцев" not in few, "one lesson in the class: a fourth of the term is not owed"
    assert "Григорян" not in few | unasked, "he was there once and has a mark for it"
    spared = f'kind = "exception"\nof = ["Н-1", "Н-2", "Н-3"]\nstudents = [{planned.id}]'
    live_under(cast, text_of(norm, gap, far, spared))
    few, unasked, differing = named()
    assert "Асанов" not in few | unasked | differing and "Ефимова" in few & unasked & differing
    Absence.objects.filter(student=ill).exclude(lesson=lessons[-1]).delete()
    assert "Григорян" in named()[0], "who could be asked owes the norm"
