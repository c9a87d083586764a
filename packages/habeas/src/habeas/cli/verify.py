"""`habeas verify RECEIPT`: what happened to a photo, asked fresh and of everybody.

A bundle of recordings (ZIP) is verified by itself: see `habeas.cli._clip`.
"""

from __future__ import annotations

import json
import secrets
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from habeas.cli import _clip
from habeas.cli._pins import Pin, read_pins
from habeas.cli._portal import read_receipt
from habeas.cli._reasons import fetch_reasons
from habeas.cli._verification import fields_of, tell, tell_offline
from habeas.foundation import durable
from habeas.foundation.errors import HabeasError
from habeas.protocol import Kind, Pins, Receipt
from habeas.protocol.circle import circle_of
from habeas.register.verdicts import Verification
from habeas.register.verifying import verify_offline, verify_photo
from habeas.tlog.client import LogClient

app = typer.Typer(add_completion=False, rich_markup_mode="markdown")
#: Exit statuses, by outcome.
STATUS = {"complete": 0, "incomplete": 3, "contradicted": 4}


def verify_live(receipt: Receipt, pins: Pins, log_url: str | None = None) -> Verification:
    """Check the receipt, then ask the log and every trustee.

    Raises:
        ReceiptError: the receipt does not hold by itself.
    """
    url = log_url or circle_of(receipt.circle).log.url
    with LogClient(url) as log:
        return verify_photo(receipt, pins, log, datetime.now(UTC), secrets.token_bytes)


@app.command()
def verify(
    receipt: Annotated[
        Path, typer.Argument(help="The receipt file, or a clip's bundle (ZIP).", dir_okay=False)
    ],
    *,
    pin: Pin = None,
    offline: Annotated[
        bool, typer.Option("--offline", help="Check the receipt alone, without the network.")
    ] = False,
    log: Annotated[
        str | None, typer.Option(help="The log's address, if it is not the one in the circle.")
    ] = None,
    evidence: Annotated[
        Path | None,
        typer.Option(help="Folder for what contradicts; by default evidence-<photo's id>."),
    ] = None,
    json_: Annotated[bool, typer.Option("--json", help="For programs.")] = False,
) -> None:
    """Check a receipt, and find every act on its photo; or check a clip of a camera.

    Asks for a checkpoint of the log that a reading quorum cosigned within the hour, and each
    trustee for everything that it ever said about the photo, signed for this very question.
    A number that a trustee leaves out, a tree that differs, or a share given to a request
    that is not on the log, is told with the evidence. Where a device has sealed, the release of
    the app that the promise names is looked up on the log too: who vouches for it, and what
    trustees were served in its place.

    Exit status 0: complete, everybody was asked and all fits. 3: incomplete, somebody did not
    answer, or no pin vouches for the circle. 4: contradicted, somebody has signed what cannot
    be true; the evidence is saved. 1: this is no receipt that holds.

    A clip (ZIP) needs no network: that each segment is the recorder's, which hour on the log it
    belongs to, who handed it over and why, is in it. Exit status 0: proven; 3: proven, and no pin
    vouches for the circle; 1: it is not, and the error names what was changed or swapped.

    Example: habeas verify receipt.html --pin circle.txt

    Example: habeas verify clip.zip --pin circle.txt
    """  # fmt: skip
    pins = read_pins(pin)
    if receipt.is_file() and _clip.is_bundle(receipt):
        raise typer.Exit(_clip.verify(receipt, pins, json_=json_))
    kept = read_receipt(receipt)
    if offline:
        pinned, index = verify_offline(kept, pins)
        tell_offline(kept, pinned, index, json_)
        raise typer.Exit(0 if pinned else STATUS["incomplete"])
    found = verify_live(kept, pins, log)
    asked = any(act.entry.kind is Kind.REQUESTED for act in found.acts)
    reasons = fetch_reasons(kept) if asked else {}
    saved = _save(found, evidence or Path(f"evidence-{kept.promise.seal_id}"))
    if json_:
        typer.echo(json.dumps(fields_of(found, saved, reasons)))
    else:
        tell(Console(highlight=False, soft_wrap=True), kept, found, saved, reasons)
    raise typer.Exit(STATUS[found.outcome])


def _save(found: Verification, folder: Path) -> Path | None:
    """Keep what contradicts, for others to look at; None where nothing does."""
    notes = [
        (name, number, note)
        for name, verdict in found.verdicts.items()
        for number, note in enumerate(verdict.evidence, start=1)
    ]
    if not notes:
        return None
    try:
        durable.make(folder, private=True)
        for name, number, note in notes:
            file = folder / f"{name.replace('/', '_')}-{number}.txt"
            durable.write(file, note.encode(), private=True)
    except OSError as error:
        raise HabeasError(
            f"The evidence cannot be saved to {folder}: {error.strerror}.",
            "Name another folder with --evidence, and run this again.",
        ) from error
    return folder
