"""Who may open which page of the journal. Which journals, lessons and cells: the scope and the regulation say."""

from parta.foundation.access import permission
from parta.people.chrome import nav

READERS = ("director", "deputy", "head_of_department", "teacher", "class_teacher", "master", "inspector")
WRITERS = ("teacher", "class_teacher", "master", "deputy", "head_of_department")

permission("journal.read", "читать журналы", *READERS)
permission("journal.write", "писать в журнале", *WRITERS)

nav("journals", "Журналы", "journals", *READERS, position=20)
