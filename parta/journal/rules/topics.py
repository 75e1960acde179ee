"""Topics: that there is one, how it is worded, that it is the planned one (shapes 4 and 5)."""

import re
from collections.abc import Iterable, Mapping
from typing import Annotated, Literal

from parta.journal.rules.acts import FACT_CODES, FACT_WORDS, Act
from parta.journal.rules.wording import listed
from parta.regulation.durations import Calendar
from parta.regulation.judge import Bench, Rule
from parta.regulation.registry import Ask, Breach, Codes, Params, Texts, one_of, rule_kind
from parta.regulation.verdict import WayOut

__all__ = ["abbreviations", "bare_work", "is_mostly_russian"]

WORK_NAMES: Mapping[str, tuple[str, ...]] = {
    "control": ("контрольная работа", "контрольный диктант", "к/р", "кр", "контр. раб."),
    "independent": ("самостоятельная работа", "с/р", "самост. раб."),
    "laboratory": ("лабораторная работа", "л/р", "лаб. раб."),
    "practical": ("практическая работа", "практическое занятие", "п/р", "практ. раб."),
    "test": ("тест", "тестирование", "тестовая работа"),
    "credit": ("зачёт", "зачет", "зачётная работа", "зачетная работа"),
    "check_work": ("проверочная работа",),
    "composition": ("сочинение",),
    "exam": ("экзамен", "экзаменационная работа"),
}
"""How a topic names a kind of work without saying what it is about."""

_KIND_TITLES = {
    "lesson": "каждого урока",
    "control": "контрольной работы",
    "independent": "самостоятельной работы",
    "laboratory": "лабораторной работы",
    "practical": "практической работы",
    "test": "теста",
}
_NUMBER = re.compile(r"(?:№|#|N)?\s*\d+", re.IGNORECASE)
_WORD = re.compile(r"[А-Яа-яЁёA-Za-z]{3,}")
_BRACKETED = re.compile(r"\([^()]*\)|\[[^\[\]]*\]")
_QUOTED = re.compile(r"«[^«»]*»|\"[^\"]*\"|“[^“”]*”|„[^„“]*“")


def bare_work(text: str, kinds: Iterable[str], works: Iterable[str] = ()) -> tuple[str, bool, bool] | None:
    """Whether a topic names a work of these kinds: the kind, whether it has a number, whether it has a topic.

    ``works`` are kinds the lesson is known to hold. ``None`` when the topic is about no such work.
    """
    low = " ".join(text.lower().split())
    for kind in sorted(kinds):
        for name in WORK_NAMES.get(kind, ()):
            if low == name or (low.startswith(name) and not low[len(name)].isalpha()):
                rest = low[len(name) :]
                number = _NUMBER.search(rest)
                rest = _NUMBER.sub(" ", rest)
                return kind, number is not None, bool(_WORD.search(rest))
    for kind in sorted(set(kinds).intersection(works)):
        return kind, bool(_NUMBER.search(low)), bool(_WORD.search(low))
    return None


class TopicRequired(Params):
    """Of which lessons or works the topic is stated, and what counts as stating it."""

    kinds: Codes = frozenset({"lesson"})
    need_any: Annotated[frozenset[str], one_of("topic", "number")] = frozenset({"topic"})


