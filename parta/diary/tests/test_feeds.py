"""Calendar feeds, read by a calendar library as a calendar program reads them."""

from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.test import Client
from icalendar import Calendar

from parta.communication.models import Announcement
from parta.diary.actions import feeds
from parta.diary.models import CalendarFeed
from parta.foundation.models import LogEntry
from parta.organisation.acts import Refusal
from parta.people.actions import record_consent, reset_password
from parta.people.models import Guardianship, SignIn, User
from parta.timetable import actions as timetable

pytestmark = pytest.mark.django_db
ZONE = ZoneInfo("Asia/Bishkek")


def read(token: str, status: int = 200) -> Any:
    answer = Client().get(f"/calendar/{token}.ics")
    assert answer.status_code == status
    if status != 200:
        return None
    assert answer["Content-Type"].startswith("text/calendar")
    return Calendar.from_ical(answer.content)


def lessons(calendar: Any, day: date) -> list[tuple[datetime, str]]:
    found = [
        (event.decoded("dtstart"), str(event["summary"]))
        for event in calendar.walk("VEVENT")
        if isinstance(event.decoded("dtstart"), datetime) and event.decoded("dtstart").date() == day
    ]
    return sorted(found)


def test_a_students_lessons_at_the_schools_time(cast: Any) -> None:
    calendar = read(feeds.make_feed(cast.viewer("guardian"), cast.student.pk, at=cast.at))
    today = lessons(calendar, cast.on)
    assert [title for _, title in today] == ["Математика", "Английский язык", "Русский язык", "Русский язык"]
    assert today[2][0] == datetime(2026, 10, 14, 10, 30, tzinfo=ZONE)
    assert calendar.walk("VTIMEZONE"), "a program that does not know the zone finds it in the file"
    uids = [str(event["uid"]) for event in calendar.walk("VEVENT")]
    assert len(uids) == len(set(uids))
    text = calendar.to_ical().decode()
    assert "отметка" not in text.lower()


def test_cancelled_moved_and_replaced_are_told_under_the_same_name(cast: Any) -> None:
    token = feeds.make_feed(cast.viewer("student"), cast.student.pk, at=cast.at)
    lesson = cast.lesson_on("russian", date(2026, 10, 20))
    before = {str(event["uid"]): event for event in read(token).walk("VEVENT")}
    timetable.cancel_lesson(lesson=lesson, reason="мороз", by=cast.viewer("deputy").acting_as(), at=cast.at)
    after = {str(event["uid"]): event for event in read(token).walk("VEVENT")}
    assert before.keys() == after.keys()
    changed = [uid for uid in after if after[uid]["status"] != before[uid]["status"]]
    assert len(changed) == 1 and str(after[changed[0]]["status"]) == "CANCELLED"


def test_a_teachers_own_lessons_without_those_another_takes(cast: Any) -> None:
    mine = read(feeds.make_feed(cast.viewer("teacher"), None, at=cast.at))
    assert not lessons(mine, date(2026, 10, 9)), "that day another teacher came"
    assert len(lessons(mine, cast.on)) == 2
    others = read(feeds.make_feed(cast.viewer("substitute"), None, at=cast.at))
    assert [title.replace("\xa0", " ") for _, title in lessons(others, date(2026, 10, 9))] == [
        "6 «Б», Русский язык"
    ]


def test_events_with_an_hour_and_of_a_whole_day(cast: Any) -> None:
    common = {
        "school": cast.school, "homeroom": cast.homeroom, "audience": "guardians", "author": cast.class_teacher,
        "at": cast.at,
    }  # fmt: skip
    Announcement.objects.create(**common, title="Собрание", held_on=date(2026, 10, 22), held_at="18:30")
    Announcement.objects.create(**common, title="Экскурсия", held_on=date(2026, 10, 23))
    calendar = read(feeds.make_feed(cast.viewer("guardian"), cast.student.pk, at=cast.at))
    found = {str(event["summary"]): event.decoded("dtstart") for event in calendar.walk("VEVENT")}
    assert found["Собрание"] == datetime(2026, 10, 22, 18, 30, tzinfo=ZONE)
    assert found["Экскурсия"] == date(2026, 10, 23)
    own = read(feeds.make_feed(cast.viewer("student"), cast.student.pk, at=cast.at))
    assert "Собрание" not in {str(event["summary"]) for event in own.walk("VEVENT")}, "it is for parents"


def test_the_address_is_secret_and_can_be_taken_back(cast: Any) -> None:
    token = feeds.make_feed(cast.viewer("guardian"), cast.student.pk, at=cast.at)
    row = CalendarFeed.objects.get()
    assert token not in row.token_hash and len(token) >= 43
    read(token)
    with pytest.raises(Refusal):
        feeds.revoke_feed(cast.viewer("outsider"), row.pk, at=cast.at)
    feeds.revoke_feed(cast.viewer("guardian"), row.pk, at=cast.at)
    read(token, 404)


