"""«Это был не я»: a sign-in is disowned, from a known device or by the link of a letter, and an incident is opened.

From a known device its owner stays and sets a new password there; by a letter nobody is known, so nothing opens the
account until the school issues access anew. Either way the new session is out at its next request.
"""

from datetime import datetime

from parta.foundation.log import Actor, Line
from parta.organisation.acts import Refusal, act
from parta.people.actions.accounts import _register
from parta.people.actions.identities import forget_identities
from parta.people.actions.incidents import freeze, open_row
from parta.people.actions.sign_ins import close_sessions
from parta.people.actions.telling import schools_of_staff
from parta.people.actions.watches import only_known
from parta.people.models import DeviceWatch, Incident, KnownDevice, Person, SignIn, User
from parta.people.viewer import Viewer


def disown_sign_in(
    *, viewer: Viewer, sign_in_id: int, keep: str, keep_device: int | None, at: datetime
) -> None:
    """Every session but the present one (`keep`) ends, no browser but the present one (`keep_device`) is known.

    The owner sets a new password before anything else, and until then the old one opens nothing elsewhere; the
    incident holds what the disowned session read and wrote. Raises Refusal when the sign-in is not the viewer's, is
    the present one, or the viewer's own device is on trial.
    """
    only_known(viewer, "sign_in")
    row = SignIn.objects.filter(user_id=viewer.user_id, pk=sign_in_id).select_related("user").first()
    if row is None:
        raise Refusal("Такого входа в вашу учётную запись не было.", "sign_in")
    if keep and row.session_key == keep:
        raise Refusal("Это ваш нынешний сеанс: выйдите или смените пароль.", "sign_in")
    with act(viewer.school.id, by=viewer.acting_as(), at=at) as lines:
        live = SignIn.objects.filter(user_id=viewer.user_id, ended_at=None).exclude(session_key=keep)
        close_sessions(list(live), "disowned", at=at)
        KnownDevice.objects.filter(user_id=viewer.user_id).exclude(pk=keep_device or 0).delete()
        forget_identities([viewer.user_id], lines, at=at)
        User.objects.filter(pk=viewer.user_id).update(must_change_password=True, known_only=True)
        lines += _opened(row, viewer.school.id, by=viewer.acting_as(), at=at)


def disown_by_letter(*, sign_in: SignIn, at: datetime) -> None:
    """The link of the letter: the account stops wholly and waits for the school. Raises Refusal when that is done."""
    user = sign_in.user
    if sign_in.ended_how == "disowned" or (sign_in.watch is not None and sign_in.watch.answer == "not_own"):
        raise Refusal("Этот вход уже остановлен.", "sign_in")
    by = Actor(user.pk, "owner")
    people = Person.objects.filter(user=user).select_related("user").order_by("school_id")
    staff = set(schools_of_staff(user.pk, at.date()))
    for person in people.filter(school_id__in=staff) or people[:1]:
        with act(person.school_id, by=by, at=at) as lines:
            freeze(user, lines, at=at)
            SignIn.objects.filter(pk=sign_in.pk, ended_at=None).update(ended_at=at, ended_how="disowned")
            _register(person, "loss", by=by, at=at).save()
            lines += _opened(sign_in, person.school_id, by=by, at=at)
            lines.append(Line("account_frozen", "user", user.pk, data={"person": person.pk, "by": "letter"}))


def _opened(row: SignIn, school_id: int, *, by: Actor, at: datetime) -> list[Line]:
    """The incident of a disowned sign-in: every session of its browser since, and the answer on its watch."""
    same = SignIn.objects.filter(user_id=row.user_id, device=row.device, at__gte=row.at)
    if row.watch_id is not None:
        same = SignIn.objects.filter(watch_id=row.watch_id)
        DeviceWatch.objects.filter(pk=row.watch_id).update(answer="not_own", answered_at=at)
    ids = sorted({row.pk, *same.values_list("pk", flat=True)})
    starts = min(SignIn.objects.filter(pk__in=ids).values_list("at", flat=True))
    made: Incident = open_row(
        school_id,
        row.user,
        "disowned",
        starts_at=starts,
        ends_at=max(at, starts),
        by=by,
        at=at,
        note=f"вход, который владелец не признал: {row.agent}, адрес {row.address}",
        sign_ins=ids,
    )
    return [
        Line("sign_in_disowned", "sign_in", row.pk, data={"user": row.user_id}),
        Line("incident_opened", "incident", made.pk, data={"user": row.user_id, "why": "disowned"}),
    ]
