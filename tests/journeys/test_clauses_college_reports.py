"""The analytic reports of the college: programmes mastered, works of the internal monitoring, groups and courses."""

import io
import re
import zipfile
from datetime import date
from typing import Any

import pytest

from parta.foundation import clock
from parta.journal.models import Assessment, LessonRecord, Mark, TermMark
from parta.organisation.models import Department, Homeroom, WorkKind
from parta.people.models import Enrolment, Person, SubgroupMembership
from parta.plans.models import CurriculumHours, Journal, PlannedTopic
from parta.timetable.models import Lesson
from tests.journeys.steps import COLLEGE, done, held, page, saved, send, text, under
from tests.journeys.steps import mark as mark_of
from tests.journeys.steps import topic as topic_of

SPAN = "since=2026-09-01&until=2026-10-14"


def rows_of(client: Any, code: str, query: str = SPAN) -> list[dict[str, str]]:
    """A report as its CSV file, row by row."""
    answer = client.get(f"/reports/{code}/?{query}&as=csv")
    assert answer.status_code == 200, text(answer)
    lines = answer.content.decode("utf-8-sig").replace("\u00a0", " ").splitlines()
    heads = lines[0].split(";")
    return [dict(zip(heads, line.split(";"), strict=True)) for line in lines[1:]]


def shared_strings(client: Any, address: str) -> str:
    book = client.get(address)
    assert book["Content-Type"].endswith("spreadsheetml.sheet"), text(book)
    with zipfile.ZipFile(io.BytesIO(book.content)) as opened:
        return opened.read("xl/sharedStrings.xml").decode()


def finals(cast: Any, journal: Any, values: dict[int, str], term: Any = None) -> None:
    """Period marks by student."""
    TermMark.objects.bulk_create(
        TermMark(
            school=cast.school, journal=journal, term=term or cast.term, student_id=student, value=value,
            set_at=cast.at, changed_at=cast.at,
        )
        for student, value in values.items()
    )  # fmt: skip


def more_units(cast: Any, count: int) -> list[Journal]:
    """Journals of further units of the group, each with a lesson in the period."""
    made = []
    for number in range(count):
        subject = type(cast.subjects["maths"]).objects.create(
            school=cast.school, code=f"unit{number}", title=f"МДК.0{number}"
        )
        journal = Journal.objects.create(
            school=cast.school, year=cast.year, subject=subject, homeroom=cast.homeroom, grade=2,
            term_kind="half_year", scale=cast.russian.scale, weekly_hours=2,
        )  # fmt: skip
        Lesson.objects.create(
            school=cast.school, journal=journal, date=date(2026, 10, 5), number=7, teacher=cast.teacher,
            starts_at=cast.local(date(2026, 10, 5), 14), ends_at=cast.local(date(2026, 10, 5), 15),
        )  # fmt: skip
        made.append(journal)
    return made


