"""The photo's own cipher: AES-256-GCM under a committed key derived by HKDF-SHA256 (RFC 5869).

AES-GCM alone does not commit to its key: one ciphertext can be made to open under two
keys to two pictures. The commitment, derived beside the encryption key, closes that. And it hides
no length, by which whoever has a picture finds its ciphertext: so pictures are padded (`padding`).
"""

from __future__ import annotations

import hmac

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from habeas.protocol.canonical import MalformedError
from habeas.protocol.sealing.hpke import OpeningError
from habeas.protocol.sealing.padding import PHOTO_STEP_BYTES, pad, padded_photo_bytes, unpad

#: Each data key encrypts exactly one message, so the nonce need not vary.
_NONCE = bytes(12)


def _derive(data_key: bytes, label: bytes) -> bytes:
    return HKDF(algorithm=SHA256(), length=32, salt=None, info=label).derive(data_key)


def key_commitment(data_key: bytes) -> bytes:
    """The value that binds a ciphertext to one data key; 32 bytes, safe to publish."""
    return _derive(data_key, b"habeas/v2/key-commitment")


def encrypt(data_key: bytes, terms_digest: bytes, photo: bytes) -> bytes:
    """Encrypt *photo* under a fresh *data_key*, authenticated together with the terms.

    Args:
        data_key: 32 random bytes that never encrypt anything else.
        terms_digest: SHA-256 of the canonical terms, 32 bytes.
        photo: the picture's bytes.

    Returns:
        Ciphertext, 16 bytes longer than the padded photo.
    """
    key = _derive(data_key, b"habeas/v2/encryption-key")
    return AESGCM(key).encrypt(_NONCE, pad(photo, padded_photo_bytes), terms_digest)


def decrypt(data_key: bytes, commitment: bytes, terms_digest: bytes, ciphertext: bytes) -> bytes:
    """Check the key commitment, then decrypt.

    Raises:
        OpeningError: another key, other terms, a changed ciphertext, or one padded in another way.
    """
    if not hmac.compare_digest(key_commitment(data_key), commitment):
        raise OpeningError("The combined key is not the one that the promise commits to.")
    key = _derive(data_key, b"habeas/v2/encryption-key")
    try:
        padded = AESGCM(key).decrypt(_NONCE, ciphertext, terms_digest)
    except InvalidTag as error:
        raise OpeningError("The sealed photo was changed, or sealed under other terms.") from error
    if len(padded) % PHOTO_STEP_BYTES:
        return padded  # sealed by a release that did not pad
    try:
        return unpad(padded, padded_photo_bytes)
    except MalformedError as error:
        raise OpeningError("The sealed photo is not padded as it should be.") from error
