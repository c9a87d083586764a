"""Until when recordings may be deleted by date: no clock that jumped deletes any.

RECORDINGS/deletes-MACHINE.json holds the newest look at that machine's clock, and why deleting
halted there, if it did. The recorders of one machine share the file. Machines that share the folder
have one each: a clock is held against its own past, and one that jumped halts its own machine.
"""

from __future__ import annotations

import re
import socket
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from pydantic import BaseModel, ConfigDict, ValidationError

from habeas.foundation import caution, durable
from habeas.foundation.caution import ClockJumpedError, Mark, ReadClocks
from habeas.foundation.errors import HabeasError


class DeletesHaltedError(HabeasError):
    """Nothing is deleted by date until a person has looked."""

    code = "clock-jumped"
    remedy = "Set the clock right (NTP), then say that it is: habeas record --resume"


class _State(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    clock: Mark | None = None
    halted: str = ""


class Deletes:
    """Says until when recordings of a folder may be deleted.

    Args:
        folder: of recordings.
        witnessed: the time, POSIX seconds, up to which a quorum of trustees has seen the log;
            None where no circle is known: then the own clock alone counts.
        look: the machine's clocks.
        machine: its name among those that share the folder.
    """

    def __init__(
        self,
        folder: Path,
        witnessed: Callable[[], float] | None = None,
        look: ReadClocks = caution.look,
        machine: str | None = None,
    ) -> None:
        self._folder = folder
        name = re.sub(r"[^A-Za-z0-9.-]", "-", machine or socket.gethostname())
        self._file = folder / f"deletes-{name}.json"
        self._witnessed = witnessed
        self._look = look

    def until(self, now: datetime) -> datetime:
        """The smaller of the own clock and the witnessed time.

        Raises:
            DeletesHaltedError: the clock has jumped; this stands until `resume`.
            HabeasError: the witnessed time cannot be had now.
        """
        durable.make(self._folder)
        with durable.locked(self._folder):
            state = self._read()
            if not state.halted:
                state = self._judge(state)
        if state.halted:
            raise DeletesHaltedError(f"No recording is deleted: {state.halted}")
        if self._witnessed is None:
            return now
        return min(now, datetime.fromtimestamp(self._witnessed(), UTC))

    def _judge(self, state: _State) -> _State:
        mark = self._look()
        try:
            caution.verify_clock(state.clock, mark)
            judged = _State(clock=mark)
        except ClockJumpedError as error:
            judged = _State(clock=state.clock, halted=error.cause)
        self._write(judged)
        return judged

    def halted(self) -> str:
        """Why nothing is deleted by date, and the way out; empty where it is."""
        why = self._read().halted
        return f"No recording is deleted: {why} {DeletesHaltedError.remedy}" if why else ""

    def resume(self) -> None:
        """The clock is right now."""
        durable.make(self._folder)
        with durable.locked(self._folder):
            self._write(_State())

    def _read(self) -> _State:
        try:
            return _State.model_validate_json(self._file.read_bytes())
        except FileNotFoundError:
            return _State()
        except ValidationError:
            return _State(halted=f"{self._file.name} cannot be read.")

    def _write(self, state: _State) -> None:
        durable.write(self._file, state.model_dump_json().encode())
