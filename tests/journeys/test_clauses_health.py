"""The health sheet: on paper from the social pedagogue, entered by the curator, seen by those who must (ET-4.12)."""

import os
import subprocess
import sys
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from parta.diary.models import HealthNote, HealthSheet
from parta.foundation.models import LogEntry
from parta.people.models import ReadTrace
from tests.contracts.test_layout import ROOT
from tests.journeys.steps import COLLEGE, done, leaves, page, presets, under

LINE = {
    "act": "save",
    "group": "3",
    "sport": "special_a",
    "advice": "Сидеть на первой парте",
    "words": "Астма",
}


def sheet(cast: Any) -> str:
    return f"/health/{cast.homeroom.pk}/"


def entered(client: Any, cast: Any, **more: Any) -> Any:
    return client.post(sheet(cast), LINE | {"row": cast.student.pk} | more)


@presets((COLLEGE, "ET-4.12c"))
def test_curator_enters_and_each_sees_what_is_theirs(cast: Any, client_of: Any) -> None:
    curator = client_of(cast.class_teacher)
    done(entered(curator, cast))
    whole = page(curator, sheet(cast))
    for word in ("группа здоровья III", "физкультура: специальная А", "Сидеть на первой парте", "Астма"):
        assert word in whole
    teachers = page(client_of(cast.teacher), sheet(cast))
    assert "физкультура: специальная А" in teachers and "Сидеть на первой парте" in teachers
    assert "Астма" not in teachers and "группа здоровья" not in teachers and "<form" not in teachers
    assert entered(client_of(cast.teacher), cast).status_code == 422, "a subject teacher writes nothing"
    assert client_of(cast.other_teacher).get(sheet(cast)).status_code == 404, "teaches another group"
    own = page(client_of(cast.guardian), f"/diary/{cast.student.pk}/data/")
    assert "Астма" in own and "Группа здоровья III" in own
    for guardian, status in ((cast.other_guardian, 404), (cast.outsider, 404)):
        assert client_of(guardian).get(f"/diary/{cast.student.pk}/data/").status_code == status
    assert client_of(cast.guardian).get(sheet(cast)).status_code == 403
    for who in ("director", "deputy", "secretary", "inspector", "operator"):
        assert client_of(cast.people[who]).get(sheet(cast)).status_code == 403, who
    assert "1 из" in page(client_of(cast.deputy), "/health/"), "how far it is filled, and nothing of a person"
    assert ReadTrace.objects.filter(page="health_sheet", object_id=cast.homeroom.pk).exists()


@under(COLLEGE)
def test_a_change_keeps_what_stood_and_the_log_says_nothing_of_health(cast: Any, client_of: Any) -> None:
    nurse = client_of(cast.nurse)
    done(entered(nurse, cast))
    done(entered(nurse, cast))
    assert HealthNote.objects.count() == 1, "the same twice is once"
    done(entered(nurse, cast, group="2", words=""))
    kept = [(row.group, row.ended_at is None) for row in HealthNote.objects.order_by("pk")]
    assert kept == [(3, False), (2, True)]
    done(nurse.post(sheet(cast), {"act": "save", "row": cast.student.pk, "group": "", "sport": ""}))
    assert not HealthNote.objects.filter(ended_at=None).exists() and HealthNote.objects.count() == 2
    kinds = list(LogEntry.objects.filter(object_kind="health").order_by("pk").values_list("verb", flat=True))
    assert kinds == ["health_set", "health_set", "health_ended"]
    data = " ".join(
        str(one) for one in LogEntry.objects.filter(object_kind="health").values_list("data", flat=True)
    )
    assert "Астма" not in data and "special" not in data


@presets((COLLEGE, "ET-4.12b"))
def test_hand_over_is_recorded_and_groups_without_it_are_listed(cast: Any, client_of: Any) -> None:
    pedagogue, curator = client_of(cast.social_pedagogue), client_of(cast.class_teacher)
    assert page(pedagogue, "/health/").count("не передан") >= 2
    form = {"act": "hand", "row": cast.homeroom.pk, "handed_on": "2026-10-12"}
    done(pedagogue.post("/health/", form))
    done(pedagogue.post("/health/", form))
    listed = page(curator, "/health/")
    assert "12.10" in listed and cast.social_pedagogue.surname in listed
    assert "не передан" not in listed and "не передан" in page(client_of(cast.deputy), "/health/")
    assert curator.post("/health/", form).status_code == 422, (
        "the curator takes it, and does not hand it over"
    )
    assert HealthSheet.objects.get(withdrawn_at=None).handed_on == date(2026, 10, 12)
    for day, told in (
        ("2026-10-15", "не позже сегодняшнего"),
        ("2020-01-01", "чем год назад"),
        ("", "Не указана"),
    ):
        answer = pedagogue.post("/health/", form | {"handed_on": day})
        assert answer.status_code == 422 and told in answer.content.decode()


