"""Rows of the college's document in the way of a year: accounts, plans, corrections, deferrals, sums, closed years."""

import json
import re
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from parta.archive.models import PaperSet
from parta.control.models import PlannedCheck
from parta.foundation import clock
from parta.journal.models import Homework, Mark, Permit, TermMark
from parta.organisation.models import AcademicYear, Homeroom, Term
from parta.people.models import Enrolment, User
from parta.plans.models import CurriculumHours, Journal, PlannedTopic, TeachingLoad
from parta.regulation.models import Edition
from parta.timetable.models import TimetableSlot
from tests.journeys.steps import (
    COLLEGE,
    TUESDAY,
    absent,
    done,
    final,
    held,
    homework,
    leaves,
    mark,
    page,
    presets,
    refused_by,
    saved,
    send,
    text,
    topic,
    under,
)
from tests.journeys.test_clauses_college_reports import SPAN
from tests.journeys.test_clauses_finals import END, held_by_the_master
from tests.journeys.test_clauses_papers import checked, make
from tests.journeys.test_clauses_reports import found, item

LATE = date(2026, 9, 6)


@under(COLLEGE)
@pytest.mark.clause("ET-6.3e")
def test_every_member_of_staff_with_load_has_an_account_or_is_named(cast: Any, client_of: Any) -> None:
    """Asked from 6 September; who has a load and no account, or a closed one, is named to the officer."""
    at, before = cast.local(LATE, 0), cast.local(LATE - timedelta(days=1), 23, 59)
    deputy = client_of(cast.deputy)

    def line(when: Any = at) -> list[str]:
        return [
            one.detail for one in found(cast, "setup_by", at=when) if "Учётные записи сотрудников" in one.text
        ]

    assert not line()
    User.objects.filter(pk=cast.teacher.user_id).update(is_active=False)
    assert "Соколова Марина" in line()[0] and not line(before)
    type(cast.other_teacher).objects.filter(pk=cast.other_teacher.pk).update(user=None)
    assert "Громова Вера" in line()[0] and "Соколова Марина" in line()[0]
    words = page(deputy, "/control/year/")
    assert "Учётные записи сотрудников" in words and "Соколова Марина" in words
    User.objects.filter(pk=cast.teacher.user_id).update(is_active=True)
    assert "Соколова" not in line()[0]
    assert client_of(cast.teacher).get("/control/year/").status_code == 403


@under(COLLEGE)
@pytest.mark.clause("ET-6.3n", "ET-A-DEP-6j")
def test_units_with_a_plan_without_one_and_with_other_hours(cast: Any, client_of: Any) -> None:
    at = cast.local(LATE, 0)
    deputy = client_of(cast.deputy)

    def missing() -> str:
        return " ".join(item(cast, "thematic_plans", at).item.missing).replace("\u00a0", " ")

    assert "2 «Б», математика" in missing(), "no plan"
    assert f"в плане {len(cast.topics)} ч., по учебному плану 204 ч." in missing(), "another sum"
    words = page(deputy, "/control/year/")
    assert "Тематические планы" in words and "по учебному плану 204 ч." in words
    CurriculumHours.objects.filter(subject=cast.russian.subject_id, homeroom=cast.homeroom).update(
        yearly_hours=len(cast.topics)
    )
    assert "русский язык: в плане" not in missing(), "the sums agree"
    PlannedTopic.objects.filter(plan=cast.plan, position=1).update(hours=2)
    assert f"в плане {len(cast.topics) + 1} ч." in missing(), "one hour too many"
    PlannedTopic.objects.filter(plan=cast.plan, position=1).update(hours=1)
    count = item(cast, "thematic_plans", at).item
    Journal.objects.filter(pk=cast.maths.pk).update(plan=cast.plan)
    CurriculumHours.objects.filter(subject=cast.maths.subject_id).update(yearly_hours=len(cast.topics))
    after = item(cast, "thematic_plans", at).item
    assert (after.done, after.of) == (count.done + 1, count.of)


