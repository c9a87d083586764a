"""`habeas trustee rebuild` and `vouch`: code custody, at a trustee."""

from __future__ import annotations

import contextlib
import shutil
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from habeas.foundation import durable, text
from habeas.trustee.beside import beside
from habeas.trustee.options import Config, Folder

if TYPE_CHECKING:
    from habeas.protocol.app import AppManifest

ManifestFile = Annotated[
    Path,
    typer.Argument(
        exists=True, dir_okay=False, metavar="MANIFEST", help="What `portal release draft` wrote."
    ),
]
Out = Annotated[Path | None, typer.Option(help="File for this trustee's word, for the operator.")]


def rebuild(
    context: typer.Context,
    archive: Annotated[
        Path, typer.Argument(exists=True, dir_okay=False, help="The app's source archive.")
    ],
    manifest: ManifestFile,
    *,
    _config: Config = None,
    data: Annotated[
        Path | None, typer.Option("--data", help="The trustee's folder: then it signs, too.")
    ] = None,
    circle: Annotated[
        Path | None,
        typer.Option(exists=True, dir_okay=False, help="The circle, on a machine without keys."),
    ] = None,
    out: Out = None,
    keep: Annotated[
        Path | None,
        typer.Option(help="Keep the built files in this folder, for `habeas trustee host`."),
    ] = None,
) -> None:
    """Build the app from its source, compare every file with the manifest, and vouch for it.

    Read the source first: what you sign is what people's devices will run. Building runs what is
    in the archive. On a machine that has no keys, give --circle: it prints the manifest's digest,
    for `habeas trustee vouch` where the keys are. It needs node 20.19 or newer with npm.
    """
    from habeas.protocol import Chain
    from habeas.protocol.app.manifest import hash_file
    from habeas.trustee import apps
    from habeas.trustee.errors import SetupError

    said = context.get_parameter_source("data")
    if circle is not None and said is not None and said.name == "DEFAULT_MAP":
        data = None  # the machine's habeas.toml names a folder; who gives a circle only looks
    if (data is None) == (circle is None):
        raise SetupError("It is not said for whom.", "Give --data to sign, or --circle to look.")
    wanted = _read(manifest)
    content = archive.read_bytes()
    with beside(data) if data is not None else contextlib.nullcontext() as trustee:
        if trustee is not None:
            apps.verify_newer(wanted, trustee.apps.releases())
        chain = (
            trustee.circles.chain if trustee is not None else Chain.start(text.read(circle), 0)  # type: ignore[arg-type]
        )
        typer.echo(f"Building release {wanted.number} from {hash_file(archive)[:16]}… ", err=True)
        with tempfile.TemporaryDirectory() as work:
            built = apps.rebuild(wanted, content, Path(work), chain)
            if keep is not None:
                shutil.copytree(built, keep)
        digest = wanted.digest().hex()
        files = sum(len(part.files) + len(part.data) for part in (wanted.portal, wanted.desk))
        typer.echo(f"The source gives all {files} files of the manifest {digest}", err=True)
        if trustee is None:
            typer.echo(digest)
            return
        _give(trustee.vouch(wanted, "rebuilt"), out)


def vouch(
    manifest: ManifestFile,
    digest: Annotated[str, typer.Argument(help="What `rebuild` printed on the other machine.")],
    *,
    _config: Config = None,
    data: Folder,
    out: Out = None,
    compared: Annotated[
        bool,
        typer.Option(
            "--compared",
            help="You have compared it with files from elsewhere, and rebuilt nothing: it says so.",
        ),
    ] = False,
) -> None:
    """Vouch for a manifest that you have rebuilt on another machine, which has no keys."""
    from habeas.trustee.apps import AppRebuildError

    wanted = _read(manifest)
    if wanted.digest().hex() != digest.strip():
        raise AppRebuildError("This is another manifest than the one that was rebuilt.")
    with beside(data) as trustee:
        _give(trustee.vouch(wanted, "compared" if compared else "rebuilt"), out)


def host(
    *,
    _config: Config = None,
    data: Folder,
    built: Annotated[
        Path | None,
        typer.Option(
            exists=True, file_okay=False,
            help="What `rebuild --keep` left; by default all is fetched from the portal.",
        ),
    ] = None,
) -> None:  # fmt: skip
    """Serve the newest release of the app at this trustee's own address, byte for byte.

    Each file counts by its hash in the release on the log, wherever it comes from. The running
    trustee (`serve`) then answers at /apply/SERVICE/seal/ and /static/. The operator names this
    trustee in a service (`host` in its `[photo]`) and publishes the release again: from then on
    people are sent here, and everybody who watches looks here too. Give this again after each
    release.
    """
    import random

    from habeas.protocol.app.site import Visitor

    with beside(data) as trustee:
        with Visitor(random.SystemRandom()) as fetch:
            number, count = trustee.hosting.take(fetch, built)
        typer.echo(f"Release {number}: {count} files, served at {trustee.settings.url}")
        typer.echo(f'The operator adds host = "{trustee.settings.name}" to a service.', err=True)


def _read(file: Path) -> AppManifest:
    from habeas.protocol.app import AppManifest

    return AppManifest.decode(file.read_bytes())


def _give(note: str, out: Path | None) -> None:
    if out is None:
        typer.echo(note, nl=False)
    else:
        durable.write(out, note.encode())
        typer.echo(f"This trustee vouches for it: {out}. Give that to the operator.", err=True)
