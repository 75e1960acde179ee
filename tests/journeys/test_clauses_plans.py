"""Clauses on thematic plans: the words of a loaded plan are those a lesson may take; a plan is passed in full."""

import shutil
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from parta.exchange.tests import files
from parta.plans.models import PlannedTopic, ThematicPlan
from tests.journeys.steps import COLLEGE, text, under

HEADS = ("Предмет", "Класс", "№", "Раздел", "Тема урока", "Вид работы", "Домашнее задание")


@pytest.fixture(autouse=True)
def _nothing_waits() -> None:
    shutil.rmtree(Path(settings.HOME) / "imports", ignore_errors=True)


def preview(client: Any, folder: Path, *topics: tuple[str, str]) -> tuple[str, str]:
    """The page that shows what a file with this plan would change, and its address."""
    rows = [("Математика", "2", str(n), "", words, work, "") for n, (words, work) in enumerate(topics, 1)]
    path = files.workbook(folder / "план.xlsx", {"КТП": (HEADS, *rows)})
    answer = client.post(reverse("imports"), {"file": SimpleUploadedFile(path.name, path.read_bytes())})
    assert answer.status_code == 302
    return text(client.get(answer.url)), answer.url


def digest_of(client: Any, url: str) -> str:
    shown = client.get(url).content.decode()
    return shown.split('name="digest" value="')[1].split('"')[0] if 'name="digest"' in shown else ""


@under(COLLEGE)
@pytest.mark.clause("ET-4.5c")
def test_shortened_words_of_a_plan_are_refused_when_it_is_loaded(
    cast: Any, client_of: Any, tmp_path: Path
) -> None:
    """As at the lesson: the words and the clause are named with the row, and nothing of the file is written."""
    client = client_of(cast.operator)
    before = ThematicPlan.objects.filter(school=cast.school).count()
    words, url = preview(
        client, tmp_path, ("Дроби", ""), ("Самост. раб.", ""), ("к/р по теме «Дроби»", ""), ("Повторение", "")
    )
    for row, said in ((3, "«Самост.», «раб.»"), (4, "«к/р»"), (5, "«Повторение» — общая запись")):
        assert f"строка {row}" in words and said in words, words
    refused = words[words.index("Отвергнуто") : words.index("Обратите внимание")]
    assert "п. 4.5" in refused and "строка 2" not in refused, "«Дроби» is short and stands with a remark"
    both = (
        {"digest": digest_of(client, url), "choice": ""},
        {"digest": digest_of(client, url), "skip_refused": "1"},
    )
    for sent in both:
        client.post(f"{url}apply", sent)  # nor without the refused rows: half a plan is no plan
    assert ThematicPlan.objects.filter(school=cast.school).count() == before
    good = ("Дроби", "Самостоятельная работа по теме «Дроби»", "Чертежи по ГОСТ", "Повторение. Дроби")
    words, url = preview(client, tmp_path, *((one, "") for one in good))
    assert "сокращения" not in words and "общая запись" not in words
    assert client.post(f"{url}apply", {"digest": digest_of(client, url), "choice": ""}).status_code == 302
    assert PlannedTopic.objects.filter(plan__school=cast.school, text="Чертежи по ГОСТ").exists()


def test_a_plan_of_another_act_is_loaded_as_it_is(cast: Any, client_of: Any, tmp_path: Path) -> None:
    words, _ = preview(client_of(cast.operator), tmp_path, ("Самост. раб.", ""))
    assert "сокращения" not in words
