"""Watches over the cast's school: what is owed, until when, by whom, and that facts close findings."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from parta.journal.models import Absence, Assessment, Homework, LessonRecord, Mark
from parta.journal.rules import Act, Lesson, Outcome, Place, Writer, judge, owed
from parta.journal.rules.late_marks import late_marks
from parta.journal.rules.owed import Finding, Scope
from parta.journal.rules.watches import findings
from parta.people.models import Enrolment
from parta.plans.models import Journal
from parta.regulation.durations import PlainCalendar
from parta.regulation.judge import Law
from parta.regulation.queries import law as law_of_school
from parta.timetable.models import Lesson as LessonRow

TUESDAY = date(2026, 10, 13)
ALL = ["goethe23", "kemerovo-ct", "egorievsk-college", "ipatovo1", "dubrovo"]
COLLEGE = "egorievsk-college"
SECOND = timedelta(seconds=1)


def law(cast: Any) -> Law:
    """Read afresh: ids of schools repeat between tests, and the cache knows only ids."""
    return law_of_school.__wrapped__(cast.school.id, 0)


def look(cast: Any, at: datetime, scope: Scope | None = None, rules: Law | None = None) -> list[Finding]:
    calendar = PlainCalendar(
        ZoneInfo(cast.school.timezone), vacations=((date(2026, 10, 25), date(2026, 11, 2)),)
    )
    return findings(
        rules or law(cast), cast.school.id, scope or Scope(), since=date(2026, 9, 1), at=at, calendar=calendar
    )


def of(found: list[Finding], fact: str, lesson: LessonRow) -> list[Finding]:
    return [finding for finding in found if finding.fact == fact and finding.lesson_id == lesson.id]


def moment(cast: Any, day: date, clock: str) -> datetime:
    return datetime.combine(day, datetime.strptime(clock, "%H:%M:%S").time(), cast.zone)  # noqa: DTZ007


DUTIES = [
    ("goethe23", "conducted", TUESDAY, "23:59:59", ["GT-P-2.1a"], False),
    ("goethe23", "conducted", TUESDAY, "23:59:59", ["GT-I-5.2.tch.а"], "недельный список завуча"),
    ("goethe23", "roll", TUESDAY, "23:59:59", ["GT-P-2.1b", "GT-I-3.4d"], False),
    ("goethe23", "homework", TUESDAY, "23:59:59", ["GT-P-2.2", "GT-I-3.4e"], False),
    (
        "goethe23",
        "homework",
        TUESDAY,
        "23:59:59",
        ["GT-I-5.2.tch.з", "GT-I-3.5e"],
        "сводные доли по учителям",
    ),
    ("kemerovo-ct", "conducted", TUESDAY, "23:59:59", ["CT-1.12a"], False),
    ("kemerovo-ct", "roll", TUESDAY, "23:59:59", ["CT-1.12b", "CT-5.3c"], False),
    ("ipatovo1", "conducted", date(2026, 10, 20), "23:59:59", ["IP-2.11c"], False),
    ("ipatovo1", "conducted", date(2026, 10, 20), "23:59:59", ["IP-2.13f"], "лист проверки"),
    ("ipatovo1", "roll", date(2026, 10, 20), "23:59:59", ["IP-2.11d", "IP-2.11m"], False),
    ("dubrovo", "conducted", TUESDAY, "23:59:59", ["DB-4.2.1a"], "дни без единой отметки"),
    ("dubrovo", "roll", TUESDAY, "23:59:59", ["DB-4.2.1b", "DB-3.4.4b"], False),
    ("dubrovo", "homework", TUESDAY, "23:59:59", ["DB-3.4.5b"], False),
    (COLLEGE, "conducted", TUESDAY, "23:59:59", ["ET-6.7a"], "пустое поле отметок"),
    (COLLEGE, "conducted", TUESDAY, "23:59:59", ["ET-A-DIR-7c", "ET-A-DEP-10a"], "таблица по учителям"),
    (COLLEGE, "roll", TUESDAY, "23:59:59", ["ET-4.7b"], False),
    (
        COLLEGE,
        "roll",
        TUESDAY,
        "23:59:59",
        ["ET-A-TEACHER-2a", "ET-A-TEACHER-7"],
        "страница учителя, список поздних",
    ),
    (
        COLLEGE,
        "roll",
        TUESDAY,
        "23:59:59",
        ["ET-7.2n", "ET-A-DIR-7f", "ET-A-DEP-10d", "ET-3.1.4b"],
        "сводные таблицы",
    ),
    # the group's last bell on Tuesday is the third lesson's: 11:15 and an hour and a half
    (COLLEGE, "homework", TUESDAY, "12:45:00", ["ET-A-TEACHER-4b", "ET-3.1.4c"], False),
    (COLLEGE, "homework", TUESDAY, "12:45:00", ["ET-7.2o", "ET-A-DIR-7h", "ET-A-DEP-10f"], "сводные таблицы"),
]


@pytest.mark.parametrize(
    ("cast", "fact", "day", "clock", "clauses"),
    [
        pytest.param(
            *line[:5], marks=pytest.mark.clause(*line[4], partly=line[5]), id=f"{line[4][0]}-{line[1]}"
        )
        for line in DUTIES
    ],
    indirect=["cast"],
)
def test_lesson_duty_is_found_overdue_to_the_second_and_closed_by_the_fact(
    cast: Any, fact: str, day: date, clock: str, clauses: list[str]
) -> None:
    lesson = cast.lesson_on("maths", TUESDAY)
    last = moment(cast, day, clock)
    (due,) = of(look(cast, last), fact, lesson)
    assert not due.overdue and set(clauses) <= {clause.id for clause in due.clauses}
    (overdue,) = of(look(cast, last + SECOND), fact, lesson)
    assert overdue.overdue and overdue.due - last < SECOND and overdue.who_id == cast.class_teacher.id
    assert overdue.told and overdue.text and overdue.cite

    late = last + timedelta(days=1)
    if fact == "homework":
        Homework.objects.create(
            school=cast.school,
            journal=cast.maths,
            lesson=lesson,
            is_none=True,
            set_at=late,
            changed_at=late,
        )
    else:
        LessonRecord.objects.create(
            lesson=lesson,
            school=cast.school,
            journal=cast.maths,
            topic="Дроби",
            **{"conducted_at": late} if fact == "conducted" else {"roll_at": late},
        )
    assert of(look(cast, late), fact, lesson) == []


@pytest.mark.parametrize("cast", ["goethe23"], indirect=True)
@pytest.mark.clause("GT-P-2.1b")
def test_an_empty_roll_is_not_a_taken_one(cast: Any) -> None:
    lesson = cast.lesson_on("maths", TUESDAY)
    LessonRecord.objects.create(
        lesson=lesson,
        school=cast.school,
        journal=cast.maths,
        topic="Дроби",
        conducted_at=lesson.ends_at,
    )
    found = look(cast, moment(cast, date(2026, 10, 14), "00:00:00"))
    assert of(found, "conducted", lesson) == [] and len(of(found, "roll", lesson)) == 1


def test_held_lesson_without_topic_owes_its_topic(cast: Any) -> None:
    lesson = cast.lesson_on("maths", TUESDAY)
    LessonRecord.objects.create(
        lesson=lesson,
        school=cast.school,
        journal=cast.maths,
        conducted_at=lesson.ends_at,
        roll_at=lesson.ends_at,
    )
    assert [f.text for f in of(look(cast, cast.at), "topic", lesson)] == ["Записать тему"]


# --- marks ----------------------------------------------------------------------------------------------------------

WINDOWS = [
    # preset, kind of work, grade or None, last day, clauses, partly
    (
        "goethe23",
        "control",
        9,
        date(2026, 10, 17),
        ["GT-P-2.4b", "GT-I-5.2.tch.г-a", "GT-I-5.2.tch.ж-d"],
        False,
    ),
    ("goethe23", "control", 10, date(2026, 10, 19), ["GT-P-2.4c", "GT-I-5.2.tch.г-b"], False),
    ("ipatovo1", "control", None, date(2026, 10, 19), ["IP-2.11k"], False),
    (
        "ipatovo1",
        "control",
        None,
        date(2026, 10, 19),
        ["IP-2.12e", "IP-2.13g"],
        "страница класса, лист проверки",
    ),
    ("dubrovo", "written", None, date(2026, 10, 19), ["DB-3.4.6a"], False),
    (COLLEGE, "control", None, date(2026, 10, 19), ["ET-A-TEACHER-2d"], False),
    (COLLEGE, "control_internal", None, date(2026, 10, 15), ["ET-A-TEACHER-9", "ET-A-MASTER-24"], False),
    (COLLEGE, "composition", None, date(2026, 10, 19), ["ET-A-TEACHER-10"], False),
    (
        COLLEGE,
        "composition",
        None,
        date(2026, 10, 19),
        ["ET-A-DIR-7d", "ET-A-DEP-10b"],
        "таблица по учителям",
    ),
]


@pytest.mark.parametrize(
    ("cast", "work", "grade", "day", "clauses"),
    [
        pytest.param(
            *line[:5], marks=pytest.mark.clause(*line[4], partly=line[5]), id=f"{line[4][0]}-{line[1]}"
        )
        for line in WINDOWS
    ],
    indirect=["cast"],
)
def test_present_and_unmarked_students_of_a_work_are_listed_after_its_window(
    cast: Any, work: str, grade: int | None, day: date, clauses: list[str]
) -> None:
    """The cast's control work of Monday, 12 October: four have marks, Орлова was ill, Магомедов absent."""
    if grade is not None:
        Journal.objects.filter(id=cast.russian.id).update(grade=grade)
    lesson = cast.lesson_on("russian", date(2026, 10, 12))
    column = Assessment.objects.get(lesson=lesson)
    Assessment.objects.filter(id=column.id).update(work_kind=work)
    LessonRecord.objects.filter(lesson=lesson).update(planned_topic=None)
    last = moment(cast, day, "23:59:59")

    (due,) = of(look(cast, last), "mark", lesson)
    assert not due.overdue and due.who_id == cast.teacher.id and due.assessment_id == column.id
    (overdue,) = of(look(cast, last + SECOND), "mark", lesson)
    assert overdue.overdue and set(clauses) <= {clause.id for clause in overdue.clauses}
    names = {name for _, name in overdue.students}
    assert "Цой Максим" in names and "Иванов Александр Викторович" in names
    assert not names & {"Орлова Виктория", "Магомедов Расул", "Сафина Диляра", "Устинов Лев"}
    assert len(names) == len(overdue.students)

    left = [student for student, _ in overdue.students]
    Mark.objects.bulk_create(
        Mark(
            school=cast.school,
            journal=cast.russian,
            assessment=column,
            student_id=student,
            value="4",
            set_at=last + SECOND,
            changed_at=last + SECOND,
            is_late=True,
        )
        for student in left
    )
    assert of(look(cast, last + SECOND), "mark", lesson) == []
    calendar = PlainCalendar(cast.zone)
    (late,) = late_marks(
        law(cast),
        cast.school.id,
        Scope(),
        since=date(2026, 9, 1),
        at=last + timedelta(days=1),
        calendar=calendar,
    )
    assert {student for student, _ in late.students} == set(left) and late.overdue
    assert late.clauses[0].id in {clause.id for clause in overdue.clauses}


