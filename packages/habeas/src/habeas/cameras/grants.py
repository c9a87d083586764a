"""Who may have a camera's live pictures: whoever opens the commitment of a live look on the log.

A request is ``{entry, proof, salt, private}``. The entry and its proof are public; salt and
private details are the portal's alone, and say until when. The recorder takes nobody's word: it
checks all of that itself, with its own clock and the camera's promise.
"""

from __future__ import annotations

import hmac
import json
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Annotated, Literal

from pydantic import Field

from habeas.cameras.witnessed import Witnessed
from habeas.foundation.errors import HabeasError
from habeas.protocol import commitment
from habeas.protocol.document import Document, Hex32, Text
from habeas.protocol.footage import PublicCamera
from habeas.protocol.looks import LiveDetails

#: By which the clocks of portal and recorder may differ.
_SKEW = timedelta(seconds=5)
#: Bytes of a request; an entry has 4 KiB, a proof a few more.
MOST_BYTES = 64 * 1024


class NoGrantError(HabeasError):
    """Nothing that the log proves lets anybody have these pictures now."""

    code = "no-grant"
    status = 403
    remedy = "Ask to watch: it goes on the public log, then pictures come."


class Grant(Document):
    """What a live look's entry commits to.

    Attributes:
        officer: who watches; stays with the portal and the recorder.
        pseudonym: of the officer, for this one look: it is drawn into each picture.
        begin, end: ISO 8601, UTC.
    """

    v: Literal[2] = 2
    officer: Annotated[str, Field(max_length=128)]
    pseudonym: Annotated[str, Field(pattern=r"^[0-9a-f]{8}$")]
    case_number: Annotated[str, Field(max_length=64)]
    reason: Text
    begin: str
    end: str


class _Request(Document):
    entry: str
    proof: str
    salt: Hex32
    private: Grant


@dataclass(frozen=True)
class Granted:
    """A look that may have pictures until `end`."""

    index: int
    office: str
    pseudonym: str
    begin: datetime
    end: datetime

    def verify(self, now: datetime) -> None:
        """Raise where it is not its time."""
        if not (self.begin <= now + _SKEW and now < self.end):
            raise NoGrantError("This look is over, or has not begun.")


def request(entry: bytes, proof: str, salt: bytes, grant: Grant) -> bytes:
    """The bytes of a request."""
    return _Request(entry=entry.decode(), proof=proof, salt=salt.hex(), private=grant).encode()


def verify(content: bytes, camera: PublicCamera, log: Witnessed, now: datetime) -> Granted:
    """What *content* grants.

    Args:
        content: a request, as it came.
        camera: as it is registered now.
        log: reads entries with their proofs.
        now: the recorder's clock, UTC.

    Raises:
        NoGrantError: nothing; also where it cannot be read, or is not proved.
    """
    try:
        asked = _Request.read(json.loads(content))
        logged = log.read(asked.entry.encode(), asked.proof)
        begin, end = (datetime.fromisoformat(each) for each in (
            asked.private.begin, asked.private.end,
        ))  # fmt: skip
        lasts = end - begin
        fresh = begin <= now + _SKEW
    except (ValueError, TypeError, RecursionError, HabeasError) as error:
        raise NoGrantError(f"The request proves nothing: {error}") from error
    said, rules = logged.details, camera.live
    if not isinstance(said, LiveDetails) or said.camera != camera.id:
        raise NoGrantError("The entry is not about watching this camera live.")
    opened = commitment(bytes.fromhex(asked.salt), asked.private.fields())
    if not hmac.compare_digest(opened, said.commit):
        raise NoGrantError("The entry commits to something else.")
    if rules is None or said.purpose not in rules.purposes or said.office not in camera.viewers:
        raise NoGrantError("The camera’s entry does not allow it.")
    if not timedelta() < lasts <= timedelta(minutes=min(said.minutes, rules.minutes)) or not fresh:
        raise NoGrantError("It lasts longer than was promised.")
    granted = Granted(logged.index, said.office, asked.private.pseudonym, begin, end)
    granted.verify(now)
    return granted
