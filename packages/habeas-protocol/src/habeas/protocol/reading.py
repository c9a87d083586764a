"""Formats, *Log entries*, foreign: reading what stands on the log, whatever it is.

Reading never raises. A leaf that is no valid entry of a writer that may write it is
*foreign*: to be counted and shown, and never obeyed.
"""

from __future__ import annotations

from dataclasses import dataclass

from habeas.foundation.errors import HabeasError
from habeas.protocol import footage, looks
from habeas.protocol.app.documents import AppDetails, AppDiffersDetails, AppSeenDetails
from habeas.protocol.app.release import verify_release
from habeas.protocol.canonical import MalformedError
from habeas.protocol.chain import Chain, writers_of
from habeas.protocol.circle import Circle, verify_circle
from habeas.protocol.credential import Roster
from habeas.protocol.details import (
    AnchoredDetails,
    CircleDetails,
    ClaimedDetails,
    KeyDetails,
    PausedDetails,
    RecoveryDetails,
    SuspendedDetails,
    WithdrawnDetails,
)
from habeas.protocol.document import Document
from habeas.protocol.entry import SHAPES, Entry, Kind, verify_signature
from habeas.protocol.keys import Role, Writer
from habeas.protocol.parties import Log
from habeas.protocol.statements import KeyDestroyedStatement, KeyStatement, read_statement

_OPEN: dict[Kind, type[Document]] = {
    Kind.WITHDRAWN: WithdrawnDetails,
    Kind.KEY: KeyDetails,
    Kind.KEY_DESTROYED: KeyDetails,
    Kind.CIRCLE: CircleDetails,
    Kind.ROSTER: Roster,
    Kind.SUSPENDED: SuspendedDetails,
    Kind.PAUSED: PausedDetails,
    Kind.RECOVERY: RecoveryDetails,
    Kind.CLAIMED: ClaimedDetails,
    Kind.CAMERA: footage.CameraDetails,
    Kind.ANCHORED: AnchoredDetails,
    Kind.APP: AppDetails,
    Kind.APP_SEEN: AppSeenDetails,
    Kind.APP_DIFFERS: AppDiffersDetails,
}


class WriterError(HabeasError):
    """An entry by somebody who may not write it."""

    code = "writer"
    remedy = "Only a party of the circle may write to this log, and only in its own name."


@dataclass(frozen=True)
class Foreign:
    """A leaf that counts as nothing.

    Attributes:
        code: ``malformed``, ``writer``, ``tlog-signature``, or the code of what is wrong with
            the circle, statement or release that it holds.
        cause: one sentence, for people.
    """

    code: str
    cause: str


def read_entry(content: bytes, chain: Chain) -> Entry | Foreign:
    """What the bytes of a leaf say. It takes any bytes, and never raises.

    Args:
        content: the leaf, as it stands on the log.
        chain: the circles that the reader knows. A circle that follows its newest is no
            foreigner; whether the chain grows by it is for the caller.
    """
    try:
        return verify_entry(content, chain)
    except HabeasError as error:
        return Foreign(error.code, error.cause)


def verify_entry(content: bytes, chain: Chain) -> Entry:
    """The entry that *content* is, by a writer of *chain* that may write it.

    Raises:
        MalformedError: no entry, or open details that are not those of its kind.
        WriterError: no key of the chain, or one that may not write this.
        SignatureError: not signed by the writer that it names.
        CircleError: a circle that neither is in the chain nor follows its newest.
        StatementError: a statement within it that its writer has not made.
        AppError: a release of code that k trustees of its circle do not vouch for.
    """
    entry = Entry.decode(content)
    if not SHAPES[entry.kind].open:
        # A photo's act: nearly all entries, so with no step more than they need.
        writer = _writer(entry, chain)
        verify_signature(content, entry, writer)
        return entry
    details = details_of(entry)
    writer = _writer_of_circle(entry, details, chain) or _writer(entry, chain)
    verify_signature(content, entry, writer)
    _verify_own(entry, details, writer)
    if isinstance(details, AnchoredDetails):
        _verify_anchored(details, chain)
    if isinstance(details, AppDetails):
        verify_release(details, chain)
    return entry


