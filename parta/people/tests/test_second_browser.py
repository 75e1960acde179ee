"""The second step in a real browser: a passkey by the browser's own virtual authenticator, the question in the page."""

import json
from typing import Any

import pytest
from playwright.sync_api import Browser, CDPSession, Page, expect

from parta.foundation.models import LogEntry
from parta.people.models import Factor
from tests.cast import PASSWORD, World
from tests.second import code_of, factor_of

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def give_password(page: Page, url: str, login: str) -> None:
    page.goto(f"{url}/login/")
    page.fill("#login", login)
    page.fill("#password", PASSWORD)
    page.click("button.btn--go")
    page.wait_for_url(lambda address: not address.endswith("/login/"))


def authenticator(page: Page) -> tuple[CDPSession, str]:
    """A key in the machine, as WebDriver gives one."""
    session = page.context.new_cdp_session(page)
    session.send("WebAuthn.enable")
    made = session.send(
        "WebAuthn.addVirtualAuthenticator",
        {
            "options": {
                "protocol": "ctap2",
                "transport": "internal",
                "hasUserVerification": True,
                "isUserVerified": True,
                "automaticPresenceSimulation": True,
            }
        },
    )
    return session, str(made["authenticatorId"])


def test_passkey_is_made_used_at_sign_in_and_a_foreign_one_is_refused(
    cast: World, browser_here: Browser, live_server: Any
) -> None:
    url = live_server.url.replace("127.0.0.1", "localhost")
    page = browser_here.new_context(locale="ru-RU").new_page()
    session, key = authenticator(page)
    give_password(page, url, "teacher")
    page.goto(f"{url}/account/second/")
    page.fill("#k-title", "ноутбук дома")
    page.fill("#k-password", PASSWORD)
    page.get_by_role("button", name="Создать ключ").click()
    expect(page.locator("h1")).to_have_text("Коды восстановления")
    row = Factor.objects.get(user=cast.teacher.user)
    assert row.kind == "passkey" and row.title == "ноутбук дома" and row.confirmed_at
    page.context.clear_cookies()
    give_password(page, url, "teacher")
    expect(page.locator("h1")).to_have_text("Второй шаг")
    page.get_by_role("button", name="Войти ключом доступа").click()
    page.wait_for_url(f"{url}/today/")
    row.refresh_from_db()
    assert row.sign_count > 0

    thief = browser_here.new_context(locale="ru-RU").new_page()
    authenticator(thief)
    give_password(thief, url, "teacher")
    thief.get_by_role("button", name="Войти ключом доступа").click()
    expect(thief.locator("[data-key-error]")).to_be_visible(timeout=70_000)
    assert "/login/second/" in thief.url
    session.send("WebAuthn.removeVirtualAuthenticator", {"authenticatorId": key})


def test_answer_of_a_key_is_good_for_one_challenge_on_one_site(
    cast: World, browser_here: Browser, live_server: Any
) -> None:
    """What the browser sent is caught and sent again: replayed, with another challenge, it opens nothing."""
    url = live_server.url.replace("127.0.0.1", "localhost")
    page = browser_here.new_context(locale="ru-RU").new_page()
    authenticator(page)
    give_password(page, url, "teacher")
    page.goto(f"{url}/account/second/")
    page.fill("#k-password", PASSWORD)
    page.get_by_role("button", name="Создать ключ").click()
    expect(page.locator("h1")).to_have_text("Коды восстановления")
    page.context.clear_cookies()
    give_password(page, url, "teacher")
    caught: list[str] = []
    page.on("request", lambda sent: caught.append(sent.post_data or "") if sent.method == "POST" else None)
    page.get_by_role("button", name="Войти ключом доступа").click()
    page.wait_for_url(f"{url}/today/")
    from urllib.parse import parse_qs

    answer = next(parse_qs(one)["confirm_key"][0] for one in caught if "confirm_key" in one)
    assert json.loads(answer)["type"] == "public-key"
    other = browser_here.new_context(locale="ru-RU").new_page()
    give_password(other, url, "teacher")
    other.evaluate(
        "answer => { const form = document.querySelector('form[data-key-form]');"
        " form.elements.confirm_key.value = answer; form.elements.confirm_code.required = false; form.submit(); }",
        answer,
    )
    expect(other.locator("#code-e")).to_contain_text("Ключ не подошёл")


def test_question_in_the_page_loses_no_cell(cast: World, browser_here: Browser, live_server: Any) -> None:
    factor = factor_of(cast.teacher, cast.at)
    factor.last_step = 0
    page = browser_here.new_context(locale="ru-RU").new_page()
    give_password(page, live_server.url, "teacher")
    page.fill("#code", code_of(factor, cast.at))
    page.click("button.btn--go")
    page.wait_for_url("**/today/")
    from django.contrib.sessions.models import Session

    for one in Session.objects.all():
        held = one.get_decoded()
        if held.pop("confirmed", None):
            store = Session.get_session_store_class()(one.session_key)
            store.update(held | {"confirmed": 0})
            store.save()
    Factor.objects.update(last_step=0)
    page.goto(f"{live_server.url}/journals/{cast.russian.id}/")
    expect(page.locator("td.cur")).to_have_count(1)
    page.evaluate(
        """async ([url, term, student]) => {
          const { queue } = await import("/static/journal/save.js");
          window.done = null;
          queue.url = url;
          window.queue = queue;
          const change = { fact: "final", term, student, value: "4", seen: 0 };
          queue.push(() => [change]).then((got) => { window.done = got; });
        }""",
        [f"/journals/{cast.russian.id}/write", cast.term.pk, cast.students[1].pk],
    )
    dialog = page.locator("dialog.confirm")
    expect(dialog).to_be_visible()
    expect(dialog).to_contain_text("Итоговые отметки")
    assert not LogEntry.objects.filter(verb="final_set", user_id=cast.teacher.user_id).exists()
    assert page.evaluate("window.queue.text") == "Ждёт вашего подтверждения: 1"
    page.keyboard.press("Escape")
    expect(page.locator(".strip--foot")).to_contain_text("не потеряна")
    page.locator(".strip--foot button").click()
    page.fill("#confirm-code", "000000")
    page.keyboard.press("Enter")
    expect(dialog.locator(".err")).to_contain_text("не подошёл")
    page.fill("#confirm-code", code_of(factor, cast.at))
    page.keyboard.press("Enter")
    expect(dialog).to_have_count(0)
    for _ in range(200):  # asked from outside: the page's policy lets nothing be evaluated again within it
        if page.evaluate("window.done !== null"):
            break
        page.wait_for_timeout(200)
    assert page.evaluate("window.done.kind") in ("saved", "refused")
