"""Notices on phones: a real push service takes, refuses, hangs, dies and recovers; the browser's keys read them.

Faults seen red: the sign-in not asked in `phones.is_open`; `batch` made anew at each `take`; the quiet hours left out
of `_phones`; 410 put off instead of ended; `on_paper` not asked again in `_still_told`.
"""

from datetime import datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from cryptography.exceptions import InvalidTag
from django.conf import settings
from django.test import Client
from django.urls import reverse

from parta.communication import jobs, webpush
from parta.communication.actions import habits, phones
from parta.communication.kinds import KINDS
from parta.communication.models import Notice, Push, PushDevice
from parta.communication.tests.test_delivery import absent, give
from parta.foundation import outgoing
from parta.foundation.models import LogEntry
from parta.people.models import Consent, SignIn
from tests.cast import PASSWORD
from tests.post.pushes import Browser, PushService, bytes_of

pytestmark = pytest.mark.django_db
ZONE = ZoneInfo("Asia/Bishkek")
ALL = dict.fromkeys(KINDS, "now")


def signed_in(person: Any) -> Client:
    """A browser in which somebody signed in by the page, with a session that the register knows."""
    client = Client()
    answer = client.post("/login/", {"login": person.user.login, "password": PASSWORD})
    assert answer.status_code == 302, answer.content.decode()
    return client


def switch_on(client: Client, browser: Browser) -> Any:
    return client.post("/notices/", browser.form, follow=True)


def rounds(at: datetime, resting: set[str] | None = None) -> int:
    jobs.make(at)
    return jobs.tell_phones(lambda: at, resting=resting)


@pytest.fixture
def allowed(cast: Any, pushes: PushService) -> Any:
    """The school lets phones be told; nothing goes by mail."""
    phones.switch_push(cast.viewer("deputy"), is_on=True, at=cast.at - timedelta(minutes=1))
    return cast


@pytest.fixture
def phone(allowed: Any, pushes: PushService) -> tuple[Client, Browser]:
    """The guardian's phone, switched on; its trial notice has come and the box is empty again."""
    client, browser = signed_in(allowed.guardian), Browser(pushes.place)
    assert "придёт через несколько секунд" in switch_on(client, browser).content.decode()
    rounds(allowed.at)
    assert [browser.read(one.body)["body"] for one in pushes.box()] == [
        "Уведомления на этом телефоне включены."
    ]
    (pushes.folder / "box").unlink()
    (pushes.folder / "asked").unlink()
    return client, browser


def test_the_example_of_the_standard() -> None:
    """RFC 8291, appendix A, byte for byte."""
    from cryptography.hazmat.primitives.asymmetric import ec

    own = int.from_bytes(bytes_of("yfWPiYE-n46HLnH0KqZOF1fJJU3MYrct3AELtAQ-oRw"), "big")
    body = webpush.encrypt(
        b"When I grow up, I want to be a watermelon",
        key=bytes_of(
            "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4"
        ),
        secret=bytes_of("BTBZMqHH6r4Tts7J_aSIgg"),
        own=ec.derive_private_key(own, ec.SECP256R1()),
        salt=bytes_of("DGv6ra1nlYgDCS1FRnbzlw"),
        step=1,
    )
    assert webpush.packed(body) == (
        "DGv6ra1nlYgDCS1FRnbzlwAAEABBBP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS6TlzAC8wEqKK6PBru"
        "3jl7A_yl95bQpu6cVPTpK4Mqgkf1CXztLVBSt2Ks3oZwbuwXPXLWyouBWLVWGNWQexSgSxsj_Qulcy4a-fN"
    )


@pytest.mark.parametrize("length", [1, 511, 512, webpush.LARGEST, webpush.LARGEST + 1])
def test_a_notice_is_padded_and_fits_one_record(length: int) -> None:
    browser = Browser("")
    notice = b'{"a":"%s"}' % (b"x" * max(0, length - 8))
    if length > webpush.LARGEST:
        with pytest.raises(ValueError):
            webpush.encrypt(notice, key=browser.public, secret=browser.auth)
        return
    body = webpush.encrypt(notice, key=browser.public, secret=browser.auth)
    assert browser.read(body)["a"] == "x" * max(0, length - 8)
    assert len(body) <= 4096 and ((len(body) - 86 - 16) % webpush.STEP == 0 or length == webpush.LARGEST)


