"""Pages of control, and of the act the journal is kept by."""

from parta.control.pages import (
    act,
    anomalies,
    board,
    check,
    closeout,
    findings,
    inspection,
    plan,
    remarks,
    reports,
    trials,
    upkeep,
    year_change,
)
from parta.control.pages import desk as desk  # fills the slots of the home page

urlpatterns = [
    *board.urlpatterns,
    *check.urlpatterns,
    *findings.urlpatterns,
    *closeout.urlpatterns,
    *plan.urlpatterns,
    *upkeep.urlpatterns,
    *remarks.urlpatterns,
    *reports.urlpatterns,
    *anomalies.urlpatterns,
    *inspection.urlpatterns,
    *act.urlpatterns,
    *trials.urlpatterns,
    *year_change.urlpatterns,
]
