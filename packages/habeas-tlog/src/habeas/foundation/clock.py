"""The clock of production: UTC (RFC 3339), and aware of it; tests and replays pass another."""

from __future__ import annotations

from datetime import UTC, datetime


def utc_now() -> datetime:
    """The time now."""
    return datetime.now(UTC)
