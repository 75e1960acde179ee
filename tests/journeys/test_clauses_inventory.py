"""Inventories of paper: the folder of a term, the title sheet of a class, the register; the summary sheet of a year."""

import re
import subprocess
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from parta.archive.models import ArchiveUnit, FileIndex, PaperSet
from parta.archive.sheets import in_words
from parta.control.models import Finding
from parta.foundation import clock
from parta.foundation.models import LogEntry
from parta.journal.models import TermMark
from parta.organisation.models import Homeroom, Term
from parta.people.models import Enrolment, Person
from tests.journeys.steps import (
    DUBROVO,
    GYMNASIUM,
    IPATOVO,
    done,
    leaves,
    mark,
    page,
    saved,
    send,
    text,
    under,
)
from tests.journeys.test_clauses_papers import listed, make, step

AUTUMN = date(2026, 10, 26)


def joined(pages: list[str]) -> str:
    return " ".join(" ".join(pages).split())


def said(answer: Any, tmp_path: Path) -> str:
    """The words of a PDF cell by cell, so that a wrapped cell stays together."""
    leaves(answer, tmp_path)
    ran = subprocess.run(
        ["pdftotext", "-raw", tmp_path / "paper.pdf", "-"], capture_output=True, text=True, check=True
    )
    return " ".join(ran.stdout.replace("\xa0", " ").split())


def made(cast: Any, client: Any, term: Any, kind: str = "journal", homeroom: Any = None) -> PaperSet:
    """A set made and its file opened, so that its pages are known."""
    done(client.post("/papers/", make(cast, term, kind, homeroom)))
    paper = PaperSet.objects.latest("pk")
    assert client.get(f"/papers/{paper.pk}/paper.pdf").status_code == 200
    paper.refresh_from_db()
    return paper


def final(cast: Any, student: Any, term: Any, value: str, journal: Any = None) -> None:
    TermMark.objects.create(
        school=cast.school, journal=journal or cast.russian, student=student, term=term, value=value,
        set_at=cast.at, changed_at=cast.at,
    )  # fmt: skip


