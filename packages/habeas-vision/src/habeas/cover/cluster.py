"""The same work on a Ray cluster: parts of a video go to its machines as references.

Frames never travel: every machine reads the video from storage that all of them see, and
writes its part there. A part whose machine dies is given to another.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import socket
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

from habeas import faces
from habeas.cover import _parts
from habeas.cover._cover_file import Report
from habeas.cover._ray import ClusterError, connect, line
from habeas.cover._redact import ask, beside, check, work
from habeas.cover.errors import CoveringDiedError, FootageError, StalledError
from habeas.cover.settings import Progress, Settings

__all__ = ["ClusterError", "connect", "redact_on"]

_ATTEMPTS = 3
_STALL = 120.0
_ROUNDS = 10
#: Processor cores that one part keeps busy, about; and of a GPU.
_CORES, _GPU = 2, 0.25


class _Worker:
    """An actor: lives as long as the work, and covers one part after another."""

    def cover(self, job: dict[str, Any]) -> dict[str, Any]:
        """Cover one part in a process of its own, with few rights."""
        source = Path(job["source"])
        if not source.is_file():
            raise ClusterError(f"The machine {socket.gethostname()} does not see {source}.")
        answer: dict[str, Any] = work(
            source,
            Path(job["target"]),
            {"kind": "part", "part": job["part"], "ending": job["ending"]},
            Settings.from_json(job["settings"]),
            None,
            _STALL,
        )
        return answer


def redact_on(
    address: str,
    source: Path,
    target: Path | None = None,
    settings: Settings | None = None,
    *,
    seconds: float = _parts.SECONDS,
    progress: Progress | None = None,
) -> Report:
    """Cover *source* with a cluster; otherwise as `habeas.cover.redact`.

    Args:
        address: see `connect`.
        source: on storage that all machines see, under this path.
        target: likewise.
        settings: how; the defaults for None.
        seconds: length of a part, about.
        progress: called with frames done, seconds done, and seconds in all, after each part.

    Raises:
        ClusterError: the cluster cannot be used, or a part was lost three times.
        FootageError: as in `redact`.
    """
    began = time.monotonic()
    source, target = source.absolute(), (target or beside(source)).absolute()
    chosen = settings or Settings()
    # Chosen once: a machine that lacks the detector must say so, not take another.
    chosen = replace(chosen, detector=faces.choose(chosen.detector))
    check(source, target)
    parts, length = _plan(source, seconds)
    ray = connect(address)
    with _folder(target) as folder:
        jobs = [
            {
                "source": str(source),
                "target": str(folder / f"{part.number:06d}.mp4"),
                "ending": target.suffix.lower(),
                "part": part.to_json(),
                "settings": chosen.to_json(),
            }
            for part in parts
        ]
        done = _Work(ray, jobs, gpu=chosen.gpu).run(length, progress)
        turn = _turn(done)
        joined = _join(jobs, source, target, chosen, turn)
    return Report(
        frames=sum(each["frames"] for each in done),
        seconds=joined["seconds"],
        faces=sum(each["faces"] for each in done),
        covered=sum(each["covered"] for each in done),
        looks=sum(each["looks"] for each in done),
        damaged=sum(each["damaged"] for each in done),
        whole=sum(each["whole"] for each in done),
        jumps=sum(each["jumps"] for each in done),
        left_out=tuple(sorted({word for each in (joined, *done) for word in each["left_out"]})),
        sound=chosen.sound,
        turn=turn,
        detector=chosen.detector,
        gpu=all(each["gpu"] for each in done),
        quality=chosen.quality,
        wall=round(time.monotonic() - began, 3),
        memory=0,
    )


def _plan(source: Path, seconds: float) -> tuple[list[_parts.Part], float | None]:
    length: float | None = None

    def hear(_frames: int, _at: float, told: float | None) -> None:
        nonlocal length
        length = told

    # In a process of its own, as all reading of strangers' files.
    told = ask(
        {
            "kind": "plan",
            "source": str(source),
            "target": "",
            "seconds": seconds,
            "settings": Settings().to_json(),
        },
        hear,
        _STALL,
    )
    return [_parts.Part.from_json(each) for each in told], length


def _join(
    jobs: list[dict[str, Any]], source: Path, target: Path, settings: Settings, turn: int
) -> dict[str, Any]:
    parts = [job["target"] for job in jobs]
    for part in parts:
        if not Path(part).is_file():
            raise ClusterError("A part that a machine of the cluster wrote is not seen here.")
    job = {"kind": "join", "parts": parts, "ending": target.suffix.lower(), "turn": turn}
    joined: dict[str, Any] = work(source, target, job, settings, None, _STALL)
    return joined


def _turn(done: list[dict[str, Any]]) -> int:
    """The way up that most faces told, in degrees clockwise; each part finds its own."""
    votes: Counter[int] = Counter()
    for each in done:
        votes[each["turn"]] += each["faces"]
    return votes.most_common(1)[0][0] if votes else 0


@contextlib.contextmanager
def _folder(target: Path) -> Iterator[Path]:
    """A folder beside *target* for its parts; gone in the end."""
    # The machine's name too: other machines write there, and count their processes as we do.
    mark = f".{target.name}.{socket.gethostname()}-"
    target.parent.mkdir(parents=True, exist_ok=True)
    for left in target.parent.iterdir():
        if left.name.startswith(mark) and left.suffix == ".parts":
            writer = left.stem.rpartition("-")[2]
            if not Path(f"/proc/{writer}").exists():
                shutil.rmtree(left, ignore_errors=True)
    folder = target.with_name(f"{mark}{os.getpid()}.parts")
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


class _Work:
    """Hands jobs to actors, one at a time each, and a lost job to another."""

    def __init__(self, ray: Any, jobs: list[dict[str, Any]], *, gpu: bool) -> None:
        self._ray = ray
        self._jobs = jobs
        largest = max((cores for cores, _ in self._machines()), default=0.0)
        self._cores = _CORES if largest >= _CORES else 1
        self._gpu = gpu
        self._kind = ray.remote(_Worker).options(
            # A part is put back here when its machine dies: only here is known who is idle.
            num_cpus=self._cores, num_gpus=_GPU if gpu else 0, max_restarts=0, max_task_retries=0,
        )  # fmt: skip
        self._attempts = [0] * len(jobs)
        self._running: dict[Any, tuple[int, Any]] = {}

    def run(self, length: float | None, progress: Progress | None) -> list[dict[str, Any]]:
        """All jobs' answers, in order; *length* is the video's, seconds.

        Raises:
            ClusterError: a part was lost too often, or nothing happens.
            FootageError: what the video is to blame for.
        """
        try:
            return self._run(length, progress)
        finally:
            # What failed elsewhere need not be finished here.
            for _, actor in self._running.values():
                self._ray.kill(actor)

    def _run(self, length: float | None, progress: Progress | None) -> list[dict[str, Any]]:
        waiting = list(range(len(self._jobs)))
        idle: list[Any] = []
        answers: dict[int, dict[str, Any]] = {}
        silent = 0
        while len(answers) < len(self._jobs):
            room = self._room() if waiting else 0
            while waiting and len(self._running) < room:
                actor = idle.pop() if idle else self._kind.remote()
                number = waiting.pop(0)
                self._running[actor.cover.remote(self._jobs[number])] = (number, actor)
            ready, _ = self._ray.wait(list(self._running), num_returns=1, timeout=_STALL)
            silent = 0 if ready else silent + 1
            if silent >= _ROUNDS:
                raise ClusterError("Nothing has happened on the cluster for a long time.")
            for reference in ready:
                number, actor = self._running.pop(reference)
                answer = self._answer(reference, number)
                if answer is None:
                    waiting.insert(0, number)
                else:
                    answers[number] = answer
                if waiting and answer is not None:
                    idle.append(actor)
                else:
                    # Its place may be what another, not yet started, is waiting for.
                    self._ray.kill(actor)
                if progress is not None and answer is not None:
                    frames = sum(each["frames"] for each in answers.values())
                    share = len(answers) / len(self._jobs)
                    progress(frames, (length or 0.0) * share, length)
        return [answers[number] for number in range(len(self._jobs))]

    def _answer(self, reference: Any, number: int) -> dict[str, Any] | None:
        """What was done; None if it was lost and may be tried again."""
        known = self._ray.exceptions
        try:
            answer: dict[str, Any] = self._ray.get(reference)
        except known.RayTaskError as error:
            cause = error.cause
            if isinstance(cause, (CoveringDiedError, StalledError)):
                # Perhaps that machine's memory, or its storage: another may do better.
                self._lost(number, cause)
                return None
            if isinstance(cause, FootageError):
                # The video's own fault; another machine would find the same.
                raise cause from error
            raise ClusterError(f"A part of the video failed: {line(cause or error)}") from error
        except known.RayError as error:
            self._lost(number, error)
            return None
        return answer

    def _lost(self, number: int, error: Exception) -> None:
        self._attempts[number] += 1
        if self._attempts[number] >= _ATTEMPTS:
            often = f"Part {number + 1} of the video was lost {_ATTEMPTS} times"
            raise ClusterError(f"{often}, at last: {line(error)}") from error

    def _machines(self) -> list[tuple[float, float]]:
        """Cores and GPUs of every machine that lives."""
        return [
            (each["Resources"].get("CPU", 0.0), each["Resources"].get("GPU", 0.0))
            for each in self._ray.nodes()
            if each["Alive"]
        ]

    def _room(self) -> int:
        """Parts that can be worked on at once; machines come and go."""
        return max(1, sum(
            min(int(cores // self._cores), int(gpus / _GPU) if self._gpu else 1_000_000)
            for cores, gpus in self._machines()
        ))  # fmt: skip
