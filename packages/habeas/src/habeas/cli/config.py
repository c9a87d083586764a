"""`habeas config`: the parties' ``habeas.toml``, checked and shown."""

from __future__ import annotations

import json
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

app = typer.Typer(
    add_completion=False, rich_markup_mode="markdown", no_args_is_help=True,
    help="Check and show the parties' habeas.toml.",
)  # fmt: skip


class Party(StrEnum):
    """Whose file."""

    PORTAL = "portal"
    LOG = "log"
    TRUSTEE = "trustee"
    MONITOR = "monitor"
    RECORDER = "recorder"


@app.command()
def check(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A habeas.toml.")],
    *,
    elsewhere: Annotated[
        bool,
        typer.Option(
            "--elsewhere", help="It is for another machine: do not look for what it names."
        ),
    ] = False,
    json_: Annotated[bool, typer.Option("--json", help="For programs.")] = False,
) -> None:
    """Say all that is wrong with a configuration: file, line, and what to write instead.

    Also looks whether folders, files and secrets that it names are there, and whether a secret
    can be read by others. Exit status 0 where nothing is found. Run it as the service's user.
    """
    from habeas.configuration import ConfigurationError, inspect
    from habeas.configuration.reading import missing
    from habeas.deploy.configuration import PARTIES

    try:
        configured = inspect(file, PARTIES)
        faults = [] if elsewhere else missing(file, configured)
    except ConfigurationError as error:
        faults = list(error.faults)
    if json_:
        typer.echo(json.dumps([{"file": str(file), **vars(each)} for each in faults]))
    else:
        for each in faults:
            typer.secho(f"{file}:{each.line}: {each.cause}", fg="red")
            typer.echo(f"  {each.remedy}")
    if faults:
        raise typer.Exit(1)
    if not json_:
        typer.echo(f"{file}: a {configured.who} can run by this.")


@app.command()
def example(
    party: Annotated[Party, typer.Argument(help="Whose file.")],
) -> None:
    """Print a small habeas.toml to begin with.

    All settings are in docs/operate/configuration.md; `habeas config reference` prints them.
    """
    from habeas.deploy.configuration import EXAMPLES

    typer.echo(EXAMPLES[party.value], nl=False)


@app.command()
def reference() -> None:
    """Print what can stand in each party's file, as Markdown."""
    from habeas.configuration.reference import reference
    from habeas.deploy.configuration import PARTIES

    typer.echo(reference(list(PARTIES.values())), nl=False)
