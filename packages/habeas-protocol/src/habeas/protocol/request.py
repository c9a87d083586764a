"""Formats, *Officers*: an officer's request for one photo, which the officer signs.

It is what a `requested` entry commits to, and what the officer's credential signs: promise,
office, credential, purpose, reason, one-time key, numbers and time, all of it.
"""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

from pydantic import AfterValidator, Field, StringConstraints

from habeas.protocol.document import (
    Document,
    Hex16,
    Hex32,
    Slug,
    Text,
    XWingKey,
    check_day,
    unbase64,
)
from habeas.protocol.terms import MAX_OPENINGS, Purpose

_LABEL = b"habeas/v2/request\0"


def _moment(text: str) -> str:
    datetime.fromisoformat(text)
    check_day(text[:10])
    return text


#: RFC 3339, UTC, whole seconds: ``2027-01-15T10:00:00Z``. ISO 8601 has the hour 24, RFC 3339 not.
Moment = Annotated[
    str,
    StringConstraints(
        pattern=r"^[0-9]{4}-[0-9]{2}-[0-9]{2}T([01][0-9]|2[0-3]):[0-9]{2}:[0-9]{2}Z$"
    ),
    AfterValidator(_moment),
]


class Request(Document):
    """Who asks for which photo, for what, and with which key.

    Attributes:
        promise: digest of the promise.
        credential: id of the officer's credential.
        one_time_key: base64 of the X-Wing key that the shares are wrapped to, used once.
        number: of this request in the custodian's stream, 1 to the promise's `openings_max`.
        nth: of the officer's requests of that day, from 1.
        at: when the officer signs.
    """

    LIMIT = 8192

    v: Literal[2] = 2
    kind: Literal["request"] = "request"
    promise: Hex32
    seal_id: Hex16
    office: Slug
    credential: Hex32
    purpose: Annotated[Purpose, Field(strict=False)]
    reason: Text
    one_time_key: XWingKey
    number: Annotated[int, Field(ge=1, le=MAX_OPENINGS)]
    nth: Annotated[int, Field(ge=1, le=1_000_000)]
    at: Moment

    def message(self) -> bytes:
        """What the officer signs: "habeas/v2/request" ‖ 00 ‖ canonical request."""
        return _LABEL + self.encode()

    def public_key(self) -> bytes:
        """The one-time X-Wing public key; 1,216 bytes."""
        return unbase64(self.one_time_key)

    def moment(self) -> datetime:
        """When the officer signed."""
        return datetime.fromisoformat(self.at)

    @property
    def day(self) -> str:
        """The UTC day of `at`, which is also that of its entry."""
        return self.at[:10]
