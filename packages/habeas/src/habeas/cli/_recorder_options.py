"""Options of the commands that record, written once."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

Data = Annotated[
    Path | None,
    typer.Option(help="An installation of `habeas run`: its recordings folder and its log."),
]
RecordingsFolder = Annotated[
    Path | None, typer.Option(help="Folder for recordings, without an installation.")
]
LogUrl = Annotated[
    str | None, typer.Option(metavar="URL", help="The log, without an installation.")
]
CircleFile = Annotated[
    Path | None,
    typer.Option(
        exists=True,
        dir_okay=False,
        help="The circle's file, without an installation: nothing is deleted before its witnesses "
        "have seen that its days are over.",
    ),
]
KeyFile = Annotated[
    Path | None,
    typer.Option(
        metavar="FILE",
        help="The recorder's signing key, by default recorder.key in the recordings folder; made "
        "where it is absent. Its public half, which is printed then, belongs into the circle.",
    ),
]
Seconds = Annotated[float | None, typer.Option(min=1, help="Stop after so many seconds.")]
HealthPort = Annotated[
    int | None,
    typer.Option(
        min=0,
        max=65535,
        help="Answer /livez, /readyz and /metrics on this port of 127.0.0.1; 0 for any.",
    ),
]
LiveAt = Annotated[
    str | None,
    typer.Option(
        "--live",
        metavar="HOST:PORT",
        help="Give live pictures at this address of this machine, where the portal is on another "
        "one; by default at any port of 127.0.0.1. They go over TLS, to looks that stand on the "
        "log. With FIRST-LAST in place of PORT, at whichever of these is free. On a cluster, "
        "FIRST-LAST alone: ports of each of its machines.",
    ),
]
Resume = Annotated[
    bool,
    typer.Option(
        "--resume",
        help="The clock is right again: go on deleting what has had its days. Deleting halts when "
        "the clock moves by more than ten minutes without time passing.",
    ),
]
