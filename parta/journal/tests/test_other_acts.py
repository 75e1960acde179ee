"""Acts from outside at work in the journal: its pencil, its scale, its limits, and what they cost in statements."""

import json
import uuid
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from parta.foundation import clock
from parta.foundation.log import SYSTEM
from parta.journal.models import Absence, Homework, LessonRecord, Mark, TermMark
from parta.journal.rules import tests as rule_tests
from parta.journal.rules.tests.living import live_under, text_of
from parta.journal.rules.tests.test_through_the_page import clauses, mark, send
from parta.regulation.actions import adopt
from parta.regulation.models import Edition

ACTS = Path(rule_tests.__file__).parent / "acts"
MONDAY, TUESDAY = date(2026, 10, 12), date(2026, 10, 13)


def under(cast: Any, *names: str, alone: bool = False, swaps: dict[str, str] | None = None) -> None:
    """Adopt invented acts beside the gymnasium's (or alone)."""
    if alone:
        Edition.objects.filter(school=cast.school).delete()
    for name in names:
        text = (ACTS / f"{name}.toml").read_text(encoding="utf-8")
        for old, new in (swaps or {}).items():
            text = text.replace(old, new)
        adopt(school_id=cast.school.id, source=text, by=SYSTEM, at=cast.at, in_force_from=date(2026, 9, 1))


def cell(client: Any, journal: Any, student: Any) -> tuple[str, str]:
    """Average and final of a student's line, as text."""
    body = client.get(f"/journals/{journal.id}/").content.decode()
    line = body[body.index(f'data-s="{student.id}"') :]
    line = line[: line.index("</tr>")]
    average = line[line.index('class="e e2') :]
    last = line[line.index('class="e e3') :]
    return average[average.index(">") + 1 : average.index("<")], last[: last.index("</td>")].split('"', 2)[
        1
    ] + "|" + (last[last.index(">") + 1 : last.index("</td>")])


def final(term: Any, student: Any, value: str, **more: Any) -> dict[str, Any]:
    return {"fact": "final", "term": term.id, "student": student.id, "value": value, "seen": 0} | more


def given(cast: Any, client: Any, student: Any, *marks: tuple[date, str, str]) -> None:
    """Marks of a student in Russian, each on a day, for a kind of work."""
    for day, work, value in marks:
        lesson = cast.lesson_on("russian", day)
        with clock.rehearse(cast.local(day, 14)):
            answer = send(
                client, cast.russian, mark(lesson, student, value, work, seen=_seen(lesson, student, work))
            )
        assert answer.status_code == 200, answer.content.decode()


def emptied(cast: Any) -> None:
    Mark.objects.filter(journal=cast.russian).update(value="")


def test_the_pencil_shows_what_the_act_computes(cast: Any, client_of: Any) -> None:
    """Weights 1 and 3: (4 + 4 + 15) / 5 = 4.6 is a five by this act; three marks are the least."""
    under(cast, "weights", alone=True)
    teacher, student = client_of(cast.teacher), cast.named("Авдеев")
    emptied(cast)
    given(cast, teacher, student, (MONDAY, "oral", "4"), (TUESDAY, "control", "5"))
    assert cell(teacher, cast.russian, student) == ("4,75", "e e3 pen|н/а"), "two marks are too few"
    given(cast, teacher, student, (cast.on, "oral", "4"), (cast.on, "test", "2"))
    assert cell(teacher, cast.russian, student) == ("4,60", "e e3 pen edge|5"), "the test does not count"
    page = teacher.get(f"/journals/{cast.russian.id}/").content.decode()
    data = json.loads(page[page.index('id="grid-data"') :].split(">", 1)[1].split("</script>")[0])
    assert data["outcome"]["steps"][0] == [4.6, "5"] and data["outcome"]["least"] == 3
    assert not data["outcome"]["exact"], "a near thing is decided by the server"