@under(COLLEGE)
@pytest.mark.clause("ET-A-DEP-13a", "ET-A-DEP-13b")
def test_mastering_of_programmes_by_student_and_by_group(cast: Any, client_of: Any) -> None:
    """Nine of ten units with a pass are 90 %; 23 of 25 students are 92 %; who left before the end is not counted."""
    deputy = client_of(cast.deputy)
    own = cast.named("Асанов")
    english = next(
        cast.journals[name]
        for name in ("english", "english_2")
        if SubgroupMembership.objects.filter(subgroup=cast.journals[name].subgroup, student=own).exists()
    )
    units = [cast.russian, cast.maths, english, *more_units(cast, 7)]
    for place, journal in enumerate(units):
        value = "2" if place == 4 else ("зачет" if place == 5 else "3")
        finals(cast, journal, {own.pk: value})
    (line,) = [row for row in rows_of(deputy, "mastering_students") if row["Студент"] == "Асанов Тимур"]
    assert (line["Отметок нужно"], line["Не ниже «3»"], line["Освоение, %"]) == ("10", "9", "90,0"), line
    assert line["Не освоено"] == "МДК.01: 2"
    TermMark.objects.filter(journal=units[4], student=own).update(value="незачет")
    (line,) = [row for row in rows_of(deputy, "mastering_students") if row["Студент"] == "Асанов Тимур"]
    assert line["Освоение, %"] == "90,0", "незачёт is no pass"
    TermMark.objects.filter(journal=units[4], student=own).update(value="3")
    (line,) = [row for row in rows_of(deputy, "mastering_students") if row["Студент"] == "Асанов Тимур"]
    assert line["Освоение, %"] == "100,0"

    # a group of 25: 23 pass, one has 2, one has no mark; Устинов left before the end
    unit = units[-1]
    here = list(
        Enrolment.objects.filter(homeroom=cast.homeroom, until=None).values_list("student", flat=True)
    )
    for number in range(25 - len(here)):
        one = Person.objects.create(school=cast.school, surname=f"Яковлев{number}", given_name="Пётр")
        Enrolment.objects.create(
            school=cast.school, student=one, homeroom=cast.homeroom, starts=date(2026, 9, 1)
        )
        here.append(one.pk)
    TermMark.objects.filter(journal=unit).delete()
    finals(cast, unit, {student: "4" if place else "2" for place, student in enumerate(here[:24])})
    finals(cast, unit, {cast.left_student.pk: "5"})

    def of_unit() -> dict[str, str]:
        (found,) = [row for row in rows_of(deputy, "mastering_groups") if row["Дисциплина"] == "МДК.06"]
        return found

    line = of_unit()
    assert (line["Студентов"], line["Не ниже «3»"], line["Освоение, %"]) == ("25", "23", "92,0"), line
    finals(cast, unit, {here[24]: "3"})
    assert of_unit()["Освоение, %"] == "96,0"

    # to the curator of the own group only, to a teacher not at all; printed and taken away as a file
    for code in ("mastering_students", "mastering_groups"):
        words = page(client_of(cast.class_teacher), f"/reports/{code}/?{SPAN}")
        assert "2 «Б»" in words and "3 «А»" not in words
        assert client_of(cast.teacher).get(f"/reports/{code}/?{SPAN}").status_code == 404
        assert b"data-print" in deputy.get(f"/reports/{code}/?{SPAN}").content
        assert "Освоение" in shared_strings(deputy, f"/reports/{code}/?{SPAN}&as=xlsx")


def internal_work(cast: Any, journal: Any, day: date, values: dict[str, str], title: str = "ВТК № 1") -> Any:
    """A work of the internal monitoring with the marks of some students."""
    lesson = Lesson.objects.filter(journal=journal, date=day).order_by("number").first()
    work = Assessment.objects.create(
        school=cast.school, journal=journal, lesson=lesson, work_kind="control_internal", title=title
    )
    for surname, value in values.items():
        Mark.objects.create(
            school=cast.school, journal=journal, assessment=work, student=cast.named(surname), value=value,
            set_at=cast.at, changed_at=cast.at,
        )  # fmt: skip
    return work


@under(COLLEGE)
@pytest.mark.clause("ET-A-DEP-11", "ET-A-DEP-13c", "ET-A-DEP-6u")
def test_works_of_the_internal_monitoring_by_work_group_unit_and_course(cast: Any, client_of: Any) -> None:
    """Counts, average and who did not write agree with a hand count; the work stands marked ВТК in the journal."""
    deputy, teacher = client_of(cast.deputy), client_of(cast.teacher)
    WorkKind.objects.get_or_create(
        school=cast.school, code="control_internal", defaults={"title": "Контрольная ВТК", "short": "ВТК"}
    )
    day = date(2026, 10, 5)
    marks = {"Асанов": "5", "Ефимова": "4", "Сафина": "4", "Зайцев": "2", "Григорян": "3"}
    work = internal_work(cast, cast.russian, day, marks)
    internal_work(cast, cast.maths, day, {"Асанов": "3", "Ефимова": "5"}, "ВТК по числам")
    assert not [row for row in rows_of(deputy, "internal_control") if "Рус" in row["Работа"]]
    rows = rows_of(deputy, "internal_control")
    (own,) = [row for row in rows if row["Работа"] == "ВТК № 1"]
    roster = Enrolment.objects.filter(homeroom=cast.homeroom, starts__lte=day).exclude(until__lte=day).count()
    wanted = {"Студентов": str(roster), "Писали": "5", "Не писали": str(roster - 5), "«5»": "1", "«4»": "2",
              "«3»": "1", "«2»": "1", "Средняя": "3,6", "Качество, %": "60", "Успеваемость, %": "80"}  # fmt: skip
    assert {head: own[head] for head in wanted} == wanted
    sums = {row["Журнал"]: row for row in rows if row["Работа"].startswith("работ:")}
    assert set(sums) == {
        "Группа 2 «Б»",
        "Дисциплина: Русский язык",
        "Дисциплина: Математика",
        "2 курс",
        "Все работы",
    }
    assert (sums["2 курс"]["Писали"], sums["2 курс"]["Средняя"]) == ("7", "3,71")
    assert sums["Дисциплина: Математика"]["Средняя"] == "4,0"
    assert {row["«2»"] for row in rows if "Писали" in row and row["Работа"] == "ВТК по числам"} == {"0"}

    # an ordinary control work is no work of the monitoring
    assert "12.10.2026" not in {row["Дата"] for row in rows}
    assert [row for row in rows_of(deputy, "control_results") if row["Дата"] == "12.10.2026"]

    address = f"/reports/works/{work.pk}/"
    assert f'href="{address}"' in deputy.get(f"/reports/internal_control/?{SPAN}").content.decode()
    words = page(deputy, address)
    for part in ("Асанов Тимур 5", "Зайцев Михаил 2", "Орлова Виктория – не писал", f"Писали 5 из {roster}",
                 "«4» 2 40 %", "Средняя 3,60", "2 «Б» 1 1 2 1 1", "2 курс 1 1 2 1 1"):  # fmt: skip
        assert part in words, (part, words)
    assert "не писал" in shared_strings(deputy, f"{address}?as=xlsx")
    assert b"data-print" in deputy.get(address).content
    assert client_of(cast.master).get(address).status_code == 404, "of another group"
    assert client_of(cast.outside.deputy).get(address).status_code == 404
    assert client_of(cast.student).get(address).status_code in (403, 404)
    assert "Асанов Тимур 5" in page(teacher, address)
    grid = teacher.get(f"/journals/{cast.russian.pk}/").content.decode()
    heads = dict(re.findall(r'<th scope="col"[^>]*title="([^"]*)"[^>]*>([^<]+)</th>', grid))
    assert [short for title, short in heads.items() if "ВТК № 1" in title] == ["ВТК"], heads
    assert {short for title, short in heads.items() if "ВТК № 1" not in title} & {"ВТК"} == set()


