"""The forecast: its arithmetic, who sees it, what it rests on, that the school can put it away."""

from datetime import date, datetime, time, timedelta
from typing import Any

import pytest

from parta.diary.queries.forecasting import LEAST, Steps, Sums, expectations, forecast
from parta.journal.models import Assessment, Mark, TermMark
from parta.organisation.models import Term
from parta.timetable.models import Lesson

FIVE = Steps(((4.5, "5"), (3.5, "4"), (2.5, "3"), (1.5, "2")), frozenset({"2"}))
LOW = "Зайцев"


def sums(*marks: tuple[float, float]) -> Sums:
    found = Sums()
    for worth, weight in marks:
        found.add(worth, weight)
    return found


def test_few_marks_are_drawn_toward_what_else_is_known() -> None:
    class_of = {(n, 1): sums((4.0, 1), (4.0, 1)) for n in range(2, 10)}
    one, many = {(1, 1): sums((2, 1)), **class_of}, {(1, 1): sums(*[(2, 1)] * 30), **class_of}
    assert 2 < expectations(many, {}, [(1, 1)])[1, 1] < 2.1 < expectations(one, {}, [(1, 1)])[1, 1] < 3.5
    assert expectations(one, {(1, 1): 2.0}, [(1, 1)])[1, 1] < expectations(one, {}, [(1, 1)])[1, 1], (
        "last period"
    )
    strong = {**one, (1, 2): sums((5, 1)), **{(n, 2): sums((3, 1)) for n in range(2, 10)}}
    assert expectations(strong, {}, [(1, 1)])[1, 1] > expectations(one, {}, [(1, 1)])[1, 1], "other subjects"
    assert expectations({}, {(1, 1): 5.0}, [(1, 1)]) == {}, "nothing is known of the class: nothing is said"


def test_nothing_is_said_without_enough_outcomes_and_the_bounds_hold_eight_of_ten() -> None:
    assert forecast(4.2, [0.0] * (LEAST - 1), FIVE, 3) is None
    sure = forecast(4.2, [0.0] * LEAST, FIVE, 3)
    assert sure is not None and (sure.lowest, sure.likely, sure.highest, sure.risk) == ("4", "4", "4", 0.0)
    errors = sorted([-1.0] * 5 + [0.0] * 15)
    wide = forecast(3.0, errors, FIVE, 3)
    assert wide is not None and (wide.lowest, wide.likely, wide.highest) == ("2", "3", "3"), "0.75 is not 0.8"
    assert wide.risk == 0.25 and wide.is_at_risk
    calm = forecast(3.0, sorted([-1.0] * 3 + [0.0] * 17), FIVE, 3)
    assert calm is not None and calm.lowest == "3" and calm.risk == 0.15 and not calm.is_at_risk


@pytest.fixture
def with_past(cast: Any) -> Any:
    """The period that runs begins on Monday; the one before has marks and finals, LOW's are all «2»."""
    Term.objects.filter(pk=cast.term.pk).update(starts=date(2026, 10, 5))
    past = Term.objects.create(
        school=cast.school,
        year=cast.year,
        kind=cast.term.kind,
        number=9,
        title="Прошлый период",
        starts=date(2026, 9, 1),
        until=date(2026, 10, 5),
    )
    for journal in (cast.russian, cast.maths):
        begins = datetime.combine(date(2026, 9, 2), time(8), cast.zone)
        lesson = Lesson.objects.create(
            school=cast.school,
            journal=journal,
            date=date(2026, 9, 2),
            number=7,
            starts_at=begins,
            ends_at=begins + timedelta(minutes=45),
        )
        column = Assessment.objects.create(
            school=cast.school, journal=journal, lesson=lesson, work_kind="oral"
        )
        for number, student in enumerate(cast.students):
            value = "2" if student.surname == LOW else str(3 + number % 3)
            moment = {"set_at": begins, "changed_at": begins}
            common = {"school": cast.school, "journal": journal, "student": student}
            Mark.objects.create(assessment=column, value=value, **common, **moment)
            TermMark.objects.create(term=past, value=value, **common, **moment)
    Mark.objects.filter(student=cast.named(LOW), assessment__lesson__date__gte=date(2026, 10, 5)).update(
        value="2"
    )
    return cast


@pytest.mark.clause("ET-2.2.5")
@pytest.mark.parametrize("cast", ["egorievsk-college"], indirect=True)
def test_group_and_student_have_a_forecast_with_its_basis_and_a_flag(
    with_past: Any, client_of: Any, count_statements: Any
) -> None:
    cast = with_past
    address = f"/families/{cast.homeroom.pk}/forecast/"
    curator, low = client_of(cast.class_teacher), cast.named(LOW)
    with count_statements() as seen:
        group = curator.get(address).content.decode()
    assert len(seen) <= 14, "\n".join(seen)
    assert "Кому нужна помощь" in group and LOW in group.partition("По предметам")[0]
    assert "а не решение" in group and "итогов прошлых периодов" in group
    own = curator.get(f"{address}?student={low.pk}").content.decode()
    assert "нужна помощь" in own and "Скорее всего «2»" in own and "с поправкой" in own
    family = client_of(cast.other_guardian).get(f"/diary/{low.pk}/forecast/").content.decode()
    assert "Скорее всего «2»" in family and "Сафина" not in family
    assert client_of(cast.guardian).get(f"/diary/{low.pk}/forecast/").status_code == 404
    assert client_of(cast.master).get(address).status_code == 404, "another group's master"

    director = client_of(cast.director)
    assert curator.post(address, {"act": "show", "to": "nobody"}).status_code == 422, "not his to decide"
    assert director.post(address, {"act": "show", "to": "staff"}).status_code in (302, 303)
    hidden = client_of(cast.other_guardian).get(f"/diary/{low.pk}/forecast/").content.decode()
    assert "семьям не показывает" in hidden and "Скорее всего" not in hidden
    assert "Скорее всего" in curator.get(address).content.decode()
    assert director.post(address, {"act": "show", "to": "nobody"}).status_code in (302, 303)
    assert "Прогноз в школе выключен" in curator.get(address).content.decode()


def test_without_ended_periods_the_page_says_so(cast: Any, client_of: Any) -> None:
    shown = client_of(cast.class_teacher).get(f"/families/{cast.homeroom.pk}/forecast/").content.decode()
    assert "Прогноза сейчас нет" in shown and "(сейчас 0)" in shown
    assert (
        "мало итогов" in client_of(cast.guardian).get(f"/diary/{cast.student.pk}/forecast/").content.decode()
    )
