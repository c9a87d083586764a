"""What the figures of the log have in common: a log, its entries, and a line of the table."""

from __future__ import annotations

import functools
import os
import sys
import time
from collections.abc import Callable
from pathlib import Path

from habeas import tlog
from habeas.tlog.server import FileStorage, init_log, read_signer

#: Bytes of an entry.
ENTRY = 256
ORIGIN = "log.example/bench"
#: Of the entries that an admission checks: the cost is in checking, not in making.
WRITER = tlog.NoteSigner("writer.example/bench", bytes(32))


def row(what: str, figure: str, wanted: str) -> None:
    print(f"  {what:<52} {figure:>26}   {wanted}", flush=True)


def new_log(place: Path, name: str) -> tuple[Path, tlog.Policy]:
    folder = place / name
    init_log(folder, ORIGIN, anybody=True)
    return folder, tlog.Policy.parse((folder / "policy.txt").read_bytes())


def entry_of(number: int) -> bytes:
    return b"%d" % number + bytes(ENTRY - len(b"%d" % number))


@functools.cache
def signed(number: int) -> bytes:
    return WRITER.sign(f"{number} {'x' * 120}\n").encode()


def cores() -> int:
    """Those that this process may use."""
    return len(os.sched_getaffinity(0))


def until_it_answers(ready: Callable[[], bool]) -> None:
    for _ in range(100):
        try:
            if ready():
                return
        except tlog.TlogError:
            time.sleep(0.1)
    sys.exit("The log does not start.")


def fill(folder: Path, policy: tlog.Policy, size: int, begin: int = 0) -> None:
    """Through the storage, in batches of 16,384."""
    signer = read_signer(folder)
    with FileStorage(folder) as storage:
        for at in range(begin, size, 16_384):
            storage.append([entry_of(n) for n in range(at, min(at + 16_384, size))])
            storage.lay_out()
        tree = storage.tree
        note = signer.sign(tlog.Checkpoint(ORIGIN, tree.size, tree.root()).text())
        policy.verify(note)
        storage.publish(note)
