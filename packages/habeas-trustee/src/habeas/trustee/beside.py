"""A trustee for a command that runs beside its service, which may go on."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from habeas.trustee import Trustee


@contextmanager
def beside(data: Path) -> Iterator[Trustee]:
    """The trustee of the folder *data*, not serving.

    Raises:
        TrusteeError: the folder cannot be opened.
    """
    # Loaded when a command needs it: help is shown without.
    from habeas.trustee import Trustee  # noqa: PLC0415

    trustee = Trustee(data)
    try:
        yield trustee
    finally:
        trustee.close()
