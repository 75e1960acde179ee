"""Values as people write them: names, dates, classes, weekdays, numbers. Pure functions; None: not such a value."""

from __future__ import annotations

import re
import unicodedata
from datetime import date, time, timedelta
from functools import lru_cache
from typing import Final

_LOOKALIKE: Final = str.maketrans("ABCEHKMOPTXYabcehkmoptxy", "АВСЕНКМОРТХУавсенкмортху")
_LATIN: Final = re.compile("[A-Za-z]")
_MIXED: Final = re.compile("[A-Za-z]+[А-ЯЁа-яё][A-Za-zА-ЯЁа-яё]*|[А-ЯЁа-яё]+[A-Za-z][A-Za-zА-ЯЁа-яё]*")
"""A word with letters of both alphabets."""
_DASHES: Final = str.maketrans(
    {"–": "-", "—": "-", "−": "-", "‑": "-", "\u00a0": " ", "\u202f": " ", "\u2009": " "}
)
_MONTHS: Final = (
    "январ", "феврал", "март", "апрел", "ма", "июн", "июл", "август", "сентябр", "октябр", "ноябр", "декабр",
)  # fmt: skip
_DAYS: Final = {
    "понедельник": 1, "вторник": 2, "среда": 3, "четверг": 4, "пятница": 5, "суббота": 6, "воскресенье": 7,
    "пн": 1, "вт": 2, "ср": 3, "чт": 4, "пт": 5, "сб": 6, "вс": 7,
    "пнд": 1, "втр": 2, "срд": 3, "чтв": 4, "птн": 5, "сбт": 6, "вск": 7,
    "понед": 1, "пон": 1, "втор": 2, "четв": 4, "пятн": 5, "субб": 6, "суб": 6,
}  # fmt: skip
DAY_NAMES: Final = (
    "понедельник", "вторник", "среда", "четверг", "пятница", "суббота", "воскресенье",
)  # fmt: skip
MAX_NUMBER: Final = 20
"""The last lesson number a day may have; the first is 0."""
_ROMAN: Final = {
    "I": 1,
    "II": 2,
    "III": 3,
    "IV": 4,
    "V": 5,
    "VI": 6,
    "VII": 7,
    "VIII": 8,
    "IX": 9,
    "X": 10,
    "XI": 11,
    "XII": 12,
}


def tidy(text: str) -> str:
    """One line, single ordinary spaces, no invisible characters, NFC, each word in one alphabet."""
    text = unicodedata.normalize("NFC", text)
    text = "".join(
        " " if ch in "\n\r\t\u00a0\u202f\u2009" else ch for ch in text if ch >= " " or ch in "\n\r\t"
    )
    text = re.sub(r" +", " ", re.sub("[\u200b\u200c\u200d\u2060\ufeff\u00ad]", "", text)).strip()
    return _MIXED.sub(lambda word: _in_one_alphabet(word[0]), text) if _LATIN.search(text) else text


def _in_one_alphabet(word: str) -> str:
    """«Coкoлoва» with Latin C and o looks right and is never found again: made Cyrillic, where that is certain.

    A word that keeps a Latin letter without a Cyrillic twin («Javа», «VIIа») stays as it is.
    """
    turned = word.translate(_LOOKALIKE)
    return word if _LATIN.search(turned) else turned


@lru_cache(maxsize=65536)
def fold(text: str) -> str:
    """Form for comparing: case, ё, quotes, spaces, dots and Latin look-alikes do not count."""
    text = tidy(text).translate(_DASHES).translate(_LOOKALIKE).casefold().replace("ё", "е")
    return re.sub(r"[\s«»\"'’‘ʼ“”„`.,\-_()№]+", "", text)


