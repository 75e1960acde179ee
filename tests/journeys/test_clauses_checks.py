"""Clauses on checks, programmes, contradictions and period marks: the breach is found, and what is no breach is not."""

from datetime import date, datetime, timedelta
from typing import Any

import pytest

from parta.control.actions.findings import keep
from parta.control.models import Finding
from parta.control.queries.duties import duties
from parta.control.queries.duty_lines import DutyLine
from parta.control.queries.sheets import (
    Cut,
    homework_sheet,
    marks_sheet,
    programme_sheet,
    teacher_sheet,
    work_sheet,
)
from parta.foundation import clock
from parta.journal.models import Absence, Assessment, Homework, LessonRecord, Mark, TermMark
from parta.organisation.models import AcademicYear
from parta.plans.models import Journal, PlannedTopic
from parta.timetable.models import Lesson, Substitution
from tests.journeys.steps import (
    CENTRE,
    COLLEGE,
    DUBROVO,
    GYMNASIUM,
    IPATOVO,
    MONDAY,
    TUESDAY,
    done,
    page,
    presets,
    under,
)

OCTOBER = date(2026, 10, 1)


def found(
    cast: Any, kind: str, who: str = "deputy", at: datetime | None = None, since: date = OCTOBER
) -> list[DutyLine]:
    """What stands on the page of duties under a kind of rule."""
    viewer = cast.viewer(who, at)
    return [line for line in duties(viewer, since, viewer.on).lines if line.kind == kind]


_found = found


def recorded(cast: Any, journal: str, count: int, at: datetime | None = None, **more: Any) -> None:
    """The first lessons of a journal, recorded as held."""
    for lesson in cast.lessons[journal][:count]:
        LessonRecord.objects.update_or_create(
            lesson=lesson,
            defaults={
                "school": cast.school,
                "journal": lesson.journal,
                "topic": "Дроби",
                "conducted_at": at or lesson.ends_at,
                "roll_at": lesson.ends_at,
                **more,
            },
        )


def of_maths(lines: list[DutyLine]) -> list[DutyLine]:
    return [line for line in lines if "математика" in line.place]


@presets(
    (GYMNASIUM, "GT-I-5.2.tch.и-a"),
    (GYMNASIUM, "GT-I-3.5f"),
    (CENTRE, "CT-5.3b"),
    (COLLEGE, "ET-2.2.13"),
    (COLLEGE, "ET-A-DIR-7g"),
    (COLLEGE, "ET-A-DEP-10e"),
    (IPATOVO, "IP-2.13j"),
    (DUBROVO, "DB-2.2.7a"),
)
def test_lag_behind_the_programme_is_found_with_hours_and_topics(
    cast: Any, client_of: Any, request: Any
) -> None:
    """Eight lessons of maths are over: two not held are within the limit, three are not."""
    clause = next(request.node.iter_markers("clause")).args[0]

    def found(cast: Any, kind: str, who: str = "deputy") -> list[DutyLine]:
        return [one for one in _found(cast, kind, who) if clause in one.ids]

    recorded(cast, "maths", 6)
    assert not of_maths(found(cast, "programme_progress"))
    LessonRecord.objects.filter(lesson=cast.lessons["maths"][5]).delete()
    (line,) = of_maths(found(cast, "programme_progress"))
    assert "3 урока" in line.text and "По плану 8, проведено 5" in line.detail.capitalize()
    assert "не записано: 3" in line.detail and line.who_id == cast.class_teacher.pk and line.clauses
    # the head of another department does not see it
    assert not of_maths(found(cast, "programme_progress", "head_of_department"))
    # topics behind: three Russian lessons were held, but on no topic of the plan
    LessonRecord.objects.filter(lesson__in=cast.lessons["russian"][5:8]).update(planned_topic=None)
    (behind,) = [
        one
        for one in found(cast, "programme_progress", "head_of_department")
        if one.who_id == cast.teacher.pk
    ]
    assert (
        "3 урока" in behind.text
        and cast.topics[5].text in behind.detail
        and cast.topics[0].text not in behind.detail
    )
    (sheet,) = [
        one
        for one in programme_sheet(cast.viewer("deputy"), Cut(OCTOBER, cast.on))
        if one.progress.who_id == cast.teacher.pk and one.is_behind
    ]
    assert (sheet.progress.topics_done, sheet.share) == (5, 62)
    words = page(client_of(cast.deputy), "/control/check/?sheet=programme&since=2026-10-01")
    assert "Отставание" in words and cast.topics[5].text in words


@under(GYMNASIUM)
@pytest.mark.clause("GT-I-2.8", partly="праздник и болезнь как причины отставания")
def test_lost_and_made_up_lessons_stand_apart_from_those_not_recorded(cast: Any, client_of: Any) -> None:
    recorded(cast, "maths", 2)
    first, second, third = cast.lessons["maths"][2:5]
    Lesson.objects.filter(pk=first.pk).update(state="cancelled")
    Lesson.objects.filter(pk=second.pk).update(state="moved", moved_from=second.date, date=TUESDAY, number=6)
    Lesson.objects.filter(pk=third.pk).update(
        state="moved", moved_from=third.date, date=date(2026, 10, 20), number=6
    )
    recorded(cast, "maths", 0)
    LessonRecord.objects.create(
        lesson=second, school=cast.school, journal=second.journal, topic="Дроби", conducted_at=cast.at
    )
    (line,) = [
        one
        for one in programme_sheet(cast.viewer("deputy"), Cut(OCTOBER, cast.on))
        if "математика" in one.title
    ]
    p = line.progress
    assert (p.planned, p.held, p.cancelled, p.moved, p.made_up) == (8, 3, 1, 2, 1)
    assert (line.lag, p.not_recorded) == (5, 3)
    (duty,) = of_maths(found(cast, "programme_progress"))
    assert "не записано: 3, отменено: 1, перенесено и ещё не проведено: 1" in duty.detail
    answer = client_of(cast.deputy).get("/reports/curriculum/?since=2026-10-01&until=2026-10-14&as=csv")
    assert "6 «Б», математика;Исаков Б. М.;8;3;3;1;5;170;2".replace(
        " ", "\u00a0"
    ) in answer.content.decode().replace(" ", "\u00a0")


