"""Opening: a request goes on the log first, then to the trustees, who decide for themselves."""

from __future__ import annotations

import base64
from dataclasses import dataclass
from typing import Any

from habeas import protocol
from habeas.custody._context import Context, blob_name, listed
from habeas.custody.errors import RefusedError, TooFewTrusteesError, UnknownPhotoError
from habeas.custody.ports import Handle, LogLine, PhotoState
from habeas.foundation.errors import HabeasError
from habeas.protocol import Kind, Promise, Purpose, sealing
from habeas.protocol.client import Released, TrusteeRefusedError


@dataclass(frozen=True)
class Ask:
    """An officer's request to open one photo.

    Attributes:
        office: id of the officer's office.
        officer: who asks.
        purpose: for what.
        reason: in the officer's words.
        one_time_key: X-Wing public key made for this request alone; 1,216 bytes.
    """

    office: str
    officer: str
    purpose: Purpose
    reason: str
    one_time_key: bytes


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


_GONE = {
    PhotoState.WITHDRAWN: ("withdrawn", "The applicant has withdrawn the photo."),
    PhotoState.EXPIRED: ("expired", "The photo has expired."),
}


def request(context: Context, handle: Handle, ask: Ask) -> Opening:
    """Log a request and collect shares. See `Custody.request`."""
    sealing.verify_public_key(ask.one_time_key)
    with context.ledger.atomic():
        photo = context.ledger.lock(handle.seal_id)
        if photo is None or photo.state in (PhotoState.PENDING, PhotoState.ORPHANED):
            raise UnknownPhotoError("There is no such photo in custody.")
        sealed = Promise.decode(photo.promise)
        gone = _GONE.get(photo.state)
        if gone is None:
            details = _details(context, sealed, ask)
            line = context.line(
                Kind.REQUESTED, details, handle,
                service=sealed.service, office=ask.office, purpose=ask.purpose,
            )  # fmt: skip
    if gone is not None:
        raise refuse(
            context, code=gone[0], cause=gone[1], office=ask.office, officer=ask.officer,
            purpose=ask.purpose, reason=ask.reason, handle=handle,
            remedy="Decide without a photo, or ask the applicant for a new one.",
        )  # fmt: skip
    return _collect(context, sealed, _log(context, sealed, line), details)


def _log(context: Context, sealed: Promise, line: LogLine) -> LogLine:
    """Write *line*; where the log lacks its witnesses, say which trustees are missing."""
    try:
        return context.write(line)
    except HabeasError as error:
        names, k = [key.trustee for key in sealed.trustees.keys], sealed.trustees.k
        answering, silent = context.circle.ask(names, lambda trustee, _: trustee.answers())
        if len(answering) >= k:
            raise
        raise TooFewTrusteesError(
            f"{len(answering)} of the {k} trustees needed answer; missing: {listed(silent)}.",
            tuple(silent),
        ) from error


def _details(context: Context, sealed: Promise, ask: Ask) -> dict[str, Any]:
    return protocol.RequestDetails.read(
        {
            "v": 1,
            "seal_id": sealed.seal_id,
            "promise": sealed.digest().hex(),
            "office": ask.office,
            "officer": ask.officer,
            "purpose": ask.purpose,
            "reason": ask.reason,
            "one_time_key": base64.b64encode(ask.one_time_key).decode(),
            "at": context.now().strftime("%Y-%m-%dT%H:%M:%SZ"),
        }
    ).fields()


def _collect(context: Context, sealed: Promise, line: LogLine, details: dict[str, Any]) -> Opening:
    digest, k = sealed.digest(), sealed.trustees.k
    released, errors = context.circle.ask(
        [key.trustee for key in sealed.trustees.keys],
        lambda trustee, _: trustee.release(
            digest, line.entry, details, line.salt, line.proof or ""
        ),
        enough=k,
    )
    if len(released) >= k:
        shares = tuple(sorted(released.values(), key=lambda share: share.index))
        missing = {name: error.cause for name, error in errors.items()}
        return Opening(line.index or 0, sealed.encode(), line.entry, shares, missing)
    refusals = [e for e in errors.values() if isinstance(e, TrusteeRefusedError)]
    if len(sealed.trustees.keys) - len(refusals) < k:
        first = refusals[0]
        raise RefusedError(first.cause, first.remedy, code=first.code, index=line.index)
    silent = {name: e for name, e in errors.items() if not isinstance(e, TrusteeRefusedError)}
    raise TooFewTrusteesError(
        f"{len(released)} of the {k} trustees needed gave a share; missing: {listed(silent)}.",
        tuple(silent),
        line.index,
    )


def refuse(
    context: Context,
    *,
    code: str,
    cause: str,
    remedy: str,
    office: str,
    officer: str,
    purpose: str,
    reason: str,
    handle: Handle | None = None,
) -> RefusedError:
    """Log a refusal and give the error to raise. See `Custody.refuse`."""
    details = protocol.RefusedDetails(
        code=code,
        cause=cause[:500],
        office=office[:128],
        officer=officer[:128],
        purpose=purpose[:128],
        reason=reason[:500],
    ).fields()
    with context.ledger.atomic():
        if handle is not None:
            context.ledger.lock(handle.seal_id)
        line = context.line(Kind.REFUSED, details, handle, code=code)
    try:
        index = context.write(line).index
    except HabeasError:
        index = None  # refused all the same; the line stays owed to the log
    return RefusedError(cause, remedy, code=code, index=index)


def ciphertext(context: Context, seal_id: str) -> bytes:
    """The sealed photo's ciphertext. See `Custody.ciphertext`."""
    photo = context.ledger.photo(seal_id)
    if photo is None or photo.state is not PhotoState.SEALED:
        raise UnknownPhotoError("There is no such photo in custody.")
    return context.blobs.get(blob_name(seal_id))
