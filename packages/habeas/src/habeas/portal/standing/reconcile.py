"""Bringing a restored portal in step with the log, which no restore takes back.

What the log has of this custodian, and the database does not know, is taken in: photos that were
closed or withdrawn since are so again, and nothing that was pending in the copy is given up. What
only the lost database knew is counted and said: photos that were sealed after the copy was made
(their applicants hold receipts, their trustees the shares), and blobs that are missing.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from habeas.custody.context import blob_name
from habeas.custody.ports import PhotoState
from habeas.portal.register.log import log_copy
from habeas.portal.standing import halts, history, installation
from habeas.portal.standing.models import drop
from habeas.portal.vault.blobs import blobs
from habeas.portal.vault.custodian import signer
from habeas.portal.vault.models import LogLineRow, SealedPhotoRow
from habeas.protocol import Entry, Kind, writer_id
from habeas.tlog import leaf_hash

_BATCH = 1000


@dataclass
class Reconciled:
    """What was found, in numbers.

    Attributes:
        taken_in: entries of this custodian that the database did not know.
        closed: photos that were closed since.
        kept: photos that were pending in the copy, and are kept as sealed.
        unknown: photos that were sealed since, and whose cases are lost.
        missing: sealed photos whose ciphertext is not in the store.
    """

    taken_in: int = 0
    closed: int = 0
    kept: int = 0
    unknown: int = 0
    missing: int = 0


def reconcile(say: Callable[[str], None] = lambda _: None) -> Reconciled:
    """Take in what the log has, count what is lost, and let the portal go on.

    Args:
        say: told how it goes on.

    Raises:
        MismatchError: the parts are of different installations: no log brings them in step.
        TlogError: the log does not answer, or does not verify.
    """
    try:
        installation.verify()
    except halts.PartRolledBackError as error:
        say(error.cause)
    say(f"Following the log: {log_copy().catch_up()} entries.")
    found = Reconciled()
    pending = SealedPhotoRow.objects.filter(state=PhotoState.PENDING)
    # Its applicant may hold a receipt by now: until its date nothing is lost by keeping it.
    found.kept = pending.update(state=PhotoState.SEALED, begun=None)
    _take_in(found)
    drop(history.FOLLOWED)
    history.learn()
    say("Looking for the ciphertext of every photo.")
    found.missing = _missing()
    installation.align()
    halts.resume(halts.PartRolledBackError.code)
    return found


def _take_in(found: Reconciled) -> None:
    writer = writer_id(signer().verifier.public_key)
    at = 0
    while rows := log_copy().counted(at, _BATCH):
        for position, content in rows:
            entry = Entry.decode(content)
            if entry.writer == writer and entry.kind in history.OWN and not history.known(content):
                _adopt(position, content, entry, found)
        at = rows[-1][0] + 1


def _adopt(position: int, content: bytes, entry: Entry, found: Reconciled) -> None:
    found.taken_in += 1
    seal_id = None
    if entry.kind is Kind.CLOSED:
        photo = SealedPhotoRow.objects.filter(closing_tag=entry.tag).first()
        if photo is not None:
            seal_id = photo.seal_id
            open_ = SealedPhotoRow.objects.filter(pk=photo.pk, state=PhotoState.SEALED)
            found.closed += open_.update(state=PhotoState.CLOSED)
    elif entry.kind is Kind.SEALED:
        found.unknown += 1
    LogLineRow.objects.create(
        seal_id=seal_id, number=None, entry=content, locked=b"", index=position,
        leaf=leaf_hash(content).hex(),
    )  # fmt: skip


def _missing() -> int:
    there = set(blobs().names())
    kept = SealedPhotoRow.objects.filter(state__in=(PhotoState.SEALED, PhotoState.CLOSED))
    named = kept.values_list("seal_id", flat=True).iterator()
    return sum(blob_name(seal_id) not in there for seal_id in named)
