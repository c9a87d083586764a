"""Docs/protocol section 6: an officer's signed request goes on the log first, then to the trustees.

The custodian neither speaks for the officer nor decides: it reserves a number, writes down
what the officer signed, and carries the answers back.
"""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from habeas.custody.context import Context, blob_name, listed, promise_of
from habeas.custody.errors import RefusedError, TooFewTrusteesError, UnknownPhotoError
from habeas.custody.ports import LogLine, PhotoState
from habeas.foundation.errors import HabeasError
from habeas.protocol import Kind, MalformedError, Promise, Request
from habeas.protocol.assertion import KeyAssertion, WebAuthnAssertion
from habeas.protocol.client import Released, TrusteeClient, TrusteeRefusedError
from habeas.protocol.credential import Credential
from habeas.protocol.document import Document, Hex16, Hex32
from habeas.protocol.exchange import Memberships, ReleaseBody


class SignedRequest(Document):
    """What an officer's client sends to have one photo opened.

    Attributes:
        request: what the officer has signed.
        assertion: the signature.
        credential, membership: who the officer is.
        tag: of the request's number in the custodian's stream, from the pointer.
        slot: of the officer's number of the day.
        details_key: under which the custodian keeps the request for the receipt's holder; it
            is forgotten after that.
    """

    request: Request
    assertion: KeyAssertion | WebAuthnAssertion
    credential: Credential
    membership: Memberships
    tag: Hex16
    slot: Hex16
    details_key: Hex32


@dataclass(frozen=True)
class Opening:
    """What an officer's client needs to open the photo, and nothing that opens it by itself.

    Attributes:
        index: of the request on the public log.
        promise: canonical bytes of the promise.
        entry: canonical bytes of the request's log entry.
        shares: released shares, wrapped to the one-time key, by share index.
        missing: trustees that gave none, with the reason.
    """

    index: int
    promise: bytes
    entry: bytes
    shares: tuple[Released, ...]
    missing: dict[str, str]

    def as_json(self) -> dict[str, Any]:
        """For the officer's client; the ciphertext is fetched apart."""
        return {
            "index": self.index,
            "promise": self.promise.decode(),
            "entry": self.entry.decode(),
            "shares": [
                {
                    "trustee": share.trustee,
                    "index": share.index,
                    "release": b64encode(share.release).decode(),
                }
                for share in self.shares
            ],
            "missing": self.missing,
        }


#: Told of each trustee: its name, and "released" or the code of what it answered instead.
Tell = Callable[[str, str], None]


@dataclass(frozen=True)
class Asked:
    """A request that stands on the log; the trustees are still to be asked."""

    _context: Context
    promise: Promise
    line: LogLine
    body: ReleaseBody

    @property
    def index(self) -> int:
        """Of the request on the log."""
        return self.line.index or 0

    def collect(self, tell: Tell = lambda _name, _outcome: None) -> Opening:
        """Ask the trustees for their shares. Touches no database.

        Args:
            tell: called as each trustee answers, by several threads.

        Raises:
            RefusedError, TooFewTrusteesError: see `Custody.request`.
        """
        return _collect(self._context, self, tell)


_GONE = {
    PhotoState.WITHDRAWN: ("withdrawn", "The applicant has withdrawn the photo."),
    PhotoState.EXPIRED: ("expired", "The photo has expired."),
    PhotoState.CLOSED: ("closed", "The case of this photo is closed: it is opened no more."),
}


def next_number(context: Context, seal_id: str) -> int:
    """The number that the photo's next request must have. See `Custody.next_number`."""
    _find(context, seal_id)
    return context.ledger.next_number(seal_id)


def look(context: Context, seal_id: str) -> tuple[Promise, str, int]:
    """Promise, state and next number. See `Custody.look`."""
    photo = context.ledger.photo(seal_id)
    if photo is None or photo.state in (PhotoState.PENDING, PhotoState.ORPHANED):
        raise UnknownPhotoError("There is no such photo in custody.")
    return promise_of(photo.promise), photo.state.value, context.ledger.next_number(seal_id)


