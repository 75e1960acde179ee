"""Reports of the class teacher to families, and paper extracts: for whom, what they hold, who took and read them."""

import subprocess
import uuid
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from parta.communication.actions import messages
from parta.communication.queries.reach import Addressee
from parta.diary.actions import looks, reports
from parta.diary.models import FamilyReport, ReportReceipt
from parta.organisation.acts import Refusal
from parta.people.models import Consent
from tests.journeys.steps import COLLEGE, DUBROVO, GYMNASIUM, presets

pytestmark = pytest.mark.django_db
MONDAY = date(2026, 10, 5)


def refuse(
    cast: Any, student: Any, kind: str = "paper", state: str = "given", on: date | None = None
) -> None:
    Consent.objects.create(
        school=cast.school,
        student=student,
        kind=kind,
        state=state,
        signed_on=on or cast.on,
        recorded_at=cast.at,
    )


def make(cast: Any, who: str = "class_teacher", **more: Any) -> reports.Made:
    span = {"starts": MONDAY, "until": cast.on + timedelta(days=1)}
    return reports.make_reports(cast.viewer(who), cast.homeroom.pk, **{**span, **more}, at=cast.at)


@presets((DUBROVO, "DB-4.1.3"), (GYMNASIUM, "GT-I-5.1.г"), (COLLEGE, "ET-7.1c"))
def test_one_action_makes_and_sends_the_report_of_each_pupil(cast: Any) -> None:
    made = make(cast)
    assert made.electronic == len(cast.students) and made.paper == made.known == 0
    row = FamilyReport.objects.get(student=cast.student)
    assert row.given_on == cast.on and row.medium == "electronic"
    russian = next(one for one in row.contents["subjects"] if one["title"] == "Русский язык")
    assert [(mark["on"], mark["value"]) for mark in russian["marks"]] == [
        ("05.10", "5"), ("08.10", "5/4"), ("12.10", "4"),
    ]  # fmt: skip
    assert russian["average"] == "4,50"
    away = FamilyReport.objects.get(student=cast.named("Орлова")).contents
    assert away["missed"] == 2 and away["absence_sums"] == {"по болезни": 2}
    assert (
        FamilyReport.objects.get(student=cast.named("Зайцев")).contents["missed"] == 0
    )  # late is no absence
    again = make(cast)
    assert again.electronic == 0 and again.known == len(cast.students)
    with pytest.raises(Refusal, match="классный руководитель"):
        reports.make_reports(
            cast.viewer("class_teacher"), cast.younger.pk, starts=MONDAY, until=cast.on, at=cast.at
        )


def test_span_ends_before_its_last_bound(cast: Any) -> None:
    """A mark of the day after the span is not in the report; the average is still the period's."""
    make(cast, starts=MONDAY, until=date(2026, 10, 12))
    row = FamilyReport.objects.get(student=cast.student)
    russian = next(one for one in row.contents["subjects"] if one["title"] == "Русский язык")
    assert [mark["on"] for mark in russian["marks"]] == ["05.10", "08.10"]
    assert russian["average"] == "4,50"


@pytest.mark.parametrize(
    ("kind", "state", "medium"),
    [
        ("paper", "given", "paper"),
        ("paper", "withdrawn", "electronic"),
        ("personal_data", "refused", "paper"),
        ("personal_data", "withdrawn", "paper"),
        ("placement", "refused", "paper"),
        ("placement", "given", "electronic"),
    ],
)
def test_refusing_families_get_paper_and_nothing_else(cast: Any, kind: str, state: str, medium: str) -> None:
    refuse(cast, cast.student, kind, state)
    make(cast)
    assert [row.medium for row in FamilyReport.objects.filter(student=cast.student)] == [medium]


def test_a_paper_of_tomorrow_does_not_count_today(cast: Any) -> None:
    refuse(cast, cast.student, on=cast.on + timedelta(days=1))
    make(cast)
    assert FamilyReport.objects.get(student=cast.student).medium == "electronic"


