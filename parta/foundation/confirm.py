"""What is asked again («это точно вы?») before it is done, whoever is signed in: the list is data, the check is one.

Every act leaves a line in the change log, so the log is where the question is put: a line whose verb stands in
`VERBS` is not written for somebody who has a second step and has not just given it. Nothing can be done around it, and
nothing is half done: the transaction of the act is rolled back. Pages that hand out many people's data at once
(exports, prints of classes) name themselves with ``@requires(…, confirm="export")``. Of these a school may ask
a purpose as well, and that they wait: `HANDED_OUT`.

Commands and jobs have no one to ask: outside a request nothing is asked.
"""

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from django.http import HttpRequest
from django.http.response import HttpResponseBase

from parta.foundation.language import noted

KINDS = noted(
    {
        "finals": "итоговые отметки",
        "locks": "сроки, закрытие периодов и положение",
        "permits": "разрешения на исправление",
        "late": "исправление по разрешению, после срока",
        "roles": "роли и права",
        "access": "выдача и возврат доступа",
        "rosters": "состав классов и семьи",
        "export": "выгрузка данных многих людей",
        "print": "печать данных целого класса",
        "backups": "резервные копии и носители",
        "factors": "второй шаг входа",
        "names": "имена учеников для проверяющего",
        "agreed": "согласие на чужую выгрузку или печать",
    }
)
"""Kinds of acts that are asked again, in words: «Подтвердите: роли и права»."""

VERBS = {
    "final_set": "finals",
    "final_corrected": "finals",
    "final_annulled": "finals",
    "term_set": "locks",
    "term_removed": "locks",
    "term_closing_ordered": "locks",
    "year_changed": "locks",
    "year_closed": "locks",
    "setting_chosen": "locks",
    "edition_adopted": "locks",
    "permit_granted": "permits",
    "permit_used": "late",
    "role_granted": "roles",
    "role_ended": "roles",
    "account_issued": "access",
    "archive_key_made": "access",
    "account_reopened": "access",
    "account_closed": "access",
    "password_reset": "access",
    "code_issued": "access",
    "factors_reset": "access",
    "student_enrolled": "rosters",
    "students_promoted": "rosters",
    "student_left": "rosters",
    "student_transferred": "rosters",
    "enrolment_corrected": "rosters",
    "subgroup_joined": "rosters",
    "subgroup_left": "rosters",
    "guardianship_set": "rosters",
    "guardianship_ended": "rosters",
    "window_opened": "names",
    "name_told": "names",
    "backup_asked": "backups",
    "carrier_added": "backups",
    "copy_registered": "backups",
    "carrier_used": "backups",
    "keeping_noted": "backups",
    "factor_added": "factors",
    "factor_removed": "factors",
    "recovery_made": "factors",
    "identity_linked": "factors",
    "identity_unlinked": "factors",
    "second_step_required": "factors",
    "handout_rule_set": "locks",
    "device_rule_set": "locks",
    "device_confirmed": "factors",
    "handout_granted": "agreed",
}
"""Verbs of the change log that are asked again, and of which kind they are."""


HANDED_OUT = ("export", "print")
"""Kinds that take many people's data out at once: the school may want to know what for, and may make them wait."""


class NoPurpose(Exception):
    """A page that hands out many people's data, of `kind`, has no stated purpose that counts now. Nothing was given."""

    def __init__(self, kind: str) -> None:
        super().__init__(kind)
        self.kind = kind


class NotConfirmed(Exception):
    """The act waits for the second step; `kind` of `KINDS`. Nothing has been done."""

    def __init__(self, kind: str) -> None:
        super().__init__(kind)
        self.kind = kind


_needs: ContextVar[Callable[[], bool] | None] = ContextVar("needs_confirmation", default=None)
_purposeless: ContextVar[Callable[[], bool] | None] = ContextVar("lacks_purpose", default=None)

Answer = Callable[[HttpRequest, str], HttpResponseBase]
answer_unconfirmed: list[Answer] = []
"""What somebody who has not confirmed is answered, by kind; filled in by people."""
take_confirmation: list[Callable[[HttpRequest], HttpResponseBase | None]] = []
"""Look for the second step in a posted form; an answer when it was wrong. Filled in by people."""
lacks_purpose: list[Callable[[HttpRequest], bool]] = []
"""Whether the school asks what this address is handed out for and nobody has said so. Filled in by people."""
answer_purposeless: list[Answer] = []
"""Where the purpose is asked, by kind. Filled in by people."""


@contextmanager
def asking(needs: Callable[[], bool], purposeless: Callable[[], bool]) -> Iterator[None]:
    """While a request is answered: whether its account must give the second step again, or state a purpose."""
    token, other = _needs.set(needs), _purposeless.set(purposeless)
    try:
        yield
    finally:
        _needs.reset(token)
        _purposeless.reset(other)


def ask(kind: str) -> None:
    """Raise NotConfirmed when the account that asks must give its second step before an act of this kind.

    After it, raises NoPurpose where the school wants to know what many people's data are taken out for.
    """
    needs, purposeless = _needs.get(), _purposeless.get()
    if needs is not None and needs():
        raise NotConfirmed(kind)
    if kind in HANDED_OUT and purposeless is not None and purposeless():
        raise NoPurpose(kind)


def ask_for_verbs(verbs: Iterable[str]) -> None:
    """The same for lines about to be written. No more than a look-up a line."""
    if _needs.get() is None:
        return
    for verb in verbs:
        kind = VERBS.get(verb)
        if kind is not None:
            ask(kind)
            return
