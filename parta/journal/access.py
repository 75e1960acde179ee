"""Who may open which page of the journal. Which journals, lessons and cells: the scope and the regulation say."""

from parta.foundation.access import permission
from parta.people import inspection
from parta.people.chrome import nav
from parta.plans.access import OF_CLASSES

READERS = ("director", "deputy", "head_of_department", "teacher", "class_teacher", "master", "inspector")
WRITERS = ("teacher", "class_teacher", "master", "deputy", "head_of_department")

permission("journal.read", "читать журналы", *READERS)
permission("journal.write", "писать в журнале", *WRITERS)

nav("journals", "Журналы", "journals", *READERS, position=20)

permission("today", "видеть свой день", *READERS)
permission("permits.read", "видеть разрешения на исправление", *READERS)
permission("permits.ask", "просить разрешение на исправление", *WRITERS)
permission("permits.decide", "давать разрешения на исправление", "deputy", "director")
permission("files.read", "скачивать вложения", *READERS, "guardian", "student")

nav("today", "Сегодня", "today", *(role for role in READERS if role != "inspector"), position=10)
nav("permits", "Разрешения", "permits", *READERS, position=45)

_OF_DAYS = (
    "t.lesson_id IS NULL OR EXISTS (SELECT 1 FROM {real}.timetable_lesson l"
    " WHERE l.id = t.lesson_id AND l.date >= {since} AND l.date < {until})"
)
for _table in ("lessonrecord", "assessment", "absence", "homework", "diarynote", "permit"):
    inspection.belongs_to_class(f"journal_{_table}", OF_CLASSES.format(journal="t.journal_id"))
    inspection.belongs_to_day(f"journal_{_table}", _OF_DAYS)
inspection.belongs_to_class("journal_makeup", OF_CLASSES.format(journal="t.journal_id"))
inspection.belongs_to_day("journal_makeup", "t.held_on >= {since} AND t.held_on < {until}")
inspection.belongs_to_class("journal_mark", OF_CLASSES.format(journal="t.journal_id"))
inspection.belongs_to_class("journal_termmark", OF_CLASSES.format(journal="t.journal_id"))
inspection.belongs_to_day(
    "journal_mark",
    "EXISTS (SELECT 1 FROM {real}.journal_assessment a JOIN {real}.timetable_lesson l ON l.id = a.lesson_id"
    " WHERE a.id = t.assessment_id AND l.date >= {since} AND l.date < {until})",
)
inspection.belongs_to_day(
    "journal_termmark",
    "EXISTS (SELECT 1 FROM {real}.organisation_term m"
    " WHERE m.id = t.term_id AND m.until > {since} AND m.starts < {until})",
)
