"""Clauses on class data: written consents, cards corrected with their history, the monthly look through the class."""

from datetime import date
from typing import Any

import pytest

from parta.foundation import clock
from parta.foundation.models import LogEntry
from parta.organisation.words import class_title
from parta.people.models import Consent, Enrolment, Guardianship, Person, PersonChange, RosterReview
from tests.journeys.steps import (
    CENTRE,
    COLLEGE,
    DUBROVO,
    GYMNASIUM,
    IPATOVO,
    done,
    page,
    presets,
    text,
    under,
)


def card(person: Any, **more: Any) -> dict[str, Any]:
    """The card's form as a browser posts it."""
    return {
        "act": "save",
        "row": person.pk,
        "surname": person.surname,
        "given_name": person.given_name,
        "patronymic": person.patronymic,
        "sex": person.sex,
        "birth_date": person.birth_date or "",
        "phone": person.phone,
        "email": person.email,
        "address": person.address,
    } | more


def paper(student: Any, state: str = "given", number: str = "41", **more: Any) -> dict[str, Any]:
    return {
        "act": "record",
        "student": student.pk,
        "kind": "personal_data",
        "state": state,
        "signed_on": "2026-10-12",
        "paper_number": number,
    } | more


@presets(
    (GYMNASIUM, "GT-P-1.5a"),
    (GYMNASIUM, "GT-I-5.2.ct.б-c"),
    (CENTRE, "CT-1.1b"),
    (IPATOVO, "IP-1.2b"),
)
def test_card_beyond_name_and_class_needs_the_familys_paper(cast: Any, client_of: Any) -> None:
    pupil, teacher = cast.named("Авдеев"), client_of(cast.class_teacher)
    address, papers = f"/students/{pupil.pk}/", f"/rosters/{cast.homeroom.pk}/consents/"
    assert "10 марта 2014" in page(teacher, address), "with the paper the card is open"
    Consent.objects.filter(student=pupil).delete()
    shown = page(teacher, address)
    assert "Без согласия семьи в карточке только имя и класс" in shown and "2014" not in shown
    assert "10.03.2014" not in page(client_of(cast.secretary), "/students/?q=Авдеев")
    refused = teacher.post(address, card(pupil, phone="+79990001122"))
    assert refused.status_code == 422 and "согласия" in text(refused)
    setup = client_of(cast.operator).post(f"/setup/people/{pupil.pk}/", card(pupil, phone="+79990001122"))
    assert setup.status_code == 422
    pupil.refresh_from_db()
    assert pupil.phone == ""
    done(teacher.post(address, {"act": "save", "row": pupil.pk, "surname": "Авдеев", "given_name": "Кирилл"}))
    for number, kind in enumerate(("personal_data", "placement"), 41):
        assert teacher.post(papers, paper(pupil, kind=kind, paper_number="")).status_code == 422, (
            "a paper has a number"
        )
        done(teacher.post(papers, paper(pupil, number=str(number), kind=kind, scope="журнал и дневник")))
    row = Consent.objects.filter(student=pupil, kind="personal_data").latest("id")
    assert (str(row.signed_on), row.paper_number, row.scope) == ("2026-10-12", "41", "журнал и дневник")
    assert row.recorded_by == cast.class_teacher.user_id
    done(teacher.post(address, card(pupil, phone="+79990001122")))
    shown = page(teacher, address)
    assert "+79990001122" in shown and "дано № 41 от 12 октября 2026 г." in shown
    withdrawn = paper(pupil, "withdrawn", "50", signed_on="2026-10-14")
    done(teacher.post(papers, withdrawn))
    if cast.preset == GYMNASIUM:
        done(teacher.post(papers, withdrawn | {"kind": "placement"}))
    hidden = page(teacher, address)
    assert "+79990001122" not in hidden and "отозвано" in hidden, "withdrawal hides the data"
    assert LogEntry.objects.filter(verb="consent_recorded", student_id=pupil.pk).count() >= 3


