"""The home page of the staff."""

from datetime import date
from typing import Any

import pytest

from parta.foundation import clock
from parta.journal.models import Absence
from parta.people.models import Role

pytestmark = pytest.mark.django_db


def text_of(client: Any) -> str:
    answer = client.get("/today/")
    assert answer.status_code == 200
    return str(answer.content.decode().replace("\xa0", " "))


def test_todays_lessons_with_their_states(cast: Any, client_of: Any) -> None:
    page = text_of(client_of(cast.teacher))
    assert (
        "Среда, 14 октября" in page and "7-я неделя I четверти · 2 урока · до конца четверти 10 дней" in page
    )
    assert "идёт, ещё 36 мин" in page and "Вести урок" in page
    assert "По плану: Источники фразеологизмов" in page
    assert "По плану: Повторение по теме «Фразеология. Культура речи»" in page
    assert "замена за Исаков Б. М." in text_of(client_of(cast.substitute))
    assert "ведёт Мельник О. П." in text_of(client_of(cast.class_teacher))


def test_what_is_to_be_filled_until_when_under_which_clause(cast: Any, client_of: Any) -> None:
    client = client_of(cast.teacher)
    with clock.rehearse(cast.local(cast.on, 11, 20)):
        page = text_of(client)
    assert "нет темы, явки, задания" in page and "Дописать" in page
    assert '<span class="tag tag--mark">сегодня</span>' in page and "п. 2.1, п. 2.2 Положения" in page
    with clock.rehearse(cast.local(date(2026, 10, 15), 8)):
        page = text_of(client)
    assert "срок был 14 октября" in page


def test_a_day_without_lessons_names_the_next(cast: Any, client_of: Any, count_statements: Any) -> None:
    client = client_of(cast.teacher)
    with clock.rehearse(cast.local(date(2026, 10, 18), 9, 0)):
        text_of(client)
        with count_statements() as seen:
            page = text_of(client)
    assert "Следующий: " in page and "понедельник, 19 октября, 8:" in page and len(seen) <= 10
    with clock.rehearse(cast.local(date(2027, 8, 1), 9, 0)):
        assert "И в расписании впереди их нет." in text_of(client)


def test_journals_in_figures(cast: Any, client_of: Any) -> None:
    page = text_of(client_of(cast.teacher))
    assert "8 из 18" in page and "0 из 12" in page and "1,2" in page and "3,86" in page
    assert "Кого спросить" in page


@pytest.mark.parametrize("cast", ["kemerovo-ct", "egorievsk-college", "ipatovo1", "dubrovo"], indirect=True)
def test_page_stands_under_every_act(cast: Any, client_of: Any) -> None:
    for who in ("teacher", "class_teacher", "substitute", "deputy", "master"):
        text_of(client_of(cast.people[who]))


def test_class_teacher_gives_reasons_with_one_tap(cast: Any, client_of: Any) -> None:
    student = cast.named("Орлова")
    for journal, number in (("russian", 3), ("maths", 1)):
        Absence.objects.create(
            school=cast.school, journal=cast.journals[journal], lesson=cast.lesson_on(journal, cast.on, number),
            student=student, meaning="unknown", symbol="н", set_at=cast.at, changed_at=cast.at, set_by=cast.teacher,
        )  # fmt: skip
    client = client_of(cast.class_teacher)
    page = text_of(client)
    wanted = f"{student.id}:2026-10-14:Б"
    assert "Пропуски без причины" in page and f'value="{wanted}"' in page and ":н" not in page
    assert client.post("/today/", {"reason": wanted}).status_code == 303
    today = Absence.objects.filter(student=student, lesson__date=cast.on)
    assert sorted(today.values_list("symbol", "meaning")) == [("Б", "ill"), ("Б", "ill")]
    assert client.post("/today/", {"reason": wanted}).status_code == 422
    assert client_of(cast.teacher).post("/today/", {"reason": wanted}).status_code == 422


def test_one_tap_explains_all_days_of_a_student_and_of_no_other(cast: Any, client_of: Any) -> None:
    student, other = cast.named("Орлова"), cast.named("Григорян")
    for who, on in ((student, date(2026, 10, 13)), (student, cast.on), (other, cast.on)):
        Absence.objects.filter(student=who, lesson__date=on).delete()
        Absence.objects.create(
            school=cast.school, journal=cast.russian, lesson=cast.lesson_on("russian", on), student=who,
            meaning="unknown", symbol="н", set_at=cast.at, changed_at=cast.at, set_by=cast.teacher,
        )  # fmt: skip
    client = client_of(cast.class_teacher)
    page = text_of(client)
    assert f'value="{student.id}:all:Б"' in page and f'value="{other.id}:all:Б"' not in page
    assert "13–14 октября" in page.replace("\u00a0", " ")
    assert client.post("/today/", {"reason": f"{student.id}:all:Б"}).status_code == 303
    mine = Absence.objects.filter(student=student, lesson__date__gte=date(2026, 10, 13))
    assert set(mine.values_list("meaning", flat=True)) == {"ill"} and mine.count() == 2
    assert Absence.objects.get(student=other, lesson__date=cast.on).meaning == "unknown"
    assert client.post("/today/", {"reason": f"{student.id}:all:Б"}).status_code == 422


@pytest.mark.parametrize("sent", ["", "x", "1:all:Б", "1:2:3", "1:2026-10-14:н", ":::"])
def test_nonsense_reason_is_told_so(cast: Any, client_of: Any, sent: str) -> None:
    assert client_of(cast.class_teacher).post("/today/", {"reason": sent}).status_code == 422


def test_school_of_today_for_the_deputy(cast: Any, client_of: Any) -> None:
    page = text_of(client_of(cast.deputy))
    assert "Школа сегодня" in page and "Мельник О. П." in page and "0 из 1" in page


def test_statements_are_few_whoever_looks(cast: Any, client_of: Any, count_statements: Any) -> None:
    Role.objects.create(school=cast.school, person=cast.class_teacher, kind="deputy", starts=date(2026, 9, 1))
    for who in (
        "teacher",
        "class_teacher",
        "deputy",
        "director",
        "substitute",
        "master",
        "head_of_department",
    ):
        client = client_of(cast.people[who])
        client.get("/today/")
        with count_statements() as seen:
            client.get("/today/")
        # the desk of a controller asks what is due of checks, reports and the year
        most = 32 if who in ("class_teacher", "deputy", "director", "head_of_department") else 10
        assert len(seen) <= most, (who, len(seen))


@pytest.mark.parametrize("who", ["student", "guardian", "operator", "secretary", "nurse"])
def test_closed_to_others(cast: Any, client_of: Any, who: str) -> None:
    assert client_of(cast.people[who]).get("/today/").status_code == 403
