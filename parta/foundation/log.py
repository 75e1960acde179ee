"""The change log: append lines to a chain, read them back, verify a chain.

Each line's hash covers the hash before it, so a line changed, removed or slipped in behind the program's back
breaks the chain at its place; a tail cut off shows against the chain's head. Decision 24 tells the two forms of a line.
"""

import hashlib
import json
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Protocol

import orjson
from django.db import connection, transaction

from parta.foundation import confirm, sql

_COLUMNS = (
    "school_id",
    "chain_id",
    "seq",
    "at",
    "user_id",
    "role",
    "verb",
    "object_kind",
    "object_id",
    "lesson_id",
    "student_id",
    "data",
    "operation_id",
    "part",
    "sign_in_id",
    "hash",
)
_VERB = _COLUMNS.index("verb")


@dataclass(frozen=True, slots=True)
class Head:
    """The last entry of a chain, read under lock."""

    chain_id: int
    school_id: int
    seq: int
    hash: str


@dataclass(frozen=True, slots=True)
class Actor:
    """Who acts: the account (None: the program itself) and the role it acts in."""

    user_id: int | None
    role: str


SYSTEM = Actor(None, "system")


@dataclass(frozen=True, slots=True)
class Line:
    """One thing that changed; `data` holds before, after, reason and what else explains it."""

    verb: str
    object_kind: str
    object_id: int | None = None
    lesson_id: int | None = None
    student_id: int | None = None
    data: dict[str, Any] = field(default_factory=dict)


class Entry(Protocol):
    """What the log takes down: a `Line`, or whatever says as much of itself."""

    @property
    def verb(self) -> str: ...
    @property
    def object_kind(self) -> str: ...
    @property
    def object_id(self) -> int | None: ...
    @property
    def lesson_id(self) -> int | None: ...
    @property
    def student_id(self) -> int | None: ...
    @property
    def data(self) -> dict[str, Any]: ...


@dataclass(frozen=True, slots=True)
class Session:
    """The session through which a request writes: its sign-in, and who is told of what it writes (None: nobody)."""

    sign_in_id: int
    told: Callable[[Sequence[str]], None] | None = None


_session: ContextVar[Session | None] = ContextVar("session_of_the_log", default=None)


@contextmanager
def through(session: Session) -> Iterator[None]:
    """While a request is answered: lines carry its sign-in, and `told` hears their verbs, in their transaction."""
    token = _session.set(session)
    try:
        yield
    finally:
        _session.reset(token)


def session_now() -> Session | None:
    """The session through which this request writes and reads; None for commands and jobs."""
    return _session.get()


@dataclass(frozen=True, slots=True)
class Broken:
    """The first place at which a chain does not hold."""

    chain_id: int
    kind: str
    subject_id: int
    seq: int
    why: str


def for_update() -> str:
    """The row lock of a SELECT. SQLite needs none: its transaction is IMMEDIATE, one writer at a time."""
    return " FOR UPDATE" if sql.is_postgresql() else ""


def open_chain(school_id: int, kind: str, subject_id: int) -> None:
    """Make the chain of a new journal or school; harmless when it exists."""
    sql.insert(
        "foundation_chain",
        ("school_id", "kind", "subject_id", "head_seq", "head_hash"),
        [(school_id, kind, subject_id, 0, "")],
        conflict=("kind", "subject_id"),
    )


def lock_chain(kind: str, subject_id: int) -> Head:
    """Take the chain's head for this transaction. Raises LookupError when there is no such chain."""
    rows = sql.read(
        "SELECT id, school_id, head_seq, head_hash FROM foundation_chain WHERE kind = %s AND subject_id = %s"
        + for_update(),
        (kind, subject_id),
    )
    if not rows:
        raise LookupError(f"no chain of {kind} {subject_id}")
    return Head(*rows[0])


