"""`python -m bench [names]`: run all benches, or those named."""

from __future__ import annotations

import importlib
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
    for name in names or BENCHES:
        print(f"\n{name}")
        importlib.import_module(f"bench.{name}").run()


if __name__ == "__main__":
    main(sys.argv[1:])
