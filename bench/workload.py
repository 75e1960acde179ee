"""Workload W, exact: 40 classes of 25, 12 subjects, 60 teachers, 45 school days, 240,000 marks, 13,500 absences.

The formulas are those of the peers' measurement that the targets come from. One departure: here a column hangs on a
lesson, so the 36 columns of a subject with fewer than 36 lessons share lessons; the measured journal (class 0,
subject 0) has 36 lessons and 36 columns, one each.
"""

from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from random import Random

from django.contrib.auth.hashers import make_password
from django.db import transaction

from parta.foundation import log, sql
from parta.journal.actions.bulk import Hand, Ids, Pour, pour
from parta.organisation.models import AcademicYear, Homeroom, MarkScale, School, Subject, Term, WorkKind
from parta.people.models import Enrolment, Guardianship, Person, Role, User
from parta.plans.actions import CurriculumRow, approve, set_curriculum
from parta.plans.models import Journal, TeachingLoad
from parta.regulation.actions import adopt
from parta.regulation.edition import PRESETS
from parta.timetable.models import Lesson

CLASSES, SIZE, SUBJECTS, DAYS, COLUMNS = 40, 25, 12, 45, 36
FIRST_DAY = date(2026, 9, 21)
WEEKLY = (4, 4, 3, 3, 3, 2, 2, 2, 2, 2, 2, 1)
PASSWORD = "bench-password-W"
FRESH_LESSONS = 600
"""Lessons of today in a journal of class 1, of another teacher: each measured save takes a new one, and the pages that
are measured, all of class 0, weigh the same in every round."""
WRITTEN = (1, 1)
"""Class and subject of that journal; its teacher has the number 5 × subject + class // 8."""


