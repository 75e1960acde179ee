"""Signing in by an outside provider: linked by the owner, believed only when it tells the truth, never needed."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from html import unescape
from pathlib import Path
from time import monotonic
from typing import Any
from urllib.parse import parse_qs, parse_qsl, urlencode, urlsplit

import pytest
from django.conf import settings
from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.models import Session
from django.test import Client

from parta.foundation import clock
from parta.foundation.models import LogEntry
from parta.people import outside
from parta.people.models import AccessIssue, AccountNotice, OutsideIdentity, SignIn, User
from tests.cast import PASSWORD, client_of
from tests.journeys.steps import text
from tests.outside.hand import Hand, visit
from tests.second import code_of, factor_of

pytestmark = pytest.mark.django_db
LINKED = "p-1"


@pytest.fixture(scope="module")
def process(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hand]:
    hand = Hand(tmp_path_factory.mktemp("provider"))
    hand.start(datetime(2026, 10, 14, tzinfo=UTC))
    yield hand
    hand.stop()


@pytest.fixture
def region(process: Hand, cast: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[Hand]:
    """The provider, honest, at the cast's moment; the installation knows it."""
    process.now = cast.at
    process.tell()
    outside.forget()
    monkeypatch.setattr(settings, "PROVIDERS", {"region": process.provider()})
    yield process
    outside.forget()


def link(cast: Any, who: str = "teacher", subject: str = LINKED) -> OutsideIdentity:
    return OutsideIdentity.objects.create(
        user=cast.people[who].user,
        issuer=settings.PROVIDERS["region"].issuer,
        subject=subject,
        made_at=cast.at,
    )


def lead_out(client: Client, **more: str) -> str:
    """Press the button on the sign-in page: the address of the provider one is led to."""
    answer = client.post("/login/with/region/", more)
    assert answer.status_code == 200, text(answer)
    address = answer["Refresh"].removeprefix("0; url=")
    shown = re.search(r'href="(http[^"]+)" rel', answer.content.decode())
    assert shown and unescape(shown[1]) == address
    return address


def sign_in(client: Client, **more: str) -> Any:
    return client.get(visit(lead_out(client, **more)))


def is_in(client: Client) -> bool:
    return SESSION_KEY in client.session


def test_the_button_is_there_only_when_the_installation_knows_a_provider(cast: Any, region: Hand) -> None:
    assert "Регион-Вход" in text(Client().get("/login/"))
    settings.PROVIDERS.clear()
    shown = Client().get("/login/").content.decode()
    assert "Регион-Вход" not in shown and "/login/with/" not in shown
    assert Client().post("/login/with/region/").status_code == 404
    assert Client().get("/login/from/region/?state=x&code=y").status_code == 404
    assert "Вход через другую систему" not in text(client_of(cast.teacher).get("/account/"))


def test_the_sign_in_page_with_the_button_asks_the_database_nothing(
    cast: Any, region: Hand, count_statements: Any
) -> None:
    with count_statements() as seen:
        Client().get("/login/")
    assert not seen


def test_the_owner_links_by_the_password_and_signs_in_by_the_provider(cast: Any, region: Hand) -> None:
    owner = client_of(cast.teacher)
    assert (
        owner.post("/account/outside/", {"act": "link", "row": "region", "password": "не он"}).status_code
        == 422
    )
    assert "Пароль не подошёл" in text(owner.post("/account/outside/", {"act": "link", "row": "region"}))
    out = owner.post("/account/outside/", {"act": "link", "row": "region", "password": PASSWORD})
    back = owner.get(visit(out["Refresh"].removeprefix("0; url=")))
    assert back["Location"] == "/account/outside/?done=linked"
    row = OutsideIdentity.objects.get()
    assert (row.user_id, row.subject) == (cast.teacher.user_id, LINKED)
    assert LogEntry.objects.filter(
        verb="identity_linked", object_id=row.pk, user_id=cast.teacher.user_id
    ).exists()
    assert AccountNotice.objects.filter(user=cast.teacher.user, kind="identity").exists()
    assert "привязано" in text(owner.get("/account/outside/"))

    browser = Client()
    answer = sign_in(browser, next="/journals/")
    assert answer.status_code == 302 and answer["Location"] == "/journals/"
    assert browser.get("/journals/").status_code == 200
    entry = SignIn.objects.get(user=cast.teacher.user)
    assert entry.through == "Регион-Вход"
    assert "через «Регион-Вход»" in text(browser.get("/account/"))
    assert Client().post("/login/", {"login": "teacher", "password": PASSWORD})["Location"] == "/", (
        "both ways remain"
    )

    assert owner.post("/account/outside/", {"act": "unlink", "row": row.pk}).status_code == 302
    stranger = Client()
    assert sign_in(stranger).status_code == 422 and not is_in(stranger)
    assert LogEntry.objects.filter(verb="identity_unlinked", object_id=row.pk).exists()


