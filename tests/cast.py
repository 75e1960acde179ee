"""A cast everyone knows: one small school around homeroom 6«Б», and a second school with the same shapes outside.

It is Wednesday, 14 October 2026, 10:40 in the school: the third lesson, Russian in 6«Б», is going on. The names
are those of the interface design. Every test has the rows afresh, and objects of its own.
"""

from collections.abc import Callable, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from functools import cache
from importlib import import_module
from pathlib import Path
from random import Random
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.auth.hashers import make_password
from django.test import Client

from parta.foundation import log
from parta.foundation.log import SYSTEM, Actor
from parta.journal.actions.bulk import Hand, Ids, Pour, pour
from parta.organisation.models import (
    AcademicYear,
    Bell,
    BellSchedule,
    Department,
    Homeroom,
    MarkScale,
    Room,
    School,
    Subgroup,
    Subject,
    Term,
    Vacation,
    WorkKind,
)
from parta.people.middleware import SCHOOL_KEY, session_hash
from parta.people.models import (
    Consent,
    Enrolment,
    Guardianship,
    Inspection,
    Person,
    Role,
    SubgroupMembership,
    User,
)
from parta.people.viewer import Viewer, account
from parta.plans.models import Approval, CurriculumHours, Journal, PlannedTopic, TeachingLoad, ThematicPlan
from parta.regulation.actions import adopt
from parta.timetable.models import Lesson, Substitution, TimetableSlot
from tests.kept import Kept

TODAY = date(2026, 10, 14)
NOW = time(10, 40)
FIRST_DAY = date(2026, 10, 5)
"""Lessons of the cast lie from this Monday to Saturday, 24 October: the last days of the first quarter."""
LAST_DAY = date(2026, 10, 24)
PASSWORD = "мел-доска-парта-26"
"""The password of every account of the cast."""


@dataclass(frozen=True, slots=True)
class Kind:
    """What differs between the five kinds of school the presets are for."""

    act: str
    school: str
    timezone: str
    kind: str
    terms: str


PRESETS = {
    "goethe23": Kind("GT", "Гимназия № 23", "Asia/Bishkek", "general", "quarter"),
    "kemerovo-ct": Kind("CT", "Центр творчества", "Asia/Novokuznetsk", "centre", "year"),
    "egorievsk-college": Kind("ET", "Егорьевский техникум", "Europe/Moscow", "college", "half_year"),
    "ipatovo1": Kind("IP", "Школа № 1", "Europe/Moscow", "general", "quarter"),
    "dubrovo": Kind("DB", "Дубровская школа", "Asia/Yekaterinburg", "general", "quarter"),
}
"""The presets by the names of their requirement tables."""

BELLS = (
    (time(8, 30), time(9, 15)),
    (time(9, 25), time(10, 10)),
    (time(10, 30), time(11, 15)),
    (time(11, 30), time(12, 15)),
    (time(12, 25), time(13, 10)),
    (time(13, 20), time(14, 5)),
    (time(14, 15), time(15, 0)),
)
WORK_KINDS = (
    ("oral", "Устный ответ", "УО"),
    ("written", "Письменная работа", "ПР"),
    ("control", "Контрольная работа", "КР"),
    ("test", "Тест", "Т"),
    ("credit", "Зачёт", "З"),
    ("exam", "Экзамен", "Э"),
    ("independent", "Самостоятельная работа", "СР"),
    ("composition", "Сочинение", "С"),
    ("practical", "Практическая работа", "ПрР"),
    ("laboratory", "Лабораторная работа", "ЛР"),
)
STUDENTS = (
    ("Абдурахманова", "Гульзада", "Бакытовна", "f"),
    ("Авдеев", "Кирилл", "Павлович", "m"),
    ("Асанов", "Тимур", "Эрланович", "m"),
    ("Григорян", "Давид", "Арменович", "m"),
    ("Ефимова", "Софья", "Ильинична", "f"),
    ("Зайцев", "Михаил", "Андреевич", "m"),
    ("Иванов", "Александр", "Викторович", "m"),
    ("Иванов", "Александр", "Николаевич", "m"),
    ("Магомедов", "Расул", "Магомедович", "m"),
    ("Орлова", "Виктория", "Денисовна", "f"),
    ("Сафина", "Диляра", "Рустамовна", "f"),
    ("Цой", "Максим", "Вадимович", "m"),
)
"""6«Б» today, in the order of the register. Цой came on 7 October."""
TOPICS = (
    "Лексика. Повторение",
    "Исконно русские и заимствованные слова",
    "Неологизмы",
    "Устаревшие слова",
    "Словари. Словарный диктант",
    "Повторение по теме «Лексика»",
    "Контрольная работа по теме «Лексика»",
    "Анализ контрольной работы. Фразеологизмы",
    "Источники фразеологизмов",
    "Повторение по теме «Фразеология. Культура речи»",
    "Морфемика и словообразование. Повторение",
    "Описание помещения",
    "Основные способы образования слов",
    "Практикум по словообразованию",
    "Этимология слов",
    "Контрольный диктант за I четверть",
    "Анализ диктанта. Работа над ошибками",
    "Буквы о и а в корне -кос- — -кас-",
)

