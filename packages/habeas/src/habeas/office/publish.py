"""Docs/protocol/desk.md: the files at the office's origin: the client, and what it needs."""

from __future__ import annotations

import json
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path
from typing import Any

from habeas.foundation import durable
from habeas.office import credentials
from habeas.office.folder import OfficeFolder, Person, person_name
from habeas.office.keys import OfficeError, OfficeKeys
from habeas.protocol import Circle, Entry, verify_circle
from habeas.protocol.app import clients
from habeas.protocol.app.manifest import part_of
from habeas.protocol.credential import Credential
from habeas.protocol.office import WrappedKey, wrap_key
from habeas.protocol.webauthn import register

#: The officers' client, built from web/: files that are the same for every office.
CLIENT = Path(__file__).with_name("desk")


def enrol(
    office: OfficeFolder,
    keys: OfficeKeys,
    label: str,
    passphrase: str,
    day: str,
    random: Callable[[int], bytes],
    token: credentials.HardwareKey | None = None,
) -> tuple[Credential, Entry]:
    """Make a credential for an officer, and put it on the roster.

    Args:
        office: the office.
        keys: its keys.
        label: the officer's.
        passphrase: the officer's.
        day: YYYY-MM-DD.
        random: gives that many random bytes.
        token: has the officer's key, where it is not to be one in software.

    Returns:
        The credential, and the entry that the log has still to take.

    Raises:
        OfficeError: the token's key is another officer's.
    """
    name = office.settings.office
    software_key = None
    if token is None:
        credential, software_key = credentials.make(name, label, passphrase, day, random)
    else:
        credential = credentials.of_token(name, label, token, day, random)
        others = {each.id: each.label for each in office.credentials() if each.label != label}
        if credential.id in others:
            raise OfficeError(
                f"The key on this token is that of {others[credential.id]}.",
                "Give each officer a token, or another key on it by ;object=NAME.",
            )
    office_key = wrap_key(
        keys.seed, passphrase, office=name, credential=credential.id, with_="passphrase",
        random=random,
    )  # fmt: skip
    office.keep(Person(credential, office_key, software_key))
    listed = [each for each in office.credentials() if each.label != label]
    return credential, office.change(keys, [*listed, credential], day, random(32))


def admit(
    office: OfficeFolder,
    keys: OfficeKeys,
    fields: dict[str, Any],
    day: str,
    random: Callable[[int], bytes],
) -> tuple[Credential, Entry]:
    """Put an officer's authenticator on the roster.

    Args:
        office: the office.
        keys: its keys.
        fields: the enrolment that the officer's desk has made (docs/protocol/desk.md).
        day: YYYY-MM-DD.
        random: gives that many random bytes.

    Returns:
        The credential, and the entry that the log has still to take.

    Raises:
        OfficeError: it is no enrolment for this office, or the label is taken.
        WebAuthnError: it was made at another address, or for something else.
        MalformedError: a part of it is none.
    """
    try:
        name, label, challenge = (
            fields["office"],
            fields["label"],
            bytes.fromhex(fields["challenge"]),
        )
        wrapped = WrappedKey.read(fields["office_key"])
        credential = register(
            fields["client_data"], fields["authenticator_data"], challenge, office.settings,
            slot_key=random(32), label=label, added=day,
        )  # fmt: skip
    except (KeyError, TypeError, ValueError) as error:
        raise OfficeError("This is no enrolment.", "Take the file that the desk made.") from error
    listed = office.credentials()
    if name != office.settings.office or wrapped.credential != credential.id:
        raise OfficeError("This enrolment is for another office, or another key.")
    if any(each.label == label for each in listed):
        raise OfficeError(f"There is an officer {label} already.", "Revoke that one first.")
    office.keep(Person(credential, wrapped, None))
    return credential, office.change(keys, [*listed, credential], day, random(32))


def revoke(
    office: OfficeFolder, keys: OfficeKeys, label: str, day: str, random: Callable[[int], bytes]
) -> Entry:
    """Take an officer off the roster; gives the entry that the log has still to take.

    Raises:
        OfficeError: there is no such officer.
    """
    office.person(label)
    listed = [each for each in office.credentials() if each.label != label]
    return office.change(keys, listed, day, random(32))


def person_file(office: OfficeFolder, label: str) -> dict[str, Any]:
    """What is published for one officer: nothing that opens without their passphrase.

    Raises:
        OfficeError: there is no such officer, or they are not on the roster.
    """
    person = office.person(label)
    shown = office.memberships(person.credential)
    return person.fields() | {"membership": {name: each.fields() for name, each in shown.items()}}


def publish(office: OfficeFolder, circle_note: str, out: Path) -> int:
    """Write the office's files for its origin; returns how many officers they serve.

    Args:
        office: the office.
        circle_note: of the circle in force.
        out: folder that is served as it is.
    """
    durable.make(out / "people")
    for file in sorted(CLIENT.rglob("*")) if CLIENT.is_dir() else ():
        if file.is_file():
            target = out / file.relative_to(CLIENT)
            durable.make(target.parent)
            durable.write(target, file.read_bytes())
    _for_clients(verify_circle(circle_note), out)
    settings = office.settings
    about = {
        "v": 2, "office": settings.office, "name": settings.name.model_dump(),
        "portal": settings.portal, "circle": circle_note,
    }  # fmt: skip
    durable.write(out / "office.json", json.dumps(about, ensure_ascii=False).encode())
    published = set()
    for credential in office.credentials():
        name = f"{person_name(settings.office, credential.label)}.json"
        content = json.dumps(person_file(office, credential.label)).encode()
        durable.write(out / "people" / name, content)
        published.add(name)
    for stale in (out / "people").iterdir():
        if stale.name not in published:
            stale.unlink()
    return len(published)


def _for_clients(circle: Circle, out: Path) -> None:
    """What WEBCAT's and WAICT's clients ask the desk's origin for.

    Args:
        circle: in force.
        out: the folder that is served.
    """
    part = part_of(CLIENT.parents[1], "desk", circle)
    places = {"/": "index.html"} | {
        f"/{path}": path for path in (*part.files, *part.data) if path != "index.html"
    }
    content = clients.waict_manifest(part, places)
    app = f"{circle.custodian.portal.rstrip('/')}/register/code/"
    webcat = clients.webcat_manifest(part, places, version=version("habeas"), app=app)
    for path, made in (
        (clients.waict_path(content), content),
        (f"{clients.WEBCAT}enrollment.json",
         json.dumps(clients.webcat_enrollment(circle)).encode()),
        (f"{clients.WEBCAT}manifest.json", json.dumps(webcat).encode()),
    ):  # fmt: skip
        file = out / path.removeprefix("/")
        durable.make(file.parent)
        durable.write(file, made)
