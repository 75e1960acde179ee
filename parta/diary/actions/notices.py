"""A family tells of an absence to come or of changed data; the class teacher decides, the accepted is written."""

import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from parta.diary.actions.looks import is_guardian, is_of_class
from parta.diary.models import AbsenceNotice, DataChange
from parta.foundation import sql
from parta.foundation.language import say
from parta.foundation.log import Line
from parta.foundation.pagekit import plural
from parta.journal.actions.changes import MAX_CHANGES, AbsenceChange, BadInput
from parta.journal.actions.context import NotFound
from parta.journal.actions.files import keep_file
from parta.journal.actions.write import Conflicted, RefusedWrite, write
from parta.journal.rules.acts import Place, Writer
from parta.journal.rules.questions import AbsenceCode, absence_codes
from parta.organisation.actions import checks
from parta.organisation.acts import Refusal, act
from parta.people.actions import change_person
from parta.people.models import Person
from parta.people.viewer import Viewer, account
from parta.regulation.queries import law as law_of_school

LONGEST = 92
"""Days a notice may span."""
AHEAD = 366
OPEN_NOTICES = 20
"""Undecided notices of one student: more is a mistake."""


_UNEXPLAINED = """
SELECT 1 FROM journal_absence a JOIN timetable_lesson l ON l.id = a.lesson_id
WHERE a.student_id = %s AND a.school_id = %s AND a.meaning = 'unknown' AND l.date >= %s AND l.date < %s LIMIT 1
"""


def tell_absence(
    viewer: Viewer,
    student_id: int,
    *,
    starts: date,
    until: date,
    first_lesson: int | None,
    last_lesson: int | None,
    meaning: str,
    text: str,
    file: tuple[str, Iterable[bytes]] | None,
    at: datetime,
) -> AbsenceNotice:
    """A guardian tells of an absence to come, or explains one that is over and has no reason yet.

    `until` is the day after the last. Raises Refusal with the field that is wrong.
    """
    if not is_guardian(viewer, student_id):
        raise Refusal("О планируемом отсутствии сообщает родитель или другой законный представитель.")
    checks.span(starts, until)
    if starts < viewer.on and not sql.read(_UNEXPLAINED, (student_id, viewer.school.id, starts, until)):
        raise Refusal(
            "О прошедших днях сообщают, если пропуск записан без причины; в эти дни таких нет.", "starts"
        )
    if starts > viewer.on + timedelta(days=AHEAD):
        raise Refusal("Дальше года вперёд не записывают: проверьте год.", "starts")
    if (until - starts).days > LONGEST:
        raise Refusal(say("Не больше {longest} дней за один раз.", longest=LONGEST), "until")
    if (first_lesson is None) != (last_lesson is None):
        first_lesson = last_lesson = first_lesson or last_lesson
    if first_lesson is not None and last_lesson is not None:
        if last_lesson < first_lesson:
            raise Refusal("Последний урок раньше первого.", "last_lesson")
        if (until - starts).days > 1:
            raise Refusal("Номера уроков указывают для одного дня.", "first_lesson")
    checks.one_of(meaning, AbsenceNotice.MEANINGS, "meaning", "причина")
    text = checks.text(text, 500, "text", "несколько слов о причине")
    waiting = AbsenceNotice.objects.filter(student_id=student_id, state="told")
    if waiting.count() >= OPEN_NOTICES:
        raise Refusal(
            say("Уже {open_notices} сообщений ждут решения: отзовите лишние.", open_notices=OPEN_NOTICES)
        )
    same = waiting.filter(
        starts=starts, until=until, first_lesson=first_lesson, last_lesson=last_lesson, text=text
    )
    if (known := same.first()) is not None:
        return known  # the same form sent twice
    kept = ("", "", 0, "")
    if file is not None:
        try:
            kept = keep_file(*file)
        except BadInput as fault:
            raise Refusal(str(fault), "file") from None
    with act(viewer.school.id, by=viewer.acting_as("guardian"), at=at) as lines:
        row = AbsenceNotice.objects.create(
            school_id=viewer.school.id,
            student_id=student_id,
            starts=starts,
            until=until,
            first_lesson=first_lesson,
            last_lesson=last_lesson,
            meaning=meaning,
            text=text,
            file_name=kept[0],
            file_type=kept[1],
            sha256=kept[3],
            told_by_id=viewer.person_id,
            told_at=at,
        )
        data = {"starts": starts.isoformat(), "until": until.isoformat(), "meaning": meaning}
        lines.append(Line("absence_told", "absence_notice", row.pk, student_id=student_id, data=data))
    return row


def withdraw_absence(viewer: Viewer, notice_id: int, *, at: datetime) -> None:
    """The family takes back what is not decided yet. Raises Refusal."""
    with act(viewer.school.id, by=viewer.acting_as("guardian"), at=at) as lines:
        row = (
            AbsenceNotice.objects.select_for_update().filter(pk=notice_id, school_id=viewer.school.id).first()
        )
        if row is None or not is_guardian(viewer, row.student_id):
            raise Refusal("Этого сообщения нет.")
        if row.state != "told":
            raise Refusal("Решение уже принято: обновите страницу.")
        row.state, row.decided_at, row.decided_by_id = "withdrawn", at, viewer.person_id
        row.save(update_fields=["state", "decided_at", "decided_by"])
        lines.append(Line("absence_withdrawn", "absence_notice", row.pk, student_id=row.student_id))