def append(head: Head, lines: Sequence[Entry], *, by: Actor, at: datetime, operation_id: str) -> Head:
    """Append lines to a locked chain: two statements, whatever their number. Returns the new head.

    Must run inside the transaction that changes the rows themselves. Raises IntegrityError when the operation
    has been carried out before.
    """
    if not lines:
        return head
    rows, last = _linked(head, lines, by=by, at=at, operation_id=operation_id)
    same = {
        "school_id": head.school_id,
        "chain_id": head.chain_id,
        "at": at,
        "user_id": by.user_id,
        "role": by.role,
        "operation_id": operation_id,
        "sign_in_id": _sign_in(),
    }
    _tell([line.verb for line in lines])
    sql.insert("foundation_logentry", _OF_A_LINE, rows, same=same)
    sql.write(
        "UPDATE foundation_chain SET head_seq = %s, head_hash = %s WHERE id = %s",
        (last.seq, last.hash, last.chain_id),
    )
    return last


def chained(
    head: Head, lines: Sequence[Entry], *, by: Actor, at: datetime, operation_id: str, first_part: int = 0
) -> tuple[list[tuple[object, ...]], Head]:
    """Rows for the log, hashed onto `head`, and the head they lead to. Pure: bulk paths pour the rows themselves.

    Raises NotConfirmed when a line is of an act that is asked again and this request's account has not confirmed it.
    """
    rows, last = _linked(head, lines, by=by, at=at, operation_id=operation_id, first_part=first_part)
    where, who, through = (head.school_id, head.chain_id), (by.user_id, by.role), _sign_in()
    return [
        (*where, seq, at, *who, *told, operation_id, part, through, digest)
        for seq, *told, part, digest in rows
    ], last


_OF_A_LINE = (
    "seq",
    "verb",
    "object_kind",
    "object_id",
    "lesson_id",
    "student_id",
    "data",
    "part",
    "hash",
)
"""What differs between the lines of one operation."""


def _linked(
    head: Head, lines: Sequence[Entry], *, by: Actor, at: datetime, operation_id: str, first_part: int = 0
) -> tuple[list[tuple[object, ...]], Head]:
    confirm.ask_for_verbs(line.verb for line in lines)
    rows: list[tuple[object, ...]] = []
    seq, previous = head.seq, head.hash
    where, when_and_who = (head.school_id, head.chain_id), (_moment(at), by.user_id, by.role)
    sign_in_id = _sign_in()
    for part, line in enumerate(lines, first_part):
        seq += 1
        told = (line.verb, line.object_kind, line.object_id, line.lesson_id, line.student_id)
        data = _encode(line.data)
        previous = _digest(
            previous, (*where, seq, *when_and_who, *told, data, operation_id, part, sign_in_id)
        )
        rows.append((seq, *told, data, part, previous))
    return rows, Head(head.chain_id, head.school_id, seq, previous)


def pour(rows: Sequence[Sequence[object]], heads: Sequence[Head]) -> None:
    """Write many rows made by :func:`chained` and move their chains' heads: the bulk path of imports and the demo."""
    _tell([str(row[_VERB]) for row in rows])
    sql.bulk_insert("foundation_logentry", _COLUMNS, rows)
    with connection.cursor() as cursor:
        cursor.executemany(
            "UPDATE foundation_chain SET head_seq = %s, head_hash = %s WHERE id = %s",
            [(head.seq, head.hash, head.chain_id) for head in heads],
        )


def _sign_in() -> int | None:
    """The sign-in that lines of this moment come through; None for commands and jobs."""
    session = _session.get()
    return None if session is None else session.sign_in_id


def _tell(verbs: Sequence[str]) -> None:
    """Tells whoever watches the session what it writes."""
    session = _session.get()
    if session is not None and session.told is not None:
        session.told(verbs)


def write_to_school(
    school_id: int, lines: Sequence[Line], *, by: Actor, at: datetime, operation_id: str
) -> None:
    """Append to the school's own chain: set-up, people, roles, plans, regulations (ids, not names)."""
    with transaction.atomic():
        append(lock_chain("school", school_id), lines, by=by, at=at, operation_id=operation_id)


