"""Plain SQL goes straight to the driver, and through Django's cursor where somebody listens: the same either way."""

from datetime import UTC, date, datetime

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from config.jinja import environment
from parta.foundation import sql

AT = datetime(2026, 10, 14, 9, 30, tzinfo=UTC)
COLUMNS = ("name", "arguments", "made_at", "due_at", "attempts", "error")


def jobs(count: int) -> list[tuple[object, ...]]:
    return [(f"job {n}", "{}", AT, AT, n, "50 %" if n % 2 else "") for n in range(count)]


def stored() -> list[sql.Row]:
    return sql.read(
        "SELECT name, made_at, attempts FROM foundation_job WHERE error LIKE '%% %%' AND attempts >= %s"
        " ORDER BY attempts",
        (1,),
    )


@pytest.mark.django_db
@pytest.mark.parametrize("count", [1, 3, 250])
def test_rows_come_back_the_same_whoever_listens(count: int) -> None:
    found = sql.insert("foundation_job", COLUMNS, jobs(count), returning=("id", "attempts"))
    assert sorted(row[1] for row in found) == list(range(count))
    direct = stored()
    with CaptureQueriesContext(connection) as seen:
        listened = stored()
    assert len(seen) == 1
    assert direct == listened
    assert [(row[0], sql.aware(row[1]), row[2]) for row in direct] == [
        (f"job {n}", AT, n) for n in range(1, count, 2)
    ]


@pytest.mark.django_db
def test_a_fault_of_the_driver_is_djangos_own() -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        sql.write("UPDATE foundation_job SET name = NULL")
        sql.insert("foundation_job", COLUMNS, [(None, "{}", AT, AT, 0, "")])
    assert sql.write("UPDATE foundation_job SET attempts = 1") == 0


@pytest.mark.django_db
def test_a_date_is_read_as_a_date() -> None:
    sql.insert(
        "django_session", ("session_key", "session_data", "expire_date"), [("k", "", AT)], returning=()
    )
    (moment,) = sql.read("SELECT expire_date FROM django_session WHERE session_key = %s", ("k",))[0]
    assert sql.aware(moment) == AT
    assert sql.aware(moment).date() == date(2026, 10, 14)


def test_a_named_address_is_settled_when_a_template_is_compiled() -> None:
    page = environment(autoescape=True)
    text = "{{ url('home') }} {{ icon('sun', 's') }} {{ url(where) }} {{ icon(name) }}"
    shown = page.from_string(text).render(where="home", name="sun")
    assert shown.startswith("/ <svg") and shown.count("<svg") == 2 and "&lt;" not in shown
    assert "ico-s" in page.compile(text, raw=True).split("def ")[1]
