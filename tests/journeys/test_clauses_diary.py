"""Clauses on what families see: the week, homework, marks and averages, absences, words of teachers."""

from datetime import date, datetime, timedelta
from typing import Any

import pytest

from parta.diary.models import HandedWork
from parta.foundation import clock
from parta.journal.models import Homework
from tests.cast import TODAY
from tests.journeys.steps import (
    CENTRE,
    COLLEGE,
    DUBROVO,
    GYMNASIUM,
    IPATOVO,
    MONDAY,
    TUESDAY,
    absent,
    final,
    held,
    homework,
    mark,
    note,
    page,
    presets,
    saved,
    send,
    topic,
    under,
)

TOMORROW = date(2026, 10, 15)


def diary(client_of: Any, person: Any, student: Any, more: str = "") -> str:
    return page(client_of(person), f"/diary/{student.pk}/{more}")


def hold(cast: Any, client_of: Any, *more: dict[str, Any]) -> None:
    """Conduct today's lesson by its plan."""
    planned = cast.topics[8]
    saved(
        send(
            client_of(cast.teacher),
            cast.russian,
            topic(cast.lesson, planned.text, planned),
            held(cast.lesson),
            *more,
        )
    )


@presets((GYMNASIUM, "GT-P-1.6c"))
def test_parent_sees_what_was_taught_yesterday(cast: Any, client_of: Any) -> None:
    lesson = cast.lesson_on("maths", TUESDAY)
    assert "Дроби и проценты" not in diary(client_of, cast.guardian, cast.student)
    saved(send(client_of(cast.class_teacher), cast.maths, topic(lesson, "Дроби и проценты"), held(lesson)))
    words = diary(client_of, cast.guardian, cast.student)
    tuesday = words[words.index("Вторник") : words.index("Среда 14")]
    assert "Анализ контрольной работы. Фразеологизмы" in tuesday and "Дроби и проценты" in tuesday


@presets((CENTRE, "CT-4.1a"), (COLLEGE, "ET-1.3b"), (DUBROVO, "DB-1.5a"))
def test_what_is_saved_is_in_the_diary_at_the_next_look(cast: Any, client_of: Any) -> None:
    family, pupil = client_of(cast.guardian), f"/diary/{cast.student.pk}/"
    before = page(family, pupil)
    assert "Источники фразеологизмов" not in before and "Отметок пока нет" in before
    if cast.preset == CENTRE:
        hold(cast, client_of)
    else:
        work = "current" if cast.preset == DUBROVO else "oral"
        hold(cast, client_of, mark(cast.lesson, cast.student, "5", work))
    after = page(family, pupil)
    assert "Источники фразеологизмов" in after
    if cast.preset != CENTRE:
        assert "Отметок пока нет" not in after
        assert page(client_of(cast.student), "/diary/").count("Источники") == after.count("Источники")


@presets((CENTRE, "CT-4.1d"))
def test_homework_of_the_group_and_none_set(cast: Any, client_of: Any) -> None:
    later = cast.lesson_on("russian", date(2026, 10, 14), 4)
    client = client_of(cast.teacher)
    saved(send(client, cast.russian, homework(cast.lesson, "нарисовать схему слова", due_lesson=None)))
    assert "нарисовать схему слова" in diary(client_of, cast.guardian, cast.student, "?week=2026-10-12") or (
        "нарисовать схему слова" in diary(client_of, cast.guardian, cast.student, "?week=2026-10-19")
    )
    saved(send(client, cast.russian, homework(later, none=True)))
    assert "не задано" in diary(client_of, cast.guardian, cast.student).lower()


