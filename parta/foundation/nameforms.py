"""Finding names of known people in running Russian text: whole names, and single words in any case.

Whole names («Иванов Пётр», «Иванов П. С.») turn into what stands for the person. Single words («Иванову») are compared
by stem and ending and blotted out. A word that is no name but looks like one («Роман» in a topic, where a pupil is
called Роман) is blotted out as well: better a word too many. Short forms («Саша») are known for common names only.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache

BLOT = "▒▒▒"
_LETTERS = "A-Za-zА-Яа-яЁёӘәҒғҚқҢңӨөҰұҮүҺһІіЇїЄє"
_WORD = re.compile(rf"[{_LETTERS}]+")
_UPPER = "A-ZА-ЯЁӘҒҚҢӨҰҮҺІЇЄ"
_WHOLE = re.compile(
    rf"(?<![{_LETTERS}])([{_UPPER}][{_LETTERS}]*)(?:-[{_LETTERS}]+)?(?:[\s\u00a0]+|&nbsp;)[{_UPPER}][{_LETTERS}]*"
    rf"(?:-[{_LETTERS}]+)?(?:\.?(?:[\s\u00a0]|&nbsp;)*[{_UPPER}][{_LETTERS}]*)?\.?"
)
_REACH = re.compile(r"[\w.+-]+@[\w.-]+\w|\+?\d[\d\s\u00a0()-]{8,18}\d")
_VOWELS = "аеёиоуыэюя"
_HARD = frozenset(
    ["", *"ауеыояюи", "ом", "ем", "ой", "ою", "ым", "ых", "ыми", "ам", "ами", "ах", "ову", "ей", "ого", "ому"]
)
_ADJECTIVE = frozenset(
    "ий ый ой ого его ому ему ым им ом ем ая яя ую юю ей ою ею ие ые их ых ими ыми".split()
)
_ENDINGS: Mapping[str, frozenset[str]] = {
    "hard": _HARD,
    "a": frozenset("а ы и е у ой ою ей ею я ю".split()),
    "family_a": _HARD | {"а"},
    "y": frozenset("й я ю ем ём е и ей ев ям ями ях".split()),
    "soft": frozenset("ь я ю ем ём е и ью ей ям ями ях".split()),
    "adjective": _ADJECTIVE,
    "fixed": frozenset([""]),
}
_SHORT = {
    "александр": "саша шура саня", "александра": "саша шура саня", "алексей": "алёша лёша", "анастасия": "настя",
    "анна": "аня", "андрей": "андрюша", "антон": "антоша", "борис": "боря", "валентина": "валя",
    "василий": "вася", "вера": "верочка", "виктор": "витя", "виктория": "вика", "виталий": "виталик",
    "владимир": "вова володя", "вячеслав": "слава", "галина": "галя", "георгий": "гоша жора", "григорий": "гриша",
    "дарья": "даша", "дмитрий": "дима митя", "евгений": "женя", "евгения": "женя", "егор": "егорка",
    "екатерина": "катя", "елена": "лена", "елизавета": "лиза", "иван": "ваня", "илья": "илюша", "ирина": "ира",
    "ксения": "ксюша", "константин": "костя", "любовь": "люба", "людмила": "люда", "максим": "макс", "мария": "маша",
    "марина": "мариша", "михаил": "миша", "надежда": "надя", "наталья": "наташа", "никита": "никитка",
    "николай": "коля", "ольга": "оля", "павел": "паша", "пётр": "петя", "полина": "поля", "роман": "рома",
    "светлана": "света", "сергей": "серёжа", "софья": "соня", "степан": "стёпа", "татьяна": "таня",
    "тимофей": "тима", "фёдор": "федя", "юлия": "юля", "юрий": "юра", "яков": "яша", "ярослав": "ярик",
}  # fmt: skip


def _plain(word: str) -> str:
    return word.lower().replace("ё", "е")


_SHORT_PLAIN = {_plain(name): tuple(_plain(one) for one in short.split()) for name, short in _SHORT.items()}


@lru_cache(maxsize=20_000)
def stems(word: str, is_surname: bool) -> tuple[tuple[str, str], ...]:
    """Stem and class of endings of a plain word; two of them where a vowel drops out («Павел, Павла»)."""
    last = word[-1]
    if len(word) < 3 or not re.match("[а-я]", last):
        return ((word, "fixed"),)
    if word.endswith(("ий", "ый", "ой")) and is_surname:
        return ((word[:-2], "adjective"),)
    if word.endswith(("ая", "яя")) and is_surname:
        return ((word[:-2], "adjective"),)
    if last == "а":
        return ((word[:-1], "family_a" if is_surname and word[-2] in "внк" else "a"),)
    if last in "яй":
        return ((word[:-1], "y" if last == "й" else "a"),)
    if last == "ь":
        return ((word[:-1], "soft"),)
    if last in _VOWELS:
        return ((word, "fixed"),)
    if word[-2] in "ео" and len(word) > 2 and word[-1] in "лвцкнрт":
        bare = word[:-2] + ("ь" if word[-3] == "л" else "") + word[-1]
        return ((word, "hard"), (bare, "hard"))
    return ((word, "hard"),)


@dataclass
class Names:
    """Whose names are blotted out of a text, and whose stay.

    `whole`: of plain whole names, what stands in their place (None: the name itself). `stems`: of plain stems, their
    classes of endings. `kept`: surnames in their first form that stay (staff). `reach`: addresses and digits of phones.
    """

    whole: dict[str, str | None] = field(default_factory=dict)
    stems: dict[str, set[str]] = field(default_factory=dict)
    kept: set[str] = field(default_factory=set)
    exact: set[str] = field(default_factory=set)
    reach: set[str] = field(default_factory=set)

    def hide(self, surname: str, given: str, patronymic: str, stands: str, reach: Iterable[str] = ()) -> None:
        """Blot this person out; `stands` takes the place of a whole name."""
        for one in _wholes(surname, given, patronymic):
            self.whole.setdefault(one, stands)
        for text, is_surname in ((surname, True), (given, False), (patronymic, False)):
            for word in _WORD.findall(text):
                self._word(_plain(word), is_surname)
        for short in _SHORT_PLAIN.get(_plain(given), ()):
            self._word(short, False)
        self.reach.update(key for key in map(_reach_key, reach) if key)

    def keep(self, surname: str, given: str, patronymic: str) -> None:
        """This person's own names stay, as whole names; the surname alone unless somebody hidden has it too."""
        for one in _wholes(surname, given, patronymic):
            self.whole[one] = None
        if given and patronymic:
            self.whole[_key(f"{given} {patronymic}")] = None
        self.kept.update(_plain(word) for word in _WORD.findall(surname))

    def _word(self, word: str, is_surname: bool) -> None:
        if len(word) < 2:
            return
        self.exact.add(word)
        for stem, kind in stems(word, is_surname):
            self.stems.setdefault(stem, set()).add(kind)

    def is_hidden(self, word: str) -> bool:
        """Whether a word of a text may be a form of a hidden name."""
        plain = _plain(word)
        if plain in self.exact:
            return True
        if plain in self.kept:
            return False
        for cut in range(min(4, len(plain) - 1)):
            stem = plain[: len(plain) - cut]
            kinds = self.stems.get(stem)
            if kinds and any(plain[len(stem) :] in _ENDINGS[kind] for kind in kinds):
                return True
        return False

    def blotted(self, text: str) -> str:
        """The text without the hidden names."""
        parts: list[str] = []
        done = place = 0
        while (found := _WHOLE.search(text, place)) is not None:
            known = self._longest(found[0])
            if known is None:
                place = found.end(1)  # the next word may begin a name
                continue
            length, stands = known
            place = found.start() + length
            parts.append(self._words(text[done : found.start()]))
            parts.append(text[found.start() : place] if stands is None else stands)
            done = place
        parts.append(self._words(text[done:]))
        return _REACH.sub(lambda one: BLOT if _reach_key(one[0]) in self.reach else one[0], "".join(parts))

    def _longest(self, phrase: str) -> tuple[int, str | None] | None:
        for length in range(len(phrase), 3, -1):
            if length < len(phrase) and phrase[length - 1 : length + 1].isalpha():
                continue  # in the middle of a word
            key = _key(phrase[:length])
            if key in self.whole:
                return length, self.whole[key]
        return None

    def _words(self, text: str) -> str:
        seen: dict[str, str] = {}

        def one(found: re.Match[str]) -> str:
            word = found[0]
            if word not in seen:
                seen[word] = BLOT if word[0].isupper() and len(word) > 1 and self.is_hidden(word) else word
            return seen[word]

        return _WORD.sub(one, text)


def _wholes(surname: str, given: str, patronymic: str) -> list[str]:
    found = []
    if surname and given:
        found += [f"{surname} {given}", f"{given} {surname}", f"{surname} {given[0]}."]
        if patronymic:
            found += [f"{surname} {given} {patronymic}", f"{surname} {given[0]}.{patronymic[0]}."]
    return [_key(one) for one in found]


def _key(phrase: str) -> str:
    return re.sub(r"[\s\u00a0]+", " ", _plain(phrase).replace("&nbsp;", " ")).replace(". ", ".").strip()


def _reach_key(text: str) -> str:
    """Mail addresses in lower case, phones by their last ten digits."""
    text = (text or "").strip().lower()
    if "@" in text:
        return text
    digits = "".join(sign for sign in text if sign.isdigit())
    return digits[-10:] if len(digits) >= 9 else ""
