"""Reports the program makes by itself: each once for its span, missed ones caught up."""

from datetime import datetime, timedelta

from parta.control.actions.findings import program_viewer
from parta.control.actions.reports import ReportRow, form_report
from parta.control.queries.forms import FORMS
from parta.control.queries.intervals import report_spans, school_intervals
from parta.control.queries.sheets import Cut, law_for
from parta.foundation.log import SYSTEM
from parta.journal.rules.matters import rules_on
from parta.organisation.models import School


def form_due_reports(school: School, *, at: datetime) -> int:
    """Form what the act asks of the program for spans that have ended and have no report; how many were formed."""
    viewer = program_viewer(school, at)
    facts = school_intervals(viewer)
    known = {(one.code, one.since, one.until) for one in facts.reports if one.homeroom_id is None}
    count = 0
    for rule in rules_on(law_for(viewer), viewer.on, "report_due"):
        form = FORMS.get(rule.params.report)
        if form is None or "system" not in rule.entry.by or rule.params.each != "school":
            continue
        for since, until, _, _ in report_spans(rule, facts, viewer.on):
            if (form.code, since, until) in known:
                continue
            known.add((form.code, since, until))
            table = form.make(viewer, Cut(since, until - timedelta(days=1)))
            form_report(
                school_id=school.pk,
                row=ReportRow(form.code, since, until, table_contents(table)),
                made_by=None,
                by=SYSTEM,
                at=at,
            )
            count += 1
    return count


def table_contents(table: object) -> dict[str, object]:
    """A table as plain JSON."""
    return {
        "heads": list(getattr(table, "heads", ())),
        "rows": [list(row) for row in getattr(table, "rows", ())],
        "sums": getattr(table, "sums", 0),
        "note": getattr(table, "note", ""),
    }
