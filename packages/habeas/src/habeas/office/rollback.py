"""Formats, *Officers*: a folder of yesterday does not sign a second roster of one version.

Two rosters of one version fork an office for good: nobody acts for it until it has another root
key. A folder that was restored from a backup would make one with its next change. So what stands
on the log is compared first: the office's own entries there say which rosters it has signed. They
are known by the root key alone; a log that leaves one out can have the office fork itself, and is
found to have forked by everybody who reads it elsewhere (RFC 6962 section 7.3).
"""

from __future__ import annotations

import json
from collections.abc import Iterator

from habeas.foundation import durable
from habeas.foundation.errors import HabeasError
from habeas.office.folder import OfficeFolder
from habeas.office.keys import OfficeError, OfficeKeys
from habeas.protocol import Entry, Kind, Role, Writer
from habeas.protocol.credential import Roster
from habeas.protocol.entry import verify_signature
from habeas.tlog.checkpoint import Checkpoint
from habeas.tlog.client import LogClient
from habeas.tlog.note import split

#: How many entries of the log were compared; as old as the rosters beside it.
_FILE = "compared.json"


class OfficeRolledBackError(OfficeError):
    """An office's folder that is older than what the office has said on the log."""

    code = "office-rolled-back"
    remedy = (
        "Bring back the newest backup of the folder, made after that change. Where there is none, "
        "the next circle names another root key: see docs/operate/losing.md."
    )


def verify_newest(office: OfficeFolder, keys: OfficeKeys, log: LogClient) -> None:
    """Raise unless the folder knows every roster that its root key has signed on the log.

    Args:
        office: before it changes its roster.
        keys: its keys; the public half of the root key is used.
        log: where its rosters stand.

    Raises:
        OfficeRolledBackError: the log has a roster that the folder has not.
        LogUnavailableError: the log does not answer.
        FormatError: what it answers is no log's.
    """
    known = {roster.version: roster for roster, _ in office.rosters()}
    end = Checkpoint.parse(split(log.checkpoint())[0]).size
    for roster in _signed(keys, log, _compared(office, end), end):
        if known.get(roster.version) != roster:
            newest = max(known, default=0)
            raise OfficeRolledBackError(
                f"The log has a roster of version {roster.version} that this folder does not know "
                f"(it ends with version {newest}): it is an older copy, or somebody else has the "
                "root key. Nothing was signed."
            )
    durable.write(office.folder / _FILE, json.dumps({"entries": end}).encode(), private=True)


def _signed(keys: OfficeKeys, log: LogClient, begin: int, end: int) -> Iterator[Roster]:
    """The rosters that the root key has signed, of entries *begin* to *end*."""
    writer = Writer(Role.OFFICE, "", keys.root.verifier)
    named = writer.id.encode()
    for content in log.entries(begin, end) if end > begin else ():
        if named not in content:
            continue
        try:
            entry = Entry.decode(content)
            if entry.kind is not Kind.ROSTER or entry.writer != writer.id:
                continue
            verify_signature(content, entry, writer)
            yield Roster.read(entry.details)
        except HabeasError:
            continue  # a stranger's bytes that name this key


def _compared(office: OfficeFolder, end: int) -> int:
    """Where to go on; from the first entry where nothing, or another log, was compared."""
    try:
        said = json.loads((office.folder / _FILE).read_bytes())["entries"]
    except (OSError, ValueError, KeyError, TypeError):
        return 0
    return said if isinstance(said, int) and 0 <= said <= end else 0
