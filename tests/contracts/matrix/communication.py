"""Pages of communication and exchange."""

from parta.communication.models import Training
from tests.cast import World
from tests.contracts.matrix.shapes import ABSENT, EVERYBODY, Line


def _training(cast: World) -> int:
    """A training for the families of 6Б, held today."""
    row = Training.objects.filter(school_id=cast.school.pk, homeroom_id=cast.homeroom.pk).first()
    return int(
        (
            row
            or Training.objects.create(
                school_id=cast.school.pk,
                audience="families",
                homeroom_id=cast.homeroom.pk,
                topic="Дневник в телефоне",
                held_on=cast.on,
            )
        ).pk
    )


WRITE_OF_STUDENT = (
    "director deputy teacher class_teacher social_pedagogue secretary student guardian"  # about Сафина of 6Б
)


WRITE_OF_NOBODY = "operator head_of_department master nurse inspector other_teacher outsider FOREIGN"


def unsubscribe_token(person_id: int) -> str:
    """The end of the address in a letter that stops all letters."""
    from parta.communication.letters import unsubscribe_token

    return unsubscribe_token(person_id)


LINES: dict[str, dict[str, Line]] = {
    # ── communication ──
    "notify": {"page": Line(get=f"200 {EVERYBODY}", post=f"422 {EVERYBODY}")},
    "push_worker": {"page": Line(get="200 * anonymous")},
    "unsubscribe": {
        "own": Line(
            lambda cast: {"token": unsubscribe_token(cast.guardian.pk)},
            get="200 * anonymous",
            post="200 * anonymous",
        ),
        "forged": Line(
            lambda cast: {"token": f"{unsubscribe_token(cast.guardian.pk)}x"},
            get="404 * anonymous",
            post="404 * anonymous",
        ),
    },
    "delivery": {
        "page": Line(
            get="200 director deputy operator foreign_deputy",
            post="422 director deputy operator foreign_deputy",
        )
    },
    "notice_schedules": {
        "page": Line(
            get="200 class_teacher master deputy director operator foreign_deputy",
        )
    },
    "notice_schedule": {
        "own": Line(
            lambda cast: {"homeroom_id": cast.homeroom.pk},
            get="200 class_teacher deputy director operator; 404 master foreign_deputy",
            post="422 class_teacher deputy director operator; 404 master foreign_deputy",
        ),
        "absent": Line(
            lambda cast: {"homeroom_id": ABSENT},
            get="404 class_teacher master deputy director operator foreign_deputy",
            post="404 class_teacher master deputy director operator foreign_deputy",
        ),
    },
    "updates": {"page": Line(get=f"200 {EVERYBODY}", json=True)},
    "messages": {"page": Line(get=f"200 {EVERYBODY}", post=f"422 {EVERYBODY}")},
    "message_new": {
        "own": Line(get=f"200 {EVERYBODY}", post=f"422 {EVERYBODY}"),
        "student": Line(
            query="student={cast.student.pk}",
            get=f"200 {WRITE_OF_STUDENT}; 404 {WRITE_OF_NOBODY}",
            post=f"422 {WRITE_OF_STUDENT}; 404 {WRITE_OF_NOBODY}",
        ),
        "class": Line(
            query="homeroom={cast.homeroom.pk}",
            get="200 class_teacher deputy director; "
            "404 operator head_of_department teacher master social_pedagogue nurse secretary inspector student guardian"
            " other_teacher outsider FOREIGN",
            post="422 class_teacher deputy director; "
            "404 operator head_of_department teacher master social_pedagogue nurse secretary inspector student guardian"
            " other_teacher outsider FOREIGN",
        ),
    },
    "thread": {
        "absent": Line(lambda cast: {"thread_id": ABSENT}, get=f"404 {EVERYBODY}", post=f"404 {EVERYBODY}")
    },
    "message_file": {"absent": Line(lambda cast: {"message_id": ABSENT}, get=f"404 {EVERYBODY}")},
    "writing_rules": {"page": Line(get=f"200 {EVERYBODY}", post=f"422 {EVERYBODY}")},
    "announcements": {"page": Line(get=f"200 {EVERYBODY}", post=f"422 {EVERYBODY}")},
    "announcement": {
        "absent": Line(
            lambda cast: {"announcement_id": ABSENT}, get=f"404 {EVERYBODY}", post=f"404 {EVERYBODY}"
        )
    },
    "questions": {"page": Line(get=f"200 {EVERYBODY}", post=f"422 {EVERYBODY}")},
    "trainings": {"page": Line(get=f"200 {EVERYBODY}", post=f"422 {EVERYBODY}")},
    "training": {
        "own": Line(
            lambda cast: {"training_id": _training(cast)},
            get="200 class_teacher deputy operator; 404 master foreign_deputy",
            post="422 class_teacher deputy operator; 404 master foreign_deputy",
        ),
        "absent": Line(
            lambda cast: {"training_id": ABSENT},
            get="404 class_teacher deputy operator master foreign_deputy",
            post="404 class_teacher deputy operator master foreign_deputy",
        ),
    },
    "help": {"page": Line(get="200 SIGNED")},
    "help_page": {
        "guide": Line(lambda cast: {"name": "roditel-i-uchenik"}, get="200 SIGNED"),
        "absent": Line(lambda cast: {"name": "absent"}, get="404 SIGNED"),
    },
    # ── exchange ──
    "imports": {"page": Line(get="200 SETUP foreign_deputy", post="422 SETUP foreign_deputy")},
    "import_template": {"page": Line(get="200 SETUP foreign_deputy")},
    "export_school": {"page": Line(get="200 SETUP foreign_deputy")},
    "import_preview": {"absent": Line(lambda cast: {"token": "absent"}, get="404 SETUP foreign_deputy")},
    "import_apply": {
        "absent": Line(lambda cast: {"token": "absent"}, get="405 *", post="404 SETUP foreign_deputy")
    },
    "import_progress": {"absent": Line(lambda cast: {"token": "absent"}, get="404 SETUP foreign_deputy")},
    "import_done": {"absent": Line(lambda cast: {"token": "absent"}, get="404 SETUP foreign_deputy")},
}
