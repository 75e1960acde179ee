"""Clauses on the readiness of a year and on reports: what is missing after its day, whose figures a report holds."""

import io
import zipfile
from datetime import date, datetime, timedelta
from typing import Any

import pytest

from parta.control.actions.nightly import form_due_reports
from parta.control.jobs import form_reports
from parta.control.models import Report
from parta.control.queries import board
from parta.control.queries.duties import duties
from parta.control.queries.duty_lines import DutyLine
from parta.control.queries.sheets import Cut
from parta.control.queries.year import year_page
from parta.foundation import clock
from parta.journal.models import Absence, LessonRecord, Mark
from parta.organisation.models import Vacation
from parta.people.models import Enrolment, Guardianship, Person, Role, SignIn
from parta.plans.models import Journal, PlannedTopic
from parta.timetable.models import Lesson, TimetableSlot
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

OCTOBER = date(2026, 10, 1)


def found(cast: Any, kind: str, who: str = "deputy", at: datetime | None = None) -> list[DutyLine]:
    """What stands on the page of duties under a kind of rule."""
    viewer = cast.viewer(who, at)
    return [line for line in duties(viewer, OCTOBER, viewer.on).lines if line.kind == kind]


def item(cast: Any, code: str, at: datetime | None = None) -> Any:
    """A line of the readiness page."""
    return next(line for line in year_page(cast.viewer("deputy", at)).lines if line.item.code == code)


def complete(cast: Any, code: str) -> None:
    """Make an item of the set-up complete, as the operator would."""
    if code == "timetable_template":
        return
    if code == "thematic_plans":
        Journal.objects.filter(school=cast.school).update(plan=cast.plan)
        left = {"russian": 204, "maths": 204, "english": 204}
        from parta.plans.models import CurriculumHours

        PlannedTopic.objects.bulk_create(
            PlannedTopic(plan=cast.plan, position=position, text=f"Тема {position}")
            for position in range(len(cast.topics) + 1, 205)
        )
        CurriculumHours.objects.filter(school=cast.school).update(yearly_hours=left["russian"])
    if code == "contacts":
        for student in [*cast.students, cast.people["brother"], cast.other_student, cast.left_student]:
            Guardianship.objects.get_or_create(
                school=cast.school, guardian=cast.guardian, student=student, starts=date(2026, 9, 1)
            )
    for person in Person.objects.filter(school=cast.school):
        if code == "personal_data":
            person.birth_date = person.birth_date or date(2014, 1, 1)
            person.patronymic = person.patronymic or "Павлович"
        if code == "contacts":
            person.phone = "+996 555 000 000"
        person.save()


@presets(
    (CENTRE, "CT-2.2"),
    (CENTRE, "CT-2.2a"),
    (CENTRE, "CT-2.2f"),
    (CENTRE, "CT-2.2h"),
    (CENTRE, "CT-2.2i"),
)
def test_item_that_is_not_ready_is_found_after_the_eighth_of_september(
    cast: Any, client_of: Any, request: Any
) -> None:
    clause = request.node.callspec.id
    code = {
        "CT-2.2": "contacts",
        "CT-2.2a": "year_structure",
        "CT-2.2f": "classes",
        "CT-2.2h": "personal_data",
        "CT-2.2i": "contacts",
    }[clause]
    if code == "year_structure":
        Vacation.objects.filter(school=cast.school).delete()
    if code == "classes":
        Enrolment.objects.filter(homeroom=cast.younger).delete()
    last, late = cast.local(date(2026, 9, 8), 23, 59), cast.local(date(2026, 9, 9), 0)

    def lines(at: datetime) -> list[DutyLine]:
        title = item(cast, code).item.title
        return [one for one in found(cast, "setup_by", at=at) if clause in one.ids and title in one.text]

    before = item(cast, code, last)
    assert not before.item.is_complete and before.due == date(2026, 9, 8) and not before.is_overdue
    assert not lines(last)
    (line,) = lines(late)
    assert "08.09.2026" in line.text and line.who and "deputy" in line.told
    assert clause != "CT-2.2a" or cast.operator.surname in line.owner
    assert item(cast, code, late).is_overdue
    with clock.rehearse(late):
        words = page(client_of(cast.deputy), "/control/year/")
    assert "срок был 8 сентября" in words and before.item.title in words
    for missing in before.item.missing[:3]:
        assert missing.replace("\u00a0", " ") in words
    if code == "year_structure":
        Vacation.objects.create(
            school=cast.school,
            year=cast.year,
            title="Осенние",
            starts=date(2026, 10, 25),
            until=date(2026, 11, 2),
        )
    elif code == "classes":
        Enrolment.objects.create(
            school=cast.school, student=cast.other_student, homeroom=cast.younger, starts=date(2026, 9, 1)
        )
    else:
        complete(cast, code)
    assert item(cast, code, late).item.is_complete and not lines(late)


