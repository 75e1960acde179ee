"""A load under an act that asks before a journal opens: refused by place in the preview, the rest of the file loads."""

from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from parta.exchange.apply import Report
from parta.exchange.plan import ImportPlan
from parta.exchange.tests import files
from parta.exchange.tests.conftest import AT
from parta.exchange.values import group_letter
from parta.foundation.log import SYSTEM
from parta.organisation.models import Homeroom, School, Subject
from parta.plans.actions import CurriculumRow, set_curriculum
from parta.plans.models import Journal
from parta.regulation.actions import adopt
from parta.timetable.models import TimetableSlot
from tests.cast import preset_file

GROUPS: files.Rows = (("Группа", "Курс"), ("МС-11", 1), ("ТМ-2А", 2), ("Группа 3", 3))
SUBJECTS: files.Rows = (("Предмет", "Сокращение"), ("Химия", ""), ("История", ""))
LOADS: files.Rows = (
    ("Группа", "Предмет", "Преподаватель", "Часов в неделю"),
    ("МС-11", "Химия", "Соколова М. В.", 2),
    ("МС-11", "История", "Соколова М. В.", 2),
    ("Группа 3", "Химия", "Соколова М. В.", 2),
    ("Группа 3", "История", "Соколова М. В.", 2),
)
SLOTS: files.Rows = (
    ("Группа", "День", "Урок", "Предмет"),
    ("МС-11", "понедельник", 1, "Химия"),
    ("МС-11", "понедельник", 2, "История"),
    ("Группа 3", "вторник", 1, "Химия"),
)
BOOK = {
    "Сотрудники": files.STAFF, "Классы": GROUPS, "Предметы": SUBJECTS, "Нагрузка": LOADS, "Расписание": SLOTS,
}  # fmt: skip


@pytest.mark.parametrize(
    "title, letter",
    [
        ("МС-11", "МС"), ("ИСиП-21", "ИСиП"), ("ТМ-2А", "А"), ("ТМ-2 «б»", "Б"), ("Sub 1P", "P"), ("С 21", "С"),
        ("Группа 3", ""), ("1 курс", ""), ("Туризм", ""), ("5", ""), ("", ""),
    ],
)  # fmt: skip
def test_the_letter_of_a_group_is_read_in_its_name(title: str, letter: str) -> None:
    assert group_letter(title) == letter


def test_what_the_act_does_not_let_open_is_refused_by_place(
    school: School, look: Callable[..., ImportPlan], load: Callable[..., Report], tmp_path: Path
) -> None:
    source = preset_file("egorievsk-college").read_text(encoding="utf-8")
    adopt(school_id=school.pk, source=source, by=SYSTEM, at=AT, in_force_from=date(2026, 9, 1))
    plan = look(BOOK)
    told = [str(problem) for problem in plan.refused]
    assert [line.split("лист ")[1][:24] for line in told] == [
        "«Нагрузка», строка 2: «Х", "«Нагрузка», строка 3: «И", "«Классы», строка 4: В на",
    ]  # fmt: skip
    assert "«Химия» нет в учебном плане" in told[0] and "п. 4.2" in told[0].replace("\u00a0", " ")
    assert "«Группа 3» нет литеры" in told[2] and "Назовите группу в файле с литерой" in told[2]
    remarks = " ".join(map(str, plan.remarks))
    assert "МС-11 – МС, ТМ-2А – А" in remarks and "Уроков расписания без журнала: 3." in remarks
    # people, groups and subjects load; the line of the curriculum is written; the same file opens the journal
    load(BOOK, skip_refused=True)
    assert dict(Homeroom.objects.values_list("title", "letter")) == {
        "МС-11": "МС",
        "ТМ-2А": "А",
        "Группа 3": "",
    }
    assert not Journal.objects.exists()
    room = Homeroom.objects.get(title="МС-11")
    lines = [
        CurriculumRow(subject_id=pk, grade=grade, homeroom_id=own, weekly_hours=2, yearly_hours=68)
        for pk in Subject.objects.filter(school=school).values_list("pk", flat=True)
        for grade, own in ((None, room.pk), (3, None))
    ]
    set_curriculum(year=room.year, rows=lines, by=SYSTEM, at=AT)
    again = look(BOOK)
    assert ["впишите её" in str(problem).lower() for problem in again.refused] == [True]
    assert "карточке группы" in str(again.refused[0])
    load(BOOK, skip_refused=True)
    assert Journal.objects.filter(homeroom=room).count() == 2 == Journal.objects.count()
    assert TimetableSlot.objects.count() == 2
    Homeroom.objects.filter(title="Группа 3").update(letter="3")
    assert not look(BOOK).refused
