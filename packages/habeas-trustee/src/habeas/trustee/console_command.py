"""The console of a trustee: served beside its service, and a link to it."""

from __future__ import annotations

import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from habeas.foundation import listening
from habeas.trustee.options import Config, Folder

if TYPE_CHECKING:
    from habeas.trustee.trustee import Trustee

#: Of this machine alone: a console is no service for others.
_HOST = "127.0.0.1"


def begin(trustee: Trustee, data: Path, port: int) -> None:
    """Serve the console of *trustee*, in a thread that ends with the process."""
    from habeas.trustee.console import Doors, make_console

    app = make_console(trustee, Doors.of(data, lambda: int(time.time())))
    console = listening.server(app, host=_HOST, port=port)
    threading.Thread(target=console.run, name="console", daemon=True).start()


def console(
    data: Folder,
    *,
    _config: Config = None,
    port: Annotated[int, typer.Option(help="As given to serve: --console-port.")] = 8201,
) -> None:
    """Give a link to the console, for a browser on this machine; it counts for five minutes.

    The console shows today's requests, refusals and why, keys, health; and pauses the trustee.
    """
    from habeas.trustee.console import Doors

    link = Doors.of(data, lambda: int(time.time())).link()
    typer.echo(f"http://{_HOST}:{port}/sign-in?link={link}")