@under(GYMNASIUM)
@pytest.mark.clause("GT-I-5.2.tch.и-b", partly="перестройка плана учителем с обеими его версиями")
def test_topics_not_reached_by_the_end_of_the_quarter_are_listed_and_answered(
    cast: Any, client_of: Any
) -> None:
    """Not the day before; on the last day each unreached topic; read in full, none."""
    clause = "GT-I-5.2.tch.и-b"
    last = cast.term.until - timedelta(days=1)
    LessonRecord.objects.filter(journal=cast.russian).delete()
    lessons = [one for one in cast.lessons["russian"] if one.date <= last]
    topics = cast.topics[: len(lessons)]

    def read(count: int) -> None:
        for lesson, topic in zip(lessons[:count], topics, strict=False):
            LessonRecord.objects.update_or_create(
                lesson=lesson,
                defaults={
                    "school": cast.school, "journal": lesson.journal, "topic": topic.text, "planned_topic": topic,
                    "conducted_at": lesson.ends_at, "roll_at": lesson.ends_at,
                },
            )  # fmt: skip

    def lag(day: date) -> list[DutyLine]:
        lines = found(cast, "programme_progress", at=cast.local(day, 20))
        return [one for one in lines if clause in one.ids and "русский" in one.place]

    read(len(lessons) - 1)
    assert not lag(last - timedelta(days=1)), "the quarter still runs"
    (line,) = lag(last)
    assert topics[-1].text in line.detail and topics[0].text not in line.detail
    assert line.who_id == cast.teacher.pk
    # the teacher says how it is made up; the topic stays listed until it is read
    with clock.rehearse(cast.local(last, 20)):
        keep(cast.school.pk, at=cast.local(last, 20), anew=True)
        rows = Finding.objects.filter(kind="programme_progress", journal_id=cast.russian.pk)
        (kept,) = [one for one in rows if clause in {id for id, _ in one.clauses}]
        answer = {"act": "answer", "answer": "Объединю с темой II четверти, дополнительный урок 9 ноября"}
        done(client_of(cast.teacher).post(f"/control/findings/{kept.pk}/", answer))
        assert "дополнительный урок 9 ноября" in page(client_of(cast.deputy), f"/control/findings/{kept.pk}/")
    read(len(lessons))
    assert not lag(last)


@under(COLLEGE)
@pytest.mark.clause("ET-7.2p")
def test_whole_programme_is_asked_for_at_the_end_of_the_year(cast: Any) -> None:
    recorded(cast, "russian", 40)
    last = AcademicYear.objects.get(pk=cast.year.pk)
    AcademicYear.objects.filter(pk=last.pk).update(until=date(2026, 10, 24))
    type(cast.year_term).objects.filter(pk=cast.year_term.pk).update(until=date(2026, 10, 24))
    at = cast.local(date(2026, 10, 23), 20)
    assert {one.place for one in found(cast, "programme_progress", at=at) if "ET-7.2p" in one.ids} >= {
        f"{'2'} «Б», русский язык".replace(" ", "\u00a0", 1)
    }
    earlier = cast.local(date(2026, 10, 22), 20)
    assert not [one for one in found(cast, "programme_progress", at=earlier) if "ET-7.2p" in one.ids]


@under(DUBROVO)
@pytest.mark.clause("DB-2.2.7b")
def test_hours_of_the_curriculum_that_the_year_cannot_give(cast: Any) -> None:
    """The timetable holds 18 lessons of Russian and 15 of maths; the curriculum asks for 204 and 170 hours."""
    lines = [one for one in found(cast, "programme_progress") if "DB-2.2.7b" in one.ids]
    assert any("русский" in one.place for one in lines) and of_maths(lines)
    from parta.plans.models import CurriculumHours

    held = LessonRecord.objects.filter(journal=cast.russian).count()
    left = sum(1 for one in cast.lessons["russian"] if one.ends_at > cast.at)
    CurriculumHours.objects.filter(subject=cast.subjects["russian"]).update(yearly_hours=held + left)
    lines = [one for one in found(cast, "programme_progress") if "DB-2.2.7b" in one.ids]
    assert not [one for one in lines if "русский" in one.place and cast.homeroom.title[:1] in one.place]
    CurriculumHours.objects.filter(subject=cast.subjects["russian"]).update(yearly_hours=held + left + 1)
    lines = [one for one in found(cast, "programme_progress") if "DB-2.2.7b" in one.ids]
    assert [one.text for one in lines if "русский" in one.place and "1 урок" in one.text]


