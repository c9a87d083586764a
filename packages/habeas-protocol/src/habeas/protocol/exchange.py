"""Docs/protocol/trustee.md, *HTTP*: the bodies of what is asked of a trustee and answered.

As JSON they need not be canonical; what has to be the same to the byte (entries, notes,
proofs) travels as text within them.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field, StringConstraints

from habeas.protocol import canonical, stream
from habeas.protocol.assertion import KeyAssertion, WebAuthnAssertion
from habeas.protocol.canonical import MalformedError
from habeas.protocol.credential import Credential, Membership
from habeas.protocol.details import ClaimedDetails, ErasedDetails, RefusedDetails, ReleasedDetails
from habeas.protocol.document import Count, Document, Hex32, Note
from habeas.protocol.entry import MAX_BYTES, Entry, Kind, verify_commitment
from habeas.protocol.request import Request
from habeas.protocol.terms import MAX_OPENINGS, MAX_OWN_ENTRIES, MAX_TRUSTEES, Promise

EntryText = Annotated[str, StringConstraints(max_length=MAX_BYTES)]
#: A sealed share and track key: 65 bytes, and 1,136 of HPKE, base64.
SealedDeposit = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9+/]{1600}[A-Za-z0-9+/=]{4}$")]
#: Log indexes of one kind in an answer about a release; the newest count.
MOST_PLACES = 64
#: RFC 5321 section 4.1.2, without quoted strings and address literals, in ASCII; nothing of it
#: ends a header's line. Of a domain in another script this is its A-label (RFC 5890).
MAIL_ADDRESS = (
    r"^[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]{1,64}(\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]{1,64}){0,31}"
    r"@([A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.){1,20}[A-Za-z]([A-Za-z0-9-]{0,61}[A-Za-z0-9])$"
)
MailAddress = Annotated[str, StringConstraints(max_length=254, pattern=MAIL_ADDRESS)]
OwnDetails = ReleasedDetails | RefusedDetails | ErasedDetails | ClaimedDetails


class DepositBody(Document):
    """POST /v2/deposits: a share on its way, with the custodian's order (a signed note)."""

    promise: Promise
    index: Annotated[int, Field(ge=0, lt=MAX_TRUSTEES)]
    deposit: SealedDeposit
    order: Annotated[str, StringConstraints(max_length=4096)]


class Memberships(Document):
    """That an officer's credential is in the newest roster, and in one that is old enough."""

    newest: Membership
    aged: Membership | None = None


class ReleaseBody(Document):
    """POST /v2/releases: a request on the log, and all that its commitment and officer show.

    Attributes:
        promise: digest.
        entry: `requested`, as it stands on the log; `salt` is that of its commitment.
        proof: a C2SP tlog-proof of it.
    """

    promise: Hex32
    entry: EntryText
    request: Request
    salt: Hex32
    proof: Note
    assertion: Annotated[KeyAssertion | WebAuthnAssertion, Field(discriminator="type")]
    credential: Credential
    membership: Memberships


class WithdrawalBody(Document):
    """POST /v2/withdrawals: the digest of a promise, and the applicant's secret."""

    promise: Hex32
    secret: Hex32


class StreamEndBody(Document):
    """POST /v2/stream-end: what a reader asks; `mac` shows that it holds the stream's key."""

    promise: Hex32
    nonce: Hex32
    mac: Hex32


class NoticeBody(Document):
    """POST /v2/notices: whom a trustee shall tell when something is done with a photo.

    Attributes:
        act: `look` changes nothing, `tell` asks for mails to an address, `stop` ends them all.
        address: with `tell`.
        language: of the mails (BCP 47, its first part), with `tell`.
        mac: shows that the holder of the receipt asks just this (`habeas.protocol.stream`).
    """

    promise: Hex32
    act: Literal["look", "tell", "stop"]
    address: MailAddress | None = None
    language: Annotated[str, StringConstraints(pattern=r"^[a-z]{2,3}$")] | None = None
    mac: Hex32

    def mac_of(self, key: bytes, trustee: str) -> str:
        """The MAC that *trustee* expects, under the key of its own stream; hex."""
        asked = self.fields() | {"trustee": trustee}
        del asked["mac"]
        return stream.notice_mac(key, canonical.encode(asked))


class NoticesAnswer(Document):
    """What a trustee answers: how many addresses it tells of the photo.

    Attributes:
        told: those that have confirmed.
        waiting: those that were asked to confirm.
    """

    told: Count
    waiting: Count


class OwnEntry(Document):
    """An entry that a trustee wrote about a photo, with what it commits to.

    Attributes:
        entry: its canonical bytes, as text.
        index: on the log; none while it is owed.
        details, salt: those of its commitment.
    """

    entry: EntryText
    index: Count | None = None
    details: dict[str, Any]
    salt: Hex32

    def verify(self) -> tuple[Entry, OwnDetails]:
        """The entry, and its details.

        Raises:
            MalformedError: it is no entry of a trustee's own stream.
            CommitmentError: it was made for other details.
        """
        entry = Entry.decode(self.entry.encode())
        details: OwnDetails
        match entry.kind:
            case Kind.RELEASED:
                details = ReleasedDetails.read(self.details)
            case Kind.REFUSED:
                details = RefusedDetails.read(self.details)
            case Kind.ERASED:
                details = ErasedDetails.read(self.details)
            case Kind.CLAIMED:
                details = ClaimedDetails.read(self.details)
            case _:
                raise MalformedError(f"Of kind {entry.kind} a trustee writes nothing on a photo.")
        verify_commitment(entry, bytes.fromhex(self.salt), details)
        return entry, details


class StreamEndAnswer(Document):
    """What a trustee answers: its signed statement, its newest checkpoint, and what it knows.

    Attributes:
        own: its entries about the photo, in order of their numbers.
        custodian: log indexes of the custodian's.
    """

    LIMIT = 512 * 1024

    statement: Annotated[str, StringConstraints(max_length=4096)]
    checkpoint: Note
    own: Annotated[tuple[OwnEntry, ...], Field(max_length=MAX_OWN_ENTRIES)]
    custodian: Annotated[tuple[Count, ...], Field(max_length=MAX_OPENINGS + 2)]


class AppPlaces(Document):
    """GET /v2/apps/{manifest}: where the log has a release; the reader reads and judges.

    Attributes:
        entries: indexes of its `app` entries, the first before the newest.
        differs: of the newest `app-differs` entries about it, of each trustee as many as fit.
    """

    entries: Annotated[tuple[Count, ...], Field(max_length=MOST_PLACES)]
    differs: Annotated[tuple[Count, ...], Field(max_length=MOST_PLACES)]
