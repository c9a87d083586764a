"""`habeas-trustee`: hold one share of each photo, and release it by rule.

The whole of Habeas has it too, as `habeas trustee`.
"""

from __future__ import annotations

import json
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from habeas.foundation import durable, listening
from habeas.foundation.certificate import verify_pair
from habeas.foundation.command import run
from habeas.trustee import (
    app_command,
    circle_command,
    console_command,
    recover_command,
    setup_command,
)
from habeas.trustee.beside import beside
from habeas.trustee.claim_command import claim
from habeas.trustee.options import Config, Folder, SigningOnToken, Token

if TYPE_CHECKING:
    from habeas.trustee.configuration import TrusteeConfiguration

app = typer.Typer(
    add_completion=False,
    rich_markup_mode="markdown",
    no_args_is_help=True,
    help="Hold shares of photos, and release by rule.",
)


class ProtectionName(StrEnum):
    """How keys lie on the disk."""

    FILE = "file"
    PASSPHRASE = "passphrase"  # noqa: S105 - a word
    COMMAND = "command"
    TOKEN = "token"  # noqa: S105 - a word


app.command()(setup_command.setup)
app.command()(setup_command.check)


@app.command()
def init(
    data: Folder,
    *,
    _config: Config = None,
    name: Annotated[str, typer.Option(help="What the trustee is called, for everybody.")],
    url: Annotated[str, typer.Option(help="Where others reach it.")],
    protection: Annotated[
        ProtectionName,
        typer.Option(
            help="What encrypts the keys: a file beside them (demonstrations), a passphrase "
            "from HABEAS_TRUSTEE_PASSPHRASE, what a command prints, or a token (--token)."
        ),
    ] = ProtectionName.FILE,
    token: Token = "",
    signing: SigningOnToken = True,
    command: Annotated[
        list[str] | None,
        typer.Option(help="Program that prints the passphrase, then its arguments, one each."),
    ] = None,
) -> None:
    """Make a trustee's folder and keys, and print its identity (JSON) for the circle.

    Then take part in a circle: habeas trustee circle --help. Where the log asks for a bearer
    token, write it to log-token in the folder.
    """
    from habeas.trustee import Settings, keyring

    settings = Settings.make(name, url, command or ())
    durable.make(data, private=True)
    chosen = ProtectionName.TOKEN if token else protection
    keys = keyring.create(
        data, settings, chosen.value, token=setup_command.address_for(chosen.value, token),
        signing=bool(token) and signing,
    )  # fmt: skip
    settings.save(data)
    typer.echo(keys.identity(settings).encode().decode())


@app.command()
def serve(
    context: typer.Context,
    data: Folder,
    *,
    _config: Config = None,
    port: Annotated[int, typer.Option(help="Port.")] = 8101,
    host: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
    console_port: Annotated[
        int | None,
        typer.Option(
            help="Serve the console, too, on this port of 127.0.0.1; `console` gives a link to it."
        ),
    ] = None,
    certificate: Annotated[
        Path | None,
        typer.Option(
            help="Speak TLS here, with this certificate (PEM): for a server in front that is on "
            "another machine."
        ),
    ] = None,
    certificate_key: Annotated[
        Path | None, typer.Option(help="The certificate's key (PEM).")
    ] = None,
) -> None:
    """Serve: take deposits, follow the log, cosign it, release by rule, destroy on time."""
    from habeas.trustee import Trustee
    from habeas.trustee.web import make_app

    pair = verify_pair(certificate, certificate_key)
    said: TrusteeConfiguration | None = context.obj
    mail = said.mail.server() if said is not None and said.mail is not None else None
    trustee = Trustee(data, mail=mail)
    if console_port is not None:
        console_command.begin(trustee, data, console_port)
    listening.listen(make_app(trustee), host=host, port=port, grace=10, pair=pair)


@app.command()
def status(
    data: Folder,
    *,
    _config: Config = None,
    json_: Annotated[bool, typer.Option("--json", help="For programs.")] = False,
) -> None:
    """Ask the running trustee how it fares."""
    import httpx

    from habeas.foundation.authorities import authorities
    from habeas.foundation.forward import mounts
    from habeas.trustee import Settings
    from habeas.trustee.errors import BusyError

    settings = Settings.load(data)
    try:
        with httpx.Client(
            timeout=10.0, trust_env=False, verify=authorities(), mounts=mounts()
        ) as http:
            state = http.get(f"{settings.url}/readyz").json()
    except (httpx.HTTPError, ValueError) as error:
        raise BusyError(
            f"The trustee does not answer at {settings.url}.", "Start it: habeas trustee serve"
        ) from error
    if json_:
        typer.echo(json.dumps(state))
        return
    for name, value in state.items():
        typer.echo(f"{name:<10} {value}")


