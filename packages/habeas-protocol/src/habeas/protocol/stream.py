"""Formats, *Streams and slots*: the tags by which those entitled find a photo's entries.

Each writer numbers its own stream from 0 without gaps, under a key of its own that is
derived from the photo's track key: whoever has one stream's key can neither find nor
foretell the tags of another.
"""

from __future__ import annotations

import hmac

#: Writer 0 is the custodian; writer i + 1 the trustee with share index i.
CUSTODIAN = 0
KEY_BYTES = 32
_TAG_BYTES = 16


def _mac(key: bytes, label: bytes, message: bytes = b"") -> bytes:
    if len(key) != KEY_BYTES:
        raise ValueError(f"a key has {KEY_BYTES} bytes, not {len(key)}")
    return hmac.digest(key, b"habeas/v2/" + label + message, "sha256")


def stream_key(track_key: bytes, writer: int) -> bytes:
    """HMAC-SHA256(track key, "habeas/v2/stream" ‖ 00 ‖ writer (1 byte)); 32 bytes.

    Args:
        track_key: 32 bytes, known to the receipt's holder and the trustees.
        writer: `CUSTODIAN`, or share index + 1; 0 to 255.
    """
    return _mac(track_key, b"stream\0", bytes([writer]))


def tag(key: bytes, number: int) -> str:
    """The tag of entry *number* of a stream, hex.

    Args:
        key: the stream's key, 32 bytes.
        number: from 0, without gaps; below 2^64.

    Returns:
        First 16 bytes of HMAC-SHA256(stream key, "habeas/v2/tag" ‖ 00 ‖ u64 number), hex.
    """
    return _mac(key, b"tag\0", number.to_bytes(8, "big"))[:_TAG_BYTES].hex()


def closing_tag(key: bytes) -> str:
    """First 16 bytes of HMAC-SHA256(stream key, "habeas/v2/closing"), hex: of a `closed` entry."""
    return _mac(key, b"closing")[:_TAG_BYTES].hex()


def slot(slot_key: bytes, day: str, nth: int) -> str:
    """The slot of an officer's request number *nth* of *day*, hex.

    Args:
        slot_key: of the officer's credential, 32 bytes.
        day: YYYY-MM-DD, UTC.
        nth: 1 to the officer's quota.

    Returns:
        First 16 bytes of HMAC-SHA256(slot key, "habeas/v2/slot" ‖ 00 ‖ day ‖ 00 ‖ u32 nth), hex.
    """
    message = day.encode() + b"\0" + nth.to_bytes(4, "big")
    return _mac(slot_key, b"slot\0", message)[:_TAG_BYTES].hex()


def details_key(key: bytes, number: int) -> bytes:
    """The key under which the custodian keeps the details of one entry at rest; 32 bytes.

    Args:
        key: the custodian's stream's key, 32 bytes; it never gets it.
        number: of the entry.

    Returns:
        HMAC-SHA256(stream key, "habeas/v2/details" ‖ 00 ‖ u64 number).
    """
    return _mac(key, b"details\0", number.to_bytes(8, "big"))


def reader_mac(key: bytes, trustee: str) -> str:
    """Proof, for one trustee, of holding the key of its stream (*Verifying*), hex.

    Returns:
        HMAC-SHA256(stream key, "habeas/v2/reader" ‖ 00 ‖ trustee), hex; 32 bytes.
    """
    return _mac(key, b"reader\0", trustee.encode()).hex()


def notice_mac(key: bytes, document: bytes) -> str:
    """Proof of what the receipt's holder asks of one trustee's notices (*Notices*), hex.

    Args:
        key: of that trustee's stream, 32 bytes.
        document: canonical JSON of all that is asked.

    Returns:
        HMAC-SHA256(stream key, "habeas/v2/notice" ‖ 00 ‖ document), hex; 32 bytes.
    """
    return _mac(key, b"notice\0", document).hex()
