"""Who teaches which class: whole loads, shared out evenly, kept from year to year."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Unit:
    """What one teacher takes over as a whole: in a class, these subjects; `part` 1 or 2 of a split, else 0."""

    group: str
    grade: int
    letter: str
    part: int
    hours: int


@dataclass(slots=True)
class Post:
    """A place on the staff: the group of subjects it teaches, its number in the group, the units it has."""

    key: str
    group: str
    number: int
    units: list[Unit] = field(default_factory=list)

    @property
    def hours(self) -> int:
        return sum(unit.hours for unit in self.units)


def posts_needed(units: Sequence[Unit], full_load: int) -> int:
    """How many posts the units of one group keep busy; an even number where classes are split."""
    count = max(1, -(-sum(unit.hours for unit in units) // full_load))
    return count + count % 2 if any(unit.part for unit in units) else count


def share_out(
    posts: Sequence[Post],
    units: Sequence[Unit],
    *,
    before: Mapping[tuple[str, int, str, int], str],
    wanted: Mapping[tuple[str, int, str, int], str],
    full_load: int,
) -> None:
    """Give every unit to a post of its group, in place: wanted first, then last year's teacher, then the least loaded.

    First parts go to odd posts and second parts to even ones, so that two teachers share their classes and one
    class's split does not keep a third from working. `before` and `wanted` map (group, grade, letter, part) to a post.
    """
    by_key = {post.key: post for post in posts}

    def may(post: Post, unit: Unit) -> bool:
        return not unit.part or post.number % 2 == unit.part % 2

    def take(unit: Unit, key: str | None, limit: int) -> bool:
        post = by_key.get(key or "")
        if post is None or not may(post, unit) or post.hours + unit.hours > limit:
            return False
        post.units.append(unit)
        return True

    waiting = []
    for unit in sorted(units, key=lambda one: (-one.hours, one.grade, one.letter, one.part)):
        if not take(unit, wanted.get((unit.group, unit.grade, unit.letter, unit.part)), 10**6):
            waiting.append(unit)
    rest = []
    for unit in waiting:
        if not take(unit, before.get((unit.group, unit.grade - 1, unit.letter, unit.part)), full_load):
            rest.append(unit)
    for unit in rest:
        fitting = [post for post in posts if post.group == unit.group and may(post, unit)]
        if not fitting:
            raise ValueError(f"nobody to teach {unit}")
        min(fitting, key=lambda post: (post.hours, post.key)).units.append(unit)
