"""`habeas open`: open the photo of a case, for officers at a terminal."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Annotated

import typer

from habeas.cli import _officer
from habeas.cli._portal import verify_free
from habeas.foundation import durable
from habeas.foundation.errors import HabeasError
from habeas.foundation.token_uri import TokenUri
from habeas.office.client import OfficerClient
from habeas.office.credentials import HardwareKey
from habeas.office.folder import Person
from habeas.portrait.opened import reencode
from habeas.protocol import Purpose

app = typer.Typer(add_completion=False, rich_markup_mode="markdown")


@app.command(name="open")
def open_(
    case: Annotated[str, typer.Argument(help="Reference of the case.")],
    *,
    purpose: Annotated[Purpose, typer.Option(help="What for; it must have been promised.")],
    reason: Annotated[str, typer.Option(help="Why you need to see it, in your words.")],
    out: Annotated[Path, typer.Option(help="Where to write the picture.")],
    officer: _officer.Name = "",
    desk: _officer.Desk = "",
    key: _officer.KeyFile = None,
    portal: _officer.Portal = "",
    passphrase: _officer.Passphrase,
    token: Annotated[
        str,
        typer.Option(
            metavar="URI",
            help="The token that has your key: pkcs11:token=LABEL?module-path=FILE (RFC 7512). "
            "Its PIN is asked for; or in HABEAS_OFFICER_PIN, or in the file that the URI names "
            "as pin-source.",
        ),
    ] = "",
    json_: Annotated[bool, typer.Option("--json", help="For programs.")] = False,
) -> None:
    """Open one photo for one promised purpose, signed with your own key.

    Your request is put on the public log before any trustee releases its share; the
    applicant sees office, purpose and reason. The picture is decrypted here, with a key made
    for this one request, and encoded afresh in a sandbox: what was sealed is a stranger's
    file. Your key lies in software, under your passphrase, or on a token; an authenticator is
    asked by the desk in a browser.

    Example: habeas open HL-2A7C-K9QD --desk http://localhost:8006 --officer officer
    --purpose decide-application --reason "Is this the applicant?" --out photo.jpg
    """  # fmt: skip
    verify_free(out, "--out")
    person, membership, address = _officer.identify(desk, officer, key, portal)
    sign = _token_key(token, person).sign if token else None
    with OfficerClient(address, person, membership, passphrase, key=sign) as client:
        opened = client.open(case, purpose, reason)
    durable.create(out, reencode(opened.photo), private=True)
    for trustee, cause in opened.bad.items():
        typer.echo(f"Warning: {trustee} sent a bad share: {cause}", err=True)
    if json_:
        told = {"index": opened.index, "file": str(out), "missing": opened.missing}
        typer.echo(json.dumps(told))
        return
    typer.echo(f"Opened; your request is entry {opened.index} of the public log.")
    typer.echo(f"Picture: {out}. Delete it when you have seen what you needed.")


def _token_key(address: str, person: Person) -> HardwareKey:
    """The officer's key on the token."""
    from habeas.foundation.token import find

    if person.credential.type != "key":
        raise HabeasError(
            "The key that your office has put on its roster is on no token.",
            "Leave --token out, or ask for `habeas office roster add --token`.",
        )
    uri = TokenUri.parse(address)

    def ask() -> str:
        given = os.environ.get("HABEAS_OFFICER_PIN")
        return given or str(typer.prompt("PIN of your token", hide_input=True))

    return find(uri, uri.read_pin(ask), person.credential.key())
