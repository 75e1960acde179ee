"""A regulation file: read, checked, and kept as plain frozen values.

The file format is described in ``docs/decisions/0003-regulation-file.md``. Every problem is reported at once, each
with its line, its entry and the values that are allowed, in Russian, for a deputy head to mend.
"""

import re
import tomllib
from functools import lru_cache
from pathlib import Path

from parta.regulation.entries import (
    MISSING,
    RANKS,
    Edition,
    Entry,
    Ground,
    PermitTerms,
    Problem,
    RegulationError,
    Setting,
)
from parta.regulation.reader import Lines, Reader
from parta.regulation.values import (
    filled,
    frozen,
    is_place_table,
    params_of,
    params_problems,
    parse_grades,
    row_of,
    thawed,
    variants,
)

__all__ = [
    "MISSING",
    "PRESETS",
    "RANKS",
    "Edition",
    "Entry",
    "Ground",
    "PermitTerms",
    "Problem",
    "RegulationError",
    "Setting",
    "filled",
    "frozen",
    "is_place_table",
    "load_preset",
    "params_of",
    "params_problems",
    "parse_edition",
    "parse_grades",
    "read_edition",
    "row_of",
    "thawed",
    "variants",
]

PRESETS = Path(__file__).parent / "presets"


def read_edition(path: Path) -> Edition:
    """Read and check a regulation file. Raises :class:`RegulationError` with everything that is wrong in it."""
    try:
        source = path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError:
        text = "файл сохранён не в кодировке UTF-8: в «Блокноте» — «Сохранить как», кодировка UTF-8"
        raise RegulationError([Problem(0, "", text)]) from None
    return parse_edition(source)


def load_preset(name: str) -> Edition:
    """One of the ready-made regulations: goethe23, kemerovo-ct, egorievsk-college, ipatovo1, dubrovo."""
    return read_edition(PRESETS / f"{name}.toml")


_SLIPS = (
    ("Cannot overwrite", "это поле (или раздел) в записи уже есть: второй раз его не пишут"),
    ("Cannot declare", "этот раздел уже есть: соедините их в один"),
    ("Cannot mutate", "это поле уже записано раньше в другом виде: оставьте одно"),
    ("Unclosed array", "список не закрыт: не хватает скобки «]» или запятой"),
    (
        "Unclosed inline table",
        "таблица не закрыта: не хватает «}» или запятой; таблицу в «{ }» пишут в одну строку",
    ),
    ("Unterminated string", "не закрыты кавычки"),
    (
        "Illegal character",
        "знак, которого здесь быть не может: не закрыты кавычки или неразрывный пробел вне кавычек",
    ),
    ("Expected '='", "после названия поля нужен знак «=»"),
    ("Invalid value", "значение не разобрано: слова пишут в кавычках, даты — 2026-09-01, дроби — с точкой"),
    ("Invalid statement", "здесь ждут название поля: латинские буквы, а русские слова — в кавычках"),
    ("Invalid initial character", "здесь ждут название поля: латинские буквы, а русские слова — в кавычках"),
)


def _slip(message: str) -> str:
    """What is wrong with the writing of a file, in Russian."""
    for start, text in _SLIPS:
        if message.startswith(start):
            return text
    return "запись нарушает правила TOML: проверьте кавычки, скобки и знак «=» в этой строке"


def parse_edition(source: str) -> Edition:
    """Read and check the text of a regulation file.

    Raises :class:`RegulationError` with everything that is wrong in it; each problem names line, entry and allowed
    values. Schools that keep the same act share what was read: an edition never changes.
    """
    return _read(source)


@lru_cache(maxsize=32)
def _read(source: str) -> Edition:
    try:
        data = tomllib.loads(source)
    except tomllib.TOMLDecodeError as error:
        found = re.search(r"at line (\d+)", str(error))
        text = _slip(str(error))
        line = int(found[1]) if found else len(source.splitlines())
        raise RegulationError([Problem(line, "", text)]) from None
    except (RecursionError, ValueError):
        text = "файл не читается: слишком глубокая вложенность или недопустимые числа"
        raise RegulationError([Problem(0, "", text)]) from None
    return Reader(data, Lines(source)).edition()
