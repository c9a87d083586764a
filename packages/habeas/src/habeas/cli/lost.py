"""`habeas lost`: for officers, which photo belongs to a case whose applicant lost the receipt."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from habeas.cli import _officer
from habeas.cli._portal import verify_free
from habeas.foundation import durable
from habeas.office.client import OfficerClient
from habeas.protocol.lost import LostReceipt

app = typer.Typer(add_completion=False, rich_markup_mode="markdown")


@app.command()
def lost(
    case: Annotated[str, typer.Argument(help="Reference of the case.")],
    *,
    out: Annotated[Path, typer.Option(help="File to write, for the trustee's clerk.")],
    officer: _officer.Name = "",
    desk: _officer.Desk = "",
    key: _officer.KeyFile = None,
    portal: _officer.Portal = "",
    passphrase: _officer.Passphrase,
) -> None:
    """Say which photo belongs to a case, for an applicant who has lost the receipt.

    The file opens nothing. A trustee's clerk checks it against the promise that the trustee
    keeps: an office cannot name another photo. Give it to the applicant in person, or to the
    trustee, once you know that the case is theirs.

    Example: habeas lost HL-2A7C-K9QD --desk http://localhost:8006 --officer officer
    --out lost-HL-2A7C-K9QD.json
    """  # fmt: skip
    verify_free(out, "--out")
    person, membership, address = _officer.identify(desk, officer, key, portal)
    with OfficerClient(address, person, membership, passphrase) as client:
        found = LostReceipt.of(client.pointer(case), person.credential.office)
    durable.create(out, found.encode() + b"\n", private=True)
    typer.echo(f"Written to {out}. It opens nothing, and leads from the case to its photo.")
