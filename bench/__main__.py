"""`python -m bench [names]`: run all benches, or those named."""

from __future__ import annotations

import importlib
import subprocess
import sys

#: Modules of this package, each with a ``run()``.
BENCHES = [
    "portrait",
    "device",
    "depositing",
    "tlog",
    "journey",
    "reading",
    "protocol",
    "trustee",
    "growth",
    "desk",
    "register",
    "crawl",
    "poor_line",
    "load",
    "cameras",
    "cameras.fleet",
    "footage.speed",
    "footage.gpu",
    "footage.live",
]


def main(names: list[str]) -> None:
    """Run the benches *names*, or all."""
    unknown = set(names) - set(BENCHES)
    if unknown:
        sys.exit(f"No such bench: {', '.join(sorted(unknown))}. There are: {', '.join(BENCHES)}.")
    chosen = names or BENCHES
    if len(chosen) == 1:
        importlib.import_module(f"bench.{chosen[0]}").run()
        return
    # Each in a process of its own: what one has set up is in no other's way, nor in its figures.
    failed = []
    for name in chosen:
        print(f"\n{name}", flush=True)
        if subprocess.run([sys.executable, "-m", "bench", name], check=False).returncode:
            failed.append(name)
    if failed:
        sys.exit(f"Did not get to their end: {', '.join(failed)}.")


if __name__ == "__main__":
    main(sys.argv[1:])
