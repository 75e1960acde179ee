"""The planted faults of `reach`: each way of writing too far is seen, and what is one's own is not complained of."""

import pytest

from parta.foundation import log
from parta.people.models import Enrolment, Person
from tests.cast import World, actor_of
from tests.reliability.reach import Reach

pytestmark = pytest.mark.django_db


@pytest.fixture
def reach(cast: World) -> Reach:
    return Reach(cast)


def test_a_row_of_another_school_changed(cast: World, reach: Reach) -> None:
    Person.objects.filter(pk=cast.student.pk).update(surname="Свой")
    assert reach.too_far("deputy", ["people_person"]) == ""
    Person.objects.filter(pk=cast.outside.student.pk).update(surname="Чужой")
    assert reach.too_far("deputy", ["people_person"]) == "изменено в чужой школе: people_person"
    assert reach.too_far("foreign_deputy", ["people_person"]) == "изменено в чужой школе: people_person"


def test_a_row_that_names_another_schools(cast: World, reach: Reach) -> None:
    Enrolment.objects.filter(student=cast.student).update(homeroom=cast.younger)
    assert reach.too_far("operator", ["people_enrolment"]) == ""
    Enrolment.objects.filter(student=cast.student).update(homeroom=cast.outside.homeroom)
    assert "people_enrolment.homeroom_id" in reach.too_far("operator", ["people_enrolment"])


@pytest.mark.parametrize(("who", "is_far"), [("teacher", False), ("other_teacher", True), ("guardian", True)])
def test_a_line_in_a_journal_of_somebody_else(cast: World, reach: Reach, who: str, is_far: bool) -> None:
    head = log.lock_chain("journal", cast.russian.pk)
    line = log.Line("mark_recorded", "mark", 1, cast.lesson_on("russian", cast.on).pk, cast.student.pk)
    log.append(head, [line], by=actor_of(cast.people[who], "teacher"), at=cast.at, operation_id="tried")
    found = reach.too_far(who, ["journal_mark"])
    assert found == (f"записано в чужой журнал: [{cast.russian.pk}]" if is_far else "")
