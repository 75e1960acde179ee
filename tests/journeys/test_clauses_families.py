"""Clauses on the class teacher towards families: who looks, acknowledgement, what did not arrive, planned absences."""

from datetime import date, timedelta
from typing import Any

import pytest

from parta.diary.models import AbsenceNotice, Acknowledgement, DataChange
from parta.foundation import clock, log
from parta.foundation.models import LogEntry
from parta.journal.models import Absence
from parta.people.models import ReadTrace
from tests.journeys.steps import (
    CENTRE,
    COLLEGE,
    DUBROVO,
    GYMNASIUM,
    IPATOVO,
    absent,
    done,
    mark,
    presets,
    saved,
    send,
    under,
)
from tests.journeys.steps import page as plain_page

WEEK = "2026-10-12"


def page(client: Any, address: str, status: int = 200) -> str:
    """A page as words, its commas where a reader sees them."""
    return plain_page(client, address, status).replace(" ,", ",").replace(" :", ":")


def line_of(words: str, name: str, following: str) -> str:
    """A pupil's row in the table of families."""
    return words[words.index(name) : words.index(following, words.index(name))]


# --- who looks ------------------------------------------------------------------------------------------------------


@presets((COLLEGE, "ET-5.1a"), (DUBROVO, "DB-3.3.5"))
def test_families_that_do_not_look_for_a_week_are_listed(cast: Any, client_of: Any) -> None:
    with clock.rehearse(cast.local(date(2026, 10, 7), 18)):
        page(client_of(cast.guardian), f"/diary/{cast.student.pk}/")
    table = client_of(cast.class_teacher)
    cite = "п. 5.1" if cast.preset == COLLEGE else "п. 3.3"
    with clock.rehearse(cast.local(date(2026, 10, 14), 17, 59)):
        words = page(table, "/families/")
        row = line_of(words, "Сафина Диляра", "Цой Максим")
        assert "7 октября" in row and "давно" not in row, "the last minute of the seventh day"
        assert "не открывали давно" in line_of(words, "Зайцев Михаил", "Иванов Александр"), (
            "never since September"
        )
        assert cite in words and "раза в 7 дней" in words
    with clock.rehearse(cast.local(date(2026, 10, 14), 18, 1)):
        assert "7 октября давно" in line_of(page(table, "/families/"), "Сафина Диляра", "Цой Максим")
        page(client_of(cast.student), f"/diary/{cast.student.pk}/")
        assert "давно" in line_of(page(table, "/families/"), "Сафина Диляра", "Цой Максим"), (
            "a parent must look"
        )
        page(client_of(cast.guardian), f"/diary/{cast.student.pk}/")
        row = line_of(page(table, "/families/"), "Сафина Диляра", "Цой Максим")
        assert "14 октября" in row and "давно" not in row
    page(client_of(cast.master), f"/families/?homeroom={cast.homeroom.pk}", 404)
    page(client_of(cast.teacher), "/families/", 403)


@under(GYMNASIUM)
@pytest.mark.clause("DB-3.5.4d", partly="порог доли")
def test_share_of_families_that_took_part(cast: Any, client_of: Any) -> None:
    deputy = client_of(cast.deputy)
    assert "6 «Б» 12 2 0 0 %" in page(deputy, "/families/")
    page(client_of(cast.guardian), f"/diary/{cast.student.pk}/")
    assert "6 «Б» 12 2 1 50 %" in page(deputy, "/families/")
    with clock.rehearse(cast.at + timedelta(days=8)):
        assert "6 «Б» 12 2 0 0 %" in page(deputy, "/families/")


# --- acknowledgement ------------------------------------------------------------------------------------------------


