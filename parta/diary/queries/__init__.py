"""What families and class teachers read, one function a page; the hot ones are in `week` and `marks`."""

from parta.diary.queries.children import monday_of
from parta.diary.queries.marks import marks_page
from parta.diary.queries.week import week_page
from parta.diary.queries.week_values import MarkShown, NotFound, WeekPage

__all__ = ["MarkShown", "NotFound", "WeekPage", "marks_page", "monday_of", "week_page"]