@under(CENTRE)
@pytest.mark.clause("CT-2.2c")
def test_student_without_a_parent_who_has_an_account(cast: Any, client_of: Any) -> None:
    late = cast.local(date(2026, 9, 9), 0)
    assert not found(cast, "accounts_active", at=cast.local(date(2026, 9, 8), 23, 59))
    (line,) = found(cast, "accounts_active", at=late)
    before = item(cast, "parent_accounts", late).item
    names = " ".join(before.missing)
    assert "Авдеев Кирилл" in names and "6" in names, "with the class"
    assert "Сафина Диляра" not in names and "Сафин Тимур" not in names, (
        "one mother's account is enough for two"
    )
    assert line.ids == ("CT-2.2c",)
    type(cast.guardian.user).objects.filter(pk=cast.guardian.user_id).update(is_active=False)
    again = item(cast, "parent_accounts", late).item
    assert again.done == before.done - 2 and "Сафин Тимур" in " ".join(again.missing)


@under(CENTRE)
@pytest.mark.clause("CT-2.2d")
def test_people_without_accounts_are_listed_for_the_operator(cast: Any) -> None:
    line = item(cast, "user_accounts", cast.local(date(2026, 9, 9), 0))
    assert "operator" in line.by and line.is_overdue
    names = " ".join(line.item.missing)
    assert "Авдеев Кирилл, 6" in names and "Сафина Диляра, 6\u00a0«Б»: ученик" not in names
    Person.objects.filter(pk=cast.teacher.pk).update(user=None)
    assert "Соколова Марина" in item(cast, "user_accounts").item.missing


@presets((COLLEGE, "ET-6.3"), (COLLEGE, "ET-A-DEP-5"))
def test_missing_item_of_the_databases_is_named_on_the_sixth_of_september(cast: Any, client_of: Any) -> None:
    last, late = cast.local(date(2026, 9, 5), 23, 59), cast.local(date(2026, 9, 6), 0)
    assert not found(cast, "setup_by", at=last)
    lines = found(cast, "setup_by", at=late)
    assert any("Тематические планы" in one.text for one in lines) and all(
        "05.09.2026" in one.text for one in lines
    )
    assert not any("Шаблон расписания" in one.text for one in lines), "it is there"
    TimetableSlot.objects.filter(journal__homeroom=cast.younger).delete()
    assert any("Шаблон расписания (1 из 2)" in one.text for one in found(cast, "setup_by", at=late))
    words = page(client_of(cast.deputy), "/control/year/")
    assert "Шаблон расписания" in words and "1 из 2" in words and "5 сентября" in words


@under(DUBROVO)
@pytest.mark.clause("DB-3.4.2")
def test_subject_without_a_programme_and_one_with_other_hours(cast: Any) -> None:
    last, first = cast.local(date(2026, 8, 31), 12), cast.local(date(2026, 9, 1), 0)
    assert not found(cast, "setup_by", at=last)
    (line,) = found(cast, "setup_by", at=first)
    assert "Тематические планы" in line.text
    missing = " ".join(item(cast, "thematic_plans", first).item.missing).replace("\u00a0", " ")
    assert "6 «Б», математика" in missing and "в плане 18 ч., по учебному плану 204 ч." in missing
    complete(cast, "thematic_plans")
    assert not found(cast, "setup_by", at=first)


