"""Pages of the set-up and cards: a fixed number of statements, forms that lose nothing, reading that leaves a trace."""

from typing import Any

import pytest

from parta.foundation.log import SYSTEM
from parta.people import actions
from parta.people.models import Enrolment, Person, ReadTrace, Role, User

pytestmark = pytest.mark.django_db


def more_people(cast: Any, count: int) -> None:
    ids = actions.bulk_people(
        school_id=cast.school.pk,
        rows=[actions.PersonRow(f"Яковлев{n}", "Ян") for n in range(count)],
        by=SYSTEM,
        at=cast.at,
    )
    actions.bulk_enrolments(
        school_id=cast.school.pk,
        rows=[actions.EnrolmentRow(person_id, cast.homeroom.pk, cast.year.starts) for person_id in ids],
        by=SYSTEM,
        at=cast.at,
    )


@pytest.mark.parametrize(
    "address", ["/setup/people/?q=Я", "/students/", "/setup/homerooms/", "/setup/", "HOMEROOM"]
)
def test_statements_do_not_grow_with_the_school(
    cast: Any, client_of: Any, count_statements: Any, address: str
) -> None:
    client = client_of(cast.deputy)
    address = address.replace("HOMEROOM", f"/setup/homerooms/{cast.homeroom.pk}/")
    more_people(cast, 1)
    client.get(address)  # the law is read once
    with count_statements() as few:
        assert client.get(address).status_code == 200
    more_people(cast, 30)
    with count_statements() as many:
        assert client.get(address).status_code == 200
    assert len(few) == len(many) <= 35


def test_card_is_traced_and_readers_are_shown_to_the_deputy(cast: Any, client_of: Any) -> None:
    address = f"/students/{cast.student.pk}/"
    assert client_of(cast.class_teacher).get(address).status_code == 200
    assert client_of(cast.guardian).get(address).status_code == 200
    assert client_of(cast.outsider).get(address).status_code == 404
    opened = ReadTrace.objects.filter(student_id=cast.student.pk, page="student_card")
    readers = set(opened.values_list("user_id", flat=True))
    assert readers == {cast.class_teacher.user_id, cast.guardian.user_id}
    shown = client_of(cast.deputy).get(address).content.decode()
    assert "Кто открывал эту карточку" in shown and cast.class_teacher.short_name in shown
    hidden = client_of(cast.guardian).get(address).content.decode()
    assert "Кто открывал" not in hidden


def test_operator_sees_no_card_and_no_journal(cast: Any, client_of: Any) -> None:
    client = client_of(cast.operator)
    assert client.get(f"/students/{cast.student.pk}/").status_code == 403
    assert client.get("/journals/").status_code == 403
    assert client.get(f"/setup/people/{cast.student.pk}/").status_code == 200
    assert ReadTrace.objects.filter(student_id=cast.student.pk, page="setup_person").exists()


def test_foreign_and_absent_look_alike(cast: Any, client_of: Any) -> None:
    client = client_of(cast.deputy)
    foreign = client.get(f"/students/{cast.outside.student.pk}/")
    absent = client.get("/students/987654321/")
    assert foreign.status_code == absent.status_code == 404
    assert foreign.content == absent.content


def test_refused_form_keeps_what_was_typed(cast: Any, client_of: Any) -> None:
    client = client_of(cast.operator)
    answer = client.post(
        "/setup/people/",
        {
            "act": "add",
            "surname": "Ли<b>",
            "given_name": "",
            "patronymic": "Отчество",
            "birth_date": "2014-02-30",
        },
    )
    page = answer.content.decode()
    assert answer.status_code == 422
    assert 'value="Ли&lt;b&gt;"' in page and 'value="Отчество"' in page and 'value="2014-02-30"' in page
    assert "Непонятная дата рождения" in page and 'aria-invalid="true"' in page
    assert Person.objects.filter(surname="Ли<b>").count() == 0


def test_new_person_account_role(cast: Any, client_of: Any) -> None:
    client = client_of(cast.operator)
    answer = client.post("/setup/people/", {"act": "add", "surname": "Ли", "given_name": "Ян"})
    person = Person.objects.get(surname="Ли", given_name="Ян")
    assert answer.status_code == 302 and answer["Location"] == f"/setup/people/{person.pk}/?done=added"
    address = f"/setup/people/{person.pk}/"
    early = client.post(address, {"act": "issue"})
    assert early.status_code == 422 and "нет роли" in early.content.decode(), "no account without a function"
    wrong = client.post(address, {"act": "grant", "kind": "teacher", "starts": "", "order_number": "15"})
    assert wrong.status_code == 422 and 'value="15"' in wrong.content.decode()
    right = client.post(
        address,
        {
            "act": "grant",
            "kind": "teacher",
            "starts": "01.09.2026",
            "order_number": "15",
            "until": "2026-12-31",
        },
    )
    role = Role.objects.get(person=person)
    assert right.status_code == 302
    assert (role.starts.isoformat(), str(role.until), role.order_number) == ("2026-09-01", "2027-01-01", "15")
    slip = client.post(address, {"act": "issue"}).content.decode()
    user = User.objects.get(persons=person)
    assert user.login in slip and "Код активации" in slip and not user.has_usable_password()


