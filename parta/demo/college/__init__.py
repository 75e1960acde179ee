"""The college: four groups of two trades, half-years, theory with teachers and days of practice with a master.

`founding` pours what stands for good, `groups` the year with its students, `teaching` what is taught, `timetable` when,
`journals` what was written; `books` holds it together.
"""

from datetime import date

from parta.demo.clerk import Clerk, Progress
from parta.demo.college.books import DAY, College, YearBook
from parta.demo.college.founding import found
from parta.demo.college.groups import open_groups, open_year, seat_students
from parta.demo.college.journals import write_journals
from parta.demo.college.own_plan import put_on_own_plan
from parta.demo.college.teaching import lay_plans, open_journals
from parta.demo.college.timetable import draw_half_year
from parta.demo.content import Content
from parta.demo.content.calendar import YearCalendar
from parta.foundation.log import SYSTEM
from parta.journal.actions.bulk import Ids
from parta.timetable.actions import generate_lessons


class CollegeBuilder:
    """Builds the college year by year."""

    def __init__(self, clerk: Clerk, content: Content, groups: int | None, progress: Progress) -> None:
        self.college = College(clerk, content, content.college.groups[:groups], progress)
        self.clerk = clerk

    def found(self, calendar: YearCalendar) -> None:
        """The college, its rooms, subjects and staff."""
        found(self.college, calendar)

    def open(self, calendar: YearCalendar, ids: Ids, today: date, *, last: bool) -> None:
        """A year of the college, from set-up to what is written up to now."""
        college, clerk = self.college, self.clerk
        seat_students(college, calendar)
        with clerk.act(clerk.moment(calendar.starts - 5 * DAY, 10 * 60)) as at:
            year = open_year(college, calendar, at)
            book = YearBook(calendar, year, None if last else calendar.until)
            open_groups(college, book, at)
        with clerk.act(clerk.moment(calendar.starts - 3 * DAY, 12 * 60)) as at:
            lay_plans(college, book, at)
            open_journals(college, book, at)
            for number, half in enumerate(calendar.college_half_years, 1):
                draw_half_year(college, book, number, half, at)
            generate_lessons(year=year, since=calendar.starts, until=calendar.until, by=SYSTEM, at=at)
        write_journals(college, book, ids, today)
        if last:
            put_on_own_plan(college, book, today)

    def show(self) -> None:
        """The accounts worth showing."""
        show, staff, first = self.clerk.show, self.college.staff, self.college.groups[0]
        show("Мастер производственного обучения", staff[f"master {first.trade} {first.course}"])
        show("Преподаватель", next(one for one in staff.values() if one.login == "prepodavatel"))
        show("Заместитель директора колледжа", staff["deputy"])
        if self.college.shown is not None:
            show("Студент", self.college.shown)
