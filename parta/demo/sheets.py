"""Health sheets of the gymnasium: the nurse has handed most over and entered them; one class waits for its sheet."""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta

from parta.demo.clerk import Clerk
from parta.diary.models import HealthNote, HealthSheet
from parta.foundation.log import SYSTEM, Line
from parta.organisation.acts import act

GROUPS = (1, 1, 1, 2, 2, 2, 2, 2, 3, 3)
SPORT = (
    "basic",
    "basic",
    "basic",
    "basic",
    "basic",
    "basic",
    "preparatory",
    "preparatory",
    "special_a",
    "exempt",
)
ADVICE = (
    "Сидеть на первой парте",
    "Очки для доски и чтения",
    "Не сажать у окна",
    "Давать выйти по первой просьбе",
)
WORDS = ("Аллергия на пыльцу", "Астма: ингалятор у медсестры", "Наблюдается у кардиолога")


def fill_sheets(clerk: Clerk, nurse_id: int, classes: Mapping[int, Sequence[int]], since: date) -> None:
    """Notes of all students of `classes` (homeroom: students) but the last one's, from a day of September on."""
    random = clerk.random("health")
    at = min(clerk.moment(since + timedelta(days=9), 14 * 60), clerk.now - timedelta(minutes=5))
    handed_on = at.astimezone(clerk.zone).date()
    school_id = clerk.school_id
    notes: list[HealthNote] = []
    sheets: list[HealthSheet] = []
    lines: list[Line] = []
    for homeroom_id, students in list(classes.items())[:-1]:
        sheets.append(
            HealthSheet(
                school_id=school_id,
                homeroom_id=homeroom_id,
                handed_on=handed_on,
                handed_by_id=nurse_id,
                noted_at=at,
            )
        )
        for student_id in students:
            group, sport = random.choice(GROUPS), random.choice(SPORT)
            notes.append(
                HealthNote(
                    school_id=school_id,
                    student_id=student_id,
                    group=group,
                    sport=sport,
                    advice=random.choice(ADVICE) if random.random() < 0.12 else "",
                    words=random.choice(WORDS) if group == 3 and random.random() < 0.5 else "",
                    set_by_id=nurse_id,
                    set_at=at,
                )
            )
            lines.append(Line("health_set", "health", student_id, student_id=student_id))
    with act(school_id, by=SYSTEM, at=at, operation_id=clerk.operation()) as kept:
        HealthNote.objects.bulk_create(notes)
        for sheet in HealthSheet.objects.bulk_create(sheets):
            data = {"homeroom": sheet.homeroom_id, "handed_on": handed_on.isoformat()}
            lines.append(Line("health_sheet_handed", "health_sheet", sheet.pk, data=data))
        kept += lines
