"""What a city of cameras needs, from what one machine was measured to carry. Pure arithmetic.

Nothing here was measured at that size: it says what the constants would come to if they held.
"""

from __future__ import annotations

from dataclasses import dataclass

from habeas.cameras.lease import LeaseTerms
from habeas.cameras.writing import SEGMENT_SECONDS

_HOURS = 24 * 365


@dataclass(frozen=True)
class Constants:
    """Of one camera, measured.

    Attributes:
        cores: processor seconds a second.
        base: bytes of a process before its first camera.
        memory: bytes of a further camera.
        stored: bytes a second that it writes.
    """

    cores: float
    base: float
    memory: float
    stored: float


@dataclass(frozen=True)
class Machine:
    """A machine that a city would buy; decided. A part of it is kept free for another's death.

    Attributes:
        cores: of it.
        memory: bytes.
        used: share of its cores that cameras may take: one machine in five may be away.
    """

    cores: int = 32
    memory: float = 128e9
    used: float = 0.8


def needed(
    constants: Constants, cameras: int, days: int, machine: Machine | None = None
) -> dict[str, float]:
    """What *cameras* need whose recordings are kept for so many *days*; by name, with units."""
    machine = machine or Machine()
    by_cores = machine.cores * machine.used / constants.cores
    by_memory = (machine.memory - constants.base) / constants.memory
    each = max(1, int(min(by_cores, by_memory)))
    machines = -(-cameras // each)
    terms = LeaseTerms()
    return {
        "cameras a machine": each,
        "machines": machines,
        "cores": constants.cores * cameras,
        "memory, GB": (constants.base * machines + constants.memory * cameras) / 1e9,
        "written, GB/s": constants.stored * cameras / 1e9,
        "kept, PB": constants.stored * cameras * days * 86_400 / 1e15,
        "segments named a second": cameras / SEGMENT_SECONDS,
        "lease renewals a second": cameras / terms.renew,
        "hours on the log a second": cameras / 3600,
        "hours on the log a year, millions": cameras * _HOURS / 1e6,
        "cameras to take over when a machine dies": each,
        "leases wait at most, s": terms.waited + terms.renew / 2,
    }
