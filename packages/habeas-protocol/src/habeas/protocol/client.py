"""Docs/protocol/trustee.md, *HTTP*: asking one, and believing nothing that it has not signed."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

import httpx

from habeas.foundation.errors import HabeasError
from habeas.protocol.canonical import MalformedError
from habeas.protocol.circle import circle_of
from habeas.protocol.document import Document, base64_of
from habeas.protocol.exchange import (
    AppPlaces,
    DepositBody,
    ReleaseBody,
    StreamEndAnswer,
    StreamEndBody,
    WithdrawalBody,
)
from habeas.protocol.parties import Identity
from habeas.protocol.statements import (
    Acknowledgement,
    ErasedStatement,
    KeyStatement,
    ReleasedStatement,
    StatementError,
    StreamEndStatement,
    read_acknowledgement,
    read_statement,
)
from habeas.protocol.stream import reader_mac
from habeas.protocol.terms import MAX_TRUSTEES, Promise
from habeas.protocol.wire import (
    CONNECT_SECONDS,
    STEP_SECONDS,
    TrusteeAnswerError,
    TrusteeRefusedError,
    TrusteeUnreachableError,
    Wire,
)
from habeas.tlog import NoteVerifier, leaf_hash

__all__ = [
    "CONNECT_SECONDS",
    "STEP_SECONDS",
    "Erased",
    "Released",
    "StreamEnd",
    "TrusteeAnswerError",
    "TrusteeClient",
    "TrusteeRefusedError",
    "TrusteeUnreachableError",
]

Statement = TypeVar("Statement", bound=Document)


@dataclass(frozen=True)
class Released:
    """A share, wrapped to the one-time key of a request, and the trustee's statement (a note)."""

    trustee: str
    index: int
    release: bytes
    statement: str


@dataclass(frozen=True)
class Erased:
    """A trustee's statement that its share is destroyed and that its log entry stands."""

    statement: ErasedStatement
    note: str


@dataclass(frozen=True)
class StreamEnd:
    """What a trustee says about a photo. Its entries and checkpoint are not verified yet.

    Attributes:
        statement: signed, and for the reader's own nonce.
        note: the same as it was signed: evidence.
        answer: all of it.
    """

    statement: StreamEndStatement
    note: str
    answer: StreamEndAnswer


