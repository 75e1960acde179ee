"""The cells of the journal page, joined from strings: fifteen hundred of them are too many for a template.

Everything that comes from people is escaped here; the classes are those listed at the head of `grid.css`. A cell
says no more than its column and row cannot: JavaScript finds lesson, work and student from those. Versions stand in
a cell only where they are not what they usually are (1 with a value, 0 without): ``data-v`` of the mark, ``data-a``
of the absence.
"""

import json
import math
from bisect import bisect_right
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from datetime import date, timedelta
from functools import lru_cache
from itertools import groupby, pairwise
from typing import Any, TypeVar

from markupsafe import Markup, escape

from parta.foundation.pagekit import MONTHS, WEEKDAYS_SHORT, icon, plural, plural_word, ru_date
from parta.journal.queries.grid import (
    MISSED,
    NO_FINAL,
    NO_MARK,
    AbsenceCell,
    Column,
    JournalPage,
    JournalSide,
    Kind,
    LessonLine,
    MarkCell,
    StudentRow,
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
T = TypeVar("T")


def remembered(side: JournalSide, key: Hashable, make: Callable[[], T]) -> T:
    """What follows from the side of a page alone is made once for as long as the side lives."""
    memo = side.memo
    if key not in memo:
        memo[key] = make()
    return memo[key]  # type: ignore[no-any-return]


def grid(page: JournalPage, lesson_url: str) -> Markup:
    """The whole table. `lesson_url` holds ``/0/`` where the id of a lesson goes."""
    side = page.side
    head = remembered(side, "head", lambda: _opening(side) + _head(side, _column_classes(side), lesson_url))
    row = remembered(side, "rows", lambda: _Rows(side, _column_classes(side)))
    rows = [row.html(number, student) for number, student in enumerate(page.students, 1)]
    return Markup(f"{head}<tbody>{''.join(rows)}</tbody></table>")


def _opening(side: JournalSide) -> Piece:
    count = len(side.columns)
    totals = 3 if side.scale else 1
    title = f"Отметки, {side.subject}, {class_title(side.homeroom) or side.group}, {side.term.title}"
    # Without a script the whole grid is read-only; the script frees what is open (`navigate.js`).
    wide = f'<col class="cd" span="{count}">' if count else ""
    return (
        f'<table class="jg{"" if side.scale else " jg--roll"}" role="grid" aria-label="{escape(title)}"{READONLY}>'
        f'<colgroup><col class="cn"><col class="cs">{wide}<col class="ce" span="{totals}"></colgroup>'
    )


def year_grid(page: JournalPage, term_url: str) -> Markup:
    """The page of a year: term marks by period, the mark of the year in the last column."""
    side = page.side
    terms = [term for term in side.terms if term.kind != "year"]
    worth = {symbol.symbol: symbol.worth for symbol in side.scale}
    title = f"Итоговые отметки, {side.subject}, {class_title(side.homeroom) or side.group}, {side.year}"
    head = "".join(
        f'<th scope="col"><a href="{escape(term_url + str(term.id))}">{escape(term.numeral)}</a></th>'
        for term in terms
    )
    parts = [
        f'<table class="jg jg--year" role="grid" aria-label="{escape(title)}"{READONLY}>'
        f'<colgroup><col class="cn"><col class="cs"><col class="cd" span="{len(terms)}">'
        '<col class="ce" span="3"></colgroup><thead><tr class="dt"><th class="n"><b class="vh">№</b></th>'
        f'<th class="s" scope="col">Фамилия, имя</th>{head}{_totals_head(side, 1)}'
        "</tr></thead><tbody>"
    ]
    rows = _Rows(side, [])
    for number, student in enumerate(page.students, 1):
        cells = []
        worths = []
        for term in terms:
            value, first, version = student.finals.get(term.id, NO_FINAL)
            points = worth.get(value)
            if points is not None:
                worths.append(points)
            names, _, text = rows.cell((value, first, version, False, ""), None, False)
            cells.append(f'<td class="m{names}">{text}</td>')
        mean = sum(worths) / len(worths) if worths else None
        parts.append(rows.line(number, student, "".join(cells), mean, len(worths), enough=1))
    parts.append("</tbody></table>")
    return Markup("".join(parts))


def _column_classes(side: JournalSide) -> list[str]:
    """State classes of each column, with a leading blank each."""
    found = []
    columns = side.columns
    for n, column in enumerate(columns):
        following = columns[n + 1] if n + 1 < len(columns) else None
        names = ""
        if column.is_today:
            names += " td"
        elif column.is_ahead:
            names += " fu"
        elif side.may_write and _is_shut(column):
            names += " lk"
        if following is not None and following.is_today and not column.is_today:
            names += " pre"
        if following is None or _week(following.date) != _week(column.date):
            names += " wk"
        found.append(names)
    return found


def _is_shut(column: Column) -> bool:
    return column.closed is not None or not (column.may_mark or column.may_note_absence)


def _week(day: date) -> tuple[int, int]:
    return day.isocalendar()[:2]


def _head(side: JournalSide, classes: Sequence[str], lesson_url: str) -> Piece:
    """Months, weekdays, dates and works."""
    columns = side.columns
    out = [
        '<thead><tr class="mo"><th class="n" rowspan="4"><b class="vh">№</b></th>'
        '<th class="s" rowspan="4" scope="col">Фамилия, имя</th>'
    ]
    for month, group in groupby(columns, key=lambda column: (column.date.year, column.date.month)):
        span = sum(1 for _ in group)
        name = MONTHS[month[1] - 1].capitalize()
        out.append(f'<th scope="colgroup"{_span(span)}><span>{name if span > 2 else name[:3]}</span></th>')
    out.append(_totals_head(side, 4))
    days = [
        list(group)
        for _, group in groupby(
            enumerate(columns), key=lambda item: (item[1].date, item[1].is_today, item[1].is_ahead)
        )
    ]
    out.append('</tr><tr class="wd">')
    for day in days:
        names = _group_classes([classes[n] for n, _ in day])
        hours = _hours([column for _, column in day])
        out.append(f"<th{names}{_span(len(day))}>{WEEKDAYS_SHORT[day[0][1].date.weekday()]}{hours}</th>")
    out.append('</tr><tr class="dt">')
    for day in days:
        names, column = _group_classes([classes[n] for n, _ in day]), day[0][1]
        url = lesson_url.replace("/0/", f"/{column.lesson}/")
        out.append(
            f'<th scope="{"colgroup" if len(day) > 1 else "col"}"{names}{_span(len(day))}><a tabindex="-1"'
            f' href="{url}" aria-label="{ru_date(column.date)}">{column.date.day}</a></th>'
        )
    out.append('</tr><tr class="ty">')
    out += [_work_head(side, n, classes[n]) for n in range(len(columns))]
    out.append("</tr></thead>")
    return "".join(out)


def _hours(columns: Sequence[Column]) -> Piece:
    """Hours of a day beside its weekday where a lesson takes several; nothing else is worth the room."""
    hours = sum(column.hours for column in columns if column.leads)
    return f" {hours}ч" if any(column.hours > 1 for column in columns) else ""


def _work_head(side: JournalSide, n: int, names: str) -> Piece:
    """The kind of work of a column, its weight as bars; the title says it all in words."""
    columns, column = side.columns, side.columns[n]
    kind = next((kind for kind in side.kinds if kind.code == column.work), None)
    several = not column.leads or (n + 1 < len(columns) and not columns[n + 1].leads)
    words = [ru_date(column.date), kind.title.lower() if kind else column.work]
    if column.title:
        words[1] += f" «{column.title}»"
    if side.scale:
        words.append(f"вес {_plain(column.weight)}")
    if column.mark_until is not None:
        words.append(f"отметки до {ru_date(column.mark_until.date())}, {column.mark_until:%H:%M}")
    if column.hours > 1:
        words.append(plural(column.hours, "час", "часа", "часов"))
    if column.is_substituted:
        words.append("замена")
    is_usual = column.work in ("", "oral")
    short = weight = ""
    if kind and side.scale and (not is_usual or column.is_today or several):
        short = str(escape(kind.short))
    if column.is_substituted and column.leads:
        names += " subst"
        short = short or "зам"
    elif short and not is_usual:
        weight = f' data-w="{min(3, max(1, round(column.weight)))}"'
    title = escape(", ".join(word for word in words if word))
    hidden = f'<span class="vh">{escape(words[1])}</span>'
    return f'<th scope="col"{_class(names)}{weight} title="{title}">{short or hidden}</th>'


def _totals_head(side: JournalSide, rows: int) -> Piece:
    span = f' rowspan="{rows}"' if rows > 1 else ""
    unit = "часов" if any(line.hours > 1 for line in side.lessons) else "уроков"
    missed = f'<th class="e e1"{span} scope="col" title="Пропущено {unit}">Проп.</th>'
    if not side.scale:
        return missed
    return (
        f"{missed}"
        f'<th class="e e2"{span} scope="col" title="Средняя отметка с весами работ">Сред.</th>'
        f'<th class="e e3"{span} scope="col" title="{escape(side.term.title)}">{term_head(side.term)}</th>'
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

    def __init__(self, side: JournalSide, classes: Sequence[str]) -> None:
        self.side = side
        self.low = frozenset(symbol.symbol for symbol in side.scale if not symbol.passes)
        passing = [symbol.worth for symbol in side.scale if symbol.passes and symbol.worth is not None]
        self.bar = min(passing, default=0.0)
        ranked = sorted((symbol.worth, symbol.symbol) for symbol in side.scale if symbol.worth is not None)
        self.ranked = [symbol for _, symbol in ranked]
        self.halves = [(low + high) / 2 for (low, _), (high, _) in pairwise(ranked)]
        """Averages from which the next symbol is nearer: the half itself goes up."""
        self.starts, self.shut_starts, self.out_starts = [], list[str](), list[str]()
        for names in classes:
            self.starts.append(f'<td class="m{names}')
            shown = names if any(f" {name}" in names for name in ("lk", "fu", "td")) else f"{names} lk"
            self.shut_starts.append(f'<td class="m{shown}')
            self.out_starts.append(f'<td class="m{names} out')
        self.empty = [f'{start}"></td>' for start in self.starts]
        self.shut = [f'{start}"></td>' for start in self.shut_starts]
        self.out = [f'{start}"></td>' for start in self.out_starts]
        self.leading = {column.lesson: n for n, column in reversed(list(enumerate(side.columns)))}
        self.tails: dict[MarkCell | tuple[MarkCell, AbsenceCell | None, bool], Piece] = {}
        """The end of a cell by what is in it: a mark alone, or with an absence or words beside it."""
        self.locks = side.is_locked_by_final and side.may_write

    def html(self, number: int, student: StudentRow) -> Piece:
        """One line, all its cells."""
        starts, cells = self.starts, self.empty.copy()
        if self.locks and student.final[0]:
            starts, cells = self.shut_starts, self.shut.copy()
        if not student.is_whole:
            starts = starts.copy()
            for n, column in enumerate(self.side.columns):
                if not student.was_here(column.date):
                    starts[n], cells[n] = self.out_starts[n], self.out[n]
        tails, marks = self.tails, student.marks
        for n, mark in marks.items():
            tail = tails.get(mark)
            if tail is None:
                tail = tails[mark] = self.tail(mark, None, False)
            cells[n] = starts[n] + tail
        if student.absences or student.noted:
            beside = student.absences
            for lesson in beside.keys() | student.noted:
                n = self.leading.get(lesson, -1)
                if n >= 0:
                    content = (marks.get(n, NO_MARK), beside.get(lesson), lesson in student.noted)
                    tail = tails.get(content)
                    if tail is None:
                        tail = tails[content] = self.tail(*content)
                    cells[n] = starts[n] + tail
        return self.line(number, student, "".join(cells), student.average, student.counted)

    def tail(self, mark: MarkCell, absence: AbsenceCell | None, is_noted: bool) -> Piece:
        """A cell from its classes on."""
        names, attributes, text = self.cell(mark, absence, is_noted)
        return f'{names}"{attributes}>{text}</td>'

    def cell(self, mark: MarkCell, absence: AbsenceCell | None, is_noted: bool) -> tuple[Piece, Piece, Piece]:
        """Classes (each with a leading blank), attributes and content of a cell."""
        value, first, version, is_late, comment = mark
        names = attributes = text = ""
        if value:
            if "/" in value:
                names = " dbl"
                text = "/".join(
                    f"<i>{_safe(part)}</i>" if part in self.low else _safe(part) for part in value.split("/")
                )
            else:
                names = " low" if value in self.low else ""
                text = _safe(value)
            if is_late:
                names += " lt"
        if first and first != value:
            names += " fix"
            text = f"<s>{_safe(first)}</s>{text}"
        if comment or is_noted:
            names += " cmt"
        if version != (1 if value else 0):
            attributes = f' data-v="{version}"'
        if absence is not None:
            symbol, meaning, _, seen = absence
            if symbol:
                if text:
                    text += f"<sup>{_safe(symbol)}</sup>"
                else:
                    names += " abs unk" if meaning == "unknown" else " abs"
                    text = _safe(symbol)
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
        head = _line_head(
            student.id,
            number,
            student.surname,
            student.given_name,
            student.patronymic,
            student.initial,
            student.joined,
            student.left,
            student.apart,
        )
        missed = f'{head}{cells}<td class="e e1">{student.missed or ""}</td>'
        if not self.side.scale:
            return f"{missed}</tr>"
        value, first, version = student.final
        names = text = ""
        if value:
            names = " low" if value in self.low else ""
            text = _safe(value)
        if first and first != value:
            names += " fix"
            text = f"<s>{_safe(first)}</s>{text}"
        says = ""
        if not text and student.deferred is not None:
            names, until = " pen put", f"{student.deferred:%d.%m}"
            says, text = f' title="Отложено до {until}"', f"<small>отл. до {until}</small>"
        elif not text:
            suggestion, is_edge = student.proposed or self.suggested(mean, counted, enough)
            if suggestion:
                names, text = " pen edge" if is_edge else " pen", _safe(suggestion)
        seen = f' data-v="{version}"' if version != (1 if value else 0) else ""
        average = low = ""
        if mean is not None:
            average = f"{int(mean * 100 + 0.5 + 1e-6) / 100:.2f}".replace(".", ",")
            low = " low" if mean < self.bar else ""
        return f'{missed}<td class="e e2{low}">{average}</td><td class="e e3{names}"{seen}{says}>{text}</td></tr>'

    def suggested(self, mean: float | None, counted: int, enough: int) -> tuple[str, bool]:
        """The symbol nearest to the average (halves go up) and whether it is borderline; none with too few marks."""
        if mean is None or counted < enough or not self.ranked:
            return "", False
        is_edge = len(self.ranked) > 1 and abs(mean - math.floor(mean) - 0.5) <= EDGE
        return self.ranked[bisect_right(self.halves, mean)], is_edge


@lru_cache(maxsize=8192)
def _line_head(
    id: int,
    number: int,
    surname: str,
    given_name: str,
    patronymic: str,
    initial: str,
    joined: date | None,
    left: date | None,
    apart: str = "",
) -> Piece:
    """The beginning of a line: number and name; who came or left in the period has the day beside it."""
    full = " ".join(part for part in (surname, given_name, patronymic) if part)
    came = state = ""
    if left is not None:
        last = left - timedelta(days=1)
        came, state = f" <small>до\u00a0{last.day}.{last.month:02}</small>", ' class="cm left"'
        full += f", в списке до {ru_date(last)}"
    elif joined is not None:
        came, state = f" <small>с\u00a0{joined.day}.{joined.month:02}</small>", ' class="cm"'
        full += f", в списке с {ru_date(joined)}"
    elif apart:
        came, state = f" <small>{escape(apart)}</small>", ' class="cm"'
        full += f", отдельно: {apart}"
    given = given_name + initial[2:]  # a namesake's patronymic: «Александр В.»
    return (
        f'<tr data-s="{id}"{state}><td class="n">{number}</td><th class="s" scope="row" title="{escape(full)}">'
        f'{escape(surname)} <span class="gn">{escape(given)}</span><span class="gi">{escape(initial)}</span>{came}</th>'
    )


def _safe(text: str) -> Piece:
    """A symbol, escaped; most need nothing."""
    return text if text.isalnum() else str(escape(text))


# --- the right page -----------------------------------------------------------------------------------------------


def lesson_lines(side: JournalSide, lines: Iterable[LessonLine], lesson_url: str) -> Markup:
    """Lines of the right page: date, topic with works and substitution, homework."""
    kinds = {kind.code: kind for kind in side.kinds}
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
        hours = f"<br>{line.hours}&nbsp;ч" if line.hours > 1 else ""
        homework = line.homework
        if homework is not None:
            given = "Не задано" if homework.is_none else str(escape(homework.text))
        elif is_past and line.state != "cancelled":
            given = "<em>не записано</em>" if side.asks_homework else ""
        else:
            given = str(escape(line.planned.homework)) if line.planned else ""
        out.append(
            f'<a class="{names}" href="{lesson_url.replace("/0/", f"/{line.id}/")}" data-l="{line.id}">'
            f'<time datetime="{line.date.isoformat()}">{line.date.day:02}.{line.date.month:02}<br>'
            f"<small>{WEEKDAYS_SHORT[line.date.weekday()]}{hours}</small></time>"
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


def script_data(side: JournalSide, urls: dict[str, str]) -> Markup:
    """JSON for the page's scripts. A column is ``[lesson, assessment, work, position, weight, flags, closed]``.

    Flags: 1 marks may be written, 2 absences, 4 first column of its lesson, 8 not yet held, 16 today.
    """
    marks = any(column.may_mark for column in side.columns)
    data: dict[str, Any] = {
        "journal": side.id,
        "term": side.term.id,
        "year": side.is_year,
        "urls": urls,
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
                *((column.hours,) if column.hours > 1 else ()),
            ]
            for column in side.columns
        ],
        "today": -1 if side.today is None else side.today,
        "scale": [[symbol.symbol, symbol.worth, symbol.passes] for symbol in side.scale],
        "marks": side.codes.marks if marks else [],
        "finals": side.codes.finals if side.may_set_finals else [],
        "double": marks and side.codes.allows_double,
        "locks": side.is_locked_by_final,
        "absences": [
            [code.symbol, code.meaning, code.title, code.may_set, code.keys] for code in side.codes.absences
        ],
        "clauses": [[clause, text] for clause, text in side.clauses],
        "enough": NEEDED_FOR_SUGGESTION,
        "edge": EDGE,
        "outcome": side.formula.steps(tuple(side.codes.finals)) if side.formula is not None else None,
        "recounted": side.is_recounted,
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
    listed = sum(1 for student in page.students if student.left is None)
    return plural(listed, "ученик", "ученика", "учеников")


def lesson_facts(page: JournalPage, line: LessonLine) -> Markup:
    """Of one lesson: in class, absent, late, marks."""
    present = absent = late = marks = 0
    places = [n for n, column in enumerate(page.side.columns) if column.lesson == line.id]
    for student in page.students:
        if not student.was_here(line.date):
            continue
        present += 1
        if line.id in student.absences:
            meaning = student.absences[line.id][1]
            late += meaning == "late"
            absent += meaning in MISSED
        marks += sum(1 for n in places if n in student.marks and student.marks[n][0])
    return Markup(
        f'<div class="facts"><span><b>{present - absent}</b>в классе</span><span><b>{absent}</b>нет</span>'
        f"<span><b>{late}</b>{plural_word(late, 'опоздал', 'опоздали', 'опоздали')}</span>"
        f"<span><b>{marks}</b>{plural_word(marks, 'отметка', 'отметки', 'отметок')}</span></div>"
    )


def columns_of(side: JournalSide, lesson: int) -> list[Column]:
    """The columns of a lesson, in their order."""
    return [column for column in side.columns if column.lesson == lesson]
