"""Pages of people, of the set-up and of the timetable."""

from collections.abc import Callable
from typing import Any
from uuid import uuid4

from parta.foundation.log import SYSTEM
from parta.plans.actions import start_individual_plan
from parta.plans.models import Approval, IndividualPlan
from tests.cast import World
from tests.contracts.matrix.shapes import ABSENT, Line


def not_me_link(cast: World) -> dict[str, Any]:
    """The link of a letter, about a sign-in of an account that is nobody's in any school."""
    from parta.people.actions import sign_ins, watches
    from parta.people.models import User

    user = User.objects.create(login=uuid4().hex)
    row = sign_ins.note_sign_in(
        user=user,
        session_key=uuid4().hex,
        address="10.0.0.7",
        agent="Chrome, Android",
        device="",
        is_known=False,
        at=cast.at,
    )
    return {"token": watches.token_of(row.pk)}


def own_plan(cast: World) -> int:
    """A student's plan of their own, made where it is missing."""
    known = IndividualPlan.objects.filter(school=cast.school).first()
    made = known or start_individual_plan(
        student=cast.student, year=cast.year, starts=cast.on, until=None, order_number="77", order_date=cast.on,
        by=SYSTEM, at=cast.at,
    )  # fmt: skip
    return made.pk


def setup_form(**args: Callable[[World], Any]) -> dict[str, Line]:
    """A page of the set-up: the school's own deputy and operator; every other school's object is absent."""
    if not args:
        return {"page": Line(get="200 SETUP foreign_deputy", post="422 SETUP foreign_deputy")}
    ((name, own),) = args.items()
    return {
        "own": Line(
            lambda cast: {name: own(cast)},
            get="200 SETUP; 404 foreign_deputy",
            post="422 SETUP; 404 foreign_deputy",
        ),
        "other_school": Line(
            lambda cast: {name: own(cast.outside)},
            get="404 SETUP; 200 foreign_deputy",
            post="404 SETUP; 422 foreign_deputy",
        ),
        "absent": Line(
            lambda cast: {name: ABSENT}, get="404 SETUP foreign_deputy", post="404 SETUP foreign_deputy"
        ),
    }


def roster_page() -> dict[str, Line]:
    """A page of one class's data: its class teacher, and those who look over the school's classes."""

    def line(homeroom: Callable[[World], Any], mine: str, absent: str) -> Line:
        return Line(
            lambda cast: {"homeroom_id": homeroom(cast)},
            get=f"200 {mine}; 404 {absent}",
            post=f"422 {mine}; 404 {absent}",
        )

    return {
        "own": line(
            lambda cast: cast.homeroom.pk,
            "class_teacher deputy director operator secretary",
            "master foreign_deputy",
        ),
        "other_class": line(
            lambda cast: cast.younger.pk,
            "master deputy director operator secretary",
            "class_teacher foreign_deputy",
        ),
        "other_school": line(lambda cast: cast.outside.homeroom.pk, "foreign_deputy", "ROSTERS"),
        "absent": line(lambda cast: ABSENT, "", "ROSTERS foreign_deputy"),
    }


