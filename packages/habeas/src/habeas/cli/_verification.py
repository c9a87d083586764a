"""What was found about a photo, in words for people and in fields for programs.

What is proven, what is only said, and what could not be asked stand apart.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import typer
from rich.console import Console
from rich.markup import escape

from habeas.protocol import Kind, Receipt, Request
from habeas.protocol.app import AppDiffersDetails
from habeas.register.causes import Cause
from habeas.register.released import Named
from habeas.register.verdicts import Act, Verification
from habeas.tlog import leaf_hash

_COLOURS = {"complete": "green", "incomplete": "yellow", "contradicted": "red"}
#: What each kind of entry about a photo says.
ACTS = {
    Kind.SEALED: "sealed",
    Kind.REQUESTED: "asked for by {office}, for {purpose}",
    Kind.RELEASED: "{writer} gave its share to {office}, for {purpose}",
    Kind.REFUSED: "{writer} refused {office}: {code}",
    Kind.ERASED: "{writer} destroyed its share",
    Kind.CLOSED: "the case was closed: no opening after this",
}


def fields_of(
    found: Verification, saved: Path | None, reasons: Mapping[bytes, Request]
) -> dict[str, Any]:
    """What was found, for programs.

    Args:
        found: of a photo.
        saved: the folder with what contradicts, if anything does.
        reasons: signed requests, by the leaf hash of their entry.
    """
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


def tell_offline(receipt: Receipt, pinned: bool, index: int, json_: bool) -> None:
    """Say what a receipt proves by itself: its entry on the log, and who vouches for its circle."""
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


def tell(
    console: Console,
    receipt: Receipt,
    found: Verification,
    saved: Path | None,
    reasons: Mapping[bytes, Request],
) -> None:
    """Say what was found, for people; the arguments are those of `fields_of`."""
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
    return ACTS.get(act.entry.kind, act.entry.kind.value).format(
        writer=act.writer, office=act.entry.office, purpose=act.entry.purpose, code=act.entry.code
    )
