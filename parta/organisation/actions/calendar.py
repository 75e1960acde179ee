"""The school's time: years, terms, vacations, bells. A change raises the school's `law_version`, for rules count
days by this calendar."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import pairwise

from django.db.models import F, ProtectedError

from parta.foundation import sql
from parta.foundation.log import Actor, Line
from parta.foundation.pagekit import ru_date
from parta.organisation.actions import checks
from parta.organisation.acts import Refusal, act
from parta.organisation.models import AcademicYear, Bell, BellSchedule, Homeroom, School, Term, Vacation

ROMAN = ("I", "II", "III", "IV", "V", "VI", "VII", "VIII")
TERM_WORDS = {
    "half_year": "полугодие",
    "quarter": "четверть",
    "trimester": "триместр",
    "semester": "семестр",
    "module": "модуль",
}


@dataclass(frozen=True, slots=True)
class TermRow:
    """A term as it should be; `parent` names another term of the year by kind and number."""

    kind: str
    number: int
    title: str
    starts: date
    until: date
    parent: tuple[str, int] | None = None


@dataclass(frozen=True, slots=True)
class VacationRow:
    """Days without lessons, for the school or one homeroom."""

    kind: str
    title: str
    starts: date
    until: date
    homeroom_id: int | None = None


def _calendar_changed(school_id: int) -> None:
    School.objects.filter(pk=school_id).update(law_version=F("law_version") + 1)


def _span(starts: date, until: date | None) -> dict[str, str | None]:
    return {"starts": starts.isoformat(), "until": until.isoformat() if until else None}


def open_year(
    *,
    school_id: int,
    title: str,
    starts: date,
    until: date,
    week_days: int = 5,
    state: str = "open",
    by: Actor,
    at: datetime,
) -> AcademicYear:
    """A new academic year and the `year` term that holds all others."""
    title = checks.text(title, 20, "title", "название года")
    checks.span(starts, until)
    if (until - starts).days > 400:
        raise Refusal("Учебный год длиннее тринадцати месяцев: проверьте даты.", "until")
    if week_days not in (5, 6, 7):
        raise Refusal("В учебной неделе 5, 6 или 7 дней.", "week_days")
    checks.one_of(state, AcademicYear.STATES, "state", "состояние года")
    if AcademicYear.objects.filter(school_id=school_id, title=title).exists():
        raise Refusal(f"Год «{title}» уже есть.", "title")
    with act(school_id, by=by, at=at) as lines:
        year = AcademicYear.objects.create(
            school_id=school_id, title=title, starts=starts, until=until, week_days=week_days, state=state
        )
        Term.objects.create(
            school_id=school_id, year=year, kind="year", number=1, title="Год", starts=starts, until=until
        )
        _calendar_changed(school_id)
        lines.append(Line("year_opened", "year", year.pk, data={"title": title, **_span(starts, until)}))
    return year


def change_year(
    *, year: AcademicYear, starts: date, until: date, week_days: int, state: str, by: Actor, at: datetime
) -> AcademicYear:
    """Change the year's span, teaching days and state; its terms must stay inside."""
    checks.span(starts, until)
    checks.one_of(state, AcademicYear.STATES, "state", "состояние года")
    if week_days not in (5, 6, 7):
        raise Refusal("В учебной неделе 5, 6 или 7 дней.", "week_days")
    for term in Term.objects.filter(year=year).exclude(kind="year"):
        if term.starts < starts or term.until > until:
            raise Refusal(f"{term.title} выходит за новые границы года: сначала поправьте её даты.", "until")
    with act(year.school_id, by=by, at=at) as lines:
        names = checks.changed(year, starts=starts, until=until, week_days=week_days, state=state)
        if names:
            year.save(update_fields=names)
            Term.objects.filter(year=year, kind="year").update(starts=starts, until=until)
            _calendar_changed(year.school_id)
            lines.append(
                Line("year_changed", "year", year.pk, data={name: str(getattr(year, name)) for name in names})
            )
    return year


