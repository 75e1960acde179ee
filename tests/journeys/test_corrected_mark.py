"""Which of a corrected mark counts: the average of the journal, of the family and of control say the same."""

from datetime import date, timedelta
from typing import Any

import pytest

from parta.foundation import clock
from parta.journal.models import Mark
from parta.journal.rules.final_watches import finals_set
from parta.journal.rules.tests.living import cited, days_of, live_under, mark, send, text_of
from tests.journeys.steps import DUBROVO, GYMNASIUM, done, page, saved, under

TERM = 'kind = "term_mark"\nthresholds = { 5 = 4.6, 4 = 3.6, 3 = 2.6, 2 = 0 }'
COUNTS = 'kind = "corrected_mark"\ncounts = "{}"'


def two_marks(cast: Any, client_of: Any, first: str, new: str) -> None:
    """A four of Tuesday, and a mark of Wednesday that is corrected two days later."""
    client, pupil = client_of(cast.teacher), cast.named("Асанов")
    Mark.objects.filter(student=pupil).delete()
    saved(send(client, cast.russian, mark(cast.lesson_on("russian", date(2026, 10, 13)), pupil, "4")))
    saved(send(client, cast.russian, mark(cast.lesson, pupil, first)))
    saved(send(client, cast.russian, mark(cast.lesson, pupil, new, seen=1, reason="пересдача")))
    row = Mark.objects.get(student=pupil, assessment__lesson=cast.lesson)
    Mark.objects.filter(pk=row.pk).update(version=2)


def averages(cast: Any, client_of: Any) -> set[str]:
    """The average of the pupil's two marks wherever it is shown."""
    pupil = cast.named("Асанов")
    words = page(client_of(cast.teacher), f"/journals/{cast.russian.pk}/")
    row = words[words.index("Асанов Тимур") :]
    grid = row[: row.index("Григорян")]
    family = page(client_of(cast.class_teacher), f"/diary/{pupil.pk}/subjects/{cast.russian.subject_id}/")
    room = page(
        client_of(cast.deputy), f"/control/classes/{cast.homeroom.pk}/?since=2026-10-12&until=2026-10-14"
    )
    found = {value for value in ("3,00", "3,50", "4,00", "4,50") if value in grid}
    assert len(found) == 1, grid
    (value,) = found
    assert value in family, family
    line = room[room.rindex("Асанов Тимур") :][:60]
    assert value in line, line
    return found


@under(GYMNASIUM)
@pytest.mark.parametrize("formula", [True, False])
@pytest.mark.parametrize(
    ("counts", "first", "new", "shown"),
    [
        ("new", "2", "5", "4,50"),
        ("first", "2", "5", "3,00"),
        ("best", "2", "5", "4,50"),
        ("best", "5", "3", "4,50"),
        ("mean", "2", "4", "3,50"),
        ("", "2", "5", "4,50"),
    ],
)
def test_every_average_counts_what_the_act_says(
    cast: Any, client_of: Any, counts: str, first: str, new: str, shown: str, formula: bool
) -> None:
    rules = [COUNTS.format(counts)] if counts else []
    live_under(cast, text_of(*rules, *([TERM] if formula else ['kind = "uniform_rules"'])))
    two_marks(cast, client_of, first, new)
    assert averages(cast, client_of) == {shown}


@under(GYMNASIUM)
@pytest.mark.parametrize(
    ("counts", "new", "sum_", "said"),
    [
        ("new", "5", "4 + 5 = 9; 9 : 2 = 4,50", ""),
        ("first", "5", "4 + 2 = 6; 6 : 2 = 3,00", "в средней считается 2"),
        ("mean", "5", "4 + 3,5 = 7,5; 7,5 : 2 = 3,75", "в средней считается 3,5"),
    ],
)
def test_the_card_of_the_average_sums_what_counts(
    cast: Any, client_of: Any, counts: str, new: str, sum_: str, said: str
) -> None:
    """The sum a family reads is the sum that was made: with what counts, not with what stands in the cell."""
    live_under(cast, text_of(COUNTS.format(counts), TERM))
    two_marks(cast, client_of, "2", new)
    pupil = cast.named("Асанов")
    family = page(client_of(cast.class_teacher), f"/diary/{pupil.pk}/subjects/{cast.russian.subject_id}/")
    assert sum_ in family, family
    assert (said in family) if said else ("в средней считается" not in family)


