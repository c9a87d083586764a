"""Formats, *Receipt*, *Locked*: a receipt that only a passphrase opens."""

from __future__ import annotations

import unicodedata
from typing import Annotated, Literal

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.pbkdf2 import PBKDF2HMAC
from pydantic import Field, StringConstraints

from habeas.protocol.canonical import MalformedError
from habeas.protocol.document import Document, Hex32, unbase64
from habeas.protocol.office import ITERATIONS, MOST_ITERATIONS
from habeas.protocol.receipt import Receipt

_LABEL = b"habeas/v2/locked-receipt\0"


class LockedError(MalformedError):
    """A receipt that is under a passphrase, and none or another was given."""

    code = "does-not-open"
    remedy = "Give the passphrase that the receipt was protected with."


class LockedReceipt(Document):
    """A receipt under a passphrase.

    Attributes:
        iterations: of PBKDF2-HMAC-SHA256.
        nonce, ciphertext: of AES-256-GCM over the canonical receipt, base64.
    """

    LIMIT = 512 * 1024

    v: Literal[2] = 2
    kind: Literal["habeas-receipt-locked"] = "habeas-receipt-locked"
    salt: Hex32
    iterations: Annotated[int, Field(ge=ITERATIONS, le=MOST_ITERATIONS)]
    nonce: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9+/]{16}$")]
    ciphertext: Annotated[
        str, StringConstraints(max_length=300_000, pattern=r"^[A-Za-z0-9+/]+={0,2}$")
    ]

    def open(self, passphrase: str) -> Receipt:
        """The receipt.

        Raises:
            LockedError: it is another passphrase.
            MalformedError: what opens is no receipt.
        """
        kdf = PBKDF2HMAC(SHA256(), 32, bytes.fromhex(self.salt), self.iterations)
        key = kdf.derive(unicodedata.normalize("NFC", passphrase).encode())
        try:
            nonce, ciphertext = unbase64(self.nonce), unbase64(self.ciphertext)
            content = AESGCM(key).decrypt(nonce, ciphertext, _LABEL)
        except (InvalidTag, ValueError) as error:
            raise LockedError("The receipt does not open with this passphrase.") from error
        return Receipt.decode(content)
