"""The way of a paper through a school: printed, signed day by day, handed over in a book, put away, found again."""

import io
import json
import re
import subprocess
import zipfile
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import connection

from parta.archive import yearfile
from parta.archive.jobs import verify_archives, year_archive
from parta.archive.models import ArchiveUnit, PaperSet, PaperSign, PaperStep
from parta.archive.sheets import in_words
from parta.cli.main import main
from parta.foundation import clock
from parta.foundation.models import LogEntry
from parta.journal.models import Absence, LessonRecord, Mark, TermMark
from parta.organisation.models import Homeroom, Term
from parta.plans.models import PlannedTopic, TeachingLoad
from tests.journeys.steps import (
    COLLEGE,
    DUBROVO,
    GYMNASIUM,
    done,
    leaves,
    mark,
    page,
    saved,
    send,
    text,
    under,
)
from tests.journeys.test_clauses_papers import checked, listed, make, step

VACATION = date(2026, 10, 25)
"""The first day after the quarter of the cast."""


def numbered(pages: list[str], paper: PaperSet) -> None:
    """Each page has one number, without a gap, the last is their count, and the mark of the set stands on each."""
    found = [re.findall(r"стр\. (\d+) из (\d+)", one) for one in pages]
    assert found == [[(str(place + 1), str(len(pages)))] for place in range(len(pages))], found
    mark_ = " ".join(paper.sha256[at : at + 4] for at in range(0, 16, 4))
    assert all(f"Экземпляр № {paper.pk}, {mark_}" in one for one in pages)


def contents(pages: list[str], titles: list[str]) -> None:
    """The page that the title sheet names for each part is the page where it begins."""
    for title in titles:
        first = re.search(rf"{re.escape(title)} [. ]+(\d+)", pages[0])
        assert first is not None, title
        assert title in pages[int(first[1]) - 1].lstrip().splitlines()[0], title


def day(cast: Any, number: int, hour: int = 12) -> Any:
    """An hour of the n-th day of the vacation."""
    return cast.local(VACATION + timedelta(days=number - 1), hour)


