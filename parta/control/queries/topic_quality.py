"""Topics that stand in the journals, held against what the act asks of their words: a share by teacher."""

from collections import defaultdict

from parta.control.queries.sheets import Cut, law_for, reach_of
from parta.foundation import sql
from parta.journal.rules.matters import JOINS, PLACE, places, rules_on
from parta.journal.rules.topic_texts import topic_faults
from parta.people.viewer import Viewer

_TOPICS = f"""
SELECT {PLACE}, l.date, COALESCE(x.substitute_id, l.teacher_id, (
    SELECT MIN(tl.teacher_id) FROM plans_teachingload tl WHERE tl.journal_id = j.id AND tl.starts <= l.date
    AND (tl.until IS NULL OR tl.until > l.date))), r.topic
FROM timetable_lesson l
JOIN plans_journal j ON j.id = l.journal_id
{JOINS}
JOIN journal_lessonrecord r ON r.lesson_id = l.id AND r.topic <> ''
LEFT JOIN timetable_substitution x ON x.lesson_id = l.id
WHERE {{scope}} AND l.school_id = %s AND l.date >= %s AND l.date <= %s AND l.state <> 'cancelled'"""


def topic_quality(viewer: Viewer, cut: Cut) -> dict[int | None, tuple[int, int]]:
    """By who taught: topics of the span, and those worded as the act of their day asks. One statement.

    Empty, without a statement, where the act does not ask for this measure.
    """
    law = law_for(viewer)
    if not any("topics_valid" in rule.params.measures for rule in rules_on(law, cut.until, "fill_quality")):
        return {}
    scope, values = reach_of(viewer, cut)
    reader = places(law)
    found: dict[int | None, list[int]] = defaultdict(lambda: [0, 0])
    for row in sql.read(_TOPICS.replace("{scope}", scope), [*values, viewer.school.id, cut.since, cut.until]):
        counted = found[row[13]]
        counted[0] += 1
        counted[1] += not topic_faults(law, reader.place(row), row[14], on=row[12])
    return {who: (count, good) for who, (count, good) in found.items()}
