"""Plan and import against the database: new, changed, left alone, ended, refused; never twice, never half."""

from collections.abc import Callable
from datetime import UTC, date, datetime
from itertools import pairwise
from pathlib import Path

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from parta.exchange.apply import NotApplied, Report, apply, preview
from parta.exchange.plan import ImportPlan, State
from parta.exchange.plan.bells import standard_bells
from parta.exchange.tests import files
from parta.exchange.tests.conftest import AT
from parta.foundation.log import SYSTEM, Broken, verify
from parta.foundation.models import LogEntry
from parta.organisation.models import Homeroom, School, Subject, Term
from parta.people.models import Enrolment, Guardianship, Person, Role, SubgroupMembership
from parta.plans.models import Journal, TeachingLoad, ThematicPlan
from parta.timetable.models import Lesson, TimetableSlot

Look = Callable[..., ImportPlan]
Load = Callable[..., Report]

TABLES = (
    Person,
    Role,
    Homeroom,
    Subject,
    Enrolment,
    Guardianship,
    Journal,
    TeachingLoad,
    TimetableSlot,
    Lesson,
    LogEntry,
)


def rows_of_school() -> list[int]:
    return [model.objects.count() for model in TABLES]  # type: ignore[attr-defined]


def sums(plan: ImportPlan, kind: str) -> dict[str, int]:
    return {state.value: count for state, count in plan.counts().get(kind, {}).items()}


def test_a_whole_school_from_a_workbook(load: Load, school: School) -> None:
    report = load()
    assert report.plan.refused == []
    assert Person.objects.filter(school=school).count() == 3 + 3 + 1  # the mother of two is one person
    assert Guardianship.objects.filter(guardian__surname="Антонова").count() == 2
    assert Role.objects.get(kind="class_teacher", homeroom__title="6Б").person.surname == "Соколова"
    assert set(Term.objects.exclude(kind="year").values_list("kind", flat=True)) == {"quarter", "half_year"}
    assert Homeroom.objects.get(title="10А").term_kind == "half_year"
    assert SubgroupMembership.objects.count() == 2
    russian = Journal.objects.get(subject__title="Русский язык")
    assert (int(russian.weekly_hours), russian.scale is not None, russian.plan is not None) == (4, True, True)
    lesson = Lesson.objects.filter(journal=russian).order_by("date").first()
    assert lesson is not None
    assert (lesson.date, lesson.number, lesson.teacher and lesson.teacher.surname) == (
        date(2026, 10, 19),
        1,
        "Соколова",
    )
    assert not [chain for chain in verify(school.pk) if isinstance(chain, Broken)]


def test_the_preview_writes_nothing(look: Look) -> None:
    before = rows_of_school()
    plan = look()
    assert plan.changes_something
    assert sums(plan, "student") == {"new": 3}
    assert rows_of_school() == before


def test_again_doubles_nothing(load: Load, look: Look) -> None:
    load()
    before = rows_of_school()
    later = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
    plan = look(at=later)
    assert not plan.changes_something
    load(at=later)
    assert rows_of_school() == before


@pytest.mark.parametrize("kind", ["oneroster", "fet", "asc", "grid"])
def test_every_format_can_be_run_again(tmp_path: Path, school: School, kind: str) -> None:
    places = {
        1: ("Monday", "08:30"),
        2: ("Tuesday", "09:25"),
        3: ("Tuesday", "09:25"),
        4: ("Friday", "10:30"),
    }
    path = {
        "oneroster": lambda: files.oneroster(tmp_path / "set"),
        "fet": lambda: files.fet(tmp_path / "t.fet", places),
        "asc": lambda: files.asc(tmp_path / "t.xml"),
        "grid": lambda: files.workbook(tmp_path / "g.xlsx", {"Лист1": files.GRID}),
    }[kind]()
    first = preview(path, school, at=AT)
    assert first.refused == []
    apply(first, by=SYSTEM, at=AT)
    before = rows_of_school()
    again = preview(path, school, at=AT)
    assert not again.changes_something
    apply(again, by=SYSTEM, at=AT)
    assert rows_of_school() == before


