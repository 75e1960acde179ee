"""Clauses on upkeep: wrong data are right within a day, the regulation is reviewed when outer norms change."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from parta.control.models import ErrorReport, NormChange, PlannedCheck
from parta.foundation import clock
from parta.people.models import Role
from parta.regulation.models import Edition, EditionDraft
from tests.cast import preset_file
from tests.journeys.steps import DUBROVO, done, page, text, under
from tests.journeys.test_clauses_checks import found


@under(DUBROVO)
@pytest.mark.clause("DB-3.5.7")
def test_wrong_data_are_mended_within_a_day(cast: Any, client_of: Any) -> None:
    """Told at 10:40: in time up to 10:40 of the next day, listed a minute later, closed by the fix."""
    teacher, deputy = client_of(cast.teacher), client_of(cast.deputy)
    assert teacher.post("/errors/", {"act": "report", "text": " "}).status_code == 422
    done(teacher.post("/errors/", {"act": "report", "text": "6 «Б»: у Ефимовой неверная дата рождения"}))
    row = ErrorReport.objects.get()
    assert row.reported_at == cast.at and row.reported_by == cast.teacher

    def listed(after: timedelta) -> list[str]:
        lines = found(cast, "change_request_processed", "deputy", cast.at + after)
        assert all("DB-3.5.7" in line.ids for line in lines)
        return [line.text for line in lines]

    assert not listed(timedelta(hours=24))
    assert "неверная дата рождения" in listed(timedelta(hours=24, minutes=1))[0]
    with clock.rehearse(cast.at + timedelta(hours=25)):
        assert "срок был 15 октября" in page(deputy, "/errors/")
        assert "Исправление данных" in page(deputy, "/control/duties/")
    refused = teacher.post("/errors/", {"act": "fix", "row": row.pk, "answer": "Исправлено"})
    assert refused.status_code == 422 and ErrorReport.objects.get().fixed_at is None
    assert "Ефимовой" not in page(client_of(cast.class_teacher), "/errors/"), "one sees the own reports"
    moment = cast.at + timedelta(hours=26)
    with clock.rehearse(moment):
        assert deputy.post("/errors/", {"act": "fix", "row": row.pk, "answer": ""}).status_code == 422
        done(
            deputy.post(
                "/errors/", {"act": "fix", "row": row.pk, "answer": "Дата исправлена по свидетельству"}
            )
        )
        assert deputy.post("/errors/", {"act": "fix", "row": row.pk, "answer": "Ещё раз"}).status_code == 422
    row.refresh_from_db()
    assert (row.fixed_at, row.fixed_by) == (moment, cast.deputy)
    assert not listed(timedelta(hours=27))
    words = page(teacher, "/errors/")
    assert "Исправлено 15 октября в 12:40" in words and "по свидетельству" in words
    assert client_of(cast.guardian).get("/errors/").status_code == 403


@under(DUBROVO)
@pytest.mark.clause("DB-6.2")
def test_a_new_outer_act_opens_a_review_of_the_regulation(cast: Any, client_of: Any) -> None:
    deputy, address = client_of(cast.deputy), "/regulation/norms/"

    def listed() -> list[str]:
        return [
            line.text
            for line in found(cast, "regulation_edition", "director")
            if "DB-6.2" in line.ids and "deputy" in line.told
        ]

    assert not listed()
    act = {
        "act": "add",
        "title": "Приказ регионального министерства",
        "number": "26-01",
        "signed_on": "2026-10-12",
    }
    for wrong in ({"title": ""}, {"number": ""}, {"signed_on": ""}, {"signed_on": "2027-01-01"}):
        assert deputy.post(address, act | wrong).status_code == 422, wrong
    assert client_of(cast.teacher).post(address, act).status_code == 403
    done(deputy.post(address, act))
    assert listed() == ["Пересмотреть положение: Приказ регионального министерства, № 26-01"]
    assert "ждёт пересмотра" in page(deputy, address)
    assert "Пересмотр положения" in page(client_of(cast.director), "/control/duties/")
    row = NormChange.objects.get()
    assert row.signed_on == date(2026, 10, 12)
    answer = deputy.post(address, {"act": "review", "row": row.pk, "outcome": ""})
    assert answer.status_code == 422 and "итог" in text(answer)
    done(deputy.post(address, {"act": "review", "row": row.pk, "outcome": "Сроки не меняются"}))
    assert not listed() and "Сроки не меняются" in page(deputy, address)


@under(DUBROVO)
@pytest.mark.clause("DB-6.1a", "DB-6.1b")
def test_a_new_edition_needs_minutes_of_the_council_and_an_order_of_the_director(
    cast: Any, client_of: Any
) -> None:
    director = client_of(cast.director)
    source = preset_file("dubrovo").read_text(encoding="utf-8")
    file = SimpleUploadedFile("новое.toml", source.encode())
    where = done(director.post("/regulation/drafts/", {"act": "propose", "file": file})).headers["Location"]
    words = page(director, where)
    assert "Протокол совета" in words and "п. 6.1" in words
    since = (cast.on + timedelta(days=1)).isoformat()
    papers = {"protocol": "№ 3 от 12.10.2026", "order": "№ 41-о от 14.10.2026"}
    for lacking, said in (
        ({"protocol": ""}, "Нужен протокол педагогического совета"),
        ({"protocol": "№ 3"}, "с номером и датой"),
        ({"protocol": "от 12.10.2026"}, "протокол"),
        ({"protocol": "№ 3 от 31.09.2026"}, "протокол"),
        ({"order": ""}, "Нужен приказ директора"),
        ({"order": "№ 41-о от 15.10.2026"}, "не позже сегодняшней"),
    ):
        answer = director.post(where, {"act": "approve", "since": since, **papers, **lacking})
        assert answer.status_code == 422 and said in text(answer) and "п. 6.1" in text(answer), lacking
        assert Edition.objects.filter(school=cast.school).count() == 1, lacking
    done(director.post(where, {"act": "approve", "since": since, **papers}))
    old, new = Edition.objects.filter(school=cast.school).order_by("in_force_from")
    assert old.in_force_until == new.in_force_from == cast.on + timedelta(days=1)
    draft = EditionDraft.objects.get()
    assert (draft.protocol, draft.order, draft.state) == (*papers.values(), "adopted")


@under(DUBROVO)
@pytest.mark.clause("DB-3.5.4e")
def test_line_of_the_plan_of_control_past_its_day_without_a_result_is_listed(
    cast: Any, client_of: Any
) -> None:
    """In time on its last day, listed on the next; closed by a record; the director and the deputy see it."""
    deputy, director, head = (
        client_of(cast.deputy),
        client_of(cast.director),
        client_of(cast.head_of_department),
    )
    form = {
        "act": "add",
        "what": "Журналы 6 класса",
        "due": "2026-10-16",
        "person": cast.head_of_department.pk,
    }
    said = "План контроля: нет результата — Журналы 6 класса"
    for name in ("head_of_department", "inspector"):
        assert client_of(cast.people[name]).post("/control/plan/", form).status_code == 422, name
    assert client_of(cast.teacher).post("/control/plan/", form).status_code == 403
    Role.objects.create(  # a deputy until the first of October
        school=cast.school,
        person=cast.teacher,
        kind="deputy",
        starts=date(2026, 9, 1),
        until=date(2026, 10, 1),
    )
    for wrong in ({"what": ""}, {"due": "2026-10-13"}, {"due": ""}, {"person": cast.teacher.pk}):
        assert deputy.post("/control/plan/", form | wrong).status_code == 422, wrong
    assert not PlannedCheck.objects.exists()
    done(deputy.post("/control/plan/", form))
    row = PlannedCheck.objects.get()
    with clock.rehearse(cast.local(date(2026, 10, 16), 23, 59)):
        assert said not in page(director, "/control/duties/") and "впереди" in page(head, "/control/plan/")
    midnight = cast.local(date(2026, 10, 17), 0)
    with clock.rehearse(midnight):
        for client in (director, deputy):
            words = page(client, "/control/duties/")
            assert said in words and "рок 16.10.2026" in words
        assert "срок прошёл" in page(head, "/control/plan/")
        close = {"act": "close", "row": row.pk, "outcome": ""}
        assert head.post("/control/plan/", close).status_code == 422, "a result is words"
        assert said in page(director, "/control/duties/")
        done(head.post("/control/plan/", close | {"outcome": "Проверено, замечаний нет"}))
        assert said not in page(director, "/control/duties/")
        assert head.post("/control/plan/", close | {"outcome": "ещё раз"}).status_code == 422
        assert "Терентьева Н. Л.: Проверено, замечаний нет" in page(deputy, "/control/plan/")
