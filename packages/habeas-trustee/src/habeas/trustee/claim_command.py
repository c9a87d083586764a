"""`habeas trustee claim`: what a trustee's clerk does for somebody who has lost their receipt."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated, Literal

import typer

from habeas.trustee.beside import beside


def claim(
    data: Annotated[Path, typer.Option("--data", help="The trustee's folder.")],
    file: Annotated[
        Path,
        typer.Argument(
            exists=True, dir_okay=False, help="What the office has given: `habeas lost` wrote it."
        ),
    ],
    *,
    reference: Annotated[
        str, typer.Option(help="The reference number, as the person before you knows it.")
    ],
    want: Annotated[
        Literal["destroy", "copy", "lift"],
        typer.Option(
            help="destroy: no opening from now on, and the photo is destroyed a week after as "
            "many trustees as open it have said the same. copy: they want a copy from the "
            "office. lift: take back what was claimed here."
        ),
    ],
    identity_seen: Annotated[
        bool,
        typer.Option(
            "--identity-seen",
            help="You have seen an identity document, and the office has confirmed that the case "
            "is this person's.",
        ),
    ] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask once more.")] = False,
) -> None:
    """Speak on the public log for somebody who has lost their receipt.

    The log names the photo by its promise, and nobody's name. Do it only for a person before
    you: see docs/trustee.md, *A lost receipt*, for what to look at and what people try.

    Example: habeas trustee claim --data trustee lost-HL-2A7C-K9QD.json
    --reference HL-2A7C-K9QD --want destroy --identity-seen
    """
    from habeas.protocol.lost import LostReceipt
    from habeas.trustee.errors import SetupError

    if not identity_seen and want != "lift":
        raise SetupError(
            "It is not said that you have seen who the person is.",
            "Look at an identity document, ask the office whose the case is, and add "
            "--identity-seen.",
        )
    try:
        fields = json.loads(file.read_bytes())
    except (OSError, ValueError, RecursionError) as error:
        raise SetupError(f"{file} is no file of an office.", "Ask it for a new one.") from error
    lost = LostReceipt.read(fields)
    if lost.reference != reference.strip().upper():
        raise SetupError(
            f"The office's file is about {lost.reference}, and the person says {reference}.",
            "Make sure which case is theirs.",
        )
    if want == "destroy" and not yes:
        typer.confirm(
            f"The photo of {lost.reference} is not opened any more from now on. Go on?", abort=True
        )
    with beside(data) as trustee:
        trustee.claim(lost, want)
        trustee.outbox.deliver()
        owed = trustee.health()["owed"]
    typer.echo(
        {
            "destroy": "Claimed. Nobody opens the photo while this counts; it is destroyed once "
            "as many trustees as open it have claimed the same for a week.",
            "copy": "Claimed. The office sees it on the log, and can open the photo for a copy "
            "where that was promised.",
            "lift": "What this trustee has claimed counts no more.",
        }[want]
    )
    if owed:
        typer.echo("The log has not taken that yet; the running service delivers it.")