def test_what_changed_is_named_with_was_and_will(load: Load, look: Look) -> None:
    load()
    sheets = dict(files.changed("Ученики", 2, "Имя", "Тимофей"))
    sheets["Расписание"] = [
        *files.SLOTS[:1],
        ("6Б", "понедельник", 1, "Русский язык", "", 215),
        *files.SLOTS[2:],
    ]
    plan = look(sheets)
    changed = {(item.kind, item.title): item.changes for item in plan.items if item.state is State.CHANGED}
    assert [(c.field, c.was, c.will) for c in changed["student", "Белов Тимур Ринатович"]] == [
        ("имя", "Тимур", "Тимофей")
    ]
    assert [(c.was, c.will) for c in changed["slot", "понедельник, 1-й урок: Русский язык, 6Б"]] == [
        ("214", "215")
    ]
    load(sheets)
    assert Person.objects.get(external_id="Б-1").given_name == "Тимофей"
    assert Lesson.objects.filter(journal__subject__title="Русский язык", room__title="214").count() == 0


def test_a_student_moves_to_another_class_and_keeps_the_past(load: Load) -> None:
    load()
    load(files.changed("Ученики", 2, "Класс", "10А"))
    places = Enrolment.objects.filter(student__external_id="Б-1").order_by("starts")
    assert [(row.homeroom.title, row.until) for row in places] == [("6Б", date(2026, 10, 14)), ("10А", None)]


def test_a_new_teacher_takes_over_from_the_day(load: Load, look: Look) -> None:
    load()
    sheets = files.changed("Нагрузка", 4, "Учитель", "Соколова М. В.")
    plan = look(sheets)
    assert sums(plan, "load") == {"kept": 3, "new": 1, "ended": 1}
    load(sheets)
    loads = TeachingLoad.objects.filter(journal__subject__title="Алгебра").order_by("starts")
    assert [(row.teacher.surname, row.until) for row in loads] == [
        ("Петров", date(2026, 10, 14)),
        ("Соколова", None),
    ]


def test_a_lesson_taken_off_the_timetable_is_shown_and_ended(load: Load, look: Look) -> None:
    load()
    sheets = {**files.SCHOOL, "Расписание": files.SLOTS[:-1]}
    assert sums(look(sheets), "slot") == {"kept": 3}  # 10А is not told of: its timetable stays
    sheets["Расписание"] = [*files.SLOTS[:3], *files.SLOTS[4:]]
    plan = look(sheets)
    assert [item.title for item in plan.items if item.state is State.ENDED] == [
        "понедельник, 2-й урок: Английский язык, 6Б, английский язык, 2-я группа"
    ]
    load(sheets)
    assert not Lesson.objects.filter(journal__subgroup__title__endswith="2-я группа").exists()


def test_a_timetable_falls_onto_the_journals_of_the_workbook(load: Load, look: Look, tmp_path: Path) -> None:
    load()
    rows = (("понедельник", "", "6б", "10 «А»"), ("", 1, "рус. яз.", "алгебра"), ("", 2, "", "алгебра"))
    plan = look(files.workbook(tmp_path / "сайт.xlsx", {"Лист1": rows}))
    assert plan.refused == []
    assert sums(plan, "homeroom") == {"kept": 2}
    assert sums(plan, "journal").get("new") is None
    assert sums(plan, "subject") == {"kept": 2}


def test_statements_of_the_preview_do_not_grow_with_the_file(look: Look, load: Load) -> None:
    load()
    with CaptureQueriesContext(connection) as few:
        look()
    students = [files.STUDENTS[0], *(
        ("6Б", f"Ученик{n}", "Имя", "", "01.02.2014", f"Н-{n}", "", f"Мать{n} Анна Ивановна", "мать",
         f"+7 900 000-{n:04}"[:16])
        for n in range(300)
    )]  # fmt: skip
    with CaptureQueriesContext(connection) as many:
        look({**files.SCHOOL, "Ученики": students})
    assert len(many) == len(few)