@app.command()
def rotate(
    data: Folder,
    *,
    _config: Config = None,
    month: Annotated[
        list[str] | None, typer.Option(help="Make a fresh key for photos that expire in a month.")
    ] = None,
    protection: Annotated[
        ProtectionName | None, typer.Option(help="Protect the keys in another way from now on.")
    ] = None,
    passphrase_file: Annotated[
        Path | None,
        typer.Option(help="The new passphrase, on the first line of a file.", exists=True),
    ] = None,
    token: Token = "",
) -> None:
    """Make fresh month keys, or protect all keys with another passphrase.

    Shares that were sealed to an older key of a month keep opening until the month is over.
    The service may go on running.
    """
    from habeas.trustee import Settings, keyring
    from habeas.trustee.errors import SetupError

    chosen = ProtectionName.TOKEN if token else protection
    if not month and chosen is None:
        raise SetupError("There is nothing to rotate.", "Give --month, --protection or --token.")
    if chosen is not None:
        secret = passphrase_file.read_text().partition("\n")[0] if passphrase_file else None
        if chosen is ProtectionName.TOKEN:
            secret = setup_command.address_for(chosen.value, token)
        keyring.protect(data, Settings.load(data), chosen.value, secret)
        typer.echo(f"The keys are protected by: {chosen.value}.")
    if month:
        with beside(data) as trustee:
            for each in month:
                typer.echo(trustee.rotate(each))


@app.command()
def log(
    data: Folder,
    *,
    _config: Config = None,
    reopen: Annotated[
        bool, typer.Option("--reopen", help="Trust the log again, after looking at a fork.")
    ] = False,
    json_: Annotated[bool, typer.Option("--json", help="For programs.")] = False,
) -> None:
    """Show this trustee's own view of the log: checkpoint, what it owes, evidence of a fork."""
    with beside(data) as trustee:
        if reopen:
            trustee.follower.reopen()
        state = {
            **trustee.health(),
            "checkpoint": trustee.follower.newest(),
            "fork": json.loads(trustee.follower.fork() or "null"),
        }
    if json_:
        typer.echo(json.dumps(state))
        return
    typer.echo(f"followed   {state['view']} entries, root {state['root']}")
    typer.echo(f"owed       {state['owed']} entries")
    typer.echo(f"\n{state['checkpoint'] or 'no checkpoint yet'}")
    if state["fork"]:
        typer.secho("The log has shown two trees. Keep both; tell the monitors.", fg="red")
        for name, note in state["fork"].items():
            typer.echo(f"\n{name}:\n{note}")


@app.command()
def pause(data: Folder, _config: Config = None) -> None:
    """Refuse every request from now on, until `resume`. Withdrawals go on being taken.

    For when you have to look at something first. The service may go on running.
    """
    with beside(data) as trustee:
        trustee.pause()
    typer.echo("Every request is refused from now on; go on with: habeas trustee resume")


@app.command()
def resume(data: Folder, _config: Config = None) -> None:
    """Go on after `pause`, and after expiry has halted.

    Expiry halts when the clock jumps, and when more photos than usual are due at once: look at
    the clock and at `status` first. What is due today may end after this.
    """
    with beside(data) as trustee:
        trustee.pause(resume=True)
    typer.echo("Requests are answered, and photos end by their date.")


@app.command()
def suspend(
    data: Folder,
    *,
    _config: Config = None,
    office: Annotated[str, typer.Argument(help="The office's slug in the circle.")],
    lift: Annotated[bool, typer.Option("--lift", help="Lift this trustee's suspension.")] = False,
) -> None:
    """Say on the log that an office's root key is not to be trusted.

    When k trustees have said so, no trustee releases anything to that office's officers.
    """
    with beside(data) as trustee:
        trustee.suspend(office, lifted=lift)
        trustee.outbox.deliver()
        owed = trustee.health()["owed"]
    said = "lifts its suspension of" if lift else "suspends"
    typer.echo(f"This trustee {said} {office}.")
    if owed:
        typer.echo("The log has not taken that yet; the running service delivers it.")


app.command()(console_command.console)
app.add_typer(circle_command.app, name="circle")
app.command()(claim)
app.command()(app_command.rebuild)
app.command()(app_command.vouch)
app.command()(app_command.host)
app.add_typer(recover_command.app, name="recover")


def main() -> None:
    """Run the command line."""
    run(app)
