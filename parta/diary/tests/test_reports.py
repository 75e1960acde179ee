"""Reports of the class teacher to families, and paper extracts: for whom, what they hold, who took and read them."""

from datetime import date, timedelta
from typing import Any

import pytest

from parta.diary.actions import reports
from parta.diary.models import FamilyReport, ReportReceipt
from parta.organisation.acts import Refusal
from parta.people.models import Consent

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


@pytest.mark.clause("DB-4.1.3", "GT-I-5.1.г")
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