@presets((DUBROVO, "DB-3.7.7"))
def test_tick_of_the_guardian_with_date_and_name(cast: Any, client_of: Any) -> None:
    family, table = client_of(cast.guardian), client_of(cast.class_teacher)
    diary = f"/diary/{cast.student.pk}/"
    assert "Подтверждаю" in page(family, diary)
    assert "Подтверждаю" not in page(client_of(cast.student), diary)
    assert "Подтверждаю" not in page(family, f"{diary}?week=2026-10-19"), "a week to come"
    assert "На бумаге" in line_of(page(table, "/families/"), "Сафина Диляра", "Цой Максим")
    for _ in range(2):
        assert family.post(f"{diary}acknowledge", {"week": WEEK}).status_code == 303
    assert Acknowledgement.objects.count() == 1, "twice is once"
    assert LogEntry.objects.filter(verb="week_acknowledged").count() == 1
    words = page(family, diary)
    assert "Ознакомлены: Сафина Г. Р., 14 октября в 10:40" in words and "Подтверждаю" not in words
    row = line_of(page(table, "/families/"), "Сафина Диляра", "Цой Максим")
    assert "Сафина Г. Р., в дневнике, 14 октября" in row
    assert family.post(f"{diary}acknowledge", {"week": "2026-10-19"}).status_code == 422
    assert family.post(f"{diary}acknowledge", {"week": "2026-10-13"}).status_code == 422, "no Monday"
    assert client_of(cast.student).post(f"{diary}acknowledge", {"week": WEEK}).status_code == 403
    assert client_of(cast.outsider).post(f"{diary}acknowledge", {"week": WEEK}).status_code == 404
    assert Acknowledgement.objects.count() == 1


@under(DUBROVO)
def test_paper_signature_is_recorded_by_the_class_teacher(cast: Any, client_of: Any) -> None:
    table, pupil = client_of(cast.class_teacher), cast.named("Авдеев")
    form = {"act": "paper", "row": pupil.pk, "week": WEEK}
    done(table.post("/families/", form))
    done(table.post("/families/", form))
    assert Acknowledgement.objects.get().means == "paper"
    assert "на бумаге, 14 октября" in line_of(page(table, "/families/"), "Авдеев Кирилл", "Асанов Тимур")
    assert table.post("/families/", form | {"row": cast.other_student.pk}).status_code == 422
    assert client_of(cast.deputy).post("/families/", form).status_code == 422, "the class teacher's own act"
    other = {"act": "paper", "row": cast.named("Асанов").pk, "week": "2026-10-26"}
    assert table.post("/families/", other).status_code == 422, "a week to come"


# --- what reaches the family ----------------------------------------------------------------------------------------


def delivered(cast: Any, client_of: Any, change: Any, over: Any, within: Any) -> None:
    """Before the limit nothing is missing; after it the class teacher sees it, until somebody of the family looks."""
    family, table = client_of(cast.guardian), client_of(cast.class_teacher)
    page(family, f"/diary/{cast.student.pk}/")
    with clock.rehearse(cast.local(date(2026, 10, 14), 11)):
        saved(send(client_of(cast.teacher), cast.russian, change))
    with clock.rehearse(within):
        assert "записи" not in line_of(page(table, "/families/"), "Сафина Диляра", "Цой Максим")
        assert "запись" not in line_of(page(table, "/families/"), "Сафина Диляра", "Цой Максим")
    with clock.rehearse(over):
        assert "1 запись с 14 октября" in line_of(page(table, "/families/"), "Сафина Диляра", "Цой Максим")
        news = page(family, f"/diary/{cast.student.pk}/news/")
        assert "новое" in news and "14 октября в 11:00" in news
        assert "запись" not in line_of(page(table, "/families/"), "Сафина Диляра", "Цой Максим")


@presets((GYMNASIUM, "GT-I-2.7a"), (IPATOVO, "IP-1.4.6a"))
def test_a_mark_reaches_the_family_within_a_day(cast: Any, client_of: Any) -> None:
    work = "oral"
    delivered(
        cast,
        client_of,
        mark(cast.lesson, cast.student, "5", work),
        cast.local(date(2026, 10, 16), 0, 1),
        cast.local(date(2026, 10, 15), 23, 59),
    )


