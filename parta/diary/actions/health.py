"""The health sheet: a student's line is set, the paper sheet of a class is handed over."""

from datetime import date, datetime

from parta.diary.models import HealthNote, HealthSheet
from parta.diary.queries.health import KEEPERS, keeps
from parta.foundation import sql
from parta.foundation.log import Line
from parta.organisation.acts import Refusal, act
from parta.people.viewer import Viewer


def set_note(
    viewer: Viewer,
    homeroom_id: int,
    student_id: int,
    *,
    group: int | None,
    sport: str,
    advice: str,
    words: str,
    at: datetime,
) -> HealthNote | None:
    """Set the line of a student of a class the viewer keeps; all empty ends it. Raises Refusal.

    The change log says that it was changed and by whom, not what stands there: the log is read by more people than the
    sheet is. What stood before stays in the table of lines.
    """
    if group is not None and group not in dict(HealthNote.GROUPS):
        raise Refusal("Группа здоровья: от I до V.", "group")
    if sport and sport not in dict(HealthNote.SPORT):
        raise Refusal("Группа по физкультуре: выберите из списка.", "sport")
    if len(advice) > 300:
        raise Refusal("Учителям: не длиннее 300 знаков.", "advice")
    if len(words) > 500:
        raise Refusal("Для ведущих листок: не длиннее 500 знаков.", "words")
    if not keeps(viewer, homeroom_id) or not _is_in(viewer, homeroom_id, student_id):
        raise Refusal("Листок здоровья этого ученика ведёт другой сотрудник.")
    values = {"group": group, "sport": sport, "advice": advice, "words": words}
    with act(viewer.school.id, by=viewer.acting_as(), at=at) as lines:
        known = HealthNote.objects.select_for_update().filter(student_id=student_id, ended_at=None).first()
        if known is not None and all(getattr(known, name) == value for name, value in values.items()):
            return known
        if known is None and not any(values.values()):
            raise Refusal("Заполните хотя бы одно поле.", "group")
        if known is not None:
            known.ended_at = at
            known.save(update_fields=["ended_at"])
        row = None
        if any(values.values()):
            row = HealthNote.objects.create(
                school_id=viewer.school.id,
                student_id=student_id,
                set_by_id=viewer.person_id,
                set_at=at,
                **values,
            )
        lines.append(
            Line("health_set" if row else "health_ended", "health", student_id, student_id=student_id)
        )
    return row


def hand_over(viewer: Viewer, homeroom_id: int, *, handed_on: date, at: datetime) -> HealthSheet:
    """Note that the paper sheet went to the class teacher; twice is once, another day corrects it. Raises Refusal."""
    if not viewer.roles & KEEPERS:
        raise Refusal("Передачу листка записывает социальный педагог или медицинский работник.")
    if not sql.read(
        "SELECT 1 FROM organisation_homeroom h JOIN organisation_academicyear y ON y.id = h.year_id"
        " WHERE h.id = %s AND h.school_id = %s AND y.starts <= %s AND y.until > %s",
        (homeroom_id, viewer.school.id, viewer.on, viewer.on),
    ):
        raise Refusal("Этого класса в нынешнем году нет: обновите страницу.")
    if handed_on > viewer.on or (viewer.on - handed_on).days > 366:
        raise Refusal("День передачи: не позже сегодняшнего и не раньше чем год назад.", "handed_on")
    with act(viewer.school.id, by=viewer.acting_as(), at=at) as lines:
        known = (
            HealthSheet.objects.select_for_update().filter(homeroom_id=homeroom_id, withdrawn_at=None).first()
        )
        if known is not None:
            if known.handed_on == handed_on:
                return known
            known.withdrawn_at = at
            known.save(update_fields=["withdrawn_at"])
        row = HealthSheet.objects.create(
            school_id=viewer.school.id,
            homeroom_id=homeroom_id,
            handed_on=handed_on,
            handed_by_id=viewer.person_id,
            noted_at=at,
        )
        data = {"homeroom": homeroom_id, "handed_on": handed_on.isoformat()}
        lines.append(Line("health_sheet_handed", "health_sheet", row.pk, data=data))
    return row


def _is_in(viewer: Viewer, homeroom_id: int, student_id: int) -> bool:
    return bool(
        sql.read(
            "SELECT 1 FROM people_enrolment WHERE student_id = %s AND homeroom_id = %s AND school_id = %s"
            " AND starts <= %s AND (until IS NULL OR until > %s)",
            (student_id, homeroom_id, viewer.school.id, viewer.on, viewer.on),
        )
    )
