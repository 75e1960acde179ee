"""How people want to be told: what they choose, what they stop, whether the school sends mail at all."""

from collections.abc import Mapping, Sequence
from datetime import datetime, time

from parta.communication.kinds import KINDS
from parta.communication.models import ClassSchedule, MailHabits, NoticeChoice, SchoolDelivery
from parta.foundation.log import Actor, Line
from parta.organisation.acts import Refusal, act
from parta.organisation.models import Homeroom
from parta.people.models import Person
from parta.people.viewer import Viewer

SWITCHERS = frozenset({"director", "deputy", "operator"})


def choose(
    viewer: Viewer,
    ways: Mapping[str, str],
    *,
    pushed: Mapping[str, bool] | None = None,
    quiet_from: time | None,
    quiet_until: time | None,
    at: datetime,
) -> None:
    """The viewer's own choice for each kind named, and the quiet hours. It also ends a stop of all mail.

    `pushed`: which of the kinds a phone shows; None where the page did not ask.

    Raises Refusal for an unknown kind or way and for one bound of the quiet hours without the other.
    """
    if (quiet_from is None) != (quiet_until is None):
        raise Refusal("Тихие часы: укажите и начало, и конец, или оставьте оба поля пустыми.", "quiet_from")
    known = dict(NoticeChoice.WAYS)
    for kind, way in ways.items():
        if kind not in KINDS or way not in known:
            raise Refusal("Такого выбора нет: обновите страницу.")
    with act(viewer.school.id, by=viewer.acting_as(), at=at) as lines:
        for kind, way in ways.items():
            NoticeChoice.objects.update_or_create(
                person_id=viewer.person_id,
                kind=kind,
                defaults={"way": way} | ({} if pushed is None else {"is_push": pushed.get(kind, False)}),
            )
        MailHabits.objects.update_or_create(
            person_id=viewer.person_id,
            defaults={"quiet_from": quiet_from, "quiet_until": quiet_until, "stopped_at": None},
        )
        chosen: dict[str, object] = dict(ways)
        if pushed is not None:
            chosen["phone"] = sorted(kind for kind in ways if pushed.get(kind))
        lines.append(Line("notices_chosen", "person", viewer.person_id, data=chosen))


def stop_mail(person_id: int, *, at: datetime) -> None:
    """All mail to a person stops: one press in a letter, or on the page. Twice is once. Raises LookupError."""
    person = Person.objects.filter(pk=person_id).first()
    if person is None:
        raise LookupError("person")
    with act(person.school_id, by=Actor(person.user_id, "owner"), at=at) as lines:
        row, _ = MailHabits.objects.select_for_update().get_or_create(person=person)
        if row.stopped_at is None:
            row.stopped_at = at
            row.save(update_fields=["stopped_at"])
            lines.append(Line("mail_stopped", "person", person.pk))


def switch_mail(viewer: Viewer, *, is_on: bool, at: datetime) -> None:
    """The school sends letters from now on, or no more. What happened before is told to nobody. Raises Refusal."""
    if not viewer.roles & SWITCHERS:
        raise Refusal("Рассылку включает директор, заместитель директора или оператор.")
    with act(viewer.school.id, by=viewer.acting_as(), at=at) as lines:
        row = SchoolDelivery.objects.select_for_update().filter(school_id=viewer.school.id).first()
        if row is not None and row.is_on == is_on:
            return
        row = row or SchoolDelivery(school_id=viewer.school.id)
        row.is_on, row.set_by_id = is_on, viewer.person_id
        row.since = at
        row.save()
        lines.append(Line("mail_switched_on" if is_on else "mail_switched_off", "school", viewer.school.id))


def set_schedule(
    viewer: Viewer, homeroom_id: int, *, weekday: int, hour: time, kinds: Sequence[str], at: datetime
) -> None:
    """When families of a class are told of these kinds, week by week. Whoever chose for themselves keeps their choice.

    By the class teacher or master of the class, the deputy head, the operator. Raises Refusal.
    """
    if homeroom_id not in viewer.homeroom_ids and not viewer.roles & SWITCHERS:
        raise Refusal(
            "Расписание информирования задаёт классный руководитель, заместитель директора или оператор."
        )
    if not kinds:
        raise Refusal("Отметьте, о чём сообщать.", "kinds")
    if not 0 <= weekday <= 6 or any(kind not in KINDS for kind in kinds):
        raise Refusal("Такого выбора нет: обновите страницу.", "kinds")
    homeroom = Homeroom.objects.filter(pk=homeroom_id, school_id=viewer.school.id).first()
    if homeroom is None:
        raise LookupError("homeroom")
    with act(viewer.school.id, by=viewer.acting_as(), at=at) as lines:
        ClassSchedule.objects.update_or_create(
            homeroom=homeroom,
            defaults={
                "school_id": viewer.school.id,
                "weekday": weekday,
                "at": hour,
                "kinds": sorted(set(kinds)),
                "set_by_id": viewer.person_id,
                "set_at": at,
            },
        )
        lines.append(
            Line(
                "notice_schedule_set",
                "homeroom",
                homeroom_id,
                data={"weekday": weekday, "at": hour.isoformat("minutes"), "kinds": sorted(set(kinds))},
            )
        )
