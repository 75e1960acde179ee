"""What happens to single lessons: somebody else teaches, they are cancelled, moved, restored."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

from django.db.models import F, Q

from parta.foundation import sql
from parta.foundation.log import Actor, Line
from parta.foundation.pagekit import lesson_words, ru_date
from parta.organisation.actions import checks
from parta.organisation.acts import Refusal, act
from parta.organisation.models import Bell, BellSchedule, School, Vacation
from parta.organisation.words import class_title
from parta.people.models import Role
from parta.timetable.models import Lesson, LessonChange, Substitution
from parta.timetable.rules import flag_waits


@dataclass(frozen=True, slots=True)
class SubstitutionRow:
    """A substitution of an import or of the demo school."""

    lesson_id: int
    substitute_id: int
    replaced_id: int | None
    made_at: datetime
    reason: str = ""
    order_number: str = ""


def _line(row: Substitution) -> Line:
    return Line(
        "substitution_set",
        "substitution",
        row.pk,
        lesson_id=row.lesson_id,
        data={"substitute": row.substitute_id, "replaced": row.replaced_id, "order": row.order_number},
    )


def _is_written(lesson: Lesson, *, besides: Sequence[str] = ()) -> bool:
    """Whether anything but the named models is written in the lesson; homework due in it is written elsewhere."""
    ways = [
        f"SELECT 1 FROM {relation.related_model._meta.db_table} WHERE {relation.field.column} = %s"
        for relation in Lesson._meta.related_objects
        if relation.field.name == "lesson" and relation.related_model.__name__ not in besides
    ]
    return bool(sql.read(" UNION ALL ".join(ways), [lesson.pk] * len(ways)))


def substitute(
    *,
    lesson: Lesson,
    substitute_id: int,
    reason: str = "",
    order_number: str = "",
    by: Actor,
    at: datetime,
) -> Substitution:
    """Let another member of staff teach the lesson; naming another one later corrects it."""
    checks.not_closed(lesson.journal.year)
    if lesson.state == "cancelled":
        raise Refusal("Урок отменён: замена ему не нужна.", "substitute")
    if substitute_id == lesson.teacher_id:
        raise Refusal("Это и есть учитель урока: выберите другого.", "substitute")
    if not Role.objects.filter(person_id=substitute_id, school_id=lesson.school_id).exists():
        raise Refusal("Такого сотрудника в школе нет.", "substitute")
    reason = checks.text(reason, 200, "reason", "причина", needed=False)
    order_number = checks.text(order_number, 40, "order_number", "номер приказа", needed=False)
    waits = flag_waits(lesson, at)
    if waits is not None:
        raise Refusal(
            f"Сначала тема урока{waits.brackets}: её записывает на странице урока тот, кто его провёл. "
            "Замену отмечают после темы.",
            "substitute",
        )
    with act(lesson.school_id, by=by, at=at) as lines:
        row = Substitution.objects.filter(lesson=lesson).first()
        if row is None:
            row = Substitution.objects.create(
                school_id=lesson.school_id,
                lesson=lesson,
                substitute_id=substitute_id,
                replaced_id=lesson.teacher_id,
                reason=reason,
                order_number=order_number,
                made_at=at,
                made_by=by.user_id,
            )
            lines.append(_line(row))
            return row
        names = checks.changed(row, substitute_id=substitute_id, reason=reason, order_number=order_number)
        if names:
            row.made_at, row.made_by = at, by.user_id
            names += ["made_at", "made_by"]
            row.save(update_fields=names)
            lines.append(_line(row))
    return row


def end_substitution(*, lesson: Lesson, by: Actor, at: datetime) -> None:
    """The lesson's own teacher teaches after all. Refused once the lesson is written: the record names who taught."""
    checks.not_closed(lesson.journal.year)
    row = Substitution.objects.filter(lesson=lesson).first()
    if row is None:
        raise Refusal("Замены у этого урока нет.", "substitute")
    if _is_written(lesson, besides=("Substitution", "Permit", "LessonChange")):
        raise Refusal("Урок уже записан в журнал: снять замену нельзя.", "substitute")
    with act(lesson.school_id, by=by, at=at) as lines:
        lines.append(
            Line(
                "substitution_ended",
                "substitution",
                row.pk,
                lesson_id=lesson.pk,
                data={"substitute": row.substitute_id},
            )
        )
        row.delete()


