"""A slip with a code comes a second time: the one moment at which a thief who used it first can show."""

from collections.abc import Callable
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from parta.foundation.language import say
from parta.people.actions.access import used_code
from parta.people.actions.telling import schools_of_staff, tell
from parta.people.actions.watches import name_of, rule_of, told_of
from parta.people.models import AccountNotice

ONCE = timedelta(days=1)
"""So often at most an account's slip is told of."""


def tell_of_used_code(code: str, where: str, *, is_known: Callable[[str], bool], at: datetime) -> str:
    """Somebody holds a slip whose code has been used: what to say to them; empty: no such code.

    Whoever used it first was believed, for nobody knew the account yet. If that was a thief, this is the owner; so
    owner, giver and school hear of it, once a day, unless the account knows this browser (`is_known` of its login):
    then it is the one who forgot that a code works once.
    """
    issue = used_code(code)
    if issue is None or issue.person.user is None or issue.used_at is None:
        return ""
    user, school = issue.person.user, issue.school
    used = issue.used_at.astimezone(ZoneInfo(school.timezone))
    moment = say("{on} в {time}", on=f"{used:%d.%m.%Y}", time=f"{used:%H:%M}")
    if is_known(user.login):
        return say("Этим кодом вы воспользовались {moment}: войдите с логином и паролем.", moment=moment)
    since = at - ONCE
    if not AccountNotice.objects.filter(user=user, kind="code_again", at__gt=since).exists():
        told = told_of(school.pk, rule_of(school.pk).told_role, user.pk, at)
        giver = [issue.issued_by] if issue.issued_by and schools_of_staff(issue.issued_by, at.date()) else []
        tell([user.pk], "code_again", where, at=at, by_mail=True)
        words = f"{name_of(school.pk, user.pk)}: код использован {used:%d.%m.%Y %H:%M}; теперь {where}"
        if schools_of_staff(user.pk, at.date()) or not giver:
            giver += told
        tell(giver, "code_told", words, at=at, by_mail=True)
    return say(
        "Этим кодом воспользовались {moment}. Если это были вы, войдите с логином и паролем. Если не вы, скажите тому,"
        " кто выдал листок: с новым кодом чужой вход кончится. Школе об этой попытке сообщено.",
        moment=moment,
    )
