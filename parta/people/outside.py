"""Sign-in by an outside provider (OpenID Connect): code flow with PKCE, state and nonce; the token is believed last.

What the provider says is a claim about who sits there, and nothing more: names, roles and addresses of its are not
asked for. A token counts when one of the provider's present keys has signed it, for this installation, for this very
beginning in this very browser, a moment ago. The library for signatures takes a while to load, so this module is
imported where a provider is really at hand.
"""

import base64
import hashlib
import hmac
import json
import secrets
import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import quote, urlencode, urlsplit

from joserfc import jwk, jws, jwt
from joserfc.errors import JoseError

from config.providers import Provider
from parta.foundation import outgoing

ALGORITHMS = (
    "RS256",
    "RS384",
    "RS512",
    "PS256",
    "PS384",
    "PS512",
    "ES256",
    "ES384",
    "ES512",
    "EdDSA",
    "Ed25519",
)
"""Signatures that are believed: by a key pair alone; never `none`, never by a secret both sides know."""
SKEW = 60
"""Seconds by which the clocks of the two sides may differ."""
KEPT = 600.0
"""Seconds for which the provider's description and keys are kept: so long a key taken back may still be believed."""
PAUSE = 15.0
"""Seconds for which a provider that does not answer is not asked again."""
_LONG = 500
_TOKEN = 16_000


class Silent(Exception):
    """The provider does not answer, or not as one does; the text is for the operator."""


class Unbelieved(Exception):
    """The provider's word cannot be believed; the text is for the operator."""


@dataclass(frozen=True, slots=True)
class Description:
    """What a provider says of itself."""

    authorization: str
    token: str
    keys: str
    names_itself: bool
    """It puts its name into the answer (RFC 9207), so an answer without it is somebody else's."""


@dataclass(frozen=True, slots=True)
class Begun:
    """A way out that was begun in one browser, kept in its session until the answer comes."""

    provider: str
    state: str
    nonce: str
    verifier: str
    at: int
    back: str
    """The address of ours that the answer is sent to, the same at the exchange of the code."""
    user_id: int = 0
    """Who links an identity to the own account; 0: somebody signs in."""
    next: str = ""
    remember: bool = False


class Known:
    """What this process remembers of one provider."""

    def __init__(self) -> None:
        self.description: Description | None = None
        self.described = self.fetched = self.failed = -1e9
        self.keys: list[Any] = []


_known: dict[str, Known] = {}


def forget() -> None:
    """Remember nothing of any provider (tests)."""
    _known.clear()


def _of(provider: Provider) -> Known:
    return _known.setdefault(provider.issuer, Known())


def _ask(
    provider: Provider, address: str, form: Mapping[str, str] | None = None
) -> tuple[int, dict[str, Any]]:
    """The provider's answer as JSON. While it has just failed it is not asked at all: nobody waits for it in turn."""
    known = _of(provider)
    if time.monotonic() - known.failed < PAUSE:
        raise Silent("не отвечал только что")
    headers = {}
    if form is not None and provider.client_secret:
        if provider.client_authentication == "basic":
            pair = f"{quote(provider.client_id, safe='')}:{quote(provider.client_secret, safe='')}"
            headers["Authorization"] = f"Basic {base64.b64encode(pair.encode()).decode()}"
        else:
            form = {**form, "client_secret": provider.client_secret}
    try:
        answer = outgoing.call(address, inside=provider.inside, form=form, headers=headers)
    except outgoing.NoAnswer as fault:
        known.failed = time.monotonic()
        raise Silent(str(fault)[:200]) from None
    # What answers at once holds nobody up: a code made up by a guesser must not close the way for the others.
    try:
        said = json.loads(answer.body)
    except (ValueError, RecursionError):
        said = None
    if not isinstance(said, dict):
        raise Silent(f"ответ {answer.status} не разобрать")
    return answer.status, said


def describe(provider: Provider) -> Description:
    """The provider's own description (`/.well-known/openid-configuration`). Raises Silent or Unbelieved."""
    known = _of(provider)
    if known.description is not None and time.monotonic() - known.described < KEPT:
        return known.description
    status, said = _ask(provider, f"{provider.issuer.rstrip('/')}/.well-known/openid-configuration")
    if status != 200:
        raise Silent(f"описание поставщика: ответ {status}")
    if said.get("issuer") != provider.issuer:
        raise Unbelieved("описание поставщика называет другого издателя")
    found = Description(
        _address(provider, said, "authorization_endpoint"),
        _address(provider, said, "token_endpoint"),
        _address(provider, said, "jwks_uri"),
        said.get("authorization_response_iss_parameter_supported") is True,
    )
    known.description, known.described = found, time.monotonic()
    return found


def _address(provider: Provider, said: Mapping[str, Any], name: str) -> str:
    value = said.get(name)
    try:
        parts = urlsplit(value) if isinstance(value, str) and len(value) <= _LONG else None
    except ValueError:
        parts = None
    allowed = ("https", "http") if provider.inside else ("https",)
    if parts is None or parts.scheme not in allowed or not parts.hostname or parts.fragment:
        raise Unbelieved(f"описание поставщика: негодный адрес {name}")
    assert isinstance(value, str)
    if not value.isascii() or any(ord(sign) < 33 for sign in value):
        raise Unbelieved(f"описание поставщика: негодный адрес {name}")
    return value


