"""What commands that record have in common: where to, by whose key, on which log, until when."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import threading
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console

if TYPE_CHECKING:
    from habeas.cameras.bucket import HourBucket
    from habeas.cameras.deletes import Deletes
    from habeas.cameras.fleet import Recording
    from habeas.cameras.house import HourLog
    from habeas.cameras.logged import ProvenLog
    from habeas.cameras.recordings import Recordings
    from habeas.protocol import Circle
    from habeas.tlog import NoteSigner
    from habeas.tlog.client import LogClient

BucketUrl = Annotated[
    str | None,
    typer.Option(
        "--bucket",
        metavar="s3://BUCKET/PREFIX",
        envvar="HABEAS_RECORDINGS_BUCKET",
        help="Closed hours go there, each as one object, and leave the folder once they were read "
        "back. AWS_ENDPOINT or AWS_REGION and the keys are those of the environment. The portal "
        "needs the same.",
    ),
]


def bucket_of(url: str | None) -> HourBucket | None:
    """Where packed hours go; None where they stay files."""
    from habeas.cameras.bucket import HourBucket

    return HourBucket.open(url) if url else None


def packing_of(
    place: Recordings, say: Callable[[str], None]
) -> contextlib.AbstractContextManager[object]:
    """Packs closed hours while it is entered, where a store was named for them."""
    from habeas.cameras.packing import Packer

    return contextlib.nullcontext() if place.bucket is None else Packer(place, place.bucket, say)


def teller() -> Callable[[str], None]:
    """Prints what people should know, with the time."""
    console = Console(stderr=True)

    def say(text: str) -> None:
        console.print(
            f"{datetime.now(UTC):%H:%M:%S} {text}", markup=False, highlight=False, soft_wrap=True
        )

    return say


def record_until_told(
    recorder: Recording, seconds: float | None, *, attended: bool = False
) -> None:
    """Record until somebody says stop, or for so many *seconds*.

    Args:
        recorder: what is run.
        seconds: None for ever.
        attended: the end of standard input says stop too: whoever started this has died.
    """

    def stop(*_: object) -> None:
        # Not in the signal's own frame, which may hold the lock that stopping takes.
        threading.Thread(target=recorder.stop).start()

    for each in (signal.SIGINT, signal.SIGTERM):
        signal.signal(each, stop)
    timer = threading.Timer(seconds, recorder.stop) if seconds else None
    if timer is not None:
        timer.start()
    if attended:
        threading.Thread(target=_stop_with_input, args=(recorder,), daemon=True).start()
    try:
        recorder.run()
    finally:
        if timer is not None:
            timer.cancel()


def _stop_with_input(recorder: Recording) -> None:
    # Not by `sys.stdin`, whose lock a daemon's thread would hold when the interpreter ends.
    while os.read(0, 4096):
        pass
    recorder.stop()


def held_key(config: Path | None) -> NoteSigner | None:
    """The recorder's key, where its configuration says where that lies."""
    from habeas.configuration import read
    from habeas.deploy.configuration import RecorderConfiguration
    from habeas.tlog import NoteSigner

    key = read(config, RecorderConfiguration).key if config else None
    return None if key is None else NoteSigner.parse(key.read().strip())


def deletes_of(
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


def folder_of(data: Path | None, recordings: Path | None) -> Path:
    """Where recordings go."""
    from habeas.foundation.errors import HabeasError

    if recordings is not None:
        return recordings
    if data is None:
        raise HabeasError(
            "It is not said where recordings go.",
            "Give --data FOLDER of a `habeas run`, or --recordings FOLDER.",
        )
    return data / "recordings"


def key_file_of(data: Path | None, key: Path | None, recordings: Path) -> Path:
    """The file that was named, the installation's, or one beside what it signs."""
    if key is not None:
        return key
    return recordings / "recorder.key" if data is None else data / "recorder" / "recorder.key"


def signer_of(file: Path, *, made_here: bool, say: Callable[[str], None]) -> NoteSigner:
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


def log_of(data: Path | None, url: str | None) -> LogClient | None:
    """The log that was named, or the installation's."""
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


def logs_of(
    client: LogClient | None, circle: Circle | None
) -> tuple[HourLog | None, ProvenLog | None]:
    """Where entries go, and where closed hours do if they have a log of their own.

    With a circle, an entry is owed until the log has proven that it has it.
    """
    from habeas.cameras.logged import ProvenLog
    from habeas.tlog.client import LogClient

    if client is None or circle is None:
        return client, None
    log = ProvenLog(client, circle.acting_policy(), circle.log.origin)
    if circle.hours is None:
        return log, None
    policy = circle.acting_policy(circle.hours)
    return log, ProvenLog(LogClient(circle.hours.url), policy, circle.hours.origin)
