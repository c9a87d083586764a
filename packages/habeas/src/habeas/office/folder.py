"""An office's folder: what it is called, its rosters so far, and what its officers need.

office.toml     name, relying party, origins, portal
keys.json       encryption key, and root key unless a token has it, under the office's passphrase
rosters.json    every roster, with the credentials that it lists
people/         one file for each officer: wrapped office key, and software key if there is one
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

from pydantic import BaseModel, ConfigDict

from habeas import configuration
from habeas.foundation import durable
from habeas.foundation.errors import HabeasError
from habeas.office.credentials import SoftwareKey
from habeas.office.keys import OfficeError, OfficeKeys
from habeas.protocol import Entry, Kind, sign_entry
from habeas.protocol.credential import Credential, Membership, Roster, membership, roster_of
from habeas.protocol.document import Slug, Url, digest
from habeas.protocol.office import WrappedKey
from habeas.protocol.parties import OfficeName


class Settings(BaseModel):
    """``office.toml``."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    office: Slug
    name: OfficeName
    rp_id: str
    origins: tuple[str, ...]
    portal: Url
    #: Whether credentials in software may sign; the circle has the last word.
    software: bool = True


@dataclass(frozen=True)
class Person:
    """What an officer's client needs beside the credential."""

    credential: Credential
    office_key: WrappedKey
    software_key: SoftwareKey | None

    def fields(self) -> dict[str, Any]:
        """As JSON."""
        found: dict[str, Any] = {
            "v": 2,
            "credential": self.credential.fields(),
            "office_key": self.office_key.fields(),
        }
        if self.software_key is not None:
            found["software_key"] = self.software_key.fields()
        return found

    @classmethod
    def read(cls, fields: dict[str, Any]) -> Self:
        """From JSON.

        Raises:
            OfficeError: it is none.
        """
        try:
            software = fields.get("software_key")
            return cls(
                Credential.read(fields["credential"]),
                WrappedKey.read(fields["office_key"]),
                None if software is None else SoftwareKey.read(software),
            )
        except (HabeasError, KeyError, TypeError) as error:
            raise OfficeError("This is no officer's file.") from error


def person_name(office: str, label: str) -> str:
    """The name of an officer's published file: H("person", office ‖ 00 ‖ label), hex."""
    return digest("person", office.encode() + b"\0" + label.encode()).hex()


class OfficeFolder:
    """One office on disk.

    Args:
        folder: made by `create`.

    Raises:
        OfficeError: it is not as it must be.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        try:
            self.settings = configuration.settings(folder / "office.toml", Settings)
        except configuration.ConfigurationError as error:
            raise OfficeError(error.cause, error.first.remedy) from error

    @classmethod
    def create(cls, folder: Path, settings: Settings) -> Self:
        """Make the folder, without keys.

        Raises:
            OfficeError: there is an office already.
        """
        durable.make(folder, private=True)
        durable.make(folder / "people", private=True)
        lines = [
            f"office = {json.dumps(settings.office)}",
            f"name.en = {json.dumps(settings.name.en)}",
            f"name.ru = {json.dumps(settings.name.ru, ensure_ascii=False)}",
            f"rp_id = {json.dumps(settings.rp_id)}",
            f"origins = {json.dumps(list(settings.origins))}",
            f"portal = {json.dumps(settings.portal)}",
            f"software = {json.dumps(settings.software)}",
        ]
        try:
            durable.create(folder / "office.toml", ("\n".join(lines) + "\n").encode(), private=True)
        except FileExistsError as error:
            raise OfficeError(
                f"{folder} holds an office already.", "Choose another folder."
            ) from error
        return cls(folder)

    def circle_entry(self, keys: OfficeKeys) -> dict[str, Any]:
        """How a circle has this office."""
        return {
            "office": self.settings.office,
            "name": self.settings.name.model_dump(),
            "root_vkey": keys.root.verifier.vkey,
            "encryption_key": keys.encryption_key,
            "rp_id": self.settings.rp_id,
            "origins": list(self.settings.origins),
            "software": self.settings.software,
        }

    def rosters(self) -> list[tuple[Roster, list[Credential]]]:
        """Every roster so far, with the credentials that it lists.

        Raises:
            OfficeError: the file is not what it must be.
        """
        try:
            kept = json.loads((self.folder / "rosters.json").read_bytes())
            return [
                (Roster.read(each["roster"]), [Credential.read(c) for c in each["credentials"]])
                for each in kept
            ]
        except FileNotFoundError:
            return []
        except (ValueError, KeyError, TypeError, HabeasError) as error:
            raise OfficeError("rosters.json cannot be read.") from error

    def credentials(self) -> list[Credential]:
        """Those of the newest roster."""
        rosters = self.rosters()
        return rosters[-1][1] if rosters else []

    def change(
        self, keys: OfficeKeys, credentials: list[Credential], day: str, salt: bytes
    ) -> Entry:
        """Make the next roster, and give the entry that says so; the log has still to take it.

        Raises:
            MalformedError: a credential is of another office, or stands twice.
        """
        before = self.rosters()
        roster = roster_of(self.settings.office, credentials, before[-1][0] if before else None)
        kept = [
            {"roster": each.fields(), "credentials": [c.fields() for c in listed]}
            for each, listed in [*before, (roster, credentials)]
        ]
        entry = sign_entry(keys.root, Kind.ROSTER, day, roster, salt, office=self.settings.office)
        durable.write(self.folder / "owed-entry.json", entry.encode(), private=True)
        durable.write(self.folder / "rosters.json", json.dumps(kept).encode(), private=True)
        return entry

    def owed(self) -> bytes | None:
        """The newest roster's entry, while the log has not taken it.

        The entry is written before the roster: who is killed in between has changed nothing, and
        what was signed then never goes to the log, where the next change would contradict it.

        Raises:
            OfficeError: a file is not what it must be.
        """
        try:
            owed = (self.folder / "owed-entry.json").read_bytes()
        except FileNotFoundError:
            return None
        try:
            said = Roster.read(Entry.decode(owed).details or {})
        except HabeasError as error:
            raise OfficeError("owed-entry.json cannot be read.") from error
        rosters = self.rosters()
        return owed if rosters and rosters[-1][0] == said else None

    def logged(self) -> None:
        """The log has taken the newest roster's entry."""
        (self.folder / "owed-entry.json").unlink(missing_ok=True)

    def keep(self, person: Person) -> None:
        """Keep what an officer's client needs."""
        name = person_name(self.settings.office, person.credential.label)
        content = json.dumps(person.fields()).encode()
        durable.write(self.folder / "people" / f"{name}.json", content, private=True)

    def person(self, label: str) -> Person:
        """What the client of the officer with this label needs.

        Raises:
            OfficeError: there is no such officer.
        """
        path = self.folder / "people" / f"{person_name(self.settings.office, label)}.json"
        try:
            return Person.read(json.loads(path.read_bytes()))
        except (OSError, ValueError) as error:
            raise OfficeError(f"The office has no officer {label}.") from error

    def memberships(self, credential: Credential) -> dict[str, Membership]:
        """That a credential is in the newest roster, and in the oldest that lists it."""
        listing = [(roster, listed) for roster, listed in self.rosters() if credential in listed]
        if not listing:
            raise OfficeError(f"{credential.label} is not on the roster.")
        newest, oldest = listing[-1], listing[0]
        return {
            "newest": membership(*newest, credential),
            "aged": membership(*oldest, credential),
        }
