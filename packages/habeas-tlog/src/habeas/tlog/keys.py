"""C2SP signed-note v1.0.0: keys as text, each with its name, id and type.

Verifier keys are `<name>+<hex key id>+<base64(type ‖ public key)>`. The text of a private key is
that of Go's `note` package, which the specification does not fix.
"""

from __future__ import annotations

import base64
import hashlib
import re
import secrets
from abc import ABC, abstractmethod
from dataclasses import dataclass
from functools import cached_property
from typing import ClassVar, Generic, Self, TypeVar

from habeas.tlog.errors import FormatError

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
    if not _NAME.match(name) or not is_unicode(name):
        raise FormatError(f"{name[:100]!r} cannot name a key.")


def is_unicode(text: str) -> bool:
    """Whether *text* is Unicode: half of a surrogate pair, as JSON can bring it, is not."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


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

    @cached_property
    def key_id(self) -> int:
        """Key id. It is asked for with every signature."""
        return key_id(self.name, self.KIND, self.public_key)

    @cached_property
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
        #: None where something else holds the key, and signs with it.
        self._seed: bytes | None = seed
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
        """The private key as text; keep it secret.

        Raises:
            FormatError: it lies on a token, which it never leaves.
        """
        if self._seed is None:
            raise FormatError(
                f"The key {self.name} lies on a token, which it never leaves.",
                "Nothing can copy it: whoever makes the next key makes that on a token, too.",
            )
        return encode_private(self.name, self.KIND, self.verifier.public_key, self._seed)

    @property
    def vkey(self) -> str:
        """The verifier key as text."""
        return self.verifier.vkey


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
