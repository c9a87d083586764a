"""`habeas redact`: cover every face in videos."""

from __future__ import annotations

import json
import os
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any, Literal

import typer
from rich.console import Console
from rich.progress import (
    BarColumn,
    Progress,
    TaskProgressColumn,
    TextColumn,
    TimeRemainingColumn,
)

app = typer.Typer(add_completion=False, rich_markup_mode="markdown")


class QualityName(StrEnum):
    """How closely is looked."""

    FAST = "fast"
    BALANCED = "balanced"
    THOROUGH = "thorough"


class DetectorName(StrEnum):
    """What finds the faces."""

    AUTO = "auto"
    YUNET = "yunet"
    CENTERFACE = "centerface"


class SoundName(StrEnum):
    """What becomes of the sound."""

    NONE = "none"
    KEEP = "keep"
    DISTORT = "distort"


class TurnName(StrEnum):
    """Degrees clockwise that bring the picture upright."""

    NONE = "0"
    RIGHT = "90"
    OVER = "180"
    LEFT = "270"


class ShapeName(StrEnum):
    """What a cover looks like."""

    ELLIPSE = "ellipse"
    BOX = "box"


_TURNS: dict[TurnName, Literal[0, 90, 180, 270]] = {
    TurnName.NONE: 0, TurnName.RIGHT: 90, TurnName.OVER: 180, TurnName.LEFT: 270,
}  # fmt: skip


class CoverName(StrEnum):
    """What is covered."""

    FACES = "faces"
    HEADS = "heads"


@dataclass(frozen=True)
class _Job:
    source: Path
    target: Path


@app.command()
def redact(
    source: Annotated[
        Path, typer.Argument(metavar="IN", exists=True, help="A video, or a folder of videos.")
    ],
    target: Annotated[
        Path | None,
        typer.Argument(
            metavar="[OUT]",
            help="The covered video, or the folder for them. Without it: IN.covered beside IN.",
        ),
    ] = None,
    *,
    quality: Annotated[
        QualityName,
        typer.Option(help="fast looks less often and less closely, thorough more so."),
    ] = QualityName.BALANCED,
    detector: Annotated[
        DetectorName,
        typer.Option(help="auto is yunet where its file was added, else centerface."),
    ] = DetectorName.AUTO,
    shape: Annotated[ShapeName, typer.Option(help="Of the solid cover.")] = ShapeName.ELLIPSE,
    cover_: Annotated[
        CoverName,
        typer.Option("--cover", help="faces, or heads with their hair."),
    ] = CoverName.FACES,
    beyond: Annotated[
        float,
        typer.Option(
            min=0, max=2, help="Widen covers to each side by so many face heights, 0 to 2."
        ),
    ] = 0.0,
    always: Annotated[
        list[str] | None,
        typer.Option(
            metavar="L,T,W,H",
            help="A zone that is covered in every frame: left, top, width, height in per cent.",
        ),
    ] = None,
    never: Annotated[
        list[str] | None,
        typer.Option(metavar="L,T,W,H", help="A zone in which faces are left: a poster."),
    ] = None,
    sound: Annotated[
        SoundName,
        typer.Option(
            help="Voices identify too: none leaves sound out, keep copies it, distort leaves "
            "only how loud four bands are, which may still be understood."
        ),
    ] = SoundName.NONE,
    turn: Annotated[
        TurnName,
        typer.Option(help="Turn the picture clockwise, for a camera that hangs sideways."),
    ] = TurnName.NONE,
    preview: Annotated[
        bool,
        typer.Option("--preview", help="Write one covered frame as a JPEG, to judge by."),
    ] = False,
    at: Annotated[
        float | None, typer.Option(help="With --preview: seconds from the start.")
    ] = None,
    gpu: Annotated[bool, typer.Option("--gpu", help="Detect on a GPU where there is one.")] = False,
    cluster: Annotated[
        str | None,
        typer.Option(
            metavar="ADDRESS",
            help="Work on a Ray cluster: ray://host:port, auto, or local. "
            "Its machines must see the same files.",
        ),
    ] = None,
    jobs: Annotated[
        int | None, typer.Option(min=1, help="Videos of a folder that are worked on at once.")
    ] = None,
    overwrite: Annotated[
        bool, typer.Option("--overwrite", help="Cover again what has been covered before.")
    ] = False,
    json_: Annotated[
        bool, typer.Option("--json", help="One JSON object for each video, a line each.")
    ] = False,
) -> None:
    """Cover every face in a video, or in each video of a folder.

    Time stamps, size and rotation stay. Sound is left out unless it is asked for, and all else
    that a file carries: places, devices, captions, notes of the camera, other tracks. What was
    left out is said. A covered video appears under its name only when it is complete and was
    read again. A folder's work can be stopped and started again: what is done is skipped.

    Faces are found, never recognised. Exit status 1 if any video could not be covered.
    """
    from habeas import cover

    settings = cover.Settings(
        quality=quality.value,
        detector=detector.value,
        shape=shape.value,
        cover=cover_.value,
        beyond=beyond,
        always=tuple(cover.Zone.parse(each) for each in always or ()),
        never=tuple(cover.Zone.parse(each) for each in never or ()),
        gpu=gpu,
        sound=sound.value,
        turn=_TURNS[turn],
    )
    if preview:
        picture = target or source.with_suffix(".covered.jpg")
        cover.write_preview(source, picture, settings, at=at)
        typer.echo(json.dumps({"preview": str(picture)}) if json_ else f"Wrote {picture}")
        return
    todo = _jobs(source, target)
    failed = 0
    with _progress(quiet=json_) as bars, ThreadPoolExecutor(_parallel(jobs)) as threads:
        running = [
            threads.submit(
                _one, job, settings, bars, cluster, overwrite=overwrite or source.is_file()
            )
            for job in todo
        ]
        for each in running:
            result = each.result()
            failed += "error" in result
            bars.console.print(
                json.dumps(result) if json_ else _for_people(result),
                markup=False, highlight=False, soft_wrap=True,
            )  # fmt: skip
    if failed:
        raise typer.Exit(1)


