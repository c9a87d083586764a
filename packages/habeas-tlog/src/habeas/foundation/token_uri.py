"""RFC 7512: the address of a key on a PKCS #11 token.

    pkcs11:token=Officer%201;object=habeas?module-path=/usr/lib/opensc-pkcs11.so

A PIN never stands in it: it is typed, or lies in the file that pin-source names.
"""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Self
from urllib.parse import quote, unquote, urlsplit

from habeas.foundation.errors import HabeasError

#: Where a URI names no module: p11-kit's, which leads to all that the machine has set up.
_PROXY = "p11-kit-proxy.so"
_PATH = ("token", "serial", "object", "id")
_QUERY = ("module-path", "pin-source")
_OTHERS = stat.S_IRWXG | stat.S_IRWXO


class TokenError(HabeasError):
    """A token that is not there, or does not do what it is asked."""

    code = "token"
    status = 503
    remedy = "See *Keys on tokens* in docs/operate/keys.md and docs/portal.md."


class NoSuchKindError(TokenError):
    """A token that can make no key of the kind that is needed."""


@dataclass(frozen=True)
class TokenUri:
    """A URI of RFC 7512: which token and key are meant.

    Attributes:
        token: label of the token, or None for whichever is there.
        serial: its serial number.
        object: label of the key (CKA_LABEL).
        id: of the key (CKA_ID).
        module: file of the vendor's PKCS #11 module.
        pin_source: file that holds the PIN, or None to have it asked for.
    """

    token: str | None = None
    serial: str | None = None
    object: str | None = None
    id: bytes | None = None
    module: str = _PROXY
    pin_source: Path | None = None

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read a URI.

        Raises:
            TokenError: it is none, or names what is not understood, or the PIN itself.
        """
        scheme, _, rest = text.partition(":")
        path, _, query = rest.partition("?")
        if scheme != "pkcs11":
            raise TokenError(
                # Behind the question mark a PIN may stand.
                f"{text.partition('?')[0][:80]!r} is no address of a token.",
                "It looks like pkcs11:token=LABEL?module-path=FILE (RFC 7512).",
            )
        found = {**_attributes(path, ";", _PATH), **_attributes(query, "&", _QUERY)}
        known = {name: unquote(value) for name, value in found.items()}
        return cls(
            token=known.get("token"),
            serial=known.get("serial"),
            object=known.get("object"),
            id=_octets(found["id"]) if "id" in found else None,
            module=known.get("module-path", _PROXY),
            pin_source=_file(known["pin-source"]) if "pin-source" in known else None,
        )

    def text(self) -> str:
        """The URI, as `parse` reads it."""
        path = {
            "token": self.token and quote(self.token),
            "serial": self.serial and quote(self.serial),
            "object": self.object and quote(self.object),
            "id": self.id and "".join(f"%{each:02x}" for each in self.id),
        }
        query = {
            "module-path": None if self.module == _PROXY else quote(self.module),
            "pin-source": self.pin_source and f"file:{quote(str(self.pin_source))}",
        }
        said = ";".join(f"{name}={value}" for name, value in path.items() if value)
        more = "&".join(f"{name}={value}" for name, value in query.items() if value)
        return f"pkcs11:{said}{'?' if more else ''}{more}"

    def service_pin(self) -> str:
        """The PIN of a service, which nobody types: from the file that the URI names.

        Raises:
            TokenError: it names none, or one that is missing, empty, or open to others.
        """
        if self.pin_source is None:
            raise TokenError(
                "The token's address names no pin-source, and a service is not there to type.",
                "Add pin-source=file:/FILE to it: a file with the PIN, for the service's user "
                "alone, or a credential of systemd.",
            )
        # A credential of systemd belongs to the unit: systemd answers for who can read it.
        credentials = os.environ.get("CREDENTIALS_DIRECTORY")
        ours = credentials is not None and self.pin_source.is_relative_to(credentials)
        try:
            open_ = not ours and self.pin_source.stat().st_mode & _OTHERS
        except OSError:
            open_ = False  # reading it tells why
        if open_:
            raise TokenError(
                f"The PIN in {self.pin_source} is open to other users of this machine.",
                f"Close it: chmod 600 {self.pin_source}",
            )
        pin = self.read_pin(str)
        if not pin:
            raise TokenError(f"The PIN's file {self.pin_source} is empty.", "Write the PIN there.")
        return pin

    def read_pin(self, ask: Callable[[], str]) -> str:
        """The PIN: from the file that the URI names, else what *ask* gives.

        Raises:
            TokenError: the file cannot be read.
        """
        if self.pin_source is None:
            return ask()
        try:
            return self.pin_source.read_text().strip("\r\n")
        except (OSError, UnicodeDecodeError) as error:
            raise TokenError(
                f"The file {self.pin_source}, which should hold the PIN, cannot be read.",
                "Check the token's pin-source.",
            ) from error


def _attributes(part: str, separator: str, known: tuple[str, ...]) -> dict[str, str]:
    found: dict[str, str] = {}
    for each in part.split(separator) if part else ():
        name, equals, value = each.partition("=")
        if name == "pin-value":
            raise TokenError(
                "A PIN must not stand on the command line, where others can read it.",
                "Leave pin-value out: the PIN is asked for. Or name a file as pin-source.",
            )
        if not equals or name not in known or name in found:
            raise TokenError(
                f"The token's address has {name[:40]!r}, which is not understood.",
                f"It may have once each: {', '.join((*_PATH, *_QUERY))}.",
            )
        found[name] = value
    return found


def _octets(value: str) -> bytes:
    if re.fullmatch(r"(%[0-9A-Fa-f]{2})+", value):
        return bytes.fromhex(value.replace("%", ""))
    return unquote(value).encode()


def _file(value: str) -> Path:
    try:
        parts = urlsplit(value)
        sound = parts.scheme in {"", "file"} and not parts.netloc and "\0" not in value
    except ValueError:
        sound = False
    if not sound:
        raise TokenError("A pin-source must be a file.", "Name it as pin-source=file:/path.")
    return Path(parts.path)
