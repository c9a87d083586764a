"""`habeas portal officers`: accounts for viewing recordings."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from types import ModuleType
from typing import Annotated

import typer

from habeas.cli._backup import Folder
from habeas.cli._configured import PortalConfig

app = typer.Typer(
    no_args_is_help=True,
    help="Accounts for viewing recordings. Who opens photos is on an office's roster instead: "
    "habeas office roster.",
)

Name = Annotated[str, typer.Argument(help="The officer's name.")]
Hours = Annotated[int, typer.Option(min=1, max=168, help="For how long the invitation counts.")]


def _accounts(data: Path) -> ModuleType:
    """The use cases of officers, over the portal of *data*."""
    from habeas.portal.site import setup

    setup.start(data)
    from habeas.portal.officers import accounts

    return accounts


@app.command()
def add(
    name: Annotated[
        str,
        typer.Argument(help="What applicants read; at an identity provider, what it calls them."),
    ],
    data: Folder,
    *,
    _config: PortalConfig = None,
    office: Annotated[str, typer.Option(help="Id of the officer's office.")],
    hours: Hours = 24,
) -> None:
    """Add an officer of one office, and print a link with which they make a passkey, once.

    Give them the link by a way that nobody else reads. Who signs in at the city's identity
    provider needs no link.
    """
    accounts = _accounts(data)
    accounts.add(name, office)
    typer.echo(accounts.invite(name, hours=hours))
    typer.echo(f"{name} makes a passkey there, once, within {hours} hours.", err=True)


@app.command()
def invite(
    name: Name,
    data: Folder,
    *,
    _config: PortalConfig = None,
    replace: Annotated[
        bool,
        typer.Option("--replace", help="Remove the passkeys they have: one was lost or stolen."),
    ] = False,
    hours: Hours = 24,
) -> None:
    """Print a link with which an officer makes another passkey, once. Older links end."""
    typer.echo(_accounts(data).invite(name, replace=replace, hours=hours))


@app.command()
def disable(name: Name, data: Folder, _config: PortalConfig = None) -> None:
    """Let an officer in no more, from their next request on. The name stays taken."""
    _accounts(data).disable(name)
    typer.echo(f"{name} is let in no more.")


@app.command()
def enable(name: Name, data: Folder, _config: PortalConfig = None) -> None:
    """Let a disabled officer in again."""
    _accounts(data).enable(name)
    typer.echo(f"{name} is let in again.")


@app.command(name="list")
def list_(
    data: Folder,
    *,
    _config: PortalConfig = None,
    office: Annotated[str | None, typer.Option(help="Only those of one office.")] = None,
    json_: Annotated[bool, typer.Option("--json", help="For programs.")] = False,
) -> None:
    """List the officers, by office and name."""
    found = _accounts(data).listed(office)
    if json_:
        rows = [{"name": x.name, "office": x.office, "disabled": not x.is_active} for x in found]
        typer.echo(json.dumps(rows))
        return
    for each in found:
        typer.echo(f"{each.office}  {each.name}{'  (disabled)' if not each.is_active else ''}")
    if not found:
        typer.echo("There are no officers. Add one: habeas portal officers add")


@app.command()
def audit(
    data: Folder,
    *,
    _config: PortalConfig = None,
    since: Annotated[
        datetime | None, typer.Option(formats=["%Y-%m-%d"], help="From this day on, UTC.")
    ] = None,
    json_: Annotated[bool, typer.Option("--json", help="For programs: one object a line.")] = False,
) -> None:
    """Show who was let in or refused, and by whom accounts were changed; kept for 180 days.

    What officers view stands on the public log instead.
    """
    _accounts(data)
    from habeas.portal.officers.audit import lines

    for each in lines(since.replace(tzinfo=UTC) if since else None):
        fields = {
            "at": f"{each.at:%Y-%m-%dT%H:%M:%SZ}", "act": each.act, "officer": each.officer,
            "office": each.office, "how": each.how, "because": each.because,
        }  # fmt: skip
        if json_:
            typer.echo(json.dumps(fields, ensure_ascii=False))
        else:
            typer.echo("  ".join(value or "-" for value in fields.values()))
