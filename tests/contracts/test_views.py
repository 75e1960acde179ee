"""Every way in has an access row; every page lies in its app's `pages`."""

from collections.abc import Iterator

from django.urls import URLPattern, URLResolver, get_resolver

from parta.foundation import access
from parta.people.viewer import ROLE_ORDER


def views() -> Iterator[tuple[str, URLPattern]]:
    """Every URL of the application: (route, pattern)."""

    def walk(patterns: list[URLPattern | URLResolver], prefix: str) -> Iterator[tuple[str, URLPattern]]:
        for pattern in patterns:
            route = prefix + str(pattern.pattern)
            if isinstance(pattern, URLResolver):
                yield from walk(pattern.url_patterns, route)
            else:
                yield route, pattern

    yield from walk(get_resolver().url_patterns, "")


def test_every_view_names_its_permission() -> None:
    found = list(views())
    assert found
    for route, pattern in found:
        name = getattr(pattern.callback, "permission", None)
        assert name in access.TABLE, f"/{route}: decorate the view with @requires(…)"


def test_every_view_has_a_name_and_names_are_distinct() -> None:
    names = [pattern.name for _, pattern in views()]
    assert all(names) and len(names) == len(set(names)), names


def test_every_view_lies_in_the_pages_of_an_app() -> None:
    for route, pattern in views():
        parts = pattern.callback.__module__.split(".")
        assert parts[0] == "parta" and parts[2] == "pages", f"/{route}: {pattern.callback.__module__}"


def test_every_permission_is_used_and_its_roles_exist() -> None:
    used = {pattern.callback.permission for _, pattern in views()}  # type: ignore[union-attr,attr-defined]
    for name, rule in access.TABLE.items():
        assert rule.roles <= set(ROLE_ORDER), f"{name}: {rule.roles - set(ROLE_ORDER)} are no roles"
        assert rule.public or rule.signed_in or rule.roles, f"{name} opens nothing to anybody"
        assert rule.title and not rule.title.isascii(), f"{name}: the title is shown to people"
    assert used <= set(access.TABLE)


def test_only_signing_in_is_public() -> None:
    assert {name for name, rule in access.TABLE.items() if rule.public} <= {
        "login",
        "logout",
        "activate",
        "health",
        "unsubscribe",
        "recovery",
        "feed",
        "language",
        "not_me",
        "push_worker",
    }
