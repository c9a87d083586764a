"""`python -m bench.footage.conditions`: one scene at every rate, by day and night, turned and hung.

Writes docs/evaluation/footage-conditions.md. The same people do the same in all of it, and each
box is exact, so that rates, light and ways up can be compared.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterable, Iterator, Sequence

from bench.footage import ROOT
from bench.footage.answers import answers, code, in_turn, systems
from bench.footage.clips import at_rate, conditions
from bench.footage.generate import make
from bench.footage.grounds import available
from bench.footage.metrics import ALL, COVERED, VISIBLE, Score, score

DOC = ROOT / "docs" / "evaluation" / "footage-conditions.md"
#: Frames a second.
RATES = (60, 25, 10, 5, 2, 1)
#: No settings were chosen on it.
SEED = 45
_TOLD = {
    "day": "By day",
    "night": "At night",
    "turning": "A camera that turns",
    "sideways": "A camera that hangs sideways, and does not say so",
}

Row = dict[int, Score]


def _cell(found: Score) -> str:
    """Gaps, faces missed of all, and what is covered beyond faces."""
    tally = found.sizes[ALL]
    return f"{found.gaps} / {tally.missed} of {tally.faces} / {100 * found.over:.1f} %"


def page(scenes: dict[str, dict[str, Row]], rates: Sequence[int]) -> Iterator[str]:
    """The page, line by line, of scores by scene, system and rate."""
    yield "# Covering faces at every rate of frames, evaluated"
    yield ""
    yield (
        "Written by `python -m bench.footage.conditions`, code of the rooms `cover` and `faces`: "
        f"`{code()}`. One generated scene of six seconds at 720p: eight people, faces of 16 to 120 "
        "pixels, that walk, run, approach, and pass behind posts and one another, at so many "
        "frames a second, with exact boxes. Night is a quarter of the light, hardly any colour, "
        "and noise of six grey levels."
    )
    yield ""
    yield (
        "In each cell: gaps / faces missed / covered beyond faces, of the picture. A face is "
        f"missed in a frame when less than {100 * COVERED:.0f} % of its box is under the ellipses; "
        f"faces of which less than {100 * VISIBLE:.0f} % can be seen do not count. A **gap** is a "
        "frame in which somebody is missed between the first and the last frame in which they are "
        "covered, but for 0.08 seconds at each end. Somebody whom no look found counts as covered "
        "where they pass under others' covers, and what is between such moments as a gap."
    )
    for name, systems_ in scenes.items():
        yield ""
        yield f"## {_TOLD[name]}"
        yield ""
        yield from _table(systems_, rates)
    yield ""
    yield "Real people decide: [footage.md](footage.md)."


def _table(found: dict[str, Row], rates: Sequence[int]) -> Iterator[str]:
    yield "| frames a second | " + " | ".join(map(str, rates)) + " |"
    yield "|---" + "|---:" * len(rates) + "|"
    for name, row in found.items():
        yield f"| {name} | " + " | ".join(_cell(row[rate]) for rate in rates) + " |"


def evaluate(names: Iterable[str], rates: Sequence[int], qualities: Sequence[str]) -> None:
    """Measure, and write the page."""
    if not available():
        raise SystemExit("Skipped: portraits and recordings are not beside this checkout.")
    shown = [each for each in systems(peers=False) if each.quality in qualities]
    chosen = [scene for scene in conditions(SEED) if scene.name in names]
    # Low rates first: they are short, and gaps show there.
    cells = [(system, at_rate(scene, rate)) for rate in sorted(rates) for scene in chosen
             for system in shown]  # fmt: skip
    scenes: dict[str, dict[str, Row]] = {
        scene.name: {system.name: {} for system in shown} for scene in chosen
    }
    for system, clip in in_turn(cells):
        video, truth = make(clip)
        found = score(truth, answers(system, video, len(truth.frames)), "ellipse")
        scenes[clip.name.partition("@")[0]][system.name][clip.fps] = found
    DOC.write_text("\n".join(page(scenes, rates)) + "\n")
    gaps = sum(
        each.gaps for rows in scenes.values() for row in rows.values() for each in row.values()
    )
    print(f"Wrote {DOC.relative_to(ROOT)}: {gaps} gaps")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--scenes", nargs="+", choices=list(_TOLD), default=list(_TOLD))
    parser.add_argument("--rates", nargs="+", type=int, default=list(RATES))
    parser.add_argument(
        "--qualities", nargs="+", choices=["fast", "balanced", "thorough"],
        default=["fast", "balanced", "thorough"],
    )  # fmt: skip
    told = parser.parse_args()
    evaluate(told.scenes, told.rates, told.qualities)