def test_a_term_mark_other_than_computed_asks_for_a_reason(cast: Any, client_of: Any) -> None:
    under(cast, "weights", alone=True)
    teacher, student = client_of(cast.teacher), cast.named("Авдеев")
    emptied(cast)
    given(cast, teacher, student, (MONDAY, "oral", "4"), (TUESDAY, "oral", "4"), (cast.on, "oral", "4"))
    few = send(teacher, cast.russian, final(cast.term, student, "4"))
    assert few.status_code == 422 and "ВЕС-3" in clauses(few), "seven marks at three hours and more"
    Edition.objects.filter(school=cast.school).delete()
    under(cast, "weights", swaps={'"3+" = { by = "grade", "5-9" = 7, "10-11" = 8 }': '"3+" = 3'})
    other = send(teacher, cast.russian, final(cast.term, student, "5"))
    assert other.status_code == 422 and "ВЕС-2" in clauses(other)
    assert (
        "выходит «4»" in other.content.decode().encode().decode("unicode_escape")
        or "4" in other.json()["refused"][0]["text"]
    )
    answer = send(teacher, cast.russian, final(cast.term, student, "5", reason="победа на олимпиаде"))
    assert answer.status_code == 200, answer.content.decode()
    remarks = answer.json()["saved"][0]["remarks"]
    assert any("ВЕС-5" in json.dumps(one, ensure_ascii=False) for one in remarks), "a gap of one is told"
    assert TermMark.objects.get(student=student, term=cast.term, journal=cast.russian).value == "5"


def test_twelve_points_are_written_and_averaged(cast: Any, client_of: Any) -> None:
    under(cast, "points")
    teacher, student = client_of(cast.teacher), cast.named("Авдеев")
    emptied(cast)
    given(cast, teacher, student, (MONDAY, "control", "12"), (cast.on, "oral", "7"))
    assert cell(teacher, cast.russian, student) == ("10,00", "e e3 pen edge|5"), (
        "12·0.6 + 7·0.4: the border of «5»"
    )
    refused = send(teacher, cast.russian, mark(cast.lesson, cast.named("Сафина"), "13"))
    assert refused.status_code == 422 and "БАЛЛ-1.1" in clauses(refused)
    page = teacher.get(f"/journals/{cast.russian.id}/").content.decode()
    data = json.loads(page[page.index('id="grid-data"') :].split(">", 1)[1].split("</script>")[0])
    assert [symbol for symbol, *_ in data["scale"]][:3] == ["12", "11", "10"] and "10" in data["marks"]
    assert data["outcome"]["exact"] is False


def test_a_refusal_names_a_work_as_the_act_does(cast: Any, client_of: Any) -> None:
    """The school's list may lack a kind that the act defines: its code is for the file, not for people."""
    live_under(
        cast,
        text_of(
            'kind = "work_kinds"\nkinds = [{ code = "technical", title = "Технический зачёт" }]',
            'kind = "mark_deadline"\nwithin = "1d"\nwork = ["technical"]\non_breach = "refuse"',
        ),
    )
    lesson = cast.lesson_on("russian", MONDAY)
    refused = send(
        client_of(cast.teacher), cast.russian, mark(lesson, cast.named("Авдеев"), "5", "technical")
    )
    words = json.dumps(refused.json(), ensure_ascii=False)
    assert refused.status_code == 422 and "Н-2" in clauses(refused), words
    assert "ехнический зачёт" in words and "«technical»" not in words, words


def test_a_second_control_work_of_the_class_is_refused_while_it_is_planned(cast: Any, client_of: Any) -> None:
    """Maths has a control work on the day; Russian cannot take one, by a mark or by a topic of the plan."""
    under(cast, "load", swaps={'not_on = ["first_lesson", "last_lesson", "saturday"]\n': ""})
    maths, teacher = client_of(cast.class_teacher), client_of(cast.teacher)
    lesson = cast.lesson_on("maths", cast.on)
    answer = send(maths, cast.maths, mark(lesson, cast.named("Авдеев"), "5", "control"))
    assert answer.status_code == 200, answer.content.decode()
    for student in ("Авдеев", "Сафина"):
        refused = send(teacher, cast.russian, mark(cast.lesson, cast.named(student), "5", "control"))
        assert refused.status_code == 422 and "НАГР-1" in clauses(refused)
    answer = send(teacher, cast.russian, mark(cast.lesson, cast.named("Авдеев"), "5", "oral"))
    assert answer.status_code == 200
    more = send(maths, cast.maths, mark(lesson, cast.named("Сафина"), "4", "control"))
    assert more.status_code == 200, "a work that stands is not asked about again"
    topic = cast.russian.plan.topics.order_by("position").last()
    topic.work_kind = "control"
    topic.save()
    standing = LessonRecord.objects.filter(lesson=cast.lesson).first()
    planned = {"fact": "topic", "lesson": cast.lesson.id, "topic": topic.text, "planned": topic.id}
    planned["seen"] = standing.version if standing else 0
    refused = send(teacher, cast.russian, planned)
    assert refused.status_code == 422 and "НАГР-1" in clauses(refused), "planning it is refused as well"
    topic.work_kind = ""
    topic.save()
    assert send(teacher, cast.russian, planned).status_code == 200


