"""Workers for tests: one tries what it may not do; others die, hang or chatter as they are told."""

import ctypes
import os
import socket
import threading
import time
from pathlib import Path

from habeas.confined import Answer, Rights, serve
from habeas.foundation.errors import HabeasError

MEMORY = 1024**3


class RefusedError(HabeasError):
    code = "told-to-refuse"
    remedy = "Ask otherwise."


def fork():
    if os.fork() == 0:
        os._exit(0)


def attempts(job):
    """Each thing that must fail, by name; *job* names a file that exists and a folder."""
    libc = ctypes.CDLL(None, use_errno=True)

    def call(number, *arguments):
        if libc.syscall(number, *arguments) < 0:
            raise OSError(ctypes.get_errno(), "refused")

    return {
        "read a file": lambda: Path(job["file"]).read_bytes(),
        "read a file of the system": lambda: Path("/etc/passwd").read_bytes(),
        "read another process": lambda: Path(f"/proc/{os.getppid()}/environ").read_bytes(),
        "list a folder": lambda: list(Path(job["folder"]).iterdir()),
        "write a file": lambda: (Path(job["folder"]) / "new").write_bytes(b"x"),
        "change a file": lambda: Path(job["file"]).write_bytes(b"x"),
        "remove a file": lambda: Path(job["file"]).unlink(),
        "open a socket": lambda: socket.socket(socket.AF_INET, socket.SOCK_STREAM),
        "open a local socket": lambda: socket.socket(socket.AF_UNIX, socket.SOCK_STREAM),
        "start a program": lambda: os.execv("/bin/true", ["/bin/true"]),  # noqa: S606
        "start a process": fork,
        "signal the parent": lambda: os.kill(os.getppid(), 0),
        "trace the parent": lambda: call(101, 16, os.getppid(), 0, 0),
        "make a namespace": lambda: call(272, 0x10000000),
        "ask for io_uring": lambda: call(425, 1, 0),
        "raise a limit": lambda: __import__("resource").setrlimit(9, (2 * MEMORY, 2 * MEMORY)),
        "take memory": lambda: bytearray(2 * MEMORY),
    }


def tried(job):
    said = {}
    for name, attempt in attempts(job).items():
        try:
            attempt()
            said[name] = "done"
        except (OSError, MemoryError, ValueError) as error:
            said[name] = type(error).__name__
    return said


def wait(_):
    threading.Event().wait()


def refuse(_):
    raise RefusedError("It was told to.")


def fail(_):
    raise ZeroDivisionError("with a secret of the file")


def progress(job):
    for number in range(job.value["times"]):
        job.progress(number)
        time.sleep(job.value["pause"])  # noqa: TID251 - a slow job
    return Answer("done")


def noise(job):
    os.write(job._out.fileno(), b"\xff" * 100)
    threading.Event().wait()


def in_a_thread(job):
    found = []
    thread = threading.Thread(target=lambda: found.append(tried(job.value)))
    thread.start()
    thread.join()
    return Answer(found[0])


DOINGS = {
    "try": lambda job: Answer(tried(job.value)),
    "thread": in_a_thread,
    "echo": lambda job: Answer(job.value["say"], job.blobs),
    "environment": lambda _: Answer(dict(os.environ)),
    "memory": lambda _: Answer(len(bytearray(2 * MEMORY))),
    "die": lambda _: os.abort(),
    "refuse": refuse,
    "fail": fail,
    "hang": wait,
    "progress": progress,
    "noise": noise,
}


def handle(job):
    return DOINGS[job.value["do"]](job)


def prepare():
    print("a library prints")  # noqa: T201
    return handle


if __name__ == "__main__":
    serve(prepare, Rights(memory=MEMORY))
