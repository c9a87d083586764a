"""A whole installation on one machine, for trying out: folders, ports and keys of each party.

    DATA/log/          the log: key, tiles, state
    DATA/trustee-1/    a trustee: keys, deposits, its own view of the log (and -2, -3)
    DATA/portal/       the portal: database, sealed photos, office keys
    DATA/recorder/     the recorders' token for the log
    DATA/recordings/   what cameras recorded, faces covered
    DATA/output/       what the processes print
    DATA/sign-ins.json names and passwords of the sample officers
    DATA/policy.txt    the log's tlog-policy, for everybody

Folders share nothing but public keys, addresses, and the tokens that the log gave each.
"""

from __future__ import annotations

import hashlib
import json
import secrets
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from habeas import protocol
from habeas.deploy.addresses import Addresses, port_of, readdress
from habeas.deploy.supervisor import Process
from habeas.foundation import durable
from habeas.foundation.errors import HabeasError
from habeas.portal.site import folder as portal
from habeas.protocol import Entry, Kind, PolicyDetails, TrusteeIdentity

_THRESHOLD = 2
_ORIGIN = "habeas.example/log"
#: What the trustees of a one-machine installation stand for.
_NAMES = ("city-it.example", "ombudsman.example", "open-city-association.example")


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

    @property
    def sign_ins_file(self) -> Path:
        """Names and passwords of the sample officers."""
        return self.folder / "sign-ins.json"

    def processes(self) -> Sequence[Process]:
        """All processes, in the order of starting."""
        habeas = [sys.executable, "-m", "habeas.cli"]
        log = [*habeas, "log", "serve", "--data", str(self.folder / "log")]
        found = [Process("log", [*log, "--port", port_of(self.log_url)], f"{self.log_url}/health")]
        for number, trustee in enumerate(self.trustees, start=1):
            name = f"trustee-{number}"
            command = [*habeas, "trustee", "serve", "--data", str(self.folder / name)]
            command += ["--port", port_of(trustee.url)]
            found.append(Process(name, command, f"{trustee.url}/v1/identity"))
        environment = {
            "HABEAS_DATA": str((self.folder / "portal").resolve()),
            "HABEAS_RECORDINGS": str((self.folder / "recordings").resolve()),
        }
        serve = [*habeas, "portal", "serve", "--port", port_of(self.portal_url)]
        found.append(Process("portal", serve, f"{self.portal_url}/api/health", environment))
        found.append(Process("worker", [*habeas, "portal", "worker"], None, environment))
        return found


def install(folder: Path, *, port: int | None = None, free_ports: bool = False) -> Installation:
    """Make an installation, or find the one that *folder* holds.

    What is there is left as it is: settings that somebody changed stay changed. Only the
    parties' addresses follow, where *port* is another than the last time.

    Args:
        folder: for everything.
        port: of the portal; the log and the trustees take the ports after it. By default
            those of the last time, or 8000.
        free_ports: the first time, take whatever ports are free.

    Raises:
        PortError: a port is taken.
        HabeasError: a part cannot be made.
    """
    durable.make(folder, private=True)
    addresses = Addresses.choose(folder, len(_NAMES), port, free=free_ports)
    if portal.exists(folder / "portal"):
        identities = _follow_addresses(folder, addresses)
    else:
        identities = _make(folder, addresses)
    place = Installation(folder, addresses.portal, addresses.log, tuple(identities))
    _prepare_portal(place)
    return place


def _make(folder: Path, addresses: Addresses) -> list[TrusteeIdentity]:
    """Every party's folder; again from the start where an earlier try was cut off."""
    from habeas.tlog.server import init_log
    from habeas.trustee import Settings, keyring

    vkey = init_log(folder / "log", _ORIGIN)
    identities = []
    for place, name, url in _seats(folder, addresses):
        durable.make(place, private=True)
        settings = Settings(name=name, url=url, log_url=addresses.log, origin=_ORIGIN)
        made = (place / "keys.json").exists()
        keys = keyring.load(place, settings) if made else keyring.create(place, settings)
        settings.save(place)
        identities.append(keys.identity(settings))
    policy = _policy(vkey, identities)
    seats = [place.name for place, _, _ in _seats(folder, addresses)]
    tokens = _tokens(folder, ["portal", "recorder", *seats])
    for name in ("recorder", *seats):
        durable.make(folder / name, private=True)
        _write_private(folder / name / "log-token", tokens[name])
    for file in _policy_files(folder):
        durable.write(file, policy.encode())
    site = portal.Site(
        portal=addresses.portal,
        log=addresses.log,
        origin=_ORIGIN,
        k=_THRESHOLD,
        trustees=tuple(identities),
    )
    # Last: a folder with a portal is a whole installation.
    portal.create(
        folder / "portal", site, policy=policy, log_token=tokens["portal"],
        catalogue=portal.SAMPLE_CATALOGUE,
    )  # fmt: skip
    return identities


def _follow_addresses(folder: Path, addresses: Addresses) -> list[TrusteeIdentity]:
    """Write *addresses* into the parties' settings where others stand; nothing else changes."""
    from habeas.trustee import Settings

    for place, _, url in _seats(folder, addresses):
        settings = Settings.load(place)
        moved = settings.model_copy(update={"url": url, "log_url": addresses.log})
        if moved != settings:
            moved.save(place)
    site = portal.Site.load(folder / "portal")
    url_of = {name: url for _, name, url in _seats(folder, addresses)}
    trustees = tuple(
        each.model_copy(update={"url": url_of.get(each.name, each.url)}) for each in site.trustees
    )
    moved_site = site.model_copy(
        update={"portal": addresses.portal, "log": addresses.log, "trustees": trustees}
    )
    if moved_site != site:
        moved_site.save(folder / "portal")
    for file in (*_policy_files(folder), folder / "portal" / "policy.txt"):
        before = file.read_text()
        after = readdress(before, url_of)
        if after != before:
            durable.write(file, after.encode())
    return list(trustees)


def _seats(folder: Path, addresses: Addresses) -> list[tuple[Path, str, str]]:
    """Each trustee's folder, name and address."""
    return [
        (folder / f"trustee-{number}", name, url)
        for number, (name, url) in enumerate(zip(_NAMES, addresses.trustees, strict=True), start=1)
    ]


def _policy_files(folder: Path) -> list[Path]:
    """The policy for everybody, and the copies of the log and the trustees."""
    seats = [f"trustee-{number}" for number in range(1, len(_NAMES) + 1)]
    return [folder / "policy.txt", *(folder / name / "policy.txt" for name in ("log", *seats))]


def _prepare_portal(place: Installation) -> None:
    command = [sys.executable, "-m", "habeas.deploy.sample_officers"]
    command += [str(place.folder / "portal"), str(place.sign_ins_file)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        words = done.stderr.strip().splitlines() or ["it said nothing"]
        raise HabeasError(
            f"The portal could not be prepared: {words[-1]}",
            f"Check that {place.folder} can be written to.",
        )


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

    file = place.folder / "policy-entry.json"
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
    """Sign-ins of the sample officers: office -> (user name, password)."""
    known = json.loads(place.sign_ins_file.read_text())
    return {office: (user, word) for office, (user, word) in known.items()}


def blobs(place: Installation) -> list[Path]:
    """The sealed photos' files."""
    return sorted((place.folder / "portal" / "blobs").glob("??/*"))