@presets((GYMNASIUM, "GT-P-2.6a"), (GYMNASIUM, "GT-P-2.6c"), (COLLEGE, "ET-A-DEP-6o"))
def test_words_of_a_teacher_reach_that_family_only(cast: Any, client_of: Any) -> None:
    client, pupil = client_of(cast.teacher), cast.named("Зайцев")
    form = client.get(f"/lessons/{cast.lesson.pk}/?tab=marks&student={pupil.pk}&words=1").content.decode()
    for kind in ("Замечание", "Благодарность", "Обращение к родителям", "Рекомендация", "Похвала"):
        assert kind.lower() in form.lower(), kind
    said = {
        "remark": "Отвлекался на уроке весь день",
        "thanks": "Спасибо за помощь классу",
        "address": "Прошу зайти в школу в пятницу",
        "recommendation": "Советую повторить правило дома",
    }
    saved(
        send(client, cast.russian, *(note(cast.lesson, pupil, kind, words) for kind, words in said.items()))
    )
    for person in (cast.other_guardian, pupil):
        words = diary(client_of, person, pupil)
        assert all(line in words for line in said.values())
        assert "Соколова" in words and "русский язык" in words.lower()
    for words in (
        diary(client_of, cast.guardian, cast.student),
        diary(client_of, cast.student, cast.student),
    ):
        assert not any(line in words for line in said.values())
    day = diary(client_of, cast.other_guardian, pupil)
    assert day.index("Среда 14 октября") < day.rindex(said["thanks"]) < day.index("Четверг 15")


@under(GYMNASIUM)
def test_praise_marks_and_absences_are_seen_at_once(cast: Any, client_of: Any) -> None:
    pupil = cast.named("Зайцев")
    saved(
        send(
            client_of(cast.teacher),
            cast.russian,
            note(cast.lesson, pupil, "praise", "Победил в олимпиаде"),
            mark(cast.lesson, pupil, "5"),
            absent(cast.lesson, pupil, "О", minutes=4),
        )
    )
    words = diary(client_of, cast.other_guardian, pupil)
    assert "Победил в олимпиаде" in words and "опоздание 4 мин" in words


@under(IPATOVO)
def test_marks_and_absences_in_the_diary_at_once(cast: Any, client_of: Any) -> None:
    pupil = cast.named("Зайцев")
    saved(send(client_of(cast.teacher), cast.russian, mark(cast.lesson, pupil, "5")))
    words = diary(client_of, cast.other_guardian, pupil)
    assert "Отметок пока нет" not in words and "5" in words[: words.index("Завтра")]


@under(CENTRE)
@pytest.mark.clause("CT-4.1b", partly="извещение и список не доставленных")
def test_absence_is_in_the_diary_at_once(cast: Any, client_of: Any) -> None:
    saved(send(client_of(cast.teacher), cast.russian, absent(cast.lesson, cast.student, "н")))
    assert "нет на уроке" in diary(client_of, cast.guardian, cast.student)


@presets((GYMNASIUM, "GT-I-3.6b"), (COLLEGE, "ET-1.3a"))
def test_the_week_on_one_page(cast: Any, client_of: Any) -> None:
    forgot = note(cast.lesson, cast.student, "remark", "Забыла тетрадь дома")
    hold(cast, client_of, absent(cast.lesson, cast.student, "н"), forgot)
    for person in (cast.guardian, cast.student):
        words = diary(client_of, person, cast.student)
        for part in (
            "Понедельник",
            "Вторник",
            "Среда",
            "Четверг",
            "Пятница",
            "Математика",
            "Английский язык",
            "Источники фразеологизмов",
            "§ 26, упр. 144",
            "4 контрольная",
            "Забыла тетрадь дома",
            "Замена",
        ):
            assert part in words, part
        assert "нет на уроке" in words


@presets((GYMNASIUM, "GT-I-3.6e"), (GYMNASIUM, "GT-I-3.6f"))
def test_own_marks_with_dates_and_the_average_of_those_shown(cast: Any, client_of: Any) -> None:
    """5, 5/4 and 4: (5 + 5 + 4 + 4) / 4 = 4,50; with a 2 more, (18 + 2) / 5 = 4,00."""
    words = diary(client_of, cast.guardian, cast.student, "?view=marks")
    russian = words[words.index("Русский язык") : words.index("Математика")]
    assert russian.split() == ["Русский", "язык", "5", "05.10", "5/4", "08.10", "4", "12.10", "4,50"]
    for other in cast.students:
        if other.pk != cast.student.pk:
            assert f"{other.surname} {other.given_name}" not in words
    saved(send(client_of(cast.teacher), cast.russian, mark(cast.lesson, cast.student, "2")))
    words = diary(client_of, cast.guardian, cast.student, "?view=marks")
    assert "2 14.10" in words and "4,00" in words and "4,50" not in words
    saved(send(client_of(cast.teacher), cast.russian, final(cast.term, cast.student, "4")))
    assert "4,00 4" in diary(client_of, cast.guardian, cast.student, "?view=marks"), (
        "the period's mark beside"
    )