@rule_kind(
    "topic_required",
    4,
    TopicRequired,
    title="Тема указана",
    says=lambda p: f"тему указывают для {listed(_KIND_TITLES.get(k, k) for k in sorted(p.kinds))}",
    facts={"topic", "conducted"},
    verbs={"record", "correct", "annul"},
)
def topic_required(rule: Rule[TopicRequired], bench: Bench) -> Ask:
    """A lesson is not held without a topic; a work's bare name is no topic."""
    kinds, need_any = rule.params.kinds, rule.params.need_any
    every_lesson = "lesson" in kinds
    works = kinds - {"lesson"}

    def ask(act: Act, calendar: Calendar) -> Breach | None:
        lesson = act.lesson
        if lesson is None:
            return None
        text = (lesson.topic if act.fact == "conducted" else act.new).strip()
        if not text:
            if act.fact == "conducted":
                if act.verb == "record" and every_lesson:
                    return Breach(
                        "У урока не записана тема.",
                        "Урок отмечают проведённым вместе с темой.",
                        (WayOut.SET_TOPIC, WayOut.TAKE_PLANNED_TOPIC),
                    )
            elif lesson.conducted and every_lesson:
                return Breach(
                    "Проведённый урок остался бы без темы.", "Замените тему другой.", (WayOut.SET_TOPIC,)
                )
            return None
        if act.fact != "topic" or not works or act.verb == "annul":
            return None
        found = bare_work(text, works, lesson.works)
        if found is None:
            return None
        kind, has_number, has_topic = found
        if (has_topic and "topic" in need_any) or (has_number and "number" in need_any):
            return None
        needed = listed(
            [{"topic": "тему", "number": "номер"}.get(need, need) for need in sorted(need_any, reverse=True)],
            "или",
        )
        return Breach(
            f"«{text}» — название работы без темы.",
            f"Для {_KIND_TITLES.get(kind, 'такой работы')} указывают {needed}, "
            "например «Контрольная работа № 2. Квадратные уравнения».",
            (WayOut.SET_TOPIC,),
        )

    return ask


# --- agreement with the plan ----------------------------------------------------------------------------------------


class TopicFromPlan(Params):
    """The topic is the plan's: exactly, and in the planned order where the act says so."""

    match: Literal["exact"] = "exact"
    order: Literal["planned"] | None = None
    deviation: Literal["approved_plan_change"] | None = None
    on: Literal["substitution"] | None = None


def _plain(text: str) -> str:
    return " ".join(text.split())


@rule_kind(
    "topic_from_plan",
    5,
    TopicFromPlan,
    title="Тема по плану",
    says=lambda p: (
        "тема урока дословно совпадает с тематическим планом"
        + (", темы идут в порядке плана" if p.order else "")
        + (" (и на замене)" if p.on else "")
    ),
    facts={"topic", "conducted"},
    verbs={"record", "correct"},
)
def topic_from_plan(rule: Rule[TopicFromPlan], bench: Bench) -> Ask:
    """A topic that is not in the plan, or not the next one, is refused. To deviate, the plan is changed first."""
    params = rule.params

    def ask(act: Act, calendar: Calendar) -> Breach | None:
        lesson = act.lesson
        if lesson is None:
            return None
        on_substitution = lesson.substitute_id is not None or act.states_substitution
        if params.on == "substitution" and not on_substitution:
            return None
        if act.fact == "conducted":
            if params.on != "substitution" or lesson.topic.strip():
                return None
            return Breach(
                "На странице замены не записана тема по плану.",
                _next(lesson.planned_topic),
                (WayOut.TAKE_PLANNED_TOPIC,),
            )
        text = _plain(act.new)
        planned = _plain(lesson.planned_topic) if lesson.planned_topic else None
        if not text or text == planned:
            return None
        if text not in {_plain(topic) for topic in lesson.plan_topics}:
            found = (
                "Такой темы нет в тематическом плане."
                if lesson.plan_topics
                else "Тематического плана ещё нет."
            )
        elif params.order == "planned":
            found = "Эта тема стоит в плане не следующей."
        else:
            return None
        return Breach(
            found,
            _next(lesson.planned_topic)
            + (" Чтобы отступить от плана, сначала измените и утвердите план." if params.deviation else ""),
            (WayOut.TAKE_PLANNED_TOPIC, WayOut.ASK_PERSON),
            help="заместитель директора",
        )

    return ask


def _next(topic: str | None) -> str:
    return f"Следующая тема плана: «{topic}»." if topic else "Следующей темы в плане нет."


# --- wording --------------------------------------------------------------------------------------------------------

