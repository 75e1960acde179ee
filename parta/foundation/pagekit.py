"""What templates may call: icons and the wording of dates, times, numbers and names, in the language spoken now.

Plain functions over plain values. Moments must already be in the school's own time: no zone is converted here.
`config.jinja` installs `JINJA_FILTERS` and `JINJA_GLOBALS`.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import ROUND_HALF_UP, Decimal
from functools import lru_cache
from typing import Any

from lucide import IconDoesNotExist
from lucide.jinja import lucide
from markupsafe import Markup

from parta.foundation import language

NBSP = "\u00a0"
DASH = "–"

MONTHS_OF = (
    "января",
    "февраля",
    "марта",
    "апреля",
    "мая",
    "июня",
    "июля",
    "августа",
    "сентября",
    "октября",
    "ноября",
    "декабря",
)
"""Genitive: «14 октября»."""
MONTHS = (
    "январь",
    "февраль",
    "март",
    "апрель",
    "май",
    "июнь",
    "июль",
    "август",
    "сентябрь",
    "октябрь",
    "ноябрь",
    "декабрь",
)
WEEKDAYS = (
    "понедельник",
    "вторник",
    "среда",
    "четверг",
    "пятница",
    "суббота",
    "воскресенье",
)
WEEKDAYS_SHORT = ("пн", "вт", "ср", "чт", "пт", "сб", "вс")


@dataclass(frozen=True, slots=True)
class Calendar:
    """How a language writes days: months in a date and by themselves, weekdays, and the parts put together."""

    months_of: tuple[str, ...]
    months: tuple[str, ...]
    weekdays: tuple[str, ...]
    weekdays_short: tuple[str, ...]
    day: str
    """«{day}» and «{month}»."""
    full: str
    """The date of `day`, and «{year}»."""
    comma: str


_ENGLISH = tuple(
    "January February March April May June July August September October November December".split()
)
_KYRGYZ = tuple("январь февраль март апрель май июнь июль август сентябрь октябрь ноябрь декабрь".split())
CALENDARS = {
    "ru": Calendar(
        MONTHS_OF,
        MONTHS,
        WEEKDAYS,
        WEEKDAYS_SHORT,
        f"{{day}}{NBSP}{{month}}",
        f"{{date}} {{year}}{NBSP}г.",
        ",",
    ),
    "ky": Calendar(
        _KYRGYZ,
        _KYRGYZ,
        ("дүйшөмбү", "шейшемби", "шаршемби", "бейшемби", "жума", "ишемби", "жекшемби"),
        ("дш", "шш", "шр", "бш", "жм", "иш", "жк"),
        "{day}-{month}",
        "{date}, {year}-ж.",
        ",",
    ),
    "en": Calendar(
        _ENGLISH,
        _ENGLISH,
        ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"),
        ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"),
        f"{{day}}{NBSP}{{month}}",
        "{date} {year}",
        ".",
    ),
}


def calendar() -> Calendar:
    """How days are written in the language spoken now."""
    return CALENDARS[language.now()]


ICON_CLASSES = {"s": "ico ico-s", "m": "ico", "l": "ico ico-m", "xl": "ico ico-l"}
"""Sizes of icons, in pixels at the default text size: 13, 16, 20, 24."""


@lru_cache(maxsize=256)
def icon(name: str, size: str = "m") -> Markup:
    """A Lucide icon as inline SVG, decorative (hidden from screen readers), coloured like the text around it.

    `size` is one of `ICON_CLASSES`. Raises ValueError for an unknown size or icon.
    """
    if size not in ICON_CLASSES:
        raise ValueError(f"unknown icon size {size!r}")
    try:
        drawing = lucide(name)
    except IconDoesNotExist:
        raise ValueError(f"unknown icon {name!r}") from None
    shapes = re.sub(r"^<svg[^>]*>|</svg>\s*$", "", drawing.strip())
    shapes = re.sub(r">\s+<", "><", shapes.strip()).replace(" />", "/>")
    # The drawing comes from the icon package, the class from the table above: nothing of a user's is in it.
    return Markup(f'<svg class="{ICON_CLASSES[size]}" viewBox="0 0 24 24" aria-hidden="true">{shapes}</svg>')


def ru_date(day: date) -> str:
    """«14 октября», «14-октябрь», «14 October»."""
    return _dated(str(day.day), day.month)


def _dated(days: str, month: int) -> str:
    words = calendar()
    return words.day.format(day=days, month=words.months_of[month - 1])


def ru_date_full(day: date) -> str:
    """«14 октября 2026 г.», «14-октябрь, 2026-ж.», «14 October 2026»."""
    return calendar().full.format(date=ru_date(day), year=day.year)


def ru_date_num(day: date) -> str:
    """«14.10»: for narrow columns."""
    return f"{day.day:02}.{day.month:02}"


def ru_span(first: date, last: date) -> str:
    """Days from `first` to `last`, both included: «12–17 октября», «28 сентября – 3 октября»."""
    if first == last:
        return ru_date(first)
    if first.year != last.year:
        return f"{ru_date_full(first)} {DASH} {ru_date_full(last)}"
    if first.month != last.month:
        return f"{ru_date(first)} {DASH} {ru_date(last)}"
    return _dated(f"{first.day}{DASH}{last.day}", last.month)


def month_name(day: date) -> str:
    """«Октябрь»: the head of a month's columns."""
    return calendar().months[day.month - 1].capitalize()


