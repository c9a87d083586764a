"""`habeas trustee circle`: compose, sign, adopt and show the circle of all parties."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

from habeas.foundation import durable, text
from habeas.trustee.options import Config, Folder

app = typer.Typer(
    no_args_is_help=True, help="Compose, sign, adopt and show the circle of all parties."
)


@app.command()
def draft(
    out: Annotated[Path, typer.Argument(help="File to write the draft to.")],
    *,
    settings: Annotated[
        Path | None,
        typer.Option(
            exists=True,
            dir_okay=False,
            help="Further fields of the circle (JSON): k, q, r, log, custodian, recorders, "
            "quotas, delays, witnesses.",
        ),
    ] = None,
    trustee: Annotated[
        list[Path] | None,
        typer.Option(exists=True, help="What `habeas trustee init` printed; one file for each."),
    ] = None,
    office: Annotated[
        list[Path] | None,
        typer.Option(exists=True, help="What `habeas office init` printed; one file for each."),
    ] = None,
    after: Annotated[
        Path | None,
        typer.Option(exists=True, help="The circle that it follows; what is not said stays."),
    ] = None,
) -> None:
    """Write a circle for its trustees to sign: who takes part, by which keys, with which limits.

    With n trustees and further witnesses, r + q must be at least n + k. One silent trustee
    stops nothing with n = 4, k = 2, q = r = 3.
    """
    from habeas.protocol import MalformedError
    from habeas.trustee import ceremony

    try:
        fields = json.loads(settings.read_text()) if settings else {}
        if trustee:
            fields["trustees"] = [json.loads(each.read_text()) for each in trustee]
        if office:
            fields["offices"] = [json.loads(each.read_text()) for each in office]
    except (ValueError, TypeError) as error:
        raise MalformedError("One of these files is no JSON.") from error
    made = ceremony.draft(fields, text.read(after) if after else None)
    durable.write(out, ceremony.text_of(made).encode())
    typer.echo(f"Circle number {made.number}, digest {made.digest().hex()}, waits for signatures:")
    for each in made.trustees:
        typer.echo(f"  {each.name}")


@app.command("sign")
def sign_(
    data: Folder,
    *,
    _config: Config = None,
    file: Annotated[
        Path, typer.Argument(help="The draft, or what others have signed.", exists=True)
    ],
) -> None:
    """Add this trustee's signature to the file. Read what you sign: `circle show`."""
    from habeas.trustee import ceremony

    note = ceremony.sign(data, text.read(file))
    durable.write(file, note.encode())
    missing = ceremony.missing(note)
    typer.echo(f"Signed. Still missing: {', '.join(missing)}." if missing else "All have signed.")


@app.command()
def adopt(
    data: Folder,
    *,
    _config: Config = None,
    notes: Annotated[
        list[Path],
        typer.Argument(
            exists=True,
            metavar="CIRCLE...",
            help="The circle; for a newcomer to a running circle all of them, oldest first.",
        ),
    ],
) -> None:
    """Agree to a circle that all its trustees have signed; the log will be told of it.

    A first circle is this trustee's pin: compare its digest with the other trustees, by
    telephone, before you adopt it.
    """
    from habeas.trustee import ceremony

    made = ceremony.adopt(data, [text.read(each) for each in notes])
    typer.echo(f"Adopted circle number {made.number}, digest {made.digest().hex()}.")


@app.command()
def show(
    file: Annotated[Path, typer.Argument(exists=True, help="A draft, or a circle.")],
    *,
    json_: Annotated[bool, typer.Option("--json", help="For programs.")] = False,
) -> None:
    """Say in plain words what a circle is, and who has signed it."""
    from habeas.trustee import ceremony

    content = text.read(file)
    made, missing = ceremony.read(content), ceremony.missing(content)
    if json_:
        digest = made.digest().hex()
        typer.echo(json.dumps({"digest": digest, "missing": missing, "circle": made.fields()}))
        return
    for line in ceremony.words(made, missing):
        typer.echo(line)