_SHORT = re.compile(r"(?<![А-Яа-яЁё.\-])([А-Яа-яЁё]{1,9})\.(?=\s*[а-яё§№\d(]|\s*$)")
_SLASHED = re.compile(r"(?<![А-Яа-яЁё])([а-яё]{1,3}/[а-яё]{1,3})(?![А-Яа-яЁё])", re.IGNORECASE)
_CUT = re.compile(
    r"(?<![А-Яа-яЁё])([а-яё]{1,5}-(?:ие|ия|ий|ем|ю|я|е|й|ка|ки|ть|ая|ый|ого|ние|ния))(?![а-яё])"
)
_VOWELS = set("аеёиоуыэюяй")
_CUTS = frozenset(
    "уч реш повт самост контр лаб практ раб упр зад вып изуч геом алг матем выч проч нап сост прав стр пар осн "
    "сб тр св обр кл пр ср сл мн ед прил сущ гл числ мест нар разл зач дом теор отв вопр табл рис учеб темат".split()
)
_CITES = frozenset("с стр упр п пп г гг в вв им т д др рис табл гл зад № см ул".split())
"""Shortened words that stand before a number or are read aloud in full by everyone: «с. 45», «им. Гёте»."""
_CUT_WORDS = frozenset(
    "ур-ие ур-ия ур-ний ур-я ур-й р-во кол-во к-во св-ва св-во пр-е м-д ф-ия ф-ция ф-ии".split()
)


def abbreviations(text: str, allowed: Iterable[str] = ()) -> list[str]:
    """Shortened words in a text, as written.

    Initials, allowed acronyms, words in quotes and in brackets pass, as do «с. 45» and «упр. 3».
    """
    accepted = {word.lower().rstrip(".") for word in allowed}
    plain = _QUOTED.sub(" ", text)
    found = []
    for match in _SHORT.finditer(plain):
        word = match[1]
        low = word.lower()
        if low in accepted or (len(word) == 1 and word.isupper()):
            continue
        rest = plain[match.end() :].lstrip()
        if low in _CITES:
            if (
                rest[:1].isdigit()
                or low not in ("зад", "рис", "табл", "гл", "упр", "стр")
                or rest[:1] in "§№"
            ):
                continue
        elif low not in _CUTS:
            ends = not rest
            if ends or not rest[:1].islower() or len(word) > 8 or low[-1] in _VOWELS:
                if not (len(low) <= 4 and not _VOWELS.intersection(low)):
                    continue
        found.append(f"{word}.")
    for match in _SLASHED.finditer(plain):
        if match[1].lower() not in accepted and match[1].lower() not in ("и/или", "км/ч", "м/с", "р/р"):
            found.append(match[1])
    for word in re.findall(r"[А-Яа-яЁё]+-[А-Яа-яЁё]+", plain):
        if word.lower() in _CUT_WORDS and word.lower() not in accepted:
            found.append(word)
    return found


class EntryWording(Params):
    """Which texts, and what is asked of their words."""

    fields: Annotated[frozenset[str], one_of("topic", "homework", "comment")] = frozenset({"topic"})
    no_abbreviations: bool = False
    allow: Texts = ()
    no_bare: Texts = ()
    more: Texts = ()
    min_words: int = 0

    def facts(self) -> frozenset[str]:
        """Facts of acts behind the fields."""
        return frozenset().union(*(FACT_CODES.get(name, frozenset()) for name in self.fields))


_FIELD_TITLES = {"topic": "теме", "homework": "домашнем задании", "comment": "записи"}
_FACT_FIELDS = {"topic": "topic", "homework": "homework", "note": "comment"}


def _says_wording(params: EntryWording) -> str:
    asks = []
    if params.no_abbreviations:
        asks.append("слова не сокращают")
    if params.no_bare or params.more:
        asks.append("не пишут общих слов без конкретной темы")
    if params.min_words:
        asks.append(f"не меньше {params.min_words} слов")
    return f"в {listed(_FIELD_TITLES.get(f, f) for f in sorted(params.fields))}: {', '.join(asks)}"


