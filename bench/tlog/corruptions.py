"""A byte, a block or a whole file of a log's folder is damaged: is it harmless, or noticed?

`python -m bench.tlog.corruptions --runs 300`

Each run takes a copy of a log, damages one file of it at random, before the log starts or
while it runs, and then does what readers and writers do. Whatever is answered must be right,
or be a problem with cause and remedy. Where the log does not start, `rebuild` must heal it.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import logging
import random
import shutil
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import httpx
from starlette.applications import Starlette

from habeas import tlog
from habeas.foundation.errors import HabeasError
from habeas.foundation.problem import Problem
from habeas.tlog.server import FileStorage, init_log, make_app, read_signer
from habeas.tlog.server.rebuild import rebuild
from habeas.tlog.verifying import Folder, verify_log

_ORIGIN = "log.example/corruptions"
_SIZE = 1100
#: Rebuild makes these anew; the others come back from the operator's backup.
_MADE_ANEW = ("log.sqlite3", "log.sqlite3-wal", "log.sqlite3-shm", "public")


#: SQLite's index of its write-ahead log. While a log runs, this file is a part of its memory,
#: mapped: who cuts it kills the process (SIGBUS), and the next start makes it again.
_MEMORY = "log.sqlite3-shm"


#: Seconds that a caller waits: longer than a loaded machine needs for a batch.
_PATIENCE = 10.0


class WrongError(Exception):
    """A damage was neither harmless nor noticed."""


@dataclass
class Outcome:
    """What came of the runs.

    Attributes:
        counts: (kind of file, what came of it) -> how often.
        again: entries that were logged once more, because the index had lost them.
        healed: logs that did not start, and did after `rebuild`.
    """

    counts: Counter[tuple[str, str]] = field(default_factory=Counter)
    again: int = 0
    healed: int = 0


class Log:
    """A log to be copied, and what it must answer."""

    def __init__(self, folder: Path, *, killed: bool) -> None:
        self.folder = folder
        init_log(folder, _ORIGIN, anybody=True)
        self.policy = tlog.Policy.parse((folder / "policy.txt").read_bytes())
        self.entries = [b"entry %d" % n for n in range(_SIZE)]
        storage = FileStorage(folder)
        for at in range(0, _SIZE, 100):
            storage.append(self.entries[at : at + 100])
            storage.lay_out()
        tree = storage.tree
        checkpoint = tlog.Checkpoint(_ORIGIN, tree.size, tree.root())
        storage.publish(read_signer(folder).sign(checkpoint.text(), 1))
        if killed:
            shutil.copytree(folder, folder.with_name(f"{folder.name}-killed"))
            self.folder = folder.with_name(f"{folder.name}-killed")
        storage.close()
        public = self.folder / "public"
        #: What readers get, by path; partial files of earlier sizes too.
        self.files = {
            str(each.relative_to(public)): each.read_bytes()
            for each in sorted(public.rglob("*"))
            if each.is_file()
        }


# What can happen to a file.


def _flip(content: bytes, chance: random.Random) -> bytes:
    changed = bytearray(content)
    changed[chance.randrange(len(changed))] ^= 1 << chance.randrange(8)
    return bytes(changed)


def _blank(content: bytes, chance: random.Random) -> bytes:
    at = chance.randrange(len(content))
    return content[:at] + bytes(len(content[at : at + 512])) + content[at + 512 :]


def _cut(content: bytes, chance: random.Random) -> bytes:
    return content[: chance.randrange(len(content))]


def _more(content: bytes, chance: random.Random) -> bytes:
    return content + chance.randbytes(chance.randrange(1, 600))


def _noise(content: bytes, chance: random.Random) -> bytes:
    return chance.randbytes(len(content))


_DAMAGES: list[Callable[[bytes, random.Random], bytes]] = [
    _flip,
    _flip,
    _blank,
    _cut,
    _more,
    _noise,
]


def damage(folder: Path, chance: random.Random, spared: str = "") -> str:
    """Damage one file of *folder*, not that of the name *spared*; gives which, and how."""
    files = sorted(each for each in folder.rglob("*") if each.is_file() and each.stat().st_size)
    files = [each for each in files if each.name != spared]
    kinds: dict[str, list[Path]] = {}
    for each in files:
        kinds.setdefault(_kind(each.relative_to(folder)), []).append(each)
    # Each kind as often as the others, or nearly all would be tiles.
    file = chance.choice(kinds[chance.choice(sorted(kinds))])
    if chance.random() < 0.15:
        file.unlink()
        return f"{file.relative_to(folder)} deleted"
    how = chance.choice(_DAMAGES)
    file.write_bytes(how(file.read_bytes(), chance))
    return f"{file.relative_to(folder)} {how.__name__.strip('_')}"


def _kind(file: Path) -> str:
    if file.parts[0] != "public":
        return file.name
    if file.name == "checkpoint":
        return "checkpoint"
    return "bundle" if "entries" in file.parts else f"tile of level {file.parts[2]}"


class Run:
    """One copy of a log, damaged and used."""

    def __init__(self, log: Log, folder: Path, chance: random.Random) -> None:
        self.log = log
        self.folder = folder
        self.chance = chance
        self.noticed: list[str] = []
        self.entries = list(log.entries)
        self.again = 0
        #: What was damaged, and how.
        self.what = ""

    def run(self, *, running: bool) -> None:
        """Damage it, and use it.

        Raises:
            WrongError: the damage was neither harmless nor noticed.
        """
        if not running:
            self.what = damage(self.folder, self.chance)
        try:
            app = make_app(self.folder, interval=0, patience=_PATIENCE)
            asyncio.run(self._use(app))
        except HabeasError as error:
            self._notice(error.code, error.cause, error.remedy)
        self._no_fork()

    def _notice(self, code: str, cause: str, remedy: str) -> None:
        if not (code and cause and remedy):
            raise WrongError(f"{code}: {cause} has no remedy {remedy}")
        self.noticed.append(code)

    async def _use(self, app: Starlette) -> None:
        async with app.router.lifespan_context(app):
            transport = httpx.ASGITransport(app)
            async with httpx.AsyncClient(transport=transport, base_url="http://log") as http:
                self.what = self.what or damage(self.folder, self.chance, _MEMORY)
                for path, content in self.log.files.items():
                    await self._read(http, path, content)
                await self._append(http, b"new", len(self.entries))
                old = self.chance.randrange(_SIZE)
                await self._append(http, self.log.entries[old], old)
                health = await http.get("/readyz")
                if health.status_code != 200:
                    for code, said in health.json()["problems"].items():
                        # Cause and remedy are one text there.
                        self._notice(code, said, said)

    async def _read(self, http: httpx.AsyncClient, path: str, content: bytes) -> None:
        answer = await http.get(f"/{path}")
        if answer.status_code != 200:
            self._refused(answer)
        elif path == "checkpoint":
            tree = self.log.policy.verify(answer.text).checkpoint
            self._holds(tree)
        elif answer.content != content:
            raise WrongError(f"other bytes of {path} were served")

    def _refused(self, answer: httpx.Response) -> None:
        if answer.status_code not in (401, 403, 429, 503):
            raise WrongError(f"{answer.url} is answered with {answer.status_code}: {answer.text}")
        if answer.headers["cache-control"] != "no-store":
            raise WrongError("a cache may keep a failure")
        said = Problem.decode(answer.content, answer.status_code)
        self._notice(said.code, said.detail, said.remedy)

    async def _append(self, http: httpx.AsyncClient, entry: bytes, index: int) -> None:
        answer = await http.post("/append", content=entry)
        if answer.status_code != 200:
            self._refused(answer)
            return
        said = answer.json()
        if said["index"] != index or index == len(self.entries):
            if said["index"] != len(self.entries):
                raise WrongError(f"{entry!r} is said to be number {said['index']}")
            self.again += index != len(self.entries)
            self.entries.append(entry)
        proof = tlog.TlogProof.parse(said["proof"])
        self._holds(proof.verify(entry, self.log.policy).checkpoint)

    def _holds(self, tree: tlog.Checkpoint) -> None:
        leaves = [tlog.leaf_hash(each) for each in self.entries[: tree.size]]
        # An append that was not acknowledged may be in the tree all the same.
        expected = {tlog.Frontier().extend(leaves).root()}
        if len(leaves) < tree.size:
            expected = {
                tlog.Frontier().extend([*leaves, tlog.leaf_hash(each)]).root()
                for each in (b"new", *self.log.entries)
            }
        if tree.root not in expected:
            raise WrongError(f"the log signed another tree of {tree.size} entries")

    def _no_fork(self) -> None:
        file = self.folder / "public" / "checkpoint"
        try:
            note = file.read_bytes().decode()
            tree = self.log.policy.verify(note).checkpoint
        except (OSError, UnicodeDecodeError, HabeasError):
            return  # it is the damaged one
        self._holds(tree)

    @property
    def grown(self) -> bool:
        """Whether more was published than the undamaged copy has, acknowledged or not."""
        checkpoint = self.folder / "public" / "checkpoint"
        lines = checkpoint.read_bytes().split(b"\n") if checkpoint.exists() else []
        return len(self.entries) > _SIZE or (len(lines) > 1 and lines[1] == b"%d" % (_SIZE + 1))

    def heal(self) -> None:
        """Do what the remedy says: bring the operator's files back, and rebuild."""
        for name in (each.name for each in self.log.folder.iterdir()):
            if name not in _MADE_ANEW and (self.log.folder / name).is_file():
                shutil.copy(self.log.folder / name, self.folder / name)
        rebuild(self.folder, Folder(self.log.folder / "public"), self.log.policy)
        again = Run(self.log, self.folder, self.chance)
        again.what = "nothing"
        asyncio.run(again._use(make_app(self.folder, interval=0, patience=_PATIENCE)))
        if again.noticed or again.again:
            raise WrongError(f"rebuild did not heal it: {again.noticed}")
        verify_log(Folder(self.folder / "public"), self.log.policy)


