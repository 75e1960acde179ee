"""Clauses on summary reports: groups and departments, hours for pay, two periods, how staff kept the act."""

import csv
import io
import zipfile
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db.models import Q

from parta.control.models import Finding, Report
from parta.foundation import clock
from parta.journal.models import Absence, LessonRecord, Mark
from parta.organisation.models import MarkScale
from parta.people.models import Role
from parta.plans.models import Journal
from parta.timetable.models import Lesson
from tests.journeys.steps import CENTRE, DUBROVO, GYMNASIUM, done, held, page, saved, send, topic, under

SPAN = "since=2026-09-01&until=2026-10-14"


def lines(client: Any, code: str, query: str = SPAN) -> list[dict[str, str]]:
    """A report as its CSV file gives it."""
    answer = client.get(f"/reports/{code}/?{query}&as=csv")
    assert answer.status_code == 200, answer.status_code
    body = answer.content.decode("utf-8-sig").replace("\u00a0", " ")
    return list(csv.DictReader(io.StringIO(body), delimiter=";"))


def marked(cast: Any) -> None:
    """The groups of the cast are marked on its scale; three students of the sixth have marks."""
    Journal.objects.filter(school=cast.school).update(scale=MarkScale.objects.get(school=cast.school))
    work(cast, cast.lesson_on("russian", date(2026, 10, 12)), Зайцев="4", Цой="5", Ефимова="3")


def work(cast: Any, lesson: Any, **values: str) -> None:
    made = lesson.assessments.create(
        school=cast.school, journal=lesson.journal, work_kind="oral", weight=Decimal(1)
    )
    for surname, value in values.items():
        Mark.objects.create(
            school=cast.school, journal=lesson.journal, assessment=made, student=cast.named(surname), value=value,
            set_at=cast.at, changed_at=cast.at,
        )  # fmt: skip


def sixth(rows: list[dict[str, str]]) -> dict[str, str]:
    (found,) = (row for row in rows if row["Группа"].startswith("6"))
    return found


@under(CENTRE)
@pytest.mark.clause("CT-4.3a")
@pytest.mark.clause("CT-1.9b", partly="часы занятия в списке проведённых")
def test_pedagogue_gets_both_reports_of_the_group_without_typing_a_figure(cast: Any, client_of: Any) -> None:
    marked(cast)
    teacher = client_of(cast.teacher)
    final, interim = (
        sixth(lines(teacher, "group_summary", f"since={day}&until=2026-10-14"))
        for day in ("2026-09-01", "2026-10-12")
    )
    own = Lesson.objects.filter(journal=cast.russian).exclude(state="cancelled")
    for found, since in ((final, date(2026, 9, 1)), (interim, date(2026, 10, 12))):
        over = own.filter(date__gte=since, ends_at__lte=cast.at)
        told = LessonRecord.objects.filter(lesson__in=over, conducted_at__isnull=False).count()
        assert (found["Прошло по расписанию, ч."], found["Дано, ч."]) == (str(over.count()), str(told)), found
    assert final["Дано, ч."] != interim["Дано, ч."], "the year so far and the last days"
    assert final["Программа"] == cast.plan.title and final["Тем в программе"] == "18"
    assert final["Учеников"] == "12" and final["Успеваемость, %"] == "100"
    missed = Absence.objects.filter(journal=cast.russian, lesson__date__lte=cast.on).exclude(
        meaning__in=("", "late")
    )
    owed = 12 * LessonRecord.objects.filter(lesson__in=own, roll_at__isnull=False).count()
    assert missed.exists() and final["Явка, %"] == str(round(100 * (owed - missed.count()) / owed))
    # the figures follow the journal: an hour more, a failing mark
    late = own.filter(date__lte=cast.on, ends_at__lte=cast.at).latest("date", "number")
    LessonRecord.objects.filter(lesson=late).update(conducted_at=None)
    Mark.objects.filter(journal=cast.russian, student=cast.named("Зайцев")).update(value="2")
    after = sixth(lines(teacher, "group_summary"))
    assert int(after["Дано, ч."]) == int(final["Дано, ч."]) - 1 and after["Успеваемость, %"] != "100"
    words = page(teacher, f"/reports/group_summary/?{SPAN}")
    assert "математика" not in words and "<input" not in words
    # the journal of the group names the topics
    book = page(teacher, f"/journals/{cast.russian.pk}/")
    assert cast.topics[7].text in book


