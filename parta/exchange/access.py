"""Who loads a school's data: the roles that set it up."""

from parta.foundation.access import permission
from parta.people.access import SETUP

permission("import_data", "загрузка данных школы", *SETUP)
