"""Somebody of the family looked; homework was seen or done; a week was acknowledged."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from functools import lru_cache

from parta.diary.models import Acknowledgement, HomeworkState
from parta.foundation import sql
from parta.foundation.log import Line
from parta.organisation.acts import Refusal, act
from parta.people.models import Guardianship
from parta.people.viewer import Viewer

ONE_LOOK = timedelta(minutes=15)
"""Pages opened within this time are one look."""


@lru_cache(maxsize=8192)
def _noted(person_id: int, student_id: int, two_minutes: int) -> list[bool]:
    """A mark that stays for two minutes of one person (in this process)."""
    return []


def note_look(viewer: Viewer, student_id: int) -> None:
    """Note that the viewer opened the student's diary: one statement in two minutes, none in between.

    Staff who look with the family's eyes are no look of the family.
    """
    if viewer.is_onlooker:
        return
    noted = _noted(viewer.person_id, student_id, int(viewer.at.timestamp()) // 120)
    if noted:
        return
    sql.write(
        "INSERT INTO diary_look (school_id, student_id, person_id, day, last_at, before_at)"
        " VALUES (%s, %s, %s, %s, %s, (SELECT b.last_at FROM diary_look b"
        " WHERE b.student_id = %s AND b.person_id = %s ORDER BY b.day DESC LIMIT 1))"
        " ON CONFLICT (student_id, person_id, day) DO UPDATE SET last_at = excluded.last_at,"
        " before_at = CASE WHEN diary_look.last_at < %s THEN diary_look.last_at ELSE diary_look.before_at END",
        (
            viewer.school.id,
            student_id,
            viewer.person_id,
            viewer.on,
            viewer.at,
            student_id,
            viewer.person_id,
            viewer.at - ONE_LOOK,
        ),
    )
    noted.append(True)


def is_oneself(viewer: Viewer, student_id: int) -> bool:
    """Whether the viewer looks at the own diary as the student."""
    return any(grant.role == "student" and grant.student_id == student_id for grant in viewer.grants)


def is_guardian(viewer: Viewer, student_id: int) -> bool:
    """Whether the viewer stands for the student today."""
    return any(grant.role == "guardian" and grant.student_id == student_id for grant in viewer.grants)


def note_panel(viewer: Viewer) -> None:
    """Note that the viewer opened the panel of homework today; the first time of a day stays. One statement."""
    sql.write(
        "INSERT INTO diary_homeworkcheck (school_id, person_id, day, first_at) VALUES (%s, %s, %s, %s)"
        " ON CONFLICT (person_id, day) DO NOTHING",
        (viewer.school.id, viewer.person_id, viewer.on, viewer.at),
    )


def note_homework_seen(viewer: Viewer, student_id: int, homework_ids: Sequence[int]) -> None:
    """Note the first time these were seen, by the student or by the family. One statement; none for an empty list."""
    if not homework_ids or viewer.is_onlooker:
        return
    column = "seen_at" if is_oneself(viewer, student_id) else "family_seen_at"
    sql.insert(
        "diary_homeworkstate",
        ("school_id", "homework_id", "student_id", column),
        [(viewer.school.id, id, student_id, viewer.at) for id in homework_ids],
        conflict=("homework_id", "student_id"),
        update=(column,),
    )


_HOMEWORK = """
SELECT w.lesson_id FROM journal_homework w JOIN timetable_lesson l ON l.id = w.lesson_id
JOIN plans_journal j ON j.id = w.journal_id WHERE w.id = %s AND w.school_id = %s AND w.text <> ''
AND (w.student_id = %s OR (w.student_id IS NULL AND (
  (j.subgroup_id IS NULL AND EXISTS (SELECT 1 FROM people_enrolment e WHERE e.student_id = %s
    AND e.homeroom_id = j.homeroom_id AND e.starts <= l.date AND (e.until IS NULL OR e.until > l.date)))
  OR EXISTS (SELECT 1 FROM people_subgroupmembership e WHERE e.student_id = %s
    AND e.subgroup_id = j.subgroup_id AND e.starts <= l.date AND (e.until IS NULL OR e.until > l.date)))))