@presets((COLLEGE, "ET-4.12a"))
def test_an_empty_and_a_filled_sheet_print(cast: Any, client_of: Any, tmp_path: Path) -> None:
    pedagogue = client_of(cast.social_pedagogue)
    done(entered(pedagogue, cast))
    blank, filled = (pedagogue.get(f"{sheet(cast)}sheet.pdf{query}") for query in ("?blank=1", ""))
    empty, full = (" ".join(leaves(answer, tmp_path)) for answer in (blank, filled))
    for word in (cast.student.surname, cast.named("Григорян").surname):
        assert word in empty and word in full, "a line for each student"
    for word in ("Астма", "Сидеть на первой парте"):
        assert word in full and word not in empty
    assert client_of(cast.teacher).get(f"{sheet(cast)}sheet.pdf").status_code == 403
    assert ReadTrace.objects.filter(page="health_print").count() == 2


ASK = """import django; django.setup()
from django.test import Client
from django.test.utils import setup_test_environment; setup_test_environment()
for proto in ("http", "https", ""):
    more = {"HTTP_X_FORWARDED_PROTO": proto} if proto else {}
    answer = Client().get("/health/1/sheet.pdf?blank=1", **more)
    print(answer.status_code, answer.headers.get("Location", "-"))
"""


def asked_through_a_proxy(**env: str) -> list[list[str]]:
    """Status and way of an address asked over plain HTTP, over HTTPS, and with nothing said of it: its own process."""
    done_ = subprocess.run(
        [sys.executable, "-c", ASK],
        cwd=ROOT,
        env={**os.environ, **env, "DJANGO_SETTINGS_MODULE": "tests.settings"},
        capture_output=True,
        text=True,
        check=True,
    )
    return [line.split() for line in done_.stdout.splitlines()]


@presets((COLLEGE, "ET-A-IT-5b"))
def test_health_leaves_by_a_right_of_its_own_over_https_and_with_a_trace(cast: Any, client_of: Any) -> None:
    """Who keeps the sheet carries it out, each time noted; the teacher who reads its advice does not."""
    done(entered(client_of(cast.social_pedagogue), cast))
    leaves_it = {
        "social_pedagogue": 200,
        "class_teacher": 200,
        "teacher": 403,
        "deputy": 403,
        "secretary": 403,
    }
    for name, status in leaves_it.items():
        who = cast.people[name]
        assert client_of(who).get(f"{sheet(cast)}sheet.pdf").status_code == status, name
        seen = ReadTrace.objects.filter(user_id=who.user_id, page="health_print", at=cast.at)
        assert seen.exists() is (status == 200), name
    # plain http is redirected before any page is asked, the same address over https is answered
    plain, secure, silent = asked_through_a_proxy(PARTA_HTTPS="1", PARTA_TRUSTED_PROXIES="1")
    assert plain == ["301", "https://testserver/health/1/sheet.pdf?blank=1"] == silent
    assert secure[0] == "302" and secure[1].startswith("/login/")
    # with no proxy of one's own nobody vouches for the header: no redirect that never ends
    assert [one[0] for one in asked_through_a_proxy(PARTA_HTTPS="1", PARTA_TRUSTED_PROXIES="0")] == [
        "302"
    ] * 3


@under(COLLEGE)
@pytest.mark.parametrize(
    ("fields", "told"),
    [
        ({"group": "6"}, "от 1 до 5"),
        ({"group": "", "sport": "", "advice": "", "words": ""}, "Заполните хотя бы одно поле."),
        ({"sport": "chess"}, "выберите из списка"),
        ({"advice": "я" * 301}, "не длиннее 300"),
        ({"words": "я" * 501}, "не длиннее 500"),
        ({"row": "987654321"}, "ведёт другой сотрудник"),
    ],
)
def test_bad_lines_are_told(cast: Any, client_of: Any, fields: dict[str, str], told: str) -> None:
    answer = entered(client_of(cast.nurse), cast, **fields)
    assert answer.status_code == 422 and told in answer.content.decode()
    assert not HealthNote.objects.exists()
