"""Formats, *HPKE*, opening: opening a photo from released shares, on the reader's own machine.

The one-time key never leaves the process, and a share that is not the promised one is laid
at its trustee's door.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Iterable
from dataclasses import dataclass

from habeas.foundation.errors import HabeasError
from habeas.protocol import sealing
from habeas.protocol.terms import Promise
from habeas.tlog import leaf_hash


class TooFewSharesError(HabeasError):
    """Fewer than k shares that were promised.

    Attributes:
        bad: why each other one was not, by trustee.
    """

    code = "too-few-shares"
    remedy = "Ask the other trustees, with the same request."

    def __init__(self, cause: str, bad: dict[str, str]) -> None:
        super().__init__(cause)
        self.bad = bad


@dataclass(frozen=True)
class WrappedShare:
    """A released share as it arrives: who sent it, share index, HPKE message."""

    trustee: str
    index: int
    release: bytes


@dataclass(frozen=True)
class OpenedPhoto:
    """The picture, and why the shares of some trustees were not the promised ones."""

    photo: bytes
    bad: dict[str, str]


def open_photo(
    seed: bytes,
    promise: Promise,
    entry: bytes,
    shares: Iterable[WrappedShare],
    ciphertext: bytes,
) -> OpenedPhoto:
    """Unwrap, check, combine, check the key commitment, decrypt.

    Args:
        seed: the request's one-time private key, 32 bytes.
        promise: of the photo.
        entry: canonical bytes of the `requested` entry.
        shares: as the trustees released them.
        ciphertext: the sealed photo.

    Raises:
        OpeningError: the ciphertext or the combined key is not what the promise says.
        TooFewSharesError: fewer than k good shares.
    """
    sha256 = hashlib.sha256(ciphertext).hexdigest()
    if not hmac.compare_digest(sha256, promise.photo.sha256):
        raise sealing.OpeningError("The sealed photo is not the one that was promised.")
    leaf = leaf_hash(entry)
    good: dict[int, bytes] = {}
    bad: dict[str, str] = {}
    for share in shares:
        try:
            good[share.index] = _unwrap(seed, promise, leaf, share)
        except sealing.OpeningError as error:
            bad[share.trustee] = error.cause
    k = promise.trustees.k
    if len(good) < k:
        raise TooFewSharesError(f"{len(good)} good shares of {k} needed.", bad)
    data_key = sealing.combine([good[index] for index in sorted(good)[:k]])
    commitment = bytes.fromhex(promise.key_commitment)
    photo = sealing.decrypt(data_key, commitment, promise.terms().digest(), ciphertext)
    return OpenedPhoto(photo, bad)


def _unwrap(seed: bytes, promise: Promise, leaf: bytes, share: WrappedShare) -> bytes:
    if not 0 <= share.index < len(promise.shares):
        raise sealing.OpeningError("There is no share of this index.")
    if promise.trustees.keys[share.index].trustee != share.trustee:
        raise sealing.OpeningError("This share index belongs to another trustee.")
    info = sealing.release_info(promise.digest(), leaf, share.index)
    return sealing.open_release(
        seed, info, share.release, bytes.fromhex(promise.shares[share.index])
    )
