"""`habeas check`: what would make a photo better, before it is sent."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict
from enum import StrEnum
from pathlib import Path
from typing import IO, TYPE_CHECKING, Annotated, Any

import typer
from rich.console import Console
from rich.progress import track

from habeas.foundation.errors import HabeasError

if TYPE_CHECKING:
    from habeas import portrait

app = typer.Typer(add_completion=False, rich_markup_mode="markdown")


class Profile(StrEnum):
    """Whose rules count."""

    DEFAULT = "default"
    ICAO = "icao"


class Language(StrEnum):
    """Of the advice."""

    EN = "en"
    PL = "pl"
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
        Path | None,
        typer.Option(
            help="Folder for the cropped pictures without metadata; none there is overwritten."
        ),
    ] = None,
    report: Annotated[
        Path | None,
        typer.Option(help="An HTML page with each picture, its marks, and bars of all measures."),
    ] = None,
    ofiq_csv: Annotated[
        Path | None,
        typer.Option(help="A CSV file with the columns of BSI's OFIQ, to compare the two."),
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

    if keep is not None:
        _refuse_to_overwrite([_kept(keep, each) for each in photos])
    # The report shows the whole picture; for keeping, one will do.
    pictures: portrait.Keep = (
        "both" if report is not None else "one" if keep is not None else "none"
    )

    def one(photo: Path) -> tuple[dict[str, Any], portrait.Assessment | None]:
        try:
            content = _read(photo, portrait.MAX_BYTES)
            found = pool.check(content, profile.value, child=child, keep=pictures)
        except portrait.PhotoError as error:
            cause, remedy = portrait.words(error.code, language)
            return _unusable(photo, error.code, cause, remedy), None
        except OSError as error:
            return _unusable(photo, "unreadable", str(error), "Check the file."), None
        return _told(photo, found, language), found

    unusable = 0
    limits = portrait.limits(profile.value)
    with contextlib.ExitStack() as stack:
        outputs = _Outputs(stack, keep, report, ofiq_csv, limits)
        pool = stack.enter_context(portrait.CheckPool())
        threads = stack.enter_context(ThreadPoolExecutor(pool.workers))
        results = threads.map(one, photos)
        shown = track(
            results, "Checking", total=len(photos), console=Console(stderr=True), transient=True,
            disable=len(photos) < 2,
        )  # fmt: skip
        for photo, (told, found) in zip(photos, shown, strict=True):
            unusable += told["verdict"] == "unusable"
            outputs.add(photo, told, found)
            typer.echo(json.dumps(told) if json_ else _for_people(told))
    if unusable:
        raise typer.Exit(1)


@contextlib.contextmanager
def _writing(path: Path, option: str) -> Iterator[None]:
    """Raise for people where *path*, named with *option*, cannot be written."""
    try:
        yield
    except OSError as error:
        raise HabeasError(
            f"{path} cannot be written: {error.strerror}.",
            f"Name another with {option}, in a folder that exists and has room.",
        ) from error


@contextlib.contextmanager
def _text(path: Path, option: str) -> Iterator[IO[str]]:
    """A text file to write to; also what is written last, as it is closed, may have no room."""
    with _writing(path, option):
        file = path.open("w", encoding="utf-8")
    try:
        yield file
    finally:
        with _writing(path, option):
            file.close()


class _Outputs:
    """What is written beside the answers: kept pictures, a report, OFIQ's columns."""

    def __init__(
        self,
        stack: contextlib.ExitStack,
        keep: Path | None,
        report: Path | None,
        ofiq_csv: Path | None,
        limits: Mapping[str, int],
    ) -> None:
        from habeas.cli._report import PictureReport
        from habeas.portrait import ofiq_csv as columns

        self._keep, self._row = keep, columns.row
        self._report, self._table = report, ofiq_csv
        self._page = self._csv = None
        if report is not None:
            self._page = stack.enter_context(
                PictureReport(stack.enter_context(_text(report, "--report")), limits)
            )
        if ofiq_csv is not None:
            self._csv = stack.enter_context(_text(ofiq_csv, "--ofiq-csv"))
            print(columns.header(), file=self._csv)

    def add(self, photo: Path, told: dict[str, Any], found: portrait.Assessment | None) -> None:
        """Write what is asked for of one photo."""
        if self._keep is not None and found is not None:
            with _writing(_kept(self._keep, photo), "--keep"):
                self._keep.mkdir(parents=True, exist_ok=True)
                _kept(self._keep, photo).write_bytes(found.kept)
        if self._csv is not None and self._table is not None:
            measures, ms = (found.measures, sum(found.ms.values())) if found else ({}, 0.0)
            with _writing(self._table, "--ofiq-csv"):
                print(self._row(str(photo), measures, ms), file=self._csv, flush=True)
        if self._page is not None and self._report is not None:
            with _writing(self._report, "--report"):
                self._page.add(told, found.upright if found else b"")


def _kept(folder: Path, photo: Path) -> Path:
    return folder / f"{photo.stem}.jpg"


def _refuse_to_overwrite(files: list[Path]) -> None:
    """Raise before anything is checked: the photos themselves may lie in the folder."""
    for file in files:
        if file.exists():
            raise HabeasError(f"{file} exists already.", "Name another folder with --keep.")
        if files.count(file) > 1:
            raise HabeasError(
                f"Several photos would be kept as {file}.",
                "Rename them, or check them one by one, each with a folder of its own.",
            )


def _read(photo: Path, most: int) -> bytes:
    # A byte more than is taken tells that a file is too large, however large it is.
    with photo.open("rb") as file:
        return file.read(most + 1)


def _unusable(photo: Path, code: str, cause: str, remedy: str) -> dict[str, Any]:
    problem = {"code": code, "cause": cause, "remedy": remedy}
    return {"file": str(photo), "verdict": "unusable", "error": problem}


def _told(photo: Path, found: portrait.Assessment, language: str) -> dict[str, Any]:
    from habeas.portrait import FOR_THE_OFFICER

    return {
        "file": str(photo),
        "verdict": found.verdict,
        "measures": {name: asdict(value) for name, value in found.measures.items()},
        "advice": [_said(each, language) for each in found.advice],
        "notes": [_said(each, language) for each in found.notes],
        "faces": found.faces,
        "turned": found.turned,
        "landmarks": {
            "pupils": found.pupils,
            "outline": found.outline,
            "person": found.silhouette,
        },
        "size": found.size,
        "crop": asdict(found.crop) if found.crop else None,
        "for_the_officer": list(FOR_THE_OFFICER),
        "ms": found.ms,
    }


def _said(advice: portrait.Advice, language: str) -> dict[str, str]:
    cause, remedy = advice.in_language(language)
    return {"code": advice.code, "cause": cause, "remedy": remedy}


def _for_people(report: dict[str, Any]) -> str:
    lines = [f"{report['file']}: {report['verdict']}"]
    said = [report["error"]] if "error" in report else report["notes"] + report["advice"]
    lines += [f"  {each['cause']} {each['remedy']}" for each in said]
    return "\n".join(lines)