def test_homework_over_the_budget_of_the_day_is_refused(cast: Any, client_of: Any) -> None:
    under(cast, "load")
    teacher = client_of(cast.teacher)
    due = Homework.objects.filter(school=cast.school).delete()
    assert due

    def homework(minutes: int) -> dict[str, Any]:
        facts = {
            "fact": "homework",
            "lesson": cast.lesson.id,
            "student": None,
            "text": "§ 14, упр. 5, письменно",
        }
        return facts | {"none": False, "minutes": minutes, "seen": 0}

    over = send(teacher, cast.russian, homework(121))
    assert over.status_code == 422 and clauses(over) == {"НАГР-4"}, over.content.decode()
    assert send(teacher, cast.russian, homework(120)).status_code == 200


def test_no_two_on_the_day_of_return(cast: Any, client_of: Any) -> None:
    """Ill for three school days in other lessons of the class, back today."""
    under(cast, "load")
    student = cast.named("Авдеев")
    days = [cast.lesson_on("maths", day) for day in (date(2026, 10, 9), MONDAY, TUESDAY)]
    Absence.objects.filter(student=student).delete()
    for lesson in days:
        Absence.objects.create(
            school=cast.school, journal=cast.maths, lesson=lesson, student=student, meaning="ill", symbol="Б",
            set_at=cast.at, changed_at=cast.at,
        )  # fmt: skip
    refused = send(client_of(cast.teacher), cast.russian, mark(cast.lesson, student, "2"))
    assert refused.status_code == 422 and "НАГР-5" in clauses(refused)
    assert send(client_of(cast.teacher), cast.russian, mark(cast.lesson, student, "3")).status_code == 200
    assert (
        send(client_of(cast.teacher), cast.russian, mark(cast.lesson, cast.named("Сафина"), "2")).status_code
        == 200
    )


@pytest.mark.parametrize("act", ["weights", "load", "points"])
def test_statements_stay_within_bounds_and_do_not_grow_with_the_class(
    cast: Any, client_of: Any, count_statements: Any, act: str
) -> None:
    """An act that looks at more costs a few statements an operation; an act that does not costs none."""
    teacher = client_of(cast.teacher)
    everybody = list(cast.students)

    def write(students: list[Any], value: str) -> int:
        changes = [mark(cast.lesson, one, value, seen=_seen(cast.lesson, one)) for one in students]
        with count_statements() as seen:
            answer = teacher.post(
                f"/journals/{cast.russian.id}/write",
                data=json.dumps({"operation": str(uuid.uuid4()), "changes": changes}),
                content_type="application/json",
            )
        assert answer.status_code == 200, answer.content.decode()
        return len(seen)

    Mark.objects.filter(assessment__lesson=cast.lesson).delete()
    write(everybody[3:4], "5")  # makes the column
    plain = write(everybody[:1], "3")
    under(cast, act)
    write(everybody[3:4], "4" if act != "weights" else "5")  # reads the new law
    few, many = write(everybody[1:2], "4"), write([*everybody[2:3], *everybody[4:]], "4")
    assert many == few
    assert few - plain <= {"weights": 0, "load": 1, "points": 0}[act], (plain, few)


def _seen(lesson: Any, student: Any, work: str = "oral") -> int:
    found = Mark.objects.filter(
        assessment__lesson=lesson, assessment__work_kind=work, assessment__position=1, student=student
    ).first()
    return found.version if found else 0
