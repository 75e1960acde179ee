"""Requests made up out of what a target offers and what hostile hands send."""

import json
import random
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import quote

from tests.reliability.hostile import CONTENT_TYPES, ELSEWHERE, HEADERS, HOSTILE
from tests.reliability.target import Route, Target

ODD_METHODS = ("HEAD", "PUT", "DELETE", "OPTIONS", "PATCH", "TRACE", "НЕТ")


@dataclass(frozen=True, slots=True)
class Request:
    """One request, whole: enough to repeat it."""

    persona: str
    route: str
    method: str
    path: str
    query: tuple[tuple[str, str], ...] = ()
    fields: tuple[tuple[str, str], ...] = ()
    files: tuple[tuple[str, str, str, bytes], ...] = ()
    """Field, file name, content type, content."""
    body: bytes | None = None
    content_type: str = ""
    headers: tuple[tuple[str, str], ...] = ()

    def __str__(self) -> str:
        told = [f"{self.persona}: {self.method} {self.path}"]
        told += [f"  ?{name}={value[:120]!r}" for name, value in self.query]
        told += [f"  {name}={value[:120]!r}" for name, value in self.fields]
        told += [
            f"  file {name} {file!r} {kind} {len(content)} B" for name, file, kind, content in self.files
        ]
        if self.body is not None:
            told.append(f"  {self.content_type}: {self.body[:600]!r}")
        told += [f"  {name}: {value[:120]!r}" for name, value in self.headers]
        return "\n".join(told)


def multipart(made: Request) -> tuple[bytes, str]:
    """The body as a browser would send it, hostile names included."""
    boundary = "fuzzfuzzfuzz"
    out = []
    for name, value in made.fields:
        out.append(
            f'--{boundary}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'.encode(
                "utf-8", "surrogatepass"
            )
        )
    for name, file, kind, content in made.files:
        told = f'form-data; name="{name}"; filename="{file}"'
        head = f"--{boundary}\r\nContent-Disposition: {told}\r\nContent-Type: {kind}\r\n\r\n"
        out.append(head.encode("utf-8", "surrogatepass") + content + b"\r\n")
    out.append(f"--{boundary}--\r\n".encode())
    return b"".join(out), f"multipart/form-data; boundary={boundary}"


