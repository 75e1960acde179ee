"""Comings and goings of a year: who enters, leaves or changes the class in mid-term, each by an order of its day."""

from datetime import date, datetime

from parta.demo.families import Child
from parta.demo.gymnasium.books import DAY, Place, School, YearBook, subgroup_title
from parta.demo.school_plan import DEMO_CLASS, Class, title
from parta.foundation.log import SYSTEM
from parta.organisation.models import Homeroom, Subgroup
from parta.people.actions import enrol, join_subgroup, leave, transfer
from parta.people.models import Person


def come_and_go(school: School, book: YearBook, today: date) -> None:
    """Who came, left and changed the class up to today: each an act of its own day."""
    calendar, classes = book.calendar, book.plan.classes
    random = school.clerk.random(f"moves {calendar.year}")
    days = [day for day in calendar.school_days() if day > calendar.first_day + 6 * DAY]
    planned: list[tuple[date, str, Class]] = []
    for kind, share in (("leave", 0.28), ("come", 0.3), ("change", 0.1)):
        for _ in range(max(1, round(share * len(classes)))):
            planned.append((random.choice(days), kind, random.choice(classes)))
    if DEMO_CLASS in classes:
        planned.append((days[len(days) // 9], "come", DEMO_CLASS))
    for on, kind, group in sorted(planned):
        if on > today:
            break
        _move(school, book, on, kind, group)


def _move(school: School, book: YearBook, on: date, kind: str, group: Class) -> None:
    clerk = school.clerk
    random = clerk.random(f"move {on} {kind} {group}")
    here = [place for place in book.places if place.group == group and _may_move(place, book, on)]
    others = [one for one in book.plan.classes if one[0] == group[0] and one != group]
    with clerk.act(clerk.moment(on - DAY, 15 * 60 + random.randrange(120))) as at:
        if kind == "come":
            _come(school, book, on, group, at)
        elif here and kind == "leave":
            _leave(school, book, on, random.choice(here), at)
        elif here and others:
            place = random.choice(here)
            _change(school, book, on, place, random.choice(others), at)


def _may_move(place: Place, book: YearBook, on: date) -> bool:
    """There from the first day, not about to go, with a mother on the list, and nobody whose account is shown."""
    child = place.child
    return (
        place.starts <= book.calendar.first_day
        and (place.until is None or place.until > on + 30 * DAY)
        and not child.human.login.startswith(("uchenik", "roditel"))
        and child.family.mother is not None
        and child.family.mother.login != "roditel"
    )


def _come(school: School, book: YearBook, on: date, group: Class, at: datetime) -> None:
    ends = book.places[0].until
    child = school.registry.child(group[0], book.calendar.year)
    family = child.family
    people = [one for one in (child.human, family.mother, family.father) if one is not None and not one.id]
    school.clerk.admit(people, at)
    school.clerk.bind_families([child], on, at)
    enrol(
        student=Person.objects.get(pk=child.human.id),
        homeroom=_homeroom(book, group),
        starts=on,
        order_number=school.order("enrol"),
        by=SYSTEM,
        at=at,
    )
    _settle(school, book, child, group, on, ends, at)
    school.children[group].append(child)


def _leave(school: School, book: YearBook, on: date, place: Place, at: datetime) -> None:
    student = Person.objects.get(pk=place.child.human.id)
    place.until = on
    leave(student=student, on=on, order_number=school.order("leave"), by=SYSTEM, at=at)
    school.children[place.group].remove(place.child)


def _change(school: School, book: YearBook, on: date, place: Place, new: Class, at: datetime) -> None:
    until, place.until = place.until, on
    transfer(
        student=Person.objects.get(pk=place.child.human.id),
        homeroom=_homeroom(book, new),
        on=on,
        order_number=school.order("transfer"),
        by=SYSTEM,
        at=at,
    )
    _settle(school, book, place.child, new, on, until, at)
    school.children[place.group].remove(place.child)
    school.children[new].append(place.child)


def _homeroom(book: YearBook, group: Class) -> Homeroom:
    return Homeroom.objects.get(pk=book.homerooms[title(group)])


def _settle(
    school: School, book: YearBook, child: Child, group: Class, on: date, until: date | None, at: datetime
) -> None:
    """Subgroups of somebody who came in mid-term, and their place in the books."""
    student = Person.objects.get(pk=child.human.id)
    parts = {}
    for split in school.splits(group[0]):
        sizes = [
            sum(1 for place in book.places if place.group == group and place.parts.get(split) == part)
            for part in (1, 2)
        ]
        part = 1 if sizes[0] <= sizes[1] else 2
        if split == "workshop":
            part = 1 if child.human.sex == "m" else 2
        parts[split] = part
        subgroup = Subgroup.objects.get(pk=book.subgroups[subgroup_title(split, group, part)])
        join_subgroup(student=student, subgroup=subgroup, starts=on, by=SYSTEM, at=at)
    book.places.append(Place(child, group, on, until, parts))
