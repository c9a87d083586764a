"""Formats, *The seed*: 16 random bytes from which follows all that is secret in a receipt.

They are what fits on paper: twelve words, or a code to be read by a camera. A receipt whose
secrets were drawn each for itself has none.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

from habeas.protocol.document import digest

SEED_BYTES = 16


@dataclass(frozen=True, repr=False)
class Seeded:
    """What a seed gives; 32 bytes each, but `seal_id` with 16.

    Attributes:
        seal_id: names the photo among those who hold parts of it.
        track_key, withdraw_secret, case_salt: the receipt's secrets.
    """

    seal_id: bytes
    track_key: bytes
    withdraw_secret: bytes
    case_salt: bytes

    @classmethod
    def of(cls, seed: bytes) -> Self:
        """H("seed-…", *seed*), each under a label of its own; *seed* has 16 bytes."""
        return cls(
            digest("seed-id", seed)[:16],
            digest("seed-track", seed),
            digest("seed-withdraw", seed),
            digest("seed-case", seed),
        )
