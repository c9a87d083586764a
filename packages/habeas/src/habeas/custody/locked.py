"""Details at rest: readable only with the details key of the entry (`protocol.stream`).

The custodian's table of lines would otherwise lead from officers and their reasons to the
photos that were opened. AES-256-GCM; the entry is the additional data, so that details
cannot be moved to another.
"""

from __future__ import annotations

import json
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from habeas.protocol import MalformedError, canonical

_NONCE = 12


def lock(key: bytes, nonce: bytes, entry: bytes, salt: bytes, details: dict[str, Any]) -> bytes:
    """Encrypt *salt* (32 bytes) and *details* of *entry*; *key* has 32 bytes, *nonce* 12."""
    content = salt + canonical.encode(details)
    return nonce + AESGCM(key).encrypt(nonce, content, entry)


def unlock(key: bytes, entry: bytes, locked: bytes) -> tuple[bytes, dict[str, Any]]:
    """Salt and details of *entry*.

    Raises:
        MalformedError: another key, another entry, or changed bytes.
    """
    try:
        content = AESGCM(key).decrypt(locked[:_NONCE], locked[_NONCE:], entry)
    except (InvalidTag, ValueError) as error:
        raise MalformedError("The stored details are not those of this entry.") from error
    return content[:32], json.loads(content[32:])