def test_an_annulled_mark_is_a_missing_one_and_a_late_absence_closes(cast: Any) -> None:
    lesson = cast.lesson_on("russian", date(2026, 10, 12))
    at = moment(cast, date(2026, 10, 18), "08:00:00")
    before = {name for _, name in of(look(cast, at), "mark", lesson)[0].students}
    Mark.objects.filter(assessment__lesson=lesson, student=cast.named("Асанов")).update(value="")
    Absence.objects.create(
        school=cast.school,
        journal=cast.russian,
        lesson=lesson,
        student=cast.named("Цой"),
        meaning="excused",
        symbol="у",
        set_at=at,
        changed_at=at,
    )
    after = {name for _, name in of(look(cast, at), "mark", lesson)[0].students}
    assert after == before - {"Цой Максим"} | {"Асанов Тимур"}


def test_lateness_is_no_absence_and_oral_answers_are_nobodys_debt(cast: Any) -> None:
    lesson = cast.lesson_on("russian", TUESDAY)
    at = moment(cast, date(2026, 10, 24), "08:00:00")
    assert of(look(cast, at), "mark", lesson) == []
    Assessment.objects.filter(lesson=lesson).update(work_kind="written")
    names = {name for _, name in of(look(cast, at), "mark", lesson)[0].students}
    assert "Зайцев Михаил" in names and "Орлова Виктория" not in names


