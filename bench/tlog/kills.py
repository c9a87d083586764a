"""A log's process is killed (kill -9) at random moments under load: does it lose or fork anything?

`python -m bench.tlog.kills --runs 60`

Callers append over HTTP, one by one and in bundles, with a witness that cosigns. After each
kill, before anything is repaired, the public files must verify to the last hash and hold
every entry that was acknowledged, where it was said to stand; a follower must find that they
extend what it saw before. Then the log is started again on what is left.
"""

from __future__ import annotations

import argparse
import contextlib
import random
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import httpx
import uvicorn

from bench.tlog.process import log_process
from habeas import tlog
from habeas.foundation.database import Database
from habeas.tlog.client import LogClient
from habeas.tlog.server import init_log
from habeas.tlog.server.witness_app import witness_app
from habeas.tlog.verifying import Folder, verify_log
from habeas.tlog.view import LogView
from habeas.tlog.witness import Witness

_ORIGIN = "log.example/kills"
_CALLERS = 12
#: Seconds after which a log that does not start or answer is a fault.
_PATIENCE = 60.0


@dataclass
class Outcome:
    """What came of the kills: entries acknowledged in all, and kills before the first of a run."""

    acknowledged: int = 0
    early: int = 0
    size: int = 0


class Load:
    """Callers that append until the log is gone."""

    def __init__(self, url: str, run: int) -> None:
        self.acknowledged: dict[int, bytes] = {}
        self._url = url
        self._run = run
        self._first = threading.Event()
        self._turn = threading.Lock()
        self._ended = threading.Event()
        self._callers = [
            threading.Thread(target=self._call, args=(which,)) for which in range(_CALLERS)
        ]
        for each in self._callers:
            each.start()

    def wait(self) -> None:
        """Return at the first acknowledgement."""
        if not self._first.wait(_PATIENCE):
            raise AssertionError("the log takes nothing")

    def end(self) -> None:
        """Return when no caller waits for an answer any more."""
        self._ended.set()
        for each in self._callers:
            each.join()

    def _call(self, which: int) -> None:
        with LogClient(self._url) as log:
            number = 0
            while not self._ended.is_set():
                count = 1 if which % 3 else 40
                entries = [
                    b"run %d caller %d entry %d" % (self._run, which, number + n)
                    for n in range(count)
                ]
                try:
                    indices = (
                        [log.append(entries[0]).index] if count == 1 else log.append_many(entries)
                    )
                except tlog.LogUnavailableError:
                    time.sleep(0.02)
                    continue
                number += count
                with self._turn:
                    self.acknowledged.update(zip(indices, entries, strict=True))
                self._first.set()


class Harness:
    """One log, its witness, and what was acknowledged."""

    def __init__(self, place: Path, witness: str, signer: tlog.CosignatureSigner) -> None:
        self.folder = place / "log"
        lines = (self.folder / "policy.txt").read_bytes().decode().replace("quorum none", "")
        policy = f"{lines}witness w {signer.vkey} {witness}\nquorum w\n"
        (self.folder / "policy.txt").write_bytes(policy.encode())
        self.policy = tlog.Policy.parse(policy)
        self.acknowledged: dict[int, bytes] = {}
        self.outcome = Outcome()
        self._seen: dict[int, bytes] = {}
        self._view = LogView(
            Database(), Folder(self.folder / "public"), self.policy, self._seen.__setitem__
        )

    @contextlib.contextmanager
    def _log(self) -> Iterator[tuple[subprocess.Popen[bytes], str]]:
        with log_process(self.folder, 0.005) as (process, port):
            yield process, f"http://127.0.0.1:{port}"

    def kill(self, run: int, chance: random.Random) -> None:
        """Start the log, load it, kill it, and look at what it left.

        Raises:
            AssertionError, TlogError: something was lost, or forked.
        """
        with self._log() as (process, url):
            early = chance.random() < 0.1
            if early:
                time.sleep(chance.random() * 1.5)
                process.kill()
                self.outcome.early += 1
            else:
                load = Load(url, run)
                try:
                    load.wait()
                    time.sleep(chance.random() * 0.8)
                    assert process.poll() is None, "the log ended by itself"
                finally:
                    process.kill()
                    process.wait()
                    load.end()
                for index, entry in load.acknowledged.items():
                    assert self.acknowledged.setdefault(index, entry) == entry, "one place, two"
        self.check()

    def check(self) -> None:
        """Hold the files, as they lie there, against all that was acknowledged.

        Raises:
            AssertionError, TlogError: something was lost, or forked.
        """
        if not (self.folder / "public" / "checkpoint").exists():
            assert not self.acknowledged
            return
        files = Folder(self.folder / "public")
        size = verify_log(files, self.policy).checkpoint.size
        assert self._view.catch_up().checkpoint.size == size
        for index, entry in self.acknowledged.items():
            assert self._seen.get(index) == entry, f"entry {index} is lost"
        assert len(set(self._seen.values())) == len(self._seen), "an entry stands twice"
        self.outcome.acknowledged, self.outcome.size = len(self.acknowledged), size

    def last(self) -> None:
        """Start it once more: it takes entries, and knows those that it has."""
        with self._log() as (_, url), LogClient(url) as log:
            until = time.monotonic() + _PATIENCE
            while time.monotonic() < until:
                with contextlib.suppress(httpx.HTTPError):
                    if httpx.get(f"{url}/readyz").status_code == 200:
                        break
                time.sleep(0.05)
            for index, entry in list(self.acknowledged.items())[
                :: len(self.acknowledged) // 50 + 1
            ]:
                assert log.append(entry).index == index, "it has forgotten what it has"
            log.append(b"the last one")


def kills(runs: int, seed: int | None = None, *, progress: bool = False) -> Outcome:
    """Kill one log *runs* times.

    Raises:
        AssertionError, TlogError: something was lost, or forked.
    """
    seed = random.SystemRandom().getrandbits(32) if seed is None else seed
    chance = random.Random(seed)
    signer = tlog.CosignatureSigner.generate("w.example")
    with tempfile.TemporaryDirectory(prefix="habeas-kills-") as place:
        folder = Path(place) / "log"
        init_log(folder, _ORIGIN, anybody=True)
        keys = tlog.Policy.parse((folder / "policy.txt").read_bytes()).logs
        witness = Witness(Database(), signer, keys)
        with _served(witness) as url:
            harness = Harness(Path(place), url, signer)
            for run in range(runs):
                try:
                    harness.kill(run, chance)
                except Exception as error:
                    raise AssertionError(f"seed {seed}, run {run}: {error!r}") from error
                if progress and sys.stderr.isatty():
                    sys.stderr.write(f"\r{run + 1} of {runs} kills\033[K")
            harness.last()
            harness.check()
    return harness.outcome


@contextlib.contextmanager
def _served(witness: Witness) -> Iterator[str]:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        server = uvicorn.Server(uvicorn.Config(witness_app(witness), log_level="critical"))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]})
        thread.start()
        try:
            yield f"http://127.0.0.1:{listening.getsockname()[1]}"
        finally:
            server.should_exit = True
            thread.join()


def run() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=60)
    parser.add_argument("--seed", type=int)
    given = parser.parse_args()
    outcome = kills(given.runs, given.seed, progress=True)
    print(
        f"{given.runs} kills ({outcome.early} while it started), {outcome.acknowledged:,} entries "
        f"acknowledged: none lost, none twice, no fork; all files verify ({outcome.size:,} entries)"
    )


if __name__ == "__main__":
    run()
