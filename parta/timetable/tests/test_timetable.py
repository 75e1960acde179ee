"""The template, the lessons made from it, substitutions; who reads whose timetable."""

from datetime import date, timedelta
from typing import Any

import pytest

from parta.foundation.log import SYSTEM, Broken, verify
from parta.organisation.actions import add_vacation
from parta.organisation.acts import Refusal
from parta.timetable import actions
from parta.timetable.actions import Generated, SlotRow
from parta.timetable.models import Lesson, Substitution, TimetableSlot
from parta.timetable.pages.template import read_cell

pytestmark = pytest.mark.django_db
NO_APPROVAL = pytest.mark.parametrize("cast", ["dubrovo"], indirect=True)
"""An act that makes lessons from a template at once, without the director's approval."""


def generate(cast: Any, since: date, until: date, **more: Any) -> Generated:
    return actions.generate_lessons(year=cast.year, since=since, until=until, by=SYSTEM, at=cast.at, **more)


def test_generation_is_idempotent_and_follows_the_calendar(cast: Any) -> None:
    since, until = date(2026, 10, 19), date(2026, 11, 16)
    first = generate(cast, since, until)
    assert first.added > 0
    assert generate(cast, since, until) == Generated(0, 0, 0, first.kept)
    days = set(Lesson.objects.filter(journal=cast.russian, date__gte=since).values_list("date", flat=True))
    autumn = [date(2026, 10, 25) + timedelta(days=n) for n in range(7)]
    assert not days & set(autumn)
    assert {day.weekday() for day in days} <= {0, 1, 2, 3, 4}
    lesson = Lesson.objects.filter(journal=cast.russian, date=date(2026, 11, 4)).order_by("number").first()
    assert lesson is not None and lesson.starts_at.astimezone(cast.zone).hour == 10


def test_written_lessons_are_never_touched(cast: Any) -> None:
    actions.set_slots(
        year=cast.year, rows=[], starts=date(2026, 9, 1), journal_ids=[cast.russian.pk], by=SYSTEM, at=cast.at
    )
    result = generate(cast, date(2026, 10, 5), date(2026, 10, 24), journal_ids=[cast.russian.pk])
    left = set(Lesson.objects.filter(journal=cast.russian).values_list("id", flat=True))
    held = {
        pk
        for model in ("record", "assessments", "homework", "homework_due", "absences", "substitution")
        for pk in Lesson.objects.filter(**{f"{model}__isnull": False}, journal=cast.russian).values_list(
            "id", flat=True
        )
    }
    assert left == held and result.kept == len(held) and result.removed > 0


def test_a_holiday_takes_lessons_away_and_gives_them_back(cast: Any) -> None:
    since, until = date(2026, 11, 2), date(2026, 11, 16)
    generate(cast, since, until)
    day = date(2026, 11, 4)
    before = Lesson.objects.filter(school=cast.school, date=day).count()
    one = add_vacation(
        year=cast.year, kind="quarantine", title="Карантин", starts=day, until=day + timedelta(days=1),
        homeroom_id=cast.homeroom.pk, by=SYSTEM, at=cast.at,
    )  # fmt: skip
    assert generate(cast, since, until).removed > 0
    assert not Lesson.objects.filter(journal=cast.russian, date=day).exists()
    assert Lesson.objects.filter(school=cast.school, date=day).count() < before
    one.delete()
    generate(cast, since, until)
    assert Lesson.objects.filter(school=cast.school, date=day).count() == before


