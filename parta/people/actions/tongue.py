"""The choice of a language."""

from datetime import datetime

from parta.foundation import language
from parta.foundation.log import Line
from parta.organisation.acts import Refusal, act
from parta.people.models import User
from parta.people.viewer import Viewer


def choose_language(*, viewer: Viewer, code: str, at: datetime) -> None:
    """The account's pages and letters speak another language from now on. Raises Refusal."""
    if code not in language.LANGUAGES:
        raise Refusal(language.say("Такого языка нет: выберите один из предложенных."), "language")
    if code == viewer.language:
        return
    with act(viewer.school.id, by=viewer.acting_as(), at=at) as lines:
        User.objects.filter(pk=viewer.user_id).update(language=code)
        lines.append(Line("language_chosen", "person", viewer.person_id, data={"language": code}))
