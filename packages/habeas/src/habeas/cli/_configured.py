"""``--config FILE``: what a command is not told stands in its party's habeas.toml.

What is said on the command line wins. Secrets are put where the process looks for them anyway; the
environment with which it was started, which others could read, stays as it was.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated

import typer

from habeas.configuration import read
from habeas.deploy.configuration import (
    LogConfiguration,
    MonitorConfiguration,
    RecorderConfiguration,
)
from habeas.foundation import journal
from habeas.portal.site.configuration import VARIABLE, PortalConfiguration


def _portal(context: typer.Context, file: Path | None) -> Path | None:
    if file is None:
        return None
    said = read(file, PortalConfiguration)
    os.environ.update(said.environment())
    os.environ[VARIABLE] = str(file.resolve())
    context.default_map = {
        "data": str(said.data), "host": said.listen.host, "port": said.listen.port,
        "workers": said.listen.processes, "proxy": ",".join(said.listen.proxies),
    }  # fmt: skip
    return file


def _log(context: typer.Context, file: Path | None) -> Path | None:
    if file is None:
        return None
    said = read(file, LogConfiguration)
    os.environ.update(said.environment())
    journal.configure(said.logging.format, said.logging.level)
    if said.database is not None:
        os.environ["HABEAS_LOG_DATABASE"] = said.database.connection()
    if said.objects is not None:
        os.environ["HABEAS_LOG_OBJECTS"] = said.objects.url
        os.environ.update(said.objects.environment())
    context.default_map = {
        "data": str(said.data), "host": said.listen.host, "port": said.listen.port,
        "interval": said.interval, "patience": said.patience, "remember": said.remember,
    }  # fmt: skip
    return file


def _monitor(context: typer.Context, file: Path | None) -> Path | None:
    if file is None:
        return None
    said = read(file, MonitorConfiguration)
    os.environ.update(said.environment())
    context.default_map = {
        "log": said.log, "circle": str(said.circle), "receipt": list(map(str, said.receipts)),
        "state": str(said.data / "monitor.sqlite3"), "every": said.every,
        "stale_after": said.stale_after, "most_a_day": said.most_a_day,
        "metrics_port": said.metrics_port,
    }  # fmt: skip
    return file


def _recorder(context: typer.Context, file: Path | None) -> Path | None:
    if file is None:
        return None
    said = read(file, RecorderConfiguration)
    os.environ.update(said.environment())
    context.default_map = {
        "camera": str(said.camera), "recordings": str(said.data), "log": said.log,
        "circle": said.circle and str(said.circle), "health_port": said.health_port,
    }  # fmt: skip
    return file


PortalConfig = Annotated[
    Path | None,
    typer.Option(
        "--config", metavar="FILE", envvar=VARIABLE, is_eager=True, callback=_portal,
        help="The portal's habeas.toml, which names its folder too.",
    ),
]  # fmt: skip
LogConfig = Annotated[
    Path | None,
    typer.Option(
        "--config", metavar="FILE", envvar=VARIABLE, is_eager=True, callback=_log,
        help="The log's habeas.toml, which names its folder too.",
    ),
]  # fmt: skip
MonitorConfig = Annotated[
    Path | None,
    typer.Option(
        "--config", metavar="FILE", envvar=VARIABLE, is_eager=True, callback=_monitor,
        help="The monitor's habeas.toml, which names log, circle and folder.",
    ),
]  # fmt: skip
RecorderConfig = Annotated[
    Path | None,
    typer.Option(
        "--config", metavar="FILE", envvar=VARIABLE, is_eager=True, callback=_recorder,
        help="The recorder's habeas.toml, which names camera, folder, log and circle.",
    ),
]  # fmt: skip
