"""``habeas.toml`` of a log, a monitor and a recorder; and which parties have such a file.

A portal's stands in its own room, and so does a trustee's, who installs nothing else.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Annotated, ClassVar, Literal, Self

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from habeas.configuration import (
    Address,
    Database,
    Listen,
    Logging,
    Objects,
    PartyConfiguration,
    Port,
    RecordingObjects,
    Secret,
    Section,
    SigningKey,
)
from habeas.configuration.parts import WholePath
from habeas.portal.site.configuration import PortalConfiguration
from habeas.trustee.configuration import TrusteeConfiguration

if TYPE_CHECKING:
    from habeas.tlog.server import Elsewhere


class LogListen(Listen):
    """Where the log listens."""

    port: Port = Field(8001, description="Port to listen on.")


class LogKeys(Section):
    """Where the log's keys lie."""

    about: ClassVar[str] = "The log's keys. By default they lie in `data`, as `init` made them."

    ed25519: SigningKey | None = Field(
        None,
        description="Signs checkpoints: what `init` wrote to `log.key`, or the token that has the "
        "key whose public half is there.",
    )
    mldsa: Secret | None = Field(
        None,
        description="Signs them by ML-DSA-44, too: what `init` wrote to `log-mldsa44.key`.",
    )


def elsewhere(keys: LogKeys) -> Elsewhere:
    """The log's keys that do not lie in its folder.

    Raises:
        SecretError: one is not where it should be.
    """
    from habeas.tlog.server import Elsewhere

    address = keys.ed25519.token if keys.ed25519 else None
    return Elsewhere(
        ed25519=keys.ed25519.read() if keys.ed25519 and address is None else "",
        mldsa=keys.mldsa.read() if keys.mldsa else "",
        address=str(address or ""),
    )


class LogConfiguration(PartyConfiguration):
    """``habeas.toml`` of a log."""

    who: ClassVar[str] = "log"
    about: ClassVar[str] = (
        "For `habeas log serve`. Its origin and keys are made once, by `habeas log init`."
    )

    party: Literal["log"] = Field(description="Whose file this is.")
    interval: Annotated[float, Field(ge=0, le=60)] = Field(
        0.1, description="Seconds between batches."
    )
    patience: Annotated[float, Field(ge=0.1, le=120)] = Field(
        20.0, description="Seconds that a caller waits for its checkpoint."
    )
    remember: Annotated[int, Field(ge=1)] | None = Field(
        None,
        description="The newest so many entries are never logged twice; without a number none of "
        "all is, at 50 bytes for each.",
    )
    listen: LogListen = Field(default_factory=LogListen, description="See below.")
    database: Database | None = Field(None, description="See below.")
    objects: Objects | None = Field(None, description="See below.")
    keys: LogKeys = Field(default_factory=LogKeys, description="See below.")
    logging: Logging = Field(default_factory=Logging, description="See below.")


class MonitorConfiguration(PartyConfiguration):
    """``habeas.toml`` of a monitor."""

    who: ClassVar[str] = "monitor"
    about: ClassVar[str] = "For `habeas monitor`. A monitor needs nobody's permission."

    party: Literal["monitor"] = Field(description="Whose file this is.")
    log: Address = Field(description="The log's address.")
    circle: WholePath = Field(description="The circle's file, from a trustee.")
    receipts: tuple[WholePath, ...] = Field(
        (), description="Receipts whose photos it watches over."
    )
    every: Annotated[float, Field(ge=0.1, le=86_400)] = Field(
        10.0, description="Seconds between looks."
    )
    stale_after: Annotated[float, Field(ge=1)] | None = Field(
        None,
        description="Seconds after which the witnesses' word is too old; by default an hour.",
    )
    most_a_day: Annotated[int, Field(ge=1)] = Field(
        200, description="Requests of one office on one day from which it tells of them."
    )
    metrics_port: Annotated[int, Field(ge=0, le=65535)] = Field(
        0, description="Port of 127.0.0.1 for Prometheus; 0 for none."
    )


class RecorderConfiguration(PartyConfiguration):
    """``habeas.toml`` of a recorder."""

    who: ClassVar[str] = "recorder"
    about: ClassVar[str] = (
        "For `habeas record`, which names one `camera`, or `habeas cameras serve`, which names a "
        "file of `cameras`. `data` is the folder for recordings."
    )

    party: Literal["recorder"] = Field(description="Whose file this is.")
    camera: WholePath | None = Field(
        None, description="The camera's declaration, CAMERA.toml: for `habeas record`."
    )
    cameras: WholePath | None = Field(
        None, description="All cameras' declarations: for `habeas cameras serve`."
    )
    only: tuple[str, ...] = Field(
        (), description="Of `cameras`, those that this process records; by default all."
    )
    log: Address | None = Field(
        None, description="The log's address; without one, hours wait for it."
    )
    circle: WholePath | None = Field(
        None,
        description="The circle's file: with it, nothing is deleted before its witnesses have seen "
        "its day.",
    )
    key: Secret | None = Field(
        None, description="The recorder's signing key; by default `recorder.key` in `data`."
    )
    live: Annotated[str, Field(pattern=r"^(.+:)?[0-9]{1,5}(-[0-9]{1,5})?$")] | None = Field(
        None,
        description="HOST:PORT of this machine at which the portal, on another one, asks for live "
        "pictures; by default any port of 127.0.0.1. HOST:FIRST-LAST for whichever of these ports "
        "is free; on a cluster FIRST-LAST alone, of each of its machines.",
    )
    health_port: Annotated[int, Field(ge=0, le=65535)] | None = Field(
        None, description="Port of 127.0.0.1 for /livez, /readyz and /metrics."
    )
    objects: RecordingObjects | None = Field(
        None, description="Where closed hours go, each as one object. See below."
    )

    @model_validator(mode="after")
    def _one_or_many(self) -> Self:
        if (self.camera is None) == (self.cameras is None):
            raise PydanticCustomError("recorded", "It names no camera, or two kinds of them")
        return self


_ALL: tuple[type[PartyConfiguration], ...] = (
    PortalConfiguration,
    LogConfiguration,
    TrusteeConfiguration,
    MonitorConfiguration,
    RecorderConfiguration,
)
#: All kinds, by party.
PARTIES: Mapping[str, type[PartyConfiguration]] = {kind.who: kind for kind in _ALL}

#: A small file of each party, as `habeas config example` prints it.
EXAMPLES: Mapping[str, str] = {
    "portal": """\
party = "portal"
data = "/var/lib/habeas/portal"
services = "/etc/habeas/services"
security_contact = "mailto:security@city.example"

[listen]
port = 8000

[database]
url = "postgresql://habeas@db.city.example/portal?sslmode=verify-full&sslrootcert=/etc/habeas/ca.pem"
password = { credential = "portal-database" }
""",
    "log": """\
party = "log"
data = "/var/lib/habeas/log"

[listen]
port = 8001
""",
    "trustee": """\
party = "trustee"
data = "/var/lib/habeas/trustee"

[listen]
port = 8101

[keys]
passphrase = { credential = "trustee-passphrase" }
""",
    "monitor": """\
party = "monitor"
data = "/var/lib/habeas/monitor"
log = "https://log.city.example"
circle = "/etc/habeas/circle.txt"
metrics_port = 9110
""",
    "recorder": """\
party = "recorder"
data = "/var/lib/habeas/recordings"
camera = "/etc/habeas/north-gate.toml"
log = "https://log.city.example"
circle = "/etc/habeas/circle.txt"
health_port = 9120
""",
}
