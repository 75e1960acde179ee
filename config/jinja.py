"""The Jinja2 environment of all our pages."""

from collections.abc import Hashable
from functools import lru_cache
from typing import Any

from django.templatetags.static import static
from django.urls import reverse
from jinja2 import Environment, StrictUndefined

from parta.foundation import pagekit


@lru_cache(maxsize=4096)
def _url(name: str, *args: Hashable, **kwargs: Hashable) -> str:
    """The address of a page. The list of URLs never changes in a process, so each is worked out once."""
    return reverse(name, args=args or None, kwargs=kwargs or None)


@lru_cache(maxsize=1024)
def _static(path: str) -> str:
    """The hashed address of a static file; a new release is a new process."""
    return static(path)


def environment(**options: Any) -> Environment:
    """Autoescape on; a missing variable is an error, not an empty string."""
    options.setdefault("undefined", StrictUndefined)
    env = Environment(trim_blocks=True, lstrip_blocks=True, **options)
    env.globals.update(static=_static, url=_url, **pagekit.JINJA_GLOBALS)
    env.filters.update(pagekit.JINJA_FILTERS)
    return env
