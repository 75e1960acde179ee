"""Teachers who fall ill or go on courses, and who takes their lessons."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date

from parta.demo.course import Hour
from parta.demo.gymnasium.books import DAY, School, YearBook
from parta.demo.school_plan import DEMO_POST
from parta.foundation.log import SYSTEM
from parta.timetable.actions import SubstitutionRow, bulk_substitutions


def substitute(
    school: School, book: YearBook, lessons: Mapping[int, Sequence[Hour]], today: date
) -> dict[int, int]:
    """The substitute of each lesson that has one: whoever is free, of the same subject first."""
    clerk, posts_of = school.clerk, book.plan.posts
    random = clerk.random(f"substitutions {book.calendar.year}")
    shown = school.staff[DEMO_POST].id
    busy: set[tuple[int, date, int]] = set()
    by_teacher: dict[int, list[Hour]] = defaultdict(list)
    for hours in lessons.values():
        for hour in hours:
            busy.add((hour.teacher_id, hour.date, hour.number))
            by_teacher[hour.teacher_id].append(hour)
    days = book.calendar.school_days()
    posts = {school.staff[key].id: key for key in posts_of}
    spells = [
        (random.randrange(4, len(days) - 2), random.choice(sorted(posts)))
        for _ in range(max(3, round(len(posts) * 0.45)))
    ]
    away = {
        (teacher, days[index])
        for first, teacher in spells
        for index in range(first, min(first + 6, len(days)))
        if teacher != shown
    }
    found: dict[int, int] = {}
    for first, teacher in sorted(spells):
        if teacher == shown or days[first] > today + DAY:
            continue
        span = days[first : first + random.choice((1, 2, 3, 3, 4, 5))]
        reason = random.choice(school.content.remarks.substitution_reasons)
        group = posts_of[posts[teacher]].group
        rows = []
        at = clerk.moment(days[first], 7 * 60 + random.randrange(55))
        for hour in sorted(by_teacher[teacher], key=lambda one: one.starts_at):
            if hour.date not in span or hour.id in found or hour.date > today + 3 * DAY:
                continue
            free = [
                other
                for other in posts
                if (other, hour.date, hour.number) not in busy and (other, hour.date) not in away
            ]
            if not free:
                continue
            own = [other for other in free if posts_of[posts[other]].group == group]
            chosen = random.choice(sorted(own) or sorted(free))
            busy.add((chosen, hour.date, hour.number))
            found[hour.id] = chosen
            rows.append((hour.id, chosen))
        if not rows or at > clerk.now:
            for lesson_id, _ in rows:
                del found[lesson_id]
            continue
        with clerk.act(at):
            order = school.order("substitution")
            bulk_substitutions(
                school_id=clerk.school_id,
                rows=[
                    SubstitutionRow(lesson_id, chosen, teacher, at, reason, order)
                    for lesson_id, chosen in rows
                ],
                by=SYSTEM,
                at=at,
            )
    return found
