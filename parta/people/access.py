"""Who opens which page of people and of the school's set-up, and the entries of the navigation that lead there."""

from parta.foundation.access import permission
from parta.people.chrome import nav

SETUP = ("operator", "deputy")
"""Who sets the school up: the deputy head, and the operator, who sees no marks."""

STAFF = (
    "director",
    "deputy",
    "head_of_department",
    "class_teacher",
    "master",
    "teacher",
    "operator",
    "secretary",
    "social_pedagogue",
    "nurse",
    "inspector",
)
CARD_READERS = (
    "director",
    "deputy",
    "secretary",
    "social_pedagogue",
    "inspector",
    "class_teacher",
    "master",
)
"""Roles that open cards of students: the last two in their own homerooms only (see `queries.cards`)."""

ROSTERS = ("class_teacher", "master", "deputy", "director", "operator", "secretary")
"""Who looks at class data: the first two their own classes, whose data they keep; the others all."""

permission("login", "войти", public=True)
permission("logout", "выйти", public=True)
permission("language", "выбрать язык", public=True)
permission("home", "открыть свою первую страницу", signed_in=True)
permission("password", "сменить свой пароль", signed_in=True)
permission("unlock", "снова открыть свой закрытый экран", signed_in=True)
permission("account", "своя учётная запись и свои сеансы", signed_in=True)
permission("help", "читать руководства", signed_in=True)
permission("second_rules", "второй шаг входа сотрудников", "director", *SETUP)
permission("handout", "назвать цель выгрузки или печати", *STAFF)
permission("signals", "признаки передачи доступа", "director", "deputy", "operator")
permission("switch_school", "перейти в другую свою школу", signed_in=True)
permission("activate", "войти по коду в первый раз", public=True)
permission("not_me", "остановить чужой вход по ссылке из письма", public=True)
permission("handouts", "согласие на выгрузки и печать других", "director", *SETUP)
permission("recovery", "попросить новый пароль на почту", public=True)
permission("rosters", "данные классов", *ROSTERS)
permission("setup", "настройка школы", *SETUP)
permission("orders", "приказы о движении учеников", "secretary", "deputy", "operator")
permission("students", "списки учеников", *CARD_READERS)
permission("student_card", "карточка ученика", *CARD_READERS, "guardian")

nav("students", "Ученики", "students", *CARD_READERS, position=60)
nav("orders", "Приказы", "orders", "secretary", position=63)
nav("rosters", "Классы", "rosters", *ROSTERS, position=62)
nav("signals", "Входы", "signals", "director", "deputy", "operator", position=85)
nav("setup", "Настройка", "setup", *SETUP, position=90)
