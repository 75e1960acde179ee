"""Clauses on the diary beside the week: planner, absences by reason, a subject, years, notices, class, rating."""

from datetime import date, datetime
from typing import Any

import pytest

from parta.foundation import clock
from parta.foundation.models import LogEntry
from tests.journeys.steps import (
    CENTRE,
    COLLEGE,
    DUBROVO,
    GYMNASIUM,
    IPATOVO,
    MONDAY,
    TUESDAY,
    absent,
    done,
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


def at(cast: Any, student: Any, where: str = "") -> str:
    return f"/diary/{student.pk}/{where}"


# --- homework -------------------------------------------------------------------------------------------------------


@presets((GYMNASIUM, "GT-I-3.6d"), (COLLEGE, "ET-5.2"))
def test_planner_has_overdue_apart_and_the_pupils_tick(cast: Any, client_of: Any) -> None:
    from django.core.files.uploadedfile import SimpleUploadedFile

    teacher, pupil, family = client_of(cast.teacher), client_of(cast.student), client_of(cast.guardian)
    late, due = cast.lesson_on("russian", MONDAY), cast.lesson_on("russian", TOMORROW)
    next_week = cast.lesson_on("russian", date(2026, 10, 20))
    saved(send(teacher, cast.russian, homework(cast.lesson, "выучить § 29, упр. 150", due_lesson=due.id)))
    sheet = SimpleUploadedFile("схема.txt", b"1", content_type="text/plain")
    assert teacher.post(f"/lessons/{cast.lesson.pk}/files", {"file": sheet}).status_code in (200, 302, 303)
    saved(
        send(
            teacher,
            cast.russian,
            homework(due, "написать сочинение, с. 40", due_lesson=next_week.id),
            homework(cast.lesson, "выучить правило, с. 7", student=cast.student, due_lesson=due.id),
        )
    )
    planner = at(cast, cast.student, "homework/")
    words = page(family, planner)
    overdue = words[words.index("Просрочено") : words.index("На сегодня")]
    assert "§ 27, упр. 148" in overdue and "Срок был 13 октября" in overdue, "due before today and not done"
    assert "сочинение" not in overdue
    tomorrow = words[words.index("На четверг, 15 октября") : words.index("На вторник, 20 октября")]
    assert (
        "§ 29, упр. 150" in tomorrow
        and "схема.txt" in tomorrow
        and "с. 7" in tomorrow
        and "лично" in tomorrow
    )
    assert "сочинение, с. 40" in words[words.index("На вторник, 20 октября") :]
    assert "правило, с. 7" not in page(
        client_of(cast.other_guardian), at(cast, cast.named("Зайцев"), "homework/")
    )

    from parta.journal.models import Homework

    task = Homework.objects.get(lesson=cast.lesson, student=None)
    assert "Ученик ещё не видел" in tomorrow
    page(pupil, planner)
    assert "Ученик видел" in page(family, planner)
    assert family.post(planner, {"act": "done", "row": task.pk}).status_code == 422, "the pupil's own tick"
    foreign = client_of(cast.named("Зайцев"))
    assert foreign.post(planner, {"act": "done", "row": task.pk}).status_code == 404
    done(pupil.post(planner, {"act": "done", "row": task.pk}))
    words = page(family, planner)
    tomorrow = words[words.index("На четверг") : words.index("На вторник")]
    assert "Сделано 14 октября" in tomorrow and "1 из 2 сделано" in tomorrow
    assert LogEntry.objects.filter(verb="homework_done", student_id=cast.student.pk).count() == 1
    missed = Homework.objects.get(lesson=late, student=None)
    done(pupil.post(planner, {"act": "done", "row": missed.pk}))
    words = page(family, planner)
    assert "§ 27, упр. 148" not in words[words.index("Просрочено") : words.index("На четверг")]
    done(pupil.post(planner, {"act": "undone", "row": missed.pk}))
    words = page(family, planner + "?subject=Русский язык")
    assert "§ 27, упр. 148" in words[words.index("Просрочено") : words.index("На четверг")]


@under(GYMNASIUM)
@pytest.mark.clause("GT-P-2.5b", partly="сданный файл")
def test_teacher_sees_who_has_seen_and_done_it(cast: Any, client_of: Any) -> None:
    from parta.journal.models import Homework

    due = cast.lesson_on("russian", TOMORROW)
    saved(
        send(client_of(cast.teacher), cast.russian, homework(cast.lesson, "выучить § 29", due_lesson=due.id))
    )
    task = Homework.objects.get(lesson=cast.lesson, student=None)
    panel = f"/homework/{task.pk}/"
    words = page(client_of(cast.teacher), panel)
    assert "Все 12" in words and "Не видели 12" in words and "Сделали 0" in words
    page(client_of(cast.guardian), at(cast, cast.student, "homework/"))
    pupil = client_of(cast.student)
    page(pupil, at(cast, cast.student, "homework/"))
    done(pupil.post(at(cast, cast.student, "homework/"), {"act": "done", "row": task.pk}))
    words = page(client_of(cast.teacher), panel)
    assert "Не видели 11" in words and "Семья не видела 11" in words and "Сделали 1" in words
    assert "Сафина" not in page(client_of(cast.teacher), panel + "?show=unseen")
    assert "Сафина" in page(client_of(cast.teacher), panel + "?show=done")
    with clock.rehearse(cast.local(date(2026, 10, 16), 12)):
        assert "Просрочили 11" in page(client_of(cast.teacher), panel), "due yesterday, not done"
    page(client_of(cast.guardian), panel, 403)
    page(client_of(cast.other_teacher), panel, 404)


# --- absences -------------------------------------------------------------------------------------------------------


@presets((GYMNASIUM, "GT-I-3.6h"))
def test_sums_by_reason_equal_the_list_and_late_is_no_absence(cast: Any, client_of: Any) -> None:
    pupil, teacher, reasons = cast.named("Зайцев"), client_of(cast.teacher), client_of(cast.class_teacher)
    days = [cast.lesson_on("russian", date(2026, 10, day)) for day in (8, 12, 14)]
    saved(send(teacher, cast.russian, *(absent(lesson, pupil, "н") for lesson in days)))
    saved(
        send(
            reasons,
            cast.russian,
            absent(days[0], pupil, "У", seen=1),
            absent(days[1], pupil, "Б", seen=1),
            absent(days[2], pupil, "Б", seen=1),
        )
    )
    words = page(client_of(cast.other_guardian), at(cast, pupil, "absences/"))
    assert "Пропущено уроков: 3" in words
    assert "Б По болезни 2" in words and "У Уважительная причина 1" in words and "Всего пропущено 3" in words
    assert "Опозданий, в пропуски не входят 1" in words
    listed = words[words.index("По дням") : words.index("Ребёнка не будет")]
    assert listed.count("по болезни") == 2 and listed.count("уважительная причина") == 1
    assert "12 октября" in listed and "опоздание 6 мин" in listed
    assert "Пропущено уроков: 0" in page(client_of(cast.guardian), at(cast, cast.student, "absences/"))


@presets((COLLEGE, "ET-3.2.2d"))
def test_totals_of_the_diary_equal_those_of_the_journal(cast: Any, client_of: Any) -> None:
    from collections import Counter

    from parta.journal.models import Absence

    pupil = cast.named("Зайцев")
    for day, symbol in ((8, "н"), (12, "б"), (14, "б")):
        saved(
            send(
                client_of(cast.teacher),
                cast.russian,
                absent(cast.lesson_on("russian", date(2026, 10, day)), pupil, "н"),
            )
        )
        if symbol != "н":
            lesson = cast.lesson_on("russian", date(2026, 10, day))
            saved(send(client_of(cast.class_teacher), cast.russian, absent(lesson, pupil, symbol, seen=1)))
    words = page(client_of(cast.other_guardian), at(cast, pupil, "absences/"))
    stored = Counter(
        Absence.objects.filter(student=pupil, lesson__date__lt=cast.term.until)
        .exclude(meaning__in=("", "late"))
        .values_list("symbol", flat=True)
    )
    assert sum(stored.values()) == 3
    for symbol, count in stored.items():
        assert any(f"{symbol} {title} {count}" in words for title in ("Нет на уроке", "По болезни")), (
            symbol,
            count,
        )


# --- a subject ------------------------------------------------------------------------------------------------------


@presets((DUBROVO, "DB-2.1.2c"))
def test_topics_of_the_plan_marks_and_period_marks_of_a_subject(cast: Any, client_of: Any) -> None:
    subject = at(cast, cast.student, f"subjects/{cast.subjects['russian'].pk}/")
    words = page(client_of(cast.guardian), subject)
    assert "Тем пройдено: 8 из 18" in words
    planned = cast.topics[8]
    saved(
        send(
            client_of(cast.teacher),
            cast.russian,
            topic(cast.lesson, planned.text, planned),
            held(cast.lesson),
        )
    )
    with clock.rehearse(cast.local(date(2026, 10, 23), 12)):
        saved(send(client_of(cast.teacher), cast.russian, final(cast.term, cast.student, "4")))
        words = page(client_of(cast.guardian), subject)
    assert "Тем пройдено: 9 из 18" in words
    assert "5 октября" in words and "5/4" in words and "4,50" in words
    assert "4 I четверть" in words


@under(GYMNASIUM)
def test_why_card_says_what_counts_and_what_does_not(cast: Any, client_of: Any) -> None:
    from decimal import Decimal

    from parta.journal.models import Assessment

    subject = at(cast, cast.student, f"subjects/{cast.subjects['russian'].pk}/")
    words = page(client_of(cast.guardian), subject)
    assert "5 + 5 + 4 + 4 = 18; 18 : 4 = 4,50" in words and "Вошли все отметки периода" in words
    assert "Сейчас выходит «5»" in words
    column = Assessment.objects.get(lesson=cast.lesson_on("russian", MONDAY), work_kind="control")
    Assessment.objects.filter(pk=column.pk).update(weight=Decimal(3))
    words = page(client_of(cast.guardian), subject)
    assert "5·1 + 5·1 + 4·1 + 4·3 = 26; 26 : 6 = 4,33" in words and "вес 3" in words
    assert "Для «5» Хватит: 2 отметки «5», или 1 отметка «5» за работы с весом 3" in words, (
        "(26 + 5·2) : 8 = 4,50"
    )
    Assessment.objects.filter(pk=column.pk).update(weight=Decimal(0))
    words = page(client_of(cast.guardian), subject)
    assert "Не вошла: 12 октября, контрольная работа, «4»: вес этой работы 0" in words
    assert "5·1 + 5·1 + 4·1 = 14; 14 : 3 = 4,67" in words


@under(GYMNASIUM)
def test_history_of_a_mark_stands_beside_it(cast: Any, client_of: Any) -> None:
    pupil = cast.named("Авдеев")
    from parta.people.models import Guardianship

    Guardianship.objects.create(
        school=cast.school,
        guardian=cast.other_guardian,
        student=pupil,
        relation="other",
        starts=date(2026, 9, 1),
    )
    words = page(client_of(cast.other_guardian), at(cast, pupil, f"subjects/{cast.subjects['russian'].pk}/"))
    assert "История: 2 записи" in words and "исправлена 2 3" in words and "Ошибка в строке" in words
    assert "Зайцев" not in words[words.index("Отметки") :]


# --- years ----------------------------------------------------------------------------------------------------------


def last_year(cast: Any, years_ago: int = 1) -> Any:
    """The same pupil a year (or two) before, with a mark in the first quarter and its period mark."""
    from parta.foundation import log
    from parta.journal.models import Assessment, Mark, TermMark
    from parta.organisation.models import AcademicYear, Homeroom, Term
    from parta.people.models import Enrolment
    from parta.plans.models import Journal
    from parta.timetable.models import Lesson

    first = 2026 - years_ago
    year = AcademicYear.objects.create(
        school=cast.school,
        title=f"{first}/{first + 1}",
        starts=date(first, 9, 1),
        until=date(first + 1, 6, 1),
    )
    homeroom = Homeroom.objects.create(
        school=cast.school, year=year, title=f"{6 - years_ago}Б", grade=6 - years_ago, term_kind="quarter"
    )
    term = Term.objects.create(
        school=cast.school,
        year=year,
        kind="quarter",
        number=1,
        title="I четверть",
        starts=date(first, 9, 1),
        until=date(first, 10, 28),
    )
    Enrolment.objects.create(
        school=cast.school,
        student=cast.student,
        homeroom=homeroom,
        starts=date(first, 9, 1),
        until=date(first + 1, 6, 1),
    )
    for name, value in (("russian", "3"), ("maths", "5")):
        journal = Journal.objects.create(
            school=cast.school,
            year=year,
            subject=cast.subjects[name],
            homeroom=homeroom,
            grade=6 - years_ago,
            scale=cast.russian.scale,
        )
        log.open_chain(cast.school.id, "journal", journal.id)
        moment = datetime(first, 9, 15, 9, tzinfo=cast.zone)
        lesson = Lesson.objects.create(
            school=cast.school,
            journal=journal,
            date=date(first, 9, 15),
            number=2,
            starts_at=moment,
            ends_at=moment,
        )
        column = Assessment.objects.create(
            school=cast.school, journal=journal, lesson=lesson, work_kind="control"
        )
        Mark.objects.create(
            school=cast.school,
            journal=journal,
            assessment=column,
            student=cast.student,
            value=value,
            set_at=moment,
            changed_at=moment,
            set_by=cast.teacher,
        )
        TermMark.objects.create(
            school=cast.school,
            journal=journal,
            term=term,
            student=cast.student,
            value=value,
            set_at=moment,
            changed_at=moment,
        )
    return term


@presets((GYMNASIUM, "GT-I-2.5a"))
def test_first_quarter_of_last_year_in_all_subjects(cast: Any, client_of: Any) -> None:
    term = last_year(cast)
    family = client_of(cast.guardian)
    years = page(family, at(cast, cast.student, "results/"))
    assert "2025/2026, 5 «Б»" in years and "2026/2027, 6 «Б»" in years
    body = family.get(at(cast, cast.student, "results/")).content.decode()
    assert f"?view=marks&amp;term={term.pk}" in body, "one press from the years to the marks"
    words = page(family, at(cast, cast.student, f"?view=marks&term={term.pk}"))
    assert "3 15.09" in words and "5 15.09" in words and "Русский язык" in words and "Математика" in words
    assert "12.10" not in words, "nothing of this year"
    page(client_of(cast.other_guardian), at(cast, cast.student, f"?view=marks&term={term.pk}"), 404)
    page(client_of(cast.outside.guardian), at(cast, cast.student, f"?view=marks&term={term.pk}"), 404)


@presets((IPATOVO, "IP-1.4.4"))
def test_a_mark_of_two_years_ago_on_sunday_night(cast: Any, client_of: Any) -> None:
    term = last_year(cast, 2)
    with clock.rehearse(cast.local(date(2026, 10, 18), 3)):
        words = page(client_of(cast.guardian), at(cast, cast.student, f"?view=marks&term={term.pk}"))
        assert "3 15.09" in words and "5 15.09" in words
        assert "2024/2025, 4 «Б»" in page(client_of(cast.student), at(cast, cast.student, "results/"))
        journal = term.year.journals.get(subject__code="russian")
        page(client_of(cast.deputy), f"/journals/{journal.pk}/")
        page(client_of(cast.teacher), f"/journals/{journal.pk}/", 404)
        page(client_of(cast.teacher), f"/journals/{cast.russian.pk}/")


# --- what is new ----------------------------------------------------------------------------------------------------


@presets((IPATOVO, "IP-2.14c"))
def test_diary_opens_with_the_news_since_the_last_visit(cast: Any, client_of: Any) -> None:
    family = client_of(cast.guardian)
    assert "Новое с прошлого захода" not in page(family, "/diary/")
    with clock.rehearse(cast.local(date(2026, 10, 14), 11)):
        teacher = client_of(cast.teacher)
        saved(
            send(
                teacher,
                cast.russian,
                mark(cast.lesson, cast.student, "5", "oral"),
                absent(cast.lesson, cast.named("Зайцев"), "н"),
                note(cast.lesson, cast.student, "praise", "Отвечала лучше всех"),
            )
        )
    with clock.rehearse(cast.local(date(2026, 10, 14), 18)):
        words = page(family, at(cast, cast.student))
        news = words[words.index("Новое с прошлого захода: 2") : words.index("Сегодня, среда")]
        assert "отметка 5" in news and "Отвечала лучше всех" in news and "нет на уроке" not in news
        assert "отметка 5" in page(family, at(cast, cast.student)), "the same visit: still new on reload"
    with clock.rehearse(cast.local(date(2026, 10, 15), 18)):
        assert "Новое с прошлого захода" not in page(family, at(cast, cast.student)), "seen yesterday"


@under(GYMNASIUM)
def test_each_new_changed_and_annulled_mark_is_a_notice(cast: Any, client_of: Any) -> None:
    family, teacher = client_of(cast.guardian), client_of(cast.teacher)
    page(family, "/diary/")
    with clock.rehearse(cast.local(date(2026, 10, 14), 11)):
        first = saved(send(teacher, cast.russian, mark(cast.lesson, cast.student, "3")))
        words = page(family, at(cast, cast.student, "news/"))
        assert "Русский язык : отметка 3" in words or "Русский язык: отметка 3" in words
    with clock.rehearse(cast.local(date(2026, 10, 14), 11, 3)):
        saved(
            send(
                teacher,
                cast.russian,
                mark(cast.lesson, cast.student, "", seen=first["version"], assessment=first["assessment"]),
            )
        )
        words = page(family, at(cast, cast.student, "news/"))
    assert "снята" in words and "отметка 3," not in words


# --- the class ------------------------------------------------------------------------------------------------------


@presets((COLLEGE, "ET-A-DEP-6p"), (COLLEGE, "ET-A-DEP-14c"))
def test_seven_kinds_of_information_two_presses_away(cast: Any, client_of: Any) -> None:
    import re

    family = client_of(cast.guardian)
    form = {"act": "substitute", "row": cast.lesson.pk, "substitute": cast.substitute.pk, "reason": "болезнь"}
    done(client_of(cast.deputy).post("/substitutions/?date=2026-10-14", form))
    saved(
        send(
            client_of(cast.substitute),
            cast.russian,
            note(cast.lesson, cast.student, "recommendation", "Повторить корни"),
        )
    )
    assert family.get(at(cast, cast.other_student)).status_code == 404, "the own child only"
    start = family.get(at(cast, cast.student)).content.decode()
    week = page(family, at(cast, cast.student))
    assert "Замена: Мельник О. П." in week, "changes"
    assert "Повторить корни" in week, "recommendations"
    assert "Русский язык" in week and "§ 26, упр. 144" in week, "timetable, homework"
    links = set(re.findall(r'href="([^"#]+)"', start))
    for where in ("class/", "homework/", "absences/", "?view=marks"):
        assert at(cast, cast.student, where) in links, where
    words = page(family, at(cast, cast.student, "class/"))
    works = words[words.index("Контрольные работы") : words.index("Учителя")]
    assert "Контрольная работа" in works and "по тематическому плану" in works, "control works of the period"
    teachers = words[words.index("Учителя") : words.index("Каникулы")]
    for name in ("Соколова М. В.", "Исаков Б. М.", "Белова А. С."):
        assert name in teachers, name
    assert "Шин" not in teachers, "the other half of the class has her"
    assert "Громова" not in teachers, "another class's teacher"
    assert (
        "Осенние каникулы : 25 октября – 1 ноября" in words
        or "Осенние каникулы: 25 октября – 1 ноября" in words
    )


@presets((DUBROVO, "DB-2.2.4b", "предмет, чьи работы не стоят в тематическом плане"))
def test_forms_of_control_of_each_own_subject(cast: Any, client_of: Any) -> None:
    saved(
        send(
            client_of(cast.class_teacher),
            cast.maths,
            mark(cast.lesson_on("maths", TUESDAY), cast.named("Авдеев"), "4", "test"),
        )
    )
    words = page(client_of(cast.student), at(cast, cast.student, "class/"))
    forms = words[words.index("Формы контроля по предметам") : words.index("Учителя")]
    assert "Русский язык Контрольная работа" in forms


# --- the rating -----------------------------------------------------------------------------------------------------


@presets((GYMNASIUM, "GT-I-3.6g"), (COLLEGE, "ET-5.1b"), (DUBROVO, "DB-3.7.2a"))
def test_own_place_only(cast: Any, client_of: Any) -> None:
    pupil = cast.named("Зайцев")
    family, years = client_of(cast.other_guardian), at(cast, pupil, "results/")
    # averages: Григорян 5; Сафина 4,5; then three more; Зайцев (3 + 2) : 2 = 2,5 is the last of six
    words = page(family, years)
    assert "Место в классе: 6 из 6" in words
    assert "Место в классе: 2 из 6" in page(client_of(cast.guardian), at(cast, cast.student, "results/"))
    body = family.get(years).content.decode()
    for other in cast.students:
        if other.surname != "Зайцев":
            assert other.surname not in body, "no name of others"
    if cast.preset == DUBROVO:
        assert "5 05.10" in page(client_of(cast.guardian), at(cast, cast.student, "?view=marks"))
        assert "Пропущено уроков" in page(client_of(cast.guardian), at(cast, cast.student, "absences/"))
    if cast.preset == COLLEGE:
        marks = page(family, at(cast, pupil, "?view=marks"))
        assert "3 05.10" in marks and "Опозданий" in page(family, at(cast, pupil, "absences/"))


@pytest.mark.parametrize("cast", [IPATOVO, CENTRE], indirect=True)
def test_no_rating_where_the_act_has_none(cast: Any, client_of: Any) -> None:
    assert "Место в классе" not in page(client_of(cast.guardian), at(cast, cast.student, "results/"))


# --- small things ---------------------------------------------------------------------------------------------------


@presets((DUBROVO, "DB-3.7.1"))
def test_family_reads_the_guide_views_and_writes(cast: Any, client_of: Any) -> None:
    family = client_of(cast.guardian)
    guide = "/help/roditel-i-uchenik/"
    assert f'href="{guide}"' in family.get(at(cast, cast.student, "class/")).content.decode()
    for who in (family, client_of(cast.student)):
        assert "Родителю и ученику" in page(who, guide) and page(who, "/help/") == page(who, guide), (
            "their own"
        )
    form = {"act": "send", "to": cast.class_teacher.pk, "subject": "Вопрос", "text": "По памятке всё понятно"}
    done(family.post(f"/messages/new/?student={cast.student.pk}", form))
    assert "По памятке" in page(client_of(cast.class_teacher), "/messages/")


@presets((DUBROVO, "DB-3.7.4"))
def test_individual_task_with_a_file_and_a_question_on_it(cast: Any, client_of: Any) -> None:
    import html
    import re

    from django.core.files.uploadedfile import SimpleUploadedFile

    due, pupil = cast.lesson_on("russian", TOMORROW), client_of(cast.student)
    teacher = client_of(cast.teacher)
    own = homework(cast.lesson, "прочитать дополнительно, с. 90", student=cast.student, due_lesson=due.id)
    saved(send(teacher, cast.russian, own))
    sheet = SimpleUploadedFile("статья.pdf", b"%PDF-1.4", content_type="application/pdf")
    form = {"file": sheet, "student": cast.student.pk}
    assert teacher.post(f"/lessons/{cast.lesson.pk}/files", form).status_code in (200, 302, 303)
    words = page(pupil, at(cast, cast.student, "homework/"))
    assert "с. 90" in words and "статья.pdf" in words
    other = page(client_of(cast.named("Зайцев")), at(cast, cast.named("Зайцев"), "homework/"))
    assert "с. 90" not in other and "статья.pdf" not in other
    body = pupil.get(at(cast, cast.student, "homework/")).content.decode()
    block = body[body.index("статья.pdf") :]
    found = re.search(r'href="(/messages/new/[^"]+)"', block)
    assert found is not None
    where = html.unescape(found[1])
    assert f'value="{cast.teacher.pk}" checked' in pupil.get(where).content.decode()
    done(
        pupil.post(where, {"act": "send", "to": cast.teacher.pk, "subject": "Задание", "text": "Читать всё?"})
    )
    thread = page(teacher, "/messages/")
    assert "Читать всё?" in thread


@presets((GYMNASIUM, "GT-P-2.6b"))
def test_achievement_shows_in_the_diary_and_in_the_list_of_praise(cast: Any, client_of: Any) -> None:
    pupil = cast.named("Зайцев")
    table = client_of(cast.class_teacher)
    assert "Победил в олимпиаде" not in page(table, "/families/")
    saved(
        send(
            client_of(cast.teacher),
            cast.russian,
            note(cast.lesson, pupil, "praise", "Победил в олимпиаде"),
            note(cast.lesson, pupil, "remark", "Шумел на уроке"),
        )
    )
    assert "Победил в олимпиаде" in page(client_of(cast.other_guardian), at(cast, pupil))
    words = page(table, "/families/")
    assert (
        "Похвалы и благодарности: 1" in words and "Победил в олимпиаде" in words and "Соколова М. В." in words
    )
    assert "Шумел" not in words
    assert "Победил" not in page(client_of(cast.master), "/families/")


@presets((GYMNASIUM, "GT-P-1.5c"))
def test_family_sees_its_data_and_the_deputy_who_read_them(cast: Any, client_of: Any) -> None:
    from parta.diary.models import DataChange

    family, deputy, head = client_of(cast.guardian), client_of(cast.deputy), client_of(cast.class_teacher)
    words = page(family, at(cast, cast.student, "data/"))
    assert "Сафина" in words and "Диляра" in words and "Рустамовна" in words
    assert "Зайцев" not in words
    form = {
        "act": "change",
        "which": f"{cast.student.pk}:patronymic",
        "after": "Руслановна",
        "ground": "паспорт",
    }
    done(family.post(at(cast, cast.student, "data/"), form))
    done(head.post("/families/", {"act": "accept", "row": DataChange.objects.get().pk}))
    assert "Руслановна" in page(family, at(cast, cast.student, "data/"))
    page(head, f"/students/{cast.student.pk}/")
    readers = page(deputy, f"/students/{cast.student.pk}/")
    assert "Кто открывал эту карточку" in readers and "Исаков" in readers[readers.index("Кто открывал") :]
    page(client_of(cast.secretary), f"/students/{cast.student.pk}/report/")
    readers = page(deputy, f"/students/{cast.student.pk}/")
    assert "Носова" in readers[readers.index("Кто открывал") :], "who took a sheet of it out as well"
    assert "Кто открывал" not in page(head, f"/students/{cast.student.pk}/")


# --- what the diary of the college shows ----------------------------------------------------------------------------


@presets((COLLEGE, "ET-3.2.2a"))
def test_marks_with_date_unit_and_kind_of_work(cast: Any, client_of: Any) -> None:
    pupil, teacher = cast.student, client_of(cast.teacher)
    subject = at(cast, pupil, f"subjects/{cast.subjects['russian'].pk}/")
    before = page(client_of(cast.guardian), subject)
    assert "14 октября" not in before and "лабораторная" not in before
    saved(
        send(
            teacher,
            cast.russian,
            mark(cast.lesson, pupil, "5", "oral"),
            mark(cast.lesson, pupil, "3", "laboratory"),
        )
    )
    for person in (cast.guardian, pupil):
        words = page(client_of(person), subject)
        assert words.index("Русский язык") < words.index("5 14 октября , устный ответ")
        assert "3 14 октября , лабораторная работа" in words


@presets((COLLEGE, "ET-3.2.2b"))
def test_half_year_column_is_empty_until_the_mark_is_set(cast: Any, client_of: Any) -> None:
    family, years = client_of(cast.guardian), at(cast, cast.student, "results/")
    words = page(family, years)
    assert "I полугодие" in words and "Русский язык – – –" in words
    with clock.rehearse(cast.local(date(2026, 12, 23), 12)):
        saved(send(client_of(cast.teacher), cast.russian, final(cast.term, cast.student, "4")))
        words = page(family, years)
    assert "Русский язык 4 – –" in words and "Математика – – –" in words


@presets((COLLEGE, "ET-3.2.2e"), (COLLEGE, "ET-3.2.2g"), (COLLEGE, "ET-3.2.2i"))
def test_own_timetable_topics_and_tasks(cast: Any, client_of: Any) -> None:
    from parta.journal.models import LessonRecord
    from parta.timetable.models import Lesson

    pupil, other = cast.student, cast.named("Зайцев")
    due = cast.lesson_on("russian", TOMORROW)
    planned = cast.topics[8]
    saved(
        send(
            client_of(cast.teacher),
            cast.russian,
            topic(cast.lesson, planned.text, planned),
            held(cast.lesson),
            homework(cast.lesson, "выучить § 29, письменно с. 7", due_lesson=due.id),
            homework(cast.lesson, "прочитать с. 90", student=pupil, due_lesson=due.id),
        )
    )
    words = page(client_of(pupil), at(cast, pupil))
    wednesday = words[words.index("Среда 14") : words.index("Четверг 15")]
    record = LessonRecord.objects.get(lesson=cast.lesson)
    assert record.topic in wednesday, "the topic is the journal's"
    own, foreign = cast.english, cast.english_2
    if pupil.subgroup_memberships.get().subgroup_id != own.subgroup_id:
        own, foreign = foreign, own
    assert Lesson.objects.filter(date=cast.on, journal=foreign).exists()
    mine = Lesson.objects.filter(date=cast.on, journal__in=[cast.russian, cast.maths, own])
    for lesson in mine.select_related("journal__subject"):
        assert f"{lesson.number} {lesson.journal.subject.title}" in wednesday, lesson.number
    assert wednesday.count("Английский язык") == 1, "the own half of the group"
    thursday = words[words.index("Четверг 15") : words.index("Пятница 16")]
    assert "§ 29" in thursday and "Лично: прочитать с. 90" in thursday
    words = page(client_of(other), at(cast, other))
    assert "§ 29" in words and "с. 90" not in words
