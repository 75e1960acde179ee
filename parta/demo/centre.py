"""The centre of supplementary education: associations for children of several schools, no marks, no homework."""

from datetime import date, datetime, time, timedelta

from parta.demo.clerk import Clerk, Progress, hand_of, holidays_of
from parta.demo.content import Content
from parta.demo.content.calendar import YearCalendar
from parta.demo.content.values import CentreUnit
from parta.demo.course import Course, Manners
from parta.demo.families import Child, Human, Registry
from parta.demo.health import year_of_misses
from parta.demo.life import Life
from parta.foundation.log import SYSTEM
from parta.journal.actions.bulk import Ids, pour
from parta.organisation.actions import (
    HomeroomRow,
    RoomRow,
    SubjectRow,
    VacationRow,
    ensure_homerooms,
    ensure_rooms,
    ensure_subjects,
    set_bells,
)
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

DAY = timedelta(days=1)
MANNERS = Manners(
    unknown="н", late="о", reasons={"ill": "б", "excused": "у"}, declares_none=False, has_homework=False
)
BREAK = 15
"""Minutes between two groups of an association."""


class CentreBuilder:
    """Builds the centre year by year."""

    def __init__(self, clerk: Clerk, content: Content, units: int | None, progress: Progress) -> None:
        self.clerk, self.content, self.progress = clerk, content, progress
        self.units = content.centre.units[:units]
        self.registry = Registry(content, clerk.random("names"))
        self.staff: dict[str, Human] = {}

    def found(self, calendar: YearCalendar) -> None:
        """The centre, its rooms, associations and staff; each association has bells of its own."""
        clerk, centre = self.clerk, self.content.centre
        clerk.found(
            name=centre.name,
            short=centre.short,
            kind="centre",
            timezone="Europe/Moscow",
            preset="kemerovo-ct",
            starts=calendar.starts,
        )
        with clerk.act(clerk.moment(calendar.starts - 10 * DAY, 10 * 60)) as at:
            rooms = [RoomRow(room) for room in dict.fromkeys(unit.room for unit in self.units)]
            self.rooms = ensure_rooms(school_id=clerk.school_id, rows=rooms, by=SYSTEM, at=at)
            self.subjects = ensure_subjects(
                school_id=clerk.school_id,
                rows=[
                    SubjectRow(
                        unit.code, unit.name, "", unit.direction, tags=("unmarked",), position=10 * place
                    )
                    for place, unit in enumerate(self.units, 1)
                ],
                by=SYSTEM,
                at=at,
            )
            self.bells = {
                unit.code: int(
                    set_bells(
                        school_id=clerk.school_id,
                        title=f"Звонки: {unit.name}"[:60],
                        bells=_bells(unit, centre.lesson_minutes),
                        is_default=place == 0,
                        by=SYSTEM,
                        at=at,
                    ).pk
                )
                for place, unit in enumerate(self.units)
            }
            self._hire(calendar, at)

    def _hire(self, calendar: YearCalendar, at: datetime) -> None:
        random, registry, year = self.clerk.random("staff"), self.registry, calendar.year
        self.staff["director"] = registry.named("Белозёрова", "Нина", "Павловна", "f", date(year - 58, 3, 3))
        self.staff["deputy"] = registry.named("Крылов", "Артём", "Сергеевич", "m", date(year - 39, 10, 10))
        self.staff["director"].login, self.staff["deputy"].login = "centr-direktor", "centr-zavuch"
        for place, unit in enumerate(self.units):
            human = registry.adult(random.choice("ffm"), year)
            if place == 0:
                human.login = "pedagog"
            self.staff[unit.code] = human
        self.clerk.admit(list(self.staff.values()), at)
        kinds = {key: key if key in ("director", "deputy") else "teacher" for key in self.staff}
        self.clerk.grant(self.staff, kinds, calendar.starts - 10 * DAY, "7-к", at)

    def open(self, calendar: YearCalendar, ids: Ids, today: date, *, last: bool) -> None:
        """A year of the centre, from set-up to what is written up to now."""
        clerk = self.clerk
        until = None if last else calendar.until
        span = calendar.centre_year
        groups = [(unit, number) for unit in self.units for number in range(1, unit.groups + 1)]
        children = {(unit.code, number): self._children(calendar, unit, number) for unit, number in groups}
        with clerk.act(clerk.moment(calendar.starts - 2 * DAY, 10 * 60)) as at:
            days_off = [
                *holidays_of(calendar),
                VacationRow("vacation", "Лето", span.until, calendar.until),
                VacationRow("vacation", "Набор в объединения", calendar.starts, span.starts),
            ]
            year = clerk.open_year(calendar, (), days_off, at)
            homerooms = ensure_homerooms(
                year=year,
                rows=[
                    HomeroomRow(
                        _group(unit, number), None, "", "year", self.bells[unit.code], self.rooms[unit.room]
                    )
                    for unit, number in groups
                ],
                by=SYSTEM,
                at=at,
            )
            clerk.enrol(
                {homerooms[_group(unit, number)]: children[unit.code, number] for unit, number in groups},
                span.starts,
                until,
                "5-з",
                at,
            )
            set_curriculum(
                year=year,
                rows=[
                    CurriculumRow(self.subjects[unit.code], len(unit.days), len(unit.plan), None)
                    for unit in self.units
                ],
                by=SYSTEM,
                at=at,
            )
            plans = bulk_plans(
                year=year,
                rows=[
                    PlanRow(
                        self.subjects[unit.code],
                        unit.programme[:200],
                        [TopicRow(topic.text, topic.unit) for topic in unit.plan],
                        None,
                        self.staff[unit.code].id,
                        calendar.starts - 3 * DAY,
                        "6-од",
                    )
                    for unit in self.units
                ],
                by=SYSTEM,
                at=at,
            )
            topics = clerk.topics(year.pk)
            made = bulk_journals(
                year=year,
                rows=[
                    JournalRow(
                        self.subjects[unit.code],
                        homerooms[_group(unit, number)],
                        plan_id=plans[unit.programme[:200]],
                        weekly_hours=len(unit.days),
                        term_kind="year",
                    )
                    for unit, number in groups
                ],
                by=SYSTEM,
                at=at,
            )
            journals = dict(zip(((unit.code, number) for unit, number in groups), made, strict=True))
            bulk_load(
                school_id=clerk.school_id,
                rows=[
                    LoadRow(
                        journals[unit.code, number],
                        self.staff[unit.code].id,
                        calendar.starts,
                        len(unit.days),
                        until,
                    )
                    for unit, number in groups
                ],
                by=SYSTEM,
                at=at,
            )
            set_slots(
                year=year,
                rows=[
                    SlotRow(
                        journals[unit.code, number],
                        day,
                        number,
                        room_id=self.rooms[unit.room],
                        teacher_id=self.staff[unit.code].id,
                    )
                    for unit, number in groups
                    for day in unit.days
                ],
                starts=span.starts,
                journal_ids=made,
                by=SYSTEM,
                at=at,
            )
            generate_lessons(year=year, since=span.starts, until=span.until, by=SYSTEM, at=at)
        lessons, heads = clerk.lessons(year.pk), clerk.heads()
        midnights = clerk.midnights(calendar.starts, calendar.until)
        pours = []
        for unit, number in groups:
            key = f"{calendar.year} {unit.code} {number}"
            journal_id = journals[unit.code, number]
            places = [(child, span.starts, None) for child in children[unit.code, number]]
            days = [hour.date for hour in lessons.get(journal_id, []) if hour.date <= today + 9 * DAY]
            teacher = hand_of(self.staff[unit.code], "teacher")
            course = Course(
                pour=clerk.pour_for(journal_id, key, heads, ids),
                subject=unit.code,
                grade=0,
                marked=False,
                hours=float(len(unit.days)),
                lessons=lessons.get(journal_id, []),
                topics=topics[plans[unit.programme[:200]]],
                places=places,
                terms=(),
                year_term=None,
                misses=year_of_misses(places, days, clerk.random(f"health {key}")),
                substitutes={},
                hands={teacher.person_id: teacher},
                settles=None,
                decides=hand_of(self.staff["deputy"], "deputy"),
                midnights=midnights,
            )
            Life(MANNERS, self.content.remarks, clerk.now, clerk.zone).live(
                course, clerk.random(f"life {key}")
            )
            pours.append(course.pour)
        pour(pours)
        self.progress(f"Центр {calendar.name}", 1, 1)

    def _children(self, calendar: YearCalendar, unit: CentreUnit, number: int) -> list[Child]:
        """A group: the younger ones in the first, the older ones in the last."""
        random = self.clerk.random(f"children {calendar.year} {unit.code} {number}")
        low, high = unit.ages
        step = (high - low + 1) / unit.groups
        made = []
        for _ in range(unit.size - random.randrange(3)):
            age = min(high, int(low + step * (number - 1) + random.random() * step))
            made.append(self.registry.child(max(1, age - 6), calendar.year))
        return sorted(made, key=lambda child: (child.human.surname, child.human.given))

    def show(self) -> None:
        """The accounts worth showing."""
        unit = self.units[0]
        self.clerk.show("Педагог", self.staff[unit.code], unit.name)
        self.clerk.show("Заместитель директора центра", self.staff["deputy"])


def _group(unit: CentreUnit, number: int) -> str:
    return f"{unit.name}, группа {number}"[:60]


def _bells(unit: CentreUnit, minutes: int) -> list[tuple[int, time, time]]:
    hour, minute = (int(part) for part in unit.starts.split(":"))
    first = hour * 60 + minute
    found = []
    for number in range(1, unit.groups + 1):
        starts = first + (number - 1) * (minutes + BREAK)
        ends = starts + minutes
        found.append((number, time(starts // 60, starts % 60), time(ends // 60, ends % 60)))
    return found