@under(COLLEGE)
@pytest.mark.clause("ET-A-DEP-5j", "ET-A-DEP-6l")
def test_schedule_of_control_works_by_group_and_week(cast: Any, client_of: Any) -> None:
    """Works of the plan and of the journal stand in the schedule and in the diary; two on one day are said."""
    deputy, teacher = client_of(cast.deputy), client_of(cast.teacher)
    WorkKind.objects.get_or_create(
        school=cast.school, code="control_internal", defaults={"title": "Контрольная ВТК", "short": "ВТК"}
    )
    lessons = list(Lesson.objects.filter(journal=cast.russian).order_by("date", "number"))
    ahead = next(place for place, one in enumerate(lessons, 1) if one.date == date(2026, 10, 15))
    topic = PlannedTopic.objects.get(plan=cast.plan, position=ahead)
    PlannedTopic.objects.filter(pk=topic.pk).update(
        work_kind="control_internal", text="ВТК: имя числительное"
    )

    def line(what: str, query: str = "") -> str:
        words = page(deputy, f"/reports/work_schedule/{query}")
        return words[words.index(what) - 90 : words.index(what) + 120] if what in words else ""

    planned = line("ВТК: имя числительное")
    for part in (
        "12–18 октября",
        "2 «Б»",
        "15 октября",
        "русский язык",
        "Контрольная ВТК",
        "Соколова М. В.",
        "впереди",
    ):
        assert part in planned, (part, planned)
    assert "в этот день работ" not in planned
    rival = Lesson.objects.filter(journal=cast.maths, date=date(2026, 10, 15)).first()
    type(cast.maths).objects.filter(pk=cast.maths.pk).update(plan=None)
    assert rival is not None
    mathematics = type(cast.plan).objects.create(
        school=cast.school, year=cast.year, subject=cast.maths.subject, title="Математика", grade=2,
        author=cast.class_teacher, approved_on=date(2026, 8, 28), order_number="140",
    )  # fmt: skip
    place = list(
        Lesson.objects.filter(journal=cast.maths).order_by("date", "number").values_list("pk", flat=True)
    ).index(rival.pk)
    PlannedTopic.objects.bulk_create(
        PlannedTopic(
            plan=mathematics, position=at, text=f"Числа {at}", work_kind="control" if at == place + 1 else ""
        )
        for at in range(1, place + 2)
    )
    type(cast.maths).objects.filter(pk=cast.maths.pk).update(plan=mathematics)
    assert "в этот день работ: 2" in line("ВТК: имя числительное")
    assert "в этот день работ: 2" in line(f"Числа {place + 1}")
    PlannedTopic.objects.filter(plan=mathematics).update(work_kind="")
    assert "в этот день работ" not in line("ВТК: имя числительное")

    # another week does not show it; printed; the family sees the work too, others of the school do not
    assert not line("ВТК: имя числительное", "?since=2026-10-19&until=2026-10-25")
    assert b"data-print" in deputy.get("/reports/work_schedule/").content
    assert "ВТК: имя числительное" in page(teacher, "/reports/work_schedule/")
    assert "ВТК: имя числительное" not in page(client_of(cast.other_teacher), "/reports/work_schedule/")
    assert client_of(cast.guardian).get("/reports/work_schedule/").status_code in (403, 404)
    assert "ВТК: имя числительное" in page(client_of(cast.guardian), f"/diary/{cast.student.pk}/class/")

    # held on its day, the work is no more ahead
    written = LessonRecord.objects.filter(planned_topic__plan=cast.plan, lesson__journal=cast.russian).count()
    for number in range(written + 1, ahead + 1):
        lesson, planned_topic = lessons[number - 1], PlannedTopic.objects.get(plan=cast.plan, position=number)
        with clock.rehearse(cast.local(lesson.date, 18)):
            saved(send(teacher, cast.russian, topic_of(lesson, planned_topic.text, planned_topic)))
            saved(send(teacher, cast.russian, held(lesson)))
            if number == ahead:
                saved(
                    send(
                        teacher, cast.russian, mark_of(lesson, cast.named("Асанов"), "5", "control_internal")
                    )
                )
                assert "впереди" not in line("ВТК: имя числительное")