# --- refused --------------------------------------------------------------------------------------------------------

REFUSED = [
    ("a teacher not in the list", files.changed("Нагрузка", 4, "Учитель", "Неизвестный Пётр Ильич"),
     "Нагрузка", 5, "Учитель", "нет в списке сотрудников"),
    ("a teacher misspelt", files.changed("Нагрузка", 1, "Учитель", "Соколава Мария Викторовна"),
     "Нагрузка", 2, "Учитель", "Может быть, «Соколова Мария Викторовна»"),
    ("a class not in the list", files.changed("Ученики", 1, "Класс", "6Ж"), "Ученики", 2, "Класс", "Класса «6Ж» нет"),
    ("a subject not in the list", files.changed("Нагрузка", 4, "Предмет", "Алгебра и начала"),
     "Нагрузка", 5, "Предмет", "Предмета «Алгебра и начала» нет"),
    ("two lessons of a class", files.with_row("Расписание", "6Б", "понедельник", 1, "Английский язык", 1, 307),
     "Расписание", 6, "Класс", "Два урока в одно время у класса 6Б"),
    ("two lessons of a teacher", files.with_row("Расписание", "10А", "понедельник", 2, "Алгебра", "", 307),
     "Расписание", 6, "Учитель", "Два урока в одно время у учителя Петров Олег Иванович"),
    ("two lessons in a room", files.with_row("Расписание", "10А", "понедельник", 1, "Алгебра", "", 214),
     "Расписание", 6, "Кабинет", "Два урока в одно время в кабинете 214"),
    ("a lesson that nobody teaches", files.with_row("Расписание", "10А", "среда", 1, "Русский язык", "", 214),
     "Расписание", 6, "Предмет", "нет в нагрузке"),
    ("a teacher of another lesson", {**files.SCHOOL, "Расписание": [
        (*files.SLOTS[0], "Учитель"), (*files.SLOTS[1], "Ильина В. А."), *((*row, "") for row in files.SLOTS[2:])]},
     "Расписание", 2, "Учитель", "ведёт Соколова Мария Викторовна, а не Ильина Вера Андреевна"),
    ("half a row", files.with_row("Ученики", "6Б", "Белый", "", "", "01.02.2014", "Б-7", "", "", "", ""),
     "Ученики", 5, "Имя", "заполнена не до конца"),
    ("a student twice", files.with_row("Ученики", *files.STUDENTS[1]), "Ученики", 5, "", "уже есть в строке 2"),
    ("a number twice", files.changed("Ученики", 3, "№ личного дела", "А-1"), "Ученики", 4, "", "с тем же номером"),
    ("a class twice", files.with_row("Классы", "6 «б»", "", ""), "Классы", 4, "Класс", "стоит в листе дважды"),
    ("a date that is none", files.changed("Ученики", 1, "Дата рождения", "31.02.2014"),
     "Ученики", 2, "Дата рождения", "нужна дата"),
    ("a formula as text", files.changed("Ученики", 1, "Имя", "=HYPERLINK(\"http://x\")"),
     "Ученики", 2, "Имя", "похоже на формулу"),
    ("a post without an order", files.changed("Сотрудники", 2, "Приказ №", ""),
     "Сотрудники", 3, "Должность", "даётся по приказу"),
    ("an unknown post", files.changed("Сотрудники", 1, "Должность", "космонавт"),
     "Сотрудники", 2, "Должность", "«космонавт» не известна"),
    ("hours that are none", files.changed("Нагрузка", 1, "Часов в неделю", "много"),
     "Нагрузка", 2, "Часов в неделю", "нужно число"),
    ("a phone that is none", files.changed("Ученики", 1, "Представитель 1: телефон", "позвонить"),
     "Ученики", 2, "Представитель 1: телефон", "нужен номер"),
    ("a number of a topic twice", files.changed("КТП", 2, "№", 1), "КТП", 2, "", "стоит дважды"),
    ("a text too long", files.changed("Классы", 1, "Класс", "6" + "Б" * 70), "Классы", 2, "Класс", "Слишком длинно"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("sheets", "sheet", "row", "column", "words"), [case[1:] for case in REFUSED], ids=[c[0] for c in REFUSED]
)
def test_a_bad_row_is_refused_by_its_place_and_nothing_changes(
    look: Look, sheets: dict[str, files.Rows], sheet: str, row: int, column: str, words: str
) -> None:
    plan = look(sheets)
    matching = [
        problem
        for problem in plan.refused
        if (problem.where.sheet, problem.where.row) == (sheet, row)
        and words in problem.message
        and (not column or problem.where.column == column)
    ]
    assert matching, [str(problem) for problem in plan.refused]
    before = rows_of_school()
    with pytest.raises(NotApplied, match="Ничего не загружено"):
        apply(plan, by=SYSTEM, at=AT)
    assert rows_of_school() == before


def test_dates_in_several_written_forms_are_taken(look: Look) -> None:
    for text in ("05.02.2014", "2014-02-05", "5 февраля 2014 г.", "5/2/14", 41675):
        plan = look(files.changed("Ученики", 1, "Дата рождения", text))
        assert plan.refused == []
        assert plan.data.students[0].birth_date == date(2014, 2, 5)


def test_merged_cells_are_refused_where_they_are(look: Look) -> None:
    plan = look(files.SCHOOL, merges={"Ученики": ["A2:A3"]})
    assert [(p.where.row, p.where.column) for p in plan.refused if "объединены" in p.message] == [
        (2, "Класс")
    ]


def test_a_formula_with_a_saved_value_is_its_value_and_without_one_is_refused(
    tmp_path: Path, school: School
) -> None:
    import xlsxwriter

    path = tmp_path / "ф.xlsx"
    book = xlsxwriter.Workbook(str(path))
    page = book.add_worksheet("Предметы")
    page.write(0, 0, "Предмет")
    page.write_formula(1, 0, '="Алг"&"ебра"', None, "Алгебра")
    page.write_formula(2, 0, "=A2", None, "")
    book.close()
    plan = preview(path, school, at=AT)
    assert [row.title for row in plan.data.subjects] == ["Алгебра"]
    assert [(p.where.row, p.where.column) for p in plan.refused] == [(3, "Предмет")]


def test_the_rest_is_taken_when_a_person_agrees(load: Load, look: Look) -> None:
    sheets = files.changed("Ученики", 1, "Класс", "6Ж")
    assert len(look(sheets).refused) == 1
    load(sheets, skip_refused=True)
    assert Enrolment.objects.count() == 2


def test_with_refused_rows_nothing_is_taken_off(load: Load, look: Look) -> None:
    """A lesson refused for a slip must not end the one that stands."""
    load()
    sheets = files.changed("Расписание", 1, "Предмет", "Рюсский язык")
    sheets["Нагрузка"] = [*files.LOADS[:4], ("10А", "Алгебра", "", "Соколова М. В.", 4)]
    plan = look(sheets)
    assert plan.refused
    assert not [item for item in plan.items if item.state is State.ENDED]
    before = Lesson.objects.filter(journal__subject__title="Русский язык").count()
    load(sheets, skip_refused=True)
    assert Lesson.objects.filter(journal__subject__title="Русский язык").count() == before > 0


def test_a_refused_row_of_the_load_leaves_the_hours_of_its_journal(load: Load, look: Look) -> None:
    load()
    sheets = files.changed("Нагрузка", 1, "Учитель", "Кукушкина А. А.")
    plan = look(sheets)
    assert [problem.where.sheet for problem in plan.refused] == ["Нагрузка"]
    assert not [item for item in plan.items if item.changes]
    load(sheets, skip_refused=True)
    assert Journal.objects.get(subject__title="Русский язык").weekly_hours == 4


def test_the_school_s_own_properties_of_a_subject_stay(load: Load) -> None:
    load()
    Subject.objects.filter(title="Русский язык").update(tags=["double_marks"])
    load()
    assert Subject.objects.get(title="Русский язык").tags == ["double_marks", "language"]


def test_what_was_agreed_to_is_what_is_done(load: Load, look: Look) -> None:
    plan = look()
    load(files.changed("Классы", 1, "Кабинет", "777"))
    with pytest.raises(NotApplied, match="данные школы изменились"):
        apply(plan, by=SYSTEM, at=AT, agreed=plan.digest())


def test_an_act_that_refuses_undoes_all(look: Look, monkeypatch: pytest.MonkeyPatch) -> None:
    """The last step fails: nothing of the steps before stays."""
    from parta.organisation.acts import Refusal
    from parta.timetable import actions

    def fails(**_: object) -> None:
        raise Refusal("В расписании звонков нет 7-го урока.")

    monkeypatch.setattr(actions, "generate_lessons", fails)
    before = rows_of_school()
    with pytest.raises(NotApplied, match="нет 7-го урока"):
        apply(look(), by=SYSTEM, at=AT)
    assert rows_of_school() == before


def test_namesakes_in_two_classes_are_two_people(load: Load, look: Look) -> None:
    rows = [("Класс", "Фамилия", "Имя"), ("6Б", "Ким", "Анна"), ("10А", "Ким", "Анна")]
    sheets = {**files.SCHOOL, "Ученики": rows}
    load(sheets)
    assert Person.objects.filter(surname="Ким").count() == 2
    assert not look(sheets).changes_something


def test_guardians_of_one_name_without_a_common_contact_stay_two(load: Load) -> None:
    """A wrong match would open one family's diary to another."""
    rows = [
        ("Класс", "Фамилия", "Имя", "Представитель 1: ФИО", "Представитель 1: телефон"),
        ("6Б", "Ким", "Анна", "Ким Ольга Ивановна", "+7 900 111-11-11"),
        ("10А", "Ким", "Пётр", "Ким Ольга Ивановна", "+7 900 222-22-22"),
    ]
    load({**files.SCHOOL, "Ученики": rows})
    assert Person.objects.filter(surname="Ким", given_name="Ольга").count() == 2


def test_accounts_are_issued_only_when_asked(load: Load) -> None:
    assert load().issued == ()
    assert Person.objects.filter(user__isnull=False).count() == 0
    issued = load(with_accounts=True).issued
    assert len(issued) == Person.objects.count()
    assert load(with_accounts=True).issued == ()


def test_another_school_is_not_seen(load: Load, tmp_path: Path) -> None:
    """The same file in a second school makes its own objects."""
    from parta.organisation.actions import create_school

    load()
    other = create_school(code="other", name="Другая", short_name="Другая", by=SYSTEM, at=AT)
    plan = preview(files.workbook(tmp_path / "школа.xlsx", files.SCHOOL), other, at=AT)
    assert sums(plan, "student") == {"new": 3}
    assert sums(plan, "staff") == {"new": 3}


def test_a_plan_of_topics_that_grew(load: Load, look: Look) -> None:
    load()
    sheets = files.with_row("КТП", "Русский язык", "6", 3, "Лексика", "Слово", "", "")
    plan = look(sheets)
    assert sums(plan, "plan") == {"changed": 1}
    load(sheets)
    assert ThematicPlan.objects.get().topics.count() == 3


@pytest.mark.parametrize("last", [1, 8, 15, 16, 20])
def test_usual_bells_hold_any_day(last: int) -> None:
    bells = standard_bells(last, has_zero=True)
    assert sorted(bells) == list(range(last + 1))
    spans = [bells[number] for number in sorted(bells)]
    assert all(starts < ends for starts, ends in spans)
    assert all(before[1] <= after[0] for before, after in pairwise(spans))