@under(CENTRE)
@pytest.mark.clause("CT-5.6b")
def test_no_operator_by_order(cast: Any, client_of: Any) -> None:
    page(client_of(cast.operator), "/setup/")
    assert not found(cast, "appointment_required", "director")
    Role.objects.filter(person=cast.operator).update(order_number="")
    (line,) = found(cast, "appointment_required", "director")
    assert "ответственный оператор" in line.text and line.told == ("director",)
    Role.objects.filter(person=cast.operator).update(order_number="142", until=date(2026, 10, 14))
    assert found(cast, "appointment_required", "director"), "the appointment has ended"
    page(client_of(cast.operator), "/setup/", 403)


# --- reports ----------------------------------------------------------------------------------------------------------


@presets((GYMNASIUM, "GT-I-6.1"), (GYMNASIUM, "GT-I-6.2a"), (DUBROVO, "DB-3.2.9a"))
def test_report_of_the_program_stands_or_is_missed(cast: Any, client_of: Any, request: Any) -> None:
    clause = request.node.callspec.id
    code, at, span = {
        "GT-I-6.1": (
            "user_activity",
            cast.local(date(2026, 10, 13), 0),
            (date(2026, 10, 5), date(2026, 10, 12)),
        ),
        "GT-I-6.2a": ("journal_filling", cast.local(date(2026, 11, 2), 0), (OCTOBER, date(2026, 11, 1))),
        "DB-3.2.9a": ("teachers_work", cast.local(date(2026, 11, 6), 0), (OCTOBER, date(2026, 11, 1))),
    }[clause]

    def missing(at: datetime) -> list[DutyLine]:
        return [one for one in found(cast, "report_due", at=at) if clause in one.ids]

    assert not missing(at - timedelta(seconds=1))
    assert missing(at)
    form_reports({}, at)
    kept = Report.objects.get(school=cast.school, code=code, since=span[0], until=span[1])
    assert not missing(at) and kept.made_by_id is None and kept.contents["rows"]
    asked = {
        "user_activity": ("Роль",),
        "journal_filling": ("Уроков", "Явка: в срок", "Явка: позже", "Явка: нет"),
        "teachers_work": ("Заполнено, %", "В срок, %", "Позже срока"),
    }[code]
    assert set(asked) <= set(kept.contents["heads"]), kept.contents["heads"]
    form_reports({}, at)
    assert Report.objects.filter(school=cast.school, code=code, since=span[0]).count() == 1, "not doubled"
    Report.objects.all().delete()
    form_due_reports(cast.school, at=at + timedelta(days=20))
    assert Report.objects.filter(school=cast.school, code=code, since=span[0]).count() == 1, (
        "a missed night is caught up"
    )
    with clock.rehearse(at):
        assert "программа" in page(client_of(cast.deputy), "/reports/")
        own = Report.objects.get(school=cast.school, code=code, since=span[0])
        words = page(client_of(cast.deputy), f"/reports/kept/{own.pk}/")
    assert "Исаков Б. М." in words
    assert client_of(cast.outside.deputy).get(f"/reports/kept/{own.pk}/").status_code == 404
    assert client_of(cast.teacher).get(f"/reports/kept/{own.pk}/").status_code == 404


@under(GYMNASIUM)
@pytest.mark.clause("GT-I-6.2b", partly="норма накопляемости в отчёте")
@pytest.mark.clause("GT-I-6.3a", "GT-I-6.3b")
def test_reports_of_the_end_of_a_period_and_of_the_year_make_themselves(cast: Any) -> None:
    """The first quarter ends on 24 October; its reports are there within a day."""
    last, late = cast.local(date(2026, 10, 25), 23), cast.local(date(2026, 10, 26), 0)
    for clause in ("GT-I-6.3a", "GT-I-6.3b"):
        assert not [one for one in found(cast, "report_due", at=last) if clause in one.ids]
        assert [one for one in found(cast, "report_due", at=late) if clause in one.ids]
    form_due_reports(cast.school, at=last)
    for clause in ("GT-I-6.3a", "GT-I-6.3b"):
        assert not [one for one in found(cast, "report_due", at=late) if clause in one.ids]
    kept = {one.code: one for one in Report.objects.filter(until=date(2026, 10, 25))}
    rows = kept["performance"].contents["rows"]
    (six,) = [row for row in rows if row[0].startswith("6") and "«Б»" in row[0]]
    assert rows[-1][0] == "Школа" and six[1] == rows[-1][1] == 6, "six students have marks"
    parallels = [row for row in rows if "параллель" in row[0].lower() or "классы" in row[0].lower()]
    assert len(parallels) == 2, [row[0] for row in rows]
    absent = kept["attendance"].contents
    row = dict(zip(absent["heads"], absent["rows"][-1], strict=True))
    assert (row["Пропущено уроков"], row["Болел"], row["Неуважительная"], row["Опозданий"]) == (3, 2, 1, 1)
    form_due_reports(cast.school, at=cast.local(date(2026, 11, 1), 1))
    assert Report.objects.filter(code="mark_density", since=OCTOBER).exists()