@presets(
    (COLLEGE, "ET-7.2a"),
    (COLLEGE, "ET-7.2b"),
    (COLLEGE, "ET-7.2d"),
)
def test_what_is_not_approved_before_the_year_is_reported_to_the_director(
    cast: Any, client_of: Any, request: Any
) -> None:
    """Approved, with its day, on the page; a draft is listed from 1 September until the director has signed."""
    clause = next(request.node.iter_markers("clause")).args[0]
    places: dict[str, tuple[str, Any, str, str]] = {
        "ET-7.2a": ("curriculum", CurriculumHours, "Учебный план утверждён", "Математика"),
        "ET-7.2b": ("teaching_load", TeachingLoad, "Нагрузка утверждена", "Исаков"),
        "ET-7.2d": ("timetable", TimetableSlot, "Расписание утверждено", "атематика"),
    }
    kind, model, title, draft = places[clause]
    rows = model.objects.filter(school=cast.school)
    rows = (
        rows.filter(subject=cast.maths.subject_id)
        if kind == "curriculum"
        else rows.filter(journal=cast.maths)
    )
    director = client_of(cast.director)
    before, after = cast.local(date(2026, 8, 31), 23, 59), cast.local(date(2026, 9, 1), 0)

    def listed(at: Any) -> list[Any]:
        return [one for one in found(cast, "setup_by", "director", at) if clause in one.ids]

    assert not listed(after), "all of it is approved"
    says = "Директор ещё не утвердил нагрузку: Исаков Б. М. п. 7.2"
    grids = [client_of(who) for who in (cast.class_teacher, cast.deputy)]
    assert not any(says in page(client, f"/journals/{cast.maths.pk}/") for client in grids)
    assert rows.update(approval=None)
    for client in grids:
        assert (says in page(client, f"/journals/{cast.maths.pk}/")) is (kind == "teaching_load"), kind
        assert "не утвердил нагрузку" not in page(client, f"/journals/{cast.russian.pk}/")
    (line,) = listed(after)
    assert title in line.text and "31.08.2026" in line.text and draft in line.detail, line
    assert not listed(before)
    shown = page(director, "/control/year/")
    assert title in shown and draft in shown.partition(title)[2]
    words = page(director, "/approvals/")
    assert "28 августа" in words or "28.08" in words, "the day of what is approved"
    order = {"act": "approve", "row": kind, "kind": kind, "order_number": "9", "order_date": "2026-10-14"}
    for who in (cast.deputy, cast.operator):
        refused = client_of(who).post("/approvals/", order)
        assert refused.status_code in (403, 422), who
    assert rows.filter(approval=None).exists()
    done(director.post("/approvals/", order))
    assert not listed(after) and "14 октября" in page(director, "/approvals/")
    if kind == "timetable":
        assert "утверждено 14 октября 2026 г., приказ № 9" in page(client_of(cast.deputy), "/timetable/")
    assert client_of(cast.teacher).get("/approvals/").status_code == 403


@under(COLLEGE)
@pytest.mark.clause("ET-4.13b")
def test_a_line_of_the_plan_of_control_turns_overdue_without_a_check(cast: Any, client_of: Any) -> None:
    deputy, due = client_of(cast.deputy), date(2026, 10, 20)
    line = {
        "act": "add",
        "what": "Накопляемость отметок, 2 курс",
        "due": due.isoformat(),
        "person": cast.deputy.pk,
    }
    assert client_of(cast.teacher).post("/control/plan/", line).status_code == 403
    done(deputy.post("/control/plan/", line))
    address = "/control/plan/"
    with clock.rehearse(cast.local(due, 23, 59)):
        words = page(deputy, address)
        assert "Накопляемость отметок, 2 курс до 20 октября 2026" in words and "впереди" in words
        assert "срок прошёл" not in words and cast.deputy.short_name.replace("\u00a0", " ") in words
    with clock.rehearse(cast.local(due + timedelta(days=1), 0, 1)):
        assert "срок прошёл" in page(deputy, address)
        row = {"act": "close", "row": 1, "outcome": ""}
        assert deputy.post(address, row).status_code == 422
        close = {"act": "close", "row": PlannedCheck.objects.get().pk, "outcome": "Проверено"}
        assert client_of(cast.teacher).post(address, close).status_code in (403, 404, 422)
        done(deputy.post(address, close))
        words = page(deputy, address)
        assert "срок прошёл" not in words and "Проверено" in words


