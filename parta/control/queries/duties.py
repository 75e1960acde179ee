"""What is not as the act asks, beside single records: plans, programmes, contradictions, the year, and control itself.

Each line leads to its place and names whose duty it is. Everything is worked out from the facts at the moment of
asking; nothing is kept, so a line closes by the fact alone.
"""

from dataclasses import dataclass, replace
from datetime import date, timedelta

from parta.control.queries import findings
from parta.control.queries.closeout import closeout_matters
from parta.control.queries.duty_lines import GROUPS, Duties, by_kind, grouped, kept_line, sameness
from parta.control.queries.family_watches import family_matters
from parta.control.queries.idle import idle_matters
from parta.control.queries.intervals import check_matters, report_matters, school_intervals
from parta.control.queries.keeping import (
    card_matters,
    class_keeping_matters,
    homework_panel_matters,
    late_matters,
)
from parta.control.queries.own_control import appointment_matters, reading_matters, remark_matters, year_of
from parta.control.queries.sheets import Cut, calendar_for, law_for, reach_of, works_of
from parta.control.queries.sources import HEADS, more_matters
from parta.control.queries.told_absences import against_notices
from parta.control.queries.year import setup_matters
from parta.foundation import sql
from parta.journal.rules.agreement_watches import (
    as_matters,
    contradictions,
    off_timetable,
    unexplained,
)
from parta.journal.rules.auto_remarks import auto_remark_matters
from parta.journal.rules.density_watch import density_lines, density_matters
from parta.journal.rules.final_watches import final_matters
from parta.journal.rules.gap_watches import gap_matters
from parta.journal.rules.load_watches import homework_matters, work_matters
from parta.journal.rules.marking_watches import final_gaps, missing_finals
from parta.journal.rules.matters import Matter, rules_on, whole
from parta.journal.rules.outcome_watches import outcome_matters
from parta.journal.rules.owed import Scope
from parta.journal.rules.politeness import held_notes
from parta.journal.rules.programme_watches import (
    control_works,
    plan_gaps,
    plan_hours,
    programme,
    programme_lags,
    work_dates,
)
from parta.journal.rules.thresholds import threshold_matters
from parta.people.viewer import Viewer
from parta.regulation.words import own_words
from parta.timetable.moved import moved_days


def duties(viewer: Viewer, since: date, until: date) -> Duties:
    """Everything that is not as the act asks on the last day of the span, in a fixed number of statements."""
    return grouped(viewer, matters(viewer, since, until), since, until)


def kept_duties(viewer: Viewer, since: date, until: date) -> Duties:
    """The same as it is kept, of the year to date: one statement. Whoever asks has called `keep` before."""
    return by_kind(viewer, [kept_line(one) for one in findings.matters(viewer)], since, until)


@dataclass(frozen=True, slots=True)
class Own:
    """The page of what one person is to do."""

    overdue: tuple[findings.Line, ...]
    coming: tuple[findings.Line, ...]
    """Single records with a limit, the earliest first."""
    duties: Duties
    """The rest, by what the act asks."""

    @property
    def count(self) -> int:
        """All lines."""
        return len(self.overdue) + len(self.coming) + self.duties.count


def own_page(viewer: Viewer, since: date) -> Own:
    """What the viewer is to do, until when and under which clause. Whoever asks has called `keep` before.

    Records are shown as they are kept. The duties of who teaches or keeps a class are worked out on the spot, for a
    teacher is told one step ahead of control; each that is kept already leads to its card, where it is answered.
    """
    lines = findings.own(viewer)
    kept = [one for one in lines if one.waits]
    records = [one for one in kept if one.source in findings.FACTS or one.is_to_do]
    named = {sameness(kept_line(one)) for one in lines if one.is_to_do or not one.waits}
    cards = {sameness(line): line for line in map(kept_line, kept) if line.kind in GROUPS | HEADS}
    for one in records:
        cards.pop(sameness(kept_line(one)), None)
    if viewer.roles.isdisjoint(WHO_TEACHES):
        found = by_kind(viewer, list(cards.values()), since, viewer.on)
    else:
        anew = [line for line in own_duties(viewer, since, viewer.on).lines if sameness(line) not in named]
        known = {sameness(line) for line in anew}
        shown = [
            replace(line, id=card.id, state=card.state) if (card := cards.get(sameness(line))) else line
            for line in anew
        ]
        shown += [line for same, line in cards.items() if line.kind in OF_SCHOOL and same not in known]
        found = by_kind(viewer, shown, since, viewer.on)
    return Own(
        tuple(one for one in records if one.is_overdue),
        tuple(one for one in records if not one.is_overdue),
        found,
    )


WHO_TEACHES = frozenset({"teacher", "class_teacher", "master"})
OF_SCHOOL = frozenset(
    {
        "certificate_read",
        "check_every",
        "report_due",
        "appointment_required",
        "setup_by",
        "accounts_active",
        "acknowledged",
        "participation_rate",
    }
)
"""Kinds that are asked of the school as a whole: a person's share of them is known only as it is kept."""