@dataclass(frozen=True, slots=True)
class Told:
    """A line of the log as it is read back."""

    at: datetime
    user_id: int | None
    verb: str
    object_kind: str
    object_id: int | None
    lesson_id: int | None
    student_id: int | None
    data: dict[str, Any]


def lines_of_operation(operation_id: str) -> list[Told]:
    """What an operation did, in order; empty when it never happened."""
    return [
        Told(sql.aware(row[0]), row[1], row[2], row[3], row[4], row[5], row[6], json.loads(row[7]))
        for row in sql.read(
            "SELECT at, user_id, verb, object_kind, object_id, lesson_id, student_id, data FROM foundation_logentry"
            " WHERE operation_id = %s ORDER BY part",
            (operation_id,),
        )
    ]


def verify(school_id: int | None = None) -> Iterator[Broken | int]:
    """Walk every chain (of one school): yields the number of good entries per sound chain, else where it breaks."""
    chains = sql.read(
        "SELECT id, kind, subject_id, head_seq, head_hash FROM foundation_chain"
        + (" WHERE school_id = %s" if school_id is not None else "")
        + " ORDER BY school_id, id",
        () if school_id is None else (school_id,),
    )
    for chain_id, kind, subject_id, head_seq, head_hash in chains:
        yield _verify_chain(chain_id, kind, subject_id, head_seq, head_hash)


def _verify_chain(chain_id: int, kind: str, subject_id: int, head_seq: int, head_hash: str) -> Broken | int:
    previous, expected = "", 0
    rows = sql.read(
        f"SELECT {', '.join(_COLUMNS)} FROM foundation_logentry WHERE chain_id = %s ORDER BY seq", (chain_id,)
    )
    for row in rows:
        expected += 1
        if row[2] != expected:
            return Broken(chain_id, kind, subject_id, expected, "запись пропала из цепочки")
        said, digest = (*row[:3], _moment(row[3]), *row[4:-1]), row[-1]
        if digest != _digest(previous, said) and digest != _first_digest(previous, said[:-1]):
            return Broken(chain_id, kind, subject_id, expected, "запись изменена в обход программы")
        previous = digest
    if expected != head_seq or previous != head_hash:
        return Broken(chain_id, kind, subject_id, expected + 1, "конец цепочки не совпадает с её головой")
    return expected


def _moment(at: datetime) -> str:
    return sql.aware(at).astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%f")


def _digest(previous: str, values: Sequence[object]) -> str:
    """The hash of a line: the form's number, the hash before it and every field, a line each. The only free text, data,
    has its line ends escaped by JSON."""
    return hashlib.sha256((_HASHED % (previous, *values)).encode()).hexdigest()


def _first_digest(previous: str, values: Sequence[object]) -> str:
    """The hash of a line written before its sign-in came into it: no number, no sign-in. No text is of both forms,
    for the first line of this one is a hash or empty."""
    return hashlib.sha256((_HASHED_FIRST % (previous, *values)).encode()).hexdigest()


_HASHED = "\n".join(["2", *["%s"] * len(_COLUMNS)])
_HASHED_FIRST = "\n".join(["%s"] * (len(_COLUMNS) - 1))


_AS_JSON = orjson.OPT_SORT_KEYS | orjson.OPT_PASSTHROUGH_DATETIME | orjson.OPT_PASSTHROUGH_DATACLASS
_plainly = json.JSONEncoder(
    ensure_ascii=False, sort_keys=True, separators=(",", ":"), check_circular=False
).encode


def _encode(data: dict[str, Any]) -> str:
    """A line's data as it is stored and hashed: a class saved is dozens of lines, and the standard encoder costs more
    than the hash. What the quick one does not take (keys that are numbers, huge numbers) the standard one does."""
    try:
        return orjson.dumps(data, option=_AS_JSON).decode()
    except TypeError:
        return _plainly(data)
