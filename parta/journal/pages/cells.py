"""The cells of the journal page, joined from strings: fifteen hundred of them are too many for a template.

Everything that comes from people is escaped here; the classes are those listed at the head of `grid.css`. A cell
says no more than its column and row cannot: JavaScript finds lesson, work and student from those. Versions stand in
a cell only where they are not what they usually are (1 with a value, 0 without): ``data-v`` of the mark, ``data-a``
of the absence.
"""

import json
import math
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta
from functools import lru_cache
from itertools import groupby
from typing import Any

from markupsafe import Markup, escape

from parta.foundation.pagekit import MONTHS, WEEKDAYS_SHORT, avg, icon, plural, ru_date
from parta.journal.queries.grid import (
    NO_MARK,
    Column,
    JournalPage,
    Kind,
    LessonLine,
    StudentRow,
    Symbol,
    TermTab,
)

NEEDED_FOR_SUGGESTION = 3
"""Marks a student needs before the page suggests a mark of the period."""
EDGE = 0.15
"""An average this near to the half between two marks is borderline: the suggestion is underlined."""
_STATES = {"cancelled": "отменён", "moved": "перенесён"}
READONLY = ' aria-readonly="true"'

Piece = str
"""A finished, escaped piece of HTML."""


def grid(page: JournalPage, lesson_url: str) -> Markup:
    """The whole table. `lesson_url` holds ``/0/`` where the id of a lesson goes."""
    count = len(page.columns)
    classes = _column_classes(page)
    title = f"Отметки, {page.subject}, {class_title(page.homeroom) or page.group}, {page.term.title}"
    parts = [
        f'<table class="jg" role="grid" aria-label="{escape(title)}"'
        f' aria-rowcount="{len(page.students) + 4}" aria-colcount="{count + 5}"'
        f"{'' if page.may_write or page.may_set_finals else READONLY}>",
        '<colgroup><col class="cn"><col class="cs">',
        f'<col class="cd" span="{count}">' if count else "",
        '<col class="ce" span="3"></colgroup>',
        _head(page, classes, lesson_url),
        "<tbody>",
    ]
    row = _Rows(page, classes)
    parts += [row.html(number, student) for number, student in enumerate(page.students, 1)]
    parts.append("</tbody></table>")
    return Markup("".join(parts))


def year_grid(page: JournalPage, term_url: str) -> Markup:
    """The page of a year: term marks by period, the mark of the year in the last column."""
    terms = [term for term in page.terms if term.kind != "year"]
    low = {symbol.symbol for symbol in page.scale if not symbol.passes}
    title = f"Итоговые отметки, {page.subject}, {class_title(page.homeroom) or page.group}, {page.year}"
    head = "".join(
        f'<th scope="col"><a href="{escape(term_url + str(term.id))}">{escape(term.numeral)}</a></th>'
        for term in terms
    )
    parts = [
        f'<table class="jg jg--year" role="grid" aria-label="{escape(title)}">'
        f'<colgroup><col class="cn"><col class="cs"><col class="cd" span="{len(terms)}">'
        '<col class="ce" span="3"></colgroup><thead><tr class="dt"><th class="n"></th>'
        f'<th class="s" scope="col">Фамилия, имя</th>{head}{_totals_head(page, 1)}'
        "</tr></thead><tbody>"
    ]
    rows = _Rows(page, [])
    for number, student in enumerate(page.students, 1):
        cells = []
        worths = []
        for term in terms:
            value, first, _ = student.finals.get(term.id, ("", "", 0))
            worths += [
                symbol.worth for symbol in page.scale if symbol.symbol == value and symbol.worth is not None
            ]
            names = " low" if value in low else ""
            names += " fix" if first and first != value else ""
            struck = f"<s>{escape(first)}</s>" if first and first != value else ""
            cells.append(f'<td class="m{names}"{READONLY}>{struck}{escape(value)}</td>')
        mean = sum(worths) / len(worths) if worths else None
        parts.append(rows.line(number, student, "".join(cells), mean, len(worths) or 0, enough=1))
    parts.append("</tbody></table>")
    return Markup("".join(parts))


