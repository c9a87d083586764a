"""`habeas verify CLIP`: what a bundle of recordings proves, without any network."""

from __future__ import annotations

import contextlib
import json
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import typer
from rich.console import Console
from rich.markup import escape

from habeas.protocol import Pins
from habeas.protocol.clip_proof import VerifiedClip

_FOR = {"court": "a court", "police": "the police", "subject-access": "the person filmed"}


def is_bundle(file: Path) -> bool:
    """Whether *file* begins as ZIP files do."""
    with contextlib.suppress(OSError), file.open("rb") as opened:
        return opened.read(4) == b"PK\x03\x04"
    return False


def verify(file: Path, pins: Pins, *, json_: bool) -> int:
    """Say what the bundle in *file* proves; gives the exit status: 0, or 3 where no pin vouches.

    Raises:
        ClipError: it proves nothing; the code names why.
        NotPinnedError: the pins that were given vouch for none of its circles.
    """
    # It brings what reads video, which receipts do without.
    from habeas.cameras.bundle import verify_bundle

    found = verify_bundle(file, pins)
    if json_:
        typer.echo(json.dumps(_fields(found)))
    else:
        _tell(Console(highlight=False, soft_wrap=True), found)
    return 0 if found.pinned else 3


def _fields(found: VerifiedClip) -> dict[str, Any]:
    return {
        "outcome": "proven", "pinned": found.pinned,
        "export": {"index": found.index, **found.details.fields()},
        "handover": found.handover.fields(),
        "hours": {name: asdict(each) for name, each in found.hours.items()},
        "segments": [
            {"file": file, "start": start.isoformat()} for file, start in found.segments
        ],
        "cosigned": {each.name: each.timestamp for each in found.checkpoint.cosignatures},
    }  # fmt: skip


def _tell(console: Console, found: VerifiedClip) -> None:
    details, handover = found.details, found.handover
    console.print("[bold green]Proven.[/] The clip is what the camera's recorder wrote.")
    console.print(f"\n  camera        {escape(details.camera)}")
    console.print(f"  asked for     {handover.start} to {handover.end}")
    first, last = found.segments[0][1], found.segments[-1][1]
    console.print(
        f"  segments      {len(found.segments)}, the first from {first:%Y-%m-%d %H:%M:%S.%f}, "
        f"the last from {last:%Y-%m-%d %H:%M:%S.%f} UTC"
    )
    for name, each in found.hours.items():
        where = f"entry {each.index} of the log {escape(each.log)}, {each.day}"
        console.print(f"  hour          {name}: its root is {where}")
    purpose = _FOR[details.purpose.value]
    console.print(
        f"  handed over   by {escape(details.office)}, for {purpose}: entry {found.index}"
    )
    console.print(f"  by            {escape(handover.officer)}")
    console.print(f"  number        {escape(handover.case_number)}")
    console.print(f"  reason        {escape(handover.reason)}")
    for one in found.checkpoint.cosignatures:
        at = datetime.fromtimestamp(one.timestamp, UTC)
        console.print(f"  cosigned      {escape(one.name)}, {at:%Y-%m-%d %H:%M} UTC")
    console.print(
        "\n[bold]Not proven[/]: that the camera showed what happened, and that its clock was right."
        " Faces were covered before anything was written; no uncovered picture exists."
    )
    if not found.pinned:
        console.print(
            "No pin vouches for its circle: whoever made the clip could have made up all parties. "
            "Give --pin with what a trustee publishes."
        )
