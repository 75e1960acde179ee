"""Who opens the diary: the student and the guardians with rights. Staff read journals instead."""

from parta.foundation.access import permission
from parta.people.chrome import nav

permission("diary", "дневник ученика", "guardian", "student")

nav("diary", "Дневник", "diary", "guardian", "student", position=10)