def set_terms(
    *, year: AcademicYear, terms: Sequence[TermRow], without_gaps: bool = False, by: Actor, at: datetime
) -> list[Term]:
    """Make the year's terms what `terms` says: by kind and number. Terms not named go, when nothing hangs on them.

    Raises Refusal when a term leaves the year, two of a kind overlap, a number repeats, a parent is missing, a term
    leaves its parent, or a term with term marks would go or change its bounds. `without_gaps`: also when teaching days
    between two of a kind belong to neither.
    """
    checks.not_closed(year)
    _check_terms(year, terms)
    if without_gaps:
        for gap in term_gaps(terms, _days_off(year), year.week_days):
            raise Refusal(gap.says, "starts")
    _check_marked(year, terms)
    with act(year.school_id, by=by, at=at) as lines:
        known = {(term.kind, term.number): term for term in Term.objects.filter(year=year)}
        kept: dict[tuple[str, int], Term] = {key: term for key, term in known.items() if key[0] == "year"}
        root = kept.get(("year", 1))
        for row in terms:
            key = (row.kind, row.number)
            term = known.get(key)
            if term is None:
                term = Term(school_id=year.school_id, year=year, kind=row.kind, number=row.number)
                names = ["all"]
                term.title, term.starts, term.until = row.title.strip(), row.starts, row.until
            else:
                names = checks.changed(term, title=row.title.strip(), starts=row.starts, until=row.until)
            parent = known.get(row.parent) or kept.get(row.parent) if row.parent else root
            if term.parent_id != (parent.pk if parent else None):
                term.parent = parent
                names.append("parent")
            if names:
                term.save()
                lines.append(
                    Line(
                        "term_set",
                        "term",
                        term.pk,
                        data={"kind": row.kind, "number": row.number, **_span(row.starts, row.until)},
                    )
                )
            kept[key] = term
        for key, term in known.items():
            if key not in kept:
                gone = term.pk
                try:
                    term.delete()
                except ProtectedError:
                    raise Refusal(
                        f"«{term.title}» убрать нельзя: за неё уже выставлены отметки.", "terms"
                    ) from None
                lines.append(Line("term_removed", "term", gone, data={"kind": key[0], "number": key[1]}))
        _calendar_changed(year.school_id)
    return [kept[row.kind, row.number] for row in terms]


def set_closing_order(
    *,
    term: Term,
    finals_from: date | None,
    finals_until: date | None,
    order_number: str,
    order_date: date | None,
    by: Actor,
    at: datetime,
) -> Term:
    """The order on closing a term: its number and date, and the days on which the term's marks are set.

    `finals_until` is the day after the last. Empty days and an empty number take the order back. Raises Refusal when
    the days are incomplete, turned round or far from the term.
    """
    number = checks.text(order_number, 40, "order_number", "номер приказа", needed=finals_from is not None)
    if (finals_from is None) != (finals_until is None):
        raise Refusal("Укажите оба дня: с какого и по какой ставят отметки.", "finals_from")
    if finals_from is not None and finals_until is not None:
        checks.span(finals_from, finals_until)
        if finals_from < term.starts or finals_until > term.until + timedelta(days=60):
            raise Refusal("Дни приказа лежат в самом периоде или сразу после него.", "finals_from")
        if order_date is None:
            raise Refusal("Укажите дату приказа.", "order_date")
    with act(term.school_id, by=by, at=at) as lines:
        names = checks.changed(
            term,
            finals_from=finals_from,
            finals_until=finals_until,
            closing_order=number,
            closing_order_date=order_date,
        )
        if names:
            term.save(update_fields=names)
            lines.append(
                Line(
                    "term_closing_ordered",
                    "term",
                    term.pk,
                    data={
                        "from": finals_from and finals_from.isoformat(),
                        "until": finals_until and finals_until.isoformat(),
                        "order": number,
                        "date": order_date and order_date.isoformat(),
                    },
                )
            )
            _calendar_changed(term.school_id)
    return term


@dataclass(frozen=True, slots=True)
class Gap:
    """Teaching days between two terms of a kind that belong to neither: from the first to the last of them."""

    one: str
    other: str
    first: date
    last: date

    @property
    def says(self) -> str:
        return (
            f"Между «{self.one}» и «{self.other}» остаются учебные дни вне периодов:"
            f" с {ru_date(self.first)} по {ru_date(self.last)}. Сдвиньте границу или добавьте каникулы."
        )


