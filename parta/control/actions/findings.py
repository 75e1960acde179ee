"""The life of a finding: kept while the fact stands, answered, excused with a reason, closed by the fact alone.

`keep` brings the kept findings of a school up to date: it asks the watches anew for what was touched since the last
time, and compares. What was put right before its limit leaves no trace; what was overdue, or what a person has
answered or excused, stays with its steps. Nothing here closes a finding by hand; where a thing is to be done outside
the journal (a talk, a letter), the fact is that who did it has recorded the day.
"""

import json
from collections.abc import Container, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.db import transaction

from parta.control.models import Finding, FindingsKept, FindingStep
from parta.control.queries.cites import Acts
from parta.control.queries.found import SOURCES, Asked, Found, Part, Source, found_by
from parta.control.queries.own_control import year_of
from parta.control.queries.sheets import calendar_for, law_for
from parta.control.queries.touched import Touched, touched_since
from parta.foundation import log, sql, veil
from parta.foundation.log import Actor, Line
from parta.journal.queries.words import from_json
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


def keep(school_id: int, *, at: datetime, anew: bool = False) -> int:
    """Bring the findings of a school up to date; how many changed. Harmless when run twice or by two at once.

    Cheap when nothing was touched: four statements. `anew` asks every question for the whole year to date, as does
    a new day and a change of the law or the calendar.
    """
    with veil.lifted():
        return _keep(school_id, at, anew)


def _keep(school_id: int, at: datetime, anew: bool) -> int:
    if not anew and _is_current(school_id, at):
        return 0
    with transaction.atomic():
        FindingsKept.objects.get_or_create(school_id=school_id)
        kept = FindingsKept.objects.select_for_update().get(school_id=school_id)
        school = School.objects.get(pk=school_id)
        if kept.at is not None and kept.at > at:
            at = kept.at  # another process was a little ahead
        viewer = program_viewer(school, at)
        zone = ZoneInfo(school.timezone)
        stale = (
            kept.at is None
            or kept.law_version != school.law_version
            or kept.at.astimezone(zone).date() != viewer.on
        )
        touched = touched_since(school_id, kept.at, at, anew=anew or stale)
        changed = 0 if touched.is_empty else _renew(viewer, touched)
        sql.insert(
            "control_findingcursor",
            ("chain_id", "school_id", "seq"),
            [(chain_id, school_id, seq) for chain_id, seq in touched.cursors],
            conflict=("chain_id",),
            update=("seq",),
        )
        kept.at, kept.law_version, kept.changed = at, school.law_version, changed
        kept.save(update_fields=["at", "law_version", "changed"])
    return changed


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


def _renew(viewer: Viewer, touched: Touched) -> int:
    begins, week_days = year_of(viewer, viewer.on)
    law = law_for(viewer)
    asked = Asked(viewer, law, calendar_for(viewer), begins, week_days)
    acts = Acts(law)
    changes = _Changes(viewer.school.id, viewer.at)
    for source in SOURCES:
        part = _part(source, touched, asked)
        if part is not None:
            if source.unit == "overdue":
                changes.write()  # it reads what the others have kept
            changes.compare(source, found_by(source, asked, part, acts), _kept_rows(source, part, asked))
    changes.write()
    return changes.count


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

_COLUMNS = (
    "key",
    "source",
    "kind",
    "fact",
    "clauses",
    "act",
    "journal_id",
    "lesson_id",
    "homeroom_id",
    "department_id",
    "who_id",
    "role",
    "date",
    "number",
    "due",
    "text",
    "detail",
    "students",
    "told",
)
_JSON = frozenset({"clauses", "students", "told"})


@dataclass(slots=True)
class _Kept:
    """A row as it stands."""

    id: int
    state: str
    found: Found
    excused: frozenset[Any]
    """Students an excuse covers."""


def _kept_rows(source: Source, part: Part, asked: Asked) -> dict[str, _Kept]:
    """The kept findings that this part of a source answers for. One statement."""
    where, values = "school_id = %s AND source = %s", [asked.school_id, source.name]
    more: list[object] = []
    if source.unit in ("journal", "parallel") and not part.is_whole:
        where += f" AND journal_id IN ({sql.marks(len(part.journal_ids))})"
        more += part.journal_ids
    elif source.unit == "lesson" and part.lesson_ids is not None:
        where += f" AND lesson_id IN ({sql.marks(len(part.lesson_ids))})"
        more += part.lesson_ids
    elif source.unit in ("lesson", "day"):
        # of the future there may be rows of lessons that were moved there since
        where += " AND date >= %s" + ("" if part.is_whole else " AND date <= %s")
        more += [part.since] if part.is_whole else [part.since, part.until]
    rows = sql.read(
        f"SELECT id, state, {', '.join(_COLUMNS)} FROM control_finding WHERE {where}", [*values, *more]
    )
    return {row[2]: _row(row) for row in rows}


