"""Which trustees answer now: asked side by side, briefly, and at most twice a minute."""

from __future__ import annotations

import threading
import time
from collections.abc import Mapping

from habeas.portal.register.log import log_copy
from habeas.protocol import Chain
from habeas.protocol.panel import Panel

#: Seconds that a trustee has to answer, and for which an answer stands: a page never waits long,
#: and its visitors cost a trustee nothing.
_PATIENCE, _STANDS = 3.0, 30.0

_lock = threading.Lock()
_known: tuple[float, Mapping[str, bool]] = (float("-inf"), {})


def _panel(chain: Chain) -> Panel:
    return Panel.of(chain, chain.newest.digest, timeout=_PATIENCE)


def answering() -> Mapping[str, bool]:
    """By name, whether each trustee of the newest circle answers."""
    global _known  # noqa: PLW0603 - what was seen last is the process's
    with _lock:
        at, found = _known
        if time.monotonic() - at < _STANDS:
            return found
        link = log_copy().chain.newest
        names = [each.name for each in link.circle.trustees]
        panel = _panel(log_copy().chain)
        try:
            well, _ = panel.ask(names, lambda trustee, _: trustee.answers(), patience=_PATIENCE)
        finally:
            # Not waited for: who is silent holds up no page.
            threading.Thread(target=panel.close, name="seen", daemon=True).start()
        found = {name: name in well for name in names}
        _known = (time.monotonic(), found)
        return found