@under(GYMNASIUM)
@pytest.mark.clause("GT-I-6.2c")
def test_reports_of_the_year_are_the_sum_of_its_months(cast: Any, client_of: Any) -> None:
    """Both are formed after the last day of the year, when no year goes on any more, and once."""
    moved = cast.lessons["russian"][0]
    Lesson.objects.filter(pk=moved.pk).update(date=date(2026, 11, 10))
    first, last = date(2026, 9, 1), date(2027, 6, 1)
    for month in [*range(10, 13), *range(1, 6)]:
        form_due_reports(cast.school, at=cast.local(date(2026 if month > 9 else 2027, month, 1), 1))

    def of_year() -> dict[str, Report]:
        return {one.code: one for one in Report.objects.filter(since=first, until=last)}

    def owed(at: date) -> list[Any]:
        return [one for one in found(cast, "report_due", at=cast.local(at, 8)) if "GT-I-6.2c" in one.ids]

    form_due_reports(cast.school, at=cast.local(date(2027, 5, 31), 23))
    assert not {"journal_filling", "mark_density"} & set(of_year()), "the last day goes on"
    assert owed(date(2027, 6, 20))
    form_due_reports(cast.school, at=cast.local(date(2027, 6, 2), 1))
    assert not owed(date(2027, 6, 20))
    for code, columns in (("journal_filling", range(1, 11)), ("mark_density", [2])):
        year = of_year()[code].contents["rows"][-1]
        months = [
            one.contents["rows"][-1]
            for one in Report.objects.filter(code=code)
            if (one.until - one.since).days < 32
        ]
        assert len(months) >= 2 and year[0] == "Всего"
        for column in columns:
            assert year[column] == sum(one[column] for one in months), (code, column)
    assert of_year()["journal_filling"].contents["rows"][-1][1] == 57 and moved
    count = Report.objects.count()
    assert form_due_reports(cast.school, at=cast.local(date(2027, 7, 15), 1)) == 0, "nor again in summer"
    assert Report.objects.count() == count
    with clock.rehearse(cast.local(date(2027, 6, 3), 9)):
        answer = client_of(cast.deputy).get(f"/reports/kept/{of_year()['journal_filling'].pk}/")
        assert answer.status_code == 200 and "57" in text(answer)
        assert client_of(cast.guardian).get(
            f"/reports/kept/{of_year()['journal_filling'].pk}/"
        ).status_code in (403, 404)


@under(DUBROVO)
@pytest.mark.clause("DB-3.2.9b")
def test_report_on_the_work_of_teachers_at_the_end_of_a_period(cast: Any) -> None:
    def missing(at: datetime) -> list[DutyLine]:
        return [one for one in found(cast, "report_due", at=at) if "DB-3.2.9b" in one.ids]

    last, late = cast.local(date(2026, 10, 25), 23, 59), cast.local(date(2026, 10, 26), 0)
    assert not missing(last) and "01.09–24.10.2026" in missing(late)[0].text
    form_due_reports(cast.school, at=last)
    assert not missing(late)


