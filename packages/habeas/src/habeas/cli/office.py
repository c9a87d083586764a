"""`habeas office`: an office's keys, its officers, and what it publishes. Run by the office."""

from __future__ import annotations

import json
import os
import secrets
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from habeas.foundation import listening

if TYPE_CHECKING:
    from habeas.foundation.token_uri import TokenUri
    from habeas.office.credentials import HardwareKey
    from habeas.office.folder import OfficeFolder
    from habeas.office.keys import OfficeKeys
    from habeas.protocol.credential import PublicKey

app = typer.Typer(
    add_completion=False, rich_markup_mode="markdown", no_args_is_help=True,
    help="An office's keys and officers. The portal never has these keys.",
)  # fmt: skip
roster = typer.Typer(
    rich_markup_mode="markdown", no_args_is_help=True, help="Who may sign requests for this office."
)
app.add_typer(roster, name="roster")

Folder = Annotated[Path, typer.Option("--data", help="The office's folder.")]
Label = Annotated[str, typer.Argument(help="A staff number or the like: for the office's list.")]
LogUrl = Annotated[str, typer.Option("--log", help="The log's address.")]
_OFFICE_PIN, _OFFICER_PIN = "HABEAS_OFFICE_PIN", "HABEAS_OFFICER_PIN"
_PASSPHRASE = "HABEAS_OFFICE_PASSPHRASE"  # noqa: S105 - a name, not a secret
_OFFICER = "HABEAS_OFFICER_PASSPHRASE"
RootToken = Annotated[
    str,
    typer.Option(
        "--root-token",
        metavar="URI",
        help="The token that has the root key: pkcs11:token=LABEL?module-path=FILE (RFC 7512). "
        "Its PIN is asked for; or in HABEAS_OFFICE_PIN, or in the file that the URI names "
        "as pin-source.",
    ),
]


def _passphrase(variable: str, of: str, *, new: bool = False) -> str:
    """From the environment, or asked for: a *new* one twice, as nothing else opens its keys."""
    return os.environ.get(variable) or typer.prompt(
        f"Passphrase of {of}", hide_input=True, confirmation_prompt=new
    )


def _pin(uri: TokenUri, variable: str, of: str) -> str:
    def ask() -> str:
        return os.environ.get(variable) or typer.prompt(f"PIN of {of}'s token", hide_input=True)

    return uri.read_pin(ask)


def _open(data: Path, root_token: str = "") -> tuple[OfficeFolder, OfficeKeys]:
    from habeas.office import keys
    from habeas.office.folder import OfficeFolder

    office = OfficeFolder(data)
    passphrase = _passphrase(_PASSPHRASE, "the office")
    find = _finder(root_token) if root_token else None
    return office, keys.load(data, office.settings.office, passphrase, find)


def _finder(root_token: str) -> Callable[[PublicKey], HardwareKey]:
    """What finds the root key on the token."""
    from habeas.foundation import token
    from habeas.foundation.token_uri import TokenUri

    uri = TokenUri.parse(root_token)
    return lambda public: token.find(uri, _pin(uri, _OFFICE_PIN, "the office"), public)


def _today() -> str:
    return datetime.now(UTC).date().isoformat()


def _open_to_change(data: Path, root_token: str, url: str) -> tuple[OfficeFolder, OfficeKeys]:
    """The office, once its folder is no older than the log, which has all that it was owed."""
    from habeas.office.rollback import verify_newest
    from habeas.tlog.client import LogClient

    office, keys = _open(data, root_token)
    with LogClient(url) as log:
        verify_newest(office, keys, log)
    _log(office, url)
    return office, keys


def _log(office: OfficeFolder, url: str) -> None:
    """Put the newest roster on the log; it stays owed where the log does not take it."""
    from habeas.tlog.client import LogClient

    owed = office.owed()
    if owed is None:
        return
    with LogClient(url) as log:
        index = log.append(owed).index
    office.logged()
    typer.echo(f"The roster stands on the log, entry {index}.")


@app.command()
def init(
    data: Folder,
    *,
    office: Annotated[str, typer.Option(help="Its name in promises: licensing-office.")],
    name: Annotated[str, typer.Option(help="What people call it.")],
    name_ru: Annotated[str, typer.Option("--name-ru", help="The same in Russian.")] = "",
    origin: Annotated[list[str], typer.Option(help="Address of its desk, https://desk.example.")],
    portal: Annotated[str, typer.Option(help="The portal's address.")],
    software: Annotated[
        bool, typer.Option(help="Whether keys in software may sign; passkeys always may.")
    ] = True,
    root_token: RootToken = "",
) -> None:
    """Make the office's root key and encryption key, and print its part of the circle (JSON).

    The keys lie in the folder under a passphrase (asked for; or in HABEAS_OFFICE_PASSPHRASE).
    With --root-token the root key is made on a token, or is the Ed25519 key there that the URI
    names by object or id, and never leaves it: who has the folder alone names no officers.

    Example: habeas office init --data office --office licensing-office --name "Licensing Office"
    --origin https://desk.example --portal https://photos.example
    --root-token "pkcs11:token=Office?module-path=/usr/lib/softhsm/libsofthsm2.so"
    """
    from urllib.parse import urlsplit

    from pydantic import ValidationError

    from habeas.foundation.token_uri import TokenUri
    from habeas.office import keys
    from habeas.office.folder import OfficeFolder, Settings
    from habeas.protocol.parties import OfficeName

    for each in origin:
        address = urlsplit(each)
        if address.scheme not in ("http", "https") or not address.hostname:
            raise keys.OfficeError(f"{each!r} is no desk's address.", "Write https://HOST.")
    try:
        settings = Settings(
            office=office, name=OfficeName(en=name, ru=name_ru or name),
            rp_id=urlsplit(origin[0]).hostname or "", origins=tuple(origin), portal=portal,
            software=software,
        )  # fmt: skip
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        raise keys.OfficeError(
            f"--{first['loc'][0]} is not what it must be: {first['msg']}.",
            "Write licensing-office for an office, https://HOST for a portal.",
        ) from error
    passphrase = _passphrase(_PASSPHRASE, "the office", new=True)
    # Before the folder is made, which is made once.
    keys.verify_passphrase(passphrase)
    root = None
    if root_token:
        from habeas.foundation import token

        uri = TokenUri.parse(root_token)
        pin = _pin(uri, _OFFICE_PIN, "the office")
        root = token.make(uri, pin, f"{office}/root", (token.KeyKind.ED25519,))
    made = OfficeFolder.create(data, settings)
    typer.echo(
        json.dumps(
            made.circle_entry(keys.create(data, office, passphrase, secrets.token_bytes, root))
        )
    )


