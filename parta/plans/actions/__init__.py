"""What is to be taught: journals opened, load given, thematic plans and curricula saved."""

from parta.plans.actions.approvals import approve
from parta.plans.actions.individual import (
    IndividualRow,
    end_individual_plan,
    set_individual_lines,
    start_individual_plan,
)
from parta.plans.actions.journals import (
    JournalRow,
    LoadRow,
    bulk_journals,
    bulk_load,
    change_journal,
    end_load,
    open_journal,
    set_load,
)
from parta.plans.actions.programmes import (
    CurriculumRow,
    PlanRow,
    TopicRow,
    bulk_plans,
    drop_curriculum_line,
    save_plan,
    set_curriculum,
)

__all__ = [
    "CurriculumRow",
    "IndividualRow",
    "JournalRow",
    "LoadRow",
    "PlanRow",
    "TopicRow",
    "approve",
    "bulk_journals",
    "bulk_load",
    "bulk_plans",
    "change_journal",
    "drop_curriculum_line",
    "end_individual_plan",
    "end_load",
    "open_journal",
    "save_plan",
    "set_curriculum",
    "set_individual_lines",
    "set_load",
    "start_individual_plan",
]
