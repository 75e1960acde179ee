"""The second step by itself: how codes are made, sealed and compared, and when a session counts as confirmed.

One-time codes are RFC 6238 by `pyotp`; passkeys are in `people.passkeys`. Nothing here writes a row.
"""

import hashlib
import hmac
import re
import secrets
from base64 import urlsafe_b64encode
from collections.abc import Mapping
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any

import pyotp
from cryptography.fernet import Fernet, InvalidToken
from django.conf import settings

CONFIRMED = "confirmed"
"""Key of the session: when the second step was last given in it."""
CHALLENGE = "key_challenge"
"""Key of the session: the challenge a passkey is to sign, used once."""
LASTS = timedelta(minutes=15)
"""So long one confirmation serves the acts that ask for it."""
TRUSTED = timedelta(days=30)
"""So long a device the owner trusts is not asked the second step at sign-in."""
STEP = 30
"""Seconds a one-time code stands."""
DRIFT = 1
"""Codes before and after the present one that are taken: clocks of telephones differ."""
RECOVERY_CODES = 10
_SIGNS = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"


def is_unconfirmed(session: Mapping[str, Any], at: datetime) -> bool:
    """Whether acts that are asked again must ask: the second step was not given in this session of late."""
    given = session.get(CONFIRMED)
    return not isinstance(given, int) or not 0 <= at.timestamp() - given < LASTS.total_seconds()


@lru_cache(maxsize=1)
def _box() -> Fernet:
    key = hashlib.sha256(f"parta.people.second:{settings.SECRET_KEY}".encode()).digest()
    return Fernet(urlsafe_b64encode(key))


def sealed(secret: str) -> str:
    """The secret as it is stored: a copy of the database alone makes no codes."""
    return _box().encrypt(secret.encode()).decode()


def opened(stored: str) -> str | None:
    """The secret of a stored text; None when it was sealed by another installation's key."""
    try:
        return _box().decrypt(stored.encode()).decode()
    except InvalidToken:
        return None


def new_secret() -> str:
    """160 bits, as RFC 4226 advises."""
    return pyotp.random_base32()


def address_of(secret: str, login: str, school: str) -> str:
    """What the picture for the telephone says (otpauth://)."""
    return pyotp.TOTP(secret).provisioning_uri(name=login, issuer_name=f"Парта, {school}")


def step_of(secret: str, code: str, at: datetime) -> int | None:
    """The number of the half-minute whose code this is; None when it is none of the present ones."""
    code = re.sub(r"\s", "", code)
    if not re.fullmatch(r"[0-9]{6}", code):
        return None
    now = int(at.timestamp()) // STEP
    maker = pyotp.TOTP(secret)
    found = None
    for step in range(now - DRIFT, now + DRIFT + 1):
        if hmac.compare_digest(maker.at(step * STEP), code):
            found = step
    return found


def new_recovery_codes() -> list[str]:
    """Ten codes of ten signs, 49 bits each: «K7QPM-2XWRD»."""
    codes = ["".join(secrets.choice(_SIGNS) for _ in range(10)) for _ in range(RECOVERY_CODES)]
    return [f"{code[:5]}-{code[5:]}" for code in codes]


def plain_recovery(code: str) -> str | None:
    """A recovery code as it is hashed, however it was typed; None for a text that cannot be one."""
    plain = re.sub(r"[^A-Z0-9]", "", code.upper().translate(str.maketrans("АВЕКМНРСТУХ", "ABEKMHPCTYX")))
    return plain if len(plain) == 10 else None
