"""What stops this portal until a person has looked, by stable codes.

    installation-mismatch  folder, database, blobs and copy of the log are not of one installation
    rolled-back            a part is older than the others, or than the log
    clock-jumped           the clock moved, and time did not
    too-many-ends          an unusual share of all photos is due at once

The first three make the portal read-only; all stop what ends and destroys. What is owed to the
log and to trustees goes on being told under the last one only.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, datetime

from habeas.foundation.caution import ClockJumpedError, TooManyEndsError
from habeas.foundation.errors import HabeasError
from habeas.portal.standing import clock
from habeas.portal.standing.models import drop, keep, note, notes

#: The codes of errors that halt.
CODES = frozenset({"installation-mismatch", "rolled-back", "clock-jumped", "too-many-ends"})
_PREFIX = "halt:"
_ALLOWED = "ends-allowed"


class ReadOnlyError(HabeasError):
    """Nothing is written until a person has looked."""

    code = "read-only"
    status = 503


class PartRolledBackError(HabeasError):
    """A part of the portal is older than the others, or than the log."""

    code = "rolled-back"
    status = 503
    remedy = (
        "If this was a restore, stop the worker and bring the portal in step with the log: "
        "habeas portal reconcile. If not, find out who has put the old part there."
    )


@dataclass(frozen=True)
class Halt:
    """One reason, as it is kept and shown."""

    code: str
    cause: str
    remedy: str

    @property
    def reads_only(self) -> bool:
        """Whether nothing may be written either."""
        return self.code != TooManyEndsError.code


def of(error: HabeasError) -> Halt:
    """The halt that *error* is."""
    remedy = error.remedy
    if isinstance(error, (ClockJumpedError, TooManyEndsError)):
        remedy = f"{remedy.rsplit(':', 1)[0]}: habeas portal resume"
    return Halt(error.code, error.cause, remedy)


def halt(error: HabeasError) -> None:
    """Stop for *error*, in every process, until `resume` or `reconcile`."""
    found = of(error)
    keep(_PREFIX + found.code, json.dumps({"cause": found.cause, "remedy": found.remedy}))


def standing() -> list[Halt]:
    """What stops this portal now."""
    return [Halt(code, **json.loads(value)) for code, value in notes(_PREFIX).items()]


def resume(*codes: str) -> None:
    """Go on; by default after a clock that jumped, and after too many ends, until midnight UTC."""
    if not codes:
        codes = (ClockJumpedError.code, TooManyEndsError.code)
    for code in codes:
        if code == TooManyEndsError.code and note(_PREFIX + code) is not None:
            keep(_ALLOWED, _today())
        if code == ClockJumpedError.code:
            clock.forget()
        drop(_PREFIX + code)


def many_allowed() -> bool:
    """Whether a person has said that today many may end."""
    return note(_ALLOWED) == _today()


def _today() -> str:
    return datetime.now(UTC).date().isoformat()