def bulk_substitutions(
    *, school_id: int, rows: Sequence[SubstitutionRow], by: Actor, at: datetime
) -> list[int]:
    """Many substitutions; ids in the order of the rows."""
    checks.none_closed(Lesson, (row.lesson_id for row in rows), "journal__year")
    with act(school_id, by=by, at=at) as lines:
        made = Substitution.objects.bulk_create(
            [
                Substitution(
                    school_id=school_id,
                    lesson_id=row.lesson_id,
                    substitute_id=row.substitute_id,
                    replaced_id=row.replaced_id,
                    reason=row.reason,
                    order_number=row.order_number,
                    made_at=row.made_at,
                )
                for row in rows
            ],
            batch_size=500,
        )
        lines += [_line(row) for row in made]
    return [row.pk for row in made]


def _unwritten(lesson: Lesson) -> None:
    if _is_written(lesson, besides=("LessonChange",)):
        raise Refusal(
            "По уроку уже есть записи в журнале или замена: отменить или перенести его нельзя.", "lesson"
        )


def _register(
    lesson: Lesson, kind: str, before: tuple[date, int], reason: str, *, by: Actor, at: datetime
) -> None:
    """A line of the register of moves."""
    LessonChange.objects.create(
        school_id=lesson.school_id,
        lesson=lesson,
        kind=kind,
        from_date=before[0],
        from_number=before[1],
        to_date=lesson.date,
        to_number=lesson.number,
        reason=reason,
        made_at=at,
        made_by=by.user_id,
    )


def busy_at(lesson: Lesson, on: date, number: int) -> str:
    """What stands in the way of holding the lesson on a day from a number on: teacher, class or room elsewhere.

    Empty when nothing does. One statement.
    """
    journal = lesson.journal
    rows = sql.read(
        "SELECT s.title, COALESCE(h.title, ''), COALESCE(g.short, ''), COALESCE(x.substitute_id, l.teacher_id),"
        " l.room_id, j.homeroom_id, j.subgroup_id FROM timetable_lesson l JOIN plans_journal j ON j.id = l.journal_id"
        " JOIN organisation_subject s ON s.id = j.subject_id"
        " LEFT JOIN organisation_homeroom h ON h.id = j.homeroom_id"
        " LEFT JOIN organisation_subgroup g ON g.id = j.subgroup_id"
        " LEFT JOIN timetable_substitution x ON x.lesson_id = l.id"
        " WHERE l.school_id = %s AND l.date = %s AND l.number < %s AND l.number + l.hours > %s AND l.id <> %s"
        " AND l.state <> 'cancelled'",
        (lesson.school_id, on, number + lesson.hours, number, lesson.pk),
    )
    for subject, homeroom, group, teacher_id, room_id, homeroom_id, subgroup_id in rows:
        where = " ".join(part for part in (class_title(homeroom), subject, group) if part)
        if lesson.teacher_id is not None and teacher_id == lesson.teacher_id:
            return f"учитель ведёт другой урок ({where})"
        if (
            homeroom_id is not None
            and homeroom_id == journal.homeroom_id
            and (None in (subgroup_id, journal.subgroup_id) or subgroup_id == journal.subgroup_id)
        ):
            return f"у класса другой урок ({where})"
        if lesson.room_id is not None and room_id == lesson.room_id:
            return f"кабинет занят ({where})"
    return ""


def cancel_lesson(*, lesson: Lesson, reason: str = "", by: Actor, at: datetime) -> Lesson:
    """The lesson is not held; it stays visible as cancelled."""
    checks.not_closed(lesson.journal.year)
    reason = checks.text(reason, 200, "reason", "причина", needed=False)
    if lesson.state == "cancelled":
        raise Refusal("Урок уже отменён.", "lesson")
    _unwritten(lesson)
    with act(lesson.school_id, by=by, at=at) as lines:
        lesson.state = "cancelled"
        lesson.save(update_fields=["state"])
        _register(lesson, "cancelled", (lesson.date, lesson.number), reason, by=by, at=at)
        lines.append(
            Line("lesson_cancelled", "lesson", lesson.pk, lesson_id=lesson.pk, data={"reason": reason})
        )
    return lesson


