"""`python -m fuzz [FORMAT...] [--seconds N] [--seed N]`: mutated files, for a bounded time.

Photos go to the sandboxed worker, videos through the covering of a file, documents of the
protocol to their readers. A finding is a worker that died, hung or took too much memory, an
error that is not a clear refusal, a kept picture that holds more than pixels, one whose
metadata decided whether or how it is taken, a video that was written uncovered or in part, or
a document that was mended, or taken though unsigned.
Findings are made small and saved under build/fuzz; exit status 1.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import sys
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

from rich.console import Console
from rich.table import Table

from fuzz import guided, metadata, photos, protocol, video
from fuzz.documents import DocumentMutator
from fuzz.mutate import Mutator, smallest

FINDINGS = Path(__file__).resolve().parents[1] / "build" / "fuzz"
#: Of one kind of finding, so many are kept and made small.
_KEPT = 3
_OUT = Console()


@dataclass
class Result:
    """What one format came to."""

    outcomes: Counter[str] = field(default_factory=Counter)
    memory: int = 0
    slowest: float = 0.0
    seconds: float = 0.0

    @property
    def findings(self) -> int:
        """How many outcomes were findings."""
        return sum(count for name, count in self.outcomes.items() if "!" in name)


class Session:
    """One format, being fuzzed.

    Args:
        kind: the format.
        number: of the random generator.
    """

    def __init__(self, kind: str, number: int) -> None:
        self.kind, self.number = kind, number
        self.result = Result()
        self.target: photos.Target | video.Target | protocol.Target
        self.mutator: Mutator | metadata.Stuffer | DocumentMutator
        if kind in protocol.FORMATS:
            documents = protocol.Target(kind)
            self.corpus, self.target = protocol.seeds(kind), documents
            self.mutator = documents.mutator(self.corpus, number)
        elif kind in metadata.FORMATS:
            self.corpus, self.target = metadata.seeds(kind), metadata.Target(kind)
            self.mutator = metadata.Stuffer(self.corpus, number)
        elif kind in photos.FORMATS:
            self.corpus, self.target = photos.seeds(kind), photos.Target()
            self.mutator = Mutator(self.corpus, number)
        else:
            self.corpus, self.target = video.seeds(kind), video.Target(kind)
            self.mutator = Mutator(self.corpus, number)

    def run(self, seconds: float) -> Result:
        """Mutate and try, for *seconds*."""
        result, began = self.result, time.monotonic()
        try:
            # The seeds themselves must be taken, or the mutations test nothing.
            for content in self.corpus:
                result.outcomes[f"seed {self._try(content)}"] += 1
            result.slowest = 0.0
            with _OUT.status(self.kind) as status:
                while (gone := time.monotonic() - began) < seconds:
                    content = self.mutator.next()
                    outcome = self._try(content)
                    result.outcomes[outcome] += 1
                    if outcome.startswith("!") and result.outcomes[outcome] <= _KEPT:
                        self._keep(content, outcome)
                    tried = result.outcomes.total()
                    status.update(
                        f"{self.kind}: {tried} files, {tried / (gone + 1e-9):.0f} a second, "
                        f"{result.findings} findings, {seconds - gone:.0f} s left"
                    )
        finally:
            self.target.close()
        result.seconds = time.monotonic() - began
        result.memory = self.target.memory
        return result

    def guide(self, seconds: float) -> Result:
        """Follow coverage, for *seconds*."""
        self.target.close()
        began = time.monotonic()
        FINDINGS.mkdir(parents=True, exist_ok=True)
        done = guided.run(self.kind, self.corpus, seconds, self.number, FINDINGS)
        for found in done.findings:
            _OUT.print(f"Finding: build/fuzz/{found.name}")
        self.result.outcomes.update({"decoded": done.tried, "!guided": len(done.findings)})
        self.result.seconds = time.monotonic() - began
        return self.result

    def _try(self, content: bytes) -> str:
        began = time.monotonic()
        outcome = self.target(content)
        self.result.slowest = max(self.result.slowest, time.monotonic() - began)
        return outcome

    def _keep(self, content: bytes, outcome: str) -> None:
        # A picture that was made smaller is no sound picture: what its metadata did is lost.
        small = content
        if self.kind not in metadata.FORMATS:
            small = smallest(content, lambda shorter: self.target(shorter) == outcome, most=60)
        FINDINGS.mkdir(parents=True, exist_ok=True)
        word = outcome[1:].replace(" ", "-")
        ending = self.kind.split("+")[0]
        name = f"{self.kind}-{word}-{hashlib.sha256(small).hexdigest()[:12]}.{ending}"
        (FINDINGS / name).write_bytes(small)
        told = {"file": name, "outcome": word, "seed": self.number,
                "tried": self.result.outcomes.total(), "before": len(content)}  # fmt: skip
        with (FINDINGS / "findings.jsonl").open("a") as log:
            log.write(json.dumps(told) + "\n")
        _OUT.print(f"Finding {word}: build/fuzz/{name} ({len(small)} bytes)")


def main() -> None:
    """Fuzz the formats that are named, or all."""
    every = (*photos.FORMATS, *metadata.FORMATS, *video.FORMATS, *protocol.FORMATS)
    parser = argparse.ArgumentParser(prog="python -m fuzz", description=__doc__.split("\n")[0])
    parser.add_argument("formats", nargs="*", metavar="FORMAT", help=", ".join(every))
    parser.add_argument("--seconds", type=float, default=20, help="for each format (default 20)")
    parser.add_argument("--seed", type=int, default=int(time.time()), help="to repeat a run")
    parser.add_argument(
        "--guided", action="store_true", help="photos, by coverage; needs the package atheris"
    )
    asked = parser.parse_args()
    unknown = set(asked.formats) - set(every)
    if unknown:
        parser.error(f"no such format: {', '.join(sorted(unknown))}; there are {', '.join(every)}")
    if asked.guided and not guided.available():
        parser.error("atheris is not installed: .venv/bin/pip install atheris")
    if asked.guided and not set(asked.formats) <= set(photos.FORMATS):
        parser.error("only photos are guided by coverage")
    table = Table(title=f"Mutated files, seed {asked.seed}")
    for name in ("format", "files", "a second", "slowest", "memory", "findings", "outcomes"):
        table.add_column(name, justify="left" if name in ("format", "outcomes") else "right")
    findings = 0
    for kind in asked.formats or (photos.FORMATS if asked.guided else every):
        try:
            session = Session(kind, asked.seed)
        except FileNotFoundError as error:
            table.add_row(kind, *["–"] * 5, f"skipped: {error}")
            continue
        result = session.guide(asked.seconds) if asked.guided else session.run(asked.seconds)
        findings += result.findings
        table.add_row(kind, *_cells(result))
    _OUT.print(table)
    sys.exit(1 if findings else 0)


def _cells(result: Result) -> list[str]:
    tried = result.outcomes.total()
    told = ", ".join(f"{name} {count}" for name, count in result.outcomes.most_common())
    return [str(tried), f"{tried / result.seconds:.0f}", f"{result.slowest:.2f} s",
            f"{result.memory >> 20} MB", str(result.findings), told]  # fmt: skip


if __name__ == "__main__":
    main()
