"""Who may open which page of the journal. Which journals, lessons and cells: the scope and the regulation say."""

from parta.foundation.access import permission
from parta.people.chrome import nav

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

nav("today", "Сегодня", "today", *READERS, position=10)
nav("permits", "Разрешения", "permits", *READERS, position=45)
