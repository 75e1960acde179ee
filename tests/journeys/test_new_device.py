"""A stranger with a teacher's password, on a device the account never knew: seen within a minute, held until answered.

Each test names the fault that made it red (docs/security/proofs.md keeps the list).
"""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from parta.communication import jobs as delivery_jobs
from parta.communication.models import Mail
from parta.foundation import clock, jobs
from parta.foundation.log import Actor
from parta.foundation.models import Job, LogEntry
from parta.people.actions import access, watches
from parta.people.models import (
    AccountNotice,
    DeviceRule,
    DeviceWatch,
    Incident,
    KnownDevice,
    ReadTrace,
    SignIn,
    User,
)
from tests.cast import PASSWORD
from tests.journeys.steps import mark, page, send, text
from tests.journeys.test_clauses_sessions import OWN, PC, PHONE, enter, minutes_later
from tests.post.server import PostOffice
from tests.second import code_of, confirmed, factor_of

pytestmark = pytest.mark.django_db
ADDRESS = "203.0.113.9"
HELD = "Этого нельзя сделать с нового устройства"


@pytest.fixture
def people(cast: Any) -> Any:
    """Owner and director have addresses."""
    for person, address in ((cast.teacher, "owner@mail.example"), (cast.director, "director@mail.example")):
        person.email = address
        person.save()
    return cast


def steal(browser: Client | None = None) -> Any:
    return enter("teacher", browser=browser, agent=PHONE, address=ADDRESS)


def work(at: Any) -> None:
    """The worker: due jobs, then a round of letters."""
    jobs.load_kinds()
    jobs.run_due(lambda: at)
    delivery_jobs.make(at)
    delivery_jobs.send(lambda: at)


def told_of(person: Any, kind: str) -> list[str]:
    return list(
        AccountNotice.objects.filter(user=person.user, kind=kind)
        .order_by("id")
        .values_list("words", flat=True)
    )


def test_owner_and_director_are_told_within_a_minute(people: Any, post: PostOffice) -> None:
    """Faults seen red: no `by_mail` in `note_sign_in`; no `session.told` in `log._tell`."""
    cast, pupil = people, people.named("Зайцев")
    owner = enter("teacher", agent=PC)
    work(cast.at)
    first = post.box()
    assert [one.message["Subject"].strip() for one in first] == ["Парта: Первый вход в вашу учётную запись"]
    thief = steal()
    with minutes_later(cast, 0.5) as moment:
        work(moment)
        letters = post.box()[len(first) :]
        assert [one.to for one in letters] == [["owner@mail.example"]]
        assert "Chrome, Android" in letters[0].text and ADDRESS in letters[0].text
        assert "https://diary.school.example/not-me/" in letters[0].text
        assert owner.get("/updates/").json()["account"]["count"] == 1, "a page that is open is told too"
        assert "Новое об учётной записи: 1" in owner.get("/today/").content.decode()
        assert thief.get("/updates/").json()["account"]["count"] == 0, "the stranger is not told what is told"
        assert not told_of(cast.director, "watch"), "nothing has been done yet, and there is time to answer"
        assert send(thief, cast.russian, mark(cast.lesson, pupil, "5")).status_code == 200
    with minutes_later(cast, 1.2) as moment:
        work(moment)
        (words,) = told_of(cast.director, "watch")
        assert "Соколова" in words and "записано в журнал" in words and "Chrome, Android" in words
        assert ["director@mail.example"] in [one.to for one in post.box()]
        assert send(thief, cast.russian, mark(cast.lesson, pupil, "4", seen=1)).status_code == 200
        work(moment)
    assert len(told_of(cast.director, "watch")) == 1, "once"
    watch = DeviceWatch.objects.get()
    assert (watch.acted, watch.told_at) == ("journal", cast.at + timedelta(minutes=0.5))
    assert not told_of(cast.deputy, "watch"), "the school names the director, by default"