def test_what_is_asked_of_the_provider(cast: Any, region: Hand) -> None:
    """Code flow, PKCE, state and nonce of 256 bits, the provider asks its own password again; no name, no mail."""
    asked = {name: values[0] for name, values in parse_qs(urlsplit(lead_out(Client())).query).items()}
    again = {name: values[0] for name, values in parse_qs(urlsplit(lead_out(Client())).query).items()}
    assert asked["response_type"] == "code" and asked["code_challenge_method"] == "S256"
    assert asked["scope"] == "openid" and asked["prompt"] == "login" and asked["max_age"] == "0"
    assert asked["redirect_uri"] == "http://testserver/login/from/region/"
    for name in ("state", "nonce", "code_challenge"):
        assert len(asked[name]) >= 43 and asked[name] != again[name]


def test_nobody_is_signed_in_by_an_identity_nobody_linked(cast: Any, region: Hand) -> None:
    link(cast, subject="p-2")
    before = User.objects.count()
    browser = Client()
    answer = sign_in(browser)
    assert answer.status_code == 422 and not is_in(browser)
    assert "ни к кому не привязана" in text(answer)
    assert User.objects.count() == before, "an identity makes no account"


LIES = """issuer audience audiences presenter expired future never_expires nonce nonce_list no_nonce not_again
no_auth_time no_subject number_subject empty_subject long_subject strange_subject none shared public_as_secret signature
own_key_in_head short_key subject garbage answer_issuer no_answer_issuer described_issuer script_address
metadata_host denied broken html huge moved drips""".split()


@pytest.mark.parametrize("lie", LIES)
def test_a_provider_that_lies_is_not_believed(lie: str, cast: Any, region: Hand) -> None:
    """Every lie about the same linked person: nobody is in, the page says so, the password way is open."""
    link(cast)
    link(cast, "deputy", "p-9")
    region.tell(lie=lie, swap="p-9")
    browser, begun = Client(), monotonic()
    out = browser.post("/login/with/region/")
    if out.status_code == 200:
        answer = browser.get(visit(out["Refresh"].removeprefix("0; url=")))
    else:
        answer = out
    assert answer.status_code in (422, 502, 503), lie
    assert not is_in(browser) and not SignIn.objects.exists(), lie
    assert monotonic() - begun < 9, "the server waited for it"
    assert "с логином и паролем" in text(answer)
    outside.forget()
    region.tell()
    assert sign_in(Client())["Location"] == "/", "the same provider, honest again, is believed"
    assert browser.post("/login/", {"login": "teacher", "password": PASSWORD})["Location"] == "/"


