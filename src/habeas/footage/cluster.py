"""The same work on a Ray cluster: parts of a video go to its machines as references.

Frames never travel: every machine reads the video from storage that all of them see, and
writes its part there. A part whose machine dies is given to another.
"""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from habeas import faces
from habeas.footage import _segments
from habeas.footage._cover_file import Report
from habeas.footage._media import Source
from habeas.footage._redact import beside, check, work
from habeas.footage.errors import FootageError
from habeas.footage.settings import Settings

_ATTEMPTS = 3
_STALL = 120.0
_ROUNDS = 10


class ClusterError(FootageError):
    """The cluster cannot be used, or lost a part too often."""

    code = "cluster"
    remedy = "Check `ray status` on the cluster; its machines must see the same files."


def _ray() -> Any:
    try:
        import ray  # noqa: PLC0415 - an optional extra, and slow to load
    except ImportError as error:
        raise ClusterError(
            "Ray is not installed here.", "Install it: pip install 'habeas[cluster]'"
        ) from error
    return ray


def connect(address: str) -> Any:
    """Ray, connected.

    Args:
        address: ``ray://host:port``, ``auto`` for a cluster on this machine, or ``local`` to
            start one here.

    Raises:
        ClusterError: it is not installed, or cannot be reached.
    """
    ray = _ray()
    if ray.is_initialized():
        return ray
    options: dict[str, Any] = {"logging_level": "ERROR", "log_to_driver": False}
    if address == "local":
        options["include_dashboard"] = False
    try:
        ray.init(address=address, **options)
    except (ConnectionError, ValueError, RuntimeError) as error:
        told = str(error).splitlines()
        raise ClusterError(
            f"The cluster at {address} cannot be reached: {told[0] if told else error!r}"
        ) from error
    return ray


class _Worker:
    """An actor: lives as long as the work, and covers one part after another."""

    def cover(self, job: dict[str, Any]) -> dict[str, Any]:
        """Cover one part in a process of its own, with few rights."""
        answer: dict[str, Any] = work(
            Path(job["source"]),
            Path(job["target"]),
            {"kind": "segment", "segment": job["segment"]},
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
    seconds: float = _segments.SECONDS,
    progress: Callable[[int, float, float | None], None] | None = None,
) -> Report:
    """Cover *source* with a cluster; otherwise as `habeas.footage.redact`.

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
    target, chosen = (target or beside(source)).absolute(), settings or Settings()
    check(source, target)
    segments = _segments.plan(source, seconds)
    ray = connect(address)
    parts = target.with_name(f".{target.name}.parts")
    shutil.rmtree(parts, ignore_errors=True)
    parts.mkdir(parents=True)
    try:
        jobs = [_job(source, parts, chosen, each) for each in segments]
        total = _seconds(source)
        done = _Work(ray, jobs, gpu=chosen.gpu).run(total, progress)
        whole = parts / f"whole{target.suffix.lower()}"
        _segments.join([Path(job["target"]) for job in jobs], source, whole, target.suffix.lower())
        whole.replace(target)
    finally:
        shutil.rmtree(parts, ignore_errors=True)
    return Report(
        frames=sum(each["frames"] for each in done),
        seconds=round(total, 3),
        faces=sum(each["faces"] for each in done),
        covered=sum(each["covered"] for each in done),
        looks=sum(each["looks"] for each in done),
        damaged=sum(each["damaged"] for each in done),
        detector=faces.choose(chosen.detector),
        quality=chosen.quality,
        wall=round(time.monotonic() - began, 3),
        memory=0,
    )


def _seconds(source: Path) -> float:
    video = Source(source, Settings())
    try:
        return video.seconds or 0.0
    finally:
        video.close()


def _job(
    source: Path, parts: Path, settings: Settings, segment: _segments.Segment
) -> dict[str, Any]:
    return {
        "source": str(source.absolute()),
        "target": str(parts / f"{segment.number:06d}.mp4"),
        "segment": segment.to_json(),
        "settings": settings.to_json(),
    }


class _Work:
    """Hands jobs to actors, one at a time each, and a lost job to another."""

    def __init__(self, ray: Any, jobs: list[dict[str, Any]], *, gpu: bool) -> None:
        self._ray = ray
        self._jobs = jobs
        self._kind = ray.remote(_Worker).options(
            # A part's encoder has one thread; detection fills what is left of the machine.
            num_cpus=1, num_gpus=0.25 if gpu else 0, max_restarts=0, max_task_retries=0,
        )  # fmt: skip
        self._attempts = [0] * len(jobs)
        self._running: dict[Any, tuple[int, Any]] = {}

    def run(
        self,
        total: float,
        progress: Callable[[int, float, float | None], None] | None,
    ) -> list[dict[str, Any]]:
        """All jobs' answers, in order; *total* is the video's length in seconds."""
        silent = 0
        waiting = list(range(len(self._jobs)))
        idle: list[Any] = []
        answers: dict[int, dict[str, Any]] = {}
        wanted = max(1, min(len(waiting), int(self._ray.cluster_resources().get("CPU", 1))))
        while len(answers) < len(self._jobs):
            while waiting and len(self._running) < wanted:
                actor = idle.pop() if idle else self._kind.remote()
                number = waiting.pop(0)
                self._running[actor.cover.remote(self._jobs[number])] = (number, actor)
            ready, _ = self._ray.wait(list(self._running), num_returns=1, timeout=_STALL)
            silent = 0 if ready else silent + 1
            if silent >= _ROUNDS:
                raise ClusterError("Nothing has happened on the cluster for a long time.")
            for reference in ready:
                number, actor = self._running.pop(reference)
                try:
                    answers[number] = self._ray.get(reference)
                except FootageError:
                    raise
                except self._ray.exceptions.RayTaskError as error:
                    # The video's own fault; another machine would find the same.
                    raise error.as_instanceof_cause() from error
                except self._ray.exceptions.RayError as error:
                    self._lost(number, error)
                    waiting.insert(0, number)
                    continue
                if waiting:
                    idle.append(actor)
                else:
                    # Its place may be what another, not yet started, is waiting for.
                    self._ray.kill(actor)
                if progress is not None:
                    frames = sum(each["frames"] for each in answers.values())
                    progress(frames, total * len(answers) / len(self._jobs), total)
        return [answers[number] for number in range(len(self._jobs))]

    def _lost(self, number: int, error: Exception) -> None:
        self._attempts[number] += 1
        if self._attempts[number] >= _ATTEMPTS:
            raise ClusterError(f"Part {number} of the video was lost {_ATTEMPTS} times.") from error
