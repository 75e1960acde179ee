"""The year a file is put into: the one that stands, or a new one with its periods."""

from __future__ import annotations

from collections import defaultdict
from datetime import date, timedelta

from parta.organisation.actions import TermRow as SchoolTerm
from parta.organisation.actions import VacationRow, standard_terms
from parta.organisation.models import (
    AcademicYear,
    School,
    Term,
)

from ..data import TermRow
from ..located import NOWHERE, Where
from .draft import Draft
from .outcome import Entity, State


def current_year(school: School, on: date) -> AcademicYear | None:
    """The year a file is put into: the open one of the day, else the next, else the last."""
    years = list(AcademicYear.objects.filter(school=school).exclude(state="closed").order_by("starts"))
    current = next((year for year in years if year.starts <= on < year.until), None)
    return current or next((year for year in years if year.starts > on), years[-1] if years else None)


def plan_year(draft: Draft) -> None:
    """The year of the day or a new one; and the first day on which a timetable of the file holds."""
    draft.year_row = current_year(draft.school, draft.on)
    draft.year = _standing_year(draft, draft.year_row) if draft.year_row else _new_year(draft)
    first, last = draft.year.links["starts"], draft.year.links["until"]
    draft.first_day = draft.starts or min(max(first, draft.on), last - timedelta(days=1))


def _standing_year(draft: Draft, year: AcademicYear) -> Entity:
    entity = Entity("year", year.title, year.pk, links={"starts": year.starts, "until": year.until})
    kinds = set(Term.objects.filter(year=year).exclude(kind="year").values_list("kind", flat=True))
    entity.links |= {"kinds": kinds or {"quarter"}, "week_days": year.week_days}
    needed = _week_days(draft)
    if needed > year.week_days:
        entity.links["week_days"] = needed
        changes = [("учебных дней в неделе", year.week_days, needed)]
        return draft.add(State.CHANGED, entity, NOWHERE, changes)
    return draft.add(State.KEPT, entity)


def _new_year(draft: Draft) -> Entity:
    starts, until = _span(draft)
    title = f"{starts.year}/{starts.year + 1}"
    terms = _terms_of_file(draft, starts, until)
    vacations: list[VacationRow] = []
    if not terms:
        terms, vacations = _usual_terms(draft, starts)
        draft.problems.warn(
            Where(draft.data.file),
            f"Учебного года в школе нет: будет открыт {title} с обычными учебными периодами и каникулами. "
            "Проверьте их даты в настройках после загрузки.",
        )
    entity = Entity("year", title, links={"starts": starts, "until": until})
    entity.links |= {
        "terms": [row for row in terms if starts <= row.starts and row.until <= until],
        "vacations": vacations,
        "kinds": {row.kind for row in terms} or {"quarter"},
        "week_days": _week_days(draft),
    }
    return draft.add(State.NEW, entity)


def _span(draft: Draft) -> tuple[date, date]:
    """First day and the day after the last: as the file says, else from September to June."""
    years = [row for row in draft.data.terms if row.kind == "year"]
    fit = (row for row in years if (row.until - row.starts).days <= 400 and row.until > draft.on)
    told = next(fit, None)
    if told:
        return told.starts, told.until
    if years:
        draft.problems.warn(
            years[0].where,
            f"Учебный год «{years[0].title}» в файле уже закончился или длиннее тринадцати месяцев; он не взят.",
        )
    first = draft.on.year if draft.on.month >= 6 else draft.on.year - 1
    return date(first, 9, 1), date(first + 1, 6, 1)


def _terms_of_file(draft: Draft, starts: date, until: date) -> list[SchoolTerm]:
    """Periods of the file inside the year, per kind one after another; what overlaps is left out."""
    inside = [
        row for row in draft.data.terms if row.kind != "year" and starts <= row.starts and row.until <= until
    ]
    ordered: dict[str, list[TermRow]] = defaultdict(list)
    for row in sorted(inside, key=lambda row: (row.kind, row.starts)):
        if not ordered[row.kind] or ordered[row.kind][-1].until <= row.starts:
            ordered[row.kind].append(row)
    return [
        SchoolTerm(kind, number, row.title, row.starts, row.until)
        for kind, rows in ordered.items()
        for number, row in enumerate(rows, 1)
    ]


def _usual_terms(draft: Draft, starts: date) -> tuple[list[SchoolTerm], list[VacationRow]]:
    """The periods the classes of the file ask for, else those usual in such a school, and the vacations between."""
    homerooms, general = draft.data.homerooms, draft.school.kind == "general"
    usual = "semester" if draft.school.kind == "college" else "quarter"
    chosen = [row.term_kind for row in homerooms if row.term_kind] or [usual]
    if general and any(row.grade and row.grade >= 10 for row in homerooms):
        chosen.append("half_year")
    terms: list[SchoolTerm] = []
    vacations: list[VacationRow] = []
    for kind in dict.fromkeys(chosen):
        rows, days = standard_terms(starts, kind if kind in {"quarter", "trimester"} else "half_year")
        word = "семестр" if kind == "semester" else "полугодие"
        terms += [
            SchoolTerm(kind, row.number, row.title.replace("полугодие", word), row.starts, row.until)
            for row in rows
            if kind not in {"year", "module"}
        ]
        vacations = vacations or days
    return terms, vacations


def _week_days(draft: Draft) -> int:
    """How many days of the week the file needs: five, or up to Saturday or Sunday."""
    return max([5, *(slot.weekday for slot in draft.data.slots if 1 <= slot.weekday <= 7)])