def test_a_phone_is_told_at_once_what_a_letters_subject_would_say(
    phone: Any, allowed: Any, client_of: Any, pushes: PushService
) -> None:
    _, browser = phone
    absent(allowed, client_of)
    rounds(allowed.at)
    (taken,) = pushes.box()
    notice = browser.read(taken.body)
    assert notice["body"].replace("\xa0", " ") == "Диляра. Русский язык, 14 октября: нет на уроке"
    assert notice["title"] == allowed.school.short_name and notice["path"].startswith("/diary/")
    assert "Диляра".encode() not in taken.body
    claims = taken.claims(webpush.server_key(settings.SECRET_KEY))
    assert claims["aud"] == pushes.place and claims["sub"] == "https://diary.school.example"
    assert 0 < claims["exp"] - allowed.at.timestamp() <= 24 * 3600
    assert taken.headers["content-encoding"] == "aes128gcm" and taken.headers["ttl"] == "86400"
    with pytest.raises(InvalidTag):
        Browser(pushes.place).read(taken.body)
    rounds(allowed.at + timedelta(days=1))
    assert len(pushes.box()) == 1, "never twice"
    assert not Notice.objects.exists(), "the school sends no letters"


def test_off_until_the_school_allows_it_and_off_again(cast: Any, client_of: Any, pushes: PushService) -> None:
    client, browser = signed_in(cast.guardian), Browser(pushes.place)
    assert "на этом телефоне" not in client.get("/notices/").content.decode()
    assert client.post("/notices/", browser.form).status_code == 422
    assert not PushDevice.objects.exists()
    teacher = client_of(cast.teacher).post("/delivery/", {"act": "push_on"})
    assert teacher.status_code == 403
    desk = client_of(cast.deputy)
    assert desk.post("/delivery/", {"act": "push_on"}).status_code == 302
    assert "Уведомления на этом телефоне" in client.get("/notices/").content.decode()
    switch_on(client, browser)
    absent(cast, client_of)
    jobs.make(cast.at)
    assert desk.post("/delivery/", {"act": "push_off"}).status_code == 302
    rounds(cast.at)
    assert pushes.asked() == 0 and set(Push.objects.values_list("state", flat=True)) == {"withheld"}
    verbs = LogEntry.objects.filter(verb__in=("push_switched_on", "push_switched_off", "phone_on"))
    assert set(verbs.values_list("verb", flat=True)) == {"push_switched_on", "push_switched_off", "phone_on"}


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("endpoint", "ftp://push.example/a"),
        ("endpoint", "https://user:word@push.example/a"),
        ("endpoint", "https://"),
        ("endpoint", "https://push.example/" + "a" * 1000),
        ("endpoint", "https://[push"),
        ("key", ""),
        ("key", "A" * 87),
        ("key", "я"),
        ("secret", "AAAA"),
        ("secret", "%"),
    ],
)
def test_what_no_browser_gives_is_refused(allowed: Any, field: str, value: str) -> None:
    client = signed_in(allowed.guardian)
    answer = client.post("/notices/", {**Browser("https://push.example").form, field: value})
    assert answer.status_code == 422 and "Обновите страницу" in answer.content.decode()
    assert not PushDevice.objects.exists()


def test_each_chooses_what_the_phone_shows(
    phone: Any, allowed: Any, client_of: Any, pushes: PushService
) -> None:
    """By default what is told at once; a box unticked and one ticked; letters are another matter."""
    client, browser = phone
    give(allowed, client_of, "4")
    rounds(allowed.at)
    assert pushes.box() == [], "a new mark is no news of the phone unless its owner wants it"
    ways = {f"way-{kind}": "off" for kind in KINDS}
    page = client.post(
        "/notices/", {"act": "choose", "push": "1", **ways, "push-mark_change": "1"}, follow=True
    )
    assert page.status_code == 200
    absent(allowed, client_of)
    rounds(allowed.at)
    assert pushes.box() == []
    give(allowed, client_of, "5", seen=1, reason="ошибка")
    rounds(allowed.at)
    (taken,) = pushes.box()
    assert "исправлена на 5" in browser.read(taken.body)["body"]
    # A page without the boxes (the school had switched phones off meanwhile) changes nothing of the choice.
    client.post("/notices/", {"act": "choose", **ways})
    give(allowed, client_of, "3", seen=2, reason="ошибка")
    rounds(allowed.at)
    assert len(pushes.box()) == 2


