"""The class teacher informs families: reports in the diary, extracts on paper, who took and who read them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from parta.diary.actions.looks import is_guardian, is_of_class
from parta.diary.models import FamilyReport, ReportReceipt
from parta.diary.queries.extracts import contents_of, pupils_of
from parta.foundation.log import Line
from parta.organisation.actions import checks
from parta.organisation.acts import Refusal, act
from parta.people.models import Guardianship
from parta.people.viewer import Viewer

LONGEST = timedelta(days=62)
"""A report tells of at most two months."""


@dataclass(frozen=True, slots=True)
class Made:
    """What came of making reports: the new ones by medium, and how many stood already."""

    electronic: int
    paper: int
    known: int
    ids: tuple[int, ...]


def make_reports(
    viewer: Viewer,
    homeroom_id: int,
    *,
    starts: date,
    until: date,
    only_paper: bool = False,
    student_ids: Sequence[int] | None = None,
    at: datetime,
) -> Made:
    """A report for each student of the class over [starts, until): in the diary at once, or on paper to be handed over.

    Families that refused the electronic form or asked for paper get paper and nothing else. `only_paper`: these alone
    (the weekly extract). A report that stands already is not made again. Raises Refusal for a class of others and
    for a span that is empty, longer than two months, or not over yet by more than today.
    """
    if homeroom_id not in viewer.homeroom_ids:
        raise Refusal("Отчёты семьям готовит классный руководитель этого класса.")
    if not starts < until or until - starts > LONGEST:
        raise Refusal("Отчёт охватывает от одного дня до двух месяцев: проверьте даты.", "until")
    if until > viewer.on + timedelta(days=1):
        raise Refusal(
            "Отчёт составляют по уже прошедшим дням: последний день не позже сегодняшнего.", "until"
        )
    pupils = [
        pupil
        for pupil in pupils_of(viewer, homeroom_id, viewer.on)
        if (pupil.on_paper or not only_paper) and (student_ids is None or pupil.id in student_ids)
    ]
    with act(viewer.school.id, by=viewer.acting_as("class_teacher"), at=at) as lines:
        known = set(
            FamilyReport.objects.filter(
                school_id=viewer.school.id,
                student_id__in=[pupil.id for pupil in pupils],
                starts=starts,
                until=until,
            ).values_list("student_id", "medium")
        )
        new = [
            (pupil, "paper" if pupil.on_paper else "electronic")
            for pupil in pupils
            if (pupil.id, "paper" if pupil.on_paper else "electronic") not in known
        ]
        contents = contents_of(viewer, homeroom_id, [pupil.id for pupil, _ in new], starts, until)
        made = []
        for pupil, medium in new:
            row = FamilyReport(
                school_id=viewer.school.id,
                homeroom_id=homeroom_id,
                student_id=pupil.id,
                medium=medium,
                starts=starts,
                until=until,
                contents=contents[pupil.id],
                made_by_id=viewer.person_id,
                made_at=at,
                given_on=viewer.on if medium == "electronic" else None,
            )
            made.append(row)
        FamilyReport.objects.bulk_create(made, batch_size=100)
        lines += [
            Line(
                "family_report_sent" if row.medium == "electronic" else "family_report_printed",
                "family_report",
                row.pk,
                student_id=row.student_id,
                data={"starts": starts.isoformat(), "until": until.isoformat(), "homeroom": homeroom_id},
            )
            for row in made
        ]
    paper = sum(1 for row in made if row.medium == "paper")
    return Made(len(made) - paper, paper, len(pupils) - len(made), tuple(row.pk for row in made))


def hand_over(viewer: Viewer, report_id: int, *, on: date, to: str, at: datetime) -> None:
    """The class teacher notes that a paper sheet was handed over, when and to whom. Raises Refusal."""
    to = checks.text(to, 120, "to", "кто получил")
    with act(viewer.school.id, by=viewer.acting_as("class_teacher"), at=at) as lines:
        row = _own_paper(viewer, report_id)
        if not row.starts <= on <= viewer.on:
            raise Refusal(
                "Дата вручения: не раньше начала недели в выписке и не позже сегодняшнего дня.", "on"
            )
        if row.given_on == on and row.handed_to == to:
            return
        before = row.given_on
        row.given_on, row.handed_to, row.handed_by_id = on, to, viewer.person_id
        row.save(update_fields=["given_on", "handed_to", "handed_by"])
        lines.append(
            Line(
                "family_report_handed",
                "family_report",
                row.pk,
                student_id=row.student_id,
                data={"on": on.isoformat(), "before": before.isoformat() if before else ""},
            )
        )


def record_signature(viewer: Viewer, report_id: int, guardian_id: int | None, *, at: datetime) -> None:
    """The class teacher notes that the tear-off slip came back signed. Raises Refusal."""
    with act(viewer.school.id, by=viewer.acting_as("class_teacher"), at=at) as lines:
        row = _own_paper(viewer, report_id)
        if row.given_on is None:
            raise Refusal("Сначала запишите, когда и кому отдали лист.")
        if guardian_id is not None and not (
            Guardianship.objects.filter(
                student_id=row.student_id, guardian_id=guardian_id, has_rights=True
            ).exists()
        ):
            raise Refusal("Этот человек не представитель ученика.")
        _receipt(row, guardian_id, "paper", at, lines)


def _own_paper(viewer: Viewer, report_id: int) -> FamilyReport:
    row = (
        FamilyReport.objects.select_for_update()
        .filter(pk=report_id, school_id=viewer.school.id, medium="paper")
        .first()
    )
    if row is None or not is_of_class(viewer, row.student_id):
        raise Refusal("Этого листа нет: обновите страницу.")
    return row


def read_report(viewer: Viewer, report_id: int, *, at: datetime) -> bool:
    """A guardian confirms to have read a report; whether it is new. Raises Refusal for others' reports."""
    row = FamilyReport.objects.filter(pk=report_id, school_id=viewer.school.id, medium="electronic").first()
    if row is None or not is_guardian(viewer, row.student_id):
        raise Refusal("Этого отчёта нет: обновите страницу.")
    with act(viewer.school.id, by=viewer.acting_as("guardian"), at=at) as lines:
        return _receipt(row, viewer.person_id, "web", at, lines)


def _receipt(row: FamilyReport, guardian_id: int | None, means: str, at: datetime, lines: list[Line]) -> bool:
    receipt, is_new = ReportReceipt.objects.get_or_create(
        report=row, guardian_id=guardian_id, means=means, defaults={"at": at}
    )
    if is_new:
        lines.append(
            Line(
                "family_report_read",
                "family_report",
                row.pk,
                student_id=row.student_id,
                data={"guardian": guardian_id, "means": means, "receipt": receipt.pk},
            )
        )
    return is_new
