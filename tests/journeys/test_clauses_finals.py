"""Clauses on marks of a period: who lacks one when it has ended, and whose mark waits by a permit."""

from datetime import date, timedelta
from typing import Any

import pytest

from parta.foundation import clock
from parta.journal.models import Permit, TermMark
from parta.organisation.models import Term
from tests.journeys.steps import COLLEGE, GYMNASIUM, done, page, page_anew, under

END = date(2026, 10, 23)
"""The last day of the period."""


@under(COLLEGE)
@pytest.mark.clause("ET-A-MASTER-20a", "ET-A-TEACHER-5a")
def test_students_without_a_practice_mark_are_listed_and_the_deferred_apart(
    cast: Any, client_of: Any
) -> None:
    """From the day after the period; who has left owes none, an ill student's mark waits to the day of the permit."""
    cast.subjects["russian"].tags = ["practice"]
    cast.subjects["russian"].save(update_fields=["tags"])
    Term.objects.filter(pk=cast.term.pk).update(until=END + timedelta(days=1))
    teacher, deputy = client_of(cast.teacher), client_of(cast.deputy)
    ill, address = cast.named("Ефимова"), "/control/duties/"

    def listed(day: date, client: Any = deputy) -> str:
        """The line of the journal on the page of duties of a day."""
        with clock.rehearse(cast.local(day, 23, 59)):
            words = page_anew(client, address)
        words = words.partition("Отметки за период")[2].partition("2 «Б», русский язык")[2]
        return words.partition("Замечание")[0]

    assert not listed(END), "the last day itself"
    after = END + timedelta(days=1)
    assert "Ефимова Софья" in listed(after) and "Устинов" not in listed(after), "he has left"
    with clock.rehearse(cast.local(after, 9)):
        shown = page(teacher, "/closeout/")
        assert "Ефимова Софья" in shown and "Отложить" in shown
        wish = {
            "journal": cast.russian.pk, "term": cast.term.pk, "fact": "final", "student": ill.pk,
            "reason": "больна, справка № 12",
        }  # fmt: skip
        done(teacher.post("/permits/ask", wish))
        permit = Permit.objects.get(fact="final", student=ill)
        assert "Ефимова Софья" in listed(after), "asked for is not granted"
        grant = {"permit": permit.pk, "decision": "grant", "reason": "согласна", "until": "2026-11-06"}
        assert teacher.post("/permits/", grant).status_code == 403
        done(deputy.post("/permits/", grant))
        assert "Отложено: Ефимова Софья до 06.11 (больна, справка № 12)" in page(teacher, "/closeout/")
    for day in (after, date(2026, 11, 6)):
        owed, _, put_off = listed(day).partition("тложено:")
        assert "Ефимова Софья до 06.11.2026" in put_off and "Ефимова" not in owed, day
        assert "Асанов Тимур" in owed, "the others owe as before"
    owed, _, put_off = listed(date(2026, 11, 7)).partition("тложено:")
    assert "Ефимова Софья" in owed and not put_off, "the day after the permit's last"
    TermMark.objects.create(
        school=cast.school, journal=cast.russian, term=cast.term, student=ill, value="4", set_at=cast.at,
        changed_at=cast.at,
    )  # fmt: skip
    assert "Ефимова" not in listed(date(2026, 11, 7))


@under(GYMNASIUM)
def test_a_mark_does_not_wait_where_the_act_has_no_deferral(cast: Any, client_of: Any) -> None:
    Permit.objects.create(
        school=cast.school, journal=cast.russian, term=cast.term, student=cast.named("Ефимова"), fact="final",
        asked_by=cast.teacher, asked_at=cast.at, ask_reason="больна", state="granted", decided_by=cast.deputy,
        decided_at=cast.at, ends_at=cast.local(date(2026, 12, 1), 0),
    )  # fmt: skip
    with clock.rehearse(cast.local(cast.term.until, 12)):
        shown = page(client_of(cast.teacher), "/closeout/")
        assert "Ефимова Софья" in shown and "тложи" not in shown and "тложено" not in shown
