"""Orders on students beside the class lists: which line of an order the list does not show yet."""

from dataclasses import dataclass
from datetime import date

from parta.foundation import sql

__all__ = ["OrderLine", "order_lines"]


@dataclass(frozen=True, slots=True)
class OrderLine:
    """A line of an order, and whether the class list agrees with it."""

    homeroom_id: int
    homeroom: str
    kind: str
    number: str
    signed_on: date
    on: date
    name: str
    agrees: bool

    @property
    def says(self) -> str:
        """What is not as the order has it."""
        word = "нет в списке" if self.kind == "admitted" else "ещё в списке"
        return f"{self.name}: {word}, приказ № {self.number} от {self.signed_on:%d.%m.%Y}"


_LINES = """
SELECT o.homeroom_id, h.title, o.kind, o.number, o.signed_on, o.starts_on, o.surname, o.given_name, (
    SELECT COUNT(*) FROM people_enrolment e JOIN people_person n ON n.id = e.student_id
    WHERE e.homeroom_id = o.homeroom_id AND n.surname = o.surname AND n.given_name = o.given_name
    AND e.starts <= %s AND (e.until IS NULL OR e.until > %s)), (
    SELECT COUNT(*) FROM people_studentorder x WHERE x.homeroom_id = o.homeroom_id AND x.surname = o.surname
    AND x.given_name = o.given_name AND x.starts_on > o.starts_on AND x.starts_on <= %s)
FROM people_studentorder o JOIN organisation_homeroom h ON h.id = o.homeroom_id
JOIN organisation_academicyear y ON y.id = h.year_id AND y.starts <= %s AND y.until > %s
WHERE o.school_id = %s ORDER BY o.starts_on DESC, o.id DESC"""


def order_lines(school_id: int, on: date) -> list[OrderLine]:
    """The orders of the year in which a day lies, the newest first. One statement.

    The last order about a person in a class decides; an order of a day to come owes nothing yet.
    """
    found = []
    for row in sql.read(_LINES, [on, on, on, on, on, school_id]):
        listed, later = int(row[8]), int(row[9])
        agrees = row[5] > on or bool(later) or (listed > 0) == (row[2] == "admitted")
        found.append(OrderLine(row[0], row[1], row[2], row[3], row[4], row[5], f"{row[6]} {row[7]}", agrees))
    return found