@under(COLLEGE)
@pytest.mark.clause("ET-A-DEP-9")
def test_a_correction_after_the_free_day_needs_a_reason_and_consent_and_is_registered(
    cast: Any, client_of: Any
) -> None:
    """Free within a day of the entry; then refused until a controller consents and a reason is given."""
    teacher, deputy = client_of(cast.teacher), client_of(cast.deputy)
    lesson, pupil = cast.lesson_on("russian", cast.on), cast.named("Асанов")
    register = "/reports/corrections/?since=2026-10-01&until=2026-10-31"
    with clock.rehearse(cast.local(cast.on, 12)):
        saved(send(teacher, cast.russian, mark(lesson, pupil, "3")))
    assessment = Mark.objects.get(student=pupil, assessment__lesson=lesson).assessment_id
    with clock.rehearse(cast.local(cast.on, 18)):
        free = mark(lesson, pupil, "4", seen=1, assessment=assessment)
        saved(send(teacher, cast.russian, free))
    later = cast.local(cast.on + timedelta(days=2), 12)
    edit = mark(lesson, pupil, "5", seen=2, assessment=assessment)
    with clock.rehearse(later):
        assert "ET-A-DEP-9" in refused_by(send(teacher, cast.russian, edit))
        reasoned = edit | {"reason": "ошибка ввода"}
        assert "ET-A-DEP-9" in refused_by(send(teacher, cast.russian, reasoned)), "a reason alone"
        topic_ = {"fact": "topic", "lesson": cast.lesson_on("russian", date(2026, 10, 5)).pk, "topic": "Другая тема",
                  "planned": None, "seen": 1}  # fmt: skip
        assert "ET-A-DEP-9" in refused_by(send(teacher, cast.russian, topic_))
        work = Homework.objects.filter(journal=cast.russian).order_by("lesson__date").first()
        assert work is not None
        changed = homework(work.lesson, "выучить § 1, с. 4") | {"seen": work.version}
        assert "ET-A-DEP-9" in refused_by(send(teacher, cast.russian, changed))
        wish = {"journal": cast.russian.pk, "fact": "mark", "lesson": lesson.pk, "student": pupil.pk,
                "assessment": assessment, "reason": "ошибка ввода"}  # fmt: skip
        asked = teacher.post("/permits/ask", json.dumps(wish), content_type="application/json")
        assert asked.status_code == 200, text(asked)
        permit = Permit.objects.get(fact="mark", student=pupil)
        assert "ET-A-DEP-9" in refused_by(send(teacher, cast.russian, reasoned)), "asked for is not granted"
        grant = {"permit": permit.pk, "decision": "grant", "reason": "проверено", "until": "2026-10-20"}
        assert teacher.post("/permits/", grant).status_code == 403
        done(deputy.post("/permits/", grant))
        saved(send(teacher, cast.russian, reasoned))
        words = page(deputy, register)
        line = words[words.index("16.10.2026 12:00") :]
        assert "Асанов Тимур отметка исправлена 4 5 Соколова М. В." in line, line[:300]
        assert "ошибка ввода, по разрешению" in line, line[:400]
    assert client_of(cast.teacher).get(register).status_code in (403, 404)