@NO_APPROVAL
def test_template_changes_from_a_day_on(cast: Any) -> None:
    starts = date(2026, 11, 9)
    row = SlotRow(cast.russian.pk, 1, 6)
    result = actions.set_slots(
        year=cast.year, rows=[row], starts=starts, journal_ids=[cast.russian.pk], by=SYSTEM, at=cast.at
    )
    assert result.added == 1 and result.ended > 0
    again = actions.set_slots(
        year=cast.year, rows=[row], starts=starts, journal_ids=[cast.russian.pk], by=SYSTEM, at=cast.at
    )
    assert (again.added, again.ended, again.kept) == (0, 0, 1)
    assert TimetableSlot.objects.filter(journal=cast.russian, until=starts).count() == result.ended
    generate(cast, date(2026, 11, 2), date(2026, 11, 23))
    places = set(
        Lesson.objects.filter(
            journal=cast.russian, date__gte=starts, date__lt=date(2026, 11, 23)
        ).values_list("date", "number")
    )
    assert places == {(date(2026, 11, 9), 6), (date(2026, 11, 16), 6)}
    assert not [found for found in verify(cast.school.pk) if isinstance(found, Broken)]


@NO_APPROVAL
def test_odd_and_even_weeks(cast: Any) -> None:
    actions.set_slots(
        year=cast.year,
        rows=[SlotRow(cast.russian.pk, 3, 5, week=1), SlotRow(cast.russian.pk, 3, 6, week=2)],
        starts=date(2026, 9, 1),
        journal_ids=[cast.russian.pk],
        by=SYSTEM,
        at=cast.at,
    )
    generate(cast, date(2026, 9, 1), date(2026, 9, 30), journal_ids=[cast.russian.pk])
    found = Lesson.objects.filter(journal=cast.russian, date__lt=date(2026, 9, 30)).order_by("date")
    assert [(lesson.date.day, lesson.number) for lesson in found] == [(2, 5), (9, 6), (16, 5), (23, 6)]


@pytest.mark.parametrize("row", [(9, 1, 0), (0, 1, 0), (1, 21, 0), (1, 1, 3)])
def test_impossible_places_are_refused(cast: Any, row: tuple[int, int, int]) -> None:
    with pytest.raises(Refusal):
        actions.set_slots(
            year=cast.year,
            rows=[SlotRow(cast.russian.pk, *row)],
            starts=cast.on,
            journal_ids=[cast.russian.pk],
            by=SYSTEM,
            at=cast.at,
        )


@NO_APPROVAL
def test_a_number_without_a_bell_is_refused(cast: Any) -> None:
    actions.set_slots(
        year=cast.year, rows=[SlotRow(cast.russian.pk, 1, 15)], starts=cast.on, journal_ids=[cast.russian.pk],
        by=SYSTEM, at=cast.at,
    )  # fmt: skip
    with pytest.raises(Refusal, match="15-го урока"):
        generate(cast, cast.on, date(2026, 11, 30))


def test_substitution_is_set_corrected_and_taken_back(cast: Any) -> None:
    lesson = cast.lesson
    row = actions.substitute(
        lesson=lesson, substitute_id=cast.substitute.pk, reason="болезнь", by=SYSTEM, at=cast.at
    )
    assert row.replaced_id == cast.teacher.pk
    actions.substitute(lesson=lesson, substitute_id=cast.class_teacher.pk, by=SYSTEM, at=cast.at)
    assert Substitution.objects.get(lesson=lesson).substitute_id == cast.class_teacher.pk
    for wrong in (cast.teacher.pk, cast.student.pk, cast.outside.teacher.pk):
        with pytest.raises(Refusal):
            actions.substitute(lesson=lesson, substitute_id=wrong, by=SYSTEM, at=cast.at)
    actions.end_substitution(lesson=lesson, by=SYSTEM, at=cast.at)
    assert not Substitution.objects.filter(lesson=lesson).exists()


def test_written_lesson_is_neither_cancelled_nor_moved(cast: Any) -> None:
    written = cast.lesson_on("russian", date(2026, 10, 12))
    with pytest.raises(Refusal):
        actions.cancel_lesson(lesson=written, by=SYSTEM, at=cast.at)
    with pytest.raises(Refusal):
        actions.move_lesson(lesson=written, date=date(2026, 10, 16), number=6, by=SYSTEM, at=cast.at)


