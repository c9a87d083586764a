"""A portal's folder: what this portal is told about itself and about the others.

    site.json      addresses, host names and the circle (this module)
    policy.txt     C2SP tlog-policy: the log's key, the witnesses, the quorum
    log-token      bearer token for appending to the log; 0600
    secret-key     signs sessions and forms; 0600
    services/      the catalogue: one TOML file for each service, and offices.toml
    keys/          the offices' keys for the pointers of their cases; 0600
    portal.sqlite3, register.sqlite3, blobs/

All of it is made once, by `create`. A part that is missing later is an error to be told:
nothing is made anew because it is not there.
"""

from __future__ import annotations

import json
import secrets
from pathlib import Path
from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from habeas.foundation import durable
from habeas.foundation.errors import HabeasError
from habeas.protocol import TrusteeIdentity
from habeas.protocol.document import KeyName
from habeas.protocol.statements import Url

#: The catalogue that is shipped for trying out, as `create` copies it.
SAMPLE_CATALOGUE = Path(__file__).resolve().parents[1] / "catalogue" / "sample"


class FolderError(HabeasError):
    """A portal's folder that cannot be made, or cannot be used."""

    code = "portal-folder"
    status = 503
    remedy = "Name a portal's folder in HABEAS_DATA, or make one: habeas portal init"


class Site(BaseModel):
    """``site.json``: addresses, host names and the circle.

    Attributes:
        portal: the public address of this portal.
        log: the address of the log.
        origin: the log's origin line.
        k: how many trustees open a photo together.
        trustees: the circle.
        hosts: further host names that this portal answers to.
        check_workers: processes that check photos.
        security_contact: where to report a problem of this installation: mailto: or https:.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    portal: Url
    log: Url
    origin: KeyName
    k: Annotated[int, Field(ge=2, le=255)]
    trustees: tuple[TrusteeIdentity, ...]
    hosts: tuple[str, ...] = ()
    check_workers: Annotated[int, Field(ge=1, le=256)] = 1
    security_contact: Annotated[str, Field(pattern=r"^((mailto|tel):|https://)\S+$")] | None = None

    @classmethod
    def load(cls, folder: Path) -> Self:
        """Read the site of a portal's *folder*.

        Raises:
            FolderError: there is none, or it is not what it must be.
        """
        file = folder / "site.json"
        try:
            return cls.model_validate_json(file.read_bytes())
        except OSError as error:
            raise FolderError(f"{file} cannot be read: {error.strerror}.") from error
        except ValidationError as error:
            first = error.errors(include_url=False, include_input=False)[0]
            where = ".".join(str(part) for part in first["loc"]) or "the file"
            raise FolderError(f"{file}: {where}: {first['msg']}.", "Correct the file.") from error

    def save(self, folder: Path) -> None:
        """Write the site to a portal's *folder*, durably."""
        content = json.dumps(self.model_dump(mode="json"), indent=1) + "\n"
        _write(folder / "site.json", content)


def exists(folder: Path) -> bool:
    """Whether *folder* holds a portal."""
    return (folder / "site.json").exists()


def create(folder: Path, site: Site, *, policy: str, log_token: str, catalogue: Path) -> None:
    """Make a portal's folder: settings, session key, catalogue. `prepare` makes the tables.

    Args:
        folder: made where it is absent; must not hold a portal yet.
        site: addresses and circle.
        policy: the log's tlog-policy text.
        log_token: bearer token for appending to the log.
        catalogue: folder of TOML files, copied.

    Raises:
        FolderError: the folder holds a portal already, or cannot be made.
    """
    if exists(folder):
        raise FolderError(
            f"{folder} holds a portal already.", "Name another folder; this one is left as it is."
        )
    try:
        durable.make(folder, private=True)
        _write(folder / "policy.txt", policy)
        _write(folder / "log-token", log_token)
        _write(folder / "secret-key", secrets.token_urlsafe(48))
        durable.make(folder / "services")
        for file in sorted(catalogue.glob("*.toml")):
            durable.write(folder / "services" / file.name, file.read_bytes())
        # Last: a folder with a site is a whole one.
        site.save(folder)
    except OSError as error:
        raise FolderError(
            f"{folder} cannot be made a portal's folder: {error.strerror}.",
            f"Check that {folder} can be written to.",
        ) from error


def _write(file: Path, content: str) -> None:
    durable.write(file, content.encode(), private=True)
