"""`habeas cameras`: many cameras on one machine, every face covered before it is written."""

from __future__ import annotations

import os
import secrets
import socket
from collections.abc import Callable
from contextlib import ExitStack
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from habeas.cli._add_camera import add
from habeas.cli._recording import (
    BucketUrl,
    bucket_of,
    deletes_of,
    folder_of,
    key_file_of,
    log_of,
    packing_of,
    record_until_told,
    signer_of,
    teller,
)

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
Data = Annotated[
    Path | None,
    typer.Option(help="An installation of `habeas run`: its recordings folder and its log."),
]


@app.callback()
def cameras() -> None:
    """Many cameras on one machine."""


app.command()(add)


@app.command()
def serve(
    cameras: CamerasFile = None,
    *,
    data: Data = None,
    recordings: Annotated[
        Path | None, typer.Option(help="Folder for recordings, without an installation.")
    ] = None,
    log: Annotated[
        str | None, typer.Option(metavar="URL", help="The log, without an installation.")
    ] = None,
    circle: Annotated[
        Path | None,
        typer.Option(
            exists=True,
            dir_okay=False,
            help="The circle's file, without an installation: nothing is deleted before its "
            "witnesses have seen that its days are over.",
        ),
    ] = None,
    key: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            help="The recorder's signing key, by default recorder.key in the recordings folder; "
            "made where it is absent. Its public half, which is printed then, belongs into the "
            "circle.",
        ),
    ] = None,
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
    seconds: Annotated[
        float | None, typer.Option(min=1, help="Stop after so many seconds.")
    ] = None,
    health_port: Annotated[
        int | None,
        typer.Option(
            min=0,
            max=65535,
            help="Answer /livez, /readyz and /metrics, of all cameras, on this port of "
            "127.0.0.1; 0 for any.",
        ),
    ] = None,
    resume: Annotated[
        bool,
        typer.Option(
            "--resume", help="The clock is right again: go on deleting what has had its days."
        ),
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
    # Before libraries that start threads: `confine_recorder` binds those that come after it.
    os.environ["OPENBLAS_NUM_THREADS"] = os.environ["OMP_NUM_THREADS"] = "1"
    from habeas.cameras import declarations, fleet, memory
    from habeas.cameras.confinement import confine_recorder
    from habeas.cameras.house import keep_house
    from habeas.cameras.keeping import HouseKeeping
    from habeas.cameras.live_port import LivePort
    from habeas.cameras.probes import Judged, Probes, judge_all
    from habeas.cameras.recordings import Recordings
    from habeas.cameras.storage import look
    from habeas.cameras.window import Window
    from habeas.cameras.witnessed import Witnessed
    from habeas.foundation import text

    memory.bound()
    listed = declarations.chosen(declarations.load(_file(cameras, data)), only or ())
    place = Recordings(folder_of(data, recordings), bucket_of(bucket))
    place.adopt()
    client = log_of(data, log)
    say = teller()
    made_here = key is not None or data is None
    signer = signer_of(key_file_of(data, key, place.folder), made_here=made_here, say=say)
    circle = circle or (data / "circle.txt" if data else None)
    deletes = deletes_of(place.folder, circle, client, resume=resume)
    witnessed = Witnessed(text.read(circle)) if circle else None
    reached = fleet.reach(listed)
    for each in listed:
        place.write_camera(each.public(), datetime.now(UTC).date(), signer)
    gpu = any(each.settings().gpu for each in listed)
    confined = confine_recorder(place.folder, *(each.url for each in reached.cameras), gpu=gpu)
    if confined.open_doors:
        doors = ", ".join(confined.open_doors)
        say(f"this machine holds the recorder less than it should: {doors}")
    if client is None:
        say("no log is named: hours are closed, and what the log is owed is kept")
    keeper = _keepers(place.folder) if shared else None
    windows = {
        each.id: Window(partial(place.camera, each.id), witnessed) for each in listed if each.live
    }
    runs = fleet.recorders(reached, place, fleet.Networks(), say, keeper, windows)
    running = fleet.Fleet(runs, say)
    keeping = HouseKeeping(
        lambda: keep_house(
            place, signer, client, datetime.now(UTC), say, deletes, witnessed,
            lambda: look(place.folder),
        ),
        say,
        log=client is not None,
    )  # fmt: skip
    places = {each.id: place.place(each.id) for each in listed}

    def ready() -> Judged:
        return judge_all(places, datetime.now(UTC), keeping.ages(), deletes.halted())

    with keeping, packing_of(place, say), ExitStack() as open_:
        if windows:
            open_.enter_context(LivePort(windows, {each: places[each] for each in windows}))
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