# weekday -> lesson number -> journal
WEEK: dict[int, dict[int, str]] = {
    1: {1: "russian", 2: "maths", 3: "english"},
    2: {2: "russian", 3: "maths"},
    3: {1: "maths", 2: "english", 3: "russian", 4: "russian"},
    4: {1: "russian", 2: "maths"},
    5: {1: "russian", 3: "maths", 4: "english"},
}


@dataclass
class World:
    """One school of the cast. Plain model instances under the names everyone uses."""

    preset: str
    at: datetime
    on: date
    school: School
    year: AcademicYear
    terms: dict[int, Term] = field(default_factory=dict)
    year_term: Term | None = None
    homeroom: Homeroom = None  # type: ignore[assignment]
    younger: Homeroom = None  # type: ignore[assignment]
    subjects: dict[str, Subject] = field(default_factory=dict)
    journals: dict[str, Journal] = field(default_factory=dict)
    plan: ThematicPlan = None  # type: ignore[assignment]
    topics: list[PlannedTopic] = field(default_factory=list)
    subgroups: list[Subgroup] = field(default_factory=list)
    people: dict[str, Person] = field(default_factory=dict)
    students: list[Person] = field(default_factory=list)
    lessons: dict[str, list[Lesson]] = field(default_factory=dict)
    installer: User | None = None
    outside: "World" = None  # type: ignore[assignment]

    def __getattr__(self, name: str) -> Any:
        """`cast.teacher`, `cast.guardian`, `cast.russian`: a person or a journal by its name."""
        for box in ("people", "journals"):
            found = self.__dict__.get(box, {}).get(name)
            if found is not None:
                return found
        raise AttributeError(name)

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.school.timezone)

    @property
    def term(self) -> Term:
        """The first reporting period, in which today lies."""
        return self.terms[1]

    @property
    def lesson(self) -> Lesson:
        """The lesson that is going on: Russian in 6«Б», 14 October, third."""
        return self.lesson_on("russian", TODAY, 3)

    def lesson_on(self, journal: str, day: date, number: int | None = None) -> Lesson:
        """A lesson of a journal on a day (its first, or the one with the number)."""
        for lesson in self.lessons[journal]:
            if lesson.date == day and number in (None, lesson.number):
                return lesson
        raise LookupError(f"no lesson of {journal} on {day} with number {number}")

    def named(self, surname: str) -> Person:
        """The first student of 6«Б» with this surname."""
        return next(person for person in self.students if person.surname == surname)

    def local(self, day: date, hour: int, minute: int = 0) -> datetime:
        """A moment by the school's clock, as UTC."""
        return datetime.combine(day, time(hour, minute), self.zone).astimezone(UTC)

    def viewer(self, name: str | Person, at: datetime | None = None) -> Viewer:
        """The viewer that a person of this school is at a moment (default: the cast's now)."""
        person = self.people[name] if isinstance(name, str) else name
        assert person.user_id is not None, f"{person} has no account"
        found = account(person.user_id, self.school.id, at or self.at)
        assert found is not None and found.viewer is not None, f"{person} has no account in this school"
        return found.viewer