def _days_off(year: AcademicYear) -> list[tuple[date, date]]:
    return list(Vacation.objects.filter(year=year, homeroom=None).values_list("starts", "until"))


def term_gaps(terms: Sequence[TermRow], days_off: Sequence[tuple[date, date]], week_days: int) -> list[Gap]:
    """Gaps between neighbours of a kind; weekends and days off between them are none. Pure."""
    found = []
    for kind in dict.fromkeys(row.kind for row in terms):
        ordered = sorted((row for row in terms if row.kind == kind), key=lambda row: row.starts)
        for one, other in pairwise(ordered):
            open_days = [
                day
                for day in (one.until + timedelta(days=n) for n in range((other.starts - one.until).days))
                if day.isoweekday() <= week_days
                and not any(starts <= day < until for starts, until in days_off)
            ]
            if open_days:
                found.append(Gap(one.title, other.title, open_days[0], open_days[-1]))
    return found


def _check_marked(year: AcademicYear, terms: Sequence[TermRow]) -> None:
    """A term for which marks stand keeps its bounds."""
    wanted = {(row.kind, row.number): row for row in terms}
    moved = {
        term.pk: term
        for term in Term.objects.filter(year=year).exclude(kind="year")
        if (row := wanted.get((term.kind, term.number))) is not None
        and (row.starts, row.until) != (term.starts, term.until)
    }
    if not moved:
        return
    marked = sql.read(
        f"SELECT DISTINCT term_id FROM journal_termmark WHERE term_id IN ({sql.marks(len(moved))}) AND value <> ''",
        list(moved),
    )
    if marked:
        raise Refusal(
            f"За «{moved[marked[0][0]].title}» уже выставлены итоговые отметки: границы периода не меняют.",
            "starts",
        )


def _check_terms(year: AcademicYear, terms: Sequence[TermRow]) -> None:
    seen: set[tuple[str, int]] = {("year", 1)}
    for row in terms:
        checks.one_of(row.kind, [pair for pair in Term.KINDS if pair[0] != "year"], "kind", "вид периода")
        checks.text(row.title, 40, "title", "название периода")
        checks.span(row.starts, row.until)
        if not 1 <= row.number <= 40:
            raise Refusal("Номер периода: от 1 до 40.", "number")
        if row.starts < year.starts or row.until > year.until:
            raise Refusal(
                f"«{row.title}» выходит за учебный год: он идёт с {ru_date(year.starts)}"
                f" по {ru_date(checks.last_day(year.until))}.",
                "starts",
            )
        if (row.kind, row.number) in seen:
            raise Refusal(f"Период «{row.title}» указан дважды.", "number")
        seen.add((row.kind, row.number))
    for row in terms:
        if row.parent is not None and row.parent not in seen:
            raise Refusal(f"Для «{row.title}» указан период, которого нет.", "parent")
    spans = {(row.kind, row.number): row for row in terms}
    for row in terms:
        outer = spans.get(row.parent) if row.parent is not None else None
        if outer is not None and (row.starts < outer.starts or row.until > outer.until):
            raise Refusal(
                f"«{row.title}» выходит за «{outer.title}»: оно идёт с {ru_date(outer.starts)}"
                f" по {ru_date(checks.last_day(outer.until))}.",
                "starts",
            )
    for kind in {row.kind for row in terms}:
        ordered = sorted((row for row in terms if row.kind == kind), key=lambda row: row.starts)
        for one, other in pairwise(ordered):
            if other.starts < one.until:
                raise Refusal(f"«{one.title}» и «{other.title}» пересекаются.", "starts")


