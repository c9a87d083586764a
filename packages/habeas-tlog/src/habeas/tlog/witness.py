"""C2SP tlog-witness: the server's side of add-checkpoint, sign-subtree and monitor retrieval.

A witness cosigns a checkpoint only when it extends the last one that it cosigned for the
same log. What it has cosigned is stored durably, in one atomic compare-and-store, before
the signature leaves. `habeas.tlog.witness_bodies` has what is sent to it and what it answers;
`habeas.tlog.server.witness_app` serves that, and so can any web framework.
"""

from __future__ import annotations

import contextlib
import hashlib
import hmac
import sqlite3
from collections.abc import Iterable, Sequence
from types import TracebackType
from typing import ClassVar

from habeas.foundation.database import Database
from habeas.foundation.schema import Schema
from habeas.tlog.checkpoint import Checkpoint
from habeas.tlog.cosignature import Cosigning, LogKey, MldsaCosignatureSigner, Subtree
from habeas.tlog.errors import FormatError, ProofError, SignatureError, UnsignedError
from habeas.tlog.note import open_note, split
from habeas.tlog.subtree import verify_subtree_consistency
from habeas.tlog.tree import EMPTY_ROOT, verify_consistency
from habeas.tlog.witness_bodies import (
    SIZE_TYPE,
    TEXT_TYPE,
    AddCheckpoint,
    SignSubtree,
    WitnessAnswer,
)

_TABLES = """
CREATE TABLE IF NOT EXISTS tlog_witnessed (
  origin TEXT PRIMARY KEY, size INTEGER NOT NULL, root BLOB NOT NULL, note TEXT NOT NULL,
  time INTEGER NOT NULL
) STRICT;
"""
#: Version of the tables; `opened_from` is the oldest whose code still works over them.
_SCHEMA = Schema("tlog-witness", version=1, opened_from=0, statements=_TABLES)


