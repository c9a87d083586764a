"""Covering files: each in a process of its own, watched, and renamed only when complete."""

from __future__ import annotations

import contextlib
import glob
import os
from pathlib import Path
from typing import Any

from habeas import confined
from habeas.confined import JobError, WorkerProcess, WorkerStalledError
from habeas.cover import errors
from habeas.cover._cover_file import Report
from habeas.cover.errors import (
    CoveringDiedError,
    FootageError,
    OutputError,
    StalledError,
    UnreadableVideoError,
)
from habeas.cover.settings import Progress, Settings
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
    try:
        return Report.from_json(answer)
    except (TypeError, KeyError) as error:
        raise CoveringDiedError(f"What covered {source.name} gave no report.") from error


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
        # A worker makes no file: it writes into this one.
        meanwhile.touch()
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
    name = Path(job["source"]).name

    def tell(told: Any) -> None:
        try:
            seconds = None if told["seconds"] is None else float(told["seconds"])
            frames, at = int(told["frames"]), float(told["at"])
        except (TypeError, KeyError, ValueError) as error:
            raise CoveringDiedError(f"What covers {name} tells of no progress.") from error
        if progress is not None:
            progress(frames, at, seconds)

    try:
        with WorkerProcess("habeas.cover._worker", environment=_ALLOCATION) as worker:
            return worker.run(job, stall=stall, progress=tell).value
    except JobError as error:
        raise _KINDS.get(error.code, FootageError)(error.cause, error.remedy) from error
    except WorkerStalledError as error:
        raise StalledError(f"{name} gave no frame in {stall:.0f} seconds of work.") from error
    except confined.WorkerDiedError as error:
        raise CoveringDiedError(
            f"{name} ended the process that covered it: {error.cause}"
        ) from error
