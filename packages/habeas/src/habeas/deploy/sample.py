"""The parties of a one-machine installation, each set up as it would set up itself.

    DATA/log/          the log: keys, tiles, state
    DATA/hours-log/    the log of hours: the same
    DATA/trustee-1/    a trustee: keys, deposits, its own view of the log (and -2, -3, -4)
    DATA/portal/       the portal: database, sealed photos, the custodian's key
    DATA/office/ID/    an office: root key, officers, roster; ``desk/`` is what its desk serves
    DATA/recorder/     the recorders' key
    DATA/circle.txt    the circle, signed by all trustees: the pin for everybody here

Folders share nothing but public keys and addresses. Nothing is made twice: where an earlier try
was cut off, what it made is kept and the rest is added.
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from habeas.deploy.addresses import Addresses
from habeas.foundation import durable, text
from habeas.office import keys as office_keys
from habeas.office import publish
from habeas.office.folder import OfficeFolder, Settings
from habeas.portal.site import folder as portal
from habeas.protocol.parties import OfficeName
from habeas.register import admission
from habeas.tlog import NoteSigner
from habeas.trustee import Settings as TrusteeSettings
from habeas.trustee import ceremony, keyring

ORIGIN, ORIGIN_OF_HOURS = "habeas.example/log", "habeas.example/hours"
#: What the trustees of a one-machine installation stand for. Any 2 open a photo, and one that is
#: silent stops nothing: r + q >= n + k (docs/protocol, *The circle*).
TRUSTEES = (
    "city-it.example", "ombudsman.example", "open-city-association.example",
    "administrative-court.example",
)  # fmt: skip
K, Q, R = 2, 3, 3
OFFICES = {
    "licensing-office": OfficeName(en="Licensing Office", ru="Отдел лицензирования"),
    "interior-ministry": OfficeName(
        en="Ministry of the Interior", ru="Министерство внутренних дел"
    ),
    "parks-department": OfficeName(en="Parks Department", ru="Управление парков"),
}
#: Cameras for which the recorder of this machine may write: those of the documents.
CAMERAS = ("north-gate", "market-square", "river-bridge", "library")
#: The sample officer of each office.
OFFICER = "officer"
#: A circle of real parties gives itself a week, and a day: here people are to see things work.
DELAYS = {"circle_seconds": 0, "roster_seconds": 0}


@dataclass(frozen=True)
class Passphrases:
    """Passphrases of one office, kept for printing."""

    officer: str
    office: str


def make(folder: Path, addresses: Addresses) -> None:
    """Make every party's folder, and hold the ceremony that makes them a circle."""
    logs = {"log": _log(folder / "log", ORIGIN, addresses.log)}
    if addresses.hours is not None:
        logs["hours"] = _log(folder / "hours-log", ORIGIN_OF_HOURS, addresses.hours)
    seats = _seats(folder, addresses)
    identities = [_trustee(place, name, url) for place, name, url in seats]
    custodian = _custodian(folder / "portal", addresses.portal)
    recorder = _recorder(folder / "recorder" / "recorder.key")
    words = _words(folder)
    offices = [_office(folder, name, addresses, words[name]) for name in OFFICES]
    if not (folder / "circle.txt").exists():
        circle = ceremony.draft(
            {
                "k": K, "q": Q, "r": R, **logs, "custodian": custodian,
                "trustees": identities, "offices": offices, "delays": DELAYS,
                "recorders": [{"camera": each, "vkey": recorder.vkey} for each in CAMERAS],
            }
        )  # fmt: skip
        note = ceremony.text_of(circle)
        for place, _, _ in seats:
            note = ceremony.sign(place, note)
        durable.write(folder / "circle.txt", note.encode())
    _adopt(folder, addresses, text.read(folder / "circle.txt"))


