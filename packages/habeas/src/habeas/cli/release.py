"""`habeas portal release`: code custody, for the operator."""

from __future__ import annotations

import json
from importlib.metadata import version
from pathlib import Path
from typing import Annotated

import typer

from habeas.cli._backup import Folder
from habeas.foundation import durable, text

app = typer.Typer(
    no_args_is_help=True,
    help="Releases of the app: the code that people's devices and the officers' desks run. "
    "The portal serves only what k trustees have rebuilt, and what stands on the log.",
)


@app.command()
def draft(
    data: Folder,
    *,
    out: Annotated[Path, typer.Argument(help="File for the manifest, for the trustees.")],
    archive: Annotated[
        Path | None,
        typer.Option(exists=True, dir_okay=False, help="The source archive that `make app` left."),
    ] = None,
) -> None:
    """Write the manifest of what is installed here, for trustees to rebuild and vouch for.

    Give them the archive, too. Without --archive nobody can rebuild it: trustees could only
    compare, and everybody is told so.
    """
    from habeas.portal.site import setup
    from habeas.protocol.app.manifest import hash_file

    setup.start(data)
    from habeas.portal.vault import releasing

    made = releasing.draft(version("habeas"), hash_file(archive) if archive else None)
    durable.write(out, made.encode())
    typer.echo(f"Release {made.number}, manifest {made.digest().hex()}")
    typer.echo(f"Each trustee: habeas trustee rebuild ARCHIVE {out} --data FOLDER --out NAME.note")


@app.command()
def publish(
    data: Folder,
    *,
    manifest: Annotated[Path, typer.Argument(exists=True, help="What `draft` wrote.")],
    notes: Annotated[
        list[Path],
        typer.Argument(exists=True, metavar="NOTE...", help="The trustees' words; at least k."),
    ],
) -> None:
    """Put the release on the log. Within a day after it, the portal has to serve it."""
    from habeas.portal.site import setup
    from habeas.protocol.app import AppManifest

    setup.start(data)
    from habeas.portal.vault import releasing

    done = releasing.publish(
        AppManifest.decode(manifest.read_bytes()), [text.read(each) for each in notes]
    )
    names = ", ".join(each.trustee for each in done.words)
    typer.echo(f"Release {done.manifest.number} stands on the log, entry {done.index}: {names}.")


@app.command()
def show(
    data: Folder,
    *,
    json_: Annotated[bool, typer.Option("--json", help="For programs.")] = False,
) -> None:
    """Say which release counts, who vouches for it, and whether this portal has its files."""
    from habeas.portal.site import setup

    setup.start(data)
    from habeas.portal.register import code
    from habeas.portal.register.log import followed

    followed()
    newest, served = code.releases().newest, code.is_served()
    if json_:
        fields = None if newest is None else {
            "number": newest.manifest.number, "manifest": newest.digest,
            "source": newest.manifest.source, "index": newest.index,
            "trustees": [each.trustee for each in newest.words],
        }  # fmt: skip
        typer.echo(json.dumps({"release": fields, "served": served}))
    elif newest is None:
        typer.echo("No release stands on the log. Make one: habeas portal release draft")
    else:
        typer.echo(f"Release {newest.manifest.number}, manifest {newest.digest}")
        for each in newest.words:
            typer.echo(f"  {each.how} by {each.trustee} on {each.day}")
        here = "This portal has" if served else "This portal does not have"
        typer.secho(f"{here} the files of a release that counts.", fg=None if served else "red")
    raise typer.Exit(0 if served else 1)
