"""The archive of the college: handed over by an act, in both forms, summary sheets taken out after five years."""

from datetime import date
from pathlib import Path
from typing import Any

import pytest

from parta.archive.jobs import year_archive
from parta.archive.models import ArchiveUnit, PaperSet, PaperStep
from parta.foundation import clock
from parta.journal.models import TermMark
from tests.journeys.steps import COLLEGE, done, leaves, page, text, under
from tests.journeys.test_clauses_papers import checked, make, step

ON = date(2027, 6, 20)
BOOKS = "/archive/books/"


def put_away(cast: Any, client: Any, on: date = ON, kind: str = "journal", room: Any = None) -> PaperSet:
    """A set of the year goes its whole way to the archive."""
    done(client.post("/papers/", make(cast, cast.year_term, kind, room)))
    paper = PaperSet.objects.latest("pk")
    more: dict[str, dict[str, str]] = {
        "stitched": {"sheets": "6"},
        "archived": {"place": "Архив, шкаф 1", "taker": "Петрова А. А."},
    }
    for _ in range(8):
        left = [
            name
            for name in ("print", "stitched", "signed", "sealed", "archived")
            if not PaperStep.objects.filter(paper=paper, step=name).exists()
        ]
        for name in left:
            answer = client.post("/papers/", step(paper, name, on, **more.get(name, {})))
            assert answer.status_code in (302, 422), text(answer)
    assert PaperStep.objects.filter(paper=paper, step="archived").exists(), kind
    return paper


@under(COLLEGE)
@pytest.mark.clause("ET-7.2i", "ET-8.4")
def test_a_paper_copy_is_handed_over_by_an_act(cast: Any, client_of: Any, tmp_path: Path) -> None:
    """The last page bears the acceptance with its date; the act of it stays in the register and is printed."""
    director, curator = client_of(cast.director), client_of(cast.class_teacher)
    checked(cast, date(2027, 6, 1))
    with clock.rehearse(cast.local(ON, 12)):
        assert director.get("/archive/acts/1/").status_code == 404
        done(curator.post("/papers/", make(cast, cast.year_term)))
        half_way = PaperSet.objects.get()
        assert director.get(f"/archive/acts/{half_way.pk}/").status_code == 404, "not handed over yet"
        paper = put_away(cast, director)
        last = " ".join(leaves(director.get(f"/papers/{paper.pk}/paper.pdf"), tmp_path)[-1].split())
        assert (
            "Журнал проверен и принят для сдачи в архив." in last
            and cast.deputy.full_name in last
            and "дата" in last
        )
        act = f"/archive/acts/{paper.pk}/"
        assert f'href="{act}"' in director.get(BOOKS).content.decode()
        answer = director.get(act)
        words = text(answer)
        for part in ("Акт № 1", "20 июня 2027", "2 «Б»", "Листов 6",
                     "Архив, шкаф 1", "Сдал: " + cast.director.full_name,
                     "Принял: Петрова А. А.", "Журнал проверен и принят для сдачи в архив.", "01.01.2033"):  # fmt: skip
            assert part in words, (part, words)
        assert b"data-print" in answer.content
        for who in (cast.teacher, cast.class_teacher, cast.student, cast.guardian):
            assert client_of(who).get(act).status_code == 403, who
        assert client_of(cast.outside.director).get(act).status_code == 404
    with clock.rehearse(cast.local(date(2028, 2, 1), 12)):
        assert "Петрова А. А." in page(director, act), "it stays"


@under(COLLEGE)
@pytest.mark.clause("ET-8.1", "ET-A-DIR-4b")
def test_what_the_archive_has_in_one_form_only_is_listed(cast: Any, client_of: Any) -> None:
    """Paper alone, then the electronic archive alone, then both: only the first two are listed."""
    director = client_of(cast.director)
    checked(cast, date(2027, 6, 1))

    def listed() -> str:
        words = page(director, BOOKS)
        return words.partition("Только в одной форме")[2].partition(" № Дата ")[0]

    with clock.rehearse(cast.local(ON, 12)):
        assert not listed(), "nothing is kept at all yet"
        put_away(cast, director)
        words = listed()
        assert "2026/2027 Журналы на бумаге: 1 из 2 электронного архива года" in words and "п. 8.6" in words
        assert "Сводная" not in words
        put_away(cast, director, kind="summary_sheet")
        assert "Сводная ведомость 2 «Б» бумага электронной формы" in listed()
        assert "Сводная ведомость 3 «А»" not in listed(), "in neither form"

        year_archive({"school": cast.school.pk, "year": cast.year.pk, "user": cast.operator.user_id}, cast.at)
        words = listed()
        assert "Журналы" not in words and "2 «Б»" not in words
        assert "Сводная ведомость 3 «А» электронная бумажной формы" in words
        ArchiveUnit.objects.update(fault="файл изменён")
        assert "2 «Б» бумага электронной формы" in listed(), "a broken archive is none"
        ArchiveUnit.objects.update(fault="")
        PaperStep.objects.filter(step="archived", paper__kind="journal").delete()
        assert "Журналы электронный архив бумажных экземпляров" in listed()
        assert client_of(cast.teacher).get(BOOKS).status_code == 403
        assert "Только в одной форме" not in page(client_of(cast.outside.director), BOOKS)