def _column_classes(page: JournalPage) -> list[str]:
    """State classes of each column, with a leading blank each."""
    found = []
    columns = page.columns
    for n, column in enumerate(columns):
        following = columns[n + 1] if n + 1 < len(columns) else None
        names = ""
        if column.is_today:
            names += " td"
        elif column.is_ahead:
            names += " fu"
        elif page.may_write and (
            column.closed is not None or not (column.may_mark or column.may_note_absence)
        ):
            names += " lk"
        if following is not None and following.is_today and not column.is_today:
            names += " pre"
        if following is None or _week(following.date) != _week(column.date):
            names += " wk"
        found.append(names)
    return found


def _week(day: date) -> tuple[int, int]:
    return day.isocalendar()[:2]


def _head(page: JournalPage, classes: Sequence[str], lesson_url: str) -> Piece:
    columns = page.columns
    kinds = {kind.code: kind for kind in page.kinds}
    numbered = list(enumerate(columns))
    out = [
        '<thead><tr class="mo"><th class="n" rowspan="4"></th><th class="s" rowspan="4" scope="col">Фамилия, имя</th>'
    ]
    for month, group in groupby(columns, key=lambda column: (column.date.year, column.date.month)):
        span = sum(1 for _ in group)
        name = MONTHS[month[1] - 1].capitalize() if span > 2 else MONTHS[month[1] - 1][:3].capitalize()
        out.append(f'<th scope="colgroup"{_span(span)}><span>{name}</span></th>')
    out.append(_totals_head(page, 4))
    for row_name in ("wd", "dt"):
        out.append(f'</tr><tr class="{row_name}">')
        for _, members in groupby(
            numbered, key=lambda item: (item[1].date, item[1].is_today, item[1].is_ahead)
        ):
            group_list = list(members)
            column = group_list[0][1]
            names = _group_classes([classes[n] for n, _ in group_list])
            if row_name == "wd":
                out.append(f"<th{names}{_span(len(group_list))}>{WEEKDAYS_SHORT[column.date.weekday()]}</th>")
            else:
                scope = "colgroup" if len(group_list) > 1 else "col"
                url = lesson_url.replace("/0/", f"/{column.lesson}/")
                out.append(
                    f'<th scope="{scope}"{names}{_span(len(group_list))}><a tabindex="-1" href="{url}"'
                    f' aria-label="{ru_date(column.date)}">{column.date.day}</a></th>'
                )
    out.append('</tr><tr class="ty">')
    for n, column in numbered:
        kind = kinds.get(column.work)
        several = not column.leads or (n + 1 < len(columns) and not columns[n + 1].leads)
        shown = column.work not in ("", "oral") or column.is_today or several
        words = ", ".join(
            part
            for part in (
                ru_date(column.date),
                (kind.title.lower() if kind else column.work)
                + (f" «{column.title}»" if column.title else ""),
                f"вес {_plain(column.weight)}" if page.scale else "",
                "замена" if column.is_substituted else "",
            )
            if part
        )
        short = escape(kind.short) if kind and shown and page.scale else ""
        names, weight = classes[n], ""
        if column.is_substituted and column.leads:
            names += " subst"
            short = short or Markup("зам")
        elif short and column.work not in ("", "oral"):
            weight = f' data-w="{min(3, max(1, round(column.weight)))}"'
        out.append(f'<th scope="col"{_class(names)}{weight} title="{escape(words)}">{short}</th>')
    out.append("</tr></thead>")
    return "".join(out)


def _totals_head(page: JournalPage, rows: int) -> Piece:
    span = f' rowspan="{rows}"' if rows > 1 else ""
    return (
        f'<th class="e e1"{span} scope="col" title="Пропущено уроков">Проп.</th>'
        f'<th class="e e2"{span} scope="col" title="Средняя отметка с весами работ">Сред.</th>'
        f'<th class="e e3"{span} scope="col" title="{escape(page.term.title)}">{term_head(page.term)}</th>'
    )


def term_head(term: TermTab) -> str:
    """«I чет.»: the head of the column of the period's mark."""
    short = {
        "quarter": "чет.",
        "half_year": "пол.",
        "trimester": "трим.",
        "semester": "сем.",
        "module": "мод.",
    }
    return "Год" if term.kind == "year" else f"{term.numeral}\u00a0{short.get(term.kind, '')}"


