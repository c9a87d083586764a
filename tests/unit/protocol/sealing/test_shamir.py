import secrets
from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from habeas.protocol.sealing import SharesError, combine, contribution, split
from habeas.protocol.sealing.shamir import _inverse, _multiply


def test_multiplication_is_that_of_aes():
    # FIPS 197 section 4.2: {57} * {83} = {c1}; {57} * {13} = {fe}
    assert _multiply(0x57, 0x83) == 0xC1
    assert _multiply(0x57, 0x13) == 0xFE
    assert all(_multiply(a, _inverse(a)) == 1 for a in range(1, 256))


@given(secret=st.binary(min_size=1, max_size=40), k=st.integers(2, 5), extra=st.integers(0, 3))
def test_any_k_shares_restore_the_secret(secret, k, extra):
    shares = split(secret, k, k + extra, secrets.token_bytes)
    for chosen in combinations(shares, k):
        assert combine(chosen) == secret


@pytest.mark.parametrize(("k", "n"), [(2, 4), (3, 4), (5, 255)])
def test_every_byte_has_k_minus_1_random_coefficients_and_each_of_them_counts(k, n):
    """Without them a share would hold the byte in the clear, and any k shares would still open."""
    secret = bytes(range(7))
    drawn = secrets.token_bytes(len(secret) * (k - 1))
    asked = []

    def random(length):
        asked.append(length)
        return drawn

    shares = split(secret, k, n, random)
    assert asked == [len(drawn)]
    assert len(shares) == n
    assert combine(shares[-k:]) == secret
    for at in range(len(drawn)):
        other = bytearray(drawn)
        other[at] ^= 1
        position = at // (k - 1)
        changed = split(secret, k, n, lambda _, other=other: bytes(other))
        for before, after in zip(shares, changed, strict=True):
            assert before[position] != after[position]


def test_fewer_than_k_shares_fit_every_secret():
    # With k = 2, one share and any guess of a secret byte leave exactly one polynomial.
    share = split(b"\x07", 2, 2, secrets.token_bytes)[0]
    y, x = share
    slopes = {_multiply(y ^ guess, _inverse(x)) for guess in range(256)}
    assert len(slopes) == 256


def test_shares_of_javascript_combine():
    # Made by shamir-secret-sharing 0.0.4: split(32 bytes 00..1f, 3, 2)
    made = SHARES_OF_JAVASCRIPT
    for chosen in combinations(made, 2):
        assert combine([bytes.fromhex(share) for share in chosen]) == bytes(range(32))


@pytest.mark.parametrize(
    "shares",
    [
        [],
        [b"\x01\x01"],
        [b"\x01\x01", b"\x02\x01"],
        [b"\x01\x00", b"\x02\x01"],
        [b"\x01\x01", b"\x02\x03\x02"],
        [b"\x01", b"\x02"],
    ],
)
def test_unusable_shares_are_refused(shares):
    with pytest.raises(SharesError):
        combine(shares)


@pytest.mark.parametrize(("k", "n"), [(1, 3), (3, 2), (2, 256)])
def test_senseless_thresholds_are_refused(k, n):
    with pytest.raises(ValueError, match="need"):
        split(b"s", k, n, secrets.token_bytes)


SHARES_OF_JAVASCRIPT = [
    "8c9441f0d5d5b739911a4a274bf7b99963792efa979010202838dd051135a731cd",
    "5ae0e8e0107d638c0f2754c24dcf185a4f2d41ff1c6e65bdad5ae7bf967f360e68",
    "a08fbfae4180d62cf1e6ec0f9c3a68da6adea2cb982fa0a6dfaa5d43ab34948086",
]


@given(secret=st.binary(min_size=1, max_size=8), k=st.integers(2, 4), lost=st.integers(1, 6))
def test_the_others_restore_a_lost_share(secret, k, lost):
    shares = split(secret, k, 6, secrets.token_bytes)
    helpers = [share for share in shares if share[-1] != lost][:k]
    xs = [share[-1] for share in helpers]
    value = bytearray(len(secret))
    for share in helpers:
        for at, byte in enumerate(contribution(share, xs, lost)):
            value[at] ^= byte
    assert bytes(value) + bytes([lost]) == shares[lost - 1]


@pytest.mark.parametrize(
    ("xs", "x"), [([2, 3], 4), ([1, 1, 2], 4), ([0, 1], 4), ([1, 2], 2), ([1, 2], 0)]
)
def test_contributions_that_restore_nothing(xs, x):
    share = split(b"s", 2, 4, secrets.token_bytes)[0]
    with pytest.raises(SharesError):
        contribution(share, xs, x)
