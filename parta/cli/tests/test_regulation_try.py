"""`parta regulation try`: a draft beside the act in force, over what a school has written."""

from pathlib import Path
from typing import Any

import pytest

from parta.cli.main import main
from parta.regulation.edition import PRESETS


def tried(capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, str]:
    code = main(["regulation", "try", *words])
    told = capsys.readouterr()
    return code, f"{told.out}{told.err}".replace("\xa0", " ")


def test_a_draft_is_tried_and_nothing_is_changed(
    cast: Any, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    span = ("--school", cast.school.code, "--since", "05.10.2026", "--until", "2026-10-13")
    code, words = tried(capsys, "goethe23", *span)
    assert code == 0 and "Журнал вёл бы себя так же, как сейчас." in words
    draft = tmp_path / "draft.toml"
    text = (PRESETS / "goethe23.toml").read_text(encoding="utf-8")
    draft.write_text(
        text.replace('kind = "homework_deadline"', 'kind = "topic_required"\nkinds = ["lesson"]\n#', 1)
    )
    code, words = tried(capsys, str(draft), *span)
    assert code == 1 and "строка" in words, "a wrong file is told by line"
    draft.write_text(
        text.replace('clause = ["GT-P-2.2"', 'when = false\nclause = ["GT-P-2.2"', 1), encoding="utf-8"
    )
    code, words = tried(capsys, str(draft), *span)
    assert code == 0 and "Больше не считала бы просроченным" in words
    assert "п. 2.2 Положения" in words and "Записать домашнее задание" in words


def test_what_looks_beyond_the_write_is_named_as_not_tried(
    cast: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    load = Path(__file__).parents[2] / "journal" / "rules" / "tests" / "acts" / "load.toml"
    code, words = tried(
        capsys, str(load), "--school", cast.school.code, "--since", "2026-10-05", "--until", "2026-10-13"
    )
    assert code == 0 and "смотрит не только на саму запись, не примерено" in words
    assert "В остальном журнал вёл бы себя так же" in words


def test_wrong_calls_are_told_what_to_do(cast: Any, capsys: pytest.CaptureFixture[str]) -> None:
    code, words = tried(capsys, "goethe23", "--school", "нет-такой")
    assert code != 0 and "Школы с кодом «нет-такой» нет" in words
    code, words = tried(
        capsys, "goethe23", "--school", cast.school.code, "--since", "2026-10-13", "--until", "2026-10-05"
    )
    assert code == 2 and "Первый день позже последнего" in words
    with pytest.raises(SystemExit):
        main(["regulation", "try", "goethe23", "--since", "вчера"])
    assert "не дата" in capsys.readouterr().err
