"""`python -m bench.footage.hour`: memory over an hour of 1080p, as a camera of a street gives it.

Too long to be one of `make bench`: it takes about a quarter of an hour.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
import time
from fractions import Fraction
from pathlib import Path

import av

from bench.footage.clips import clips
from bench.footage.generate import make
from bench.footage.grounds import available
from bench.footage.spent import repeated
from bench.whole import tree

_CLIP_FPS, _CLIP_FRAMES = 25, 200
_PARTS = 12


def _resident(pid: int) -> int:
    """Bytes of memory that a process has now; 0 for one that has ended."""
    try:
        pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    except OSError:
        return 0
    return pages * 4096


def main() -> None:
    """Cover it, and print the largest process's memory as time goes on."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quality", default="balanced")
    parser.add_argument("--detector", default="auto")
    parser.add_argument("--minutes", type=int, default=60)
    parser.add_argument("--fps", type=int, default=15)
    chosen = parser.parse_args()
    if not available():
        raise SystemExit("Skipped: portraits and recordings are not beside this checkout.")
    source, _ = make(next(clip for clip in clips() if clip.name == "static-1080p"))
    with tempfile.TemporaryDirectory() as folder:
        video, out = Path(folder) / "hour.mp4", Path(folder) / "covered.mp4"
        times = chosen.minutes * 60 * chosen.fps // _CLIP_FRAMES
        frames = repeated(source, video, times, slower=Fraction(_CLIP_FPS, chosen.fps))
        command = [sys.executable, "-m", "habeas.cli", "redact", str(video), str(out), "--json"]
        command += ["--quality", chosen.quality, "--detector", chosen.detector]
        began = time.monotonic()
        process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        seen: list[int] = []
        while process.poll() is None:
            seen.append(max(map(_resident, tree(process.pid)), default=0))
            time.sleep(1)
        took = time.monotonic() - began
        report = json.loads(process.stdout.read())["report"] if process.stdout else {}
        with av.open(str(out)) as covered:
            length = (covered.duration or 0) / av.time_base
        size = -(-len(seen) // _PARTS)
        peaks = [max(seen[at : at + size]) / 1e6 for at in range(0, len(seen), size)]
        print(
            f"{frames} frames, {length / 60:.1f} minutes, in {took:.0f} s: {frames / took:.1f} fps"
        )
        print("Memory of the largest process, MB, in", len(peaks), "parts of that time:")
        print(" ".join(f"{each:.0f}" for each in peaks))
        print(f"Peak {report['memory'] / 1e6:.0f} MB, {report['looks']} looks.")


if __name__ == "__main__":
    main()
