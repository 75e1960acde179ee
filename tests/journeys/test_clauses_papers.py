"""Clauses on paper: printed after the check, in time, step by step, true to the journal; the summary sheet archived."""

from datetime import date, datetime, timedelta
from typing import Any

import pytest

from parta.archive.jobs import summary_sheets
from parta.archive.models import PaperSet, PaperStep
from parta.control.models import Check
from parta.foundation import clock
from parta.journal.models import Mark
from parta.organisation.models import AcademicYear
from tests.journeys.steps import COLLEGE, DUBROVO, done, mark, page, presets, saved, send, text, under
from tests.journeys.test_clauses_checks import found

LAST_LESSON = date(2026, 10, 23)


def checked(cast: Any, until: date, **more: Any) -> Check:
    """A finished check of the deputy head over the days before `until`."""
    return Check.objects.create(
        school=cast.school, number=1 + Check.objects.count(), made_by=cast.deputy, role="deputy", made_at=cast.at,
        since=date(2026, 9, 1), until=until, sha256="0" * 64, **more,
    )  # fmt: skip


def make(cast: Any, term: Any, kind: str = "journal", homeroom: Any = None) -> dict[str, Any]:
    return {"act": "make", "homeroom": (homeroom or cast.homeroom).pk, "term": term.pk, "kind": kind}


def step(paper: PaperSet, name: str, on: date, **more: Any) -> dict[str, Any]:
    return {"act": "step", "row": paper.pk, "step": name, "on": on.isoformat()} | more


def listed(cast: Any, kind: str, clause: str, at: datetime, who: str = "deputy") -> list[Any]:
    """Lines about 6«Б» by a clause."""
    return [
        line for line in found(cast, kind, who, at) if clause in line.ids and line.url_id == cast.homeroom.pk
    ]


@under(COLLEGE)
@pytest.mark.clause("ET-8.3b")
def test_the_year_is_printed_only_after_the_check(cast: Any, client_of: Any) -> None:
    head = client_of(cast.class_teacher)
    assert max(lesson.date for lesson in cast.lessons["russian"]) == LAST_LESSON

    def refused() -> str:
        answer = head.post("/papers/", make(cast, cast.year_term))
        assert answer.status_code == 422 and not PaperSet.objects.exists()
        return text(answer).replace("\u00a0", " ")

    assert "Нет проверки журнала по 23.10.2026" in refused() and "п. 8.3" in refused()
    checked(cast, LAST_LESSON + timedelta(days=1), homeroom=cast.younger)
    assert "Нет проверки" in refused(), "of another group"
    checked(cast, LAST_LESSON)
    assert "Нет проверки" in refused(), "its last day is the eve of the last lesson"
    Check.objects.filter(homeroom=None).update(role="teacher", until=LAST_LESSON + timedelta(days=1))
    assert "Нет проверки" in refused(), "nobody of the controllers made it"
    Check.objects.filter(homeroom=None).update(role="post:teacher:старший мастер")
    assert "Нет проверки" in refused(), "a post with no more rights"
    Check.objects.filter(homeroom=None).update(role="post:head_of_department:методист")
    done(head.post("/papers/", make(cast, cast.year_term)))
    paper = PaperSet.objects.get()
    assert "для печати" in head.get(f"/papers/{paper.pk}/").content.decode()
    # of another group's curator nothing is taken, and a teacher has no such page
    assert client_of(cast.master).post("/papers/", make(cast, cast.year_term)).status_code == 422
    assert client_of(cast.master).get(f"/papers/{paper.pk}/").status_code == 404
    assert client_of(cast.teacher).get("/papers/").status_code == 403


@under(COLLEGE)
@pytest.mark.clause("ET-8.3c")
def test_groups_not_printed_by_the_thirtieth_of_june_are_listed(cast: Any, client_of: Any) -> None:
    in_time, late = cast.local(date(2027, 6, 30), 23), cast.local(date(2027, 7, 1), 8)
    assert not listed(cast, "paper_copy_each", "ET-8.3c", in_time)
    (line,) = listed(cast, "paper_copy_each", "ET-8.3c", late)
    assert "выгрузка, печать" in line.text and line.who_id == cast.class_teacher.pk
    checked(cast, date(2027, 6, 1))
    with clock.rehearse(cast.local(date(2027, 6, 25), 12)):
        done(client_of(cast.class_teacher).post("/papers/", make(cast, cast.year_term)))
    (line,) = listed(cast, "paper_copy_each", "ET-8.3c", late)
    assert line.text.endswith("не сделано: печать")
    paper = PaperSet.objects.get()
    with clock.rehearse(late):
        assert "не сделано: печать" in page(client_of(cast.class_teacher), "/control/findings/")
        assert "не сделано: печать" in page(client_of(cast.deputy), "/control/duties/")
    with clock.rehearse(cast.local(date(2027, 6, 30), 12)):
        done(client_of(cast.class_teacher).post("/papers/", step(paper, "print", date(2027, 6, 30))))
    assert not listed(cast, "paper_copy_each", "ET-8.3c", late)