@presets((CENTRE, "CT-2.4a"), (CENTRE, "CT-2.4b"))
def test_head_hands_in_the_report_by_the_tenth_and_the_deputy_receives_it(cast: Any, client_of: Any) -> None:
    last, late = cast.local(date(2026, 11, 10), 23, 59), cast.local(date(2026, 11, 11), 0)

    def missing(at: datetime) -> list[DutyLine]:
        return [one for one in found(cast, "report_due", at=at) if one.who_id == cast.head_of_department.pk]

    assert not missing(last) and len(missing(late)) == 1
    address = "/reports/timely_filling/?since=2026-10-01&until=2026-10-31"
    head = client_of(cast.head_of_department)
    with clock.rehearse(cast.local(date(2026, 11, 9), 12)):
        words = page(head, address)
        assert "Соколова М. В." in words and "Исаков" not in words, "the own department"
        assert head.post(address, {"act": "hand_in", "note": ""}).status_code == 422
        done(head.post(address, {"act": "hand_in", "note": "Громова не записывает занятия."}))
        assert head.post(address, {"act": "hand_in", "note": "Ещё раз"}).status_code == 422, "once"
        kept = Report.objects.get()
        done(client_of(cast.deputy).post("/reports/", {"act": "receive", "row": kept.pk}))
        words = page(client_of(cast.deputy), "/reports/")
    kept.refresh_from_db()
    assert kept.received_by_id == cast.deputy.pk and kept.made_at.astimezone(cast.zone).day == 9
    assert "Громова не записывает занятия." in words and not missing(late)
    rows = {row[0].replace("\u00a0", " "): row for row in kept.contents["rows"]}
    lessons = cast.lessons["younger_russian"]
    assert rows["Громова В. П."][2:6] == [len(lessons), 0, 0, len(lessons)]
    shown = board(cast.viewer("head_of_department", late), OCTOBER, date(2026, 10, 31), None)
    counts = next(one for one in shown.teachers if one.id == cast.other_teacher.pk).counts
    assert counts["conducted"]["missing"] == rows["Громова В. П."][5], "the findings of the month"
    assert counts["roll"]["missing"] == rows["Громова В. П."][8]


@presets((DUBROVO, "DB-3.3.8a"), (DUBROVO, "DB-3.3.8b"), (DUBROVO, "DB-3.3.8c"), (DUBROVO, "DB-3.3.8d"))
def test_monthly_monitoring_of_the_class(cast: Any, client_of: Any) -> None:
    last, late = cast.local(date(2026, 11, 5), 23, 59), cast.local(date(2026, 11, 6), 0)

    def missing(at: datetime) -> set[str]:
        return {one.place for one in found(cast, "report_due", at=at) if "DB-3.3.8a" in one.ids}

    assert not missing(last) and missing(late) == {"6\u00a0«Б»", "3\u00a0«А»"}
    address = f"/reports/class_monitoring/?since=2026-10-01&until=2026-10-31&homeroom={cast.homeroom.pk}"
    with clock.rehearse(cast.local(date(2026, 11, 3), 9)):
        done(client_of(cast.class_teacher).post(address, {"act": "hand_in", "note": "Класс успевает."}))
    assert missing(late) == {"3\u00a0«А»"}
    kept = Report.objects.get()
    heads, rows = kept.contents["heads"], {row[0]: row for row in kept.contents["rows"]}

    def value(name: str, head: str) -> Any:
        return rows[name][heads.index(head)]

    # Авдеев: 4 (oral) and 3 (control, corrected from 2); by hand (4 + 3) / 2
    assert value("Авдеев Кирилл", "Средняя") == 3.5
    assert (value("Орлова Виктория", "Болел"), value("Зайцев Михаил", "Опозданий")) == (2, 1)
    assert value("Зайцев Михаил", "Пропущено уроков") == 0, "a late arrival is no missed lesson"
    # six students have marks; 3.5 of Авдеев rounds to 4; Зайцев (3 and 2, 2.5) rounds to 3
    assert "качество 83 %, успеваемость 100 %" in rows["Класс"][-1]
    assert "Пропущено от проведённых уроков" in kept.contents["note"]
    lesson = cast.lesson_on("russian", date(2026, 10, 12))
    Mark.objects.filter(assessment__lesson=lesson, student=cast.named("Зайцев")).update(value="5")
    words = page(
        client_of(cast.class_teacher),
        f"/control/classes/{cast.homeroom.pk}/?since=2026-10-10&until=2026-10-14",
    )
    assert "+2,00" in words, "Зайцев: 5 against 3 of the days before"


