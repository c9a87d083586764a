"""Officers' reasons, as the portal keeps them for who holds the receipt (docs/protocol, section 9).

They are locked under keys that follow from the receipt's track key, and count only where they are
what the entry on the log commits to: the portal can leave them out, and not make them up.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from typing import Any

from habeas.cli._portal import PortalClient, PortalError
from habeas.custody.locked import unlock
from habeas.foundation.errors import HabeasError
from habeas.protocol import CUSTODIAN, Entry, Kind, MalformedError, Receipt, Request, stream
from habeas.protocol.circle import circle_of
from habeas.protocol.document import unbase64
from habeas.protocol.entry import verify_commitment
from habeas.tlog import leaf_hash


def fetch_reasons(receipt: Receipt) -> Mapping[bytes, Request]:
    """What officers signed, by the leaf hash of their request's entry; nothing from who is away.

    Lines that do not open, or do not fit their entry, are left out.
    """
    url = circle_of(receipt.circle).custodian.portal
    try:
        with PortalClient(url) as portal:
            lines = portal.kept(receipt.promise.seal_id).get("lines")
    except PortalError:
        return {}
    found: dict[bytes, Request] = {}
    for line in lines if isinstance(lines, list) else ():
        with suppress(HabeasError, ValueError, TypeError, KeyError):
            entry, request = _unlocked(receipt, line)
            found[leaf_hash(entry)] = request
    return found


def _unlocked(receipt: Receipt, line: Mapping[str, Any]) -> tuple[bytes, Request]:
    """A line's entry, and the request that it commits to.

    Raises:
        MalformedError, CommitmentError: it is none, or was made for something else.
    """
    content, number = str(line["entry"]).encode(), line["number"]
    if not isinstance(number, int) or not 0 < number < 1 << 63:
        raise MalformedError("Requests have numbers from 1.")
    entry = Entry.decode(content)
    if entry.kind is not Kind.REQUESTED:
        raise MalformedError("Only requests have reasons.")
    key = stream.details_key(receipt.stream_key(CUSTODIAN), number)
    salt, details = unlock(key, content, unbase64(str(line["locked"])))
    request = Request.read(details)
    verify_commitment(entry, salt, request)
    return content, request
