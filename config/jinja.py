"""The Jinja2 environment of all our pages."""

from typing import Any

from django.templatetags.static import static
from django.urls import reverse
from jinja2 import Environment, StrictUndefined

from parta.foundation import pagekit


def _url(name: str, *args: object, **kwargs: object) -> str:
    return reverse(name, args=args or None, kwargs=kwargs or None)


def environment(**options: Any) -> Environment:
    """Autoescape on; a missing variable is an error, not an empty string."""
    options.setdefault("undefined", StrictUndefined)
    env = Environment(trim_blocks=True, lstrip_blocks=True, **options)
    env.globals.update(static=static, url=_url, **pagekit.JINJA_GLOBALS)
    env.filters.update(pagekit.JINJA_FILTERS)
    return env
