"""Kept findings: whatever happens, in whatever order, they say what a reckoning from scratch says."""

import re
from collections.abc import Callable
from datetime import date, timedelta
from random import Random
from typing import Any

import pytest
from django.db import connection

from parta.control.actions.findings import keep, program_viewer
from parta.control.models import Finding
from parta.control.queries.cites import Acts
from parta.control.queries.found import SOURCES, Asked, Found, Part, found_by
from parta.control.queries.own_control import year_of
from parta.control.queries.sheets import calendar_for, law_for
from parta.foundation import clock
from parta.organisation import actions as organisation
from parta.organisation.acts import Refusal
from parta.organisation.models import School
from parta.people import actions as people
from parta.plans import actions as plans
from parta.plans.models import TeachingLoad
from parta.regulation.actions import adopt
from parta.regulation.models import Edition
from parta.timetable import actions as timetable
from parta.timetable.models import Lesson, LessonChange
from tests.cast import actor_of
from tests.journeys.steps import COLLEGE, DUBROVO, GYMNASIUM, absent, held, homework, mark, roll, send, under

pytestmark = pytest.mark.django_db
SHOWN = (
    "key",
    "source",
    "kind",
    "fact",
    "journal_id",
    "lesson_id",
    "homeroom_id",
    "who_id",
    "role",
    "number",
    "due",
    "text",
    "detail",
)


def from_scratch(cast: Any, at: Any) -> dict[str, Found]:
    """Every source asked for the whole year to date; nothing is written."""
    viewer = program_viewer(School.objects.get(pk=cast.school.pk), at)
    begins, week_days = year_of(viewer, viewer.on)
    asked = Asked(viewer, law_for(viewer), calendar_for(viewer), begins, week_days)
    acts = Acts(asked.law)
    found: dict[str, Found] = {}
    for source in SOURCES:
        found |= found_by(source, asked, Part(True, None, begins, viewer.on), acts)
    return found


def difference(cast: Any, at: Any) -> list[Any]:
    """Where the kept findings and a reckoning from scratch part; empty: nowhere."""
    kept = {row.key: row for row in Finding.objects.filter(school_id=cast.school.pk).exclude(state="closed")}
    found = from_scratch(cast, at)
    wrong: list[Any] = [("not kept", found[key]) for key in found.keys() - kept.keys()]
    wrong += [("kept in vain", key, kept[key].date, kept[key].text) for key in kept.keys() - found.keys()]
    for key in found.keys() & kept.keys():
        row, one = kept[key], found[key]
        for name in SHOWN:
            if getattr(row, name) != getattr(one, name):
                wrong.append((key, name, getattr(row, name), getattr(one, name)))
        for name in ("clauses", "students"):
            if [tuple(pair) for pair in getattr(row, name)] != list(getattr(one, name)):
                wrong.append((key, name, getattr(row, name), getattr(one, name)))
    return wrong


