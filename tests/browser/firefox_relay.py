"""Starts Debian's Firefox for Playwright, and answers in its place what it does not know yet.

Playwright speaks WebDriver BiDi with a Firefox as distributions ship it, but begins each context
with a command that an extended support release may lack. This program stands between: it starts
the browser with the arguments that it got, passes on every message (RFC 6455, without
extensions), and answers that one command itself. Used as the browser's executable.
"""

from __future__ import annotations

import asyncio
import functools
import json
import os
import re
import signal
import sys
from asyncio import StreamReader, StreamWriter

FIREFOX = os.environ.get("HABEAS_FIREFOX", "/usr/bin/firefox-esr")
#: Commands that set how media queries answer: no test depends on them.
UNKNOWN = (b'"emulation.setMediaFeaturesOverride"',)
_TEXT, _FIN = 1, 0x80


async def _frame(source: StreamReader) -> tuple[bytes, int, bytes]:
    """One frame as it came, its first byte, and its payload without a mask (section 5.2)."""
    head = await source.readexactly(2)
    length, extended = head[1] & 0x7F, b""
    if length >= 126:
        extended = await source.readexactly(2 if length == 126 else 8)
        length = int.from_bytes(extended, "big")
    mask = await source.readexactly(4) if head[1] & 0x80 else b""
    body = await source.readexactly(length)
    raw = head + extended + mask + body
    if mask:
        key = int.from_bytes((mask * (length // 4 + 1))[:length], "big")
        body = (int.from_bytes(body, "big") ^ key).to_bytes(length, "big")
    return raw, head[0], body


def _text(payload: bytes) -> bytes:
    """A frame of text from a server: without a mask."""
    assert len(payload) < 126
    return bytes([_FIN | _TEXT, len(payload)]) + payload


async def _from_playwright(client: StreamReader, answers: StreamWriter, to: StreamWriter) -> None:
    while True:
        raw, first, body = await _frame(client)
        if first == _FIN | _TEXT and any(each in body for each in UNKNOWN):
            told = {"type": "success", "id": json.loads(body)["id"], "result": {}}
            answers.write(_text(json.dumps(told).encode()))
            continue
        to.write(raw)
        await to.drain()


async def _from_firefox(source: StreamReader, to: StreamWriter) -> None:
    while True:
        raw, _, _ = await _frame(source)
        to.write(raw)
        await to.drain()


async def _relay(reader: StreamReader, writer: StreamWriter, port: int) -> None:
    source, to = await asyncio.open_connection("127.0.0.1", port)
    asked = await reader.readuntil(b"\r\n\r\n")
    # Compressed messages could not be read here.
    asked = re.sub(rb"(?i)\r\nsec-websocket-extensions:[^\r]*", b"", asked)
    asked = re.sub(rb"(?i)\r\nhost:[^\r]*", b"\r\nHost: 127.0.0.1:%d" % port, asked)
    to.write(asked)
    writer.write(await source.readuntil(b"\r\n\r\n"))
    try:
        await asyncio.gather(_from_playwright(reader, writer, to), _from_firefox(source, writer))
    except (asyncio.IncompleteReadError, ConnectionError):
        writer.close()
        to.close()


async def main(arguments: list[str]) -> int:
    """Run Firefox with *arguments* until it ends; returns its exit status."""
    browser = await asyncio.create_subprocess_exec(
        FIREFOX, *arguments, stderr=asyncio.subprocess.PIPE
    )
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, browser.terminate)
    assert browser.stderr is not None
    async for line in browser.stderr:
        found = re.match(rb"WebDriver BiDi listening on ws://127\.0\.0\.1:(\d+)", line)
        if found is None:
            sys.stderr.buffer.write(line)
            sys.stderr.flush()
            continue
        port = int(found[1])
        server = await asyncio.start_server(functools.partial(_relay, port=port), "127.0.0.1", 0)
        mine = server.sockets[0].getsockname()[1]
        sys.stderr.write(f"WebDriver BiDi listening on ws://127.0.0.1:{mine}\n")
        sys.stderr.flush()
    return await browser.wait()


if __name__ == "__main__":
    sys.exit(asyncio.run(main(sys.argv[1:])))
