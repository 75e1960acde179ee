"""The Jinja2 environment of all our pages."""

import json
import re
from collections.abc import Callable, Hashable
from functools import lru_cache
from pathlib import Path
from typing import Any, ClassVar

from django.template.backends.jinja2 import Jinja2, Template
from django.templatetags.static import static
from django.urls import reverse
from jinja2 import Environment, StrictUndefined
from jinja2.ext import Extension
from markupsafe import Markup, escape

from parta.foundation import language, pagekit
from parta.foundation.access import opens
from parta.foundation.statics import imported
from parta.foundation.wording import messages_of_script, turned

APPS = Path(language.__file__).parents[1]


@lru_cache(maxsize=4096)
def _url(name: str, *args: Hashable, **kwargs: Hashable) -> str:
    """The address of a page. The list of URLs never changes in a process, so each is worked out once."""
    return reverse(name, args=args or None, kwargs=kwargs or None)


@lru_cache(maxsize=1024)
def _static(path: str) -> str:
    """The hashed address of a static file; a new release is a new process."""
    return static(path)


@lru_cache(maxsize=64)
def _ahead(path: str) -> str:
    """What a script imports, asked for with the page: else a slow phone waits once for each step of the imports."""
    link = Markup('<link rel="modulepreload" href="{}">')
    return Markup().join(link.format(_static(name)) for name in imported(path))


class Settled(Extension):
    """What can be worked out when a template is compiled is not worked out at each page: its words in the language of
    the environment, addresses and icons named outright (`{{ url('home') }}`, `{{ icon('sun') }}`)."""

    calls: ClassVar[dict[str, Callable[..., str]]] = {
        "url": _url,
        "static": _static,
        "ahead": _ahead,
        "icon": pagekit.icon,
    }
    _named = re.compile(r"\{\{ (url|static|ahead|icon)\(('[^'{}]*'(?:, '[^'{}]*')*)\) \}\}")

    def preprocess(self, source: str, name: str | None, filename: str | None = None) -> str:
        def settle(found: re.Match[str]) -> str:
            return escape(self.calls[found[1]](*found[2][1:-1].split("', '")))

        code = self.environment.globals["lang"]
        if code != language.RUSSIAN:
            catalog = language.catalog(code)
            source = turned(source, catalog.gettext, is_plain=bool(name and name.endswith(".txt")))
        return self._named.sub(settle, source)


def script_words(code: str) -> Markup:
    """What scripts say in a language, as the JSON that its pages carry; nothing in Russian, which they speak anyway."""
    if code == language.RUSSIAN:
        return Markup()
    words = language.catalog(code).gettext
    said = {
        message.text: words(message.text)
        for name in language.files()
        if name.endswith(".js")
        for message in messages_of_script((APPS / name).read_text())
    }
    # In a script element only this sign could end it early.
    return Markup(json.dumps(said, ensure_ascii=False, separators=(",", ":")).replace("<", "\\u003c"))


def environment(lang: str = language.RUSSIAN, **options: Any) -> Environment:
    """Autoescape on; a missing variable is an error, not an empty string. An environment speaks one language."""
    options.setdefault("undefined", StrictUndefined)
    env = Environment(trim_blocks=True, lstrip_blocks=True, **options)
    env.globals.update(
        static=_static, ahead=_ahead, url=_url, opens=opens, lang=lang, **pagekit.JINJA_GLOBALS
    )
    env.globals.update(languages=tuple(language.LANGUAGES.items()), script_words=script_words(lang))
    env.filters.update(pagekit.JINJA_FILTERS)
    env.add_extension(Settled)
    return env


class Pages(Jinja2):
    """Django's engine once per language: a template is compiled in each, so a page in another costs no more."""

    def __init__(self, params: dict[str, Any]) -> None:
        super().__init__({**params, "OPTIONS": dict(params["OPTIONS"])})
        self.others: dict[str, Jinja2] = {}
        for code in language.LANGUAGES:
            if code != language.RUSSIAN:
                options = {**params["OPTIONS"], "lang": code}
                self.others[code] = Jinja2({**params, "OPTIONS": options})

    def get_template(self, template_name: str) -> Template:
        engine = self.others.get(language.now())
        return super().get_template(template_name) if engine is None else engine.get_template(template_name)
