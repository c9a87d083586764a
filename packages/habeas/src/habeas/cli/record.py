"""`habeas record`: record a camera, every face covered before it is written."""

from __future__ import annotations

import os
import signal
import socket
import threading
from collections.abc import Callable
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console

from habeas.cli._configured import RecorderConfig

if TYPE_CHECKING:
    from habeas.cameras.deletes import Deletes
    from habeas.cameras.recorder import Recorder
    from habeas.foundation.health import Health
    from habeas.tlog import NoteSigner
    from habeas.tlog.client import LogClient

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
    from habeas.cameras.probes import Probes, judge
    from habeas.cameras.recorder import Recorder
    from habeas.cameras.recordings import Recordings
    from habeas.cameras.storage import look
    from habeas.cameras.window import Window
    from habeas.cameras.witnessed import Witnessed
    from habeas.foundation import text

    declared = Camera.load(camera)
    place = Recordings(_folder(data, recordings))
    place.adopt()
    client = _log(data, log)
    console = Console(stderr=True)

    def say(text: str) -> None:
        console.print(
            f"{datetime.now(UTC):%H:%M:%S} {text}", markup=False, highlight=False, soft_wrap=True
        )

    held = _held(config)
    signer = held or _signer(
        _key_file(data, key, place.folder), made_here=key is not None or data is None, say=say
    )
    circle = circle or (data / "circle.txt" if data else None)
    deletes = _deletes(place.folder, circle, client, resume=resume)
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

    def ready() -> tuple[Health, dict[str, float]]:
        folder = place.folder / declared.id
        return judge(folder, datetime.now(UTC), keeping.ages(), deletes.halted())

    with keeping, ExitStack() as open_:
        if declared.live is not None:
            open_.enter_context(
                LivePort({declared.id: window}, {declared.id: place.place(declared.id)})
            )
        if health_port is not None:
            probes = open_.enter_context(Probes(health_port, ready))
            say(f"/livez, /readyz and /metrics are answered on http://127.0.0.1:{probes.port}")
        _run(recorder, seconds)
    whole = f", {recorder.whole} of them covered as a whole" if recorder.whole else ""
    lost = f"; {recorder.lost} lost" if recorder.lost else ""
    say(f"{recorder.frames} frames recorded{whole}{lost}")


def _run(recorder: Recorder, seconds: float | None) -> None:
    """Record until somebody says stop, or for so many *seconds*."""

    def stop(*_: object) -> None:
        # Not in the signal's own frame, which may hold the lock that stopping takes.
        threading.Thread(target=recorder.stop).start()

    for each in (signal.SIGINT, signal.SIGTERM):
        signal.signal(each, stop)
    timer = threading.Timer(seconds, recorder.stop) if seconds else None
    if timer is not None:
        timer.start()
    try:
        recorder.run()
    finally:
        if timer is not None:
            timer.cancel()


def _held(config: Path | None) -> NoteSigner | None:
    """The recorder's key, where its configuration says where that lies."""
    from habeas.configuration import read
    from habeas.deploy.configuration import RecorderConfiguration
    from habeas.tlog import NoteSigner

    key = read(config, RecorderConfiguration).key if config else None
    return None if key is None else NoteSigner.parse(key.read().strip())


def _deletes(
    folder: Path, circle: Path | None, client: LogClient | None, *, resume: bool
) -> Deletes:
    """Until when recordings may be deleted: as the circle has witnessed its log."""
    from habeas.cameras.deletes import Deletes
    from habeas.foundation import text
    from habeas.protocol import verify_circle

    witnessed = None
    if circle is not None and client is not None:
        policy = verify_circle(text.read(circle)).acting_policy()
        witnessed = lambda: policy.verify(client.checkpoint()).quorum_time  # noqa: E731 - one use
    deletes = Deletes(folder, witnessed)
    if resume:
        deletes.resume()
    return deletes


def _folder(data: Path | None, recordings: Path | None) -> Path:
    from habeas.foundation.errors import HabeasError

    if recordings is not None:
        return recordings
    if data is None:
        raise HabeasError(
            "It is not said where recordings go.",
            "Give --data FOLDER of a `habeas run`, or --recordings FOLDER.",
        )
    return data / "recordings"


def _key_file(data: Path | None, key: Path | None, recordings: Path) -> Path:
    """The file that was named, the installation's, or one beside what it signs."""
    if key is not None:
        return key
    return recordings / "recorder.key" if data is None else data / "recorder" / "recorder.key"


def _signer(file: Path, *, made_here: bool, say: Callable[[str], None]) -> NoteSigner:
    """The recorder's key; where it is missing it is made only by whom it belongs to."""
    from habeas.foundation import durable
    from habeas.foundation.errors import HabeasError
    from habeas.tlog import NoteSigner

    if not file.exists() and made_here:
        made = NoteSigner.generate(f"{socket.getfqdn()}/recorder")
        durable.make(file.parent)
        durable.create(file, f"{made.private}\n".encode(), private=True)
        say(f"{file} was made; the circle needs its public half: {made.vkey}")
    try:
        return NoteSigner.parse(file.read_text().strip())
    except OSError as error:
        raise HabeasError(
            f"The recorder's key {file} cannot be read: {error.strerror}.",
            "Name it with --key FILE, or name an installation of `habeas run`.",
        ) from error


def _log(data: Path | None, url: str | None) -> LogClient | None:
    from habeas.foundation import text
    from habeas.foundation.errors import HabeasError
    from habeas.protocol import verify_circle
    from habeas.tlog.client import LogClient

    if url is None and data is not None:
        circle = data / "circle.txt"
        if not circle.exists():
            raise HabeasError(
                f"{data} is no installation.", "Start one: `habeas run --data FOLDER`."
            )
        url = verify_circle(text.read(circle)).log.url
    return None if url is None else LogClient(url)
