"""Many people's data leave Parta for a purpose, and wait, where the school says so: one mechanism, pages counted."""

import inspect
from datetime import timedelta
from typing import Any
from urllib.parse import quote

import pytest

from parta.foundation import confirm
from parta.foundation.models import LogEntry
from parta.people import actions as people
from parta.people.models import AccountNotice, Handout
from tests.cast import client_of
from tests.contracts.test_views import views

HANDED_OUT = {
    "export_school": "the whole school as a workbook",
    "report": "a report as a file",
    "report_kept": "a kept report as a file",
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


@pytest.mark.django_db
def test_nobody_is_led_elsewhere_by_the_question(cast: Any) -> None:
    client = client_of(cast.people["operator"])
    for following in ("https://example.org/", "//example.org", "/nowhere/", ""):
        answer = client.get("/handout/", {"kind": "export", "next": following})
        assert answer.status_code == 302 and "example" not in answer["Location"], following
