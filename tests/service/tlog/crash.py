"""Kill the log's writer again and again, and check after each time what it has left.

python -m tests.service.tlog.crash --runs 1000

Half of the runs end at a fault point: the n-th write, fsync, rename, delete or
transaction. The other half are killed from outside, at a random moment. The next run
takes up the log where the killed one left it.
"""

import argparse
import asyncio
import json
import os
import random
import signal
import tempfile
import time
from collections import Counter
from pathlib import Path

from habeas import tlog
from habeas.tlog.admission import AdmitAnything
from habeas.tlog.note import split
from habeas.tlog.server import FileStorage, Sequencer, init_log, read_signer
from habeas.tlog.tiles import decode_bundle
from habeas.tlog.verifying import Folder, verify_log

_PER_FOLDER = 50


class Fault:
    """Kills its own process at step *at*."""

    def __init__(self, at, report):
        self.left = at
        self.report = report

    def __call__(self, step):
        self.left -= 1
        if self.left == 0:
            os.write(self.report, json.dumps({"died": step}).encode() + b"\n")
            os.kill(os.getpid(), signal.SIGKILL)


async def _write(folder, run, report, fault, random_):
    storage = FileStorage(folder, fault)
    storage._settling._last = 0.0  # a round of syncing begins at once
    policy = tlog.Policy.parse((folder / "policy.txt").read_text())
    log = Sequencer(storage, read_signer(folder), policy, AdmitAnything(), interval=0)
    await log.start()
    for batch in range(4):
        count = random_.choice([1, 2, 7, 40])
        entries = [b"run %d batch %d entry %d" % (run, batch, n) for n in range(count)]
        waiting = [log.append(entry) for entry in entries]
        for entry, each in zip(entries, waiting, strict=True):
            index = await each
            line = {"index": index, "entry": entry.decode(), "proof": log.proof(index)}
            os.write(report, json.dumps(line).encode() + b"\n")
        storage._settling._last = 0.0
    await log.stop()


def _child(folder, run, report, at, seed):
    """Never returns."""
    try:
        asyncio.run(_write(folder, run, report, Fault(at, report), random.Random(seed)))
    except BaseException as error:  # noqa: BLE001 - whatever it is, the parent must hear of it
        os.write(report, json.dumps({"error": repr(error)}).encode() + b"\n")
    os._exit(0)


class Harness:
    """One log after another, each written by processes that are killed."""

    def __init__(self, place, seed):
        self.place = Path(place)
        self.random = random.Random(seed)
        self.died = Counter()
        self.acknowledged = 0
        self._new()

    def _new(self):
        self.folder = self.place / f"log-{self.random.getrandbits(32):08x}"
        init_log(self.folder, "log.example/crash")
        self.policy = tlog.Policy.parse((self.folder / "policy.txt").read_text())
        self.entries = {}
        self.roots = {}

    def run(self, number):
        if number and number % _PER_FOLDER == 0:
            self._new()
        inside = number % 2 == 0
        at = self.random.randrange(1, 90) if inside else -1
        reading, writing = os.pipe()
        child = os.fork()
        if child == 0:
            os.close(reading)
            _child(self.folder, number, writing, at, self.random.getrandbits(32))
        os.close(writing)
        if not inside:
            time.sleep(self.random.random() * 0.04)  # noqa: TID251 - killed at a moment of chance
            os.kill(child, signal.SIGKILL)
        with os.fdopen(reading) as lines:
            reported = lines.read().split("\n")
        os.waitpid(child, 0)
        self._take(reported[:-1], inside)
        self.check()

    def _take(self, lines, inside):
        ended = "outside" if not inside else "finished"
        for line in lines:
            told = json.loads(line)
            if "error" in told:
                raise AssertionError(told["error"])
            if "died" in told:
                ended = told["died"]
                continue
            self.acknowledged += 1
            assert self.entries.setdefault(told["index"], told["entry"]) == told["entry"]
            proof = tlog.TlogProof.parse(told["proof"])
            self._saw(proof.verify(told["entry"].encode(), self.policy).checkpoint)
        self.died[ended] += 1

    def _saw(self, checkpoint):
        """No two checkpoints of one size with different roots."""
        assert self.roots.setdefault(checkpoint.size, checkpoint.root) == checkpoint.root

    def check(self):
        """The folder as the dead process left it, before anybody repairs it."""
        public = self.folder / "public"
        if not (public / "checkpoint").exists():
            assert not self.entries
            return
        verified = verify_log(Folder(public), self.policy).checkpoint
        self._saw(verified)
        assert Folder(public).read("checkpoint") is not None
        split((public / "checkpoint").read_text())
        assert verified.size >= max(self.entries, default=-1) + 1
        stored = self._stored(public, verified.size)
        for index, entry in self.entries.items():
            assert stored[index] == entry.encode()

    @staticmethod
    def _stored(public, size):
        entries = []
        for number in range(-(-size // 256)):
            width = min(256, size - number * 256)
            file = public / tlog.Tile(-1, number, width).path()
            if file.exists():
                entries += decode_bundle(file.read_bytes(), width)
            else:
                full = public / tlog.Tile(-1, number).path()
                entries += decode_bundle(full.read_bytes(), 256)[:width]
        return entries


def crash(runs, seed=None):
    seed = seed if seed is not None else random.SystemRandom().getrandbits(32)
    print(f"seed {seed}")  # noqa: T201
    with tempfile.TemporaryDirectory() as place:
        harness = Harness(place, seed)
        for number in range(runs):
            harness.run(number)
    return harness


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--runs", type=int, default=1000)
    parser.add_argument("--seed", type=int)
    arguments = parser.parse_args()
    done = crash(arguments.runs, arguments.seed)
    print(f"{arguments.runs} runs, {done.acknowledged} acknowledged entries, none lost")  # noqa: T201
    for name, count in done.died.most_common():
        print(f"  died at {name}: {count}")  # noqa: T201
