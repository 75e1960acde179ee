"""An inspector learns no name: every page of the application, opened through a window, crawled and read."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.urls import reverse

from parta.people.models import Enrolment, InspectionAlias, Person, User
from tests.cast import client_of
from tests.contracts.matrix import LINES
from tests.contracts.test_matrix import _value

pytestmark = pytest.mark.django_db
FAR = 77_123_400
"""Ids of persons from here on are met in no other place."""


def planted(cast: Any) -> list[str]:
    """A pupil and a mother with everything a school knows, and words about them wherever people may write."""
    from parta.control.models import Remark
    from parta.journal.models import DiaryNote, Homework
    from parta.people.models import Guardianship, StudentOrder

    login = User.objects.create(login="zaglyada", password="!")
    pupil = Person.objects.create(
        id=FAR,
        school=cast.school,
        user=login,
        surname="Заглядин",
        given_name="Еремей",
        patronymic="Прохорович",
        sex="m",
        birth_date=cast.on - timedelta(days=4444),
        email="eremey@example.org",
        phone="+7 913 555-12-34",
        address="Тупиковый переулок, 7",
        external_id="vneshny-77",
    )
    mother = Person.objects.create(
        id=FAR + 1,
        school=cast.school,
        surname="Заглядина",
        given_name="Аграфена",
        patronymic="Лукинична",
        phone="8 (913) 555 43 21",
    )
    Enrolment.objects.create(
        school=cast.school, student=pupil, homeroom=cast.homeroom, starts=cast.on - timedelta(days=20)
    )
    Guardianship.objects.create(
        school=cast.school,
        guardian=mother,
        student=pupil,
        relation="mother",
        starts=cast.on - timedelta(days=20),
    )
    StudentOrder.objects.create(
        school=cast.school,
        homeroom=cast.homeroom,
        kind="admitted",
        number="17",
        signed_on=cast.on,
        starts_on=cast.on,
        surname="Заглядин",
        given_name="Еремей",
        entered_at=cast.at,
    )
    words = "Поговорили с Заглядиным Еремеем и мамой (Аграфена Лукинична, 89135554321): Ерёма дерётся с Заглядиной"
    DiaryNote.objects.create(
        school=cast.school,
        journal=cast.russian,
        lesson=cast.lesson,
        student=pupil,
        kind="remark",
        text=words,
        author=cast.teacher,
        made_at=cast.at,
    )
    Homework.objects.filter(journal=cast.russian).update(text=f"§ 5; {words}")
    Remark.objects.create(
        school=cast.school,
        journal=cast.russian,
        lesson=cast.lesson,
        homeroom=cast.homeroom,
        person=cast.teacher,
        text=words,
        due=cast.on,
        made_by=cast.deputy,
        made_at=cast.at,
    )
    names = "заглядин еремей ереме прохорович аграфен лукинич zaglyada eremey тупиков vneshny".split()
    return [*names, "5551234", "5554321", "555-12-34", "555 43 21"]


def hidden_words(cast: Any) -> set[str]:
    """Names of all pupils and guardians of the school, less those that a member of staff has too."""
    words: dict[bool, set[str]] = {True: set(), False: set()}
    for person in Person.objects.filter(school=cast.school).prefetch_related("roles"):
        at_work = bool(person.roles.all())
        words[at_work].update({person.surname, person.given_name})
    return {word for word in words[False] - words[True] if len(word) > 2}


def addresses(cast: Any) -> list[str]:
    """Every address of the matrix, its persons by the ids that this window shows."""
    shown = dict(InspectionAlias.objects.values_list("person_id", "shown_id"))
    found = []
    for name, lines in LINES.items():
        if name in (
            "logout",
            "lock",
            "school",
            "feed",
        ):  # the last: whoever has a family's own secret address
            continue
        for line in list(lines.values())[:1]:
            query = re.sub(r"\{([^}]+)\}", lambda one: str(_value(cast, one[1])), line.query)
            args = line.args(cast)
            for key in ("student_id", "person_id"):
                if key in args:
                    args[key] = shown.get(args[key], args[key])
            found.append(reverse(name, kwargs=args) + (f"?{query}" if query else ""))
    return found


def test_no_name_reaches_an_inspector(cast: Any) -> None:
    needles = planted(cast)
    client = client_of(cast.inspector)
    assert client.get("/inspection/").status_code == 200  # the lot is drawn
    names = hidden_words(cast)
    todo = [*addresses(cast), "/students/?q=Заглядин", "/students/?q=Сафина", "/нет/Заглядин/"]
    done: set[str] = set()
    opened, wrong = 0, []
    while todo and len(done) < 700:
        url = todo.pop(0)
        if url in done or "logout" in url:
            continue
        done.add(url)
        answer = client.get(url, raise_request_exception=False)
        assert answer.status_code < 500, url
        opened += answer.status_code == 200
        text = "".join(f"{key}: {value}\n" for key, value in answer.headers.items()) + answer.content.decode(
            "utf-8", "replace"
        )
        plain = re.sub(r"\\u([0-9a-fA-F]{4})", lambda one: chr(int(one[1], 16)), text)
        echoed = plain.replace("q=", "")
        low = echoed.lower()
        wrong += [f"{url}: {word}" for word in needles if word in low]
        wrong += [f"{url}: {word}" for word in names if re.search(rf"\b{word}\b", echoed)]
        wrong += [f"{url}: id" for one in (FAR, FAR + 1) if str(one) in low]
        if answer.status_code == 200 and answer.headers.get("Content-Type", "").startswith("text/html"):
            for link in re.findall(r'href="(/[^"#]*|\?[^"#]*)', text):
                link = link.replace("&amp;", "&")
                path = link if link.startswith("/") else url.split("?")[0] + link
                if "/static/" not in path and path.split("?")[0].count("/") and _is_new(path, done, todo):
                    todo.append(path)
    assert not wrong, f"{len(wrong)} of {len(done)}\n" + "\n".join(wrong[:40])
    assert opened > 60, opened


def _is_new(path: str, done: set[str], todo: list[str]) -> bool:
    """One address more of a shape is enough: ids and days turned into signs."""
    shape = re.sub(r"\d+", "#", path)
    return sum(re.sub(r"\d+", "#", one) == shape for one in [*done, *todo]) < 2 and path not in todo
