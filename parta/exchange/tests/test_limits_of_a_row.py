"""What the acts would refuse is found before and named by its row: nothing ends in «не загружено» without a place."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from parta.exchange.apply import Report, apply, preview
from parta.exchange.plan import ImportPlan, State
from parta.exchange.tests import files
from parta.exchange.tests.conftest import AT
from parta.foundation.log import SYSTEM
from parta.organisation.models import Bell, School
from parta.people.models import Person, Role
from parta.timetable.models import Lesson

Look = Callable[..., ImportPlan]
Load = Callable[..., Report]


def test_the_zero_lesson_gets_its_time(load: Load) -> None:
    load(files.changed("Расписание", 1, "Урок", 0))
    assert {bell.number: f"{bell.starts:%H:%M}" for bell in Bell.objects.all()}[0] == "07:40"
    assert Lesson.objects.filter(number=0).exists()


def test_the_zero_lesson_comes_before_bells_that_stand(load: Load) -> None:
    load()
    report = load(files.changed("Расписание", 1, "Урок", 0))
    changed = [item for item in report.plan.items if item.kind == "bells"]
    assert [(c.field, c.will) for item in changed for c in item.changes] == [("уроки", "0 (07:35–08:20)")]


def test_a_lesson_for_which_the_day_has_no_room_is_refused_by_its_row(look: Look) -> None:
    plan = look(files.changed("Расписание", 1, "Урок", 20))
    assert plan.refused == []  # a day of twenty short lessons is thinkable in a school without bells
    load_bells = look(files.SCHOOL)
    apply(load_bells, by=SYSTEM, at=AT)
    plan = look(files.changed("Расписание", 1, "Урок", 20))
    assert [(problem.where.row, problem.where.column) for problem in plan.refused] == [(2, "Урок")]
    assert "20-го урока нет в звонках" in plan.refused[0].message


def test_a_day_off_the_usual_week_makes_the_week_longer(load: Load) -> None:
    report = load(files.changed("Расписание", 1, "День", "воскресенье"))
    assert report.plan.year.links["week_days"] == 7
    assert Lesson.objects.filter(date__iso_week_day=7).exists()


@pytest.mark.parametrize("birth", ["01.09.2036", "15.10.2026"])
def test_a_birth_in_the_future_is_refused_by_its_row(load: Load, look: Look, birth: str) -> None:
    sheets = files.changed("Ученики", 1, "Дата рождения", birth)
    plan = look(sheets)
    assert [(problem.where.row, problem.where.column) for problem in plan.refused] == [(2, "Дата рождения")]
    load(sheets, skip_refused=True)
    assert not Person.objects.filter(external_id="А-1").exists()  # a refused row is not half taken


def test_a_student_enrolled_after_the_year_is_not_taken_at_all(load: Load) -> None:
    rows = [
        (*row, enrolled)
        for row, enrolled in zip(files.STUDENTS, ("Зачислен с", "", "1.9.2030", ""), strict=True)
    ]
    report = load({**files.SCHOOL, "Ученики": rows}, skip_refused=True)
    assert [problem.where.row for problem in report.plan.refused] == [3]
    assert not Person.objects.filter(external_id="Б-1").exists()


def test_a_head_of_the_school_without_an_order_is_not_half_taken(look: Look, load: Load) -> None:
    sheets = files.changed("Сотрудники", 2, "Приказ №", "")
    plan = look(sheets)
    assert "даётся по приказу" in plan.refused[0].message
    load(sheets, skip_refused=True)
    assert not Person.objects.filter(surname="Петров").exists()
    assert not Role.objects.filter(kind="deputy").exists()


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        ("Сокалова М. В.", "Может быть, «Соколова Мария Викторовна»?"),
        ("Соколова М. В., Петров О. И.", "напишите каждого в своей строке"),
    ],
)
def test_a_teacher_not_in_the_list_gets_a_hint(look: Look, text: str, hint: str) -> None:
    plan = look(files.changed("Нагрузка", 1, "Учитель", text))
    assert hint in plan.refused[0].message
    assert plan.refused[0].message.count("Сотрудники") <= 1


def test_a_name_in_another_order_is_the_same_teacher(look: Look) -> None:
    assert look(files.changed("Нагрузка", 1, "Учитель", "Мария Викторовна Соколова")).refused == []


def asc_with(tmp_path: Path, was: str, will: str) -> Path:
    path = files.asc(tmp_path / "t.xml")
    text = path.read_text(encoding="utf-8")
    assert was in text
    path.write_text(text.replace(was, will), encoding="utf-8")
    return path


@pytest.mark.parametrize(
    ("was", "will", "words"),
    [
        ('lessonid="L1" period="1"', 'lessonid="L1" period="25"', "25-го урока нет в звонках"),
        ('period="2" starttime', 'period="30" starttime', "время лишних, с 30-го, не взято"),
        ('starttime="9:25"', 'starttime="9:05"', "2-й урок начинается до конца 1-го"),
        ('name="Соколова Мария Викторовна"', f'name="{"А" * 300}"', "300 знаков, помещается 80"),
        ('name="9Б" short="9Б"', f'name="{"Б" * 300}" short="9Б"', ""),
    ],
)
def test_values_beyond_the_limits_in_a_timetable_program(
    tmp_path: Path, school: School, was: str, will: str, words: str
) -> None:
    plan = preview(asc_with(tmp_path, was, will), school, at=AT)
    told = [*plan.refused, *plan.remarks]
    assert not words or any(words in problem.message for problem in told), [str(problem) for problem in told]
    apply(plan, by=SYSTEM, at=AT, skip_refused=True)
    assert Lesson.objects.exists()


def test_who_teaches_has_the_role_of_a_teacher(tmp_path: Path, school: School) -> None:
    """A list of another program may call a teacher by a job that needs an order, which it does not know."""
    folder = files.oneroster(tmp_path / "set")
    users = (folder / "users.csv").read_text(encoding="utf-8").replace("u1,,s1,teacher", "u1,,s1,principal")
    (folder / "users.csv").write_text(users, encoding="utf-8")
    apply(preview(folder, school, at=AT), by=SYSTEM, at=AT)
    assert set(Role.objects.filter(person__surname="Соколова").values_list("kind", flat=True)) == {
        "teacher",
        "class_teacher",
    }
    assert not preview(folder, school, at=AT).changes_something


def changed_items(plan: ImportPlan) -> list[Any]:
    return [item for item in plan.items if item.state is not State.KEPT]


def test_a_class_with_a_digit_for_a_letter_keeps_its_hyphen(load: Load, look: Look) -> None:
    sheets = {"Классы": (("Класс",), ("5-1",), ("5-2",))}
    report = load(sheets)
    assert [item.title for item in report.plan.items if item.kind == "homeroom"] == ["5-1", "5-2"]
    assert not changed_items(look({"Классы": (("Класс",), ("5/1",), ("5-2 класс",))}))