def test_quiet_hours_hold_it_and_what_waited_comes_as_one(
    phone: Any, allowed: Any, client_of: Any, pushes: PushService
) -> None:
    habits.choose(
        allowed.viewer("guardian"), ALL, pushed=dict.fromkeys(KINDS, True), quiet_from=time(10),
        quiet_until=time(12), at=allowed.at,
    )  # fmt: skip
    absent(allowed, client_of)
    give(allowed, client_of, "4")
    noon = datetime(2026, 10, 14, 12, 0, tzinfo=ZONE)
    rounds(noon - timedelta(minutes=1))
    assert pushes.box() == []
    rounds(noon)
    (taken,) = pushes.box()
    body = phone[1].read(taken.body)["body"]
    assert (
        "пропуск или опоздание" in body.lower() and "новая отметка" in body.lower() and "Диляра" not in body
    )


@pytest.mark.parametrize("mode", ["gone", "missing", "foreign"])
def test_a_phone_that_is_gone_is_told_no_more(
    phone: Any, allowed: Any, client_of: Any, pushes: PushService, mode: str
) -> None:
    pushes.tell(mode)
    absent(allowed, client_of)
    rounds(allowed.at)
    assert pushes.asked() == 1 and not PushDevice.objects.filter(ended_at=None).exists()
    pushes.tell("ok")
    give(allowed, client_of, "4")
    rounds(allowed.at + timedelta(hours=1))
    assert pushes.asked() == 1
    assert "Выключены" in phone[0].get("/notices/").content.decode()


