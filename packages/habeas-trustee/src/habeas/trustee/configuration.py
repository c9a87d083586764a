"""A trustee's ``habeas.toml``: how it runs. What it *is*, and how strict, lies in its folder.

``trustee.toml`` in the folder has the name and address that stand in the circle (`Settings`).
"""

from __future__ import annotations

from typing import ClassVar, Literal

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

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
from habeas.configuration.parts import Host
from habeas.protocol.exchange import MailAddress
from habeas.trustee.notices.delivery import MailServer

#: This machine itself.
_HERE = frozenset({"localhost", "127.0.0.1", "::1"})


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


class TrusteeMail(Section):
    """The trustee's own mail server."""

    about: ClassVar[str] = (
        "The mail server through which receipts' holders are told what is done with their photos, "
        "where they ask for it. Without this table, this trustee sends no mails."
    )

    host: Host = Field(description="The server's name, for which its certificate must be.")
    port: Port = Field(465, description="465 for `tls`, 587 for `starttls`, as a rule.")
    security: Literal["tls", "starttls", "none"] = Field(
        "tls",
        description="TLS from the first byte, or begun with STARTTLS; `none` for a server on this "
        "machine itself alone.",
    )
    sender: MailAddress = Field(description="The address that mails come from.")
    user: str | None = Field(None, description="By which name the server knows this trustee.")
    password: Secret | None = Field(None, description="The password that belongs to that name.")

    @model_validator(mode="after")
    def _private(self) -> TrusteeMail:
        if self.security == "none" and self.host not in _HERE:
            raise PydanticCustomError(
                "mail_security", "addresses would go through the network for everybody to read"
            )
        if (self.user is None) != (self.password is None):
            raise PydanticCustomError("mail_login", "user and password belong together")
        return self

    def server(self) -> MailServer:
        """The same for what sends.

        Raises:
            SecretError: the password is not where it should be.
        """
        password = None if self.password is None else self.password.read()
        return MailServer(self.host, self.port, self.security, self.sender, self.user, password)


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
    mail: TrusteeMail | None = Field(None, description="See below.")
    logging: Logging = Field(default_factory=Logging, description="See below.")