class Life:
    """A school in which something happens every few minutes or days."""

    def __init__(self, cast: Any, client_of: Any, seed: int) -> None:
        self.cast, self.client_of, self.dice = cast, client_of, Random(seed)
        self.at = cast.at
        self.happened: list[str] = []
        self.deputy = actor_of(cast.deputy, "deputy")
        self.acts: tuple[Callable[[], Any], ...] = (
            *(self.write,) * 16,
            *(self.substitute,) * 2,
            self.end_substitution,
            *(self.cancel,) * 2,
            self.restore,
            *(self.move,) * 4,
            *(self.transfer,) * 2,
            self.leave,
            self.load,
            self.vacation,
            self.law,
            self.rename,
        )

    def step(self) -> None:
        self.at += self.dice.choice(
            (
                *(timedelta(minutes=1),) * 6,
                *(timedelta(minutes=20),) * 6,
                *(timedelta(hours=2),) * 2,
                timedelta(hours=9),
                timedelta(days=1),
            )
        )
        act = self.dice.choice(self.acts)
        with clock.rehearse(self.at):
            try:
                said = act()
            except Refusal as refusal:
                said = refusal
        self.happened.append(f"{self.at:%d.%m %H:%M} {act.__name__} {said}")

    def lesson(self) -> Lesson:
        """Some lesson of the last days or of the next."""
        today = self.at.astimezone(self.cast.zone).date()
        near = Lesson.objects.filter(
            school=self.cast.school, date__gte=today - timedelta(days=5), date__lte=today + timedelta(days=2)
        )
        return self.dice.choice(list(near.order_by("id")) or [self.cast.lesson])

    def write(self) -> Any:
        lesson, student = self.lesson(), self.dice.choice(self.cast.students)
        change = self.dice.choice(
            (
                lambda: held(lesson),
                lambda: roll(lesson),
                lambda: homework(lesson, "с. 12, упр. 3"),
                lambda: homework(lesson, none=True),
                lambda: mark(lesson, student, "4", "control"),
                lambda: mark(lesson, student, "", "control"),
                lambda: mark(lesson, student, "5", "oral"),
                lambda: absent(lesson, student, "н"),
                lambda: absent(lesson, student, ""),
            )
        )()
        teacher = lesson.teacher or self.cast.teacher
        answer = send(self.client_of(teacher), lesson.journal, change)
        return change["fact"], lesson.pk, answer.status_code

    def _by(self) -> dict[str, Any]:
        return {"by": self.deputy, "at": self.at}

    def substitute(self) -> Any:
        lesson = self.lesson()
        return timetable.substitute(
            lesson=lesson, substitute_id=self.cast.substitute.pk, reason="болезнь", **self._by()
        )

    def end_substitution(self) -> Any:
        return timetable.end_substitution(lesson=self.lesson(), **self._by())

    def cancel(self) -> Any:
        return timetable.cancel_lesson(lesson=self.lesson(), reason="мороз", **self._by())

    def restore(self) -> Any:
        cancelled = LessonChange.objects.filter(lesson__state="cancelled", school=self.cast.school).first()
        return cancelled and timetable.restore_lesson(lesson=cancelled.lesson, **self._by())

    def move(self) -> Any:
        lesson = self.lesson()
        day = lesson.date + timedelta(days=self.dice.choice((-3, -1, 0, 1, 2)))
        return timetable.move_lesson(lesson=lesson, date=day, number=self.dice.randint(1, 7), **self._by())

    def _today(self) -> date:
        return self.at.astimezone(self.cast.zone).date()

    def transfer(self) -> Any:
        return people.transfer(
            student=self.dice.choice(self.cast.students),
            homeroom=self.dice.choice((self.cast.homeroom, self.cast.younger)),
            on=self._today() + timedelta(days=self.dice.choice((-2, 0, 1))),
            order_number="17",
            **self._by(),
        )

    def leave(self) -> Any:
        return people.leave(
            student=self.dice.choice(self.cast.students), on=self._today(), order_number="18", **self._by()
        )

    def load(self) -> Any:
        load = self.dice.choice(list(TeachingLoad.objects.filter(journal__school=self.cast.school)))
        return plans.end_load(load=load, until=self._today(), **self._by())

    def vacation(self) -> Any:
        day = self._today() + timedelta(days=self.dice.choice((0, 1, 3)))
        return organisation.add_vacation(
            year=self.cast.year,
            title=f"День {len(self.happened)}",
            starts=day,
            until=day + timedelta(days=1),
            kind="holiday",
            **self._by(),
        )

    def law(self) -> Any:
        source = Edition.objects.filter(school=self.cast.school).latest("in_force_from").source
        known = self.dice.choice(('"24h"', '"48h"', '"5d"', '"7d"', '"same_day"'))
        source = source.replace(f"within = {known}", f'within = "{self.dice.choice((1, 2, 3))}d"')
        adopt(
            school_id=self.cast.school.pk,
            source=source,
            in_force_from=self._today() + timedelta(days=1),
            **self._by(),
        )
        return known

    def rename(self) -> Any:
        student = self.dice.choice(self.cast.students)
        return people.change_person(
            person=student,
            surname=f"{student.surname}-{len(self.happened)}",
            given_name=student.given_name,
            patronymic=student.patronymic,
            birth_date=student.birth_date,
            **self._by(),
        )


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("cast", [GYMNASIUM, COLLEGE, DUBROVO], indirect=True)
def test_kept_findings_are_those_of_a_reckoning_from_scratch(cast: Any, client_of: Any, seed: int) -> None:
    life = Life(cast, client_of, seed)
    keep(cast.school.pk, at=life.at)
    assert difference(cast, life.at) == []
    for _ in range(24):
        life.step()
        keep(cast.school.pk, at=life.at)
        wrong = difference(cast, life.at)
        assert wrong == [], "\n".join([*life.happened, *map(str, wrong)])
    assert Finding.objects.filter(school=cast.school).exclude(state="closed").count() > 20


ALIASED = re.compile(
    r"\b(?:FROM|JOIN)\s+((?:foundation|people|plans|timetable|journal|control|diary|communication)_\w+)"
    r"(?:\s+(?!ON\b|WHERE\b|JOIN\b|LEFT\b)(\w+))?"
)


@pytest.mark.only("sqlite")  # reads the plan as SQLite tells it
@under(GYMNASIUM)
def test_no_question_walks_the_rows_of_other_schools(cast: Any) -> None:
    """A thousand schools cost a thousand times one: no table that grows is walked from end to end."""
    asked: dict[str, Any] = {}

    def note(execute: Any, statement: str, values: Any, many: bool, context: Any) -> Any:
        asked.setdefault(statement, values)
        return execute(statement, values, many, context)

    with connection.execute_wrapper(note):
        keep(cast.school.pk, at=cast.at, anew=True)
        keep(cast.school.pk, at=cast.at + timedelta(minutes=1))
    walked = []
    for statement, values in asked.items():
        if not statement.lstrip().upper().startswith(("SELECT", "WITH")):
            continue
        names = {alias or table: table for table, alias in ALIASED.findall(statement)}
        with connection.cursor() as cursor:
            cursor.execute("EXPLAIN QUERY PLAN " + statement, values)
            for *_, step in cursor.fetchall():
                scan = re.match(r"SCAN (\w+)", step)
                if scan and scan[1] in names:
                    walked.append((names[scan[1]], " ".join(statement.split())[:200]))
    assert len(asked) > 40 and not walked, walked
