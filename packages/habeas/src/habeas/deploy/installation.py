"""A whole installation on one machine: who lives in which folder, at which port, with which key.

    DATA/log/          the log: key, tiles, state
    DATA/trustee-1/    a trustee: keys, deposits, its own view of the log (and -2, -3)
    DATA/portal/       the portal: database, sealed photos, office keys
    DATA/recorder/     the recorders' token for the log
    DATA/recordings/   what cameras recorded, faces covered
    DATA/output/       what the processes print
    DATA/policy.txt    the log's tlog-policy, for everybody

Folders share nothing but public keys, addresses, and the tokens that the log gave each.
"""

from __future__ import annotations

import hashlib
import json
import secrets
import socket
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from habeas import protocol
from habeas.deploy.supervisor import Service
from habeas.foundation import durable
from habeas.foundation.errors import HabeasError
from habeas.protocol import Entry, Kind, PolicyDetails, TrusteeIdentity

_TRUSTEES = 3
_THRESHOLD = 2
_PORT = 8000
_ORIGIN = "habeas.example/log"
#: What the trustees of a one-machine installation stand for.
_NAMES = ("city-it.example", "ombudsman.example", "open-city-association.example")


class PortError(HabeasError):
    """A port that is taken."""

    code = "port"
    remedy = "Choose another with --port; the log and the trustees take the ports after it."


@dataclass(frozen=True)
class Installation:
    """Where everything is."""

    folder: Path
    portal_url: str
    log_url: str
    trustees: tuple[TrusteeIdentity, ...]

    @property
    def policy_file(self) -> Path:
        """The log's tlog-policy."""
        return self.folder / "policy.txt"

    @property
    def log_public(self) -> Path:
        """The log's tiles and checkpoint, as anybody may serve them."""
        return self.folder / "log" / "public"

    @property
    def log_vkey(self) -> str:
        """The log's verifier key."""
        first = self.policy_file.read_text().splitlines()[0]
        return first.removeprefix("log ").strip()

    def services(self) -> Sequence[Service]:
        """All processes, in the order of starting."""
        habeas = [sys.executable, "-m", "habeas.cli"]
        log_port = self.log_url.rpartition(":")[2]
        found = [
            Service(
                "log",
                [*habeas, "log", "serve", "--data", str(self.folder / "log"), "--port", log_port],
                f"{self.log_url}/health",
            )
        ]
        for number, trustee in enumerate(self.trustees, start=1):
            name = f"trustee-{number}"
            command = [*habeas, "trustee", "serve", "--data", str(self.folder / name)]
            port = trustee.url.rpartition(":")[2]
            found.append(Service(name, [*command, "--port", port], f"{trustee.url}/v1/identity"))
        environment = {
            "HABEAS_DATA": str((self.folder / "portal").resolve()),
            "HABEAS_RECORDINGS": str((self.folder / "recordings").resolve()),
        }
        gunicorn = [sys.executable, "-m", "gunicorn", "habeas.portal.wsgi:application"]
        gunicorn += ["--bind", self.portal_url.removeprefix("http://")]
        # A photo's journey is waiting, for disks and trustees, more than computing.
        gunicorn += ["--workers", "2", "--threads", "16", "--worker-class", "gthread"]
        gunicorn += ["--log-level", "warning", "--no-control-socket"]
        found.append(Service("portal", gunicorn, f"{self.portal_url}/api/health", environment))
        housekeeping = [sys.executable, "-m", "habeas.portal.housekeeping"]
        found.append(Service("housekeeping", housekeeping, None, environment))
        return found


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


def _choose_ports(folder: Path, port: int | None, *, free_ports: bool) -> list[int]:
    """Ports of the portal, the log and the trustees; the same as last time unless told otherwise.

    Receipts carry addresses: an installation that moved would leave them behind.
    """
    file, count = folder / "ports.json", 2 + _TRUSTEES
    if port is None and file.exists():
        ports = [int(each) for each in json.loads(file.read_text())]
    elif free_ports:
        ports = _free_ports(count)
    else:
        ports = list(range(port or _PORT, (port or _PORT) + count))
    _check_free(ports)
    durable.write(file, json.dumps(ports).encode())
    return ports