@rule_kind(
    "entry_wording",
    4,
    EntryWording,
    title="Формулировка записи",
    says=_says_wording,
    facts={"topic", "homework", "note"},
    verbs={"record", "correct"},
)
def entry_wording(rule: Rule[EntryWording], bench: Bench) -> Ask:
    """Shortened words, bare general entries and too few words are named together with what would do."""
    params = rule.params
    bare = {_plain(text).lower().rstrip(".") for text in (*params.no_bare, *params.more)}

    def ask(act: Act, calendar: Calendar) -> Breach | None:
        text = _plain(act.new)
        if not text or act.declared_none:
            return None
        field = _FIELD_TITLES[_FACT_FIELDS[act.fact]]
        if params.no_abbreviations:
            short = abbreviations(text, params.allow)
            if short:
                return Breach(
                    f"В {field} есть сокращения: {', '.join(f'«{word}»' for word in dict.fromkeys(short))}.",
                    "Слова пишут полностью.",
                    (WayOut.OTHER_VALUE,),
                )
        if text.lower().rstrip(".") in bare:
            return Breach(
                f"«{text}» — общая запись без конкретной темы.",
                f"Допишите, о чём урок, например «{text.rstrip('.')}. Производная функции».",
                (WayOut.OTHER_VALUE,),
            )
        if params.min_words and len(re.findall(r"\w+", text)) < params.min_words:
            return Breach(
                f"В {field} слишком мало слов: «{text}».",
                "Запись должна быть понятной и полной.",
                (WayOut.OTHER_VALUE,),
            )
        return None

    return ask


# --- language -------------------------------------------------------------------------------------------------------

_LETTERS = re.compile(r"[^\W\d_]{2,}")


def is_mostly_russian(
    text: str, *, skip_brackets: bool = True, skip_quotes: bool = True, share: float = 0.5
) -> bool:
    """Whether a text has Russian words and they are at least ``share`` of its letters.

    Numbers, formulas and single letters do not count; nor, by default, what stands in brackets or quotes.
    """
    plain = text
    if skip_brackets:
        plain = _BRACKETED.sub(" ", plain)
    if skip_quotes:
        plain = _QUOTED.sub(" ", plain)
    russian = foreign = 0
    for word in _LETTERS.findall(plain):
        if re.search(r"[А-Яа-яЁё]", word):
            russian += len(word)
        else:
            foreign += len(word)
    if not russian and not foreign:
        return bool(not _LETTERS.search(text))
    return russian > 0 and russian >= share * (russian + foreign)


class EntryLanguage(Params):
    """Which entries are in the language; ``exempt`` parts of a text do not count."""

    lang: Literal["ru"] = "ru"
    kinds: FACT_WORDS = frozenset({"topic", "homework", "comment"})
    exempt: Annotated[frozenset[str], one_of("in_brackets", "in_quotes")] = frozenset(
        {"in_brackets", "in_quotes"}
    )

    def facts(self) -> frozenset[str]:
        """Facts of acts behind the kinds."""
        return frozenset().union(*(FACT_CODES.get(kind, frozenset()) for kind in self.kinds))


@rule_kind(
    "entry_language",
    4,
    EntryLanguage,
    title="Язык записей",
    says=lambda p: "записи ведут на русском языке, в том числе по иностранным языкам",
    facts={"topic", "homework", "note"},
    verbs={"record", "correct"},
)
def entry_language(rule: Rule[EntryLanguage], bench: Bench) -> Ask:
    """An entry without Russian words, or mostly in other letters, is refused or remarked."""
    exempt = rule.params.exempt

    def ask(act: Act, calendar: Calendar) -> Breach | None:
        text = act.new.strip()
        if not text or text.isdigit():
            return None
        if is_mostly_russian(text, skip_brackets="in_brackets" in exempt, skip_quotes="in_quotes" in exempt):
            return None
        return Breach(
            f"«{text}» записано не по-русски.",
            "Записи ведут на русском языке; иностранное название можно дать в скобках: "
            "«Настоящее простое время (Present Simple)».",
            (WayOut.OTHER_VALUE,),
        )

    return ask