@pytest.mark.parametrize("mode", ["busy", "broken", "hang"])
def test_a_service_that_refuses_or_hangs_gets_it_again_and_once(
    phone: Any,
    allowed: Any,
    client_of: Any,
    pushes: PushService,
    mode: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(outgoing, "WITHIN", 0.5)
    pushes.tell(mode)
    absent(allowed, client_of)
    resting: set[str] = set()
    rounds(allowed.at, resting)
    assert pushes.asked() == 1 and pushes.box() == []
    assert resting == ({"127.0.0.1"} if mode == "hang" else set())
    rounds(allowed.at + timedelta(minutes=1), resting)
    assert pushes.asked() == (2 if mode == "broken" else 1), "429 and a resting service wait longer"
    pushes.tell("ok")
    for minutes in (59, 61, 65, 500):
        rounds(allowed.at + timedelta(minutes=minutes))
    assert len(pushes.box()) == 1 and Push.objects.exclude(kind="").get().state == "sent"


def test_a_service_down_for_three_days_loses_patience_not_an_hour(
    phone: Any, allowed: Any, client_of: Any, pushes: PushService
) -> None:
    pushes.stop()
    absent(allowed, client_of)
    for minutes in range(0, 60, 7):
        rounds(allowed.at + timedelta(minutes=minutes))
    pushes.start()
    rounds(allowed.at + timedelta(hours=2))
    assert len(pushes.box()) == 1
    pushes.tell("broken")
    give(allowed, client_of, "5", seen=0)
    habits.choose(
        allowed.viewer("guardian"), ALL, pushed=dict.fromkeys(KINDS, True), quiet_from=None, quiet_until=None,
        at=allowed.at,
    )  # fmt: skip
    give(allowed, client_of, "4", seen=1, reason="ошибка")
    for day in (0, 1, 2, 3, 4):
        rounds(allowed.at + timedelta(days=day, hours=3))
    assert "given_up" in set(Push.objects.values_list("state", flat=True))


def test_a_notice_sent_again_is_known_as_the_same(
    phone: Any, allowed: Any, client_of: Any, pushes: PushService
) -> None:
    """The service took it and died before it said so: again under the same name, whatever happened meanwhile."""
    pushes.tell("die_after")
    absent(allowed, client_of)
    rounds(allowed.at)
    assert len(pushes.box()) == 1
    give(allowed, client_of, "4")
    habits.choose(
        allowed.viewer("guardian"), ALL, pushed=dict.fromkeys(KINDS, True), quiet_from=None, quiet_until=None,
        at=allowed.at,
    )  # fmt: skip
    give(allowed, client_of, "5", seen=1, reason="ошибка")
    pushes.tell("ok")
    pushes.start()
    rounds(allowed.at + timedelta(minutes=5))
    first, *others = pushes.box()
    again = [one for one in others if one.headers["topic"] == first.headers["topic"]]
    assert len(again) == 1
    assert phone[1].read(again[0].body) == phone[1].read(first.body)
    assert {phone[1].read(one.body)["tag"] for one in (first, again[0])} == {first.headers["topic"]}


def test_a_phone_is_silent_once_its_session_is_over(
    phone: Any, allowed: Any, client_of: Any, pushes: PushService
) -> None:
    """Queued before the sign-out, and after it."""
    client, _ = phone
    absent(allowed, client_of)
    jobs.make(allowed.at)
    assert Push.objects.filter(state="waiting").exists()
    assert client.post(reverse("logout")).status_code == 302
    rounds(allowed.at)
    give(allowed, client_of, "4")
    rounds(allowed.at + timedelta(hours=1))
    assert pushes.asked() == 0 and not PushDevice.objects.filter(ended_at=None).exists()


@pytest.mark.parametrize("how", ["owner", "expired", "closed"])
def test_other_ends_of_a_session(
    phone: Any, allowed: Any, client_of: Any, pushes: PushService, how: str
) -> None:
    """What was queued before it is not sent, and nothing is queued after."""
    from django.contrib.sessions.models import Session

    absent(allowed, client_of)
    jobs.make(allowed.at)
    if how == "owner":
        SignIn.objects.filter(user=allowed.guardian.user).update(ended_at=allowed.at, ended_how="owner")
    elif how == "expired":
        Session.objects.update(expire_date=allowed.at)
    else:
        allowed.guardian.user.is_active = False
        allowed.guardian.user.save()
    rounds(allowed.at)
    give(allowed, client_of, "4")
    give(allowed, client_of, "5", seen=1, reason="ошибка")
    jobs.make(allowed.at)
    assert pushes.asked() == 0 and not Push.objects.filter(state="waiting").exists()


def test_a_phone_of_two_accounts_belongs_to_the_later_one(
    phone: Any, allowed: Any, client_of: Any, pushes: PushService
) -> None:
    client, browser = phone
    switch_on(signed_in(allowed.student), browser)
    assert PushDevice.objects.get(ended_at=None).user_id == allowed.student.user_id
    assert "Включены</p>" not in client.get("/notices/").content.decode()
    other = PushDevice.objects.get(ended_at=None)
    assert client.post("/notices/", {"act": "phone_off", "row": str(other.pk)}).status_code == 404
    assert PushDevice.objects.filter(ended_at=None).exists(), "somebody else's phone"


def test_switched_off_on_the_page(phone: Any, allowed: Any, client_of: Any, pushes: PushService) -> None:
    client, _ = phone
    device = PushDevice.objects.get(ended_at=None)
    page = client.post("/notices/", {"act": "phone_off", "row": str(device.pk)}, follow=True)
    assert "ничего больше не придёт" in page.content.decode()
    absent(allowed, client_of)
    rounds(allowed.at)
    assert pushes.asked() == 0


def test_a_refusing_familys_phone_is_silent(
    phone: Any, allowed: Any, client_of: Any, pushes: PushService
) -> None:
    absent(allowed, client_of)
    jobs.make(allowed.at)
    Consent.objects.create(
        school=allowed.school, student=allowed.student, kind="personal_data", state="withdrawn",
        signed_on=allowed.on, recorded_at=allowed.at,
    )  # fmt: skip
    rounds(allowed.at)
    assert pushes.asked() == 0 and Push.objects.exclude(kind="").get().state == "withheld"


def test_the_language_is_the_readers(phone: Any, allowed: Any, client_of: Any, pushes: PushService) -> None:
    allowed.guardian.user.language = "en"
    allowed.guardian.user.save()
    absent(allowed, client_of)
    rounds(allowed.at)
    (taken,) = pushes.box()
    assert "absent" in phone[1].read(taken.body)["body"]


def test_addresses_inside_ones_own_network_are_not_called(
    phone: Any, allowed: Any, client_of: Any, pushes: PushService, settings: Any
) -> None:
    """Without the operator's leave a browser cannot make the server speak with its own network."""
    settings.PUSH_INSIDE = False
    absent(allowed, client_of)
    rounds(allowed.at)
    assert pushes.asked() == 0 and "запрещён" in Push.objects.exclude(kind="").get().fault


def test_the_desk_of_the_school_and_constant_cost(
    phone: Any, allowed: Any, client_of: Any, pushes: PushService, count_statements: Any
) -> None:
    pushes.tell("broken")
    absent(allowed, client_of)
    rounds(allowed.at)
    desk = client_of(allowed.deputy)
    page = desk.get("/delivery/").content.decode()
    assert "включили у себя 1" in page.replace("\xa0", " ") and "500" in page
    with count_statements() as one:
        phone[0].get("/notices/")
    for number in range(5):
        switch_on(signed_in(allowed.guardian), Browser(pushes.place, f"n{number}"))
    with count_statements() as several:
        page = phone[0].get("/notices/").content.decode()
    assert page.count(">Выключить</button>") == 5 and len(several) == len(one)
