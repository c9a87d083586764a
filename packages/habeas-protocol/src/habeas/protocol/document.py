"""Formats, *Conventions*: types of fields, and the base of all documents.

A document is frozen, strict and closed, and has canonical bytes and a digest. Reading one
is total: any bytes end in the document or in `MalformedError`.
"""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Mapping
from datetime import date
from functools import cached_property
from typing import Annotated, Any, ClassVar, Self

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    StringConstraints,
    ValidationError,
    ValidationInfo,
    model_validator,
)

from habeas.foundation.errors import HabeasError
from habeas.protocol import canonical
from habeas.tlog import NoteVerifier, parse_cosigner
from habeas.tlog.cosignature import parse_log_key

FIRST_DAY, LAST_DAY = "2020-01-01", "2199-12-31"
#: An X-Wing public key: ML-KEM-768 (1,184 bytes) then X25519 (32 bytes).
X_WING_BYTES = 1216
ED25519_SIGNATURE_BYTES = 64


def digest(label: str, content: bytes) -> bytes:
    """``H(label, content)``: SHA-256("habeas/v2/label" ‖ 00 ‖ content); 32 bytes."""
    return hashlib.sha256(b"habeas/v2/" + label.encode() + b"\0" + content).digest()


def unbase64(text: str, *, least: int = 0, most: int = canonical.MAX_BYTES) -> bytes:
    """The bytes of standard, padded, canonical base64.

    Raises:
        ValueError: it is none, or its bytes are fewer than *least* or more than *most*.
    """
    try:
        content = base64.b64decode(text, validate=True)
    except ValueError as error:
        raise ValueError("this is not base64") from error
    if base64.b64encode(content) != text.encode():
        raise ValueError("this is not canonical base64")
    if not least <= len(content) <= most:
        raise ValueError(f"{len(content)} bytes are not {least} to {most}")
    return content


def base64_of(content: bytes) -> str:
    """Standard base64, padded."""
    return base64.b64encode(content).decode()


def check_day(text: str) -> str:
    """*text*, a day that exists and that these formats know.

    Raises:
        ValueError: it is none.
    """
    date.fromisoformat(text)
    if not FIRST_DAY <= text <= LAST_DAY:
        raise ValueError(f"days are from {FIRST_DAY} to {LAST_DAY}")
    return text


def _sized(length: int) -> AfterValidator:
    def check(text: str) -> str:
        unbase64(text, least=length, most=length)
        return text

    return AfterValidator(check)


def _vkey(text: str) -> str:
    try:
        canonical_text = NoteVerifier.parse(text).vkey
    except (HabeasError, ValueError) as error:
        raise ValueError("this is no Ed25519 verifier key") from error
    if canonical_text != text:
        raise ValueError("this verifier key is not written in the one canonical way")
    return text


def _log_key(text: str) -> str:
    try:
        canonical_text = parse_log_key(text).vkey
    except (HabeasError, ValueError) as error:
        raise ValueError("this is no verifier key of a log") from error
    if canonical_text != text:
        raise ValueError("this verifier key is not written in the one canonical way")
    return text


def _cosigner(text: str) -> str:
    try:
        canonical_text = parse_cosigner(text).vkey
    except (HabeasError, ValueError) as error:
        raise ValueError("this is no verifier key of a witness") from error
    if canonical_text != text:
        raise ValueError("this verifier key is not written in the one canonical way")
    return text


