"""A school taken out as a workbook and put into an empty school is the same school; nobody takes it out unseen."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.urls import reverse

from parta.exchange import commands, template
from parta.exchange.apply import apply, preview
from parta.exchange.export import school_sheets
from parta.exchange.tests import files
from parta.exchange.tests.conftest import AT
from parta.foundation.log import SYSTEM
from parta.organisation.actions import WorkKindRow, create_school, set_work_kinds
from parta.organisation.models import School, Subject
from parta.people.models import ReadTrace
from tests.second import confirmed, factor_of

OWN_KINDS = (
    WorkKindRow("check_work", "Проверочная работа", "ПрР", 1, 95),  # by this word others mean another kind
    WorkKindRow("production_task", "Производственное задание", "ПЗ", 1, 96),
)
RICH = {
    **files.SCHOOL,
    "Сотрудники": (*files.STAFF, ("Дятлов", "Лев", "Ильич", "директор", "20", "1-к", "20.08.2026")),
    "Классы": (*files.HOMEROOMS, ("Лепка, группа 1", "", "")),
    "Подгруппы": (
        ("Подгруппа", "Классы", "Сокращение", "Деление"),
        ("Математика, поток, сильные", "6Б; 10А", "сильные", "поток: математика"),
    ),
    "Ученики": (
        *files.STUDENTS,
        ("10А", "Волков", "Ян", "", "", "", "Математика, поток, сильные; английский язык, 1",
         "Волкова Яна Львовна (мать); Волков Лев Янович (отец) +7 900 555-44-33; Ким Ида Ли (бабушка)"),
    ),
    "Нагрузка": (
        *files.LOADS,
        ("10А", "Алгебра", "Математика, поток, сильные", "Ильина В. А.", "1,5"),
        ("6Б", "Алгебра", "", "вакансия", 2),
        ("Лепка, группа 1", "Алгебра", "", "Петров О. И.", 1),
    ),
    "Расписание": (*files.SLOTS, ("10А", "среда", 3, "Алгебра", "Математика, поток, сильные", 301)),
    "КТП": (
        *files.PLANS,
        ("Русский язык", "6", 3, "Повторение", "Работа над ошибками", "check_work", ""),
        ("Русский язык", "6", 4, "Повторение", "Итог", "производственное задание", "§ 2"),
        ("Алгебра", "Лепка, группа 1; 10А", 1, "", "Множества", "", ""),
    ),
}  # fmt: skip


def kinds_of(school: School) -> None:
    set_work_kinds(school_id=school.pk, rows=OWN_KINDS, by=SYSTEM, at=AT)


def test_what_was_taken_out_makes_the_same_school(
    school: School, tmp_path: Path, count_statements: Any
) -> None:
    kinds_of(school)
    apply(preview(files.workbook(tmp_path / "a.xlsx", RICH), school, at=AT), by=SYSTEM, at=AT)
    Subject.objects.filter(title="Русский язык").update(
        tags=[]
    )  # taken back by hand: not to be guessed again
    with count_statements() as seen:
        rows = school_sheets(school, on=AT.date())
    assert len(seen) <= 16
    assert {key: len(lines) for key, lines in rows.items()} == {
        "staff": 4, "homerooms": 3, "subgroups": 4, "students": 4, "subjects": 3, "loads": 7, "slots": 5, "plans": 5,
    }  # fmt: skip
    book = tmp_path / "school.xlsx"
    template.write_school(book, rows)
    again = preview(book, school, at=AT)
    assert (again.changes_something, again.refused) == (False, [])

    empty = create_school(code="s15", name="Школа № 15", short_name="Школа № 15", by=SYSTEM, at=AT)
    refused = preview(book, empty, at=AT).refused
    assert [str(one.where) for one in refused] == ["лист «КТП», строка 5, столбец «Вид работы»"]
    assert "check_work" in refused[0].message and "Контрольная работа" in refused[0].message
    kinds_of(empty)
    apply(preview(book, empty, at=AT), by=SYSTEM, at=AT)
    with count_statements() as more:
        assert school_sheets(empty, on=AT.date()) == rows
    assert len(more) == len(seen)


def test_a_year_has_not_begun_and_nothing_is_there(school: School, tmp_path: Path) -> None:
    rows = school_sheets(school, on=AT.date())
    assert not any(rows.values())
    template.write_school(tmp_path / "a.xlsx", rows)


def test_the_operator_takes_it_out_seen_and_asked_again(cast: Any, client_of: Any, tmp_path: Path) -> None:
    client = client_of(cast.operator)
    url = reverse("export_school")
    assert url in client.get(reverse("imports")).content.decode()
    taken = client.get(url)
    assert taken["Content-Disposition"].startswith('attachment; filename="parta-')
    (tmp_path / "a.xlsx").write_bytes(taken.content)
    plan = preview(tmp_path / "a.xlsx", cast.school, at=cast.at)
    assert plan.data.students and plan.refused == []
    trace = ReadTrace.objects.get(page="export:school")
    assert (trace.user_id, trace.role) == (cast.operator.user.pk, "operator")
    factor_of(cast.operator, cast.at)
    asked = client.get(url)
    assert asked.status_code in {302, 403} and not asked.content.startswith(b"PK")
    assert ReadTrace.objects.filter(page="export:school").count() == 1
    assert confirmed(client, cast.at).get(url).content.startswith(b"PK")


def test_the_command(school: School, tmp_path: Path, load: Any) -> None:
    parser = ArgumentParser()
    commands.add_export_arguments(parser)
    said: list[str] = []

    def run(*words: object) -> int:
        return commands.run_export(parser.parse_args([str(word) for word in words]), said.append)

    load()
    path = tmp_path / "выгрузка.xlsx"
    assert run(path) == 0 and "ученики – 3" in said[-1]
    assert path.stat().st_mode & 0o777 == 0o600
    assert run(path) == 1 and "уже есть" in said[-1]
    assert run(tmp_path / "нет" / "a.xlsx") == 1 and "нет такой папки" in said[-1]
    assert run(path, "--force", "--school", "nothing") == 2 and "s14" in said[-1]
    assert not preview(path, school, at=AT).changes_something
