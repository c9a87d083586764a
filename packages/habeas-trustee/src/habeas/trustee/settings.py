"""A trustee's folder: what it is called, whom it follows, and how strict it is.

trustee.toml   settings (this module)
circle.txt     the circle note that this trustee has agreed to (docs/protocol, section 3)
log-token      bearer token for appending, where the log asks for one; 0600
keys.json      encrypted signing keys (see `keyring`); 0600
trustee.db     deposits, view of the log, outbox
app-files/     the release of the app that this trustee serves, where it does
app-evidence/  what the live site served and no release has
witness.db     the last checkpoint that it cosigned; never restored from a backup
"""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from habeas import configuration
from habeas.foundation import durable
from habeas.protocol.document import KeyName, Url
from habeas.trustee.errors import SetupError

#: Where the token is found that does not lie in the folder.
TOKEN_VARIABLE = "HABEAS_LOG_TOKEN"  # noqa: S105 - a name, not a secret
_Positive = Annotated[int, Field(gt=0)]


class Settings(BaseModel):
    """``trustee.toml``. What binds all trustees alike stands in the circle instead."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: KeyName = Field(description="a host name of its own, as ombudsman.example.")
    url: Url = Field(description="its address, as https://ombudsman.example.")
    #: Program and arguments that print the passphrase, where the keys are protected by one.
    command: tuple[str, ...] = ()
    #: A request counts while its checkpoint is younger than this.
    fresh_seconds: _Positive = 600
    #: How far clocks of others may be ahead of this one.
    skew_seconds: Annotated[int, Field(ge=0)] = 120
    months_ahead: Annotated[int, Field(ge=1, le=600)] = 36
    #: A deposit whose `sealed` entry does not reach the log in this time is erased.
    orphan_hours: _Positive = 24
    #: How long after an erasure the applicant can still read what was done with the photo.
    details_days: Annotated[int, Field(ge=0)] = 30
    #: Deposits that wait for their `sealed` entry; more are not taken.
    max_pending: _Positive = 10_000
    #: Who has owed the log an entry for longer neither releases nor cosigns.
    debt_seconds: _Positive = 60
    poll_seconds: Annotated[float, Field(gt=0)] = 2.0
    #: How often, on average, this trustee looks at the live site; 0 for never.
    watch_seconds: Annotated[float, Field(ge=0)] = 3600.0
    #: After how long what failed is tried again: reading the log, or writing what is owed.
    retry_seconds: Annotated[float, Field(gt=0)] = 2.0

    @classmethod
    def load(cls, folder: Path) -> Self:
        """Read the settings of a trustee's *folder*.

        Raises:
            SetupError: there are none, or they are not what they must be.
        """
        path = folder / "trustee.toml"
        if not path.exists():
            raise SetupError(f"{path} does not exist.")
        try:
            return configuration.settings(path, cls)
        except configuration.ConfigurationError as error:
            raise SetupError(error.cause, error.first.remedy) from error

    @classmethod
    def make(cls, name: str, url: str, command: Sequence[str] = ()) -> Self:
        """The settings of a new trustee.

        Raises:
            SetupError: it cannot be called so, or not be there.
        """
        try:
            return cls(name=name, url=url, command=tuple(command))
        except ValidationError as error:
            said = {"name": "its name", "url": "its address", "command": "its command"}
            places = {str(each["loc"][0]) for each in error.errors()}
            wrong = " and ".join(sorted(said[each] for each in places))
            raise SetupError(
                f"This cannot be used as {wrong}.",
                "The name is a host name of its own, the address begins with https://.",
            ) from error

    def save(self, folder: Path) -> None:
        """Write the settings, readable for people."""
        # A TOML basic string, number, boolean or array of strings is written as in JSON.
        lines = [f"{k} = {json.dumps(v)}" for k, v in self.model_dump(mode="json").items()]
        text = "\n".join(lines) + "\n"
        durable.write(folder / "trustee.toml", text.encode(), private=True)


def load_circle(folder: Path) -> str:
    """The circle note that this trustee has agreed to.

    Raises:
        SetupError: there is none yet.
    """
    path = folder / "circle.txt"
    try:
        # As octets: a note is signed with its line ends as they are.
        return path.read_bytes().decode()
    except (OSError, UnicodeDecodeError) as error:
        raise SetupError(
            f"{path} cannot be read.",
            "Take part in a circle first: habeas trustee circle sign, then habeas trustee circle "
            "adopt.",
        ) from error


def load_token(folder: Path) -> str | None:
    """The bearer token for appending to the log; None where the log asks for none."""
    if TOKEN_VARIABLE in os.environ:
        return os.environ[TOKEN_VARIABLE]
    path = folder / "log-token"
    return path.read_text().strip() if path.exists() else None
