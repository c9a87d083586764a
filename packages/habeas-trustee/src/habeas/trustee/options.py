"""What every command of a trustee is told: its folder, or the habeas.toml that names it."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated

import typer

from habeas.configuration import read
from habeas.foundation import journal
from habeas.trustee.configuration import TrusteeConfiguration
from habeas.trustee.settings import TOKEN_VARIABLE

Folder = Annotated[Path, typer.Option("--data", help="The trustee's folder.")]

Token = Annotated[
    str,
    typer.Option(
        metavar="URI",
        help="The token that unlocks the keys: "
        "pkcs11:token=LABEL?module-path=FILE&pin-source=file:/FILE (RFC 7512).",
    ),
]
SigningOnToken = Annotated[
    bool,
    typer.Option(
        "--signing-on-token/--signing-in-file",
        help="With --token: whether the two signing keys lie on the token, too, and never leave "
        "it (it has to know Ed25519), or in keys.json, which the token unlocks.",
    ),
]


def _configure(context: typer.Context, file: Path | None) -> Path | None:
    """Take from *file* what is not said on the command line.

    Secrets are put where this process looks for them anyway; the environment with which a
    process was started, which others could read, stays as it was.
    """
    if file is None:
        return None
    from habeas.trustee.keyring import (  # noqa: PLC0415 - slow to load
        ADDRESS_VARIABLE,
        PASSPHRASE_VARIABLE,
    )

    said = read(file, TrusteeConfiguration)
    os.environ.update(said.environment())
    secrets = {PASSPHRASE_VARIABLE: said.keys.passphrase, TOKEN_VARIABLE: said.log.token}
    os.environ.update({name: each.read() for name, each in secrets.items() if each is not None})
    if said.keys.token is not None:
        os.environ[ADDRESS_VARIABLE] = str(said.keys.token)
    context.obj = said
    journal.configure(said.logging.format, said.logging.level)
    context.default_map = {
        "data": str(said.data),
        "host": said.listen.host,
        "port": said.listen.port,
        **said.listen.pair(),
    }
    return file


Config = Annotated[
    Path | None,
    typer.Option(
        "--config",
        metavar="FILE",
        envvar="HABEAS_CONFIG",
        is_eager=True,
        callback=_configure,
        help="The trustee's habeas.toml, which names its folder too.",
    ),
]
