"""Tables of Markdown, and intervals of shares."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from typing import Any

_Z = 1.96  # of 95 %


def bounds(hits: int, of: int) -> tuple[float, float]:
    """95 % interval of a share (Wilson 1927), 0 to 1."""
    p, z = hits / of, _Z
    middle = (p + z * z / (2 * of)) / (1 + z * z / of)
    half = z * math.sqrt(p * (1 - p) / of + z * z / (4 * of * of)) / (1 + z * z / of)
    return max(0.0, middle - half), min(1.0, middle + half)


def interval(hits: int, of: int) -> str:
    """The same in words, per cent."""
    if not of:
        return "–"
    low, high = bounds(hits, of)
    return f"{100 * low:.0f}–{100 * high:.0f}"


def difference(hits: int, of: int, others: int, of_others: int) -> str:
    """Points between two shares, and their 95 % interval (Newcombe 1998, method 10)."""
    if not of or not of_others:
        return "–"
    a, b = hits / of, others / of_others
    (low_a, high_a), (low_b, high_b) = bounds(hits, of), bounds(others, of_others)
    low = a - b - math.hypot(a - low_a, high_b - b)
    high = a - b + math.hypot(high_a - a, b - low_b)
    return f"{100 * (a - b):+.0f} ({100 * low:.0f} to {100 * high:+.0f})"


def table(head: Iterable[str], rows: Iterable[Iterable[Any]]) -> Iterator[str]:
    """The lines of a table."""
    names = list(head)
    yield "| " + " | ".join(names) + " |"
    yield "|" + "---|" * len(names)
    for row in rows:
        yield "| " + " | ".join(str(each) for each in row) + " |"
    yield ""