def test_silence_of_the_owner_is_told_and_an_answer_keeps_it_quiet(people: Any) -> None:
    """Faults seen red: no job enqueued in `begin`; `unanswered` looks at no answer."""
    cast = people
    owner = enter("teacher", agent=PC)
    steal()
    row = SignIn.objects.get(user=cast.teacher.user, is_new_device=True)
    with minutes_later(cast, 59.9) as moment:
        jobs.load_kinds()
        jobs.run_due(lambda: moment)
        assert not told_of(cast.director, "watch")
    with minutes_later(cast, 60) as moment:
        jobs.run_due(lambda: moment)
        (words,) = told_of(cast.director, "watch")
        assert "владелец не ответил" in words
        shown = page(enter("director"), "/signals/")
        assert "Владелец пока не ответил" in shown
        owner = enter("teacher", browser=owner)
        done = owner.post("/account/", {"act": "own", "row": row.pk})
        assert done.status_code == 302
        assert "владелец подтвердил" in told_of(cast.director, "watch")[-1]
        assert "Владелец: это был я" in page(enter("director"), "/signals/")
    AccountNotice.objects.all().delete()
    with minutes_later(cast, 70):
        enter("teacher", agent=PHONE, address="10.7.7.7")
        other = SignIn.objects.filter(user=cast.teacher.user, is_new_device=True).latest("id")
        owner.post("/account/", {"act": "own", "row": other.pk})
    with minutes_later(cast, 190) as moment:
        jobs.run_due(lambda: moment)
    assert not told_of(cast.director, "watch"), "answered in time"
    assert Job.objects.filter(name=watches.UNANSWERED, done_at=None).count() == 0


def test_who_holds_the_new_session_silences_nothing(people: Any) -> None:
    """Faults seen red: `only_known` that lets pass; `_join` left out for a device that signs in again."""
    cast = people
    owner = enter("teacher", agent=PC)
    home = SignIn.objects.get(user=cast.teacher.user)
    thief = steal()
    new = SignIn.objects.get(user=cast.teacher.user, is_new_device=True)
    for browser_round in range(2):
        for form in (
            {"act": "read"},
            {"act": "end", "row": home.pk},
            {"act": "end_others"},
            {"act": "own", "row": new.pk},
            {"act": "disown", "row": home.pk},
        ):
            answer = thief.post("/account/", form)
            assert answer.status_code == 422 and HELD in text(answer), form
        assert thief.post("/account/written/", {"act": "disown"}).status_code == 422
        answer = thief.post("/password/", {"current": PASSWORD, "new": OWN, "repeat": OWN})
        assert answer.status_code == 422 and HELD in text(answer)
        assert thief.post("/password/lost/")["Location"] == "/password/"
        answer = thief.post("/account/second/", {"act": "begin", "title": "x", "password": PASSWORD})
        assert answer.status_code == 422 and HELD in text(answer)
        shown = text(thief.get("/account/"))
        assert "Это устройство новое" in shown and "17 октября 2026" in shown, "the term is seen"
        assert "Новое устройство: подтвердите вход" in thief.get("/today/").content.decode()
        if not browser_round:
            thief.post("/logout/")
            steal(thief)
            again = SignIn.objects.filter(user=cast.teacher.user).latest("id")
            assert not again.is_new_device and again.watch_id == new.watch_id, (
                "the same device on the same trial"
            )
    assert owner.get("/today/").status_code == 200
    assert AccountNotice.objects.filter(user=cast.teacher.user, kind="new_device", seen_at=None).count() == 1
    home.refresh_from_db()
    assert home.ended_at is None and User.objects.get(login="teacher").check_password(PASSWORD)
    with minutes_later(cast, 72 * 60 - 1):
        steal(thief)
        assert thief.post("/account/", {"act": "read"}).status_code == 422
    with minutes_later(cast, 72 * 60):
        steal(thief)
        assert thief.post("/account/", {"act": "read"}).status_code == 302, "the trial is over"


def test_many_new_browsers_do_not_push_out_the_owners(people: Any) -> None:
    """Fault seen red: the oldest browser forgotten, in doubt or not."""
    owner = enter("teacher", agent=PC)
    with minutes_later(people, 1):
        for number in range(24):
            enter("teacher", agent=PHONE, address=f"203.0.113.{number}")
    user = people.teacher.user
    assert KnownDevice.objects.filter(user=user).count() == 20
    enter("teacher", browser=owner)
    assert SignIn.objects.filter(user=user).latest("id").watch_id is None


