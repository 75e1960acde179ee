"""The register of corrections: what stood in a journal and was changed or taken out, by whom, when, why."""

import json
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from parta.control.queries.reports import Table
from parta.control.queries.sheets import Cut, reach_of
from parta.foundation import sql
from parta.journal.queries.history import shown
from parta.journal.queries.words import journal_name, short_name
from parta.people.viewer import ROLE_TITLES, Viewer

VERBS = {
    "mark_corrected": "отметка исправлена",
    "mark_annulled": "отметка снята",
    "final_corrected": "итоговая исправлена",
    "final_annulled": "итоговая снята",
    "absence_annulled": "пропуск снят",
    "topic_changed": "тема изменена",
    "topic_annulled": "тема снята",
    "homework_annulled": "задание снято",
}
_HEADS = ("Когда", "Журнал", "Урок", "Ученик", "Что", "Было", "Стало", "Кто", "Причина, основание")

_CORRECTED = """
SELECT e.at, COALESCE(h.title, ''), s.title, COALESCE(g.short, ''), l.date, l.number, n.surname, n.given_name, e.verb,
    e.data, p.surname, p.given_name, p.patronymic, e.role
FROM foundation_logentry e
JOIN foundation_chain c ON c.id = e.chain_id AND c.kind = 'journal'
JOIN plans_journal j ON j.id = c.subject_id
JOIN organisation_subject s ON s.id = j.subject_id
LEFT JOIN organisation_homeroom h ON h.id = j.homeroom_id
LEFT JOIN organisation_subgroup g ON g.id = j.subgroup_id
LEFT JOIN timetable_lesson l ON l.id = e.lesson_id
LEFT JOIN people_person n ON n.id = e.student_id
LEFT JOIN people_person p ON p.user_id = e.user_id AND p.school_id = e.school_id
WHERE e.school_id = %s AND e.at >= %s AND e.at < %s AND e.verb IN ({verbs}) AND {scope}
ORDER BY e.at DESC, e.id DESC"""


def corrections(viewer: Viewer, cut: Cut) -> Table:
    """Corrections made in the span, in the viewer's journals, the newest first. One statement."""
    zone = ZoneInfo(viewer.school.timezone)
    begin, end = (datetime.combine(day, time(), zone) for day in (cut.since, cut.until + timedelta(days=1)))
    scope, values = reach_of(viewer, cut)
    statement = _CORRECTED.replace("{verbs}", sql.marks(len(VERBS))).replace("{scope}", scope)
    rows = []
    for row in sql.read(statement, [viewer.school.id, begin, end, *VERBS, *values]):
        data = json.loads(row[9])
        who = short_name(*row[10:13]) if row[10] else "программа"
        why = [data.get("reason", ""), "по разрешению" if data.get("permit") else ""]
        rows.append(
            (
                f"{sql.aware(row[0]).astimezone(zone):%d.%m.%Y %H:%M}",
                journal_name(row[1], row[2], row[3]),
                f"{row[4]:%d.%m}, {row[5]}-й" if row[4] else "период",
                f"{row[6]} {row[7]}" if row[6] else "",
                VERBS[row[8]],
                shown(data.get("before")),
                shown(data.get("after")),
                f"{who}, {ROLE_TITLES.get(row[13], row[13])}",
                ", ".join(filter(None, why)),
            )
        )
    return Table(_HEADS, tuple(rows))
