"""What happens to people of a school: they come, get accounts and roles, join classes and families, leave.

Every function takes `by` and `at`, works in one transaction and leaves its lines on the school's chain: ids, dates
and orders, never a name (invariant 7). The `bulk_*` functions are for imports and the demo school.
"""

from parta.people.actions import second, sign_ins
from parta.people.actions.access import (
    Invitation,
    IssueRow,
    activate,
    bulk_issues,
    close_groundless,
    hand_over,
    invitation,
    issue_codes,
    plain_code,
    report_loss,
    without_ground,
)
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
from parta.people.actions.cards import (
    ConsentRow,
    ReviewRow,
    bulk_consents,
    bulk_reviews,
    record_consent,
    review_roster,
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
    "ConsentRow",
    "EnrolmentRow",
    "GuardianshipRow",
    "Invitation",
    "IssueRow",
    "Issued",
    "MembershipRow",
    "PersonRow",
    "ReviewRow",
    "RoleRow",
    "activate",
    "bulk_accounts",
    "bulk_consents",
    "bulk_enrolments",
    "bulk_guardianships",
    "bulk_issues",
    "bulk_memberships",
    "bulk_people",
    "bulk_reviews",
    "bulk_roles",
    "change_password",
    "change_person",
    "check_password",
    "close_account",
    "close_groundless",
    "correct_enrolment",
    "create_person",
    "end_guardianship",
    "end_role",
    "enrol",
    "grant_role",
    "hand_over",
    "invitation",
    "issue_account",
    "issue_codes",
    "issue_missing_accounts",
    "join_subgroup",
    "leave",
    "leave_subgroup",
    "make_logins",
    "plain_code",
    "record_consent",
    "reopen_account",
    "report_loss",
    "reset_password",
    "review_roster",
    "second",
    "set_guardianship",
    "sign_ins",
    "trace",
    "transfer",
    "without_ground",
]
