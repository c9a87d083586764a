"""RFC 9180 HPKE, base mode, with X-Wing (draft-connolly-cfrg-xwing-kem), HKDF-SHA256, AES-256-GCM.

The primitives are those of `cryptography`; this module fixes the suite and the byte
formats that browsers share: a private key is X-Wing's 32-byte seed, a public key
1,216 bytes, a sealed message ``enc (1,120 bytes) ‖ ciphertext``.
"""

from __future__ import annotations

import hashlib

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hpke
from cryptography.hazmat.primitives.asymmetric.mlkem import MLKEM768PrivateKey, MLKEM768PublicKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey

from habeas.foundation.errors import HabeasError

SEED_BYTES = 32
_ML_KEM_PUBLIC_BYTES = 1184

_SUITE = hpke.Suite(hpke.KEM.MLKEM768_X25519, hpke.KDF.HKDF_SHA256, hpke.AEAD.AES_256_GCM)


class KeyFormatError(HabeasError):
    """Bytes that are not an X-Wing key."""

    code = "key-format"
    remedy = "Make a fresh key and ask again."


class OpeningError(HabeasError):
    """A sealed message that does not open: another key, another context, or changed bytes."""

    code = "does-not-open"
    remedy = "It was changed, or was sealed for something else; nothing can be read from it."


def _expand(seed: bytes) -> tuple[MLKEM768PrivateKey, X25519PrivateKey]:
    """X-Wing's key expansion: SHAKE-256(seed, 96) is the ML-KEM seed and the X25519 scalar."""
    if len(seed) != SEED_BYTES:
        raise KeyFormatError(f"An X-Wing private key has {SEED_BYTES} bytes, not {len(seed)}.")
    expanded = hashlib.shake_256(seed).digest(96)
    return (
        MLKEM768PrivateKey.from_seed_bytes(expanded[:64]),
        X25519PrivateKey.from_private_bytes(expanded[64:]),
    )


def public_key(seed: bytes) -> bytes:
    """The X-Wing public key (1,216 bytes) of a 32-byte *seed*.

    Raises:
        KeyFormatError: the seed has another length.
    """
    ml_kem, x25519 = _expand(seed)
    return ml_kem.public_key().public_bytes_raw() + x25519.public_key().public_bytes_raw()


def _parse_public_key(content: bytes) -> hpke.MLKEM768X25519PublicKey:
    try:
        # Each half is held to its length: 1,184 and 32 bytes.
        return hpke.MLKEM768X25519PublicKey(
            MLKEM768PublicKey.from_public_bytes(content[:_ML_KEM_PUBLIC_BYTES]),
            X25519PublicKey.from_public_bytes(content[_ML_KEM_PUBLIC_BYTES:]),
        )
    except ValueError as error:
        raise KeyFormatError(f"These {len(content)} bytes are no X-Wing public key.") from error


def verify_public_key(content: bytes) -> None:
    """Raise unless *content* is an X-Wing public key.

    Raises:
        KeyFormatError: wrong length, or an ML-KEM key that fails FIPS 203's modulus check.
    """
    _parse_public_key(content)


def seal(recipient: bytes, info: bytes, plaintext: bytes) -> bytes:
    """Encrypt *plaintext* to the public key *recipient* in the context *info*.

    Returns:
        ``enc ‖ ciphertext``; 1,136 bytes longer than the plaintext.

    Raises:
        KeyFormatError: *recipient* is no X-Wing public key, or one that no secret fits
            (an X25519 point of small order).
    """
    try:
        return _SUITE.encrypt(plaintext, _parse_public_key(recipient), info)
    except ValueError as error:
        raise KeyFormatError("This X-Wing public key cannot be encrypted to.") from error


class PrivateKey:
    """An X-Wing private key, expanded once for many messages: that is half of opening one.

    Args:
        seed: 32 bytes.

    Raises:
        KeyFormatError: *seed* is no private key.
    """

    def __init__(self, seed: bytes) -> None:
        self._key = hpke.MLKEM768X25519PrivateKey(*_expand(seed))

    def decrypt(self, info: bytes, sealed: bytes) -> bytes:
        """Decrypt ``enc ‖ ciphertext``.

        Raises:
            OpeningError: another key or context, changed bytes, or fewer than a message has.
        """
        try:
            return _SUITE.decrypt(sealed, self._key, info)
        except (InvalidTag, ValueError) as error:
            raise OpeningError(
                "The sealed message does not open with this key and context."
            ) from error


def open_(seed: bytes | PrivateKey, info: bytes, sealed: bytes) -> bytes:
    """Decrypt ``enc ‖ ciphertext``.

    Args:
        seed: the private key, 32 bytes, or the same expanded.
        info: the context.
        sealed: the message.

    Raises:
        OpeningError: another key or context, or changed bytes.
        KeyFormatError: *seed* is no private key.
    """
    key = seed if isinstance(seed, PrivateKey) else PrivateKey(seed)
    return key.decrypt(info, sealed)
