"""Bars as SVG, made here: no script, and nothing that the page's policy would have to allow."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

#: CSS pixels: a month's width, the gap after it, the height of all, and room for names below.
_WIDE, _GAP, _TALL, _NAMES = 40, 12, 160, 20


@dataclass(frozen=True)
class MonthBar:
    """One bar, with where it stands; ``asked`` behind ``opened``."""

    x: int
    name: str
    title: str
    asked_y: int
    asked_height: int
    opened_y: int
    opened_height: int


@dataclass(frozen=True)
class Chart:
    """A chart; the template draws it.

    Attributes:
        width, height: of the drawing.
    """

    width: int
    height: int
    middle: int
    bars: tuple[MonthBar, ...]
    bar: int = _WIDE


def chart(months: Sequence[tuple[str, str, int, int]]) -> Chart:
    """Bars of months.

    Args:
        months: name below the bar, title, requests, openings; oldest first.
    """
    most = max((asked for _, _, asked, _ in months), default=0) or 1
    bars = []
    for at, (name, title, asked, opened) in enumerate(months):
        tall, inner = round(_TALL * asked / most), round(_TALL * opened / most)
        bars.append(
            MonthBar(at * (_WIDE + _GAP), name, title, _TALL - tall, tall, _TALL - inner, inner)
        )
    width = max(1, len(months)) * (_WIDE + _GAP)
    return Chart(width, _TALL + _NAMES, _WIDE // 2, tuple(bars))
