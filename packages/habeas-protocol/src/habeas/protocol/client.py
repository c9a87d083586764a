"""Docs/protocol/trustee.md, *HTTP*: asking one, and believing nothing that it has not signed."""

from __future__ import annotations

import base64
import binascii
import json
import re
import ssl
import time
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, TypeVar

import httpx

from habeas.foundation.errors import HabeasError
from habeas.foundation.problem import Problem, ProblemFormatError
from habeas.protocol.canonical import MalformedError
from habeas.protocol.circle import circle_of
from habeas.protocol.document import Document, base64_of
from habeas.protocol.exchange import (
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
from habeas.tlog import NoteVerifier, leaf_hash

#: Seconds to reach a trustee, and for each further step of a call. A busy machine takes seconds
#: for what others do in milliseconds; who is not needed is not waited for (`Panel.ask`).
CONNECT_SECONDS, STEP_SECONDS = 5.0, 15.0
#: Seconds for one call as a whole.
_LONGEST_CALL_SECONDS = 60.0
#: Most bytes of an answer: a circle's note, or a stream's end with all its entries.
_MAX_ANSWER = StreamEndAnswer.LIMIT
_CODE = re.compile(r"\A[a-z0-9]+(-[a-z0-9]+)*\Z")
_CONTROLS = re.compile(r"[\x00-\x1f\x7f-\x9f]")

Statement = TypeVar("Statement", bound=Document)
Result = TypeVar("Result")


class TrusteeUnreachableError(HabeasError):
    """A trustee did not answer."""

    code = "trustee-unreachable"
    remedy = "Try again in a minute; if it goes on, ask the trustee to look at its service."
    status = 503


class TrusteeAnswerError(HabeasError):
    """A trustee answered something that does not verify."""

    code = "trustee-answer"
    remedy = "Do not trust this answer; tell the operator and the trustee."
    status = 502


class TrusteeRefusedError(HabeasError):
    """One trustee refused.

    Attributes:
        statement: the refusal as the trustee signed it (a note, unverified), where it did.
    """

    code = "refused"
    remedy = "See the reason; a promise cannot be changed after the photo was sealed."

    def __init__(self, problem: Problem) -> None:
        super().__init__(_plain(problem.detail), _plain(problem.remedy) or None)
        if _CODE.match(problem.code):
            self.code = problem.code[:64]
        self.status = problem.status
        statement = problem.more.get("statement")
        self.statement = statement if isinstance(statement, str) else None


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


@cache
def _authorities() -> ssl.SSLContext:
    """Whose certificates count. Read once: it takes longer than to ask a trustee."""
    return httpx.create_ssl_context(trust_env=False)


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
        self._http = httpx.Client(
            base_url=identity.url,
            # An answer is never larger than what came over the wire.
            headers={"Accept-Encoding": "identity"},
            timeout=httpx.Timeout(timeout, connect=min(timeout, CONNECT_SECONDS)),
            trust_env=False,
            verify=_authorities(),
            transport=transport,
            limits=httpx.Limits(max_connections=64, max_keepalive_connections=16),
        )

    def close(self) -> None:
        """Close the connections."""
        self._http.close()

    def answers(self) -> Identity:
        """The identity that it answers with: that of this trustee, in this circle or a later one.

        Raises:
            TrusteeUnreachableError: it does not answer.
            TrusteeAnswerError: something else answers there.
        """
        identity = self._read(Identity, self._call("GET", "/v2/identity"))
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
        note = self._text(self._call("GET", path), "circle")
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
        return self._text(self._call("GET", "/v2/checkpoint"), "checkpoint")

    def key(self, month: str) -> KeyStatement:
        """The expiry-month key of *month* (``2027-05``), as signed by the trustee.

        Raises:
            TrusteeUnreachableError, TrusteeRefusedError: as named.
            TrusteeAnswerError: not signed, or for another month.
        """
        note = self._text(self._call("GET", f"/v2/keys/{month}"), "statement")
        statement = self._statement(note, KeyStatement)
        if statement.month != month:
            raise TrusteeAnswerError(f"{self.name} gave the key of another month.")
        return statement

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
        note = self._text(self._call("POST", "/v2/deposits", body), "acknowledgement")
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
        answer = self._call("POST", "/v2/releases", body)
        note = self._text(answer, "statement")
        statement = self._statement(note, ReleasedStatement)
        expected = (body.promise, leaf_hash(body.entry.encode()).hex())
        if (statement.promise, statement.request) != expected:
            raise TrusteeAnswerError(f"{self.name} signed for another request.")
        index = self._field(answer, "index", int)
        if not 0 <= index < MAX_TRUSTEES:
            raise TrusteeAnswerError(f"{self.name} names a share that there is not.")
        try:
            release = base64.b64decode(self._text(answer, "release"), validate=True)
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
        answer = self._call("POST", "/v2/withdrawals", body)
        if answer.get("state") == "owed":
            return None
        note = self._text(answer, "statement")
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
        answer = self._read(StreamEndAnswer, self._call("POST", "/v2/stream-end", body))
        statement = self._statement(answer.statement, StreamEndStatement)
        if (statement.promise, statement.nonce) != (body.promise, body.nonce):
            raise TrusteeAnswerError(f"{self.name} answered another question.")
        return StreamEnd(statement, answer.statement, answer)

    def _call(self, method: str, path: str, body: Document | None = None) -> dict[str, Any]:
        try:
            sent = None if body is None else body.fields()
            give_up = time.monotonic() + _LONGEST_CALL_SECONDS
            with self._http.stream(method, path, json=sent) as response:
                content = b""
                for chunk in response.iter_raw():
                    content += chunk
                    if len(content) > _MAX_ANSWER:
                        raise TrusteeAnswerError(f"{self.name} answered with too much.")
                    if time.monotonic() > give_up:  # each byte may come in time, and never all
                        raise TrusteeUnreachableError(f"{self.name} does not finish its answer.")
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            raise TrusteeUnreachableError(f"The trustee {self.name} does not answer.") from error
        status = response.status_code
        try:
            if status >= 400:
                raise self._refused(Problem.decode(content, status))
            answer = json.loads(content)
        except (ProblemFormatError, ValueError, RecursionError) as error:
            raise self._speechless(status) from error
        if not isinstance(answer, dict):
            raise self._speechless(status)
        return answer

    def _speechless(self, status: int) -> TrusteeUnreachableError:
        return TrusteeUnreachableError(f"The trustee {self.name} answered with status {status}.")

    def _refused(self, problem: Problem) -> HabeasError:
        if problem.status >= 500:
            return TrusteeUnreachableError(
                f"The trustee {self.name} cannot answer now: {_plain(problem.detail)}"
            )
        return TrusteeRefusedError(problem)

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

    def _text(self, answer: dict[str, Any], name: str) -> str:
        text = self._field(answer, name, str)
        try:
            text.encode()
        except UnicodeEncodeError as error:
            raise TrusteeAnswerError(f"{self.name} answered with half a character.") from error
        return text

    def _field(self, answer: dict[str, Any], name: str, kind: type[Result]) -> Result:
        value = answer.get(name)
        if not isinstance(value, kind):
            raise TrusteeAnswerError(f"{self.name} answered without {name}.")
        return value


def _plain(text: str) -> str:
    """A stranger's words, fit for a terminal."""
    return _CONTROLS.sub(" ", text).encode(errors="replace").decode()
