"""`habeas cameras`: many cameras on one machine, every face covered before it is written."""

from __future__ import annotations

import os
import secrets
import socket
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from habeas.cli._add_camera import add
from habeas.cli._cameras_cluster import Passed, serve_on
from habeas.cli._configured import CamerasConfig
from habeas.cli._credentials import credentials
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
from habeas.cli._recording import BucketUrl, folder_of, record_until_told, teller
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
app.command()(credentials)


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
    standby: Annotated[
        bool,
        typer.Option(
            "--standby",
            help="With --shared: record only what no other machine does for some seconds.",
        ),
    ] = False,
    cluster: Annotated[
        str | None,
        typer.Option(
            metavar="ADDRESS",
            help="Record on the machines of a Ray cluster, such as auto or ray://head:10001: each "
            "camera by one of them, and by another when that dies. All see the same files.",
        ),
    ] = None,
    group: Annotated[
        int | None,
        typer.Option(min=1, help="With --cluster: cameras of one process, at most. [default: 25]"),
    ] = None,
    bucket: BucketUrl = None,
    seconds: Seconds = None,
    health_port: HealthPort = None,
    resume: Resume = False,
    house: Annotated[
        bool,
        typer.Option("--house/--no-house", hidden=True, help="Close hours, pack and delete them."),
    ] = True,
    attended: Annotated[
        bool, typer.Option("--attended", hidden=True, help="Stop when standard input ends.")
    ] = False,
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
    if cluster is not None:
        # The cluster's options are those of its posts, which are this command without it.
        serve_on(
            cluster, _file(cameras, data), folder_of(data, recordings), group, only or (),
            Passed(data=data, log=log, circle=circle, key=key, bucket=bucket, config=config),
            live=live, seconds=seconds, health_port=health_port, resume=resume,
        )  # fmt: skip
        return
    # Before libraries that start threads: `confine_recorder` binds those that come after it.
    os.environ["OPENBLAS_NUM_THREADS"] = os.environ["OMP_NUM_THREADS"] = "1"
    from habeas.cameras import declarations, fleet, memory
    from habeas.cameras.probes import Judged, judge_all
    from habeas.foundation.errors import HabeasError

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
    keeper = _keepers(place.folder, standby=standby) if shared or standby else None
    try:
        port = station.live(windows, live, leased=keeper is not None)
    except HabeasError as error:
        if not attended:
            raise
        # Nobody is here to choose another; a camera that cannot be watched is recorded.
        say(f"nobody can watch live: {error.cause}")
        port = None
    gpu = any(each.settings().gpu for each in listed)
    station.confine(*(each.url for each in reached.cameras), gpu=gpu)
    runs = fleet.recorders(
        reached, place, fleet.Networks(), say, keeper, windows, port.announce if port else None
    )
    running = fleet.Fleet(runs, say)
    places = {each.id: place.place(each.id) for each in listed}

    def judged(ages: Mapping[str, float], halted: str) -> Judged:
        return judge_all(places, datetime.now(UTC), ages, halted)

    with station.at_work(port, health_port, judged, house=house):
        say(f"{len(listed)} cameras")
        record_until_told(running, seconds, attended=attended)
    say("all cameras have ended")


def _keepers(folder: Path, *, standby: bool) -> Callable[[str], Keeper]:
    from habeas.cameras.leases import Keeper, LeaseFiles

    holder = f"{socket.gethostname()}-{os.getpid()}-{secrets.token_hex(4)}"
    return lambda camera: Keeper(LeaseFiles(folder), camera, holder, standby=standby)


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
