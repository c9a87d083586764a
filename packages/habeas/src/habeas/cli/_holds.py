"""`habeas portal holds`: legal holds of recordings, by the operator at a court's order."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from habeas.cli._backup import Folder
from habeas.cli._configured import PortalConfig

if TYPE_CHECKING:
    from habeas.cameras.holding import Holding

app = typer.Typer(
    no_args_is_help=True,
    help="Legal holds at a court's order. Officers hold recordings at the desk instead.",
)

CameraId = Annotated[str, typer.Argument(metavar="CAMERA", help="The camera's id.")]


def _holding(data: Path) -> Holding:
    from habeas.portal.site import setup

    setup.start(data)
    from habeas.portal.looks.telling import holding

    return holding()


@app.command()
def put(
    camera: CameraId,
    data: Folder,
    *,
    _config: PortalConfig = None,
    hour: Annotated[
        str, typer.Option("--from", metavar="HOUR", help="The first hour, UTC: 2026-11-23T20Z.")
    ],
    hours: Annotated[int, typer.Option(min=1, help="How many hours.")] = 1,
    until: Annotated[
        datetime,
        typer.Option(formats=["%Y-%m-%d"], metavar="DAY", help="The last day of the hold."),
    ],
    case_number: Annotated[str, typer.Option(help="Of the court's order; it stays off the log.")],
    words: Annotated[str, typer.Option(help="Why, in words; they stay off the log.")] = "",
) -> None:
    """Hold recordings at a court's order: not deleted although their days are over.

    The hold goes on the public log, in nobody's name but the operator's. It ends by itself after
    its last day. The camera's own entry says how much may be held, and for how long: no order of
    this command changes that.
    """
    from habeas.cameras.acts import OPERATOR
    from habeas.cameras.holding import HoldWish
    from habeas.portal.cameras.shown import recordings
    from habeas.protocol.looks import HoldReason

    holding = _holding(data)
    wish = HoldWish(hour, hours, until.date(), HoldReason.COURT_ORDER, case_number, words)
    act = holding.put(OPERATOR, recordings().camera(camera), wish)
    typer.echo(f"#{act.index}")
    typer.echo("The recorder takes it on within a minute: habeas portal holds list", err=True)


@app.command("list")
def list_(camera: CameraId, data: Folder, *, _config: PortalConfig = None) -> None:
    """All holds of a camera, and what the recorder has made of them."""
    holding = _holding(data)
    from habeas.portal.cameras.shown import recordings

    for each in holding.all(recordings().camera(camera)):
        hold = each.hold
        who = hold.office or "operator"
        why = f" ({hold.refused})" if hold.refused else ""
        typer.echo(
            f"#{hold.index}\t{hold.hour}\t{hold.hours} h\tuntil {hold.until}\t{who}\t"
            f"{hold.reason}\t{each.state}{why}"
        )


@app.command()
def lift(
    camera: CameraId,
    index: Annotated[int, typer.Argument(min=0, help="Of the hold's entry on the log.")],
    data: Folder,
    *,
    _config: PortalConfig = None,
) -> None:
    """End a hold of the operator's before its day; that goes on the public log, too."""
    holding = _holding(data)
    from habeas.cameras.acts import OPERATOR
    from habeas.portal.cameras.shown import recordings

    act = holding.lift(OPERATOR, recordings().camera(camera), index)
    typer.echo(f"#{act.index}")
