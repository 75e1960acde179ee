"""Clauses on words between people: who writes whom, letters to a class, receipts, events, questions with a term."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from parta.communication.models import Announcement, Complaint, Message, Question, Thread
from parta.foundation import clock
from parta.foundation.models import LogEntry
from parta.people.models import Person, Role, User
from tests.journeys.steps import (
    CENTRE,
    COLLEGE,
    DUBROVO,
    GYMNASIUM,
    IPATOVO,
    done,
    homework,
    page,
    presets,
    saved,
    send,
    under,
)


def write(client: Any, where: str, to: Any, text: str, subject: str = "Вопрос", **more: Any) -> Any:
    people = [person.pk for person in (to if isinstance(to, list) else [to])]
    form = {"act": "send", "to": people, "subject": subject, "text": text} | more
    return client.post(f"/messages/new/{where}", form)


def about(student: Any) -> str:
    return f"?student={student.pk}"


def reply(client: Any, thread: Any, text: str) -> Any:
    return client.post(f"/messages/{thread.pk}/", {"act": "answer", "text": text})


def badge(client: Any) -> int:
    """The number in the navigation beside «Сообщения»."""
    import re

    found = re.search(r'Сообщения <b class="n">(\d+)</b>', client.get("/messages/").content.decode())
    return int(found[1]) if found else 0


# --- who writes whom ------------------------------------------------------------------------------------------------


@presets(
    (GYMNASIUM, "GT-I-3.6i"),
    (COLLEGE, "ET-2.2.14"),
    (COLLEGE, "ET-2.2.10"),
    (COLLEGE, "ET-A-DEP-6r"),
    (CENTRE, "CT-4.5"),
    (DUBROVO, "DB-2.2.5"),
    (DUBROVO, "DB-3.7.3"),
)
def test_each_pair_exchanges_a_message_in_one_thread(cast: Any, client_of: Any) -> None:
    pairs = [
        (cast.guardian, cast.teacher),
        (cast.guardian, cast.deputy),
        (cast.guardian, cast.other_guardian),
        (cast.guardian, cast.student),
        (cast.student, cast.teacher),
        (cast.student, cast.named("Зайцев")),
        (cast.student, cast.deputy),
        (cast.teacher, cast.guardian),
        (cast.teacher, cast.student),
        (cast.class_teacher, cast.guardian),
        (cast.deputy, cast.guardian),
    ]
    for number, (writer, reader) in enumerate(pairs):
        text = f"Здравствуйте, пишет {writer.surname}"
        with clock.rehearse(cast.at + timedelta(hours=2 * number)):
            answer = done(write(client_of(writer), about(cast.student), reader, text))
        address = answer["Location"]
        with clock.rehearse(cast.at + timedelta(hours=2 * number + 1)):
            assert badge(client_of(reader)) >= 1
            assert text in page(client_of(reader), address)
            done(client_of(reader).post(address, {"act": "answer", "text": f"Спасибо, вижу: {number}"}))
            words = page(client_of(writer), address)
        assert f"Спасибо, вижу: {number}" in words and "Прочитано:" in words, "read and answered"
    done(write(client_of(cast.teacher), "", cast.deputy, "Прошу замену на пятницу"))
    page(client_of(cast.outsider), f"/messages/{Thread.objects.order_by('pk')[0].pk}/", 404)
    page(client_of(cast.director), f"/messages/{Thread.objects.order_by('pk')[0].pk}/", 404)


@under(GYMNASIUM)
@pytest.mark.clause("GT-I-3.6i", "DB-3.7.3", "DB-3.4.8bis")
def test_strangers_are_neither_offered_nor_reached(cast: Any, client_of: Any) -> None:
    words = page(client_of(cast.student), f"/messages/new/{about(cast.student)}")
    assert "Зайцев Михаил" in words and "Соколова Марина Викторовна" in words and "Сафина Гузель" in words
    for stranger in ("Ли Софья", "Громова", "Шин Елена", "Ли Игорь", "Сафин Рустам", "Устинов"):
        assert stranger not in words, stranger
    family = client_of(cast.guardian)
    assert "Громова" not in page(family, f"/messages/new/{about(cast.student)}")
    assert "Громова" in page(family, f"/messages/new/{about(cast.brother)}"), "she teaches the brother"
    assert write(family, about(cast.student), cast.other_teacher, "Здравствуйте").status_code == 422
    assert write(family, about(cast.student), cast.outsider, "Здравствуйте").status_code == 422
    assert (
        write(client_of(cast.student), about(cast.student), cast.other_student, "Привет").status_code == 422
    )
    assert write(family, about(cast.named("Зайцев")), cast.teacher, "Здравствуйте").status_code == 404
    assert (
        write(client_of(cast.teacher), about(cast.brother), cast.guardian, "Здравствуйте").status_code == 404
    )
    assert (
        write(client_of(cast.other_teacher), about(cast.student), cast.guardian, "Добрый").status_code == 404
    )
    assert write(client_of(cast.teacher), about(cast.outside.student), cast.guardian, "Да").status_code == 404
    assert write(family, about(cast.student), cast.named("Зайцев"), "Здравствуй").status_code == 422, (
        "closed cell"
    )
    assert not Thread.objects.exists()


@under(GYMNASIUM)
def test_matrix_is_seen_by_all_and_set_by_the_deputy(cast: Any, client_of: Any) -> None:
    pupil, deputy = client_of(cast.student), client_of(cast.deputy)
    assert "Кто пишет" in page(pupil, "/messages/rules/")
    cell = {"act": "set", "row": "student:student", "to": "close"}
    assert pupil.post("/messages/rules/", cell).status_code == 422
    done(deputy.post("/messages/rules/", cell))
    assert LogEntry.objects.filter(verb="writing_rule_set").count() == 1
    assert "Зайцев" not in page(pupil, f"/messages/new/{about(cast.student)}")
    assert write(pupil, about(cast.student), cast.named("Зайцев"), "Привет").status_code == 422
    done(deputy.post("/messages/rules/", cell | {"to": "open"}))
    done(write(pupil, about(cast.student), cast.named("Зайцев"), "Привет"))
    done(deputy.post("/messages/rules/", {"act": "set", "row": "guardian:guardian", "to": "close"}))
    family = client_of(cast.guardian)
    assert write(family, about(cast.student), cast.other_guardian, "Здравствуйте").status_code == 422
    done(write(family, about(cast.student), cast.student, "Позвони"))
    assert deputy.post("/messages/rules/", cell | {"row": "student:nobody"}).status_code == 422


@presets((DUBROVO, "DB-3.3.4c"), (DUBROVO, "DB-3.4.8bis"))
def test_all_messages_with_a_family_are_in_one_kept_thread(cast: Any, client_of: Any) -> None:
    who = cast.class_teacher
    for number in range(3):
        with clock.rehearse(cast.at + timedelta(hours=number)):
            done(
                write(
                    client_of(who), about(cast.student), cast.guardian, f"Письмо {number}", f"Тема {number}"
                )
            )
    thread = Thread.objects.get()
    assert (thread.student_id, Message.objects.count()) == (cast.student.pk, 3)
    with clock.rehearse(cast.at + timedelta(days=200)):
        for reader in (who, cast.guardian):
            words = page(client_of(reader), f"/messages/{thread.pk}/")
            assert all(f"Письмо {number}" in words for number in range(3))
    for other in (cast.teacher, cast.other_guardian, cast.deputy, cast.student):
        page(client_of(other), f"/messages/{thread.pk}/", 404)
    with pytest.raises(IntegrityError), transaction.atomic():
        Message.objects.update(text="другое")
    with pytest.raises(IntegrityError), transaction.atomic():
        Message.objects.all()._raw_delete("default")


@presets((GYMNASIUM, "GT-I-3.2c"))
def test_letter_to_all_parents_of_a_class_comes_back_as_private_threads(cast: Any, client_of: Any) -> None:
    head = client_of(cast.class_teacher)
    where = f"?homeroom={cast.homeroom.pk}"
    words = page(head, f"/messages/new/{where}")
    assert "Получат 2 представителя" in words
    form = {"act": "send", "subject": "Собрание", "text": "Жду всех в четверг", "operation": "6f" + "0" * 30}
    done(head.post(f"/messages/new/{where}", form))
    done(head.post(f"/messages/new/{where}", form))
    assert (Thread.objects.count(), Message.objects.count()) == (2, 2), "sent twice is sent once"
    own = Thread.objects.get(student=cast.student)
    done(reply(client_of(cast.guardian), own, "Не смогу прийти"))
    assert "Не смогу прийти" in page(head, f"/messages/{own.pk}/")
    page(client_of(cast.other_guardian), f"/messages/{own.pk}/", 404)
    assert client_of(cast.teacher).post(f"/messages/new/{where}", form).status_code == 404


@presets((GYMNASIUM, "GT-I-3.6c"))
def test_deputy_sees_that_a_reply_is_missing_after_three_days(cast: Any, client_of: Any) -> None:
    done(write(client_of(cast.guardian), about(cast.student), cast.class_teacher, "Секрет семьи"))
    thread, deputy = Thread.objects.get(), client_of(cast.deputy)
    with clock.rehearse(cast.at + timedelta(days=2, hours=23)):
        assert "ждут ответа" not in page(deputy, "/messages/")
    with clock.rehearse(cast.at + timedelta(days=3, minutes=1)):
        words = page(deputy, "/messages/")
        assert "Семьи ждут ответа больше трёх дней: 1" in words and "Исаков Б. М." in words
        assert "Секрет семьи" not in words, "who waits, not what was written"
        assert "ждут ответа" not in page(client_of(cast.teacher), "/messages/")
        done(reply(client_of(cast.class_teacher), thread, "Отвечаю"))
        assert "ждут ответа" not in page(deputy, "/messages/")


@presets((GYMNASIUM, "GT-P-2.5c"))
def test_one_notice_to_class_teacher_and_both_parents(cast: Any, client_of: Any) -> None:
    from parta.journal.models import Homework
    from parta.people.models import Guardianship

    cast.contact.user = User.objects.create(login="father", password="x", must_change_password=False)
    cast.contact.save()
    Guardianship.objects.filter(guardian=cast.contact).update(has_rights=True)
    due = cast.lesson_on("russian", date(2026, 10, 15))
    saved(
        send(client_of(cast.teacher), cast.russian, homework(cast.lesson, "выучить § 29", due_lesson=due.id))
    )
    task = Homework.objects.get(lesson=cast.lesson, student=None)
    teacher = client_of(cast.teacher)
    panel = teacher.get(f"/homework/{task.pk}/").content.decode()
    link = f"/messages/new/?student={cast.student.pk}&amp;lesson={cast.lesson.pk}&amp;notice=1"
    assert link in panel
    form = teacher.get(link.replace("&amp;", "&")).content.decode()
    ticked = [cast.class_teacher, cast.guardian, cast.contact]
    assert form.count(" checked") == 3
    for person in ticked:
        assert f'value="{person.pk}" checked' in form, person
    done(
        write(
            teacher,
            f"?student={cast.student.pk}&lesson={cast.lesson.pk}&notice=1",
            ticked,
            "Не сделано",
            "Задание",
        )
    )
    thread = Thread.objects.get()
    assert thread.lesson_id == cast.lesson.pk
    for person in ticked:
        words = page(client_of(person), f"/messages/{thread.pk}/")
        assert "Не сделано" in words and "Урок: Русский язык, 14.10" in words
    words = page(teacher, f"/messages/{thread.pk}/")
    for name in ("Исаков Б. М.", "Сафина Г. Р.", "Сафин Р. И."):
        assert name in words[words.index("Прочитано") :], "delivery and reading"
    line = LogEntry.objects.get(verb="message_sent")
    assert (line.lesson_id, line.student_id) == (cast.lesson.pk, cast.student.pk)
    assert "Не сделано" not in line.data, "no words in the log"


@under(COLLEGE)
@pytest.mark.clause("ET-5.3", partly="письмом на почту")
def test_urgent_message_stands_first(cast: Any, client_of: Any) -> None:
    done(
        write(
            client_of(cast.guardian), about(cast.student), cast.class_teacher, "Срочно позвоните", urgent="1"
        )
    )
    with clock.rehearse(cast.at + timedelta(hours=1)):
        done(
            write(client_of(cast.other_guardian), about(cast.named("Зайцев")), cast.class_teacher, "Обычное")
        )
        words = page(client_of(cast.class_teacher), "/messages/")
        assert words.index("Срочно позвоните") < words.index("Обычное") and "срочно" in words
        assert badge(client_of(cast.class_teacher)) == 2
        page(client_of(cast.class_teacher), f"/messages/{Thread.objects.get(is_urgent=True).pk}/")
        assert badge(client_of(cast.class_teacher)) == 1


@presets((COLLEGE, "ET-1.11"))
def test_reported_message_is_withdrawn_and_its_trace_stays(cast: Any, client_of: Any) -> None:
    done(write(client_of(cast.named("Зайцев")), about(cast.named("Зайцев")), cast.student, "Грубое слово"))
    message, thread = Message.objects.get(), Thread.objects.get()
    pupil, deputy, address = client_of(cast.student), client_of(cast.deputy), f"/messages/{thread.pk}/"
    outside = client_of(cast.other_student)
    assert outside.post(address, {"act": "complain", "row": message.pk, "reason": "Я"}).status_code == 404
    assert pupil.post(address, {"act": "complain", "row": message.pk, "reason": ""}).status_code == 422
    done(pupil.post(address, {"act": "complain", "row": message.pk, "reason": "Обидно"}))
    assert "Грубое слово" in page(pupil, address), "stands until it is decided"
    words = page(deputy, "/messages/")
    assert "Жалобы: 1" in words and "Грубое слово" in words and "Обидно" in words
    assert "Жалобы" not in page(client_of(cast.class_teacher), "/messages/")
    complaint = Complaint.objects.get()
    decision = {"act": "decide", "row": complaint.pk, "decision": "withdraw"}
    assert pupil.post("/messages/", decision).status_code == 422
    done(deputy.post("/messages/", decision))
    for client in (pupil, client_of(cast.named("Зайцев"))):
        words = page(client, address)
        assert "Грубое слово" not in words and "снято администрацией" in words
    assert Message.objects.get().text == "Грубое слово", "the text is kept"
    assert [line.verb for line in LogEntry.objects.filter(object_kind="message").order_by("pk")] == [
        "message_sent",
        "message_complained",
        "message_withdrawn",
    ]


@under(GYMNASIUM)
def test_a_file_is_for_those_in_the_thread(cast: Any, client_of: Any) -> None:
    from django.core.files.uploadedfile import SimpleUploadedFile

    family = client_of(cast.guardian)
    wrong = SimpleUploadedFile("вирус.exe", b"MZ")
    assert write(family, about(cast.student), cast.teacher, "Файл", file=wrong).status_code == 422
    assert not Thread.objects.exists()
    right = SimpleUploadedFile("снимок.jpg", b"\xff\xd8\xff", content_type="image/jpeg")
    done(write(family, about(cast.student), cast.teacher, "Файл", file=right))
    address = f"/messages/files/{Message.objects.get().pk}"
    answer = client_of(cast.teacher).get(address)
    assert answer.status_code == 200 and "attachment" in answer["Content-Disposition"]
    assert client_of(cast.deputy).get(address).status_code == 404


# --- announcements and events ---------------------------------------------------------------------------------------


def announce(client: Any, **more: Any) -> Any:
    form = {
        "act": "announce",
        "to": "",
        "audience": "families",
        "title": "Объявление",
        "text": "Текст",
    } | more
    return client.post("/announcements/", form)


@presets((GYMNASIUM, "GT-P-1.6d"))
def test_notice_to_parents_of_a_grade_reaches_only_them(cast: Any, client_of: Any) -> None:
    deputy = client_of(cast.deputy)
    done(announce(deputy, to="g6", audience="guardians", title="Родителям шестых"))
    row = Announcement.objects.get()
    address = f"/announcements/{row.pk}/"
    for reader in (cast.student, cast.outsider, cast.teacher, cast.outside.guardian):
        assert "Родителям шестых" not in page(client_of(reader), "/announcements/")
        page(client_of(reader), address, 404)
    words = page(deputy, address)
    assert "Прочли 0 из" in words and "Сафина Г. Р." in words
    assert "новое" in page(client_of(cast.guardian), "/announcements/")
    page(client_of(cast.guardian), address)
    words = page(deputy, address)
    assert "Прочли 1 из" in words and "Зайцев А. О." in words
    readers = words[words.index("Прочли") :]
    assert readers.index("Зайцев А. О.") < readers.index("ещё нет") < readers.index("Сафина Г. Р.")
    assert "новое" not in page(client_of(cast.guardian), "/announcements/")
    assert "Прочли" not in page(client_of(cast.guardian), address), "families see no other readers"
    done(client_of(cast.deputy).post(address, {"act": "withdraw"}))
    page(client_of(cast.guardian), address, 404)
    assert (
        Announcement.objects.count() == 1 and LogEntry.objects.filter(verb="announcement_withdrawn").exists()
    )


@presets((GYMNASIUM, "GT-I-3.6j"), (DUBROVO, "DB-3.7.5"), (COLLEGE, "ET-3.2.3d"), (GYMNASIUM, "GT-P-1.6b"))
def test_event_of_the_class_for_the_class_of_the_school_for_all(cast: Any, client_of: Any) -> None:
    head, deputy = client_of(cast.class_teacher), client_of(cast.deputy)
    event = {"held_on": "2026-10-16", "held_at": "18:30", "place": "кабинет 27"}
    assert announce(client_of(cast.teacher), title="Нет права").status_code == 422
    assert announce(head, title="Всей школе").status_code == 422
    assert announce(head, to=str(cast.younger.pk), title="Чужому классу").status_code == 422
    done(announce(head, to=str(cast.homeroom.pk), title="Собрание класса", **event))
    done(announce(deputy, audience="all", title="День гимназии", **event | {"held_on": "2026-10-21"}))
    words = page(client_of(cast.guardian), f"/diary/{cast.student.pk}/")
    friday = words[words.index("Пятница 16") :]
    assert "Собрание класса, 18:30, кабинет 27" in friday.replace(" ,", ",")
    assert "День гимназии" in words[words.index("Дальше") :]
    week = page(client_of(cast.student), f"/diary/{cast.student.pk}/?week=2026-10-19")
    assert week.index("Среда 21") < week.index("День гимназии") < week.index("Четверг 22")
    words = page(client_of(cast.outsider), "/diary/")
    assert "Собрание класса" not in words and "День гимназии" in words
    assert "Собрание класса" not in page(client_of(cast.guardian), f"/diary/{cast.brother.pk}/")
    assert "День гимназии" in page(client_of(cast.teacher), "/announcements/")
    if cast.preset == GYMNASIUM:
        form = {
            "act": "substitute",
            "row": cast.lesson.pk,
            "substitute": cast.substitute.pk,
            "reason": "болезнь",
        }
        done(deputy.post("/substitutions/?date=2026-10-14", form))
        for person in (cast.student, cast.guardian, cast.teacher):
            assert "Мельник О. П." in page(client_of(person), "/timetable/")


# --- questions ------------------------------------------------------------------------------------------------------


@presets(
    (GYMNASIUM, "GT-I-5.1.б"),
    (COLLEGE, "ET-7.1b"),
    (COLLEGE, "ET-7.2k"),
    (DUBROVO, "DB-3.2.3"),
    (DUBROVO, "DB-4.1.2"),
    (IPATOVO, "IP-2.13b"),
)
def test_question_has_a_number_an_owner_a_term_and_an_answer(cast: Any, client_of: Any) -> None:
    asks, officer = client_of(cast.teacher), client_of(cast.deputy)
    assert asks.post("/questions/", {"act": "ask", "desk": "officer", "text": " "}).status_code == 422
    for _ in range(2):
        done(asks.post("/questions/", {"act": "ask", "desk": "officer", "text": "Где сводная ведомость?"}))
    question = Question.objects.get()
    words = page(asks, "/questions/")
    assert "№ 1 Где сводная ведомость?" in words and "Лаптева О. И." in words
    # Wednesday 14 October: one working day ends on Thursday, two on Friday
    last = date(2026, 10, 15) if cast.preset in (COLLEGE, DUBROVO) else date(2026, 10, 16)
    assert f"ответ до {last.day} октября" in words
    with clock.rehearse(cast.local(last, 23, 59)):
        assert "Просрочено: 0" in page(officer, "/questions/")
    with clock.rehearse(cast.local(last + timedelta(days=1), 0, 1)):
        words = page(officer, "/questions/")
        assert "Ждут ответа: 1 Просрочено: 1" in words and f"срок был {last.day} октября" in words
        answer = {"act": "answer", "row": question.pk, "answer": "В разделе «Журналы»"}
        assert asks.post("/questions/", answer).status_code == 422, "another's desk"
        assert officer.post("/questions/", answer | {"answer": ""}).status_code == 422
        done(officer.post("/questions/", answer))
        assert "В разделе «Журналы»" in page(asks, "/questions/")
        assert "Просрочено: 0" in page(officer, "/questions/")
    assert "Где сводная" not in page(client_of(cast.other_teacher), "/questions/")
    assert [line.verb for line in LogEntry.objects.filter(object_kind="question").order_by("pk")] == [
        "question_asked",
        "question_answered",
    ]


@presets((IPATOVO, "IP-2.14b"))
def test_a_familys_question_goes_to_the_class_teacher(cast: Any, client_of: Any) -> None:
    form = {"act": "ask", "desk": "class_teacher", "text": "Как посмотреть отметки прошлого года?"}
    done(client_of(cast.guardian).post("/questions/", form))
    words = page(client_of(cast.class_teacher), "/questions/")
    assert "Ждут ответа: 1" in words and "отметки прошлого года" in words
    assert "отметки прошлого года" not in page(client_of(cast.master), "/questions/")
    answer = {"act": "answer", "row": Question.objects.get().pk, "answer": "Отметки, затем Итоги по годам"}
    assert client_of(cast.master).post("/questions/", answer).status_code == 422
    done(client_of(cast.class_teacher).post("/questions/", answer))
    assert "Итоги по годам" in page(client_of(cast.guardian), "/questions/")
    assert client_of(cast.teacher).post("/questions/", form).status_code == 422, (
        "a teacher has no class teacher"
    )


def test_navigation_counts_unread_without_a_statement(
    cast: Any, client_of: Any, count_statements: Any
) -> None:
    family = client_of(cast.guardian)
    family.get("/diary/")
    with count_statements() as before:
        family.get("/diary/")
    done(write(client_of(cast.teacher), about(cast.student), cast.guardian, "Добрый день"))
    with count_statements() as after:
        words = family.get("/diary/").content.decode()
    assert 'Сообщения <b class="n">1</b>' in words and len(before) == len(after)
    assert Person.objects.get(pk=cast.guardian.pk).unread == 1
    assert Role.objects.exists()
