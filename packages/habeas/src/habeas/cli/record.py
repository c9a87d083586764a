"""`habeas record`: record a camera, every face covered before it is written."""

from __future__ import annotations

import os
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from habeas.cli._configured import RecorderConfig
from habeas.cli._recording import (
    BucketUrl,
    bucket_of,
    deletes_of,
    folder_of,
    held_key,
    key_file_of,
    log_of,
    packing_of,
    record_until_told,
    signer_of,
    teller,
)

app = typer.Typer(add_completion=False, rich_markup_mode="markdown")


@app.command()
def record(
    camera: Annotated[
        Path, typer.Argument(metavar="CAMERA.toml", exists=True, help="The camera's declaration.")
    ],
    *,
    config: RecorderConfig = None,
    data: Annotated[
        Path | None,
        typer.Option(help="An installation of `habeas run`: its recordings folder and its log."),
    ] = None,
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
    bucket: BucketUrl = None,
    seconds: Annotated[
        float | None, typer.Option(min=1, help="Stop after so many seconds.")
    ] = None,
    health_port: Annotated[
        int | None,
        typer.Option(
            min=0,
            max=65535,
            help="Answer /livez, /readyz and /metrics on this port of 127.0.0.1; 0 for any.",
        ),
    ] = None,
    resume: Annotated[
        bool,
        typer.Option(
            "--resume",
            help="The clock is right again: go on deleting what has had its days. Deleting halts "
            "when the clock moves by more than ten minutes without time passing.",
        ),
    ] = False,
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
    from habeas.cameras.confinement import confine_recorder
    from habeas.cameras.declaration import Camera
    from habeas.cameras.house import keep_house
    from habeas.cameras.keeping import HouseKeeping
    from habeas.cameras.live_port import LivePort
    from habeas.cameras.probes import Judged, Probes, judge
    from habeas.cameras.recorder import Recorder
    from habeas.cameras.recordings import Recordings
    from habeas.cameras.storage import look
    from habeas.cameras.window import Window
    from habeas.cameras.witnessed import Witnessed
    from habeas.foundation import text

    declared = Camera.load(camera)
    place = Recordings(folder_of(data, recordings), bucket_of(bucket))
    place.adopt()
    client = log_of(data, log)
    say = teller()
    signer = held_key(config) or signer_of(
        key_file_of(data, key, place.folder), made_here=key is not None or data is None, say=say
    )
    circle = circle or (data / "circle.txt" if data else None)
    deletes = deletes_of(place.folder, circle, client, resume=resume)
    witnessed = Witnessed(text.read(circle)) if circle else None
    place.write_camera(declared.public(), datetime.now(UTC).date(), signer)
    confined = confine_recorder(place.folder, declared.url, gpu=declared.settings().gpu)
    if confined.open_doors:
        say(
            f"this machine holds the recorder less than it should: {', '.join(confined.open_doors)}"
        )
    if client is None:
        say("no log is named: hours are closed, and what the log is owed is kept")
    window = Window(lambda: place.camera(declared.id), witnessed)
    recorder = Recorder(declared, place, say, window=window)
    keeping = HouseKeeping(
        lambda: keep_house(
            place,
            signer,
            client,
            datetime.now(UTC),
            say,
            deletes,
            witnessed,
            lambda: look(place.folder),
        ),
        say,
        log=client is not None,
    )

    def ready() -> Judged:
        folder = place.folder / declared.id
        return Judged(*judge(folder, datetime.now(UTC), keeping.ages(), deletes.halted()))

    with keeping, packing_of(place, say), ExitStack() as open_:
        if declared.live is not None:
            open_.enter_context(
                LivePort({declared.id: window}, {declared.id: place.place(declared.id)})
            )
        if health_port is not None:
            probes = open_.enter_context(Probes(health_port, ready))
            say(f"/livez, /readyz and /metrics are answered on http://127.0.0.1:{probes.port}")
        record_until_told(recorder, seconds)
    whole = f", {recorder.whole} of them covered as a whole" if recorder.whole else ""
    lost = f"; {recorder.lost} lost" if recorder.lost else ""
    say(f"{recorder.frames} frames recorded{whole}{lost}")
