"""Sealing: data key, shares, deposits, the sealed photo, and its opening.

Bytes in, bytes or errors out. What the bytes are bound to (terms, promise, request)
comes in as digests: this room knows neither documents nor storage nor the log.
"""

from habeas.protocol.sealing.deposit import (
    Deposit,
    deposit_info,
    open_deposit,
    open_release,
    release_info,
    seal_deposit,
    seal_release,
    verify_share,
)
from habeas.protocol.sealing.hpke import (
    KeyFormatError,
    OpeningError,
    PrivateKey,
    open_,
    public_key,
    seal,
    verify_public_key,
)
from habeas.protocol.sealing.padding import pad, padded_bytes, padded_photo_bytes, unpad
from habeas.protocol.sealing.photo import decrypt, encrypt, key_commitment
from habeas.protocol.sealing.shamir import SharesError, combine, contribution, split

__all__ = [
    "Deposit",
    "KeyFormatError",
    "OpeningError",
    "PrivateKey",
    "SharesError",
    "combine",
    "contribution",
    "decrypt",
    "deposit_info",
    "encrypt",
    "key_commitment",
    "open_",
    "open_deposit",
    "open_release",
    "pad",
    "padded_bytes",
    "padded_photo_bytes",
    "public_key",
    "release_info",
    "seal",
    "seal_deposit",
    "seal_release",
    "split",
    "unpad",
    "verify_public_key",
    "verify_share",
]