@under(GYMNASIUM)
@pytest.mark.clause("GT-P-1.1f", "GT-P-3.6", "GT-P-3.7a", "GT-P-3.7b", "GT-P-3.7c", "GT-P-3.7d", "GT-P-3.1b")
@pytest.mark.clause("GT-I-4.0", "GT-I-4.2b", "GT-I-4.2c", "GT-I-4.3a", "GT-I-4.3b", "GT-I-4.4a", "GT-I-4.4b")
@pytest.mark.clause("GT-I-4.5a", "GT-I-4.5b", "GT-I-4.5c", "GT-I-4.5d", "GT-P-3.3b")
@pytest.mark.clause("GT-I-5.2.dir.б-a", "GT-I-5.2.dep.а", "GT-I-5.2.dep.б", "GT-I-5.2.dep.в")
@pytest.mark.clause("GT-I-5.2.sec.б-b")
@pytest.mark.clause("GT-P-3.3c", partly="срок электронного экземпляра и отказ от другого срока")
@pytest.mark.clause("GT-P-3.2b", partly="опись дел и акт приёма не сверяются слово в слово")
def test_a_quarter_goes_to_paper_in_five_days_of_the_vacation(
    cast: Any, client_of: Any, tmp_path: Path
) -> None:
    deputy, head, secretary = (client_of(who) for who in (cast.deputy, cast.class_teacher, cast.secretary))
    director, teacher = client_of(cast.director), client_of(cast.teacher)
    Homeroom.objects.filter(pk=cast.younger.pk).update(grade=1)

    def due(action: str, at: Any, who: str = "deputy") -> list[Any]:
        clause = {"print": "GT-I-4.2b", "handed_out": "GT-I-4.2c", "sheets_signed": "GT-I-4.3b",
                  "class_signed": "GT-I-4.4a", "handed_in": "GT-I-4.4b", "deputy_signed": "GT-I-4.5a",
                  "signed": "GT-I-4.5c", "archived": "GT-I-4.5e"}[action]  # fmt: skip
        return listed(cast, "closeout_step", clause, at, who)

    def refused(client: Any, form: dict[str, Any], *words: str) -> None:
        answer = client.post("/papers/", form)
        assert answer.status_code == 422
        for one in words:
            assert one in text(answer), text(answer)

    # day 2: by its end every class of 2–11 is on paper; a first class is not asked for
    assert not due("print", day(cast, 2, 23)) and due("print", day(cast, 3, 8))
    with clock.rehearse(day(cast, 3, 8)):
        assert "Печать завуч 0 из 1" in page(deputy, "/papers/").replace("заместитель директора", "завуч")
    with clock.rehearse(day(cast, 2)):
        done(deputy.post("/papers/", {"act": "make_all", "term": cast.term.pk}))
        assert PaperSet.objects.count() == 2, "all classes in one action"
        paper = PaperSet.objects.get(homeroom=cast.homeroom)
        pages = leaves(deputy.get(f"/papers/{paper.pk}/paper.pdf"), tmp_path)
        numbered(pages, paper)
        for words in (
            "Копия классного журнала",
            "6 «Б»",
            "I четверть",
            "Листов:",
            "Классный руководитель",
            "Заместитель директора",
            "Директор",
            "М. П.",
            cast.director.full_name,
            cast.deputy.full_name,
        ):
            assert words in pages[0], words  # fmt: skip
        subjects = [one["title"] for one in paper.contents["subjects"]]
        contents(pages, ["Список класса", *(title[:1].upper() + title[1:] for title in subjects)])
        whole = "\n".join(pages)
        assert cast.topics[0].text[:30] in whole and cast.teacher.full_name in whole
        assert "Пропущено" in whole and "Учитель" in whole
        of_roster = [re.findall(r"\d+", line) for line in whole.splitlines() if "Орлова Виктория" in line]
        assert ["2", "2"] in [one[-2:] for one in of_roster], "missed in all, and by the one letter"
        paper.refresh_from_db()
        assert paper.pages == len(pages)
        assert client_of(cast.master).get(f"/papers/{paper.pk}/paper.pdf").status_code == 404, (
            "of another class"
        )
        assert teacher.get(f"/papers/{paper.pk}/paper.pdf").status_code == 403
        form = {"act": "sign", "row": paper.pk, "journal": cast.russian.pk, "verdict": "same"}
        assert teacher.post("/papers/sheets/", form).status_code == 422, "not printed, not given out"
        refused(
            deputy, step(paper, "handed_out", VACATION + timedelta(days=1)), "Сначала запишите: печать", "4.2"
        )
        on = VACATION + timedelta(days=1)
        done(deputy.post("/papers/", step(paper, "print", on)))
        assert "Листы ещё не розданы" in page(teacher, "/papers/sheets/")
        done(deputy.post("/papers/", step(paper, "handed_out", on)))
    assert not due("print", day(cast, 3, 8)) and not due("handed_out", day(cast, 3, 8))

    # day 3: each teacher holds the own sheets against the journal; one differs, the set is void and made anew
    with clock.rehearse(day(cast, 3)):
        assert client_of(cast.other_teacher).post("/papers/sheets/", form).status_code == 422
        answer = teacher.post("/papers/sheets/", {**form, "verdict": "differs"})
        assert answer.status_code == 422 and "что расходится" in text(answer)
        done(teacher.post("/papers/sheets/", {**form, "verdict": "differs", "words": "нет отметки Цоя"}))
        refused(deputy, step(paper, "handed_in", on), "расхождение", "нет отметки Цоя")
        assert [
            one for one in listed(cast, "signature_required", "GT-I-4.3b", day(cast, 3)) if "Цоя" in one.text
        ]
        done(deputy.post("/papers/", make(cast, cast.term)))
        void, paper = paper, PaperSet.objects.latest("pk")
        refused(deputy, step(void, "archived", on, place="x"), "заменён новым")
        for name in ("print", "handed_out"):
            done(deputy.post("/papers/", step(paper, name, VACATION + timedelta(days=2))))
        assert not listed(cast, "signature_required", "GT-I-4.3b", day(cast, 3))
        form["row"] = paper.pk
        done(teacher.post("/papers/sheets/", form))
        assert teacher.post("/papers/sheets/", form).status_code == 422, "once"
        assert "Подписано 27.10" in page(teacher, "/papers/sheets/")
    unsigned = due("sheets_signed", day(cast, 4, 8))
    assert unsigned and cast.teacher.pk not in {one.who_id for one in unsigned}
    assert not due("sheets_signed", day(cast, 3, 23))

    # day 4: not before the last sheet of the class is signed
    with clock.rehearse(day(cast, 4)):
        on = VACATION + timedelta(days=3)
        refused(head, step(paper, "class_signed", on), "подписи учителей на листах", "4.4")
        for subject in paper.contents["subjects"]:
            load = TeachingLoad.objects.filter(
                journal_id=subject["journal"], starts__lt=cast.term.until
            ).last()
            if load is not None and subject["journal"] != cast.russian.pk:
                client = client_of(load.teacher)
                done(client.post("/papers/sheets/", {**form, "journal": subject["journal"]}))
        assert PaperStep.objects.get(paper=paper, step="sheets_signed").on == on
        assert PaperSign.objects.filter(paper=paper, is_same=True).count() == len(
            [one for one in paper.contents["subjects"] if one["teachers"]]
        )
        refused(deputy, step(paper, "class_signed", on), "Это записывает классный руководитель")
        refused(head, step(paper, "handed_in", on, taker="Завуч"), "подпись классного руководителя")
        done(head.post("/papers/", step(paper, "class_signed", on)))
        refused(head, step(paper, "handed_in", on), "кто принял")
    assert due("handed_in", day(cast, 5, 8)) and not due("handed_in", day(cast, 4, 23))
    with clock.rehearse(day(cast, 4, 15)):
        done(head.post("/papers/", step(paper, "handed_in", on, taker="Орлова")))

    # day 5: deputy, a line in the book of strict accountability, director, seal; stitched, in the common folder
    with clock.rehearse(day(cast, 5)):
        on = VACATION + timedelta(days=4)
        refused(secretary, step(paper, "sealed", on), "подпись директора", "4.5")
        refused(deputy, step(paper, "to_secretary", on, taker="Секретарь"), "подпись завуча")
        done(deputy.post("/papers/", step(paper, "deputy_signed", on)))
        refused(deputy, step(paper, "to_secretary", on), "кто принял")
        done(deputy.post("/papers/", step(paper, "to_secretary", on, taker="Секретарева А. И.")))
        line = page(secretary, "/archive/books/?book=to_secretary")
        assert "1 29.10.2026" in line and "Секретарева А. И." in line and cast.deputy.full_name in line
        refused(secretary, step(paper, "archived", on, place="Папка I четверти"), "прошивка", "5.2")
        refused(secretary, step(paper, "stitched", on), "сколько листов")
        done(secretary.post("/papers/", step(paper, "stitched", on, sheets="3")))
        refused(secretary, step(paper, "archived", on, place="Папка I четверти"), "подпись директора", "3.7")
    assert due("signed", day(cast, 6, 8), "director") and not due("signed", day(cast, 5, 23), "director")
    with clock.rehearse(day(cast, 5, 15)):
        done(secretary.post("/papers/", step(paper, "signed", on)))
        refused(secretary, step(paper, "archived", on, place="Папка I четверти"), "печать учреждения")
        done(secretary.post("/papers/", step(paper, "sealed", on)))
        refused(secretary, step(paper, "archived", on), "где хранится")
    assert due("archived", day(cast, 6, 8), "director")
    with clock.rehearse(day(cast, 5, 16)):
        done(secretary.post("/papers/", step(paper, "archived", on, place="Общая папка I четверти, шкаф 2")))
        secretary.get(f"/papers/{paper.pk}/paper.pdf")
        book = page(secretary, "/archive/books/")
        for words in (
            "1 29.10.2026",
            "Общая папка I четверти, шкаф 2",
            "напечатано",
            "Хранить до",
            "01.01.2033",
        ):
            assert words in book, words
        assert "Пропущены номера" not in book
        assert "Общая папка" in page(secretary, "/archive/books/?q=6Б+четверть&year=" + cast.year.title)
        assert "Строк нет" in page(secretary, "/archive/books/?q=11А")
        refused(director, step(paper, "destroyed", on, place="акт 1"), "Хранится до 01.01.2033", "3.3")
        signed = leaves(deputy.get(f"/papers/{paper.pk}/paper.pdf"), tmp_path)[0]
        assert signed.count("29.10.2026") >= 2 and "28.10.2026" in signed, "the dates of the signatures"
    for action in ("sheets_signed", "class_signed", "handed_in", "deputy_signed", "archived"):
        assert not due(action, day(cast, 6, 8))
    with clock.rehearse(cast.local(date(2033, 1, 1), 9)):
        done(
            secretary.post(
                "/papers/", step(paper, "destroyed", date(2033, 1, 1), place="акт № 3 от 01.01.2033")
            )
        )
        assert "акт № 3" in page(secretary, "/archive/books/?book=destroyed")
    PaperStep.objects.filter(paper=paper, step="archived").update(number=2)
    assert "Пропущены номера: 1" in page(secretary, "/archive/books/")
    assert teacher.get("/archive/books/").status_code == 403
    noted = {
        (json.loads(one.data)["step"], one.user_id)
        for one in LogEntry.objects.filter(verb="paper_step_noted", object_id=paper.pk)
    }
    assert ("sealed", cast.secretary.user_id) in noted and (
        "class_signed",
        cast.class_teacher.user_id,
    ) in noted

    # the digest in the foot of a sheet: the same as the journal, or what has changed since
    with clock.rehearse(day(cast, 6)):
        assert "Такого экземпляра среди ваших нет" in page(deputy, "/papers/digest/?q=" + "f" * 16)
        assert "совпадает с журналом" in page(deputy, f"/papers/digest/?q={paper.sha256[:16]}")
    with clock.rehearse(cast.at):
        saved(send(teacher, cast.russian, mark(cast.lesson, cast.named("Цой"), "5")))
    with clock.rehearse(day(cast, 6)):
        shown = page(deputy, f"/papers/digest/?q={paper.sha256[:4]} {paper.sha256[4:16]}")
        assert "Журнал сегодня другой" in shown and "Цой" in shown and "было «пусто», стало «5»" in shown
    PaperSet.objects.filter(pk=paper.pk).update(contents=paper.contents | {"head": "Подменная А. А."})
    assert "Сам экземпляр в базе изменён" in page(deputy, f"/papers/digest/?q={paper.sha256[:16]}")