def test_foreign_role_cannot_be_ended(cast: Any, client_of: Any) -> None:
    role = cast.outside.teacher.roles.first()
    answer = client_of(cast.deputy).post(
        f"/setup/people/{cast.teacher.pk}/", {"act": "end_role", "row": role.pk, "until": "2026-10-14"}
    )
    role.refresh_from_db()
    assert answer.status_code == 404 and role.until is None


def test_roster_moves_a_student(cast: Any, client_of: Any) -> None:
    client = client_of(cast.deputy)
    answer = client.post(
        f"/setup/homerooms/{cast.homeroom.pk}/",
        {"act": "leave", "row": cast.student.pk, "on": "2026-10-20", "order_number": "8"},
    )
    assert answer.status_code == 302
    place = Enrolment.objects.get(student=cast.student)
    assert str(place.until) == "2026-10-21" and place.left_order == "8"


@pytest.mark.parametrize("words", ["сафина", "Сафина Дил", "ДИЛЯРА", "дил саф"])
def test_search_does_not_mind_capitals_and_order(cast: Any, client_of: Any, words: str) -> None:
    page = client_of(cast.deputy).get("/setup/people/", {"q": words}).content.decode()
    assert "Сафина Диляра" in page


@pytest.mark.parametrize(
    "query", ["page=0", "page=99999999999999999999", "homeroom=²", "q=%00", "kind=x", "account=y"]
)
def test_strange_addresses_are_answered(cast: Any, client_of: Any, query: str) -> None:
    assert client_of(cast.deputy).get(f"/setup/people/?{query}").status_code == 200


HOSTILE = [
    "",
    "0",
    "-1",
    "9" * 30,
    "²",
    "\x00",
    "<script>",
    "2026-13-45",
    "31.02.2026",
    "9999-12-31",
    "n" * 30_000,
]
FORMS = {
    "/setup/access/": ["close", "hand"],
    "ROSTER": ["review"],
    "CONSENTS": ["record"],
    "ACCESS": ["issue", "loss", "hand"],
    "CARD": ["save"],
    "/setup/": ["school"],
    "/setup/people/": ["add", "issue"],
    "PERSON": [
        "save",
        "issue",
        "reset",
        "close",
        "grant",
        "end_role",
        "add_kin",
        "end_kin",
        "enrol",
        "nothing",
    ],
    "/setup/homerooms/": ["add"],
    "HOMEROOM": ["save", "enrol", "move", "leave", "correct"],
    "/setup/subgroups/": ["add"],
    "SUBGROUP": ["save"],
    "/setup/calendar/": [
        "open_year",
        "save_year",
        "save_terms",
        "add_vacation",
        "save_vacation",
        "remove_vacation",
    ],
    "/setup/bells/": ["save"],
    "/setup/lists/": ["subject", "room", "department", "scale", "own_scale", "work_kind"],
    "/setup/curriculum/": ["save"],
    "CURRICULUM": ["save"],
    "/setup/journals/": ["add"],
    "JOURNAL": ["save", "add_load", "end_load"],
    "/setup/plans/": ["add"],
    "/setup/timetable/": ["generate"],
    "TEMPLATE": ["save"],
    "/substitutions/": ["substitute", "end", "cancel", "restore", "move"],
}
FIELDS = (
    "row surname given_name patronymic sex birth_date email phone title grade letter term_kind bells room "
    "starts until on kind homeroom department order_number order_date other side relation student "
    "homerooms place lines week_days state number0 starts0 until0 title0 kind0 ends0 code short area "
    "position weight purpose subject subgroup scale plan weekly_hours teacher hours topics since j1_1_0 "
    "r1_1_0 substitute date number reason name short_name timezone login external_id person is_default "
    "signed_on signer state paper_number scope handed_on handed_to again address ground "
    "symbols hours subject0 weekly0 yearly0 control0 level0 parent0 clash since until "
).split()


@pytest.mark.parametrize("address", sorted(FORMS))
@pytest.mark.parametrize("value", HOSTILE, ids=range(len(HOSTILE)))
def test_no_form_fails_on_hostile_input(cast: Any, client_of: Any, address: str, value: str) -> None:
    places = {
        "PERSON": f"/setup/people/{cast.student.pk}/",
        "HOMEROOM": f"/setup/homerooms/{cast.homeroom.pk}/",
        "SUBGROUP": f"/setup/subgroups/{cast.english.subgroup_id}/",
        "JOURNAL": f"/setup/journals/{cast.russian.pk}/",
        "TEMPLATE": f"/setup/timetable/{cast.homeroom.pk}/",
        "CURRICULUM": f"/setup/curriculum/{cast.homeroom.pk}/",
        "ROSTER": f"/rosters/{cast.homeroom.pk}/",
        "CONSENTS": f"/rosters/{cast.homeroom.pk}/consents/",
        "ACCESS": f"/rosters/{cast.homeroom.pk}/access/",
        "CARD": f"/students/{cast.student.pk}/",
    }
    client = client_of(cast.deputy)
    for act in FORMS[address]:
        answer = client.post(places.get(address, address), {"act": act, **dict.fromkeys(FIELDS, value)})
        assert answer.status_code in (200, 302, 404, 422), (act, answer.status_code)