def weekday(day: date) -> str:
    """«среда»."""
    return calendar().weekdays[day.weekday()]


def weekday_on(day: date) -> str:
    """«среду», as after «на»; other languages decline nothing here."""
    name = weekday(day)
    return _ON.get(name, name)


_ON = {"среда": "среду", "пятница": "пятницу", "суббота": "субботу"}


def weekday_short(day: date) -> str:
    """«ср»."""
    return calendar().weekdays_short[day.weekday()]


def hm(moment: time | datetime) -> str:
    """«8:30». A datetime must be in the school's time."""
    return f"{moment.hour}:{moment.minute:02}"


def number_span(number: int, hours: int = 1) -> str:
    """The numbers a lesson takes: «3», of several hours «1–6»."""
    return str(number) if hours < 2 else f"{number}–{number + hours - 1}"


def lesson_words(number: int, hours: int = 1) -> str:
    """«3-й урок», of several hours «1–6-й уроки»."""
    numbers = number_span(number, hours)
    if hours < 2:
        return language.say("{number}-й урок", number=numbers)
    return language.say("{numbers}-й уроки", numbers=numbers)


def time_unit(school_kind: str) -> tuple[str, str, str]:
    """What missed and given time is counted in: hours in a college, lessons (of an hour each) elsewhere."""
    if school_kind == "college":
        return language.forms("час", "часа", "часов")
    return language.forms("урок", "урока", "уроков")


def minutes_words(count: int) -> str:
    """«14 мин»."""
    return language.say("{count}\u00a0мин", count=count)


def room_words(room: str) -> str:
    """«каб. 209», «каб. с1»; a room with a name of its own is called by it: «Мастерская 1», «Спортивный зал»."""
    is_short = room[:1].isdigit() or len(room) <= 4
    return language.say("каб. {room}", room=room).replace(" ", NBSP, 1) if is_short else room


def hm_span(start: time | datetime, end: time | datetime) -> str:
    """«10:30–11:15»."""
    return f"{hm(start)}{DASH}{hm(end)}"


def avg(value: float | Decimal | None, places: int = 2) -> str:
    """«4,23», halves rounded up; nothing for None."""
    return _rounded(value, places, calendar().comma)


@lru_cache(maxsize=4096)
def _rounded(value: float | Decimal | None, places: int, comma: str) -> str:
    if value is None:
        return ""
    step = Decimal(1).scaleb(-places)
    return str(Decimal(str(value)).quantize(step, ROUND_HALF_UP)).replace(".", comma)


def number(value: int) -> str:
    """«1 046»: thousands set apart by a no-break space; a true minus sign."""
    return f"{value:,}".replace(",", NBSP).replace("-", "−")


def plural_word(count: int, one: str, few: str, many: str) -> str:
    """The form that goes with `count`: plural_word(2, 'урок', 'урока', 'уроков') is «урока»."""
    return language.counted(language.now(), count, one, few, many)


def plural(count: int, one: str, few: str, many: str) -> str:
    """The count and its word: «5 уроков»."""
    return f"{number(count)}{NBSP}{plural_word(count, one, few, many)}"


