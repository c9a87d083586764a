"""The worker's own side: read a job, do it with few rights, answer.

It ends when its input does, and ends itself when a job makes no progress for longer than its
parent would wait: a parent that was killed leaves no worker behind.
"""

from __future__ import annotations

import dataclasses
import math
import os
import signal
import sys
import threading
from collections.abc import Callable, Sequence
from typing import IO

from habeas.confined.messages import Answer, Json, Message, decode, encode
from habeas.confined.rights import Confinement, Rights, confine
from habeas.foundation.errors import HabeasError

#: Times what a parent allows: longer than it waits for a worker that rests in pieces.
_LONGEST = 20


class UnconfinedError(RuntimeError):
    """A handler answered without having given up its rights."""


class Job:
    """One job.

    Attributes:
        value: what was asked, any JSON.
        blobs: bytes beside it.
    """

    def __init__(self, message: Message, out: IO[bytes], confinement: Confinement | None) -> None:
        self.value: Json = message.head["job"]
        self.blobs: Sequence[bytes] = message.blobs
        self.confinement = confinement
        self._stall = float(message.head["stall"])
        self._out = out
        # Handlers with threads tell of progress from any of them.
        self._lock = threading.Lock()
        self._begin()

    def _begin(self) -> None:
        # Processor time, as a slow machine is no reason to end; and a longest wait for a job
        # that only rests. Neither is reached while a parent watches.
        signal.setitimer(signal.ITIMER_PROF, 2 * self._stall + 1)
        signal.alarm(math.ceil(_LONGEST * self._stall) + 1)

    def confine(self, rights: Rights) -> None:
        """Confine this process to *rights*, for good; see `habeas.confined.rights.confine`."""
        self.confinement = confine(rights)

    def progress(self, value: Json) -> None:
        """Tell the parent that something was done; it need not come often, only in time."""
        self._begin()
        self.send(Message({"kind": "progress", "value": value}))

    def send(self, message: Message) -> None:
        """Send a message to the parent."""
        with self._lock:
            self._out.write(encode(message))
            self._out.flush()

    def end(self) -> None:
        """The job is done, and may take no more time."""
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.alarm(0)


Handler = Callable[[Job], Answer]


def serve(prepare: Callable[[], Handler], rights: Rights | None = None) -> None:
    """Answer jobs until the input ends.

    Args:
        prepare: imports and loads what is needed, with all rights, and gives the handler. A
            handler refuses by raising a `HabeasError`.
        rights: what is kept after that. Without, each handler confines itself (`Job.confine`),
            and the process ends after one job.
    """
    incoming, outgoing = sys.stdin.buffer, os.fdopen(os.dup(1), "wb")
    # Libraries that print must not write into the answers.
    os.dup2(2, 1)

    def say(message: Message) -> None:
        outgoing.write(encode(message))
        outgoing.flush()

    try:
        handler = prepare()
    except Exception as error:  # noqa: BLE001
        # Nobody reads this process's output: whatever it is, only the parent can tell it.
        return say(_problem(error))
    confinement = confine(rights) if rights is not None else None
    say(Message({"kind": "ready", "confinement": _told(confinement)}))

    def read(count: int) -> bytes:
        content = incoming.read(count)
        if len(content) != count:
            raise EOFError
        return content

    while True:
        try:
            message = decode(read)
        except EOFError:
            return None
        job = Job(message, outgoing, confinement)
        job.send(_answer(handler, job))
        job.end()
        if rights is None:
            return None


def _answer(handler: Handler, job: Job) -> Message:
    try:
        answer = handler(job)
    except Exception as error:  # noqa: BLE001
        # Libraries raise whatever they like on a stranger's file, and the next job is another's.
        return _problem(error)
    if job.confinement is None:
        raise UnconfinedError
    head = {"kind": "answer", "value": answer.value, "confinement": _told(job.confinement)}
    return Message(head, answer.blobs)


def _problem(error: Exception) -> Message:
    """What is told of *error*: of unexpected ones only where, for they may quote the file."""
    if isinstance(error, HabeasError):
        told = {"code": error.code, "cause": error.cause, "remedy": error.remedy}
        return Message({"kind": "error", **told})
    if isinstance(error, MemoryError):
        return Message({
            "kind": "error", "code": "memory", "cause": "It needs more memory than it may take.",
            "remedy": "Make it smaller first.",
        })  # fmt: skip
    return Message({"kind": "failed", "error": f"{type(error).__name__} in {_where(error)}"})


def _where(error: Exception) -> str:
    """The line of code that raised it, innermost last."""
    frames = []
    trace = error.__traceback__
    while trace is not None:
        code = trace.tb_frame.f_code
        frames.append(f"{code.co_name}:{trace.tb_lineno}")
        trace = trace.tb_next
    return " > ".join(frames[-4:])


def _told(confinement: Confinement | None) -> Json:
    return None if confinement is None else dataclasses.asdict(confinement)
