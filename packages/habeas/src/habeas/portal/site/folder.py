"""A portal's folder: what this portal is told about itself and about the others.

    site.json      addresses and host names (this module)
    circle.txt     the circle note that this portal's operator has agreed to (docs/protocol, 3)
    custodian.key  signs the custodian's entries and orders, or says which key of which token does
                   (`habeas.tlog.key_line`); 0600
    log-token      bearer token for appending, where the log asks for one; 0600
    secret-key     signs sessions and forms; 0600
    services/      the catalogue: one TOML file for each service, and offices.toml
    portal.sqlite3, register.sqlite3, hours.sqlite3, month-keys.json, blobs/

All of it is made once, by `create` and `adopt`. A part that is missing later is an error to be
told: nothing is made anew because it is not there.
"""

from __future__ import annotations

import json
import secrets
from pathlib import Path
from typing import Annotated, Self
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from habeas.configuration import Secret, SecretError, SigningKey
from habeas.foundation import durable
from habeas.foundation.errors import HabeasError
from habeas.foundation.token_uri import TokenError
from habeas.protocol import verify_circle
from habeas.protocol.document import Url
from habeas.tlog import NoteSigner, key_line

#: The catalogue that is shipped for trying out, as `create` copies it.
SAMPLE_CATALOGUE = Path(__file__).resolve().parents[1] / "catalogue" / "sample"


#: Hosts of a demonstration's own addresses.
_HERE = frozenset({"127.0.0.1", "localhost", "::1"})


class FolderError(HabeasError):
    """A portal's folder that cannot be made, or cannot be used."""

    code = "portal-folder"
    status = 503
    remedy = "Name a portal's folder in HABEAS_DATA, or make one: habeas portal init"


class Site(BaseModel):
    """``site.json``.

    Attributes:
        portal: the public address of this portal.
        hosts: further host names that this portal answers to.
        check_workers: processes that check photos.
        security_contact: where to report a problem of this installation: mailto: or https:.
        trying_out: of a demonstration on one machine (`habeas run`): officers sign in with
            passwords, and the pages say in large letters what it is.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    portal: Url
    hosts: tuple[str, ...] = ()
    check_workers: Annotated[int, Field(ge=1, le=256)] = 1
    security_contact: Annotated[str, Field(pattern=r"^((mailto|tel):|https://)\S+$")] | None = None
    trying_out: bool = False

    @model_validator(mode="after")
    def _only_here(self) -> Self:
        if self.trying_out and urlsplit(self.portal).hostname not in _HERE:
            raise ValueError("only what this machine alone reaches is for trying out")
        return self

    @property
    def names(self) -> tuple[str, ...]:
        """Host names that this portal answers to: of its address, and the further ones."""
        own = urlsplit(self.portal).hostname or ""
        return (f"[{own}]" if ":" in own else own, *self.hosts)

    @property
    def origins(self) -> tuple[str, ...]:
        """RFC 6454 origins of its pages."""
        address = urlsplit(self.portal)
        others = (f"{address.scheme}://{host}" for host in self.hosts)
        return (f"{address.scheme}://{address.netloc}", *others)

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


def create(folder: Path, site: Site, *, name: str, catalogue: Path, token: str = "") -> NoteSigner:
    """Make a portal's folder: settings, keys, catalogue. `adopt` adds the circle.

    Args:
        folder: made where it is absent; must not hold a portal yet.
        site: addresses.
        name: of the custodian, in its key: the portal's host name.
        catalogue: folder of TOML files, copied.
        token: address of the token on which the key is made; without one it is in the folder.

    Returns:
        The custodian's key, whose public half belongs into the circle.

    Raises:
        FolderError: the folder holds a portal already, or cannot be made.
        TokenError: the token is not there, or makes no such key; nothing was made.
    """
    if exists(folder):
        raise FolderError(
            f"{folder} holds a portal already.", "Name another folder; this one is left as it is."
        )
    signer, line = key_line.make(NoteSigner, f"{name}/custodian", token)
    try:
        durable.make(folder, private=True)
        _write(folder / "custodian.key", line + "\n")
        _write(folder / "secret-key", secrets.token_urlsafe(48))
        durable.make(folder / "services", private=True)
        for file in sorted(catalogue.glob("*.toml")):
            _write(folder / "services" / file.name, file.read_text())
        # Last: a folder with a site is a whole one.
        site.save(folder)
    except OSError as error:
        raise FolderError(
            f"{folder} cannot be made a portal's folder: {error.strerror}.",
            f"Check that {folder} can be written to.",
        ) from error
    return signer


def custodian_key(folder: Path, elsewhere: SigningKey | None = None) -> NoteSigner:
    """The custodian's key of a portal's *folder*.

    Args:
        folder: the portal's.
        elsewhere: where the key lies, if not in the folder.

    Raises:
        FolderError: it cannot be read.
        SecretError: it is not where it should be.
        TokenError: it lies on a token, which is not there or does not have it.
    """
    address = elsewhere.token if elsewhere is not None else None
    try:
        if elsewhere is not None and address is None:
            return key_line.read(elsewhere.read(), NoteSigner)
        line = (folder / "custodian.key").read_text().strip()
        if address is not None and line.startswith("PRIVATE+KEY"):
            raise SecretError(
                "The custodian's key lies in the portal's folder, and habeas.toml names a token.",
                "Leave keys.custodian out. A key comes onto a token by `habeas portal init "
                "--token` alone, and is in force with the next circle.",
            )
        return key_line.read(line, NoteSigner, str(address or ""))
    except (SecretError, TokenError):
        raise
    except (OSError, HabeasError) as error:
        raise FolderError(
            f"{folder / 'custodian.key'} cannot be read.", "Restore it from the backup."
        ) from error


def adopt(folder: Path, note: str, elsewhere: SigningKey | None = None) -> None:
    """Agree to a circle: the portal seals under it from now on.

    Args:
        folder: the portal's.
        note: the circle's.
        elsewhere: where the custodian's key lies, if not in the folder.

    Raises:
        MalformedError, CircleError: it is no circle to act under.
        FolderError: its custodian has another key than this portal, which has agreed to
            another circle.
    """
    circle = verify_circle(note)
    if circle.custodian.vkey != custodian_key(folder, elsewhere).vkey:
        raise FolderError(
            "The circle has another custodian than this portal.",
            "Give this portal's custodian key to whoever composes the circle.",
        )
    known = folder / "circle.txt"
    if known.exists() and known.read_text() != note:
        raise FolderError(
            "This portal has agreed to a circle already, which is its pin.",
            "Put the new circle on the log: the portal follows the chain there.",
        )
    _write(known, note)


def log_token(folder: Path, elsewhere: Secret | None = None) -> str | None:
    """The bearer token for appending to the log; None where the log asks for none.

    Raises:
        SecretError: it is not where it should be.
    """
    if elsewhere is not None:
        return elsewhere.read()
    file = folder / "log-token"
    return file.read_text().strip() if file.exists() else None


def _write(file: Path, content: str) -> None:
    durable.write(file, content.encode(), private=True)
