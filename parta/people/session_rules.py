"""Rule kinds over accounts and sessions: what the act says of passwords, idle sessions and shared accounts.

None of them judges a write of a journal. The pages and actions of people ask :func:`lock_after` and
:func:`watched_signals`; the page of the act says them in words.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache
from typing import Literal

from pydantic import Field

from parta.organisation.words import listed
from parta.people.viewer import Viewer
from parta.regulation.clause import Clause
from parta.regulation.durations import Duration
from parta.regulation.judge import Law
from parta.regulation.queries import law
from parta.regulation.registry import Codes, Hours, Params, RuleKind, known_kind

SIGNALS = {
    "concurrent_sessions": "одна учётная запись сразу на двух устройствах",
    "new_device": "вход с нового устройства",
    "student_device": "вход сотрудника с устройства, где только что был ученик",
    "many_users_on_one_device": "много учётных записей на одном устройстве",
    "many_failed_logins": "много неверных паролей подряд",
}
"""Signs of a shared or stolen account, in words."""
REAUTH = {"mark": "отметок", "final": "итоговых отметок", "attendance": "явки"}


class SessionLock(Params):
    """After how long without a sign of life a session asks the password, and before which writes it must."""

    idle: Hours = Field(description="через сколько без действий экран закрывается")
    reauth_for: Codes = Field(
        frozenset(), description="перед записью чего пароль спрашивают снова: mark, final, attendance"
    )


class CredentialsSecret(Params):
    """How passwords are kept: Parta keeps every one of these always; the act only names them."""

    first_login_change: bool = Field(True, description="выданный пароль меняют при первом входе")
    lockout: int = Field(5, ge=1, le=100, description="после стольких ошибок вход откладывается")
    password: Literal["hashed"] = Field("hashed", description="как хранится пароль")
    shown: Literal["never"] = Field("never", description="показывают ли пароль")
    mailed: Literal["never"] = Field("never", description="посылают ли пароль почтой")


class CredentialsNotShared(Params):
    """Which signs of a shared account the school wants to see."""

    signals: Codes = Field(description="какие признаки показывают завучу")


def _idle(rule: SessionLock) -> str:
    before = listed([REAUTH.get(code, code) for code in sorted(rule.reauth_for)])
    again = f"; перед записью {before} пароль спросят снова" if before else ""
    return f"экран закрывается и просит пароль, если ничего не делать: {rule.idle}{again}"


known_kind(
    RuleKind(
        "session_lock",
        6,
        SessionLock,
        "Замок сеанса",
        _idle,
        on_breach="refuse",
        acts="на каждой странице сотрудника",
    ),
)
known_kind(
    RuleKind(
        "credentials_secret",
        8,
        CredentialsSecret,
        "Пароль знает только владелец",
        lambda rule: (
            "выданный пароль меняют при первом входе; он хранится в виде, из которого его не прочесть, и нигде не"
            f" показывается; после {rule.lockout} неверных паролей вход откладывается"
        ),
        on_breach="refuse",
        acts="при входе и на странице пароля",
    )
)
known_kind(
    RuleKind(
        "credentials_not_shared",
        8,
        CredentialsNotShared,
        "Доступ не передают другим",
        lambda rule: (
            "завуч видит признаки передачи доступа: "
            + listed([words for code, words in SIGNALS.items() if code in rule.signals])
        ),
        acts="на странице «Входы»",
    )
)


@dataclass(frozen=True, slots=True)
class Lock:
    """The lock of idle sessions in force: how long, and the clauses that ask for it."""

    after: timedelta
    clauses: tuple[Clause, ...]


@lru_cache(maxsize=512)
def _lock(code: Law, on: date) -> Lock | None:
    found: Lock | None = None
    for rule in code.on(on).at(None):
        if rule.kind.name == "session_lock":
            after = _span(rule.params.idle)
            if found is None or after < found.after:
                found = Lock(after, rule.clauses)
    return found


def _span(idle: Duration) -> timedelta:
    return timedelta(minutes=idle.count) if idle.unit == "min" else timedelta(hours=idle.count)


def lock_after(viewer: Viewer) -> Lock | None:
    """The lock that binds this viewer: any account that writes or reads for the school. None: no act asks for one.

    A family's own phone stays open: its sessions write nothing. No statement once the law is in memory.
    """
    if not viewer.roles - {"guardian", "student"}:
        return None
    return _lock(law(viewer.school.id, viewer.school.law_version), viewer.on)


def watched_signals(code: Law, on: date) -> dict[str, tuple[Clause, ...]]:
    """Signs of shared accounts that the acts in force ask to be shown, each with its clauses."""
    found: dict[str, tuple[Clause, ...]] = {}
    for rule in code.on(on).at(None):
        if rule.kind.name == "credentials_not_shared":
            for signal in rule.params.signals & SIGNALS.keys():
                found[signal] = (*found.get(signal, ()), *rule.clauses)
    return found
