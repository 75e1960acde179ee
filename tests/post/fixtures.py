"""`post` and `pushes`: a real mail server and a real push service on this machine, and the settings that use them."""

from collections.abc import Iterator

import pytest
from django.test import override_settings

from tests.post.pushes import PushService
from tests.post.server import PostOffice


@pytest.fixture(scope="session")
def mail_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PostOffice]:
    """The server's process, one for a run; started at the first letter that is wanted."""
    office = PostOffice(tmp_path_factory.mktemp("post"))
    yield office
    office.stop()


@pytest.fixture
def post(mail_server: PostOffice) -> Iterator[PostOffice]:
    """The server with an empty box, taking every letter, and this installation sending by it."""
    for name in ("box", "asked"):
        (mail_server.folder / name).unlink(missing_ok=True)
    mail_server.tell("ok")
    if mail_server.process is None or mail_server.process.poll() is not None:
        mail_server.start()
    with override_settings(
        EMAIL_BACKEND="django.core.mail.backends.smtp.EmailBackend",
        EMAIL_HOST="127.0.0.1",
        EMAIL_PORT=mail_server.port,
        EMAIL_TIMEOUT=2,
        EMAIL_USE_TLS=False,
        EMAIL_USE_SSL=False,
        EMAIL_HOST_USER="",
        EMAIL_HOST_PASSWORD="",
        DEFAULT_FROM_EMAIL="Парта <parta@school.example>",
        SITE_URL="https://diary.school.example",
    ):
        yield mail_server


@pytest.fixture(scope="session")
def push_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PushService]:
    """The service's process, one for a run; started when it is first wanted."""
    service = PushService(tmp_path_factory.mktemp("pushes"))
    yield service
    service.stop()


@pytest.fixture
def pushes(push_server: PushService) -> Iterator[PushService]:
    """The service with an empty box, taking every notice, and this installation allowed to call it."""
    for name in ("box", "asked"):
        (push_server.folder / name).unlink(missing_ok=True)
    push_server.tell("ok")
    if push_server.process is None or push_server.process.poll() is not None:
        push_server.start()
    with override_settings(PUSH_INSIDE=True, SITE_URL="https://diary.school.example"):
        yield push_server
