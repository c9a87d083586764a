"""The base of all documents here: frozen, strict, closed, with canonical bytes and a digest."""

from __future__ import annotations

import hashlib
from typing import Annotated, Any, Self

from pydantic import BaseModel, ConfigDict, StringConstraints, ValidationError

from habeas.protocol import canonical

Hex16 = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{32}$")]
Hex32 = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]
Slug = Annotated[str, StringConstraints(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$", max_length=64)]
#: Schema-less URL of a log, trustee or witness: signed-note forbids spaces and plus in key names.
KeyName = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9._/-]{1,128}$")]
Day = Annotated[
    str, StringConstraints(pattern=r"^[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])$")
]
Month = Annotated[str, StringConstraints(pattern=r"^[0-9]{4}-(0[1-9]|1[0-2])$")]
Text = Annotated[str, StringConstraints(max_length=500)]


class Document(BaseModel):
    """A document whose canonical bytes are hashed, signed or logged."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    def fields(self) -> dict[str, Any]:
        """The JSON object, without fields that are not set."""
        return self.model_dump(mode="json", exclude_none=True)

    def encode(self) -> bytes:
        """Canonical JSON (RFC 8785)."""
        return canonical.encode(self.fields())

    def digest(self) -> bytes:
        """SHA-256 of the canonical bytes; 32 bytes."""
        return hashlib.sha256(self.encode()).digest()

    @classmethod
    def read(cls, fields: Any) -> Self:
        """The document with these *fields*.

        Raises:
            MalformedError: a field is missing, unknown or not what it must be.
        """
        try:
            # JSON has no tuples: strict mode takes lists for them only when it reads JSON.
            return cls.model_validate_json(canonical.encode(fields))
        except ValidationError as error:
            first = error.errors(include_url=False, include_input=False)[0]
            where = ".".join(str(part) for part in first["loc"]) or cls.__name__
            raise canonical.MalformedError(f"{cls.__name__}: {where}: {first['msg']}.") from error

    @classmethod
    def decode(cls, content: bytes) -> Self:
        """The document that the canonical bytes *content* hold.

        Raises:
            MalformedError: not canonical JSON, or not a document of this kind.
        """
        return cls.read(canonical.decode(content))