@under(COLLEGE)
@pytest.mark.clause("ET-3.1.5b")
def test_reports_are_cut_to_a_group_a_course_a_department_and_a_period(cast: Any, client_of: Any) -> None:
    deputy = client_of(cast.deputy)
    mine = Department.objects.create(school=cast.school, title="Отделение питания")
    Homeroom.objects.filter(pk=cast.younger.pk).update(department=mine)

    def groups(code: str, head: str, query: str = SPAN) -> set[str]:
        return {row[head] for row in rows_of(deputy, code, query)}

    for code, head in (("attendance", "Класс"), ("performance", "Класс")):
        whole = groups(code, head)
        assert {"2 «Б»", "3 «А»"} <= whole, code
        for cut in (f"homeroom={cast.younger.pk}", "grade=3", f"department={mine.pk}"):
            few = groups(code, head, f"{SPAN}&{cut}")
            assert "3 «А»" in few and "2 «Б»" not in few, (code, cut)
    assert "2 «Б»" in groups(
        "attendance", "Класс", f"{SPAN}&department={cast.subjects['russian'].department_id}"
    )
    works = rows_of(deputy, "control_results")
    assert works and not rows_of(deputy, "control_results", "since=2026-09-01&until=2026-10-11")
    assert not rows_of(deputy, "control_results", f"{SPAN}&grade=3")
    for code in ("attendance", "performance", "control_results"):
        answer = deputy.get(f"/reports/{code}/?{SPAN}&grade=2&department=")
        shown = text(answer)
        assert "1–" in shown or "1 сентября" in shown
        assert "2 курс" in shown and "Отделение питания" in shown
        assert "data-print" in answer.content.decode() and "print.js" in answer.content.decode()
        assert "2 курс" in shared_strings(deputy, f"/reports/{code}/?{SPAN}&grade=2&as=xlsx")
    assert client_of(cast.student).get(f"/reports/attendance/?{SPAN}").status_code in (403, 404)


