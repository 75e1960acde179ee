"""Row policies of PostgreSQL: switched on they change no answer, and a query that forgets its school finds nothing."""

import ast
import os
import re
import runpy
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Any

import pytest
from django.db import IntegrityError, ProgrammingError, connection, transaction
from django.test import Client
from django.urls import reverse

from parta.cli.web import Server
from parta.foundation import scope, sql
from parta.people.models import Person
from tests.cast import PASSWORD, client_of
from tests.contracts.matrix import LINES, PERSONAS
from tests.contracts.test_hygiene import sources
from tests.contracts.test_layout import ROOT
from tests.contracts.test_matrix import _quiet as _quiet  # noqa: F401  (a fixture)
from tests.contracts.test_matrix import _value
from tests.leftovers import forget

ROLE = "parta_rows_of_tests"
OPENED = {
    "parta/people/passwords.py": "no password is made of a name the account has in another school",
    "parta/people/actions/access.py": "a role in another school is a ground for the account",
    "parta/diary/actions/feeds.py": "addresses of calendars that an account has made in another school",
    "parta/journal/actions/bulk.py": "free ids are the table's, whosever its rows are",
    "parta/foundation/jobs.py": "jobs that are stuck tell of the installation",
}
"""Files that look over schools inside a request of one school, and why."""
OPENERS = {
    "parta/people/middleware.py": "the account is read before its school is known",
    "parta/foundation/access.py": "public pages",
}


def calling(name: str) -> set[str]:
    """Files that call this function of `scope`."""
    return {
        where
        for where, tree in sources()
        if where != "parta/foundation/scope.py"
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and ast.unparse(node.func) == f"scope.{name}"
    }


def test_who_looks_over_schools_is_listed() -> None:
    assert calling("opened") == OPENED.keys(), (
        "name the file with its reason, or ask for the own school's rows"
    )
    assert calling("open_up") == OPENERS.keys()
    assert calling("enter") == {"parta/people/middleware.py"}, "the scope is entered in one place"


@pytest.mark.django_db
def test_every_table_has_a_policy_or_a_reason() -> None:
    made = scope.policies()
    tables = set(connection.introspection.table_names()) - {"django_migrations"}
    links = {"auth_group_permissions"}
    assert tables == made.keys() | scope.UNSCOPED.keys() | links
    assert not made.keys() & scope.UNSCOPED.keys()
    assert len(made) > 80


@pytest.mark.django_db
def test_off_nothing_is_asked(count_statements: Any) -> None:
    """Without the role the scope costs nothing, on either database."""
    with count_statements() as seen:
        scope.enter(1)
        with scope.opened():
            scope.open_up()
        scope.close()
    assert not seen and not scope.is_bound()


@pytest.fixture(scope="session")
def installed(django_db_setup: None, django_db_blocker: Any) -> None:
    """The role and the policies, once for the process; whoever does not take the role is not bound by them."""
    with django_db_blocker.unblock(), connection.cursor() as cursor:
        with suppress(
            ProgrammingError, IntegrityError
        ):  # another process has just made it: roles are the server's
            cursor.execute(f"CREATE ROLE {ROLE} NOLOGIN NOBYPASSRLS")
        scope.install(ROLE)


@pytest.fixture
def policies(installed: None, db: None) -> None:
    """Policies are there to be switched on."""


@contextmanager
def switched_on() -> Iterator[None]:
    """Requests inside the block are answered as by a server that works as the role."""
    scope.restrict(ROLE)
    try:
        scope._set("", "")
        yield
    finally:
        scope.release()


pg = pytest.mark.only("postgresql")


@pg
def test_the_policies_are_whole(policies: None) -> None:
    assert scope.complaints(ROLE) == []
    assert scope.complaints("nobody_of_tests") == ["роли nobody_of_tests в базе нет"]
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE journal_mark DISABLE ROW LEVEL SECURITY")
    assert scope.complaints(ROLE) == ["без политики: journal_mark"]
    with connection.cursor() as cursor:
        cursor.execute(f"ALTER ROLE {ROLE} BYPASSRLS")
    assert f"роль {ROLE} обходит политики строк" in scope.complaints(ROLE)