@under(CENTRE)
@pytest.mark.clause("CT-4.3b", "CT-4.3d", "CT-4.3e")
def test_sum_of_groups_of_departments_and_of_the_institution(cast: Any, client_of: Any) -> None:
    head, deputy = client_of(cast.head_of_department), client_of(cast.deputy)
    added = ("Прошло по расписанию, ч.", "Дано, ч.")

    def figures(row: dict[str, str]) -> list[int]:
        return [int(row[name]) for name in added]

    for span in (SPAN, "since=2026-10-12&until=2026-10-14"):
        rows = lines(head, "group_summary", span)
        groups = [row for row in rows if row["Группа"][0].isdigit()]
        (unit,) = (row for row in rows if row["Группа"].startswith("Объединение"))
        assert unit["Группа"] == "Объединение «Русский язык»" and rows[-1]["Группа"] == "Всего"
        sums = [sum(values) for values in zip(*(figures(row) for row in groups), strict=True)]
        assert figures(unit) == figures(rows[-1]) == sums and sums[0] > 0, rows
        # the institution: a line a department, each the sum of its groups, then all of them
        whole = lines(deputy, "unit_summary", span)
        assert whole == lines(client_of(cast.director), "unit_summary", span)
        assert [row["Отдел"] for row in whole] == [
            "Кафедра математики", "Кафедра русского языка и литературы", "Без отделения", "Всего",
        ]  # fmt: skip
        assert figures(whole[1]) == sums, "what the head sees in sum"
        assert figures(whole[-1]) == [
            sum(one) for one in zip(*(figures(row) for row in whole[:-1]), strict=True)
        ]
        assert int(whole[-1]["Учеников"]) < sum(int(row["Учеников"]) for row in whole[:-1]), "each once"
        assert {"Групп", "Явка, %", "Записано в срок, %", "Успеваемость, %"} <= set(whole[0])
    # from the sum to the department, to the group, to its students
    body = deputy.get(f"/reports/unit_summary/?{SPAN}").content.decode()
    department = cast.russian.subject.department_id
    address = f"/reports/group_summary/?since=2026-09-01&until=2026-10-14&department={department}"
    assert address.replace("&", "&amp;") in body
    narrow = lines(deputy, "group_summary", f"{SPAN}&department={department}")
    assert figures(narrow[-1]) == figures(lines(head, "group_summary")[-1])
    body = deputy.get(address).content.decode()
    address = f"/reports/class_analysis/?since=2026-09-01&until=2026-10-14&homeroom={cast.homeroom.pk}"
    assert address.replace("&", "&amp;") in body
    assert cast.named("Зайцев").surname in page(deputy, address)
    assert client_of(cast.teacher).get(f"/reports/unit_summary/?{SPAN}").status_code == 404


@under(CENTRE)
@pytest.mark.clause("CT-4.2b")
def test_head_sees_the_groups_under_a_chosen_level(cast: Any, client_of: Any) -> None:
    marked(cast)
    head = client_of(cast.head_of_department)
    Mark.objects.filter(journal=cast.russian, student=cast.named("Зайцев")).update(value="2")
    (level,) = {int(sixth(lines(head, "group_summary"))["Успеваемость, %"])}
    attended = int(sixth(lines(head, "group_summary"))["Явка, %"])
    assert level < attended <= 100

    def shown(level: int) -> list[str]:
        found = lines(head, "group_summary", f"{SPAN}&level={level}")
        return [row["Группа"] for row in found if row["Группа"][0].isdigit()]

    assert shown(level) == [], "at the level is not below it"
    assert shown(level + 1) == ["6 «Б»"]
    words = page(head, f"/reports/group_summary/?{SPAN}&level={level + 1}")
    assert f"ниже {level + 1} %: 1 из" in words, words
    # what is not done stands by group for the head, too: of the own department alone
    board = page(head, "/control/")
    assert "3 «А», русский язык" in board and "математика" not in board


