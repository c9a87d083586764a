"""A trustee's ``habeas.toml``: how it runs. What it *is*, and how strict, lies in its folder.

``trustee.toml`` in the folder has the name and address that stand in the circle (`Settings`).
"""

from __future__ import annotations

from typing import ClassVar, Literal

from pydantic import Field

from habeas.configuration import (
    Listen,
    Logging,
    PartyConfiguration,
    Port,
    Secret,
    Section,
    Token,
    TokenAddress,
)


class TrusteeListen(Listen):
    """Where the trustee listens."""

    port: Port = Field(8101, description="Port to listen on.")


class TrusteeKeys(Section):
    """What unlocks the trustee's keys."""

    about: ClassVar[str] = "What unlocks its keys."

    passphrase: Secret | None = Field(
        None,
        description="The passphrase, where `setup` or `init` was told that one protects the keys.",
    )
    token: TokenAddress | None = Field(
        None,
        description="The address (RFC 7512) of the token, with pin-source, where one unlocks the "
        "keys and this machine knows it by another address than `setup` was told.",
    )


class TrusteeConfiguration(PartyConfiguration):
    """``habeas.toml`` of a trustee."""

    who: ClassVar[str] = "trustee"
    about: ClassVar[str] = (
        "For `habeas trustee serve` and its other commands; `habeas trustee setup` writes one. Its "
        "name and public address are said once, at set-up."
    )

    party: Literal["trustee"] = Field(description="Whose file this is.")
    listen: TrusteeListen = Field(default_factory=TrusteeListen, description="See below.")
    keys: TrusteeKeys = Field(default_factory=TrusteeKeys, description="See below.")
    log: Token = Field(default_factory=Token, description="See below.")
    logging: Logging = Field(default_factory=Logging, description="See below.")
