"""Who looks over how the journals are kept, and who reads the act they are kept by."""

from parta.foundation.access import permission
from parta.people.chrome import nav

CONTROLLERS = ("director", "deputy", "head_of_department", "inspector")
"""The school's whole for the first, second and last; the own department for a head of department."""

permission("control", "контроль ведения журналов", *CONTROLLERS)
permission("regulation", "положение о ведении журнала", signed_in=True)
permission("regulation.choose", "настройки положения", "director", "deputy", "head_of_department", "operator")
permission("regulation.draft", "новая редакция положения", "director", "deputy", "operator")
permission("regulation.approve", "утверждение положения", "director")

nav("control", "Контроль", "control", *CONTROLLERS, position=35)
nav("regulation", "Положение", "regulation", *CONTROLLERS, "operator", position=95)