@under(GYMNASIUM)
@pytest.mark.clause("GT-P-3.2c", "GT-I-4.5e", "GT-I-5.2.sec.а")
@pytest.mark.clause("GT-P-3.1a", partly="только чтение видно по странице без полей, запись не попробована")
def test_folder_of_a_quarter_has_its_inventory_and_the_search_finds_paper_and_disk(
    cast: Any, client_of: Any, tmp_path: Path
) -> None:
    deputy, secretary = client_of(cast.deputy), client_of(cast.secretary)
    late = cast.local(date(2026, 10, 31), 8)
    Homeroom.objects.filter(pk=cast.younger.pk).update(grade=1)  # of a first class nothing is asked
    with clock.rehearse(cast.at):
        saved(send(client_of(cast.teacher), cast.russian, mark(cast.lesson, cast.named("Цой"), "5")))
    with clock.rehearse(cast.local(AUTUMN, 12)):
        paper = made(cast, deputy, cast.term)
        inventory = f"/archive/books/folder/{cast.term.pk}.pdf"
        lacking = said(secretary.get(inventory), tmp_path)
        assert "Нет: 6 «Б»." in lacking and "0 (ноль) дел" in lacking, lacking
        assert listed(cast, "closeout_step", "GT-I-4.5e", late, "director") or listed(
            cast, "closeout_step", "GT-I-4.2b", late
        )
        for name in ("print", "handed_out"):
            done(deputy.post("/papers/", step(paper, name, AUTUMN)))
        # the three steps before the archive: numbered and stitched with the count, then the register
        answer = secretary.post("/papers/", step(paper, "archived", AUTUMN, place="Папка 1"))
        assert answer.status_code == 422
        wrong = (paper.pages or 0) + 1
        done(secretary.post("/papers/", step(paper, "stitched", AUTUMN, sheets=str(wrong))))
    told = listed(cast, "paper_copy_each", "GT-I-5.2.sec.а", late, "director")
    assert any(f"прошито листов: {wrong}, а напечатано {paper.pages}" in one.text for one in told), told
    with clock.rehearse(cast.local(AUTUMN, 15)):
        paper.steps.filter(step="stitched").update(sheets=paper.pages)
    assert not any("прошито листов" in one.text for one in
                   listed(cast, "paper_copy_each", "GT-I-5.2.sec.а", late, "director"))  # fmt: skip
    with clock.rehearse(cast.local(AUTUMN + timedelta(days=1), 12)):
        on = AUTUMN + timedelta(days=1)
        for row in paper.contents["subjects"]:
            paper.signs.create(
                school=cast.school, journal_id=row["journal"], person=cast.teacher, on=on, is_same=True,
                noted_at=cast.at,
            )  # fmt: skip
        paper.steps.create(school=cast.school, step="sheets_signed", on=on, noted_at=cast.at)
        head, director = client_of(cast.class_teacher), client_of(cast.director)
        done(head.post("/papers/", step(paper, "class_signed", on)))
        done(head.post("/papers/", step(paper, "handed_in", on, taker="Завуч")))
        done(deputy.post("/papers/", step(paper, "deputy_signed", on)))
        done(deputy.post("/papers/", step(paper, "to_secretary", on, taker="Секретарь")))
        done(director.post("/papers/", step(paper, "signed", on)))
        done(secretary.post("/papers/", step(paper, "sealed", on)))
        place = "Общая папка I четверти, шкаф 2"
        done(secretary.post("/papers/", step(paper, "archived", on, place=place)))
        # the index of the list of files, by the secretary; a teacher has no such page
        answer = secretary.post("/archive/books/", {"act": "index", "kind": "journal", "code": "0" * 21})
        assert answer.status_code == 422 and "индекс дела" in text(answer)
        done(secretary.post("/archive/books/", {"act": "index", "kind": "journal", "code": "04-12"}))
        form = {"act": "index", "kind": "journal", "code": "9"}
        assert client_of(cast.teacher).post("/archive/books/", form).status_code == 403
        assert FileIndex.objects.get().code == "04-12"
        entry = LogEntry.objects.get(verb="file_index_set")
        assert entry.user_id == cast.secretary.user_id
        book = page(secretary, "/archive/books/")
        assert "дело 04-12" in book and place in book and "Хранить до" in book
        sheet = said(secretary.get(inventory), tmp_path)
        for words in (
            "Внутренняя опись. Общая папка: I четверть", cast.school.name, "04-12", "Журнал 6 «Б», I четверть",
            place, "26.10.2026", cast.secretary.full_name, "01.01.2033",
            f"Итого: 1 (один) дело, {paper.pages} ({in_words(paper.pages or 0)}) лист",
        ):  # fmt: skip
            assert words in sheet, (words, sheet)
        assert "Нет:" not in sheet
        year = said(secretary.get(f"/archive/books/year/{cast.year.pk}.pdf"), tmp_path)
        assert "Опись дел, сданных в архив" in year and place in year and "04-12" in year
        for address in (inventory, f"/archive/books/year/{cast.year.pk}.pdf"):
            assert client_of(cast.teacher).get(address).status_code == 403
            assert client_of(cast.outside.deputy).get(address).status_code == 404, "of another school"
        # the closed quarter opens from the register, read only, with its marks, absences, topics and history
        assert f'href="/papers/{paper.pk}/"' in secretary.get("/archive/books/?q=6Б").content.decode()
        shown = page(deputy, f"/papers/{paper.pk}/")
        assert "14.10 5" in shown and cast.topics[0].text[:25] in shown and "Пропусков:" in shown
        body = deputy.get(f"/papers/{paper.pk}/").content.decode()
        assert "<form" not in body[body.index("<main") :], "nothing is written here"
        assert f'href="/journals/{cast.russian.pk}/"' in body
        assert "Цой" in page(deputy, f"/journals/{cast.russian.pk}/")
        cell = {"student": cast.named("Цой").pk, "lesson": cast.lesson.pk}
        (entry_,) = deputy.get(f"/journals/{cast.russian.pk}/history", cell).json()["entries"]
        assert entry_["now"] == "5" and cast.teacher.surname in entry_["who"]
        assert "/journals/" not in secretary.get(f"/papers/{paper.pk}/").content.decode()
        unit = ArchiveUnit.objects.create(
            school=cast.school, year=cast.year, name="2026.zip", made_at=cast.at, sha256="0" * 64, size=1,
            counts={}, is_locked=False, place="Диск № 1, сейф",
        )  # fmt: skip
        found = page(secretary, f"/archive/books/?q=6Б&year={cast.year.title}")
        assert place in found and unit.name in found and "Диск № 1, сейф" in found
        assert found.count("Хранить до 01.01.2053, как бумагу") == 1, found
        nothing = page(secretary, "/archive/books/?q=11А")
        assert place not in nothing and unit.name not in nothing
    assert not any(one for one in listed(cast, "closeout_step", "GT-I-4.5e", late, "director"))


