"""The words of a template: found where they stand, and put there in another language when the template is compiled.

A template is written in plain Russian and marks nothing. A message is a run of text between two tags, or an
attribute, with its `{{ … }}` as named places: `<p>Урок {{ one.on|ru_date }}</p>` is «Урок {on}». Text literals inside
`{{ … }}` and `{% … %}` are messages of their own, but for what is compared or cut out of data. The same function reads
messages for the catalogs (`messages`) and turns a source into another language (`turned`), so the two cannot differ.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass

CYRILLIC = re.compile(r"[А-Яа-яЁёӨөҮүҢң]")
_TOKEN = re.compile(r"(\{#.*?#\}|\{%.*?%\}|\{\{.*?\}\})", re.DOTALL)
_LITERAL = re.compile(r"""'((?:[^'\\\n]|\\.)*)'|"((?:[^"\\\n]|\\.)*)\"""")
_COUNTED = re.compile(r"""plural(?:_word)?\((?:[^()]*?,\s*)??'([^']*)', ?'([^']*)', ?'([^']*)'\)""")
_DATA = re.compile(r"(==|!=|\bin|replace\(|\bin \([^()]*|split\()\s*$")
"""What stands before a literal that is compared with data or cut out of it: no word of ours."""
_ASIDE = re.compile(r"\{\{-?\s*(icon|csrf_input|waiting)\b[^{}]*\}\}")
_NAME = re.compile(r"[A-Za-z_]\w*")
_SPACE = re.compile(r"[ \t\n]+")
_BLANK = " \t\n"
"""A no-break space is a letter here."""


@dataclass(frozen=True, slots=True)
class Message:
    """A message as it stands in a catalog; `many` of a counted word."""

    text: str
    many: str = ""
    note: str = ""


Turn = Callable[[str], str]
_SAID = re.compile(r"""\bsay\(\s*"((?:[^"\\]|\\.)*)"\s*\)""")


def messages_of_script(source: str) -> list[Message]:
    """Messages of a script: `say("…")`."""
    return [Message(hit[1].replace('\\"', '"')) for hit in _SAID.finditer(source)]


def messages(source: str, *, is_plain: bool = False) -> list[Message]:
    """All messages of a template, in the order they stand; of plain text each line is a run."""
    found: list[Message] = []

    def note(text: str, places: dict[str, str] | None = None) -> str:
        shown = "; ".join(f"{{{name}}} = {said[2:-2].strip()}" for name, said in (places or {}).items())
        found.append(Message(text, note=shown))
        return text

    for part in _parts(source, is_plain):
        _walk(part, note, lambda one, many: found.append(Message(one, many)))
    return found


def turned(source: str, turn: Turn, *, is_plain: bool = False) -> str:
    """The template with every message turned. What a catalog says is text: it opens no tag and no expression."""
    parts = _parts(source, is_plain)
    return "".join(_walk(one, lambda text, places=None: turn(text), lambda one, many: None) for one in parts)


def _parts(source: str, is_plain: bool) -> list[str]:
    return source.splitlines(keepends=True) if is_plain else [source]


def _walk(source: str, turn: Callable[..., str], note_counted: Callable[[str, str], object]) -> str:
    """The source with its messages replaced."""
    out: list[str] = []
    run: list[str] = []
    quote = ""
    inside = False  # of a tag

    def code(token: str) -> str:
        """An expression or statement with its literals turned."""
        if not CYRILLIC.search(token):
            return token
        held: list[str] = []

        def hold(hit: re.Match[str]) -> str:
            note_counted(hit[1], hit[3])
            held.append(hit[0])
            return f"\x00{len(held) - 1}\x00"

        token = _COUNTED.sub(hold, token)

        def literal(hit: re.Match[str]) -> str:
            mark = "'" if hit[1] is not None else '"'
            text = hit[1] if hit[1] is not None else hit[2]
            if not CYRILLIC.search(text) or _DATA.search(token[: hit.start()]):
                return hit[0]
            body = text.strip(_BLANK)
            lead, trail = text[: len(text) - len(text.lstrip(_BLANK))], text[len(text.rstrip(_BLANK)) :]
            said = turn(body).replace("\\", "\\\\").replace(mark, f"\\{mark}")
            return f"{mark}{lead}{said}{trail}{mark}"

        token = _LITERAL.sub(literal, token)
        return re.sub(r"\x00(\d+)\x00", lambda hit: held[int(hit[1])], token)

    def flush() -> None:
        """The run so far is a message, or goes as it is."""
        if not run:
            return
        pieces = list(run)
        run.clear()
        text = "".join(piece for piece in pieces if not piece.startswith("{{"))
        if not CYRILLIC.search(text):
            out.extend(code(piece) if piece.startswith("{{") else piece for piece in pieces)
            return
        before: list[str] = []
        after: list[str] = []
        while pieces and (_ASIDE.fullmatch(pieces[0]) or not pieces[0].strip()):
            before.append(pieces.pop(0))
        while pieces and (_ASIDE.fullmatch(pieces[-1]) or not pieces[-1].strip()):
            after.insert(0, pieces.pop())
        places: dict[str, str] = {}
        words = []
        for piece in pieces:
            if piece.startswith("{{"):
                words.append(f"{{{_place(piece, places)}}}")
            else:
                words.append(piece.replace("{", "").replace("}", ""))
        whole = _SPACE.sub(" ", "".join(words))
        lead = re.match(r"[ \t\n]*", "".join(words))
        trail = re.search(r"[ \t\n]*\Z", "".join(words))
        said = turn(whole.strip(_BLANK), places)
        if quote:
            said = said.replace(quote, "&quot;" if quote == '"' else "&#39;")
        else:
            said = said.replace("<", "&lt;")
        said = re.sub(r"\{(\w+)\}", lambda hit: code(places[hit[1]]), said)
        out.extend(before)
        out.append(f"{lead[0] if lead else ''}{said}{trail[0] if trail else ''}")
        out.extend(after)

    for token in _TOKEN.split(source):
        if token.startswith("{#"):
            flush()
            out.append(token)
        elif token.startswith("{%"):
            flush()
            out.append(code(token))
        elif token.startswith("{{"):
            if inside and not quote:
                out.append(code(token))
            else:
                run.append(token)
        else:
            for piece in re.split(r"(<!--.*?-->|<|>|\"|')", token):
                if not piece:
                    continue
                if not inside and piece == "<":
                    flush()
                    inside = True
                    out.append(piece)
                elif inside and not quote and piece == ">":
                    inside = False
                    out.append(piece)
                elif inside and not quote and piece in "\"'":
                    quote = piece
                    out.append(piece)
                elif inside and quote and piece == quote:
                    flush()
                    quote = ""
                    out.append(piece)
                elif inside and not quote:
                    out.append(piece)
                elif piece.startswith("<!--"):
                    flush()
                    out.append(piece)
                else:
                    run.append(piece)
    flush()
    return "".join(out)


def _place(expression: str, places: dict[str, str]) -> str:
    """A readable name of a place: the last word of what is shown, numbered when it is taken."""
    body = expression.strip("{}- \n")
    head = re.split(r"[|(\[]| if | ~ ", body, maxsplit=1)[0]
    names = _NAME.findall(head) or ["value"]
    name = names[-1]
    taken, number = name, 1
    while taken in places:
        if places[taken] == expression:
            return taken
        number += 1
        taken = f"{name}{number}"
    places[taken] = expression
    return taken
