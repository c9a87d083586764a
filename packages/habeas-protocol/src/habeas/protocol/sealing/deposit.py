"""Deposits and releases: one share on its way to a trustee, and from it to a reader.

Both are HPKE messages whose ``info`` binds them to their purpose:

    deposit:  "habeas/v2/deposit" ‖ 00 ‖ SHA-256(promise) ‖ trustee key id ‖ share index
    release:  "habeas/v2/release" ‖ 00 ‖ SHA-256(promise) ‖ leaf hash of the request ‖ share index

A promise that was changed by one bit opens no deposit; a release made for one request
opens under no other.
"""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass

from habeas.protocol.sealing import hpke

SHARE_BYTES = 33
TRACK_KEY_BYTES = 32


@dataclass(frozen=True, repr=False)
class Deposit:
    """What a deposit holds: the share (33 bytes) and the photo's track key (32 bytes)."""

    share: bytes
    track_key: bytes


def _check(*parts: bytes) -> None:
    if any(len(part) != 32 for part in parts):
        raise ValueError("digests and key ids have 32 bytes")


def deposit_info(promise_digest: bytes, key_id: bytes, index: int) -> bytes:
    """The HPKE ``info`` of the deposit with share *index* under trustee key *key_id*."""
    _check(promise_digest, key_id)
    return b"habeas/v2/deposit\0" + promise_digest + key_id + bytes([index])


def release_info(promise_digest: bytes, request_leaf: bytes, index: int) -> bytes:
    """The HPKE ``info`` of the release of share *index* to the request *request_leaf*."""
    _check(promise_digest, request_leaf)
    return b"habeas/v2/release\0" + promise_digest + request_leaf + bytes([index])


def seal_deposit(trustee_key: bytes, info: bytes, deposit: Deposit) -> bytes:
    """Wrap *deposit* to a trustee's expiry-month key (1,216 bytes).

    Raises:
        KeyFormatError: *trustee_key* is no X-Wing public key.
    """
    return hpke.seal(trustee_key, info, deposit.share + deposit.track_key)


def open_deposit(
    seed: bytes | hpke.PrivateKey, info: bytes, sealed: bytes, share_hash: bytes
) -> Deposit:
    """Unwrap a deposit and check that it holds the promised share.

    Args:
        seed: the trustee's X-Wing private key, 32 bytes, or the same expanded.
        info: as made by `deposit_info` from the trustee's own copy of the promise.
        sealed: the deposit as received.
        share_hash: the SHA-256 that the promise gives for this share, 32 bytes.

    Raises:
        OpeningError: it was made for another promise, key or index, was changed, or holds
            another share than promised.
    """
    content = hpke.open_(seed, info, sealed)
    if len(content) != SHARE_BYTES + TRACK_KEY_BYTES:
        raise hpke.OpeningError("The deposit does not hold a share and a track key.")
    share, track_key = content[:SHARE_BYTES], content[SHARE_BYTES:]
    verify_share(share, share_hash)
    return Deposit(share, track_key)


def verify_share(share: bytes, share_hash: bytes) -> None:
    """Raise unless *share* is the one that the promise names by its SHA-256.

    Raises:
        OpeningError: it is another share.
    """
    if not hmac.compare_digest(hashlib.sha256(share).digest(), share_hash):
        raise hpke.OpeningError("The share is not the one that was promised.")


def seal_release(one_time_key: bytes, info: bytes, share: bytes) -> bytes:
    """Wrap a share to a request's one-time key.

    Raises:
        KeyFormatError: *one_time_key* is no X-Wing public key.
    """
    return hpke.seal(one_time_key, info, share)


def open_release(seed: bytes, info: bytes, sealed: bytes, share_hash: bytes) -> bytes:
    """Unwrap a released share and check it against the promise.

    Raises:
        OpeningError: made for another request or key, changed, or another share.
    """
    share = hpke.open_(seed, info, sealed)
    verify_share(share, share_hash)
    return share
