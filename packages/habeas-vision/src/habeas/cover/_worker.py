"""The process that decodes one video, with few rights. Reads one job, answers in JSON lines.

in:   {"kind": "cover", "preview", "plan", "part" or "join", "source", "target", "settings",
       and what the kind needs: "ending", "at", "seconds", "part", "parts"}
out:  {"frames", "at", "seconds"} now and then; at last {"report"} or {"error"}
"""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Any

from habeas.confined import limits
from habeas.cover._cover_file import cover_file, preview
from habeas.cover._join import join
from habeas.cover._parts import Part, Progress, cover_part, plan
from habeas.cover.settings import Settings
from habeas.foundation.errors import HabeasError

_MEMORY = 12 * 1024**3
#: What is covered is rarely larger than its source; this only stops a runaway.
_ROOM, _TIMES = 2 * 1024**3, 20
_PAUSE = 0.1


def main() -> None:
    """Do the one job."""
    out = os.fdopen(os.dup(1), "w", buffering=1)
    os.dup2(2, 1)  # libraries that print must not write into the answers
    job = json.loads(sys.stdin.readline())
    source = Path(job["source"])
    last = 0.0

    def say(answer: dict[str, Any]) -> None:
        out.write(json.dumps(answer) + "\n")

    def progress(frames: int, at: float, seconds: float | None) -> None:
        nonlocal last
        if time.monotonic() - last >= _PAUSE:
            last = time.monotonic()
            say({"frames": frames, "at": at, "seconds": seconds})

    def confine() -> None:
        size = _ROOM + _TIMES * source.stat().st_size
        limits.confine(memory=_MEMORY, file_size=size, open_files=256)

    try:
        say({"report": _do(job, progress, confine)})
    except HabeasError as error:
        say({"error": {"code": error.code, "cause": error.cause, "remedy": error.remedy}})
    except MemoryError:
        say({"error": {"code": "memory", "cause": "The video needs more memory than it may take.",
                       "remedy": "Scale the video down first."}})  # fmt: skip


def _do(job: dict[str, Any], progress: Progress, confine: Callable[[], None]) -> Any:
    source, target = Path(job["source"]), Path(job["target"])
    settings = Settings.from_json(job["settings"])
    match job["kind"]:
        case "cover":
            return cover_file(
                source, target, settings, ending=job["ending"], progress=progress, ready=confine
            ).to_json()
        case "part":
            part = Part.from_json(job["part"])
            return asdict(
                cover_part(
                    source, target, settings, part, ending=job["ending"],
                    progress=progress, ready=confine,
                )
            )  # fmt: skip
        case "plan":
            found = plan(source, job["seconds"], progress=progress, ready=confine)
            return [each.to_json() for each in found]
        case "join":
            parts = [Path(each) for each in job["parts"]]
            return asdict(
                join(
                    parts, source, target, settings, job["ending"], job["turn"],
                    progress=progress, ready=confine,
                )
            )  # fmt: skip
        case _:
            return preview(source, target, settings, at=job["at"], ready=confine)


if __name__ == "__main__":
    main()
