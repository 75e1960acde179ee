"""Cases of the acts about persons, families, enrolment and roles."""

from datetime import timedelta

from parta.people import actions as people
from parta.people.actions import orders
from parta.people.models import (
    Enrolment,
    Guardianship,
    Role,
    SubgroupMembership,
)
from tests.cast import World
from tests.contracts.acts.steps import DAY, Act, Prepared, by, nothing, person


def _enrolment(cast: World) -> Enrolment:
    return Enrolment.objects.get(student=cast.student, homeroom=cast.homeroom)


def _member(cast: World) -> SubgroupMembership:
    found = SubgroupMembership.objects.filter(school=cast.school, until=None).first()
    assert found is not None
    return found


ACTS: dict[str, tuple[Prepared, Act]] = {
    "people.actions.cards.record_consent": (
        nothing,
        lambda c, _: people.record_consent(
            student=c.student,
            kind="paper",
            state="given",
            signed_on=c.on,
            paper_number="7",
            **by(c),
        ),
    ),
    "people.actions.cards.review_roster": (
        nothing,
        lambda c, _: people.review_roster(homeroom=c.homeroom, **by(c)),
    ),
    "people.actions.cards.bulk_consents": (
        nothing,
        lambda c, _: people.bulk_consents(
            school_id=c.school.pk,
            rows=[people.ConsentRow(c.student.pk, "paper", "given", c.on, "7")],
            **by(c),
        ),
    ),
    "people.actions.cards.bulk_reviews": (
        nothing,
        lambda c, _: people.bulk_reviews(
            school_id=c.school.pk,
            rows=[people.ReviewRow(c.homeroom.pk, c.at, c.class_teacher.user_id, 12)],
            **by(c),
        ),
    ),
    "people.actions.enrolments.enrol": (
        lambda c: person(c),
        lambda c, person: people.enrol(
            student=person, homeroom=c.homeroom, starts=DAY, order_number="12", **by(c)
        ),
    ),
    "people.actions.enrolments.leave": (
        nothing,
        lambda c, _: people.leave(student=c.student, on=DAY, order_number="13", **by(c)),
    ),
    "people.actions.enrolments.transfer": (
        nothing,
        lambda c, _: people.transfer(
            student=c.student, homeroom=c.younger, on=DAY, order_number="14", **by(c)
        ),
    ),
    "people.actions.enrolments.correct_enrolment": (
        _enrolment,
        lambda c, row: people.correct_enrolment(
            enrolment=row, starts=row.starts, order_number="15-у", **by(c)
        ),
    ),
    "people.actions.enrolments.join_subgroup": (
        _member,
        lambda c, row: people.join_subgroup(
            student=row.student,
            subgroup=next(group for group in c.subgroups if group.pk != row.subgroup_id),
            starts=DAY,
            **by(c),
        ),
    ),
    "people.actions.enrolments.leave_subgroup": (
        _member,
        lambda c, row: people.leave_subgroup(student=row.student, subgroup=row.subgroup, on=DAY, **by(c)),
    ),
    "people.actions.enrolments.bulk_enrolments": (
        lambda c: person(c),
        lambda c, person: people.bulk_enrolments(
            school_id=c.school.pk,
            rows=[people.EnrolmentRow(person.pk, c.homeroom.pk, DAY)],
            **by(c),
        ),
    ),
    "people.actions.enrolments.bulk_memberships": (
        lambda c: person(c),
        lambda c, person: people.bulk_memberships(
            school_id=c.school.pk,
            rows=[people.MembershipRow(person.pk, c.subgroups[0].pk, DAY)],
            **by(c),
        ),
    ),
    "people.actions.families.set_guardianship": (
        lambda c: person(c),
        lambda c, person: people.set_guardianship(
            guardian=person, student=c.student, relation="other", starts=DAY, **by(c)
        ),
    ),
    "people.actions.families.end_guardianship": (
        lambda c: Guardianship.objects.filter(guardian=c.guardian, student=c.student).get(),
        lambda c, row: people.end_guardianship(guardianship=row, until=DAY, **by(c)),
    ),
    "people.actions.families.bulk_guardianships": (
        lambda c: person(c),
        lambda c, person: people.bulk_guardianships(
            school_id=c.school.pk,
            rows=[people.GuardianshipRow(person.pk, c.student.pk, "other", DAY)],
            **by(c),
        ),
    ),
    "people.actions.persons.create_person": (nothing, lambda c, _: person(c)),
    "people.actions.persons.change_person": (
        nothing,
        lambda c, _: people.change_person(
            person=c.teacher,
            surname="Соколова-Белая",
            given_name=c.teacher.given_name,
            patronymic=c.teacher.patronymic,
            **by(c),
        ),
    ),
    "people.actions.persons.bulk_people": (
        nothing,
        lambda c, _: people.bulk_people(
            school_id=c.school.pk, rows=[people.PersonRow("Новиков", "Пётр")], **by(c)
        ),
    ),
    "people.actions.orders.enter_order": (
        nothing,
        lambda c, _: orders.enter_order(
            school_id=c.school.pk,
            homeroom_id=c.homeroom.pk,
            kind="admitted",
            number="31-у",
            signed_on=DAY - timedelta(days=3),
            on=DAY,
            surname="Новиков",
            given_name="Пётр",
            **by(c),
        ),
    ),
    "people.actions.roles.grant_role": (
        nothing,
        lambda c, _: people.grant_role(person=c.contact, kind="nurse", starts=DAY, **by(c)),
    ),
    "people.actions.roles.end_role": (
        lambda c: Role.objects.filter(person=c.nurse).get(),
        lambda c, row: people.end_role(role=row, until=DAY, order_number="16", **by(c)),
    ),
    "people.actions.roles.bulk_roles": (
        nothing,
        lambda c, _: people.bulk_roles(
            school_id=c.school.pk, rows=[people.RoleRow(c.contact.pk, "nurse", DAY)], **by(c)
        ),
    ),
}