def _deferred(cast: Any, client_of: Any, journal: Any, who: Any) -> None:
    """A final put off by a controller with ground and day: the cell says so, and opens for this student alone."""
    Term.objects.filter(pk=cast.term.pk).update(until=END + timedelta(days=1))
    writer, deputy = client_of(who), client_of(cast.deputy)
    ill, other, after = cast.named("Ефимова"), cast.named("Асанов"), END + timedelta(days=1)
    address = f"/regulation/setting/?act={Edition.objects.get(school=cast.school).code}&name=late_finals"
    closes = {"act": "choose", "value": "permit", "since": "2026-10-14", "ground": "приказ № 5"}
    done(client_of(cast.director).post(address, closes))

    def cell(student: Any, client: Any = writer) -> str:
        """The cell of the period's mark as the page of the journal shows it."""
        shown = client.get(f"/journals/{journal.pk}/?term={cast.term.pk}").content.decode()
        row = shown.partition(f'data-s="{student.pk}"')[2].partition("</tr>")[0]
        found = re.search(r'<td class="e e3[^"]*"[^>]*>.*?</td>', row)
        assert found, row
        return found[0]

    with clock.rehearse(cast.local(after, 9)):
        for one in (ill, other):
            assert send(writer, journal, final(cast.term, one, "4")).status_code == 422, "the period is over"
        wish = {"journal": journal.pk, "term": cast.term.pk, "fact": "final", "student": ill.pk,
                "reason": "больна, справка № 12"}  # fmt: skip
        done(writer.post("/permits/ask", wish))
        permit = Permit.objects.get(fact="final", student=ill)
        assert "тложено" not in cell(ill), "asked for is not granted"
        bare = {"permit": permit.pk, "decision": "grant", "reason": "", "until": "2026-11-06"}
        assert deputy.post("/permits/", bare).status_code == 422, "a ground"
        done(deputy.post("/permits/", bare | {"reason": "согласна"}))
        words = page(writer, "/closeout/")
        assert "Отложено: Ефимова Софья до 06.11 (больна, справка № 12)" in words
        assert "Асанов Тимур до" not in words
        for client in (writer, deputy):
            assert "Отложено до 06.11" in cell(ill, client) and "тложено" not in cell(other, client)
        assert send(writer, journal, final(cast.term, other, "4")).status_code == 422
    assert not TermMark.objects.filter(student=ill, term=cast.term).exclude(value="").exists(), "empty"
    late, on_time = cast.local(date(2026, 11, 7), 0, 1), cast.local(date(2026, 11, 6), 20)
    with clock.rehearse(late):
        assert (
            "тложено" not in cell(ill)
            and send(writer, journal, final(cast.term, ill, "4")).status_code == 422
        )
    with clock.rehearse(on_time):
        refused_by(send(writer, journal, final(cast.term, other, "4")))
        assert saved(send(writer, journal, final(cast.term, ill, "4")))
        assert "тложено" not in cell(ill) and ">4<" in cell(ill)


@under(COLLEGE)
@pytest.mark.clause("ET-A-TEACHER-12a")
def test_final_of_an_ill_student_waits_with_a_teacher(cast: Any, client_of: Any) -> None:
    _deferred(cast, client_of, cast.russian, cast.teacher)


@under(COLLEGE)
@pytest.mark.clause("ET-A-MASTER-26a")
def test_final_of_an_ill_student_waits_with_a_master(cast: Any, client_of: Any) -> None:
    held_by_the_master(cast)
    _deferred(cast, client_of, cast.maths, cast.master)


@under(COLLEGE)
@pytest.mark.clause("ET-A-TEACHER-12b", "ET-A-MASTER-26b", "ET-A-DEP-6v")
def test_final_marks_stand_in_the_summary_sheet_at_once_and_only_the_journal_changes_them(
    cast: Any, client_of: Any
) -> None:
    """Of theory and of practice: written, corrected and taken back in the journal; the sheet takes no mark itself."""
    held_by_the_master(cast)
    Journal.objects.filter(pk=cast.russian.pk).update(plan=cast.plan)
    address = f"/reports/summary_sheet/?{SPAN}&homeroom={cast.homeroom.pk}"
    deputy, curator = client_of(cast.deputy), client_of(cast.class_teacher)
    pupil = cast.named("Асанов")

    def cells(client: Any = deputy) -> dict[str, str]:
        lines = (
            client.get(f"{address}&as=csv").content.decode("utf-8-sig").replace("\u00a0", " ").splitlines()
        )
        rows = [dict(zip(lines[0].split(";"), line.split(";"), strict=True)) for line in lines[1:]]
        (own,) = [row for row in rows if row["Студент"] == "Асанов Тимур"]
        return own

    theory, practice = f"Русский язык, {cast.term.title}", f"Математика, {cast.term.title}"
    assert (cells()[theory], cells()[practice], cells()["Русский язык, Год"]) == ("", "", "")
    with clock.rehearse(cast.local(cast.term.until - timedelta(days=3), 12)):
        address = address.replace("2026-10-14", f"{cast.term.until - timedelta(days=3)}")
        for writer, journal, head in (
            (cast.teacher, cast.russian, theory),
            (cast.master, cast.maths, practice),
        ):
            client = client_of(writer)
            for seen, value in enumerate(("4", "5")):
                saved(send(client, journal, final(cast.term, pupil, value, seen) | {"reason": "пересчитано"}))
                assert cells()[head] == cells(curator)[head] == value, head
                grid = client.get(f"/journals/{journal.pk}/?term={cast.term.pk}").content.decode()
                column = re.findall(r'<td class="e e3[^"]*"[^>]*>(.*?)</td>', grid)
                assert [re.sub(r"<s>.*?</s>", "", one) for one in column if value in one], (head, value)
        assert "Асанов Тимур" in page(deputy, address)
        typed = {"act": "save", "student": pupil.pk, "value": "2", theory: "2"}
        assert deputy.post(address, typed).status_code == 422 and cells()[theory] == "5"
    assert client_of(cast.teacher).get(address).status_code == 404
    assert client_of(cast.master).get(address).status_code == 404, "of another group"
    assert client_of(cast.student).get(address).status_code == 403


