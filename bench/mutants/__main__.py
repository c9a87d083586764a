"""Mutation testing: would the unit tests notice if one operator of the code were another?

    python -m bench.mutants [--sample 200] [--seed 1] [--room tlog] [--write PAGE]
    python -m bench.mutants --all [--room trustee] [--write PAGE] [FILE ...]

A mutant is one small change in one file of a room whose faults would break a promise. Each is
tried against the unit tests of its room alone; it is found when they fail, or hang. What
survives is listed, with the reason where `survivors.toml` gives one (most are equivalent: no
test could tell them apart).
"""

from __future__ import annotations

import argparse
import os
import random
import sys
import tempfile
from datetime import UTC, datetime
from pathlib import Path

from rich.console import Console
from rich.progress import track

from bench.mutants.page import FLOOR, page, part, reasons
from bench.mutants.sites import ROOMS, ROOT, Mutant, mutants
from bench.mutants.trying import rooms, survivors

_TERMINAL = Console(stderr=True)


def sample(everything: list[Mutant], count: int, seed: int) -> list[Mutant]:
    """*count* mutants of them all, the same ones for the same seed and code."""
    chosen = random.Random(seed).sample(everything, min(count, len(everything)))
    return sorted(chosen)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("files", nargs="*", type=Path, help="files of the rooms; all by default")
    parser.add_argument("--all", action="store_true", help="every mutant, in place of a sample")
    parser.add_argument("--sample", type=int, default=200, help="how many mutants")
    parser.add_argument("--seed", type=int, default=1, help="which ones")
    parser.add_argument("--room", action="append", choices=sorted(ROOMS), help="this room alone")
    parser.add_argument("--processes", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--write", type=Path, help="a page to write what is printed to")
    options = parser.parse_args()
    options.files = {each.resolve() for each in options.files}
    return options


def _tried(chosen: list[Mutant], processes: int) -> list[Mutant]:
    """Those of *chosen* that survive."""
    os.chdir(ROOT)
    os.environ["HYPOTHESIS_PROFILE"] = "repeatable"
    with tempfile.TemporaryDirectory() as folder:
        reached = rooms(sorted({each.room for each in chosen}), Path(folder))
    trying = survivors(chosen, reached, processes)
    alive = set()
    for mutant, lives in track(trying, "Changing", total=len(chosen), console=_TERMINAL):
        if lives:
            alive.add(mutant)
            _TERMINAL.print(f"Survives: {mutant.name}", markup=False, soft_wrap=True)
    return [each for each in chosen if each in alive]


def main() -> None:
    """Exit status 1 where too few are found: `FLOOR` of a sample, or all but those with reasons."""
    options = _options()
    everything = [each for name in options.room or sorted(ROOMS) for each in mutants(name)]
    if options.files:
        everything = [each for each in everything if each.file in options.files]
    chosen = sorted(everything) if options.all else sample(everything, options.sample, options.seed)
    if not chosen:
        sys.exit("There is nothing to change in these files: name some of the rooms'.")
    names = sorted({each.room for each in chosen})
    print(f"{len(chosen)} mutants of {', '.join(names)}", file=sys.stderr)
    left = _tried(chosen, options.processes)
    what = "All" if options.all else f"A sample, seed {options.seed}:"
    today = datetime.now(UTC).date()
    how = f"{what} {len(chosen)} of {len(everything)} mutants in {_listed(names)}; tried {today}."
    text = "\n".join(part(chosen, left, how))
    print(text)
    if options.write is not None:
        before = options.write.read_text() if options.write.exists() else ""
        options.write.write_text(page(before, "all" if options.all else "sample", text))
    if options.all:
        sys.exit(any(each.name not in reasons() for each in left))
    sys.exit(1 - len(left) / len(chosen) < FLOOR)


def _listed(names: list[str]) -> str:
    return ", ".join(f"`{each}`" for each in names)


if __name__ == "__main__":
    main()
