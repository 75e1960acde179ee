"""Staff look at a diary with the family's eyes: everything the family sees, nothing written, each look traced."""

from datetime import date
from typing import Any

import pytest

from parta.diary.models import HomeworkState
from parta.foundation import sql
from parta.people.models import ReadTrace
from tests.journeys.steps import (
    COLLEGE,
    GYMNASIUM,
    homework,
    mark,
    note,
    page,
    presets,
    saved,
    send,
    under,
)

PAGES = ("", "?view=marks", "homework/", "absences/", "results/", "class/", "news/", "reports/", "forecast/")


@presets((COLLEGE, "ET-A-CURATOR-2c"))
def test_curator_finds_all_eight_kinds_in_the_familys_view(cast: Any, client_of: Any) -> None:
    teacher, curator, family = (client_of(one) for one in (cast.teacher, cast.class_teacher, cast.guardian))
    tomorrow = cast.lesson_on("russian", date(2026, 10, 15))
    root = f"/diary/{cast.student.pk}/"
    assert "5 14.10" not in page(curator, f"{root}?view=marks")
    saved(send(teacher, cast.russian, mark(cast.lesson, cast.student, "5")))
    saved(send(teacher, cast.russian, homework(cast.lesson, "составить план", due_lesson=tomorrow.id)))
    saved(send(teacher, cast.russian, note(cast.lesson, cast.student, "recommendation", "Читать вслух")))
    for where in PAGES:
        seen, own = page(curator, root + where), page(family, root + where)
        assert "Дневник глазами семьи" in seen and "Дневник глазами семьи" not in own, where
    week = page(curator, root)
    assert "Четверг 15 октября 1 Русский язык" in week, "the timetable"
    assert "5 14.10" in page(curator, f"{root}?view=marks"), "progress"
    assert "составить план" in page(curator, f"{root}homework/"), "homework"
    assert "Читать вслух" in week, "recommendations"
    about = page(curator, f"{root}class/")
    assert "21 октября ср Русский язык Контрольная работа" in about, "control works"
    assert f"{cast.teacher.surname} М. В. Русский язык" in about, "teachers"
    assert "Осенние каникулы : 25 октября" in about, "holidays"
    assert "Замена: Мельник" in week, "replacements"


@under(GYMNASIUM)
@pytest.mark.parametrize("who", ["class_teacher", "deputy", "director"])
def test_looking_is_no_look_of_the_family_and_leaves_a_trace(cast: Any, client_of: Any, who: str) -> None:
    teacher, client = client_of(cast.teacher), client_of(cast.people[who])
    saved(send(teacher, cast.russian, homework(cast.lesson, "выучить правило")))
    for where in PAGES:
        answer = client.get(f"/diary/{cast.student.pk}/{where}")
        assert answer.status_code == 200, where
        main = answer.content.decode()[answer.content.decode().index("<main") :]
        assert 'method="post"' not in main, f"nothing to send on {where}"
    assert sql.read("SELECT COUNT(*) FROM diary_look WHERE student_id = %s", (cast.student.pk,)) == [(0,)]
    assert not HomeworkState.objects.filter(student=cast.student, family_seen_at__isnull=False).exists()
    traced = ReadTrace.objects.filter(
        page="diary", student_id=cast.student.pk, user_id=cast.people[who].user_id
    )
    assert traced.count() == len(PAGES)
    posts = (("homework/", {"act": "done", "row": "1"}), ("absences/", {"act": "tell"}), ("acknowledge", {}))
    for where, form in posts:
        assert client.post(f"/diary/{cast.student.pk}/{where}", form).status_code == 403, where


@under(GYMNASIUM)
def test_who_does_not_answer_for_the_student_sees_nothing(cast: Any, client_of: Any) -> None:
    for who, status in (("teacher", 403), ("nurse", 403), ("master", 404), ("inspector", 403)):
        assert client_of(cast.people[who]).get(f"/diary/{cast.student.pk}/").status_code == status, who
    assert client_of(cast.outside.deputy).get(f"/diary/{cast.student.pk}/").status_code == 404
