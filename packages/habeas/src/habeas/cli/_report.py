"""The page that `habeas check --report` writes: each photo, and why it was judged so.

One file with everything in it. The pictures come from the check's own worker, as JPEGs
without metadata; nothing of the original file is in the page.
"""

from __future__ import annotations

import base64
from collections.abc import Mapping, Sequence
from html import escape
from types import TracebackType
from typing import IO, Any, Self

_STYLE = """
body { font: 16px/1.4 system-ui, sans-serif; color: #0b0c0c; margin: 0 auto; max-width: 1100px;
  padding: 0 16px 48px }
h1 { font-size: 28px } h2 { font-size: 20px; margin: 0 0 8px; overflow-wrap: anywhere }
section { border-top: 4px solid #1d70b8; padding: 16px 0 32px; display: grid; gap: 24px;
  grid-template-columns: minmax(0, 1fr) }
@media (min-width: 800px) { section { grid-template-columns: 420px minmax(0, 1fr) } }
svg { width: 100%; height: auto; background: #f3f2f1 }
.good { border-color: #00703c } .unusable { border-color: #d4351c }
.tag { display: inline-block; padding: 2px 8px; background: #d2e2f1; color: #0c2d4a }
.good .tag { background: #cce2d8; color: #005a30 }
.unusable .tag { background: #f4cdc6; color: #2a0b06 }
table { border-collapse: collapse; width: 100% } th { text-align: left; font-weight: 400 }
td, th { padding: 3px 8px 3px 0; vertical-align: middle } td.n { text-align: right;
  font-variant-numeric: tabular-nums; white-space: nowrap }
.bar { position: relative; height: 12px; background: #f3f2f1; min-width: 90px }
.bar i { display: block; height: 12px; background: #1d70b8 }
.bar.low i { background: #d4351c }
.bar b { position: absolute; top: -2px; width: 2px; height: 16px; background: #0b0c0c }
.key { color: #505a5f; font-size: 14px }
"""


class PictureReport:
    """The page, written photo by photo.

    Args:
        out: a text file.
        limits: below which score of a measure advice is given.
    """

    def __init__(self, out: IO[str], limits: Mapping[str, int]) -> None:
        self._out = out
        self._limits = limits
        self._counts = {"good": 0, "advice": 0, "unusable": 0}

    def __enter__(self) -> Self:
        self._out.write(
            '<!doctype html><html lang="en"><meta charset="utf-8">'
            '<meta name="viewport" content="width=device-width, initial-scale=1">'
            f"<title>Photo checks</title><style>{_STYLE}</style><h1>Photo checks</h1>"
            '<p class="key">Blue line: eyes. Solid frame: what is kept. Dotted: outline of face '
            "and person. A black tick on a bar: advice is given below it. Faces are found, never "
            "recognised.</p>"
        )
        return self

    def __exit__(
        self, _: type[BaseException] | None, __: BaseException | None, ___: TracebackType | None
    ) -> None:
        told = ", ".join(f"{count} {name}" for name, count in self._counts.items())
        self._out.write(f'<p class="key">{escape(told)}</p></html>\n')

    def add(self, told: Mapping[str, Any], picture: bytes) -> None:
        """One photo.

        Args:
            told: what ``habeas check --json`` says about it.
            picture: the upright picture, a JPEG; empty where it cannot be used.
        """
        self._counts[told["verdict"]] += 1
        # First what was done to the photo, then what could be better.
        said = [told["error"]] if "error" in told else told["notes"] + told["advice"]
        self._out.write(
            f'<section class="{escape(told["verdict"])}"><div><h2>{escape(told["file"])}</h2>'
            f'<p><strong class="tag">{escape(told["verdict"])}</strong></p>'
            + "".join(f"<p>{escape(each['cause'])} {escape(each['remedy'])}</p>" for each in said)
            + (_picture(told, picture) if picture else "")
            + "</div><div>"
            + (self._bars(told) if picture else "")
            + "</div></section>"
        )

    def _bars(self, told: Mapping[str, Any]) -> str:
        rows = "".join(
            self._bar(name, value["native"], value["score"])
            for name, value in told["measures"].items()
        )
        officer = ", ".join(told["for_the_officer"])
        spent = ", ".join(f"{name} {ms:.0f} ms" for name, ms in told["ms"].items())
        return (
            f"<table><tr><th>measure</th><th>score</th><td></td><td class='n'>native</td></tr>"
            f"{rows}</table>"
            f'<p class="key">For the officer to judge: {escape(officer)}. {escape(spent)}.</p>'
        )

    def _bar(self, name: str, native: float, score: int) -> str:
        limit = self._limits.get(name)
        low = " low" if limit is not None and score < limit else ""
        tick = f'<b style="left:{limit}%"></b>' if limit is not None else ""
        return (
            f"<tr><th>{escape(name.replace('_', ' '))}</th>"
            f'<td><div class="bar{low}"><i style="width:{score}%"></i>{tick}</div></td>'
            f"<td class='n'>{score}</td><td class='n'>{native:.3g}</td></tr>"
        )


def _picture(told: Mapping[str, Any], picture: bytes) -> str:
    width, height = told["size"]
    marks, line = told["landmarks"], max(width, height) / 300
    (ax, ay), (bx, by) = marks["pupils"]
    data = base64.b64encode(picture).decode()
    dotted = (
        f'fill="none" stroke="#fff" stroke-width="{line:.1f}" stroke-dasharray="{line * 2:.1f}"'
    )
    frame = ""
    if told["crop"]:
        c = told["crop"]
        mx, my = (ax + bx) / 2, (ay + by) / 2
        frame = (
            f'<rect x="{c["x"]:.1f}" y="{c["y"]:.1f}" width="{c["width"]:.1f}" '
            f'height="{c["height"]:.1f}" fill="none" stroke="#ffdd00" stroke-width="{line:.1f}" '
            f'transform="rotate({c["roll"]:.2f} {mx:.1f} {my:.1f})"/>'
        )
    return (
        f'<svg viewBox="0 0 {width} {height}" role="img" aria-label="The photo with marks">'
        f'<image href="data:image/jpeg;base64,{data}" width="{width}" height="{height}"/>'
        f'<polygon points="{_points(marks["person"])}" {dotted}/>'
        f'<polygon points="{_points(marks["outline"])}" {dotted}/>{frame}'
        f'<line x1="{ax:.1f}" y1="{ay:.1f}" x2="{bx:.1f}" y2="{by:.1f}" stroke="#1d70b8" '
        f'stroke-width="{line * 1.5:.1f}"/></svg>'
    )


def _points(points: Sequence[Sequence[float]]) -> str:
    return " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