def test_not_me_from_a_known_device_ends_the_stranger_and_shows_what_he_did(people: Any) -> None:
    """Faults seen red: `known_only` not asked at sign-in; the incident over the whole account."""
    cast, thief_wrote, owner_wrote = people, people.named("Зайцев"), people.students[0]
    owner = enter("teacher", agent=PC)
    thief = steal()
    row = SignIn.objects.get(user=cast.teacher.user, is_new_device=True)
    assert send(thief, cast.russian, mark(cast.lesson, thief_wrote, "5")).status_code == 200
    assert send(owner, cast.russian, mark(cast.lesson, owner_wrote, "4")).status_code == 200
    thief.get(f"/journals/{cast.russian.pk}/")
    assert thief.get("/setup/").status_code == 403
    with minutes_later(cast, 1):
        assert owner.post("/account/", {"act": "disown", "row": row.pk})["Location"] == "/password/"
        assert thief.get("/today/")["Location"].startswith("/login/")
        again = Client().post("/login/", {"login": "teacher", "password": PASSWORD})
        assert again.status_code == 422 and "новые устройства не впускаем" in text(again)
        assert thief.post("/login/", {"login": "teacher", "password": PASSWORD}).status_code == 422
        owner.post("/logout/")
        owner = enter("teacher", browser=owner)
        assert owner.get("/today/")["Location"] == "/password/"
        done = owner.post("/password/", {"current": PASSWORD, "new": OWN, "repeat": OWN})
        assert done.status_code == 302
        assert Client().post("/login/", {"login": "teacher", "password": PASSWORD}).status_code == 422
        assert Client().post("/login/", {"login": "teacher", "password": OWN}).status_code == 302
        incident = Incident.objects.get()
        assert incident.ground == "disowned" and incident.sign_ins == [row.pk]
        shown = page(enter("director"), f"/incidents/{incident.pk}/")
    assert "Зайцев" in shown and owner_wrote.surname not in shown, (
        "what came through that session, and no more"
    )
    assert "открыт журнал" in shown and ADDRESS in shown
    assert DeviceWatch.objects.earliest("id").answer == "not_own"
    assert LogEntry.objects.filter(verb="sign_in_disowned", object_id=row.pk).count() == 1
    entry = LogEntry.objects.filter(verb="mark_recorded", student_id=thief_wrote.pk).latest("id")
    assert entry.sign_in_id == row.pk
    traces = ReadTrace.objects.filter(user_id=cast.teacher.user_id, page__startswith="refused:")
    assert [one.sign_in_id for one in traces] == [row.pk], "what was refused is that session's too"


def test_link_of_the_letter_stops_the_account_and_looking_changes_nothing(
    people: Any, post: PostOffice
) -> None:
    """Faults seen red: GET that acts; a token without a term."""
    cast = people
    owner, thief = enter("teacher", agent=PC), steal()
    work(cast.at)
    letter = next(one for one in post.box() if "не знала" in str(one.message["Subject"]))
    found = re.search(r"https://diary\.school\.example(/not-me/\S+)", letter.text)
    assert found is not None
    link, stranger = found[1], Client()
    for _ in range(2):
        shown = stranger.get(link)
        assert shown.status_code == 200 and "Это был не я" in text(shown) and "Chrome, Android" in text(shown)
    assert thief.get("/today/").status_code == 200 and not Incident.objects.exists()
    for wrong in (link[:-4] + "AAA/", "/not-me/x/"):
        assert stranger.get(wrong).status_code == 422 and stranger.post(wrong).status_code == 422
    done = stranger.post(link)
    assert done.status_code == 200 and "Доступ остановлен" in text(done)
    assert thief.get("/today/").status_code == 302 and owner.get("/today/").status_code == 302
    assert Client().post("/login/", {"login": "teacher", "password": PASSWORD}).status_code == 422
    incident = Incident.objects.get()
    assert incident.user == cast.teacher.user and len(incident.sign_ins) == 1
    work(cast.at)
    assert any(one.to == ["director@mail.example"] for one in post.box()), "of the incident, by letter"
    again = stranger.post(link)
    assert again.status_code == 422 and "уже остановлен" in text(again)
    later = watches.LETTER_LASTS + timedelta(minutes=1)
    assert watches.sign_in_of(link.split("/")[2]) is not None
    with pytest.MonkeyPatch.context() as patch:
        import time

        now = time.time()
        patch.setattr("django.core.signing.time.time", lambda: now + later.total_seconds())
        assert stranger.get(link).status_code == 422


