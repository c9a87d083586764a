"""`habeas check`: what would make a photo better, before it is sent."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.progress import track

app = typer.Typer(add_completion=False)


class Profile(StrEnum):
    """Whose rules count."""

    DEFAULT = "default"
    ICAO = "icao"


class Language(StrEnum):
    """Of the advice."""

    EN = "en"
    RU = "ru"


@app.command()
def check(
    photos: Annotated[
        list[Path], typer.Argument(metavar="PHOTO...", help="JPEG, PNG, HEIC, WebP or AVIF files.")
    ],
    *,
    profile: Annotated[
        Profile, typer.Option(help="icao is stricter, as for passports.")
    ] = Profile.DEFAULT,
    child: Annotated[
        bool, typer.Option("--child", help="Relax what small children cannot keep.")
    ] = False,
    language: Annotated[Language, typer.Option(help="Language of the advice.")] = Language.EN,
    keep: Annotated[
        Path | None, typer.Option(help="Folder for the cropped pictures without metadata.")
    ] = None,
    json_: Annotated[
        bool, typer.Option("--json", help="One JSON object for each photo, a line each.")
    ] = False,
) -> None:
    """Check photos as the portal does: can they be read, is there a face, what could be better.

    Faces are found, never recognised. Only a photo that cannot be read, or shows no face, is
    unusable; everything else is advice. Exit status 1 if any photo is unusable.
    """
    from habeas import portrait

    def one(photo: Path) -> tuple[dict[str, Any], bytes]:
        try:
            assessment = pool.check(photo.read_bytes(), profile.value, child=child)
        except portrait.PhotoError as error:
            cause, remedy = portrait.words(error.code, language)
            problem = {"code": error.code, "cause": cause, "remedy": remedy}
            return {"file": str(photo), "verdict": "unusable", "error": problem}, b""
        except OSError as error:
            problem = {"code": "unreadable", "cause": str(error), "remedy": "Check the file."}
            return {"file": str(photo), "verdict": "unusable", "error": problem}, b""
        advice = [
            dict(zip(("cause", "remedy"), each.in_language(language), strict=True), code=each.code)
            for each in assessment.advice
        ]
        report = {
            "file": str(photo),
            "verdict": assessment.verdict,
            "measures": {name: asdict(value) for name, value in assessment.measures.items()},
            "advice": advice,
            "faces": assessment.faces,
            "landmarks": {"pupils": assessment.pupils},
            "crop": asdict(assessment.crop) if assessment.crop else None,
            "for_the_officer": list(portrait.FOR_THE_OFFICER),
            "ms": assessment.ms,
        }
        return report, assessment.kept

    console = Console(stderr=True)
    unusable = 0
    with portrait.CheckPool() as pool, ThreadPoolExecutor(pool.workers) as threads:
        results = threads.map(one, photos)
        shown = track(
            results, "Checking", total=len(photos), console=console, transient=True,
            disable=len(photos) < 2,
        )  # fmt: skip
        for photo, (report, kept) in zip(photos, shown, strict=True):
            unusable += report["verdict"] == "unusable"
            if keep is not None and kept:
                keep.mkdir(parents=True, exist_ok=True)
                (keep / f"{photo.stem}.jpg").write_bytes(kept)
            typer.echo(json.dumps(report) if json_ else _for_people(report))
    if unusable:
        raise typer.Exit(1)


def _for_people(report: dict[str, Any]) -> str:
    lines = [f"{report['file']}: {report['verdict']}"]
    said = [report["error"]] if "error" in report else report["advice"]
    lines += [f"  {each['cause']} {each['remedy']}" for each in said]
    return "\n".join(lines)
