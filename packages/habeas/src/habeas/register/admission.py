"""Docs/protocol section 2, *Admission*: what the log takes: entries of writers of the circle.

Canonical, small, of a known kind, by a writer that may write it, with a valid signature and a
day that is not ahead of the log's. Implements `habeas.tlog.admission.Admission`.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any, Self

from habeas.foundation import durable, text
from habeas.foundation.clock import utc_now
from habeas.foundation.errors import HabeasError
from habeas.protocol import Chain, Entry, Kind, verify_circle, verify_entry
from habeas.protocol.details import CircleDetails
from habeas.protocol.reading import details_of, log_for
from habeas.tlog.errors import FormatError, NotAdmittedError

#: Around midnight, clocks are on either side of it. From farther ahead comes nothing.
_AHEAD = timedelta(days=2)
#: What is owed keeps its day and its bytes: a party that was cut off for months must still be
#: able to pay, or it could never act again. Who reads judges what a late day means.
_BEHIND = timedelta(days=400)


class CircleAdmission:
    """Admits what the circles let in, and grows with each circle that it admits.

    Args:
        chain: the circles so far; the first is pinned by the log's operator.
        now: the clock, UTC.
        keep: told of each circle that follows, before it counts: its note, and when (POSIX
            seconds) it came.
        origin: of the log that it is for; by default the one of everything.
    """

    def __init__(
        self,
        chain: Chain,
        now: Callable[[], datetime],
        keep: Callable[[str, int], None] = lambda _note, _seen: None,
        origin: str = "",
    ) -> None:
        self._chain = chain
        self._now = now
        self._keep = keep
        self._origin = origin or chain.newest.circle.log.origin

    @classmethod
    def of_log(cls, folder: Path, origin: str = "") -> Self:
        """The admission of the log in *folder*: circle.txt, and the circles that followed.

        Args:
            folder: the log's.
            origin: its name; by default that of the circle's log of everything.

        Raises:
            HabeasError: circle.txt, or what is kept beside it, is no chain of circles.
        """
        chain = Chain.start(text.read(folder / "circle.txt"), 0)
        file = folder / "circles.json"
        kept: list[list[Any]] = []
        try:
            kept = json.loads(file.read_bytes()) if file.exists() else []
            for note, seen in kept:
                chain = chain.extend(note, seen)
        except (TypeError, ValueError, AttributeError, RecursionError) as error:
            raise FormatError(
                f"{file} does not keep circles.",
                "Bring it back from a backup: the circles that follow the first stand there.",
            ) from error

        def keep(note: str, seen: int) -> None:
            kept.append([note, seen])
            durable.write(file, json.dumps(kept).encode())

        return cls(chain, utc_now, keep, origin)

    def admit(self, entry: bytes) -> None:
        """Return to let *entry* be appended.

        Raises:
            NotAdmittedError: it is foreign, of another day, or belongs on another log.
        """
        try:
            read = verify_entry(entry, self._chain)
        except HabeasError as error:
            raise NotAdmittedError(error.cause, error.remedy, code=error.code) from error
        now = self._now()
        if not -_BEHIND <= date.fromisoformat(read.day) - now.date() <= _AHEAD:
            raise NotAdmittedError(
                f"The entry is of {read.day}.", "Set the writer's clock, and write it again.",
                code="day",
            )  # fmt: skip
        self._verify_place(read, int(now.timestamp()))
        if read.kind is Kind.CIRCLE:
            details = details_of(read)
            if isinstance(details, CircleDetails):
                seen = int(now.timestamp())
                longer = self._chain.extend(details.circle, seen)
                if longer is not self._chain:
                    self._keep(details.circle, seen)
                    self._chain = longer

    def _verify_place(self, entry: Entry, now: int) -> None:
        """Raise unless *entry* belongs on this log under the circle in force."""
        link = self._chain.in_force(now) or self._chain.links[0]
        belongs = log_for(entry, link.circle)
        if belongs.origin != self._origin:
            raise NotAdmittedError(
                f"An entry of this kind belongs on the log {belongs.origin}.",
                f"Send it to {belongs.url}; a recorder learns of it from the circle's file "
                "(--circle).",
                code=WrongLogError.code,
            )


def adopt(folder: Path, file: Path) -> None:
    """Have the log in *folder* serve the circle of a *file*: its admission, and its policy.

    It is one of the circle's logs: the one of everything, or the one of closed hours.

    Raises:
        MalformedError, CircleError: it is no circle to act under.
        WrongLogError: it names another log than this one.
    """
    from habeas.tlog.server import read_signer  # noqa: PLC0415 - an optional package

    note = text.read(file)
    circle = verify_circle(note)
    signer = read_signer(folder)
    log = next((each for each in circle.logs if each.origin == signer.name), None)
    if log is None:
        raise WrongLogError(f"The circle names the log {circle.log.origin}, and not this one.")
    if signer.vkey not in log.vkeys:
        raise WrongLogError("The circle names other keys of this log than it has.")
    # The policy first: a log that admits a circle's entries asks that circle's witnesses.
    policy = circle.policy_text("quorum:acting", circle.q, log)
    durable.write(folder / "policy.txt", policy.encode())
    durable.write(folder / "circle.txt", note.encode())


class WrongLogError(HabeasError):
    """A circle of another log."""

    code = "another-log"
    status = 409
    remedy = "Give whoever drafts the circle what `habeas log init` has printed."