@under(IPATOVO)
@pytest.mark.clause("IP-2.12g")
def test_analysis_of_the_class_at_the_end_of_a_period(cast: Any, client_of: Any) -> None:
    last, late = cast.local(date(2026, 10, 31), 23, 59), cast.local(date(2026, 11, 1), 0)
    asked = [one for one in found(cast, "report_due", at=late) if "IP-2.12g" in one.ids]
    assert {one.who_id for one in asked} == {cast.class_teacher.pk, cast.master.pk}
    assert not [one for one in found(cast, "report_due", at=last) if "IP-2.12g" in one.ids]
    address = f"/reports/class_analysis/?since=2026-09-01&until=2026-10-24&homeroom={cast.homeroom.pk}"
    client = client_of(cast.class_teacher)
    with clock.rehearse(cast.local(date(2026, 10, 26), 9)):
        assert client.post(address, {"act": "hand_in", "note": " "}).status_code == 422, "needs a conclusion"
        done(client.post(address, {"act": "hand_in", "note": "Успеваемость стабильная."}))
        other = client_of(cast.master).post(address, {"act": "hand_in", "note": "Не мой класс"})
        assert other.status_code == 404
    asked = [one for one in found(cast, "report_due", at=late) if "IP-2.12g" in one.ids]
    assert {one.who_id for one in asked} == {cast.master.pk}


@presets(
    (GYMNASIUM, "GT-I-2.6a"),
    (DUBROVO, "DB-2.1.1f"),
    (IPATOVO, "IP-1.4.5a"),
    (COLLEGE, "ET-2.2.9"),
    (DUBROVO, "DB-2.2.3"),
)
def test_teacher_gets_the_report_of_the_period_without_typing_a_figure(cast: Any, client_of: Any) -> None:
    address = "/reports/subject_period/?since=2026-09-01&until=2026-10-14"
    words = page(client_of(cast.teacher), address)
    assert "русский язык" in words and "математика" not in words
    lines = client_of(cast.teacher).get(f"{address}&as=csv").content.decode("utf-8-sig").splitlines()
    row = dict(zip(lines[0].split(";"), lines[1].split(";"), strict=True))
    assert (row["Уроков по плану на день"], row["Проведено"], row["Тем пройдено"], row["Тем в плане"]) == (
        "8",
        "8",
        "8",
        "18",
    )
    assert (row["Учеников с отметками"], row["Успеваемость, %"], row["Пропусков"]) == ("6", "100", "3")
    Mark.objects.filter(journal=cast.russian, student=cast.named("Зайцев")).update(value="2")
    lines = client_of(cast.teacher).get(f"{address}&as=csv").content.decode("utf-8-sig").splitlines()
    assert dict(zip(lines[0].split(";"), lines[1].split(";"), strict=True))["Успеваемость, %"] == "83"
    # the other two: a class teacher the whole class, the administration the school
    assert "Абдурахманова" in page(
        client_of(cast.class_teacher),
        f"/reports/class_analysis/?since=2026-09-01&homeroom={cast.homeroom.pk}",
    )
    assert "Школа" in page(client_of(cast.deputy), "/reports/performance/?since=2026-09-01")


@presets((GYMNASIUM, "GT-I-2.6b"), (IPATOVO, "IP-1.4.5b"), (IPATOVO, "IP-1.4.5c"))
def test_sums_of_the_school_report_equal_the_classes(cast: Any, client_of: Any) -> None:
    lines = (
        client_of(cast.deputy)
        .get("/reports/attendance/?since=2026-09-01&until=2026-10-14&as=csv")
        .content.decode("utf-8-sig")
        .splitlines()
    )
    heads = lines[0].split(";")
    rows = [dict(zip(heads, line.split(";"), strict=True)) for line in lines[1:]]
    classes = [row for row in rows if "«" in row["Класс"]]
    school = rows[-1]
    for head in ("Учеников", "Пропущено уроков", "Болел", "Опозданий"):
        assert sum(int(row[head]) for row in classes) == int(school[head]), head
    assert school["Пропущено уроков"] == "3"
    words = page(
        client_of(cast.class_teacher),
        f"/reports/class_analysis/?since=2026-09-01&homeroom={cast.homeroom.pk}",
    )
    assert "С одной «3»" in words and "на 4 и 5" in words and "Орлова Виктория" in words


