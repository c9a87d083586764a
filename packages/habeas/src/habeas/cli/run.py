"""`habeas run`: portal, logs, four trustees and three offices on this machine, in one command."""

from __future__ import annotations

import signal
import threading
from pathlib import Path
from types import FrameType
from typing import Annotated

import typer
from rich.console import Console
from rich.panel import Panel

from habeas.deploy import installation, sample
from habeas.deploy.supervisor import Supervisor

app = typer.Typer(add_completion=False, rich_markup_mode="markdown")
#: The office whose account shows recordings.
_VIEWER = "parks-department"


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
    """Run a portal, its logs, four trustees and the desks of three offices, each with its own keys.

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
    rows = [
        ("Apply for a licence", f"{place.portal_url}/"),
        ("A portrait to try it with", str(place.portrait.resolve())),
        ("What happened to a photo", f"{place.portal_url}/receipt/"),
        ("Public register", f"{place.portal_url}/register/"),
        ("Which code runs, who vouches", f"{place.portal_url}/register/code/"),
        *(
            (f"Desk of {office}", f"{url}/  {sample.OFFICER}  {place.words[office].officer}")
            for office, url in place.addresses.desks.items()
        ),
    ]
    known = installation.accounts(place).get(_VIEWER)
    if known is not None:
        rows.append(
            ("Recordings of cameras", f"{place.portal_url}/desk/cameras/  {'  '.join(known)}")
        )
    rows += [
        ("Transparency log", f"{place.log_url}/checkpoint"),
        *(
            ("Its log of cameras' hours", f"{each.url}/checkpoint")
            for each in place.circle.logs[1:]
        ),
        *((f"Trustee {each.name}", f"{each.url}/readyz") for each in place.circle.trustees),
        ("Circle, for habeas verify --pin", str(place.circle_file.resolve())),
        ("Data", str(place.folder.resolve())),
    ]
    width = max(len(name) for name, _ in rows) + 2
    for name, value in rows:
        # Never broken or cut: addresses and passphrases are copied from here.
        console.print(f"{name:<{width}}{value}", soft_wrap=True, highlight=False, markup=False)
    console.print(
        "The code that devices run: all trustees of this demonstration have compared it with the "
        "files installed here, and none has rebuilt it from source."
    )
    console.print("A desk is signed in to with the name and the passphrase behind its address.")
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
