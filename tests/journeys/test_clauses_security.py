"""Clauses on rights: nothing opens that is not on the list; students' data stay with those who teach them."""

import logging
from collections.abc import Iterator
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from parta.foundation import access, confirm
from parta.foundation.models import LogEntry
from parta.people import middleware
from parta.people.models import ReadTrace
from parta.people.viewer import ROLE_TITLES
from tests.cast import client_of
from tests.contracts.matrix import LINES, PERSONAS
from tests.contracts.test_views import views
from tests.journeys.steps import CENTRE, COLLEGE, presets, text
from tests.journeys.test_clauses_health import asked_through_a_proxy
from tests.second import code_of, factor_of

pytestmark = pytest.mark.django_db

ROLES = {name for name in PERSONAS if name in ROLE_TITLES}
"""Personas named as the role they have and no other."""


@pytest.fixture(autouse=True)
def _quiet() -> Iterator[None]:
    log = logging.getLogger("django.request")
    level = log.level
    log.setLevel(logging.CRITICAL)
    yield
    log.setLevel(level)


def addresses(cast: Any) -> dict[str, str]:
    """One address of every page; what some need first is made here."""
    return {
        name: reverse(name, kwargs=next(iter(lines.values())).args(cast)) for name, lines in LINES.items()
    }


def unlisted(cast: Any, pages: dict[str, str]) -> list[str]:
    """Addresses that answer a role otherwise than «no» though the list of rights does not name it."""
    rights = {str(pattern.name): access.TABLE[pattern.callback.permission] for _, pattern in views()}  # type: ignore[union-attr,attr-defined]
    clients = {name: client_of(PERSONAS[name](cast)) for name in sorted(ROLES)}
    found, asked = [], 0
    for name, address in pages.items():
        rule = rights[name]
        if rule.public or rule.signed_in:
            continue
        for persona, client in clients.items():
            if client.session.get("_auth_user_id") and not rule.roles & _roles(cast, persona):
                for method in ("get", "post"):
                    asked += 1
                    status = getattr(client, method)(address).status_code
                    if status not in (403, 405):
                        found.append(f"{persona}: {method} {address} {status}")
    assert asked > 500, asked
    return found


def _roles(cast: Any, persona: str) -> frozenset[str]:
    return cast.viewer(PERSONAS[persona](cast)).roles  # type: ignore[no-any-return]


@presets((COLLEGE, "ET-A-IT-5a"))
def test_an_unlisted_action_is_refused_for_every_role(cast: Any) -> None:
    pages = addresses(cast)
    last = LogEntry.objects.order_by("-id").values_list("id", flat=True).first() or 0
    assert not (found := unlisted(cast, pages)), "\n".join(found)
    written = set(LogEntry.objects.filter(id__gt=last).values_list("verb", flat=True))
    assert not written, f"refused, and yet written: {written}"


