"""Ports and addresses of an installation on one machine.

They stand in the circle, which all its trustees have signed: an installation that moved would
leave its receipts and its officers' keys behind. So they are chosen once.

Pages are under the name ``localhost``: WebAuthn (section 4, *RP ID*) takes names alone.
"""

from __future__ import annotations

import contextlib
import json
import secrets
import socket
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from habeas.foundation import durable
from habeas.foundation.errors import HabeasError

_FIRST_PORT = 8000
#: From here on Linux lends ports to whoever connects (ip_local_port_range); browsers refuse none
#: of those from the least on (Fetch standard, *bad port*).
_LEAST, _LENT = 20_000, 32_768
_FILE = "ports.json"


class PortError(HabeasError):
    """A port that is taken, or is not this installation's."""

    code = "port"
    remedy = "Choose another with --port; the others take the ports after it."


@dataclass(frozen=True)
class Addresses:
    """Where each party listens.

    Attributes:
        trustees: in order of their share index.
        desks: by office.
        hours: of the log of hours; None where everything goes to one log.
    """

    portal: str
    log: str
    trustees: tuple[str, ...]
    desks: Mapping[str, str]
    hours: str | None = None

    @classmethod
    def choose(
        cls, folder: Path, trustees: int, offices: Sequence[str], port: int | None, *, free: bool
    ) -> Self:
        """The same as last time; the first time, those that are asked for.

        Args:
            folder: the installation's.
            trustees: how many.
            offices: that have desks.
            port: of the portal; the others take the ports after it.
            free: the first time, take whatever ports are free.

        Raises:
            PortError: a port is taken, or *port* is another than last time.
        """
        # The log of hours comes last: installations from before there was one have no port for it.
        file, named = folder / _FILE, 2 + trustees + len(offices)
        known = [int(each) for each in json.loads(file.read_text())] if file.exists() else None
        first = _FIRST_PORT if port is None else port
        if known is not None:
            if port not in (None, known[0]):
                raise PortError(
                    f"The addresses of {folder} stand in its circle: its portal is at {known[0]}.",
                    f"Leave out --port, or begin another installation: --data {folder}-{port}",
                )
            ports = known
        else:
            ports = free_ports(named + 1) if free else list(range(first, first + named + 1))
        _check_free(ports, known is not None)
        durable.write(file, json.dumps(ports).encode())
        machines = [f"http://127.0.0.1:{each}" for each in ports]
        pages = [f"http://localhost:{each}" for each in ports]
        desks = dict(zip(offices, pages[2 + trustees : named], strict=True))
        hours = machines[named] if len(machines) > named else None
        return cls(pages[0], machines[1], tuple(machines[2 : 2 + trustees]), desks, hours)


def port_of(url: str) -> str:
    """The port in an address."""
    return url.rpartition(":")[2]


def free_ports(count: int) -> list[int]:
    """Ports that nobody has now, and that the system lends to nobody who asks others."""
    ports: list[int] = []
    while len(ports) < count:
        port = _LEAST + secrets.randbelow(_LENT - _LEAST)
        with contextlib.suppress(OSError), socket.create_server(("127.0.0.1", port)):
            if port not in ports:
                ports.append(port)
    return ports


def _check_free(ports: Sequence[int], fixed: bool) -> None:
    for port in ports:
        try:
            socket.create_server(("127.0.0.1", port)).close()
        except OSError as error:
            raise PortError(
                f"Port {port} is taken by another program.",
                "Stop that program, or begin another installation with --data and --port."
                if fixed
                else None,
            ) from error
