"""A draft tried on the past: the replay agrees with what was accepted, and only the draft's own changes show."""

from datetime import date, timedelta
from typing import Any

import pytest

from parta.control.rehearsal import Rehearsal, rehearse
from parta.control.replay import Replay
from parta.foundation import clock
from parta.regulation.edition import parse_edition
from parta.regulation.judge import judge
from parta.regulation.models import Edition
from parta.regulation.queries import law as law_of_school
from parta.regulation.verdict import Outcome
from parta.timetable.calendar import calendar_of
from tests.cast import PRESETS
from tests.journeys.steps import (
    GYMNASIUM,
    MONDAY,
    absent,
    held,
    homework,
    mark,
    note,
    roll,
    saved,
    send,
    topic,
    under,
)

SINCE = date(2026, 10, 5)


def source_of(cast: Any) -> str:
    return str(Edition.objects.get(school_id=cast.school.id).source)


def tried(cast: Any, source: str, until: date | None = None) -> Rehearsal:
    cast.school.refresh_from_db()
    law = law_of_school(cast.school.id, cast.school.law_version)
    calendar = calendar_of(cast.school.id, cast.school.timezone, cast.school.law_version)
    return rehearse(
        law,
        cast.school.id,
        parse_edition(source),
        since=SINCE,
        until=until or cast.on,
        at=cast.at,
        calendar=calendar,
    )


@pytest.mark.parametrize("cast", PRESETS, indirect=True)
def test_what_was_accepted_passes_when_it_is_replayed(cast: Any, client_of: Any) -> None:
    """Every write the page let through under an act passes the same act when the log is read back."""
    teacher, lesson = client_of(cast.teacher), cast.lesson_on("russian", MONDAY)
    type(cast.russian).objects.filter(pk=cast.russian.pk).update(plan=cast.plan)
    pupil, other = cast.named("Асанов"), cast.named("Григорян")
    moment = cast.local(MONDAY, 12) + timedelta(seconds=17)
    ahead = cast.lesson_on("russian", cast.on, 4)
    with clock.rehearse(moment):
        answers = [
            send(teacher, cast.russian, *changes)
            for changes in (
                [held(lesson), roll(lesson), mark(lesson, pupil, "5", "oral")],
                [mark(lesson, pupil, "5", "oral")],
                [absent(lesson, other, "н")],
                [homework(lesson, "выучить § 5, с. 12", student=pupil)],
                [topic(ahead, cast.topics[9].text, cast.topics[9])],
                [note(lesson, pupil, "praise", "Хорошо работал на уроке")],
            )
        ]
    accepted = [answer for answer in answers if answer.status_code == 200]
    law = law_of_school(cast.school.id, cast.viewer("deputy").school.law_version)
    calendar = calendar_of(cast.school.id, cast.school.timezone, 0)
    acts = [act for act, _ in Replay(cast.school.id, MONDAY, cast.on).acts() if act.at == moment]
    assert len(acts) >= len(accepted) >= 3
    for act in acts:
        verdict = judge(law, act, calendar)
        assert verdict.passes, (act.fact, verdict.text)


@under(GYMNASIUM)
def test_the_act_in_force_changes_nothing(cast: Any) -> None:
    found = tried(cast, source_of(cast))
    assert found.writes > 20
    assert not (found.stricter or found.milder or found.found or found.lifted)


@under(GYMNASIUM)
def test_a_stricter_draft_names_what_it_would_have_stopped_and_changes_nothing(
    cast: Any, client_of: Any
) -> None:
    lesson = cast.lesson_on("russian", MONDAY)
    with clock.rehearse(cast.local(MONDAY, 12)):
        saved(send(client_of(cast.teacher), cast.russian, mark(lesson, cast.named("Асанов"), "5", "oral")))
    with clock.rehearse(lesson.ends_at + timedelta(minutes=30)):
        saved(send(client_of(cast.teacher), cast.russian, mark(lesson, cast.named("Григорян"), "4", "oral")))
    editions = Edition.objects.count()
    draft = source_of(cast).replace('within = "24h"', 'within = "60min"')
    assert draft != source_of(cast)
    found = tried(cast, draft)
    late = [
        example
        for change in found.stricter
        for example in change.examples
        if "GT-P-2.4a" in {clause.id for clause in change.clauses} and example.lesson_id == lesson.id
    ]
    assert len(late) == 1, "noon is more than an hour after the lesson, half an hour is not"
    assert "русский" in late[0].title and not found.milder
    assert Edition.objects.count() == editions


@under(GYMNASIUM)
def test_a_milder_draft_and_its_duties(cast: Any) -> None:
    """Without the homework duty nothing is found under it; the rest is as before."""
    head, *rules = source_of(cast).split("[[rule]]")
    kept = [rule for rule in rules if 'kind = "homework_deadline"' not in rule]
    assert len(kept) == len(rules) - 1
    found = tried(cast, "[[rule]]".join([head, *kept]))
    homework_duties = [change for change in found.lifted if "GT-P-2.2" in {c.id for c in change.clauses}]
    assert homework_duties and all(change.outcome is Outcome.PASS for change in homework_duties)
    assert sum(change.count for change in homework_duties) >= 3 and homework_duties[0].examples[0].lesson_id
    assert not found.stricter


@under(GYMNASIUM)
def test_statements_do_not_grow_with_the_span(cast: Any, count_statements: Any) -> None:
    tried(cast, source_of(cast))
    counts = []
    for until in (SINCE, cast.on):
        with count_statements() as statements:
            tried(cast, source_of(cast), until)
        counts.append(len(statements))
    assert counts[0] == counts[1] <= 24
