"""Deposits and releases open in their own context, and in no other."""

import hashlib
import secrets

import pytest

from habeas.protocol import sealing
from habeas.protocol.sealing import hpke

PROMISE = hashlib.sha256(b"promise").digest()
OTHER = hashlib.sha256(b"another").digest()
SHARE = bytes(range(33))
SHARE_HASH = hashlib.sha256(SHARE).digest()
TRACK_KEY = bytes(32)


@pytest.fixture(scope="module")
def seed():
    return secrets.token_bytes(32)


@pytest.fixture(scope="module")
def sealed(seed):
    info = sealing.deposit_info(PROMISE, OTHER, 1)
    return sealing.seal_deposit(sealing.public_key(seed), info, sealing.Deposit(SHARE, TRACK_KEY))


def test_a_deposit_opens_for_what_it_was_made(seed, sealed):
    info = sealing.deposit_info(PROMISE, OTHER, 1)
    deposit = sealing.open_deposit(seed, info, sealed, SHARE_HASH)
    assert deposit == sealing.Deposit(SHARE, TRACK_KEY)
    assert SHARE.hex() not in repr(deposit)


@pytest.mark.parametrize(
    "info",
    [
        sealing.deposit_info(OTHER, OTHER, 1),
        sealing.deposit_info(PROMISE, PROMISE, 1),
        sealing.deposit_info(PROMISE, OTHER, 2),
        sealing.release_info(PROMISE, OTHER, 1),
    ],
)
def test_a_deposit_opens_in_no_other_context(seed, sealed, info):
    with pytest.raises(sealing.OpeningError):
        sealing.open_deposit(seed, info, sealed, SHARE_HASH)


def test_a_deposit_opens_with_no_other_key(sealed):
    info = sealing.deposit_info(PROMISE, OTHER, 1)
    with pytest.raises(sealing.OpeningError):
        sealing.open_deposit(secrets.token_bytes(32), info, sealed, SHARE_HASH)


def test_another_share_than_promised_is_refused(seed, sealed):
    info = sealing.deposit_info(PROMISE, OTHER, 1)
    with pytest.raises(sealing.OpeningError):
        sealing.open_deposit(seed, info, sealed, OTHER)


@pytest.mark.parametrize("where", [0, 1087, 1119, 1120, -1])
def test_a_changed_deposit_does_not_open(seed, sealed, where):
    changed = bytearray(sealed)
    changed[where] ^= 1
    info = sealing.deposit_info(PROMISE, OTHER, 1)
    with pytest.raises(sealing.OpeningError):
        sealing.open_deposit(seed, info, bytes(changed), SHARE_HASH)


def test_a_short_deposit_does_not_open(seed, sealed):
    for size in (0, 10, 1119, 1120, 1135):
        with pytest.raises(sealing.OpeningError):
            sealing.open_deposit(seed, b"", sealed[:size], SHARE_HASH)


@pytest.mark.parametrize("track_key", [b"", bytes(31), bytes(33)])
def test_a_deposit_holds_a_share_and_a_track_key_and_nothing_else(seed, track_key):
    info = sealing.deposit_info(PROMISE, OTHER, 1)
    sealed = hpke.seal(sealing.public_key(seed), info, SHARE + track_key)
    with pytest.raises(sealing.OpeningError, match="does not hold a share and a track key"):
        sealing.open_deposit(seed, info, sealed, SHARE_HASH)


def test_a_release_opens_for_its_request_only(seed):
    info = sealing.release_info(PROMISE, OTHER, 0)
    released = sealing.seal_release(sealing.public_key(seed), info, SHARE)
    assert sealing.open_release(seed, info, released, SHARE_HASH) == SHARE
    other = sealing.release_info(PROMISE, PROMISE, 0)
    with pytest.raises(sealing.OpeningError):
        sealing.open_release(seed, other, released, SHARE_HASH)


def test_the_shortest_message_is_that_of_nothing(seed):
    """An encapsulated key of 1,120 bytes, and the 16 of AES-GCM's tag."""
    sealed = hpke.seal(sealing.public_key(seed), b"info", b"")
    assert len(sealed) == 1120 + 16
    assert hpke.open_(seed, b"info", sealed) == b""


@pytest.mark.parametrize("key", [b"", bytes(1215), bytes(1217), b"\xff" * 1216])
def test_what_is_no_public_key_is_refused(key):
    with pytest.raises(sealing.KeyFormatError):
        sealing.verify_public_key(key)


@pytest.mark.parametrize("size", [0, 31, 33, 64])
def test_a_private_key_has_32_bytes(sealed, size):
    """X-Wing expands whatever it is given: another length would be a key, and another one."""
    with pytest.raises(sealing.KeyFormatError, match=f"32 bytes, not {size}"):
        sealing.public_key(bytes(size))
    with pytest.raises(sealing.KeyFormatError, match=f"32 bytes, not {size}"):
        hpke.open_(bytes(size), b"info", sealed)


def test_a_public_key_of_small_order_is_refused(seed):
    key = sealing.public_key(seed)[:1184] + bytes(32)
    with pytest.raises(sealing.KeyFormatError):
        hpke.seal(key, b"", b"share")
