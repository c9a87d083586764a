"""`habeas redact`: cover every face in videos."""

from __future__ import annotations

import json
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Literal

import typer

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
    from habeas.cli._covering import cover_all, in_words, jobs_of, progress

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
    todo = jobs_of(source, target)
    overwrite = overwrite or source.is_file()
    failed = 0
    with progress(quiet=json_) as bars:
        for result in cover_all(todo, settings, bars, cluster, overwrite=overwrite, at_once=jobs):
            failed += "error" in result
            bars.console.print(
                json.dumps(result) if json_ else in_words(result),
                markup=False, highlight=False, soft_wrap=True,
            )  # fmt: skip
    if failed:
        raise typer.Exit(1)
