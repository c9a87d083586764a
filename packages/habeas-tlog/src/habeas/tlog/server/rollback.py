"""A log that is older than what it has signed stops, and stays stopped.

Whoever restores a log from an old folder has a tree that ends too early. Signing what is
appended to it would make a second tree beside the one that witnesses have cosigned: a fork,
which nobody can take back. Witnesses remember what the folder forgot, so the log asks them.
"""

from __future__ import annotations

import base64
import binascii
import hmac
import json
import logging
from dataclasses import dataclass
from pathlib import Path

from habeas.foundation import durable
from habeas.tlog.checkpoint import Checkpoint
from habeas.tlog.errors import LogUnavailableError, RolledBackError, TlogError
from habeas.tlog.server.storage import Storage
from habeas.tlog.tree import root_hash

_LOG = logging.getLogger("habeas.tlog")


@dataclass(frozen=True)
class Contradiction:
    """Something that was signed and that this log's tree does not hold.

    Attributes:
        who: name of the witness in the policy.
        size: entries of the tree that was seen there.
        root: its root hash (32 bytes), where a checkpoint with the log's own signature shows it;
            None where it is the witness's word alone.
    """

    who: str
    size: int
    root: bytes | None = None

    def error(self, held: int) -> RolledBackError:
        """The state that it puts a log of *held* entries into."""
        tells = "says that it has cosigned" if self.root is None else "shows, signed by this log,"
        if self.size > held:
            tree = f"{self.size} entries; this log holds {held}"
        else:
            tree = f"another tree of {self.size} entries than this log holds"
        return RolledBackError(f"The witness {self.who} {tells} {tree}.")


def held_against(storage: Storage, who: str, checkpoint: Checkpoint) -> Contradiction | None:
    """What a checkpoint that this log has signed says against its tree; None if it is part of it.

    Raises:
        LogUnavailableError, TlogError: the tree cannot be read now.
    """
    size, held = checkpoint.size, storage.tree.size
    if size <= held:
        try:
            # Of the tree as it is: not every smaller one has had tiles of its own.
            root = root_hash(size, storage.node_of(held))
        except OSError as error:
            raise LogUnavailableError(f"The log's tiles cannot be read: {error}.") from error
        if hmac.compare_digest(root, checkpoint.root):
            return None
    return Contradiction(who, size, checkpoint.root)


class Standstill:
    """The state `log-rolled-back`, kept in a file so that no restart forgets it.

    Args:
        file: where it is kept; None to keep it only as long as this object lives.
    """

    def __init__(self, file: Path | None = None) -> None:
        self._file = file
        #: What stops the log; None while it may sign.
        self.error: RolledBackError | None = None
        #: What was found before this start, and has not been explained yet.
        self.remembered = self._read()

    def _read(self) -> Contradiction | None:
        if self._file is None or not self._file.exists():
            return None
        try:
            kept = json.loads(self._file.read_text())
            root = base64.b64decode(kept["root"], validate=True) if kept["root"] else None
            return Contradiction(str(kept["who"]), int(kept["size"]), root)
        except (OSError, ValueError, KeyError, TypeError, binascii.Error) as error:
            raise RolledBackError(f"{self._file} says that this log stopped, unreadably.") from (
                error
            )

    def stop(self, found: Contradiction, held: int) -> RolledBackError:
        """Stop the log, which holds *held* entries, for good."""
        self.error = found.error(held)
        self.remembered = found
        if self._file is not None:
            root = "" if found.root is None else base64.b64encode(found.root).decode()
            kept = {"who": found.who, "size": found.size, "root": root, "held": held}
            try:
                durable.write(self._file, json.dumps(kept, indent=1).encode() + b"\n")
            except OSError:
                # The witnesses are asked again at the next start, and will say it again.
                _LOG.exception("%s cannot be written", self._file)
        return self.error

    def explained(self) -> None:
        """The log holds again what was found: it may sign."""
        self.remembered = None
        if self._file is not None:
            self._file.unlink(missing_ok=True)

    def resume(self, storage: Storage) -> None:
        """At start: stop again, where what was found before is proven and still missing.

        A witness's word alone is asked for again; see `unexplained`.
        """
        found = self.remembered
        if found is None or found.root is None:
            return
        try:
            missing = held_against(storage, found.who, Checkpoint("", found.size, found.root))
        except TlogError:
            missing = found
        if missing is None:
            self.explained()
        else:
            self.error = missing.error(storage.tree.size)
