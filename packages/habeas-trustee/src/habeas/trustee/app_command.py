"""`habeas trustee rebuild` and `vouch`: code custody, at a trustee."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from habeas.foundation import durable, text

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
    archive: Annotated[
        Path, typer.Argument(exists=True, dir_okay=False, help="The app's source archive.")
    ],
    manifest: ManifestFile,
    *,
    data: Annotated[
        Path | None, typer.Option("--data", help="The trustee's folder: then it signs, too.")
    ] = None,
    circle: Annotated[
        Path | None,
        typer.Option(exists=True, dir_okay=False, help="The circle, on a machine without keys."),
    ] = None,
    out: Out = None,
) -> None:
    """Build the app from its source, compare every file with the manifest, and vouch for it.

    Read the source first: what you sign is what people's devices will run. Building runs what is
    in the archive. On a machine that has no keys, give --circle: it prints the manifest's digest,
    for `habeas trustee vouch` where the keys are. It needs node 20.19 or newer with npm.
    """
    from habeas.protocol import Chain
    from habeas.protocol.app.manifest import hash_file
    from habeas.trustee import Trustee, apps
    from habeas.trustee.errors import SetupError

    if (data is None) == (circle is None):
        raise SetupError("It is not said for whom.", "Give --data to sign, or --circle to look.")
    wanted = _read(manifest)
    content = archive.read_bytes()
    trustee = Trustee(data) if data is not None else None
    try:
        if trustee is not None:
            apps.verify_newer(wanted, trustee.apps.releases())
        chain = (
            trustee.circles.chain if trustee is not None else Chain.start(text.read(circle), 0)  # type: ignore[arg-type]
        )
        typer.echo(f"Building release {wanted.number} from {hash_file(archive)[:16]}… ", err=True)
        with tempfile.TemporaryDirectory() as work:
            apps.rebuild(wanted, content, Path(work), chain)
        digest = wanted.digest().hex()
        files = sum(len(part.files) + len(part.data) for part in (wanted.portal, wanted.desk))
        typer.echo(f"The source gives all {files} files of the manifest {digest}", err=True)
        if trustee is None:
            typer.echo(digest)
            return
        _give(trustee.vouch(wanted, "rebuilt"), out)
    finally:
        if trustee is not None:
            trustee.close()


def vouch(
    manifest: ManifestFile,
    digest: Annotated[str, typer.Argument(help="What `rebuild` printed on the other machine.")],
    *,
    data: Annotated[Path, typer.Option("--data", help="The trustee's folder.")],
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
    from habeas.trustee import Trustee
    from habeas.trustee.apps import AppRebuildError

    wanted = _read(manifest)
    if wanted.digest().hex() != digest.strip():
        raise AppRebuildError("This is another manifest than the one that was rebuilt.")
    trustee = Trustee(data)
    try:
        _give(trustee.vouch(wanted, "compared" if compared else "rebuilt"), out)
    finally:
        trustee.close()


def _read(file: Path) -> AppManifest:
    from habeas.protocol.app import AppManifest

    return AppManifest.decode(file.read_bytes())


def _give(note: str, out: Path | None) -> None:
    if out is None:
        typer.echo(note, nl=False)
    else:
        durable.write(out, note.encode())
        typer.echo(f"This trustee vouches for it: {out}. Give that to the operator.", err=True)