def install(folder: Path, *, port: int | None = None, free_ports: bool = False) -> Installation:
    """Make an installation, or find the one that *folder* holds.

    Args:
        folder: for everything.
        port: of the portal; the log and the trustees take the ports after it. By default
            those of the last time, or 8000.
        free_ports: the first time, take whatever ports are free.

    Raises:
        PortError: a port is taken.
        HabeasError: a part cannot be made.
    """
    from habeas import portal
    from habeas.tlog.server import init_log
    from habeas.trustee import Settings, keyring

    durable.make(folder, private=True)
    ports = _choose_ports(folder, port, free_ports=free_ports)
    url = [f"http://127.0.0.1:{each}" for each in ports]
    vkey = init_log(folder / "log", _ORIGIN)
    identities = []
    for number in range(_TRUSTEES):
        place = folder / f"trustee-{number + 1}"
        durable.make(place, private=True)
        settings = Settings(
            name=_NAMES[number], url=url[2 + number], log_url=url[1], origin=_ORIGIN
        )
        made = (place / "keys.json").exists()
        keys = keyring.load(place, settings) if made else keyring.create(place, settings)
        settings.save(place)
        identities.append(keys.identity(settings))
    policy = _policy(vkey, identities)
    submitters = ["portal", "recorder", *(f"trustee-{n + 1}" for n in range(_TRUSTEES))]
    tokens = _tokens(folder, submitters)
    durable.make(folder / "recorder", private=True)
    _write_private(folder / "recorder" / "log-token", tokens["recorder"])
    for place in (folder, folder / "log"):
        durable.write(place / "policy.txt", policy.encode())
    for number in range(_TRUSTEES):
        place = folder / f"trustee-{number + 1}"
        durable.write(place / "policy.txt", policy.encode())
        _write_private(place / "log-token", tokens[f"trustee-{number + 1}"])
    site = portal.Site(
        portal=url[0], log=url[1], origin=_ORIGIN, k=_THRESHOLD,
        trustees=tuple(identities), policy=policy, log_token=tokens["portal"],
    )  # fmt: skip
    portal.setup(folder / "portal", site)
    return Installation(folder, url[0], url[1], tuple(identities))


def _policy(vkey: str, identities: Sequence[TrusteeIdentity]) -> str:
    lines = [f"log {vkey}"]
    names = []
    for identity in identities:
        names.append(identity.name)
        lines.append(f"witness {identity.name} {identity.witness_vkey} {identity.url}")
    lines += [f"group trustees {_THRESHOLD} {' '.join(names)}", "quorum trustees"]
    return "\n".join(lines) + "\n"


def _tokens(folder: Path, names: Sequence[str]) -> dict[str, str]:
    """Tokens for appending: each submitter has its own, the log only their hashes."""
    tokens = {}
    for name in names:
        file = folder / name / "log-token"
        tokens[name] = file.read_text().strip() if file.exists() else secrets.token_urlsafe(32)
    hashes = {name: hashlib.sha256(token.encode()).hexdigest() for name, token in tokens.items()}
    _write_private(folder / "log" / "submitters.json", json.dumps(hashes, indent=1))
    return tokens


def _write_private(file: Path, content: str) -> None:
    durable.write(file, content.encode(), private=True)


def announce(place: Installation) -> None:
    """Put the list of trustees on the log, once: whoever swaps one later must do it in public."""
    from habeas.tlog.client import LogClient

    file = place.folder / "portal" / "policy-entry.json"
    details = PolicyDetails(origin=_ORIGIN, k=_THRESHOLD, trustees=place.trustees).fields()
    if not file.exists() or Entry.decode(file.read_bytes()).details != details:
        salt = secrets.token_bytes(32)
        entry = Entry(
            kind=Kind.POLICY,
            day=datetime.now(UTC).date().isoformat(),
            commit=protocol.commitment(salt, details),
            details=details,
            salt=salt.hex(),
        )
        durable.write(file, entry.encode())
    token = (place.folder / "portal" / "log-token").read_text().strip()
    with LogClient(place.log_url, token) as log:
        log.append(file.read_bytes())


def sign_ins(place: Installation) -> dict[str, tuple[str, str]]:
    """Demo sign-ins: office -> (user name, password)."""
    file = place.folder / "portal" / "demo-sign-ins.json"
    return {office: (user, word) for office, (user, word) in json.loads(file.read_text()).items()}


def blobs(place: Installation) -> list[Path]:
    """The sealed photos' files."""
    return sorted((place.folder / "portal" / "blobs").glob("??/*"))
