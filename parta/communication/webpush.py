"""Web push by its standards: a notice encrypted for one browser (RFC 8291) and signed by this installation (RFC 8292).

The push service of the browser's maker carries it and cannot read it: the keys are those of the browser. Every notice
is padded to a step, so its length says little. Nothing here touches the network or the database.
"""

import os
from base64 import urlsafe_b64decode, urlsafe_b64encode
from datetime import datetime, timedelta
from functools import lru_cache
from urllib.parse import urlsplit

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat
from joserfc import jwk, jwt

RECORD = 4096
"""Bytes a push service must take; the whole notice is one record of at most so many."""
STEP = 512
"""Notices are padded to multiples of it."""
LARGEST = RECORD - 86 - 16 - 1
"""Bytes of a notice: less the header of the encoding (salt, size, our key), the seal and the end mark."""
SIGNED_FOR = timedelta(hours=12)
"""How long a signature counts; the standard allows a day."""
_CURVE = ec.SECP256R1()
_ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551


def packed(value: bytes) -> str:
    """Base64 of addresses, without the padding."""
    return urlsafe_b64encode(value).rstrip(b"=").decode()


def unpacked(text: str) -> bytes:
    """The bytes of such a text. Raises ValueError."""
    return urlsafe_b64decode(text + "=" * (-len(text) % 4))


def point(key: bytes) -> ec.EllipticCurvePublicKey:
    """A browser's key as it came. Raises ValueError for anything but an uncompressed point of the curve."""
    if len(key) != 65 or key[0] != 4:
        raise ValueError("an uncompressed point of P-256 has 65 bytes")
    return ec.EllipticCurvePublicKey.from_encoded_point(_CURVE, key)


def _public(key: ec.EllipticCurvePrivateKey) -> bytes:
    return key.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)


def _derived(secret: bytes, length: int, salt: bytes, info: bytes) -> bytes:
    return HKDF(SHA256(), length, salt, info).derive(secret)


def encrypt(
    notice: bytes,
    *,
    key: bytes,
    secret: bytes,
    own: ec.EllipticCurvePrivateKey | None = None,
    salt: bytes | None = None,
    step: int = STEP,
) -> bytes:
    """The body of a request to a push service: `notice` for the browser with this key and secret.

    `own` and `salt` are made anew each time; they are given by hand only to try the example of the standard. Raises
    ValueError for a key that is none and for a notice of more than LARGEST bytes.
    """
    if len(notice) > LARGEST:
        raise ValueError(f"a notice of {len(notice)} bytes does not fit")
    own, salt = own or ec.generate_private_key(_CURVE), salt or os.urandom(16)
    mine = _public(own)
    shared = own.exchange(ec.ECDH(), point(key))
    common = _derived(shared, 32, secret, b"WebPush: info\0" + key + mine)
    cipher = AESGCM(_derived(common, 16, salt, b"Content-Encoding: aes128gcm\0"))
    nonce = _derived(common, 12, salt, b"Content-Encoding: nonce\0")
    whole = min(-(-(len(notice) + 1) // step) * step, LARGEST + 1)
    sealed = cipher.encrypt(nonce, (notice + b"\2").ljust(whole, b"\0"), None)
    return salt + RECORD.to_bytes(4, "big") + bytes([len(mine)]) + mine + sealed


@lru_cache(maxsize=4)
def _signing_key(installation: str) -> ec.EllipticCurvePrivateKey:
    """The installation's key for push services, worked out from its own: nothing more to keep, copy or lose."""
    number = int.from_bytes(_derived(installation.encode(), 48, b"", b"parta web push"), "big")
    return ec.derive_private_key(number % (_ORDER - 1) + 1, _CURVE)


def server_key(installation: str) -> str:
    """The public half, by which a browser knows that a notice is ours."""
    return packed(_public(_signing_key(installation)))


def signature(installation: str, endpoint: str, *, contact: str, at: datetime) -> str:
    """The header by which a push service knows who sends (VAPID). `contact`: an address of ours, mailto: or https:."""
    place = urlsplit(endpoint)
    private = _signing_key(installation).private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    claims = {
        "aud": f"{place.scheme}://{place.netloc}",
        "exp": int((at + SIGNED_FOR).timestamp()),
        "sub": contact,
    }
    token = jwt.encode({"typ": "JWT", "alg": "ES256"}, claims, jwk.ECKey.import_key(private))
    return f"vapid t={token}, k={server_key(installation)}"