def day_of(index: int) -> date:
    """The date of school day 0 … 44: nine weeks of five days."""
    return FIRST_DAY + timedelta(days=index // 5 * 7 + index % 5)


def slots_of(homeroom: int) -> list[int]:
    """Subjects of the 30 weekly slots, round by round, rotated by 7c."""
    slots = [subject for turn in range(4) for subject in range(SUBJECTS) if WEEKLY[subject] > turn]
    shift = 7 * homeroom % 30
    return slots[shift:] + slots[:shift]


def has_mark(student: int, subject: int, column: int) -> bool:
    return (7 * column + 5 * student + 11 * subject) % 36 < 20


def mark_of(student: int, subject: int, column: int) -> str:
    return str(2 + (13 * student + 7 * column + 3 * subject + (student * column % 5)) % 4)


def is_absent(student: int, day: int, period: int) -> bool:
    return (31 * student + 17 * day + 13 * period + 7 * ((student - 1) // SIZE)) % 20 == 0


@transaction.atomic
def fill(today: date, at: datetime, school_code: str = "W") -> dict[str, int]:
    """Fill one school by W; the ids the measurement asks for. `today`: the day of the fresh lessons."""
    school = School.objects.create(
        code=school_code, name=f"Школа {school_code}", short_name="Школа W", timezone="UTC"
    )
    log.open_chain(school.id, "school", school.id)
    adopt(
        school_id=school.id,
        source=(PRESETS / "goethe23.toml").read_text(encoding="utf-8"),
        by=log.SYSTEM,
        at=at,
        in_force_from=date(2026, 9, 1),
    )
    year = AcademicYear.objects.create(
        school=school,
        title="2026/2027",
        starts=date(2026, 9, 1),
        until=max(date(2027, 6, 1), today + timedelta(60)),
    )
    term = Term.objects.create(
        school=school,
        year=year,
        kind="quarter",
        title="I четверть",
        starts=FIRST_DAY,
        until=today + timedelta(days=8),
    )
    scale = MarkScale.objects.create(
        school=school,
        code="five",
        title="Пятибалльная",
        symbols=[{"symbol": str(v), "value": v, "passes": v > 2, "counts": True} for v in (5, 4, 3, 2)],
    )
    WorkKind.objects.bulk_create(
        WorkKind(school=school, code=code, title=title, short=short, weight=weight)
        for code, title, short, weight in (
            ("oral", "Устный ответ", "УО", 1),
            ("written", "Письменная работа", "ПР", 2),
            ("control", "Контрольная работа", "КР", 3),
        )
    )
    subjects = Subject.objects.bulk_create(
        Subject(school=school, code=f"s{j}", title=f"Предмет {j}", position=j) for j in range(SUBJECTS)
    )
    homerooms = Homeroom.objects.bulk_create(
        Homeroom(school=school, year=year, title=f"{c // 8 + 5}{'АБВГДЕЖЗ'[c % 8]}", grade=c // 8 + 5)
        for c in range(CLASSES)
    )
    password = make_password(PASSWORD)
    users = User.objects.bulk_create(
        User(login=f"{school_code.lower()}-{name}", password=password, must_change_password=False)
        for name in ("teacher", "parent", "writer")
    )
    teachers = Person.objects.bulk_create(
        Person(
            school=school, surname=f"Учителев{t}", given_name="Иван", user={0: users[0], 5: users[2]}.get(t)
        )
        for t in range(60)
    )
    students = Person.objects.bulk_create(
        Person(school=school, surname=f"Ученик{s:04d}", given_name="Пётр", patronymic="Ильич")
        for s in range(1, CLASSES * SIZE + 1)
    )
    parents = Person.objects.bulk_create(
        Person(
            school=school, surname=f"Родитель{s:04d}", given_name="Илья", user=users[1] if s == 1 else None
        )
        for s in range(1, CLASSES * SIZE + 1)
    )
    starts = year.starts
    Role.objects.bulk_create(Role(school=school, person=p, kind="teacher", starts=starts) for p in teachers)
    Guardianship.objects.bulk_create(
        Guardianship(school=school, guardian=g, student=s, starts=starts)
        for g, s in zip(parents, students, strict=True)
    )
    Enrolment.objects.bulk_create(
        Enrolment(school=school, student=s, homeroom=homerooms[i // SIZE], starts=starts)
        for i, s in enumerate(students)
    )
    journals = Journal.objects.bulk_create(
        Journal(
            school=school,
            year=year,
            subject=subjects[j],
            homeroom=homerooms[c],
            grade=homerooms[c].grade,
            scale=scale,
            weekly_hours=WEEKLY[j],
        )
        for c in range(CLASSES)
        for j in range(SUBJECTS)
    )
    sql.insert(
        "foundation_chain",
        ("school_id", "kind", "subject_id", "head_seq", "head_hash"),
        [(school.id, "journal", journal.id, 0, "") for journal in journals],
    )
    TeachingLoad.objects.bulk_create(
        TeachingLoad(
            school=school,
            journal=journals[c * SUBJECTS + j],
            teacher=teachers[5 * j + c // 8],
            weekly_hours=WEEKLY[j],
            starts=starts,
        )
        for c in range(CLASSES)
        for j in range(SUBJECTS)
    )
    set_curriculum(
        year=year,
        rows=[
            CurriculumRow(subject.id, WEEKLY[j], WEEKLY[j] * 34, grade=grade)
            for grade in sorted({homeroom.grade for homeroom in homerooms if homeroom.grade})
            for j, subject in enumerate(subjects)
        ],
        by=log.SYSTEM,
        at=at,
    )
    for kind in ("curriculum", "teaching_load"):
        approve(year=year, kind=kind, order_number="1-т", order_date=starts, by=log.SYSTEM, at=at)
    heads = {
        row[0]: log.Head(*row[1:])
        for row in sql.read(
            "SELECT subject_id, id, school_id, head_seq, head_hash FROM foundation_chain"
            " WHERE kind = 'journal' AND school_id = %s",
            (school.id,),
        )
    }
    lessons: dict[int, list[tuple[Lesson, int, int]]] = {}
    for c in range(CLASSES):
        slots = slots_of(c)
        for day in range(DAYS):
            for period in range(6):
                subject = slots[(day % 5) * 6 + period]
                journal = journals[c * SUBJECTS + subject]
                begins = datetime.combine(day_of(day), time(8 + period), UTC)
                lesson = Lesson(
                    school=school,
                    journal=journal,
                    date=day_of(day),
                    number=period + 1,
                    starts_at=begins,
                    ends_at=begins + timedelta(minutes=45),
                    teacher=teachers[5 * subject + c // 8],
                )
                lessons.setdefault(journal.id, []).append((lesson, day, period))
    Lesson.objects.bulk_create((entry[0] for taught in lessons.values() for entry in taught), batch_size=2000)
    ids, random = Ids(), Random(f"7/{school_code}")  # an operation id is used once in the whole installation
    pours = []
    for c in range(CLASSES):
        for j in range(SUBJECTS):
            journal, teacher = journals[c * SUBJECTS + j], teachers[5 * j + c // 8]
            hand = Hand(teacher.user_id, teacher.id, "teacher")
            one = Pour(heads[journal.id], journal.id, ids, random)
            taught = lessons[journal.id]
            pupils = range(c * SIZE + 1, c * SIZE + SIZE + 1)
            for number, (lesson, day, period) in enumerate(taught, 1):
                one.hold(lesson.id, lesson.ends_at, hand, f"Тема урока номер {number}", None)
                one.give_homework(lesson.id, lesson.ends_at, hand, f"§ {number}, упражнения 1 и 2")
                one.absent(
                    [
                        (students[s - 1].id, "Н", "unexcused", None)
                        for s in pupils
                        if is_absent(s, day, period)
                    ],
                    lesson.id,
                    lesson.ends_at,
                    hand,
                )
            for column in range(COLUMNS):
                lesson = taught[column * len(taught) // COLUMNS][0]
                work = ("oral", "written", "control")[column % 3]
                place = 1 + sum(
                    1 for k in range(column % 3, column, 3) if taught[k * len(taught) // COLUMNS][0] is lesson
                )
                assessment_id = one.assess(lesson.id, work, Decimal(column % 3 + 1), position=place)
                one.mark(
                    [(students[s - 1].id, mark_of(s, j, column)) for s in pupils if has_mark(s, j, column)],
                    assessment_id=assessment_id,
                    lesson_id=lesson.id,
                    work=work,
                    at=lesson.ends_at,
                    by=hand,
                )
            pours.append(one)
    pour(pours)
    begins = datetime.combine(today, time(0), UTC)
    Lesson.objects.bulk_create(
        (
            Lesson(
                school=school,
                journal=journals[WRITTEN[0] * SUBJECTS + WRITTEN[1]],
                date=today,
                number=number,
                starts_at=begins,
                ends_at=begins,
                teacher=teachers[5 * WRITTEN[1] + WRITTEN[0] // 8],
            )
            for number in range(1, FRESH_LESSONS + 1)
        ),
        batch_size=2000,
    )
    return {
        "school": school.id,
        "journal": journals[0].id,
        "written": journals[WRITTEN[0] * SUBJECTS + WRITTEN[1]].id,
        "term": term.id,
        "student": students[0].id,
        "writer_user": users[2].id,
        "teacher_user": users[0].id,
        "parent_user": users[1].id,
    }


def floor_statements() -> list[str]:
    """The floor's own lean tables: exceptions only, covering indexes; dropped and made anew."""
    tables = {
        "floor_session": "token TEXT PRIMARY KEY, user_id INTEGER, name TEXT",
        "floor_right": "user_id INTEGER, object_id INTEGER, PRIMARY KEY (user_id, object_id)",
        "floor_student": "id INTEGER PRIMARY KEY, homeroom INTEGER, name TEXT",
        "floor_column": "id INTEGER PRIMARY KEY, homeroom INTEGER, subject INTEGER, day TEXT, kind TEXT",
        "floor_mark": "column_id INTEGER, student_id INTEGER, homeroom INTEGER, subject INTEGER, value TEXT,"
        " PRIMARY KEY (column_id, student_id)",
        "floor_absence": "column_id INTEGER, student_id INTEGER, homeroom INTEGER, subject INTEGER,"
        " PRIMARY KEY (column_id, student_id)",
    }
    return [
        *(f"DROP TABLE IF EXISTS {name}" for name in tables),
        *(f"CREATE TABLE {name} ({columns})" for name, columns in tables.items()),
        "CREATE INDEX floor_column_place ON floor_column (homeroom, subject, id, day, kind)",
        "CREATE INDEX floor_student_place ON floor_student (homeroom, id, name)",
        "CREATE INDEX floor_mark_place ON floor_mark (homeroom, subject, column_id, student_id, value)",
        "CREATE INDEX floor_mark_student ON floor_mark (student_id, subject, column_id, value)",
        "CREATE INDEX floor_absence_place ON floor_absence (homeroom, subject, column_id, student_id)",
        "CREATE INDEX floor_absence_student ON floor_absence (student_id, column_id)",
    ]


@transaction.atomic
def fill_floor() -> None:
    """The same W in the floor's tables."""
    for statement in floor_statements():
        sql.write(statement)
    sql.bulk_insert(
        "floor_session", ("token", "user_id", "name"), [("teacher", 1, "Учитель"), ("parent", 2, "Родитель")]
    )
    sql.bulk_insert("floor_right", ("user_id", "object_id"), [(1, 0), (2, 1)])
    pupils = range(1, CLASSES * SIZE + 1)
    sql.bulk_insert(
        "floor_student",
        ("id", "homeroom", "name"),
        ((s, (s - 1) // SIZE, f"Ученик{s:04d} Пётр") for s in pupils),
    )
    columns = [
        (
            (c * SUBJECTS + j) * COLUMNS + k,
            c,
            j,
            day_of(45 * k // 36).isoformat(),
            ("УО", "ПР", "КР")[k % 3],
            k,
        )
        for c in range(CLASSES)
        for j in range(SUBJECTS)
        for k in range(COLUMNS)
    ]
    sql.bulk_insert(
        "floor_column", ("id", "homeroom", "subject", "day", "kind"), (row[:5] for row in columns)
    )
    sql.bulk_insert(
        "floor_mark",
        ("column_id", "student_id", "homeroom", "subject", "value"),
        (
            (column, s, c, j, mark_of(s, j, k))
            for column, c, j, _, _, k in columns
            for s in range(c * SIZE + 1, c * SIZE + SIZE + 1)
            if has_mark(s, j, k)
        ),
    )
    sql.bulk_insert(
        "floor_absence",
        ("column_id", "student_id", "homeroom", "subject"),
        (
            (column, s, c, j)
            for column, c, j, _, _, k in columns
            for s in range(c * SIZE + 1, c * SIZE + SIZE + 1)
            if is_absent(s, 45 * k // 36, k % 6)
        ),
    )
