"""``--config FILE``: what a command is not told stands in its party's habeas.toml.

What is said on the command line wins. Secrets are put where the process looks for them anyway; the
environment with which it was started, which others could read, stays as it was.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any, TypeVar

import typer

from habeas.configuration import PartyConfiguration, read
from habeas.deploy.configuration import (
    LogConfiguration,
    MonitorConfiguration,
    RecorderConfiguration,
)
from habeas.foundation import journal
from habeas.portal.site.configuration import VARIABLE, PortalConfiguration

_Party = TypeVar("_Party", bound=PartyConfiguration)


def _option(
    party: type[_Party], names: str, defaults: Callable[[_Party, Path], dict[str, Any]]
) -> Any:
    """The option, whose file is read before any other option gets its default from it.

    Args:
        party: whose file it is.
        names: what the file names, for `--help`.
        defaults: of the command's other options; may settle more for the process.
    """

    def configure(context: typer.Context, file: Path | None) -> Path | None:
        if file is not None:
            said = read(file, party)
            os.environ.update(said.environment())
            context.default_map = defaults(said, file)
        return file

    return typer.Option(
        "--config", metavar="FILE", envvar=VARIABLE, is_eager=True, callback=configure,
        help=f"The {party.who}'s habeas.toml, which names {names}.",
    )  # fmt: skip


def _portal(said: PortalConfiguration, file: Path) -> dict[str, Any]:
    os.environ[VARIABLE] = str(file.resolve())
    return {
        "data": str(said.data), "host": said.listen.host, "port": said.listen.port,
        "workers": said.listen.processes, "proxy": ",".join(said.listen.proxies),
        **said.listen.pair(),
    }  # fmt: skip


def _log(said: LogConfiguration, _: Path) -> dict[str, Any]:
    journal.configure(said.logging.format, said.logging.level)
    if said.database is not None:
        os.environ["HABEAS_LOG_DATABASE"] = said.database.connection()
    if said.objects is not None:
        os.environ["HABEAS_LOG_OBJECTS"] = said.objects.url
        os.environ.update(said.objects.environment())
    return {
        "data": str(said.data), "host": said.listen.host, "port": said.listen.port,
        "interval": said.interval, "patience": said.patience, "remember": said.remember,
        **said.listen.pair(),
    }  # fmt: skip


def _monitor(said: MonitorConfiguration, _: Path) -> dict[str, Any]:
    return {
        "log": said.log, "circle": str(said.circle), "receipt": list(map(str, said.receipts)),
        "state": str(said.data / "monitor.sqlite3"), "every": said.every,
        "stale_after": said.stale_after, "most_a_day": said.most_a_day,
        "metrics_port": said.metrics_port,
    }  # fmt: skip


def _recorder(said: RecorderConfiguration, _: Path) -> dict[str, Any]:
    if said.objects is not None:
        os.environ.update(said.objects.environment())
    # What a command has no use for is no option of it, and read by nobody.
    return {
        "camera": said.camera and str(said.camera), "cameras": said.cameras and str(said.cameras),
        "only": list(said.only), "recordings": str(said.data), "log": said.log,
        "circle": said.circle and str(said.circle), "live": said.live,
        "health_port": said.health_port, "bucket": said.objects and said.objects.url,
    }  # fmt: skip


#: Of the portal: whom it believes for whom they ask.
InFront = Annotated[
    str,
    typer.Option(
        help="Addresses of the server in front, with commas: who from there says "
        "X-Forwarded-Proto: https is believed, and for whom it asks (X-Forwarded-For). "
        "* for any, on a port that only it reaches."
    ),
]
#: Of the services: TLS of their own.
Certificate = Annotated[
    Path | None,
    typer.Option(
        help="Speak TLS here, with this certificate (PEM): for a server in front that is on "
        "another machine."
    ),
]
CertificateKey = Annotated[Path | None, typer.Option(help="The certificate's key (PEM).")]
PortalConfig = Annotated[Path | None, _option(PortalConfiguration, "its folder too", _portal)]
LogConfig = Annotated[Path | None, _option(LogConfiguration, "its folder too", _log)]
MonitorConfig = Annotated[
    Path | None, _option(MonitorConfiguration, "log, circle and folder", _monitor)
]
RecorderConfig = Annotated[
    Path | None, _option(RecorderConfiguration, "camera, folder, log and circle", _recorder)
]
CamerasConfig = Annotated[
    Path | None, _option(RecorderConfiguration, "cameras, folder, log and circle", _recorder)
]
