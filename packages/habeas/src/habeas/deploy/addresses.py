"""Ports and addresses of an installation on one machine."""

from __future__ import annotations

import json
import re
import socket
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from habeas.foundation import durable
from habeas.foundation.errors import HabeasError

_FIRST_PORT = 8000


class PortError(HabeasError):
    """A port that is taken."""

    code = "port"
    remedy = "Choose another with --port; the log and the trustees take the ports after it."


@dataclass(frozen=True)
class Addresses:
    """Where each party listens."""

    portal: str
    log: str
    trustees: tuple[str, ...]

    @classmethod
    def choose(cls, folder: Path, trustees: int, port: int | None, *, free: bool) -> Self:
        """The same as last time unless told otherwise.

        Receipts carry addresses: an installation that moved would leave them behind.

        Args:
            folder: the installation's.
            trustees: how many.
            port: of the portal; the others take the ports after it.
            free: the first time, take whatever ports are free.

        Raises:
            PortError: a port is taken.
        """
        file, count = folder / "ports.json", 2 + trustees
        if port is None and file.exists():
            ports = [int(each) for each in json.loads(file.read_text())]
        elif free:
            ports = _free_ports(count)
        else:
            ports = list(range(port or _FIRST_PORT, (port or _FIRST_PORT) + count))
        _check_free(ports)
        durable.write(file, json.dumps(ports).encode())
        urls = [f"http://127.0.0.1:{each}" for each in ports]
        return cls(urls[0], urls[1], tuple(urls[2:]))


def port_of(url: str) -> str:
    """The port in an address."""
    return url.rpartition(":")[2]


def readdress(policy: str, witnesses: dict[str, str]) -> str:
    """The tlog-policy text with the addresses of *witnesses* (by name); all else stays as it is."""
    for name, url in witnesses.items():
        line = re.compile(rf"^(witness\s+{re.escape(name)}\s+\S+)[^\S\n]*\S*$", re.MULTILINE)
        policy = line.sub(rf"\1 {url}", policy)
    return policy


def _free_ports(count: int) -> list[int]:
    taken = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
    ports = [each.getsockname()[1] for each in taken]
    for each in taken:
        each.close()
    return ports


def _check_free(ports: Sequence[int]) -> None:
    for port in ports:
        try:
            socket.create_server(("127.0.0.1", port)).close()
        except OSError as error:
            raise PortError(f"Port {port} is taken by another program.") from error