def test_without_the_judgement_the_lies_pass(
    cast: Any, region: Hand, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The planted fault: a token whose claims nobody validates opens the account."""
    monkeypatch.setattr(outside.jwt.JWTClaimsRegistry, "validate", lambda *_: None)
    with pytest.raises(AssertionError):
        test_a_provider_that_lies_is_not_believed("audience", cast, region)


def test_an_older_provider_without_its_name_in_the_answer(cast: Any, region: Hand) -> None:
    link(cast)
    region.tell(lie="old")
    assert sign_in(Client())["Location"] == "/"


def test_a_new_key_is_fetched_and_the_old_one_is_forgotten(cast: Any, region: Hand) -> None:
    link(cast)
    assert sign_in(Client())["Location"] == "/"
    before = region.asked("/keys")
    assert sign_in(Client())["Location"] == "/"
    assert region.asked("/keys") == before, "keys are kept"
    region.tell(lie="rotated")
    assert sign_in(Client())["Location"] == "/"
    assert region.asked("/keys") == before + 1, "the new key is fetched at once"
    region.tell()
    outside._of(settings.PROVIDERS["region"]).fetched -= 1e6  # later than the keys are kept
    region.tell(lie="rotated")
    assert sign_in(Client())["Location"] == "/"


def test_an_answer_is_good_once_and_in_its_own_browser(cast: Any, region: Hand) -> None:
    link(cast)
    region.tell(lie="codes_for_ever")
    browser, thief = Client(), Client()
    back = visit(lead_out(browser))
    assert thief.get(back).status_code == 422 and not is_in(thief), "no beginning in this browser"
    lead_out(thief)
    assert thief.get(back).status_code == 422 and not is_in(thief), "another beginning's state"
    query = dict(parse_qsl(urlsplit(back).query))
    for name in ("state", "code", "iss"):
        wrong = {**query, name: "x" * 43}
        assert Client().get(f"/login/from/region/?{urlencode(wrong)}").status_code == 422
    assert browser.get(back)["Location"] == "/"
    browser.post("/logout/")
    assert browser.get(back).status_code == 422 and not is_in(browser), "replayed"


def test_a_code_of_another_beginning_is_refused_by_its_verifier_and_nonce(cast: Any, region: Hand) -> None:
    """The thief puts the victim's code beneath a state of his own."""
    link(cast)
    victim, thief = Client(), Client()
    stolen = dict(parse_qsl(urlsplit(visit(lead_out(victim))).query))["code"]
    own = dict(parse_qsl(urlsplit(visit(lead_out(thief))).query))
    answer = thief.get(f"/login/from/region/?{urlencode({**own, 'code': stolen})}")
    assert answer.status_code == 422 and not is_in(thief)


def test_an_answer_comes_within_ten_minutes(cast: Any, region: Hand) -> None:
    link(cast)
    soon, late = Client(), Client()
    ways = visit(lead_out(soon)), visit(lead_out(late))
    with clock.rehearse(cast.at + timedelta(minutes=9, seconds=59)):
        region.tell(now=clock.now())
        assert soon.get(ways[0])["Location"] == "/"
    with clock.rehearse(cast.at + timedelta(minutes=10)):
        region.tell(now=clock.now())
        assert late.get(ways[1]).status_code == 422 and not is_in(late)


def test_the_second_step_is_the_schools_whatever_the_provider_says(cast: Any, region: Hand) -> None:
    link(cast)
    factor = factor_of(cast.teacher, cast.at)
    browser = Client()
    assert sign_in(browser)["Location"] == "/login/second/"
    assert not is_in(browser) and browser.get("/journals/").status_code == 302
    answer = browser.post("/login/second/", {"confirm_code": code_of(factor, cast.at)})
    assert answer.status_code == 302 and is_in(browser)
    assert SignIn.objects.get(user=cast.teacher.user).through == "Регион-Вход"


def test_linking_is_asked_again_of_who_has_a_second_step(cast: Any, region: Hand) -> None:
    factor = factor_of(cast.teacher, cast.at)
    owner = client_of(cast.teacher)
    fields = {"act": "link", "row": "region", "password": PASSWORD}
    assert owner.post("/account/outside/", fields).status_code == 428
    out = owner.post("/account/outside/", {**fields, "confirm_code": code_of(factor, cast.at)})
    assert owner.get(visit(out["Refresh"].removeprefix("0; url=")))["Location"].endswith("done=linked")


def test_an_identity_of_somebody_else_is_not_taken_over(cast: Any, region: Hand) -> None:
    link(cast, "deputy")
    owner = client_of(cast.teacher)
    out = owner.post("/account/outside/", {"act": "link", "row": "region", "password": PASSWORD})
    answer = owner.get(visit(out["Refresh"].removeprefix("0; url=")))
    assert answer.status_code == 422 and "уже привязана к другой" in text(answer)
    assert OutsideIdentity.objects.get().user_id == cast.deputy.user_id


def test_a_link_is_made_in_the_session_that_began_it(cast: Any, region: Hand) -> None:
    """Signed out and another one in meanwhile: the identity is linked to neither."""
    owner = client_of(cast.teacher)
    out = owner.post("/account/outside/", {"act": "link", "row": "region", "password": PASSWORD})
    back = visit(out["Refresh"].removeprefix("0; url="))
    held = owner.session["outside"]
    owner.post("/logout/")
    assert owner.get(back).status_code == 422
    other = client_of(cast.deputy)
    session = other.session
    session["outside"] = held
    session.save()
    assert other.get(back).status_code == 422
    assert not OutsideIdentity.objects.exists()


def test_a_code_from_school_sets_the_password_and_leads_on_to_linking(cast: Any, region: Hand) -> None:
    from parta.people.actions.access import issue_codes

    person = cast.people["class_teacher"]
    (slip,) = issue_codes(
        school_id=cast.school.id,
        person_ids=[person.pk],
        lives=timedelta(days=1),
        by=cast.viewer("operator").acting_as(),
        at=cast.at,
    )
    browser = Client()
    shown = text(browser.post("/activate/", {"code": slip.code}))
    assert "привязать вход через Регион-Вход" in shown
    new = "окно-парта-доска-мел-5"
    done = browser.post("/activate/", {"code": slip.code, "new": new, "repeat": new, "outside": "1"})
    assert done["Location"] == "/account/outside/"
    out = browser.post("/account/outside/", {"act": "link", "row": "region", "password": new})
    assert browser.get(visit(out["Refresh"].removeprefix("0; url=")))["Location"].endswith("done=linked")
    assert OutsideIdentity.objects.get().user_id == person.user_id


@pytest.mark.parametrize("how", ["loss", "reset", "code", "disown", "frozen"])
def test_stopped_access_is_stopped_outside_too(how: str, cast: Any, region: Hand) -> None:
    """Who held the account may have linked an identity of his own: it goes with the password."""
    link(cast)
    person = cast.people["teacher"]
    if how == "loss":
        client_of(person).post("/password/lost/")
    elif how == "reset":
        from parta.people.actions import reset_password

        reset_password(person=person, by=cast.viewer("operator").acting_as(), at=cast.at)
    elif how == "code":
        from parta.people.actions.access import issue_codes

        by = cast.viewer("operator").acting_as()
        issue_codes(
            school_id=cast.school.id, person_ids=[person.pk], lives=timedelta(days=1), by=by, at=cast.at
        )
        assert AccessIssue.objects.filter(person=person).exists()
    elif how == "disown":
        browser = Client()
        sign_in(browser)
        row = SignIn.objects.get(user=person.user)
        # from where the owner signed in before: a session cannot disown itself
        assert client_of(person).post("/account/", {"act": "disown", "row": row.pk}).status_code == 302
    else:
        from parta.people.actions.incidents import disown_writes

        disown_writes(viewer=cast.viewer("teacher"), since=cast.at - timedelta(days=1), at=cast.at)
    assert not OutsideIdentity.objects.exists(), how
    assert LogEntry.objects.filter(verb="identity_forgotten").count() == 1
    browser = Client()
    assert sign_in(browser).status_code == 422 and not is_in(browser)


def test_a_closed_account_and_one_without_a_role_stay_closed(cast: Any, region: Hand) -> None:
    link(cast)
    cast.teacher.user.is_active = False
    cast.teacher.user.save()
    browser = Client()
    assert sign_in(browser).status_code == 422 and not is_in(browser)


def test_a_provider_that_is_down_holds_nobody_up(cast: Any, region: Hand) -> None:
    link(cast)
    region.stop()
    try:
        browser = Client()
        answer = browser.post("/login/with/region/")
        assert answer.status_code == 503
        assert "не отвечает" in text(answer) and "с логином и паролем" in text(answer)
        assert browser.post("/login/", {"login": "teacher", "password": PASSWORD})["Location"] == "/"
    finally:
        region.start(cast.at)
    assert Client().post("/login/with/region/").status_code == 503, "not asked again at once"
    outside._of(settings.PROVIDERS["region"]).failed = -1e9
    assert sign_in(Client())["Location"] == "/"


def test_a_form_of_another_site_begins_nothing(cast: Any, region: Hand) -> None:
    browser = Client(enforce_csrf_checks=True)
    assert browser.post("/login/with/region/").status_code == 403
    assert not Session.objects.exists()


def test_made_up_codes_are_slowed_down(cast: Any, region: Hand) -> None:
    """Each makes the server call out; one address does not make it call without end."""
    browser = Client()
    answers = []
    for _ in range(75):
        state = dict(parse_qsl(urlsplit(lead_out(browser)).query))["state"]
        made_up = urlencode({"state": state, "code": "x", "iss": settings.PROVIDERS["region"].issuer})
        answers.append(browser.get(f"/login/from/region/?{made_up}").status_code)
    assert answers[:50] == [422] * 50 and 429 in answers


def test_the_file_of_providers(tmp_path: Path) -> None:
    from config.providers import WrongProviders, read_providers

    path = tmp_path / "providers.toml"
    good = '[[provider]]\ncode = "region"\ntitle = "Регион"\nissuer = "https://sso.example"\nclient_id = "parta"\n'
    path.write_text(good + 'client_secret = "тайна"\n', encoding="utf-8")
    (found,) = read_providers(str(path)).values()
    assert found.asks_again and not found.inside and "тайна" not in repr(found)
    assert read_providers("") == {}
    for bad in (
        good.replace("https://", "http://"),
        good.replace("https://", "javascript:"),
        good.replace('"region"', '"Region 1"'),
        good.replace("client_id", "client"),
        good + good,
        good + 'scope = "email"\n',
        good + 'client_secret = ["тайна"]\n',
        "не toml",
    ):
        path.write_text(bad, encoding="utf-8")
        with pytest.raises(WrongProviders) as told:
            read_providers(str(path))
        assert "providers.toml" in str(told.value) and "тайна" not in str(told.value)
    with pytest.raises(WrongProviders, match="не читается"):
        read_providers(str(tmp_path / "absent"))
