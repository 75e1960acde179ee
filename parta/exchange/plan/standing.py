"""The school as it stands: what every other planner compares a file with."""

from __future__ import annotations

from django.db.models import Q

from parta.organisation.models import (
    AcademicYear,
    Homeroom,
    MarkScale,
    Room,
    School,
    Subgroup,
    Subject,
)
from parta.people.models import Enrolment, Guardianship, Person, Role, SubgroupMembership
from parta.plans.models import Journal, TeachingLoad

from ..completed import Lists
from ..values import fold
from .draft import Draft
from .outcome import Entity


def read_school(draft: Draft) -> None:
    """Rows of the school in a constant number of statements, by the names a file would use."""
    school, year = draft.school, draft.year_row
    for room in Room.objects.filter(school=school):
        draft.rooms.setdefault(fold(room.title), Entity("room", room.title, room.pk, room))
    known = list(Subject.objects.filter(school=school))
    for subject in known:
        draft.subjects.setdefault(fold(subject.title), Entity("subject", subject.title, subject.pk, subject))
    for subject in known:
        if subject.short:
            draft.subjects.setdefault(fold(subject.short), draft.subjects[fold(subject.title)])
    draft.subject_codes = {subject.code for subject in known}
    draft.people = {person.pk: person for person in Person.objects.filter(school=school)}
    active = Q(until=None) | Q(until__gt=draft.on)
    draft.roles = list(Role.objects.filter(active, school=school))
    draft.guardianships = list(Guardianship.objects.filter(active, school=school))
    draft.enrolments = {
        row.student_id: row
        for row in Enrolment.objects.filter(active, school=school, homeroom__year=year).order_by("starts")
    }
    draft.memberships = {
        (row.student_id, row.subgroup_id) for row in SubgroupMembership.objects.filter(active, school=school)
    }
    if school.kind != "centre":
        draft.scale = MarkScale.objects.filter(school=school).order_by("id").first()
    if year is None:
        return
    for homeroom in Homeroom.objects.filter(school=school, year=year).select_related("room"):
        entity = Entity("homeroom", homeroom.title, homeroom.pk, homeroom, {"grade": homeroom.grade})
        entity.links["term_kind"] = homeroom.term_kind
        draft.homerooms.setdefault(fold(homeroom.title), entity)
        draft.homeroom_by_pk[homeroom.pk] = entity
    for subgroup in Subgroup.objects.filter(school=school, year=year).prefetch_related("homerooms"):
        entity = Entity("subgroup", subgroup.title, subgroup.pk, subgroup, {"split": subgroup.split})
        entity.links["homerooms"] = [draft.homeroom_by_pk[row.pk] for row in subgroup.homerooms.all()]
        draft.subgroups.setdefault(fold(subgroup.title), entity)
    draft.journal_rows = list(Journal.objects.filter(school=school, year=year))
    for load in TeachingLoad.objects.filter(active, school=school, journal__year=year):
        draft.load_rows[load.journal_id].append(load)


def standing_lists(school: School, year: AcademicYear | None) -> Lists:
    """Which lists the school has of its own, so that a name out of them is a mistake and not a newcomer."""
    return Lists(
        homerooms=Homeroom.objects.filter(school=school, year=year).exists() if year else False,
        subjects=Subject.objects.filter(school=school).exists(),
        staff=Role.objects.filter(school=school, kind__in=("teacher", "master", "class_teacher")).exists(),
        journals=Journal.objects.filter(school=school, year=year).exists() if year else False,
    )
