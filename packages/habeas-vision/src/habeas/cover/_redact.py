"""Covering files: each in a process of its own, watched, and renamed only when complete."""

from __future__ import annotations

import contextlib
import glob
import json
import os
import select
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from habeas.cover import errors
from habeas.cover._cover_file import Report
from habeas.cover._patience import Patience, pulse
from habeas.cover.errors import (
    FootageError,
    OutputError,
    StalledError,
    UnreadableVideoError,
    WorkerDiedError,
)
from habeas.cover.settings import Settings
from habeas.foundation import durable

#: Endings that a covered video can have; others become `.mp4`. An AVI has no place for time
#: stamps, neither of pictures that wait for later ones nor of sound.
WRITABLE = (".mp4", ".mkv", ".mov", ".m4v", ".webm", ".ts")
#: Endings that are taken for videos in a folder.
VIDEOS = {
    *WRITABLE, ".avi", ".h264", ".264", ".h265", ".265",
    ".mpg", ".mpeg", ".wmv", ".flv", ".3gp", ".mts", ".m2ts", ".ogv", ".vob", ".mxf",
}  # fmt: skip
_KINDS = {
    each.code: each
    for each in vars(errors).values()
    if isinstance(each, type) and issubclass(each, FootageError)
}

#: For glibc: one heap for all threads, as a heap for each keeps freed frames that the others
#: cannot use; and frames in that heap, as the kernel would clear each new one page by page.
_ALLOCATION = {
    "MALLOC_ARENA_MAX": "1",
    "MALLOC_MMAP_THRESHOLD_": "30000000",
    "MALLOC_TRIM_THRESHOLD_": "60000000",
}

Progress = Callable[[int, float, float | None], None]


def redact(
    source: Path,
    target: Path | None = None,
    settings: Settings | None = None,
    *,
    progress: Progress | None = None,
    stall: float = 60.0,
) -> Report:
    """Cover every face in *source*, and write the covered video to *target*.

    The file appears under its name only when it is complete; on any error nothing does.

    Args:
        source: a video that PyAV reads.
        target: where to write; beside the source, ending in ``.covered`` and a container's
            ending, for None.
        settings: how; the defaults for None.
        progress: called with frames done, seconds done, and seconds in all if known.
        stall: seconds of processor time, or of rest, without a frame after which the work is
            ended; waiting for a busy machine does not count.

    Raises:
        FootageError: see the subclasses; each says what to do.
    """
    target = target or beside(source)
    check(source, target)
    job = {"kind": "cover", "ending": target.suffix.lower()}
    answer = work(source, target, job, settings or Settings(), progress, stall)
    return Report.from_json(answer)


def write_preview(
    source: Path,
    target: Path,
    settings: Settings | None = None,
    *,
    at: float | None = None,
    stall: float = 60.0,
) -> None:
    """Write one covered frame of *source* as a JPEG.

    Args:
        source: a video that PyAV reads.
        target: the JPEG file.
        settings: how; the defaults for None.
        at: seconds from the start; a third of the way in for None.
        stall: as in `redact`.

    Raises:
        FootageError: see the subclasses.
    """
    work(source, target, {"kind": "preview", "at": at}, settings or Settings(), None, stall)


def beside(source: Path) -> Path:
    """The name of the covered video beside *source*."""
    ending = source.suffix.lower()
    return source.with_name(f"{source.stem}.covered{ending if ending in WRITABLE else '.mp4'}")


def check(source: Path, target: Path) -> None:
    """Raise unless *source* can become *target*.

    Raises:
        OutputError: the name's ending is no container's, or it is the source itself.
        UnreadableVideoError: there is no source.
    """
    if target.suffix.lower() not in WRITABLE:
        raise OutputError(
            f"A covered video cannot end in {target.suffix or 'nothing'}.",
            f"Choose a name that ends in {', '.join(WRITABLE)}.",
        )
    _check_files(source, target)


def _check_files(source: Path, target: Path) -> None:
    if not source.is_file():
        raise UnreadableVideoError(f"There is no file {source}.", "Check the name.")
    if target.exists() and target.samefile(source):
        raise OutputError(f"{source.name} would be overwritten.", "Choose another name to write.")


def work(
    source: Path,
    target: Path,
    job: dict[str, Any],
    settings: Settings,
    progress: Progress | None,
    stall: float,
) -> Any:
    """Have one job done by a process of its own; its result gets its name when it is complete.

    Raises:
        FootageError: see `redact`.
    """
    _check_files(source, target)
    # Same folder, so that the last step is a rename; a name of its own, so that a killed
    # run leaves nothing that looks like a result.
    meanwhile = target.with_name(f".{target.name}.{os.getpid()}.part")
    job |= {
        "source": str(source.absolute()),
        "target": str(meanwhile.absolute()),
        "settings": settings.to_json(),
    }
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        _sweep(target)
        answer = ask(job, progress, stall)
        durable.move(meanwhile, target)
    except OSError as error:
        raise OutputError(f"{target} cannot be written: {error.strerror}.") from error
    finally:
        with contextlib.suppress(OSError):
            meanwhile.unlink(missing_ok=True)
    return answer


def _sweep(target: Path) -> None:
    """Remove what runs that were killed left of this video."""
    for left in target.parent.glob(f".{glob.escape(target.name)}.*.part"):
        writer = left.name.split(".")[-2]
        if not Path(f"/proc/{writer}").exists():
            left.unlink(missing_ok=True)


def ask(job: dict[str, Any], progress: Progress | None, stall: float) -> Any:
    """What a process of its own answers to *job*; see `_worker`.

    Raises:
        FootageError: see `redact`.
    """
    process = subprocess.Popen(
        [sys.executable, "-m", "habeas.cover._worker"],
        env=os.environ | _ALLOCATION,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    )
    try:
        if process.stdin is None or process.stdout is None:
            raise WorkerDiedError("The covering process did not start.")
        with contextlib.suppress(BrokenPipeError):
            process.stdin.write(json.dumps(job).encode() + b"\n")
            process.stdin.close()
        name = Path(job["source"]).name
        for answer in _answers(process, process.stdout.fileno(), stall, name):
            if "error" in answer:
                told = answer["error"]
                raise _KINDS.get(told["code"], FootageError)(told["cause"], told["remedy"])
            if "report" in answer:
                return answer["report"]
            if progress is not None:
                progress(answer["frames"], answer["at"], answer["seconds"])
        raise WorkerDiedError(f"The process that covered {name} ended without an answer.")
    finally:
        process.kill()
        process.wait()
        for stream in (process.stdin, process.stdout):
            if stream is not None:
                with contextlib.suppress(BrokenPipeError):
                    stream.close()


def _answers(
    process: subprocess.Popen[bytes], descriptor: int, stall: float, name: str
) -> Iterator[dict[str, Any]]:
    """JSON lines as they come; the worker may be taken over, so nothing else is believed."""
    rest = b""
    patience, look = Patience(stall), min(1.0, stall / 4)
    while True:
        ready, _, _ = select.select([descriptor], [], [], look)
        if not ready:
            beat = pulse(process.pid)
            if beat is not None and patience.over(beat, look):
                raise StalledError(f"{name} gave no frame in {stall:.0f} seconds of work.")
            continue
        part = os.read(descriptor, 65_536)
        if not part:
            return
        *lines, rest = (rest + part).split(b"\n")
        if len(rest) > 1_000_000:
            return
        for line in lines:
            answer = json.loads(line)
            if isinstance(answer, dict):
                patience.result()
                yield answer
