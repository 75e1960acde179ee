"""Pages of the diary and of the family."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from tests.cast import World
from tests.contracts.matrix.shapes import ABSENT, EVERYBODY, NOT_OF_RUSSIAN, OF_RUSSIAN, Line


def handed_work(cast: World) -> int:
    """A file that Сафина handed in for Russian."""
    from parta.diary.actions.works import hand_in

    file = ("решение.pdf", [b"%PDF-1.4"])
    made = hand_in(
        cast.viewer("student"), cast.student.pk, homework_id(cast), file=file, words="", at=cast.at
    )
    return int(made.pk)


def family_report(cast: World) -> int:
    """A report to the family of Сафина, made as a class teacher makes it."""
    from parta.diary.actions.reports import make_reports
    from parta.diary.models import FamilyReport

    made = make_reports(
        cast.viewer("class_teacher"),
        cast.homeroom.pk,
        starts=cast.on - timedelta(days=1),
        until=cast.on,
        at=cast.at,
    )
    assert made.ids or made.known
    return FamilyReport.objects.filter(student=cast.student).values_list("pk", flat=True)[0]


def paper_report(cast: World) -> dict[str, Any]:
    """A paper sheet in 6Б, so that there is something to print; no more arguments."""
    from parta.diary.actions.reports import make_reports
    from parta.people.models import Consent

    Consent.objects.create(
        school=cast.school,
        student=cast.named("Авдеев"),
        kind="paper",
        state="given",
        signed_on=cast.on,
        recorded_at=cast.at,
    )
    make_reports(
        cast.viewer("class_teacher"),
        cast.homeroom.pk,
        starts=cast.on - timedelta(days=1),
        until=cast.on,
        at=cast.at,
    )
    return {}


def feed_token(cast: World) -> str:
    """The end of a secret address of Сафина's lessons."""
    from parta.diary.actions.feeds import make_feed

    return make_feed(cast.viewer("guardian"), cast.student.pk, at=cast.at)


def homework_id(cast: World) -> int:
    """Homework that stands in the Russian journal of 6Б."""
    from parta.journal.models import Homework

    return Homework.objects.filter(journal_id=cast.russian.pk).order_by("pk").values_list("pk", flat=True)[0]


HEALTH = "social_pedagogue nurse class_teacher master teacher other_teacher"


EYES_OF_6B = "class_teacher deputy director"
"""Staff who look at a diary of 6Б with the family's eyes."""


def family_page(*, post: str = "405 *", **more: Callable[[World], Any]) -> dict[str, Line]:
    """A page of the diary of one student: the student and the guardians with rights; to other families it is absent."""

    def args(cast: World, student: Any) -> dict[str, Any]:
        return {"student_id": student, **{name: find(cast) for name, find in more.items()}}

    nobody = "404 student guardian outsider foreign_guardian EYES foreign_deputy"
    return {
        "own": Line(
            lambda cast: args(cast, cast.student.pk),
            get=f"200 student guardian {EYES_OF_6B}; 404 outsider foreign_guardian master foreign_deputy",
            post=post if post.startswith("405") else f"{post} master foreign_deputy; 403 {EYES_OF_6B}",
        ),
        "other_school": Line(
            lambda cast: args(cast, cast.outside.student.pk),
            get="404 student guardian outsider EYES; 200 foreign_guardian foreign_deputy"
            if not more
            else nobody,
            post=post
            if post.startswith("405")
            else "404 student guardian outsider EYES; 422 foreign_guardian; 403 foreign_deputy",
        ),
        "absent": Line(
            lambda cast: args(cast, ABSENT), get=nobody, post=post if post.startswith("405") else nobody
        ),
    }


