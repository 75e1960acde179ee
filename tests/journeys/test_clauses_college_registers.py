"""Registers and reports of the college: seven analytic ones, the roll of a day, homework, a report for the curator."""

from datetime import date
from typing import Any

import pytest

from parta.control.models import Report
from parta.foundation import clock
from parta.journal.models import Absence, Homework, Mark
from parta.people.models import Enrolment, Role
from tests.journeys.steps import COLLEGE, absent, done, homework, mark, page, saved, send, text, under
from tests.journeys.test_clauses_college_reports import SPAN, rows_of, shared_strings


@under(COLLEGE)
@pytest.mark.clause("ET-A-DEP-13")
def test_the_menu_holds_the_seven_reports_each_prints_and_exports(cast: Any, client_of: Any) -> None:
    deputy = client_of(cast.deputy)
    menu = deputy.get("/reports/").content.decode()
    codes = (
        "mastering_students", "mastering_groups", "internal_control", "missed_topics", "low_marks",
        "timely_filling", "curriculum",
    )  # fmt: skip
    for code in codes:
        address = f"/reports/{code}/"
        assert f'href="{address}"' in menu, code
        shown = deputy.get(f"{address}?{SPAN}").content.decode()
        assert "data-print" in shown and "print.js" in shown and "as=xlsx" in shown, code
        assert shared_strings(deputy, f"{address}?{SPAN}&as=xlsx"), code
        assert deputy.get(f"{address}?{SPAN}&as=csv")["Content-Type"].startswith("text/csv"), code
    assert client_of(cast.student).get("/reports/").status_code == 403
    assert client_of(cast.teacher).get(f"/reports/mastering_groups/?{SPAN}").status_code == 404
    foreign = page(client_of(cast.outside.deputy), f"/reports/missed_topics/?{SPAN}")
    assert page(deputy, f"/reports/missed_topics/?{SPAN}").count("Орлова") > foreign.count("Орлова") - 1


@under(COLLEGE)
@pytest.mark.clause("ET-A-DEP-6s")
def test_one_state_per_student_and_lesson_and_the_sheet_of_the_day_counts_the_letters(
    cast: Any, client_of: Any
) -> None:
    teacher, deputy = client_of(cast.teacher), client_of(cast.deputy)
    lesson = cast.lesson_on("russian", cast.on)

    def today() -> dict[str, str]:
        rows = rows_of(deputy, "day_attendance", "since=2026-10-14&until=2026-10-14")
        (found,) = [row for row in rows if row["Группа"] == "2 «Б»"]
        return found

    before = today()
    assert (before["«н»"], before["«б»"], before["«п»"]) == ("0", "0", "0")
    people = [cast.named(name) for name in ("Асанов", "Ефимова", "Зайцев", "Григорян")]
    for student, letter in zip(people, ("н", "н", "б", "п"), strict=True):
        saved(send(teacher, cast.russian, absent(lesson, student, letter)))
    counted = today()
    assert (counted["«н»"], counted["«б»"], counted["«п»"], counted["Не было, чел."]) == ("2", "1", "1", "4")
    saved(send(teacher, cast.russian, absent(lesson, people[0], "б", seen=1)))
    assert Absence.objects.filter(lesson=lesson, student=people[0]).count() == 1, "one state, not two"
    counted = today()
    assert (counted["«н»"], counted["«б»"], counted["Не было, чел."]) == ("1", "2", "4")
    saved(send(teacher, cast.russian, absent(lesson, people[0], "", seen=2)))
    assert (today()["«б»"], today()["Не было, чел."]) == ("1", "3")
    here = Enrolment.objects.filter(homeroom=cast.homeroom, starts__lte=cast.on).exclude(until__lte=cast.on)
    assert today()["В группе"] == str(here.count())
    assert "2 «Б»" in page(
        client_of(cast.class_teacher), "/reports/day_attendance/?since=2026-10-14&until=2026-10-14"
    )
    assert client_of(cast.teacher).get("/reports/day_attendance/").status_code == 404
    assert client_of(cast.student).get("/reports/day_attendance/").status_code == 403


@under(COLLEGE)
@pytest.mark.clause("ET-A-DEP-6n")
def test_register_of_homework_by_group_and_day_with_time_and_teacher(cast: Any, client_of: Any) -> None:
    teacher, deputy = client_of(cast.teacher), client_of(cast.deputy)
    lesson = cast.lesson_on("russian", cast.on)
    day = "since=2026-10-14&until=2026-10-14"
    assert not [row for row in rows_of(deputy, "homework_register", day) if row["Группа"] == "2 «Б»"]
    with clock.rehearse(cast.local(cast.on, 14, 25)):
        saved(send(teacher, cast.russian, homework(lesson, "§ 31, упр. 150")))
    (row,) = [row for row in rows_of(deputy, "homework_register", day) if row["Группа"] == "2 «Б»"]
    assert (row["День"], row["Дисциплина"], row["Задание"]) == (
        "14.10.2026",
        "русский язык",
        "§ 31, упр. 150",
    )
    assert (row["Внесено"], row["Преподаватель"]) == ("14.10.2026 14:25", "Соколова М. В.")
    earlier = rows_of(deputy, "homework_register", "since=2026-10-05&until=2026-10-13")
    given = [one for one in earlier if one["Группа"] == "2 «Б»"]
    assert len(given) == Homework.objects.filter(journal=cast.russian).count() - 1 > 5 and [
        one["День"] for one in given
    ] == sorted(one["День"] for one in given)
    assert "Мельник О. П." in {one["Преподаватель"] for one in given}, "the substitute entered it"
    assert "упр. 150" not in page(client_of(cast.other_teacher), f"/reports/homework_register/?{day}")
    assert client_of(cast.guardian).get("/reports/homework_register/").status_code == 403
    assert (
        client_of(cast.outside.deputy)
        .get(f"/reports/homework_register/?{day}")
        .content.decode()
        .count("упр. 150")
        == 0
    )


