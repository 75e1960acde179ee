"""Work handed in as a file: by the student or the family, taken back, commented by the teacher."""

from collections.abc import Iterable
from datetime import datetime

from parta.diary.actions.looks import lesson_of_homework
from parta.diary.models import HandedWork
from parta.foundation import sql
from parta.foundation.language import say
from parta.foundation.log import Line
from parta.journal.actions.changes import BadInput
from parta.journal.actions.files import keep_file
from parta.organisation.actions import checks
from parta.organisation.acts import Refusal, act
from parta.people.viewer import Viewer

MOST = 5
"""Files of one student for one piece of homework."""


def hand_in(
    viewer: Viewer,
    student_id: int,
    homework_id: int,
    *,
    file: tuple[str, Iterable[bytes]] | None,
    words: str,
    at: datetime,
) -> HandedWork:
    """A file for homework of the viewer's student. Raises Refusal for others', for wrong files, beyond five."""
    if student_id not in viewer.student_ids:
        raise Refusal("Работу сдаёт ученик или его семья.")
    lesson_id = lesson_of_homework(viewer.school.id, student_id, homework_id)
    if lesson_id is None:
        raise Refusal("Этого задания нет: обновите страницу.")
    words = checks.text(words, 500, "words", "пояснение", needed=False)
    if file is None:
        raise Refusal("Выберите файл.", "file")
    if _standing(homework_id, student_id) >= MOST:
        raise Refusal(say("К этому заданию уже сдано {most} файлов: уберите лишний.", most=MOST), "file")
    try:
        name, kind, size, sha256 = keep_file(*file)
    except BadInput as fault:
        raise Refusal(str(fault), "file") from None
    with act(viewer.school.id, by=viewer.acting_as(), at=at) as lines:
        known = HandedWork.objects.filter(
            homework_id=homework_id, student_id=student_id, sha256=sha256, withdrawn_at=None
        ).first()
        if known is not None:
            return known  # the same file sent twice is one
        row = HandedWork.objects.create(
            school_id=viewer.school.id,
            homework_id=homework_id,
            student_id=student_id,
            name=name,
            content_type=kind,
            size=size,
            sha256=sha256,
            words=words,
            handed_at=at,
            handed_by_id=viewer.person_id,
        )
        data = {"homework": homework_id, "size": size, "sha256": sha256}
        lines.append(Line("work_handed", "work", row.pk, lesson_id, student_id, data))
    return row


def _standing(homework_id: int, student_id: int) -> int:
    return HandedWork.objects.filter(
        homework_id=homework_id, student_id=student_id, withdrawn_at=None
    ).count()


def take_back(viewer: Viewer, work_id: int, *, at: datetime) -> None:
    """The family takes a file back, as long as the teacher has not commented it. Raises Refusal."""
    with act(viewer.school.id, by=viewer.acting_as(), at=at) as lines:
        row = HandedWork.objects.select_for_update().filter(pk=work_id, withdrawn_at=None).first()
        if row is None or row.student_id not in viewer.student_ids:
            raise Refusal("Этой работы нет: обновите страницу.")
        if row.commented_at is not None:
            raise Refusal("Учитель уже ответил на эту работу: убрать её нельзя.")
        row.withdrawn_at = at
        row.save(update_fields=["withdrawn_at"])
        lines.append(Line("work_taken_back", "work", row.pk, student_id=row.student_id))


_TEACHES = """
SELECT 1 FROM journal_homework w JOIN timetable_lesson l ON l.id = w.lesson_id
WHERE w.id = %s AND (l.teacher_id = %s
  OR EXISTS (SELECT 1 FROM timetable_substitution x WHERE x.lesson_id = l.id AND x.substitute_id = %s)
  OR EXISTS (SELECT 1 FROM plans_teachingload d WHERE d.journal_id = w.journal_id AND d.teacher_id = %s
             AND d.starts <= %s AND (d.until IS NULL OR d.until > %s)))
"""


def may_comment(viewer: Viewer, homework_id: int) -> bool:
    """Whether the viewer teaches there: holds the journal today, or gave that lesson. One statement."""
    me = viewer.person_id
    return bool(
        viewer.roles - {"guardian", "student"}
        and sql.read(_TEACHES, (homework_id, me, me, me, viewer.on, viewer.on))
    )


def comment_work(viewer: Viewer, work_id: int, *, text: str, at: datetime) -> None:
    """The teacher's words on a work; the last ones stand, the log says that they changed. Raises Refusal."""
    text = checks.text(text, 1000, "text", "комментарий")
    with act(viewer.school.id, by=viewer.acting_as("teacher"), at=at) as lines:
        row = (
            HandedWork.objects.select_for_update()
            .filter(pk=work_id, school_id=viewer.school.id, withdrawn_at=None)
            .first()
        )
        if row is None or not may_comment(viewer, row.homework_id):
            raise Refusal("Комментирует работу учитель, который ведёт этот журнал.")
        is_first = row.commented_at is None
        row.comment, row.commented_at, row.commented_by_id = text, at, viewer.person_id
        row.save(update_fields=["comment", "commented_at", "commented_by"])
        lines.append(
            Line(
                "work_commented",
                "work",
                row.pk,
                student_id=row.student_id,
                data={"homework": row.homework_id, "first": is_first},
            )
        )
