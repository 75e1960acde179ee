"""Происшествия: «это был не я» stops the account and opens an incident; the school closes it with an outcome."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from parta.foundation.log import Actor, Line
from parta.organisation.acts import Refusal, act
from parta.people.actions.access import _stop
from parta.people.actions.accounts import _register
from parta.people.actions.sign_ins import close_sessions
from parta.people.actions.telling import holders, tell
from parta.people.actions.watches import only_known
from parta.people.models import Incident, KnownDevice, Person, SignIn, User
from parta.people.viewer import Viewer

LONGEST = timedelta(days=400)
WATCHERS = ("director", "deputy", "operator")
"""Who is told of an incident and looks into it."""


def disown_writes(*, viewer: Viewer, since: datetime, at: datetime) -> Incident:
    """The owner: what was written in my name since a moment was not written by me. One press, nothing else asked.

    The password stops, every session ends (the present one too), no browser is known; the register waits for new
    access; whoever looks into incidents is told. Raises Refusal when the span is not within the last year, and from
    a device on trial: that would throw the owner out.
    """
    only_known(viewer, "sign_in")
    _span(since, at, at)
    person = Person.objects.select_related("user").get(pk=viewer.person_id)
    assert person.user is not None
    with act(viewer.school.id, by=viewer.acting_as(), at=at) as lines:
        row = _open(viewer, person.user, "disowned", since, at, "", at)
        freeze(person.user, lines, at=at)
        _register(person, "loss", by=viewer.acting_as(), at=at).save()
        lines.append(
            Line("account_frozen", "user", person.user.pk, data={"person": person.pk, "incident": row.pk})
        )
        lines.append(
            Line("incident_opened", "incident", row.pk, data={"user": person.user.pk, "why": row.ground})
        )
    return row


def freeze(user: User, lines: list[Line], *, at: datetime) -> None:
    """In the caller's transaction: nothing opens the account any more until access is issued anew."""
    _stop(user, lines, at)
    close_sessions(list(SignIn.objects.filter(user=user, ended_at=None)), "disowned", at=at)
    KnownDevice.objects.filter(user=user).delete()
    tell([user.pk], "frozen", "по вашему слову: доступ выдаст школа", at=at)


def open_incident(
    *,
    viewer: Viewer,
    user_id: int,
    ground: str,
    starts_at: datetime,
    ends_at: datetime,
    note: str,
    stop: bool,
    at: datetime,
) -> Incident:
    """The school looks into an account between two moments; `stop` freezes it at once. Raises Refusal."""
    person = Person.objects.select_related("user").filter(school_id=viewer.school.id, user_id=user_id).first()
    if person is None or person.user is None:
        raise Refusal("Такой учётной записи в школе нет.", "user")
    if ground not in dict(Incident.GROUNDS):
        raise Refusal("Выберите, откуда известно.", "ground")
    _span(starts_at, ends_at, at)
    note = " ".join(note.split())
    if not 3 <= len(note) <= 300:
        raise Refusal("Напишите, что случилось: от 3 до 300 знаков.", "note")
    if stop and user_id == viewer.user_id:
        raise Refusal("Свою учётную запись останавливают кнопкой «Это не я».", "stop")
    with act(viewer.school.id, by=viewer.acting_as(), at=at) as lines:
        row = _open(viewer, person.user, ground, starts_at, ends_at, note, at)
        if stop:
            freeze(person.user, lines, at=at)
            _register(person, "loss", by=viewer.acting_as(), at=at).save()
            lines.append(
                Line("account_frozen", "user", user_id, data={"person": person.pk, "incident": row.pk})
            )
        lines.append(Line("incident_opened", "incident", row.pk, data={"user": user_id, "why": ground}))
    return row


def close_incident(*, viewer: Viewer, incident_id: int, outcome: str, at: datetime) -> Incident:
    """What came of it. Raises Refusal without words, and LookupError when there is no such open incident."""
    outcome = " ".join(outcome.split())
    if not 5 <= len(outcome) <= 500:
        raise Refusal("Напишите, чем кончилось: от 5 до 500 знаков.", "outcome")
    row = Incident.objects.filter(school_id=viewer.school.id, pk=incident_id, closed_at=None).first()
    if row is None:
        raise Refusal("Это происшествие уже закрыто: обновите страницу.", "outcome")
    with act(viewer.school.id, by=viewer.acting_as(), at=at) as lines:
        row.closed_at, row.closed_by, row.outcome = at, viewer.user_id, outcome
        row.save(update_fields=["closed_at", "closed_by", "outcome"])
        lines.append(Line("incident_closed", "incident", row.pk, data={"user": row.user_id}))
    return row


def _span(starts_at: datetime, ends_at: datetime, at: datetime) -> None:
    if not at - LONGEST <= starts_at < ends_at <= at + timedelta(days=1):
        raise Refusal("Начало раньше конца, и не больше года назад.", "starts")


def _open(
    viewer: Viewer, user: User, ground: str, starts_at: datetime, ends_at: datetime, note: str, at: datetime
) -> Incident:
    return open_row(
        viewer.school.id,
        user,
        ground,
        starts_at=starts_at,
        ends_at=ends_at,
        note=note,
        by=viewer.acting_as(),
        at=at,
    )


def open_row(
    school_id: int,
    user: User,
    ground: str,
    *,
    starts_at: datetime,
    ends_at: datetime,
    note: str,
    by: Actor,
    at: datetime,
    sign_ins: Sequence[int] = (),
) -> Incident:
    """In the caller's transaction: the row, and whoever looks into incidents is told, by a letter too."""
    row = Incident.objects.create(
        school_id=school_id,
        user=user,
        ground=ground,
        starts_at=starts_at,
        ends_at=ends_at,
        opened_at=at,
        opened_by=by.user_id or user.pk,
        note=note[:300],
        sign_ins=list(sign_ins),
    )
    told = holders(school_id, WATCHERS, at.date(), but=user.pk)
    tell(told, "incident", f"учётная запись {user.login}", at=at, by_mail=True)
    return row
