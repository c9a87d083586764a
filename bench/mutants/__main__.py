"""Mutation testing: would the unit tests notice if one operator of the code were another?

    python -m bench.mutants [--sample 200] [--seed 1] [--room tlog] [--write PAGE]

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
import tomllib
from collections.abc import Iterator
from pathlib import Path

from rich.console import Console
from rich.progress import track

from bench.mutants.sites import ROOMS, ROOT, Mutant, mutants
from bench.mutants.trying import rooms, survivors

REASONS = Path(__file__).with_name("survivors.toml")
#: At least this share of all mutants must be found.
FLOOR = 0.9
_TERMINAL = Console(stderr=True)


def sample(names: list[str], count: int, seed: int) -> list[Mutant]:
    """*count* mutants of all rooms together, the same ones for the same seed and code."""
    everything = [each for name in names for each in mutants(name)]
    chosen = random.Random(seed).sample(everything, min(count, len(everything)))
    return sorted(chosen)


def reasons() -> dict[str, str]:
    """Why what survives may: mutant -> reason."""
    found: dict[str, str] = tomllib.loads(REASONS.read_text())["survivors"]
    return found


def page(chosen: list[Mutant], left: list[Mutant], seed: int) -> Iterator[str]:
    """What was found, and what was not, as Markdown."""
    known = reasons()
    yield "# Would the unit tests notice?\n"
    yield (
        "`make mutants` writes this page. A mutant is one small change of the source (`<` for "
        "`<=`, a number, a condition turned round, a raise left out); it is found when the unit "
        f"tests of its room fail. Sample of {len(chosen)}, seed {seed}; at least {FLOOR:.0%} "
        "must be found.\n"
    )
    yield "| room | mutants | found | share |\n|---|---|---|---|"
    for name in [*sorted({each.room for each in chosen}), ""]:
        everyone = sum(name in {"", each.room} for each in chosen)
        found = everyone - sum(name in {"", each.room} for each in left)
        yield f"| {name or 'all'} | {everyone} | {found} | {found / everyone:.0%} |"
    yield "\n## Survivors\n"
    for each in left:
        where, _, change = each.name.partition(": ")
        reason = known.get(each.name, "No reason is given yet.")
        yield f"- `{where}`, line {each.line}: `{change}`\n  {reason}"


def main() -> None:
    """Run a sample; exit status 1 where fewer than `FLOOR` of it are found."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--sample", type=int, default=200, help="how many mutants")
    parser.add_argument("--seed", type=int, default=1, help="which ones")
    parser.add_argument("--room", action="append", choices=sorted(ROOMS), help="this room alone")
    parser.add_argument("--processes", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--write", type=Path, help="a page to write what is printed to")
    options = parser.parse_args()
    names = options.room or sorted(ROOMS)
    chosen = sample(names, options.sample, options.seed)
    print(f"{len(chosen)} mutants of {', '.join(names)}", file=sys.stderr)
    os.chdir(ROOT)
    os.environ["HYPOTHESIS_PROFILE"] = "repeatable"
    with tempfile.TemporaryDirectory() as folder:
        reached = rooms(names, Path(folder))
    trying = survivors(chosen, reached, options.processes)
    alive = {
        mutant
        for mutant, lives in track(trying, "Changing", total=len(chosen), console=_TERMINAL)
        if lives
    }
    left = [each for each in chosen if each in alive]
    text = "\n".join(page(chosen, left, options.seed)) + "\n"
    print(text)
    if options.write is not None:
        options.write.write_text(text)
    sys.exit(1 - len(left) / len(chosen) < FLOOR)


if __name__ == "__main__":
    main()