def details_of(entry: Entry) -> Document:
    """The details that stand in an entry of an institution.

    Raises:
        MalformedError: it has none, or others than its kind.
    """
    if entry.details is None:
        raise MalformedError(f"An entry of kind {entry.kind} shows no details.")
    if entry.kind is Kind.FOOTAGE:
        return footage.read_footage(entry.details)
    return _OPEN[entry.kind].read(entry.details)


def log_for(entry: Entry, circle: Circle) -> Log:
    """The log of *circle* that *entry* belongs on.

    Closed hours, and nothing else, have one of their own where there is one: what people did, and
    what cameras are, is found among people's entries however many hours there are.
    """
    recorded = entry.kind is Kind.FOOTAGE and (entry.details or {}).get("act") == "recorded"
    return circle.hours_log if recorded else circle.log


def _verify_anchored(details: AnchoredDetails, chain: Chain) -> None:
    """Raise unless it is about a log of hours of the chain."""
    logs = (link.circle.hours for link in chain.links)
    if not any(log is not None and log.origin == details.origin for log in logs):
        raise WriterError("No circle has a log of hours of this name.")


def _writer(entry: Entry, chain: Chain) -> Writer:
    writer = chain.writers.get(entry.writer)
    if writer is None:
        raise WriterError("The writer of the entry is not of the circle.")
    if writer.role not in SHAPES[entry.kind].roles:
        raise WriterError(f"A key of role {writer.role} writes no entry of kind {entry.kind}.")
    return writer


def _writer_of_circle(entry: Entry, details: Document, chain: Chain) -> Writer | None:
    """The writer of a new circle, which may be one of its newcomers."""
    if not isinstance(details, CircleDetails):
        return None
    circle = verify_circle(details.circle)
    chain.extend(details.circle, 0)
    for writer in writers_of(circle):
        if writer.id == entry.writer and writer.role is Role.TRUSTEE:
            return writer
    raise WriterError("A circle is put on the log by one of its own trustees.")


def _verify_own(entry: Entry, details: Document, writer: Writer) -> None:
    """Raise unless an institution speaks of itself."""
    match details:
        case (
            KeyDetails()
            | ClaimedDetails()
            | PausedDetails()
            | RecoveryDetails()
            | AppSeenDetails()
            | AppDiffersDetails()
        ):
            own = details.trustee == writer.name
        case Roster():
            own = details.office == entry.office == writer.name
        case SuspendedDetails():
            own = details.office == entry.office
        case (
            looks.ViewedDetails()
            | looks.ExportedDetails()
            | looks.LiveDetails()
            | looks.LiveEndedDetails()
            | looks.HeldDetails()
            | looks.LiftedDetails()
        ):
            own = writer.role is Role.CUSTODIAN and entry.office == details.office
        case footage.RecordedDetails() | footage.CameraDetails():
            own = details.camera in writer.cameras and entry.office is None
        case _:
            own = True
    if not own:
        raise WriterError("The writer of the entry speaks in another's name.")
    if isinstance(details, KeyDetails):
        _verify_statement(entry.kind, details, writer)


def _verify_statement(kind: Kind, details: KeyDetails, writer: Writer) -> None:
    said: KeyStatement | KeyDestroyedStatement
    if kind is Kind.KEY:
        said = read_statement(details.statement, writer.name, [writer.verifier], KeyStatement)
        key = said.key_id()
    else:
        said = read_statement(
            details.statement, writer.name, [writer.verifier], KeyDestroyedStatement
        )
        key = said.key
    if (said.month, key) != (details.month, details.key):
        raise WriterError("The trustee's statement is about another key than the entry.")
