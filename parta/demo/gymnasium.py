"""The gymnasium: a thousand students, forty classes, seventy on the staff; one year, or the past one beside the new."""

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from parta.demo.clerk import Clerk, Progress, hand_of
from parta.demo.content import Content
from parta.demo.content.calendar import YearCalendar
from parta.demo.control import show_control, show_window
from parta.demo.families import Child, Human, Registry
from parta.demo.health import Misses, year_of_misses
from parta.demo.life import Course, Hour, Life, Manners, Topic
from parta.demo.school_plan import (
    CLASS_TEACHER_POST,
    DEMO_CLASS,
    DEMO_POST,
    SECOND_CLASS,
    Class,
    SchoolPlan,
    chosen_classes,
    draw_up,
    title,
)
from parta.demo.voices import Voices, speak
from parta.foundation.log import SYSTEM
from parta.journal.actions.bulk import Ids, Pour, pour
from parta.organisation.actions import (
    HomeroomRow,
    RoomRow,
    SubgroupRow,
    SubjectRow,
    TermRow,
    VacationRow,
    WorkKindRow,
    bulk_vacations,
    ensure_departments,
    ensure_homerooms,
    ensure_rooms,
    ensure_scale,
    ensure_subgroups,
    ensure_subjects,
    open_year,
    set_bells,
    set_terms,
)
from parta.organisation.actions.calendar import ROMAN
from parta.organisation.models import AcademicYear, Homeroom, Subgroup
from parta.people.actions import (
    MembershipRow,
    RoleRow,
    bulk_memberships,
    bulk_roles,
    enrol,
    join_subgroup,
    leave,
    transfer,
)
from parta.people.models import Person
from parta.plans.actions import (
    CurriculumRow,
    JournalRow,
    LoadRow,
    PlanRow,
    TopicRow,
    approve,
    bulk_journals,
    bulk_load,
    bulk_plans,
    set_curriculum,
)
from parta.timetable.actions import (
    SlotRow,
    SubstitutionRow,
    bulk_substitutions,
    generate_lessons,
    set_slots,
)

DAY = timedelta(days=1)
WORKS = {
    "control": "control",
    "test": "test",
    "written": "written",
    "laboratory": "written",
    "practical": "written",
    "independent": "written",
    "check_work": "written",
    "composition": "control",
}
"""Kinds of work of the plans, as the gymnasium's act has them."""
WORK_KINDS = (
    WorkKindRow("oral", "Устный ответ", "УО", 1, 10),
    WorkKindRow("written", "Письменная работа", "ПР", 1, 20),
    WorkKindRow("control", "Контрольная работа", "КР", 3, 30),
    WorkKindRow("credit", "Зачётная работа", "ЗР", 2, 40),
    WorkKindRow("test", "Тест", "Т", 1, 50),
    WorkKindRow("exam", "Экзаменационная работа", "ЭР", 3, 60),
)
TAGS = {"rus": ["language", "double_marks"], "lit": ["literature", "double_marks"], "litread": ["literature"]}
TWO_PARTS = ("диктант", "сочинени", "изложени")
"""Works with these words get a mark for content and one for literacy."""
SPLITS = {"language": "иностранный язык", "computer": "информатика", "workshop": "труд (технология)"}
MANNERS = Manners(
    unknown="н",
    late="О",
    reasons={"ill": "Б", "excused": "У", "unexcused": "Н"},
    window_days=4,
    weights={row.code: Decimal(str(row.weight)) for row in WORK_KINDS},
    under_permit=(("GT-I-5.2.tch.ж-b",), ("GT-I-5.2.tch.ж-c",)),
)
HOMEWORK_MINUTES = {2: 15, 3: 15, 4: 20, 5: 20, 6: 25, 7: 25, 8: 30, 9: 30, 10: 35, 11: 40}


@dataclass(slots=True)
class Place:
    """A student's place in a class: from a day until the day after the last."""

    child: Child
    group: Class
    starts: date
    until: date | None = None
    parts: dict[str, int] = field(default_factory=dict)
    """Part 1 or 2 of each split of the class."""


@dataclass(frozen=True, slots=True)
class Move:
    """Somebody comes, leaves or changes the class in mid-term."""

    on: date
    child: Child
    old: Class | None
    new: Class | None


@dataclass(slots=True)
class YearBook:
    """One year as it stands in the database."""

    calendar: YearCalendar
    plan: SchoolPlan
    year: AcademicYear
    homerooms: dict[str, int]
    subgroups: dict[str, int]
    places: list[Place]
    journals: dict[str, int]
    topics: dict[tuple[str, int], list[Topic]]
    moves: list[Move]


