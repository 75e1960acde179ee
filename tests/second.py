"""A second step for somebody of the cast, and the codes its telephone would show."""

from datetime import datetime, timedelta
from typing import Any

import pyotp

from parta.people import second
from parta.people.models import Factor, Person


def factor_of(person: Person, at: datetime) -> Factor:
    """One-time codes, set up yesterday."""
    day_before = at - timedelta(days=1)
    return Factor.objects.create(
        user=person.user,
        kind="totp",
        title="телефон",
        secret=second.sealed(second.new_secret()),
        made_at=day_before,
        confirmed_at=day_before,
    )


def code_of(factor: Factor, at: datetime) -> str:
    """What the telephone shows at a moment."""
    secret = second.opened(factor.secret)
    assert secret is not None
    return pyotp.TOTP(secret).at(at)


def confirmed(client: Any, at: datetime) -> Any:
    """The client, its session confirmed at a moment."""
    session = client.session
    session[second.CONFIRMED] = int(at.timestamp())
    session.save()
    return client
