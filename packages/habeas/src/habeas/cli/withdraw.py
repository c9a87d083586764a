"""`habeas withdraw RECEIPT`: have a photo destroyed."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Annotated

import typer

from habeas.cli._portal import PortalClient, PortalError, read_receipt
from habeas.custody import Withdrawal, withdraw_directly
from habeas.protocol import Receipt
from habeas.protocol.panel import Panel
from habeas.register.successors import newest_trustees

app = typer.Typer(add_completion=False, rich_markup_mode="markdown")
#: Not all trustees have confirmed yet.
INCOMPLETE = 3
_PAUSE_SECONDS = 0.5


@app.command()
def withdraw(
    receipt: Annotated[Path, typer.Argument(help="The receipt file.", dir_okay=False)],
    *,
    direct: Annotated[
        bool,
        typer.Option("--direct", help="Go to the trustees alone, past the portal."),
    ] = False,
    portal: Annotated[
        str | None, typer.Option(help="The portal's address, if not the one in the circle.")
    ] = None,
    patience: Annotated[
        float, typer.Option(min=0, help="Seconds to go on asking who has not confirmed.")
    ] = 20.0,
    json_: Annotated[bool, typer.Option("--json", help="For programs.")] = False,
) -> None:
    """Withdraw a photo: every trustee destroys its share, signs that it has, and tells the log.

    The portal is told first, so that it deletes the sealed photo; then each trustee is asked
    for its own word. Should the portal refuse or be gone, the receipt alone is enough. A
    trustee that does not answer now is told by the others. Where trustees have moved or were
    replaced since, those who have the receipt's circle lead to the circles that followed.

    Exit status 0 when all have confirmed: the photo is withdrawn. 3 when some have not yet;
    ask again.
    """
    kept = read_receipt(receipt)
    with newest_trustees(kept) as (chain, panel):
        if not direct:
            try:
                with PortalClient(portal or chain.newest.circle.custodian.portal) as client:
                    client.withdraw(kept)
            except PortalError as error:
                typer.echo(
                    f"The portal did not do it: {error.cause} Asking the trustees.", err=True
                )
        done = _until_all(panel, kept, patience)
    if json_:
        told = {
            "complete": done.complete, "statements": done.statements,
            "never_held": done.never_held, "owed": done.owed,
        }  # fmt: skip
        typer.echo(json.dumps(told))
    else:
        _tell(done, kept)
    if not done.complete:
        raise typer.Exit(INCOMPLETE)


def _until_all(panel: Panel, receipt: Receipt, patience: float) -> Withdrawal:
    """Ask until all have confirmed, or patience is over."""
    deadline = time.monotonic() + patience
    secret = bytes.fromhex(receipt.withdraw_secret)
    while True:
        done = withdraw_directly(panel, receipt.promise, secret, receipt.pending)
        if done.complete or time.monotonic() >= deadline:
            return done
        time.sleep(_PAUSE_SECONDS)


def _tell(done: Withdrawal, receipt: Receipt) -> None:
    for name in done.statements:
        typer.echo(f"{name} has signed that it destroyed its share; the log says so too.")
    for name in done.never_held:
        typer.echo(f"{name} never held a share, and takes none any more.")
    for name, cause in done.owed.items():
        typer.echo(f"{name} has not confirmed: {cause}")
    n, k = len(receipt.promise.trustees.keys), receipt.promise.trustees.k
    if done.complete:
        typer.echo(f"Withdrawn: all {n} trustees have confirmed.")
    elif len(done.owed) < k:
        typer.echo(
            f"Nobody can open it any more: {k} shares are needed. It counts as withdrawn when "
            "all have confirmed. Ask again."
        )
    else:
        typer.echo("Too few have confirmed: the photo may still open. Ask again.", err=True)
