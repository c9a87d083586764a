"""`habeas office`: an office's keys, its officers, and what it publishes. Run by the office."""

from __future__ import annotations

import json
import os
import secrets
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from habeas.office.folder import OfficeFolder
    from habeas.office.keys import OfficeKeys

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
_PASSPHRASE = "HABEAS_OFFICE_PASSPHRASE"  # noqa: S105 - a name, not a secret
_OFFICER = "HABEAS_OFFICER_PASSPHRASE"


def _passphrase(variable: str, of: str) -> str:
    return os.environ.get(variable) or typer.prompt(f"Passphrase of {of}", hide_input=True)


def _open(data: Path) -> tuple[OfficeFolder, OfficeKeys]:
    from habeas.office import keys
    from habeas.office.folder import OfficeFolder

    office = OfficeFolder(data)
    return office, keys.load(data, office.settings.office, _passphrase(_PASSPHRASE, "the office"))


def _today() -> str:
    return datetime.now(UTC).date().isoformat()


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
) -> None:
    """Make the office's root key and encryption key, and print its part of the circle (JSON)."""
    from urllib.parse import urlsplit

    from habeas.office import keys
    from habeas.office.folder import OfficeFolder, OfficeName, Settings

    settings = Settings(
        office=office, name=OfficeName(en=name, ru=name_ru or name),
        rp_id=urlsplit(origin[0]).hostname or "", origins=tuple(origin), portal=portal,
        software=software,
    )  # fmt: skip
    made = OfficeFolder.create(data, settings)
    passphrase = _passphrase(_PASSPHRASE, "the office")
    typer.echo(
        json.dumps(made.circle_entry(keys.create(data, office, passphrase, secrets.token_bytes)))
    )


@roster.command()
def add(label: Label, *, data: Folder, log: LogUrl) -> None:
    """Give an officer a key in software, and put it on the roster.

    It works once the delay that the circle sets is over. Then publish again.
    """
    from habeas.office import publish

    office, keys = _open(data)
    passphrase = _passphrase(_OFFICER, label)
    credential, _ = publish.enrol(office, keys, label, passphrase, _today(), secrets.token_bytes)
    _log(office, log)
    typer.echo(f"{label} signs with credential {credential.id[:16]}.")


@roster.command()
def admit(
    enrolment: Annotated[Path, typer.Argument(exists=True, help="The file from the desk.")],
    *,
    data: Folder,
    log: LogUrl,
) -> None:
    """Put an officer's authenticator on the roster, from the file that the desk has made.

    It works once the delay that the circle sets is over. Then publish again.
    """
    from habeas.office import publish
    from habeas.office.keys import OfficeError

    office, keys = _open(data)
    try:
        fields = json.loads(enrolment.read_bytes())
    except ValueError as error:
        raise OfficeError("This is no enrolment.", "Take the file that the desk made.") from error
    credential, _ = publish.admit(office, keys, fields, _today(), secrets.token_bytes)
    _log(office, log)
    typer.echo(f"{credential.label} signs with credential {credential.id[:16]}.")


@roster.command()
def revoke(label: Label, *, data: Folder, log: LogUrl) -> None:
    """Take an officer off the roster. It works at once, when the log has it."""
    from habeas.office import publish

    office, keys = _open(data)
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
    import uvicorn

    from habeas.office.serving import make_app

    uvicorn.run(make_app(folder, portal), host=host, port=port, log_level="warning")