def parse_date(text: str) -> date | None:
    """A date as text: 01.09.2026, 1.9.26, 2026-09-01, 01/09/2026, «1 сентября 2026 г.», an Excel serial number."""
    text = re.sub(r"[«»\"“”]", "", tidy(text)).translate(_DASHES).rstrip(".").lower()
    text = re.sub(r"\s*(года|год|г)$", "", text)
    text = re.sub(r"[t ]\d{1,2}:\d{2}(:\d{2}(\.\d+)?)?(z|[+-]\d{2}:?\d{2})?$", "", text)
    found = re.fullmatch(r"(\d{4})[-./](\d{1,2})[-./](\d{1,2})", text)
    if found:
        return _date(*(int(part) for part in found.groups()))
    found = re.fullmatch(r"(\d{1,2})[-./, ](\d{1,2})[-./, ](\d{4}|\d{2})", text)
    if found:
        day, month, year = (int(part) for part in found.groups())
        return _date(_century(year), month, day)
    found = re.fullmatch(r"(\d{1,2})[-\s]*([а-я]+)\.?[-\s]*(\d{4}|\d{2})", text)
    if found:
        for number, stem in enumerate(_MONTHS, 1):
            word = found[2]
            if word.startswith(stem) or (len(word) >= 3 and stem.startswith(word)):
                if stem == "ма" and not re.fullmatch("ма[йя]", word):
                    continue
                return _date(_century(int(found[3])), number, int(found[1]))
    if re.fullmatch(r"\d{5}(\.\d+)?", text) and 10000 <= float(text) <= 80000:
        return date(1899, 12, 30) + timedelta(days=int(float(text)))
    return None


def is_month_first(text: str) -> bool:
    """True for «02/28/2015»: a date that only has sense with the month in front, as in America."""
    found = re.fullmatch(r"(\d{1,2})/(\d{1,2})/\d{2,4}", tidy(text))
    return bool(found) and 1 <= int(found[1]) <= 12 < int(found[2]) <= 31  # type: ignore[index]


def _century(year: int) -> int:
    return year if year > 99 else 2000 + year if year < 50 else 1900 + year


def _date(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day) if 1900 <= year <= 2100 else None
    except ValueError:
        return None


def parse_time(text: str) -> time | None:
    """8:30, 8.30, 8-30, 08:30:00."""
    found = re.fullmatch(r"(\d{1,2})[:.\-](\d{2})(?::\d{2})?", tidy(text).translate(_DASHES))
    if not found or int(found[1]) > 23 or int(found[2]) > 59:
        return None
    return time(int(found[1]), int(found[2]))


def parse_span(text: str) -> tuple[time, time] | None:
    """«8:30–9:15», «8.30 - 9.15», «9-15*9-30» as two times."""
    found = re.fullmatch(
        r"(\d{1,2}[:.]\d{2}|\d{1,2}-\d{2})\s*[-*/ ]\s*(\d{1,2}[:.]\d{2}|\d{1,2}-\d{2})",
        tidy(text).translate(_DASHES),
    )
    if not found:
        return None
    starts, ends = parse_time(found[1]), parse_time(found[2])
    return (starts, ends) if starts and ends and starts < ends else None