class Witness:
    """One witness, for the logs whose keys it is given.

    Args:
        database: the owner's.
        signers: the witness's key, or keys: Ed25519, ML-DSA-44, or one of each. None for a
            mirror, which remembers in the same way what it may be sent, and signs later.
        logs: keys of the logs it witnesses, several for a log where it changes them; the key
            name is the log's origin.
        subtrees: whether it signs subtrees of what it has cosigned (needs ML-DSA-44). Anybody
            may ask for as many as there are, so limit how often.
    """

    def __init__(
        self,
        database: Database,
        signers: Cosigning | Sequence[Cosigning],
        logs: Iterable[LogKey],
        *,
        subtrees: bool = False,
    ) -> None:
        self._database = database
        self._signers = tuple(signers) if isinstance(signers, Sequence) else (signers,)
        self._logs: dict[str, list[LogKey]] = {}
        for log in logs:
            self._logs.setdefault(log.name, []).append(log)
        self._subtrees = subtrees
        database.prepare(_SCHEMA)

    def latest(self, origin: str) -> str | None:
        """The note of the newest checkpoint cosigned for *origin*, with the cosignatures."""
        with self._database.reading() as connection:
            row = connection.execute(
                "SELECT note FROM tlog_witnessed WHERE origin = ?", (origin,)
            ).fetchone()
        return row[0] if row else None

    def adopt(self, note: str) -> None:
        """Take over a checkpoint that the owner knows to extend the newest; nothing is signed.

        Args:
            note: with the log's signature, which was verified.

        Raises:
            FormatError: it is no checkpoint.
        """
        checkpoint = Checkpoint.parse(split(note)[0])
        with self._database.transaction() as connection:
            connection.execute(
                "INSERT OR REPLACE INTO tlog_witnessed VALUES (?, ?, ?, ?, 0)",
                (checkpoint.origin, checkpoint.size, checkpoint.root, note),
            )

    def monitor(self, origin_hash: str) -> WitnessAnswer:
        """Answer ``GET <monitoring prefix>/<origin hash>/checkpoint``.

        Args:
            origin_hash: SHA-256 of a log's origin, in lowercase hex.

        Returns:
            200 with the newest cosigned checkpoint, or 404.
        """
        for origin in self._logs:
            if hashlib.sha256(origin.encode()).hexdigest() == origin_hash:
                note = self.latest(origin)
                if note is not None:
                    return WitnessAnswer(200, note)
        return WitnessAnswer(404, "This witness has cosigned no such log.\n")

    def add_checkpoint(self, body: bytes, now: int) -> WitnessAnswer:
        """Answer an add-checkpoint request.

        Args:
            body: the request's body.
            now: POSIX seconds, for the cosignature. A clock that went back is not followed:
                no cosignature for a log is older than the last one.

        Returns:
            200 with the cosignatures; 400, 403, 404, 409 or 422 as the specification says.
        """
        with _Answering() as answering:
            request = AddCheckpoint.parse(body)
            text, _ = split(request.note)
            checkpoint = Checkpoint.parse(text)
            open_note(request.note, self._keys(checkpoint.origin))
            if request.old > checkpoint.size:
                raise _RefusedError(400, "The old size is larger than the checkpoint's.")
            if checkpoint.size == 0 and not hmac.compare_digest(checkpoint.root, EMPTY_ROOT):
                raise _RefusedError(422, "This is not the root of the empty tree.")
            with self._database.transaction() as connection:
                lines = self._extend(connection, request, text, checkpoint, now)
            return WitnessAnswer(200, lines)
        return answering.answer

    def _keys(self, origin: str) -> list[LogKey]:
        keys = self._logs.get(origin)
        if keys is None:
            raise _RefusedError(404, "This witness does not know the log.")
        return keys

    def _extend(
        self,
        connection: sqlite3.Connection,
        request: AddCheckpoint,
        text: str,
        checkpoint: Checkpoint,
        now: int,
    ) -> str:
        """The compare-and-store; gives the cosignature lines."""
        row = connection.execute(
            "SELECT size, root, time FROM tlog_witnessed WHERE origin = ?", (checkpoint.origin,)
        ).fetchone()
        size, root, before = row or (0, EMPTY_ROOT, 0)
        if request.old != size:
            raise _RefusedError(409, str(size), SIZE_TYPE)
        verify_consistency(size, root, checkpoint.size, checkpoint.root, request.proof)
        time = max(now, before, 1)
        lines = "".join(signer.cosign(text, time).line() for signer in self._signers)
        connection.execute(
            "INSERT OR REPLACE INTO tlog_witnessed VALUES (?, ?, ?, ?, ?)",
            (checkpoint.origin, checkpoint.size, checkpoint.root, request.note + lines, time),
        )
        return lines

    def sign_subtree(self, body: bytes) -> WitnessAnswer:
        """Answer a sign-subtree request.

        The reference checkpoint must be one that this witness has cosigned: it carries one of
        its cosignatures, or it is the newest.

        Returns:
            200 with the cosignatures; 400, 403, 404, 409 or 422 as the specification says.
        """
        signers = [each for each in self._signers if isinstance(each, MldsaCosignatureSigner)]
        with _Answering() as answering:
            if not self._subtrees or not signers:
                raise _RefusedError(404, "This witness signs no subtrees.")
            request = SignSubtree.parse(body)
            text = request.note if "\n\n" not in request.note else split(request.note)[0]
            checkpoint = Checkpoint.parse(text)
            self._keys(checkpoint.origin)
            if not request.start < request.end <= checkpoint.size:
                raise _RefusedError(400, "There is no such part of the checkpoint's tree.")
            self._has_cosigned(request.note, checkpoint)
            verify_subtree_consistency(
                request.start, request.end, checkpoint.size, request.proof, request.hash,
                checkpoint.root,
            )  # fmt: skip
            subtree = Subtree(checkpoint.origin, request.start, request.end, request.hash)
            return WitnessAnswer(
                200, "".join(each.cosign_subtree(subtree).line() for each in signers)
            )
        return answering.answer

    def _has_cosigned(self, note: str, checkpoint: Checkpoint) -> None:
        """Raise unless this witness has cosigned the checkpoint.

        Raises:
            SignatureError: it claims to have, and has not.
        """
        if "\n\n" in note:
            try:
                open_note(note, [signer.verifier for signer in self._signers])
            except UnsignedError:
                pass  # nothing of ours: it may still be the newest
            else:
                return
        latest = self.latest(checkpoint.origin)
        if latest is None:
            raise _RefusedError(403, "This witness has cosigned no checkpoint of the log.")
        known = Checkpoint.parse(split(latest)[0])
        if (known.size, known.root) != (checkpoint.size, checkpoint.root):
            raise _RefusedError(409, latest.removesuffix("\n"))


class _RefusedError(Exception):
    def __init__(self, status: int, words: str, media_type: str = TEXT_TYPE) -> None:
        super().__init__(words)
        self.answer = WitnessAnswer(status, words + "\n", media_type)


class _Answering(contextlib.AbstractContextManager["_Answering"]):
    """Makes of each error the answer that the specification has for it."""

    _STATUS: ClassVar = {FormatError: 400, SignatureError: 403, ProofError: 422}

    def __init__(self) -> None:
        self.answer = WitnessAnswer(500, "")

    def __exit__(
        self, _: type[BaseException] | None, error: BaseException | None, __: TracebackType | None
    ) -> bool:
        if isinstance(error, _RefusedError):
            self.answer = error.answer
            return True
        for kind, status in self._STATUS.items():
            if isinstance(error, kind):
                self.answer = WitnessAnswer(status, f"{error.cause}\n")
                return True
        return False
