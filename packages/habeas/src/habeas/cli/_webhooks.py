"""`habeas portal webhooks`: which other systems of the city are told what happens."""

from __future__ import annotations

from pathlib import Path
from types import ModuleType
from typing import Annotated

import typer

from habeas.cli._backup import Folder
from habeas.cli._configured import PortalConfig

app = typer.Typer(
    no_args_is_help=True,
    help="Tell other systems of the city what happens to applications: signed messages after "
    "Standard Webhooks, without personal data (docs/embedding.md). The worker sends them.",
)
Name = Annotated[str, typer.Argument(help="The receiver's name, as `list` shows it.")]


def _endpoints(data: Path) -> ModuleType:
    """The use cases of receivers, over the portal of *data*."""
    from habeas.portal.site import setup

    setup.start(data)
    from habeas.portal.webhooks import endpoints

    return endpoints


@app.command()
def add(
    url: Annotated[str, typer.Argument(help="Where messages go: https://HOST/PATH.")],
    data: Folder,
    *,
    _config: PortalConfig = None,
    name: Annotated[str, typer.Option(help="A name for it; by default its host.")] = "",
    event: Annotated[
        list[str] | None,
        typer.Option(
            help="application.received, application.decided or photo.withdrawn; say it again for "
            "more. All by default."
        ),
    ] = None,
    private_network: Annotated[
        list[str] | None,
        typer.Option(
            help="A network (10.1.2.0/24) in which it may lie although it is not public. In it, "
            "http is allowed, too."
        ),
    ] = None,
) -> None:
    """Add a receiver, and print its secret, once: the receiver checks signatures with it."""
    made, secret = _endpoints(data).add(url, name, event or (), private_network or ())
    typer.echo(secret)
    typer.echo(
        f"{made} verifies every message with this secret; it is not shown again. Next: "
        f"habeas portal webhooks test {made} {data}",
        err=True,
    )


@app.command(name="list")
def list_all(data: Folder, _config: PortalConfig = None) -> None:
    """Show the receivers, and how many messages each has not confirmed."""
    found = _endpoints(data).known()
    for each in found:
        state = "gone (410)" if each.gone else f"{each.waiting} waiting"
        typer.echo(f"{each.name}\t{each.url}\t{', '.join(each.events)}\t{state}")
    if not found:
        typer.echo("Nobody is told anything. Add a receiver: habeas portal webhooks add", err=True)


@app.command()
def remove(name: Name, data: Folder, _config: PortalConfig = None) -> None:
    """Remove a receiver, with the messages that it has not confirmed."""
    waiting = _endpoints(data).remove(name)
    typer.echo(f"{name} is told nothing more; {waiting} messages went with it.")


@app.command(name="test")
def send_test(name: Name, data: Folder, _config: PortalConfig = None) -> None:
    """Send a receiver a message of type `webhook.test` now, and say what it answers."""
    status = _endpoints(data).send_test(name)
    typer.echo(f"{name} confirmed a test message ({status}).")
