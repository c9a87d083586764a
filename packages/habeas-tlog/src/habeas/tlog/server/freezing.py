"""A log that is frozen takes no new entry, and is served as before.

For the end of a log that another one follows, for a move to another machine, and while somebody
looks into an incident. Its checkpoint is still signed afresh, so that nobody takes it for dead;
what it holds can be sent again and is answered as always.
"""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

from habeas.foundation import durable
from habeas.foundation.errors import HabeasError
from habeas.tlog.errors import LogUnavailableError

_FROZEN, _MOVED = "frozen.json", "moved.json"


class FrozenError(LogUnavailableError):
    """The log takes no new entry now."""

    code = "log-frozen"
    remedy = "Keep the entry, and send it again: to this log when it goes on, or to its successor."


class MovedError(HabeasError):
    """A log that lives elsewhere now: two would sign two trees."""

    code = "log-moved"
    status = 503


def freeze(folder: Path, why: str, now: datetime | None = None) -> None:
    """Take no new entry from now on, also in a log that runs. Doing it again changes nothing."""
    if not (folder / _FROZEN).exists():
        day = (now or datetime.now(UTC)).date().isoformat()
        content = json.dumps({"since": day, "why": why}, ensure_ascii=False) + "\n"
        durable.write(folder / _FROZEN, content.encode())


def thaw(folder: Path) -> bool:
    """Take entries again; whether the log was frozen.

    Raises:
        MovedError: it lives elsewhere.
    """
    verify_here(folder)
    frozen = (folder / _FROZEN).exists()
    durable.remove(folder / _FROZEN)
    return frozen


def frozen(folder: Path) -> FrozenError | None:
    """Why the log in *folder* takes nothing new, or None. Cheap: asked for each batch."""
    file = folder / _FROZEN
    if not file.exists():
        return None
    try:
        said = json.loads(file.read_text())
        words = f" since {said['since']}: {said['why']}"
    except (OSError, ValueError, KeyError, TypeError):
        words = ""  # unreadable, it is frozen all the same
    return FrozenError(f"This log is frozen{words}.")


def mark_moved(folder: Path, to: str) -> None:
    """From now on the log in *folder* is never served here again."""
    content = json.dumps({"to": to}, ensure_ascii=False) + "\n"
    durable.write(folder / _MOVED, content.encode())


def moved(folder: Path) -> str | None:
    """Where the log has moved to, in the mover's words; None where it lives here."""
    file = folder / _MOVED
    if not file.exists():
        return None
    try:
        return str(json.loads(file.read_text())["to"])
    except (OSError, ValueError, KeyError, TypeError):
        return "an unknown place"


def verify_here(folder: Path) -> None:
    """Raise unless the log may be served from *folder*.

    Raises:
        MovedError: it has moved.
    """
    to = moved(folder)
    if to is not None:
        raise MovedError(
            f"This log has moved to {to}.",
            f"Serve it there. Only if it was never served there: delete {folder / _MOVED}.",
        )
