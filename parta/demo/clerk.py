"""What every school of the demo does the same way: acts with ids of their own, accounts, pours of journals."""

import uuid
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from importlib.resources import files
from random import Random
from zoneinfo import ZoneInfo

from parta.demo.content.calendar import Span, YearCalendar
from parta.demo.course import Hour, TermSpan, Topic
from parta.demo.families import Child, Human
from parta.foundation import log, sql
from parta.foundation.log import SYSTEM, Head
from parta.journal.actions.bulk import Hand, Ids, Pour
from parta.organisation.actions import (
    TermRow,
    VacationRow,
    WorkKindRow,
    bulk_vacations,
    create_school,
    open_year,
    set_terms,
    set_work_kinds,
)
from parta.organisation.acts import act
from parta.organisation.models import AcademicYear, School, Term
from parta.people.actions import (
    AccountRow,
    EnrolmentRow,
    GuardianshipRow,
    PersonRow,
    RoleRow,
    bulk_accounts,
    bulk_enrolments,
    bulk_guardianships,
    bulk_people,
    bulk_roles,
    make_logins,
)
from parta.plans.models import PlannedTopic
from parta.regulation.actions import adopt

ADULT = 21
"""Years from which a telephone is written down."""
PASSWORD = "parta-demo"
"""The password of every account of the demo."""

Progress = Callable[[str, int, int], None]
"""Told what is being done, how much of it is done, and how much there is."""


@dataclass(frozen=True, slots=True)
class Login:
    """An account worth showing: which school, what the person is, how to sign in."""

    school: str
    role: str
    login: str
    password: str
    note: str = ""


