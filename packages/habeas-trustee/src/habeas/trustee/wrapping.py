"""What unlocks a trustee's keys where a token has it: ECDH, then HKDF (RFC 5869, SP 800-56C).

The token has one key of P-256, made there and never to leave it; for each protection a fresh key
agrees with it once, and is forgotten. What comes of that encrypts the master key. So protecting
needs no more than the token's public key, and unlocking needs the token and its PIN. Cheap tokens
(PIV) do this as hardware modules do; AES, fewer do (docs/adr/0119).
"""

from __future__ import annotations

import base64
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ec import (
    ECDH,
    SECP256R1,
    EllipticCurvePublicKey,
    generate_private_key,
)
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from habeas.foundation.token_uri import TokenError, TokenUri
from habeas.trustee.errors import KeyringError

_LABEL = b"habeas/v2/trustee-master\0"


def label(name: str) -> str:
    """The label on the token of the key that unlocks those of the trustee *name*."""
    return f"{name}/unlocks"


def wrap(address: str, name: str, salt: bytes) -> tuple[bytes, dict[str, Any]]:
    """A key that the token can make again, and what it needs for that.

    Args:
        address: of the token (RFC 7512), with pin-source. The key is made there, or is the one
            that the address names.
        name: of the trustee.
        salt: 16 bytes, fresh.

    Returns:
        32 bytes; and fields to be kept.

    Raises:
        TokenError: the token is not there, makes no such key, or does not agree on keys with it.
    """
    from habeas.foundation import token  # noqa: PLC0415 - an optional package

    uri = TokenUri.parse(address)
    held = token.make(uri, uri.service_pin(), label(name), (token.KeyKind.P256,))
    try:
        if not isinstance(held.public_key, EllipticCurvePublicKey):
            raise TokenError(
                "The key on the token is not of P-256, and agrees on no keys.",
                "Name another one, or none: one is made.",
            )
        fresh = generate_private_key(SECP256R1())
        theirs, ours = _point(held.public_key), _point(fresh.public_key())
        shared = fresh.exchange(ECDH(), held.public_key)
        # What rests on a token that cannot unlock it is lost for good: it has to do it once.
        if held.agree(fresh.public_key()) != shared:
            raise TokenError(
                "The token agrees on another key than it should.",
                "Name another key of it, or take another token.",
            )
    finally:
        held.close()
    fields = {"address": address, "key": _b64(theirs), "ephemeral": _b64(ours)}
    return _derived(shared, salt, theirs, ours), fields


def unwrap(fields: dict[str, Any], salt: bytes, address: str = "") -> bytes:
    """The key that `wrap` gave.

    Args:
        fields: as `wrap` gave them.
        salt: the same.
        address: of the token, where it is another one than the fields say: a machine's own.

    Raises:
        KeyringError: the fields are not what `wrap` gave.
        TokenError: the token is not there, or does not have the key. Nothing is made instead.
    """
    try:
        theirs, ours = (base64.b64decode(fields[name]) for name in ("key", "ephemeral"))
        keys = [
            EllipticCurvePublicKey.from_encoded_point(SECP256R1(), each) for each in (theirs, ours)
        ]
        place = address or str(fields["address"])
    except (KeyError, TypeError, ValueError) as error:
        raise KeyringError("What the token unlocks is damaged in keys.json.") from error
    from habeas.foundation import token  # noqa: PLC0415 - an optional package

    uri = TokenUri.parse(place)
    held = token.find(uri, uri.service_pin(), keys[0])
    try:
        return _derived(held.agree(keys[1]), salt, theirs, ours)
    finally:
        held.close()


def _derived(shared: bytes, salt: bytes, theirs: bytes, ours: bytes) -> bytes:
    return HKDF(SHA256(), 32, salt, _LABEL + theirs + ours).derive(shared)


def _point(key: EllipticCurvePublicKey) -> bytes:
    return key.public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)


def _b64(content: bytes) -> str:
    return base64.b64encode(content).decode()