@presets(
    (GYMNASIUM, "GT-I-3.4a"),
    (CENTRE, "CT-5.3a"),
    (COLLEGE, "ET-3.1.4a"),
    (IPATOVO, "IP-2.11a"),
    (IPATOVO, "IP-2.13e"),
    (DUBROVO, "DB-3.4.3"),
)
def test_journal_without_a_plan_is_found_from_its_first_lesson_day(cast: Any, client_of: Any) -> None:
    first = cast.lessons["maths"][0].date
    eve = cast.local(first - timedelta(days=1), 12)
    assert not of_maths(found(cast, "plan_present", at=eve))
    assert of_maths(found(cast, "plan_present", at=cast.local(first, 8)))
    lines = found(cast, "plan_present")
    (line,) = of_maths(lines)
    assert line.who_id == cast.class_teacher.pk and "Нет тематического плана" in line.text
    assert not [one for one in lines if "русский" in one.place and one.who_id == cast.teacher.pk]
    assert "нет плана" in page(client_of(cast.deputy), "/control/check/?sheet=programme")
    Journal.objects.filter(pk=cast.maths.pk).update(plan=cast.plan)
    assert not of_maths(found(cast, "plan_present"))


@presets((GYMNASIUM, "GT-I-3.5c"), (GYMNASIUM, "GT-I-3.5d"), (DUBROVO, "DB-3.5.4b"))
def test_students_without_marks_and_with_one_in_per_cent_and_by_name(cast: Any, client_of: Any) -> None:
    viewer, cut = cast.viewer("deputy"), Cut(OCTOBER, cast.on)

    def line() -> Any:
        return next(one for one in marks_sheet(viewer, cut) if one.journal_id == cast.russian.pk)

    before = line()
    assert (before.students, len(before.none), before.none_share) == (12, 6, 50)
    assert sorted(before.one) == ["Григорян Давид", "Ефимова Софья"] and before.one_share == 17
    assert "Магомедов Расул" in before.none, "an annulled mark does not count"
    lesson = cast.lesson_on("russian", TUESDAY)
    column = Assessment.objects.filter(lesson=lesson).first()
    Mark.objects.create(
        school=cast.school, journal=cast.russian, assessment=column, student=cast.named("Цой"), value="5",
        set_at=cast.at, changed_at=cast.at,
    )  # fmt: skip
    after = line()
    assert (len(after.none), after.none_share) == (5, 42) and "Цой Максим" in after.one
    words = page(client_of(cast.deputy), "/control/check/?sheet=marks&since=2026-10-01")
    assert "42 %" in words and "Цой Максим" in words
    empty = next(
        one for one in marks_sheet(viewer, Cut(cast.on, cast.on)) if one.journal_id == cast.russian.pk
    )
    assert empty.none_share == 100, "of the days asked for"


@presets((GYMNASIUM, "GT-I-3.5b"), (DUBROVO, "DB-3.5.4a"))
def test_share_of_teachers_who_take_part_with_the_list(cast: Any, client_of: Any) -> None:
    viewer, cut = cast.viewer("deputy"), Cut(OCTOBER, cast.on)
    sheet = teacher_sheet(viewer, cut)
    idle = {line.id for line in sheet.idle}
    assert cast.class_teacher.pk in idle and cast.teacher.pk not in idle
    assert sheet.share == round(100 * sheet.active / len(sheet.lines))
    (low,) = (one for one in found(cast, "participation_rate") if "учителей" in one.text)
    assert "не ведут" in low.detail
    recorded(cast, "maths", 1)
    again = teacher_sheet(viewer, cut)
    assert again.active == sheet.active + 1
    line = next(one for one in again.lines if one.id == cast.class_teacher.pk)
    assert line.share("touched") == round(100 / line.lessons) and line.classes
    words = page(client_of(cast.deputy), "/control/check/?since=2026-10-01")
    assert "Не ведут журнал" in words and f"{again.share} %" in words
    for journal in cast.lessons:
        recorded(cast, journal, 40)
    assert not any("учителей" in one.text for one in found(cast, "participation_rate"))


@presets(
    (GYMNASIUM, "GT-I-1.1b"),
    (IPATOVO, "IP-2.8a"),
    (COLLEGE, "ET-1.7b"),
    (DUBROVO, "DB-1.3b"),
)
def test_teacher_with_lessons_and_no_entry_for_a_week(cast: Any) -> None:
    def named() -> set[int | None]:
        return {one.who_id for one in found(cast, "journal_mandatory") if not one.text.startswith("Классный")}

    assert cast.class_teacher.pk in named() and cast.teacher.pk not in named()
    recorded(cast, "maths", 3)  # 5, 6 and 7 October: more than seven days back from the 14th
    assert cast.class_teacher.pk in named()
    recorded(cast, "maths", 4)  # the 8th is the first of the last seven days
    assert cast.class_teacher.pk not in named()


