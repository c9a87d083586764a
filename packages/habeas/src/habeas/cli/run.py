"""`habeas run`: portal, log and three trustees on this machine, in one command."""

from __future__ import annotations

import signal
import threading
from pathlib import Path
from types import FrameType
from typing import Annotated

import typer
from rich.console import Console
from rich.panel import Panel
from rich.table import Table

from habeas.deploy import installation
from habeas.deploy.supervisor import Supervisor

app = typer.Typer(add_completion=False)


@app.command()
def run(
    *,
    data: Annotated[
        Path, typer.Option(help="Folder for keys, databases and photos; made when absent.")
    ] = Path("data"),
    port: Annotated[
        int | None,
        typer.Option(
            min=1,
            max=65000,
            help="Port of the portal; the others follow it. By default as last time, or 8000.",
        ),
    ] = None,
) -> None:
    """Run the portal, the log and three trustees, each a process with its own folder and keys.

    For trying out only: a city's trustees run their own machines. Everything is made on the
    first start and found again, as you left it, on the next. Ctrl-C stops all of them
    together. Addresses and sign-ins are printed when everything answers.
    """
    console = Console()
    place = installation.install(data, port=port)
    stop = threading.Event()

    def ask_to_stop(_: int, __: FrameType | None) -> None:
        stop.set()

    for each in (signal.SIGINT, signal.SIGTERM):
        signal.signal(each, ask_to_stop)
    console.print("Starting ...", style="dim")
    with Supervisor(place.processes(), place.folder / "output") as supervisor:
        supervisor.wait_until_healthy()
        installation.announce(place)
        _greet(console, place)
        while not stop.wait(1.0):
            for name in supervisor.tend():
                console.print(f"{name} had ended and was started again", style="yellow")
        console.print("Stopping ...", style="dim")


def _greet(console: Console, place: installation.Installation) -> None:
    table = Table(show_header=False, box=None, padding=(0, 2, 0, 0))
    table.add_row("Apply for a licence", f"[link]{place.portal_url}/[/link]")
    table.add_row("Officers' desk", f"{place.portal_url}/desk/")
    table.add_row("Public register", f"{place.portal_url}/register/")
    table.add_row("Transparency log", f"{place.log_url}/checkpoint")
    for trustee in place.trustees:
        table.add_row(f"Trustee {trustee.name}", trustee.url)
    for office, (user, password) in installation.sign_ins(place).items():
        table.add_row(f"Sign-in, {office}", f"{user}  {password}")
    table.add_row("Data", str(place.folder.resolve()))
    console.print(table)
    console.print(
        Panel(
            "[bold]FOR TRYING OUT ONLY. NO PHOTOGRAPHS OF REAL PEOPLE.[/]\n"
            "The trustees share this machine, and passwords were printed. "
            "For a portal of your own, each party installs itself: habeas portal init --help",
            border_style="bold yellow",
            expand=False,
        )
    )
    console.print("Ctrl-C stops everything.", style="dim")
