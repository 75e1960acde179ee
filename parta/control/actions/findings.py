"""The life of a finding: kept while the fact stands, answered, excused with a reason, closed by the fact alone.

`keep` brings the kept findings of a school up to date: it asks the watches anew for what was touched since the last
time, and compares. What was put right before its limit leaves no trace; what was overdue, or what a person has
answered or excused, stays with its steps. Nothing here closes a finding by hand; where a thing is to be done outside
the journal (a talk, a letter), the fact is that who did it has recorded the day.
"""

import threading
from collections import defaultdict
from collections.abc import Container, Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from django.db import connection, transaction

from parta.control.actions.finding_changes import Changes, kept_rows
from parta.control.models import Finding, FindingsKept, FindingStep
from parta.control.queries.cites import Acts
from parta.control.queries.found import SOURCES, Asked, Part, Source, found_by
from parta.control.queries.own_control import year_of
from parta.control.queries.sheets import calendar_for, law_for
from parta.control.queries.touched import Touched, touched_since
from parta.foundation import log, sql, veil
from parta.foundation.log import Actor, Line
from parta.organisation.acts import Refusal, act
from parta.organisation.models import School
from parta.people.viewer import SchoolFacts, Viewer
from parta.regulation.registry import KINDS

__all__ = ["answer_finding", "do_finding", "excuse_finding", "keep", "program_viewer", "return_finding"]


def program_viewer(school: School, at: datetime) -> Viewer:
    """The program as a reader of the whole school; it is no person and opens no page."""
    facts = SchoolFacts(
        school.pk, school.code, school.short_name, school.kind, school.timezone, school.law_version
    )
    return Viewer(
        user_id=0,
        person_id=0,
        login="",
        surname="",
        given_name="",
        patronymic="",
        must_change_password=False,
        school=facts,
        roles=frozenset({"deputy"}),
        grants=(),
        on=at.astimezone(ZoneInfo(school.timezone)).date(),
        at=at,
        schools=(),
    )


# --- kept up to date ------------------------------------------------------------------------------------------------

_TRIES = 3
"""Reckonings that others may overtake; the next one is made while whoever writes has to wait."""


def keep(school_id: int, *, at: datetime, anew: bool = False) -> int:
    """Bring the findings of a school up to date; how many changed. Harmless when run twice or by two at once.

    Cheap when nothing was touched: four statements. `anew` asks every question for the whole year to date, as does
    a new day and a change of the law or the calendar. That takes seconds, so it is worked out over a snapshot, while
    people write; only the differences are written under a lock. What is written meanwhile stands in the log beyond the
    cursors of the snapshot, and is asked the next time.
    """
    with veil.lifted():
        if not anew and _is_current(school_id, at):
            return 0
        with _one_at_a_time(school_id) as waited:
            if waited and not anew and _is_current(school_id, at):
                return 0
            for _ in range(_TRIES):
                with sql.snapshot():
                    worked = _work_out(school_id, at, anew)
                with suppress(_Overtaken):
                    return _apply(worked)
            with transaction.atomic():
                _lock(school_id)
                log.lock_chain("school", school_id)
                return _apply(_work_out(school_id, at, anew))


class _Overtaken(Exception):
    """What the differences were taken from has changed since: nothing of them is written."""


_reckoning: defaultdict[int, threading.Lock] = defaultdict(threading.Lock)


@contextmanager
def _one_at_a_time(school_id: int) -> Iterator[bool]:
    """Several pages of one process do not work out the same; whether this one had to wait for another.

    Two processes may: who comes second sees it and asks only for what is left. Inside a transaction nobody is waited
    for, since the other may be waiting for its end.
    """
    if connection.in_atomic_block:
        yield False
        return
    lock = _reckoning[school_id]
    waited = not lock.acquire(blocking=False)
    if waited:
        lock.acquire()
    try:
        yield waited
    finally:
        lock.release()


@dataclass(frozen=True, slots=True)
class _Known:
    """Up to where the kept findings stood when they were read."""

    at: datetime | None
    law_version: int
    school_seq: int
    """Last line of the school's chain: steps of people are written there."""


@dataclass(frozen=True, slots=True)
class _Worked:
    """What a reckoning found, ready to be written as long as nobody was quicker."""

    school_id: int
    known: _Known
    at: datetime
    law_version: int
    touched: Touched
    asked: Asked | None
    """Who asked under which law; None: nothing was touched."""
    changes: Changes


def _work_out(school_id: int, at: datetime, anew: bool) -> _Worked:
    """Ask anew what was touched and compare it with what is kept. Reads alone; whatever takes long is here."""
    known = _known(school_id)
    if known.at is not None and known.at > at:
        at = known.at  # another process was a little ahead
    school = School.objects.get(pk=school_id)
    viewer = program_viewer(school, at)
    stale = (
        known.at is None
        or known.law_version != school.law_version
        or known.at.astimezone(ZoneInfo(school.timezone)).date() != viewer.on
    )
    touched = touched_since(school_id, known.at, at, anew=anew or stale)
    changes, asked = Changes(school_id, at), None
    if not touched.is_empty:
        begins, week_days = year_of(viewer, viewer.on)
        asked = Asked(viewer, law_for(viewer), calendar_for(viewer), begins, week_days)
        _compare(changes, touched, asked, [source for source in SOURCES if source.unit != "overdue"])
    return _Worked(school_id, known, at, school.law_version, touched, asked, changes)