@presets((GYMNASIUM, "GT-I-5.2.tch.в-b"), (IPATOVO, "IP-2.11n"), (IPATOVO, "IP-2.13i"), (IPATOVO, "IP-2.11l"))
def test_mark_of_an_absent_student_and_one_missed_lesson_of_a_day(cast: Any, client_of: Any) -> None:
    lesson, student = cast.lesson_on("russian", MONDAY), cast.named("Авдеев")
    assert not found(cast, "attendance_consistency")
    absence = Absence.objects.create(
        school=cast.school, journal=cast.russian, lesson=lesson, student=student, meaning="late", symbol="о",
        set_at=cast.at, changed_at=cast.at,
    )  # fmt: skip
    assert not found(cast, "attendance_consistency"), "who came late may answer"
    Absence.objects.filter(pk=absence.pk).update(meaning="ill", symbol="б")
    (line,) = found(cast, "attendance_consistency")
    assert line.students == ("Авдеев Кирилл",) and "Отметка 3 при пропуске «б»" in line.text
    assert (line.url_name, line.url_id) == ("lesson", lesson.pk)
    Mark.objects.filter(assessment__lesson=lesson, student=student).update(value="")
    assert not found(cast, "attendance_consistency"), "an annulled mark is none"
    # maths 2nd on Monday is missed; the roll of the 1st and 3rd says that the student was there
    maths = cast.lesson_on("maths", MONDAY)
    Absence.objects.filter(pk=absence.pk).delete()
    Absence.objects.create(
        school=cast.school, journal=cast.maths, lesson=maths, student=student, meaning="unknown", symbol="н",
        set_at=cast.at, changed_at=cast.at,
    )  # fmt: skip
    LessonRecord.objects.filter(lesson=lesson).update(roll_at=lesson.ends_at)
    assert not found(cast, "attendance_consistency"), "the third lesson has no roll yet"
    english = cast.lesson_on("english", MONDAY)
    other = cast.lesson_on("english_2", MONDAY)
    for one in (english, other):
        LessonRecord.objects.create(lesson=one, school=cast.school, journal=one.journal, roll_at=one.ends_at)
    (line,) = found(cast, "attendance_consistency")
    assert "на 2-м уроке, а на 1-м и 3-м ученик был" in line.text
    assert "на 2-м уроке" in page(client_of(cast.deputy), "/control/check/?sheet=truth&since=2026-10-01")


@under(DUBROVO)
@pytest.mark.clause("DB-4.2.2c", partly="явка вопреки заявлению о пропуске")
def test_one_missed_lesson_between_two_attended(cast: Any) -> None:
    student, maths = cast.named("Авдеев"), cast.lesson_on("maths", MONDAY)
    for one in (
        cast.lesson_on("russian", MONDAY),
        cast.lesson_on("english", MONDAY),
        cast.lesson_on("english_2", MONDAY),
    ):
        LessonRecord.objects.update_or_create(
            lesson=one, defaults={"school": cast.school, "journal": one.journal, "roll_at": one.ends_at}
        )
    assert not found(cast, "attendance_consistency")
    Absence.objects.create(
        school=cast.school, journal=cast.maths, lesson=maths, student=student, meaning="excused", symbol="у",
        set_at=cast.at, changed_at=cast.at,
    )  # fmt: skip
    assert len(found(cast, "attendance_consistency")) == 1


@presets(
    (GYMNASIUM, "GT-P-1.4"),
    (CENTRE, "CT-1.6", "страница заведующего отделом"),
    (IPATOVO, "IP-2.9"),
    (COLLEGE, "ET-A-DEP-8"),
)
def test_records_that_do_not_agree_with_the_timetable(cast: Any, client_of: Any) -> None:
    """A record on a vacation day, outside the timetable, and one teacher in two classes at once."""
    recorded(cast, "maths", 6)
    assert not found(cast, "record_matches_timetable")
    lesson = cast.lesson_on("maths", TUESDAY)

    def held(day: date, number: int, journal: Any = cast.maths, who: Any = cast.class_teacher) -> Any:
        starts = lesson.starts_at + (day - lesson.date)
        made = Lesson.objects.create(
            school=cast.school, journal=journal, date=day, number=number, teacher=who,
            starts_at=starts, ends_at=starts + timedelta(minutes=45),
        )  # fmt: skip
        LessonRecord.objects.create(
            lesson=made, school=cast.school, journal=journal, topic="Дроби", conducted_at=made.ends_at
        )
        return made

    vacation = held(date(2026, 10, 26), 2)
    later = cast.local(date(2026, 10, 27), 9)
    lines = found(cast, "record_matches_timetable", at=later)
    assert [(one.url_id, "неучебный день: Осенние каникулы" in one.text) for one in lines] == [
        (vacation.pk, True)
    ]
    assert "director" in lines[0].told or cast.preset != GYMNASIUM
    extra = held(date(2026, 10, 8), 5)
    lines = found(cast, "record_matches_timetable")
    assert [(one.url_id, one.text) for one in lines] == [(extra.pk, "Урока нет в расписании этого дня")]
    Lesson.objects.filter(pk=extra.pk).update(state="moved", moved_from=date(2026, 10, 1))
    assert not found(cast, "record_matches_timetable"), "a moved lesson is where it was moved to"
    # Соколова holds Russian in 6«Б» and, it says, Russian in 3«А» at the same time
    twice = cast.lesson_on("russian", MONDAY)
    other = Lesson.objects.create(
        school=cast.school, journal=cast.younger_russian, date=MONDAY, number=1, teacher=cast.teacher,
        starts_at=twice.starts_at, ends_at=twice.ends_at, state="moved", moved_from=MONDAY,
    )  # fmt: skip
    assert not found(cast, "record_matches_timetable"), "a lesson that is not recorded is in no place"
    LessonRecord.objects.create(
        lesson=other,
        school=cast.school,
        journal=cast.younger_russian,
        topic="Слова",
        conducted_at=other.ends_at,
    )
    (line,) = found(cast, "record_matches_timetable")
    assert "в двух местах сразу" in line.text and line.who_id == cast.teacher.pk
    # a timetabled lesson without a record stands on the page of records
    missing = cast.lesson_on("maths", TUESDAY)
    for name in ("director", "deputy"):
        with clock.rehearse(cast.local(date(2026, 10, 21), 9)):
            body = client_of(cast.people[name]).get("/control/?since=2026-10-01").content.decode()
        assert f'href="/lessons/{missing.pk}/"' in body
        assert "в двух местах сразу" in page(
            client_of(cast.people[name]), "/control/duties/?since=2026-10-01"
        )