@presets((GYMNASIUM, "GT-I-2.7b"), (CENTRE, "CT-4.1c"))
def test_an_absence_reaches_the_family_the_same_day(cast: Any, client_of: Any) -> None:
    delivered(
        cast,
        client_of,
        absent(cast.lesson, cast.student, "н"),
        cast.local(date(2026, 10, 15), 0, 1),
        cast.local(date(2026, 10, 14), 23, 59),
    )


@presets((IPATOVO, "IP-1.4.6b"))
def test_an_absence_reaches_the_family_within_a_day(cast: Any, client_of: Any) -> None:
    delivered(
        cast,
        client_of,
        absent(cast.lesson, cast.student, "н"),
        cast.local(date(2026, 10, 16), 0, 1),
        cast.local(date(2026, 10, 15), 23, 59),
    )


# --- planned absence ------------------------------------------------------------------------------------------------


def tell(cast: Any, client: Any, student: Any, **more: Any) -> Any:
    form = {
        "act": "tell",
        "starts": "2026-10-15",
        "until": "2026-10-16",
        "meaning": "ill",
        "text": "температура",
    }
    return client.post(f"/diary/{student.pk}/absences/", form | more)


@presets((DUBROVO, "DB-3.7.6"))
def test_planned_absence_stands_in_the_journal_and_in_the_queue(cast: Any, client_of: Any) -> None:
    from django.core.files.uploadedfile import SimpleUploadedFile

    family, head, teacher = client_of(cast.guardian), client_of(cast.class_teacher), client_of(cast.teacher)
    thursday = cast.lesson_on("russian", date(2026, 10, 15))
    lesson = f"/lessons/{thursday.pk}/?tab=roll"
    assert "семья предупредила" not in page(teacher, lesson)
    assert "Ребёнка не будет" not in page(client_of(cast.student), f"/diary/{cast.student.pk}/absences/")
    assert tell(cast, client_of(cast.student), cast.student).status_code == 422, "no pupil's account"
    assert tell(cast, client_of(cast.outsider), cast.student).status_code == 404
    assert tell(cast, family, cast.student, starts="2026-10-13").status_code == 422, "a day gone by"
    assert tell(cast, family, cast.student, until="2026-10-14").status_code == 422, "the end before the start"
    assert AbsenceNotice.objects.count() == 0
    paper = SimpleUploadedFile("справка.pdf", b"%PDF-1.4", content_type="application/pdf")
    done(tell(cast, family, cast.student, file=paper))
    done(tell(cast, family, cast.student))
    notice = AbsenceNotice.objects.get()
    assert "Сафина Диляра семья предупредила: болеет по 16 октября; ждёт решения" in page(
        teacher, lesson
    ).replace("Сафина Диляра ·", "Сафина Диляра")
    words = page(head, "/families/absences/")
    assert "Сафина Диляра 15–16 октября, весь день. Болезнь: температура справка.pdf" in words
    assert family.get(f"/absence-notices/{notice.pk}/file").status_code == 200
    assert client_of(cast.outsider).get(f"/absence-notices/{notice.pk}/file").status_code == 404
    assert client_of(cast.master).get(f"/absence-notices/{notice.pk}/file").status_code == 404

    done(head.post("/families/absences/", {"act": "accept", "row": notice.pk}))
    assert "болеет по 16 октября" in page(teacher, lesson) and "ждёт решения" not in page(teacher, lesson)
    assert "принято" in page(family, f"/diary/{cast.student.pk}/absences/")
    with clock.rehearse(cast.local(date(2026, 10, 15), 9)):
        saved(send(teacher, cast.russian, absent(thursday, cast.student, "н")))
        assert "объясняют 1 пропуск" in page(head, "/families/absences/")
        done(head.post("/families/absences/", {"act": "settle"}))
    stored = Absence.objects.get(lesson=thursday, student=cast.student)
    assert (stored.meaning, stored.version) == ("ill", 2), "the accepted notice became the reason"
    assert all(isinstance(found, int) for found in log.verify()), "every chain holds"