@under(COLLEGE)
@pytest.mark.clause("ET-A-DEP-16d")
def test_printed_summary_sheet_holds_every_student_unit_and_period_and_follows_the_journal(
    cast: Any, client_of: Any, tmp_path: Path
) -> None:
    deputy = client_of(cast.deputy)
    values = {cast.term: "4", cast.year_term: "5"}
    for term, value in values.items():
        TermMark.objects.create(
            school=cast.school, journal=cast.russian, student=cast.student, term=term, value=value,
            set_at=cast.at, changed_at=cast.at,
        )  # fmt: skip

    def sheet() -> tuple[PaperSet, str]:
        done(deputy.post("/papers/", make(cast, cast.year_term, "summary_sheet")))
        paper = PaperSet.objects.latest("pk")
        pages = leaves(deputy.get(f"/papers/{paper.pk}/paper.pdf"), tmp_path)
        return paper, " ".join(" ".join(pages).split())

    with clock.rehearse(cast.local(date(2027, 6, 20), 12)):
        paper, words = sheet()
        here = Enrolment.objects.filter(homeroom=cast.homeroom).select_related("student")
        for one in here:
            assert one.student.full_name in paper.contents["roster"], one.student.full_name
            assert one.student.surname in words
        units = {one["title"].casefold() for one in paper.contents["subjects"]}
        for row in CurriculumHours.objects.filter(homeroom=cast.homeroom).select_related("subject"):
            assert any(row.subject.title.casefold() in title for title in units), row.subject.title
        assert set(paper.contents["periods"]) >= {cast.term.title, cast.year_term.title}
        for signature in ("Классный руководитель", "Директор", cast.director.full_name, "М. П."):
            assert signature in words, signature
        own = next(
            line
            for subject in paper.contents["subjects"]
            if "русский" in subject["title"].casefold()
            for line in subject["students"]
            if cast.student.surname in line["name"]
        )
        assert own["finals"] == {cast.term.title: "4", cast.year_term.title: "5"}
        TermMark.objects.filter(student=cast.student, term=cast.term).update(value="3")
        again, _ = sheet()
        changed = next(
            line
            for subject in again.contents["subjects"]
            if "русский" in subject["title"].casefold()
            for line in subject["students"]
            if cast.student.surname in line["name"]
        )
        assert changed["finals"] == {cast.term.title: "3", cast.year_term.title: "5"}, "the journal's"
        assert "журнал изменился" in page(deputy, f"/papers/{paper.pk}/")
        assert client_of(cast.student).get(f"/papers/{again.pk}/paper.pdf").status_code == 403
        assert client_of(cast.master).get(f"/papers/{again.pk}/paper.pdf").status_code == 404


