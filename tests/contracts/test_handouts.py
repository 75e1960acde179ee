"""Many people's data leave Parta for a purpose, and wait, where the school says so: one mechanism, pages counted."""

import inspect
from dataclasses import replace
from datetime import timedelta
from typing import Any
from urllib.parse import quote

import pytest

from parta.foundation import clock, confirm
from parta.foundation.models import LogEntry
from parta.organisation.acts import Refusal
from parta.people import actions as people
from parta.people.models import AccountNotice, Handout
from tests.cast import client_of
from tests.contracts.test_views import views

SCHOOL_BOOK = "/setup/import/export.xlsx"
HANDED_OUT = {
    "export_school": "the whole school as a workbook",
    "report": "a report as a file",
    "report_kept": "a kept report as a file",
    "control_work": "a control work by name as a file",
    "class_extracts": "sheets of a class",
    "health_print": "the health sheet of a class",
    "paper": "a set of a class, to be printed",
    "paper_pdf": "a set of a class as a file",
    "archive_file": "the archive of a year",
}
SPARED = {
    "import_template": "an empty workbook",
    "archive_sign": "a signature, no data",
    "archive_key": "the institution's public key",
    "feed": "one's own calendar, read by a telephone",
    "file": "one attachment",
    "absence_file": "one family's paper",
    "handed_file": "one pupil's work",
    "message_file": "one attachment",
    "make_up_protocol": "one pupil's protocol",
    "errors": "what support is told of a trouble with the program, free of names and marks",
    "regulation_file": "the act itself",
}
"""Pages that answer with a file and hand out nobody's data, or one person's own."""
FILES = ("Content-Disposition", "FileResponse", "application/pdf", "_book(", "text/calendar")


def sources() -> dict[str, tuple[str, str]]:
    """Of each page by name: the kind it asks as a whole, and its source."""
    return {
        str(pattern.name): (
            getattr(pattern.callback, "confirm", ""),
            inspect.getsource(inspect.unwrap(pattern.callback)),
        )
        for _, pattern in views()
    }


def test_every_page_that_hands_out_a_file_is_in_the_list_or_spared() -> None:
    found = sources()
    asking = {
        name
        for name, (kind, source) in found.items()
        if kind in confirm.HANDED_OUT or any(f'confirm.ask("{one}")' in source for one in confirm.HANDED_OUT)
    }
    assert asking == set(HANDED_OUT)
    files = {name for name, (_, source) in found.items() if any(word in source for word in FILES)}
    assert files - asking - set(SPARED) == set(), "ask for an export or a print, or spare it with a reason"