@under(GYMNASIUM)
def test_papers_are_entered_with_care(cast: Any, client_of: Any) -> None:
    pupil, teacher = cast.named("Авдеев"), client_of(cast.class_teacher)
    papers = f"/rosters/{cast.homeroom.pk}/consents/"
    for wrong in (
        paper(pupil, signed_on="2026-10-20"),
        paper(pupil, signed_on=""),
        paper(pupil, kind="other"),
        paper(pupil, state="maybe"),
        paper(pupil, signer=cast.outsider.pk),
        paper(pupil, "withdrawn", kind="paper"),
        paper(cast.other_student),
    ):
        assert teacher.post(papers, wrong).status_code in (404, 422), wrong
    done(teacher.post(papers, paper(cast.student, signer=cast.guardian.pk)))
    assert Consent.objects.filter(student=cast.student, signer=cast.guardian).count() == 1
    director = client_of(cast.director).post(papers, paper(pupil))
    assert director.status_code == 422, "who only looks writes nothing"


@presets((DUBROVO, "DB-3.3.7"), (COLLEGE, "ET-A-CURATOR-4"), (COLLEGE, "ET-A-DIR-6"))
def test_families_without_papers_are_listed(cast: Any, client_of: Any) -> None:
    pupil = cast.named("Авдеев")
    papers = f"/rosters/{cast.homeroom.pk}/consents/"
    for name in ("class_teacher", "director", "deputy"):
        assert "Все нужные заявления есть" in page(client_of(cast.people[name]), papers), name
    Consent.objects.filter(student=pupil).delete()
    for name in ("class_teacher", "director", "deputy"):
        client = client_of(cast.people[name])
        shown = page(client, papers)
        assert "Без нужного заявления Авдеев Кирилл Павлович" in shown, name
        assert "без нужного заявления 1 ученик" in page(client, "/rosters/"), name
    refused = client_of(cast.class_teacher).post(
        f"/rosters/{cast.homeroom.pk}/access/", {"act": "issue", "person": [pupil.pk]}
    )
    assert refused.status_code == 422 and "согласия" in text(refused)
    done(client_of(cast.class_teacher).post(papers, paper(pupil)))
    assert "дано № 41 от 12.10.2026" in page(client_of(cast.class_teacher), papers)
    assert client_of(cast.master).get(papers).status_code == 404


@presets(
    (IPATOVO, "IP-2.12d"),
    (GYMNASIUM, "GT-I-5.2.ct.б-e"),
    (COLLEGE, "ET-A-CURATOR-7a"),
    (COLLEGE, "ET-A-CURATOR-7b"),
)
def test_corrections_keep_what_stood_before(cast: Any, client_of: Any) -> None:
    pupil, teacher = cast.named("Авдеев"), client_of(cast.class_teacher)
    address = f"/students/{pupil.pk}/"
    done(teacher.post(address, card(pupil, address="ул. Лесная, 5")))
    pupil.refresh_from_db()
    with clock.rehearse(cast.local(date(2026, 10, 15), 9)):
        teacher = client_of(cast.class_teacher)
        change = card(pupil, surname="Авдеев-Ли", address="ул. Садовая, 1", ground="свидетельство № 7")
        done(teacher.post(address, change))
        shown = page(teacher, address)
    assert "Фамилия: Авдеев → Авдеев-Ли" in shown and "свидетельство № 7" in shown
    assert "Адрес: ул. Лесная, 5 → ул. Садовая, 1 с 15 октября 2026 г. в 9:00, Исаков Б. М." in shown
    assert "Авдеев-Ли" in page(client_of(cast.teacher), f"/journals/{cast.russian.pk}/"), "new everywhere"
    row = PersonChange.objects.get(person=pupil, field="surname")
    assert (row.before, row.after, row.user_id) == (
        "Авдеев",
        "Авдеев-Ли",
        cast.class_teacher.user_id,
    )
    assert "Авдеев-Ли" not in "".join(LogEntry.objects.values_list("data", flat=True)), (
        "the log holds no names"
    )
    parent = card(cast.guardian, phone="+79990002233")
    assert teacher.post(f"/students/{cast.student.pk}/", parent).status_code == 302
    cast.guardian.refresh_from_db()
    assert cast.guardian.phone == "+79990002233"
    for foreign in (cast.other_student, cast.left_student):
        answer = teacher.post(f"/students/{foreign.pk}/", card(foreign, phone="+79990002233"))
        assert answer.status_code in (404, 422), "another group, or gone from it"
    assert teacher.post(address, card(cast.outsider, phone="+79990002233")).status_code == 404
    for name, refused in (("guardian", 422), ("secretary", 422), ("inspector", 404)):
        client = client_of(cast.people[name])
        assert (
            client.post(f"/students/{cast.student.pk}/", card(cast.student, phone="+79990002233")).status_code
            == refused
        )
    cast.student.refresh_from_db()
    assert cast.student.phone == ""


