"""The Jinja2 environment of all our pages."""

import re
from collections.abc import Callable, Hashable
from functools import lru_cache
from typing import Any, ClassVar

from django.templatetags.static import static
from django.urls import reverse
from jinja2 import Environment, StrictUndefined
from jinja2.ext import Extension
from markupsafe import escape

from parta.foundation import pagekit
from parta.foundation.access import opens


@lru_cache(maxsize=4096)
def _url(name: str, *args: Hashable, **kwargs: Hashable) -> str:
    """The address of a page. The list of URLs never changes in a process, so each is worked out once."""
    return reverse(name, args=args or None, kwargs=kwargs or None)


@lru_cache(maxsize=1024)
def _static(path: str) -> str:
    """The hashed address of a static file; a new release is a new process."""
    return static(path)


class Settled(Extension):
    """Addresses and icons named outright (`{{ url('home') }}`, `{{ icon('sun') }}`) are worked out when a template is
    compiled, not at each page."""

    calls: ClassVar[dict[str, Callable[..., str]]] = {"url": _url, "static": _static, "icon": pagekit.icon}
    _named = re.compile(r"\{\{ (url|static|icon)\(('[^'{}]*'(?:, '[^'{}]*')*)\) \}\}")

    def preprocess(self, source: str, name: str | None, filename: str | None = None) -> str:
        def settle(found: re.Match[str]) -> str:
            return escape(self.calls[found[1]](*found[2][1:-1].split("', '")))

        return self._named.sub(settle, source)


def environment(**options: Any) -> Environment:
    """Autoescape on; a missing variable is an error, not an empty string."""
    options.setdefault("undefined", StrictUndefined)
    env = Environment(trim_blocks=True, lstrip_blocks=True, extensions=[Settled], **options)
    env.globals.update(static=_static, url=_url, opens=opens, **pagekit.JINJA_GLOBALS)
    env.filters.update(pagekit.JINJA_FILTERS)
    return env
