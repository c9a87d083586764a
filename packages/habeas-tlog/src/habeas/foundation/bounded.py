"""RFC 9110: one answer, with all its bytes, within a time of its own.

httpx counts anew with each byte that comes: who sends one in a while, of headers even, would hold
a thread for ever. Here the whole counts: what leads to the answer (names, TLS, the request), its
headers with those of each 1xx before it, and its body.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

import httpx

#: Seconds for an answer as a whole; one of 16 MB then takes a line of half a megabit a second.
WHOLE_SECONDS = 300.0
#: With which a request says how long its own may take: ``extensions={WHOLE: seconds}``.
WHOLE = "habeas_whole"
_end: ContextVar[float | None] = ContextVar("end", default=None)


def _late(request: httpx.Request | None = None) -> httpx.ReadTimeout:
    return httpx.ReadTimeout("The answer does not come to its end.", request=request)


def _of(request: httpx.Request) -> float:
    return time.monotonic() + float(request.extensions.get(WHOLE, WHOLE_SECONDS))


@contextmanager
def _until(end: float) -> Iterator[None]:
    token = _end.set(end)
    try:
        yield
    finally:
        _end.reset(token)


class _Stream:
    """A connection, whose each step ends when the answer's time is over."""

    def __init__(self, inner: Any) -> None:
        self._inner = inner

    def __getattr__(self, name: str) -> Any:
        return getattr(self._inner, name)

    def read(self, most: int, timeout: float | None = None) -> bytes:
        read: bytes = self._inner.read(most, _left(timeout))
        return read

    def write(self, content: bytes, timeout: float | None = None) -> None:
        self._inner.write(content, _left(timeout))

    def start_tls(
        self, ssl_context: Any, server_hostname: str | None = None, timeout: float | None = None
    ) -> _Stream:
        return _Stream(self._inner.start_tls(ssl_context, server_hostname, _left(timeout)))


def _left(timeout: float | None) -> float | None:
    """The time of one step, and no more than is left of the whole."""
    end = _end.get()
    if end is None:
        return timeout
    left = end - time.monotonic()
    if left <= 0:
        raise _late()
    return left if timeout is None else min(left, timeout)


class _Backend:
    def __init__(self, inner: Any) -> None:
        self._inner = inner

    def __getattr__(self, name: str) -> Any:
        return getattr(self._inner, name)

    def connect_tcp(self, *how: Any, **options: Any) -> _Stream:
        return _Stream(self._inner.connect_tcp(*how, **options))


class _Body(httpx.SyncByteStream):
    def __init__(self, inner: httpx.SyncByteStream, end: float) -> None:
        self._inner, self._ends = inner, end

    def __iter__(self) -> Iterator[bytes]:
        chunks = iter(self._inner)
        while True:
            with _until(self._ends):
                chunk = next(chunks, None)
            if chunk is None:
                return
            yield chunk

    def close(self) -> None:
        self._inner.close()


class Bounded(httpx.HTTPTransport):
    """httpx's own way over the network; for its arguments see there."""

    def __init__(self, **how: Any) -> None:
        super().__init__(**how)
        # httpcore takes another way of reading and writing; httpx does not hand it on.
        pool: Any = self._pool
        pool._network_backend = _Backend(pool._network_backend)  # noqa: SLF001

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """The answer to *request*.

        Raises:
            httpx.ReadTimeout: it does not come to its end in time.
        """
        end = _of(request)
        with _until(end):
            answer = super().handle_request(request)
        if isinstance(answer.stream, httpx.SyncByteStream):
            answer.stream = _Body(answer.stream, end)
        return answer


class _AsyncBody(httpx.AsyncByteStream):
    def __init__(self, inner: httpx.AsyncByteStream, end: float) -> None:
        self._inner, self._ends = inner, end

    async def __aiter__(self) -> AsyncIterator[bytes]:
        chunks = aiter(self._inner)
        while True:
            try:
                async with asyncio.timeout(max(0.0, self._ends - time.monotonic())):
                    chunk = await anext(chunks, None)
            except TimeoutError as error:
                raise _late() from error
            if chunk is None:
                return
            yield chunk

    async def aclose(self) -> None:
        await self._inner.aclose()


class AsyncBounded(httpx.AsyncHTTPTransport):
    """The same for asyncio."""

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """The answer to *request*.

        Raises:
            httpx.ReadTimeout: it does not come to its end in time.
        """
        end = _of(request)
        try:
            async with asyncio.timeout(end - time.monotonic()):
                answer = await super().handle_async_request(request)
        except TimeoutError as error:
            raise _late(request) from error
        if isinstance(answer.stream, httpx.AsyncByteStream):
            answer.stream = _AsyncBody(answer.stream, end)
        return answer