@under(GYMNASIUM)
def test_missed_lessons_by_reason_and_late_arrivals_apart(cast: Any, client_of: Any) -> None:
    pupil = cast.named("Зайцев")
    words = diary(client_of, cast.other_guardian, pupil)
    assert "Пропущено уроков с начала периода: 0" in words and "Опозданий: 1" in words
    client = client_of(cast.teacher)
    thursday = cast.lesson_on("russian", date(2026, 10, 8))
    saved(send(client, cast.russian, absent(cast.lesson, pupil, "н"), absent(thursday, pupil, "н")))
    reasons = client_of(cast.class_teacher)
    saved(
        send(
            reasons,
            cast.russian,
            absent(cast.lesson, pupil, "Б", seen=1),
            absent(thursday, pupil, "У", seen=1),
        )
    )
    words = diary(client_of, cast.other_guardian, pupil)
    assert "Пропущено уроков с начала периода: 2" in words and "Опозданий: 1" in words
    assert "по болезни" in words and "Без уважительной" not in words


@presets((COLLEGE, "ET-2.2.12"))
def test_absence_of_the_first_lesson_is_seen_the_same_day(cast: Any, client_of: Any) -> None:
    lesson = cast.lesson_on("russian", MONDAY)
    with clock.rehearse(cast.local(MONDAY, 8, 40)):
        assert "нет на уроке" not in diary(client_of, cast.guardian, cast.student)
        saved(send(client_of(cast.teacher), cast.russian, absent(lesson, cast.student, "н")))
        assert "нет на уроке" in diary(client_of, cast.guardian, cast.student)


@presets((COLLEGE, "ET-3.2.3c"), (DUBROVO, "DB-3.7.2b"), (GYMNASIUM, "GT-P-2.3b"))
def test_homework_for_tomorrow_with_its_file_and_no_task_of_another(cast: Any, client_of: Any) -> None:
    from django.core.files.uploadedfile import SimpleUploadedFile

    due = cast.lesson_on("russian", TOMORROW)
    client, other = client_of(cast.teacher), cast.named("Зайцев")
    saved(send(client, cast.russian, homework(cast.lesson, "выучить § 29, упр. 156", due_lesson=due.id)))
    saved(
        send(
            client,
            cast.russian,
            homework(cast.lesson, "повторить § 12, упр. 3", student=other, due_lesson=due.id),
        )
    )
    sheet = SimpleUploadedFile("таблица.txt", "кос — кас".encode(), content_type="text/plain")
    assert client.post(f"/lessons/{cast.lesson.pk}/files", {"file": sheet}).status_code in (200, 302, 303)
    words = page(client_of(cast.guardian), "/diary/")
    assert "Домашние задания на завтра" in words and "Русский язык" in words
    assert words.index("Домашние задания на завтра 1 предмет. Русский язык") < words.index("Понедельник")
    thursday = words[words.index("Четверг 15 октября") : words.index("Пятница 16")]
    assert "выучить § 29, упр. 156" in thursday and "таблица.txt" in words
    assert "повторить § 12, упр. 3" not in words
    assert "повторить § 12, упр. 3" in page(client_of(cast.other_guardian), "/diary/")
    next_week = cast.lesson_on("russian", date(2026, 10, 20))
    saved(
        send(
            client,
            cast.russian,
            homework(cast.lesson_on("russian", TOMORROW), "сочинение, с. 40", due_lesson=next_week.id),
        )
    )
    planner = page(client_of(cast.student), f"/diary/{cast.student.pk}/?week=2026-10-19")
    tuesday = planner[planner.index("Вторник") : planner.index("Среда")]
    assert "сочинение, с. 40" in tuesday, "seen as soon as it is saved, under the day it is due"