def _known(school_id: int) -> _Known:
    rows = sql.read(
        "SELECT k.at, k.law_version, c.head_seq FROM foundation_chain c"
        " LEFT JOIN control_findingskept k ON k.school_id = c.subject_id"
        " WHERE c.kind = 'school' AND c.subject_id = %s",
        [school_id],
    )
    if not rows:
        raise LookupError(f"no chain of school {school_id}")
    at, law_version, seq = rows[0]
    return _Known(sql.aware(at), law_version or 0, seq)


def _compare(changes: Changes, touched: Touched, asked: Asked, sources: Iterable[Source]) -> None:
    acts = Acts(asked.law)
    for source in sources:
        part = _part(source, touched, asked)
        if part is not None:
            changes.compare(source, found_by(source, asked, part, acts), kept_rows(source, part, asked))


def _lock(school_id: int) -> FindingsKept:
    """Nobody else brings these findings up to date until the transaction ends."""
    rows = FindingsKept.objects.select_for_update().filter(school_id=school_id)
    kept = rows.first()
    if kept is None:
        FindingsKept.objects.get_or_create(school_id=school_id)  # two processes may come first at once
        kept = rows.get()
    return kept


@transaction.atomic
def _apply(worked: _Worked) -> int:
    """Write the differences; how many. Raises _Overtaken when somebody was quicker.

    The school's chain, for which its people's acts wait, is locked once the new findings are in: they may be many, and
    nobody can have answered one yet.
    """
    kept, known, changes = _lock(worked.school_id), worked.known, worked.changes
    if (kept.at, kept.law_version) != (known.at, known.law_version):
        raise _Overtaken
    changes.write_fresh()
    if _was_spoken(log.lock_chain("school", worked.school_id), known.school_seq):
        raise _Overtaken
    changes.write()
    if worked.asked is not None:
        # they read what the others have kept: a statement each, once that is written
        last = [source for source in SOURCES if source.unit == "overdue"]
        _compare(changes, worked.touched, worked.asked, last)
        changes.write()
    sql.insert(
        "control_findingcursor",
        ("chain_id", "school_id", "seq"),
        [(chain_id, worked.school_id, seq) for chain_id, seq in worked.touched.cursors],
        conflict=("chain_id",),
        update=("seq",),
    )
    kept.at, kept.law_version, kept.changed = worked.at, worked.law_version, changes.count
    kept.save(update_fields=["at", "law_version", "changed"])
    return changes.count


def _was_spoken(head: log.Head, since: int) -> bool:
    """Whether a person has answered, excused or returned a finding since that line of the school's chain."""
    return head.seq != since and bool(
        sql.read(
            "SELECT 1 FROM foundation_logentry WHERE chain_id = %s AND seq > %s AND object_kind = 'finding' LIMIT 1",
            [head.chain_id, since],
        )
    )


def _is_current(school_id: int, at: datetime) -> bool:
    """Nothing written, no lesson begun or ended, no new day. Four statements and no lock."""
    rows = sql.read(
        "SELECT k.at, k.law_version, s.law_version, s.timezone FROM control_findingskept k"
        " JOIN organisation_school s ON s.id = k.school_id WHERE k.school_id = %s AND k.at IS NOT NULL",
        [school_id],
    )
    if not rows:
        return False
    known, version, law_version, timezone = rows[0]
    known, zone = sql.aware(known), ZoneInfo(timezone)
    if version != law_version or known.astimezone(zone).date() != max(at, known).astimezone(zone).date():
        return False
    return touched_since(school_id, known, at, anew=False).is_empty


def _part(source: Source, touched: Touched, asked: Asked) -> Part | None:
    """What of a source is asked anew; `None`: nothing."""
    if touched.everything:
        return Part(True, None, asked.begins, asked.on)
    days = [day for day in touched.days if asked.begins <= day]
    if source.unit in ("school", "lessons", "overdue"):
        written = bool(touched.school or touched.lessons or touched.journals)
        is_due = touched.school if source.unit == "school" else written
        is_due = is_due or (source.unit == "overdue" and touched.overdue)
        return Part(True, None, asked.begins, asked.on) if is_due else None
    if source.unit in ("journal", "parallel"):
        if not touched.journals:
            return None
        journals = touched.journals if source.unit == "journal" else touched.parallels(asked.school_id)
        return Part(False, None, asked.begins, asked.on, tuple(sorted(journals)))
    if not days:
        return None
    since, until = min(days), max(days)
    if source.unit == "day" or len(touched.lessons) > MANY_LESSONS:
        return Part(False, None, since, until) if since <= asked.on else None
    return Part(False, tuple(sorted(touched.lessons)), since, until) if touched.lessons else None


MANY_LESSONS = 400
"""Touched lessons beyond which whole days are asked anew."""


# --- what people say of it ------------------------------------------------------------------------------------------


