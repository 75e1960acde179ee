"""Homework: what it must say, and how «не задано» is written (shape 4)."""

import re
from typing import Annotated

from parta.journal.rules.acts import Act
from parta.journal.rules.wording import listed, quoted
from parta.regulation.durations import Calendar
from parta.regulation.judge import Bench, Rule
from parta.regulation.registry import Ask, Breach, Params, Texts, one_of, rule_kind
from parta.regulation.verdict import WayOut

__all__ = ["PARTS", "missing_parts"]

PARTS = {
    "page": (re.compile(r"\bс(?:тр(?:аниц\w*)?)?\b\.?\s*\d", re.IGNORECASE), "страницы"),
    "paragraph": (re.compile(r"§|\bпараграф|\bпп?\.\s*\d|\bпункт\w*\s*\d", re.IGNORECASE), "параграф"),
    "task": (re.compile(r"№|\bзадани|\bзадач|\bзад\.|\bномер|\bвопрос|\bкарточк", re.IGNORECASE), "задания"),
    "exercise": (re.compile(r"\bупр(?:ажн\w*)?\b\.?", re.IGNORECASE), "упражнения"),
    "practical_work": (
        re.compile(r"\bпрактическ\w+ работ|\bотч[её]т|\bчерт[её]ж", re.IGNORECASE),
        "практические работы",
    ),
    "way_of_doing": (
        re.compile(
            r"\b(?:вы)?уч(?:ить|ите|им)|\bустно|\bписьменно|\bнаизусть|\bпро?читать|\bчитать|\bреш(?:ить|ать)|"
            r"\bвыполнить|\bнаписать|\bсделать|\bподготов|\bсостав|\bповтор|\bпересказ|\bначертить|\bконспект|\bрассказ",
            re.IGNORECASE,
        ),
        "как выполнять (выучить, решить письменно…)",
    ),
    "content": (re.compile(r"[А-Яа-яЁё]{3,}.*(?:[А-Яа-яЁё]{3,}|\d|§|№)|§\s*\d", re.DOTALL), "содержание"),
}
"""Parts a homework may be asked to name: how they look, and what they are called."""


def missing_parts(text: str, need: frozenset[str], need_any: frozenset[str]) -> list[str]:
    """Names of the parts a text lacks: each of ``need``, and all of ``need_any`` when it has none of them."""
    lacking = [PARTS[part][1] for part in sorted(need) if part in PARTS and not PARTS[part][0].search(text)]
    if need_any and not any(part in PARTS and PARTS[part][0].search(text) for part in need_any):
        lacking.append(listed((PARTS[part][1] for part in sorted(need_any) if part in PARTS), "или"))
    return lacking


class HomeworkContent(Params):
    """Parts a homework has, the set words for an individual one, and how «nothing set» looks."""

    need: Annotated[frozenset[str], one_of(*PARTS)] = frozenset()
    need_any: Annotated[frozenset[str], one_of(*PARTS)] = frozenset()
    min_words: int = 0
    individual_text: str = ""
    none: str = ""
    forbid: Texts = ()


def _says(params: HomeworkContent) -> str:
    asks = []
    if params.need or params.need_any:
        names = [PARTS[p][1] for p in sorted(params.need | params.need_any) if p in PARTS]
        asks.append(f"в задании указывают: {listed(names)}")
    if params.individual_text:
        asks.append(f"индивидуальное задание записывают словами «{params.individual_text}»")
    if params.forbid:
        asks.append(f"если ничего не задано, графа пуста: {quoted(params.forbid)} не пишут")
    return "; ".join(asks) or "содержание домашнего задания"


@rule_kind(
    "homework_content",
    4,
    HomeworkContent,
    title="Содержание задания",
    says=_says,
    facts={"homework"},
    verbs={"record", "correct"},
)
def homework_content(rule: Rule[HomeworkContent], bench: Bench) -> Ask:
    """Forbidden fillers are refused; missing parts are named. An individual text goes to one diary and is free."""
    params = rule.params
    forbidden = {word.strip().lower().rstrip(".") for word in params.forbid}
    set_words = {other.params.individual_text.strip().lower() for other in bench.of("homework_content")} - {
        ""
    }

    def ask(act: Act, calendar: Calendar) -> Breach | None:
        text = " ".join(act.new.split())
        if act.declared_none or not text:
            return None
        low = text.lower().rstrip(".")
        if low in forbidden:
            return Breach(
                f"«{text}» в графе задания не пишут.",
                "Если ничего не задано, отметьте «не задано»: графа останется пустой.",
                (WayOut.OTHER_VALUE,),
            )
        if act.individual or low in set_words:
            return None
        lacking = missing_parts(text, params.need, params.need_any)
        if lacking:
            return Breach(
                f"В задании «{text}» не сказано: {', '.join(lacking)}.",
                "Пример: «§ 12, с. 45, упр. 3, письменно».",
                (WayOut.OTHER_VALUE,),
            )
        if params.min_words and len(re.findall(r"[\w§№]+", text)) < params.min_words:
            return Breach(
                f"Задание «{text}» слишком короткое.", "Напишите, что сделать.", (WayOut.OTHER_VALUE,)
            )
        return None

    return ask