def decide_absence(
    viewer: Viewer, notice_id: int, *, accept: bool, answer: str, at: datetime
) -> AbsenceNotice:
    """The class teacher accepts or declines. Raises Refusal for others' students and what is decided already."""
    answer = checks.text(answer, 300, "answer", "ответ семье", needed=not accept)
    with act(viewer.school.id, by=viewer.acting_as("class_teacher"), at=at) as lines:
        row = (
            AbsenceNotice.objects.select_for_update().filter(pk=notice_id, school_id=viewer.school.id).first()
        )
        if row is None or not is_of_class(viewer, row.student_id):
            raise Refusal("Этого сообщения нет среди сообщений ваших семей.")
        if row.state != "told":
            raise Refusal("Решение уже принято или семья отозвала сообщение: обновите страницу.")
        row.state = "accepted" if accept else "declined"
        row.answer, row.decided_at, row.decided_by_id = answer, at, viewer.person_id
        row.save(update_fields=["state", "answer", "decided_at", "decided_by"])
        lines.append(Line(f"absence_notice_{row.state}", "absence_notice", row.pk, student_id=row.student_id))
    return row


@dataclass(frozen=True, slots=True)
class Cell:
    """An absence without a reason: where it stands and the version that was seen."""

    journal_id: int
    lesson_id: int
    student_id: int
    version: int


def give_reason(viewer: Viewer, cells: Sequence[Cell], symbol: str, *, reason: str, at: datetime) -> int:
    """Write one reason into many absences, journal by journal, each judged by the act; how many were written.

    Raises Refusal with what was refused and how many had been written before it.
    """
    journals: dict[int, list[Cell]] = {}
    for cell in cells:
        journals.setdefault(cell.journal_id, []).append(cell)
    written = 0
    for journal_id, found in journals.items():
        for start in range(0, len(found), MAX_CHANGES):
            part = found[start : start + MAX_CHANGES]
            changes = [
                AbsenceChange(n, cell.lesson_id, cell.student_id, symbol, cell.version, None, reason)
                for n, cell in enumerate(part)
            ]
            try:
                write(viewer, journal_id, changes, operation_id=str(uuid.uuid4()), at=at)
            except (NotFound, Conflicted):
                raise Refusal(_partly(written, say("Пропуск уже изменён: обновите страницу."))) from None
            except RefusedWrite as refused:
                verdict = refused.refused[0].verdict
                words = (
                    verdict.reasons[0].found if verdict.reasons else say("Запись не разрешена положением.")
                )
                raise Refusal(_partly(written, words)) from None
            except BadInput as fault:
                raise Refusal(_partly(written, str(fault))) from None
            written += len(part)
    return written


def _partly(written: int, words: str) -> str:
    if not written:
        return words
    return say(
        "{words} До этого записано: {count}.",
        words=words,
        count=plural(written, "пропуск", "пропуска", "пропусков"),
    )


_COVERED = """
SELECT DISTINCT a.journal_id, a.lesson_id, a.student_id, a.version, n.id, n.meaning, l.date, l.number
FROM people_enrolment e
JOIN diary_absencenotice n ON n.student_id = e.student_id AND n.state = 'accepted' AND n.until > %s
JOIN journal_absence a ON a.student_id = n.student_id AND a.meaning = 'unknown'
JOIN timetable_lesson l ON l.id = a.lesson_id AND l.date >= n.starts AND l.date < n.until
     AND (n.first_lesson IS NULL OR (l.number >= n.first_lesson AND l.number + l.hours - 1 <= n.last_lesson))
WHERE e.homeroom_id IN ({ids}) AND e.starts <= l.date AND (e.until IS NULL OR e.until > l.date)
ORDER BY l.date, l.number
"""


def covered_cells(viewer: Viewer) -> dict[str, list[Cell]]:
    """Absences without a reason that an accepted notice explains, by its meaning. One statement."""
    ids = viewer.homeroom_ids
    found: dict[str, dict[Cell, None]] = {}
    if ids:
        rows = sql.read(_COVERED.format(ids=sql.marks(len(ids))), (viewer.on - timedelta(days=AHEAD), *ids))
        for row in rows:
            found.setdefault(row[5], {})[Cell(*row[:4])] = None
    return {meaning: list(cells) for meaning, cells in found.items()}


def settle_accepted(viewer: Viewer, codes: Sequence[AbsenceCode], *, at: datetime) -> int:
    """Make accepted notices the reason of the absences they cover; how many. Raises Refusal as `give_reason` does."""
    letters = {code.meaning: code.symbol for code in codes}
    written = 0
    for meaning, cells in covered_cells(viewer).items():
        symbol = letters.get(meaning)
        if symbol is not None:
            written += give_reason(viewer, cells, symbol, reason="сообщено семьёй", at=at)
    return written


