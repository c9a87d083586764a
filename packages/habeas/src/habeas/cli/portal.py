"""`habeas portal`: set up, serve and check a portal, and look after its officers."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from typing import Annotated

import typer

from habeas.cli import _backup, _holds, _officers, _services, _webhooks, release
from habeas.cli._backup import Folder
from habeas.cli._configured import Certificate, CertificateKey, InFront, PortalConfig
from habeas.foundation import listening, text
from habeas.foundation.certificate import verify_pair
from habeas.foundation.errors import HabeasError

app = typer.Typer(
    add_completion=False,
    rich_markup_mode="markdown",
    no_args_is_help=True,
    help="Set up, serve and check a portal.",
)
app.add_typer(_officers.app, name="officers")
app.add_typer(_holds.app, name="holds")
app.add_typer(_services.app, name="services")
app.add_typer(release.app, name="release")
app.add_typer(_webhooks.app, name="webhooks")
for each in (_backup.backup, _backup.restore):
    app.command()(each)


@app.command()
def init(
    data: Folder,
    *,
    _config: PortalConfig = None,
    url: Annotated[str, typer.Option(help="The portal's public address.")],
    name: Annotated[
        str, typer.Option(help="The custodian's name in the circle; by default the host.")
    ] = "",
    catalogue: Annotated[
        Path | None,
        typer.Option(
            exists=True,
            file_okay=False,
            help="Folder of TOML files with services and offices; the sample by default.",
        ),
    ] = None,
    token: Annotated[
        str,
        typer.Option(
            metavar="URI",
            help="The token that shall have the custodian's key, which never leaves it: "
            "pkcs11:token=LABEL?module-path=FILE&pin-source=file:/FILE (RFC 7512).",
        ),
    ] = "",
) -> None:
    """Make a portal's folder: settings, the custodian's key, catalogue, tables. No officer.

    Prints the custodian's part of the circle (JSON). Then adopt the circle that the trustees
    have signed. Everything is made once; what is missing later is an error, never made anew.
    """
    from urllib.parse import urlsplit

    from pydantic import ValidationError

    from habeas.portal.site import folder, setup

    try:
        site = folder.Site(portal=url)
    except ValidationError as error:
        raise HabeasError(
            f"{url!r} is no portal's address.", "Write it as https://HOST; nothing was made."
        ) from error
    known = name or urlsplit(url).hostname or "portal"
    signer = folder.create(
        data, site, name=known, catalogue=catalogue or folder.SAMPLE_CATALOGUE, token=token
    )
    setup.start(data)
    setup.migrate()
    typer.echo(json.dumps({"name": known, "vkey": signer.vkey, "portal": url}))
    kept = (
        "The custodian's key is on the token; custodian.key says which one it is."
        if token
        else "Keep a backup of custodian.key: it is made once."
    )
    typer.echo(f"The portal's folder is {data}. {kept}", err=True)
    if catalogue is None:
        typer.echo(f"Its catalogue is the sample: edit {data / 'services'}.", err=True)
    typer.echo("Next: habeas portal adopt, then habeas portal serve and worker.", err=True)


@app.command()
def adopt(
    circle: Annotated[Path, typer.Argument(exists=True, help="The circle's file.")],
    data: Folder,
    _config: PortalConfig = None,
) -> None:
    """Agree to a circle that all its trustees have signed: photos are sealed under it.

    A first circle is the portal's pin. Circles that follow are found on the log.
    """
    from habeas.portal.site import configuration, folder

    said = configuration.named()
    folder.adopt(data, text.read(circle), said.keys.custodian if said else None)
    typer.echo(f"The portal of {data} acts under this circle.")


@app.command()
def migrate(
    data: Folder,
    _config: PortalConfig = None,
    *,
    back: Annotated[
        bool,
        typer.Option(
            "--back",
            help="Take them back to those of the release before, and install that next. What only "
            "this release keeps is dropped.",
        ),
    ] = False,
) -> None:
    """Bring the tables up to date with this release. Stop the portal before, and back it up."""
    from habeas.portal.site import setup

    setup.start(data)
    if back:
        setup.migrate_back()
    else:
        setup.migrate()


@app.command()
def check(data: Folder, _config: PortalConfig = None) -> None:
    """Say all that keeps the portal from serving, and what else fails, each with its remedy.

    A store of recordings that does not answer, or gives something else, keeps it from nothing but
    playing those.
    """
    from habeas.portal.site import setup

    setup.start(data)
    found, failing = list(setup.problems()), list(setup.failures())
    for each in [*found, *failing]:
        typer.secho(each.cause, fg="red")
        typer.echo(f"  {each.remedy}")
    if not found:
        typer.echo("Nothing keeps the portal from serving.")
    if found or failing:
        raise typer.Exit(1)


@app.command()
def serve(
    data: Folder,
    *,
    _config: PortalConfig = None,
    port: Annotated[int, typer.Option(min=1, max=65535, help="Port.")] = 8000,
    host: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
    workers: Annotated[int, typer.Option(min=1, max=64, help="Processes.")] = 2,
    proxy: InFront = "127.0.0.1,::1",
    certificate: Certificate = None,
    certificate_key: CertificateKey = None,
) -> None:
    """Serve pages and the JSON interface, behind a server that speaks TLS.

    Answers to the host name of the portal's address, and to the further ``hosts`` of site.json.
    Refuses to start while `habeas portal check` finds something. Any number of these may run
    over one database, with `habeas portal worker` beside each: one of the workers is elected.
    """
    from habeas.portal.site import setup

    pair = verify_pair(certificate, certificate_key)
    setup.start(data)
    for each in setup.problems():
        raise each
    where = f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
    # A photo's journey is waiting, for disks and trustees, more than computing.
    command = _gunicorn("habeas.portal.site.wsgi", where, threads=16)
    command += ["--workers", str(workers)]
    # A worker of a busy machine may be silent for a while: killed, it would lose what it does.
    command += ["--timeout", "180"]
    command += ["--logger-class", "habeas.portal.site.journal.ServerLog"]
    command += ["--forwarded-allow-ips", proxy]
    if pair is not None:
        command += ["--certfile", pair[0], "--keyfile", pair[1]]
    os.environ["HABEAS_PROXY"] = proxy
    os.execv(sys.executable, command)  # noqa: S606 - this process becomes the server


def _gunicorn(module: str, where: str, *, threads: int) -> list[str]:
    return [
        sys.executable, "-m", "gunicorn", f"{module}:application", "--bind", where,
        "--threads", str(threads), "--worker-class", "gthread",
        "--keep-alive", str(listening.KEPT_SECONDS),
        "--log-level", "warning", "--no-control-socket",
    ]  # fmt: skip


@app.command()
def console(
    data: Folder,
    *,
    _config: PortalConfig = None,
    port: Annotated[int, typer.Option(min=1, max=65535, help="Port, on 127.0.0.1.")] = 8300,
) -> None:
    """Serve the operator's console on this machine, until it is interrupted; prints a link to it.

    It shows health, circle, offices, and services as their files are now, with their pages. It
    changes nothing, and has no photo.
    """
    from habeas.portal.site import setup

    setup.start(data)
    from habeas.portal.operator.doors import doors

    typer.echo(f"http://127.0.0.1:{port}/operator/?link={doors().link()}")
    command = _gunicorn("habeas.portal.operator.wsgi", f"127.0.0.1:{port}", threads=4)
    sys.stdout.flush()
    os.execv(sys.executable, command)  # noqa: S606 - this process becomes the server


@app.command()
def worker(data: Folder, _config: PortalConfig = None) -> None:
    """Do what must happen although nobody asks: settle, undo, expire, follow the log."""
    from habeas.portal.site import setup

    setup.start(data)
    setup.verify_tables()
    from habeas.portal.site import worker

    worker.main()


@app.command()
def resume(data: Folder, _config: PortalConfig = None) -> None:
    """Let expiry go on after it has halted: the clock is right, and what is due today may end.

    The worker halts when the clock has moved by more than ten minutes without time passing, and
    when more than a fifth of all photos are due at once. Look at /readyz first.
    """
    from habeas.portal.site import setup

    setup.start(data)
    from habeas.portal.standing import halts

    stood = halts.standing()
    halts.resume()
    for each in stood:
        typer.echo(f"It stood still: {each.cause}")
    for each in halts.standing():
        typer.secho(f"It still does: {each.cause} {each.remedy}", fg="red")
    if not stood:
        typer.echo("Nothing had halted.")


@app.command()
def reconcile(
    data: Folder,
    *,
    _config: PortalConfig = None,
    json_: Annotated[bool, typer.Option("--json", help="For programs.")] = False,
) -> None:
    """After a restore: bring the database in step with the log, and say what is lost.

    Stop the worker before. Photos that were closed or withdrawn since the copy was made are so
    again; nothing is destroyed for being unknown.
    """
    from dataclasses import asdict

    from habeas.portal.site import setup

    setup.start(data)
    from habeas.portal.standing.reconcile import reconcile

    found = reconcile(lambda text: typer.echo(text, err=True))
    if json_:
        typer.echo(json.dumps(asdict(found)))
        raise typer.Exit(1 if found.missing else 0)
    typer.echo(f"{found.taken_in} entries of this portal were taken in from the log.")
    typer.echo(f"{found.closed} photos had been closed since; {found.kept} were being sealed.")
    if found.unknown:
        typer.secho(
            f"{found.unknown} photos were sealed after the copy was made. Their cases are lost: "
            "ask their applicants, who hold receipts, to apply again.",
            fg="yellow",
        )
    if found.missing:
        typer.secho(
            f"{found.missing} sealed photos have no ciphertext: restore the blobs that belong to "
            "this database, and run this again.",
            fg="red",
        )
        raise typer.Exit(1)