@presets((IPATOVO, "IP-2.11h"))
def test_control_works_are_held_on_the_lessons_of_the_plan(cast: Any, client_of: Any) -> None:
    """The seventh topic is a control work: the seventh lesson is Monday, 12 October; the next is due on the 21st."""
    assert not found(cast, "work_per_plan")
    on_plan = work_sheet(cast.viewer("deputy"), Cut(OCTOBER, cast.on), date(2026, 9, 1))
    assert [(one.line.held, one.state) for one in on_plan if one.line.held == MONDAY] == [(MONDAY, "on_plan")]
    (owing,) = [one for one in on_plan if one.line.held == MONDAY]
    assert "Ефимова Софья" in owing.unmarked and "Авдеев Кирилл" not in owing.unmarked
    on_day = cast.local(date(2026, 10, 21), 15)
    assert not [one for one in found(cast, "work_per_plan", at=on_day) if "не проведена" in one.text]
    after = cast.local(date(2026, 10, 22), 9)
    (line,) = [one for one in found(cast, "work_per_plan", at=after) if "не проведена" in one.text]
    assert "по плану 21.10.2026" in line.detail
    # held a lesson later than planned
    topic = cast.topics[6]
    LessonRecord.objects.filter(planned_topic=topic).update(planned_topic=None)
    LessonRecord.objects.filter(lesson=cast.lesson_on("russian", TUESDAY)).update(planned_topic=topic)
    moved = [one for one in found(cast, "work_per_plan") if "не в день по плану" in one.text]
    assert [one.detail.split(". ")[0] for one in moved] == ["по плану 12.10.2026, проведена 13.10.2026"]
    # a column the plan does not have
    Assessment.objects.create(
        school=cast.school,
        journal=cast.russian,
        lesson=cast.lesson_on("russian", date(2026, 10, 8)),
        work_kind="control",
    )
    assert any("нет в плане" in one.text for one in found(cast, "work_per_plan"))
    assert "в другой день" in page(client_of(cast.deputy), "/control/check/?sheet=works&since=2026-10-01")
    PlannedTopic.objects.filter(plan=cast.plan).update(work_kind="")


LIMITS = {
    GYMNASIUM: date(2026, 10, 25),
    IPATOVO: date(2026, 10, 24),
    DUBROVO: date(2026, 10, 26),
    COLLEGE: date(2026, 12, 27),
}


@presets(
    (IPATOVO, "IP-2.11f"),
    (IPATOVO, "IP-2.12f"),
    (DUBROVO, "DB-3.4.7b"),
    (COLLEGE, "ET-A-TEACHER-5a"),
)
def test_students_without_the_mark_of_a_period_that_ended(cast: Any, client_of: Any) -> None:
    _period_marks(cast, client_of)


@under(GYMNASIUM)
@pytest.mark.clause("GT-I-4.1b", partly="подтверждение пары до заполнения не отклоняется")
def test_period_marks_on_the_first_day_of_the_vacation(cast: Any, client_of: Any) -> None:
    _period_marks(cast, client_of)


def _period_marks(cast: Any, client_of: Any) -> None:
    limit = LIMITS[cast.preset]
    last, late = cast.local(limit, 23), cast.local(limit + timedelta(days=1), 0)
    assert not found(cast, "period_marks_complete", at=last)
    lines = found(cast, "period_marks_complete", at=late)
    (russian,) = [one for one in lines if one.who_id == cast.teacher.pk]
    assert "12 учеников" in russian.text and "Сафина Диляра" in russian.students
    everyone = [
        TermMark(
            school=cast.school,
            journal=cast.russian,
            term=cast.term,
            student=student,
            value="4",
            set_at=cast.at,
            changed_at=cast.at,
        )
        for student in cast.students
    ]
    TermMark.objects.bulk_create(everyone[:-1])
    (russian,) = [
        one for one in found(cast, "period_marks_complete", at=late) if one.who_id == cast.teacher.pk
    ]
    assert russian.students == ("Цой Максим",)
    everyone[-1].value = "н/а"
    everyone[-1].save()
    assert not [one for one in found(cast, "period_marks_complete", at=late) if one.who_id == cast.teacher.pk]
    with clock.rehearse(late):
        words = page(client_of(cast.class_teacher), f"/control/classes/{cast.homeroom.pk}/")
    gaps = words[words.index("Нет отметок за период") :]
    assert f"Математика {cast.class_teacher.short_name}".replace("\u00a0", " ") in gaps, (
        "pupils with the teacher's name"
    )


@under(DUBROVO)
@pytest.mark.clause("DB-3.5.4c")
def test_form_of_homework_by_teacher_with_the_lesson(cast: Any, client_of: Any) -> None:
    viewer, cut = cast.viewer("deputy"), Cut(OCTOBER, cast.on)
    count, lines = homework_sheet(viewer, cut)
    assert count == 8 and not lines, "a paragraph and an exercise are named"
    lesson = cast.lesson_on("russian", MONDAY)
    Homework.objects.filter(lesson=lesson).update(text="Повторить пройденное")
    (line,) = homework_sheet(viewer, cut)[1]
    assert line.lesson_id == lesson.pk and line.who_id == cast.teacher.pk and line.lacks
    body = client_of(cast.deputy).get("/control/check/?sheet=homework&since=2026-10-01").content.decode()
    assert f"/lessons/{lesson.pk}/?tab=topic" in body and "Повторить пройденное" in body
    Homework.objects.filter(lesson=lesson).update(text="с. 45")
    assert not homework_sheet(viewer, cut)[1]