def begin(provider: Provider, begun_at: datetime, back: str, **more: Any) -> Begun:
    """A new way out, with secrets of its own."""
    return Begun(
        provider=provider.code,
        state=secrets.token_urlsafe(32),
        nonce=secrets.token_urlsafe(32),
        verifier=secrets.token_urlsafe(48),
        at=int(begun_at.timestamp()),
        back=back,
        **more,
    )


def way_out(provider: Provider, begun: Begun) -> str:
    """The address at the provider to which the browser is led. Raises Silent or Unbelieved."""
    address = describe(provider).authorization
    asked = {
        "response_type": "code",
        "response_mode": "query",
        "client_id": provider.client_id,
        "redirect_uri": begun.back,
        "scope": provider.scope,
        "state": begun.state,
        "nonce": begun.nonce,
        "code_challenge": _challenge(begun.verifier),
        "code_challenge_method": "S256",
    }
    if provider.asks_again:
        asked |= {"prompt": "login", "max_age": "0"}
    return f"{address}{'&' if urlsplit(address).query else '?'}{urlencode(asked)}"


def _challenge(verifier: str) -> str:
    return base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()


def is_of(begun: Begun, provider: Provider, state: str) -> bool:
    """Whether what the browser brought back belongs to this beginning."""
    return begun.provider == provider.code and hmac.compare_digest(
        begun.state.encode(), state.encode("utf-8", "replace")
    )


def names_the_right_one(provider: Provider, said: Mapping[str, str]) -> bool:
    """Whether the answer names its sender (RFC 9207): not one provider's answer under another's name."""
    if "iss" in said:
        return said["iss"] == provider.issuer
    return not describe(provider).names_itself


def subject(provider: Provider, begun: Begun, code: str, at: datetime) -> str:
    """Who the provider says sits there, for a code it gave to the browser. Raises Silent or Unbelieved."""
    status, said = _ask(
        provider,
        describe(provider).token,
        {
            "grant_type": "authorization_code",
            "code": code[:2000],
            "redirect_uri": begun.back,
            "client_id": provider.client_id,
            "code_verifier": begun.verifier,
        },
    )
    if status != 200:
        raise Unbelieved(f"код не обменян: ответ {status} {str(said.get('error', ''))[:60]}")
    token = said.get("id_token")
    if not isinstance(token, str) or len(token) > _TOKEN:
        raise Unbelieved("в ответе нет id_token")
    return _judged(provider, begun, token, at)


def _judged(provider: Provider, begun: Begun, token: str, at: datetime) -> str:
    """The subject of a token that holds in every respect."""
    now = int(at.timestamp())
    wanted = jwt.JWTClaimsRegistry(
        now=now,
        leeway=SKEW,
        iss={"essential": True, "value": provider.issuer},
        aud={"essential": True, "value": provider.client_id},
        sub={"essential": True},
        exp={"essential": True},
        iat={"essential": True},
        nonce={"essential": True, "value": begun.nonce},
    )
    try:
        key = _key_for(provider, jws.extract_compact(token.encode()).headers())
        claims = jwt.decode(token, key, algorithms=list(ALGORITHMS)).claims
        wanted.validate(claims)
    except (JoseError, ValueError, TypeError, KeyError, AttributeError) as fault:
        raise Unbelieved(f"{type(fault).__name__}: {fault}"[:200]) from None
    others = claims["aud"] if isinstance(claims["aud"], list) else [claims["aud"]]
    if (len(others) > 1 or "azp" in claims) and claims.get("azp") != provider.client_id:
        raise Unbelieved("маркер выдан другому приложению")
    if not isinstance(claims["nonce"], str):
        raise Unbelieved("nonce не строка")
    if provider.asks_again:
        when = claims.get("auth_time")
        if isinstance(when, bool) or not isinstance(when, int) or not begun.at - SKEW <= when <= now + SKEW:
            raise Unbelieved("поставщик не спросил пароль заново")
    who = claims["sub"]
    if not 0 < len(who) <= 255 or not who.isprintable():
        raise Unbelieved("негодный sub")
    return str(who)


def _key_for(provider: Provider, header: Mapping[str, Any]) -> Any:
    """The provider's key that the token names; keys it has made since are fetched at once. Raises Unbelieved."""
    known = _of(provider)
    kid = header.get("kid")
    if time.monotonic() - known.fetched > KEPT:
        _fetch_keys(provider, known)
    found = _among(known.keys, kid)
    if found is None:  # the token came from the provider itself: nobody else can make us fetch
        _fetch_keys(provider, known)
        found = _among(known.keys, kid)
    if found is None:
        raise Unbelieved("ключа, которым подписан маркер, у поставщика нет")
    return found


def _among(keys: list[Any], kid: Any) -> Any:
    if kid is None:
        return keys[0] if len(keys) == 1 else None
    return next((key for key in keys if key.kid == kid), None)


def _fetch_keys(provider: Provider, known: Known) -> None:
    status, said = _ask(provider, describe(provider).keys)
    listed = said.get("keys")
    if status != 200 or not isinstance(listed, list):
        raise Silent("поставщик не отдал ключи")
    found = []
    for one in listed[:30]:
        if (
            not isinstance(one, dict)
            or one.get("kty") not in ("RSA", "EC", "OKP")
            or one.get("use", "sig") != "sig"
        ):
            continue
        try:
            key = jwk.import_key(one)
            if one["kty"] == "RSA" and key.public_key.key_size < 2048:  # type: ignore[union-attr]
                continue
        except (JoseError, ValueError, TypeError, KeyError):
            continue  # a kind of key we do not know: a token signed with it finds none
        found.append(key)
    known.keys, known.fetched = found, time.monotonic()