@pytest.mark.parametrize(("left", "seen"), [(14, False), (15, False), (16, True), (None, True)])
@under(GYMNASIUM)
def test_a_former_class_teacher_reads_no_notice_of_days_after_the_child_left(
    cast: Any, client_of: Any, left: int | None, seen: bool
) -> None:
    """`left` is the first day of October without the class; the notice and its paper are of the 15th and 16th."""
    from django.core.files.uploadedfile import SimpleUploadedFile

    head = client_of(cast.class_teacher)
    paper = SimpleUploadedFile("справка.pdf", b"%PDF-1.4", content_type="application/pdf")
    done(tell(cast, client_of(cast.guardian), cast.student, file=paper))
    cast.student.enrolments.update(until=left and date(2026, 10, left))
    notice = AbsenceNotice.objects.get()
    assert ("температура" in page(head, "/families/absences/")) is seen
    assert head.get(f"/absence-notices/{notice.pk}/file").status_code == (200 if seen else 404)
    assert client_of(cast.guardian).get(f"/absence-notices/{notice.pk}/file").status_code == 200
    assert client_of(cast.deputy).get(f"/absence-notices/{notice.pk}/file").status_code == 200
    traces = ReadTrace.objects.filter(page="absence_file", student_id=cast.student.pk)
    assert traces.count() == 1 + seen, "whoever read it, the family apart, has left a line"


@under(GYMNASIUM)
def test_declined_and_withdrawn_notices_explain_nothing(cast: Any, client_of: Any) -> None:
    family, head = client_of(cast.guardian), client_of(cast.class_teacher)
    done(
        tell(
            cast,
            family,
            cast.student,
            starts="2026-10-14",
            until="2026-10-14",
            first_lesson="3",
            last_lesson="4",
        )
    )
    saved(send(client_of(cast.teacher), cast.russian, absent(cast.lesson, cast.student, "н")))
    notice = AbsenceNotice.objects.get()
    words = page(head, "/families/absences/")
    assert "Семья: 14 октября, 3–4-й уроки. Болезнь: температура ждёт решения" in words
    refused = head.post("/families/absences/", {"act": "decline", "row": notice.pk})
    assert refused.status_code == 422, "declined with words only"
    done(head.post("/families/absences/", {"act": "decline", "row": notice.pk, "answer": "Нужна справка"}))
    assert Absence.objects.get(lesson=cast.lesson, student=cast.student).meaning == "unknown"
    assert "Нужна справка" in page(family, f"/diary/{cast.student.pk}/absences/")
    again = head.post("/families/absences/", {"act": "accept", "row": notice.pk})
    assert again.status_code == 422, "decided already"
    done(tell(cast, family, cast.student, starts="2026-10-20", until="2026-10-20"))
    waiting = AbsenceNotice.objects.get(state="told")
    done(family.post(f"/diary/{cast.student.pk}/absences/", {"act": "withdraw", "row": waiting.pk}))
    assert head.post("/families/absences/", {"act": "accept", "row": waiting.pk}).status_code == 422


@under(GYMNASIUM)
def test_queue_is_oldest_first_and_closes_days_and_spans_at_once(cast: Any, client_of: Any) -> None:
    teacher, head, pupil = client_of(cast.teacher), client_of(cast.class_teacher), cast.named("Зайцев")
    days = [date(2026, 10, day) for day in (8, 9, 12)]
    for day in days:
        with clock.rehearse(cast.local(day, 15)):
            who = client_of(cast.substitute) if day.day == 9 else teacher
            saved(send(who, cast.russian, absent(cast.lesson_on("russian", day), pupil, "н")))
    saved(send(teacher, cast.russian, absent(cast.lesson, cast.named("Авдеев"), "н")))
    words = page(head, "/families/absences/")
    queue = words[words.index("Без причины") :]
    assert queue.index("Зайцев Михаил 8–12 октября: 3 урока") < queue.index("Авдеев Кирилл")
    assert "Без причины: 4 урока" in words
    key = f"{pupil.pk}:2026-10-08:2026-10-12"
    day_key = f"{pupil.pk}:2026-10-09"
    done(head.post("/families/absences/", {"act": "explain", "reason": f"{day_key}=У"}))
    assert Absence.objects.get(lesson__date=days[1], student=pupil).meaning == "excused"
    assert Absence.objects.filter(student=pupil, meaning="unknown").count() == 2
    assert head.post("/families/absences/", {"act": "explain", "reason": f"{key}=Б"}).status_code == 422, (
        "the span is another one now"
    )
    for day in (days[0], days[2]):
        done(
            head.post("/families/absences/", {"act": "explain", "reason": f"{pupil.pk}:{day.isoformat()}=Б"})
        )
    assert not Absence.objects.filter(student=pupil, meaning="unknown").exists()
    assert "Зайцев" not in page(head, "/families/absences/")
    page(client_of(cast.teacher), "/families/absences/", 403)