"""


def lesson_of_homework(school_id: int, student_id: int, homework_id: int) -> int | None:
    """The lesson at which homework was given to this student; None for homework of others. One statement."""
    rows = sql.read(_HOMEWORK, (homework_id, school_id, student_id, student_id, student_id))
    return int(rows[0][0]) if rows else None


def mark_homework_done(
    viewer: Viewer, student_id: int, homework_id: int, *, is_done: bool, at: datetime
) -> None:
    """The student calls homework done, or takes that back. Raises Refusal for anybody else and for foreign homework."""
    if not is_oneself(viewer, student_id):
        raise Refusal("Отметку «сделано» ставит сам ученик.")
    lesson_id = lesson_of_homework(viewer.school.id, student_id, homework_id)
    if lesson_id is None:
        raise Refusal("Этого задания нет: обновите страницу.")
    with act(viewer.school.id, by=viewer.acting_as("student"), at=at) as lines:
        state, _ = HomeworkState.objects.select_for_update().get_or_create(
            homework_id=homework_id, student_id=student_id, defaults={"school_id": viewer.school.id}
        )
        if (state.done_at is not None) == is_done:
            return
        state.done_at = at if is_done else None
        state.save(update_fields=["done_at"])
        lines.append(
            Line(
                "homework_done" if is_done else "homework_not_done",
                "homework",
                homework_id,
                lesson_id,
                student_id,
            )
        )


def acknowledge_week(viewer: Viewer, student_id: int, week: date, *, at: datetime) -> bool:
    """The guardian has seen the week. Twice is once; whether it is new. Raises Refusal for others and weeks to come."""
    if not is_guardian(viewer, student_id):
        raise Refusal("Неделю подтверждает родитель или другой законный представитель.")
    _check_week(week, viewer.on)
    return _acknowledge(viewer, student_id, week, viewer.person_id, "web", "guardian", at)


def record_paper(
    viewer: Viewer, student_id: int, week: date, guardian_id: int | None, *, at: datetime
) -> bool:
    """The class teacher records the family's signature on the paper extract. Raises Refusal for others' students."""
    _check_week(week, viewer.on)
    if not is_of_class(viewer, student_id):
        raise Refusal("Подпись семьи записывает классный руководитель этого ученика.")
    if guardian_id is not None and not (
        Guardianship.objects.filter(student_id=student_id, guardian_id=guardian_id, has_rights=True).exists()
    ):
        raise Refusal("Этот человек не представитель ученика.")
    return _acknowledge(viewer, student_id, week, guardian_id, "paper", "class_teacher", at)


def _check_week(week: date, on: date) -> None:
    if week.weekday() or not on - timedelta(days=400) <= week <= on:
        raise Refusal("Подтвердить можно прошедшую или текущую неделю.")


def is_of_class(viewer: Viewer, student_id: int) -> bool:
    """Whether the student is in a class the viewer is class teacher of, today."""
    ids = viewer.homeroom_ids
    return bool(
        ids
        and sql.read(
            f"SELECT 1 FROM people_enrolment WHERE student_id = %s AND homeroom_id IN ({sql.marks(len(ids))})"
            " AND starts <= %s AND (until IS NULL OR until > %s)",
            (student_id, *ids, viewer.on, viewer.on),
        )
    )


def _acknowledge(
    viewer: Viewer,
    student_id: int,
    week: date,
    guardian_id: int | None,
    means: str,
    role: str,
    at: datetime,
) -> bool:
    with act(viewer.school.id, by=viewer.acting_as(role), at=at) as lines:
        row, is_new = Acknowledgement.objects.get_or_create(
            student_id=student_id,
            week=week,
            guardian_id=guardian_id,
            means=means,
            defaults={"school_id": viewer.school.id, "at": at, "recorded_by_id": viewer.person_id},
        )
        if is_new:
            lines.append(
                Line(
                    "week_acknowledged",
                    "acknowledgement",
                    row.pk,
                    student_id=student_id,
                    data={"week": week.isoformat(), "guardian": guardian_id, "means": means},
                )
            )
    return is_new