@under(GYMNASIUM)
@pytest.mark.clause("GT-P-3.8a", "GT-P-3.8b", "GT-P-3.8c", "GT-P-3.8d", "GT-I-5.2.dir.б-b")
def test_summary_sheet_of_a_year_signed_sealed_and_asked_for_in_the_next(
    cast: Any, client_of: Any, tmp_path: Path
) -> None:
    deputy, secretary, director = (client_of(one) for one in (cast.deputy, cast.secretary, cast.director))
    in_list = Person.objects.filter(
        pk__in=Enrolment.objects.filter(homeroom=cast.homeroom).values_list("student_id", flat=True)
    )
    for student in in_list:
        for journal in cast.journals.values():
            if journal.homeroom_id == cast.homeroom.pk:
                for term, value in ((cast.term, "4"), (cast.year_term, "5")):
                    final(cast, student, term, value, journal)
    TermMark.objects.filter(student=cast.student, journal=cast.russian, term=cast.year_term).delete()
    on = date(2027, 6, 3)
    with clock.rehearse(cast.local(on, 12)):
        sheet = made(cast, deputy, cast.year_term, "summary_sheet")
        pages = leaves(deputy.get(f"/papers/{sheet.pk}/paper.pdf"), tmp_path)
        whole = joined(pages)
        for name in sheet.contents["roster"]:
            assert name.split()[0] in whole, name
        for words in ("Сводная ведомость", "6 «Б»", "Пропущено", "Решение", "I четверть", "Год",
                      cast.director.full_name, "М. П."):  # fmt: skip
            assert words in whole, (words, whole)
        lack = re.search(r"Нет итоговой отметки: (.*?)\.", whole)
        assert lack is not None and cast.student.surname in lack[1], "the empty cell is named"
        final(cast, cast.student, cast.year_term, "5")
        sheet = made(cast, deputy, cast.year_term, "summary_sheet")
        pages = leaves(deputy.get(f"/papers/{sheet.pk}/paper.pdf"), tmp_path)
        assert "Нет итоговой отметки" not in joined(pages), "no empty cell"
        # the annual set: title sheet first, the summary sheet last, one row of numbers
        annual = made(cast, deputy, cast.year_term)
        pages = leaves(deputy.get(f"/papers/{annual.pk}/paper.pdf"), tmp_path)
        assert "Оглавление" in pages[0] and "Классный журнал" in pages[0]
        first = next(
            place
            for place, one in enumerate(pages)
            if one.lstrip().startswith("Сводная ведомость успеваемости")
        )
        after = [title for title in re.findall(r"^ *(\S.*?) [. ]+\d+", pages[0], re.M) if title]
        assert "Сводная ведомость успеваемости" in after[-1] or "Сводная" in after[-2], after
        assert first > 1 and [re.findall(r"стр\. (\d+) из", one) for one in pages] == [
            [str(number)] for number in range(1, len(pages) + 1)
        ]
        # neither is put away before the director has signed and the seal stands
        for paper, clause in ((sheet, "3.8"), (annual, "5.2")):
            done(deputy.post("/papers/", step(paper, "print", on)))
            done(secretary.post("/papers/", step(paper, "stitched", on, sheets=str(paper.pages))))
            away = step(paper, "archived", on, place="Архив, шкаф 1")
            answer = secretary.post("/papers/", away)
            assert answer.status_code == 422 and "подпись директора" in text(answer), text(answer)
            assert clause in text(answer)
            assert client_of(cast.teacher).post("/papers/", away).status_code == 403
            done(director.post("/papers/", step(paper, "signed", on)))
            answer = secretary.post("/papers/", away)
            assert answer.status_code == 422 and "печать учреждения" in text(answer)
            if paper is annual:
                done(secretary.post("/papers/", step(paper, "sealed", on)))
                done(secretary.post("/papers/", away))
    # the class without its archived sheet stands before the director in the first days of the next year
    late = cast.local(date(2027, 9, 2), 8)
    assert [
        one for one in listed(cast, "paper_copy_each", "GT-P-3.8d", late, "director") if "архив" in one.text
    ]
    with clock.rehearse(late):
        Finding.objects.all().delete()
        assert "сводная ведомость" in page(director, "/control/duties/")
        for one in ("sealed", "archived"):
            more = {"place": "Архив, шкаф 1"} if one == "archived" else {}
            done(secretary.post("/papers/", step(sheet, one, date(2027, 9, 1), **more)))
    assert not listed(cast, "paper_copy_each", "GT-P-3.8d", late, "director")


