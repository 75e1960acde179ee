"""Who opens the diary: the student and the guardians with rights; those who answer for the student look with the
family's eyes and write nothing (`pages.eyes`). Class teachers see how families take part."""

from parta.communication.access import EVERYBODY
from parta.foundation.access import permission
from parta.people.chrome import nav

FAMILY = ("guardian", "student")
TOWARDS_FAMILIES = ("class_teacher", "master", "deputy", "director")

permission("diary", "дневник ученика", *FAMILY)
permission("diary.of", "дневник ученика, смотреть", *FAMILY, *TOWARDS_FAMILIES)
permission("diary.guide", "памятка семье", *FAMILY, *TOWARDS_FAMILIES)
permission("diary.tell", "сообщать школе об ученике", "guardian")
permission("families", "участие семей класса", *TOWARDS_FAMILIES)
permission("families.absences", "причины пропусков класса", "class_teacher", "master")
permission("forecast", "прогноз отметок класса", *TOWARDS_FAMILIES, "inspector")
permission("absence.file", "справки к пропускам", "guardian", "student", *TOWARDS_FAMILIES)
permission(
    "homework.states",
    "кто видел и сделал задание",
    "director",
    "deputy",
    "head_of_department",
    "teacher",
    "class_teacher",
    "master",
    "inspector",
)

permission(
    "works.file",
    "сданные работы",
    *FAMILY,
    "director",
    "deputy",
    "head_of_department",
    "teacher",
    "class_teacher",
    "master",
    "inspector",
)
HEALTH = ("social_pedagogue", "nurse", "class_teacher", "master", "teacher")
permission("health", "листки здоровья: что заполнено и передано", *HEALTH, "deputy", "director")
permission("health.sheet", "листок здоровья класса, сколько нужно для работы", *HEALTH)
permission("health.print", "печать листка здоровья", "social_pedagogue", "nurse", "class_teacher", "master")
permission("feeds", "календарь уроков в телефоне", *EVERYBODY)
permission("feed", "читать календарь по секретному адресу", public=True)

nav("diary", "Дневник", "diary", *FAMILY, position=10)
nav("homework", "Задания", "homework_panel", "teacher", "master", position=45)
nav("families", "Семьи", "families", *TOWARDS_FAMILIES, position=62)
nav("health", "Здоровье", "health", *HEALTH, position=48)
