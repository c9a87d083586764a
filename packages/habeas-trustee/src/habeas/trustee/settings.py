"""A trustee's folder: what it is called, whom it follows, and how strict it is.

trustee.toml   settings (this module)
policy.txt     C2SP tlog-policy: the log's key, the witnesses, the quorum
log-token      bearer token for appending to the log; 0600
keys.json      encrypted signing keys (see `keyring`); 0600
trustee.db     deposits, view of the log, outbox
"""

from __future__ import annotations

import json
import tomllib
from pathlib import Path
from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from habeas.foundation import durable
from habeas.protocol.document import KeyName
from habeas.protocol.statements import Url
from habeas.tlog import Policy
from habeas.trustee.errors import SetupError

_Positive = Annotated[int, Field(gt=0)]


class Quotas(BaseModel):
    """How many shares a day; and from which part of that a request has to wait on the log."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    office: _Positive = 500
    officer: _Positive = 100
    purpose: _Positive = 2000
    #: Above this part of a quota, a request is answered only after `delay_seconds` on the log.
    delay_after: Annotated[float, Field(ge=0, le=1)] = 0.8
    delay_seconds: Annotated[int, Field(ge=0)] = 900


class Settings(BaseModel):
    """``trustee.toml``."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: KeyName
    url: Url
    log_url: Url
    origin: KeyName
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
    #: Refusals about one photo that are put on the log in one day.
    refusals_per_day: _Positive = 20
    poll_seconds: Annotated[float, Field(gt=0)] = 2.0
    quotas: Quotas = Quotas()

    @classmethod
    def load(cls, folder: Path) -> Self:
        """Read the settings of a trustee's *folder*.

        Raises:
            SetupError: there are none, or they are not what they must be.
        """
        path = folder / "trustee.toml"
        try:
            return cls.model_validate(tomllib.loads(path.read_text()))
        except FileNotFoundError as error:
            raise SetupError(f"{path} does not exist.") from error
        except (tomllib.TOMLDecodeError, ValidationError) as error:
            raise SetupError(f"{path} cannot be used: {error}") from error

    def save(self, folder: Path) -> None:
        """Write the settings; readable for people, quotas at the end."""
        fields = self.model_dump(mode="json")
        quotas = fields.pop("quotas")
        # A TOML basic string, number, boolean or array of strings is written as in JSON.
        lines = [f"{name} = {json.dumps(value)}" for name, value in fields.items()]
        lines += ["", "[quotas]", *(f"{k} = {json.dumps(v)}" for k, v in quotas.items())]
        text = "\n".join(lines) + "\n"
        durable.write(folder / "trustee.toml", text.encode(), private=True)


def load_policy(folder: Path) -> Policy:
    """The log policy of a trustee's *folder*.

    Raises:
        SetupError: there is none yet.
        FormatError: it is no tlog-policy.
    """
    path = folder / "policy.txt"
    try:
        return Policy.parse(path.read_text())
    except FileNotFoundError as error:
        raise SetupError(
            f"{path} does not exist.",
            "Write the log's tlog-policy there: its key, the witnesses and the quorum.",
        ) from error


def load_token(folder: Path) -> str | None:
    """The bearer token for appending to the log; None where the log asks for none."""
    path = folder / "log-token"
    return path.read_text().strip() if path.exists() else None
