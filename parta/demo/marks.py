"""The marks of a course: columns of works and of answers, corrections, what the ill write later, term marks."""

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from random import Random
from zoneinfo import ZoneInfo

from parta.demo.content.values import RemarkTexts
from parta.demo.course import DAY, MINUTE, WHOLE_LESSON, Course, Hour, Manners, Topic
from parta.demo.families import Child
from parta.journal.actions.bulk import Decision, Hand

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


@dataclass(frozen=True, slots=True)
class Held:
    """A lesson as it was held: recorded at a moment by a hand, with those who were there and those who were not."""

    lesson: Hour
    topic: Topic | None
    at: datetime
    hand: Hand
    last: datetime | None
    """The last moment at which anything of its term is written; None: nothing locks it yet."""
    term: int
    present: Sequence[Child]
    missing: Sequence[Child]


class Marking:
    """Marks one course; knows how well each of its students does and how often each has answered."""

    def __init__(
        self,
        course: Course,
        manners: Manners,
        remarks: RemarkTexts,
        now: datetime,
        zone: ZoneInfo,
        random: Random,
    ) -> None:
        self.course, self.manners, self.remarks, self.random = course, manners, remarks, random
        self.now, self.zone, self.pour = now, zone, course.pour
        offset = _EASIER.get(course.subject, 0.0) + _HARDER.get(course.subject, 0.0) + random.gauss(0, 0.08)
        self.levels = {
            child.human.id: max(2.75, min(4.95, 4.02 + 0.5 * child.ability + random.gauss(0, 0.28) + offset))
            for child, _, _ in course.places
        }
        self.counts: dict[int, int] = defaultdict(int)
        self.sums: dict[int, dict[int, tuple[float, float]]] = {term.id: {} for term in course.terms}
        size = max(1, len(course.places))
        weeks, wanted = (16.5, 7.0) if course.terms and course.terms[0].kind == "half_year" else (8.4, 4.9)
        self.answers = max(2.0, min(9.0, size * wanted / (weeks * max(course.hours, 0.5))))

    def begin_term(self) -> None:
        """Everybody's answers are counted anew."""
        self.counts.clear()

    def _value(self, student: int, shift: float) -> str:
        x = self.levels[student] + shift + self.random.gauss(0, 0.6)
        return "5" if x >= 4.5 else "4" if x >= 3.5 else "3" if x >= 2.5 else "2"

    def mark(self, held: Held) -> None:
        """The marks of one lesson: its work, if it has one, and answers."""
        random, lesson, topic = self.random, held.lesson, held.topic
        work = topic.work if topic is not None else ""
        if work and topic is not None:
            days = 0 if work in self.manners.same_day else random.randrange(self.manners.window_days + 1)
            if days:
                moment = self.course.moment(lesson.date + days * DAY, random.randrange(15 * 60, 21 * 60))
            else:
                moment = lesson.ends_at + random.randrange(20, 240) * MINUTE
            moment = not_after(max(moment, held.at + 6 * MINUTE), held.last)
            if moment <= self.now:
                shift = -0.18 if work in WHOLE_LESSON else 0.02
                column = self._column(held, topic, work, held.present, moment, shift)
                self._caught_up(held, topic, work, column, moment)
        if work in WHOLE_LESSON or (work and random.random() < 0.5):
            return
        count = int(self.answers + random.random() * 2 - 0.5)
        chosen = sorted(
            held.present,
            key=lambda child: self.counts[child.human.id] + random.random() * 2.4 - 0.2 * child.ability,
        )[: min(count, len(held.present))]
        if random.random() < 0.72:
            moment = max(held.at + 2 * MINUTE, lesson.ends_at - random.randrange(1, 14) * MINUTE)
        else:
            moment = max(held.at + 2 * MINUTE, lesson.ends_at + random.randrange(5, 240) * MINUTE)
        moment = not_after(moment, held.last)
        if moment <= self.now:
            self._column(held, None, self.manners.answers, chosen, moment, 0.12)

    def _column(
        self,
        held: Held,
        topic: Topic | None,
        work: str,
        children: Sequence[Child],
        at: datetime,
        shift: float,
    ) -> int:
        """One column of marks, saved together; then the few that are put right. Its id."""
        random, lesson, hand = self.random, held.lesson, held.hand
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
            self._count(held.term, student, value, float(weight))
        self.pour.mark(values, assessment_id=column, lesson_id=lesson.id, work=work, at=at, by=hand)
        for chance, student, value in after:
            if chance < 0.0024:
                slip = at + random.randrange(20, 240) * timedelta(seconds=1)
                if slip <= self.now:
                    self.pour.correct(column, student, value, slip, hand, "", slip=True)
                continue
            self._put_right(held, column, student, value, at, annul=chance > 0.0042)
        return column

    def _other(self, value: str) -> str:
        """A value one off, as a wrong key or a second look has it."""
        head, _, tail = value.partition("/")
        near = {"5": "4", "4": "5" if self.random.random() < 0.4 else "3", "3": "2", "2": "3"}[head]
        return f"{near}/{tail}" if tail else near

    def _put_right(
        self, held: Held, column: int, student: int, value: str, at: datetime, *, annul: bool
    ) -> None:
        """A correction (or annulment): at once where that is free, else by a permit of the deputy head."""
        random, remarks = self.random, self.remarks
        hand, last, zone = held.hand, held.last, self.zone
        reason = random.choice(remarks.annulment_reasons if annul else remarks.correction_reasons)
        clauses = self.manners.under_permit
        if clauses is None:
            moment = at + random.randrange(20, 170) * MINUTE
            if moment <= self.now and (last is None or moment <= last):
                self.pour.correct(column, student, "" if annul else value, moment, hand, reason)
            return
        asked = working_time(at + random.randrange(60, 60 * 60) * MINUTE, zone)
        decided = working_time(asked + random.randrange(25, 20 * 60) * MINUTE, zone)
        used = working_time(decided + random.randrange(10, 16 * 60) * MINUTE, zone)
        if decided > self.now or (last is not None and used > last):
            return
        granted = random.random() < 0.86
        permit = self.pour.permit(
            lesson_id=held.lesson.id,
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
        texts = [text for text in self.remarks.permit_answers if text.startswith("Отказано") is not granted]
        return self.random.choice(texts)

    def _caught_up(self, held: Held, topic: Topic, work: str, column: int, at: datetime) -> None:
        """Some who were ill write the work later; past the limit that takes a permit."""
        clauses = self.manners.under_permit
        if clauses is None or work not in WHOLE_LESSON:
            return
        lesson, hand, last, zone = held.lesson, held.hand, held.last, self.zone
        for child in held.missing:
            if self.random.random() > 0.06:
                continue
            student = child.human.id
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
                    (text for text in self.remarks.permit_reasons if "после болезни" in text),
                    self.remarks.permit_reasons[0],
                ),
                decision=Decision(True, decided, self.course.decides, self._answer(True), decided + 5 * DAY),
            )
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
            self._count(held.term, student, value, float(self.manners.weights.get(work, Decimal(1))))

    def _count(self, term: int, student: int, value: str, weight: float) -> None:
        if term < 0:
            return
        sums = self.sums[self.course.terms[term].id]
        total, weights = sums.get(student, (0.0, 0.0))
        for part in value.split("/"):
            total += int(part) * weight
            weights += weight
        sums[student] = (total, weights)

    def finals(self, locks: Sequence[datetime | None], children: Callable[[date], Sequence[Child]]) -> None:
        """Term marks near the average; a year mark once the last term has its own."""
        course, random = self.course, self.random
        given: dict[int, list[int]] = defaultdict(list)
        moment: datetime | None = None
        for term, moment in zip(course.terms, locks, strict=True):
            if moment is None:
                continue
            sums = self.sums[term.id]
            values: list[tuple[int, str]] = []
            for child in children(term.until - DAY):
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
        if len(locks) == len(course.terms) and year_at <= self.now:
            here = children(course.terms[-1].until - DAY)
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


def not_after(moment: datetime, last: datetime | None) -> datetime:
    """The moment, or the last one that is allowed."""
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
