"""A request under a foreign host name is refused before it does anything (generated requests found that it was not)."""

from collections.abc import Callable

import pytest
from django.test import Client

from parta.people.models import User
from tests.cast import World


@pytest.mark.django_db
def test_a_foreign_host_changes_nothing(cast: World, client_of: Callable[..., Client]) -> None:
    before = User.objects.get(pk=cast.student.user_id).password
    form = {"act": "issue", "person": cast.student.id}
    answer = client_of(cast.deputy).post("/setup/people/", form, headers={"host": "evil.example"})
    assert answer.status_code == 400
    assert "Content-Security-Policy" in answer
    assert User.objects.get(pk=cast.student.user_id).password == before
