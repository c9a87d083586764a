"""`habeas log`: a transparency log of your own."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

app = typer.Typer(
    add_completion=False, no_args_is_help=True, help="Make, serve and check a transparency log."
)

Folder = Annotated[Path, typer.Option("--data", help="The log's folder.")]


@app.command()
def init(
    data: Folder,
    *,
    origin: Annotated[str, typer.Option(help="The log's name, a URL without its scheme.")],
) -> None:
    """Make a folder and a key for a new log, and print its verifier key."""
    from habeas.tlog.service import init_log

    typer.echo(init_log(data, origin))


@app.command()
def serve(
    data: Folder,
    *,
    port: Annotated[int, typer.Option(help="Port on this machine.")] = 8001,
    interval: Annotated[float, typer.Option(help="Seconds between batches.")] = 0.1,
) -> None:
    """Serve a log: C2SP tlog-tiles for readers, POST /append for writers."""
    import uvicorn

    from habeas.tlog.service import make_app

    uvicorn.run(
        make_app(data, interval=interval), host="127.0.0.1", port=port,
        log_level="warning", access_log=False,
    )  # fmt: skip
