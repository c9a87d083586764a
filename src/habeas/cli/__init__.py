"""The `habeas` command. One module per command, loaded only when it is used."""

from __future__ import annotations

import importlib
import sys

import click
import typer
from typer.main import get_command

from habeas import __version__
from habeas.errors import HabeasError

#: name -> (module in this package, one line of help). Each module holds `app`, a Typer app.
COMMANDS = {
    "models": ("models", "Install and list the model files that find faces."),
}


class _LazyGroup(click.Group):
    """Imports a command's module when the command is named, so that --help stays quick."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        if cmd_name not in COMMANDS:
            return None
        module = importlib.import_module(f"habeas.cli.{COMMANDS[cmd_name][0]}")
        app: typer.Typer = module.app
        command: click.Command = get_command(app)
        command.name = cmd_name
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002
        with formatter.section("Commands"):
            formatter.write_dl([(name, line) for name, (_, line) in COMMANDS.items()])


@click.group(
    cls=_LazyGroup,
    context_settings={"help_option_names": ["-h", "--help"]},
    epilog="Start with `habeas run`, or see the whole journey with `habeas demo`.",
)
@click.version_option(__version__, prog_name="habeas")
def cli() -> None:
    """Photo custody for public services, on promises that people can check."""


def main() -> None:
    """Run the command line; print errors made for people as two lines, exit status 1."""
    try:
        cli(standalone_mode=True)
    except HabeasError as error:
        click.secho(f"Error: {error.cause}", fg="red", err=True)
        if error.remedy:
            click.echo(f"  {error.remedy}", err=True)
        sys.exit(1)
