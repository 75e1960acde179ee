"""Clauses on training in working with the journal: asked for, held, who came, who never was; the guides."""

from datetime import date
from typing import Any

import pytest

from parta.communication.models import Training, TrainingGuest
from tests.journeys.steps import COLLEGE, DUBROVO, GYMNASIUM, IPATOVO, done, page, presets, under

PAGE = "/trainings/"


def short(person: Any) -> str:
    return str(person.short_name).replace("\u00a0", " ")


def arranged(client: Any, **fields: Any) -> Training:
    """A training set from the page."""
    form = {"act": "arrange", "topic": "Дневник в телефоне", "audience": "families", "means": "meeting"}
    done(client.post(PAGE, form | {"held_on": "2026-10-14", "place": "каб. 5"} | fields))
    return Training.objects.order_by("-pk")[0]


def tick(client: Any, row: Training, *people: Any) -> None:
    done(client.post(f"{PAGE}{row.pk}/", {"act": "register", "came": [person.pk for person in people]}))


@presets((GYMNASIUM, "GT-I-5.2.resp"))
def test_a_parent_asks_the_officer_sets_the_day_and_notes_who_came(cast: Any, client_of: Any) -> None:
    parent, officer, head = client_of(cast.guardian), client_of(cast.deputy), client_of(cast.class_teacher)
    done(parent.post(PAGE, {"act": "ask", "topic": "Как подтвердить неделю"}))
    done(parent.post(PAGE, {"act": "ask", "topic": "Как подтвердить неделю"}))
    asked = Training.objects.get(topic="Как подтвердить неделю")
    assert "Мои просьбы 1 Как подтвердить неделю" in page(parent, PAGE)
    queue = page(officer, PAGE)
    assert "Просьбы 1 Как подтвердить неделю" in queue and "просит Сафина" in queue
    assert "Как подтвердить неделю" not in page(client_of(cast.teacher), PAGE)
    form = {
        "act": "arrange",
        "row": asked.pk,
        "topic": asked.topic,
        "audience": "families",
        "means": "session",
    }
    form |= {"homeroom": cast.homeroom.pk, "held_on": "2026-10-14", "place": "каб. 5"}
    done(officer.post(PAGE, form))
    assert "Скоро Как подтвердить неделю" in page(parent, PAGE)
    tick(officer, asked, cast.guardian)
    assert "Где я был на обучении Как подтвердить неделю" in page(parent, PAGE)
    words = page(head, PAGE)
    assert "1 человек" in words and "Сафина" not in words[words.index("Не были ни разу") :]
    tick(head, asked)
    assert "В этом учебном году ни на одном." in page(parent, PAGE), "a wrong tick is taken back"
    assert TrainingGuest.objects.get(training=asked).removed_at is not None


@presets((IPATOVO, "IP-2.13a"))
def test_staff_never_trained_are_listed(cast: Any, client_of: Any) -> None:
    officer = client_of(cast.deputy)
    row = arranged(officer, audience="staff", topic="Отсутствие и отметки")
    before = page(officer, PAGE)
    staff = before[before.index("Не были ни разу") :]
    assert short(cast.teacher) in staff and short(cast.secretary) in staff
    tick(officer, row, cast.teacher)
    after = page(officer, PAGE)
    staff = after[after.index("Не были ни разу") :]
    assert short(cast.teacher) not in staff and short(cast.secretary) in staff


@presets((GYMNASIUM, "GT-I-2.2c"))
def test_a_teacher_sees_own_training_and_what_comes(cast: Any, client_of: Any) -> None:
    officer, teacher = client_of(cast.deputy), client_of(cast.teacher)
    tick(officer, arranged(officer, audience="staff", topic="Отсутствие и отметки"), cast.teacher)
    arranged(officer, audience="staff", topic="Итоги четверти", held_on="2026-10-20")
    arranged(officer, homeroom=cast.homeroom.pk, topic="Для родителей", held_on="2026-10-21")
    words = page(teacher, PAGE)
    coming, mine = words.index("Скоро"), words.index("Где я был на обучении")
    assert "Итоги четверти 20 октября 2026" in words[coming:mine]
    assert "Отсутствие и отметки" in words[mine:] and "Итоги четверти" not in words[mine:]
    assert "Для родителей" not in words
    assert "В этом учебном году ни на одном." in page(client_of(cast.other_teacher), PAGE)
    guide = page(teacher, "/help/")
    assert "Учителю" in guide, "material for staff opens from the same page"


