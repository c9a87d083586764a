"""What the log says of this custodian's own acts, held against its database.

An entry that this custodian's key has signed, and that its database does not know, tells that
the database was rolled back: an older copy was restored. Then nothing may be given up, ended or
destroyed by what that database believes, until `reconcile` has brought it in step.
"""

from __future__ import annotations

from habeas.portal.register.log import log_copy
from habeas.portal.standing.halts import PartRolledBackError
from habeas.portal.standing.models import keep, note
from habeas.portal.vault.custodian import custody, signer
from habeas.portal.vault.models import LogLineRow
from habeas.protocol import Entry, Kind, writer_id
from habeas.protocol.details import WithdrawnDetails
from habeas.tlog import leaf_hash

#: Up to which entry the log was gone through.
FOLLOWED = "followed"
_BATCH = 1000
#: Kinds that are written through `LogLineRow` alone.
OWN = frozenset({Kind.SEALED, Kind.REQUESTED, Kind.CLOSED, Kind.WITHDRAWN})


def learn() -> int:
    """Go through what the log has shown since the last time; returns how many entries.

    Ends photos that were withdrawn at a trustee: it has the secret.

    Raises:
        RolledBackError: the database does not know an entry of its own custodian.
    """
    writer = writer_id(signer().verifier.public_key)
    count = 0
    while True:
        upto = int(note(FOLLOWED) or 0)
        found = log_copy().counted(upto, _BATCH)
        for position, content in found:
            _take(position, content, writer)
        if not found:
            return count
        count += len(found)
        keep(FOLLOWED, str(found[-1][0] + 1))


def _take(position: int, content: bytes, writer: str) -> None:
    entry = Entry.decode(content)
    if entry.writer == writer and entry.kind in OWN and not known(content):
        raise PartRolledBackError(
            f"The log has an entry of this portal, {position}, that its database does not know: "
            "the database is an older copy."
        )
    if entry.kind is Kind.WITHDRAWN and entry.details is not None:
        custody().learn(WithdrawnDetails.read(entry.details))


def known(content: bytes) -> bool:
    """Whether the database knows an entry of this custodian."""
    return LogLineRow.objects.filter(leaf=leaf_hash(content).hex()).exists()
