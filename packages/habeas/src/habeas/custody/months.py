"""Trustees' month keys, remembered on disk: who is away for a while holds no sealing up.

They are public, and were verified when they came. The custodian asks for them ahead of time,
so that a new month does not begin with a trustee that is away. A key that its trustee has
since replaced still opens what is sealed to it, until its month is over; a seat that has
changed hands is asked anew.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

from habeas.custody.errors import TooFewTrusteesError
from habeas.foundation import durable
from habeas.foundation.errors import HabeasError
from habeas.protocol import Identity
from habeas.protocol.statements import KeyStatement

#: A statement, and the note that its trustee has signed it in.
_Signed = tuple[KeyStatement, str]


class StatedMonthKeys:
    """Statements that were verified, with their notes, by month and seat; for many threads.

    Args:
        file: where they are kept; None for memory alone.
    """

    def __init__(self, file: Path | None = None) -> None:
        self._file = file
        self._lock = threading.Lock()
        self._known: dict[tuple[str, str], _Signed] = {}
        self._seen: tuple[int, ...] | None = None
        self._read_again()

    def keep(self, seat: Identity, statement: KeyStatement, note: str) -> None:
        """Remember a statement of *seat* that was verified, and the note that it was signed in."""
        with self._lock:
            self._read_again()
            self._known[_name(seat), statement.month] = statement, note
            if self._file is not None:
                content = [
                    {"seat": name, "statement": each.fields(), "note": signed}
                    for (name, _), (each, signed) in self._known.items()
                ]
                durable.write(self._file, json.dumps(content).encode(), private=True)

    def get(self, seat: Identity, month: str) -> KeyStatement | None:
        """What is remembered of *seat* for that month."""
        found = self._find(seat, month)
        return None if found is None else found[0]

    def _find(self, seat: Identity, month: str) -> _Signed | None:
        name = (_name(seat), month)
        with self._lock:
            if name not in self._known:
                # Another process, the worker, may have asked meanwhile.
                self._read_again()
            return self._known.get(name)

    def _read_again(self) -> None:
        """Take in what others have written, where the file is another than it was.

        Each trustee and month that is not known is asked for, often: by probes, and by pages.
        """
        if self._file is None:
            return
        try:
            found = self._file.stat()
        except OSError:
            return  # they are asked for again
        # Each writing puts another file in its place.
        mark = (found.st_ino, found.st_mtime_ns, found.st_size)
        if mark != self._seen:
            self._known = {**_read(self._file), **self._known}
            self._seen = mark

    def require(self, seat: Identity, month: str) -> KeyStatement:
        """The same.

        Raises:
            TooFewTrusteesError: nothing is.
        """
        return self._require(seat, month)[0]

    def note(self, seat: Identity, month: str) -> str:
        """The signed note of the same.

        Raises:
            TooFewTrusteesError: nothing is remembered.
        """
        return self._require(seat, month)[1]

    def _require(self, seat: Identity, month: str) -> _Signed:
        found = self._find(seat, month)
        if found is None:
            raise TooFewTrusteesError(
                f"The key of {seat.name} for {month} is not known.", (seat.name,)
            )
        return found


def months_from(today: date, count: int) -> Iterator[str]:
    """*count* months, as in "2027-05", from that of *today* on."""
    first = 12 * today.year + today.month - 1
    for number in range(first, first + count):
        yield f"{number // 12:04}-{number % 12 + 1:02}"


def _name(seat: Identity) -> str:
    return seat.digest().hex()


def _read(file: Path) -> dict[tuple[str, str], _Signed]:
    try:
        kept: Any = json.loads(file.read_bytes())
        found = {}
        for each in kept:
            statement = KeyStatement.read(each["statement"])
            found[str(each["seat"]), statement.month] = statement, str(each["note"])
    except (OSError, ValueError, TypeError, KeyError, RecursionError, HabeasError):
        return {}  # they are asked for again
    return found
