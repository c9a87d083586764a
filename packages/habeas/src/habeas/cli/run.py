"""`habeas run`: portal, log, four trustees and three offices on this machine, in one command."""

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

from habeas.deploy import installation, sample
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
    """Run a portal, a log, four trustees and the desks of three offices, each with its own keys.

    For trying out only: a city's trustees and offices run their own machines. Everything is
    made on the first start and found again, as you left it, on the next. Ctrl-C stops all of
    them together. Addresses and sign-ins are printed when everything answers.
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
    table.add_row("Apply for a licence", f"{place.portal_url}/")
    table.add_row("Public register", f"{place.portal_url}/register/")
    table.add_row("Transparency log", f"{place.log_url}/checkpoint")
    for each in place.circle.trustees:
        table.add_row(f"Trustee {each.name}", f"{each.url}/health")
    table.add_row("Circle", f"{place.circle_file}  {place.circle.digest().hex()[:16]}")
    table.add_row("Data", str(place.folder.resolve()))
    console.print(table)
    desks = Table(box=None, padding=(0, 2, 0, 0), title_justify="left")
    for heading in ("Desk of an office", "Its address", "Officer", "Passphrase"):
        desks.add_column(heading, no_wrap=True)
    for office, words in place.words.items():
        desks.add_row(office, f"{place.addresses.desks[office]}/", sample.OFFICER, words.officer)
    console.print()
    console.print(desks)
    accounts = installation.accounts(place)
    if "parks-department" in accounts:
        user, password = accounts["parks-department"]
        console.print(
            f"\nRecordings of cameras: {place.portal_url}/desk/cameras/  {user}  {password}",
            soft_wrap=True,
        )
    console.print(
        Panel(
            "[bold]FOR TRYING OUT ONLY. NO PHOTOGRAPHS OF REAL PEOPLE.[/]\n"
            "Whoever has this machine is all trustees and all offices at once, and the officers' "
            "passphrases stand above.\nNew officers and circles count at once here; real ones "
            "wait a day and a week. For real parties, each sets itself up: habeas trustee --help, "
            "habeas office --help, habeas portal --help",
            border_style="bold yellow",
            expand=False,
        )
    )
    console.print("Ctrl-C stops everything.", style="dim")
