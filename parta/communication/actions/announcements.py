"""Announcements and events: made, opened, withdrawn."""

from datetime import date, datetime, time, timedelta

from parta.communication.models import Announcement, Receipt
from parta.communication.queries.announcements import homerooms_for
from parta.foundation.log import Line
from parta.organisation.actions import checks
from parta.organisation.acts import Refusal, act
from parta.people.viewer import Viewer

SCHOOL_WIDE = frozenset({"deputy", "director", "secretary"})
"""Who announces to the whole school; a class teacher or master to the own class."""


def announce(
    viewer: Viewer,
    *,
    to: str,
    audience: str,
    title: str,
    text: str,
    held_on: date | None,
    held_at: time | None,
    place: str,
    at: datetime,
) -> Announcement:
    """Announce to the school (`to` empty), a parallel («g7») or a class («12», its id); with a day it is an event.

    Raises Refusal with the field that is wrong.
    """
    checks.one_of(audience, Announcement.AUDIENCES, "audience", "кому")
    title = checks.text(title, 160, "title", "заголовок")
    place = checks.text(place, 160, "place", "место", needed=False)
    text = "\n".join(
        checks.text(line, 4000, "text", "текст", needed=False) for line in text.splitlines()
    ).strip()
    if held_on is not None and not viewer.on - timedelta(days=366) <= held_on <= viewer.on + timedelta(
        days=800
    ):
        raise Refusal("Такой даты события быть не может: проверьте год.", "held_on")
    if held_on is None and held_at is not None:
        raise Refusal("Укажите день события.", "held_on")
    classes = homerooms_for(viewer)
    homeroom_id = grade = None
    if not to:
        if not viewer.roles & SCHOOL_WIDE:
            raise Refusal("Всей школе объявляют директор, заместитель и секретарь.", "to")
    elif to.startswith("g") and to[1:].isdigit() and viewer.roles & SCHOOL_WIDE:
        grade = int(to[1:])
        if grade not in {known for _, _, known in classes}:
            raise Refusal("Такой параллели нет.", "to")
    elif to.isascii() and to.isdigit() and int(to) in {id for id, _, _ in classes}:
        homeroom_id = int(to)
    else:
        raise Refusal("Выберите класс из списка.", "to")
    with act(viewer.school.id, by=viewer.acting_as(), at=at) as lines:
        row = Announcement.objects.create(
            school_id=viewer.school.id,
            homeroom_id=homeroom_id,
            grade=grade,
            audience=audience,
            title=title,
            text=text,
            held_on=held_on,
            held_at=held_at,
            place=place,
            author_id=viewer.person_id,
            at=at,
        )
        data = {"homeroom": homeroom_id, "grade": grade, "audience": audience}
        lines.append(Line("announced", "announcement", row.pk, data=data))
    return row


def note_receipt(viewer: Viewer, announcement_id: int, *, at: datetime) -> None:
    """The viewer has opened it; the first time counts."""
    Receipt.objects.get_or_create(
        announcement_id=announcement_id, person_id=viewer.person_id, defaults={"read_at": at}
    )


def withdraw(viewer: Viewer, announcement_id: int, *, at: datetime) -> None:
    """Take an announcement back; its row and receipts stay. Raises Refusal for others'."""
    with act(viewer.school.id, by=viewer.acting_as(), at=at) as lines:
        row = (
            Announcement.objects.select_for_update()
            .filter(pk=announcement_id, school_id=viewer.school.id, withdrawn_at=None)
            .first()
        )
        if row is None or (row.author_id != viewer.person_id and not viewer.roles & {"deputy", "director"}):
            raise Refusal("Снять объявление может автор или заместитель директора.")
        row.withdrawn_at = at
        row.save(update_fields=["withdrawn_at"])
        lines.append(Line("announcement_withdrawn", "announcement", row.pk))
