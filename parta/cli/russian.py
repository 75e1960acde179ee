"""argparse in Russian: its messages are looked up here."""

import argparse
from collections.abc import Sequence
from typing import Any

WORDS = {
    "usage: ": "вызов: ",
    "options": "параметры",
    "optional arguments": "параметры",
    "positional arguments": "аргументы",
    "show this help message and exit": "показать эту справку и выйти",
    "show program's version number and exit": "показать версию и выйти",
    "%(prog)s: error: %(message)s\n": "%(prog)s: ошибка: %(message)s\n",
    "the following arguments are required: %s": "не хватает: %s",
    "unrecognized arguments: %s": "неизвестные аргументы: %s",
    "expected one argument": "нужно одно значение",
    "expected at most one argument": "нужно не больше одного значения",
    "expected at least one argument": "нужно хотя бы одно значение",
    "one of the arguments %s is required": "нужен один из параметров: %s",
    "not allowed with argument %s": "нельзя вместе с %s",
    "ignored explicit argument %r": "лишнее значение %r",
    "argument %(argument_name)s: %(message)s": "%(argument_name)s: %(message)s",
    "invalid choice: %(value)r (choose from %(choices)s)": "%(value)s не подходит, возможны: %(choices)s",
    "invalid choice, maybe you meant %(suggestion)r? (choose from %(choices)s)": "возможно, вы хотели %(suggestion)r",
    "unknown parser %(parser_name)r (choices: %(choices)s)": "нет команды %(parser_name)s, есть: %(choices)s",
    "invalid %(type)s value: %(value)r": "значение %(value)s не подходит (%(type)s)",
    "ambiguous option: %(option)s could match %(matches)s": "неясно: %(option)s похоже на %(matches)s",
    "%(heading)s:": "%(heading)s:",
    "(default: %(default)s)": "(если не указано: %(default)s)",
    "can't open '%(filename)s': %(error)s": "не открыть «%(filename)s»: %(error)s",
}
"""English messages of argparse (Python 3.11 to 3.14) and the Russian ones."""


def speak_russian() -> None:
    """Let argparse find its words here. It asks for them by `_` and `ngettext` of its module."""
    module: Any = argparse
    module._ = lambda text: WORDS.get(text, text)
    module.ngettext = _plural


def _plural(one: str, many: str, count: int) -> str:
    if one.startswith("expected"):
        return "число значений должно быть: %s"
    return WORDS.get(one, one if count == 1 else many)


class Parser(argparse.ArgumentParser):
    """A parser that answers a mistake with the message and the way to the help, exit code 2."""

    def error(self, message: str) -> Any:
        self.exit(2, f"{self.prog}: ошибка: {message}\nСправка: {self.prog} --help\n")


def joined(words: Sequence[str]) -> str:
    """«а, б или в»."""
    return " или ".join(filter(None, [", ".join(words[:-1]), words[-1]]))
