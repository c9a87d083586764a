"""What is wrong with a configuration, said so that a person can mend it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from habeas.foundation.errors import HabeasError


@dataclass(frozen=True)
class Fault:
    """One fault of a file.

    Attributes:
        line: on which it stands, from 1.
        cause: what is wrong. Never the value of a setting, which may be a secret.
        remedy: what to write instead.
    """

    line: int
    cause: str
    remedy: str


class ConfigurationError(HabeasError):
    """A configuration that cannot be used.

    Args:
        file: the configuration.
        faults: all that was found, at least one.
    """

    code = "configuration"
    status = 503

    def __init__(self, file: Path, faults: Sequence[Fault]) -> None:
        first, more = faults[0], len(faults) - 1
        further = f" See all {len(faults)}: habeas config check {file}" if more else ""
        super().__init__(f"{file}:{first.line}: {first.cause}", f"{first.remedy}{further}")
        self.file = file
        #: Of the first fault alone, for whoever has another word on the others.
        self.first = first
        self.faults = tuple(faults)


class SecretError(HabeasError):
    """A secret that is not where the configuration says."""

    code = "secret-missing"
    status = 503
    remedy = "Put it there, readable by the service's user alone."
