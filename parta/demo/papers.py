"""Papers of the demo school: consents of families, codes given out, the class teachers' looks through their classes."""

from collections import defaultdict
from datetime import date, datetime, timedelta

from parta.demo.clerk import Clerk
from parta.foundation import sql
from parta.foundation.log import SYSTEM
from parta.people.actions import (
    ConsentRow,
    IssueRow,
    ReviewRow,
    bulk_consents,
    bulk_issues,
    bulk_reviews,
)

_PLACES = """
SELECT e.homeroom_id, e.student_id, (SELECT MIN(g.guardian_id) FROM people_guardianship g
    WHERE g.student_id = e.student_id AND g.has_rights), y.starts, EXISTS (SELECT 1 FROM people_user u
    JOIN people_person p ON p.user_id = u.id WHERE NOT u.must_change_password AND (p.id = e.student_id
    OR p.id IN (SELECT g.guardian_id FROM people_guardianship g WHERE g.student_id = e.student_id)))
FROM people_enrolment e JOIN organisation_homeroom h ON h.id = e.homeroom_id
JOIN organisation_academicyear y ON y.id = h.year_id
WHERE e.school_id = %s AND y.starts <= %s AND y.until > %s AND (e.until IS NULL OR e.until > %s)
ORDER BY e.homeroom_id, e.id"""

_TEACHERS = """
SELECT r.homeroom_id, MIN(p.user_id) FROM people_role r JOIN people_person p ON p.id = r.person_id
WHERE r.school_id = %s AND r.homeroom_id IS NOT NULL AND p.user_id IS NOT NULL
AND (r.until IS NULL OR r.until > %s) GROUP BY r.homeroom_id"""


def papers(clerk: Clerk, today: date) -> None:
    """What families signed in late August, and one look through each class a month; a few of both are missing."""
    random = clerk.random("papers")
    places: dict[int, list[tuple[int, int | None, bool]]] = defaultdict(list)
    starts = today
    for homeroom_id, student_id, guardian_id, year_starts, is_shown in sql.read(
        _PLACES, (clerk.school_id, today, today, today)
    ):
        places[homeroom_id].append((student_id, guardian_id, bool(is_shown)))
        starts = date.fromisoformat(year_starts) if isinstance(year_starts, str) else year_starts
    rows: list[ConsentRow] = []
    for students in places.values():
        for student_id, guardian_id, is_shown in students:
            chance = random.random()
            chance = 0.5 if is_shown else chance  # the families whose accounts are shown have signed
            if chance < 0.015:
                continue
            number, day = f"С-{len(rows) // 2 + 1}", starts - timedelta(days=random.randrange(1, 8))
            state = "refused" if chance < 0.025 else "given"
            for kind in ("personal_data", "placement"):
                rows.append(ConsentRow(student_id, kind, state, day, number, guardian_id))
            if state == "refused" or chance > 0.99:
                rows.append(
                    ConsentRow(student_id, "paper", "given", day, number, guardian_id, "нет интернета дома")
                )
    with clerk.act(clerk.moment(starts, 8 * 60)) as at:
        bulk_consents(school_id=clerk.school_id, rows=rows, by=SYSTEM, at=at)
    teachers: dict[int, int] = dict(sql.read(_TEACHERS, (clerk.school_id, today)))
    reviews: list[ReviewRow] = []
    for homeroom_id, students in places.items():
        if homeroom_id not in teachers:
            continue
        for month in _months(starts, today):
            if random.random() < 0.03:
                continue
            day = month + timedelta(
                days=random.randrange(2, 5) if month == starts else random.randrange(15, 25)
            )
            moment: datetime = clerk.moment(day, 14 * 60 + random.randrange(150))
            if moment < clerk.now:
                reviews.append(
                    ReviewRow(
                        homeroom_id, moment, teachers[homeroom_id], len(students), random.choice((0, 0, 1, 2))
                    )
                )

    def given_at(number: int) -> datetime:
        """At the meeting of the year's second day, one after another; who has signed by now is shown, no other."""
        return clerk.moment(starts + timedelta(days=1), 17 * 60 + number)

    issues = [
        IssueRow(
            guardian_id,
            teachers[homeroom_id],
            given_at(number),
            signed,
            "на собрании",
        )
        for homeroom_id, students in places.items()
        if homeroom_id in teachers
        for number, (_, guardian_id, _) in enumerate(students)
        if guardian_id is not None
        and (signed := given_at(number) + timedelta(minutes=random.randrange(40, 1500))) < clerk.now
    ]
    with clerk.act(min(given_at(120), clerk.now - timedelta(minutes=35))) as at:
        bulk_issues(school_id=clerk.school_id, rows=issues, by=SYSTEM, at=at)
    reviews.sort(key=lambda row: row.at)
    with clerk.act(clerk.now - timedelta(minutes=30)) as at:
        bulk_reviews(school_id=clerk.school_id, rows=reviews, by=SYSTEM, at=at)


def _months(starts: date, today: date) -> list[date]:
    """The first day of the year, then the first of every month up to today."""
    found, month = [starts], (starts.replace(day=1) + timedelta(days=32)).replace(day=1)
    while month <= today:
        found.append(month)
        month = (month + timedelta(days=32)).replace(day=1)
    return found