def _span(count: int) -> Piece:
    return f' colspan="{count}"' if count > 1 else ""


def _class(names: str) -> Piece:
    names = names.strip()
    return f' class="{names}"' if names else ""


def _group_classes(names: Sequence[str]) -> Piece:
    """Classes of a head cell over several columns: the first one's state, the last one's borders."""
    first = [name for name in names[0].split() if name in ("td", "fu", "lk")]
    last = [name for name in names[-1].split() if name in ("pre", "wk")]
    return _class(" ".join(first + last))


def _plain(weight: float) -> str:
    return f"{weight:g}".replace(".", ",")


class _Rows:
    """Lines of students: what is the same in every line is worked out once."""

    def __init__(self, page: JournalPage, classes: Sequence[str]) -> None:
        self.page = page
        self.low = frozenset(symbol.symbol for symbol in page.scale if not symbol.passes)
        passing = [symbol.worth for symbol in page.scale if symbol.passes and symbol.worth is not None]
        self.bar = min(passing, default=None)
        self.starts = [f'<td class="m{names}' for names in classes]
        self.locked = [
            READONLY
            if page.may_write
            and (column.closed is not None or not (column.may_mark or column.may_note_absence))
            else ""
            for column in page.columns
        ]
        self.empty = [f'{start}"{ro}></td>' for start, ro in zip(self.starts, self.locked, strict=True)]
        self.shut_starts = [
            start if " lk" in start or " fu" in start or " td" in start else f"{start} lk"
            for start in self.starts
        ]
        self.shut = [f'{start}"{READONLY}></td>' for start in self.shut_starts]
        self.leading = {column.lesson: n for n, column in reversed(list(enumerate(page.columns)))}
        self.final_tag = "" if page.may_set_finals else (READONLY if page.may_write else "")

    def html(self, number: int, student: StudentRow) -> Piece:
        """One line, all its cells."""
        page = self.page
        is_shut = bool(student.final[0]) and page.is_locked_by_final and page.may_write
        starts = self.shut_starts if is_shut else self.starts
        cells = (self.shut if is_shut else self.empty).copy()
        if not student.is_whole:
            for n, column in enumerate(page.columns):
                if not student.was_here(column.date):
                    cells[n] = f'{self.starts[n]} out"{READONLY}></td>'
        marks = student.marks
        beside: dict[int, tuple[str, str, int | None, int]] = {}
        for lesson, absence in student.absences.items():
            n = self.leading.get(lesson, -1)
            if n >= 0:
                beside[n] = absence
        noted = {self.leading.get(lesson, -1) for lesson in student.noted} if student.noted else ()
        for n in marks.keys() | beside.keys() | set(noted):
            if n < 0:
                continue
            names, attributes, text = self.cell(marks.get(n, NO_MARK), beside.get(n), n in noted)
            if not student.is_whole and not student.was_here(page.columns[n].date):
                names += " out"
            lock = READONLY if is_shut else self.locked[n]
            cells[n] = f'{starts[n]}{names}"{attributes}{lock}>{text}</td>'
        return self.line(number, student, "".join(cells), student.average, student.counted)

    def cell(
        self,
        mark: tuple[str, str, int, bool, str],
        absence: tuple[str, str, int | None, int] | None,
        is_noted: bool,
    ) -> tuple[Piece, Piece, Piece]:
        """Classes (each with a leading blank), attributes and content of a cell."""
        value, first, version, is_late, comment = mark
        names = attributes = text = ""
        if value:
            if "/" in value:
                names = " dbl"
                text = "/".join(
                    f"<i>{escape(part)}</i>" if part in self.low else str(escape(part))
                    for part in value.split("/")
                )
            else:
                if value in self.low:
                    names = " low"
                text = value if value.isdigit() else str(escape(value))
            if is_late:
                names += " lt"
        if first and first != value:
            names += " fix"
            text = f"<s>{escape(first)}</s>{text}"
        if comment or is_noted:
            names += " cmt"
        if version != (1 if value else 0):
            attributes = f' data-v="{version}"'
        if absence is not None:
            symbol, meaning, _, seen = absence
            if symbol:
                if text:
                    text += f"<sup>{escape(symbol)}</sup>"
                else:
                    names += " abs unk" if meaning == "unknown" else " abs"
                    text = str(escape(symbol))
            if seen != (1 if symbol else 0):
                attributes += f' data-a="{seen}"'
        return names, attributes, text

    def line(
        self,
        number: int,
        student: StudentRow,
        cells: Piece,
        mean: float | None,
        counted: int,
        *,
        enough: int = NEEDED_FOR_SUGGESTION,
    ) -> Piece:
        """Heads, given cells and totals of a student's line."""
        page = self.page
        full = " ".join(part for part in (student.surname, student.given_name, student.patronymic) if part)
        came = ""
        if student.left is not None:
            last = student.left - timedelta(days=1)
            came = f" <small>до\u00a0{last.day}.{last.month:02}</small>"
            full += f", в списке до {ru_date(last)}"
        elif student.joined is not None:
            came = f" <small>с\u00a0{student.joined.day}.{student.joined.month:02}</small>"
            full += f", в списке с {ru_date(student.joined)}"
        given = student.given_name + student.initial[2:]  # a namesake's patronymic: «Александр В.»
        value, first, version = student.final
        names, text, seen = "", "", ""
        if value or first:
            if value in self.low:
                names += " low"
            if first and first != value:
                names += " fix"
                text = f"<s>{escape(first)}</s>"
            text += str(escape(value))
        if not value:
            suggestion, is_edge = suggested(mean, counted, page.scale, enough)
            if suggestion and not text:
                names += " pen edge" if is_edge else " pen"
                text = str(escape(suggestion))
        if version != (1 if value else 0):
            seen = f' data-v="{version}"'
        low = " low" if mean is not None and self.bar is not None and mean < self.bar else ""
        return (
            f'<tr data-s="{student.id}"{_class("left" if student.left is not None else "")}>'
            f'<th class="n">{number}</th><th class="s" scope="row" title="{escape(full)}">{escape(student.surname)}'
            f' <span class="gn">{escape(given)}</span><span class="gi">{escape(student.initial)}</span>'
            f'{came}</th>{cells}<td class="e e1">{student.missed or ""}</td><td class="e e2{low}">{avg(mean)}</td>'
            f'<td class="e e3{names}"{seen}{self.final_tag}>{text}</td></tr>'
        )


