"""Who is told of what happens to an account: notices on every page, and letters where a page may be in wrong hands.

A notice is a row of its own; nothing here leaves a line in the log. Who calls it does so in the transaction of the act.
"""

from collections.abc import Iterable
from datetime import date, datetime

from parta.people.models import AccountNotice, Person, Role, SignIn


def tell(
    user_ids: Iterable[int],
    kind: str,
    words: str,
    *,
    at: datetime,
    sign_in: SignIn | None = None,
    by_mail: bool = False,
    former_address: str = "",
    is_news: bool = True,
) -> None:
    """Put notices before the owners of accounts: shown on every page until they are read.

    `by_mail`: a letter goes too, to the address in the card, or to `former_address`; it cannot be refused or put off,
    for whoever sits at the screen could do that. Not `is_news`: the letter alone, no strip on the pages.
    """
    ids = sorted(set(user_ids))
    addressees: dict[int, int] = {}
    if by_mail:
        people = Person.objects.filter(user_id__in=ids).order_by("-id")
        if not former_address:
            people = people.exclude(email="")
        addressees = dict(people.values_list("user_id", "id"))
    AccountNotice.objects.bulk_create(
        AccountNotice(
            user_id=user_id,
            at=at,
            kind=kind,
            words=words[:200],
            sign_in=sign_in,
            seen_at=None if is_news else at,
            letter_to_id=addressees.get(user_id),
            letter_address=former_address,
        )
        for user_id in ids
    )


def holders(school_id: int, roles: Iterable[str], on: date, *, but: int | None = None) -> list[int]:
    """Open accounts that hold one of the roles in the school on a day, without the account `but`."""
    found = Role.objects.filter(
        school_id=school_id, kind__in=list(roles), starts__lte=on, person__user__is_active=True
    ).exclude(until__lte=on)
    return sorted({user_id for user_id in found.values_list("person__user_id", flat=True) if user_id != but})


def schools_of_staff(user_id: int, on: date) -> list[int]:
    """Schools in which the account holds a role of staff on a day."""
    found = Role.objects.filter(person__user_id=user_id, starts__lte=on).exclude(until__lte=on)
    return sorted(set(found.values_list("school_id", flat=True)))