@under(COLLEGE)
@pytest.mark.clause("ET-4.4a", "ET-4.4b", "ET-6.10a", "ET-6.10b", "ET-6.10d", "ET-6.10e", "ET-2.2.7")
@pytest.mark.clause("ET-8.3a", "ET-8.5a", "ET-8.5b", "ET-8.5c", "ET-A-DIR-4a", "ET-A-DIR-8")
@pytest.mark.clause("ET-8.6", partly="срок хранения электронного журнала не разыгран")
def test_a_group_of_a_college_is_bound_for_the_archive(cast: Any, client_of: Any, tmp_path: Path) -> None:
    curator, deputy = client_of(cast.class_teacher), client_of(cast.deputy)
    checked(cast, date(2027, 6, 1))
    TermMark.objects.create(
        school=cast.school, journal=cast.russian, student=cast.student, term=cast.term, value="4",
        set_at=cast.at, changed_at=cast.at,
    )  # fmt: skip
    on = date(2027, 6, 20)
    with clock.rehearse(cast.local(on, 12)):
        done(curator.post("/papers/", make(cast, cast.year_term)))
        paper = PaperSet.objects.get()
        assert client_of(cast.teacher).get(f"/papers/{paper.pk}/paper.pdf").status_code == 403
        assert client_of(cast.master).get(f"/papers/{paper.pk}/paper.pdf").status_code == 404, (
            "of another group"
        )
        pages = leaves(curator.get(f"/papers/{paper.pk}/paper.pdf"), tmp_path)
        numbered(pages, paper)
        titles = [one["title"][:1].upper() + one["title"][1:] for one in paper.contents["subjects"]]
        contents(pages, ["Список класса", *titles, "Сводная ведомость успеваемости", "Последний лист"])
        for title in ("Список класса", *titles, "Последний лист"):
            first = next(
                place for place, one in enumerate(pages[1:], 2) if title in one.lstrip().splitlines()[:1]
            )
            assert first % 2 == 1, f"{title} begins on a front side"
        sheets = (len(pages) + 1) // 2
        said = f"Прошито, пронумеровано и скреплено печатью {sheets} ({in_words(sheets)})"
        last = " ".join(pages[-1].split())
        assert said in last and "Журнал проверен и принят для сдачи в архив." in last
        assert cast.director.full_name in last and "М. П." in last and "Директор" in last
        whole = " ".join(" ".join(pages).split())
        for part in (cast.student.surname, cast.topics[0].text[:25], cast.term.title):
            assert part in whole, part
        left = PlannedTopic.objects.filter(plan=cast.russian.plan).exclude(
            pk__in=LessonRecord.objects.filter(conducted_at__isnull=False).values("planned_topic_id")
        )
        planned, held = cast.russian.plan.topics.count(), len(paper.contents["subjects"][0]["lessons"])
        assert left.exists() and f"По плану: {planned}. Фактически:" in whole
        assert "Не пройдены следующие темы: " + left.order_by("position")[0].text[:20] in whole
        assert "Программа выполнена" not in whole and held
        left.delete()
        done(curator.post("/papers/", make(cast, cast.year_term)))
        paper = PaperSet.objects.latest("pk")
        whole = " ".join(" ".join(leaves(curator.get(f"/papers/{paper.pk}/paper.pdf"), tmp_path)).split())
        assert re.search(r"Программа выполнена\. По плану: (\d+)\. Фактически: \d+\.", whole)
        assert "Не пройдены" not in whole

        def refused(client: Any, form: dict[str, Any], words: str) -> None:
            answer = client.post("/papers/", form)
            assert answer.status_code == 422 and words in text(answer), text(answer)

        refused(curator, step(paper, "stitched", on, sheets="7"), "Сначала запишите: печать")
        done(curator.post("/papers/", step(paper, "print", on)))
        refused(deputy, step(paper, "signed", on), "Сначала запишите: прошивка")
        refused(curator, step(paper, "stitched", on), "сколько листов")
        done(curator.post("/papers/", step(paper, "stitched", on, sheets="6")))
        refused(deputy, step(paper, "sealed", on), "подпись директора")
        refused(curator, step(paper, "signed", on), "записывают директор, завуч или секретарь")
        done(deputy.post("/papers/", step(paper, "signed", on)))
        refused(curator, step(paper, "archived", on, place="Архив"), "печать учреждения")
        done(deputy.post("/papers/", step(paper, "sealed", on)))
        done(curator.post("/papers/", step(paper, "archived", on, place="Архив, шкаф 1")))
        stored = PaperStep.objects.get(paper=paper, step="stitched")
        assert (stored.sheets, stored.on, stored.noted_by) == (6, on, cast.class_teacher)
        book = page(deputy, "/archive/books/")
        assert "Архив, шкаф 1" in book and "01.01.2033" in book and "напечатано 7" in book
        refused(deputy, step(paper, "destroyed", on, place="акт 1"), "Хранится до 01.01.2033")
    with clock.rehearse(cast.local(date(2032, 12, 31), 12)):
        for who in (cast.director, cast.deputy, cast.secretary):
            refused(client_of(who), step(paper, "destroyed", date(2032, 12, 31), place="акт 1"), "01.01.2033")


