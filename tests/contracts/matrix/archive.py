"""Pages of the archive."""

from tests.contracts.matrix.shapes import ABSENT, Line

LINES: dict[str, dict[str, Line]] = {
    # ── archive ──
    "copies": {
        "page": Line(
            get="200 director deputy operator secretary foreign_deputy",
            post="422 director deputy operator secretary foreign_deputy",
        )
    },
    "system": {
        "page": Line(
            get="200 director deputy operator foreign_deputy",
            post="422 director deputy operator foreign_deputy",
        )
    },
    "written": {"page": Line(get="200 SIGNED", post="422 SIGNED")},
    "incidents": {
        "page": Line(
            get="200 director deputy operator foreign_deputy",
            post="422 director deputy operator foreign_deputy",
        ),
        "foreign_account": Line(
            get="200 director deputy operator foreign_deputy",
            post="422 director deputy operator; 302 foreign_deputy",
            body=lambda cast: {
                "act": "start",
                "user": cast.outside.teacher.user_id,
                "ground": "told",
                "starts": "2026-10-12",
                "ends": "2026-10-14",
                "note": "пароль видели",
            },
        ),
    },
    "incident": {
        "absent": Line(
            lambda cast: {"incident_id": ABSENT},
            get="404 director deputy operator foreign_deputy",
            post="404 director deputy operator foreign_deputy",
        )
    },
    "readings": {
        "page": Line(get="200 director deputy operator foreign_deputy"),
        "student": Line(
            query="student={cast.student.pk}&reader={cast.outside.teacher.pk}&q=С",
            get="200 director deputy operator foreign_deputy",
        ),
    },
    "subject": {
        "own": Line(
            lambda cast: {"student_id": cast.student.pk},
            get="200 CARDS class_teacher guardian; 404 master outsider foreign_deputy foreign_guardian inspector",
        ),
        "other_school": Line(
            lambda cast: {"student_id": cast.outside.student.pk},
            get="404 CARDS class_teacher master guardian outsider; 200 foreign_deputy foreign_guardian",
        ),
        "absent": Line(
            lambda cast: {"student_id": ABSENT},
            get="404 CARDS class_teacher master guardian outsider foreign_deputy foreign_guardian",
        ),
    },
}
