"""Posts that an act names for itself: each held by people the school appoints, with the rights of one of our roles.

While the file is read a post's name is put by its code wherever a role may stand; from there on it goes the way of
roles: who holds the post has its code among the roles.
"""

from collections.abc import Callable, Mapping
from typing import Any

from parta.regulation.words import HELD, LONGEST_POST, ROLES, allowed, post_code

__all__ = ["read_posts", "with_posts"]

_NO_POSTS = frozenset(
    "clause printed kind note subjects classes title text action name ground code short symbol".split()
)
"""Fields whose words are no roles, whatever a post is called."""


def read_posts(table: Any, wrong: Callable[[str, str, str], None]) -> dict[str, str]:
    """The section [posts], name → code; what is wrong is told as `wrong(name, entry, text)`."""
    if not isinstance(table, dict):
        wrong("", "", 'должности записывают разделом [posts]: "методист" = "deputy"')
        return {}
    found = {}
    for name, role in table.items():
        if not isinstance(role, str) or role not in HELD:
            said = f"нужна роль, с чьими правами её занимают; {allowed(role, HELD, in_order=True)}"
        elif name in ROLES or not name.strip() or len(name) > LONGEST_POST or ":" in name:
            said = f"название до {LONGEST_POST} знаков без двоеточия, не код роли"
        else:
            found[name] = post_code(role, name)
            continue
        wrong(name, f"должность «{name[:LONGEST_POST]}»", said)
    return found


def with_posts(value: Any, posts: Mapping[str, str]) -> Any:
    """A value of an entry with the act's posts named by their codes."""
    if isinstance(value, dict):
        return {key: item if key in _NO_POSTS else with_posts(item, posts) for key, item in value.items()}
    if isinstance(value, list):
        return [with_posts(item, posts) for item in value]
    return posts.get(value, value) if isinstance(value, str) else value