def _adopt(folder: Path, addresses: Addresses, note: str) -> None:
    """Each party agrees to the circle."""
    for place, _, _ in _seats(folder, addresses):
        ceremony.adopt(place, [note])
    for name in ("log", "hours-log")[: 1 + (addresses.hours is not None)]:
        admission.adopt(folder / name, folder / "circle.txt")
    for name in OFFICES:
        office = OfficeFolder(folder / "office" / name)
        publish.publish(office, note, office.folder / "desk")
    # Last: a portal that has a circle is part of a whole installation.
    portal.adopt(folder / "portal", note)


def is_whole(folder: Path) -> bool:
    """Whether the parties were made, and the ceremony was held to its end."""
    return (folder / "portal" / "circle.txt").exists()


def _seats(folder: Path, addresses: Addresses) -> list[tuple[Path, str, str]]:
    """Each trustee's folder, name and address."""
    return [
        (folder / f"trustee-{number}", name, url)
        for number, (name, url) in enumerate(
            zip(TRUSTEES, addresses.trustees, strict=True), start=1
        )
    ]


def _trustee(place: Path, name: str, url: str) -> dict[str, Any]:
    durable.make(place, private=True)
    settings = TrusteeSettings(name=name, url=url)
    made = (place / "keys.json").exists()
    keys = keyring.load(place, settings) if made else keyring.create(place, settings)
    settings.save(place)
    return keys.identity(settings).fields()


def _log(place: Path, origin: str, url: str) -> dict[str, Any]:
    from habeas.tlog.server import init_log, read_signer

    init_log(place, origin)
    return {
        "origin": origin, "url": url, "vkeys": [each.vkey for each in read_signer(place).verifiers]
    }  # fmt: skip


def _custodian(place: Path, url: str) -> dict[str, Any]:
    if portal.exists(place):
        signer = portal.custodian_key(place)
    else:
        signer = portal.create(
            place, portal.Site(portal=url, trying_out=True), name="portal.example",
            catalogue=portal.SAMPLE_CATALOGUE,
        )  # fmt: skip
    return {"name": "portal.example", "vkey": signer.vkey, "portal": url}


def _recorder(file: Path) -> NoteSigner:
    durable.make(file.parent, private=True)
    if not file.exists():
        made = NoteSigner.generate("cameras.example/recorder")
        durable.create(file, f"{made.private}\n".encode(), private=True)
    return NoteSigner.parse(file.read_text().strip())


def _office(folder: Path, name: str, addresses: Addresses, words: Passphrases) -> dict[str, Any]:
    """An office, its keys, and one officer; the roster is owed to the log."""
    place = folder / "office" / name
    desk = addresses.desks[name]
    if (place / "office.toml").exists():
        office = OfficeFolder(place)
    else:
        durable.make(place.parent, private=True)
        office = OfficeFolder.create(
            place,
            Settings(
                office=name, name=OFFICES[name], rp_id="localhost", origins=(desk,),
                portal=addresses.portal,
            ),
        )  # fmt: skip
    if (place / "keys.json").exists():
        keys = office_keys.load(place, name, words.office)
    else:
        keys = office_keys.create(place, name, words.office, secrets.token_bytes)
    if not office.rosters():
        today = datetime.now(UTC).date().isoformat()
        publish.enrol(office, keys, OFFICER, words.officer, today, secrets.token_bytes)
    return office.circle_entry(keys)


def _words(folder: Path) -> Mapping[str, Passphrases]:
    """Passphrases for the sample offices; drawn once."""
    file = folder / "sign-ins.json"
    if not file.exists():
        drawn = {name: {"officer": _phrase(), "office": _phrase()} for name in OFFICES}
        durable.create(file, json.dumps(drawn, indent=1).encode(), private=True)
    return {name: Passphrases(**each) for name, each in json.loads(file.read_text()).items()}


def words(folder: Path) -> Mapping[str, Passphrases]:
    """Passphrases of the sample offices, as they were drawn."""
    return _words(folder)


def _phrase() -> str:
    return "-".join(secrets.token_hex(2) for _ in range(4))
