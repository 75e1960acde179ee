"""Every page of control stands for every role that has it, under every act, in a fixed number of statements."""

from datetime import timedelta
from typing import Any

import pytest

from parta.control.models import Finding
from parta.control.queries import desk
from parta.control.queries.findings import FACTS
from parta.control.queries.forms import FORMS
from parta.foundation import clock, sql
from tests.journeys.steps import GYMNASIUM, absent, page, saved, send, under

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)
SHEETS = ("teachers", "classes", "marks", "programme", "works", "truth", "homework")


def addresses(cast: Any) -> list[str]:
    return [
        "/control/",
        *(f"/control/check/?sheet={sheet}&since=2026-10-01" for sheet in SHEETS),
        "/control/duties/",
        "/control/year/",
        "/control/classes/",
        f"/control/classes/{cast.homeroom.pk}/",
        "/control/remarks/",
        "/control/certificates/",
        "/reports/",
        *(
            f"/reports/{code}/?since=2026-10-01&until=2026-10-14"
            for code, form in FORMS.items()
            if not form.kinds or cast.school.kind in form.kinds
        ),
    ]


@pytest.mark.parametrize(
    "cast", ["goethe23", "kemerovo-ct", "egorievsk-college", "ipatovo1", "dubrovo"], indirect=True
)
def test_every_page_stands_under_every_act(cast: Any, client_of: Any) -> None:
    for who in ("deputy", "head_of_department", "inspector"):
        client = client_of(cast.people[who])
        for address in addresses(cast):
            code = address.removeprefix("/reports/").partition("/")[0]
            seen = code not in FORMS or who in FORMS[code].roles
            assert client.get(address).status_code == (200 if seen else 404), (who, address)
    client = client_of(cast.class_teacher)
    for code in ("class_monitoring", "class_analysis", "subject_period", "low_marks", "missed_topics"):
        assert client.get(f"/reports/{code}/").status_code == 200, code
    assert client.get(f"/control/classes/{cast.homeroom.pk}/").status_code == 200
    assert client.get(f"/control/classes/{cast.younger.pk}/").status_code == 404
    assert client.get("/reports/user_activity/").status_code == 404


def test_statements_do_not_grow_with_the_span(cast: Any, client_of: Any, count_statements: Any) -> None:
    client = client_of(cast.deputy)
    for address in addresses(cast):
        if "classes/" in address and address.count("/") > 3:
            address += "?until=2026-10-14"
        client.get(address)
        seen = []
        joint = "&" if "?" in address else "?"
        for since in ("2026-10-13", "2026-10-01"):
            with count_statements() as statements:
                client.get(f"{address}{joint}since={since}")
            seen.append(len(statements))
        assert seen[0] == seen[1] <= 48, (address, seen)


def test_own_list_does_not_grow_with_its_lines(cast: Any, client_of: Any, count_statements: Any) -> None:
    """Records with a limit and the other duties stand on one page, each kept one a click from its answer."""
    for person in (cast.teacher, cast.class_teacher, cast.deputy):
        client = client_of(person)
        client.get("/control/findings/")
        with count_statements() as seen:
            answer = client.get("/control/findings/")
        assert answer.status_code == 200 and len(seen) <= 75, len(seen)
    words = client_of(cast.class_teacher).get("/control/findings/").content.decode()
    own = Finding.objects.filter(who_id=cast.class_teacher.pk, state="open")
    records = [one for one in own if one.source in FACTS]
    others = [one for one in own if one.source not in FACTS]
    assert records and others
    for one in (*records, *others):
        assert f'href="/control/findings/{one.pk}/"' in words, (one.source, one.kind, one.text)
    foreign = Finding.objects.filter(who_id=cast.teacher.pk, state="open").first()
    assert foreign is not None and f'href="/control/findings/{foreign.pk}/"' not in words


@under(GYMNASIUM)
def test_the_desk_says_once_what_several_owe_and_names_them(cast: Any, client_of: Any) -> None:
    with clock.rehearse(cast.local(cast.on, 23)):
        words = page(client_of(cast.deputy), "/today/")
        owed = desk.waiting(cast.viewer("deputy", cast.local(cast.on, 23))).duties
    panel = [one for one in owed if "раздел домашних заданий" in one.text]
    assert len({one.text for one in owed}) == len(owed), "one line for one thing"
    assert panel and all(one.who for one in panel)
    for one in panel:
        assert f"{one.text} {one.who[0]}".replace("\u00a0", " ") in words


@under(GYMNASIUM)
def test_a_name_is_a_name_on_the_board_too(cast: Any, client_of: Any) -> None:
    """A finding is said in the middle of a sentence; whose it is keeps its capitals."""
    lesson, pupil = cast.lesson_on("maths", cast.on), cast.student
    saved(send(client_of(cast.class_teacher), lesson.journal, absent(lesson, pupil, "н")))
    with clock.rehearse(cast.at + 10 * DAY):
        words = page(client_of(cast.deputy), f"/control/?since={cast.on}&until={cast.on + DAY}")
    assert f"указать причину пропуска: {pupil.surname}" in words


@pytest.mark.parametrize(("cast", "asked"), [("goethe23", True), ("kemerovo-ct", False)], indirect=["cast"])
def test_the_board_counts_homework_where_the_act_asks_for_it(
    cast: Any, client_of: Any, *, asked: bool
) -> None:
    """A centre that sets nothing for home is not told of 0 %."""
    sql.write("DELETE FROM journal_homework", [])
    shown = client_of(cast.deputy).get("/control/?since=2026-10-01&until=2026-10-14").content.decode()
    assert "не записано в срок" in shown
    assert ("Домашнее задание" in shown) is asked
    assert ("задание записано или" in shown) is asked
