"""Which trustees answer: the worker asks them, and pages tell what it has seen, and when.

No page calls anybody: who is silent holds up no visitor, and visitors cost a trustee nothing. What
was seen stands in a file beside the portal's copy of the log: each machine's worker asks for the
web processes of its own machine.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Mapping
from typing import Literal

from django.conf import settings
from pydantic import Field, ValidationError

from habeas.foundation import durable
from habeas.portal.register.log import log_copy
from habeas.protocol import Chain
from habeas.protocol.document import Document
from habeas.protocol.panel import Panel

#: Seconds that a trustee has to answer, between two times that all are asked, and for which what
#: was seen is told as their state.
_PATIENCE, _PAUSE, _TOLD = 3.0, 30, 300
_FILE = "trustees-seen.json"


class Seen(Document):
    """What the worker has seen.

    Attributes:
        at: when, POSIX seconds.
        answering: by name, whether each trustee of the newest circle answered.
    """

    v: Literal[2] = 2
    at: int = 0
    answering: dict[str, bool] = Field(default_factory=dict)

    def age(self) -> int | None:
        """Seconds since they were asked; None where that is not known."""
        age = int(time.time()) - self.at
        return age if self.at and age >= 0 else None

    def now(self) -> Mapping[str, bool]:
        """The same as `answering`; nothing where it is too old to be told as their state."""
        age = self.age()
        return self.answering if age is not None and age <= _TOLD else {}


def _panel(chain: Chain) -> Panel:
    return Panel.of(chain, chain.newest.digest, timeout=_PATIENCE)


def look() -> None:
    """Ask all trustees side by side, unless they were asked a moment ago. For the worker."""
    age = seen().age()
    if age is not None and age < _PAUSE:
        return
    chain = log_copy().chain
    names = [each.name for each in chain.newest.circle.trustees]
    panel = _panel(chain)
    try:
        well, _ = panel.ask(names, lambda trustee, _: trustee.answers(), patience=_PATIENCE)
    finally:
        # Not waited for: who is silent holds up no round.
        threading.Thread(target=panel.close, name="seen", daemon=True).start()
    found = Seen(at=int(time.time()), answering={name: name in well for name in names})
    durable.write(settings.DATA / _FILE, found.model_dump_json().encode(), private=True)


def seen() -> Seen:
    """What this machine's worker has seen last; asks nobody."""
    try:
        return Seen.model_validate_json((settings.DATA / _FILE).read_bytes())
    except (OSError, ValidationError):
        return Seen()
