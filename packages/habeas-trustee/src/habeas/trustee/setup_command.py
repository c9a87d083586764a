"""`habeas trustee setup`: six questions, and a trustee that can be served."""

from __future__ import annotations

import json
import secrets
import tomllib
from pathlib import Path
from typing import TYPE_CHECKING, Annotated
from urllib.parse import urlsplit

import typer

from habeas.foundation import durable
from habeas.foundation.errors import HabeasError
from habeas.foundation.token_uri import TokenUri
from habeas.trustee.options import SigningOnToken, Token

if TYPE_CHECKING:
    from habeas.trustee import Settings

#: Letters and digits that nobody takes for one another; 26 of them are 129 bits.
_LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"
_FILE = "habeas.toml"
_FIFTH = (
    "5. In which file shall the passphrase of its keys be? Keep it elsewhere than backups of the "
    "folder. A new one is made where the file does not exist"
)
_SIXTH = (
    "6. Which mail server of yours tells receipts' holders what is done with their photos, where "
    "they ask for it? Empty for none: this trustee then says that it sends no mails"
)
_MAIL = "The mail server through which receipts' holders are told; without one, none are sent."


def setup(
    ctx: typer.Context,
    *,
    name: Annotated[
        str,
        typer.Option(
            prompt="1. What is the trustee called, for everybody? (ombudsman.example)",
            help="What it is called, for everybody: a host name of its own.",
        ),
    ],
    url: Annotated[
        str,
        typer.Option(
            prompt="2. At which address do others reach it? (https://ombudsman.example)",
            help="Where others reach it.",
        ),
    ],
    data: Annotated[
        Path,
        typer.Option(
            prompt="3. Where shall its folder be?", help="Its folder; must not exist yet."
        ),
    ] = Path("/var/lib/habeas/trustee"),
    port: Annotated[
        int,
        typer.Option(
            prompt="4. On which port of this machine shall it listen, behind the server for TLS?",
            min=1, max=65535, help="Port of 127.0.0.1 to listen on.",
        ),
    ] = 8101,
    passphrase: Annotated[
        Path | None,
        typer.Option(
            help="File for the passphrase of its keys; a new one is made where it is absent. "
            "Asked for where no token is named."
        ),
    ] = None,
    token: Token = "",
    signing: SigningOnToken = True,
    mail: Annotated[str, typer.Option(metavar="HOST", help=_MAIL)] = "",
    mail_sender: Annotated[str, typer.Option(help="The address that its mails come from.")] = "",
    mail_user: Annotated[str, typer.Option(help="As whom the mail server knows it.")] = "",
    mail_password: Annotated[
        Path | None, typer.Option(metavar="FILE", help="File with the mail server's password.")
    ] = None,
    config: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Where to write habeas.toml; by default in its folder."),
    ] = None,
) -> None:  # fmt: skip
    """Make a trustee: six questions, asked for where no option answers them.

    Makes its folder, keys, passphrase and habeas.toml, and prints its fingerprint: read it to the
    others by telephone. Its identity, for whoever drafts the circle, is in identity.json.
    With --token there is no passphrase, and the fifth question is not asked: the keys lie on the
    token, or are unlocked by it. The mail server is asked for where the name was.
    """
    from habeas.trustee import Settings, keyring
    from habeas.trustee.ceremony import fingerprint

    if passphrase is None and not token:
        passphrase = Path(typer.prompt(_FIFTH, default="/etc/habeas/trustee-passphrase"))
    source = ctx.get_parameter_source("name")
    if not mail and source is not None and source.name == "PROMPT":
        mail = typer.prompt(_SIXTH, default="", show_default=False)
        if mail:
            mail_sender = typer.prompt("   Its mails come from", default=f"notices@{name}")
            mail_user = typer.prompt("   As whom the server knows it", default=mail_sender)
            mail_password = Path(
                typer.prompt("   File with its password", default="/etc/habeas/mail-password")
            )
    told = _mail(mail, mail_sender or f"notices@{name}", mail_user, mail_password)
    data = data.absolute()
    file = (config or data / _FILE).absolute()
    for place in (data / "keys.json", file):
        if place.exists():
            raise HabeasError(f"{place} exists already.", "It is left as it is: name another.")
    settings = Settings.make(name, url)
    _verify_address(settings)
    if token:
        # Before the folder is made, which is made once.
        TokenUri.parse(token).service_pin()
    word = None if passphrase is None or token else _passphrase(passphrase.absolute())
    durable.make(data, private=True)
    settings.save(data)
    keys = keyring.create(
        data, settings, "token" if token else "passphrase", word, token=token,
        signing=bool(token) and signing,
    )  # fmt: skip
    identity = keys.identity(settings).encode()
    durable.write(data / "identity.json", identity + b"\n")
    durable.write(file, (_configuration(data, port, passphrase, token) + told).encode())
    typer.echo(f"Its habeas.toml is {file}, its identity {data / 'identity.json'}.")
    typer.secho(f"Fingerprint of {name}:", bold=True)
    typer.secho(f"    {fingerprint(keys.statement.vkey)}", bold=True)
    typer.echo(
        "Send identity.json to whoever drafts the circle, and read the fingerprint to the others "
        "by telephone.\nNext: habeas trustee circle --help, then "
        f"habeas trustee serve --config {file}"
    )