@presets((IPATOVO, "IP-2.12c"), (GYMNASIUM, "GT-I-5.2.ct.б-d"), (CENTRE, "CT-5.2"))
def test_a_month_without_a_review_is_a_finding_on_the_first(cast: Any, client_of: Any) -> None:
    address = f"/rosters/{cast.homeroom.pk}/"

    def overdue(day: date) -> str:
        with clock.rehearse(cast.local(day, 9)):
            words = page(client_of(cast.deputy), "/rosters/")
        return words.split("Классный руководитель Учеников")[0]

    teacher = client_of(cast.class_teacher)
    assert "ждёт проверки" in page(teacher, address)
    done(teacher.post(address, {"act": "review"}))
    row = RosterReview.objects.get()
    assert (row.day, row.students, row.changes, row.user_id) == (
        cast.on,
        12,
        row.changes,
        cast.class_teacher.user_id,
    )
    done(teacher.post(address, {"act": "review"}))
    assert RosterReview.objects.latest("id").changes == 0, "a review without changes counts too"
    title = class_title(cast.homeroom.title).replace("\u00a0", " ")
    found = overdue(date(2026, 10, 31))
    assert "1–31 октября" not in found, "October is not over"
    later = overdue(date(2026, 11, 1))
    assert "1–31 октября" in later, "the other class was not looked through in October"
    assert class_title(cast.younger.title).replace("\u00a0", " ") in later
    assert f"{title} , 1–31 октября" not in later, "the class that was reviewed is no finding"
    assert "1–30 ноября" in overdue(date(2026, 12, 1))
    with clock.rehearse(cast.local(date(2026, 12, 1), 9)):
        assert "не проверено" in page(client_of(cast.class_teacher), address)
    assert client_of(cast.director).post(address, {"act": "review"}).status_code == 422
    assert LogEntry.objects.filter(verb="roster_reviewed").count() == 2


@presets((DUBROVO, "DB-3.3.2a"), (COLLEGE, "ET-6.4a"), (COLLEGE, "ET-A-CURATOR-6"), (COLLEGE, "ET-3.1.3b"))
def test_list_not_confirmed_by_its_day_is_reported(cast: Any, client_of: Any) -> None:
    def head(day: date) -> str:
        with clock.rehearse(cast.local(day, 9)):
            return page(client_of(cast.deputy), "/rosters/").split("Классный руководитель Учеников")[0]

    title = class_title(cast.homeroom.title).replace("\u00a0", " ")
    assert "Не проверены в срок" not in head(date(2026, 9, 5)), "the day itself is in time"
    assert title in head(date(2026, 9, 6))
    with clock.rehearse(cast.local(date(2026, 9, 4), 9)):
        done(client_of(cast.class_teacher).post(f"/rosters/{cast.homeroom.pk}/", {"act": "review"}))
        words = page(client_of(cast.class_teacher), f"/rosters/{cast.homeroom.pk}/")
        assert "проверено 4 сентября" in words
        assert "Представитель нет у" in words, "a student without a parent's contact is listed"
    assert title not in head(date(2026, 9, 6))


@presets((DUBROVO, "DB-3.3.4b"), (DUBROVO, "DB-4.2.2b"))
def test_cards_not_confirmed_this_year_are_listed(cast: Any, client_of: Any) -> None:
    address = f"/rosters/{cast.homeroom.pk}/"
    before = page(client_of(cast.deputy), address)
    assert before.count("ждёт проверки") + before.count("не проверено") == 2, "the list and the cards"
    assert "Исаков Б. М." in page(client_of(cast.deputy), "/rosters/")
    done(client_of(cast.class_teacher).post(address, {"act": "review"}))
    after = page(client_of(cast.deputy), address)
    assert "проверено 14 октября" in after and "ждёт проверки" not in after
    assert "14 октября" in page(client_of(cast.deputy), "/rosters/")
    assert "ждёт проверки" in page(client_of(cast.deputy), f"/rosters/{cast.younger.pk}/")