# --- checks ---------------------------------------------------------------------------------------------------------

DIRECTIONS = [
    "plans",
    "lessons",
    "marks",
    "density",
    "roll",
    "attendance",
    "curriculum",
    "homework",
    "replaced",
    "storage",
]
NOVEMBER = date(2026, 11, 1)


def finish(
    client: Any,
    directions: list[str] | None = None,
    query: str = "since=2026-10-05&until=2026-10-14",
    **more: Any,
) -> Any:
    """End a check with its certificate."""
    form = {
        "act": "finish",
        "directions": directions or DIRECTIONS,
        "conclusion": "Журналы ведутся не всеми.",
    }
    return client.post(f"/control/check/?{query}", form | {"fix_by": "2026-10-21", **more})


@presets(
    (GYMNASIUM, "GT-I-3.5a"),
    (IPATOVO, "IP-2.13d"),
    (IPATOVO, "IP-1.1.9b"),
    (DUBROVO, "DB-3.6.5"),
    (COLLEGE, "ET-A-DIR-7a"),
    (COLLEGE, "ET-A-DEP-10"),
    (COLLEGE, "ET-3.1.5a"),
    (COLLEGE, "ET-A-DEP-7"),
    (CENTRE, "CT-2.3a"),
)
def test_month_without_a_recorded_check_is_found_on_the_first(
    cast: Any, client_of: Any, request: Any
) -> None:
    clause = next(request.node.iter_markers("clause")).args[0]
    who = "director" if clause == "DB-3.6.5" else "deputy"

    def missing(at: datetime) -> list[DutyLine]:
        return [one for one in found(cast, "check_every", "director", at) if clause in one.ids]

    eve, first = cast.local(NOVEMBER - timedelta(days=1), 23, 59), cast.local(NOVEMBER, 0)
    assert not missing(eve), "October is not over; September had no lesson"
    lines = missing(first)
    assert lines and "01.10–31.10.2026" in lines[0].text and "director" in lines[0].told
    if clause in ("ET-3.1.5a", "ET-A-DEP-7"):
        assert len(lines) == 2, "each group"
    if clause == "CT-2.3a":
        assert len(lines) == 2, "each department"
    if clause == "ET-A-DEP-10":
        form = client_of(cast.deputy).get("/control/check/").content.decode()
        assert [one for one in DIRECTIONS if f'value="{one}"' not in form] == [], (
            "seven directions and the storage"
        )
    if clause in ("IP-2.13d", "ET-A-DEP-10"):
        done(finish(client_of(cast.people[who]), ["lessons"]))
        assert "неполная" in missing(first)[0].text, "a direction left open"
        assert "неполная" in page(client_of(cast.director), "/control/certificates/")
    done(finish(client_of(cast.people[who])))
    assert not missing(first)
    words = page(client_of(cast.director), "/control/certificates/")
    assert "Уроки записаны в срок" in words and ("Лаптева О. И." in words or who == "director")
    for name in ("teacher", "inspector"):
        assert finish(client_of(cast.people[name])).status_code in (403, 422), name


@under(DUBROVO)
@pytest.mark.clause("DB-3.5.4e", partly="план ВШК строками со сроками")
def test_deputy_checks_every_month(cast: Any, client_of: Any) -> None:
    first = cast.local(NOVEMBER, 0)
    assert [one for one in found(cast, "check_every", at=first) if "DB-3.5.4e" in one.ids]
    done(finish(client_of(cast.deputy)))
    assert not [one for one in found(cast, "check_every", at=first) if "DB-3.5.4e" in one.ids]


@under(CENTRE)
@pytest.mark.clause("CT-2.3b")
def test_head_of_department_checks_each_day_with_lessons(cast: Any, client_of: Any) -> None:
    def days(at: datetime | None = None) -> set[str]:
        return {
            one.text.split("за ")[1]
            for one in found(cast, "check_every", "deputy", at)
            if "CT-2.3b" in one.ids
        }

    assert "13.10.2026" in days() and "14.10.2026" not in days(), "the day is judged when it is over"
    assert "11.10.2026" not in days() and "10.10.2026" not in days(), "no lessons at the weekend"
    assert "14.10.2026" in days(cast.local(date(2026, 10, 15), 0))
    done(finish(client_of(cast.head_of_department), ["lessons"], "since=2026-10-14&until=2026-10-14"))
    assert "14.10.2026" not in days(cast.local(date(2026, 10, 15), 0))
    assert "13.10.2026" in days()
    words = page(client_of(cast.deputy), "/control/certificates/")
    assert "Кафедра русского языка и литературы" in words


# --- remarks and certificates ------------------------------------------------------------------------------------


