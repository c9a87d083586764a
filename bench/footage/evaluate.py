"""`python -m bench.footage.evaluate`: how well faces are covered, ours and deface.

Writes docs/evaluation/footage-generated.md and its plots, from generated clips with exact boxes.
What each program answered is kept in build/footage/answers until its code changes.

Settings are chosen on other clips than those that are published: `--choosing` measures on
the former and writes nothing. Who looks at the page and turns a knob has to take new seeds.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import matplotlib as mpl

mpl.use("svg")
import matplotlib.pyplot as plt

from bench.footage import ROOT, skin
from bench.footage.answers import PEER, answers, code, in_turn, systems
from bench.footage.clips import clips
from bench.footage.generate import make
from bench.footage.grounds import available
from bench.footage.metrics import ALL, CLASSES, COVERED, VISIBLE, Score, Tally, score
from bench.footage.truth import Truth

DOC = ROOT / "docs" / "evaluation" / "footage-generated.md"
IMAGES = ROOT / "docs" / "images"
MEASURED = ROOT / "packages" / "habeas" / "src" / "habeas" / "cameras" / "measured.json"
#: Seeds of the clips on which settings are chosen, and of those that are published.
CHOOSING, _PUBLISHED = (1, 2, 3, 5, 6, 7, 8, 9, 10, 11, 12, 13), (15,)
QUALITIES = ("fast", "balanced", "thorough")
_DEFAULT = "yunet, balanced"
_COLOURS = {"yunet": "#1d70b8", "centerface": "#00703c", "deface": "#d4351c"}


@dataclass
class Result:
    """One system on all clips."""

    name: str
    clips: dict[str, Score] = field(default_factory=dict)

    @property
    def whole(self) -> Score:
        """All clips together."""
        return self.without(None)

    def without(self, clip: str | None) -> Score:
        """All clips but one together."""
        whole = Score()
        for name, each in self.clips.items():
            if name != clip:
                whole.add(each)
        return whole


def measure(seeds: Sequence[int], qualities: Sequence[str], *, live: bool = False) -> list[Result]:
    """Ask all systems of some qualities about all clips."""
    shown = [each for each in systems(live=live) if each.quality in (None, *qualities)]
    results = {system.name: Result(system.name) for system in shown}
    named = {clip: f"{clip.name} {seed}" for seed in seeds for clip in clips(seed)}
    for system, clip in in_turn([(system, clip) for clip in named for system in shown]):
        video, truth = make(clip)
        found = score(truth, answers(system, video, len(truth.frames)), "ellipse")
        results[system.name].clips[named[clip]] = found
    return list(results.values())


def _table(head: Sequence[str], rows: Iterable[Iterable[Any]]) -> Iterator[str]:
    yield "| " + " | ".join(head) + " |"
    yield "|---" + "|---:" * (len(head) - 1) + "|"
    for row in rows:
        yield "| " + " | ".join(str(each) for each in row) + " |"
    yield ""


def _percent(part: float, whole: float, places: int = 1) -> str:
    return f"{100 * part / whole:.{places}f} %" if whole else "–"


def _row(name: str, tally: Tally) -> tuple[str, ...]:
    return (
        name,
        _percent(tally.missed, tally.faces),
        _percent(tally.frames_missed, tally.frames),
        f"{tally.sometimes} of {tally.people}",
        str(tally.never),
    )


def _page(results: list[Result], live: list[Result]) -> Iterator[str]:
    whole = {result.name: result.whole for result in results}
    first = next(iter(whole.values()))
    shown = first.sizes[ALL]
    yield "# Covering faces in video, evaluated"
    yield ""
    yield (
        "Written by `python -m bench.footage.evaluate`. "
        f"{len(results[0].clips)} generated clips, {first.frames} frames, {shown.people} people, "
        f"{shown.faces} faces from 16 pixels: heads of real portraits that walk, run, approach, "
        "pass behind posts and each other, before real streets and halls; a camera on a pole, "
        "one that turns, cuts, and uneven times. Each box is exact: the mesh of the face, forehead "
        f"to chin, moved as the head is. Code of the rooms `footage` and `faces`: `{code()}`."
    )
    yield ""
    yield (
        f"A face is **missed** in a frame when less than {100 * COVERED:.0f} % of its box is under "
        f"the painted ellipses. Faces of which less than {100 * VISIBLE:.0f} % can be seen do not "
        "count. **Never covered** are people whom the detector did not find once; a **gap** is a "
        "frame in which somebody is missed between the first and the last frame in which they "
        "are covered, but for 0.08 seconds at each end."
    )
    yield ""
    yield (
        f"Settings were chosen on the sets of clips {_list(CHOOSING)}; measured here is set "
        f"{_list(_PUBLISHED)}, of other movements before the same places, with the same portraits. "
        "A set that was published and then looked at to choose by is published no more."
    )
    yield ""
    yield "## All clips"
    yield ""
    yield from _totals(results)
    yield _one_clip_less(results)
    yield ""
    yield "![Faces missed by size](../images/footage-missed.svg)"
    yield ""
    yield "## By height of the face"
    yield ""
    for size in CLASSES:
        tally = first.sizes[size]
        yield f"### {size} pixels ({tally.faces} faces, {tally.people} people)"
        yield ""
        yield from _table(
            ("", "faces missed", "frames with a miss", "people missed at times", "never covered"),
            (_row(name, found.sizes[size]) for name, found in whole.items()),
        )
    yield from _by_skin(results)
    yield from _by_clip(results)
    yield from _cameras(live)
    yield from _limits()


def _totals(results: list[Result]) -> Iterator[str]:
    rows = []
    for result in results:
        found = result.whole
        rows.append((
            *_row(result.name, found.sizes[ALL]),
            _percent(found.gaps, found.followed, 2),
            f"{found.longest:.2f} s",
            _percent(found.over, 1, 2),
        ))  # fmt: skip
    yield from _table(
        ("", "faces missed", "frames with a miss", "people missed at times", "never covered",
         "gaps", "longest gap", "covered beyond faces, of the frame"),
        rows,
    )  # fmt: skip


def _cameras(live: list[Result]) -> Iterator[str]:
    yield "## As cameras are recorded"
    yield ""
    yield (
        "The same clips as if a camera sent them: it cannot be read again, so that frames wait in "
        "memory for what comes after them, three seconds at most. The register of cameras shows "
        "these shares of faces missed."
    )
    yield ""
    yield from _totals(live)


def _list(seeds: Iterable[int]) -> str:
    return ", ".join(map(str, seeds))


def _one_clip_less(results: list[Result]) -> str:
    """The totals without the clip on which the last system, deface, misses most."""
    last = results[-1].name
    hardest = _worst(results, last)
    missed = []
    for result in results:
        tally = result.without(hardest).sizes[ALL]
        missed.append(f"{result.name} {_percent(tally.missed, tally.faces, 2)}")
    return (
        f"One clip can decide such totals: without {hardest}, on which {last} misses most, "
        f"missed are {'; '.join(missed)}."
    )


def _worst(results: list[Result], name: str) -> str:
    """The clip on which a system misses most."""
    ours = next((each for each in results if each.name == name), results[0])
    tallies = {name: found.sizes[ALL] for name, found in ours.clips.items()}
    return max(tallies, key=lambda name: tallies[name].missed / max(1, tallies[name].faces))


def _by_skin(results: list[Result]) -> Iterator[str]:
    groups = {
        name: skin.lighter(clip)
        for seed in (*CHOOSING, *_PUBLISHED)
        for clip in clips(seed)
        if (name := f"{clip.name} {seed}") in results[0].clips
    }
    yield "## By skin"
    yield ""
    yield (
        "Lighter is an individual typology angle of the portrait's cheeks above "
        f"{skin.LIGHTER:.0f} degrees (Chardon and others 1991). Faces missed of all; people missed "
        "at times, of all."
    )
    yield ""
    rows = []
    for result in results:
        cells = []
        for wanted in (True, False):
            strips = [
                strip
                for name, found in result.clips.items()
                for person, strip in found.strips.items()
                if groups.get(name, {}).get(person) is wanted
            ]
            missed = [sum(not covered for _, covered in strip) for strip in strips]
            cells.append(f"{sum(missed)} of {sum(map(len, strips))}")
            cells.append(f"{sum(map(bool, missed))} of {len(strips)}")
        rows.append((result.name, *cells))
    head = ("", "lighter: faces", "lighter: people", "darker: faces", "darker: people")
    yield from _table(head, rows)


def _by_clip(results: list[Result]) -> Iterator[str]:
    yield "## By clip"
    yield ""
    yield "Faces missed; in brackets, gaps."
    yield ""
    names = list(results[0].clips)
    rows = [
        (
            name,
            *(
                f"{_percent(found.sizes[ALL].missed, found.sizes[ALL].faces)} "
                f"({_percent(found.gaps, found.followed)})"
                for found in (result.clips[name] for result in results)
            ),
        )
        for name in names
    ]
    yield from _table(("", *(result.name for result in results)), rows)
    yield "![Who is covered when](../images/footage-people.svg)"
    yield ""
    yield (
        f"One line for each person of {_worst(results, _DEFAULT)}, the clip on which our default "
        "misses most; tallest faces on top: grey covered, red missed, nothing where they cannot "
        "be seen."
    )
    yield ""


def _limits() -> Iterator[str]:
    yield "## What these clips cannot tell"
    yield ""
    yield (
        "- Every face looks at the camera, tilted at most; real ones turn away. Heads have no "
        "bodies, which helps no detector and may hinder some."
    )
    yield (
        "- Passers-by of the recordings are blurred to shapeless shadows; YuNet takes one for a "
        "large head now and then. That is counted as covered beyond faces."
    )
    yield "- The light on a head is that of a studio, not of the street behind it."
    yield (
        "- The portraits are of adults between 18 and 54; children, masks, helmets and "
        "headscarves are not among them."
    )
    yield (
        "- deface is asked frame by frame with its own detector and its defaults (threshold 0.2, "
        "mask scale 1.3, ellipse, full resolution). It blurs what it covers where we paint it over."
    )


def _plot_missed(results: list[Result]) -> None:
    figure, axis = plt.subplots(figsize=(9, 4.2), layout="constrained")
    wide = 0.8 / len(results)
    for number, result in enumerate(results):
        found = result.whole
        shares = [100 * found.sizes[s].missed / max(1, found.sizes[s].faces) for s in CLASSES]
        at = [place + (number - (len(results) - 1) / 2) * wide for place in range(len(CLASSES))]
        kind = result.name.replace(",", " ").split()[0]
        opacity = {"fast": 0.4, "balanced": 0.7}.get(result.name.split()[-1], 1.0)
        axis.bar(at, shares, wide, label=result.name, color=_COLOURS[kind], alpha=opacity)
    axis.set_xticks(range(len(CLASSES)), [f"{name} px" for name in CLASSES])
    axis.set_xlabel("height of the face")
    axis.set_ylabel("faces missed, %")
    # Two orders of magnitude lie between the best and the worst; below 0.1 % it is linear.
    axis.set_yscale("symlog", linthresh=0.1)
    axis.set_yticks([0, 0.1, 1, 10, 100], ["0", "0.1", "1", "10", "100"])
    axis.set_ylim(0, 100)
    axis.spines[["top", "right"]].set_visible(False)
    axis.legend(frameon=False, fontsize=9)
    _save(figure, "footage-missed.svg")


def _plot_people(results: list[Result], name: str, truth: Truth) -> None:
    tallest: dict[int, float] = {}
    for shown in (each for frame in truth.frames for each in frame):
        tallest[shown.person] = max(shown.box.height, tallest.get(shown.person, 0.0))
    chosen = [each for each in results if each.name in (_DEFAULT, PEER)] or results[:1]
    figure, axes = plt.subplots(
        1, len(chosen), figsize=(9, 3.4), layout="constrained", sharey=True, squeeze=False
    )
    for axis, result in zip(axes[0], chosen, strict=True):
        strips = result.clips[name].strips
        for line, person in enumerate(sorted(strips, key=tallest.__getitem__)):
            for colour, state in (("#b1b4b6", True), ("#d4351c", False)):
                spans = _spans([n for n, covered in strips[person] if covered is state], truth)
                axis.broken_barh(spans, (line + 0.15, 0.7), color=colour, linewidth=0)
        axis.set_title(result.name, fontsize=10)
        axis.set_xlabel("seconds")
        axis.set_yticks([])
        axis.spines[["top", "right", "left"]].set_visible(False)
    axes[0][0].set_ylabel("people")
    _save(figure, "footage-people.svg")


def _spans(numbers: Sequence[int], truth: Truth) -> list[tuple[float, float]]:
    """Start and length in seconds of each run of frames."""
    ends = [*truth.times[1:], truth.times[-1] + 0.04]
    spans: list[list[float]] = []
    last = None
    for number in numbers:
        if number - 1 == last:
            spans[-1][1] = ends[number]
        else:
            spans.append([truth.times[number], ends[number]])
        last = number
    return [(start, end - start) for start, end in spans]


def _save(figure: Any, name: str) -> None:
    figure.savefig(IMAGES / name, metadata={"Date": None})
    plt.close(figure)


def evaluate(qualities: Sequence[str]) -> None:
    """Measure everything, and write the page."""
    _need_data()
    mpl.rcParams["svg.hashsalt"] = "habeas"
    results = measure(_PUBLISHED, qualities)
    made = {f"{clip.name} {seed}": clip for seed in _PUBLISHED for clip in clips(seed)}
    IMAGES.mkdir(parents=True, exist_ok=True)
    live = measure(_PUBLISHED, qualities, live=True)
    _plot_missed(results)
    worst = _worst(results, _DEFAULT)
    _, truth = make(made[worst])
    _plot_people(results, worst, truth)
    DOC.write_text("\n".join(_page(results, live)).rstrip() + "\n")
    print(f"Wrote {DOC.relative_to(ROOT)}")


def choose(qualities: Sequence[str]) -> None:
    """Measure on the clips on which settings are chosen, and print what the page would say."""
    _need_data()
    live = measure(CHOOSING, qualities, live=True)
    print("\n".join(_page(measure(CHOOSING, qualities), live)))


def _need_data() -> None:
    if not available():
        raise SystemExit("Skipped: portraits and recordings are not beside this checkout.")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--choosing", action="store_true", help="on the clips for choosing settings; writes nothing"
    )
    parser.add_argument("--qualities", nargs="+", choices=QUALITIES, default=QUALITIES)
    told = parser.parse_args()
    (choose if told.choosing else evaluate)(told.qualities)
