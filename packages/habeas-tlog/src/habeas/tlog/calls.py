"""Calls to a log over HTTP: one is made, and repeated where it fails in passing.

A question (`habeas.tlog.questions`) yields calls and is sent their replies; `persist` repeats
the calls that fail in passing. Whatever makes them waits or does not: nothing here does input or
output.
"""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass
from typing import TypeVar

from habeas.tlog.errors import LogUnavailableError
from habeas.tlog.retry import PASSING, Retry

#: What to do where reading fails.
AGAIN = "Try again in a moment; if it stays so, tell whoever runs the log."


@dataclass(frozen=True)
class Call:
    """One request.

    Attributes:
        method: GET or POST.
        path: below the log's prefix, beginning with a slash.
        limit: bytes that the answer may have.
        body: of a POST.
        attempts: how often it may be made at most; None for as often as is usual.
    """

    method: str
    path: str
    limit: int
    body: bytes | None = None
    attempts: int | None = None


@dataclass(frozen=True)
class Reply:
    """An answer.

    Attributes:
        status: of HTTP.
        content: the body.
        after: seconds after which the server asks to be asked again (Retry-After), if it does.
    """

    status: int
    content: bytes
    after: float | None = None


@dataclass(frozen=True)
class Silence:
    """No answer.

    Attributes:
        error: why.
        unreachable: whether nothing listens at the address.
    """

    error: Exception
    unreachable: bool


@dataclass(frozen=True)
class Pause:
    """What to do before the next call: wait so many seconds."""

    seconds: float


Answer = TypeVar("Answer")
#: A question: calls go out, replies come in, and it ends with what they mean.
Question = Generator[Call, Reply, Answer]
#: A question with all that a client has to do for it. A pause is sent nothing.
Errand = Generator[Call | Pause, Reply | Silence | None, Answer]


def persist(question: Question[Answer], retry: Retry, url: str) -> Errand[Answer]:
    """Ask *question*, and make each of its calls as often as it takes and is allowed.

    Args:
        question: what is asked.
        retry: how patiently.
        url: the log's, for the error.

    Raises:
        LogUnavailableError: the log does not answer.
        TlogError: what the question makes of the replies.
    """
    try:
        call = next(question)
        while True:
            call = question.send((yield from _exchange(call, retry, url)))
    except StopIteration as ended:
        answer: Answer = ended.value
        return answer


def _exchange(call: Call, retry: Retry, url: str) -> Errand[Reply]:
    most = call.attempts or retry.attempts
    attempt = 0
    while True:
        reply = yield call
        assert reply is not None  # noqa: S101 - a client answers calls
        if isinstance(reply, Silence):
            after = None
            if reply.unreachable:
                most = min(most, retry.unreachable)
        elif reply.status in PASSING:
            after = reply.after
        else:
            return reply
        attempt += 1
        if attempt >= most:
            if isinstance(reply, Silence):
                remedy = AGAIN if call.method == "GET" else None
                raise LogUnavailableError(
                    f"The log at {url} does not answer.", remedy
                ) from reply.error
            return reply
        yield Pause(retry.pause(attempt - 1, after))
