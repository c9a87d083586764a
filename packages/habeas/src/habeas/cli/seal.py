"""`habeas seal`: apply with a photo, from a terminal."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

from habeas.cli._pins import Pin, read_pins
from habeas.cli._portal import PortalClient, verify_free
from habeas.foundation import durable
from habeas.foundation.errors import HabeasError
from habeas.protocol import Receipt
from habeas.protocol.receipt import verify_parts

app = typer.Typer(add_completion=False, rich_markup_mode="markdown")


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
    pin: Pin = None,
    portal: Annotated[str, typer.Option(help="The portal's address.")] = "http://localhost:8000",
    json_: Annotated[bool, typer.Option("--json", help="For programs.")] = False,
) -> None:
    """Apply for a service with a photo, and keep the receipt.

    The portal checks the photo, strips it of metadata, encodes it afresh, and seals it to
    the trustees; that it saw the photo stands in the receipt. The receipt is checked before
    it is kept. Whoever holds it sees every act on the photo and can withdraw it: keep it safe.

    Example: habeas seal me.jpg -f full_name="Anna Example" -f date_of_birth=1980-05-17
    """
    verify_free(receipt, "--receipt")
    fields = {}
    for each in field or []:
        name, equals, value = each.partition("=")
        if not equals:
            raise HabeasError(f"{each!r} is no field.", "Write it as NAME=VALUE.")
        fields[name] = value
    with PortalClient(portal) as client:
        answer = client.apply(service, fields, photo.read_bytes())
    if answer["receipt"] is None:
        raise HabeasError(f"The service {service} asks for no photo.", "Apply without one.")
    kept = Receipt.read(answer["receipt"])
    durable.create(receipt, kept.encode(), private=True)
    # Kept before it is judged: it may be all that the applicant ever gets.
    parts = verify_parts(kept)
    pinned = read_pins(pin).vouch_for(parts.circle)
    if pin and not pinned:
        raise HabeasError(
            "The receipt is under a circle that your pins do not vouch for.",
            f"Do not rely on it. It was kept as {receipt}; ask the trustees that you know.",
        )
    if json_:
        told = {
            "reference": answer["reference"], "receipt": str(receipt), "index": parts.index,
            "pending": list(kept.pending), "pinned": pinned,
        }  # fmt: skip
        typer.echo(json.dumps(told))
        return
    promise = kept.promise
    typer.echo(f"Application {answer['reference']} was received; its photo is sealed.")
    typer.echo(f"It opens until {promise.opens_until}, for {', '.join(promise.purposes)},")
    typer.echo(f"by {', '.join(promise.recipients)} and nobody else,")
    typer.echo(f"at most {promise.openings_max} times, and {promise.openings_a_day} a day.")
    n, k = len(promise.trustees.keys), promise.trustees.k
    typer.echo(f"{n - len(kept.pending)} of {n} trustees hold their share; any {k} open it.")
    for name in kept.pending:
        typer.echo(f"{name} was away; the portal brings it its share when it is back.")
    typer.echo(f"Receipt: {receipt}")
