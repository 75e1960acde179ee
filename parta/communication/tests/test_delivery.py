"""Delivery by mail: what is told to whom and when; a real mail server that refuses, hangs, dies and recovers."""

import json
import re
import uuid
from contextlib import suppress
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.test import Client

from parta.communication import jobs, letters
from parta.communication.actions import delivery, habits, messages
from parta.communication.kinds import KINDS, due, in_quiet
from parta.communication.models import Bounce, Mail, MailHabits, Notice
from parta.communication.queries.reach import Addressee
from parta.foundation import jobs as queue
from parta.people import actions as people
from parta.people.models import AccessIssue, Consent
from tests.post.server import PostOffice

pytestmark = pytest.mark.django_db
ZONE = ZoneInfo("Asia/Bishkek")


@pytest.fixture
def told(cast: Any) -> Any:
    """Mail is on, and the guardian and the student of Сафина have addresses."""
    for person, address in (
        (cast.guardian, "mother@mail.example"),
        (cast.other_guardian, "father@mail.example"),
        (cast.teacher, "teacher@mail.example"),
    ):
        person.email = address
        person.save()
    habits.switch_mail(cast.viewer("deputy"), is_on=True, at=cast.at - timedelta(minutes=1))
    return cast


def work(at: datetime) -> None:
    """What the worker has been asked for."""
    queue.load_kinds()
    queue.run_due(lambda: at)


def write(cast: Any, client_of: Any, *changes: dict[str, Any]) -> None:
    body = json.dumps({"operation": str(uuid.uuid4()), "changes": list(changes)})
    answer = client_of(cast.teacher).post(
        f"/journals/{cast.russian.pk}/write", body, content_type="application/json"
    )
    assert answer.status_code == 200, answer.content.decode()


def give(cast: Any, client_of: Any, value: str = "5", seen: int = 0, **more: Any) -> None:
    if not seen:
        topic = {"fact": "topic", "lesson": cast.lesson.pk, "topic": "Анализ", "seen": 0}
        change = {"fact": "mark", "lesson": cast.lesson.pk, "student": cast.student.pk, "work": "oral"}
        write(cast, client_of, topic, {**change, "value": value, "seen": seen, **more})
        return
    change = {"fact": "mark", "lesson": cast.lesson.pk, "student": cast.student.pk, "work": "oral"}
    write(cast, client_of, {**change, "value": value, "seen": seen, **more})


def absent(cast: Any, client_of: Any) -> None:
    write(
        cast, client_of,
        {"fact": "absence", "lesson": cast.lesson.pk, "student": cast.student.pk, "symbol": "Н", "seen": 0},
    )  # fmt: skip


def rounds(at: datetime, most: int = 50) -> None:
    """One round of the worker at a moment; a server that is down is no error here."""
    jobs.make(at)
    with suppress(letters.ServerDown):
        jobs.send(lambda: at, most=most)


# --- when -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("way", "at", "quiet", "expected"),
    [
        ("now", (14, 10, 40), None, (14, 10, 40)),
        ("now", (14, 20, 59), (21, 7), (14, 20, 59)),
        ("now", (14, 21, 0), (21, 7), (15, 7, 0)),
        ("now", (15, 6, 59), (21, 7), (15, 7, 0)),
        ("now", (15, 7, 0), (21, 7), (15, 7, 0)),
        ("now", (14, 13, 0), (12, 14), (14, 14, 0)),
        ("daily", (14, 17, 59), None, (14, 18, 0)),
        ("daily", (14, 18, 0), None, (15, 18, 0)),
        ("daily", (14, 10, 0), (17, 8), (15, 8, 0)),
        ("weekly", (16, 17, 59), None, (16, 18, 0)),  # 16 October 2026 is a Friday
        ("weekly", (16, 18, 0), None, (23, 18, 0)),
        ("weekly", (17, 9, 0), None, (23, 18, 0)),
    ],
)
def test_when_a_notice_is_due(
    way: str, at: tuple[int, int, int], quiet: tuple[int, int] | None, expected: tuple[int, int, int]
) -> None:
    def moment(day: int, hour: int, minute: int) -> datetime:
        return datetime(2026, 10, day, hour, minute, tzinfo=ZONE)

    bounds = (time(quiet[0]), time(quiet[1])) if quiet else (None, None)
    assert due(way, moment(*at).astimezone(UTC), ZONE, *bounds) == moment(*expected)


def test_equal_bounds_are_no_quiet_hours() -> None:
    assert not in_quiet(time(8), time(8), time(8))
    assert not in_quiet(time(8), None, time(9))