@dataclass(slots=True)
class Clerk:
    """Keeps one school's books for the demo."""

    seed: int
    code: str
    now: datetime
    password_hash: str
    school: School = None  # type: ignore[assignment]
    zone: ZoneInfo = None  # type: ignore[assignment]
    logins: list[Login] = field(default_factory=list)
    acts: Random = None  # type: ignore[assignment]

    def __post_init__(self) -> None:
        self.acts = self.random("acts")

    @property
    def school_id(self) -> int:
        return int(self.school.pk)

    def random(self, purpose: str) -> Random:
        """A stream of its own for each purpose, so that one more draw here changes nothing there."""
        return Random(f"{self.seed}/{self.code}/{purpose}")

    def operation(self) -> str:
        """The id of the next act."""
        return str(uuid.UUID(int=self.acts.getrandbits(128), version=4))

    def found(
        self,
        *,
        name: str,
        short: str,
        kind: str,
        timezone: str,
        preset: str,
        starts: date,
        works: Sequence[WorkKindRow] = (),
    ) -> None:
        """Create the school, bring it under its regulation from `starts`, set the weights of its kinds of work."""
        self.zone = ZoneInfo(timezone)
        at = self.moment(starts - timedelta(days=12), 9 * 60)
        self.school = create_school(
            code=self.code,
            name=name,
            short_name=short,
            kind=kind,
            timezone=timezone,
            by=SYSTEM,
            at=at,
            operation_id=self.operation(),
        )
        source = files("parta.regulation").joinpath("presets", f"{preset}.toml").read_text(encoding="utf-8")
        adopt(
            school_id=self.school_id,
            source=source,
            by=SYSTEM,
            at=at + timedelta(hours=1),
            in_force_from=starts,
            operation_id=self.operation(),
        )
        if works:
            with self.act(at + timedelta(hours=2)):
                set_work_kinds(school_id=self.school_id, rows=works, by=SYSTEM, at=at)

    @contextmanager
    def act(self, at: datetime) -> Iterator[datetime]:
        """One act of the school's office, at a moment; all calls inside join it."""
        with act(self.school_id, by=SYSTEM, at=at, operation_id=self.operation()):
            yield at

    def moment(self, day: date, minutes: int) -> datetime:
        """A moment by the school's clock."""
        return datetime.combine(day, time(minutes // 60, minutes % 60), self.zone).astimezone(UTC)

    def midnights(self, starts: date, until: date) -> dict[date, datetime]:
        """First moments of all days from a week before to a month after a span."""
        first = starts - timedelta(days=7)
        return {
            (day := first + timedelta(days=n)): self.moment(day, 0) for n in range((until - first).days + 31)
        }

    def open_year(
        self,
        calendar: YearCalendar,
        terms: Sequence[TermRow],
        days_off: Sequence[VacationRow],
        at: datetime,
    ) -> AcademicYear:
        """A year with its terms (none where nothing is marked) and the days on which nobody is taught."""
        year = open_year(
            school_id=self.school_id,
            title=calendar.name,
            starts=calendar.starts,
            until=calendar.until,
            by=SYSTEM,
            at=at,
        )
        if terms:
            set_terms(year=year, terms=terms, by=SYSTEM, at=at)
        bulk_vacations(year=year, rows=days_off, by=SYSTEM, at=at)
        return year

    def register(self, humans: Sequence[Human], at: datetime) -> None:
        """Rows for people who have none yet."""
        fresh = [human for human in humans if not human.id]
        rows = [
            PersonRow(
                human.surname,
                human.given,
                human.patronymic,
                human.sex,
                human.birth,
                phone=self.phone(human) if at.year - human.birth.year >= ADULT else "",
                address="" if at.year - human.birth.year >= ADULT else self.address(human),
            )
            for human in fresh
        ]
        ids = bulk_people(school_id=self.school_id, rows=rows, by=SYSTEM, at=at)
        for human, person_id in zip(fresh, ids, strict=True):
            human.id = person_id

    def phone(self, human: Human) -> str:
        """An invented number, now and then none: the code 000 belongs to no network."""
        draw = self.random(f"phone {human.surname} {human.given} {human.patronymic} {human.birth}")
        number = draw.randrange(10_000)
        return "" if draw.random() < 0.02 else f"+7 000 000-{number // 100:02}-{number % 100:02}"

    def address(self, human: Human) -> str:
        """An invented address; now and then none."""
        draw = self.random(f"address {human.surname} {human.given} {human.patronymic} {human.birth}")
        street = draw.choice(("Лесная", "Садовая", "Школьная", "Заречная", "Полевая", "Новая", "Речная"))
        house, flat = draw.randrange(1, 60), draw.randrange(1, 90)
        return "" if draw.random() < 0.03 else f"ул. {street}, {house}, кв. {flat}"

    def give_accounts(self, humans: Sequence[Human], at: datetime) -> None:
        """Accounts for those who have none: the login they were given in advance, or one made from the name.

        All share one hash, computed once; those with a login given in advance are shown and need not change it.
        """
        fresh = [human for human in humans if human.user_id is None]
        made = iter(make_logins([(one.surname, one.given, one.patronymic) for one in fresh if not one.login]))
        rows = []
        for human in fresh:
            shown = bool(human.login)
            human.login = human.login or next(made)
            rows.append(AccountRow(human.id, human.login, self.password_hash, must_change=not shown))
        ids = bulk_accounts(school_id=self.school_id, rows=rows, by=SYSTEM, at=at)
        for human, user_id in zip(fresh, ids, strict=True):
            human.user_id = user_id

    def admit(self, humans: Sequence[Human], at: datetime) -> None:
        """Rows and accounts for people who have none."""
        self.register(humans, at)
        self.give_accounts(humans, at)

    def grant(
        self, humans: Mapping[str, Human], kinds: Mapping[str, str], starts: date, order: str, at: datetime
    ) -> None:
        """Roles from a day on, by one order; `kinds` names the role of each key of `humans`."""
        bulk_roles(
            school_id=self.school_id,
            rows=[
                RoleRow(humans[key].id, kind, starts, order_number=order, order_date=starts)
                for key, kind in kinds.items()
            ],
            by=SYSTEM,
            at=at,
        )

    def enrol(
        self,
        groups: Mapping[int, Sequence[Child]],
        starts: date,
        until: date | None,
        order: str,
        at: datetime,
    ) -> None:
        """Students, by homeroom, with their families, accounts and places."""
        children = [child for group in groups.values() for child in group]
        fresh = [child for child in children if not child.human.id]
        families = list({id(child.family): child.family for child in fresh}.values())
        parents = [
            one
            for family in families
            for one in (family.mother, family.father)
            if one is not None and not one.id
        ]
        self.admit([child.human for child in fresh] + parents, at)
        self.bind_families(fresh, at.date(), at)
        bulk_enrolments(
            school_id=self.school_id,
            rows=[
                EnrolmentRow(child.human.id, homeroom, starts, until, order)
                for homeroom, group in groups.items()
                for child in group
            ],
            by=SYSTEM,
            at=at,
        )

    def bind_families(self, children: Sequence[Child], starts: date, at: datetime) -> None:
        """Guardianship of their parents over these children."""
        rows = [
            GuardianshipRow(parent.id, child.human.id, relation, starts)
            for child in children
            for parent, relation in ((child.family.mother, "mother"), (child.family.father, "father"))
            if parent is not None
        ]
        bulk_guardianships(school_id=self.school_id, rows=rows, by=SYSTEM, at=at)

    def show(self, role: str, human: Human, note: str = "") -> None:
        """Put an account on the list that is printed."""
        self.logins.append(Login(self.school.short_name, role, human.login, PASSWORD, note))

    def terms(self, year_id: int, kind: str) -> list[TermSpan]:
        """Terms of a kind in order."""
        return [
            TermSpan(*row)
            for row in Term.objects.filter(year_id=year_id, kind=kind)
            .order_by("number")
            .values_list("id", "kind", "starts", "until")
        ]

    def lessons(self, year_id: int) -> dict[int, list[Hour]]:
        """Lessons of a year by journal, in order of time."""
        found: dict[int, list[Hour]] = {}
        for row in sql.read(
            "SELECT l.journal_id, l.id, l.date, l.number, l.starts_at, l.ends_at, l.teacher_id, l.state"
            " FROM timetable_lesson l JOIN plans_journal j ON j.id = l.journal_id WHERE j.year_id = %s"
            " ORDER BY l.journal_id, l.date, l.number",
            (year_id,),
        ):
            found.setdefault(row[0], []).append(
                Hour(
                    row[1],
                    row[2],
                    row[3],
                    sql.aware(row[4]),
                    sql.aware(row[5]),
                    row[6],
                    row[7] == "cancelled",
                )
            )
        return found

    def topics(self, year_id: int) -> dict[int, list[Topic]]:
        """Planned hours of a year by plan, in order; no work is marked twofold yet."""
        found: dict[int, list[Topic]] = {}
        for plan_id, topic_id, text, work, homework, minutes in (
            PlannedTopic.objects.filter(plan__year_id=year_id)
            .order_by("plan_id", "position")
            .values_list("plan_id", "id", "text", "work_kind", "homework", "minutes")
        ):
            found.setdefault(plan_id, []).append(Topic(topic_id, text, work, homework, minutes))
        return found

    def heads(self) -> dict[int, Head]:
        """Heads of the chains of the school's journals, by journal."""
        return {
            subject: Head(chain, school, seq, digest)
            for subject, chain, school, seq, digest in sql.read(
                "SELECT subject_id, id, school_id, head_seq, head_hash FROM foundation_chain"
                " WHERE kind = 'journal' AND school_id = %s" + log.for_update(),
                (self.school_id,),
            )
        }

    def pour_for(self, journal_id: int, key: str, heads: Mapping[int, Head], ids: Ids) -> Pour:
        """An empty pour of a journal."""
        return Pour(heads[journal_id], journal_id, ids, self.random(f"operations {key}"))


def hand_of(human: Human, role: str) -> Hand:
    """A person's hand in a role."""
    return Hand(human.user_id, human.id, role)


def vacations_of(spans: Sequence[Span]) -> list[VacationRow]:
    """Vacations for the whole school."""
    return [VacationRow("vacation", span.name, span.starts, span.until) for span in spans]


def holidays_of(calendar: YearCalendar) -> list[VacationRow]:
    """Holidays of the year, a day each."""
    return [
        VacationRow("holiday", holiday.name, holiday.day, holiday.day + timedelta(days=1))
        for holiday in calendar.holidays
    ]
