"""A weekly timetable without clashes: every class full from its first lesson on, nobody in two places, enough rooms.

Each class is a grid of cells (day, number) without gaps and a set of events that fill it exactly; solving means
swapping two events of one class until nobody is asked for twice. Min-conflicts with a short memory does it in a
second or two for forty classes.
"""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from random import Random

CLASH = 20
"""Cost of a teacher in two places or of a room too few; below it lie mere wishes."""

Cell = tuple[int, int]
"""Weekday 1–7 and lesson number."""


class NoTimetable(RuntimeError):
    """The steps ran out with clashes left."""


@dataclass(frozen=True, slots=True)
class Part:
    """One journal's half of an event: who teaches and what kind of room it takes."""

    journal: str
    teacher: str
    room: str


@dataclass(frozen=True, slots=True)
class Event:
    """What fills one cell of a class: one lesson, or two or three of its subgroups side by side."""

    subject: str
    parts: tuple[Part, ...]
    fixed: Cell | None = None
    twice: bool = False
    """The subject has so many hours that two lessons on one day are no fault."""


@dataclass(slots=True)
class ClassWeek:
    """A class: its events and the cells they fill, as many as there are events."""

    title: str
    events: list[Event]
    cells: list[Cell]


def cells_of(hours: int, days: int = 5, longer: Sequence[int] = (3, 2, 4, 1, 5)) -> list[Cell]:
    """Cells of a week of so many hours: days equally long, the rest on the days of `longer` in this order."""
    length = dict.fromkeys(range(1, days + 1), hours // days)
    for day in longer[: hours % days]:
        length[day] += 1
    return [(day, number) for day in sorted(length) for number in range(1, length[day] + 1)]


class _Board:
    """Counts of what each cell asks for; costs are read off them."""

    def __init__(self, weeks: Sequence[ClassWeek], rooms: Mapping[str, int]) -> None:
        self.weeks = weeks
        self.rooms = rooms
        self.teachers: Counter[tuple[str, Cell]] = Counter()
        self.kinds: Counter[tuple[str, Cell]] = Counter()
        self.subjects: Counter[tuple[int, str, int]] = Counter()
        for index, week in enumerate(weeks):
            for event, cell in zip(week.events, week.cells, strict=True):
                self.put(index, event, cell, 1)

    def put(self, index: int, event: Event, cell: Cell, step: int) -> None:
        for part in event.parts:
            self.teachers[part.teacher, cell] += step
            self.kinds[part.room, cell] += step
        self.subjects[index, event.subject, cell[0]] += step

    def price(self, index: int, event: Event, cell: Cell) -> int:
        """What it costs to put the event into the cell, the event itself not being counted there."""
        cost = 0
        for part in event.parts:
            cost += CLASH * self.teachers[part.teacher, cell]
            limit = self.rooms.get(part.room)
            if limit is not None and self.kinds[part.room, cell] >= limit:
                cost += CLASH
        if len(event.parts) == 2 and event.parts[0].room == event.parts[1].room:
            limit = self.rooms.get(event.parts[0].room)
            if limit is not None and self.kinds[event.parts[0].room, cell] == limit - 1:
                cost += CLASH
        same = self.subjects[index, event.subject, cell[0]]
        if same:
            cost += 12 * same if event.twice and same > 1 else (1 if event.twice else 6 * same)
        return cost


def solve(
    weeks: Sequence[ClassWeek], rooms: Mapping[str, int], random: Random, *, steps: int = 60_000
) -> None:
    """Put the events of every week into its cells, in place. Raises NoTimetable when clashes are left."""
    for week in weeks:
        _arrange(week, random)
    board = _Board(weeks, rooms)
    places = [
        (index, place)
        for index, week in enumerate(weeks)
        for place, event in enumerate(week.events)
        if event.fixed is None
    ]
    free: dict[int, list[int]] = defaultdict(list)
    for index, place in places:
        free[index].append(place)
    forbidden: dict[tuple[int, int, Cell], int] = {}
    step = 0
    while step < steps:
        troubled = [
            (index, place)
            for index, place in places
            if _standing(board, index, place) >= (CLASH if step > steps // 2 else 6)
        ]
        if not troubled:
            break
        random.shuffle(troubled)
        for index, place in troubled[:40]:
            step += 1
            if _standing(board, index, place) >= 6:
                _move(board, index, place, free[index], forbidden, step, random)
    left = sum(_standing(board, index, place) >= CLASH for index, place in places)
    if left:
        raise NoTimetable(f"{left} lessons clash after {step} steps")


def _arrange(week: ClassWeek, random: Random) -> None:
    """First guess: fixed events in their cells, equal subjects spread over the days."""
    if len(week.events) != len(week.cells):
        raise ValueError(f"{week.title}: {len(week.events)} events for {len(week.cells)} cells")
    fixed = [event for event in week.events if event.fixed is not None]
    taken = {event.fixed for event in fixed}
    rest = [event for event in week.events if event.fixed is None]
    random.shuffle(rest)
    rest.sort(key=lambda event: event.subject)
    open_cells = [cell for cell in week.cells if cell not in taken]
    random.shuffle(open_cells)
    open_cells.sort(key=lambda cell: cell[1])
    week.events = fixed + rest
    week.cells = [event.fixed for event in fixed if event.fixed is not None] + open_cells


def _standing(board: _Board, index: int, place: int) -> int:
    week = board.weeks[index]
    event, cell = week.events[place], week.cells[place]
    board.put(index, event, cell, -1)
    cost = board.price(index, event, cell)
    board.put(index, event, cell, 1)
    return cost


def _move(
    board: _Board,
    index: int,
    place: int,
    others: Sequence[int],
    forbidden: dict[tuple[int, int, Cell], int],
    step: int,
    random: Random,
) -> None:
    """Swap the event with the one of its class that makes the least trouble, even when that is more than now."""
    week = board.weeks[index]
    event, cell = week.events[place], week.cells[place]
    board.put(index, event, cell, -1)
    best: list[int] = []
    least = 10**9
    for other in others:
        other_cell = week.cells[other]
        if other == place or forbidden.get((index, place, other_cell), 0) > step:
            continue
        other_event = week.events[other]
        if other_event.subject == event.subject:
            continue
        board.put(index, other_event, other_cell, -1)
        before = board.price(index, other_event, other_cell)
        cost = board.price(index, event, other_cell) + board.price(index, other_event, cell) - before
        board.put(index, other_event, other_cell, 1)
        if cost < least:
            least, best = cost, [other]
        elif cost == least:
            best.append(other)
    board.put(index, event, cell, 1)
    if not best:
        return
    other = random.choice(best)
    other_cell, other_event = week.cells[other], week.events[other]
    for one, where, count in ((event, cell, -1), (other_event, other_cell, -1)):
        board.put(index, one, where, count)
    week.cells[place], week.cells[other] = other_cell, cell
    board.put(index, event, other_cell, 1)
    board.put(index, other_event, cell, 1)
    forbidden[index, place, cell] = step + random.randrange(20, 60)
    forbidden[index, other, other_cell] = step + random.randrange(5, 20)


def give_rooms(
    weeks: Sequence[ClassWeek],
    rooms: Mapping[str, Sequence[str]],
    own: Mapping[str, str],
) -> dict[tuple[str, Cell], str]:
    """A room for each (journal, cell): the teacher's or class's own when free (`own`), else any of its kind.

    `own` names the room of a teacher, or of a kind of room that is one room only («home:3А»).
    """
    found: dict[tuple[str, Cell], str] = {}
    taken: set[tuple[str, Cell]] = set()
    asked = [
        (part, cell)
        for week in weeks
        for event, cell in zip(week.events, week.cells, strict=True)
        for part in event.parts
    ]
    asked.sort(key=lambda one: (one[1], one[0].journal))
    later: list[tuple[Part, Cell]] = []
    for part, cell in asked:
        room = own.get(part.room) or own.get(part.teacher)
        fits = room is not None and (part.room in own or room in rooms.get(part.room, ()))
        if fits and room is not None and (room, cell) not in taken:
            taken.add((room, cell))
            found[part.journal, cell] = room
        else:
            later.append((part, cell))
    for part, cell in later:
        room = next((one for one in rooms.get(part.room, ()) if (one, cell) not in taken), None)
        if room is None:
            raise NoTimetable(f"no room of kind {part.room} at {cell}")
        taken.add((room, cell))
        found[part.journal, cell] = room
    return found