def test_a_planned_work_without_a_column_is_owed_by_all_present(cast: Any) -> None:
    lesson = cast.lesson_on("russian", date(2026, 10, 12))
    Mark.objects.filter(assessment__lesson=lesson).delete()
    Assessment.objects.filter(lesson=lesson).delete()
    topic = next(topic for topic in cast.topics if topic.work_kind == "control")
    LessonRecord.objects.filter(lesson=lesson).update(planned_topic=topic)
    (finding,) = of(look(cast, moment(cast, date(2026, 10, 18), "00:00:00")), "mark", lesson)
    assert finding.overdue and finding.assessment_id is None and len(finding.students) == 10


# --- reasons ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("cast", "day", "clause"),
    [
        pytest.param(
            "goethe23",
            date(2026, 10, 15),
            "GT-I-5.2.ct.а-b",
            marks=pytest.mark.clause("GT-I-5.2.ct.а-b", "GT-I-3.2a", partly=True),
        ),
        pytest.param("dubrovo", date(2026, 10, 15), "DB-3.3.10", marks=pytest.mark.clause("DB-3.3.10")),
    ],
    indirect=["cast"],
)
def test_absence_without_reason_is_listed_to_the_class_teacher(cast: Any, day: date, clause: str) -> None:
    """Absent on Monday, 12 October: three school days, or three days, end on Thursday."""
    for journal in ("russian", "maths"):
        lesson = cast.lesson_on(journal, date(2026, 10, 12))
        Absence.objects.filter(lesson=lesson, student=cast.named("Асанов")).delete()
        Absence.objects.create(
            school=cast.school,
            journal=cast.journals[journal],
            lesson=lesson,
            student=cast.named("Асанов"),
            meaning="unknown",
            symbol="н",
            set_at=lesson.ends_at,
            changed_at=lesson.ends_at,
        )
    last = moment(cast, day, "23:59:59")
    scope = Scope(teacher_id=cast.class_teacher.id)

    def reasons(at: datetime, scope: Scope | None = scope) -> list[Finding]:
        return [finding for finding in look(cast, at, scope) if finding.fact == "absence"]

    (due,) = reasons(last)
    assert not due.overdue and due.students == ((cast.named("Асанов").id, "Асанов Тимур"),)
    (overdue,) = reasons(last + SECOND, None)
    assert overdue.overdue and clause in {c.id for c in overdue.clauses}
    assert overdue.who_id == cast.class_teacher.id and overdue.told == ("class_teacher", "deputy")
    assert reasons(last, Scope(teacher_id=cast.teacher.id)) == []
    assert len(reasons(last, Scope(homeroom_ids=(cast.homeroom.id,)))) == 1
    assert reasons(last, Scope(homeroom_ids=(cast.younger.id,))) == []
    Absence.objects.filter(meaning="unknown").update(meaning="ill", symbol="б")
    assert reasons(last + SECOND) == []


