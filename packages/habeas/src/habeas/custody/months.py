"""Trustees' month keys, remembered on disk: who is away for a while holds no sealing up.

They are public, and were verified when they came. A key that its trustee has since replaced
still opens what is sealed to it, until its month is over.
"""

from __future__ import annotations

import json
import threading
from pathlib import Path

from habeas.custody.errors import TooFewTrusteesError
from habeas.foundation import durable
from habeas.foundation.errors import HabeasError
from habeas.protocol.statements import KeyStatement


class MonthKeys:
    """Statements that were verified, by month and trustee. Safe to use from many threads.

    Args:
        file: where they are kept; None for memory alone.
    """

    def __init__(self, file: Path | None = None) -> None:
        self._file = file
        self._lock = threading.Lock()
        self._known = {} if file is None else _read(file)

    def keep(self, statement: KeyStatement) -> None:
        """Remember a statement that was verified."""
        with self._lock:
            self._known[statement.month, statement.trustee] = statement
            if self._file is not None:
                content = json.dumps([each.fields() for each in self._known.values()])
                durable.write(self._file, content.encode(), private=True)

    def get(self, month: str, trustee: str) -> KeyStatement | None:
        """What is remembered of that trustee for that month."""
        with self._lock:
            return self._known.get((month, trustee))

    def require(self, month: str, trustee: str) -> KeyStatement:
        """The same.

        Raises:
            TooFewTrusteesError: nothing is.
        """
        found = self.get(month, trustee)
        if found is None:
            raise TooFewTrusteesError(f"The key of {trustee} for {month} is not known.", (trustee,))
        return found


def _read(file: Path) -> dict[tuple[str, str], KeyStatement]:
    try:
        kept = [KeyStatement.read(fields) for fields in json.loads(file.read_bytes())]
    except (OSError, ValueError, TypeError, HabeasError):
        return {}  # it is asked for again
    return {(each.month, each.trustee): each for each in kept}