class Gymnasium:
    """Builds the gymnasium year by year."""

    def __init__(self, clerk: Clerk, content: Content, homerooms: int | None, progress: Progress) -> None:
        self.clerk, self.content, self.progress = clerk, content, progress
        self.homerooms = homerooms
        self.registry = Registry(content, clerk.random("names"))
        self.staff: dict[str, Human] = {}
        self.office: dict[str, Human] = {}
        self.children: dict[Class, list[Child]] = {}
        self.plan: SchoolPlan | None = None
        self.orders = 0
        self.scale_id = 0
        self.subjects: dict[str, int] = {}
        self.rooms: dict[str, int] = {}
        self.bells: dict[str, int] = {}

    # --- the school itself -------------------------------------------------------------------------------------

    def found(self, calendar: YearCalendar) -> None:
        """The school, its rooms, subjects and office."""
        content, clerk = self.content, self.clerk
        info = content.school
        clerk.found(
            name=info.name,
            short=info.short,
            kind="general",
            timezone=info.time_zone,
            preset="goethe23",
            starts=calendar.starts,
            works=WORK_KINDS,
        )
        school = clerk.school_id
        with clerk.act(clerk.moment(calendar.starts - 11 * DAY, 10 * 60)) as at:
            departments = ensure_departments(
                school_id=school, titles=list(info.departments.values()), by=SYSTEM, at=at
            )
            self.departments = {code: departments[name] for code, name in info.departments.items()}
            self.rooms = ensure_rooms(
                school_id=school,
                rows=[RoomRow(room.number, room.name) for room in info.rooms],
                by=SYSTEM,
                at=at,
            )
            self.subjects = ensure_subjects(
                school_id=school,
                rows=[
                    SubjectRow(
                        subject.code,
                        subject.name,
                        subject.short,
                        subject.area,
                        self.departments[subject.department],
                        (*TAGS.get(code, ()), *(("unmarked",) if _never_marked(subject) else ())),
                        10 * place,
                    )
                    for place, (code, subject) in enumerate(content.subjects.items(), 1)
                ],
                by=SYSTEM,
                at=at,
            )
            self.scale_id = int(ensure_scale(school_id=school, code="five", by=SYSTEM, at=at).pk)
            for code, words in (
                ("main", "Основное"),
                ("first_grade", "Первые классы"),
                ("short", "Сокращённый день"),
            ):
                schedule = set_bells(
                    school_id=school,
                    title=words,
                    bells=[
                        (number, time.fromisoformat(starts), time.fromisoformat(ends))
                        for number, starts, ends in info.bells[code]
                    ],
                    is_default=code == "main",
                    by=SYSTEM,
                    at=at,
                )
                self.bells[code] = int(schedule.pk)
        self._office(calendar)

    def _order(self, occasion: str) -> str:
        self.orders += 1
        number, _ = self.content.remarks.orders[occasion]
        return number.format(n=self.orders)

    def _office(self, calendar: YearCalendar) -> None:
        named, adult, year = self.registry.named, self.registry.adult, calendar.year
        self.office = {
            "director": named("Касымова", "Айнура", "Жолдошевна", "f", date(year - 52, 4, 11)),
            "deputy": named("Лаптева", "Ольга", "Игоревна", "f", date(year - 46, 9, 3)),
            "deputy-2": adult("f", year, age=(38, 58)),
            "operator": named("Рыбаков", "Степан", "Юрьевич", "m", date(year - 31, 2, 20)),
            "social_pedagogue": named("Дудник", "Роман", "Олегович", "m", date(year - 36, 6, 14)),
            "nurse": named("Ким", "Светлана", "Андреевна", "f", date(year - 44, 11, 27)),
            "secretary": named("Носова", "Алла", "Егоровна", "f", date(year - 55, 1, 30)),
            "inspector": named("Ясинский", "Глеб", "Аркадьевич", "m", date(year - 49, 8, 8)),
        }
        shown = {
            "director": "direktor",
            "deputy": "zavuch",
            "operator": "operator",
            "social_pedagogue": "socped",
            "nurse": "medsestra",
            "secretary": "sekretar",
            "inspector": "inspektor",
        }
        for key, login in shown.items():
            self.office[key].login = login
        with self.clerk.act(self.clerk.moment(calendar.starts - 10 * DAY, 11 * 60)) as at:
            people = list(self.office.values())
            self.clerk.register(people, at)
            self.clerk.give_accounts(people, at)
            bulk_roles(
                school_id=self.clerk.school_id,
                rows=[
                    RoleRow(
                        human.id,
                        kind.split("-")[0],
                        calendar.starts - 10 * DAY,
                        order_number=self._order("hire" if kind != "operator" else "roles"),
                        order_date=calendar.starts - 11 * DAY,
                    )
                    for kind, human in self.office.items()
                ],
                by=SYSTEM,
                at=at,
            )

    # --- a year ------------------------------------------------------------------------------------------------

    def open(self, calendar: YearCalendar, ids: Ids, today: date, *, last: bool) -> None:
        """A year of the gymnasium, from set-up to what is written up to now."""
        self.progress(f"Гимназия {calendar.name}: люди и расписание", 0, 1)
        book = self._set_up(calendar, today, last=last)
        self.progress(f"Гимназия {calendar.name}: люди и расписание", 1, 1)
        self._live(book, ids, today)
        if last:
            self._speak(book)

    def _speak(self, book: YearBook) -> None:
        """Families of the shown class and their teachers have their say."""
        shown = next(one for one in self.registry.families if one.mother and one.mother.login == "roditel")
        here = {place.child.human.id for place in book.places if title(place.group) == title(DEMO_CLASS)}
        others = [
            family
            for family in self.registry.families
            if family is not shown and family.children and family.children[0].human.id in here
        ]
        speak(
            self.clerk,
            Voices(
                homeroom_id=book.homerooms[title(DEMO_CLASS)],
                class_teacher=self.staff[CLASS_TEACHER_POST],
                teacher=self.staff[DEMO_POST],
                deputy=self.office["deputy"],
                family=shown,
                others=others,
            ),
        )

    def _set_up(self, calendar: YearCalendar, today: date, *, last: bool) -> YearBook:
        """Everything that stands before the first lesson, and the comings and goings up to `today`."""
        clerk, content = self.clerk, self.content
        classes = chosen_classes(content, self.homerooms)
        self.plan = plan = draw_up(content, classes, clerk.random(f"timetable {calendar.year}"), self.plan)
        self._children(calendar, classes, last)
        start = clerk.moment(calendar.starts - 6 * DAY, 9 * 60)
        until = None if last else calendar.until
        with clerk.act(start) as at:
            self._hire(calendar, at)
            year = self._calendar(calendar, at)
            homerooms = self._homerooms(calendar, year, at)
            subgroups, parts = self._subgroups(year, homerooms, at)
        places = [
            Place(child, group, calendar.first_day, until, parts(child, group))
            for group in classes
            for child in self.children[group]
        ]
        with clerk.act(clerk.moment(calendar.starts - 4 * DAY, 12 * 60)) as at:
            self._enrol(places, homerooms, subgroups, at)
            self._class_teachers(calendar, homerooms, until, at)
            topics = self._plans(calendar, year, at)
            journals = self._journals(calendar, year, homerooms, subgroups, until, at)
        with clerk.act(clerk.moment(calendar.starts - 2 * DAY, 16 * 60)) as at:
            self._timetable(calendar, year, journals, at)
        book = YearBook(calendar, plan, year, homerooms, subgroups, places, journals, topics, [])
        self._moves(book, today)
        return book

    def _children(self, calendar: YearCalendar, classes: Sequence[Class], last: bool) -> None:
        """Who sits in which class: new classes at first, later everybody a grade higher."""
        random = self.clerk.random(f"children {calendar.year}")
        before, self.children = self.children, {}
        low, high = self.content.school.homeroom_size
        shift = 0 if last else 1
        demo = (DEMO_CLASS[0] - shift, DEMO_CLASS[1])
        second = (SECOND_CLASS[0] - shift, SECOND_CLASS[1])
        tenth = sorted(
            (child for (grade, _), group in before.items() if grade == 9 for child in group),
            key=lambda child: -child.ability,
        )
        seniors = [group for group in classes if group[0] == 10]
        for group in classes:
            grade, letter = group
            if before and grade == 10:
                turn = seniors.index(group)
                self.children[group] = tenth[turn : len(seniors) * 25 : len(seniors)]
            elif before and (grade - 1, letter) in before:
                self.children[group] = before[grade - 1, letter]
            else:
                size = random.randint(low, high) - (1 if group in (demo, second) and not before else 0)
                self.children[group] = [self.registry.child(grade, calendar.year) for _ in range(size)]
        if not before:
            self._shown_family(calendar, demo, second)
        for group in classes:
            self.children[group].sort(key=lambda child: (child.human.surname, child.human.given))

    def _shown_family(self, calendar: YearCalendar, demo: Class, second: Class) -> None:
        """The guardian of the shown accounts with two children; the elder one has an account to show too."""
        surname = next((one for one in self.content.surnames if one.male == "Сафин"), None)
        if surname is None:
            surname = next(one for one in self.content.surnames if one.people == "tatar")
        named, year = self.registry.named, calendar.year
        mother = named(surname.female, "Гузель", "Ринатовна", "f", date(year - 38, 5, 17))
        father = named(surname.male, "Рустам", "Ильдарович", "m", date(year - 40, 10, 2))
        mother.login = "roditel"
        family = self.registry.family_of(surname, mother, father)
        for group, sex, given, login in ((demo, "f", "Диляра", "uchenik"), (second, "m", "Тимур", "")):
            child = self.registry.child(group[0], year, sex=sex, family=family)
            child.human.given = given
            child.human.login = login
            child.ability, child.truancy, child.frailty = 0.45, 0.0, 1.2
            self.children[group].append(child)

    def _hire(self, calendar: YearCalendar, at: datetime) -> None:
        """People for the posts that have nobody yet."""
        assert self.plan is not None
        random = self.clerk.random(f"staff {calendar.year}")
        fresh: list[Human] = []
        for key, post in self.plan.posts.items():
            if key in self.staff:
                continue
            if key == DEMO_POST:
                human = self.registry.named(
                    "Соколова", "Марина", "Викторовна", "f", date(calendar.year - 41, 3, 9)
                )
                human.login = "uchitel"
            elif key == CLASS_TEACHER_POST:
                human = self.registry.named(
                    "Исаков", "Бакыт", "Маратович", "m", date(calendar.year - 37, 12, 1)
                )
                human.login = "klruk"
            else:
                male = 0.45 if post.group in ("pe", "obzr", "tech", "inf", "phys") else 0.08
                human = self.registry.adult("m" if random.random() < male else "f", calendar.year)
                if key == "philology-2":
                    human.login = "kafedra"
            self.staff[key] = human
            fresh.append(human)
        self.clerk.register(fresh, at)
        self.clerk.give_accounts(fresh, at)
        starts = calendar.starts - 6 * DAY
        rows = [
            RoleRow(human.id, "teacher", starts, order_number=self._order("hire"), order_date=starts)
            for human in fresh
        ]
        heads = {
            "primary": next((key for key in self.plan.posts if key.startswith("primary")), ""),
            "philology": "philology-2" if "philology-2" in self.staff else DEMO_POST,
            "languages": "eng-1",
            "mathematics": "mathematics-2",
            "science": "phys-1",
            "society": "society-1",
            "arts": "art-1",
            "sport": "pe-1",
        }
        rows += [
            RoleRow(
                self.staff[key].id,
                "head_of_department",
                starts,
                department_id=self.departments[department],
                order_number=self._order("roles"),
                order_date=starts,
            )
            for department, key in heads.items()
            if self.staff.get(key) in fresh
        ]
        bulk_roles(school_id=self.clerk.school_id, rows=rows, by=SYSTEM, at=at)

    def _calendar(self, calendar: YearCalendar, at: datetime) -> AcademicYear:
        year = open_year(
            school_id=self.clerk.school_id,
            title=calendar.name,
            starts=calendar.starts,
            until=calendar.until,
            by=SYSTEM,
            at=at,
        )
        rows = [
            TermRow("half_year", n, f"{ROMAN[n - 1]} полугодие", span.starts, span.until)
            for n, span in enumerate(calendar.half_years, 1)
        ]
        rows += [
            TermRow(
                "quarter", n, f"{ROMAN[n - 1]} четверть", span.starts, span.until, ("half_year", (n + 1) // 2)
            )
            for n, span in enumerate(calendar.quarters, 1)
        ]
        set_terms(year=year, terms=rows, by=SYSTEM, at=at)
        vacations = [
            VacationRow("vacation", span.name, span.starts, span.until)
            for span in calendar.vacations
            if not span.grades
        ]
        vacations += [
            VacationRow("holiday", holiday.name, holiday.day, holiday.day + DAY)
            for holiday in calendar.holidays
        ]
        bulk_vacations(year=year, rows=vacations, by=SYSTEM, at=at)
        return year

    def _homerooms(self, calendar: YearCalendar, year: AcademicYear, at: datetime) -> dict[str, int]:
        assert self.plan is not None
        rows = [
            HomeroomRow(
                title((grade, letter)),
                grade,
                letter,
                _term_kind(grade),
                self.bells["first_grade" if grade == 1 else "main"],
            )
            for grade, letter in self.plan.classes
        ]
        homerooms = ensure_homerooms(year=year, rows=rows, by=SYSTEM, at=at)
        for span in calendar.vacations:
            bulk_vacations(
                year=year,
                rows=[
                    VacationRow(
                        "vacation",
                        f"{span.name[:60]}, {title(group)}",
                        span.starts,
                        span.until,
                        homerooms[title(group)],
                    )
                    for group in self.plan.classes
                    if group[0] in span.grades
                ],
                by=SYSTEM,
                at=at,
            )
        return homerooms

    def _splits(self, grade: int) -> list[str]:
        """What a class of the grade is split for."""
        found = {subject.split_by for subject in self.content.subjects.values() if grade in subject.split}
        return sorted(one for one in found if one)

    def _subgroups(
        self, year: AcademicYear, homerooms: Mapping[str, int], at: datetime
    ) -> tuple[dict[str, int], Callable[[Child, Class], dict[str, int]]]:
        assert self.plan is not None
        rows = [
            SubgroupRow(
                f"{SPLITS[split]} {title(group)}, {part}-я группа",
                f"{part}-я гр.",
                f"{SPLITS[split]} {title(group)}",
                (homerooms[title(group)],),
            )
            for group in self.plan.classes
            for split in self._splits(group[0])
            for part in (1, 2)
        ]
        subgroups = ensure_subgroups(year=year, rows=rows, by=SYSTEM, at=at)
        ranks: dict[tuple[int, str], int] = {}
        for children in self.children.values():
            for place, child in enumerate(children):
                ranks[id(child), "computer"] = 1 if place < len(children) / 2 else 2
                ranks[id(child), "language"] = 1 + place % 2
                ranks[id(child), "workshop"] = 1 if child.human.sex == "m" else 2

        def parts(child: Child, group: Class) -> dict[str, int]:
            return {split: ranks.get((id(child), split), 1) for split in self._splits(group[0])}

        return subgroups, parts

    def _enrol(
        self,
        places: Sequence[Place],
        homerooms: Mapping[str, int],
        subgroups: Mapping[str, int],
        at: datetime,
    ) -> None:
        clerk = self.clerk
        groups: dict[int, list[Child]] = defaultdict(list)
        for place in places:
            groups[homerooms[title(place.group)]].append(place.child)
        clerk.enrol(groups, places[0].starts, places[0].until, self._order("enrol"), at)
        bulk_memberships(
            school_id=clerk.school_id,
            rows=[
                MembershipRow(
                    place.child.human.id,
                    subgroups[_subgroup(split, place.group, part)],
                    place.starts,
                    place.until,
                )
                for place in places
                for split, part in sorted(place.parts.items())
            ],
            by=SYSTEM,
            at=at,
        )

    def _class_teachers(
        self, calendar: YearCalendar, homerooms: Mapping[str, int], until: date | None, at: datetime
    ) -> None:
        assert self.plan is not None
        order, day = self._order("homeroom"), calendar.starts - 4 * DAY
        bulk_roles(
            school_id=self.clerk.school_id,
            rows=[
                RoleRow(
                    self.staff[post].id,
                    "class_teacher",
                    calendar.starts,
                    until,
                    homerooms[title(group)],
                    order_number=order,
                    order_date=day,
                )
                for group, post in sorted(self.plan.class_teachers.items())
            ],
            by=SYSTEM,
            at=at,
        )

    def _plans(
        self, calendar: YearCalendar, year: AcademicYear, at: datetime
    ) -> dict[tuple[str, int], list[Topic]]:
        """Curriculum and thematic plans of the grades there are; topics by subject and grade."""
        assert self.plan is not None
        grades = sorted({grade for grade, _ in self.plan.classes})
        weeks = self.content.weeks
        taught = [
            (code, subject, grade)
            for code, subject in self.content.subjects.items()
            for grade in grades
            if subject.hours.get(grade)
        ]
        set_curriculum(
            year=year,
            rows=[
                CurriculumRow(
                    self.subjects[code],
                    subject.hours[grade],
                    subject.hours[grade] * weeks,
                    grade,
                    control="test" if code in ("rus", "math", "alg", "geom") else "mark",
                )
                for code, subject, grade in taught
            ],
            by=SYSTEM,
            at=at,
        )
        self._approve(year, "curriculum", at)
        author = {journal.subject: journal.post for journal in self.plan.journals.values()}
        order = self._order("plans")
        rows = []
        for code, subject, grade in taught:
            topics = []
            for topic in self.content.plan(code, grade):
                kind = WORKS[topic.work_kind] if topic.work_kind and subject.has_marks(grade) else ""
                homework = topic.homework or ""
                minutes = HOMEWORK_MINUTES.get(grade) if homework else None
                topics.append(TopicRow(topic.text, topic.unit, kind, homework if grade > 1 else "", minutes))
            rows.append(
                PlanRow(
                    self.subjects[code],
                    f"{subject.name_in(grade)}, {grade} класс",
                    topics,
                    grade,
                    self.staff[author[code]].id,
                    calendar.starts - 4 * DAY,
                    order,
                )
            )
        self.plan_ids = bulk_plans(year=year, rows=rows, by=SYSTEM, at=at)
        by_plan = self.clerk.topics(year.pk)
        return {
            (code, grade): [
                replace(topic, double=bool(topic.work) and subject.double_marks and _is_two_part(topic.text))
                for topic in by_plan[self.plan_ids[f"{subject.name_in(grade)}, {grade} класс"]]
            ]
            for code, subject, grade in taught
        }

    def _journals(
        self,
        calendar: YearCalendar,
        year: AcademicYear,
        homerooms: Mapping[str, int],
        subgroups: Mapping[str, int],
        until: date | None,
        at: datetime,
    ) -> dict[str, int]:
        assert self.plan is not None
        rows, keys = [], []
        for key, journal in self.plan.journals.items():
            grade = journal.group[0]
            subject = self.content.subjects[journal.subject]
            subgroup = (
                subgroups[_subgroup(subject.split_by or "", journal.group, journal.part)]
                if journal.part
                else None
            )
            keys.append(key)
            rows.append(
                JournalRow(
                    self.subjects[journal.subject],
                    homerooms[title(journal.group)],
                    subgroup,
                    grade,
                    self.scale_id if subject.has_marks(grade) else None,
                    self.plan_ids[f"{subject.name_in(grade)}, {grade} класс"],
                    journal.hours,
                    _term_kind(grade),
                )
            )
        ids = bulk_journals(year=year, rows=rows, by=SYSTEM, at=at)
        journals = dict(zip(keys, ids, strict=True))
        bulk_load(
            school_id=self.clerk.school_id,
            rows=[
                LoadRow(journals[key], self.staff[journal.post].id, calendar.starts, journal.hours, until)
                for key, journal in self.plan.journals.items()
            ],
            by=SYSTEM,
            at=at,
        )
        self._approve(year, "teaching_load", at)
        return journals

    def _approve(self, year: AcademicYear, kind: str, at: datetime) -> None:
        """What the director signed before the year began, by an order of that day."""
        day = at.astimezone(self.clerk.zone).date()
        approve(year=year, kind=kind, order_number=self._order(kind), order_date=day, by=SYSTEM, at=at)

    def _timetable(
        self, calendar: YearCalendar, year: AcademicYear, journals: Mapping[str, int], at: datetime
    ) -> None:
        assert self.plan is not None
        rows = []
        for week in self.plan.weeks:
            for event, cell in zip(week.events, week.cells, strict=True):
                for part in event.parts:
                    rows.append(
                        SlotRow(
                            journals[part.journal],
                            cell[0],
                            cell[1],
                            room_id=self.rooms[self.plan.rooms[part.journal, cell]],
                            teacher_id=self.staff[part.teacher].id,
                        )
                    )
        set_slots(
            year=year,
            rows=rows,
            starts=calendar.starts,
            journal_ids=list(journals.values()),
            by=SYSTEM,
            at=at,
        )
        self._approve(year, "timetable", at)
        generate_lessons(year=year, since=calendar.starts, until=calendar.until, by=SYSTEM, at=at)

    # --- comings and goings ------------------------------------------------------------------------------------

    def _moves(self, book: YearBook, today: date) -> None:
        """Who came, left and changed the class up to today: each an act of its own day."""
        clerk, calendar = self.clerk, book.calendar
        random = clerk.random(f"moves {calendar.year}")
        days = [day for day in calendar.school_days() if day > calendar.first_day + 6 * DAY]
        classes = book.plan.classes
        planned: list[tuple[date, str, Class]] = []
        for kind, share in (("leave", 0.28), ("come", 0.3), ("change", 0.1)):
            for _ in range(max(1, round(share * len(classes)))):
                planned.append((random.choice(days), kind, random.choice(classes)))
        if book.plan.classes and DEMO_CLASS in classes:
            planned.append((days[len(days) // 9], "come", DEMO_CLASS))
        for on, kind, group in sorted(planned):
            if on > today:
                break
            self._move(book, on, kind, group)

    def _move(self, book: YearBook, on: date, kind: str, group: Class) -> None:
        clerk = self.clerk
        random = clerk.random(f"move {on} {kind} {group}")
        ends = book.places[0].until if kind == "come" else None
        here = [
            place
            for place in book.places
            if place.group == group
            and place.starts <= book.calendar.first_day
            and (place.until is None or place.until > on + 30 * DAY)
            and not place.child.human.login.startswith(("uchenik", "roditel"))
            and place.child.family.mother is not None
            and place.child.family.mother.login != "roditel"
        ]
        others = [one for one in book.plan.classes if one[0] == group[0] and one != group]
        with clerk.act(clerk.moment(on - DAY, 15 * 60 + random.randrange(120))) as at:
            if kind == "come":
                self._come(book, on, group, ends, at)
            elif here and (kind == "leave" or others):
                place = random.choice(here)
                until_before = place.until
                student = Person.objects.get(pk=place.child.human.id)
                place.until = on
                if kind == "leave":
                    leave(student=student, on=on, order_number=self._order("leave"), by=SYSTEM, at=at)
                    book.moves.append(Move(on, place.child, group, None))
                    self.children[group].remove(place.child)
                    return
                new = random.choice(others)
                homeroom = Homeroom.objects.get(pk=book.homerooms[title(new)])
                transfer(
                    student=student,
                    homeroom=homeroom,
                    on=on,
                    order_number=self._order("transfer"),
                    by=SYSTEM,
                    at=at,
                )
                self._settle(book, place.child, new, on, until_before, at)
                self.children[group].remove(place.child)
                self.children[new].append(place.child)
                book.moves.append(Move(on, place.child, group, new))

    def _come(self, book: YearBook, on: date, group: Class, ends: date | None, at: datetime) -> None:
        child = self.registry.child(group[0], book.calendar.year)
        family = child.family
        people = [
            one for one in (child.human, family.mother, family.father) if one is not None and not one.id
        ]
        self.clerk.register(people, at)
        self.clerk.give_accounts(people, at)
        self.clerk.bind_families([child], on, at)
        enrol(
            student=Person.objects.get(pk=child.human.id),
            homeroom=Homeroom.objects.get(pk=book.homerooms[title(group)]),
            starts=on,
            order_number=self._order("enrol"),
            by=SYSTEM,
            at=at,
        )
        self._settle(book, child, group, on, ends, at)
        self.children[group].append(child)
        book.moves.append(Move(on, child, None, group))

    def _settle(
        self, book: YearBook, child: Child, group: Class, on: date, until: date | None, at: datetime
    ) -> None:
        """Subgroups of somebody who came in mid-term, and their place in the books."""
        student = Person.objects.get(pk=child.human.id)
        parts = {}
        for split in self._splits(group[0]):
            sizes = [
                sum(1 for place in book.places if place.group == group and place.parts.get(split) == part)
                for part in (1, 2)
            ]
            part = 1 if sizes[0] <= sizes[1] else 2
            if split == "workshop":
                part = 1 if child.human.sex == "m" else 2
            parts[split] = part
            subgroup = Subgroup.objects.get(pk=book.subgroups[_subgroup(split, group, part)])
            join_subgroup(student=student, subgroup=subgroup, starts=on, by=SYSTEM, at=at)
        book.places.append(Place(child, group, on, until, parts))

    # --- life --------------------------------------------------------------------------------------------------

    def _live(self, book: YearBook, ids: Ids, today: date) -> None:
        """Write the year's journals up to now."""
        clerk, calendar = self.clerk, book.calendar
        lessons = clerk.lessons(book.year.pk)
        substitutes = self._substitutions(book, lessons, today)
        misses = self._misses(book, today)
        heads = clerk.heads()
        midnights = clerk.midnights(calendar.starts, calendar.until)
        terms = {kind: clerk.terms(book.year.pk, kind) for kind in ("quarter", "half_year", "year")}
        life = Life(MANNERS, self.content.remarks, clerk.now, clerk.zone)
        untouched = self._untouched(lessons, today)
        hands = {human.id: hand_of(human, "teacher") for human in self.staff.values()}
        decides = hand_of(self.office["deputy"], "deputy")
        by_class: dict[Class, list[Place]] = defaultdict(list)
        for place in book.places:
            by_class[place.group].append(place)
        waiting: list[Pour] = []
        for number, (key, journal) in enumerate(book.plan.journals.items(), 1):
            subject = self.content.subjects[journal.subject]
            grade = journal.group[0]
            journal_id = book.journals[key]
            course = Course(
                pour=clerk.pour_for(journal_id, f"{calendar.year} {key}", heads, ids),
                subject=journal.subject,
                grade=grade,
                marked=subject.has_marks(grade),
                hours=float(journal.hours),
                lessons=lessons.get(journal_id, []),
                topics=book.topics[journal.subject, grade],
                places=[
                    (place.child, place.starts, place.until)
                    for place in by_class[journal.group]
                    if not journal.part or place.parts.get(subject.split_by or "") == journal.part
                ],
                terms=terms[_term_kind(grade)],
                year_term=terms["year"][0],
                misses=misses[journal.group],
                substitutes=substitutes,
                hands=hands,
                settles=hand_of(self.staff[book.plan.class_teachers[journal.group]], "class_teacher"),
                decides=decides,
                midnights=midnights,
                untouched=untouched,
            )
            if course.lessons:
                life.live(course, clerk.random(f"life {calendar.year} {key}"))
                self._waiting_permit(key, course)
            waiting.append(course.pour)
            if len(waiting) == 24 or number == len(book.plan.journals):
                pour(waiting)
                waiting = []
                self.progress(f"Журналы {calendar.name}", number, len(book.plan.journals))

    def _misses(self, book: YearBook, today: date) -> dict[Class, Misses]:
        found = {}
        for group in book.plan.classes:
            days = [day for day in book.calendar.school_days(group[0]) if day <= today + 12 * DAY]
            places = [
                (place.child, place.starts, place.until) for place in book.places if place.group == group
            ]
            random = self.clerk.random(f"health {book.calendar.year} {title(group)}")
            found[group] = year_of_misses(places, days, random)
        return found

    def _untouched(self, lessons: Mapping[int, Sequence[Hour]], today: date) -> frozenset[int]:
        """The lessons of the shown teacher that are left to be filled: the last three of today or of the last day."""
        teacher = self.staff[DEMO_POST].id
        own = sorted(
            (
                one
                for hours in lessons.values()
                for one in hours
                if one.teacher_id == teacher and one.date <= today
            ),
            key=lambda one: one.starts_at,
        )
        if not own or own[-1].date < today - 10 * DAY:
            return frozenset()
        last = [one for one in own if one.date == own[-1].date]
        return frozenset(one.id for one in last[-3 if own[-1].date == today else -1 :])

    def _waiting_permit(self, key: str, course: Course) -> None:
        """What waits for the deputy's decision: a forgotten mark of the shown teacher, a correction of another."""
        wanted = {
            f"{title(DEMO_CLASS)}:rus": (DEMO_POST, "GT-I-5.2.tch.ж-c", 35),
            f"{title(DEMO_CLASS)}:math": (CLASS_TEACHER_POST, "GT-I-5.2.tch.ж-b", 190),
        }.get(key)
        now, made = self.clerk.now, course.pour
        held = [
            one
            for one in course.lessons
            if one.id in made.records and now - 130 * DAY < one.ends_at < now - 6 * DAY
        ]
        if wanted is None or not held:
            return
        post, clause, minutes = wanted
        lesson = held[-1]
        standing = {
            mark.student_id: mark.value for mark in made.marks.values() if mark.lesson_id == lesson.id
        }
        here = [
            child.human.id
            for child, starts, until in course.places
            if starts <= lesson.date and until is None and (lesson.id, child.human.id) not in made.absences
        ]
        corrects = clause.endswith("b")
        students = [one for one in here if (one in standing) is corrects]
        if not students:
            return
        student = students[len(students) // 2]
        value = {"5": "4", "4": "5", "3": "4", "2": "3"}.get(standing.get(student, ""), "4")
        reason = "тетрадью" if corrects else "вторым экспертом"
        reasons = self.content.remarks.permit_reasons
        made.permit(
            lesson_id=lesson.id,
            student_id=student,
            fact="mark",
            wanted=value,
            clauses=[clause],
            at=last_working_time(now - minutes * timedelta(minutes=1), self.clerk.zone),
            by=course.hands[self.staff[post].id],
            reason=next((text for text in reasons if reason in text), reasons[0]),
        )

    def _substitutions(
        self, book: YearBook, lessons: Mapping[int, Sequence[Hour]], today: date
    ) -> dict[int, int]:
        """Teachers fall ill or go on courses: their lessons get whoever is free, of the same subject first."""
        clerk, calendar = self.clerk, book.calendar
        random = clerk.random(f"substitutions {calendar.year}")
        busy: dict[tuple[int, date, int], int] = {}
        by_teacher: dict[int, list[Hour]] = defaultdict(list)
        for hours in lessons.values():
            for hour in hours:
                busy[hour.teacher_id, hour.date, hour.number] = 1
                by_teacher[hour.teacher_id].append(hour)
        days = calendar.school_days()
        posts = {self.staff[key].id: key for key in book.plan.posts}
        spells: list[tuple[int, int]] = []
        for _ in range(max(3, round(len(posts) * 0.45))):
            spells.append((random.randrange(4, len(days) - 2), random.choice(sorted(posts))))
        away = {
            (teacher, days[index])
            for first, teacher in spells
            for index in range(first, min(first + 6, len(days)))
            if teacher != self.staff[DEMO_POST].id
        }
        found: dict[int, int] = {}
        for first, teacher in sorted(spells):
            if teacher == self.staff[DEMO_POST].id or days[first] > today + DAY:
                continue
            span = days[first : first + random.choice((1, 2, 3, 3, 4, 5))]
            reason = random.choice(self.content.remarks.substitution_reasons)
            rows = []
            at = clerk.moment(days[first], 7 * 60 + random.randrange(55))
            for hour in sorted(by_teacher[teacher], key=lambda one: one.starts_at):
                if hour.date not in span or hour.id in found or hour.date > today + 3 * DAY:
                    continue
                group = book.plan.posts[posts[teacher]].group
                free = [
                    other
                    for other in posts
                    if (other, hour.date, hour.number) not in busy and (other, hour.date) not in away
                ]
                if not free:
                    continue
                own = [other for other in free if book.plan.posts[posts[other]].group == group]
                substitute = random.choice(sorted(own) or sorted(free))
                busy[substitute, hour.date, hour.number] = 1
                found[hour.id] = substitute
                rows.append((hour.id, substitute))
            if not rows or at > clerk.now:
                for lesson_id, _ in rows:
                    del found[lesson_id]
                continue
            with clerk.act(at):
                order = self._order("substitution")
                bulk_substitutions(
                    school_id=clerk.school_id,
                    rows=[
                        SubstitutionRow(lesson_id, substitute, teacher, at, reason, order)
                        for lesson_id, substitute in rows
                    ],
                    by=SYSTEM,
                    at=at,
                )
        return found

    def show(self) -> None:
        """What control has done, and the accounts worth showing."""
        office, show = self.office, self.clerk.show
        self.progress("Гимназия: контроль", 0, 1)
        show_control(self.clerk, office["deputy"])
        show_window(self.clerk, office["director"], office["inspector"])
        self.progress("Гимназия: контроль", 1, 1)
        show("Учитель", self.staff[DEMO_POST], "русский язык и литература")
        show(
            "Классный руководитель",
            self.staff[CLASS_TEACHER_POST],
            f"{DEMO_CLASS[0]} «{DEMO_CLASS[1]}», математика",
        )
        show("Заместитель директора", office["deputy"])
        show("Директор", office["director"])
        family = next(one for one in self.registry.families if one.mother and one.mother.login == "roditel")
        assert family.mother is not None
        show("Родитель", family.mother, "двое детей")
        show("Ученик", family.children[0].human, f"{DEMO_CLASS[0]} «{DEMO_CLASS[1]}»")
        head = self.staff.get("philology-2", self.staff[DEMO_POST])
        if head.login == "kafedra":
            show("Руководитель кафедры", head, "русский язык и литература")
        show("Оператор", office["operator"])
        show("Секретарь", office["secretary"])
        show("Социальный педагог", office["social_pedagogue"])
        show("Медицинская сестра", office["nurse"])
        show("Проверяющий", office["inspector"])


def last_working_time(moment: datetime, zone: ZoneInfo) -> datetime:
    """The moment itself, or the last one before it at which somebody was at school."""
    local = moment.astimezone(zone)
    while local.weekday() > 4 or not 8 <= local.hour < 18:
        local = local.replace(hour=17) if local.hour >= 18 and local.weekday() < 5 else _evening_before(local)
    return local.astimezone(UTC)


def _evening_before(local: datetime) -> datetime:
    return (local - DAY).replace(hour=17)


def _term_kind(grade: int) -> str:
    return "quarter" if grade < 10 else "half_year"


def _subgroup(split: str, group: Class, part: int) -> str:
    return f"{SPLITS[split]} {title(group)}, {part}-я группа"


def _never_marked(subject: Any) -> bool:
    return set(subject.hours) <= set(subject.no_marks)


def _is_two_part(text: str) -> bool:
    return any(word in text.lower() for word in TWO_PARTS)
