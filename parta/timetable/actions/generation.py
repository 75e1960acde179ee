"""Lessons are made from the template, the terms, the days off and the bells; written ones are never touched."""

from collections import defaultdict
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.db import connection
from django.db.models import Q

from parta.foundation import sql
from parta.foundation.log import Actor, Line
from parta.organisation.actions import checks
from parta.organisation.acts import Refusal, act
from parta.organisation.models import (
    AcademicYear,
    Bell,
    BellSchedule,
    Homeroom,
    School,
    Subgroup,
    Term,
    Vacation,
)
from parta.plans.models import Journal, TeachingLoad
from parta.plans.rules import law_of_school
from parta.timetable.models import Lesson, TimetableSlot
from parta.timetable.moved import moved_days
from parta.timetable.rules import journals_with_draft

Place = tuple[int, date, int]
"""Journal, date, number of the lesson."""


@dataclass(frozen=True, slots=True)
class Generated:
    """What became of the lessons of a span. `kept`: written, moved, cancelled or substituted ones left as they are."""

    added: int
    changed: int
    removed: int
    kept: int
    waiting: int = 0
    """Journals left as they are: their template waits for its approval."""


@dataclass(frozen=True, slots=True)
class _Wanted:
    starts_at: datetime
    ends_at: datetime
    hours: int
    teacher_id: int | None
    room_id: int | None


def generate_lessons(
    *,
    year: AcademicYear,
    since: date,
    until: date,
    journal_ids: Collection[int] | None = None,
    by: Actor,
    at: datetime,
) -> Generated:
    """Make the lessons of [since, until) what the template says; all journals of the year, or those named.

    Running it again changes nothing. A lesson that anything hangs on (a record, a mark, an absence, homework, a
    substitution, a permit), that was cancelled or moved, is left alone; so are all lessons of a journal whose template
    is a draft where the act wants it approved. Raises Refusal when a template's lesson
    number has no bell. The number of statements does not depend on the number of lessons, chunks apart.
    """
    checks.not_closed(year)
    since, until = max(since, year.starts), min(until, year.until)
    if since >= until:
        return Generated(0, 0, 0, 0)
    waiting = journals_with_draft(year, since, until, at.date())
    if waiting:
        asked = Journal.objects.filter(year=year).values_list("id", flat=True)
        journal_ids = set(asked if journal_ids is None else journal_ids)
        waiting &= journal_ids
        journal_ids -= waiting
    with act(year.school_id, by=by, at=at) as lines:
        wanted = _wanted(year, since, until, journal_ids)
        found = _existing(year, since, until, journal_ids)
        held = _held(year, since, until)
        moved = _moved_away(year, since, until)
        for (journal_id, day), count in moved.items():
            free = [place for place in wanted if place[:2] == (journal_id, day) and place not in found]
            for place in sorted(free)[:count]:
                del wanted[place]
        fresh = [(place, lesson) for place, lesson in wanted.items() if place not in found]
        gone: list[int] = []
        changed: list[tuple[object, ...]] = []
        kept = 0
        for place, (lesson_id, state, moved_from, now) in found.items():
            if lesson_id in held or state != "planned" or moved_from is not None:
                kept += 1
            elif place not in wanted:
                gone.append(lesson_id)
            elif wanted[place] != now:
                want = wanted[place]
                changed.append(
                    (want.starts_at, want.ends_at, want.hours, want.teacher_id, want.room_id, lesson_id)
                )
        _delete(gone)
        _update(changed)
        sql.bulk_insert(
            "timetable_lesson",
            (
                "school_id",
                "journal_id",
                "date",
                "number",
                "starts_at",
                "ends_at",
                "hours",
                "teacher_id",
                "room_id",
                "state",
                "moved_from",
            ),
            [
                (
                    year.school_id,
                    *place,
                    lesson.starts_at,
                    lesson.ends_at,
                    lesson.hours,
                    lesson.teacher_id,
                    lesson.room_id,
                    "planned",
                    None,
                )
                for place, lesson in fresh
            ],
        )
        result = Generated(len(fresh), len(changed), len(gone), kept, len(waiting))
        if fresh or changed or gone:
            lines.append(
                Line(
                    "lessons_generated",
                    "year",
                    year.pk,
                    data={
                        "since": since.isoformat(),
                        "until": until.isoformat(),
                        "journals": sorted(journal_ids) if journal_ids is not None else None,
                        "added": len(fresh),
                        "changed": len(changed),
                        "removed": len(gone),
                    },
                )
            )
    return result


