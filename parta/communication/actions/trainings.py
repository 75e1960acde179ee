"""Training in working with the journal: asked for, set on a day, its register of who came, withdrawn."""

from datetime import date, datetime
from typing import Any

from parta.communication.models import Training, TrainingGuest
from parta.communication.queries.trainings import desk_of, invited_ids
from parta.foundation.language import say
from parta.foundation.log import Line
from parta.organisation.actions import checks
from parta.organisation.acts import Refusal, act
from parta.people.viewer import Viewer

WAITING = 5
"""So many requests of one person may wait at once."""


def ask(viewer: Viewer, *, topic: str, at: datetime) -> Training:
    """Ask for a training; it lies with those who answer for the journal. Raises Refusal."""
    topic = checks.text(topic, 200, "topic", "чему научить")
    waiting = Training.objects.filter(asked_by_id=viewer.person_id, held_on=None, withdrawn_at=None)
    if (known := waiting.filter(topic=topic).first()) is not None:
        return known  # the same form sent twice
    if waiting.count() >= WAITING:
        raise Refusal(
            say("У вас уже {waiting} просьб об обучении: дождитесь, когда назначат день.", waiting=WAITING)
        )
    is_staff = bool(viewer.roles - {"guardian", "student"})
    with act(viewer.school.id, by=viewer.acting_as(), at=at) as lines:
        row = Training.objects.create(
            school_id=viewer.school.id,
            audience="staff" if is_staff else "families",
            homeroom_id=None if is_staff else desk_of(viewer).own_class_id,
            topic=topic,
            asked_by_id=viewer.person_id,
            asked_at=at,
        )
        lines.append(Line("training_asked", "training", row.pk, data={"audience": row.audience}))
    return row


def arrange(
    viewer: Viewer,
    *,
    topic: str,
    audience: str,
    homeroom_id: int | None,
    means: str,
    held_on: date,
    place: str,
    at: datetime,
    training_id: int | None = None,
) -> Training:
    """Set a training on a day, past or to come; with `training_id` the one that was asked for. Raises Refusal."""
    topic = checks.text(topic, 200, "topic", "тема")
    checks.one_of(audience, Training.AUDIENCES, "audience", "кого учат")
    checks.one_of(means, Training.MEANS, "means", "как проходит")
    if len(place) > 160:
        raise Refusal("Место: не длиннее 160 знаков.", "place")
    desk = desk_of(viewer)
    if audience == "staff":
        homeroom_id = None
        if not desk.is_officer:
            raise Refusal("Обучение сотрудников ведёт ответственный за журнал.", "audience")
    elif homeroom_id is None or not desk.takes(homeroom_id):
        raise Refusal("Выберите класс, родителей которого учат.", "homeroom")
    if not abs((held_on - viewer.on).days) <= 366:
        raise Refusal("День обучения: не дальше года от сегодняшнего.", "held_on")
    values: dict[str, Any] = {
        "topic": topic,
        "audience": audience,
        "homeroom_id": homeroom_id,
        "means": means,
    }
    values |= {"held_on": held_on, "place": place, "set_by_id": viewer.person_id}
    of_school = Training.objects.filter(school_id=viewer.school.id, withdrawn_at=None)
    with act(viewer.school.id, by=viewer.acting_as(), at=at) as lines:
        if training_id is None:
            if (known := of_school.filter(**values).first()) is not None:
                return known  # the same form sent twice
            row = Training.objects.create(school_id=viewer.school.id, **values)
        else:
            found = of_school.select_for_update().filter(pk=training_id, held_on=None).first()
            if found is None or not desk.takes_request(found):
                raise Refusal("День этой просьбе уже назначен или она отозвана: обновите страницу.")
            row = found
            for name, value in values.items():
                setattr(row, name, value)
            row.save(update_fields=list(values))
        data = {"audience": audience, "homeroom": homeroom_id, "held_on": held_on.isoformat()}
        lines.append(Line("training_arranged", "training", row.pk, data=data))
    return row


def register(viewer: Viewer, training_id: int, person_ids: list[int], *, at: datetime) -> int:
    """Note who came: the whole list as it shall stand. Answers how many came. Raises Refusal."""
    with act(viewer.school.id, by=viewer.acting_as(), at=at) as lines:
        row = _own(viewer, training_id)
        if row.held_on is None or row.held_on > viewer.on:
            raise Refusal("Кто был, отмечают в день обучения и позже.")
        invited = invited_ids(row)
        wanted = set(person_ids)
        if wanted - invited:
            raise Refusal("Список изменился, пока страница была открыта: обновите её и отметьте ещё раз.")
        known = {guest.person_id: guest for guest in TrainingGuest.objects.filter(training=row)}
        came = {person_id for person_id, guest in known.items() if guest.removed_at is None}
        gone = (came & invited) - wanted  # who has left the school since then stays in the register
        if not wanted - came and not gone:
            return len(came)
        TrainingGuest.objects.filter(training=row, person_id__in=gone).update(removed_at=at)
        TrainingGuest.objects.filter(training=row, person_id__in=(wanted - came) & set(known)).update(
            removed_at=None, noted_at=at
        )
        TrainingGuest.objects.bulk_create(
            [
                TrainingGuest(training=row, person_id=one, noted_at=at)
                for one in sorted(wanted - came - set(known))
            ]
        )
        data = {"came": sorted(wanted - came), "removed": sorted(gone)}
        lines.append(Line("training_registered", "training", row.pk, data=data))
    return len((came - gone) | wanted)


def withdraw(viewer: Viewer, training_id: int, *, at: datetime) -> None:
    """Take a training or a request back; one with a register stays. Raises Refusal."""
    with act(viewer.school.id, by=viewer.acting_as(), at=at) as lines:
        row = _own(viewer, training_id)
        if TrainingGuest.objects.filter(training=row, removed_at=None).exists():
            raise Refusal("На обучении уже отмечены люди: снимите отметки, если его не было.")
        row.withdrawn_at = at
        row.save(update_fields=["withdrawn_at"])
        lines.append(Line("training_withdrawn", "training", row.pk))


def _own(viewer: Viewer, training_id: int) -> Training:
    """The training, locked, when the viewer keeps its register (or asked for it and no day is set)."""
    row = (
        Training.objects.select_for_update()
        .filter(pk=training_id, school_id=viewer.school.id, withdrawn_at=None)
        .first()
    )
    desk = desk_of(viewer)
    if row is None or not (
        desk.takes_request(row) or (row.held_on is None and row.asked_by_id == viewer.person_id)
    ):
        raise Refusal("Это обучение ведёт другой сотрудник.")
    return row
