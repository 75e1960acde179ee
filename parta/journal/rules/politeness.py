"""How families and students are written to: words that are not used (shape 4)."""

import re
from collections.abc import Callable

from pydantic import Field

from parta.journal.rules.acts import Act
from parta.journal.rules.wording import quoted
from parta.regulation.durations import Calendar
from parta.regulation.judge import Bench, Rule
from parta.regulation.registry import Ask, Breach, Params, Texts, rule_kind
from parta.regulation.verdict import WayOut

__all__ = ["PoliteWording"]

_WORD = re.compile(r"[^\W\d_]+(?:-[^\W\d_]+)*")


class PoliteWording(Params):
    """Words and beginnings of words (with «*») that do not stand in notes to students and parents."""

    stop_list: Texts = Field(description="каких слов не пишут; «лентя*» — все слова с таким началом")


@rule_kind(
    "polite_wording",
    4,
    PoliteWording,
    title="Вежливая запись",
    says=lambda p: f"в заметках ученику и семье не пишут слов {quoted(p.stop_list)}",
    facts={"note"},
    verbs={"record", "correct"},
    on_breach="remark",
)
def polite_wording(rule: Rule[PoliteWording], bench: Bench) -> Ask:
    """A note with a word of the list; «ё» is «е», capital letters are small."""
    tests = [_test(entry) for entry in rule.params.stop_list]

    def ask(act: Act, calendar: Calendar) -> Breach | None:
        found = [word for word in _WORD.findall(act.new) if any(test(_plain(word)) for test in tests)]
        if not found:
            return None
        return Breach(
            f"В записи есть слова, которых семье не пишут: {quoted(dict.fromkeys(found))}.",
            "Напишите о том, что произошло и что сделать.",
            (WayOut.OTHER_VALUE,),
        )

    return ask


def _plain(word: str) -> str:
    return word.lower().replace("ё", "е")


def _test(entry: str) -> Callable[[str], bool]:
    plain = _plain(entry.strip())
    if plain.endswith("*"):
        start = plain[:-1]
        return lambda word: bool(start) and word.startswith(start)
    return lambda word: word == plain
