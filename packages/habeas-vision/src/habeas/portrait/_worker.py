"""The worker: decodes strangers' files in a process that may do next to nothing.

Limits of memory, time, files and file sizes; no new privileges; and after the models are
loaded, a network namespace of its own where the kernel allows that. It reads
length-prefixed frames from its input, answers on its output, and ends when its input does.
"""

from __future__ import annotations

import json
import os
import signal
import sys
from typing import IO

from habeas.confined import limits

_MEMORY = 2 * 1024**3
#: An alarm of its own ends a worker whose parent died while it was busy.
_SECONDS = 60
_MAX_FRAME = 32 * 1024 * 1024


def confine() -> None:
    """Give up what a decoder does not need."""
    limits.confine(memory=_MEMORY, file_size=0, open_files=32)


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
    from habeas.faces import assets  # noqa: PLC0415 - confine after the heavy imports
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
            frames = _wire.pack(_assess.assess(photo, **options))
        except PhotoError as error:
            frames = _wire.pack(error)
        write_frame(outgoing, len(frames).to_bytes(1, "big"))
        for frame in frames:
            write_frame(outgoing, frame)
        outgoing.flush()
        signal.alarm(0)


if __name__ == "__main__":
    main()