@under(COLLEGE)
@pytest.mark.clause("ET-7.2g")
@pytest.mark.clause("ET-A-DEP-13d", "ET-A-DEP-13e", "ET-A-DEP-16f")
def test_analytic_reports_of_the_college_on_screen_and_as_files(cast: Any, client_of: Any) -> None:
    deputy = client_of(cast.deputy)
    span = "since=2026-09-01&until=2026-10-14"

    def rows(code: str) -> list[dict[str, str]]:
        lines = deputy.get(f"/reports/{code}/?{span}&as=csv").content.decode("utf-8-sig").splitlines()
        heads = lines[0].split(";")
        return [dict(zip(heads, line.split(";"), strict=True)) for line in lines[1:]]

    work = {row["Учитель"].replace("\u00a0", " "): row for row in rows("teachers_work")}
    assert work["Исаков Б. М."]["Заполнено, %"] == "0" and work["Соколова М. В."]["Заполнено, %"] == "100"
    own = work["Соколова М. В."]
    assert [own[head] for head in ("Уроков", "В срок, %", "Явка, %", "Исправлений")] == [
        "7",
        "100",
        "100",
        "2",
    ], own
    assert [own[head] for head in ("Замечаний открыто", "Замечаний снято")] == ["0", "0"]
    assert own["Задание, %"] == "100" and own["Отметок на ученика"].count(",") == 1, own
    from parta.control.models import Remark

    asked = {"act": "raise", "text": "Нет тем", "due": "2026-10-16"}
    done(deputy.post(f"/control/remarks/?journal={cast.russian.pk}", asked))
    assert rows("teachers_work")[-1]["Замечаний открыто"] == "1"
    Remark.objects.update(state="accepted")
    assert (rows("teachers_work")[-1]["Замечаний открыто"], rows("teachers_work")[-1]["Замечаний снято"]) == (
        "0",
        "1",
    )
    missed = [row for row in rows("missed_topics") if row["Ученик"] == "Орлова Виктория"]
    assert [(row["Дата"], row["Причина"], row["Отработано"]) for row in missed] == [
        ("12.10.2026", "б", "нет"),
        ("13.10.2026", "б", "нет"),
    ]
    assert missed[0]["Тема"] == cast.topics[6].text
    low = rows("low_marks")
    assert [(row["Ученик"], row["Отметка"], row["Дата"]) for row in low] == [
        ("Зайцев Михаил", "2", "12.10.2026")
    ]
    assert low[0]["Тема"] == cast.topics[6].text and low[0]["Учитель"]
    (control,) = rows("control_results")
    assert (control["«4»"], control["«3»"], control["«2»"], control["Писали"]) == ("2", "1", "1", "4")
    assert (control["Не было на уроке"], control["Средняя"]) == ("2", "3,25")
    for code in ("performance", "attendance", "control_results"):
        words = page(deputy, f"/reports/{code}/?{span}")
        assert "XLSX" in words
        book = deputy.get(f"/reports/{code}/?{span}&as=xlsx")
        assert book["Content-Type"].endswith("spreadsheetml.sheet")
        with zipfile.ZipFile(io.BytesIO(book.content)) as opened:
            shared = opened.read("xl/sharedStrings.xml").decode()
        assert "«Б»" in shared or "Школа" in shared
    assert rows("curriculum")[-1]["Журнал"] == "Всего"


@under(GYMNASIUM)
def test_text_that_looks_like_a_formula_stays_text(cast: Any, client_of: Any) -> None:
    LessonRecord.objects.filter(lesson=cast.lesson_on("russian", date(2026, 10, 12))).update(topic="=1+2")
    address = "/reports/missed_topics/?since=2026-09-01&until=2026-10-14"
    assert "'=1+2" in client_of(cast.deputy).get(f"{address}&as=csv").content.decode()
    with zipfile.ZipFile(io.BytesIO(client_of(cast.deputy).get(f"{address}&as=xlsx").content)) as opened:
        assert "<f>" not in opened.read("xl/worksheets/sheet1.xml").decode()


