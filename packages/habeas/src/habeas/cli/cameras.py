"""`habeas cameras`: many cameras on one machine, every face covered before it is written."""

from __future__ import annotations

import os
import secrets
import socket
from collections.abc import Callable
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from habeas.cli._add_camera import add
from habeas.cli._configured import CamerasConfig
from habeas.cli._recorder_options import (
    CircleFile,
    Data,
    HealthPort,
    KeyFile,
    LiveAt,
    LogUrl,
    RecordingsFolder,
    Resume,
    Seconds,
)
from habeas.cli._recording import BucketUrl, packing_of, record_until_told, teller
from habeas.cli._station import Station

if TYPE_CHECKING:
    from habeas.cameras.leases import Keeper

app = typer.Typer(
    add_completion=False,
    rich_markup_mode="markdown",
    no_args_is_help=True,
    help="Many cameras on one machine.",
)

CamerasFile = Annotated[
    Path | None,
    typer.Argument(
        metavar="[CAMERAS.toml]",
        exists=True,
        dir_okay=False,
        help="The cameras' declarations; by default cameras.toml in the folder of --data.",
    ),
]


@app.callback()
def cameras() -> None:
    """Many cameras on one machine."""


app.command()(add)


@app.command()
def serve(
    cameras: CamerasFile = None,
    *,
    config: CamerasConfig = None,
    data: Data = None,
    recordings: RecordingsFolder = None,
    log: LogUrl = None,
    circle: CircleFile = None,
    key: KeyFile = None,
    live: LiveAt = None,
    only: Annotated[
        list[str] | None,
        typer.Option(metavar="ID", help="Record this camera of the file alone; repeatable."),
    ] = None,
    shared: Annotated[
        bool,
        typer.Option(
            "--shared",
            help="Other machines record into the same folder: each camera is recorded by whoever "
            "has its lease, and taken over when that machine dies.",
        ),
    ] = False,
    bucket: BucketUrl = None,
    seconds: Seconds = None,
    health_port: HealthPort = None,
    resume: Resume = False,
) -> None:
    """Record many cameras in one process until Ctrl-C, as `habeas record` records one.

    One loaded network looks at all pictures, camera by camera in turns. When this machine is too
    slow, fewer pictures are written, each as closely looked at. A camera that fails is reached
    again by itself, and the others hear nothing of it. Addresses lie in the secret store:

        [[camera]]
        id = "north-gate"
        address = { file = "/etc/habeas/cameras/north-gate" }
        name = { en = "North gate", ru = "Северные ворота" }
        ...
    """
    # Before libraries that start threads: `confine_recorder` binds those that come after it.
    os.environ["OPENBLAS_NUM_THREADS"] = os.environ["OMP_NUM_THREADS"] = "1"
    from habeas.cameras import declarations, fleet, memory
    from habeas.cameras.probes import Judged, Probes, judge_all

    memory.bound()
    listed = declarations.chosen(declarations.load(_file(cameras, data)), only or ())
    say = teller()
    station = Station.open(
        say, config=config, data=data, recordings=recordings, log=log, circle=circle, key=key,
        bucket=bucket, resume=resume,
    )  # fmt: skip
    place = station.place
    reached = fleet.reach(listed)
    for each in listed:
        place.write_camera(each.public(), datetime.now(UTC).date(), station.signer)
    windows = {each.id: station.window(each.id) for each in listed if each.live}
    port = station.live(windows, live)
    gpu = any(each.settings().gpu for each in listed)
    station.confine(*(each.url for each in reached.cameras), gpu=gpu)
    keeper = _keepers(place.folder) if shared else None
    runs = fleet.recorders(reached, place, fleet.Networks(), say, keeper, windows)
    running = fleet.Fleet(runs, say)
    keeping = station.keeping()
    places = {each.id: place.place(each.id) for each in listed}

    def ready() -> Judged:
        return judge_all(places, datetime.now(UTC), keeping.ages(), station.deletes.halted())

    with keeping, packing_of(place, say), ExitStack() as open_:
        if port is not None:
            open_.enter_context(port)
        if health_port is not None:
            probes = open_.enter_context(Probes(health_port, ready))
            say(f"/livez, /readyz and /metrics are answered on http://127.0.0.1:{probes.port}")
        say(f"{len(listed)} cameras")
        record_until_told(running, seconds)
    say("all cameras have ended")


def _keepers(folder: Path) -> Callable[[str], Keeper]:
    from habeas.cameras.leases import Keeper, LeaseFiles

    holder = f"{socket.gethostname()}-{os.getpid()}-{secrets.token_hex(4)}"
    return lambda camera: Keeper(LeaseFiles(folder), camera, holder)


def _file(cameras: Path | None, data: Path | None) -> Path:
    from habeas.foundation.errors import HabeasError

    if cameras is not None:
        return cameras
    if data is None:
        raise HabeasError(
            "It is not said which cameras are recorded.",
            "Name a cameras.toml, or the --data FOLDER that has one.",
        )
    return data / "cameras.toml"
