"""The gymnasium: a thousand students, forty classes, seventy on the staff; one year, or the past one beside the new.

`founding` pours what stands for good, `people` who works and learns there, `classes` the year with its classes,
`teaching` what is taught and when, `moves` who comes and goes, `journals` what was written; `books` holds it together.
"""

from datetime import date

from parta.demo.clerk import Clerk, Progress
from parta.demo.content import Content
from parta.demo.content.calendar import YearCalendar
from parta.demo.control import show_control, show_window
from parta.demo.gymnasium.books import DAY, Place, School, YearBook
from parta.demo.gymnasium.classes import enrol, give_class_teachers, open_classes, open_subgroups, open_year
from parta.demo.gymnasium.founding import appoint_office, found
from parta.demo.gymnasium.journals import write_journals
from parta.demo.gymnasium.moves import come_and_go
from parta.demo.gymnasium.people import hire, seat_children
from parta.demo.gymnasium.teaching import draw_timetable, lay_plans, open_journals
from parta.demo.school_plan import CLASS_TEACHER_POST, DEMO_CLASS, DEMO_POST, chosen_classes, draw_up, title
from parta.demo.sheets import fill_sheets
from parta.demo.voices import Voices, speak
from parta.demo.watching import new_device, second_person
from parta.journal.actions.bulk import Ids


class Gymnasium:
    """Builds the gymnasium year by year."""

    def __init__(self, clerk: Clerk, content: Content, homerooms: int | None, progress: Progress) -> None:
        self.school = School(clerk, content, progress)
        self.clerk, self.content, self.progress = clerk, content, progress
        self.homerooms = homerooms

    def found(self, calendar: YearCalendar) -> None:
        """The school, its rooms, subjects and office."""
        found(self.school, calendar)
        appoint_office(self.school, calendar)

    def open(self, calendar: YearCalendar, ids: Ids, today: date, *, last: bool) -> None:
        """A year of the gymnasium, from set-up to what is written up to now."""
        self.progress(f"Гимназия {calendar.name}: люди и расписание", 0, 1)
        book = self._set_up(calendar, last=last)
        come_and_go(self.school, book, today)
        self.progress(f"Гимназия {calendar.name}: люди и расписание", 1, 1)
        write_journals(self.school, book, ids, today)
        if last:
            self._fill_sheets(book)
            self._speak(book)

    def _set_up(self, calendar: YearCalendar, *, last: bool) -> YearBook:
        """Everything that stands before the first lesson."""
        school, clerk = self.school, self.clerk
        classes = chosen_classes(self.content, self.homerooms)
        plan = draw_up(self.content, classes, clerk.random(f"timetable {calendar.year}"), school.plan)
        school.plan = plan
        seat_children(school, calendar, classes, last=last)
        with clerk.act(clerk.moment(calendar.starts - 6 * DAY, 9 * 60)) as at:
            hire(school, plan, calendar, at)
            year = open_year(school, calendar, at)
            book = YearBook(calendar, plan, year, None if last else calendar.until)
            open_classes(school, book, at)
            open_subgroups(school, book, at)
        book.places = [
            Place(child, group, calendar.first_day, book.until, school.first_parts(child, group))
            for group in classes
            for child in school.children[group]
        ]
        with clerk.act(clerk.moment(calendar.starts - 4 * DAY, 12 * 60)) as at:
            enrol(school, book, at)
            give_class_teachers(school, book, at)
            lay_plans(school, book, at)
            open_journals(school, book, at)
        with clerk.act(clerk.moment(calendar.starts - 2 * DAY, 16 * 60)) as at:
            draw_timetable(school, book, at)
        return book

    def _fill_sheets(self, book: YearBook) -> None:
        """Health sheets of all classes but one."""
        classes: dict[int, list[int]] = {}
        for place in book.places:
            if place.until is None or place.until > self.clerk.now.date():
                classes.setdefault(book.homerooms[title(place.group)], []).append(place.child.human.id)
        nurse = self.school.office["nurse"]
        fill_sheets(self.clerk, nurse.id, classes, book.calendar.first_day)

    def _speak(self, book: YearBook) -> None:
        """Families of the shown class and their teachers have their say."""
        school = self.school
        shown = school.shown_family()
        here = {place.child.human.id for place in book.places if title(place.group) == title(DEMO_CLASS)}
        others = [
            family
            for family in school.registry.families
            if family is not shown and family.children and family.children[0].human.id in here
        ]
        speak(
            self.clerk,
            Voices(
                homeroom_id=book.homerooms[title(DEMO_CLASS)],
                class_teacher=school.staff[CLASS_TEACHER_POST],
                teacher=school.staff[DEMO_POST],
                deputy=school.office["deputy"],
                family=shown,
                others=others,
            ),
        )

    def show(self) -> None:
        """What control has done, and the accounts worth showing."""
        office, staff, show = self.school.office, self.school.staff, self.clerk.show
        self.progress("Гимназия: контроль", 0, 1)
        show_control(self.clerk, office["deputy"])
        show_window(self.clerk, office["director"], office["inspector"])
        new_device(self.clerk, staff[DEMO_POST].login)
        second_person(self.clerk, office["operator"], office["secretary"])
        self.progress("Гимназия: контроль", 1, 1)
        show("Учитель", staff[DEMO_POST], "русский язык и литература")
        show(
            "Классный руководитель",
            staff[CLASS_TEACHER_POST],
            f"{DEMO_CLASS[0]} «{DEMO_CLASS[1]}», математика",
        )
        show("Заместитель директора", office["deputy"])
        show("Директор", office["director"])
        family = self.school.shown_family()
        assert family.mother is not None
        show("Родитель", family.mother, "двое детей")
        show("Ученик", family.children[0].human, f"{DEMO_CLASS[0]} «{DEMO_CLASS[1]}»")
        head = staff.get("philology-2", staff[DEMO_POST])
        if head.login == "kafedra":
            show("Руководитель кафедры", head, "русский язык и литература")
        show("Оператор", office["operator"])
        show("Секретарь", office["secretary"])
        show("Социальный педагог", office["social_pedagogue"])
        show("Медицинская сестра", office["nurse"])
        show("Проверяющий", office["inspector"])