# --- what and to whom -------------------------------------------------------------------------------------------------


def test_a_letter_comes_as_text_and_html_with_a_stop_in_one_press(
    told: Any, client_of: Any, post: PostOffice
) -> None:
    absent(told, client_of)
    rounds(told.at)
    (taken,) = post.box()
    assert taken.to == ["mother@mail.example"]
    assert "Диляра. Русский язык, 14 октября: нет на уроке" in taken.text.replace("\xa0", " ")
    html = taken.message.get_body(("html",))
    assert html is not None and "нет на уроке" in html.get_content()
    assert taken.message["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert taken.message["Auto-Submitted"] == "auto-generated"
    link = taken.message["List-Unsubscribe"].strip(" <>")
    assert link.startswith("https://diary.school.example/unsubscribe/")
    mail_program = Client(enforce_csrf_checks=True)
    path = link.removeprefix("https://diary.school.example")
    assert mail_program.get(path).status_code == 200
    assert not MailHabits.objects.filter(stopped_at__isnull=False).exists(), "looking must stop nothing"
    answer = mail_program.post(path, {"List-Unsubscribe": "One-Click"})
    assert answer.status_code == 200
    assert MailHabits.objects.get(person=told.guardian).stopped_at == told.at
    give(told, client_of)
    rounds(told.at + timedelta(days=2))
    assert len(post.box()) == 1, "after the stop nothing comes"


def test_new_marks_come_with_the_daily_digest_and_a_changed_one_at_once(
    told: Any, client_of: Any, post: PostOffice
) -> None:
    give(told, client_of, "4")
    rounds(told.at)
    assert post.box() == [], "a new mark waits for the evening"
    give(told, client_of, "5", seen=1, reason="ошибка")
    rounds(told.at)
    (changed,) = post.box()
    assert "отметка 4 исправлена на 5" in changed.text
    evening = datetime(2026, 10, 14, 18, 0, tzinfo=ZONE)
    rounds(evening - timedelta(minutes=1))
    assert len(post.box()) == 1
    rounds(evening)
    digest = post.box()[1]
    assert "отметка 4" in digest.text and str(digest.message["Subject"]).startswith("За день")
    rounds(evening + timedelta(days=1))
    assert len(post.box()) == 2, "never twice"


@pytest.mark.clause("ET-A-DEP-14b")
def test_who_subscribed_to_the_week_gets_its_digest_on_friday(
    told: Any, client_of: Any, post: PostOffice
) -> None:
    """Opted in: one letter for the week, nothing before. Opted out: none."""
    guardian = told.viewer("guardian")
    habits.choose(guardian, {"mark": "weekly"}, quiet_from=None, quiet_until=None, at=told.at)
    give(told, client_of, "4")
    friday = datetime(2026, 10, 16, 18, 0, tzinfo=ZONE)
    rounds(datetime(2026, 10, 14, 18, 0, tzinfo=ZONE))
    rounds(friday - timedelta(minutes=1))
    assert post.box() == []
    rounds(friday)
    (digest,) = post.box()
    assert "отметка 4" in digest.text and "За неделю" in str(digest.message["Subject"])
    nothing = dict.fromkeys(KINDS, "off")
    habits.choose(guardian, nothing, quiet_from=None, quiet_until=None, at=friday)
    give(told, client_of, "5", seen=1, reason="ошибка")
    rounds(friday + timedelta(days=7))
    assert len(post.box()) == 1


def test_each_chooses_for_each_kind(told: Any, client_of: Any, post: PostOffice) -> None:
    habits.choose(
        told.viewer("guardian"),
        {"absence": "off", "mark": "now"},
        quiet_from=None,
        quiet_until=None,
        at=told.at,
    )
    absent(told, client_of)
    rounds(told.at)
    assert post.box() == []
    messages.send(
        told.viewer("teacher"),
        [Addressee(told.guardian.pk, "", "", "", "family", True, True)],
        subject="Диктант",
        text="Секретный текст",
        student_id=told.student.pk,
        operation_id=str(uuid.uuid4()),
        at=told.at,
    )
    rounds(told.at)
    (taken,) = post.box()
    assert "Сообщение «Диктант»" in taken.text and "Секретный" not in taken.text


def test_quiet_hours_hold_a_letter_until_their_end(told: Any, client_of: Any, post: PostOffice) -> None:
    habits.choose(told.viewer("guardian"), {}, quiet_from=time(10), quiet_until=time(12), at=told.at)
    absent(told, client_of)
    noon = datetime(2026, 10, 14, 12, 0, tzinfo=ZONE)
    rounds(noon - timedelta(minutes=1))
    assert post.box() == []
    rounds(noon)
    assert len(post.box()) == 1


@pytest.mark.clause("ET-A-CURATOR-2b", partly="недельная сводка; отказавшийся в списке бумажных")
def test_a_refusing_family_gets_nothing(told: Any, client_of: Any, post: PostOffice) -> None:
    """Refused before it happened, and refused between the event and the letter."""
    other = told.named("Иванов")

    def refuse(student: Any) -> None:
        Consent.objects.create(
            school=told.school, student=student, kind="personal_data", state="withdrawn", signed_on=told.on,
            recorded_at=told.at,
        )  # fmt: skip

    absent(told, client_of)
    jobs.make(told.at)
    assert Mail.objects.count() == 1
    refuse(told.student)
    rounds(told.at)
    assert post.box() == [] and Mail.objects.get().state == "withheld"
    assert Notice.objects.get().withheld_at == told.at
    give(told, client_of)
    rounds(told.at + timedelta(days=2))
    assert post.box() == [] and Notice.objects.count() == 1
    assert other is not None


def test_nothing_of_before_the_switch_and_nothing_while_off(
    cast: Any, client_of: Any, post: PostOffice
) -> None:
    cast.guardian.email = "mother@mail.example"
    cast.guardian.save()
    absent(cast, client_of)
    rounds(cast.at)
    habits.switch_mail(cast.viewer("deputy"), is_on=True, at=cast.at + timedelta(seconds=1))
    rounds(cast.at + timedelta(days=2))
    assert Notice.objects.count() == 0 and post.box() == []


def test_guardians_without_rights_outsiders_and_other_schools_are_not_told(
    told: Any, client_of: Any, post: PostOffice
) -> None:
    for person in (told.contact, told.outsider, told.outside.guardian, told.class_teacher, told.deputy):
        person.email = f"p{person.pk}@mail.example"
        person.save()
    absent(told, client_of)
    rounds(told.at)
    assert [taken.to for taken in post.box()] == [["mother@mail.example"]]


def test_spreading_twice_makes_each_notice_once(told: Any, client_of: Any, post: PostOffice) -> None:
    from parta.communication.models import ToldUpTo

    absent(told, client_of)
    delivery.spread(told.at)
    ToldUpTo.objects.all().delete()  # as if the worker had died before it noted how far it was
    delivery.spread(told.at)
    assert Notice.objects.count() == 1


def test_every_verb_that_is_told_is_a_verb_of_some_act() -> None:
    """A verb renamed in the journal must not silence its notice."""
    from pathlib import Path

    written = "".join(
        path.read_text(encoding="utf-8")
        for path in Path("parta").rglob("actions/**/*.py")
        if "communication/actions/delivery" not in str(path)
    )
    for kind in KINDS.values():
        for verb in kind.verbs:
            assert f'"{verb}"' in written, verb


# --- a server that misbehaves -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("mode", ["busy", "full", "hang", "hang_data"])
def test_refused_for_now_or_hanging_it_goes_later_and_once(
    told: Any, client_of: Any, post: PostOffice, mode: str
) -> None:
    absent(told, client_of)
    post.tell(mode)
    rounds(told.at)
    mail = Mail.objects.get()
    assert mail.state == "waiting" and mail.fault and mail.next_at == told.at + timedelta(minutes=1)
    post.tell("ok")
    rounds(told.at + timedelta(seconds=59))
    assert post.box() == []
    rounds(told.at + timedelta(minutes=1))
    rounds(told.at + timedelta(hours=1))
    assert [taken.id for taken in post.box()] == [mail.message_id]
    assert Mail.objects.get().state == "sent"


@pytest.mark.parametrize(("mode", "bounces"), [("never", 1), ("spam", 0)])
def test_refused_for_good_it_is_recorded_and_not_repeated(
    told: Any, client_of: Any, post: PostOffice, mode: str, bounces: int
) -> None:
    absent(told, client_of)
    post.tell(mode)
    rounds(told.at)
    assert Mail.objects.get().state == "refused"
    assert Bounce.objects.count() == bounces
    post.tell("ok")
    rounds(told.at + timedelta(hours=5))
    assert post.box() == []
    if bounces:
        give(told, client_of, "4")
        rounds(told.at + timedelta(days=2))
        assert post.box() == [], "the address is not written to again"
        told.guardian.email = "new@mail.example"
        told.guardian.save()
        give(told, client_of, "5", seen=1, reason="ошибка")
        rounds(told.at + timedelta(days=2))
        assert [taken.to for taken in post.box()] == [["new@mail.example"]]


def test_down_for_an_hour_nothing_is_lost_and_nothing_comes_twice(
    told: Any, client_of: Any, post: PostOffice
) -> None:
    habits.choose(told.viewer("guardian"), {"mark": "now"}, quiet_from=None, quiet_until=None, at=told.at)
    absent(told, client_of)
    jobs.make(told.at)
    post.stop()
    minute = timedelta(minutes=1)
    for passed in range(60):
        rounds(told.at + passed * minute)
    give(told, client_of, "4")
    rounds(told.at + 59 * minute)
    assert {mail.state for mail in Mail.objects.all()} == {"waiting"} and Mail.objects.count() == 2
    assert Mail.objects.order_by("pk")[0].attempts < 12, "it does not knock every minute"
    post.start()
    for passed in range(60, 100):
        rounds(told.at + passed * minute)
    ids = [taken.id for taken in post.box()]
    assert len(ids) == len(set(ids)) == 2
    assert {mail.state for mail in Mail.objects.all()} == {"sent"}


@pytest.mark.parametrize(("mode", "copies"), [("die", 1), ("die_after", 2)])
def test_a_server_that_dies_inside_a_letter(
    told: Any, client_of: Any, post: PostOffice, mode: str, copies: int
) -> None:
    """Nothing is lost; what had been taken and not acknowledged comes again under the same Message-ID."""
    absent(told, client_of)
    post.tell(mode)
    rounds(told.at)
    assert Mail.objects.get().state == "waiting"
    assert post.process is not None
    post.process.wait(10)
    post.tell("ok")
    post.start()
    rounds(told.at + timedelta(minutes=1))
    taken = post.box()
    assert len(taken) == copies and len({one.id for one in taken}) == 1
    assert Mail.objects.get().state == "sent"


def test_after_three_days_it_is_given_up_and_shown(told: Any, client_of: Any, post: PostOffice) -> None:
    absent(told, client_of)
    post.tell("busy")
    at = told.at
    rounds(at)
    rounds(at + timedelta(days=3))
    assert Mail.objects.get().state == "waiting", "the last moment in time"
    rounds(at + timedelta(days=3, minutes=31))
    assert Mail.objects.get().state == "given_up"
    page = client_of(told.deputy).get("/delivery/").content.decode()
    assert "не удалось отправить" in page


def test_a_dead_workers_letter_is_taken_up(told: Any, client_of: Any, post: PostOffice) -> None:
    absent(told, client_of)
    jobs.make(told.at)
    mail = delivery.take(told.at)
    assert mail is not None and delivery.take(told.at) is None
    assert delivery.take(told.at + delivery.LEASE) is None
    assert delivery.take(told.at, alone=True) == mail
    assert delivery.take(told.at + delivery.LEASE * 2 + timedelta(seconds=1)) == mail


# --- access by mail ---------------------------------------------------------------------------------------------------


def test_a_mailed_code_opens_the_account_and_is_nowhere_kept(told: Any, post: PostOffice) -> None:
    (issued,) = people.issue_codes(
        school_id=told.school.pk, person_ids=[told.guardian.pk], lives=timedelta(days=3), by_mail=True,
        by=told.viewer("class_teacher").acting_as(), at=told.at,
    )  # fmt: skip
    assert issued.code == ""
    rounds(told.at)
    (taken,) = post.box()
    code = next(line for line in taken.text.splitlines() if "activate" in line).partition("code=")[2].strip()
    user = people.activate(code=code, new="новый-пароль-26", repeat="новый-пароль-26", at=told.at)
    assert user.pk == told.guardian.user_id
    rounds(told.at + timedelta(hours=1))
    assert len(post.box()) == 1


def test_recovery_goes_to_the_address_in_the_card_alone(told: Any, post: PostOffice, client_of: Any) -> None:
    anonymous = Client()
    known = anonymous.post("/recovery/", {"who": "mother@mail.example"})
    absent_one = anonymous.post("/recovery/", {"who": "nobody@mail.example"})
    assert known.status_code == absent_one.status_code == 200
    plain = [
        re.sub(r'csrfmiddlewaretoken" value="\w+"', "", answer.content.decode().replace("mother", "nobody"))
        for answer in (known, absent_one)
    ]
    assert plain[0] == plain[1]
    assert client_of(told.guardian).get("/diary/").status_code == 200, "asking changes nothing yet"
    work(told.at)
    rounds(told.at)
    (taken,) = post.box()
    assert taken.to == ["mother@mail.example"] and told.guardian.user.login in taken.text
    code = next(line for line in taken.text.splitlines() if "activate" in line).partition("code=")[2].strip()
    page = anonymous.get(f"/activate/?code={code}")
    assert page.status_code == 200 and code.encode() in page.content.replace(b"-", b"")
    anonymous.post("/recovery/", {"who": "teacher@mail.example"})
    work(told.at)
    rounds(told.at)
    assert len(post.box()) == 1, "who works in the school asks the school"


def asked(words: str, at: Any) -> int:
    """Ask for a new password and let the worker see to it: how many letters there will be."""
    before = AccessIssue.objects.filter(way="recovery").count()
    people.ask_recovery(words, at=at)
    work(at)
    return AccessIssue.objects.filter(way="recovery").count() - before


def test_neither_answer_nor_work_tells_whether_a_name_exists(told: Any, count_statements: Any) -> None:
    """The same statements but for their values; and nobody's asking makes others wait."""
    seen = {}
    for who in ("mother@mail.example", "nobody@mail.example"):
        with count_statements() as statements:
            answer = Client().post("/recovery/", {"who": who}, REMOTE_ADDR="10.0.0.1")
        assert answer.status_code == 200
        seen[who] = len(statements)
        assert not AccessIssue.objects.filter(way="recovery").exists(), "the worker writes the letter"
    assert seen["mother@mail.example"] == seen["nobody@mail.example"] > 0
    work(told.at)
    assert AccessIssue.objects.filter(way="recovery").count() == 1
    statuses = [
        Client().post("/recovery/", {"who": f"{n}@mail.example"}, REMOTE_ADDR=f"10.0.1.{n}").status_code
        for n in range(40)
    ]
    assert set(statuses) == {200}, "forty families of forty addresses, none waits for the others"
    guesser = [
        Client().post("/recovery/", {"who": f"{n}@x.example"}, REMOTE_ADDR="10.0.2.1").status_code
        for n in range(8)
    ]
    assert guesser[-1] == 429


def test_recovery_link_ends_with_its_hour_and_with_its_use(told: Any, post: PostOffice) -> None:
    from parta.organisation.acts import Refusal
    from parta.people.actions.access import code_by_mail

    assert asked("MOTHER@mail.example", told.at) == 1
    code = code_by_mail(AccessIssue.objects.get(way="recovery"))
    hour = timedelta(hours=1)
    assert people.invitation(code, told.at + hour - timedelta(seconds=1))
    with pytest.raises(Refusal):
        people.invitation(code, told.at + hour)
    people.activate(code=code, new="новый-пароль-26", repeat="новый-пароль-26", at=told.at)
    with pytest.raises(Refusal):
        people.invitation(code, told.at)


def test_three_letters_an_hour_at_most(told: Any) -> None:
    counts = [asked("mother@mail.example", told.at + timedelta(minutes=n)) for n in range(5)]
    assert counts == [1, 1, 1, 0, 0]
    assert asked("mother@mail.example", told.at + timedelta(minutes=63)) == 1


# --- pages ------------------------------------------------------------------------------------------------------------


def test_open_page_is_told_of_news_and_of_nothing_else(told: Any, client_of: Any) -> None:
    client = client_of(told.guardian)
    first = client.get("/updates/")
    again = client.get("/updates/", headers={"If-None-Match": first["ETag"]})
    assert again.status_code == 304 and again.content == b""
    give(told, client_of)
    after = client.get("/updates/", headers={"If-None-Match": first["ETag"]})
    assert after.status_code == 200 and after["ETag"] != first["ETag"]


def test_asking_for_news_costs_the_same_and_little(told: Any, client_of: Any, count_statements: Any) -> None:
    client = client_of(told.guardian)
    client.get("/updates/")
    with count_statements() as seen:
        client.get("/updates/")
    assert len(seen) <= 5, seen


def test_choices_are_saved_and_faults_explained(told: Any, client_of: Any) -> None:
    client = client_of(told.guardian)
    assert "mother@mail.example" in client.get("/notices/").content.decode()
    fault = client.post("/notices/", {"act": "choose", "quiet_from": "21:00"})
    assert fault.status_code == 422 and "и начало, и конец" in fault.content.decode()
    bad = client.post("/notices/", {"act": "choose", "way-mark": "hourly"})
    assert bad.status_code == 422
    saved = client.post(
        "/notices/", {"act": "choose", "way-mark": "weekly", "quiet_from": "21:00", "quiet_until": "7:00"}
    )
    assert saved.status_code == 302
    assert MailHabits.objects.get(person=told.guardian).quiet_from == time(21)
    assert date(2026, 10, 14) == told.on
