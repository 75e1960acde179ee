"""What the demo schools teach, who is in them and what teachers write: plain data, no database.

The texts live in TOML files beside this module, so that a deputy head can read and correct them:
``curriculum.toml`` (subjects and weekly hours), ``ktp/<subject>.toml`` (thematic plans), ``names.toml``,
``surnames.toml``, ``remarks.toml``, ``college.toml``, ``centre.toml`` and ``school.toml``. ``load()`` reads them
once and returns frozen values; thematic plans are read when first asked for. Dates are computed in
``calendar`` for whatever school year is asked. Rows are made elsewhere.
"""

from parta.demo.content.calendar import Holiday, Span, YearCalendar, calendar_of
from parta.demo.content.loader import Content, load
from parta.demo.content.values import (
    Centre,
    CentreUnit,
    College,
    CollegeGroup,
    CollegeUnit,
    GivenName,
    Names,
    RemarkTexts,
    Room,
    SchoolInfo,
    SubjectInfo,
    Surname,
    Topic,
)

__all__ = [
    "Centre",
    "CentreUnit",
    "College",
    "CollegeGroup",
    "CollegeUnit",
    "Content",
    "GivenName",
    "Holiday",
    "Names",
    "RemarkTexts",
    "Room",
    "SchoolInfo",
    "Span",
    "SubjectInfo",
    "Surname",
    "Topic",
    "YearCalendar",
    "calendar_of",
    "load",
]
