"""What control has done in the demo: reports of the program, a check with its certificate, remarks in every state."""

from contextlib import AbstractContextManager
from datetime import datetime, timedelta

from parta.control.actions import CheckRow, accept, acknowledge, answer, finish_check, raise_remark
from parta.control.actions.nightly import form_due_reports
from parta.control.actions.plan import close_planned, plan_check
from parta.control.models import Acknowledgement, Remark
from parta.control.queries import certificates
from parta.control.queries.sheets import Cut
from parta.demo.clerk import Clerk
from parta.demo.families import Human
from parta.demo.marks import working_time
from parta.foundation.log import Actor, Line
from parta.organisation.acts import act
from parta.organisation.models import School
from parta.people.actions.inspection import open_inspection
from parta.people.models import Person
from parta.people.viewer import Viewer, account

CONCLUSION = (
    "Журналы ведутся в основном в срок. Учителям, названным в справке, записать пропущенные уроки и выставить "
    "отметки за письменные работы. Классным руководителям проверить пропуски одного урока среди дня."
)
PLAN = (
    ("Ведение журналов за три недели, все классы", 0),
    ("Отметки за контрольные работы по русскому языку, 5–9 классы", 3),
    ("Домашние задания в выходные и перед каникулами", 16),
)
ANSWERS = (
    "Уроки записаны, темы сверены с планом.",
    "Отметки за работу выставлены, отсутствовавшие напишут на следующей неделе.",
    "Причины пропусков уточнены у родителей.",
)


def show_control(clerk: Clerk, deputy: Human) -> None:
    """Reports that are due, and a check of the deputy head some days ago with what followed from it."""
    school = School.objects.get(pk=clerk.school_id)
    with clerk.act(clerk.now):
        form_due_reports(school, at=clerk.now)
    at = working_time(clerk.now - timedelta(days=6), clerk.zone)  # never after now: six days leave a weekend
    found = account(deputy.user_id, clerk.school_id, at) if deputy.user_id else None
    viewer = found.viewer if found is not None else None
    if viewer is None:
        return
    cut = Cut(viewer.on - timedelta(days=20), viewer.on)
    directions = certificates.wanted_directions(viewer)
    written = certificates.contents(viewer, cut, directions)
    if not written["lessons"]:
        return  # the year has not begun
    due = viewer.on + timedelta(days=7)
    with _act(clerk, deputy.user_id, "deputy", at):
        check_id = finish_check(
            school_id=clerk.school_id,
            row=CheckRow(cut.since, cut.until + timedelta(days=1), directions, CONCLUSION, due, written),
            readers=certificates.readers_of(viewer, cut, written),
            made_by=viewer.person_id,
            role="deputy",
            on=viewer.on,
            by=viewer.acting_as("deputy"),
            at=at,
        )
        named = [person for person in written["persons"] if person["id"] != viewer.person_id][:8]
        for place, person in enumerate(named):
            raise_remark(
                school_id=clerk.school_id,
                person_id=person["id"],
                text="; ".join(person["lines"][:3]),
                due=viewer.on + timedelta(days=3 if place % 4 == 3 else 9),
                on=viewer.on,
                made_by=viewer.person_id,
                by=viewer.acting_as("deputy"),
                at=at,
                check_id=check_id,
            )
    _followed(clerk, viewer.person_id, check_id)
    _planned(clerk, viewer, check_id)


def _planned(clerk: Clerk, viewer: Viewer, check_id: int) -> None:
    """The plan of control: a line closed by that check, one whose day has passed, one to come."""
    by = viewer.acting_as("deputy")
    rows = []
    for what, days in PLAN:
        with _act(clerk, viewer.user_id, "deputy", viewer.at):
            rows.append(
                plan_check(
                    school_id=clerk.school_id,
                    what=what,
                    due=viewer.on + timedelta(days=days),
                    person_id=viewer.person_id,
                    entered_by=viewer.person_id,
                    on=viewer.on,
                    by=by,
                    at=viewer.at,
                )
            )
    with _act(clerk, viewer.user_id, "deputy", viewer.at):
        close_planned(
            school_id=clerk.school_id,
            row_id=rows[0].pk,
            outcome="Справка составлена, замечания разосланы.",
            check_id=check_id,
            closed_by=viewer.person_id,
            by=by,
            at=viewer.at,
        )


def show_window(clerk: Clerk, director: Human, inspector: Human) -> None:
    """A window that the director has opened for the inspector today, over the whole school."""
    found = account(director.user_id or 0, clerk.school_id, clerk.now)
    viewer = found.viewer if found is not None else None
    if viewer is None or "director" not in viewer.roles:
        return
    with _act(clerk, director.user_id, "director", clerk.now):
        open_inspection(
            viewer=viewer,
            inspector_id=inspector.id,
            purpose="плановая проверка ведения журналов",
            ground="приказ управления образования",
            homerooms=(),
            since=None,
            until=None,
            ends_at=clerk.now + timedelta(days=30),
            at=clerk.now,
        )


def _act(clerk: Clerk, user_id: int | None, role: str, at: datetime) -> AbstractContextManager[list[Line]]:
    """An act of one person, with an id of the clerk's own."""
    return act(clerk.school_id, by=Actor(user_id, role), at=at, operation_id=clerk.operation())


def _followed(clerk: Clerk, deputy_id: int, check_id: int) -> None:
    """Most have read the certificate; some have answered, some answers are accepted."""
    random = clerk.random("control")
    later = working_time(clerk.now - timedelta(days=3), clerk.zone)
    readers = list(Acknowledgement.objects.filter(check_made_id=check_id).order_by("id"))
    remarks = list(Remark.objects.filter(check_made_id=check_id).order_by("id"))
    people = [one.person_id for one in readers] + [one.person_id for one in remarks] + [deputy_id]
    users = dict(Person.objects.filter(pk__in=people).values_list("id", "user_id"))
    for one in readers:
        if random.random() < 0.7:
            by = Actor(users[one.person_id], one.role)
            with _act(clerk, by.user_id, by.role, later):
                acknowledge(
                    school_id=clerk.school_id, check_id=check_id, person_id=one.person_id, by=by, at=later
                )
    for place, remark in enumerate(remarks):
        at = later + timedelta(minutes=place)
        if place % 2 == 0:
            by = Actor(users[remark.person_id], "teacher")
            with _act(clerk, by.user_id, by.role, at):
                answer(
                    school_id=clerk.school_id,
                    remark_id=remark.pk,
                    person_id=remark.person_id,
                    text=ANSWERS[place // 2 % len(ANSWERS)],
                    by=by,
                    at=at,
                )
        if place % 4 == 0:
            by = Actor(users[deputy_id], "deputy")
            with _act(clerk, by.user_id, by.role, at + timedelta(hours=1)):
                accept(
                    school_id=clerk.school_id,
                    remark_id=remark.pk,
                    closed_by=deputy_id,
                    by=by,
                    at=at + timedelta(hours=1),
                )
