"""C2SP tlog-cosignature v1.1: a cosigner has seen this checkpoint, and none that contradicts it.

The Ed25519 form (type 0x04) signs ``cosignature/v1``, the time, and the checkpoint's text.
The ML-DSA-44 form (type 0x06) signs a ``cosigned_message`` structure that also names the
cosigner, holds against quantum computers, can sign subtrees, and is also how a log signs its
own checkpoints (tlog-checkpoint). In both, the signature line's value is the big-endian u64
time followed by the signature.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.mldsa import MLDSA44PrivateKey, MLDSA44PublicKey

from habeas.tlog.checkpoint import Checkpoint
from habeas.tlog.errors import FormatError, SignatureError
from habeas.tlog.keys import PrivateKey, PublicKey, decode_vkey
from habeas.tlog.note import Ed25519Signer, NoteVerifier, Signature, verify_ed25519

COSIGNATURE_V1 = 0x04
MLDSA44 = 0x06
_MLDSA44_KEY = 1312
_LABEL = b"subtree/v1\n\0"
#: Of a cosignature, POSIX seconds.
_LATEST = (1 << 63) - 1


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
    def verifier(self) -> Cosigner:
        """The public key."""

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


def parse_log_key(vkey: str) -> LogKey:
    """A log's verifier key: Ed25519 (0x01), or ML-DSA-44 (0x06).

    Raises:
        FormatError: malformed, or of another type.
    """
    if decode_vkey(vkey)[1] == MLDSA44:
        return MldsaCosignatureVerifier.parse(vkey)
    return NoteVerifier.parse(vkey)


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
        if timestamp > _LATEST:
            raise SignatureError(f"The cosignature of {self.name} carries no possible time.")
        verify_ed25519(self.name, self.public_key, value[8:], _message(text, timestamp))


class CosignatureSigner(Ed25519Signer[CosignatureVerifier]):
    """A witness's signing key. Use one key for one witness, and for nothing else."""

    KIND = COSIGNATURE_V1

    @classmethod
    def _verifier(cls, name: str, public_key: bytes) -> CosignatureVerifier:
        return CosignatureVerifier(name, public_key)

    def cosign(self, text: str, timestamp: int) -> Signature:
        """Cosign a checkpoint's text at *timestamp* (POSIX seconds)."""
        signature = self._key.sign(_message(text, timestamp))
        value = timestamp.to_bytes(8, "big") + signature
        return Signature(self.name, self.verifier.key_id, value)


@dataclass(frozen=True)
class Subtree:
    """Leaves *start* to *end* of the log *origin*, with their root hash (32 bytes).

    A checkpoint is the subtree from 0 to its size.
    """

    origin: str
    start: int
    end: int
    hash: bytes

    @classmethod
    def of(cls, text: str) -> Subtree:
        """The tree of a checkpoint's text. Its extension lines are not signed.

        Raises:
            FormatError: it is no checkpoint.
        """
        checkpoint = Checkpoint.parse(text)
        return cls(checkpoint.origin, 0, checkpoint.size, checkpoint.root)

    def message(self, cosigner: str, timestamp: int) -> bytes:
        """``cosigned_message`` (tlog-cosignature, "ML-DSA-44 signed message").

        Args:
            cosigner: its key name.
            timestamp: POSIX seconds; 0 to say nothing of when, as for every subtree.

        Raises:
            FormatError: a name is too long.
        """
        name, origin = cosigner.encode(), self.origin.encode()
        if not (1 <= len(name) <= 255 and 1 <= len(origin) <= 255):
            raise FormatError("A name is too long to be cosigned with ML-DSA-44.")
        return b"".join(
            [
                _LABEL,
                bytes([len(name)]), name, timestamp.to_bytes(8, "big"),
                bytes([len(origin)]), origin,
                self.start.to_bytes(8, "big"), self.end.to_bytes(8, "big"), self.hash,
            ]
        )  # fmt: skip


@dataclass(frozen=True)
class MldsaCosignatureVerifier(PublicKey):
    """A witness's ML-DSA-44 key (type 0x06, 1,312 bytes; FIPS 204)."""

    KIND = MLDSA44
    SIZE = _MLDSA44_KEY
    CALLED = "ML-DSA-44"

    def verify(self, text: str, value: bytes) -> None:
        """Raise unless *value* (time ‖ signature, 2,428 bytes) cosigns the checkpoint *text*.

        Raises:
            SignatureError: it does not.
        """
        try:
            subtree = Subtree.of(text)
        except FormatError as error:
            raise SignatureError(f"The signature of {self.name} is of no checkpoint.") from error
        self.verify_subtree(subtree, value)

    def verify_subtree(self, subtree: Subtree, value: bytes) -> None:
        """Raise unless *value* (time ‖ signature, 2,428 bytes) cosigns *subtree*.

        Raises:
            SignatureError: it does not.
        """
        timestamp = timestamp_of(value)
        if timestamp > _LATEST or (subtree.start and timestamp):
            raise SignatureError(f"The cosignature of {self.name} carries no possible time.")
        try:
            key = MLDSA44PublicKey.from_public_bytes(self.public_key)
            key.verify(value[8:], subtree.message(self.name, timestamp))
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
        return self.cosign_subtree(Subtree.of(text), timestamp)

    def cosign_subtree(self, subtree: Subtree, timestamp: int = 0) -> Signature:
        """Cosign a subtree; the time is 0 wherever it is not a checkpoint's tree.

        Raises:
            FormatError: a name is too long.
        """
        signature = self._key.sign(subtree.message(self.name, timestamp))
        value = timestamp.to_bytes(8, "big") + signature
        return Signature(self.name, self.verifier.key_id, value)


#: A log's key: Ed25519 over the note's text, or ML-DSA-44 over its tree.
LogKey = NoteVerifier | MldsaCosignatureVerifier