@presets((GYMNASIUM, "GT-I-5.2.tch.е"), (COLLEGE, "ET-7.2q"), (CENTRE, "CT-5.4"))
def test_life_of_a_remark_and_the_day_it_becomes_overdue(cast: Any, client_of: Any) -> None:
    from parta.control.models import Remark

    deputy, teacher = client_of(cast.deputy), client_of(cast.class_teacher)
    lesson = cast.lesson_on("maths", TUESDAY)
    address = f"/control/remarks/?lesson={lesson.pk}"
    for bad in ({"text": "", "due": "2026-10-20"}, {"text": "Запишите урок", "due": "2026-10-13"}):
        assert (
            deputy.post(address, {"act": "raise", **bad}).status_code == 422 and not Remark.objects.exists()
        )
    done(deputy.post(address, {"act": "raise", "text": "Запишите урок и явку.", "due": "2026-10-20"}))
    remark = Remark.objects.get()
    assert (remark.person_id, remark.journal_id, remark.state) == (
        cast.class_teacher.pk,
        cast.maths.pk,
        "open",
    )
    assert "Запишите урок и явку." in page(teacher, "/today/") and "Запишите урок и явку." in page(
        teacher, "/control/remarks/"
    )
    assert "Запишите" not in page(client_of(cast.teacher), "/control/remarks/"), (
        "another's remark is nobody's to read"
    )
    last, late = cast.local(date(2026, 10, 20), 23, 59), cast.local(date(2026, 10, 21), 0)
    assert not found(cast, "remark_fixed_by", at=last)
    (line,) = found(cast, "remark_fixed_by", at=late)
    assert line.who_id == cast.class_teacher.pk and line.clauses
    assert deputy.post("/control/remarks/", {"act": "accept", "row": remark.pk}).status_code == 422, (
        "no answer yet"
    )
    assert (
        client_of(cast.teacher)
        .post("/control/remarks/", {"act": "answer", "row": remark.pk, "answer": "Сделано"})
        .status_code
        == 422
    )
    done(teacher.post("/control/remarks/", {"act": "answer", "row": remark.pk, "answer": "Урок записан."}))
    assert not found(cast, "remark_fixed_by", at=late)
    assert "Урок записан." in page(deputy, "/control/remarks/")
    done(
        deputy.post(
            "/control/remarks/",
            {"act": "return", "row": remark.pk, "reason": "Нет явки", "due": "2026-10-22"},
        )
    )
    assert "Возвращено: Нет явки" in page(teacher, "/control/remarks/")
    assert found(cast, "remark_fixed_by", at=cast.local(date(2026, 10, 23), 0))
    done(teacher.post("/control/remarks/", {"act": "answer", "row": remark.pk, "answer": "Явка отмечена."}))
    assert teacher.post("/control/remarks/", {"act": "accept", "row": remark.pk}).status_code == 422
    done(deputy.post("/control/remarks/", {"act": "accept", "row": remark.pk}))
    remark.refresh_from_db()
    assert remark.state == "accepted" and remark.closed_by_id == cast.deputy.pk
    from parta.foundation import sql

    verbs = [
        row[0]
        for row in sql.read("SELECT verb FROM foundation_logentry WHERE object_kind = 'remark' ORDER BY seq")
    ]
    assert verbs == [
        "remark_raised",
        "remark_answered",
        "remark_returned",
        "remark_answered",
        "remark_accepted",
    ]


@under(COLLEGE)
@pytest.mark.clause("ET-4.13c")
def test_remark_stands_on_its_page_with_date_term_and_removal(cast: Any, client_of: Any) -> None:
    head = client_of(cast.head_of_department)
    assert head.get(f"/control/remarks/?journal={cast.maths.pk}").status_code == 404, (
        "not of the own department"
    )
    done(
        head.post(
            f"/control/remarks/?journal={cast.russian.pk}",
            {"act": "raise", "text": "Нет тем", "due": "2026-10-16"},
        )
    )
    words = page(head, "/control/remarks/")
    for word in ("Соколова М. В.", "Нет тем", "исправить по 16 октября", "Терентьева Н. Л., 14 октября"):
        assert word in words
    from parta.control.models import Remark

    teacher, row = client_of(cast.teacher), Remark.objects.get().pk
    assert "Нет тем" in page(teacher, "/control/remarks/")
    done(teacher.post("/control/remarks/", {"act": "answer", "row": row, "answer": "Темы записаны."}))
    with clock.rehearse(cast.local(date(2026, 10, 16), 9)):
        done(head.post("/control/remarks/", {"act": "accept", "row": row}))
        words = page(head, "/control/remarks/?state=accepted")
    for word in ("Нет тем", "Темы записаны.", "16 октября"):
        assert word in words, "the mark of removal"


