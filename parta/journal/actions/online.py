"""The address of an online lesson: of one lesson, or of every lesson of a journal that has none of its own."""

from datetime import datetime
from urllib.parse import urlsplit

from django.db import transaction

from parta.foundation import log, sql
from parta.journal.actions.changes import BadInput, HomeworkChange
from parta.journal.actions.context import NotFound, load
from parta.people.viewer import Viewer

LONGEST = 500


@transaction.atomic
def set_online(
    viewer: Viewer, lesson_id: int, *, url: str, whole_journal: bool, at: datetime, operation_id: str
) -> None:
    """Give the lesson (or, with `whole_journal`, the journal's lessons) an address; an empty one takes it back.

    By who teaches the lesson: its journal's teacher on that day, or the substitute. Earlier addresses stay in the
    table, put out of use. Raises BadInput for an address that is no https page, NotFound for a lesson out of reach.
    """
    address = checked(url) if url.strip() else ""
    rows = sql.read(
        "SELECT l.journal_id, d.id, x.substitute_id, l.teacher_id FROM timetable_lesson l"
        " LEFT JOIN plans_teachingload d ON d.journal_id = l.journal_id AND d.teacher_id = %s AND d.starts <= l.date"
        " AND (d.until IS NULL OR d.until > l.date) LEFT JOIN timetable_substitution x ON x.lesson_id = l.id"
        " WHERE l.id = %s AND l.school_id = %s",
        (viewer.person_id, lesson_id, viewer.school.id),
    )
    if not rows:
        raise NotFound("lesson")
    journal_id, teaches, substitute, teacher = rows[0]
    if whole_journal and teaches is None:
        raise NotFound("journal")
    if teaches is None and viewer.person_id not in (substitute, teacher):
        raise NotFound("lesson")
    reach = HomeworkChange(index=0, lesson_id=lesson_id, student_id=None, text="", is_none=False, seen=0)
    context = load(viewer, journal_id, [reach], at)
    of = None if whole_journal else lesson_id
    same = "lesson_id IS NULL" if of is None else "lesson_id = %s"
    stood = sql.read(
        f"SELECT id, url FROM journal_onlinelink WHERE journal_id = %s AND {same} AND removed_at IS NULL",
        (journal_id, *(() if of is None else (of,))),
    )
    if (stood[0][1] if stood else "") == address:
        return
    for id, _ in stood:
        sql.write("UPDATE journal_onlinelink SET removed_at = %s WHERE id = %s", (at, id))
    link_id = stood[0][0] if stood else 0
    if address:
        link_id = sql.insert(
            "journal_onlinelink",
            ("school_id", "journal_id", "lesson_id", "url", "set_at", "set_by_id"),
            [(viewer.school.id, journal_id, of, address, at, viewer.person_id)],
            returning=("id",),
        )[0][0]
    line = log.Line(
        "online_set" if address else "online_removed",
        "online_link",
        link_id,
        of,
        None,
        {"before": stood[0][1] if stood else "", "after": address},
    )
    log.append(context.head, [line], by=viewer.acting_as(), at=at, operation_id=operation_id)


def checked(url: str) -> str:
    """The address as it is kept. Raises BadInput for anything but a page by https without a password in it."""
    address = url.strip()
    try:
        parts = urlsplit(address)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        host, port, parts = "", None, urlsplit("")
    good = (
        parts.scheme == "https"
        and "." in host.strip(".")
        and parts.username is None
        and port != 0
        and not any(letter.isspace() or ord(letter) < 32 for letter in address)
        and not any(letter in address for letter in "<>\"'\\")
    )
    if not good:
        raise BadInput(
            "Нужна ссылка на страницу, которая начинается с https:// — скопируйте её из программы для занятий."
        )
    if len(address) > LONGEST:
        raise BadInput(f"Ссылка длиннее {LONGEST} знаков: возьмите короткую.")
    return address