Hex16 = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{32}$")]
Hex32 = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]
Slug = Annotated[str, StringConstraints(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$", max_length=64)]
#: Schema-less URL of a log, trustee or witness: signed-note forbids spaces and plus in key names.
KeyName = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9._/-]{1,128}$")]
#: A day that exists, 2020-01-01 to 2199-12-31.
Day = Annotated[
    str,
    StringConstraints(pattern=r"^2[01][0-9]{2}-[0-9]{2}-[0-9]{2}$"),
    AfterValidator(check_day),
]
Month = Annotated[str, StringConstraints(pattern=r"^(20[2-9][0-9]|21[0-9]{2})-(0[1-9]|1[0-2])$")]
#: At most 500 code points, and no control characters but tab and the ends of lines.
Text = Annotated[
    str,
    StringConstraints(max_length=500, pattern=r"^[^\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]*$"),
]
#: What a person sees as the number of their case.
Reference = Annotated[str, StringConstraints(pattern=r"^[\x21-\x7e]{1,64}$")]
Url = Annotated[str, StringConstraints(max_length=256, pattern=r"^https?://[\x21-\x7e]+$")]
#: A verifier key (C2SP signed-note) of type Ed25519.
Vkey = Annotated[str, StringConstraints(max_length=256), AfterValidator(_vkey)]
#: A verifier key of a log: Ed25519, or ML-DSA-44 (C2SP tlog-cosignature).
LogVkey = Annotated[str, StringConstraints(max_length=2048), AfterValidator(_log_key)]
#: A verifier key of a witness (C2SP tlog-cosignature): Ed25519 or ML-DSA-44.
WitnessVkey = Annotated[str, StringConstraints(max_length=2048), AfterValidator(_cosigner)]
#: Base64 of an X-Wing public key.
XWingKey = Annotated[str, StringConstraints(max_length=1624), _sized(X_WING_BYTES)]
#: Base64 of an Ed25519 signature.
Signature64 = Annotated[str, StringConstraints(max_length=88), _sized(ED25519_SIGNATURE_BYTES)]
#: A signed note within a document.
Note = Annotated[str, StringConstraints(max_length=48 * 1024)]
Count = Annotated[int, Field(ge=0, le=canonical.MAX_INTEGER)]


#: Tells a validator that a document is being read, and not made.
_READING = object()


def _has_null(value: Any) -> bool:
    if isinstance(value, dict):
        value = list(value.values())
    return value is None or (isinstance(value, list) and any(_has_null(each) for each in value))


#: RFC 4648 section 4, the one spelling of each value: no bits are left over.
BASE64 = r"^([A-Za-z0-9+/]{4})*([A-Za-z0-9+/][AQgw]==|[A-Za-z0-9+/]{2}[AEIMQUYcgkosw048]=)?$"


class Document(BaseModel):
    """A document whose canonical bytes are hashed, signed or logged."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    #: Most canonical bytes of a document of this kind.
    LIMIT: ClassVar[int] = canonical.MAX_BYTES
    #: Fields such as ``v`` and ``kind``, which we need not write, and others must have written.
    _SAID: ClassVar[frozenset[str]] = frozenset()

    @classmethod
    def __pydantic_init_subclass__(cls, **_: Any) -> None:
        """Note which fields have values of their own."""
        fields = cls.model_fields.items()
        cls._SAID = frozenset(
            name for name, each in fields if not each.is_required() and each.default is not None
        )

    @model_validator(mode="after")
    def _whole(self, info: ValidationInfo) -> Self:
        if info.context is _READING and self._SAID - self.model_fields_set:
            raise ValueError("a field is missing")
        return self

    def fields(self) -> dict[str, Any]:
        """The JSON object, without fields that are not set."""
        return self.model_dump(mode="json", exclude_none=True)

    def encode(self) -> bytes:
        """Canonical JSON (RFC 8785).

        Raises:
            MalformedError: it has grown beyond what a reader takes.
        """
        content = self._canonical
        if len(content) > self.LIMIT:
            raise canonical.MalformedError(
                f"{type(self).__name__}: {len(content)} bytes; {self.LIMIT} are allowed."
            )
        return content

    @cached_property
    def _canonical(self) -> bytes:
        """The canonical bytes. A document never changes, and is hashed again and again."""
        return canonical.encode(self.fields())

    def digest(self) -> bytes:
        """SHA-256 of the canonical bytes; 32 bytes."""
        return hashlib.sha256(self.encode()).digest()

    def model_copy(self, *, update: Mapping[str, Any] | None = None, deep: bool = False) -> Self:
        """See `BaseModel.model_copy`; what is kept of the bytes is not that of the copy."""
        copied = super().model_copy(update=update, deep=deep)
        copied.__dict__.pop("_canonical", None)
        return copied

    @classmethod
    def read(cls, fields: Any) -> Self:
        """The document with these *fields*.

        Raises:
            MalformedError: a field is missing, unknown or not what it must be.
        """
        return cls._validate(canonical.encode(fields))

    @classmethod
    def decode(cls, content: bytes) -> Self:
        """The document that the canonical bytes *content* hold.

        Raises:
            MalformedError: not canonical JSON, or not a document of this kind.
        """
        canonical.decode(content, limit=cls.LIMIT)
        return cls._validate(content)

    @classmethod
    def _validate(cls, content: bytes) -> Self:
        if b"null" in content and _has_null(json.loads(content)):
            raise canonical.MalformedError(f"{cls.__name__}: a field without value is left out.")
        # JSON has no tuples: strict mode takes lists for them only when it reads JSON.
        try:
            document = cls.model_validate_json(content, context=_READING)
        except ValidationError as error:
            first = error.errors(include_url=False, include_input=False, include_context=False)[0]
            # Names of fields may be a stranger's: nothing of them but plain signs is repeated.
            where = ".".join(str(part) for part in first["loc"])[:80]
            where = where.encode("ascii", "backslashreplace").decode() or "the document"
            raise canonical.MalformedError(f"{cls.__name__}: {where!r} is not valid.") from error
        # Strict fields keep what they are given: these are the bytes that it would encode to.
        document.__dict__["_canonical"] = content
        return document
