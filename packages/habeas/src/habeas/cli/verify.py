"""`habeas verify RECEIPT`: what happened to a photo, asked fresh and of everybody.

A bundle of recordings (ZIP) is verified by itself: see `habeas.cli._clip`.
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.markup import escape

from habeas.cli import _clip
from habeas.cli._pins import Pin, read_pins
from habeas.cli._portal import read_receipt
from habeas.cli._reasons import fetch_reasons
from habeas.foundation import durable
from habeas.foundation.errors import HabeasError
from habeas.protocol import Kind, Pins, Receipt, Request
from habeas.protocol.app import AppDiffersDetails
from habeas.protocol.circle import circle_of
from habeas.register.causes import Cause
from habeas.register.released import Named
from habeas.register.verdicts import Act, Verification
from habeas.register.verifying import verify_offline, verify_photo
from habeas.tlog import leaf_hash
from habeas.tlog.client import LogClient

app = typer.Typer(add_completion=False, rich_markup_mode="markdown")
#: Exit statuses, by outcome.
STATUS = {"complete": 0, "incomplete": 3, "contradicted": 4}
_COLOURS = {"complete": "green", "incomplete": "yellow", "contradicted": "red"}
_ACTS = {
    Kind.SEALED: "sealed",
    Kind.REQUESTED: "asked for by {office}, for {purpose}",
    Kind.RELEASED: "{writer} gave its share to {office}, for {purpose}",
    Kind.REFUSED: "{writer} refused {office}: {code}",
    Kind.ERASED: "{writer} destroyed its share",
    Kind.CLOSED: "the case was closed: no opening after this",
}


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
        _tell_offline(kept, pinned, index, json_)
        raise typer.Exit(0 if pinned else STATUS["incomplete"])
    found = verify_live(kept, pins, log)
    asked = any(act.entry.kind is Kind.REQUESTED for act in found.acts)
    reasons = fetch_reasons(kept) if asked else {}
    saved = _save(found, evidence or Path(f"evidence-{kept.promise.seal_id}"))
    if json_:
        typer.echo(json.dumps(_fields(found, saved, reasons)))
    else:
        _tell(Console(highlight=False, soft_wrap=True), kept, found, saved, reasons)
    raise typer.Exit(STATUS[found.outcome])


def _fields(
    found: Verification, saved: Path | None, reasons: Mapping[bytes, Request]
) -> dict[str, Any]:
    return {
        "outcome": found.outcome,
        "pinned": found.pinned,
        "index": found.index,
        "checked_at": found.checked_at.isoformat() if found.checked_at else None,
        "unread": found.unread,
        "app": _app_fields(found.app),
        "never_opened": found.never_opened,
        "openings": found.openings,
        "acts": [
            {
                "index": act.index, "writer": act.writer,
                **act.entry.fields(), "details": act.details and dict(act.details),
                **_reason_fields(act, reasons),
            }
            for act in found.acts
        ],
        "trustees": {
            name: {"outcome": each.outcome, "causes": list(each.causes), "held": each.held}
            for name, each in found.verdicts.items()
        },
        "evidence": str(saved) if saved else None,
    }  # fmt: skip


def _reason(act: Act, reasons: Mapping[bytes, Request]) -> Request | None:
    return reasons.get(leaf_hash(act.entry.encode()))


def _reason_fields(act: Act, reasons: Mapping[bytes, Request]) -> dict[str, Any]:
    signed = _reason(act, reasons)
    if signed is None:
        return {}
    return {"reason": signed.reason, "at": signed.at, "credential": signed.credential}


def _app_fields(app: Named | Cause | None) -> dict[str, Any] | None:
    match app:
        case None:
            return None
        case Cause():
            return {"code": app.code, "cause": app}
    return {
        "number": app.release.manifest.number, "version": app.release.manifest.version,
        "manifest": app.release.digest, "index": app.first, "k": app.k,
        "words": [
            {"trustee": each.trustee, "how": each.how, "day": each.day}
            for each in app.release.words
        ],
        "differs": [
            {"index": each.index, "day": each.day, **each.details.fields()}
            for each in app.differences
        ],
    }  # fmt: skip


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


def _tell_offline(receipt: Receipt, pinned: bool, index: int, json_: bool) -> None:
    if json_:
        typer.echo(json.dumps({"pinned": pinned, "index": index}))
        return
    typer.echo(f"The receipt holds by itself: the photo was sealed in log entry {index}, and")
    typer.echo(f"{len(receipt.acknowledgements)} trustees signed that they hold their share.")
    _tell_pin(pinned)
    typer.echo("Not asked: what happened since. Leave out --offline for that.")


def _tell_pin(pinned: bool) -> None:
    if not pinned:
        typer.echo(
            "No pin vouches for its circle: whoever issued the receipt could have made up all "
            "parties. Give --pin with what a trustee publishes."
        )


def _tell(
    console: Console,
    receipt: Receipt,
    found: Verification,
    saved: Path | None,
    reasons: Mapping[bytes, Request],
) -> None:
    colour = _COLOURS[found.outcome]
    console.print(f"[bold {colour}]{found.outcome.capitalize()}[/].", _verdict(found))
    if found.checked_at is not None:
        seen = f"{found.checked_at:%Y-%m-%d %H:%M} UTC"
        console.print(f"\n[bold]Proven[/], on the log as a reading quorum saw it at {seen}:")
        for act in found.acts:
            where = "not on the log yet" if act.index is None else f"entry {act.index}"
            console.print(f"  {act.entry.day}  {escape(_words(act))}  [dim]({where})[/]")
            if act.entry.kind is Kind.REQUESTED:
                console.print(f"    {escape(_why(_reason(act, reasons)))}")
        if isinstance(found.app, Named):
            _tell_app(console, found.app)
    said = [
        f"{name}: it {'still holds' if each.held else 'no longer holds'} its share"
        for name, each in found.verdicts.items()
        if each.held is not None
    ]
    source = (
        "the portal's server, before it sealed it"
        if receipt.promise.sealed_by == "server"
        else "nobody but the applicant's own device"
    )
    console.print("\n[bold]Said[/], which nobody can prove:")
    console.print(f"  the portal: the picture was seen in the clear by {source}")
    if receipt.promise.app is not None:
        where = f"{receipt.promise.app.origin}, release {receipt.promise.app.manifest[:16]}"
        console.print(f"  the device: it ran the app of {escape(where)}")
    for line in said:
        console.print(f"  {line}")
    _tell_unproven(console, found)
    if saved is not None:
        where = escape(str(saved))
        console.print(f"\nThe evidence is in {where}: show it to a monitor and to the trustees.")


def _tell_unproven(console: Console, found: Verification) -> None:
    gaps = [
        (name, each.outcome, cause)
        for name, each in found.verdicts.items()
        for cause in each.causes
    ]
    wrong = found.app if isinstance(found.app, Cause) else None
    if found.unread is not None or gaps or wrong is not None or not found.pinned:
        console.print("\n[bold]Not proven[/], or not to be asked now:")
    if found.unread is not None:
        console.print(f"  the log: {escape(found.unread)}")
    if wrong is not None:
        console.print(f"  the app: {escape(wrong)}")
    for name, outcome, cause in gaps:
        # In a trustee's own words, which may be anything.
        console.print(f"  [{_COLOURS[outcome]}]{escape(name)}[/]: {escape(cause)}")
    _tell_pin(found.pinned)


def _tell_app(console: Console, app: Named) -> None:
    manifest, words = app.release.manifest, app.release.words
    console.print(
        f"  {app.release.day}  the app that sealed it: release {manifest.number}, version "
        f"{manifest.version}, vouched for by {len(words)} trustees; it takes {app.k} "
        f"[dim](entry {app.first})[/]"
    )
    for word in words:
        console.print(f"    {escape(word.trustee)} {word.how} it on {word.day}")
    for each in app.differences:
        if isinstance(each.details, AppDiffersDetails):
            where = f"{each.details.origin}{each.details.path}"
            console.print(
                f"  {each.day}  {escape(each.details.trustee)} was served something else at "
                f"{escape(where)} [dim](entry {each.index})[/]"
            )
    if not app.differences:
        console.print("    no trustee has been served anything else in its place")


def _verdict(found: Verification) -> str:
    if found.never_opened:
        return "The photo was never opened."
    opened = "once" if found.openings == 1 else f"{found.openings} times"
    if found.openings:
        known = "" if found.outcome == "complete" else ", as far as is known"
        return f"The photo was opened {opened}{known}."
    return "No opening is known; that there was none is not proven."


def _why(signed: Request | None) -> str:
    """An officer's reason, in their words, which may be anything that is printed."""
    if signed is None:
        return "the portal shows no reason for it; the office has to give it"
    reason = " ".join(each for each in signed.reason.split() if each.isprintable())
    return f"reason: “{reason}”, signed {signed.at} with key {signed.credential[:16]}…"


def _words(act: Act) -> str:
    return _ACTS.get(act.entry.kind, act.entry.kind.value).format(
        writer=act.writer, office=act.entry.office, purpose=act.entry.purpose, code=act.entry.code
    )
