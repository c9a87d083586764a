"""`habeas record`: record a camera, every face covered before it is written."""

from __future__ import annotations

import os
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from habeas.cli._configured import RecorderConfig
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
from habeas.cli._recording import BucketUrl, record_until_told, teller
from habeas.cli._station import Station

app = typer.Typer(add_completion=False, rich_markup_mode="markdown")


@app.command()
def record(
    camera: Annotated[
        Path, typer.Argument(metavar="CAMERA.toml", exists=True, help="The camera's declaration.")
    ],
    *,
    config: RecorderConfig = None,
    data: Data = None,
    recordings: RecordingsFolder = None,
    log: LogUrl = None,
    circle: CircleFile = None,
    key: KeyFile = None,
    live: LiveAt = None,
    bucket: BucketUrl = None,
    seconds: Seconds = None,
    health_port: HealthPort = None,
    resume: Resume = False,
) -> None:
    """Record a camera until Ctrl-C. Uncovered pictures exist in memory only.

    Segments of some seconds go to the recordings folder. Each hour, the Merkle root of its
    segments goes on the public log, so that recordings cannot be changed unseen; what has
    had its days is deleted. When this machine is too slow, fewer pictures are written, each
    as closely looked at, and that is said; one that could not be looked at is covered as a
    whole. Both are counted in the log's entry of the hour.
    """
    # Before libraries that start threads: `confine_recorder` binds those that come after it.
    os.environ["OPENBLAS_NUM_THREADS"] = os.environ["OMP_NUM_THREADS"] = "1"
    from habeas.cameras.declaration import Camera
    from habeas.cameras.probes import Judged, judge
    from habeas.cameras.recorder import Recorder

    declared = Camera.load(camera)
    say = teller()
    station = Station.open(
        say, config=config, data=data, recordings=recordings, log=log, circle=circle, key=key,
        bucket=bucket, resume=resume,
    )  # fmt: skip
    place = station.place
    place.write_camera(declared.public(), datetime.now(UTC).date(), station.signer)
    window = station.window(declared.id)
    port = station.live({declared.id: window} if declared.live else {}, live)
    station.confine(declared.url, gpu=declared.settings().gpu)
    recorder = Recorder(declared, place, say, window=window)
    folder = place.folder / declared.id

    def judged(ages: Mapping[str, float], halted: str) -> Judged:
        return Judged(*judge(folder, datetime.now(UTC), ages, halted))

    with station.at_work(port, health_port, judged):
        record_until_told(recorder, seconds)
    whole = f", {recorder.whole} of them covered as a whole" if recorder.whole else ""
    lost = f"; {recorder.lost} lost" if recorder.lost else ""
    say(f"{recorder.frames} frames recorded{whole}{lost}")
