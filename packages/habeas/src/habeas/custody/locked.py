"""Details at rest: readable only with the photo's track key.

The custodian's table of lines would otherwise lead from an officer's name to the photos
that were opened. AES-256-GCM under a key that HKDF-SHA256 (RFC 5869) derives from the
track key; the entry is the additional data, so that details cannot be moved to another.
"""

from __future__ import annotations

import json
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from habeas.protocol import MalformedError, canonical

_NONCE = 12


def _cipher(track_key: bytes) -> AESGCM:
    hkdf = HKDF(algorithm=SHA256(), length=32, salt=None, info=b"habeas/v1/details")
    return AESGCM(hkdf.derive(track_key))


def lock(
    track_key: bytes, nonce: bytes, entry: bytes, salt: bytes, details: dict[str, Any]
) -> bytes:
    """Encrypt *salt* (32 bytes) and *details* of *entry*; *nonce* is 12 random bytes."""
    content = salt + canonical.encode(details)
    return nonce + _cipher(track_key).encrypt(nonce, content, entry)


def unlock(track_key: bytes, entry: bytes, locked: bytes) -> tuple[bytes, dict[str, Any]]:
    """Salt and details of *entry*.

    Raises:
        MalformedError: another track key, another entry, or changed bytes.
    """
    try:
        content = _cipher(track_key).decrypt(locked[:_NONCE], locked[_NONCE:], entry)
    except (InvalidTag, ValueError) as error:
        raise MalformedError("The stored details are not those of this entry.") from error
    return content[:32], json.loads(content[32:])
