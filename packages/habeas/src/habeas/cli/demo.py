"""`habeas demo`: the whole journey, headless, over HTTP, against real processes."""

from __future__ import annotations

import json
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from habeas.cli._journey import Journey, Step, play
from habeas.deploy import installation
from habeas.deploy.supervisor import Supervisor
from habeas.faces import assets

app = typer.Typer(add_completion=False, rich_markup_mode="markdown")


@contextmanager
def _services(place: installation.Installation) -> Iterator[None]:
    with Supervisor(place.processes(), place.folder / "output") as supervisor:
        supervisor.wait_until_healthy()
        installation.announce(place)
        yield


@app.command()
def demo(
    *,
    photo: Annotated[
        Path | None,
        typer.Option(exists=True, dir_okay=False, help="A portrait (JPEG, PNG or HEIC)."),
    ] = None,
    data: Annotated[
        Path | None,
        typer.Option(help="Folder for the services' data; a new temporary one by default."),
    ] = None,
    json_: Annotated[bool, typer.Option("--json", help="One JSON object, for programs.")] = False,
) -> None:
    """Play the whole journey against real services: apply, seal, open, check, refuse, withdraw.

    Starts the portal, the log, four trustees and three desks as processes of their own, on free
    ports of this machine, and stops them at the end. The data folder is left in place, for you
    to look into: `habeas log verify`, or any other software for C2SP logs.

    Exit status 0 only if every step went as it must.
    """
    folder = data or Path(tempfile.mkdtemp(prefix="habeas-demo-"))
    picture = photo.read_bytes() if photo else assets.path("astronaut.png").read_bytes()
    console = Console(stderr=True)

    def say(step: Step) -> None:
        mark = "[green]ok[/]    " if step.ok else "[red]FAILED[/]"
        where = f" [dim](log entry {step.log_index})[/]" if step.log_index is not None else ""
        console.print(
            f"{mark} {step.name:<20} {step.ms:8.1f} ms  {step.note}{where}", soft_wrap=True
        )

    place = installation.install(folder, free_ports=True)
    console.print(f"Starting portal, log, four trustees and three desks ({folder}) ...")
    with _services(place):
        journey = Journey(place, picture)
        steps = play(journey, say)
    passed = all(step.ok for step in steps)
    if json_:
        report = {
            "steps": [asdict(step) for step in steps],
            "log_url": place.log_url,
            "log_dir": str(place.log_public),
            "circle_file": str(place.circle_file),
            "receipt_file": str(journey.receipt_file),
            "sealed_blob": str(journey.sealed_copy),
        }
        typer.echo(json.dumps(report))
    if not passed:
        raise typer.Exit(1)
    console.print(f"All {len(steps)} steps went as they must. Data: {folder}")


if __name__ == "__main__":
    sys.exit(app())
