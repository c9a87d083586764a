"""`habeas withdraw RECEIPT`: have a photo destroyed."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated, Any

import typer

from habeas.cli._portal import PortalClient, read_receipt
from habeas.custody import withdraw_directly
from habeas.protocol.client import Panel

app = typer.Typer(add_completion=False)


@app.command()
def withdraw(
    receipt: Annotated[Path, typer.Argument(help="The receipt file.", dir_okay=False)],
    *,
    direct: Annotated[
        bool,
        typer.Option("--direct", help="Go to the trustees themselves, past the portal."),
    ] = False,
    portal: Annotated[
        str | None, typer.Option(help="The portal's address, if not the one in the receipt.")
    ] = None,
    json_: Annotated[bool, typer.Option("--json", help="For programs.")] = False,
) -> None:
    """Withdraw a photo: every trustee destroys its share and signs that it has.

    From the moment that enough trustees have done so nobody can open the photo any more.
    Should the portal refuse or be gone, --direct needs nothing but the receipt.
    """
    content = read_receipt(receipt)
    if direct:
        with Panel(content.trustees, content.promise.trustees.k) as circle:
            done = withdraw_directly(circle, content)
        answer: dict[str, Any] = {
            "statements": done.statements,
            "owed": done.owed,
            "index": done.index,
        }
    else:
        with PortalClient(portal or content.portal) as client:
            answer = client.withdraw(content)
    if json_:
        typer.echo(json.dumps(answer))
    else:
        for trustee in answer["statements"]:
            typer.echo(f"{trustee} attests that it has erased its share.")
        for trustee, cause in answer["owed"].items():
            typer.echo(f"{trustee} has not confirmed yet: {cause}")
    erased, n = len(answer["statements"]), len(content.trustees)
    if n - erased >= content.promise.trustees.k:
        typer.echo(
            "Too few trustees have confirmed: the photo may still open. Try again.", err=True
        )
        raise typer.Exit(1)
