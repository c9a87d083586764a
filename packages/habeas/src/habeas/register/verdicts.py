"""What somebody who verifies is told: each act on a photo, and what each party's word is worth."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from habeas.protocol import Entry, Kind
from habeas.register import released
from habeas.register.causes import Cause

Outcome = Literal["complete", "incomplete", "contradicted"]
_WORST: list[Outcome] = ["complete", "incomplete", "contradicted"]


@dataclass(frozen=True)
class Act:
    """One thing that was done with the photo, as a signed entry on the log tells it.

    Attributes:
        index: on the log; None while its trustee still owes it.
        writer: the custodian, or the trustee's name.
        details: where they were given, and fit the entry.
    """

    index: int | None
    entry: Entry
    writer: str
    details: Mapping[str, Any] | None = None


@dataclass(frozen=True)
class TrusteeVerdict:
    """What one trustee's word is worth.

    Attributes:
        outcome: complete: it has shown all that it ever said, and the log has it.
        causes: what is missing, or contradicts.
        evidence: notes and entries that show a contradiction to others.
    """

    outcome: Outcome
    causes: tuple[Cause, ...] = ()
    evidence: tuple[str, ...] = ()
    held: bool | None = None


@dataclass(frozen=True)
class Verification:
    """What was found.

    Attributes:
        pinned: whether a pin vouches for the circle.
        index: of the `sealed` entry.
        checked_at: the reading quorum's time; None when the log could not be read afresh.
        verdicts: by trustee.
        acts: in the order of the log.
        unread: why the log could not be read afresh.
        app: the release that the promise names, looked up; or why it is none. None where the
            server has sealed.
    """

    pinned: bool
    index: int
    checked_at: datetime | None
    verdicts: Mapping[str, TrusteeVerdict]
    acts: tuple[Act, ...]
    unread: Cause | None = None
    app: released.Named | Cause | None = None

    @property
    def outcome(self) -> Outcome:
        """The worst of all: nothing is complete that one party alone could make up."""
        found = [verdict.outcome for verdict in self.verdicts.values()]
        if self.unread is not None or not self.pinned or isinstance(self.app, Cause):
            found.append("incomplete")
        return max(found, key=_WORST.index, default="incomplete")

    @property
    def openings(self) -> int:
        """Requests that at least one trustee has answered with its share."""
        return len(
            {
                act.details["request"]
                for act in self.acts
                if act.entry.kind is Kind.RELEASED and act.details is not None
            }
        )

    @property
    def never_opened(self) -> bool:
        """Whether it is certain that the photo was never opened."""
        return self.outcome == "complete" and self.openings == 0
