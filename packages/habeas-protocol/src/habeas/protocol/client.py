"""Speaking with trustees over HTTP, and believing nothing that they have not signed."""

from __future__ import annotations

import base64
import binascii
import hmac
import json
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from typing import Any, Self, TypeVar

import httpx

from habeas import protocol, tlog
from habeas.foundation.errors import HabeasError
from habeas.foundation.problem import Problem, ProblemFormatError
from habeas.protocol import TrusteeIdentity
from habeas.protocol.document import Document

_MAX_ANSWER = 256 * 1024
_HISTORY_LABEL = b"habeas/v1/history\0"

Statement = TypeVar("Statement", bound=Document)
Result = TypeVar("Result")


class TrusteeUnreachableError(HabeasError):
    """A trustee did not answer."""

    code = "trustee-unreachable"
    remedy = "Try again in a minute; if it goes on, ask the trustee to look at its service."


class TrusteeAnswerError(HabeasError):
    """A trustee answered something that does not verify."""

    code = "trustee-answer"
    remedy = "Do not trust this answer; tell the operator and the trustee."


class TrusteeRefusedError(HabeasError):
    """One trustee refused."""

    code = "refused"
    remedy = "See the reason; a promise cannot be changed after the photo was sealed."

    def __init__(self, cause: str, remedy: str | None, code: str, status: int) -> None:
        super().__init__(cause, remedy)
        self.code = code
        self.status = status


def read_statement(note: str, trustee: TrusteeIdentity, kind: type[Statement]) -> Statement:
    """The statement of *kind* that *trustee* has signed (C2SP signed-note).

    Raises:
        TrusteeAnswerError: not signed with the trustee's pinned statement key, or not a
            statement of this kind by this trustee.
    """
    try:
        verifier = tlog.NoteVerifier.parse(trustee.statement_vkey)
        text = tlog.open_note(note, [verifier]).text
        statement = kind.decode(text.removesuffix("\n").encode())
    except HabeasError as error:
        raise TrusteeAnswerError(
            f"What {trustee.name} says is not signed with its key: {error.cause}"
        ) from error
    if getattr(statement, "trustee", trustee.name) != trustee.name:
        raise TrusteeAnswerError(f"{trustee.name} signed a statement in another's name.")
    return statement


def history_mac(track_key: bytes, trustee: str) -> str:
    """Proof of holding a photo's track key, for one trustee; hex."""
    return hmac.digest(track_key, _HISTORY_LABEL + trustee.encode(), "sha256").hex()


@dataclass(frozen=True)
class Released:
    """A share, wrapped to the one-time key of a request."""

    trustee: str
    index: int
    release: bytes
    statement: str


@dataclass(frozen=True)
class TrusteeEvent:
    """An entry that a trustee wrote, with its details."""

    entry: bytes
    details: dict[str, Any]
    salt: bytes
    index: int | None