def restore_lesson(*, lesson: Lesson, by: Actor, at: datetime) -> Lesson:
    """A cancelled lesson is held after all."""
    checks.not_closed(lesson.journal.year)
    if lesson.state != "cancelled":
        raise Refusal("Урок не отменён.", "lesson")
    with act(lesson.school_id, by=by, at=at) as lines:
        lesson.state = "moved" if lesson.moved_from else "planned"
        lesson.save(update_fields=["state"])
        _register(lesson, "restored", (lesson.date, lesson.number), "", by=by, at=at)
        lines.append(Line("lesson_restored", "lesson", lesson.pk, lesson_id=lesson.pk))
    return lesson


def move_lesson(
    *, lesson: Lesson, date: date, number: int, reason: str = "", by: Actor, at: datetime
) -> Lesson:
    """The lesson is held on another day or at another number; times come from the bells."""
    reason = checks.text(reason, 200, "reason", "причина", needed=False)
    year = lesson.journal.year
    checks.not_closed(year)
    if not year.starts <= date < year.until:
        raise Refusal(f"Дата вне учебного года {year.title}.", "date")
    if (date, number) == (lesson.date, lesson.number):
        raise Refusal("Урок и так стоит на этом месте.", "date")
    _unwritten(lesson)
    own = Lesson.objects.filter(journal_id=lesson.journal_id, date=date).exclude(pk=lesson.pk)
    meets = Q(number__lt=number + lesson.hours, number__gt=number - F("hours")) & ~Q(state="cancelled")
    if own.filter(
        Q(number=number) | meets
    ).exists():  # a cancelled lesson keeps its place, though not its hours
        raise Refusal(
            f"{ru_date(date)}, {lesson_words(number, lesson.hours)}: в этом журнале уже есть урок.", "number"
        )
    homeroom = lesson.journal.homeroom
    off = (
        Vacation.objects.filter(year=year, starts__lte=date, until__gt=date)
        .filter(Q(homeroom=None) | Q(homeroom=homeroom))
        .first()
    )
    if off is not None:
        raise Refusal(f"{ru_date(date)} не учатся: {off.title.lower()}.", "date")
    schedule = (homeroom.bells if homeroom is not None else None) or BellSchedule.objects.filter(
        school_id=lesson.school_id
    ).order_by("-is_default", "id").first()
    last = number + lesson.hours - 1
    bells = {
        bell.number: bell for bell in Bell.objects.filter(schedule=schedule, number__range=(number, last))
    }
    for wanted in range(number, last + 1):
        if wanted not in bells:
            raise Refusal(f"В расписании звонков нет {wanted}-го урока.", "number")
    in_the_way = busy_at(lesson, date, number)
    if in_the_way:
        raise Refusal(
            f"{ru_date(date)}, {lesson_words(number, lesson.hours)}: {in_the_way}. Выберите другое место.",
            "number",
        )
    zone = ZoneInfo(School.objects.values_list("timezone", flat=True).get(pk=lesson.school_id))
    with act(lesson.school_id, by=by, at=at) as lines:
        before = [lesson.date.isoformat(), lesson.number]
        place = (lesson.date, lesson.number)
        lesson.moved_from = lesson.moved_from or lesson.date
        lesson.date, lesson.number, lesson.state = date, number, "moved"
        lesson.starts_at = datetime.combine(date, bells[number].starts, zone).astimezone(UTC)
        lesson.ends_at = datetime.combine(date, bells[last].ends, zone).astimezone(UTC)
        lesson.save()
        _register(lesson, "moved", place, reason, by=by, at=at)
        lines.append(
            Line(
                "lesson_moved",
                "lesson",
                lesson.pk,
                lesson_id=lesson.pk,
                data={"before": before, "after": [date.isoformat(), number], "reason": reason},
            )
        )
    return lesson