@pytest.mark.clause("IP-2.12h")
def test_weekly_extract_is_for_paper_families_only_and_asks_when_it_was_handed(cast: Any) -> None:
    refuse(cast, cast.student)
    made = make(cast, only_paper=True)
    assert (made.electronic, made.paper) == (0, 1)
    row = FamilyReport.objects.get()
    assert row.student_id == cast.student.pk and row.given_on is None
    viewer = cast.viewer("class_teacher")
    with pytest.raises(Refusal, match="Сначала запишите"):
        reports.record_signature(viewer, row.pk, None, at=cast.at)
    with pytest.raises(Refusal, match="не позже сегодняшнего"):
        reports.hand_over(viewer, row.pk, on=cast.on + timedelta(days=1), to="мать", at=cast.at)
    reports.hand_over(viewer, row.pk, on=cast.on, to="мать", at=cast.at)
    reports.record_signature(viewer, row.pk, cast.guardian.pk, at=cast.at)
    reports.record_signature(viewer, row.pk, cast.guardian.pk, at=cast.at)
    assert ReportReceipt.objects.get().means == "paper"
    with pytest.raises(Refusal):
        reports.record_signature(viewer, row.pk, cast.outsider.pk, at=cast.at)


def pdf_text(data: bytes, tmp_path: Path) -> list[str]:
    """The text of each page, by poppler."""
    place = tmp_path / "paper.pdf"
    place.write_bytes(data)
    done = subprocess.run(["pdftotext", "-layout", place, "-"], capture_output=True, text=True, check=True)
    return done.stdout.replace("\xa0", " ").split("\f")[:-1]


@pytest.mark.clause("ET-A-DEP-14d", "ET-A-CURATOR-2d")
def test_extracts_are_one_file_with_a_sheet_and_a_signature_line_for_each(
    cast: Any, client_of: Any, tmp_path: Path
) -> None:
    """Only families on paper, in the order of the register, whatever stands in their names and comments."""
    hostile = cast.named("Авдеев")
    hostile.given_name = '#eval("1") *Кирилл* $x$'
    hostile.save()
    for student in (cast.student, hostile):
        refuse(cast, student)
    client = client_of(cast.class_teacher)
    address = f"/families/{cast.homeroom.pk}"
    span = {"from": MONDAY.isoformat(), "last": cast.on.isoformat()}
    assert client.get(f"{address}/extracts.pdf", span).status_code == 404, "nothing to print yet"
    assert client.post(f"{address}/reports/", {"act": "extracts", **span}).status_code == 302
    answer = client.get(f"{address}/extracts.pdf", span)
    assert answer["Content-Type"] == "application/pdf" and "attachment" in answer["Content-Disposition"]
    first, second = pdf_text(answer.content, tmp_path)
    assert '#eval("1") *Кирилл* $x$' in first and "Сафина Диляра" in second
    for sheet in (first, second):
        assert "подпись" in sheet and "ознакомлен" in sheet
    assert "5/4" in second and "4,50" in second
    assert client.get(f"{address}/extracts.pdf", span).content == answer.content, (
        "the same sheet, byte for byte"
    )


@pytest.mark.clause("ET-A-DEP-14a", partly="в письме ссылка на лист, не сам лист")
def test_screen_letter_and_paper_have_equal_numbers(cast: Any, client_of: Any, tmp_path: Path) -> None:
    """The report in the diary, where the letter leads, and the sheet of the same days are of the same contents."""
    make(cast)
    electronic = FamilyReport.objects.get(student=cast.student)
    page = client_of(cast.guardian).get(f"/diary/{cast.student.pk}/reports/{electronic.pk}/").content.decode()
    refuse(cast, cast.student)
    make(cast)
    sheet = FamilyReport.objects.get(student=cast.student, medium="paper")
    assert sheet.contents == electronic.contents
    span = f"?from={MONDAY}&last={cast.on}"
    answer = client_of(cast.class_teacher).get(f"/families/{cast.homeroom.pk}/extracts.pdf{span}")
    (paper,) = pdf_text(answer.content, tmp_path)
    for value in ("5/4", "4,50", "05.10", "12.10"):
        assert value in page and value in paper, value