@under(COLLEGE)
@pytest.mark.clause("ET-7.2e")
def test_groups_without_a_certified_copy_are_listed(cast: Any, client_of: Any) -> None:
    late = cast.local(date(2027, 7, 1), 8)
    assert not listed(cast, "register_entry_required", "ET-7.2e", cast.local(date(2027, 6, 30), 23))
    assert listed(cast, "register_entry_required", "ET-7.2e", late)
    checked(cast, date(2027, 6, 1))
    with clock.rehearse(cast.local(date(2027, 6, 26), 12)):
        client = client_of(cast.deputy)
        done(client.post("/papers/", make(cast, cast.year_term)))
        paper, on = PaperSet.objects.get(), date(2027, 6, 26)
        done(client.post("/papers/", step(paper, "print", on)))
        assert listed(cast, "register_entry_required", "ET-7.2e", late)
        assert client.post("/papers/", step(paper, "certified", on)).status_code == 422, "no place"
        by_class = client_of(cast.class_teacher).post("/papers/", step(paper, "certified", on, place="Архив"))
        assert by_class.status_code == 422, "the school's heads certify"
        done(client.post("/papers/", step(paper, "certified", on, place="Архив, шкаф 2")))
    assert not listed(cast, "register_entry_required", "ET-7.2e", late)
    stored = PaperStep.objects.get(step="certified")
    assert (stored.on, stored.place, stored.noted_by) == (on, "Архив, шкаф 2", cast.deputy)


@under(COLLEGE)
@pytest.mark.clause("ET-7.2h")
def test_what_changed_after_printing_is_reported(cast: Any, client_of: Any) -> None:
    checked(cast, date(2027, 6, 1))
    head, teacher = client_of(cast.class_teacher), client_of(cast.teacher)
    done(head.post("/papers/", make(cast, cast.year_term)))
    paper = PaperSet.objects.get()
    standing = Mark.objects.exclude(value="").filter(journal__homeroom=cast.homeroom, part__lt=2).count()
    assert paper.marks == standing > 5 and paper.lessons == 8
    words = page(head, f"/papers/{paper.pk}/")
    assert f"Отметок: {standing}." in words and paper.sha256 in words and "такой же" in words
    later = cast.at + timedelta(minutes=5)
    assert not listed(cast, "print_matches_data", "ET-7.2h", later)
    with clock.rehearse(later):
        saved(send(teacher, cast.russian, mark(cast.lesson, cast.named("Цой"), "5")))
    after = later + timedelta(minutes=5)
    assert not listed(cast, "print_matches_data", "ET-7.2h", after), "it was not printed"
    done(head.post("/papers/", step(paper, "print", cast.on)))
    (line,) = listed(cast, "print_matches_data", "ET-7.2h", after)
    assert "изменено 1 запись" in line.text
    assert "журнал изменился" in page(head, f"/papers/{paper.pk}/")
    with clock.rehearse(after):
        done(head.post("/papers/", make(cast, cast.year_term)))
        again = PaperSet.objects.latest("pk")
        done(head.post("/papers/", step(again, "print", cast.on)))
    assert again.marks == standing + 1 and again.sha256 != paper.sha256
    assert not listed(cast, "print_matches_data", "ET-7.2h", after + timedelta(minutes=1))


