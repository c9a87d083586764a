"""`habeas portal backup` and `habeas portal restore`."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Annotated

import typer

from habeas.cli._configured import PortalConfig

Folder = Annotated[Path, typer.Option("--data", envvar="HABEAS_DATA", help="The portal's folder.")]
Json = Annotated[bool, typer.Option("--json", help="For programs.")]


def backup(
    target: Annotated[Path, typer.Argument(help="A folder that does not exist yet.")],
    data: Folder,
    *,
    _config: PortalConfig = None,
    keys: Annotated[
        bool,
        typer.Option(
            "--keys/--no-keys",
            help="With the portal's keys: whoever has such a backup can be the portal. "
            "Without, keep a copy of them apart.",
        ),
    ],
    json_: Json = False,
) -> None:
    """Copy the portal into a folder, while it serves: tables, sealed photos, settings.

    The copy is one that fits together. `sha256sum -c SHA256SUMS` in it checks every file. It is
    as private as the portal's own disk, and keeps photos' ciphertexts that end later: delete
    old ones. Tables in PostgreSQL need pg_dump of the server's version. Recordings of cameras
    are the recorder's, and not in it.
    """
    from habeas.portal.site import setup

    setup.start(data)
    from habeas.portal.site.backup import backup

    with _progress() as say:
        made = backup(target.absolute(), keys=keys, say=say)
    if json_:
        counted = {"files": made.files, "bytes": made.bytes, "left_out": made.left_out}
        typer.echo(json.dumps(made.told.model_dump(mode="json") | counted))
        return
    typer.echo(f"{target}: {made.files} files, {made.bytes:,} bytes, epoch {made.told.epoch}.")
    if made.told.keys:
        typer.secho(f"It has keys: {', '.join(made.told.keys)}. Encrypt it.", fg="yellow")
    else:
        typer.secho(
            "It has no keys: custodian.key, secret-key and log-token are apart.", fg="yellow"
        )
    if made.left_out:
        typer.echo(f"Left out, as they are not the portal's: {', '.join(made.left_out)}.")


def restore(
    source: Annotated[Path, typer.Argument(exists=True, file_okay=False, help="The backup.")],
    data: Folder,
    *,
    _config: PortalConfig = None,
    keys: Annotated[
        Path | None,
        typer.Option(
            exists=True, file_okay=False,
            help="Folder with custodian.key, secret-key and log-token, for a backup without.",
        ),
    ] = None,
    json_: Json = False,
) -> None:  # fmt: skip
    """Make a portal's folder from a backup, and check every file of it.

    The folder must not exist; in PostgreSQL, HABEAS_DATABASE must name an empty database. The
    portal then shows its pages and takes nothing until `habeas portal reconcile`.
    """
    from habeas.portal.site.restore import restore

    with _progress() as say:
        told = restore(source.absolute(), data.absolute(), keys=keys, say=say)
    if json_:
        typer.echo(told.model_dump_json())
        return
    typer.echo(f"{data} is restored, with epoch {told.epoch}, made by release {told.release}.")
    typer.echo("It takes nothing yet. Next: habeas portal check, habeas portal reconcile, serve.")


@contextlib.contextmanager
def _progress() -> Iterator[Callable[[str, int, int], object]]:
    """A bar on stderr, where that is a terminal."""
    from rich.console import Console
    from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        DownloadColumn(),
        TimeRemainingColumn(),
    )
    console = Console(stderr=True)
    with Progress(
        *columns, console=console, transient=True, disable=not console.is_terminal
    ) as bar:
        task = bar.add_task("", total=None)
        yield lambda what, done, total: bar.update(
            task, description=what, completed=done, total=total or None
        )
