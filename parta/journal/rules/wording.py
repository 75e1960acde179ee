"""Words that refusals of journal rules share: works, meanings, dates, marks by name."""

from collections.abc import Iterable, Mapping
from datetime import date, datetime, tzinfo

from parta.regulation.words import own_word

__all__ = [
    "ACCUSATIVE_WORKS",
    "MARK_NAMES",
    "MEANING_WORDS",
    "WORKS",
    "day_words",
    "listed",
    "moment_words",
    "quoted",
    "work_name",
    "work_words",
]

NBSP = "\N{NO-BREAK SPACE}"

WORKS: Mapping[str, tuple[str, str, str]] = {
    # code: (title, short, as in «отметка за …»)
    "oral": ("Устный ответ", "УО", "устный ответ"),
    "written": ("Письменная работа", "ПР", "письменную работу"),
    "control": ("Контрольная работа", "КР", "контрольную работу"),
    "control_internal": ("Контрольная работа ВТК", "ВК", "контрольную работу внутритехникумовского контроля"),
    "credit": ("Зачётная работа", "ЗР", "зачётную работу"),
    "test": ("Тест", "Т", "тест"),
    "exam": ("Экзаменационная работа", "ЭР", "экзаменационную работу"),
    "independent": ("Самостоятельная работа", "СР", "самостоятельную работу"),
    "laboratory": ("Лабораторная работа", "ЛР", "лабораторную работу"),
    "practical": ("Практическая работа", "ПЗ", "практическую работу"),
    "composition": ("Сочинение", "С", "сочинение"),
    "check_work": ("Проверочная работа", "П", "проверочную работу"),
    "production_task": ("Производственное задание", "ПЗд", "производственное задание"),
    "practice": ("Занятие практики", "УП", "занятие практики"),
    "production_training": ("Производственное обучение", "ПО", "производственное обучение"),
    "current": ("Работа на уроке", "Т", "работу на уроке"),
}
"""Codes of kinds of work that every regulation may use; an act may define more."""

NESTED: Mapping[str, frozenset[str]] = {
    "control_internal": frozenset({"control"}),
    "composition": frozenset({"written"}),
}
ACCUSATIVE_WORKS: Mapping[str, str] = {code: words[2] for code, words in WORKS.items()}

MEANING_WORDS: Mapping[str, str] = {
    "unknown": "отсутствует, причина не известна",
    "ill": "болеет",
    "excused": "уважительная причина",
    "unexcused": "неуважительная причина",
    "late": "опоздал",
    "event": "школьное мероприятие",
    "exempt": "освобождён",
}

MARK_NAMES: Mapping[str, str] = {
    "1": "Единица",
    "2": "Двойка",
    "3": "Тройка",
    "4": "Четвёрка",
    "5": "Пятёрка",
}

_MONTHS = "января февраля марта апреля мая июня июля августа сентября октября ноября декабря".split()


def day_words(day: date) -> str:
    """«5 октября»."""
    return f"{day.day}{NBSP}{_MONTHS[day.month - 1]}"


def moment_words(moment: datetime, zone: tzinfo) -> str:
    """«5 октября, 23:59» in the school's time zone."""
    local = moment.astimezone(zone)
    return f"{day_words(local.date())}, {local:%H:%M}"


def listed(items: Iterable[str], last: str = "и") -> str:
    """«а, б и в»."""
    words = list(items)
    if len(words) < 2:
        return "".join(words)
    return f"{', '.join(words[:-1])} {last} {words[-1]}"


def quoted(items: Iterable[str]) -> str:
    """««2», «3», «4»»."""
    return ", ".join(f"«{item}»" for item in items)


def work_name(code: str) -> str:
    """«устный ответ» — a common kind of work by its code; the code itself where an act defined it."""
    return (WORKS[code][0] if code in WORKS else own_word(code)).lower()


def _own(code: str) -> str:
    title = own_word(code)
    return code if title == code else f"«{title}»"


def work_words(codes: Iterable[str], titles: Mapping[str, str] | None = None) -> str:
    """«устный ответ, контрольную работу» — as after «отметка за»."""
    known = titles or {}
    return ", ".join(known.get(code) or ACCUSATIVE_WORKS.get(code) or _own(code) for code in codes)