@cache
def _hashed() -> str:
    return make_password(PASSWORD)


class Builder:
    """Builds one world; `mark` distinguishes logins and codes of the two schools."""

    def __init__(self, preset: str, mark: str, shared: dict[str, User]) -> None:
        self.preset, self.mark, self.shared = preset, mark, shared
        self.kind = PRESETS[preset]
        self.world: World

    def build(self) -> World:
        self._school()
        self._people()
        self._plans()
        self._lessons()
        self._written()
        self._law()
        return self.world

    def _school(self) -> None:
        kind = self.kind
        school = School.objects.create(
            code=f"{self.preset}{self.mark}",
            name=f"{kind.school}{' (вторая)' if self.mark else ''}",
            short_name=f"{kind.school}{' (вторая)' if self.mark else ''}",
            kind=kind.kind,
            timezone=kind.timezone,
        )
        log.open_chain(school.id, "school", school.id)
        year = AcademicYear.objects.create(
            school=school, title="2026/2027", starts=date(2026, 9, 1), until=date(2027, 6, 1)
        )
        zone = ZoneInfo(kind.timezone)
        self.world = world = World(
            preset=self.preset,
            at=datetime.combine(TODAY, NOW, zone).astimezone(UTC),
            on=TODAY,
            school=school,
            year=year,
        )
        world.year_term = Term.objects.create(
            school=school, year=year, kind="year", title="Год", starts=year.starts, until=year.until
        )
        spans = {
            "quarter": (
                (date(2026, 9, 1), date(2026, 10, 25)),
                (date(2026, 11, 2), date(2026, 12, 28)),
                (date(2027, 1, 11), date(2027, 3, 21)),
                (date(2027, 3, 29), date(2027, 6, 1)),
            ),
            "half_year": ((date(2026, 9, 1), date(2026, 12, 28)), (date(2027, 1, 11), date(2027, 6, 1))),
            "year": (),
        }[kind.terms]
        word = {"quarter": "четверть", "half_year": "полугодие"}.get(kind.terms, "")
        parts = Term.objects.bulk_create(
            Term(
                school=school,
                year=year,
                kind=kind.terms,
                number=number,
                title=f"{'I II III IV'.split()[number - 1]} {word}",
                starts=starts,
                until=until,
                parent=world.year_term,
            )
            for number, (starts, until) in enumerate(spans, 1)
        )
        world.terms = dict(enumerate(parts, 1)) or {1: world.year_term}
        Vacation.objects.create(
            school=school,
            year=year,
            title="Осенние каникулы",
            starts=date(2026, 10, 25),
            until=date(2026, 11, 2),
        )
        bells = BellSchedule.objects.create(school=school, title="Основное", is_default=True)
        Bell.objects.bulk_create(
            Bell(schedule=bells, number=number, starts=starts, ends=ends)
            for number, (starts, ends) in enumerate(BELLS, 1)
        )
        self.rooms = Room.objects.bulk_create(
            Room(school=school, title=title) for title in ("27", "31", "32", "14")
        )
        self.departments = Department.objects.bulk_create(
            Department(school=school, title=title)
            for title in ("Кафедра русского языка и литературы", "Кафедра математики")
        )
        self.scale = MarkScale.objects.create(
            school=school,
            code="five",
            title="Пятибалльная",
            symbols=[
                {"symbol": str(value), "value": value, "passes": value > 2, "counts": True}
                for value in (5, 4, 3, 2)
            ],
        )
        WorkKind.objects.bulk_create(
            WorkKind(school=school, code=code, title=title, short=short, position=position)
            for position, (code, title, short) in enumerate(WORK_KINDS, 1)
        )
        subjects = Subject.objects.bulk_create(
            Subject(
                school=school,
                code=code,
                title=title,
                short=short,
                department=department,
                tags=tags,
                position=n,
            )
            for n, (code, title, short, department, tags) in enumerate(
                (
                    ("russian", "Русский язык", "Рус.яз.", self.departments[0], ["language", "double_marks"]),
                    ("maths", "Математика", "Матем.", self.departments[1], []),
                    ("english", "Английский язык", "Англ.яз.", None, ["language"]),
                ),
                1,
            )
        )
        world.subjects = {subject.code: subject for subject in subjects}
        world.homeroom, world.younger = Homeroom.objects.bulk_create(
            Homeroom(
                school=school,
                year=year,
                title=f"{grade}{letter}",
                grade=None if kind.kind == "centre" else grade,
                letter=letter,
                term_kind=kind.terms,
                bells=bells,
            )
            for grade, letter in ((self.grade, "Б"), (3, "А"))
        )
        split = "английский язык, 6Б"
        world.subgroups = Subgroup.objects.bulk_create(
            Subgroup(
                school=school,
                year=year,
                title=f"английский язык 6Б, {number}-я группа",
                short=f"{number}-я гр.",
                split=split,
            )
            for number in (1, 2)
        )
        for subgroup in world.subgroups:
            subgroup.homerooms.add(world.homeroom)

    @property
    def grade(self) -> int:
        return 2 if self.kind.kind == "college" else 6

    def _people(self) -> None:
        world, school = self.world, self.world.school
        people: list[tuple[str, Person]] = []

        def person(
            name: str, surname: str, given: str, patronymic: str, sex: str, *, login: bool = True
        ) -> Person:
            made = Person(school=school, surname=surname, given_name=given, patronymic=patronymic, sex=sex)
            if login:
                user = self.shared.get(name) or User(
                    login=f"{name}{self.mark}", password=_hashed(), must_change_password=False
                )
                made.user = user
            people.append((name, made))
            return made

        staff = (
            ("director", "Касымова", "Айнура", "Жолдошевна", "f"),
            ("deputy", "Лаптева", "Ольга", "Игоревна", "f"),
            ("operator", "Рыбаков", "Степан", "Юрьевич", "m"),
            ("head_of_department", "Терентьева", "Нина", "Львовна", "f"),
            ("teacher", "Соколова", "Марина", "Викторовна", "f"),
            ("class_teacher", "Исаков", "Бакыт", "Маратович", "m"),
            ("english_teacher", "Белова", "Анна", "Сергеевна", "f"),
            ("english_teacher_2", "Шин", "Елена", "Олеговна", "f"),
            ("substitute", "Мельник", "Оксана", "Петровна", "f"),
            ("other_teacher", "Громова", "Вера", "Павловна", "f"),
            ("former_teacher", "Орлова", "Наталья", "Дмитриевна", "f"),
            ("social_pedagogue", "Дудник", "Роман", "Олегович", "m"),
            ("nurse", "Ким", "Светлана", "Андреевна", "f"),
            ("secretary", "Носова", "Алла", "Егоровна", "f"),
            ("master", "Воронов", "Игорь", "Петрович", "m"),
            ("inspector", "Ясинский", "Глеб", "Аркадьевич", "m"),
        )
        for name, surname, given, patronymic, sex in staff:
            person(name, surname, given, patronymic, sex)
        for number, (surname, given, patronymic, sex) in enumerate(STUDENTS, 1):
            student = person(
                f"student{number}",
                surname,
                given,
                patronymic,
                sex,
                login=surname in ("Сафина", "Зайцев", "Цой"),
            )
            student.birth_date = date(2014, (number % 12) + 1, 10)
            world.students.append(student)
        person("brother", "Сафин", "Тимур", "Рустамович", "m")
        person("other_student", "Ли", "Софья", "Игоревна", "f")
        person("left_student", "Устинов", "Лев", "Глебович", "m")
        person("guardian", "Сафина", "Гузель", "Ринатовна", "f")
        person("other_guardian", "Зайцев", "Андрей", "Олегович", "m")
        person("outsider", "Ли", "Игорь", "Сергеевич", "m")
        person("contact", "Сафин", "Рустам", "Ильдарович", "m")

        users: list[User] = [
            made.user for _, made in people if made.user is not None and made.user.pk is None
        ]
        User.objects.bulk_create(users)
        Person.objects.bulk_create([made for _, made in people])
        world.people = dict(people)
        world.people["student"] = world.named("Сафина")
        inspector = world.people["inspector"].user
        assert inspector is not None
        self.shared["inspector"] = inspector  # one account, known in both schools
        p = world.people
        since = date(2026, 9, 1)

        def role(kind: str, name: str, **more: Any) -> Role:
            return Role(
                school=school,
                person=p[name],
                kind=kind,
                **{"starts": since, "order_number": "142", "order_date": date(2026, 8, 28), **more},
            )

        Role.objects.bulk_create(
            [
                role("director", "director"),
                role("deputy", "deputy"),
                role("operator", "operator"),
                role("head_of_department", "head_of_department", department=self.departments[0]),
                *(
                    role("teacher", name)
                    for name in (
                        "teacher",
                        "class_teacher",
                        "english_teacher",
                        "english_teacher_2",
                        "substitute",
                        "other_teacher",
                    )
                ),
                role("teacher", "former_teacher", until=date(2026, 10, 1)),
                role("class_teacher", "class_teacher", homeroom=world.homeroom),
                role("social_pedagogue", "social_pedagogue"),
                role("nurse", "nurse"),
                role("secretary", "secretary"),
                role("master", "master", homeroom=world.younger),
                role("inspector", "inspector"),
            ]
        )
        Inspection.objects.create(
            school=school,
            inspector=p["inspector"],
            purpose="плановая проверка ведения журналов",
            starts_at=world.local(date(2026, 9, 1), 9),
            ends_at=world.local(date(2027, 9, 1), 9),
            opened_by=p["director"].user_id,
        )
        Guardianship.objects.bulk_create(
            Guardianship(
                school=school,
                guardian=p[who],
                student=p[whom],
                relation=relation,
                has_rights=rights,
                starts=since,
            )
            for who, whom, relation, rights in (
                ("guardian", "student", "mother", True),
                ("guardian", "brother", "mother", True),
                ("other_guardian", "student6", "father", True),
                ("outsider", "other_student", "father", True),
                ("contact", "student", "father", False),
            )
        )
        Enrolment.objects.bulk_create(
            [
                *(
                    Enrolment(
                        school=school,
                        student=student,
                        homeroom=world.homeroom,
                        starts=date(2026, 10, 7) if student.surname == "Цой" else since,
                    )
                    for student in world.students
                ),
                Enrolment(school=school, student=p["brother"], homeroom=world.younger, starts=since),
                Enrolment(school=school, student=p["other_student"], homeroom=world.younger, starts=since),
                Enrolment(
                    school=school,
                    student=p["left_student"],
                    homeroom=world.homeroom,
                    starts=since,
                    until=date(2026, 10, 9),
                ),
            ]
        )
        Consent.objects.bulk_create(
            Consent(
                school=school,
                student=student,
                kind=kind,
                state="given",
                signed_on=since,
                paper_number=f"З-{number}",
                recorded_at=world.local(since, 9),
            )
            for number, student in enumerate(
                [*world.students, p["brother"], p["other_student"], p["left_student"]], 1
            )
            for kind in ("personal_data", "placement")
        )
        SubgroupMembership.objects.bulk_create(
            SubgroupMembership(
                school=school,
                student=student,
                subgroup=world.subgroups[number % 2],
                starts=date(2026, 10, 7) if student.surname == "Цой" else since,
            )
            for number, student in enumerate(world.students)
        )

    def _plans(self) -> None:
        world, school, year = self.world, self.world.school, self.world.year
        p = world.people
        world.plan = ThematicPlan.objects.create(
            school=school,
            year=year,
            subject=world.subjects["russian"],
            title="Русский язык, 6 класс",
            grade=world.homeroom.grade,
            author=p["teacher"],
            approved_on=date(2026, 8, 28),
            order_number="140",
        )
        world.topics = PlannedTopic.objects.bulk_create(
            PlannedTopic(
                plan=world.plan,
                position=position,
                unit="Лексика. Фразеология",
                text=text,
                work_kind="control" if text.startswith("Контрольн") else "",
                homework=f"§ {20 + position}, упр. {120 + position * 4}",
                minutes=25,
            )
            for position, text in enumerate(TOPICS, 1)
        )
        plain: dict[str, Any] = {
            "school": school,
            "year": year,
            "scale": None if self.kind.kind == "centre" else self.scale,
            "term_kind": self.kind.terms,
        }
        s = world.subjects
        six, three = world.homeroom, world.younger
        first, second = world.subgroups
        made = Journal.objects.bulk_create(
            [
                Journal(
                    **plain,
                    subject=s["russian"],
                    homeroom=six,
                    grade=six.grade,
                    plan=world.plan,
                    weekly_hours=6,
                ),
                Journal(**plain, subject=s["maths"], homeroom=six, grade=six.grade, weekly_hours=5),
                Journal(
                    **plain,
                    subject=s["english"],
                    homeroom=six,
                    subgroup=first,
                    grade=six.grade,
                    weekly_hours=3,
                ),
                Journal(
                    **plain,
                    subject=s["english"],
                    homeroom=six,
                    subgroup=second,
                    grade=six.grade,
                    weekly_hours=3,
                ),
                Journal(**plain, subject=s["russian"], homeroom=three, grade=three.grade, weekly_hours=2),
            ]
        )
        world.journals = dict(
            zip(("russian", "maths", "english", "english_2", "younger_russian"), made, strict=True)
        )
        for journal in made:
            log.open_chain(school.id, "journal", journal.id)
        loads = (
            ("russian", "teacher", date(2026, 10, 1)),
            ("russian", "former_teacher", date(2026, 9, 1)),
            ("maths", "class_teacher", date(2026, 9, 1)),
            ("english", "english_teacher", date(2026, 9, 1)),
            ("english_2", "english_teacher_2", date(2026, 9, 1)),
            ("younger_russian", "other_teacher", date(2026, 9, 1)),
        )
        approved = {
            kind: Approval.objects.create(
                school=school,
                year=year,
                kind=kind,
                order_number=number,
                order_date=date(2026, 8, 28),
                approved_at=world.local(date(2026, 8, 28), 9),
            )
            for kind, number in (("curriculum", ""), ("teaching_load", "41-т"), ("timetable", ""))
        }
        self.timetable_approval = approved["timetable"]
        TeachingLoad.objects.bulk_create(
            TeachingLoad(
                approval=approved["teaching_load"],
                school=school,
                journal=world.journals[journal],
                teacher=p[name],
                weekly_hours=world.journals[journal].weekly_hours,
                starts=starts,
                until=date(2026, 10, 1) if name == "former_teacher" else None,
            )
            for journal, name, starts in loads
        )
        CurriculumHours.objects.bulk_create(
            CurriculumHours(
                approval=approved["curriculum"],
                school=school,
                year=year,
                subject=s[code],
                homeroom=room,
                weekly_hours=hours,
                yearly_hours=hours * 34,
            )
            for room, code, hours in (
                (six, "russian", 6),
                (six, "maths", 5),
                (six, "english", 3),
                (three, "russian", 2),
            )
        )

    def _lessons(self) -> None:
        world, school = self.world, self.world.school
        zone, p = world.zone, world.people
        teachers = {
            "russian": (p["teacher"], self.rooms[0]),
            "maths": (p["class_teacher"], self.rooms[1]),
            "english": (p["english_teacher"], self.rooms[2]),
            "english_2": (p["english_teacher_2"], self.rooms[3]),
            "younger_russian": (p["other_teacher"], self.rooms[3]),
        }
        places: list[tuple[int, int, str]] = []
        for weekday, numbers in WEEK.items():
            for number, name in numbers.items():
                places.append((weekday, number, name))
                if name == "english":
                    places.append((weekday, number, "english_2"))
        places += [(3, 1, "younger_russian"), (5, 2, "younger_russian")]
        TimetableSlot.objects.bulk_create(
            TimetableSlot(
                approval=self.timetable_approval,
                school=school,
                year=world.year,
                journal=world.journals[name],
                weekday=weekday,
                number=number,
                teacher=teachers[name][0],
                room=teachers[name][1],
                starts=date(2026, 9, 1),
            )
            for weekday, number, name in places
        )
        lessons: list[Lesson] = []
        day = FIRST_DAY
        while day <= LAST_DAY:
            for weekday, number, name in sorted(places):
                if weekday == day.isoweekday():
                    starts, ends = BELLS[number - 1]
                    lesson = Lesson(
                        school=school,
                        journal=world.journals[name],
                        date=day,
                        number=number,
                        starts_at=datetime.combine(day, starts, zone).astimezone(UTC),
                        ends_at=datetime.combine(day, ends, zone).astimezone(UTC),
                        teacher=teachers[name][0],
                        room=teachers[name][1],
                    )
                    lessons.append(lesson)
                    world.lessons.setdefault(name, []).append(lesson)
            day += timedelta(days=1)
        Lesson.objects.bulk_create(lessons)
        # Соколова was ill on 9 October, Мельник came instead; today she takes the maths of 6«Б» too (lesson 1).
        Substitution.objects.bulk_create(
            Substitution(
                school=school,
                lesson=lesson,
                substitute=p["substitute"],
                replaced=lesson.teacher,
                reason="болезнь",
                order_number="171",
                made_at=world.local(date(2026, 10, 8), 15),
            )
            for lesson in (world.lesson_on("russian", date(2026, 10, 9)), world.lesson_on("maths", TODAY))
        )

    def _written(self) -> None:
        """What stands in the Russian journal before today's lesson: 5 to 13 October."""
        world, journal = self.world, self.world.journals["russian"]
        past = [lesson for lesson in world.lessons["russian"] if lesson.date < TODAY]
        hands = {
            name: Hand(world.people[name].user_id, world.people[name].id, "teacher")
            for name in ("teacher", "substitute")
        }
        hand = hands["teacher"]
        poured = Pour(log.lock_chain("journal", journal.id), journal.id, Ids(), Random(journal.id))
        for lesson, due, topic in zip(past, [*past[1:], world.lesson], world.topics, strict=False):
            held_by = hands["substitute"] if lesson.date == date(2026, 10, 9) else hand
            poured.hold(lesson.id, lesson.ends_at, held_by, topic.text, topic.id)
            poured.give_homework(
                lesson.id,
                lesson.ends_at,
                held_by,
                topic.homework,
                minutes=25,
                due_lesson_id=due.id,
                due_date=due.date,
            )
        for day, surname, meaning, symbol, minutes in (
            (12, "Орлова", "ill", "б", None),
            (13, "Орлова", "ill", "б", None),
            (12, "Магомедов", "unexcused", "н", None),
            (13, "Зайцев", "late", "о", 6),
        ):
            lesson = world.lesson_on("russian", date(2026, 10, day))
            entry = (world.named(surname).id, symbol, meaning, minutes)
            poured.absent([entry], lesson.id, world.local(date(2026, 10, day), 12), hand)
        if journal.scale_id is not None:
            self._marked(poured, hand)
        pour([poured])

    def _marked(self, poured: Pour, hand: Hand) -> None:
        """Four columns; a value after «>» corrected the one before it, nothing after «>» annulled it."""
        columns: Sequence[tuple[int, str, int, str]] = (
            (5, "oral", 1, "Авдеев 4, Сафина 5, Зайцев 3"),
            (8, "written", 2, "Сафина 5/4, Асанов 4/3, Ефимова 4/4"),
            (12, "control", 1, "Авдеев 2>3, Асанов 4, Сафина 4, Зайцев 2"),
            (13, "oral", 1, "Григорян 5, Магомедов 3>"),
        )
        for day, kind, parts, cells in columns:
            lesson = self.world.lesson_on("russian", date(2026, 10, day))
            column = poured.assess(lesson.id, kind, Decimal(1), parts=parts)
            for cell in cells.split(", "):
                surname, written = cell.split(" ")
                student = self.world.named(surname).id
                first, changed, after = written.partition(">")
                poured.mark(
                    [(student, first)],
                    assessment_id=column,
                    lesson_id=lesson.id,
                    work=kind,
                    at=lesson.ends_at,
                    by=hand,
                )
                if changed:
                    later = lesson.ends_at + timedelta(hours=1)
                    poured.correct(column, student, after, later, hand, "ошибка в строке")

    def _law(self) -> None:
        adopt_preset(self.world.school, self.preset, self.world.local(date(2026, 9, 1), 9))


