"""RFC 9457 and JSON over HTTP: one call to a trustee, bounded in time and in size.

What the answers mean, and whether they are signed, is for `client`.
"""

from __future__ import annotations

import json
import re
import time
from typing import Any, TypeVar

import httpx

from habeas.foundation.authorities import authorities
from habeas.foundation.bounded import WHOLE
from habeas.foundation.errors import HabeasError
from habeas.foundation.forward import direct, mounts
from habeas.foundation.problem import Problem, ProblemFormatError
from habeas.protocol.document import Document
from habeas.protocol.exchange import StreamEndAnswer
from habeas.protocol.parties import Identity

#: Seconds to reach a trustee, and for each further step of a call. A busy machine takes seconds
#: for what others do in milliseconds; who is not needed is not waited for (`Panel.ask`).
CONNECT_SECONDS, STEP_SECONDS = 5.0, 15.0
#: Seconds for one call as a whole.
_LONGEST_CALL_SECONDS = 60.0
#: Most bytes of an answer: a circle's note, or a stream's end with all its entries.
_MAX_ANSWER = StreamEndAnswer.LIMIT
_CODE = re.compile(r"\A[a-z0-9]+(-[a-z0-9]+)*\Z")
_CONTROLS = re.compile(r"[\x00-\x1f\x7f-\x9f]")

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


class Wire:
    """The way to one trustee.

    Args:
        identity: where to ask.
        timeout: seconds for each step of a call, once the trustee is reached.
        transport: in place of the network.
    """

    def __init__(
        self, identity: Identity, *, timeout: float, transport: httpx.BaseTransport | None
    ) -> None:
        self.name = identity.name
        self._http = httpx.Client(
            base_url=identity.url,
            # An answer is never larger than what came over the wire.
            headers={"Accept-Encoding": "identity"},
            timeout=httpx.Timeout(timeout, connect=min(timeout, CONNECT_SECONDS)),
            trust_env=False,
            verify=authorities(),
            transport=direct(transport),
            mounts=mounts(transport),
            limits=httpx.Limits(max_connections=64, max_keepalive_connections=16),
        )

    def close(self) -> None:
        """Close the connections."""
        self._http.close()

    def call(self, method: str, path: str, body: Document | None = None) -> dict[str, Any]:
        """The answer to one call, a JSON object of bounded size.

        Raises:
            TrusteeUnreachableError: it does not answer, not in time, or cannot now.
            TrusteeRefusedError: it refuses, with a problem.
            TrusteeAnswerError: it answers with too much.
        """
        try:
            sent = None if body is None else body.fields()
            give_up = time.monotonic() + _LONGEST_CALL_SECONDS
            whole = {WHOLE: _LONGEST_CALL_SECONDS}
            with self._http.stream(method, path, json=sent, extensions=whole) as response:
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

    def text(self, answer: dict[str, Any], name: str) -> str:
        """A text in an answer.

        Raises:
            TrusteeAnswerError: there is none.
        """
        text = self.field(answer, name, str)
        try:
            text.encode()
        except UnicodeEncodeError as error:
            raise TrusteeAnswerError(f"{self.name} answered with half a character.") from error
        return text

    def field(self, answer: dict[str, Any], name: str, kind: type[Result]) -> Result:
        """A value of that kind in an answer.

        Raises:
            TrusteeAnswerError: there is none.
        """
        value = answer.get(name)
        if not isinstance(value, kind):
            raise TrusteeAnswerError(f"{self.name} answered without {name}.")
        return value


def _plain(text: str) -> str:
    """A stranger's words, fit for a terminal."""
    return _CONTROLS.sub(" ", text).encode(errors="replace").decode()