class TrusteeClient:
    """One trustee, by its pinned identity."""

    def __init__(self, identity: TrusteeIdentity, *, timeout: float = 5.0) -> None:
        self.identity = identity
        self.name = identity.name
        self._http = httpx.Client(
            base_url=identity.url,
            timeout=timeout,
            trust_env=False,
            limits=httpx.Limits(max_connections=64, max_keepalive_connections=16),
        )
        self._keys: dict[str, protocol.KeyStatement] = {}

    def close(self) -> None:
        """Close the connections."""
        self._http.close()

    def _call(self, method: str, path: str, body: Any = None) -> dict[str, Any]:
        try:
            with self._http.stream(method, path, json=body) as response:
                content = b""
                for chunk in response.iter_bytes():
                    content += chunk
                    if len(content) > _MAX_ANSWER:
                        raise TrusteeAnswerError(f"{self.name} answered with too much.")
        except httpx.HTTPError as error:
            raise TrusteeUnreachableError(f"The trustee {self.name} does not answer.") from error
        status = response.status_code
        try:
            if status >= 400:
                raise self._refused(Problem.decode(content, status))
            answer = json.loads(content)
        except (ProblemFormatError, ValueError, RecursionError) as error:
            raise TrusteeUnreachableError(
                f"The trustee {self.name} answered with status {status}."
            ) from error
        if not isinstance(answer, dict):
            raise TrusteeUnreachableError(f"The trustee {self.name} answered with status {status}.")
        return answer

    def _refused(self, problem: Problem) -> HabeasError:
        if problem.status >= 500:
            return TrusteeUnreachableError(
                f"The trustee {self.name} cannot answer now: {problem.detail}"
            )
        return TrusteeRefusedError(
            problem.detail, problem.remedy or None, problem.code, problem.status
        )

    def _field(self, answer: Mapping[str, Any], name: str, kind: type[Result]) -> Result:
        value = answer.get(name)
        if not isinstance(value, kind):
            raise TrusteeAnswerError(f"{self.name} answered without {name}.")
        return value

    def answers(self) -> str:
        """The trustee's name, when it answers.

        Raises:
            TrusteeUnreachableError: it does not.
        """
        return self._field(self._call("GET", "/v1/identity"), "name", str)

    def key(self, month: str) -> protocol.KeyStatement:
        """The expiry-month key of *month* ("2027-05"), as signed by the trustee.

        Raises:
            TrusteeAnswerError: not signed, or for another month.
            TrusteeUnreachableError, TrusteeRefusedError: as named.
        """
        if month not in self._keys:
            answer = self._call("GET", f"/v1/keys/{month}")
            note = self._field(answer, "statement", str)
            statement = read_statement(note, self.identity, protocol.KeyStatement)
            if statement.month != month:
                raise TrusteeAnswerError(f"{self.name} gave the key of another month.")
            self._keys[month] = statement
        return self._keys[month]

    def deposit(self, sealed_promise: protocol.Promise, index: int, deposit: bytes) -> str:
        """Hand over a deposit; returns the signed acknowledgement (a note).

        Raises:
            TrusteeAnswerError: the acknowledgement is not for this promise, index and key.
            TrusteeUnreachableError, TrusteeRefusedError: as named.
        """
        body = {
            "promise": sealed_promise.encode().decode(),
            "index": index,
            "deposit": base64.b64encode(deposit).decode(),
        }
        note = self._field(self._call("POST", "/v1/deposits", body), "acknowledgement", str)
        self.verify_acknowledgement(note, sealed_promise, index)
        return note

    def verify_acknowledgement(self, note: str, sealed: protocol.Promise, index: int) -> None:
        """Raise unless *note* acknowledges share *index* of this very promise.

        Raises:
            TrusteeAnswerError: it does not.
        """
        verify_acknowledgement(note, self.identity, sealed, index)

    def release(
        self, promise_digest: bytes, entry: bytes, details: dict[str, Any], salt: bytes, proof: str
    ) -> Released:
        """Ask for the share; the trustee checks everything for itself.

        Raises:
            TrusteeRefusedError: it refused, and says why.
            TrusteeUnreachableError, TrusteeAnswerError: as named.
        """
        body = {
            "promise": promise_digest.hex(),
            "entry": entry.decode(),
            "details": details,
            "salt": salt.hex(),
            "proof": proof,
        }
        answer = self._call("POST", "/v1/releases", body)
        try:
            release = base64.b64decode(self._field(answer, "release", str), validate=True)
        except binascii.Error as error:
            raise TrusteeAnswerError(f"{self.name} answered with a broken release.") from error
        note = self._field(answer, "statement", str)
        statement = read_statement(note, self.identity, protocol.ReleasedStatement)
        if statement.request != tlog.leaf_hash(entry).hex():
            raise TrusteeAnswerError(f"{self.name} signed for another request.")
        return Released(self.name, self._field(answer, "index", int), release, note)

    def withdraw(self, promise_digest: bytes, secret: bytes) -> str:
        """Have the share destroyed; returns the signed `erased` statement (a note).

        Raises:
            TrusteeAnswerError: the statement is not for this photo.
            TrusteeUnreachableError, TrusteeRefusedError: as named.
        """
        body = {"promise": promise_digest.hex(), "secret": secret.hex()}
        note = self._field(self._call("POST", "/v1/withdrawals", body), "statement", str)
        statement = read_statement(note, self.identity, protocol.ErasedStatement)
        if statement.promise != promise_digest.hex():
            raise TrusteeAnswerError(f"{self.name} signed for another photo.")
        return note

    def history(self, promise_digest: bytes, track_key: bytes) -> list[TrusteeEvent]:
        """The trustee's own entries about a photo, with details that fit their commitments.

        Raises:
            TrusteeAnswerError: details that do not fit their entry.
            TrusteeUnreachableError, TrusteeRefusedError: as named.
        """
        body = {"promise": promise_digest.hex(), "mac": history_mac(track_key, self.name)}
        answer = self._call("POST", "/v1/history", body)
        events = []
        try:
            for item in self._field(answer, "events", list):
                entry = item["entry"].encode()
                salt, details = bytes.fromhex(item["salt"]), dict(item["details"])
                protocol.verify_commitment(protocol.Entry.decode(entry), salt, details)
                events.append(TrusteeEvent(entry, details, salt, item["index"]))
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            raise TrusteeAnswerError(f"{self.name} gave a history that cannot be read.") from error
        return events


