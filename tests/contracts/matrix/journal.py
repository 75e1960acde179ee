"""Pages of the journal."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any
from uuid import uuid4

from tests.cast import World
from tests.contracts.matrix.shapes import ABSENT, NOT_OF_RUSSIAN, OF_RUSSIAN, Line


def journal_page(*, query: str = "") -> dict[str, Line]:
    """A page of one journal: whoever reads Russian in 6Б; to other readers the journal is absent."""

    def line(journal: Callable[[World], Any], mine: str, absent: str) -> Line:
        return Line(lambda cast: {"journal_id": journal(cast)}, get=f"200 {mine}; 404 {absent}", query=query)

    return {
        "own": line(lambda cast: cast.russian.pk, OF_RUSSIAN, NOT_OF_RUSSIAN),
        "other_class": line(
            lambda cast: cast.younger_russian.pk,
            "director deputy head_of_department master other_teacher inspector",
            "teacher class_teacher foreign_deputy foreign_teacher",
        ),
        "other_school": line(
            lambda cast: cast.outside.russian.pk, "foreign_deputy foreign_teacher", "READERS"
        ),
        "absent": line(lambda cast: ABSENT, "", "READERS FOREIGN_STAFF"),
    }


def homework_of(lesson: Callable[[World], Any]) -> Callable[[World], Any]:
    """A whole, valid operation: what was set for home."""
    return lambda cast: {
        "operation": str(uuid4()),
        "changes": [{"fact": "homework", "lesson": lesson(cast), "text": "§ 14", "none": False, "seen": 0}],
    }


LINES: dict[str, dict[str, Line]] = {
    # ── journal ──
    "today": {"page": Line(get="200 READERS FOREIGN_STAFF", post="422 READERS FOREIGN_STAFF")},
    "journals": {"page": Line(get="200 READERS FOREIGN_STAFF")},
    "journal": journal_page(),
    "journal_history": {
        # an inspector knows students by the ids of the window only: real ones are nobody's
        title: replace(line, get=f"{line.get}; 404 inspector")
        for title, line in journal_page(query="lesson={cast.lesson.pk}&student={cast.student.pk}").items()
    },
    "journal_write": {
        "own": Line(
            lambda cast: {"journal_id": cast.russian.pk},
            get="405 *",
            post=f"200 teacher; 422 deputy head_of_department class_teacher; 404 {NOT_OF_RUSSIAN}",
            body=homework_of(lambda cast: cast.lesson.pk),
            json=True,
        ),
        "foreign_lesson": Line(
            lambda cast: {"journal_id": cast.russian.pk},
            get="405 *",
            post=f"404 WRITERS {NOT_OF_RUSSIAN}",
            body=homework_of(lambda cast: cast.outside.lesson_on("russian", cast.on).pk),
            json=True,
        ),
        "other_school": Line(
            lambda cast: {"journal_id": cast.outside.russian.pk},
            get="405 *",
            post="404 WRITERS; 422 foreign_deputy; 200 foreign_teacher",
            body=homework_of(lambda cast: cast.outside.lesson_on("russian", cast.on).pk),
            json=True,
        ),
        "absent": Line(
            lambda cast: {"journal_id": ABSENT},
            get="405 *",
            post="404 WRITERS FOREIGN_STAFF",
            body=homework_of(lambda cast: cast.lesson.pk),
            json=True,
        ),
    },
    "lesson_board": {
        "own": Line(
            lambda cast: {"lesson_id": cast.lesson.pk},
            get=f"200 {OF_RUSSIAN}; 404 {NOT_OF_RUSSIAN}",
        ),
        "other_school": Line(
            lambda cast: {"lesson_id": cast.outside.lesson_on("russian", cast.on).pk},
            get="404 READERS; 200 FOREIGN_STAFF",
        ),
        "absent": Line(lambda cast: {"lesson_id": ABSENT}, get="404 READERS FOREIGN_STAFF"),
    },
    "lesson": {
        "own": Line(
            lambda cast: {"lesson_id": cast.lesson.pk},
            get=f"200 {OF_RUSSIAN}; 404 {NOT_OF_RUSSIAN}",
            post=f"400 deputy head_of_department teacher class_teacher; 404 {NOT_OF_RUSSIAN}",
        ),
        "other_school": Line(
            lambda cast: {"lesson_id": cast.outside.lesson_on("russian", cast.on).pk},
            get="404 READERS; 200 FOREIGN_STAFF",
            post="404 READERS; 400 FOREIGN_STAFF",
        ),
        "absent": Line(
            lambda cast: {"lesson_id": ABSENT},
            get="404 READERS FOREIGN_STAFF",
            post="404 READERS FOREIGN_STAFF",
        ),
    },
    "lesson_files": {
        "own": Line(
            lambda cast: {"lesson_id": cast.lesson.pk}, get="405 *", post="400 WRITERS FOREIGN_STAFF"
        ),
    },
    "class_forecast": {
        "own": Line(
            lambda cast: {"homeroom_id": cast.homeroom.pk},
            get="200 director deputy class_teacher inspector; 404 master foreign_deputy",
            post="422 director deputy class_teacher inspector; 404 master foreign_deputy",
        ),
    },
    "journal_make_ups": {
        "own": Line(
            lambda cast: {"journal_id": cast.russian.pk},
            get=f"200 {OF_RUSSIAN}; 404 {NOT_OF_RUSSIAN}",
            post=f"422 {OF_RUSSIAN}; 404 {NOT_OF_RUSSIAN}",
        ),
        "other_school": Line(
            lambda cast: {"journal_id": cast.outside.russian.pk},
            get="404 READERS; 200 FOREIGN_STAFF",
            post="404 READERS; 422 FOREIGN_STAFF",
        ),
        "absent": Line(
            lambda cast: {"journal_id": ABSENT},
            get="404 READERS FOREIGN_STAFF",
            post="404 READERS FOREIGN_STAFF",
        ),
    },
    "make_up_protocol": {
        "absent": Line(lambda cast: {"make_up_id": ABSENT}, get="404 READERS FOREIGN_STAFF"),
    },
    "lesson_online": {
        "own": Line(
            lambda cast: {"lesson_id": cast.lesson.pk},
            get="405 *",
            post="404 deputy head_of_department class_teacher master other_teacher FOREIGN_STAFF; 303 teacher",
        ),
    },
    "file": {
        "absent": Line(
            lambda cast: {"attachment_id": ABSENT},
            get="404 READERS FOREIGN guardian student outsider",
        ),
    },
    "permits": {"page": Line(get="200 READERS FOREIGN_STAFF", post="404 deputy director foreign_deputy")},
    "permit_ask": {"page": Line(get="405 *", post="400 WRITERS FOREIGN_STAFF", json=True)},
}
