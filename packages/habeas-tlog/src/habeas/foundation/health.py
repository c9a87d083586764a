"""Whether a service can do its work now: what every party's `/readyz` answers.

Kubernetes' words for the two probes: `/livez` answers 200 while the process does; `/readyz` is
200 where all works, else 503 with every cause. It is judged by what really happened, the age of
each thing's last success, so that a thread that hangs or has died is told like one that fails.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Health:
    """How a service fares.

    Attributes:
        problems: what keeps it from its work: causes by stable codes, the gravest first.
        ages: seconds since each thing that it does has last succeeded.
    """

    problems: Mapping[str, str] = field(default_factory=dict)
    ages: Mapping[str, float] = field(default_factory=dict)

    @property
    def ok(self) -> bool:
        """Whether all works."""
        return not self.problems

    @property
    def state(self) -> str:
        """The gravest problem's code, or ``ok``."""
        return next(iter(self.problems), "ok")

    @property
    def status(self) -> int:
        """The HTTP status of `/readyz` (RFC 9110)."""
        return 200 if self.ok else 503

    def fields(self, **figures: Any) -> dict[str, Any]:
        """The answer of `/readyz`, with more *figures* of this service."""
        ages = {name: round(age, 1) for name, age in self.ages.items()}
        said = {"ok": self.ok, "state": self.state, "problems": dict(self.problems), "ages": ages}
        return said | figures


def late(
    ages: Mapping[str, float], limits: Mapping[str, float], faults: Mapping[str, str] | None = None
) -> dict[str, str]:
    """What did not succeed for too long, with the reason.

    Args:
        ages: seconds since the last success, by name; negative where it lies in the future,
            which no clock that is right shows.
        limits: seconds after which each counts as failing; infinite where there is none.
        faults: why the last try failed, where it did.
    """
    found = {}
    for name, age in ages.items():
        limit = limits.get(name, float("inf"))
        if not -limit <= age <= limit:
            found[name] = (faults or {}).get(name) or f"No success for {age:.0f} s."
    return found
