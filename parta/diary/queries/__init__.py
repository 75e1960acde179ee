"""What families and class teachers read, one function a page: the week and the marks are in `week`, the hot ones."""

from parta.diary.queries.week import (
    MarkShown,
    NotFound,
    WeekPage,
    marks_page,
    monday_of,
    week_page,
)

__all__ = ["MarkShown", "NotFound", "WeekPage", "marks_page", "monday_of", "week_page"]