class Inventor:
    """Makes requests up."""

    def __init__(self, world: Target, seed: int) -> None:
        self.world = world
        self.dice = random.Random(seed)

    def value(self, offered: Sequence[str] = (), spoil: float = 0.25) -> str:
        """A value: mostly one that was offered, an id, or something hostile."""
        dice = self.dice
        if offered and dice.random() > spoil:
            return dice.choice(list(offered))
        kind = dice.random()
        if kind < 0.2:
            ids = self.world.ids[dice.choice(list(self.world.ids))]
            return str(dice.choice(ids)) if ids else "1"
        if kind < 0.3:
            return dice.choice(self.world.codes)
        if kind < 0.4:
            return "".join(
                chr(
                    dice.choice(
                        (dice.randrange(32, 127), dice.randrange(0x400, 0x460), dice.randrange(0x110000))
                    )
                )
                for _ in range(dice.randrange(12))
            )
        return dice.choice(HOSTILE)

    def request(self) -> Request:
        """The next request."""
        dice, world = self.dice, self.world
        route = dice.choice(world.weighted)
        if route.name == "login" and dice.random() < 0.8:
            route = dice.choice(world.routes)  # checking a password is dear by design
        method = dice.choice(ODD_METHODS) if dice.random() < 0.08 else dice.choice(("GET", "POST", "POST"))
        if world.closed[route.name, method] > 10 and dice.random() < 0.95:
            method = "POST" if method == "GET" else "GET"
        welcome = world.welcome.get(route.permission)
        opened = world.opened.get(route.name)
        if opened and dice.random() < 0.5:
            persona, path = dice.choice(opened)
            plain = Request(persona, route.name, method, path)
            if method in ("GET", "HEAD"):
                return replace(plain, query=self._query(route))
            return self._with_body(plain, route)
        followed = [key for key in world.went if key[0] == route.name]
        if followed and dice.random() < 0.5:
            key = dice.choice(followed)
            return self._with_body(
                Request(key[1], route.name, method, dice.choice(world.went[key]), self._query(route)), route
            )
        made = Request(
            persona=dice.choice(welcome if welcome and dice.random() < 0.75 else list(world.personas)),
            route=route.name,
            method=method,
            path=self._path(route),
            query=self._query(route) if dice.random() < (0.7 if method in ("GET", "HEAD") else 0.15) else (),
        )
        if method in ("POST", "PUT", "PATCH", "DELETE"):
            made = self._with_body(made, route)
        if dice.random() < 0.15:
            made = replace(made, headers=tuple(dice.sample(HEADERS, dice.randint(1, 2))))
        return made

    def _path(self, route: Route) -> str:
        dice = self.dice
        path = route.pattern
        for kind, name in re.findall(r"<(\w+):(\w+)>", path):
            ids = self.world.ids.get(name.removesuffix("_id")) or [1, 2, 3]
            if kind == "int":
                value = str(dice.choice(ids))
                if dice.random() < 0.12:
                    value = dice.choice(("0", "999999", "9223372036854775808", "9" * 30, "007", "1" * 4400))
            else:
                value = quote(self.value().replace("/", "-").encode("utf-8", "surrogatepass")) or "x"
            path = path.replace(f"<{kind}:{name}>", value)
        path = f"/{path}"
        if dice.random() < 0.03:
            path += dice.choice(("/", "%00", "%ED%A0%80", "..%2f", ";a=b", "я"))
        return path

    def _names(self, route: Route) -> list[str]:
        return [*route.accepts, "next", "q"]

    def _query(self, route: Route) -> tuple[tuple[str, str], ...]:
        dice = self.dice
        known = self.world.queries.get(route.name)
        if known and dice.random() < 0.4:
            pairs = [part.partition("=") for part in dice.choice(sorted(known)).split("&")]
            return tuple((name, self.value([value])) for name, _, value in pairs)
        names = self._names(route)
        return tuple(self._pair(dice.choice(names)) for _ in range(dice.randint(1, 3)))

    def _pair(self, name: str) -> tuple[str, str]:
        """A parameter: one that means a row often gets the id of such a row."""
        if name == "next":
            return name, self.value([value for value in HOSTILE if ELSEWHERE in value])
        ids = self.world.ids.get(name.removesuffix("_id"))
        if ids and self.dice.random() < 0.6:
            return name, str(self.dice.choice(ids))
        return name, self.value()

    def _with_body(self, made: Request, route: Route) -> Request:
        dice, world = self.dice, self.world
        kind = dice.random()
        is_script = route.name in ("journal_write", "permit_ask")
        if (is_script and kind < 0.85) or kind < 0.06:
            return self._scripted(made, route)
        if kind < 0.12:
            body = bytes(dice.randrange(256) for _ in range(dice.randrange(60)))
            return replace(made, body=body, content_type=dice.choice(CONTENT_TYPES))
        fields = self._fields(route)
        if kind < 0.3 or ("file" in route.accepts and kind < 0.8):
            names = [name for name in self._names(route) if "file" in name] or self._names(route)
            files = tuple((dice.choice(names), *dice.choice(world.files)) for _ in range(dice.randint(1, 2)))
            return replace(made, fields=fields, files=files, content_type="multipart/form-data")
        return replace(made, fields=fields, content_type="application/x-www-form-urlencoded")

    def _fields(self, route: Route) -> tuple[tuple[str, str], ...]:
        dice = self.dice
        forms = self.world.forms.get(route.name)
        if forms and dice.random() < 0.85:
            spoil = dice.choice((0.02, 0.1, 0.4))
            box = dice.choice(forms)
            fields = [
                (name, self.value([*offered, *HOSTILE[2:8]] if offered == [""] else offered, spoil))
                for name, offered in box.items()
                if dice.random() > 0.05
            ]
            if dice.random() < 0.2 and fields:
                fields.append((dice.choice(fields)[0], self.value()))
            return tuple(fields)
        names = self._names(route)
        return tuple(self._pair(dice.choice(names)) for _ in range(dice.randint(0, 6)))

    def _scripted(self, made: Request, route: Route) -> Request:
        dice = self.dice
        asks = [body for body in self.world.operations if ("clauses" in body) == (route.name == "permit_ask")]
        body: Any = json.loads(json.dumps(dice.choice(asks)))
        if dice.random() < 0.6:  # in the journal and the hands it is meant for
            path = f"/journals/{self.world.russian}/write" if route.name == "journal_write" else made.path
            made = replace(made, persona="teacher", method="POST", path=path)
        body["operation"] = f"{dice.getrandbits(32):08x}-6a55-4c6e-9b38-0f3c6a7a1b10"
        for _ in range(dice.choice((0, 1, 1, 2, 4))):
            body = self._spoiled(body)
        text = json.dumps(body, ensure_ascii=dice.random() < 0.5)
        match dice.randrange(40):
            case 0:
                text = "[" * 100_000
            case 1:
                text = text.replace('"seen": 0', '"seen": NaN')
            case 2:
                text = text[: dice.randrange(len(text))]
            case 3:
                text = text.replace("5", "9" * 5000, 1)
            case 4:
                text = "\ufeff" + text
        raw = text.encode("utf-8", "surrogatepass")
        kind = "application/json" if dice.random() < 0.9 else dice.choice(CONTENT_TYPES)
        return replace(made, body=raw, content_type=kind)

    def _spoiled(self, body: Any) -> Any:
        """The body with one place changed."""
        dice = self.dice
        places: list[tuple[Any, Any]] = []

        def walk(node: Any) -> None:
            for key in list(node) if isinstance(node, dict) else range(len(node)):
                places.append((node, key))
                if isinstance(node[key], dict | list):
                    walk(node[key])

        if not isinstance(body, dict | list):
            return body
        walk(body)
        if not places:
            return body
        node, key = dice.choice(places)
        match dice.randrange(9):
            case 0:
                del node[key]
            case 1 | 2 | 3:
                node[key] = self.value()
            case 4:
                node[key] = dice.choice(
                    (None, True, False, 0, -1, 1.5, 10**18, 10**30, -(2**63), [], {}, [[]], "5")
                )
            case 5:
                node[key] = dice.choice((*self.world.ids["lesson"][:20], *self.world.ids["student"][:20]))
            case 6 if isinstance(node, dict):
                node[self.value()] = node[key]
            case 7:
                deep: Any = node[key]
                for _ in range(dice.choice((1, 3, 60))):
                    deep = [deep]
                node[key] = deep
            case _ if isinstance(node, list):
                node.append(json.loads(json.dumps(node[key])))
        return body
