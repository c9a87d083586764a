"""C2SP signed-note v1.0.0: text that carries signatures, each named and keyed.

<text, ending in a newline>
<empty line>
— <key name> <base64(key id ‖ signature)>
"""

from __future__ import annotations

import base64
import hashlib
import re
import secrets
from abc import ABC, abstractmethod
from collections.abc import Iterable
from dataclasses import dataclass
from typing import ClassVar, Generic, Protocol, Self, TypeVar

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from habeas.tlog.errors import FormatError, SignatureError, UnsignedError

ED25519 = 0x01
MAX_NOTE = 1_000_000
MAX_SIGNATURES = 100
_LINE = re.compile(r"\A— (\S+) ([A-Za-z0-9+/]+={0,2})\Z")
#: Control characters but the newline, and what stands for bytes that were no text.
_FORBIDDEN = re.compile("[\x00-\x09\x0b-\x1f\ufffd\ud800-\udfff]")
_NAME = re.compile(r"\A[^\s+]+\Z")


def key_id(name: str, kind: int, public_key: bytes) -> int:
    """First 4 bytes of SHA-256(name ‖ 0x0A ‖ type ‖ public key), as a number."""
    digest = hashlib.sha256(name.encode() + b"\n" + bytes([kind]) + public_key).digest()
    return int.from_bytes(digest[:4], "big")


def check_name(name: str) -> None:
    """Raise unless *name* can name a key: not empty, no white space, no plus.

    Raises:
        FormatError: it cannot.
    """
    if not _NAME.match(name) or not _encodable(name):
        raise FormatError(f"{name[:100]!r} cannot name a key.")


def _encodable(text: str) -> bool:
    """Whether *text* is Unicode: half of a surrogate pair, as JSON can bring it, is not."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


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
        if match is None or not _NAME.match(match[1]):
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
    if _FORBIDDEN.search(note) or not _encodable(note):
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


def encode_vkey(name: str, kind: int, public_key: bytes) -> str:
    """A verifier key: ``name+hex key id+base64(type ‖ public key)``."""
    blob = base64.b64encode(bytes([kind]) + public_key).decode()
    return f"{name}+{key_id(name, kind, public_key):08x}+{blob}"


def decode_vkey(vkey: str) -> tuple[str, int, bytes]:
    """Name, type and public key of a verifier key.

    Raises:
        FormatError: malformed, or the key id is not that of the key.
    """
    parts = vkey.strip().split("+", 2)
    if len(parts) != 3:
        raise FormatError("A verifier key has three parts.")
    name, id_, blob = parts
    check_name(name)
    try:
        content = base64.b64decode(blob, validate=True)
    except ValueError as error:
        raise FormatError("A verifier key is malformed.") from error
    if len(content) < 2 or id_ != f"{key_id(name, content[0], content[1:]):08x}":
        raise FormatError("The id of the verifier key is not that of its key.")
    return name, content[0], content[1:]


@dataclass(frozen=True)
class PublicKey:
    """What verifier keys of every type share: a name, the key's bytes, and how they are written."""

    name: str
    public_key: bytes
    #: Type byte, length in bytes, and what such a key is called.
    KIND: ClassVar[int]
    SIZE: ClassVar[int]
    CALLED: ClassVar[str]

    @classmethod
    def parse(cls, vkey: str) -> Self:
        """Read a verifier key.

        Raises:
            FormatError: malformed, or of another type.
        """
        name, kind, public_key = decode_vkey(vkey)
        if kind != cls.KIND or len(public_key) != cls.SIZE:
            raise FormatError(f"The key {name} is no {cls.CALLED} key.")
        return cls(name, public_key)

    @property
    def key_id(self) -> int:
        """Key id."""
        return key_id(self.name, self.KIND, self.public_key)

    @property
    def vkey(self) -> str:
        """The verifier key as text."""
        return encode_vkey(self.name, self.KIND, self.public_key)


Verifying = TypeVar("Verifying", bound=PublicKey)


class PrivateKey(ABC, Generic[Verifying]):
    """What signing keys of every type share. The text form is that of Go's ``note`` package.

    Args:
        name: key name.
        seed: 32 bytes, from which the key is made.
    """

    KIND: ClassVar[int]

    def __init__(self, name: str, seed: bytes) -> None:
        check_name(name)
        self.name = name
        self._seed = seed
        self.verifier = self._load(name, seed)

    @abstractmethod
    def _load(self, name: str, seed: bytes) -> Verifying:
        """Make the key of *seed*; gives its public half."""

    @classmethod
    def generate(cls, name: str) -> Self:
        """A fresh key."""
        return cls(name, secrets.token_bytes(32))

    @classmethod
    def parse(cls, private: str) -> Self:
        """Read the text form.

        Raises:
            FormatError: it is none.
        """
        return cls(*decode_private(private, cls.KIND))

    @property
    def private(self) -> str:
        """The private key as text; keep it secret."""
        return encode_private(self.name, self.KIND, self.verifier.public_key, self._seed)

    @property
    def vkey(self) -> str:
        """The verifier key as text."""
        return self.verifier.vkey


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


class NoteSigner(PrivateKey[NoteVerifier]):
    """An Ed25519 key that signs notes."""

    KIND = ED25519

    def _load(self, name: str, seed: bytes) -> NoteVerifier:
        self._key = Ed25519PrivateKey.from_private_bytes(seed)
        return NoteVerifier(name, self._key.public_key().public_bytes_raw())

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


def encode_private(name: str, kind: int, public_key: bytes, seed: bytes) -> str:
    """``PRIVATE+KEY+name+hex key id+base64(type ‖ seed)``."""
    blob = base64.b64encode(bytes([kind]) + seed).decode()
    return f"PRIVATE+KEY+{name}+{key_id(name, kind, public_key):08x}+{blob}"


def decode_private(private: str, kind: int) -> tuple[str, bytes]:
    """Name and seed of a private key's text form.

    Raises:
        FormatError: malformed, or of another type.
    """
    parts = private.strip().split("+", 4)
    try:
        if parts[:2] != ["PRIVATE", "KEY"]:
            raise ValueError
        content = base64.b64decode(parts[4], validate=True)
    except (IndexError, ValueError) as error:
        raise FormatError("This is no private key of a note signer.") from error
    if content[:1] != bytes([kind]) or len(content) != 33:
        raise FormatError("This private key is of another type.")
    return parts[2], content[1:]
