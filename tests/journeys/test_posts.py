"""Posts that an act names for itself: given from a day on; their holders answer, permit, check."""

import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from parta.control.actions.findings import keep
from parta.control.models import Check, Finding
from parta.foundation import clock
from parta.journal.models import Absence, Permit
from parta.journal.rules import tests as rule_tests
from parta.journal.rules.tests.living import cited, faults, law_now, live_under, mark, send, text_of
from parta.people.models import Role
from parta.regulation.compare import difference
from parta.regulation.edition import parse_edition
from parta.regulation.explain import explained
from tests.journeys.steps import GYMNASIUM, done, page, text, under
from tests.journeys.test_clauses_checks import finish, found

ACTS = Path(rule_tests.__file__).parent / "acts"
POSTS = '\n[posts]\n"воспитатель" = "class_teacher"\n"командир роты" = "deputy"\n'
STEPS = """kind = "absence_threshold"
meaning = ["unexcused"]
window = "month"
steps = [{ at = 1, action = "рапорт", by = "воспитатель", within = "2 work_days" }]"""
CORRECTIONS = 'kind = "no_mark_edit"\non_breach = "permit"\npermit = { by = "командир роты" }'
CHECKS = 'kind = "check_every"\nevery = "1 month"\nby = "командир роты"\ntold = ["director", "командир роты"]'
APPOINTED = 'kind = "appointment_required"\nroles = ["командир роты"]'
ACT = text_of(STEPS, CORRECTIONS, CHECKS, APPOINTED, more=POSTS)


def appoint(client: Any, person: Any, role: str, **more: str) -> Any:
    form = {
        "act": "grant",
        "kind": role,
        "starts": "2026-10-01",
        "order_number": "55",
        "order_date": "2026-09-30",
    }
    return client.post(f"/setup/people/{person.pk}/", form | more)


def test_an_unknown_post_is_named_with_its_line_and_what_to_do() -> None:
    (said,) = faults(text_of('kind = "check_every"\nevery = "1 month"\nby = "старшина"'))
    assert said.startswith("строка 11, запись 1 (Н-1, check_every): поле «by»: «старшина» — неизвестная роль")
    assert '[posts]: "старшина" = "deputy"' in said
    for code in ("post:deputy", "post:", "post:ghost:старшина", "post:deputy:"):
        assert (
            "неизвестная роль"
            in faults(text_of(f'kind = "check_every"\nevery = "1 month"\nby = "{code}"'))[0]
        )
    (said,) = faults(text_of(STEPS, more='\n[posts]\n"воспитатель" = "master_sergeant"\n'))[:1]
    assert "строка 8, должность «воспитатель»: нужна роль" in said and "class_teacher" in said
    for wrong in ('"teacher" = "deputy"', '"а:б" = "deputy"', f'"{"д" * 41}" = "deputy"', '" " = "deputy"'):
        assert faults(text_of(APPOINTED.replace("командир роты", "deputy"), more=f"\n[posts]\n{wrong}\n")), (
            wrong
        )
    assert "должности записывают" in faults("posts = 3\n" + text_of(CORRECTIONS))[0]


def test_a_post_is_said_by_its_name() -> None:
    edition = parse_edition(ACT)
    words = " ".join(" ".join((*line.says, line.breach, line.duty)) for line in explained(edition))
    assert "post:" not in words and "рапорт (воспитатель" in words and "твечает командир роты" in words
    other = parse_edition(ACT.replace('by = "командир роты"\ntold', 'by = "deputy"\ntold'))
    changes = str(difference(edition, other))
    assert "командир роты" in changes and "post:" not in changes


