"""When each loop of the worker last succeeded: what `/readyz` judges by."""

from __future__ import annotations

import json
import time
from dataclasses import dataclass

from habeas.portal.standing.models import keep, notes

_PREFIX = "beat:"
#: Seconds after its last success at which a loop counts as failing: rounds are 5 s apart, and a
#: round waits for trustees that do not answer.
LATE = {
    "custody": 120, "drafts": 120, "sessions": 120, "cases": 120, "follow": 120, "hours": 300,
    "anchor": 300, "blobs": 180, "tables": 180, "owed": 300,
}  # fmt: skip


@dataclass(frozen=True)
class Beat:
    """One loop: POSIX seconds of its last success, and why its last round failed, if it did."""

    at: int
    fault: str = ""


def beat(loop: str, fault: str = "") -> None:
    """Note a round of *loop*; with a fault, its last success stays what it was."""
    known = beats().get(loop, Beat(0))
    at = known.at if fault else int(time.time())
    keep(_PREFIX + loop, json.dumps({"at": at, "fault": fault[:300]}))


def due(loop: str, seconds: float) -> bool:
    """Whether the last success of *loop* lies so far back, or ahead of the clock."""
    known = beats().get(loop)
    return known is None or not 0 <= time.time() - known.at < seconds


def beats() -> dict[str, Beat]:
    """All loops that ever had a round."""
    return {name: Beat(**json.loads(value)) for name, value in notes(_PREFIX).items()}


def late(now: float) -> dict[str, str]:
    """Loops that did not succeed for too long, with the reason."""
    known = beats()
    found = {}
    for name, seconds in LATE.items():
        each = known.get(name, Beat(0))
        if not -seconds <= now - each.at <= seconds:
            found[name] = each.fault or (
                f"no success for {now - each.at:.0f} s" if each.at else "it has never run"
            )
    return found
