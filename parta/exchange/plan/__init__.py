"""What a file would do to a school: every object new, changed, left alone, ended or refused. Nothing is written here.

The preview a person sees and the work that `apply` does are this one plan; apply makes it anew inside its transaction.
A kind of thing has its planner in a file of its own, and all planners have one shape: a function of the `Draft`, which
holds the file, the school as it stands, and what the planners before have found.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Final

from parta.organisation.models import School

from ..completed import completed
from ..data import SchoolData
from ..located import Problems
from .bells import plan_bells
from .draft import Draft
from .endings import keep_what_stands
from .homerooms import plan_homerooms, plan_subgroups
from .journals import plan_journals
from .opening import ask_of_openings, tell_of_waiting
from .outcome import KINDS as KINDS
from .outcome import Change as Change
from .outcome import Entity as Entity
from .outcome import ImportPlan as ImportPlan
from .outcome import Item as Item
from .outcome import State as State
from .renames import ask_of_renames
from .roles import plan_roles_of_teachers
from .rooms import plan_rooms
from .staff import plan_staff
from .standing import read_school, standing_lists
from .students import plan_students
from .subjects import plan_subjects
from .timetable import plan_timetable
from .topics import plan_topics
from .year import current_year, plan_year

Planner = Callable[[Draft], None]

PLANNERS: Final[tuple[Planner, ...]] = (
    plan_year,
    read_school,
    plan_bells,
    plan_rooms,
    plan_subjects,
    plan_staff,
    plan_homerooms,
    plan_subgroups,
    plan_students,
    ask_of_renames,
    plan_topics,
    ask_of_openings,
    plan_journals,
    plan_timetable,
    tell_of_waiting,
    plan_roles_of_teachers,
    keep_what_stands,
)
"""In the order in which the kinds depend on each other: each may use what those above it have put on the draft."""


def make_plan(data: SchoolData, school: School, *, on: date, starts: date | None = None) -> ImportPlan:
    """Compare what a file says with a school. `starts`: the day a timetable begins; else `on`, or the year's first."""
    problems = Problems(list(data.problems))
    whole = completed(data, lambda: standing_lists(school, current_year(school, on)), problems)
    draft = Draft(school, on, whole, problems, starts)
    for planner in PLANNERS:
        planner(draft)
    order = {kind: index for index, kind in enumerate(KINDS)}
    draft.items.sort(key=lambda item: order[item.kind])
    return ImportPlan(data, school, draft.first_day, draft.items, problems.found, draft.year)