def preset_file(preset: str) -> Path:
    """The file of a preset; the files are named by words of the institution (goethe23, kemerovo-ct…)."""
    folder = Path(import_module("parta.regulation").__file__ or "").parent / "presets"
    return folder / f"{preset}.toml"


def adopt_preset(school: School, preset: str, at: datetime) -> None:
    """Put the preset in force for the school since 1 September 2026, as its director would."""
    adopt(
        school_id=school.id,
        source=preset_file(preset).read_text(encoding="utf-8"),
        by=SYSTEM,
        at=at,
        in_force_from=date(2026, 9, 1),
    )


_KEPT: dict[str, Kept[World]] = {}


def build_cast(preset: str = "goethe23") -> World:
    """Both schools: the one under the preset, and `outside`, of equal shape, under the same preset.

    Built once in a process; after that the same rows are put back.
    """
    kept = _KEPT.get(preset)
    if kept is not None and kept.fits():
        return kept.again()
    world, found = Kept.take(lambda: _built(preset))
    if found is not None:
        _KEPT[preset] = found
    return world


def _built(preset: str) -> World:
    shared: dict[str, User] = {}
    world = Builder(preset, "", shared).build()
    world.outside = Builder(preset, "-2", shared).build()
    world.outside.outside = world
    world.installer = User.objects.create(
        login="installer", password=_hashed(), must_change_password=False, is_installer=True
    )
    return world


