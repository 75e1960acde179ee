"""A year in one journal: lessons held, roll, topics, homework, marks, reasons, corrections, term marks.

Nothing is decided by the rules here, but everything is written the way the rules of the school ask for, with the
few lapses every school has: a lesson recorded the next day, another never, a reason that nobody gave.
"""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from random import Random
from zoneinfo import ZoneInfo

from parta.demo.content.loader import RemarkTexts
from parta.demo.families import Child
from parta.demo.health import Misses
from parta.journal.actions.bulk import Decision, Hand, Pour

MINUTE = timedelta(minutes=1)
DAY = timedelta(days=1)
WHOLE_LESSON = frozenset({"control", "composition", "control_internal", "exam", "credit"})
"""Works that leave no time for answers at the blackboard."""


@dataclass(frozen=True, slots=True)
class Topic:
    """A planned hour as the journal takes it: `work` is the school's kind, empty without one."""

    id: int
    text: str
    work: str
    homework: str
    minutes: int | None
    double: bool = False


@dataclass(frozen=True, slots=True)
class Hour:
    """A lesson as it stands in the timetable."""

    id: int
    date: date
    number: int
    starts_at: datetime
    ends_at: datetime
    teacher_id: int
    cancelled: bool = False


@dataclass(frozen=True, slots=True)
class TermSpan:
    """A term that gets a mark; `until` is the day after its last."""

    id: int
    kind: str
    starts: date
    until: date


@dataclass(frozen=True, slots=True)
class Manners:
    """How the school writes: letters of its act, kinds of work, what follows from a limit."""

    unknown: str
    reasons: Mapping[str, str]
    """Letter by meaning, for those that are settled later."""
    late: str = ""
    window_days: int = 4
    """Days after a written work in which all its marks are in."""
    same_day: frozenset[str] = frozenset()
    """Works whose marks are set on the day itself."""
    weights: Mapping[str, Decimal] = field(default_factory=dict)
    answers: str = "oral"
    declares_none: bool = True
    under_permit: tuple[tuple[str, ...], tuple[str, ...]] | None = None
    """Clauses that let a mark be corrected, and set after its limit, only by a permit; None: free on the same day."""
    finals_pass: bool = False
    """Term marks are «зачет» and «незачет»."""
    has_homework: bool = True
    individual_text: str = ""
    """What individual homework is called where the act prescribes the words."""


@dataclass(slots=True)
class Course:
    """One journal with everything that happens around it."""

    pour: Pour
    subject: str
    grade: int
    marked: bool
    hours: float
    lessons: Sequence[Hour]
    topics: Sequence[Topic]
    places: Sequence[tuple[Child, date, date | None]]
    terms: Sequence[TermSpan]
    year_term: TermSpan | None
    misses: Misses
    substitutes: Mapping[int, int]
    hands: Mapping[int, Hand]
    settles: Hand | None
    """Who gives the reasons of absences; None: the teachers themselves."""
    decides: Hand
    midnights: Mapping[date, datetime]
    """First moment of each day by the school's clock."""
    untouched: frozenset[int] = frozenset()
    """Lessons left for the person who tries the program."""


_EASIER = {
    "pe": 0.55,
    "music": 0.6,
    "art": 0.55,
    "tech": 0.5,
    "obzr": 0.35,
    "mhk": 0.3,
    "proj": 0.3,
    "world": 0.2,
}
_HARDER = {"alg": -0.22, "geom": -0.25, "phys": -0.22, "chem": -0.2, "rus": -0.15, "math": -0.1, "prob": -0.1}


class Life:
    """Writes courses into their pours, up to a moment."""

    def __init__(self, manners: Manners, remarks: RemarkTexts, now: datetime, zone: ZoneInfo) -> None:
        self.manners = manners
        self.remarks = remarks
        self.now = now
        self.zone = zone

    def live(self, course: Course, random: Random) -> None:
        """Write the journal's history up to now."""
        _CourseLife(self, course, random).run()


