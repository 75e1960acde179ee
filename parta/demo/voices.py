"""Families and teachers of the shown class speak: threads, an announcement, events, planned absences, acknowledgements.

Everything goes the way of the product's own actions, as the person who does it, on days before «now».
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from parta.communication.actions import announcements, messages, questions, trainings
from parta.communication.queries.reach import About, Addressee, about_student, addressees
from parta.communication.queries.trainings import invited_ids
from parta.demo.clerk import Clerk
from parta.demo.families import Family, Human
from parta.diary.actions import notices
from parta.foundation import sql
from parta.people.viewer import Viewer, account

DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Voices:
    """Who is heard: the shown class with its teachers, the office, and the shown family."""

    homeroom_id: int
    class_teacher: Human
    teacher: Human
    deputy: Human
    family: Family
    others: Sequence[Family]
    """Other families of the class, each with a child in it."""


def speak(clerk: Clerk, who: Voices) -> None:
    """Fill the messages, announcements and the class teacher's pages of the shown class."""
    _Speech(clerk, who).all()


class _Speech:
    def __init__(self, clerk: Clerk, who: Voices) -> None:
        self.clerk, self.who = clerk, who
        self.random = clerk.random("voices")

    def at(self, days_ago: int, hour: int, minute: int = 0) -> datetime:
        """A moment some days ago, never after «now»."""
        on = self.clerk.now.astimezone(self.clerk.zone).date() - days_ago * DAY
        return min(self.clerk.moment(on, hour * 60 + minute), self.clerk.now - timedelta(minutes=5))

    def viewer(self, human: Human, at: datetime) -> Viewer | None:
        """The person at that moment; None when they have no place in the school then."""
        found = account(human.user_id or 0, self.clerk.school_id, at)
        return found.viewer if found is not None else None

    def all(self) -> None:
        """Everything, the oldest first."""
        family, child = self.who.family, self.who.family.children[0].human
        mother = family.mother
        assert mother is not None
        self.looks()
        self.announce()
        head, teacher = self.who.class_teacher, self.who.teacher
        self.talk(
            9, head, child.id, [mother], "Поездка в музей",
            "Здравствуйте! В пятницу едем в музей, сбор у школы в 8:15. Нужен ли ребёнку обед?",
            [(mother, "Добрый день! Да, обед нужен, спасибо."), (head, "Записал. Возьмите сменную обувь.")],
        )  # fmt: skip
        self.talk(
            3, mother, child.id, [teacher], "Контрольная работа",
            "Марина Викторовна, здравствуйте. Можно ли переписать контрольную, которую пропустили из-за олимпиады?",
            [(teacher, "Здравствуйте! Да, в четверг после шестого урока, кабинет 27.")],
        )  # fmt: skip
        self.talk(
            1,
            teacher,
            child.id,
            [mother],
            "Сочинение",
            "Сочинение прочла с удовольствием: ярко и грамотно.",
            [],
        )
        self.absences(mother, child)
        self.questions(mother)
        self.trainings(mother)
        for one in family.children:
            self.tick_off(one.human.id)

    def tick_off(self, student_id: int) -> None:
        """The student has ticked off what was due before today, but for two tasks."""
        today = self.clerk.now.astimezone(self.clerk.zone).date()
        rows = sql.read(
            "SELECT w.id, w.due_date FROM people_enrolment e JOIN plans_journal j ON j.homeroom_id = e.homeroom_id"
            " JOIN journal_homework w ON w.journal_id = j.id AND w.text <> '' AND w.student_id IS NULL"
            " WHERE e.student_id = %s AND w.due_date >= %s AND w.due_date < %s ORDER BY w.due_date, w.id",
            (student_id, today - 30 * DAY, today),
        )
        states = []
        for homework_id, due in rows[:-2]:
            at = self.clerk.moment(due - DAY, 17 * 60 + self.random.randrange(120))
            states.append((self.clerk.school_id, homework_id, student_id, at, at + timedelta(hours=1), at))
        sql.bulk_insert(
            "diary_homeworkstate",
            ("school_id", "homework_id", "student_id", "seen_at", "family_seen_at", "done_at"),
            states,
        )

    def talk(
        self,
        days_ago: int,
        writer: Human,
        student_id: int,
        to: Sequence[Human],
        subject: str,
        text: str,
        answers: Sequence[tuple[Human, str]],
    ) -> None:
        """A thread and its answers, an hour and a half apart; it is read by those who answer."""
        at = self.at(days_ago, 16, self.random.randrange(50))
        viewer = self.viewer(writer, at)
        about = about_student(viewer, student_id) if viewer is not None else None
        if viewer is None or about is None:
            return
        people = self._chosen(viewer, about, to)
        if not people:
            return
        with self.clerk.act(at):
            thread = messages.send(
                viewer, people, subject=subject, text=text, student_id=student_id,
                operation_id=self.clerk.operation(), at=at,
            )  # fmt: skip
        for human, words in answers:
            at = min(at + timedelta(minutes=90), self.clerk.now - timedelta(minutes=2))
            speaker = self.viewer(human, at)
            if speaker is None:
                return
            with self.clerk.act(at):
                messages.mark_read(speaker, thread, at=at)
                messages.reply(
                    speaker, thread, text=words, file=None, operation_id=self.clerk.operation(), at=at
                )
        if answers:
            messages.mark_read(viewer, thread, at=at)

    def _chosen(self, viewer: Viewer, about: About, to: Sequence[Human]) -> list[Addressee]:
        wanted = {human.id for human in to}
        return [one for one in addressees(viewer, about) if one.id in wanted and one.has_account]

    def announce(self) -> None:
        """An announcement of the school, an event of the class, an event of the school."""
        deputy, head = self.who.deputy, self.who.class_teacher
        today = self.clerk.now.astimezone(self.clerk.zone).date()

        def school_day(ahead: int) -> date:
            on = today + ahead * DAY
            return on + DAY * (7 - on.weekday()) if on.weekday() > 4 else on

        plain = {"held_on": None, "held_at": None, "place": ""}
        for days_ago, by, to, audience, title, text, when in (
            (6, deputy, "", "families", "Сменная обувь",
             "С понедельника без сменной обуви в учебные кабинеты не входят.", plain),
            (4, head, str(self.who.homeroom_id), "guardians", "Родительское собрание",
             "Итоги периода, поездка, питание.",
             {"held_on": school_day(3), "held_at": time(18, 30), "place": "кабинет 27"}),
            (2, deputy, "", "all", "День открытых дверей", "Приглашаем родителей на уроки.",
             {"held_on": school_day(8), "held_at": time(10), "place": "актовый зал"}),
        ):  # fmt: skip
            at = self.at(days_ago, 12, 20)
            viewer = self.viewer(by, at)
            if viewer is None or (to and self.who.homeroom_id not in viewer.homeroom_ids):
                continue
            with self.clerk.act(at):
                row = announcements.announce(
                    viewer, to=to, audience=audience, title=title, text=text, at=at, **when  # type: ignore[arg-type]
                )  # fmt: skip
            for one in self.who.others:
                reader = one.mother or one.father
                if reader is not None and reader.user_id and self.random.random() < 0.5:
                    seen = self.viewer(reader, self.clerk.now)
                    if seen is not None:
                        announcements.note_receipt(seen, row.pk, at=min(at + DAY, self.clerk.now))

    def looks(self) -> None:
        """When families opened the diary last, and which of them acknowledged the past week."""
        today = self.clerk.now.astimezone(self.clerk.zone).date()
        week = today - (today.weekday() + 7) * DAY
        rows: list[tuple[object, ...]] = []
        seen: list[tuple[object, ...]] = []
        for family in (*self.who.others, self.who.family):
            parents = [
                human for human in (family.mother, family.father) if human is not None and human.user_id
            ]
            for child in family.children:
                for n, parent in enumerate(parents):
                    if family is not self.who.family and self.random.random() < (0.2 if n == 0 else 0.6):
                        continue
                    ago = 1 if family is self.who.family else self.random.choice((0, 1, 1, 2, 3, 5, 9))
                    at = self.at(ago, 18, self.random.randrange(60)) - timedelta(
                        minutes=self.random.randrange(50)
                    )
                    day = at.astimezone(self.clerk.zone).date()
                    rows.append((self.clerk.school_id, child.human.id, parent.id, day, at, None))
                    if family is not self.who.family and n == 0 and self.random.random() < 0.6:
                        moment = self.at((today - week).days - 6, 19, self.random.randrange(60))
                        seen.append(
                            (self.clerk.school_id, child.human.id, week, parent.id, "web", moment, parent.id)
                        )
        sql.bulk_insert(
            "diary_look", ("school_id", "student_id", "person_id", "day", "last_at", "before_at"), rows
        )
        sql.bulk_insert(
            "diary_acknowledgement",
            ("school_id", "student_id", "week", "guardian_id", "means", "at", "recorded_by_id"),
            seen,
        )

    def absences(self, mother: Human, child: Human) -> None:
        """Three planned absences: one accepted, two that wait for the class teacher."""
        today = self.clerk.now.astimezone(self.clerk.zone).date()
        told = [(mother, child, 2, 2, "excused", "соревнования по плаванию, справка будет")]
        for family, days, reason in zip(
            self.who.others[:2],
            ((1, 3), (4, 4)),
            ("температура, вызвали врача", "приём у стоматолога"),
            strict=False,
        ):
            parent = family.mother or family.father
            if parent is not None:
                meaning = "ill" if days[0] == 1 else "excused"
                told.append((parent, family.children[0].human, *days, meaning, reason))
        at = self.at(0, 8, 5)
        for n, (parent, student, first, last, meaning, text) in enumerate(told):
            viewer = self.viewer(parent, at)
            if viewer is None or student.id not in viewer.student_ids:
                continue
            with self.clerk.act(at):
                row = notices.tell_absence(
                    viewer, student.id, starts=today + first * DAY, until=today + (last + 1) * DAY, first_lesson=None,
                    last_lesson=None, meaning=meaning, text=text, file=None, at=at,
                )  # fmt: skip
            head = self.viewer(self.who.class_teacher, at)
            if n == 0 and head is not None and head.homeroom_ids:
                with self.clerk.act(at):
                    notices.decide_absence(head, row.pk, accept=True, answer="", at=at)

    def questions(self, mother: Human) -> None:
        """A question with an answer, and one that waits."""
        at = self.at(5, 13)
        teacher, deputy = self.viewer(self.who.teacher, at), self.viewer(self.who.deputy, at)
        if teacher is None or deputy is None:
            return
        with self.clerk.act(at):
            row = questions.ask(
                teacher, desk="officer", text="Как записать урок, который провели вдвоём с коллегой?", at=at
            )
        with self.clerk.act(at + timedelta(hours=2)):
            questions.answer(
                deputy, row.pk, text="Записывает тот, кто стоит в замене.", at=at + timedelta(hours=2)
            )
        at = self.at(1, 20)
        parent = self.viewer(mother, at)
        if parent is not None and parent.student_ids:
            with self.clerk.act(at):
                questions.ask(
                    parent, desk="class_teacher", text="Где посмотреть отметки за прошлую четверть?", at=at
                )

    def trainings(self, mother: Human) -> None:
        """Staff were taught in the first days, the class's parents at a meeting; one asks, one session is to come."""
        for ago in (3, 0):  # three days ago; in the first days of a year the class had no teacher then
            at = self.at(ago, 15)
            deputy, head = self.viewer(self.who.deputy, at), self.viewer(self.who.class_teacher, at)
            if deputy is not None and head is not None and self.who.homeroom_id in head.homeroom_ids:
                break
        else:
            return
        today = at.astimezone(self.clerk.zone).date()
        for who, topic, audience, means, ago, place, left_out in (
            (deputy, "Отсутствие, отметки и тема урока", "staff", "session", 60, "кабинет 27", 4),
            (head, "Дневник в телефоне: отметки и задания", "families", "meeting", 40, "актовый зал", 5),
            (deputy, "Итоги четверти и замечания", "staff", "session", -6, "кабинет 27", 0),
        ):
            with self.clerk.act(at):
                row = trainings.arrange(
                    who,
                    topic=topic,
                    audience=audience,
                    homeroom_id=self.who.homeroom_id if audience == "families" else None,
                    means=means,
                    held_on=today - ago * DAY,
                    place=place,
                    at=at,
                )
            invited = sorted(invited_ids(row))
            if ago > 0:
                with self.clerk.act(at):
                    trainings.register(who, row.pk, invited[left_out:], at=at)
        parent = self.viewer(mother, at)
        if parent is not None and parent.student_ids:
            with self.clerk.act(at):
                trainings.ask(parent, topic="Как подтвердить неделю и сообщить о пропуске", at=at)
