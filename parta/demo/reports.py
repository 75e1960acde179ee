"""What class teachers of the demo school gave families: a report of the last fortnight, paper sheets handed over."""

from datetime import date, timedelta

from parta.demo.clerk import Clerk
from parta.diary.actions import reports as actions
from parta.diary.models import FamilyReport
from parta.foundation import sql
from parta.organisation.acts import act
from parta.people.viewer import account

_HEADS = """
SELECT r.homeroom_id, MIN(p.user_id) FROM people_role r JOIN people_person p ON p.id = r.person_id
WHERE r.school_id = %s AND r.kind IN ('class_teacher', 'master') AND r.starts <= %s
  AND (r.until IS NULL OR r.until > %s)
  AND p.user_id IS NOT NULL AND r.homeroom_id IS NOT NULL GROUP BY r.homeroom_id ORDER BY r.homeroom_id
"""


def reports(clerk: Clerk, today: date) -> None:
    """Most class teachers sent the report of the fortnight that ended last Saturday; every seventh has not yet."""
    random = clerk.random("reports")
    last = today - timedelta(days=today.weekday() + 2)
    for homeroom_id, user_id in sql.read(_HEADS, (clerk.school_id, today, today)):
        late, minute = random.random() < 0.14, random.randrange(120)
        at = min(clerk.moment(last + timedelta(days=2), 15 * 60 + minute), clerk.now - timedelta(minutes=20))
        found = account(user_id, clerk.school_id, at)
        if late or found is None or found.viewer is None or homeroom_id not in found.viewer.homeroom_ids:
            continue
        by = found.viewer.acting_as("class_teacher")
        with act(clerk.school_id, by=by, at=at, operation_id=clerk.operation()):
            made = actions.make_reports(
                found.viewer,
                homeroom_id,
                starts=last - timedelta(days=12),
                until=last + timedelta(days=1),
                at=at,
            )
            sheets = FamilyReport.objects.filter(pk__in=made.ids, medium="paper").values_list("pk", flat=True)
            for number, sheet in enumerate(sorted(sheets)):
                if number % 3 != 2:
                    actions.hand_over(found.viewer, sheet, on=found.viewer.on, to="мать", at=at)
                if number % 3 == 0:
                    actions.record_signature(found.viewer, sheet, None, at=at)
