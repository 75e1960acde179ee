"""The school decides who sees the forecast of marks."""

from datetime import datetime

from parta.diary.models import SchoolForecast
from parta.foundation.log import Line
from parta.organisation.acts import Refusal, act
from parta.people.viewer import Viewer

DECIDERS = frozenset({"director", "deputy"})


def show_forecast(viewer: Viewer, to: str, *, at: datetime) -> None:
    """Show it to `all`, `staff` or `nobody` from now on. Raises Refusal for others than director and deputies."""
    if not viewer.roles & DECIDERS:
        raise Refusal("Кому виден прогноз, решает директор или заместитель директора.")
    if to not in dict(SchoolForecast.SHOWN_TO):
        raise Refusal("Такого выбора нет: обновите страницу.", "to")
    with act(viewer.school.id, by=viewer.acting_as(), at=at) as lines:
        row = SchoolForecast.objects.select_for_update().filter(school_id=viewer.school.id).first()
        before = row.shown_to if row is not None else "all"
        if before == to:
            return
        row = row or SchoolForecast(school_id=viewer.school.id)
        row.shown_to, row.set_by_id, row.set_at = to, viewer.person_id, at
        row.save()
        lines.append(Line("forecast_shown", "school", viewer.school.id, data={"before": before, "after": to}))