def _wanted(
    year: AcademicYear, since: date, until: date, journal_ids: Collection[int] | None
) -> dict[Place, _Wanted]:
    """What the template says of the span."""
    zone = ZoneInfo(School.objects.values_list("timezone", flat=True).get(pk=year.school_id))
    slots = TimetableSlot.objects.filter(year=year, starts__lt=until).filter(
        Q(until=None) | Q(until__gt=since)
    )
    journals = Journal.objects.filter(year=year).select_related("homeroom")
    if journal_ids is not None:
        slots = slots.filter(journal_id__in=journal_ids)
        journals = journals.filter(pk__in=journal_ids)
    by_id = {journal.pk: journal for journal in journals}
    homerooms_of_subgroup: dict[int, list[tuple[int, int | None]]] = defaultdict(list)
    for subgroup_id, homeroom_id, bells_id in Subgroup.objects.filter(year=year).values_list(
        "id", "homerooms__id", "homerooms__bells_id"
    ):
        if homeroom_id is not None:
            homerooms_of_subgroup[subgroup_id].append((homeroom_id, bells_id))
    days = _Days(year, since, until)
    bells = _bells(year.school_id)
    teachers = _Teachers(year, by_id)
    moments: dict[tuple[date, time], datetime] = {}

    def moment(day: date, local: time) -> datetime:
        key = (day, local)
        if key not in moments:
            moments[key] = datetime.combine(day, local, zone).astimezone(UTC)
        return moments[key]

    wanted: dict[Place, _Wanted] = {}
    for slot in slots:
        journal = by_id[slot.journal_id]
        homerooms: list[tuple[int, int | None]]
        if journal.homeroom is not None:
            homerooms = [(journal.homeroom_id or 0, journal.homeroom.bells_id)]
        else:
            homerooms = homerooms_of_subgroup.get(journal.subgroup_id or 0, [])
        schedule = bells.get(homerooms[0][1] if homerooms else None) or bells[None]
        for number in range(slot.number, slot.number + slot.hours):
            if number not in schedule:
                raise Refusal(
                    f"В расписании звонков нет {number}-го урока, а в расписании уроков он есть.", "bells"
                )
        # of several hours: from the bell of the first to that of the last
        starts, ends = schedule[slot.number][0], schedule[slot.number + slot.hours - 1][1]
        first, last = max(since, slot.starts), min(until, slot.until or until)
        for day in days.taught(journal.term_kind, tuple(id for id, _ in homerooms), slot.weekday, slot.week):
            if first <= day < last:
                wanted[slot.journal_id, day, slot.number] = _Wanted(
                    moment(day, starts),
                    moment(day, ends),
                    slot.hours,
                    slot.teacher_id or teachers.on(slot.journal_id, day),
                    slot.room_id,
                )
    return wanted


class _Days:
    """Which days are taught, for a kind of term and the homerooms of a journal."""

    def __init__(self, year: AcademicYear, since: date, until: date) -> None:
        self.year, self.since, self.until = year, since, until
        self.monday = year.starts - timedelta(days=year.starts.weekday())
        self.terms: dict[str, list[tuple[date, date]]] = defaultdict(list)
        for kind, starts, ends in Term.objects.filter(year=year).values_list("kind", "starts", "until"):
            self.terms[kind].append((starts, ends))
        self.off: dict[int | None, list[tuple[date, date]]] = defaultdict(list)
        for homeroom_id, starts, ends in Vacation.objects.filter(year=year).values_list(
            "homeroom_id", "starts", "until"
        ):
            self.off[homeroom_id].append((starts, ends))
        self.moved = moved_days(law_of_school(year.school_id))
        """Days an act moves, the whole school's first."""
        titles = {title for one in self.moved for title in one.classes or ()}
        self.named: dict[int, str] = (
            dict(Homeroom.objects.filter(year=year, title__in=titles).values_list("id", "title"))
            if titles
            else {}
        )
        self.memo: dict[tuple[str, tuple[int, ...], int, int], list[date]] = {}

    def taught(self, term_kind: str, homerooms: tuple[int, ...], weekday: int, week: int) -> list[date]:
        """Days of the span on this weekday, in odd, even or all weeks, inside a term and outside days off."""
        own = tuple(id for id in homerooms if id in self.off or id in self.named)
        key = (term_kind, own, weekday, week)
        if key not in self.memo:
            self.memo[key] = list(self._days(term_kind, own, weekday, week))
        return self.memo[key]

    def _days(self, term_kind: str, homerooms: tuple[int, ...], weekday: int, week: int) -> Iterator[date]:
        terms = self.terms.get(term_kind) or [(self.year.starts, self.year.until)]
        off = [*self.off[None], *(span for id in homerooms for span in self.off[id])]
        titles = {self.named[id] for id in homerooms if id in self.named}
        moved = {one.day: one for one in self.moved if one.classes is None or one.classes & titles}

        def is_taught(day: date) -> bool:
            number = (day - self.monday).days // 7
            return (week == 0 or number % 2 == week - 1) and any(
                starts <= day < ends for starts, ends in terms
            )

        day = self.since + timedelta(days=(weekday - self.since.isoweekday()) % 7)
        while day < self.until:
            if day not in moved and is_taught(day) and not any(starts <= day < ends for starts, ends in off):
                yield day
            day += timedelta(days=7)
        for one in moved.values():
            if (
                one.is_working
                and one.weekday == weekday
                and self.since <= one.day < self.until
                and is_taught(one.day)
            ):
                yield one.day


