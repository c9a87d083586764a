"""Formats, *Keys and writers*, *Log entries*: who writes an entry, and the signatures of entries.

An entry is signed by Ed25519 (RFC 8032) with the same key that signs its writer's notes;
a label keeps the two apart. The key itself does not stand in the entry, only its id.
"""

from __future__ import annotations

import base64
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from typing import Protocol

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from habeas.protocol.document import base64_of, digest
from habeas.tlog import NoteVerifier, Signature, SignatureError

_ENTRY = "habeas/v2/entry\0"


class Role(StrEnum):
    """The parties that write entries."""

    CUSTODIAN = "custodian"
    TRUSTEE = "trustee"
    OFFICE = "office"
    RECORDER = "recorder"


class Signer(Protocol):
    """An Ed25519 key that signs notes and entries; `habeas.tlog.NoteSigner` is one."""

    @property
    def verifier(self) -> NoteVerifier:
        """The public key."""

    def signature(self, text: str) -> Signature:
        """Sign *text*."""


def writer_id(public_key: bytes) -> str:
    """``H("writer", public key)``, hex: how an entry names its writer's Ed25519 key (32 bytes)."""
    return digest("writer", public_key).hex()


@dataclass(frozen=True)
class Writer:
    """A key that may write entries, and whose it is.

    Attributes:
        role: of the party.
        name: the trustee's name, the office's, or empty for the custodian and recorders.
        cameras: those that a recorder's key writes for.
        verifier: the key, under the name with which it signs notes.
    """

    role: Role
    name: str
    verifier: NoteVerifier
    cameras: frozenset[str] = frozenset()

    @cached_property
    def _key(self) -> Ed25519PublicKey:
        """The key, loaded once: it is used for each entry of the log."""
        return Ed25519PublicKey.from_public_bytes(self.verifier.public_key)

    @property
    def id(self) -> str:
        """The writer id, hex."""
        return writer_id(self.verifier.public_key)

    def verify(self, unsigned: bytes, signature: bytes) -> None:
        """Raise unless *signature* is this key's of an entry.

        Args:
            unsigned: the canonical entry without its field ``signature``.
            signature: 64 bytes.

        Raises:
            SignatureError: it is not.
        """
        try:
            self._key.verify(signature, _ENTRY.encode() + unsigned)
        except InvalidSignature as error:
            raise SignatureError("The entry is not signed by the writer that it names.") from error


def signature_bytes(signature: str) -> bytes:
    """The 64 bytes of a signature that was read from an entry."""
    return base64.b64decode(signature)


def sign(signer: Signer, unsigned: bytes) -> str:
    """The signature of an entry, base64.

    Args:
        signer: the writer's key.
        unsigned: the canonical entry without its field ``signature``.
    """
    return base64_of(signer.signature(_ENTRY + unsigned.decode()).value)