@presets(
    (GYMNASIUM, "GT-I-5.2.ct.б-a"),
    (IPATOVO, "IP-2.12b"),
)
def test_arrivals_and_departures_stand_with_date_and_order(cast: Any, client_of: Any) -> None:
    address = f"/rosters/{cast.homeroom.pk}/"
    Enrolment.objects.filter(homeroom=cast.homeroom).update(order_number="12-у")
    assert "нет приказа" not in page(client_of(cast.class_teacher), address).split("Прибыли и выбыли")[0]
    Enrolment.objects.filter(student=cast.named("Цой")).update(order_number="")
    words = page(client_of(cast.class_teacher), address)
    assert "Цой Максим Вадимович" in words and "нет приказа" in words.split("Прибыли и выбыли")[0]
    moves = words.split("Прибыли и выбыли")[1]
    assert "Цой М. В. прибыл 7 октября 2026 г., нет приказа" in moves
    assert "Устинов Л. Г. последний день 8 октября 2026 г." in moves
    overview = page(client_of(cast.deputy), "/rosters/")
    assert "12 1 " in overview, "twelve students, one without an order"
    done(
        client_of(cast.deputy).post(
            f"/setup/homerooms/{cast.homeroom.pk}/",
            {
                "act": "correct",
                "place": Enrolment.objects.get(student=cast.named("Цой")).pk,
                "starts": "2026-10-07",
                "order_number": "31-у",
            },
        )
    )
    assert "прибыл 7 октября 2026 г., приказ № 31-у" in page(client_of(cast.class_teacher), address)
    done(
        client_of(cast.deputy).post(
            f"/setup/homerooms/{cast.homeroom.pk}/",
            {"act": "leave", "row": cast.named("Цой").pk, "on": "2026-10-13", "order_number": "33-у"},
        )
    )
    assert "Цой" not in page(client_of(cast.teacher), f"/lessons/{cast.lesson.pk}/"), "the list follows"


@presets(
    (GYMNASIUM, "GT-I-5.2.ct.б-b"),
    (GYMNASIUM, "GT-I-3.2b"),
    (IPATOVO, "IP-2.12a"),
    (COLLEGE, "ET-6.4b", "срок 5 сентября"),
)
def test_empty_fields_are_counted_by_class(cast: Any, client_of: Any) -> None:
    address = f"/rosters/{cast.homeroom.pk}/"
    words = page(client_of(cast.class_teacher), address)
    counts = words.split("Полнота карточек")[1]
    assert "Представитель нет у 10" in counts and "Дата рождения у всех" in counts
    pupil = cast.named("Авдеев")
    Person.objects.filter(pk=pupil.pk).update(birth_date=None)
    words = page(client_of(cast.class_teacher), address)
    assert "Дата рождения нет у 1" in words.split("Полнота карточек")[1]
    line = words[words.index("Авдеев Кирилл") : words.index("Асанов")]
    assert "дата рождения" in line and "представитель" in line
    safin = words[words.index("Сафина Диляра") : words.index("Цой")]
    assert "телефон или почта представителя" in safin, "a parent without a phone"
    Person.objects.filter(pk=cast.guardian.pk).update(phone="+79990001122")
    words = page(client_of(cast.class_teacher), address)
    assert "телефон или почта представителя" not in words[words.index("Сафина Диляра") : words.index("Цой")]
    one, other = cast.named("Ефимова"), cast.named("Григорян")
    twin = {"surname": one.surname, "given_name": one.given_name, "patronymic": one.patronymic}
    assert "тёзка" not in words
    Person.objects.filter(pk=other.pk).update(**twin, birth_date=one.birth_date)
    assert page(client_of(cast.class_teacher), address).count("тёзка с той же датой рождения") == 2
    assert client_of(cast.master).get(address).status_code == 404
    assert Guardianship.objects.filter(student=pupil).count() == 0


@pytest.mark.parametrize("cast", [GYMNASIUM], indirect=True)
def test_class_pages_ask_few_statements(cast: Any, client_of: Any, count_statements: Any) -> None:
    client = client_of(cast.deputy)
    for address in (
        "/rosters/",
        f"/rosters/{cast.homeroom.pk}/",
        f"/rosters/{cast.homeroom.pk}/consents/",
        f"/rosters/{cast.homeroom.pk}/access/",
    ):
        client.get(address)
        with count_statements() as seen:
            assert client.get(address).status_code == 200
        assert len(seen) <= 18, (address, len(seen))