def standard_terms(year_starts: date, kind: str = "quarter") -> tuple[list[TermRow], list[VacationRow]]:
    """The dates most schools take, for a year that begins in September of `year_starts.year`: a proposal to edit."""
    y = year_starts.year
    first, end = year_starts, date(y + 1, 5, 27)
    autumn = VacationRow("vacation", "Осенние каникулы", date(y, 10, 26), date(y, 11, 4))
    winter = VacationRow("vacation", "Зимние каникулы", date(y, 12, 31), date(y + 1, 1, 12))
    spring = VacationRow("vacation", "Весенние каникулы", date(y + 1, 3, 28), date(y + 1, 4, 6))
    holidays = [
        VacationRow("holiday", "День народного единства", date(y, 11, 4), date(y, 11, 5)),
        VacationRow("holiday", "День защитника Отечества", date(y + 1, 2, 23), date(y + 1, 2, 24)),
        VacationRow("holiday", "Международный женский день", date(y + 1, 3, 8), date(y + 1, 3, 9)),
        VacationRow("holiday", "Праздник Весны и Труда", date(y + 1, 5, 1), date(y + 1, 5, 2)),
        VacationRow("holiday", "День Победы", date(y + 1, 5, 9), date(y + 1, 5, 10)),
    ]
    if kind == "quarter":
        spans = [
            (first, autumn.starts),
            (autumn.until, winter.starts),
            (winter.until, spring.starts),
            (spring.until, end),
        ]
        vacations = [autumn, winter, spring]
    elif kind == "trimester":
        spans = [(first, date(y, 11, 16)), (date(y, 11, 23), date(y + 1, 2, 15)), (date(y + 1, 2, 22), end)]
        vacations = [
            VacationRow("vacation", "Осенние каникулы", date(y, 10, 5), date(y, 10, 12)),
            VacationRow("vacation", "Каникулы между триместрами", date(y, 11, 16), date(y, 11, 23)),
            winter,
            VacationRow("vacation", "Каникулы между триместрами", date(y + 1, 2, 15), date(y + 1, 2, 22)),
            spring,
        ]
    else:
        spans = [(first, winter.starts), (winter.until, end)]
        vacations = [autumn, winter, spring] if kind == "half_year" else [winter]
    word = TERM_WORDS[kind]
    rows = [
        TermRow(kind, number, f"{ROMAN[number - 1]} {word}", starts, until)
        for number, (starts, until) in enumerate(spans, 1)
    ]
    return rows, [*vacations, *holidays]


def add_vacation(
    *,
    year: AcademicYear,
    kind: str,
    title: str,
    starts: date,
    until: date,
    homeroom_id: int | None = None,
    by: Actor,
    at: datetime,
) -> Vacation:
    """Days without lessons. Lessons already generated for them go with the next generation."""
    title = _check_vacation(year, kind, title, starts, until, homeroom_id)
    with act(year.school_id, by=by, at=at) as lines:
        vacation = Vacation.objects.create(
            school_id=year.school_id,
            year=year,
            kind=kind,
            title=title,
            starts=starts,
            until=until,
            homeroom_id=homeroom_id,
        )
        _calendar_changed(year.school_id)
        lines.append(
            Line("vacation_added", "vacation", vacation.pk, data={"kind": kind, **_span(starts, until)})
        )
    return vacation


def _check_vacation(
    year: AcademicYear, kind: str, title: str, starts: date, until: date, homeroom_id: int | None
) -> str:
    checks.one_of(kind, Vacation.KINDS, "kind", "вид")
    checks.span(starts, until)
    if until <= year.starts or starts >= year.until:
        raise Refusal("Эти дни лежат вне учебного года.", "starts")
    if homeroom_id is not None and not Homeroom.objects.filter(pk=homeroom_id, year=year).exists():
        raise Refusal("Такого класса в этом году нет.", "homeroom")
    return checks.text(title, 80, "title", "название")


def change_vacation(
    *, vacation: Vacation, kind: str, title: str, starts: date, until: date, by: Actor, at: datetime
) -> Vacation:
    """Correct the days or the name."""
    title = _check_vacation(vacation.year, kind, title, starts, until, vacation.homeroom_id)
    with act(vacation.school_id, by=by, at=at) as lines:
        before = _span(vacation.starts, vacation.until)
        names = checks.changed(vacation, kind=kind, title=title, starts=starts, until=until)
        if names:
            vacation.save(update_fields=names)
            _calendar_changed(vacation.school_id)
            lines.append(
                Line(
                    "vacation_changed",
                    "vacation",
                    vacation.pk,
                    data={"before": before, "after": _span(starts, until)},
                )
            )
    return vacation