@under(COLLEGE)
@pytest.mark.clause("ET-A-CURATOR-5b")
def test_deputy_sends_a_report_of_the_group_and_the_curator_opens_it(cast: Any, client_of: Any) -> None:
    """By group and by student; it keeps its figures; another curator and a teacher do not see it."""
    deputy, curator = client_of(cast.deputy), client_of(cast.class_teacher)
    address = f"/reports/class_monitoring/?{SPAN}&homeroom={cast.homeroom.pk}"
    assert "Послать куратору" in page(deputy, address)
    form = {"act": "send", "note": "Обратите внимание на Зайцева."}
    for who in (cast.class_teacher, cast.inspector):
        answer = client_of(who).post(address, form)
        assert answer.status_code in (403, 422), who
    assert client_of(cast.teacher).post(address, form).status_code == 404
    assert deputy.post(f"/reports/performance/?{SPAN}", form).status_code == 422, "a report of no group"
    assert not Report.objects.exists()
    done(deputy.post(address, form))
    again = deputy.post(address, form)
    assert again.status_code == 422 and "уже сдали" in text(again)
    sent = Report.objects.get()
    kept = f"/reports/kept/{sent.pk}/"
    assert f'href="{kept}"' in curator.get("/reports/").content.decode()
    words = page(curator, kept)
    assert "Зайцев Михаил" in words and "2 «Б»" in words
    assert "Обратите внимание на Зайцева." in page(curator, "/reports/")
    thread = page(curator, "/messages/")
    assert "Отчёт: Мониторинг класса" in thread
    done(deputy.post(f"/reports/mastering_groups/?{SPAN}&homeroom={cast.homeroom.pk}", form))
    assert page(curator, "/reports/").count("Обратите внимание на Зайцева.") == 2
    for who in (cast.master, cast.teacher):
        assert client_of(who).get(kept).status_code == 404, who
    assert client_of(cast.outside.deputy).get(kept).status_code == 404
    Role.objects.filter(homeroom=cast.homeroom).update(until=date(2026, 10, 1))
    nobody = deputy.post(f"/reports/mastering_students/?{SPAN}&homeroom={cast.homeroom.pk}", form)
    assert nobody.status_code == 422 and "некому послать" in text(nobody)
    assert Report.objects.count() == 2


@under(COLLEGE)
@pytest.mark.clause("ET-A-DEP-16e")
def test_analysis_by_student_group_unit_and_teacher_for_any_days(
    cast: Any, client_of: Any, count_statements: Any
) -> None:
    """Average, share of 4–5, share of 2, hours missed agree with a hand count; other days, other figures."""
    deputy = client_of(cast.deputy)

    def figures(query: str = SPAN) -> dict[tuple[str, str], list[str]]:
        heads = ("Отметок", "Средняя", "«4» и «5», %", "«2», %", "Пропущено, ч.")
        return {(row["По чему"], row["Кто или что"]): [row[head] for head in heads]
                for row in rows_of(deputy, "analysis", query)}  # fmt: skip

    marks = list(
        Mark.objects.filter(journal=cast.russian).exclude(value="").values_list("value", "student__surname")
    )
    worth = [int(value) for value, _ in marks]
    whole = [
        str(len(worth)),
        str(round(sum(worth) / len(worth), 2)).replace(".", ","),
        str(round(100 * sum(value >= 4 for value in worth) / len(worth))),
        str(round(100 * sum(value == 2 for value in worth) / len(worth))),
    ]
    missed = Absence.objects.filter(journal=cast.russian).exclude(meaning__in=("", "late")).count()
    found = figures()
    for key in (("Группа", "2 «Б»"), ("Дисциплина", "Русский язык"), ("Всего", "")):
        assert [*found[key]] == [*whole, str(missed)], (key, found[key], whole)
    assert found["Студент", "Зайцев Михаил"][0] == str(sum(who == "Зайцев" for _, who in marks))
    assert found["Студент", "Орлова Виктория"][4] == "2"
    own, other = found["Преподаватель", "Соколова М. В."], found.get(("Преподаватель", "Мельник О. П."))
    assert int(own[0]) + (int(other[0]) if other else 0) == len(marks)
    few = figures("since=2026-10-12&until=2026-10-12")
    assert few["Студент", "Зайцев Михаил"] == ["1", "2,0", "0", "100", "0"]
    assert not figures("since=2026-10-10&until=2026-10-11")
    address = f"/reports/analysis/?{SPAN}"
    page(deputy, address)
    with count_statements() as once:
        page(deputy, address)
    for student in cast.students[:4]:
        saved(send(client_of(cast.teacher), cast.russian, mark(cast.lesson, student, "5")))
    page(deputy, address)
    with count_statements() as twice:
        page(deputy, address)
    assert len(once) == len(twice)
    for who in (cast.teacher, cast.class_teacher):
        assert client_of(who).get(address).status_code == 404, who
    assert client_of(cast.student).get(address).status_code == 403