def initials(full_name: str) -> str:
    """«Соколова М. В.» of «Соколова Мария Викторовна», with no-break spaces.

    A double given name keeps both letters («А.-М.»); words in lower case («кызы», «оглы») have no initial.
    """
    surname, *names = full_name.split() or [""]
    letters = [
        "-".join(f"{part[0]}." for part in name.split("-") if part) for name in names if not name[0].islower()
    ]
    return NBSP.join([surname, *letters])


_TIES = [
    # «п. 4.5», «ст. 7», «с. 78», «гл. 2», «упр. 4», «каб. 27»: the abbreviation stays with its number
    (
        re.compile(r"\b(п|пп|подп|ст|ч|с|стр|гл|упр|каб|разд|рис|абз)\. (?=\d)", re.IGNORECASE),
        rf"\1.{NBSP}",
    ),
    (re.compile(r"([№§]) ?(?=\d)"), rf"\1{NBSP}"),
    # «6 «Б»»
    (re.compile(r"\b(\d{1,2}) (?=«\w»)"), rf"\1{NBSP}"),
    # «14 октября», «25 мин», «6 ч», «40 %»
    (
        re.compile(rf"(\d) (?=(?:{'|'.join(MONTHS_OF)}|мин|ч|сек|г\.|руб|%)(?!\w))"),
        rf"\1{NBSP}",
    ),
    # «Соколова М. В.» and «М. В. Соколова»
    (re.compile(r"\b([А-ЯЁӨҮҢӘ]\.) ?(?=[А-ЯЁӨҮҢӘ]\.)"), rf"\1{NBSP}"),
    (re.compile(rf"(?<=[а-яёөүңә]) (?=[А-ЯЁӨҮҢӘ]\.{NBSP}[А-ЯЁӨҮҢӘ]\.)"), NBSP),
    (re.compile(rf"([А-ЯЁӨҮҢӘ]\.{NBSP}[А-ЯЁӨҮҢӘ]\.) (?=[А-ЯЁӨҮҢӘ])"), rf"\1{NBSP}"),
]


@lru_cache(maxsize=4096)
def nbsp(text: str) -> str:
    """The text with no-break spaces where a line must not break: «п. 4.5», «№ 14», «6 «Б»», initials."""
    for pattern, tied in _TIES:
        text = pattern.sub(tied, text)
    return text


def clause(reference: str) -> str:
    """A clause as it is quoted: «4.5» and «п. 4.5» both become «п. 4.5» with a no-break space."""
    reference = reference.strip()
    return nbsp(f"п. {reference}" if reference[:1].isdigit() else reference)


def capital(text: str) -> str:
    """The text with its first letter large, the rest untouched."""
    return text[:1].upper() + text[1:]


def small(text: str) -> str:
    """The text in the middle of a sentence: «русский язык», «шахматная школа «Ладья»»; «ИЗО» stays as it is."""
    return text if text[:2].isupper() else text[:1].lower() + text[1:]


_ACT = re.compile(r"^(.+?) ([А-ЯЁ][а-яё].*)$")
"""«п. 2.1 Положения»: the place and the act."""


def cited(clauses: Sequence[str]) -> str:
    """Several clauses in a line, an act named once: «п. 2.1, п. 2.2 Положения, п. 3.4 Инструкции»."""
    acts: dict[str, list[str]] = {}
    for one in clauses:
        hit = _ACT.match(one)
        place, act = (hit[1], hit[2]) if hit else (one, "")
        acts.setdefault(act, []).append(nbsp(place))
    return ", ".join(f"{', '.join(places)}{' ' + act if act else ''}" for act, places in acts.items())


JINJA_FILTERS: dict[str, Callable[..., Any]] = {
    "ru_date": ru_date,
    "ru_date_full": ru_date_full,
    "ru_date_num": ru_date_num,
    "month_name": month_name,
    "weekday": weekday,
    "weekday_on": weekday_on,
    "weekday_short": weekday_short,
    "say": language.say,
    "hm": hm,
    "avg": avg,
    "number": number,
    "plural": plural,
    "plural_word": plural_word,
    "initials": initials,
    "nbsp": nbsp,
    "clause": clause,
    "cited": cited,
    "capital": capital,
    "small": small,
}
JINJA_GLOBALS: dict[str, Any] = {
    "icon": icon,
    "ru_span": ru_span,
    "hm_span": hm_span,
    "room_words": room_words,
    "lesson_words": lesson_words,
    "number_span": number_span,
    "time_unit": time_unit,
    "NBSP": NBSP,
}