def test_the_right_that_ends_closes_the_feed(cast: Any) -> None:
    token = feeds.make_feed(cast.viewer("guardian"), cast.student.pk, at=cast.at)
    Guardianship.objects.filter(guardian=cast.guardian, student=cast.student).update(until=cast.on)
    read(token, 404)
    Guardianship.objects.filter(guardian=cast.guardian, student=cast.student).update(until=None)
    read(token)
    User.objects.filter(pk=cast.guardian.user_id).update(is_active=False)
    read(token, 404)


@pytest.mark.parametrize(("kind", "state"), [("paper", "given"), ("personal_data", "refused")])
def test_a_family_on_paper_has_no_feed(kind: str, state: str, cast: Any, client_of: Any) -> None:
    """From the day on the paper: no address opens, none is given out, the other child's stays; taken back: it opens."""
    family, by = cast.viewer("guardian"), cast.viewer("class_teacher").acting_as()
    tokens = [feeds.make_feed(family, child.pk, at=cast.at) for child in (cast.student, cast.brother)]
    pupils = feeds.make_feed(cast.viewer("student"), cast.student.pk, at=cast.at)
    paper = {"student": cast.student, "kind": kind, "signed_on": cast.on, "paper_number": "7"}
    record_consent(**paper, state=state, by=by, at=cast.at)
    read(tokens[0], 404)
    read(pupils, 404)
    assert lessons(read(tokens[1]), cast.on), "the brother's family paper says nothing"
    with pytest.raises(Refusal, match="на бумаге"):
        feeds.make_feed(family, cast.student.pk, at=cast.at)
    words = client_of(cast.guardian).get("/calendar/").content.decode()
    assert words.count("Не открывается") == 1 and f'<option value="{cast.student.pk}"' not in words
    record_consent(**paper, state="withdrawn" if state == "given" else "given", by=by, at=cast.at)
    assert lessons(read(tokens[0]), cast.on)


@pytest.mark.parametrize("how", ["reset", "loss", "disown"])
def test_stopped_access_stops_the_feeds(how: str, cast: Any, client_of: Any) -> None:
    """Whoever held the account may have made an address of his own. Fault seen red: the slot of `identities` empty."""
    viewer = cast.viewer("guardian")
    token = feeds.make_feed(viewer, cast.student.pk, at=cast.at)
    others = feeds.make_feed(cast.viewer("student"), cast.student.pk, at=cast.at)
    browser = client_of(cast.guardian)
    if how == "reset":
        reset_password(person=cast.guardian, by=cast.viewer("operator").acting_as(), at=cast.at)
    elif how == "loss":
        browser.post("/password/lost/")
    else:
        row = SignIn.objects.create(
            user=cast.guardian.user, session_key="x", at=cast.at, seen_at=cast.at, agent="Chrome", device="d"
        )
        assert browser.post("/account/", {"act": "disown", "row": row.pk}).status_code == 302
    read(token, 404)
    read(others)
    line = LogEntry.objects.get(verb="feed_revoked")
    assert line.object_id == CalendarFeed.objects.get(person=cast.guardian).pk


def test_others_students_and_too_many_are_refused(cast: Any) -> None:
    viewer = cast.viewer("guardian")
    with pytest.raises(Refusal):
        feeds.make_feed(viewer, cast.named("Авдеев").pk, at=cast.at)
    with pytest.raises(Refusal):
        feeds.make_feed(viewer, None, at=cast.at)
    for _ in range(feeds.MOST):
        feeds.make_feed(viewer, cast.student.pk, at=cast.at)
    with pytest.raises(Refusal, match="отзовите"):
        feeds.make_feed(viewer, cast.student.pk, at=cast.at)


def test_the_page_shows_an_address_once(cast: Any, client_of: Any) -> None:
    client = client_of(cast.guardian)
    made = client.post("/calendar/", {"act": "make", "student": cast.student.pk})
    assert made.status_code == 200 and ".ics" in made.content.decode()
    assert ".ics" not in client.get("/calendar/").content.decode()
    assert client.post("/calendar/", {"act": "make"}).status_code == 422


def test_a_feed_costs_the_same_for_any_term(cast: Any, count_statements: Any) -> None:
    token = feeds.make_feed(cast.viewer("guardian"), cast.student.pk, at=cast.at)
    read(token)
    with count_statements() as seen:
        read(token)
    assert len(seen) <= 6, seen
    assert cast.at + timedelta(0) == cast.at
