"""Formats, *Padding*: what is sealed says little by its length.

A cipher hides content and not length, and the length of a few answers tells names from names; that
of a picture tells it from all others to whoever has it, too. So short messages all have one length,
and longer ones the lengths of Padmé (Nikitin, Barman, Lueks, Underwood, Hubaux, Ford: "Reducing
Metadata Leakage from Encrypted Files and Communication with PURBs", PoPETs 2019(4), section 4): of
lengths up to L about log log L bits are left to see, and at most 12 % is added. Photos have whole
steps of 16 kB. What was added is told from the content as ISO/IEC 7816-4 has it: 80, then zeros.
"""

from __future__ import annotations

from collections.abc import Callable

from habeas.protocol.canonical import MalformedError

#: The length that all shorter messages get, bytes: more than the answers of most forms have.
LEAST_BYTES = 2048
#: Photos have a multiple of it, bytes: some ten lengths are those of nearly all.
PHOTO_STEP_BYTES = 16_384
_MARK = b"\x80"


def padme(length: int) -> int:
    """Padmé's length for one of *length*.

    It is rounded up to a multiple of 2^(e - s), where e is its binary exponent and s the number of
    binary digits of e.
    """
    if length < 2:
        return length
    exponent = length.bit_length() - 1
    zeros = exponent - exponent.bit_length()
    mask = (1 << zeros) - 1
    return (length + mask) & ~mask


def padded_bytes(length: int) -> int:
    """How long *length* bytes of content are with their padding."""
    return max(LEAST_BYTES, padme(length + len(_MARK)))


def padded_photo_bytes(length: int) -> int:
    """How long a photo of *length* bytes is with its padding."""
    steps = -(-(length + len(_MARK)) // PHOTO_STEP_BYTES)
    return steps * PHOTO_STEP_BYTES


def pad(content: bytes, padded_bytes: Callable[[int], int] = padded_bytes) -> bytes:
    """*content* with its padding, as long as *padded_bytes* says."""
    return (content + _MARK).ljust(padded_bytes(len(content)), b"\0")


def unpad(padded: bytes, padded_bytes: Callable[[int], int] = padded_bytes) -> bytes:
    """The content of what `pad` has made.

    Raises:
        MalformedError: it was padded in another way, or not at all.
    """
    content, mark, zeros = padded.rpartition(_MARK)
    if not mark or zeros.strip(b"\0") or padded_bytes(len(content)) != len(padded):
        raise MalformedError("A sealed message is not padded as it should be.")
    return content