@under(COLLEGE)
@pytest.mark.clause("ET-8.7a", "ET-8.7b")
def test_after_five_years_the_summary_sheets_are_taken_out(cast: Any, client_of: Any) -> None:
    """Listed from the day the journals' term ends, with an act; a summary sheet stays until its own."""
    director = client_of(cast.director)
    checked(cast, date(2027, 6, 1))
    TermMark.objects.create(
        school=cast.school, journal=cast.russian, student=cast.student, term=cast.year_term, value="4",
        set_at=cast.at, changed_at=cast.at,
    )  # fmt: skip
    with clock.rehearse(cast.local(ON, 12)):
        put_away(cast, director)
    act = f"/archive/extraction/{cast.year.pk}/"
    with clock.rehearse(cast.local(date(2032, 12, 31), 12)):
        assert "извлечь сводные" not in page(director, BOOKS) and director.get(act).status_code == 404
    due = date(2033, 1, 1)
    with clock.rehearse(cast.local(due, 12)):
        words = page(director, BOOKS)
        assert (
            "2026/2027 : срок хранения журналов вышел 01.01.2033, извлечь сводные ведомости: 2 «Б»" in words
        )
        assert "п. 8.7" in words
        printed = director.get(act)
        assert b"data-print" in printed.content
        for part in (
            "Акт об извлечении",
            "2 «Б» Архив, шкаф 1 извлечь",
            "Директор: " + cast.director.full_name,
            "М. П.",
        ):
            assert part in text(printed), part
        assert client_of(cast.teacher).get(act).status_code == 403
        assert client_of(cast.outside.director).get(act).status_code == 404
        sheet = put_away(cast, director, due, "summary_sheet")
        assert "сводные ведомости извлечены" in page(director, BOOKS)
        assert "2 «Б» Архив, шкаф 1 в архиве" in page(director, act)
        assert "01.01.2053" in page(director, BOOKS), "its earliest end"
    for day, status in ((date(2052, 12, 31), 422), (date(2053, 1, 1), 302)):
        with clock.rehearse(cast.local(day, 12)):
            answer = director.post("/papers/", step(sheet, "destroyed", day, place="акт № 1"))
            assert answer.status_code == status, (day, text(answer)[:400])
            if status == 422:
                assert "Хранится до 01.01.2053" in text(answer) and "8.7" in text(answer)


@under(COLLEGE)
@pytest.mark.clause("ET-8.2b")
def test_a_print_is_offered_only_after_the_export(cast: Any, client_of: Any) -> None:
    """The journal is taken out first; until then there is no file to print and no print to note."""
    curator, on = client_of(cast.class_teacher), date(2027, 6, 20)
    checked(cast, date(2027, 6, 1))
    with clock.rehearse(cast.local(on, 12)):
        before = curator.get("/papers/").content.decode()
        assert "Подготовить" in before and "/paper.pdf" not in before and 'value="print"' not in before
        assert curator.get("/papers/1/paper.pdf").status_code == 404
        early = curator.post("/papers/", {"act": "step", "row": 1, "step": "print", "on": on.isoformat()})
        assert early.status_code in (404, 422) and not PaperStep.objects.exists()
        done(curator.post("/papers/", make(cast, cast.year_term)))
        paper = PaperSet.objects.get()
        assert list(PaperStep.objects.values_list("step", flat=True)) in (["export"], [])
        after = curator.get("/papers/").content.decode()
        assert f"/papers/{paper.pk}/" in after and 'value="print"' in after
        assert f"/papers/{paper.pk}/paper.pdf" in curator.get(f"/papers/{paper.pk}/").content.decode()
        assert curator.get(f"/papers/{paper.pk}/paper.pdf").status_code == 200
        done(curator.post("/papers/", step(paper, "print", on)))
        assert PaperStep.objects.filter(paper=paper, step="print", on=on).exists()