@roster.command()
def add(
    label: Label,
    *,
    data: Folder,
    log: LogUrl,
    token: Annotated[
        str,
        typer.Option(
            metavar="URI",
            help="The officer's own token, on which their key is made, or is the one that the "
            "URI names by object or id. PIN: asked for, HABEAS_OFFICER_PIN, or pin-source.",
        ),
    ] = "",
    root_token: RootToken = "",
) -> None:
    """Give an officer a key in software or on a token, and put it on the roster.

    The officer types a passphrase of their own, and with a token its PIN. It works once the
    delay that the circle sets is over. Then publish again. Who has a token signs with
    `habeas open --token`; a passkey for the desk in the browser comes by `admit`.
    """
    from habeas.foundation.token_uri import TokenUri
    from habeas.office import publish

    office, keys = _open_to_change(data, root_token, log)
    passphrase = _passphrase(_OFFICER, label, new=True)
    key = None
    if token:
        from habeas.foundation import token as tokens

        uri = TokenUri.parse(token)
        name = f"habeas/{office.settings.office}"
        key = tokens.make(uri, _pin(uri, _OFFICER_PIN, label), name)
    credential, _ = publish.enrol(
        office, keys, label, passphrase, _today(), secrets.token_bytes, key
    )
    _log(office, log)
    typer.echo(f"{label} signs with credential {credential.id[:16]}.")


@roster.command()
def admit(
    enrolment: Annotated[Path, typer.Argument(exists=True, help="The file from the desk.")],
    *,
    data: Folder,
    log: LogUrl,
    root_token: RootToken = "",
) -> None:
    """Put an officer's authenticator on the roster, from the file that the desk has made.

    It works once the delay that the circle sets is over. Then publish again.
    """
    from habeas.office import publish
    from habeas.office.keys import OfficeError

    try:
        fields = json.loads(enrolment.read_bytes())
    except ValueError as error:
        raise OfficeError("This is no enrolment.", "Take the file that the desk made.") from error
    office, keys = _open_to_change(data, root_token, log)
    credential, _ = publish.admit(office, keys, fields, _today(), secrets.token_bytes)
    _log(office, log)
    typer.echo(f"{credential.label} signs with credential {credential.id[:16]}.")


@roster.command()
def revoke(label: Label, *, data: Folder, log: LogUrl, root_token: RootToken = "") -> None:
    """Take an officer off the roster. It works at once, when the log has it."""
    from habeas.office import publish

    office, keys = _open_to_change(data, root_token, log)
    publish.revoke(office, keys, label, _today(), secrets.token_bytes)
    _log(office, log)


@roster.command("list")
def list_(
    data: Folder,
    *,
    json_: Annotated[bool, typer.Option("--json", help="For programs.")] = False,
) -> None:
    """Who may sign for this office now."""
    from habeas.office.folder import OfficeFolder

    listed = OfficeFolder(data).credentials()
    if json_:
        typer.echo(json.dumps([each.fields() for each in listed]))
        return
    for each in listed:
        typer.echo(f"{each.label:<24} {each.type:<9} since {each.added}  {each.id[:16]}")


@app.command("publish")
def publish_(
    out: Annotated[Path, typer.Argument(help="Folder that the office serves as it is.")],
    *,
    data: Folder,
    circle: Annotated[Path, typer.Option(exists=True, help="The note of the circle in force.")],
) -> None:
    """Write the desk's files for the office's own address."""
    from habeas.foundation import text
    from habeas.office.folder import OfficeFolder
    from habeas.office.publish import publish

    count = publish(OfficeFolder(data), text.read(circle), out)
    typer.echo(f"{out} serves {count} officers. Nothing in it opens without their passphrase.")


@app.command()
def serve(
    folder: Annotated[Path, typer.Argument(help="As `publish` wrote it.", exists=True)],
    *,
    port: Annotated[int, typer.Option(help="Port.")] = 8010,
    host: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
    portal: Annotated[str, typer.Option(help="The portal that the client may speak to.")],
) -> None:
    """Serve the desk. In production any server of static files does, with these headers."""
    from habeas.office.serving import make_app

    listening.listen(make_app(folder, portal), host=host, port=port)
