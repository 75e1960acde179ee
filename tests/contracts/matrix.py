"""Who gets what from every URL: persona × URL × object × method. A new URL needs a line here, or the suite is red.

A line names an object (`args`) and the answers to GET and POST in a small language: ``200 deputy operator; 404
teacher`` means 200 to these two, 404 to that one; whoever is not named gets 403, ``anonymous`` is led to the sign-in
(302, or 401 for JSON). ``405 *`` is for everybody. 404 is both «not yours» and «there is none»: they look alike. 422 is
a form posted empty and refused, 400 an unreadable body: these got through the door. 405 may be a refusal (302, 403)
for those who may not open the page either way. Words in capitals are `SETS`.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any
from uuid import uuid4

from parta.communication.models import Training
from parta.plans.models import Approval
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


OF_RUSSIAN = "director deputy head_of_department teacher class_teacher inspector"
NOT_OF_RUSSIAN = "master other_teacher foreign_deputy foreign_teacher"


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


EVERYBODY = (
    "director deputy operator head_of_department teacher class_teacher master social_pedagogue nurse secretary"
    " inspector student guardian other_teacher outsider FOREIGN"
)
WRITE_OF_STUDENT = (
    "director deputy teacher class_teacher social_pedagogue secretary student guardian"  # about Сафина of 6Б
)
WRITE_OF_NOBODY = "operator head_of_department master nurse inspector other_teacher outsider FOREIGN"


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


def unsubscribe_token(person_id: int) -> str:
    """The end of the address in a letter that stops all letters."""
    from parta.communication.letters import unsubscribe_token

    return unsubscribe_token(person_id)


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
            get="200 SIGNED; 403 former_teacher contact left_student; 404 outsider foreign_guardian inspector",
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
    # ── control ──
    "control": {
        "page": Line(get="200 director deputy head_of_department inspector foreign_deputy"),
        "teacher": Line(
            query="teacher={cast.outside.teacher.pk}",
            get="200 director deputy head_of_department inspector foreign_deputy",
        ),
    },
    "regulation": {"page": Line(get="200 SIGNED")},
    "regulation_setting": {
        "own": Line(
            query="act=GT&name=reopen_term",
            get="200 SETUP director head_of_department foreign_deputy",
            post="422 SETUP director head_of_department foreign_deputy",
        ),
        "absent": Line(
            query="act=GT&name=no",
            get="404 SETUP director head_of_department foreign_deputy",
            post="404 SETUP director head_of_department foreign_deputy",
        ),
    },
    "regulation_drafts": {
        "page": Line(get="200 SETUP director foreign_deputy", post="422 SETUP director foreign_deputy")
    },
    "regulation_draft": {
        "absent": Line(
            lambda cast: {"draft_id": ABSENT},
            get="404 SETUP director foreign_deputy",
            post="404 SETUP director foreign_deputy",
        )
    },
    "regulation_trial": {
        "absent": Line(
            lambda cast: {"draft_id": ABSENT, "trial_id": ABSENT},
            get="404 SETUP director foreign_deputy",
        )
    },
    "regulation_trial_progress": {
        "absent": Line(
            lambda cast: {"draft_id": ABSENT, "trial_id": ABSENT},
            get="404 SETUP director foreign_deputy",
        )
    },
    "regulation_file": {
        "preset": Line(query="preset=goethe23", get="200 SETUP director foreign_deputy"),
        "absent": Line(query="act=GT&since=2001-01-01", get="404 SETUP director foreign_deputy"),
    },
    "control_check": {
        "page": Line(
            get="200 CONTROL; 200 foreign_deputy",
            post="422 CONTROL foreign_deputy",
        ),
        "finish": Line(
            get="200 CONTROL; 200 foreign_deputy",
            post="422 CONTROL foreign_deputy",
            body=lambda cast: {"act": "finish", "conclusion": "Проверено"},
        ),
    },
    "control_anomalies": {"page": Line(get="200 director deputy foreign_deputy")},
    "control_duties": {"page": Line(get="200 CONTROL; 200 foreign_deputy")},
    "errors": {
        "page": Line(
            get="200 READERS operator secretary FOREIGN_STAFF",
            post="422 READERS operator secretary FOREIGN_STAFF",
        ),
    },
    "regulation_norms": {
        "page": Line(get="200 SETUP director foreign_deputy", post="422 SETUP director foreign_deputy"),
    },
    "orders": {
        "page": Line(
            get="200 secretary deputy operator foreign_deputy",
            post="422 secretary deputy operator foreign_deputy",
        ),
    },
    "papers": {
        "page": Line(
            get="200 director deputy operator secretary class_teacher master foreign_deputy",
            post="422 director deputy operator secretary class_teacher master foreign_deputy",
        ),
    },
    "paper": {
        "absent": Line(
            lambda cast: {"paper_id": ABSENT},
            get="404 director deputy operator secretary class_teacher master foreign_deputy",
        ),
    },
    "paper_pdf": {
        "absent": Line(
            lambda cast: {"paper_id": ABSENT},
            get="404 director deputy operator secretary class_teacher master foreign_deputy",
        ),
    },
    "paper_digest": {
        "page": Line(get="200 director deputy operator secretary class_teacher master foreign_deputy")
    },
    "paper_sheets": {
        "page": Line(
            get="200 director deputy teacher class_teacher master other_teacher FOREIGN_STAFF",
            post="422 director deputy teacher class_teacher master other_teacher FOREIGN_STAFF",
        ),
    },
    "archive_year": {
        "page": Line(
            get="200 director deputy operator secretary foreign_deputy",
            post="422 director deputy operator secretary foreign_deputy",
        ),
    },
    "archive_key": {"page": Line(get="200 director deputy operator secretary foreign_deputy")},
    "archive_file": {
        "absent": Line(
            lambda cast: {"unit_id": ABSENT}, get="404 director deputy operator secretary foreign_deputy"
        )
    },
    "archive_sign": {
        "absent": Line(
            lambda cast: {"unit_id": ABSENT}, get="404 director deputy operator secretary foreign_deputy"
        )
    },
    "archive_books": {"page": Line(get="200 director deputy operator secretary foreign_deputy")},
    "control_year": {"page": Line(get="200 CONTROL; 200 foreign_deputy")},
    "year_change": {
        "page": Line(get="200 SETUP foreign_deputy", post="422 SETUP foreign_deputy"),
        "promote": Line(
            get="200 SETUP foreign_deputy",
            post="422 SETUP foreign_deputy",
            body=lambda cast: {"act": "promote", "agreed": "1", "left": str(cast.student.pk)},
        ),
        "close": Line(
            get="200 SETUP foreign_deputy",
            post="422 SETUP foreign_deputy",
            body=lambda cast: {"act": "close"},
        ),
    },
    "inspection": {"page": Line(get="200 inspector")},
    "inspections": {"page": Line(get="200 director", post="422 director")},
    "control_classes": {"page": Line(get="200 CONTROL class_teacher master foreign_deputy")},
    "control_class": {
        "own": Line(
            lambda cast: {"homeroom_id": cast.homeroom.pk},
            get="200 CONTROL class_teacher; 404 master foreign_deputy",
            post="422 CONTROL class_teacher; 404 master foreign_deputy",
        ),
        "other_school": Line(
            lambda cast: {"homeroom_id": cast.outside.homeroom.pk},
            get="404 CONTROL class_teacher master; 200 foreign_deputy",
            post="404 CONTROL class_teacher master; 422 foreign_deputy",
        ),
        "absent": Line(
            lambda cast: {"homeroom_id": ABSENT},
            get="404 CONTROL class_teacher master foreign_deputy",
            post="404 CONTROL class_teacher master foreign_deputy",
        ),
    },
    "remarks": {
        "page": Line(get="200 READERS FOREIGN_STAFF", post="422 READERS FOREIGN_STAFF"),
        "other_school": Line(
            query="lesson={cast.outside.lesson.pk}",
            get="200 teacher class_teacher master other_teacher inspector FOREIGN_STAFF;"
            " 404 director deputy head_of_department",
            post="422 teacher class_teacher master other_teacher inspector FOREIGN_STAFF;"
            " 404 director deputy head_of_department",
        ),
        "absent": Line(
            get="200 READERS FOREIGN_STAFF",
            post="422 READERS FOREIGN_STAFF",
            body=lambda cast: {"act": "accept", "row": ABSENT},
        ),
    },
    "own_findings": {"page": Line(get="200 READERS FOREIGN_STAFF")},
    "finding": {
        "absent": Line(
            lambda cast: {"finding_id": ABSENT},
            get="404 READERS FOREIGN_STAFF",
            post="404 READERS FOREIGN_STAFF",
        )
    },
    "certificates": {"page": Line(get="200 READERS FOREIGN_STAFF")},
    "certificate": {
        "absent": Line(
            lambda cast: {"check_id": ABSENT},
            get="404 READERS FOREIGN_STAFF",
            post="404 READERS FOREIGN_STAFF",
        )
    },
    "reports": {"page": Line(get="200 READERS FOREIGN_STAFF", post="422 READERS FOREIGN_STAFF")},
    "report": {
        "school": Line(
            lambda cast: {"code": "performance"},
            get="200 CONTROL foreign_deputy; 404 teacher class_teacher master other_teacher foreign_teacher",
            post="422 CONTROL foreign_deputy; 404 teacher class_teacher master other_teacher foreign_teacher",
        ),
        "own": Line(
            lambda cast: {"code": "subject_period"},
            get="200 READERS FOREIGN_STAFF",
            post="422 READERS FOREIGN_STAFF",
        ),
        "other_school": Line(
            lambda cast: {"code": "class_monitoring"},
            query="homeroom={cast.outside.homeroom.pk}",
            get="404 CONTROL class_teacher master teacher other_teacher foreign_teacher; 200 foreign_deputy",
            post="404 CONTROL class_teacher master teacher other_teacher foreign_teacher; 422 foreign_deputy",
        ),
        "absent": Line(
            lambda cast: {"code": "absent"},
            get="404 READERS FOREIGN_STAFF",
            post="404 READERS FOREIGN_STAFF",
        ),
    },
    "report_kept": {
        "absent": Line(lambda cast: {"report_id": ABSENT}, get="404 READERS FOREIGN_STAFF"),
    },
    # ── diary ──
    "diary": {"page": Line(get="200 student guardian outsider foreign_guardian; 404 EYES foreign_deputy")},
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
    "diary_guide": {"page": Line(get="200 student guardian outsider foreign_guardian")},
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
    # ── communication ──
    "notify": {"page": Line(get=f"200 {EVERYBODY}", post=f"422 {EVERYBODY}")},
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
        "guide": Line(lambda cast: {"name": "uchitel"}, get="200 SIGNED"),
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
