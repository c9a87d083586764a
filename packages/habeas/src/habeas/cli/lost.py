"""`habeas lost`: for officers, which photo belongs to a case whose applicant lost the receipt."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from habeas.cli._portal import verify_free
from habeas.cli.open import person_of
from habeas.foundation import durable
from habeas.office.client import OfficerClient
from habeas.office.folder import Person
from habeas.protocol.credential import Membership
from habeas.protocol.lost import LostReceipt

app = typer.Typer(add_completion=False, rich_markup_mode="markdown")


@app.command()
def lost(
    case: Annotated[str, typer.Argument(help="Reference of the case.")],
    *,
    out: Annotated[Path, typer.Option(help="File to write, for the trustee's clerk.")],
    officer: Annotated[str, typer.Option(help="Your name at the office's desk.")] = "",
    desk: Annotated[
        str, typer.Option(metavar="URL", help="Your office's own address; your key is there.")
    ] = "",
    key: Annotated[
        Path | None,
        typer.Option(exists=True, dir_okay=False, help="Your key file, in place of --desk."),
    ] = None,
    portal: Annotated[
        str, typer.Option(help="The portal's address; with --desk the office tells it.")
    ] = "",
    passphrase: Annotated[
        str,
        typer.Option(
            envvar="HABEAS_OFFICER_PASSPHRASE",
            prompt=True,
            hide_input=True,
            help="Of your key. Asked for when absent; or in the environment.",
        ),
    ],
) -> None:
    """Say which photo belongs to a case, for an applicant who has lost the receipt.

    The file opens nothing. A trustee's clerk checks it against the promise that the trustee
    keeps: an office cannot name another photo. Give it to the applicant in person, or to the
    trustee, once you know that the case is theirs.

    Example: habeas lost HL-2A7C-K9QD --desk http://localhost:8006 --officer officer
    --out lost-HL-2A7C-K9QD.json
    """  # fmt: skip
    verify_free(out, "--out")
    fields, address = person_of(desk, officer, key, portal)
    person = Person.read(fields)
    membership = {name: Membership.read(each) for name, each in fields["membership"].items()}
    with OfficerClient(address, person, membership, passphrase) as client:
        found = LostReceipt.of(client.pointer(case), person.credential.office)
    durable.create(out, found.encode() + b"\n", private=True)
    typer.echo(f"Written to {out}. It opens nothing, and leads from the case to its photo.")