def client_of(person: Person | User | None, *, json: bool = False) -> Client:
    """A browser in which the person (or the account) is signed in; None: nobody is."""
    client = Client(headers={"accept": "application/json"} if json else None, enforce_csrf_checks=False)
    if person is None:
        return client
    user = person.user if isinstance(person, Person) else person
    assert user is not None, "this person has no account"
    session = import_module(settings.SESSION_ENGINE).SessionStore()
    session[SESSION_KEY] = str(user.pk)
    session[BACKEND_SESSION_KEY] = "django.contrib.auth.backends.ModelBackend"
    session[HASH_SESSION_KEY] = session_hash(user.password)
    if isinstance(person, Person):
        session[SCHOOL_KEY] = person.school_id
    session.save()
    client.cookies[settings.SESSION_COOKIE_NAME] = session.session_key
    return client


def actor_of(person: Person, role: str) -> Actor:
    """The person as an actor for the change log."""
    return Actor(person.user_id, role)


@contextmanager
def statements() -> Any:
    """The SQL statements carried out inside the block, without BEGIN, COMMIT and savepoints."""
    from django.db import connection

    seen: list[str] = []
    quiet = ("BEGIN", "COMMIT", "ROLLBACK", "SAVEPOINT", "RELEASE")

    def watch(execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any) -> Any:
        if not sql.lstrip().upper().startswith(quiet):
            seen.extend([sql] * (max(1, len(params)) if many and hasattr(params, "__len__") else 1))
        return execute(sql, params, many, context)

    with connection.execute_wrapper(watch):
        yield seen