@under(GYMNASIUM)
@pytest.mark.clause("GT-I-5.2.ct.г")
def test_class_teacher_hands_in_a_paper_report_of_the_quarter(
    cast: Any, client_of: Any, tmp_path: Path
) -> None:
    head = client_of(cast.class_teacher)
    final(cast, cast.student, cast.term, "4")
    late = cast.local(date(2026, 11, 20), 8)

    def owed() -> list[Any]:
        return listed(cast, "paper_copy_each", "GT-I-5.2.ct.г", late, "deputy")

    assert not listed(cast, "paper_copy_each", "GT-I-5.2.ct.г", cast.local(AUTUMN, 8))
    (line,) = owed()
    assert line.who_id == cast.class_teacher.pk and "отчёт" in line.text
    with clock.rehearse(cast.local(AUTUMN, 12)):
        refused = client_of(cast.master).post("/papers/", make(cast, cast.term, "class_report"))
        assert refused.status_code == 422, "of another class"
        assert (
            client_of(cast.teacher).post("/papers/", make(cast, cast.term, "class_report")).status_code == 403
        )
        report = made(cast, head, cast.term, "class_report")
        words = joined(leaves(head.get(f"/papers/{report.pk}/paper.pdf"), tmp_path))
        for part in ("Отчёт классного руководителя", "Успевают: 1 (100 %)", "Пропущено уроков:", "подпись",
                     cast.class_teacher.full_name):  # fmt: skip
            assert part in words, part
        for name in ("print", "class_signed"):
            done(head.post("/papers/", step(report, name, AUTUMN)))
        assert owed(), "printed and signed, not handed in"
        answer = head.post("/papers/", step(report, "handed_in", AUTUMN))
        assert answer.status_code == 422 and "кто принял" in text(answer)
        done(head.post("/papers/", step(report, "handed_in", AUTUMN, taker=cast.deputy.surname)))
    assert not owed()


@under(DUBROVO)
@pytest.mark.clause("DB-5.3a", "DB-5.2a", "DB-5.1c", "DB-3.5.9c")
def test_title_sheet_of_a_year_counts_the_sheets_of_its_quarters(
    cast: Any, client_of: Any, tmp_path: Path
) -> None:
    deputy, head = client_of(cast.deputy), client_of(cast.class_teacher)
    half = [
        Term.objects.create(
            school=cast.school, year=cast.year, kind="half_year", number=number, parent=cast.year_term,
            title=f"{'I' * number} полугодие", starts=starts, until=until,
        )
        for number, starts, until in (
            (1, cast.terms[1].starts, cast.terms[2].until),
            (2, cast.terms[3].starts, cast.terms[4].until),
        )
    ]  # fmt: skip
    for number, term in cast.terms.items():
        final(cast, cast.student, term, str(5 - number % 2))
    for term in (*half, cast.year_term):
        final(cast, cast.student, term, "5")
    with clock.rehearse(cast.local(date(2027, 6, 10), 12)):
        address = f"/papers/classes/{cast.homeroom.pk}/title.pdf"
        empty = said(head.get(address), tmp_path)
        assert all(f"{term.title}: не на бумаге" in empty for term in cast.terms.values()), empty
        on, counts = date(2027, 6, 10), {1: 5, 2: 7, 3: 6, 4: 9}
        for number, term in cast.terms.items():
            paper = made(cast, deputy, term)
            # half-year marks stand in the prints of the quarters that end one, the year's in the last
            wanted = {1: [], 2: [half[0].title], 3: [], 4: [half[1].title, cast.year_term.title]}[number]
            assert paper.contents["periods"] == [term.title, *wanted], number
            words = joined(leaves(deputy.get(f"/papers/{paper.pk}/paper.pdf"), tmp_path))
            raw = said(deputy.get(f"/papers/{paper.pk}/paper.pdf"), tmp_path)
            plain = re.sub(r"\s|-|\xad", "", raw)  # a narrow column breaks its words
            assert all(one.replace(" ", "") in plain for one in (term.title, *wanted)), words
            assert wanted or "полугодие" not in plain
            assert number == 4 or "IIполугодие" not in plain
            done(deputy.post("/papers/", step(paper, "print", on)))
            if number == 4:
                lacking = said(head.get(address), tmp_path)
                assert f"{term.title}: листы не скреплены" in lacking and "не скреплены" in lacking
            done(deputy.post("/papers/", step(paper, "stitched", on, sheets=str(counts[number]))))
        year = made(cast, deputy, cast.year_term)
        assert year.contents["periods"] == [
            *(cast.terms[one].title for one in (1, 2)), half[0].title,
            *(cast.terms[one].title for one in (3, 4)), half[1].title, cast.year_term.title,
        ]  # fmt: skip
        sheet = said(head.get(address), tmp_path)
        total = sum(counts.values())
        assert f"{total} ({in_words(total)}) листов" in sheet and "4 (четыре) дела" in sheet, sheet
        for words in ("Классный журнал 6 «Б»", cast.year.title, "1–5", "6–12", "13–18", "19–27",
                      f"10.06.2027, {cast.deputy.surname}", cast.class_teacher.full_name, "М. П."):  # fmt: skip
            assert words in sheet, (words, sheet)
        assert "Нет:" not in sheet
        assert client_of(cast.teacher).get(address).status_code == 403
        assert client_of(cast.master).get(address).status_code == 404, "of another class"
        assert f'href="{address}"' in head.get("/papers/").content.decode()


