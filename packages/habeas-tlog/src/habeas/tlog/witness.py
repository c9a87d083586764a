"""C2SP tlog-witness: the server's side of add-checkpoint, over a SQLite table.

A witness cosigns a checkpoint only when it extends the last one that it cosigned for the
same log. What it has cosigned is stored durably, in one atomic compare-and-store, before
the signature leaves.
"""

from __future__ import annotations

import hmac
import sqlite3
from collections.abc import Iterable
from dataclasses import dataclass

from habeas.foundation.database import Database
from habeas.tlog.checkpoint import Checkpoint, parse_decimal, parse_hash
from habeas.tlog.cosignature import Cosigning
from habeas.tlog.errors import FormatError, ProofError, SignatureError
from habeas.tlog.note import NoteVerifier, open_note, split
from habeas.tlog.tree import verify_consistency

_MAX_PROOF = 63
#: Media type of a 409 answer.
SIZE_TYPE = "text/x.tlog.size"

_SCHEMA = """
CREATE TABLE IF NOT EXISTS tlog_witnessed (
  origin TEXT PRIMARY KEY, size INTEGER NOT NULL, root BLOB NOT NULL, note TEXT NOT NULL
) STRICT;
"""


@dataclass(frozen=True)
class Answer:
    """Status, media type and body of the HTTP answer."""

    status: int
    body: str
    media_type: str = "text/plain; charset=utf-8"


@dataclass(frozen=True)
class _Request:
    old: int
    proof: tuple[bytes, ...]
    note: str

    @classmethod
    def parse(cls, body: bytes) -> _Request:
        try:
            text = body.decode()
        except UnicodeDecodeError as error:
            raise FormatError("The request is no text.") from error
        head, separator, note = text.partition("\n\n")
        lines = head.split("\n")
        if not separator or not lines[0].startswith("old "):
            raise FormatError("The request does not begin with the old size.")
        if len(lines) - 1 > _MAX_PROOF:
            raise FormatError("The proof has too many lines.")
        old = parse_decimal(lines[0].removeprefix("old "))
        return cls(old, tuple(parse_hash(line) for line in lines[1:]), note)


class Witness:
    """One witness, for the logs whose keys it is given.

    Args:
        database: the owner's.
        signer: the witness's key, Ed25519 or ML-DSA-44.
        logs: keys of the logs it witnesses; the key name is the log's origin.
    """

    def __init__(
        self,
        database: Database,
        signer: Cosigning,
        logs: Iterable[NoteVerifier],
    ) -> None:
        self._database = database
        self._signer = signer
        self._logs = {log.name: log for log in logs}
        database.prepare(_SCHEMA)

    def latest(self, origin: str) -> str | None:
        """The note of the newest checkpoint cosigned for *origin*, with the cosignature."""
        with self._database.reading() as connection:
            row = connection.execute(
                "SELECT note FROM tlog_witnessed WHERE origin = ?", (origin,)
            ).fetchone()
        return row[0] if row else None

    def add_checkpoint(self, body: bytes, now: int) -> Answer:
        """Answer an add-checkpoint request.

        Args:
            body: the request's body.
            now: POSIX seconds, for the cosignature.

        Returns:
            200 with the cosignature; 400, 403, 404, 409 or 422 as the specification says.
        """
        try:
            request = _Request.parse(body)
            text, _ = split(request.note)
            checkpoint = Checkpoint.parse(text)
        except FormatError as error:
            return Answer(400, error.cause + "\n")
        log = self._logs.get(checkpoint.origin)
        if log is None:
            return Answer(404, "This witness does not know the log.\n")
        try:
            open_note(request.note, [log])
        except SignatureError as error:
            return Answer(403, error.cause + "\n")
        except FormatError as error:
            return Answer(400, error.cause + "\n")
        if request.old > checkpoint.size:
            return Answer(400, "The old size is larger than the checkpoint's.\n")
        return self._compare_and_store(request, text, checkpoint, now)

    def _compare_and_store(
        self, request: _Request, text: str, checkpoint: Checkpoint, now: int
    ) -> Answer:
        with self._database.transaction() as connection:
            return self._decide(connection, request, text, checkpoint, now)

    def _decide(
        self,
        connection: sqlite3.Connection,
        request: _Request,
        text: str,
        checkpoint: Checkpoint,
        now: int,
    ) -> Answer:
        row = connection.execute(
            "SELECT size, root FROM tlog_witnessed WHERE origin = ?", (checkpoint.origin,)
        ).fetchone()
        size, root = row or (0, b"")
        if request.old != size:
            return Answer(409, f"{size}\n", SIZE_TYPE)
        if size == 0:
            # From nothing, anything is consistent; RFC 6962's verifier has no case for it.
            if request.proof:
                return Answer(422, "The proof from size 0 must be empty.\n")
        elif checkpoint.size == size and not hmac.compare_digest(root, checkpoint.root):
            return Answer(422, "This is another tree of the same size.\n")
        else:
            try:
                verify_consistency(size, root, checkpoint.size, checkpoint.root, request.proof)
            except ProofError as error:
                return Answer(422, error.cause + "\n")
        line = self._signer.cosign(text, now).line()
        connection.execute(
            "INSERT OR REPLACE INTO tlog_witnessed VALUES (?, ?, ?, ?)",
            (checkpoint.origin, checkpoint.size, checkpoint.root, request.note + line),
        )
        return Answer(200, line)
