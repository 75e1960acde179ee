"""The night forgets old failures and unseen browsers, and nothing newer."""

from datetime import timedelta

from parta.people.jobs import DEVICES_KEPT, FAILURES_KEPT, forget_sign_ins
from parta.people.models import KnownDevice, LoginFailure
from tests.cast import World


def test_old_failures_and_unseen_devices_are_forgotten(cast: World) -> None:
    moment = timedelta(seconds=1)
    for login, age in (("old", FAILURES_KEPT + moment), ("kept", FAILURES_KEPT)):
        LoginFailure.objects.create(login=login, address="127.0.0.1", at=cast.at - age)
    for token, age in (("old", DEVICES_KEPT + moment), ("kept", DEVICES_KEPT)):
        KnownDevice.objects.create(
            user=cast.teacher.user, token_hash=token, made_at=cast.at - age, seen_at=cast.at - age
        )
    forget_sign_ins({}, cast.at)
    assert [row.login for row in LoginFailure.objects.all()] == ["kept"]
    assert [row.token_hash for row in KnownDevice.objects.all()] == ["kept"]
