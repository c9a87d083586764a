"""What notices are made of: limits, addresses, mails; and the tables in which they lie."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from habeas.protocol import canonical

#: What a mail can be about: a request on the log to open; the end of the office's work; somebody
#: without a receipt who claims the photo; its end here. `confirm` asks whether to tell at all.
Occasion = Literal["confirm", "asked", "closed", "claimed", "ended"]
Happened = Callable[[sqlite3.Connection, bytes, Occasion, str], None]

#: The last statement is for what ended while a release before this one was at work.
SCHEMA = """
CREATE TABLE IF NOT EXISTS notices (
  id BLOB PRIMARY KEY, digest BLOB NOT NULL, mark BLOB NOT NULL, held BLOB NOT NULL,
  asked TEXT NOT NULL, confirmed INTEGER NOT NULL DEFAULT 0, UNIQUE (digest, mark)
) STRICT, WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS notices_waiting ON notices (asked) WHERE confirmed = 0;
CREATE TABLE IF NOT EXISTS notice_counts (
  day TEXT NOT NULL, subject BLOB NOT NULL, count INTEGER NOT NULL, PRIMARY KEY (day, subject)
) STRICT, WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS notice_refusals (mark BLOB PRIMARY KEY) STRICT, WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS mails (
  id BLOB PRIMARY KEY, notice BLOB NOT NULL, held BLOB NOT NULL, made INTEGER NOT NULL,
  tries INTEGER NOT NULL DEFAULT 0, due INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS mails_due ON mails (due);
CREATE INDEX IF NOT EXISTS mails_made ON mails (made);
CREATE INDEX IF NOT EXISTS mails_of ON mails (notice);
DELETE FROM notices WHERE digest IN (SELECT digest FROM photos WHERE because IS NOT NULL);
"""


@dataclass(frozen=True)
class MailLimits:
    """What keeps mails from being a weapon (ADR 0121).

    Attributes:
        addresses: of one photo.
        asked_photo: mails for confirmation that one photo's holder can cause; a day.
        asked_address: the same to one address, from whatever photos; a week.
        asked_all: the same of this trustee as a whole; a day.
        mails_photo: mails about one photo to one address; a day.
        confirm_days: after which an address that was not confirmed is forgotten.
    """

    addresses: int = 3
    asked_photo: int = 3
    asked_address: int = 3
    asked_all: int = 2000
    mails_photo: int = 20
    confirm_days: int = 7


LIMITS = MailLimits()


@dataclass(frozen=True)
class Addressed:
    """Whom a mail goes to.

    Attributes:
        address: RFC 5321 section 4.1.2, ASCII.
        language: of the mail.
        token: of the pages that the mail leads to, 32 bytes, hex. Whoever has it, has the mail.
        day: on which its holder asked to be told.
    """

    address: str
    language: str
    token: str
    day: str

    def encode(self) -> bytes:
        """Canonical JSON."""
        return canonical.encode(
            {"address": self.address, "language": self.language, "token": self.token,
             "day": self.day}
        )  # fmt: skip


@dataclass(frozen=True)
class Mail:
    """A mail that is owed.

    Attributes:
        id: 32 bytes; the same each time that it is sent.
        act: what it tells of.
        day: on which that was seen.
    """

    id: bytes
    to: Addressed
    act: Occasion
    day: str


@dataclass(frozen=True)
class Subscription:
    """What a mail's link leads to."""

    language: str
    confirmed: bool