def _mail(host: str, sender: str, user: str, password: Path | None) -> str:
    """The table of the mail server, as `habeas.toml` has it; empty for none.

    Raises:
        HabeasError: it cannot be one.
    """
    from pydantic import ValidationError

    from habeas.trustee.configuration import TrusteeMail

    if not host:
        return ""
    # A TOML basic string is written as in JSON.
    lines = [f"host = {json.dumps(host)}", f"sender = {json.dumps(sender)}"]
    if user:
        lines.append(f"user = {json.dumps(user)}")
    if password is not None:
        lines.append(f"password = {{ file = {json.dumps(str(password.absolute()))} }}")
    try:
        TrusteeMail.model_validate(tomllib.loads("\n".join(lines)))
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        where = ".".join(map(str, first["loc"])) or "login"
        raise HabeasError(
            f"Mails cannot be sent so: {where}: {first['msg']}.",
            "Name the server as mail.example.org, and a user with a password; or leave it empty.",
        ) from error
    return "\n[mail]\n" + "\n".join(lines) + "\n"


def _verify_address(settings: Settings) -> None:
    parts = urlsplit(settings.url)
    if parts.scheme != "https" and parts.hostname not in {"127.0.0.1", "localhost", "::1"}:
        raise HabeasError(
            f"{settings.url} is not https://.", "Shares would travel in the clear: use TLS."
        )


def _passphrase(file: Path) -> str:
    if not file.exists():
        drawn = "".join(secrets.choice(_LETTERS) for _ in range(26))
        durable.make(file.parent)
        durable.create(file, f"{drawn}\n".encode(), private=True)
        typer.echo(f"A new passphrase is in {file}.")
    from habeas.configuration import Secret

    return Secret(file=file).read()


def address_for(protection: str, token: str) -> str:
    """The token's address, as it must be given for that protection.

    Raises:
        HabeasError: it is not.
    """
    if protection == "token" and not token:
        raise HabeasError("It is not said which token unlocks the keys.", "Give --token pkcs11:...")
    return token


def _configuration(data: Path, port: int, passphrase: Path | None, token: str) -> str:
    # A TOML basic string is written as in JSON.
    file = json.dumps(str(passphrase and passphrase.absolute()))
    keys = f"token = {json.dumps(token)}" if token else f"passphrase = {{ file = {file} }}"
    return (
        f'party = "trustee"\ndata = {json.dumps(str(data))}\n\n[listen]\nport = {port}\n\n'
        f"[keys]\n{keys}\n"
    )


def check(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="The trustee's habeas.toml.")],
) -> None:
    """Say all that is wrong with its habeas.toml: file, line, and what to write instead."""
    from habeas.configuration import ConfigurationError, read
    from habeas.configuration.reading import missing
    from habeas.trustee.configuration import TrusteeConfiguration

    try:
        faults = missing(file, read(file, TrusteeConfiguration))
    except ConfigurationError as error:
        faults = list(error.faults)
    for each in faults:
        typer.secho(f"{file}:{each.line}: {each.cause}", fg="red")
        typer.echo(f"  {each.remedy}")
    if faults:
        raise typer.Exit(1)
    typer.echo(f"{file}: a trustee can run by this.")
