"""The two forms of a line's hash: what each holds, and that neither passes for the other."""

from datetime import UTC, datetime
from typing import Any

import pytest
from django.db import connection

from parta.foundation import log, sql

AT = datetime(2026, 10, 14, 4, 40, tzinfo=UTC)
SCHOOL = 1
HERE = log.Session(7)

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def chain(db: None) -> None:
    log.open_chain(SCHOOL, "school", SCHOOL)


def tell(operation: str, *, of: str = "tried") -> None:
    line = log.Line(of, "school", data={"words": "строка\nи ещё"})
    log.write_to_school(SCHOOL, [line, line], by=log.SYSTEM, at=AT, operation_id=operation)


def tell_in_the_first_form(operation: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """As a program wrote that knew nothing of sign-ins in the hash."""
    with monkeypatch.context() as then:
        then.setattr(log, "_digest", lambda previous, values: log._first_digest(previous, values[:-1]))
        tell(operation)


def broken() -> list[tuple[int, str]]:
    return [(found.seq, found.why) for found in log.verify(SCHOOL) if isinstance(found, log.Broken)]


def behind_the_trigger(statement: str) -> None:
    if connection.vendor == "postgresql":
        sql.write("SET CONSTRAINTS ALL IMMEDIATE")
        sql.write("ALTER TABLE foundation_logentry DISABLE TRIGGER foundation_logentry_no_change")
    else:
        sql.write("DROP TRIGGER IF EXISTS foundation_logentry_no_update")
    sql.write(statement)


@pytest.mark.parametrize("value", ["8", "NULL"])
def test_a_line_told_to_another_sign_in_is_found(value: str) -> None:
    with log.through(HERE):
        tell("first")
    assert broken() == [] and sql.read("SELECT DISTINCT sign_in_id FROM foundation_logentry") == [(7,)]
    behind_the_trigger(f"UPDATE foundation_logentry SET sign_in_id = {value} WHERE part = 1")
    assert broken() == [(2, "запись изменена в обход программы")]


def test_a_line_of_the_program_given_a_sign_in_is_found() -> None:
    tell("first")
    assert broken() == []
    behind_the_trigger("UPDATE foundation_logentry SET sign_in_id = 8 WHERE part = 0")
    assert broken() == [(1, "запись изменена в обход программы")]


def test_poured_lines_hold_it_too() -> None:
    with log.through(HERE):
        head = log.lock_chain("school", SCHOOL)
        lines = [log.Line("tried", "school")] * 3
        rows, last = log.chained(head, lines, by=log.SYSTEM, at=AT, operation_id="poured")
        log.pour(rows, [last])
    assert broken() == [] and sql.read("SELECT DISTINCT sign_in_id FROM foundation_logentry") == [(7,)]
    behind_the_trigger("UPDATE foundation_logentry SET sign_in_id = 8 WHERE seq = 3")
    assert broken() == [(3, "запись изменена в обход программы")]


def test_lines_of_both_forms_stand_in_one_chain(monkeypatch: pytest.MonkeyPatch) -> None:
    with log.through(HERE):
        tell_in_the_first_form("old", monkeypatch)
        tell("new")
        tell_in_the_first_form("by a server not yet replaced", monkeypatch)
    assert broken() == []
    behind_the_trigger("UPDATE foundation_logentry SET sign_in_id = 8 WHERE seq = 1")
    assert broken() == [], "what an old line never held cannot be proved: the model says so"
    sql.write("UPDATE foundation_logentry SET role = 'teacher' WHERE seq = 5")
    assert broken() == [(5, "запись изменена в обход программы")]
    sql.write("UPDATE foundation_logentry SET sign_in_id = 8 WHERE seq = 4")
    assert broken() == [(4, "запись изменена в обход программы")]


def test_no_text_is_of_both_forms(monkeypatch: pytest.MonkeyPatch) -> None:
    """A sign-in moved into the field before it, as far as the fields allow, makes no line of the first form."""
    written: list[bytes] = []
    plain = log.hashlib.sha256

    def noting(text: bytes) -> Any:
        written.append(text)
        return plain(text)

    values = (1, 1, 1, "at", None, "r", "v", "k", None, None, None, "{}", "op", 0)
    monkeypatch.setattr(log.hashlib, "sha256", noting)
    log._digest("", (*values, 7))
    log._first_digest("", values)
    first_lines = [text.split(b"\n")[0] for text in written]
    assert first_lines == [b"2", b""], "a hash before it has 64 signs, or none"


def test_the_planted_fault_a_hash_without_the_sign_in(monkeypatch: pytest.MonkeyPatch) -> None:
    """Written in the first form, the same change goes unseen: so the tests above do look at the hash."""
    with log.through(HERE):
        tell_in_the_first_form("old", monkeypatch)
    behind_the_trigger("UPDATE foundation_logentry SET sign_in_id = 8 WHERE part = 1")
    assert broken() == []
