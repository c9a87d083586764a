"""Appending over HTTP, against appending in the log's own process."""

from __future__ import annotations

import asyncio
import statistics
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import uvloop

from bench.tlog.common import cores, entry_of, new_log, row, signed, until_it_answers
from bench.tlog.process import log_process
from habeas.tlog.client import LogClient
from habeas.tlog.tiles import encode_bundle

_SECONDS = 4.0
#: Entries that were signed before the clock runs, for the figures with an admission.
_SIGNED = 60_000


def _body(first: int, size: int, entry: Callable[[int], bytes]) -> bytes:
    return encode_bundle([entry(first + n) for n in range(size)]) if size else entry(first)


async def _caller(
    port: int, first: int, until: float, size: int, entry: Callable[[int], bytes], most: int
) -> int:
    """Entries that one connection has appended; in bundles of *size*, or one by one for 0."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    path = "/append-bundle" if size else "/append"
    done = 0
    while time.monotonic() < until and done + max(size, 1) <= most:
        body = _body(first + done, size, entry)
        head = f"POST {path} HTTP/1.1\r\nHost: log\r\nContent-Length: {len(body)}\r\n\r\n"
        writer.write(head.encode() + body)
        answer = await reader.readuntil(b"\r\n\r\n")
        assert answer.startswith(b"HTTP/1.1 200"), answer
        length = int(answer.lower().split(b"content-length: ")[1].split(b"\r\n")[0])
        await reader.readexactly(length)
        done += size or 1
    writer.close()
    return done


async def _callers(port: int, callers: int, size: int, entry: Callable[[int], bytes]) -> float:
    """Entries a second."""
    most = 10_000_000 if entry is entry_of else _SIGNED // callers
    began = time.monotonic()
    until = began + _SECONDS
    work = [_caller(port, n * most, until, size, entry, most) for n in range(callers)]
    return sum(await asyncio.gather(*work)) / (time.monotonic() - began)


@contextmanager
def _log(folder: Path, *, checked: bool = False) -> Iterator[int]:
    """A log in a process of its own that answers; gives its port."""
    with log_process(folder, 0.02, checked=checked) as (_, port):
        with LogClient(f"http://127.0.0.1:{port}") as log:
            until_it_answers(lambda: bool(log.checkpoint()))
        yield port


def over_http(place: Path, in_process: dict[int, float]) -> None:
    """Print how it compares.

    Args:
        place: for the logs.
        in_process: entries a second in the log's own process, by the number of callers.
    """
    for number in range(_SIGNED):
        signed(number)
    for what, callers, size, wanted in (
        ("256 callers, with proofs", 256, 0, 0.2),
        ("16 callers, in bundles of 256", 16, 256, 0.6),
    ):
        rates, ratios = [], []
        for n in range(3):
            kind = f"http-{size}-{n}"
            with _log(new_log(place, kind)[0]) as port:
                rates.append(uvloop.run(_callers(port, callers, size, entry_of)))
            with _log(new_log(place, f"{kind}-open")[0]) as port:
                plain = uvloop.run(_callers(port, callers, size, signed))
            with _log(new_log(place, f"{kind}-signed")[0], checked=True) as port:
                ratios.append(uvloop.run(_callers(port, callers, size, signed)) / plain)
        rate = statistics.median(rates)
        figure = f"{rate / in_process[64]:.2f} x in process ({rate:,.0f}/s)"
        row(f"append over HTTP, {what}", figure, f"at least {wanted} x of 64 callers")
        row("  of 1,024 callers in process", f"{rate / in_process[1024]:.2f} x", "for comparison")
        figure = f"{statistics.median(ratios):.2f} x without ({cores()} cores)"
        row("  the same, each signature checked", figure, "at least 0.7 x")