@under(GYMNASIUM)
def test_holders_of_a_post_answer_permit_and_check(cast: Any, client_of: Any) -> None:
    live_under(cast, ACT)
    operator, commander, deputy = (
        client_of(cast.operator),
        client_of(cast.other_teacher),
        client_of(cast.deputy),
    )
    keeper = cast.class_teacher
    assert [one for one in found(cast, "appointment_required") if "командир роты" in one.text]
    # the form offers the posts of the act; one of no act is refused
    assert "командир роты" in page(operator, f"/setup/people/{cast.other_teacher.pk}/")
    assert appoint(operator, cast.other_teacher, "post:deputy:старшина").status_code == 422
    assert appoint(operator, cast.other_teacher, "post:director:командир роты").status_code == 422
    assert appoint(operator, cast.other_teacher, "post:x").status_code == 422
    assert (
        appoint(operator, cast.other_teacher, "post:deputy:командир роты", order_number="").status_code == 422
    )
    done(appoint(operator, cast.other_teacher, "post:deputy:командир роты"))
    done(appoint(operator, keeper, "post:class_teacher:воспитатель", homeroom=str(cast.homeroom.pk)))
    assert "командир роты" in page(operator, f"/setup/people/{cast.other_teacher.pk}/")
    assert {"deputy", "post:deputy:командир роты"} <= cast.viewer("other_teacher").roles
    assert "post:deputy:командир роты" not in cast.viewer("deputy").roles
    assert not [one for one in found(cast, "appointment_required") if "командир роты" in one.text]
    # a thing to be done is the holder's
    Absence.objects.filter(school=cast.school).delete()
    Absence.objects.create(
        school=cast.school, journal=cast.maths, lesson=cast.lesson_on("maths", date(2026, 10, 9)),
        student=cast.named("Асанов"), meaning="unexcused", symbol="Н", set_at=cast.at, changed_at=cast.at,
        set_by=keeper,
    )  # fmt: skip
    keep(cast.school.pk, at=cast.at)
    (line,) = Finding.objects.filter(kind="absence_threshold")
    assert (line.role, line.who_id) == ("post:class_teacher:воспитатель", keeper.pk)
    assert "рапорт" in page(client_of(keeper), "/control/findings/")
    # the permit is the commander's, not any deputy's
    lesson, pupil, teacher = cast.lesson, cast.named("Асанов"), client_of(cast.teacher)
    assert send(teacher, cast.russian, mark(lesson, pupil, "4")).status_code == 200
    column = lesson.assessments.get(work_kind="oral").pk
    later = cast.local(date(2026, 10, 15), 12)
    change = mark(lesson, pupil, "5", seen=1, assessment=column, reason="ошибка")
    with clock.rehearse(later):
        refused = send(teacher, cast.russian, change)
        assert cited(refused) == {"Н-2"} and "командир роты" in refused.content.decode()
        wish = {"journal": cast.russian.pk, "fact": "mark", "lesson": lesson.pk, "student": pupil.pk,
                "assessment": column, "reason": "ошибка", "clauses": ["Н-2"]}  # fmt: skip
        # asked without the clause that refuses: any deputy may grant it, and it lifts nothing of the commander's
        bare = json.dumps(wish | {"clauses": []})
        assert teacher.post("/permits/ask", bare, content_type="application/json").status_code == 200
        grant: dict[str, Any] = {"decision": "grant", "reason": "проверено", "until": "2026-10-20"}
        done(deputy.post("/permits/", grant | {"permit": Permit.objects.get().pk}))
        refused = send(teacher, cast.russian, change)
        assert refused.status_code == 422 and cited(refused) == {"Н-2"}
        Permit.objects.all().delete()
        assert (
            teacher.post("/permits/ask", json.dumps(wish), content_type="application/json").status_code == 200
        )
        grant = {
            "permit": Permit.objects.get().pk,
            "decision": "grant",
            "reason": "проверено",
            "until": "2026-10-20",
        }
        deputy.post("/permits/", grant)
        assert Permit.objects.get().state == "asked", "a deputy without the post"
        done(commander.post("/permits/", grant))
        assert send(teacher, cast.russian, change).status_code == 200
    # the monthly check is the commander's
    november = cast.local(date(2026, 11, 1), 0)

    def missing() -> list[Any]:
        return [one for one in found(cast, "check_every", "director", november) if "Н-3" in one.ids]

    assert missing()
    done(finish(deputy))
    assert missing(), "a deputy without the post"
    done(finish(commander))
    assert not missing() and Check.objects.order_by("id").last().role == "post:deputy:командир роты"  # type: ignore[union-attr]
    assert "командир роты" in page(client_of(cast.director), "/control/certificates/")
    # the post ends with its day
    Role.objects.filter(post="командир роты").update(until=cast.on)
    assert "post:deputy:командир роты" not in cast.viewer("other_teacher").roles


@under(GYMNASIUM)
def test_writing_may_be_left_to_the_holders_of_a_post(cast: Any, client_of: Any) -> None:
    rule = 'kind = "write_scope"\nwho = ["воспитатель"]\nwhat = ["mark"]'
    live_under(cast, text_of(rule, more=POSTS))
    assert law_now(cast)
    teacher, wish = client_of(cast.teacher), mark(cast.lesson, cast.named("Асанов"), "4")
    assert cited(send(teacher, cast.russian, wish)) == {"Н-1"}
    Role.objects.create(
        school=cast.school, person=cast.teacher, kind="class_teacher", post="воспитатель", homeroom=cast.younger,
        starts=date(2026, 9, 1),
    )  # fmt: skip
    assert send(teacher, cast.russian, wish).status_code == 200
    assert text(client_of(cast.deputy).get("/regulation/")).count("post:") == 0


PAGES = (
    "/regulation/", "/regulation/drafts/", "/control/", "/control/check/", "/control/duties/", "/control/year/",
    "/control/plan/", "/reports/", "/today/", "/permits/",
)  # fmt: skip


@pytest.mark.parametrize("name", ["corps", "medical"])
@under(GYMNASIUM)
def test_acts_of_a_corps_and_a_medical_college_live(cast: Any, client_of: Any, name: str) -> None:
    """Written as their schools write, never seen by the code: in force, each page answers and says no code."""
    live_under(cast, (ACTS / f"{name}.toml").read_text(encoding="utf-8"))
    for who in ("deputy", "director", "teacher", "class_teacher"):
        client = client_of(cast.people[who])
        for address in (*PAGES, f"/journals/{cast.russian.pk}/", f"/lessons/{cast.lesson.pk}/"):
            answer = client.get(address)
            assert answer.status_code in (200, 403, 404), f"{who} {address}: {answer.status_code}"
            assert "post:" not in text(answer), f"{who} {address}"
    keep(cast.school.pk, at=cast.at)
    assert not Finding.objects.filter(text__contains="post:").exists()


@under(GYMNASIUM)
def test_the_corps_refuses_by_its_own_clauses(cast: Any, client_of: Any) -> None:
    live_under(cast, (ACTS / "corps.toml").read_text(encoding="utf-8"))
    teacher, lesson, pupil = client_of(cast.teacher), cast.lesson, cast.named("Асанов")
    assert cited(send(teacher, cast.russian, mark(lesson, pupil, "1"))) == {"КК-1.1"}
    ill = {"fact": "absence", "lesson": lesson.pk, "student": pupil.pk, "symbol": "б", "seen": 0}
    assert cited(send(teacher, cast.russian, ill)) == {"КК-2.3"}, "the infirmary's sign is the nurse's"
    assert send(teacher, cast.russian, ill | {"symbol": "оп"}).status_code == 200
    assert send(teacher, cast.russian, mark(lesson, pupil, "4")).status_code == 200, (
        "conduct alone is the educator's"
    )
