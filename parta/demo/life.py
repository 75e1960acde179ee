"""A year in one journal: lessons held, roll, topics, homework, marks, reasons, corrections, term marks.

Nothing is decided by the rules here, but everything is written the way the rules of the school ask for, with the
few lapses every school has: a lesson recorded the next day, another never, a reason that nobody gave.
"""

from bisect import bisect_right
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from random import Random
from zoneinfo import ZoneInfo

from parta.demo.content.values import RemarkTexts
from parta.demo.course import DAY, MINUTE, Course, Hour, Manners, Topic
from parta.demo.families import Child
from parta.demo.marks import Held, Marking, not_after
from parta.journal.actions.bulk import Hand


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
        self.marking = Marking(course, self.manners, life.remarks, life.now, life.zone, random)
        self.locks = self._term_moments()
        edges = {starts for _, starts, _ in course.places} | {until for _, _, until in course.places if until}
        self.edges = sorted(edges)
        self.rolls: dict[int, list[Child]] = {}

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
                self.marking.begin_term()
            following = held[place + 1] if place + 1 < len(held) else None
            self._lesson(lesson, topic, following, index)
        self.marking.finals(self.locks, self._children)

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
            evening = self.course.moment(last.date, 14 * 60 + self.random.randrange(240))
            moment = max(last.ends_at + self.random.randrange(25, 90) * MINUTE, evening)
            found.append(moment if moment <= self.now and self.course.marked else None)
        return found

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
            at = self.course.moment(lesson.date + DAY, random.randrange(8 * 60, 20 * 60))
            late = True
        at = not_after(at, last)
        if at > now:
            return
        text = topic.text if topic is not None else "Повторение изученного"
        self.pour.hold(lesson.id, at, hand, text, topic.id if topic is not None else None, late=late)
        children = self._children(lesson.date)
        present, missing = self._roll(lesson, children, at, hand, last)
        if self.manners.has_homework:
            self._homework(lesson, topic, following, at, hand, late, present)
        if course.marked and present:
            self.marking.mark(Held(lesson, topic, at, hand, last, term, present, missing))
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
            moment = not_after(max(moment + minute * MINUTE, at + 20 * MINUTE), last)
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
