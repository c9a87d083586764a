"""The one way from a case to its photo: its handle, encrypted for the office, while it is open.

The office's key lies in a file beside the database, not in it. Once the case is decided
the pointer is erased, and only the receipt leads to the photo.
"""

from __future__ import annotations

import secrets
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings

from habeas.custody import Handle
from habeas.foundation import durable
from habeas.foundation.errors import HabeasError


class PointerError(HabeasError):
    """A pointer that does not open with the office's key."""

    code = "pointer"
    remedy = (
        "Restore the office's key from its backup, or make one for an office that is new: "
        "habeas portal keys. The applicant's receipt works in any case."
    )


def _file(office: str) -> Path:
    return Path(settings.DATA) / "keys" / f"office-{office}.key"


def has_key(office: str) -> bool:
    """Whether *office* has a key."""
    return _file(office).exists()


def make_key(office: str) -> None:
    """Make the key of an office that has none.

    Raises:
        PointerError: it has one. With another key, the pointers of its cases would be lost.
    """
    file = _file(office)
    durable.make(file.parent, private=True)
    try:
        durable.create(file, secrets.token_hex(32).encode(), private=True)
    except FileExistsError as error:
        raise PointerError(f"The office {office} has a key.", "Keep it.") from error


def _key(office: str) -> bytes:
    try:
        return bytes.fromhex(_file(office).read_text())
    except (OSError, ValueError) as error:
        raise PointerError(f"The key of the office {office} cannot be read.") from error


def seal_pointer(office: str, reference: str, handle: Handle) -> bytes:
    """Encrypt *handle* for *office*, bound to the case *reference*."""
    nonce = secrets.token_bytes(12)
    content = bytes.fromhex(handle.seal_id) + handle.track_key
    return nonce + AESGCM(_key(office)).encrypt(nonce, content, reference.encode())


def open_pointer(office: str, reference: str, pointer: bytes) -> Handle:
    """The handle of a case's photo.

    Raises:
        PointerError: the key is another, or the pointer belongs to another case.
    """
    try:
        opened = AESGCM(_key(office)).decrypt(pointer[:12], pointer[12:], reference.encode())
    except (InvalidTag, ValueError) as error:
        raise PointerError("The case's pointer does not open with the office's key.") from error
    return Handle(opened[:16].hex(), opened[16:])
