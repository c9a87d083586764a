"""C2SP tlog-cosignature v1.1: a witness has seen this checkpoint, and none that contradicts it.

The Ed25519 form (type 0x04) signs ``cosignature/v1``, the time, and the checkpoint's text.
The ML-DSA-44 form (type 0x06) signs a ``cosigned_message`` structure that also names the
cosigner, and holds against quantum computers. In both, the signature line's value is the
big-endian u64 time followed by the signature.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.mldsa import MLDSA44PrivateKey, MLDSA44PublicKey

from habeas.tlog.checkpoint import Checkpoint
from habeas.tlog.errors import FormatError, SignatureError
from habeas.tlog.note import PrivateKey, PublicKey, Signature, decode_vkey, verify_ed25519

COSIGNATURE_V1 = 0x04
MLDSA44 = 0x06
_MLDSA44_KEY = 1312
_LABEL = b"subtree/v1\n\0"


class Cosigner(Protocol):
    """A witness's public key, of either type."""

    @property
    def name(self) -> str:
        """Key name."""

    @property
    def key_id(self) -> int:
        """Key id."""

    @property
    def public_key(self) -> bytes:
        """The key's raw bytes."""

    @property
    def vkey(self) -> str:
        """The verifier key as text."""

    def verify(self, text: str, value: bytes) -> None:
        """Raise SignatureError unless *value* (time ‖ signature) cosigns *text*."""


class Cosigning(Protocol):
    """A witness's signing key, of either type."""

    @property
    def name(self) -> str:
        """Key name."""

    @property
    def vkey(self) -> str:
        """The verifier key as text."""

    def cosign(self, text: str, timestamp: int) -> Signature:
        """Cosign a checkpoint's text at *timestamp* (POSIX seconds)."""


def parse_cosigner(vkey: str) -> Cosigner:
    """A witness's verifier key, of either type.

    Raises:
        FormatError: malformed, or of another type.
    """
    if decode_vkey(vkey)[1] == MLDSA44:
        return MldsaCosignatureVerifier.parse(vkey)
    return CosignatureVerifier.parse(vkey)


def _message(text: str, timestamp: int) -> bytes:
    return f"cosignature/v1\ntime {timestamp}\n{text}".encode()


def timestamp_of(value: bytes) -> int:
    """The POSIX time in seconds that a cosignature's value carries.

    Raises:
        SignatureError: it is too short for one.
    """
    if len(value) < 8:
        raise SignatureError("A cosignature is too short to carry its time.")
    return int.from_bytes(value[:8], "big")


@dataclass(frozen=True)
class CosignatureVerifier(PublicKey):
    """A witness's Ed25519 key (type 0x04)."""

    KIND = COSIGNATURE_V1
    SIZE = 32
    CALLED = "Ed25519 cosignature"

    def verify(self, text: str, value: bytes) -> None:
        """Raise unless *value* (time ‖ signature, 72 bytes) cosigns *text*.

        Raises:
            SignatureError: it does not.
        """
        timestamp = timestamp_of(value)
        if timestamp >= 1 << 63:
            raise SignatureError(f"The cosignature of {self.name} carries no possible time.")
        verify_ed25519(self.name, self.public_key, value[8:], _message(text, timestamp))


class CosignatureSigner(PrivateKey[CosignatureVerifier]):
    """A witness's signing key. Use one key for one witness, and for nothing else."""

    KIND = COSIGNATURE_V1

    def _load(self, name: str, seed: bytes) -> CosignatureVerifier:
        self._key = Ed25519PrivateKey.from_private_bytes(seed)
        return CosignatureVerifier(name, self._key.public_key().public_bytes_raw())

    def cosign(self, text: str, timestamp: int) -> Signature:
        """Cosign a checkpoint's text at *timestamp* (POSIX seconds)."""
        signature = self._key.sign(_message(text, timestamp))
        value = timestamp.to_bytes(8, "big") + signature
        return Signature(self.name, self.verifier.key_id, value)


def _structure(name: str, text: str, timestamp: int) -> bytes:
    """``cosigned_message`` of a checkpoint: a subtree that begins at 0."""
    checkpoint = Checkpoint.parse(text)
    cosigner, origin = name.encode(), checkpoint.origin.encode()
    if not (1 <= len(cosigner) <= 255 and 1 <= len(origin) <= 255):
        raise FormatError("A name is too long to be cosigned with ML-DSA-44.")
    return b"".join(
        [
            _LABEL,
            bytes([len(cosigner)]), cosigner, timestamp.to_bytes(8, "big"),
            bytes([len(origin)]), origin, bytes(8), checkpoint.size.to_bytes(8, "big"),
            checkpoint.root,
        ]
    )  # fmt: skip


@dataclass(frozen=True)
class MldsaCosignatureVerifier(PublicKey):
    """A witness's ML-DSA-44 key (type 0x06, 1,312 bytes; FIPS 204)."""

    KIND = MLDSA44
    SIZE = _MLDSA44_KEY
    CALLED = "ML-DSA-44 cosignature"

    def verify(self, text: str, value: bytes) -> None:
        """Raise unless *value* (time ‖ signature, 2,428 bytes) cosigns *text*.

        Raises:
            SignatureError: it does not.
        """
        timestamp = timestamp_of(value)
        if timestamp >= 1 << 63:
            raise SignatureError(f"The cosignature of {self.name} carries no possible time.")
        try:
            key = MLDSA44PublicKey.from_public_bytes(self.public_key)
            key.verify(value[8:], _structure(self.name, text, timestamp))
        except (InvalidSignature, ValueError, FormatError) as error:
            raise SignatureError(f"The signature of {self.name} does not verify.") from error


class MldsaCosignatureSigner(PrivateKey[MldsaCosignatureVerifier]):
    """A witness's ML-DSA-44 signing key."""

    KIND = MLDSA44

    def _load(self, name: str, seed: bytes) -> MldsaCosignatureVerifier:
        self._key = MLDSA44PrivateKey.from_seed_bytes(seed)
        return MldsaCosignatureVerifier(name, self._key.public_key().public_bytes_raw())

    def cosign(self, text: str, timestamp: int) -> Signature:
        """Cosign a checkpoint's text at *timestamp* (POSIX seconds).

        Raises:
            FormatError: the text is no checkpoint.
        """
        signature = self._key.sign(_structure(self.name, text, timestamp))
        value = timestamp.to_bytes(8, "big") + signature
        return Signature(self.name, self.verifier.key_id, value)