def _parallel(jobs: int | None) -> int:
    # Each video keeps about four cores busy by itself.
    return jobs or max(1, (os.cpu_count() or 1) // 4)


def _jobs(source: Path, target: Path | None) -> list[_Job]:
    from habeas import cover
    from habeas.foundation.errors import HabeasError

    if source.is_file():
        into_folder = target is not None and target.is_dir()
        out = target / cover.beside(source).name if target and into_folder else target
        return [_Job(source, out or cover.beside(source))]
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
        _Job(each, (base / each.relative_to(source)).with_name(cover.beside(each).name))
        for each in found
    ]


def _progress(*, quiet: bool) -> Progress:
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


def _one(
    job: _Job, settings: Any, bars: Progress, cluster: str | None, *, overwrite: bool
) -> dict[str, Any]:
    import time

    from habeas import cover

    head: dict[str, Any] = {"file": str(job.source), "covered": str(job.target)}
    if job.target.exists() and not overwrite:
        return {**head, "skipped": True}
    began = time.monotonic()
    task = bars.add_task(job.source.name, total=None, speed="")

    def progress(frames: int, at: float, seconds: float | None) -> None:
        spent = max(1e-6, time.monotonic() - began)
        speed = f"{frames / spent:.0f} fps, {at / spent:.1f} × real time"
        bars.update(task, completed=at, total=seconds, speed=speed)

    try:
        if cluster is None:
            report = cover.redact(job.source, job.target, settings, progress=progress)
        else:
            from habeas.cover.cluster import redact_on

            report = redact_on(cluster, job.source, job.target, settings, progress=progress)
    except cover.FootageError as error:
        problem = {"code": error.code, "cause": error.cause, "remedy": error.remedy}
        return {"file": str(job.source), "error": problem}
    finally:
        bars.remove_task(task)
    if settings.gpu and not report.gpu:
        head["without_gpu"] = True
    return {**head, "report": report.to_json()}


def _for_people(result: dict[str, Any]) -> str:
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
