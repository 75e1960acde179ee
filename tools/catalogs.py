"""Renews the catalogs of words in other languages: `make words`.

Reads every message of the files in `pages.txt` (templates, scripts, and what the code says), adds the new ones to the
.po files with an empty translation, takes out what is gone, and compiles the .mo files beside them.
Both are committed: a machine that runs Parta needs no compiler of catalogs.
"""

import ast
import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import polib

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

from parta.foundation.language import CATALOGS, DOMAIN, LANGUAGES, RUSSIAN, files  # noqa: E402
from parta.foundation.wording import Message, messages, messages_of_script  # noqa: E402

PLURALS = {"ky": "nplurals=1; plural=0;", "en": "nplurals=2; plural=(n != 1);"}
"""A Kyrgyz noun after a number stays in the singular."""
COUNTED = frozenset({"plural", "plural_word", "forms", "counted"})
"""Their three literal arguments are a counted word."""
LABELLED = frozenset(
    {
        "Refusal", "nav", "text", "one_of", "date", "date_or_none", "until", "until_or_none",
        "whole", "whole_or_none", "number", "id", "_partly",
    }
)  # fmt: skip
"""Functions that say a literal argument themselves: a refusal, what a field is called in one, a page's name."""
_RUSSIAN = re.compile("[А-Яа-яЁё]")


@dataclass
class Entry:
    """A message and where it stands."""

    many: str = ""
    notes: set[str] = field(default_factory=set)
    places: set[str] = field(default_factory=set)


def of_code(source: str) -> Iterator[Message]:
    """Messages of a module: what is said, noted, counted or named."""
    for node in ast.walk(ast.parse(source)):
        if not isinstance(node, ast.Call):
            continue
        name = node.func.id if isinstance(node.func, ast.Name) else getattr(node.func, "attr", "")
        words = [one for one in node.args if isinstance(one, ast.Constant) and isinstance(one.value, str)]
        russian = [str(one.value) for one in words if _RUSSIAN.search(str(one.value))]
        if name in ("say", "say_in") or name in LABELLED:
            yield from (Message(one) for one in russian[:1])
        elif name == "noted":
            inside = (one.value for one in ast.walk(node) if isinstance(one, ast.Constant))
            yield from (Message(one) for one in inside if isinstance(one, str) and _RUSSIAN.search(one))
        elif name in COUNTED and len(russian) == 3:
            yield Message(russian[0], russian[2])


def everything() -> dict[str, Entry]:
    """All messages of the tree by their Russian text. A counted word also serves where it is not counted."""
    found: dict[str, Entry] = {}

    def add(message: Message, place: str) -> None:
        entry = found.setdefault(message.text, Entry())
        if message.many and entry.many and entry.many != message.many:
            raise SystemExit(f"«{message.text}» is counted as «{entry.many}» and «{message.many}»: {place}")
        entry.many = entry.many or message.many
        entry.places.add(place)
        if message.note:
            entry.notes.add(message.note)

    for name in files():
        source = (ROOT / "parta" / name).read_text()
        if name.endswith(".py"):
            here = of_code(source)
        elif name.endswith(".js"):
            here = iter(messages_of_script(source))
        else:
            here = iter(messages(source, is_plain=name.endswith(".txt")))
        for message in here:
            add(message, name)
    return found


def path_of(code: str) -> Path:
    return CATALOGS / code / "LC_MESSAGES" / f"{DOMAIN}.po"


def renewed(code: str, found: dict[str, Entry]) -> polib.POFile:
    """The catalog of a language with the messages of the tree and the translations it had."""
    path = path_of(code)
    old = {one.msgid: one for one in polib.pofile(str(path))} if path.exists() else {}
    catalog = polib.POFile(wrapwidth=110)
    catalog.metadata = {
        "Language": code,
        "MIME-Version": "1.0",
        "Content-Type": "text/plain; charset=UTF-8",
        "Content-Transfer-Encoding": "8bit",
        "Plural-Forms": PLURALS[code],
    }
    forms = 1 if "nplurals=1" in PLURALS[code] else 2
    order = sorted(found.items(), key=lambda item: (min(item[1].places), item[0]))
    for text, entry in order:
        known = old.get(text)
        one = polib.POEntry(
            msgid=text,
            comment="\n".join(sorted(entry.notes)),
            occurrences=[(place, "") for place in sorted(entry.places)],
        )
        if entry.many:
            one.msgid_plural = entry.many
            had = known.msgstr_plural if known else {}
            one.msgstr_plural = {index: had.get(index, "") for index in range(forms)}
        elif known:
            one.msgstr = known.msgstr or (known.msgstr_plural or {}).get(0, "")
        catalog.append(one)
    return catalog


def main() -> None:
    found = everything()
    for code in LANGUAGES:
        if code == RUSSIAN:
            continue
        catalog = renewed(code, found)
        path = path_of(code)
        path.parent.mkdir(parents=True, exist_ok=True)
        catalog.save(str(path))
        catalog.save_as_mofile(str(path.with_suffix(".mo")))
        empty = [one.msgid for one in catalog if not one.translated()]
        print(f"{code}: {len(catalog)} messages, {len(empty)} without a translation")


if __name__ == "__main__":
    main()
