"""Where a secret lies: a file, a credential of systemd, or a PKCS #11 token. Never the secret.

systemd.exec(5), *LoadCredential=* and *LoadCredentialEncrypted=*: the service finds each one as a
file in ``$CREDENTIALS_DIRECTORY``. PKCS #11 3.0 section 4.5: a data object, which is read after a
PIN; the PIN's own file stands in the address as pin-source (RFC 7512).
"""

from __future__ import annotations

import os
import stat
from pathlib import Path
from typing import Annotated, Any, ClassVar

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    RootModel,
    StringConstraints,
    model_validator,
)
from pydantic_core import PydanticCustomError

from habeas.configuration.errors import SecretError
from habeas.foundation.token_uri import TokenError, TokenUri

#: Where systemd puts a service's credentials.
_CREDENTIALS = "CREDENTIALS_DIRECTORY"
#: Bytes; a longer one is some other file that was named by mistake.
_MOST = 64 * 1024
_OTHERS = stat.S_IRGRP | stat.S_IWGRP | stat.S_IROTH | stat.S_IWOTH
#: Where a private key can also lie: there it signs, and is never read.
_HELD = ', or { token = "pkcs11:..." } for a key that never leaves it'
_FORMS = '{ file = "/etc/habeas/NAME" }, { credential = "NAME" } or { pkcs11 = "pkcs11:..." }'
#: ASCII, as systemd has it. Of every letter there is, repeated so often, the expression would take
#: each process 40 ms for each model that has a secret.
_Credential = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_.-]{1,128}$")]


class Secret(BaseModel):
    """``{ file = "..." }``, ``{ credential = "..." }`` or ``{ pkcs11 = "..." }``: one of them."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    forms: ClassVar[str] = _FORMS

    file: Path | None = Field(None, description="A file with the secret as its only line, 0600.")
    credential: _Credential | None = Field(
        None, description="The name of a systemd credential of the service's unit."
    )
    pkcs11: str | None = Field(
        None,
        description="The address (RFC 7512) of a data object on a token, with token, object and "
        "pin-source.",
    )

    @model_validator(mode="before")
    @classmethod
    def _by_reference(cls, said: Any) -> Any:
        if isinstance(said, (str, int, float, list)):
            raise PydanticCustomError(
                "secret_inline", "a secret stands in the file itself, where it must not"
            )
        if isinstance(said, dict) and len(said) != 1:
            raise PydanticCustomError("secret_form", "where the secret lies is not said once")
        return said

    @model_validator(mode="after")
    def _sound(self) -> Secret:
        if self.file is not None and not self.file.is_absolute():
            raise PydanticCustomError("secret_form", "the secret's file has no whole path")
        if self.pkcs11 is not None:
            try:
                uri = TokenUri.parse(self.pkcs11)
            except TokenError as error:
                raise PydanticCustomError(
                    "secret_form", "{why}", {"why": error.cause.rstrip(".")}
                ) from error
            if not uri.object or uri.pin_source is None:
                raise PydanticCustomError(
                    "secret_form", "the token's address names no object, or no pin-source"
                )
        return self

    def __str__(self) -> str:
        return str(self.file or self.credential or self.pkcs11)

    def read(self) -> str:
        """The secret, without the end of its line.

        Raises:
            SecretError: it is not there, is empty, or others can read it.
        """
        if self.pkcs11 is not None:
            return _decoded(_from_token(TokenUri.parse(self.pkcs11)), "The token's object")
        place = self.place()
        try:
            with place.open("rb") as opened:
                found = os.fstat(opened.fileno())
                content = opened.read(_MOST + 1)
        except OSError as error:
            raise SecretError(f"The secret {place} cannot be read: {error.strerror}.") from error
        # A credential belongs to the unit, and systemd answers for who can read it.
        if self.credential is None and found.st_mode & _OTHERS:
            raise SecretError(
                f"The secret {place} is open to other users of this machine.",
                f"Close it: chmod 600 {place}",
            )
        return _decoded(content, f"The secret {place}")

    def verify(self) -> None:
        """Raise unless what this names is there, and fit to be used.

        Raises:
            SecretError: it is not.
        """
        self.read()

    def place(self) -> Path:
        """The file that holds it.

        Raises:
            SecretError: it is a credential, and this is no service of systemd that has any.
        """
        if self.file is not None:
            return self.file
        folder = os.environ.get(_CREDENTIALS)
        if folder is None:
            raise SecretError(
                f"The credential {self.credential} is read by a service of systemd alone.",
                f"Write LoadCredential={self.credential}:/FILE into its unit, and start that.",
            )
        return Path(folder) / str(self.credential)


class TokenAddress(RootModel[str]):
    """The address (RFC 7512) of a token that a service opens by itself."""

    model_config = ConfigDict(frozen=True)

    @model_validator(mode="after")
    def _sound(self) -> TokenAddress:
        try:
            uri = TokenUri.parse(self.root)
        except TokenError as error:
            raise PydanticCustomError("token", "{why}", {"why": error.cause.rstrip(".")}) from error
        if uri.pin_source is None:
            raise PydanticCustomError("token", "the token's address names no pin-source")
        return self

    def __str__(self) -> str:
        return self.root

    def verify(self) -> None:
        """Raise unless the token opens, and has a key that fits the address.

        Raises:
            SecretError: it does not.
        """
        try:
            from habeas.foundation import token  # noqa: PLC0415 - an optional package

            uri = TokenUri.parse(self.root)
            token.verify(uri, uri.service_pin())
        except TokenError as error:
            raise SecretError(error.cause, error.remedy) from error


class SigningKey(Secret):
    """A secret, or ``{ token = "..." }``: a private key that signs on its token."""

    forms: ClassVar[str] = _FORMS + _HELD

    token: TokenAddress | None = Field(
        None,
        description="The address (RFC 7512) of the token that has the key, with pin-source.",
    )

    def __str__(self) -> str:
        return super().__str__() if self.token is None else str(self.token)

    def verify(self) -> None:
        """Raise unless the secret can be read, or the token opens and has a key.

        Raises:
            SecretError: it is not so.
        """
        if self.token is None:
            self.read()
        else:
            self.token.verify()


def _decoded(content: bytes, what: str) -> str:
    try:
        text = content.decode().strip("\r\n")
    except UnicodeDecodeError as error:
        raise SecretError(f"{what} is no text in UTF-8.", "Write it as text.") from error
    if not text or len(content) > _MOST:
        raise SecretError(f"{what} is {'empty' if not text else 'too long to be one'}.")
    return text


def _from_token(uri: TokenUri) -> bytes:
    try:
        # An optional package; where it is missing, this says so.
        from habeas.foundation.token_session import open_session, pkcs11  # noqa: PLC0415

        wanted = {
            pkcs11.Attribute.CLASS: pkcs11.ObjectClass.DATA,
            pkcs11.Attribute.LABEL: uri.object,
        }
        with open_session(uri, uri.service_pin()) as session:
            for found in session.get_objects(wanted):
                return bytes(found[pkcs11.Attribute.VALUE])
    except TokenError as error:
        raise SecretError(error.cause, error.remedy) from error
    except pkcs11.PKCS11Error as error:
        raise SecretError(
            f"The token does not give the object {uri.object}: {type(error).__name__}.",
            "See that the token is there, and that its PIN and label are right.",
        ) from error
    raise SecretError(
        f"The token has no data object {uri.object}.", "Write it there, or name another."
    )