@under(GYMNASIUM)
@pytest.mark.clause("GT-I-1.1a")
def test_hours_given_are_those_recorded_as_held_own_and_in_place_of_others(cast: Any, client_of: Any) -> None:
    deputy = client_of(cast.deputy)
    october = "since=2026-10-01&until=2026-10-31"
    rows = lines(deputy, "given_hours", october)
    held_ones = LessonRecord.objects.filter(
        lesson__school=cast.school, conducted_at__isnull=False, lesson__date__month=10
    ).exclude(lesson__state="cancelled")
    assert rows[-1]["Всего часов"] == rows[-1]["Проведено уроков"] == str(held_ones.count()) != "0"
    by_name = {row["Учитель"]: row for row in rows}
    instead = held_ones.filter(lesson__substitution__isnull=False)
    assert by_name["Мельник О. П."]["Свои часы"] == "0"
    assert by_name["Мельник О. П."]["Часы замещения"] == str(instead.count()) != "0"
    own = held_ones.filter(lesson__journal=cast.russian, lesson__substitution__isnull=True).count()
    assert (by_name["Соколова М. В."]["Свои часы"], by_name["Соколова М. В."]["Часы замещения"]) == (
        str(own),
        "0",
    )
    # one lesson more is one hour more; a lesson of two hours is two
    lesson = cast.lesson
    with clock.rehearse(cast.local(lesson.date, 14)):
        teacher = client_of(cast.teacher)
        saved(send(teacher, cast.russian, topic(lesson, "Неологизмы", cast.topics[8])))
        before = lines(deputy, "given_hours", october)
        assert before[-1] == rows[-1], "a topic alone is no held lesson"
        saved(send(teacher, cast.russian, held(lesson)))
        Lesson.objects.filter(pk=lesson.pk).update(hours=2)
        after = {row["Учитель"]: row for row in lines(deputy, "given_hours", october)}
    assert after["Соколова М. В."]["Свои часы"] == str(own + 2)
    assert after["Соколова М. В."]["Проведено уроков"] == str(own + 1)
    # nothing of it is typed: the page has no field for a figure, and a report handed in holds the program's own
    body = deputy.get(f"/reports/given_hours/?{october}").content.decode()
    assert 'type="number"' not in body and "contenteditable" not in body
    head = client_of(cast.head_of_department)
    sent = {
        "act": "hand_in",
        "note": "За октябрь",
        "Свои часы": "99",
        "rows": '[["октябрь 2026","Соколова",99]]',
    }
    done(head.post(f"/reports/given_hours/?{october}", sent))
    (kept,) = Report.objects.filter(code="given_hours")
    assert "99" not in str(kept.contents["rows"]) and kept.contents["rows"], kept.contents
    assert client_of(cast.teacher).get(f"/reports/given_hours/?{october}").status_code == 404


@under(DUBROVO)
@pytest.mark.clause("DB-3.5.8")
def test_two_quarters_are_compared_by_class_and_subject_on_screen_and_in_a_file(
    cast: Any, client_of: Any
) -> None:
    deputy = client_of(cast.deputy)
    assert "дни до выбранных" in page(deputy, f"/reports/comparison/?{SPAN}"), "one quarter has begun"
    autumn = Mark.objects.filter(journal=cast.russian).exclude(value="")
    autumn.update(value="4", counted=None)
    moved = Lesson.objects.filter(journal=cast.russian, date=cast.on).latest("number")
    Lesson.objects.filter(pk=moved.pk).update(date=date(2026, 11, 10))
    work(cast, moved, Зайцев="2")
    with clock.rehearse(cast.local(date(2026, 11, 20), 12)):
        query = "since=2026-11-02&until=2026-11-20"
        rows = lines(deputy, "comparison", query)
        russian, whole = (
            next(row for row in rows if row["Класс"].startswith("6") and row["Предмет"] == subject)
            for subject in ("Русский язык", "все предметы")
        )
        first, second = "I четверть", "II четверть"
        got = [russian[f"Средняя: {one}"] for one in (first, second, "изменение")]
        assert got == ["4,0", "2,0", "-2,0"], russian
        got = [russian[f"Успеваемость, %: {one}"] for one in (first, second, "изменение")]
        assert got == ["100", "0", "-100"], russian
        assert whole[f"Средняя: {second}"] == "2,0" and rows[-1]["Класс"] == "Всего"
        words = page(deputy, f"/reports/comparison/?{query}")
        assert "I четверть (01.09–25.10.2026)" in words or "I четверть (01.09–24.10.2026)" in words
        narrow = lines(deputy, "comparison", f"{query}&homeroom={cast.younger.pk}")
        assert {row["Класс"] for row in narrow} == {"3 «А»", "Всего"}, "a filter"
        book = deputy.get(f"/reports/comparison/?{query}&as=xlsx")
        with zipfile.ZipFile(io.BytesIO(book.content)) as opened:
            assert "II четверть" in opened.read("xl/sharedStrings.xml").decode()


