"""Who looks over how the journals are kept, who answers for it, and who reads the act they are kept by."""

from parta.foundation.access import permission
from parta.people import inspection
from parta.people.chrome import nav
from parta.plans.access import OF_CLASSES

CONTROLLERS = ("director", "deputy", "head_of_department", "inspector")
"""The school's whole for the first, second and last; the own department for a head of department."""
ANSWERABLE = ("teacher", "class_teacher", "master")
"""Who answers remarks and reads certificates."""

OFFICES = ("social_pedagogue", "nurse", "operator", "secretary")
"""Posts on whom an act may lay a thing to be done: a visit, a letter, a record in a register."""

permission("control", "контроль ведения журналов", *CONTROLLERS)
permission("control.act", "проверки, замечания и справки", "director", "deputy", "head_of_department")
permission("control.answer", "замечания и справки о проверках", *CONTROLLERS, *ANSWERABLE)
permission("control.own", "свои обязанности", *CONTROLLERS, *ANSWERABLE, *OFFICES)
permission("errors", "ошибки в данных: сообщить", *CONTROLLERS, *ANSWERABLE, "operator", "secretary")
permission("errors.fix", "ошибки в данных: исправить", "director", "deputy", "operator")
permission("control.class", "сведения о классе", *CONTROLLERS, "class_teacher", "master")
permission("inspection", "окно проверки", "inspector")
permission("inspection.open", "окна проверяющих", "director")
permission("anomalies", "необычные записи", "director", "deputy")
permission("year_change", "смена учебного года", "deputy", "operator")
permission("reports", "отчёты", *CONTROLLERS, *ANSWERABLE)
permission("regulation", "положение о ведении журнала", signed_in=True, in_russian=True)
permission("regulation.choose", "настройки положения", "director", "deputy", "head_of_department", "operator")
permission("regulation.draft", "новая редакция положения", "director", "deputy", "operator")
permission("regulation.approve", "утверждение положения", "director")

nav("inspection", "Окно проверки", "inspection", "inspector", position=5)
nav("inspections", "Проверяющие", "inspections", "director", position=84)
nav("control", "Контроль", "control", *CONTROLLERS, position=35)
nav("mine", "Обязанности", "own_findings", *ANSWERABLE, *OFFICES, position=36)
nav("class", "Мой класс", "control_classes", "class_teacher", "master", position=25)
nav("reports", "Отчёты", "reports", *CONTROLLERS, *ANSWERABLE, position=37)
nav("year_change", "Смена года", "year_change", "deputy", "operator", position=91)
nav("regulation", "Положение", "regulation", *CONTROLLERS, "operator", position=39)

_PLACES = "t.homeroom_id IN ({classes}) OR " + OF_CLASSES.format(journal="t.journal_id")
for _table in ("finding", "remark"):
    inspection.belongs_to_class(f"control_{_table}", _PLACES)
for _table in ("report", "check"):
    inspection.belongs_to_class(f"control_{_table}", "t.homeroom_id IN ({classes})")
inspection.belongs_to_day("control_finding", "t.date >= {since} AND t.date < {until}")
inspection.belongs_to_day("control_report", "t.until > {since} AND t.since < {until}")
