"""What happens to people of a school: they come, get accounts and roles, join classes and families, leave.

Every function takes `by` and `at`, works in one transaction and leaves its lines on the school's chain: ids, dates
and orders, never a name (invariant 7). The `bulk_*` functions are for imports and the demo school.
"""

from parta.people.actions.accounts import (
    AccountRow,
    Issued,
    bulk_accounts,
    change_password,
    check_password,
    close_account,
    issue_account,
    issue_missing_accounts,
    make_logins,
    reopen_account,
    reset_password,
)
from parta.people.actions.enrolments import (
    EnrolmentRow,
    MembershipRow,
    bulk_enrolments,
    bulk_memberships,
    correct_enrolment,
    enrol,
    join_subgroup,
    leave,
    leave_subgroup,
    transfer,
)
from parta.people.actions.families import (
    GuardianshipRow,
    bulk_guardianships,
    end_guardianship,
    set_guardianship,
)
from parta.people.actions.persons import PersonRow, bulk_people, change_person, create_person
from parta.people.actions.roles import RoleRow, bulk_roles, end_role, grant_role
from parta.people.actions.traces import trace

__all__ = [
    "AccountRow",
    "EnrolmentRow",
    "GuardianshipRow",
    "Issued",
    "MembershipRow",
    "PersonRow",
    "RoleRow",
    "bulk_accounts",
    "bulk_enrolments",
    "bulk_guardianships",
    "bulk_memberships",
    "bulk_people",
    "bulk_roles",
    "change_password",
    "change_person",
    "check_password",
    "close_account",
    "correct_enrolment",
    "create_person",
    "end_guardianship",
    "end_role",
    "enrol",
    "grant_role",
    "issue_account",
    "issue_missing_accounts",
    "join_subgroup",
    "leave",
    "leave_subgroup",
    "make_logins",
    "reopen_account",
    "reset_password",
    "set_guardianship",
    "trace",
    "transfer",
]