@presets((COLLEGE, "ET-2.2.8"), (DUBROVO, "DB-2.2.2"))
def test_marks_of_the_whole_year_stay_open(cast: Any, client_of: Any) -> None:
    late = datetime(2027, 5, 31, 12, 0, tzinfo=cast.zone)
    with clock.rehearse(late):
        words = diary(client_of, cast.guardian, cast.student, f"?view=marks&term={cast.term.pk}")
        assert "5 05.10 5/4 08.10 4 12.10" in words
        assert all(title in words for title in ("Русский язык", "Математика", "Английский язык"))
        assert "Словари. Словарный диктант" in diary(
            client_of, cast.guardian, cast.student, "?week=2026-10-05"
        )


@presets((COLLEGE, "ET-2.1d"))
def test_five_kinds_of_information_for_one_student(cast: Any, client_of: Any) -> None:
    hold(cast, client_of, absent(cast.lesson, cast.student, "н"))
    with clock.rehearse(cast.local(date(2026, 12, 23), 12)):
        saved(send(client_of(cast.teacher), cast.russian, final(cast.term, cast.student, "4")))
    week = diary(client_of, cast.guardian, cast.student)
    assert "Источники фразеологизмов" in week and "§ 26, упр. 144" in week, "course and content"
    assert "нет на уроке" in week, "attendance"
    assert "4 контрольная" in week, "current results"
    marks = diary(client_of, cast.guardian, cast.student, f"?view=marks&term={cast.term.pk}")
    assert "4,50 4" in marks, "average and the mark of the half-year"


@presets((DUBROVO, "DB-2.1.1a"))
def test_a_new_parent_needs_no_paper(cast: Any, client_of: Any) -> None:
    from django.test import Client

    from parta.foundation.log import SYSTEM
    from parta.people.actions import create_person, set_guardianship

    parent = create_person(
        school_id=cast.school.id, surname="Новая", given_name="Анна", by=SYSTEM, at=cast.at
    )
    set_guardianship(
        guardian=parent, student=cast.student, relation="mother", starts=cast.on, by=SYSTEM, at=cast.at
    )
    slip = client_of(cast.operator).post(f"/setup/people/{parent.pk}/", {"act": "issue"}).content.decode()
    parent.refresh_from_db()
    assert parent.user is not None
    login, once = parent.user.login, slip.split('class="login">')[2].split("<")[0]
    browser = Client()
    assert browser.post("/login/", {"login": login, "password": once}).status_code == 302
    new = "своё-слово-семьи-26"
    assert browser.post("/password/", {"current": once, "new": new, "repeat": new}).status_code == 302
    words = page(browser, f"/diary/{cast.student.pk}/?view=marks")
    assert "5/4" in words and "4,50" in words


@under(COLLEGE)
@pytest.mark.clause("ET-A-DEP-6q", partly="извещение об изменении")
def test_changes_of_the_timetable_are_seen_at_once(cast: Any, client_of: Any) -> None:
    form = {"act": "substitute", "row": cast.lesson.pk, "substitute": cast.substitute.pk, "reason": "болезнь"}
    assert client_of(cast.deputy).post("/substitutions/?date=2026-10-14", form).status_code == 302
    for words in (
        diary(client_of, cast.guardian, cast.student),
        page(client_of(cast.guardian), "/timetable/"),
    ):
        assert words.count("Мельник О. П.") >= 2


@under(DUBROVO)
@pytest.mark.clause("DB-2.2.4a", partly="список классов без отчёта")
def test_results_of_each_subject(cast: Any, client_of: Any) -> None:
    saved(
        send(
            client_of(cast.teacher),
            cast.russian,
            homework(cast.lesson, "упр. 7, с. 9", student=cast.student),
            absent(cast.lesson, cast.student, "н"),
        )
    )
    week = diary(client_of, cast.guardian, cast.student)
    assert "упр. 7, с. 9" in week + diary(client_of, cast.guardian, cast.student, "?week=2026-10-19")
    assert "4,50" in diary(client_of, cast.guardian, cast.student, "?view=marks")