@presets((CENTRE, "CT-4.3c"), (CENTRE, "CT-4.3d", "переход от суммы к записям"))
def test_report_of_a_head_and_of_the_deputy_differ_by_the_department(cast: Any, client_of: Any) -> None:
    address = "/reports/timely_filling/?since=2026-10-01&until=2026-10-14&as=csv"

    def total(name: str) -> tuple[int, set[str]]:
        lines = client_of(cast.people[name]).get(address).content.decode("utf-8-sig").splitlines()
        return int(lines[-1].split(";")[2]), {line.split(";")[0] for line in lines[1:-1]}

    head, whole = total("head_of_department"), total("deputy")
    assert head[0] < whole[0] and head[1] < whole[1]
    assert total("director") == whole


@under(GYMNASIUM)
@pytest.mark.clause("GT-I-3.5g", "GT-I-3.5h")
@pytest.mark.clause("DB-3.5.4d", partly="порог доли")
def test_parents_and_students_who_came_in_the_chosen_days(cast: Any, client_of: Any) -> None:
    from parta.control.queries.class_sheet import class_sheet

    def line() -> Any:
        viewer = cast.viewer("deputy")
        return next(
            one for one in class_sheet(viewer, Cut(date(2026, 10, 8), cast.on)) if one.id == cast.homeroom.pk
        )

    users = type(cast.guardian.user).objects
    assert (line().parent_accounts, line().parent_visits) == (2, 0)
    users.filter(pk=cast.guardian.user_id).update(last_login=cast.local(date(2026, 10, 7), 23, 59))
    assert line().parent_visits == 0 and "Сафина Диляра" in line().silent_families
    users.filter(pk=cast.guardian.user_id).update(last_login=cast.local(date(2026, 10, 8), 0))
    after = line()
    assert (after.parent_visits, after.share("parent_visits")) == (1, 50)
    assert "Сафина Диляра" not in after.silent_families
    users.filter(pk=cast.student.user_id).update(last_login=cast.at)
    assert (line().student_accounts, line().student_visits) == (3, 1)
    deputy, sheet = client_of(cast.deputy), "/control/check/?sheet=classes&since={}&until={}"
    assert "1 из 2, 50 %" in page(deputy, sheet.format("2026-10-08", "2026-10-14"))
    # another span, other figures: of 1 to 7 October nobody came, and who came later does not count
    users.filter(pk=cast.student.user_id).update(last_login=None)
    assert "0 из 2, 0 %" in page(deputy, sheet.format("2026-10-01", "2026-10-07"))
    # a session of September that is still in use counts on the days it is used, without a new password
    users.filter(pk=cast.guardian.user_id).update(last_login=cast.local(date(2026, 9, 2), 9))
    assert line().parent_visits == 0
    session = SignIn.objects.create(
        user=cast.guardian.user, session_key="long", at=cast.local(date(2026, 9, 2), 9),
        seen_at=cast.local(date(2026, 10, 7), 23, 59), address="::1", agent="Firefox", device="d",
    )  # fmt: skip
    assert line().parent_visits == 0
    SignIn.objects.filter(pk=session.pk).update(seen_at=cast.local(date(2026, 10, 8), 0, 1))
    assert line().parent_visits == 1
    SignIn.objects.all().delete()
    # and so does a diary that was opened, of a pupil as of a parent
    assert (line().parent_visits, line().student_visits) == (0, 0)
    page(client_of(cast.student), f"/diary/{cast.student.pk}/")
    page(client_of(cast.guardian), f"/diary/{cast.student.pk}/")
    assert (line().parent_visits, line().student_visits) == (1, 1)


@pytest.mark.django_db
def test_report_of_the_class_counts_absences_by_reason(cast: Any, client_of: Any) -> None:
    words = page(client_of(cast.class_teacher), f"/control/classes/{cast.homeroom.pk}/?since=2026-10-01")
    assert "Всего пропущено уроков 3" in words and "Опозданий (не пропуск) 1" in words
    Absence.objects.filter(meaning="ill").update(meaning="")
    words = text(client_of(cast.class_teacher).get(f"/control/classes/{cast.homeroom.pk}/?since=2026-10-01"))
    assert "Всего пропущено уроков 1" in words