@under(GYMNASIUM)
def test_only_the_named_works_are_counted_so_and_only_from_the_day_of_the_rule(
    cast: Any, client_of: Any
) -> None:
    live_under(cast, text_of(COUNTS.format("first") + '\nwork = ["control"]', TERM))
    two_marks(cast, client_of, "2", "5")
    assert averages(cast, client_of) == {"4,50"}, "an oral answer"
    live_under(cast, text_of(COUNTS.format("first") + "\nin_force_from = 2026-10-15", TERM))
    two_marks(cast, client_of, "2", "5")
    assert averages(cast, client_of) == {"4,50"}, "the lesson is of the day before"


@under(DUBROVO)
@pytest.mark.clause("DB-3.4.8b")
def test_a_two_stays_beside_its_correction_and_the_school_says_which_counts(
    cast: Any, client_of: Any
) -> None:
    """It is not deleted; the cell shows both, the history their days; the choice acts from its day on."""
    client, pupil = client_of(cast.teacher), cast.named("Асанов")
    Mark.objects.filter(student=pupil, journal=cast.russian).delete()
    earlier = cast.lesson_on("russian", date(2026, 10, 13))
    saved(send(client, cast.russian, mark(earlier, pupil, "4", "current")))
    saved(send(client, cast.russian, mark(cast.lesson, pupil, "2", "written")))
    with clock.rehearse(cast.at + timedelta(days=1)):
        refused = send(client, cast.russian, mark(cast.lesson, pupil, "", "written", seen=1))
        assert refused.status_code == 422 and cited(refused) == {"DB-3.4.8b"}
    address = "/regulation/setting/?act=DB&name=corrected_counts"
    words = page(client_of(cast.director), address)
    assert "прежняя" in words and "среднее" in words
    choice = {"act": "choose", "value": "mean", "since": cast.on.isoformat()}
    assert client_of(cast.deputy).post(address, choice).status_code == 422, "the director chooses"
    done(client_of(cast.director).post(address, choice))
    with clock.rehearse(cast.at + timedelta(days=2)):
        saved(
            send(client, cast.russian, mark(cast.lesson, pupil, "5", "written", seen=1, reason="пересдача"))
        )
        row = Mark.objects.get(student=pupil, assessment__lesson=cast.lesson)
        assert (row.value, row.first_value, row.counted) == ("5", "2", "3.5")
        grid = page(client, f"/journals/{cast.russian.pk}/")
        line = grid[grid.index("Асанов Тимур") : grid.index("Григорян")]
        assert "25" in line.replace(" ", "") and any(mean in line for mean in ("3,75", "3,67", "3,70")), line
        family = page(client_of(cast.class_teacher), f"/diary/{pupil.pk}/subjects/{cast.russian.subject_id}/")
        assert "14 октября" in family and "16 октября" in family, "both days"
    # a lesson of the day before is judged by what was chosen then: the new one counts
    with clock.rehearse(cast.at + timedelta(days=2)):
        saved(send(client, cast.russian, mark(earlier, pupil, "2", "current", seen=1, reason="ошибка")))
        row = Mark.objects.get(student=pupil, assessment__lesson=earlier)
        assert (row.value, row.first_value, row.counted) == ("2", "4", None)


@under(GYMNASIUM)
def test_a_first_mark_in_words_that_counts_is_left_out_of_means(cast: Any, client_of: Any) -> None:
    """«Незачёт» is no number: means over the school are of the other marks, and no question of control fails."""
    symbols = 'kind = "mark_symbols"\nallow = ["2", "3", "4", "5", "зачёт", "незачёт"]'
    live_under(
        cast,
        text_of(
            symbols,
            COUNTS.format("first"),
            'kind = "final_mark_vs_marks"\nmax_gap = 0.6\non_breach = "remark"',
        ),
    )
    two_marks(cast, client_of, "незачёт", "5")
    client, pupil = client_of(cast.teacher), cast.named("Асанов")
    mine = Mark.objects.filter(student=pupil, journal=cast.russian).exclude(value="")
    assert sorted(mine.values_list("value", "counted")) == [("4", None), ("5", "незачёт")]
    saved(
        send(
            client,
            cast.russian,
            {"fact": "final", "term": cast.term.id, "student": pupil.id, "value": "5", "seen": 0},
        )
    )
    found = finals_set(
        cast.school.id,
        ("j.school_id = %s", [cast.school.id]),
        since=date(2026, 9, 1),
        until=date(2026, 12, 31),
        zone=days_of(cast).zone,
    )
    assert [(one.count, one.mean) for one in found if one.student_id == pupil.id] == [(1, 4.0)]
    assert client_of(cast.director).get("/control/anomalies/").status_code == 200
