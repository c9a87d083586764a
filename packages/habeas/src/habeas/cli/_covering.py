"""Working through videos for `habeas redact`: several at once, each told as a line of its own."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.progress import (
    BarColumn,
    Progress,
    TaskProgressColumn,
    TextColumn,
    TimeRemainingColumn,
)

from habeas import cover
from habeas.foundation.errors import HabeasError


@dataclass(frozen=True)
class Job:
    """A video, and where its covered one goes."""

    source: Path
    target: Path


def jobs_of(source: Path, target: Path | None) -> list[Job]:
    """The videos to be covered, and where each goes.

    Args:
        source: a video, or a folder of videos.
        target: the covered video or the folder for them; None for beside the source.

    Raises:
        HabeasError: there is no video in that folder.
    """
    if source.is_file():
        into_folder = target is not None and target.is_dir()
        out = target / cover.beside(source).name if target and into_folder else target
        return [Job(source, out or cover.beside(source))]
    found = sorted(
        each
        for each in source.rglob("*")
        if each.is_file()
        and each.suffix.lower() in cover.VIDEOS
        and not each.name.startswith(".")
        and not (target is None and each.stem.endswith(".covered"))
        and not (target is not None and target.resolve() in each.resolve().parents)
    )
    if not found:
        raise HabeasError(f"There is no video in {source}.", "Check the folder's name.")
    base = target or source
    return [
        Job(each, (base / each.relative_to(source)).with_name(cover.beside(each).name))
        for each in found
    ]


def progress(*, quiet: bool) -> Progress:
    """A bar for each video, where somebody looks."""
    # What is said goes to the output, the bars to wherever a person may be looking.
    return Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        TaskProgressColumn(),
        TextColumn("{task.fields[speed]}"),
        TimeRemainingColumn(compact=True),
        console=Console(),
        transient=True,
        disable=quiet or not Console().is_terminal,
    )


def cover_all(
    todo: Sequence[Job], settings: cover.Settings, bars: Progress, cluster: str | None,
    *, overwrite: bool, at_once: int | None,
) -> Iterator[dict[str, Any]]:  # fmt: skip
    """Cover videos; gives what became of each, in the order of *todo*.

    Args:
        todo: the videos.
        settings: how.
        bars: gets a bar for each that is being covered.
        cluster: address of a Ray cluster that does the work; None for this machine.
        overwrite: whether what has been covered before is covered again.
        at_once: how many; by default as many as this machine's cores allow.
    """
    with ThreadPoolExecutor(_parallel(at_once)) as threads:
        running = [
            threads.submit(_one, job, settings, bars, cluster, overwrite=overwrite) for job in todo
        ]
        for each in running:
            yield each.result()


def _parallel(jobs: int | None) -> int:
    # Each video keeps about four cores busy by itself.
    return jobs or max(1, (os.cpu_count() or 1) // 4)


def _one(
    job: Job, settings: cover.Settings, bars: Progress, cluster: str | None, *, overwrite: bool
) -> dict[str, Any]:
    head: dict[str, Any] = {"file": str(job.source), "covered": str(job.target)}
    if job.target.exists() and not overwrite:
        return {**head, "skipped": True}
    began = time.monotonic()
    task = bars.add_task(job.source.name, total=None, speed="")

    def told(frames: int, at: float, seconds: float | None) -> None:
        spent = max(1e-6, time.monotonic() - began)
        speed = f"{frames / spent:.0f} fps, {at / spent:.1f} × real time"
        bars.update(task, completed=at, total=seconds, speed=speed)

    try:
        if cluster is None:
            report = cover.redact(job.source, job.target, settings, progress=told)
        else:
            from habeas.cover.cluster import redact_on

            report = redact_on(cluster, job.source, job.target, settings, progress=told)
    except cover.FootageError as error:
        problem = {"code": error.code, "cause": error.cause, "remedy": error.remedy}
        return {"file": str(job.source), "error": problem}
    finally:
        bars.remove_task(task)
    if settings.gpu and not report.gpu:
        head["without_gpu"] = True
    return {**head, "report": report.to_json()}


def in_words(result: dict[str, Any]) -> str:
    """What became of one video, in a line for people."""
    if "error" in result:
        return f"{result['file']}: {result['error']['cause']} {result['error']['remedy']}"
    if "skipped" in result:
        return f"{result['covered']} is there already; --overwrite covers it again"
    report = result["report"]
    speed = report["frames"] / max(report["wall"], 1e-6)
    head = f"{result['covered']}: {report['frames']} frames, {report['faces']} faces followed, "
    said = [head + f"{speed:.0f} frames a second with {report['detector']}"]
    if result.get("without_gpu"):
        said.append("no GPU was found, or ONNX Runtime has none of its libraries")
    if report["damaged"]:
        said.append(f"{report['damaged']} packets or frames were damaged")
    if report["whole"]:
        said.append(f"{report['whole']} frames could not be looked at and are covered whole")
    if report["jumps"]:
        said.append(f"jumps of its clock were closed up: {report['jumps']}")
    if report["left_out"]:
        said.append(f"left out: {', '.join(report['left_out'])}")
    return "; ".join(said)
