"""What a class teacher keeps: consents on paper, cards corrected with their history, the class looked through."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from django.db.models import Q

from parta.foundation.log import Actor, Line
from parta.organisation.actions import checks
from parta.organisation.acts import Refusal, act
from parta.organisation.models import Homeroom, School
from parta.people.actions.accounts import close_account
from parta.people.models import Consent, Enrolment, Guardianship, Person, PersonChange, Role, RosterReview
from parta.people.refusals import on_paper


def record_consent(
    *,
    student: Person,
    kind: str,
    state: str,
    signed_on: date,
    signer: Person | None = None,
    paper_number: str = "",
    scope: str = "",
    closes_access: bool = False,
    by: Actor,
    at: datetime,
) -> Consent:
    """Enter a family's paper: consent given, refused, or a given one withdrawn. It counts from the date on it.

    `closes_access`: the parents' accounts are closed with it, where the paper takes the family off the electronic
    form; by choice, for a family may ask for sheets and still look. Raises Refusal for a date in the future, a paper
    without a number, a signer of another school, a withdrawal of what was never given, and a closing for another paper.
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
    if closes_access and (state == "given") != (kind == "paper"):
        raise Refusal("Доступ закрывают, когда семья переходит на бумагу; это заявление не о том.", "access")
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
        if closes_access:
            for guardian in _only_on_paper(student, at):
                close_account(person=guardian, by=by, at=at)
    return row


def _only_on_paper(student: Person, at: datetime) -> list[Person]:
    """Representatives of the student whose account serves nothing else: no role of staff, here or in another school,
    and no child whose family reads electronically."""
    on = at.astimezone(ZoneInfo(student.school.timezone)).date()
    running = Q(starts__lte=on) & (Q(until=None) | Q(until__gt=on))
    users = Guardianship.objects.filter(running, student=student, guardian__user__is_active=True)
    found = []
    for guardian in Person.objects.filter(pk__in=users.values("guardian")).select_related("user"):
        selves = Person.objects.filter(user=guardian.user).values("pk")
        wards = Guardianship.objects.filter(running, guardian__in=selves, has_rights=True)
        children = set(wards.values_list("student_id", flat=True))
        is_staff = Role.objects.filter(running, person__in=selves).exists()
        if not is_staff and children <= on_paper(sorted(children), on):
            found.append(guardian)
    return found


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


@dataclass(frozen=True, slots=True)
class ConsentRow:
    """A paper of an import or of the demo school."""

    student_id: int
    kind: str
    state: str
    signed_on: date
    paper_number: str
    signer_id: int | None = None
    scope: str = ""


def bulk_consents(*, school_id: int, rows: Sequence[ConsentRow], by: Actor, at: datetime) -> list[int]:
    """Many papers; ids in the order of the rows. Kinds and states are checked, people must be the school's."""
    known = set(Person.objects.filter(school_id=school_id).values_list("id", flat=True))
    for row in rows:
        checks.one_of(row.kind, Consent.KINDS, "kind", "о чём заявление")
        checks.one_of(row.state, Consent.STATES, "state", "что в заявлении")
        if row.student_id not in known or (row.signer_id is not None and row.signer_id not in known):
            raise Refusal("Такого человека в школе нет.", "student")
    with act(school_id, by=by, at=at) as lines:
        made = Consent.objects.bulk_create(
            [
                Consent(
                    school_id=school_id,
                    student_id=row.student_id,
                    kind=row.kind,
                    state=row.state,
                    signed_on=row.signed_on,
                    signer_id=row.signer_id,
                    paper_number=row.paper_number,
                    scope=row.scope,
                    recorded_by=by.user_id,
                    recorded_at=at,
                )
                for row in rows
            ],
            batch_size=500,
        )
        lines += [
            Line(
                "consent_recorded",
                "consent",
                consent.pk,
                student_id=consent.student_id,
                data={"kind": consent.kind, "state": consent.state, "on": consent.signed_on.isoformat()},
            )
            for consent in made
        ]
    return [consent.pk for consent in made]


@dataclass(frozen=True, slots=True)
class ReviewRow:
    """A review of a class that was made."""

    homeroom_id: int
    at: datetime
    user_id: int
    students: int
    changes: int = 0


def bulk_reviews(*, school_id: int, rows: Sequence[ReviewRow], by: Actor, at: datetime) -> None:
    """Many reviews, each by its class teacher at its moment: the bulk path of the demo school."""
    zone = ZoneInfo(School.objects.values_list("timezone", flat=True).get(pk=school_id))
    with act(school_id, by=by, at=at) as lines:
        RosterReview.objects.bulk_create(
            [
                RosterReview(
                    school_id=school_id,
                    homeroom_id=row.homeroom_id,
                    day=row.at.astimezone(zone).date(),
                    at=row.at,
                    user_id=row.user_id,
                    role="class_teacher",
                    students=row.students,
                    changes=row.changes,
                )
                for row in rows
            ],
            batch_size=500,
        )
        lines += [
            Line(
                "roster_reviewed",
                "homeroom",
                row.homeroom_id,
                data={"students": row.students, "changes": row.changes, "user": row.user_id},
            )
            for row in rows
        ]