def test_own_answer_asks_the_second_step_again_and_a_code_at_sign_in_is_answer_enough(people: Any) -> None:
    """Faults seen red: `device_confirmed` out of `confirm.VERBS`; a recovery code taken for the second step."""
    cast = people
    owner = enter("teacher", agent=PC)
    steal()
    row = SignIn.objects.get(user=cast.teacher.user, is_new_device=True)
    factor = factor_of(cast.teacher, cast.at)
    asked = owner.post("/account/", {"act": "own", "row": row.pk})
    assert asked.status_code == 428 and DeviceWatch.objects.get().answer == ""
    confirmed(owner, cast.at)
    owner.post("/account/", {"act": "own", "row": row.pk})
    assert DeviceWatch.objects.get().answer == "own"
    codes = cast_codes(cast)
    with minutes_later(cast, 5) as moment:
        given = Client(headers={"user-agent": PHONE})
        given.post("/login/", {"login": "teacher", "password": PASSWORD})
        assert given.post("/login/second/", {"confirm_code": code_of(factor, moment)}).status_code == 302
        latest = DeviceWatch.objects.latest("id")
        assert latest.answer == "step" and given.post("/account/", {"act": "read"}).status_code == 302
        assert AccountNotice.objects.filter(user=cast.teacher.user, kind="new_device").count() == 2, (
            "told all the same"
        )
        found = Client(headers={"user-agent": PHONE})
        found.post("/login/", {"login": "teacher", "password": PASSWORD})
        assert found.post("/login/second/", {"confirm_code": codes[0]}).status_code == 302
        assert DeviceWatch.objects.latest("id").answer == ""
        assert found.post("/account/", {"act": "read"}).status_code == 422


def cast_codes(cast: Any) -> list[str]:
    from parta.people import actions

    return actions.second.make_recovery(viewer=cast.viewer("teacher"), at=cast.at)


def test_a_password_given_before_the_answer_opens_nothing_after_it(people: Any) -> None:
    """Faults seen red: the account not asked again at the second step; a password that is no longer in force.

    He has the password and recovery codes, and waits before the question of the second step.
    """
    cast = people
    owner = enter("teacher", agent=PC)
    factor_of(cast.teacher, cast.at)
    codes = cast_codes(cast)
    here, there = Client(headers={"user-agent": PHONE}), Client()
    given = {"login": "teacher", "password": PASSWORD}
    here.post("/login/", given)
    assert here.post("/login/second/", {"confirm_code": codes[0]}).status_code == 302
    row = SignIn.objects.get(user=cast.teacher.user, is_new_device=True)
    here.post("/logout/")
    for waiting in (here, there):
        assert waiting.post("/login/", given)["Location"] == "/login/second/"
    before = SignIn.objects.count()
    assert owner.post("/account/", {"act": "disown", "row": row.pk})["Location"] == "/password/"
    for waiting in (here, there):
        refused = waiting.post("/login/second/", {"confirm_code": codes[1]})
        assert refused.status_code == 422 and "новые устройства не впускаем" in text(refused)
    assert owner.post("/password/", {"current": PASSWORD, "new": OWN, "repeat": OWN}).status_code == 302
    for waiting in (here, there):
        assert waiting.post("/login/second/", {"confirm_code": codes[1]})["Location"] == "/login/"
    assert SignIn.objects.count() == before
    fresh = Client(headers={"user-agent": PHONE})
    fresh.post("/login/", given | {"password": OWN})
    assert fresh.post("/login/second/", {"confirm_code": codes[1]})["Location"] == "/", (
        "the code was not spent"
    )
    assert DeviceWatch.objects.latest("id").answer == ""