def _find(context: Context, seal_id: str) -> Promise:
    photo = context.ledger.photo(seal_id)
    if photo is None or photo.state in (PhotoState.PENDING, PhotoState.ORPHANED):
        raise UnknownPhotoError("There is no such photo in custody.")
    gone = _GONE.get(photo.state)
    if gone is not None:
        raise RefusedError(
            gone[1], "Decide without a photo, or ask the applicant for a new one.",
            code=gone[0], index=None,
        )  # fmt: skip
    return promise_of(photo.promise)


def request(context: Context, signed: SignedRequest) -> Asked:
    """Log a request. See `Custody.request`."""
    asked = signed.request
    with context.ledger.atomic():
        context.ledger.lock(asked.seal_id)
        promise = _find(context, asked.seal_id)
        _verify(context, promise, asked)
        line, salt = context.line(
            Kind.REQUESTED, asked, seal_id=asked.seal_id, number=asked.number,
            details_key=bytes.fromhex(signed.details_key), service=promise.service,
            office=asked.office, purpose=asked.purpose, tag=signed.tag, slot=signed.slot,
        )  # fmt: skip
    line = _log(context, promise, line)
    body = ReleaseBody(
        promise=asked.promise,
        entry=line.entry.decode(),
        request=asked,
        salt=salt.hex(),
        proof=line.proof or "",
        assertion=signed.assertion,
        credential=signed.credential,
        membership=signed.membership,
    )
    return Asked(context, promise, line, body)


def _verify(context: Context, promise: Promise, asked: Request) -> None:
    """Raise for what would only use up one of the photo's numbers.

    Raises:
        MalformedError: the request is not for this photo, number or day.
        RefusedError: all openings that were promised are used up.
    """
    number = context.ledger.next_number(asked.seal_id)
    if asked.promise != promise.digest().hex():
        raise MalformedError("The request is for another photo.")
    if number > promise.openings_max:
        raise RefusedError(
            f"The promise allows {promise.openings_max} requests for this photo, ever.",
            "Decide without opening it again.", code="number", index=None,
        )  # fmt: skip
    if asked.number != number:
        raise MalformedError(
            f"The request has number {asked.number}; the next one is {number}.",
            "Somebody else has asked meanwhile: ask again.",
        )
    if asked.day != context.today():
        raise MalformedError(
            "The request is signed for another day.", "Set the clock, and sign it again."
        )


def _log(context: Context, promise: Promise, line: LogLine) -> LogLine:
    """Write *line*; where the log lacks its witnesses, say which trustees are missing."""
    try:
        return context.write(promise.seal_id, line)
    except HabeasError as error:
        names = [key.trustee for key in promise.trustees.keys]
        _, silent = context.panel(promise.circle).ask(names, lambda trustee, _: trustee.answers())
        if not silent:
            raise
        raise TooFewTrusteesError(
            f"The log lacks its witnesses; missing: {listed(silent)}.", tuple(silent)
        ) from error


def _collect(context: Context, asked: Asked, tell: Tell) -> Opening:
    promise, line, k = asked.promise, asked.line, asked.promise.trustees.k

    def ask(trustee: TrusteeClient, _: int) -> Released:
        try:
            share = trustee.release(asked.body)
        except HabeasError as error:
            tell(trustee.name, error.code)
            raise
        tell(trustee.name, "released")
        return share

    released, errors = context.panel(promise.circle).ask(
        [key.trustee for key in promise.trustees.keys], ask, enough=k
    )
    if len(released) >= k:
        shares = tuple(sorted(released.values(), key=lambda share: share.index))
        missing = {name: error.cause for name, error in errors.items()}
        return Opening(line.index or 0, promise.encode(), line.entry, shares, missing)
    refusals = [e for e in errors.values() if isinstance(e, TrusteeRefusedError)]
    if len(promise.trustees.keys) - len(refusals) < k:
        first = refusals[0]
        raise RefusedError(first.cause, first.remedy, code=first.code, index=line.index)
    silent = {name: e for name, e in errors.items() if not isinstance(e, TrusteeRefusedError)}
    raise TooFewTrusteesError(
        f"{len(released)} of the {k} trustees needed gave a share; missing: {listed(silent)}.",
        tuple(silent),
        line.index,
    )


def ciphertext(context: Context, seal_id: str) -> bytes:
    """The sealed photo's ciphertext. See `Custody.ciphertext`."""
    _find(context, seal_id)
    return context.blobs.get(blob_name(seal_id))