@under(GYMNASIUM)
def test_substitution_changes_the_timetable_of_pupil_parent_and_teacher(cast: Any, client_of: Any) -> None:
    form = {"act": "substitute", "row": cast.lesson.pk, "substitute": cast.substitute.pk, "reason": "болезнь"}
    assert client_of(cast.deputy).post("/substitutions/?date=2026-10-14", form).status_code == 302
    for person in (cast.student, cast.guardian, cast.teacher):
        assert "Мельник О. П." in page(client_of(person), "/timetable/")


@presets((GYMNASIUM, "GT-I-2.2b"))
def test_a_lesson_online_from_the_address_to_the_handed_work(cast: Any, client_of: Any) -> None:
    """The teacher gives the address; the pupil at home sees it, hands a file in, gets words and a mark."""
    from django.core.files.uploadedfile import SimpleUploadedFile

    teacher, pupil = client_of(cast.teacher), client_of(cast.student)
    give, diary = f"/lessons/{cast.lesson.pk}/online", f"/diary/{cast.student.pk}/"
    for bad in (
        "http://meet.example.org/6b",
        "javascript:alert(1)",
        "https://",
        "https://u:p@meet.example.org/",
    ):
        answer = teacher.post(give, {"url": bad})
        assert answer.status_code == 400 and "начинается с https" in answer.content.decode(), bad
    assert client_of(cast.class_teacher).post(give, {"url": "https://meet.example.org/x"}).status_code == 404
    assert pupil.post(give, {"url": "https://meet.example.org/x"}).status_code == 403
    assert teacher.post(give, {"url": "https://meet.example.org/all", "for": "journal"}).status_code == 303
    assert teacher.post(give, {"url": "https://meet.example.org/6b"}).status_code == 303
    shown = pupil.get(diary).content.decode()
    assert shown.count('href="https://meet.example.org/6b"') == 1, "this lesson has its own"
    assert shown.count('href="https://meet.example.org/all"') >= 2, "the others have the journal's"
    [row] = [part for part in shown.split("<tr") if "meet.example.org/6b" in part]
    assert "10:30–11:15" in row, "with the time"
    assert (
        "https://meet.example.org/6b" in teacher.get(f"/lessons/{cast.lesson.pk}/?tab=topic").content.decode()
    )
    assert "meet.example.org" not in client_of(cast.outside.student).get("/diary/").content.decode()
    assert teacher.post(give, {"url": ""}).status_code == 303
    assert "meet.example.org/6b" not in pupil.get(diary).content.decode(), "taken back: the journal's again"

    due = cast.lesson_on("russian", TODAY + timedelta(days=1))
    saved(
        send(teacher, cast.russian, homework(cast.lesson, "Написать письмо другу, с. 40", due_lesson=due.id))
    )
    given = Homework.objects.get(lesson=cast.lesson, student=None)
    sheet = SimpleUploadedFile("письмо.txt", "Здравствуй!".encode(), content_type="text/plain")
    sent = pupil.post(f"{diary}homework/", {"act": "hand", "row": given.pk, "file": sheet, "words": "готово"})
    assert sent.status_code in (302, 303), sent.content.decode()
    work = HandedWork.objects.get(homework=given)
    answer = teacher.post(
        f"/homework/{given.pk}/", {"act": "comment", "row": work.pk, "text": "Хорошо, но без даты."}
    )
    assert answer.status_code in (302, 303), answer.content.decode()
    saved(send(teacher, cast.russian, mark(cast.lesson, cast.student, "4", "written")))
    assert "Хорошо, но без даты." in page(pupil, f"{diary}homework/")


@presets((CENTRE, "CT-4.4b"))
def test_students_open_the_link_of_a_lesson_from_the_diary(cast: Any, client_of: Any) -> None:
    give = f"/lessons/{cast.lesson.pk}/online"
    assert (
        client_of(cast.teacher).post(give, {"url": "https://resource.example.org/task/7"}).status_code == 303
    )
    address = f"/diary/{cast.student.pk}/"
    assert (
        'href="https://resource.example.org/task/7"' in client_of(cast.student).get(address).content.decode()
    )
    assert "resource.example.org" not in client_of(cast.brother).get("/diary/").content.decode(), (
        "another group"
    )