def test_report_in_the_diary_is_read_and_the_class_teacher_sees_it(cast: Any, client_of: Any) -> None:
    make(cast)
    row = FamilyReport.objects.get(student=cast.student)
    family, head = client_of(cast.guardian), client_of(cast.class_teacher)
    assert f"/reports/{row.pk}/" in family.get(f"/diary/{cast.student.pk}/reports/").content.decode()
    assert family.post(f"/diary/{cast.student.pk}/reports/{row.pk}/read").status_code == 303
    assert "Ознакомлены" in family.get(f"/diary/{cast.student.pk}/reports/{row.pk}/").content.decode()
    assert (
        "ознакомлены 1" in head.get(f"/families/{cast.homeroom.pk}/reports/?from=2026-10-05").content.decode()
    )


@pytest.mark.clause("ET-A-CURATOR-2")
def test_one_time_line_of_a_family(cast: Any, client_of: Any) -> None:
    """Messages, sent reports, paper extracts and acknowledgements, each once, the latest first; others' stay away."""
    viewer = cast.viewer("class_teacher")
    messages.send(
        viewer, [Addressee(cast.guardian.pk, "", "", "", "family", True, True)], subject="Собрание",
        text="В среду", student_id=cast.student.pk, operation_id=str(uuid.uuid4()), at=cast.at,
    )  # fmt: skip
    make(cast)
    row = FamilyReport.objects.get(student=cast.student)
    reports.read_report(cast.viewer("guardian"), row.pk, at=cast.at + timedelta(minutes=5))
    refuse(cast, cast.student)
    make(cast)
    looks.acknowledge_week(cast.viewer("guardian"), cast.student.pk, MONDAY, at=cast.at)
    page = client_of(cast.class_teacher).get(f"/families/students/{cast.student.pk}/").content.decode()
    for says in (
        "«Собрание», от школы",
        "Отчёт за",
        "ознакомлены, в дневнике",
        "Выписка на бумаге за",
        "подтверждена",
    ):
        assert page.count(says) == 1, says
    other = client_of(cast.deputy).get(f"/families/students/{cast.student.pk}/").content.decode()
    assert "Собрание" not in other, "a thread is its members'"


def test_pages_cost_the_same_for_any_class(cast: Any, client_of: Any, count_statements: Any) -> None:
    client, address = client_of(cast.class_teacher), f"/families/{cast.homeroom.pk}/reports/?from=2026-10-05"
    make(cast, student_ids=[cast.student.pk])
    client.get(address)
    with count_statements() as few:
        client.get(address)
    make(cast)
    with count_statements() as many:
        assert client.get(address).status_code == 200
    assert len(few) == len(many) <= 10


def test_others_classes_and_others_reports_are_refused(cast: Any) -> None:
    for who in ("teacher", "deputy", "master"):
        with pytest.raises(Refusal, match="классный руководитель"):
            make(cast, who)
    make(cast)
    row = FamilyReport.objects.get(student=cast.student)
    for who in ("outsider", "other_guardian", "student"):
        with pytest.raises(Refusal):
            reports.read_report(cast.viewer(who), row.pk, at=cast.at)
    assert reports.read_report(cast.viewer("guardian"), row.pk, at=cast.at)
    assert not reports.read_report(cast.viewer("guardian"), row.pk, at=cast.at)
    with pytest.raises(Refusal):
        reports.hand_over(cast.viewer("class_teacher"), row.pk, on=cast.on, to="мать", at=cast.at)


@pytest.mark.parametrize(
    ("starts", "until"),
    [(0, 0), (0, 63), (5, 3), (0, 30)],
)
def test_spans_that_make_no_sense_are_refused(cast: Any, starts: int, until: int) -> None:
    with pytest.raises(Refusal):
        make(cast, starts=MONDAY + timedelta(days=starts), until=MONDAY + timedelta(days=until))


def test_statements_do_not_grow_with_the_class(cast: Any, count_statements: Any) -> None:
    with count_statements() as one:
        make(cast, student_ids=[cast.student.pk])
    with count_statements() as many:
        make(cast)
    assert len(many) <= len(one) + 1