# --- changes of data ------------------------------------------------------------------------------------------------


@presets((IPATOVO, "IP-2.14e"))
def test_change_of_data_is_told_decided_and_kept(cast: Any, client_of: Any) -> None:
    family, head = client_of(cast.guardian), client_of(cast.class_teacher)
    form = {"act": "change", "which": f"{cast.student.pk}:phone", "after": "+7 918 000-11-22", "ground": ""}
    address = f"/diary/{cast.student.pk}/data/"
    assert client_of(cast.student).get(address).status_code == 403
    assert family.post(address, form | {"after": ""}).status_code == 422
    assert family.post(address, form | {"which": f"{cast.teacher.pk}:phone"}).status_code == 422
    done(family.post(address, form))
    assert family.post(address, form).status_code == 422, "it waits already"
    change = DataChange.objects.get()
    cast.student.refresh_from_db()
    assert cast.student.phone == "", "nothing is changed before the decision"
    assert "Ответить до 21 октября" in page(head, "/families/")
    with clock.rehearse(cast.local(date(2026, 10, 21), 23, 59)):
        assert "срок был" not in page(head, "/families/")
    with clock.rehearse(cast.local(date(2026, 10, 22), 0, 1)):
        words = page(head, "/families/")
        assert "срок был 21 октября, п. 2.14" in words
    assert head.post("/families/", {"act": "decline", "row": change.pk}).status_code == 422, (
        "a reason is needed"
    )
    done(head.post("/families/", {"act": "accept", "row": change.pk}))
    cast.student.refresh_from_db()
    assert cast.student.phone == "+7 918 000-11-22"
    words = page(family, address)
    assert "принято" in words and "+7 918 000-11-22" in words
    assert LogEntry.objects.filter(verb="person_changed", object_id=cast.student.pk).count() == 1
    done(family.post(address, form | {"which": f"{cast.student.pk}:surname", "after": "Сафина-Ли"}))
    second = DataChange.objects.get(state="told")
    done(head.post("/families/", {"act": "decline", "row": second.pk, "answer": "Нужно свидетельство"}))
    cast.student.refresh_from_db()
    assert cast.student.surname == "Сафина" and "Нужно свидетельство" in page(family, address)
    assert client_of(cast.master).post("/families/", {"act": "accept", "row": second.pk}).status_code == 422


@presets((DUBROVO, "DB-3.3.2b"))
def test_families_without_account_or_first_sign_in_are_listed(cast: Any, client_of: Any) -> None:
    from parta.people.models import Guardianship, Person

    parent = Person.objects.create(school=cast.school, surname="Авдеева", given_name="Инна")
    Guardianship.objects.create(
        school=cast.school, guardian=parent, student=cast.named("Авдеев"), starts=date(2026, 9, 1)
    )
    table = client_of(cast.class_teacher)
    page(client_of(cast.guardian), f"/diary/{cast.student.pk}/")
    words = page(table, "/families/")
    assert "Авдеева И. нет доступа" in line_of(words, "Авдеев Кирилл", "Асанов Тимур")
    assert "не записаны" in line_of(words, "Асанов Тимур", "Григорян Давид")
    assert "не открывали" in line_of(words, "Зайцев Михаил", "Иванов Александр"), (
        "an account, and no sign-in yet"
    )
    row = line_of(words, "Сафина Диляра", "Цой Максим")
    assert "не открывали" not in row and "нет доступа" not in row