LINES: dict[str, dict[str, Line]] = {
    # ── diary ──
    "diary": {"page": Line(get="200 student guardian outsider foreign_guardian")},
    "diary_of": {
        "own": Line(
            lambda cast: {"student_id": cast.student.pk},
            get=f"200 student guardian {EYES_OF_6B}; 404 outsider foreign_guardian master foreign_deputy",
        ),
        "other": Line(
            lambda cast: {"student_id": cast.other_student.pk},
            get="200 outsider master deputy director;"
            " 404 student guardian foreign_guardian class_teacher foreign_deputy",
        ),
        "other_school": Line(
            lambda cast: {"student_id": cast.outside.student.pk},
            get="404 student guardian outsider EYES; 200 foreign_guardian foreign_deputy",
        ),
        "absent": Line(
            lambda cast: {"student_id": ABSENT},
            get="404 student guardian outsider foreign_guardian EYES foreign_deputy",
        ),
    },
    "health": {
        "page": Line(
            get=f"200 {HEALTH} director deputy foreign_deputy foreign_teacher",
            post=f"422 {HEALTH} director deputy foreign_deputy foreign_teacher",
        )
    },
    "health_sheet": {
        "own": Line(
            lambda cast: {"homeroom_id": cast.homeroom.pk},
            get="200 social_pedagogue nurse class_teacher teacher; 404 master other_teacher foreign_teacher",
            post="422 social_pedagogue nurse class_teacher teacher; 404 master other_teacher foreign_teacher",
        ),
        "absent": Line(
            lambda cast: {"homeroom_id": ABSENT},
            get=f"404 {HEALTH} foreign_teacher",
            post=f"404 {HEALTH} foreign_teacher",
        ),
    },
    "health_print": {
        "own": Line(
            lambda cast: {"homeroom_id": cast.homeroom.pk},
            get="200 social_pedagogue nurse class_teacher; 404 master",
        ),
        "absent": Line(
            lambda cast: {"homeroom_id": ABSENT}, get="404 social_pedagogue nurse class_teacher master"
        ),
    },
    "diary_homework": family_page(post="422 student guardian; 404 outsider foreign_guardian"),
    "diary_absences": family_page(post="422 student guardian; 404 outsider foreign_guardian"),
    "diary_subject": family_page(subject_id=lambda cast: cast.subjects["russian"].pk),
    "diary_results": family_page(),
    "diary_forecast": family_page(),
    "diary_class": family_page(),
    "diary_news": family_page(),
    "diary_data": {
        "own": Line(
            lambda cast: {"student_id": cast.student.pk},
            get="200 guardian; 404 outsider foreign_guardian",
            post="422 guardian; 404 outsider foreign_guardian",
        ),
        "absent": Line(
            lambda cast: {"student_id": ABSENT},
            get="404 guardian outsider foreign_guardian",
            post="404 guardian outsider foreign_guardian",
        ),
    },
    "diary_reports": family_page(),
    "diary_report": {
        "own": Line(
            lambda cast: {"student_id": cast.student.pk, "report_id": family_report(cast)},
            get=f"200 student guardian {EYES_OF_6B}; 404 outsider foreign_guardian master foreign_deputy",
        ),
        "of_another": Line(
            lambda cast: {"student_id": cast.brother.pk, "report_id": family_report(cast)},
            get="404 student guardian outsider foreign_guardian EYES foreign_deputy",
        ),
    },
    "diary_report_read": {
        "own": Line(
            lambda cast: {"student_id": cast.student.pk, "report_id": family_report(cast)},
            get="405 *",
            post="303 guardian; 404 outsider foreign_guardian",
        ),
        "of_another": Line(
            lambda cast: {"student_id": cast.brother.pk, "report_id": family_report(cast)},
            get="405 *",
            post="404 guardian outsider foreign_guardian",
        ),
    },
    "feeds": {"page": Line(get=f"200 {EVERYBODY}", post=f"422 {EVERYBODY}")},
    "feed": {
        "own": Line(lambda cast: {"token": feed_token(cast)}, get="200 * anonymous"),
        "unknown": Line(lambda cast: {"token": "x" * 43}, get="404 * anonymous"),
    },
    "class_reports": {
        "own": Line(
            lambda cast: {"homeroom_id": cast.homeroom.pk},
            get="200 class_teacher deputy director; 404 master foreign_deputy",
            post="422 class_teacher deputy director; 404 master foreign_deputy",
        ),
        "other_school": Line(
            lambda cast: {"homeroom_id": cast.outside.homeroom.pk},
            get="200 foreign_deputy; 404 class_teacher deputy director master",
            post="422 foreign_deputy; 404 class_teacher deputy director master",
        ),
    },
    "family_readings": {
        "own": Line(
            lambda cast: {"homeroom_id": cast.homeroom.pk},
            get="200 class_teacher deputy director; 404 master foreign_deputy",
        ),
        "other_school": Line(
            lambda cast: {"homeroom_id": cast.outside.homeroom.pk},
            get="200 foreign_deputy; 404 class_teacher deputy director master",
        ),
    },
    "class_extracts": {
        "none": Line(
            lambda cast: {"homeroom_id": cast.homeroom.pk},
            get="404 class_teacher deputy director master foreign_deputy",
        ),
        "own": Line(
            lambda cast: {"homeroom_id": cast.homeroom.pk, **paper_report(cast)},
            get="200 class_teacher deputy director; 404 master foreign_deputy",
        ),
    },
    "family_timeline": {
        "own": Line(
            lambda cast: {"student_id": cast.student.pk},
            get="200 class_teacher deputy director; 404 master foreign_deputy",
        ),
        "absent": Line(
            lambda cast: {"student_id": ABSENT},
            get="404 class_teacher deputy director master foreign_deputy",
        ),
    },
    "diary_acknowledge": {
        "own": Line(
            lambda cast: {"student_id": cast.student.pk},
            get="405 *",
            post="422 guardian; 404 outsider foreign_guardian",
        ),
        "signed": Line(
            lambda cast: {"student_id": cast.student.pk},
            get="405 *",
            post="303 guardian; 404 outsider foreign_guardian",
            body=lambda cast: {"week": "2026-10-12"},
        ),
    },
    "absence_file": {
        "absent": Line(
            lambda cast: {"notice_id": ABSENT},
            get="404 student guardian outsider foreign_guardian class_teacher master deputy director foreign_deputy",
        )
    },
    "families": {
        "page": Line(
            get="200 class_teacher master deputy director foreign_deputy",
            post="422 class_teacher master deputy director foreign_deputy",
        ),
        "own_class": Line(
            query="homeroom={cast.homeroom.pk}",
            get="200 class_teacher deputy director; 404 master foreign_deputy",
            post="422 class_teacher deputy director; 404 master foreign_deputy",
        ),
    },
    "family_absences": {"page": Line(get="200 class_teacher master", post="422 class_teacher master")},
    "closeout": {"page": Line(get="200 READERS; 200 FOREIGN_STAFF", post="422 READERS; 422 FOREIGN_STAFF")},
    "homework_panel": {"page": Line(get="200 READERS; 200 FOREIGN_STAFF")},
    "homework_states": {
        "own": Line(
            lambda cast: {"homework_id": homework_id(cast)},
            get=f"200 {OF_RUSSIAN}; 404 {NOT_OF_RUSSIAN}",
            post=f"422 {OF_RUSSIAN}; 404 {NOT_OF_RUSSIAN}",
        ),
        "absent": Line(
            lambda cast: {"homework_id": ABSENT},
            get="404 READERS FOREIGN_STAFF",
            post="404 READERS FOREIGN_STAFF",
        ),
    },
    "handed_file": {
        "own": Line(
            lambda cast: {"work_id": handed_work(cast)},
            # 403 inspector: a file may hold names
            get=f"200 student guardian {OF_RUSSIAN}; 404 outsider foreign_guardian {NOT_OF_RUSSIAN}; 403 inspector",
        ),
    },
}