@under(DUBROVO)
@pytest.mark.clause("DB-5.1b", "DB-3.5.9b", "DB-3.3.9a", "DB-3.3.9b", "DB-3.3.9c")
@pytest.mark.clause("DB-5.3c", "DB-5.3d", "DB-5.3e", "DB-5.3f", "DB-5.4a", "DB-5.4b", "DB-3.5.10a")
@pytest.mark.clause("DB-3.5.10b", "DB-3.5.10c", "DB-3.5.11b", "DB-3.6.7", "DB-2.2.6")
@pytest.mark.clause("DB-3.2.10", partly="не каждое слово условия разыграно")
def test_quarters_reports_year_and_summary_sheet_of_a_class(
    cast: Any, client_of: Any, tmp_path: Path
) -> None:
    deputy, head, director = client_of(cast.deputy), client_of(cast.class_teacher), client_of(cast.director)
    for term, value in ((cast.term, "4"), (cast.year_term, "5")):
        TermMark.objects.create(
            school=cast.school,
            journal=cast.russian,
            student=cast.student,
            term=term,
            value=value,
            set_at=cast.at,
            changed_at=cast.at,
        )

    def made(client: Any, term: Any, kind: str) -> tuple[PaperSet, list[str]]:
        done(client.post("/papers/", make(cast, term, kind)))
        paper = PaperSet.objects.latest("pk")
        pages = leaves(client.get(f"/papers/{paper.pk}/paper.pdf"), tmp_path)
        numbered(pages, paper)
        paper.refresh_from_db()  # how many sheets there are is known once the file is made
        return paper, pages

    on = date(2026, 10, 26)
    with clock.rehearse(cast.local(on, 12)):
        paper, pages = made(deputy, cast.term, "journal")
        words = " ".join(" ".join(pages).split())
        for part in (
            cast.student.surname,
            cast.topics[0].text[:25],
            "Задание на дом",
            "Пропущено",
            "четверть",
        ):
            assert part in words, part
        assert f"Отметок: {paper.marks}, пропусков: {paper.absences}, уроков: {paper.lessons}" in words
        cells = sum(
            len(one["cells"]) for subject in paper.contents["subjects"] for one in subject["students"]
        )
        within = {"journal__homeroom": cast.homeroom, "lesson__date__lt": cast.term.until}
        marks = Mark.objects.exclude(value="").filter(
            journal__homeroom=cast.homeroom, assessment__lesson__date__lt=cast.term.until
        )
        assert paper.marks == marks.values("assessment", "student").distinct().count() > 5
        assert paper.absences == Absence.objects.exclude(meaning="").filter(**within).count() > 2
        assert cells and paper.contents["periods"] == [cast.term.title], (
            "of the year nothing stands in a quarter"
        )
        late = cast.local(date(2026, 11, 1), 8)
        done(deputy.post("/papers/", step(paper, "print", on)))
        (line,) = listed(cast, "paper_copy_each", "DB-5.2a", late)
        assert line.text.endswith("не сделано: прошивка")
        done(deputy.post("/papers/", step(paper, "stitched", on, sheets=str(paper.pages))))
        assert not listed(cast, "paper_copy_each", "DB-5.2a", late)
        # the class teacher's report on paper, signed by hand and handed in
        assert listed(cast, "paper_copy_each", "DB-3.3.9c", late)
        report, pages = made(head, cast.term, "class_report")
        words = " ".join(" ".join(pages).split())
        for part in ("Отчёт классного руководителя", "Успевают: 1 (100 %)", "Пропущено уроков:",
                     cast.class_teacher.full_name, "Классный руководитель", cast.student.surname, "4,00"):  # fmt: skip
            assert part in words, part
        assert all(name.split()[0] in words for name in report.contents["roster"])
        assert re.search(r"Пропущено уроков: \d+: [^.]*– \d+", words), "by reason"
        for name, extra in (("print", {}), ("class_signed", {}), ("handed_in", {"taker": "Завуч"})):
            done(head.post("/papers/", step(report, name, on, **extra)))
        assert not listed(cast, "paper_copy_each", "DB-3.3.9c", late)

    on = date(2027, 6, 20)
    with clock.rehearse(cast.local(on, 12)):
        bundle, pages = made(deputy, cast.year_term, "journal")
        assert bundle.contents["periods"] == [cast.term.title, cast.year_term.title]
        whole = [" ".join(one.split()) for one in pages]
        assert "Оглавление" in whole[0] and f"Листов: {len(pages)} ({in_words(len(pages))})" in whole[0]
        assert f"скреплено печатью {len(pages)} ({in_words(len(pages))}) лист" in whole[-1]
        for side in (whole[0], whole[-1]):
            assert "Директор" in side and cast.director.full_name in side and "М. П." in side
        sheet, pages = made(deputy, cast.year_term, "summary_sheet")
        whole = [" ".join(one.split()) for one in pages]
        assert all(name.split()[0] in " ".join(whole) for name in sheet.contents["roster"])
        assert "Нет итоговой отметки:" in " ".join(whole) and "скреплено печатью" in whole[-1]
        late = cast.local(date(2027, 7, 1), 8)
        for row, clause in ((bundle, "DB-5.3b"), (sheet, "DB-5.4a")):
            assert listed(cast, "paper_copy_each", clause, late)
            steps = ("print", "title_sheet", "stitched", "signed", "sealed", "archived")
            for name in steps if row is bundle else steps[:1] + steps[2:]:
                if name == "archived":
                    answer = director.post("/papers/", step(row, name, on))
                    assert answer.status_code == 422 and "где хранится" in text(answer)
                more: dict[str, dict[str, str]] = {
                    "stitched": {"sheets": str(row.pages or 9)},
                    "archived": {"place": "Папка 6Б, файл 2"},
                }
                done(director.post("/papers/", step(row, name, on, **more.get(name, {}))))
            assert not listed(cast, "paper_copy_each", clause, late)
        book = page(deputy, "/archive/books/")
        for part in (
            "Папка 6Б, файл 2",
            "01.01.2033",
            "01.01.2053",
            "Сводная ведомость",
            "Подпись",
            "Записал",
        ):
            assert part in book, part
        answer = director.post("/papers/", step(sheet, "destroyed", on, place="акт 1"))
        assert answer.status_code == 422 and "01.01.2053" in text(answer) and "5.4" in text(answer)