@presets((COLLEGE, "ET-7.2t"), (DUBROVO, "DB-3.3.3"))
def test_families_not_yet_told_are_listed_by_class(cast: Any, client_of: Any) -> None:
    head = client_of(cast.class_teacher)
    before = page(head, PAGE)
    assert short(cast.guardian) in before[before.index("Не были ни разу") :]
    row = arranged(head, homeroom=cast.homeroom.pk, means="memo", topic="Сведения доступны в дневнике")
    tick(head, row, cast.guardian)
    after = page(head, PAGE)
    listed = after[after.index("Не были ни разу") :]
    assert short(cast.guardian) not in listed
    assert short(cast.other_guardian) in listed
    held = after[after.index("Проведено") :]
    assert "14 октября 2026 г., памятка под подпись" in held and "Сведения доступны в дневнике" in held
    family = client_of(cast.guardian)
    assert "Сведения доступны в дневнике" in page(family, PAGE)
    assert "Родителю и ученику" in page(family, "/help/")
    assert 'href="/help/"' in family.get("/account/").content.decode()


@under(GYMNASIUM)
@pytest.mark.parametrize(
    ("fields", "told"),
    [
        ({"topic": ""}, "тема"),
        ({"audience": "staff"}, "Обучение сотрудников ведёт ответственный за журнал."),
        ({"homeroom": ""}, "Выберите класс, родителей которого учат."),
        ({"homeroom": "987654321"}, "Выберите класс, родителей которого учат."),
        ({"held_on": "31.02.2026"}, "Непонятная дата обучения"),
        ({"held_on": "2036-01-01"}, "не дальше года"),
        ({"means": "telepathy"}, "как проходит"),
        ({"place": "я" * 161}, "не длиннее 160 знаков"),
    ],
)
def test_what_cannot_be_set_is_told(cast: Any, client_of: Any, fields: dict[str, str], told: str) -> None:
    form = {"act": "arrange", "topic": "Дневник", "audience": "families", "means": "meeting"}
    form |= {"homeroom": cast.homeroom.pk, "held_on": "2026-10-14", "place": ""}
    answer = client_of(cast.class_teacher).post(PAGE, form | fields)
    assert answer.status_code == 422 and told.lower() in answer.content.decode().lower()
    assert not Training.objects.exists()


@under(GYMNASIUM)
def test_a_register_waits_for_its_day_and_keeps_who_was_there(cast: Any, client_of: Any) -> None:
    officer = client_of(cast.deputy)
    row = arranged(officer, audience="staff", held_on="2026-10-20")
    answer = officer.post(f"{PAGE}{row.pk}/", {"act": "register", "came": [cast.teacher.pk]})
    assert answer.status_code == 422 and "в день обучения и позже" in answer.content.decode()
    row = arranged(officer, audience="staff", topic="Замены")
    stranger = officer.post(f"{PAGE}{row.pk}/", {"act": "register", "came": [cast.guardian.pk]})
    assert stranger.status_code == 422, "who is not in the list cannot have come"
    tick(officer, row, cast.teacher)
    answer = officer.post(PAGE, {"act": "withdraw", "row": row.pk})
    assert answer.status_code == 422 and "снимите отметки" in answer.content.decode()
    tick(officer, row)
    done(officer.post(PAGE, {"act": "withdraw", "row": row.pk}))
    assert "Замены" not in page(officer, PAGE)
    assert date(2026, 10, 14) == row.held_on


@under(GYMNASIUM)
def test_guides_open_and_lead_to_each_other(cast: Any, client_of: Any) -> None:
    teacher = client_of(cast.teacher)
    first = teacher.get("/help/index/").content.decode()
    assert 'href="/help/uchitel/"' in first and ".md" not in first
    for name in ("zavuch", "operator", "vidy-pravil", "polozhenie", "klassnyj-rukovoditel"):
        body = teacher.get(f"/help/{name}/").content.decode()
        assert 'id="p1"' in body and body.count("<h1") == 1 and '.md"' not in body, name
    assert teacher.get("/help/../secret/").status_code == 404
