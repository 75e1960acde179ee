"""Notices on a phone in a real browser: switched on at the page, shown by its worker, opened by a tap, switched off.

A browser of a test has no push service behind it, so the test gives it one (`subscribe` answers with an address and
keys of ours) and hands what the service took to the browser's worker as the browser's own service would.
"""

import json
from typing import Any

import pytest
from playwright.sync_api import Browser, expect

from parta.communication import jobs
from parta.communication.actions import phones
from parta.communication.models import PushDevice
from parta.communication.tests.test_delivery import absent
from parta.people.locks import SIGN_IN
from parta.people.models import SignIn
from tests.cast import World
from tests.journeys.test_family_walk import Phone
from tests.post.pushes import Browser as Listener
from tests.post.pushes import PushService

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

SUBSCRIBE = """(() => {
  const bytes = (list) => new Uint8Array(list).buffer;
  let given = null;
  window.asked = null;
  Notification.requestPermission = () => Promise.resolve("granted");
  PushManager.prototype.getSubscription = () => Promise.resolve(given);
  PushManager.prototype.subscribe = (options) => {
    window.asked = [...new Uint8Array(options.applicationServerKey)];
    given = {
      endpoint: ENDPOINT,
      getKey: (name) => bytes(name === "auth" ? SECRET : KEY),
      unsubscribe: () => { given = null; return Promise.resolve(true); },
    };
    return Promise.resolve(given);
  };
})()"""


def registered(client: Any, user: Any, cast: World) -> Any:
    """The session of a test client in the register of sign-ins, as signing in by the page leaves it."""
    session = client.session
    row = SignIn.objects.create(
        user=user, session_key=session.session_key, at=cast.at, seen_at=cast.at, address="10.0.0.1",
        agent="Chrome, Android", device="",
    )  # fmt: skip
    session[SIGN_IN] = row.pk
    session.save()
    return client


def test_switched_on_shown_opened_and_switched_off(
    cast: World, client_of: Any, chromium: Browser, live_server: Any, pushes: PushService
) -> None:
    phones.switch_push(cast.viewer("deputy"), is_on=True, at=cast.at)
    listener = Listener(pushes.place)
    phone = Phone(chromium, live_server.url).signed_in(
        registered(client_of(cast.guardian), cast.guardian.user, cast)
    )
    phone.context.grant_permissions(["notifications"], origin=live_server.url)
    page = phone.page
    page.add_init_script(
        SUBSCRIBE.replace("ENDPOINT", json.dumps(listener.form["endpoint"]))
        .replace("SECRET", json.dumps(list(listener.auth)))
        .replace("KEY", json.dumps(list(listener.public)))
    )
    phone.open("/notices/")
    part = page.locator("[data-phone]")
    expect(part.get_by_text("Выключены")).to_be_visible()
    part.get_by_role("button", name="Включить").click()
    expect(page.get_by_text("первое уведомление придёт")).to_be_visible()
    expect(part.get_by_text("Включены")).to_be_visible()
    phone.look()
    assert PushDevice.objects.get(ended_at=None).key == listener.form["key"]

    jobs.tell_phones(lambda: cast.at)
    absent(cast, client_of)
    jobs.make(cast.at)
    jobs.tell_phones(lambda: cast.at)
    first, second = (listener.read(one.body) for one in pushes.box())
    assert first["body"].startswith("Уведомления на этом телефоне")

    # The browser's service opens the seal and hands the notice to our worker; no page of ours need be open.
    link = phone.context.new_cdp_session(page)
    found: list[str] = []
    link.on(
        "ServiceWorker.workerRegistrationUpdated",
        lambda event: found.extend(one["registrationId"] for one in event["registrations"]),
    )
    link.send("ServiceWorker.enable")
    page.evaluate("navigator.serviceWorker.ready.then(() => true)")
    page.wait_for_function(
        "navigator.serviceWorker.getRegistrations().then((all) => all.some((one) => one.active))"
    )
    page.wait_for_timeout(300)
    assert found, "the worker is not registered"
    for notice in (second, second):
        link.send(
            "ServiceWorker.deliverPushMessage",
            {"origin": live_server.url, "registrationId": found[-1], "data": json.dumps(notice)},
        )
    page.wait_for_function(
        "navigator.serviceWorker.ready.then((one) => one.getNotifications()).then((all) => all.length)"
    )
    page.wait_for_timeout(500)
    shown = page.evaluate(
        "navigator.serviceWorker.ready.then((one) => one.getNotifications())"
        ".then((all) => all.map((one) => [one.title, one.body, one.data]))"
    )
    assert len(shown) == 1, "handed over twice, shown once"
    title, body, path = shown[0]
    assert title == cast.school.short_name and "нет на уроке" in body and path.startswith("/diary/")

    part.get_by_role("button", name="Выключить на этом телефоне").click()
    expect(page.get_by_text("ничего больше не придёт")).to_be_visible()
    assert not PushDevice.objects.filter(ended_at=None).exists()
    assert not phone.faults, "\n".join(phone.faults)
