"""The reader's side of an opening: one-time key, shares, commitment, picture.

What the officer's browser does, for terminals and tests. The one-time key never leaves
this process, and a share that is not the promised one is laid at its trustee's door.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from habeas import tlog
from habeas.custody.errors import TooFewTrusteesError
from habeas.protocol import Promise, sealing


@dataclass(frozen=True)
class WrappedShare:
    """A released share as it arrives: who sent it, share index, HPKE message."""

    trustee: str
    index: int
    release: bytes


@dataclass(frozen=True)
class OpenedPhoto:
    """The picture, and the trustees whose shares were not the promised ones."""

    photo: bytes
    bad: dict[str, str]


class OneTimeKey:
    """An X-Wing key pair for exactly one request."""

    def __init__(self, random: Callable[[int], bytes] = secrets.token_bytes) -> None:
        self._seed = random(32)
        self.public = sealing.public_key(self._seed)

    def open(
        self, promise: bytes, entry: bytes, shares: Iterable[WrappedShare], ciphertext: bytes
    ) -> OpenedPhoto:
        """Unwrap, check, combine, decrypt.

        Args:
            promise: canonical bytes of the promise.
            entry: canonical bytes of the request's log entry.
            shares: as the trustees released them.
            ciphertext: the sealed photo.

        Raises:
            OpeningError: the ciphertext or the key is not what the promise says.
            TooFewTrusteesError: fewer than k good shares; names the trustees of bad ones.
        """
        sealed = Promise.decode(promise)
        digest = hashlib.sha256(ciphertext).hexdigest()
        if not hmac.compare_digest(digest, sealed.photo.sha256):
            raise sealing.OpeningError("The sealed photo is not the one that was promised.")
        leaf = tlog.leaf_hash(entry)
        good: dict[int, bytes] = {}
        bad: dict[str, str] = {}
        for share in shares:
            try:
                good[share.index] = self._unwrap(sealed, leaf, share)
            except sealing.OpeningError as error:
                bad[share.trustee] = error.cause
        k = sealed.trustees.k
        if len(good) < k:
            raise TooFewTrusteesError(
                f"{len(good)} good shares of {k} needed. Bad: {', '.join(sorted(bad)) or 'none'}.",
                tuple(bad),
            )
        data_key = sealing.combine([good[index] for index in sorted(good)[:k]])
        photo = sealing.decrypt(
            data_key,
            bytes.fromhex(sealed.key_commitment),
            sealed.terms().digest(),
            ciphertext,
        )
        return OpenedPhoto(photo, bad)

    def _unwrap(self, sealed: Promise, leaf: bytes, share: WrappedShare) -> bytes:
        if not 0 <= share.index < len(sealed.shares):
            raise sealing.OpeningError("There is no share of this index.")
        if sealed.trustees.keys[share.index].trustee != share.trustee:
            raise sealing.OpeningError("This share index belongs to another trustee.")
        return sealing.open_release(
            self._seed,
            sealing.release_info(sealed.digest(), leaf, share.index),
            share.release,
            bytes.fromhex(sealed.shares[share.index]),
        )
