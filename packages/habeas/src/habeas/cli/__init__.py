"""The `habeas` command. One module per command, loaded only when it is used."""

from __future__ import annotations

import importlib
from importlib.metadata import version
from typing import TYPE_CHECKING, Annotated

import typer
from typer.core import TyperCommand, TyperGroup
from typer.main import get_command

from habeas.foundation import command as commands

if TYPE_CHECKING:
    from typer._click.core import Command, Context

#: name -> one line of help. The module of the same name in this package holds `app`, a Typer app.
COMMANDS = {
    "run": "Portal, log, four trustees and three desks on this machine, in one command.",
    "demo": "The whole journey, headless: apply, seal, open, check, refuse, withdraw.",
    "check": "What would make a photo better, before it is sent.",
    "redact": "Cover every face in videos.",
    "record": "Record a camera, every face covered before it is written.",
    "cameras": "Record many cameras in one process, with one detector for all of them.",
    "seal": "Apply with a photo; keep the receipt.",
    "open": "Open the photo of a case, for a promised purpose.",
    "withdraw": "Have a photo destroyed, with its receipt.",
    "verify": "Check a receipt, and find every act on its photo; or check a clip of a camera.",
    "config": "Check and show the parties' habeas.toml.",
    "lost": "For officers: which photo belongs to a case whose receipt is lost.",
    "portal": "Set up, serve and check a portal.",
    "office": "An office's keys and officers; the files of its desk.",
    "log": "Make, serve and check a transparency log.",
    "trustee": "Hold shares of photos, and release them by rule.",
    "monitor": "Watch a log, as anybody may: findings, and when it stops answering.",
    "watch": "Is the code that a site serves the code that everybody gets? Anybody may look.",
    "models": "Install and list the model files that find faces.",
}


class _LazyGroup(TyperGroup):
    """Imports a command's module when the command is run, so that --help stays quick."""

    def list_commands(self, ctx: Context) -> list[str]:  # noqa: ARG002
        return list(COMMANDS)

    def get_command(self, ctx: Context, cmd_name: str) -> Command | None:  # noqa: ARG002
        if cmd_name not in COMMANDS:
            return None
        return TyperCommand(cmd_name, help=COMMANDS[cmd_name])

    def resolve_command(
        self, ctx: Context, args: list[str]
    ) -> tuple[str | None, Command | None, list[str]]:
        name, command, rest = super().resolve_command(ctx, args)
        if name in COMMANDS:
            command = get_command(importlib.import_module(f"habeas.cli.{name}").app)
            command.name = name
        return name, command, rest


app = typer.Typer(
    cls=_LazyGroup,
    context_settings={"help_option_names": ["-h", "--help"]},
    epilog="Start with `habeas run`, or see the whole journey with `habeas demo`.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode="markdown",
)


def _version(value: bool) -> None:
    if value:
        typer.echo(f"habeas {version('habeas')}")
        raise typer.Exit


@app.callback()
def cli(
    *,
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Show the version.")
    ] = False,
) -> None:
    """Photo custody for public services, on promises that people can check."""


def main() -> None:
    """Run the command line; print errors made for people as two lines, exit status 1."""
    # Not by the name `run`: that is a module of this package, once it is loaded.
    commands.run(app)