@under(GYMNASIUM)
@pytest.mark.clause("GT-I-5.1.в", "GT-I-5.1.д")
def test_who_broke_nothing_and_what_the_others_broke_with_the_evidence(cast: Any, client_of: Any) -> None:
    director = client_of(cast.director)
    late = cast.at + timedelta(days=3)
    with clock.rehearse(late):
        rows = {row["Кто"]: row for row in lines(director, "conduct", "since=2026-10-05&until=2026-10-16")}
        idle = rows["Исаков Б. М."]
        found = Finding.objects.filter(
            Q(due__lt=late) | Q(due=None),
            who_id=cast.class_teacher.pk, date__gte="2026-10-05", date__lte="2026-10-16",
        )  # fmt: skip
        assert idle["Нарушений"] == str(found.count()) != "0"
        clause = found[0].clauses[0][1]
        count = sum(one.clauses[0][1] == clause for one in found)
        assert f"{clause}: {count}".replace("\u00a0", " ") in idle["По пунктам"]
        assert int(idle["Записей по урокам"]) > 0 and int(idle["В срок, %"]) < 100
        # a person with a role and not a single finding stands first, in words
        Role.objects.create(
            school=cast.school,
            person=cast.secretary,
            kind="teacher",
            starts=date(2026, 9, 1),
            order_number="7",
        )
        answer = lines(director, "conduct", "since=2026-10-05&until=2026-10-16")
        names = [row["Кто"] for row in answer]
        assert rows.keys() < set(names)
        flawless = next(row for row in answer if row["Кто"] == "Носова А. Е.")
        assert (flawless["Нарушений"], flawless["По пунктам"]) == ("0", "нарушений нет")
        flags = [row["Нарушений"] == "0" for row in answer]
        assert flags == sorted(flags, reverse=True), "those without findings first"
        # the evidence of one: clause, record, times, explanation; an excused one is no longer held against anybody
        one = found.filter(due__isnull=False).order_by("date", "number", "pk")[0]
        Finding.objects.filter(pk=one.pk).update(answer="Болел, отметил позже")
        query = f"since=2026-10-05&until=2026-10-16&person={cast.class_teacher.pk}"
        told = lines(director, "evidence", query)
        line = next(row for row in told if row["Объяснение"])
        clause = one.clauses[0][1]
        assert line["Объяснение"] == "Болел, отметил позже" and clause.replace("\u00a0", " ") in line["Пункт"]
        assert line["Дата"] == f"{one.date:%d.%m.%Y}" and one.text.replace("\u00a0", " ") in line["Что"]
        assert one.due is not None
        local = one.due.astimezone(cast.zone)
        assert line["Срок"] == f"{local:%d.%m.%Y %H:%M}" and line["Найдено"] and line["Где"]
        assert len(told) >= found.count()
        book = director.get(f"/reports/evidence/?{query}&as=xlsx")
        assert book["Content-Type"].endswith("spreadsheetml.sheet")
        Finding.objects.filter(pk=one.pk).update(state="excused", excuse="Больничный лист")
        again = next(
            row for row in lines(director, "conduct", "since=2026-10-05&until=2026-10-16")
            if row["Кто"] == "Исаков Б. М."
        )  # fmt: skip
        assert int(again["Нарушений"]) == found.count() - 1
        assert any(
            row["Признано уважительным"] == "Больничный лист" for row in lines(director, "evidence", query)
        )
        for who in (cast.teacher, cast.head_of_department):
            for code in ("conduct", "evidence"):
                assert client_of(who).get(f"/reports/{code}/?{query}").status_code == 404
        stranger = f"/reports/evidence/?person={cast.outside.teacher.pk}"
        assert director.get(stranger).status_code == 404, "of another school"
