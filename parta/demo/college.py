"""The college: four groups of two trades, half-years, theory with teachers and days of practice with a master."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, time, timedelta
from decimal import Decimal

from parta.demo.clerk import Clerk, Progress, hand_of
from parta.demo.content import Content
from parta.demo.content.calendar import Span, YearCalendar
from parta.demo.content.loader import CollegeGroup, CollegeUnit
from parta.demo.families import Child, Human, Registry
from parta.demo.health import year_of_misses
from parta.demo.life import Course, Hour, Life, Manners, TermSpan, Topic
from parta.demo.weekly import Cell, ClassWeek, Event, Part, give_rooms, solve
from parta.foundation.log import SYSTEM
from parta.journal.actions.bulk import Ids, pour
from parta.organisation.actions import (
    HomeroomRow,
    RoomRow,
    SubjectRow,
    TermRow,
    VacationRow,
    WorkKindRow,
    bulk_vacations,
    ensure_homerooms,
    ensure_rooms,
    ensure_scale,
    ensure_subjects,
    open_year,
    set_bells,
    set_terms,
)
from parta.organisation.actions.calendar import ROMAN
from parta.organisation.models import AcademicYear
from parta.people.actions import RoleRow, bulk_roles
from parta.plans.actions import (
    CurriculumRow,
    JournalRow,
    LoadRow,
    PlanRow,
    TopicRow,
    bulk_journals,
    bulk_load,
    bulk_plans,
    set_curriculum,
)
from parta.timetable.actions import SlotRow, generate_lessons, set_slots
from parta.timetable.models import TimetableSlot

DAY = timedelta(days=1)
THEORY = {
    "control": "control",
    "test": "written",
    "written": "written",
    "check_work": "written",
    "laboratory": "laboratory",
    "practical": "practical",
    "independent": "independent",
    "composition": "composition",
}
PRACTICE = {"production_task": "production_task", "practical": "practical", "check_work": "check_work"}
"""Kinds of work of the plans as the act allows them, in the hands of a teacher and of a master."""
WORK_KINDS = (
    WorkKindRow("oral", "Устный ответ", "УО", 1, 10),
    WorkKindRow("written", "Письменная работа", "ПР", 1, 20),
    WorkKindRow("independent", "Самостоятельная работа", "СР", 1, 30),
    WorkKindRow("composition", "Сочинение", "С", 2, 40),
    WorkKindRow("laboratory", "Лабораторная работа", "ЛР", 1, 50),
    WorkKindRow("practical", "Практическая работа", "ПрР", 1, 60),
    WorkKindRow("control", "Контрольная работа", "КР", 2, 70),
    WorkKindRow("control_internal", "Контрольная внутритехникумовского контроля", "ВТК", 3, 80),
    WorkKindRow("practice", "Практика", "ПК", 1, 90),
    WorkKindRow("production_task", "Производственное задание", "ПЗ", 2, 100),
    WorkKindRow("check_work", "Проверочная работа", "ПрвР", 2, 110),
    WorkKindRow("production_training", "Производственное обучение", "ПО", 1, 120),
)
WEIGHTS = {row.code: Decimal(str(row.weight)) for row in WORK_KINDS}
LETTERS = {"ill": "б", "excused": "п"}
SAME_DAY = frozenset({"oral", "independent", "laboratory", "practical"})
ROOMS = {
    "ordinary": ("201", "202", "203", "204", "205"),
    "workshop": ("Мастерская 1", "Мастерская 2", "Лаборатория кухни", "Учебный цех"),
    "gym": ("Спортивный зал",),
    "enterprise": ("База практики 1", "База практики 2"),
}
PRACTICE_DAY = {("fitter", 1): 4, ("fitter", 2): 3, ("cook", 1): 2, ("cook", 2): 5}
"""The weekday of training practice, by trade and course."""


class CollegeBuilder:
    """Builds the college year by year."""

    def __init__(self, clerk: Clerk, content: Content, groups: int | None, progress: Progress) -> None:
        self.clerk, self.content, self.progress = clerk, content, progress
        self.groups = content.college.groups[:groups]
        self.registry = Registry(content, clerk.random("names"))
        self.staff: dict[str, Human] = {}
        self.children: dict[str, list[Child]] = {}
        self.subjects: dict[str, int] = {}
        self.shown: Human | None = None
        """The student whose account is shown; in the second year of two, a year older."""

    def found(self, calendar: YearCalendar) -> None:
        """The college, its rooms, subjects and staff."""
        clerk, college = self.clerk, self.content.college
        clerk.found(
            name=college.name,
            short=college.short,
            kind="college",
            timezone="Europe/Moscow",
            preset="egorievsk-college",
            starts=calendar.starts,
            works=WORK_KINDS,
        )
        with clerk.act(clerk.moment(calendar.starts - 10 * DAY, 10 * 60)) as at:
            rooms = [RoomRow(room) for kind in ROOMS.values() for room in kind]
            self.rooms = ensure_rooms(school_id=clerk.school_id, rows=rooms, by=SYSTEM, at=at)
            units = {
                self._subject(trade, unit): unit for trade, units in college.units.items() for unit in units
            }
            self.subjects = ensure_subjects(
                school_id=clerk.school_id,
                rows=[
                    SubjectRow(code, unit.name, unit.short, tags=_tags(unit), position=10 * place)
                    for place, (code, unit) in enumerate(units.items(), 1)
                ],
                by=SYSTEM,
                at=at,
            )
            self.scale_id = int(ensure_scale(school_id=clerk.school_id, code="five", by=SYSTEM, at=at).pk)
            self.bells_id = int(
                set_bells(
                    school_id=clerk.school_id,
                    title="Основное",
                    bells=[
                        (number, time.fromisoformat(starts), time.fromisoformat(ends))
                        for number, starts, ends in college.bells
                    ],
                    is_default=True,
                    by=SYSTEM,
                    at=at,
                ).pk
            )
            self._hire(calendar, units)
            clerk.register(list(self.staff.values()), at)
            clerk.give_accounts(list(self.staff.values()), at)
            kinds = {
                key: "master"
                if key.startswith("master")
                else key
                if key in ("director", "deputy")
                else "teacher"
                for key in self.staff
            }
            clerk.grant(self.staff, kinds, calendar.starts - 10 * DAY, "12-к", at)

    def _subject(self, trade: str, unit: CollegeUnit) -> str:
        """Code of a unit: of the whole college where both trades have the same one, else of the trade."""
        same = [
            one.name
            for units in self.content.college.units.values()
            for one in units
            if one.code == unit.code
        ]
        return unit.code if len(same) > 1 and len(set(same)) == 1 else f"{unit.code} {trade}"

    def _hire(self, calendar: YearCalendar, units: Mapping[str, CollegeUnit]) -> None:
        random, registry, year = self.clerk.random("staff"), self.registry, calendar.year
        self.staff["director"] = registry.named("Громов", "Виктор", "Андреевич", "m", date(year - 54, 7, 4))
        self.staff["deputy"] = registry.named("Савина", "Лариса", "Олеговна", "f", date(year - 47, 2, 12))
        self.staff["director"].login, self.staff["deputy"].login = "kollezh-direktor", "kollezh-zavuch"
        for code, unit in units.items():
            if unit.taught_by == "teacher":
                self.staff[f"teacher {code}"] = registry.adult(random.choice("ffm"), year)
        for place, group in enumerate(self.groups):
            if place == 0:
                human = registry.named("Воронов", "Игорь", "Петрович", "m", date(year - 45, 1, 22))
                human.login = "master"
            else:
                human = registry.adult("m" if group.trade == "fitter" else "f", year)
            self.staff[f"master {group.trade} {group.course}"] = human
        first = next(key for key in self.staff if key.startswith("teacher"))
        self.staff[first].login = "prepodavatel"

    def open(self, calendar: YearCalendar, ids: Ids, today: date, *, last: bool) -> None:
        """A year of the college, from set-up to what is written up to now."""
        clerk = self.clerk
        until = None if last else calendar.until
        self._students(calendar)
        with clerk.act(clerk.moment(calendar.starts - 5 * DAY, 10 * 60)) as at:
            year = open_year(
                school_id=clerk.school_id,
                title=calendar.name,
                starts=calendar.starts,
                until=calendar.until,
                by=SYSTEM,
                at=at,
            )
            set_terms(
                year=year,
                terms=[
                    TermRow("half_year", n, f"{ROMAN[n - 1]} полугодие", span.starts, span.until)
                    for n, span in enumerate(calendar.college_half_years, 1)
                ],
                by=SYSTEM,
                at=at,
            )
            vacations = [
                VacationRow("vacation", span.name, span.starts, span.until)
                for span in calendar.college_vacations
            ]
            vacations += [
                VacationRow("holiday", day.name, day.day, day.day + DAY) for day in calendar.holidays
            ]
            bulk_vacations(year=year, rows=vacations, by=SYSTEM, at=at)
            homerooms = ensure_homerooms(
                year=year,
                rows=[
                    HomeroomRow(
                        group.name, group.course, group.name.partition("-")[0], "half_year", self.bells_id
                    )
                    for group in self.groups
                ],
                by=SYSTEM,
                at=at,
            )
            clerk.enrol(
                {homerooms[group.name]: self.children[group.code] for group in self.groups},
                calendar.first_day,
                until,
                "31-с",
                at,
            )
            curators = [key for key in sorted(self.staff) if key.startswith("teacher")]
            self.curators = {group.code: self.staff[curators[n]] for n, group in enumerate(self.groups)}
            bulk_roles(
                school_id=clerk.school_id,
                rows=[
                    RoleRow(
                        self.curators[group.code].id,
                        "class_teacher",
                        calendar.starts,
                        until,
                        homerooms[group.name],
                        order_number="14-од",
                        order_date=calendar.starts - 5 * DAY,
                    )
                    for group in self.groups
                ],
                by=SYSTEM,
                at=at,
            )
        with clerk.act(clerk.moment(calendar.starts - 3 * DAY, 12 * 60)) as at:
            self._plans(calendar, year)
            self._journals(calendar, year, homerooms, until)
            for number, half in enumerate(calendar.college_half_years, 1):
                self._timetable(calendar, year, number, half)
            generate_lessons(year=year, since=calendar.starts, until=calendar.until, by=SYSTEM, at=at)
        self._live(calendar, year, ids, today)

    def _students(self, calendar: YearCalendar) -> None:
        """First courses are new; second ones were the first courses of the year before."""
        before, self.children = self.children, {}
        for group in self.groups:
            old = next(
                (one for one in self.groups if one.trade == group.trade and one.course == group.course - 1),
                None,
            )
            if old is not None and old.code in before:
                self.children[group.code] = before[old.code]
                continue
            sex = "m" if group.trade == "fitter" else ""
            random = self.clerk.random(f"students {calendar.year} {group.code}")
            self.children[group.code] = sorted(
                (
                    self.registry.child(
                        9 + group.course, calendar.year, sex=sex if random.random() < 0.9 else ""
                    )
                    for _ in range(group.students)
                ),
                key=lambda child: (child.human.surname, child.human.given),
            )
        if self.shown is None:
            self.shown = self.children[self.groups[0].code][0].human
            self.shown.login = "student"

    def _units(self, group: CollegeGroup) -> list[CollegeUnit]:
        halves = (2 * group.course - 1, 2 * group.course)
        return [
            unit
            for unit in self.content.college.units[group.trade]
            if any(half in unit.hours for half in halves)
        ]

    def _plans(self, calendar: YearCalendar, year: AcademicYear) -> None:
        """A plan per unit and course: its half-years one after the other."""
        at = self.clerk.moment(calendar.starts - 3 * DAY, 12 * 60)
        rows, curriculum = [], {}
        for group in self.groups:
            for unit in self._units(group):
                works = PRACTICE if unit.taught_by == "master" else THEORY
                title = f"{unit.code} {unit.name}, {group.name}"
                topics = [
                    topic
                    for half in (2 * group.course - 1, 2 * group.course)
                    for topic in unit.plans.get(half, ())
                ]
                subject = self.subjects[self._subject(group.trade, unit)]
                rows.append(
                    PlanRow(
                        subject,
                        title[:200],
                        [
                            TopicRow(
                                topic.text,
                                topic.unit,
                                works.get(topic.work_kind or "", ""),
                                (topic.homework or "") if unit.taught_by == "teacher" else "",
                                hours=unit.lesson_hours,
                            )
                            for topic in topics
                        ],
                        group.course,
                        self._teacher(group, unit).id,
                        calendar.starts - 5 * DAY,
                        "15-од",
                    )
                )
                hours = len(topics) * unit.lesson_hours
                curriculum[subject, group.course] = CurriculumRow(
                    subject, round(hours / 39, 2), hours, group.course
                )
        set_curriculum(year=year, rows=list(curriculum.values()), by=SYSTEM, at=at)
        self.plan_ids = bulk_plans(year=year, rows=rows, by=SYSTEM, at=at)
        self.topics = {
            plan_id: [replace(topic, double=topic.work == "composition") for topic in topics]
            for plan_id, topics in self.clerk.topics(year.pk).items()
        }

    def _teacher(self, group: CollegeGroup, unit: CollegeUnit) -> Human:
        if unit.taught_by == "master":
            return self.staff[f"master {group.trade} {group.course}"]
        return self.staff[f"teacher {self._subject(group.trade, unit)}"]

    def _journals(
        self, calendar: YearCalendar, year: AcademicYear, homerooms: Mapping[str, int], until: date | None
    ) -> None:
        at = self.clerk.moment(calendar.starts - 3 * DAY, 12 * 60)
        pairs = [(group, unit) for group in self.groups for unit in self._units(group)]
        ids = bulk_journals(
            year=year,
            rows=[
                JournalRow(
                    self.subjects[self._subject(group.trade, unit)],
                    homerooms[group.name],
                    None,
                    group.course,
                    self.scale_id,
                    self.plan_ids[f"{unit.code} {unit.name}, {group.name}"[:200]],
                    _weekly(group, unit),
                    "half_year",
                )
                for group, unit in pairs
            ],
            by=SYSTEM,
            at=at,
        )
        self.journals = {(group.code, unit.code): id for (group, unit), id in zip(pairs, ids, strict=True)}
        bulk_load(
            school_id=self.clerk.school_id,
            rows=[
                LoadRow(
                    self.journals[group.code, unit.code],
                    self._teacher(group, unit).id,
                    calendar.starts,
                    _weekly(group, unit),
                    until,
                )
                for group, unit in pairs
            ],
            by=SYSTEM,
            at=at,
        )

    def _timetable(self, calendar: YearCalendar, year: AcademicYear, number: int, half: Span) -> None:
        """Slots of a half-year: theory around the day of practice; production practice takes the last weeks whole."""
        at = self.clerk.moment(calendar.starts - 3 * DAY, 12 * 60)
        weeks: list[ClassWeek] = []
        days_of_practice: dict[str, tuple[CollegeUnit, int]] = {}
        away: dict[str, tuple[CollegeUnit, date]] = {}
        for group in self.groups:
            count = 2 * (group.course - 1) + number
            days = _school_days(calendar, half)
            units = [unit for unit in self._units(group) if count in unit.hours]
            production = next((unit for unit in units if unit.kind == "production_practice"), None)
            if production is not None:
                away[group.code] = (production, days[-production.hours[count]])
                days = days[: -production.hours[count]]
            length = max(1, len(days) // 5)
            events: list[Event] = []
            for unit in units:
                if unit.kind == "training_practice":
                    days_of_practice[group.code] = (unit, PRACTICE_DAY[group.trade, group.course])
                elif unit.kind != "production_practice":
                    per_week = max(1, -(-unit.hours[count] // length))
                    person = self.staff[f"teacher {self._subject(group.trade, unit)}"].id
                    part = Part(f"{group.code} {unit.code}", str(person), unit.room)
                    events += [Event(unit.code, (part,), None, per_week > 4)] * per_week
            free = [day for day in range(1, 6) if day != PRACTICE_DAY[group.trade, group.course]]
            weeks.append(ClassWeek(group.code, events, _cells(len(events), free)))
        limits = {kind: len(rooms) for kind, rooms in ROOMS.items()}
        solve(weeks, limits, self.clerk.random(f"timetable {calendar.year} {number}"))
        rooms = give_rooms(weeks, ROOMS, {})
        rows: dict[date, list[SlotRow]] = {half.starts: []}
        for week in weeks:
            for event, cell in zip(week.events, week.cells, strict=True):
                part = event.parts[0]
                group_code, _, unit_code = part.journal.partition(" ")
                rows[half.starts].append(
                    SlotRow(
                        self.journals[group_code, unit_code],
                        *cell,
                        room_id=self.rooms[rooms[part.journal, cell]],
                        teacher_id=int(part.teacher),
                    )
                )
        for group in self.groups:
            if group.code in days_of_practice:
                unit, weekday = days_of_practice[group.code]
                rows[half.starts].append(self._practice(group, unit, weekday))
        set_slots(
            year=year,
            rows=rows[half.starts],
            starts=half.starts,
            journal_ids=sorted(self.journals.values()),
            by=SYSTEM,
            at=at,
        )
        for group in self.groups:
            if group.code in away:
                unit, starts = away[group.code]
                own = [id for (code, _), id in self.journals.items() if code == group.code]
                slots = [self._practice(group, unit, weekday) for weekday in range(1, 6)]
                set_slots(year=year, rows=slots, starts=starts, journal_ids=own, by=SYSTEM, at=at)
        self._end_when_taught(calendar, year, number, half)

    def _practice(self, group: CollegeGroup, unit: CollegeUnit, weekday: int) -> SlotRow:
        room = "enterprise" if unit.room == "enterprise" else "workshop"
        place = list(self.groups).index(group) % len(ROOMS[room])
        return SlotRow(
            self.journals[group.code, unit.code],
            weekday,
            1,
            room_id=self.rooms[ROOMS[room][place]],
            teacher_id=self._teacher(group, unit).id,
            hours=unit.lesson_hours,
        )

    def _end_when_taught(self, calendar: YearCalendar, year: AcademicYear, number: int, half: Span) -> None:
        """End the slots of a journal on the day after its plan of the half-year is through."""
        at = self.clerk.moment(calendar.starts - 3 * DAY, 12 * 60)
        days = _school_days(calendar, half)
        for group in self.groups:
            for unit in self._units(group):
                planned = unit.hours.get(2 * (group.course - 1) + number)
                if planned is None:
                    continue
                journal_id = self.journals[group.code, unit.code]
                slots = list(
                    TimetableSlot.objects.filter(journal_id=journal_id, until=None).values_list(
                        "weekday", "starts"
                    )
                )
                left = planned
                for day in days:
                    if left <= 0:
                        set_slots(year=year, rows=[], starts=day, journal_ids=[journal_id], by=SYSTEM, at=at)
                        break
                    left -= sum(
                        1 for weekday, starts in slots if weekday == day.isoweekday() and starts <= day
                    )

    def _live(self, calendar: YearCalendar, year: AcademicYear, ids: Ids, today: date) -> None:
        clerk = self.clerk
        lessons, heads = clerk.lessons(year.pk), clerk.heads()
        midnights = clerk.midnights(calendar.starts, calendar.until)
        terms = clerk.terms(year.pk, "half_year")
        days = [
            day
            for half in calendar.college_half_years
            for day in _school_days(calendar, half)
            if day <= today + 9 * DAY
        ]
        pours = []
        for group in self.groups:
            places = [(child, calendar.first_day, None) for child in self.children[group.code]]
            misses = year_of_misses(places, days, clerk.random(f"health {calendar.year} {group.code}"))
            for unit in self._units(group):
                journal_id = self.journals[group.code, unit.code]
                role = "master" if unit.taught_by == "master" else "teacher"
                teacher = hand_of(self._teacher(group, unit), role)
                course = Course(
                    pour=clerk.pour_for(journal_id, f"{calendar.year} {group.code} {unit.code}", heads, ids),
                    subject=unit.code,
                    grade=10,
                    marked=True,
                    hours=max(1.0, _weekly(group, unit) / unit.lesson_hours),
                    lessons=lessons.get(journal_id, []),
                    topics=self._topics_of(group, unit, lessons.get(journal_id, []), terms),
                    places=places,
                    terms=terms,
                    year_term=None,
                    misses=misses,
                    substitutes={},
                    hands={teacher.person_id: teacher},
                    settles=hand_of(self.curators[group.code], "class_teacher"),
                    decides=hand_of(self.staff["deputy"], "deputy"),
                    midnights=midnights,
                )
                life = Life(_manners(unit), self.content.remarks, clerk.now, clerk.zone)
                if course.lessons:
                    life.live(course, clerk.random(f"life {calendar.year} {group.code} {unit.code}"))
                pours.append(course.pour)
        pour(pours)
        self.progress(f"Колледж {calendar.name}", 1, 1)

    def _topics_of(
        self, group: CollegeGroup, unit: CollegeUnit, lessons: Sequence[Hour], terms: Sequence[TermSpan]
    ) -> list[Topic]:
        """Topics for the lessons: each half-year begins with its own part of the plan, whatever was left before."""
        topics = self.topics[self.plan_ids[f"{unit.code} {unit.name}, {group.name}"[:200]]]
        first = unit.hours.get(2 * group.course - 1, 0)
        in_first = sum(1 for lesson in lessons if lesson.date < terms[0].until)
        return topics[: min(first, in_first)] + topics[first:]

    def show(self) -> None:
        """The accounts worth showing."""
        show, staff = self.clerk.show, self.staff
        show(
            "Мастер производственного обучения",
            staff[f"master {self.groups[0].trade} {self.groups[0].course}"],
        )
        show("Преподаватель", next(one for one in staff.values() if one.login == "prepodavatel"))
        show("Заместитель директора колледжа", staff["deputy"])
        if self.shown is not None:
            show("Студент", self.shown)


def _tags(unit: CollegeUnit) -> tuple[str, ...]:
    if unit.taught_by == "master":
        return ("practice",)
    return ("language", "double_marks") if unit.name == "Русский язык" else ()


def _weekly(group: CollegeGroup, unit: CollegeUnit) -> float:
    """Hours a week over the course's two half-years; a day of practice is several."""
    lessons = sum(unit.hours.get(2 * group.course - n, 0) for n in (0, 1))
    return round(lessons * unit.lesson_hours / 39, 1)


def _school_days(calendar: YearCalendar, half: Span) -> list[date]:
    """Teaching days of a half-year, Monday to Friday."""
    off = {holiday.day for holiday in calendar.holidays}
    days = (half.starts + n * DAY for n in range((half.until - half.starts).days))
    return [day for day in days if day.weekday() < 5 and day not in off]


def _cells(hours: int, days: list[int]) -> list[Cell]:
    """Cells of a week that leaves a day out: days equally long."""
    return [
        (day, number)
        for place, day in enumerate(days)
        for number in range(1, hours // len(days) + (place < hours % len(days)) + 1)
    ]


def _manners(unit: CollegeUnit) -> Manners:
    """How a unit is written: a master marks practice on its day and declares that nothing is set for home."""
    by_master = unit.taught_by == "master"
    return Manners(
        unknown="н",
        reasons=LETTERS,
        window_days=0 if by_master else 6,
        same_day=SAME_DAY,
        weights=WEIGHTS,
        answers="practice" if by_master else "oral",
        declares_none=by_master,
        finals_pass=unit.finals == "Зачёт",
        individual_text="индивидуальные задания",
    )