def test_school_says_whom_and_when_and_others_may_not(people: Any, client_of: Any, settings: Any) -> None:
    """Fault seen red: `tell_school` without the rule."""
    cast = people
    form = {"act": "new_device", "told_role": "deputy", "wait_minutes": "30", "trial_hours": "24"}
    deputy = client_of(cast.deputy)
    shown = [text(deputy.get("/setup/second/"))]
    settings.EMAIL_HOST = "mail.example"
    shown.append(text(deputy.get("/setup/second/")))
    assert ["почтового сервера у Парты нет" in one for one in shown] == [True, False]
    for wrong in (
        {"told_role": "teacher"},
        {"wait_minutes": "4"},
        {"trial_hours": "999"},
        {"wait_minutes": "x"},
    ):
        assert deputy.post("/setup/second/", form | wrong).status_code == 422, wrong
    assert client_of(cast.teacher).post("/setup/second/", form).status_code == 403
    assert not DeviceRule.objects.exists()
    assert deputy.post("/setup/second/", form).status_code == 302
    assert LogEntry.objects.filter(verb="device_rule_set").count() == 1
    enter("teacher", agent=PC)
    thief = steal()
    assert send(thief, cast.russian, mark(cast.lesson, cast.named("Зайцев"), "5")).status_code == 200
    assert not told_of(cast.deputy, "watch"), "the school waits for the owner first"
    with minutes_later(cast, 30) as moment:
        jobs.load_kinds()
        jobs.run_due(lambda: moment)
    (words,) = told_of(cast.deputy, "watch")
    assert "записано в журнал" in words and not told_of(cast.director, "watch")
    assert DeviceWatch.objects.get().until == cast.at + timedelta(hours=24)


def test_a_watched_director_is_told_of_by_others(people: Any) -> None:
    """Fault seen red: the account itself among those told."""
    cast = people
    enter("director", agent=PC)
    enter("director", agent=PHONE, address=ADDRESS)
    with minutes_later(cast, 61) as moment:
        jobs.load_kinds()
        jobs.run_due(lambda: moment)
    assert not told_of(cast.director, "watch") and told_of(cast.deputy, "watch")


def test_old_address_hears_that_it_was_changed_and_nobody_unsubscribes(
    people: Any, client_of: Any, post: PostOffice
) -> None:
    """Fault seen red: the letter to the new address."""
    from parta.communication.models import MailHabits

    cast = people
    MailHabits.objects.create(person=cast.teacher, stopped_at=cast.at)
    form = {
        "act": "save", "surname": cast.teacher.surname, "given_name": cast.teacher.given_name,
        "patronymic": cast.teacher.patronymic, "external_id": cast.teacher.external_id, "email": "thief@mail.example",
    }  # fmt: skip
    answer = client_of(cast.operator).post(f"/setup/people/{cast.teacher.pk}/", form)
    assert answer.status_code == 302, text(answer)
    work(cast.at)
    (letter,) = post.box()
    assert letter.to == ["owner@mail.example"] and "Адрес почты" in letter.text and "thief" not in letter.text
    assert Mail.objects.get().state == "sent"


def test_exports_are_acts_and_families_are_not_watched(people: Any) -> None:
    """Faults seen red: `trace` that tells nobody; `begin` without the question of roles."""
    cast = people
    enter("deputy", agent=PC)
    thief = enter("deputy", agent=PHONE, address=ADDRESS)
    assert thief.get("/setup/import/export.xlsx").status_code == 200
    (words,) = told_of(cast.director, "watch")
    assert "выгружены" in words
    for login in ("guardian", cast.student.user.login):
        enter(login, agent=PC)
        enter(login, agent=PHONE, address=ADDRESS)
    assert DeviceWatch.objects.count() == 1
    assert AccountNotice.objects.filter(kind="new_device", user__login="guardian").count() == 1