_DECIDERS = """
SELECT DISTINCT n.school_id, p.user_id FROM diary_absencenotice n
JOIN journal_absence a ON a.student_id = n.student_id AND a.meaning = 'unknown'
JOIN timetable_lesson l ON l.id = a.lesson_id AND l.date >= n.starts AND l.date < n.until
     AND (n.first_lesson IS NULL OR (l.number >= n.first_lesson AND l.number + l.hours - 1 <= n.last_lesson))
JOIN people_person p ON p.id = n.decided_by_id AND p.user_id IS NOT NULL
WHERE n.state = 'accepted' AND n.until > %s
"""


def settle_all(*, at: datetime) -> int:
    """What families told and class teachers accepted becomes the reason of absences marked since; how many.

    Written in the name of the class teacher who accepted, with that teacher's rights today and under the same rules;
    what the act does not let through stays in the queue of the class teacher. The clock does this every few minutes.
    """
    written = 0
    for school_id, user_id in sql.read(_DECIDERS, (at.date() - timedelta(days=AHEAD),)):
        found = account(user_id, school_id, at)
        viewer = found.viewer if found is not None and found.is_active else None
        if viewer is None or not viewer.homeroom_ids:
            continue
        by = Writer(viewer.person_id, viewer.roles, frozenset({"class_teacher"}))
        law = law_of_school(viewer.school.id, viewer.school.law_version)
        try:
            written += settle_accepted(viewer, absence_codes(law, on=viewer.on, by=by, place=Place()), at=at)
        except Refusal:
            continue
    return written


# --- changed data -----------------------------------------------------------------------------------------------------


def tell_change(
    viewer: Viewer, student_id: int, *, person_id: int, field: str, after: str, ground: str, at: datetime
) -> DataChange:
    """A guardian tells that something written of the child or of themselves has changed. Raises Refusal."""
    if not is_guardian(viewer, student_id) or person_id not in (student_id, viewer.person_id):
        raise Refusal("Об изменении данных сообщает родитель или другой законный представитель.")
    checks.one_of(field, DataChange.FIELDS, "which", "что изменилось")
    after = checks.text(after, 200, "after", "как правильно")
    ground = checks.text(ground, 300, "ground", "документ", needed=False)
    person = Person.objects.get(pk=person_id, school_id=viewer.school.id)
    value = _value(field, after)
    if getattr(person, field) == value:
        raise Refusal("Так уже и записано.", "after")
    before = getattr(person, field)
    if isinstance(before, date):
        before = before.strftime("%d.%m.%Y")
    waiting = DataChange.objects.filter(student_id=student_id, person_id=person_id, field=field, state="told")
    if waiting.exists():
        raise Refusal("Сообщение об этом уже ждёт решения.", "which")
    with act(viewer.school.id, by=viewer.acting_as("guardian"), at=at) as lines:
        row = DataChange.objects.create(
            school_id=viewer.school.id,
            student_id=student_id,
            person_id=person_id,
            field=field,
            before=before or "",
            after=after,
            ground=ground,
            told_by_id=viewer.person_id,
            told_at=at,
        )
        lines.append(
            Line("data_change_told", "data_change", row.pk, student_id=student_id, data={"field": field})
        )
    return row


def _value(field: str, text: str) -> str | date:
    if field != "birth_date":
        return text
    for pattern in ("%d.%m.%Y", "%Y-%m-%d"):
        try:
            return datetime.strptime(text, pattern).date()  # noqa: DTZ007  (a day has no zone)
        except ValueError:
            continue
    raise Refusal("Дата рождения: нужна вида 05.03.2014.", "after")


def decide_change(viewer: Viewer, change_id: int, *, accept: bool, answer: str, at: datetime) -> DataChange:
    """The class teacher accepts a change, and it is written at once, or declines it with a reason. Raises Refusal."""
    answer = checks.text(answer, 300, "answer", "причина отказа", needed=not accept)
    with act(viewer.school.id, by=viewer.acting_as("class_teacher"), at=at) as lines:
        row = (
            DataChange.objects.select_for_update(of=("self",))
            .select_related("person")
            .filter(pk=change_id, school_id=viewer.school.id)
            .first()
        )
        if row is None or not is_of_class(viewer, row.student_id):
            raise Refusal("Этого сообщения нет среди сообщений ваших семей.")
        if row.state != "told":
            raise Refusal("Решение уже принято: обновите страницу.")
        if accept:
            person = row.person
            fields = {name: getattr(person, name) for name in _KEPT} | {
                row.field: _value(row.field, row.after)
            }
            change_person(person=person, by=viewer.acting_as("class_teacher"), at=at, **fields)
        row.state = "accepted" if accept else "declined"
        row.answer, row.decided_at, row.decided_by_id = answer, at, viewer.person_id
        row.save(update_fields=["state", "answer", "decided_at", "decided_by"])
        lines.append(
            Line(
                f"data_change_{row.state}",
                "data_change",
                row.pk,
                student_id=row.student_id,
                data={"field": row.field, "person": row.person_id},
            )
        )
    return row


_KEPT = ("surname", "given_name", "patronymic", "sex", "birth_date", "email", "phone", "external_id")
