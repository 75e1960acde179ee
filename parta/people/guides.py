"""The user guides of docs/user/ as pages: read once per process, their links led to the product's own addresses."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from itertools import count, pairwise
from pathlib import Path

from django.conf import settings
from markdown_it import MarkdownIt
from markupsafe import Markup

from parta.foundation.language import RUSSIAN, say_in

FIRST = "index"
OF_ROLES: Mapping[str, str] = {
    "director": "rukovodstvo-i-proverka",
    "deputy": "zavuch",
    "head_of_department": "rukovodstvo-i-proverka",
    "class_teacher": "klassnyj-rukovoditel",
    "master": "uchitel",
    "teacher": "uchitel",
    "operator": "operator",
    "secretary": "rukovodstvo-i-proverka",
    "social_pedagogue": "rukovodstvo-i-proverka",
    "nurse": "rukovodstvo-i-proverka",
    "inspector": "rukovodstvo-i-proverka",
    "guardian": "roditel-i-uchenik",
    "student": "roditel-i-uchenik",
}
"""The guide a role is led to."""
_LINK = re.compile(r'href="(?:([a-z-]+)\.md)?(#[^"]*)?"')


@dataclass(frozen=True, slots=True)
class Guide:
    """A guide: its name in the address, its title, its text as HTML of our own, its parts (anchor, title)."""

    name: str
    title: str
    body: Markup
    parts: tuple[tuple[str, str], ...]
    language: str = RUSSIAN


@cache
def guides(code: str = RUSSIAN) -> Mapping[str, Guide]:
    """All guides, by name; those that stand in the folder of a language take the place of the Russian ones.

    Raises FileNotFoundError when the folder is not there.
    """
    folder = Path(settings.ROOT) / "docs" / "user"
    found = {path.stem: _read(path) for path in sorted(folder.glob("*.md"))}
    if code != RUSSIAN:
        found |= {path.stem: _read(path, code) for path in sorted((folder / code).glob("*.md"))}
    return found


def _read(path: Path, code: str = RUSSIAN) -> Guide:
    reader = MarkdownIt("commonmark", {"html": False}).enable("table")
    tokens = reader.parse(path.read_text(encoding="utf-8"))
    title = path.stem
    parts: list[tuple[str, str]] = []
    for token, words in pairwise(tokens):
        if token.type != "heading_open":
            continue
        said = "".join(one.content for one in words.children or () if one.type in ("text", "code_inline"))
        if token.tag == "h1":
            title = said
        elif token.tag == "h2":
            anchor = f"p{len(parts) + 1}"
            token.attrSet("id", anchor)
            parts.append((anchor, said))
    body = reader.renderer.render(tokens, reader.options, {})
    body = re.sub(r"^<h1>.*?</h1>\n?", "", body, count=1, flags=re.S)
    body = _LINK.sub(lambda m: f'href="{f"/help/{m[1]}/" if m[1] else ""}{m[2] or ""}"', body)
    body = re.sub("<table>", _numbered(code), body).replace("</table>", "</table></div>")
    body = body.replace("<pre>", '<pre tabindex="0">')
    return Guide(path.stem, title, Markup(body), tuple(parts), code)


def _numbered(code: str) -> Callable[[re.Match[str]], str]:
    """Each table in a frame of its own that scrolls and has a name of its own."""
    number = count(1)
    return lambda _: (
        '<div class="scrollx" tabindex="0" role="region" aria-label="'
        + say_in(code, "Таблица {number}", number=next(number))
        + '"><table class="tbl">'
    )
