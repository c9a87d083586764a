"""`python -m fuzz [FORMAT...] [--seconds N] [--seed N]`: mutated files, for a bounded time.

Photos go to the sandboxed worker, videos through the covering of a file. A finding is a
worker that died or hung, an error that is not a clear refusal, or a kept picture that holds
more than pixels. Findings are made small and saved under build/fuzz; exit status 1.
"""

from __future__ import annotations

import argparse
import hashlib
import sys
import time
from collections import Counter
from pathlib import Path

from rich.console import Console
from rich.table import Table

from fuzz import photos, video
from fuzz.mutate import Mutator, smallest

FINDINGS = Path(__file__).resolve().parents[1] / "build" / "fuzz"
_OUT = Console()


def fuzz(kind: str, seconds: float, number: int) -> Counter[str]:
    """Fuzz one format; returns how often each outcome came."""
    module = photos if kind in photos.FORMATS else video
    corpus = module.seeds(kind)
    target = photos.Target() if module is photos else video.Target(kind)
    mutator = Mutator(corpus, number)
    outcomes: Counter[str] = Counter()
    try:
        # The seeds themselves must be taken, or the mutations test nothing.
        for content in corpus:
            outcomes[f"seed {target(content)}"] += 1
        end = time.monotonic() + seconds
        with _OUT.status(kind) as status:
            while time.monotonic() < end:
                content = mutator.next()
                outcome = target(content)
                outcomes[outcome] += 1
                if outcome.startswith("!"):
                    _keep(kind, content, outcome, target)
                left = end - time.monotonic()
                status.update(f"{kind}: {outcomes.total()} files, {left:.0f} s left")
    finally:
        target.close()
    return outcomes


def _keep(kind: str, content: bytes, outcome: str, target: photos.Target | video.Target) -> None:
    small = smallest(content, lambda shorter: target(shorter) == outcome, most=60)
    FINDINGS.mkdir(parents=True, exist_ok=True)
    name = f"{kind}-{outcome[1:]}-{hashlib.sha256(small).hexdigest()[:12]}.{kind}"
    (FINDINGS / name).write_bytes(small)
    _OUT.print(f"Finding {outcome[1:]}: build/fuzz/{name} ({len(small)} bytes)")


def main() -> None:
    """Fuzz the formats that are named, or all."""
    every = (*photos.FORMATS, *video.FORMATS)
    parser = argparse.ArgumentParser(prog="python -m fuzz", description=__doc__.split("\n")[0])
    parser.add_argument("formats", nargs="*", metavar="FORMAT", help=", ".join(every))
    parser.add_argument("--seconds", type=float, default=20, help="for each format (default 20)")
    parser.add_argument("--seed", type=int, default=int(time.time()), help="to repeat a run")
    asked = parser.parse_args()
    unknown = set(asked.formats) - set(every)
    if unknown:
        parser.error(f"no such format: {', '.join(sorted(unknown))}; there are {', '.join(every)}")
    table = Table(title=f"Mutated files, seed {asked.seed}")
    for name in ("format", "files", "a second", "findings", "outcomes"):
        table.add_column(name, justify="right" if name in ("files", "a second") else "left")
    findings = 0
    for kind in asked.formats or every:
        began = time.monotonic()
        try:
            outcomes = fuzz(kind, asked.seconds, asked.seed)
        except FileNotFoundError as error:
            table.add_row(kind, "–", "–", "–", f"skipped: {error}")
            continue
        bad = sum(count for name, count in outcomes.items() if "!" in name)
        findings += bad
        rate = outcomes.total() / (time.monotonic() - began)
        told = ", ".join(f"{name} {count}" for name, count in outcomes.most_common())
        table.add_row(kind, str(outcomes.total()), f"{rate:.0f}", str(bad), told)
    _OUT.print(table)
    sys.exit(1 if findings else 0)


if __name__ == "__main__":
    main()