@pytest.mark.django_db(transaction=True)
@under(DUBROVO)
@pytest.mark.clause("DB-3.2.12a", "DB-3.2.12b", "DB-3.2.13b", "DB-3.2.13c", "DB-3.2.13d")
@pytest.mark.clause("DB-3.6.8", partly="утрата места видна на странице, а не в обязанностях")
def test_the_archive_of_a_year_opens_with_the_directors_code_only(
    cast: Any, client_of: Any, tmp_path: Path, capsys: Any, monkeypatch: Any
) -> None:
    deputy, operator, director = client_of(cast.deputy), client_of(cast.operator), client_of(cast.director)
    half = Term.objects.create(
        school=cast.school, year=cast.year, kind="half_year", number=1, parent=cast.year_term,
        title="I полугодие", starts=cast.term.starts, until=cast.terms[2].until,
    )  # fmt: skip
    given = {cast.term: "4", half: "5", cast.year_term: "3"}
    for term, value in given.items():
        TermMark.objects.create(
            school=cast.school, journal=cast.russian, student=cast.student, term=term, value=value,
            set_at=cast.at, changed_at=cast.at,
        )  # fmt: skip
    ask = {"act": "ask", "year": str(cast.year.pk)}
    answer = operator.post("/archive/year/", ask)
    assert answer.status_code == 422 and "Сначала директор делает код архива" in text(answer)
    for client in (operator, deputy, client_of(cast.secretary)):
        assert client.post("/archive/year/", {"act": "key"}).status_code == 422
    made = director.post("/archive/year/", {"act": "key"})
    found = re.search(r"AGE-SECRET-KEY-1[0-9A-Z]+", text(made))
    assert made.status_code == 200 and found is not None and made.headers["Cache-Control"] == "no-store"
    code = found[0]
    done(operator.post("/archive/year/", ask))
    year_archive({"school": cast.school.pk, "year": cast.year.pk, "user": cast.operator.user_id}, cast.at)
    unit = ArchiveUnit.objects.get()
    assert unit.counts["roster"] >= 5 and unit.counts["marks"] > 5 and unit.is_locked
    for client in (operator, deputy, director):
        assert "AGE-SECRET" not in client.get("/archive/year/").content.decode(), "shown once, kept nowhere"
    for table in connection.introspection.table_names():
        with connection.cursor() as cursor:
            cursor.execute(f'SELECT * FROM "{table}"')
            assert code not in str(cursor.fetchall()), table
    assert "Не записано, где лежит" in page(operator, "/archive/year/")
    done(operator.post("/archive/year/", {"act": "place", "row": unit.pk, "place": "Диск № 1, сейф"}))
    assert "Диск № 1, сейф" in page(director, "/archive/year/")
    assert client_of(cast.teacher).get(f"/archive/year/{unit.pk}/").status_code == 403
    disk = tmp_path / unit.name
    disk.write_bytes(b"".join(operator.get(f"/archive/year/{unit.pk}/").streaming_content))
    Path(f"{disk}.sig").write_bytes(
        b"".join(operator.get(f"/archive/year/{unit.pk}/signature").streaming_content)
    )
    key = tmp_path / "institution.pem"
    key.write_bytes(operator.get("/archive/year/institution.pem").content)
    checks: list[Any] = [
        "openssl",
        "pkeyutl",
        "-verify",
        "-pubin",
        "-inkey",
        key,
        "-rawin",
        "-in",
        disk,
        "-sigfile",
        f"{disk}.sig",
    ]
    assert subprocess.run(checks, capture_output=True, check=False).returncode == 0, (
        "anybody can, without Parta"
    )

    def opened(words: str, into: str) -> int:
        monkeypatch.setattr("sys.stdin", io.StringIO(words + "\n"))
        return int(main(["archive", "open", str(disk), "--into", str(tmp_path / into)]))

    other = director.post("/archive/year/", {"act": "key"})
    wrong = re.search(r"AGE-SECRET-KEY-1[0-9A-Z]+", text(other))
    for words in ("", "parta-demo", wrong[0] if wrong else ""):
        assert opened(words, "no.zip") == 1 and not (tmp_path / "no.zip").exists()
    assert "Код не тот" in capsys.readouterr().err
    assert opened(code.lower(), "year.zip") == 0
    with zipfile.ZipFile(tmp_path / "year.zip") as file:
        names = set(file.namelist())
        for part in (
            "roster.csv",
            "marks.csv",
            "attendance.csv",
            "finals.csv",
            "topics.csv",
            "history.csv",
            "SHA256SUMS",
        ):
            assert part in names, part
        assert file.read("summaries/6Б.pdf").startswith(b"%PDF") and "journals/6Б.json" in names
        marks = file.read("marks.csv").decode("utf-8-sig").splitlines()
        standing = Mark.objects.exclude(value="").filter(journal__homeroom__year=cast.year).count()
        assert len(marks) == 1 + standing and cast.student.surname in "".join(marks)
        finals = file.read("finals.csv").decode("utf-8-sig").splitlines()
        assert (
            len(finals)
            == 1 + TermMark.objects.filter(journal__homeroom__year=cast.year).count()
            == 1 + len(given)
        )
        for term, value in given.items():
            assert any(term.title in line and f";{value};" in f"{line};" for line in finals), term
        missed = file.read("attendance.csv").decode("utf-8-sig").splitlines()
        noted = Absence.objects.exclude(meaning="").filter(journal__homeroom__year=cast.year)
        assert len(missed) == 1 + noted.count() and {one.split(";")[0] for one in missed[1:]} == {"6Б"}, (
            missed[:3]
        )
        lists = file.read("roster.csv").decode("utf-8-sig").splitlines()
        assert all(any(one.split(";")[0] == name for one in lists[1:]) for name in ("6Б", "3А")), lists[:3]
        file.extractall(tmp_path / "out")
    sums = subprocess.run(
        ["sha256sum", "-c", "SHA256SUMS"], cwd=tmp_path / "out", capture_output=True, check=False
    )
    assert sums.returncode == 0

    # one changed byte is found and named, by the night's check, the command and the page
    assert main(["archive", "verify", str(disk), "--key", str(key)]) == 0
    place = yearfile.folder() / unit.name
    data = bytearray(place.read_bytes())
    data[len(data) // 2] ^= 1
    place.write_bytes(data)
    disk.write_bytes(data)
    assert main(["archive", "verify", str(disk), "--key", str(key)]) == 1
    verify_archives({}, cast.at)
    assert f"{unit.name}: файл изменён" in page(director, "/archive/year/")
    assert deputy.post("/archive/year/", {"act": "verify"}).status_code == 422
    bent = bytearray((tmp_path / "year.zip").read_bytes())
    bent[len(bent) // 3] ^= 1
    assert yearfile.faults_of(bytes(bent)), "inside an open one the file is named"