def _bells(school_id: int) -> dict[int | None, dict[int, tuple[time, time]]]:
    """Bells by schedule; under None those of the school's default schedule."""
    found: dict[int | None, dict[int, tuple[time, time]]] = {None: {}}
    for schedule in BellSchedule.objects.filter(school_id=school_id).order_by("-is_default", "id"):
        found[schedule.pk] = {}
        if len(found) == 2:  # the default comes first
            found[None] = found[schedule.pk]
    for schedule_id, number, starts, ends in Bell.objects.filter(schedule__school_id=school_id).values_list(
        "schedule_id", "number", "starts", "ends"
    ):
        found[schedule_id][number] = (starts, ends)
    return found


class _Teachers:
    """Who has a journal on a day, by the load."""

    def __init__(self, year: AcademicYear, journals: Collection[int]) -> None:
        self.spans: dict[int, list[tuple[date, date | None, int]]] = defaultdict(list)
        for journal_id, starts, until, teacher_id in (
            TeachingLoad.objects.filter(journal__year=year)
            .order_by("starts", "id")
            .values_list("journal_id", "starts", "until", "teacher_id")
        ):
            if journal_id in journals:
                self.spans[journal_id].append((starts, until, teacher_id))

    def on(self, journal_id: int, day: date) -> int | None:
        """The first teacher of the journal on the day."""
        for starts, until, teacher_id in self.spans[journal_id]:
            if starts <= day and (until is None or day < until):
                return teacher_id
        return None


def _existing(
    year: AcademicYear, since: date, until: date, journal_ids: Collection[int] | None
) -> dict[Place, tuple[int, str, date | None, _Wanted]]:
    rows = Lesson.objects.filter(journal__year=year, date__gte=since, date__lt=until)
    if journal_ids is not None:
        rows = rows.filter(journal_id__in=journal_ids)
    return {
        (row[1], row[2], row[3]): (row[0], row[4], row[5], _Wanted(*row[6:]))
        for row in rows.values_list(
            "id",
            "journal_id",
            "date",
            "number",
            "state",
            "moved_from",
            "starts_at",
            "ends_at",
            "hours",
            "teacher_id",
            "room_id",
        )
    }


def _held(year: AcademicYear, since: date, until: date) -> set[int]:
    """Lessons anything hangs on, in whatever app: every table that refers to lessons is asked, in one statement."""
    ways, values = [], []
    for relation in Lesson._meta.related_objects:
        column = relation.field.column
        ways.append(
            f"SELECT x.{column} FROM {relation.related_model._meta.db_table} x"
            f" JOIN timetable_lesson l ON l.id = x.{column}"
            " WHERE l.school_id = %s AND l.date >= %s AND l.date < %s"
        )
        values += [year.school_id, since, until]
    return {lesson_id for (lesson_id,) in sql.read(" UNION ".join(ways), values)}


def _moved_away(year: AcademicYear, since: date, until: date) -> dict[tuple[int, date], int]:
    """How many lessons of a journal were moved away from a day: their old places are not filled again."""
    found: dict[tuple[int, date], int] = defaultdict(int)
    for journal_id, day in Lesson.objects.filter(
        journal__year=year, moved_from__gte=since, moved_from__lt=until
    ).values_list("journal_id", "moved_from"):
        if day is not None:
            found[journal_id, day] += 1
    return found


def _delete(ids: list[int]) -> None:
    for start in range(0, len(ids), 5000):
        chunk = ids[start : start + 5000]
        sql.write(f"DELETE FROM timetable_lesson WHERE id IN ({sql.marks(len(chunk))})", chunk)


def _update(rows: list[tuple[object, ...]]) -> None:
    if not rows:
        return
    with connection.cursor() as cursor:
        cursor.executemany(
            "UPDATE timetable_lesson SET starts_at = %s, ends_at = %s, hours = %s, teacher_id = %s, room_id = %s"
            " WHERE id = %s",
            [tuple(sql.adapted(value) for value in row) for row in rows],  # type: ignore[misc]
        )
