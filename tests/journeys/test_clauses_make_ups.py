"""Topics missed for a valid reason, passed before the teacher or a commission, with a protocol to sign."""

from datetime import date
from pathlib import Path
from typing import Any

import pytest

from parta.foundation import clock
from parta.foundation.models import LogEntry
from parta.journal.models import Absence, MakeUp
from tests.journeys.steps import (
    COLLEGE,
    IPATOVO,
    TUESDAY,
    absent,
    done,
    leaves,
    page,
    saved,
    send,
    text,
    topic,
    under,
)
from tests.journeys.test_clauses_finals import held_by_the_master

LATER = date(2026, 10, 21)


def form(student: Any, *lessons: Any, **more: Any) -> dict[str, Any]:
    """The form of the page: a commission of the teacher and the deputy."""
    return {
        "act": "record", "row": student.pk, "lesson": [one.pk for one in lessons], "number": "7",
        "held_on": LATER.isoformat(), "form": "commission", "result": "passed",
    } | more  # fmt: skip


@under(COLLEGE)
@pytest.mark.clause("ET-A-TEACHER-2e")
def test_missed_topics_are_passed_before_a_commission_with_a_protocol(
    cast: Any, client_of: Any, tmp_path: Path
) -> None:
    """Only what was missed ill or for another valid reason; the protocol names members and has a line for each."""
    teacher, deputy, pupil = client_of(cast.teacher), client_of(cast.deputy), cast.named("Орлова")
    lessons = [cast.lesson_on("russian", day) for day in (date(2026, 10, 12), TUESDAY)]
    address = f"/journals/{cast.russian.pk}/make-ups/"
    both = {"member0": cast.teacher.pk, "member1": cast.deputy.pk}
    assert "Зачёты пропущенных тем" in page(teacher, f"/journals/{cast.russian.pk}/")
    with clock.rehearse(cast.local(LATER, 12)):
        words = page(teacher, address)
        assert (
            "Орлова Виктория Денисовна 2 темы" in words
            and "«б»: Контрольная работа по теме «Лексика»" in words
        )
        assert "Магомедов" not in words, "missed for no reason"
        unexcused = cast.lesson_on("russian", date(2026, 10, 12))
        for wrong, says in (
            (form(cast.named("Магомедов"), unexcused, **both), "уважительной причине"),
            (form(pupil, **both), "Отметьте темы"),
            (form(pupil, cast.lesson_on("russian", date(2026, 10, 9)), **both), "Отметьте темы"),
            (form(pupil, *lessons, member0=cast.teacher.pk), "не меньше двух"),
            (form(pupil, *lessons, **both | {"member1": cast.student.pk}), "такого сотрудника нет"),
            (form(pupil, *lessons, **both, number=""), "номер протокола"),
            (form(pupil, *lessons, **both, held_on="2026-10-22"), "ещё впереди"),
            (form(pupil, *lessons, **both, held_on="2026-10-12"), "раньше урока"),
            (form(pupil, *lessons, **both, form="council"), "Неизвестное значение"),
        ):
            answer = teacher.post(address, wrong)
            assert answer.status_code == 422 and says in text(answer), (says, text(answer)[:400])
        assert not MakeUp.objects.exists()
        for who, status in ((cast.class_teacher, 404), (cast.other_teacher, 404), (cast.student, 403)):
            assert client_of(who).post(address, form(pupil, *lessons, **both)).status_code == status, who
        done(teacher.post(address, form(pupil, *lessons, **both)))
        again = teacher.post(address, form(pupil, lessons[0], **both, number="8"))
        assert again.status_code == 422, "passed once"
        row = MakeUp.objects.get()
        assert LogEntry.objects.filter(verb="make_up_recorded", student_id=pupil.pk).count() == 1
        words = page(deputy, address)
        assert "Сдавать нечего" in words and "7 21 октября 2026 г. Орлова Виктория Денисовна" in words
        sheet = leaves(teacher.get(f"/journals/make-ups/{row.pk}/protocol.pdf"), tmp_path)
        paper = " ".join(" ".join(sheet).split())
        for said in (
            "Протокол № 7", "21 октября 2026", "Орлова Виктория Денисовна", "русский язык", "комиссии", "зачтено",
            "Председатель комиссии", "Соколова Марина Викторовна", "Член комиссии", "Лаптева Ольга Игоревна",
            "Контрольная работа по теме «Лексика»", "12 октября",
        ):  # fmt: skip
            assert said in paper, (said, paper)
        assert paper.count("подпись") == 2
        assert Absence.objects.filter(student=pupil, lesson__in=lessons, meaning="ill").count() == 2, (
            "they stay"
        )
        for who in (cast.other_teacher, cast.outside.deputy):
            assert client_of(who).get(f"/journals/make-ups/{row.pk}/protocol.pdf").status_code == 404, who
        assert client_of(cast.student).get(f"/journals/make-ups/{row.pk}/protocol.pdf").status_code == 403