class _CourseLife:
    def __init__(self, life: Life, course: Course, random: Random) -> None:
        self.life, self.course, self.random = life, course, random
        self.manners, self.now, self.pour = life.manners, life.now, course.pour
        offset = _EASIER.get(course.subject, 0.0) + _HARDER.get(course.subject, 0.0) + random.gauss(0, 0.08)
        self.levels = {
            child.human.id: max(2.75, min(4.95, 4.02 + 0.5 * child.ability + random.gauss(0, 0.28) + offset))
            for child, _, _ in course.places
        }
        self.locks = self._term_moments()
        self.counts: dict[int, int] = defaultdict(int)
        self.sums: dict[int, dict[int, tuple[float, float]]] = {term.id: {} for term in course.terms}
        edges = {starts for _, starts, _ in course.places} | {until for _, _, until in course.places if until}
        self.edges = sorted(edges)
        self.rolls: dict[int, list[Child]] = {}
        size = max(1, len(course.places))
        weeks, wanted = (16.5, 7.0) if course.terms and course.terms[0].kind == "half_year" else (8.4, 4.9)
        self.answers = max(2.0, min(9.0, size * wanted / (weeks * max(course.hours, 0.5))))

    def run(self) -> None:
        course = self.course
        held = [lesson for lesson in course.lessons if not lesson.cancelled]
        term_index = -1
        for place, lesson in enumerate(held):
            if lesson.starts_at > self.now:
                break
            topic = course.topics[place] if place < len(course.topics) else None
            index = self._term_index(lesson.date)
            if index != term_index:
                term_index = index
                self.counts.clear()
            following = held[place + 1] if place + 1 < len(held) else None
            self._lesson(lesson, topic, following, index)
        self._finals()

    def _term_index(self, day: date) -> int:
        for index, term in enumerate(self.course.terms):
            if term.starts <= day < term.until:
                return index
        return -1

    def _term_moments(self) -> list[datetime | None]:
        """When the marks of each term are set: on its last days, after the journal's last lesson; None: not yet."""
        found: list[datetime | None] = []
        for term in self.course.terms:
            inside = [one for one in self.course.lessons if term.starts <= one.date < term.until]
            if not inside:
                found.append(None)
                continue
            last = inside[-1]
            evening = self._clock(last.date, 14 * 60 + self.random.randrange(240))
            moment = max(last.ends_at + self.random.randrange(25, 90) * MINUTE, evening)
            found.append(moment if moment <= self.now and self.course.marked else None)
        return found

    def _clock(self, day: date, minutes: int) -> datetime:
        return self.course.midnights[day] + minutes * MINUTE

    def _children(self, day: date) -> list[Child]:
        index = bisect_right(self.edges, day)
        if index not in self.rolls:
            self.rolls[index] = [
                child
                for child, starts, until in self.course.places
                if starts <= day and (until is None or day < until)
            ]
        return self.rolls[index]

    def _lesson(self, lesson: Hour, topic: Topic | None, following: Hour | None, term: int) -> None:
        random, now, course = self.random, self.now, self.course
        if lesson.id in course.untouched:
            return
        chance = random.random()
        fresh = lesson.ends_at > now - timedelta(hours=14)
        if chance < (0.3 if fresh else 0.003) or (fresh and lesson.ends_at > now):
            return
        hand = course.hands[course.substitutes.get(lesson.id, lesson.teacher_id)]
        lock = self.locks[term] if term >= 0 else None
        last = lock - 4 * MINUTE if lock is not None else None
        late = False
        if chance < 0.78:
            at = lesson.starts_at + random.randrange(4 * 60, 37 * 60) * timedelta(seconds=1)
        elif chance < 0.975 or (last is not None and last.date() <= lesson.date + DAY):
            at = lesson.ends_at + random.randrange(3 * 60, 200 * 60) * timedelta(seconds=1)
        else:
            at = self._clock(lesson.date + DAY, random.randrange(8 * 60, 20 * 60))
            late = True
        at = _not_after(at, last)
        if at > now:
            return
        text = topic.text if topic is not None else "Повторение изученного"
        self.pour.hold(lesson.id, at, hand, text, topic.id if topic is not None else None, late=late)
        children = self._children(lesson.date)
        present, missing = self._roll(lesson, children, at, hand, last)
        if self.manners.has_homework:
            self._homework(lesson, topic, following, at, hand, late, present)
        if course.marked and present:
            self._marks(lesson, topic, at, hand, last, present, missing, term)
        if random.random() < 0.016 and present:
            self._note(lesson, random.choice(present), at, hand)

    def _roll(
        self, lesson: Hour, children: Sequence[Child], at: datetime, hand: Hand, last: datetime | None
    ) -> tuple[list[Child], list[Child]]:
        random, manners, misses = self.random, self.manners, self.course.misses
        present: list[Child] = []
        missing: list[Child] = []
        entries: list[tuple[int, str, str, int | None]] = []
        settled: dict[datetime, list[tuple[int, str, str, int | None]]] = {}
        late_rate = 0.008 if lesson.number == 1 else 0.0015
        for child in children:
            student = child.human.id
            miss = misses.get((student, lesson.date))
            if miss is None:
                chance = random.random()
                if chance < 0.0002 + 0.004 * child.truancy:
                    entries.append((student, manners.unknown, "unknown", None))
                    missing.append(child)
                    continue
                present.append(child)
                if manners.late and chance > 1 - late_rate * (0.6 + 3 * child.truancy):
                    entries.append((student, manners.late, "late", random.choice((3, 5, 5, 7, 10, 12, 15))))
                continue
            missing.append(child)
            entries.append((student, manners.unknown, "unknown", None))
            symbol = manners.reasons.get(miss.meaning)
            if miss.settled_on is None or symbol is None:
                continue
            minute = 13 * 60 + 20 + (student * 37 + miss.settled_on.toordinal() * 11) % 240
            moment = self.course.midnights.get(miss.settled_on)
            if moment is None:
                continue
            moment = _not_after(max(moment + minute * MINUTE, at + 20 * MINUTE), last)
            if at < moment <= self.now:
                settled.setdefault(moment, []).append((student, symbol, miss.meaning, None))
        self.pour.absent(entries, lesson.id, at, hand)
        for moment, reasons in settled.items():
            self.pour.absent(reasons, lesson.id, moment, self.course.settles or hand)
        return present, missing

    def _homework(
        self,
        lesson: Hour,
        topic: Topic | None,
        following: Hour | None,
        at: datetime,
        hand: Hand,
        late: bool,
        present: Sequence[Child],
    ) -> None:
        random = self.random
        text = topic.homework if topic is not None else ""
        if not text and not self.manners.declares_none:
            return
        chance = random.random()
        if chance < 0.004:
            return
        given = max(at, lesson.ends_at - random.randrange(8) * MINUTE)
        if chance > 0.93 and not late:
            given = given + random.randrange(30, 240) * MINUTE
        if given > self.now:
            return
        due_id = following.id if following is not None and text else None
        due_date = following.date if following is not None and text else None
        self.pour.give_homework(
            lesson.id,
            given,
            hand,
            text,
            minutes=topic.minutes if topic is not None and text else None,
            due_lesson_id=due_id,
            due_date=due_date,
            late=late,
        )
        texts = self.life.remarks.homework.get(self.course.subject)
        if texts and text and present and random.random() < 0.006 and given + MINUTE <= self.now:
            self.pour.give_homework(
                lesson.id,
                given + MINUTE,
                hand,
                self.manners.individual_text or random.choice(texts),
                due_lesson_id=due_id,
                due_date=due_date,
                student_id=random.choice(present).human.id,
            )

    def _value(self, student: int, shift: float) -> str:
        x = self.levels[student] + shift + self.random.gauss(0, 0.6)
        return "5" if x >= 4.5 else "4" if x >= 3.5 else "3" if x >= 2.5 else "2"

    def _marks(
        self,
        lesson: Hour,
        topic: Topic | None,
        at: datetime,
        hand: Hand,
        last: datetime | None,
        present: Sequence[Child],
        missing: Sequence[Child],
        term: int,
    ) -> None:
        random = self.random
        work = topic.work if topic is not None else ""
        if work and topic is not None:
            days = 0 if work in self.manners.same_day else random.randrange(self.manners.window_days + 1)
            if days:
                moment = self._clock(lesson.date + days * DAY, random.randrange(15 * 60, 21 * 60))
            else:
                moment = lesson.ends_at + random.randrange(20, 240) * MINUTE
            moment = _not_after(max(moment, at + 6 * MINUTE), last)
            if moment <= self.now:
                shift = -0.18 if work in WHOLE_LESSON else 0.02
                self._column(lesson, topic, work, present, moment, hand, last, term, shift)
                self._caught_up(lesson, topic, work, missing, moment, hand, last, term)
        if work in WHOLE_LESSON or (work and random.random() < 0.5):
            return
        count = int(self.answers + random.random() * 2 - 0.5)
        chosen = sorted(
            present,
            key=lambda child: self.counts[child.human.id] + random.random() * 2.4 - 0.2 * child.ability,
        )[: min(count, len(present))]
        if random.random() < 0.72:
            moment = max(at + 2 * MINUTE, lesson.ends_at - random.randrange(1, 14) * MINUTE)
        else:
            moment = max(at + 2 * MINUTE, lesson.ends_at + random.randrange(5, 240) * MINUTE)
        moment = _not_after(moment, last)
        if moment <= self.now:
            answers = self.manners.answers
            self._column(lesson, None, answers, chosen, moment, hand, last, term, 0.12)

    def _column(
        self,
        lesson: Hour,
        topic: Topic | None,
        work: str,
        children: Sequence[Child],
        at: datetime,
        hand: Hand,
        last: datetime | None,
        term: int,
        shift: float,
    ) -> None:
        """One column of marks, saved together; then the few that are put right."""
        random = self.random
        double = topic is not None and topic.double
        weight = self.manners.weights.get(work, Decimal(1))
        column = self.pour.assess(
            lesson.id,
            work,
            weight,
            title=topic.text[:200] if topic is not None else "",
            parts=2 if double else 1,
        )
        values: list[tuple[int, str]] = []
        after: list[tuple[float, int, str]] = []
        for child in children:
            student = child.human.id
            value = self._value(student, shift)
            if double:
                value = f"{value}/{self._value(student, shift - 0.12)}"
            chance = random.random()
            first = value
            if chance < 0.0045:
                first = self._other(value)
                after.append((chance, student, value))
            values.append((student, first))
            self.counts[student] += 1
            self._count(term, student, value, float(weight))
        self.pour.mark(values, assessment_id=column, lesson_id=lesson.id, work=work, at=at, by=hand)
        for chance, student, value in after:
            if chance < 0.0024:
                slip = at + random.randrange(20, 240) * timedelta(seconds=1)
                if slip <= self.now:
                    self.pour.correct(column, student, value, slip, hand, "", slip=True)
                continue
            self._put_right(lesson, column, student, value, at, hand, last, annul=chance > 0.0042)

    def _other(self, value: str) -> str:
        """A value one off, as a wrong key or a second look has it."""
        head, _, tail = value.partition("/")
        near = {"5": "4", "4": "5" if self.random.random() < 0.4 else "3", "3": "2", "2": "3"}[head]
        return f"{near}/{tail}" if tail else near

    def _put_right(
        self,
        lesson: Hour,
        column: int,
        student: int,
        value: str,
        at: datetime,
        hand: Hand,
        last: datetime | None,
        *,
        annul: bool,
    ) -> None:
        """A correction (or annulment): at once where that is free, else by a permit of the deputy head."""
        random, remarks = self.random, self.life.remarks
        reason = random.choice(remarks.annulment_reasons if annul else remarks.correction_reasons)
        clauses = self.manners.under_permit
        if clauses is None:
            moment = at + random.randrange(20, 170) * MINUTE
            if moment <= self.now and (last is None or moment <= last):
                self.pour.correct(column, student, "" if annul else value, moment, hand, reason)
            return
        zone = self.life.zone
        asked = working_time(at + random.randrange(60, 60 * 60) * MINUTE, zone)
        decided = working_time(asked + random.randrange(25, 20 * 60) * MINUTE, zone)
        used = working_time(decided + random.randrange(10, 16 * 60) * MINUTE, zone)
        if decided > self.now or (last is not None and used > last):
            return
        granted = random.random() < 0.86
        permit = self.pour.permit(
            lesson_id=lesson.id,
            student_id=student,
            fact="mark",
            wanted="" if annul else value,
            clauses=clauses[0],
            at=asked,
            by=hand,
            reason=reason,
            decision=Decision(
                granted, decided, self.course.decides, self._answer(granted), decided + 5 * DAY
            ),
        )
        if granted and used <= self.now and random.random() < 0.94:
            self.pour.correct(column, student, "" if annul else value, used, hand, reason, permit_id=permit)

    def _answer(self, granted: bool) -> str:
        texts = [
            text for text in self.life.remarks.permit_answers if text.startswith("Отказано") is not granted
        ]
        return self.random.choice(texts)

    def _caught_up(
        self,
        lesson: Hour,
        topic: Topic,
        work: str,
        missing: Sequence[Child],
        at: datetime,
        hand: Hand,
        last: datetime | None,
        term: int,
    ) -> None:
        """Some who were ill write the work later; past the limit that takes a permit."""
        clauses = self.manners.under_permit
        if clauses is None or work not in WHOLE_LESSON or not self.pour.assessments:
            return
        column = self.pour.assessments[-1][0]
        for child in missing:
            if self.random.random() > 0.06:
                continue
            student = child.human.id
            zone = self.life.zone
            asked = working_time(at + self.random.randrange(6 * 24 * 60, 12 * 24 * 60) * MINUTE, zone)
            decided = working_time(asked + self.random.randrange(25, 12 * 60) * MINUTE, zone)
            used = working_time(decided + self.random.randrange(10, 8 * 60) * MINUTE, zone)
            if used > self.now or (last is not None and used > last):
                continue
            value = self._value(student, -0.1)
            if topic.double:
                value = f"{value}/{self._value(student, -0.2)}"
            permit = self.pour.permit(
                lesson_id=lesson.id,
                student_id=student,
                fact="mark",
                wanted=value,
                clauses=clauses[1],
                at=asked,
                by=hand,
                reason=next(
                    (text for text in self.life.remarks.permit_reasons if "после болезни" in text),
                    self.life.remarks.permit_reasons[0],
                ),
                decision=Decision(True, decided, self.course.decides, self._answer(True), decided + 5 * DAY),
            )
            assert isinstance(column, int)
            self.pour.mark(
                [(student, value)],
                assessment_id=column,
                lesson_id=lesson.id,
                work=work,
                at=used,
                by=hand,
                is_late=True,
                permit_id=permit,
            )
            self._count(term, student, value, float(self.manners.weights.get(work, Decimal(1))))

    def _count(self, term: int, student: int, value: str, weight: float) -> None:
        if term < 0:
            return
        sums = self.sums[self.course.terms[term].id]
        total, weights = sums.get(student, (0.0, 0.0))
        for part in value.split("/"):
            total += int(part) * weight
            weights += weight
        sums[student] = (total, weights)

    def _note(self, lesson: Hour, child: Child, at: datetime, hand: Hand) -> None:
        random = self.random
        kind = random.choices(
            ("remark", "praise", "thanks", "recommendation", "address"), (38, 34, 8, 12, 8)
        )[0]
        moment = max(at + MINUTE, lesson.ends_at - random.randrange(20) * MINUTE)
        if moment > self.now:
            return
        human = child.human
        text = self.life.remarks.note(kind, random.randrange(1000), human.given, human.sex == "f")
        note = self.pour.note(lesson.id, human.id, kind, text, moment, hand)
        if random.random() < 0.02 and moment + 30 * MINUTE <= self.now:
            self.pour.withdraw(note, moment + random.randrange(2, 30) * MINUTE, hand)

    def _finals(self) -> None:
        """Term marks near the average; a year mark once the last term has its own."""
        course, random = self.course, self.random
        given: dict[int, list[int]] = defaultdict(list)
        moment: datetime | None = None
        for term, moment in zip(course.terms, self.locks, strict=True):
            if moment is None:
                continue
            sums = self.sums[term.id]
            values: list[tuple[int, str]] = []
            for child in self._children(term.until - DAY):
                student = child.human.id
                total, weights = sums.get(student, (0.0, 0.0))
                if not weights:
                    values.append((student, "незачет" if self.manners.finals_pass else "н/а"))
                    continue
                mark = _rounded(total / weights, random)
                given[student].append(mark)
                passed = "зачет" if mark > 2 else "незачет"
                values.append((student, passed if self.manners.finals_pass else str(mark)))
            self.pour.final(term.id, values, moment, course.hands[course.lessons[-1].teacher_id])
        if course.year_term is None or moment is None or self.manners.finals_pass:
            return
        year_at = moment + 25 * MINUTE
        if len(self.locks) == len(course.terms) and year_at <= self.now:
            here = self._children(course.terms[-1].until - DAY)
            marks = [
                (child.human.id, str(int(sum(given[child.human.id]) / len(given[child.human.id]) + 0.5)))
                for child in here
                if given[child.human.id]
            ]
            self.pour.final(course.year_term.id, marks, year_at, course.hands[course.lessons[-1].teacher_id])


def working_time(moment: datetime, zone: ZoneInfo) -> datetime:
    """The moment, or the next one at which somebody is at school: Monday to Friday, from eight to half past six."""
    local = moment.astimezone(zone)
    minutes = local.hour * 60 + local.minute
    if 8 * 60 <= minutes <= 18 * 60 + 30 and local.weekday() < 5:
        return moment
    if minutes > 18 * 60 + 30:
        local += DAY
    while local.weekday() > 4:
        local += DAY
    return local.replace(hour=8, minute=local.minute).astimezone(UTC)


def _not_after(moment: datetime, last: datetime | None) -> datetime:
    return moment if last is None or moment <= last else last


def _rounded(average: float, random: Random) -> int:
    """How teachers round: up from .6, down below .4, between them as they know the child; a 2 is rarely left."""
    if average < 2.5:
        return 2 if average < 2.25 else 3
    part = average - int(average)
    if part >= 0.6:
        return int(average) + 1
    if part <= 0.42:
        return int(average)
    return int(average) + (random.random() < 0.65)