@contextlib.contextmanager
def _silence() -> Iterator[None]:
    """What is damaged on purpose is told to nobody; whoever runs this in tests reads on after."""
    log = logging.getLogger("habeas.tlog")
    before = log.level
    log.setLevel(logging.CRITICAL + 1)
    try:
        yield
    finally:
        log.setLevel(before)


def corruptions(runs: int, seed: int | None = None) -> Outcome:
    """Damage *runs* copies of a log.

    Raises:
        WrongError: one of the damages was neither harmless nor noticed.
    """
    seed = random.SystemRandom().getrandbits(32) if seed is None else seed
    outcome = Outcome()
    with _silence(), tempfile.TemporaryDirectory(prefix="habeas-corruptions-") as place:
        logs = [Log(Path(place) / "a", killed=False), Log(Path(place) / "b", killed=True)]
        for number in range(runs):
            chance = random.Random(f"{seed} {number}")
            log, running = chance.choice(logs), chance.random() < 0.5
            folder = Path(place) / "run"
            shutil.copytree(log.folder, folder)
            run = Run(log, folder, chance)
            try:
                run.run(running=running)
                if run.noticed and not run.grown:
                    run.heal()
                    outcome.healed += 1
            except Exception as error:
                raise WrongError(f"seed {seed}, run {number}, {run.what}: {error!r}") from error
            kind = _kind(Path(run.what.split(" ")[0]))
            outcome.counts[kind, "noticed" if run.noticed else "harmless"] += 1
            outcome.again += run.again
            shutil.rmtree(folder)
    return outcome


def run() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=300)
    parser.add_argument("--seed", type=int)
    given = parser.parse_args()
    outcome = corruptions(given.runs, given.seed)
    print(f"{given.runs} damages, none of them served or signed; {outcome.healed} logs healed")
    print(f"{outcome.again} entries were logged once more, since the index had lost them")
    for kind in sorted({kind for kind, _ in outcome.counts}):
        counts = [outcome.counts[kind, each] for each in ("noticed", "harmless")]
        print(f"  {kind:<24} {counts[0]:>4} noticed {counts[1]:>4} harmless")


if __name__ == "__main__":
    run()
