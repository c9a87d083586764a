"""Row numbers that tell nothing: no order of rows says which came with which."""

from __future__ import annotations

import secrets


def random_row() -> int:
    """A row number that tells nothing: 1 to 2^62 - 1."""
    return secrets.randbelow((1 << 62) - 1) + 1