def _words(text: str, what: str, field: str) -> str:
    text = text.strip()
    if len(text) < 3:
        raise Refusal(f"Напишите {what}: хотя бы несколько слов.", field)
    if len(text) > 1000:
        raise Refusal(f"Слишком длинно: до 1000 знаков, здесь {len(text)}.", field)
    return text


def _locked(school_id: int, finding_id: int) -> Finding:
    log.lock_chain("school", school_id)
    found = Finding.objects.filter(school_id=school_id, pk=finding_id).first()
    if found is None:
        raise LookupError(f"finding {finding_id}")
    if found.state == "closed":
        raise Refusal("Нарушение уже исправлено: запись есть.")
    return found


def _step(found: Finding, step: str, person_id: int, words: str, at: datetime) -> Line:
    FindingStep.objects.create(
        school_id=found.school_id, finding=found, at=at, step=step, person_id=person_id, words=words
    )
    return Line(
        f"finding_{step}",
        "finding",
        found.pk,
        lesson_id=found.lesson_id,
        data={"kind": found.kind, "journal": found.journal_id, "who": found.who_id, "state": found.state},
    )


def answer_finding(
    *, school_id: int, finding_id: int, person_id: int, text: str, by: Actor, at: datetime
) -> None:
    """Whom it is about says why it is so and when it will be put right; the finding stays until the fact is there.

    Raises Refusal when it is put right or excused already, LookupError when it is another person's.
    """
    text = _words(text, "ответ", "answer")
    with act(school_id, by=by, at=at) as lines:
        found = _locked(school_id, finding_id)
        if found.who_id != person_id:
            raise LookupError(f"finding {finding_id} of another person")
        if found.state == "excused":
            raise Refusal("Причина уже признана уважительной: отвечать не нужно.")
        found.state, found.answer = "answered", text
        found.save(update_fields=["state", "answer"])
        lines.append(_step(found, "answered", person_id, text, at))


def excuse_finding(
    *, school_id: int, finding_id: int, person_id: int, reason: str, by: Actor, at: datetime
) -> None:
    """A controller takes the cause for a good one: the finding asks for nothing more while it stands as it is.

    Raises Refusal without a reason, for one's own finding, or when it is put right already; LookupError when there
    is none.
    """
    reason = _words(reason, "причину", "reason")
    with act(school_id, by=by, at=at) as lines:
        found = _locked(school_id, finding_id)
        if found.who_id == person_id:
            raise Refusal("Своё нарушение уважительным не признают: это делает другой проверяющий.")
        if found.state == "excused":
            raise Refusal("Причина уже признана уважительной.")
        found.state, found.excuse = "excused", reason
        found.save(update_fields=["state", "excuse"])
        lines.append(_step(found, "excused", person_id, reason, at))


def do_finding(
    *,
    school_id: int,
    finding_id: int,
    person_id: int,
    roles: Container[str],
    done_on: date | None,
    on: date,
    words: str,
    by: Actor,
    at: datetime,
) -> None:
    """Who was to do something records that it is done: on which day, and what was done in their own words.

    `roles`: for which the writer answers where the duty is nobody's by name. Raises Refusal without words or day, for a
    day before it was asked or still to come, when nothing is to be done but a record is lacking, or when it is done
    already; LookupError when it is another person's.
    """
    words = _words(words, "что сделано", "words")
    with act(school_id, by=by, at=at) as lines:
        found = _locked(school_id, finding_id)
        if found.who_id != person_id and not (found.who_id is None and found.role in roles):
            raise LookupError(f"finding {finding_id} of another person")
        if found.kind not in KINDS or not KINDS[found.kind].is_done:
            raise Refusal("Это закрывает сама запись в журнале: внесите её.")
        if found.state == "done":
            raise Refusal("Уже отмечено как сделанное.")
        if done_on is None:
            raise Refusal("Укажите день, когда это сделано.", "done_on")
        if not found.date <= done_on <= on:
            raise Refusal(
                f"День должен быть не раньше {found.date:%d.%m.%Y}, когда это потребовалось, и не позже сегодняшнего.",
                "done_on",
            )
        found.state, found.answer, found.done_on, found.closed_at = "done", words, done_on, at
        found.save(update_fields=["state", "answer", "done_on", "closed_at"])
        lines.append(_step(found, "done", person_id, f"{done_on:%d.%m.%Y}: {words}"[:1000], at))


def return_finding(
    *, school_id: int, finding_id: int, person_id: int, reason: str, by: Actor, at: datetime
) -> None:
    """A controller does not take the answer, or takes the excuse back: it is to be put right. Raises as the others."""
    reason = _words(reason, "что нужно исправить", "reason")
    with act(school_id, by=by, at=at) as lines:
        found = _locked(school_id, finding_id)
        if found.state not in ("answered", "excused", "done"):
            raise Refusal("Возвращать нечего: нарушение и так ждёт исправления.")
        found.state, found.answer, found.excuse, found.done_on, found.closed_at = "open", "", "", None, None
        found.save(update_fields=["state", "answer", "excuse", "done_on", "closed_at"])
        lines.append(_step(found, "returned", person_id, reason, at))
