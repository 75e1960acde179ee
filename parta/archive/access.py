"""Who opens the pages of copies and of how the system runs."""

from parta.foundation.access import permission
from parta.people.chrome import nav

permission("system", "как работает система", "director", "deputy", "operator")
permission("copies", "резервные копии", "director", "deputy", "operator", "secretary")
permission(
    "papers", "журналы на бумаге", "director", "deputy", "operator", "secretary", "class_teacher", "master"
)
permission("sheets", "листы на подпись", "teacher", "class_teacher", "master", "deputy", "director")
permission("archive_books", "книги архива", "director", "deputy", "operator", "secretary")
permission("archive_year", "архив года", "director", "deputy", "operator", "secretary")
permission("readings", "кто смотрел и менял сведения о людях", "director", "deputy", "operator")
permission("incidents", "происшествия с учётными записями", "director", "deputy", "operator")

nav("system", "Система", "system", "director", "deputy", "operator", position=86)
nav(
    "papers",
    "Бумага",
    "papers",
    "director",
    "deputy",
    "operator",
    "secretary",
    "class_teacher",
    "master",
    position=88,
)
nav("copies", "Копии", "copies", "secretary", position=87)
