"""`habeas seal`: apply with a photo, from a terminal."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

from habeas.cli._portal import PortalClient
from habeas.foundation import durable
from habeas.foundation.errors import HabeasError
from habeas.protocol import Receipt

app = typer.Typer(add_completion=False)


@app.command()
def seal(
    photo: Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="JPEG, PNG, HEIC.")],
    *,
    service: Annotated[str, typer.Option(help="Service to apply for.")] = "hunting-licence",
    field: Annotated[
        list[str] | None, typer.Option("--field", "-f", help="NAME=VALUE, for each form field.")
    ] = None,
    receipt: Annotated[Path, typer.Option(help="Where to write the receipt.")] = Path(
        "receipt.json"
    ),
    portal: Annotated[str, typer.Option(help="The portal's address.")] = "http://127.0.0.1:8000",
    json_: Annotated[bool, typer.Option("--json", help="For programs.")] = False,
) -> None:
    """Apply for a service with a photo, and keep the receipt.

    The photo is checked, stripped of metadata, re-encoded, and sealed to the trustees.
    Whoever holds the receipt sees every act on the photo and can withdraw it: keep it safe.

    Example: habeas seal me.jpg -f full_name="Anna Example" -f date_of_birth=1980-05-17
    """
    if receipt.exists():
        raise HabeasError(f"{receipt} exists already.", "Name another file with --receipt.")
    fields = {}
    for each in field or []:
        name, equals, value = each.partition("=")
        if not equals:
            raise HabeasError(f"{each!r} is no field.", "Write it as NAME=VALUE.")
        fields[name] = value
    with PortalClient(portal) as client:
        answer = client.apply(service, fields, photo.read_bytes())
    kept = Receipt.read(answer["receipt"])
    durable.create(receipt, kept.encode(), private=True)
    if json_:
        typer.echo(json.dumps({"reference": answer["reference"], "receipt": str(receipt)}))
        return
    typer.echo(f"Application {answer['reference']} was received; its photo is sealed.")
    typer.echo(f"Opens until {kept.promise.opens_until}, for {', '.join(kept.promise.purposes)},")
    typer.echo(f"by {', '.join(kept.promise.recipients)} and nobody else.")
    typer.echo(f"Receipt: {receipt}")
