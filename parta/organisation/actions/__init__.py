"""How a school is set up: its frame, calendar, bells, rooms, subjects, scales, kinds of work, classes, subgroups.

Every function takes `by` and `at`, works in one transaction and leaves its lines on the school's chain. The `ensure_*`
functions are upserts by the natural key, so an import may be run again.
"""

from parta.organisation.actions.calendar import (
    Gap,
    TermRow,
    VacationRow,
    add_vacation,
    bulk_vacations,
    change_vacation,
    change_year,
    open_year,
    remove_vacation,
    rename_bells,
    set_bells,
    set_terms,
    standard_terms,
    term_gaps,
)
from parta.organisation.actions.classes import (
    HomeroomRow,
    SubgroupRow,
    change_homeroom,
    ensure_homerooms,
    ensure_subgroups,
)
from parta.organisation.actions.schools import change_school, create_school
from parta.organisation.actions.subjects import (
    DEFAULT_WORK_KINDS,
    SCALES,
    RoomRow,
    SubjectRow,
    WorkKindRow,
    add_scale,
    change_department,
    change_room,
    change_scale,
    ensure_departments,
    ensure_rooms,
    ensure_scale,
    ensure_subjects,
    set_work_kinds,
)

__all__ = [
    "DEFAULT_WORK_KINDS",
    "SCALES",
    "Gap",
    "HomeroomRow",
    "RoomRow",
    "SubgroupRow",
    "SubjectRow",
    "TermRow",
    "VacationRow",
    "WorkKindRow",
    "add_scale",
    "add_vacation",
    "bulk_vacations",
    "change_department",
    "change_homeroom",
    "change_room",
    "change_scale",
    "change_school",
    "change_vacation",
    "change_year",
    "create_school",
    "ensure_departments",
    "ensure_homerooms",
    "ensure_rooms",
    "ensure_scale",
    "ensure_subgroups",
    "ensure_subjects",
    "open_year",
    "remove_vacation",
    "rename_bells",
    "set_bells",
    "set_terms",
    "set_work_kinds",
    "standard_terms",
    "term_gaps",
]