def suggested(mean: float | None, counted: int, scale: Iterable[Symbol], enough: int) -> tuple[str, bool]:
    """The symbol nearest to the average (halves go up) and whether it is borderline; nothing with too few marks."""
    if mean is None or counted < enough:
        return "", False
    ranked = sorted((symbol.worth, symbol.symbol) for symbol in scale if symbol.worth is not None)
    if not ranked:
        return "", False
    best = min(ranked, key=lambda item: (abs(item[0] - mean), -item[0]))
    return best[1], abs(mean - math.floor(mean) - 0.5) <= EDGE and len(ranked) > 1


# --- the right page -----------------------------------------------------------------------------------------------


def lesson_lines(
    page: JournalPage, lines: Iterable[LessonLine], lesson_url: str, shown: int | None = None
) -> Markup:
    """Lines of the right page: date, topic with works and substitution, homework."""
    kinds = {kind.code: kind for kind in page.kinds}
    out = []
    for line in lines:
        names = "les"
        topic = escape(line.topic)
        is_past = not line.is_ahead and not line.is_today
        if line.state == "cancelled":
            names += " fu"
        elif not line.topic:
            if is_past:
                names += " bad"
                topic = Markup("<em>тема не записана</em>")
            else:
                names += " fu"
                topic = escape(line.planned.text) if line.planned else Markup("")
        tags = _tags(line, kinds)
        homework = line.homework
        if homework is not None:
            given = "Не задано" if homework.is_none else str(escape(homework.text))
        elif is_past and line.state != "cancelled":
            given = "<em>не записано</em>"
        else:
            given = str(escape(line.planned.homework)) if line.planned else ""
        current = ' aria-current="true"' if line.id == shown else ""
        out.append(
            f'<a class="{names}" href="{lesson_url.replace("/0/", f"/{line.id}/")}" data-l="{line.id}"{current}>'
            f'<time datetime="{line.date.isoformat()}">{line.date.day:02}.{line.date.month:02}<br>'
            f"<small>{WEEKDAYS_SHORT[line.date.weekday()]}</small></time>"
            f'<span class="tp">{topic}{tags}</span><span class="hw">{given}</span></a>'
        )
    return Markup("\n".join(out))


