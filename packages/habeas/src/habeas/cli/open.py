"""`habeas open`: open the photo of a case, for offices without the browser's desk."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

from habeas.cli._portal import PortalClient
from habeas.foundation import durable
from habeas.foundation.errors import HabeasError
from habeas.portrait.opened import reencode
from habeas.protocol import Purpose

app = typer.Typer(add_completion=False)


@app.command(name="open")
def open_(
    case: Annotated[str, typer.Argument(help="Reference of the case.")],
    *,
    purpose: Annotated[str, typer.Option(help=f"One of: {', '.join(Purpose)}.")],
    reason: Annotated[str, typer.Option(help="Why you need to see it, in your words.")],
    out: Annotated[Path, typer.Option(help="Where to write the picture.")],
    user: Annotated[str, typer.Option(help="Your sign-in.")],
    password: Annotated[
        str,
        typer.Option(
            envvar="HABEAS_PASSWORD",
            prompt=True,
            hide_input=True,
            help="Asked for when absent; or in the environment.",
        ),
    ],
    portal: Annotated[str, typer.Option(help="The portal's address.")] = "http://127.0.0.1:8000",
    json_: Annotated[bool, typer.Option("--json", help="For programs.")] = False,
) -> None:
    """Open one photo for one promised purpose.

    The request is put on the public log before any trustee releases its share; the
    applicant sees office, officer, purpose and reason. The picture is decrypted here, with
    a key made for this one request, and encoded afresh in a sandbox: what was sealed is a
    stranger's file.
    """  # fmt: skip
    if out.exists():
        raise HabeasError(f"{out} exists already.", "Name another file with --out.")
    with PortalClient(portal, (user, password)) as client:
        case_opened = client.open(case, purpose, reason)
    picture = reencode(case_opened.opened.photo)
    durable.create(out, picture, private=True)
    for trustee, cause in case_opened.opened.bad.items():
        typer.echo(f"Warning: {trustee} sent a bad share: {cause}", err=True)
    if json_:
        typer.echo(json.dumps({"index": case_opened.index, "file": str(out)}))
        return
    typer.echo(f"Opened; the request is entry {case_opened.index} of the public log.")
    typer.echo(f"Picture: {out}. Delete it when you have seen what you needed.")
