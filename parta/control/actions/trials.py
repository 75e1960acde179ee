"""A draft of the act is tried on past lessons: a person asks, the worker works it out, the result stays."""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any

from parta.control.models import Trial
from parta.control.rehearsal import Change, Rehearsal, rehearse
from parta.foundation import jobs, log
from parta.foundation.log import Actor, Line
from parta.organisation.acts import Refusal, act
from parta.organisation.models import School
from parta.regulation.edition import RegulationError, parse_edition
from parta.regulation.models import EditionDraft
from parta.regulation.queries import law as law_of_school
from parta.timetable.calendar import calendar_of

__all__ = ["TRY", "ask_trial", "carry_out_trial"]

TRY = "try_draft"
LONGEST = timedelta(days=370)
DAY = timedelta(days=1)


def ask_trial(
    *,
    school_id: int,
    draft_id: int,
    since: date,
    until: date,
    on: date,
    asked_by: int,
    by: Actor,
    at: datetime,
) -> Trial:
    """Ask for a trial over the lessons of [since, until]; the worker takes it up. Asked twice at once, it is one.

    Raises Refusal for days that make no span, LookupError when the school has no such draft.
    """
    if since > until:
        raise Refusal("Первый день позже последнего.", "since")
    if since > on:
        raise Refusal("Эти дни ещё не наступили: пробуют на прошедших уроках.", "since")
    if until - since > LONGEST:
        raise Refusal("Больше года за раз не пробуют: выберите четверть или полугодие.", "since")
    until = min(until, on)
    with act(school_id, by=by, at=at) as lines:
        log.lock_chain("school", school_id)
        draft = EditionDraft.objects.filter(school_id=school_id, pk=draft_id).first()
        if draft is None:
            raise LookupError(f"draft {draft_id}")
        same = Trial.objects.filter(
            school_id=school_id,
            draft=draft,
            since=since,
            until=until + DAY,
            state__in=("waiting", "running"),
            asked_at__gt=at - jobs.LEASE,
        ).first()
        if same is not None:
            return same
        trial = Trial.objects.create(
            school_id=school_id,
            draft=draft,
            since=since,
            until=until + DAY,
            asked_by_id=asked_by,
            asked_at=at,
        )
        jobs.enqueue(TRY, {"trial": trial.pk}, at=at, school_id=school_id)
        span = {"since": since.isoformat(), "until": until.isoformat()}
        lines.append(Line("trial_asked", "trial", trial.pk, data={"draft": draft.pk, **span}))
    return trial


def carry_out_trial(trial_id: int, *, at: datetime) -> None:
    """Work a trial out and keep what it found. Run twice it finds the same; a trial that is done is left alone."""
    trial = Trial.objects.select_related("draft").filter(pk=trial_id).exclude(state="done").first()
    if trial is None:
        return
    rows = Trial.objects.filter(pk=trial_id)

    def tell(done: int, total: int) -> None:
        rows.update(done=done, total=total)

    rows.update(state="running", done=0, fault="")
    school = School.objects.get(pk=trial.school_id)
    try:
        draft = parse_edition(trial.draft.source)
    except RegulationError as error:
        rows.update(state="failed", fault=f"Файл редакции больше не читается: {error}"[:500])
        return
    try:
        found = rehearse(
            law_of_school(school.pk, school.law_version),
            school.pk,
            draft,
            since=trial.since,
            until=trial.until - DAY,
            at=at,
            calendar=calendar_of(school.pk, school.timezone, school.law_version),
            tell=tell,
        )
    except Exception:
        rows.update(state="failed", fault="Программа не справилась. Она попробует ещё раз сама.")
        raise
    rows.update(
        state="done",
        judged_at=at,
        law_version=school.law_version,
        contents=_contents(found),
        done=found.journals,
        total=found.journals,
    )


def _contents(found: Rehearsal) -> Mapping[str, Any]:
    """The result as plain JSON, by the names of its fields."""
    return {
        "writes": found.writes,
        **{
            name: [_change(one) for one in getattr(found, name)]
            for name in ("stricter", "milder", "found", "lifted")
        },
        "asleep": list(found.asleep),
        "untried": list(found.untried),
    }


def _change(one: Change) -> Mapping[str, Any]:
    return {
        "cite": one.cite,
        "kind": one.kind,
        "answer": one.verdict,
        "outcome": int(one.outcome),
        "count": one.count,
        "places": [
            {
                "journal": place.journal_id,
                "lesson": place.lesson_id,
                "date": place.date.isoformat(),
                "title": place.title,
                "text": place.text,
            }
            for place in one.examples
        ],
    }