@under(COLLEGE)
@pytest.mark.clause("ET-A-DEP-13f", "ET-A-DEP-13g")
def test_fullness_with_the_families_and_curricula_of_all_profiles(cast: Any, client_of: Any) -> None:
    deputy = client_of(cast.deputy)

    def filling(who: str) -> dict[str, str]:
        (found,) = [
            row
            for row in rows_of(deputy, "timely_filling")
            if row["Педагог"] == who and row["Группа"] == "2 «Б»"
        ]
        return found

    own, nobody = filling("Соколова М. В."), filling("Исаков Б. М.")
    assert (own["Занятий"], own["Заполнено, %"], own["В срок, %"]) == ("7", "100", "100"), own
    assert (nobody["Заполнено, %"], nobody["В срок, %"]) == ("0", "0")
    assert own["Дневник смотрели родители, %"] == "0"
    page(client_of(cast.student), f"/diary/{cast.student.pk}/")
    assert filling("Соколова М. В.")["Дневник смотрели родители, %"] == "0", "the student is no parent"
    page(client_of(cast.guardian), f"/diary/{cast.student.pk}/")
    students = Enrolment.objects.filter(homeroom=cast.homeroom, until=None).count()
    assert filling("Соколова М. В.")["Дневник смотрели родители, %"] == str(round(100 / students))
    earlier = rows_of(deputy, "timely_filling", "since=2026-09-01&until=2026-10-13")
    assert {row["Дневник смотрели родители, %"] for row in earlier} == {"0"}, "not in these days"

    operator = client_of(cast.operator)
    for room, profile in ((cast.homeroom, "15.01.35 Слесарь"), (cast.younger, "43.01.09 Повар")):
        form = {
            "act": "save",
            "title": room.title,
            "grade": room.grade,
            "term_kind": "half_year",
            "profile": profile,
        }
        done(operator.post(f"/setup/homerooms/{room.pk}/", form))
    rows = {row["Журнал"]: row for row in rows_of(deputy, "curriculum")}
    plan = CurriculumHours.objects.filter(homeroom=cast.homeroom)
    mine = rows["15.01.35 Слесарь"]
    assert int(mine["По учебному плану, ч."]) >= sum(plan.values_list("yearly_hours", flat=True))
    parts = [row for name, row in rows.items() if name.startswith("2 «Б»")]
    assert sum(int(row["Дано, ч."]) for row in parts) == int(mine["Дано, ч."]) > 0
    assert mine["Выполнено, %"] == str(
        round(100 * int(mine["Дано, ч."]) / int(mine["По учебному плану, ч."]))
    )
    assert rows["43.01.09 Повар"]["Дано, ч."] == "0" and rows["Всего"]["Дано, ч."] == mine["Дано, ч."]
    assert client_of(cast.student).get(f"/reports/curriculum/?{SPAN}").status_code in (403, 404)


@under(COLLEGE)
@pytest.mark.clause("ET-6.3i")
def test_list_of_groups_counts_courses_and_departments_and_marks_what_is_not_whole(
    cast: Any, client_of: Any
) -> None:
    """A group without its course, trade or curriculum is said to be incomplete; with the three it is not."""
    operator = client_of(cast.operator)
    mine = Department.objects.create(school=cast.school, title="Отделение питания")

    def line(title: str) -> str:
        words = page(operator, "/setup/homerooms/")
        rest = words[words.index("Кабинет") :]
        start = rest.index(title)
        return rest[start : start + 110]

    words = page(operator, "/setup/homerooms/")
    assert "2 курс – 1 группа, 3 курс – 1 группа" in words and "без отделения – 2 группы" in words
    assert "не заполнено: нет специальности" in line("3 «А»")
    form = {"act": "save", "title": "3А", "grade": 3, "letter": "А", "term_kind": "half_year"}
    refused = operator.post(
        f"/setup/homerooms/{cast.younger.pk}/", {**form, "profile": "43.01.09 Повар", "department": 999999}
    )
    assert refused.status_code == 422 and "Такого отделения нет" in text(refused)
    foreign = Department.objects.filter(school=cast.outside.school).first()
    assert foreign is not None
    assert operator.post(
        f"/setup/homerooms/{cast.younger.pk}/", {**form, "profile": "", "department": foreign.pk}
    ).status_code == 422  # fmt: skip
    done(operator.post(
        f"/setup/homerooms/{cast.younger.pk}/", {**form, "profile": "43.01.09 Повар", "department": mine.pk}
    ))  # fmt: skip
    words = page(operator, "/setup/homerooms/")
    assert "Отделение питания – 1 группа" in words and "без отделения – 1 группа" in words
    assert "не заполнено" not in line("3 «А»") and "43.01.09 Повар" in line("3 «А»")
    CurriculumHours.objects.filter(homeroom=cast.younger).delete()
    assert "не заполнено: нет учебного плана" in line("3 «А»")
    done(operator.post(f"/setup/homerooms/{cast.younger.pk}/", {**form, "grade": "", "profile": "Повар"}))
    assert "не заполнено: нет курса, учебного плана" in line("3 «А»") and "1 группа, без курса" in page(
        operator, "/setup/homerooms/"
    )
    assert client_of(cast.teacher).get("/setup/homerooms/").status_code == 403
    assert client_of(cast.outside.operator).get(f"/setup/homerooms/{cast.younger.pk}/").status_code == 404
