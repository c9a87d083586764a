"""Signing in to a party's console by its own means: who reads its folder is its administrator.

A link that counts for minutes, and a session that counts for hours; both are a time and its
HMAC-SHA256 under a key in the folder, so that nothing has to be kept.
"""

from __future__ import annotations

import hmac
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from habeas.foundation import durable
from habeas.foundation.errors import HabeasError


@dataclass(frozen=True)
class Times:
    """How long a sign-in counts.

    Attributes:
        link: seconds from the command to the browser.
        session: seconds of work: a working day.
    """

    link: int = 300
    session: int = 8 * 3600


TIMES = Times()


class DoorsError(HabeasError):
    """The key of a console cannot be used."""

    code = "console-key"


class NotSignedInError(HabeasError):
    """Nobody that this party knows."""

    code = "sign-in"
    status = 401
    remedy = "Get a link on the party's own machine, by the command console."


class Doors:
    """Makes and takes what lets somebody in.

    Args:
        key: 32 bytes, the folder's.
        now: POSIX seconds.
    """

    def __init__(self, key: bytes, now: Callable[[], int]) -> None:
        self._key = key
        self._now = now

    @classmethod
    def of(cls, folder: Path, now: Callable[[], int]) -> Doors:
        """Those of a party's folder; the first call makes its key.

        Raises:
            DoorsError: the key cannot be read.
        """
        path = folder / "console.key"
        if not path.exists():
            durable.write(path, f"{secrets.token_hex(32)}\n".encode(), private=True)
        try:
            key = bytes.fromhex(path.read_text().strip())
        except (OSError, ValueError) as error:
            raise DoorsError(f"{path} cannot be read.", "Delete it: a new one is made.") from error
        return cls(key, now)

    def link(self) -> str:
        """What stands in a link."""
        return self._made("link", self._now())

    def session(self) -> str:
        """What stands in a session's cookie."""
        return self._made("session", self._now())

    def form(self, session: str) -> str:
        """What a form of that session carries, which no other page can know."""
        return hmac.digest(self._key, f"form.{session}".encode(), "sha256").hex()

    def let_in(self, link: str) -> str:
        """The session of who brings *link*.

        Raises:
            NotSignedInError: it is old, or none.
        """
        self._verify("link", link, TIMES.link)
        return self.session()

    def verify(self, session: str) -> None:
        """Raise unless *session* counts.

        Raises:
            NotSignedInError: it does not.
        """
        self._verify("session", session, TIMES.session)

    def verify_form(self, session: str, mark: str) -> None:
        """Raise unless *mark* came from a form of that session.

        Raises:
            NotSignedInError: it did not.
        """
        if not hmac.compare_digest(self.form(session).encode(), mark.encode()):
            raise NotSignedInError("This form was made by another page.")

    def _made(self, what: str, at: int) -> str:
        mark = hmac.digest(self._key, f"{what}.{at}".encode(), "sha256").hex()
        return f"{at}.{mark}"

    def _verify(self, what: str, shown: str, seconds: int) -> None:
        at, _, _ = shown.partition(".")
        if not (at.isdecimal() and at.isascii() and len(at) < 19):
            raise NotSignedInError("Nobody has signed in here.")
        if not hmac.compare_digest(self._made(what, int(at)).encode(), shown.encode()):
            raise NotSignedInError("Nobody has signed in here.")
        if not 0 <= self._now() - int(at) <= seconds:
            raise NotSignedInError("This sign-in is over.")
