"""The matrix of who may write whom: every cell can be set, on either database."""

from typing import Any

import pytest

from parta.communication.queries import reach

pytestmark = pytest.mark.django_db


def test_every_cell_of_the_matrix_is_set_and_read_back(cast: Any, client_of: Any) -> None:
    director = client_of(cast.director)
    for writer, reader in reach.matrix(cast.school.pk):
        answer = director.post("/messages/rules/", {"act": "set", "row": f"{writer}:{reader}", "to": "shut"})
        assert answer.status_code == 302, (writer, reader)
    assert not any(reach.matrix(cast.school.pk).values())
    refused = director.post("/messages/rules/", {"act": "set", "row": "nobody:student", "to": "open"})
    assert refused.status_code == 422
