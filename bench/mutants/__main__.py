"""Mutation testing: would the unit tests notice if one operator of the code were another?

    python -m bench.mutants [--sample 200] [--seed 1] [--room tlog]

A mutant is one small change in one file of a room whose faults would break a promise. Each
runs in a copy of its distribution's source, against the unit tests of its room alone; it is
found when they fail, or hang. What survives is listed, with the reason where
`survivors.toml` gives one (most are equivalent: no test could tell them apart).
"""

from __future__ import annotations

import argparse
import os
import random
import shutil
import subprocess
import sys
import tempfile
import threading
import tomllib
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from rich.console import Console
from rich.progress import track

from bench.mutants.sites import ROOMS, ROOT, Mutant, Room, mutants

REASONS = Path(__file__).with_name("survivors.toml")
#: At least this share of all mutants must be found.
FLOOR = 0.9
_TERMINAL = Console(stderr=True)
#: Bytes of address space for one run: a mutant may ask for endless memory.
_MEMORY = 8 << 30


def passes(room: Room, source: Path, seconds: float | None) -> bool:
    """Whether the room's unit tests pass over the distribution's *source*."""
    environment = {
        **os.environ,
        "PYTHONPATH": f"{source}{os.pathsep}{ROOT}",
        "PYTHONDONTWRITEBYTECODE": "1",
        "HYPOTHESIS_PROFILE": "quick",
    }
    command = [
        "prlimit", f"--as={_MEMORY}", sys.executable, "-m", "pytest", "-x", "-q",
        "-p", "no:randomly", "-p", "no:xdist", "-p", "no:cov",
        *(each for each in room.tests if (ROOT / each).exists()),
    ]  # fmt: skip
    process = subprocess.Popen(
        command, cwd=ROOT, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        start_new_session=True,
    )  # fmt: skip
    try:
        return process.wait(seconds) == 0
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, 9)
        process.wait()
        return False


class _Copies(threading.local):
    """A copy of a distribution's source for each thread, changed in one place at a time."""

    def __init__(self, top: Path) -> None:
        self._top = top
        self._made: dict[str, Path] = {}

    def of(self, room: Room) -> Path:
        """The copy; made when it is first asked for."""
        if room.distribution not in self._made:
            folder = Path(tempfile.mkdtemp(dir=self._top)) / "src"
            shutil.copytree(ROOT / "packages" / room.distribution / "src", folder)
            self._made[room.distribution] = folder
        return self._made[room.distribution]


def survives(mutant: Mutant, copies: _Copies, seconds: float) -> bool:
    """Whether the unit tests pass over *mutant*."""
    room = ROOMS[mutant.room]
    copy = copies.of(room)
    file = copy / mutant.file.relative_to(ROOT / "packages" / room.distribution / "src")
    before = file.read_bytes()
    file.write_bytes(mutant.changed())
    try:
        return passes(room, copy, seconds)
    finally:
        file.write_bytes(before)


def sample(rooms: list[str], count: int, seed: int) -> list[Mutant]:
    """*count* mutants of all rooms together, the same ones for the same seed and code."""
    everything = [each for name in rooms for each in mutants(name)]
    chosen = random.Random(seed).sample(everything, min(count, len(everything)))
    return sorted(chosen)


def reasons() -> dict[str, str]:
    """Why what survives may: mutant -> reason."""
    found: dict[str, str] = tomllib.loads(REASONS.read_text())["survivors"]
    return found


def _lines(chosen: list[Mutant], left: list[Mutant]) -> Iterator[str]:
    known = reasons()
    for name in sorted({each.room for each in chosen}):
        all_of = [each for each in chosen if each.room == name]
        lost = sum(each.room == name for each in left)
        yield f"{name:<10} {len(all_of) - lost} of {len(all_of)} found"
    for each in left:
        yield f"\n{each.name}\n    line {each.line}: {known.get(each.name, 'no reason is given')}"


def main() -> None:
    """Run a sample; exit status 1 where fewer than `FLOOR` of it are found."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--sample", type=int, default=200, help="how many mutants")
    parser.add_argument("--seed", type=int, default=1, help="which ones")
    parser.add_argument("--room", action="append", choices=sorted(ROOMS), help="this room alone")
    parser.add_argument("--processes", type=int, default=2)
    options = parser.parse_args()
    rooms = options.room or sorted(ROOMS)
    chosen = sample(rooms, options.sample, options.seed)
    print(f"{len(chosen)} mutants of {', '.join(rooms)}")
    with tempfile.TemporaryDirectory() as folder:
        copies = _Copies(Path(folder))
        for name in sorted({each.room for each in chosen}):
            if not passes(ROOMS[name], copies.of(ROOMS[name]), None):
                sys.exit(f"The unit tests of {name} fail without any change: mend them first.")
        with ThreadPoolExecutor(options.processes) as pool:
            # A mutant that loops is found too: far beyond what the tests take on a busy machine.
            running = pool.map(lambda each: survives(each, copies, 600.0), chosen)
            alive = list(track(running, "Changing", total=len(chosen), console=_TERMINAL))
    left = [each for each, lives in zip(chosen, alive, strict=True) if lives]
    print(*_lines(chosen, left), sep="\n")
    share = 1 - len(left) / len(chosen)
    print(f"\n{len(chosen) - len(left)} of {len(chosen)} found ({share:.0%})")
    sys.exit(share < FLOOR)


if __name__ == "__main__":
    main()
