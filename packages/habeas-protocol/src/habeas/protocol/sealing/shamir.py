"""Shamir's secret sharing over GF(2^8) (Shamir 1979), with AES's polynomial x^8+x^4+x^3+x+1.

A share is one byte for each byte of the secret, then its x coordinate: the format of
the npm package `shamir-secret-sharing`, so that a browser combines what Python split
and the other way round. Multiplication uses no tables and no branches on secrets.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from habeas.foundation.errors import HabeasError


class SharesError(HabeasError):
    """Shares that cannot be combined."""

    code = "shares"
    remedy = "Ask the trustees again; each share must come from another trustee."


def _multiply(a: int, b: int) -> int:
    product = 0
    for bit in range(8):
        product ^= -((b >> bit) & 1) & a
        a = ((a << 1) ^ (-(a >> 7) & 0x11B)) & 0xFF
    return product


def _inverse(a: int) -> int:
    # a^254 = a^-1 in GF(2^8): seven squarings, multiplied on the way.
    power = _multiply(a, a)
    result = power
    for _ in range(6):
        power = _multiply(power, power)
        result = _multiply(result, power)
    return result


def split(secret: bytes, k: int, n: int, random: Callable[[int], bytes]) -> list[bytes]:
    """Split *secret* into *n* shares of which any *k* restore it and k - 1 say nothing.

    Args:
        secret: at least one byte.
        k: threshold, at least 2.
        n: number of shares, k to 255. Share *i* has x coordinate i + 1.
        random: gives that many random bytes; ``secrets.token_bytes`` outside of tests.

    Raises:
        ValueError: k, n or the secret is out of range.
    """
    if not 2 <= k <= n <= 255 or not secret:
        raise ValueError("need 2 <= k <= n <= 255 and a secret")
    shares = [bytearray() for _ in range(n)]
    randomness = random(len(secret) * (k - 1))
    for position, byte in enumerate(secret):
        coefficients = randomness[position * (k - 1) : (position + 1) * (k - 1)]
        for x, share in enumerate(shares, start=1):
            value = 0
            for coefficient in coefficients:
                value = _multiply(value, x) ^ coefficient
            share.append(_multiply(value, x) ^ byte)
    return [bytes(share) + bytes([x]) for x, share in enumerate(shares, start=1)]


def combine(shares: Sequence[bytes]) -> bytes:
    """The secret, by Lagrange interpolation at 0. Too few shares give noise, not an error.

    Raises:
        SharesError: fewer than two, lengths that differ, or one x coordinate twice or zero.
    """
    if len(shares) < 2 or len({len(share) for share in shares}) != 1 or len(shares[0]) < 2:
        raise SharesError("At least two shares of the same length are needed.")
    xs = [share[-1] for share in shares]
    if 0 in xs or len(set(xs)) != len(xs):
        raise SharesError("Two of the shares are the same.")
    secret = bytearray(len(shares[0]) - 1)
    for share, x in zip(shares, xs, strict=True):
        weight = 1
        for other in xs:
            if other != x:
                weight = _multiply(weight, _multiply(other, _inverse(other ^ x)))
        for position, value in enumerate(share[:-1]):
            secret[position] ^= _multiply(weight, value)
    return bytes(secret)


def contribution(share: bytes, xs: Sequence[int], x: int) -> bytes:
    """What the holder of *share* adds to the value of a lost share.

    The contributions of all holders in *xs* (at least k of them) XOR to the value of the
    share at *x*. One alone gives its share away: mask it with what cancels in the sum.

    Args:
        share: with its x coordinate last.
        xs: x coordinates of all who contribute, this one's included.
        x: coordinate of the lost share.

    Raises:
        SharesError: a coordinate is zero, named twice, or that of the lost share.
    """
    own = share[-1]
    if own not in xs or len(set(xs)) != len(xs) or 0 in xs or x in xs or x == 0:
        raise SharesError("These shares cannot restore that one.")
    weight = 1
    for other in xs:
        if other != own:
            weight = _multiply(weight, _multiply(other ^ x, _inverse(other ^ own)))
    return bytes(_multiply(weight, value) for value in share[:-1])