@presets((IPATOVO, "IP-2.13k"), (IPATOVO, "IP-2.13l"), (IPATOVO, "IP-2.13m"), (IPATOVO, "IP-2.13n"))
def test_certificate_is_made_of_the_check_and_brought_to_whom_it_concerns(cast: Any, client_of: Any) -> None:
    from parta.control.models import Acknowledgement, Check, Remark

    deputy = client_of(cast.deputy)
    assert finish(deputy, conclusion="").status_code == 422 and not Check.objects.exists(), "no conclusion"
    assert finish(deputy, fix_by="2026-10-13").status_code == 422 and not Check.objects.exists(), (
        "a day that is past"
    )
    # the act counts by seven days: on the 21st the lessons of the 5th to 13th are overdue
    with clock.rehearse(cast.local(date(2026, 10, 21), 9)):
        done(finish(deputy, query="since=2026-10-05&until=2026-10-13", fix_by="2026-10-28", remarks="1"))
    check = Check.objects.get()
    own = f"/control/certificates/{check.pk}/"
    words = page(deputy, own)
    for part in (
        "Справка № 1",
        "Журналы ведутся не всеми.",
        "Уроков записано в срок",
        "Исаков Б. М.",
        "не записан урок",
        check.sha256,
        "исправить по 28 октября",
        "Подпись проверяющего ______________ Лаптева",
    ):
        assert part in words, part
    readers = dict(Acknowledgement.objects.values_list("person_id", "role"))
    assert readers[cast.director.pk] == "director" and readers[cast.class_teacher.pk] == "teacher"
    assert readers[cast.master.pk] == "master", "the class teacher of 3«А», who is not named"
    # each sees the general part and the own one
    teacher = page(client_of(cast.class_teacher), own)
    assert "Уроков записано в срок" in teacher and "не записан урок" in teacher and "Громова" not in teacher
    assert "нарушений не найдено" in page(client_of(cast.master), own)
    assert client_of(cast.social_pedagogue).get(own).status_code == 403
    assert client_of(cast.outside.deputy).get(own).status_code == 404
    # read within seven days, or found
    last, late = cast.local(date(2026, 10, 28), 23, 59), cast.local(date(2026, 10, 29), 0)
    assert not found(cast, "certificate_read", at=last)
    assert {one.who_id for one in found(cast, "certificate_read", at=late)} == set(readers)
    for name in ("director", "class_teacher", "master"):
        done(client_of(cast.people[name]).post(own, {"act": "read"}))
    assert {one.who_id for one in found(cast, "certificate_read", at=late)} == set(readers) - {
        cast.director.pk, cast.class_teacher.pk, cast.master.pk
    }  # fmt: skip
    # each named teacher has a dated remark, found after its day
    assert (
        Remark.objects.filter(check_made=check, person=cast.class_teacher, due=date(2026, 10, 28)).count()
        == 1
    )
    assert not found(cast, "remark_fixed_by", at=last)
    assert cast.class_teacher.pk in {one.who_id for one in found(cast, "remark_fixed_by", at=late)}
    # what was signed does not change when the journals do
    recorded(cast, "maths", 7)
    assert page(deputy, own).count("не записан урок") == words.count("не записан урок")


@under(IPATOVO)
@pytest.mark.clause("IP-2.12e", partly="напоминание учителю одним действием")
def test_class_teacher_sees_overdue_works_unmarked_students_and_changed_marks(
    cast: Any, client_of: Any
) -> None:
    client = client_of(cast.class_teacher)
    with clock.rehearse(cast.local(date(2026, 10, 19), 12)):
        before = page(client, f"/control/classes/{cast.homeroom.pk}/?since=2026-10-01")
    with clock.rehearse(cast.local(date(2026, 10, 20), 0)):
        after = page(client, f"/control/classes/{cast.homeroom.pk}/?since=2026-10-01")
    overdue = "12.10"
    assert overdue not in before.split("По предметам")[1].split("По ученикам")[0]
    assert overdue in after.split("По предметам")[1].split("По ученикам")[0]
    assert "Цой Максим" in after.split("По предметам")[1]
    assert client.get(f"/control/classes/{cast.younger.pk}/").status_code == 404


@presets((GYMNASIUM, "GT-I-1.5"))
def test_class_page_says_how_fresh_it_is_and_how_much_is_overdue(cast: Any, client_of: Any) -> None:
    from parta.control.queries.class_sheet import class_sheet

    def line(at: datetime | None = None) -> Any:
        viewer = cast.viewer("deputy", at)
        return next(one for one in class_sheet(viewer, Cut(OCTOBER, viewer.on)) if one.id == cast.homeroom.pk)

    before = line()
    assert before.fresh_as_of == max(before.newest.values()) and set(before.newest) >= {
        "lesson",
        "homework",
        "mark",
    }
    assert before.late_items > 0 and before.overdue_works == 1
    assert line(cast.local(date(2026, 10, 18), 0)).overdue_works == 2, (
        "the control work of the 12th, five days"
    )
    recorded(cast, "maths", 1)
    assert line().late_items == before.late_items - 2, "the record and the roll of one lesson"
    words = page(client_of(cast.class_teacher), "/control/classes/")
    assert "Актуально на" in words and "13.10" in words
    assert str(before.late_items - 2) in words


def test_substitutions_of_the_cast_are_counted_to_the_substitute(cast: Any) -> None:
    sheet = teacher_sheet(cast.viewer("deputy"), Cut(OCTOBER, cast.on))
    line = next(one for one in sheet.lines if one.id == cast.substitute.pk)
    assert line.replaced == Substitution.objects.filter(substitute=cast.substitute).count() == 2


@under(COLLEGE)
@pytest.mark.clause("ET-1.8", "DB-1.8", partly="состав, расписание и контакты")
def test_freshness_of_each_object_by_class(cast: Any, client_of: Any) -> None:
    from parta.control.queries.class_sheet import class_sheet

    def line() -> Any:
        viewer = cast.viewer("deputy")
        return next(one for one in class_sheet(viewer, Cut(OCTOBER, viewer.on)) if one.id == cast.homeroom.pk)

    before = line()
    assert before.newest["lesson"].astimezone(cast.zone).date() == TUESDAY
    recorded(cast, "maths", 1, at=cast.at)
    after = line()
    assert after.newest["lesson"] == cast.at
    assert after.late_items == before.late_items - 2
    words = page(client_of(cast.deputy), "/control/classes/")
    assert "Уроки Явка Задания Отметки Список Контакты Расписание Просрочено" in words
