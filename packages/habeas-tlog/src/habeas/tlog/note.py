"""C2SP signed-note v1.0.0: text that carries signatures, each named and keyed.

<text, ending in a newline>
<empty line>
— <key name> <base64(key id ‖ signature)>
"""

from __future__ import annotations

import base64
import re
from abc import abstractmethod
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Protocol, Self

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from habeas.tlog.errors import FormatError, SignatureError, UnsignedError
from habeas.tlog.keys import PrivateKey, PublicKey, Verifying, check_name, is_unicode

ED25519 = 0x01
MAX_NOTE = 1_000_000
MAX_SIGNATURES = 100
_LINE = re.compile(r"\A— ([^\s+]+) ([A-Za-z0-9+/]+={0,2})\Z")
#: Control characters but the newline, and what stands for bytes that were no text.
_FORBIDDEN = re.compile("[\x00-\x09\x0b-\x1f\ufffd\ud800-\udfff]")


@dataclass(frozen=True)
class Signature:
    """One signature line: who claims to have signed, with which key, and the bytes."""

    name: str
    key_id: int
    value: bytes

    def line(self) -> str:
        """The line, with its newline."""
        blob = base64.b64encode(self.key_id.to_bytes(4, "big") + self.value).decode()
        return f"— {self.name} {blob}\n"

    @classmethod
    def parse(cls, line: str) -> Signature:
        """Read one line, without its newline.

        Raises:
            FormatError: it is no signature line.
        """
        match = _LINE.match(line)
        if match is None:
            raise FormatError("A signature line of the note is malformed.")
        try:
            blob = base64.b64decode(match[2], validate=True)
        except ValueError as error:
            raise FormatError("A signature line of the note is malformed.") from error
        if len(blob) < 5 or base64.b64encode(blob).decode() != match[2]:
            raise FormatError("A signature line of the note is malformed.")
        return cls(match[1], int.from_bytes(blob[:4], "big"), blob[4:])


class Verifier(Protocol):
    """A public key that verifies signatures of one kind."""

    @property
    def name(self) -> str:
        """Key name."""

    @property
    def key_id(self) -> int:
        """Key id."""

    def verify(self, text: str, value: bytes) -> None:
        """Raise SignatureError unless *value* is this key's signature of *text*."""


@dataclass(frozen=True)
class Note:
    """A note that was opened: text, verified signatures, and all that were ignored."""

    text: str
    verified: tuple[Signature, ...]
    unknown: tuple[Signature, ...] = ()


def split(note: str) -> tuple[str, list[Signature]]:
    """Text and signatures of a note, none of them verified.

    Raises:
        FormatError: it is no signed note.
    """
    if len(note) > MAX_NOTE:
        raise FormatError("The note is too long.")
    if _FORBIDDEN.search(note) or not is_unicode(note):
        raise FormatError("The note holds characters that it must not.")
    text, separator, lines = note.rpartition("\n\n")
    if not separator or not lines.endswith("\n"):
        raise FormatError("The note carries no signatures.")
    signatures = [Signature.parse(line) for line in lines[:-1].split("\n")]
    if len(signatures) > MAX_SIGNATURES:
        raise FormatError("The note carries too many signatures.")
    return text + "\n", signatures


def open_note(note: str, verifiers: Iterable[Verifier]) -> Note:
    """Verify a note against known keys.

    Signatures of unknown keys are ignored; one that claims a known key and fails rejects
    the whole note.

    Raises:
        FormatError: it is no signed note.
        SignatureError: a known key's signature fails.
        UnsignedError: no known key has signed.
    """
    text, signatures = split(note)
    known = {(verifier.name, verifier.key_id): verifier for verifier in verifiers}
    verified: dict[tuple[str, int], Signature] = {}
    unknown = []
    for signature in signatures:
        key = (signature.name, signature.key_id)
        if key not in known:
            unknown.append(signature)
            continue
        if key in verified:
            continue  # repeated lines are ignored, as in the reference implementation
        known[key].verify(text, signature.value)
        verified[key] = signature
    if not verified:
        raise UnsignedError("None of the known keys has signed the note.")
    return Note(text, tuple(verified.values()), tuple(unknown))


@dataclass(frozen=True)
class NoteVerifier(PublicKey):
    """An Ed25519 key (type 0x01) that signs the text itself."""

    KIND = ED25519
    SIZE = 32
    CALLED = "Ed25519"

    def verify(self, text: str, value: bytes) -> None:
        """Raise unless *value* is this key's signature of *text*.

        Raises:
            SignatureError: it is not.
        """
        verify_ed25519(self.name, self.public_key, value, text.encode())


def verify_ed25519(name: str, public_key: bytes, signature: bytes, message: bytes) -> None:
    """Raise unless *signature* is valid (RFC 8032).

    Raises:
        SignatureError: it is not.
    """
    try:
        Ed25519PublicKey.from_public_bytes(public_key).verify(signature, message)
    except (InvalidSignature, ValueError) as error:
        raise SignatureError(f"The signature of {name} does not verify.") from error


class Ed25519Key(Protocol):
    """What signs by Ed25519: a key in memory, or one on a token (`habeas.foundation.token`)."""

    def sign(self, message: bytes, /) -> bytes:
        """The 64 bytes of a signature (RFC 8032). May be called from several threads."""


class Ed25519Signer(PrivateKey[Verifying]):
    """What signing keys of Ed25519 share: their private half may be held by something else."""

    _key: Ed25519Key

    @classmethod
    @abstractmethod
    def _verifier(cls, name: str, public_key: bytes) -> Verifying:
        """The public half."""

    def _load(self, name: str, seed: bytes) -> Verifying:
        key = Ed25519PrivateKey.from_private_bytes(seed)
        self._key = key
        return self._verifier(name, key.public_key().public_bytes_raw())

    @classmethod
    def held(cls, name: str, public_key: bytes, key: Ed25519Key) -> Self:
        """A key that something else holds: a token.

        Args:
            name: key name.
            public_key: 32 bytes.
            key: signs with the private half.

        Raises:
            FormatError: *name* cannot name a key.
        """
        check_name(name)
        made = cls.__new__(cls)
        made.name, made._seed, made._key = name, None, key  # noqa: SLF001 - of this class
        made.verifier = cls._verifier(name, public_key)
        return made


class NoteSigner(Ed25519Signer[NoteVerifier]):
    """An Ed25519 key that signs notes."""

    KIND = ED25519

    @classmethod
    def _verifier(cls, name: str, public_key: bytes) -> NoteVerifier:
        return NoteVerifier(name, public_key)

    def signature(self, text: str) -> Signature:
        """The signature of *text*, which ends in a newline."""
        return Signature(self.name, self.verifier.key_id, self._key.sign(text.encode()))

    def sign(self, text: str) -> str:
        """A note of *text* with this key's signature.

        Raises:
            FormatError: the text does not end in a newline.
        """
        if not text.endswith("\n"):
            raise FormatError("The text of a note ends in a newline.")
        return f"{text}\n{self.signature(text).line()}"