def _tags(line: LessonLine, kinds: Mapping[str, Kind]) -> Piece:
    """Works beyond a plain answer, the substitution, and a lesson that was not held in its place."""
    tags = ""
    planned = (line.planned.work,) if line.planned and line.planned.work else ()
    for code in dict.fromkeys(line.works or planned):
        kind = kinds.get(code)
        if kind is not None and code != "oral":
            words = f"{kind.title}, вес {_plain(kind.weight)}"
            tags += f' <span class="tag tag--ink" title="{escape(words)}">{escape(kind.short)}</span>'
    if line.substitute:
        sign = icon("arrow-left-right", "s")
        tags += f' <span class="tag tag--mark">{sign}Замена: {escape(line.substitute)}</span>'
    if line.state in _STATES:
        tags += f' <span class="tag tag--line">{_STATES[line.state]}</span>'
    return tags


# --- what the scripts need ----------------------------------------------------------------------------------------


def script_data(page: JournalPage, urls: dict[str, str], *, on: str) -> Markup:
    """JSON for the page's scripts. A column is ``[lesson, assessment, work, position, weight, flags, closed]``.

    Flags: 1 marks may be written, 2 absences, 4 first column of its lesson, 8 not yet held, 16 today.
    """
    data: dict[str, Any] = {
        "journal": page.id,
        "term": page.term.id,
        "year": page.is_year,
        "urls": urls,
        "on": on,
        "columns": [
            [
                column.lesson,
                column.assessment or 0,
                column.work,
                column.position,
                column.weight,
                column.may_mark
                + 2 * column.may_note_absence
                + 4 * column.leads
                + 8 * column.is_ahead
                + 16 * column.is_today,
                -1 if column.closed is None else column.closed,
            ]
            for column in page.columns
        ],
        "today": -1 if page.today is None else page.today,
        "scale": [[symbol.symbol, symbol.worth, symbol.passes] for symbol in page.scale],
        "marks": page.codes.marks,
        "finals": page.codes.finals if page.may_set_finals else [],
        "double": page.codes.allows_double,
        "locks": page.is_locked_by_final,
        "absences": [
            [code.symbol, code.meaning, code.title, code.may_set, code.keys] for code in page.codes.absences
        ],
        "clauses": [[clause, text] for clause, text in page.clauses],
        "enough": NEEDED_FOR_SUGGESTION,
        "edge": EDGE,
    }
    text = json.dumps(data, ensure_ascii=False, separators=(",", ":"))
    return Markup(text.replace("<", "\\u003c").replace("&", "\\u0026"))


# --- words --------------------------------------------------------------------------------------------------------


@lru_cache(maxsize=512)
def class_title(title: str) -> str:
    """«6Б» as it is written: «6 «Б»»; a title that is not a number and a letter stays as it is."""
    digits = "".join(letter for letter in title if letter.isdigit())
    rest = title[len(digits) :]
    if digits and title.startswith(digits) and len(rest) <= 2 and rest.isalpha():
        return f"{digits}\u00a0«{rest}»"
    return title


def students_words(page: JournalPage) -> str:
    """«34 ученика»: those on the list now."""
    return plural(
        sum(1 for student in page.students if student.left is None), "ученик", "ученика", "учеников"
    )


def facts_of(page: JournalPage, line: LessonLine) -> tuple[int, int, int, int]:
    """Of one lesson: in class, absent, late, marks."""
    here = [student for student in page.students if student.was_here(line.date)]
    absent = late = marks = 0
    places = [n for n, column in enumerate(page.columns) if column.lesson == line.id]
    for student in here:
        meaning = student.absences.get(line.id, ("", "", None, 0))[1]
        if meaning == "late":
            late += 1
        elif meaning:
            absent += 1
        marks += sum(1 for n in places if student.marks.get(n, NO_MARK)[0])
    return len(here) - absent, absent, late, marks


def columns_of(page: JournalPage, lesson: int) -> list[Column]:
    """The columns of a lesson, in their order."""
    return [column for column in page.columns if column.lesson == lesson]