# --- who owes ---------------------------------------------------------------------------------------------------------


def test_duty_passes_to_the_substitute_for_that_lesson_only(cast: Any) -> None:
    substituted = cast.lesson_on("maths", cast.on)
    mine = look(cast, cast.at, Scope(teacher_id=cast.substitute.id))
    assert {finding.lesson_id for finding in mine if finding.fact != "absence"} == {substituted.id}
    assert {finding.who_id for finding in mine} == {cast.substitute.id}
    theirs = look(cast, cast.at, Scope(teacher_id=cast.class_teacher.id))
    assert substituted.id not in {finding.lesson_id for finding in theirs}


def test_lesson_without_timetabled_teacher_is_owed_by_load(cast: Any) -> None:
    lesson = cast.lesson_on("maths", TUESDAY)
    LessonRow.objects.filter(id=lesson.id).update(teacher=None)
    found = of(look(cast, cast.at, Scope(teacher_id=cast.class_teacher.id)), "roll", lesson)
    assert [finding.who_id for finding in found] == [cast.class_teacher.id]
    LessonRow.objects.filter(id=lesson.id).update(teacher=cast.teacher)
    assert of(look(cast, cast.at, Scope(teacher_id=cast.class_teacher.id)), "roll", lesson) == []


def test_cancelled_and_future_lessons_owe_nothing(cast: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    lesson = cast.lesson_on("maths", TUESDAY)
    assert of(look(cast, lesson.starts_at - SECOND), "roll", lesson) == []
    assert len(of(look(cast, lesson.starts_at), "roll", lesson)) == 1
    LessonRow.objects.filter(id=lesson.id).update(state="cancelled")
    assert of(look(cast, cast.at), "roll", lesson) == []
    assert of(look(cast, cast.at, Scope(teacher_id=cast.class_teacher.id)), "roll", lesson) == []
    spoilt = owed.SPAN.replace("l.state <> 'cancelled'", "l.state <> 'nothing'")
    monkeypatch.setattr(owed, "SPAN", spoilt)
    assert len(of(look(cast, cast.at), "roll", lesson)) == 1, "the planted fault must show"


def test_student_who_left_owes_nothing_and_a_later_one_neither(cast: Any) -> None:
    lesson = cast.lesson_on("russian", date(2026, 10, 12))
    Enrolment.objects.filter(student=cast.named("Асанов")).update(until=date(2026, 10, 16))
    Enrolment.objects.filter(student=cast.named("Цой")).update(starts=TUESDAY)
    Mark.objects.filter(student=cast.named("Асанов")).update(value="")
    on_time = {
        name
        for _, name in of(look(cast, moment(cast, date(2026, 10, 15), "10:00:00")), "mark", lesson)[
            0
        ].students
    }
    assert "Асанов Тимур" in on_time and "Цой Максим" not in on_time
    later = {
        name
        for _, name in of(look(cast, moment(cast, date(2026, 10, 16), "10:00:00")), "mark", lesson)[
            0
        ].students
    }
    assert "Асанов Тимур" not in later


def test_another_school_is_never_seen(cast: Any) -> None:
    ids = set(LessonRow.objects.filter(school=cast.school).values_list("id", flat=True))
    found = look(cast, moment(cast, date(2026, 10, 24), "23:00:00"))
    assert found and {finding.lesson_id for finding in found} <= ids


def test_lessons_before_the_edition_owe_nothing(cast: Any) -> None:
    from parta.regulation.models import Edition

    Edition.objects.filter(school=cast.school).update(in_force_from=date(2026, 10, 12))
    rules = law(cast)
    calendar = PlainCalendar(cast.zone)
    found = findings(rules, cast.school.id, Scope(), since=date(2026, 9, 1), at=cast.at, calendar=calendar)
    bounds = set(rules.bounds)
    assert found and all(finding.date >= min(bounds) for finding in found)


@pytest.mark.parametrize("cast", ALL, indirect=True)
def test_statements_do_not_grow_with_what_is_owed(
    cast: Any, count_statements: Callable[[], AbstractContextManager[list[str]]]
) -> None:
    rules = law(cast)
    for at in (moment(cast, date(2026, 10, 5), "08:00:00"), moment(cast, date(2026, 10, 24), "23:00:00")):
        for scope in (Scope(), Scope(teacher_id=cast.teacher.id)):
            with count_statements() as seen:
                look(cast, at, scope, rules)
            assert len(seen) == 3


# --- guard and watch are one rule -------------------------------------------------------------------------------------


@pytest.mark.parametrize("cast", ALL, indirect=True)
def test_watch_and_guard_agree_to_the_second(cast: Any) -> None:
    """For every finding: the missing write passes in time at its limit, and as late a second after it."""
    rules = law(cast)
    calendar = PlainCalendar(cast.zone, vacations=((date(2026, 10, 25), date(2026, 11, 2)),))
    found = look(cast, moment(cast, date(2026, 10, 16), "12:00:00"))
    assert {finding.fact for finding in found} >= {"conducted", "roll"}
    rows = {row.id: row for row in LessonRow.objects.select_related("journal__subject", "journal__homeroom")}
    for finding in found:
        if finding.fact == "absence" or (finding.fact == "mark" and not finding.work):
            continue  # a lesson in which nobody was marked: no single mark is late by it
        row = rows[finding.lesson_id]
        journal = row.journal
        day = [
            r for r in rows.values() if r.date == row.date and r.journal.homeroom_id == journal.homeroom_id
        ]
        place = Place(
            journal.subject.code,
            journal.subject.title,
            journal.subject.area,
            journal.grade,
            journal.homeroom.title if journal.homeroom else "",
            float(journal.weekly_hours),
            frozenset(journal.subject.tags) | ({"subgroup"} if journal.subgroup_id else frozenset()),
        )
        held = Lesson(
            row.id,
            row.date,
            row.starts_at,
            row.ends_at,
            day_ends_at=max(r.ends_at for r in day),
            assigned_ids=frozenset({1}),
            topic="Дроби",
            planned_topic="Дроби",
        )
        writer = Writer(1, frozenset({"teacher"}), frozenset({"assigned"}))

        def tried(
            at: datetime,
            fact: str,
            work: str,
            place: Place = place,
            held: Lesson = held,
            writer: Writer = writer,
        ) -> Act:
            new = {"mark": "5", "homework": "выучить § 5, с. 10", "topic": "Дроби"}.get(fact, "")
            works = (work,) if work else ()
            return Act(fact, "record", place, held, writer, at, student_id=1, work=works, new=new)  # type: ignore[arg-type]

        in_time = judge(rules, tried(finding.due, finding.fact, finding.work), calendar)
        late = judge(rules, tried(finding.due + SECOND, finding.fact, finding.work), calendar)
        assert not in_time.is_late, (finding, in_time.text)
        assert late.is_late and late.outcome >= Outcome.REMARK, finding
        assert finding.clauses[0].id in late.clause_ids
