"""`habeas portal services`: the catalogue, checked and listed."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from habeas.cli._configured import PortalConfig
from habeas.foundation.errors import HabeasError

if TYPE_CHECKING:
    from habeas.protocol import Circle

app = typer.Typer(no_args_is_help=True, help="The services that the portal offers.")


@app.command()
def check(
    folder: Annotated[
        Path | None,
        typer.Argument(
            exists=True, file_okay=False,
            help="A catalogue: offices.toml and one TOML file for each service. By default the "
            "portal's.",
        ),
    ] = None,
    *,
    data: Annotated[
        Path | None, typer.Option("--data", envvar="HABEAS_DATA", help="The portal's folder.")
    ] = None,
    _config: PortalConfig = None,
    json_: Annotated[bool, typer.Option("--json", help="For programs.")] = False,
) -> None:  # fmt: skip
    """Say all that is wrong with a catalogue: file, line, and what to write instead.

    Needs no portal that runs. Where the portal has adopted a circle, each office must stand in
    it. The portal reads the catalogue when it starts.
    """
    from habeas.portal.catalogue.checking import Checked
    from habeas.portal.site import configuration

    said = configuration.named()
    place = folder or (said.services if said else None) or (data / "services" if data else None)
    if place is None:
        raise HabeasError(
            "It is not said which catalogue is meant.", "Name a FOLDER, --data or --config."
        )
    checked = Checked(place, _circle(data))
    if json_:
        rows = [{"file": str(file), **vars(fault)} for file, fault in checked.faults]
        typer.echo(json.dumps(rows, ensure_ascii=False))
    for file, fault in () if json_ else checked.faults:
        typer.secho(f"{file}:{fault.line}: {fault.cause}", fg="red")
        typer.echo(f"  {fault.remedy}")
    if checked.catalogue is None:
        raise typer.Exit(1)
    for each in () if json_ else checked.catalogue.services.values():
        photo = f"photo kept {each.photo.keep_months} months" if each.photo else "no photo"
        typer.echo(f"{each.id}  {each.name.en}  {each.office}  {photo}")


def _circle(data: Path | None) -> Circle | None:
    from habeas.foundation import text
    from habeas.protocol import verify_circle

    file = data / "circle.txt" if data else None
    return verify_circle(text.read(file)) if file and file.exists() else None