@under(COLLEGE)
@pytest.mark.clause("ET-A-DIR-9c")
def test_summary_sheet_of_a_closed_year_goes_to_the_archive_at_once(cast: Any, client_of: Any) -> None:
    last, day_after = cast.local(date(2027, 6, 1), 23), cast.local(date(2027, 6, 2), 8)
    assert not listed(cast, "register_entry_required", "ET-A-DIR-9c", day_after), "the year is open"
    AcademicYear.objects.filter(pk=cast.year.pk).update(state="closed")
    assert not listed(cast, "register_entry_required", "ET-A-DIR-9c", last)
    (line,) = listed(cast, "register_entry_required", "ET-A-DIR-9c", day_after, "director")
    assert "сводной ведомости в архиве нет" in line.text
    with clock.rehearse(day_after):
        done(client_of(cast.deputy).post("/papers/", make(cast, cast.year_term, "summary_sheet")))
    assert listed(cast, "register_entry_required", "ET-A-DIR-9c", day_after), "made, but not in the archive"
    PaperSet.objects.all().delete()
    summary_sheets({}, day_after)
    summary_sheets({}, day_after)
    row = PaperSet.objects.get(homeroom=cast.homeroom)
    assert (row.kind, row.steps.get().step, row.contents["class"]) == (
        "summary_sheet",
        "archived",
        "2\u00a0«Б»",
    )
    assert not listed(cast, "register_entry_required", "ET-A-DIR-9c", day_after)


@presets((DUBROVO, "DB-3.5.9a"), (DUBROVO, "DB-5.1a"))
def test_class_with_no_print_a_week_after_the_quarter_is_listed(
    cast: Any, client_of: Any, request: Any
) -> None:
    clause = next(request.node.iter_markers("clause")).args[0]
    in_time, late = cast.local(date(2026, 10, 31), 23), cast.local(date(2026, 11, 1), 8)
    assert cast.term.until == date(2026, 10, 25)
    assert not listed(cast, "paper_copy_each", clause, in_time)
    (line,) = listed(cast, "paper_copy_each", clause, late)
    assert "I четверть" in line.text and "печать" in line.text
    client = client_of(cast.deputy)
    assert client.post("/papers/", make(cast, cast.term)).status_code == 422, "the quarter is not over"
    with clock.rehearse(cast.local(date(2026, 10, 26), 12)):
        done(client.post("/papers/", make(cast, cast.term)))
        paper = PaperSet.objects.get()
        assert listed(cast, "paper_copy_each", clause, late), "made ready, but not printed"
        done(client.post("/papers/", step(paper, "print", date(2026, 10, 26))))
    assert not listed(cast, "paper_copy_each", clause, late)
    # the printed form has list, marks, topics, homework and the digest
    words = page(client, f"/papers/{paper.pk}/")
    for part in ("Сафина Диляра Рустамовна", cast.topics[0].text, "Контрольная сумма", paper.sha256):
        assert part in words, part


@under(DUBROVO)
@pytest.mark.clause("DB-5.3b")
def test_unfinished_bundles_are_listed_with_the_missing_step(cast: Any, client_of: Any) -> None:
    late, client = cast.local(date(2027, 7, 1), 8), client_of(cast.deputy)
    assert not listed(cast, "paper_copy_each", "DB-5.3b", cast.local(date(2027, 6, 30), 23))

    def missing() -> list[str]:
        return [
            line.text.partition("не сделано: ")[2]
            for line in listed(cast, "paper_copy_each", "DB-5.3b", late)
        ]

    assert missing() == ["титульный лист, прошивка, подпись директора, печать учреждения"]
    on = date(2027, 6, 20)
    with clock.rehearse(cast.local(on, 12)):
        done(client.post("/papers/", make(cast, cast.year_term)))
        paper = PaperSet.objects.get()
        assert client.post("/papers/", step(paper, "signed", on)).status_code == 422, "not stitched yet"
        done(client.post("/papers/", step(paper, "print", on)))
        done(client.post("/papers/", step(paper, "title_sheet", on)))
        assert client.post("/papers/", step(paper, "stitched", on)).status_code == 422, "how many sheets?"
        done(client.post("/papers/", step(paper, "stitched", on, sheets="24")))
        assert client.post("/papers/", step(paper, "stitched", on, sheets="24")).status_code == 422
        assert missing() == ["подпись директора, печать учреждения"]
        done(client.post("/papers/", step(paper, "signed", on)))
        assert missing() == ["печать учреждения"]
        done(client.post("/papers/", step(paper, "sealed", on)))
    assert not missing()
    assert "листов: 24" in page(client, "/papers/")


@under(DUBROVO)
def test_pages_of_papers_ask_a_fixed_number_of_statements(
    cast: Any, client_of: Any, count_statements: Any
) -> None:
    client = client_of(cast.deputy)
    with clock.rehearse(cast.local(date(2026, 10, 26), 12)):
        done(client.post("/papers/", make(cast, cast.term)))
        client.get("/papers/")
        with count_statements() as few:
            client.get("/papers/")
        done(client.post("/papers/", make(cast, cast.term, homeroom=cast.younger)))
        with count_statements() as more:
            client.get("/papers/")
    assert len(few) == len(more) <= 12