@under(DUBROVO)
@pytest.mark.clause("DB-5.4c")
def test_summary_sheets_are_numbered_and_each_move_is_a_line_of_the_book(cast: Any, client_of: Any) -> None:
    deputy, secretary = client_of(cast.deputy), client_of(cast.secretary)
    on = date(2027, 6, 3)
    with clock.rehearse(cast.local(on, 12)):
        sheets = [
            made(cast, deputy, cast.year_term, "summary_sheet", one) for one in (cast.homeroom, cast.younger)
        ]
        for number, sheet in enumerate(sheets, 1):
            done(deputy.post("/papers/", step(sheet, "print", on)))
            answer = deputy.post("/papers/", step(sheet, "to_secretary", on))
            assert answer.status_code == 422 and "кто принял" in text(answer), (
                "no move without who received it"
            )
            done(deputy.post("/papers/", step(sheet, "to_secretary", on, taker="Носова А. Е.")))
            row = sheet.steps.get(step="to_secretary")
            assert row.number == number
            answer = deputy.post("/papers/", step(sheet, "to_secretary", on, taker="Другая"))
            assert answer.status_code == 422, "one line a move"
        book = page(secretary, "/archive/books/?book=to_secretary")
        for number in (1, 2):
            assert f"{number} 03.06.2027 Сводная ведомость" in book, book
        assert book.count("Носова А. Е.") >= 2 and "Пропущены номера" not in book
        for name, more in (
            ("stitched", {"sheets": "1"}),
            ("signed", {}),
            ("sealed", {}),
            ("archived", {"place": "Сейф"}),
        ):
            done(client_of(cast.director).post("/papers/", step(sheets[0], name, on, **more)))
        register = page(secretary, "/archive/books/")
        assert "1 03.06.2027 Сводная ведомость" in register and "Сейф" in register
        assert client_of(cast.teacher).get("/archive/books/?book=to_secretary").status_code == 403
        sheets[0].steps.filter(step="to_secretary").update(number=3)
        assert "Пропущены номера: 1" in page(secretary, "/archive/books/?book=to_secretary")


@under(IPATOVO)
@pytest.mark.clause("IP-1.4.3")
def test_journal_of_a_class_prints_with_all_its_subjects(cast: Any, client_of: Any, tmp_path: Path) -> None:
    head = client_of(cast.class_teacher)
    final(cast, cast.student, cast.term, "4")
    with clock.rehearse(cast.local(AUTUMN, 12)):
        paper = made(cast, head, cast.term)
        address = f"/papers/{paper.pk}/paper.pdf"
        pages = leaves(head.get(address), tmp_path)
        assert client_of(cast.master).get(address).status_code == 404
        assert client_of(cast.teacher).get(address).status_code == 403
    titles = [one["title"][:1].upper() + one["title"][1:] for one in paper.contents["subjects"]]
    assert len(titles) == len([one for one in cast.journals.values() if one.homeroom_id == cast.homeroom.pk])
    for title in titles:
        assert any(one.lstrip().startswith(title) for one in pages), title
    whole = joined(pages)
    for words in (cast.homeroom.title[:1], cast.student.surname, cast.topics[0].text[:25], "Пропущено", cast.term.title,
                  "Задание на дом", "подпись", cast.director.full_name, "М. П."):  # fmt: skip
        assert words in whole, words
    assert all(name.split()[0] in whole for name in paper.contents["roster"])
    assert [re.findall(r"стр\. (\d+) из (\d+)", one) for one in pages] == [
        [(str(place), str(len(pages)))] for place in range(1, len(pages) + 1)
    ]