def test_a_leader_on_trial_changes_nothing_of_who_is_told(people: Any) -> None:
    """Fault seen red: `HELD` empty. The rule would be over, the role ended, before the act is told of."""
    from parta.people.models import Role, SignalReview

    cast = people
    owner = enter("deputy", agent=PC)
    thief = enter("deputy", agent=PHONE, address=ADDRESS)
    row = SignIn.objects.get(user=cast.deputy.user, is_new_device=True)
    held = Incident.objects.create(
        school=cast.school,
        user=cast.deputy.user,
        ground="told",
        starts_at=cast.at - timedelta(hours=1),
        ends_at=cast.at,
        opened_at=cast.at,
        opened_by=cast.director.user_id,
    )
    role = Role.objects.get(person=cast.director, kind="director")
    director = f"/setup/people/{cast.director.pk}/"
    new_device = {"act": "new_device", "told_role": "deputy", "wait_minutes": "1440", "trial_hours": "1"}
    forms: tuple[tuple[str, dict[str, Any]], ...] = (
        ("/setup/second/", new_device),
        ("/signals/", {"act": "review", "kind": "new_device", "row": row.pk, "note": "это был он сам"}),
        (f"/incidents/{held.pk}/", {"act": "close", "outcome": "ничего не случилось"}),
        (director, {"act": "close"}),
        (
            director,
            {
                "act": "end_role",
                "row": role.pk,
                "until": str(cast.on),
                "order_number": "1",
                "order_date": str(cast.on),
            },
        ),
    )
    for url, form in forms:
        answer = thief.post(url, form)
        assert answer.status_code == 422 and HELD in text(answer), (url, form, text(answer)[:300])
    assert not DeviceRule.objects.exists() and not SignalReview.objects.exists()
    held.refresh_from_db(), role.refresh_from_db(), cast.director.user.refresh_from_db()
    assert held.closed_at is None and role.until is None and cast.director.user.is_active
    assert not told_of(cast.director, "watch"), "nothing was done"
    for url, form in forms:
        assert owner.post(url, form).status_code == 302, "from a known device it is the deputy's right"


def test_a_language_is_no_act(people: Any) -> None:
    """Fault seen red: `language_chosen` out of `QUIET`: the one word to the school would be spent on it."""
    cast = people
    enter("teacher", agent=PC)
    thief = steal()
    assert thief.post("/language/", {"language": "en"}).status_code == 302
    assert not told_of(cast.director, "watch")
    assert send(thief, cast.russian, mark(cast.lesson, cast.named("Зайцев"), "5")).status_code == 200
    assert "записано в журнал" in told_of(cast.director, "watch")[0]


def test_each_of_two_schools_is_told_by_its_own_rule(people: Any) -> None:
    """Fault seen red: who is told at the act silences the school that waits for the owner."""
    from parta.people.models import Person, Role

    cast, other = people, people.outside
    DeviceRule.objects.create(school=other.school, at_acts=False)
    second = Person.objects.create(
        school=other.school, surname="Соколова", given_name="Ирина", user=cast.teacher.user
    )
    Role.objects.create(school=other.school, person=second, kind="teacher", starts=cast.on)
    enter("teacher", agent=PC)
    thief = steal()
    assert send(thief, cast.russian, mark(cast.lesson, cast.named("Зайцев"), "5")).status_code == 200
    assert len(told_of(cast.director, "watch")) == 1 and not told_of(other.director, "watch")
    with minutes_later(cast, 60) as moment:
        jobs.load_kinds()
        jobs.run_due(lambda: moment)
    assert len(told_of(cast.director, "watch")) == 1, "once"
    (words,) = told_of(other.director, "watch")
    assert "Соколова" in words


def test_watching_costs_one_statement_and_only_on_trial(people: Any, count_statements: Any) -> None:
    owner, thief = enter("teacher", agent=PC), steal()
    for browser in (owner, thief):
        browser.get("/today/")
    with count_statements() as plain:
        owner.get("/today/")
    with count_statements() as watched:
        thief.get("/today/")
    assert len(watched) == len(plain) + 1


