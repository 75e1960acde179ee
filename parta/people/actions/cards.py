"""What a class teacher keeps: consents on paper, cards corrected with their history, the class looked through."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

from parta.foundation.log import Actor, Line
from parta.organisation.actions import checks
from parta.organisation.acts import Refusal, act
from parta.organisation.models import Homeroom
from parta.people.models import Consent, Enrolment, Person, PersonChange, RosterReview


def record_consent(
    *,
    student: Person,
    kind: str,
    state: str,
    signed_on: date,
    signer: Person | None = None,
    paper_number: str = "",
    scope: str = "",
    by: Actor,
    at: datetime,
) -> Consent:
    """Enter a family's paper: consent given, refused, or a given one withdrawn. It counts from the date on it.

    Raises Refusal for a date in the future, a paper without a number, a signer of another school, and a withdrawal of
    what was never given.
    """
    checks.one_of(kind, Consent.KINDS, "kind", "о чём заявление")
    checks.one_of(state, Consent.STATES, "state", "что в заявлении")
    if not date(2000, 1, 1) <= signed_on <= at.date():
        raise Refusal("Дата на заявлении: после 2000 года и не в будущем.", "signed_on")
    if signer is not None and signer.school_id != student.school_id:
        raise Refusal("Подписавший записан в другой школе.", "signer")
    paper_number = checks.text(paper_number, 40, "paper_number", "номер заявления")
    scope = checks.text(scope, 200, "scope", "на что или почему", needed=False)
    if state == "withdrawn":
        latest = (
            Consent.objects.filter(student=student, kind=kind, signed_on__lte=signed_on)
            .order_by("-signed_on", "-id")
            .first()
        )
        if latest is None or latest.state != "given":
            raise Refusal("Отозвать можно данное согласие, а его на эту дату нет.", "state")
    with act(student.school_id, by=by, at=at) as lines:
        row = Consent.objects.create(
            school_id=student.school_id,
            student=student,
            kind=kind,
            state=state,
            signed_on=signed_on,
            signer=signer,
            paper_number=paper_number,
            scope=scope,
            recorded_by=by.user_id,
            recorded_at=at,
        )
        lines.append(
            Line(
                "consent_recorded",
                "consent",
                row.pk,
                student_id=student.pk,
                data={"kind": kind, "state": state, "on": signed_on.isoformat(), "paper": paper_number},
            )
        )
    return row


def review_roster(*, homeroom: Homeroom, by: Actor, at: datetime) -> RosterReview:
    """«Данные класса проверены»: the act keeps its day and how many corrections were made since the one before.

    Zero corrections count too. Raises Refusal for a class without students.
    """
    zone = ZoneInfo(homeroom.school.timezone)
    on = at.astimezone(zone).date()
    students = [
        row.student_id
        for row in Enrolment.objects.filter(homeroom=homeroom, starts__lte=on)
        if row.until is None or row.until > on
    ]
    if not students:
        raise Refusal("В классе нет ни одного ученика: проверять нечего.", "homeroom")
    before = RosterReview.objects.filter(homeroom=homeroom).order_by("-at").first()
    changes = PersonChange.objects.filter(
        school_id=homeroom.school_id,
        person_id__in=[
            *students,
            *Person.objects.filter(wards__student_id__in=students).values_list("id", flat=True),
        ],
    )
    if before is not None:
        changes = changes.filter(at__gt=before.at)
    moved = Enrolment.objects.filter(homeroom=homeroom, starts__lte=on)
    since = before.day if before is not None else homeroom.year.starts
    count = (
        changes.count()
        + moved.filter(starts__gt=since).count()
        + moved.filter(until__gt=since, until__lte=on).count()
    )
    with act(homeroom.school_id, by=by, at=at) as lines:
        row = RosterReview.objects.create(
            school_id=homeroom.school_id,
            homeroom=homeroom,
            day=on,
            at=at,
            user_id=by.user_id,
            role=by.role,
            students=len(students),
            changes=count,
        )
        lines.append(
            Line(
                "roster_reviewed",
                "homeroom",
                homeroom.pk,
                data={"on": on.isoformat(), "students": len(students), "changes": count},
            )
        )
    return row