def own_duties(viewer: Viewer, since: date, until: date) -> Duties:
    """The duties that fall to the viewer: as the teacher of a journal, or as who keeps a class."""
    with own_words(law_for(viewer).words):
        return _own_duties(viewer, since, until)


def _own_duties(viewer: Viewer, since: date, until: date) -> Duties:
    found = [one for one in journal_matters(viewer, since, until, ahead=1) if one.who_id == viewer.person_id]
    found += [
        one
        for one in class_matters(viewer, until)
        if one.who_id == viewer.person_id or (one.who_id is None and one.homeroom_id in viewer.homeroom_ids)
    ]
    found += [one for one in more_matters(viewer, since, until) if one.who_id == viewer.person_id]
    found += remark_matters(viewer, viewer.person_id)
    return grouped(viewer, found, since, until)


def matters(viewer: Viewer, since: date, until: date) -> list[Matter]:
    """All matters of the viewer's journals; those of the school as a whole for school-wide viewers."""
    found = journal_matters(viewer, since, until)
    if viewer.is_school_wide or "head_of_department" in viewer.roles:
        intervals = school_intervals(viewer)
        own = check_matters(viewer, intervals) + report_matters(viewer, intervals)
        found += own + remark_matters(viewer) + reading_matters(viewer)
    if viewer.is_school_wide:
        found += setup_matters(viewer) + appointment_matters(viewer) + class_matters(viewer, until)
        found += family_matters(viewer)
    return found + more_matters(viewer, since, until)


def class_matters(viewer: Viewer, until: date) -> list[Matter]:
    """What is owed by class teachers in their classes: of the whole school, or of the viewer's own classes."""
    found = class_keeping_matters(viewer, until) + card_matters(viewer)
    if viewer.is_school_wide:
        return found
    return [one for one in found if one.homeroom_id in viewer.homeroom_ids]


def journal_matters(viewer: Viewer, since: date, until: date, *, ahead: int = 0) -> list[Matter]:
    """Plans, programmes, works, contradictions, period marks, who keeps no journal: of the viewer's journals.

    `ahead`: who goes without a mark is named so many lessons before the limit of the act.
    """
    law, school_id = law_for(viewer), viewer.school.id
    cut = Cut(since, until)
    reach = whole(school_id) if viewer.is_school_wide else reach_of(viewer, cut)
    begins, week_days = year_of(viewer, until)
    lines = programme(school_id, reach, until=until, at=viewer.at)
    found = plan_gaps(law, lines, until=until)
    found += plan_hours(law, lines, until=until)
    found += programme_lags(law, lines, until=until, ends=period_ends(viewer, until))
    if rules_on(law, until, "work_per_plan"):
        works = control_works(school_id, reach, works_of(law, until), begins=begins, since=since, until=until)
        found += work_dates(law, works, until=until)
    if rules_on(law, until, "attendance_consistency"):
        found += as_matters(
            law,
            contradictions(school_id, reach, since=since, until=until)
            + against_notices(school_id, reach, since=since, until=until)
            + unexplained(law, school_id, reach, since=since, until=until, on=viewer.on),
            "attendance_consistency",
        )
    if rules_on(law, until, "record_matches_timetable"):
        off = off_timetable(
            school_id, reach, since=since, until=until, week_days=week_days, moved=moved_days(law)
        )
        found += as_matters(law, off, "record_matches_timetable")
    if rules_on(law, until, "period_marks_complete"):
        zone = calendar_for(viewer).zone
        missing = missing_finals(law, school_id, reach, on=viewer.on, since=begins, zone=zone)
        found += final_gaps(law, missing, on=viewer.on, calendar=calendar_for(viewer))
    found += density_matters(density_lines(law, school_id, reach, on=until), on=until)
    for watched in (work_matters, homework_matters, threshold_matters, outcome_matters):
        found += watched(law, school_id, reach, since=since, until=until, calendar=calendar_for(viewer))
    found += gap_matters(law, school_id, reach, until=until, at=viewer.at, ahead=ahead)
    found += final_matters(law, school_id, reach, since=since, until=until, calendar=calendar_for(viewer))
    found += held_notes(law, reach, since=begins, until=until)
    mine = Scope() if viewer.is_school_wide else Scope(teacher_id=viewer.person_id)
    found += auto_remark_matters(
        law, school_id, mine, since=begins, at=viewer.at, calendar=calendar_for(viewer)
    )
    found += idle_matters(viewer, until) + homework_panel_matters(viewer) + closeout_matters(viewer, reach)
    return found + late_matters(viewer, since, until)


def period_ends(viewer: Viewer, until: date) -> frozenset[date]:
    """The day itself, where it is the last of a period. One statement."""
    rows = sql.read(
        "SELECT until FROM organisation_term WHERE school_id = %s AND until > %s AND until <= %s",
        [viewer.school.id, until, until + timedelta(days=1)],
    )
    return frozenset(row[0] - timedelta(days=1) for row in rows)
