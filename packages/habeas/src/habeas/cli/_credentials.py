"""`habeas cameras credentials`: content credentials (C2PA) in the film of a proven bundle."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from habeas.cli._pins import Pin, read_pins


def credentials(
    bundle: Annotated[
        Path, typer.Argument(exists=True, dir_okay=False, help="The bundle (ZIP) of a clip.")
    ],
    *,
    certificate: Annotated[
        Path,
        typer.Option(exists=True, dir_okay=False, help="Chain (PEM), the signer's first."),
    ],
    key: Annotated[Path, typer.Option(exists=True, dir_okay=False, help="The signer's key (PEM).")],
    out: Annotated[
        Path, typer.Option(file_okay=False, exists=True, help="Folder for the film.")
    ] = Path(),
    pin: Pin = None,
) -> None:
    """Sign a clip's film with your office's own certificate (C2PA), for readers who ask for it.

    The bundle is checked first, as `habeas verify` does it, and stays as it is: what proves the
    clip is in it. The signed film says by whom it is, and where its proof stands on the log.
    Needs `pip install 'habeas[credentials]'`, and no network.
    """
    from habeas.cameras.credentials import sign

    for each in sign(bundle, read_pins(pin), certificate, key, out):
        typer.echo(str(each))