@under(COLLEGE)
@pytest.mark.clause("ET-2.1b", "ET-A-DEP-6w")
def test_results_by_unit_and_period_from_the_first_course_on(cast: Any, client_of: Any) -> None:
    """Two school years of one student, for the family and for who leads and controls; the sheet is printed."""
    before = AcademicYear.objects.create(
        school=cast.school, title="2025/2026", starts=date(2025, 9, 1), until=date(2026, 6, 1), state="closed"
    )
    term = Term.objects.create(
        school=cast.school, year=before, kind="half_year", number=1, title="I полугодие", starts=date(2025, 9, 1),
        until=date(2025, 12, 28),
    )  # fmt: skip
    room = Homeroom.objects.create(
        school=cast.school, year=before, title="1Б", grade=1, letter="Б", term_kind="half_year"
    )
    Enrolment.objects.create(
        school=cast.school,
        student=cast.student,
        homeroom=room,
        starts=date(2025, 9, 1),
        until=date(2026, 6, 1),
    )
    old = Journal.objects.create(
        school=cast.school, year=before, subject=cast.subjects["maths"], homeroom=room, grade=1, term_kind="half_year",
        scale=cast.russian.scale, weekly_hours=5,
    )  # fmt: skip
    for journal, when, value in ((old, term, "3"), (cast.russian, cast.term, "5")):
        TermMark.objects.create(
            school=cast.school, journal=journal, student=cast.student, term=when, value=value,
            set_at=cast.at, changed_at=cast.at,
        )  # fmt: skip
    address = f"/diary/{cast.student.pk}/results/"
    for who in (cast.student, cast.guardian, cast.deputy, cast.class_teacher):
        answer = client_of(who).get(address)
        assert answer.status_code == 200 and b"data-print" in answer.content, who
        words = text(answer)
        now, _, then = words.partition("2025/2026")
        assert "2026/2027" in now and "Русский язык" in now and "5" in now.partition("Русский язык")[2]
        assert "1 «Б»" in then and "Математика" in then and "3" in then.partition("Математика")[2]
    for who in (cast.other_guardian, cast.master):
        assert client_of(who).get(address).status_code in (403, 404), who
    assert client_of(cast.outside.guardian).get(address).status_code == 404


@presets((COLLEGE, "ET-2.2.6"), (COLLEGE, "ET-2.1c"))
def test_a_closed_year_is_read_by_the_controllers_and_written_by_nobody(
    cast: Any, client_of: Any, tmp_path: Path
) -> None:
    deputy, teacher = client_of(cast.deputy), client_of(cast.teacher)
    checked(cast, date(2027, 6, 1))
    AcademicYear.objects.filter(pk=cast.year.pk).update(state="closed")
    with clock.rehearse(cast.local(date(2027, 6, 20), 12)):
        grid = deputy.get(f"/journals/{cast.russian.pk}/?term={cast.term.pk}")
        shown = grid.content.decode()
        assert ("Только чтение" in shown and "Сафина" in shown and 'class="mkv' in shown) or "Сафина" in text(
            grid
        )
        lesson = cast.lesson_on("russian", date(2026, 10, 13))
        answer = send(teacher, cast.russian, mark(lesson, cast.named("Асанов"), "5"))
        assert answer.status_code == 400 and "только читаются" in answer.json()["error"]
        done(deputy.post("/papers/", make(cast, cast.year_term)))
        paper = PaperSet.objects.latest("pk")
        words = " ".join(" ".join(leaves(deputy.get(f"/papers/{paper.pk}/paper.pdf"), tmp_path)).split())
        assert "Сафина" in words and cast.topics[0].text[:25] in words
        assert paper.marks and paper.absences
    assert client_of(cast.outside.deputy).get(f"/journals/{cast.russian.pk}/").status_code == 404
    assert client_of(cast.student).get(f"/journals/{cast.russian.pk}/").status_code in (403, 404)


