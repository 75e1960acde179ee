"""`parta import` and `parta template`."""

from argparse import ArgumentParser
from pathlib import Path

import pytest

from parta.exchange import commands
from parta.exchange.tests import files
from parta.organisation.models import School
from parta.people.models import Person
from parta.regulation.models import Edition


def run(*words: object) -> tuple[int, str]:
    parser = ArgumentParser()
    commands.add_arguments(parser)
    said: list[str] = []
    code = commands.run(parser.parse_args([str(word) for word in words]), said.append)
    return code, "\n".join(said)


def test_a_preview_writes_nothing_and_consent_does(school: School, tmp_path: Path) -> None:
    path = files.workbook(tmp_path / "школа.xlsx", files.SCHOOL)
    code, said = run(path)
    assert (code, Person.objects.count()) == (0, 0)
    assert "Ученики" in said and "Ничего не загружено" in said
    code, said = run(path, "--apply")
    assert (code, Person.objects.count()) == (0, 7)
    assert "Загружено:" in said
    code, said = run(path, "--apply")
    assert (code, Person.objects.count()) == (0, 7)
    assert "Менять нечего" in said


def test_refused_rows(school: School, tmp_path: Path) -> None:
    path = files.workbook(tmp_path / "школа.xlsx", files.changed("Ученики", 1, "Класс", "6Ж"))
    code, said = run(path, "--apply")
    assert (code, Person.objects.count()) == (1, 0)
    assert "лист «Ученики», строка 2, столбец «Класс»: Класса «6Ж» нет" in said
    assert run(path, "--apply", "--skip-refused")[0] == 0
    assert Person.objects.count() == 6


def test_a_new_school_under_a_preset(db: None, tmp_path: Path) -> None:
    path = files.workbook(tmp_path / "школа.xlsx", files.SCHOOL)
    assert run(path)[0] == 2
    assert run(path, "--school", "g23", "--preset", "nothing")[0] == 1
    assert run(path, "--school", "g23", "--preset", "goethe23")[0] == 0
    assert School.objects.count() == 0  # a preview makes no school
    assert run(path, "--school", "g23", "--preset", "goethe23", "--name", "Гимназия", "--apply")[0] == 0
    assert School.objects.get().name == "Гимназия"
    assert Edition.objects.filter(school=School.objects.get()).count() == 1


def test_accounts_go_to_a_file_of_their_owner(school: School, tmp_path: Path) -> None:
    path = files.workbook(tmp_path / "школа.xlsx", files.SCHOOL)
    out = tmp_path / "пароли.csv"
    assert run(path, "--apply", "--accounts", out)[0] == 0
    lines = out.read_text(encoding="utf-8-sig").splitlines()
    assert len(lines) == 1 + 7
    assert out.stat().st_mode & 0o077 == 0
    code, said = run(path, "--apply", "--accounts", out)
    assert code == 1 and "уже есть" in said


@pytest.mark.parametrize("content", [b"", b"hello"])
def test_a_bad_file(school: School, tmp_path: Path, content: bytes) -> None:
    (tmp_path / "a.xlsx").write_bytes(content)
    code, said = run(tmp_path / "a.xlsx", "--apply")
    assert code == 1 and said.endswith(".")


def test_template(tmp_path: Path) -> None:
    parser = ArgumentParser()
    commands.add_template_arguments(parser)
    said: list[str] = []
    path = tmp_path / "школа.xlsx"
    assert commands.run_template(parser.parse_args([str(path)]), said.append) == 0
    assert path.read_bytes().startswith(b"PK")
    assert commands.run_template(parser.parse_args([str(path)]), said.append) == 1
    assert commands.run_template(parser.parse_args([str(path), "--force", "--empty"]), said.append) == 0
    assert commands.run_template(parser.parse_args([str(tmp_path / "нет" / "a.xlsx")]), said.append) == 1
    assert "нет такой папки" in said[-1]
