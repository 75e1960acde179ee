"""Clauses on what the staff lacks and asks: needs summed by room, trouble with the program sent on to its support."""

from datetime import timedelta
from typing import Any

import pytest

from parta.control.models import ErrorReport
from parta.foundation import clock
from parta.foundation.models import Job, LogEntry
from parta.organisation.models import Room
from tests.journeys.steps import (
    DUBROVO,
    GYMNASIUM,
    IPATOVO,
    done,
    mark,
    page,
    presets,
    saved,
    send,
    text,
    under,
)
from tests.journeys.test_clauses_checks import found


@presets((GYMNASIUM, "GT-I-5.2.dir.в-a"), (IPATOVO, "IP-2.10a"))
def test_needs_of_rooms_are_summed_for_the_director(cast: Any, client_of: Any) -> None:
    teacher, director = client_of(cast.teacher), client_of(cast.director)
    rooms = {room.title: room for room in Room.objects.filter(school=cast.school)}
    assert "Чего не хватает" not in page(director, "/errors/")

    def tell(kind: str, room: Any, words: str = "Нечем работать") -> Any:
        return teacher.post(
            "/errors/", {"act": "report", "kind": kind, "text": words, "room": (room and room.pk) or ""}
        )

    refused = tell("device", None)
    assert refused.status_code == 422 and "Укажите кабинет" in text(refused)
    assert tell("weather", rooms["27"]).status_code == 422
    strange = Room.objects.filter(school=cast.outside.school)[0]
    assert tell("network", strange).status_code == 422 and not ErrorReport.objects.exists()
    for kind, room in (("device", "27"), ("device", "27"), ("network", "27"), ("network", "31")):
        done(tell(kind, rooms[room]))
    done(tell("data", None, "Неверная дата"))
    words = page(director, "/errors/")
    assert "27 2 1 3 31 0 1 1 Всего 2 2 4" in words, words
    assert "Чего не хватает" not in page(teacher, "/errors/")
    row = ErrorReport.objects.filter(kind="network", room=rooms["31"]).get()
    done(director.post("/errors/", {"act": "fix", "row": row.pk, "answer": "Проведён кабель"}))
    assert "31 0 1 0" in page(director, "/errors/"), "told and met stays in the sum"
    # another school sees nothing of it; a need is no wrong data with its day of mending
    assert "Чего не хватает" not in page(client_of(cast.outside.director), "/errors/")
    late = cast.at + timedelta(days=30)
    assert not [one for one in found(cast, "change_request_processed", "deputy", late) if "Нечем" in one.text]


@under(IPATOVO)
@pytest.mark.clause("IP-2.13o")
def test_a_ticket_goes_to_the_support_with_a_report_free_of_personal_data(cast: Any, client_of: Any) -> None:
    teacher, deputy = client_of(cast.teacher), client_of(cast.deputy)
    student = cast.named("Зайцев")
    saved(send(teacher, cast.russian, mark(cast.lesson, student, "5")))
    Job.objects.create(
        school_id=cast.school.pk, name="letters", made_at=cast.at, due_at=cast.at, attempts=3,
        error=f"no answer for {student.surname}", arguments={"name": student.surname},
    )  # fmt: skip
    words = f"Не открывается журнал, {student.full_name}, тел. +996 555"
    done(teacher.post("/errors/", {"act": "report", "kind": "program", "text": words}))
    row = ErrorReport.objects.get()
    answer = deputy.get(f"/errors/?support={row.pk}")
    told = answer.content.decode()
    assert answer["Content-Type"].startswith("text/plain") and "attachment" in answer["Content-Disposition"]
    for wanted in (
        f"№ {row.pk}",
        "работа программы",
        "Парта 0",
        "Python 3",
        "mark_recorded",
        "letters  1  3",
    ):
        assert wanted in told, told
    people = [one for person in cast.people.values() for one in (person.surname, person.given_name)]
    assert not [name for name in [*people, "+996", "Не открывается", cast.school.name] if name in told]
    for stranger in (teacher, client_of(cast.outside.deputy)):
        assert stranger.get(f"/errors/?support={row.pk}").status_code == 404
    assert teacher.post("/errors/", {"act": "forward", "row": row.pk}).status_code == 422
    later = cast.at + timedelta(hours=1)
    with clock.rehearse(later):
        done(deputy.post("/errors/", {"act": "forward", "row": row.pk}))
        assert deputy.post("/errors/", {"act": "forward", "row": row.pk}).status_code == 422, "once"
    row.refresh_from_db()
    assert row.forwarded_at == later
    assert LogEntry.objects.filter(verb="error_forwarded", object_id=row.pk).count() == 1
    assert "Передано в поддержку 14 октября в 11:40. Ждёт ответа" in page(teacher, "/errors/")
    done(deputy.post("/errors/", {"act": "fix", "row": row.pk, "answer": "Исправлено в версии 0.1.1"}))
    assert "Исправлено в версии 0.1.1" in page(teacher, "/errors/")


@under(DUBROVO)
@pytest.mark.clause("DB-3.2.8")
def test_tickets_print_with_their_dates_and_answers(cast: Any, client_of: Any) -> None:
    operator = client_of(cast.operator)
    done(
        operator.post("/errors/", {"act": "report", "kind": "program", "text": "Медленно открывается отчёт"})
    )
    row = ErrorReport.objects.get()
    done(operator.post("/errors/", {"act": "forward", "row": row.pk}))
    with clock.rehearse(cast.at + timedelta(days=1)):
        done(operator.post("/errors/", {"act": "fix", "row": row.pk, "answer": "Добавлен индекс"}))
        body = operator.get("/errors/").content.decode()
    assert "data-print" in body
    printed = body[body.index("<h2>Список</h2>") :]
    assert "noprint" not in printed[: printed.index("</ul>")].replace('<p class="noprint">', ""), (
        "no form is left"
    )
    words = page(operator, "/errors/")
    for wanted in (
        f"№ {row.pk}, работа программы", "Медленно открывается отчёт", "14 октября в 10:40",
        "Передано в поддержку 14 октября", "Исправлено 15 октября в 10:40", "Добавлен индекс",
    ):  # fmt: skip
        assert wanted in words, (wanted, words)