LINES: dict[str, dict[str, Line]] = {
    # ── people ──
    "login": {
        "page": Line(
            get="200 * anonymous",
            post="422 * anonymous",
            body=lambda cast: {"login": uuid4().hex, "password": "no"},
        )
    },
    "logout": {"page": Line(get="405 *", post="302 * anonymous")},
    "language": {
        "page": Line(get="405 *", post="302 * anonymous", body=lambda cast: {"language": "ky"}),
        "unknown": Line(get="405 *", post="400 * anonymous", body=lambda cast: {"language": "tlh"}),
    },
    "password": {"page": Line(get="200 SIGNED", post="422 SIGNED")},
    "activate": {
        "page": Line(get="200 * anonymous", post="422 * anonymous", body=lambda cast: {"code": uuid4().hex})
    },
    "recovery": {"page": Line(get="200 * anonymous", post="422 * anonymous")},
    "access_lost": {"page": Line(get="405 *", post="302 SIGNED")},
    "school": {"page": Line(get="405 *", post="302 SIGNED")},
    "unlock": {"page": Line(get="302 SIGNED", post="422 SIGNED")},
    "lock": {"page": Line(get="405 *", post="302 SIGNED")},
    "seen": {"page": Line(get="405 *", post="204 SIGNED")},
    "login_second": {"page": Line(get="302 * anonymous", post="302 * anonymous")},
    "login_key": {"page": Line(get="405 *", post="403 * anonymous", body=lambda cast: {}, json=True)},
    "outside_begin": {"page": Line(lambda cast: {"code": "region"}, get="405 *", post="404 * anonymous")},
    "outside_back": {"page": Line(lambda cast: {"code": "region"}, get="404 * anonymous", post="405 *")},
    "outside": {"page": Line(get="200 SIGNED", post="422 SIGNED")},
    "second_step": {"page": Line(get="200 SIGNED", post="422 SIGNED")},
    "key_options": {"page": Line(get="405 *", post="200 SIGNED", body=lambda cast: {}, json=True)},
    "confirm": {"page": Line(get="302 SIGNED", post="302 SIGNED")},
    "handout": {
        "page": Line(
            get="302 READERS SETUP secretary social_pedagogue nurse FOREIGN_STAFF",
            post="302 READERS SETUP secretary social_pedagogue nurse FOREIGN_STAFF",
        )
    },
    "handouts": {
        "page": Line(get="200 SETUP director foreign_deputy", post="422 SETUP director foreign_deputy"),
        "foreign_row": Line(
            get="200 SETUP director foreign_deputy",
            post="422 SETUP director foreign_deputy",
            body=lambda cast: {"act": "grant", "row": "999999"},
        ),
    },
    "not_me": {
        "own": Line(
            not_me_link,
            get="200 * anonymous",
            post="200 * anonymous",
        ),
        "forged": Line(lambda cast: {"token": "MQ:1abc:x"}, get="422 * anonymous", post="422 * anonymous"),
    },
    "setup_second": {
        "page": Line(get="200 SETUP director foreign_deputy", post="422 SETUP director foreign_deputy"),
        "other_role": Line(
            get="200 SETUP director foreign_deputy",
            post="422 SETUP director foreign_deputy",
            body=lambda cast: {"act": "require", "row": "guardian", "from": "2026-12-01"},
        ),
    },
    "account": {"page": Line(get="200 SIGNED", post="422 SIGNED")},
    "signals": {
        "page": Line(
            get="200 director deputy operator foreign_deputy",
            post="422 director deputy operator foreign_deputy",
        ),
        "foreign_account": Line(
            get="200 director deputy operator foreign_deputy",
            post="422 director deputy operator; 302 foreign_deputy",
            body=lambda cast: {"act": "end", "user": cast.outside.teacher.user_id},
        ),
    },
    "home": {
        "page": Line(
            get="302 SIGNED; 403 former_teacher contact left_student",
            post="405 *",
        )
    },
    "students": {"page": Line(get="200 CARDS class_teacher master foreign_deputy")},
    "student": {
        "own": Line(
            lambda cast: {"student_id": cast.student.pk},
            get="200 CARDS class_teacher guardian; 404 master outsider foreign_deputy foreign_guardian inspector",
            post="422 CARDS class_teacher guardian; 404 master outsider foreign_deputy foreign_guardian inspector",
        ),
        "other_class": Line(
            lambda cast: {"student_id": cast.other_student.pk},
            get="200 CARDS master outsider; 404 class_teacher guardian foreign_deputy foreign_guardian inspector",
            post="422 CARDS master outsider; 404 class_teacher guardian foreign_deputy foreign_guardian inspector",
        ),
        "no_student": Line(
            lambda cast: {"student_id": cast.teacher.pk},
            get="404 CARDS class_teacher master guardian outsider foreign_deputy foreign_guardian",
            post="404 CARDS class_teacher master guardian outsider foreign_deputy foreign_guardian",
        ),
        "other_school": Line(
            lambda cast: {"student_id": cast.outside.student.pk},
            get="404 CARDS class_teacher master guardian outsider; 200 foreign_deputy foreign_guardian",
            post="404 CARDS class_teacher master guardian outsider; 422 foreign_deputy foreign_guardian",
        ),
        "absent": Line(
            lambda cast: {"student_id": ABSENT},
            get="404 CARDS class_teacher master guardian outsider foreign_deputy foreign_guardian",
            post="404 CARDS class_teacher master guardian outsider foreign_deputy foreign_guardian",
        ),
    },
    "rosters": {"page": Line(get="200 ROSTERS foreign_deputy")},
    "roster": roster_page(),
    "roster_consents": roster_page(),
    "roster_access": roster_page(),
    # ── set-up ──
    "setup_access": setup_form(),
    "setup": setup_form(),
    "setup_people": setup_form(),
    "setup_person": setup_form(person_id=lambda cast: cast.student.pk),
    "setup_homerooms": setup_form(),
    "setup_homeroom": setup_form(homeroom_id=lambda cast: cast.homeroom.pk),
    "setup_subgroups": setup_form(),
    "setup_subgroup": setup_form(subgroup_id=lambda cast: cast.english.subgroup_id),
    "setup_calendar": setup_form(),
    "setup_bells": setup_form(),
    "setup_lists": setup_form(),
    "setup_curriculum": setup_form(),
    "setup_curriculum_class": setup_form(homeroom_id=lambda cast: cast.homeroom.pk),
    "setup_individual": setup_form(),
    "setup_individual_plan": setup_form(plan_id=own_plan),
    "setup_rights": {"page": Line(get="200 SETUP foreign_deputy")},
    "setup_journals": setup_form(),
    "setup_journal": setup_form(journal_id=lambda cast: cast.russian.pk),
    "setup_plans": setup_form(),
    "setup_plan": setup_form(plan_id=lambda cast: cast.russian.plan_id),
    "setup_templates": setup_form(),
    "setup_template": setup_form(homeroom_id=lambda cast: cast.homeroom.pk),
    # ── timetable ──
    "timetable": {
        "own": Line(get="200 SIGNED; 403 former_teacher contact left_student"),
        "homeroom": Line(
            query="homeroom={cast.homeroom.pk}",
            get="200 SIGNED; 403 former_teacher contact left_student; 404 foreign_deputy foreign_teacher",
        ),
        "student": Line(
            query="student={cast.student.pk}",
            get="200 SIGNED; 403 former_teacher contact left_student; 404 outsider foreign_guardian inspector"
            " head_of_department teacher master nurse other_teacher foreign_deputy foreign_teacher",
        ),
    },
    "substitutions": {
        "page": Line(get="200 deputy foreign_deputy", post="422 deputy foreign_deputy"),
        "own_lesson": Line(
            get="200 deputy foreign_deputy",
            post="422 deputy; 404 foreign_deputy",
            body=lambda cast: {"act": "substitute", "row": cast.lesson.pk},
        ),
        "other_school": Line(
            get="200 deputy foreign_deputy",
            post="404 deputy; 302 foreign_deputy",
            body=lambda cast: {"act": "cancel", "row": cast.outside.lesson_on("russian", cast.on).pk},
        ),
    },
    "approvals": {
        "page": Line(
            get="200 director deputy operator foreign_deputy",
            post="422 director deputy operator foreign_deputy",
        ),
    },
    "approval": {
        "own": Line(
            args=lambda cast: {
                "approval_id": Approval.objects.get(school=cast.school, kind="teaching_load").pk
            },
            get="200 director deputy operator; 404 foreign_deputy",
        ),
    },
    "substitution_register": {
        "page": Line(get="200 deputy director head_of_department secretary inspector foreign_deputy"),
        "teacher": Line(
            query="teacher={cast.outside.teacher.pk}",
            get="200 deputy director head_of_department secretary inspector foreign_deputy",
        ),
    },
}
