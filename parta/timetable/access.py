"""Who reads the timetable, who changes it."""

from parta.foundation.access import permission
from parta.people import inspection
from parta.people.access import STAFF
from parta.people.chrome import nav
from parta.plans.access import OF_CLASSES

READERS = (*STAFF, "guardian", "student")

permission("timetable.read", "смотреть расписание", *READERS)
REGISTER = ("deputy", "director", "head_of_department", "secretary", "inspector")
"""Who reads the register of substitutions and moves."""

permission("timetable.register", "реестр замен", *REGISTER)
permission("timetable.substitute", "назначать замены", "deputy")

permission("approvals", "утверждение учебного плана, нагрузки и расписания", "director", "deputy", "operator")

nav("approvals", "Утверждение", "approvals", "director", position=83)
nav("timetable", "Расписание", "timetable", *READERS, position=40)
nav("substitutions", "Замены", "substitutions", "deputy", position=50)

inspection.belongs_to_class("timetable_lesson", OF_CLASSES.format(journal="t.journal_id"))
inspection.belongs_to_class("timetable_timetableslot", OF_CLASSES.format(journal="t.journal_id"))
inspection.belongs_to_day("timetable_lesson", "t.date >= {since} AND t.date < {until}")