def _row(row: sql.Row) -> _Kept:
    found: dict[str, Any] = dict(zip(_COLUMNS, row[2:], strict=True))
    found["clauses"] = tuple((id, printed) for id, printed in from_json(found["clauses"]))
    found["students"] = tuple((id, name) for id, name in from_json(found["students"]))
    found["told"] = tuple(from_json(found["told"]))
    found["due"] = None if found["due"] is None else sql.aware(found["due"])
    made = Found(**found)
    return _Kept(row[0], row[1], made, frozenset(made.students))


class _Changes:
    """Differences between what was found and what is kept, written in a fixed number of statements."""

    def __init__(self, school_id: int, at: datetime) -> None:
        self.school_id, self.at = school_id, at
        self.fresh: list[Found] = []
        self.altered: list[tuple[_Kept, Found, str]] = []
        self.ended: list[_Kept] = []
        self.gone: list[int] = []
        self.steps: list[tuple[int, str]] = []
        self.count = 0
        """Findings changed so far."""

    def compare(self, source: Source, found: Mapping[str, Found], kept: Mapping[str, _Kept]) -> None:
        """Sort the answers of a source: new, altered, gone."""
        for key, one in found.items():
            known = kept.get(key)
            if known is None:
                self.fresh.append(one)
                continue
            state = known.state
            if one.due is None and known.found.lesson_id is None and one.date > known.found.date:
                one = _dated(one, known.found.date)
            if state == "closed":
                state = "open"
                self.steps.append((known.id, "found"))
            elif state == "excused" and not set(one.students) <= known.excused:
                state = "open"
                self.steps.append((known.id, "lapsed"))
            elif state == "excused" and len(one.students) < len(known.found.students):
                one = _for_students(one, known.found.students)
            if one != known.found or state != known.state:
                self.altered.append((known, one, state))
        for key, known in kept.items():
            if key in found or known.state == "closed":
                continue
            if known.state == "open" and known.found.due is not None and self.at <= known.found.due:
                self.gone.append(known.id)
            else:
                self.ended.append(known)
                self.steps.append((known.id, "closed"))

    def write(self) -> None:
        """Carry the differences out, and begin anew."""
        if self.gone:
            # what has steps stays, though it was put right in time: steps are for ever
            stepped = {
                row[0]
                for row in self._by_ids(
                    "SELECT DISTINCT finding_id FROM control_findingstep WHERE finding_id IN ({})", self.gone
                )
            }
            self.ended += [_Kept(id, "open", _NOBODY, frozenset()) for id in self.gone if id in stepped]
            self.steps += [(id, "closed") for id in self.gone if id in stepped]
            self.gone = [id for id in self.gone if id not in stepped]
            for ids in _chunks(self.gone):
                sql.write(f"DELETE FROM control_finding WHERE id IN ({sql.marks(len(ids))})", ids)
        for ids in _chunks([known.id for known in self.ended]):
            sql.write(
                f"UPDATE control_finding SET state = 'closed', closed_at = %s WHERE id IN ({sql.marks(len(ids))})",
                [self.at, *ids],
            )
        for known, one, state in self.altered:
            pairs = [(name, getattr(one, name)) for name in _COLUMNS]
            names = [name for name, value in pairs if value != getattr(known.found, name)]
            sets = [f"{name} = %s" for name in names] + ["state = %s"]
            values = [_bound(name, getattr(one, name)) for name in names] + [state]
            if state != known.state:
                sets += ["closed_at = %s", "done_on = %s", "excuse = %s", "answer = %s"]
                values += [None, None, "", ""]
            sql.write(f"UPDATE control_finding SET {', '.join(sets)} WHERE id = %s", [*values, known.id])
        sql.bulk_insert(
            "control_finding",
            ("school_id", "found_at", "state", "answer", "excuse", *_COLUMNS),
            [
                (
                    self.school_id,
                    self.at,
                    "open",
                    "",
                    "",
                    *(_bound(name, getattr(one, name)) for name in _COLUMNS),
                )
                for one in self.fresh
            ],
        )
        sql.insert(
            "control_findingstep",
            ("school_id", "finding_id", "at", "step", "words"),
            [(self.school_id, id, self.at, step, "") for id, step in self.steps],
        )
        self.count += len(self.fresh) + len(self.altered) + len(self.ended) + len(self.gone)
        self.fresh, self.altered, self.ended, self.gone, self.steps = [], [], [], [], []

    @staticmethod
    def _by_ids(statement: str, ids: list[int]) -> Iterable[sql.Row]:
        for chunk in _chunks(ids):
            yield from sql.read(statement.format(sql.marks(len(chunk))), chunk)


_NOBODY = Found("", "", "", "", (), "", None, None, None, None, None, "", date.min, 0, None, "", "", (), ())


def _chunks(ids: list[int]) -> Iterable[list[int]]:
    for start in range(0, len(ids), 10_000):
        yield ids[start : start + 10_000]


def _bound(name: str, value: Any) -> Any:
    return json.dumps(value, ensure_ascii=False) if name in _JSON else value


def _dated(one: Found, day: date) -> Found:
    return replace(one, date=day)


def _for_students(one: Found, students: tuple[tuple[int, str], ...]) -> Found:
    return replace(one, students=students)


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
