"""Messages: sent, read, complained of, withdrawn from sight. A message is never changed and never deleted."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from django.db import IntegrityError

from parta.communication.models import Complaint, Member, Message, Thread, WritingRule
from parta.communication.queries.reach import GROUPS, Addressee
from parta.foundation import sql
from parta.foundation.language import say
from parta.foundation.log import Line
from parta.journal.actions.changes import BadInput
from parta.journal.actions.files import keep_file
from parta.organisation.actions import checks
from parta.organisation.acts import Refusal, act
from parta.people.viewer import Viewer

LONGEST = 5_000
MOST_MEMBERS = 12
Upload = tuple[str, Iterable[bytes]]


def send(
    viewer: Viewer,
    to: Sequence[Addressee],
    *,
    subject: str,
    text: str,
    student_id: int | None,
    lesson_id: int | None = None,
    is_urgent: bool = False,
    file: Upload | None = None,
    operation_id: str,
    at: datetime,
) -> int:
    """Write to people in one thread; the thread's id. Who may be written to, the caller has asked of `reach`.

    The same people about the same student go on in the thread they have. The same operation twice is one message.
    Raises Refusal with the field that is wrong.
    """
    people = {one.id: one for one in to}
    if not people:
        raise Refusal("Выберите, кому написать.", "to")
    if len(people) > MOST_MEMBERS:
        raise Refusal(
            say("В одной переписке не больше {most_members} человек.", most_members=MOST_MEMBERS), "to"
        )
    if any(not one.has_account for one in people.values()):
        raise Refusal("У кого-то из выбранных нет доступа: сообщение не дойдёт.", "to")
    subject = checks.text(subject, 160, "subject", "тема")
    text = _text(text)
    known = Message.objects.filter(operation_id=operation_id).values_list("author_id", "thread_id").first()
    if known is not None:
        return _again(viewer, known)
    kept = _kept(file)
    side = _side(viewer, student_id)
    try:
        with act(viewer.school.id, by=viewer.acting_as(), at=at) as lines:
            thread = _same_thread(viewer, people, student_id, lesson_id, subject)
            if thread is None:
                thread = Thread.objects.create(
                    school_id=viewer.school.id,
                    subject=subject,
                    student_id=student_id,
                    lesson_id=lesson_id,
                    is_urgent=is_urgent,
                    opened_by_id=viewer.person_id,
                    opened_at=at,
                    last_at=at,
                    last_by_id=viewer.person_id,
                )
                Member.objects.bulk_create(
                    [
                        Member(thread=thread, person_id=viewer.person_id, side=side, read_at=at),
                        *(Member(thread=thread, person_id=one.id, side=one.side) for one in people.values()),
                    ]
                )
            elif is_urgent and not thread.is_urgent:
                thread.is_urgent = True
                thread.save(update_fields=["is_urgent"])
            _post(viewer, thread, text, kept, operation_id, at, lines)
    except IntegrityError:
        return _again(
            viewer,
            Message.objects.filter(operation_id=operation_id).values_list("author_id", "thread_id").first(),
        )
    return thread.pk


def _again(viewer: Viewer, known: tuple[int, int] | None) -> int:
    if known is None or known[0] != viewer.person_id:
        raise Refusal("Сообщение не отправлено: обновите страницу и повторите.")
    return known[1]


def reply(
    viewer: Viewer, thread_id: int, *, text: str, file: Upload | None, operation_id: str, at: datetime
) -> None:
    """Answer in a thread the viewer is in. Raises Refusal, and LookupError for a thread of others."""
    text = _text(text)
    known = Message.objects.filter(operation_id=operation_id).values_list("author_id", "thread_id").first()
    if known is not None:
        _again(viewer, known)
        return
    kept = _kept(file)
    with act(viewer.school.id, by=viewer.acting_as(), at=at) as lines:
        thread = (
            Thread.objects.select_for_update()
            .filter(pk=thread_id, school_id=viewer.school.id, members__person_id=viewer.person_id)
            .first()
        )
        if thread is None:
            raise LookupError("thread")
        _post(viewer, thread, text, kept, operation_id, at, lines)


def _text(text: str) -> str:
    cleaned = "\n".join(
        "".join(sign for sign in line if sign.isprintable()).rstrip() for line in text.splitlines()
    ).strip()
    if not cleaned:
        raise Refusal("Напишите текст сообщения.", "text")
    if len(cleaned) > LONGEST:
        raise Refusal(
            say("Слишком длинно: {len} знаков при разрешённых {longest}.", len=len(cleaned), longest=LONGEST),
            "text",
        )
    return cleaned


def _kept(file: Upload | None) -> tuple[str, str, str]:
    if file is None:
        return "", "", ""
    try:
        name, kind, _, sha256 = keep_file(*file)
    except BadInput as fault:
        raise Refusal(str(fault), "file") from None
    return name, kind, sha256


def _side(viewer: Viewer, student_id: int | None) -> str:
    """The side on which the viewer speaks: of the family when it is about their own child."""
    for grant in viewer.grants:
        if grant.student_id and grant.student_id == student_id:
            return grant.role
    if viewer.roles - {"guardian", "student"}:
        return "staff"
    return "guardian" if "guardian" in viewer.roles else "student"


def _same_thread(
    viewer: Viewer, people: dict[int, Addressee], student_id: int | None, lesson_id: int | None, subject: str
) -> Thread | None:
    """The thread of exactly these people about this student (and this lesson, where one is named)."""
    wanted = {viewer.person_id, *people}
    mine = Thread.objects.select_for_update().filter(
        school_id=viewer.school.id,
        student=student_id,
        lesson=lesson_id,
        members__person_id=viewer.person_id,
    )
    if student_id is None:
        mine = mine.filter(subject=subject)
    for thread in mine.order_by("-last_at")[:30]:
        if set(thread.members.values_list("person_id", flat=True)) == wanted:
            return thread
    return None


def _post(
    viewer: Viewer,
    thread: Thread,
    text: str,
    kept: tuple[str, str, str],
    operation_id: str,
    at: datetime,
    lines: list[Line],
) -> None:
    message = Message.objects.create(
        school_id=viewer.school.id,
        thread=thread,
        author_id=viewer.person_id,
        at=at,
        text=text,
        file_name=kept[0],
        file_type=kept[1],
        sha256=kept[2],
        operation_id=operation_id,
    )
    Thread.objects.filter(pk=thread.pk).update(last_at=at, last_by_id=viewer.person_id)
    Member.objects.filter(thread=thread, person_id=viewer.person_id).update(read_at=at)
    lines.append(
        Line(
            "message_sent", "message", message.pk, thread.lesson_id, thread.student_id, {"thread": thread.pk}
        )
    )
    count_unread(thread.members.values_list("person_id", flat=True))


def count_unread(person_ids: Iterable[int]) -> None:
    """Count anew how many threads hold something unread for these people: what the navigation shows."""
    ids = sorted(set(person_ids))
    if ids:
        sql.write(
            "UPDATE people_person SET unread = (SELECT COUNT(*) FROM communication_member m"
            " JOIN communication_thread t ON t.id = m.thread_id WHERE m.person_id = people_person.id"
            " AND t.last_by_id <> people_person.id AND (m.read_at IS NULL OR m.read_at < t.last_at))"
            f" WHERE id IN ({sql.marks(len(ids))})",
            ids,
        )


def mark_read(viewer: Viewer, thread_id: int, *, at: datetime) -> None:
    """The viewer has the thread before them. Not a line of the log: looking changes nothing."""
    changed = Member.objects.filter(thread_id=thread_id, person_id=viewer.person_id).update(read_at=at)
    if changed:
        count_unread([viewer.person_id])


def complain(viewer: Viewer, message_id: int, *, reason: str, at: datetime) -> None:
    """A member of the thread says that a message should not stand. Raises Refusal."""
    reason = checks.text(reason, 300, "reason", "что не так")
    message = Message.objects.filter(
        pk=message_id, school_id=viewer.school.id, thread__members__person_id=viewer.person_id
    ).first()
    if message is None or message.author_id == viewer.person_id:
        raise Refusal("Этого сообщения нет.")
    with act(viewer.school.id, by=viewer.acting_as(), at=at) as lines:
        row, is_new = Complaint.objects.get_or_create(
            message=message,
            made_by_id=viewer.person_id,
            defaults={"school_id": viewer.school.id, "made_at": at, "reason": reason},
        )
        if is_new:
            lines.append(Line("message_complained", "message", message.pk, data={"complaint": row.pk}))


def decide_complaint(viewer: Viewer, complaint_id: int, *, withdraw: bool, at: datetime) -> None:
    """A deputy head or director withdraws a message from sight or leaves it; its text stays. Raises Refusal."""
    if not viewer.roles & {"deputy", "director"}:
        raise Refusal("Жалобу рассматривает заместитель директора.")
    with act(viewer.school.id, by=viewer.acting_as("deputy"), at=at) as lines:
        row = (
            Complaint.objects.select_for_update().filter(pk=complaint_id, school_id=viewer.school.id).first()
        )
        if row is None or row.decided_at is not None:
            raise Refusal("Жалоба уже рассмотрена: обновите страницу.")
        row.decided_by_id, row.decided_at, row.is_withdrawn = viewer.person_id, at, withdraw
        row.save(update_fields=["decided_by", "decided_at", "is_withdrawn"])
        lines.append(Line("message_withdrawn" if withdraw else "message_left", "message", row.message_id))


def set_writing_rule(viewer: Viewer, writer: str, reader: str, *, is_allowed: bool, at: datetime) -> None:
    """Open or close a cell of the matrix. Raises Refusal."""
    if not viewer.roles & {"deputy", "director"}:
        raise Refusal("Кто кому может писать, решает заместитель директора.")
    if writer not in GROUPS or reader not in GROUPS:
        raise Refusal("Такой строки в таблице нет: обновите страницу.")
    with act(viewer.school.id, by=viewer.acting_as("deputy"), at=at) as lines:
        row, _ = WritingRule.objects.update_or_create(
            school_id=viewer.school.id,
            writer=writer,
            reader=reader,
            defaults={"is_allowed": is_allowed, "set_by_id": viewer.person_id, "set_at": at},
        )
        data = {"writer": writer, "reader": reader, "allowed": is_allowed}
        lines.append(Line("writing_rule_set", "writing_rule", row.pk, data=data))