def verify_acknowledgement(
    note: str, trustee: TrusteeIdentity, sealed: protocol.Promise, index: int
) -> None:
    """Raise unless *trustee* has acknowledged share *index* of this very promise.

    Raises:
        TrusteeAnswerError: it has not.
    """
    said = read_statement(note, trustee, protocol.Acknowledgement)
    key = sealed.trustees.keys[index]
    expected = (sealed.digest().hex(), index, key.key, key.trustee)
    if (said.promise, said.index, said.key, said.trustee) != expected:
        raise TrusteeAnswerError(f"{trustee.name} acknowledged something else than this photo.")


class Panel:
    """The trustees that photos are sealed to, and how many of them must agree.

    Args:
        identities: as pinned, in order of the share index.
        k: how many shares open a photo.
    """

    def __init__(self, identities: Sequence[TrusteeIdentity], k: int) -> None:
        self.k = k
        self.clients = [TrusteeClient(identity) for identity in identities]
        self._pool = ThreadPoolExecutor(max_workers=16 * len(self.clients))

    @property
    def identities(self) -> tuple[TrusteeIdentity, ...]:
        """As pinned, in order of the share index."""
        return tuple(client.identity for client in self.clients)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Wait for calls under way and close the connections."""
        self._pool.shutdown(wait=True)
        for client in self.clients:
            client.close()

    def __getitem__(self, name: str) -> TrusteeClient:
        for client in self.clients:
            if client.name == name:
                return client
        raise TrusteeUnreachableError(
            f"The trustee {name} is not among those known here.",
            "Add it to the list of trustees, or ask the operator who replaced it.",
        )

    def ask(
        self,
        names: Sequence[str],
        question: Callable[[TrusteeClient, int], Result],
        *,
        enough: int | None = None,
        grace: float = 1.0,
    ) -> tuple[dict[str, Result], dict[str, HabeasError]]:
        """Ask the trustees side by side.

        Args:
            names: whom to ask; the question gets each one's position in this list.
            question: what to ask one of them.
            enough: once so many have answered well, the rest get *grace* seconds more.
            grace: seconds.

        Returns:
            Good answers and errors, by name. Who did not answer in time is unreachable.
        """
        waiting: dict[Future[Result], str] = {}
        answers: dict[str, Result] = {}
        errors: dict[str, HabeasError] = {}
        for index, name in enumerate(names):
            try:
                client = self[name]
            except TrusteeUnreachableError as error:
                errors[name] = error
            else:
                waiting[self._pool.submit(question, client, index)] = name
        deadline: float | None = None
        while waiting:
            left = None if deadline is None else deadline - time.monotonic()
            if left is not None and left <= 0:
                break
            done, _ = wait(waiting, timeout=left, return_when=FIRST_COMPLETED)
            for future in done:
                name = waiting.pop(future)
                try:
                    answers[name] = future.result()
                except HabeasError as error:
                    errors[name] = error
            if enough is not None and deadline is None and len(answers) >= enough:
                deadline = time.monotonic() + grace
        for name in waiting.values():
            errors[name] = TrusteeUnreachableError(f"The trustee {name} did not answer in time.")
        return answers, errors