def test_the_worker_forgets_watches_with_the_sign_ins(people: Any) -> None:
    from parta.people.jobs import SIGN_INS_KEPT, forget_sign_ins

    enter("teacher", agent=PC)
    steal()
    moment = people.at + SIGN_INS_KEPT + timedelta(minutes=1)
    with clock.rehearse(moment):
        forget_sign_ins({}, people.at + SIGN_INS_KEPT)
        assert DeviceWatch.objects.count() == 1
        forget_sign_ins({}, moment)
    assert not DeviceWatch.objects.exists() and not SignIn.objects.filter(is_new_device=True).exists()


def test_where_no_other_device_is_known_there_is_no_trial_but_it_is_told(people: Any) -> None:
    """Fault seen red: a device that answers for itself."""
    cast = people
    enter("teacher", agent=PC)
    KnownDevice.objects.all().delete()
    alone = steal()
    watch = DeviceWatch.objects.get()
    row = SignIn.objects.get(watch=watch)
    assert watch.until == cast.at
    refused = alone.post("/account/", {"act": "own", "row": row.pk})
    assert refused.status_code == 422 and "само устройство не отвечает" in text(refused)
    assert ">Это был я<" not in alone.get("/account/").content.decode()
    with minutes_later(cast, 60) as moment:
        jobs.load_kinds()
        jobs.run_due(lambda: moment)
    assert told_of(cast.director, "watch")


def test_who_comes_second_with_a_code_is_told_and_tells(people: Any, post: PostOffice) -> None:
    """A thief used the slip first. Faults seen red: nobody told; told at each try; a browser that is known told too."""
    cast = people
    by = Actor(cast.operator.user_id, "operator")
    named = {"school_id": cast.school.pk, "lives": timedelta(days=30), "by": by, "at": cast.at}
    [slip] = access.issue_codes(person_ids=[cast.teacher.pk], **named)
    thief, owner = Client(headers={"user-agent": PHONE}), Client(headers={"user-agent": PC})
    body = {"code": slip.code, "new": OWN, "repeat": OWN}
    assert thief.post("/activate/", body).status_code == 302
    with minutes_later(cast, 10):
        forgot = thief.post("/activate/", {"code": slip.code})
        assert forgot.status_code == 422 and "вы воспользовались 14.10.2026" in text(forgot)
        assert not told_of(cast.operator, "code_told"), "the same browser: a code is taken for a password"
    with minutes_later(cast, 20) as moment:
        for _ in range(2):
            late = owner.post("/activate/", {"code": slip.code})
            assert late.status_code == 422 and "Если не вы, скажите тому" in text(late)
        wrong = owner.post("/activate/", {"code": "ABCD-EFGH-2345"})
        assert "набран с ошибкой" in text(wrong) and slip.login not in text(late)
        work(moment)
    for person in (cast.operator, cast.director):
        (words,) = told_of(person, "code_told")
        assert words.startswith("Соколова") and "код использован 14.10.2026" in words
    assert len(told_of(cast.teacher, "code_again")) == 1
    letters = {one.to[0]: one.message["Subject"] for one in post.box()}
    assert "пробуют войти ещё раз" in " ".join(letters["director@mail.example"].split())
    with minutes_later(cast, 30):
        access.issue_codes(person_ids=[cast.teacher.pk], **(named | {"at": cast.at + timedelta(minutes=30)}))
        assert thief.get("/today/").status_code == 302, "a new code ends whoever is in"


def test_a_family_code_used_twice_is_told_to_who_gave_it(people: Any) -> None:
    cast = people
    by = Actor(cast.class_teacher.user_id, "class_teacher")
    named = {"school_id": cast.school.pk, "lives": timedelta(days=30), "by": by, "at": cast.at}
    [slip] = access.issue_codes(person_ids=[cast.guardian.pk], **named)
    assert Client().post("/activate/", {"code": slip.code, "new": OWN, "repeat": OWN}).status_code == 302
    assert Client().post("/activate/", {"code": slip.code}).status_code == 422
    assert len(told_of(cast.class_teacher, "code_told")) == 1
    assert not told_of(cast.director, "code_told"), "who gave it has the key"
