"""Properties of writing under each preset: whatever is typed, in whatever order, by whom, some things hold."""

import uuid
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from parta.foundation import clock, log, sql
from tests.cast import PRESETS, World
from tests.reliability.audit import findings
from tests.reliability.target import undoing

pytestmark = [pytest.mark.slow, pytest.mark.django_db]

often = settings(
    max_examples=200,
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
few = settings(often, max_examples=80)
every_preset = pytest.mark.parametrize("cast", list(PRESETS), indirect=True)

typed = st.one_of(
    st.sampled_from(
        "2 3 4 5 1 н Н б о О зачет зачёт н/а 5/4 5/5/5 4/ /4 5-5 ５ ٤ 5+ y 5\u00a0/4 отл".split(" ")
    ),
    st.text(st.sampled_from("12345/ -+нНбозачё\u200b"), max_size=8),
    st.text(max_size=20),
)


def post(client: Client, journal: Any, *changes: dict[str, Any]) -> tuple[int, dict[str, Any]]:
    """One operation; its status and answer."""
    answer = client.post(
        f"/journals/{journal.id}/write",
        {"operation": str(uuid.uuid4()), "changes": list(changes)},
        content_type="application/json",
    )
    return answer.status_code, answer.json()


def open_lesson(client: Client, cast: World) -> None:
    """The lesson has its topic and is held, so that nothing but the value is judged."""
    lesson = cast.lesson.id
    post(
        client,
        cast.russian,
        {"fact": "topic", "lesson": lesson, "topic": "Источники фразеологизмов", "seen": 0},
        {"fact": "conducted", "lesson": lesson},
    )


def mark(cast: World, value: str, seen: int = 0, **more: Any) -> dict[str, Any]:
    student = cast.named("Авдеев").id
    told = {"fact": "mark", "lesson": cast.lesson.id, "student": student, "value": value, "seen": seen}
    return {"work": "oral", **told, **more}


@every_preset
def test_only_a_mark_of_the_act_ever_stands_in_a_cell(cast: World, client_of: Callable[..., Client]) -> None:
    """What is accepted is stored as a symbol of the act or the scale (or a pair), reads the same and stays the same."""
    client = client_of(cast.teacher)
    open_lesson(client, cast)
    symbols = {"2", "3", "4", "5", "н/а"}
    accepted: list[str] = []

    @often
    @given(typed, st.sampled_from(["oral", "written"]))
    @example("5", "oral")
    @example("5/4", "written")
    def holds(value: str, work: str) -> None:
        with undoing():
            before = sql.read("SELECT COUNT(*) FROM journal_mark")
            status, answer = post(client, cast.russian, mark(cast, value, work=work))
            rows = sql.read(
                "SELECT m.part, m.value FROM journal_mark m JOIN journal_assessment a ON a.id = m.assessment_id"
                " WHERE a.lesson_id = %s AND m.value <> '' ORDER BY m.part",
                (cast.lesson.id,),
            )
            if status != 200:
                assert status in (400, 422), (value, answer)
                assert sql.read("SELECT COUNT(*) FROM journal_mark") == before
                text = answer.get("error") or answer["refused"][0]["text"]
                assert any("а" <= letter <= "я" for letter in text.lower())
                return
            [saved] = answer["saved"]
            stands = saved.get("value", "")
            assert "/".join(part for _, part in rows) == stands
            if not stands:
                assert saved.get("unchanged")
                return
            accepted.append(stands)
            assert [part for part, _ in rows] in ([0], [1, 2])
            assert stands in symbols or all(part in symbols for part in stands.split("/"))
            again, told = post(client, cast.russian, mark(cast, stands, seen=1, work=work))
            assert (again, told["saved"][0].get("unchanged")) == (200, True)

    holds()
    if cast.russian.scale_id is None:
        assert not accepted, "a centre sets no marks"
    else:
        assert {"5", "5/4"} & set(accepted) and len(set(accepted)) > 2, accepted


@every_preset
def test_only_a_letter_of_the_act_ever_stands_in_the_roll(
    cast: World, client_of: Callable[..., Client]
) -> None:
    client = client_of(cast.teacher)
    student = cast.named("Авдеев").id
    accepted: set[str] = set()

    @often
    @given(typed, st.none() | st.integers(1, 240))
    @example("н", None)
    def holds(symbol: str, minutes: int | None) -> None:
        with undoing():
            change = {"fact": "absence", "lesson": cast.lesson.id, "student": student, "symbol": symbol}
            status, answer = post(client, cast.russian, {**change, "minutes": minutes, "seen": 0})
            rows = sql.read(
                "SELECT symbol, meaning, minutes FROM journal_absence WHERE lesson_id = %s", (cast.lesson.id,)
            )
            if status != 200:
                assert status in (400, 422) and not rows, (symbol, answer)
            elif rows:
                [(stored, meaning, late)] = rows
                accepted.add(stored)
                assert stored == answer["saved"][0]["value"] and meaning
                assert late is None or meaning == "late"

    holds()
    assert accepted


steps = st.lists(
    st.tuples(
        st.sampled_from(["teacher", "class_teacher", "substitute", "deputy"]),
        st.sampled_from(["5", "4", "3", "2", "", "5/4", "3/3"]),
        st.sampled_from([0, 1, 9, 10, 11, 90, 60 * 24, 60 * 24 * 6]),
        st.booleans(),
    ),
    min_size=1,
    max_size=10,
)


@every_preset
def test_a_history_of_marks_keeps_its_promises(cast: World, client_of: Callable[..., Client]) -> None:
    """Versions grow by one, no row goes, the first value is one that stood, who is refused changes nothing."""
    clients = {
        name: client_of(cast.people[name]) for name in ("teacher", "class_teacher", "substitute", "deputy")
    }
    open_lesson(clients["teacher"], cast)
    student = cast.named("Авдеев").id
    deepest = 0

    @few
    @given(steps)
    @example([("teacher", "2", 0, True), ("teacher", "5", 90, True), ("teacher", "2", 0, True)])
    def holds(history: list[tuple[str, str, int, bool]]) -> None:
        nonlocal deepest
        with undoing():
            version, value, first, set_at, stood = 0, "", "", None, []
            minute = 0
            for name, wanted, later, says_why in history:
                minute += later
                with clock.rehearse(cast.at + timedelta(minutes=minute)):
                    status, answer = post(
                        clients[name],
                        cast.russian,
                        mark(cast, wanted, version, reason="ошибка в строке" if says_why else ""),
                    )
                rows = sql.read(
                    "SELECT m.part, m.value, m.first_value, m.version, m.set_at FROM journal_mark m"
                    " JOIN journal_assessment a ON a.id = m.assessment_id"
                    " WHERE a.lesson_id = %s AND m.student_id = %s ORDER BY m.part",
                    (cast.lesson.id, student),
                )
                if status != 200:
                    assert status in (400, 403, 404, 422), (name, answer)
                    assert {row[3] for row in rows} <= {version}
                    continue
                [saved] = answer["saved"]
                if saved.get("unchanged"):
                    assert wanted == value
                    continue
                assert saved["version"] == version + 1
                assert {row[3] for row in rows} == {saved["version"]}, "parts of one cell, one version"
                if set_at is not None:
                    assert {row[4] for row in rows if row[4]} == {set_at}, (
                        "when it first stood is never rewritten"
                    )
                set_at = rows[0][4]
                version, first = saved["version"], saved["first"]
                assert first == "" or (first in stood and first != saved["value"])
                value = saved["value"]
                stood.append(value)
            assert findings([]) == []
            deepest = max(deepest, version)

    holds()
    assert deepest >= (0 if cast.russian.scale_id is None else 2), "no cell was ever changed"


def test_a_write_that_stores_half_is_found(
    cast: World, client_of: Callable[..., Client], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The planted fault: of a double mark only the first part is written. Rows and log then tell different things."""
    insert = sql.insert

    def half(table: str, columns: Any, rows: Any, **named: Any) -> Any:
        return insert(table, columns, rows[:1] if table == "journal_mark" else rows, **named)

    client = client_of(cast.teacher)
    open_lesson(client, cast)
    monkeypatch.setattr(sql, "insert", half)
    assert findings([]) == []
    post(client, cast.russian, mark(cast, "5/4", work="written"))
    assert findings([]) != []


def test_a_log_that_skips_one_hash_is_found(
    cast: World, client_of: Callable[..., Client], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The planted fault: one line's hash does not cover its words."""
    digest = log._digest
    client = client_of(cast.teacher)
    with monkeypatch.context() as planted:
        planted.setattr(
            log, "_digest", lambda previous, values: digest(previous, (*values[:11], "{}", *values[12:]))
        )
        open_lesson(client, cast)
    assert any("изменена в обход" in finding for finding in findings([]))