@under(COLLEGE)
@pytest.mark.clause("ET-6.10c")
def test_the_bound_journal_holds_the_six_parts_for_every_unit(
    cast: Any, client_of: Any, tmp_path: Path
) -> None:
    """List, marks, attendance, topics, homework, half-year marks: of two units, on the pages of each of them."""
    checked(cast, date(2027, 6, 1))
    Journal.objects.filter(pk=cast.maths.pk).update(plan=cast.plan)
    lesson = cast.lesson_on("maths", TUESDAY)
    pupil, away = cast.named("Асанов"), cast.named("Ефимова")
    with clock.rehearse(cast.local(TUESDAY, 14)):
        writer = client_of(cast.class_teacher)
        saved(send(writer, cast.maths, topic(lesson, cast.topics[0].text, cast.topics[0])))
        saved(send(writer, cast.maths, mark(lesson, pupil, "5")))
        saved(send(writer, cast.maths, absent(lesson, away, "б")))
        saved(send(writer, cast.maths, homework(lesson, "решить № 217, с. 40")))
        saved(send(writer, cast.maths, held(lesson)))
    for journal, value in ((cast.maths, "4"), (cast.russian, "3")):
        TermMark.objects.create(
            school=cast.school, journal=journal, student=pupil, term=cast.term, value=value, set_at=cast.at,
            changed_at=cast.at,
        )  # fmt: skip
    curator = client_of(cast.class_teacher)
    with clock.rehearse(cast.local(date(2027, 6, 20), 12)):
        done(curator.post("/papers/", make(cast, cast.year_term)))
        paper = PaperSet.objects.get()
        pages = [
            " ".join(one.split()) for one in leaves(curator.get(f"/papers/{paper.pk}/paper.pdf"), tmp_path)
        ]
    roster = next(one for one in pages[1:] if one.startswith("Список класса"))
    for student in cast.students:
        assert student.surname in roster, student.surname
    starts = {
        title: next(place for place, one in enumerate(pages) if place and one.startswith(title))
        for title in ("Математика", "Русский язык")
    }

    def of_unit(title: str) -> str:
        """The pages from where the unit begins to where the next part does."""
        others = sorted(
            place
            for place, one in enumerate(pages)
            if place > starts[title]
            and one.startswith(("Английский язык", "Математика", "Русский язык", "Сводная ведомость"))
            and not one.startswith(title)
        )
        return " ".join(pages[starts[title] : others[0]])

    for title, marked, words, work, half in (
        ("Математика", "5", cast.topics[0].text[:20], "№ 217", "4"),
        ("Русский язык", "4", cast.topics[1].text[:20], "упр. 128", "3"),
    ):
        whole = of_unit(title)
        assert words in whole and work in whole, (title, whole[:600])
        line = whole[whole.index("Асанов Т") :][:160]
        assert marked in line and half in line, (title, line)
        assert re.search(r"Ефимова.{0,200}?б" if title == "Математика" else r"Орлова.{0,200}?б", whole), title
        assert cast.term.title.split()[-1][:4] in whole, "the half-year has a column"
    assert client_of(cast.teacher).get(f"/papers/{paper.pk}/paper.pdf").status_code == 403


@under(COLLEGE)
@pytest.mark.clause("ET-A-DEP-16c")
def test_who_may_print_what_follows_the_roles(cast: Any, client_of: Any) -> None:
    """Journal, list, summary sheet, reports, diary: each has its print without menus, for its own roles alone."""
    checked(cast, date(2027, 6, 1))
    with clock.rehearse(cast.local(date(2027, 6, 20), 12)):
        done(client_of(cast.deputy).post("/papers/", make(cast, cast.year_term)))
        journal = f"/papers/{PaperSet.objects.get().pk}/paper.pdf"
        assert client_of(cast.class_teacher).get(journal)["Content-Type"] == "application/pdf"
        for who, status in ((cast.teacher, 403), (cast.master, 404), (cast.student, 403)):
            assert client_of(who).get(journal).status_code == status, who
    pages = {
        f"/rosters/{cast.homeroom.pk}/": ((cast.deputy, cast.class_teacher), (cast.teacher, cast.student)),
        f"/reports/summary_sheet/?{SPAN}&homeroom={cast.homeroom.pk}": (
            (cast.deputy, cast.class_teacher), (cast.teacher, cast.master, cast.guardian),
        ),
        f"/reports/attendance/?{SPAN}": ((cast.deputy, cast.director), (cast.teacher, cast.student)),
        f"/diary/{cast.student.pk}/": ((cast.guardian, cast.student), (cast.other_guardian, cast.master)),
    }  # fmt: skip
    for address, (may, may_not) in pages.items():
        for who in may:
            shown = client_of(who).get(address).content.decode()
            assert "data-print" in shown and "people/print.js" in shown, (address, who)
        for who in may_not:
            assert client_of(who).get(address).status_code in (403, 404), (address, who)
    kit = Path("parta/foundation/static/foundation/css/kit.css").read_text(encoding="utf-8")
    hidden = kit[kit.index("@media print {\n  @page") :].partition("display: none")[0]
    assert ".cover" in hidden and ".tabbar" in hidden and ".noprint" in hidden, "menus are not printed"
    head = client_of(cast.deputy).get(f"/reports/attendance/?{SPAN}").content.decode()
    assert 'class="cover' in head and "noprint" in head
