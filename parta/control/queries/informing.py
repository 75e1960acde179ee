"""Families that were not informed within the interval of the act, as duties of who leads the class."""

from collections.abc import Sequence
from datetime import date

from parta.control.queries.sheets import law_for
from parta.control.queries.sources import duty_source
from parta.diary.rules.informing import uninformed
from parta.foundation import sql
from parta.journal.rules.matters import Matter, clauses_of, rules_on, told_of
from parta.people.viewer import Viewer
from parta.regulation.durations import plural


@duty_source({"parents_report_every": "Отчёты семьям"})
def informing_matters(viewer: Viewer, since: date, until: date) -> list[Matter]:
    """Classes whose families got no report in time: all for the school's heads, else one's own. Six statements."""
    law = law_for(viewer)
    rules = rules_on(law, until, "parents_report_every")
    own = classes_of(viewer)
    if not rules or own == ():
        return []
    years = sql.read(
        "SELECT starts FROM organisation_academicyear WHERE school_id = %s AND starts <= %s AND until > %s",
        (viewer.school.id, until, until),
    )
    if not years:
        return []
    begins = years[0][0]
    days = frozenset(
        row[0]
        for row in sql.read(
            "SELECT DISTINCT date FROM timetable_lesson WHERE school_id = %s AND date >= %s AND date <= %s"
            " AND state <> 'cancelled'",
            (viewer.school.id, begins, until),
        )
    )
    found = []
    for one in uninformed(rules, viewer.school.id, homeroom_ids=own, begins=begins, days=days, on=until):
        count = len(one.students)
        found.append(
            Matter(
                kind="parents_report_every",
                clauses=clauses_of([one.rule]),
                text="Семья не получила отчёт в срок: "
                f"{count} {plural(count, 'ученик', 'ученика', 'учеников')} из {one.of}",
                since=one.limit,
                homeroom_id=one.homeroom_id,
                homeroom=one.homeroom,
                students=one.students,
                who_id=one.teacher_id,
                role="class_teacher",
                told=told_of([one.rule]),
            )
        )
    return found


def classes_of(viewer: Viewer) -> Sequence[int] | None:
    """Classes whose affairs the viewer may see: all (`None`) for the school's heads, else those the viewer leads."""
    if viewer.is_school_wide or "head_of_department" in viewer.roles:
        return None
    return viewer.homeroom_ids