def add_minutes(moment: time, minutes: int) -> time | None:
    """The time so many minutes later (or earlier), within the same day."""
    moved = moment.hour * 60 + moment.minute + minutes
    return time(moved // 60, moved % 60) if 0 <= moved < 24 * 60 else None


def parse_int(text: str) -> int | None:
    """A whole number, also as spreadsheets give it («1.0»)."""
    found = re.fullmatch(r"([+-]?\d{1,9})(?:[.,]0+)?", tidy(text))
    return int(found[1]) if found else None


def parse_hours(text: str) -> float | None:
    """Weekly hours: 2, 0,5, 1.5."""
    found = re.fullmatch(r"(\d{1,2}(?:[.,]\d{1,2})?)\s*(?:ч|час|часа|часов)?\.?", tidy(text).casefold())
    return float(found[1].replace(",", ".")) if found else None


def parse_weekday(text: str) -> int | None:
    """1 Monday … 7 Sunday, from a Russian name, a short form or a number."""
    word = tidy(text).casefold().strip(" .:")
    return _DAYS.get(word) or (int(word) if word in {"1", "2", "3", "4", "5", "6", "7"} else None)


def parse_week(text: str) -> int | None:
    """0 each, 1 odd, 2 even: «каждая», «нечётная», «чёт.», «числитель», «2 неделя». None: not such a word."""
    word = fold(text).removesuffix("неделя").removesuffix("нед")
    if word in {"", "каждая", "обе", "все", "еженедельно"}:
        return 0
    if word in {
        "1",
        "1я",
        "i",
        "а",
        "a",
        "первая",
        "нечетная",
        "нечет",
        "неч",
        "нечетные",
        "числитель",
        "числ",
    }:
        return 1
    if word in {"2", "2я", "ii", "б", "b", "в", "вторая", "четная", "чет", "четные", "знаменатель", "знам"}:
        return 2
    return None


def day_name(text: str) -> int | None:
    """The weekday of a label that is (or begins with) its name: «Понедельник», «ПН», «Понедельник, 2 сентября».

    Letters written one below another («п о н е д…») count too. Bare numbers do not.
    """
    word = tidy(text).casefold()
    first = re.split(r"[ ,.:;(/\d-]", word, maxsplit=1)[0]
    joined = re.sub(r"[^а-яё]", "", word)
    return _DAYS.get(first) or (_DAYS.get(joined) if len(joined) > 4 else None)


def parse_lesson_number(text: str) -> int | None:
    """«1», «1.0», «1.», «1 урок», «1-й урок», «III»: 0 to 20."""
    word = tidy(text)
    if word.upper() in _ROMAN:
        return _ROMAN[word.upper()]
    found = re.fullmatch(
        r"(?:урок\s*№?\s*)?(\d{1,2})(?:[.,]0+)?[.)]?(?:\s*-?\s*(?:й|ый|ой))?(?:\s*урок\.?)?", word.casefold()
    )
    number = int(found[1]) if found else -1
    return number if 0 <= number <= 20 else None


def parse_sex(text: str) -> str | None:
    """«f», «m» or empty for an empty text; None when it is something else."""
    word = tidy(text).casefold().strip(".")
    if not word:
        return ""
    if word in {"м", "муж", "мужской", "мальчик", "юноша", "m", "male"}:
        return "m"
    if word in {"ж", "жен", "женский", "девочка", "девушка", "f", "female"}:
        return "f"
    return None


def parse_phone(text: str) -> str | None:
    """A phone with its digits grouped as +7 900 123-45-67 when Russian, else as written. None: not a phone."""
    word = re.sub(r"\.0$", "", tidy(text).translate(_DASHES))
    word = re.sub(
        r"^(?:тел|моб|дом|сот)[а-яё]*\.?:?\s*|\s*\([а-яё. ]+\)$|\s*[-,]?\s*[а-яё]+$",
        "",
        word,
        flags=re.IGNORECASE,
    )
    digits = re.sub(r"\D", "", word)
    if re.search(r"[^\d\s()+\-.]", word) or not 5 <= len(digits) <= 15:
        return None
    if len(digits) == 11 and digits[0] in "78" and not (word.startswith("+") and digits[0] == "8"):
        digits = digits[1:]
    elif len(digits) != 10 or word.startswith("+"):
        return word
    return f"+7 {digits[:3]} {digits[3:6]}-{digits[6:8]}-{digits[8:]}"


def parse_email(text: str) -> str | None:
    """An address in lower case; None when it cannot be one."""
    word = tidy(text).lower()
    return word if re.fullmatch(r"[^@\s<>,;\"]{1,64}@[^@\s<>,;\"]{1,120}\.[^@\s.<>,;\"]{2,}", word) else None


_PATRONYMIC: Final = re.compile("(?:[оеё]вич|ьич|мич|кич|тич|[оеё]вна|ична)$", re.IGNORECASE)


def split_name(text: str) -> tuple[str, str, str]:
    """(surname, given name or initial, patronymic or initial) from any usual order. Unknown parts are empty.

    «Иванова Анна Петровна», «Анна Петровна Иванова», «Иванова А. П.», «А. П. Иванова», «Иванова А.П.»,
    «Иванова АП», «Ст.Караиванова». A second word that is a patronymic and a third
    that is none say that the surname stands last.
    """
    words = tidy(text)
    found = re.fullmatch(r"([\w'’ -]+?)\s+(\w{1,2})\s?\.(?:\s?(\w{1,2})\s?\.?)?", words)
    if found:
        return found[1], f"{found[2]}.", f"{found[3]}." if found[3] else ""
    found = re.fullmatch(r"(\w{1,2})\s?\.\s?(?:(\w{1,2})\s?\.\s?)?([\w'’ -]+)", words)
    if found:
        return found[3], f"{found[1]}.", f"{found[2]}." if found[2] else ""
    found = re.fullmatch(r"([\w'’ -]{2,}?)\s+([А-ЯЁ])([А-ЯЁ])", words)
    if found:
        return found[1], f"{found[2]}.", f"{found[3]}."
    parts = words.split(" ")
    if len(parts) == 3 and _PATRONYMIC.search(parts[1]) and not _PATRONYMIC.search(parts[2]):
        return parts[2], parts[0], parts[1]
    if len(parts) >= 3:
        return parts[0], parts[1], " ".join(parts[2:])
    return parts[0], parts[1] if len(parts) > 1 else "", ""


def name_keys(surname: str, given_name: str, patronymic: str) -> tuple[str, str, str]:
    """(full, surname with both initials, surname with the first initial) in folded form."""
    first, second = given_name[:1], patronymic[:1]
    return (
        fold(f"{surname}|{given_name}|{patronymic}"),
        fold(f"{surname}|{first}|{second}"),
        fold(f"{surname}|{first}"),
    )


BARE_INITIALS: Final = re.compile(
    r"[А-ЯЁ][а-яё]*(?:-[А-ЯЁ][а-яё]+)?(?:[оеё]ва?|[иы]на?|[сц]к(?:ий|ая)|ко|ук|юк|ич|ян|дзе|швили)"
    r"\s+[А-ЯЁ]\s?[А-ЯЁ](?![\w.])"
)
"""«Петров П П», «Петрова АИ»: only after a word that ends as surnames do, for «История РФ» is a subject."""


def cased(surname: str, given_name: str, patronymic: str) -> tuple[str, str, str]:
    """A name all in capitals or all in small letters as names are written: «Римская-Корсакова», «Гасан оглы»."""
    told = surname + given_name
    if sum(map(str.isalpha, told)) < 4 or not (told.isupper() or told.islower()):
        return surname, given_name, patronymic

    def one(name: str) -> str:
        if len(name.rstrip(".")) < 2 or not (name.isupper() or name.islower()):
            return name
        return re.sub(r"(?<= )(Оглы|Кызы)\b", lambda found: found[0].lower(), name.title())

    return one(surname), one(given_name), one(patronymic)


def is_person_name(text: str) -> bool:
    """True for «Фамилия И. О.», «И. О. Фамилия»: the form in which timetables name teachers."""
    return bool(BARE_INITIALS.fullmatch(tidy(text))) or bool(
        re.fullmatch(
            r"[А-ЯЁA-Z][\w'’-]+\s+[А-ЯЁA-Z]\s?\.\s?([А-ЯЁA-Z]\s?\.?)?|[А-ЯЁA-Z]\s?\.\s?([А-ЯЁA-Z]\s?\.\s?)?[А-ЯЁA-Z][\w'’-]+",
            tidy(text),
        )
    )


_CLASS: Final = re.compile(
    r"(?P<grade>1[0-2]|[1-9])\s*[-/«\"' ]*\s*(?P<letter>[А-ЯЁа-яёA-Za-z]{1,2}\d?|(?<=[-/])\d)?[»\"' ]*"
    r"\s*(?:\((?P<part>[^()]{1,16})\))?"
)


_ROMAN_CLASS: Final = re.compile(
    r"(?P<grade>[XХ]II|[XХ]I|I[XХ]|VIII|VII|VI|IV|V|III|II|I|X)"
    r"(?:[-/«\"' ]+(?P<letter>[А-ЯЁа-яёABCEKMHOPTabcekmhopt])[»\"' ]*)?"
)
"""A grade in Roman figures, and a letter set apart: «IX «Б»», not «IT»."""


def parse_class(text: str) -> tuple[int, str, str] | None:
    """(grade, letter in upper case, part in brackets) of «5к», «10 «А»», «11-Б класс», «V а», «7к(г)»; None otherwise.

    «5 класс» has an empty letter; a bare «5» is no class.
    """
    word = tidy(text).translate(_DASHES)
    if len(word) > 28:
        return None
    bare = re.sub(r"(?<=\d)\s?-(?:й|ый|ой|е|ые)(?= |$)", "", word, flags=re.IGNORECASE)
    bare = re.sub(r"(?<![а-яё])(?:классы?|кл\.?)(?!\w)", " ", bare, flags=re.IGNORECASE).strip()
    roman = _ROMAN_CLASS.fullmatch(bare)
    if roman and (roman["letter"] or bare != word):
        return _ROMAN[roman["grade"].replace("Х", "X")], (roman["letter"] or "").upper(), ""
    found = _CLASS.fullmatch(bare)
    if not found or not (found["letter"] or bare != word):
        return None
    return int(found["grade"]), (found["letter"] or "").upper(), (found["part"] or "").strip()


_LETTER_LAST: Final = re.compile(r"\d\s*[-«\"(]?\s*([^\W\d_]{1,2})[»\")]?$")
_LETTERS_FIRST: Final = re.compile(r"([^\W\d_]{1,8})[\s./-]*\d")


def group_letter(title: str) -> str:
    """The letter or the code by which a group is named: А of «ТМ-2А», МС of «МС-11»; empty for «Группа 3»."""
    word = tidy(title).translate(_DASHES)
    if last := _LETTER_LAST.search(word):
        return last[1].upper()
    first = _LETTERS_FIRST.match(word)
    if first is None or not first[1][0].isupper():
        return ""
    capitals = sum(sign.isupper() for sign in first[1])
    return first[1] if capitals * 2 >= len(first[1]) else ""


def class_title(grade: int, letter: str, part: str = "") -> str:
    """«7К», «10В (с)»: the written form of a class, Latin look-alikes made Cyrillic."""
    joined = f"-{letter}" if letter.isdigit() else letter.translate(_LOOKALIKE)
    return f"{grade}{joined}" + (f" ({part})" if part else "")


def is_formula(text: str) -> bool:
    """True for text that a spreadsheet would run as a formula when the value is written out again."""
    head = text.lstrip()
    return head.startswith(("=", "@")) or bool(re.match(r"[+\-][A-Za-zА-Яа-я$]+\d*[(!|]", head))


_ERROR_VALUES: Final = re.compile(
    r"#(?:REF!|N/A|VALUE!|DIV/0!|NAME\?|NUM!|NULL!|SPILL!|CALC!|FIELD!|GETTING_DATA"
    r"|ССЫЛ(?:КА)?!|Н/Д|ЗНАЧ!|ДЕЛ/0!|ИМЯ\?|ЧИСЛО!|ПУСТО!|ПЕРЕНОС!|ВЫЧИСЛ!|ПОЛЕ!)|(?:Err|Ошибка):\d{3}",
    re.IGNORECASE,
)


def is_error_value(text: str) -> bool:
    """True for what a spreadsheet shows in place of a value it cannot work out: «#REF!», «#Н/Д», «Err:502»."""
    return text.lstrip()[:1] in set("#EeОо") and bool(_ERROR_VALUES.fullmatch(text.strip()))


def defused(text: str) -> str:
    """The text as it may stand in a cell of a file for spreadsheets: what would run there gets an apostrophe."""
    return f"'{text}" if text.lstrip().startswith(("=", "+", "-", "@", "\t", "\r")) else text