def test_cancelled_and_moved_lessons_stay_so(cast: Any) -> None:
    cancelled, moved = (
        cast.lesson_on("maths", date(2026, 10, 15)),
        cast.lesson_on("maths", date(2026, 10, 16)),
    )
    actions.cancel_lesson(lesson=cancelled, reason="курсы", by=SYSTEM, at=cast.at)
    actions.move_lesson(lesson=moved, date=date(2026, 10, 15), number=6, by=SYSTEM, at=cast.at)
    assert moved.starts_at.astimezone(cast.zone).strftime("%d %H:%M") == "15 13:20"
    generate(cast, date(2026, 10, 15), date(2026, 10, 17))
    states = dict(
        Lesson.objects.filter(
            journal=cast.maths, date__in=(date(2026, 10, 15), date(2026, 10, 16))
        ).values_list("number", "state")
    )
    assert states == {cancelled.number: "cancelled", 6: "moved"}
    actions.restore_lesson(lesson=cancelled, by=SYSTEM, at=cast.at)
    assert cancelled.state == "planned"


def test_family_sees_own_groups_only(cast: Any, client_of: Any) -> None:
    page = (
        client_of(cast.guardian)
        .get(f"/timetable/?student={cast.student.pk}&week=2026-10-14")
        .content.decode()
    )
    assert "Английский язык" in page and "Замена" in page
    assert ("1-я гр." in page) != ("2-я гр." in page)
    assert client_of(cast.outsider).get(f"/timetable/?student={cast.student.pk}").status_code == 404
    own = client_of(cast.student).get(f"/timetable/?homeroom={cast.younger.pk}").content.decode()
    assert "Диляра" in own and "3\u00a0«А»" not in own


@pytest.mark.parametrize("address", ["/timetable/?homeroom={}", "/setup/timetable/{}/", "/substitutions/"])
def test_statements_do_not_grow_with_lessons(
    cast: Any, client_of: Any, count_statements: Any, address: str
) -> None:
    client, address = client_of(cast.deputy), address.format(cast.homeroom.pk)
    with count_statements() as few:
        assert client.get(address).status_code == 200
    rows = [SlotRow(cast.maths.pk, day, number) for day in range(1, 6) for number in range(5, 8)]
    actions.set_slots(
        year=cast.year, rows=rows, starts=date(2026, 9, 1), journal_ids=[cast.maths.pk], by=SYSTEM, at=cast.at
    )
    generate(cast, date(2026, 10, 12), date(2026, 10, 19))
    with count_statements() as many:
        assert client.get(address).status_code == 200
    assert len(few) == len(many) <= 14


@NO_APPROVAL
def test_template_page_saves_the_grid_and_the_lessons(cast: Any, client_of: Any) -> None:
    client = client_of(cast.operator)
    address = f"/setup/timetable/{cast.homeroom.pk}/"
    fields = {"act": "save", "starts": "2026-11-09", "generate": "1", "j1_1_0": "математика", "r1_1_0": "31"}
    assert client.post(address, fields).status_code == 302
    found = Lesson.objects.filter(journal__homeroom=cast.homeroom, date=date(2026, 11, 9))
    assert [(lesson.journal_id, lesson.number) for lesson in found] == [(cast.maths.pk, 1)]
    wrong = client.post(address, {**fields, "j2_3_0": "Алхимия"})
    page = wrong.content.decode()
    assert wrong.status_code == 422 and "Вторник, 3-й урок" in page and 'value="Алхимия"' in page


def test_cells_of_the_template_are_read() -> None:
    journals = {"математика": 7}
    assert read_cell(" Математика ", journals) == (7, 0, 1)
    assert read_cell("математика /2", journals) == (7, 2, 1)
    assert read_cell("математика × 6 /1", journals) == read_cell("Математика, 6 ч. /1", journals) == (7, 1, 6)
    assert read_cell("  ", journals) is None
    with pytest.raises(Refusal):
        read_cell("математика /3", journals)
