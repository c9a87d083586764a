"""Formats, *The circle*: the parties of a circle, each with its keys, and their limits."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, StringConstraints

from habeas.protocol.document import (
    Document,
    KeyName,
    LogVkey,
    Slug,
    Text,
    Url,
    Vkey,
    WitnessVkey,
    XWingKey,
)
from habeas.tlog import NoteVerifier

#: Seconds in a year: no delay of a circle is longer.
_YEAR = 366 * 86_400
Origin = Annotated[
    str,
    StringConstraints(max_length=256, pattern=r"^https?://[a-z0-9.-]+(:[1-9][0-9]{0,4})?$"),
]
RpId = Annotated[str, StringConstraints(max_length=253, pattern=r"^[a-z0-9-]+(\.[a-z0-9-]+)*$")]
Seconds = Annotated[int, Field(ge=0, le=_YEAR)]
Daily = Annotated[int, Field(ge=1, le=1_000_000)]


class Identity(Document):
    """A trustee: name, address, statement key, witness key. The order is that of the shares."""

    name: KeyName
    url: Url
    statement_vkey: Vkey
    witness_vkey: WitnessVkey

    def verifier(self) -> NoteVerifier:
        """The statement key, which signs its statements and entries."""
        return NoteVerifier.parse(self.statement_vkey)


class FurtherWitness(Document):
    """A witness that is no trustee."""

    name: KeyName
    url: Url
    vkey: WitnessVkey


class Custodian(Document):
    """The portal: its key, and its address."""

    name: KeyName
    vkey: Vkey
    portal: Url


class Log(Document):
    """The log: origin line, address, keys.

    Attributes:
        vkeys: of its keys. A checkpoint needs a signature of each type that stands here; keys
            of one type are alternatives, as while a log changes its key.
    """

    origin: KeyName
    url: Url
    vkeys: Annotated[tuple[LogVkey, ...], Field(min_length=1, max_length=8)]


class OfficeName(Document):
    """What people call an office."""

    en: Text
    ru: Text


class Office(Document):
    """An office that may ask for photos, and how its officers prove who they are.

    Attributes:
        office: its slug in promises and requests.
        root_vkey: signs its rosters.
        encryption_key: X-Wing; what leads to its cases is sealed to it.
        rp_id: WebAuthn's relying party id, a host name.
        origins: of the pages at which its officers may sign.
        software: whether credentials of type `software` may sign.
    """

    office: Slug
    name: OfficeName
    root_vkey: Vkey
    encryption_key: XWingKey
    rp_id: RpId
    origins: Annotated[tuple[Origin, ...], Field(min_length=1, max_length=8)]
    software: bool


class RecorderKey(Document):
    """A camera's recorder. One key may stand for several cameras."""

    camera: Slug
    vkey: Vkey


class Quotas(Document):
    """Most requests in a day, by office, officer and purpose; nearer to them, answers slow down.

    Attributes:
        delay_after: per cent of the quotas of office and purpose from which answers wait.
        delay_seconds: the longest such wait, reached at the quota.
    """

    office: Daily
    officer: Daily
    purpose: Daily
    delay_after: Annotated[int, Field(ge=0, le=100)]
    delay_seconds: Seconds


class Delays(Document):
    """After how long a new circle takes effect, and a new credential, in seconds."""

    circle_seconds: Seconds
    roster_seconds: Seconds