def test_a_page_that_forgets_its_right_is_seen(cast: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """The planted fault: the set-up opens to whoever comes."""
    monkeypatch.setattr(access.Permission, "allows", lambda rule, viewer: True)
    assert unlisted(cast, addresses(cast))


@presets((COLLEGE, "ET-A-IT-5c"))
def test_card_of_a_student_is_open_to_those_of_the_group_and_the_try_is_noted(
    cast: Any, client_of: Any
) -> None:
    pupil = cast.named("Зайцев")
    address = f"/students/{pupil.pk}/"
    for who, status in (
        ("class_teacher", 200),
        ("director", 200),
        ("inspector", 404),  # knows no student by a real number, see test_inspection
        ("other_guardian", 200),
        ("other_teacher", 403),
        ("nurse", 403),
        ("master", 404),
        ("outsider", 404),
        ("former_teacher", 403),
    ):
        before = ReadTrace.objects.count()
        assert client_of(cast.people[who]).get(address).status_code == status, who
        line = ReadTrace.objects.order_by("-id").first()
        assert ReadTrace.objects.count() > before and line is not None
        assert line.user_id == cast.people[who].user_id and line.student_id == pupil.pk, who
        assert line.page.startswith("refused:") == (status != 200), who


@presets(
    (COLLEGE, "ET-A-DEP-16b", "класс и предмет следуют из нагрузки и показаны у журнала, а не в этой таблице")
)
def test_list_of_rights_is_on_one_page_and_every_role_passes_its_row(cast: Any, client_of: Any) -> None:
    shown = text(client_of(cast.deputy).get("/setup/rights/"))
    for rule in access.TABLE.values():
        if not rule.public:
            assert f"{rule.title[:1].upper()}{rule.title[1:]}" in shown, rule.name
    for persona in ("deputy", "teacher", "class_teacher", "operator", "secretary", "guardian"):
        roles, client = _roles(cast, persona), client_of(PERSONAS[persona](cast))
        for name in ("setup", "students", "journals", "control", "diary", "imports"):
            rule = access.TABLE[next(p.callback.permission for _, p in views() if p.name == name)]  # type: ignore[union-attr,attr-defined]
            status = client.get(reverse(name)).status_code
            assert (status == 200) == bool(rule.roles & roles), f"{persona} at {name}: {status}"


def test_export_asks_again_and_stands_in_the_trace(cast: Any, client_of: Any) -> None:
    address = "/reports/performance/?as=xlsx"
    plain = client_of(cast.director).get(address)
    assert plain.status_code == 200 and "attachment" in plain["Content-Disposition"]
    assert (
        ReadTrace.objects.filter(page="export:report_performance", user_id=cast.director.user_id).count() == 1
    )
    factor = factor_of(cast.deputy, cast.at)
    deputy = client_of(cast.deputy)
    asked = deputy.get(address)
    assert asked.status_code == 302 and asked["Location"].startswith("/confirm/?kind=export")
    assert not ReadTrace.objects.filter(
        page="export:report_performance", user_id=cast.deputy.user_id
    ).exists()
    form = text(deputy.get(asked["Location"]))
    assert confirm.KINDS["export"][1:] in form
    gone = deputy.post("/confirm/", {"confirm_code": code_of(factor, cast.at), "next": address})
    assert gone.status_code == 302 and gone["Location"] == address
    assert "attachment" in deputy.get(address)["Content-Disposition"]


def loose(cast: Any) -> list[str]:
    """Data addresses that answer somebody without a right otherwise than «no», or leave no line of it."""
    rights = {str(pattern.name): access.TABLE[pattern.callback.permission] for _, pattern in views()}  # type: ignore[union-attr,attr-defined]
    nurse, anonymous, asked, found = cast.people["nurse"], Client(), 0, []
    client, roles = client_of(nurse), _roles(cast, "nurse")
    for name, address in addresses(cast).items():
        rule = rights[name]
        if rule.public:
            continue
        scripted = anonymous.get(address, headers={"accept": "application/json"}).status_code
        if (anonymous.get(address).status_code, scripted) not in ((302, 401), (405, 405)):
            found.append(f"nobody: {name}")
        if rule.signed_in or rule.roles & roles:
            continue
        last = ReadTrace.objects.order_by("-id").values_list("id", flat=True).first() or 0
        status = client.get(address).status_code
        lines = [(one.page, one.user_id) for one in ReadTrace.objects.filter(id__gt=last)]
        asked += status == 403
        if status not in (403, 405):
            found.append(f"{name}: {status}")
        elif lines != ([(f"refused:{name}"[:60], nurse.user_id)] if status == 403 else []):
            found.append(f"{name}: {lines}")
    assert asked > 100, asked
    return found


@presets(
    (
        CENTRE,
        "CT-1.1e",
        "безымянный запрос ведут ко входу (страницу) или отвечают 401 (скрипту), строки журнала он не оставляет",
    )
)
def test_every_data_address_is_encrypted_refused_and_the_try_is_noted(
    cast: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The planted fault: the try is not noted."""
    assert loose(cast) == []
    plain, secure, _ = asked_through_a_proxy(PARTA_HTTPS="1", PARTA_TRUSTED_PROXIES="1")
    assert plain[0] == "301" and plain[1].startswith("https://") and secure[0] == "302"
    monkeypatch.setattr(middleware, "_note_refusal", lambda request: None)
    assert loose(cast)
