"""A portal's ``habeas.toml``: how this portal runs. What it *is* lies in its folder.

The folder's ``site.json`` has the address that stands in the circle, ``custodian.key`` the key.
Where a file is named (``HABEAS_CONFIG``, `habeas portal serve --config`), it alone says the rest.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated, ClassVar, Literal

from pydantic import Field, StringConstraints

from habeas.configuration import (
    Address,
    Database,
    Listen,
    Logging,
    Objects,
    PartyConfiguration,
    RecordingObjects,
    Secret,
    Section,
    SigningKey,
    Token,
    read,
)
from habeas.configuration.parts import Host, Proxy, WholePath

#: Names the configuration for processes that this one starts.
VARIABLE = "HABEAS_CONFIG"


class PortalListen(Listen):
    """Where the portal listens, and who stands in front of it."""

    processes: Annotated[int, Field(ge=1, le=64)] = Field(2, description="Processes that serve.")
    proxies: tuple[Proxy, ...] = Field(
        ("127.0.0.1", "::1"),
        description="Addresses of the server in front, whose `X-Forwarded-For` and "
        '`X-Forwarded-Proto` are believed; `"*"` for any, on a port that only it reaches.',
    )


class PortalLogging(Logging):
    """What the portal says of itself."""

    about: ClassVar[str] = (
        "What it says on its standard error, for the journal. Never of applicants, and of officers "
        "only where `officers` is on."
    )

    officers: bool = Field(
        False,
        description="Whether lines about signing in name the officer, as the audit log does: for a "
        "journal that is kept on another machine, where nobody changes it.",
    )


class Keys(Section):
    """Where the portal's keys lie."""

    about: ClassVar[str] = "The portal's keys. By default they lie in `data`, as `init` made them."

    custodian: SigningKey | None = Field(
        None,
        description="Signs the custodian's entries: what `init` wrote to `custodian.key`, or the "
        "token that has the key whose public half is there.",
    )
    session: Secret | None = Field(
        None, description="Signs sessions and forms: what `init` wrote to `secret-key`."
    )


class OpenIdConnect(Section):
    """An identity provider of the city."""

    about: ClassVar[str] = (
        "Officers of recordings sign in at the city's identity provider (OpenID Connect 1.0). It "
        "has to ask for two factors. At it, register the address "
        "`https://PORTAL/desk/sign-in/oidc/back/`."
    )

    issuer: Address = Field(description="The provider's issuer, as its discovery document has it.")
    client_id: Annotated[str, StringConstraints(min_length=1, max_length=256)] = Field(
        description="Under which name the portal is known there."
    )
    client_secret: Secret = Field(description="The portal's secret there.")
    name: str = Field("", description="What the button says; by default the provider's host.")
    claim: Annotated[str, StringConstraints(pattern=r"^[a-z_]{1,64}$")] = Field(
        "preferred_username",
        description="The claim that is an officer's name (`habeas portal officers add`). With the "
        "first sign-in the account is that person's, by `sub`: whom the provider gives the name "
        "later is not let in, until somebody disables and enables the account.",
    )
    acr: tuple[str, ...] = Field(
        (),
        description="Classes of authentication (`acr`) that mean two factors there; they are asked "
        "for.",
    )
    amr: tuple[str, ...] = Field(
        ("mfa", "hwk", "swk", "otp", "pop", "sc", "fpt", "face"),
        description="Methods (`amr`, RFC 8176) any one of which means more than a password. Who "
        "comes with neither is not let in.",
    )


class Officers(Section):
    """How officers who view recordings sign in, and for how long."""

    about: ClassVar[str] = "How officers who view recordings sign in, and for how long."

    idle_minutes: Annotated[int, Field(ge=1, le=120)] = Field(
        30, description="A session ends after so long without a request."
    )
    hours: Annotated[int, Field(ge=1, le=12)] = Field(
        8, description="A session ends after so long in any case."
    )
    oidc: OpenIdConnect | None = Field(None, description="See below.")


class PortalConfiguration(PartyConfiguration):
    """``habeas.toml`` of a portal."""

    who: ClassVar[str] = "portal"
    about: ClassVar[str] = (
        "For `habeas portal serve`, `worker` and its other commands. The portal's public address "
        "is said once, to `habeas portal init`."
    )

    party: Literal["portal"] = Field(description="Whose file this is.")
    hosts: tuple[Host, ...] = Field(
        (), description="Further host names that the portal answers to."
    )
    services: WholePath | None = Field(
        None, description="The catalogue's folder; by default `services` in `data`."
    )
    recordings: WholePath | None = Field(None, description="Where a recorder leaves recordings.")
    recordings_bucket: RecordingObjects | None = Field(
        None,
        description="Where recorders put closed hours (their `objects`). Keys that only read are "
        "enough. See below.",
    )
    check_workers: Annotated[int, Field(ge=1, le=256)] = Field(
        1, description="Processes that check photos."
    )
    security_contact: (
        Annotated[str, StringConstraints(pattern=r"^((mailto|tel):|https://)\S+$")] | None
    ) = Field(None, description="Where problems of this portal are reported: mailto: or https:.")
    listen: PortalListen = Field(default_factory=PortalListen, description="See below.")
    database: Database | None = Field(None, description="See below.")
    objects: Objects | None = Field(None, description="See below.")
    log: Token = Field(default_factory=Token, description="See below.")
    keys: Keys = Field(default_factory=Keys, description="See below.")
    officers: Officers = Field(default_factory=Officers, description="See below.")
    logging: PortalLogging = Field(default_factory=PortalLogging, description="See below.")


def named() -> PortalConfiguration | None:
    """The configuration that the environment names, or None where it names none.

    Raises:
        ConfigurationError: it cannot be used.
    """
    file = os.environ.get(VARIABLE)
    return read(Path(file), PortalConfiguration) if file else None
