"""Who asks, what a line of the matrix says, and the shapes that many pages share."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from tests.cast import World

PERSONAS: Mapping[str, Callable[[World], Any]] = {
    # one of each role of domain.md, all of them about homeroom 6Б of the first school
    "anonymous": lambda cast: None,
    "director": lambda cast: cast.director,
    "deputy": lambda cast: cast.deputy,
    "operator": lambda cast: cast.operator,
    "head_of_department": lambda cast: cast.head_of_department,  # of Russian
    "teacher": lambda cast: cast.teacher,  # Russian in 6Б
    "class_teacher": lambda cast: cast.class_teacher,  # of 6Б; maths
    "master": lambda cast: cast.master,  # of 3А
    "social_pedagogue": lambda cast: cast.social_pedagogue,
    "nurse": lambda cast: cast.nurse,
    "secretary": lambda cast: cast.secretary,
    "inspector": lambda cast: cast.inspector,
    "student": lambda cast: cast.student,
    "guardian": lambda cast: cast.guardian,  # of the student and of a brother in 3А
    # those from outside
    "other_teacher": lambda cast: cast.other_teacher,  # teaches only 3А
    "former_teacher": lambda cast: cast.former_teacher,  # left on 1 October
    "outsider": lambda cast: cast.outsider,  # parent of a child in 3А
    "contact": lambda cast: cast.contact,  # in the family's list, without rights
    "left_student": lambda cast: cast.left_student,
    "foreign_deputy": lambda cast: cast.outside.deputy,
    "foreign_teacher": lambda cast: cast.outside.teacher,
    "foreign_guardian": lambda cast: cast.outside.guardian,
    "installer": lambda cast: cast.installer,
}


ABSENT = 987_654_321


SETS = {
    "SETUP": "deputy operator",
    "CARDS": "director deputy social_pedagogue secretary inspector",
    "ROSTERS": "class_teacher master deputy director operator secretary",
    "READERS": "director deputy head_of_department teacher class_teacher master inspector other_teacher",
    "WRITERS": "deputy head_of_department teacher class_teacher master other_teacher",
    "CONTROL": "director deputy head_of_department inspector",
    "EYES": "class_teacher master deputy director",
    "FOREIGN": "foreign_deputy foreign_teacher foreign_guardian",
    "FOREIGN_STAFF": "foreign_deputy foreign_teacher",
    "SIGNED": " ".join(name for name in PERSONAS if name not in ("anonymous", "installer")),
}


@dataclass(frozen=True, slots=True)
class Line:
    """One object under a URL, and the answers."""

    args: Callable[[World], dict[str, Any]] = lambda cast: {}
    get: str = ""
    post: str = "405 *"
    query: str = ""
    body: Callable[[World], Any] | None = None
    json: bool = False


OF_RUSSIAN = "director deputy head_of_department teacher class_teacher inspector"


NOT_OF_RUSSIAN = "master other_teacher foreign_deputy foreign_teacher"


EVERYBODY = (
    "director deputy operator head_of_department teacher class_teacher master social_pedagogue nurse secretary"
    " inspector student guardian other_teacher outsider FOREIGN"
)