@pg
def test_a_process_of_the_server_works_beneath_the_policies(
    policies: None, cast: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By either way into the program: `parta serve`, and the application that other servers load."""
    monkeypatch.setattr(scope, "row_role", lambda: ROLE)
    ways: list[Callable[[], Any]] = [
        Server("127.0.0.1:0", 1, 1).load,
        lambda: runpy.run_path(str(ROOT / "config" / "wsgi.py")),
    ]
    for way in ways:
        assert not scope.is_bound() and Person.objects.exists()
        try:
            way()
            scope.close()
            assert scope.is_bound() and not Person.objects.exists()
            assert client_of(cast.deputy).get("/setup/people/").status_code == 200
            assert scope._state() == "" and not Person.objects.exists(), "every request ends closed"
        finally:
            scope.release()


@pg
def test_closed_one_school_and_open(policies: None, cast: Any) -> None:
    """Every table: no row while no school is entered, then its own alone; nothing is written into another's."""
    tables = scope.policies().keys() - {"foundation_job"}  # jobs of the installation are everybody's
    counted = {table: sql.read(f"SELECT COUNT(*) FROM {table}")[0][0] for table in tables}
    assert sum(map(bool, counted.values())) > 25
    with switched_on():
        for table in counted:
            assert sql.read(f"SELECT COUNT(*) FROM {table}") == [(0,)], table
        scope.enter(cast.school.pk)
        mine = {table: sql.read(f"SELECT COUNT(*) FROM {table}")[0][0] for table in counted}
        scope.enter(cast.outside.school.pk)
        theirs = {table: sql.read(f"SELECT COUNT(*) FROM {table}")[0][0] for table in counted}
        with scope.opened():
            assert {table: sql.read(f"SELECT COUNT(*) FROM {table}")[0][0] for table in counted} == counted
        assert {table: mine[table] + theirs[table] for table in counted} == counted
        assert mine["people_person"] and theirs["people_person"] and mine["organisation_bell"]
        with pytest.raises(ProgrammingError, match="row-level security"), transaction.atomic():
            Person.objects.create(school=cast.school, surname="Чужой", given_name="Ч")
        assert Person.objects.filter(pk=cast.student.pk).update(surname="Иной") == 0
        assert Person.objects.filter(pk=cast.student.pk).delete()[0] == 0


@pg
def test_a_query_that_forgets_its_school(policies: None, cast: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """The planted fault: cards of students by no scope at all. Without policies it shows another school's child."""
    from parta.people.queries import student_cards

    monkeypatch.setattr(student_cards, "cards", lambda viewer: Person.objects.all())
    url = reverse("student", args=(cast.outside.student.pk,))
    assert client_of(cast.deputy).get(url).status_code == 200, "the fault is real"
    with switched_on():
        assert client_of(cast.deputy).get(url).status_code == 404
        assert client_of(cast.deputy).get(reverse("student", args=(cast.student.pk,))).status_code == 200


@pg
def test_one_account_in_two_schools(policies: None, cast: Any) -> None:
    """A parent of children in two schools signs in by the password and sees each child in its own school."""
    Person.objects.filter(pk=cast.outside.guardian.pk).update(user=cast.guardian.user)
    here, there = (reverse("diary_of", args=(one.student.pk,)) for one in (cast, cast.outside))
    with switched_on():
        parent = Client()
        assert (
            parent.post("/login/", {"login": cast.guardian.user.login, "password": PASSWORD}).status_code
            == 302
        )
        assert parent.get(here).status_code == 200 and parent.get(there).status_code == 404
        assert parent.post("/school/", {"school": cast.outside.school.pk}).status_code == 302
        assert parent.get(there).status_code == 200 and parent.get(here).status_code == 404
        assert not Person.objects.exists()


@pg
def test_a_wrong_password_and_a_refusal_leave_the_connection_closed(policies: None, cast: Any) -> None:
    with switched_on():
        for client, url in (
            (Client(), "/login/"),
            (Client(), "/setup/"),
            (client_of(cast.teacher), "/setup/"),
            (client_of(cast.teacher), "/nowhere/"),
        ):
            client.get(url)
            assert scope._state() == "" and not Person.objects.exists(), url
        Client().post("/login/", {"login": "teacher", "password": "не он"})
        assert scope._state() == "" and not Person.objects.exists()


ASKING = (
    list(PERSONAS)
    if os.environ.get("PARTA_MATRIX_SAMPLE")
    else "anonymous deputy teacher inspector guardian foreign_deputy".split()
)
"""Who asks: a sample, or everybody (PARTA_MATRIX_SAMPLE)."""
NAMES = sorted(LINES) if os.environ.get("PARTA_MATRIX_SAMPLE") else sorted(LINES)[1::3]
"""What is asked for: every third name, or every one. All of them take four minutes of two cores."""

# Tokens, words made up for a form, ids of rows that a page itself brings up to date: other ones at each request.
CHANGING = re.compile(
    r'name="csrfmiddlewaretoken"[^>]*>|<meta name="csrf[^>]*>|data-csrf="[^"]*"|"X-CSRFToken": "[^"]*"'
    r"|[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}|[0-9a-f]{32}|[A-Za-z0-9]{64}"
    r"|(?<=/findings/)\d+|(?<=/incidents/)\d+|\"challenge\": \"[^\"]*\"|(?<=\"id\":)\d+"
)


def answer(cast: Any, persona: str, method: str, url: str, line: Any) -> tuple[Any, ...]:
    """One request, undone after: status, where it leads, what it shows."""
    with transaction.atomic():
        client = client_of(PERSONAS[persona](cast))
        if method == "get":
            said = client.get(url, raise_request_exception=False)
        else:
            body = line.body(cast) if line.body else {}
            said = (
                client.post(url, body, content_type="application/json")
                if line.json
                else client.post(url, body)
            )
        kind = said.headers.get("Content-Type", "")
        shown = b"".join(said) if said.streaming else said.content  # type: ignore[attr-defined]
        words = (
            CHANGING.sub("", shown.decode("utf-8", "replace")) if "text" in kind or "json" in kind else kind
        )
        transaction.set_rollback(True)
    return said.status_code, CHANGING.sub("", said.headers.get("Location", "")), words


@pg
@pytest.mark.parametrize("name", NAMES)
def test_switching_on_changes_no_answer(name: str, policies: None, cast: Any) -> None:
    """Every URL and object of the matrix, both methods: the same status, way and words."""
    # Pseudonyms are drawn by lot at the first page, findings brought up to date: once, before the answers are compared.
    client_of(cast.inspector).get("/control/")
    client_of(cast.deputy).get("/control/")
    client_of(cast.outside.deputy).get("/control/")
    different = []
    for title, line in LINES[name].items():
        query = re.sub(r"\{([^}]+)\}", lambda found: str(_value(cast, found[1])), line.query)
        url = reverse(name, kwargs=line.args(cast)) + (f"?{query}" if query else "")
        for method in ("get", "post"):
            without = [answer(cast, persona, method, url, line) for persona in ASKING]
            forget()  # what a process has learned with all rows before it must not answer for what it sees now
            with switched_on():
                beneath = [answer(cast, persona, method, url, line) for persona in ASKING]
            different += [
                f"{title}: {method} {url} as {persona}: {_where(one, other)}"
                for persona, one, other in zip(ASKING, without, beneath, strict=True)
                if one != other
            ]
    assert not different, "\n" + "\n".join(different)


def _where(one: tuple[Any, ...], other: tuple[Any, ...]) -> str:
    if one[:2] != other[:2]:
        return f"{one[:2]} and {other[:2]}"
    place = next((i for i, (a, b) in enumerate(zip(one[2], other[2], strict=False)) if a != b), 0)
    return f"…{one[2][max(0, place - 60) : place + 60]!r} and …{other[2][max(0, place - 60) : place + 60]!r}"
