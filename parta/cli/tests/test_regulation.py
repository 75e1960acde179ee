"""`parta regulation`: what a deputy head sees of a file, right or wrong, and of two editions."""

import re
from pathlib import Path

import pytest

from parta.cli.main import main
from parta.regulation.edition import PRESETS

OWN = """[act]
code = "МЫ"
title = "Наше положение"
in_force_from = 2026-09-01
parts = { "МЫ-" = "п. {}" }

[settings]
limit = { default = "5d", title = "Срок работ", changed_by = "deputy" }

[[rule]]
clause = ["МЫ-1.1"]
kind = "mark_deadline"
work = "written"
within = { setting = "limit" }
grades = "5-9"
by = "teacher"
told = ["teacher", "deputy"]

[[rule]]
clause = ["МЫ-1.2"]
kind = "no_mark_edit"
permit = { by = "deputy", term = "2d" }
"""


def said(capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, str]:
    code = main(["regulation", *words])
    shown = capsys.readouterr()
    return code, (shown.out + shown.err).replace("\N{NO-BREAK SPACE}", " ")


def file(folder: Path, text: str, name: str = "own.toml") -> str:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return str(path)


def test_a_right_file_is_said_to_be_right(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    code, words = said(capsys, "check", file(tmp_path, OWN), "goethe23")
    assert code == 0
    assert "Наше положение: 2 правила, 2 пункта. Ошибок нет." in words
    assert re.search(r"Положение о журнале: \d+ правил", words)


def test_every_mistake_is_named_with_its_line_and_a_guess(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    wrong = OWN.replace("no_mark_edit", "no_mark_edits").replace("told", "tolld")
    code, words = said(capsys, "check", file(tmp_path, wrong))
    assert code == 1
    assert "own.toml: 2 ошибки" in words
    assert (
        "строка 17, запись 1 (МЫ-1.1, mark_deadline): лишний параметр «tolld»; возможно, вы имели в виду «told»"
        in words
    )
    assert "строка 21, запись 2 (МЫ-1.2, no_mark_edits): «no_mark_edits» — неизвестный вид правила" in words
    assert (
        "вы имели в виду «no_mark_edit»; все виды — в справке «Виды правил» (parta regulation kinds)" in words
    )


def test_acts_that_contradict_are_reported(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    order = OWN.replace('code = "МЫ"', 'code = "ПР"\nrank = "order"').replace("МЫ-1", "ПР-1")
    order = order.replace('grades = "5-9"', 'grades = "5-9"\noverrides = ["МЫ-1.1"]')
    code, words = said(capsys, "check", file(tmp_path, OWN), file(tmp_path, order, "order.toml"))
    assert code == 1 and "отменяет пункт «МЫ-1.1» акта «Наше положение», который старше" in words
    allowed = OWN.replace('grades = "5-9"', 'grades = "5-9"\nmay_relax = true')
    code, _ = said(capsys, "check", file(tmp_path, allowed), file(tmp_path, order, "order.toml"))
    assert code == 0


def test_no_such_file(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    code, words = said(capsys, "check", "nowhere")
    assert code == 2 and "Файла «nowhere» нет" in words and "goethe23" in words
    (tmp_path / "x.toml").write_bytes("[act]\ntitle = «Положение»".encode("cp1251"))
    code, words = said(capsys, "check", str(tmp_path / "x.toml"))
    assert code == 1 and "UTF-8" in words


def test_explained_in_plain_russian(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    code, words = said(capsys, "explain", file(tmp_path, OWN))
    assert code == 0
    for part in (
        "п. 1.1 — Срок отметок (5–9 классы)",
        "Отметки за письменную работу ставят в срок: 5 дней.",
        "Если нарушено: сохраняется с пометкой.",
        "Отвечает учитель; сообщается: учителю, заместителю директора.",
        "Решает школа: «Срок работ»: 5 дней (предложено), меняет заместитель директора.",
        "Если нарушено: сохраняется только по разрешению (заместитель директора) на срок 2 дня.",
    ):
        assert part in words, part


@pytest.mark.parametrize("preset", sorted(path.stem for path in PRESETS.glob("*.toml")))
def test_every_preset_is_explained_and_differs_from_itself_in_nothing(
    capsys: pytest.CaptureFixture[str], preset: str
) -> None:
    code, words = said(capsys, "explain", preset)
    assert code == 0 and words.count("Если нарушено") > 5 and "None" not in words and "frozenset" not in words
    code, words = said(capsys, "diff", preset, preset)
    assert code == 0 and words.strip() == "Журнал будет вести себя по-прежнему."


def test_what_changes_between_editions(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    new = OWN.replace('default = "5d"', 'default = "3d"').replace('grades = "5-9"', 'grades = "5-11"')
    new = new[: new.index('[[rule]]\nclause = ["МЫ-1.2"]')]
    new += '[[rule]]\nclause = ["МЫ-3"]\nkind = "homework_deadline"\nwithin = "same_day"\n'
    code, words = said(capsys, "diff", file(tmp_path, OWN), file(tmp_path, new, "new.toml"))
    assert code == 0
    added, removed, changed, settings = (
        words.index(part) for part in ("Добавлено: 1", "Убрано: 1", "Изменено: 1", "Настройки")
    )
    assert added < removed < changed < settings
    assert "п. 3 — Срок домашнего задания: домашнее задание (или «не задано») записывают в срок" in words
    assert "п. 1.2 — Отметку не исправляют" in words
    assert "срок (within): 5 дней → 3 дня" in words
    assert "кого касается: 5–9 классы → 5–11 классы" in words
    assert "настройка «Срок работ»: 5 дней (5d) → 3 дня (3d)" in words
    same = OWN.replace("[[rule]]", "# пояснение\n[[rule]]").replace(
        "within = {", 'calendar = "calendar"\nwithin = {'
    )
    code, words = said(capsys, "diff", file(tmp_path, OWN), file(tmp_path, same, "same.toml"))
    assert words.strip() == "Журнал будет вести себя по-прежнему.", "comments and defaults change nothing"


def test_kinds_are_listed_and_described(capsys: pytest.CaptureFixture[str]) -> None:
    code, words = said(capsys, "kinds")
    assert code == 0 and "mark_deadline" in words and "Срок отметок" in words
    code, words = said(capsys, "kinds", "mark_deadline")
    assert code == 0 and "within: срок." in words and "обязательно" in words
    code, words = said(capsys, "kinds", "mark_dedline")
    assert code == 2 and "вы имели в виду «mark_deadline»" in words