@pytest.mark.django_db
def test_a_purpose_is_asked_kept_told_and_waits(cast: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without the rule nothing changes; with it each address asks for itself, once; a delay holds."""
    operator, address = cast.people["operator"], "/setup/import/export.xlsx"
    client = client_of(operator)
    assert client.get(address).status_code == 200, "by default nothing is asked"
    page = client.post("/setup/second/", {"act": "hand_out", "asks": "1", "hours": "0"})
    assert page.status_code == 302
    assert client.post("/setup/second/", {"act": "hand_out", "asks": "1", "hours": "999"}).status_code == 422

    asked = client.get(address)
    where = f"/handout/?kind=export&next={quote(address, safe='')}"
    assert asked.status_code == 302 and asked["Location"] == where
    assert "Для чего?" in client.get(where).content.decode()
    fields = {"kind": "export", "next": address, "purpose": "надо"}
    short = client.post("/handout/", fields)
    assert short.status_code == 422 and "Напишите, зачем" in short.content.decode()
    assert client.get(address).status_code == 302, "a refused purpose opens nothing"
    said = "отчёт в управление, запрос 14"
    stated = client.post("/handout/", fields | {"purpose": said})
    assert stated.status_code == 302 and stated["Location"] == address
    assert client.get(address).status_code == 200
    assert client.get(f"{address}?x=1").status_code == 302, "the purpose is of one address"
    assert client_of(cast.people["deputy"]).get(address).status_code in (302, 403), "and of one person"

    line = LogEntry.objects.get(verb="handout_stated")
    assert line.user_id == operator.user_id and said not in line.data
    assert AccountNotice.objects.get(kind="handout").user_id == operator.user_id
    incident = people.incidents.open_incident(
        viewer=cast.viewer("director"),
        user_id=operator.user_id,
        ground="told",
        starts_at=cast.at - timedelta(hours=1),
        ends_at=cast.at,
        note="сказали в учительской",
        stop=False,
        at=cast.at,
    )
    shown = client_of(cast.people["director"]).get(f"/incidents/{incident.pk}/").content.decode()
    assert said in shown and "названа цель" in shown

    people.handouts.set_rule(viewer=cast.viewer("operator"), wait_hours=24, at=cast.at)
    Handout.objects.all().delete()
    waits = client.post("/handout/", fields | {"purpose": said})
    assert waits.status_code == 200 and "Нужно подождать" in waits.content.decode()
    assert client.get(address).status_code == 302
    Handout.objects.update(opens_at=cast.at)
    assert client.get(address).status_code == 200
    Handout.objects.update(until=cast.at)
    assert client.get(address).status_code == 302, "and closes again"

    monkeypatch.setattr(confirm, "HANDED_OUT", ())
    assert client.get(address).status_code == 200, "the planted fault: the kinds fall out of the list"


def ask(client: Any, purpose: str = "отчёт в управление, запрос 14") -> Any:
    return client.post("/handout/", {"kind": "export", "next": SCHOOL_BOOK, "purpose": purpose})


@pytest.mark.django_db
def test_a_second_person_agrees_and_never_the_one_who_asks(cast: Any) -> None:
    """Faults seen red: one's own request granted; `is_open` without the answer; a device on trial that agrees."""
    operator, deputy, director = cast.people["operator"], cast.people["deputy"], cast.people["director"]
    asking, agreeing, other = client_of(operator), client_of(deputy), client_of(director)
    rule = {"act": "hand_out", "asks": "1", "hours": "0", "second_role": "deputy", "second_hours": "48"}
    for wrong in (
        {"second_role": "teacher"},
        {"second_role": "nurse"},
        {"second_hours": "0"},
        {"second_hours": "x"},
    ):
        assert asking.post("/setup/second/", rule | wrong).status_code == 422, wrong
    assert asking.post("/setup/second/", rule).status_code == 302
    people.handouts.set_rule(
        viewer=cast.viewer("operator"), wait_hours=0, second_role="deputy", second_kinds="print", at=cast.at
    )
    assert ask(asking).status_code == 302, "an export needs nobody where only prints do"
    Handout.objects.all().delete()
    before = LogEntry.objects.latest("id").pk
    assert asking.post("/setup/second/", rule).status_code == 302
    waits = ask(asking)
    assert waits.status_code == 200 and "Нужно согласие" in waits.content.decode()
    row = Handout.objects.get()
    assert asking.get(SCHOOL_BOOK).status_code == 302, "nothing opens before the answer"
    told = AccountNotice.objects.filter(kind="handout_asked")
    assert [one.user_id for one in told] == [deputy.user_id] and "отчёт в управление" in told[0].words
    assert ask(asking).status_code == 200 and Handout.objects.count() == 1, "asked twice is asked once"

    grant, refuse = {"act": "grant", "row": row.pk}, {"act": "refuse", "row": row.pk, "reason": ""}
    assert asking.post("/handouts/", grant).status_code == 422, "the operator's role was not chosen"
    assert other.post("/handouts/", grant).status_code == 422, "nor the director's"
    assert client_of(cast.people["teacher"]).get("/handouts/").status_code == 403
    assert client_of(cast.outside.deputy).post("/handouts/", grant).status_code == 422
    page = agreeing.get("/handouts/").content.decode()
    assert "отчёт в управление" in page and operator.surname in page
    assert agreeing.post("/handouts/", refuse).status_code == 422, "a refusal gives its reason"
    assert agreeing.post("/handouts/", refuse | {"reason": "не наш запрос"}).status_code == 302
    answer = AccountNotice.objects.get(kind="handout_answer")
    assert answer.user_id == operator.user_id and "не наш запрос" in answer.words
    where = f"/handout/?kind=export&next={SCHOOL_BOOK}"
    assert (
        asking.get(SCHOOL_BOOK).status_code == 302 and "не наш запрос" in asking.get(where).content.decode()
    )
    assert agreeing.post("/handouts/", grant).status_code == 422, "answered once"

    assert "Для чего?" in asking.get(f"{where}&anew=1").content.decode()
    ask(asking, "отчёт учредителю, письмо 9")
    row = Handout.objects.latest("id")
    assert agreeing.post("/handouts/", {"act": "grant", "row": row.pk}).status_code == 302
    assert asking.get(SCHOOL_BOOK).status_code == 200
    assert other.get(SCHOOL_BOOK).status_code in (302, 403), "for the one who asked"
    verbs = ("handout_stated", "handout_refused", "handout_stated", "handout_granted")
    lines = LogEntry.objects.filter(pk__gt=before, verb__in=verbs).order_by("id")
    assert [(one.verb, one.user_id) for one in lines] == list(
        zip(verbs, (operator.user_id, deputy.user_id) * 2, strict=True)
    )
    assert not any("учредителю" in one.data or "наш запрос" in one.data for one in lines), "ids, not words"

    # Of one's own request: the deputy asks, and is the only one of the role; the director stands in.
    ask(agreeing)
    assert Handout.objects.latest("id").asks_role == "director"
    Handout.objects.filter(answer="").delete()
    people.handouts.set_rule(viewer=cast.viewer("operator"), wait_hours=0, second_role="operator", at=cast.at)
    people.grant_role(
        person=deputy, kind="operator", starts=cast.on, order_number="7", order_date=cast.on,
        by=cast.viewer("director").acting_as(), at=cast.at,
    )  # fmt: skip
    ask(agreeing)
    own = Handout.objects.latest("id")
    refused = agreeing.post("/handouts/", {"act": "grant", "row": own.pk})
    assert refused.status_code == 422 and "другой человек" in refused.content.decode()
    assert Handout.objects.get(pk=own.pk).answer == ""


@pytest.mark.django_db
def test_a_request_lapses_and_a_wait_goes_on_after_the_answer(cast: Any) -> None:
    """Faults seen red: an answer after the term; a grant that forgets the wait."""
    operator = cast.people["operator"]
    asking, agreeing = client_of(operator), client_of(cast.people["director"])
    people.handouts.set_rule(
        viewer=cast.viewer("operator"), wait_hours=24, second_role="director", second_hours=48, at=cast.at
    )
    ask(asking)
    row = Handout.objects.get()
    assert row.until == cast.at + timedelta(hours=48)
    with clock.rehearse(row.until):
        late = agreeing.post("/handouts/", {"act": "grant", "row": row.pk})
        assert late.status_code == 422 and "Срок этой просьбы вышел" in late.content.decode()
        assert "срок вышел" in agreeing.get("/handouts/").content.decode()
        ask(asking)
        assert Handout.objects.count() == 2, "asked anew"
        row = Handout.objects.latest("id")
        assert agreeing.post("/handouts/", {"act": "grant", "row": row.pk}).status_code == 302
        assert asking.get(SCHOOL_BOOK).status_code == 302, "granted, and waits its day"
    with clock.rehearse(row.opens_at):
        assert asking.get(SCHOOL_BOOK).status_code == 200
    row.refresh_from_db()
    with clock.rehearse(row.until):
        assert asking.get(SCHOOL_BOOK).status_code == 302


@pytest.mark.django_db
def test_a_device_on_trial_agrees_to_nothing(cast: Any) -> None:
    operator = cast.people["operator"]
    people.handouts.set_rule(viewer=cast.viewer("operator"), wait_hours=0, second_role="director", at=cast.at)
    ask(client_of(operator))
    row = Handout.objects.get()
    viewer = replace(cast.viewer("director"), trial_until=cast.at + timedelta(hours=1))
    with pytest.raises(Refusal, match="нового устройства"):
        people.handouts.answer(viewer=viewer, handout_id=row.pk, agrees=True, reason="", at=cast.at)


@pytest.mark.django_db
def test_nobody_is_led_elsewhere_by_the_question(cast: Any) -> None:
    client = client_of(cast.people["operator"])
    for following in ("https://example.org/", "//example.org", "/nowhere/", ""):
        answer = client.get("/handout/", {"kind": "export", "next": following})
        assert answer.status_code == 302 and "example" not in answer["Location"], following
