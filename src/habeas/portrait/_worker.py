"""The worker: decodes strangers' files in a process that may do next to nothing.

Limits of memory, time, files and file sizes; no new privileges; and after the models are
loaded, a network namespace of its own where the kernel allows that. It reads
length-prefixed frames from its input, answers on its output, and ends when its input does.
"""

from __future__ import annotations

import ctypes
import json
import os
import resource
import signal
import sys
from typing import IO

_PR_SET_NO_NEW_PRIVS = 38
_CLONE_NEWNET = 0x40000000
_CLONE_NEWUSER = 0x10000000
_MEMORY = 2 * 1024**3
#: An alarm of its own ends a worker whose parent died while it was busy.
_SECONDS = 60
_MAX_FRAME = 32 * 1024 * 1024


def confine() -> None:
    """Give up what a decoder does not need."""
    libc = ctypes.CDLL(None, use_errno=True)
    libc.prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
    # A network of its own has no way out. Kernels that forbid it leave the other limits.
    if libc.unshare(_CLONE_NEWNET) != 0:
        libc.unshare(_CLONE_NEWUSER | _CLONE_NEWNET)
    resource.setrlimit(resource.RLIMIT_AS, (_MEMORY, _MEMORY))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_NOFILE, (32, 32))


def read_frame(stream: IO[bytes]) -> bytes | None:
    """One frame; None at the end.

    Raises:
        EOFError: the stream ends in the middle of one, or it is too long.
    """
    head = stream.read(4)
    if not head:
        return None
    length = int.from_bytes(head, "big")
    content = stream.read(length) if len(head) == 4 and length <= _MAX_FRAME else b""
    if len(content) != length:
        raise EOFError
    return content


def write_frame(stream: IO[bytes], content: bytes) -> None:
    """Write one frame."""
    stream.write(len(content).to_bytes(4, "big") + content)


def main() -> None:
    """Answer requests until the input ends."""
    incoming, outgoing = sys.stdin.buffer, os.fdopen(os.dup(1), "wb")
    # Libraries that print must not write into the answers.
    os.dup2(2, 1)
    from habeas import assets  # noqa: PLC0415 - confine after the heavy imports
    from habeas.portrait import _assess, _wire  # noqa: PLC0415
    from habeas.portrait.errors import PhotoError  # noqa: PLC0415

    sample = assets.find("astronaut.png")
    if sample is not None:
        _assess.assess(sample.read_bytes())  # loads every model before the doors close
    confine()
    write_frame(outgoing, b"ready")
    outgoing.flush()
    while (asked := read_frame(incoming)) is not None:
        photo = read_frame(incoming) or b""
        options = json.loads(asked)
        signal.alarm(_SECONDS)
        try:
            frames = _wire.pack(_assess.assess(photo, options["profile"], child=options["child"]))
        except PhotoError as error:
            frames = _wire.pack(error)
        write_frame(outgoing, len(frames).to_bytes(1, "big"))
        for frame in frames:
            write_frame(outgoing, frame)
        outgoing.flush()
        signal.alarm(0)


if __name__ == "__main__":
    main()