class TrusteeClient:
    """One trustee.

    Args:
        identity: where to ask.
        verifiers: its statement keys, as the chain of circles has them, newest first; by
            default the one of its identity.
        timeout: seconds for each step of a call, once the trustee is reached.
        transport: in place of the network.
    """

    def __init__(
        self,
        identity: Identity,
        verifiers: Sequence[NoteVerifier] = (),
        *,
        timeout: float = STEP_SECONDS,
        transport: httpx.BaseTransport | None = None,
    ) -> None:
        self.identity = identity
        self.name = identity.name
        self.verifiers = tuple(verifiers) or (identity.verifier(),)
        self._wire = Wire(identity, timeout=timeout, transport=transport)

    def close(self) -> None:
        """Close the connections."""
        self._wire.close()

    def answers(self) -> Identity:
        """The identity that it answers with: that of this trustee, in this circle or a later one.

        Raises:
            TrusteeUnreachableError: it does not answer.
            TrusteeAnswerError: something else answers there.
        """
        identity = self._read(Identity, self._wire.call("GET", "/v2/identity"))
        if identity.name != self.name:
            raise TrusteeAnswerError(f"At the address of {self.name} answers another trustee.")
        return identity

    def circle(self, number: int | None = None) -> str:
        """The note of a circle that it knows; nothing of it is verified.

        Args:
            number: of the circle; by default the one in force.

        Raises:
            TrusteeUnreachableError: it does not answer.
            TrusteeRefusedError: it knows no circle of that number that is in force, or was.
            TrusteeAnswerError: it is no note of a circle.
        """
        path = "/v2/circle" if number is None else f"/v2/circles/{number}"
        note = self._wire.text(self._wire.call("GET", path), "circle")
        try:
            circle_of(note)
        except MalformedError as error:
            raise self._wrong(error) from error
        return note

    def checkpoint(self) -> str:
        """The note of the newest checkpoint that it has followed the log to; unverified.

        Raises:
            TrusteeUnreachableError, TrusteeRefusedError, TrusteeAnswerError: as named.
        """
        return self._wire.text(self._wire.call("GET", "/v2/checkpoint"), "checkpoint")

    def app_places(self, manifest: str) -> AppPlaces:
        """Where the log has the release with that manifest (digest, hex); unverified.

        Raises:
            TrusteeUnreachableError, TrusteeRefusedError, TrusteeAnswerError: as named.
        """
        return self._read(AppPlaces, self._wire.call("GET", f"/v2/apps/{manifest}"))

    def key(self, month: str) -> KeyStatement:
        """The expiry-month key of *month* (``2027-05``), as signed by the trustee.

        Raises:
            TrusteeUnreachableError, TrusteeRefusedError: as named.
            TrusteeAnswerError: not signed, or for another month.
        """
        return self.announced(month)[0]

    def announced(self, month: str) -> tuple[KeyStatement, str]:
        """The same, and the signed note itself: for devices that verify it themselves."""
        note = self._wire.text(self._wire.call("GET", f"/v2/keys/{month}"), "statement")
        statement = self._statement(note, KeyStatement)
        if statement.month != month:
            raise TrusteeAnswerError(f"{self.name} gave the key of another month.")
        return statement, note

    def deposit(self, promise: Promise, index: int, deposit: bytes, order: str) -> str:
        """Hand over a deposit.

        Args:
            promise: of the photo.
            index: of the share, which is this trustee's.
            deposit: sealed to its month key.
            order: the custodian's, a signed note.

        Returns:
            The signed acknowledgement (a note), verified.

        Raises:
            TrusteeUnreachableError, TrusteeRefusedError: as named.
            TrusteeAnswerError: it acknowledges something else than this promise, index and key.
        """
        body = DepositBody(promise=promise, index=index, deposit=base64_of(deposit), order=order)
        note = self._wire.text(self._wire.call("POST", "/v2/deposits", body), "acknowledgement")
        self.verify_acknowledgement(note, promise, index)
        return note

    def verify_acknowledgement(self, note: str, promise: Promise, index: int) -> Acknowledgement:
        """The acknowledgement of share *index* of *promise*, by this trustee.

        Raises:
            TrusteeAnswerError: it is none.
        """
        try:
            if promise.trustees.keys[index].trustee != self.name:
                raise StatementError(f"The share is not that of {self.name}.")
            return read_acknowledgement(note, self.verifiers, promise, index)
        except StatementError as error:
            raise self._wrong(error) from error

    def release(self, body: ReleaseBody) -> Released:
        """Ask for the share; the trustee checks everything for itself.

        Raises:
            TrusteeRefusedError: it refused, and says why.
            TrusteeUnreachableError: it does not answer.
            TrusteeAnswerError: it answers for another request.
        """
        answer = self._wire.call("POST", "/v2/releases", body)
        note = self._wire.text(answer, "statement")
        statement = self._statement(note, ReleasedStatement)
        expected = (body.promise, leaf_hash(body.entry.encode()).hex())
        if (statement.promise, statement.request) != expected:
            raise TrusteeAnswerError(f"{self.name} signed for another request.")
        index = self._wire.field(answer, "index", int)
        if not 0 <= index < MAX_TRUSTEES:
            raise TrusteeAnswerError(f"{self.name} names a share that there is not.")
        try:
            release = base64.b64decode(self._wire.text(answer, "release"), validate=True)
        except (binascii.Error, ValueError) as error:
            raise TrusteeAnswerError(f"{self.name} answered with a broken release.") from error
        return Released(self.name, index, release, note)

    def withdraw(self, promise_digest: bytes, secret: bytes) -> Erased | None:
        """Have the share destroyed.

        Returns:
            The signed statement, once the trustee's `erased` entry stands on the log; None
            before that: it will be so, and can be asked again.

        Raises:
            TrusteeUnreachableError, TrusteeRefusedError: as named.
            TrusteeAnswerError: the statement is not for this photo.
        """
        body = WithdrawalBody(promise=promise_digest.hex(), secret=secret.hex())
        answer = self._wire.call("POST", "/v2/withdrawals", body)
        if answer.get("state") == "owed":
            return None
        note = self._wire.text(answer, "statement")
        statement = self._statement(note, ErasedStatement)
        if statement.promise != promise_digest.hex():
            raise TrusteeAnswerError(f"{self.name} signed for another photo.")
        return Erased(statement, note)

    def stream_end(self, promise_digest: bytes, stream_key: bytes, nonce: bytes) -> StreamEnd:
        """What the trustee has said about a photo, up to now.

        Args:
            promise_digest: of the photo, 32 bytes.
            stream_key: of this trustee's stream, 32 bytes.
            nonce: 32 random bytes, for this question only.

        Raises:
            TrusteeUnreachableError, TrusteeRefusedError: as named.
            TrusteeAnswerError: it is not signed, or for another photo or question.
        """
        body = StreamEndBody(
            promise=promise_digest.hex(),
            nonce=nonce.hex(),
            mac=reader_mac(stream_key, self.name),
        )
        answer = self._read(StreamEndAnswer, self._wire.call("POST", "/v2/stream-end", body))
        statement = self._statement(answer.statement, StreamEndStatement)
        if (statement.promise, statement.nonce) != (body.promise, body.nonce):
            raise TrusteeAnswerError(f"{self.name} answered another question.")
        return StreamEnd(statement, answer.statement, answer)

    def _wrong(self, error: HabeasError) -> TrusteeAnswerError:
        return TrusteeAnswerError(f"What {self.name} answers does not hold: {error.cause}")

    def _read(self, kind: type[Statement], fields: dict[str, Any]) -> Statement:
        try:
            return kind.read(fields)
        except MalformedError as error:
            raise self._wrong(error) from error

    def _statement(self, note: str, kind: type[Statement]) -> Statement:
        try:
            return read_statement(note, self.name, self.verifiers, kind)
        except StatementError as error:
            raise self._wrong(error) from error
