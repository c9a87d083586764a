"""Docs/protocol section 6: what was shown to a trustee, and what it knows, when it decides.

The rules in `rules`, `quota_rules` and `officer_rules` read these values and nothing else.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import Self

from habeas import tlog
from habeas.protocol import Entry, Promise, Request
from habeas.protocol.assertion import Assertion
from habeas.protocol.credential import Credential, Membership
from habeas.protocol.exchange import ReleaseBody
from habeas.trustee.photos import Place


@dataclass(frozen=True)
class Shown:
    """A request for a share, as it was shown to this trustee, parsed.

    Attributes:
        digest: the promise's digest, 32 bytes.
        content: the `requested` entry, canonical bytes; ``entry`` is the same, parsed.
        request: what the entry must commit to, and the officer must have signed.
        salt: of the commitment, 32 bytes.
        proof: tlog-proof of the entry, text.
        assertion: the officer's signature.
        credential: the officer's, and where it stands in the newest and in an aged roster.
    """

    digest: bytes
    content: bytes
    entry: Entry
    request: Request
    salt: bytes
    proof: str
    assertion: Assertion
    credential: Credential
    newest: Membership
    aged: Membership

    @classmethod
    def of(cls, body: ReleaseBody) -> Self:
        """What a call's body shows.

        Raises:
            MalformedError: its entry is none.
        """
        content = body.entry.encode()
        return cls(
            digest=bytes.fromhex(body.promise),
            content=content,
            entry=Entry.decode(content),
            request=body.request,
            salt=bytes.fromhex(body.salt),
            proof=body.proof,
            assertion=body.assertion,
            credential=body.credential,
            newest=body.membership.newest,
            aged=body.membership.aged or body.membership.newest,
        )

    @cached_property
    def inclusion(self) -> tlog.TlogProof:
        """The proof, parsed.

        Raises:
            FormatError: it is none.
        """
        return tlog.TlogProof.parse(self.proof)

    @cached_property
    def leaf(self) -> bytes:
        """The leaf hash of the entry: the name of this request."""
        return tlog.leaf_hash(self.content)

    @cached_property
    def key_hash(self) -> bytes:
        """SHA-256 of the request's one-time key."""
        return hashlib.sha256(self.request.public_key()).digest()


@dataclass(frozen=True)
class Facts:
    """What this trustee knows, read in the transaction that decides.

    Attributes:
        now: the trustee's clock, UTC.
        promise: from the trustee's own database.
        stream_key: of the custodian's stream of this photo, 32 bytes.
        passed: how many entries of that stream the log holds, without gap.
        place: the custodian's first entry with the request's tag in the own view.
        withdrawn: whether a withdrawal secret was shown, or stands on the log.
        closed: whether the custodian has closed the photo.
        claimed: whether a trustee speaks for somebody who wants it destroyed.
        same_day: how many of this photo's requests of the same day came before this one.
        slot_position: of the first entry on the log with the request's slot.
        before: requests of the same day before this one in the log's order, by "office" and
            "purpose".
        key_owner: leaf hash of the request that used this one-time key before, if any.
    """

    now: datetime
    promise: Promise
    stream_key: bytes = field(repr=False)
    passed: int
    place: Place | None
    withdrawn: bool
    closed: bool
    same_day: int
    slot_position: int | None
    before: Mapping[str, int]
    key_owner: bytes | None
    claimed: bool = False