def remove_vacation(*, vacation: Vacation, by: Actor, at: datetime) -> None:
    """The days are taught after all."""
    with act(vacation.school_id, by=by, at=at) as lines:
        lines.append(
            Line("vacation_removed", "vacation", vacation.pk, data=_span(vacation.starts, vacation.until))
        )
        school_id = vacation.school_id
        vacation.delete()
        _calendar_changed(school_id)


def bulk_vacations(*, year: AcademicYear, rows: Sequence[VacationRow], by: Actor, at: datetime) -> int:
    """Add the vacations that are not there yet (same title and first day); how many."""
    known = set(Vacation.objects.filter(year=year).values_list("title", "starts"))
    fresh = [row for row in rows if (row.title.strip(), row.starts) not in known]
    with act(year.school_id, by=by, at=at):
        for row in fresh:
            add_vacation(
                year=year,
                kind=row.kind,
                title=row.title,
                starts=row.starts,
                until=row.until,
                homeroom_id=row.homeroom_id,
                by=by,
                at=at,
            )
    return len(fresh)


def set_bells(
    *,
    school_id: int,
    title: str,
    bells: Sequence[tuple[int, time, time]],
    is_default: bool = False,
    by: Actor,
    at: datetime,
) -> BellSchedule:
    """Make the bell schedule of this title what `bells` says: number, start, end in local time.

    Lessons already generated keep their times until they are generated again. Raises Refusal when lessons overlap,
    end before they begin, or a number repeats.
    """
    title = checks.text(title, 60, "title", "название звонков")
    ordered = sorted(bells)
    if not ordered:
        raise Refusal("В расписании звонков нет ни одного урока.", "bells")
    if len({number for number, _, _ in ordered}) != len(ordered):
        raise Refusal("Номер урока указан дважды.", "bells")
    for number, starts, ends in ordered:
        if not 0 <= number <= 20:
            raise Refusal("Номер урока: от 0 до 20.", "bells")
        if ends <= starts:
            raise Refusal(f"{number}-й урок кончается раньше, чем начинается.", "bells")
    for (number, _, ends), (following, starts, _) in pairwise(ordered):
        if starts < ends:
            raise Refusal(f"{following}-й урок начинается до конца {number}-го.", "bells")
    with act(school_id, by=by, at=at) as lines:
        schedule = BellSchedule.objects.filter(school_id=school_id, title=title).first()
        if schedule is None:
            is_default = is_default or not BellSchedule.objects.filter(school_id=school_id).exists()
            schedule = BellSchedule.objects.create(school_id=school_id, title=title, is_default=is_default)
        elif is_default and not schedule.is_default:
            schedule.is_default = True
            schedule.save(update_fields=["is_default"])
        if is_default:
            BellSchedule.objects.filter(school_id=school_id).exclude(pk=schedule.pk).update(is_default=False)
        now = list(
            Bell.objects.filter(schedule=schedule).order_by("number").values_list("number", "starts", "ends")
        )
        if now != ordered:
            Bell.objects.filter(schedule=schedule).delete()
            Bell.objects.bulk_create(
                Bell(schedule=schedule, number=number, starts=starts, ends=ends)
                for number, starts, ends in ordered
            )
            lines.append(
                Line(
                    "bells_set",
                    "bells",
                    schedule.pk,
                    data={"bells": [[n, s.strftime("%H:%M"), e.strftime("%H:%M")] for n, s, e in ordered]},
                )
            )
    return schedule


def rename_bells(*, schedule: BellSchedule, title: str, by: Actor, at: datetime) -> BellSchedule:
    """Correct the name of a bell schedule; its bells and the classes that live by it stay."""
    title = checks.text(title, 60, "title", "название звонков")
    clash = BellSchedule.objects.filter(school_id=schedule.school_id, title=title).exclude(pk=schedule.pk)
    if clash.exists():
        raise Refusal(f"Расписание звонков «{title}» уже есть.", "title")
    before = schedule.title
    with act(schedule.school_id, by=by, at=at) as lines:
        if checks.changed(schedule, title=title):
            schedule.save(update_fields=["title"])
            lines.append(Line("bells_renamed", "bells", schedule.pk, data={"before": before, "title": title}))
    return schedule


def inclusive(until: date | None) -> date | None:
    """The last day of a span as people say it; pages show this."""
    return None if until is None else until - timedelta(days=1)