@under(COLLEGE)
@pytest.mark.clause("ET-A-MASTER-17e")
def test_missed_practice_topics_are_passed_before_the_master(
    cast: Any, client_of: Any, tmp_path: Path
) -> None:
    """Two topics of practice, one protocol; what is failed is to be passed again, what is passed is not."""
    held_by_the_master(cast)
    master, pupil = client_of(cast.master), cast.named("Григорян")
    days = (TUESDAY, cast.on)
    lessons = [cast.lesson_on("maths", day) for day in days]
    for place, (lesson, letter) in enumerate(zip(lessons, "бп", strict=True)):
        with clock.rehearse(cast.local(lesson.date, 18)):
            saved(send(master, cast.maths, topic(lesson, cast.topics[place].text, cast.topics[place])))
            saved(send(master, cast.maths, absent(lesson, pupil, letter)))
    address = f"/journals/{cast.maths.pk}/make-ups/"
    alone = {"form": "teacher", "member0": cast.master.pk}
    with clock.rehearse(cast.local(LATER, 12)):
        words = page(master, address)
        assert all(one.text in words for one in cast.topics[:2])
        two = master.post(address, form(pupil, *lessons, **alone, member1=cast.deputy.pk))
        assert two.status_code == 422 and "это комиссия" in text(two)
        done(master.post(address, form(pupil, *lessons, **alone, result="failed", number="1")))
        assert all(one.text in page(master, address).partition("Протоколы")[0] for one in cast.topics[:2]), (
            "again"
        )
        done(master.post(address, form(pupil, *lessons, **alone, number="2")))
        assert "Сдавать нечего" in page(master, address)
        for number, said in (("1", "не зачтено"), ("2", "зачтено")):
            row = MakeUp.objects.get(number=number)
            paper = " ".join(
                " ".join(leaves(master.get(f"/journals/make-ups/{row.pk}/protocol.pdf"), tmp_path)).split()
            )
            assert f"Результат: {said}" in paper and "Воронов Игорь Петрович" in paper
            assert (
                cast.topics[0].text in paper and cast.topics[1].text in paper and paper.count("подпись") == 1
            )


@under(IPATOVO)
def test_the_page_serves_a_school_too_and_asks_few_statements(
    cast: Any, client_of: Any, count_statements: Any
) -> None:
    teacher, address = client_of(cast.teacher), f"/journals/{cast.russian.pk}/make-ups/"
    counts = []
    for days in ((12,), (5, 6, 7, 8, 13)):
        for day in days:
            for student in cast.students[:5]:
                Absence.objects.get_or_create(
                    lesson=cast.lesson_on("russian", date(2026, 10, day)), student=student,
                    defaults={"school": cast.school, "journal": cast.russian, "meaning": "ill", "symbol": "б",
                              "set_at": cast.at, "changed_at": cast.at},
                )  # fmt: skip
        page(teacher, address)
        with count_statements() as seen:
            words = page(teacher, address)
        counts.append(len(seen))
    assert "Авдеев Кирилл Павлович 6 тем" in words and counts[0] == counts[1] <= 16, counts


@under(COLLEGE)
def test_any_sign_is_a_number_and_a_closed_year_takes_no_protocol(cast: Any, client_of: Any) -> None:
    """A number need not be one that is counted on; what is closed is only read."""
    teacher, deputy, pupil = client_of(cast.teacher), client_of(cast.deputy), cast.named("Орлова")
    first, second = (cast.lesson_on("russian", day) for day in (date(2026, 10, 12), TUESDAY))
    address = f"/journals/{cast.russian.pk}/make-ups/"
    both = {"member0": cast.teacher.pk, "member1": cast.deputy.pk}
    with clock.rehearse(cast.local(LATER, 12)):
        done(teacher.post(address, form(pupil, first, number="②", **both)))
        assert "②" in page(teacher, address)
        cast.year.state = "closed"
        cast.year.save()
        for client in (teacher, deputy):
            refused = client.post(address, form(pupil, second, number="8", **both))
            assert refused.status_code in (404, 422) and MakeUp.objects.count() == 1
        assert "закрыт" in text(deputy.post(address, form(pupil, second, number="8", **both)))
