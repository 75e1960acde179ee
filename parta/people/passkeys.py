"""Passkeys (W3C WebAuthn) by the library `webauthn`: challenges given out, answers of browsers judged.

The library takes a third of a second to load, so this module is imported where a passkey is really at hand.
"""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest
from webauthn import (
    generate_authentication_options,
    generate_registration_options,
    options_to_json,
    verify_authentication_response,
    verify_registration_response,
)
from webauthn.helpers import base64url_to_bytes, bytes_to_base64url
from webauthn.helpers.exceptions import WebAuthnException
from webauthn.helpers.structs import (
    AuthenticatorSelectionCriteria,
    PublicKeyCredentialDescriptor,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)


@dataclass(frozen=True, slots=True)
class Site:
    """Who asks for a passkey: the host by which the school is reached, and the whole origin."""

    host: str
    origin: str


def site_of(request: HttpRequest) -> Site:
    """The site of this request; its host is one of the installation's own (the middleware refuses others)."""
    return Site(request.get_host().rsplit(":", 1)[0], f"{request.scheme}://{request.get_host()}")


def enrolment_options(
    site: Site, user_id: int, login: str, name: str, known: Sequence[str]
) -> tuple[str, dict[str, Any]]:
    """The challenge and what the browser needs to make a passkey; `known` credentials are not made twice."""
    options = generate_registration_options(
        rp_id=site.host,
        rp_name="Парта",
        user_id=hashlib.sha256(f"parta:user:{user_id}".encode()).digest(),
        user_name=login,
        user_display_name=name,
        exclude_credentials=[PublicKeyCredentialDescriptor(id=base64url_to_bytes(one)) for one in known],
        authenticator_selection=AuthenticatorSelectionCriteria(
            resident_key=ResidentKeyRequirement.DISCOURAGED,
            user_verification=UserVerificationRequirement.PREFERRED,
        ),
    )
    return bytes_to_base64url(options.challenge), json.loads(options_to_json(options))


def signing_options(site: Site, known: Sequence[str]) -> tuple[str, dict[str, Any]]:
    """The challenge and what the browser needs to use one of these passkeys."""
    options = generate_authentication_options(
        rp_id=site.host,
        allow_credentials=[PublicKeyCredentialDescriptor(id=base64url_to_bytes(one)) for one in known],
        user_verification=UserVerificationRequirement.PREFERRED,
    )
    return bytes_to_base64url(options.challenge), json.loads(options_to_json(options))


@dataclass(frozen=True, slots=True)
class NewKey:
    """A passkey just made."""

    credential_id: str
    public_key: bytes
    sign_count: int


def read_new_key(site: Site, challenge: str, answer: str) -> NewKey | None:
    """The passkey in a browser's answer; None when it is not a true answer to this challenge on this site."""
    try:
        found = verify_registration_response(
            credential=answer,
            expected_challenge=base64url_to_bytes(challenge),
            expected_rp_id=site.host,
            expected_origin=site.origin,
        )
    except (WebAuthnException, ValueError, KeyError, TypeError):
        return None
    return NewKey(bytes_to_base64url(found.credential_id), found.credential_public_key, found.sign_count)


def named_key(answer: str) -> str:
    """The id of the passkey an answer claims to be of; empty when the answer cannot be read."""
    try:
        raw = json.loads(answer)
        found = raw.get("rawId", "") if isinstance(raw, dict) else ""
    except (ValueError, RecursionError):
        return ""
    return found if isinstance(found, str) and len(found) <= 1400 else ""


def signature_count(
    site: Site, challenge: str, answer: str, *, public_key: bytes, sign_count: int
) -> int | None:
    """The new count of a passkey that signed this challenge; None when the signature does not hold."""
    try:
        found = verify_authentication_response(
            credential=answer,
            expected_challenge=base64url_to_bytes(challenge),
            expected_rp_id=site.host,
            expected_origin=site.origin,
            credential_public_key=public_key,
            credential_current_sign_count=sign_count,
        )
    except (WebAuthnException, ValueError, KeyError, TypeError):
        return None
    return int(found.new_sign_count)
